/* The compiler of templates: whatever it is given, it gives C or one sentence with a line. */
#include <stdlib.h>

#include "base/arena.h"
#include "../../tools/tmpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	cleanup_arena struct arena *a = arena_new();
	struct str c, h;
	struct err err = { 0 };
	enum status s = tmpl_compile(
		a, "f.html", "f.html", (struct str){ (const char *)p, n }, &c, &h, &err);
	if (s == OK ? c.n == 0 || h.n == 0 : strncmp(err.text, "f.html:", 7) != 0)
		abort();
	return 0;
}
