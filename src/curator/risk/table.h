/*
 * A CSV file as distinct combinations of the columns that matter: quasi-identifiers, then sensitive
 * columns, coded by dictionaries.
 *
 * table_free frees everything; a zeroed struct may be freed. Thread rule: one thread per table.
 */
#ifndef CURATOR_RISK_TABLE_H
#define CURATOR_RISK_TABLE_H

#include "base/field.h"
#include "curator/import/csv.h"
#include "curator/risk/dict.h"
#include "curator/risk/tuples.h"

enum { TABLE_MAX_COLUMNS = 64 };

struct table_wish {
	const char *path;
	text_list qi;        /* at least one */
	text_list sensitive; /* none of them a qi */
};

struct table {
	size_t n_qi, n; /* n: with the sensitive columns behind the qi */
	struct dict *dicts[TABLE_MAX_COLUMNS];
	bool shared; /* the dictionaries belong to another table */
	struct tuples tuples;
	uint64_t rows;
	struct budget *budget;
};

/*
 * Reads the file once. E_INPUT names the column that is missing, given twice or both, or the line
 * that is broken; a file without rows is refused. E_BUSY when the budget does not suffice. The
 * wish's texts must outlive the table.
 */
enum status table_read(const struct table_wish *, struct budget *, struct table *ret, struct err *);

/* As table_read, of another file with the same columns, coded by the dictionaries of `like`, which
 * take up the new values. */
enum status table_read_like(
	const struct table_wish *, struct table *like, struct table *ret, struct err *);

void table_free(struct table *);

/* Which column of the open file each wished one is: qi, then sensitive. */
enum status table_find_columns(
	const struct csv *, const struct table_wish *, size_t *ret_at, struct err *);

#endif
