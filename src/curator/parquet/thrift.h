/*
 * Writing and reading Thrift's compact protocol, as far as Parquet's headers need it (Apache
 * Thrift, "Thrift Compact protocol encoding"): structs of integers, texts, lists and structs.
 * Reading takes bytes from a stranger: what does not fit sets `bad`, after which everything is 0
 * and ended.
 *
 * Thread rule: one thread per struct.
 */
#ifndef CURATOR_PARQUET_THRIFT_H
#define CURATOR_PARQUET_THRIFT_H

#include <stdbool.h>

#include "base/str.h"
#include "curator/parquet/bytes.h"

enum { THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_BINARY = 8, THRIFT_LIST = 9, THRIFT_STRUCT = 12 };
enum { THRIFT_MAX_DEPTH = 8 };

struct thrift {
	struct bytes *out;
	int last[THRIFT_MAX_DEPTH]; /* the last field's number, by depth */
	int depth;
};

static inline void
thrift_field(struct thrift *t, int id, int type)
{
	uint8_t head = (uint8_t)((id - t->last[t->depth]) << 4 | type);
	bytes_put(t->out, &head, 1);
	t->last[t->depth] = id;
}

static inline void
thrift_number(struct thrift *t, int64_t v)
{
	bytes_varint(t->out, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

static inline void
thrift_int(struct thrift *t, int id, int type, int64_t v)
{
	thrift_field(t, id, type);
	thrift_number(t, v);
}

static inline void
thrift_chars(struct thrift *t, const char *s)
{
	bytes_varint(t->out, strlen(s));
	bytes_put(t->out, s, strlen(s));
}

static inline void
thrift_text(struct thrift *t, int id, const char *s)
{
	thrift_field(t, id, THRIFT_BINARY);
	thrift_chars(t, s);
}

static inline void
thrift_list(struct thrift *t, int id, int type, size_t n)
{
	thrift_field(t, id, THRIFT_LIST);
	uint8_t head = (uint8_t)((n < 15 ? n : 15) << 4 | (unsigned)type);
	bytes_put(t->out, &head, 1);
	if (n >= 15)
		bytes_varint(t->out, n);
}

/* As an element of a list; with a field, call thrift_field first. */
static inline void
thrift_open(struct thrift *t)
{
	if (++t->depth == THRIFT_MAX_DEPTH)
		BUG("a Parquet header is nested too deep");
	t->last[t->depth] = 0;
}

static inline void
thrift_close(struct thrift *t)
{
	bytes_put(t->out, "", 1);
	t->depth--;
}

/* ---- reading ---- */

struct thrift_in {
	const uint8_t *p, *end;
	int depth;
	bool bad;
};

static inline uint64_t
thrift_take_varint(struct thrift_in *t)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64 && t->p < t->end && !t->bad; shift += 7) {
		uint8_t byte = *t->p++;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	t->bad = true;
	return 0;
}

static inline int64_t
thrift_take_number(struct thrift_in *t)
{
	uint64_t v = thrift_take_varint(t);
	return (int64_t)(v >> 1 ^ -(v & 1));
}

static inline struct str
thrift_take_text(struct thrift_in *t)
{
	uint64_t n = thrift_take_varint(t);
	if (t->bad || n > (uint64_t)(t->end - t->p)) {
		t->bad = true;
		return (struct str){ "", 0 };
	}
	struct str s = { (const char *)t->p, (size_t)n };
	t->p += n;
	return s;
}

/* The type of the next field of a struct, 0 at its end. *id is the last one's number before. */
static inline int
thrift_next(struct thrift_in *t, int *id)
{
	if (t->bad || t->p == t->end) {
		t->bad = true;
		return 0;
	}
	uint8_t head = *t->p++;
	if (head == 0)
		return 0;
	*id = head >> 4 ? *id + (head >> 4) : (int)thrift_take_number(t);
	return head & 15;
}

/* How many elements follow; 0 when they are of another type. */
static inline size_t
thrift_take_list(struct thrift_in *t, int type)
{
	if (t->bad || t->p == t->end) {
		t->bad = true;
		return 0;
	}
	uint8_t head = *t->p++;
	uint64_t n = head >> 4 == 15 ? thrift_take_varint(t) : head >> 4;
	/* An element has a byte at least. */
	t->bad |= (head & 15) != type || n > (uint64_t)(t->end - t->p);
	return t->bad ? 0 : (size_t)n;
}

static inline void
thrift_skip(struct thrift_in *t, int type)
{
	int id = 0, of = type;
	size_t n = 1;
	if (t->bad || t->depth == THRIFT_MAX_DEPTH) {
		t->bad = true;
		return;
	}
	t->depth++;
	switch (type) {
	case 1:
	case 2: /* true, false: in the field's head */
		break;
	case THRIFT_I32 - 1:
	case THRIFT_I32:
	case THRIFT_I64:
		thrift_take_varint(t);
		break;
	case THRIFT_BINARY:
		thrift_take_text(t);
		break;
	case THRIFT_LIST:
		of = t->p < t->end ? *t->p & 15 : 0;
		n = thrift_take_list(t, of);
		for (size_t i = 0; i < n && !t->bad; i++)
			thrift_skip(t, of);
		break;
	case THRIFT_STRUCT:
		while ((of = thrift_next(t, &id)))
			thrift_skip(t, of);
		break;
	default:
		t->bad = true;
	}
	t->depth--;
}

#endif
