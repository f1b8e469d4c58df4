#include "portal/recipe/coarser.h"

#include "base/str.h"
#include "portal/keeper/result.h"
#include "portal/recipe/recipe_text.h"

enum { SHORT = 200 };

enum status
coarser_read(struct arena *a, const json_t *level, struct coarser *ret, struct err *e)
{
	struct coarser c = { 0 };
	int64_t at, of;
	TRY(result_count(level, "level", &at, e));
	TRY(result_count(level, "of", &of, e));
	TRY(result_real(level, "loss", &c.loss, e));
	c.column = result_text(a, level, "column", SHORT);
	const char *into = result_text(a, level, "into", SHORT);
	c.same = at == 0;
	c.lost = at > 0 && at == of;
	c.what = c.same    ? "stays as it is"
		 : c.lost  ? "becomes the same for all: it tells nothing any more"
		 : into[0] ? arena_printf(a, "told as %s", into)
			   : arena_printf(a, "made coarser, %lld of %lld steps", (long long)at,
				     (long long)of);
	*ret = c;
	return OK;
}

const char *
coarser_after(struct arena *a, const json_t *risk, const char *text, const char *column)
{
	const json_t *level;
	size_t i;
	json_array_foreach(json_object_get(risk, "levels"), i, level)
	{
		struct coarser c;
		if (coarser_read(a, level, &c, NULL) == OK &&
			str_ieq(str_of(c.column), str_of(column)))
			return c.same ? "The step of risk leaves it so."
				      : arena_printf(a, "Then, by the step of risk: %s.", c.what);
	}
	int64_t k = 0;
	struct str asked = str_of(recipe_text_statement(a, text, "k"));
	str_int(str_cut(&asked, ' '), &k);
	if (risk || !k || !recipe_text_names(a, text, "quasi", column))
		return "";
	return arena_printf(a,
		"Then, by the step of risk: as coarse as groups of %lld patients need. It says how "
		"coarse once the risk of this version is measured.",
		(long long)k);
}
