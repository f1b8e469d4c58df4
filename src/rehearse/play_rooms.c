/* Workspaces through their three stages, each entered by members with their own browsers. */
#include <jansson.h>

#include "base/clock.h"
#include "rehearse/play_parts.h"

enum { OPEN_LIMIT_MS = 240000, ENTER_LIMIT_MS = 90000, CUT_LIMIT_MS = 15000, THREADS = 2 };

static bool
as_wanted(const json_t *room, const char *stage)
{
	if (streq(stage, "closed") || streq(stage, "destroyed"))
		return streq(json_text_of(room, "state"), stage);
	return streq(json_text_of(room, "state"), "open") &&
	       streq(json_text_of(room, "stage"), stage);
}

/* How many are as wanted; *ret_why is the first reason given by one that is not. */
static size_t
count_rooms(struct play *p, const json_t *j, const char *stage, const char **ret_why)
{
	json_t *room;
	size_t i, n = 0;
	*ret_why = "";
	json_array_foreach(json_object_get(j, "rooms"), i, room)
	{
		if (as_wanted(room, stage))
			n++;
		else if (!(*ret_why)[0])
			*ret_why = arena_strdup(p->organiser.arena, json_text_of(room, "problem"));
		for (int t = 0; t < TEAMS; t++)
			if (p->teams[t].number == json_int_of(room, "team"))
				p->teams[t].ws = json_int_of(room, "ws");
	}
	return n;
}

enum status
rooms_await(struct play *p, const char *stage, struct err *e)
{
	struct actor *who = &p->organiser;
	int64_t since = clock_mono_ms();
	const char *why;
	size_t n;
	do {
		json_t *j;
		actor_begin(who);
		TRY(actor_json(who, &j, e, "workspaces"));
		n = count_rooms(p, j, stage, &why);
		json_decref(j);
		if (n == TEAMS)
			return OK;
	} while (play_wait(since, OPEN_LIMIT_MS));
	return actor_expect(who, false, e, "%d workspaces should be %s after %d s, but %zu are. %s",
		TEAMS, stage, OPEN_LIMIT_MS / 1000, n, why);
}

/* Presses "Open notebook" until the place is made: somebody who has just joined waits a moment. */
static enum status
press_open(struct team *t, struct actor *who, struct page *ret, struct err *e)
{
	int64_t since = clock_mono_ms();
	struct form *f;
	do {
		TRY(actor_open(who, ret, e, "teams/%lld/workspace", (long long)t->number));
		TRY(actor_form(who, ret, &f, e, "teams/%lld/enter", (long long)t->number));
		/* Not actor_send: the notebook may answer "not yet", and that is no failure. */
		TRY(browser_submit(who->browser, f, ret, e));
	} while (page_says(ret, "Your place in the workspace is being made") &&
		 play_wait(since, CUT_LIMIT_MS));
	return OK;
}

enum status
room_enter(struct play *p, struct team *t, struct actor *who, struct jupyter *ret, struct err *e)
{
	struct page page;
	actor_begin(who);
	int64_t click = clock_mono_ms();
	enum status s = press_open(t, who, &page, e);
	if (s == OK)
		s = jupyter_enter(who->browser, who->arena, NULL, &page, ENTER_LIMIT_MS, ret, e);
	if (s != OK)
		return actor_expect(who, false, e, "entering the workspace of team %lld: %s",
			(long long)t->number, arena_strdup(who->arena, e->text));
	ret->open_ms = (double)(clock_mono_ms() - click);
	t->opened = true;
	return OK;
}

enum status
room_is_cut(struct actor *who, struct jupyter_terminal *t, const char *why, struct err *e)
{
	struct str out;
	struct err lost;
	int code;
	enum status s = jupyter_run(t, "echo and now", CUT_LIMIT_MS, &out, &code, &lost);
	/* E_BUSY would be a terminal that is still connected and merely silent. */
	return actor_expect(
		who, s != OK && s != E_BUSY, e, "the terminal should be cut %s, but is not.", why);
}

/* ---- setup: a notebook and nothing in it --------------------------------------------------------
 */

static enum status
set_up(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[i];
	struct actor *who = &t->members[0]->actor;
	struct jupyter j;
	struct page page;
	TRY(room_enter(p, t, who, &j, e));
	TRY(jupyter_put(&j, "notes.md", STR("# What we agreed on\n"), e));
	TRY(jupyter_request(
		&j, "GET", "/api/contents/notes.md?content=0", (struct str){ "", 0 }, &page, e));
	return actor_expect(who, page.status == 200, e,
		"a file just written should be there (200), not %d.", page.status);
}

/* Who is not a member does not get in: another team's member, a mentor, a forged ticket. */
static enum status
keep_out(struct play *p, struct err *e)
{
	struct actor *other = &p->teams[1].members[0]->actor;
	struct page page;
	actor_begin(other);
	TRY(actor_kept_out(other, 403, e, "teams/%lld/workspace", (long long)p->teams[0].number));
	struct actor *mentor = &p->mentors[CLINICAL_MENTORS];
	actor_begin(mentor);
	TRY(actor_open(mentor, &page, e, "teams/%lld/workspace", (long long)p->teams[0].number));
	return actor_expect(mentor,
		html_form(&page.doc,
			arena_printf(mentor->arena, "/e/" SCRIPT_SLUG "/teams/%lld/enter",
				(long long)p->teams[0].number)) == NULL,
		e, "a mentor's page should offer no way into the workspace.");
}

/* ---- sample -------------------------------------------------------------------------------------
 */

/* One team of each project looks at what is there. */
static enum status
look_at_sample(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[2 * i];
	struct actor *who = &t->members[1]->actor;
	struct jupyter j;
	struct jupyter_terminal term;
	struct str out;
	int code;
	TRY(room_enter(p, t, who, &j, e));
	TRY(jupyter_open_terminal(&j, ENTER_LIMIT_MS, &term, e));
	enum status s = jupyter_run(&term,
		"cat /data/README.txt && wardroom who && ! test -e /data/to_predict.csv", 30000,
		&out, &code, e);
	jupyter_close_terminal(&term);
	if (s != OK)
		return s;
	const char *text = str_dup(who->arena, out);
	TRY(actor_expect(who, code == 0 && strstr(text, "This is a sample of patients"), e,
		"/data should hold a sample and no question yet, but the terminal says (%d): "
		"%.200s",
		code, text));
	return actor_expect(who, strstr(text, who->name) != NULL, e,
		"`wardroom who` should know %s, but says: %.200s", who->name, text);
}

/* ---- cut ----------------------------------------------------------------------------------------
 */

/* Into the workspace with a terminal that answers. */
static enum status
at_terminal(struct play *p, struct team *t, struct actor *who, struct jupyter *j,
	struct jupyter_terminal *term, struct err *e)
{
	struct str out;
	int code;
	TRY(room_enter(p, t, who, j, e));
	TRY(jupyter_open_terminal(j, ENTER_LIMIT_MS, term, e));
	return jupyter_run(term, "echo here", ENTER_LIMIT_MS, &out, &code, e);
}

/* Who is taken out of a team is out at once, and in again when put back. */
static enum status
cut_when_removed(struct play *p, struct err *e)
{
	struct team *t = &p->teams[1];
	const struct candidate *c = t->members[2];
	struct actor *who = &t->members[2]->actor;
	struct jupyter j;
	struct jupyter_terminal term;
	TRY(at_terminal(p, t, who, &j, &term, e));
	TRY(team_move(p, c, 0, e));
	TRY(room_is_cut(who, &term, "when its owner leaves the team", e));
	jupyter_close_terminal(&term);
	TRY(actor_kept_out(who, 403, e, "teams/%lld/workspace", (long long)t->number));
	TRY(team_move(p, c, t->number, e));
	return room_enter(p, t, who, &j, e);
}

/* Signing out ends every connection of that sign-in; the password opens the door again. */
static enum status
cut_when_signed_out(struct play *p, struct err *e)
{
	struct team *t = &p->teams[2];
	struct candidate *c = t->members[2];
	struct actor *who = &c->actor;
	struct jupyter j;
	struct jupyter_terminal term;
	struct page page;
	struct form *f;
	TRY(at_terminal(p, t, who, &j, &term, e));
	TRY(actor_open(who, &page, e, "today"));
	TRY(actor_form(who, &page, &f, e, "/sign-out"));
	TRY(actor_send(who, f, &page, e));
	TRY(room_is_cut(who, &term, "when its owner signs out", e));
	jupyter_close_terminal(&term);
	TRY(actor_is_stranger(who, e, "teams/%lld/workspace", (long long)t->number));
	TRY(actor_open(who, &page, e, "/sign-in?next=/e/" SCRIPT_SLUG "/today"));
	TRY(actor_form(who, &page, &f, e, "/sign-in"));
	TRY(actor_set(who, f, "email", who->email, e));
	TRY(actor_set(who, f, "password", "not this sentence", e));
	TRY(actor_refused(who, f, 422, "do not belong together", e));
	TRY(actor_set(who, f, "password", c->form->password, e));
	TRY(actor_send(who, f, &page, e));
	return room_enter(p, t, who, &j, e);
}

enum status
play_rooms(struct play *p, struct err *e)
{
	TRY(play_phase(p, "setup", e));
	TRY(rooms_await(p, "setup", e));
	play_step(p, "workspaces", "%d sealed workspaces are open for setting up.", TEAMS);
	TRY(keep_out(p, e));
	TRY(play_each(p, TEAMS, THREADS, set_up, e));
	play_step(p, "notebooks", "A member of each team wrote a first file.");
	TRY(play_phase(p, "sample", e));
	TRY(rooms_await(p, "sample", e));
	TRY(play_each(p, PROJECTS, THREADS, look_at_sample, e));
	play_step(p, "sample", "One team for each question looked at its sample of patients.");
	TRY(cut_when_removed(p, e));
	TRY(cut_when_signed_out(p, e));
	play_step(p, "cut",
		"Terminals were cut when their owner left the team, and when one signed out.");
	TRY(play_phase(p, "full", e));
	TRY(rooms_await(p, "full", e));
	play_step(
		p, "full data", "%d workspaces hold all patients but the hidden outcomes.", TEAMS);
	return OK;
}
