#include "portal/data/key.h"

#include "base/str.h"

enum key_state
key_state_of(const struct key_facts *f)
{
	if (f->ended)
		return KEY_OVER;
	if (f->removal_state[0])
		return streq(f->removal_state, "failed") ? KEY_LEFT : KEY_REMOVING;
	if (!f->agreed)
		return f->now >= f->asked + KEY_HOURS * 3600 ? KEY_LATE : KEY_ASKED;
	return streq(f->job_state, "done")     ? KEY_WRITTEN
	       : streq(f->job_state, "failed") ? KEY_FAILED
					       : KEY_AGREED;
}

enum status
key_agree_ok(enum key_state state, int64_t asked_by, bool asks_still, int64_t person, struct err *e)
{
	if (state == KEY_LATE)
		return err_set(e, E_CONFLICT, "",
			"Nobody agreed within %d hours. Ask again if the key is still needed.",
			KEY_HOURS);
	if (state != KEY_ASKED)
		return err_set(e, E_CONFLICT, "", "This request does not wait any more.");
	if (asked_by == person)
		return err_set(e, E_CONFLICT, "",
			"You have asked for it yourself: another data steward must agree.");
	if (!asks_still)
		return err_set(e, E_CONFLICT, "",
			"Whoever asked is no data steward of the event any more. End this request "
			"and ask anew if the key is still needed.");
	return OK;
}
