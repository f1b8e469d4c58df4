/*
 * Pictures on their way out: whatever comes, nothing but plain pixels leaves, and what leaves is
 * found clean when it is looked at again.
 */
#include "curator/airlock/airlock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct airlock_file
look(struct arena *a, const struct airlock_policy *p, const char *name, struct str s)
{
	struct airlock_file f = { .a = a, .policy = p, .name = name, .input = s, .bytes = s };
	airlock_run(&f);
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	/* Large pictures would only slow the search down. */
	p.image_pixels = 65536;
	if (size < 4 || (data[0] != 0x89 && data[0] != 0xff))
		return 0;
	const char *name = data[0] == 0x89 ? "a.png" : "a.jpg";
	struct airlock_file f = look(a, &p, name, (struct str){ (const char *)data, size });
	if (f.clean.n == 0)
		return 0;
	if (airlock_verdict(&f) != AIR_REVIEW)
		BUG("a picture would leave without a person's look");
	struct airlock_file g = look(a, &p, name, f.clean);
	if (g.clean.n == 0)
		BUG("what leaves is not let through again");
	for (size_t i = 0; i < g.findings.n; i++)
		if (g.findings.at[i].severity == AIR_NOTE)
			BUG("something beside the pixels would leave");
	return 0;
}
