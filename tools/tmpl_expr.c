#include "tmpl_parse.h"

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
front(struct str s, char c)
{
	return s.n && s.p[0] == c;
}

static void
step(struct str *s, size_t n)
{
	*s = (struct str){ s->p + n, s->n - n };
}

void
expr_blanks(struct str *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t' || s->p[0] == '\n'))
		step(s, 1);
}

bool
expr_word(struct str *s, struct str *ret)
{
	size_t n = 0;
	while (n < s->n && word_char(s->p[n]))
		n++;
	if (n == 0 || digit(s->p[0]))
		return false;
	*ret = (struct str){ s->p, n };
	step(s, n);
	return true;
}

void
expr_quote(struct buf *b, struct str s)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\n')
			buf_puts(b, "\\n");
		else if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < ' ' || c > '~' || c == '?') /* "??" opens a trigraph */
			buf_printf(b, "\\%03o", c);
		else
			buf_putc(b, (char)c);
	}
	buf_putc(b, '"');
}

/* "text", from after its opening quote; there is no escape in it. */
static const char *
literal(struct arena *a, struct str *s, const char **ret)
{
	step(s, 1);
	const char *end = s->n ? memchr(s->p, '"', s->n) : NULL;
	if (!end)
		return "a text without its closing quote";
	struct buf b = buf_new(a);
	expr_quote(&b, (struct str){ s->p, (size_t)(end - s->p) });
	step(s, (size_t)(end - s->p) + 1);
	*ret = b.p;
	return NULL;
}

/* member(.member|->member)* behind `from`, which ends in -> or is the first word. */
static const char *
members(struct arena *a, struct str *s, const char *from, const char **ret)
{
	struct buf b = buf_new(a);
	buf_puts(&b, from);
	for (;;) {
		struct str word;
		if (!expr_word(s, &word))
			return "a name is expected here";
		buf_put(&b, word.p, word.n);
		if (front(*s, '.') && s->n > 1 && s->p[1] != '.') {
			buf_putc(&b, '.');
			step(s, 1);
		} else if (str_starts(*s, "->")) {
			buf_puts(&b, "->");
			step(s, 2);
		} else {
			break;
		}
	}
	*ret = b.p;
	return NULL;
}

static bool
constant(struct str s)
{
	size_t n = 0;
	while (n < s.n && word_char(s.p[n])) {
		if (s.p[n] >= 'a' && s.p[n] <= 'z')
			return false;
		n++;
	}
	return n > 1;
}

static const char *
path(struct arena *a, struct str *s, int depth, struct expr *ret)
{
	int scope = depth;
	while (str_starts(*s, "../")) {
		if (scope-- == 0)
			return "there is no scope further out";
		step(s, 3);
	}
	if (front(*s, '.')) {
		step(s, 1);
		ret->c = arena_printf(a, "(*s%d)", scope);
		return NULL;
	}
	if (front(*s, '@')) {
		if (scope == 0)
			return "@ counts the items of a loop, and this is in none";
		step(s, 1);
		ret->c = arena_printf(a, "(int64_t)(i%d + 1)", scope);
		ret->number = true;
		return NULL;
	}
	if (str_starts(*s, "page.")) {
		step(s, 5);
		return members(a, s, "page->", &ret->c);
	}
	return members(a, s, arena_printf(a, "s%d->", scope), &ret->c);
}

static const char *
primary(struct arena *a, struct str *s, int depth, struct expr *ret)
{
	if (front(*s, '"')) {
		ret->call = true;
		return literal(a, s, &ret->c);
	}
	bool minus = front(*s, '-');
	if (s->n > minus && digit(s->p[minus])) {
		size_t n = 1;
		while (n < s->n && digit(s->p[n]))
			n++;
		ret->c = arena_strndup(a, s->p, n);
		ret->number = true;
		step(s, n);
		return NULL;
	}
	if (constant(*s)) {
		struct str word;
		if (!expr_word(s, &word))
			return "a name is expected here";
		ret->c = str_dup(a, word);
		ret->number = true;
		return NULL;
	}
	return path(a, s, depth, ret);
}

const char *
expr_read(struct arena *a, struct str *s, int depth, struct expr *ret)
{
	struct expr e = { 0 };
	expr_blanks(s);
	const char *bad = primary(a, s, depth, &e);
	while (!bad && front(*s, '|')) {
		struct str word;
		step(s, 1);
		expr_blanks(s);
		if (!expr_word(s, &word))
			return "the name of a filter is expected after |";
		struct buf b = buf_new(a);
		buf_printf(&b, "filter_%.*s(h->arena, %s", (int)word.n, word.p, e.c);
		struct str args = *s;
		expr_blanks(&args);
		while (!bad && front(args, '"')) {
			const char *text = "";
			bad = literal(a, &args, &text);
			buf_printf(&b, ", %s", text);
			*s = args;
			expr_blanks(&args);
		}
		buf_putc(&b, ')');
		e = (struct expr){ .c = b.p, .call = true };
	}
	if (!bad)
		*ret = e;
	return bad;
}

static const char *
operator_of(struct str *s)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">", NULL };
	for (const char *const *op = ops; *op; op++) {
		if (str_starts(*s, *op)) {
			step(s, strlen(*op));
			return *op;
		}
	}
	return NULL;
}

const char *
expr_condition(struct arena *a, struct str *s, int depth, const char **ret)
{
	struct expr left, right;
	expr_blanks(s);
	bool negated = front(*s, '!');
	if (negated)
		step(s, 1);
	const char *bad = expr_read(a, s, depth, &left);
	if (bad)
		return bad;
	expr_blanks(s);
	const char *op = operator_of(s), *c;
	if (op) {
		bad = expr_read(a, s, depth, &right);
		if (bad)
			return bad;
		if (op[1] == '=' && (op[0] == '=' || op[0] == '!'))
			c = arena_printf(a, "%sHTML_EQUAL(%s, %s)", op[0] == '!' ? "!" : "", left.c,
				right.c);
		else
			c = arena_printf(a, "((%s) %s (%s))", left.c, op, right.c);
	} else if (left.call) {
		c = arena_printf(a, "html_has_text(%s)", left.c);
	} else if (left.number) {
		c = arena_printf(a, "((%s) != 0)", left.c);
	} else {
		c = arena_printf(a, "HTML_TRUE(%s)", left.c);
	}
	*ret = negated ? arena_printf(a, "!%s", c) : c;
	return NULL;
}

const char *
expr_field(struct arena *a, struct str *s, int depth, const char **ret)
{
	expr_blanks(s);
	if (front(*s, '=')) {
		struct expr e;
		step(s, 1);
		const char *bad = expr_read(a, s, depth, &e);
		if (!bad)
			*ret = arena_printf(a, "HTML_AS_TEXT(h, %s)", e.c);
		return bad;
	}
	size_t n = 0;
	while (n < s->n && (word_char(s->p[n]) || s->p[n] == '-'))
		n++;
	if (n == 0)
		return "the name of a form field is expected";
	*ret = arena_printf(a, "\"%.*s\"", (int)n, s->p);
	step(s, n);
	return NULL;
}
