/* Teams hand in what they found; six jurors judge it. */
#include <jansson.h>

#include "base/clock.h"
#include "base/random.h"
#include "rehearse/play_parts.h"

enum { CUT_LIMIT_MS = 20000 };

/* ---- the end of work ----------------------------------------------------------------------------
 */

/* Somebody is still typing when the phase ends: the connection is cut, and no way leads back. */
static enum status
cut_at_work(struct play *p, struct err *e)
{
	struct team *t = &p->teams[0];
	struct actor *who = &t->members[0]->actor;
	struct jupyter j;
	struct jupyter_terminal term;
	struct page page;
	struct str out;
	int code;
	TRY(room_enter(p, t, who, &j, e));
	TRY(jupyter_open_terminal(&j, CUT_LIMIT_MS, &term, e));
	enum status s = jupyter_run(&term, "echo still here", CUT_LIMIT_MS, &out, &code, e);
	if (s == OK)
		s = play_phase(p, "presentations", e);
	if (s == OK)
		s = room_is_cut(who, &term, "when the phase ends", e);
	jupyter_close_terminal(&term);
	if (s != OK)
		return s;
	TRY(rooms_await(p, "frozen", e));
	TRY(actor_open(who, &page, e, "teams/%lld/workspace", (long long)t->number));
	TRY(actor_sees(who, &page, "The workspace is frozen", e));
	play_step(p, "work ends", "An open terminal was cut; all workspaces are frozen.");
	return OK;
}

/* ---- presentations ------------------------------------------------------------------------------
 */

/* One page that says the title: enough of a PDF for every reader. */
static struct str
pdf_make(struct arena *a, const char *title, const char *team)
{
	struct buf b = buf_new(a);
	size_t at[6];
	const char *text = arena_printf(a,
		"BT /F1 28 Tf 60 430 Td (%s) Tj 0 -40 Td /F1 16 Tf (Team %s, " SCRIPT_EVENT
		") Tj ET",
		title, team);
	buf_puts(&b, "%PDF-1.4\n");
	at[1] = b.n;
	buf_puts(&b, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
	at[2] = b.n;
	buf_puts(&b, "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n");
	at[3] = b.n;
	buf_puts(&b,
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 960 540] /Contents 4 0 R "
		"/Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n");
	at[4] = b.n;
	buf_printf(&b, "4 0 obj\n<< /Length %zu >>\nstream\n%s\nendstream\nendobj\n", strlen(text),
		text);
	at[5] = b.n;
	buf_puts(&b, "5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n");
	size_t table = b.n;
	buf_puts(&b, "xref\n0 6\n0000000000 65535 f \n");
	for (int i = 1; i < 6; i++)
		buf_printf(&b, "%010zu 00000 n \n", at[i]);
	buf_printf(&b, "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", table);
	return buf_str(&b);
}

/* What the team may say of its score: it stands on the leaderboard. */
static const char *
results_of(struct arena *a, const struct play *p, const struct team *t)
{
	for (int i = 0; i < PROJECTS; i++)
		for (size_t k = 0; k < p->boards[i].n; k++) {
			const struct board_line *l = &p->boards[i].lines[k];
			if (streq(l->team, t->name))
				return arena_printf(a,
					"On the hidden patients: %s %.3f, with a 95 %% interval "
					"from "
					"%.3f to %.3f. We say the interval first, because it is "
					"wide.",
					p->boards[i].metric, l->value, l->low, l->high);
		}
	return "We did not get to a score in time; here is what we learnt on the way.";
}

static enum status
hand_in(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[i];
	struct actor *who = &t->members[t->n - 1]->actor;
	const struct script_project *x = &script_projects[t->project];
	/* The first team of a question takes its first title. */
	bool second = false;
	for (size_t k = 0; k < i; k++)
		second |= p->teams[k].project == t->project;
	const char *title = x->talk[second];
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "teams/%lld/presentation", (long long)t->number));
	TRY(actor_form(who, &page, &f, e, "teams/%lld/presentation", (long long)t->number));
	TRY(actor_set(who, f, "title", title, e));
	TRY(actor_set(who, f, "problem", x->problem, e));
	TRY(actor_set(who, f, "methods", x->methods, e));
	TRY(actor_set(who, f, "results", results_of(who->arena, p, t), e));
	TRY(actor_set(who, f, "impact", x->impact, e));
	if (i == 0) {
		form_file(
			f, "pdf", "slides.pdf", "application/pdf", STR("<html>not one</html>"), e);
		TRY(actor_refused(who, f, 422, "is not a whole PDF file", e));
	}
	TRY(form_file(f, "pdf", arena_printf(who->arena, "%s.pdf", t->name), "application/pdf",
		pdf_make(who->arena, title, t->name), e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "The PDF has arrived.", e));
	TRY(actor_form(who, &page, &f, e, "teams/%lld/presentation/hand-in", (long long)t->number));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "Handed in.", e);
}

enum status
play_talks(struct play *p, struct err *e)
{
	TRY(cut_at_work(p, e));
	for (size_t i = 0; i < TEAMS; i++)
		TRY(hand_in(p, i, e));
	play_step(p, "presentations", "%d teams handed in a summary and a PDF.", TEAMS);
	return OK;
}

/* ---- the jury -----------------------------------------------------------------------------------
 */

/* From 1 to 5: how good a team is, how strict a juror is, and what the day adds. */
static int
mark(struct random *r, size_t team, size_t juror)
{
	static const int strict[JURORS] = { 0, -1, 1, 0, -1, 1 };
	static const int good[TEAMS] = { 3, 4, 2, 3, 5, 3, 4, 2 };
	int m = good[team] + strict[juror] + (int)random_below(r, 3) - 1;
	return m < 1 ? 1 : m > 5 ? 5 : m;
}

static enum status
score_team(struct play *p, size_t juror, int64_t number, struct random *r, struct err *e)
{
	static const char *const criteria[] = { "creativity", "practicality", "impact" };
	struct actor *who = &p->jurors[juror];
	struct page page;
	struct form *f;
	size_t team = 0;
	while (team + 1 < TEAMS && p->teams[team].number != number)
		team++;
	TRY(actor_open(who, &page, e, "jury/%lld", (long long)number));
	TRY(actor_form(who, &page, &f, e, "jury/%lld", (long long)number));
	if (p->jury_scores == 0)
		TRY(actor_refused(who, f, 422, "Creativity", e));
	for (int i = 0; i < 3; i++)
		TRY(actor_set_number(who, f, criteria[i], mark(r, team, juror), e));
	TRY(actor_set(who, f, "comment", script_comments[juror], e));
	TRY(actor_send(who, f, &page, e));
	p->jury_scores++;
	return OK;
}

/* A juror knows somebody in a team, says so, and the team loses nothing by it. */
static enum status
step_back(struct play *p, size_t juror, int64_t number, struct err *e)
{
	struct actor *who = &p->jurors[juror];
	struct page page;
	struct form *f;
	TRY(actor_open(who, &page, e, "jury/%lld", (long long)number));
	TRY(actor_form(who, &page, &f, e, "jury/%lld/recuse", (long long)number));
	TRY(actor_set(who, f, "reason", "I supervise the thesis of one of its members.", e));
	TRY(actor_send(who, f, &page, e));
	p->recusals++;
	return OK;
}

/* In the juror's own order, as the page offers it, until nothing is open. */
static enum status
judge(struct play *p, size_t juror, bool final, struct err *e)
{
	struct actor *who = &p->jurors[juror];
	struct random r = { (uint64_t)p->options->seed * 100 + juror + (final ? 50 : 0) };
	for (int turn = 0; turn <= TEAMS; turn++) {
		json_t *j;
		actor_begin(who);
		TRY(actor_json(who, &j, e, "jury"));
		int64_t next = json_int_of(j, "next");
		json_decref(j);
		if (next == 0)
			return OK;
		if (!final && juror == 2 && next == p->teams[5].number)
			TRY(step_back(p, juror, next, e));
		else
			TRY(score_team(p, juror, next, &r, e));
	}
	return actor_expect(
		who, false, e, "there should be no more than %d teams to score.", TEAMS);
}

/* open or close. */
static enum status
round_turn(struct play *p, const char *what, const char *round, const char *says, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "jury/run"));
	TRY(actor_form(who, &page, &f, e, "jury/run/%s", what));
	TRY(actor_expect(who, streq(form_value(f, "round"), round), e,
		"the page should offer to %s the round %s, not %s.", what, round,
		form_value(f, "round")));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, says, e);
}

static enum status
hold_round(struct play *p, const char *round, const char *says, struct err *e)
{
	TRY(round_turn(p, "open", round, "the jury can score now", e));
	for (size_t i = 0; i < JURORS; i++)
		TRY(judge(p, i, streq(round, "final"), e));
	return round_turn(p, "close", round, says, e);
}

static enum status
read_places(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	json_t *j, *row;
	size_t i, n = 0;
	TRY(actor_json(who, &j, e, "results"));
	json_array_foreach(json_object_get(j, "shortlist"), i, row) if (n < 3) p->shortlist[n++] =
		arena_strdup(p->arena, json_text_of(row, "name"));
	p->winner = arena_strdup(p->arena, json_text_of(j, "winner"));
	json_decref(j);
	return actor_expect(who, n == 3, e, "three teams should be shortlisted, not %zu.", n);
}

enum status
play_jury(struct play *p, struct err *e)
{
	TRY(hold_round(p, "first", "Shortlist:", e));
	TRY(actor_expect(&p->organiser, p->jury_scores == JURORS * TEAMS - 1 && p->recusals == 1, e,
		"%d scores and one recusal should be given, not %lld and %lld.", JURORS * TEAMS - 1,
		(long long)p->jury_scores, (long long)p->recusals));
	TRY(read_places(p, e));
	play_step(p, "jury", "%lld scores by %d jurors, blind; shortlist: %s, %s, %s.",
		(long long)p->jury_scores, JURORS, p->shortlist[0], p->shortlist[1],
		p->shortlist[2]);
	TRY(play_phase(p, "final", e));
	TRY(hold_round(p, "final", "Winner:", e));
	TRY(read_places(p, e));
	bool listed = false;
	for (int i = 0; i < 3; i++)
		listed |= streq(p->winner, p->shortlist[i]);
	TRY(actor_expect(
		&p->organiser, listed, e, "the winner %s should be of the shortlist.", p->winner));
	play_step(p, "final", "%s wins.", p->winner);
	return OK;
}
