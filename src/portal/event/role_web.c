/* Who has which role in an event, and how one comes by it. */
#include "portal/event/event.h"

#include "portal/event/event.sql.h"
#include "portal/event/role_take.html.h"
#include "portal/event/roles.html.h"
#include "portal/keeper/keeper.h"
#include "portal/mail/mail.h"
#include "portal/people/people.h"
#include "portal/people/people.sql.h"
#include "portal/team/team.sql.h"
#include "portal/web/web.sql.h"

static const struct field role_row_fields[] = {
	FIELD(struct role_row, role, TEXT),
	FIELD(struct role_row, name, TEXT),
	FIELD(struct role_row, email, TEXT),
	FIELD(struct role_row, about, TEXT),
	FIELD(struct role_row, person, INT),
	FIELD(struct role_row, since, TIME),
	FIELD(struct role_row, waits, BOOL, .doc = "for a data steward who confirms it"),
	FIELD_END,
};

static const struct field roles_fields[] = {
	FIELD_LIST(struct roles_view, people, role_row_fields,
		.doc = "whose name, address or background has the query's words"),
	FIELD(struct roles_view, set_up, BOOL, .doc = "whether this server sends mail"),
	FIELD_END,
};

/* What an organiser may give, the role with the most rights last. */
static void
put_choices(struct arena *a, struct roles_view *v)
{
	static const struct role_choice staff[] = {
#define X(name, bit, word, title) { word, title },
		POLICY_STAFF(X)
#undef X
	};
	size_t n = sizeof staff / sizeof staff[0];
	v->choices.at = ARENA_ARRAY(a, n, struct role_choice);
	while (n--)
		v->choices.at[v->choices.n++] = staff[n];
}

/* Everybody with a role, and who is named as a data steward. */
static enum status
load_people(struct req *r, struct roles_view *v, struct err *e)
{
	struct role_people_rows rows;
	struct steward_waiting_list_rows named;
	TRY(db_role_people(r->db, r->event.id, &rows, e));
	TRY(db_steward_waiting_list(r->db, r->event.id, &named, e));
	v->people.at = ARENA_ARRAY(r->arena, rows.n + named.n, struct role_row);
	v->people.n = rows.n + named.n;
	for (size_t i = 0; i < named.n; i++)
		v->people.at[rows.n + i] =
			(struct role_row){ "steward", named.at[i].about, named.at[i].name,
				named.at[i].email, named.at[i].person, named.at[i].named, true };
	for (size_t i = 0; i < rows.n; i++)
		v->people.at[i] = (struct role_row){ rows.at[i].role, rows.at[i].about,
			rows.at[i].name, rows.at[i].email, rows.at[i].id, rows.at[i].since, false };
	return OK;
}

static void
keep_found(struct roles_view *v)
{
	size_t n = 0;
	v->all = (int64_t)v->people.n;
	for (size_t i = 0; i < v->people.n; i++) {
		const struct role_row x = v->people.at[i];
		if (strcasestr(x.name, v->words) || strcasestr(x.email, v->words) ||
			strcasestr(x.about, v->words))
			v->people.at[n++] = x;
	}
	v->people.n = n;
}

/* Folded, so that the page of an event with many fits a phone; what was looked for is not. */
static void
put_groups(struct arena *a, struct roles_view *v)
{
	enum { FEW = 8 };
	static const struct role_choice staff[] = {
#define X(name, bit, word, title) { word, title },
		POLICY_STAFF(X)
#undef X
	};
	size_t n = sizeof staff / sizeof staff[0];
	v->groups.at = ARENA_ARRAY(a, n, struct role_group);
	for (size_t k = 0; k < n; k++) {
		struct role_group g = { .role = staff[k].word, .title = staff[k].title };
		g.people.at = ARENA_ARRAY(a, v->people.n, struct role_row);
		for (size_t i = 0; i < v->people.n; i++)
			if (streq(v->people.at[i].role, g.role)) {
				g.people.at[g.people.n++] = v->people.at[i];
				g.waits += v->people.at[i].waits;
			}
		g.open = v->words[0] || v->all <= FEW;
		g.n = (int64_t)g.people.n;
		if (g.n)
			v->groups.at[v->groups.n++] = g;
	}
}

static enum status
roles_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct roles_view *v = view;
	TRY(load_people(r, v, e));
	v->set_up = config_mails(&r->server->config);
	v->words = req_query(r, "words");
	keep_found(v);
	put_groups(r->arena, v);
	put_choices(r->arena, v);
	return OK;
}

static const struct field invite_in[] = {
	FIELD(struct role_row, name, TEXT, .required = true, .trim = true, .max = 120,
		.label = "Name"),
	FIELD(struct role_row, email, TEXT, .required = true, .trim = true, .max = 200,
		.label = "E-mail"),
	FIELD(struct role_row, role, TEXT, .required = true, .choices = STAFF_CHOICES,
		.label = "Role"),
	FIELD(struct role_row, about, TEXT, .trim = true, .max = 300, .label = "Background"),
	FIELD_END,
};

static enum status
role_invite(struct req *r, const void *in, void *view, struct err *e)
{
	const struct role_row *f = in;
	const char *title = role_word_title(f->role);
	struct people_found p;
	const char *url;
	TRY(people_entrust(r->db, f->email, f->name, r->event.id, r->now, &p, e));
	if (p.locked)
		req_after(r, keeper_nudge, 0, 0, 0);
	if (streq(f->role, "steward"))
		return steward_invite(r, f->name, f->email, f->about, &p, e);
	TRY(db_role_add(r->db, r->event.id, p.id, f->role, f->about, r->now, e));
	TRY(people_invite(r, p.id, f->email, arena_printf(r->arena, "/e/%s/today", r->event.slug),
		title, &url, e));
	/*
	 * The organiser may hand a newcomer's link over in person; it is good once. A link of
	 * somebody who has been here would make the organiser that person.
	 */
	if (p.fresh)
		TRY(db_link_show(r->db, p.id, e));
	const char *link = mail_link_words(r->arena, &r->server->config, f->email);
	const char *is = arena_printf(r->arena, "%s is now %s %s.", f->name,
		strchr("aeiou", title[0]) ? "an" : "a", title);
	if (p.fresh)
		req_flash(r, "%s %s You may also pass it on: %s", is, link, url);
	else
		req_flash(r, "%s %s%s", is, link,
			p.locked ? " Nobody had proven that address yet, so the password of its "
				   "account no longer works; the link does."
				 : "");
	return req_audit(
		r, "role given", title, arena_printf(r->arena, "to %s (%s)", f->name, f->email), e);
}

/* ---- taking one back: a question first ---- */

static const struct field role_take_fields[] = {
	FIELD(struct role_take_view, person, INT),
	FIELD(struct role_take_view, role, TEXT),
	FIELD(struct role_take_view, name, TEXT),
	FIELD(struct role_take_view, email, TEXT),
	FIELD(struct role_take_view, what, TEXT, .doc = "what comes of it"),
	FIELD(struct role_take_view, waits, BOOL, .doc = "a data steward who is not confirmed"),
	FIELD_END,
};

static const char *
comes_of(const struct role_row *x)
{
	static const struct {
		const char *role, *what;
	} all[] = {
		{ "mentor",
			"They leave the teams that they help, and see nothing of them any more." },
		{ "steward",
			"They vote and sign no more; what they voted on and signed stays. Whoever "
			"is "
			"named later needs another data steward's word, also when it is them." },
		{ "organiser", "They no longer run this event; what they decided stays." },
		{ "juror", "They score no more; the scores that they gave stay." },
		{ "lead",
			"They see no more of their projects' data and teams; the projects stay." },
		{ "reviewer", "They read no more applications." },
	};
	if (x->waits)
		return "They do not become a data steward.";
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (streq(all[i].role, x->role))
			return all[i].what;
	return "";
}

static enum status
role_take_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct role_take_view *v = view;
	struct roles_view all = { 0 };
	int64_t person = 0;
	/* Shown again after an error, the address names nobody, but the form does. */
	str_int(str_of(page_kept(&r->page, "person", req_query(r, "person"))), &person);
	const char *role = page_kept(&r->page, "role", req_query(r, "role"));
	TRY(load_people(r, &all, e));
	for (size_t i = 0; i < all.people.n; i++) {
		const struct role_row *x = &all.people.at[i];
		if (x->person == person && streq(x->role, role))
			*v = (struct role_take_view){ person, x->role, x->name, x->email,
				comes_of(x), x->waits };
	}
	if (!v->person)
		return err_set(e, E_ABSENT, "person", "That person does not have that role.");
	r->page.title = arena_printf(r->arena, "Take the role back from %s?", v->name);
	return OK;
}

static const struct field role_remove_in[] = {
	FIELD(struct role_row, person, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD(struct role_row, role, TEXT, .required = true, .choices = STAFF_CHOICES),
	FIELD_END,
};

static enum status
role_take(struct req *r, const void *in, void *view, struct err *e)
{
	const struct role_row *f = in;
	struct role_count n;
	struct person_by_id p;
	enum status s = db_person_by_id(r->db, f->person, &p, e);
	if (s == E_ABSENT)
		return err_set(e, E_CONFLICT, "person", "That person does not have that role.");
	TRY(s);
	req_flash(r, "The role is taken back.");
	if (streq(f->role, "steward"))
		return steward_dismiss(r, p.id, p.name, p.email, e);
	TRY(db_role_remove(r->db, r->event.id, p.id, f->role, e));
	if (db_changes(r->db) == 0)
		return err_set(e, E_CONFLICT, "person", "That person does not have that role.");
	if (streq(f->role, "mentor"))
		TRY(db_mentor_leave(r->db, r->event.id, p.id, e));
	TRY(db_role_count(r->db, r->event.id, "organiser", &n, e));
	if (n.n == 0)
		return err_set(e, E_CONFLICT, "person", "An event needs at least one organiser.");
	return req_audit(r, "role taken back", role_word_title(f->role),
		arena_printf(r->arena, "from %s (%s)", p.name, p.email), e);
}

const struct route role_routes[] = {
	{ GET, "/e/:event/roles", roles_show, CAP_ROLE_GIVE, "Who has which role.", "Roles",
		VIEW(struct roles_view, roles_fields), .page = page_roles },
	{ POST, "/e/:event/roles", role_invite, CAP_ROLE_GIVE, "Invites a person into a role.",
		IN(struct role_row, invite_in) },
	{ GET, "/e/:event/roles/remove", role_take_show, CAP_ROLE_GIVE,
		"Asks whether to take the role that the query names, of its person, back.",
		"Take a role back", VIEW(struct role_take_view, role_take_fields),
		.page = page_role_take },
	{ POST, "/e/:event/roles/remove", role_take, CAP_ROLE_GIVE, "Takes a role back.",
		IN(struct role_row, role_remove_in), .then = "/e/:event/roles" },
	{ 0 },
};
