/*
 * Ranges outside of which a measurement is more likely a mistake, another unit or a placeholder
 * than a patient. Written by us, wide on purpose: what is outside is shown, never removed.
 *
 * The table is constant. Thread rule: free-threaded.
 */
#ifndef CURATOR_IMPORT_PLAUSIBLE_H
#define CURATOR_IMPORT_PLAUSIBLE_H

#include <stdbool.h>

/* What a range rests on. */
enum plausible_kind {
	BY_DEFINITION, /* a scale or a share cannot leave it */
	BY_SURVIVAL,   /* values that have been survived, as textbooks tell, with some room */
	BY_INSTRUMENT, /* what the usual devices can measure */
	BY_POPULATION, /* extremes known of people */
};

struct plausible {
	const char *what;  /* "potassium" */
	const char *names; /* words of a column or of a test that mean it, between blanks */
	const char *unit;
	double low, high;
	enum plausible_kind kind;
};

/*
 * The range for a quantity called name, with unit. When nobody says the unit (""), it is the one
 * that is a word of the name, as in weight_kg, or else the first whose range holds typical (the
 * median, say; NaN when unknown). NULL when we know none for that name and unit.
 */
const struct plausible *plausible_find(const char *name, const char *unit, double typical);
const char *plausible_kind_name(enum plausible_kind);

#endif
