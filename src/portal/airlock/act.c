/* Acting on requests: the only place that changes their state. */
#include "base/log.h"
#include "portal/airlock/airlock.h"
#include "portal/audit/audit.h"

enum { DAY = 86400, COMMENT_MAX = 2000 };

const struct airlock_actor airlock_server = { 0, "the server", AIRLOCK_SYSTEM };

static enum status
audit(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	const char *action, const char *detail, int64_t now, struct err *e)
{
	struct audit_entry entry = { .at = now,
		.actor = who->person,
		.actor_name = who->name,
		.event = q->event,
		.action = action,
		.object = arena_printf(db_arena(db), "airlock request %lld of team %lld",
			(long long)q->number, (long long)q->team_number),
		.detail = detail };
	return audit_add(db, &entry, e);
}

static enum airlock_state
resume_of(const struct airlock_row *q)
{
	return q->resume[0] ? airlock_state_parse(q->resume) : AIRLOCK_STATES;
}

static enum status
refused(const struct airlock_row *q, const struct airlock_actor *who, enum airlock_verb verb,
	struct err *e)
{
	enum airlock_state other;
	enum airlock_state s = airlock_state_parse(q->state);
	unsigned everybody = AIRLOCK_AUTHOR | AIRLOCK_REVIEWER | AIRLOCK_STEWARD;
	/* Somebody could, in this state: so it is the person. */
	if (airlock_next(s, verb, everybody, resume_of(q), &other)) {
		if (verb == AIRLOCK_VOTE)
			return err_set(e, E_DENIED, "",
				"Only a data steward who never belonged to the team votes on its "
				"requests.");
		if (verb == AIRLOCK_REVOKE || verb == AIRLOCK_RETRY)
			return err_set(e, E_DENIED, "", "Only a data steward may do that.");
		return err_set(e, E_DENIED, "", "Only %s, who began this request, may %s it.",
			q->author_name, airlock_verb_word(verb));
	}
	return err_set(e, E_CONFLICT, "", "Request %lld is %s; one cannot %s it now.",
		(long long)q->number, q->state, airlock_verb_word(verb));
}

static enum status
may(const struct airlock_row *q, const struct airlock_actor *who, enum airlock_verb verb,
	enum airlock_state *ret, struct err *e)
{
	if (!airlock_next(airlock_state_parse(q->state), verb, who->who, resume_of(q), ret))
		return refused(q, who, verb, e);
	return OK;
}

enum status
airlock_step(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	enum airlock_verb verb, const char *detail, const char *problem, int64_t now, struct err *e)
{
	static const char *const actions[AIRLOCK_VERBS] = { "airlock request changed",
		"airlock request sealed", "airlock check begun", "airlock check passed",
		"airlock request quarantined", "airlock request held",
		"airlock request tried again", "airlock vote given", "airlock request approved",
		"airlock request returned", "airlock request rejected", "airlock files released",
		"airlock request withdrawn", "airlock release revoked" };
	enum airlock_state to;
	TRY(may(q, who, verb, &to, e));
	bool to_failed = to == AIRLOCK_FAILED;
	const char *resume = !to_failed ? "" : streq(q->state, "approved") ? "approved" : "sealed";
	TRY(db_airlock_move(db, q->id, q->state, airlock_state_word(to), resume, problem, now, e));
	if (db_changes(db) != 1)
		return err_set(e, E_CONFLICT, "",
			"Request %lld has changed meanwhile; look at it again.",
			(long long)q->number);
	return audit(db, q, who, actions[verb],
		arena_printf(db_arena(db), "%s to %s%s%s", q->state, airlock_state_word(to),
			detail[0] ? ": " : "", detail),
		now, e);
}

enum status
airlock_as(struct db *db, const struct airlock_row *q, int64_t person, const char *name,
	bool steward, struct airlock_actor *ret, struct err *e)
{
	struct airlock_belongs b = { 0 };
	TRY(db_airlock_belongs(db, q->team, person, &b, e));
	*ret = (struct airlock_actor){ person, name,
		(person == q->author ? AIRLOCK_AUTHOR : 0) | (steward ? AIRLOCK_STEWARD : 0) |
			(steward && b.n == 0 && person != q->author ? AIRLOCK_REVIEWER : 0) };
	return OK;
}

/* ---- the author ---- */

/* The draft of this person: found, or begun. */
static enum status
draft_of(struct db *db, const struct airlock_offer *o, const struct airlock_actor *who, int64_t now,
	struct airlock_row *ret, struct err *e)
{
	enum status s = db_airlock_open_of(db, o->team, o->person, ret, e);
	if (s != E_ABSENT)
		return s;
	TRY(db_airlock_add(db, o->event, o->team, o->person, now, e));
	TRY(db_airlock_by_id(db, db_last_id(db), ret, e));
	return audit(db, ret, who, "airlock request begun", "draft", now, e);
}

static enum status
room_for_one(struct db *db, const struct airlock_offer *o,
	const struct airlock_file_row_rows *files, int64_t now, struct err *e)
{
	struct airlock_files_of_day day;
	TRY(db_airlock_files_of_day(db, o->team, now - DAY, &day, e));
	if (o->bytes > AIRLOCK_BYTES)
		return err_set(e, E_INPUT, "", "%s is larger than %d MiB: results are smaller.",
			o->name, AIRLOCK_BYTES >> 20);
	if (files->n >= AIRLOCK_FILES)
		return err_set(e, E_DENIED, "", "A request holds at most %d files.", AIRLOCK_FILES);
	if (day.n >= AIRLOCK_DAY)
		return err_set(e, E_DENIED, "",
			"Your team has handed in %d files within a day, which is the most.",
			AIRLOCK_DAY);
	return OK;
}

/*
 * Is this file in the draft already, and found fit or about to be looked at? Then there is nothing
 * to do: who hands in the same bytes over and over may not keep the checks of other teams waiting.
 * What was not found fit is looked at again, for the event's rule may have changed; see take_again.
 */
static enum status
stands_already(struct db *db, const struct airlock_row *q, const struct airlock_file_row *old,
	const struct airlock_offer *o, bool *ret, struct err *e)
{
	struct airlock_job_open open;
	*ret = false;
	if (!old || !streq(old->hash, o->hash) || !streq(old->role, o->role) ||
		!streq(q->state, "draft"))
		return OK;
	TRY(db_airlock_job_open(db, q->job, &open, e));
	*ret = open.n || streq(old->verdict, "pass") || streq(old->verdict, "review");
	return OK;
}

/*
 * The same bytes for the same end keep what was said of them. In a draft they are a file of their
 * own all the same, so that the measure of a day bounds how often they are looked at.
 */
static enum status
take_again(struct db *db, const struct airlock_row *q, const struct airlock_file_row *old,
	const struct airlock_offer *o, int64_t now, struct err *e)
{
	if (!streq(q->state, "draft"))
		return OK;
	TRY(db_airlock_file_gone(db, old->id, now, e));
	TRY(db_airlock_file_add(db, q->id, o->name, o->role, o->spool, o->bytes, o->hash, now, e));
	return db_airlock_file_reason(db, db_last_id(db), old->reason, e);
}

enum status
airlock_take(struct db *db, const struct airlock_offer *o, int64_t now, int64_t *ret_request,
	struct err *e)
{
	struct arena *a = db_arena(db);
	struct airlock_actor who = { o->person, o->person_name, AIRLOCK_AUTHOR };
	struct airlock_row q;
	struct airlock_file_row_rows files;
	const struct airlock_file_row *old = NULL;
	TRY(draft_of(db, o, &who, now, &q, e));
	TRY(db_airlock_file_list(db, q.id, &files, e));
	for (size_t i = 0; i < files.n; i++)
		if (streq(files.at[i].name, o->name))
			old = &files.at[i];
	bool stands;
	TRY(stands_already(db, &q, old, o, &stands, e));
	if (stands) {
		*ret_request = q.id;
		return OK;
	}
	if (old)
		files.n--;
	TRY(room_for_one(db, o, &files, now, e));
	TRY(airlock_step(db, &q, &who, AIRLOCK_EDIT,
		arena_printf(a, "%s as %s, %lld bytes, BLAKE2b %s", o->name, o->role,
			(long long)o->bytes, o->hash),
		"", now, e));
	if (old && streq(old->hash, o->hash) && streq(old->role, o->role)) {
		TRY(take_again(db, &q, old, o, now, e));
		*ret_request = q.id;
		return airlock_job_check(db, &q, now, e);
	}
	if (old)
		TRY(db_airlock_file_gone(db, old->id, now, e));
	TRY(db_airlock_file_add(db, q.id, o->name, o->role, o->spool, o->bytes, o->hash, now, e));
	*ret_request = q.id;
	return airlock_job_check(db, &q, now, e);
}

enum status
airlock_drop(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	int64_t file, int64_t now, struct err *e)
{
	struct airlock_file_row f;
	TRY(db_airlock_file_by_id(db, q->id, file, &f, e));
	TRY(airlock_step(db, q, who, AIRLOCK_EDIT,
		arena_printf(db_arena(db), "%s taken out", f.name), "", now, e));
	TRY(db_airlock_file_gone(db, file, now, e));
	/* What is left is looked at anew: it was compared with the one that is gone. */
	return airlock_job_check(db, q, now, e);
}

enum status
airlock_write(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	const struct airlock_context *c, int64_t now, struct err *e)
{
	TRY(airlock_step(db, q, who, AIRLOCK_EDIT, "context written", "", now, e));
	return db_airlock_set_context(
		db, q->id, c->population, c->variables, c->relation, c->controls, e);
}

enum status
airlock_excuse(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	int64_t file, const char *reason, int64_t now, struct err *e)
{
	struct airlock_file_row f;
	TRY(db_airlock_file_by_id(db, q->id, file, &f, e));
	TRY(airlock_step(db, q, who, AIRLOCK_EDIT,
		arena_printf(db_arena(db), "reason for %s: %s", f.name, reason), "", now, e));
	return db_airlock_file_reason(db, file, reason, e);
}

static enum status
rule_of(struct db *db, int64_t event, int64_t *ret_reviewers, struct err *e)
{
	struct airlock_rule_of r;
	enum status s = db_airlock_rule_of(db, event, &r, e);
	*ret_reviewers = s == OK ? r.reviewers : 0;
	return s == E_ABSENT ? OK : s;
}

static enum status
needed_now(struct db *db, const struct airlock_row *q, int64_t *ret, struct err *e)
{
	struct airlock_eligible eligible;
	int64_t rule;
	TRY(rule_of(db, q->event, &rule, e));
	TRY(db_airlock_eligible(db, q->team, 0, &eligible, e));
	*ret = airlock_needed(rule, eligible.n);
	return OK;
}

enum status
airlock_needed_of(struct db *db, const struct airlock_row *q, int64_t *ret_needed, int64_t *ret_now,
	struct err *e)
{
	int64_t now;
	TRY(needed_now(db, q, &now, e));
	*ret_needed = airlock_waits(q->state) && now > q->needed ? now : q->needed;
	*ret_now = now;
	return OK;
}

/*
 * Before a vote is counted. A second steward may have been confirmed since the sealing, or the rule
 * been changed: who seals early gets nothing out by fewer votes. What was once needed stays so, or
 * a vote that waits would become enough when a steward leaves.
 */
static enum status
raise_needed(struct db *db, const struct airlock_actor *who, int64_t now, struct airlock_row *q,
	struct err *e)
{
	int64_t needed, today;
	TRY(airlock_needed_of(db, q, &needed, &today, e));
	if (needed == q->needed)
		return OK;
	TRY(db_airlock_raise(db, q->id, needed, e));
	TRY(audit(db, q, who, "airlock votes raised",
		arena_printf(db_arena(db), "%lld needed, %lld when it was sealed",
			(long long)needed, (long long)q->needed),
		now, e));
	q->needed = needed;
	return OK;
}

enum status
airlock_seal(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	int64_t now, struct err *e)
{
	struct airlock_file_row_rows files;
	enum airlock_state to;
	int64_t needed;
	TRY(may(q, who, AIRLOCK_SEAL, &to, e));
	TRY(db_airlock_file_list(db, q->id, &files, e));
	TRY(airlock_sealable(q, &files, e));
	TRY(needed_now(db, q, &needed, e));
	TRY(db_airlock_sealed(db, q->id, needed, e));
	TRY(airlock_step(db, q, who, AIRLOCK_SEAL,
		arena_printf(db_arena(db), "version %lld, %lld %s needed",
			(long long)q->version + 1, (long long)needed,
			needed == 1 ? "reviewer" : "reviewers"),
		"", now, e));
	/* Looked at once more, all together, beside what has been released since. */
	return airlock_job_check(db, q, now, e);
}

enum status
airlock_withdraw(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	int64_t now, struct err *e)
{
	return airlock_step(db, q, who, AIRLOCK_WITHDRAW, "", "", now, e);
}

/* ---- stewards ---- */

enum status
airlock_retry(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	int64_t now, struct err *e)
{
	TRY(airlock_step(db, q, who, AIRLOCK_RETRY, "", "", now, e));
	return streq(q->resume, "approved") ? airlock_job_leave(db, q, now, e)
					    : airlock_job_check(db, q, now, e);
}

enum status
airlock_revoke(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	const char *why, int64_t now, struct err *e)
{
	if (!why[0])
		return err_set(e, E_INPUT, "why", "Say why; the team reads it.");
	return airlock_step(db, q, who, AIRLOCK_REVOKE, why, why, now, e);
}

static int
badness(const char *verdict)
{
	return streq(verdict, "reject") ? 2 : streq(verdict, "return") ? 1 : 0;
}

/* Is this word about the very bytes that would leave, by somebody who has looked at them? */
static enum status
word_stands(struct db *db, const struct airlock_file_row *f, const struct airlock_word *w,
	const struct airlock_actor *who, struct err *e)
{
	struct airlock_seen seen;
	if (!streq(w->verdict, "approve") && !streq(w->verdict, "return") &&
		!streq(w->verdict, "reject"))
		return err_set(e, E_INPUT, "leave", "A vote is approve, return or reject.");
	if (!f->clean_hash[0])
		return err_set(e, E_CONFLICT, "", "Nothing of %s could leave.", f->name);
	if (!streq(w->digest, f->clean_hash))
		return err_set(e, E_CONFLICT, "",
			"%s has changed since this page was opened; look at it again.", f->name);
	if (badness(w->verdict) > 0)
		return OK;
	TRY(db_airlock_seen(db, f->id, who->person, f->clean_hash, &seen, e));
	if (seen.n == 0)
		return err_set(e, E_CONFLICT, "leave", "Open %s before you let it leave.", f->name);
	return OK;
}

static const struct airlock_word *
word_on(const struct airlock_word *words, size_t n, int64_t file)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].file == file)
			return &words[i];
	return NULL;
}

static enum status
take_words(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	const struct airlock_word *words, size_t n, int64_t now, int *ret_worst, struct err *e)
{
	struct airlock_file_row_rows files;
	size_t outputs = 0;
	*ret_worst = 0;
	TRY(db_airlock_file_list(db, q->id, &files, e));
	for (size_t i = 0; i < files.n; i++) {
		const struct airlock_file_row *f = &files.at[i];
		const struct airlock_word *w = word_on(words, n, f->id);
		if (!streq(f->role, "output"))
			continue;
		outputs++;
		if (!w)
			return err_set(e, E_INPUT, "leave", "Nothing is said about %s.", f->name);
		TRY(word_stands(db, f, w, who, e));
		TRY(db_airlock_vote_set(db, f->id, who->person, f->clean_hash, w->verdict, now, e));
		if (badness(w->verdict) > *ret_worst)
			*ret_worst = badness(w->verdict);
	}
	if (outputs != n)
		return err_set(e, E_CONFLICT, "",
			"The files have changed since this page was opened; look again.");
	return OK;
}

enum status
airlock_tally(struct db *db, const struct airlock_row *q, struct airlock_tally *ret, struct err *e)
{
	struct airlock_reviews_rows rows;
	struct airlock_tally t = { 0 };
	TRY(db_airlock_reviews(db, q->id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		const struct airlock_reviews *r = &rows.at[i];
		if (r->approve + r->mend + r->reject == 0)
			continue;
		*(r->reject ? &t.reject : r->mend ? &t.mend : &t.approve) += 1;
	}
	t.n = t.approve + t.mend + t.reject;
	t.outcome = airlock_count(q->needed, t.approve, t.mend, t.reject);
	*ret = t;
	return OK;
}

/* All comments on this version, for the team: who said it stays among the reviewers. */
static enum status
comments(struct db *db, const struct airlock_row *q, const char **ret, struct err *e)
{
	struct airlock_reviews_rows rows;
	struct buf b = buf_new(db_arena(db));
	TRY(db_airlock_reviews(db, q->id, &rows, e));
	for (size_t i = 0; i < rows.n; i++)
		if (rows.at[i].comment[0])
			buf_printf(&b, "%s%s", b.n ? "\n" : "", rows.at[i].comment);
	*ret = b.n ? b.p : "";
	return OK;
}

/* When enough have spoken, their words become a decision. */
static enum status
decide(struct db *db, const struct airlock_row *q, int64_t now, struct err *e)
{
	struct airlock_tally t;
	const char *said, *count;
	TRY(airlock_tally(db, q, &t, e));
	TRY(comments(db, q, &said, e));
	count = arena_printf(db_arena(db), "%lld for, %lld to be mended, %lld against",
		(long long)t.approve, (long long)t.mend, (long long)t.reject);
	switch (t.outcome) {
	case AIRLOCK_YES:
		TRY(airlock_step(db, q, &airlock_server, AIRLOCK_APPROVE, count, "", now, e));
		return airlock_job_leave(db, q, now, e);
	case AIRLOCK_MEND:
		return airlock_step(db, q, &airlock_server, AIRLOCK_RETURN, count, said, now, e);
	case AIRLOCK_NO:
		return airlock_step(db, q, &airlock_server, AIRLOCK_REJECT, count, said, now, e);
	case AIRLOCK_WAITS:
	case AIRLOCK_SPLIT:
		break;
	}
	return OK;
}

static enum status
may_speak(struct db *db, const struct airlock_row *q, const struct airlock_actor *who, bool comment,
	struct err *e)
{
	struct airlock_reviews_rows rows;
	struct airlock_tally t;
	enum airlock_state to;
	TRY(may(q, who, AIRLOCK_VOTE, &to, e));
	TRY(airlock_tally(db, q, &t, e));
	TRY(db_airlock_reviews(db, q->id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		if (rows.at[i].reviewer != who->person)
			continue;
		if (t.outcome != AIRLOCK_SPLIT)
			return err_set(e, E_CONFLICT, "",
				"You have voted on this version; it waits for the other reviewer.");
		if (!comment)
			return err_set(
				e, E_INPUT, "comment", "Say why, now that the reviewers differ.");
	}
	return OK;
}

enum status
airlock_review(struct db *db, const struct airlock_row *request, const struct airlock_actor *who,
	const struct airlock_word *words, size_t n, const char *comment, int64_t now, struct err *e)
{
	static const char *const said[] = { "may leave", "to be mended", "not to leave" };
	struct airlock_row raised = *request, *q = &raised;
	enum airlock_state to;
	int worst;
	TRY(may(q, who, AIRLOCK_VOTE, &to, e));
	TRY(raise_needed(db, who, now, q, e));
	TRY(may_speak(db, q, who, comment[0] != '\0', e));
	TRY(take_words(db, q, who, words, n, now, &worst, e));
	if (worst > 0 && !comment[0])
		return err_set(e, E_INPUT, "comment",
			"Say what is wrong; the team reads it and can mend it.");
	if (strlen(comment) > COMMENT_MAX)
		return err_set(
			e, E_INPUT, "comment", "The comment is longer than %d bytes.", COMMENT_MAX);
	TRY(db_airlock_review_set(db, q->id, q->version, who->person, comment, now, e));
	TRY(airlock_step(db, q, who, AIRLOCK_VOTE, said[worst], q->problem, now, e));
	return decide(db, q, now, e);
}
