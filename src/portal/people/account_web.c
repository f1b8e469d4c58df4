#include "portal/people/people.h"
#include "portal/mail/mail.h"

#include "portal/keeper/keeper.h"
#include "portal/people/account.html.h"
#include "portal/people/join.html.h"
#include "portal/people/link.html.h"
#include "portal/people/sign_in.html.h"
#include "portal/web/filters.h"
#include "portal/web/guess.h"
#include "portal/web/password.h"
#include "portal/web/session.h"
#include "portal/web/web.sql.h"
#include "portal/workspace/workspace.h"

/* A path of this server to go on to after signing in; anything else is the front page. */
static const char *
next_path(const char *next)
{
	bool local = next[0] == '/' && next[1] != '/' && next[1] != '\\' && strlen(next) < 300;
	for (const char *p = next; *p; p++)
		local &= (unsigned char)*p > ' ';
	return local ? next : "/account";
}

/* ---- sign in -----------------------------------------------------------------------------------
 */

static const struct field sign_in_fields[] = {
	FIELD(struct sign_in_view, next, TEXT),
	FIELD_END,
};

static enum status
sign_in_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct sign_in_view *v = view;
	v->next = next_path(req_query(r, "next"));
	if (r->me.id)
		r->redirect = v->next;
	return OK;
}

struct sign_in_in {
	const char *email, *password, *next;
};

static const struct field sign_in_in[] = {
	FIELD(struct sign_in_in, email, TEXT, .required = true, .trim = true, .label = "E-mail"),
	FIELD(struct sign_in_in, password, TEXT, .required = true, .max = 500, .label = "Password"),
	FIELD(struct sign_in_in, next, TEXT, .max = 300),
	FIELD_END,
};

static enum status
sign_in(struct req *r, const void *in, void *view, struct err *e)
{
	const struct sign_in_in *f = in;
	struct person_by_email p = { 0 };
	enum status s = db_person_by_email(r->db, f->email, &p, e);
	if (s != OK && s != E_ABSENT)
		return s;
	/* The slow part stands outside the transaction, and takes as long for an unknown address.
	 */
	bool right;
	if (!guess_try(f->email, r->address, r->now))
		return err_set(e, E_BUSY, "",
			"Too many wrong passwords for this address. Wait ten minutes, or ask for a "
			"sign-in link.");
	TRY(password_check(r, s == OK ? p.password : NULL, f->password, &right, e));
	if (!right)
		return err_set(e, E_INPUT, "password",
			"The e-mail address and the password do not belong together.");
	guess_right(f->email, r->address);
	const char *was = p.password;
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	/* Meanwhile the password may have been changed or taken away. */
	TRY(db_person_by_email(r->db, f->email, &p, e));
	if (!p.password || !streq(p.password, was))
		return err_set(e, E_CONFLICT, "password", "The password has just been changed.");
	TRY(session_begin(r, p.id, p.name, false, e));
	r->redirect = next_path(f->next);
	return db_commit(tx, e);
}

struct email_in {
	const char *email;
};

static const struct field email_in[] = {
	FIELD(struct email_in, email, TEXT, .required = true, .trim = true, .label = "E-mail"),
	FIELD_END,
};

static enum status
link_send(struct req *r, const void *in, void *view, struct err *e)
{
	enum { LINKS_AN_HOUR = 5 };
	const struct email_in *f = in;
	struct person_by_email p;
	struct link_count made;
	const char *url;
	enum status s = db_person_by_email(r->db, f->email, &p, e);
	/* The answer is the same either way: who is here is nobody's business. */
	req_flash(r, "If %s is known here: %s", f->email,
		mail_link_words(r->arena, &r->server->config, f->email));
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	/* Anybody may ask in anybody's name; a mailbox need not be flooded for it. */
	TRY(db_link_count(r->db, p.id, r->now - 3600, &made, e));
	if (made.n >= LINKS_AN_HOUR)
		return OK;
	TRY(session_link(r->db, &r->server->config, p.id, "/account", 1, r->now, &url, e));
	return db_outbox_add(r->db, 0, p.id, p.email, "Your sign-in link",
		arena_printf(r->arena, "This link signs you in once, within a day:\n%s\n", url),
		r->now, e);
}

/* ---- by link -----------------------------------------------------------------------------------
 */

static const struct field link_fields[] = {
	FIELD(struct link_view, name, TEXT),
	FIELD_END,
};

/* Shown first, because mail programs open links to look at them. */
static enum status
link_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct link_view *v = view;
	struct link_by_token l;
	v->token = req_param(r, "token");
	enum status s = db_link_by_token(r->db, token_hash(r->arena, v->token), r->now, &l, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "",
			"This sign-in link was used already or is too old. Ask for a new one.");
	TRY(s);
	v->name = l.name;
	return OK;
}

static enum status
link_use(struct req *r, const void *in, void *view, struct err *e)
{
	struct link_by_token l;
	const char *token = req_param(r, "token");
	enum status s = db_link_by_token(r->db, token_hash(r->arena, token), r->now, &l, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "",
			"This sign-in link was used already or is too old. Ask for a new one.");
	TRY(s);
	bool locked;
	TRY(db_link_use(r->db, l.id, r->now, e));
	/* Who chose a password before may have been anybody: it is theirs alone from here on. */
	TRY(people_lock_unproven(r->db, l.person, r->now, &locked, e));
	TRY(db_person_proven(r->db, l.person, r->now, e));
	r->redirect = next_path(l.path);
	TRY(session_begin(r, l.person, l.name, true, e));
	if (!locked)
		return OK;
	req_flash(r,
		"This is the first link that was used for your address. The password that was "
		"chosen for it before could be anybody's and no longer works: choose one on your "
		"account page.");
	req_after(r, keeper_nudge, 0, 0, 0);
	return req_audit(r, "account proven",
		arena_printf(r->arena, "person %lld", (long long)l.person),
		"its password of before and what it had open have ended", e);
}

static enum status
sign_out(struct req *r, const void *in, void *view, struct err *e)
{
	req_after(r, workspace_cut_session, r->me.session, 0, 0);
	return session_end(r, e);
}

/* ---- a new account -----------------------------------------------------------------------------
 */

/* Under which guess.h counts; no account has it. */
#define FOR_ACCOUNTS ""

struct join_in {
	const char *name, *email, *password, *next;
};

static const struct field join_in[] = {
	FIELD(struct join_in, name, TEXT, .required = true, .trim = true, .min = 2, .max = 120,
		.label = "Your name"),
	FIELD(struct join_in, email, TEXT, .required = true, .trim = true, .label = "E-mail"),
	FIELD(struct join_in, password, TEXT, .required = true, .min = 10, .max = 500,
		.label = "Password"),
	FIELD(struct join_in, next, TEXT, .max = 300),
	FIELD_END,
};

/*
 * The answer is the same whether or not the address has an account: who is here is nobody's
 * business. Who finds many that have one, from one place, has to wait.
 */
static enum status
join(struct req *r, const void *in, void *view, struct err *e)
{
	const struct join_in *f = in;
	const char *hash;
	TRY(people_email_ok(f->email, e));
	if (!guess_try(FOR_ACCOUNTS, r->address, r->now))
		return err_set(e, E_BUSY, "",
			"Too many accounts were asked for from here. Wait ten minutes, or ask for "
			"a "
			"sign-in link.");
	TRY(password_hash(r, f->password, &hash, e));
	struct html next = html_new(r->arena);
	html_url_part(&next, next_path(f->next));
	r->redirect = arena_printf(r->arena, "/sign-in?next=%s", next.out.p);
	req_flash(r,
		"Please sign in. If your password does not work, %s has had an account before: ask "
		"for a sign-in link.",
		f->email);
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	enum status s = db_person_add(r->db, f->email, f->name, hash, r->now, e);
	if (s == E_CONFLICT)
		return OK;
	TRY(s);
	guess_undo(FOR_ACCOUNTS, r->address);
	return db_commit(tx, e);
}

/* ---- one's own account -------------------------------------------------------------------------
 */

static const struct field account_event_fields[] = {
	FIELD(struct account_event, slug, TEXT),
	FIELD(struct account_event, name, TEXT),
	FIELD(struct account_event, phase, TEXT),
	FIELD(struct account_event, role, TEXT),
	FIELD(struct account_event, starts, TIME),
	FIELD_END,
};

static const struct field account_fields[] = {
	FIELD(struct account_view, name, TEXT),
	FIELD(struct account_view, email, TEXT),
	FIELD(struct account_view, has_password, BOOL),
	FIELD(struct account_view, asks_present, BOOL,
		.doc = "whether the present password is needed to change it"),
	FIELD_LIST(struct account_view, events, account_event_fields),
	FIELD_END,
};

/* A link just used proves who it is as well as the password, which they may have forgotten. */
static enum status
asks_present(struct req *r, bool has_password, bool *ret, struct err *e)
{
	enum { FRESH_SECONDS = 600 };
	struct session_by_link fresh;
	TRY(db_session_by_link(r->db, r->me.session, r->now - FRESH_SECONDS, &fresh, e));
	*ret = has_password && !fresh.n;
	return OK;
}

static enum status
account_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct account_view *v = view;
	struct person_by_id p;
	struct my_events_rows rows;
	TRY(db_person_by_id(r->db, r->me.id, &p, e));
	TRY(db_my_events(r->db, r->me.id, &rows, e));
	v->name = p.name;
	v->email = p.email;
	v->has_password = p.password != NULL;
	TRY(asks_present(r, v->has_password, &v->asks_present, e));
	v->may_create = req_may(r, CAP_EVENT_CREATE);
	v->events.at = ARENA_ARRAY(r->arena, rows.n, struct account_event);
	v->events.n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		v->events.at[i] = (struct account_event){ rows.at[i].slug, rows.at[i].name,
			phase_title(phase_parse(rows.at[i].phase)), rows.at[i].part,
			rows.at[i].starts };
	return OK;
}

/*
 * A mailbox alone opened the account: its owner is told, and who could ask them in person. The wait
 * is theirs to notice in; see password_witness.
 */
static enum status
tell_of_password(struct req *r, const struct person_by_id *p, struct err *e)
{
	struct steward_peers_rows peers;
	const char *until = filter_moment(r->arena, r->now + PASSWORD_WITNESS_SECONDS);
	TRY(db_steward_peers(r->db, p->id, &peers, e));
	if (p->password || peers.n)
		TRY(db_outbox_add(r->db, 0, p->id, p->email,
			"A password was chosen by your sign-in link",
			arena_printf(r->arena,
				"On %s UTC a password was chosen for your account on %s, by a "
				"sign-in link that was sent to this address and without the "
				"password before.\n\nIf it was not you, somebody else reads your "
				"mail: tell an organiser of your event at once.\n",
				filter_moment(r->arena, r->now), r->server->config.site),
			r->now, e));
	for (size_t i = 0; i < peers.n; i++) {
		const struct steward_peers *x = &peers.at[i];
		TRY(db_outbox_add(r->db, x->event, x->id, x->email,
			arena_printf(r->arena, "%s: %s has a new password", x->event_name, p->name),
			arena_printf(r->arena,
				"%s (%s), a data steward of %s, chose a password by a sign-in "
				"link, "
				"without the password before. Until %s UTC they confirm no data "
				"steward and let no key leave.\n\nAsk them by telephone whether it "
				"was them. If not, somebody else reads their mail: an organiser "
				"takes the role back on\n%s/e/%s/roles\n",
				p->name, p->email, x->event_name, until, r->server->config.site,
				x->slug),
			r->now, e));
	}
	return OK;
}

struct password_in {
	const char *present, *password;
};

static const struct field password_in[] = {
	FIELD(struct password_in, present, TEXT, .max = 500, .label = "Present password",
		.doc = "not needed for the first, nor just after a sign-in by link"),
	FIELD(struct password_in, password, TEXT, .required = true, .min = 10, .max = 500,
		.label = "New password"),
	FIELD_END,
};

static enum status
password_set(struct req *r, const void *in, void *view, struct err *e)
{
	const struct password_in *f = in;
	struct person_by_id p;
	const char *hash;
	bool asks;
	TRY(db_person_by_id(r->db, r->me.id, &p, e));
	TRY(asks_present(r, p.password != NULL, &asks, e));
	asks |= p.password && f->present[0];
	if (asks)
		TRY(password_mine(r, "present", f->present, e));
	TRY(password_hash(r, f->password, &hash, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	TRY(session_still(r, e));
	TRY(db_person_set_password(
		r->db, r->me.id, hash, asks ? 0 : r->now + PASSWORD_WITNESS_SECONDS, e));
	if (!asks)
		TRY(tell_of_password(r, &p, e));
	/* A new password is often the answer to a stolen sign-in. */
	TRY(db_session_end_others(r->db, r->me.id, r->me.session, r->now, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	TRY(req_audit(r, "password set", arena_printf(r->arena, "person %lld", (long long)r->me.id),
		asks ? "" : "by a sign-in link, without the password before", e));
	req_flash(r, "The password is set. Wherever else you were signed in, you no longer are.");
	return db_commit(tx, e);
}

const struct route account_routes[] = {
	{ GET, "/sign-in", sign_in_show, CAP_PUBLIC, "The sign-in form.", "Sign in",
		VIEW(struct sign_in_view, sign_in_fields), .page = page_sign_in },
	{ POST, "/sign-in", sign_in, CAP_PUBLIC, "Signs in with a password.",
		IN(struct sign_in_in, sign_in_in), .own_tx = true },
	{ POST, "/sign-in/link", link_send, CAP_PUBLIC, "Mails a sign-in link.",
		IN(struct email_in, email_in), .then = "/sign-in", .shows = "/sign-in" },
	{ GET, "/in/:token", link_show, CAP_PUBLIC, "What a sign-in link opens.", "Welcome",
		VIEW(struct link_view, link_fields), .page = page_link },
	{ POST, "/in/:token", link_use, CAP_PUBLIC, "Signs in by link, once.", IN_NOTHING },
	{ POST, "/sign-out", sign_out, CAP_SIGNED_IN, "Ends this sign-in everywhere.", IN_NOTHING,
		.then = "/" },
	{ GET, "/join", sign_in_show, CAP_PUBLIC, "The form for a new account.", "Make an account",
		VIEW(struct sign_in_view, sign_in_fields), .page = page_join },
	{ POST, "/join", join, CAP_PUBLIC,
		"Makes an account; the answer does not tell whether there was one.",
		IN(struct join_in, join_in), .own_tx = true },
	{ GET, "/account", account_show, CAP_SIGNED_IN, "One's own account.", "Your account",
		VIEW(struct account_view, account_fields), .page = page_account },
	{ POST, "/account/password", password_set, CAP_SIGNED_IN, "Sets a new password.",
		IN(struct password_in, password_in), .then = "/account", .shows = "/account",
		.own_tx = true },
	{ 0 },
};
