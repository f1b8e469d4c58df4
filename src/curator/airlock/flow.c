#include "curator/airlock/flow.h"

/* Half-edges in pairs: 2k forward, 2k + 1 backward; room is what more can be pushed. */
struct half {
	size_t to, next;
	int64_t room;
};

enum { NONE = -1 };
#define NO_HALF ((size_t)NONE)

struct flow {
	struct arena *a;
	size_t nodes, edges, max;
	struct half *half;
	int64_t *low;    /* of each edge */
	size_t *first;   /* of each node */
	int64_t *excess; /* of each node, from the lower bounds */
	size_t *came;    /* search: the half-edge that reached a node */
	size_t *queue;
};

struct flow *
flow_new(struct arena *a, size_t nodes, size_t max_edges)
{
	struct flow *f = ARENA_NEW(a, struct flow);
	/* Two nodes and an edge for each node are for the search of a first solution. */
	size_t n = nodes + 2;
	f->a = a;
	f->nodes = nodes;
	f->max = max_edges + nodes;
	f->half = ARENA_ARRAY(a, 2 * f->max, struct half);
	f->low = ARENA_ARRAY(a, f->max, int64_t);
	f->first = ARENA_ARRAY(a, n, size_t);
	f->excess = ARENA_ARRAY(a, n, int64_t);
	f->came = ARENA_ARRAY(a, n, size_t);
	f->queue = ARENA_ARRAY(a, n, size_t);
	for (size_t i = 0; i < n; i++)
		f->first[i] = NO_HALF;
	return f;
}

static size_t
add(struct flow *f, size_t from, size_t to, int64_t room)
{
	size_t k = 2 * f->edges++;
	f->half[k] = (struct half){ to, f->first[from], room };
	f->first[from] = k;
	f->half[k + 1] = (struct half){ from, f->first[to], 0 };
	f->first[to] = k + 1;
	return k / 2;
}

size_t
flow_edge(struct flow *f, size_t from, size_t to, int64_t low, int64_t high)
{
	f->excess[to] += low;
	f->excess[from] -= low;
	f->low[f->edges] = low;
	return add(f, from, to, high - low);
}

/* One shortest way from source to sink; how much was pushed along it, at most limit. */
static int64_t
augment(struct flow *f, size_t source, size_t sink, int64_t limit)
{
	size_t n = f->nodes + 2, head = 0, tail = 0;
	for (size_t i = 0; i < n; i++)
		f->came[i] = NO_HALF;
	f->queue[tail++] = source;
	while (head < tail && f->came[sink] == NO_HALF) {
		size_t u = f->queue[head++];
		for (size_t k = f->first[u]; k != NO_HALF; k = f->half[k].next) {
			size_t v = f->half[k].to;
			if (f->half[k].room <= 0 || v == source || f->came[v] != NO_HALF)
				continue;
			f->came[v] = k;
			f->queue[tail++] = v;
		}
	}
	if (f->came[sink] == NO_HALF)
		return 0;
	for (size_t v = sink; v != source; v = f->half[f->came[v] ^ 1].to)
		if (f->half[f->came[v]].room < limit)
			limit = f->half[f->came[v]].room;
	for (size_t v = sink; v != source; v = f->half[f->came[v] ^ 1].to) {
		f->half[f->came[v]].room -= limit;
		f->half[f->came[v] ^ 1].room += limit;
	}
	return limit;
}

static int64_t
push(struct flow *f, size_t source, size_t sink, int64_t limit)
{
	int64_t done = 0, more;
	while (done < limit && (more = augment(f, source, sink, limit - done)) > 0)
		done += more;
	return done;
}

bool
flow_solve(struct flow *f)
{
	size_t source = f->nodes, sink = f->nodes + 1;
	int64_t need = 0;
	for (size_t i = 0; i < f->nodes; i++) {
		if (f->excess[i] > 0) {
			add(f, source, i, f->excess[i]);
			need += f->excess[i];
		} else if (f->excess[i] < 0) {
			add(f, i, sink, -f->excess[i]);
		}
	}
	return push(f, source, sink, need) == need;
}

void
flow_range(struct flow *f, size_t edge, int64_t *ret_low, int64_t *ret_high)
{
	struct half *ahead = &f->half[2 * edge], *back = &f->half[2 * edge + 1];
	size_t from = back->to, to = ahead->to;
	/* Without the edge itself: what could take another way is not fixed to it. */
	int64_t room = ahead->room, used = back->room;
	ahead->room = back->room = 0;
	int64_t less = push(f, from, to, used);
	ahead->room = room + less;
	back->room = used - less;
	int64_t low = back->room;
	room = ahead->room, used = back->room;
	ahead->room = back->room = 0;
	int64_t more = push(f, to, from, room);
	ahead->room = room - more;
	back->room = used + more;
	*ret_low = f->low[edge] + low;
	*ret_high = f->low[edge] + back->room;
}
