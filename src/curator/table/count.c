#include "curator/table/count.h"

#include <math.h>

#include "base/near.h"

static const char other[] = "(other)", missing[] = "(missing)";

struct counter {
	struct arena *a;
	const struct count_source *source;
	const struct table_ask *ask;
	struct counted *out;
	const char *persons; /* SQL: how many */
	int64_t few;
};

/* ---- names ---- */

const char *
count_instead(
	struct arena *a, const char *name, const char *all, const char *const *names, size_t n)
{
	enum { NEAR = 3, LONG = 160 };
	const char *near[NEAR];
	struct buf b = buf_new(a);
	size_t found = near_names(name, names, n, near, NEAR);
	for (size_t i = 0; i < found && b.n < LONG / 2; i++)
		buf_printf(&b, "%s%.60s",
			i           ? ", "
			: found > 1 ? "The nearest are "
				    : "The nearest is ",
			near[i]);
	buf_printf(&b, "%s%s: ", found ? ". " : "", all);
	size_t begun = b.n;
	for (size_t i = 0; i < n && b.n < begun + LONG; i++)
		buf_printf(&b, "%s%.60s", i ? ", " : "", names[i]);
	buf_puts(&b, n == 0 ? "nothing." : b.n < begun + LONG ? "." : ", ...");
	return b.p;
}

/* As the table writes it. */
static enum status
find_column(struct counter *c, const char *name, const char **ret, struct err *e)
{
	const struct count_source *s = c->source;
	for (size_t i = 0; i < s->columns.n; i++)
		if (str_ieq(str_of(s->columns.at[i]), str_of(name))) {
			*ret = s->columns.at[i];
			return OK;
		}
	return err_set(e, E_INPUT, "columns", "%.80s has no column \"%.80s\". %s", s->name, name,
		count_instead(c->a, name, "It has", s->columns.at, s->columns.n));
}

/* SQL of its values as text, missing when there is nothing. */
static enum status
text_of(struct counter *c, const char *name, const char **ret, struct err *e)
{
	const char *column = NULL;
	TRY(find_column(c, name, &column, e));
	*ret = arena_printf(c->a, "nullif(trim(CAST(%s AS VARCHAR)), '')", sql_name(c->a, column));
	return OK;
}

/* The same as numbers, missing when it is none. */
static enum status
number_of(struct counter *c, const char *name, const char **ret, struct err *e)
{
	const char *text;
	TRY(text_of(c, name, &text, e));
	*ret = arena_printf(c->a, "TRY_CAST(%s AS DOUBLE)", text);
	return OK;
}

/* ---- conditions ---- */

/* SQL of one comparison. */
static enum status
compare(struct counter *c, const char *column, const char *sign, const struct ask_literal *v,
	const char **ret, struct err *e)
{
	const char *left;
	if (v->number) {
		TRY(number_of(c, column, &left, e));
		*ret = arena_printf(c->a, "(%s %s %.17g::DOUBLE)", left, sign, v->real);
	} else {
		TRY(text_of(c, column, &left, e));
		*ret = arena_printf(c->a, "(%s %s %s)", left, sign, sql_text(c->a, v->text));
	}
	return OK;
}

static enum status
condition(struct counter *c, const struct where *w, const char **ret, struct err *e)
{
	const char *left = "", *right = "";
	struct buf b = buf_new(c->a);
	switch (w->kind) {
	case WHERE_AND:
	case WHERE_OR:
		TRY(condition(c, w->left, &left, e));
		TRY(condition(c, w->right, &right, e));
		*ret = arena_printf(
			c->a, "(%s %s %s)", left, w->kind == WHERE_AND ? "AND" : "OR", right);
		return OK;
	case WHERE_NOT:
		TRY(condition(c, w->left, &left, e));
		*ret = arena_printf(c->a, "(NOT %s)", left);
		return OK;
	case WHERE_MISSING:
		TRY(text_of(c, w->column, &left, e));
		*ret = arena_printf(c->a, "(%s IS NULL)", left);
		return OK;
	case WHERE_COMPARE:
	case WHERE_IN:
		break;
	}
	for (size_t i = 0; i < w->values.n; i++) {
		TRY(compare(c, w->column, w->sign ? w->sign : "=", &w->values.at[i], &left, e));
		buf_printf(&b, "%s%s", i ? " OR " : "(", left);
	}
	buf_puts(&b, ")");
	*ret = b.p;
	return OK;
}

/* ---- gathering ---- */

/* SQL of the number that a row adds; a row without one is not counted. */
static enum status
value(struct counter *c, const char **ret, struct err *e)
{
	const struct table_ask *ask = c->ask;
	const char *x, *is;
	if (ask->value == ASK_COUNT) {
		*ret = "1.0::DOUBLE";
	} else if (ask->value == ASK_SHARE) {
		TRY(text_of(c, ask->value_column, &x, e));
		TRY(compare(c, ask->value_column, "=", &ask->equals, &is, e));
		*ret = arena_printf(c->a,
			"CASE WHEN %s IS NULL THEN NULL WHEN %s THEN 1.0::DOUBLE ELSE 0.0::DOUBLE "
			"END",
			x, is);
	} else {
		TRY(number_of(c, ask->value_column, &x, e));
		/* Nor what no measurement reaches: beside it a sum forgets the others. What is
		 * smaller than any is 0, for the sum as for those who compare it (persons.c). */
		*ret = arena_printf(c->a,
			"CASE WHEN abs(%s) < 1e-200 THEN 0.0::DOUBLE WHEN abs(%s) <= 1e15 THEN %s "
			"END",
			x, x, x);
	}
	return OK;
}

/*
 * Who a row is of, for comparing tables: its patient; where no column names patients itself, the
 * first, second, ... of its like.
 */
static const char *
person(struct counter *c, const char *patient)
{
	return c->source->patient
		       ? arena_printf(c->a, "coalesce(%s, '')", patient)
		       : "concat(hash(d), '.', row_number() OVER (PARTITION BY hash(d)))";
}

/*
 * The table asked: labels r0, r1, ... and c, the patient p, the person q, the number v of each row
 * that the condition takes; and g, those of them that have a number.
 */
static enum status
gather(struct counter *c, struct err *e)
{
	const struct table_ask *ask = c->ask;
	struct buf b = buf_new(c->a);
	const char *x, *where = "true";
	for (size_t i = 0; i < ask->rows.n; i++) {
		TRY(text_of(c, ask->rows.at[i], &x, e));
		buf_printf(&b, "%s AS r%zu, ", x, i);
	}
	x = "''";
	if (ask->columns)
		TRY(text_of(c, ask->columns, &x, e));
	buf_printf(&b, "%s AS c, ", x);
	x = "NULL::VARCHAR";
	if (c->source->patient)
		TRY(text_of(c, c->source->patient, &x, e));
	buf_printf(&b, "%s AS p, %s AS q, ", x, person(c, x));
	TRY(value(c, &x, e));
	buf_printf(&b, "%s AS v", x);
	if (ask->where)
		TRY(condition(c, ask->where, &where, e));
	TRY(engine_run(c->source->engine, e, "reading the table",
		"CREATE TEMP TABLE asked AS SELECT %s FROM d WHERE %s", b.p, where));
	return engine_run(c->source->engine, e, "reading the table",
		"CREATE TEMP VIEW g AS SELECT * FROM asked WHERE v IS NOT NULL");
}

/* ---- groups ---- */

/* "r0, r1" */
static const char *
keys(struct counter *c, size_t n, const char *prefix)
{
	struct buf b = buf_new(c->a);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%sr%zu", i ? ", " : "", prefix, i);
	return b.p;
}

/*
 * The table `name`: i and the labels of each group that may show, in the order of numbers or of the
 * alphabet. *ret_small: how many may not.
 */
static enum status
groups(struct counter *c, const char *name, const char *labels, size_t n, size_t most,
	const char *what, size_t *ret_n, int64_t *ret_small, struct err *e)
{
	struct engine *g = c->source->engine;
	struct buf order = buf_new(c->a);
	struct str rest = str_of(labels);
	int64_t all, good;
	for (size_t i = 0; i < n; i++) {
		struct str x = str_trim(str_cut(&rest, ','));
		buf_printf(&order, "%sTRY_CAST(%.*s AS DOUBLE) NULLS LAST, %.*s NULLS LAST",
			i ? ", " : "", (int)x.n, x.p, (int)x.n, x.p);
	}
	TRY(engine_run(g, e, "finding the groups",
		"CREATE TEMP TABLE %s AS SELECT %s, row_number() OVER (ORDER BY %s) - 1 AS i FROM "
		"(SELECT %s FROM g GROUP BY ALL HAVING %s >= %lld)",
		name, labels, order.p, labels, c->persons, (long long)c->ask->min));
	TRY(engine_int(g, &good, e, "finding the groups", "SELECT count(*) FROM %s", name));
	TRY(engine_int(g, &all, e, "finding the groups",
		"SELECT count(*) FROM (SELECT DISTINCT %s FROM g)", labels));
	if (good > (int64_t)most)
		return err_set(e, E_INPUT, what,
			"The %s would be %lld; at most %zu can be shown. Group the values first, "
			"or "
			"ask of fewer with --where.",
			what, (long long)good, most);
	*ret_n = (size_t)good + (all > good);
	*ret_small = all - good;
	return OK;
}

static enum status
label_ok(const char *s, struct err *e)
{
	if (strlen(s) > COUNT_LABEL)
		return err_set(e, E_INPUT, "rows",
			"A label would be longer than %d bytes: name rows and columns by short "
			"values.",
			COUNT_LABEL);
	if (str_ieq(str_of(s), STR("total")) || streq(s, other) || streq(s, missing))
		return err_set(e, E_INPUT, "rows",
			"A value is called \"%s\", as a row of the table itself is: rename it.", s);
	return OK;
}

/* The labels of n groups, those of the small ones last. */
static enum status
labels(struct counter *c, const char *name, const char *columns, size_t n_keys, size_t n,
	bool merged, const char ***ret, struct err *e)
{
	struct engine_rows rows;
	const char **list = ARENA_ARRAY(c->a, n * n_keys + 1, const char *);
	TRY(engine_rows(c->source->engine, c->a, &rows, e, "reading the groups",
		"SELECT %s FROM %s ORDER BY i", columns, name));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_keys; k++) {
			bool last = merged && i + 1 == n;
			const char *s = last ? other : engine_at(&rows, i, k);
			if (!last && s)
				TRY(label_ok(s, e));
			list[i * n_keys + k] = s ? s : missing;
		}
	*ret = list;
	return OK;
}

/* ---- cells ---- */

static double
real_at(const struct engine_rows *r, size_t row, size_t column)
{
	double v;
	const char *s = engine_at(r, row, column);
	return s && str_real(str_of(s), &v) ? v : NAN;
}

/* The cell of a row whose first four columns are: is a total of rows, of columns, i, k. */
static struct count_cell *
cell_of(struct counter *c, const struct engine_rows *r, size_t row)
{
	struct counted *o = c->out;
	int64_t i = engine_int_at(r, row, 2), k = engine_int_at(r, row, 3);
	size_t at_row = engine_int_at(r, row, 0) ? o->rows : i < 0 ? o->rows - 1 : (size_t)i;
	size_t at_column = engine_int_at(r, row, 1) ? o->columns
			   : k < 0                  ? o->columns - 1
						    : (size_t)k;
	if (at_row > o->rows || at_column > o->columns)
		BUG("a group without a place");
	return &o->at[at_row * (o->columns + 1) + at_column];
}

#define SETS "GROUP BY GROUPING SETS ((i, k), (i), (k), ())"

static enum status
fill(struct counter *c, struct err *e)
{
	struct engine_rows r;
	bool by = c->source->patient != NULL;
	TRY(engine_rows(c->source->engine, c->a, &r, e, "counting",
		"SELECT GROUPING(i), GROUPING(k), i, k, count(*), %s, sum(v), "
		"CAST(coalesce(bool_or(v < 0), false) AS INTEGER), %s FILTER (WHERE v = 1), %s "
		"FILTER (WHERE v = 0) FROM h " SETS,
		c->persons, by ? "count(DISTINCT p)" : "count(*)",
		by ? "count(DISTINCT p)" : "count(*)"));
	for (size_t i = 0; i < r.n; i++)
		*cell_of(c, &r, i) = (struct count_cell){ .rows = engine_int_at(&r, i, 4),
			.persons = engine_int_at(&r, i, 5),
			.sum = real_at(&r, i, 6),
			.of = engine_int_at(&r, i, 4),
			.largest = NAN,
			.spacing = NAN,
			.negative = engine_int_at(&r, i, 7) != 0,
			.with = engine_int_at(&r, i, 8),
			.without = engine_int_at(&r, i, 9),
			.total = NAN,
			.top1 = NAN,
			.top2 = NAN };
	return OK;
}

/* Each row of h at every level: its cell, the totals of its row and column, the grand total. */
#define LEVELS                                                                                     \
	"SELECT gi, gk, CASE WHEN gi = 0 THEN i END AS i, CASE WHEN gk = 0 THEN k END AS k, q, v " \
	"FROM h, (VALUES (0, 0), (0, 1), (1, 0), (1, 1)) AS x(gi, gk)"

/*
 * The median is the mean of the rows around the middle that are of `few` persons: of an odd number
 * of rows the one in the middle would be somebody's own value. `far` is twice a row's distance from
 * the middle, so the group is as wide on either side.
 */
static enum status
find_middle(struct counter *c, struct err *e)
{
	return engine_run(c->source->engine, e, "finding the middle",
		"CREATE TEMP TABLE middle AS WITH ranked AS (SELECT *, abs(2 * row_number() OVER "
		"(PARTITION BY gi, gk, i, k ORDER BY v, q) - count(*) OVER (PARTITION BY gi, gk, "
		"i, k) - 1) AS far FROM (" LEVELS ")), reach AS (SELECT gi, gk, i, k, "
		"list_extract(min(far, %lld), %lld) AS reach FROM (SELECT gi, gk, i, k, q, "
		"min(far) AS far FROM ranked GROUP BY ALL) GROUP BY ALL) SELECT a.gi, a.gk, a.i, "
		"a.k, q, v FROM ranked a JOIN reach b ON a.gi = b.gi AND a.gk = b.gk AND a.i IS "
		"NOT DISTINCT FROM b.i AND a.k IS NOT DISTINCT FROM b.k WHERE far <= reach",
		(long long)c->few, (long long)c->few);
}

static enum status
fill_middle(struct counter *c, struct err *e)
{
	struct engine_rows r;
	TRY(find_middle(c, e));
	TRY(engine_rows(c->source->engine, c->a, &r, e, "finding the middle",
		"SELECT gi, gk, i, k, count(*), sum(v) FROM middle GROUP BY ALL"));
	for (size_t i = 0; i < r.n; i++) {
		struct count_cell *x = cell_of(c, &r, i);
		x->of = engine_int_at(&r, i, 4);
		x->sum = real_at(&r, i, 5);
	}
	return OK;
}

/* What each person adds, x, and how much that moves, s. Two sums that were added in another order
 * are one: twelve digits count. */
static enum status
gather_parts(struct counter *c, struct err *e)
{
	static const char each[] = "sum(v) AS x, sum(abs(v)) AS s FROM";
	const char *from =
		c->ask->value == ASK_MEDIAN
			? arena_printf(c->a, "SELECT gi, gk, i, k, q, %s middle GROUP BY ALL", each)
			: arena_printf(c->a,
				  "SELECT GROUPING(i) AS gi, GROUPING(k) AS gk, i, k, q, %s h "
				  "GROUP BY GROUPING SETS ((i, k, q), (i, q), (k, q), (q))",
				  each);
	return engine_run(c->source->engine, e, "comparing contributions",
		"CREATE TEMP TABLE contributions AS SELECT gi, gk, i, k, s, CASE WHEN x = 0 THEN 0 "
		"ELSE "
		"round(x, 11 - floor(log10(abs(x)))::INTEGER) END AS x FROM (%s)",
		from);
}

/* Who makes up most of a sum. */
static enum status
fill_tops(struct counter *c, struct err *e)
{
	struct engine_rows r;
	TRY(engine_rows(c->source->engine, c->a, &r, e, "comparing contributions",
		"SELECT gi, gk, i, k, sum(s), list_extract(max(s, 2), 1), "
		"coalesce(list_extract(max(s, 2), 2), 0) FROM contributions GROUP BY ALL"));
	for (size_t i = 0; i < r.n; i++) {
		struct count_cell *x = cell_of(c, &r, i);
		x->total = real_at(&r, i, 4);
		x->top1 = real_at(&r, i, 5);
		x->top2 = real_at(&r, i, 6);
	}
	return OK;
}

/* By what a number is told in steps: equal parts, in whatever rows, make equal steps. Who is not in
 * a sum adds 0 to it; but nobody is where a median is made who could be 0. */
static enum status
fill_steps(struct counter *c, struct err *e)
{
	struct engine_rows r;
	TRY(engine_rows(c->source->engine, c->a, &r, e, "comparing contributions",
		"SELECT gi, gk, i, k, max(abs(x)), median(x - below) FROM (SELECT *, lag(x) OVER "
		"(PARTITION BY gi, gk, i, k ORDER BY x) AS below FROM (SELECT DISTINCT gi, gk, i, "
		"k, x FROM contributions%s)) GROUP BY ALL",
		c->ask->value == ASK_MEDIAN
			? ""
			: " UNION SELECT DISTINCT gi, gk, i, k, 0 FROM contributions"));
	for (size_t i = 0; i < r.n; i++) {
		struct count_cell *x = cell_of(c, &r, i);
		x->largest = real_at(&r, i, 4);
		x->spacing = real_at(&r, i, 5);
	}
	return OK;
}

static enum status
place(struct counter *c, struct err *e)
{
	struct buf on = buf_new(c->a);
	for (size_t i = 0; i < c->out->keys; i++)
		buf_printf(
			&on, "%sasked.r%zu IS NOT DISTINCT FROM lr.r%zu", i ? " AND " : "", i, i);
	TRY(engine_run(c->source->engine, e, "grouping",
		"CREATE TEMP TABLE placed AS SELECT coalesce(lr.i, -1) AS i, coalesce(lc.i, -1) AS "
		"k, p, q, v FROM asked LEFT JOIN lr ON %s LEFT JOIN lc ON asked.c IS NOT DISTINCT "
		"FROM lc.c",
		on.p));
	return engine_run(c->source->engine, e, "grouping",
		"CREATE TEMP VIEW h AS SELECT * FROM placed WHERE v IS NOT NULL");
}

/* A column that the condition compares with a number and that holds none; NULL when there is none.
 */
static enum status
no_numbers(struct counter *c, const struct where *w, const char **ret, struct err *e)
{
	int64_t numbers = 1;
	const char *x;
	if (w->left)
		TRY(no_numbers(c, w->left, ret, e));
	if (w->right && !*ret)
		TRY(no_numbers(c, w->right, ret, e));
	for (size_t i = 0; i < w->values.n && !*ret; i++) {
		if (!w->values.at[i].number)
			continue;
		TRY(number_of(c, w->column, &x, e));
		TRY(engine_int(
			c->source->engine, &numbers, e, "counting", "SELECT count(%s) FROM d", x));
		if (numbers == 0)
			*ret = w->column;
	}
	return OK;
}

/* Why no row is taken. */
static enum status
none_taken(struct counter *c, struct err *e)
{
	const char *column = NULL;
	if (!c->ask->where)
		return err_set(
			e, E_INPUT, "", "No row of %.80s is left to count.", c->source->name);
	TRY(no_numbers(c, c->ask->where, &column, e));
	if (column)
		return err_set(e, E_INPUT, "where",
			"No row of %.80s is left to count: column %.80s holds texts, no numbers, "
			"so "
			"compare it with its values in quotes, such as --where \"%.80s = '...'\".",
			c->source->name, column, column);
	return err_set(e, E_INPUT, "where",
		"No row of %.80s is left to count: the condition holds for none.", c->source->name);
}

/* Is anything left to count? If not, was it the condition or the column? */
static enum status
some_rows(struct counter *c, struct err *e)
{
	const struct table_ask *ask = c->ask;
	const char *what = ask_value_name(ask->value), *where = ask->where ? " in those rows" : "";
	int64_t taken, rows;
	TRY(engine_int(c->source->engine, &taken, e, "counting", "SELECT count(*) FROM asked"));
	TRY(engine_int(c->source->engine, &rows, e, "counting", "SELECT count(*) FROM g"));
	if (rows > 0)
		return OK;
	if (taken == 0)
		return none_taken(c, e);
	if (ask->value == ASK_SHARE)
		return err_set(e, E_INPUT, "value",
			"Column %.80s holds no values%s, so there is no share of it.",
			ask->value_column, where);
	return err_set(e, E_INPUT, "value",
		"Column %.80s holds no numbers%s, so there is no %s of it. Ask for its values with "
		"--rows, or for a share.",
		ask->value_column, where, what);
}

static enum status
run(struct counter *c, struct err *e)
{
	struct counted *o = c->out;
	const char *key = keys(c, c->ask->rows.n, "");
	o->keys = c->ask->rows.n;
	o->across = c->ask->columns != NULL;
	TRY(gather(c, e));
	TRY(some_rows(c, e));
	TRY(groups(c, "lr", key, o->keys, COUNT_ROWS, "rows", &o->rows, &o->merged_rows, e));
	TRY(groups(c, "lc", "c", 1, COUNT_COLUMNS, "columns", &o->columns, &o->merged_columns, e));
	if ((o->rows + 1) * (o->columns + 1) > COUNT_CELLS)
		return err_set(e, E_INPUT, "columns",
			"The table would have %zu rows of %zu columns: too many cells. Group the "
			"values first.",
			o->rows, o->columns);
	TRY(labels(c, "lr", key, o->keys, o->rows, o->merged_rows > 0, &o->row, e));
	TRY(labels(c, "lc", "c", 1, o->columns, o->merged_columns > 0, &o->column, e));
	TRY(place(c, e));
	o->at = ARENA_ARRAY(c->a, (o->rows + 1) * (o->columns + 1), struct count_cell);
	for (size_t i = 0; i < (o->rows + 1) * (o->columns + 1); i++)
		o->at[i].total = o->at[i].top1 = o->at[i].top2 = NAN;
	TRY(fill(c, e));
	if (c->ask->value == ASK_MEDIAN)
		TRY(fill_middle(c, e));
	/* Of a count too: many rows may be one person's. */
	TRY(gather_parts(c, e));
	TRY(fill_tops(c, e));
	return c->ask->value == ASK_COUNT || c->ask->value == ASK_SHARE ? OK : fill_steps(c, e);
}

enum status
count_run(struct arena *a, const struct count_source *source, const struct table_ask *ask,
	int64_t few, struct counted *ret, struct err *e)
{
	struct counted o = { 0 };
	struct counter c = { a, source, ask, &o, source->patient ? "count(DISTINCT p)" : "count(*)",
		few };
	TRY(run(&c, e));
	*ret = o;
	return OK;
}

enum status
count_condition(struct arena *a, const struct count_source *source, const struct where *w,
	const char **ret, struct err *e)
{
	struct counter c = { .a = a, .source = source };
	return condition(&c, w, ret, e);
}

enum status
count_person(struct arena *a, const struct count_source *source, const char **ret, struct err *e)
{
	struct counter c = { .a = a, .source = source };
	const char *patient = "";
	if (source->patient)
		TRY(text_of(&c, source->patient, &patient, e));
	*ret = person(&c, patient);
	return OK;
}
