/* Tables in which each row is one measurement: test, value, unit. */
#include <math.h>

#include "curator/import/profile.h"

enum { MAX_TESTS = 200, NO_COLUMN = -1 };

/* The first column whose plain name is one of these and passes; or NO_COLUMN. */
static int
find_column(const struct source_table *t, const char *const *names, bool number)
{
	for (; *names; names++)
		for (size_t i = 0; i < t->columns.n; i++) {
			char plain[64];
			links_plain_name(t->columns.at[i].name, plain, sizeof plain);
			if (streq(plain, *names) && type_is_number(t->columns.at[i].type) == number)
				return (int)i;
		}
	return NO_COLUMN;
}

enum status
profile_long(struct arena *a, struct engine *g, const struct source_table *t, size_t view,
	profile_tests *ret, struct err *e)
{
	static const char *const tests[] = { "test", "label", "analyte", "parameter", "itemname",
		"testname", "lbtest", "vstest", "codedisplay", "codetext", "code", "lbtestcd",
		"name", "bezeichnung", NULL };
	static const char *const values[] = { "value", "valuenum", "result", "resultvalue",
		"valuequantity", "valueasnumber", "lbstresn", "vsstresn", "lborres", "wert",
		"befund", NULL };
	static const char *const units[] = { "unit", "units", "valueuom", "uom", "valueunit",
		"unitsourcevalue", "lbstresu", "vsstresu", "einheit", NULL };
	int test = find_column(t, tests, false), value = find_column(t, values, true),
	    unit = find_column(t, units, false);
	struct engine_rows r;
	profile_tests list = { NULL, 0 };
	*ret = list;
	if (test == NO_COLUMN || value == NO_COLUMN)
		return OK;
	const char *of_unit = unit == NO_COLUMN ? "''" : arena_printf(a, "coalesce(c%d, '')", unit);
	TRY(engine_rows(g, a, &r, e, "listing tests",
		"SELECT c%d, %s FROM %s WHERE c%d IS NOT NULL GROUP BY 1, 2 HAVING "
		"count(DISTINCT coalesce(patient, CAST(file_row_number AS VARCHAR))) >= %d ORDER "
		"BY "
		"1, 2 LIMIT %d",
		test, of_unit, profile_sample(a, t, view), test, PROFILE_LEAST, MAX_TESTS));
	struct buf known = buf_new(a);
	list.at = ARENA_ARRAY(a, r.n, struct profile_test);
	for (size_t i = 0; i < r.n; i++) {
		struct profile_test one = { .name = engine_at(&r, i, 0),
			.unit = engine_at(&r, i, 1) };
		one.range = plausible_find(one.name, one.unit, NAN);
		if (!one.range || one.unit[0] == '\0')
			continue;
		buf_printf(&known, "%s(%zu, %s, %s, %.17g, %.17g)", list.n ? ", " : "", list.n,
			sql_text(a, one.name), sql_text(a, one.unit), one.range->low,
			one.range->high);
		list.at[list.n++] = one;
	}
	if (list.n > 0)
		/* Different values first: there are far fewer of them than rows. */
		TRY(engine_rows(g, a, &r, e, "comparing tests with their ranges",
			"SELECT k, sum(n), coalesce(sum(n) FILTER (v < low OR v > high), 0) FROM "
			"(SELECT test, unit, TRY_CAST(%s AS DOUBLE) AS v, n FROM (SELECT c%d AS "
			"test, %s AS unit, c%d AS value, count(*) AS n FROM t%zu GROUP BY ALL)) "
			"JOIN (VALUES %s) known(k, test, unit, low, high) USING (test, unit) "
			"GROUP BY 1",
			t->columns.at[value].type == TYPE_COMMA ? "replace(value, ',', '.')"
								: "value",
			test, of_unit, value, view, known.p));
	for (size_t i = 0; list.n > 0 && i < r.n; i++) {
		struct profile_test *one = &list.at[engine_int_at(&r, i, 0)];
		one->rows = engine_int_at(&r, i, 1);
		one->outside = engine_int_at(&r, i, 2);
	}
	*ret = list;
	return OK;
}
