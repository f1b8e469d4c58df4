/* The few words in which scenes are written. */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>

#include "rehearse/play_parts.h"

void
actor_make(struct play *p, struct actor *a, const char *name, const char *email, const char *role)
{
	*a = (struct actor){
		.play = p, .name = name, .email = email, .role = role, .arena = arena_new()
	};
	a->browser = browser_new(a->arena, p->options->url);
}

void
actor_free(struct actor *a)
{
	browser_free(a->browser);
	arena_free(a->arena);
	a->browser = NULL;
	a->arena = NULL;
}

void
actor_begin(struct actor *a)
{
	struct arena *fresh = arena_new();
	browser_use(a->browser, fresh);
	arena_free(a->arena);
	a->arena = fresh;
}

/* Puts the actor's name before the sentence. */
static enum status
blame(struct actor *a, enum status s, struct err *e)
{
	struct err why = *e;
	if (s != OK)
		err_set(e, s, why.field, "%s (%s): %s", a->name, a->role, why.text);
	return s;
}

enum status
actor_expect(struct actor *a, bool held, struct err *e, const char *fmt, ...)
{
	va_list args;
	if (held)
		return OK;
	va_start(args, fmt);
	err_set(e, E_CONFLICT, "", "%s", arena_vprintf(a->arena, fmt, args));
	va_end(args);
	return blame(a, E_CONFLICT, e);
}

static const char *
address(struct actor *a, const char *fmt, va_list args)
{
	const char *path = arena_vprintf(a->arena, fmt, args);
	if (path[0] == '/' || strstr(path, "://"))
		return path;
	return arena_printf(a->arena, "/e/" SCRIPT_SLUG "%s%s", path[0] ? "/" : "", path);
}

enum status
actor_open(struct actor *a, struct page *ret, struct err *e, const char *path, ...)
{
	va_list args;
	va_start(args, path);
	const char *url = address(a, path, args);
	va_end(args);
	return blame(a, browser_open(a->browser, url, ret, e), e);
}

enum status
actor_json(struct actor *a, struct json_t **ret, struct err *e, const char *path, ...)
{
	va_list args;
	va_start(args, path);
	const char *url = address(a, path, args);
	va_end(args);
	return blame(a, browser_json(a->browser, url, ret, e), e);
}

enum status
actor_kept_out(struct actor *a, int http, struct err *e, const char *path, ...)
{
	struct page p;
	va_list args;
	va_start(args, path);
	const char *url = address(a, path, args);
	va_end(args);
	TRY(blame(a, browser_get(a->browser, url, &p, e), e));
	return actor_expect(a, p.status == http, e,
		"%s should answer %d, but answered %d (\"%s\").", url, http, p.status, p.doc.title);
}

enum status
actor_is_stranger(struct actor *a, struct err *e, const char *path, ...)
{
	struct page p;
	va_list args;
	va_start(args, path);
	const char *url = address(a, path, args);
	va_end(args);
	TRY(blame(a, browser_get(a->browser, url, &p, e), e));
	return actor_expect(a, strstr(p.url, "/sign-in") != NULL, e,
		"%s should ask a stranger to sign in, but answered %d (\"%s\").", url, p.status,
		p.doc.title);
}

enum status
actor_own_form(struct actor *a, const struct page *p, struct form **ret, struct err *e)
{
	for (size_t i = 0; i < p->doc.forms.n; i++)
		if (p->doc.forms.at[i].post && !p->doc.forms.at[i].action[0]) {
			*ret = &p->doc.forms.at[i];
			return OK;
		}
	return actor_expect(
		a, false, e, "%s (\"%s\") should have a form of its own.", p->url, p->doc.title);
}

enum status
actor_form(struct actor *a, const struct page *p, struct form **ret, struct err *e,
	const char *action, ...)
{
	va_list args;
	va_start(args, action);
	const char *key = address(a, action, args);
	va_end(args);
	return blame(a, page_form(p, key, ret, e), e);
}

enum status
actor_form_of(struct actor *a, const struct page *p, const char *action, const char *field,
	const char *value, struct form **ret, struct err *e)
{
	const char *key = arena_printf(a->arena, "/e/" SCRIPT_SLUG "/%s", action);
	for (size_t i = 0; i < p->doc.forms.n; i++) {
		struct form *f = &p->doc.forms.at[i];
		const char *has = form_value(f, field);
		if (streq(f->action, key) && has && streq(has, value)) {
			*ret = f;
			return OK;
		}
	}
	return actor_expect(
		a, false, e, "%s has no form %s with %s \"%s\".", p->url, key, field, value);
}

enum status
actor_set(struct actor *a, struct form *f, const char *name, const char *value, struct err *e)
{
	return blame(a, form_set(f, name, value, e), e);
}

enum status
actor_set_number(struct actor *a, struct form *f, const char *name, int64_t value, struct err *e)
{
	return actor_set(a, f, name, arena_printf(a->arena, "%lld", (long long)value), e);
}

enum status
actor_choose(struct actor *a, struct form *f, const char *name, const char *text, struct err *e)
{
	for (size_t i = 0; i < f->fields.n; i++) {
		const struct form_field *field = &f->fields.at[i];
		for (size_t k = 0; streq(field->name, name) && k < field->choices.n; k++)
			if (str_starts(str_of(field->choices.at[k].text), text))
				return actor_set(a, f, name, field->choices.at[k].value, e);
	}
	return actor_expect(a, false, e, "%s offers no \"%s\" for %s.", f->page, text, name);
}

enum status
actor_press(struct actor *a, struct form *f, const char *name, const char *value, struct err *e)
{
	return blame(a, form_press(f, name, value, e), e);
}

enum status
actor_send(struct actor *a, struct form *f, struct page *ret, struct err *e)
{
	return blame(a, browser_send(a->browser, f, ret, e), e);
}

enum status
actor_refused(struct actor *a, struct form *f, int http, const char *words, struct err *e)
{
	struct page p;
	TRY(blame(a, browser_submit(a->browser, f, &p, e), e));
	return actor_expect(a, p.status == http && page_says(&p, words), e,
		"sending %s should be refused (%d, \"%s\"), but the answer was %d: %.150s",
		form_target(f), http, words, p.status, p.doc.alert[0] ? p.doc.alert : p.doc.text);
}

enum status
actor_sees(struct actor *a, const struct page *p, const char *words, struct err *e)
{
	return actor_expect(a, page_says(p, words), e, "%s should say \"%s\", but says \"%.200s\".",
		p->url, words, p->doc.text);
}

enum status
actor_sign_in(struct actor *a, struct err *e)
{
	struct page p;
	struct form *f;
	TRY(actor_expect(a, a->link != NULL, e, "there is no link to sign in with."));
	TRY(actor_open(a, &p, e, "%s", a->link));
	TRY(actor_own_form(a, &p, &f, e));
	TRY(actor_send(a, f, &p, e));
	TRY(actor_sees(a, &p, a->name, e));
	/* It was good once. */
	struct browser *again = browser_new(a->arena, a->play->options->url);
	enum status s = browser_get(again, a->link, &p, e);
	browser_free(again);
	TRY(blame(a, s, e));
	return actor_expect(a, p.status == 404, e,
		"a used sign-in link should answer 404, but answered %d.", p.status);
}

enum status
actor_next(struct actor *a, const char **ret, struct err *e)
{
	json_t *j;
	TRY(actor_json(a, &j, e, "today"));
	const char *title =
		arena_strdup(a->arena, json_text_of(json_object_get(j, "next"), "title"));
	json_decref(j);
	*ret = title;
	return actor_expect(a, title[0], e, "the first page should tell what is next.");
}

int64_t
json_int_of(const struct json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

double
json_real_of(const struct json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

const char *
json_text_of(const struct json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	return s ? s : "";
}

bool
json_true_of(const struct json_t *j, const char *key)
{
	return json_is_true(json_object_get(j, key));
}
