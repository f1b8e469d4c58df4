#include "base/tap.h"

#include <jansson.h>

#include "portal/catalogue/catalogue.h"

TEST(counts_tell_of_no_few)
{
	CHECK_INT(catalogue_count(0), 0);
	CHECK_INT(catalogue_count(9), 0);
	CHECK_INT(catalogue_count(10), 10);
	CHECK_INT(catalogue_count(14), 10);
	CHECK_INT(catalogue_count(4119), 4120);
	CHECK_INT(catalogue_count(4121), 4120);
	CHECK_INT(catalogue_count(9999), 10000);
	CHECK_INT(catalogue_count(41234), 41200);
	CHECK_INT(catalogue_count(1234567), 1230000);
}

static struct catalogue_view
entry(void)
{
	static struct catalogue_file files[] = { { "full", "All \"patients\"", "abcd", 4096 } };
	struct catalogue_view v = { .title = "Potassium",
		.event_name = "Heart days",
		.address = "https://d.example/e/h/catalogue/p",
		.summary = "Why?",
		.owner = "Hospital",
		.contact = "data@h.example",
		.contact_link = "mailto:data@h.example",
		.origin = "The <laboratory>",
		.keywords = "heart, ,potassium,",
		.licence = "For this event",
		.licence_url = "",
		.terms_text = "Be kind.",
		.citation = "",
		.ethics = "valid",
		.ethics_number = "E1",
		.ethics_committee = "Board",
		.recipe_hash = "0123456789abcdef0123",
		.issued = 1700000000,
		.files = { files, 1 } };
	return v;
}

TEST(a_citation_is_made_when_none_is_written)
{
	cleanup_arena struct arena *a = arena_new();
	struct catalogue_view v = entry();
	CHECK_STR(catalogue_citation(a, &v),
		"Hospital (2023). Potassium. Heart days, recipe 0123456789abcdef. "
		"https://d.example/e/h/catalogue/p");
	v.issued = 0;
	v.recipe_hash = "";
	CHECK_STR(catalogue_citation(a, &v),
		"Hospital. Potassium. Heart days. https://d.example/e/h/catalogue/p");
	v.citation = "As it says";
	CHECK_STR(catalogue_citation(a, &v), "As it says");
}

TEST(contacts_and_licences_are_addresses)
{
	struct catalogue_form f = { .contact = "data@h.example", .licence_url = "" };
	struct err e;
	CHECK_INT(catalogue_form_ok(&f, NULL), OK);
	f.contact = "https://h.example/data";
	CHECK_INT(catalogue_form_ok(&f, NULL), OK);
	static const char *const bad[] = { "javascript:alert(1)", "@h.example", "a@b@c.example",
		"Dr. Who", "a@h.example?subject=x", "" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		f.contact = bad[i];
		CHECK_INT(catalogue_form_ok(&f, &e), E_INPUT);
		CHECK_STR(e.field, "contact");
	}
	f.contact = "a@h.example";
	f.licence_url = "creativecommons.org";
	CHECK_INT(catalogue_form_ok(&f, &e), E_INPUT);
	CHECK_STR(e.field, "licence_url");
}

static const char *
text_at(const json_t *o, const char *key, const char *inner)
{
	const char *s = json_string_value(json_object_get(json_object_get(o, key), inner));
	return s ? s : "";
}

TEST(json_ld_says_what_dcat_asks_for)
{
	cleanup_arena struct arena *a = arena_new();
	struct catalogue_view v = entry();
	struct str text = catalogue_ld(a, &v);
	json_t *o = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	CHECK(o);
	CHECK_STR(json_string_value(json_object_get(o, "@type")), "dcat:Dataset");
	CHECK_STR(text_at(o, "dct:publisher", "foaf:name"), "Hospital");
	CHECK_STR(text_at(o, "dct:issued", "@value"), "2023-11-14T22:13:20Z");
	CHECK_STR(text_at(o, "dct:license", "dct:description"), "For this event");
	CHECK_INT(json_array_size(json_object_get(o, "dcat:keyword")), 2);
	const json_t *d = json_array_get(json_object_get(o, "dcat:distribution"), 0);
	CHECK_STR(text_at(d, "dcat:byteSize", "@value"), "4096");
	CHECK_STR(text_at(json_object_get(d, "spdx:checksum"), "spdx:checksumValue", "@value"),
		"abcd");
	CHECK_STR(text_at(json_object_get(o, "dcat:contactPoint"), "vcard:hasEmail", "@id"),
		"mailto:data@h.example");
	json_decref(o);
}
