#include "portal/web/csv.h"

#include <math.h>

#include "base/clock.h"

static void
sep(struct csv *c)
{
	if (c->begun)
		buf_putc(c->out, ',');
	c->begun = true;
}

void
csv_text(struct csv *c, const char *s)
{
	sep(c);
	if (!s || !*s)
		return;
	bool formula = strchr("=+-@", s[0]) || (unsigned char)s[0] < ' ';
	if (!formula && !strpbrk(s, ",\"\r\n")) {
		buf_puts(c->out, s);
		return;
	}
	buf_putc(c->out, '"');
	if (formula)
		buf_putc(c->out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			buf_putc(c->out, '"');
		buf_putc(c->out, *s);
	}
	buf_putc(c->out, '"');
}

void
csv_int(struct csv *c, int64_t v)
{
	sep(c);
	buf_printf(c->out, "%lld", (long long)v);
}

void
csv_real(struct csv *c, double v)
{
	sep(c);
	if (isfinite(v))
		buf_printf(c->out, "%.6g", v);
}

void
csv_time(struct csv *c, int64_t t)
{
	char iso[32] = "";
	if (t)
		clock_iso(t, iso, sizeof iso);
	csv_text(c, iso);
}

void
csv_end(struct csv *c)
{
	buf_puts(c->out, "\r\n");
	c->begun = false;
}

void
csv_row(struct csv *c, const char *const *cells)
{
	for (; *cells; cells++)
		csv_text(c, *cells);
	csv_end(c);
}
