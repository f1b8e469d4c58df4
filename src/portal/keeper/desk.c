#include "portal/keeper/desk.h"

#include "base/clock.h"
#include "base/code.h"
#include "base/log.h"
#include "portal/airlock/airlock.h"
#include "portal/audit/audit.h"
#include "portal/dictionary/dictionary.h"
#include "portal/keeper/desk_internal.h"
#include "portal/keeper/keeper.h"
#include "portal/packages/packages.h"
#include "portal/score/score.h"
#include "portal/web/policy.h"
#include "portal/workspace/workspace.h"

static void
say(struct db *db, struct desk_reply *ret, enum status s, const struct err *e)
{
	struct arena *a = db_arena(db);
	if (s == E_IO || s == E_BUG) {
		log_error("the desk failed", "why=\"%s\"", e->text);
		ret->text = STR("The server could not do this just now; try again in a minute.\n");
		ret->exit_code = EXIT_AWAY;
	} else {
		ret->text = str_of(arena_printf(a, "%s\n", e->text));
		ret->exit_code = code_of(s);
	}
}

/* ---- submit ---- */

/* For a person who reads it: no control characters. */
static const char *
shown_name(struct arena *a, const char *name)
{
	char *s = arena_strdup(a, name);
	for (char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return s[0] ? s : "predictions";
}

bool
desk_may_submit(const struct desk_member *m)
{
	return policy_allows(CAP_SUBMIT, ROLE_PARTICIPANT, phase_parse(m->phase), ROLE_PARTICIPANT);
}

static enum status
submit(struct db *db, const struct desk_member *m, const struct pg_desk *q, int64_t now,
	struct desk_reply *ret, struct err *e)
{
	struct arena *a = db_arena(db);
	char hash[2 * sizeof q->hash + 1];
	int64_t id;
	if (!desk_may_submit(m))
		return err_set(e, E_DENIED, "",
			"Predictions are taken once the full data are open; now is the phase "
			"\"%s\".",
			phase_title(phase_parse(m->phase)));
	if (q->spool > INT64_MAX || q->bytes > INT64_MAX)
		return err_set(e, E_INPUT, "", "The file was not handed over rightly.");
	hex_encode(hash, q->hash, sizeof q->hash);
	struct score_offer o = { .event = m->event,
		.team = m->team,
		.project = m->project,
		.person = m->person,
		.person_name = m->person_name,
		.task = m->task,
		.spool = (int64_t)q->spool,
		.bytes = (int64_t)q->bytes,
		.hash = hash,
		.name = shown_name(a, q->name) };
	TRY(score_take(db, &o, now, &id, e));
	ret->wait = DESK_WAIT_SCORE;
	ret->id = id;
	ret->text = str_of(arena_printf(
		a, "Taken as submission %lld. It is being scored ...\n", (long long)id));
	return OK;
}

/* ---- airlock ---- */

static enum status
airlock_open_now(const struct desk_member *m, struct err *e)
{
	enum phase at = phase_parse(m->phase);
	if (policy_allows(CAP_AIRLOCK_ASK, ROLE_PARTICIPANT, at, ROLE_PARTICIPANT))
		return OK;
	return err_set(e, E_DENIED, "",
		"Files are taken for the airlock while data are open; now is the phase \"%s\".",
		phase_title(at));
}

static enum status
airlock_one(struct db *db, const struct airlock_row *q, const char **ret, struct err *e)
{
	struct airlock_file_row_rows files;
	struct airlock_finding_row_rows findings;
	TRY(db_airlock_file_list(db, q->id, &files, e));
	TRY(db_airlock_finding_list(db, q->id, &findings, e));
	*ret = airlock_words(db_arena(db), q, &files, &findings);
	return OK;
}

/* One's newest request with its files; of the team's other ones a line each. */
static enum status
airlock_list(struct db *db, const struct desk_member *m, struct desk_reply *ret, struct err *e)
{
	struct buf b = buf_new(db_arena(db));
	struct airlock_row_rows all;
	struct airlock_row q = { 0 };
	const char *words = "You have asked for nothing yet: wardroom airlock add FILE\n";
	bool own, others = false;
	TRY(db_airlock_of_team(db, m->team, &all, e));
	TRY(db_found(db_airlock_newest_of(db, m->team, m->person, &q, e), &own));
	if (all.n == 0)
		return err_set(e, E_ABSENT, "",
			"You have asked for nothing yet: wardroom airlock add FILE");
	if (own)
		TRY(airlock_one(db, &q, &words, e));
	buf_puts(&b, words);
	for (size_t i = 0; i < all.n; i++) {
		const struct airlock_row *x = &all.at[i];
		if (own && x->id == q.id)
			continue;
		if (!others)
			buf_puts(&b, "\nOther requests of your team:\n");
		others = true;
		/* "rejected, by you" would name who decided. */
		buf_printf(&b, "  Request %lld, asked by %s: %s.\n", (long long)x->number,
			x->author == m->person ? "you" : x->author_name, x->state);
	}
	ret->text = buf_str(&b);
	return OK;
}

/* What the team has to say of its request it says in the browser. */
static enum status
seal(struct db *db, const struct airlock_row *q, const struct airlock_actor *who, int64_t now,
	struct err *e)
{
	enum status s = airlock_seal(db, q, who, now, e);
	if (s != E_INPUT)
		return s;
	const char *text = arena_strdup(db_arena(db), e->text);
	return err_set(e, E_CONFLICT, "",
		"%s It is written in the browser: on your team's page Airlock, request %lld, under "
		"\"What it is about\".",
		text, (long long)q->number);
}

static enum status
airlock_add(struct db *db, const struct desk_member *m, const struct pg_desk *q, int64_t now,
	struct desk_reply *ret, struct err *e)
{
	char hash[2 * sizeof q->hash + 1];
	int64_t id;
	struct airlock_row request;
	TRY(airlock_open_now(m, e));
	if (q->spool > INT64_MAX || q->bytes > INT64_MAX)
		return err_set(e, E_INPUT, "", "The file was not handed over rightly.");
	hex_encode(hash, q->hash, sizeof q->hash);
	struct airlock_offer o = { .event = m->event,
		.team = m->team,
		.project = m->project,
		.person = m->person,
		.person_name = m->person_name,
		.role = q->verb == DESK_AIRLOCK_OUTPUT ? "output"
			: q->verb == DESK_AIRLOCK_CODE ? "code"
						       : "supporting",
		.spool = (int64_t)q->spool,
		.bytes = (int64_t)q->bytes,
		.hash = hash,
		.name = shown_name(db_arena(db), q->name) };
	TRY(airlock_take(db, &o, now, &id, e));
	TRY(db_airlock_by_id(db, id, &request, e));
	ret->wait = DESK_WAIT_CHECK;
	ret->id = request.job;
	ret->text = str_of(arena_printf(db_arena(db),
		"Taken into request %lld as %s. It is being checked ...\n",
		(long long)request.number, o.role));
	return OK;
}

static enum status
airlock_seal_it(struct db *db, const struct desk_member *m, int64_t now, struct desk_reply *ret,
	struct err *e)
{
	struct airlock_row q;
	struct airlock_actor who;
	TRY(airlock_open_now(m, e));
	TRY(db_airlock_newest_of(db, m->team, m->person, &q, e));
	TRY(airlock_as(db, &q, m->person, m->person_name, false, &who, e));
	TRY(seal(db, &q, &who, now, e));
	ret->wait = DESK_WAIT_CHECK;
	TRY(db_airlock_by_id(db, q.id, &q, e));
	ret->id = q.job;
	ret->text = str_of(arena_printf(db_arena(db),
		"Request %lld is sealed. It is checked once more ...\n", (long long)q.number));
	return OK;
}

static enum status
airlock_verb(struct db *db, const struct desk_member *m, const struct pg_desk *q, int64_t now,
	struct desk_reply *ret, struct err *e)
{
	if (q->verb == DESK_AIRLOCK_SEAL)
		return airlock_seal_it(db, m, now, ret, e);
	if (q->verb != DESK_AIRLOCK)
		return airlock_add(db, m, q, now, ret, e);
	return airlock_list(db, m, ret, e);
}

/* ---- tables ---- */

static enum status
table(struct db *db, const struct desk_member *m, const struct pg_desk *q, int64_t now,
	struct desk_reply *ret, struct err *e)
{
	char hash[2 * sizeof q->hash + 1];
	enum phase at = phase_parse(m->phase);
	if (!policy_allows(CAP_AIRLOCK_ASK, ROLE_PARTICIPANT, at, ROLE_PARTICIPANT))
		return err_set(e, E_DENIED, "",
			"Tables are counted while data are open; now is the phase \"%s\".",
			phase_title(at));
	if (q->spool > INT64_MAX || q->bytes > INT64_MAX)
		return err_set(e, E_INPUT, "", "The request was not handed over rightly.");
	hex_encode(hash, q->hash, sizeof q->hash);
	struct airlock_table_offer o = { .event = m->event,
		.team = m->team,
		.team_number = m->number,
		.project = m->project,
		.ws = (int64_t)q->ws,
		.person = m->person,
		.person_name = m->person_name,
		.spool = (int64_t)q->spool,
		.bytes = (int64_t)q->bytes,
		.hash = hash };
	TRY(airlock_table_ask(db, &o, now, &ret->id, e));
	ret->wait = DESK_WAIT_TABLE;
	return OK;
}

/* ---- dictionary ---- */

static enum status
dictionary(struct db *db, const struct desk_member *m, const struct pg_desk *q,
	struct desk_reply *ret, struct err *e)
{
	const char *words;
	TRY(dictionary_words(db, m->project, shown_name(db_arena(db), q->name), &words, e));
	ret->text = str_of(words);
	return OK;
}

static enum status
ask(struct db *db, const struct desk_member *m, const struct pg_desk *q, int64_t now,
	struct desk_reply *ret, struct err *e)
{
	struct arena *a = db_arena(db);
	const char *variable, *question;
	enum phase at = phase_parse(m->phase);
	const struct dictionary_asker who = { m->event, m->project, m->person, m->person_name,
		now };
	if (!policy_allows(CAP_DICTIONARY_ASK, ROLE_PARTICIPANT, at, 0))
		return err_set(e, E_DENIED, "", "In the phase \"%s\" nobody answers any more.",
			phase_title(at));
	TRY(dictionary_part(a, shown_name(a, q->name), &variable, &question, e));
	TRY(dictionary_ask(db, &who, variable, question, &variable, e));
	struct audit_entry entry = { .at = now,
		.actor = m->person,
		.actor_name = m->person_name,
		.event = m->event,
		.action = "question asked",
		.object = arena_printf(a, "team %lld", (long long)m->number),
		.detail = arena_printf(a, "from inside, %s: %s", variable, question) };
	TRY(audit_add(db, &entry, e));
	ret->text = str_of(arena_printf(a,
		"Asked about %s. The answer will stand in `wardroom dictionary %s` and on the "
		"dictionary's page.\n",
		variable, variable));
	return OK;
}

static bool
writes(uint32_t verb)
{
	return desk_takes_file(verb) || verb == DESK_AIRLOCK_SEAL || verb == DESK_ASK;
}

static enum status
answer(struct db *db, const struct pg_desk *q, int64_t now, struct desk_reply *ret, struct err *e)
{
	struct desk_member m;
	cleanup_tx struct db *tx = NULL;
	if (writes(q->verb)) {
		TRY(db_begin(db, e));
		tx = db;
	}
	TRY(db_desk_member(db, (int64_t)q->ws, q->slot, &m, e));
	TRY(workspace_admits(db, (int64_t)q->ws, m.person, 0, now, NULL, e));
	switch (q->verb) {
	case DESK_WHO:
		TRY(desk_who(db, &m, now, ret, e));
		break;
	case DESK_PACKAGES:
		TRY(packages_words(db, (int64_t)q->ws, &ret->text, e));
		break;
	case DESK_STATUS:
		TRY(desk_status(db, &m, (int64_t)q->ws, now, ret, e));
		break;
	case DESK_SUBMIT:
		TRY(submit(db, &m, q, now, ret, e));
		break;
	case DESK_AIRLOCK:
	case DESK_AIRLOCK_OUTPUT:
	case DESK_AIRLOCK_SUPPORTING:
	case DESK_AIRLOCK_CODE:
	case DESK_AIRLOCK_SEAL:
		TRY(airlock_verb(db, &m, q, now, ret, e));
		break;
	case DESK_TABLE:
		TRY(table(db, &m, q, now, ret, e));
		break;
	case DESK_DICTIONARY:
		TRY(dictionary(db, &m, q, ret, e));
		break;
	case DESK_ASK:
		TRY(ask(db, &m, q, now, ret, e));
		break;
	default:
		return err_set(e, E_INPUT, "", "The server does not know this command.");
	}
	return tx ? db_commit(tx, e) : OK;
}

void
desk_answer(struct db *db, struct server *server, const struct pg_desk *q, int64_t now,
	struct desk_reply *ret)
{
	struct err e = { 0 };
	struct desk_reply r = { 0 };
	enum status s = answer(db, q, now, &r, &e);
	if (s != OK) {
		r = (struct desk_reply){ 0 };
		say(db, &r, s, &e);
	} else if (r.wait) {
		keeper_nudge(server, 0, 0, 0);
	}
	*ret = r;
}

/* Its job is no longer on its way. */
static bool
job_ended(struct db *db, int64_t job)
{
	struct job_row j;
	return db_job_by_id(db, job, &j, NULL) == OK && !streq(j.state, "queued") &&
	       !streq(j.state, "running");
}

bool
desk_ended(struct db *db, enum desk_wait wait, int64_t id)
{
	struct desk_submission s;
	if (wait == DESK_WAIT_CHECK || wait == DESK_WAIT_TABLE)
		return job_ended(db, id);
	return db_desk_submission(db, id, &s, NULL) == OK && !streq(s.state, "waiting");
}

static enum status
score_result(struct db *db, int64_t submission, struct desk_reply *ret, struct err *e)
{
	struct desk_submission s;
	TRY(db_desk_submission(db, submission, &s, e));
	struct score_row row = desk_score_row(&s);
	bool waits = streq(s.state, "waiting");
	ret->text =
		str_of(waits ? arena_printf(db_arena(db),
				       "It takes longer. Submission %lld is kept; ask `wardroom "
				       "status` for its score.\n",
				       (long long)submission)
			     : score_words(db_arena(db), &row));
	ret->exit_code = waits || streq(s.state, "scored") ? 0
			 : streq(s.state, "refused")       ? EXIT_MISTAKE
							   : EXIT_FAILED;
	return OK;
}

static enum status
check_result(struct db *db, int64_t job, struct desk_reply *ret, struct err *e)
{
	struct airlock_row q;
	const char *words;
	enum status s = db_airlock_by_job(db, job, &q, e);
	if (s == E_ABSENT || (s == OK && !job_ended(db, job))) {
		ret->text = STR("It takes longer, or another check has begun. Ask `wardroom "
				"airlock list` what was found.\n");
		return OK;
	}
	TRY(s);
	TRY(airlock_one(db, &q, &words, e));
	ret->text = str_of(words);
	return OK;
}

static enum status
table_result(struct db *db, int64_t job, struct desk_reply *ret, struct err *e)
{
	if (!job_ended(db, job))
		return err_set(e, E_BUSY, "",
			"It takes longer than a minute. Ask of fewer rows with --where, or try "
			"again when the server has less to do.");
	TRY(airlock_table_code(db, job, &ret->exit_code, e));
	ret->parcel = true;
	return OK;
}

void
desk_result(struct db *db, enum desk_wait wait, int64_t id, struct desk_reply *ret)
{
	struct err e;
	enum status s = wait == DESK_WAIT_CHECK   ? check_result(db, id, ret, &e)
			: wait == DESK_WAIT_TABLE ? table_result(db, id, ret, &e)
						  : score_result(db, id, ret, &e);
	if (s != OK)
		say(db, ret, s, &e);
}
