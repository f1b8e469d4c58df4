#include "curator/release/said.h"

#include "base/hash.h"
#include "base/str.h"

static enum status
text(struct arena *a, const json_t *o, const char *name, const char **ret, struct err *e)
{
	const char *s = json_string_value(json_object_get(o, name));
	if (!s || strlen(s) > SAID_MEANING)
		return err_set(e, E_INPUT, "dictionary",
			"An entry of the dictionary has no %s, or one of over %d bytes.", name,
			SAID_MEANING);
	*ret = arena_strdup(a, s);
	return OK;
}

enum status
said_read(struct arena *a, const json_t *json, struct said *ret, struct err *e)
{
	struct said said = { .hash = "" };
	const json_t *entries = json_object_get(json, "entries");
	size_t n = json_array_size(entries);
	struct buf all = buf_new(a);
	if (json && (!json_is_integer(json_object_get(json, "version")) ||
			    !json_is_array(entries) || n > SAID_ENTRIES))
		return err_set(e, E_INPUT, "dictionary",
			"The dictionary must have a version and a list of entries.");
	said.entries.at = ARENA_ARRAY(a, n, struct said_entry);
	for (; said.entries.n < n; said.entries.n++) {
		const json_t *o = json_array_get(entries, said.entries.n);
		struct said_entry *x = &said.entries.at[said.entries.n];
		TRY(text(a, o, "variable", &x->variable, e));
		TRY(text(a, o, "meaning", &x->meaning, e));
		TRY(text(a, o, "unit", &x->unit, e));
		/* The zeros part what no text can hold. */
		buf_put(&all, x->variable, strlen(x->variable) + 1);
		buf_put(&all, x->meaning, strlen(x->meaning) + 1);
		buf_put(&all, x->unit, strlen(x->unit) + 1);
	}
	said.version = json_integer_value(json_object_get(json, "version"));
	if (n)
		said.hash = hash_hex(a, buf_str(&all));
	*ret = said;
	return OK;
}

static const struct said_entry *
named(const struct said *said, const char *table, const char *column)
{
	size_t n = strlen(table);
	for (size_t i = 0; i < said->entries.n; i++) {
		const char *v = said->entries.at[i].variable;
		struct str begin = { v, n };
		if (strlen(v) > n && v[n] == '.' && str_ieq(begin, str_of(table)) &&
			str_ieq(str_of(v + n + 1), str_of(column)))
			return &said->entries.at[i];
	}
	return NULL;
}

const struct said_entry *
said_of(const struct said *said, const char *table, const struct plan_column *c)
{
	const struct said_entry *x = named(said, table, c->out);
	return x ? x : named(said, table, c->src->name);
}
