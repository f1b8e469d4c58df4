/*
 * Differencing: two tables of the same rows, made of slightly different people, show those few by
 * subtraction. Compared are the earlier releases and the files that leave together.
 */
#include <math.h>
#include <stdlib.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"

struct key {
	uint64_t hash;
	size_t row;
};

static int
by_hash(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static struct key *
keys_of(struct arena *a, const struct grid *g)
{
	struct key *k = ARENA_ARRAY(a, g->rows, struct key);
	for (size_t r = g->first; r < g->rows; r++)
		k[r - g->first] = (struct key){ grid_key(g, r), r };
	qsort(k, g->rows - g->first, sizeof *k, by_hash);
	return k;
}

static size_t
count_columns(const struct grid *g, size_t *at, size_t max)
{
	size_t n = 0;
	for (size_t c = 0; c < g->columns; c++)
		if (g->column[c].role == COLUMN_COUNT && n < max)
			at[n++] = c;
	return n;
}

static size_t
label_columns(const struct grid *g)
{
	size_t n = 0;
	for (size_t c = 0; c < g->columns; c++)
		n += g->column[c].role == COLUMN_LABEL;
	return n;
}

/* The column of b that shows the same as column c of a; b->columns when none does. */
static size_t
partner(const struct grid *a, size_t c, const struct grid *b)
{
	size_t in_a[256], in_b[256];
	for (size_t k = 0; k < b->columns; k++)
		if (b->column[k].role == COLUMN_COUNT && a->column[c].label.n &&
			str_ieq(a->column[c].label, b->column[k].label))
			return k;
	/* Renamed: by its place among the counts. */
	size_t n = count_columns(a, in_a, 256);
	if (n == count_columns(b, in_b, 256))
		for (size_t i = 0; i < n; i++)
			if (in_a[i] == c)
				return in_b[i];
	return b->columns;
}

struct pair {
	struct airlock_file *f;
	const struct grid *a, *b;
	const struct key *keys; /* of b */
	size_t n_keys;
	bool rounded; /* both: a step is no person */
	const char *sure, *perhaps;
};

static void
compare_column(struct pair *p, size_t c)
{
	size_t k = partner(p->a, c, p->b);
	if (k == p->b->columns)
		return;
	for (size_t r = p->a->first; r < p->a->rows; r++) {
		const struct cell *x = grid_at(p->a, r, c);
		struct key want = { grid_key(p->a, r), 0 };
		const struct key *found = bsearch(&want, p->keys, p->n_keys, sizeof want, by_hash);
		if (x->kind != CELL_NUMBER || !found)
			continue;
		const struct cell *y = grid_at(p->b, found->row, k);
		double delta = fabs(x->value - y->value);
		if (y->kind == CELL_NUMBER && delta > 0 && delta < (double)p->f->policy->difference)
			airlock_tell(p->f, p->rounded ? AIR_REVIEW : AIR_FAIL, grid_row(p->a, r),
				(int64_t)c + 1, p->rounded ? p->perhaps : p->sure);
	}
}

static void
compare(struct airlock_file *f, const struct grid *g, const struct airlock_other *o)
{
	long long d = f->policy->difference;
	const struct grid *b = o->grid;
	if (g->rows == g->first || b->rows == b->first || label_columns(g) != label_columns(b))
		return;
	cleanup_arena struct arena *a = arena_new();
	struct pair p = { f, g, b, keys_of(a, b), b->rows - b->first, false, NULL, NULL };
	int base = grid_rounded(g);
	p.rounded = base && base == grid_rounded(b);
	p.sure = airlock_say(f,
		"The same cell in %s differs by less than %lld: the difference shows those few.",
		o->name, d);
	p.perhaps = airlock_say(f,
		"The same cell in %s differs by less than %lld; both are rounded, so see whether "
		"the "
		"step shows anybody.",
		o->name, d);
	for (size_t c = 0; c < g->columns; c++)
		if (g->column[c].role == COLUMN_COUNT)
			compare_column(&p, c);
}

enum status
check_differencing(struct airlock_file *f, struct err *e)
{
	enum { COMPARISONS_MAX = 200000 };
	if (f->others.n && f->grids.n > COMPARISONS_MAX / f->others.n)
		return err_set(e, E_INPUT, "",
			"It holds more tables than can be compared with all earlier ones.");
	for (size_t i = 0; i < f->grids.n; i++)
		for (size_t k = 0; k < f->others.n; k++)
			compare(f, f->grids.at[i], &f->others.at[k]);
	return OK;
}
