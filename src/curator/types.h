/*
 * What kind of values a column holds, decided from all of them and conservatively: one value that
 * does not fit makes the column text. Identifiers with leading zeros stay text.
 *
 * Two-digit years have no century. Whoever reads the column says in which year the hundred years
 * end that they are taken from: with 2026, "94" is 1994 and "26" is 2026. The steward is told.
 *
 * Pure. Thread rule: one thread per struct type_guess.
 */
#ifndef CURATOR_TYPES_H
#define CURATOR_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum col_type {
	TYPE_TEXT,
	TYPE_INTEGER, /* up to 18 digits, no leading zero, no plus sign */
	TYPE_REAL,    /* decimal point */
	TYPE_COMMA,   /* decimal comma; a real to everybody else */
	TYPE_DATE,    /* 2022-03-14 */
	TYPE_TIME,    /* 2022-03-14 05:54[:13[.5]], also with T and Z */
	TYPE_ZONED,   /* the same with an offset (+01:00); the clock on the wall is what counts */
	TYPE_YMD,     /* 2022/3/14, 2022.03.14 */
	TYPE_DMY,     /* 14/3/2022, 14.03.2022, 14-3-2022 */
	TYPE_MDY,     /* 3/14/2022 */
	TYPE_DMY2,    /* 14/3/22 */
	TYPE_MDY2,    /* 3/14/22 */
	TYPE_DMYT,    /* 14.03.2022 05:54[:13] [AM] */
	TYPE_MDYT,    /* 3/14/2022 5:54 [PM] */
	TYPE_DMYT2,   /* 14.03.22 05:54 */
	TYPE_MDYT2,   /* 3/14/22 5:54 */
	TYPE_MONTH,   /* 14-MAR-2022, 14 March 2022 */
	N_TYPES
};

/* "text", "integer", "real", "date", "timestamp": what people and the dictionary call it. */
const char *type_name(enum col_type);
/* "comma", "dmy", "mdy2" as well: for our own files. */
const char *type_code(enum col_type);
/* How a date is written, "day/month/year" and the like; "" for what is none. */
const char *type_form(enum col_type);
bool type_of_code(struct str, enum col_type *ret);
bool type_is_number(enum col_type);
bool type_is_date(enum col_type);
bool type_has_time(enum col_type);
bool type_has_short_year(enum col_type);

/*
 * An SQL expression that gives `text` (another one) its type; a value without the form fails.
 * century_end: see above; of no concern to other types.
 */
const char *type_sql(struct arena *, enum col_type, int century_end, const char *text);

/* One value in every reading that its form allows. */
struct type_value {
	unsigned possible; /* bit of enum col_type */
	double number;
	/* Days since 1970, by reading; short years lie from 1970 to 2069. */
	int32_t year_first, day_first, month_first;
};
void type_read(struct str value, struct type_value *ret);
/* Days since 1970 of a value, when it is a date in that type. */
bool type_days(const struct type_value *, enum col_type, int century_end, int64_t *ret);

/* Microseconds since 1970 of a value of TYPE_TIME, as type_sql reads it: further digits are cut. */
bool type_micros(struct str value, int64_t *ret);

struct type_guess {
	unsigned possible;     /* bit of enum col_type */
	uint64_t values;       /* neither empty nor a word for "missing" */
	uint64_t missing;      /* nothing between the delimiters */
	uint64_t empty;        /* written "" */
	uint64_t words;        /* NA, NULL, ... */
	bool day_first;        /* a first number above 12 was seen */
	bool month_first;      /* a second number above 12 was seen */
	bool padded;           /* blanks may stand around values */
	bool comma_is_decimal; /* a comma without exactly three digits after it */
	uint32_t shortest, longest;
};

struct type_guess type_guess_new(void);
/* n times the value; p == NULL is missing. Fills *ret for an ordinary value, else leaves it 0. */
void type_guess_add(struct type_guess *, struct str value, uint64_t n, struct type_value *ret);
enum col_type type_guess_end(const struct type_guess *);

/* NA, N/A, NaN, NULL, \N: missing in a column of numbers or dates, ordinary words in text. */
bool type_is_missing_word(struct str);
/* The same words, and '', as an SQL list: ('NA', ...). */
extern const char type_missing_sql[];

#endif
