/*
 * What can be known of hidden cells of a table with margins, exactly.
 *
 * A table whose rows and columns add up to margins is a circulation: each cell is an edge from its
 * row to its column, each row's total an edge back from the margin's column, each column's total
 * an edge to the margin's row, the grand total an edge from the margin's row to its column; what
 * enters a node leaves it. The least and most that a hidden cell can be are a smallest and a
 * largest flow through its edge, and because the matrix of such a network is totally unimodular
 * they are whole numbers (Ahuja, Magnanti and Orlin, Network Flows, 1993, chapters 6 and 11).
 *
 * Memory is the arena's. Thread rule: one thread per flow.
 */
#ifndef CURATOR_AIRLOCK_FLOW_H
#define CURATOR_AIRLOCK_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* As good as no bound; sums of a million such stay exact. */
#define FLOW_ANY ((int64_t)1 << 42)

struct flow;

/* nodes: 0 to n - 1. */
struct flow *flow_new(struct arena *, size_t nodes, size_t max_edges);
/* An edge with at least low and at most high on it; returns its number. 0 <= low <= high. */
size_t flow_edge(struct flow *, size_t from, size_t to, int64_t low, int64_t high);
/* False when no numbers fit: the margins are not the sums. Call once, after the last edge. */
bool flow_solve(struct flow *);
/* The least and the most on an edge; after flow_solve only. */
void flow_range(struct flow *, size_t edge, int64_t *ret_low, int64_t *ret_high);

#endif
