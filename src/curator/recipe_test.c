#include "curator/recipe.h"

#include "base/tap.h"

#define HEAD "recipe \"R\" version 2\npatient a.id\n"
#define TABLE "table a\n\tid pseudonym\n\ty keep\n"
#define TAIL "outcome a.y binary positive 1 \"why\"\nhidden 30 %\nsample 10%\n"

static const char *
parse(const char *text, struct recipe *r)
{
	static struct arena *a;
	static struct err e;
	arena_free(a);
	a = arena_new();
	e = (struct err){ 0 };
	return recipe_parse(a, str_of(text), r, &e) == OK ? "" : e.text;
}

#define FAILS(text, want)                                                                          \
	do {                                                                                       \
		struct recipe r_;                                                                  \
		const char *got_ = parse(text, &r_);                                               \
		CHECK(strstr(got_, want) != NULL);                                                 \
		if (!strstr(got_, want))                                                           \
			printf("# got %s\n", got_);                                                \
	} while (0)

TEST(a_whole_recipe)
{
	struct recipe r;
	CHECK_STR(parse(HEAD "# comment\ntable a # more\n\tid pseudonym\n    age cap 45.5\n"
			     "\tborn shift dmy \"birth\"\n\t\"Full name\" drop\n\ty keep\n"
			     "table b by pid\r\n\tpid pseudonym\r\ntable codes shared\n\tc keep\n"
			     "outcome a.y each a.id regression \"grams\"\n"
			     "withhold a.z b.w\nwithhold a.v\nhidden 30\nsample 2.5 %\n",
			  &r),
		"");
	CHECK_STR(r.name, "R");
	CHECK_INT(r.version, 2);
	CHECK_INT(r.tables.n, 3);
	CHECK_INT(r.tables.at[0].columns.n, 5);
	CHECK(r.tables.at[0].columns.at[1].cap == 45.5);
	CHECK_INT(r.tables.at[0].columns.at[2].order, TYPE_DMY);
	CHECK_STR(r.tables.at[0].columns.at[2].meaning, "birth");
	CHECK_STR(r.tables.at[0].columns.at[3].name, "Full name");
	CHECK_STR(r.tables.at[1].by, "pid");
	CHECK(r.tables.at[2].shared);
	CHECK(!r.binary);
	CHECK_STR(r.each.text, "a.id");
	CHECK_STR(r.outcome_meaning, "grams");
	CHECK_INT(r.withhold.n, 3);
	CHECK(r.hidden == 30 && r.sample == 2.5);
}

TEST(errors_name_the_line)
{
	FAILS("", "lacks a statement of this form: recipe");
	FAILS(HEAD TAIL, "lacks a statement of this form: table");
	FAILS(HEAD TABLE, "lacks a statement of this form: outcome");
	FAILS(HEAD "table a\n" TAIL, "line 3: table a lists no columns");
	FAILS(HEAD "\tid drop\n", "line 3: an indented line");
	FAILS(HEAD "tabel a\n", "line 3: \"tabel\" is not a statement");
	FAILS(HEAD "table a\n\tid\n", "line 4: say what happens to id");
	FAILS(HEAD "table a\n\tid hash\n", "line 4: \"hash\" is none of");
	FAILS(HEAD "table a\n\tid cap many\n", "line 4: the cap must be a number");
	FAILS(HEAD "table a\n\tid keep \"open\n", "line 4: a quote is not closed");
	FAILS(HEAD "table a\n\tid keep drop\n", "line 4: \"drop\" is not expected");
	FAILS(HEAD TABLE "\tID drop\n", "line 6: column ID was already described in line 4");
	FAILS(HEAD TABLE TABLE, "line 6: table a was already listed in line 3");
	FAILS(HEAD "patient a.b\n", "line 3: the patient column was already given in line 2");
	FAILS("recipe \"R\" version 0\n", "line 1: the version must be");
	FAILS("patient id\n", "line 1: the patient column must be written table.column");
	FAILS(HEAD "outcome a.y binary 1\n", "line 3: write which value");
	FAILS(HEAD "outcome a.y\n", "line 3: say whether");
	FAILS(HEAD "hidden 90 %\n", "from 0.1 to 80 percent");
	FAILS(HEAD "hidden nan\n", "from 0.1 to 80 percent");
	FAILS("recipe \"\xff\"", "not UTF-8");
}
