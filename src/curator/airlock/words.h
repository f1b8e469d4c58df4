/*
 * What the label of a row or a column says about the numbers beside it.
 *
 * Pure. Thread rule: none.
 */
#ifndef CURATOR_AIRLOCK_WORDS_H
#define CURATOR_AIRLOCK_WORDS_H

#include "base/str.h"

enum {
	WORD_COUNT = 1,       /* n, patients, deaths: counts of people or things */
	WORD_SHARE = 2,       /* percent, rate: counts divided by counts */
	WORD_TOTAL = 4,       /* total, all, sum */
	WORD_CODE = 8,        /* year, stage, fold: a number that names a row */
	WORD_EXTREME = 16,    /* min, max, p95, median: may be one person's value */
	WORD_IDENTIFIER = 32, /* mrn, dob, patient_id: nothing else is called so */
	WORD_PERHAPS_ID = 64, /* id, name: may well be a model's */
	WORD_PLACE = 128,     /* latitude, longitude */
	WORD_DF = 256,        /* degrees of freedom */
	WORD_RESIDUAL = 512,
	WORD_SETTING = 2048,   /* folds, depth: of a method, however many; implies WORD_CODE */
	WORD_STATISTIC = 1024, /* auc, p, coefficient: no total of anybody's values */
};

/* All that its words say. Words are divided at whatever is neither letter nor digit, and where a
 * capital follows a small letter. */
unsigned words_in(struct str label);
/* "Total", "All patients": nothing but words for a margin. */
bool words_are_total(struct str label);

#endif
