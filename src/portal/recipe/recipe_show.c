#include "portal/recipe/recipe_show.h"

#include "portal/data/profile.h"
#include "portal/keeper/result.h"
#include "portal/recipe/coarser.h"

enum { TABLES_MAX = 1000, COLUMNS_MAX = 10000, PAIRS_MAX = 5, SHORT = 200 };

/* What may become of a column, and for which type that is usual. */
static const struct {
	const char *action, *label, *hint;
	const char *usual; /* words of type_name */
	bool tells;        /* as it is, or nearly: the curator wants no identifier told so */
} actions[] = {
	{ "keep", "Keep", "", "integer real text", true },
	{ "drop", "Leave out", "", "integer real text date timestamp", false },
	{ "pseudonym", "Pseudonym", "blank, or: of patient", "text integer", false },
	{ "shift", "Move dates", "blank, or the order: dmy, mdy", "date timestamp", false },
	{ "age", "Age at a date", "at admissions.admitted cap 89", "date timestamp", false },
	{ "cap", "Cap", "the largest number told: 89", "integer real", true },
	{ "round", "Round", "to multiples of: 5", "integer real", true },
	{ "bin", "Ranges", "where they part: 18 40 65", "integer real", false },
	{ "group", "Group rare values", "fewest patients of a value: 10", "text integer", false },
	{ "postal", "Shorten a postal code", "us, or characters kept: 3", "text integer", false },
	{ "scrub", "Take names out of text", "", "text", false },
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static bool
is_usual(const char *types, const char *type)
{
	size_t n = strlen(type);
	for (const char *p = types; n && (p = strstr(p, type)); p += n)
		if ((p == types || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return !n;
}

/* The usual ones, and the one that is chosen. An action nobody knows stays to be seen. */
static void
show_choices(struct arena *a, struct recipe_field *f)
{
	bool known = false;
	f->choices.at = ARENA_ARRAY(a, ACTIONS + 1, struct recipe_choice);
	f->hint = "";
	for (size_t i = 0; i < ACTIONS; i++) {
		bool chosen = streq(f->action, actions[i].action);
		known |= chosen;
		if (chosen)
			f->hint = actions[i].hint;
		bool may = !actions[i].tells || !f->identifier || f->harmless;
		if (chosen || (may && is_usual(actions[i].usual, f->type)))
			f->choices.at[f->choices.n++] = (struct recipe_choice){ actions[i].action,
				actions[i].label, chosen };
	}
	if (!known)
		f->choices.at[f->choices.n++] =
			(struct recipe_choice){ f->action, f->action[0] ? f->action : "?", true };
}

static const struct profile_table *
found_table(const struct profile *p, const char *name)
{
	for (size_t i = 0; i < p->tables.n; i++)
		if (str_ieq(str_of(p->tables.at[i].name), str_of(name)))
			return &p->tables.at[i];
	return NULL;
}

static const struct profile_column *
found_column(const struct profile_table *t, const char *name)
{
	for (size_t i = 0; t && i < t->columns.n; i++)
		if (str_ieq(str_of(t->columns.at[i].name), str_of(name)))
			return &t->columns.at[i];
	return NULL;
}

/* The member of a list whose "name" is that. */
static const json_t *
named(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *x = json_array_get(list, i);
		const char *s = json_string_value(json_object_get(x, "name"));
		if (s && str_ieq(str_of(s), str_of(name)))
			return x;
	}
	return NULL;
}

static void
show_pairs(struct arena *a, const json_t *column, struct recipe_field *f)
{
	const json_t *pairs = json_object_get(column, "pairs");
	size_t n = json_array_size(pairs);
	f->treatment = result_text(a, column, "treatment", SHORT);
	f->pairs.at = ARENA_ARRAY(a, PAIRS_MAX, struct recipe_pair);
	for (size_t i = 0; i < n && i < PAIRS_MAX; i++) {
		const json_t *x = json_array_get(pairs, i);
		f->pairs.at[f->pairs.n++] =
			(struct recipe_pair){ result_text(a, x, "before", SHORT),
				result_text(a, x, "after", SHORT), result_text(a, x, "when", SHORT),
				json_object_get(x, "after") != NULL };
	}
}

/* The whole page is about one table: t, with what was found in it and the curator's preview. */
struct show_from {
	const struct recipe_part *t;
	const struct profile *found;
	const json_t *preview, *risk;
	const char *text;
};

/* Names the patient: nobody can say otherwise. */
static bool
is_link(struct arena *a, const struct show_from *s, const char *name, const struct recipe_line *c)
{
	struct str way = str_of(s->t->way);
	if (recipe_text_names(a, s->text, "patient", name))
		return true;
	return str_is(str_cut(&way, ' '), "by") && str_ieq(way, str_of(c->name));
}

static void
show_table(struct arena *a, const struct show_from *s, struct recipe_view *v)
{
	const struct recipe_part *t = s->t;
	const struct profile_table *p = found_table(s->found, t->table);
	const json_t *columns =
		json_object_get(named(json_object_get(s->preview, "tables"), t->table), "columns");
	size_t first = (size_t)v->from - 1, n = t->columns.n - first;
	v->table = t->table;
	v->way = t->way;
	v->columns.at =
		ARENA_ARRAY(a, n < RECIPE_COLUMNS ? n : RECIPE_COLUMNS, struct recipe_field);
	for (size_t i = first; i < t->columns.n && v->columns.n < RECIPE_COLUMNS; i++) {
		const struct recipe_line *c = &t->columns.at[i];
		const struct profile_column *x = found_column(p, c->name);
		const char *name = arena_printf(a, "%s.%s", t->table, c->name);
		struct recipe_field *f = &v->columns.at[v->columns.n++];
		*f = (struct recipe_field){ .name = c->name,
			.meaning = c->meaning[0] ? c->meaning
				   : x           ? x->meaning
						 : "",
			.type = x ? x->type : "",
			.values = !x             ? ""
				  : x->values[0] ? x->values
						 : x->range,
			.identifier = x && x->identifier && !streq(t->way, "shared"),
			.markable = !is_link(a, s, name, c),
			.harmless = recipe_text_names(a, s->text, "harmless", name),
			.marked = arena_printf(a, "marked.%zu", i + 1),
			.tells = arena_printf(a, "harmless.%zu", i + 1),
			.action = c->action,
			.option = c->option,
			.treatment = "",
			.does = arena_printf(a, "does.%zu", i + 1),
			.with = arena_printf(a, "with.%zu", i + 1) };
		show_choices(a, f);
		f->then = coarser_after(a, s->risk, s->text, name);
		show_pairs(a, named(columns, c->name), f);
	}
}

static void
show_tabs(struct arena *a, const struct recipe_show *s, struct recipe_view *v)
{
	size_t n = 0;
	for (size_t i = 0; i < s->text->tables.n; i++)
		n += s->text->tables.at[i].columns.n / RECIPE_COLUMNS + 1;
	v->tabs.at = ARENA_ARRAY(a, n, struct recipe_tab);
	for (size_t i = 0; i < s->text->tables.n; i++) {
		const struct recipe_part *t = &s->text->tables.at[i];
		size_t from = 0;
		do {
			v->tabs.at[v->tabs.n++] = (struct recipe_tab){
				from ? arena_printf(a, "%s from %zu", t->table, from + 1)
				     : t->table,
				(int64_t)i + 1, (int64_t)from + 1,
				(int64_t)i + 1 == v->number && (int64_t)from + 1 == v->from
			};
			from += RECIPE_COLUMNS;
		} while (from < t->columns.n);
	}
}

/* Every column that stays, to choose what is predicted. */
static void
show_outcomes(struct arena *a, const struct recipe_show *s, struct recipe_view *v)
{
	size_t n = 1;
	for (size_t i = 0; i < s->text->tables.n; i++)
		n += s->text->tables.at[i].columns.n;
	v->outcomes.at = ARENA_ARRAY(a, n, struct recipe_choice);
	bool seen = !v->outcome[0];
	for (size_t i = 0; i < s->text->tables.n; i++)
		for (size_t k = 0; k < s->text->tables.at[i].columns.n; k++) {
			const struct recipe_part *t = &s->text->tables.at[i];
			const struct recipe_line *c = &t->columns.at[k];
			const char *name = arena_printf(a, "%s.%s", t->table, c->name);
			bool chosen = str_ieq(str_of(name), str_of(v->outcome));
			seen |= chosen;
			if (chosen || streq(c->action, "keep"))
				v->outcomes.at[v->outcomes.n++] =
					(struct recipe_choice){ name, name, chosen };
		}
	if (!seen)
		v->outcomes.at[v->outcomes.n++] =
			(struct recipe_choice){ v->outcome, v->outcome, true };
}

static void
show_goal(struct arena *a, const struct recipe_show *s, struct recipe_view *v)
{
	struct recipe_goal goal;
	const char *text = s->now->text;
	recipe_goal_read(a, recipe_text_statement(a, text, "outcome"), &goal);
	v->outcome = goal.column;
	v->each = goal.each;
	v->positive = goal.positive;
	v->outcome_meaning = goal.meaning;
	v->task = s->task;
	struct str hidden = str_of(recipe_text_statement(a, text, "hidden"));
	struct str sample = str_of(recipe_text_statement(a, text, "sample"));
	v->hidden = str_dup(a, str_trim(str_cut(&hidden, '%')));
	v->sample = str_dup(a, str_trim(str_cut(&sample, '%')));
	show_outcomes(a, s, v);
}

void
recipe_show_columns(struct arena *a, const struct recipe_show *s, struct recipe_view *v)
{
	struct profile found = { 0 };
	cleanup_result json_t *preview = NULL, *risk = NULL;
	show_goal(a, s, v);
	if (!s->text->tables.n)
		return;
	v->number = s->table > 0 && (size_t)s->table <= s->text->tables.n ? s->table : 1;
	const struct recipe_part *t = &s->text->tables.at[v->number - 1];
	v->from = s->from > 0 && (size_t)s->from <= t->columns.n ? s->from : 1;
	show_tabs(a, s, v);
	if (s->import[0])
		(void)profile_read(a, s->import, &found, NULL);
	if (s->now->preview)
		(void)result_parse(s->now->preview, &preview, NULL);
	if (s->risk[0])
		(void)result_parse(s->risk, &risk, NULL);
	const struct show_from from = { t, &found, preview, json_object_get(risk, "risk"),
		s->now->text };
	show_table(a, &from, v);
	const json_t *left = json_object_get(preview, "left_out");
	v->left_out.at = ARENA_ARRAY(a, json_array_size(left), const char *);
	for (size_t i = 0; i < json_array_size(left); i++)
		v->left_out.at[v->left_out.n++] = result_value(a, json_array_get(left, i), SHORT);
}
