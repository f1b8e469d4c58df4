#include "portal/keeper/secret.h"

#include <sodium.h>

#include "base/tap.h"

TEST(a_secret_joins_its_own_job_until_it_is_dropped)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK(sodium_init() >= 0);
	struct secrets *s = secrets_new();
	const char *spec = NULL;
	struct err e;
	secrets_put(s, 7, "patient", "00\"47");
	secrets_put(s, 8, "patient", "other");
	CHECK_INT(secrets_add(s, a, 7, "{\"event\":1}", &spec, NULL), OK);
	CHECK_STR(spec, "{\"event\":1,\"patient\":\"00\\\"47\"}");
	/* A job that is tried again is told again. */
	CHECK_INT(secrets_add(s, a, 7, "{\"event\":2}", &spec, NULL), OK);
	CHECK_STR(spec, "{\"event\":2,\"patient\":\"00\\\"47\"}");
	secrets_drop(s, 7);
	spec = NULL;
	CHECK_INT(secrets_add(s, a, 7, "{\"event\":1}", &spec, &e), E_ABSENT);
	CHECK(!spec);
	CHECK_INT(secrets_add(s, a, 8, "{\"event\":1}", &spec, NULL), OK);
	CHECK(secrets_has(s, 8) && !secrets_has(s, 7));
	char text[8] = "", small[3] = "";
	CHECK(secrets_read(s, 8, text, sizeof text));
	CHECK_STR(text, "other");
	CHECK(!secrets_read(s, 8, small, sizeof small) && !small[0]);
	CHECK(!secrets_read(s, 7, text, sizeof text));
	secrets_free(s);
}
