/*
 * Signed evidence: the curator computed this very table, so nothing need be guessed of it. What
 * stands behind its cells is judged by check_dominance, by the thresholds of today.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/proof.h"

static const char *
behind(struct airlock_file *f, const struct airlock_proof *p)
{
	const char *who = p->of_rows ? "rows" : "persons";
	if (p->shown == 0)
		return "none of its numbers shows";
	if (p->shown == 1)
		return airlock_say(f, "at least %lld %s stand behind the one number that shows",
			(long long)p->least, who);
	return airlock_say(f, "at least %lld %s stand behind each of the %lld numbers that show",
		(long long)p->least, who, (long long)p->shown);
}

enum status
check_evidence(struct airlock_file *f, struct err *e)
{
	const struct airlock_proof *p = f->proof;
	if (!p)
		return OK;
	airlock_tell(f, AIR_NOTE, 0, 0,
		airlock_say(f,
			"The server computed and signed this table from %s: %s. Hidden for being "
			"small: %lld; for being "
			"close to other signed numbers: %lld; so that "
			"those do not follow from the totals: %lld.",
			p->source, behind(f, p), (long long)p->small, (long long)p->close,
			(long long)p->other));
	if (p->few.n)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			airlock_say(f,
				"%zu part%s of its condition fit%s or leave%s out 1 to 9 %s: see "
				"why, beside the table.",
				p->few.n, p->few.n == 1 ? "" : "s", p->few.n == 1 ? "s" : "",
				p->few.n == 1 ? "s" : "", p->of_rows ? "rows" : "persons"));
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
