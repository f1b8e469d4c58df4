#include "portal/keeper/room.h"

#include "base/tap.h"

static struct room_facts
fresh(const char *want)
{
	return (struct room_facts){ .want = want,
		.state = "absent",
		.stage = "",
		.ethics_expires = 2000,
		.sample_release = 4,
		.full_release = 5,
		.now = 1000 };
}

static void
check(const struct room_facts *f, enum room_step step, const char *stage, int64_t release)
{
	struct room_plan p = room_plan(f);
	CHECK_INT(p.step, step);
	CHECK_STR(p.stage, stage);
	CHECK_INT(p.release, release);
}

TEST(opens_what_each_phase_asks)
{
	struct room_facts f = fresh("setup");
	check(&f, ROOM_OPEN, "setup", 0);
	f = fresh("sample");
	check(&f, ROOM_OPEN, "sample", 4);
	f = fresh("full");
	check(&f, ROOM_OPEN, "full", 5);
	f = fresh("closed");
	check(&f, ROOM_STAY, "", 0);
}

TEST(setup_has_simulated_data_once_there_are_any)
{
	struct room_facts f = fresh("setup");
	f.simulated_release = 7;
	check(&f, ROOM_OPEN, "setup", 7);
	f.state = "open";
	f.stage = "setup";
	check(&f, ROOM_OPEN, "setup", 7);
	f.release = 7;
	check(&f, ROOM_STAY, "setup", 7);
	/* Newer ones wait until it is opened again. */
	f.simulated_release = 11;
	check(&f, ROOM_STAY, "setup", 7);
	f.revoked = true;
	check(&f, ROOM_OPEN, "setup", 11);
	f.simulated_release = 0;
	check(&f, ROOM_OPEN, "setup", 0);
	f.simulated_release = 11;
	f.revoked = false;
	f.state = "closed";
	check(&f, ROOM_OPEN, "setup", 11);
	f.want = "sample";
	check(&f, ROOM_OPEN, "sample", 4);
}

TEST(what_is_to_be_archived_is_not_destroyed)
{
	struct room_facts f = fresh("destroyed");
	f.state = "open";
	f.stage = "frozen";
	f.archive_due = true;
	check(&f, ROOM_STAY, "frozen", 0);
	CHECK(strstr(room_plan(&f).problem, "archive"));
	f.stage = "full";
	check(&f, ROOM_CLOSE, "", 0);
	f.state = "closed";
	check(&f, ROOM_STAY, "", 0);
	f.archive_due = false;
	check(&f, ROOM_DESTROY, "", 0);
	f.state = "absent";
	f.archive_due = true;
	check(&f, ROOM_STAY, "", 0);
}

TEST(leaves_alone_what_is_as_wanted)
{
	struct room_facts f = fresh("sample");
	f.state = "open";
	f.stage = "sample";
	f.release = 4;
	check(&f, ROOM_STAY, "sample", 4);
	f.changed = true;
	check(&f, ROOM_OPEN, "sample", 4);
	CHECK(room_plan(&f).update);
	f.sample_release = 9;
	check(&f, ROOM_OPEN, "sample", 9);
	CHECK(!room_plan(&f).update);
}

TEST(no_data_without_ethics_approval_or_release)
{
	struct room_facts f = fresh("full");
	f.ethics_expires = 1000; /* the very second */
	check(&f, ROOM_OPEN, "setup", 0);
	CHECK(strstr(room_plan(&f).problem, "expired") != NULL);
	f.ethics_expires = 0;
	CHECK(strstr(room_plan(&f).problem, "no ethics approval") != NULL);
	f = fresh("full");
	f.full_release = 0;
	check(&f, ROOM_OPEN, "setup", 0);
	CHECK(strstr(room_plan(&f).problem, "full release") != NULL);
	f.state = "open";
	f.stage = "setup";
	check(&f, ROOM_STAY, "setup", 0);
}

TEST(a_sealed_workspace_is_closed_when_approval_ends)
{
	struct room_facts f = fresh("full");
	f.state = "open";
	f.stage = "full";
	f.release = 5;
	f.sealed = true;
	check(&f, ROOM_STAY, "full", 5);
	f.now = 2000;
	check(&f, ROOM_CLOSE, "", 0);
	f.state = "closed";
	check(&f, ROOM_STAY, "", 0);
}

TEST(what_has_held_data_never_goes_back_to_setup)
{
	struct room_facts f = fresh("setup");
	f.sealed = true;
	f.state = "open";
	f.stage = "sample";
	f.release = 4;
	check(&f, ROOM_CLOSE, "", 0);
	CHECK(strstr(room_plan(&f).problem, "held data") != NULL);
	f.state = "closed";
	check(&f, ROOM_STAY, "", 0);
}

TEST(destroys_once)
{
	struct room_facts f = fresh("destroyed");
	check(&f, ROOM_DESTROY, "", 0);
	f.state = "open";
	check(&f, ROOM_DESTROY, "", 0);
	f.state = "destroyed";
	check(&f, ROOM_STAY, "", 0);
	f.want = "full"; /* what is destroyed never comes back */
	check(&f, ROOM_STAY, "", 0);
}

TEST(opens_again_after_trouble)
{
	struct room_facts f = fresh("setup");
	f.state = "failed";
	check(&f, ROOM_OPEN, "setup", 0);
	f.state = "closed";
	check(&f, ROOM_OPEN, "setup", 0);
	f.want = "closed";
	f.state = "opening";
	check(&f, ROOM_CLOSE, "", 0);
}

TEST(waits_longer_after_each_failure)
{
	CHECK_INT(room_backoff_ms(1), 1000);
	CHECK_INT(room_backoff_ms(2), 2000);
	CHECK_INT(room_backoff_ms(6), 32000);
	CHECK_INT(room_backoff_ms(7), 60000);
	CHECK_INT(room_backoff_ms(1000000), 60000);
}
