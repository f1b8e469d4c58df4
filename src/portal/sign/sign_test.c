#include "base/tap.h"

#include "portal/sign/sign.h"

#define COUNTS                                                                                     \
	"\"recipe_hash\":\"ab12\",\"rows\":1200,\"patients\":118,\"sample_patients\":20,"          \
	"\"hidden_patients\":30,\"tables\":[{\"name\":\"births\"}],"                               \
	"\"leak_scan\":{\"identifiers\":354,\"columns\":12,\"bytes\":20000},"                                     \
	"\"images\":[{\"id\":7,\"stage\":\"sample\",\"bytes\":4096,\"hash\":\"cd34\"}]"
#define RISK(reached)                                                                              \
	",\"risk\":{\"quasi\":[\"births.age\"],\"k\":5,\"l\":0,\"suppressed\":2,"                  \
	"\"before\":{\"k\":1,\"highest\":1,\"average\":0.5,\"uniques\":0.25},"                     \
	"\"after\":{\"k\":" reached ",\"highest\":0.2,\"average\":0.1,\"uniques\":0}}"

static struct sign_facts
good(void)
{
	return (struct sign_facts){ .title = "Birth weight",
		.ethics_number = "0123-26",
		.ethics_committee = "Carmel",
		.ethics_expires = 2000000000,
		.now = 1800000000,
		.recipe = "recipe 1",
		.spec = "{\"recipe\":\"recipe 1\"}",
		.result = "{" COUNTS RISK("5") "}" };
}

static struct sign_paper
made(struct arena *a, const struct sign_facts *f)
{
	struct sign_paper p = { 0 };
	CHECK_INT(sign_paper_make(a, f, &p, NULL), OK);
	return p;
}

TEST(what_is_in_order_can_be_signed_as_it_was_read)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	struct sign_paper p = made(a, &f);
	CHECK(!p.stop && !p.unmeasured);
	CHECK(strstr(p.statement, "354 identifiers") != NULL);
	CHECK(strstr(p.statement, "cd34") != NULL);
	CHECK(strstr(p.statement, "smallest group 1, highest risk 100.0 %") != NULL);
	CHECK_INT(sign_ok(&p, p.hash, "", NULL), OK);
	CHECK_INT(sign_ok(&p, "", "", NULL), E_CONFLICT);
	/* A later minute changes nothing of what is signed; another approval does. */
	f.now += 60;
	CHECK_STR(made(a, &f).hash, p.hash);
	f.ethics_number = "0124-26";
	CHECK_INT(sign_ok(&p, made(a, &f).hash, "", NULL), E_CONFLICT);
}

TEST(what_was_signed_is_read_as_it_was)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	struct sign_paper p = made(a, &f), again;
	sign_paper_read(a, p.statement, &again);
	CHECK_INT(again.facts.n, p.facts.n);
	for (size_t i = 0; i < p.facts.n; i++) {
		CHECK_STR(again.facts.at[i].label, p.facts.at[i].label);
		CHECK_STR(again.facts.at[i].text, p.facts.at[i].text);
	}
	sign_paper_read(a, "", &again);
	CHECK_INT(again.facts.n, 0);
	sign_paper_read(a, "A title\nno colon\n", &again);
	CHECK_STR(again.facts.at[0].label, "no colon");
	CHECK_STR(again.facts.at[0].text, "");
}

TEST(a_version_that_says_the_same_can_be_signed)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	f.spec = "{\"recipe\":\"recipe r version 2\\nk 5\\n\"}";
	f.recipe = "recipe r version 4\nk 5\n";
	struct sign_paper p = made(a, &f);
	CHECK(!p.stop && strstr(p.statement, "Recipe: version 2, BLAKE2b-256 ab12\n"));
	f.recipe = "recipe r version 4\nk 6\n";
	CHECK(made(a, &f).stop != NULL);
}

TEST(a_column_that_is_lost_is_told)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	CHECK(!strstr(made(a, &f).statement, "Lost to the group size"));
	f.result = "{" COUNTS
		   ",\"risk\":{\"quasi\":[\"p.a\",\"p.b\"],\"k\":5,\"l\":0,\"suppressed\":2,"
		   "\"before\":{\"k\":1,\"highest\":1,\"average\":0.5,\"uniques\":0.25},"
		   "\"after\":{\"k\":5,\"highest\":0.2,\"average\":0.1,\"uniques\":0},"
		   "\"levels\":[{\"column\":\"p.a\",\"level\":4,\"of\":4},"
		   "{\"column\":\"p.b\",\"level\":0,\"of\":0}]}}";
	struct sign_paper p = made(a, &f);
	CHECK(!p.stop && strstr(p.statement, "Lost to the group size: p.a: the same for all"));
}

TEST(what_goes_out_beside_the_rows_is_told)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	CHECK(!strstr(made(a, &f).statement, "Dictionary"));
	const char *plain = f.result;
	f.result = arena_printf(a,
		"{\"dictionary\":{\"version\":3,\"entries\":2,\"hash\":\"ef56\"},"
		"\"parquet_alone\":[\"labs\",\"notes\"],%s",
		plain + 1);
	f.dictionary = 3;
	const char *told = made(a, &f).statement;
	CHECK(strstr(told, "Dictionary: version 3, 2 entries, BLAKE2b-256 ef56\n") != NULL);
	CHECK(strstr(told, "Parquet without CSV: labs, notes: ") != NULL);
	f.dictionary = 5;
	CHECK(strstr(made(a, &f).statement, "version 5 was written since") != NULL);
	f.result = plain;
	CHECK(strstr(made(a, &f).statement, "the recipe's words; version 5") != NULL);
}

TEST(what_is_not_in_order_cannot)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	struct sign_paper p;
	struct err e = { 0 };
	f.now = f.ethics_expires;
	p = made(a, &f);
	CHECK_INT(sign_ok(&p, p.hash, "because", &e), E_CONFLICT);
	CHECK(strstr(e.text, "expired") != NULL);
	f = good();
	f.ethics_committee = "";
	CHECK(made(a, &f).stop != NULL);
	f = good();
	f.recipe = "recipe 2";
	p = made(a, &f);
	CHECK(p.stop && strstr(p.stop, "changed") != NULL);
	f = good();
	f.result = "{" COUNTS RISK("4") "}";
	p = made(a, &f);
	CHECK(p.stop && strstr(p.stop, "group size") != NULL);
}

TEST(an_unmeasured_risk_needs_a_reason)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	struct err e = { 0 };
	f.result = "{" COUNTS "}";
	struct sign_paper p = made(a, &f);
	CHECK(p.unmeasured && !p.stop);
	CHECK_INT(sign_ok(&p, p.hash, "", &e), E_INPUT);
	CHECK_STR(e.field, "why");
	CHECK_INT(sign_ok(&p, p.hash, "A published set.", NULL), OK);
}

TEST(a_result_of_another_kind_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_facts f = good();
	struct sign_paper p;
	const char *bad[] = { "", "[]", "{}", "{\"recipe_hash\":1}",
		"{" COUNTS ",\"risk\":{\"quasi\":7}}", "{" COUNTS ",\"risk\":{\"quasi\":[]}}" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		f.result = bad[i];
		CHECK_INT(sign_paper_make(a, &f, &p, NULL), E_INPUT);
	}
	f = good();
	f.spec = "{}";
	CHECK_INT(sign_paper_make(a, &f, &p, NULL), E_INPUT);
}
