#include "curator/simulated/simulated.h"

#include <sodium.h>

/* Share of different values from which on a key names the rows of a table. */
#define OWN_KEY 0.999

static const char *
parquet_of(struct release *r, const struct plan_table *t)
{
	return arena_printf(r->job->a, "%s/%s.parquet", r->images[STAGE_FULL].dir, t->src->name);
}

/* Which table does a key name the rows of? The one with the most different values. */
static enum status
find_own_keys(struct sim *s, struct err *e)
{
	struct release *r = s->r;
	int64_t *most = ARENA_ARRAY(r->job->a, r->plan.keys.n + 1, int64_t);
	for (size_t i = 0; i < s->tables.n; i++) {
		struct sim_table *t = &s->tables.at[i];
		for (size_t k = 0; k < t->of->columns.n; k++) {
			const struct plan_column *c = &t->of->columns.at[k];
			int64_t distinct;
			if (c->key < 0 || c->action != ACT_PSEUDONYM || t->rows == 0)
				continue;
			TRY(engine_int(r->engine, &distinct, e, "simulating",
				"SELECT count(DISTINCT %s) FROM read_parquet(%s)",
				sql_name(r->job->a, c->out),
				sql_text(r->job->a, parquet_of(r, t->of))));
			if ((double)distinct < OWN_KEY * (double)t->rows ||
				distinct <= most[c->key] || t->own_key >= 0)
				continue;
			most[c->key] = distinct;
			if (s->key_table[c->key])
				s->key_table[c->key]->own_key = -1;
			s->key_table[c->key] = t;
			t->own_key = c->key;
		}
	}
	return OK;
}

/* A row belongs to the row of another table that its first foreign key names. */
static void
find_parent(struct sim *s, struct sim_table *t)
{
	for (size_t k = 0; k < t->of->columns.n; k++) {
		const struct plan_column *c = &t->of->columns.at[k];
		if (c->action != ACT_PSEUDONYM || c->key < 0 || c->key == t->own_key)
			continue;
		struct sim_table *p = s->key_table[c->key];
		/* Only upwards, so that there is no circle. */
		if (!p || p == t || p->parent == t || t->parent || p->of->role == ROLE_SHARED)
			continue;
		struct sim_table *above = p;
		while (above && above != t)
			above = above->parent;
		if (above == t)
			continue;
		t->parent = p;
		t->parent_key = k;
	}
}

static enum status
look_at_tables(struct sim *s, struct err *e)
{
	struct release *r = s->r;
	struct arena *a = r->job->a;
	s->tables.at = ARENA_ARRAY(a, r->plan.tables.n, struct sim_table);
	s->key_table = ARENA_ARRAY(a, r->plan.keys.n + 1, struct sim_table *);
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		struct sim_table *t = &s->tables.at[s->tables.n++];
		*t = (struct sim_table){
			.of = &r->plan.tables.at[i], .own_key = -1, .first_date = SIZE_MAX
		};
		TRY(engine_int(r->engine, &t->rows, e, "simulating",
			"SELECT count(*) FROM read_parquet(%s)",
			sql_text(a, parquet_of(r, t->of))));
	}
	TRY(find_own_keys(s, e));
	for (size_t i = 0; i < s->tables.n; i++)
		find_parent(s, &s->tables.at[i]);
	return OK;
}

static enum status
copy_shared(struct sim *s, const struct sim_table *t, struct err *e)
{
	struct release *r = s->r;
	struct arena *a = r->job->a;
	const char *name = t->of->src->name;
	static const char *const forms[][2] = { { "csv", "csv, HEADER" },
		{ "parquet", PLAN_PARQUET_FORM } };
	for (size_t i = release_csv(r, t->of) ? 0 : 1; i < 2; i++) {
		const char *file = arena_printf(a, "%s.%s", name, forms[i][0]);
		TRY(engine_run(r->engine, e, "simulating",
			"COPY (SELECT * FROM read_parquet(%s)) TO %s (FORMAT %s)",
			sql_text(a, parquet_of(r, t->of)),
			sql_text(a, arena_printf(a, "%s/%s", s->image->dir, file)), forms[i][1]));
		TRY(image_add(a, s->image, file, t->rows, e));
	}
	return OK;
}

static enum status
make_table(struct sim *s, struct sim_table *t, bool *done, struct err *e)
{
	size_t i = (size_t)(t - s->tables.at);
	if (done[i])
		return OK;
	done[i] = true;
	if (t->of->role == ROLE_SHARED)
		return copy_shared(s, t, e);
	if (t->parent)
		TRY(make_table(s, t->parent, done, e));
	release_step(s->r, (uint64_t)t->of->src->bytes / 4, "simulating %s", t->of->src->name);
	TRY(sim_profile(s, t, e));
	return sim_draw(s, t, e);
}

static void
choose_hidden(struct sim *s)
{
	s->hidden = ARENA_ARRAY(s->r->job->a, (size_t)s->n_patients, bool);
	for (int32_t i = 0; i < s->n_patients; i++)
		s->hidden[i] = dice_uniform(&s->dice) * 100 < s->r->plan.recipe->hidden;
	/* One at least on each side. */
	s->hidden[0] = true;
	if (s->n_patients > 1)
		s->hidden[1] = false;
}

/* The ids to predict: what the outcome's table left open. */
static enum status
write_to_predict(struct sim *s, struct err *e)
{
	struct release *r = s->r;
	struct arena *a = r->job->a;
	const struct plan_table *t = r->plan.outcome_table;
	const char *unit = sql_name(a, t->columns.at[r->plan.unit].out);
	const char *file = arena_printf(a, "%s/to_predict.csv", s->image->dir);
	const char *from =
		sql_text(a, arena_printf(a, "%s/%s.parquet", s->image->dir, t->src->name));
	int64_t n;
	TRY(engine_int(r->engine, &n, e, "simulating",
		"SELECT count(DISTINCT %s) FROM read_parquet(%s) WHERE %s IS NULL", unit, from,
		sql_name(a, t->columns.at[r->plan.outcome].out)));
	TRY(engine_run(r->engine, e, "simulating",
		"COPY (SELECT DISTINCT %s AS id FROM read_parquet(%s) WHERE %s IS NULL ORDER BY 1) "
		"TO %s (FORMAT csv, HEADER)",
		unit, from, sql_name(a, t->columns.at[r->plan.outcome].out), sql_text(a, file)));
	return image_add(a, s->image, "to_predict.csv", n, e);
}

enum status
simulated_make(struct release *r, struct err *e)
{
	struct sim s = { .r = r, .image = &r->images[STAGE_SIMULATED] };
	uint8_t seed[16];
	/* The same recipe of the same source gives the same invented people. */
	crypto_generichash(seed, sizeof seed, (const uint8_t *)r->plan.source->hash,
		strlen(r->plan.source->hash), (const uint8_t *)r->recipe_hash, 64);
	s.dice = dice_new(seed);
	s.n_patients =
		(int32_t)(r->patients < SIMULATED_PATIENTS ? r->patients : SIMULATED_PATIENTS);
	choose_hidden(&s);
	TRY(look_at_tables(&s, e));
	bool *done = ARENA_ARRAY(r->job->a, s.tables.n, bool);
	for (size_t i = 0; i < s.tables.n; i++)
		TRY(make_table(&s, &s.tables.at[i], done, e));
	r->simulated_rows = s.rows;
	r->simulated_blurred = s.blurred;
	r->simulated_alike = s.alike;
	return write_to_predict(&s, e);
}
