/* The queue of jobs: starting them, and bringing in what they made. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "portal/airlock/airlock.h"
#include "portal/data/data_job.h"
#include "portal/data/key.h"
#include "portal/keeper/gate.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.sql.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/result.h"
#include "portal/keeper/sealed.h"
#include "portal/keeper/spool.h"
#include "portal/keeper/warden.h"
#include "portal/score/score.h"
#include "wire/jobs.h"

enum { RETRY_MS = 2000 };

/* What may run beside each other: a member who waits does not wait for an import. */
enum lane { LANE_DATA, LANE_SCORES, LANE_AIRLOCK, LANE_TABLES, LANES };
/* One table: the curator has one scratch folder for them. */
static const int lane_width[LANES] = { 1, 2, 1, 1 };

static enum job_kind
kind_of(const char *word)
{
	for (int i = 1; i < JOB_KINDS; i++)
		if (streq(job_kind_names[i], word))
			return (enum job_kind)i;
	BUG("a job of kind %s", word);
}

static enum lane
lane_of(const struct job_row *j)
{
	enum job_kind k = kind_of(j->kind);
	return k == JOB_SCORE                                      ? LANE_SCORES
	       : k == JOB_CHECK || k == JOB_LEAVE || k == JOB_TIDY ? LANE_AIRLOCK
	       : k == JOB_TABLE                                    ? LANE_TABLES
								   : LANE_DATA;
}

/* ---- how a job ends ---- */

/* What a job has written, judged. */
struct ending {
	bool good;
	const char *error;  /* a sentence when it is not good */
	const char *result; /* JSON, "" when there is none */
};

static enum status
read_result(struct keeper *k, struct arena *a, int64_t job, struct ending *ret, struct err *e)
{
	struct str text;
	cleanup_result json_t *j = NULL;
	cleanup_fd int dir =
		open(arena_printf(a, "%s/jobs/%lld", k->server->config.state, (long long)job),
			O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "the job's folder");
	TRY(io_read_at(a, dir, "result.json", JOB_RESULT_MAX, &text, e));
	if (!str_utf8(text))
		return err_set(e, E_INPUT, "", "The job's result is no text.");
	struct ending end = { .result = str_dup(a, text) };
	TRY(result_parse(end.result, &j, e));
	end.good = json_is_true(json_object_get(j, "ok"));
	end.error = end.good ? "" : result_text(a, j, "error", 400);
	*ret = end;
	return OK;
}

/* Tells the room of the job what came of it. */
static enum status
finish(struct db *db, const struct job_row *j, const struct ending *end, int64_t now, struct err *e)
{
	switch (kind_of(j->kind)) {
	case JOB_IMPORT:
		return end->good ? data_imported(db, j->event, j->project, end->result, now, e)
				 : OK;
	case JOB_RELEASE:
		return end->good ? data_released(db, j->event, j->project, end->result, now, e)
				 : data_release_failed(
					   db, j->event, j->project, j->spec, end->error, now, e);
	case JOB_WITHDRAW:
		return end->good ? data_withdrawn(
					   db, j->event, j->project, j->spec, end->result, now, e)
				 : data_release_failed(
					   db, j->event, j->project, j->spec, end->error, now, e);
	case JOB_FORGET:
		return end->good ? data_forgotten(db, j->event, j->project, end->result, now, e)
				 : OK;
	case JOB_SCORE:
		return end->result[0] ? score_finish(db, j->submission, end->result, now, e)
				      : score_fail(db, j->submission, end->error, now, e);
	case JOB_CHECK:
	case JOB_LEAVE:
		return airlock_job_ended(db, j->id, j->kind, end->result, end->error, now, e);
	case JOB_TIDY:
		return end->good ? spool_tidied(db, j->spec, end->result, now, e) : OK;
	case JOB_TABLE:
		return airlock_table_ended(db, j->event, j->spec, end->result, now, e);
	case JOB_KEYS:
		return key_removal_ended(db, j->id, end->good, end->error, now, e);
	default:
		return OK;
	}
}

static enum status
record(struct db *db, const struct job_row *j, const struct ending *end, struct err *e)
{
	int64_t now = clock_now();
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_job_set_ended(
		db, j->id, end->good ? "done" : "failed", end->error, end->result, now, e));
	TRY(finish(db, j, end, now, e));
	return db_commit(tx, e);
}

/* Into the database; a result that the room does not take makes the job a failed one. */
static void
end_job(struct keeper *k, struct db *db, const struct job_row *j, const struct ending *end)
{
	struct err e = { 0 };
	enum status s = record(db, j, end, &e);
	if (s == E_INPUT || s == E_CONFLICT || s == E_ABSENT) {
		log_error("the result of a job was not taken", "job=%lld kind=%s why=%s",
			(long long)j->id, j->kind, log_safe(db_arena(db), e.text, strlen(e.text)));
		struct ending bad = { .error = arena_strdup(db_arena(db), e.text), .result = "" };
		s = record(db, j, &bad, &e);
	}
	if (s != OK) {
		/* Left as running: jobs_check comes back to it. */
		log_error("the end of a job cannot be written", "job=%lld why=\"%s\"",
			(long long)j->id, e.text);
		return;
	}
	log_info("job ended", "job=%lld kind=%s good=%d", (long long)j->id, j->kind, end->good);
	secrets_drop(k->secrets, j->id);
	if (j->submission)
		gate_wait_over(k->server->gate, DESK_WAIT_SCORE, j->submission);
	if (kind_of(j->kind) == JOB_CHECK)
		gate_wait_over(k->server->gate, DESK_WAIT_CHECK, j->id);
	if (kind_of(j->kind) == JOB_TABLE)
		gate_wait_over(k->server->gate, DESK_WAIT_TABLE, j->id);
}

static void
end_stopped(struct keeper *k, struct db *db, const struct job_row *j)
{
	struct ending end = { .error = arena_printf(db_arena(db), "Stopped by %s.", j->stopped_by),
		.result = "" };
	end_job(k, db, j, &end);
}

void
jobs_ended(struct keeper *k, struct db *db, int64_t id, int exit_code)
{
	struct job_row j;
	struct ending end;
	struct err e = { 0 };
	struct arena *a = db_arena(db);
	if (db_job_by_id(db, id, &j, &e) != OK || !streq(j.state, "running"))
		return;
	if (read_result(k, a, id, &end, &e) == OK) {
		end_job(k, db, &j, &end);
		return;
	}
	if (j.stopped_by[0]) {
		end_stopped(k, db, &j);
		return;
	}
	bool killed = exit_code < 0 || exit_code >= 128;
	const char *how =
		exit_code < 0 ? "The server was stopped while the job ran"
		: killed      ? arena_printf(a, "The job was ended by signal %d", exit_code - 128)
			      : arena_printf(
					a, "The job ended without a result (exit code %d)", exit_code);
	if (killed && j.starts < JOB_STARTS) {
		log_warn("job is tried again", "job=%lld kind=%s starts=%lld why=\"%s\"",
			(long long)id, j.kind, (long long)j.starts, how);
		if (db_job_set_queued(db, id, how, &e) != OK)
			log_error("a job cannot be queued again", "why=\"%s\"", e.text);
		return;
	}
	end = (struct ending){ .error = killed ? arena_printf(a, "%s, %lld times.", how,
							 (long long)j.starts)
					       : arena_printf(a, "%s.", how),
		.result = "" };
	end_job(k, db, &j, &end);
}

void
jobs_stop(struct keeper *k, struct db *db)
{
	struct job_row_rows unwanted;
	struct err e;
	if (db_job_unwanted(db, &unwanted, &e) != OK) {
		log_error("the jobs cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < unwanted.n; i++) {
		const struct job_row *j = &unwanted.at[i];
		/* Told again at the next look, it ends at once. */
		if (streq(j->state, "queued"))
			end_stopped(k, db, j);
		else if (warden_ask_id(k->server->warden, PW_JOB_STOP, j->id, NULL, &e) != OK &&
			 !warden_closed(k->server->warden))
			log_warn("a job is not stopped", "job=%lld why=\"%s\"", (long long)j->id,
				e.text);
	}
}

void
jobs_check(struct keeper *k, struct db *db)
{
	struct job_row_rows running;
	struct err e;
	if (db_job_running(db, &running, &e) != OK) {
		log_error("the jobs cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < running.n; i++) {
		struct ending end;
		uint64_t runs = 0;
		int64_t id = running.at[i].id;
		if (read_result(k, db_arena(db), id, &end, NULL) == OK) {
			end_job(k, db, &running.at[i], &end);
			continue;
		}
		enum status s = warden_ask_id(k->server->warden, PW_JOB_STATE, id, &runs, &e);
		if (s == E_ABSENT || (s == OK && !runs))
			jobs_ended(k, db, id, -1);
	}
}

/* ---- how a job begins ---- */

static enum status
ask_to_start(struct keeper *k, struct arena *a, const struct job_row *j, struct err *e)
{
	cleanup_fd int fd = -1;
	const char *spec = j->spec;
	struct pw_job m = {
		.head.type = PW_JOB_START, .job = (uint64_t)j->id, .kind = kind_of(j->kind)
	};
	if (kind_of(j->kind) == JOB_WITHDRAW)
		TRY(secrets_add(k->secrets, a, j->id, j->spec, &spec, e));
	TRY(sealed_fd("spec", str_of(spec), &fd, e));
	return warden_ask(k->server->warden, &m, sizeof m, &fd, 1, NULL, 0, e);
}

/* Only for show: what it finds is taken whether or not this was written. */
static void
check_begun(struct db *db, int64_t job)
{
	struct err e;
	enum status s = db_begin(db, &e);
	cleanup_tx struct db *tx = s == OK ? db : NULL;
	if (s == OK)
		s = airlock_begun(db, job, clock_now(), &e);
	if (s == OK)
		s = db_commit(db, &e);
	if (s != OK)
		log_warn("a check is not shown as begun", "job=%lld why=\"%s\"", (long long)job,
			e.text);
}

/* The row is running before the process is, so that a crash between the two is noticed. */
static void
start(struct keeper *k, struct db *db, const struct job_row *j)
{
	struct err e = { 0 }, e2;
	if (db_job_set_running(db, j->id, clock_now(), &e) != OK || db_changes(db) != 1) {
		log_error("a job cannot be begun", "job=%lld why=\"%s\"", (long long)j->id, e.text);
		return;
	}
	enum status s = ask_to_start(k, db_arena(db), j, &e);
	uint64_t runs = 0;
	/* It may run from before: what counts is that it does. */
	if (s == E_CONFLICT &&
		warden_ask_id(k->server->warden, PW_JOB_STATE, j->id, &runs, NULL) == OK && runs)
		s = OK;
	if (s == OK && kind_of(j->kind) == JOB_CHECK)
		check_begun(db, j->id);
	if (s == OK) {
		log_info("job started", "job=%lld kind=%s", (long long)j->id, j->kind);
		return;
	}
	k->jobs_retry_ms = clock_mono_ms() + RETRY_MS;
	if (warden_closed(k->server->warden)) {
		/* We are stopping: it is begun when we are back. */
		db_job_not_started(db, j->id, &e2);
		return;
	}
	log_warn("job not started", "job=%lld why=\"%s\"", (long long)j->id, e.text);
	/* What is not there any more will not be there later. */
	if (s != E_ABSENT && j->starts + 1 < JOB_STARTS) {
		db_job_set_queued(db, j->id, e.text, &e2);
		return;
	}
	struct ending end = { .error = arena_printf(
				      db_arena(db), "It could not be started: %s", e.text),
		.result = "" };
	end_job(k, db, j, &end);
}

void
jobs_start(struct keeper *k, struct db *db)
{
	struct job_row_rows queued, running;
	struct err e;
	int busy[LANES] = { 0 };
	if (clock_mono_ms() < k->jobs_retry_ms)
		return;
	if (db_job_running(db, &running, &e) != OK || db_job_queued(db, &queued, &e) != OK) {
		log_error("the jobs cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < running.n; i++)
		busy[lane_of(&running.at[i])]++;
	for (size_t i = 0; i < queued.n && clock_mono_ms() >= k->jobs_retry_ms; i++) {
		enum lane lane = lane_of(&queued.at[i]);
		if (busy[lane] >= lane_width[lane])
			continue;
		busy[lane]++;
		start(k, db, &queued.at[i]);
	}
}
