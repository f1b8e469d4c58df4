/*
 * A table as the checks see it: cells with their kinds, columns with their roles, and which row and
 * column is the total. CSV, TSV, JSON and tables printed in text all become one.
 *
 * Memory is the arena's; cells view the text that was read. Thread rule: none; plain data.
 */
#ifndef CURATOR_AIRLOCK_GRID_H
#define CURATOR_AIRLOCK_GRID_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"

enum cell_kind {
	CELL_EMPTY,
	CELL_SUPPRESSED, /* *, NA, <10: a number that is not shown; value is the most it can be */
	CELL_NUMBER,
	CELL_TEXT,
};

struct cell {
	struct str text; /* without white space at both ends */
	double value;
	uint16_t says; /* of a text that names a row: words_in it */
	uint8_t kind;  /* enum cell_kind */
	bool whole;    /* no part behind the decimal point, or nothing but zeros */
	bool percent;  /* written with % */
	bool plain;    /* a number and nothing else: a spreadsheet reads it as one */
};

enum column_role {
	COLUMN_LABEL,   /* names the rows: texts, codes, years */
	COLUMN_COUNT,   /* whole numbers from 0 */
	COLUMN_SHARE,   /* percentages, rates */
	COLUMN_MEASURE, /* any other numbers */
	COLUMN_EMPTY,
};

struct grid_column {
	struct str label;
	unsigned says; /* words_in(label) */
	enum column_role role;
	bool doubtful; /* a label of rows only by its place and order */
	bool total;    /* the sum of the other columns of counts */
	size_t numbers, wholes, percents, texts, empties, suppressed;
	double low, high;
	int base; /* every number above 0 is a multiple of 10 or 5, or midpoint-6 rounded; else 0 */
};

struct grid {
	size_t rows, columns; /* rows with the header */
	struct cell *cells;   /* row by row */
	struct grid_column *column;
	bool *total_row;
	size_t first;  /* of the rows of data: 1, or 0 when there is no header */
	int64_t above; /* coordinates of a row are its index, 1 and this many more */
	bool labelled; /* each row of values has a label of its own: path and value */
};

/* What stands in a cell; text is trimmed by it. */
struct cell cell_read(struct str text);

static inline const struct cell *
grid_at(const struct grid *g, size_t row, size_t column)
{
	return &g->cells[row * g->columns + column];
}
static inline int64_t
grid_row(const struct grid *g, size_t row)
{
	return (int64_t)row + 1 + g->above;
}

/* The delimiter that the first line has most of, outside quotes; '\0' when there is none. */
char grid_sniff(struct str text);
/* Strict RFC 4180 with any delimiter; every record as long as the first. E_INPUT names the row. */
enum status grid_read(
	struct arena *, struct str text, char delimiter, struct grid **ret, struct err *);
/* rows * columns cells, zeroed; NULL when that is more than an output may have. */
struct grid *grid_new(struct arena *, size_t rows, size_t columns);
/* Fills column, total_row and first, once the cells are there; headed: row 0 holds labels. */
void grid_describe(struct arena *, struct grid *, bool headed);

/* Says the label of the row, of its column or of both that these are counts? */
bool grid_says(const struct grid *, size_t row, size_t column, unsigned words);
/* Hash of the labels of a row, the same in every table. */
uint64_t grid_key(const struct grid *, size_t row);
/* Do at least six numbers above 0 in columns of counts all show the same rounding? Its base. */
int grid_rounded(const struct grid *);

/* The same content in one way only: LF, quotes where needed. */
struct str grid_write(struct arena *, const struct grid *, char delimiter);

typedef LIST(struct grid *) grid_list;
/*
 * A JSON document as a table, and the tables inside a document that is none; E_INPUT says why not.
 * clean: the document without white space. *ret_refused is set, and nothing else, for documents of
 * kinds that do not leave.
 */
enum status grid_of_json(struct arena *, struct str text, struct grid **ret, grid_list *ret_nested,
	struct str *ret_clean, const char **ret_refused, struct err *);
/* Tables that are printed in a text: lines of equally many words with numbers among them. */
enum status grid_of_text(struct arena *, struct str text, grid_list *ret, struct err *);

#endif
