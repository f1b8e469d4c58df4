#include "curator/parquet/chunk.h"

#include <zstd.h>

#include "curator/parquet/thrift.h"

enum {
	MAX_ENTRIES = 1 << 16, /* of a dictionary */
	MAX_PROBES = 64,
	TRIAL = 8192, /* rows after which more than half different values end the attempt */
	ZSTD_LEVEL = 1,
};
/* Parquet's numbers for these things. */
enum { PAGE_DATA = 0, PAGE_DICTIONARY = 2, PLAIN = 0, RLE = 3, RLE_DICTIONARY = 8 };

struct entry {
	uint64_t hash;
	union {
		struct cell cell;
		int64_t number;
	};
	uint32_t n;
};

struct scratch {
	struct entry *entries; /* MAX_ENTRIES */
	uint32_t *slots;       /* entry + 1, 0 is free; cap of them are in use */
	size_t cap, n_entries;
	uint32_t *codes;  /* of the values that are there */
	uint32_t *levels; /* 1 where a value is, 0 where it is missing */
	uint32_t *order;  /* codes of the column in the order in which they came */
	size_t max_rows;
	uint32_t *local; /* of each code of the column: its place in order + 1; else 0 */
	size_t max_local;
	struct bytes page, packed;
	ZSTD_CCtx *zstd;
};

struct scratch *
scratch_new(void)
{
	struct scratch *s = calloc(1, sizeof *s);
	if (!s || !(s->entries = malloc(MAX_ENTRIES * sizeof *s->entries)) ||
		!(s->slots = malloc(2 * MAX_ENTRIES * sizeof *s->slots)) ||
		!(s->zstd = ZSTD_createCCtx()))
		BUG("out of memory");
	return s;
}

void
scratch_free(struct scratch *s)
{
	if (!s)
		return;
	free(s->entries);
	free(s->slots);
	free(s->codes);
	free(s->levels);
	free(s->order);
	free(s->local);
	bytes_free(&s->page);
	bytes_free(&s->packed);
	ZSTD_freeCCtx(s->zstd);
	free(s);
}

void
chunk_free(struct chunk *c)
{
	bytes_free(&c->pages);
}

static void
make_room(struct scratch *s, size_t rows)
{
	if (rows <= s->max_rows)
		return;
	free(s->codes);
	free(s->levels);
	free(s->order);
	s->codes = malloc(rows * sizeof *s->codes);
	s->levels = malloc(rows * sizeof *s->levels);
	s->order = malloc(rows * sizeof *s->order);
	if (!s->codes || !s->levels || !s->order)
		BUG("out of memory");
	s->max_rows = rows;
}

/* The first n <= 8 bytes at p as a number; CELL_SLACK bytes behind every text may be read. */
static inline uint64_t
load(const char *p, size_t n)
{
	uint64_t w;
	memcpy(&w, p, 8);
	return n >= 8 ? w : w & ((1ull << (8 * n)) - 1);
}

/* Short values are the rule, and a call of memcmp costs more than they do. */
static inline bool
same(const char *a, const char *b, size_t n)
{
	for (; n > 8; a += 8, b += 8, n -= 8)
		if (load(a, 8) != load(b, 8))
			return false;
	return load(a, n) == load(b, n);
}

/* Good enough for the slots of one dictionary; its probes are bounded. */
static inline uint64_t
quick_hash(const char *p, size_t n)
{
	uint64_t h = n;
	for (; n > 8; p += 8, n -= 8)
		h = (h ^ load(p, 8)) * 0xff51afd7ed558ccdu;
	h = (h ^ load(p, n)) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

static void
grow_slots(struct scratch *s)
{
	s->cap *= 4;
	memset(s->slots, 0, s->cap * sizeof *s->slots);
	for (size_t i = 0; i < s->n_entries; i++) {
		size_t at = (size_t)s->entries[i].hash & (s->cap - 1);
		while (s->slots[at])
			at = (at + 1) & (s->cap - 1);
		s->slots[at] = (uint32_t)i + 1;
	}
}

static uint32_t
add_entry(struct scratch *s, size_t slot, struct entry e)
{
	uint32_t code = (uint32_t)s->n_entries++;
	s->entries[code] = e;
	s->slots[slot] = code + 1;
	if (s->n_entries * 2 > s->cap && s->cap < 2 * MAX_ENTRIES)
		grow_slots(s);
	return code;
}

/* The number of a value in the dictionary; MAX_ENTRIES when it has no place any more. */
static uint32_t
find(struct scratch *s, const char *text, struct cell cell)
{
	const char *v = text + cell.at;
	uint64_t hash = quick_hash(v, cell.n);
	size_t at = (size_t)hash & (s->cap - 1);
	for (int probes = 0; s->slots[at]; at = (at + 1) & (s->cap - 1)) {
		struct entry *old = &s->entries[s->slots[at] - 1];
		if (old->hash == hash && old->cell.n == cell.n &&
			same(text + old->cell.at, v, cell.n)) {
			old->n++;
			return s->slots[at] - 1;
		}
		if (++probes == MAX_PROBES)
			return MAX_ENTRIES;
	}
	if (s->n_entries == MAX_ENTRIES)
		return MAX_ENTRIES;
	return add_entry(s, at, (struct entry){ .hash = hash, .cell = cell, .n = 1 });
}

/* The same of a number, whose hash tells it: both steps can be undone. */
static uint32_t
find_number(struct scratch *s, int64_t v)
{
	uint64_t hash = (uint64_t)v * 0xff51afd7ed558ccdu;
	hash ^= hash >> 32;
	size_t at = (size_t)hash & (s->cap - 1);
	for (int probes = 0; s->slots[at]; at = (at + 1) & (s->cap - 1)) {
		if (s->entries[s->slots[at] - 1].hash == hash)
			return s->slots[at] - 1;
		if (++probes == MAX_PROBES)
			return MAX_ENTRIES;
	}
	if (s->n_entries == MAX_ENTRIES)
		return MAX_ENTRIES;
	return add_entry(s, at, (struct entry){ .hash = hash, .number = v, .n = 1 });
}

static void
start_dictionary(struct scratch *s)
{
	s->cap = 512;
	s->n_entries = 0;
	memset(s->slots, 0, s->cap * sizeof *s->slots);
}

/* Numbers the values; false when a dictionary would not pay. */
static bool
build(struct scratch *s, const char *text, const struct cell *cells, size_t rows,
	size_t *ret_values)
{
	struct cell last = { 0, CELL_MISSING };
	size_t values = 0;
	uint32_t code = 0;
	start_dictionary(s);
	for (size_t i = 0; i < rows; i++) {
		s->levels[i] = cells[i].n != CELL_MISSING;
		if (!s->levels[i])
			continue;
		/* Tables are sorted by something: the value before is often the same. */
		if (cells[i].n == last.n && same(text + last.at, text + cells[i].at, last.n))
			s->entries[code].n++;
		else
			code = find(s, text, cells[i]);
		last = cells[i];
		if (code == MAX_ENTRIES || (values == TRIAL && s->n_entries * 2 > values))
			return false;
		s->codes[values++] = code;
	}
	*ret_values = values;
	return true;
}

static size_t
run_length(const uint32_t *v, size_t n)
{
	size_t i = 1;
	while (i < n && v[i] == v[0])
		i++;
	return i;
}

/* n values of `width` bits, the last group of eight filled up with zeros. */
static void
pack(struct bytes *b, const uint32_t *v, size_t n, unsigned width)
{
	size_t groups = (n + 7) / 8;
	uint64_t held = 0;
	unsigned bits = 0;
	bytes_varint(b, (uint64_t)groups << 1 | 1);
	uint8_t *p = bytes_room(b, groups * width + 8), *from = p;
	for (size_t i = 0; i < groups * 8; i++) {
		held |= (uint64_t)(i < n ? v[i] : 0) << bits;
		for (bits += width; bits >= 8; bits -= 8, held >>= 8)
			*p++ = (uint8_t)held;
	}
	b->n += (size_t)(p - from);
}

/* Parquet's mixture of repeated values and packed groups of eight. */
static void
put_hybrid(struct bytes *b, const uint32_t *v, size_t n, unsigned width)
{
	size_t from = 0, i = 0;
	while (i < n) {
		size_t run = run_length(v + i, n - i);
		if (run < 16) {
			i += i + 8 < n ? 8 : n - i;
			continue;
		}
		if (i > from)
			pack(b, v + from, i - from, width);
		bytes_varint(b, (uint64_t)run << 1);
		for (unsigned k = 0; k < width; k += 8) {
			uint8_t byte = (uint8_t)(v[i] >> k);
			bytes_put(b, &byte, 1);
		}
		i += run;
		from = i;
	}
	if (n > from)
		pack(b, v + from, n - from, width);
}

static unsigned
width_of(size_t n_entries)
{
	unsigned width = 1;
	while (((size_t)1 << width) < n_entries)
		width++;
	return width;
}

/* Packs s->page and puts it behind its head. */
static void
put_page(struct chunk *c, struct scratch *s, int kind, size_t values, int encoding)
{
	struct bytes *page = &s->page;
	size_t bound = ZSTD_compressBound(page->n), before = c->pages.n;
	struct thrift t = { .out = &c->pages };
	size_t n = ZSTD_compressCCtx(
		s->zstd, bytes_room(&s->packed, bound), bound, page->p, page->n, ZSTD_LEVEL);
	if (ZSTD_isError(n))
		BUG("zstd: %s", ZSTD_getErrorName(n));
	thrift_int(&t, 1, THRIFT_I32, kind);
	thrift_int(&t, 2, THRIFT_I32, (int64_t)page->n);
	thrift_int(&t, 3, THRIFT_I32, (int64_t)n);
	thrift_field(&t, kind == PAGE_DATA ? 5 : 7, THRIFT_STRUCT);
	thrift_open(&t);
	thrift_int(&t, 1, THRIFT_I32, (int64_t)values);
	thrift_int(&t, 2, THRIFT_I32, encoding);
	if (kind == PAGE_DATA) {
		thrift_int(&t, 3, THRIFT_I32, RLE);
		thrift_int(&t, 4, THRIFT_I32, RLE);
	}
	thrift_close(&t);
	bytes_put(t.out, "", 1); /* the end of the page's head */
	c->unpacked += c->pages.n - before + page->n;
	bytes_put(&c->pages, s->packed.p, n);
	page->n = 0;
}

/* Which of the rows have a value, with the length in front. */
static void
put_levels(struct scratch *s, size_t rows, size_t values)
{
	size_t head = s->page.n;
	bytes_u32(&s->page, 0);
	if (values == rows) {
		bytes_varint(&s->page, (uint64_t)rows << 1);
		bytes_put(&s->page, "\1", 1);
	} else {
		put_hybrid(&s->page, s->levels, rows, 1);
	}
	size_t end = s->page.n;
	s->page.n = head;
	bytes_u32(&s->page, (uint32_t)(end - head - 4));
	s->page.n = end;
}

static void
put_text(struct bytes *b, const char *p, size_t n)
{
	bytes_u32(b, (uint32_t)n);
	bytes_put(b, p, n);
}

static void
put_number(struct bytes *b, enum parquet_type type, int64_t v)
{
	bytes_u32(b, (uint32_t)v);
	if (type != PARQUET_DAY)
		bytes_u32(b, (uint32_t)((uint64_t)v >> 32));
}

/* The pages of a dictionary whose n different values stand on s->page, and of s->codes. */
static void
put_dictionary(struct chunk *c, struct scratch *s, size_t n, size_t rows, size_t values)
{
	unsigned width = width_of(n);
	uint8_t byte = (uint8_t)width;
	put_page(c, s, PAGE_DICTIONARY, n, PLAIN);
	c->first_page = c->pages.n;
	c->dictionary = true;
	put_levels(s, rows, values);
	bytes_put(&s->page, &byte, 1);
	put_hybrid(&s->page, s->codes, values, width);
	put_page(c, s, PAGE_DATA, rows, RLE_DICTIONARY);
}

static void
with_dictionary(struct chunk *c, struct scratch *s, const char *text, size_t rows, size_t values,
	chunk_seen_fn seen, void *ctx)
{
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct entry *d = &s->entries[i];
		put_text(&s->page, text + d->cell.at, d->cell.n);
		seen(ctx, (struct str){ text + d->cell.at, d->cell.n }, d->n);
	}
	put_dictionary(c, s, s->n_entries, rows, values);
}

static size_t
as_they_are(struct chunk *c, struct scratch *s, const char *text, const struct cell *cells,
	size_t rows, chunk_seen_fn seen, void *ctx)
{
	size_t values = 0;
	for (size_t i = 0; i < rows; i++) {
		s->levels[i] = cells[i].n != CELL_MISSING;
		values += s->levels[i];
	}
	put_levels(s, rows, values);
	for (size_t i = 0; i < rows; i++) {
		if (!s->levels[i])
			continue;
		put_text(&s->page, text + cells[i].at, cells[i].n);
		seen(ctx, (struct str){ text + cells[i].at, cells[i].n }, 1);
	}
	put_page(c, s, PAGE_DATA, rows, PLAIN);
	return values;
}

static void
start(struct chunk *c, struct scratch *s, size_t rows)
{
	make_room(s, rows);
	c->pages.n = c->first_page = 0;
	c->unpacked = 0;
	c->dictionary = false;
}

void
chunk_encode(struct chunk *c, struct scratch *s, const char *text, const struct cell *cells,
	size_t rows, chunk_seen_fn seen, void *ctx)
{
	size_t values = 0;
	start(c, s, rows);
	if (!c->many_different && build(s, text, cells, rows, &values)) {
		with_dictionary(c, s, text, rows, values, seen, ctx);
	} else {
		c->many_different = true;
		values = as_they_are(c, s, text, cells, rows, seen, ctx);
	}
	c->missing = rows - values;
	if (values < rows)
		seen(ctx, (struct str){ NULL, 0 }, rows - values);
}

static void
put_value(struct bytes *b, const struct values *v, uint32_t code)
{
	char text[CHUNK_SPELT];
	if (v->spell)
		put_text(b, text, v->spell(v->numbers[code], text));
	else if (v->type == PARQUET_TEXT)
		put_text(b, v->texts[code].p, v->texts[code].n);
	else
		put_number(b, v->type, v->numbers[code]);
}

void
chunk_encode_codes(struct chunk *c, struct scratch *s, const struct values *v,
	const uint32_t *codes, size_t rows)
{
	size_t values = 0, n = 0;
	start(c, s, rows);
	if (s->max_local < v->n) {
		free(s->local);
		s->local = calloc(v->n, sizeof *s->local);
		if (!s->local)
			BUG("out of memory");
		s->max_local = v->n;
	}
	for (size_t i = 0; i < rows; i++) {
		s->levels[i] = codes[i] != CHUNK_MISSING;
		if (!s->levels[i])
			continue;
		uint32_t *place = &s->local[codes[i]];
		if (!*place) {
			s->order[n] = codes[i];
			*place = (uint32_t)++n;
		}
		s->codes[values++] = *place - 1;
	}
	c->missing = rows - values;
	for (size_t i = 0; i < n; i++)
		s->local[s->order[i]] = 0;
	if (n * 2 <= values) {
		for (size_t i = 0; i < n; i++)
			put_value(&s->page, v, s->order[i]);
		put_dictionary(c, s, n, rows, values);
	} else {
		put_levels(s, rows, values);
		for (size_t i = 0; i < values; i++)
			put_value(&s->page, v, s->order[s->codes[i]]);
		put_page(c, s, PAGE_DATA, rows, PLAIN);
	}
}

/* As build, of numbers. */
static bool
build_numbers(struct scratch *s, const int64_t *v, size_t rows, size_t *ret_values)
{
	size_t values = 0;
	int64_t last = CHUNK_NO_NUMBER;
	uint32_t code = 0;
	start_dictionary(s);
	for (size_t i = 0; i < rows; i++) {
		if (v[i] == CHUNK_NO_NUMBER)
			continue;
		if (v[i] != last)
			code = find_number(s, v[i]);
		last = v[i];
		if (code == MAX_ENTRIES || (values == TRIAL && s->n_entries * 2 > values))
			return false;
		s->codes[values++] = code;
	}
	*ret_values = values;
	return true;
}

void
chunk_encode_numbers(
	struct chunk *c, struct scratch *s, enum parquet_type type, const int64_t *v, size_t rows)
{
	size_t values = 0;
	start(c, s, rows);
	for (size_t i = 0; i < rows; i++)
		s->levels[i] = v[i] != CHUNK_NO_NUMBER;
	if (build_numbers(s, v, rows, &values)) {
		c->missing = rows - values;
		for (size_t i = 0; i < s->n_entries; i++)
			put_number(&s->page, type, s->entries[i].number);
		put_dictionary(c, s, s->n_entries, rows, values);
		return;
	}
	values = 0;
	for (size_t i = 0; i < rows; i++)
		values += s->levels[i];
	c->missing = rows - values;
	put_levels(s, rows, values);
	for (size_t i = 0; i < rows; i++)
		if (s->levels[i])
			put_number(&s->page, type, v[i]);
	put_page(c, s, PAGE_DATA, rows, PLAIN);
}
