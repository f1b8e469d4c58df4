#include "curator/parquet/read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "curator/parquet/thrift.h"
#include "curator/parquet/write.h"

enum { PAGE_DATA = 0, PAGE_DICTIONARY = 2, PLAIN = 0, RLE_DICTIONARY = 8 };
enum { MAX_FOOTER = 256 << 20, MAX_PAGE = 1 << 30, MAX_ROWS = 1 << 22, SLACK = 8 };

struct chunk_place {
	uint64_t at, n; /* all its pages */
};

struct group_place {
	size_t rows;
	struct chunk_place *columns;
};

struct parquet_in {
	int fd;
	uint64_t size;
	size_t n_columns, n_groups;
	struct group_place *groups;
	bool ours; /* by the name of the maker */
};

static enum status
damaged(struct err *e)
{
	return err_set(e, E_INPUT, "", "An imported table is damaged; import the data again.");
}

/* ---- the footer ---- */

struct column_meta {
	int64_t values_at, dictionary_at, packed;
};

static void
read_column_meta(struct thrift_in *t, struct column_meta *c)
{
	int type;
	int id = 0;
	*c = (struct column_meta){ -1, -1, -1 };
	while ((type = thrift_next(t, &id))) {
		if (id == 7 && type == THRIFT_I64)
			c->packed = thrift_take_number(t);
		else if (id == 9 && type == THRIFT_I64)
			c->values_at = thrift_take_number(t);
		else if (id == 11 && type == THRIFT_I64)
			c->dictionary_at = thrift_take_number(t);
		else
			thrift_skip(t, type);
	}
}

static void
read_chunk_place(struct parquet_in *p, struct thrift_in *t, struct chunk_place *ret)
{
	struct column_meta c = { -1, -1, -1 };
	int type, id = 0;
	while ((type = thrift_next(t, &id))) {
		if (id == 3 && type == THRIFT_STRUCT)
			read_column_meta(t, &c);
		else
			thrift_skip(t, type);
	}
	int64_t at = c.dictionary_at >= 0 ? c.dictionary_at : c.values_at;
	t->bad |= at < 4 || c.packed < 1 || (uint64_t)at > p->size ||
		  (uint64_t)c.packed > p->size - (uint64_t)at;
	if (!t->bad)
		*ret = (struct chunk_place){ (uint64_t)at, (uint64_t)c.packed };
}

static void
read_group(struct parquet_in *p, struct thrift_in *t, struct group_place *g)
{
	int type, id = 0;
	g->columns = calloc(p->n_columns, sizeof *g->columns);
	if (!g->columns)
		BUG("out of memory");
	while ((type = thrift_next(t, &id))) {
		if (id == 1 && type == THRIFT_LIST) {
			size_t n = thrift_take_list(t, THRIFT_STRUCT);
			t->bad |= n != p->n_columns;
			for (size_t i = 0; i < n && !t->bad; i++)
				read_chunk_place(p, t, &g->columns[i]);
		} else if (id == 3 && type == THRIFT_I64) {
			int64_t rows = thrift_take_number(t);
			t->bad |= rows < 1 || rows > MAX_ROWS;
			g->rows = t->bad ? 0 : (size_t)rows;
		} else {
			thrift_skip(t, type);
		}
	}
	for (size_t i = 0; i < p->n_columns; i++)
		t->bad |= g->columns[i].n == 0;
	t->bad |= g->rows == 0;
}

static void
read_footer(struct parquet_in *p, struct thrift_in *t)
{
	int type, id = 0;
	while ((type = thrift_next(t, &id))) {
		if (id == 2 && type == THRIFT_LIST && !p->n_columns) {
			size_t n = thrift_take_list(t, THRIFT_STRUCT);
			t->bad |= n < 2;
			p->n_columns = t->bad ? 0 : n - 1;
			for (size_t i = 0; i < n && !t->bad; i++)
				thrift_skip(t, THRIFT_STRUCT);
		} else if (id == 4 && type == THRIFT_LIST && p->n_columns && !p->groups) {
			size_t n = thrift_take_list(t, THRIFT_STRUCT);
			p->groups = calloc(n + 1, sizeof *p->groups);
			if (!p->groups)
				BUG("out of memory");
			for (; p->n_groups < n && !t->bad; p->n_groups++)
				read_group(p, t, &p->groups[p->n_groups]);
		} else if (id == 6 && type == THRIFT_BINARY) {
			p->ours = str_is(thrift_take_text(t), PARQUET_MAKER);
		} else {
			thrift_skip(t, type);
		}
	}
}

static enum status
read_at(const struct parquet_in *p, uint64_t at, void *to, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(p->fd, (char *)to + done, n - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, "Cannot read an imported table");
		if (got == 0)
			return damaged(e);
		done += (size_t)got;
	}
	return OK;
}

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static enum status
open_footer(struct parquet_in *p, struct err *e)
{
	uint8_t end[8];
	if (p->size < 12)
		return damaged(e);
	TRY(read_at(p, p->size - 8, end, 8, e));
	uint32_t n = u32(end);
	if (memcmp(end + 4, "PAR1", 4) != 0 || n > MAX_FOOTER || n > p->size - 12)
		return damaged(e);
	cleanup_free uint8_t *footer = malloc(n + 1);
	if (!footer)
		BUG("out of memory");
	TRY(read_at(p, p->size - 8 - n, footer, n, e));
	struct thrift_in t = { .p = footer, .end = footer + n };
	read_footer(p, &t);
	if (!p->ours)
		return err_set(e, E_ABSENT, "", "The table was written by another program.");
	return t.bad || p->n_groups == 0 ? damaged(e) : OK;
}

enum status
parquet_open(const char *path, struct parquet_in **ret, struct err *e)
{
	struct stat st;
	struct parquet_in *p = calloc(1, sizeof *p);
	if (!p)
		BUG("out of memory");
	p->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum status s = OK;
	if (p->fd < 0 || fstat(p->fd, &st) < 0)
		s = err_errno(e, "Cannot open an imported table");
	else
		p->size = (uint64_t)st.st_size;
	if (s == OK)
		s = open_footer(p, e);
	if (s == OK)
		*ret = p;
	else
		parquet_close(p);
	return s;
}

void
parquet_close(struct parquet_in *p)
{
	if (!p)
		return;
	for (size_t i = 0; p->groups && i <= p->n_groups; i++)
		free(p->groups[i].columns);
	free(p->groups);
	cleanup_fd_fn(&p->fd);
	free(p);
}

size_t
parquet_columns(const struct parquet_in *p)
{
	return p->n_columns;
}

size_t
parquet_groups(const struct parquet_in *p)
{
	return p->n_groups;
}

size_t
parquet_rows(const struct parquet_in *p, size_t group)
{
	return p->groups[group].rows;
}

/* ---- pages ---- */

struct page_head {
	int64_t kind, unpacked, packed, values, encoding;
};

static void
read_page_kind(struct thrift_in *t, struct page_head *h)
{
	int type, id = 0;
	while ((type = thrift_next(t, &id))) {
		if (id == 1 && type == THRIFT_I32)
			h->values = thrift_take_number(t);
		else if (id == 2 && type == THRIFT_I32)
			h->encoding = thrift_take_number(t);
		else
			thrift_skip(t, type);
	}
}

/* The head of the page at *from, and its bytes unpacked (when `into` is given); *from goes on. */
static enum status
take_page(struct part *part, const uint8_t **from, const uint8_t *end, struct bytes *into,
	struct page_head *ret, struct err *e)
{
	struct thrift_in t = { .p = *from, .end = end };
	struct page_head h = { -1, -1, -1, -1, -1 };
	int type, id = 0;
	while ((type = thrift_next(&t, &id))) {
		if (id == 1 && type == THRIFT_I32)
			h.kind = thrift_take_number(&t);
		else if (id == 2 && type == THRIFT_I32)
			h.unpacked = thrift_take_number(&t);
		else if (id == 3 && type == THRIFT_I32)
			h.packed = thrift_take_number(&t);
		else if ((id == 5 || id == 7) && type == THRIFT_STRUCT)
			read_page_kind(&t, &h);
		else
			thrift_skip(&t, type);
	}
	if (t.bad || h.unpacked < 0 || h.unpacked > MAX_PAGE || h.packed < 0 ||
		h.packed > end - t.p || h.values < 0 || h.values > MAX_ROWS)
		return damaged(e);
	if (into) {
		into->n = 0;
		uint8_t *to = bytes_room(into, (size_t)h.unpacked + SLACK);
		size_t n = ZSTD_decompressDCtx(
			part->zstd, to, (size_t)h.unpacked, t.p, (size_t)h.packed);
		if (ZSTD_isError(n) || n != (size_t)h.unpacked)
			return damaged(e);
		memset(to + n, 0, SLACK);
		into->n = n;
	}
	*from = t.p + h.packed;
	*ret = h;
	return OK;
}

static void
room(struct part *p, size_t rows, size_t values)
{
	if (!p->zstd && !(p->zstd = ZSTD_createDCtx()))
		BUG("out of memory");
	if (p->max_rows < rows) {
		free(p->codes);
		p->codes = malloc(rows * sizeof *p->codes);
		p->max_rows = rows;
	}
	if (p->max_values < values) {
		free(p->values);
		p->values = malloc(values * sizeof *p->values);
		p->max_values = values;
	}
	if ((rows && !p->codes) || (values && !p->values))
		BUG("out of memory");
}

void
part_free(struct part *p)
{
	free(p->values);
	free(p->codes);
	bytes_free(&p->packed);
	bytes_free(&p->texts);
	bytes_free(&p->page);
	ZSTD_freeDCtx(p->zstd);
	*p = (struct part){ 0 };
}

/* n texts with their lengths in front. */
static enum status
take_texts(struct part *part, struct str bytes, size_t n, struct err *e)
{
	room(part, 0, n);
	part->n_values = 0;
	for (size_t i = 0; i < n; i++) {
		if (bytes.n < 4)
			return damaged(e);
		uint32_t length = u32((const uint8_t *)bytes.p);
		if (length > bytes.n - 4)
			return damaged(e);
		part->values[part->n_values++] = (struct str){ bytes.p + 4, length };
		bytes.p += 4 + length;
		bytes.n -= 4 + length;
	}
	return OK;
}

/*
 * Parquet's mixture of repeated values and packed groups of eight: n values of `width` bits into
 * out. SLACK bytes behind the end may be read.
 */
static bool
take_hybrid(const uint8_t *p, const uint8_t *end, unsigned width, uint32_t *out, size_t n)
{
	const uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
	struct thrift_in t = { .p = p, .end = end };
	for (size_t i = 0; i < n;) {
		uint64_t head = thrift_take_varint(&t);
		size_t left = (size_t)(t.end - t.p), bytes = (width + 7) / 8;
		if (t.bad)
			return false;
		if (head & 1) {
			uint64_t groups = head >> 1;
			if (groups == 0 || width == 0 || groups > left / width)
				return false;
			size_t many = groups * 8 < n - i ? (size_t)groups * 8 : n - i;
			for (size_t k = 0, bit = 0; k < many; k++, bit += width) {
				uint64_t w;
				memcpy(&w, t.p + bit / 8, 8);
				out[i + k] = (uint32_t)(w >> bit % 8) & mask;
			}
			t.p += groups * width;
			i += many;
		} else {
			uint64_t run = head >> 1;
			uint32_t v = 0;
			if (run == 0 || run > n - i || bytes > left)
				return false;
			for (size_t k = 0; k < bytes; k++)
				v |= (uint32_t)*t.p++ << (8 * k);
			if (v > mask)
				return false;
			for (size_t k = 0; k < run; k++)
				out[i + k] = v;
			i += (size_t)run;
		}
	}
	return true;
}

/* Which rows have a value, as 0 and 1 in part->codes; *ret_values of them do. What follows on the
 * page stands at *ret_rest. */
static enum status
take_levels(struct part *part, const struct bytes *page, size_t rows, struct str *ret_rest,
	size_t *ret_values, struct err *e)
{
	const uint8_t *p = page->p;
	if (page->n < 4 || u32(p) > page->n - 4)
		return damaged(e);
	const uint8_t *end = p + 4 + u32(p);
	room(part, rows, 0);
	if (!take_hybrid(p + 4, end, 1, part->codes, rows))
		return damaged(e);
	size_t values = 0;
	for (size_t i = 0; i < rows; i++)
		values += part->codes[i] & 1;
	part->rows = rows;
	*ret_values = values;
	*ret_rest = (struct str){ (const char *)end, page->n - (size_t)(end - p) };
	return OK;
}

static enum status
load(const struct parquet_in *p, size_t group, size_t column, struct part *part, struct err *e)
{
	const struct chunk_place *at = &p->groups[group].columns[column];
	part->packed.n = 0;
	room(part, 1, 1);
	TRY(read_at(p, at->at, bytes_room(&part->packed, (size_t)at->n), (size_t)at->n, e));
	part->packed.n = (size_t)at->n;
	return OK;
}

/* Each row that has a value gets the next number. */
static void
number_rows(struct part *part)
{
	uint32_t next = 0;
	for (size_t i = 0; i < part->rows; i++)
		part->codes[i] = part->codes[i] ? next++ : PART_MISSING;
}

enum status
parquet_values(const struct parquet_in *p, size_t group, size_t column, struct part *part,
	bool *ret_all, struct err *e)
{
	struct page_head h;
	struct str rest;
	size_t values;
	TRY(load(p, group, column, part, e));
	const uint8_t *from = part->packed.p, *end = from + part->packed.n;
	TRY(take_page(part, &from, end, &part->texts, &h, e));
	*ret_all = h.kind == PAGE_DATA;
	if (h.kind == PAGE_DICTIONARY)
		return take_texts(part, (struct str){ (const char *)part->texts.p, part->texts.n },
			(size_t)h.values, e);
	if (h.kind != PAGE_DATA || h.encoding != PLAIN || (size_t)h.values != p->groups[group].rows)
		return damaged(e);
	TRY(take_levels(part, &part->texts, (size_t)h.values, &rest, &values, e));
	TRY(take_texts(part, rest, values, e));
	number_rows(part);
	return OK;
}

enum status
parquet_codes(
	const struct parquet_in *p, size_t group, size_t column, struct part *part, struct err *e)
{
	struct page_head h = { 0 }, d = { .kind = PAGE_DATA };
	struct str rest;
	size_t values;
	TRY(load(p, group, column, part, e));
	const uint8_t *from = part->packed.p, *end = from + part->packed.n, *first = from;
	/* A head tells which kind of page it is; a dictionary need not be unpacked again. */
	TRY(take_page(part, &from, end, NULL, &h, e));
	if (h.kind == PAGE_DICTIONARY) {
		d = h;
		first = from;
	}
	TRY(take_page(part, &first, end, &part->page, &h, e));
	if (h.kind != PAGE_DATA || (size_t)h.values != p->groups[group].rows)
		return damaged(e);
	TRY(take_levels(part, &part->page, (size_t)h.values, &rest, &values, e));
	if (d.kind != PAGE_DICTIONARY) {
		number_rows(part);
		return OK;
	}
	if (h.encoding != RLE_DICTIONARY || rest.n < 1)
		return damaged(e);
	unsigned width = (uint8_t)rest.p[0];
	cleanup_free uint32_t *own = NULL;
	uint32_t *codes = part->codes;
	if (values < part->rows && !(codes = own = malloc((values + 1) * sizeof *own)))
		BUG("out of memory");
	if (width < 1 || width > 24 ||
		!take_hybrid((const uint8_t *)rest.p + 1, (const uint8_t *)rest.p + rest.n, width,
			codes, values))
		return damaged(e);
	for (size_t i = 0; i < values; i++)
		if (codes[i] >= (uint32_t)d.values)
			return damaged(e);
	for (size_t i = 0, next = 0; own && i < part->rows; i++)
		part->codes[i] = part->codes[i] ? own[next++] : PART_MISSING;
	return OK;
}

enum status
parquet_cells(
	const struct parquet_in *p, size_t group, size_t column, struct part *part, struct err *e)
{
	bool all;
	TRY(parquet_values(p, group, column, part, &all, e));
	return all ? OK : parquet_codes(p, group, column, part, e);
}
