/* The steward's way from a folder in the inbox to a release. */
#include "portal/data/data.h"

#include <jansson.h>

#include "base/clock.h"
#include "portal/data/data_job.h"
#include "portal/data/data_view.h"
#include "portal/recipe/recipe.h"
#include "portal/recipe/recipe.sql.h"
#include "portal/sign/sign.sql.h"
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

static enum status
data_list(struct req *r, const void *in, void *view, struct err *e)
{
	struct data_list_view *v = view;
	struct project_list_rows rows;
	r->page.inside = true;
	TRY(db_project_list(r->db, r->event.id, &rows, e));
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
			.data = data_words(r->arena, p),
			.patients = p->patients };
		ethics_words(
			r, p->ethics_number, p->ethics_expires, &row->ethics, &row->ethics_tag);
		bool changed = data_changed(r->arena, p);
		if (!v->next_slug && (!p->recipe_hash[0] || p->unsigned_images || changed)) {
			v->next_slug = p->slug;
			v->next_title = p->title;
			v->next_text =
				p->unsigned_images ? "Its release waits for your signature."
				: !p->source[0]    ? "Its tables are not imported yet."
				: !p->recipe[0]    ? "It has no recipe yet."
				: changed ? "Its recipe has changed since the release was signed."
					  : "Its data are not released yet.";
		}
	}
	return OK;
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
	FIELD(struct data_view, unsigned_release, BOOL, .doc = "made, not signed by a steward"),
	FIELD(struct data_view, working, TEXT),
	FIELD(struct data_view, progress, INT, .doc = "percent"),
	FIELD(struct data_view, problem, TEXT),
	FIELD(struct data_view, tables, INT),
	FIELD(struct data_view, rows, INT),
	FIELD(struct data_view, patients, INT),
	FIELD(struct data_view, sample_patients, INT),
	FIELD(struct data_view, hidden_patients, INT),
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

/* What runs for this project now, and why the newest job failed if it did. */
static enum status
load_jobs(struct req *r, struct data_view *v, int64_t project, struct err *e)
{
	static const char *const kinds[] = { "import", "suggest", "release", "withdraw" };
	static const char *const words[] = { "Importing the tables",
		"Looking what should become of each column", "Making the releases",
		"Making the releases without the patient" };
	int64_t newest = 0;
	for (int i = 0; i < 4; i++) {
		struct job_newest j;
		enum status s = db_job_newest(r->db, r->event.id, project, kinds[i], &j, e);
		if (s == E_ABSENT)
			continue;
		TRY(s);
		if (streq(j.state, "queued") || streq(j.state, "running")) {
			struct job_progress p = { 0 };
			v->running = v->may_stop = true;
			v->working = words[i];
			if (job_progress(r->arena, &r->server->config, j.id, &p, NULL) == OK) {
				v->progress = p.percent;
				v->working = p.text;
			}
		}
		if (j.id > newest) {
			newest = j.id;
			v->problem = streq(j.state, "failed") ? j.error : NULL;
		}
		if (i == 0 && streq(j.state, "done"))
			v->imported = true;
	}
	return OK;
}

static enum status
load_recipe(struct req *r, const struct project_full *p, struct data_view *v, struct err *e)
{
	struct recipe_now now;
	TRY(recipe_load(r->db, p->id, p->recipe, &now, e));
	v->recipe = now.text;
	v->recipe_saved = p->recipe[0] != '\0';
	v->recipe_standing = recipe_standing_word(now.standing);
	v->recipe_version = now.version;
	return OK;
}

/* Is this JSON spec of this recipe? */
static bool
is_of(const char *spec, const char *recipe)
{
	json_t *j = json_loads(spec, 0, NULL);
	const char *used = json_string_value(json_object_get(j, "recipe"));
	bool same = used && streq(used, recipe);
	json_decref(j);
	return same;
}

/* The risk of this recipe: measured by itself, or with the release that was made of it. */
static enum status
load_risk(struct req *r, const struct project_full *p, bool made, const char *release,
	struct way_facts *f, struct err *e)
{
	struct recipe_job j;
	bool there;
	TRY(db_found(db_recipe_job(r->db, p->id, "measure", &j, e), &there));
	bool measured = there && streq(j.state, "done") && is_of(j.spec, p->recipe);
	if (!measured && !made)
		return OK;
	json_t *root = json_loads(measured ? j.result : release, 0, NULL);
	json_t *risk = json_object_get(root, "risk"), *after = json_object_get(risk, "after");
	f->measured = measured || risk;
	f->lowered = after != NULL;
	f->group = json_integer_value(json_object_get(after, "k"));
	json_decref(root);
	return OK;
}

/* Of the newest release, signed or not; before there is one, of what was imported. */
static void
load_figures(const struct data_source *source, const char *release, struct data_view *v)
{
	json_t *r = json_loads(release, 0, NULL);
	v->tables = r ? (int64_t)json_array_size(json_object_get(r, "tables")) : source->tables;
	v->rows = r ? json_integer_value(json_object_get(r, "rows")) : source->rows;
	v->patients = json_integer_value(json_object_get(r, "patients"));
	v->sample_patients = json_integer_value(json_object_get(r, "sample_patients"));
	v->hidden_patients = json_integer_value(json_object_get(r, "hidden_patients"));
	json_decref(r);
}

static enum status
load_way(struct req *r, const struct project_full *p, struct data_view *v, struct err *e)
{
	struct sign_job release = { .result = "" };
	struct data_source source;
	bool there;
	v->may_handle = req_may(r, CAP_DATA_HANDLE);
	struct way_facts f = { .ethics = v->ethics,
		.past = !v->may_handle,
		.page = arena_printf(r->arena, "/e/%s/data/%s", r->event.slug, p->slug),
		.project = arena_printf(r->arena, "/e/%s/projects/%s", r->event.slug, p->slug),
		.folder = p->folder,
		.approved = streq(v->ethics_tag, "good") || streq(v->ethics_tag, "due"),
		.imported = v->imported,
		.understood = p->source[0] && streq(p->understood, p->source),
		.recipe_saved = v->recipe_saved,
		.recipe_wrong = streq(v->recipe_standing, "wrong"),
		.recipe_checking = streq(v->recipe_standing, "checking"),
		.recipe_version = v->recipe_version,
		.waits = v->unsigned_release };
	TRY(db_data_source(r->db, p->id, &source, e));
	TRY(db_found(db_sign_job(r->db, p->id, &release, e), &there));
	load_figures(&source, release.result, v);
	f.tables = source.tables;
	f.patients = v->patients;
	f.made = there && is_of(release.spec, p->recipe);
	for (size_t i = 0; i < v->releases.n; i++)
		f.released |= streq(v->releases.at[i].state, "ready");
	TRY(load_risk(r, p, f.made, release.result, &f, e));
	v->steps.at = ARENA_ARRAY(r->arena, WAY_STEPS, struct data_step);
	v->steps.n = WAY_STEPS;
	way_steps(r->arena, &f, v->steps.at);
	v->next = way_next(r->arena, &f);
	return OK;
}

static enum status
data_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct data_view *v = view;
	struct project_full p;
	struct release_list_rows releases;
	r->page.inside = true;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	v->slug = p.slug;
	v->title = p.title;
	v->folder = p.folder;
	v->source = p.source;
	TRY(load_recipe(r, &p, v, e));
	v->recipe_hash = p.recipe_hash;
	ethics_words(r, p.ethics_number, p.ethics_expires, &v->ethics, &v->ethics_tag);
	TRY(load_folders(r, v, e));
	TRY(load_jobs(r, v, p.id, e));
	TRY(db_release_list(r->db, p.id, &releases, e));
	v->releases.at = ARENA_ARRAY(r->arena, releases.n, struct release_row);
	v->releases.n = releases.n;
	for (size_t i = 0; i < releases.n; i++) {
		const struct release_list *x = &releases.at[i];
		v->releases.at[i] = (struct release_row){ x->id, x->bytes, x->files, x->made,
			x->stage, x->state, x->hash };
	}
	struct sign_waits waits;
	TRY(db_sign_waits(r->db, p.id, &waits, e));
	v->unsigned_release = waits.n > 0 && !v->running;
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
	int64_t job;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(data_idle(r, &p, e));
	TRY(ethics_valid(
		p.title, p.ethics_number, p.ethics_committee, p.ethics_expires, r->now, e));
	if (!p.source[0])
		return err_set(e, E_CONFLICT, "", "Import the tables first.");
	if (!p.recipe[0])
		return err_set(e, E_CONFLICT, "recipe", "Write the recipe first.");
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
