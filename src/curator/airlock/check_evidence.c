/*
 * Signed evidence: the curator computed this very table, so nothing need be guessed of it. What
 * stands behind its cells is judged by check_dominance, by the thresholds of today.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/proof.h"

enum status
check_evidence(struct airlock_file *f, struct err *e)
{
	const struct airlock_proof *p = f->proof;
	if (!p)
		return OK;
	airlock_tell(f, AIR_NOTE, 0, 0,
		airlock_say(f,
			"The server computed and signed this table from %s: at least %lld %s stand "
			"behind each of its %lld numbers. Hidden for being small: %lld; for being "
			"close to earlier numbers: %lld; so that "
			"those do not follow from the totals: %lld.",
			p->source, (long long)p->least, p->of_rows ? "rows" : "persons",
			(long long)p->shown, (long long)p->small, (long long)p->close,
			(long long)p->other));
	if (p->of_rows)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"No column of what was counted names patients, so each row was taken for a "
			"person. Make sure that no few patients have many of them.");
	if (p->of_file && p->of_rows)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"Not compared with earlier tables: the file names no patients. Whether it "
			"differs from one of those by few, its code must show.");
	if (p->of_file)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"The server counted a file that the team had made, not a table of the "
			"release: see from the code how the file came to be.");
	return OK;
}
