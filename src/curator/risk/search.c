#include "curator/risk/search.h"

#include <math.h>
#include <string.h>

#include "curator/risk/index.h"

#define NOBODY UINT32_MAX

/* Tuples that agree in the columns fixed so far, as generalised, and in all others, as they are. */
struct item {
	uint32_t class, suffix; /* the suffix stands for the values of the others */
	uint32_t rows;
};

/* A class of the columns fixed so far. */
struct class
{
	uint32_t parent; /* in the layer above */
	uint32_t loss;   /* of the value of the column fixed last, see hierarchy_loss */
	uint32_t rows;
};

/* What is left after some columns are fixed: no suppressed rows, and what the others lose. */
struct layer {
	struct item *items;
	struct class *classes;
	size_t n_items, n_classes, items_cap, classes_cap;
	uint64_t suppressed;
	uint64_t loss[SEARCH_MAX_QI]; /* of rows not suppressed, a sum for each fixed column */
};

/* A column in the order of the search. */
struct column {
	size_t qi;
	const struct hierarchy *h;
	uint32_t whole;
	size_t n_suffixes;
	uint32_t *code;  /* suffix -> value of this column */
	uint32_t *next;  /* suffix -> suffix without this column */
	uint32_t *tails; /* suffix -> suffix without any column: the sensitive values */
};

struct run {
	const struct search *s;
	struct budget *budget;
	struct column columns[SEARCH_MAX_QI];
	struct layer layers[SEARCH_MAX_QI + 1];
	struct index index;
	uint32_t *class_of; /* item -> its class one layer below, or NOBODY */
	uint32_t *renumber;
	uint32_t *diversity;
	uint32_t **sensitive; /* column, tail -> code */
	size_t n_tails;
	double rows;
	size_t levels[SEARCH_MAX_QI]; /* of the columns fixed so far, in the order of the search */
	bool found;
	double best; /* the product of 1 + loss */
	struct search_result result;
};

/* Scores within this, as a share, are equal. */
static const double same = 1e-12;
/* ARX cuts the loss of each column to ten decimals; so do scores that are told. */
static const double decimals = 1e10;

/* What a fixed column loses, 0 to 1. */
static double
lost_share(const struct run *r, const struct layer *l, size_t i)
{
	double lost = (double)l->suppressed;
	if (r->columns[i].whole > 0)
		lost += (double)l->loss[i] / r->columns[i].whole;
	return lost / r->rows;
}

/* The product over columns of 1 + loss; columns that are not fixed lose the suppressed rows. */
static double
product(const struct run *r, const struct layer *l, size_t fixed)
{
	double p = 1, least = 1 + (double)l->suppressed / r->rows;
	for (size_t i = 0; i < r->s->n_qi; i++)
		p *= i < fixed ? 1 + lost_share(r, l, i) : least;
	return p;
}

/* Whether the levels in r beat the best so far that has the same score. */
static bool
preferred(const struct run *r, uint64_t suppressed)
{
	size_t here = 0, there = 0, n = r->s->n_qi, levels[SEARCH_MAX_QI];
	if (suppressed != r->result.suppressed)
		return suppressed < r->result.suppressed;
	for (size_t i = 0; i < n; i++)
		levels[r->columns[i].qi] = r->levels[i];
	for (size_t i = 0; i < n; i++) {
		here += levels[i];
		there += r->result.levels[i];
	}
	if (here != there)
		return here < there;
	for (size_t i = 0; i < n; i++)
		if (levels[i] != r->result.levels[i])
			return levels[i] < r->result.levels[i];
	return false;
}

static void
consider(struct run *r, const struct layer *l)
{
	double p = product(r, l, r->s->n_qi);
	if (r->found && p > r->best * (1 + same))
		return;
	if (r->found && p > r->best * (1 - same) && !preferred(r, l->suppressed))
		return;
	r->found = true;
	r->best = p;
	r->result.suppressed = l->suppressed;
	for (size_t i = 0; i < r->s->n_qi; i++) {
		const struct column *c = &r->columns[i];
		r->result.levels[c->qi] = r->levels[i];
		r->result.loss[c->qi] = lost_share(r, l, i);
	}
}

static enum status
items_room(struct run *r, struct layer *l, size_t n, struct err *e)
{
	if (n <= l->items_cap)
		return OK;
	/* What it held is forgotten anyway, so nothing is copied. */
	budget_free(r->budget, &l->items, l->items_cap, sizeof *l->items);
	l->items_cap = 0;
	TRY(budget_resize(r->budget, &l->items, 0, n, sizeof *l->items, e));
	l->items_cap = n;
	return OK;
}

static enum status
classes_room(struct run *r, struct layer *l, size_t n, struct err *e)
{
	if (n <= l->classes_cap)
		return OK;
	budget_free(r->budget, &l->classes, l->classes_cap, sizeof *l->classes);
	l->classes_cap = 0;
	TRY(budget_resize(r->budget, &l->classes, 0, n, sizeof *l->classes, e));
	l->classes_cap = n;
	return OK;
}

/* No more pairs than items, nor than there are combinations. */
static size_t
most_pairs(size_t items, size_t a, size_t b)
{
	return a > 0 && b > 0 && a < items / b + 1 && a * b < items ? a * b : items;
}

/* Splits the classes of a layer by one more column at a level. */
static enum status
split(struct run *r, size_t depth, size_t level, struct err *e)
{
	const struct layer *from = &r->layers[depth];
	struct layer *to = &r->layers[depth + 1];
	const struct column *c = &r->columns[depth];
	const uint32_t *values = c->h->values[level];
	size_t most =
		most_pairs(from->n_items, from->n_classes, dict_n(c->h->levels[level].labels));
	TRY(classes_room(r, to, most, e));
	TRY(index_begin(&r->index, most, e));
	for (size_t i = 0; i < from->n_items; i++) {
		const struct item *t = &from->items[i];
		uint32_t value = values[c->code[t->suffix]];
		bool new;
		uint32_t id = index_number(&r->index, (uint64_t)t->class << 32 | value, &new);
		if (new)
			to->classes[id] =
				(struct class){ t->class, hierarchy_loss(c->h, level, value), 0 };
		to->classes[id].rows += t->rows;
		r->class_of[i] = id;
	}
	to->n_classes = r->index.n;
	return OK;
}

/* Classes that hold fewer than l values of a sensitive column get 0 rows in r->renumber. */
static enum status
mark_uniform(struct run *r, size_t depth, struct err *e)
{
	const struct layer *from = &r->layers[depth];
	const struct column *c = &r->columns[depth];
	size_t n = r->layers[depth + 1].n_classes;
	for (size_t s = 0; s < r->s->n_sensitive; s++) {
		memset(r->diversity, 0, n * sizeof *r->diversity);
		TRY(index_begin(&r->index, from->n_items, e));
		for (size_t i = 0; i < from->n_items; i++) {
			uint32_t code = r->sensitive[s][c->tails[from->items[i].suffix]];
			bool new;
			index_number(&r->index, (uint64_t)r->class_of[i] << 32 | code, &new);
			r->diversity[r->class_of[i]] += new;
		}
		for (size_t i = 0; i < n; i++)
			if (r->diversity[i] < r->s->l)
				r->renumber[i] = NOBODY;
	}
	return OK;
}

/* What the row of a class lost at each column fixed before the last one. */
static void
take_back(const struct run *r, size_t depth, const struct class *c, uint64_t *loss)
{
	uint32_t parent = c->parent;
	for (size_t d = depth; d > 0; d--) {
		const struct class *above = &r->layers[d].classes[parent];
		loss[d - 1] -= (uint64_t)c->rows * above->loss;
		parent = above->parent;
	}
}

/* Drops the classes that are too small, numbers the others anew, and adds up what they lose. */
static enum status
suppress(struct run *r, size_t depth, struct err *e)
{
	const struct layer *from = &r->layers[depth];
	struct layer *to = &r->layers[depth + 1];
	uint32_t n = 0;
	memset(r->renumber, 0, to->n_classes * sizeof *r->renumber);
	if (r->s->l > 1)
		TRY(mark_uniform(r, depth, e));
	to->suppressed = from->suppressed;
	memcpy(to->loss, from->loss, depth * sizeof *to->loss);
	to->loss[depth] = 0;
	for (size_t i = 0; i < to->n_classes; i++) {
		struct class *c = &to->classes[i];
		if (c->rows < r->s->k || r->renumber[i] == NOBODY) {
			to->suppressed += c->rows;
			take_back(r, depth, c, to->loss);
			r->renumber[i] = NOBODY;
			continue;
		}
		to->loss[depth] += (uint64_t)c->rows * c->loss;
		r->renumber[i] = n;
		to->classes[n++] = *c;
	}
	to->n_classes = n;
	return OK;
}

/* Carries the items that are left into the next layer and merges those that have become one. */
static enum status
merge(struct run *r, size_t depth, struct err *e)
{
	const struct layer *from = &r->layers[depth];
	struct layer *to = &r->layers[depth + 1];
	const struct column *c = &r->columns[depth];
	size_t most = most_pairs(from->n_items, to->n_classes,
		depth + 1 < r->s->n_qi ? c[1].n_suffixes : r->n_tails);
	TRY(items_room(r, to, most, e));
	TRY(index_begin(&r->index, most, e));
	for (size_t i = 0; i < from->n_items; i++) {
		uint32_t class = r->renumber[r->class_of[i]];
		if (class == NOBODY)
			continue;
		uint32_t suffix = c->next[from->items[i].suffix];
		bool new;
		uint32_t id = index_number(&r->index, (uint64_t) class << 32 | suffix, &new);
		if (new)
			to->items[id] = (struct item){ class, suffix, 0 };
		to->items[id].rows += from->items[i].rows;
	}
	to->n_items = r->index.n;
	return OK;
}

/* What the rows of a layer would lose at each level of its next column. */
static void
sum_levels(const struct run *r, size_t depth, uint64_t *ret)
{
	const struct layer *l = &r->layers[depth];
	const struct column *c = &r->columns[depth];
	memset(ret, 0, c->h->n_levels * sizeof *ret);
	for (size_t i = 0; i < l->n_items; i++) {
		uint32_t code = c->code[l->items[i].suffix];
		for (size_t g = 0; g < c->h->n_levels; g++)
			ret[g] += (uint64_t)l->items[i].rows *
				  hierarchy_loss(c->h, g, c->h->values[g][code]);
	}
}

/* Fixes the next column at each level in turn, from coarse to fine. */
static enum status
descend(struct run *r, size_t depth, struct err *e)
{
	struct layer *from = &r->layers[depth];
	if (depth == r->s->n_qi) {
		consider(r, from);
		return OK;
	}
	const struct column *c = &r->columns[depth];
	uint64_t sums[HIERARCHY_MAX_LEVELS];
	struct layer *to = &r->layers[depth + 1];
	sum_levels(r, depth, sums);
	for (size_t level = c->h->n_levels; level-- > 0;) {
		from->loss[depth] = sums[level];
		if (r->found && product(r, from, depth + 1) > r->best * (1 + same))
			continue;
		r->levels[depth] = level;
		r->result.checked++;
		TRY(split(r, depth, level, e));
		TRY(suppress(r, depth, e));
		if (to->suppressed > r->s->limit)
			break;
		if (r->found && product(r, to, depth + 1) > r->best * (1 + same))
			continue;
		if (depth + 1 < r->s->n_qi)
			TRY(merge(r, depth, e));
		TRY(descend(r, depth + 1, e));
	}
	return OK;
}

/* Columns with many values first: fixing them merges most. */
static void
order_columns(struct run *r)
{
	for (size_t i = 0; i < r->s->n_qi; i++) {
		const struct hierarchy *h = &r->s->hierarchies[i];
		size_t at = i;
		for (; at > 0 && r->columns[at - 1].h->n_bound < h->n_bound; at--)
			r->columns[at] = r->columns[at - 1];
		r->columns[at] = (struct column){ .qi = i, .h = h, .whole = hierarchy_whole(h) };
	}
}

/* Numbers the distinct endings of the tuples: the sensitive columns alone. */
static enum status
make_tails(struct run *r, uint32_t *suffix_of, struct err *e)
{
	const struct tuples *t = r->s->tuples;
	memset(suffix_of, 0, t->n * sizeof *suffix_of);
	r->n_tails = 1;
	for (size_t s = 0; s < r->s->n_sensitive; s++) {
		TRY(index_begin(&r->index, t->n, e));
		for (size_t i = 0; i < t->n; i++) {
			uint32_t code = tuples_codes(t, i)[r->s->n_qi + s];
			bool new;
			suffix_of[i] =
				index_number(&r->index, (uint64_t)suffix_of[i] << 32 | code, &new);
		}
		r->n_tails = r->index.n;
	}
	if (r->s->n_sensitive == 0)
		return OK;
	r->sensitive = calloc(r->s->n_sensitive, sizeof *r->sensitive);
	if (!r->sensitive)
		BUG("out of memory");
	for (size_t s = 0; s < r->s->n_sensitive; s++) {
		TRY(budget_resize(
			r->budget, &r->sensitive[s], 0, r->n_tails, sizeof **r->sensitive, e));
		for (size_t i = 0; i < t->n; i++)
			r->sensitive[s][suffix_of[i]] = tuples_codes(t, i)[r->s->n_qi + s];
	}
	return OK;
}

/* Puts one column before the endings known so far. */
static enum status
lengthen(struct run *r, size_t depth, uint32_t *suffix_of, struct err *e)
{
	const struct tuples *t = r->s->tuples;
	struct column *c = &r->columns[depth];
	const struct column *below = depth + 1 < r->s->n_qi ? c + 1 : NULL;
	c->n_suffixes = t->n;
	TRY(budget_resize(r->budget, &c->code, 0, t->n, sizeof *c->code, e));
	TRY(budget_resize(r->budget, &c->next, 0, t->n, sizeof *c->next, e));
	TRY(budget_resize(r->budget, &c->tails, 0, t->n, sizeof *c->tails, e));
	TRY(index_begin(&r->index, t->n, e));
	for (size_t i = 0; i < t->n; i++) {
		uint32_t code = tuples_codes(t, i)[c->qi], next = suffix_of[i];
		bool new;
		uint32_t id = index_number(&r->index, (uint64_t)next << 32 | code, &new);
		c->code[id] = code;
		c->next[id] = next;
		c->tails[id] = below ? below->tails[next] : next;
		suffix_of[i] = id;
	}
	uint32_t n = r->index.n;
	c->n_suffixes = n;
	TRY(budget_resize(r->budget, &c->code, t->n, n, sizeof *c->code, e));
	TRY(budget_resize(r->budget, &c->next, t->n, n, sizeof *c->next, e));
	return budget_resize(r->budget, &c->tails, t->n, n, sizeof *c->tails, e);
}

/* The first layer: every tuple by itself, in one class. */
static enum status
prepare(struct run *r, struct err *e)
{
	const struct tuples *t = r->s->tuples;
	TRY(budget_resize(r->budget, &r->class_of, 0, t->n, sizeof *r->class_of, e));
	TRY(budget_resize(r->budget, &r->renumber, 0, t->n, sizeof *r->renumber, e));
	if (r->s->l > 1)
		TRY(budget_resize(r->budget, &r->diversity, 0, t->n, sizeof *r->diversity, e));
	TRY(items_room(r, &r->layers[0], t->n, e));
	order_columns(r);
	uint32_t *suffix_of = r->class_of; /* not needed before the search */
	TRY(make_tails(r, suffix_of, e));
	for (size_t i = r->s->n_qi; i-- > 0;)
		TRY(lengthen(r, i, suffix_of, e));
	struct layer *first = &r->layers[0];
	for (size_t i = 0; i < t->n; i++) {
		first->items[i] = (struct item){ 0, suffix_of[i], tuples_count(t, i) };
		r->rows += tuples_count(t, i);
	}
	first->n_items = t->n;
	first->n_classes = 1;
	return OK;
}

static void
run_free(struct run *r)
{
	size_t n = r->s->tuples->n;
	budget_free(r->budget, &r->class_of, n, sizeof *r->class_of);
	budget_free(r->budget, &r->renumber, n, sizeof *r->renumber);
	budget_free(r->budget, &r->diversity, n, sizeof *r->diversity);
	for (size_t i = 0; i < r->s->n_sensitive && r->sensitive; i++)
		budget_free(r->budget, &r->sensitive[i], r->n_tails, sizeof **r->sensitive);
	free(r->sensitive);
	for (size_t i = 0; i < r->s->n_qi; i++) {
		struct column *c = &r->columns[i];
		budget_free(r->budget, &c->code, c->n_suffixes, sizeof *c->code);
		budget_free(r->budget, &c->next, c->n_suffixes, sizeof *c->next);
		budget_free(r->budget, &c->tails, c->n_suffixes, sizeof *c->tails);
	}
	for (size_t i = 0; i <= r->s->n_qi; i++) {
		struct layer *l = &r->layers[i];
		budget_free(r->budget, &l->items, l->items_cap, sizeof *l->items);
		budget_free(r->budget, &l->classes, l->classes_cap, sizeof *l->classes);
	}
	index_free(&r->index);
}

enum status
search_run(const struct search *s, struct budget *b, struct search_result *ret, struct err *e)
{
	struct run r = { .s = s, .budget = b, .index = { .budget = b } };
	if (s->n_qi == 0 || s->n_qi > SEARCH_MAX_QI)
		return err_set(e, E_INPUT, "qi", "A search takes 1 to %d quasi-identifiers.",
			SEARCH_MAX_QI);
	enum status status = prepare(&r, e);
	if (status == OK)
		status = descend(&r, 0, e);
	run_free(&r);
	TRY(status);
	if (!r.found)
		return err_set(e, E_ABSENT, "",
			"No generalisation by these hierarchies reaches the goal with so few rows "
			"suppressed.");
	double p = 1;
	for (size_t i = 0; i < s->n_qi; i++)
		p *= 1 + floor(r.result.loss[i] * decimals) / decimals;
	r.result.score = pow(p, 1.0 / (double)s->n_qi) - 1;
	r.result.lattice = 1;
	for (size_t i = 0; i < s->n_qi; i++)
		r.result.lattice *= s->hierarchies[i].n_levels;
	*ret = r.result;
	return OK;
}
