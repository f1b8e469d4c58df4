/*
 * Free text: what scrubbing needs to know is read from the source once, and the words that it takes
 * out only because nobody knows them wait in review/ for the steward, readable by the curator
 * alone.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/release/release_internal.h"

enum { REVIEW_MOST = 20000 };

struct review {
	struct release *r;
	struct buf csv;
};

static void
learn(void *ctx, const struct str *row)
{
	if (row[0].p && row[1].p)
		scrub_learn(ctx, row[0], row[1]);
}

static void
add_name(void *ctx, struct str value)
{
	scrub_name(ctx, value);
}

static void
suspect(void *ctx, struct str word, uint64_t times)
{
	struct review *v = ctx;
	if (v->r->review++ < REVIEW_MOST)
		buf_printf(&v->csv, "%.*s,%llu\n", (int)word.n, word.p, (unsigned long long)times);
}

static bool
holds_names(const struct plan_column *c)
{
	return c->action == ACT_DROP && !c->withheld && strcasestr(c->src->name, "name") != NULL;
}

static enum status
collect_names(struct release *r, struct err *e)
{
	struct arena *a = r->job->a;
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		for (size_t k = 0; k < t->columns.n && t->role != ROLE_SHARED; k++)
			if (t->columns.at[k].src && holds_names(&t->columns.at[k]))
				TRY(engine_each(r->engine, add_name, r->scrub, e,
					"collecting names",
					arena_printf(a, "SELECT DISTINCT c%zu FROM s%zu", k,
						t->number)));
	}
	for (size_t i = 0; i < r->plan.staff.n; i++)
		TRY(engine_each(r->engine, add_name, r->scrub, e, "collecting names of staff",
			arena_printf(a, "SELECT DISTINCT c%zu FROM s%zu",
				r->plan.staff.at[i].column, r->plan.staff.at[i].number)));
	return OK;
}

static enum status
learn_texts(struct release *r, struct err *e)
{
	struct arena *a = r->job->a;
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		for (size_t k = 0; k < t->columns.n; k++)
			if (t->columns.at[k].action == ACT_SCRUB)
				TRY(engine_each_row(r->engine, learn, r->scrub, e,
					"reading free text",
					arena_printf(a, "SELECT %s, %s FROM %s", plan_owner(a, t),
						plan_text(a, t, k), plan_from(a, t))));
	}
	return OK;
}

/* Written beside the source; the next release takes its place. */
static enum status
write_review(struct release *r, struct err *e)
{
	struct review v = { .r = r, .csv = buf_new(r->job->a) };
	buf_puts(&v.csv, "word,times\n");
	scrub_learned(r->scrub, suspect, &v);
	return io_replace_at(r->place.fd, "review.csv", 0600, v.csv.p, v.csv.n, e);
}

static void
sql_scrub(const void *scrub, const struct str *args, struct engine_value *ret)
{
	scrub_text(scrub, args[0], args[1], ret->out);
}

enum status
release_scrub(struct release *r, struct err *e)
{
	if (!r->plan.scrubs)
		return OK;
	release_step(r, r->source_bytes, "reading free text");
	r->scrub = scrub_new();
	for (size_t i = 0; i < r->plan.recipe->allow.n; i++)
		scrub_allow(r->scrub, str_of(r->plan.recipe->allow.at[i]));
	TRY(collect_names(r, e));
	TRY(learn_texts(r, e));
	TRY(write_review(r, e));
	return engine_add_function(r->engine, "wr_scrub", 2, ENGINE_LONG, sql_scrub, r->scrub, e);
}
