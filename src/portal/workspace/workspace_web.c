/* The pages of workspaces: a team's own, and all of them for those who watch. */
#include "base/clock.h"
#include "base/log.h"
#include "portal/keeper/keeper.h"
#include "portal/keeper/warden.h"
#include "portal/web/filters.h"
#include "portal/workspace/workspace.h"
#include "portal/workspace/workspace.html.h"
#include "portal/workspace/workspace.sql.h"
#include "portal/workspace/workspaces.html.h"

static const struct field usage_fields[] = {
	FIELD(struct usage_bar, name, TEXT, .doc = "memory, processor, disk"),
	FIELD(struct usage_bar, words, TEXT, .doc = "used and limit, with units"),
	FIELD(struct usage_bar, percent, INT, .doc = "of the limit, 0 to 100"),
	FIELD_END,
};

/* ---- usage ---- */

static struct usage_bar
bar(const char *name, double used, double limit, const char *words)
{
	double share = limit > 0 ? used / limit : 0;
	int64_t percent = share >= 1 ? 100 : share <= 0 ? 0 : (int64_t)(100 * share);
	return (struct usage_bar){ name, words, percent,
		percent >= 95   ? "stop"
		: percent >= 75 ? "due"
				: "" };
}

/* Memory and disk are counted in units of 1024, as the limits are. */
static const char *
of_bytes(struct arena *a, uint64_t used, uint64_t limit)
{
	return arena_printf(a, "%s of %s", usage_mb_words(a, (int64_t)(used >> 20)),
		usage_mb_words(a, (int64_t)(limit >> 20)));
}

/* Processor time of the newest minute; nobody has looked yet: since the workspace opened. */
static double
cores_used(struct req *r, int64_t opened, const struct pw_usage *u, const struct usage_story *story)
{
	size_t n = story->recent.n;
	if (n && story->recent.at[n - 1].minute > r->now - 180)
		return (double)story->recent.at[n - 1].cpu_milli / 1000;
	double seconds = r->now > opened ? (double)(r->now - opened) : 1;
	return (double)u->cpu_us / 1e6 / seconds;
}

/* Three bars of an open workspace with their last hour; none when the warden cannot say. */
static enum status
usage(struct req *r, int64_t ws, int64_t opened, struct usage_story *story, struct usage_bar **ret,
	size_t *ret_n, struct err *e)
{
	struct pw_id m = { .head.type = PW_WS_STATE, .id = (uint64_t)ws };
	struct pw_usage u = { 0 };
	struct err why;
	if (!r->server->warden ||
		warden_ask(r->server->warden, &m, sizeof m, NULL, 0, &u, sizeof u, &why) != OK ||
		u.state != WS_OPEN)
		return OK;
	TRY(usage_story(r, ws, &u, story, e));
	double busy = cores_used(r, opened, &u, story), cores = (double)u.cpu_limit_milli / 1000;
	struct usage_bar *b = ARENA_ARRAY(r->arena, 3, struct usage_bar);
	b[0] = bar("Memory", (double)u.memory, (double)u.memory_limit,
		of_bytes(r->arena, u.memory, u.memory_limit));
	b[0].recent = story->memory;
	b[1] = bar("Processor", busy, cores,
		arena_printf(r->arena, "%.1f of %s", busy,
			filter_plural(r->arena, (int64_t)cores, "core", "cores")));
	b[1].recent = story->cpu;
	b[2] = bar("Disk", (double)u.disk, (double)u.disk_limit,
		of_bytes(r->arena, u.disk, u.disk_limit));
	b[2].recent = story->disk;
	*ret = b;
	*ret_n = 3;
	return OK;
}

/* ---- a team's workspace ---- */

static const struct field workspace_fields[] = {
	FIELD(struct workspace_view, ws, INT,
		.doc = "number of the workspace, 0 when there is none"),
	FIELD(struct workspace_view, team, INT, .doc = "number of the team in the event"),
	FIELD(struct workspace_view, team_name, TEXT),
	FIELD(struct workspace_view, project, TEXT),
	FIELD(struct workspace_view, state, TEXT,
		.doc = "absent, opening, open, closed, failed or destroyed"),
	FIELD(struct workspace_view, stage, TEXT,
		.doc = "setup, sample or full; empty when closed"),
	FIELD(struct workspace_view, headline, TEXT),
	FIELD(struct workspace_view, explanation, TEXT),
	FIELD(struct workspace_view, problem, TEXT),
	FIELD(struct workspace_view, can_enter, BOOL, .doc = "whether you may enter it now"),
	FIELD(struct workspace_view, must_sign, BOOL),
	FIELD(struct workspace_view, refresh, INT,
		.doc = "seconds after which to look again, or 0"),
	FIELD(struct workspace_view, opened, TIME),
	FIELD(struct workspace_view, open_ms, INT,
		.doc = "milliseconds that the last opening took"),
	FIELD(struct workspace_view, release_hash, TEXT, .doc = "BLAKE2b-256 of the data image"),
	FIELD(struct workspace_view, release_bytes, INT),
	FIELD(struct workspace_view, release_made, TIME),
	FIELD(struct workspace_view, data, TEXT, .doc = "what data it holds, in words"),
	FIELD_LIST(struct workspace_view, usage, usage_fields),
	FIELD_LIST(struct workspace_view, recent, usage_point_fields,
		.doc = "the last hour, a row for each minute"),
	FIELD(struct workspace_view, troubles, TEXTS,
		.doc = "what it ran out of in the last hour, as sentences"),
	FIELD_ROW(struct workspace_view, more, resource_ask_fields),
	FIELD_END,
};

static const char *
data_words(struct req *r, const struct workspace_of_team *w)
{
	if (streq(w->stage, "frozen"))
		return "No data any more";
	if (streq(w->stage, "sample"))
		return arena_printf(r->arena, "A sample of %s patients, read-only at /data",
			filter_cell(r->arena, w->sample_patients));
	if (streq(w->stage, "full"))
		return arena_printf(r->arena,
			"All %s patients, read-only at /data; the outcome of %s is yours to "
			"predict",
			filter_cell(r->arena, w->patients),
			filter_cell(r->arena, w->hidden_patients));
	return "No data yet";
}

static void
tell_closed(struct req *r, const struct workspace_of_team *w, struct workspace_view *v)
{
	if (r->event.phase < PHASE_SETUP) {
		v->headline = "The workspace opens with the setup phase";
		v->explanation = "Then there is a notebook here for each member, and nothing to "
				 "install on your own computer.";
	} else if (r->event.phase > PHASE_PRESENTATIONS) {
		v->headline = "Work on the data has ended";
		v->explanation = "The workspace is closed. What your team made is kept in it until "
				 "the event is over.";
	} else if (streq(w->want, "closed")) {
		v->headline = "The workspace is closed for now";
		v->explanation = "An organiser or the data steward closed it. Your files are kept.";
	} else if (w->problem[0]) {
		v->headline = "The workspace is closed for the moment";
		v->explanation = "Your files are kept, and it opens by itself as soon as what is "
				 "said below is no longer so.";
		v->refresh = 5;
	} else {
		v->headline = "The workspace is opening";
		v->explanation = "This takes a few seconds. The page looks again by itself.";
		v->refresh = 2;
	}
}

/* The next phase has begun and the keeper has not seen it, or is at it. */
static bool
about_to_change(const struct workspace_of_team *w)
{
	return streq(w->state, "open") && !w->problem[0] && !streq(w->want, w->stage) &&
	       !streq(w->want, "closed");
}

static void
tell(struct req *r, const struct workspace_of_team *w, struct workspace_view *v)
{
	if (streq(w->state, "destroyed")) {
		v->headline = "The workspace was destroyed";
		v->explanation = arena_printf(r->arena,
			"On %s it was removed with everything in it%s. The audit trail has the "
			"record.",
			clock_date(r->arena, w->destroyed),
			w->destroyed_bytes ? arena_printf(r->arena, " (%s)",
						     filter_bytes(r->arena, w->destroyed_bytes))
					   : "");
	} else if (about_to_change(w)) {
		tell_closed(r, w, v);
	} else if (streq(w->state, "open") && streq(w->stage, "frozen")) {
		v->headline = "The workspace is frozen";
		v->explanation = "Your notebooks and files can be looked at, and nothing in them "
				 "changes any more. There are no data in it, and what runs there "
				 "keeps nothing.";
	} else if (streq(w->state, "open") && !streq(w->want, "closed")) {
		v->headline = "The workspace is open";
		v->explanation =
			streq(w->stage, "setup")
				? "Set up your tools and try them out. There are no data in it yet."
				: "There is no network inside. Results leave through the airlock "
				  "only.";
	} else if (streq(w->state, "failed") && !streq(w->want, "closed")) {
		v->headline = "The workspace is not open yet";
		v->explanation =
			"The server tries again by itself. If this lasts, tell an organiser.";
		v->refresh = 5;
	} else {
		tell_closed(r, w, v);
	}
}

/* May this person go in, and if not, why? */
static void
ask_entry(struct req *r, int64_t ws, struct workspace_view *v)
{
	struct err e = { 0 };
	if (!req_may(r, CAP_WORKSPACE_ENTER))
		return;
	enum status s = workspace_admits(r->db, ws, r->me.id, r->me.session, r->now, NULL, &e);
	v->can_enter = s == OK;
	v->must_sign = s == E_DENIED && strstr(e.text, "sign the current version");
	if (s == E_DENIED)
		v->explanation = arena_strdup(r->arena, e.text);
}

static enum status
workspace_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct workspace_view *v = view;
	struct workspace_of_team w;
	r->page.inside = true;
	v->state = "absent";
	v->stage = v->problem = v->release_hash = "";
	v->headline = "There is no workspace yet";
	v->explanation = "It is made when the setup phase begins.";
	enum status s = db_workspace_of_team(r->db, r->team, &w, e);
	if (s == E_ABSENT) {
		v->team_name = arena_printf(r->arena, "Team %s", req_param(r, "team"));
		return req_id(r, "team", &v->team, e);
	}
	TRY(s);
	v->ws = w.id;
	v->team = w.number;
	v->team_name = w.team_name;
	v->project = w.project;
	v->state = w.state;
	v->stage = w.stage;
	v->problem = w.problem;
	v->opened = w.opened;
	v->open_ms = w.open_ms;
	v->data = data_words(r, &w);
	if (w.release_hash) {
		v->release_hash = w.release_hash;
		v->release_bytes = w.release_bytes;
		v->release_made = w.release_made;
	}
	tell(r, &w, v);
	ask_entry(r, w.id, v);
	/* Whoever looks at this page is about to press one of its buttons. */
	if (v->can_enter)
		keeper_warm(r->server->keeper, w.id, r->me.id, true);
	TRY(resource_ask_show(r, &v->more, e));
	if (!streq(w.state, "open"))
		return OK;
	TRY(usage(r, w.id, w.opened, &v->story, &v->usage.at, &v->usage.n, e));
	v->recent.at = v->story.recent.at;
	v->recent.n = v->story.recent.n;
	v->troubles = v->story.troubles;
	return OK;
}

/* ---- entering ---- */

struct enter_in {
	const char *app;
};

static const struct field enter_fields[] = {
	FIELD(struct enter_in, app, TEXT, .choices = "notebook|terminal|desktop",
		.label = "Program", .doc = "what to open; the notebook when nothing is said"),
	FIELD_END,
};

static enum pw_type
program(const char *app)
{
	return streq(app, "terminal")  ? PW_WS_TERMINAL
	       : streq(app, "desktop") ? PW_WS_DESKTOP
				       : PW_WS_NOTEBOOK;
}

/* Has it started; the gate waits with the visitor until it answers, and shows how it goes. */
static enum status
start_program(struct req *r, int64_t ws, const char *app, struct err *e)
{
	enum { REFUSAL_MS = 300 };
	struct pw_ws_person m = {
		.head.type = program(app), .ws = (uint64_t)ws, .person = (uint64_t)r->me.id
	};
	if (!r->server->warden)
		return err_set(e, E_IO, "", "There is no warden.");
	/* A whole class may enter at once: connections are not held while the warden works. */
	store_give(r->db);
	enum status s = warden_begin(r->server->warden, &m, sizeof m, REFUSAL_MS, e);
	r->db = store_take(r->server->store, r->arena);
	return s;
}

static enum status
workspace_enter(struct req *r, const void *input, void *view, struct err *e)
{
	const struct enter_in *in = input;
	const char *app = in->app && in->app[0] ? in->app : "notebook";
	struct workspace_of_team w;
	const char *ticket;
	TRY(db_workspace_of_team(r->db, r->team, &w, e));
	TRY(workspace_admits(r->db, w.id, r->me.id, r->me.session, r->now, NULL, e));
	enum status s = start_program(r, w.id, app, e);
	if (s == E_IO || s == E_BUG) {
		log_error("a program did not start", "ws=%lld person=%lld app=%s why=%s",
			(long long)w.id, (long long)r->me.id, app,
			log_safe(r->arena, e->text, strlen(e->text)));
		return err_set(e, E_CONFLICT, "",
			"Your %s did not start. Try again in a moment; if it lasts, tell an "
			"organiser.",
			app);
	}
	/* A member who has just joined: the keeper tells the warden in a moment. */
	if (s == E_ABSENT)
		return err_set(e, E_CONFLICT, "",
			"Your place in the workspace is being made. Try again in a moment.");
	TRY(s);
	TRY(workspace_ticket_make(r->db, w.id, r->me.id, r->me.session, clock_now(), &ticket, e));
	r->redirect = workspace_url(r->arena, &r->server->config, w.id,
		arena_printf(r->arena, "/.wardroom/enter?to=%s&ticket=%s", app, ticket));
	return OK;
}

/* The gate sends people here whose cookie is gone. */
static enum status
room_enter(struct req *r, const void *in, void *view, struct err *e)
{
	int64_t ws;
	struct workspace_place p;
	TRY(req_id(r, "room", &ws, e));
	TRY(db_workspace_place(r->db, ws, &p, e));
	r->redirect =
		arena_printf(r->arena, "/e/%s/teams/%lld/workspace", p.slug, (long long)p.number);
	return OK;
}

/* ---- all workspaces ---- */

static const struct field row_fields[] = {
	FIELD(struct workspace_row, ws, INT),
	FIELD(struct workspace_row, team, INT),
	FIELD(struct workspace_row, team_name, TEXT),
	FIELD(struct workspace_row, project, TEXT),
	FIELD(struct workspace_row, want, TEXT, .doc = "closed, setup, sample, full or destroyed"),
	FIELD(struct workspace_row, state, TEXT,
		.doc = "absent, opening, open, closed, failed or destroyed"),
	FIELD(struct workspace_row, stage, TEXT),
	FIELD(struct workspace_row, members, INT),
	FIELD(struct workspace_row, open_ms, INT, .doc = "milliseconds that the last opening took"),
	FIELD(struct workspace_row, problem, TEXT),
	FIELD_LIST(struct workspace_row, usage, usage_fields),
	FIELD(struct workspace_row, troubles, TEXTS,
		.doc = "what it ran out of in the last hour, as sentences"),
	FIELD(struct workspace_row, can_reopen, BOOL),
	FIELD(struct workspace_row, can_close, BOOL),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD_LIST(struct workspace_list_view, rooms, row_fields),
	FIELD(struct workspace_list_view, open, INT),
	FIELD(struct workspace_list_view, opening, INT),
	FIELD(struct workspace_list_view, closed, INT),
	FIELD(struct workspace_list_view, troubled, INT, .doc = "not as wanted, with a reason"),
	FIELD(struct workspace_list_view, destroyed, INT),
	FIELD(struct workspace_list_view, headline, TEXT),
	FIELD(struct workspace_list_view, explanation, TEXT),
	FIELD(struct workspace_list_view, can_seal, BOOL),
	FIELD(struct workspace_list_view, sealed, BOOL,
		.doc = "by the red button: nobody enters until somebody opens again"),
	FIELD_END,
};

static bool
phase_has_rooms(enum phase p)
{
	return p >= PHASE_SETUP && p <= PHASE_PRESENTATIONS;
}

static enum status
fill_row(struct req *r, const struct workspace_list *w, struct workspace_row *row, struct err *e)
{
	struct usage_story story = { 0 };
	bool open = streq(w->state, "open"), opening = streq(w->state, "opening");
	bool gone = streq(w->state, "destroyed");
	*row = (struct workspace_row){ .ws = w->id,
		.team = w->number,
		.team_name = w->team_name,
		.project = w->project,
		.want = w->want,
		.state = w->state,
		.stage = w->stage,
		.members = w->members,
		.open_ms = w->open_ms,
		.problem = w->problem,
		.tone = open                        ? "good"
			: opening                   ? "due"
			: streq(w->state, "failed") ? "stop"
						    : "",
		.can_reopen = phase_has_rooms(r->event.phase) && !gone && !opening &&
			      (!open || streq(w->want, "closed")),
		.can_close = (open || opening) && !streq(w->want, "closed"),
		.slug = r->event.slug };
	if (open)
		TRY(usage(r, w->id, w->opened, &story, &row->usage.at, &row->usage.n, e));
	row->troubles = story.troubles;
	return OK;
}

static void
count_row(struct workspace_list_view *v, const struct workspace_row *row)
{
	v->open += streq(row->state, "open");
	v->opening += streq(row->state, "opening");
	v->closed += streq(row->state, "closed") || streq(row->state, "absent");
	v->destroyed += streq(row->state, "destroyed");
	v->troubled += row->problem[0] != '\0';
}

static void
sum_up(struct req *r, struct workspace_list_view *v)
{
	struct arena *a = r->arena;
	v->can_seal = v->open || v->opening;
	v->refresh = v->opening || (v->rooms.n && v->can_seal) ? 5 : 0;
	v->calm = v->troubled == 0 && !v->sealed;
	if (v->sealed) {
		v->headline = "Everything is sealed";
		v->explanation =
			"Nobody enters, and no workspace opens, until you open them again.";
	} else if (v->troubled) {
		v->headline = arena_printf(a, "%s not as %s should be",
			filter_plural(a, v->troubled, "workspace is", "workspaces are"),
			v->troubled == 1 ? "it" : "they");
		v->explanation = "The reason stands beside each. The server tries again by itself; "
				 "\"Open again\" does it now.";
	} else if (v->opening) {
		v->headline = arena_printf(a, "%s opening",
			filter_plural(a, v->opening, "workspace is", "workspaces are"));
		v->explanation = "Two at a time, each in a few seconds.";
	} else if (v->open) {
		v->headline = v->open == (int64_t)v->rooms.n
				      ? "All workspaces are open"
				      : arena_printf(a, "%lld of %zu workspaces are open",
						(long long)v->open, v->rooms.n);
		v->explanation = "Nothing is left to do here.";
	} else if (v->destroyed) {
		v->headline = "The workspaces were destroyed";
		v->explanation = "The audit trail has the record of each.";
	} else {
		v->headline = "No workspace is open";
		v->explanation = r->event.phase < PHASE_SETUP
					 ? "They are made when the setup phase begins."
					 : "They are closed in this phase, or were closed by hand.";
	}
}

static enum status
workspaces_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct workspace_list_view *v = view;
	struct workspace_list_rows rows;
	r->page.inside = true;
	TRY(db_workspace_list(r->db, r->event.id, &rows, e));
	v->event_name = r->event.name;
	v->rooms.at = ARENA_ARRAY(r->arena, rows.n, struct workspace_row);
	v->rooms.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		TRY(fill_row(r, &rows.at[i], &v->rooms.at[i], e));
		count_row(v, &v->rooms.at[i]);
	}
	struct event_seal_of seal;
	TRY(db_found(db_event_seal_of(r->db, r->event.id, &seal, e), &v->sealed));
	for (size_t i = 0; v->sealed && i < v->rooms.n; i++)
		v->rooms.at[i].can_reopen = false;
	v->can_give = req_may(r, CAP_RESOURCE_GIVE);
	sum_up(r, v);
	return OK;
}

static void
retry(struct server *s, int64_t ws, int64_t b, int64_t c)
{
	if (s->keeper)
		keeper_retry(s->keeper, ws);
}

static enum status
workspace_reopen(struct req *r, const void *in, void *view, struct err *e)
{
	struct workspace_in_event w;
	TRY(workspace_asked(r, "room", &w, e));
	if (streq(w.state, "destroyed"))
		return err_set(
			e, E_CONFLICT, "", "This workspace was destroyed; it cannot be opened.");
	struct event_seal_of seal;
	bool sealed;
	TRY(db_found(db_event_seal_of(r->db, r->event.id, &seal, e), &sealed));
	if (sealed)
		return err_set(e, E_CONFLICT, "",
			"Everything is sealed. Open all workspaces again first.");
	if (!phase_has_rooms(r->event.phase))
		return err_set(e, E_CONFLICT, "", "In the phase \"%s\" no workspace is open.",
			phase_title(r->event.phase));
	TRY(db_workspace_set_want(r->db, w.id, workspace_want(r->event.phase), e));
	TRY(workspace_audit(r, &w, "workspace ordered open", e));
	req_after(r, retry, w.id, 0, 0);
	req_flash(r, "The workspace of %s is being opened again.", w.team_name);
	return OK;
}

static enum status
workspace_close(struct req *r, const void *in, void *view, struct err *e)
{
	struct workspace_in_event w;
	TRY(workspace_asked(r, "room", &w, e));
	if (streq(w.state, "destroyed"))
		return err_set(e, E_CONFLICT, "", "This workspace was destroyed already.");
	TRY(db_workspace_set_want(r->db, w.id, "closed", e));
	TRY(workspace_audit(r, &w, "workspace ordered closed", e));
	req_after(r, retry, w.id, 0, 0);
	req_flash(r, "The workspace of %s is being closed. Its files are kept.", w.team_name);
	return OK;
}

#define TEAM_PAGE "/e/:event/teams/:team/workspace"
#define ALL_PAGE "/e/:event/workspaces"

const struct route workspace_routes[] = {
	{ GET, TEAM_PAGE, workspace_show, CAP_TEAM_READ, "A team's workspace.", "Workspace",
		VIEW(struct workspace_view, workspace_fields), .page = page_workspace },
	{ POST, "/e/:event/teams/:team/enter", workspace_enter, CAP_WORKSPACE_ENTER,
		"Starts your notebook, terminal or desktop and leads into it.",
		IN(struct enter_in, enter_fields), .shows = TEAM_PAGE, .own_tx = true },
	{ GET, "/rooms/:room/enter", room_enter, CAP_SIGNED_IN,
		"Leads to the page of the team that has this workspace.", "Workspace" },
	{ GET, ALL_PAGE, workspaces_show, CAP_WORKSPACE_HANDLE, "All workspaces of the event.",
		"Workspaces", VIEW(struct workspace_list_view, list_fields),
		.page = page_workspaces },
	{ POST, ALL_PAGE "/:room/reopen", workspace_reopen, CAP_WORKSPACE_HANDLE,
		"Opens a workspace again.", IN_NOTHING, .then = ALL_PAGE, .shows = ALL_PAGE },
	{ POST, ALL_PAGE "/:room/close", workspace_close, CAP_WORKSPACE_HANDLE,
		"Closes a workspace; its files are kept.", IN_NOTHING, .then = ALL_PAGE,
		.shows = ALL_PAGE },
	{ 0 },
};
