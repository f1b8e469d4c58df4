/* What came of the curator's removing the shares of a key. */
#include "portal/audit/audit.h"
#include "portal/data/key.h"
#include "portal/data/key.sql.h"

enum status
key_removal_ended(
	struct db *db, int64_t job, bool good, const char *error, int64_t now, struct err *e)
{
	struct key_of_removal k;
	bool found;
	TRY(db_found(db_key_of_removal(db, job, &k, e), &found));
	if (!found) /* a job that wrote shares */
		return OK;
	struct audit_entry entry = { .at = now,
		.actor_name = "the server",
		.event = k.event,
		.action = good ? "key export ended" : "key shares not removed",
		.object = arena_printf(db_arena(db), "key of event %s", k.slug),
		.detail = !good                        ? error
			  : streq(k.job_state, "done") ? "the shares are removed"
						       : "nothing of a share is left" };
	if (good)
		TRY(db_key_end(db, k.id, now, e));
	return audit_add(db, &entry, e);
}
