#include <math.h>

#include "base/clock.h"
#include "curator/import/profile.h"

/* A number is rounded already; of a date the year and month. */
static void
put_number(struct jsonw *j, enum col_type type, double v)
{
	char text[40];
	if (!isfinite(v)) {
		jsonw_null(j);
	} else if (type_is_date(type)) {
		clock_iso((int64_t)v * 86400, text, sizeof text);
		char *end = strrchr(text, '-');
		if (end)
			*end = '\0';
		jsonw_text(j, text);
	} else {
		/* Through text, so that 0.1 * 3 does not become 0.30000000000000004. */
		snprintf(text, sizeof text, "%.10g", v);
		str_real(str_of(text), &v);
		jsonw_real(j, v);
	}
}

void
profile_put_count(struct jsonw *j, int64_t n, bool exact)
{
	if (!exact && n > 0 && n < PROFILE_LEAST)
		jsonw_text(j, "few");
	else
		jsonw_int(j, n);
}

static void
put_range(struct jsonw *j, const struct plausible *r)
{
	jsonw_key(j, "what"), jsonw_text(j, r->what);
	jsonw_key(j, "unit"), jsonw_text(j, r->unit);
	jsonw_key(j, "low"), jsonw_real(j, r->low);
	jsonw_key(j, "high"), jsonw_real(j, r->high);
	jsonw_key(j, "by"), jsonw_text(j, plausible_kind_name(r->kind));
}

static void
put_bins(struct jsonw *j, enum col_type type, const struct profile_column *p)
{
	jsonw_key(j, "bins"), jsonw_open(j, '[');
	for (size_t i = 0; i < p->bins.n; i++) {
		const struct profile_bin *b = &p->bins.at[i];
		jsonw_open(j, '{');
		jsonw_key(j, "from"), put_number(j, type, b->from);
		jsonw_key(j, "to"), put_number(j, type, b->to);
		jsonw_key(j, "rows");
		if (b->safe || b->rows == 0)
			jsonw_int(j, b->rows);
		else
			jsonw_text(j, "few");
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

static void
put_values(struct jsonw *j, const struct profile_column *p)
{
	int64_t others = 0;
	size_t told = 0;
	jsonw_key(j, "values"), jsonw_open(j, '[');
	for (size_t i = 0; i < p->values.n; i++) {
		const struct profile_value *v = &p->values.at[i];
		if (!v->safe || told == PROFILE_VALUES) {
			others += v->rows;
			continue;
		}
		told++;
		jsonw_open(j, '{');
		jsonw_key(j, "value"), jsonw_text(j, v->text);
		jsonw_key(j, "rows"), jsonw_int(j, v->rows);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_key(j, "other_rows"), profile_put_count(j, others, false);
}

void
profile_json(struct jsonw *j, const struct source_column *c, bool exact)
{
	const struct profile_column *p = c->profile;
	jsonw_key(j, "form"), jsonw_text(j, type_form(c->type));
	jsonw_key(j, "exact"), jsonw_bool(j, p->exact);
	jsonw_key(j, "empty"), profile_put_count(j, p->empty, exact);
	jsonw_key(j, "low"), put_number(j, c->type, p->low);
	jsonw_key(j, "quartiles"), jsonw_open(j, '[');
	for (int i = 0; i < 3; i++)
		put_number(j, c->type, p->quartile[i]);
	jsonw_close(j, ']');
	jsonw_key(j, "high"), put_number(j, c->type, p->high);
	put_bins(j, c->type, p);
	put_values(j, p);
	if (!p->range)
		return;
	jsonw_key(j, "plausible"), jsonw_open(j, '{');
	put_range(j, p->range);
	jsonw_key(j, "below"), profile_put_count(j, p->below, false);
	jsonw_key(j, "above"), profile_put_count(j, p->above, false);
	jsonw_close(j, '}');
}

void
profile_tests_json(struct jsonw *j, const profile_tests *tests)
{
	jsonw_key(j, "tests"), jsonw_open(j, '[');
	for (size_t i = 0; i < tests->n; i++) {
		const struct profile_test *t = &tests->at[i];
		jsonw_open(j, '{');
		jsonw_key(j, "name"), jsonw_text(j, t->name);
		jsonw_key(j, "in"), jsonw_text(j, t->unit);
		jsonw_key(j, "rows"), jsonw_int(j, t->rows);
		jsonw_key(j, "outside"), profile_put_count(j, t->outside, false);
		put_range(j, t->range);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}
