/* Hierarchies: whatever is accepted is a tree, and binds to its own values. */
#include "curator/risk/hierarchy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_tree(const struct hierarchy *h)
{
	for (size_t g = 0; g < h->n_levels; g++) {
		size_t leaves = 0, n = dict_n(h->levels[g].labels);
		for (uint32_t v = 0; v < n; v++) {
			leaves += h->levels[g].leaves[v];
			if (g + 1 < h->n_levels &&
				h->levels[g].up[v] >= dict_n(h->levels[g + 1].labels))
				BUG("a value leads nowhere");
		}
		if (leaves != (size_t)hierarchy_whole(h) + 1)
			BUG("level %zu holds %zu leaves", g, leaves);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct hierarchy h, made;
	struct err e;
	if (hierarchy_parse("column", (struct str){ (const char *)data, size }, &h, &e) != OK) {
		if (!e.text[0] || !str_utf8(str_of(e.text)))
			BUG("an error without a sentence");
		return 0;
	}
	check_tree(&h);
	if (hierarchy_bind(&h, h.levels[0].labels, &e) != OK)
		BUG("a hierarchy lacks its own values");
	/* The same values, as a column to make a hierarchy for. */
	if (hierarchy_guess(a, "zip", h.levels[0].labels, &made, &e) != OK ||
		hierarchy_bind(&made, h.levels[0].labels, &e) != OK)
		BUG("no hierarchy was made: %s", e.text);
	check_tree(&made);
	hierarchy_free(&made);
	hierarchy_free(&h);
	return 0;
}
