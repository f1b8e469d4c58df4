#include "curator/recipe/recipe.h"

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

#define FAILS(text, line, want)                                                                    \
	do {                                                                                       \
		struct recipe r_;                                                                  \
		const char *got_ = parse(text, &r_);                                               \
		bool good_ = strstr(got_, want) != NULL && strstr(got_, line) != NULL;             \
		CHECK(good_);                                                                      \
		if (!good_)                                                                        \
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
	CHECK(r.tables.at[0].columns.at[1].number == 45.5);
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
	FAILS("", "", "lacks a statement of this form: recipe");
	FAILS(HEAD TAIL, "", "lacks a statement of this form: table");
	FAILS(HEAD TABLE, "", "lacks a statement of this form: outcome");
	FAILS(HEAD "table a\n" TAIL, "line 3,", "table a lists no columns");
	FAILS(HEAD "\tid drop\n", "line 3,", "an indented line");
	FAILS(HEAD "tabel a\n", "line 3,", "\"tabel\" is not a statement");
	FAILS(HEAD "table a\n\tid\n", "line 4,", "say what happens to id");
	FAILS(HEAD "table a\n\tid hash\n", "line 4,", "\"hash\" is none of");
	FAILS(HEAD "table a\n\tid cap many\n", "line 4,", "the cap must be a number");
	FAILS(HEAD "table a\n\tid keep \"open\n", "line 4,", "a quote is not closed");
	FAILS(HEAD "table a\n\tid keep drop\n", "line 4,", "\"drop\" is not expected");
	FAILS(HEAD TABLE "\tID drop\n", "line 6,", "column ID was already described in line 4");
	FAILS(HEAD TABLE TABLE, "line 6,", "table a was already listed in line 3");
	FAILS(HEAD "patient a.b\n", "line 3,", "the patient column was already given in line 2");
	FAILS("recipe \"R\" version 0\n", "line 1,", "the version must be");
	FAILS("patient id\n", "line 1,", "the patient column must be written table.column");
	FAILS(HEAD "outcome a.y binary 1\n", "line 3,", "write which value");
	FAILS(HEAD "outcome a.y\n", "line 3,", "say whether");
	FAILS(HEAD "hidden 90 %\n", "", "from 0.1 to 80 percent");
	FAILS(HEAD "hidden nan\n", "", "from 0.1 to 80 percent");
	FAILS("recipe \"\xff\"", "", "not UTF-8");
}

TEST(every_action)
{
	struct recipe r;
	CHECK_STR(parse(HEAD "dates keep weekday season\nstaff s.name s.nick\nallow Crohn \"Mount "
			     "Sinai\"\n"
			     "table a\n\tid pseudonym of patient\n\tborn age at b.on cap 90 as age "
			     "\"years\"\n"
			     "\tw round 0.5\n\tv bin 1 2.5 10 as \"v range\"\n\tdx group 20\n\tzip "
			     "postal us\n"
			     "\tplz postal 2 below 50 as area\n\tpo postal 3 population z.code "
			     "z.people\n"
			     "\tt scrub\n\ty keep\ntable b by adm via a\n\tc keep\n"
			     "quasi a.born a.zip\nk 5 suppress 2 %\nl 2 a.y\ncsv all\ncite \"us, "
			     "2026\"\n" TAIL,
			  &r),
		"");
	const struct recipe_column *c = r.tables.at[0].columns.at;
	CHECK(r.weekday && r.season && r.staff.n == 2 && r.allow.n == 2);
	CHECK_STR(c[0].of, "patient");
	CHECK(c[1].action == ACT_AGE && c[1].number == 90);
	CHECK_STR(c[1].index.text, "b.on");
	CHECK_STR(c[1].as, "age");
	CHECK_STR(c[1].meaning, "years");
	CHECK(c[2].action == ACT_ROUND && c[2].number == 0.5);
	CHECK(c[3].edges.n == 3 && c[3].edges.at[1] == 2.5);
	CHECK_STR(c[3].as, "v range");
	CHECK_INT(c[4].below, 20);
	CHECK(c[5].postal == POSTAL_US && c[5].digits == 3);
	CHECK(c[6].postal == POSTAL_PATIENTS && c[6].digits == 2 && c[6].below == 50);
	CHECK(c[7].postal == POSTAL_POPULATION);
	CHECK_STR(c[7].people.text, "z.people");
	CHECK(c[8].action == ACT_SCRUB);
	CHECK_STR(r.tables.at[1].via, "a");
	CHECK(r.quasi.n == 2 && r.k == 5 && r.suppress == 2 && r.l == 2 && r.sensitive.n == 1);
	CHECK(r.csv_mb == INT64_MAX);
	CHECK_STR(r.cite, "us, 2026");
}

TEST(errors_name_the_character)
{
	FAILS(HEAD "table a\n\tid hash\n", "line 4, character 5:", "none of");
	FAILS(HEAD "table a\n\tid  cap  many\n", "line 4, character 11:", "the cap");
	FAILS(HEAD "table a\n\t\"\xc3\xa6\xc3\xb8\" hash\n", "line 4, character 7:", "none of");
	FAILS(HEAD "table a\n\tid bin 3 2\n", "line 4, character 11:", "must rise");
	FAILS(HEAD "table a\n\tid age\n", "line 4, character 8:", "say at which date");
	FAILS(HEAD "table a\n\tid round 0\n", "line 4, character 11:", "above 0");
	FAILS(HEAD "table a\n\tid postal 3 population z\n",
		"line 4, character 25:", "table.column");
	FAILS(HEAD "table a\n\tid group 1\n", "line 4, character 11:", "from 2 to");
	FAILS(HEAD "k 1\n", "line 3, character 3:", "from 2 to 1000");
	FAILS(HEAD "csv some\n", "line 3, character 5:", "csv all");
	FAILS(HEAD TABLE "k 5\n" TAIL, "", "lacks a statement of this form: quasi");
	FAILS(HEAD "dates keep day\n", "line 3, character 12:", "weekday and season");
}
