/*
 * Each role's first page in an event: the one thing to do next, what waits besides, and how things
 * stand.
 *
 * today_waits is pure: facts in, actions out. The page's handler only gathers the facts.
 */
#ifndef PORTAL_TODAY_TODAY_H
#define PORTAL_TODAY_TODAY_H

#include "portal/data/key.h"
#include "portal/today/today.sql.h"
#include "portal/web/req.h"
#include "portal/web/route.h"

struct next_action {
	const char *title, *why, *href, *button; /* href NULL: nothing to do, said kindly */
	bool due;                                /* waits for this person; else only an offer */
};

/* The request for the event's key that is open. */
struct today_key {
	enum key_state state;
	const char *asked_name;
	int64_t asked;
	bool mine; /* asked by whoever reads the page */
};

/* Data whose saved recipe is not what teams have, and what their own page says to do. */
struct today_data {
	const char *title; /* of the project */
	const char *next, *why, *href, *button;
	bool lost; /* teams had it, and have nothing until this is done */
};

/* What is known when the page is asked for. Pointers are NULL for what does not concern. */
struct today_facts {
	const char *event; /* slug */
	enum phase phase;
	unsigned roles;
	const char *application; /* state, NULL when there is none */
	const char *naming;    /* as a data steward, what became of it: steward_told; NULL: none */
	bool agreement_needed; /* has a role that signs, and has not signed the newest version */
	const struct today_event *numbers;
	const struct today_team *team;
	const struct today_presentation *presentation;
	const struct today_juror *jury;
	const struct today_led_rows *led;
	int64_t unreleased; /* accepted projects of which no release was ever signed or waits for it
			     */
	LIST(struct today_data) data;
	bool settled; /* of every accepted project teams have what its recipe says */
	int64_t votes,
		votes_since; /* airlock requests that wait for a steward's; the oldest since */
	const struct today_differ_rows *differ; /* requests on which the reviewers differ */
	const struct today_key *key;
	int64_t returned;      /* an airlock request of one's own that came back; 0: none */
	int64_t now, deadline; /* of the next phase; 0 when it is not planned */
};

/*
 * All that waits for this person in all their roles, the most pressing first; when nothing does,
 * one action that says so. n is 1 or more; at is the arena's.
 */
struct today_actions {
	struct next_action *at;
	size_t n;
};
struct today_actions today_waits(struct arena *, const struct today_facts *);

/*
 * What an entry of the trail is about, for a glance: "workspace 3 of team 2" is "Almond, workspace
 * 3" when team 2 is called so, "project heart" stays; "" for a person or the event itself. Pure.
 */
const char *today_about(struct arena *, const char *object, const struct today_team_names_rows *);

extern const struct route today_routes[];

/* ---- view ---- */

struct today_figure {
	const char *label, *value, *of;
};

struct today_person {
	const char *name, *what;
};

struct today_item {
	const char *title, *text, *tag, *href;
};

struct today_view {
	const char *greeting;
	struct next_action next;
	LIST(struct next_action) also; /* what waits besides */
	const char *figures_title;
	LIST(struct today_figure) figures;
	bool has_team;
	const char *team, *team_href, *project, *project_href, *link;
	const char *room_text, *room_href, *room_button;
	LIST(struct today_person) mates;
	const char *best, *best_text, *submissions_href;
	LIST(struct today_item) guided; /* teams of a mentor, projects of a lead */
	const char *guided_title;
	bool organises; /* shows the ways to the event's settings */
	LIST(struct today_item) sessions;
	LIST(struct today_item) happening;
};

#endif
