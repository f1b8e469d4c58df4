/*
 * Evidence that needs no belief: what stands behind the cells of a table that the curator itself
 * computed (curator/table), signed with the server's own Ed25519 key. The paper travels through a
 * workspace, where everything may be changed; so it is checked byte for byte when it comes back.
 *
 *	{"evidence":{...},"signature":"<128 hex digits>"}\n
 *
 * Signed are the bytes of the object after "evidence": as they stand, behind a word of our own. It
 * names the digest of the table's bytes, the team and the project: evidence of another table, of
 * another team or of another server is worth nothing.
 *
 * Memory is the arena's. Thread rule: none.
 */
#ifndef CURATOR_AIRLOCK_PROOF_H
#define CURATOR_AIRLOCK_PROOF_H

#include "curator/airlock/airlock.h"

#define PROOF_ENDING ".evidence.json"

struct proof_key {
	uint8_t open[32];   /* to check with */
	uint8_t secret[64]; /* to sign with */
};

/*
 * The server's key: data/keys/evidence.key below state, 0400, made at its first use. make false:
 * E_ABSENT when there is none.
 */
enum status proof_key_load(
	struct arena *, const char *state, bool make, struct proof_key *ret, struct err *);
/* Of 32 bytes. */
void proof_key_of(const uint8_t seed[32], struct proof_key *ret);

/* The paper around an object's bytes. */
struct str proof_seal(struct arena *, const struct proof_key *, struct str object);

struct airlock_proof {
	const char *paper;  /* the name of the file that it came in */
	uint8_t digest[32]; /* BLAKE2b-256 of the table's bytes */
	int64_t team, project;
	bool of_file;       /* counted from a file of the team's, not from a release */
	bool of_rows;       /* no column names patients: a person is a row */
	const char *source; /* name of the table or file */
	/* The question. "" where there is none. */
	const char *stage, *rows, *columns, *value, *where;
	text_list few;    /* "cost = 12.5 fits": parts of the condition that 1 to 9 patients make */
	const char *made; /* when, ISO 8601 */
	int64_t release, round;
	int64_t least;               /* persons behind every cell that shows, as asked */
	int64_t fewest;              /* behind the smallest that shows; 0: none shows */
	int64_t shown, small, other; /* cells: shown, hidden because small, because of those */
	int64_t close;               /* withheld: close to earlier ones */
	bool compared;               /* with all that was signed before in the event */
	LIST(struct airlock_evidence) cells;
	bool used;
};

/* Does it give itself out as evidence, by its name or its beginning? */
bool proof_claims(const char *name, struct str text);

/*
 * E_DENIED when it is not what this server signed for this team and project; the sentence is for
 * the author. key NULL: there is none, so that nothing can be signed with it.
 */
enum status proof_open(struct arena *, const struct proof_key *key, const char *name,
	struct str text, int64_t team, int64_t project, struct airlock_proof *ret, struct err *);

#endif
