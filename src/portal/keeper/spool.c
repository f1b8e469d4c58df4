#include "portal/keeper/spool.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "portal/keeper/gate.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.sql.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/result.h"

enum { LOOK_MS = 5000, VIEWS_MAX = 500, STRAYS_MAX = 1000, SWEEP_SECONDS = 6 * 3600 };

/* What the gate does not confirm, because it falls, is asked for again at the next look. */
static enum status
drop_files(struct keeper *k, struct db *db, struct err *e)
{
	struct spool_done_rows rows;
	TRY(db_spool_done(db, &rows, e));
	for (size_t i = 0; i < rows.n; i++)
		gate_drop(k->server->gate, rows.at[i].spool);
	return OK;
}

static enum status
queue_tidy(
	struct db *db, int64_t event, const struct view_done_rows *rows, int64_t now, struct err *e)
{
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	int64_t job;
	jsonw_open(&j, '{');
	jsonw_key(&j, "views"), jsonw_open(&j, '[');
	/* A job belongs to one event; the others' turn comes. */
	for (size_t i = 0; i < rows->n; i++)
		if (rows->at[i].event == event)
			jsonw_int(&j, rows->at[i].id);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(job_add(db, "tidy", event, 0, 0, spec.p, now, &job, e));
	return db_commit(tx, e);
}

/*
 * When pages are to be removed; and for strays after the start, after something was forgotten or
 * destroyed, and every few hours.
 */
static enum status
tidy(struct keeper *k, struct db *db, struct err *e)
{
	int64_t now = clock_now();
	struct view_done_rows rows;
	struct tidy_under_way n;
	struct tidy_due due;
	bool is_due;
	if (!k->swept_from)
		k->swept_from = now;
	int64_t since = k->swept_from > now - SWEEP_SECONDS ? k->swept_from : now - SWEEP_SECONDS;
	TRY(db_tidy_under_way(db, now, &n, e));
	if (n.n)
		return OK;
	TRY(db_view_done(db, &rows, e));
	if (rows.n)
		return queue_tidy(db, rows.at[0].event, &rows, now, e);
	TRY(db_found(db_tidy_due(db, since, &due, e), &is_due));
	return is_due ? queue_tidy(db, due.event, &rows, now, e) : OK;
}

void
spool_look(struct keeper *k, struct db *db)
{
	struct err e;
	if (clock_mono_ms() < k->spool_ms)
		return;
	k->spool_ms = clock_mono_ms() + LOOK_MS;
	enum status s = drop_files(k, db, &e);
	if (s == OK)
		s = tidy(k, db, &e);
	if (s != OK)
		log_error("what is handed in cannot be cleared away", "why=\"%s\"", e.text);
}

enum status
spool_tidied(struct db *db, const char *spec, const char *result, int64_t now, struct err *e)
{
	cleanup_result json_t *s = NULL, *r = NULL;
	json_t *views, *strays, *x;
	size_t i;
	TRY(result_parse(spec, &s, e));
	TRY(result_parse(result, &r, e));
	if (!json_is_true(json_object_get(r, "ok")))
		return OK;
	TRY(result_list(s, "views", VIEWS_MAX, &views, e));
	TRY(result_list(r, "strays", STRAYS_MAX, &strays, e));
	json_array_foreach(views, i, x)
	{
		TRY(db_view_cleared_add(db, json_integer_value(x), now, e));
	}
	json_array_foreach(strays, i, x)
	{
		TRY(db_spool_stray_add(db, json_integer_value(x), now, e));
	}
	return OK;
}

enum status
spool_dropped(struct db *db, int64_t spool, int64_t now, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_spool_cleared_add(db, spool, now, e));
	return db_commit(tx, e);
}
