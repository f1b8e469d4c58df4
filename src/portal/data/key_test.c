#include "portal/data/key.h"

#include "base/tap.h"

TEST(a_request_waits_for_a_day)
{
	struct key_facts f = { .asked = 1000, .now = 1000, .job_state = "", .removal_state = "" };
	CHECK_INT(key_state_of(&f), KEY_ASKED);
	f.now = 1000 + KEY_HOURS * 3600 - 1;
	CHECK_INT(key_state_of(&f), KEY_ASKED);
	f.now++;
	CHECK_INT(key_state_of(&f), KEY_LATE);
	/* Once agreed, time does not matter. */
	f.agreed = 2000;
	f.job_state = "running";
	CHECK_INT(key_state_of(&f), KEY_AGREED);
	f.job_state = "failed";
	CHECK_INT(key_state_of(&f), KEY_FAILED);
	f.job_state = "done";
	CHECK_INT(key_state_of(&f), KEY_WRITTEN);
	/* The shares are there until they are removed, whoever was told to. */
	f.removal_state = "queued";
	CHECK_INT(key_state_of(&f), KEY_REMOVING);
	f.removal_state = "done";
	CHECK_INT(key_state_of(&f), KEY_REMOVING);
	f.removal_state = "failed";
	CHECK_INT(key_state_of(&f), KEY_LEFT);
	f.ended = 3000;
	CHECK_INT(key_state_of(&f), KEY_OVER);
}

TEST(the_second_steward_is_another)
{
	CHECK_INT(key_agree_ok(KEY_ASKED, 1, true, 2, NULL), OK);
	CHECK_INT(key_agree_ok(KEY_ASKED, 1, false, 2, NULL), E_CONFLICT);
	CHECK_INT(key_agree_ok(KEY_ASKED, 1, true, 1, NULL), E_CONFLICT);
	for (enum key_state s = KEY_LATE; s <= KEY_OVER; s++)
		CHECK_INT(key_agree_ok(s, 1, true, 2, NULL), E_CONFLICT);
}
