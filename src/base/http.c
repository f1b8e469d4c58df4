#include "base/http.h"

enum status
http_head_length(struct str s, size_t *ret, struct err *e)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\0')
			return err_set(e, E_INPUT, "", "The head holds a NUL byte.");
		if (c == '\r' && i + 1 < s.n && s.p[i + 1] != '\n')
			return err_set(e, E_INPUT, "", "A carriage return stands alone.");
		if (c != '\n')
			continue;
		if (i == 0 || s.p[i - 1] != '\r')
			return err_set(e, E_INPUT, "", "A line feed stands alone.");
		if (i == 1)
			return err_set(e, E_INPUT, "", "The head begins with an empty line.");
		if (i >= 3 && s.p[i - 2] == '\n') {
			*ret = i + 1;
			return OK;
		}
	}
	*ret = 0;
	return OK;
}

bool
http_start_line(struct str *head, struct str *ret_line)
{
	const char *end = memmem(head->p, head->n, "\r\n", 2);
	if (!end)
		return false;
	size_t n = (size_t)(end - head->p);
	*ret_line = (struct str){ head->p, n };
	*head = (struct str){ end + 2, head->n - n - 2 };
	return true;
}

static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool
http_is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char(s.p[i]))
			return false;
	return s.n > 0;
}

static bool
is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

enum status
http_lines_parse(struct str s, struct http_lines *ret, struct err *e)
{
	size_t n = 0;
	struct str line;
	while (s.n) {
		if (!http_start_line(&s, &line))
			return err_set(e, E_INPUT, "", "A header line has no end.");
		if (line.n == 0)
			break;
		if (n == HTTP_LINES_MAX)
			return err_set(e, E_INPUT, "", "There are more than %d header lines.",
				HTTP_LINES_MAX);
		/* A folded line begins with white space, so its name is not a token either. */
		const char *colon = memchr(line.p, ':', line.n);
		struct str name = { line.p, colon ? (size_t)(colon - line.p) : 0 };
		if (!colon || !http_is_token(name))
			return err_set(
				e, E_INPUT, "", "Header line %zu has no proper name.", n + 1);
		struct str value = { colon + 1, line.n - name.n - 1 };
		if (!is_value(value))
			return err_set(
				e, E_INPUT, "", "Header line %zu holds control characters.", n + 1);
		ret->at[n++] = (struct http_line){ name, str_trim(value) };
	}
	ret->n = n;
	return OK;
}

size_t
http_lines_count(const struct http_lines *l, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += str_ieq(l->at[i].name, str_of(name));
	return n;
}

bool
http_lines_find(const struct http_lines *l, const char *name, struct str *ret)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!str_ieq(l->at[i].name, str_of(name)))
			continue;
		*ret = l->at[i].value;
		return true;
	}
	return false;
}

bool
http_list_has(struct str list, const char *word)
{
	while (list.n)
		if (str_ieq(str_trim(str_cut(&list, ',')), str_of(word)))
			return true;
	return false;
}

bool
http_length(struct str s, int64_t *ret)
{
	int64_t v = 0;
	if (s.n == 0 || s.n > 15)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

bool
http_unescape(struct arena *a, struct str s, bool plus, struct str *ret)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		out[n++] = c;
	}
	*ret = (struct str){ out, n };
	return true;
}
