#include "portal/web/openapi.h"

#include "base/json.h"
#include "portal/web/policy_text.h"

/* ---- little pieces ---- */

static void
put(struct jsonw *j, const char *key, const char *value)
{
	jsonw_key(j, key);
	jsonw_text(j, value);
}

static void
open_at(struct jsonw *j, const char *key, char bracket)
{
	jsonw_key(j, key);
	jsonw_open(j, bracket);
}

static void
type(struct jsonw *j, const char *word, bool or_null)
{
	if (!or_null) {
		put(j, "type", word);
		return;
	}
	open_at(j, "type", '[');
	jsonw_text(j, word);
	jsonw_text(j, "null");
	jsonw_close(j, ']');
}

/* "#/components/schemas/get_e_event_teams" and the like. */
static void
operation_name(struct buf *b, const struct route *rt)
{
	buf_puts(b, rt->method == POST ? "post" : "get");
	for (const char *p = rt->path; *p; p++) {
		bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			    (*p >= '0' && *p <= '9');
		if (word)
			buf_putc(b, *p);
		else if (b->p[b->n - 1] != '_' && p[1])
			buf_putc(b, '_');
	}
}

static void
schema_ref(struct jsonw *j, const char *name)
{
	jsonw_open(j, '{');
	jsonw_key(j, "$ref");
	cleanup_arena struct arena *a = arena_new();
	jsonw_text(j, arena_printf(a, "#/components/schemas/%s", name));
	jsonw_close(j, '}');
}

static const char *
name_of(struct arena *a, const struct route *rt)
{
	struct buf b = buf_new(a);
	operation_name(&b, rt);
	return b.p;
}

/* ---- what a view table promises ---- */

static void view_schema(struct jsonw *, const struct field *, int depth);

static void
view_field(struct jsonw *j, const struct field *f, int depth)
{
	if (f->type == F_ROW) {
		view_schema(j, f->of, depth);
		return;
	}
	jsonw_open(j, '{');
	switch (f->type) {
	case F_INT:
		type(j, "integer", false);
		break;
	case F_REAL:
		type(j, "number", true);
		break;
	case F_BOOL:
		type(j, "boolean", false);
		break;
	case F_TEXT:
		type(j, "string", true);
		break;
	case F_TIME:
		type(j, "string", true);
		put(j, "format", "date-time");
		break;
	case F_HTML:
		type(j, "string", true);
		put(j, "contentMediaType", "text/html");
		break;
	case F_TEXTS:
		type(j, "array", false);
		open_at(j, "items", '{');
		type(j, "string", true);
		jsonw_close(j, '}');
		break;
	case F_LIST:
		type(j, "array", false);
		jsonw_key(j, "items");
		view_schema(j, f->of, depth);
		break;
	default:
		BUG("view field %s has no type", f->name);
	}
	if (f->doc)
		put(j, "description", f->doc);
	jsonw_close(j, '}');
}

/* Every field of the table is always there, and nothing else. */
static void
view_schema(struct jsonw *j, const struct field *table, int depth)
{
	if (depth > 10)
		BUG("a view table holds itself");
	jsonw_open(j, '{');
	put(j, "type", "object");
	open_at(j, "properties", '{');
	for (const struct field *f = table; f->type != F_END; f++) {
		jsonw_key(j, f->name);
		view_field(j, f, depth + 1);
	}
	jsonw_close(j, '}');
	open_at(j, "required", '[');
	for (const struct field *f = table; f->type != F_END; f++)
		jsonw_text(j, f->name);
	jsonw_close(j, ']');
	jsonw_key(j, "additionalProperties");
	jsonw_bool(j, false);
	jsonw_close(j, '}');
}

/* ---- what an input table asks for; the limits are those of web/input.c ---- */

static void
limit(struct jsonw *j, const char *key, int64_t v)
{
	jsonw_key(j, key);
	jsonw_int(j, v);
}

static void
text_limits(struct jsonw *j, const struct field *f, bool required)
{
	put(j, "type", "string");
	if (f->choices) {
		struct str rest = str_of(f->choices);
		open_at(j, "enum", '[');
		do
			jsonw_str(j, str_cut(&rest, '|'));
		while (rest.n);
		if (!required)
			jsonw_text(j, "");
		jsonw_close(j, ']');
		return;
	}
	if (required)
		limit(j, "minLength", f->min > 1 ? f->min : 1);
	limit(j, "maxLength", f->max ? f->max : 200);
}

static void
number_limits(struct jsonw *j, const struct field *f)
{
	put(j, "type", f->type == F_INT ? "integer" : "number");
	if (f->min || f->max) {
		limit(j, "minimum", f->min);
		limit(j, "maximum", f->max);
	}
}

static void
input_field(struct jsonw *j, const struct field *f)
{
	jsonw_open(j, '{');
	switch (f->type) {
	case F_TEXT:
		text_limits(j, f, f->required);
		break;
	case F_INT:
	case F_REAL:
		number_limits(j, f);
		break;
	case F_BOOL:
		put(j, "type", "boolean");
		if (f->required) {
			jsonw_key(j, "const");
			jsonw_bool(j, true);
		}
		break;
	case F_TIME:
		put(j, "type", "string");
		open_at(j, "examples", '[');
		jsonw_text(j, "2026-11-22");
		jsonw_text(j, "2026-11-22T16:30");
		jsonw_close(j, ']');
		break;
	case F_TEXTS:
		put(j, "type", "array");
		if (f->required)
			limit(j, "minItems", 1);
		open_at(j, "items", '{');
		text_limits(j, f, true);
		jsonw_close(j, '}');
		break;
	default:
		BUG("input field %s has a type that cannot be sent", f->name);
	}
	if (f->label)
		put(j, "title", f->label);
	if (f->doc)
		put(j, "description", f->doc);
	jsonw_close(j, '}');
}

static void
input_schema(struct jsonw *j, const struct field *table)
{
	jsonw_open(j, '{');
	put(j, "type", "object");
	open_at(j, "properties", '{');
	open_at(j, "csrf", '{');
	put(j, "type", "string");
	put(j, "pattern", "^[0-9a-f]{64}$");
	put(j, "description",
		"The token in the hidden field csrf of any page's form, in the same sign-in.");
	jsonw_close(j, '}');
	for (const struct field *f = table; f->type != F_END; f++) {
		jsonw_key(j, f->name);
		input_field(j, f);
	}
	jsonw_close(j, '}');
	open_at(j, "required", '[');
	jsonw_text(j, "csrf");
	for (const struct field *f = table; f->type != F_END; f++)
		if (f->required)
			jsonw_text(j, f->name);
	jsonw_close(j, ']');
	jsonw_key(j, "additionalProperties");
	jsonw_bool(j, false);
	jsonw_close(j, '}');
}

/* ---- operations ---- */

static void
parameters(struct jsonw *j, struct arena *a, const struct route *rt)
{
	struct str rest = str_of(rt->path);
	open_at(j, "parameters", '[');
	do {
		struct str part = str_cut(&rest, '/');
		if (part.n < 2 || part.p[0] != ':')
			continue;
		const char *name = arena_strndup(a, part.p + 1, part.n - 1);
		jsonw_open(j, '{');
		put(j, "name", name);
		put(j, "in", "path");
		jsonw_key(j, "required");
		jsonw_bool(j, true);
		open_at(j, "schema", '{');
		if (streq(name, "team")) {
			put(j, "type", "integer");
			limit(j, "minimum", 1);
		} else {
			put(j, "type", "string");
			limit(j, "minLength", 1);
			limit(j, "maxLength", 80);
		}
		jsonw_close(j, '}');
		jsonw_close(j, '}');
	} while (rest.n);
	jsonw_close(j, ']');
}

static void
media(struct jsonw *j, const char *content_type, const char *schema)
{
	open_at(j, content_type, '{');
	if (schema) {
		jsonw_key(j, "schema");
		schema_ref(j, schema);
	}
	jsonw_close(j, '}');
}

static void
request_body(struct jsonw *j, struct arena *a, const struct route *rt)
{
	const char *schema = arena_printf(a, "%s_in", name_of(a, rt));
	open_at(j, "requestBody", '{');
	jsonw_key(j, "required");
	jsonw_bool(j, true);
	open_at(j, "content", '{');
	media(j, "application/json", schema);
	media(j, "application/x-www-form-urlencoded", schema);
	/* Files travel only so; what they are called is in the page's form. */
	media(j, "multipart/form-data", NULL);
	jsonw_close(j, '}');
	jsonw_close(j, '}');
}

/* A route that has neither view nor page answers with a file, which its name tells. */
static const char *
file_type(const char *path)
{
	static const char *const types[][2] = { { ".csv", "text/csv" },
		{ ".json", "application/json" }, { ".ics", "text/calendar" },
		{ ".pdf", "application/pdf" }, { ".txt", "text/plain" } };
	size_t n = strlen(path);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		size_t k = strlen(types[i][0]);
		if (n > k && streq(path + n - k, types[i][0]))
			return types[i][1];
	}
	return "application/octet-stream";
}

static void
responses(struct jsonw *j, struct arena *a, const struct route *rt)
{
	const char *schema = rt->view ? arena_printf(a, "%s_out", name_of(a, rt)) : "Done";
	open_at(j, "responses", '{');
	open_at(j, "200", '{');
	put(j, "description", rt->doc);
	open_at(j, "content", '{');
	if (rt->method == POST || rt->view)
		media(j, "application/json", schema);
	else
		media(j, file_type(rt->path), NULL);
	if (rt->page)
		media(j, "text/html", NULL);
	jsonw_close(j, '}');
	jsonw_close(j, '}');
	open_at(j, "303", '{');
	put(j, "description",
		rt->method == POST ? "Done; Location is the page to show. Forms get this."
				   : "Location is the page to show instead.");
	jsonw_close(j, '}');
	open_at(j, "default", '{');
	put(j, "description", "Not done, and why.");
	open_at(j, "content", '{');
	media(j, "application/problem+json", "Problem");
	jsonw_close(j, '}');
	jsonw_close(j, '}');
	jsonw_close(j, '}');
}

/* The first word of the address below the event: "teams" for /e/:event/teams/:team. */
static const char *
tag_of(struct arena *a, const char *path)
{
	struct str rest = str_of(path + 1);
	struct str word = str_cut(&rest, '/');
	if (str_is(word, "e") && rest.n) {
		str_cut(&rest, '/');
		word = rest.n ? str_cut(&rest, '/') : STR("event");
	}
	return word.n ? str_dup(a, word) : "front";
}

static void
operation(struct jsonw *j, struct arena *a, const struct route *rt)
{
	open_at(j, rt->method == POST ? "post" : "get", '{');
	put(j, "operationId", name_of(a, rt));
	put(j, "summary", rt->doc);
	open_at(j, "tags", '[');
	jsonw_text(j, tag_of(a, rt->path));
	jsonw_close(j, ']');
	put(j, "x-wardroom-capability", policy_cap_name(rt->cap));
	open_at(j, "security", '[');
	jsonw_open(j, '{');
	if (!policy_is_public(rt->cap)) {
		open_at(j, "session", '[');
		jsonw_close(j, ']');
	}
	jsonw_close(j, '}');
	jsonw_close(j, ']');
	parameters(j, a, rt);
	if (rt->method == POST)
		request_body(j, a, rt);
	responses(j, a, rt);
	jsonw_close(j, '}');
}

static const char *
braces(struct arena *a, const char *path)
{
	struct buf b = buf_new(a);
	for (const char *p = path; *p;) {
		if (*p != ':') {
			buf_putc(&b, *p++);
			continue;
		}
		size_t n = strcspn(++p, "/");
		buf_putc(&b, '{');
		buf_put(&b, p, n);
		buf_putc(&b, '}');
		p += n;
	}
	return b.p;
}

/* Both methods of an address stand together, where the address first appears. */
static void
paths(struct jsonw *j, struct arena *a, const struct route *const *tables)
{
	open_at(j, "paths", '{');
	for (const struct route *const *t = tables; *t; t++)
		for (const struct route *rt = *t; rt->path; rt++) {
			bool seen = false;
			for (const struct route *const *u = tables; !seen && u <= t; u++)
				for (const struct route *o = *u; o->path && o != rt && !seen; o++)
					seen = streq(o->path, rt->path);
			if (seen)
				continue;
			open_at(j, braces(a, rt->path), '{');
			for (const struct route *const *u = t; *u; u++)
				for (const struct route *o = u == t ? rt : *u; o->path; o++)
					if (streq(o->path, rt->path))
						operation(j, a, o);
			jsonw_close(j, '}');
		}
	jsonw_close(j, '}');
}

/* ---- the parts that all share ---- */

static const char problem_schema[] =
	"{\"type\":\"object\",\"description\":\"Why it was not done (RFC 9457).\","
	"\"properties\":{"
	"\"status\":{\"type\":\"integer\"},\"title\":{\"type\":\"string\"},"
	"\"detail\":{\"type\":\"string\",\"description\":\"a sentence for the person\"},"
	"\"field\":{\"type\":\"string\",\"description\":\"the input it concerns\"},"
	"\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	"\"field\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}},"
	"\"required\":[\"field\",\"detail\"],\"additionalProperties\":false}}},"
	"\"required\":[\"status\",\"title\",\"detail\",\"errors\"],\"additionalProperties\":false}";

static const char done_schema[] =
	"{\"type\":\"object\",\"description\":\"It was done.\",\"properties\":{"
	"\"location\":{\"type\":\"string\",\"description\":\"the page that shows it\"},"
	"\"message\":{\"type\":[\"string\",\"null\"]}},"
	"\"required\":[\"location\",\"message\"],\"additionalProperties\":false}";

static const char session_scheme[] =
	"{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"wardroom\",\"description\":"
	"\"The cookie that signing in sets. A POST also carries the token csrf of the same sign-in "
	"in its body; an Origin, when sent, must be the site's own.\"}";

static void
verbatim(struct jsonw *j, const char *key, const char *json)
{
	jsonw_key(j, key);
	buf_puts(j->out, json);
	j->comma = true;
}

static void
components(struct jsonw *j, struct arena *a, const struct route *const *tables)
{
	open_at(j, "components", '{');
	open_at(j, "securitySchemes", '{');
	verbatim(j, "session", session_scheme);
	jsonw_close(j, '}');
	open_at(j, "schemas", '{');
	verbatim(j, "Problem", problem_schema);
	verbatim(j, "Done", done_schema);
	for (const struct route *const *t = tables; *t; t++)
		for (const struct route *rt = *t; rt->path; rt++) {
			if (rt->in) {
				jsonw_key(j, arena_printf(a, "%s_in", name_of(a, rt)));
				input_schema(j, rt->in);
			}
			if (rt->view) {
				jsonw_key(j, arena_printf(a, "%s_out", name_of(a, rt)));
				view_schema(j, rt->view, 0);
			}
		}
	jsonw_close(j, '}');
	jsonw_close(j, '}');
}

void
openapi_write(
	struct buf *out, const struct route *const *tables, const char *version, const char *site)
{
	cleanup_arena struct arena *a = arena_new();
	struct jsonw j = jsonw_new(out);
	jsonw_open(&j, '{');
	put(&j, "openapi", "3.1.0");
	open_at(&j, "info", '{');
	put(&j, "title", "Wardroom");
	put(&j, "version", version);
	put(&j, "description",
		"Every page is JSON at the same address, when asked for with Accept: "
		"application/json. Times are UTC.");
	jsonw_close(&j, '}');
	open_at(&j, "servers", '[');
	jsonw_open(&j, '{');
	put(&j, "url", site);
	jsonw_close(&j, '}');
	jsonw_close(&j, ']');
	paths(&j, a, tables);
	components(&j, a, tables);
	jsonw_close(&j, '}');
	buf_putc(out, '\n');
}
