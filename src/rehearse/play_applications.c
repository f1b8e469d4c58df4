/* Eighty people apply; fifty get a seat and sign. */
#include <jansson.h>

#include "rehearse/play_parts.h"

enum { SIGN_UP_THREADS = 4, WAITING = 10 };

/* ---- applying ----------------------------------------------------------------------------------
 */

static enum status
join(struct candidate *c, struct err *e)
{
	struct actor *who = &c->actor;
	struct page page;
	struct form *f;
	TRY(actor_open(who, &page, e, "/join?next=/e/" SCRIPT_SLUG "/apply"));
	TRY(actor_form(who, &page, &f, e, "/join"));
	TRY(actor_set(who, f, "name", who->name, e));
	TRY(actor_set(who, f, "email", who->email, e));
	TRY(actor_set(who, f, "password", c->form->password, e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_form(who, &page, &f, e, "/sign-in"));
	TRY(actor_set(who, f, "email", who->email, e));
	TRY(actor_set(who, f, "password", c->form->password, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "Your application", e);
}

static enum status
tick_all(struct actor *who, struct form *f, const char *name, const char *const *values,
	struct err *e)
{
	for (int i = 0; i < CROWD_PICKS && values[i]; i++)
		TRY(actor_set(who, f, name, values[i], e));
	return OK;
}

static enum status
fill(struct candidate *c, struct form *f, struct err *e)
{
	struct actor *who = &c->actor;
	const struct applicant *x = c->form;
	TRY(actor_set(who, f, "level", x->level, e));
	TRY(actor_set(who, f, "specialty", x->specialty, e));
	TRY(actor_set(who, f, "faculty", x->faculty, e));
	TRY(tick_all(who, f, "languages", x->languages, e));
	TRY(tick_all(who, f, "fields", x->fields, e));
	for (int i = 0; i < CROWD_SKILLS; i++)
		TRY(actor_set_number(who, f, skill_names[i], x->skills[i], e));
	TRY(actor_choose(who, f, "choice1", script_projects[x->choices[0]].title, e));
	TRY(actor_choose(who, f, "choice2", script_projects[x->choices[1]].title, e));
	TRY(actor_choose(who, f, "choice3", script_projects[x->choices[2]].title, e));
	if (x->counted)
		TRY(actor_set(who, f, "consent_statistics", "yes", e));
	if (x->photographed)
		TRY(actor_set(who, f, "consent_photo", "yes", e));
	return x->written_to ? actor_set(who, f, "consent_contact", "yes", e) : OK;
}

/* Saved half-way, as the page does by itself while somebody types; read back; then sent. */
static enum status
apply(struct play *p, size_t i, struct err *e)
{
	struct candidate *c = &p->crowd[i];
	struct actor *who = &c->actor;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(join(c, e));
	TRY(actor_open(who, &page, e, "apply"));
	TRY(actor_form(who, &page, &f, e, "apply"));
	TRY(fill(c, f, e));
	TRY(actor_press(who, f, NULL, "Save as draft", e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_form(who, &page, &f, e, "apply"));
	const char *kept = form_value(f, "faculty");
	TRY(actor_expect(who, kept && streq(kept, c->form->faculty), e,
		"the draft should keep the faculty \"%s\", but shows \"%s\".", c->form->faculty,
		kept ? kept : ""));
	if (i % 20 == 0)
		TRY(actor_refused(who, f, 422, "Motivation", e));
	TRY(actor_set(who, f, "motivation", c->form->motivation, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "Your application has arrived.", e);
}

enum status
play_applications(struct play *p, struct err *e)
{
	json_t *j;
	TRY(play_phase(p, "applications", e));
	TRY(play_each(p, CROWD, SIGN_UP_THREADS, apply, e));
	TRY(actor_json(&p->reviewer, &j, e, "applications"));
	p->applied = json_int_of(j, "applied");
	json_decref(j);
	TRY(actor_expect(&p->reviewer, p->applied == CROWD, e, "%d should have applied, not %lld.",
		CROWD, (long long)p->applied));
	play_step(
		p, "applications", "%d people made an account, saved a draft and applied.", CROWD);
	return OK;
}

/* ---- selection ---------------------------------------------------------------------------------
 */

/* Seats by level after favouring higher degrees: 20 % PhD and alumni, 40 % MSc, 40 % BSc. */
static const struct {
	const char *level;
	int seats;
} shares[] = { { "PhD", 10 }, { "MSc", 20 }, { "BSc", 20 } };

static struct candidate *
by_email(struct play *p, const char *email)
{
	for (int i = 0; i < CROWD; i++)
		if (streq(p->crowd[i].actor.email, email))
			return &p->crowd[i];
	return NULL;
}

static int
skills_of(const struct candidate *c)
{
	int sum = 0;
	for (int i = 0; i < CROWD_SKILLS; i++)
		sum += c->form->skills[i];
	return sum;
}

/* The organiser's reading: biology and medicine are rare, then those who bring most. */
static int
worth(const struct play *p, const struct candidate *c)
{
	return (c == &p->crowd[0] ? 1000 : 0) +
	       (streq(c->form->specialty, "biomedical") ? 100 : 0) + skills_of(c);
}

static struct candidate *
best_left(struct play *p, const char *level)
{
	struct candidate *best = NULL;
	for (int i = 0; i < CROWD; i++) {
		struct candidate *c = &p->crowd[i];
		bool fits = c->place == PLACE_OPEN && (!level || streq(c->form->level, level));
		if (fits && (!best || worth(p, c) > worth(p, best)))
			best = c;
	}
	return best;
}

static void
choose(struct play *p)
{
	for (size_t s = 0; s < sizeof shares / sizeof shares[0]; s++)
		for (int i = 0; i < shares[s].seats; i++) {
			struct candidate *c = best_left(p, shares[s].level);
			if (c)
				c->place = PLACE_SEAT;
		}
	for (int i = 0; i < WAITING; i++) {
		struct candidate *c = best_left(p, NULL);
		if (c)
			c->place = PLACE_WAITING;
	}
}

/* What the organiser's table says about each, compared with what was typed. */
static enum status
read_table(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	json_t *j, *row;
	size_t i, seen = 0;
	TRY(actor_json(who, &j, e, "applications"));
	json_array_foreach(json_object_get(j, "people"), i, row)
	{
		struct candidate *c = by_email(p, json_text_of(row, "email"));
		if (!c || !streq(json_text_of(row, "level"), c->form->level) ||
			!streq(json_text_of(row, "motivation"), c->form->motivation) ||
			json_int_of(row, "skills") != skills_of(c))
			continue;
		c->application = json_int_of(row, "id");
		seen++;
	}
	json_decref(j);
	return actor_expect(who, seen == CROWD, e,
		"the table should show %d people as they described themselves, but %zu are so.",
		CROWD, seen);
}

/* Filters by level, ticks people, presses one button. */
static enum status
decide(struct play *p, const char *level, enum candidate_place place, const char *state,
	struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	int n = 0;
	for (int i = 0; i < CROWD; i++)
		n += p->crowd[i].place == place && streq(p->crowd[i].form->level, level);
	if (n == 0)
		return OK;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "applications?level=%s&state=submitted&sort=skills", level));
	TRY(actor_form(who, &page, &f, e, "applications/decide"));
	for (int i = 0; i < CROWD; i++) {
		struct candidate *c = &p->crowd[i];
		if (c->place == place && streq(c->form->level, level))
			TRY(actor_set_number(who, f, "ids", c->application, e));
	}
	TRY(actor_press(who, f, "state", state, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, arena_printf(who->arena, "now: %s", state), e);
}

static enum status
decide_all(struct play *p, struct err *e)
{
	static const char *const levels[] = { "PhD", "MSc", "BSc", "alumni" };
	for (int i = 0; i < 4; i++) {
		TRY(decide(p, levels[i], PLACE_SEAT, "selected", e));
		TRY(decide(p, levels[i], PLACE_WAITING, "waitlisted", e));
		TRY(decide(p, levels[i], PLACE_OPEN, "not selected", e));
	}
	return OK;
}

static enum status
answer(struct candidate *c, const char *word, const char *says, struct err *e)
{
	struct actor *who = &c->actor;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "apply"));
	TRY(actor_form(who, &page, &f, e, "apply/answer"));
	TRY(actor_press(who, f, "answer", word, e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, says, e));
	c->holds_seat = streq(word, "accept");
	who->role = c->holds_seat ? "participant" : who->role;
	return OK;
}

/* One gives the seat back; the first of the waiting list gets it. */
static enum status
decline_one(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	struct candidate *gone = NULL, *next = NULL;
	struct page page;
	struct form *f;
	for (int i = 1; i < CROWD; i++) {
		struct candidate *c = &p->crowd[i];
		if (!gone && c->place == PLACE_SEAT && streq(c->form->level, "MSc") &&
			streq(c->form->specialty, "engineering"))
			gone = c;
		if (c->place == PLACE_WAITING && (!next || worth(p, c) > worth(p, next)))
			next = c;
	}
	TRY(actor_expect(who, gone && next, e, "somebody should decline and somebody wait."));
	TRY(answer(gone, "decline", "You gave your seat back.", e));
	gone->place = PLACE_DECLINED;
	next->place = PLACE_SEAT;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "applications/%lld", (long long)next->application));
	TRY(actor_form(who, &page, &f, e, "applications/decide"));
	TRY(actor_press(who, f, "state", "selected", e));
	return actor_send(who, f, &page, e);
}

static enum status
note(struct play *p, struct err *e)
{
	struct actor *who = &p->reviewer;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "applications/%lld", (long long)p->crowd[0].application));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_set(who, f, "note", "Knows the wards and codes. A bridge for any team.", e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "Applicants never see it.", e));
	actor_begin(&p->crowd[0].actor);
	TRY(actor_open(&p->crowd[0].actor, &page, e, "apply"));
	return actor_expect(&p->crowd[0].actor, !page_says(&page, "A bridge for any team"), e,
		"the reviewer's note should not be on the applicant's page.");
}

enum status
play_selection(struct play *p, struct err *e)
{
	json_t *j;
	TRY(play_phase(p, "selection", e));
	TRY(read_table(p, e));
	TRY(note(p, e));
	choose(p);
	TRY(decide_all(p, e));
	TRY(decline_one(p, e));
	for (int i = 0; i < CROWD; i++)
		if (p->crowd[i].place == PLACE_SEAT)
			TRY(answer(&p->crowd[i], "accept", "agreement", e));
	TRY(actor_json(&p->organiser, &j, e, "applications"));
	p->selected = json_int_of(j, "accepted");
	json_decref(j);
	TRY(actor_expect(&p->organiser, p->selected == SEATS, e,
		"%d seats should be confirmed, not %lld.", SEATS, (long long)p->selected));
	play_step(p, "selection",
		"%d selected and confirmed, one of them from the waiting list after somebody "
		"declined.",
		SEATS);
	return OK;
}

/* ---- agreement ---------------------------------------------------------------------------------
 */

static enum status
write_agreement(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "agreement/edit"));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_set(who, f, "title", script_agreement_title, e));
	TRY(actor_set(who, f, "body", script_agreement, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "Version 1 is in force.", e);
}

static enum status
sign(struct actor *who, bool errs, struct err *e)
{
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "agreement"));
	TRY(actor_own_form(who, &page, &f, e));
	if (errs) {
		TRY(actor_set(who, f, "name", "Somebody Else", e));
		TRY(actor_refused(who, f, 422, "I have read it and agree: please tick this", e));
		TRY(actor_set(who, f, "agree", "yes", e));
		TRY(actor_refused(who, f, 422, "Please type your name as it is here", e));
	}
	TRY(actor_set(who, f, "name", who->name, e));
	TRY(actor_set(who, f, "agree", "yes", e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "Signed.", e));
	who->play->signed_++;
	return OK;
}

enum status
play_agreement(struct play *p, struct err *e)
{
	TRY(write_agreement(p, e));
	for (int i = 0; i < CROWD; i++)
		if (p->crowd[i].holds_seat)
			TRY(sign(&p->crowd[i].actor, i == 0, e));
	int64_t participants = p->signed_;
	TRY(sign(&p->steward, false, e));
	for (int i = 0; i < PROJECTS; i++)
		TRY(sign(&p->leads[i], false, e));
	for (int i = 0; i < MENTORS; i++)
		TRY(sign(&p->mentors[i], false, e));
	TRY(actor_expect(&p->organiser, participants == SEATS, e,
		"%d participants should have signed, not %lld.", SEATS, (long long)participants));
	p->signed_ = participants;
	play_step(p, "agreement",
		"%d participants, the steward, the leads and the mentors signed in their own "
		"names.",
		SEATS);
	return OK;
}
