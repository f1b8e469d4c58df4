/*
 * The words of the play: what the organiser, the clinicians, the teams and the jury type. Visitors
 * of the demonstration read them. People and places are invented. Static; any thread.
 */
#ifndef REHEARSE_SCRIPT_H
#define REHEARSE_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

enum {
	PROJECTS = 4,
	MENTORS = 20,
	CLINICAL_MENTORS = 8, /* the first so many; two beside each project's lead */
	JURORS = 6,
	TEAMS = 8,
	SEATS = 50,
	SESSIONS = 12,
};

#define SCRIPT_SLUG "carmel-2026"
#define SCRIPT_EVENT "Carmel Datathon 2026"

extern const char script_place[], script_about[], script_rules[], script_kinds[];
extern const char script_agreement_title[], script_agreement[];

struct script_person {
	const char *name, *email, *about;
};
extern const struct script_person script_organiser, script_steward, script_reviewer;
extern const struct script_person script_leads[PROJECTS], script_mentors[MENTORS],
	script_jurors[JURORS];

struct script_project {
	const char *title, *slug, *folder, *task,
		*unit;      /* unit: of the predicted number, NULL for none */
	const char *source; /* where the demonstration's tables come from */
	const char *question, *variables;
	const char *ethics_number, *ethics_committee;
	/* What a team says in its presentation; the title is the second team's when [1]. */
	const char *talk[2], *problem, *methods, *impact;
};
extern const struct script_project script_projects[PROJECTS];

/* day: 0 to 2 of the event; times in minutes of the day. */
struct script_session {
	int day, from, until;
	const char *title, *speaker, *room;
};
extern const struct script_session script_sessions[SESSIONS];

extern const char *const script_teams[TEAMS];
extern const char *const script_comments[JURORS];

#endif
