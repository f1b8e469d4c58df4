#include "sqlgen.h"

#include "base/tap.h"

static struct arena *arena;
static struct sqlgen_file file;
static struct err err;

static enum status
parse(const char *text)
{
	if (!arena)
		arena = arena_new();
	err = (struct err){ 0 };
	file = (struct sqlgen_file){ 0 };
	return sqlgen_parse(arena, "x.sql", str_of(text), &file, &err);
}

#define REFUSED(source, want)                                                                      \
	do {                                                                                       \
		CHECK_INT(parse(source), E_INPUT);                                                 \
		CHECK_STR(err.text, want);                                                         \
		CHECK_INT(file.n, 0);                                                              \
	} while (0)

TEST(reads_a_whole_statement)
{
	CHECK_INT(parse("-- About teams.\n"
			"\n"
			"-- name: team_by_slug\n"
			"-- kind: one\n"
			"-- in: event int, slug text,\n"
			"-- in: since time?\n"
			"-- out: n int, share real\n"
			"-- row: team\n"
			"-- absent: No such team.\n"
			"-- conflict: Taken.\n"
			"-- A comment.\n"
			"-- And more.\n"
			"\n"
			"SELECT 1 -- inside\n"
			"WHERE 2;\n"
			"\n"
			"-- ---- the rest ----\n"
			"-- name: team_add\n"
			"-- kind: exec\n"
			"INSERT;\n"),
		OK);
	CHECK_INT(file.n, 2);
	struct sqlgen_statement *s = &file.at[0];
	CHECK_STR(s->name, "team_by_slug");
	CHECK_STR(s->row, "team");
	CHECK_INT(s->kind, KIND_ONE);
	CHECK_STR(s->absent, "No such team.");
	CHECK_STR(s->conflict, "Taken.");
	CHECK_STR(s->doc, " A comment.\n And more.");
	CHECK(str_is(s->sql, "SELECT 1 -- inside\nWHERE 2"));
	CHECK_INT(s->line, 3);
	CHECK_INT(s->sql_line, 14);
	CHECK_INT(s->in.n, 3);
	CHECK_STR(s->in.at[2].name, "since");
	CHECK_INT(s->in.at[2].type, TYPE_TIME);
	CHECK_INT(s->in.at[2].line, 6);
	CHECK(s->in.at[2].optional && !s->in.at[0].optional);
	CHECK_INT(s->out.n, 2);
	CHECK_INT(s->out.at[1].type, TYPE_REAL);
	s = &file.at[1];
	CHECK_STR(s->row, "team_add");
	CHECK_INT(s->kind, KIND_EXEC);
	CHECK_INT(s->sql_line, 20);
	CHECK(str_is(s->sql, "INSERT"));
}

TEST(nothing_and_comments_are_an_empty_file)
{
	CHECK_INT(parse(""), OK);
	CHECK_INT(file.n, 0);
	CHECK_INT(parse("-- hello\n\r\n  \n-- key: value"), OK);
	CHECK_INT(file.n, 0);
	CHECK_INT(parse("-- name: a\r\n-- kind: exec\r\nDELETE;\r\n"), OK);
	CHECK(str_is(file.at[0].sql, "DELETE"));
}

TEST(names_the_line_of_a_mistake)
{
	REFUSED("SELECT 1;", "x.sql:1: SQL before the first '-- name:'.");
	REFUSED("\n-- name: Team\n", "x.sql:2: 'Team' cannot be a name in C.");
	REFUSED("-- name:\n", "x.sql:1: '' cannot be a name in C.");
	REFUSED("-- name: int\n", "x.sql:1: 'int' cannot be a name in C.");
	REFUSED("-- name: a_\n", "x.sql:1: 'a_' cannot be a name in C.");
	REFUSED("-- name: a\nDELETE;", "x.sql:1: a has no '-- kind:'.");
	REFUSED("-- name: a\n-- kind: two\n", "x.sql:2: kind: is one, many or exec, not 'two'.");
	REFUSED("-- name: a\n-- kind: one\n-- kind: one\n", "x.sql:3: A second kind: for a.");
	REFUSED("-- name: a\n-- kind: one\n", "x.sql:2: a has no SQL.");
	REFUSED("-- name: a\n-- kind: one\n-- name: b\n", "x.sql:2: a has no SQL.");
	REFUSED("-- name: a\n-- kind: one\nSELECT 1\n", "x.sql:3: The SQL of a must end with ';'.");
	REFUSED("-- name: a\n-- kidn: one\n",
		"x.sql:2: Unknown key 'kidn:'. Known: name kind in out row absent conflict.");
	REFUSED("-- name: a\n-- kind: exec\nX;\n-- name: a\n",
		"x.sql:4: a is already the name of a statement in line 1.");
	REFUSED("-- name: a\n-- absent: x\n-- absent: y\n", "x.sql:3: A second absent: for a.");
	REFUSED("-- name: a\n-- conflict:\n", "x.sql:2: conflict: needs a sentence.");
	REFUSED("-- name: a\n-- row: A\n", "x.sql:2: 'A' cannot be a name in C.");
	CHECK_INT(parse("-- name: a\xff\n"), E_INPUT);
	CHECK_INT(sqlgen_parse(arena, "x.sql", STR("-- name: a\0b"), &file, &err), E_INPUT);
	CHECK_STR(err.text, "x.sql:0: This file is not UTF-8 text.");
}

TEST(checks_parameters)
{
	REFUSED("-- name: a\n-- in: b\n",
		"x.sql:2: b needs a type: int, real, bool, time, text or blob (not '').");
	REFUSED("-- name: a\n-- in: b string\n",
		"x.sql:2: b needs a type: int, real, bool, time, text or blob (not 'string').");
	REFUSED("-- name: a\n-- in: b text?\n",
		"x.sql:2: b: only an int, real or time of in: can have '?'.");
	REFUSED("-- name: a\n-- out: b int?\n",
		"x.sql:2: b: only an int, real or time of in: can have '?'.");
	REFUSED("-- name: a\n-- in: b int, c int, b int\n", "x.sql:2: b is listed twice.");
	REFUSED("-- name: a\n-- in: b int,, c int\n", "x.sql:2: '' cannot be a name in C.");
	struct buf many = buf_new(arena);
	buf_puts(&many, "-- name: a\n-- in: ");
	for (int i = 0; i < SQLGEN_ARGS + 1; i++)
		buf_printf(&many, "p%d int, ", i);
	REFUSED(many.p, "x.sql:2: More than 64 names in one list.");
}
