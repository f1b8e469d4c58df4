/* The catalogue's pages, for everybody; its form, for the steward. */
#include "portal/catalogue/catalogue.h"

#include "portal/catalogue/catalogue.html.h"
#include "portal/catalogue/catalogue.sql.h"
#include "portal/catalogue/catalogue_edit.html.h"
#include "portal/catalogue/catalogue_list.html.h"
#include "portal/data/data_view.h"
#include "portal/web/markdown.h"

#define LD_TYPE "application/ld+json"

static const char *
address(struct req *r, const char *slug)
{
	return arena_printf(r->arena, "%s/e/%s/catalogue%s%s", r->server->config.site,
		r->event.slug, slug ? "/" : "", slug ? slug : "");
}

/* ---- all entries -------------------------------------------------------------------------------
 */

static const struct field entry_fields[] = {
	FIELD(struct catalogue_entry, slug, TEXT),
	FIELD(struct catalogue_entry, title, TEXT),
	FIELD(struct catalogue_entry, owner, TEXT),
	FIELD(struct catalogue_entry, licence, TEXT),
	FIELD(struct catalogue_entry, address, TEXT),
	FIELD(struct catalogue_entry, issued, TIME, .doc = "when its newest release was signed"),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD(struct catalogue_list, address, TEXT),
	FIELD_LIST(struct catalogue_list, entries, entry_fields),
	FIELD_END,
};

static enum status
list_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct catalogue_list *v = view;
	struct catalogue_entries_rows rows;
	TRY(db_catalogue_entries(r->db, r->event.id, &rows, e));
	v->event_name = r->event.name;
	v->address = address(r, NULL);
	v->entries.at = ARENA_ARRAY(r->arena, rows.n, struct catalogue_entry);
	v->entries.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct catalogue_entries *x = &rows.at[i];
		v->entries.at[i] = (struct catalogue_entry){ x->slug, x->title, x->owner,
			x->licence, address(r, x->slug), x->issued };
	}
	if (r->wants_ld) {
		r->raw.type = LD_TYPE;
		r->raw.bytes = catalogue_list_ld(r->arena, v);
	}
	return OK;
}

/* ---- one entry ---------------------------------------------------------------------------------
 */

static const struct field file_fields[] = {
	FIELD(struct catalogue_file, stage, TEXT),
	FIELD(struct catalogue_file, title, TEXT),
	FIELD(struct catalogue_file, bytes, INT),
	FIELD(struct catalogue_file, hash, TEXT, .doc = "BLAKE2b-256 of the image"),
	FIELD_END,
};

static const struct field table_fields[] = {
	FIELD(struct catalogue_table, name, TEXT),
	FIELD(struct catalogue_table, columns, INT),
	FIELD(struct catalogue_table, rows, INT, .doc = "rounded; 0 when fewer than 10"),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD(struct catalogue_view, slug, TEXT),
	FIELD(struct catalogue_view, title, TEXT),
	FIELD(struct catalogue_view, address, TEXT),
	FIELD(struct catalogue_view, summary, TEXT),
	FIELD(struct catalogue_view, owner, TEXT),
	FIELD(struct catalogue_view, contact, TEXT),
	FIELD(struct catalogue_view, origin, TEXT),
	FIELD(struct catalogue_view, keywords, TEXT),
	FIELD(struct catalogue_view, licence, TEXT),
	FIELD(struct catalogue_view, licence_url, TEXT),
	FIELD(struct catalogue_view, terms_text, TEXT, .doc = "Markdown"),
	FIELD(struct catalogue_view, citation, TEXT),
	FIELD(struct catalogue_view, ethics, TEXT),
	FIELD(struct catalogue_view, ethics_number, TEXT),
	FIELD(struct catalogue_view, ethics_committee, TEXT),
	FIELD(struct catalogue_view, recipe_hash, TEXT,
		.doc = "BLAKE2b-256; empty until a release is signed"),
	FIELD(struct catalogue_view, issued, TIME),
	FIELD(struct catalogue_view, changed, TIME),
	FIELD(struct catalogue_view, patients, INT, .doc = "rounded; 0 when fewer than 10"),
	FIELD_LIST(struct catalogue_view, tables, table_fields),
	FIELD_LIST(struct catalogue_view, files, file_fields),
	FIELD(struct catalogue_view, shown, BOOL, .doc = "to everybody"),
	FIELD_END,
};

static const char *
stage_title(const char *stage)
{
	return streq(stage, "full")     ? "All patients, without the outcomes kept for scoring"
	       : streq(stage, "sample") ? "A sample of patients"
					: "Simulated data: nobody’s";
}

/* What is released and signed; nothing of it before. */
static enum status
fill_release(struct req *r, const struct project_full *p, struct catalogue_view *v, struct err *e)
{
	struct catalogue_files_rows files;
	struct catalogue_tables_rows tables;
	v->recipe_hash = "";
	TRY(db_catalogue_files(r->db, p->id, &files, e));
	if (!files.n || !v->issued)
		return OK;
	v->files.at = ARENA_ARRAY(r->arena, files.n, struct catalogue_file);
	v->files.n = files.n;
	for (size_t i = 0; i < files.n; i++)
		v->files.at[i] = (struct catalogue_file){ files.at[i].stage,
			stage_title(files.at[i].stage), files.at[i].hash, files.at[i].bytes };
	v->recipe_hash = p->recipe_hash;
	v->patients = catalogue_count(p->patients);
	TRY(db_catalogue_tables(r->db, p->id, &tables, e));
	v->tables.at = ARENA_ARRAY(r->arena, tables.n, struct catalogue_table);
	v->tables.n = tables.n;
	for (size_t i = 0; i < tables.n; i++)
		v->tables.at[i] = (struct catalogue_table){ tables.at[i].name,
			catalogue_count(tables.at[i].rows), tables.at[i].columns };
	return OK;
}

static void
fill_words(struct req *r, const struct project_full *p, const struct catalogue_of *c,
	struct catalogue_view *v)
{
	v->slug = p->slug;
	v->title = p->title;
	v->event_name = r->event.name;
	v->address = address(r, p->slug);
	v->summary = p->question;
	v->question = markdown_html(r->arena, p->question);
	v->owner = c->owner;
	v->contact = c->contact;
	v->contact_link = catalogue_contact_link(r->arena, c->contact);
	v->origin = c->origin;
	v->keywords = c->keywords;
	v->licence = c->licence;
	v->licence_url = c->licence_url;
	v->terms_text = c->terms;
	v->terms = markdown_html(r->arena, c->terms);
	v->issued = c->issued;
	v->changed = c->changed;
	v->shown = c->shown;
	v->ethics_number = p->ethics_number;
	v->ethics_committee = p->ethics_committee;
	ethics_words(r, p->ethics_number, p->ethics_expires, &v->ethics, &v->ethics_tag);
}

static enum status
entry_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct catalogue_view *v = view;
	struct project_full p;
	struct catalogue_of c;
	v->may_edit = req_may(r, CAP_DATA_HANDLE);
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_catalogue_of(r->db, p.id, &c, e));
	if (!v->may_edit && (!c.shown || !streq(p.state, "accepted")))
		return err_set(e, E_ABSENT, "", "This data set is not in the catalogue.");
	fill_words(r, &p, &c, v);
	TRY(fill_release(r, &p, v, e));
	v->citation = c.citation;
	v->citation = catalogue_citation(r->arena, v);
	r->page.title = arena_printf(r->arena, "%s: the data set", p.title);
	if (r->wants_ld) {
		r->raw.type = LD_TYPE;
		r->raw.bytes = catalogue_ld(r->arena, v);
	}
	return OK;
}

/* ---- the form ----------------------------------------------------------------------------------
 */

static const struct field form_fields[] = {
	FIELD(struct catalogue_form, slug, TEXT),
	FIELD(struct catalogue_form, title, TEXT),
	FIELD(struct catalogue_form, owner, TEXT),
	FIELD(struct catalogue_form, contact, TEXT),
	FIELD(struct catalogue_form, origin, TEXT),
	FIELD(struct catalogue_form, keywords, TEXT),
	FIELD(struct catalogue_form, licence, TEXT),
	FIELD(struct catalogue_form, licence_url, TEXT),
	FIELD(struct catalogue_form, terms, TEXT),
	FIELD(struct catalogue_form, citation, TEXT),
	FIELD(struct catalogue_form, shown, BOOL),
	FIELD_END,
};

static const struct field form_in[] = {
	FIELD(struct catalogue_form, owner, TEXT, .required = true, .trim = true, .max = 200,
		.label = "Owner"),
	FIELD(struct catalogue_form, contact, TEXT, .required = true, .trim = true, .max = 200,
		.label = "Contact"),
	FIELD(struct catalogue_form, origin, TEXT, .required = true, .trim = true,
		.multiline = true, .max = 4000, .label = "Where the data come from"),
	FIELD(struct catalogue_form, keywords, TEXT, .trim = true, .max = 300, .label = "Keywords"),
	FIELD(struct catalogue_form, licence, TEXT, .required = true, .trim = true, .max = 200,
		.label = "Licence"),
	FIELD(struct catalogue_form, licence_url, TEXT, .trim = true, .max = 300,
		.label = "Address of the licence"),
	FIELD(struct catalogue_form, terms, TEXT, .required = true, .trim = true, .multiline = true,
		.max = 8000, .label = "Terms of use"),
	FIELD(struct catalogue_form, citation, TEXT, .trim = true, .multiline = true, .max = 1000,
		.label = "Citation"),
	FIELD(struct catalogue_form, shown, BOOL, .doc = "to everybody"),
	FIELD_END,
};

static enum status
form_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct catalogue_form *v = view;
	struct project_full p;
	struct catalogue_of c;
	bool there;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_found(db_catalogue_of(r->db, p.id, &c, e), &there));
	*v = (struct catalogue_form){ .shown = true,
		.owner = "",
		.contact = "",
		.origin = "",
		.keywords = "",
		.licence = "For this event only, as in the agreement",
		.licence_url = "",
		.terms = "",
		.citation = "" };
	if (there)
		*v = (struct catalogue_form){ .owner = c.owner,
			.contact = c.contact,
			.origin = c.origin,
			.keywords = c.keywords,
			.licence = c.licence,
			.licence_url = c.licence_url,
			.terms = c.terms,
			.citation = c.citation,
			.shown = c.shown };
	v->slug = p.slug;
	v->title = p.title;
	return OK;
}

static enum status
form_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct catalogue_form *f = in;
	struct project_full p;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(catalogue_form_ok(f, e));
	TRY(db_catalogue_put(r->db, p.id, f->owner, f->contact, f->origin, f->keywords, f->licence,
		f->licence_url, f->terms, f->citation, f->shown, r->now, e));
	req_flash(r, f->shown ? "Saved. Everybody can read it now."
			      : "Saved. Only stewards can read it.");
	return req_audit(r, "catalogue changed", arena_printf(r->arena, "project %s", p.slug),
		arena_printf(r->arena, "%s; %s; %s", f->owner, f->licence,
			f->shown ? "shown to everybody" : "not shown"),
		e);
}

#define ENTRY_PAGE "/e/:event/catalogue/:project"
#define FORM_PAGE "/e/:event/data/:project/catalogue"

const struct route catalogue_routes[] = {
	{ GET, "/e/:event/catalogue", list_show, CAP_EVENT_READ,
		"The data sets of the event; as DCAT with Accept: " LD_TYPE ".",
		"Catalogue of data sets", VIEW(struct catalogue_list, list_fields),
		.page = page_catalogue_list },
	{ GET, ENTRY_PAGE, entry_show, CAP_EVENT_READ,
		"One data set: source, owner, approval, licence, recipe, checksums, citation; as "
		"DCAT with Accept: " LD_TYPE ".",
		NULL, VIEW(struct catalogue_view, view_fields), .page = page_catalogue },
	{ GET, FORM_PAGE, form_show, CAP_DATA_HANDLE, "A data set's catalogue entry, to change.",
		"Catalogue entry", VIEW(struct catalogue_form, form_fields),
		.page = page_catalogue_edit },
	{ POST, FORM_PAGE, form_save, CAP_DATA_HANDLE, "Changes a data set's catalogue entry.",
		IN(struct catalogue_form, form_in), .then = ENTRY_PAGE, .shows = FORM_PAGE },
	{ 0 },
};
