#include <stdio.h>

#include "tmpl_parse.h"

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Keeps the lower-cased beginning of a word; what does not fit is of no interest. */
static void
keep(char *word, size_t size, char c)
{
	size_t n = strlen(word);
	if (n + 1 < size) {
		word[n] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		word[n + 1] = '\0';
	}
}

static bool
among(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (streq(word, *words))
			return true;
	}
	return false;
}

static enum attr
attr_of(const char *name)
{
	static const char *const urls[] = { "href", "src", "cite", "poster", "xlink:href", "data",
		"background", "manifest", NULL };
	static const char *const targets[] = { "action", "formaction", NULL };
	static const char *const refused[] = { "srcset", "imagesrcset", "srcdoc", "http-equiv",
		"ping", "archive", "method", "formmethod", "target", "from", "to", "by", "values",
		"attributename", NULL };
	if (among(name, urls))
		return ATTR_URL;
	if (among(name, targets))
		return ATTR_TARGET;
	if (streq(name, "style"))
		return ATTR_STYLE;
	if ((name[0] == 'o' && name[1] == 'n') || among(name, refused))
		return ATTR_REFUSED;
	return ATTR_PLAIN;
}

static const char *
attribute_ends(struct place *p)
{
	bool form = streq(p->element, "form") && !p->closing;
	bool elsewhere = strchr(p->value, ':') || str_starts(str_of(p->value), "//");
	if (form && streq(p->name, "method") && streq(p->value, "post"))
		p->post = true;
	if (form && streq(p->name, "action") && elsewhere)
		p->absolute = true;
	if (streq(p->name, "formmethod") && streq(p->value, "post"))
		return "a button cannot turn a form into a POST form: it would lack its token";
	if (streq(p->name, "formaction") && elsewhere)
		return "a form's token must not leave this server: write a path";
	p->where = IN_TAG;
	return NULL;
}

static const char *
tag_ends(struct place *p, bool *ret_form)
{
	p->where = IN_TEXT;
	if (p->closing) {
		if (streq(p->element, p->verbatim))
			p->verbatim[0] = '\0';
		return NULL;
	}
	if (p->post && p->absolute)
		return "a form's token must not leave this server: write a path as its action";
	*ret_form = p->post;
	p->post = p->absolute = false;
	if (streq(p->element, "script") || streq(p->element, "style")) {
		p->where = IN_RAW;
		memset(p->value, 0, sizeof p->value);
	}
	if (streq(p->element, "pre") || streq(p->element, "textarea"))
		memcpy(p->verbatim, p->element, sizeof p->verbatim);
	return NULL;
}

static const char *
in_tag(struct place *p, char c, bool *ret_form)
{
	if (c == '>')
		return tag_ends(p, ret_form);
	if (blank(c) || c == '/') {
		if (p->where != AFTER_NAME)
			p->where = IN_TAG;
		return NULL;
	}
	if (c == '=' && p->where == AFTER_NAME) {
		p->where = BEFORE_VALUE;
		return NULL;
	}
	if (c == '"' || c == '\'' || c == '<' || c == '=')
		return "a quote, '<' or '=' where an attribute should begin";
	memset(p->name, 0, sizeof p->name);
	keep(p->name, sizeof p->name, c);
	p->where = IN_NAME;
	return NULL;
}

static const char *
in_name(struct place *p, char c, bool *ret_form)
{
	if (c == '=' || blank(c) || c == '>' || c == '/') {
		p->where = AFTER_NAME;
		memset(p->value, 0, sizeof p->value);
		return in_tag(p, c, ret_form);
	}
	keep(p->name, sizeof p->name, c);
	return NULL;
}

static const char *
before_value(struct place *p, char c)
{
	if (blank(c))
		return NULL;
	if (c == '>')
		return "an attribute without its value";
	memset(p->value, 0, sizeof p->value);
	p->attr = attr_of(p->name);
	p->url = URL_EMPTY;
	p->quote = c;
	p->where = c == '"' || c == '\'' ? IN_VALUE : UNQUOTED;
	if (p->where == UNQUOTED)
		keep(p->value, sizeof p->value, c);
	return NULL;
}

/* What may follow a literal URL's beginning is known; what may follow a value is not. */
static const char *
in_value(struct place *p, char c)
{
	bool url = p->attr == ATTR_URL || p->attr == ATTR_TARGET;
	if (c == p->quote) {
		static const char *const good[] = { "http", "https", "mailto", NULL };
		char scheme[sizeof p->value];
		size_t n = strcspn(p->value, ":/?#");
		snprintf(scheme, sizeof scheme, "%.*s", (int)n, p->value);
		if (url && p->value[n] == ':' && !among(scheme, good))
			return "the address has a scheme other than http, https or mailto";
		return attribute_ends(p);
	}
	if (url && (p->url == URL_VALUE || p->url == URL_UNSURE)) {
		if (!strchr("/?#", c))
			return "after a value at the beginning of an address only /, ? or # can "
			       "follow";
	}
	p->url = URL_LITERAL;
	keep(p->value, sizeof p->value, c);
	return NULL;
}

static const char *
in_tag_start(struct place *p, char c)
{
	memset(p->element, 0, sizeof p->element);
	p->closing = c == '/';
	p->post = p->absolute = false;
	if (letter(c))
		keep(p->element, sizeof p->element, c);
	else if (c != '/' && c != '!')
		return "'<' that begins no tag: write &lt;";
	memset(p->tail, 0, sizeof p->tail);
	memset(p->value, 0, sizeof p->value);
	p->where = c == '!' ? IN_COMMENT : IN_TAG_NAME;
	return NULL;
}

/* Until --> when it began with <!--, else until >. */
static void
in_comment(struct place *p, char c)
{
	bool dashes = p->tail[0] == '-' && p->tail[1] == '-';
	if (c == '>' && (dashes || !str_starts(str_of(p->value), "--")))
		p->where = IN_TEXT;
	keep(p->value, sizeof p->value, c);
	p->tail[0] = p->tail[1];
	p->tail[1] = c;
}

/* Until </script or </style. */
static void
in_raw(struct place *p, char c)
{
	char end[sizeof p->element + 2];
	snprintf(end, sizeof end, "</%s", p->element);
	if (c == '<')
		memset(p->value, 0, sizeof p->value);
	if (c == '<' || p->value[0])
		keep(p->value, sizeof p->value, c);
	if (!str_starts(str_of(end), p->value))
		memset(p->value, 0, sizeof p->value);
	if (streq(end, p->value)) {
		p->where = IN_TAG_NAME;
		p->closing = true;
	}
}

const char *
place_literal(struct place *p, char c, bool *ret_form)
{
	*ret_form = false;
	switch (p->where) {
	case IN_TEXT:
		if (c == '<')
			p->where = IN_TAG_START;
		return NULL;
	case IN_TAG_START:
		return in_tag_start(p, c);
	case IN_TAG_NAME:
		if (!blank(c) && c != '>' && c != '/') {
			keep(p->element, sizeof p->element, c);
			return NULL;
		}
		p->where = IN_TAG;
		return in_tag(p, c, ret_form);
	case IN_TAG:
	case AFTER_NAME:
		return in_tag(p, c, ret_form);
	case IN_NAME:
		return in_name(p, c, ret_form);
	case BEFORE_VALUE:
		return before_value(p, c);
	case IN_VALUE:
		return in_value(p, c);
	case UNQUOTED:
		if (blank(c) || c == '>') {
			const char *bad = attribute_ends(p);
			return bad ? bad : in_tag(p, c, ret_form);
		}
		keep(p->value, sizeof p->value, c);
		return NULL;
	case TAG_GAP:
		if (!blank(c) && c != '>' && c != '/')
			return "a name that runs on after a condition: put a blank between";
		p->where = IN_TAG;
		return in_tag(p, c, ret_form);
	case IN_COMMENT:
		in_comment(p, c);
		return NULL;
	case IN_RAW:
		in_raw(p, c);
		return NULL;
	}
	return NULL;
}

const char *
place_value(struct place *p)
{
	switch (p->where) {
	case IN_TEXT:
		return NULL;
	case IN_COMMENT:
		return "no value may stand in a comment or declaration";
	case IN_RAW:
		return "no value may stand in script or style: use a data- attribute";
	case BEFORE_VALUE:
	case UNQUOTED:
		return "an attribute that holds a value must be quoted";
	case IN_VALUE:
		break;
	default:
		return "no value may stand in the name of a tag or attribute";
	}
	if (p->attr == ATTR_REFUSED)
		return "no value may stand in this attribute";
	if (p->url == URL_UNSURE)
		return "it is unclear whether this value opens the address: put the whole address "
		       "in each branch";
	if (p->url == URL_EMPTY)
		p->url = URL_VALUE;
	else if (p->url == URL_VALUE && (p->attr == ATTR_URL || p->attr == ATTR_TARGET))
		return "after a value at the beginning of an address only /, ? or # can follow";
	return NULL;
}

void
place_pause(struct place *p)
{
	if (p->where == IN_NAME || p->where == IN_TAG_NAME)
		p->where = TAG_GAP;
	if (p->where == AFTER_NAME)
		p->where = IN_TAG;
}

bool
place_merge(struct place *a, const struct place *b)
{
	if (a->where == IN_TAG && b->where == TAG_GAP)
		a->where = TAG_GAP;
	bool gap = a->where == TAG_GAP && b->where == IN_TAG;
	bool same = (gap || a->where == b->where) && a->post == b->post &&
		    a->absolute == b->absolute && streq(a->verbatim, b->verbatim);
	if (same && a->where != IN_TEXT)
		same = streq(a->element, b->element) && a->closing == b->closing;
	if (same && a->where >= IN_NAME && a->where <= UNQUOTED)
		same = streq(a->name, b->name) && a->attr == b->attr && a->quote == b->quote;
	if (same && a->where == IN_VALUE && a->url != b->url)
		a->url = URL_UNSURE;
	return same;
}

const char *
place_describe(const struct place *p)
{
	switch (p->where) {
	case IN_TEXT:
		return p->verbatim[0] ? "pre or textarea" : "text";
	case IN_VALUE:
	case UNQUOTED:
	case BEFORE_VALUE:
		return "an attribute's value";
	case IN_COMMENT:
		return "a comment";
	case IN_RAW:
		return "script or style";
	default:
		return "a tag";
	}
}
