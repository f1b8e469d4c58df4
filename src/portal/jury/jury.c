#include "portal/jury/jury.h"

#include <math.h>

#include "portal/audit/audit.h"
#include "portal/jury/rank.h"

/* splitmix64: a good mix of two small numbers. */
static uint64_t
mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void
jury_order(int64_t juror, int64_t round, size_t n, size_t *ret)
{
	uint64_t state = (uint64_t)juror * 1000003u + (uint64_t)round;
	for (size_t i = 0; i < n; i++)
		ret[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)(mix(&state) % i), swap = ret[i - 1];
		ret[i - 1] = ret[k];
		ret[k] = swap;
	}
}

enum status
jury_may_open(const char *round, const char *first, size_t n, enum phase phase, struct err *e)
{
	if (phase == PHASE_CLOSED)
		return err_set(
			e, E_CONFLICT, "round", "The event is closed: nobody can score any more.");
	if (streq(round, "final") && (!first || streq(first, "open")))
		return err_set(
			e, E_CONFLICT, "round", "The final begins when the first round is closed.");
	if (n == 0)
		return err_set(e, E_CONFLICT, "round", "No team has handed in yet.");
	return OK;
}

struct grid {
	struct jury_teams_rows teams;
	struct jury_jurors_rows jurors;
	struct rank_problem problem;
};

static enum status
grid_load(struct db *db, int64_t event, const struct round_by_name *round, struct grid *g,
	struct err *e)
{
	enum { CRITERIA = 3 };
	static const double equal[CRITERIA] = { 1, 1, 1 };
	struct jury_scores_rows scores;
	struct arena *a = db_arena(db);
	TRY(db_jury_teams(db, event, round->name, &g->teams, e));
	TRY(db_jury_jurors(db, event, &g->jurors, e));
	TRY(db_jury_scores(db, round->id, &scores, e));
	size_t n_teams = g->teams.n, n_jurors = g->jurors.n;
	double *cell = ARENA_ARRAY(a, n_teams * n_jurors * CRITERIA, double);
	const char **names = ARENA_ARRAY(a, n_teams, const char *);
	for (size_t i = 0; i < n_teams * n_jurors * CRITERIA; i++)
		cell[i] = NAN;
	for (size_t t = 0; t < n_teams; t++) {
		names[t] = g->teams.at[t].name;
		for (size_t j = 0; j < n_jurors; j++)
			for (size_t s = 0; s < scores.n; s++) {
				const struct jury_scores *x = &scores.at[s];
				if (x->team != g->teams.at[t].id ||
					x->juror != g->jurors.at[j].person)
					continue;
				double *c = &cell[(t * n_jurors + j) * CRITERIA];
				c[0] = (double)x->creativity;
				c[1] = (double)x->practicality;
				c[2] = (double)x->impact;
			}
	}
	g->problem = (struct rank_problem){ n_teams, n_jurors, CRITERIA, equal, cell, names,
		streq(round->name, "first") ? SHORTLIST : 1 };
	return OK;
}

enum status
jury_close(struct db *db, int64_t event, const struct round_by_name *round, int64_t now,
	const char **ret_words, struct err *e)
{
	struct grid g;
	struct rank_result result;
	struct arena *a = db_arena(db);
	TRY(grid_load(db, event, round, &g, e));
	if (g.teams.n == 0)
		return err_set(e, E_CONFLICT, "", "No team is in this round.");
	TRY(rank_teams(a, &g.problem, &result, e));
	TRY(db_round_close(db, round->id, now, e));
	if (db_changes(db) == 0)
		return err_set(e, E_CONFLICT, "", "The round is closed already.");
	/* Below and above the cut a place more or less decides nothing; across it people should
	 * look. */
	size_t cut = g.problem.shortlist;
	struct buf words = buf_new(a);
	for (size_t k = 0; k < g.teams.n; k++) {
		size_t t = result.order[k];
		const struct rank_team *x = &result.teams[t];
		TRY(db_place_put(db, round->id, g.teams.at[t].id, (int64_t)x->rank, x->mean,
			x->adjusted, x->best <= cut && x->worst > cut, e));
		if (k < cut)
			buf_printf(&words, "%s%s", k ? ", " : "", g.teams.at[t].name);
	}
	if (result.unclear)
		buf_printf(&words, ". %s", result.unclear);
	*ret_words = words.p;
	return OK;
}
