#include "portal/jury/rank.h"

#include <math.h>

#include "base/str.h"

/* Differences below this part of the largest score are rounding, not merit. */
#define TIE 1e-9

enum { NOBODY = -1 };

struct grid {
	const struct rank_problem *problem;
	size_t teams, jurors;
	const double *cell; /* [team * jurors + juror], NaN: none */
};

/* Work space and result of one fit. */
struct fit {
	double *adjusted; /* of each team */
	double *leniency; /* of each juror; NaN: no cells */
	double *matrix;   /* teams * teams */
	size_t *group;    /* of each team: teams of one group are comparable */
	size_t n_jurors;  /* with cells */
};

static double
cell_of(const struct grid *g, size_t team, size_t juror, int without)
{
	return (int)juror == without ? NAN : g->cell[team * g->jurors + juror];
}

static struct fit
fit_new(struct arena *a, const struct grid *g)
{
	return (struct fit){
		.adjusted = ARENA_ARRAY(a, g->teams, double),
		.leniency = ARENA_ARRAY(a, g->jurors, double),
		.matrix = ARENA_ARRAY(a, g->teams * g->teams, double),
		.group = ARENA_ARRAY(a, g->teams, size_t),
	};
}

/* Joins the groups of all teams that one juror scored. True when one group is left. */
static bool
fit_groups(struct fit *f, const struct grid *g, int without)
{
	for (size_t t = 0; t < g->teams; t++)
		f->group[t] = t;
	for (size_t j = 0; j < g->jurors; j++) {
		size_t first = g->teams;
		for (size_t t = 0; t < g->teams; t++) {
			if (isnan(cell_of(g, t, j, without)))
				continue;
			if (first == g->teams)
				first = t;
			size_t from = f->group[t], to = f->group[first];
			for (size_t u = 0; from != to && u < g->teams; u++)
				if (f->group[u] == from)
					f->group[u] = to;
		}
	}
	for (size_t t = 1; t < g->teams; t++)
		if (f->group[t] != f->group[0])
			return false;
	return true;
}

/*
 * The normal equations with the jurors eliminated: for each juror with c cells, team t gets
 * 1 - 1/c on the diagonal, -1/c towards each team of the same juror, and on the right side the cell
 * less that juror's mean.
 */
static void
fit_equations(struct fit *f, const struct grid *g, int without)
{
	memset(f->matrix, 0, g->teams * g->teams * sizeof *f->matrix);
	memset(f->adjusted, 0, g->teams * sizeof *f->adjusted);
	for (size_t j = 0; j < g->jurors; j++) {
		double sum = 0, c = 0;
		for (size_t t = 0; t < g->teams; t++) {
			double y = cell_of(g, t, j, without);
			sum += isnan(y) ? 0 : y;
			c += !isnan(y);
		}
		for (size_t t = 0; t < g->teams; t++) {
			double y = cell_of(g, t, j, without);
			if (isnan(y))
				continue;
			f->adjusted[t] += y - sum / c;
			f->matrix[t * g->teams + t] += 1;
			for (size_t u = 0; u < g->teams; u++)
				if (!isnan(cell_of(g, u, j, without)))
					f->matrix[t * g->teams + u] -= 1 / c;
		}
	}
}

/*
 * Solves for the worth of teams with that of team 0 set to 0. Without team 0 the matrix is positive
 * definite exactly when all teams are comparable, so Gauss needs no pivots.
 */
static void
fit_solve(struct fit *f, size_t n)
{
	double *m = f->matrix, *x = f->adjusted;
	for (size_t k = 1; k < n; k++)
		for (size_t i = k + 1; i < n; i++) {
			double by = m[i * n + k] / m[k * n + k];
			for (size_t c = k; c < n; c++)
				m[i * n + c] -= by * m[k * n + c];
			x[i] -= by * x[k];
		}
	for (size_t k = n; k-- > 1;) {
		for (size_t c = k + 1; c < n; c++)
			x[k] -= m[k * n + c] * x[c];
		x[k] /= m[k * n + k];
	}
	x[0] = 0;
}

/* False when the teams are not comparable; then only group is filled. */
static bool
fit(struct fit *f, const struct grid *g, int without)
{
	if (!fit_groups(f, g, without))
		return false;
	fit_equations(f, g, without);
	fit_solve(f, g->teams);
	double mean = 0;
	f->n_jurors = 0;
	for (size_t j = 0; j < g->jurors; j++) {
		double sum = 0, c = 0;
		for (size_t t = 0; t < g->teams; t++) {
			double y = cell_of(g, t, j, without);
			sum += isnan(y) ? 0 : y - f->adjusted[t];
			c += !isnan(y);
		}
		f->leniency[j] = c > 0 ? sum / c : NAN;
		mean += c > 0 ? f->leniency[j] : 0;
		f->n_jurors += c > 0;
	}
	if (f->n_jurors == 0)
		return false;
	mean /= (double)f->n_jurors;
	for (size_t t = 0; t < g->teams; t++)
		f->adjusted[t] += mean;
	for (size_t j = 0; j < g->jurors; j++)
		f->leniency[j] -= mean;
	return true;
}

static double
tolerance(const double *score, size_t n)
{
	double most = 1;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(score[i]));
	return TIE * most;
}

static size_t
rank_in(const double *score, size_t n, size_t team)
{
	double tie = tolerance(score, n);
	size_t rank = 1;
	for (size_t i = 0; i < n; i++)
		rank += score[i] > score[team] + tie;
	return rank;
}

/* How the shortlist fares in another ranking. */
struct cut {
	size_t last, next; /* the weakest team on the list, the strongest that is not */
	double margin;     /* between them; negative: they would change places */
	double tie;
};

static struct cut
cut_in(const struct rank_result *r, const double *score, size_t n)
{
	struct cut c = { n, n, 0, tolerance(score, n) };
	for (size_t t = 0; t < n; t++) {
		size_t *which = r->teams[t].shortlisted ? &c.last : &c.next;
		/* Down among those on the list, up among the others. */
		bool better = *which < n && score[t] > score[*which];
		if (*which == n || better != r->teams[t].shortlisted)
			*which = t;
	}
	c.margin = score[c.last] - score[c.next];
	return c;
}

static double
correlation(const double *x, const double *y, size_t n)
{
	double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
	for (size_t i = 0; i < n; i++) {
		mx += x[i] / (double)n;
		my += y[i] / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		yy += (y[i] - my) * (y[i] - my);
		xy += (x[i] - mx) * (y[i] - my);
	}
	double flat = tolerance(x, n) * tolerance(y, n);
	return n < 3 || xx <= flat || yy <= flat ? NAN : xy / sqrt(xx * yy);
}

/* The scores of one juror beside what the others think of the same teams. */
static double
agreement(struct arena *a, const struct grid *g, const struct fit *others, size_t juror)
{
	double *x = ARENA_ARRAY(a, g->teams, double), *y = ARENA_ARRAY(a, g->teams, double);
	size_t n = 0;
	for (size_t t = 0; t < g->teams; t++) {
		double cell = cell_of(g, t, juror, NOBODY);
		if (isnan(cell))
			continue;
		x[n] = cell;
		y[n++] = others->adjusted[t];
	}
	return correlation(x, y, n);
}

/* What leaving out one juror after the other does to ranks and shortlist. */
struct doubt {
	size_t swaps, loose, jurors; /* rankings that change the list, cannot be made; all */
	struct cut swap;             /* the first that changes it */
};

static struct doubt
leave_one_out(struct arena *a, const struct grid *g, struct rank_result *r, bool cut)
{
	struct doubt d = { 0 };
	struct fit f = fit_new(a, g);
	for (size_t j = 0; j < g->jurors; j++) {
		if (r->jurors[j].teams == 0)
			continue;
		d.jurors++;
		if (!fit(&f, g, (int)j)) {
			d.loose++;
			continue;
		}
		r->jurors[j].agreement = agreement(a, g, &f, j);
		for (size_t t = 0; t < g->teams; t++) {
			size_t rank = rank_in(f.adjusted, g->teams, t);
			struct rank_team *team = &r->teams[t];
			team->best = rank < team->best ? rank : team->best;
			team->worst = rank > team->worst ? rank : team->worst;
		}
		if (!cut)
			continue;
		struct cut c = cut_in(r, f.adjusted, g->teams);
		if (c.margin < -c.tie && d.swaps++ == 0)
			d.swap = c;
	}
	return d;
}

static const char *
why_unclear(
	struct arena *a, const struct rank_problem *p, const struct cut *now, const struct doubt *d)
{
	const char *const *name = p->team_name;
	struct buf b = buf_new(a);
	if (now->margin <= now->tie)
		buf_printf(&b, "%s and %s are level at place %zu. ", name[now->last],
			name[now->next], p->shortlist);
	if (d->jurors == 1)
		buf_puts(&b, "Only one juror has scored. ");
	else if (d->swaps)
		buf_printf(&b,
			"Leaving out a single juror can put %s in the place of %s: %zu of %zu "
			"jurors would change the shortlist. ",
			name[d->swap.next], name[d->swap.last], d->swaps, d->jurors);
	if (d->jurors > 1 && d->loose)
		buf_printf(&b,
			"%zu of the %zu jurors cannot be left out: without them the teams could "
			"not be compared. ",
			d->loose, d->jurors);
	if (b.n == 0)
		return NULL;
	b.p[--b.n] = '\0';
	return b.p;
}

static enum status
check(const struct rank_problem *p, struct err *e)
{
	double sum = 0;
	if (p->n_teams == 0)
		return err_set(e, E_CONFLICT, "", "There is no team to rank.");
	if (p->n_teams > RANK_MAX_TEAMS || p->n_jurors > RANK_MAX_JURORS ||
		p->n_criteria > RANK_MAX_CRITERIA)
		return err_set(e, E_INPUT, "", "At most %d teams, %d jurors and %d criteria.",
			RANK_MAX_TEAMS, RANK_MAX_JURORS, RANK_MAX_CRITERIA);
	for (size_t k = 0; k < p->n_criteria; k++) {
		if (!isfinite(p->weight[k]) || p->weight[k] < 0)
			return err_set(e, E_INPUT, "weight",
				"The weight of criterion %zu is not a number from 0.", k + 1);
		sum += p->weight[k];
	}
	if (!(sum > 0) || !isfinite(sum))
		return err_set(e, E_INPUT, "weight", "No criterion has a weight.");
	for (size_t i = 0; i < p->n_teams * p->n_jurors * p->n_criteria; i++)
		if (!isnan(p->score[i]) && !(fabs(p->score[i]) <= 1e9))
			return err_set(e, E_INPUT, "score", "A score of %s is out of range.",
				p->team_name[i / p->n_criteria / p->n_jurors]);
	return OK;
}

/* NaN unless every criterion that counts was scored; *ret_part: some were. */
static double
weighted(const struct rank_problem *p, size_t team, size_t juror, bool *ret_part)
{
	const double *score = &p->score[(team * p->n_jurors + juror) * p->n_criteria];
	double sum = 0, weights = 0;
	size_t given = 0, asked = 0;
	for (size_t k = 0; k < p->n_criteria; k++) {
		if (p->weight[k] <= 0)
			continue;
		asked++;
		given += !isnan(score[k]);
		sum += p->weight[k] * score[k];
		weights += p->weight[k];
	}
	*ret_part = given > 0 && given < asked;
	return given == asked ? sum / weights : NAN;
}

/* Cells, and what can be said of teams and jurors without any model. */
static struct grid
make_grid(struct arena *a, const struct rank_problem *p, struct rank_result *r)
{
	double *cell = ARENA_ARRAY(a, p->n_teams * p->n_jurors, double);
	for (size_t t = 0; t < p->n_teams; t++) {
		struct rank_team *team = &r->teams[t];
		double sum = 0, squares = 0;
		for (size_t j = 0; j < p->n_jurors; j++) {
			bool part;
			double y = weighted(p, t, j, &part);
			cell[t * p->n_jurors + j] = y;
			r->jurors[j].incomplete += part;
			if (isnan(y))
				continue;
			r->jurors[j].teams++;
			team->jurors++;
			sum += y;
		}
		double n = (double)team->jurors;
		team->mean = sum / n;
		for (size_t j = 0; j < p->n_jurors; j++) {
			double off = cell[t * p->n_jurors + j] - team->mean;
			squares += isnan(off) ? 0 : off * off;
		}
		team->disagreement = team->jurors > 1 ? sqrt(squares / (n - 1)) : NAN;
	}
	return (struct grid){ p, p->n_teams, p->n_jurors, cell };
}

/* "Heart 1, Heart 2 and 3 more" of one group. */
static const char *
group_names(struct arena *a, const struct grid *g, const struct fit *f, size_t group, bool inside)
{
	enum { SHOWN = 4 };
	struct buf b = buf_new(a);
	size_t n = 0;
	for (size_t t = 0; t < g->teams; t++) {
		if ((f->group[t] == group) != inside)
			continue;
		if (n < SHOWN)
			buf_printf(&b, "%s%s", n ? ", " : "", g->problem->team_name[t]);
		n++;
	}
	if (n > SHOWN)
		buf_printf(&b, " and %zu more", n - SHOWN);
	return b.p;
}

static enum status
not_comparable(struct arena *a, const struct grid *g, const struct fit *f,
	const struct rank_result *r, struct err *e)
{
	for (size_t t = 0; t < g->teams; t++)
		if (r->teams[t].jurors == 0)
			return err_set(e, E_CONFLICT, "", "No juror has scored %s completely.",
				g->problem->team_name[t]);
	return err_set(e, E_CONFLICT, "",
		"No juror scored both a team of these: %s; and one of these: %s. Their scores "
		"cannot be compared until one juror has scored a team on each side.",
		group_names(a, g, f, f->group[0], true), group_names(a, g, f, f->group[0], false));
}

/* Best first; insertion keeps equal teams in the order of the problem. */
static void
put_in_order(struct rank_result *r, size_t n, size_t shortlist)
{
	for (size_t t = 0; t < n; t++) {
		size_t i = t;
		for (; i > 0 && r->teams[r->order[i - 1]].rank > r->teams[t].rank; i--)
			r->order[i] = r->order[i - 1];
		r->order[i] = t;
	}
	for (size_t i = 0; i < n && i < shortlist; i++)
		r->teams[r->order[i]].shortlisted = true;
}

enum status
rank_teams(struct arena *a, const struct rank_problem *p, struct rank_result *ret, struct err *e)
{
	TRY(check(p, e));
	struct rank_result r = { .teams = ARENA_ARRAY(a, p->n_teams, struct rank_team),
		.jurors = ARENA_ARRAY(a, p->n_jurors, struct rank_juror),
		.order = ARENA_ARRAY(a, p->n_teams, size_t) };
	struct grid g = make_grid(a, p, &r);
	struct fit f = fit_new(a, &g);
	if (!fit(&f, &g, NOBODY))
		return not_comparable(a, &g, &f, &r, e);
	for (size_t j = 0; j < p->n_jurors; j++) {
		r.jurors[j].strictness = -f.leniency[j];
		r.jurors[j].agreement = NAN;
	}
	for (size_t t = 0; t < p->n_teams; t++) {
		size_t rank = rank_in(f.adjusted, p->n_teams, t);
		r.teams[t].adjusted = f.adjusted[t];
		r.teams[t].rank = r.teams[t].best = r.teams[t].worst = rank;
	}
	put_in_order(&r, p->n_teams, p->shortlist);
	bool cut = p->shortlist > 0 && p->shortlist < p->n_teams;
	struct doubt d = leave_one_out(a, &g, &r, cut);
	if (cut) {
		struct cut now = cut_in(&r, f.adjusted, p->n_teams);
		r.unclear = why_unclear(a, p, &now, &d);
	}
	*ret = r;
	return OK;
}
