/* An input table with every kind of field, for the fuzz targets form and json_in. */
#ifndef FUZZ_FORM_TABLE_H
#define FUZZ_FORM_TABLE_H

#include <string.h>

#include "portal/web/input.h"

struct everything {
	const char *name, *about, *level;
	int64_t seats, when;
	double share;
	bool agreed;
	text_list languages;
};

static const struct field everything_in[] = {
	FIELD(struct everything, name, TEXT, .required = true, .trim = true, .min = 2, .max = 20),
	FIELD(struct everything, about, TEXT, .multiline = true, .max = 1000),
	FIELD(struct everything, level, TEXT, .choices = "BSc|MSc|PhD"),
	FIELD(struct everything, seats, INT, .min = 1, .max = 2000),
	FIELD(struct everything, when, TIME),
	FIELD(struct everything, share, REAL),
	FIELD(struct everything, agreed, BOOL),
	FIELD(struct everything, languages, TEXTS, .choices = "C|Python|R"),
	FIELD_END,
};

/* What every good decoding promises, whatever was sent. */
static inline void
everything_check(struct arena *a, const pair_list *l, bool strict)
{
	struct everything x = { 0 };
	pair_list errors = { 0 };
	struct err e = { 0 };
	enum status s = input_decode(a, everything_in, l, strict, &x, &errors, &e);
	if (s != OK) {
		if (s != E_INPUT || !e.text[0])
			__builtin_trap();
		return;
	}
	if (strlen(x.name) < 2 || strlen(x.name) > 20 || strlen(x.about) > 1000 ||
		(x.seats && (x.seats < 1 || x.seats > 2000)) || errors.n)
		__builtin_trap();
	for (size_t i = 0; i < x.languages.n; i++)
		if (!streq(x.languages.at[i], "C") && !streq(x.languages.at[i], "R") &&
			!streq(x.languages.at[i], "Python"))
			__builtin_trap();
}

#endif
