/* Data stewards: named by an organiser, confirmed by another steward. */
#include "portal/people/steward.h"

#include "portal/keeper/keeper.h"
#include "portal/mail/mail.h"
#include "portal/people/people.h"
#include "portal/people/steward_word.html.h"
#include "portal/people/stewards.html.h"
#include "portal/web/password.h"
#include "portal/web/session.h"

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

static struct steward_waiting
waiting_of(struct req *r, const struct steward_waiting_list *x, bool organised)
{
	bool mine = x->named_by == r->me.id;
	return (struct steward_waiting){ x->id, x->named, x->name, x->email, x->about,
		x->named_name, mine, !mine && !organised };
}

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
	for (size_t i = 0; i < named.n; i++)
		v->waiting.at[i] = waiting_of(r, &named.at[i], me.ever);
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
waits(struct req *r, const char *name, const char *email, bool locked, struct err *e)
{
	TRY(mail_stewards(r, name, email, e));
	req_flash(r,
		"%s is named as a data steward. It takes effect when a data steward other than you "
		"who never organised the event has confirmed it.%s",
		name,
		locked ? " Nobody had proven that address yet, so the password of its account no "
			 "longer works."
		       : "");
	return req_audit(r, "steward named", email, "waits for another steward's word", e);
}

enum status
steward_invite(struct req *r, const char *name, const char *email, const char *about,
	const struct people_found *p, struct err *e)
{
	const struct steward_naming n = { r->event.id, p->id, about, r->me.id, r->me.name, r->now };
	struct steward_made made;
	TRY(steward_name(r->db, &n, &made, e));
	if (made.how == STEWARD_WAITS)
		return waits(r, name, email, p->locked, e);
	TRY(mail_link(r, p->id, email, e));
	const char *link = mail_link_words(r->arena, &r->server->config, email);
	if (made.locked)
		req_after(r, keeper_nudge, 0, 0, 0);
	if (made.how == STEWARD_IS) {
		req_flash(r, "%s is a data steward. %s", name, link);
		return req_audit(r, "role given", role_title(ROLE_STEWARD),
			arena_printf(r->arena, "to %s (%s)", name, email), e);
	}
	req_flash(r,
		"%s is this event's first data steward. %s It is shown to nobody else.%s Every "
		"other "
		"steward is confirmed by one who is.",
		name, link, lost(made.locked || p->locked));
	return req_audit(r, "role given", role_title(ROLE_STEWARD),
		arena_printf(r->arena, "to %s (%s), the event's first", name, email), e);
}

enum status
steward_dismiss(struct req *r, int64_t person, const char *name, const char *email, struct err *e)
{
	struct steward_list_rows left;
	enum steward_taken was;
	TRY(steward_take(r->db, r->event.id, person, r->me.name, r->now, &was, e));
	if (was == STEWARD_WAS_NONE)
		return err_set(e, E_CONFLICT, "person", "That person does not have that role.");
	if (was == STEWARD_WAS_NAMED)
		return req_audit(r, "steward naming withdrawn",
			arena_printf(r->arena, "%s (%s)", name, email), "", e);
	TRY(db_steward_list(r->db, r->event.id, &left, e));
	for (size_t i = 0; i < left.n; i++)
		TRY(db_outbox_add(r->db, r->event.id, left.at[i].id, left.at[i].email,
			arena_printf(r->arena, "%s: %s is no data steward any more", r->event.name,
				name),
			arena_printf(r->arena,
				"%s took the role of a data steward of %s back from %s (%s). What "
				"they voted on and signed stays.\n%s/e/%s/stewards\n",
				r->me.name, r->event.name, name, email, r->server->config.site,
				r->event.slug),
			r->now, e));
	return req_audit(r, "role taken back", role_title(ROLE_STEWARD),
		arena_printf(r->arena, "from %s (%s)", name, email), e);
}

/* ---- a steward's word: a question first ---- */

static const struct field word_fields[] = {
	FIELD(struct steward_word_view, id, INT),
	FIELD(struct steward_word_view, name, TEXT),
	FIELD(struct steward_word_view, email, TEXT),
	FIELD(struct steward_word_view, by, TEXT, .doc = "who named them"),
	FIELD(struct steward_word_view, at, TIME),
	FIELD(struct steward_word_view, can_confirm, BOOL, .doc = "as in the list"),
	FIELD(struct steward_word_view, yes, BOOL, .doc = "the question is whether to confirm"),
	FIELD(struct steward_word_view, has_password, BOOL, .doc = "needed to confirm"),
	FIELD(struct steward_word_view, counts_from, TIME,
		.doc = "when that password, chosen by a sign-in link, counts; empty: it does"),
	FIELD_END,
};

static enum status
word_show(struct req *r, struct steward_word_view *v, bool yes, struct err *e)
{
	struct steward_waiting_list_rows named;
	struct organiser_ever me;
	struct person_by_id person;
	int64_t id = 0;
	/* Shown again after an error, the address holds no number, but the form does. */
	str_int(str_of(page_kept(&r->page, "id", req_query(r, "id"))), &id);
	TRY(db_organiser_ever(r->db, r->event.id, r->me.id, &me, e));
	TRY(db_steward_waiting_list(r->db, r->event.id, &named, e));
	TRY(db_person_by_id(r->db, r->me.id, &person, e));
	for (size_t i = 0; i < named.n; i++) {
		if (named.at[i].id != id)
			continue;
		struct steward_waiting w = waiting_of(r, &named.at[i], me.ever);
		*v = (struct steward_word_view){ w.id, w.at, w.name, w.email, w.about, w.by, w.mine,
			w.can_confirm, yes, person.password != NULL,
			person.witness_from > r->now ? person.witness_from : 0 };
	}
	if (!v->id)
		return steward_waits(r->db, r->event.id, id, e);
	r->page.title = arena_printf(r->arena, "%s %s?", yes ? "Confirm" : "Refuse", v->name);
	return OK;
}

static enum status
confirm_show(struct req *r, const void *in, void *view, struct err *e)
{
	return word_show(r, view, true, e);
}

static enum status
refuse_show(struct req *r, const void *in, void *view, struct err *e)
{
	return word_show(r, view, false, e);
}

struct confirm_in {
	int64_t id;
	const char *password;
};

static const struct field confirm_in[] = {
	FIELD(struct confirm_in, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	/* Whether somebody may confirm at all is said first. */
	FIELD(struct confirm_in, password, TEXT, .max = 500, .label = "Your password",
		.doc = "needed"),
	FIELD_END,
};

static enum status
confirmed(struct req *r, const struct steward_naming_by_id *n, bool locked, struct err *e)
{
	TRY(mail_link(r, n->person, n->email, e));
	if (locked)
		req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "%s is a data steward now. %s%s", n->name,
		mail_link_words(r->arena, &r->server->config, n->email), lost(locked));
	return req_audit(r, "steward confirmed", n->email,
		arena_printf(r->arena, "named by %s", n->named_name), e);
}

/*
 * As a signature is given: a browser that was left open makes no second steward, nor does a mailbox
 * that somebody else reads, before those were told who would know.
 */
static enum status
steward_confirm(struct req *r, const void *in, void *view, struct err *e)
{
	const struct confirm_in *f = in;
	struct steward_naming_by_id n;
	bool locked;
	TRY(steward_may_confirm(r->db, r->event.id, f->id, r->me.id, e));
	if (!f->password[0])
		return err_set(e, E_INPUT, "password", "Your password is needed for this.");
	TRY(password_witness(r, "password", f->password, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	/* While the password was checked the sign-in may have ended. */
	TRY(session_still(r, e));
	TRY(steward_decide(
		r->db, r->event.id, f->id, true, r->me.id, r->me.name, r->now, &n, &locked, e));
	TRY(confirmed(r, &n, locked, e));
	return db_commit(tx, e);
}

struct refuse_in {
	int64_t id;
};

static const struct field refuse_in[] = {
	FIELD(struct refuse_in, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD_END,
};

static enum status
steward_refuse(struct req *r, const void *in, void *view, struct err *e)
{
	const struct refuse_in *f = in;
	struct steward_naming_by_id n;
	bool locked;
	TRY(steward_decide(
		r->db, r->event.id, f->id, false, r->me.id, r->me.name, r->now, &n, &locked, e));
	req_flash(r, "%s does not become a data steward.", n.name);
	return req_audit(r, "steward refused", n.email,
		arena_printf(r->arena, "named by %s", n.named_name), e);
}

#define PAGE_PATH "/e/:event/stewards"

const struct route steward_routes[] = {
	{ GET, PAGE_PATH, stewards_show, CAP_STEWARD_CONFIRM,
		"Who is a data steward, on whose word, and who waits for one.", "Data stewards",
		VIEW(struct stewards_view, stewards_fields), .page = page_stewards },
	{ GET, PAGE_PATH "/confirm", confirm_show, CAP_STEWARD_CONFIRM,
		"Asks whether to confirm the data steward whose id the query has.",
		"Confirm a data steward", VIEW(struct steward_word_view, word_fields),
		.page = page_steward_word },
	{ POST, PAGE_PATH "/confirm", steward_confirm, CAP_STEWARD_CONFIRM,
		"Confirms, by password, a data steward whom somebody else named.",
		IN(struct confirm_in, confirm_in), .then = PAGE_PATH, .own_tx = true },
	{ GET, PAGE_PATH "/refuse", refuse_show, CAP_STEWARD_CONFIRM,
		"Asks whether to refuse the data steward whose id the query has.",
		"Refuse a data steward", VIEW(struct steward_word_view, word_fields),
		.page = page_steward_word },
	{ POST, PAGE_PATH "/refuse", steward_refuse, CAP_STEWARD_CONFIRM,
		"Refuses a data steward who was named.", IN(struct refuse_in, refuse_in),
		.then = PAGE_PATH },
	{ 0 },
};
