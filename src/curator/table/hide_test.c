/* What is hidden cannot be had back: against worked examples, and against the airlock's own check.
 */
#include "curator/table/hide.h"

#include <math.h>

#include "base/random.h"
#include "base/tap.h"
#include "curator/airlock/airlock.h"
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"

enum { ROWS = 12, COLUMNS = 8 };

struct table {
	struct hide h;
	struct hide_cell cells[(ROWS + 1) * (COLUMNS + 1)];
};

static void
begin(struct table *t, size_t rows, size_t columns, bool across)
{
	memset(t, 0, sizeof *t);
	t->h = (struct hide){ rows, columns, across, t->cells, 10, 10, 90, 10 };
}

static void
set(struct table *t, size_t i, size_t k, int64_t n)
{
	*hide_at(&t->h, i, k) =
		(struct hide_cell){ n, n, NAN, NAN, NAN, n && n < 10 ? HIDE_SMALL : HIDE_SHOWN };
}

/* Totals from the cells. */
static void
total(struct table *t)
{
	size_t R = t->h.rows, C = t->h.columns;
	int64_t all = 0;
	for (size_t i = 0; i < R; i++) {
		int64_t n = 0;
		for (size_t k = 0; k < C; k++)
			n += hide_at(&t->h, i, k)->rows;
		all += n;
		if (t->h.across)
			set(t, i, C, n);
	}
	for (size_t k = 0; k < C; k++) {
		int64_t n = 0;
		for (size_t i = 0; i < R; i++)
			n += hide_at(&t->h, i, k)->rows;
		set(t, R, k, n);
	}
	if (t->h.across)
		set(t, R, C, all);
}

static size_t
hidden(const struct table *t)
{
	size_t n = 0;
	for (size_t i = 0; i < (t->h.rows + 1) * (t->h.columns + 1); i++)
		n += t->h.cells[i].why != HIDE_SHOWN;
	return n;
}

TEST(nothing_small_hides_nothing)
{
	struct table t;
	begin(&t, 2, 2, true);
	set(&t, 0, 0, 10), set(&t, 0, 1, 20), set(&t, 1, 0, 30), set(&t, 1, 1, 0);
	total(&t);
	hide_run(&t.h);
	CHECK_INT(hidden(&t), 0);
}

TEST(one_small_cell_takes_three_others)
{
	struct table t;
	begin(&t, 3, 3, true);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			set(&t, i, k, 20 + (int64_t)(i * 3 + k));
	set(&t, 1, 1, 4);
	total(&t);
	hide_run(&t.h);
	CHECK_INT(hidden(&t), 4);
	CHECK(hide_at(&t.h, 1, 1)->why == HIDE_SMALL);
	CHECK(hide_at(&t.h, 3, 3)->why == HIDE_SHOWN);
}

TEST(a_list_with_a_total_hides_a_second)
{
	struct table t;
	begin(&t, 4, 1, false);
	set(&t, 0, 0, 100), set(&t, 1, 0, 7), set(&t, 2, 0, 30), set(&t, 3, 0, 40);
	total(&t);
	hide_run(&t.h);
	CHECK_INT(hidden(&t), 2);
	CHECK(hide_at(&t.h, 2, 0)->why == HIDE_OTHER); /* the smallest */
}

/* Six patients stand behind both small cells: hidden together they are still six. */
TEST(who_stands_in_two_hidden_cells_counts_once)
{
	struct table t;
	begin(&t, 3, 1, false);
	set(&t, 0, 0, 100), set(&t, 1, 0, 6), set(&t, 2, 0, 6);
	total(&t);
	hide_at(&t.h, 3, 0)->persons = 106;
	hide_run(&t.h);
	CHECK_INT(hidden(&t), 3);
	/* And twelve are enough, as they were. */
	begin(&t, 3, 1, false);
	set(&t, 0, 0, 100), set(&t, 1, 0, 6), set(&t, 2, 0, 6);
	total(&t);
	hide_run(&t.h);
	CHECK_INT(hidden(&t), 2);
}

TEST(two_small_ones_that_are_still_small_together)
{
	struct table t;
	begin(&t, 3, 1, false);
	set(&t, 0, 0, 100), set(&t, 1, 0, 4), set(&t, 2, 0, 5);
	total(&t);
	hide_run(&t.h);
	CHECK_INT(hidden(&t), 3);
	CHECK(hide_at(&t.h, 3, 0)->why == HIDE_SHOWN);
}

TEST(what_stands_alone_hides_its_total)
{
	struct table t;
	begin(&t, 2, 1, false);
	set(&t, 0, 0, 7), set(&t, 1, 0, 0);
	total(&t);
	hide_run(&t.h);
	CHECK(hide_at(&t.h, 0, 0)->why != HIDE_SHOWN && hide_at(&t.h, 2, 0)->why != HIDE_SHOWN);
}

TEST(sums_that_one_person_makes)
{
	struct table t;
	begin(&t, 3, 1, false);
	CHECK(hide_dominated(&t.h, 100, 60, 35));
	t.h.nk_percent = 100;
	CHECK(hide_dominated(&t.h, 100, 92, 0.5)); /* the second tells the first */
	t.h.nk_percent = 90;
	CHECK(!hide_dominated(&t.h, 100, 30, 20));
	CHECK(!hide_dominated(&t.h, NAN, NAN, NAN) && !hide_dominated(&t.h, 0, 0, 0));
	/* Hidden are a dominated cell and its company; both together are dominated too. */
	for (size_t i = 0; i < 3; i++) {
		set(&t, i, 0, 30 + (int64_t)i);
		*hide_at(&t.h, i, 0) =
			(struct hide_cell){ 30 + (int64_t)i, 30, 100, 10, 9, HIDE_SHOWN };
	}
	*hide_at(&t.h, 2, 0) = (struct hide_cell){ 90, 30, 9000, 8990, 1, HIDE_DOMINATED };
	*hide_at(&t.h, 3, 0) = (struct hide_cell){ 151, 90, 9200, 8990, 10, HIDE_SHOWN };
	hide_run(&t.h);
	CHECK(hide_at(&t.h, 3, 0)->why != HIDE_SHOWN);
}

/* As the airlock sees it. */
static void
write_csv(struct buf *b, const struct table *t)
{
	const struct hide *h = &t->h;
	buf_puts(b, "ward");
	for (size_t k = 0; k < h->columns + h->across; k++)
		k == h->columns ? buf_puts(b, ",count (Total)") : buf_printf(b, ",count (c%zu)", k);
	for (size_t i = 0; i <= h->rows; i++) {
		i == h->rows ? buf_puts(b, "\nTotal") : buf_printf(b, "\nw%zu", i);
		for (size_t k = 0; k < h->columns + h->across; k++)
			hide_at(h, i, k)->why == HIDE_SHOWN
				? buf_printf(b, ",%lld", (long long)hide_at(h, i, k)->rows)
				: buf_puts(b, ",*");
	}
	buf_puts(b, "\n");
}

TEST(no_random_table_gives_a_small_cell_away)
{
	struct random seed = { 20260711 };
	struct airlock_policy p = airlock_policy_default();
	for (int n = 0; n < 1500 && !tap_bad; n++) {
		cleanup_arena struct arena *a = arena_new();
		struct table t;
		size_t rows = 1 + random_below(&seed, ROWS),
		       columns = 1 + random_below(&seed, COLUMNS);
		bool across = columns > 1 && random_below(&seed, 4);
		int64_t most = 5 + (int64_t)random_below(&seed, 60);
		begin(&t, rows, across ? columns : 1, across);
		for (size_t i = 0; i < t.h.rows; i++)
			for (size_t k = 0; k < t.h.columns; k++)
				set(&t, i, k, (int64_t)random_below(&seed, (uint32_t)most));
		total(&t);
		hide_run(&t.h);
		struct buf b = buf_new(a);
		write_csv(&b, &t);
		struct airlock_file f = { .a = a,
			.policy = &p,
			.name = "t.csv",
			.input = buf_str(&b),
			.bytes = buf_str(&b) };
		airlock_run(&f);
		for (size_t i = 0; i < f.findings.n; i++) {
			const struct airlock_finding *x = &f.findings.at[i];
			bool bad = streq(x->check, "small_cells") ||
				   (streq(x->check, "suppression") && x->severity == AIR_FAIL);
			if (bad)
				printf("# %s %s\n# %s", x->check, x->sentence, b.p);
			CHECK(!bad);
		}
	}
}
