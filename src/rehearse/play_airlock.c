/* Results leave: handed in inside, looked at and voted on by the steward, taken by their author. */
#include <jansson.h>

#include "base/clock.h"
#include "rehearse/play_parts.h"

enum { ADD_MS = 60000, WAIT_MS = 60000, REFUSED_TEAM = 1, WAITING_TEAM = 5 };

bool
airlock_asks(const struct play *p, size_t team)
{
	bool demonstration = !streq(p->options->until, "closed");
	return team % 2 == 0 || team == REFUSED_TEAM || (team == WAITING_TEAM && demonstration);
}

/*
 * As many patients as the team has, in tens, so that no two teams' tables tell anybody by
 * subtraction.
 */
static const char *
table_of(struct play *p, const struct team *t, size_t i)
{
	const struct dataset *d = &p->datasets[t->project];
	int64_t all = (d->patients - d->hidden_patients) / 10 * 10;
	int64_t high = all / 50 * 10 > 10 ? all / 50 * 10 : 10;
	int64_t low = high + 10 * (int64_t)(i % 2);
	return arena_printf(p->arena,
		"group of team %lld,n\nhigh risk,%lld\nlow risk,%lld\nall others,%lld\n",
		(long long)t->number, (long long)high, i == REFUSED_TEAM ? 4LL : (long long)low,
		(long long)(all - high - low > 10 ? all - high - low : 10));
}

/* The number of the request that this member has just begun. */
static enum status
find_request(struct team *t, struct actor *who, struct err *e)
{
	json_t *j, *row;
	size_t k;
	TRY(actor_json(who, &j, e, "teams/%lld/airlock", (long long)t->number));
	json_array_foreach(json_object_get(j, "requests"), k,
		row) if (streq(json_text_of(row, "author"), who->name)) t->airlock =
		json_int_of(row, "number");
	json_decref(j);
	return actor_expect(who, t->airlock > 0, e, "the team's page should list the request.");
}

/* The form whose address ends so; NULL when there is none. */
static struct form *
form_ending(const struct page *p, const char *end, size_t nth)
{
	size_t n = strlen(end);
	for (size_t i = 0; i < p->doc.forms.n; i++) {
		struct form *f = &p->doc.forms.at[i];
		size_t len = strlen(f->action);
		if (len >= n && streq(f->action + len - n, end) && nth-- == 0)
			return f;
	}
	return NULL;
}

static enum status
send_ending(struct actor *who, struct page *p, const char *end, struct err *e)
{
	struct form *f = form_ending(p, end, 0);
	TRY(actor_expect(who, f != NULL, e, "%s should have a form \"%s\".", p->url, end));
	return actor_send(who, f, p, e);
}

static enum status
write_context(struct actor *who, struct page *p, struct err *e)
{
	struct form *f = form_ending(p, "/context", 0);
	TRY(actor_expect(who, f != NULL, e, "%s should ask what the files are about.", p->url));
	TRY(actor_set(who, f, "population", "All patients of the project's data.", e));
	TRY(actor_set(who, f, "variables", "Risk by our model; n: patients.", e));
	TRY(actor_set(who, f, "relation", "None.", e));
	TRY(actor_set(who, f, "controls", "Counts are rounded to 10.", e));
	return actor_send(who, f, p, e);
}

enum status
airlock_hand_in(struct play *p, size_t i, struct actor *who, struct jupyter *j,
	struct jupyter_terminal *term, struct err *e)
{
	struct team *t = &p->teams[i];
	struct page page;
	struct str out;
	int code;
	t->table = table_of(p, t, i);
	TRY(jupyter_put(j, "table1.csv", str_of(t->table), e));
	TRY(jupyter_run(term, "wardroom airlock add table1.csv", ADD_MS, &out, &code, e));
	const char *want = i == REFUSED_TEAM ? "does not pass" : "nothing found";
	const char *text = str_dup(who->arena, out);
	TRY(actor_expect(who, code == 0 && strstr(text, want), e,
		"`wardroom airlock add` should say \"%s\", but said (%d) %.200s", want, code,
		text));
	TRY(find_request(t, who, e));
	TRY(actor_open(who, &page, e, "teams/%lld/airlock/%lld", (long long)t->number,
		(long long)t->airlock));
	if (i == REFUSED_TEAM) {
		struct form *f = form_ending(&page, "/reason", 0);
		TRY(actor_expect(who, f != NULL, e, "a failed check should ask for a reason."));
		TRY(actor_set(who, f, "reason", "It is only four.", e));
		TRY(actor_send(who, f, &page, e));
	}
	TRY(write_context(who, &page, e));
	return send_ending(who, &page, "/seal", e);
}

/* ---- the steward -------------------------------------------------------------------------------
 */

static enum status
request_is(struct actor *who, const struct team *t, const char *state, struct err *e)
{
	int64_t since = clock_mono_ms();
	bool is = false;
	const char *last = "";
	do {
		json_t *j;
		TRY(actor_json(who, &j, e, "teams/%lld/airlock/%lld", (long long)t->number,
			(long long)t->airlock));
		last = arena_strdup(who->arena, json_text_of(j, "state"));
		is = streq(last, state);
		json_decref(j);
	} while (!is && play_wait(since, WAIT_MS));
	return actor_expect(who, is, e, "request %lld should be %s, but is %s.",
		(long long)t->airlock, state, last);
}

/* Every file, on the airlock's own origin, as it would leave. */
static enum status
look(struct actor *who, const struct team *t, struct page *page, struct err *e)
{
	struct form *f;
	struct page file;
	for (size_t n = 0; (f = form_ending(page, "/look", n)); n++) {
		TRY(actor_send(who, f, &file, e));
		TRY(actor_expect(who, strstr(file.url, "://airlock.") != NULL, e,
			"a file should open on an origin of its own, not at %s.", file.url));
		TRY(actor_sees(who, &file, "As it would leave", e));
	}
	return actor_open(who, page, e, "teams/%lld/airlock/%lld", (long long)t->number,
		(long long)t->airlock);
}

static enum status
vote(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[i];
	struct actor *who = &p->steward;
	struct page page;
	TRY(request_is(who, t, "in review", e));
	TRY(actor_open(who, &page, e, "teams/%lld/airlock/%lld", (long long)t->number,
		(long long)t->airlock));
	TRY(look(who, t, &page, e));
	struct form *f = form_ending(&page, "/vote", 0);
	TRY(actor_expect(who, f != NULL, e, "%s should ask for a vote.", page.url));
	for (size_t k = 0; k < f->fields.n && i != REFUSED_TEAM; k++)
		if (streq(f->fields.at[k].name, "leave"))
			TRY(actor_set(who, f, "leave", f->fields.at[k].value, e));
	if (i == REFUSED_TEAM) {
		TRY(actor_set(who, f, "otherwise", "reject", e));
		TRY(actor_set(who, f, "comment", "Four patients can be found again.", e));
	}
	TRY(actor_send(who, f, &page, e));
	return request_is(who, t, i == REFUSED_TEAM ? "rejected" : "released", e);
}

/* Byte for byte what was handed in and voted on. */
static enum status
take(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[i];
	struct actor *who = &t->members[0]->actor;
	struct page page;
	json_t *j;
	actor_begin(who);
	TRY(actor_json(who, &j, e, "teams/%lld/airlock/%lld", (long long)t->number,
		(long long)t->airlock));
	int64_t file = json_int_of(json_array_get(json_object_get(j, "files"), 0), "id");
	json_decref(j);
	TRY(actor_open(who, &page, e, "teams/%lld/airlock/%lld/files/%lld", (long long)t->number,
		(long long)t->airlock, (long long)file));
	return actor_expect(who, str_is(page.body, t->table), e,
		"the downloaded file should be the one that was voted on.");
}

enum status
play_airlock(struct play *p, struct err *e)
{
	int released = 0;
	actor_begin(&p->steward);
	for (size_t i = 0; i < TEAMS; i++) {
		if (!airlock_asks(p, i) || i == WAITING_TEAM)
			continue;
		TRY(vote(p, i, e));
		if (i == REFUSED_TEAM)
			continue;
		TRY(take(p, i, e));
		released++;
	}
	play_step(p, "airlock",
		"%d tables left, byte for byte what the steward saw; one with a group of four did "
		"not.",
		released);
	return OK;
}
