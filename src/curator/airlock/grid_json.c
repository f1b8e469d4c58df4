/*
 * JSON as a table: an array of records, a record of equally long arrays, or records by name; any
 * other document becomes two columns, path and value.
 */
#include <jansson.h>

#include "curator/airlock/airlock.h"
#include "curator/airlock/grid.h"

enum { DEPTH_MAX = 40, NESTED_MAX = 1000, PATH_MAX_BYTES = 400 };

struct flat {
	struct arena *a;
	struct str *path, *value;
	size_t n, room;
	bool deep, many;
	size_t path_bytes; /* of all paths: bounded, or deep keys would multiply */
};

static struct str
scalar(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return (struct str){ arena_strndup(a, json_string_value(v), json_string_length(v)),
			json_string_length(v) };
	if (json_is_integer(v))
		return str_of(arena_printf(a, "%lld", (long long)json_integer_value(v)));
	if (json_is_real(v))
		return str_of(arena_printf(a, "%.15g", json_real_value(v)));
	if (json_is_boolean(v))
		return json_is_true(v) ? STR("true") : STR("false");
	return STR("");
}

static bool
nested(const json_t *v)
{
	return json_is_object(v) || json_is_array(v);
}

static void
add_leaf(struct flat *f, const char *path, const json_t *v)
{
	f->path_bytes += strlen(path);
	if (f->n == f->room || f->path_bytes > (size_t)4 * AIRLOCK_MAX_BYTES) {
		f->many = true;
		return;
	}
	f->path[f->n] = str_of(arena_strdup(f->a, path));
	f->value[f->n++] = scalar(f->a, v);
}

static void
flatten(struct flat *f, const char *path, json_t *v, int depth)
{
	if (depth > DEPTH_MAX || strlen(path) > PATH_MAX_BYTES) {
		f->deep = true;
		return;
	}
	if (f->many || f->deep)
		return;
	if (!nested(v)) {
		add_leaf(f, path, v);
		return;
	}
	char below[2 * PATH_MAX_BYTES];
	const char *key;
	json_t *item;
	size_t i;
	json_object_foreach(v, key, item)
	{
		/* A key that does not fit would be looked at in part only. */
		int n = snprintf(below, sizeof below, "%s%s%s", path, path[0] ? "." : "", key);
		f->deep |= n >= (int)sizeof below;
		flatten(f, below, item, depth + 1);
	}
	json_array_foreach(v, i, item)
	{
		snprintf(below, sizeof below, "%s[%zu]", path, i);
		flatten(f, below, item, depth + 1);
	}
}

static bool
too_large(struct grid *g)
{
	return g == NULL;
}

/* The keys of all records, in order of appearance; NULL when it is no list of flat records. */
static json_t *
keys_of(json_t *array)
{
	json_t *keys = json_object(), *item, *v;
	const char *key;
	size_t i;
	json_array_foreach(array, i, item)
	{
		bool flat = json_is_object(item) && json_object_size(item) > 0;
		json_object_foreach(item, key, v) flat &= !nested(v);
		json_object_foreach(item, key, v) if (flat && !json_object_get(keys, key))
			json_object_set_new(
				keys, key, json_integer((json_int_t)json_object_size(keys)));
		if (!flat || json_object_size(keys) > AIRLOCK_MAX_COLUMNS) {
			json_decref(keys);
			return NULL;
		}
	}
	return keys;
}

static struct str
key_text(struct arena *a, const char *key)
{
	return str_of(arena_strdup(a, key));
}

/* [{"n": 12, ...}, ...]; named: {"A": {"n": 12}, ...} with the names as first column. */
static bool
records(struct arena *a, json_t *list, json_t *names, struct grid **ret)
{
	json_t *keys = keys_of(list), *item, *v;
	const char *key;
	size_t i, extra = names ? 1 : 0;
	if (!keys || json_array_size(list) == 0) {
		json_decref(keys);
		return false;
	}
	struct grid *g = grid_new(a, json_array_size(list) + 1, json_object_size(keys) + extra);
	*ret = g;
	if (too_large(g)) {
		json_decref(keys);
		return true;
	}
	json_object_foreach(keys, key, v) g->cells[(size_t)json_integer_value(v) + extra] =
		cell_read(key_text(a, key));
	json_array_foreach(list, i, item)
	{
		struct cell *row = g->cells + (i + 1) * g->columns;
		if (names)
			row[0] = cell_read(scalar(a, json_array_get(names, i)));
		json_object_foreach(item, key, v)
		{
			size_t c = (size_t)json_integer_value(json_object_get(keys, key)) + extra;
			row[c] = cell_read(scalar(a, v));
		}
	}
	json_decref(keys);
	g->above = -1;
	grid_describe(a, g, true);
	return true;
}

static bool
named_records(struct arena *a, json_t *object, struct grid **ret)
{
	json_t *list = json_array(), *names = json_array(), *v;
	const char *key;
	bool all = json_object_size(object) > 1;
	json_object_foreach(object, key, v)
	{
		all &= json_is_object(v);
		json_array_append(list, v);
		json_array_append_new(names, json_string(key));
	}
	bool is = all && records(a, list, names, ret);
	json_decref(list);
	json_decref(names);
	return is;
}

/* [[54, 27.3], [61, 22.8]] */
static bool
arrays(struct arena *a, json_t *list, struct grid **ret)
{
	size_t i, k, n = json_array_size(json_array_get(list, 0));
	json_t *row, *x;
	if (n == 0)
		return false;
	json_array_foreach(list, i, row)
	{
		if (!json_is_array(row) || json_array_size(row) != n)
			return false;
		json_array_foreach(row, k, x) if (nested(x)) return false;
	}
	struct grid *g = *ret = grid_new(a, json_array_size(list), n);
	if (too_large(g))
		return true;
	json_array_foreach(list, i, row) json_array_foreach(row, k, x) g->cells[i * n + k] =
		cell_read(scalar(a, x));
	grid_describe(a, g, false);
	return true;
}

/* {"ward": ["A", "B"], "n": [12, 31]} */
static bool
columns(struct arena *a, json_t *object, struct grid **ret)
{
	const char *key;
	json_t *v, *x;
	size_t rows = 0, c = 0, i;
	json_object_foreach(object, key, v)
	{
		if (!json_is_array(v) || json_array_size(v) == 0 ||
			(c++ && json_array_size(v) != rows))
			return false;
		rows = json_array_size(v);
		json_array_foreach(v, i, x) if (nested(x)) return false;
	}
	if (c == 0)
		return false;
	struct grid *g = *ret = grid_new(a, rows + 1, c);
	if (too_large(g))
		return true;
	c = 0;
	json_object_foreach(object, key, v)
	{
		g->cells[c] = cell_read(key_text(a, key));
		json_array_foreach(v, i, x) g->cells[(i + 1) * g->columns + c] =
			cell_read(scalar(a, x));
		c++;
	}
	g->above = -1;
	grid_describe(a, g, true);
	return true;
}

static bool
paths(struct arena *a, json_t *root, size_t bytes, struct grid **ret)
{
	/* A value has at least one byte. */
	size_t most = AIRLOCK_MAX_CELLS / 4;
	struct flat f = { .a = a, .room = bytes < most ? bytes : most };
	f.path = ARENA_ARRAY(a, f.room, struct str);
	f.value = ARENA_ARRAY(a, f.room, struct str);
	flatten(&f, "", root, 0);
	if (f.deep || f.many)
		return false;
	struct grid *g = *ret = grid_new(a, f.n + 1, 2);
	g->cells[0] = cell_read(STR("path"));
	g->cells[1] = cell_read(STR("value"));
	for (size_t i = 0; i < f.n; i++) {
		/* A path is a label even when it reads like a number. */
		g->cells[2 * i + 2] = (struct cell){ .text = f.path[i], .kind = CELL_TEXT };
		g->cells[2 * i + 3] = cell_read(f.value[i]);
	}
	g->above = -1;
	g->labelled = true;
	grid_describe(a, g, true);
	return true;
}

/* Documents that are programs, models or notebooks; NULL for what may be a result. */
static const char *
refuse(json_t *root)
{
	if (json_object_get(root, "nbformat") && json_object_get(root, "cells"))
		return "This is a notebook: its outputs may show anything. Hand in the results as "
		       "files of their own.";
	if ((json_object_get(root, "learner") && json_object_get(root, "version")) ||
		json_object_get(root, "oblivious_trees") || json_object_get(root, "tree_info") ||
		(json_object_get(root, "class_name") && json_object_get(root, "config")) ||
		json_object_get(root, "support_vectors") || json_object_get(root, "dual_coef"))
		return "This is a model: a model may hold the rows that it was made from, so "
		       "models "
		       "do not leave.";
	return NULL;
}

static enum status
as_grid(struct arena *a, json_t *root, size_t bytes, struct grid **ret, struct err *e)
{
	struct grid *g = NULL;
	bool done = json_is_array(root)
			    ? records(a, root, NULL, &g) || arrays(a, root, &g)
			    : json_is_object(root) &&
				      (columns(a, root, &g) || named_records(a, root, &g));
	if (!done)
		done = paths(a, root, bytes, &g);
	if (!done || !g)
		return err_set(e, E_INPUT, "",
			"The document is nested too deeply or holds too many values to be "
			"checked.");
	*ret = g;
	return OK;
}

/* Tables somewhere inside; false when there are more than can be looked at. */
static bool
find_tables(struct arena *a, json_t *v, int depth, grid_list *out)
{
	struct grid *g = NULL;
	const char *key;
	json_t *item;
	size_t i;
	if (depth > DEPTH_MAX)
		return false;
	bool is = json_is_array(v)
			  ? records(a, v, NULL, &g) || arrays(a, v, &g)
			  : json_is_object(v) && (columns(a, v, &g) || named_records(a, v, &g));
	if (is) {
		if (!g || out->n == NESTED_MAX)
			return false;
		out->at[out->n++] = g;
		return true;
	}
	json_object_foreach(v, key,
		item) if (nested(item) && !find_tables(a, item, depth + 1, out)) return false;
	json_array_foreach(
		v, i, item) if (nested(item) && !find_tables(a, item, depth + 1, out)) return false;
	return true;
}

/* Numbers and strings stay as they were written. */
static struct str
without_space(struct arena *a, struct str text)
{
	struct buf b = buf_new(a);
	bool inside = false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (!inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
			continue;
		buf_putc(&b, c);
		if (inside && c == '\\' && i + 1 < text.n)
			buf_putc(&b, text.p[++i]);
		else if (c == '"')
			inside = !inside;
	}
	buf_putc(&b, '\n');
	return buf_str(&b);
}

enum status
grid_of_json(struct arena *a, struct str text, struct grid **ret, grid_list *ret_nested,
	struct str *ret_clean, const char **ret_refused, struct err *e)
{
	json_error_t why;
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	/* The reader's own words may quote a value. */
	if (!root)
		return err_set(e, E_INPUT, "", "Line %d is not JSON (in UTF-8, with no key twice).",
			why.line);
	struct grid *g = NULL;
	enum status s = OK;
	const char *refused = refuse(root);
	if (!refused)
		s = as_grid(a, root, text.n, &g, e);
	grid_list inside = { ARENA_ARRAY(a, NESTED_MAX, struct grid *), 0 };
	if (s == OK && g && g->labelled && !find_tables(a, root, 0, &inside))
		s = err_set(e, E_INPUT, "", "The document holds more tables than can be checked.");
	json_decref(root);
	if (s != OK)
		return s;
	*ret = g;
	*ret_nested = inside;
	*ret_refused = refused;
	*ret_clean = without_space(a, text);
	return OK;
}
