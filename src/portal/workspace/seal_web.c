/* The red button: everything is sealed at once, and stays so until somebody opens it again. */
#include "base/clock.h"
#include "portal/keeper/keeper.h"
#include "portal/web/filters.h"
#include "portal/workspace/seal.html.h"
#include "portal/workspace/workspace.h"
#include "portal/workspace/workspace.sql.h"

static const struct field view_fields[] = {
	FIELD(struct workspace_seal_view, event_name, TEXT),
	FIELD(struct workspace_seal_view, open, INT, .doc = "workspaces that are open"),
	FIELD(struct workspace_seal_view, sealed, BOOL),
	FIELD(struct workspace_seal_view, headline, TEXT),
	FIELD(struct workspace_seal_view, explanation, TEXT),
	FIELD(struct workspace_seal_view, reason, TEXT),
	FIELD_END,
};

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct workspace_seal_view *v = view;
	struct workspace_open_in_rows open;
	struct event_seal_of seal;
	r->page.inside = true;
	TRY(db_workspace_open_in(r->db, r->event.id, &open, e));
	TRY(db_found(db_event_seal_of(r->db, r->event.id, &seal, e), &v->sealed));
	v->event_name = r->event.name;
	v->open = (int64_t)open.n;
	if (v->sealed) {
		v->headline = arena_printf(r->arena, "Everything is sealed since %s UTC",
			filter_moment(r->arena, seal.since));
		v->explanation = arena_printf(r->arena, "By %s.", seal.name);
		v->reason = seal.reason;
	} else {
		v->headline = "Seal everything now?";
		v->explanation = arena_printf(r->arena, "%s open.",
			filter_plural(r->arena, v->open, "workspace is", "workspaces are"));
		v->reason = "";
	}
	return OK;
}

struct seal_in {
	const char *reason;
};

static const struct field seal_fields[] = {
	FIELD(struct seal_in, reason, TEXT, .trim = true, .max = 300, .label = "Reason"),
	FIELD_END,
};

static enum status
audit(struct req *r, const char *action, const char *detail, struct err *e)
{
	return req_audit(r, action, arena_printf(r->arena, "event %s", r->event.slug), detail, e);
}

static enum status
seal(struct req *r, const void *input, void *view, struct err *e)
{
	const struct seal_in *in = input;
	const char *reason = in->reason ? in->reason : "";
	TRY(db_event_seal_add(r->db, r->event.id, r->now, r->me.id, reason, e));
	TRY(db_workspace_set_want_all(r->db, r->event.id, "closed", e));
	TRY(db_ticket_use_all(r->db, r->event.id, r->now, e));
	TRY(audit(r, "everything sealed", reason, e));
	TRY(workspace_leave_all(r, e));
	req_flash(r, "Every connection is cut and every program ends. Files are kept.");
	return OK;
}

static enum status
unseal(struct req *r, const void *in, void *view, struct err *e)
{
	TRY(db_event_seal_remove(r->db, r->event.id, e));
	if (!db_changes(r->db))
		return err_set(e, E_CONFLICT, "", "Nothing is sealed.");
	TRY(workspace_want_all(r->db, r->event.id, r->event.phase, r->now, e));
	TRY(audit(r, "everything opened again", "", e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The workspaces are as the phase wants them again.");
	return OK;
}

#define ALL_PAGE "/e/:event/workspaces"

const struct route seal_routes[] = {
	{ GET, ALL_PAGE "/seal", show, CAP_WORKSPACE_HANDLE,
		"What sealing everything does, before it is done.", "Seal everything",
		VIEW(struct workspace_seal_view, view_fields), .page = page_seal },
	{ POST, ALL_PAGE "/seal", seal, CAP_WORKSPACE_HANDLE,
		"Ends every connection, program and ticket of the event at once; nobody enters "
		"until "
		"it is opened again.",
		IN(struct seal_in, seal_fields), .then = ALL_PAGE, .shows = ALL_PAGE "/seal" },
	{ POST, ALL_PAGE "/unseal", unseal, CAP_WORKSPACE_HANDLE,
		"Lets the workspaces be again what the phase wants of them.", IN_NOTHING,
		.then = ALL_PAGE, .shows = ALL_PAGE "/seal" },
	{ 0 },
};
