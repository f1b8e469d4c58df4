#include <stdio.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "portal/people/people.h"
#include "portal/people/steward.h"
#include "portal/web/session.h"
#include "portal/web/web.sql.h"

enum { LINK_DAYS = 1 };

struct person_out {
	int64_t id;
	const char *email, *name;
	bool admin, locked;
};

static const struct field person_fields[] = {
	FIELD(struct person_out, id, INT),
	FIELD(struct person_out, email, TEXT),
	FIELD(struct person_out, name, TEXT),
	FIELD(struct person_out, admin, BOOL),
	FIELD(struct person_out, locked, BOOL,
		.doc = "had an account on an address nobody had proven: its password and sign-ins "
		       "end, and a running server cuts them within a second"),
	FIELD_END,
};

static bool
plain(const char *s)
{
	if (!*s || strlen(s) > 200 || !str_utf8(str_of(s)))
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < ' ')
			return false;
	return true;
}

/* Makes the person, or only gives the right to make events to one who is here already. */
static enum status
add(struct cli *c, struct person_out *p, struct err *e)
{
	struct person_by_email old;
	enum status s = db_person_by_email(c->db, p->email, &old, e);
	if (s != OK && s != E_ABSENT)
		return s;
	if (s == OK && !p->admin)
		return err_set(
			e, E_CONFLICT, "email", "%s is here already, as %s.", old.email, old.name);
	if (s == OK)
		p->name = old.name;
	struct people_found found;
	TRY(people_entrust(c->db, p->email, p->name, 0, clock_now(), &found, e));
	p->id = found.id;
	p->locked = found.locked;
	if (p->admin)
		TRY(db_person_set_admin(c->db, p->id, true, e));
	return cli_audit(c, s == OK ? "administrator made" : "person added",
		arena_printf(c->arena, "person %lld", (long long)p->id),
		p->admin ? "may make events" : "", e);
}

static enum status
person_add(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct person_out p = { 0 };
	for (int i = 0; i < n; i++) {
		if (streq(args[i], "--admin"))
			p.admin = true;
		else if (!p.email)
			p.email = args[i];
		else if (!p.name)
			p.name = args[i];
		else
			return err_set(
				e, E_INPUT, "", "\"%.80s\" is one argument too many.", args[i]);
	}
	if (!p.name)
		return err_set(e, E_INPUT, "", "An address and a name are needed.");
	TRY(people_email_ok(p.email, e));
	if (!plain(p.name))
		return err_set(e, E_INPUT, "name",
			"A name is 1 to 200 bytes of text without control characters.");
	TRY(cli_open(c, e));
	TRY(db_begin(c->db, e));
	TRY(add(c, &p, e));
	TRY(db_commit(c->db, e));
	cli_show(c, person_fields, &p);
	return OK;
}

const struct command cmd_person_add = { "person add", "EMAIL NAME [--admin]",
	"Adds a person; --admin lets them make events, also when they are here already.", 2, 3,
	person_add };

struct link_out {
	const char *url;
	int64_t expires;
};

static const struct field link_fields[] = {
	FIELD(struct link_out, url, TEXT),
	FIELD(struct link_out, expires, TIME),
	FIELD_END,
};

static enum status
person_link(struct cli *c, const char *const *args, int n, struct err *e)
{
	const char *path = n > 1 ? args[1] : "/", *name;
	int64_t person, now = clock_now();
	struct link_out out = { .expires = now + LINK_DAYS * 86400 };
	if (path[0] != '/' || path[1] == '/' || path[1] == '\\' || !plain(path))
		return err_set(e, E_INPUT, "path", "\"%.80s\" is not a path of this site.", path);
	TRY(cli_open(c, e));
	TRY(cli_person(c, args[0], &person, &name, e));
	TRY(db_begin(c->db, e));
	TRY(session_link(c->db, &c->config, person, path, LINK_DAYS, now, &out.url, e));
	TRY(cli_audit(
		c, "link made", arena_printf(c->arena, "person %lld", (long long)person), path, e));
	TRY(db_commit(c->db, e));
	if (c->json)
		cli_show(c, link_fields, &out);
	else
		puts(out.url); /* alone, so that a script can take it */
	return OK;
}

const struct command cmd_person_link = { "person link", "EMAIL [PATH]",
	"Prints a link that signs the person in once, within a day, and leads to PATH.", 1, 2,
	person_link };

struct steward_out {
	const char *event, *email, *name;
	bool was, locked;
};

static const struct field steward_fields[] = {
	FIELD(struct steward_out, event, TEXT),
	FIELD(struct steward_out, email, TEXT),
	FIELD(struct steward_out, name, TEXT),
	FIELD(struct steward_out, was, BOOL, .doc = "a data steward of the event before"),
	FIELD(struct steward_out, locked, BOOL,
		.doc = "an organiser had seen a sign-in link that was used, or nobody had proven "
		       "the "
		       "address: password and sign-ins end, and a running server cuts them within "
		       "a second"),
	FIELD_END,
};

/* The server's operator names a steward, or ends the waiting of one whom an organiser named. */
static enum status
person_steward(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct event_head ev;
	struct steward_made made;
	struct steward_out out = { .event = args[0], .email = args[1] };
	int64_t person;
	TRY(cli_open(c, e));
	enum status s = db_event_head(c->db, args[0], &ev, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "event", "No event is called \"%.40s\".", args[0]);
	TRY(s);
	TRY(cli_person(c, args[1], &person, &out.name, e));
	TRY(db_begin(c->db, e));
	cleanup_tx struct db *tx = c->db;
	TRY(steward_name(c->db,
		&(struct steward_naming){ .event = ev.id,
			.person = person,
			.about = "",
			.by_name = c->by,
			.now = clock_now() },
		&made, e));
	TRY(audit_add(c->db,
		&(struct audit_entry){ .event = ev.id,
			.actor_name = c->by,
			.action = "steward confirmed",
			.object = args[1],
			.detail = "by the server's operator" },
		e));
	TRY(db_commit(tx, e));
	out.was = made.how == STEWARD_IS;
	out.locked = made.locked;
	cli_show(c, steward_fields, &out);
	return OK;
}

const struct command cmd_person_steward = { "person steward", "EVENT EMAIL",
	"Makes a person a data steward of an event, also one whom an organiser named.", 2, 2,
	person_steward };
