/*
 * What kind of values a column holds, decided from all of them and conservatively: one value that
 * does not fit makes the column text. Identifiers with leading zeros stay text.
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
	TYPE_DMY,     /* 14/3/2022, 14.03.2022, 14-3-2022 */
	TYPE_MDY,     /* 3/14/2022 */
};

/* "text", "integer", "real", "date", "timestamp": what people and the dictionary call it. */
const char *type_name(enum col_type);
/* "comma", "dmy", "mdy" as well: for our own files. */
const char *type_code(enum col_type);
bool type_of_code(struct str, enum col_type *ret);
bool type_is_number(enum col_type);
bool type_is_date(enum col_type);

struct type_guess {
	unsigned possible;     /* bit of enum col_type */
	uint64_t values;       /* neither empty nor a word for "missing" */
	uint64_t missing;      /* empty */
	uint64_t words;        /* NA, NULL, ... */
	bool day_first;        /* a first number above 12 was seen */
	bool month_first;      /* a second number above 12 was seen */
	bool comma_is_decimal; /* a comma without exactly three digits after it */
	uint32_t shortest, longest;
};

struct type_guess type_guess_new(void);
void type_guess_add(struct type_guess *, struct str value);
enum col_type type_guess_end(const struct type_guess *);

/* NA, N/A, NaN, NULL, \N: missing in a column of numbers or dates, ordinary words in text. */
bool type_is_missing_word(struct str);
/* The same words as an SQL list: ('NA', ...). */
extern const char type_missing_sql[];

#endif
