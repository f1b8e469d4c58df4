/* The steward's way from a folder in the inbox to a release. */
#include "portal/data/data.h"

#include <jansson.h>

#include "base/clock.h"
#include "portal/data/data_job.h"
#include "portal/data/data_view.h"
#include "portal/data/steward.html.h"
#include "portal/data/steward_list.html.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.h"
#include "portal/web/filters.h"

/* ---- all projects ------------------------------------------------------------------------------
 */

static const struct field data_list_fields[] = {
	FIELD_LIST(struct data_list_view, projects, project_row_fields),
	FIELD(struct data_list_view, next_slug, TEXT),
	FIELD(struct data_list_view, next_text, TEXT),
	FIELD_END,
};

/* The first project whose data are not as the recipe says, and what its own page says to do. */
static enum status
list_next(struct req *r, const struct data_standings *all, struct data_list_view *v, struct err *e)
{
	size_t i = 0;
	struct project_full p;
	struct data_way w;
	while (i < all->rows.n &&
		(!streq(all->rows.at[i].state, "accepted") || sign_settled(&all->at[i])))
		i++;
	v->settled = i == all->rows.n;
	if (v->settled || !req_may(r, CAP_DATA_HANDLE))
		return OK;
	TRY(db_project_full(r->db, r->event.id, all->rows.at[i].slug, &p, e));
	TRY(data_way(r, &p, &w, e));
	v->next_slug = p.slug;
	v->next_title = p.title;
	v->next_text = w.running ? arena_printf(r->arena, "%s.", w.working)
				 : arena_printf(r->arena, "%s. %s", w.next.title, w.next.text);
	v->next_quiet = w.running || streq(w.next.tone, "quiet");
	return OK;
}

static enum status
data_list(struct req *r, const void *in, void *view, struct err *e)
{
	struct data_list_view *v = view;
	struct project_list_rows rows;
	struct data_standings all;
	r->page.inside = true;
	TRY(db_project_list(r->db, r->event.id, &rows, e));
	TRY(data_standings(r, &all, e));
	v->projects.at = ARENA_ARRAY(r->arena, rows.n, struct project_row);
	for (size_t i = 0; i < rows.n; i++) {
		const struct project_list *p = &rows.at[i];
		if (!streq(p->state, "accepted"))
			continue;
		struct project_row *row = &v->projects.at[v->projects.n++];
		*row = (struct project_row){ .slug = p->slug,
			.title = p->title,
			.state = p->state,
			.task = p->task,
			.lead = p->lead,
			.data = data_words(p, data_standing_of(&all, p->slug)),
			.patients = p->patients };
		ethics_words(
			r, p->ethics_number, p->ethics_expires, &row->ethics, &row->ethics_tag);
	}
	return list_next(r, &all, v, e);
}

/* ---- one project -------------------------------------------------------------------------------
 */

static const struct field step_fields[] = {
	FIELD(struct data_step, title, TEXT),
	FIELD(struct data_step, text, TEXT),
	FIELD(struct data_step, state, TEXT, .doc = "done, now, later or stop"),
	FIELD(struct data_step, href, TEXT),
	FIELD_END,
};

static const struct field next_fields[] = {
	FIELD(struct data_next, title, TEXT),
	FIELD(struct data_next, text, TEXT),
	FIELD(struct data_next, href, TEXT),
	FIELD_END,
};

static const struct field folder_fields[] = {
	FIELD(struct folder_row, name, TEXT),
	FIELD(struct folder_row, text, TEXT),
	FIELD(struct folder_row, chosen, BOOL),
	FIELD_END,
};

static const struct field release_fields[] = {
	FIELD(struct release_row, id, INT),
	FIELD(struct release_row, stage, TEXT),
	FIELD(struct release_row, state, TEXT),
	FIELD(struct release_row, hash, TEXT, .doc = "BLAKE2b-256 of the image"),
	FIELD(struct release_row, bytes, INT),
	FIELD(struct release_row, files, INT),
	FIELD(struct release_row, made, TIME),
	FIELD(struct release_row, before, BOOL,
		.doc = "a newer one of its stage is signed, or it is destroyed"),
	FIELD_END,
};

static const struct field data_fields[] = {
	FIELD(struct data_view, slug, TEXT),
	FIELD(struct data_view, title, TEXT),
	FIELD(struct data_view, folder, TEXT),
	FIELD(struct data_view, source, TEXT),
	FIELD(struct data_view, recipe, TEXT),
	FIELD(struct data_view, recipe_hash, TEXT),
	FIELD(struct data_view, recipe_version, INT),
	FIELD(struct data_view, recipe_standing, TEXT),
	FIELD(struct data_view, ethics, TEXT),
	FIELD(struct data_view, running, BOOL),
	FIELD(struct data_view, may_handle, BOOL, .doc = "whether you may change anything here"),
	FIELD(struct data_view, may_stop, BOOL, .doc = "whether what runs can be stopped"),
	FIELD(struct data_view, standing, TEXT, .doc = "what teams have, and until when"),
	FIELD(struct data_view, unsigned_release, BOOL, .doc = "made, not signed by a steward"),
	FIELD(struct data_view, undescribed, BOOL,
		.doc = "its catalogue entry is still to be written"),
	FIELD(struct data_view, may_again, BOOL,
		.doc = "releases may be made anew, although it is not what is to be done next"),
	FIELD(struct data_view, working, TEXT),
	FIELD(struct data_view, progress, INT, .doc = "percent"),
	FIELD(struct data_view, problem, TEXT),
	FIELD(struct data_view, tables, INT),
	FIELD(struct data_view, rows, INT),
	FIELD(struct data_view, patients, INT),
	FIELD(struct data_view, sample_patients, INT),
	FIELD(struct data_view, hidden_patients, INT),
	FIELD(struct data_view, lot, TEXT, .doc = "why their shares are not exactly the recipe's"),
	FIELD_LIST(struct data_view, steps, step_fields),
	FIELD_ROW(struct data_view, next, next_fields),
	FIELD_LIST(struct data_view, folders, folder_fields),
	FIELD_LIST(struct data_view, releases, release_fields),
	FIELD_END,
};

/* The folders that the newest look into the inbox found. */
static enum status
load_folders(struct req *r, struct data_view *v, struct err *e)
{
	struct job_newest j;
	enum status s = db_job_newest(r->db, r->event.id, 0, "inbox", &j, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	v->looked = streq(j.state, "done");
	if (streq(j.state, "queued") || streq(j.state, "running")) {
		v->running = true;
		v->working = "Looking into the inbox";
	}
	json_t *root = json_loads(j.result ? j.result : "", 0, NULL), *f, *t;
	json_t *folders = json_object_get(root, "folders");
	v->folders.at = ARENA_ARRAY(r->arena, json_array_size(folders), struct folder_row);
	size_t i, k;
	json_array_foreach(folders, i, f)
	{
		const char *name = json_string_value(json_object_get(f, "name"));
		json_t *tables = json_object_get(f, "tables");
		int64_t bytes = 0;
		json_array_foreach(tables, k, t) bytes +=
			json_integer_value(json_object_get(t, "bytes"));
		if (name)
			v->folders.at[v->folders.n++] = (struct folder_row){ arena_strdup(r->arena,
										     name),
				arena_printf(r->arena, "%zu %s, %s", json_array_size(tables),
					json_array_size(tables) == 1 ? "table" : "tables",
					filter_bytes(r->arena, bytes)),
				streq(name, v->folder) };
	}
	json_decref(root);
	return OK;
}

/* Is another image of that stage, among the first n, which are newer, signed? What failed has no more
 * to say once there is a newer one at all. */
static bool
is_before(const struct release_row *rows, size_t n, const struct release_list *x)
{
	for (size_t i = 0; i < n; i++)
		if (streq(rows[i].stage, x->stage) &&
			(streq(rows[i].state, "ready") || streq(x->state, "failed")))
			return true;
	return streq(x->state, "destroyed");
}

static enum status
load_releases(struct req *r, int64_t project, struct data_view *v, struct err *e)
{
	struct release_list_rows rows;
	TRY(db_release_list(r->db, project, &rows, e));
	v->releases.at = ARENA_ARRAY(r->arena, rows.n, struct release_row);
	v->releases.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct release_list *x = &rows.at[i];
		v->releases.at[i] = (struct release_row){ x->id, x->bytes, x->files, x->made,
			x->stage, x->state, x->hash, is_before(v->releases.at, i, x) };
		v->before += v->releases.at[i].before;
	}
	return OK;
}

static enum status
load_way(struct req *r, const struct project_full *p, struct data_view *v, struct err *e)
{
	struct data_way *w = ARENA_NEW(r->arena, struct data_way);
	TRY(data_way(r, p, w, e));
	v->recipe = w->recipe.text;
	v->recipe_standing = recipe_standing_word(w->recipe.standing);
	v->recipe_version = w->recipe.version;
	v->ethics = w->ethics;
	v->ethics_tag = w->ethics_tag;
	v->imported = w->facts.imported;
	v->may_handle = !w->facts.past;
	v->may_stop = w->may_stop;
	v->problem = w->problem;
	if (w->running) {
		v->running = true;
		v->working = w->working;
		v->progress = w->progress;
	}
	v->tables = w->tables;
	v->rows = w->rows;
	v->patients = w->patients;
	v->sample_patients = w->sample_patients;
	v->hidden_patients = w->hidden_patients;
	/* Of a recipe that was changed since, the shares are not those of the figures. */
	bool same = w->facts.standing.state == SIGN_WAITS || w->facts.standing.state == SIGN_SIGNED;
	v->undescribed = w->facts.standing.undescribed && v->may_handle && w->facts.recipe_saved;
	v->lot = v->patients ? recipe_lot_words(r->arena, same ? w->recipe.text : "") : "";
	v->standing = w->facts.standing.sentence;
	v->unsigned_release = w->facts.standing.state == SIGN_WAITS && !v->running;
	v->may_again = !w->next.post && way_may_make(&w->facts);
	v->steps.at = w->steps;
	v->steps.n = WAY_STEPS;
	v->next = w->next;
	return OK;
}

static enum status
data_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct data_view *v = view;
	struct project_full p;
	r->page.inside = true;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	v->slug = p.slug;
	v->title = p.title;
	v->folder = p.folder;
	v->source = p.source;
	v->recipe_hash = p.recipe_hash;
	TRY(load_folders(r, v, e));
	TRY(load_releases(r, p.id, v, e));
	TRY(load_way(r, &p, v, e));
	v->unfold = v->problem || page_error(&r->page, "folder");
	r->page.title = arena_printf(r->arena, "Data of %s", p.title);
	return OK;
}

/* ---- asking the curator ------------------------------------------------------------------------
 */

static enum status
inbox_look(struct req *r, const void *in, void *view, struct err *e)
{
	struct job_newest newest;
	int64_t job;
	enum status s = db_job_newest(r->db, r->event.id, 0, "inbox", &newest, e);
	if (s != OK && s != E_ABSENT)
		return s;
	req_flash(r, "Looking into the inbox.");
	if (s == OK && (streq(newest.state, "queued") || streq(newest.state, "running")))
		return OK;
	/* A short name is made of letters, digits and hyphens: nothing to escape. */
	TRY(job_add(r->db, "inbox", r->event.id, 0, 0,
		arena_printf(r->arena, "{\"inbox\":\"%s\"}", r->event.slug), r->now, &job, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	return OK;
}

enum status
data_idle(struct req *r, const struct project_full *p, struct err *e)
{
	struct job_open_rows open;
	if (!streq(p->state, "accepted"))
		return err_set(e, E_CONFLICT, "", "\"%s\" is not accepted.", p->title);
	TRY(db_job_open(r->db, r->event.id, p->id, &open, e));
	if (open.n)
		return err_set(e, E_CONFLICT, "", "The curator is still at work on this (%s).",
			open.at[0].kind);
	return OK;
}

struct import_in {
	const char *folder;
	bool go_on;
};

static const struct field import_in[] = {
	FIELD(struct import_in, folder, TEXT, .required = true, .trim = true, .max = 100,
		.label = "Folder"),
	FIELD(struct import_in, go_on, BOOL,
		.doc = "bad lines and files are set aside; otherwise the first stops the import"),
	FIELD_END,
};

/* The same alphabet as the curator takes; it checks again. */
static bool
folder_ok(const char *s)
{
	if (s[0] == '.')
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			    (*s >= '0' && *s <= '9') || *s == '_' || *s == '-' || *s == '.'))
			return false;
	return true;
}

static enum status
data_import(struct req *r, const void *in, void *view, struct err *e)
{
	const struct import_in *f = in;
	struct project_full p;
	int64_t job;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(data_idle(r, &p, e));
	if (!folder_ok(f->folder))
		return err_set(e, E_INPUT, "folder", "\"%.60s\" cannot be a folder of the inbox.",
			f->folder);
	TRY(db_project_set_folder(r->db, p.id, f->folder, e));
	TRY(job_add(r->db, "import", r->event.id, p.id, 0,
		arena_printf(r->arena,
			"{\"project\":%lld,\"inbox\":\"%s\",\"folder\":\"%s\",\"go_on\":%s}",
			(long long)p.id, r->event.slug, f->folder, f->go_on ? "true" : "false"),
		r->now, &job, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The curator imports “%s”.", f->folder);
	return req_audit(
		r, "import asked", arena_printf(r->arena, "project %s", p.slug), f->folder, e);
}

static enum status
data_release(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_full p;
	struct data_way w;
	int64_t job;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(data_idle(r, &p, e));
	TRY(ethics_valid(
		p.title, p.ethics_number, p.ethics_committee, p.ethics_expires, r->now, e));
	if (!p.source[0])
		return err_set(e, E_CONFLICT, "", "Import the tables first.");
	if (!p.recipe[0])
		return err_set(e, E_CONFLICT, "recipe", "Write the recipe first.");
	/* The page offers it by the same rule, and is not what holds it. */
	TRY(data_way(r, &p, &w, e));
	if (!w.facts.measured)
		return err_set(e, E_CONFLICT, "",
			w.facts.measuring
				? "The risk of this recipe is being measured. Wait until it is "
				  "known."
				: "Measure the risk of being found again first: nobody releases "
				  "what they do not know the risk of.");
	if (!way_may_make(&w.facts))
		return err_set(e, E_CONFLICT, "recipe",
			"The recipe does not fit the data, or is still being checked.");
	TRY(data_job_release(r->db, r->event.id, p.id, p.recipe, r->now, &job, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The curator makes the releases. This page shows how far it is.");
	return req_audit(r, "release asked", arena_printf(r->arena, "project %s", p.slug),
		p.ethics_number, e);
}

static enum status
data_stop(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_full p;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_job_stop(r->db, r->event.id, p.id, r->me.name, e));
	if (db_changes(r->db) == 0)
		return err_set(e, E_CONFLICT, "", "The curator does nothing for this project.");
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The curator stops. What was there before stays.");
	return req_audit(r, "curator stopped", arena_printf(r->arena, "project %s", p.slug), "", e);
}

const struct route data_routes[] = {
	{ GET, "/e/:event/data", data_list, CAP_DATA_READ, "The data of all projects.", "Data",
		VIEW(struct data_list_view, data_list_fields), .page = page_steward_list },
	{ GET, "/e/:event/data/:project", data_show, CAP_DATA_READ,
		"One project's way from folder to release.", NULL,
		VIEW(struct data_view, data_fields), .page = page_steward },
	{ POST, "/e/:event/data/:project/look", inbox_look, CAP_DATA_HANDLE,
		"Looks which folders are in the event's part of the inbox.", IN_NOTHING,
		.then = "/e/:event/data/:project", .shows = "/e/:event/data/:project" },
	{ POST, "/e/:event/data/:project/import", data_import, CAP_DATA_HANDLE,
		"Imports a folder of tables.", IN(struct import_in, import_in),
		.then = "/e/:event/data/:project", .shows = "/e/:event/data/:project" },
	{ POST, "/e/:event/data/:project/stop", data_stop, CAP_DATA_HANDLE,
		"Stops what the curator does for a project.", IN_NOTHING,
		.then = "/e/:event/data/:project", .shows = "/e/:event/data/:project" },
	{ POST, "/e/:event/data/:project/release", data_release, CAP_DATA_HANDLE,
		"Makes the images of a release.", IN_NOTHING, .then = "/e/:event/data/:project",
		.shows = "/e/:event/data/:project" },
	{ 0 },
};
