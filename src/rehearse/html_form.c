#include "rehearse/html_form.h"

#include <ctype.h>
#include <strings.h>

enum { ATTRS = 48 };

struct attr {
	struct str name, value;
};

struct tag {
	struct str name;
	bool closing;
	struct attr attrs[ATTRS];
	int n_attrs;
};

/* What the pass remembers. Indices, not pointers: lists move as they grow. */
struct scan {
	struct arena *arena;
	struct str rest;
	struct buf text;
	struct html_doc *doc;
	int form;        /* index of the open form, -1 outside */
	int select_form; /* form and field of the open select, -1 outside */
	int select_field;
	size_t link_from, option_from, button_from, alert_from;
	bool in_link, in_option, in_button;
	struct form_choice option;
	struct form_field button;
	int button_form;
	int alert_depth; /* open elements of alert_tag since the alert began */
	struct str alert_tag;
	bool alert_done;
};

/* Room for one more at the end of a list: capacities are powers of two. */
#define PUSH(arena, list)                                                                          \
	({                                                                                         \
		if (((list)->n & ((list)->n - 1)) == 0) {                                          \
			size_t cap_ = (list)->n ? (list)->n * 2 : 1;                               \
			void *p_ = arena_array((arena), cap_, sizeof *(list)->at);                 \
			if ((list)->n)                                                             \
				memcpy(p_, (list)->at, (list)->n * sizeof *(list)->at);            \
			(list)->at = p_;                                                           \
		}                                                                                  \
		&(list)->at[(list)->n++];                                                          \
	})

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
name_is(struct str s, const char *lower)
{
	return str_ieq(s, str_of(lower));
}

static void
skip_n(struct str *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

/* At most 4 bytes; returns how many. */
static size_t
put_utf8(char out[4], uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 63));
	out[0] = (char)(0xf00 >> n | c);
	return n;
}

/* One character reference at the start of s: returns its length, 0 when it is none. */
static size_t
reference(struct str s, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t c;
	} named[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		{ "&apos;", '\'' }, { "&nbsp;", 0xa0 }, { "&ndash;", 0x2013 },
		{ "&mdash;", 0x2014 }, { "&middot;", 0xb7 }, { "&hellip;", 0x2026 } };
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (str_starts(s, named[i].name)) {
			*ret = named[i].c;
			return strlen(named[i].name);
		}
	if (s.n < 4 || s.p[1] != '#')
		return 0;
	bool hex = s.p[2] == 'x' || s.p[2] == 'X';
	uint32_t c = 0;
	size_t i = hex ? 3 : 2, digits = 0;
	for (; i < s.n && digits < 8 && isxdigit((unsigned char)s.p[i]); i++, digits++) {
		int d = s.p[i] <= '9' ? s.p[i] - '0' : (s.p[i] | 32) - 'a' + 10;
		if (!hex && d > 9)
			break;
		c = c * (hex ? 16u : 10u) + (uint32_t)d;
	}
	if (digits == 0 || i >= s.n || s.p[i] != ';')
		return 0;
	*ret = c;
	return i + 1;
}

/* Takes one character off s, references resolved; NUL becomes nothing. Never more bytes out than
 * in: the shortest reference to a character of n bytes has more than n. */
static size_t
next_char(struct str *s, char out[4])
{
	uint32_t c;
	size_t used = s->p[0] == '&' ? reference(*s, &c) : 0, n = 1;
	if (used)
		n = put_utf8(out, c);
	else if (s->p[0])
		out[0] = s->p[0];
	else
		n = 0;
	skip_n(s, used ? used : 1);
	return n;
}

static char *
decode(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	while (s.n) {
		char c[4];
		size_t more = next_char(&s, c);
		memcpy(out + n, c, more);
		n += more;
	}
	return out;
}

/* Visible text: runs of white space become one. */
static void
show(struct scan *s, struct str raw)
{
	while (raw.n) {
		char c[4];
		size_t n = next_char(&raw, c);
		if (n != 1 || !space(c[0]))
			buf_put(&s->text, c, n);
		else if (s->text.n && s->text.p[s->text.n - 1] != ' ')
			buf_putc(&s->text, ' ');
	}
}

static const char *
shown_since(struct scan *s, size_t from)
{
	struct str t = { s->text.p + from, s->text.n > from ? s->text.n - from : 0 };
	return str_dup(s->arena, str_trim(t));
}

static const char *
attr(const struct scan *s, const struct tag *t, const char *name)
{
	for (int i = 0; i < t->n_attrs; i++)
		if (name_is(t->attrs[i].name, name))
			return decode(s->arena, t->attrs[i].value);
	return NULL;
}

static const char *
attr_or(const struct scan *s, const struct tag *t, const char *name, const char *otherwise)
{
	const char *v = attr(s, t, name);
	return v ? v : otherwise;
}

static struct str
take_while(struct str *s, const char *stop)
{
	struct str r = { s->p, 0 };
	while (r.n < s->n && !space(s->p[r.n]) && !strchr(stop, s->p[r.n] ? s->p[r.n] : 1))
		r.n++;
	skip_n(s, r.n);
	return r;
}

static void
read_attr(struct str *s, struct tag *t)
{
	struct attr a = { .name = take_while(s, "=/>") };
	while (s->n && space(s->p[0]))
		skip_n(s, 1);
	if (s->n && s->p[0] == '=') {
		skip_n(s, 1);
		while (s->n && space(s->p[0]))
			skip_n(s, 1);
		if (s->n && (s->p[0] == '"' || s->p[0] == '\'')) {
			char quote = s->p[0];
			skip_n(s, 1);
			a.value = str_cut(s, quote);
		} else {
			a.value = take_while(s, ">");
		}
	}
	if (t->n_attrs < ATTRS && a.name.n)
		t->attrs[t->n_attrs++] = a;
}

/* After the '<' and, of a closing tag, the '/'. */
static void
read_tag(struct str *s, struct tag *t)
{
	t->name = take_while(s, "/>");
	while (s->n && s->p[0] != '>') {
		size_t before = s->n;
		if (space(s->p[0]) || s->p[0] == '/') {
			skip_n(s, 1);
			continue;
		}
		read_attr(s, t);
		if (s->n == before) /* a lone '=' or the like */
			skip_n(s, 1);
	}
	if (s->n)
		skip_n(s, 1);
}

/* Everything up to </name, which stays. */
static struct str
raw_text(struct str *s, const char *name)
{
	size_t len = strlen(name);
	struct str r = { s->p, 0 };
	for (; r.n < s->n; r.n++)
		if (s->p[r.n] == '<' && s->n - r.n > len + 1 && s->p[r.n + 1] == '/' &&
			strncasecmp(s->p + r.n + 2, name, len) == 0)
			break;
	skip_n(s, r.n);
	return r;
}

/* The form a control belongs to: by its form attribute, or the open one. -1: none. */
static int
owner(const struct scan *s, const struct tag *t)
{
	const char *id = attr(s, t, "form");
	if (!id)
		return s->form;
	for (size_t i = 0; i < s->doc->forms.n; i++)
		if (streq(s->doc->forms.at[i].id, id))
			return (int)i;
	return -1;
}

static struct form_field *
add_field(struct scan *s, int form, struct form_field f)
{
	struct form *at = &s->doc->forms.at[form];
	struct form_field *place = PUSH(s->arena, &at->fields);
	*place = f;
	return place;
}

static struct form_field
control(const struct scan *s, const struct tag *t, enum form_kind kind)
{
	return (struct form_field){ .name = attr_or(s, t, "name", ""),
		.kind = kind,
		.value = attr_or(s, t, "value", ""),
		.text = "",
		.required = attr(s, t, "required") != NULL,
		.multiple = attr(s, t, "multiple") != NULL };
}

static void
on_input(struct scan *s, const struct tag *t)
{
	int form = owner(s, t);
	if (form < 0 || attr(s, t, "disabled"))
		return;
	const char *type = attr_or(s, t, "type", "text");
	enum form_kind kind = FORM_TEXT;
	if (strcasecmp(type, "hidden") == 0)
		kind = FORM_HIDDEN;
	else if (strcasecmp(type, "checkbox") == 0)
		kind = FORM_CHECK;
	else if (strcasecmp(type, "radio") == 0)
		kind = FORM_RADIO;
	else if (strcasecmp(type, "file") == 0)
		kind = FORM_FILE;
	else if (strcasecmp(type, "submit") == 0 || strcasecmp(type, "image") == 0)
		kind = FORM_BUTTON;
	else if (strcasecmp(type, "button") == 0 || strcasecmp(type, "reset") == 0)
		return;
	struct form_field f = control(s, t, kind);
	if ((kind == FORM_CHECK || kind == FORM_RADIO) && !attr(s, t, "value"))
		f.value = "on";
	f.on = (kind == FORM_CHECK || kind == FORM_RADIO) && attr(s, t, "checked");
	if (kind == FORM_BUTTON) {
		f.text = f.value;
		f.action = attr(s, t, "formaction");
	}
	if (f.name[0] || kind == FORM_BUTTON)
		add_field(s, form, f);
}

static void
on_textarea(struct scan *s, const struct tag *t)
{
	struct str body = raw_text(&s->rest, "textarea");
	int form = owner(s, t);
	struct form_field f = control(s, t, FORM_TEXT);
	if (form < 0 || !f.name[0] || attr(s, t, "disabled"))
		return;
	/* One line break right after the tag is for the eyes of the author only. */
	if (str_starts(body, "\r\n"))
		skip_n(&body, 2);
	else if (str_starts(body, "\n"))
		skip_n(&body, 1);
	f.value = decode(s->arena, body);
	f.multiline = true;
	add_field(s, form, f);
}

static void
on_select(struct scan *s, const struct tag *t)
{
	s->select_form = -1;
	int form = owner(s, t);
	struct form_field f = control(s, t, FORM_SELECT);
	if (form < 0 || !f.name[0] || attr(s, t, "disabled"))
		return;
	add_field(s, form, f);
	s->select_form = form;
	s->select_field = (int)s->doc->forms.at[form].fields.n - 1;
}

static void
end_option(struct scan *s)
{
	if (!s->in_option)
		return;
	s->in_option = false;
	s->option.text = shown_since(s, s->option_from);
	if (!s->option.value)
		s->option.value = s->option.text;
	if (s->select_form >= 0) {
		struct form *form = &s->doc->forms.at[s->select_form];
		struct form_field *f = &form->fields.at[s->select_field];
		*PUSH(s->arena, &f->choices) = s->option;
	}
	/* Choices are no text of the page. */
	s->text.n = s->option_from;
	s->text.p[s->text.n] = '\0';
}

static void
end_select(struct scan *s)
{
	end_option(s);
	if (s->select_form < 0)
		return;
	struct form_field *f = &s->doc->forms.at[s->select_form].fields.at[s->select_field];
	bool any = false;
	for (size_t i = 0; i < f->choices.n; i++)
		any = any || f->choices.at[i].on;
	if (!any && !f->multiple && f->choices.n)
		f->choices.at[0].on = true;
	s->select_form = -1;
}

static void
on_button(struct scan *s, const struct tag *t)
{
	const char *type = attr_or(s, t, "type", "submit");
	s->button_form = owner(s, t);
	if (strcasecmp(type, "submit") != 0 || attr(s, t, "disabled"))
		s->button_form = -1;
	s->button = control(s, t, FORM_BUTTON);
	s->button.action = attr(s, t, "formaction");
	s->in_button = true;
	s->button_from = s->text.n;
}

static void
end_button(struct scan *s)
{
	if (!s->in_button)
		return;
	s->in_button = false;
	s->button.text = shown_since(s, s->button_from);
	if (s->button_form >= 0)
		add_field(s, s->button_form, s->button);
}

static void
on_form(struct scan *s, const struct tag *t)
{
	struct form *f = PUSH(s->arena, &s->doc->forms);
	*f = (struct form){ .arena = s->arena,
		.id = attr_or(s, t, "id", ""),
		.action = attr_or(s, t, "action", ""),
		.page = "",
		.post = strcasecmp(attr_or(s, t, "method", "get"), "post") == 0,
		.multipart = strcasecmp(attr_or(s, t, "enctype", ""), "multipart/form-data") == 0 };
	s->form = (int)s->doc->forms.n - 1;
}

static void
on_meta(struct scan *s, const struct tag *t)
{
	if (strcasecmp(attr_or(s, t, "http-equiv", ""), "refresh") != 0 || s->doc->refresh)
		return;
	struct str content = str_of(attr_or(s, t, "content", ""));
	struct str seconds = str_trim(str_cut(&content, ';'));
	content = str_trim(content);
	int64_t n;
	if (!str_int(seconds, &n) || n < 0 || n > 86400)
		return;
	if (content.n > 4 && strncasecmp(content.p, "url=", 4) == 0)
		skip_n(&content, 4);
	s->doc->refresh = str_dup(s->arena, str_trim(content));
	s->doc->refresh_seconds = n;
}

static void
end_link(struct scan *s)
{
	if (s->in_link)
		s->doc->links.at[s->doc->links.n - 1].text = shown_since(s, s->link_from);
	s->in_link = false;
}

static void
on_open(struct scan *s, const struct tag *t)
{
	struct str n = t->name;
	if (name_is(n, "script") || name_is(n, "style") || name_is(n, "template"))
		raw_text(&s->rest, str_dup(s->arena, n));
	else if (name_is(n, "title") && !s->doc->title[0])
		s->doc->title = decode(s->arena, str_trim(raw_text(&s->rest, "title")));
	else if (name_is(n, "form"))
		on_form(s, t);
	else if (name_is(n, "input"))
		on_input(s, t);
	else if (name_is(n, "textarea"))
		on_textarea(s, t);
	else if (name_is(n, "button"))
		on_button(s, t);
	else if (name_is(n, "meta"))
		on_meta(s, t);
	else if (name_is(n, "select"))
		on_select(s, t);
	else if (name_is(n, "option")) {
		end_option(s);
		s->in_option = true;
		s->option_from = s->text.n;
		s->option = (struct form_choice){ attr(s, t, "value"), "",
			attr(s, t, "selected") != NULL };
	} else if (name_is(n, "a") && attr(s, t, "href")) {
		end_link(s);
		*PUSH(s->arena, &s->doc->links) = (struct html_link){ attr(s, t, "href"), "" };
		s->in_link = true;
		s->link_from = s->text.n;
	}
	if (s->alert_depth > 0) {
		s->alert_depth += str_ieq(n, s->alert_tag);
	} else if (!s->alert_done && streq(attr_or(s, t, "role", ""), "alert")) {
		s->alert_depth = 1;
		s->alert_tag = n;
		s->alert_from = s->text.n;
	}
}

static void
on_close(struct scan *s, const struct tag *t)
{
	struct str n = t->name;
	if (name_is(n, "form"))
		s->form = -1;
	else if (name_is(n, "select"))
		end_select(s);
	else if (name_is(n, "option"))
		end_option(s);
	else if (name_is(n, "button"))
		end_button(s);
	else if (name_is(n, "a"))
		end_link(s);
	if (s->alert_depth > 0 && str_ieq(n, s->alert_tag) && --s->alert_depth == 0) {
		s->doc->alert = shown_since(s, s->alert_from);
		s->alert_done = true;
	}
}

/* Words on both sides of most elements are two words. */
static void
part_words(struct scan *s, struct str tag)
{
	static const char *const within[] = { "a", "b", "i", "em", "strong", "span", "code",
		"small", "abbr", "sub", "sup", "mark", "kbd", "time" };
	for (size_t i = 0; i < sizeof within / sizeof within[0]; i++)
		if (name_is(tag, within[i]))
			return;
	if (s->text.n && s->text.p[s->text.n - 1] != ' ')
		buf_putc(&s->text, ' ');
}

static void
one_markup(struct scan *s)
{
	struct str *r = &s->rest;
	if (str_starts(*r, "<!--")) {
		const char *end = memmem(r->p + 4, r->n - 4, "-->", 3);
		skip_n(r, end ? (size_t)(end + 3 - r->p) : r->n);
		return;
	}
	bool closing = str_starts(*r, "</");
	size_t lead = closing ? 2 : 1;
	if (r->n <= lead || !(isalpha((unsigned char)r->p[lead]) || r->p[lead] == '!')) {
		show(s, (struct str){ r->p, 1 }); /* a '<' that opens nothing */
		skip_n(r, 1);
		return;
	}
	struct tag t = { .closing = closing };
	skip_n(r, lead);
	read_tag(r, &t);
	part_words(s, t.name);
	if (closing)
		on_close(s, &t);
	else
		on_open(s, &t);
}

void
html_scan(struct arena *a, struct str html, struct html_doc *ret)
{
	*ret = (struct html_doc){ .title = "", .text = "", .alert = "" };
	struct scan s = { .arena = a,
		.rest = html,
		.text = buf_new(a),
		.doc = ret,
		.form = -1,
		.select_form = -1,
		.button_form = -1 };
	while (s.rest.n) {
		const char *lt = memchr(s.rest.p, '<', s.rest.n);
		size_t n = lt ? (size_t)(lt - s.rest.p) : s.rest.n;
		show(&s, (struct str){ s.rest.p, n });
		skip_n(&s.rest, n);
		if (s.rest.n)
			one_markup(&s);
	}
	end_select(&s);
	end_button(&s);
	end_link(&s);
	if (s.alert_depth > 0)
		ret->alert = shown_since(&s, s.alert_from);
	ret->text = arena_strndup(a, s.text.p, s.text.n);
}
