/*
 * The different values of a key column of the source that is being made, and where else they stand.
 * Blanks around a value are no part of it, and a value of nothing else is none.
 *
 * A column may have more keys than memory should hold. They are then looked at in parts of about
 * KEYS_AT_ONCE: which part a key is in follows from its hash.
 *
 * keys_free ends a set of keys; the path is the caller's. Thread rule: one thread per struct.
 */
#ifndef CURATOR_IMPORT_KEYS_H
#define CURATOR_IMPORT_KEYS_H

#include "base/err.h"
#include "curator/text_set.h"

enum { KEYS_AT_ONCE = 1 << 20 };
#define KEY_NONE UINT32_MAX

struct key_column {
	const char *path; /* of the table's file */
	size_t column;
	bool padded;      /* blanks may stand around values */
	int64_t distinct; /* about how many keys there are */
};

size_t keys_parts(const struct key_column *);

struct keys {
	struct text_set *set;
	uint64_t *rows;   /* how many have it, of each key */
	size_t max_rows;  /* for which there is room */
	uint64_t without; /* rows that have no key at all: the same in each part */
};
/* The keys of one part, and their rows when somebody asks for those too. */
enum status keys_take(
	const struct key_column *, size_t part, bool count_rows, struct keys *ret, struct err *);
void keys_free(struct keys *);
#define cleanup_keys CLEANUP(keys_free)

/*
 * Which texts of the set stand in another column: ret, of each, is KEY_NONE where it does not, and
 * some other number where it does. With beside, this is the number in values of what the first row
 * that has the text, and anything there, has in that column of the same table.
 */
enum status keys_find(const struct text_set *, const struct key_column *,
	const struct key_column *beside, struct text_set *values, uint32_t *ret, struct err *);

/* Without the blanks of any script around it; p is NULL when nothing is left. */
struct str keys_trim(const struct key_column *, struct str value);

#endif
