#include "curator/table/lex.h"

static bool
begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

enum status
lex_expected(const struct lex *l, const char *what, struct err *e)
{
	return err_set(e, E_INPUT, l->what, "%s, character %zu: %s is expected.", l->what,
		l->from + 1, what);
}

static enum status
quoted(struct lex *l, char quote, struct err *e)
{
	struct buf b = buf_new(l->a);
	size_t i = l->at + 1;
	buf_put(&b, "", 0);
	for (;; i++) {
		if (i >= l->s.n)
			return err_set(e, E_INPUT, l->what,
				"%s, character %zu: the quote is never closed.", l->what,
				l->from + 1);
		if (l->s.p[i] != quote) {
			buf_putc(&b, l->s.p[i]);
			continue;
		}
		if (i + 1 >= l->s.n || l->s.p[i + 1] != quote)
			break;
		buf_putc(&b, quote);
		i++;
	}
	l->at = i + 1;
	l->kind = quote == '"' ? LEX_NAME : LEX_TEXT;
	l->quoted = true;
	l->text = b.n ? b.p : "";
	return l->kind == LEX_NAME && !b.n ? lex_expected(l, "a name between the quotes", e) : OK;
}

static enum status
numeric(struct lex *l, struct err *e)
{
	size_t i = l->at;
	if (l->s.p[i] == '-')
		i++;
	while (i < l->s.n && (digit(l->s.p[i]) || l->s.p[i] == '.'))
		i++;
	struct str s = { l->s.p + l->at, i - l->at };
	l->at = i;
	l->kind = LEX_NUMBER;
	return str_real(s, &l->real) ? OK : lex_expected(l, "a number", e);
}

static enum status
sign(struct lex *l, struct err *e)
{
	/* Longer ones first. */
	static const char *const signs[] = { "<=", ">=", "<>", "!=", "<", ">", "=", "(", ")", "," };
	struct str rest = { l->s.p + l->at, l->s.n - l->at };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (str_starts(rest, signs[i])) {
			l->text = signs[i];
			l->at += strlen(signs[i]);
			l->kind = LEX_SIGN;
			return OK;
		}
	return err_set(e, E_INPUT, l->what, "%s, character %zu: this sign means nothing here.",
		l->what, l->from + 1);
}

enum status
lex_next(struct lex *l, struct err *e)
{
	while (l->at < l->s.n && (l->s.p[l->at] == ' ' || l->s.p[l->at] == '\t'))
		l->at++;
	l->from = l->at;
	l->quoted = false;
	l->text = "";
	l->kind = LEX_END;
	if (l->at == l->s.n)
		return OK;
	char c = l->s.p[l->at];
	if (c == '"' || c == '\'')
		return quoted(l, c, e);
	if (digit(c) || (c == '-' && l->at + 1 < l->s.n && digit(l->s.p[l->at + 1])))
		return numeric(l, e);
	if (!begins_name(c))
		return sign(l, e);
	size_t i = l->at;
	while (i < l->s.n && (begins_name(l->s.p[i]) || digit(l->s.p[i]) || l->s.p[i] == '.'))
		i++;
	l->kind = LEX_NAME;
	l->text = arena_strndup(l->a, l->s.p + l->at, i - l->at);
	l->at = i;
	return OK;
}

enum status
lex_begin(struct arena *a, const char *what, struct str s, struct lex *ret, struct err *e)
{
	*ret = (struct lex){ .a = a, .what = what, .s = s };
	return lex_next(ret, e);
}

bool
lex_is(const struct lex *l, const char *word)
{
	if (l->kind == LEX_SIGN)
		return streq(l->text, word);
	return l->kind == LEX_NAME && !l->quoted && str_ieq(str_of(l->text), str_of(word));
}
