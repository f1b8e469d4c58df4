/* The view of html_test.html, which has one of everything. Constant data of the test. */
#ifndef PORTAL_WEB_HTML_TEST_H
#define PORTAL_WEB_HTML_TEST_H

#include "base/field.h"

struct html_test_person {
	const char *name;
	int64_t id;
};

struct html_test_view {
	const char *text, *url, *none;
	char array[8];
	int64_t n;
	double real, nan;
	bool yes;
	struct html_safe safe;
	text_list words;
	LIST(struct html_test_person) people;
	LIST(struct html_test_person) nobody;
	struct html_test_person lead;
};

#endif
