/* Moving an event from phase to phase: whether it may, and what comes of it. Pure rules. */
#include "portal/event/event.h"

#include "portal/event/event.sql.h"
#include "portal/workspace/workspace.h"

enum { STEPS = 24 };

enum status
event_move_ok(enum phase from, enum phase to, struct err *e)
{
	if (from == to)
		return err_set(e, E_CONFLICT, "phase", "The event is already in the phase \"%s\".",
			phase_title(to));
	/* Closing destroys the workspaces; there is nothing left to go back to. */
	if (from == PHASE_CLOSED)
		return err_set(e, E_CONFLICT, "phase",
			"The event is closed and its workspaces are destroyed; it cannot be opened "
			"again.");
	if (to < from && to == PHASE_DRAFT)
		return err_set(e, E_CONFLICT, "phase",
			"The event has been public; it cannot become a draft again.");
	if (to < from && to + 1 != from)
		return err_set(e, E_CONFLICT, "phase",
			"From \"%s\" the event can go back to \"%s\" only, one phase at a time.",
			phase_title(from), phase_title((enum phase)(from - 1)));
	return OK;
}

/* ---- what comes of it --------------------------------------------------------------------------
 */

struct writer {
	struct arena *a;
	const struct event_move_numbers *n;
	struct move_view *v;
};

static void __attribute__((format(printf, 3, 4)))
say(const struct writer *w, text_list *to, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	if (!to->at)
		to->at = ARENA_ARRAY(w->a, STEPS, const char *);
	if (to->n == STEPS)
		BUG("a move has more than %d consequences", STEPS);
	to->at[to->n++] = arena_vprintf(w->a, fmt, args);
	va_end(args);
}

/* "1 workspace is", "8 workspaces are". */
static const char *
many(const struct writer *w, int64_t n, const char *one, const char *more)
{
	return arena_printf(w->a, "%lld %s", (long long)n, n == 1 ? one : more);
}

static const char *
held(const char *want)
{
	return streq(want, "setup")    ? "without data"
	       : streq(want, "sample") ? "with the sample of the data"
				       : "with the full data";
}

static void
workspaces(const struct writer *w, enum phase from, enum phase to)
{
	const struct event_move_numbers *n = w->n;
	const char *was = workspace_want(from), *want = workspace_want(to);
	if (streq(want, "destroyed")) {
		if (n->rooms)
			say(w, &w->v->final, "%s destroyed, with every file in %s.",
				many(w, n->rooms, "workspace is", "workspaces are"),
				n->rooms == 1 ? "it" : "them");
		if (n->unarchived)
			say(w, &w->v->missing,
				"%lld of %lld workspaces %s no archive: what the team%s made there "
				"is lost. A data steward can archive it before.",
				(long long)n->unarchived, (long long)n->rooms,
				n->unarchived == 1 ? "has" : "have", n->unarchived == 1 ? "" : "s");
		if (n->untried)
			say(w, &w->v->missing,
				"%s never opened on trial: their workspaces stay, closed, until a "
				"data steward does that on the page of archives, or lets them go.",
				many(w, n->untried, "archive was", "archives were"));
		return;
	}
	if (streq(was, want))
		return;
	int64_t all = n->rooms > n->teams ? n->rooms : n->teams;
	if (streq(want, "frozen")) {
		if (n->rooms)
			say(w, &w->v->happens,
				"%s frozen: programs end, the data leave, and what teams made can "
				"be looked at but not changed.",
				many(w, n->rooms, "workspace is", "workspaces are"));
	} else if (!streq(want, "closed")) {
		if (all)
			say(w, &w->v->happens, "%s %s.%s",
				many(w, all, "workspace opens", "workspaces open"), held(want),
				n->rooms_live ? " What runs in them now ends; files stay." : "");
		else
			say(w, &w->v->missing, "No team is formed yet, so no workspace opens.");
	} else if (n->rooms_live) {
		say(w, &w->v->happens, "%s sealed: running programs end, files stay.",
			many(w, n->rooms_live, "workspace is", "workspaces are"));
	}
}

static void
data(const struct writer *w, int64_t unreleased, const char *stage)
{
	const struct event_move_numbers *n = w->n;
	if (unreleased)
		say(w, &w->v->missing, "%lld of %lld projects with teams %s no %s release yet.",
			(long long)unreleased, (long long)n->projects_used,
			unreleased == 1 ? "has" : "have", stage);
	if (n->unapproved)
		say(w, &w->v->missing,
			"%lld of %lld projects with teams %s no valid ethics approval; their data "
			"stay closed.",
			(long long)n->unapproved, (long long)n->projects_used,
			n->unapproved == 1 ? "has" : "have");
	if (!n->agreements)
		say(w, &w->v->missing, "There is no agreement yet; without one nobody can enter.");
	else if (n->to_sign)
		say(w, &w->v->missing,
			"%lld of %lld participants %s not signed the agreement and cannot enter.",
			(long long)n->to_sign, (long long)n->participants,
			n->to_sign == 1 ? "has" : "have");
}

static void
before_teams(const struct writer *w, enum phase begun)
{
	const struct event_move_numbers *n = w->n;
	struct move_view *v = w->v;
	if (begun == PHASE_CALL) {
		say(w, &v->happens, "The event’s page is public, and projects can be proposed.");
		say(w, &v->final, "The event cannot become a draft again.");
	}
	if (begun == PHASE_APPLICATIONS) {
		say(w, &v->happens, "Everybody with an account can apply.");
		if (n->proposed)
			say(w, &v->missing, "%s for a decision.",
				many(w, n->proposed, "project waits", "projects wait"));
		if (!n->projects)
			say(w, &v->missing,
				"No project is accepted yet that applicants could wish for.");
	}
	if (begun == PHASE_SELECTION) {
		say(w, &v->happens, "Nobody can apply any more; %s here.",
			many(w, n->applied, "application is", "applications are"));
		if (n->drafts)
			say(w, &v->missing, "%s begun an application and not sent it.",
				many(w, n->drafts, "person has", "people have"));
	}
}

static void
before_data(const struct writer *w, enum phase begun)
{
	const struct event_move_numbers *n = w->n;
	struct move_view *v = w->v;
	if (begun == PHASE_TEAMS)
		say(w, &v->happens, "Participants see the teams as you form them.");
	if (begun == PHASE_SETUP) {
		if (n->undecided)
			say(w, &v->missing, "%s without a decision; none can be made from here on.",
				many(w, n->undecided, "application is", "applications are"));
		if (n->offered)
			say(w, &v->missing,
				"%s not answered; an answer is not possible from here on.",
				many(w, n->offered, "offered seat is", "offered seats are"));
		if (n->unplaced)
			say(w, &v->missing, "%lld of %lld participants %s no team.",
				(long long)n->unplaced, (long long)n->participants,
				n->unplaced == 1 ? "has" : "have");
	}
	if (begun == PHASE_SAMPLE)
		say(w, &v->final, "What teams see of the data they have seen.");
	if (begun == PHASE_FULL)
		say(w, &v->happens, "The leaderboard opens.");
}

static void
after_work(const struct writer *w, enum phase begun, enum phase to)
{
	const struct event_move_numbers *n = w->n;
	struct move_view *v = w->v;
	int64_t open = n->teams - n->handed_in;
	if (begun == PHASE_PRESENTATIONS) {
		say(w, &v->happens, "Teams can no longer submit predictions.");
		if (n->waiting)
			say(w, &v->happens, "%s still scored.",
				many(w, n->waiting, "submission is", "submissions are"));
		if (open > 0 && begun == to)
			say(w, &v->missing,
				"%lld of %lld teams have handed in a presentation; the others can "
				"until the final.",
				(long long)n->handed_in, (long long)n->teams);
	}
	if (begun == PHASE_FINAL) {
		say(w, &v->happens, "Presentations can no longer be handed in or changed.");
		if (open > 0)
			say(w, &v->missing, "%lld of %lld teams %s not handed in a presentation.",
				(long long)open, (long long)n->teams, open == 1 ? "has" : "have");
		if (!n->first_closed)
			say(w, &v->missing,
				"The jury’s first round is not closed, so there is no shortlist.");
	}
	if (begun == PHASE_CLOSED) {
		say(w, &v->happens, "The results are published to everybody.");
		if (!n->final_closed)
			say(w, &v->missing,
				"The jury’s final is not closed, so there is no winner.");
		say(w, &v->final, "The event cannot be opened again.");
	}
}

static void
back(const struct writer *w, enum phase to)
{
	static const char *const again[PHASES] = {
		[PHASE_CALL] = "Nobody can apply any more; what was sent is kept.",
		[PHASE_APPLICATIONS] = "Everybody with an account can apply again.",
		[PHASE_SELECTION] = "Participants no longer see the teams.",
		[PHASE_TEAMS] = "Applications can be decided again.",
		[PHASE_SAMPLE] = "The leaderboard closes.",
		[PHASE_FULL] = "Teams can submit predictions again.",
		[PHASE_PRESENTATIONS] = "Presentations can be handed in again.",
	};
	if (again[to])
		say(w, &w->v->happens, "%s", again[to]);
}

void
event_move_effects(struct arena *a, enum phase from, enum phase to,
	const struct event_move_numbers *n, struct move_view *v)
{
	const struct writer w = { a, n, v };
	v->back = to < from;
	v->closes = to == PHASE_CLOSED;
	if (v->back)
		back(&w, to);
	const char *over = "";
	for (int p = from + 1; p < (int)to; p++)
		over = arena_printf(
			a, "%s%s%s", over, over[0] ? ", " : "", phase_title((enum phase)p));
	if (over[0])
		say(&w, &v->happens, "Passed over: %s.", over);
	for (int p = from + 1; p <= (int)to; p++) {
		before_teams(&w, (enum phase)p);
		before_data(&w, (enum phase)p);
		after_work(&w, (enum phase)p, to);
	}
	workspaces(&w, from, to);
	if (!v->back && to == PHASE_SAMPLE)
		data(&w, n->no_sample, "sample");
	if (!v->back && to == PHASE_FULL)
		data(&w, n->no_full, "full");
	if (n->people)
		say(&w, &v->happens, "%s told by e-mail.",
			many(&w, n->people, "person is", "people are"));
	else
		say(&w, &v->happens, "Nobody is told by e-mail.");
}
