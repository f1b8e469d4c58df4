/*
 * A workspace's request to the mirror: whatever is accepted asks a configured registry for one
 * path that can be read in one way, and what is recorded of it reads back.
 */
#include "mirror/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct upstreams some = { .base = { "http://d.example/debian", "http://d.example/s",
					       "https://n.example", "https://p.example",
					       "https://f.example", "https://c.example" } };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct ask q;
	struct err e;
	size_t n = 0;
	if (http_head_length(s, &n, &e) != OK || n == 0)
		return 0;
	cleanup_arena struct arena *a = arena_new();
	if (ask_read(a, (struct str){ s.p, n }, &some, &q, &e) != 0)
		return 0;
	size_t base = strlen(some.base[q.upstream]);
	if (strncmp(q.url, some.base[q.upstream], base) != 0 || q.url[base] != '/')
		BUG("the address is not at the registry");
	if (strpbrk(q.url, "\r\n ?#\\") || strstr(q.url, "/../") || !package_path_ok(q.path))
		BUG("the address can be read in two ways");
	if (q.is_package) {
		struct package_line l = { .is = q.package, .bytes = 1 }, again;
		char text[PACKAGES_LINE_MAX];
		size_t k = package_line_write(&l, text);
		if (!package_line_read((struct str){ text, k - 1 }, &again) ||
			!str_eq(again.is.version, l.is.version))
			BUG("the ledger's line does not read back");
	}
	struct str rest = s, piece;
	while (ask_relink(&q, &some, &rest, &piece))
		;
	return 0;
}
