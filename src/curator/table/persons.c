#include "curator/table/persons.h"

#include "curator/keyed.h"

#define PRIME "2305843009213693951::HUGEINT"
#define BELOW_PRIME(x) "((" x ") % " PRIME " + " PRIME ") % " PRIME

/*
 * A value as a number below the prime. Sums must be the same in whatever order they are added, and
 * no value so small that it is taken for none; so nothing is rounded to a fixed point. A value is
 * m * 2^k with a whole m of 40 bits (twelve digits), and 2^k is a power of two modulo the prime as
 * well, of the exponent modulo 61: 2^61 = 1. Whatever is added exactly agrees with the sums of the
 * values, and no value but 0 becomes 0. count.c keeps k where both factors are finite.
 */
#define TOP "floor(log2(abs(v)))"
#define SCALED                                                                                     \
	"CASE WHEN v = 0 THEN 0 ELSE round(v * pow(2, 39 - " TOP "))::HUGEINT * pow(2, (" TOP      \
	"::BIGINT - 39) % 61 + CASE WHEN (" TOP "::BIGINT - 39) % 61 < 0 THEN 61 ELSE 0 "          \
	"END)::HUGEINT % " PRIME " END"

/* What is added up: the parts of the sum, those without the value of a share, rows, rows with a
 * value, persons with one; and of the rows that a median is made of parts, rows and persons. */
enum part {
	PART_SUM,
	PART_WITHOUT,
	PART_ROWS,
	PART_WITH,
	PART_WHO,
	PART_MIDDLE,
	PART_MIDDLE_ROWS,
	PART_MIDDLE_WHO,
	PARTS
};

struct tracer {
	struct arena *a;
	const struct counted *counted;
	struct sketch **part[PARTS]; /* of each cell; NULL: nobody */
	size_t from, to;             /* the parts that are being read */
};

static void
sql_bucket(const void *ctx, const struct str *args, struct engine_value *ret)
{
	ret->integer = (int64_t)(keyed_bits(ctx, STR("trace bucket"), args[0]) % SKETCH);
}

static void
sql_weight(const void *ctx, const struct str *args, struct engine_value *ret)
{
	uint64_t bits = keyed_bits(ctx, STR("trace weight"), args[0]) % SKETCH_PRIME;
	ret->integer = bits ? (int64_t)bits : 1;
}

static bool
whole(struct str s, int64_t *ret)
{
	*ret = 0;
	return s.p && str_int(s, ret);
}

/* Which cell: as in count.c. False: a group without a row or column, all of whose values miss. */
static bool
place(const struct counted *o, const struct str *f, size_t *ret)
{
	int64_t total_row, total_column, i, k;
	whole(f[0], &total_row), whole(f[1], &total_column), whole(f[2], &i), whole(f[3], &k);
	size_t row = o->rows, column = o->columns;
	if (!total_row) {
		if (i < 0 && !o->merged_rows)
			return false;
		row = i < 0 ? o->rows - 1 : (size_t)i;
	}
	if (total_column && !o->across)
		return false;
	if (!total_column) {
		if (k < 0 && !o->merged_columns)
			return false;
		column = k < 0 ? o->columns - 1 : (size_t)k;
	}
	*ret = row * (o->columns + 1) + column;
	return row <= o->rows && column <= o->columns;
}

static enum status
one_bucket(void *ctx, const struct str *f, struct err *e)
{
	struct tracer *t = ctx;
	size_t cell;
	int64_t bucket, v;
	if (!place(t->counted, f, &cell))
		return OK;
	if (!whole(f[4], &bucket) || bucket < 0 || bucket >= SKETCH)
		BUG("a bucket that is none");
	for (size_t p = t->from; p < t->to; p++) {
		struct sketch **s = &t->part[p][cell];
		if (!whole(f[5 + p - t->from], &v) || v == 0)
			continue;
		if (!*s)
			*s = ARENA_NEW(t->a, struct sketch);
		(*s)->at[bucket] = (uint64_t)v;
	}
	return OK;
}

#define IN_BUCKETS(x) "sum(" x " * w % " PRIME ") % " PRIME
#define SUM_IN_BUCKETS "sum(" BELOW_PRIME("x % " PRIME " * w") ") % " PRIME
#define BUCKETS "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT gi, gk, i, k, b, "

/* Of all rows that the condition takes. */
static enum status
add_rows(struct tracer *t, struct engine *g, struct err *e)
{
	TRY(engine_run(g, e, "comparing with earlier tables", "%s",
		"CREATE TEMP TABLE parts AS SELECT GROUPING(i) AS gi, GROUPING(k) AS gk, i, k, q, "
		"coalesce(sum(" SCALED "), 0) AS x, (count(*) FILTER (WHERE v = 0))::HUGEINT AS y, "
		"count(*)::HUGEINT AS n, count(v)::HUGEINT AS m FROM placed GROUP BY "
		"GROUPING SETS ((i, k, q), (i, q), (k, q), (q))"));
	t->from = PART_SUM, t->to = PART_WHO + 1;
	return engine_scan(g, one_bucket, t, e, "comparing with earlier tables",
		BUCKETS SUM_IN_BUCKETS ", " IN_BUCKETS("y") ", " IN_BUCKETS("n") ", " IN_BUCKETS(
			"m") ", sum(w) FILTER (WHERE m > 0) % " PRIME
			     " FROM parts JOIN weights USING (q) GROUP BY ALL)");
}

/* Of those that medians are made of. */
static enum status
add_middle(struct tracer *t, struct engine *g, struct err *e)
{
	TRY(engine_run(g, e, "comparing with earlier tables", "%s",
		"CREATE TEMP TABLE middle_parts AS SELECT gi, gk, i, k, q, sum(" SCALED ") AS x, "
		"count(*)::HUGEINT AS n FROM middle GROUP BY ALL"));
	t->from = PART_MIDDLE, t->to = PART_MIDDLE_WHO + 1;
	return engine_scan(g, one_bucket, t, e, "comparing with earlier tables",
		BUCKETS SUM_IN_BUCKETS ", " IN_BUCKETS("n") ", sum(w) % " PRIME
							    " FROM middle_parts JOIN weights USING "
							    "(q) GROUP BY ALL)");
}

static enum status
add_up(struct tracer *t, const struct count_source *s, bool median, const uint8_t *key,
	struct err *e)
{
	struct engine *g = s->engine;
	TRY(engine_add_function(g, "wr_bucket", 1, ENGINE_INT, sql_bucket, key, e));
	TRY(engine_add_function(g, "wr_weight", 1, ENGINE_INT, sql_weight, key, e));
	TRY(engine_run(g, e, "comparing with earlier tables",
		"CREATE TEMP TABLE weights AS SELECT q, wr_bucket(q) AS b, "
		"wr_weight(q)::HUGEINT AS w FROM (SELECT DISTINCT q FROM placed)"));
	TRY(add_rows(t, g, e));
	return median ? add_middle(t, g, e) : OK;
}

/* Names of tables and columns mean the same in any case. */
static uint64_t
hash_of(struct arena *a, const uint8_t *key, const char *what, const char *name)
{
	struct buf b = buf_new(a);
	for (; *name; name++)
		buf_putc(&b, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
	return keyed_bits(key, str_of(what), buf_str(&b));
}

/* Is there a trace of this part? A median is no sum of all rows, and only a share leaves somebody
 * out; rows of a file are what the team writes. */
static bool
wanted(const struct table_ask *ask, enum part p)
{
	if (p == PART_SUM)
		return ask->value != ASK_MEDIAN;
	if (p == PART_WITHOUT)
		return ask->value == ASK_SHARE;
	return (p != PART_ROWS && p != PART_WITH && p != PART_MIDDLE_ROWS) || !ask->is_file;
}

/* The traces of one cell, but for what tells it from others. */
static void
put_cell(const struct tracer *t, size_t cell, const struct table_ask *ask, const uint8_t *key,
	struct trace as, trace_list *list)
{
	static const enum trace_kind kinds[PARTS] = { TRACE_SUM, TRACE_SUM, TRACE_ROWS, TRACE_WITH,
		TRACE_WHO, TRACE_SUM, TRACE_ROWS, TRACE_WHO };
	const struct sketch *rows = t->part[PART_ROWS][cell];
	uint64_t column = as.column, taken = 0;
	if (rows)
		taken = keyed_bits(key, STR("trace rows"),
			(struct str){ (const char *)rows->at, sizeof rows->at });
	as.cell = (uint32_t)cell;
	for (size_t p = 0; p < PARTS; p++) {
		if (!t->part[p][cell] || !wanted(ask, (enum part)p))
			continue;
		as.kind = kinds[p];
		as.column = p == PART_WITH ? column : 0;
		as.taken = p == PART_WITH ? taken : 0;
		as.sketch = *t->part[p][cell];
		list->at[list->n++] = as;
	}
}

/* In [0, 1). */
static double
draw(const struct tracer *t, size_t cell, bool median, const uint8_t *key)
{
	const struct sketch *s = t->part[median ? PART_MIDDLE : PART_SUM][cell];
	struct str bytes = { s ? (const char *)s->at : "", s ? sizeof s->at : 0 };
	return (double)(keyed_bits(key, STR("trace rounding"), bytes) >> 11) * 0x1p-53;
}

enum status
persons_trace(struct arena *a, const struct count_source *source, const struct table_ask *ask,
	struct counted *counted, const uint8_t *key, int64_t team, trace_list *ret, struct err *e)
{
	size_t cells = (counted->rows + 1) * (counted->columns + 1);
	struct tracer t = { a, counted, { NULL }, 0, 0 };
	bool median = ask->value == ASK_MEDIAN;
	struct trace as = { .team = team, .of_file = ask->is_file };
	trace_list list = { ARENA_ARRAY(a, cells * PARTS, struct trace), 0 };
	if (!ask->is_file)
		as.source = hash_of(a, key, "trace table", ask->source);
	if (ask->value_column)
		as.column = hash_of(a, key, "trace column", ask->value_column);
	for (size_t p = 0; p < PARTS; p++)
		t.part[p] = ARENA_ARRAY(a, cells, struct sketch *);
	TRY(add_up(&t, source, median, key, e));
	for (size_t c = 0; c < cells; c++) {
		counted->at[c].draw = draw(&t, c, median, key);
		put_cell(&t, c, ask, key, as, &list);
	}
	*ret = list;
	return OK;
}

static enum status
one_of_all(void *ctx, const struct str *f, struct err *e)
{
	struct sketch *s = ctx;
	int64_t bucket, v;
	if (!whole(f[0], &bucket) || bucket < 0 || bucket >= SKETCH || !whole(f[1], &v))
		BUG("a bucket that is none");
	s->at[bucket] = (uint64_t)v;
	return OK;
}

enum status
persons_everybody(struct arena *a, const struct count_source *source, const struct table_ask *ask,
	const uint8_t *key, trace_list *ret, struct err *e)
{
	struct trace *t = ARENA_ARRAY(a, 2, struct trace);
	const char *person;
	TRY(count_person(a, source, &person, e));
	/* A row counts 1, in the sum of a count too. */
	t[0].kind = TRACE_SUM, t[1].kind = TRACE_ROWS;
	t[0].source = t[1].source = hash_of(a, key, "trace table", ask->source);
	TRY(engine_scan(source->engine, one_of_all, &t[0].sketch, e, "comparing with everybody",
		arena_printf(a,
			"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT wr_bucket(q) AS b, "
			"sum(n * wr_weight(q)::HUGEINT %% " PRIME ") %% " PRIME " FROM (SELECT q, "
			"count(*)::HUGEINT AS n FROM (SELECT %s AS q FROM d) GROUP BY q) GROUP BY "
			"b)",
			person)));
	t[1].sketch = t[0].sketch;
	*ret = (trace_list){ t, 2 };
	return OK;
}
