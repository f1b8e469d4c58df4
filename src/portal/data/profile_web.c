/* The page that says what an import found. */
#include "portal/data/data.h"
#include "portal/data/profile.html.h"

static const struct field column_fields[] = {
	FIELD(struct profile_column, name, TEXT),
	FIELD(struct profile_column, type, TEXT),
	FIELD(struct profile_column, meaning, TEXT),
	FIELD(struct profile_column, identifier, BOOL),
	FIELD(struct profile_column, missing, TEXT, .doc = "a count, or few"),
	FIELD(struct profile_column, distinct, TEXT),
	FIELD(struct profile_column, range, TEXT),
	FIELD(struct profile_column, values, TEXT),
	FIELD(struct profile_column, note, TEXT, .doc = "what to look at twice"),
	FIELD_END,
};

static const struct field table_fields[] = {
	FIELD(struct profile_table, name, TEXT),
	FIELD(struct profile_table, file, TEXT),
	FIELD(struct profile_table, rows, TEXT),
	FIELD(struct profile_table, rejected, TEXT, .doc = "lines set aside"),
	FIELD(struct profile_table, reach, TEXT, .doc = "how its rows reach a patient"),
	FIELD(struct profile_table, lost, BOOL, .doc = "some of its rows reach none"),
	FIELD(struct profile_table, tests, TEXTS, .doc = "tests with values out of range"),
	FIELD_LIST(struct profile_table, columns, column_fields),
	FIELD_END,
};

static const struct field found_fields[] = {
	FIELD(struct profile, layout, TEXT),
	FIELD(struct profile, patient, TEXT),
	FIELD(struct profile, visit, TEXT),
	FIELD(struct profile, patients, TEXT),
	FIELD(struct profile, said, TEXT, .doc = "the patient's column as the recipe says it"),
	FIELD(struct profile, links, TEXTS),
	FIELD(struct profile, problems, TEXTS),
	FIELD(struct profile, empty, TEXTS),
	FIELD_LIST(struct profile, tables, table_fields),
	FIELD_END,
};

static const struct field profile_fields[] = {
	FIELD(struct profile_view, slug, TEXT),
	FIELD(struct profile_view, title, TEXT),
	FIELD(struct profile_view, source, TEXT, .doc = "hash of the source"),
	FIELD(struct profile_view, understood, BOOL, .doc = "a steward confirmed it"),
	FIELD(struct profile_view, released, INT, .doc = "patients in the signed release"),
	FIELD_ROW(struct profile_view, found, found_fields),
	FIELD_END,
};

static enum status
profile_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct profile_view *v = view;
	struct project_full p;
	struct job_newest j;
	r->page.inside = true;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_job_newest(r->db, r->event.id, p.id, "import", &j, e));
	if (!streq(j.state, "done"))
		return err_set(e, E_ABSENT, "",
			"The tables of \"%s\" are not imported. Import them first.", p.title);
	v->slug = p.slug;
	v->title = p.title;
	v->source = p.source;
	v->understood = p.source[0] && streq(p.understood, p.source);
	r->page.title = arena_printf(r->arena, "What was found in %s", p.title);
	v->released = p.patients;
	TRY(profile_read(r->arena, j.result, &v->found, e));
	profile_follow(r->arena, p.recipe, &v->found);
	return OK;
}

struct confirm_in {
	const char *source;
};

static const struct field confirm_in[] = {
	FIELD(struct confirm_in, source, TEXT, .required = true, .max = 200),
	FIELD_END,
};

/* Keys and links are found by names and proved on the data; a person says that they are right. */
static enum status
profile_confirm(struct req *r, const void *in, void *view, struct err *e)
{
	const struct confirm_in *f = in;
	struct project_full p;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_project_understood(r->db, p.id, f->source, e));
	if (db_changes(r->db) != 1)
		return err_set(e, E_CONFLICT, "",
			"The tables were imported anew meanwhile. Look at what was found now.");
	req_flash(r, "Confirmed: patients, visits and links of this source.");
	return req_audit(
		r, "source confirmed", arena_printf(r->arena, "project %s", p.slug), f->source, e);
}

const struct route profile_routes[] = {
	{ GET, "/e/:event/data/:project/profile", profile_show, CAP_DATA_READ,
		"What an import found in each column.", NULL,
		VIEW(struct profile_view, profile_fields), .page = page_profile },
	{ POST, "/e/:event/data/:project/profile", profile_confirm, CAP_DATA_HANDLE,
		"Confirms the keys and links that an import found.",
		IN(struct confirm_in, confirm_in), .then = "/e/:event/data/:project" },
	{ 0 },
};
