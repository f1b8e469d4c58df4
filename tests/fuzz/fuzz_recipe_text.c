/* A recipe's text as pages change it, and two texts line by line: one line changes and no other;
 * what a diff tells is what differs. */
#include "base/err.h"
#include "portal/recipe/diff.h"
#include "portal/recipe/recipe_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
lines_of(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void
check_change(struct arena *a, const char *text, const struct recipe_line *c)
{
	struct recipe_text after;
	const char *changed = recipe_text_change(a, text, c->line, "cap", "89");
	if (lines_of(changed) != lines_of(text))
		BUG("a change of one line changed how many there are");
	recipe_text_read(a, changed, &after);
	for (size_t i = 0; i < after.tables.n; i++)
		for (size_t k = 0; k < after.tables.at[i].columns.n; k++) {
			const struct recipe_line *d = &after.tables.at[i].columns.at[k];
			if (d->line == c->line &&
				(!streq(d->name, c->name) || !streq(d->action, "cap") ||
					!streq(d->option, "89") || !streq(d->meaning, c->meaning)))
				BUG("a line that was changed says something else");
		}
}

static void
check_diff(struct arena *a, const char *before, const char *after)
{
	diff_lines d;
	size_t gone = 0, come = 0;
	diff_make(a, before, after, &d);
	for (size_t i = 0; i < d.n; i++) {
		gone += d.at[i].kind[0] == 'g' && d.at[i].kind[1] == 'o';
		come += d.at[i].kind[0] == 'c';
	}
	size_t n = lines_of(before) + (*before && before[strlen(before) - 1] != '\n');
	size_t m = lines_of(after) + (*after && after[strlen(after) - 1] != '\n');
	if (n - gone != m - come)
		BUG("a diff that does not lead from one text to the other");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct recipe_text t;
	struct str s = { (const char *)data, size };
	if (size > 20000 || !str_utf8(s))
		return 0;
	const char *text = str_dup(a, s);
	recipe_text_read(a, text, &t);
	for (size_t i = 0, n = 0; i < t.tables.n; i++)
		for (size_t k = 0; k < t.tables.at[i].columns.n && n < 50; k++, n++)
			check_change(a, text, &t.tables.at[i].columns.at[k]);
	const char *stated = recipe_text_state(a, text, "hidden", "30 %");
	if (!streq(recipe_text_statement(a, stated, "hidden"), "30 %"))
		BUG("a statement that was written is not there");
	recipe_text_number(a, text, 7);
	check_diff(a, text, stated);
	check_diff(a, stated, recipe_text_state(a, text, "hidden", ""));
	return 0;
}
