/*
 * Teams: who works with whom on which project, why, and with which mentors. The optimiser is
 * form.h; this is what the portal does with it.
 *
 * Rules take a struct db inside a transaction; memory is its arena. Thread rule: as db.
 */
#ifndef PORTAL_TEAM_TEAM_H
#define PORTAL_TEAM_TEAM_H

#include "portal/team/team.sql.h"
#include "portal/web/req.h"
#include "portal/web/route.h"
#include "wire/portal_warden.h"

/* A name for inside the workspace: [a-z][a-z0-9]{0,15}, made of a person's first name. Pure. */
const char *team_login(struct arena *, const char *name);

/*
 * Puts a person into a team, in place of the team of the event they are in now, if any. E_CONFLICT
 * when the team has had PW_SLOTS people. The workspaces concerned are made again.
 */
enum status team_place(struct db *, int64_t event, int64_t team, int64_t person, const char *name,
	const char *reason, int64_t now, struct err *);

/*
 * Takes a person out of their team of the event, if they are in one; *ret_room is the workspace
 * that they lose by it (0: none), for team_left after the commit.
 */
enum status team_leave(
	struct db *, int64_t event, int64_t person, int64_t now, int64_t *ret_room, struct err *);
/* A req_after: ends what the person had in the room (0: nothing), and lets the keeper look again.
 */
void team_left(struct server *, int64_t person, int64_t room, int64_t unused);

extern const struct route team_routes[];

/* ---- views ---- */

struct team_person {
	int64_t person;
	const char *name, *level, *specialty, *reason;
};

struct team_mentor {
	int64_t person;
	const char *name, *kind;
};

struct team_row {
	int64_t id, number;
	const char *name, *project, *project_slug;
	bool opens; /* the reader may open its page */
	LIST(struct team_person) members;
	LIST(struct team_mentor) mentors;
};

struct teams_view {
	LIST(struct team_row) teams;
	LIST(struct team_person) unplaced;
	text_list warnings;            /* which limits are not met, in words */
	int64_t people, first_choice;  /* with a team; whose first choice it is */
	bool may_form, formed, locked; /* locked: workspaces were opened, so no forming anew */
};

struct team_view {
	struct team_row team;
	const char *link, *lead;
	bool may_form, may_enter, may_submissions, may_presentation, may_airlock;
	LIST(struct team_mentor) pool; /* mentors of the event, for the organiser */
};

#endif
