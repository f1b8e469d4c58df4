/*
 * The risk of simulated data: a row that equals a real one in several fine fields could be believed
 * to be that patient. Codes are left out of the comparison, because thousands share them: a field
 * is fine when its column holds more than FEW values.
 */
#include "curator/simulated/simulated.h"

enum { FEW = 30, MOST_FINE = 8 };

struct fine {
	const char *name;
	int64_t distinct;
};

static int
finest_first(const void *a, const void *b)
{
	const struct fine *x = a, *y = b;
	return x->distinct != y->distinct
		       ? (x->distinct < y->distinct) - (x->distinct > y->distinct)
		       : strcmp(x->name, y->name);
}

/* The names of the finest columns, at most MOST_FINE. */
static enum status
fine_columns(
	struct sim *s, const struct sim_table *t, const char **ret, size_t *ret_n, struct err *e)
{
	struct fine *all = ARENA_ARRAY(s->r->job->a, t->columns.n, struct fine);
	size_t n = 0;
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct sim_column *c = &t->columns.at[i];
		struct fine *f = &all[n];
		if (c->kind != SIM_NUMBER && c->kind != SIM_DATE)
			continue;
		f->name = sql_name(s->r->job->a, c->of->out);
		TRY(engine_int(s->r->engine, &f->distinct, e, "comparing simulated rows",
			"SELECT approx_count_distinct(t.%s) FROM %s", f->name, t->from));
		n += f->distinct > FEW;
	}
	qsort(all, n, sizeof *all, finest_first);
	*ret_n = n < MOST_FINE ? n : MOST_FINE;
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = all[i].name;
	return OK;
}

/* Rows that equal a real one in the columns whose bits are set; they lose the first of these values
 * when they shall. */
static enum status
compare(struct sim *s, const struct sim_table *t, const char *const *names, unsigned bits,
	bool blur, int64_t *ret, struct err *e)
{
	struct buf same = buf_new(s->r->job->a);
	const char *first = NULL;
	int64_t found;
	for (size_t i = 0; bits >> i; i++) {
		if (!(bits >> i & 1))
			continue;
		first = first ? first : names[i];
		buf_printf(
			&same, "%ssimulated.%s = t.%s", same.n ? " AND " : "", names[i], names[i]);
	}
	TRY(engine_int(s->r->engine, &found, e, "comparing simulated rows",
		"SELECT count(*) FROM simulated WHERE EXISTS (SELECT 1 FROM %s WHERE %s)", t->from,
		same.p));
	*ret += found;
	if (found == 0 || !blur)
		return OK;
	return engine_run(s->r->engine, e, "comparing simulated rows",
		"UPDATE simulated SET %s = NULL WHERE EXISTS (SELECT 1 FROM %s WHERE %s)", first,
		t->from, same.p);
}

enum status
sim_alike(struct sim *s, const struct sim_table *t, struct err *e)
{
	const char *names[MOST_FINE];
	size_t n;
	TRY(fine_columns(s, t, names, &n, e));
	for (unsigned round = 0; round < 2; round++)
		for (unsigned bits = 0; bits < 1u << n; bits++)
			if (__builtin_popcount(bits) == SIMULATED_FINE)
				TRY(compare(s, t, names, bits, round == 0,
					round == 0 ? &s->blurred : &s->alike, e));
	if (s->alike)
		return err_set(e, E_BUG, "",
			"Simulated rows of %s still equal real ones; nothing was released.",
			t->of->src->name);
	return OK;
}
