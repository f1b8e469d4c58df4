#include "portal/score/board.h"

#include <math.h>

#include "portal/score/board.sql.h"
#include "portal/score/leaderboard.html.h"
#include "portal/score/score.h"
#include "portal/score/submissions.html.h"
#include "portal/web/chart.h"
#include "portal/web/small.h"
#include "portal/web/web.sql.h"

void
board_ranks(struct board_row *rows, size_t n)
{
	size_t leader = 0;
	for (size_t i = 0; i < n; i++) {
		bool holds =
			rows[i].low <= rows[leader].value && rows[leader].value <= rows[i].high;
		if (!holds)
			leader = i;
		rows[i].rank = (int64_t)leader + 1;
	}
}

struct submission_problem
board_fold(struct arena *a, const char *problem)
{
	enum { SHOWN = 3 };
	const char *at = strstr(problem, " (first: ");
	size_t n = strlen(problem);
	for (int i = 0; at && i < SHOWN; i++) {
		at = strstr(at + 1, ", ");
	}
	if (!at || problem[n - 1] != ')')
		return (struct submission_problem){ problem, "" };
	return (struct submission_problem){
		arena_printf(a, "%.*s)", (int)(at - problem), problem),
		arena_strndup(a, at + 2, n - 1 - (size_t)(at + 2 - problem)),
	};
}

/* ---- leaderboard -------------------------------------------------------------------------------
 */

static const struct field row_fields[] = {
	FIELD(struct board_row, rank, INT, .doc = "shared when the difference is within noise"),
	FIELD(struct board_row, number, INT),
	FIELD(struct board_row, team, TEXT),
	FIELD(struct board_row, value, REAL),
	FIELD(struct board_row, low, REAL, .doc = "lower end of the 95 % interval"),
	FIELD(struct board_row, high, REAL, .doc = "upper end of the 95 % interval"),
	FIELD(struct board_row, tries, INT),
	FIELD(struct board_row, at, TIME),
	FIELD(struct board_row, mine, BOOL),
	FIELD_END,
};

static const struct field board_fields[] = {
	FIELD(struct board, project, TEXT),
	FIELD(struct board, slug, TEXT),
	FIELD(struct board, metric, TEXT, .doc = "AUROC (more is better) or MAE (less is better)"),
	FIELD(struct board, unit, TEXT, .doc = "of value, low and high; empty for none"),
	FIELD(struct board, hidden_patients, INT, .doc = "0 when fewer than 10"),
	FIELD_LIST(struct board, rows, row_fields),
	FIELD_END,
};

static const struct field boards_fields[] = {
	FIELD_LIST(struct boards_view, boards, board_fields),
	FIELD_END,
};

static enum status
board_load(
	struct req *r, const struct board_projects *p, int64_t mine, struct board *b, struct err *e)
{
	struct board_best_rows best;
	TRY(db_board_best(r->db, p->id, &best, e));
	b->project = p->title;
	b->slug = p->slug;
	b->metric = score_metric(p->task);
	b->unit = p->unit;
	b->hidden_patients = small_hidden(p->hidden_patients);
	b->about =
		score_larger_is_better(b->metric)
			? "Area under the ROC curve on the hidden patients; more is better. Bars "
			  "are "
			  "95 % intervals (DeLong). Teams whose difference is within noise share a "
			  "rank."
			: "Mean absolute error on the hidden patients; less is better. Bars are 95 "
			  "% "
			  "intervals (bootstrap). Teams whose difference is within noise share a "
			  "rank.";
	b->rows.at = ARENA_ARRAY(r->arena, best.n, struct board_row);
	b->rows.n = best.n;
	struct chart_interval *bars = ARENA_ARRAY(r->arena, best.n, struct chart_interval);
	for (size_t i = 0; i < best.n; i++) {
		const struct board_best *x = &best.at[i];
		b->rows.at[i] = (struct board_row){ 0, x->number, x->tries, x->at, x->name,
			x->value, x->low, x->high, x->number == mine };
	}
	board_ranks(b->rows.at, b->rows.n);
	for (size_t i = 0; i < best.n; i++) {
		const struct board_row *x = &b->rows.at[i];
		bars[i] = (struct chart_interval){ .label = x->team,
			.value = x->value,
			.low = x->low,
			.high = x->high,
			.rank = x->rank,
			.mine = x->mine };
	}
	b->picture = chart_intervals(r->arena,
		arena_printf(r->arena, "%s of the teams on %s", b->metric, p->title),
		b->unit[0] ? arena_printf(r->arena, "%s, %s", b->metric, b->unit) : b->metric, bars,
		best.n);
	return OK;
}

static enum status
leaderboard(struct req *r, const void *in, void *view, struct err *e)
{
	struct boards_view *v = view;
	struct board_projects_rows projects;
	struct my_team_number t = { 0 };
	if (r->me.id) {
		enum status s = db_my_team_number(r->db, r->event.id, r->me.id, &t, e);
		if (s != OK && s != E_ABSENT)
			return s;
	}
	TRY(db_board_projects(r->db, r->event.id, &projects, e));
	v->boards.at = ARENA_ARRAY(r->arena, projects.n, struct board);
	v->boards.n = projects.n;
	for (size_t i = 0; i < projects.n; i++)
		TRY(board_load(r, &projects.at[i], t.number, &v->boards.at[i], e));
	r->page.inside = r->event.phase != PHASE_CLOSED;
	return OK;
}

/* ---- a team's submissions ----------------------------------------------------------------------
 */

static const struct field problem_fields[] = {
	FIELD(struct submission_problem, text, TEXT),
	FIELD(struct submission_problem, more, TEXT, .doc = "further ids"),
	FIELD_END,
};

static const struct field submission_fields[] = {
	FIELD(struct submission_row, id, INT),
	FIELD(struct submission_row, at, TIME),
	FIELD(struct submission_row, person, TEXT),
	FIELD(struct submission_row, name, TEXT, .doc = "as the member called the file"),
	FIELD(struct submission_row, bytes, INT),
	FIELD(struct submission_row, hash, TEXT, .doc = "BLAKE2b-256 of the file"),
	FIELD(struct submission_row, state, TEXT, .doc = "waiting, scored, refused or failed"),
	FIELD(struct submission_row, metric, TEXT),
	FIELD(struct submission_row, n, INT),
	FIELD(struct submission_row, value, REAL),
	FIELD(struct submission_row, low, REAL),
	FIELD(struct submission_row, high, REAL),
	FIELD_LIST(struct submission_row, problems, problem_fields,
		.doc = "what is wrong with the file"),
	FIELD(struct submission_row, best, BOOL),
	FIELD_END,
};

static const struct field submissions_fields[] = {
	FIELD(struct submissions_view, team, TEXT),
	FIELD(struct submissions_view, project, TEXT),
	FIELD(struct submissions_view, unit, TEXT, .doc = "of value, low and high; empty for none"),
	FIELD(struct submissions_view, number, INT),
	FIELD(struct submissions_view, left, INT, .doc = "attempts left today"),
	FIELD(struct submissions_view, open, BOOL),
	FIELD_LIST(struct submissions_view, submissions, submission_fields),
	FIELD_END,
};

static enum status
submissions(struct req *r, const void *in, void *view, struct err *e)
{
	struct submissions_view *v = view;
	struct board_submissions_rows rows;
	struct board_team t;
	struct submission_row *best = NULL;
	TRY(db_board_team(r->db, r->team, &t, e));
	TRY(db_board_submissions(r->db, r->team, &rows, e));
	TRY(score_attempts_left(r->db, r->team, r->now, &v->left, e));
	const char *metric = score_metric(t.task);
	v->team = t.name;
	v->project = t.project;
	v->unit = t.unit;
	v->number = t.number;
	v->open = r->event.phase == PHASE_FULL;
	v->submissions.at = ARENA_ARRAY(r->arena, rows.n, struct submission_row);
	v->submissions.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct board_submissions *x = &rows.at[i];
		struct submission_row *s = &v->submissions.at[i];
		*s = (struct submission_row){ x->id, x->at, x->bytes, x->n, x->person, x->name,
			x->state, x->metric, x->hash, x->value, x->low, x->high, { 0 }, false };
		text_list lines = str_lines(r->arena, x->problem);
		s->problems.at = ARENA_ARRAY(r->arena, lines.n, struct submission_problem);
		s->problems.n = lines.n;
		for (size_t k = 0; k < lines.n; k++)
			s->problems.at[k] = board_fold(r->arena, lines.at[k]);
		if (streq(x->state, "scored") &&
			(!best || score_better(metric, x->value, best->value)))
			best = s;
	}
	if (best)
		best->best = true;
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Submissions of %s", t.name);
	return OK;
}

const struct route score_routes[] = {
	{ GET, "/e/:event/leaderboard", leaderboard, CAP_LEADERBOARD_READ,
		"The best submission of each team, with intervals, project by project.",
		"Leaderboard", VIEW(struct boards_view, boards_fields), .page = page_leaderboard },
	{ GET, "/e/:event/teams/:team/submissions", submissions, CAP_SUBMISSION_READ,
		"A team's submissions and what came of them.", NULL,
		VIEW(struct submissions_view, submissions_fields), .page = page_submissions },
	{ 0 },
};
