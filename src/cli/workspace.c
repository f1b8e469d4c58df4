/*
 * A command inside a team's workspace, exactly as a member's own programs run: for support, and for
 * tests by people who did not write this. The warden's program does it; here is decided whose it
 * is, and the trail is told before it begins.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cli.sql.h"

enum { SHOWN = 300 };

struct ask {
	struct str event; /* empty: the only one that has such a team */
	int64_t team;
	const char *as; /* NULL: the first member */
	const char *const *command;
	int n;
};

static enum status
ask_parse(struct cli *c, const char *const *args, int n, struct ask *ret, struct err *e)
{
	struct ask a = { .event = { "", 0 } };
	struct str team = str_of(args[0]);
	int at = 1;
	if (memchr(team.p, '/', team.n))
		a.event = str_cut(&team, '/');
	if (!str_int(team, &a.team) || a.team < 1)
		return err_set(e, E_INPUT, "team",
			"TEAM is a team's number, or EVENT/NUMBER, not \"%.80s\".", args[0]);
	if (at + 1 < n && streq(args[at], "--as")) {
		a.as = args[at + 1];
		at += 2;
	}
	if (at >= n || !streq(args[at], "--") || at + 1 >= n)
		return cli_misuse(
			c, e, "The command follows after \"--\": workspace exec 3 -- ls /data");
	a.command = args + at + 1;
	a.n = n - at - 1;
	*ret = a;
	return OK;
}

/* The one team that is meant. */
static enum status
find_room(struct cli *c, const struct ask *a, struct cli_rooms *ret, struct err *e)
{
	struct cli_rooms_rows rows;
	const struct cli_rooms *found = NULL;
	TRY(db_cli_rooms(c->db, a->team, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		if (a->event.n && !str_is(a->event, rows.at[i].slug))
			continue;
		if (found)
			return err_set(e, E_CONFLICT, "team",
				"Several events have a team %lld: say %s/%lld or %s/%lld.",
				(long long)a->team, found->slug, (long long)a->team,
				rows.at[i].slug, (long long)a->team);
		found = &rows.at[i];
	}
	if (!found)
		return err_set(e, E_ABSENT, "team", "There is no team %lld%s%.*s.",
			(long long)a->team, a->event.n ? " in " : "", (int)a->event.n, a->event.p);
	if (!streq(found->state, "open"))
		return err_set(e, E_CONFLICT, "team", "The workspace of team %lld is %s, not open.",
			(long long)a->team, found->state);
	*ret = *found;
	return OK;
}

static enum status
find_member(struct cli *c, const struct ask *a, const struct cli_rooms *room,
	struct cli_members *ret, struct err *e)
{
	struct cli_members_rows rows;
	struct buf names = buf_new(c->arena);
	TRY(db_cli_members(c->db, room->id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		if (!a->as || streq(rows.at[i].login, a->as)) {
			*ret = rows.at[i];
			return OK;
		}
		buf_printf(&names, "%s%s", i ? ", " : "", rows.at[i].login);
	}
	return a->as && rows.n
		       ? err_set(e, E_ABSENT, "as",
				 "Nobody in team %lld is called \"%.40s\" inside: there are %s.",
				 (long long)a->team, a->as, names.p)
		       : err_set(e, E_ABSENT, "team", "Team %lld has no member.",
				 (long long)a->team);
}

static const char *
shown(struct cli *c, const struct ask *a, const char *login)
{
	struct buf b = buf_new(c->arena);
	buf_printf(&b, "as %s:", login);
	for (int i = 0; i < a->n && b.n < SHOWN; i++)
		buf_printf(&b, " %.*s", SHOWN, a->command[i]);
	if (b.n > SHOWN) {
		b.p[SHOWN] = '\0';
		str_mend(b.p);
	}
	return b.p;
}

static enum status
run(struct cli *c, const struct ask *a, int64_t ws, int64_t slot, struct err *e)
{
	const char *program = arena_printf(c->arena, "%s/wardroom-warden", c->config.bin);
	const char **argv = ARENA_ARRAY(c->arena, (size_t)a->n + 10, const char *);
	int n = 0;
	argv[n++] = program;
	argv[n++] = "--config";
	argv[n++] = c->config_path;
	argv[n++] = "exec";
	argv[n++] = "--ws";
	argv[n++] = arena_printf(c->arena, "%lld", (long long)ws);
	argv[n++] = "--slot";
	argv[n++] = arena_printf(c->arena, "%lld", (long long)slot);
	argv[n++] = "--";
	for (int i = 0; i < a->n; i++)
		argv[n++] = a->command[i];
	execv(program, (char *const *)argv);
	return err_errno(e, "%s", program);
}

static enum status
workspace_exec(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct ask a = { 0 };
	struct cli_rooms room = { 0 };
	struct cli_members member = { 0 };
	TRY(ask_parse(c, args, n, &a, e));
	if (geteuid() != 0)
		return err_set(e, E_DENIED, "", "This needs root.");
	if (!c->config_path)
		return cli_misuse(c, e, "workspace exec needs --config FILE.");
	TRY(cli_open_lent(c, e));
	TRY(find_room(c, &a, &room, e));
	TRY(find_member(c, &a, &room, &member, e));
	/* Without an entry nothing is run. */
	TRY(db_begin(c->db, e));
	const struct audit_entry entry = { .actor_name = c->by,
		.event = room.event,
		.action = "command run in a workspace",
		.object = arena_printf(c->arena, "team %lld", (long long)a.team),
		.detail = shown(c, &a, member.login) };
	TRY(audit_add(c->db, &entry, e));
	TRY(db_commit(c->db, e));
	cli_close(c);
	TRY(cli_root_again(c, e));
	return run(c, &a, room.id, member.slot, e);
}

const struct command cmd_workspace_exec = { "workspace exec",
	"[EVENT/]TEAM [--as LOGIN] -- COMMAND...",
	"Runs a command inside, exactly as a member's programs run: input, output, exit code. "
	"Audited.",
	3, CLI_ARGS, workspace_exec };
