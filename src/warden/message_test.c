#include "warden/message.h"

#include "base/tap.h"

static struct pw_ws
good(void)
{
	struct pw_ws m = { .head = { PW_WS_OPEN, 1 },
		.ws = 7,
		.stage = WS_SETUP,
		.n_members = 2,
		.members = { { 11, 0, "ada" }, { 12, 63, "bob2" } } };
	return m;
}

static enum status
judge(const struct pw_ws *m)
{
	return message_check(m, sizeof *m, 0, NULL);
}

TEST(a_good_message_passes)
{
	struct pw_ws m = good();
	CHECK_INT(judge(&m), OK);
	struct pw_job j = { { PW_JOB_START, 3 }, 9, JOB_SCORE, 0 };
	CHECK_INT(message_check(&j, sizeof j, 1, NULL), OK);
	struct wire_head h = { PW_HOST, 5 };
	CHECK_INT(message_check(&h, sizeof h, 0, NULL), OK);
}

TEST(heads_are_judged_first)
{
	struct pw_ws m = good();
	CHECK_INT(message_check(&m, sizeof m - 1, 0, NULL), E_INPUT);
	CHECK_INT(message_check(&m, 4, 0, NULL), E_INPUT);
	CHECK_INT(message_check(&m, 0, 0, NULL), E_INPUT);
	CHECK_INT(message_check(&m, sizeof m, 1, NULL), E_INPUT);
	m.head.seq = 2;
	CHECK_INT(judge(&m), E_INPUT);
	for (uint32_t type = 0; type < 300; type++) {
		struct wire_head h = { type, 1 };
		CHECK(message_check(&h, sizeof h, 0, NULL) ==
			(type == PW_HOST || type == PW_READY ? OK : E_INPUT));
	}
}

TEST(a_job_brings_its_spec)
{
	struct pw_job j = { { PW_JOB_START, 3 }, 9, JOB_SCORE, 0 };
	CHECK_INT(message_check(&j, sizeof j, 0, NULL), E_INPUT);
	CHECK_INT(message_check(&j, sizeof j, 2, NULL), E_INPUT);
	j.kind = JOB_KINDS;
	CHECK_INT(message_check(&j, sizeof j, 1, NULL), E_INPUT);
	j.kind = 0;
	CHECK_INT(message_check(&j, sizeof j, 1, NULL), E_INPUT);
	j.kind = JOB_INBOX;
	j.job = 0;
	CHECK_INT(message_check(&j, sizeof j, 1, NULL), E_INPUT);
	j.job = UINT64_MAX;
	CHECK_INT(message_check(&j, sizeof j, 1, NULL), E_INPUT);
}

TEST(a_stage_with_data_needs_a_release)
{
	struct pw_ws m = good();
	/* Simulated data, before the seal. */
	m.release = 5;
	CHECK_INT(judge(&m), OK);
	m.stage = WS_FULL;
	CHECK_INT(judge(&m), OK);
	m.release = 0;
	CHECK_INT(judge(&m), E_INPUT);
	/* Nothing of the data is left in a frozen one. */
	m.stage = WS_FROZEN;
	CHECK_INT(judge(&m), OK);
	m.release = 5;
	CHECK_INT(judge(&m), E_INPUT);
	m.release = 0;
	m.stage = WS_FROZEN + 1;
	CHECK_INT(judge(&m), E_INPUT);
}

TEST(limits_have_ranges)
{
	struct pw_ws m = good();
	m.memory_mb = 127;
	CHECK_INT(judge(&m), E_INPUT);
	m.memory_mb = UINT32_MAX;
	CHECK_INT(judge(&m), E_INPUT);
	m.memory_mb = 128;
	CHECK_INT(judge(&m), OK);
	m.processes = 1;
	CHECK_INT(judge(&m), E_INPUT);
	m.processes = 16;
	m.disk_mb = 1;
	CHECK_INT(judge(&m), E_INPUT);
	m.disk_mb = 64;
	m.cpus = 4097;
	CHECK_INT(judge(&m), E_INPUT);
}

TEST(members_are_distinct)
{
	struct pw_ws m = good();
	m.members[1].slot = 0;
	CHECK_INT(judge(&m), E_INPUT);
	m.members[1].slot = 64;
	CHECK_INT(judge(&m), E_INPUT);
	m.members[1].slot = 1;
	m.members[1].person = 11;
	CHECK_INT(judge(&m), E_INPUT);
	m = good();
	memcpy(m.members[1].name, "ada", 4);
	memset(m.members[1].name + 4, 0, 8);
	CHECK_INT(judge(&m), E_INPUT);
	m = good();
	m.n_members = PW_MEMBERS + 1;
	CHECK_INT(judge(&m), E_INPUT);
	m.n_members = UINT32_MAX;
	CHECK_INT(judge(&m), E_INPUT);
}

TEST(login_names_keep_to_their_alphabet)
{
	static const char *const bad[] = { "", "Ada", "1a", "a b", "a/b", "..", "a\n", "a:b",
		"abcdefghijklmnopq" };
	char name[28] = "abcdefghijklmnop";
	CHECK(pw_login_ok(name, sizeof name));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memset(name, 0, sizeof name);
		memcpy(name, bad[i], strlen(bad[i]));
		CHECK(!pw_login_ok(name, sizeof name));
	}
	memset(name, 'a', sizeof name);
	CHECK(!pw_login_ok(name, sizeof name));
}
