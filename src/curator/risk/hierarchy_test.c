#include "base/tap.h"

#include "curator/risk/hierarchy.h"
#include "curator/risk/test_file.h"

static const char *
refusal(const char *text)
{
	static struct err e;
	struct hierarchy h;
	e = (struct err){ 0 };
	if (hierarchy_parse("age", str_of(text), &h, &e) != OK)
		return e.text;
	hierarchy_free(&h);
	return "accepted";
}

static struct dict *
values_of(const char *const *values, size_t n)
{
	struct dict *d = dict_new(NULL);
	for (size_t i = 0; i < n; i++) {
		uint32_t code;
		CHECK(dict_add(d, str_of(values[i]), &code, NULL) == OK);
	}
	return d;
}

TEST(reads_the_form_of_arx)
{
	struct hierarchy h;
	struct err e;
	CHECK(hierarchy_parse("age", STR("34;30-39;*\r\n\r\n35;30-39;*\r\n40;40-49;*"), &h, &e) ==
		OK);
	CHECK_INT(h.n_levels, 3);
	CHECK_INT(hierarchy_whole(&h), 2);
	CHECK_INT(h.levels[1].leaves[0], 2);
	CHECK_INT(h.levels[1].leaves[1], 1);
	CHECK_INT(h.levels[2].leaves[0], 3);
	CHECK_INT(hierarchy_loss(&h, 1, 0), 1);
	CHECK(str_is(hierarchy_label(&h, 1, h.levels[0].up[2]), "40-49"));
	hierarchy_free(&h);
}

TEST(finds_the_separator_in_quotes_and_in_intervals)
{
	struct hierarchy h;
	struct err e;
	CHECK(hierarchy_parse("x", STR("1,\"[1, 5[\",*\n6,\"[6, 9\"\"[\",*\n"), &h, &e) == OK);
	CHECK_INT(h.n_levels, 3);
	CHECK(str_is(hierarchy_label(&h, 1, 1), "[6, 9\"["));
	hierarchy_free(&h);
	CHECK(hierarchy_parse("x", STR("1;[1, 5[;[1, 9[;[1, 20[;*\n6;[5, 9[;[1, 9[;[1, 20[;*\n"),
		      &h, &e) == OK);
	CHECK_INT(h.n_levels, 5);
	hierarchy_free(&h);
	CHECK(hierarchy_parse("x",
		      STR("\xef\xbb\xbf"
			  "a\nb\n"),
		      &h, &e) == OK);
	CHECK_INT(h.n_levels, 1);
	CHECK(str_is(hierarchy_label(&h, 0, 0), "a"));
	hierarchy_free(&h);
}

TEST(names_the_line_of_what_is_wrong)
{
	CHECK_STR(refusal(""), "The hierarchy of age is empty.");
	CHECK_STR(refusal("1;*\n2\n"),
		"The hierarchy of age, line 2: 1 level instead of 2 as in the first line.");
	CHECK_STR(refusal("1;*\n1;*\n"), "The hierarchy of age, line 2: this value stands twice.");
	CHECK_STR(refusal("1;a;x\n2;a;y\n"),
		"The hierarchy of age, line 2: what stands at level 1 lies under two different "
		"values of level 2.");
	CHECK_STR(refusal("1;*\n\xff;*\n"),
		"The hierarchy of age, line 2: these bytes are not UTF-8.");
	CHECK_STR(refusal("1;*\n\"2;*\n"),
		"The hierarchy of age, line 2: the quotes of field 1 do not match.");
	CHECK(strstr(refusal("0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2"),
		"more than 32 levels"));
}

TEST(tells_how_many_values_are_missing_and_not_which)
{
	struct dict *d = values_of((const char *[]){ "1", "secret" }, 2);
	struct hierarchy h;
	struct err e;
	CHECK(hierarchy_parse("age", STR("1;*\n2;*\n"), &h, &e) == OK);
	CHECK(hierarchy_bind(&h, d, &e) == E_INPUT);
	CHECK_STR(e.field, "age");
	CHECK_STR(e.text, "The hierarchy of age lacks 1 of the 2 values of this column.");
	hierarchy_free(&h);
	dict_free(d);
}

/* The labels of a value at all levels between itself and *, as one text. */
static const char *
ladder(struct arena *a, const char *name, const char *const *values, size_t n, size_t which,
	const char **ret_kind)
{
	struct dict *d = values_of(values, n);
	struct hierarchy h;
	struct err e = { 0 };
	if (hierarchy_guess(a, name, d, &h, &e) != OK || hierarchy_bind(&h, d, &e) != OK)
		return arena_strdup(a, e.text);
	struct buf b = buf_new(a);
	for (size_t g = 1; g < h.n_levels; g++) {
		struct str s = hierarchy_label(&h, g, h.values[g][which]);
		buf_printf(&b, "%s%.*s", g > 1 ? " | " : "", (int)s.n, s.p);
	}
	*ret_kind = h.kind;
	hierarchy_free(&h);
	dict_free(d);
	return b.p;
}

#define LADDER(name, which, ...)                                                                   \
	ladder(a, name, (const char *[]){ __VA_ARGS__ },                                           \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), which, &kind)

TEST(guesses_numbers)
{
	cleanup_arena struct arena *a = arena_new();
	const char *kind;
	CHECK_STR(LADDER("age", 1, "34", "47", "", "90"), "45-49 | 40-49 | 40-59 | *");
	CHECK_STR(kind, "numbers");
	CHECK_STR(LADDER("age", 2, "34", "47", "", "90"), " |  |  | *");
	CHECK_STR(
		LADDER("grams", 0, "3140", "990", "4500"), "3100-3149 | 3100-3199 | 3000-3199 | *");
	CHECK_STR(LADDER("excess", 0, "-3", "4"), "-5 to -1 | -10 to -1 | -20 to -1 | *");
	CHECK_STR(LADDER("weight", 0, "71.5", "80"),
		"70 to below 75 | 70 to below 80 | 60 to below 80 | *");
}

TEST(guesses_dates)
{
	cleanup_arena struct arena *a = arena_new();
	const char *kind;
	CHECK_STR(LADDER("born", 0, "2021-05-17", "1999-01-01"), "2021-05 | 2021-Q2 | 2021 | *");
	CHECK_STR(kind, "dates");
	CHECK_STR(LADDER("born", 0, "17.05.2021", "01.12.1999"), "2021-05 | 2021-Q2 | 2021 | *");
	CHECK_STR(LADDER("at", 0, "2021-12-31T23:59:00"),
		"2021-12-31 | 2021-12 | 2021-Q4 | 2021 | *");
	CHECK_STR(LADDER("at", 0, "2021-13-31"), "2021-13-3* | 2021-13* | 2021-1* | 2021* | 202* | "
						 "20* | 2* | *");
}

TEST(guesses_codes)
{
	cleanup_arena struct arena *a = arena_new();
	const char *kind;
	CHECK_STR(LADDER("zip", 0, "8001", "9000"), "800* | 80* | 8* | *");
	CHECK_STR(kind, "postal codes");
	CHECK_STR(LADDER("area", 0, "01067", "99999"), "0106* | 010* | 01* | 0* | *");
	CHECK_STR(kind, "postal codes");
	CHECK_STR(LADDER("drug", 0, "A10BA02", "C09AA05"), "A10BA* | A10B* | A10* | A* | *");
	CHECK_STR(kind, "ATC codes");
	CHECK_STR(LADDER("dx", 0, "I21.41", "E11"), "I21.4* | I21* | I2* | I* | *");
	CHECK_STR(kind, "ICD codes");
	CHECK_STR(LADDER("dx", 1, "I21.41", "E11"), "E11 | E11 | E1* | E* | *");
	CHECK_STR(LADDER("ward", 0, "W-12", "X-3"), "W-1* | W* | *");
	CHECK_STR(kind, "codes");
	CHECK_STR(LADDER("sex", 0, "female", "male"), "*");
	CHECK_STR(kind, "other");
}

TEST(tells_in_words_what_a_level_is)
{
	cleanup_arena struct arena *a = arena_new();
	static const char *const numbers[] = { "18", "90" }, *const dates[] = { "2020-01-31" },
				 *const codes[] = { "12345", "02345" }, *const others[] = { "red" };
	static const struct {
		const char *const *values;
		size_t n, level;
		const char *into;
	} cases[] = {
		{ numbers, 2, 1, "ranges of 5" },
		{ numbers, 2, 3, "ranges of 20" },
		{ numbers, 2, 4, "the same for all" },
		{ dates, 1, 1, "months" },
		{ dates, 1, 2, "quarters of a year" },
		{ dates, 1, 3, "years" },
		{ codes, 2, 1, "the first 4 letters and digits" },
		{ codes, 2, 4, "the first character" },
		{ others, 1, 1, "the same for all" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dict *d = values_of(cases[i].values, cases[i].n);
		struct hierarchy h = { 0 };
		CHECK_INT(hierarchy_guess(a, "x", d, &h, NULL), OK);
		CHECK(!h.into[0]);
		CHECK_STR(h.into[cases[i].level], cases[i].into);
		hierarchy_free(&h);
		dict_free(d);
	}
}

TEST(guesses_nothing_from_nothing)
{
	cleanup_arena struct arena *a = arena_new();
	const char *kind;
	CHECK_STR(LADDER("empty", 0, ""), "*");
}
