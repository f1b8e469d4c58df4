/* What is left of an event's data after it, and the record of what was destroyed. */
#include <jansson.h>

#include "portal/data/data.h"
#include "portal/data/data_view.h"
#include "portal/data/destroy.sql.h"
#include "portal/data/destroyed.html.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.h"
#include "portal/web/filters.h"

static const struct field room_fields[] = {
	FIELD(struct destroyed_room, team, INT),
	FIELD(struct destroyed_room, team_name, TEXT),
	FIELD(struct destroyed_room, state, TEXT, .doc = "of the workspace"),
	FIELD(struct destroyed_room, at, TIME, .doc = "when it was destroyed"),
	FIELD(struct destroyed_room, bytes, INT, .doc = "that its disk took on the server; 0: nothing, or not known"),
	FIELD(struct destroyed_room, archive, TEXT,
		.doc = "none, waiting, running, done, failed or old"),
	FIELD(struct destroyed_room, archive_hash, TEXT, .doc = "BLAKE2b-256 of the file"),
	FIELD_END,
};

static const struct field project_fields[] = {
	FIELD(struct destroyed_project, title, TEXT),
	FIELD(struct destroyed_project, state, TEXT,
		.doc = "kept, waiting, running, destroyed or failed"),
	FIELD(struct destroyed_project, at, TIME),
	FIELD(struct destroyed_project, images, INT, .doc = "releases that were made"),
	FIELD(struct destroyed_project, files, INT,
		.doc = "removed: sources, hidden labels, images, and the event's key with the "
		       "last"),
	FIELD(struct destroyed_project, bytes, INT),
	FIELD(struct destroyed_project, error, TEXT),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD_LIST(struct destroyed_view, rooms, room_fields),
	FIELD_LIST(struct destroyed_view, projects, project_fields),
	FIELD(struct destroyed_view, kept, INT, .doc = "projects whose data are still here"),
	FIELD(struct destroyed_view, headline, TEXT),
	FIELD(struct destroyed_view, explanation, TEXT),
	FIELD(struct destroyed_view, may_destroy, BOOL),
	FIELD_END,
};

static int64_t
number(const char *result, const char *key)
{
	json_t *j = json_loads(result, JSON_REJECT_DUPLICATES, NULL);
	int64_t n = json_integer_value(json_object_get(j, key));
	json_decref(j);
	return n;
}

static const char *
project_state(const struct destroy_projects *p)
{
	return streq(p->job_state, "queued")    ? "waiting"
	       : streq(p->job_state, "running") ? "running"
	       : streq(p->job_state, "done")    ? "destroyed"
	       : streq(p->job_state, "failed")  ? "failed"
						: "kept";
}

static enum status
projects(struct req *r, struct destroyed_view *v, struct err *e)
{
	struct destroy_projects_rows rows;
	TRY(db_destroy_projects(r->db, r->event.id, &rows, e));
	v->projects.at = ARENA_ARRAY(r->arena, rows.n, struct destroyed_project);
	v->projects.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct destroy_projects *p = &rows.at[i];
		const char *state = project_state(p);
		bool gone = streq(state, "destroyed");
		v->projects.at[i] = (struct destroyed_project){ .title = p->title,
			.state = state,
			.tone = gone                     ? "good"
				: streq(state, "failed") ? "stop"
				: streq(state, "kept")   ? ""
							 : "due",
			.at = gone ? p->ended : 0,
			.images = p->images,
			.files = gone ? number(p->result, "files") : 0,
			.bytes = gone ? number(p->result, "bytes") : 0,
			.error = p->error };
		v->kept += !gone;
	}
	return OK;
}

static void
sum_up(struct req *r, struct destroyed_view *v)
{
	size_t rooms = 0;
	for (size_t i = 0; i < v->rooms.n; i++)
		rooms += streq(v->rooms.at[i].state, "destroyed");
	v->may_destroy = v->kept && req_may(r, CAP_DATA_DESTROY);
	v->headline =
		rooms == v->rooms.n && !v->kept ? "Nothing of the data is left on this server"
		: v->kept ? arena_printf(r->arena, "The data of %s still here",
				    filter_plural(r->arena, v->kept, "project are", "projects are"))
			  : "Workspaces are still here";
	v->explanation =
		r->event.phase == PHASE_CLOSED
			? "The folders in the hospital’s inbox are the hospital’s and are "
			  "not touched."
			: "Workspaces are destroyed when the event is closed; then the data "
			  "steward can destroy the data too.";
}

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct destroyed_view *v = view;
	struct destroy_rooms_rows rows;
	r->page.inside = true;
	TRY(db_destroy_rooms(r->db, r->event.id, &rows, e));
	v->event_name = r->event.name;
	v->rooms.at = ARENA_ARRAY(r->arena, rows.n, struct destroyed_room);
	v->rooms.n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		v->rooms.at[i] = (struct destroyed_room){ rows.at[i].number, rows.at[i].team_name,
			rows.at[i].state, streq(rows.at[i].state, "destroyed") ? "good" : "",
			rows.at[i].destroyed, rows.at[i].destroyed_bytes, rows.at[i].archive,
			streq(rows.at[i].archive, "done") ? "good" : "", rows.at[i].archive_hash };
	TRY(projects(r, v, e));
	sum_up(r, v);
	return OK;
}

struct destroy_in {
	const char *confirm;
};

static const struct field destroy_fields[] = {
	FIELD(struct destroy_in, confirm, TEXT, .required = true, .trim = true, .max = 200,
		.label = "The event's name"),
	FIELD_END,
};

static enum status
destroy(struct req *r, const void *input, void *view, struct err *e)
{
	const struct destroy_in *in = input;
	struct destroy_projects_rows rows;
	int64_t n = 0, job;
	if (!streq(in->confirm, r->event.name))
		return err_set(
			e, E_INPUT, "confirm", "Type the event's name exactly: %s.", r->event.name);
	TRY(db_destroy_projects(r->db, r->event.id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		const char *state = project_state(&rows.at[i]);
		if (!streq(state, "kept") && !streq(state, "failed"))
			continue;
		TRY(job_add(r->db, "forget", r->event.id, rows.at[i].id, 0,
			arena_printf(r->arena, "{\"project\":%lld}", (long long)rows.at[i].id),
			r->now, &job, e));
		n++;
	}
	if (!n)
		return err_set(e, E_CONFLICT, "", "Nothing is left to destroy.");
	TRY(req_audit(r, "data ordered destroyed",
		arena_printf(r->arena, "event %s", r->event.slug),
		filter_plural(r->arena, n, "project", "projects"), e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The data are being destroyed. The record appears here.");
	return OK;
}

#define PAGE_PATH "/e/:event/destroyed"

const struct route destroy_routes[] = {
	{ GET, PAGE_PATH, show, CAP_AUDIT_READ,
		"What of the event was destroyed, when and how much, and what is left.",
		"What was destroyed", VIEW(struct destroyed_view, view_fields),
		.page = page_destroyed },
	{ POST, PAGE_PATH, destroy, CAP_DATA_DESTROY,
		"Destroys sources, hidden labels, images and keys of every project of the event.",
		IN(struct destroy_in, destroy_fields), .then = PAGE_PATH, .shows = PAGE_PATH },
	{ 0 },
};
