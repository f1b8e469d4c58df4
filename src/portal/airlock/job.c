/* What the curator is asked about a request, and what comes of its answers. */
#include "base/json.h"
#include "portal/airlock/airlock.h"
#include "portal/keeper/job.h"
#include "portal/keeper/result.h"
#include "wire/places.h"
#include "portal/web/policy.h"
#include "portal/web/web.sql.h"

enum { SENTENCE_MAX = 400, WORD_MAX = 40, FINDINGS_MAX = 400 };

/* ---- asking ---- */

static enum status
queue(struct db *db, const struct airlock_row *q, const char *kind, const struct buf *spec,
	int64_t now, struct err *e)
{
	int64_t job;
	TRY(job_add(db, kind, q->event, q->project, 0, spec->p, now, &job, e));
	return db_airlock_set_job(db, q->id, job, e);
}

static void
put_key_int(struct jsonw *j, const char *key, int64_t v)
{
	jsonw_key(j, key);
	jsonw_int(j, v);
}

static void
put_key_text(struct jsonw *j, const char *key, const char *v)
{
	jsonw_key(j, key);
	jsonw_text(j, v);
}

/* Whether the event lets models of trees leave. */
static enum status
put_models(struct db *db, int64_t event, struct jsonw *j, struct err *e)
{
	struct airlock_rule_of rule = { 0 };
	enum status s = db_airlock_rule_of(db, event, &rule, e);
	if (s != OK && s != E_ABSENT)
		return s;
	jsonw_key(j, "models");
	jsonw_bool(j, s == OK && rule.models);
	return OK;
}

enum status
airlock_job_check(struct db *db, const struct airlock_row *q, int64_t now, struct err *e)
{
	struct airlock_file_row_rows files;
	struct airlock_earlier_rows earlier;
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	TRY(db_airlock_file_list(db, q->id, &files, e));
	TRY(db_airlock_earlier(db, q->event, &earlier, e));
	TRY(db_airlock_job_superseded(db, q->job, e));
	if (files.n == 0)
		return db_airlock_set_job(db, q->id, 0, e);
	jsonw_open(&j, '{');
	put_key_int(&j, "project", q->project);
	put_key_int(&j, "team", q->team);
	put_key_int(&j, "request", q->id);
	TRY(put_models(db, q->event, &j, e));
	jsonw_key(&j, "files"), jsonw_open(&j, '[');
	for (size_t i = 0; i < files.n; i++) {
		jsonw_open(&j, '{');
		put_key_int(&j, "id", files.at[i].id);
		put_key_int(&j, "spool", files.at[i].spool);
		put_key_text(&j, "name", files.at[i].name);
		put_key_text(&j, "role", files.at[i].role);
		jsonw_close(&j, '}');
	}
	jsonw_close(&j, ']');
	jsonw_key(&j, "earlier"), jsonw_open(&j, '[');
	for (size_t i = 0; i < earlier.n; i++)
		jsonw_int(&j, earlier.at[i].id);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	return queue(db, q, "check", &spec, now, e);
}

enum status
airlock_job_leave(struct db *db, const struct airlock_row *q, int64_t now, struct err *e)
{
	struct airlock_file_row_rows files;
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	TRY(db_airlock_file_list(db, q->id, &files, e));
	jsonw_open(&j, '{');
	put_key_int(&j, "request", q->id);
	TRY(put_models(db, q->event, &j, e));
	jsonw_key(&j, "files"), jsonw_open(&j, '[');
	for (size_t i = 0; i < files.n; i++) {
		if (!streq(files.at[i].role, "output"))
			continue;
		jsonw_open(&j, '{');
		put_key_int(&j, "id", files.at[i].id);
		put_key_int(&j, "spool", files.at[i].spool);
		put_key_text(&j, "name", files.at[i].name);
		put_key_int(&j, "bytes", files.at[i].clean_bytes);
		put_key_text(&j, "blake2b", files.at[i].clean_hash);
		jsonw_close(&j, '}');
	}
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	return queue(db, q, "leave", &spec, now, e);
}

enum status
airlock_begun(struct db *db, int64_t job, int64_t now, struct err *e)
{
	struct airlock_row q;
	enum status s = db_airlock_by_job(db, job, &q, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	if (!streq(q.state, "sealed"))
		return OK;
	return airlock_step(db, &q, &airlock_server, AIRLOCK_SCAN, "", "", now, e);
}

/* ---- what a check says of a file ---- */

static const json_t *
entry_of(const json_t *list, int64_t file)
{
	size_t i;
	json_t *x;
	json_array_foreach(list, i, x)
	{
		const json_t *id = json_object_get(x, "id");
		if (json_is_integer(id) && json_integer_value(id) == file)
			return x;
	}
	return NULL;
}

/* "rows 3 to 9 of column 2, and 4 more" */
static const char *
places(struct arena *a, const json_t *finding)
{
	struct buf b = buf_new(a);
	struct spot at[PLACES_MOST];
	const json_t *list = json_object_get(finding, "where");
	size_t n = json_array_size(list);
	if (n > PLACES_MOST)
		n = PLACES_MOST;
	for (size_t i = 0; i < n; i++) {
		const json_t *x = json_array_get(list, i);
		at[i] = (struct spot){ json_integer_value(json_object_get(x, "row")),
			json_integer_value(json_object_get(x, "column")) };
	}
	places_say(&b, at, n, json_integer_value(json_object_get(finding, "count")));
	return b.n ? b.p : "";
}

static enum status
take_findings(struct db *db, int64_t file, const json_t *entry, struct err *e)
{
	struct arena *a = db_arena(db);
	json_t *list;
	TRY(result_list(entry, "findings", FINDINGS_MAX, &list, e));
	TRY(db_airlock_finding_clear(db, file, e));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *x = json_array_get(list, i);
		const char *severity = result_text(a, x, "severity", WORD_MAX);
		if (!streq(severity, "note") && !streq(severity, "review") &&
			!streq(severity, "fail"))
			return err_set(
				e, E_INPUT, "severity", "A finding of the check has no severity.");
		TRY(db_airlock_finding_add(db, file, result_text(a, x, "check", WORD_MAX), severity,
			result_text(a, x, "sentence", SENTENCE_MAX), places(a, x), e));
	}
	return OK;
}

/* Of a table that the curator itself counted. */
static enum status
take_evidence(struct db *db, int64_t file, const json_t *entry, struct err *e)
{
	static const char *const keys[] = { "fewest", "shown", "small", "close", "other" };
	const json_t *v = json_object_get(entry, "evidence");
	int64_t n[sizeof keys / sizeof *keys];
	TRY(db_airlock_evidence_clear(db, file, e));
	if (!v)
		return OK;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		TRY(result_count(v, keys[i], &n[i], e));
	return db_airlock_evidence_set(db, file, n[0], n[1], n[2], n[3], n[4],
		json_is_true(json_object_get(v, "of_file")),
		json_is_true(json_object_get(v, "of_rows")), e);
}

static enum status
verdict_of(struct arena *a, const json_t *entry, const char **ret, struct err *e)
{
	static const char *const known[] = { "pass", "review", "fail", "stopped", "held" };
	const char *v = result_text(a, entry, "outcome", WORD_MAX);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (streq(v, known[i])) {
			*ret = known[i];
			return OK;
		}
	return err_set(e, E_INPUT, "outcome", "The check comes to nothing about a file.");
}

static bool
is_digest(const char *s)
{
	uint8_t bytes[32];
	return hex_decode(str_of(s), bytes, sizeof bytes);
}

/* *worst: 0 fit for a vote, 1 to be mended, 2 held, 3 never to leave. */
static enum status
take_file(struct db *db, const struct airlock_file_row *f, const json_t *list, int *worst,
	struct err *e)
{
	struct arena *a = db_arena(db);
	const json_t *entry = entry_of(list, f->id);
	const char *verdict = "held", *clean_hash = "";
	int64_t clean_bytes = 0;
	if (!entry)
		return err_set(e, E_INPUT, "files", "The check says nothing about a file.");
	TRY(verdict_of(a, entry, &verdict, e));
	if (!streq(verdict, "held") && !streq(result_text(a, entry, "blake2b", 64), f->hash))
		return err_set(e, E_INPUT, "blake2b", "The check looked at other bytes.");
	const json_t *clean = json_object_get(entry, "clean");
	if (json_is_object(clean)) {
		clean_hash = result_text(a, clean, "blake2b", 64);
		TRY(result_count(clean, "bytes", &clean_bytes, e));
		if (!is_digest(clean_hash))
			return err_set(e, E_INPUT, "blake2b", "The check gave no digest.");
	} else if (streq(f->role, "output") && !streq(verdict, "held")) {
		verdict = "stopped";
	}
	TRY(db_airlock_file_checked(db, f->id, result_text(a, entry, "type", WORD_MAX), verdict,
		clean_bytes, clean_hash, e));
	TRY(take_findings(db, f->id, entry, e));
	TRY(take_evidence(db, f->id, entry, e));
	int bad = streq(verdict, "stopped")                 ? 3
		  : streq(verdict, "held")                  ? 2
		  : streq(verdict, "fail") && !f->reason[0] ? 1
							    : 0;
	*worst = bad > *worst ? bad : *worst;
	return OK;
}

/* ---- what comes of it ---- */

static enum status
check_counts(struct db *db, const struct airlock_row *q, int worst, int64_t now, struct err *e)
{
	const struct airlock_actor *us = &airlock_server;
	if (!streq(q->state, "sealed") && !streq(q->state, "scanning"))
		return OK;
	switch (worst) {
	case 0:
		return airlock_step(db, q, us, AIRLOCK_PASS, "", "", now, e);
	case 1:
		return airlock_step(db, q, us, AIRLOCK_RETURN, "a check fails since the draft",
			"Beside what has been released since your draft, a check does not pass any "
			"more. See the findings.",
			now, e);
	case 2:
		return airlock_step(db, q, us, AIRLOCK_FAIL, "a check could not be carried out",
			"A check could not be carried out, so everything is held.", now, e);
	default:
		return airlock_step(db, q, us, AIRLOCK_STOP, "a file holds what never leaves",
			"A file holds what may never leave. Begin a new request without it.", now,
			e);
	}
}

static enum status
checked(struct db *db, const struct airlock_row *q, const json_t *r, int64_t now, struct err *e)
{
	struct airlock_file_row_rows files;
	json_t *list;
	int worst = 0;
	TRY(result_list(r, "files", AIRLOCK_FILES, &list, e));
	TRY(db_airlock_file_list(db, q->id, &files, e));
	for (size_t i = 0; i < files.n; i++)
		TRY(take_file(db, &files.at[i], list, &worst, e));
	return check_counts(db, q, worst, now, e);
}

/* What lies ready must be what was voted on, and the event must still let it out. */
static enum status
left(struct db *db, const struct airlock_row *q, const json_t *r, int64_t now, struct err *e)
{
	struct arena *a = db_arena(db);
	struct airlock_file_row_rows files;
	struct airlock_phase phase;
	json_t *list;
	struct buf b = buf_new(a);
	TRY(result_list(r, "files", AIRLOCK_FILES, &list, e));
	TRY(db_airlock_file_list(db, q->id, &files, e));
	for (size_t i = 0; i < files.n; i++) {
		const struct airlock_file_row *f = &files.at[i];
		const json_t *entry = entry_of(list, f->id);
		if (!streq(f->role, "output"))
			continue;
		if (!entry || !f->clean_hash[0] ||
			!streq(result_text(a, entry, "blake2b", 64), f->clean_hash))
			return err_set(e, E_INPUT, "blake2b",
				"What was handed out is not what was voted on.");
		buf_printf(&b, "%s%s, BLAKE2b %s", b.n ? "; " : "", f->name, f->clean_hash);
	}
	TRY(db_airlock_phase(db, q->event, &phase, e));
	if (!policy_allows(CAP_AIRLOCK_REVIEW, ROLE_STEWARD, phase_parse(phase.phase), 0))
		return airlock_step(db, q, &airlock_server, AIRLOCK_FAIL,
			"the event's phase lets nothing out",
			"Nothing leaves in the present phase of the event.", now, e);
	return airlock_step(
		db, q, &airlock_server, AIRLOCK_RELEASE, b.n ? b.p : "nothing", "", now, e);
}

static enum status
failed(struct db *db, const struct airlock_row *q, const char *error, int64_t now, struct err *e)
{
	struct airlock_file_row_rows files;
	if (streq(q->state, "draft")) {
		TRY(db_airlock_file_list(db, q->id, &files, e));
		for (size_t i = 0; i < files.n; i++)
			TRY(db_airlock_file_checked(
				db, files.at[i].id, files.at[i].kind, "held", 0, "", e));
		return OK;
	}
	enum airlock_state to;
	if (!airlock_next(airlock_state_parse(q->state), AIRLOCK_FAIL, AIRLOCK_SYSTEM,
		    AIRLOCK_STATES, &to))
		return OK;
	return airlock_step(db, q, &airlock_server, AIRLOCK_FAIL, error, error, now, e);
}

enum status
airlock_job_ended(struct db *db, int64_t job, const char *kind, const char *result,
	const char *error, int64_t now, struct err *e)
{
	struct airlock_row q;
	cleanup_result json_t *r = NULL;
	bool leave = streq(kind, "leave");
	enum status s = db_airlock_by_job(db, job, &q, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	/* What comes twice or too late may not change what is voted on. */
	bool looks =
		streq(q.state, "draft") || streq(q.state, "sealed") || streq(q.state, "scanning");
	if (leave ? !streq(q.state, "approved") : !looks)
		return OK;
	if (result[0])
		TRY(result_parse(result, &r, e));
	if (!r || !json_is_true(json_object_get(r, "ok")))
		return failed(db, &q, error[0] ? error : "The curator gave no result.", now, e);
	return leave ? left(db, &q, r, now, e) : checked(db, &q, r, now, e);
}
