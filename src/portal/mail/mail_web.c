/* What became of an event's mail, for its organisers. Never what it says. */
#include "portal/mail/mail.h"
#include "portal/mail/mail.html.h"
#include "portal/mail/mail.sql.h"

enum { PAGE = 100 };

static const struct field row_fields[] = {
	FIELD(struct mail_row, id, INT),
	FIELD(struct mail_row, created, TIME),
	FIELD(struct mail_row, email, TEXT),
	FIELD(struct mail_row, subject, TEXT),
	FIELD(struct mail_row, state, TEXT, .doc = "waiting, sent or failed"),
	FIELD(struct mail_row, ended, TIME, .doc = "when it was sent, or failed"),
	FIELD(struct mail_row, tries, INT),
	FIELD(struct mail_row, next, TIME, .doc = "not tried before"),
	FIELD(struct mail_row, reason, TEXT, .doc = "why the newest try failed"),
	FIELD(struct mail_row, again, BOOL, .doc = "whether it can be tried again"),
	FIELD(struct mail_row, anew, BOOL, .doc = "which then brings a new sign-in link"),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD(struct mail_view, set_up, BOOL, .doc = "whether this server sends mail at all"),
	FIELD(struct mail_view, waiting, INT),
	FIELD(struct mail_view, sent, INT),
	FIELD(struct mail_view, failed, INT),
	FIELD_LIST(struct mail_view, mails, row_fields),
	FIELD(struct mail_view, older, INT, .doc = "go on with ?before= this; 0 at the end"),
	FIELD_END,
};

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct mail_view *v = view;
	struct mail_counts n;
	struct mail_page_rows rows;
	int64_t before = INT64_MAX;
	const char *text = req_query(r, "before");
	if (text[0] && (!str_int(str_of(text), &before) || before < 1))
		return err_set(e, E_INPUT, "before", "\"before\" must be a number from 1 on.");
	v->state = req_query(r, "state");
	TRY(db_mail_counts(r->db, r->event.id, &n, e));
	TRY(db_mail_page(r->db, r->event.id, before, v->state, PAGE + 1, &rows, e));
	v->set_up = config_mails(&r->server->config);
	v->waiting = n.waiting;
	v->sent = n.sent;
	v->failed = n.failed;
	v->mails.n = rows.n > PAGE ? PAGE : rows.n;
	v->mails.at = ARENA_ARRAY(r->arena, v->mails.n, struct mail_row);
	for (size_t i = 0; i < v->mails.n; i++) {
		const struct mail_page *x = &rows.at[i];
		v->mails.at[i] = (struct mail_row){ x->id, x->created, x->ended, x->tries, x->next,
			x->email, x->subject, x->state, x->reason, x->again,
			x->again && streq(x->reason, MAIL_LINK_ENDED) };
	}
	v->older = rows.n > PAGE ? v->mails.at[PAGE - 1].id : 0;
	return OK;
}

struct again_in {
	int64_t id;
};

static const struct field again_fields[] = {
	FIELD(struct again_in, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD_END,
};

static enum status
again(struct req *r, const void *input, void *view, struct err *e)
{
	const struct again_in *in = input;
	struct mail_failed_text text;
	const char *body;
	bool works;
	enum status s = db_mail_failed_text(r->db, r->event.id, in->id, &text, e);
	if (s == E_ABSENT)
		return err_set(e, E_CONFLICT, "id",
			"That mail is not one that failed and can still be sent.");
	TRY(s);
	TRY(mail_link_works(r->db, text.body, r->now, &works, e));
	/* It goes to the same address, and is shown to nobody. */
	if (!works) {
		TRY(mail_renew_link(r->db, &r->server->config, text.body, r->now, &body, e));
		TRY(db_mail_set_text(r->db, in->id, body, e));
	}
	TRY(db_mail_again(r->db, r->event.id, in->id, r->now, e));
	req_flash(r, "%s, for three days at the most.",
		works ? "It is tried again" : "It is tried with a new sign-in link");
	return req_audit(r, "mail tried again",
		arena_printf(r->arena, "mail %lld", (long long)in->id),
		works ? "" : "with a new sign-in link", e);
}

#define PAGE_PATH "/e/:event/mail"

const struct route mail_routes[] = {
	{ GET, PAGE_PATH, show, CAP_MAIL_HANDLE,
		"What became of the event's mail, newest first. ?state= chooses.", "Mail",
		VIEW(struct mail_view, view_fields), .page = page_mail },
	{ POST, PAGE_PATH "/again", again, CAP_MAIL_HANDLE, "Tries mail again that failed.",
		IN(struct again_in, again_fields), .then = PAGE_PATH, .shows = PAGE_PATH },
	{ 0 },
};
