#include "attack/proof/report.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/tap.h"

static struct results *
some(struct arena *a)
{
	struct results *r = results_new(a);
	r->planned = 3;
	results_add(r, &(struct result){ "B1.files", "a download | of a file", "answered 403",
			       R_DEFEATED, true, "", "" });
	results_add(r, &(struct result){ "B5.screen", "a photograph", "", R_RESIDUAL, true, "",
			       "a camera may see it" });
	results_add(r, &(struct result){
			       "N1.public", "a connection", "refused", R_DEFEATED, true, "", "" });
	return r;
}

static const char *
text(struct arena *a)
{
	const struct config c = { .state = "/var/lib/x", .bin = "/x", .runtime = "runc" };
	return report_text(a, &c, some(a), 1000000000, 1000000100, "seccomp  yes\n");
}

TEST(a_report_tells_people_and_programs)
{
	cleanup_arena struct arena *a = arena_new();
	const char *t = text(a);
	CHECK(strstr(t, "3 attacks were tried, 2 defeated"));
	CHECK(strstr(t, "| B1.files | a download \\| of a file | defeated | worked |"));
	CHECK(strstr(t, "* B5.screen: a photograph. a camera may see it."));
	CHECK(strstr(t, "\"good\":true"));
	CHECK(strstr(t, "seccomp  yes"));
}

TEST(a_signed_report_is_as_it_was)
{
	cleanup_arena struct arena *a = arena_new();
	unsigned char public[32], secret[64], other[64];
	const char *key, *again;
	struct err e;
	CHECK(sodium_init() >= 0);
	crypto_sign_keypair(public, other);
	crypto_sign_keypair(public, secret);
	const char *t = report_sign(a, text(a), secret);
	CHECK_INT(report_verify(a, str_of(t), NULL, &key, &e), OK);
	CHECK_INT(strlen(key), 64);
	CHECK_INT(report_verify(a, str_of(t), key, &again, &e), OK);
	const char *theirs = report_sign(a, text(a), other);
	CHECK_INT(report_verify(a, str_of(theirs), key, &again, &e), E_CONFLICT);
}

/* Every single byte counts. */
TEST(a_changed_report_is_found)
{
	cleanup_arena struct arena *a = arena_new();
	unsigned char public[32], secret[64];
	const char *key;
	struct err e;
	CHECK(sodium_init() >= 0);
	crypto_sign_keypair(public, secret);
	char *t = arena_strdup(a, report_sign(a, text(a), secret));
	size_t n = strlen(t);
	for (size_t i = 0; i < n; i += 7) {
		t[i] ^= 1;
		CHECK(report_verify(a, (struct str){ t, n }, NULL, &key, &e) != OK);
		t[i] ^= 1;
	}
	CHECK_INT(report_verify(a, (struct str){ t, n }, NULL, &key, &e), OK);
	CHECK(report_verify(a, (struct str){ t, n - 1 }, NULL, &key, &e) != OK);
	CHECK(report_verify(a, (struct str){ t + 1, n - 1 }, NULL, &key, &e) != OK);
	CHECK_INT(report_verify(a, STR(""), NULL, &key, &e), E_INPUT);
	CHECK_INT(report_verify(a, STR("signature: 00\n"), NULL, &key, &e), E_INPUT);
	CHECK_INT(report_is((struct str){ t, n }, &e), OK);
	CHECK_INT(report_is(STR("sex,count\nF,12\n"), &e), E_INPUT);
	CHECK(strstr(e.text, "no report"));
}

TEST(checking_makes_no_key)
{
	cleanup_arena struct arena *a = arena_new();
	char dir[] = "/tmp/report-test.XXXXXX";
	unsigned char secret[64], public[32], derived[32];
	struct stat st;
	struct err e;
	CHECK(sodium_init() >= 0);
	CHECK(mkdtemp(dir) != NULL);
	const struct config c = { .state = dir };
	const char *path = arena_printf(a, "%s/proof.key", dir);
	CHECK_INT(report_public(a, &c, public, &e), E_ABSENT);
	CHECK(strstr(e.text, "has no key"));
	CHECK(lstat(path, &st) < 0);
	CHECK_INT(report_key(a, &c, secret, &e), OK);
	CHECK_INT(report_public(a, &c, public, &e), OK);
	crypto_sign_ed25519_sk_to_pk(derived, secret);
	CHECK(memcmp(public, derived, sizeof public) == 0);
	unlink(path);
	rmdir(dir);
}

TEST(the_key_is_made_once)
{
	cleanup_arena struct arena *a = arena_new();
	char dir[] = "/tmp/report-test.XXXXXX";
	unsigned char one[64], two[64];
	struct stat st;
	struct err e;
	CHECK(sodium_init() >= 0);
	CHECK(mkdtemp(dir) != NULL);
	const struct config c = { .state = dir };
	CHECK_INT(report_key(a, &c, one, &e), OK);
	CHECK_INT(report_key(a, &c, two, &e), OK);
	CHECK(memcmp(one, two, sizeof one) == 0);
	CHECK(stat(arena_printf(a, "%s/proof.key", dir), &st) == 0 && (st.st_mode & 0777) == 0400);
	unlink(arena_printf(a, "%s/proof.key", dir));
	rmdir(dir);
}
