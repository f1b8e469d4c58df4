#include "curator/import/fhir.h"

#include <jansson.h>

enum { DEEPEST = 4 };

const char *
fhir_type(const json_t *object)
{
	return json_string_value(json_object_get(object, "resourceType"));
}

struct fhir_row
fhir_row_new(size_t columns)
{
	struct fhir_row r = { .n = columns };
	r.spans = calloc(columns, sizeof *r.spans);
	r.fields = calloc(columns, sizeof *r.fields);
	if (!r.spans || !r.fields)
		BUG("out of memory");
	return r;
}

void
fhir_row_free(struct fhir_row *r)
{
	bytes_free(&r->text);
	free(r->spans);
	free(r->fields);
}

/* Down one path; of a list the first element is meant. */
static const json_t *
follow(const json_t *v, struct str path)
{
	char key[80];
	while (v && path.n) {
		struct str step = str_cut(&path, '.');
		if (json_is_array(v))
			v = json_array_get(v, 0);
		if (step.n >= sizeof key)
			return NULL;
		memcpy(key, step.p, step.n);
		key[step.n] = '\0';
		v = json_object_get(v, key);
	}
	return json_is_array(v) ? json_array_get(v, 0) : v;
}

/* "Patient/123", "https://x/fhir/Patient/123/_history/1" and "urn:uuid:123" name 123. */
static struct str
id_of_reference(struct str s)
{
	for (size_t i = 0; i + 10 <= s.n; i++)
		if (memcmp(s.p + i, "/_history/", 10) == 0)
			s.n = i;
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '/' || s.p[i] == ':')
			return (struct str){ s.p + i + 1, s.n - i - 1 };
	return s;
}

static bool
put_scalar(struct bytes *b, const json_t *v, bool reference)
{
	char text[40];
	struct str s = { text, 0 };
	if (json_is_string(v)) {
		s = (struct str){ json_string_value(v), json_string_length(v) };
		s = reference ? id_of_reference(s) : s;
	} else if (json_is_integer(v)) {
		s.n = (size_t)snprintf(text, sizeof text, "%lld", (long long)json_integer_value(v));
	} else if (json_is_real(v)) {
		/* The shortest text that is the same number. */
		for (int digits = 15; digits <= 17; digits++) {
			s.n = (size_t)snprintf(
				text, sizeof text, "%.*g", digits, json_real_value(v));
			double again;
			if (str_real(s, &again) && again == json_real_value(v))
				break;
		}
	} else if (json_is_boolean(v)) {
		s = json_is_true(v) ? STR("true") : STR("false");
	}
	if (s.n == 0)
		return false;
	bytes_put(b, s.p, s.n);
	return true;
}

static bool
ends_in_reference(struct str path)
{
	return path.n >= 9 && memcmp(path.p + path.n - 9, "reference", 9) == 0;
}

static void
fill_field(struct fhir_row *r, size_t i, const char *paths, const json_t *object)
{
	struct str all = str_of(paths);
	struct fhir_span *span = &r->spans[i];
	*span = (struct fhir_span){ r->text.n, 0, false };
	while (all.n && !span->there) {
		struct str path = str_cut(&all, '|');
		span->there = put_scalar(&r->text, follow(object, path), ends_in_reference(path));
	}
	span->n = r->text.n - span->at;
}

size_t
fhir_rows(const json_t *object)
{
	const char *type = fhir_type(object);
	bool parts = type && streq(type, "Observation");
	return 1 + (parts ? json_array_size(json_object_get(object, "component")) : 0);
}

void
fhir_fill(struct fhir_row *r, const fhir_columns *columns, const json_t *object, size_t i)
{
	const json_t *part =
		i > 0 ? json_array_get(json_object_get(object, "component"), i - 1) : object;
	r->text.n = 0;
	for (size_t k = 0; k < r->n; k++) {
		const struct fhir_column *c = &columns->at[k];
		fill_field(r, k, c->path, c->part ? part : object);
	}
	bytes_room(&r->text, 1);
	for (size_t k = 0; k < r->n; k++) {
		const struct fhir_span *s = &r->spans[k];
		r->fields[k] = (struct str){ s->there ? (char *)r->text.p + s->at : NULL, s->n };
	}
}

/* Narrative, housekeeping and what cannot be flat. */
static bool
passed_over(const char *key)
{
	static const char *const keys[] = { "resourceType", "text", "meta", "extension",
		"modifierExtension", "contained", "implicitRules", "div" };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (streq(key, keys[i]))
			return true;
	return key[0] == '_' || strlen(key) > 60 || strpbrk(key, ".|\"");
}

static void
discover_at(struct arena *a, fhir_columns *list, const json_t *v, const char *path, int depth)
{
	const char *key;
	json_t *member;
	v = json_is_array(v) ? json_array_get(v, 0) : v;
	if (json_is_object(v) && depth < DEEPEST) {
		json_object_foreach((json_t *)v, key, member) if (!passed_over(key))
			discover_at(a, list, member,
				path[0] ? arena_printf(a, "%s.%s", path, key) : key, depth + 1);
		return;
	}
	if (path[0] == '\0' || list->n == FHIR_MAX_COLUMNS || json_is_object(v) || json_is_null(v))
		return;
	for (size_t i = 0; i < list->n; i++)
		if (streq(list->at[i].path, path))
			return;
	char *name = arena_strdup(a, path);
	size_t n = strlen(name);
	if (ends_in_reference(str_of(path)) && n > 9)
		name = streq(path, "subject.reference") || streq(path, "patient.reference")
			       ? arena_strdup(a, "patient_id")
			       : arena_printf(a, "%.*s_id", (int)n - 10, path);
	for (char *p = name; *p; p++)
		*p = *p == '.' ? '_' : *p;
	list->at[list->n++] = (struct fhir_column){ name, arena_strdup(a, path), "", false };
}

void
fhir_discover(struct arena *a, fhir_columns *list, const json_t *object)
{
	discover_at(a, list, object, "", 0);
}
