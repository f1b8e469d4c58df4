/* The rules of the airlock, without a database: transitions, votes, sealing. */
#include "portal/airlock/airlock.h"

/* ---- words ---- */

static const char *const states[AIRLOCK_STATES] = { "draft", "sealed", "scanning", "in review",
	"approved", "released", "returned", "rejected", "withdrawn", "revoked", "failed",
	"quarantined" };

static const char *const verbs[AIRLOCK_VERBS] = { "change", "seal", "scan", "pass", "quarantine",
	"hold", "retry", "vote on", "approve", "return", "reject", "release", "withdraw",
	"revoke" };

const char *
airlock_state_word(enum airlock_state s)
{
	return states[s];
}

enum airlock_state
airlock_state_parse(const char *word)
{
	for (int i = 0; i < AIRLOCK_STATES; i++)
		if (streq(states[i], word))
			return (enum airlock_state)i;
	BUG("a request in the state %s", word);
}

const char *
airlock_verb_word(enum airlock_verb v)
{
	return verbs[v];
}

/* ---- transitions ---- */

#define AT(state) (1u << AIRLOCK_##state)
/* Goes back to where it failed. */
enum { RESUME = AIRLOCK_STATES };

static const struct {
	enum airlock_verb verb;
	unsigned from; /* bits 1 << enum airlock_state */
	unsigned who;  /* any of these */
	int to;
} transitions[] = {
	{ AIRLOCK_EDIT, AT(DRAFT) | AT(RETURNED), AIRLOCK_AUTHOR, AIRLOCK_DRAFT },
	{ AIRLOCK_SEAL, AT(DRAFT), AIRLOCK_AUTHOR, AIRLOCK_SEALED },
	{ AIRLOCK_SCAN, AT(SEALED), AIRLOCK_SYSTEM, AIRLOCK_SCANNING },
	{ AIRLOCK_PASS, AT(SEALED) | AT(SCANNING), AIRLOCK_SYSTEM, AIRLOCK_IN_REVIEW },
	{ AIRLOCK_STOP, AT(SEALED) | AT(SCANNING), AIRLOCK_SYSTEM, AIRLOCK_QUARANTINED },
	{ AIRLOCK_FAIL, AT(SEALED) | AT(SCANNING) | AT(APPROVED), AIRLOCK_SYSTEM, AIRLOCK_FAILED },
	{ AIRLOCK_RETRY, AT(FAILED), AIRLOCK_AUTHOR | AIRLOCK_STEWARD, RESUME },
	{ AIRLOCK_VOTE, AT(IN_REVIEW), AIRLOCK_REVIEWER, AIRLOCK_IN_REVIEW },
	{ AIRLOCK_APPROVE, AT(IN_REVIEW), AIRLOCK_SYSTEM, AIRLOCK_APPROVED },
	/* By the votes, or because a check that passed in the draft does not any more. */
	{ AIRLOCK_RETURN, AT(SEALED) | AT(SCANNING) | AT(IN_REVIEW), AIRLOCK_SYSTEM,
		AIRLOCK_RETURNED },
	{ AIRLOCK_REJECT, AT(IN_REVIEW), AIRLOCK_SYSTEM, AIRLOCK_REJECTED },
	{ AIRLOCK_RELEASE, AT(APPROVED), AIRLOCK_SYSTEM, AIRLOCK_RELEASED },
	/* A held one may be given up too: nothing of it has left. */
	{ AIRLOCK_WITHDRAW,
		AT(DRAFT) | AT(RETURNED) | AT(SEALED) | AT(SCANNING) | AT(IN_REVIEW) | AT(FAILED),
		AIRLOCK_AUTHOR, AIRLOCK_WITHDRAWN },
	{ AIRLOCK_REVOKE, AT(RELEASED), AIRLOCK_STEWARD, AIRLOCK_REVOKED },
};

bool
airlock_next(enum airlock_state from, enum airlock_verb verb, unsigned who,
	enum airlock_state resume, enum airlock_state *ret)
{
	for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++) {
		if (transitions[i].verb != verb || !(transitions[i].from & 1u << from) ||
			!(transitions[i].who & who))
			continue;
		if (transitions[i].to == RESUME && resume != AIRLOCK_SEALED &&
			resume != AIRLOCK_APPROVED)
			return false;
		*ret = transitions[i].to == RESUME ? resume : (enum airlock_state)transitions[i].to;
		return true;
	}
	return false;
}

bool
airlock_is_final(enum airlock_state s)
{
	unsigned final =
		AT(RELEASED) | AT(REJECTED) | AT(WITHDRAWN) | AT(REVOKED) | AT(QUARANTINED);
	return final >> s & 1;
}

/* ---- votes ---- */

enum airlock_outcome
airlock_count(int64_t needed, int64_t approve, int64_t mend, int64_t reject)
{
	int64_t n = approve + mend + reject;
	if (n == 0 || n < needed)
		return AIRLOCK_WAITS;
	if (approve == n)
		return AIRLOCK_YES;
	if (approve == 0)
		return reject == n ? AIRLOCK_NO : AIRLOCK_MEND;
	if (n <= needed || approve * 2 == n)
		return AIRLOCK_SPLIT;
	return approve * 2 > n ? AIRLOCK_YES : AIRLOCK_MEND;
}

int64_t
airlock_needed(int64_t rule, int64_t eligible)
{
	if (rule > 0)
		return rule;
	return eligible >= 2 ? 2 : 1;
}

bool
airlock_differs(const char *state, int64_t needed, int64_t reviews)
{
	return streq(state, "in review") && reviews > 0 && reviews >= needed;
}

const char *
airlock_differ_words(int64_t others)
{
	return others ? "The reviewers differ: another steward votes, one of them changes their "
			"vote, or the team withdraws the request and mends it."
		      : "The reviewers differ, and nobody else may vote: one of them changes their "
			"vote, the team withdraws the request and mends it, or an organiser names "
			"another data steward.";
}

const char *
airlock_needed_words(struct arena *a, int64_t sealed, int64_t now)
{
	const char *votes = sealed == 1 ? "vote was" : "votes were";
	if (sealed == now || sealed < 1)
		return "";
	if (now > sealed)
		return arena_printf(a,
			"It was sealed when %lld %s enough; now it needs %lld, for more stewards "
			"can "
			"vote, or the event's rule asks for more.",
			(long long)sealed, votes, (long long)now);
	return arena_printf(a,
		"It was sealed when %lld %s needed, and that stays; what is sealed now needs %lld.",
		(long long)sealed, votes, (long long)now);
}

bool
airlock_waits(const char *state)
{
	return streq(state, "sealed") || streq(state, "scanning") || streq(state, "in review");
}

/* ---- sealing ---- */

static enum status
context_complete(const struct airlock_row *q, struct err *e)
{
	const struct {
		const char *field, *value, *label;
	} parts[] = { { "population", q->population, "whom the numbers are about" },
		{ "variables", q->variables, "which variables they are made of" },
		{ "relation", q->relation, "how they relate to what was released before" },
		{ "controls", q->controls, "what was done so that nobody can be found" } };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!parts[i].value[0])
			return err_set(e, E_INPUT, parts[i].field, "Say %s.", parts[i].label);
	return OK;
}

static enum status
file_sealable(const struct airlock_file_row *f, struct err *e)
{
	if (!f->verdict[0])
		return err_set(e, E_CONFLICT, "",
			"%s is still being checked; that takes a few seconds.", f->name);
	if (streq(f->verdict, "stopped"))
		return err_set(e, E_CONFLICT, "",
			"%s holds what may never leave. Take it out of the request, on your team's "
			"page "
			"Airlock.",
			f->name);
	if (streq(f->verdict, "held"))
		return err_set(e, E_CONFLICT, "",
			"A check of %s could not be carried out. Hand the file in again.", f->name);
	if (streq(f->verdict, "fail") && !f->reason[0])
		return err_set(e, E_CONFLICT, "",
			"%s does not pass a check. Mend it, or say why it should leave all the "
			"same.",
			f->name);
	return OK;
}

enum status
airlock_sealable(
	const struct airlock_row *q, const struct airlock_file_row_rows *files, struct err *e)
{
	size_t outputs = 0;
	for (size_t i = 0; i < files->n; i++)
		outputs += streq(files->at[i].role, "output");
	if (outputs == 0)
		return err_set(
			e, E_CONFLICT, "", "There is no file in the request that is to leave.");
	for (size_t i = 0; i < files->n; i++)
		TRY(file_sealable(&files->at[i], e));
	return context_complete(q, e);
}
