/*
 * A unit test is a C file beside the file it tests:
 *
 *	#include "base/tap.h"
 *	TEST(trims_both_ends) { CHECK(str_is(str_trim(STR(" a ")), "a")); }
 *
 * Include it once per test program; it brings main. Output is TAP, which meson reads.
 * A test that cannot run here calls SKIP("why"), and the why is printed.
 *
 * Thread rule: CHECK only in the main thread.
 */
#ifndef BASE_TAP_H
#define BASE_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct tap_test {
	const char *name;
	void (*fn)(void);
	struct tap_test *next;
};

static struct tap_test *tap_first, **tap_last = &tap_first;
static int tap_bad;
static const char *tap_skip;

#define TEST(id)                                                                                   \
	static void test_##id(void);                                                               \
	static struct tap_test tap_##id = { #id, test_##id, NULL };                                \
	__attribute__((constructor)) static void tap_add_##id(void)                                \
	{                                                                                          \
		*tap_last = &tap_##id;                                                             \
		tap_last = &tap_##id.next;                                                         \
	}                                                                                          \
	static void test_##id(void)

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			tap_bad++;                                                                 \
			printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #cond);              \
		}                                                                                  \
	} while (0)

#define CHECK_STR(got, want)                                                                       \
	do {                                                                                       \
		const char *got_ = (got), *want_ = (want);                                         \
		if (!got_ || strcmp(got_, want_) != 0) {                                           \
			tap_bad++;                                                                 \
			printf("# %s:%d: got  %s\n# want %s\n", __FILE__, __LINE__,                \
				got_ ? got_ : "(null)", want_);                                    \
		}                                                                                  \
	} while (0)

#define CHECK_INT(got, want)                                                                       \
	do {                                                                                       \
		long long got_ = (long long)(got), want_ = (long long)(want);                      \
		if (got_ != want_) {                                                               \
			tap_bad++;                                                                 \
			printf("# %s:%d: %s is %lld, want %lld\n", __FILE__, __LINE__, #got, got_, \
				want_);                                                            \
		}                                                                                  \
	} while (0)

#define SKIP(why)                                                                                  \
	do {                                                                                       \
		tap_skip = (why);                                                                  \
		return;                                                                            \
	} while (0)

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	int n = 0, failed = 0;
	for (struct tap_test *t = tap_first; t; t = t->next)
		n++;
	printf("1..%d\n", n);
	n = 0;
	for (struct tap_test *t = tap_first; t; t = t->next) {
		tap_bad = 0;
		tap_skip = NULL;
		t->fn();
		failed += tap_bad > 0;
		printf("%sok %d - %s%s%s\n", tap_bad ? "not " : "", ++n, t->name,
			tap_skip ? " # SKIP " : "", tap_skip ? tap_skip : "");
	}
	return failed ? 1 : 0;
}

#endif
