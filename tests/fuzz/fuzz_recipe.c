/* Recipes: whatever is accepted is whole. */
#include "curator/recipe/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct recipe r;
	struct err e;
	if (recipe_parse(a, (struct str){ (const char *)data, size }, &r, &e) != OK) {
		if (!e.text[0] || !str_utf8(str_of(e.field)))
			BUG("an error without a sentence");
		return 0;
	}
	if (!r.name || !r.patient.text || !r.outcome.text || r.tables.n == 0 ||
		(r.binary && !r.positive) || !(r.hidden > 0 && r.hidden <= 80) ||
		!(r.sample > 0 && r.sample <= 100))
		BUG("half a recipe was accepted");
	for (size_t i = 0; i < r.tables.n; i++)
		if (r.tables.at[i].columns.n == 0 || (r.tables.at[i].by && r.tables.at[i].shared))
			BUG("a table that is none was accepted");
	return 0;
}
