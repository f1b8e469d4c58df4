/* The organiser makes the event and invites people; clinicians propose their questions. */
#include <jansson.h>

#include "base/clock.h"
#include "rehearse/play_parts.h"

enum { DAY = 86400 };

/* As an input of type datetime-local holds it. */
static const char *
moment(struct actor *who, int64_t t)
{
	char out[32];
	clock_iso(t, out, sizeof out);
	return arena_strndup(who->arena, out, 16);
}

static enum status
make_event(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_sign_in(who, e));
	TRY(actor_open(who, &page, e, "/events/new"));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_set(who, f, "slug", "Carmel 2026!", e));
	TRY(actor_set(who, f, "name", SCRIPT_EVENT, e));
	TRY(actor_set(who, f, "place", script_place, e));
	TRY(actor_set(who, f, "mode", "hybrid", e));
	TRY(actor_set(who, f, "starts", moment(who, p->today + 6 * 3600), e));
	TRY(actor_set(who, f, "ends", moment(who, p->today + 2 * DAY + 16 * 3600), e));
	TRY(actor_set_number(who, f, "seats", SEATS, e));
	TRY(actor_set(who, f, "about", script_about, e));
	TRY(actor_set(who, f, "rules", script_rules, e));
	TRY(actor_set(who, f, "kinds", script_kinds, e));
	TRY(actor_refused(who, f, 422, "lower-case letters, digits and hyphens", e));
	TRY(actor_set(who, f, "slug", SCRIPT_SLUG, e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "is made. Only you see it while it is a draft.", e));
	TRY(actor_kept_out(&p->visitor, 404, e, "/e/" SCRIPT_SLUG));
	play_step(p, "event", "%s is a draft that only its organiser sees.", SCRIPT_EVENT);
	return OK;
}

/* The plan counts back six months from the first day; ours is played in minutes, so that only what
 * is still ahead is given a date that fits the programme. */
static enum status
plan_phases(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	const struct {
		const char *phase;
		int64_t at;
	} dates[] = {
		{ "full", p->today + 6 * 3600 },
		{ "presentations", p->today + DAY + 14 * 3600 },
		{ "final", p->today + 2 * DAY + 13 * 3600 },
		{ "closed", p->today + 4 * DAY },
	};
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		struct page page;
		struct form *f;
		TRY(actor_open(who, &page, e, "phases"));
		TRY(actor_form_of(who, &page, "phases", "phase", dates[i].phase, &f, e));
		TRY(actor_set(who, f, "starts", moment(who, dates[i].at), e));
		TRY(actor_send(who, f, &page, e));
		TRY(actor_sees(who, &page, "is saved.", e));
	}
	return OK;
}

static enum status
plan_programme(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	for (int i = 0; i < SESSIONS; i++) {
		const struct script_session *s = &script_sessions[i];
		int64_t day = p->today + s->day * DAY;
		TRY(actor_open(who, &page, e, "programme"));
		TRY(actor_own_form(who, &page, &f, e));
		TRY(actor_set(who, f, "title", s->title, e));
		TRY(actor_set(who, f, "starts", moment(who, day + s->from * 60), e));
		TRY(actor_set(who, f, "ends", moment(who, day + s->until * 60), e));
		TRY(actor_set(who, f, "speaker", s->speaker, e));
		TRY(actor_set(who, f, "room", s->room, e));
		TRY(actor_send(who, f, &page, e));
		TRY(actor_sees(who, &page, "is in the programme.", e));
	}
	play_step(p, "programme", "%d sessions and the dates of the phases.", SESSIONS);
	return OK;
}

/*
 * The link stands in the answer, because the organiser may hand it over in person; but a data
 * steward's does not, and is the operator's to make where no mail is sent.
 */
static enum status
invite(struct play *p, struct actor *guest, const char *role, const char *about, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "roles"));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_set(who, f, "name", guest->name, e));
	TRY(actor_set(who, f, "email", guest->email, e));
	TRY(actor_set(who, f, "role", role, e));
	TRY(actor_set(who, f, "about", about, e));
	TRY(actor_send(who, f, &page, e));
	static const char before[] = "pass it on: ";
	const char *at = strstr(page.doc.text, before);
	TRY(actor_expect(who, streq(role, "steward") == !at, e,
		"the page should give a link for everybody but a steward, %s: %.150s", guest->name,
		page.doc.text));
	if (at)
		guest->link = arena_strndup(
			p->arena, at + sizeof before - 1, strcspn(at + sizeof before - 1, " "));
	else
		TRY(play_link(p, guest->email, "/e/" SCRIPT_SLUG "/today", &guest->link, e));
	actor_begin(guest);
	TRY(actor_sign_in(guest, e));
	return actor_open(guest, &page, e, "today");
}

static enum status
invite_all(struct play *p, struct err *e)
{
	TRY(invite(p, &p->steward, "steward", script_steward.about, e));
	TRY(invite(p, &p->reviewer, "reviewer", script_reviewer.about, e));
	for (int i = 0; i < PROJECTS; i++)
		TRY(invite(p, &p->leads[i], "lead", script_leads[i].about, e));
	for (int i = 0; i < MENTORS; i++)
		TRY(invite(p, &p->mentors[i], "mentor", script_mentors[i].about, e));
	for (int i = 0; i < JURORS; i++)
		TRY(invite(p, &p->jurors[i], "juror", script_jurors[i].about, e));
	p->mentors_here = MENTORS;
	/* A role is not another's. */
	TRY(actor_kept_out(&p->jurors[0], 403, e, "applications"));
	TRY(actor_kept_out(&p->mentors[0], 403, e, "roles"));
	TRY(actor_kept_out(&p->visitor, 404, e, "today"));
	play_step(p, "roles",
		"A steward, a reviewer, %d project leads, %d mentors and %d jurors came by their "
		"links.",
		PROJECTS, MENTORS, JURORS);
	return OK;
}

enum status
play_opening(struct play *p, struct err *e)
{
	TRY(make_event(p, e));
	TRY(plan_phases(p, e));
	TRY(plan_programme(p, e));
	return invite_all(p, e);
}

/* ---- projects ----------------------------------------------------------------------------------
 */

static enum status
propose(struct play *p, int i, struct err *e)
{
	const struct script_project *x = &script_projects[i];
	struct actor *lead = &p->leads[i], *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(lead);
	actor_begin(who);
	TRY(actor_open(lead, &page, e, "projects/new"));
	TRY(actor_own_form(lead, &page, &f, e));
	TRY(actor_set(lead, f, "title", x->title, e));
	TRY(actor_set(lead, f, "question", x->question, e));
	TRY(actor_set(lead, f, "variables", x->variables, e));
	TRY(actor_set(lead, f, "task", x->task, e));
	TRY(actor_send(lead, f, &page, e));
	TRY(actor_sees(lead, &page, "The organiser decides", e));
	/* A proposal is the lead's and the organiser's, nobody else's. */
	TRY(actor_kept_out(&p->visitor, 404, e, "projects/%s", x->slug));
	TRY(actor_open(who, &page, e, "projects/%s", x->slug));
	TRY(actor_form(who, &page, &f, e, "projects/%s/decide", x->slug));
	TRY(actor_press(who, f, "decision", "accepted", e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "is accepted.", e);
}

static enum status
approve(struct play *p, int i, struct err *e)
{
	const struct script_project *x = &script_projects[i];
	struct actor *lead = &p->leads[i];
	struct page page;
	struct form *f;
	actor_begin(lead);
	TRY(actor_open(lead, &page, e, "projects/%s/edit", x->slug));
	TRY(actor_own_form(lead, &page, &f, e));
	TRY(actor_set_number(lead, f, "teams_wanted", 2, e));
	TRY(actor_set(lead, f, "unit", x->unit ? x->unit : "", e));
	TRY(actor_set(lead, f, "ethics_number", x->ethics_number, e));
	TRY(actor_set(lead, f, "ethics_committee", x->ethics_committee, e));
	TRY(actor_set(lead, f, "ethics_expires",
		arena_strndup(lead->arena, moment(lead, p->today + (200 + i * 60) * DAY), 10), e));
	TRY(actor_send(lead, f, &page, e));
	return actor_sees(lead, &page, x->ethics_number, e);
}

/* Without an approval the steward cannot release, whatever else is there. */
static enum status
release_without(struct play *p, int i, struct err *e)
{
	struct actor *who = &p->steward;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "data/%s", script_projects[i].slug));
	TRY(actor_form(who, &page, &f, e, "data/%s/release", script_projects[i].slug));
	return actor_refused(who, f, 403, "no ethics approval on file", e);
}

enum status
play_projects(struct play *p, struct err *e)
{
	TRY(play_phase(p, "call", e));
	for (int i = 0; i < PROJECTS; i++) {
		TRY(propose(p, i, e));
		TRY(release_without(p, i, e));
		TRY(approve(p, i, e));
	}
	/* One clinician's project is not another's. */
	TRY(actor_kept_out(&p->leads[1], 403, e, "projects/%s/edit", script_projects[0].slug));
	play_step(p, "projects",
		"%d questions proposed and accepted; data stayed shut until each had its ethics "
		"approval.",
		PROJECTS);
	return OK;
}
