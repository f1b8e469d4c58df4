#include "curator/risk/hierarchy.h"

#include <stdlib.h>

void
hierarchy_begin(struct hierarchy *h, const char *name, size_t n_levels)
{
	*h = (struct hierarchy){ .name = name, .n_levels = n_levels };
	for (size_t i = 0; i < n_levels; i++)
		h->levels[i].labels = dict_new(NULL);
}

void
hierarchy_free(struct hierarchy *h)
{
	for (size_t i = 0; i < h->n_levels; i++) {
		dict_free(h->levels[i].labels);
		free(h->levels[i].up);
		free(h->levels[i].leaves);
		free(h->values[i]);
	}
	*h = (struct hierarchy){ 0 };
}

/* Room for the value's place in the level; new places are unknown. */
static void
make_room(struct hierarchy_level *l, uint32_t value)
{
	if (value < l->cap)
		return;
	size_t cap = l->cap ? l->cap * 2 : 64;
	l->up = realloc(l->up, cap * sizeof *l->up);
	if (!l->up)
		BUG("out of memory");
	for (size_t i = l->cap; i < cap; i++)
		l->up[i] = DICT_NONE;
	l->cap = cap;
}

enum status
hierarchy_add(struct hierarchy *h, const struct str *labels, size_t line, struct err *e)
{
	uint32_t below = 0, value;
	for (size_t i = 0; i < h->n_levels; i++) {
		struct hierarchy_level *l = &h->levels[i];
		size_t before = dict_n(l->labels);
		TRY(dict_add(l->labels, labels[i], &value, e));
		make_room(l, value);
		if (i == 0 && value < before)
			return err_set(e, E_INPUT, h->name,
				"The hierarchy of %s, line %zu: this value stands twice.", h->name,
				line);
		if (i > 0) {
			uint32_t *up = &h->levels[i - 1].up[below];
			if (*up != DICT_NONE && *up != value)
				return err_set(e, E_INPUT, h->name,
					"The hierarchy of %s, line %zu: what stands at level %zu "
					"lies under two different values of level %zu.",
					h->name, line, i - 1, i);
			*up = value;
		}
		below = value;
	}
	return OK;
}

enum status
hierarchy_end(struct hierarchy *h, struct err *e)
{
	size_t n = dict_n(h->levels[0].labels);
	if (n == 0)
		return err_set(e, E_INPUT, h->name, "The hierarchy of %s is empty.", h->name);
	for (size_t i = 0; i < h->n_levels; i++) {
		struct hierarchy_level *l = &h->levels[i];
		l->leaves = calloc(dict_n(l->labels), sizeof *l->leaves);
		if (!l->leaves)
			BUG("out of memory");
	}
	for (uint32_t leaf = 0; leaf < n; leaf++) {
		uint32_t value = leaf;
		for (size_t i = 0; i < h->n_levels; i++) {
			h->levels[i].leaves[value]++;
			value = h->levels[i].up[value];
		}
	}
	return OK;
}

enum status
hierarchy_bind(struct hierarchy *h, const struct dict *values, struct err *e)
{
	size_t n = dict_n(values), missing = 0;
	for (size_t i = 0; i < h->n_levels; i++) {
		h->values[i] = realloc(h->values[i], (n ? n : 1) * sizeof *h->values[i]);
		if (!h->values[i])
			BUG("out of memory");
	}
	h->n_bound = n;
	for (uint32_t code = 0; code < n; code++) {
		uint32_t value = dict_find(h->levels[0].labels, dict_value(values, code));
		missing += value == DICT_NONE;
		for (size_t i = 0; i < h->n_levels && value != DICT_NONE; i++) {
			h->values[i][code] = value;
			value = h->levels[i].up[value];
		}
	}
	if (missing > 0)
		return err_set(e, E_INPUT, h->name,
			"The hierarchy of %s lacks %zu of the %zu values of this column.", h->name,
			missing, n);
	return OK;
}
