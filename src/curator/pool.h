/*
 * A few threads that do the numbered pieces of one task at a time while the caller does something
 * else. Which thread does which piece is of no importance to the result.
 *
 * pool_free ends the threads. Thread rule: one thread starts and waits.
 */
#ifndef CURATOR_POOL_H
#define CURATOR_POOL_H

#include <stddef.h>

enum { POOL_MAX = 8 };

struct pool;

/* As many threads as there are processors for this process, at most POOL_MAX. */
struct pool *pool_new(void);
void pool_free(struct pool *); /* NULL is fine */
/* How many workers call: the threads and the one that waits. */
size_t pool_workers(const struct pool *);

/* piece(ctx, i, worker) for i below n; worker is below pool_workers. Waits for the task before. */
void pool_start(
	struct pool *, void (*piece)(void *ctx, size_t i, size_t worker), void *ctx, size_t n);
/* Lends a hand until all pieces are done. */
void pool_wait(struct pool *);

#endif
