#include "portal/workspace/workspace.h"

#include "base/tap.h"

static struct admission_facts
good(void)
{
	return (struct admission_facts){ .asks_session = true,
		.signed_in = true,
		.member = true,
		.participant = true,
		.agreement = true,
		.signed_it = true,
		.phase = PHASE_SAMPLE,
		.event_name = "Carmel",
		.want = "sample",
		.state = "open",
		.stage = "sample" };
}

static void
refused(const struct admission_facts *f, enum status want, const char *word)
{
	struct err e = { 0 };
	CHECK_INT(workspace_judge(f, &e), want);
	CHECK(strstr(e.text, word) != NULL);
}

TEST(lets_a_member_in)
{
	struct admission_facts f = good();
	struct err e;
	CHECK_INT(workspace_judge(&f, &e), OK);
	f.stage = "setup"; /* the data are not ready: less than the phase allows is fine */
	CHECK_INT(workspace_judge(&f, &e), OK);
}

TEST(a_command_inside_has_no_session)
{
	struct admission_facts f = good();
	struct err e;
	f.signed_in = false;
	refused(&f, E_AUTH, "sign in again");
	f.asks_session = false;
	CHECK_INT(workspace_judge(&f, &e), OK);
}

TEST(each_lack_is_told)
{
	struct admission_facts f = good();
	f.member = false;
	refused(&f, E_DENIED, "not a member");
	f = good();
	f.participant = false;
	refused(&f, E_DENIED, "not a participant of Carmel");
	f = good();
	f.agreement = f.signed_it = false;
	refused(&f, E_DENIED, "has no agreement");
	f = good();
	f.signed_it = false;
	refused(&f, E_DENIED, "sign the current version");
	f = good();
	f.all_sealed = true;
	refused(&f, E_DENIED, "sealed for now");
}

TEST(only_while_workspaces_are_open)
{
	struct admission_facts f = good();
	for (int p = PHASE_DRAFT; p < PHASES; p++) {
		f.phase = (enum phase)p;
		f.stage = "setup";
		struct err e;
		enum status s = workspace_judge(&f, &e);
		CHECK_INT(s, p >= PHASE_SETUP && p <= PHASE_PRESENTATIONS ? OK : E_DENIED);
	}
	f = good();
	f.state = "opening";
	refused(&f, E_BUSY, "opening");
	f.state = "failed";
	refused(&f, E_CONFLICT, "not open");
	f = good();
	f.want = "closed"; /* it is still open, but not for long */
	refused(&f, E_CONFLICT, "closed by");
}

TEST(never_more_data_than_the_phase_opens)
{
	struct admission_facts f = good();
	f.stage = "full";
	refused(&f, E_DENIED, "does not open");
	f.phase = PHASE_SETUP;
	f.stage = "sample";
	refused(&f, E_DENIED, "does not open");
	f.stage = "something else";
	f.phase = PHASE_SAMPLE;
	refused(&f, E_DENIED, "does not open");
}

TEST(what_each_phase_wants)
{
	static const char *const want[PHASES] = { "closed", "closed", "closed", "closed", "closed",
		"setup", "sample", "full", "frozen", "closed", "destroyed" };
	for (int p = 0; p < PHASES; p++)
		CHECK_STR(workspace_want((enum phase)p), want[p]);
}
