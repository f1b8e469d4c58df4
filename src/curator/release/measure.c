/*
 * How easily patients of a release could be found again, before one is made: the release's own
 * steps up to its risk, and nothing after them. Also which columns could be quasi-identifiers at
 * all: released, and with one value for each patient.
 */
#include "base/json.h"
#include "curator/release/quasi.h"
#include "curator/release/release_internal.h"

enum { CANDIDATES = 40 };

struct candidates {
	struct release *r;
	struct jsonw *j;
	size_t n;
};

static enum status
put_candidate(struct candidates *x, const struct plan_table *t, size_t column, struct err *e)
{
	struct arena *a = x->r->job->a;
	const struct plan_column *c = &t->columns.at[column];
	struct engine_rows rows;
	TRY(engine_rows(x->r->engine, a, &rows, e, "looking what others could know",
		"SELECT count(DISTINCT v), count(*) FILTER (several) FROM (SELECT ord, min(v) AS "
		"v, "
		"min(coalesce(v, '')) <> max(coalesce(v, '')) AS several FROM (%s) GROUP BY ord)",
		plan_select_column(a, t, column)));
	int64_t distinct = engine_int_at(&rows, 0, 0);
	if (engine_int_at(&rows, 0, 1) > 0 || distinct < 2)
		return OK;
	jsonw_open(x->j, '{');
	jsonw_key(x->j, "column");
	jsonw_text(x->j, arena_printf(a, "%s.%s", t->src->name, c->src->name));
	jsonw_key(x->j, "treatment"), jsonw_text(x->j, plan_treatment(a, c));
	jsonw_key(x->j, "distinct"), jsonw_int(x->j, distinct);
	jsonw_key(x->j, "suggested"), jsonw_bool(x->j, quasi_of(t, c) == QUASI_LIKELY);
	jsonw_key(x->j, "why"), jsonw_text(x->j, quasi_why(t, c));
	jsonw_close(x->j, '}');
	x->n++;
	return OK;
}

static enum status
put_candidates(struct release *r, struct jsonw *j, struct err *e)
{
	struct candidates x = { r, j, 0 };
	jsonw_key(j, "candidates"), jsonw_open(j, '[');
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		release_step(
			r, (uint64_t)t->src->bytes, "what others could know of %s", t->src->name);
		for (size_t k = 0; k < t->columns.n && x.n < CANDIDATES; k++)
			if (quasi_of(t, &t->columns.at[k]) != QUASI_NOT)
				TRY(put_candidate(&x, t, k, e));
	}
	jsonw_close(j, ']');
	return OK;
}

static void
say(struct release *r)
{
	buf_printf(&r->job->said, "%lld patients.%s\n", (long long)r->patients,
		r->risk ? " --json tells their risk."
			: " The recipe names no quasi-identifiers: quasi TABLE.COLUMN ...");
}

enum status
measure_run(struct job *job, int64_t event, int64_t project, struct str recipe, struct err *e)
{
	cleanup_release struct release r = { .job = job, .place = { .fd = -1, .lock = -1 } };
	const struct release_spec spec = { .event = event, .project = project, .recipe = recipe };
	struct jsonw j = jsonw_new(&job->result);
	TRY(release_open(&r, &spec, e));
	release_step(&r, r.source_bytes, "patients and pseudonyms");
	TRY(release_patients(&r, e));
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "recipe_hash"), jsonw_text(&j, r.recipe_hash);
	jsonw_key(&j, "patients"), jsonw_int(&j, r.patients);
	/* Before anything is generalised: afterwards the columns come from elsewhere. */
	TRY(put_candidates(&r, &j, e));
	TRY(release_risk(&r, e));
	if (r.risk) {
		jsonw_key(&j, "risk");
		release_risk_tell(&r, &j);
	}
	jsonw_close(&j, '}');
	say(&r);
	return OK;
}
