/* What follows a commit that touched workspaces; split from the rules, which know no process. */
#include "base/log.h"
#include "portal/keeper/gate.h"
#include "portal/keeper/keeper.h"
#include "portal/keeper/warden.h"
#include "portal/workspace/workspace.h"
#include "portal/workspace/workspace.sql.h"

static void
cut(struct server *s, int64_t ws, int64_t person, int64_t session)
{
	struct err e;
	if (!s->gate || (!ws && !person && !session))
		return;
	if (gate_cut(s->gate, ws, person, session, &e) != OK)
		log_warn("connections not confirmed cut",
			"ws=%lld person=%lld session=%lld why=\"%s\"", (long long)ws,
			(long long)person, (long long)session, e.text);
}

static void
leave(struct server *s, int64_t ws, int64_t closes, int64_t unused)
{
	struct err e;
	struct pw_id m = { .head.type = PW_WS_CLOSE, .id = (uint64_t)ws };
	if (s->gate)
		gate_cut_ws(s->gate, ws);
	/* The keeper would do it too, two at a time. */
	if (closes && s->warden && warden_begin(s->warden, &m, sizeof m, 0, &e) != OK)
		log_warn("a workspace is not closed at once", "ws=%lld why=\"%s\"", (long long)ws,
			e.text);
}

enum status
workspace_leave_all(struct req *r, struct err *e)
{
	struct workspace_open_in_rows open;
	TRY(db_workspace_open_in(r->db, r->event.id, &open, e));
	for (size_t i = 0; i < open.n; i++)
		req_after(r, leave, open.at[i].id,
			streq(open.at[i].want, "closed") || streq(open.at[i].want, "destroyed"), 0);
	req_after(r, keeper_nudge, 0, 0, 0);
	return OK;
}

/* Whoever was put back while the warden ended their programs is unknown to it now. */
static void
tell_again(struct server *s, int64_t ws)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_db struct db *db = store_take(s->store, a);
	struct err e;
	if (db_workspace_tell_again(db, ws, &e) != OK)
		log_warn("a workspace's members are not told again", "ws=%lld why=\"%s\"",
			(long long)ws, e.text);
}

void
workspace_evict(struct server *s, int64_t ws, int64_t person, int64_t unused)
{
	struct err e;
	struct pw_ws_person m = {
		.head.type = PW_WS_EVICT, .ws = (uint64_t)ws, .person = (uint64_t)person
	};
	cut(s, ws, person, 0);
	if (s->warden && warden_ask(s->warden, &m, sizeof m, NULL, 0, NULL, 0, &e) != OK)
		log_warn("processes of a person not ended", "ws=%lld person=%lld why=\"%s\"",
			(long long)ws, (long long)person, e.text);
	tell_again(s, ws);
	keeper_nudge(s, 0, 0, 0);
}

void
workspace_cut_session(struct server *s, int64_t session, int64_t unused, int64_t unused2)
{
	cut(s, 0, 0, session);
}

enum status
workspace_asked(struct req *r, const char *param, struct workspace_in_event *ret, struct err *e)
{
	int64_t ws;
	TRY(req_id(r, param, &ws, e));
	return db_workspace_in_event(r->db, ws, r->event.id, ret, e);
}

enum status
workspace_audit(
	struct req *r, const struct workspace_in_event *w, const char *action, struct err *e)
{
	return req_audit(r, action,
		arena_printf(r->arena, "workspace %lld of team %lld", (long long)w->id,
			(long long)w->number),
		"", e);
}
