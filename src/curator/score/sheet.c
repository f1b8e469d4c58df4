#include "curator/score/sheet.h"

enum { HEADER_SHOWN = 100 };

static enum status
check_utf8(struct str text, struct err *e)
{
	if (str_utf8(text))
		return OK;
	for (int64_t line = 1; text.n; line++)
		if (!str_utf8(str_cut(&text, '\n')))
			return err_set(e, E_INPUT, "",
				"Line %lld holds bytes that are not UTF-8 text.", (long long)line);
	return OK;
}

static bool
broken(struct err *e, int64_t line, const char *why)
{
	err_set(e, E_INPUT, "", "Line %lld: %s", (long long)line, why);
	return false;
}

/* p stands behind the opening quote. */
static bool
quoted_cell(struct sheet *s, struct str *ret, struct err *e)
{
	const char *from = s->p;
	int64_t opened = s->line;
	size_t doubled = 0;
	for (; s->p < s->end; s->p++) {
		s->line += *s->p == '\n';
		if (*s->p != '"')
			continue;
		if (s->p + 1 < s->end && s->p[1] == '"') {
			doubled++;
			s->p++;
			continue;
		}
		*ret = (struct str){ from, (size_t)(s->p - from) };
		s->p++;
		if (doubled) {
			char *copy = arena_alloc(s->arena, ret->n);
			size_t n = 0;
			for (size_t i = 0; i < ret->n; i++) {
				copy[n++] = ret->p[i];
				i += ret->p[i] == '"';
			}
			*ret = (struct str){ copy, n };
		}
		return true;
	}
	return broken(e, opened, "a quote is opened here and never closed.");
}

static bool
cell(struct sheet *s, struct str *ret, struct err *e)
{
	if (s->p < s->end && *s->p == '"') {
		s->p++;
		return quoted_cell(s, ret, e);
	}
	const char *p = s->p, *end = s->end;
	/* All four that can end or spoil a cell are below '-', digits and letters above. */
	while (p < end && (*p > ',' || (*p != ',' && *p != '\n' && *p != '\r' && *p != '"')))
		p++;
	*ret = (struct str){ s->p, (size_t)(p - s->p) };
	s->p = p;
	if (p < end && *p == '"')
		return broken(e, s->line, "a quote stands in the middle of a cell.");
	return true;
}

/* After a cell: steps over the comma (*ret_last false) or the line's end. */
static bool
cell_end(struct sheet *s, bool *ret_last, struct err *e)
{
	*ret_last = true;
	if (s->p == s->end)
		return true;
	if (*s->p == ',') {
		s->p++;
		*ret_last = false;
		return true;
	}
	if (*s->p == '\r') {
		if (s->p + 1 == s->end || s->p[1] != '\n')
			return broken(e, s->line, "a carriage return stands without a line feed.");
		s->p++;
	}
	if (*s->p != '\n')
		return broken(e, s->line, "something follows the closing quote of a cell.");
	s->p++;
	s->line++;
	return true;
}

enum sheet_got
sheet_next(struct sheet *s, struct sheet_row *ret, struct err *e)
{
	if (s->p == s->end)
		return SHEET_END;
	struct str cells[2] = { { 0 } }, spare;
	size_t n = 0;
	int64_t line = s->line;
	for (bool last = false; !last; n++)
		if (!cell(s, n < 2 ? &cells[n] : &spare, e) || !cell_end(s, &last, e))
			return SHEET_BROKEN;
	ret->line = line;
	ret->cells = n;
	ret->id = cells[s->swapped];
	ret->value = cells[!s->swapped];
	return n == 2 ? SHEET_ROW : SHEET_RAGGED;
}

enum status
sheet_open(
	struct sheet *ret, struct arena *a, struct str text, const char *value_name, struct err *e)
{
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = (struct str){ text.p + 3, text.n - 3 };
	if (str_trim(text).n == 0)
		return err_set(e, E_INPUT, "", "The file is empty.");
	TRY(check_utf8(text, e));
	struct sheet s = { a, text.p, text.p + text.n, 1, false };
	struct sheet_row row = { 0 };
	enum sheet_got got = sheet_next(&s, &row, e);
	if (got == SHEET_BROKEN)
		return E_INPUT;
	if (got == SHEET_ROW && str_is(row.id, value_name) && str_is(row.value, "id"))
		s.swapped = true;
	else if (got != SHEET_ROW || !str_is(row.id, "id") || !str_is(row.value, value_name)) {
		struct str head = text;
		head = str_trim(str_cut(&head, '\n'));
		bool cut = head.n > HEADER_SHOWN;
		/* A cut must not leave half a character. */
		for (head.n = cut ? HEADER_SHOWN : head.n; cut && !str_utf8(head);)
			head.n--;
		return err_set(e, E_INPUT, "",
			"The file must begin with the line id,%s and have no other columns; "
			"it begins with %.*s%s",
			value_name, (int)head.n, head.p, cut ? " ..." : "");
	}
	*ret = s;
	return OK;
}
