/* An import in words, for who runs it by hand. */
#include <math.h>

#include "base/clock.h"
#include "curator/import/import.h"

static void
say_number(struct buf *b, enum col_type type, double v)
{
	char text[40];
	if (type_is_date(type)) {
		clock_iso((int64_t)v * 86400, text, sizeof text);
		/* The month is enough. */
		char *end = strrchr(text, '-');
		buf_put(b, text, end ? (size_t)(end - text) : strlen(text));
	} else {
		buf_printf(b, "%.4g", v);
	}
}

static void
say_range(struct buf *b, const struct source_column *c, const struct profile_column *p)
{
	int64_t outside = p->below + p->above;
	if (isfinite(p->low)) {
		buf_puts(b, "  ");
		say_number(b, c->type, p->low);
		buf_puts(b, " to ");
		say_number(b, c->type, p->high);
	}
	if (p->range && outside > 0 && outside < PROFILE_LEAST)
		buf_printf(b, "  few values are no %s in %s", p->range->what, p->range->unit);
	else if (p->range && outside > 0)
		buf_printf(b, "  %lld values are no %s in %s", (long long)outside, p->range->what,
			p->range->unit);
}

static void
say_column(struct buf *b, const struct source_table *t, const struct source_column *c)
{
	const struct profile_column *p = c->profile;
	const char *comma = "  ";
	int told = 0;
	buf_printf(b, "  %-30s %-9s %3.0f %% missing  %lld%s different", c->name,
		type_name(c->type), t->rows ? 100 * (double)c->missing / (double)t->rows : 0,
		(long long)c->distinct, p->exact ? "" : " or so");
	say_range(b, c, p);
	for (size_t i = 0; i < p->values.n && told < 5; i++) {
		if (!p->values.at[i].safe)
			continue;
		buf_printf(b, "%s%s (%lld)", comma, p->values.at[i].text,
			(long long)p->values.at[i].rows);
		comma = ", ";
		told++;
	}
	if (c->identifier)
		buf_puts(b, "  [identifier]");
	if (c->century_end)
		buf_printf(b, "  [two-digit years up to %d]", c->century_end);
	if (c->if_day_first != TYPE_TEXT)
		buf_puts(b, "  [dates, day or month first?]");
	buf_putc(b, '\n');
}

static void
say_table(struct buf *b, const struct import *m, size_t i)
{
	const struct source_table *t = &m->source.tables.at[i];
	const struct reach_way *w = &m->links.ways[i];
	buf_printf(b, "\n%s: %lld rows", t->name, (long long)t->rows);
	if (w->how == REACH_PATIENT)
		buf_printf(b, ", the patients by %s", t->columns.at[w->column].name);
	else if (w->how == REACH_DIRECT)
		buf_printf(b, ", of patients by %s", t->columns.at[w->column].name);
	else if (w->how == REACH_THROUGH)
		buf_printf(b, ", of patients by %s of %s", t->columns.at[w->column].name,
			m->source.tables.at[w->through->to_table].name);
	if (w->rows_without)
		buf_printf(b, " (%lld rows without)", (long long)w->rows_without);
	buf_putc(b, '\n');
	for (size_t k = 0; k < t->columns.n; k++)
		say_column(b, t, &t->columns.at[k]);
	for (size_t k = 0; k < m->tests[i].n; k++) {
		const struct profile_test *x = &m->tests[i].at[k];
		if (x->outside > 0)
			buf_printf(b, "  %s in %s: %s values outside %g to %g\n", x->name, x->unit,
				x->outside < PROFILE_LEAST
					? "few"
					: arena_printf(m->job->a, "%lld", (long long)x->outside),
				x->range->low, x->range->high);
	}
}

void
import_say(struct import *m)
{
	struct buf *said = &m->job->said;
	const struct source *s = &m->source;
	int64_t rows = 0;
	for (size_t i = 0; i < s->tables.n; i++)
		rows += s->tables.at[i].rows;
	if (!m->options->detail)
		buf_printf(said, "Imported %zu table%s with %lld rows (%.1f MB).\n", s->tables.n,
			s->tables.n == 1 ? "" : "s", (long long)rows, (double)m->done / 1e6);
	for (size_t i = 0; i < s->tables.n; i++) {
		const struct source_table *t = &s->tables.at[i];
		if (t->rejected)
			buf_printf(said, "%s: %lld record%s set aside%s.\n", t->file,
				(long long)t->rejected, t->rejected == 1 ? "" : "s",
				m->options->detail
					? ""
					: arena_printf(m->job->a, " in %s.rejected.txt", t->name));
	}
	if (m->layout.name[0])
		buf_printf(said, "The layout is %s%s%s.\n", m->layout.name,
			m->layout.version[0] ? " " : "", m->layout.version);
	for (size_t i = 0; i < m->empty.n; i++)
		buf_printf(said, "%s has no rows and was left aside.\n", m->empty.at[i]);
	for (size_t i = 0; i < m->problems.n; i++)
		buf_printf(said, "Left out: %s\n", m->problems.at[i].why);
	for (size_t i = 0; m->options->detail && i < s->tables.n; i++)
		say_table(said, m, i);
}
