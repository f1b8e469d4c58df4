/* The page of a team's packages and of the sealing of its workspace. */
#include <jansson.h>

#include "portal/keeper/keeper.h"
#include "portal/packages/packages.h"
#include "portal/packages/packages.html.h"
#include "portal/packages/packages.sql.h"
#include "portal/web/filters.h"

enum { SHOWN = 1000 };

static const struct field package_fields[] = {
	FIELD(struct package_row, kind, TEXT, .doc = "apt, npm, pip or r"),
	FIELD(struct package_row, name, TEXT),
	FIELD(struct package_row, version, TEXT),
	FIELD(struct package_row, bytes, INT),
	FIELD(struct package_row, sha256, TEXT, .doc = "of the file, in hex"),
	FIELD(struct package_row, at, TIME),
	FIELD_END,
};

static const struct field exit_fields[] = {
	FIELD(struct seal_exit_row, what, TEXT, .doc = "the exit that was tried"),
	FIELD(struct seal_exit_row, how, TEXT, .doc = "what was found"),
	FIELD_END,
};

static const struct field file_fields[] = {
	FIELD(struct seal_file_row, path, TEXT),
	FIELD(struct seal_file_row, what, TEXT, .doc = "what starts it"),
	FIELD(struct seal_file_row, bytes, INT, .doc = "-1 when it is not a plain file"),
	FIELD(struct seal_file_row, sha256, TEXT),
	FIELD_END,
};

static const struct field choice_fields[] = {
	FIELD(struct replay_choice, number, INT),
	FIELD(struct replay_choice, name, TEXT),
	FIELD_END,
};

static const struct field replay_fields[] = {
	FIELD(struct replay_row, team, TEXT, .doc = "whose workspace they went into"),
	FIELD(struct replay_row, state, TEXT, .doc = "waiting, running, done or failed"),
	FIELD(struct replay_row, words, TEXT),
	FIELD(struct replay_row, person, TEXT),
	FIELD(struct replay_row, at, TIME),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD(struct packages_view, team, INT, .doc = "number of the team in the event"),
	FIELD(struct packages_view, team_name, TEXT),
	FIELD(struct packages_view, fetched, INT, .doc = "packages in all"),
	FIELD(struct packages_view, bytes, INT),
	FIELD_LIST(struct packages_view, packages, package_fields),
	FIELD(struct packages_view, lock, TEXT,
		.doc = "the lock file: kind, SHA-256, bytes and path, a line each"),
	FIELD(struct packages_view, sealed, TIME, .doc = "of the newest proof, for who may see it"),
	FIELD_LIST(struct packages_view, exits, exit_fields),
	FIELD_LIST(struct packages_view, files, file_fields),
	FIELD(struct packages_view, more_files, BOOL),
	FIELD(struct packages_view, may_replay, BOOL),
	FIELD_LIST(struct packages_view, choices, choice_fields),
	FIELD_LIST(struct packages_view, replays, replay_fields),
	FIELD_END,
};

/* ---- what was fetched ---- */

static enum status
load_packages(struct req *r, int64_t ws, struct packages_view *v, struct err *e)
{
	struct package_list_rows rows;
	struct package_sum sum;
	struct str lock;
	TRY(db_package_list(r->db, ws, &rows, e));
	TRY(db_package_sum(r->db, ws, &sum, e));
	TRY(packages_lock(r->db, ws, &lock, e));
	v->lock = str_dup(r->arena, lock);
	v->fetched = sum.n;
	v->bytes = sum.bytes;
	v->packages.n = rows.n < SHOWN ? rows.n : SHOWN;
	v->packages.at = ARENA_ARRAY(r->arena, v->packages.n, struct package_row);
	for (size_t i = 0; i < v->packages.n; i++) {
		const struct package_list *p = &rows.at[i];
		v->packages.at[i] = (struct package_row){ p->kind, p->name, p->version, p->sha256,
			p->bytes, p->at };
	}
	return OK;
}

/* ---- the sealing ---- */

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

/* The warden wrote it; a word that is not there is shown as nothing. */
static void
read_seal(struct req *r, const json_t *j, struct packages_view *v)
{
	const json_t *exits = json_object_get(j, "exits"), *files = json_object_get(j, "autostart");
	v->exits.n = json_array_size(exits);
	v->exits.at = ARENA_ARRAY(r->arena, v->exits.n, struct seal_exit_row);
	for (size_t i = 0; i < v->exits.n; i++) {
		const json_t *x = json_array_get(exits, i);
		v->exits.at[i] = (struct seal_exit_row){ arena_strdup(r->arena, text_of(x, "what")),
			arena_strdup(r->arena, text_of(x, "how")) };
	}
	v->files.n = json_array_size(files);
	v->files.at = ARENA_ARRAY(r->arena, v->files.n, struct seal_file_row);
	for (size_t i = 0; i < v->files.n; i++) {
		const json_t *x = json_array_get(files, i);
		v->files.at[i] = (struct seal_file_row){ arena_strdup(r->arena, text_of(x, "path")),
			arena_strdup(r->arena, text_of(x, "what")),
			arena_strdup(r->arena, text_of(x, "sha256")),
			json_integer_value(json_object_get(x, "bytes")) };
	}
	v->more_files = json_is_true(json_object_get(j, "more"));
}

static enum status
load_seal(struct req *r, int64_t ws, struct packages_view *v, struct err *e)
{
	struct seal_of s;
	v->sees_seal = req_may(r, CAP_WORKSPACE_HANDLE);
	if (!v->sees_seal)
		return OK;
	enum status st = db_seal_of(r->db, ws, &s, e);
	if (st == E_ABSENT)
		return OK;
	TRY(st);
	json_t *j = json_loads(s.report, JSON_REJECT_DUPLICATES, NULL);
	if (j) {
		v->sealed = s.at;
		read_seal(r, j, v);
	}
	json_decref(j);
	return OK;
}

/* ---- into another workspace ---- */

static enum status
load_replays(struct req *r, int64_t ws, struct packages_view *v, struct err *e)
{
	struct replay_list_rows rows;
	struct packages_targets_rows targets;
	v->may_replay = v->sees_seal && v->fetched;
	if (!v->sees_seal)
		return OK;
	TRY(db_replay_list(r->db, ws, &rows, e));
	v->replays.n = rows.n;
	v->replays.at = ARENA_ARRAY(r->arena, rows.n, struct replay_row);
	for (size_t i = 0; i < rows.n; i++) {
		const struct replay_list *y = &rows.at[i];
		bool runs = streq(y->state, "waiting") || streq(y->state, "running");
		v->replays.at[i] = (struct replay_row){ y->team, y->state,
			streq(y->state, "done") ? "good"
			: runs                  ? "due"
						: "stop",
			y->words, y->person, y->at };
		v->refresh = runs ? 3 : v->refresh;
	}
	TRY(db_packages_targets(r->db, r->event.id, r->team, &targets, e));
	v->choices.n = targets.n;
	v->choices.at = ARENA_ARRAY(r->arena, targets.n, struct replay_choice);
	for (size_t i = 0; i < targets.n; i++)
		v->choices.at[i] =
			(struct replay_choice){ targets.at[i].number, targets.at[i].name };
	return OK;
}

static void
tell(struct req *r, const struct packages_room *w, struct packages_view *v)
{
	bool setup = streq(w->stage, "setup") && streq(w->state, "open");
	v->headline = v->fetched
			      ? arena_printf(r->arena, "%s fetched, %s",
					filter_plural(r->arena, v->fetched, "package", "packages"),
					filter_bytes(r->arena, v->bytes))
		      : setup ? "Nothing was installed yet"
			      : "Nothing was installed";
	v->explanation =
		setup ? "In the workspace's terminal: apt install, pip install, npm install -g and "
			"R's install.packages work as usual, for the whole team, until the data "
			"come."
		: w->sealed
			? "The workspace is sealed: what was installed stays, and nothing is added."
			: "Packages can be installed while the workspace is open in the setup "
			  "phase.";
}

static enum status
packages_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct packages_view *v = view;
	struct packages_room w;
	r->page.inside = true;
	v->lock = "";
	TRY(db_packages_room(r->db, r->team, &w, e));
	v->team = w.number;
	v->team_name = w.name;
	TRY(load_packages(r, w.id, v, e));
	TRY(load_seal(r, w.id, v, e));
	TRY(load_replays(r, w.id, v, e));
	tell(r, &w, v);
	return OK;
}

struct replay_in {
	int64_t into;
};

static const struct field replay_in_fields[] = {
	FIELD(struct replay_in, into, INT, .required = true, .min = 1, .max = 100000,
		.label = "Team", .doc = "number of the team whose workspace they go into"),
	FIELD_END,
};

static enum status
replay_order(struct req *r, const void *input, void *view, struct err *e)
{
	const struct replay_in *in = input;
	struct packages_room source;
	struct packages_targets_rows targets;
	struct replay_busy busy;
	struct package_sum sum;
	TRY(db_packages_room(r->db, r->team, &source, e));
	TRY(db_package_sum(r->db, source.id, &sum, e));
	if (sum.n == 0)
		return err_set(e, E_CONFLICT, "into", "%s has fetched no packages.", source.name);
	TRY(db_packages_targets(r->db, r->event.id, r->team, &targets, e));
	for (size_t i = 0; i < targets.n; i++) {
		const struct packages_targets *t = &targets.at[i];
		if (t->number != in->into)
			continue;
		TRY(db_replay_busy(r->db, t->id, &busy, e));
		if (busy.n)
			return err_set(e, E_CONFLICT, "into",
				"Packages are being installed in the workspace of %s already.",
				t->name);
		TRY(db_replay_add(r->db, source.id, t->id, r->me.id, r->now, e));
		TRY(req_audit(r, "packages ordered",
			arena_printf(r->arena, "workspace %lld of team %lld", (long long)t->id,
				(long long)t->number),
			arena_printf(r->arena, "%lld packages as in workspace %lld",
				(long long)sum.n, (long long)source.id),
			e));
		req_after(r, keeper_nudge, 0, 0, 0);
		req_flash(r, "The packages of %s are being installed in the workspace of %s.",
			source.name, t->name);
		return OK;
	}
	return err_set(e, E_CONFLICT, "into",
		"Team %lld has no workspace that is open in the setup phase.", (long long)in->into);
}

#define PAGE "/e/:event/teams/:team/packages"

const struct route packages_routes[] = {
	{ GET, PAGE, packages_show, CAP_TEAM_READ,
		"What a team's workspace fetched, and how it was sealed.", "Packages",
		VIEW(struct packages_view, view_fields), .page = page_packages },
	{ POST, PAGE "/replay", replay_order, CAP_WORKSPACE_HANDLE,
		"Installs a team's packages again in another team's workspace.",
		IN(struct replay_in, replay_in_fields), .then = PAGE, .shows = PAGE },
	{ 0 },
};
