#include "portal/recipe/recipe_text.h"

/* A word of a line, as the curator divides them. */
struct word {
	struct str text; /* without quotes */
	const char *from, *to;
	bool quoted;
};

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; false at its end, where a comment begins, or where words end. */
static bool
next(struct str *s, struct word *w)
{
	while (s->n && blank(s->p[0]))
		s->p++, s->n--;
	if (!s->n || s->p[0] == '#')
		return false;
	w->from = s->p;
	w->quoted = s->p[0] == '"';
	/* A quote that is not closed is nothing that could be changed. */
	if (w->quoted && !memchr(s->p + 1, '"', s->n - 1))
		return false;
	if (w->quoted) {
		s->p++, s->n--;
		w->text = str_cut(s, '"');
		w->to = s->p;
		return true;
	}
	size_t n = 0;
	while (n < s->n && !blank(s->p[n]) && s->p[n] != '"')
		n++;
	w->text = (struct str){ s->p, n };
	s->p += n, s->n -= n;
	w->to = s->p;
	return true;
}

static bool
indented(struct str line)
{
	return line.n && line.p[0] != '\r' && blank(line.p[0]);
}

/* Where the action of a column's line begins, and where what belongs to it ends. */
struct deed {
	struct word name, action, meaning;
	bool has_action, has_meaning;
	const char *end;
};

static bool
deed_of(struct str line, struct deed *ret)
{
	struct deed d = { 0 };
	struct word w, before = { 0 };
	if (!next(&line, &d.name))
		return false;
	d.end = d.name.to;
	while (next(&line, &w)) {
		bool first = !d.has_action && !d.has_meaning;
		/* A quoted word at the end is the meaning, but for a new name behind "as". */
		if (first && !w.quoted) {
			d.action = w;
			d.has_action = true;
		} else {
			d.has_meaning = w.quoted && !str_is(before.text, "as");
			d.meaning = w;
		}
		if (!d.has_meaning)
			d.end = w.to;
		before = w;
	}
	*ret = d;
	return true;
}

static void
read_table(struct arena *a, struct str line, struct recipe_part *t)
{
	struct word w;
	struct buf way = buf_new(a);
	if (next(&line, &w))
		t->table = str_dup(a, w.text);
	while (next(&line, &w))
		buf_printf(&way, "%s%.*s", way.n ? " " : "", (int)w.text.n, w.text.p);
	t->way = way.p ? way.p : "";
}

static void
read_column(struct arena *a, struct str line, int64_t at, struct recipe_part *t)
{
	struct deed d;
	if (!deed_of(line, &d))
		return;
	struct recipe_line *c = &t->columns.at[t->columns.n++];
	*c = (struct recipe_line){ .name = str_dup(a, d.name.text),
		.action = d.has_action ? str_dup(a, d.action.text) : "",
		.option = "",
		.meaning = d.has_meaning ? str_dup(a, d.meaning.text) : "",
		.line = at };
	if (d.has_action)
		c->option = str_dup(
			a, str_trim((struct str){ d.action.to, (size_t)(d.end - d.action.to) }));
}

void
recipe_text_read(struct arena *a, const char *text, struct recipe_text *ret)
{
	struct recipe_text r = { 0 };
	size_t lines = 1;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	r.tables.at = ARENA_ARRAY(a, lines, struct recipe_part);
	struct recipe_line *room = ARENA_ARRAY(a, lines, struct recipe_line);
	struct str rest = str_of(text);
	for (int64_t at = 1; rest.n; at++) {
		struct str line = str_cut(&rest, '\n');
		struct str words = line;
		struct word w;
		if (!next(&words, &w))
			continue;
		struct recipe_part *t = r.tables.n ? &r.tables.at[r.tables.n - 1] : NULL;
		if (indented(line) && t) {
			read_column(a, line, at, t);
		} else if (!indented(line) && !w.quoted && str_is(w.text, "table")) {
			struct recipe_part *fresh = &r.tables.at[r.tables.n++];
			*fresh = (struct recipe_part){ .table = "", .way = "" };
			/* All columns share one array: a table's are those behind the last's. */
			fresh->columns.at = t ? t->columns.at + t->columns.n : room;
			read_table(a, words, fresh);
		}
	}
	*ret = r;
}

/* The text with [from, to) replaced. */
static const char *
spliced(struct arena *a, const char *text, const char *from, const char *to, const char *by)
{
	struct buf b = buf_new(a);
	buf_put(&b, text, (size_t)(from - text));
	buf_puts(&b, by);
	/* What stood right behind a quote would become part of the new word. */
	if (by[0] && *to && !blank(*to) && *to != '\n')
		buf_putc(&b, ' ');
	buf_puts(&b, to);
	return b.p ? b.p : "";
}

static struct str
line_at(const char *text, int64_t number)
{
	struct str rest = str_of(text), line = { text, 0 };
	for (int64_t i = 0; i < number; i++) {
		if (!rest.n)
			return (struct str){ text + strlen(text), 0 };
		line = str_cut(&rest, '\n');
	}
	return line;
}

const char *
recipe_text_change(
	struct arena *a, const char *text, int64_t line, const char *action, const char *option)
{
	struct deed d;
	if (!deed_of(line_at(text, line), &d))
		return text;
	const char *deed = arena_printf(
		a, "%s%s%s%s", d.has_action ? "" : " ", action, option[0] ? " " : "", option);
	return spliced(a, text, d.has_action ? d.action.from : d.end, d.end, deed);
}

/* The first line at the margin that begins with the word; false when there is none. */
static bool
statement(const char *text, const char *word, struct str *ret_line, struct str *ret_rest)
{
	for (struct str rest = str_of(text); rest.n;) {
		struct str line = str_cut(&rest, '\n'), words = line;
		struct word w;
		if (indented(line) || !next(&words, &w) || w.quoted || !str_is(w.text, word))
			continue;
		*ret_line = line;
		*ret_rest = words;
		return true;
	}
	return false;
}

/* The end of the last word before a comment. */
static const char *
words_end(struct str rest)
{
	const char *end = rest.p;
	struct word w;
	while (next(&rest, &w))
		end = w.to;
	return end;
}

const char *
recipe_text_statement(struct arena *a, const char *text, const char *word)
{
	struct str line, rest;
	if (!statement(text, word, &line, &rest))
		return "";
	return str_dup(a, str_trim((struct str){ rest.p, (size_t)(words_end(rest) - rest.p) }));
}

const char *
recipe_text_state(struct arena *a, const char *text, const char *word, const char *rest)
{
	struct str line, words;
	if (statement(text, word, &line, &words)) {
		const char *end = line.p + line.n;
		if (!rest[0])
			return spliced(a, text, line.p, end + (*end == '\n'), "");
		return spliced(a, text, words.p, words_end(words), arena_printf(a, " %s", rest));
	}
	if (!rest[0])
		return text;
	size_t n = strlen(text);
	return arena_printf(
		a, "%s%s%s %s\n", text, n && text[n - 1] != '\n' ? "\n" : "", word, rest);
}

bool
recipe_text_names(struct arena *a, const char *text, const char *word, const char *column)
{
	struct str rest = str_of(recipe_text_statement(a, text, word));
	struct word w;
	while (next(&rest, &w))
		if (str_ieq(w.text, str_of(column)))
			return true;
	return false;
}

const char *
recipe_text_name_put(
	struct arena *a, const char *text, const char *word, const char *column, bool names)
{
	struct str rest = str_of(recipe_text_statement(a, text, word));
	struct buf b = buf_new(a);
	struct word w;
	if (names == recipe_text_names(a, text, word, column))
		return text;
	while (next(&rest, &w))
		if (!str_ieq(w.text, str_of(column)))
			buf_printf(&b, "%s%.*s", b.n ? " " : "", (int)(w.to - w.from), w.from);
	if (names)
		buf_printf(&b, "%s%s", b.n ? " " : "", recipe_text_name(a, column));
	return recipe_text_state(a, text, word, b.n ? b.p : "");
}

/* The word behind "version" in the statement "recipe"; false when there is none. */
static bool
numbered(const char *text, struct word *ret)
{
	struct str line, words;
	struct word w;
	if (!statement(text, "recipe", &line, &words))
		return false;
	while (next(&words, &w))
		if (!w.quoted && str_is(w.text, "version"))
			return next(&words, ret);
	return false;
}

const char *
recipe_text_number(struct arena *a, const char *text, int64_t version)
{
	struct word w;
	if (!numbered(text, &w))
		return text;
	return spliced(a, text, w.from, w.to, arena_printf(a, "%lld", (long long)version));
}

int64_t
recipe_text_version(const char *text)
{
	struct word w;
	int64_t n;
	return numbered(text, &w) && str_int(w.text, &n) && n > 0 ? n : 0;
}

bool
recipe_text_same(struct arena *a, const char *text, const char *other)
{
	return streq(recipe_text_number(a, text, 0), recipe_text_number(a, other, 0));
}

const char *
recipe_text_name(struct arena *a, const char *name)
{
	bool plain = name[0] && name[0] != '#';
	for (const char *p = name; *p; p++)
		plain = plain && !blank(*p) && *p != '"';
	return plain ? name : arena_printf(a, "\"%s\"", name);
}

const char *
recipe_text_line(struct arena *a, const char *text, int64_t line)
{
	struct str s = line_at(text, line);
	return str_dup(a, s);
}

int64_t
recipe_text_wrong(const char *sentence)
{
	static const char before[] = "Recipe line ";
	int64_t line = 0;
	if (strncmp(sentence, before, sizeof before - 1) != 0)
		return 0;
	struct str s = str_of(sentence + sizeof before - 1);
	return str_int(str_cut(&s, ','), &line) && line > 0 ? line : 0;
}
