/*
 * Memory that lives as long as one request or one job.
 *
 * The arena owns everything it hands out; nothing is freed singly; arena_free ends it all. Never
 * returns NULL: out of memory ends the process. A function that takes a struct arena * returns
 * arena memory; one that does not, does not.
 *
 * Thread rule: one thread per arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/cleanup.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *); /* NULL is fine */

/* Zeroed, aligned for any type. n == 0 gives a valid pointer. */
void *arena_alloc(struct arena *, size_t n);
/* As arena_alloc, but not zeroed: for who writes every byte. */
void *arena_bytes(struct arena *, size_t n);
/* n elements of size bytes; a product that overflows ends the process. */
void *arena_array(struct arena *, size_t n, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

char *arena_strdup(struct arena *, const char *s); /* NULL gives "" */
char *arena_strndup(struct arena *, const char *p, size_t n);
char *arena_printf(struct arena *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *, const char *fmt, va_list);

/* Bytes handed out so far; for tests and limits. */
size_t arena_used(const struct arena *);

static inline void
cleanup_arena_fn(struct arena **a)
{
	arena_free(*a);
}
#define cleanup_arena CLEANUP(cleanup_arena_fn)

#endif
