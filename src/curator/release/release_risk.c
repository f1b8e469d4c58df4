/*
 * How easily a patient of the release could be found again, and the generalisation that the recipe
 * asks for. All is measured on the joined patient view: one row for each patient with its
 * quasi-identifiers as they would be released, from whatever table they come.
 */
#include <unistd.h>

#include "curator/engine.h"
#include "curator/release/release_internal.h"
#include "curator/risk/apply.h"
#include "curator/risk/command.h"

struct release_risk {
	struct risk before,
		after; /* after: without suppressed patients; only when k was asked for */
	struct search_result found;
	size_t most[SEARCH_MAX_QI]; /* coarsest levels */
	const char *kind[SEARCH_MAX_QI], *into[SEARCH_MAX_QI];
};

struct work {
	struct table_wish wish;
	struct budget budget;
	struct table table;
	struct hierarchy hierarchies[SEARCH_MAX_QI];
	struct search search;
	struct search_result result;
	struct apply applied;
	struct risk before;
};

static void
end_work(struct work *w)
{
	apply_free(&w->applied);
	for (size_t i = 0; i < SEARCH_MAX_QI; i++)
		hierarchy_free(&w->hierarchies[i]);
	table_free(&w->table);
}
#define cleanup_work CLEANUP(end_work)

static const struct recipe_ref *
ref_at(const struct release *r, size_t i)
{
	const struct recipe *recipe = r->plan.recipe;
	return i < recipe->quasi.n ? &recipe->quasi.at[i]
				   : &recipe->sensitive.at[i - recipe->quasi.n];
}

/* q0, q1, ...: one value for each patient. */
static enum status
one_value(struct release *r, size_t i, struct err *e)
{
	size_t column;
	int64_t several;
	const struct recipe_ref *ref = ref_at(r, i);
	const struct plan_table *t = plan_find(&r->plan, ref->text, &column);
	TRY(engine_run(r->engine, e, "joining the patients' view",
		"CREATE TABLE q%zu AS SELECT ord, min(v) AS v, min(coalesce(v, '')) <> "
		"max(coalesce(v, '')) AS several FROM (%s) GROUP BY ord",
		i, plan_select_column(r->job->a, t, column)));
	TRY(engine_int(r->engine, &several, e, "joining the patients' view",
		"SELECT count(*) FROM q%zu WHERE several", i));
	if (several > 0)
		return err_set(e, E_INPUT, "recipe",
			"Recipe line %d, character %d: %s has several values for %lld patients; a "
			"column by which patients could be known, or a sensitive one, must have "
			"one "
			"value each.",
			ref->at.line, ref->at.character, ref->text, (long long)several);
	return OK;
}

/* The joined view as a file, in the order of the pseudonyms. */
static enum status
write_view(struct release *r, size_t n, const char *path, struct err *e)
{
	struct arena *a = r->job->a;
	struct buf columns = buf_new(a), joins = buf_new(a);
	for (size_t i = 0; i < n; i++) {
		TRY(one_value(r, i, e));
		buf_printf(&columns, "coalesce(q%zu.v, '') AS %s, ", i,
			sql_name(a, ref_at(r, i)->text));
		buf_printf(&joins, " LEFT JOIN q%zu ON q%zu.ord = xw.ord", i, i);
	}
	/* The last column keeps lines of one empty value from being empty lines. */
	return engine_run(r->engine, e, "joining the patients' view",
		"COPY (SELECT %s1 AS \"-\" FROM xw%s ORDER BY xw.ord) TO %s (FORMAT csv, HEADER)",
		columns.p, joins.p, sql_text(a, path));
}

/* What the search found comes back as a table general(ord, q0, q1, ...). */
static enum status
read_general(struct release *r, const struct work *w, size_t n, const char *path, struct err *e)
{
	struct arena *a = r->job->a;
	struct buf names = buf_new(a);
	int64_t rows;
	for (size_t i = 0; i < n; i++)
		buf_printf(&names, "'q%zu', ", i);
	TRY(engine_run(r->engine, e, "generalising",
		"CREATE TABLE general AS SELECT CAST(row_number() OVER () AS INTEGER) AS ord, * "
		"FROM read_csv(%s, header = false, skip = 1, names = [%s'last'], delim = ',', "
		"quote = '\"', escape = '\"', all_varchar = true, parallel = false)",
		sql_text(a, path), names.p));
	TRY(engine_int(r->engine, &rows, e, "generalising", "SELECT count(*) FROM general"));
	if (rows != r->patients)
		return err_set(e, E_BUG, "", "The generalised view lost patients.");
	for (size_t i = 0; i < w->search.n_qi; i++) {
		size_t column;
		struct plan_table *t = plan_find(&r->plan, ref_at(r, i)->text, &column);
		plan_generalise(&t->columns.at[column], (int)i, w->result.levels[i] > 0);
	}
	return OK;
}

static enum status
generalise(struct release *r, struct work *w, const char *path, size_t n, struct err *e)
{
	struct arena *a = r->job->a;
	const struct recipe *recipe = r->plan.recipe;
	for (size_t i = 0; i < w->wish.qi.n; i++) {
		TRY(hierarchy_guess(a, w->wish.qi.at[i], w->table.dicts[i], &w->hierarchies[i], e));
		TRY(hierarchy_bind(&w->hierarchies[i], w->table.dicts[i], e));
	}
	w->search = (struct search){ .tuples = &w->table.tuples,
		.hierarchies = w->hierarchies,
		.n_qi = w->table.n_qi,
		.n_sensitive = w->table.n - w->table.n_qi,
		.k = (uint32_t)recipe->k,
		.l = recipe->l ? (uint32_t)recipe->l : 1,
		.limit = (uint64_t)(recipe->suppress / 100 * (double)w->table.rows + 1e-9) };
	TRY(search_run(&w->search, &w->budget, &w->result, e));
	TRY(apply_levels(a, &w->table, &w->search, &w->result, &w->applied, e));
	const char *out = arena_printf(a, "%s/general.csv", r->place.temp);
	TRY(apply_write(&w->wish, &w->table, &w->search, &w->result, &w->applied, out, e));
	enum status s = read_general(r, w, n, out, e);
	unlink(out);
	return s;
}

void
release_risk_tell(const struct release *r, struct jsonw *j)
{
	const struct recipe *recipe = r->plan.recipe;
	const struct release_risk *k = r->risk;
	jsonw_open(j, '{');
	jsonw_key(j, "quasi"), jsonw_open(j, '[');
	for (size_t i = 0; i < recipe->quasi.n; i++)
		jsonw_text(j, recipe->quasi.at[i].text);
	jsonw_close(j, ']');
	jsonw_key(j, "k"), jsonw_int(j, recipe->k);
	jsonw_key(j, "l"), jsonw_int(j, recipe->l);
	jsonw_key(j, "before"), jsonw_row(j, risk_fields, &k->before);
	if (recipe->k) {
		jsonw_key(j, "after"), jsonw_row(j, risk_size_fields, &k->after);
		jsonw_key(j, "score"), jsonw_real(j, k->found.score);
		jsonw_key(j, "suppressed"), jsonw_int(j, (int64_t)k->found.suppressed);
		jsonw_key(j, "levels"), jsonw_open(j, '[');
		for (size_t i = 0; i < recipe->quasi.n; i++) {
			jsonw_open(j, '{');
			jsonw_key(j, "column"), jsonw_text(j, recipe->quasi.at[i].text);
			jsonw_key(j, "level"), jsonw_int(j, (int64_t)k->found.levels[i]);
			jsonw_key(j, "of"), jsonw_int(j, (int64_t)k->most[i]);
			jsonw_key(j, "kind"), jsonw_text(j, k->kind[i]);
			if (k->into[i])
				jsonw_key(j, "into"), jsonw_text(j, k->into[i]);
			jsonw_key(j, "loss"), jsonw_real(j, k->found.loss[i]);
			jsonw_close(j, '}');
		}
		jsonw_close(j, ']');
	}
	jsonw_close(j, '}');
}

/* What outlives the work; its lists are the arena's. */
static void
keep(struct release *r, const struct work *w)
{
	struct release_risk *k = arena_array(r->job->a, 1, sizeof *k);
	k->before = w->before;
	k->after = w->applied.after;
	k->found = w->result;
	for (size_t i = 0; i < w->search.n_qi; i++) {
		k->most[i] = w->hierarchies[i].n_levels - 1;
		k->kind[i] = w->hierarchies[i].kind;
		k->into[i] = w->hierarchies[i].into[w->result.levels[i]];
	}
	r->risk = k;
}

static enum status
measure(struct release *r, const char *path, size_t n, struct err *e)
{
	const struct recipe *recipe = r->plan.recipe;
	struct arena *a = r->job->a;
	cleanup_work struct work w = { .wish.path = path };
	w.wish.qi.at = ARENA_ARRAY(a, n, const char *);
	w.wish.sensitive.at = ARENA_ARRAY(a, n, const char *);
	for (size_t i = 0; i < n; i++) {
		text_list *to = i < recipe->quasi.n ? &w.wish.qi : &w.wish.sensitive;
		to->at[to->n++] = ref_at(r, i)->text;
	}
	w.budget.limit = (size_t)r->job->memory_mb << 20;
	TRY(table_read(&w.wish, &w.budget, &w.table, e));
	double begin = command_now();
	TRY(risk_measure(a, &w.table, NULL, &w.wish, &w.before, e));
	w.before.seconds = command_now() - begin;
	w.before.memory_mb = command_peak_mb();
	if (recipe->k)
		TRY(generalise(r, &w, path, n, e));
	keep(r, &w);
	return OK;
}

enum status
release_risk(struct release *r, struct err *e)
{
	const struct recipe *recipe = r->plan.recipe;
	if (!recipe->quasi.n)
		return OK;
	release_step(r, r->source_bytes / 2, "measuring the risk");
	size_t n = recipe->quasi.n + recipe->sensitive.n;
	const char *path = arena_printf(r->job->a, "%s/patients.csv", r->place.temp);
	TRY(write_view(r, n, path, e));
	enum status s = measure(r, path, n, e);
	unlink(path);
	return s;
}
