/* Workspaces through their three stages, each entered by members with their own browsers. */
#include <jansson.h>

#include "base/clock.h"
#include "rehearse/play_parts.h"

enum { OPEN_LIMIT_MS = 240000, ENTER_LIMIT_MS = 90000, THREADS = 2 };

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

enum status
room_enter(struct play *p, struct team *t, struct actor *who, struct jupyter *ret, struct err *e)
{
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "teams/%lld/workspace", (long long)t->number));
	TRY(actor_form(who, &page, &f, e, "teams/%lld/enter", (long long)t->number));
	int64_t click = clock_mono_ms();
	/* Not actor_send: the notebook may answer "not yet", and that is no failure. */
	enum status s = browser_submit(who->browser, f, &page, e);
	if (s == OK)
		s = jupyter_enter(who->browser, who->arena, NULL, &page, ENTER_LIMIT_MS, ret, e);
	if (s != OK)
		return actor_expect(who, false, e, "entering the workspace of team %lld: %s",
			(long long)t->number, arena_strdup(who->arena, e->text));
	ret->open_ms = (double)(clock_mono_ms() - click);
	t->opened = true;
	return OK;
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
	TRY(play_phase(p, "full", e));
	TRY(rooms_await(p, "full", e));
	play_step(
		p, "full data", "%d workspaces hold all patients but the hidden outcomes.", TEAMS);
	return OK;
}
