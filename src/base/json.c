#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"

static void
sep(struct jsonw *j)
{
	if (j->comma)
		buf_putc(j->out, ',');
	j->comma = true;
}

void
jsonw_open(struct jsonw *j, char bracket)
{
	sep(j);
	buf_putc(j->out, bracket);
	j->comma = false;
}

void
jsonw_close(struct jsonw *j, char bracket)
{
	buf_putc(j->out, bracket);
	j->comma = true;
}

/* Length of the well-formed UTF-8 sequence at p, 0 when there is none. */
static size_t
sequence(const char *p, size_t n)
{
	for (size_t len = 1; len <= 4 && len <= n; len++)
		if (str_utf8((struct str){ p, len }))
			return len;
	return 0;
}

static void
quoted(struct buf *b, struct str s)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\') {
			buf_putc(b, '\\');
			buf_putc(b, (char)c);
			i++;
		} else if (c < 0x20) {
			if (c == '\n')
				buf_puts(b, "\\n");
			else
				buf_printf(b, "\\u%04x", c);
			i++;
		} else if (c < 0x80) {
			size_t run = i;
			while (run < s.n && (unsigned char)s.p[run] < 0x80 &&
				(unsigned char)s.p[run] >= 0x20 && s.p[run] != '"' &&
				s.p[run] != '\\')
				run++;
			buf_put(b, s.p + i, run - i);
			i = run;
		} else {
			size_t len = sequence(s.p + i, s.n - i);
			if (len)
				buf_put(b, s.p + i, len);
			else
				buf_puts(b, "\xef\xbf\xbd");
			i += len ? len : 1;
		}
	}
	buf_putc(b, '"');
}

void
jsonw_key(struct jsonw *j, const char *key)
{
	sep(j);
	quoted(j->out, str_of(key));
	buf_putc(j->out, ':');
	j->comma = false;
}

void
jsonw_str(struct jsonw *j, struct str s)
{
	sep(j);
	quoted(j->out, s);
}

void
jsonw_text(struct jsonw *j, const char *s)
{
	if (s)
		jsonw_str(j, str_of(s));
	else
		jsonw_null(j);
}

void
jsonw_int(struct jsonw *j, int64_t v)
{
	sep(j);
	buf_printf(j->out, "%lld", (long long)v);
}

void
jsonw_real(struct jsonw *j, double v)
{
	if (!isfinite(v)) {
		jsonw_null(j);
		return;
	}
	sep(j);
	char text[40];
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_puts(j->out, text);
}

void
jsonw_bool(struct jsonw *j, bool v)
{
	sep(j);
	buf_puts(j->out, v ? "true" : "false");
}

void
jsonw_null(struct jsonw *j)
{
	sep(j);
	buf_puts(j->out, "null");
}

static void
value(struct jsonw *j, const struct field *f, const void *p)
{
	switch (f->type) {
	case F_INT:
		jsonw_int(j, *(const int64_t *)p);
		return;
	case F_REAL:
		jsonw_real(j, *(const double *)p);
		return;
	case F_BOOL:
		jsonw_bool(j, *(const bool *)p);
		return;
	case F_TEXT:
		jsonw_text(j, *(const char *const *)p);
		return;
	case F_HTML:
		jsonw_text(j, ((const struct html_safe *)p)->markup);
		return;
	case F_TIME: {
		int64_t t = *(const int64_t *)p;
		char iso[32];
		if (t)
			clock_iso(t, iso, sizeof iso);
		jsonw_text(j, t ? iso : NULL);
		return;
	}
	case F_TEXTS: {
		const text_list *l = p;
		jsonw_open(j, '[');
		for (size_t i = 0; i < l->n; i++)
			jsonw_text(j, l->at[i]);
		jsonw_close(j, ']');
		return;
	}
	case F_LIST: {
		const struct field_list_value *l = p;
		jsonw_open(j, '[');
		for (size_t i = 0; i < l->n; i++)
			jsonw_row(j, f->of, (const char *)l->at + i * f->size);
		jsonw_close(j, ']');
		return;
	}
	case F_ROW:
		jsonw_row(j, f->of, p);
		return;
	case F_END:
		break;
	}
	BUG("field %s has no type", f->name);
}

void
jsonw_row(struct jsonw *j, const struct field *fields, const void *row)
{
	jsonw_open(j, '{');
	for (const struct field *f = fields; f->type != F_END; f++) {
		jsonw_key(j, f->name);
		value(j, f, (const char *)row + f->offset);
	}
	jsonw_close(j, '}');
}
