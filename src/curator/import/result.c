/* The result of an import: for people, for the portal, and (source.json) for later jobs. */
#include "curator/import/import.h"

static void
write_column(struct jsonw *j, const struct source_column *c, bool exact)
{
	jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, c->name);
	jsonw_key(j, "type"), jsonw_text(j, type_name(c->type));
	jsonw_key(j, "written"), jsonw_text(j, type_code(c->type));
	jsonw_key(j, "words"), jsonw_bool(j, c->words);
	jsonw_key(j, "blank"), jsonw_bool(j, c->blank);
	jsonw_key(j, "missing"), profile_put_count(j, c->missing, exact);
	jsonw_key(j, "distinct"), jsonw_int(j, c->distinct);
	jsonw_key(j, "identifier"), jsonw_bool(j, c->identifier);
	jsonw_key(j, "meaning"), jsonw_text(j, c->meaning);
	jsonw_key(j, "example"), jsonw_text(j, c->example);
	jsonw_key(j, "longest"), jsonw_int(j, c->longest);
	jsonw_key(j, "padded"), jsonw_bool(j, c->padded);
	if (c->century_end)
		jsonw_key(j, "century_end"), jsonw_int(j, c->century_end);
	if (c->if_day_first != TYPE_TEXT || c->if_month_first != TYPE_TEXT) {
		jsonw_key(j, "if_day_first"), jsonw_text(j, type_code(c->if_day_first));
		jsonw_key(j, "if_month_first"), jsonw_text(j, type_code(c->if_month_first));
	}
	profile_json(j, c, exact);
	jsonw_close(j, '}');
}

static void
write_table(struct jsonw *j, const struct source_table *t, const profile_tests *tests, bool exact)
{
	jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, t->name);
	jsonw_key(j, "file"), jsonw_text(j, t->file);
	jsonw_key(j, "encoding"), jsonw_text(j, t->encoding);
	jsonw_key(j, "rows"), jsonw_int(j, t->rows);
	jsonw_key(j, "bytes"), jsonw_int(j, t->bytes);
	jsonw_key(j, "rejected"), jsonw_int(j, t->rejected);
	jsonw_key(j, "columns"), jsonw_open(j, '[');
	for (size_t i = 0; i < t->columns.n; i++)
		write_column(j, &t->columns.at[i], exact);
	jsonw_close(j, ']');
	profile_tests_json(j, tests);
	jsonw_close(j, '}');
}

void
import_result(struct jsonw *j, const struct import *m, bool exact)
{
	jsonw_open(j, '{');
	jsonw_key(j, "ok"), jsonw_bool(j, true);
	jsonw_key(j, "source"), jsonw_text(j, m->source.hash);
	jsonw_key(j, "layout"), jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, m->layout.name);
	jsonw_key(j, "version"), jsonw_text(j, m->layout.version);
	jsonw_close(j, '}');
	jsonw_key(j, "tables"), jsonw_open(j, '[');
	for (size_t i = 0; i < m->source.tables.n; i++)
		write_table(j, &m->source.tables.at[i], &m->tests[i], exact);
	jsonw_close(j, ']');
	links_json(j, &m->source, &m->links);
	jsonw_key(j, "empty"), jsonw_open(j, '[');
	for (size_t i = 0; i < m->empty.n; i++)
		jsonw_text(j, m->empty.at[i]);
	jsonw_close(j, ']');
	jsonw_key(j, "problems"), jsonw_open(j, '[');
	for (size_t i = 0; i < m->problems.n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "file"), jsonw_text(j, m->problems.at[i].file);
		jsonw_key(j, "why"), jsonw_text(j, m->problems.at[i].why);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}
