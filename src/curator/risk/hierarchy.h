/*
 * How the values of one column are generalised, level by level: level 0 is the value itself, the
 * last level the coarsest. Every value of a level lies under one value of the next.
 *
 * The form of ARX: a text without a header, one line a value, the levels separated by ; , tab or |.
 *
 *	34;30-39;*
 *	35;30-39;*
 *
 * hierarchy_free frees everything; a zeroed struct may be freed. Thread rule: one thread.
 */
#ifndef CURATOR_RISK_HIERARCHY_H
#define CURATOR_RISK_HIERARCHY_H

#include "base/str.h"
#include "curator/risk/dict.h"

enum { HIERARCHY_MAX_LEVELS = 32, HIERARCHY_MAX_BYTES = 256 << 20 };

struct hierarchy_level {
	struct dict *labels;
	uint32_t *up;     /* value -> the value of the next level it lies under; NULL in the last */
	uint32_t *leaves; /* value -> how many values of level 0 lie under it */
	size_t cap;
};

struct hierarchy {
	const char *name; /* of the column, for errors */
	const char *kind; /* NULL: from a file; else how it was made: "numbers", "dates", ... */
	/* What a level makes of a value, in words: "ranges of 10". NULL: from a file, or level 0.
	 */
	const char *into[HIERARCHY_MAX_LEVELS];
	size_t n_levels; /* at least 1 */
	struct hierarchy_level levels[HIERARCHY_MAX_LEVELS];
	/*
	 * After hierarchy_bind: values[g][code] is what stands for a value of the data at level g.
	 */
	uint32_t *values[HIERARCHY_MAX_LEVELS];
	size_t n_bound;
};

/*
 * Reads a text in ARX's form. E_INPUT names the line: levels are missing, a value stands twice, a
 * value of one level lies under two of the next, bytes are not UTF-8. The name must outlive the
 * hierarchy.
 */
enum status hierarchy_parse(const char *name, struct str text, struct hierarchy *ret, struct err *);

/*
 * The hierarchy of a column in a folder: NAME.csv, or one file *_hierarchy_NAME.csv. E_ABSENT when
 * there is none; E_INPUT as hierarchy_parse, naming the file, or when there are several.
 */
enum status hierarchy_load(
	struct arena *, const char *folder, const char *name, struct hierarchy *ret, struct err *);

/*
 * Makes one from the values of a column, by what they look like:
 *	numbers  intervals of 5, 10, 20 (times ten as often as the range asks for), *
 *	dates    day where a time follows, month, quarter, year, *
 *	postal   digits dropped from the end, *
 *	codes    ICD-10 and ATC by their own steps, other codes by dropping the end, *
 *	other    *
 * An empty value stays empty up to *. What each level is in words is the arena's.
 */
enum status hierarchy_guess(struct arena *, const char *name, const struct dict *values,
	struct hierarchy *, struct err *);

/*
 * Finds every value of the data. E_INPUT when one is not in the hierarchy; the sentence names the
 * column and how many are missing, not the value.
 */
enum status hierarchy_bind(struct hierarchy *, const struct dict *values, struct err *);

/*
 * What a value loses, as a whole number: values of level 0 beside itself under the generalised
 * value. Divided by hierarchy_whole it is 0 for one value and 1 for all.
 */
static inline uint32_t
hierarchy_loss(const struct hierarchy *h, size_t level, uint32_t value)
{
	return h->levels[level].leaves[value] - 1;
}

static inline uint32_t
hierarchy_whole(const struct hierarchy *h)
{
	return (uint32_t)dict_n(h->levels[0].labels) - 1;
}

static inline struct str
hierarchy_label(const struct hierarchy *h, size_t level, uint32_t value)
{
	return dict_value(h->levels[level].labels, value);
}

void hierarchy_free(struct hierarchy *);

/* For makers: an empty hierarchy of n levels, and one line more. line is for errors, 0 for none. */
void hierarchy_begin(struct hierarchy *, const char *name, size_t n_levels);
enum status hierarchy_add(struct hierarchy *, const struct str *labels, size_t line, struct err *);
/* Counts the leaves; call once after the last line. E_INPUT when there was none. */
enum status hierarchy_end(struct hierarchy *, struct err *);

#endif
