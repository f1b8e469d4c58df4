#include "curator/risk/index.h"

#include <string.h>

enum status
index_begin(struct index *x, size_t max, struct err *e)
{
	size_t want = 64;
	while (want < max + max / 2)
		want *= 2;
	if (want > x->n_slots) {
		/* What it held is forgotten anyway, so nothing is copied. */
		budget_free(x->budget, &x->slots, x->n_slots, sizeof *x->slots);
		x->n_slots = 0;
		TRY(budget_resize(x->budget, &x->slots, 0, want, sizeof *x->slots, e));
		x->n_slots = want;
		x->round = UINT32_MAX;
	}
	if (x->round == UINT32_MAX) {
		memset(x->slots, 0, x->n_slots * sizeof *x->slots);
		x->round = 0;
	}
	x->mask = want - 1;
	x->round++;
	x->n = 0;
	return OK;
}

void
index_free(struct index *x)
{
	budget_free(x->budget, &x->slots, x->n_slots, sizeof *x->slots);
	x->n_slots = 0;
}
