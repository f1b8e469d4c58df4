/* The language in which tables are asked for. */
#include "curator/table/ask.h"

#include "base/tap.h"

static enum status
parse(struct arena *a, const char *text, struct table_ask *ret, struct err *e)
{
	struct str file;
	return ask_parse(a, str_of(text), 10, ret, &file, e);
}

/* As it was understood: "(a = 'x' AND NOT b < 3)". */
static void
write_where(struct buf *b, const struct where *w)
{
	switch (w->kind) {
	case WHERE_AND:
	case WHERE_OR:
		buf_putc(b, '(');
		write_where(b, w->left);
		buf_puts(b, w->kind == WHERE_AND ? " & " : " | ");
		write_where(b, w->right);
		buf_putc(b, ')');
		return;
	case WHERE_NOT:
		buf_putc(b, '!');
		write_where(b, w->left);
		return;
	case WHERE_MISSING:
		buf_printf(b, "%s?", w->column);
		return;
	case WHERE_COMPARE:
	case WHERE_IN:
		buf_printf(b, "%s%s", w->column, w->sign ? w->sign : " in");
		for (size_t i = 0; i < w->values.n; i++)
			w->values.at[i].number ? buf_printf(b, " %g", w->values.at[i].real)
					       : buf_printf(b, " '%s'", w->values.at[i].text);
	}
}

static void
understood(const char *text, const char *want)
{
	cleanup_arena struct arena *a = arena_new();
	const struct where *w = NULL;
	struct err e = { 0 };
	struct buf b = buf_new(a);
	if (where_parse(a, str_of(text), &w, &e) != OK)
		buf_puts(&b, e.text);
	else
		write_where(&b, w);
	CHECK_STR(b.p, want);
}

TEST(conditions)
{
	understood("a = 'x'", "a= 'x'");
	understood("a!='x' and b>=-3.5", "(a<> 'x' & b>= -3.5)");
	understood("a = 1 or b = 2 and not c = 3", "(a= 1 | (b= 2 & !c= 3))");
	understood("(a = 1 or b = 2) and c in ('x', 'it''s', 3)",
		"((a= 1 | b= 2) & c in 'x' 'it's' 3)");
	understood("a is missing and b is not missing", "(a? & !b?)");
	understood("a NOT IN (1)", "!a in 1");
	understood("\"Body weight\" > 3", "Body weight> 3");
	understood("\"and\" = 1", "and= 1");
	understood("not not (a=1)", "!!a= 1");
}

TEST(what_is_no_condition)
{
	understood("", "where, character 1: the name of a column is expected.");
	understood("a", "where, character 2: a comparison (=, !=, <, >, in, is missing) is "
			"expected.");
	understood("a = ", "where, character 5: a value ('text' or a number) is expected.");
	understood("a = b", "where, character 5: a value ('text' or a number) is expected.");
	understood("a = 'x", "where, character 5: the quote is never closed.");
	understood("a = 1; drop", "where, character 6: this sign means nothing here.");
	understood("a = 1 -- x", "where, character 7: this sign means nothing here.");
	understood("a = 1 b = 2", "where, character 7: and, or, or the end is expected.");
	understood("(a = 1", "where, character 7: ) is expected.");
	understood("a in 1", "where, character 6: ( and a list of values is expected.");
	understood("a in ()", "where, character 7: a value ('text' or a number) is expected.");
	understood("a is 1", "where, character 6: the word missing is expected.");
	understood("1 = a", "where, character 1: the name of a column is expected.");
	understood("a = 1.2.3", "where, character 5: a number is expected.");
	understood("read_csv('/etc/passwd') = 1",
		"where, character 9: a comparison (=, !=, <, >, in, is missing) is expected.");
}

TEST(depth_and_length_have_ends)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf deep = buf_new(a), many = buf_new(a), list = buf_new(a);
	const struct where *w;
	struct err e;
	for (int i = 0; i < 5000; i++)
		buf_puts(&deep, "(");
	CHECK(where_parse(a, buf_str(&deep), &w, &e) == E_INPUT);
	CHECK_STR(e.text, "where is nested too deeply.");
	for (int i = 0; i < 101; i++)
		buf_printf(&many, "%sa = %d", i ? " or " : "", i);
	CHECK(where_parse(a, buf_str(&many), &w, &e) == E_INPUT);
	for (int i = 0; i < 101; i++)
		buf_printf(&list, "%s%d", i ? "," : "a in (", i);
	buf_puts(&list, ")");
	CHECK(where_parse(a, buf_str(&list), &w, &e) == E_INPUT);
}

TEST(a_whole_request)
{
	cleanup_arena struct arena *a = arena_new();
	struct table_ask q;
	struct str file;
	struct err e;
	const char *text = "file cohort.csv\nrows sex,\"age group\"\ncolumns year\nvalue mean age\n"
			   "where age > 17\nmin 20\nround 5\n\nsex,age\nF,3\n";
	CHECK(ask_parse(a, str_of(text), 10, &q, &file, &e) == OK);
	CHECK(q.is_file && q.rows.n == 2 && q.value == ASK_MEAN && q.min == 20 && q.round == 5);
	CHECK_STR(q.rows.at[1], "age group");
	CHECK_STR(q.columns, "year");
	CHECK_STR(q.value_column, "age");
	CHECK_STR(q.where_text, "age > 17");
	CHECK(str_is(file, "sex,age\nF,3\n"));
	CHECK(parse(a, "table t\nrows a\nvalue share x=1\n\n", &q, &e) == OK);
	CHECK(q.value == ASK_SHARE && q.equals.number && q.equals.real == 1 && q.min == 10);
	CHECK(parse(a, "table t\nrows a\nvalue share sex=F\n\n", &q, &e) == OK);
	CHECK_STR(q.equals.text, "F");
}

TEST(what_is_no_request)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "does not end" },
		{ "table t\nrows a\nvalue count", "does not end" },
		{ "rows a\nvalue count\n\n", "which table or file" },
		{ "table t\nvalue count\n\n", "names the rows" },
		{ "table t\nrows a\n\n", "what to compute" },
		{ "table t\nfile f\nrows a\nvalue count\n\n", "one table or one file" },
		{ "table ../t\nrows a\nvalue count\n\n", "name of the table" },
		{ "table t\nrows a,b,c,d,e\nvalue count\n\n", "at most 4" },
		{ "table t\nrows a b\nvalue count\n\n", "the end" },
		{ "table t\nrows a\ncolumns b,c\nvalue count\n\n", "One column" },
		{ "table t\nrows a\nvalue max x\n\n", "count, mean" },
		{ "table t\nrows a\nvalue count x\n\n", "the end" },
		{ "table t\nrows a\nvalue mean\n\n", "name of a column" },
		{ "table t\nrows a\nvalue share x\n\n", "= and the value" },
		{ "table t\nrows a\nvalue count\nmin 5\n\n", "from 10" },
		{ "table t\nrows a\nvalue count\nmin ten\n\n", "from 10" },
		{ "table t\nrows a\nvalue count\nround 7\n\n", "midpoint of 6" },
		{ "table t\nrows a\nrows b\nvalue count\n\n", "given twice" },
		{ "table t\nrows a\nvalue count\nsql drop\n\n", "means nothing" },
		{ "table t\nrows \xff\nvalue count\n\n", "no text" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cleanup_arena struct arena *a = arena_new();
		struct table_ask q;
		struct err e = { 0 };
		bool says = parse(a, bad[i].text, &q, &e) == E_INPUT && strstr(e.text, bad[i].says);
		if (!says)
			printf("# %s: %s\n", bad[i].text, e.text);
		CHECK(says);
	}
}
