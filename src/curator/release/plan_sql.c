/*
 * The statements of a plan. Expressions are texts; nothing of the data is in them, and names and
 * literals of the recipe pass through sql_name and sql_text.
 */
#include <math.h>

#include "curator/engine.h"
#include "curator/release/plan.h"

/*
 * Dates outside are placeholders ("unknown", "never") that stand in many records alike. Shifted,
 * they would give every patient's shift away, so they become missing.
 */
#define FIRST_DATE "1900-01-02"
#define LAST_DATE "2500-12-31"
#define AFTER_LAST_DATE "2501-01-01"

/*
 * First three digits of ZIP codes where 20,000 people or fewer live, by the United States' censuses
 * of 2000 and 2010 (the Safe Harbor rule, 45 CFR 164.514(b)(2)(i)(B), asks for "the current
 * publicly available data of the Bureau of the Census"): the union, to be on the safe side.
 */
#define FEW_PEOPLE                                                                                 \
	"'036','059','063','102','203','205','369','556','692','790','821','823','830','831',"     \
	"'878','879','884','890','893'"

bool
plan_released(const struct plan_column *c)
{
	return c->action != ACT_DROP;
}

bool
plan_coded(const struct plan_column *c)
{
	if (c->general)
		return true;
	switch (c->action) {
	case ACT_KEEP:
	case ACT_ROUND:
		return c->out_type == TYPE_TEXT || c->out_type == TYPE_INTEGER;
	case ACT_BIN:
	case ACT_GROUP:
	case ACT_POSTAL:
		return true;
	default:
		return false;
	}
}

static const char *
treatment(struct arena *a, const struct plan_column *c)
{
	const struct recipe_column *r = c->line;
	if (c->withheld)
		return "withheld";
	switch (c->action) {
	case ACT_CAP:
		return arena_printf(a, "capped at %.15g", r->number);
	case ACT_SHIFT:
		return "shifted by the patient's number of days";
	case ACT_PSEUDONYM:
		return c->link ? "pseudonym of the patient" : "pseudonym";
	case ACT_AGE:
		return arena_printf(
			a, "age in whole years at %s, capped at %.15g", r->index.text, r->number);
	case ACT_ROUND:
		return arena_printf(a, "rounded to multiples of %.15g", r->number);
	case ACT_BIN:
		return arena_printf(a, "put into %zu ranges", r->edges.n + 1);
	case ACT_GROUP:
		return arena_printf(a,
			"values of fewer than %lld patients became \"other\"; the rarest value "
			"kept "
			"joins them where these are fewer together",
			(long long)r->below);
	case ACT_POSTAL:
		return r->postal == POSTAL_US
			       ? "the first three digits; 000 where few people live"
			       : arena_printf(a,
					 "the first %lld characters; \"other\" where few %s",
					 (long long)r->digits,
					 r->postal == POSTAL_PATIENTS ? "patients live"
								      : "people live");
	case ACT_SCRUB:
		return "numbers, dates, contacts and names taken out by rules";
	default:
		return c->outcome ? "kept; empty for hidden patients" : "kept";
	}
}

const char *
plan_treatment(struct arena *a, const struct plan_column *c)
{
	const char *text = treatment(a, c);
	return c->general ? arena_printf(a, "%s; generalised together with other columns", text)
			  : text;
}

const char *
plan_text(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct source_column *c = &t->src->columns.at[column];
	if (!c->words)
		return arena_printf(
			a, c->blank ? "nullif(s%zu.c%zu, '')" : "s%zu.c%zu", t->number, column);
	return arena_printf(a, "(CASE WHEN s%zu.c%zu NOT IN %s THEN s%zu.c%zu END)", t->number,
		column, type_missing_sql, t->number, column);
}

const char *
plan_key(struct arena *a, const struct plan_table *t, size_t column)
{
	/* Trimming a hundred million values that need it not would cost more than all joins. */
	const struct source_column *c = &t->src->columns.at[column];
	if (!c->padded && c->blank)
		return plan_text(a, t, column);
	return arena_printf(
		a, c->padded ? "nullif(trim(%s), '')" : "nullif(%s, '')", plan_text(a, t, column));
}

const char *
plan_value(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	const struct source_column *src = &t->src->columns.at[column];
	enum col_type type = c->src && c->action != ACT_DROP ? c->type : src->type;
	return type_sql(a, type, src->century_end, plan_text(a, t, column));
}

const char *
plan_from(struct arena *a, const struct plan_table *t)
{
	if (!t->via)
		return arena_printf(a, "s%zu", t->number);
	return arena_printf(a, "s%zu LEFT JOIN o%zu ON o%zu.key = %s", t->number, t->number,
		t->number, plan_key(a, t, t->link));
}

const char *
plan_owner(struct arena *a, const struct plan_table *t)
{
	if (t->role == ROLE_SHARED)
		return "NULL";
	return t->via ? arena_printf(a, "o%zu.src", t->number) : plan_key(a, t, t->link);
}

/* d7, which dated_from makes of c7. Days as microseconds: the engine's intervals are slow. */
static const char *
shifted(struct arena *a, const struct plan_table *t, size_t column)
{
	const char *d = arena_printf(a, "s%zu.d%zu", t->number, column);
	if (!type_has_time(t->columns.at[column].type))
		return arena_printf(a,
			"CASE WHEN %s BETWEEN DATE '" FIRST_DATE "' AND DATE '" LAST_DATE
			"' THEN %s + CAST(xw.shift AS INTEGER) END",
			d, d);
	return arena_printf(a,
		"CASE WHEN %s >= TIMESTAMP '" FIRST_DATE "' AND %s < TIMESTAMP '" AFTER_LAST_DATE
		"' THEN make_timestamp(epoch_us(%s) + xw.shift * 86400000000) END",
		d, d, d);
}

/* As plan_from, with every date that is shifted read once, as a column of its own. */
static const char *
dated_from(struct arena *a, const struct plan_table *t)
{
	const char *from = plan_from(a, t);
	struct buf dates = buf_new(a);
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.at[i].action == ACT_SHIFT)
			buf_printf(&dates, ", %s AS d%zu", plan_value(a, t, i), i);
	if (!dates.n)
		return from;
	const char *own = arena_printf(a, "s%zu", t->number);
	return arena_printf(
		a, "(SELECT *%s FROM %s) AS %s%s", dates.p, own, own, from + strlen(own));
}

/* Years lived at a date; nobody is born after it, and 130 years are a slip of the pen. */
static const char *
age(struct arena *a, const struct plan_table *t, const struct plan_column *c, const char *born)
{
	const char *at = c->index_here ? plan_value(a, t, c->index_column)
				       : arena_printf(a, "g%d.day", c->prep);
	/* Two digits of a year do not say which century, but who is here was born before. */
	if (type_has_short_year(c->type))
		born = arena_printf(a,
			"(CASE WHEN CAST(%s AS DATE) > CAST(%s AS DATE) THEN CAST(%s AS DATE) - "
			"to_years(100) ELSE CAST(%s AS DATE) END)",
			born, at, born, born);
	const char *years =
		arena_printf(a, "date_sub('year', CAST(%s AS DATE), CAST(%s AS DATE))", born, at);
	return arena_printf(a,
		"CASE WHEN CAST(%s AS DATE) > CAST(%s AS DATE) OR %s > 130 THEN NULL "
		"WHEN %s > %.0f THEN %.0f ELSE %s END",
		born, at, years, years, c->line->number, c->line->number, years);
}

static const char *
rounded(struct arena *a, const struct plan_column *c, const char *value)
{
	double step = c->line->number;
	int digits = 0;
	if (c->out_type == TYPE_INTEGER)
		return arena_printf(
			a, "CAST(round(%s / %.15g) * %.15g AS BIGINT)", value, step, step);
	/* Multiples of 0.1 are told as 0.3, not as 0.30000000000000004. */
	for (double s = step; digits < 9 && fabs(s - round(s)) > 1e-9; digits++)
		s = step * pow(10, digits + 1);
	return arena_printf(a, "round(round(%s / %.15g) * %.15g, %d)", value, step, step, digits);
}

static const char *
binned(struct arena *a, const struct plan_column *c, const char *value)
{
	struct buf b = buf_new(a);
	size_t n = c->line->edges.n;
	const double *edge = c->line->edges.at;
	buf_printf(&b, "CASE WHEN %s IS NULL THEN NULL WHEN %s < %.15g THEN 'under %.15g'", value,
		value, edge[0], edge[0]);
	for (size_t i = 1; i < n; i++)
		buf_printf(&b, " WHEN %s < %.15g THEN '%.15g to under %.15g'", value, edge[i],
			edge[i - 1], edge[i]);
	buf_printf(&b, " ELSE '%.15g or more' END", edge[n - 1]);
	return b.p;
}

/* The part of a postal code that is kept, before anybody asked who lives there. */
static const char *
area(struct arena *a, const char *text, int64_t digits)
{
	return arena_printf(a, "nullif(substr(upper(replace(trim(%s), ' ', '')), 1, %lld), '')",
		text, (long long)digits);
}

static const char *
postal(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	const char *text = plan_text(a, t, column);
	if (c->line->postal == POSTAL_US)
		return arena_printf(a,
			"CASE WHEN NOT regexp_full_match(trim(%s), '[0-9]{5}(-?[0-9]{4})?') THEN "
			"NULL WHEN substr(trim(%s), 1, 3) IN (" FEW_PEOPLE
			") THEN '000' ELSE substr(trim(%s), 1, 3) END",
			text, text, text);
	const char *part = area(a, text, c->line->digits);
	return arena_printf(a, "CASE WHEN %s IS NULL THEN NULL ELSE coalesce(g%d.v, 'other') END",
		part, c->prep);
}

static const char *
own_value(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	const char *value = plan_value(a, t, column);
	switch (c->action) {
	case ACT_PSEUDONYM:
		return c->link ? "xw.pid" : arena_printf(a, "k%d.pid", c->key);
	case ACT_SHIFT:
		return shifted(a, t, column);
	case ACT_CAP:
		/* Not least(): it passes over missing values and would invent the cap. */
		return arena_printf(a, "CASE WHEN %s > %.15g THEN %.15g ELSE %s END", value,
			c->line->number, c->line->number, value);
	case ACT_AGE:
		return age(a, t, c, value);
	case ACT_ROUND:
		return rounded(a, c, value);
	case ACT_BIN:
		return binned(a, c, value);
	case ACT_GROUP:
		return arena_printf(a,
			"CASE WHEN %s IS NULL THEN NULL ELSE coalesce(g%d.v, 'other') END",
			plan_key(a, t, column), c->prep);
	case ACT_POSTAL:
		return postal(a, t, column);
	case ACT_SCRUB:
		return arena_printf(
			a, "wr_scrub(%s, coalesce(own.words, ''))", plan_text(a, t, column));
	default:
		return c->outcome ? arena_printf(a, "CASE WHEN NOT xw.hidden THEN %s END", value)
				  : value;
	}
}

static const char *
released_value(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	if (c->quasi < 0)
		return own_value(a, t, column);
	if (c->general)
		return arena_printf(a, "nullif(general.q%d, '')", c->quasi);
	return arena_printf(a, "CASE WHEN general.q%d IS DISTINCT FROM '*' THEN %s END", c->quasi,
		own_value(a, t, column));
}

void
plan_generalise(struct plan_column *c, int quasi, bool general)
{
	c->quasi = quasi;
	c->general = general;
	if (general)
		c->out_type = TYPE_TEXT;
}

/* What a column needs beside its own table. */
static void
join_column(struct arena *a, const struct plan_table *t, size_t i, struct buf *joins)
{
	const struct plan_column *c = &t->columns.at[i];
	if (c->key >= 0)
		buf_printf(
			joins, " LEFT JOIN k%d ON k%d.src = %s", c->key, c->key, plan_key(a, t, i));
	if (c->prep < 0)
		return;
	const char *on = c->action == ACT_AGE     ? "xw.src"
			 : c->action == ACT_GROUP ? plan_key(a, t, i)
						  : area(a, plan_text(a, t, i), c->line->digits);
	buf_printf(joins, " LEFT JOIN g%d ON g%d.%s = %s", c->prep, c->prep,
		c->action == ACT_AGE ? "src" : "v", on);
}

/*
 * A column on its way through the sort, and how it is written behind it. What a sort moves should
 * be narrow: pseudonyms go as numbers, and texts with few values as places in a list of them.
 */
static void
put_column(struct arena *a, const struct plan_table *t, size_t i, struct buf *in, struct buf *out)
{
	const struct plan_column *c = &t->columns.at[i];
	const char *comma = in->n ? ", " : "", *name = sql_name(a, c->out);
	bool number = c->action == ACT_PSEUDONYM && c->quasi < 0;
	if (number && c->link)
		buf_printf(in, "%sxw.num AS v%zu", comma, i);
	else if (number)
		buf_printf(in, "%sk%d.num AS v%zu", comma, c->key, i);
	else if (c->code)
		buf_printf(
			in, "%sCAST(%s AS %s) AS v%zu", comma, released_value(a, t, i), c->code, i);
	else
		buf_printf(in, "%s%s AS v%zu", comma, released_value(a, t, i), i);
	buf_printf(out,
		number    ? "%swr_spell(v%zu) AS %s"
		: c->code ? "%sCAST(v%zu AS VARCHAR) AS %s"
			  : "%sv%zu AS %s",
		comma, i, name);
}

const char *
plan_select(struct arena *a, const struct plan_table *t, bool sample)
{
	struct buf b = buf_new(a), in = buf_new(a), out = buf_new(a), joins = buf_new(a);
	bool scrubs = false, general = false;
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		if (!plan_released(c))
			continue;
		general |= c->quasi >= 0;
		put_column(a, t, i, &in, &out);
		join_column(a, t, i, &joins);
		scrubs |= c->action == ACT_SCRUB;
	}
	buf_printf(&b, "SELECT %s FROM (SELECT %s FROM %s", out.p, in.p, dated_from(a, t));
	if (t->role != ROLE_SHARED)
		buf_printf(&b, " JOIN xw ON xw.src = %s", plan_owner(a, t));
	if (scrubs)
		buf_puts(&b, " LEFT JOIN own ON own.src = xw.src");
	if (general)
		buf_puts(&b, " LEFT JOIN general ON general.ord = xw.ord");
	buf_put(&b, joins.p, joins.n);
	if (sample && t->role != ROLE_SHARED)
		buf_puts(&b, " WHERE xw.sample");
	/* A fixed order, and not the hospital's: that could follow names or admission. */
	buf_printf(&b, " ORDER BY %ss%zu.file_row_number)",
		t->role == ROLE_SHARED ? "" : "xw.num, ", t->number);
	return b.p;
}

/* Columns whose cells become what they become by their own text alone, but for dates' shifts. */
bool
plan_by_value(const struct plan_column *c)
{
	return c->quasi < 0 && c->action != ACT_AGE && c->action != ACT_SCRUB;
}

/* The table of texts in place of the column's own, and what stands behind that one in a FROM. */
static const char *
from_texts(struct arena *a, const struct plan_table *t, size_t column, const char *texts,
	const char *from)
{
	const char *own = arena_printf(a, "s%zu", t->number);
	return arena_printf(
		a, "(SELECT i, v AS c%zu FROM %s) AS %s%s", column, texts, own, from + strlen(own));
}

const char *
plan_select_values(struct arena *a, const struct plan_table *t, size_t column, const char *texts)
{
	const struct plan_column *c = &t->columns.at[column];
	const char *own = arena_printf(a, "s%zu", t->number), *value;
	struct buf joins = buf_new(a);
	join_column(a, t, column, &joins);
	if (c->action == ACT_PSEUDONYM)
		value = arena_printf(a, "k%d.num", c->key);
	else if (c->action == ACT_SHIFT || c->outcome)
		value = plan_value(a, t, column);
	else
		value = own_value(a, t, column);
	return arena_printf(a, "SELECT %s.i, %s FROM %s%s ORDER BY %s.i", own, value,
		from_texts(a, t, column, texts, own), joins.n ? joins.p : "", own);
}

const char *
plan_select_owners(struct arena *a, const struct plan_table *t, const char *texts)
{
	return arena_printf(a,
		"SELECT s%zu.i, CAST(xw.ord AS BIGINT) FROM %s JOIN xw ON xw.src = %s ORDER BY "
		"s%zu.i",
		t->number, from_texts(a, t, t->link, texts, plan_from(a, t)), plan_owner(a, t),
		t->number);
}

bool
plan_moved(int64_t moment, int64_t unit, int64_t days, int64_t *ret)
{
	static const int64_t first = -25566, last = 193943; /* FIRST_DATE and LAST_DATE */
	if (moment < first * unit || moment >= (last + 1) * unit)
		return false;
	*ret = moment + days * unit;
	return true;
}

const char *
plan_select_column(struct arena *a, const struct plan_table *t, size_t column)
{
	struct buf joins = buf_new(a);
	join_column(a, t, column, &joins);
	return arena_printf(a,
		"SELECT xw.ord AS ord, CAST(%s AS VARCHAR) AS v FROM %s JOIN xw ON xw.src = %s%s",
		released_value(a, t, column), dated_from(a, t), plan_owner(a, t),
		joins.n ? joins.p : "");
}

/* ---- what must be there before plan_select ---- */

static void
add(struct plan_step *at, size_t *n, const char *doing, const char *sql)
{
	at[(*n)++] = (struct plan_step){ doing, sql };
}

/* key -> patient, for a table that is linked by another; that other first. */
static void
link_table(struct arena *a, struct plan *p, const struct plan_table *t, bool *done)
{
	size_t i = (size_t)(t - p->tables.at);
	if (!t->via || done[i])
		return;
	done[i] = true;
	link_table(a, p, t->via, done);
	add(p->links.at, &p->links.n, "linking tables",
		arena_printf(a,
			"CREATE TABLE o%zu AS SELECT key, min(src) AS src, count(DISTINCT src) AS "
			"n FROM (SELECT %s AS key, %s AS src FROM %s) WHERE key IS NOT NULL AND "
			"src IS NOT NULL GROUP BY key",
			t->number, plan_key(a, t->via, t->via_column), plan_owner(a, t->via),
			plan_from(a, t->via)));
}

/*
 * g(v, n): the values of enough patients, counted among those that are released. When the others
 * together are too few as well, the smallest of those that are kept joins them.
 */
static void
prepare_common(struct arena *a, struct plan *p, const struct plan_table *t,
	const struct plan_column *c, const char *value)
{
	long long below = c->line->below;
	const char *from = arena_printf(a,
		"(SELECT v, src FROM (SELECT %s AS v, %s AS src FROM %s) WHERE src IN (SELECT src "
		"FROM xw))",
		value, plan_owner(a, t), plan_from(a, t));
	add(p->prepare.at, &p->prepare.n, "grouping rare values",
		arena_printf(a,
			"CREATE TABLE g%d AS SELECT v, count(DISTINCT src) AS n FROM %s "
			"WHERE v IS NOT NULL GROUP BY v HAVING n >= %lld",
			c->prep, from, below));
	add(p->prepare.at, &p->prepare.n, "grouping rare values",
		arena_printf(a,
			"DELETE FROM g%d WHERE v = (SELECT v FROM g%d ORDER BY n, v LIMIT 1) AND "
			"(SELECT count(DISTINCT src) FROM %s WHERE v IS NOT NULL AND "
			"v NOT IN (SELECT v FROM g%d)) BETWEEN 1 AND %lld",
			c->prep, c->prep, from, c->prep, below - 1));
}

static void
prepare_column(struct arena *a, struct plan *p, const struct plan_table *t, size_t i)
{
	struct plan_column *c = &t->columns.at[i];
	bool patients = c->action == ACT_POSTAL && c->line->postal == POSTAL_PATIENTS;
	bool population = c->action == ACT_POSTAL && c->line->postal == POSTAL_POPULATION;
	if (c->action != ACT_GROUP && !patients && !population &&
		(c->action != ACT_AGE || c->index_here))
		return;
	c->prep = p->n_prep++;
	if (c->action == ACT_AGE)
		add(p->prepare.at, &p->prepare.n, "looking for the dates of ages",
			arena_printf(a,
				"CREATE TABLE g%d AS SELECT src, min(day) AS day FROM (SELECT %s "
				"AS "
				"src, CAST(%s AS DATE) AS day FROM %s) WHERE src IS NOT NULL AND "
				"day "
				"BETWEEN DATE '" FIRST_DATE "' AND DATE '" LAST_DATE
				"' GROUP BY src",
				c->prep, plan_owner(a, c->index_table),
				plan_value(a, c->index_table, c->index_column),
				plan_from(a, c->index_table)));
	else if (population)
		add(p->prepare.at, &p->prepare.n, "looking up populations",
			arena_printf(a,
				"CREATE TABLE g%d AS SELECT v FROM (SELECT %s AS v, "
				"TRY_CAST(s%zu.c%zu AS DOUBLE) AS people FROM s%zu) WHERE v IS NOT "
				"NULL GROUP BY v HAVING sum(people) >= %d",
				c->prep,
				area(a,
					arena_printf(
						a, "s%zu.c%zu", c->area.number, c->area.column),
					c->line->digits),
				c->people.number, c->people.column, c->people.number,
				RECIPE_POPULATION));
	else
		prepare_common(a, p, t, c,
			c->action == ACT_GROUP ? plan_key(a, t, i)
					       : area(a, plan_text(a, t, i), c->line->digits));
}

/* What a patient's own record says of who it is: for scrub. */
static void
prepare_own(struct arena *a, struct plan *p)
{
	struct buf all = buf_new(a);
	const char * or = "";
	for (size_t i = 0; i < p->tables.n; i++) {
		const struct plan_table *t = &p->tables.at[i];
		for (size_t k = 0; k < t->columns.n && t->role != ROLE_SHARED; k++) {
			const struct plan_column *c = &t->columns.at[k];
			bool hidden = c->action == ACT_DROP || c->action == ACT_PSEUDONYM ||
				      c->action == ACT_POSTAL;
			if (!hidden || c->withheld ||
				(t != p->patient && !c->link &&
					!source_sounds_identifying(c->src->name)))
				continue;
			buf_printf(&all, "%sSELECT %s AS src, %s AS v FROM %s", or,
				plan_owner(a, t), plan_key(a, t, k), plan_from(a, t));
			or = " UNION ALL ";
		}
	}
	add(p->prepare.at, &p->prepare.n, "collecting names",
		arena_printf(a,
			"CREATE TABLE own AS SELECT src, string_agg(v, chr(10) ORDER BY v) AS "
			"words FROM (SELECT DISTINCT src, v FROM (%s) WHERE src IS NOT NULL AND "
			"length(v) BETWEEN 2 AND 200) GROUP BY src",
			all.p));
}

void
plan_steps(struct arena *a, struct plan *p)
{
	size_t columns = 0;
	for (size_t i = 0; i < p->tables.n; i++)
		columns += p->tables.at[i].columns.n;
	p->links.at = ARENA_ARRAY(a, p->tables.n, struct plan_step);
	p->prepare.at = ARENA_ARRAY(a, 2 * columns + 1, struct plan_step);
	bool *done = ARENA_ARRAY(a, p->tables.n, bool);
	for (size_t i = 0; i < p->tables.n; i++)
		link_table(a, p, &p->tables.at[i], done);
	for (size_t i = 0; i < p->tables.n; i++)
		for (size_t k = 0; k < p->tables.at[i].columns.n; k++)
			prepare_column(a, p, &p->tables.at[i], k);
	if (p->scrubs)
		prepare_own(a, p);
}
