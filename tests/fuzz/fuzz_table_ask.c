/* A request for a table: whatever is accepted keeps to its limits, and errors are sentences. */
#include "curator/table/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How many tests a condition has; each is whole. */
static size_t
count(const struct where *w, int depth)
{
	if (!w)
		return 0;
	if (depth > ASK_DEPTH * ASK_TESTS)
		BUG("a condition without an end");
	bool test = w->kind == WHERE_COMPARE || w->kind == WHERE_IN || w->kind == WHERE_MISSING;
	bool both = w->kind == WHERE_AND || w->kind == WHERE_OR;
	if (test != (w->column != NULL) || both != (w->right != NULL) ||
		test == (w->left != NULL) || (w->kind == WHERE_COMPARE) != (w->sign != NULL) ||
		(w->values.n == 0) != (w->kind != WHERE_COMPARE && w->kind != WHERE_IN))
		BUG("half a condition");
	for (size_t i = 0; i < w->values.n; i++)
		if (!w->values.at[i].text)
			BUG("half a value");
	return test + count(w->left, depth + 1) + count(w->right, depth + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct table_ask q;
	struct str file, all = { (const char *)data, size };
	struct err e = { 0 };
	if (ask_parse(a, all, 10, &q, &file, &e) != OK) {
		if (e.code != E_INPUT || !e.text[0] || !str_utf8(str_of(e.text)))
			BUG("an error without a sentence");
		return 0;
	}
	if (q.rows.n < 1 || q.rows.n > ASK_ROWS || q.min < 10 || !q.source || !q.value_text[0] ||
		(q.value == ASK_COUNT) != (q.value_column == NULL) ||
		(q.value == ASK_SHARE) != (q.equals.text != NULL) || file.n > size ||
		file.p + file.n != all.p + all.n)
		BUG("half a request was accepted");
	if (count(q.where, 0) > ASK_TESTS)
		BUG("more was asked than may be");
	return 0;
}
