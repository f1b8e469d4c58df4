#include "portal/score/score.h"

#include <math.h>

#include "base/json.h"
#include "portal/audit/audit.h"
#include "portal/keeper/job.h"
#include "portal/keeper/result.h"
#include "portal/score/score.sql.h"
#include "portal/web/filters.h"

enum { DAY = 86400, PROBLEMS_MAX = 64, EXAMPLES_MAX = 20, SENTENCE_MAX = 400, EXAMPLE_MAX = 160 };

const char *
score_metric(const char *task)
{
	return streq(task, "binary") ? "AUROC" : "MAE";
}

bool
score_larger_is_better(const char *metric)
{
	return !streq(metric, "MAE");
}

bool
score_better(const char *metric, double a, double b)
{
	return score_larger_is_better(metric) ? a > b : a < b;
}

bool
score_shares_rank(double leader, double value, double low, double high)
{
	if (isnan(low) || isnan(high))
		return value == leader;
	return low <= leader && leader <= high;
}

enum status
score_attempts_left(struct db *db, int64_t team, int64_t now, int64_t *ret, struct err *e)
{
	struct score_used used;
	TRY(db_score_used(db, team, now - now % DAY, &used, e));
	*ret = used.n < SCORE_ATTEMPTS ? SCORE_ATTEMPTS - used.n : 0;
	return OK;
}

/* actor 0 is the server itself. */
static enum status
audit(struct db *db, int64_t submission, int64_t actor, const char *actor_name, const char *action,
	const char *detail, int64_t now, struct err *e)
{
	struct submission_head s;
	TRY(db_submission_head(db, submission, &s, e));
	struct audit_entry entry = { .at = now,
		.actor = actor,
		.actor_name = actor_name,
		.event = s.event,
		.action = action,
		.object = arena_printf(db_arena(db), "submission %lld of team %lld",
			(long long)submission, (long long)s.number),
		.detail = detail };
	return audit_add(db, &entry, e);
}

enum status
score_take(struct db *db, const struct score_offer *o, int64_t now, int64_t *ret, struct err *e)
{
	struct arena *a = db_arena(db);
	struct score_labels labels;
	int64_t left, job;
	TRY(score_attempts_left(db, o->team, now, &left, e));
	if (left == 0)
		return err_set(e, E_DENIED, "",
			"Your team has had its %d scored submissions of today. The next is "
			"possible after midnight (UTC).",
			SCORE_ATTEMPTS);
	TRY(db_submission_add(
		db, o->team, o->person, o->project, o->spool, o->name, o->bytes, o->hash, now, e));
	int64_t id = db_last_id(db);
	TRY(db_score_labels(db, o->project, &labels, e));
	struct buf spec = buf_new(a);
	struct jsonw j = jsonw_new(&spec);
	jsonw_open(&j, '{');
	jsonw_key(&j, "project");
	jsonw_int(&j, o->project);
	jsonw_key(&j, "submission");
	jsonw_int(&j, id);
	jsonw_key(&j, "spool");
	jsonw_int(&j, o->spool);
	jsonw_key(&j, "labels");
	jsonw_int(&j, labels.id);
	jsonw_key(&j, "task");
	jsonw_text(&j, o->task);
	jsonw_close(&j, '}');
	TRY(job_add(db, "score", o->event, o->project, id, spec.p, now, &job, e));
	TRY(audit(db, id, o->person, o->person_name, "submission taken",
		arena_printf(a, "%lld bytes, BLAKE2b %s", (long long)o->bytes, o->hash), now, e));
	*ret = id;
	return OK;
}

/* "No prediction for an id: 37 times, for example N0007, N0008." */
static void
put_problem(struct arena *a, struct buf *b, const json_t *problem)
{
	const char *what = result_text(a, problem, "what", SENTENCE_MAX);
	const json_t *examples = json_object_get(problem, "examples");
	const json_t *count = json_object_get(problem, "count");
	if (!what[0])
		return;
	buf_printf(b, "%s%s", b->n ? "\n" : "", what);
	if (json_integer_value(count) > 0)
		buf_printf(b, ": %lld", (long long)json_integer_value(count));
	size_t n = json_array_size(examples);
	for (size_t i = 0; i < n && i < EXAMPLES_MAX; i++)
		buf_printf(b, "%s%s", i ? ", " : " (first: ",
			result_value(a, json_array_get(examples, i), EXAMPLE_MAX));
	if (n)
		buf_putc(b, ')');
}

static enum status
finish_refused(struct db *db, int64_t id, const json_t *r, int64_t now, struct err *e)
{
	struct arena *a = db_arena(db);
	struct buf b = buf_new(a);
	const json_t *problems = json_object_get(r, "problems");
	const char *error = result_text(a, r, "error", SENTENCE_MAX);
	/* A verdict on the file always has the list; without it the job itself could not go on. */
	bool verdict = json_is_array(problems);
	/* The error sums the problems up; beside the list it would say everything twice. */
	if (json_array_size(problems) == 0)
		buf_puts(&b, error[0] ? error : "The file could not be scored.");
	for (size_t i = 0; i < json_array_size(problems) && i < PROBLEMS_MAX; i++)
		put_problem(a, &b, json_array_get(problems, i));
	TRY(db_submission_ended(db, id, verdict ? "refused" : "failed", b.p, e));
	return audit(db, id, 0, "the server", verdict ? "submission refused" : "scoring failed",
		error, now, e);
}

static enum status
finish_scored(struct db *db, int64_t id, const json_t *r, int64_t now, struct err *e)
{
	struct arena *a = db_arena(db);
	const char *metric = result_text(a, r, "metric", 16);
	int64_t n;
	double value, low = NAN, high = NAN;
	if (!streq(metric, "AUROC") && !streq(metric, "MAE"))
		return err_set(e, E_INPUT, "metric", "The job's result has no known metric.");
	TRY(result_count(r, "n", &n, e));
	TRY(result_real(r, "value", &value, e));
	/* An interval can be undefined, with one patient for instance; then both ends are null. */
	if (!json_is_null(json_object_get(r, "low")) && !json_is_null(json_object_get(r, "high"))) {
		TRY(result_real(r, "low", &low, e));
		TRY(result_real(r, "high", &high, e));
	}
	TRY(db_submission_scored(db, id, metric, n, value, low, high, e));
	return audit(db, id, 0, "the server", "submission scored",
		arena_printf(a, "%s on %lld", score_value(a, metric, value, ""), (long long)n), now,
		e);
}

enum status
score_finish(struct db *db, int64_t id, const char *result, int64_t now, struct err *e)
{
	struct submission_head s;
	TRY(db_submission_head(db, id, &s, e));
	if (!streq(s.state, "waiting"))
		return OK;
	cleanup_result json_t *r = NULL;
	TRY(result_parse(result, &r, e));
	return json_is_true(json_object_get(r, "ok")) ? finish_scored(db, id, r, now, e)
						      : finish_refused(db, id, r, now, e);
}

enum status
score_fail(struct db *db, int64_t id, const char *why, int64_t now, struct err *e)
{
	struct submission_head s;
	TRY(db_submission_head(db, id, &s, e));
	if (!streq(s.state, "waiting"))
		return OK;
	TRY(db_submission_ended(db, id, "failed", why, e));
	return audit(db, id, 0, "the server", "scoring failed", why, now, e);
}

const char *
score_value(struct arena *a, const char *metric, double value, const char *unit)
{
	return arena_printf(
		a, "%s %s%s%s", metric, filter_score(a, value), unit[0] ? " " : "", unit);
}

const char *
score_words(struct arena *a, const struct score_row *s)
{
	if (streq(s->state, "waiting"))
		return arena_printf(
			a, "Submission %lld is waiting to be scored.\n", (long long)s->id);
	if (streq(s->state, "scored") && isnan(s->low))
		return arena_printf(a, "Submission %lld: %s, on %lld hidden patients.\n",
			(long long)s->id, score_value(a, s->metric, s->value, s->unit),
			(long long)s->n);
	if (streq(s->state, "scored"))
		return arena_printf(a,
			"Submission %lld: %s (95 %% interval %s to %s), on %lld hidden patients.\n",
			(long long)s->id, score_value(a, s->metric, s->value, s->unit),
			filter_score(a, s->low), filter_score(a, s->high), (long long)s->n);
	if (streq(s->state, "refused"))
		return arena_printf(a, "Submission %lld was not scored; no attempt was used.\n%s\n",
			(long long)s->id, s->problem);
	return arena_printf(a,
		"Submission %lld could not be scored; no attempt was used. Please tell an "
		"organiser.\n%s\n",
		(long long)s->id, s->problem);
}
