#include "curator/risk/budget.h"

#include <stdint.h>
#include <stdlib.h>

enum status
budget_resize(struct budget *b, void *array, size_t old, size_t n, size_t size, struct err *e)
{
	if (n > SIZE_MAX / 4 / size)
		BUG("an array of %zu elements", n);
	if (b && n > old && (n - old) * size > b->limit - b->used)
		return err_set(e, E_BUSY, "memory",
			"This needs more than the %zu MB of memory that are allowed; allow more "
			"with --memory MB.",
			b->limit >> 20);
	void *p = realloc(*(void **)array, n ? n * size : 1);
	if (!p)
		BUG("out of memory");
	*(void **)array = p;
	if (b) {
		b->used += n * size - old * size;
		b->peak = b->used > b->peak ? b->used : b->peak;
	}
	return OK;
}

void
budget_free(struct budget *b, void *array, size_t n, size_t size)
{
	if (b && *(void **)array)
		b->used -= n * size;
	free(*(void **)array);
	*(void **)array = NULL;
}
