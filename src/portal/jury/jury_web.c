#include "portal/jury/jury.h"

#include "portal/jury/jury.html.h"
#include "portal/jury/jury_run.html.h"
#include "portal/jury/jury_team.html.h"

static const char *
round_title(const char *name)
{
	return streq(name, "first") ? "First round" : "Final";
}

/* ---- the juror's list --------------------------------------------------------------------------
 */

static const struct field jury_row_fields[] = {
	FIELD(struct jury_row, number, INT),
	FIELD(struct jury_row, team, TEXT),
	FIELD(struct jury_row, project, TEXT),
	FIELD(struct jury_row, title, TEXT),
	FIELD(struct jury_row, state, TEXT, .doc = "scored, recused, or empty"),
	FIELD_END,
};

static const struct field jury_fields[] = {
	FIELD(struct jury_view, round, TEXT, .doc = "the open round, empty when none is"),
	FIELD(struct jury_view, n, INT),
	FIELD(struct jury_view, done, INT),
	FIELD(struct jury_view, next, INT, .doc = "the next team to score, 0 when all are"),
	FIELD_LIST(struct jury_view, teams, jury_row_fields),
	FIELD_END,
};

static enum status
settled(struct req *r, int64_t round, int64_t team, const char **ret, struct err *e)
{
	struct jury_score_of s;
	struct jury_recusal_of x;
	enum status st = db_jury_score_of(r->db, round, r->me.id, team, &s, e);
	if (st == OK)
		*ret = "scored";
	if (st != E_ABSENT)
		return st;
	st = db_jury_recusal_of(r->db, round, r->me.id, team, &x, e);
	*ret = st == OK ? "recused" : "";
	return st == E_ABSENT ? OK : st;
}

static enum status
jury_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct jury_view *v = view;
	struct round_open_now round;
	struct jury_teams_rows teams;
	enum status s = db_round_open_now(r->db, r->event.id, &round, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	TRY(db_jury_teams(r->db, r->event.id, round.name, &teams, e));
	size_t *order = ARENA_ARRAY(r->arena, teams.n, size_t);
	jury_order(r->me.id, round.id, teams.n, order);
	v->round = round_title(round.name);
	v->teams.at = ARENA_ARRAY(r->arena, teams.n, struct jury_row);
	v->teams.n = teams.n;
	v->n = (int64_t)teams.n;
	for (size_t i = 0; i < teams.n; i++) {
		const struct jury_teams *t = &teams.at[order[i]];
		struct jury_row *row = &v->teams.at[i];
		*row = (struct jury_row){ t->number, t->name, t->project, t->title, "" };
		TRY(settled(r, round.id, t->id, &row->state, e));
		v->done += row->state[0] != '\0';
		if (!row->state[0] && !v->next)
			v->next = t->number;
	}
	return OK;
}

/* ---- one team ----------------------------------------------------------------------------------
 */

static const struct {
	const char *name, *label, *about, *levels[5];
} rubric[] = {
	{ "creativity", "Creativity", "Is the idea new, and is it thought through?",
		{ "known and copied", "a small variation", "a fresh angle", "clearly original",
			"changes how one sees the problem" } },
	{ "practicality", "Practicality", "Could it be used on a ward, and by whom?",
		{ "not usable", "with much more work", "in a study", "after some work",
			"nearly ready" } },
	{ "impact", "Health impact", "How much would it matter to patients?",
		{ "none seen", "little", "some patients, some benefit", "many or much",
			"changes care" } },
};
enum { CRITERIA = sizeof rubric / sizeof rubric[0] };

static const struct field level_fields[] = {
	FIELD(struct level, value, INT),
	FIELD(struct level, text, TEXT),
	FIELD_END,
};

static const struct field criterion_fields[] = {
	FIELD(struct criterion, name, TEXT),
	FIELD(struct criterion, label, TEXT),
	FIELD(struct criterion, about, TEXT),
	FIELD(struct criterion, value, INT, .doc = "1 to 5 as given before, 0 when not"),
	FIELD_LIST(struct criterion, levels, level_fields),
	FIELD_END,
};

static const struct field jury_team_fields[] = {
	FIELD(struct jury_team_view, round, TEXT),
	FIELD(struct jury_team_view, number, INT),
	FIELD(struct jury_team_view, team, TEXT),
	FIELD(struct jury_team_view, project, TEXT),
	FIELD(struct jury_team_view, title, TEXT),
	FIELD(struct jury_team_view, problem, TEXT),
	FIELD(struct jury_team_view, methods, TEXT),
	FIELD(struct jury_team_view, results, TEXT),
	FIELD(struct jury_team_view, impact, TEXT),
	FIELD(struct jury_team_view, comment, TEXT),
	FIELD(struct jury_team_view, recused, TEXT),
	FIELD(struct jury_team_view, scored, BOOL),
	FIELD(struct jury_team_view, conflict, BOOL),
	FIELD_LIST(struct jury_team_view, criteria, criterion_fields),
	FIELD_END,
};

/* The open round and the team of the path in it. */
static enum status
round_team(struct req *r, struct round_open_now *round, struct jury_teams_rows *teams,
	const struct jury_teams **ret, struct err *e)
{
	enum status s = db_round_open_now(r->db, r->event.id, round, e);
	if (s == E_ABSENT)
		return err_set(e, E_CONFLICT, "", "No round is open for scoring now.");
	TRY(s);
	TRY(db_jury_teams(r->db, r->event.id, round->name, teams, e));
	for (size_t i = 0; i < teams->n; i++)
		if (teams->at[i].id == r->team) {
			*ret = &teams->at[i];
			return OK;
		}
	return err_set(e, E_ABSENT, "", "That team is not in this round.");
}

static void
criteria(struct req *r, struct jury_team_view *v, const struct jury_score_of *s)
{
	const int64_t given[CRITERIA] = { s->creativity, s->practicality, s->impact };
	v->criteria.at = ARENA_ARRAY(r->arena, CRITERIA, struct criterion);
	v->criteria.n = CRITERIA;
	for (int i = 0; i < CRITERIA; i++) {
		struct criterion *c = &v->criteria.at[i];
		*c = (struct criterion){ rubric[i].name, rubric[i].label, rubric[i].about, given[i],
			{ ARENA_ARRAY(r->arena, 5, struct level), 5 } };
		for (int k = 0; k < 5; k++)
			c->levels.at[k] = (struct level){ k + 1, rubric[i].levels[k] };
	}
}

static enum status
jury_team_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct jury_team_view *v = view;
	struct round_open_now round;
	struct jury_teams_rows teams;
	const struct jury_teams *t;
	struct jury_score_of score = { 0 };
	struct jury_recusal_of recusal;
	struct jury_conflict conflict;
	TRY(round_team(r, &round, &teams, &t, e));
	size_t *order = ARENA_ARRAY(r->arena, teams.n, size_t);
	jury_order(r->me.id, round.id, teams.n, order);
	for (size_t i = 0; i < teams.n; i++)
		if (&teams.at[order[i]] == t)
			v->position = (int64_t)i + 1;
	v->n = (int64_t)teams.n;
	v->round = round_title(round.name);
	v->number = t->number;
	v->team = t->name;
	v->project = t->project;
	v->title = t->title;
	v->problem = t->problem;
	v->methods = t->methods;
	v->results = t->results;
	v->impact = t->impact;
	v->pdf_bytes = t->pdf_bytes;
	enum status s = db_jury_score_of(r->db, round.id, r->me.id, t->id, &score, e);
	if (s != OK && s != E_ABSENT)
		return s;
	v->scored = s == OK;
	v->comment = v->scored ? score.comment : "";
	criteria(r, v, &score);
	s = db_jury_recusal_of(r->db, round.id, r->me.id, t->id, &recusal, e);
	if (s != OK && s != E_ABSENT)
		return s;
	v->recused = s == OK ? recusal.reason : NULL;
	TRY(db_jury_conflict(r->db, r->me.id, t->id, &conflict, e));
	v->conflict = conflict.n > 0;
	r->page.title = t->name;
	return OK;
}

struct score_in {
	int64_t creativity, practicality, impact;
	const char *comment;
};

#define MARK(m, text)                                                                              \
	FIELD(struct score_in, m, INT, .required = true, .min = 1, .max = 5, .label = text)

static const struct field score_in[] = {
	MARK(creativity, "Creativity"),
	MARK(practicality, "Practicality"),
	MARK(impact, "Health impact"),
	FIELD(struct score_in, comment, TEXT, .trim = true, .multiline = true, .max = 3000,
		.label = "Comment"),
	FIELD_END,
};

static enum status
jury_score(struct req *r, const void *in, void *view, struct err *e)
{
	const struct score_in *f = in;
	struct round_open_now round;
	struct jury_teams_rows teams;
	const struct jury_teams *t;
	struct jury_conflict conflict;
	TRY(round_team(r, &round, &teams, &t, e));
	TRY(db_jury_conflict(r->db, r->me.id, t->id, &conflict, e));
	if (conflict.n)
		return err_set(e, E_DENIED, "",
			"You belong to %s as member, mentor or project lead, so you cannot score "
			"it.",
			t->name);
	TRY(db_jury_recusal_drop(r->db, round.id, r->me.id, t->id, e));
	TRY(db_jury_score_put(r->db, round.id, r->me.id, t->id, f->creativity, f->practicality,
		f->impact, f->comment, r->now, e));
	req_flash(r, "Your score for %s is saved. You may change it until the round closes.",
		t->name);
	/* The trail says that a score was given, never which: jurors are blind to each other. */
	return req_audit(r, "team scored",
		arena_printf(r->arena, "team %lld", (long long)t->number), round.name, e);
}

struct recuse_in {
	const char *reason;
};

static const struct field recuse_in[] = {
	FIELD(struct recuse_in, reason, TEXT, .required = true, .trim = true, .min = 3, .max = 300,
		.label = "Why you step back"),
	FIELD_END,
};

static enum status
jury_recuse(struct req *r, const void *in, void *view, struct err *e)
{
	const struct recuse_in *f = in;
	struct round_open_now round;
	struct jury_teams_rows teams;
	const struct jury_teams *t;
	TRY(round_team(r, &round, &teams, &t, e));
	TRY(db_jury_score_drop(r->db, round.id, r->me.id, t->id, e));
	TRY(db_jury_recusal_put(r->db, round.id, r->me.id, t->id, f->reason, e));
	req_flash(r, "Noted. %s is judged without you; it loses nothing by it.", t->name);
	return req_audit(r, "juror stepped back",
		arena_printf(r->arena, "team %lld", (long long)t->number), f->reason, e);
}

/* ---- the organiser's side ----------------------------------------------------------------------
 */

static const struct field juror_row_fields[] = {
	FIELD(struct juror_row, name, TEXT),
	FIELD(struct juror_row, done, INT),
	FIELD(struct juror_row, n, INT),
	FIELD_END,
};

static const struct field place_row_fields[] = {
	FIELD(struct place_row, place, INT),
	FIELD(struct place_row, number, INT),
	FIELD(struct place_row, team, TEXT),
	FIELD(struct place_row, project, TEXT),
	FIELD(struct place_row, mean, REAL, .doc = "plain mean of the jurors, 1 to 5"),
	FIELD(struct place_row, adjusted, REAL, .doc = "corrected for strict and lenient jurors"),
	FIELD(struct place_row, unclear, BOOL,
		.doc = "crosses the line when one juror is left out"),
	FIELD_END,
};

static const struct field round_fields[] = {
	FIELD(struct round_view, name, TEXT),
	FIELD(struct round_view, state, TEXT),
	FIELD(struct round_view, n, INT),
	FIELD(struct round_view, missing, INT),
	FIELD_LIST(struct round_view, jurors, juror_row_fields),
	FIELD_LIST(struct round_view, places, place_row_fields),
	FIELD_END,
};

static const struct field jury_run_fields[] = {
	FIELD(struct jury_run_view, handed_in, INT),
	FIELD(struct jury_run_view, next_round, TEXT),
	FIELD(struct jury_run_view, closes, TEXT),
	FIELD(struct jury_run_view, winner, TEXT),
	FIELD_LIST(struct jury_run_view, rounds, round_fields),
	FIELD_END,
};

static enum status
round_load(struct req *r, const struct round_list *round, struct round_view *v, struct err *e)
{
	struct jury_teams_rows teams;
	struct jury_jurors_rows jurors;
	struct jury_scores_rows scores;
	struct jury_recusals_rows recusals;
	struct place_list_rows places;
	TRY(db_jury_teams(r->db, r->event.id, round->name, &teams, e));
	TRY(db_jury_jurors(r->db, r->event.id, &jurors, e));
	TRY(db_jury_scores(r->db, round->id, &scores, e));
	TRY(db_jury_recusals(r->db, round->id, &recusals, e));
	TRY(db_place_list(r->db, round->id, &places, e));
	v->name = round->name;
	v->title = round_title(round->name);
	v->state = round->state;
	v->n = (int64_t)teams.n;
	v->jurors.at = ARENA_ARRAY(r->arena, jurors.n, struct juror_row);
	v->jurors.n = jurors.n;
	for (size_t j = 0; j < jurors.n; j++) {
		struct juror_row *row = &v->jurors.at[j];
		*row = (struct juror_row){ jurors.at[j].name, jurors.at[j].about, 0, v->n };
		for (size_t i = 0; i < scores.n; i++)
			row->done += scores.at[i].juror == jurors.at[j].person;
		for (size_t i = 0; i < recusals.n; i++)
			row->done += recusals.at[i].juror == jurors.at[j].person;
		v->missing += row->n - row->done;
	}
	v->places.at = ARENA_ARRAY(r->arena, places.n, struct place_row);
	v->places.n = places.n;
	for (size_t i = 0; i < places.n; i++)
		v->places.at[i] = (struct place_row){ places.at[i].place, places.at[i].number,
			places.at[i].name, places.at[i].project, places.at[i].mean,
			places.at[i].adjusted, places.at[i].unclear };
	return OK;
}

static enum status
jury_run_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct jury_run_view *v = view;
	struct round_list_rows rounds;
	struct jury_teams_rows teams;
	TRY(db_round_list(r->db, r->event.id, &rounds, e));
	TRY(db_jury_teams(r->db, r->event.id, "first", &teams, e));
	v->handed_in = (int64_t)teams.n;
	v->rounds.at = ARENA_ARRAY(r->arena, rounds.n, struct round_view);
	v->rounds.n = rounds.n;
	bool first_closed = false;
	for (size_t i = 0; i < rounds.n; i++) {
		struct round_view *x = &v->rounds.at[i];
		TRY(round_load(r, &rounds.at[i], x, e));
		if (streq(x->state, "open"))
			v->closes = x->name, v->missing = x->missing;
		else if (streq(x->name, "first"))
			first_closed = true;
		else if (x->places.n)
			v->winner = x->places.at[0].team;
	}
	if (rounds.n == 0) {
		v->next_round = "first";
		v->next_why = arena_printf(r->arena,
			"%zu %s handed in. From then on presentations stay as they are.", teams.n,
			teams.n == 1 ? "team has" : "teams have");
	} else if (first_closed && rounds.n == 1) {
		v->next_round = "final";
		v->next_why = "The three shortlisted teams are scored afresh.";
	}
	return OK;
}

struct round_in {
	const char *round;
};

static const struct field round_in[] = {
	FIELD(struct round_in, round, TEXT, .required = true, .choices = "first|final",
		.label = "Round"),
	FIELD_END,
};

static enum status
round_open(struct req *r, const void *in, void *view, struct err *e)
{
	const struct round_in *f = in;
	struct jury_teams_rows teams;
	struct round_by_name first = { 0 };
	enum status s = db_round_by_name(r->db, r->event.id, "first", &first, e);
	if (s != OK && s != E_ABSENT)
		return s;
	TRY(db_jury_teams(r->db, r->event.id, f->round, &teams, e));
	TRY(jury_may_open(f->round, first.state, teams.n, r->event.phase, e));
	TRY(db_round_add(r->db, r->event.id, f->round, r->now, e));
	req_flash(r, "%s: the jury can score now.", round_title(f->round));
	return req_audit(
		r, "jury round opened", f->round, arena_printf(r->arena, "%zu teams", teams.n), e);
}

static enum status
round_close(struct req *r, const void *in, void *view, struct err *e)
{
	const struct round_in *f = in;
	struct round_by_name round;
	const char *words;
	enum status s = db_round_by_name(r->db, r->event.id, f->round, &round, e);
	if (s == E_ABSENT)
		return err_set(e, E_CONFLICT, "round", "That round was not opened yet.");
	TRY(s);
	TRY(jury_close(r->db, r->event.id, &round, r->now, &words, e));
	/* Words of doubt bring their own full stop. */
	req_flash(r, "%s: %s%s", streq(f->round, "first") ? "Shortlist" : "Winner", words,
		words[strlen(words) - 1] == '.' ? "" : ".");
	return req_audit(r, "jury round closed", f->round, words, e);
}

const struct route jury_routes[] = {
	{ GET, "/e/:event/jury", jury_show, CAP_JURY_SCORE, "The teams a juror scores.", "Jury",
		VIEW(struct jury_view, jury_fields), .page = page_jury },
	{ GET, "/e/:event/jury/run", jury_run_show, CAP_JURY_RUN,
		"The rounds, who has scored how far, and the places.", "Jury",
		VIEW(struct jury_run_view, jury_run_fields), .page = page_jury_run },
	{ POST, "/e/:event/jury/run/open", round_open, CAP_JURY_RUN, "Opens a round.",
		IN(struct round_in, round_in), .then = "/e/:event/jury/run",
		.shows = "/e/:event/jury/run" },
	{ POST, "/e/:event/jury/run/close", round_close, CAP_JURY_RUN,
		"Closes a round and ranks its teams.", IN(struct round_in, round_in),
		.then = "/e/:event/jury/run", .shows = "/e/:event/jury/run" },
	{ GET, "/e/:event/jury/:team", jury_team_show, CAP_JURY_SCORE, "One team, to score.", NULL,
		VIEW(struct jury_team_view, jury_team_fields), .page = page_jury_team },
	{ POST, "/e/:event/jury/:team", jury_score, CAP_JURY_SCORE, "Scores a team.",
		IN(struct score_in, score_in), .then = "/e/:event/jury" },
	{ POST, "/e/:event/jury/:team/recuse", jury_recuse, CAP_JURY_SCORE,
		"Steps back from judging a team.", IN(struct recuse_in, recuse_in),
		.then = "/e/:event/jury", .shows = "/e/:event/jury/:team" },
	{ 0 },
};
