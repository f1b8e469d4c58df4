/*
 * The airlock's rules, and a walk of everybody through everything on a real database: at every step
 * somebody does something, allowed or not, and the step may be undone half-way as a power cut
 * would. After each, what must always hold is looked for.
 */
#include "portal/airlock/airlock.h"

#include <signal.h>
#include <sys/wait.h>

#include "portal/airlock/airlock_house.h"
#include "portal/airlock/airlock_test.sql.h"
#include "portal/audit/audit.h"

/* ---- the table ---- */

#define EACH(i, n) for (int i = 0; i < (n); i++)
enum { WHOS = 16 };

TEST(only_what_follows_from_votes_leaves)
{
	EACH(s, AIRLOCK_STATES) EACH(v, AIRLOCK_VERBS) EACH(who, WHOS) EACH(resume, AIRLOCK_STATES)
	{
		enum airlock_state to;
		if (!airlock_next(s, v, (unsigned)who, resume, &to))
			continue;
		CHECK(who != 0);
		if (to == AIRLOCK_RELEASED)
			CHECK(s == AIRLOCK_APPROVED && (who & AIRLOCK_SYSTEM));
		if (to == AIRLOCK_APPROVED)
			CHECK((s == AIRLOCK_IN_REVIEW && (who & AIRLOCK_SYSTEM)) ||
				(s == AIRLOCK_FAILED && resume == AIRLOCK_APPROVED));
		if (to == AIRLOCK_IN_REVIEW && s != AIRLOCK_IN_REVIEW)
			CHECK((s == AIRLOCK_SEALED || s == AIRLOCK_SCANNING) &&
				(who & AIRLOCK_SYSTEM));
		/* Held goes back to where it was, or is given up; never forward. */
		if (s == AIRLOCK_FAILED)
			CHECK(to == AIRLOCK_WITHDRAWN ||
				(to == (enum airlock_state)resume &&
					(to == AIRLOCK_SEALED || to == AIRLOCK_APPROVED)));
		if (airlock_is_final(s))
			CHECK(s == AIRLOCK_RELEASED && v == AIRLOCK_REVOKE &&
				(who & AIRLOCK_STEWARD));
		if (v == AIRLOCK_EDIT)
			CHECK((s == AIRLOCK_DRAFT || s == AIRLOCK_RETURNED) &&
				(who & AIRLOCK_AUTHOR));
		if (v == AIRLOCK_WITHDRAW)
			CHECK(s != AIRLOCK_APPROVED && (who & AIRLOCK_AUTHOR));
		if (who == AIRLOCK_REVIEWER)
			CHECK(v == AIRLOCK_VOTE && to == (enum airlock_state)s);
	}
}

TEST(every_state_can_be_reached_and_left_or_is_final)
{
	bool reached[AIRLOCK_STATES] = { [AIRLOCK_DRAFT] = true }, leaves[AIRLOCK_STATES] = { 0 };
	EACH(round, AIRLOCK_STATES)
	EACH(s, AIRLOCK_STATES) EACH(v, AIRLOCK_VERBS)
	{
		enum airlock_state to;
		if (!airlock_next(s, v, 15, AIRLOCK_SEALED, &to))
			continue;
		leaves[s] |= to != (enum airlock_state)s;
		reached[to] |= reached[s];
	}
	EACH(s, AIRLOCK_STATES)
	{
		CHECK(reached[s]);
		CHECK(leaves[s] != airlock_is_final(s) || s == AIRLOCK_RELEASED);
		CHECK_INT(airlock_state_parse(airlock_state_word(s)), s);
	}
}

TEST(votes_come_to_a_decision)
{
	CHECK_INT(airlock_count(1, 0, 0, 0), AIRLOCK_WAITS);
	CHECK_INT(airlock_count(1, 1, 0, 0), AIRLOCK_YES);
	CHECK_INT(airlock_count(1, 0, 1, 0), AIRLOCK_MEND);
	CHECK_INT(airlock_count(1, 0, 0, 1), AIRLOCK_NO);
	CHECK_INT(airlock_count(2, 1, 0, 0), AIRLOCK_WAITS);
	CHECK_INT(airlock_count(2, 2, 0, 0), AIRLOCK_YES);
	CHECK_INT(airlock_count(2, 1, 1, 0), AIRLOCK_SPLIT);
	CHECK_INT(airlock_count(2, 1, 0, 1), AIRLOCK_SPLIT);
	CHECK_INT(airlock_count(2, 0, 1, 1), AIRLOCK_MEND);
	CHECK_INT(airlock_count(2, 0, 0, 2), AIRLOCK_NO);
	CHECK_INT(airlock_count(2, 2, 0, 1), AIRLOCK_YES);
	CHECK_INT(airlock_count(2, 1, 0, 2), AIRLOCK_MEND);
	CHECK_INT(airlock_count(2, 2, 1, 1), AIRLOCK_SPLIT);
	EACH(needed, 3) EACH(a, 5) EACH(m, 5) EACH(r, 5)
	{
		enum airlock_outcome o = airlock_count(needed + 1, a, m, r);
		if (o == AIRLOCK_YES)
			CHECK(a >= 1 && a + m + r >= needed + 1 && a > m + r);
		if (o == AIRLOCK_NO)
			CHECK(a == 0 && m == 0 && r >= 1);
	}
	/* Never nobody. */
	EACH(rule, 3) EACH(eligible, 5) CHECK(airlock_needed(rule, eligible) >= 1);
	CHECK_INT(airlock_needed(0, 1), 1);
	CHECK_INT(airlock_needed(0, 3), 2);
	CHECK_INT(airlock_needed(1, 3), 1);
	CHECK_INT(airlock_needed(2, 1), 2);
}

TEST(reviewers_differ_when_all_have_voted_and_it_still_waits)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK(airlock_differs("in review", 2, 2) && airlock_differs("in review", 2, 3));
	CHECK(!airlock_differs("in review", 2, 1) && !airlock_differs("in review", 0, 0));
	CHECK(!airlock_differs("approved", 2, 2));
	CHECK(strstr(airlock_differ_words(0), "nobody else may vote") != NULL);
	CHECK(strstr(airlock_differ_words(1), "another steward votes") != NULL);
	CHECK_STR(airlock_needed_words(a, 2, 2), "");
	CHECK_STR(airlock_needed_words(a, 1, 2), "It was sealed when 1 vote was enough; now it "
						 "needs 2, for more stewards can vote, or "
						 "the event's rule asks for more.");
	CHECK_STR(airlock_needed_words(a, 2, 1), "It was sealed when 2 votes were needed, and that "
						 "stays; what is sealed now needs 1.");
	CHECK(airlock_waits("sealed") && airlock_waits("in review") && !airlock_waits("draft") &&
		!airlock_waits("approved") && !airlock_waits("failed"));
}

/* ---- what people do ---- */

static bool
newest(struct house *h, struct airlock_row *q)
{
	int64_t author = roll(h, 4) ? AUTHOR : MATE;
	return db_airlock_newest_of(h->db, 1, author, q, &h->err) == OK;
}

static struct airlock_actor
anybody(struct house *h, const struct airlock_row *q)
{
	bool steward = streq(q->state, "in review") || streq(q->state, "released");
	if (roll(h, 4) == 0)
		return somebody(h, q, (int64_t)roll(h, PEOPLE) + 1);
	return somebody(h, q, steward ? ANNA + (int64_t)roll(h, 3) : q->author);
}

static enum status
do_take(struct house *h)
{
	static const char *const roles[] = { "output", "output", "supporting", "code" };
	int64_t id, person = roll(h, 4) ? AUTHOR : MATE;
	struct airlock_offer o = { .event = 1,
		.team = 1,
		.project = 1,
		.person = person,
		.person_name = person == AUTHOR ? "Author" : "Mate",
		.role = roles[roll(h, 4)],
		.spool = h->spool++,
		.bytes = 100,
		.hash = digest(h, roll(h, 5)),
		.name = arena_printf(h->arena, "file-%d.csv", (int)roll(h, 3)) };
	return airlock_take(h->db, &o, h->now, &id, &h->err);
}

/* Looks at a file as a reviewer does, through the same rows. */
static void
look(struct house *h, const struct airlock_file_row *f, int64_t person)
{
	uint8_t token[32] = { 0 };
	memcpy(token, &h->spool, sizeof h->spool);
	h->spool++;
	struct str t = { (const char *)token, sizeof token };
	CHECK_INT(db_airlock_sight_add(
			  h->db, t, f->id, f->clean_hash, person, 1, h->now + 60, &h->err),
		OK);
	if (roll(h, 8))
		db_airlock_sight_use(h->db, db_last_id(h->db), h->now, &h->err);
}

static enum status
do_review(struct house *h, const struct airlock_row *q, const struct airlock_actor *who)
{
	static const char *const verdicts[] = { "approve", "approve", "approve", "approve",
		"return", "reject" };
	struct airlock_file_row_rows files;
	struct airlock_word words[AIRLOCK_FILES];
	size_t n = 0;
	TRY(db_airlock_file_list(h->db, q->id, &files, &h->err));
	const char *verdict = verdicts[roll(h, 6)];
	for (size_t i = 0; i < files.n; i++) {
		if (!streq(files.at[i].role, "output") && roll(h, 20))
			continue;
		look(h, &files.at[i], who->person);
		words[n++] = (struct airlock_word){ files.at[i].id,
			roll(h, 10) ? files.at[i].clean_hash : digest(h, 99), verdict };
	}
	return airlock_review(
		h->db, q, who, words, n, roll(h, 4) ? "because" : "", h->now, &h->err);
}

static const char *
check_result(struct house *h, const struct airlock_row *q)
{
	static const char *const verdicts[] = { "pass", "pass", "pass", "review", "pass", "fail",
		"stopped", "held" };
	struct airlock_file_row_rows files;
	struct buf b = buf_new(h->arena);
	if (db_airlock_file_list(h->db, q->id, &files, &h->err) != OK)
		BUG("files");
	buf_puts(&b, "{\"ok\":true,\"files\":[");
	for (size_t i = 0; i < files.n; i++) {
		const char *verdict = roll(h, 2) ? "pass" : verdicts[roll(h, 8)];
		buf_printf(&b,
			"%s{\"id\":%lld,\"blake2b\":\"%s\",\"type\":\"csv\",\"outcome\":\"%s\","
			"\"findings\":[{\"check\":\"small_cells\",\"severity\":\"note\","
			"\"sentence\":\"Here.\",\"count\":3,\"where\":[{\"row\":3,\"column\":2}]}]"
			",",
			i ? "," : "", (long long)files.at[i].id,
			roll(h, 40) ? files.at[i].hash : digest(h, 77), verdict);
		if (streq(verdict, "stopped") || streq(verdict, "held") || !roll(h, 40))
			buf_puts(&b, "\"clean\":null}");
		else
			buf_printf(&b, "\"clean\":{\"bytes\":90,\"blake2b\":\"%s\"}}",
				files.at[i].hash);
	}
	buf_puts(&b, "]}");
	return b.p;
}

static const char *
leave_result(struct house *h, const struct airlock_row *q)
{
	struct airlock_file_row_rows files;
	struct buf b = buf_new(h->arena);
	if (db_airlock_file_list(h->db, q->id, &files, &h->err) != OK)
		BUG("files");
	buf_puts(&b, "{\"ok\":true,\"files\":[");
	for (size_t i = 0; i < files.n; i++)
		buf_printf(&b, "%s{\"id\":%lld,\"blake2b\":\"%s\"}", i ? "," : "",
			(long long)files.at[i].id,
			roll(h, 8) ? files.at[i].clean_hash : digest(h, 66));
	buf_puts(&b, "]}");
	return b.p;
}

/* The curator speaks, truly or not. */
static enum status
do_job(struct house *h, const struct airlock_row *q)
{
	bool leave = streq(q->state, "approved");
	int64_t job = roll(h, 12) ? q->job : q->job - 1;
	if (roll(h, 3) == 0)
		return airlock_begun(h->db, job, h->now, &h->err);
	const char *result = leave ? leave_result(h, q) : check_result(h, q);
	if (roll(h, 20) == 0)
		result = "{\"ok\":false,\"error\":\"no\"}";
	if (roll(h, 20) == 0)
		result = "";
	return airlock_job_ended(h->db, job, roll(h, 30) ? leave ? "leave" : "check" : "leave",
		result, "It was ended.", h->now, &h->err);
}

/* Mostly what leads on from this state, so that the walk comes everywhere; else anything. */
static uint64_t
what_next(struct house *h, const struct airlock_row *q)
{
	static const uint8_t likely[AIRLOCK_STATES][4] = { [AIRLOCK_DRAFT] = { 2, 4, 4, 10 },
		[AIRLOCK_SEALED] = { 10, 10, 10, 6 },
		[AIRLOCK_SCANNING] = { 10, 10, 10, 10 },
		[AIRLOCK_IN_REVIEW] = { 14, 14, 14, 10 },
		[AIRLOCK_APPROVED] = { 10, 10, 10, 10 },
		[AIRLOCK_RELEASED] = { 8, 16, 16, 16 },
		[AIRLOCK_RETURNED] = { 2, 2, 16, 0 },
		[AIRLOCK_REJECTED] = { 16, 16, 16, 16 },
		[AIRLOCK_WITHDRAWN] = { 16, 16, 16, 16 },
		[AIRLOCK_REVOKED] = { 16, 16, 16, 16 },
		[AIRLOCK_FAILED] = { 7, 7, 7, 6 },
		[AIRLOCK_QUARANTINED] = { 16, 16, 16, 16 } };
	return roll(h, 4) ? likely[airlock_state_parse(q->state)][roll(h, 4)] : roll(h, 17);
}

static enum status
do_something(struct house *h)
{
	static const struct airlock_context context = { "adults", "age", "none", "rounded" };
	struct airlock_row q;
	struct airlock_file_row_rows files;
	if (roll(h, 10) == 0 || !newest(h, &q))
		return do_take(h);
	struct airlock_actor who = anybody(h, &q);
	TRY(db_airlock_file_list(h->db, q.id, &files, &h->err));
	int64_t file = files.n ? files.at[roll(h, files.n)].id : 1;
	switch (what_next(h, &q)) {
	case 0:
		return roll(h, 2) ? OK : airlock_drop(h->db, &q, &who, file, h->now, &h->err);
	case 1:
	case 2:
		return airlock_write(h->db, &q, &who, &context, h->now, &h->err);
	case 3:
		return airlock_excuse(h->db, &q, &who, file, "it must", h->now, &h->err);
	case 4:
	case 5:
		return airlock_seal(h->db, &q, &who, h->now, &h->err);
	case 6:
		return roll(h, 6) ? OK : airlock_withdraw(h->db, &q, &who, h->now, &h->err);
	case 7:
		return airlock_retry(h->db, &q, &who, h->now, &h->err);
	case 8:
		return airlock_revoke(h->db, &q, &who, "why", h->now, &h->err);
	case 9:
		return db_walk_phase(h->db, roll(h, 5) ? "full" : "closed", &h->err);
	case 10:
	case 11:
	case 12:
		return do_job(h, &q);
	case 16:
		return do_take(h);
	default:
		return do_review(h, &q, &who);
	}
}

/* ---- what always holds ---- */

enum { REQUESTS = 400 };
struct snapshot {
	int64_t entries;
	size_t n;
	char state[REQUESTS][16];
};

static void
take_snapshot(struct house *h, struct snapshot *s)
{
	struct walk_requests_rows rows;
	struct walk_entries n;
	CHECK_INT(db_walk_requests(h->db, &rows, &h->err), OK);
	CHECK_INT(db_walk_entries(h->db, &n, &h->err), OK);
	s->entries = n.n;
	s->n = rows.n < REQUESTS ? rows.n : REQUESTS;
	for (size_t i = 0; i < s->n; i++)
		snprintf(s->state[i], sizeof s->state[i], "%s", rows.at[i].state);
}

static bool
same(const struct snapshot *a, const struct snapshot *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = streq(a->state[i], b->state[i]);
	return same;
}

static void
check_invariants(struct house *h)
{
	struct walk_votes_amiss votes;
	struct walk_released_amiss released;
	struct walk_blind_amiss blind;
	struct walk_open_twice twice;
	CHECK_INT(db_walk_votes_amiss(h->db, &votes, &h->err), OK);
	CHECK_INT(db_walk_released_amiss(h->db, &released, &h->err), OK);
	CHECK_INT(db_walk_blind_amiss(h->db, &blind, &h->err), OK);
	CHECK_INT(db_walk_open_twice(h->db, &twice, &h->err), OK);
	CHECK_INT(votes.n, 0);
	CHECK_INT(released.n, 0);
	CHECK_INT(blind.n, 0);
	CHECK_INT(twice.n, 0);
}

/* Who may vote can look, until the request is decided: then its pages are cleared away. */
static void
check_looks(struct house *h)
{
	const struct airlock_actor who = { .who = AIRLOCK_STEWARD | AIRLOCK_REVIEWER, .person = 4 };
	struct walk_requests_rows rows;
	struct airlock_file_row_rows files;
	struct airlock_row q;
	const char *token;
	CHECK_INT(db_walk_requests(h->db, &rows, &h->err), OK);
	for (size_t i = 0; i < rows.n; i++) {
		CHECK_INT(db_airlock_by_number(h->db, 1, rows.at[i].number, &q, &h->err), OK);
		CHECK_INT(db_airlock_file_list(h->db, q.id, &files, &h->err), OK);
		if (files.n == 0 || !airlock_is_final(airlock_state_parse(q.state)))
			continue;
		CHECK_INT(airlock_sight_make(
				  h->db, &q, &who, files.at[0].id, 1, h->now, &token, &h->err),
			E_CONFLICT);
		CHECK(strstr(h->err.text, "cleared away") || streq(q.state, "withdrawn"));
	}
}

/* The trail's newest word on every request is the state it is in. */
static void
check_trail(struct house *h)
{
	struct walk_requests_rows rows;
	CHECK_INT(db_walk_requests(h->db, &rows, &h->err), OK);
	for (size_t i = 0; i < rows.n; i++) {
		struct walk_last_entry last;
		const char *object = arena_printf(
			h->arena, "airlock request %lld of team 1", (long long)rows.at[i].number);
		if (db_walk_last_entry(h->db, object, &last, &h->err) != OK) {
			CHECK_STR(rows.at[i].state, "draft");
			continue;
		}
		const char *to = strstr(last.detail, " to ") + 4;
		size_t n = strlen(rows.at[i].state);
		bool told = strncmp(to, rows.at[i].state, n) == 0 && (!to[n] || to[n] == ':');
		if (!told)
			printf("# %s is %s, the trail says %s\n", object, rows.at[i].state,
				last.detail);
		CHECK(told);
	}
}

/* One step in a transaction: kept when it was good, undone when it was not or the power fails. */
static bool
step(struct house *h, bool power_fails)
{
	if (db_begin(h->db, &h->err) != OK)
		BUG("%s", h->err.text);
	enum status s = do_something(h);
	CHECK(s != E_BUG && s != E_IO);
	if (s != OK || power_fails) {
		db_rollback(h->db);
		return false;
	}
	CHECK_INT(db_commit(h->db, &h->err), OK);
	return true;
}

TEST(nobody_gets_anything_out_that_was_not_voted_on)
{
	enum { STEPS = 6000 };
	cleanup_house struct house h;
	struct snapshot before, after;
	int64_t seen[AIRLOCK_STATES] = { 0 };
	house_open(&h, 88172645463325252u);
	take_snapshot(&h, &before);
	for (int i = 0; i < STEPS; i++) {
		cleanup_arena struct arena *a = arena_new();
		struct arena *old = db_use_arena(h.db, a), *mine = h.arena;
		h.arena = a;
		h.now += 900;
		bool power_fails = roll(&h, 3) == 0, kept = step(&h, power_fails);
		take_snapshot(&h, &after);
		if (!kept)
			CHECK(same(&before, &after) && before.entries == after.entries);
		/* No step without an entry. */
		if (!same(&before, &after))
			CHECK(after.entries > before.entries);
		for (size_t k = 0; k < after.n; k++)
			if (k >= before.n || !streq(before.state[k], after.state[k]))
				seen[airlock_state_parse(after.state[k])]++;
		check_invariants(&h);
		if (i % 50 == 0) {
			check_trail(&h);
			check_looks(&h);
		}
		before = after;
		db_use_arena(h.db, old);
		h.arena = mine;
	}
	EACH(s, AIRLOCK_STATES)
	{
		printf("# %s: %lld times\n", airlock_state_word(s), (long long)seen[s]);
		CHECK(seen[s] > 0);
	}
}

/* ---- a power cut that nobody announces ---- */

static _Noreturn void
walk_until_killed(const char *path, uint64_t seed, int acks)
{
	struct house h = { .arena = arena_new(), .seed = seed, .now = 5000 };
	h.spool = (int64_t)(seed % 1000000007) * 100000 + 1;
	house_enter(&h, path);
	for (;;) {
		cleanup_arena struct arena *a = arena_new();
		struct walk_entries n;
		struct arena *old = db_use_arena(h.db, a), *mine = h.arena;
		h.arena = a;
		h.now += 600;
		if (step(&h, false) && db_walk_entries(h.db, &n, &h.err) == OK &&
			write(acks, &n.n, sizeof n.n) != sizeof n.n)
			_exit(0);
		db_use_arena(h.db, old);
		h.arena = mine;
	}
}

TEST(a_kill_loses_no_step_and_leaves_none_half_done)
{
	enum { KILLS = 15 };
	cleanup_house struct house h;
	int64_t acked = 0, n;
	house_open(&h, 362436069);
	for (int i = 0; i < KILLS; i++) {
		int p[2], status;
		house_leave(&h);
		if (pipe2(p, O_CLOEXEC) < 0)
			BUG("pipe");
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0)
			walk_until_killed(h.path, 521288629u * (unsigned)(i + 1), p[1]);
		close(p[1]);
		usleep((useconds_t)(20 + roll(&h, 150)) * 1000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		while (read(p[0], &n, sizeof n) == sizeof n)
			acked = n > acked ? n : acked;
		close(p[0]);
		house_enter(&h, h.path);
		struct audit_head head;
		CHECK_INT(audit_verify(h.db, NULL, &head, &h.err), OK);
		CHECK(head.n >= acked);
		check_trail(&h);
		check_invariants(&h);
	}
	printf("# %lld entries survived %d kills\n", (long long)acked, KILLS);
	CHECK(acked > 0);
}
