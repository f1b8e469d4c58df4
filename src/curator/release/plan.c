#include "curator/release/plan.h"

#include <ctype.h>
#include <math.h>

struct binder {
	struct arena *a;
	struct plan *p;
	struct err *e;
};

#define BAD(b, at, ...) bad((b), (at), __VA_ARGS__)

static enum status bad(struct binder *, struct recipe_at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum status
bad(struct binder *b, struct recipe_at at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(b->a, fmt, ap);
	va_end(ap);
	return err_set(b->e, E_INPUT, "recipe", "Recipe line %d, character %d: %s", at.line,
		at.character, text);
}

struct plan_table *
plan_find(struct plan *p, const char *ref, size_t *ret_column)
{
	for (size_t i = 0; i < p->tables.n; i++) {
		struct plan_table *t = &p->tables.at[i];
		size_t n = strlen(t->src->name);
		if (strlen(ref) <= n || ref[n] != '.' ||
			!str_ieq((struct str){ ref, n }, str_of(t->src->name)))
			continue;
		struct source_column *c = source_find_column(t->src, str_of(ref + n + 1));
		if (!c)
			continue;
		*ret_column = (size_t)(c - t->src->columns.at);
		return t;
	}
	return NULL;
}

static enum status
resolve(struct binder *b, const struct recipe_ref *ref, struct plan_table **ret_table,
	size_t *ret_column)
{
	struct plan_table *t = plan_find(b->p, ref->text, ret_column);
	if (!t)
		return BAD(b, ref->at, "%.100s is no column of a table that the recipe lists.",
			ref->text);
	*ret_table = t;
	return OK;
}

/* The same among all tables that were imported. */
static enum status
resolve_source(struct binder *b, const struct recipe_ref *ref, struct plan_ref *ret)
{
	const struct source *s = b->p->source;
	for (size_t i = 0; i < s->tables.n; i++) {
		const struct source_table *t = &s->tables.at[i];
		size_t n = strlen(t->name);
		if (strlen(ref->text) <= n || ref->text[n] != '.' ||
			!str_ieq((struct str){ ref->text, n }, str_of(t->name)))
			continue;
		struct source_column *c = source_find_column(t, str_of(ref->text + n + 1));
		if (!c)
			continue;
		*ret = (struct plan_ref){ i, (size_t)(c - t->columns.at), t };
		return OK;
	}
	return BAD(b, ref->at, "%.100s is no column that was imported.", ref->text);
}

static enum status
check_dates(struct binder *b, const struct plan_table *t, const struct recipe_column *r,
	const struct plan_column *c)
{
	const char *verb = r->action == ACT_AGE ? "made an age" : "shifted";
	if (!type_is_date(c->type))
		return BAD(b, r->at,
			"%s.%s cannot be %s: its values are not all dates that can be read in "
			"one way only (2022-03-14, 14.3.2022)%s.",
			t->src->name, c->src->name, verb,
			r->action == ACT_AGE ? ""
					     : "; \"shift dmy\" or \"shift mdy\" tells the order "
					       "of day and month");
	if (c->src->type != TYPE_TEXT && r->order != TYPE_TEXT &&
		type_code(c->type)[0] != type_code(r->order)[0])
		return BAD(b, r->at, "%s.%s is written the other way round.", t->src->name,
			c->src->name);
	return OK;
}

static bool
needs_patients(enum recipe_action a)
{
	return a == ACT_SHIFT || a == ACT_AGE || a == ACT_GROUP || a == ACT_SCRUB;
}

static enum status
set_type(struct binder *b, const struct plan_table *t, const struct recipe_column *r,
	struct plan_column *c)
{
	bool empty = c->src->missing >= t->src->rows;
	bool dates = r->action == ACT_SHIFT || r->action == ACT_AGE;
	bool numbers = r->action == ACT_CAP || r->action == ACT_ROUND || r->action == ACT_BIN;
	c->type = c->src->type;
	if (empty && dates)
		c->type = TYPE_DATE;
	else if (empty && numbers)
		c->type = TYPE_INTEGER;
	else if (r->action == ACT_SHIFT && c->type == TYPE_TEXT)
		c->type = r->order == TYPE_DMY   ? c->src->if_day_first
			  : r->order == TYPE_MDY ? c->src->if_month_first
						 : TYPE_TEXT;
	if (needs_patients(r->action) && t->role == ROLE_SHARED)
		return BAD(b, r->at, "%s.%s: a shared table has no patients, so this needs one.",
			t->src->name, c->src->name);
	if (dates)
		TRY(check_dates(b, t, r, c));
	if (numbers && !type_is_number(c->type))
		return BAD(b, r->at, "%s.%s cannot be %s: it holds other things than numbers.",
			t->src->name, c->src->name,
			r->action == ACT_CAP     ? "capped"
			: r->action == ACT_ROUND ? "rounded"
						 : "binned");
	bool whole = c->type == TYPE_INTEGER && r->number == floor(r->number);
	c->out_type =
		r->action == ACT_AGE               ? TYPE_INTEGER
		: r->action == ACT_ROUND && !whole ? TYPE_REAL
		: r->action == ACT_KEEP || dates || r->action == ACT_CAP || r->action == ACT_ROUND
			? c->type
			: TYPE_TEXT;
	return OK;
}

/* The number of a crosswalk; of: the words of the recipe, else the column's own name. */
static int
key_number(struct binder *b, const char *column, const char *of)
{
	char *name = arena_strdup(b->a, of ? of : column);
	struct plan *p = b->p;
	for (char *s = name; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	const char *domain =
		of && streq(name, "patient") ? "patient" : arena_printf(b->a, "key %s", name);
	for (size_t i = 0; i < p->keys.n; i++)
		if (streq(p->keys.at[i].domain, domain))
			return (int)i;
	p->keys.at[p->keys.n] = (struct plan_key){ name, domain };
	return (int)p->keys.n++;
}

static enum status
bind_column(struct binder *b, struct plan_table *t, const struct recipe_column *r)
{
	struct source_column *src = source_find_column(t->src, str_of(r->name));
	if (!src)
		return BAD(b, r->at, "table %s has no column %.100s.", t->src->name, r->name);
	struct plan_column *c = &t->columns.at[src - t->src->columns.at];
	c->src = src;
	c->line = r;
	c->action = r->action;
	c->out = r->as ? r->as : src->name;
	c->meaning = r->meaning;
	c->prep = c->quasi = -1;
	b->p->scrubs |= r->action == ACT_SCRUB;
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
	if (here && (r->via || r->shared || (r->by && !str_ieq(str_of(r->by), str_of(column)))))
		return BAD(b, r->at, "table %s holds the patient column %s; write only: table %s",
			t->src->name, column, t->src->name);
	if (t->role == ROLE_SHARED)
		return OK;
	if (!column)
		return BAD(b, r->at,
			"say how table %s belongs to patients: table %s by COLUMN, or table %s "
			"shared when it holds no patients.",
			t->src->name, t->src->name, t->src->name);
	struct source_column *c = source_find_column(t->src, str_of(column));
	if (!c)
		return BAD(b, r->at, "table %s has no column %.100s.", t->src->name, column);
	t->link = (size_t)(c - t->src->columns.at);
	return OK;
}

/* The table in between holds a column of the same name. */
static enum status
bind_via(struct binder *b, struct plan_table *t)
{
	const struct recipe_table *r = t->line;
	const struct plan_table *via = NULL;
	if (!r->via)
		return OK;
	for (size_t i = 0; i < b->p->tables.n; i++)
		if (str_ieq(str_of(b->p->tables.at[i].src->name), str_of(r->via)))
			via = &b->p->tables.at[i];
	if (!via || via->role == ROLE_SHARED)
		return BAD(b, r->at,
			"table %.100s, by which %s belongs to patients, is not listed "
			"as a table of patients.",
			r->via, t->src->name);
	struct source_column *c = source_find_column(via->src, str_of(r->by));
	if (!c)
		return BAD(b, r->at, "table %s has no column %.100s, which %s is linked by.",
			via->src->name, r->by, t->src->name);
	t->via = via;
	t->via_column = (size_t)(c - via->src->columns.at);
	return OK;
}

static enum status
check_circle(struct binder *b, const struct plan_table *t)
{
	size_t steps = 0;
	for (const struct plan_table *v = t; v->via; v = v->via)
		if (++steps > b->p->tables.n)
			return BAD(b, t->line->at, "table %s belongs to patients by way of itself.",
				t->src->name);
	return OK;
}

static enum status
bind_table(struct binder *b, const struct recipe_table *r)
{
	struct plan *p = b->p;
	struct source_table *src = source_find(p->source, str_of(r->name));
	if (!src)
		return BAD(b, r->at, "no table %.100s was imported.", r->name);
	struct plan_table *t = &p->tables.at[p->tables.n++];
	t->src = src;
	t->line = r;
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
	struct plan_table *t = NULL;
	size_t column;
	TRY(resolve(b, ref, &t, &column));
	struct plan_column *c = &t->columns.at[column];
	if (!c->src) {
		c->src = &t->src->columns.at[column];
		c->out = c->src->name;
		c->meaning = "";
		c->prep = c->quasi = -1;
	}
	if (t->role != ROLE_SHARED && column == t->link && !t->via)
		return BAD(b, ref->at, "%s names the patient and cannot be withheld.", ref->text);
	c->action = ACT_DROP;
	c->withheld = true;
	return OK;
}

/* Every column of a listed table must be decided upon. */
static enum status
check_complete(struct binder *b, const struct plan_table *t, struct recipe_at line)
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
bind_keys(struct binder *b, struct plan_table *t, struct recipe_at line)
{
	for (size_t i = 0; i < t->columns.n; i++) {
		struct plan_column *c = &t->columns.at[i];
		c->link = t->role != ROLE_SHARED && i == t->link && !t->via;
		c->key = -1;
		if (c->link && c->action != ACT_PSEUDONYM && c->action != ACT_DROP)
			return BAD(b, line,
				"%s.%s names the patient: its action must be pseudonym or drop.",
				t->src->name, c->src->name);
		if (c->action == ACT_PSEUDONYM && !c->link)
			c->key = key_number(b, c->src->name, c->line->of);
	}
	return OK;
}

/* An age needs a date: of its own row, or the first of another table. */
static enum status
bind_index(struct binder *b, struct plan_table *t, struct plan_column *c)
{
	const struct recipe_ref *ref = &c->line->index;
	struct source_column *here = source_find_column(t->src, str_of(ref->text));
	struct plan_table *other = t;
	if (here)
		c->index_column = (size_t)(here - t->src->columns.at);
	else
		TRY(resolve(b, ref, &other, &c->index_column));
	const struct source_column *at = &other->src->columns.at[c->index_column];
	if (other->role == ROLE_SHARED || !type_is_date(at->type))
		return BAD(
			b, ref->at, "%s.%s is no date of a patient.", other->src->name, at->name);
	c->index_table = other;
	c->index_here = other == t;
	return OK;
}

/* Two released columns of one table are called differently. */
static enum status
check_names(struct binder *b, const struct plan_table *t)
{
	for (size_t i = 0; i < t->columns.n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct plan_column *c = &t->columns.at[i], *d = &t->columns.at[k];
			if (plan_released(c) && plan_released(d) && (c->line->as || d->line->as) &&
				str_ieq(str_of(c->out), str_of(d->out)))
				return BAD(b, c->line->as ? c->line->at : d->line->at,
					"two columns of table %s would be called %s.", t->src->name,
					c->out);
		}
	return OK;
}

static enum status
bind_extras(struct binder *b)
{
	struct plan *p = b->p;
	const struct recipe *r = p->recipe;
	for (size_t i = 0; i < p->tables.n; i++)
		for (size_t k = 0; k < p->tables.at[i].columns.n; k++) {
			struct plan_column *c = &p->tables.at[i].columns.at[k];
			if (c->action == ACT_AGE)
				TRY(bind_index(b, &p->tables.at[i], c));
			if (c->action == ACT_POSTAL && c->line->postal == POSTAL_POPULATION) {
				TRY(resolve_source(b, &c->line->area, &c->area));
				TRY(resolve_source(b, &c->line->people, &c->people));
				if (c->area.table != c->people.table)
					return BAD(b, c->line->people.at,
						"areas and people must be columns of one table.");
			}
			if (c->action == ACT_POSTAL && c->line->postal == POSTAL_PATIENTS &&
				p->tables.at[i].role == ROLE_SHARED)
				return BAD(b, c->line->at, "a shared table has no patients.");
		}
	for (size_t i = 0; i < r->staff.n; i++)
		TRY(resolve_source(b, &r->staff.at[i], &p->staff.at[p->staff.n++]));
	for (size_t i = 0; i < r->quasi.n + r->sensitive.n; i++) {
		const struct recipe_ref *ref =
			i < r->quasi.n ? &r->quasi.at[i] : &r->sensitive.at[i - r->quasi.n];
		struct plan_table *t = NULL;
		size_t column;
		TRY(resolve(b, ref, &t, &column));
		const struct plan_column *c = &t->columns.at[column];
		if (t->role == ROLE_SHARED || !plan_released(c) || c->action == ACT_PSEUDONYM)
			return BAD(b, ref->at, "%.100s is not released of patients as a value.",
				ref->text);
	}
	return OK;
}

static bool
is_harmless(struct binder *b, const struct plan_column *c)
{
	for (size_t i = 0; i < b->p->recipe->harmless.n; i++) {
		size_t column;
		const struct plan_table *t =
			plan_find(b->p, b->p->recipe->harmless.at[i].text, &column);
		if (t && &t->columns.at[column] == c)
			return true;
	}
	return false;
}

/*
 * What looks like an identifier is not told as it is, nor a number nearly so, before the recipe
 * says that it tells of nobody. That a table holds no patients says it of all its columns.
 */
static enum status
check_identifiers(struct binder *b, const struct plan_table *t)
{
	for (size_t i = 0; t->role != ROLE_SHARED && i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		bool told = c->action == ACT_KEEP || c->action == ACT_CAP || c->action == ACT_ROUND;
		if (!told || !c->src->identifier || is_harmless(b, c))
			continue;
		return BAD(b, c->line->at,
			"%s.%s looks like an identifier, by its name or because nearly every value "
			"is different, and cannot be %s. Drop it, make it a pseudonym, or say that "
			"it "
			"tells of nobody: harmless %s.%s",
			t->src->name, c->src->name,
			c->action == ACT_KEEP  ? "kept"
			: c->action == ACT_CAP ? "only capped"
					       : "only rounded",
			t->src->name, c->src->name);
	}
	return OK;
}

static enum status
bind_harmless(struct binder *b)
{
	for (size_t i = 0; i < b->p->recipe->harmless.n; i++) {
		struct plan_table *t = NULL;
		size_t column;
		TRY(resolve(b, &b->p->recipe->harmless.at[i], &t, &column));
	}
	for (size_t i = 0; i < b->p->tables.n; i++)
		TRY(check_identifiers(b, &b->p->tables.at[i]));
	return OK;
}

static enum status
bind_outcome(struct binder *b)
{
	struct plan *p = b->p;
	const struct recipe *r = p->recipe;
	struct plan_table *t = NULL, *unit_table = NULL;
	TRY(resolve(b, &r->outcome, &t, &p->outcome));
	struct plan_column *c = &t->columns.at[p->outcome];
	p->outcome_table = t;
	p->unit = t->link;
	if (t->role == ROLE_SHARED)
		return BAD(b, r->outcome.at, "the outcome must be in a table of patients.");
	if (c->action != ACT_KEEP)
		return BAD(b, r->outcome.at, "the action of the outcome %s must be keep.",
			r->outcome.text);
	if (!r->binary && !type_is_number(c->type))
		return BAD(b, r->outcome.at, "%s is not a number, so it cannot be regressed.",
			r->outcome.text);
	if (r->each.text) {
		TRY(resolve(b, &r->each, &unit_table, &p->unit));
		if (unit_table != t)
			return BAD(b, r->each.at, "%s must be in the table of the outcome.",
				r->each.text);
	}
	if (t->columns.at[p->unit].action != ACT_PSEUDONYM)
		return BAD(b, r->outcome.at,
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
	p.keys.at = ARENA_ARRAY(a, n_columns, struct plan_key);
	p.staff.at = ARENA_ARRAY(a, r->staff.n, struct plan_ref);
	p.left_out.at = ARENA_ARRAY(a, s->tables.n, const char *);
	for (size_t i = 0; i < r->tables.n; i++)
		TRY(bind_table(&b, &r->tables.at[i]));
	for (size_t i = 0; i < p.tables.n; i++)
		TRY(bind_via(&b, &p.tables.at[i]));
	for (size_t i = 0; i < p.tables.n; i++)
		TRY(check_circle(&b, &p.tables.at[i]));
	for (size_t i = 0; i < r->withhold.n; i++)
		TRY(bind_withheld(&b, &r->withhold.at[i]));
	for (size_t i = 0; i < r->tables.n; i++) {
		TRY(check_complete(&b, &p.tables.at[i], r->tables.at[i].at));
		TRY(check_names(&b, &p.tables.at[i]));
		TRY(bind_keys(&b, &p.tables.at[i], r->tables.at[i].at));
	}
	if (!p.patient)
		return BAD(&b, r->patient.at,
			"%.100s is no column of a table that the recipe lists.", r->patient.text);
	TRY(bind_outcome(&b));
	TRY(bind_extras(&b));
	TRY(bind_harmless(&b));
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
