/*
 * A growing byte string on the heap, for worker threads and for megabytes: an arena would keep
 * every former copy. bytes_free frees it. Thread rule: one thread per struct bytes.
 */
#ifndef CURATOR_PARQUET_BYTES_H
#define CURATOR_PARQUET_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct bytes {
	uint8_t *p;
	size_t n, cap;
};

/* Room for `more` bytes behind the n that are there. */
static inline uint8_t *
bytes_room(struct bytes *b, size_t more)
{
	if (b->cap - b->n < more) {
		size_t cap = b->cap * 2 > b->n + more ? b->cap * 2 : b->n + more + 64;
		b->p = realloc(b->p, cap);
		if (!b->p)
			BUG("out of memory");
		b->cap = cap;
	}
	return b->p + b->n;
}

static inline void
bytes_put(struct bytes *b, const void *p, size_t n)
{
	memcpy(bytes_room(b, n), p, n);
	b->n += n;
}

static inline void
bytes_u32(struct bytes *b, uint32_t v)
{
	uint8_t le[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };
	bytes_put(b, le, 4);
}

/* Seven bits a byte, the lowest first. */
static inline void
bytes_varint(struct bytes *b, uint64_t v)
{
	uint8_t *p = bytes_room(b, 10);
	for (; v >= 0x80; v >>= 7, b->n++)
		*p++ = (uint8_t)(v | 0x80);
	*p = (uint8_t)v;
	b->n++;
}

/* Gives back what growing took too much. */
static inline void
bytes_fit(struct bytes *b)
{
	uint8_t *p = realloc(b->p, b->n + 1);
	if (p) {
		b->p = p;
		b->cap = b->n + 1;
	}
}

static inline void
bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ NULL, 0, 0 };
}

#endif
