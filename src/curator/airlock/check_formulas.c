/*
 * Formulas: a cell that begins with = + - @ is run by the spreadsheet that opens the file.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"

/* -1.2 (0.3) and -3 to 4 are shown, not run: no letters but those of "to", no further operator. */
static bool
harmless(struct str s)
{
	size_t n = 0;
	while (n < s.n && (s.p[n] == '-' || s.p[n] == '+'))
		n++;
	/* "--" and "-" are nothing at all. */
	if (n == s.n)
		return true;
	if (n > 1)
		return false;
	for (size_t i = n; i < s.n; i++)
		if (!strchr("0123456789., ()[]%;", s.p[i]) &&
			!(s.p[i] == '-' && strchr(" (,;[", s.p[i - 1])))
			return false;
	return true;
}

enum status
check_formulas(struct airlock_file *f, struct err *e)
{
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t r = 0; r < g->rows; r++)
			for (size_t c = 0; c < g->columns; c++) {
				const struct cell *x = grid_at(g, r, c);
				struct str s = x->text;
				while (s.n && (s.p[0] == '"' || s.p[0] == '\''))
					s.p++, s.n--;
				s = str_trim(s);
				if (s.n == 0 || !strchr("=+-@|", s.p[0]) || x->plain)
					continue;
				bool sign = s.p[0] == '-' || s.p[0] == '+';
				if (s.p[0] == '|' ? s.n > 1 : !(sign && harmless(s)))
					airlock_tell(f, AIR_FAIL, grid_row(g, r), (int64_t)c + 1,
						"A spreadsheet would run this cell as a formula.");
			}
	}
	return OK;
}
