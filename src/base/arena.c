#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct chunk *head;
	size_t total;
};

enum { CHUNK_MIN = 16 * 1024, ALIGN = _Alignof(max_align_t) };

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *c = malloc(sizeof *c + size);
	if (!c)
		BUG("out of memory asking for %zu bytes", size);
	*c = (struct chunk){ .size = size };
	return c;
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof *a);
	if (!a)
		BUG("out of memory");
	return a;
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->head; c;) {
		struct chunk *next = c->next;
		free(c);
		c = next;
	}
	free(a);
}

void *
arena_bytes(struct arena *a, size_t n)
{
	if (n > SIZE_MAX - 2 * CHUNK_MIN)
		BUG("arena asked for %zu bytes", n);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (n == 0)
		n = ALIGN;
	struct chunk *c = a->head;
	if (!c || c->size - c->used < n) {
		struct chunk *fresh = chunk_new(n > CHUNK_MIN ? n : CHUNK_MIN);
		/* A big block goes behind the head, so that the head's room is not wasted. */
		if (c && n > CHUNK_MIN) {
			fresh->next = c->next;
			c->next = fresh;
		} else {
			fresh->next = c;
			a->head = fresh;
		}
		c = fresh;
	}
	void *p = c->bytes + c->used;
	c->used += n;
	a->total += n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return memset(arena_bytes(a, n), 0, n);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		BUG("arena array of %zu times %zu", n, size);
	return arena_alloc(a, bytes);
}

char *
arena_strndup(struct arena *a, const char *p, size_t n)
{
	char *s = arena_bytes(a, n + 1);
	if (n)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : arena_strndup(a, "", 0);
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	char short_text[200];
	int n = vsnprintf(short_text, sizeof short_text, fmt, ap);
	if (n < 0)
		BUG("bad format");
	char *s = arena_bytes(a, (size_t)n + 1);
	if ((size_t)n < sizeof short_text)
		memcpy(s, short_text, (size_t)n + 1);
	else
		vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

size_t
arena_used(const struct arena *a)
{
	return a->total;
}
