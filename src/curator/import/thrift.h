/*
 * Writing Thrift's compact protocol, as far as Parquet's headers need it (Apache Thrift, "Thrift
 * Compact protocol encoding"): structs of integers, texts, lists and structs.
 *
 * Thread rule: one thread per struct thrift.
 */
#ifndef CURATOR_IMPORT_THRIFT_H
#define CURATOR_IMPORT_THRIFT_H

#include "curator/import/bytes.h"

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

#endif
