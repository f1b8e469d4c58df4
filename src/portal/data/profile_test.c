#include "base/tap.h"

#include "portal/data/profile.h"

#define COLUMN                                                                                     \
	"{\"name\":\"age\",\"type\":\"integer\",\"missing\":\"few\",\"distinct\":81,"              \
	"\"exact\":true,\"identifier\":false,\"low\":30,\"high\":94,\"quartiles\":[49,62,73],"     \
	"\"bins\":[{\"from\":20,\"to\":40,\"rows\":\"few\"},{\"from\":40,\"to\":60,\"rows\":90},"  \
	"{\"from\":60,\"to\":100,\"rows\":120}],\"values\":[],\"plausible\":{\"what\":\"age\","    \
	"\"unit\":\"a\",\"low\":0,\"high\":122,\"below\":0,\"above\":14}}"
#define TABLE(name, columns)                                                                       \
	"{\"name\":\"" name "\",\"file\":\"" name                                                  \
	".csv\",\"rows\":641,\"rejected\":12,\"tests\":[],\"columns\":[" columns "]}"

TEST(an_import_is_told_by_table_and_column)
{
	cleanup_arena struct arena *a = arena_new();
	struct profile p;
	CHECK_INT(profile_read(a,
			  "{\"layout\":{\"name\":\"OMOP CDM\",\"version\":\"5.4\"},"
			  "\"patient\":{\"table\":\"person\",\"column\":\"person_id\"},"
			  "\"visit\":null,\"patients\":440,\"tables\":[" TABLE(
				  "person", COLUMN) "," TABLE("labs",
				  "") "],\"reach\":[{\"table\":\"labs\",\"how\":\"through\","
				      "\"column\":\"visit\",\"through\":\"person\",\"rows_"
				      "without\":17}],"
				      "\"links\":[{\"table\":\"labs\",\"column\":\"visit\","
				      "\"to_table\":\"person\",\"to_column\":\"id\",\"share\":0."
				      "995}]}",
			  &p, NULL),
		OK);
	CHECK_STR(p.layout, "OMOP CDM 5.4");
	CHECK_STR(p.patient, "person.person_id");
	CHECK_STR(p.visit, "");
	CHECK_STR(p.links.at[0],
		"labs.visit leads to person.id (99.5 % of its values are known there)");
	const struct profile_table *t = &p.tables.at[0];
	CHECK_STR(t->rejected, "12");
	CHECK(!t->lost && p.tables.at[1].lost);
	CHECK_STR(p.tables.at[1].reach, "by visit, through person; 17 rows reach no patient");
	const struct profile_column *c = &t->columns.at[0];
	CHECK_STR(c->missing, "few");
	CHECK_STR(c->range, "30 to 94, half of them 49 to 73");
	CHECK_STR(c->note, "14 rows above 122 years, the highest plausible age. ");
	/* Bars, and what is withheld has no height of its own. */
	CHECK(strstr(c->picture.markup, "Distribution of age, in rows: 20 to 40 few, 40 to 60 90, "
					"60 to 100 120\""));
	CHECK(strstr(c->picture.markup, "class=\"hidden\""));
	CHECK(!strstr(c->picture.markup, "<path"));
}

TEST(few_whole_numbers_are_bars_called_by_their_number)
{
	cleanup_arena struct arena *a = arena_new();
	struct profile p;
	CHECK_INT(
		profile_read(a,
			"{\"tables\":[" TABLE("births",
				"{\"name\":\"smoke\",\"type\":\"integer\",\"bins\":[{\"from\":0,"
				"\"to\":1,\"rows\":115},{\"from\":1,\"to\":2,\"rows\":74}]}") "]}",
			&p, NULL),
		OK);
	CHECK(strstr(p.tables.at[0].columns.at[0].picture.markup,
		"Distribution of smoke, in rows: 0 115, 1 74\""));
}

TEST(what_the_recipe_says_of_patients_counts)
{
	cleanup_arena struct arena *a = arena_new();
	struct profile p;
	CHECK_INT(profile_read(a,
			  "{\"patient\":null,\"tables\":[" TABLE("births", "") "," TABLE(
				  "labs", "") "," TABLE("codes", "") "," TABLE("other",
				  "") "],\"reach\":[{\"table\":\"births\",\"how\":\"none\"},"
				      "{\"table\":\"labs\",\"how\":\"none\"},"
				      "{\"table\":\"codes\",\"how\":\"none\"},"
				      "{\"table\":\"other\",\"how\":\"none\"}]}",
			  &p, NULL),
		OK);
	CHECK(p.tables.at[0].lost && !p.patient[0]);
	profile_follow(a, "", &p);
	CHECK(p.tables.at[0].lost && !p.said[0]);
	profile_follow(a,
		"patient births.id\ntable Births\n\tid pseudonym\ntable labs by mother\n"
		"table codes shared\n",
		&p);
	CHECK_STR(p.said, "births.id");
	CHECK(!p.same && !p.tables.at[0].lost && !p.tables.at[1].lost && !p.tables.at[2].lost);
	CHECK_STR(p.tables.at[0].reach, "their own table, as the recipe says");
	CHECK_STR(p.tables.at[1].reach, "by mother, as the recipe says");
	CHECK_STR(p.tables.at[2].reach, "shared, as the recipe says");
	CHECK(p.tables.at[3].lost);
	p.patient = "births.ID";
	profile_follow(a, "patient births.id\n", &p);
	CHECK(p.same);
}

TEST(what_is_no_import_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	struct profile p;
	const char *bad[] = { "", "{", "{\"tables\":7}", "{\"tables\":[{}]}", "[]" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(profile_read(a, bad[i], &p, NULL), E_INPUT);
	/* Members of other kinds are as if they were not there. */
	CHECK_INT(profile_read(a,
			  "{\"tables\":[{\"columns\":[{\"name\":3,\"bins\":7,\"values\":{}}]}],"
			  "\"reach\":4,\"links\":[3,null],\"patient\":[]}",
			  &p, NULL),
		OK);
	CHECK_STR(p.patient, "");
}
