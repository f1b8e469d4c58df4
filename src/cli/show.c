/* Structs as text for a terminal, or as JSON. */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"

enum { WIDEST = 60, COLUMNS = 16 };

/* A terminal obeys control characters, those of 8-bit sets (U+0080 to U+009F) too. */
static const char *
harmless(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);
	for (char *p = out; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < ' ' || c == 0x7f)
			*p = '?';
		else if (c == 0xc2 && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0)
			p[0] = p[1] = '?';
	}
	return out;
}

/* Characters, not bytes. */
static int
width(const char *s)
{
	int n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* NULL for what has no place in a line: lists, structs, markup. */
static const char *
value(struct arena *a, const struct field *f, const void *row)
{
	const void *p = (const char *)row + f->offset;
	char iso[32] = "";
	switch (f->type) {
	case F_INT:
		return arena_printf(a, "%lld", (long long)*(const int64_t *)p);
	case F_REAL:
		return arena_printf(a, "%.4g", *(const double *)p);
	case F_BOOL:
		return *(const bool *)p ? "yes" : "no";
	case F_TEXT:
		return harmless(a, *(const char *const *)p);
	case F_TIME:
		if (*(const int64_t *)p)
			clock_iso(*(const int64_t *)p, iso, sizeof iso);
		return arena_strdup(a, iso);
	default:
		return NULL;
	}
}

static const char *
label(const struct field *f)
{
	return f->label ? f->label : f->name;
}

static void
cell(const char *s, int wide, bool number, bool last)
{
	int pad = wide - width(s);
	printf("%*s%s%*s%s", number && pad > 0 ? pad : 0, "", s,
		!number && !last && pad > 0 ? pad : 0, "", last ? "\n" : "  ");
}

static void
table(struct arena *a, const struct field *list, const struct field_list_value *rows)
{
	const struct field *columns[COLUMNS];
	int wide[COLUMNS], n = 0;
	for (const struct field *f = list->of; f->type != F_END && n < COLUMNS; f++) {
		columns[n] = f;
		wide[n] = width(label(f));
		for (size_t i = 0; i < rows->n; i++) {
			const char *s = value(a, f, (const char *)rows->at + i * list->size);
			int w = s ? width(s) : 0;
			if (w > wide[n])
				wide[n] = w < WIDEST ? w : WIDEST;
		}
		n++;
	}
	for (int k = 0; k < n; k++)
		cell(label(columns[k]), wide[k], columns[k]->type == F_INT, k == n - 1);
	for (size_t i = 0; i < rows->n; i++)
		for (int k = 0; k < n; k++) {
			const void *row = (const char *)rows->at + i * list->size;
			const char *s = value(a, columns[k], row);
			cell(s ? s : "", wide[k], columns[k]->type == F_INT, k == n - 1);
		}
}

void
cli_show(const struct cli *c, const struct field *fields, const void *row)
{
	if (c->json) {
		struct buf b = buf_new(c->arena);
		struct jsonw j = jsonw_new(&b);
		jsonw_row(&j, fields, row);
		puts(b.p);
		return;
	}
	for (const struct field *f = fields; f->type != F_END; f++) {
		if (f->type == F_LIST) {
			table(c->arena, f, (const void *)((const char *)row + f->offset));
			continue;
		}
		const char *s = value(c->arena, f, row);
		if (s && *s)
			printf("%s: %s\n", label(f), s);
	}
}
