/* Apart from source.c, because jansson.h and base/json.h use the same names. */
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <sys/stat.h>

#include "base/io.h"
#include "curator/source.h"

static const char *
text_of(struct arena *a, json_t *o, const char *key)
{
	return arena_strdup(a, json_string_value(json_object_get(o, key)));
}

static int64_t
int_of(json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static double
real_of(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void
read_common(struct arena *a, json_t *o, struct source_column *c)
{
	json_t *values = json_object_get(o, "values");
	c->common.at = ARENA_ARRAY(a, json_array_size(values), const char *);
	for (size_t i = 0; i < json_array_size(values); i++) {
		json_t *v = json_object_get(json_array_get(values, i), "value");
		if (json_is_string(v))
			c->common.at[c->common.n++] = arena_strdup(a, json_string_value(v));
	}
}

static bool
read_column(struct arena *a, json_t *o, struct source_column *c)
{
	c->name = text_of(a, o, "name");
	c->words = json_is_true(json_object_get(o, "words"));
	c->identifier = json_is_true(json_object_get(o, "identifier"));
	c->missing = int_of(o, "missing");
	c->distinct = int_of(o, "distinct");
	c->example = text_of(a, o, "example");
	c->meaning = text_of(a, o, "meaning");
	c->blank = json_is_true(json_object_get(o, "blank"));
	c->padded = !json_is_false(json_object_get(o, "padded"));
	c->century_end = (int)int_of(o, "century_end");
	c->longest = int_of(o, "longest");
	c->low = real_of(o, "low");
	c->high = real_of(o, "high");
	read_common(a, o, c);
	type_of_code(str_of(text_of(a, o, "if_day_first")), &c->if_day_first);
	type_of_code(str_of(text_of(a, o, "if_month_first")), &c->if_month_first);
	return c->name[0] && type_of_code(str_of(text_of(a, o, "written")), &c->type);
}

static bool
read_table(struct arena *a, json_t *o, struct source_table *t)
{
	json_t *columns = json_object_get(o, "columns");
	t->name = text_of(a, o, "name");
	t->rows = int_of(o, "rows");
	t->bytes = int_of(o, "bytes");
	t->columns.n = json_array_size(columns);
	t->columns.at = ARENA_ARRAY(a, t->columns.n, struct source_column);
	for (size_t i = 0; i < t->columns.n; i++)
		if (!read_column(a, json_array_get(columns, i), &t->columns.at[i]))
			return false;
	return t->name[0] && t->columns.n > 0;
}

/* The column of the table in between that a link leads to; NULL when none is written. */
static const char *
link_end(struct arena *a, json_t *root, const struct source_table *t)
{
	json_t *links = json_object_get(root, "links");
	for (size_t i = 0; i < json_array_size(links); i++) {
		json_t *link = json_array_get(links, i);
		if (str_ieq(str_of(text_of(a, link, "table")), str_of(t->name)) &&
			str_ieq(str_of(text_of(a, link, "column")), str_of(t->by)) &&
			str_ieq(str_of(text_of(a, link, "to_table")), str_of(t->via)))
			return text_of(a, link, "to_column");
	}
	return NULL;
}

/* Which column names the patient, and how the rows of each table reach one. */
static void
read_links(struct arena *a, json_t *root, struct source *s)
{
	json_t *patient = json_object_get(root, "patient"), *ways = json_object_get(root, "reach");
	if (json_is_object(patient)) {
		s->patient_table = text_of(a, patient, "table");
		s->patient_column = text_of(a, patient, "column");
	}
	for (size_t i = 0; i < json_array_size(ways); i++) {
		json_t *way = json_array_get(ways, i);
		struct source_table *t = source_find(s, str_of(text_of(a, way, "table")));
		const char *how = text_of(a, way, "how");
		if (t && (streq(how, "direct") || streq(how, "through")))
			t->by = text_of(a, way, "column");
		if (t && streq(how, "through"))
			t->via = text_of(a, way, "through"), t->via_column = link_end(a, root, t);
	}
}

enum status
source_read(struct arena *a, int dirfd, struct source *ret, struct err *e)
{
	struct stat st;
	struct str text;
	struct source s = { 0 };
	if (fstatat(dirfd, "source.json", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	TRY(io_read_at(a, dirfd, "source.json", 64 << 20, &text, e));
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *tables = json_object_get(root, "tables");
	bool good = json_is_array(tables);
	s.hash = text_of(a, root, "source");
	s.tables.n = json_array_size(tables);
	s.tables.at = ARENA_ARRAY(a, s.tables.n, struct source_table);
	for (size_t i = 0; good && i < s.tables.n; i++)
		good = read_table(a, json_array_get(tables, i), &s.tables.at[i]);
	if (good)
		read_links(a, root, &s);
	json_decref(root);
	if (!good)
		return err_set(e, E_IO, "",
			"The description of the imported data is damaged; import them again.");
	*ret = s;
	return OK;
}
