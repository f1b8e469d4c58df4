#include "curator/recipe/recipe_internal.h"

#define BAD(p, ...) recipe_bad_before((p), __VA_ARGS__)

enum { FIRST_ROOM = 8 };

/* One more element of size bytes in a list of an arena; room doubles. */
static void *
grow(struct arena *a, void *at, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return at;
	size_t more_room = *room ? *room * 2 : FIRST_ROOM;
	void *to = arena_array(a, more_room, size);
	if (n)
		memcpy(to, at, n * size);
	*room = more_room;
	return to;
}
#define GROW(p, list, room)                                                                        \
	((list)->at = grow((p)->a, (list)->at, (list)->n, (room), sizeof *(list)->at),             \
		&(list)->at[(list)->n++])

static enum status
do_recipe(struct recipe_parser *p)
{
	if (p->r->name)
		return BAD(p, "the recipe was already named.");
	TRY(recipe_next(p, "the name of the recipe", &p->r->name));
	if (!recipe_is_next(p, "version"))
		return recipe_bad(p, "write: recipe \"Name\" version 1");
	return recipe_next_int(p, "the version", 1, 1000000, &p->r->version);
}

static enum status
once(struct recipe_parser *p, const char *what, struct recipe_ref *ref)
{
	if (ref->text)
		return BAD(p, "%s was already given in line %d.", what, ref->at.line);
	return recipe_next_ref(p, what, ref);
}

static enum status
do_patient(struct recipe_parser *p)
{
	return once(p, "the patient column", &p->r->patient);
}

static enum status
do_table(struct recipe_parser *p)
{
	struct recipe_table t = { .at = recipe_here(p) };
	TRY(recipe_next(p, "the name of the table", &t.name));
	for (size_t i = 0; i < p->r->tables.n; i++)
		if (str_ieq(str_of(t.name), str_of(p->r->tables.at[i].name)))
			return BAD(p, "table %.60s was already listed in line %d.", t.name,
				p->r->tables.at[i].at.line);
	if (p->r->tables.n == RECIPE_MAX_TABLES)
		return BAD(p, "there are more than %d tables.", RECIPE_MAX_TABLES);
	if (recipe_is_next(p, "by")) {
		TRY(recipe_next(p, "the column with the patient", &t.by));
		if (recipe_is_next(p, "via"))
			TRY(recipe_next(p, "the table in between", &t.via));
	} else {
		t.shared = recipe_is_next(p, "shared");
	}
	*GROW(p, &p->r->tables, &p->table_room) = t;
	p->column_room = 0;
	return OK;
}

static enum status
do_outcome(struct recipe_parser *p)
{
	struct recipe *r = p->r;
	TRY(once(p, "the outcome column", &r->outcome));
	if (recipe_is_next(p, "each"))
		TRY(recipe_next_ref(p, "the column that names what is predicted", &r->each));
	r->binary = recipe_is_next(p, "binary");
	if (r->binary) {
		if (!recipe_is_next(p, "positive"))
			return recipe_bad(
				p, "write which value is the positive one: binary positive 1");
		TRY(recipe_next(p, "the positive value", &r->positive));
	} else if (!recipe_is_next(p, "regression")) {
		return recipe_bad(p, "say whether the outcome is \"binary positive VALUE\" or "
				     "\"regression\".");
	}
	r->outcome_meaning = recipe_meaning(p);
	return OK;
}

static enum status
do_refs(struct recipe_parser *p, const char *what, recipe_refs *refs, size_t *room, size_t most)
{
	do {
		struct recipe_ref ref = { 0 };
		TRY(recipe_next_ref(p, what, &ref));
		if (refs->n == most)
			return BAD(p, "there are more than %zu columns.", most);
		*GROW(p, refs, room) = ref;
	} while (recipe_more(p) && !p->words[p->at].quoted);
	recipe_meaning(p);
	return OK;
}

static enum status
do_withhold(struct recipe_parser *p)
{
	return do_refs(p, "the column to withhold", &p->r->withhold, &p->withhold_room,
		RECIPE_MAX_COLUMNS);
}

static enum status
do_staff(struct recipe_parser *p)
{
	return do_refs(p, "a column with names of staff", &p->r->staff, &p->staff_room,
		RECIPE_MAX_TABLE_COLUMNS);
}

static enum status
do_allow(struct recipe_parser *p)
{
	do {
		const char *word;
		TRY(recipe_next(p, "a word that may stay", &word));
		if (p->r->allow.n == RECIPE_MAX_COLUMNS)
			return BAD(p, "there are too many words.");
		*GROW(p, &p->r->allow, &p->allow_room) = word;
	} while (recipe_more(p));
	return OK;
}

static enum status
do_harmless(struct recipe_parser *p)
{
	return do_refs(p, "a column that tells of nobody", &p->r->harmless, &p->harmless_room,
		RECIPE_MAX_COLUMNS);
}

static enum status
do_quasi(struct recipe_parser *p)
{
	return do_refs(p, "a column by which patients could be known", &p->r->quasi, &p->quasi_room,
		RECIPE_MAX_QUASI);
}

static enum status
do_k(struct recipe_parser *p)
{
	if (p->r->k)
		return BAD(p, "k was already given.");
	TRY(recipe_next_int(p, "k", 2, 1000, &p->r->k));
	if (recipe_is_next(p, "suppress"))
		TRY(recipe_next_percent(
			p, "the share that may be suppressed", 0, 20, &p->r->suppress));
	return OK;
}

static enum status
do_l(struct recipe_parser *p)
{
	if (p->r->l)
		return BAD(p, "l was already given.");
	TRY(recipe_next_int(p, "l", 2, 100, &p->r->l));
	return do_refs(
		p, "a sensitive column", &p->r->sensitive, &p->sensitive_room, RECIPE_MAX_QUASI);
}

static enum status
do_csv(struct recipe_parser *p)
{
	if (p->csv_given)
		return BAD(p, "which tables are written as CSV was already given.");
	p->csv_given = true;
	if (recipe_is_next(p, "all")) {
		p->r->csv_mb = INT64_MAX;
		return OK;
	}
	if (!recipe_is_next(p, "below"))
		return recipe_bad(p, "write \"csv all\" or \"csv below 64\" (megabytes).");
	return recipe_next_int(p, "megabytes", 0, 1000000, &p->r->csv_mb);
}

static enum status
do_cite(struct recipe_parser *p)
{
	return recipe_next(p, "how to cite", &p->r->cite);
}

static enum status
do_dates(struct recipe_parser *p)
{
	if (!recipe_is_next(p, "keep"))
		return recipe_bad(p, "write \"dates keep weekday\" or \"dates keep season\".");
	do {
		if (recipe_is_next(p, "weekday"))
			p->r->weekday = true;
		else if (recipe_is_next(p, "season"))
			p->r->season = true;
		else
			return recipe_bad(p, "shifted dates can keep weekday and season.");
	} while (recipe_more(p));
	return OK;
}

static enum status
do_hidden(struct recipe_parser *p)
{
	if (p->r->hidden > 0)
		return BAD(p, "the share of hidden patients was already given.");
	return recipe_next_percent(p, "the share of hidden patients", 0.1, 80, &p->r->hidden);
}

static enum status
do_sample(struct recipe_parser *p)
{
	if (p->r->sample > 0)
		return BAD(p, "the share of sample patients was already given.");
	return recipe_next_percent(p, "the share of sample patients", 0.1, 100, &p->r->sample);
}

static enum status
do_column(struct recipe_parser *p)
{
	struct recipe *r = p->r;
	if (r->tables.n == 0)
		return recipe_bad(
			p, "an indented line describes a column, but no table came before it.");
	struct recipe_table *t = &r->tables.at[r->tables.n - 1];
	struct recipe_column c = { .at = recipe_here(p), .order = TYPE_TEXT };
	TRY(recipe_next(p, "the name of the column", &c.name));
	for (size_t i = 0; i < t->columns.n; i++)
		if (str_ieq(str_of(c.name), str_of(t->columns.at[i].name)))
			return BAD(p, "column %.60s was already described in line %d.", c.name,
				t->columns.at[i].at.line);
	if (++p->n_columns > RECIPE_MAX_COLUMNS || t->columns.n == RECIPE_MAX_TABLE_COLUMNS)
		return BAD(p, "there are more than %d columns in a table or %d in all.",
			RECIPE_MAX_TABLE_COLUMNS, RECIPE_MAX_COLUMNS);
	TRY(recipe_action(p, &c));
	c.meaning = recipe_meaning(p);
	*GROW(p, &t->columns, &p->column_room) = c;
	return OK;
}

static enum status
statement(struct recipe_parser *p)
{
	static const struct {
		const char *word;
		enum status (*fn)(struct recipe_parser *);
	} statements[] = {
		{ "recipe", do_recipe },
		{ "patient", do_patient },
		{ "table", do_table },
		{ "outcome", do_outcome },
		{ "withhold", do_withhold },
		{ "hidden", do_hidden },
		{ "sample", do_sample },
		{ "dates", do_dates },
		{ "staff", do_staff },
		{ "allow", do_allow },
		{ "harmless", do_harmless },
		{ "quasi", do_quasi },
		{ "k", do_k },
		{ "l", do_l },
		{ "csv", do_csv },
		{ "cite", do_cite },
	};
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
		if (recipe_is_next(p, statements[i].word))
			return statements[i].fn(p);
	return recipe_bad(p,
		"\"%.*s\" is not a statement (recipe, patient, table, outcome, withhold, hidden, "
		"sample, dates, staff, allow, harmless, quasi, k, l, csv, cite); the columns of a "
		"table are "
		"indented.",
		RECIPE_SHOWN(p->words[0].text));
}

static enum status
complete(const struct recipe *r, struct err *e)
{
	const char *missing = !r->name              ? "recipe \"Name\" version 1"
			      : !r->patient.text    ? "patient table.column"
			      : !r->tables.n        ? "table NAME"
			      : !r->outcome.text    ? "outcome table.column binary positive 1"
			      : r->hidden == 0      ? "hidden 30 %"
			      : r->sample == 0      ? "sample 10 %"
			      : r->k && !r->quasi.n ? "quasi table.column (which k is asked of)"
			      : r->l && !r->k       ? "k 5 (without it l means nothing)"
						    : NULL;
	if (missing)
		return err_set(e, E_INPUT, "recipe",
			"The recipe lacks a statement of this form: %s", missing);
	for (size_t i = 0; i < r->tables.n; i++) {
		const struct recipe_table *t = &r->tables.at[i];
		if (t->columns.n == 0)
			return err_set(e, E_INPUT, "recipe",
				"Recipe line %d, character %d: table %.60s lists no columns (they "
				"are indented).",
				t->at.line, t->at.character, t->name);
	}
	return OK;
}

enum status
recipe_parse(struct arena *a, struct str text, struct recipe *ret, struct err *e)
{
	struct recipe r = { .outcome_meaning = "", .cite = "", .csv_mb = INT64_MAX };
	struct recipe_parser p = { .a = a, .r = &r, .e = e };
	if (text.n > RECIPE_MAX)
		return err_set(
			e, E_INPUT, "recipe", "The recipe is longer than %d KB.", RECIPE_MAX >> 10);
	if (!str_utf8(text))
		return err_set(e, E_INPUT, "recipe", "The recipe is not UTF-8 text.");
	while (text.n) {
		struct str s = str_cut(&text, '\n');
		bool indented = s.n && recipe_blank(s.p[0]) && s.p[0] != '\r';
		p.line++;
		TRY(recipe_split(&p, s));
		if (p.n == 0)
			continue;
		TRY(indented ? do_column(&p) : statement(&p));
		TRY(recipe_end(&p));
	}
	TRY(complete(&r, e));
	*ret = r;
	return OK;
}
