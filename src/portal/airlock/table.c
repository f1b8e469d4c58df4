/*
 * Tables that the curator counts for a team. What is asked and what comes of it pass the portal by:
 * it knows a number in the spool, and the digest of what was made.
 */
#include "base/json.h"
#include "portal/airlock/airlock.h"
#include "portal/audit/audit.h"
#include "portal/keeper/job.h"
#include "portal/keeper/result.h"

static enum status
audit(struct db *db, int64_t event, int64_t person, const char *name, const char *action,
	int64_t team_number, const char *detail, int64_t now, struct err *e)
{
	struct audit_entry entry = { .at = now,
		.actor = person,
		.actor_name = name,
		.event = event,
		.action = action,
		.object = arena_printf(db_arena(db), "team %lld", (long long)team_number),
		.detail = detail };
	return audit_add(db, &entry, e);
}

enum status
airlock_table_ask(struct db *db, const struct airlock_table_offer *o, int64_t now, int64_t *ret_job,
	struct err *e)
{
	struct airlock_table_data data;
	struct airlock_tables_under_way n;
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	enum status s = db_airlock_table_data(db, o->ws, &data, e);
	if (s == E_ABSENT)
		return err_set(
			e, E_CONFLICT, "", "There are no data in your workspace at the moment.");
	TRY(s);
	TRY(db_airlock_tables_under_way(db, o->team, o->event, &n, e));
	if (n.n >= AIRLOCK_TABLES)
		return err_set(e, E_BUSY, "",
			"%d tables of your team are being counted already; try again in a minute.",
			AIRLOCK_TABLES);
	const struct {
		const char *key;
		int64_t value;
	} numbers[] = { { "event", o->event }, { "project", o->project }, { "team", o->team },
		{ "team_number", o->team_number }, { "spool", o->spool },
		{ "release", data.release } };
	jsonw_open(&j, '{');
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		jsonw_key(&j, numbers[i].key), jsonw_int(&j, numbers[i].value);
	jsonw_key(&j, "stage"), jsonw_text(&j, data.stage);
	jsonw_close(&j, '}');
	TRY(job_add(db, "table", o->event, o->project, 0, spec.p, now, ret_job, e));
	return audit(db, o->event, o->person, o->person_name, "table asked for", o->team_number,
		arena_printf(db_arena(db), "%lld bytes, BLAKE2b %s", (long long)o->bytes, o->hash),
		now, e);
}

enum status
airlock_table_ended(struct db *db, int64_t event, const char *spec, const char *result, int64_t now,
	struct err *e)
{
	struct arena *a = db_arena(db);
	cleanup_result json_t *s = NULL, *r = NULL;
	TRY(result_parse(spec, &s, e));
	if (!result[0])
		return OK;
	TRY(result_parse(result, &r, e));
	const char *digest = result_text(a, r, "blake2b", 64);
	int64_t small, close, other, team;
	bool refused = json_integer_value(json_object_get(r, "code")) == AIRLOCK_TABLE_REFUSED;
	if (!json_is_true(json_object_get(r, "ok")) || (!digest[0] && !refused))
		return OK;
	TRY(result_count(s, "team_number", &team, e));
	TRY(result_count(r, "small", &small, e));
	TRY(result_count(r, "close", &close, e));
	TRY(result_count(r, "other", &other, e));
	return audit(db, event, 0, airlock_server.name, refused ? "table refused" : "table counted",
		team,
		arena_printf(a,
			"%s%s; %lld small numbers hidden, %lld withheld for being close to others, "
			"%lld more because of them",
			refused ? "nothing would show" : "BLAKE2b ", refused ? "" : digest,
			(long long)small, (long long)close, (long long)other),
		now, e);
}

enum status
airlock_table_code(struct db *db, int64_t job, int *ret, struct err *e)
{
	struct airlock_table_job j;
	cleanup_result json_t *r = NULL;
	TRY(db_airlock_table_job(db, job, &j, e));
	if (!streq(j.state, "done"))
		return err_set(e, E_CONFLICT, "", "%s",
			j.error[0] ? j.error : "The table could not be counted.");
	TRY(result_parse(j.result, &r, e));
	*ret = (int)(json_integer_value(json_object_get(r, "code")) & 127);
	return OK;
}
