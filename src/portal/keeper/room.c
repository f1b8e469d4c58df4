#include "portal/keeper/room.h"

#include "base/str.h"

static struct room_plan
close_it(const struct room_facts *f, const char *problem)
{
	bool up =
		streq(f->state, "open") || streq(f->state, "opening") || streq(f->state, "failed");
	return (struct room_plan){
		.step = up ? ROOM_CLOSE : ROOM_STAY, .stage = "", .problem = problem
	};
}

/* Frozen it rests already: closing it would only end the archive that may be under way. */
static struct room_plan
close_for_archive(const struct room_facts *f)
{
	static const char why[] = "It is destroyed when its archive was made and opened on trial, "
				  "or let go without.";
	if (streq(f->state, "open") && streq(f->stage, "frozen"))
		return (struct room_plan){ .step = ROOM_STAY, .stage = "frozen", .problem = why };
	return close_it(f, why);
}

static struct room_plan
open_it(const struct room_facts *f, const char *stage, int64_t release, const char *problem)
{
	bool same = streq(f->state, "open") && streq(f->stage, stage) && f->release == release;
	return (struct room_plan){ .step = same && !f->changed ? ROOM_STAY : ROOM_OPEN,
		.stage = stage,
		.release = release,
		.update = same && f->changed,
		.problem = problem };
}

static struct room_plan
set_up(const struct room_facts *f, const char *problem)
{
	bool has = streq(f->state, "open") && streq(f->stage, "setup") && f->release && !f->revoked;
	return open_it(f, "setup", has ? f->release : f->simulated_release, problem);
}

struct room_plan
room_plan(const struct room_facts *f)
{
	const char *problem = NULL;
	if (streq(f->state, "destroyed"))
		return (struct room_plan){ .step = ROOM_STAY, .stage = "", .problem = "" };
	if (streq(f->want, "destroyed") && f->archive_due)
		return close_for_archive(f);
	if (streq(f->want, "destroyed"))
		return (struct room_plan){ .step = ROOM_DESTROY, .stage = "", .problem = "" };
	/* The warden would refuse it too: what has held data never meets a network again. */
	if (streq(f->want, "setup") && f->sealed)
		return close_it(f, "It has held data, so it does not go back to the setup phase.");
	if (streq(f->want, "setup"))
		return set_up(f, "");
	/* To look at, if there is anything: nothing of the data is needed for it. */
	if (streq(f->want, "frozen"))
		return streq(f->state, "absent") ? close_it(f, "") : open_it(f, "frozen", 0, "");
	bool full = streq(f->want, "full");
	if (!full && !streq(f->want, "sample"))
		return close_it(f, "");
	int64_t release = full ? f->full_release : f->sample_release;
	if (!f->ethics_expires)
		problem = "The data stay closed: the project has no ethics approval yet.";
	else if (f->ethics_expires <= f->now)
		problem = "The data stay closed: the project's ethics approval has expired.";
	else if (!release)
		problem = full ? "The data stay closed: no full release is signed yet."
			       : "The data stay closed: no sample release is signed yet.";
	if (!problem)
		return open_it(f, f->want, release, "");
	return f->sealed ? close_it(f, problem) : set_up(f, problem);
}

int64_t
room_backoff_ms(int n)
{
	int64_t ms = 1000;
	while (--n > 0 && ms < 60000)
		ms *= 2;
	return ms < 60000 ? ms : 60000;
}
