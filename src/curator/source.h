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

struct source_column {
	const char *name;
	enum col_type type;
	bool words;                /* NA and the like stand for missing values; never so in text */
	bool identifier;           /* by its name or because nearly every value is different */
	int64_t missing, distinct; /* distinct is an estimate in tables over a million rows */
	const char *example;       /* invented from type and range */
};

struct source_table {
	const char *name; /* its file is <name>.parquet */
	int64_t rows, bytes;
	LIST(struct source_column) columns;
};

struct source {
	const char *hash; /* BLAKE2b-256 over names and contents of the files, hex */
	LIST(struct source_table) tables;
};

/* Case does not matter. NULL when there is none. */
struct source_table *source_find(const struct source *, struct str table);
struct source_column *source_find_column(const struct source_table *, struct str column);

/* "name", "phone", "birth", "address", ... somewhere in the name. */
bool source_sounds_identifying(const char *column);

/* The members "source" and "tables" of a JSON object; the same text serves people and us. */
struct jsonw;
void source_write(struct jsonw *, const struct source *);
enum status source_read(struct arena *, int dirfd, struct source *ret, struct err *);

#endif
