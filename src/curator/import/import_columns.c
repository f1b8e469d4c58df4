/* What an import says of a column, from what was learned while its values passed. */
#include <math.h>

#include "curator/import/import.h"

/* Two significant digits: close enough to recognise a unit, too coarse to recognise a person. */
static double
coarse(double v)
{
	if (v == 0 || !isfinite(v))
		return 0;
	double unit = pow(10, floor(log10(fabs(v))) - 1);
	return round(v / unit) * unit;
}

static const char *
invent(struct arena *a, enum col_type type, const struct type_guess *g, const learn_steps *steps)
{
	static const char *const dates[N_TYPES] = {
		[TYPE_DATE] = "2001-02-03",
		[TYPE_TIME] = "2001-02-03 04:05:06",
		[TYPE_ZONED] = "2001-02-03T04:05:06+01:00",
		[TYPE_YMD] = "2001/02/03",
		[TYPE_DMY] = "3/2/2001",
		[TYPE_MDY] = "2/3/2001",
		[TYPE_DMY2] = "3/2/01",
		[TYPE_MDY2] = "2/3/01",
		[TYPE_DMYT] = "3/2/2001 04:05",
		[TYPE_MDYT] = "2/3/2001 04:05",
		[TYPE_DMYT2] = "3/2/01 04:05",
		[TYPE_MDYT2] = "2/3/01 04:05",
		[TYPE_MONTH] = "3-FEB-2001",
	};
	double middle = coarse((learn_quantile(steps, 0.05) + learn_quantile(steps, 0.95)) / 2);
	if (type == TYPE_INTEGER)
		return arena_printf(a, "%.0f", middle);
	if (type_is_number(type))
		return arena_printf(a, "%.6g", middle);
	if (dates[type])
		return dates[type];
	if (g->values == 0)
		return "";
	if (g->shortest == g->longest)
		return arena_printf(a, "text of %u bytes", g->longest);
	return arena_printf(a, "text of %u to %u bytes", g->shortest, g->longest);
}

/* Dates that could be read either way stay text until somebody tells the order. */
static void
note_orders(struct source_column *c, const struct type_guess *g)
{
	struct type_guess told = *g;
	enum col_type t;
	if (c->type != TYPE_TEXT || g->values == 0)
		return;
	told.day_first = true, told.month_first = false;
	t = type_guess_end(&told);
	c->if_day_first = type_is_date(t) ? t : TYPE_TEXT;
	told.day_first = false, told.month_first = true;
	t = type_guess_end(&told);
	c->if_month_first = type_is_date(t) ? t : TYPE_TEXT;
}

static void
describe_column(struct import *m, const struct source_table *t, struct source_column *c,
	const struct learn *l, bool file_has_bare)
{
	struct arena *a = m->job->a;
	const struct type_guess *g = learn_guess(l);
	bool exact;
	c->type = type_guess_end(g);
	note_orders(c, g);
	c->words = c->type != TYPE_TEXT && g->words + g->empty > 0;
	/* A program that writes "" for every missing value never leaves one out. */
	c->blank = c->type != TYPE_TEXT || !file_has_bare;
	if (type_has_short_year(c->type) || type_has_short_year(c->if_day_first) ||
		type_has_short_year(c->if_month_first))
		c->century_end = m->options->century_end;
	c->missing = (int64_t)(g->missing + (c->words ? g->words : 0) + (c->blank ? g->empty : 0));
	c->distinct = learn_distinct(l, &exact);
	c->longest = g->longest;
	c->padded = g->padded;
	learn_steps steps = learn_distribution(l, a, c->type, c->century_end);
	c->example = invent(a, c->type, g, &steps);
	c->meaning = "";
	int64_t values = t->rows - c->missing;
	c->identifier = source_sounds_identifying(c->name) ||
			(c->type == TYPE_TEXT && values >= 20 &&
				(double)c->distinct > 0.9 * (double)values);
	c->profile = profile_learned(a, c, l, &steps);
}

void
import_describe(struct import *m, struct source_table *t, const struct table_out *out,
	const char *const *names, size_t n)
{
	bool bare = false;
	for (size_t i = 0; i < n; i++)
		bare |= learn_guess(table_learn(out, i))->missing > 0;
	t->columns.n = n;
	t->columns.at = ARENA_ARRAY(m->job->a, n, struct source_column);
	for (size_t i = 0; i < n; i++) {
		t->columns.at[i].name = names[i];
		describe_column(m, t, &t->columns.at[i], table_learn(out, i), bare);
	}
}
