/* The programme: its page, and how the organiser changes it. */
#include "portal/event/event.h"

#include "portal/event/event.sql.h"
#include "portal/event/programme.html.h"

const struct field session_row_fields[] = {
	FIELD(struct session_row, id, INT),
	FIELD(struct session_row, starts, TIME),
	FIELD(struct session_row, ends, TIME),
	FIELD(struct session_row, title, TEXT),
	FIELD(struct session_row, speaker, TEXT),
	FIELD(struct session_row, room, TEXT),
	FIELD(struct session_row, state, TEXT, .doc = "past, now, next or empty"),
	FIELD_END,
};

enum status
programme_load(struct req *r, struct session_row **ret_at, size_t *ret_n, struct err *e)
{
	struct programme_list_rows rows;
	TRY(db_programme_list(r->db, r->event.id, &rows, e));
	struct session_row *at = ARENA_ARRAY(r->arena, rows.n, struct session_row);
	for (size_t i = 0; i < rows.n; i++) {
		const struct programme_list *p = &rows.at[i];
		at[i] = (struct session_row){ p->id, p->starts, p->ends, p->title, p->speaker,
			p->room, "" };
	}
	programme_mark(at, rows.n, r->now);
	*ret_at = at;
	*ret_n = rows.n;
	return OK;
}

static const struct field programme_fields[] = {
	FIELD_LIST(struct programme_view, sessions, session_row_fields),
	FIELD(struct programme_view, may_edit, BOOL),
	FIELD_END,
};

static enum status
programme_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct programme_view *v = view;
	v->may_edit = req_may(r, CAP_EVENT_EDIT);
	return programme_load(r, &v->sessions.at, &v->sessions.n, e);
}

static const struct field session_in[] = {
	FIELD(struct session_row, title, TEXT, .required = true, .trim = true, .max = 200,
		.label = "Title"),
	FIELD(struct session_row, starts, TIME, .required = true, .label = "From"),
	FIELD(struct session_row, ends, TIME, .required = true, .label = "Until"),
	FIELD(struct session_row, speaker, TEXT, .trim = true, .max = 200, .label = "Speaker"),
	FIELD(struct session_row, room, TEXT, .trim = true, .max = 200, .label = "Room or link"),
	FIELD_END,
};

static enum status
session_add(struct req *r, const void *in, void *view, struct err *e)
{
	const struct session_row *f = in;
	if (f->ends <= f->starts)
		return err_set(e, E_INPUT, "ends", "The session ends before it begins.");
	TRY(db_programme_add(
		r->db, r->event.id, f->starts, f->ends, f->title, f->speaker, f->room, e));
	req_flash(r, "“%s” is in the programme.", f->title);
	return req_audit(r, "programme changed", "session added", f->title, e);
}

static const struct field session_id_in[] = {
	FIELD(struct session_row, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD_END,
};

static enum status
session_remove(struct req *r, const void *in, void *view, struct err *e)
{
	const struct session_row *f = in;
	struct programme_list_rows all;
	const char *title = "";
	TRY(db_programme_list(r->db, r->event.id, &all, e));
	for (size_t i = 0; i < all.n; i++)
		if (all.at[i].id == f->id)
			title = all.at[i].title;
	TRY(db_programme_remove(r->db, r->event.id, f->id, e));
	req_flash(r, "The session is removed.");
	return req_audit(r, "programme changed", "session removed", title, e);
}

const struct route programme_routes[] = {
	{ GET, "/e/:event/programme", programme_show, CAP_EVENT_READ, "The programme.", "Programme",
		VIEW(struct programme_view, programme_fields), .page = page_programme },
	{ POST, "/e/:event/programme", session_add, CAP_EVENT_EDIT, "Adds a session.",
		IN(struct session_row, session_in) },
	{ POST, "/e/:event/programme/remove", session_remove, CAP_EVENT_EDIT, "Removes a session.",
		IN(struct session_row, session_id_in), .then = "/e/:event/programme",
		.shows = "/e/:event/programme" },
	{ 0 },
};
