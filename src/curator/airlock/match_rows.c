/*
 * Rows of patients. First it is found which column of the file shows which column of the data, by
 * name or by having the same values; then, which rows of the file equal, in enough such columns at
 * once, rows of the data so rare that they point at persons. What many persons share is a group,
 * not a person.
 */
#include "curator/airlock/match_internal.h"
#include "curator/airlock/words.h"

enum {
	PIECE = 30, /* bytes of a text that one call of the engine's function gives */
	PIECES = 4,
	SAME_PERCENT = 90, /* of a column's values that must be in the data's */
	SURE_ROWS = 3,     /* so many equal rows are no coincidence of renamed columns */
	SURE_PERCENT = 20,
	TOP = 6, /* columns that tell most; all choices of them are tried */
	PAIRS_MAX = 40,
};

struct pair {
	size_t out, column; /* of the file; of the source table */
	int64_t distinct;   /* in the source */
	bool number;
};

struct rows {
	struct match *m;
	struct airlock_file *f;
	const struct grid *g;
	struct arena *a;
	bool places;
	size_t n; /* rows that are compared */
	bool *told;
	int64_t *values; /* of each column of the file: how many different ones */
};

/* Arguments are row and column, in decimal. */
static const struct cell *
cell_of(const struct match *m, const struct str *args)
{
	int64_t r, c;
	if (!m->grid || !str_int(args[0], &r) || !str_int(args[1], &c) || r < 0 || c < 0 ||
		(size_t)r >= m->grid->rows || (size_t)(c % 10000) >= m->grid->columns)
		return NULL;
	return grid_at(m->grid, (size_t)r, (size_t)(c % 10000));
}

static bool
follows(char c)
{
	return (c & 0xc0) == 0x80;
}

/* The column's ten-thousands are the number of the piece; pieces end between characters. */
static void
sql_text_of(const void *ctx, const struct str *args, struct engine_value *ret)
{
	const struct cell *x = cell_of(ctx, args);
	int64_t c = 0;
	str_int(args[1], &c);
	size_t from = 0, to = 0;
	/* What is not shown equals nothing. */
	bool shown = x && (x->kind == CELL_NUMBER || x->kind == CELL_TEXT);
	for (int64_t piece = 0; shown && piece <= c / 10000; piece++) {
		from = to;
		to = from + PIECE < x->text.n ? from + PIECE : x->text.n;
		while (to > from && to < x->text.n && follows(x->text.p[to]))
			to--;
	}
	ret->n = to - from;
	if (ret->n)
		memcpy(ret->text, x->text.p + from, ret->n);
}

static void
sql_number_of(const void *ctx, const struct str *args, struct engine_value *ret)
{
	const struct cell *x = cell_of(ctx, args);
	/* No number of anybody: what cannot be compared equals nothing. */
	ret->real = x && x->kind == CELL_NUMBER ? x->value : -1.7e300;
}

enum status
match_rows_begin(struct match *m, struct err *e)
{
	TRY(engine_add_function(m->engine, "wr_text", 2, ENGINE_TEXT, sql_text_of, m, e));
	return engine_add_function(m->engine, "wr_number", 2, ENGINE_REAL, sql_number_of, m, e);
}

const char *
match_column(struct arena *a, const struct source_table *t, size_t column)
{
	if (t->columns.at[column].type == TYPE_COMMA)
		return arena_printf(a, "TRY_CAST(replace(c%zu, ',', '.') AS DOUBLE)", column);
	if (type_is_number(t->columns.at[column].type))
		return arena_printf(a, "TRY_CAST(c%zu AS DOUBLE)", column);
	return arena_printf(a, "nullif(lower(trim(c%zu)), '')", column);
}

/* The table `o` in the engine: number i and per column t<c> (text) and d<c> (number). */
static enum status
load(struct rows *r, struct err *e)
{
	struct buf sql = buf_new(r->a);
	r->m->grid = r->g;
	buf_puts(&sql, "CREATE OR REPLACE TEMP TABLE o AS SELECT i");
	for (size_t c = 0; c < r->g->columns; c++) {
		buf_puts(&sql, ", nullif(lower(");
		for (int p = 0; p < PIECES; p++)
			buf_printf(&sql, "%swr_text(CAST(i AS VARCHAR), '%zu')", p ? " || " : "",
				c + (size_t)p * 10000);
		buf_printf(&sql,
			"), '') AS t%zu, nullif(wr_number(CAST(i AS VARCHAR), '%zu'), -1.7e300) AS "
			"d%zu",
			c, c, c);
	}
	buf_printf(&sql, " FROM range(%zu) AS x(i)", r->n);
	enum status s = engine_run(r->m->engine, e, "reading the file", "%s", sql.p);
	r->m->grid = NULL;
	return s;
}

/* Two columns of numbers, or neither: the letter of the file's column. */
static char
letter(const struct pair *p)
{
	return p->number ? 'd' : 't';
}

static bool
is_number(const struct source_table *t, size_t column)
{
	return type_is_number(t->columns.at[column].type);
}

static size_t
by_name(struct rows *r, const struct source_table *t, struct pair *pair)
{
	size_t n = 0;
	for (size_t c = 0; c < r->g->columns && n < PAIRS_MAX; c++)
		for (size_t k = 0; k < t->columns.n; k++)
			if (r->g->column[c].label.n &&
				str_ieq(r->g->column[c].label, str_of(t->columns.at[k].name))) {
				pair[n++] = (struct pair){ c, k, t->columns.at[k].distinct,
					is_number(t, k) };
				break;
			}
	return n;
}

/* How many different values each column of the file has. */
static enum status
count_values(struct rows *r, struct err *e)
{
	struct buf sql = buf_new(r->a);
	struct engine_rows found;
	size_t n = r->g->columns;
	r->values = ARENA_ARRAY(r->a, n, int64_t);
	buf_puts(&sql, "SELECT 0");
	for (size_t c = 0; c < n; c++)
		buf_printf(&sql, ", count(DISTINCT t%zu)", c);
	TRY(engine_rows(r->m->engine, r->a, &found, e, "reading the file",
		"%s FROM o WHERE i >= %zu", sql.p, r->g->first));
	for (size_t c = 0; c < n; c++)
		r->values[c] = engine_int_at(&found, 0, c + 1);
	/* All values of all columns, once each: short beside the data. */
	struct buf all[2] = { buf_new(r->a), buf_new(r->a) };
	for (int kind = 0; kind < 2; kind++) {
		for (size_t c = 0; c < n; c++)
			buf_printf(&all[kind],
				"%sSELECT %zu AS c, %c%zu AS v FROM o WHERE i >= %zu",
				c ? " UNION ALL " : "", c, kind ? 'd' : 't', c, r->g->first);
		TRY(engine_run(r->m->engine, e, "reading the file",
			"CREATE OR REPLACE TEMP TABLE v%d AS SELECT DISTINCT c, v FROM (%s) WHERE "
			"v "
			"IS NOT NULL",
			kind, all[kind].p));
	}
	return OK;
}

/* Which of the file's columns has nearly all its values in this column of the data? */
static enum status
same_values(struct rows *r, size_t table, size_t column, int64_t *best, struct pair *pair,
	struct err *e)
{
	const struct source_table *t = &r->m->source.tables.at[table];
	struct engine_rows found;
	int kind = is_number(t, column);
	/* The different values first: they are few, and only they are brought into one form. */
	TRY(engine_rows(r->m->engine, r->a, &found, e, "comparing columns",
		"SELECT v.c, count(*) FROM v%d AS v JOIN (SELECT DISTINCT %s AS x FROM (SELECT "
		"DISTINCT c%zu FROM s%zu)) ON x = v.v GROUP BY 1 ORDER BY 1",
		kind, match_column(r->a, t, column), column, table));
	for (size_t i = 0; i < found.n; i++) {
		size_t c = (size_t)engine_int_at(&found, i, 0);
		int64_t n = engine_int_at(&found, i, 1);
		/* Of two columns that fit, the one with fewer other values says more. */
		int64_t worth = n * 1000000 / (1 + t->columns.at[column].distinct);
		if (n * 100 < r->values[c] * SAME_PERCENT || worth <= best[c])
			continue;
		best[c] = worth;
		pair[c] = (struct pair){ c, column, t->columns.at[column].distinct, kind };
	}
	return OK;
}

static enum status
by_values(struct rows *r, size_t table, struct pair *pair, size_t *ret_n, struct err *e)
{
	const struct source_table *t = &r->m->source.tables.at[table];
	int64_t *best = ARENA_ARRAY(r->a, r->g->columns, int64_t);
	struct pair *of = ARENA_ARRAY(r->a, r->g->columns, struct pair);
	size_t n = 0;
	/* Identifiers are looked for one by one, wherever they stand. */
	for (size_t k = 0; k < t->columns.n; k++)
		if (!t->columns.at[k].identifier)
			TRY(same_values(r, table, k, best, of, e));
	for (size_t c = 0; c < r->g->columns && n < PAIRS_MAX; c++) {
		/* Counts of persons have the values of many a column by chance. */
		bool count = r->g->column[c].says & WORD_COUNT;
		if (best[c] > 0 && r->values[c] > 1 && !count)
			pair[n++] = of[c];
	}
	*ret_n = n;
	return OK;
}

struct choice {
	struct rows *r;
	size_t table;
	int64_t rows; /* that were found */
	bool named;   /* the columns were told by their names */
};

static void
tell(struct choice *c, size_t row, enum airlock_severity severity)
{
	struct rows *r = c->r;
	if (r->told[row] && severity != AIR_FAIL)
		return;
	r->told[row] = true;
	airlock_tell(r->f, severity, r->places ? grid_row(r->g, row) : 0, 0,
		airlock_say(r->f,
			severity == AIR_FAIL
				? "In %lld fields or more this row equals rows of fewer than %lld "
				  "patients."
				: "By the values of %lld fields or more this row could be a row of "
				  "fewer than %lld patients.",
			(long long)r->f->policy->match_fields, (long long)r->f->policy->min_count));
}

/* Rows of the file that equal, in all these columns, rows of few patients of the table. */
static enum status
equal_rows(struct choice *c, const struct pair *const *pair, size_t n, struct err *e)
{
	struct rows *r = c->r;
	const struct source_table *t = &r->m->source.tables.at[c->table];
	struct buf on = buf_new(r->a), of = buf_new(r->a), joins = buf_new(r->a);
	struct engine_rows found;
	/* A patient has many rows in a long table: rows that are alike are not yet many patients.
	 */
	const char *key, *who = match_owner(r->a, &r->m->source, c->table, &key, &joins);
	if (who)
		buf_printf(&of, "%s AS k, ", key);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&of, "%s%s AS x%zu", i ? ", " : "",
			match_column(r->a, t, pair[i]->column), i);
		buf_printf(&on, "%so.%c%zu = s.x%zu", i ? " AND " : "", letter(pair[i]),
			pair[i]->out, i);
	}
	TRY(engine_rows(r->m->engine, r->a, &found, e, "comparing rows",
		"SELECT o.i FROM o JOIN (SELECT %s FROM s%zu) AS s ON %s%s GROUP BY 1 HAVING "
		"count(%s%s) < %lld ORDER BY 1",
		of.p, c->table, on.p, joins.n ? joins.p : "", who ? "DISTINCT " : "",
		who ? who : "*", (long long)r->f->policy->min_count));
	bool many = found.n >= SURE_ROWS && found.n * 100 >= r->n * SURE_PERCENT;
	for (size_t i = 0; i < found.n; i++)
		tell(c, (size_t)engine_int_at(&found, i, 0),
			c->named || many ? AIR_FAIL : AIR_REVIEW);
	c->rows += (int64_t)found.n;
	return OK;
}

static int
tells_more(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	if (x->distinct != y->distinct)
		return x->distinct > y->distinct ? -1 : 1;
	return x->out < y->out ? -1 : x->out > y->out;
}

/* Every choice of `want` among the columns that tell most; stops at the first that finds rows. */
static enum status
choose(struct choice *c, struct pair *pair, size_t n, size_t want, struct err *e)
{
	const struct pair *chosen[PAIRS_MAX];
	for (size_t i = 0; i < n; i++)
		chosen[i] = &pair[i];
	TRY(equal_rows(c, chosen, n, e));
	size_t top = want + 2 > TOP ? want + 2 : TOP;
	if (top > n)
		top = n;
	for (unsigned set = 0; set < 1u << top && c->rows == 0; set++) {
		size_t k = 0;
		if ((size_t)__builtin_popcount(set) != want)
			continue;
		for (size_t i = 0; i < top; i++)
			if (set >> i & 1)
				chosen[k++] = &pair[i];
		TRY(equal_rows(c, chosen, k, e));
	}
	return OK;
}

static enum status
one_table(struct rows *r, size_t table, bool named, int64_t *ret_rows, struct err *e)
{
	struct pair pair[PAIRS_MAX];
	size_t n = 0, want = (size_t)r->f->policy->match_fields;
	struct choice c = { r, table, 0, named };
	if (named)
		n = by_name(r, &r->m->source.tables.at[table], pair);
	else
		TRY(by_values(r, table, pair, &n, e));
	if (n < want)
		return OK;
	qsort(pair, n, sizeof *pair, tells_more);
	TRY(choose(&c, pair, n, want, e));
	*ret_rows += c.rows;
	return OK;
}

enum status
match_rows(
	struct match *m, struct airlock_file *f, const struct grid *g, bool places, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct rows r = { m, f, g, a, places, g->rows, ARENA_ARRAY(a, g->rows, bool), NULL };
	int64_t found = 0;
	/* More rows than may leave are refused already. */
	if (r.n > (size_t)f->policy->rows_fail + 1)
		r.n = (size_t)f->policy->rows_fail + 1;
	if (g->columns > 256)
		return err_set(e, E_INPUT, "",
			"The table has more columns than can be compared with the patients' data.");
	TRY(load(&r, e));
	for (size_t i = 0; i < m->source.tables.n; i++)
		TRY(one_table(&r, i, true, &found, e));
	if (found)
		return OK;
	TRY(count_values(&r, e));
	for (size_t i = 0; i < m->source.tables.n; i++)
		TRY(one_table(&r, i, false, &found, e));
	return OK;
}
