/*
 * Does it look like data rather than a result: too many rows, or rows that count nobody.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

enum { PERSONS = 30, MEASURES = 3 };

static void
length(struct airlock_file *f, int64_t rows, const char *what)
{
	const struct airlock_policy *p = f->policy;
	if (rows > p->rows_fail)
		airlock_tell(f, AIR_FAIL, 0, 0,
			airlock_say(f, "There are more than %lld %s: that is data, not a result.",
				(long long)p->rows_fail, what));
	else if (rows > p->rows_review)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			airlock_say(f, "There are more than %lld %s: see that none is a person.",
				(long long)p->rows_review, what));
}

/* Many rows of several numbers, and no column that counts anybody. */
static void
shape(struct airlock_file *f, const struct grid *g)
{
	size_t measures = 0, counts = 0;
	if (g->labelled || g->rows - g->first < PERSONS)
		return;
	for (size_t c = 0; c < g->columns; c++) {
		const struct grid_column *k = &g->column[c];
		measures += k->role == COLUMN_MEASURE || k->role == COLUMN_COUNT ||
			    (k->role == COLUMN_LABEL && k->doubtful);
		counts += (k->says & WORD_COUNT) != 0 && k->role == COLUMN_COUNT;
	}
	if (measures >= MEASURES && counts == 0)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"Many rows with several numbers each, and no column counts persons: every "
			"row may be a person.");
}

enum status
check_rows(struct airlock_file *f, struct err *e)
{
	if (f->type == AIR_TXT) {
		int64_t lines = 0;
		for (size_t i = 0; i < f->bytes.n; i++)
			lines += f->bytes.p[i] == '\n';
		length(f, lines, "lines");
	}
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		if (f->type != AIR_TXT)
			length(f, (int64_t)(g->rows - g->first), g->labelled ? "values" : "rows");
		if (g->first == 0 && f->type != AIR_TXT)
			airlock_tell(f, AIR_REVIEW, 1, 0,
				"The columns have no names, so nothing says what their numbers "
				"are.");
		shape(f, g);
	}
	return OK;
}
