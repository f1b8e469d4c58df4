#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"

static void
sep(struct json *j)
{
	if (j->comma)
		buf_putc(j->out, ',');
	j->comma = true;
}

void
json_open(struct json *j, char bracket)
{
	sep(j);
	buf_putc(j->out, bracket);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
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
json_key(struct json *j, const char *key)
{
	sep(j);
	quoted(j->out, str_of(key));
	buf_putc(j->out, ':');
	j->comma = false;
}

void
json_str(struct json *j, struct str s)
{
	sep(j);
	quoted(j->out, s);
}

void
json_text(struct json *j, const char *s)
{
	if (s)
		json_str(j, str_of(s));
	else
		json_null(j);
}

void
json_int(struct json *j, int64_t v)
{
	sep(j);
	buf_printf(j->out, "%lld", (long long)v);
}

void
json_real(struct json *j, double v)
{
	if (!isfinite(v)) {
		json_null(j);
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
json_bool(struct json *j, bool v)
{
	sep(j);
	buf_puts(j->out, v ? "true" : "false");
}

void
json_null(struct json *j)
{
	sep(j);
	buf_puts(j->out, "null");
}

static void
value(struct json *j, const struct field *f, const void *p)
{
	switch (f->type) {
	case F_INT:
		json_int(j, *(const int64_t *)p);
		return;
	case F_REAL:
		json_real(j, *(const double *)p);
		return;
	case F_BOOL:
		json_bool(j, *(const bool *)p);
		return;
	case F_TEXT:
		json_text(j, *(const char *const *)p);
		return;
	case F_HTML:
		json_text(j, ((const struct html_safe *)p)->markup);
		return;
	case F_TIME: {
		int64_t t = *(const int64_t *)p;
		char iso[32];
		if (t)
			clock_iso(t, iso, sizeof iso);
		json_text(j, t ? iso : NULL);
		return;
	}
	case F_TEXTS: {
		const text_list *l = p;
		json_open(j, '[');
		for (size_t i = 0; i < l->n; i++)
			json_text(j, l->at[i]);
		json_close(j, ']');
		return;
	}
	case F_LIST: {
		const struct field_list_value *l = p;
		json_open(j, '[');
		for (size_t i = 0; i < l->n; i++)
			json_row(j, f->of, (const char *)l->at + i * f->size);
		json_close(j, ']');
		return;
	}
	case F_ROW:
		json_row(j, f->of, p);
		return;
	case F_END:
		break;
	}
	BUG("field %s has no type", f->name);
}

void
json_row(struct json *j, const struct field *fields, const void *row)
{
	json_open(j, '{');
	for (const struct field *f = fields; f->type != F_END; f++) {
		json_key(j, f->name);
		value(j, f, (const char *)row + f->offset);
	}
	json_close(j, '}');
}
