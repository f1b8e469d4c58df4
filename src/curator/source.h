/*
 * What an import left in source/: one Parquet file a table (columns c0, c1, ... of text, exactly as
 * the hospital wrote them) and source.json, which says what the columns are called and hold.
 *
 * Memory is the arena's. Thread rule: none; plain data.
 */
#ifndef CURATOR_SOURCE_H
#define CURATOR_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"
#include "curator/types.h"

struct profile_column;

struct source_column {
	const char *name;
	enum col_type type;
	bool words;                /* NA and the like stand for missing values; never so in text */
	bool blank;                /* '' stands for a missing value, in text too */
	bool padded;               /* blanks may stand around values */
	bool identifier;           /* by its name or because nearly every value is different */
	int64_t longest;           /* bytes of the longest value */
	int64_t missing, distinct; /* distinct is an estimate above some ten thousand */
	int century_end;           /* of two-digit years, see types.h; else 0 */
	/* Of text whose values are all dates of either order: what "dmy" and "mdy" would make it.
	 */
	enum col_type if_day_first, if_month_first;
	const char *meaning;            /* as the layout knows it, or "" */
	const char *example;            /* invented from type and range */
	struct profile_column *profile; /* made by an import, not kept for others */
	/* What an import may tell of the values: a range (NaN: none) and the values of ten patients
	 * or more, the most frequent first. */
	double low, high;
	text_list common;
};

struct source_table {
	const char *name; /* its file is <name>.parquet */
	int64_t rows, bytes;
	const char *file, *encoding; /* what it was read from, during an import */
	int64_t rejected;            /* records set aside */
	/* How its rows reach a patient: by a column, NULL when they do not; of the table `via` when
	 * that is not NULL. NULL in the patients' own table too. */
	const char *by, *via;
	const char *via_column; /* of via, in which each value of by stands once; NULL with it */
	LIST(struct source_column) columns;
};

struct source {
	const char *hash; /* BLAKE2b-256 over names and contents of the files, hex */
	LIST(struct source_table) tables;
	const char *patient_table, *patient_column; /* NULL when the import found none */
};

/* Case does not matter. NULL when there is none. */
struct source_table *source_find(const struct source *, struct str table);
struct source_column *source_find_column(const struct source_table *, struct str column);

/* "name", "phone", "birth", "address", ... somewhere in the name. */
bool source_sounds_identifying(const char *column);

enum status source_read(struct arena *, int dirfd, struct source *ret, struct err *);

#endif
