/* Data stewards: named by an organiser, confirmed by another steward. */
#include "portal/event/event.h"

#include "portal/event/stewards.html.h"
#include "portal/keeper/keeper.h"
#include "portal/mail/mail.h"
#include "portal/people/people.h"
#include "portal/people/steward.h"

static const struct field waiting_fields[] = {
	FIELD(struct steward_waiting, id, INT),
	FIELD(struct steward_waiting, name, TEXT),
	FIELD(struct steward_waiting, email, TEXT),
	FIELD(struct steward_waiting, about, TEXT),
	FIELD(struct steward_waiting, by, TEXT, .doc = "who named them"),
	FIELD(struct steward_waiting, at, TIME),
	FIELD(struct steward_waiting, mine, BOOL, .doc = "named by whoever reads this"),
	FIELD(struct steward_waiting, can_confirm, BOOL,
		.doc = "whoever reads this neither named them nor ever organised the event"),
	FIELD_END,
};

static const struct field row_fields[] = {
	FIELD(struct steward_row, name, TEXT),
	FIELD(struct steward_row, email, TEXT),
	FIELD(struct steward_row, since, TIME),
	FIELD(struct steward_row, named, TEXT, .doc = "by whom"),
	FIELD(struct steward_row, confirmed, TEXT,
		.doc = "by which other steward; or by the server's operator; empty for the first"),
	FIELD_END,
};

static const struct field stewards_fields[] = {
	FIELD_LIST(struct stewards_view, waiting, waiting_fields),
	FIELD_LIST(struct stewards_view, stewards, row_fields),
	FIELD_END,
};

static enum status
stewards_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct stewards_view *v = view;
	struct steward_waiting_list_rows named;
	struct steward_list_rows are;
	struct organiser_ever me;
	TRY(db_organiser_ever(r->db, r->event.id, r->me.id, &me, e));
	TRY(db_steward_waiting_list(r->db, r->event.id, &named, e));
	TRY(db_steward_list(r->db, r->event.id, &are, e));
	v->waiting.at = ARENA_ARRAY(r->arena, named.n, struct steward_waiting);
	v->waiting.n = named.n;
	for (size_t i = 0; i < named.n; i++) {
		const struct steward_waiting_list *x = &named.at[i];
		bool mine = x->named_by == r->me.id;
		v->waiting.at[i] = (struct steward_waiting){ x->id, x->named, x->name, x->email,
			x->about, x->named_name, mine, !mine && !me.ever };
	}
	v->stewards.at = ARENA_ARRAY(r->arena, are.n, struct steward_row);
	v->stewards.n = are.n;
	for (size_t i = 0; i < are.n; i++)
		v->stewards.at[i] = (struct steward_row){ are.at[i].name, are.at[i].email,
			are.at[i].named_name, are.at[i].confirmed_name, are.at[i].since };
	return OK;
}

/* The link goes to the steward's own address and is shown to nobody. */
static enum status
mail_link(struct req *r, int64_t person, const char *email, struct err *e)
{
	const char *url;
	return people_invite(r, person, email, arena_printf(r->arena, "/e/%s/today", r->event.slug),
		role_title(ROLE_STEWARD), &url, e);
}

static enum status
mail_stewards(struct req *r, const char *name, const char *email, struct err *e)
{
	struct steward_list_rows are;
	TRY(db_steward_list(r->db, r->event.id, &are, e));
	for (size_t i = 0; i < are.n; i++)
		TRY(db_outbox_add(r->db, r->event.id, are.at[i].id, are.at[i].email,
			arena_printf(
				r->arena, "%s: a data steward waits for your word", r->event.name),
			arena_printf(r->arena,
				"%s named %s (%s) as a data steward of %s. It takes effect when "
				"a data steward who never organised the event confirms it:\n"
				"%s/e/%s/stewards\n",
				r->me.name, name, email, r->event.name, r->server->config.site,
				r->event.slug),
			r->now, e));
	return OK;
}

static const char *
lost(bool locked)
{
	return locked ? " Somebody else may have had a way into that account, so its password no "
			"longer works; the link does."
		      : "";
}

static enum status
waits(struct req *r, const struct role_row *f, bool locked, struct err *e)
{
	TRY(mail_stewards(r, f->name, f->email, e));
	req_flash(r,
		"%s is named as a data steward. It takes effect when a data steward other than you "
		"who never organised the event has confirmed it.%s",
		f->name,
		locked ? " Nobody had proven that address yet, so the password of its account no "
			 "longer works."
		       : "");
	return req_audit(r, "steward named", f->email, "waits for another steward's word", e);
}

enum status
steward_invite(struct req *r, const struct role_row *f, const struct people_found *p, struct err *e)
{
	const struct steward_naming n = { r->event.id, p->id, f->about, r->me.id, r->me.name,
		r->now };
	struct steward_made made;
	TRY(steward_name(r->db, &n, &made, e));
	if (made.how == STEWARD_WAITS)
		return waits(r, f, p->locked, e);
	TRY(mail_link(r, p->id, f->email, e));
	const char *link = mail_link_words(r->arena, &r->server->config, f->email);
	if (made.locked)
		req_after(r, keeper_nudge, 0, 0, 0);
	if (made.how == STEWARD_IS) {
		req_flash(r, "%s is a data steward. %s", f->name, link);
		return req_audit(r, "role given", role_title(ROLE_STEWARD), f->email, e);
	}
	req_flash(r,
		"%s is this event's first data steward. %s It is shown to nobody else.%s Every "
		"other "
		"steward is confirmed by one who is.",
		f->name, link, lost(made.locked || p->locked));
	return req_audit(r, "role given", role_title(ROLE_STEWARD),
		arena_printf(r->arena, "%s, the event's first", f->email), e);
}

struct decide_in {
	int64_t id;
};

static const struct field decide_in[] = {
	FIELD(struct decide_in, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD_END,
};

static enum status
decide(struct req *r, const struct decide_in *f, bool yes, struct err *e)
{
	struct steward_naming_by_id n;
	bool locked;
	TRY(steward_decide(
		r->db, r->event.id, f->id, yes, r->me.id, r->me.name, r->now, &n, &locked, e));
	if (!yes) {
		req_flash(r, "%s does not become a data steward.", n.name);
		return req_audit(r, "steward refused", n.email,
			arena_printf(r->arena, "named by %s", n.named_name), e);
	}
	TRY(mail_link(r, n.person, n.email, e));
	if (locked)
		req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "%s is a data steward now. %s%s", n.name,
		mail_link_words(r->arena, &r->server->config, n.email), lost(locked));
	return req_audit(r, "steward confirmed", n.email,
		arena_printf(r->arena, "named by %s", n.named_name), e);
}

static enum status
steward_confirm(struct req *r, const void *in, void *view, struct err *e)
{
	return decide(r, in, true, e);
}

static enum status
steward_refuse(struct req *r, const void *in, void *view, struct err *e)
{
	return decide(r, in, false, e);
}

#define PAGE_PATH "/e/:event/stewards"

const struct route steward_routes[] = {
	{ GET, PAGE_PATH, stewards_show, CAP_STEWARD_CONFIRM,
		"Who is a data steward, on whose word, and who waits for one.", "Data stewards",
		VIEW(struct stewards_view, stewards_fields), .page = page_stewards },
	{ POST, PAGE_PATH "/confirm", steward_confirm, CAP_STEWARD_CONFIRM,
		"Confirms a data steward whom somebody else named.",
		IN(struct decide_in, decide_in), .then = PAGE_PATH, .shows = PAGE_PATH },
	{ POST, PAGE_PATH "/refuse", steward_refuse, CAP_STEWARD_CONFIRM,
		"Refuses a data steward who was named.", IN(struct decide_in, decide_in),
		.then = PAGE_PATH, .shows = PAGE_PATH },
	{ 0 },
};
