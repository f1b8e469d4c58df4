#include "portal/team/team.h"

#include "portal/keeper/keeper.h"
#include "portal/workspace/workspace.h"

const char *
team_login(struct arena *a, const char *name)
{
	char *out = arena_alloc(a, 17);
	size_t n = 0;
	for (const char *p = name; *p && n < 12; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
		if (c >= 'a' && c <= 'z')
			out[n++] = c;
		else if (n && (c == ' ' || c == '.'))
			break;
	}
	/* "Dr" and "Prof" are no names; nor is a name in another script, here. */
	if (n < 2 || streq(out, "dr") || streq(out, "prof"))
		return "member";
	out[n] = '\0';
	return out;
}

/* The login, with a number behind it when somebody of the team has it already. */
static enum status
free_login(struct db *db, int64_t team, const char *name, const char **ret, struct err *e)
{
	const char *base = team_login(db_arena(db), name);
	const char *login = base;
	for (int i = 2; i < 2 + PW_SLOTS; i++) {
		struct member_login_count n;
		TRY(db_member_login_count(db, team, login, &n, e));
		if (n.n == 0) {
			*ret = login;
			return OK;
		}
		login = arena_printf(db_arena(db), "%s%d", base, i);
	}
	return err_set(e, E_CONFLICT, "", "The team has had too many members.");
}

enum status
team_leave(
	struct db *db, int64_t event, int64_t person, int64_t now, int64_t *ret_room, struct err *e)
{
	struct member_of old;
	struct team_room room;
	enum status s = db_member_of(db, event, person, &old, e);
	if (s == E_ABSENT) {
		*ret_room = 0;
		return OK;
	}
	TRY(s);
	TRY(db_member_remove(db, old.team, person, now, e));
	TRY(workspace_changed(db, old.team, e));
	s = db_team_room(db, old.team, &room, e);
	if (s != OK && s != E_ABSENT)
		return s;
	*ret_room = s == OK ? room.id : 0;
	return OK;
}

void
team_left(struct server *server, int64_t person, int64_t room, int64_t unused)
{
	if (room)
		workspace_evict(server, room, person, 0);
	keeper_nudge(server, 0, 0, 0);
}

enum status
team_place(struct db *db, int64_t event, int64_t team, int64_t person, const char *name,
	const char *reason, int64_t now, struct err *e)
{
	struct member_next_slot slot;
	const char *login = NULL;
	int64_t room;
	TRY(team_leave(db, event, person, now, &room, e));
	TRY(db_member_next_slot(db, team, &slot, e));
	if (slot.n >= PW_SLOTS)
		return err_set(e, E_CONFLICT, "", "The team has had too many members.");
	TRY(free_login(db, team, name, &login, e));
	TRY(db_member_add(db, team, person, slot.n, login, reason, now, e));
	return workspace_changed(db, team, e);
}
