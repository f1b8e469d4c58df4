#include "portal/web/input.h"

#include <jansson.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/http.h"

bool
input_unescape(struct arena *a, struct str s, bool plus, const char **ret)
{
	struct str out;
	if (!http_unescape(a, s, plus, &out) || !str_utf8(out))
		return false;
	*ret = out.p;
	return true;
}

static enum status
add(struct arena *a, pair_list *l, const char *name, const char *value, struct err *e)
{
	if (!l->at)
		l->at = ARENA_ARRAY(a, INPUT_FIELDS, struct pair);
	if (l->n == INPUT_FIELDS)
		return err_set(e, E_INPUT, "", "More than %d fields were sent.", INPUT_FIELDS);
	l->at[l->n++] = (struct pair){ name, value };
	return OK;
}

enum status
input_urlencoded(struct arena *a, struct str body, pair_list *ret, struct err *e)
{
	pair_list l = { 0 };
	while (body.n) {
		struct str value = str_cut(&body, '&');
		struct str name = str_cut(&value, '=');
		const char *n, *v;
		if (name.n == 0 && value.n == 0)
			continue;
		if (!input_unescape(a, name, true, &n) || !input_unescape(a, value, true, &v))
			return err_set(e, E_INPUT, "", "A field is not correctly encoded text.");
		TRY(add(a, &l, n, v, e));
	}
	*ret = l;
	return OK;
}

/* The value of `key` in a header such as form-data; name="x"; filename="y". */
static bool
parameter(struct arena *a, struct str header, const char *key, const char **ret)
{
	str_cut(&header, ';');
	while (header.n) {
		header = str_trim(header);
		struct str name = str_trim(str_cut(&header, '='));
		header = str_trim(header);
		struct str value;
		if (header.n && header.p[0] == '"') {
			header.p++, header.n--;
			value = str_cut(&header, '"');
			str_cut(&header, ';');
		} else {
			value = str_trim(str_cut(&header, ';'));
		}
		if (str_ieq(name, str_of(key))) {
			*ret = str_dup(a, value);
			return true;
		}
	}
	return false;
}

static const char *
find(struct str hay, struct str needle)
{
	return hay.n ? memmem(hay.p, hay.n, needle.p, needle.n) : NULL;
}

/* Takes one line ended by CRLF off *s. */
static bool
header_line(struct str *s, struct str *ret)
{
	const char *end = find(*s, STR("\r\n"));
	if (!end)
		return false;
	size_t n = (size_t)(end - s->p);
	*ret = (struct str){ s->p, n };
	*s = (struct str){ end + 2, s->n - n - 2 };
	return true;
}

/* The last part of a path, short and of one line: it is shown and stays in the audit trail. */
static const char *
base_name(struct arena *a, const char *path)
{
	enum { NAME_MAX_SHOWN = 120 };
	const char *at = path;
	for (const char *p = path; *p; p++)
		if (*p == '/' || *p == '\\')
			at = p + 1;
	char *out = arena_alloc(a, NAME_MAX_SHOWN + 1);
	size_t n = 0;
	for (; *at && n < NAME_MAX_SHOWN; at++)
		if ((unsigned char)*at >= ' ' && *at != 0x7f)
			out[n++] = *at;
	/* Not within a character. */
	while (n && !str_utf8((struct str){ out, n }))
		n--;
	out[n] = '\0';
	return out;
}

static enum status
part(struct arena *a, struct str s, pair_list *fields, struct upload *uploads, size_t *n_uploads,
	struct err *e)
{
	const char *name = NULL, *filename = NULL;
	struct str line;
	do {
		if (!header_line(&s, &line))
			return err_set(e, E_INPUT, "", "A part of the form was cut short.");
		struct str value = line;
		struct str key = str_cut(&value, ':');
		if (str_ieq(key, STR("Content-Disposition"))) {
			parameter(a, value, "name", &name);
			parameter(a, value, "filename", &filename);
		}
	} while (line.n);
	if (!name || !str_utf8(str_of(name)) || (filename && !str_utf8(str_of(filename))))
		return err_set(e, E_INPUT, "", "A part of the form has no proper name.");
	if (!filename) {
		if (!str_utf8(s))
			return err_set(e, E_INPUT, name, "%.40s is not text.", name);
		return add(a, fields, name, str_dup(a, s), e);
	}
	if (*n_uploads == 8)
		return err_set(e, E_INPUT, name, "More than 8 files were sent.");
	uploads[(*n_uploads)++] = (struct upload){ name, base_name(a, filename), s };
	return OK;
}

enum status
input_multipart(struct arena *a, struct str body, const char *content_type, pair_list *ret,
	struct upload **ret_uploads, size_t *ret_n_uploads, struct err *e)
{
	pair_list fields = { 0 };
	struct upload *uploads = ARENA_ARRAY(a, 8, struct upload);
	size_t n_uploads = 0;
	const char *boundary;
	if (!parameter(a, str_of(content_type), "boundary", &boundary) || !boundary[0] ||
		strlen(boundary) > 70)
		return err_set(e, E_INPUT, "", "The form has no boundary.");
	struct str first = str_of(arena_printf(a, "--%s", boundary));
	struct str next = str_of(arena_printf(a, "\r\n--%s", boundary));
	if (!str_starts(body, first.p))
		return err_set(e, E_INPUT, "", "The form does not begin with its boundary.");
	body = (struct str){ body.p + first.n, body.n - first.n };
	while (!str_starts(body, "--")) {
		if (!str_starts(body, "\r\n"))
			return err_set(e, E_INPUT, "", "The form is broken after a boundary.");
		body = (struct str){ body.p + 2, body.n - 2 };
		const char *end = find(body, next);
		if (!end)
			return err_set(e, E_INPUT, "", "The form ends too early.");
		struct str s = { body.p, (size_t)(end - body.p) };
		TRY(part(a, s, &fields, uploads, &n_uploads, e));
		body = (struct str){ end + next.n, body.n - s.n - next.n };
	}
	*ret = fields;
	*ret_uploads = uploads;
	*ret_n_uploads = n_uploads;
	return OK;
}

static enum status
json_value(struct arena *a, pair_list *l, const char *key, json_t *v, struct err *e)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		if (strlen(json_string_value(v)) != json_string_length(v))
			break;
		return add(a, l, key, arena_strdup(a, json_string_value(v)), e);
	case JSON_INTEGER:
		return add(a, l, key, arena_printf(a, "%lld", (long long)json_integer_value(v)), e);
	case JSON_REAL:
		return add(a, l, key, arena_printf(a, "%.17g", json_real_value(v)), e);
	case JSON_TRUE:
		return add(a, l, key, "yes", e);
	case JSON_FALSE:
	case JSON_NULL:
		return OK;
	case JSON_ARRAY: {
		size_t i;
		json_t *item;
		json_array_foreach(v, i, item)
		{
			if (json_is_array(item) || json_is_object(item))
				return err_set(
					e, E_INPUT, key, "%.40s must be a list of texts.", key);
			TRY(json_value(a, l, key, item, e));
		}
		return OK;
	}
	default:
		break;
	}
	return err_set(
		e, E_INPUT, key, "%.40s must be a text, a number, a boolean or a list.", key);
}

enum status
input_json(struct arena *a, struct str body, pair_list *ret, struct err *e)
{
	json_error_t why;
	json_t *root = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return err_set(e, E_INPUT, "", "The JSON is wrong at line %d, column %d: %s.",
			why.line, why.column, why.text);
	enum status s = OK;
	pair_list l = { 0 };
	if (!json_is_object(root)) {
		s = err_set(e, E_INPUT, "", "The JSON must be an object.");
	} else {
		const char *key;
		json_t *v;
		json_object_foreach(root, key, v)
		{
			s = json_value(a, &l, arena_strdup(a, key), v, e);
			if (s != OK)
				break;
		}
	}
	json_decref(root);
	if (s == OK)
		*ret = l;
	return s;
}

static bool
chosen(const char *choices, const char *value)
{
	struct str rest = str_of(choices);
	do {
		if (str_is(str_cut(&rest, '|'), value))
			return true;
	} while (rest.n);
	return false;
}

/* Text that a form sends has CRLF; what is stored has LF. */
static const char *
tidy(struct arena *a, const struct field *f, const char *value)
{
	struct str s = str_of(value);
	if (f->trim)
		s = str_trim(s);
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			out[n++] = s.p[i];
	return out;
}

static const char *
label(const struct field *f)
{
	return f->label ? f->label : f->name;
}

/*
 * Two names that look alike are one to who reads them, and a text that turns around reads otherwise
 * than it stands. Joiners stay where people write freely: scripts and small pictures need them.
 */
static enum status
all_seen(const struct field *f, const char *text, struct err *e)
{
	struct str s = str_of(text);
	for (; s.n; s.p++, s.n--) {
		bool joins = str_starts(s, "\xe2\x80\x8c") || str_starts(s, "\xe2\x80\x8d");
		if (!str_unseen(s) || (f->multiline && (joins || *s.p == '\n' || *s.p == '\t')))
			continue;
		return err_set(e, E_INPUT, f->name,
			"%s holds a character that nobody sees, or that turns the text around, at "
			"its byte %zu. Please type it anew.",
			label(f), (size_t)(s.p - text) + 1);
	}
	return OK;
}

static enum status
text(struct arena *a, const struct field *f, const char *value, const char **ret, struct err *e)
{
	const char *s = tidy(a, f, value);
	size_t n = strlen(s);
	size_t max = f->max ? (size_t)f->max : 200;
	if (n == 0 && !f->required) {
		*ret = s;
		return OK;
	}
	if (n == 0)
		return err_set(e, E_INPUT, f->name, "%s is missing.", label(f));
	if (f->choices && !chosen(f->choices, s))
		return err_set(
			e, E_INPUT, f->name, "%s: please choose one of the answers.", label(f));
	if (n < (size_t)f->min)
		return err_set(e, E_INPUT, f->name, "%s needs at least %lld characters.", label(f),
			(long long)f->min);
	if (n > max)
		return err_set(e, E_INPUT, f->name, "%s has %zu characters; at most %zu fit.",
			label(f), n, max);
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 && !(f->multiline && (*p == '\n' || *p == '\t')))
			return err_set(e, E_INPUT, f->name,
				"%s may not hold line breaks or control characters.", label(f));
	TRY(all_seen(f, s, e));
	*ret = s;
	return OK;
}

static enum status
number(const struct field *f, const char *value, void *at, struct err *e)
{
	struct str s = str_trim(str_of(value));
	int64_t i = 0;
	double d = 0;
	bool whole = f->type == F_INT;
	if (s.n == 0 && !f->required) {
		if (whole)
			*(int64_t *)at = 0;
		else
			*(double *)at = __builtin_nan("");
		return OK;
	}
	if (s.n == 0)
		return err_set(e, E_INPUT, f->name, "%s is missing.", label(f));
	if (whole ? !str_int(s, &i) : !str_real(s, &d))
		return err_set(e, E_INPUT, f->name, "%s must be a %snumber.", label(f),
			whole ? "whole " : "");
	double v = whole ? (double)i : d;
	if ((f->min || f->max) && (v < (double)f->min || v > (double)f->max))
		return err_set(e, E_INPUT, f->name, "%s must lie between %lld and %lld.", label(f),
			(long long)f->min, (long long)f->max);
	if (whole)
		*(int64_t *)at = i;
	else
		*(double *)at = d;
	return OK;
}

static enum status
moment(const struct field *f, const char *value, int64_t *at, struct err *e)
{
	struct str s = str_trim(str_of(value));
	if (s.n == 0 && !f->required) {
		*at = 0;
		return OK;
	}
	if (s.n == 0)
		return err_set(e, E_INPUT, f->name, "%s is missing.", label(f));
	if (!clock_parse(s, at))
		return err_set(e, E_INPUT, f->name, "%s must be a date such as 2026-11-22%s",
			label(f), ", with a time such as 2026-11-22T16:30 if you like.");
	return OK;
}

static const char *
first_value(const pair_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->at[i].name, name))
			return l->at[i].value;
	return NULL;
}

static enum status
texts(struct arena *a, const struct field *f, const pair_list *l, text_list *at, struct err *e)
{
	text_list out = { ARENA_ARRAY(a, l->n + 1, const char *), 0 };
	struct field one = *f;
	one.required = true;
	one.max = f->max ? f->max : 200;
	one.min = 0;
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->at[i].name, f->name) && l->at[i].value[0])
			TRY(text(a, &one, l->at[i].value, &out.at[out.n++], e));
	if (f->required && out.n == 0)
		return err_set(e, E_INPUT, f->name, "%s: please choose at least one.", label(f));
	*at = out;
	return OK;
}

static enum status
one_field(struct arena *a, const struct field *f, const pair_list *l, void *out, struct err *e)
{
	void *at = (char *)out + f->offset;
	const char *value = first_value(l, f->name);
	if (f->type == F_TEXTS)
		return texts(a, f, l, at, e);
	if (f->type == F_BOOL) {
		*(bool *)at = value && value[0] && !streq(value, "no") && !streq(value, "false");
		if (f->required && !*(bool *)at)
			return err_set(e, E_INPUT, f->name, "%s: please tick this.", label(f));
		return OK;
	}
	if (!value)
		value = "";
	switch (f->type) {
	case F_TEXT:
		return text(a, f, value, at, e);
	case F_INT:
	case F_REAL:
		return number(f, value, at, e);
	case F_TIME:
		return moment(f, value, at, e);
	default:
		BUG("input field %s has a type that cannot be sent", f->name);
	}
}

enum status
input_decode(struct arena *a, const struct field *table, const pair_list *l, bool strict, void *ret,
	pair_list *ret_errors, struct err *e)
{
	enum status s = OK;
	pair_list errors = { ARENA_ARRAY(a, INPUT_FIELDS + 1, struct pair), 0 };
	for (const struct field *f = table; f->type != F_END; f++) {
		struct err why;
		if (one_field(a, f, l, ret, &why) == OK)
			continue;
		if (s == OK && e)
			*e = why;
		s = E_INPUT;
		if (errors.n < INPUT_FIELDS)
			errors.at[errors.n++] = (struct pair){ f->name, arena_strdup(a, why.text) };
	}
	for (size_t i = 0; strict && s == OK && i < l->n; i++) {
		const struct field *f = table;
		while (f->type != F_END && !streq(f->name, l->at[i].name))
			f++;
		if (f->type == F_END)
			s = err_set(e, E_INPUT, l->at[i].name, "\"%.60s\" is not a field of this.",
				l->at[i].name);
	}
	*ret_errors = errors;
	return s;
}
