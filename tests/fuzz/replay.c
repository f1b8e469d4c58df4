/*
 * Feeds a corpus to a fuzz target without libFuzzer, as a test. Each file is one test point: as it
 * stands, cut at several lengths, and with single bytes changed, always the same ones. The target
 * sees an exactly sized heap block, so that a sanitizer notices one byte too many.
 *
 *	fuzz_NAME CORPUS-FOLDER
 */
#include <dirent.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 8 << 20, CUTS = 16, FLIPS = 64 };

static void
feed(const char *p, size_t n)
{
	cleanup_free uint8_t *copy = malloc(n ? n : 1);
	if (!copy)
		abort();
	memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
}

static void
feed_variants(struct str s)
{
	feed(s.p, s.n);
	for (size_t i = 0; i < CUTS; i++)
		feed(s.p, s.n * i / CUTS);
	cleanup_free char *copy = malloc(s.n + 1);
	if (!copy)
		abort();
	uint32_t x = 2463534242u;
	for (int i = 0; i < FLIPS && s.n > 0; i++) {
		memcpy(copy, s.p, s.n);
		for (int k = 0; k <= i % 4; k++) {
			/* xorshift32: the same changes in every run. */
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			copy[x % s.n] = (char)(x >> 24);
		}
		feed(copy, s.n);
	}
}

static int
is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct dirent **names = NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);
	int n = argc == 2 ? scandir(argv[1], &names, is_file, alphasort) : -1;
	if (n <= 0) {
		printf("1..1\nnot ok 1 - corpus # %s holds no file\n", argc == 2 ? argv[1] : "");
		return 1;
	}
	printf("1..%d\n", n + 1);
	feed("", 0);
	printf("ok 1 - nothing at all\n");
	int failed = 0;
	for (int i = 0; i < n; i++) {
		cleanup_arena struct arena *a = arena_new();
		struct err e;
		struct str s = { 0 };
		const char *path = arena_printf(a, "%s/%s", argv[1], names[i]->d_name);
		bool good = io_read_file(a, path, FILE_MAX, &s, &e) == OK;
		if (good)
			feed_variants(s);
		failed += !good;
		printf("%sok %d - %s\n", good ? "" : "not ", i + 2, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return failed ? 1 : 0;
}
