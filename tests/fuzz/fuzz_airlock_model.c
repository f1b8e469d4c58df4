/*
 * A model of trees that wants to leave, where the event lets models leave. Whatever comes: what
 * would leave is numbers and our own words alone, gives the same again when it is looked at anew,
 * and has no leaf of fewer rows than the policy asks for.
 */
#include <ctype.h>

#include "curator/airlock/airlock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct airlock_file
look(struct arena *a, const struct airlock_policy *p, struct str s)
{
	struct airlock_file f = { .a = a, .policy = p, .name = "m.txt", .input = s, .bytes = s };
	airlock_run(&f);
	return f;
}

/* Behind '=' and ' ' there are numbers, but in the lines that are ours. */
static void
only_numbers(struct str text)
{
	while (text.n) {
		struct str line = str_cut(&text, '\n'), rest = line, key = str_cut(&rest, '=');
		if (str_is(key, "objective") || str_is(key, "version") ||
			str_is(key, "feature_names") || str_is(key, "feature_infos"))
			continue;
		for (size_t i = 0; i < rest.n; i++)
			if (!isdigit((unsigned char)rest.p[i]) && !strchr(" .+-e", rest.p[i]))
				BUG("a word leaves in a model");
	}
}

static void
leaves_are_large(struct str text, int64_t least)
{
	while (text.n) {
		struct str line = str_cut(&text, '\n'), key = str_cut(&line, '=');
		if (!str_is(key, "leaf_count"))
			continue;
		while (line.n) {
			double v;
			if (!str_real(str_cut(&line, ' '), &v) || v < (double)least)
				BUG("a small leaf leaves in a model");
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	struct str s = { (const char *)data, size };
	p.models = 1;
	if (size > 1 << 16)
		return 0;
	/* The first line need not be found by chance. */
	if (!str_starts(s, "tree\n")) {
		struct buf b = buf_new(a);
		buf_puts(&b, "tree\nversion=v4\n");
		buf_put(&b, s.p, s.n);
		s = buf_str(&b);
	}
	struct airlock_file f = look(a, &p, s);
	if (f.type != AIR_MODEL || airlock_verdict(&f) == AIR_FAIL) {
		if (f.clean.n && airlock_verdict(&f) == AIR_FAIL)
			BUG("a model that fails would leave");
		return 0;
	}
	if (airlock_verdict(&f) != AIR_REVIEW)
		BUG("a model leaves without a look");
	only_numbers(f.clean);
	leaves_are_large(f.clean, p.min_count);
	struct airlock_file g = look(a, &p, f.clean);
	if (airlock_verdict(&g) == AIR_FAIL || !str_eq(g.clean, f.clean))
		BUG("what leaves is not in its one form");
	return 0;
}
