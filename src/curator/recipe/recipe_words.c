#include "curator/recipe/recipe_internal.h"

static enum status
bad_at(struct recipe_parser *p, int character, const char *fmt, va_list ap)
{
	const char *text = arena_vprintf(p->a, fmt, ap);
	return err_set(p->e, E_INPUT, "recipe", "Recipe line %d, character %d: %s", p->line,
		character, text);
}

struct recipe_at
recipe_here(const struct recipe_parser *p)
{
	return (struct recipe_at){ p->line, p->at < p->n ? p->words[p->at].character : p->end };
}

enum status
recipe_bad(struct recipe_parser *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	enum status s = bad_at(p, recipe_here(p).character, fmt, ap);
	va_end(ap);
	return s;
}

enum status
recipe_bad_before(struct recipe_parser *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	enum status s = bad_at(p, p->words[p->at ? p->at - 1 : 0].character, fmt, ap);
	va_end(ap);
	return s;
}

bool
recipe_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Characters, not bytes: what an editor shows. A tab is one. */
static int
characters(const char *from, const char *to)
{
	int n = 0;
	for (; from < to; from++)
		n += (*from & 0xc0) != 0x80;
	return n;
}

enum status
recipe_split(struct recipe_parser *p, struct str s)
{
	const char *begin = s.p;
	p->n = p->at = 0;
	p->end = 1;
	for (;;) {
		while (s.n && recipe_blank(s.p[0]))
			s.p++, s.n--;
		if (s.n == 0 || s.p[0] == '#')
			return OK;
		p->end = characters(begin, s.p) + 1;
		p->at = p->n;
		if (p->n == RECIPE_MAX_WORDS)
			return recipe_bad(p, "there are more than %d words.", RECIPE_MAX_WORDS);
		struct recipe_word *w = &p->words[p->n];
		w->character = p->end;
		w->quoted = s.p[0] == '"';
		if (w->quoted) {
			s.p++, s.n--;
			if (!memchr(s.p, '"', s.n))
				return recipe_bad(p, "a quote is not closed.");
			w->text = str_cut(&s, '"');
		} else {
			size_t n = 0;
			while (n < s.n && !recipe_blank(s.p[n]) && s.p[n] != '"')
				n++;
			w->text = (struct str){ s.p, n };
			s.p += n, s.n -= n;
		}
		p->n++;
		p->at = 0;
		p->end = characters(begin, s.p) + 1;
	}
}

bool
recipe_more(const struct recipe_parser *p)
{
	return p->at < p->n;
}

bool
recipe_is_next(struct recipe_parser *p, const char *word)
{
	if (!recipe_more(p) || p->words[p->at].quoted || !str_is(p->words[p->at].text, word))
		return false;
	p->at++;
	return true;
}

enum status
recipe_next(struct recipe_parser *p, const char *what, const char **ret)
{
	if (!recipe_more(p))
		return recipe_bad(p, "%s is missing.", what);
	struct str s = p->words[p->at].text;
	if (s.n == 0)
		return recipe_bad(p, "%s is empty.", what);
	p->at++;
	*ret = str_dup(p->a, s);
	return OK;
}

enum status
recipe_next_real(struct recipe_parser *p, const char *what, double *ret)
{
	const char *text = "";
	TRY(recipe_next(p, what, &text));
	if (!str_real(str_of(text), ret))
		return recipe_bad_before(p, "%s must be a number, not \"%.40s\".", what, text);
	return OK;
}

enum status
recipe_next_int(
	struct recipe_parser *p, const char *what, int64_t least, int64_t most, int64_t *ret)
{
	const char *text = "";
	int64_t v;
	TRY(recipe_next(p, what, &text));
	if (!str_int(str_of(text), &v) || v < least || v > most)
		return recipe_bad_before(p, "%s must be a whole number from %lld to %lld.", what,
			(long long)least, (long long)most);
	*ret = v;
	return OK;
}

enum status
recipe_next_percent(
	struct recipe_parser *p, const char *what, double least, double most, double *ret)
{
	const char *text = "";
	double v;
	TRY(recipe_next(p, what, &text));
	struct str s = str_of(text);
	if (s.n > 1 && s.p[s.n - 1] == '%')
		s.n--;
	else if (recipe_more(p) && str_is(p->words[p->at].text, "%"))
		p->at++;
	if (!str_real(s, &v) || v < least || v > most)
		return recipe_bad_before(p, "%s must be from %g to %g percent.", what, least, most);
	*ret = v;
	return OK;
}

enum status
recipe_next_ref(struct recipe_parser *p, const char *what, struct recipe_ref *ret)
{
	const char *text = "";
	struct recipe_at at = recipe_here(p);
	TRY(recipe_next(p, what, &text));
	const char *dot = strchr(text, '.');
	if (!dot || dot == text || !dot[1])
		return recipe_bad_before(
			p, "%s must be written table.column, not \"%.60s\".", what, text);
	*ret = (struct recipe_ref){ text, at };
	return OK;
}

const char *
recipe_meaning(struct recipe_parser *p)
{
	if (!recipe_more(p) || !p->words[p->at].quoted)
		return "";
	return str_dup(p->a, p->words[p->at++].text);
}

enum status
recipe_end(struct recipe_parser *p)
{
	if (recipe_more(p))
		return recipe_bad(
			p, "\"%.*s\" is not expected here.", RECIPE_SHOWN(p->words[p->at].text));
	return OK;
}
