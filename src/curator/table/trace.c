#include "curator/table/trace.h"

#include <stdlib.h>

/* Of threes: new traces times earlier ones, some seconds of work. */
enum { WORK_MAX = 5000000, FILTER_BITS = 1 << 20 };
/* Multiples that are looked for, of twos and of threes. */
enum { TIMES_2 = 9, TIMES_3 = 5 };

static bool
comparable(const struct trace *a, const struct trace *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == TRACE_WHO)
		return a->of_file || b->of_file;
	if (a->kind == TRACE_WITH && a->taken == b->taken)
		return false;
	return a->kind == TRACE_SUM || a->source == b->source;
}

static bool
some_but_few(size_t n, int64_t few)
{
	return n > 0 && n < (size_t)few;
}

bool
trace_close(const struct trace *a, const struct trace *b, int64_t few)
{
	const struct sketch *x = &a->sketch, *y = &b->sketch;
	if (!comparable(a, b))
		return false;
	if (some_but_few(sketch_apart(x, y, (size_t)few), few))
		return true;
	for (uint64_t k = 2; a->kind == TRACE_SUM && k <= TIMES_2; k++)
		if (some_but_few(sketch_apart_times(x, k, y, (size_t)few), few) ||
			some_but_few(sketch_apart_times(y, k, x, (size_t)few), few))
			return true;
	return false;
}

bool
trace_same(const struct trace *a, const struct trace *b)
{
	return a->kind == b->kind && (a->kind == TRACE_SUM || a->source == b->source) &&
	       a->column == b->column && a->taken == b->taken &&
	       (a->kind != TRACE_WHO || a->of_file == b->of_file) &&
	       sketch_apart(&a->sketch, &b->sketch, 0) == 0;
}

bool
trace_known(const struct trace *t, const trace_list *earlier)
{
	for (size_t i = 0; i < earlier->n; i++)
		if (trace_same(&earlier->at[i], t))
			return true;
	return false;
}

/* ---- two ---- */

static bool
shows(const struct hide *h, const struct trace *t)
{
	return h->cells[t->cell].why == HIDE_SHOWN;
}

static bool
hide_pairs(struct hide *h, const trace_list *fresh, const trace_list *earlier, const bool *known,
	int64_t few)
{
	bool any = false;
	for (size_t i = 0; i < fresh->n; i++)
		for (size_t k = 0; !known[i] && k < earlier->n && shows(h, &fresh->at[i]); k++)
			if (trace_close(&fresh->at[i], &earlier->at[k], few)) {
				h->cells[fresh->at[i].cell].why = HIDE_CLOSE;
				any = true;
			}
	return any;
}

/* Persons may stand in several numbers of one table: of two that are close the one of fewer rows is
 * hidden. */
static bool
hide_inside(struct hide *h, const trace_list *fresh, int64_t few)
{
	bool any = false;
	for (size_t i = 0; i < fresh->n; i++)
		for (size_t k = 0; k < i && shows(h, &fresh->at[i]); k++) {
			const struct trace *a = &fresh->at[i], *b = &fresh->at[k];
			if (a->cell == b->cell || !shows(h, b) || !trace_close(a, b, few))
				continue;
			const struct trace *less =
				h->cells[a->cell].rows < h->cells[b->cell].rows ? a : b;
			h->cells[less->cell].why = HIDE_CLOSE;
			any = true;
		}
	return any;
}

/* ---- three ---- */

/* A trace of the pool, by one of its parts. */
struct entry {
	uint64_t part;
	uint32_t at; /* in fresh, or behind those in earlier */
};

/* By how much the new and the earlier one are multiplied so that they make the third. */
struct times {
	uint64_t own, old;
};

struct pool {
	struct hide *h;
	const trace_list *fresh, *earlier;
	const bool *known; /* fresh ones that were signed before */
	uint32_t kind;
	size_t few, n;
	struct sketch_parts *parts;        /* of all, fresh ones first */
	struct entry *index[SKETCH_PARTS]; /* n each, by part; those whose part is 0 left out */
	size_t n_index[SKETCH_PARTS];
	uint64_t *filter[SKETCH_PARTS]; /* a bit for each part that there is: most are not */
	struct times ways[6 * TIMES_3];
	size_t n_ways;
};

static const struct trace *
trace_at(const struct pool *p, size_t i)
{
	return i < p->fresh->n ? &p->fresh->at[i] : &p->earlier->at[i - p->fresh->n];
}

static bool
in_pool(const struct pool *p, size_t i)
{
	const struct trace *t = trace_at(p, i);
	return t->kind == p->kind && (i >= p->fresh->n || shows(p->h, t));
}

static int
by_part(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return x->part < y->part ? -1 : x->part > y->part;
}

static bool
filter_bit(const uint64_t *filter, uint64_t part)
{
	return filter[part % FILTER_BITS / 64] >> part % 64 & 1;
}

static void
fill_pool(struct pool *p, struct arena *a)
{
	p->n = p->fresh->n + p->earlier->n;
	p->parts = ARENA_ARRAY(a, p->n, struct sketch_parts);
	for (size_t i = 0; i < p->n; i++)
		p->parts[i] = sketch_parts(&trace_at(p, i)->sketch);
	for (size_t g = 0; g < SKETCH_PARTS; g++) {
		struct entry *x = p->index[g] = ARENA_ARRAY(a, p->n, struct entry);
		size_t n = 0;
		p->filter[g] = ARENA_ARRAY(a, FILTER_BITS / 64, uint64_t);
		for (size_t i = 0; i < p->n; i++) {
			uint64_t part = p->parts[i].at[g];
			if (!in_pool(p, i) || !part)
				continue;
			x[n++] = (struct entry){ part, (uint32_t)i };
			p->filter[g][part % FILTER_BITS / 64] |= 1ull << part % 64;
		}
		qsort(x, n, sizeof *x, by_part);
		p->n_index[g] = n;
	}
}

static bool
same_source(const struct pool *p, const struct trace *a, const struct trace *b)
{
	return p->kind == TRACE_SUM || (a->source == b->source && a->column == b->column);
}

/* Two that are the same cancel, and what is left is the third by itself. */
static bool
cancels(const struct trace *t, const struct trace *own, const struct trace *old)
{
	return sketch_apart(&t->sketch, &own->sketch, 0) == 0 ||
	       sketch_apart(&t->sketch, &old->sketch, 0) == 0;
}

/* Is another one of the pool close to that? By the g-th part. */
static bool
completes(const struct pool *p, size_t own_at, size_t old_at, size_t g, struct times by)
{
	const struct trace *own = trace_at(p, own_at), *old = trace_at(p, old_at);
	uint64_t wanted = sketch_plus(sketch_times(p->parts[own_at].at[g], by.own),
		sketch_times(p->parts[old_at].at[g], by.old));
	const struct entry *x = p->index[g];
	size_t low = 0, high = p->n_index[g];
	if (!wanted || !filter_bit(p->filter[g], wanted))
		return false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (x[mid].part < wanted)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < p->n_index[g] && x[low].part == wanted; low++) {
		const struct trace *t = trace_at(p, x[low].at);
		if (!in_pool(p, x[low].at) || t == own || !same_source(p, t, own))
			continue;
		size_t n = sketch_apart3(
			&own->sketch, by.own, &old->sketch, by.old, &t->sketch, p->few);
		if (some_but_few(n, (int64_t)p->few) && !cancels(t, own, old))
			return true;
	}
	return false;
}

static uint64_t
minus(uint64_t x)
{
	return sketch_minus(0, x);
}

/*
 * One of the three is the sum of the second and the third, or of the second and k times the third:
 * whichever is the new one, the earlier one, or any. *ret holds 6 for each k.
 */
static size_t
ways(uint32_t kind, struct times ret[6 * TIMES_3])
{
	size_t n = 0;
	for (uint64_t k = 1; k <= (kind == TRACE_SUM ? TIMES_3 : 1); k++) {
		uint64_t part = sketch_inverse(k);
		const struct times all[] = { { part, minus(part) }, { minus(part), part }, { 1, k },
			{ 1, minus(k) }, { minus(k), 1 }, { k, 1 } };
		/* Where k is 1 the first three are all. */
		for (size_t i = 0; i < (k == 1 ? 3 : sizeof all / sizeof *all); i++)
			ret[n++] = all[i];
	}
	return n;
}

static bool
makes_three(const struct pool *p, size_t i, size_t k)
{
	if (!same_source(p, trace_at(p, i), trace_at(p, k)))
		return false;
	for (size_t w = 0; w < p->n_ways; w++)
		for (size_t g = 0; g < SKETCH_PARTS; g++)
			if (completes(p, i, k, g, p->ways[w]))
				return true;
	return false;
}

static bool
hide_threes(struct pool *p)
{
	bool any = false;
	for (size_t i = 0; i < p->fresh->n; i++)
		for (size_t k = p->fresh->n; !p->known[i] && k < p->n && in_pool(p, i); k++)
			if (in_pool(p, k) && makes_three(p, i, k)) {
				p->h->cells[p->fresh->at[i].cell].why = HIDE_CLOSE;
				any = true;
			}
	return any;
}

static size_t
count_kind(const trace_list *l, unsigned kind)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += l->at[i].kind == kind;
	return n;
}

enum status
trace_hide(struct hide *h, const trace_list *fresh, const trace_list *earlier, int64_t few,
	struct err *e)
{
	for (unsigned kind = 0; kind < TRACE_KINDS; kind++) {
		size_t n = count_kind(fresh, kind), m = count_kind(earlier, kind);
		if (m && n > WORK_MAX / m)
			return err_set(e, E_INPUT, "rows",
				"The table has more numbers than can be compared with the %zu that "
				"were signed before: ask for fewer rows or columns.",
				m);
	}
	if (hide_inside(h, fresh, few))
		hide_run(h);
	if (earlier->n == 0)
		return OK;
	cleanup_arena struct arena *lasting = arena_new();
	bool *known = ARENA_ARRAY(lasting, fresh->n + 1, bool);
	for (size_t i = 0; i < fresh->n; i++)
		known[i] = trace_known(&fresh->at[i], earlier);
	if (hide_pairs(h, fresh, earlier, known, few))
		hide_run(h);
	for (bool again = true; again;) {
		again = false;
		for (uint32_t kind = TRACE_SUM; kind <= TRACE_WITH; kind++) {
			cleanup_arena struct arena *a = arena_new();
			struct pool p = { .h = h,
				.fresh = fresh,
				.earlier = earlier,
				.known = known,
				.kind = kind,
				.few = (size_t)few };
			p.n_ways = ways(kind, p.ways);
			fill_pool(&p, a);
			again |= hide_threes(&p);
		}
		if (again)
			hide_run(h);
	}
	return OK;
}
