#include "portal/risk/risk.h"

#include "portal/recipe/coarser.h"
#include "portal/recipe/recipe_text.h"
#include "portal/keeper/result.h"
#include "portal/web/chart.h"
#include "portal/web/filters.h"

enum { LIST_MAX = 100, SHORT = 200, FIGURES = 7, QUASI_MAX = 12 };

/* ---- reading ---- */

static enum status
read_candidates(struct arena *a, const json_t *root, struct risk_found *f, struct err *e)
{
	json_t *list;
	TRY(result_list(root, "candidates", LIST_MAX, &list, e));
	f->candidates.at = ARENA_ARRAY(a, json_array_size(list), struct risk_candidate);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *x = json_array_get(list, i);
		struct risk_candidate *c = &f->candidates.at[f->candidates.n++];
		c->column = result_text(a, x, "column", SHORT);
		c->treatment = result_text(a, x, "treatment", SHORT);
		c->why = result_text(a, x, "why", SHORT);
		c->suggested = json_is_true(json_object_get(x, "suggested"));
		TRY(result_count(x, "distinct", &c->distinct, e));
	}
	return OK;
}

static void
take_possible(struct arena *a, const char *table, const json_t *column, struct risk_found *f,
	text_list * not )
{
	const json_t *quasi = json_object_get(column, "quasi");
	const char *name = arena_printf(a, "%s.%s", table, result_text(a, column, "name", SHORT));
	const char *why = result_text(a, quasi, "why", SHORT);
	if (json_is_true(json_object_get(quasi, "may")))
		f->candidates.at[f->candidates.n++] = (struct risk_candidate){ .column = name,
			.treatment = result_text(a, column, "treatment", SHORT),
			.why = why,
			.suggested = json_is_true(json_object_get(quasi, "suggested")) };
	else if (why[0] && !streq(why, "not released"))
		not ->at[not ->n++] = arena_printf(a, "%s: %s", name, why);
}

void
risk_possible(struct arena *a, const char *preview, struct risk_found *ret, text_list *ret_not)
{
	cleanup_result json_t *root = NULL;
	size_t n = 0;
	if (result_parse(preview, &root, NULL) != OK)
		return;
	const json_t *tables = json_object_get(root, "tables");
	for (size_t i = 0; i < json_array_size(tables); i++)
		n += json_array_size(json_object_get(json_array_get(tables, i), "columns"));
	ret->candidates.at = ARENA_ARRAY(a, n, struct risk_candidate);
	ret_not->at = ARENA_ARRAY(a, n, const char *);
	ret->candidates.n = ret_not->n = 0;
	for (size_t i = 0; i < json_array_size(tables); i++) {
		const json_t *t = json_array_get(tables, i);
		const json_t *columns = json_object_get(t, "columns");
		for (size_t k = 0; k < json_array_size(columns); k++)
			take_possible(a, result_text(a, t, "name", SHORT),
				json_array_get(columns, k), ret, ret_not);
	}
}

static const char *
percent(struct arena *a, double share)
{
	return share > 0 && share < 0.001 ? "under 0.1 %" : arena_printf(a, "%.1f %%", share * 100);
}

/* The figures of one side as texts, in the order of `words`. */
static enum status
side(struct arena *a, const json_t *o, const char *texts[FIGURES], struct err *e)
{
	int64_t k, classes, rows;
	double highest, average, uniques, journalist = 0;
	TRY(result_count(o, "k", &k, e));
	TRY(result_count(o, "classes", &classes, e));
	TRY(result_count(o, "rows", &rows, e));
	TRY(result_real(o, "highest", &highest, e));
	TRY(result_real(o, "average", &average, e));
	TRY(result_real(o, "uniques", &uniques, e));
	/* Without a larger population the journalist knows no more than the prosecutor. */
	if (result_real(o, "journalist", &journalist, NULL) != OK)
		journalist = highest;
	texts[0] = filter_count(a, k);
	texts[1] = percent(a, uniques);
	texts[2] = percent(a, highest);
	texts[3] = percent(a, journalist);
	texts[4] = percent(a, average);
	texts[5] = filter_count(a, classes);
	texts[6] = filter_count(a, rows);
	return OK;
}

static enum status
read_figures(struct arena *a, const json_t *before, const json_t *after, struct risk_found *f,
	struct err *e)
{
	static const char *const words[FIGURES][2] = {
		{ "Smallest group (k)", "patients who are alike in all chosen columns" },
		{ "Alone in their group", "share of patients whom nobody is like" },
		{ "Prosecutor", "highest risk of somebody known to be in the data" },
		{ "Journalist", "the same of somebody who may be in them" },
		{ "Marketer", "share of patients that would be found on average" },
		{ "Groups", "" },
		{ "Patients", "whose chosen columns are told" },
	};
	const char *x[FIGURES], *y[FIGURES];
	TRY(side(a, before, x, e));
	if (after)
		TRY(side(a, after, y, e));
	f->figures.at = ARENA_ARRAY(a, FIGURES, struct risk_figure);
	f->figures.n = FIGURES;
	for (size_t i = 0; i < FIGURES; i++)
		f->figures.at[i] =
			(struct risk_figure){ words[i][0], words[i][1], x[i], after ? y[i] : "" };
	return OK;
}

/* Patients by the size of the group that they are in. */
static enum status
picture(struct arena *a, const json_t *o, const char *title, struct html_safe *ret, struct err *e)
{
	json_t *sizes;
	TRY(result_list(o, "sizes", LIST_MAX, &sizes, e));
	size_t n = json_array_size(sizes);
	struct chart_bar *bars = ARENA_ARRAY(a, n, struct chart_bar);
	for (size_t i = 0; i < n; i++) {
		const json_t *x = json_array_get(sizes, i);
		int64_t from, to;
		TRY(result_count(x, "from", &from, e));
		TRY(result_count(x, "to", &to, e));
		TRY(result_count(x, "rows", &bars[i].value, e));
		bars[i].label = from == 1 && to == 1 ? "alone"
				: to == 0 ? arena_printf(a, "%lld or more alike", (long long)from)
				: from == to ? arena_printf(a, "%lld alike", (long long)from)
					     : arena_printf(a, "%lld to %lld alike",
						       (long long)from, (long long)to);
	}
	*ret = chart_bars(a, title, bars, n, 0);
	return OK;
}

static enum status
read_columns(struct arena *a, const json_t *before, struct risk_found *f, struct err *e)
{
	json_t *list;
	TRY(result_list(before, "columns", LIST_MAX, &list, e));
	f->columns.at = ARENA_ARRAY(a, json_array_size(list), struct risk_column_row);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *x = json_array_get(list, i);
		struct risk_column_row *c = &f->columns.at[f->columns.n++];
		double alone, contribution;
		TRY(result_count(x, "distinct", &c->distinct, e));
		TRY(result_real(x, "alone", &alone, e));
		TRY(result_real(x, "contribution", &contribution, e));
		c->name = result_text(a, x, "name", SHORT);
		c->alone = percent(a, alone);
		c->with_others = percent(a, contribution);
	}
	return OK;
}

static enum status
read_levels(struct arena *a, const json_t *risk, struct risk_found *f, struct err *e)
{
	json_t *list;
	TRY(result_list(risk, "levels", LIST_MAX, &list, e));
	f->levels.at = ARENA_ARRAY(a, json_array_size(list), struct risk_level_row);
	f->lost.at = ARENA_ARRAY(a, json_array_size(list), const char *);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct coarser c;
		TRY(coarser_read(a, json_array_get(list, i), &c, e));
		f->levels.at[f->levels.n++] =
			(struct risk_level_row){ c.column, c.what, percent(a, c.loss) };
		if (c.lost)
			f->lost.at[f->lost.n++] = c.column;
	}
	return OK;
}

/* "births.lwt and births.age". */
static const char *
names(struct arena *a, text_list list)
{
	struct buf b = buf_new(a);
	for (size_t i = 0; i < list.n; i++)
		buf_printf(&b, "%s%s", !i ? "" : i + 1 < list.n ? ", " : " and ", list.at[i]);
	return b.p ? b.p : "";
}

static const char *
headline(struct arena *a, const struct risk_found *f)
{
	if (!f->lowered)
		return f->measured ? "Ask for a group size" : "Choose what others could know";
	const char *groups = arena_printf(a, "Groups of %lld or more", (long long)f->reached);
	return f->lost.n ? arena_printf(a, "%s, but %s %s lost", groups, names(a, f->lost),
				   f->lost.n == 1 ? "is" : "are")
			 : groups;
}

static const char *
sentence(struct arena *a, const struct risk_found *f)
{
	if (!f->measured)
		return "Nobody has said yet by which columns others could know a patient.";
	if (!f->lowered)
		return "The risk is measured, and not lowered: no group size is asked for.";
	const char *others = filter_plural(a, f->reached - 1, "other", "others");
	struct buf b = buf_new(a);
	buf_printf(&b, "In the release every patient is like at least %s in all chosen columns",
		others);
	if (f->suppressed)
		buf_printf(&b, ", but for %s whose chosen columns were taken out.",
			filter_plural(a, f->suppressed, "patient", "patients"));
	else
		buf_puts(&b, ". Nobody's were taken out.");
	if (f->lost.n)
		buf_printf(&b,
			" For this, %s the same for all patients, and teams can learn nothing from "
			"%s: ask for smaller groups, or choose fewer columns, if %s needed.",
			f->lost.n == 1 ? arena_printf(a, "%s becomes", f->lost.at[0])
				       : arena_printf(a, "%s become", names(a, f->lost)),
			f->lost.n == 1 ? "it" : "them", f->lost.n == 1 ? "it is" : "they are");
	return b.p;
}

static enum status
read_risk(struct arena *a, const json_t *risk, struct risk_found *f, struct err *e)
{
	const json_t *before = json_object_get(risk, "before");
	const json_t *after = json_object_get(risk, "after");
	f->measured = true;
	f->lowered = json_is_object(after);
	TRY(result_count(risk, "k", &f->k, e));
	TRY(result_count(risk, "l", &f->l, e));
	TRY(read_figures(a, before, f->lowered ? after : NULL, f, e));
	TRY(picture(a, before, "Patients by the size of their group, before", &f->before, e));
	TRY(read_columns(a, before, f, e));
	if (!f->lowered)
		return OK;
	TRY(result_count(after, "k", &f->reached, e));
	TRY(result_count(risk, "suppressed", &f->suppressed, e));
	TRY(picture(a, after, "Patients by the size of their group, in the release", &f->after, e));
	return read_levels(a, risk, f, e);
}

static enum status
read_found(struct arena *a, const json_t *root, struct risk_found *f, struct err *e)
{
	const json_t *risk = json_object_get(root, "risk");
	TRY(result_count(root, "patients", &f->patients, e));
	if (json_is_object(risk))
		TRY(read_risk(a, risk, f, e));
	f->headline = headline(a, f);
	f->sentence = sentence(a, f);
	return OK;
}

enum status
risk_read(struct arena *a, const char *result, struct risk_found *ret, struct err *e)
{
	cleanup_result json_t *root = NULL;
	struct risk_found f = { 0 };
	TRY(result_parse(result, &root, e));
	TRY(read_candidates(a, root, &f, e));
	TRY(read_found(a, root, &f, e));
	*ret = f;
	return OK;
}

enum status
risk_read_release(struct arena *a, const char *result, struct risk_found *ret, struct err *e)
{
	cleanup_result json_t *root = NULL;
	struct risk_found f = { 0 };
	TRY(result_parse(result, &root, e));
	TRY(read_found(a, root, &f, e));
	f.candidates.at = ret->candidates.at;
	f.candidates.n = ret->candidates.n;
	*ret = f;
	return OK;
}

/* ---- choosing ---- */

static bool
name_ok(const char *s)
{
	const char *dot = strchr(s, '.');
	return dot && dot != s && dot[1] && strlen(s) <= SHORT && !strpbrk(s, "\"#\r\n\t");
}

enum status
risk_choose(struct arena *a, const char *text, const struct risk_choice *c, const char **ret,
	struct err *e)
{
	struct buf quasi = buf_new(a);
	if (c->quasi.n > QUASI_MAX)
		return err_set(e, E_INPUT, "quasi", "Choose at most %d columns.", QUASI_MAX);
	for (size_t i = 0; i < c->quasi.n; i++) {
		if (!name_ok(c->quasi.at[i]))
			return err_set(e, E_INPUT, "quasi", "\"%.60s\" is no column of a table.",
				c->quasi.at[i]);
		buf_printf(&quasi, "%s%s", i ? " " : "", recipe_text_name(a, c->quasi.at[i]));
	}
	if (!c->quasi.n && c->k)
		return err_set(e, E_INPUT, "quasi",
			"Choose the columns in which patients shall be alike.");
	if (c->l && !c->k)
		return err_set(e, E_INPUT, "k", "Say first how large a group must be.");
	if (c->l && !name_ok(c->sensitive))
		return err_set(e, E_INPUT, "sensitive", "Choose the column that must differ.");
	for (size_t i = 0; c->l && i < c->quasi.n; i++)
		if (streq(c->quasi.at[i], c->sensitive))
			return err_set(e, E_INPUT, "sensitive",
				"%.60s is what others know: it cannot be what they shall not "
				"learn.",
				c->sensitive);
	text = recipe_text_state(a, text, "quasi", quasi.n ? quasi.p : "");
	text = recipe_text_state(a, text, "k",
		c->k ? arena_printf(a, "%lld suppress %g %%", (long long)c->k, c->suppress) : "");
	*ret = recipe_text_state(a, text, "l",
		c->l ? arena_printf(
			       a, "%lld %s", (long long)c->l, recipe_text_name(a, c->sensitive))
		     : "");
	return OK;
}

/* The next name of a statement, with or without quotes. */
static struct str
take(struct str *s)
{
	*s = str_trim(*s);
	if (s->n && s->p[0] == '"') {
		s->p++, s->n--;
		return str_cut(s, '"');
	}
	return str_cut(s, ' ');
}

void
risk_chosen(struct arena *a, const char *text, struct risk_choice *ret)
{
	struct risk_choice c = { .sensitive = "" };
	struct str rest = str_of(recipe_text_statement(a, text, "quasi"));
	c.quasi.at = ARENA_ARRAY(a, rest.n + 1, const char *);
	while (rest.n) {
		struct str name = take(&rest);
		if (name.n)
			c.quasi.at[c.quasi.n++] = str_dup(a, name);
	}
	rest = str_of(recipe_text_statement(a, text, "k"));
	str_int(take(&rest), &c.k);
	if (str_is(take(&rest), "suppress")) {
		struct str share = take(&rest);
		if (share.n && share.p[share.n - 1] == '%')
			share.n--;
		str_real(share, &c.suppress);
	}
	rest = str_of(recipe_text_statement(a, text, "l"));
	str_int(take(&rest), &c.l);
	c.sensitive = str_dup(a, take(&rest));
	*ret = c;
}
