#include "curator/plan.h"

#include <ctype.h>

#include "curator/engine.h"

/*
 * Dates outside are placeholders ("unknown", "never") that stand in many records alike. Shifted,
 * they would give every patient's shift away, so they become missing.
 */
#define FIRST_DATE "1900-01-02"
#define LAST_DATE "2500-12-31"

struct binder {
	struct arena *a;
	struct plan *p;
	struct err *e;
};

#define BAD(b, line, ...) bad((b), (line), __VA_ARGS__)

static enum status bad(struct binder *, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum status
bad(struct binder *b, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(b->a, fmt, ap);
	va_end(ap);
	return err_set(b->e, E_INPUT, "recipe", "Recipe line %d: %s", line, text);
}

/* Where a reference points: the tables of the plan decide which dot divides it. */
static enum status
resolve(struct binder *b, const struct recipe_ref *ref, struct plan_table **ret_table,
	size_t *ret_column)
{
	struct plan *p = b->p;
	for (size_t i = 0; i < p->tables.n; i++) {
		struct plan_table *t = &p->tables.at[i];
		size_t n = strlen(t->src->name);
		if (strlen(ref->text) <= n || ref->text[n] != '.' ||
			!str_ieq((struct str){ ref->text, n }, str_of(t->src->name)))
			continue;
		struct source_column *c = source_find_column(t->src, str_of(ref->text + n + 1));
		if (!c)
			continue;
		*ret_table = t;
		*ret_column = (size_t)(c - t->src->columns.at);
		return OK;
	}
	return BAD(
		b, ref->line, "%.100s is no column of a table that the recipe lists.", ref->text);
}

static enum status
set_type(struct binder *b, const struct plan_table *t, const struct recipe_column *r,
	struct plan_column *c)
{
	bool empty = c->src->missing >= t->src->rows;
	c->type = c->src->type;
	if (r->action == ACT_SHIFT && empty)
		c->type = TYPE_DATE;
	else if (r->action == ACT_CAP && empty)
		c->type = TYPE_INTEGER;
	else if (r->action == ACT_SHIFT && c->type == TYPE_TEXT)
		c->type = r->order == TYPE_DMY	 ? c->src->if_day_first
			  : r->order == TYPE_MDY ? c->src->if_month_first
						 : TYPE_TEXT;
	if (r->action == ACT_SHIFT && t->role == ROLE_SHARED)
		return BAD(b, r->line, "%s.%s cannot be shifted: a shared table has no patients.",
			t->src->name, c->src->name);
	if (r->action == ACT_SHIFT && !type_is_date(c->type))
		return BAD(b, r->line,
			"%s.%s cannot be shifted: its values are not all dates that can be read in "
			"one way only (2022-03-14, 14.3.2022); \"shift dmy\" or \"shift mdy\" "
			"tells the order of day and month.",
			t->src->name, c->src->name);
	if (r->action == ACT_SHIFT && c->src->type != TYPE_TEXT && r->order != TYPE_TEXT &&
		type_code(c->type)[0] != type_code(r->order)[0])
		return BAD(b, r->line, "%s.%s is written the other way round.", t->src->name,
			c->src->name);
	if (r->action == ACT_CAP && !type_is_number(c->type))
		return BAD(b, r->line,
			"%s.%s cannot be capped: it holds other things than numbers.", t->src->name,
			c->src->name);
	return OK;
}

static int
key_number(struct binder *b, const char *column)
{
	char *name = arena_strdup(b->a, column);
	text_list *keys = &b->p->keys;
	for (char *s = name; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	for (size_t i = 0; i < keys->n; i++)
		if (streq(keys->at[i], name))
			return (int)i;
	keys->at[keys->n] = name;
	return (int)keys->n++;
}

static enum status
bind_column(struct binder *b, struct plan_table *t, const struct recipe_column *r)
{
	struct source_column *src = source_find_column(t->src, str_of(r->name));
	if (!src)
		return BAD(b, r->line, "table %s has no column %.100s.", t->src->name, r->name);
	struct plan_column *c = &t->columns.at[src - t->src->columns.at];
	c->src = src;
	c->action = r->action;
	c->cap = r->cap;
	c->meaning = r->meaning;
	return set_type(b, t, r, c);
}

static enum status
bind_link(struct binder *b, struct plan_table *t, const struct recipe_table *r)
{
	const struct recipe_ref *patient = &b->p->recipe->patient;
	size_t n = strlen(t->src->name);
	bool here = strlen(patient->text) > n && patient->text[n] == '.' &&
		    str_ieq((struct str){ patient->text, n }, str_of(t->src->name)) &&
		    source_find_column(t->src, str_of(patient->text + n + 1));
	const char *column = here ? patient->text + n + 1 : r->by;
	t->role = here ? ROLE_PATIENT : r->shared ? ROLE_SHARED : ROLE_LINKED;
	if (here && (r->shared || (r->by && !str_ieq(str_of(r->by), str_of(column)))))
		return BAD(b, r->line, "table %s holds the patient column %s; write only: table %s",
			t->src->name, column, t->src->name);
	if (t->role == ROLE_SHARED)
		return OK;
	if (!column)
		return BAD(b, r->line,
			"say how table %s belongs to patients: table %s by COLUMN, or table %s "
			"shared when it holds no patients.",
			t->src->name, t->src->name, t->src->name);
	struct source_column *c = source_find_column(t->src, str_of(column));
	if (!c)
		return BAD(b, r->line, "table %s has no column %.100s.", t->src->name, column);
	t->link = (size_t)(c - t->src->columns.at);
	return OK;
}

static enum status
bind_table(struct binder *b, const struct recipe_table *r)
{
	struct plan *p = b->p;
	struct source_table *src = source_find(p->source, str_of(r->name));
	if (!src)
		return BAD(b, r->line, "no table %.100s was imported.", r->name);
	struct plan_table *t = &p->tables.at[p->tables.n++];
	t->src = src;
	t->number = (size_t)(src - p->source->tables.at);
	t->columns.n = src->columns.n;
	t->columns.at = ARENA_ARRAY(b->a, src->columns.n, struct plan_column);
	TRY(bind_link(b, t, r));
	for (size_t i = 0; i < r->columns.n; i++)
		TRY(bind_column(b, t, &r->columns.at[i]));
	if (t->role == ROLE_PATIENT)
		p->patient = t;
	return OK;
}

static enum status
bind_withheld(struct binder *b, const struct recipe_ref *ref)
{
	struct plan_table *t;
	size_t column;
	TRY(resolve(b, ref, &t, &column));
	struct plan_column *c = &t->columns.at[column];
	if (!c->src) {
		c->src = &t->src->columns.at[column];
		c->meaning = "";
	}
	if (t->role != ROLE_SHARED && column == t->link)
		return BAD(b, ref->line, "%s names the patient and cannot be withheld.", ref->text);
	c->action = ACT_DROP;
	c->withheld = true;
	return OK;
}

/* Every column of a listed table must be decided upon. */
static enum status
check_complete(struct binder *b, const struct plan_table *t, int line)
{
	struct buf names = buf_new(b->a);
	size_t n = 0, released = 0;
	for (size_t i = 0; i < t->columns.n; i++) {
		if (!t->columns.at[i].src && n++ < 5)
			buf_printf(&names, "%s%s", names.n ? ", " : "", t->src->columns.at[i].name);
		released += plan_released(&t->columns.at[i]);
	}
	if (n == 0 && released == 0)
		return BAD(
			b, line, "nothing of table %s is released; do not list it.", t->src->name);
	if (n == 0)
		return OK;
	return BAD(b, line, "table %s has %zu column%s that the recipe does not name: %s%s.",
		t->src->name, n, n == 1 ? "" : "s", names.p, n > 5 ? ", ..." : "");
}

/* Links become patients' pseudonyms, other pseudonyms get a crosswalk by name. */
static enum status
bind_keys(struct binder *b, struct plan_table *t, int line)
{
	for (size_t i = 0; i < t->columns.n; i++) {
		struct plan_column *c = &t->columns.at[i];
		c->link = t->role != ROLE_SHARED && i == t->link;
		c->key = -1;
		if (c->link && c->action != ACT_PSEUDONYM && c->action != ACT_DROP)
			return BAD(b, line,
				"%s.%s names the patient: its action must be pseudonym or drop.",
				t->src->name, c->src->name);
		if (c->action == ACT_PSEUDONYM && !c->link)
			c->key = key_number(b, c->src->name);
	}
	return OK;
}

static enum status
bind_outcome(struct binder *b)
{
	struct plan *p = b->p;
	const struct recipe *r = p->recipe;
	struct plan_table *t, *unit_table;
	TRY(resolve(b, &r->outcome, &t, &p->outcome));
	struct plan_column *c = &t->columns.at[p->outcome];
	p->outcome_table = t;
	p->unit = t->link;
	if (t->role == ROLE_SHARED)
		return BAD(b, r->outcome.line, "the outcome must be in a table of patients.");
	if (c->action != ACT_KEEP)
		return BAD(b, r->outcome.line, "the action of the outcome %s must be keep.",
			r->outcome.text);
	if (!r->binary && !type_is_number(c->type))
		return BAD(b, r->outcome.line, "%s is not a number, so it cannot be regressed.",
			r->outcome.text);
	if (r->each.text) {
		TRY(resolve(b, &r->each, &unit_table, &p->unit));
		if (unit_table != t)
			return BAD(b, r->each.line, "%s must be in the table of the outcome.",
				r->each.text);
	}
	if (t->columns.at[p->unit].action != ACT_PSEUDONYM)
		return BAD(b, r->outcome.line,
			"predictions are named by %s.%s: its action must be pseudonym.",
			t->src->name, t->columns.at[p->unit].src->name);
	c->outcome = true;
	if (!c->meaning[0])
		c->meaning = r->outcome_meaning;
	return OK;
}

enum status
plan_bind(struct arena *a, const struct recipe *r, const struct source *s, struct plan *ret,
	struct err *e)
{
	struct plan p = { .recipe = r, .source = s };
	struct binder b = { a, &p, e };
	p.tables.at = ARENA_ARRAY(a, r->tables.n, struct plan_table);
	size_t n_columns = 0;
	for (size_t i = 0; i < s->tables.n; i++)
		n_columns += s->tables.at[i].columns.n;
	p.keys.at = ARENA_ARRAY(a, n_columns, const char *);
	p.left_out.at = ARENA_ARRAY(a, s->tables.n, const char *);
	for (size_t i = 0; i < r->tables.n; i++)
		TRY(bind_table(&b, &r->tables.at[i]));
	for (size_t i = 0; i < r->withhold.n; i++)
		TRY(bind_withheld(&b, &r->withhold.at[i]));
	for (size_t i = 0; i < r->tables.n; i++) {
		TRY(check_complete(&b, &p.tables.at[i], r->tables.at[i].line));
		TRY(bind_keys(&b, &p.tables.at[i], r->tables.at[i].line));
	}
	if (!p.patient)
		return BAD(&b, r->patient.line,
			"%.100s is no column of a table that the recipe lists.", r->patient.text);
	TRY(bind_outcome(&b));
	for (size_t i = 0; i < s->tables.n; i++) {
		bool listed = false;
		for (size_t k = 0; k < p.tables.n; k++)
			listed |= p.tables.at[k].src == &s->tables.at[i];
		if (!listed)
			p.left_out.at[p.left_out.n++] = s->tables.at[i].name;
	}
	*ret = p;
	return OK;
}

bool
plan_released(const struct plan_column *c)
{
	return c->action != ACT_DROP;
}

const char *
plan_out_type(const struct plan_column *c)
{
	return c->action == ACT_PSEUDONYM ? "text" : type_name(c->type);
}

const char *
plan_treatment(struct arena *a, const struct plan_column *c)
{
	if (c->withheld)
		return "withheld";
	if (c->action == ACT_CAP)
		return arena_printf(a, "capped at %.15g", c->cap);
	if (c->action == ACT_SHIFT)
		return "shifted by the patient's number of days";
	if (c->action == ACT_PSEUDONYM)
		return c->link ? "pseudonym of the patient" : "pseudonym";
	return c->outcome ? "kept; empty for hidden patients" : "kept";
}

const char *
plan_text(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	if (!c->src->words)
		return arena_printf(
			a, c->src->blank ? "nullif(s%zu.c%zu, '')" : "s%zu.c%zu", t->number, column);
	return arena_printf(a, "(CASE WHEN s%zu.c%zu NOT IN %s THEN s%zu.c%zu END)", t->number,
		column, type_missing_sql, t->number, column);
}

const char *
plan_key(struct arena *a, const struct plan_table *t, size_t column)
{
	return arena_printf(a, "nullif(trim(%s), '')", plan_text(a, t, column));
}

const char *
plan_value(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	return type_sql(a, c->type, c->src->century_end, plan_text(a, t, column));
}

static const char *
shifted(struct arena *a, enum col_type type, const char *value)
{
	const char *days = type_has_time(type) ? "to_days(CAST(xw.shift AS INTEGER))"
					     : "CAST(xw.shift AS INTEGER)";
	return arena_printf(a,
		"CASE WHEN CAST(%s AS DATE) BETWEEN DATE '" FIRST_DATE "' AND DATE '" LAST_DATE
		"' THEN %s + %s END",
		value, value, days);
}

static const char *
released_value(struct arena *a, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	const char *value = plan_value(a, t, column);
	switch (c->action) {
	case ACT_PSEUDONYM:
		return c->link ? "xw.pid" : arena_printf(a, "k%d.pid", c->key);
	case ACT_SHIFT:
		return shifted(a, c->type, value);
	case ACT_CAP:
		/* Not least(): it passes over missing values and would invent the cap. */
		return arena_printf(a, "CASE WHEN %s > %.15g THEN %.15g ELSE %s END", value, c->cap,
			c->cap, value);
	default:
		return c->outcome ? arena_printf(a, "CASE WHEN NOT xw.hidden THEN %s END", value)
				  : value;
	}
}

const char *
plan_select(struct arena *a, const struct plan_table *t, bool sample)
{
	struct buf b = buf_new(a), joins = buf_new(a);
	const char *comma = "SELECT ";
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		if (!plan_released(c))
			continue;
		buf_printf(&b, "%s%s AS %s", comma, released_value(a, t, i),
			sql_name(a, c->src->name));
		comma = ", ";
		if (c->key >= 0)
			buf_printf(&joins, " LEFT JOIN k%d ON k%d.src = %s", c->key, c->key,
				plan_key(a, t, i));
	}
	buf_printf(&b, " FROM s%zu", t->number);
	if (t->role != ROLE_SHARED)
		buf_printf(&b, " JOIN xw ON xw.src = %s", plan_key(a, t, t->link));
	buf_put(&b, joins.p, joins.n);
	if (sample && t->role != ROLE_SHARED)
		buf_puts(&b, " WHERE xw.sample");
	/* A fixed order, and not the hospital's: that could follow names or admission. */
	buf_printf(&b, " ORDER BY %ss%zu.file_row_number", t->role == ROLE_SHARED ? "" : "xw.pid, ",
		t->number);
	return b.p;
}
