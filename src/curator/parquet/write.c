#include "curator/parquet/write.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "curator/parquet/thrift.h"

/* Parquet's numbers for these things. */
enum { INT32 = 1, INT64 = 2, DOUBLE = 5, BYTE_ARRAY = 6, OPTIONAL = 1 };
enum { UTF8 = 0, DATE = 6, TIMESTAMP_MICROS = 10, LOGICAL_TIMESTAMP = 8, NONE = -1 };
enum { ZSTD = 6, PLAIN = 0, RLE = 3, RLE_DICTIONARY = 8 };

static const struct {
	int physical, converted;
} types[] = {
	[PARQUET_TEXT] = { BYTE_ARRAY, UTF8 },
	[PARQUET_INTEGER] = { INT64, NONE },
	[PARQUET_REAL] = { DOUBLE, NONE },
	[PARQUET_DAY] = { INT32, DATE },
	[PARQUET_TIME] = { INT64, TIMESTAMP_MICROS },
};

/* What the footer says of a column in a group. */
struct part {
	uint64_t at, first_page, packed, unpacked;
	bool dictionary;
};

struct group {
	size_t rows;
	struct part *columns;
};

struct parquet {
	int fd;
	struct parquet_column *columns;
	size_t n_columns, n_groups, max_groups;
	struct group *groups;
	uint64_t at;
};

static const char magic[] = "PAR1";

enum status
parquet_create(int dirfd, const char *name, const struct parquet_column *columns, size_t n,
	struct parquet **ret, struct err *e)
{
	cleanup_fd int fd =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, "Cannot make %s", name);
	TRY(io_write_fd(fd, magic, 4, e));
	struct parquet *p = calloc(1, sizeof *p);
	struct parquet_column *own = calloc(n, sizeof *own);
	if (!p || !own)
		BUG("out of memory");
	for (size_t i = 0; i < n; i++) {
		own[i] = (struct parquet_column){ strdup(columns[i].name), columns[i].type };
		if (!own[i].name)
			BUG("out of memory");
	}
	*p = (struct parquet){ .fd = steal_fd(&fd), .columns = own, .n_columns = n, .at = 4 };
	*ret = p;
	return OK;
}

enum status
parquet_group(struct parquet *p, const struct chunk *chunks, size_t rows, struct err *e)
{
	if (p->n_groups == p->max_groups) {
		p->max_groups = p->max_groups ? p->max_groups * 2 : 16;
		p->groups = realloc(p->groups, p->max_groups * sizeof *p->groups);
	}
	struct part *parts = calloc(p->n_columns, sizeof *parts);
	if (!p->groups || !parts)
		BUG("out of memory");
	p->groups[p->n_groups++] = (struct group){ rows, parts };
	for (size_t i = 0; i < p->n_columns; i++) {
		const struct chunk *c = &chunks[i];
		parts[i] = (struct part){ p->at, c->first_page, c->pages.n, c->unpacked,
			c->dictionary };
		TRY(io_write_fd(p->fd, c->pages.p, c->pages.n, e));
		p->at += c->pages.n;
	}
	return OK;
}

/* A time without a zone: older readers know only the word for it, which says UTC. */
static void
put_clock(struct thrift *t)
{
	enum { FALSE_HERE = 2, UTC = 1, UNIT = 2, MICROS = 2 };
	thrift_field(t, 10, THRIFT_STRUCT);
	thrift_open(t);
	thrift_field(t, LOGICAL_TIMESTAMP, THRIFT_STRUCT);
	thrift_open(t);
	thrift_field(t, UTC, FALSE_HERE);
	thrift_field(t, UNIT, THRIFT_STRUCT);
	thrift_open(t);
	thrift_field(t, MICROS, THRIFT_STRUCT);
	thrift_open(t);
	thrift_close(t);
	thrift_close(t);
	thrift_close(t);
	thrift_close(t);
}

static void
put_schema(struct thrift *t, const struct parquet *p)
{
	thrift_list(t, 2, THRIFT_STRUCT, p->n_columns + 1);
	thrift_open(t);
	thrift_text(t, 4, "table");
	thrift_int(t, 5, THRIFT_I32, (int64_t)p->n_columns);
	thrift_close(t);
	for (size_t i = 0; i < p->n_columns; i++) {
		enum parquet_type type = p->columns[i].type;
		thrift_open(t);
		thrift_int(t, 1, THRIFT_I32, types[type].physical);
		thrift_int(t, 3, THRIFT_I32, OPTIONAL);
		thrift_text(t, 4, p->columns[i].name);
		if (types[type].converted != NONE)
			thrift_int(t, 6, THRIFT_I32, types[type].converted);
		if (type == PARQUET_TIME)
			put_clock(t);
		thrift_close(t);
	}
}

static void
put_part(struct thrift *t, const struct part *part, const struct parquet_column *c, size_t rows)
{
	thrift_open(t);
	thrift_int(t, 2, THRIFT_I64, (int64_t)part->at);
	thrift_field(t, 3, THRIFT_STRUCT);
	thrift_open(t);
	thrift_int(t, 1, THRIFT_I32, types[c->type].physical);
	thrift_list(t, 2, THRIFT_I32, part->dictionary ? 3 : 2);
	thrift_number(t, PLAIN);
	thrift_number(t, RLE);
	if (part->dictionary)
		thrift_number(t, RLE_DICTIONARY);
	thrift_list(t, 3, THRIFT_BINARY, 1);
	thrift_chars(t, c->name);
	thrift_int(t, 4, THRIFT_I32, ZSTD);
	thrift_int(t, 5, THRIFT_I64, (int64_t)rows);
	thrift_int(t, 6, THRIFT_I64, (int64_t)part->unpacked);
	thrift_int(t, 7, THRIFT_I64, (int64_t)part->packed);
	thrift_int(t, 9, THRIFT_I64, (int64_t)(part->at + part->first_page));
	if (part->dictionary)
		thrift_int(t, 11, THRIFT_I64, (int64_t)part->at);
	thrift_close(t);
	thrift_close(t);
}

static void
put_footer(struct thrift *t, const struct parquet *p)
{
	int64_t rows = 0;
	for (size_t i = 0; i < p->n_groups; i++)
		rows += (int64_t)p->groups[i].rows;
	thrift_int(t, 1, THRIFT_I32, 1);
	put_schema(t, p);
	thrift_int(t, 3, THRIFT_I64, rows);
	thrift_list(t, 4, THRIFT_STRUCT, p->n_groups);
	for (size_t i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		uint64_t unpacked = 0;
		thrift_open(t);
		thrift_list(t, 1, THRIFT_STRUCT, p->n_columns);
		for (size_t k = 0; k < p->n_columns; k++) {
			put_part(t, &g->columns[k], &p->columns[k], g->rows);
			unpacked += g->columns[k].unpacked;
		}
		thrift_int(t, 2, THRIFT_I64, (int64_t)unpacked);
		thrift_int(t, 3, THRIFT_I64, (int64_t)g->rows);
		thrift_close(t);
	}
	thrift_text(t, 6, PARQUET_MAKER);
	bytes_put(t->out, "", 1);
}

enum status
parquet_finish(struct parquet *p, struct err *e)
{
	struct bytes footer = { NULL, 0, 0 };
	struct thrift t = { .out = &footer };
	put_footer(&t, p);
	bytes_u32(&footer, (uint32_t)footer.n);
	bytes_put(&footer, magic, 4);
	enum status s = io_write_fd(p->fd, footer.p, footer.n, e);
	bytes_free(&footer);
	parquet_abandon(p);
	return s;
}

void
parquet_abandon(struct parquet *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_groups; i++)
		free(p->groups[i].columns);
	free(p->groups);
	for (size_t i = 0; i < p->n_columns; i++)
		free((void *)p->columns[i].name);
	free(p->columns);
	cleanup_fd_fn(&p->fd);
	free(p);
}
