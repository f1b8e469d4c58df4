#include "portal/data/profile.h"

#include <math.h>

#include "base/str.h"
#include "portal/keeper/result.h"
#include "portal/recipe/recipe_text.h"
#include "portal/web/chart.h"
#include "portal/web/filters.h"

#define NOBODYS "belongs to no patient"

enum { TABLES_MAX = 1000, COLUMNS_MAX = 10000, LIST_MAX = 10000, BINS_MAX = 200, SHORT = 200 };

/* A count, or the word for one that is withheld. */
static const char *
count(struct arena *a, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_integer(v) ? filter_count(a, json_integer_value(v))
				  : result_text(a, o, name, 20);
}

/* "patients.patient_id", or "" when it was not found. */
static const char *
place(struct arena *a, const json_t *root, const char *name)
{
	const json_t *o = json_object_get(root, name);
	return json_is_object(o) ? arena_printf(a, "%s.%s", result_text(a, o, "table", SHORT),
					   result_text(a, o, "column", SHORT))
				 : "";
}

static const char *
range(struct arena *a, const json_t *c)
{
	const json_t *quartiles = json_object_get(c, "quartiles");
	const char *low = result_text(a, c, "low", 40), *high = result_text(a, c, "high", 40);
	const char *q1 = result_value(a, json_array_get(quartiles, 0), 40);
	const char *q3 = result_value(a, json_array_get(quartiles, 2), 40);
	const char *middle = result_value(a, json_array_get(quartiles, 1), 40);
	if (!low[0] || !high[0])
		return middle[0] ? arena_printf(a, "about %s in the middle", middle) : "";
	if (streq(low, high))
		return arena_printf(a, "%s, nearly always", low);
	return q1[0] && q3[0]
		       ? arena_printf(a, "%s to %s, half of them %s to %s", low, high, q1, q3)
		       : arena_printf(a, "%s to %s", low, high);
}

static const char *
values(struct arena *a, const json_t *c)
{
	enum { SHOWN = 5 };
	const json_t *list = json_object_get(c, "values");
	struct buf b = buf_new(a);
	for (size_t i = 0; i < json_array_size(list) && i < SHOWN; i++) {
		const json_t *v = json_array_get(list, i);
		buf_printf(&b, "%s%s (%s)", i ? ", " : "", result_text(a, v, "value", 60),
			count(a, v, "rows"));
	}
	if (json_array_size(list) > SHOWN)
		buf_printf(&b, ", and %zu more", json_array_size(list) - SHOWN);
	return b.p ? b.p : "";
}

/* "40 to 60"; a bar of whole numbers that holds one alone is called by it. */
static const char *
bin_label(struct arena *a, const json_t *bin, bool whole)
{
	const json_t *from = json_object_get(bin, "from"), *to = json_object_get(bin, "to");
	const char *first = result_value(a, from, 20);
	if (whole && json_number_value(to) - json_number_value(from) == 1)
		return first;
	return arena_printf(a, "%s to %s", first, result_value(a, to, 20));
}

/* The outermost bars hold all that lies beyond them. */
static struct html_safe
picture(struct arena *a, const json_t *c, const char *name)
{
	const json_t *bins = json_object_get(c, "bins");
	bool whole = streq(result_text(a, c, "type", 40), "integer");
	size_t n = json_array_size(bins);
	struct chart_bin *at = ARENA_ARRAY(a, BINS_MAX, struct chart_bin);
	if (n < 2 || n > BINS_MAX)
		return (struct html_safe){ NULL };
	for (size_t i = 0; i < n; i++) {
		const json_t *bin = json_array_get(bins, i), *rows = json_object_get(bin, "rows");
		at[i].label = bin_label(a, bin, whole);
		at[i].count = json_is_integer(rows) ? (double)json_integer_value(rows) : NAN;
	}
	return chart_histogram(a, arena_printf(a, "Distribution of %s, in rows", name), at, n);
}

static bool
some(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) || json_integer_value(v) > 0;
}

/* The unit as people write it. */
static const char *
unit_words(struct arena *a, const json_t *range)
{
	static const char *const written[][2] = { { "a", "years" }, { "Cel", "°C" },
		{ "degF", "°F" }, { "wk", "weeks" }, { "umol/L", "µmol/L" }, { "kg/m2", "kg/m²" } };
	const char *unit = result_text(a, range, "unit", 20);
	for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
		if (streq(unit, written[i][0]))
			return written[i][1];
	return unit;
}

/* "122 years, the highest plausible age" */
static const char *
plausible_end(struct arena *a, const json_t *p, const char *end)
{
	const char *unit = unit_words(a, p);
	return arena_printf(a, "%s%s%s, the %s plausible %s", result_text(a, p, end, 20),
		unit[0] ? " " : "", unit, streq(end, "low") ? "lowest" : "highest",
		result_text(a, p, "what", 60));
}

/* What a person should look at before believing the column. */
static const char *
note(struct arena *a, const json_t *c)
{
	const json_t *p = json_object_get(c, "plausible");
	struct buf b = buf_new(a);
	if (some(p, "below"))
		buf_printf(
			&b, "%s rows below %s. ", count(a, p, "below"), plausible_end(a, p, "low"));
	if (some(p, "above"))
		buf_printf(&b, "%s rows above %s. ", count(a, p, "above"),
			plausible_end(a, p, "high"));
	int64_t end = json_integer_value(json_object_get(c, "century_end"));
	if (end)
		buf_printf(&b, "Two-digit years are read as %lld to %lld%s. ", (long long)end - 99,
			(long long)end,
			end == 2203 ? ", to which MIMIC moves its dates; of a birth the hundred "
				      "years before the stay count"
				    : "");
	if (json_object_get(c, "if_day_first"))
		buf_puts(&b, "Day and month could be read in either order. ");
	return b.p ? b.p : "";
}

static void
read_column(struct arena *a, const json_t *c, struct profile_column *x)
{
	x->name = result_text(a, c, "name", SHORT);
	x->type = result_text(a, c, "type", 40);
	x->meaning = result_text(a, c, "meaning", 400);
	x->identifier = json_is_true(json_object_get(c, "identifier"));
	x->missing = count(a, c, "missing");
	x->distinct = arena_printf(a, "%s%s",
		json_is_true(json_object_get(c, "exact")) ? "" : "about ", count(a, c, "distinct"));
	x->range = range(a, c);
	x->values = values(a, c);
	x->picture = picture(a, c, x->name);
	x->note = note(a, c);
}

static enum status
read_tests(struct arena *a, const json_t *t, text_list *ret, struct err *e)
{
	json_t *tests;
	if (!json_object_get(t, "tests"))
		return OK;
	TRY(result_list(t, "tests", LIST_MAX, &tests, e));
	ret->at = ARENA_ARRAY(a, json_array_size(tests), const char *);
	for (size_t i = 0; i < json_array_size(tests); i++) {
		const json_t *x = json_array_get(tests, i);
		if (some(x, "outside"))
			ret->at[ret->n++] =
				arena_printf(a, "%s (%s): %s of %s rows outside %s to %s %s",
					result_text(a, x, "what", 60),
					result_text(a, x, "name", 60), count(a, x, "outside"),
					count(a, x, "rows"), result_text(a, x, "low", 20),
					result_text(a, x, "high", 20), unit_words(a, x));
	}
	return OK;
}

static enum status
read_table(struct arena *a, const json_t *t, struct profile_table *x, struct err *e)
{
	json_t *columns;
	TRY(result_list(t, "columns", COLUMNS_MAX, &columns, e));
	x->name = result_text(a, t, "name", SHORT);
	x->file = result_text(a, t, "file", SHORT);
	x->rows = count(a, t, "rows");
	x->rejected = some(t, "rejected") ? count(a, t, "rejected") : "";
	x->reach = "";
	x->columns.n = json_array_size(columns);
	x->columns.at = ARENA_ARRAY(a, x->columns.n, struct profile_column);
	for (size_t i = 0; i < x->columns.n; i++)
		read_column(a, json_array_get(columns, i), &x->columns.at[i]);
	return read_tests(a, t, &x->tests, e);
}

static void
read_reach(struct arena *a, const json_t *r, struct profile *p)
{
	const char *name = result_text(a, r, "table", SHORT), *how = result_text(a, r, "how", 20);
	const char *column = result_text(a, r, "column", SHORT);
	for (size_t i = 0; i < p->tables.n; i++) {
		struct profile_table *t = &p->tables.at[i];
		if (!streq(t->name, name))
			continue;
		bool without = some(r, "rows_without");
		t->lost = without || streq(how, "none");
		t->reach = streq(how, "patients")  ? "a row for each patient"
			   : streq(how, "direct")  ? arena_printf(a, "by %s", column)
			   : streq(how, "through") ? arena_printf(a, "by %s, through %s", column,
							     result_text(a, r, "through", SHORT))
						   : NOBODYS;
		if (without)
			t->reach = arena_printf(a, "%s; %s rows reach no patient", t->reach,
				count(a, r, "rows_without"));
	}
}

static const char *
link_words(struct arena *a, const json_t *l)
{
	double share = 0;
	(void)result_real(l, "share", &share, NULL);
	return arena_printf(a, "%s.%s leads to %s.%s (%.1f %% of its values are known there)",
		result_text(a, l, "table", SHORT), result_text(a, l, "column", SHORT),
		result_text(a, l, "to_table", SHORT), result_text(a, l, "to_column", SHORT),
		share * 100);
}

static const char *
problem_words(struct arena *a, const json_t *l)
{
	return arena_printf(
		a, "%s: %s", result_text(a, l, "file", SHORT), result_text(a, l, "why", 400));
}

static const char *
plain_words(struct arena *a, const json_t *l)
{
	return result_value(a, l, SHORT);
}

static void
texts(struct arena *a, const json_t *root, const char *name,
	const char *(*words)(struct arena *, const json_t *), text_list *ret)
{
	const json_t *list = json_object_get(root, name);
	size_t n = json_array_size(list);
	ret->n = n < LIST_MAX ? n : LIST_MAX;
	ret->at = ARENA_ARRAY(a, ret->n, const char *);
	for (size_t i = 0; i < ret->n; i++)
		ret->at[i] = words(a, json_array_get(list, i));
}

/* A table that names alone led to no patient. */
static void
follow_table(struct arena *a, const struct recipe_part *said, struct profile_table *t)
{
	if (!str_starts(str_of(t->reach), NOBODYS))
		return;
	t->reach = arena_printf(
		a, "%s, as the recipe says", said->way[0] ? said->way : "their own table");
	t->lost = false;
}

void
profile_follow(struct arena *a, const char *recipe, struct profile *p)
{
	struct recipe_text text;
	recipe_text_read(a, recipe, &text);
	p->said = recipe_text_statement(a, recipe, "patient");
	p->same = p->said[0] && str_ieq(str_of(p->said), str_of(p->patient));
	for (size_t i = 0; i < text.tables.n; i++)
		for (size_t k = 0; k < p->tables.n; k++)
			if (str_ieq(str_of(p->tables.at[k].name), str_of(text.tables.at[i].table)))
				follow_table(a, &text.tables.at[i], &p->tables.at[k]);
}

enum status
profile_read(struct arena *a, const char *import_result, struct profile *ret, struct err *e)
{
	cleanup_result json_t *root = NULL;
	struct profile p = { 0 };
	json_t *tables;
	TRY(result_parse(import_result, &root, e));
	TRY(result_list(root, "tables", TABLES_MAX, &tables, e));
	const json_t *layout = json_object_get(root, "layout");
	p.layout = arena_printf(a, "%s %s", result_text(a, layout, "name", 40),
		result_text(a, layout, "version", 40));
	if (p.layout[0] == ' ')
		p.layout = "";
	p.patient = place(a, root, "patient");
	p.visit = place(a, root, "visit");
	p.patients = count(a, root, "patients");
	p.said = "";
	p.tables.n = json_array_size(tables);
	p.tables.at = ARENA_ARRAY(a, p.tables.n, struct profile_table);
	for (size_t i = 0; i < p.tables.n; i++)
		TRY(read_table(a, json_array_get(tables, i), &p.tables.at[i], e));
	const json_t *reach = json_object_get(root, "reach");
	for (size_t i = 0; i < json_array_size(reach); i++)
		read_reach(a, json_array_get(reach, i), &p);
	texts(a, root, "links", link_words, &p.links);
	texts(a, root, "problems", problem_words, &p.problems);
	texts(a, root, "empty", plain_words, &p.empty);
	*ret = p;
	return OK;
}
