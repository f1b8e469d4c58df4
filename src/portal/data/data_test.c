#include "base/tap.h"

#include "portal/data/data.h"

TEST(the_task_stays_once_data_are_released)
{
	CHECK_INT(project_task_ok(false, "binary", "regression", NULL), OK);
	CHECK_INT(project_task_ok(true, "binary", "binary", NULL), OK);
	CHECK_INT(project_task_ok(true, "binary", "regression", NULL), E_CONFLICT);
}

TEST(slugs_of_titles)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(project_slug(a, "Birth weight from maternal history"),
		"birth-weight-from-maternal-history");
	CHECK_STR(project_slug(a, "  COVID-19: severity?! "), "covid-19-severity");
	CHECK_STR(project_slug(a, "שאלה"), "project");
	const char *cut = project_slug(a, "A title that is a good deal longer than forty letters");
	CHECK(strlen(cut) <= 40 && str_slug(str_of(cut)));
}

TEST(data_need_an_approval_that_holds)
{
	struct err e;
	CHECK(ethics_valid("P", "0123", "Rambam", 200, 100, &e) == OK);
	CHECK(ethics_valid("P", "", "Rambam", 200, 100, &e) == E_DENIED);
	CHECK(ethics_valid("P", "0123", "", 200, 100, &e) == E_DENIED);
	CHECK(ethics_valid("P", "0123", "Rambam", 0, 100, &e) == E_DENIED);
	CHECK(ethics_valid("P", "0123", "Rambam", 100, 100, &e) == E_DENIED);
	CHECK(strstr(e.text, "expired") != NULL);
}
