#include "tmpl.h"

#include <ctype.h>

#include "tmpl_parse.h"

enum { DEPTH = 32 };

enum block { BLOCK_ROOT, BLOCK_IF, BLOCK_LOOP };

struct frame {
	enum block block;
	int line;
	struct str name;     /* of a loop, as written */
	const char *list;    /* of a loop, as C */
	struct place before; /* where it began */
	struct place branch; /* where its first branch ended */
	bool other;          /* {{:}} has been seen */
};

struct tmpl {
	struct arena *arena;
	const char *path, *base;
	struct str src;
	size_t at;
	int line;
	struct buf c, h, c_includes, h_includes;
	struct buf literal; /* not yet written */
	struct buf parts;   /* names of parts that were called without a folder, one a line */
	struct place place;
	bool fresh; /* nothing but blanks yet on this line */
	struct frame frames[DEPTH];
	int n_frames; /* 0 outside of pages and parts */
	int scope;
	struct err *err;
};

static enum status __attribute__((format(printf, 2, 3)))
refuse(struct tmpl *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(t->arena, fmt, ap);
	va_end(ap);
	return err_set(t->err, E_INPUT, "", "%s:%d: %s", t->path, t->line, text);
}

static enum status
check(struct tmpl *t, const char *bad)
{
	return bad ? refuse(t, "%s", bad) : OK;
}

/* What lies between the braces must be used up. */
static enum status
done(struct tmpl *t, struct str rest)
{
	expr_blanks(&rest);
	if (rest.n)
		return refuse(t, "cannot read '%.*s'", rest.n > 40 ? 40 : (int)rest.n, rest.p);
	return OK;
}

static void
flush(struct tmpl *t)
{
	struct str s = buf_str(&t->literal);
	/* Long texts in pieces: a compiler must take 4095 bytes, not more. */
	while (s.n) {
		size_t n = s.n < 2000 ? s.n : 2000;
		buf_puts(&t->c, "\thtml_raw(h, ");
		expr_quote(&t->c, (struct str){ s.p, n });
		buf_printf(&t->c, ", %zu);\n", n);
		s = (struct str){ s.p + n, s.n - n };
	}
	t->literal.n = 0;
}

/* One statement of C that the compiler shall blame on the present line of the template. */
static void __attribute__((format(printf, 2, 3))) emit(struct tmpl *t, const char *fmt, ...)
{
	va_list ap;
	flush(t);
	va_start(ap, fmt);
	const char *text = arena_vprintf(t->arena, fmt, ap);
	va_end(ap);
	buf_printf(&t->c, "#line %d ", t->line);
	expr_quote(&t->c, str_of(t->path));
	buf_printf(&t->c, "\n\t%s\n", text);
}

static void
include(struct buf *b, const char *what)
{
	const char *line = arena_printf(b->arena, "#include \"%s\"\n", what);
	if (!strstr(b->p, line))
		buf_puts(b, line);
}

/* ---- pages and parts ---- */

static enum status
section_end(struct tmpl *t)
{
	if (t->n_frames == 0)
		return OK;
	const struct frame *f = &t->frames[t->n_frames - 1];
	if (f->block == BLOCK_IF)
		return refuse(t, "{{?}} of line %d has no {{/?}}", f->line);
	if (f->block == BLOCK_LOOP)
		return refuse(
			t, "{{#%.*s}} of line %d has no end", (int)f->name.n, f->name.p, f->line);
	if (t->place.where != IN_TEXT || t->place.verbatim[0])
		return refuse(t, "the template ends within %s", place_describe(&t->place));
	flush(t);
	buf_puts(&t->c, "}\n");
	t->n_frames = 0;
	return OK;
}

/* "struct team from portal/team/team.h" -> "struct team", and the header is included. */
static enum status
section_type(struct tmpl *t, struct str s, const char **ret)
{
	struct str word, type;
	expr_blanks(&s);
	bool good = expr_word(&s, &word) && str_is(word, "struct");
	expr_blanks(&s);
	good = good && expr_word(&s, &type);
	expr_blanks(&s);
	good = good && expr_word(&s, &word) && str_is(word, "from");
	expr_blanks(&s);
	for (size_t i = 0; i < s.n; i++)
		good = good && (isalnum((unsigned char)s.p[i]) || memchr("_./-", s.p[i], 4));
	if (!good || s.n < 3 || memcmp(s.p + s.n - 2, ".h", 2) != 0)
		return refuse(t, "expected {{page NAME: struct TYPE from FOLDER/HEADER.h}}");
	include(&t->h_includes, str_dup(t->arena, s));
	*ret = arena_printf(t->arena, "struct %.*s", (int)type.n, type.p);
	return OK;
}

static enum status
section_begin(struct tmpl *t, bool page, struct str s)
{
	struct str name;
	const char *type = "struct page";
	TRY(section_end(t));
	expr_blanks(&s);
	if (!expr_word(&s, &name))
		return refuse(t, "a page or part needs a name");
	expr_blanks(&s);
	if (s.n && s.p[0] == ':')
		TRY(section_type(t, (struct str){ s.p + 1, s.n - 1 }, &type));
	else
		TRY(done(t, s));
	const char *head = arena_printf(t->arena,
		"%s_%.*s(struct html *h, const struct page *page, const %s *view)",
		page ? "page" : "part", (int)name.n, name.p, page ? "void" : type);
	buf_printf(&t->h, "void %s;\n", head);
	emit(t, "void\n%s\n{", head);
	bool itself = page && streq(type, "struct page");
	buf_printf(&t->c, "\tconst %s *s0 = %s;\n\t(void)page, (void)view, (void)s0;\n", type,
		itself ? "page" : "view");
	memset(&t->place, 0, sizeof t->place);
	t->frames[0] = (struct frame){ .block = BLOCK_ROOT, .line = t->line };
	t->n_frames = 1;
	t->scope = 0;
	return OK;
}

/* ---- blocks ---- */

static enum status
push(struct tmpl *t, struct frame f)
{
	if (t->n_frames == DEPTH)
		return refuse(t, "more than %d blocks within each other", DEPTH - 1);
	f.line = t->line;
	f.before = t->place;
	t->frames[t->n_frames++] = f;
	return OK;
}

static enum status
block_if(struct tmpl *t, struct str s)
{
	const char *c;
	TRY(check(t, expr_condition(t->arena, &s, t->scope, &c)));
	TRY(done(t, s));
	TRY(push(t, (struct frame){ .block = BLOCK_IF }));
	emit(t, "if (%s) {", c);
	return OK;
}

static enum status
block_loop(struct tmpl *t, struct str s)
{
	struct expr e;
	struct str name = str_trim(s);
	TRY(check(t, expr_read(t->arena, &s, t->scope, &e)));
	TRY(done(t, s));
	if (e.call || e.number)
		return refuse(t, "this is no list");
	TRY(push(t, (struct frame){ .block = BLOCK_LOOP, .name = name, .list = e.c }));
	int n = ++t->scope;
	emit(t,
		"for (size_t i%d = 0; i%d < (%s).n; i%d++) { "
		"const __typeof__((%s).at[0]) *s%d = &(%s).at[i%d]; (void)s%d;",
		n, n, e.c, n, e.c, n, e.c, n, n);
	return OK;
}

static enum status
block_else(struct tmpl *t)
{
	struct frame *f = &t->frames[t->n_frames - 1];
	if (f->block == BLOCK_ROOT)
		return refuse(t, "{{:}} outside of {{?}} and {{#}}");
	if (f->other)
		return refuse(t, "a second {{:}} in the block of line %d", f->line);
	f->other = true;
	f->branch = t->place;
	t->place = f->before;
	if (f->block == BLOCK_IF) {
		emit(t, "} else {");
	} else {
		t->scope--;
		emit(t, "} if ((%s).n == 0) {", f->list);
	}
	return OK;
}

static enum status
block_end(struct tmpl *t, struct str name)
{
	struct frame *f = &t->frames[t->n_frames - 1];
	if (f->block == BLOCK_ROOT)
		return refuse(t, "{{/%.*s}} ends nothing", (int)name.n, name.p);
	if (f->block == BLOCK_IF && !str_is(name, "?"))
		return refuse(t, "{{/%.*s}} where {{/?}} of line %d must come first", (int)name.n,
			name.p, f->line);
	if (f->block == BLOCK_LOOP && !str_eq(name, f->name))
		return refuse(t, "{{/%.*s}} where {{/%.*s}} of line %d must come first",
			(int)name.n, name.p, (int)f->name.n, f->name.p, f->line);
	/* Without {{:}} the other branch is no text at all; a loop may also run twice. */
	struct place other = f->other ? f->branch : f->before;
	bool same = place_merge(&t->place, &other);
	if (same && f->block == BLOCK_LOOP)
		same = place_merge(&t->place, &f->before);
	if (!same)
		return refuse(t,
			"the block of line %d begins in %s and ends in %s, or its branches "
			"differ so",
			f->line, place_describe(&f->before), place_describe(&t->place));
	if (f->block == BLOCK_LOOP && f->before.where == IN_VALUE &&
		(f->before.attr == ATTR_URL || f->before.attr == ATTR_TARGET))
		return refuse(t, "no loop within an address");
	if (f->block == BLOCK_LOOP && !f->other)
		t->scope--;
	t->n_frames--;
	emit(t, "}");
	return OK;
}

/* ---- what prints ---- */

static enum status
print(struct tmpl *t, struct str s)
{
	struct expr e;
	bool whole = t->place.url == URL_EMPTY;
	TRY(check(t, place_value(&t->place)));
	TRY(check(t, expr_read(t->arena, &s, t->scope, &e)));
	TRY(done(t, s));
	if (t->place.where == IN_TEXT && t->place.verbatim[0] == '\0') {
		emit(t, "HTML_TEXT(h, %s);", e.c);
		return OK;
	}
	switch (t->place.where == IN_VALUE ? t->place.attr : ATTR_PLAIN) {
	case ATTR_TARGET:
	case ATTR_URL:
		if (whole)
			emit(t, "html_url%s(h, HTML_AS_TEXT(h, %s));",
				t->place.attr == ATTR_TARGET ? "_local" : "", e.c);
		else
			emit(t, "html_url_part(h, HTML_AS_TEXT(h, %s));", e.c);
		return OK;
	case ATTR_STYLE:
		emit(t, "HTML_STYLE(h, %s);", e.c);
		return OK;
	default:
		/* Within pre and textarea too: markup has no place there. */
		emit(t, "HTML_ATTR(h, %s);", e.c);
		return OK;
	}
}

static enum status
part(struct tmpl *t, struct str s)
{
	struct expr e = { .c = arena_printf(t->arena, "s%d", t->scope) };
	if (t->place.where != IN_TEXT)
		return refuse(t, "a part may stand in text only");
	expr_blanks(&s);
	struct str at = s;
	size_t n = 0;
	while (n < s.n && (isalnum((unsigned char)s.p[n]) || s.p[n] == '_' || s.p[n] == '/'))
		n++;
	struct str path = { s.p, n }, name = path;
	s = (struct str){ s.p + n, s.n - n };
	while (memchr(name.p, '/', name.n))
		str_cut(&name, '/');
	if (str_starts(name, "part_"))
		name = (struct str){ name.p + 5, name.n - 5 };
	if (!name.n)
		return refuse(t, "the name of a part is expected at '%.*s'", (int)at.n, at.p);
	expr_blanks(&s);
	if (s.n) {
		TRY(check(t, expr_read(t->arena, &s, t->scope, &e)));
		TRY(done(t, s));
		if (e.call || e.number)
			return refuse(t, "a part shows a struct, not a text or number");
		e.c = arena_printf(t->arena, "&%s", e.c);
	}
	const char *fn = arena_printf(t->arena, "part_%.*s", (int)name.n, name.p);
	if (memchr(path.p, '/', path.n))
		include(&t->c_includes, arena_printf(t->arena, "%.*s.html.h", (int)path.n, path.p));
	else
		buf_printf(&t->parts, "%.*s\n", (int)name.n, name.p);
	emit(t, "%s(h, page, %s);", fn, e.c);
	return OK;
}

/* {{checked name "value" x}} and {{selected name "value" x}}. */
static enum status
choice(struct tmpl *t, bool selected, struct str s)
{
	const char *field, *truth = "false";
	struct expr value;
	if (t->place.where != IN_TAG && t->place.where != TAG_GAP)
		return refuse(t, "this may stand between attributes only");
	TRY(check(t, expr_field(t->arena, &s, t->scope, &field)));
	TRY(check(t, expr_read(t->arena, &s, t->scope, &value)));
	value.c = arena_printf(t->arena, "HTML_AS_TEXT(h, %s)", value.c);
	expr_blanks(&s);
	if (s.n && selected) {
		struct expr e;
		TRY(check(t, expr_read(t->arena, &s, t->scope, &e)));
		truth = arena_printf(
			t->arena, "html_equal_text(HTML_AS_TEXT(h, %s), %s)", e.c, value.c);
	} else if (s.n) {
		TRY(check(t, expr_condition(t->arena, &s, t->scope, &truth)));
	}
	TRY(done(t, s));
	emit(t, "if (page_kept_has(page, %s, %s, %s)) buf_puts(&h->out, \" %s\");", field, value.c,
		truth, selected ? "selected" : "checked");
	t->place.where = TAG_GAP;
	return OK;
}

static enum status
kept(struct tmpl *t, struct str s)
{
	const char *field, *otherwise = "\"\"";
	bool plain = t->place.where == IN_VALUE && t->place.attr == ATTR_PLAIN;
	if (!plain && t->place.where != IN_TEXT)
		return refuse(t, "{{kept}} may stand in text and in plain quoted attributes only");
	TRY(check(t, expr_field(t->arena, &s, t->scope, &field)));
	expr_blanks(&s);
	if (s.n) {
		struct expr e;
		TRY(check(t, expr_read(t->arena, &s, t->scope, &e)));
		otherwise = arena_printf(t->arena, "HTML_AS_TEXT(h, %s)", e.c);
	}
	TRY(done(t, s));
	emit(t, "html_text(h, page_kept(page, %s, %s));", field, otherwise);
	return OK;
}

static enum status
error(struct tmpl *t, struct str s)
{
	const char *field;
	if (t->place.where != IN_TEXT)
		return refuse(t, "{{error}} may stand in text only");
	TRY(check(t, expr_field(t->arena, &s, t->scope, &field)));
	TRY(done(t, s));
	emit(t, "html_error(h, page, %s);", field);
	return OK;
}

static enum status
invalid(struct tmpl *t, struct str s)
{
	const char *field, *hint = "NULL";
	if (t->place.where != IN_TAG && t->place.where != TAG_GAP)
		return refuse(t, "{{invalid}} may stand between attributes only");
	TRY(check(t, expr_field(t->arena, &s, t->scope, &field)));
	expr_blanks(&s);
	if (s.n) {
		struct expr e;
		TRY(check(t, expr_read(t->arena, &s, t->scope, &e)));
		hint = arena_printf(t->arena, "HTML_AS_TEXT(h, %s)", e.c);
	}
	TRY(done(t, s));
	emit(t, "html_invalid(h, page, %s, %s);", field, hint);
	t->place.where = TAG_GAP;
	return OK;
}

/* ---- the text between ---- */

static enum status
tag(struct tmpl *t, struct str s)
{
	static const char *const words[] = { "page", "part", "kept", "checked", "selected", "error",
		"invalid" };
	struct str rest = s, word = str_cut(&rest, ' ');
	size_t w = rest.n ? 0 : 7;
	while (w < 7 && !str_is(word, words[w]))
		w++;
	if (w < 2)
		return section_begin(t, w == 0, rest);
	if (s.n && s.p[0] == '!')
		return OK;
	if (t->n_frames == 0)
		return refuse(t, "the first line must be {{page NAME: struct TYPE from HEADER.h}} "
				 "or {{part ...}}");
	struct str inner = s.n ? (struct str){ s.p + 1, s.n - 1 } : s;
	char first = s.n ? s.p[0] : '\0';
	bool block = first && strchr("#?:/", first);
	if (w < 7 || block)
		place_pause(&t->place);
	/* What a form does must be plain to see here: its token depends on it. */
	if (block && t->place.where == IN_VALUE &&
		(t->place.attr == ATTR_REFUSED || t->place.attr == ATTR_TARGET))
		return refuse(t, "no block within this attribute: put the whole attribute in each "
				 "branch");
	switch (first) {
	case '#':
		return block_loop(t, inner);
	case '?':
		return block_if(t, inner);
	case ':':
		TRY(done(t, inner));
		return block_else(t);
	case '/':
		return block_end(t, str_trim(inner));
	case '>':
		return part(t, inner);
	}
	switch (w) {
	case 2:
		return kept(t, rest);
	case 3:
	case 4:
		return choice(t, w == 4, rest);
	case 5:
		return error(t, rest);
	case 6:
		return invalid(t, rest);
	default:
		return print(t, s);
	}
}

/* A line that holds nothing but a block's beginning or end leaves no blank line behind. */
static bool
alone(const struct tmpl *t, struct str inner, size_t from, size_t to)
{
	bool silent = (inner.n && strchr("#?:/!", inner.p[0])) || str_starts(inner, "page ") ||
		      str_starts(inner, "part ");
	if (!silent || t->place.where != IN_TEXT || t->place.verbatim[0])
		return false;
	while (from > 0 && strchr(" \t", t->src.p[from - 1]))
		from--;
	while (to < t->src.n && strchr(" \t\r", t->src.p[to]))
		to++;
	return (from == 0 || t->src.p[from - 1] == '\n') && to < t->src.n && t->src.p[to] == '\n';
}

static enum status
braces(struct tmpl *t)
{
	struct str rest = { t->src.p + t->at, t->src.n - t->at };
	const char *end = memmem(rest.p, rest.n, "}}", 2);
	if (!end)
		return refuse(t, "{{ without }}");
	size_t n = (size_t)(end - rest.p) + 2, from = t->at;
	struct str inner = str_trim((struct str){ rest.p + 2, n - 4 });
	t->at += n;
	bool whole_line = alone(t, inner, from, t->at);
	TRY(tag(t, inner));
	for (size_t i = 0; i < n; i++)
		t->line += rest.p[i] == '\n';
	t->fresh = whole_line;
	if (whole_line) {
		while (t->src.p[t->at] != '\n')
			t->at++;
		t->at++;
		t->line++;
	}
	return OK;
}

static enum status
literal(struct tmpl *t, char c)
{
	bool form, squeeze = t->place.where == IN_TEXT && !t->place.verbatim[0];
	if (t->n_frames == 0) {
		if (!strchr(" \t\r\n", c))
			return refuse(t, "the first line must be {{page NAME: struct TYPE from "
					 "HEADER.h}} or {{part ...}}");
		return OK;
	}
	if (c == '\0')
		return refuse(t, "a NUL byte");
	bool verbatim = t->place.verbatim[0];
	TRY(check(t, place_literal(&t->place, c, &form)));
	bool blank = strchr(" \t\r", c) != NULL;
	bool again = c == '\n' && t->literal.n && t->literal.p[t->literal.n - 1] == '\n';
	if (!squeeze || !(again || (blank && t->fresh)))
		buf_putc(&t->literal, c);
	t->fresh = c == '\n' || (blank && t->fresh);
	/* A browser drops the first line break in these: a value may begin with one. */
	if (!verbatim && t->place.verbatim[0] && t->at < t->src.n && t->src.p[t->at] != '\n')
		buf_putc(&t->literal, '\n');
	if (form) {
		flush(t);
		buf_puts(&t->c, "\thtml_csrf(h, page);\n");
	}
	return OK;
}

/* A part that this file does not hold is expected in the file of its name. */
static void
include_parts(struct tmpl *t)
{
	for (struct str rest = buf_str(&t->parts); rest.n;) {
		struct str name = str_cut(&rest, '\n');
		const char *head = arena_printf(t->arena, " part_%.*s(", (int)name.n, name.p);
		const char *file = arena_printf(t->arena, "%.*s.html.h", (int)name.n, name.p);
		if (!strstr(t->h.p, head))
			include(&t->c_includes, file);
	}
}

enum status
tmpl_compile(struct arena *a, const char *path, const char *base, struct str src, struct str *ret_c,
	struct str *ret_h, struct err *err)
{
	struct tmpl *t = ARENA_NEW(a, struct tmpl);
	*t = (struct tmpl){ .arena = a,
		.path = path,
		.base = base,
		.src = src,
		.line = 1,
		.c = buf_new(a),
		.h = buf_new(a),
		.c_includes = buf_new(a),
		.h_includes = buf_new(a),
		.literal = buf_new(a),
		.parts = buf_new(a),
		.err = err };
	include(&t->h_includes, "portal/web/html.h");
	include(&t->c_includes, arena_printf(a, "%s.h", base));
	include(&t->c_includes, "portal/web/filters.h");
	while (t->at < src.n) {
		if (src.p[t->at] == '{' && t->at + 1 < src.n && src.p[t->at + 1] == '{') {
			TRY(braces(t));
			continue;
		}
		char c = src.p[t->at++];
		TRY(literal(t, c));
		t->line += c == '\n';
	}
	if (t->n_frames == 0)
		return refuse(t, "no {{page ...}} or {{part ...}} in this file");
	TRY(section_end(t));
	include_parts(t);
	struct buf c = buf_new(a), h = buf_new(a);
	buf_printf(&c, "/* Made from %s by tmplgen: change that. */\n%s", base, t->c_includes.p);
	/* A number where a text belongs, or the reverse, is a mistake of the template. */
	buf_puts(&c, "#pragma GCC diagnostic error \"-Wint-conversion\"\n"
		     "#pragma GCC diagnostic error \"-Wincompatible-pointer-types\"\n"
		     "#pragma GCC diagnostic error \"-Wimplicit-function-declaration\"\n"
		     "#pragma GCC diagnostic ignored \"-Wsign-compare\"\n\n");
	buf_put(&c, t->c.p, t->c.n);
	buf_printf(&h, "/* Made from %s by tmplgen: change that. */\n#pragma once\n%s\n", base,
		t->h_includes.p);
	buf_put(&h, t->h.p, t->h.n);
	*ret_c = buf_str(&c);
	*ret_h = buf_str(&h);
	return OK;
}
