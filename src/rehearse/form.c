/* Filling a form that html_form.c has read, and what it then sends. */
#include <ctype.h>

#include "rehearse/html_form.h"

static bool
action_is(const char *action, const char *key)
{
	size_t n = strcspn(action, "?#");
	return strlen(key) == n && memcmp(action, key, n) == 0;
}

struct form *
html_form(const struct html_doc *d, const char *key)
{
	for (size_t i = 0; i < d->forms.n; i++)
		if (streq(d->forms.at[i].id, key) || action_is(d->forms.at[i].action, key))
			return &d->forms.at[i];
	return NULL;
}

const struct html_link *
html_link_text(const struct html_doc *d, const char *text)
{
	for (size_t i = 0; i < d->links.n; i++)
		if (streq(d->links.at[i].text, text))
			return &d->links.at[i];
	return NULL;
}

const struct html_link *
html_link_to(const struct html_doc *d, const char *prefix)
{
	for (size_t i = 0; i < d->links.n; i++)
		if (str_starts(str_of(d->links.at[i].href), prefix))
			return &d->links.at[i];
	return NULL;
}

static const char *
form_name(const struct form *f)
{
	return f->id[0] ? f->id : f->action;
}

static bool
choose(struct form_field *f, const char *value)
{
	bool found = false;
	for (size_t i = 0; i < f->choices.n; i++)
		found = found || streq(f->choices.at[i].value, value);
	if (!found)
		return false;
	for (size_t i = 0; i < f->choices.n; i++) {
		bool same = streq(f->choices.at[i].value, value);
		f->choices.at[i].on = same || (f->multiple && f->choices.at[i].on);
	}
	return true;
}

/* A radio is one of a group: the others of its name go out. */
static bool
tick(struct form *f, struct form_field *field)
{
	for (size_t i = 0; field->kind == FORM_RADIO && i < f->fields.n; i++) {
		struct form_field *o = &f->fields.at[i];
		if (o->kind == FORM_RADIO && streq(o->name, field->name))
			o->on = false;
	}
	field->on = true;
	return true;
}

enum status
form_set(struct form *f, const char *name, const char *value, struct err *e)
{
	bool seen = false;
	for (size_t i = 0; i < f->fields.n; i++) {
		struct form_field *field = &f->fields.at[i];
		if (!streq(field->name, name) || field->kind == FORM_BUTTON)
			continue;
		seen = true;
		if (field->kind == FORM_TEXT) {
			field->value = arena_strdup(f->arena, value);
			return OK;
		}
		if (field->kind == FORM_SELECT && choose(field, value))
			return OK;
		if ((field->kind == FORM_CHECK || field->kind == FORM_RADIO) &&
			streq(field->value, value) && tick(f, field))
			return OK;
	}
	if (!seen)
		return err_set(
			e, E_INPUT, name, "The form %s has no field %s.", form_name(f), name);
	return err_set(e, E_INPUT, name, "The form %s does not let a person set %s to \"%s\".",
		form_name(f), name, value);
}

enum status
form_untick(struct form *f, const char *name, const char *value, struct err *e)
{
	bool seen = false;
	for (size_t i = 0; i < f->fields.n; i++) {
		struct form_field *field = &f->fields.at[i];
		if (field->kind != FORM_CHECK || !streq(field->name, name) ||
			(value && !streq(field->value, value)))
			continue;
		field->on = false;
		seen = true;
	}
	return seen ? OK
		    : err_set(e, E_INPUT, name, "The form %s has no such box %s.", form_name(f),
			      name);
}

enum status
form_file(struct form *f, const char *name, const char *file_name, const char *type,
	struct str bytes, struct err *e)
{
	for (size_t i = 0; i < f->fields.n; i++) {
		struct form_field *field = &f->fields.at[i];
		if (field->kind != FORM_FILE || !streq(field->name, name))
			continue;
		field->file_name = arena_strdup(f->arena, file_name);
		field->file_type = arena_strdup(f->arena, type);
		field->file = bytes;
		return OK;
	}
	return err_set(e, E_INPUT, name, "The form %s takes no file %s.", form_name(f), name);
}

enum status
form_press(struct form *f, const char *name, const char *value, struct err *e)
{
	struct form_field *found = NULL;
	for (size_t i = 0; i < f->fields.n; i++) {
		struct form_field *field = &f->fields.at[i];
		if (field->kind != FORM_BUTTON)
			continue;
		field->on = false;
		bool same = name ? streq(field->name, name) && streq(field->value, value)
				 : streq(field->text, value);
		if (same && !found)
			found = field;
	}
	if (!found)
		return err_set(e, E_INPUT, name ? name : "", "The form %s has no button \"%s\".",
			form_name(f), value);
	found->on = true;
	return OK;
}

void
form_forge(struct form *f, const char *name, const char *value)
{
	struct form_field forged = { .name = arena_strdup(f->arena, name),
		.kind = FORM_HIDDEN,
		.value = arena_strdup(f->arena, value),
		.text = "" };
	size_t kept = 0;
	struct form_field *at = ARENA_ARRAY(f->arena, f->fields.n + 1, struct form_field);
	for (size_t i = 0; i < f->fields.n; i++)
		if (!streq(f->fields.at[i].name, name))
			at[kept++] = f->fields.at[i];
	at[kept++] = forged;
	f->fields.at = at;
	f->fields.n = kept;
}

const char *
form_value(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->fields.n; i++) {
		const struct form_field *field = &f->fields.at[i];
		if (!streq(field->name, name) || field->kind == FORM_BUTTON)
			continue;
		if (field->kind == FORM_TEXT || field->kind == FORM_HIDDEN || field->on)
			return field->value;
		for (size_t k = 0; k < field->choices.n; k++)
			if (field->choices.at[k].on)
				return field->choices.at[k].value;
	}
	return NULL;
}

/* The pressed button, or the first one as Enter presses it; NULL when there is none. */
static const struct form_field *
pressed(const struct form *f)
{
	const struct form_field *first = NULL;
	for (size_t i = 0; i < f->fields.n; i++) {
		const struct form_field *field = &f->fields.at[i];
		if (field->kind != FORM_BUTTON)
			continue;
		if (field->on)
			return field;
		first = first ? first : field;
	}
	return first;
}

const char *
form_target(const struct form *f)
{
	const struct form_field *b = pressed(f);
	return b && b->action ? b->action : f->action;
}

/* Browsers send every line break of a text as CR LF. */
static const char *
crlf(struct arena *a, const char *s)
{
	if (!strpbrk(s, "\r\n"))
		return s;
	struct buf b = buf_new(a);
	for (; *s; s++) {
		if (*s == '\r' && s[1] == '\n')
			continue;
		if (*s == '\n' || *s == '\r')
			buf_putc(&b, '\r');
		buf_putc(&b, *s == '\r' ? '\n' : *s);
	}
	return arena_strndup(a, b.p, b.n);
}

static bool
is_sent(const struct form_field *field, const struct form_field *button)
{
	switch (field->kind) {
	case FORM_TEXT:
	case FORM_HIDDEN:
	case FORM_FILE:
		return true;
	case FORM_CHECK:
	case FORM_RADIO:
		return field->on;
	case FORM_BUTTON:
		return field == button && field->name[0];
	case FORM_SELECT:
		break;
	}
	return false;
}

struct form_pairs
form_pairs(const struct form *f)
{
	const struct form_field *button = pressed(f);
	size_t most = 0;
	for (size_t i = 0; i < f->fields.n; i++)
		most += 1 + f->fields.at[i].choices.n;
	struct form_pairs r = { ARENA_ARRAY(f->arena, most, struct form_pair), 0 };
	for (size_t i = 0; i < f->fields.n; i++) {
		const struct form_field *field = &f->fields.at[i];
		const char *value = field->kind == FORM_FILE
					    ? (field->file_name ? field->file_name : "")
					    : crlf(f->arena, field->value);
		if (is_sent(field, button))
			r.at[r.n++] = (struct form_pair){ field->name, value, field };
		for (size_t k = 0; k < field->choices.n; k++)
			if (field->choices.at[k].on)
				r.at[r.n++] = (struct form_pair){ field->name,
					field->choices.at[k].value, field };
	}
	return r;
}

static void
put_encoded(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (isalnum((unsigned char)*s) || strchr("*-._", *s))
			buf_putc(b, *s);
		else if (*s == ' ')
			buf_putc(b, '+');
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
	}
}

struct str
form_urlencoded(const struct form *f)
{
	struct form_pairs pairs = form_pairs(f);
	struct buf b = buf_new(f->arena);
	for (size_t i = 0; i < pairs.n; i++) {
		if (i)
			buf_putc(&b, '&');
		put_encoded(&b, pairs.at[i].name);
		buf_putc(&b, '=');
		put_encoded(&b, pairs.at[i].value);
	}
	return buf_str(&b);
}
