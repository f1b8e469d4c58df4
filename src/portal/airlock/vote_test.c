/*
 * Who votes and then may not vote any more, what is left of a look at a file, and what a file that
 * is handed in again asks of the server.
 */
#include "portal/airlock/airlock_house.h"
#include "portal/keeper/keeper.sql.h"

/* A request with one file, sealed and checked, that waits for two votes. */
static void
in_review(struct house *h, struct airlock_row *q)
{
	static const struct airlock_context context = { "adults", "age", "none", "rounded" };
	const struct airlock_actor author = { AUTHOR, "Author", AIRLOCK_AUTHOR };
	struct airlock_offer o = { .event = 1,
		.team = 1,
		.project = 1,
		.person = AUTHOR,
		.person_name = "Author",
		.role = "output",
		.spool = h->spool++,
		.bytes = 100,
		.hash = digest(h, 1),
		.name = "file.csv" };
	struct airlock_file_row_rows files;
	int64_t id;
	CHECK_INT(airlock_take(h->db, &o, h->now, &id, &h->err), OK);
	for (int round = 0; round < 2; round++) {
		CHECK_INT(db_airlock_by_id(h->db, id, q, &h->err), OK);
		CHECK_INT(db_airlock_file_list(h->db, id, &files, &h->err), OK);
		const char *result = arena_printf(h->arena,
			"{\"ok\":true,\"files\":[{\"id\":%lld,\"blake2b\":\"%s\",\"type\":\"csv\","
			"\"outcome\":\"pass\",\"findings\":[],"
			"\"clean\":{\"bytes\":90,\"blake2b\":\"%s\"}}]}",
			(long long)files.at[0].id, o.hash, o.hash);
		CHECK_INT(
			airlock_job_ended(h->db, q->job, "check", result, "", h->now, &h->err), OK);
		if (round)
			break;
		CHECK_INT(airlock_write(h->db, q, &author, &context, h->now, &h->err), OK);
		CHECK_INT(db_airlock_by_id(h->db, id, q, &h->err), OK);
		CHECK_INT(airlock_seal(h->db, q, &author, h->now, &h->err), OK);
	}
	CHECK_INT(db_airlock_by_id(h->db, id, q, &h->err), OK);
}

static void
approve(struct house *h, struct airlock_row *q, int64_t person)
{
	struct airlock_actor who = somebody(h, q, person);
	struct airlock_file_row_rows files;
	uint8_t token[32] = { (uint8_t)person };
	struct str t = { (const char *)token, sizeof token };
	CHECK_INT(db_airlock_file_list(h->db, q->id, &files, &h->err), OK);
	const struct airlock_file_row *f = &files.at[0];
	CHECK_INT(db_airlock_sight_add(
			  h->db, t, f->id, f->clean_hash, person, 1, h->now + 60, &h->err),
		OK);
	CHECK_INT(db_airlock_sight_use(h->db, db_last_id(h->db), h->now, &h->err), OK);
	struct airlock_word word = { f->id, f->clean_hash, "approve" };
	CHECK_INT(airlock_review(h->db, q, &who, &word, 1, "", h->now, &h->err), OK);
	CHECK_INT(db_airlock_by_id(h->db, q->id, q, &h->err), OK);
}

static void
vote_that_falls_away(const char *how)
{
	cleanup_house struct house h;
	struct airlock_row q;
	struct airlock_tally t;
	house_open(&h, 1);
	CHECK_INT(db_begin(h.db, &h.err), OK);
	in_review(&h, &q);
	approve(&h, &q, ANNA);
	CHECK_INT(db_commit(h.db, &h.err), OK);
	CHECK_STR(q.state, "in review");
	house_leave(&h);
	CHECK(store_tamper(h.path, how));
	house_enter(&h, h.path);
	CHECK_INT(db_begin(h.db, &h.err), OK);
	approve(&h, &q, BERT);
	CHECK_STR(q.state, "in review");
	CHECK_INT(airlock_tally(h.db, &q, &t, &h.err), OK);
	CHECK_INT(t.n, 1);
	approve(&h, &q, CARA);
	CHECK_STR(q.state, "approved");
	CHECK_INT(db_commit(h.db, &h.err), OK);
}

TEST(a_vote_falls_away_with_the_right_to_vote)
{
	vote_that_falls_away("DELETE FROM role WHERE person = 4");
	vote_that_falls_away("INSERT INTO member (team, person, slot, login, since) "
			     "VALUES (1, 4, 2, 'anna', 2)");
	vote_that_falls_away("INSERT INTO mentor (team, person, kind) VALUES (1, 4, 'clinical')");
}

TEST(a_sign_in_is_forgotten_and_what_was_seen_in_it_is_not)
{
	cleanup_house struct house h;
	struct airlock_row q;
	struct airlock_file_row_rows files;
	struct airlock_seen seen;
	const int64_t later = 9000000001;
	house_open(&h, 1);
	CHECK_INT(db_begin(h.db, &h.err), OK);
	in_review(&h, &q);
	approve(&h, &q, ANNA);
	CHECK_INT(db_prune_tickets(h.db, later, &h.err), OK);
	CHECK_INT(db_prune_sessions(h.db, later, &h.err), OK);
	CHECK_INT(db_changes(h.db), 1);
	CHECK_INT(db_commit(h.db, &h.err), OK);
	CHECK_INT(db_airlock_file_list(h.db, q.id, &files, &h.err), OK);
	CHECK_INT(
		db_airlock_seen(h.db, files.at[0].id, ANNA, files.at[0].clean_hash, &seen, &h.err),
		OK);
	CHECK_INT(seen.n, 1);
}

static int64_t
hand_in(struct house *h, const char *name, uint64_t bytes)
{
	struct airlock_offer o = { .event = 1,
		.team = 1,
		.project = 1,
		.person = AUTHOR,
		.person_name = "Author",
		.role = "output",
		.spool = h->spool++,
		.bytes = 100,
		.hash = digest(h, bytes),
		.name = name };
	struct airlock_row q = { 0 };
	int64_t id;
	CHECK_INT(airlock_take(h->db, &o, h->now, &id, &h->err), OK);
	CHECK_INT(db_airlock_by_id(h->db, id, &q, &h->err), OK);
	return q.job;
}

static int64_t
is_open(struct house *h, int64_t job)
{
	struct airlock_job_open open = { 0 };
	CHECK_INT(db_airlock_job_open(h->db, job, &open, &h->err), OK);
	return open.n;
}

TEST(one_check_waits_however_often_a_file_is_handed_in)
{
	cleanup_house struct house h;
	house_open(&h, 1);
	CHECK_INT(db_begin(h.db, &h.err), OK);
	int64_t first = hand_in(&h, "a.csv", 1);
	for (int i = 0; i < 3; i++)
		CHECK_INT(hand_in(&h, "a.csv", 1), first);
	int64_t second = hand_in(&h, "b.csv", 2);
	CHECK(second != first);
	CHECK_INT(is_open(&h, first), 0);
	CHECK_INT(is_open(&h, second), 1);
	/* What could not be looked at is tried again; what was looked at is not. */
	CHECK_INT(db_job_set_running(h.db, second, h.now, &h.err), OK);
	CHECK_INT(hand_in(&h, "a.csv", 1), second);
	CHECK_INT(db_job_set_ended(h.db, second, "failed", "It was ended.", "", h.now, &h.err), OK);
	CHECK_INT(airlock_job_ended(h.db, second, "check", "", "It was ended.", h.now, &h.err), OK);
	int64_t third = hand_in(&h, "a.csv", 1);
	CHECK(third != second);
	/* As often as a team may hand in files within a day. */
	struct airlock_files_of_day day;
	CHECK_INT(db_airlock_files_of_day(h.db, 1, 0, &day, &h.err), OK);
	CHECK_INT(day.n, 3);
	CHECK_INT(db_commit(h.db, &h.err), OK);
}
