#include "curator/import/table.h"

#include "curator/parquet/write.h"

enum {
	GROUP_ROWS = 122880,
	GROUP_BYTES = 32 << 20,
	GROUP_CELLS = 4 << 20,
	EXACT_LIMIT = 1 << 16,   /* different values that are counted exactly, of a column */
	EXACT_OF_ALL = 16 << 20, /* and of all columns of a table together */
	COLUMN_NAME = 24,
};

struct group {
	struct bytes text;
	struct cell *cells; /* column by column */
	size_t rows;
};

struct table_out {
	size_t n_columns, max_rows; /* of a group */
	uint64_t rows;
	struct pool *pool;
	struct parquet *file;
	struct scratch **scratch; /* one for each worker */
	struct learn **learn;
	struct chunk *chunks;
	struct group groups[2];
	int filling; /* the one that takes rows; the other is being encoded or empty */
	bool busy;
};

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);
	if (!p)
		BUG("out of memory");
	return p;
}

/* Columns of text c0, c1, ...: what they are called stands in source.json. */
static enum status
create_file(int dirfd, const char *name, size_t columns, struct parquet **ret, struct err *e)
{
	struct parquet_column *all = zeroed(columns, sizeof *all);
	char(*names)[COLUMN_NAME] = zeroed(columns, sizeof *names);
	for (size_t i = 0; i < columns; i++) {
		snprintf(names[i], sizeof names[i], "c%zu", i);
		all[i] = (struct parquet_column){ names[i], PARQUET_TEXT };
	}
	enum status s = parquet_create(dirfd, name, all, columns, ret, e);
	free(all);
	free(names);
	return s;
}

enum status
table_create(int dirfd, const char *name, size_t columns, struct pool *pool, struct table_out **ret,
	struct err *e)
{
	struct parquet *file = NULL;
	TRY(create_file(dirfd, name, columns, &file, e));
	struct table_out *t = zeroed(1, sizeof *t);
	t->n_columns = columns;
	t->pool = pool;
	t->file = file;
	t->max_rows = GROUP_CELLS / columns < GROUP_ROWS ? GROUP_CELLS / columns : GROUP_ROWS;
	t->scratch = zeroed(pool_workers(pool), sizeof *t->scratch);
	for (size_t i = 0; i < pool_workers(pool); i++)
		t->scratch[i] = scratch_new();
	t->learn = zeroed(columns, sizeof *t->learn);
	size_t exact = EXACT_OF_ALL / columns < EXACT_LIMIT ? EXACT_OF_ALL / columns : EXACT_LIMIT;
	for (size_t i = 0; i < columns; i++)
		t->learn[i] = learn_new(exact);
	t->chunks = zeroed(columns, sizeof *t->chunks);
	for (int i = 0; i < 2; i++)
		t->groups[i].cells = zeroed(columns * t->max_rows, sizeof(struct cell));
	*ret = t;
	return OK;
}

/* A table has far fewer different values than cells, and each is learned from once a group. */
static void
seen(void *ctx, struct str value, uint64_t n)
{
	learn_add(ctx, value, value.p ? learn_hash(value) : 0, n);
}

static void
encode(void *ctx, size_t i, size_t worker)
{
	struct table_out *t = ctx;
	const struct group *g = &t->groups[1 - t->filling];
	chunk_encode(&t->chunks[i], t->scratch[worker], (const char *)g->text.p,
		g->cells + i * t->max_rows, g->rows, seen, t->learn[i]);
}

/* Waits for the group that is being encoded and writes it. */
static enum status
settle(struct table_out *t, struct err *e)
{
	if (!t->busy)
		return OK;
	pool_wait(t->pool);
	t->busy = false;
	return parquet_group(t->file, t->chunks, t->groups[1 - t->filling].rows, e);
}

/* The full group goes to the pool, the other one is emptied for new rows. */
static enum status
turn(struct table_out *t, struct err *e)
{
	TRY(settle(t, e));
	t->filling = 1 - t->filling;
	t->groups[t->filling].rows = t->groups[t->filling].text.n = 0;
	if (t->groups[1 - t->filling].rows == 0)
		return OK;
	t->busy = true;
	pool_start(t->pool, encode, t, t->n_columns);
	return OK;
}

enum status
table_row(struct table_out *t, const struct str *fields, struct err *e)
{
	struct group *g = &t->groups[t->filling];
	if (g->rows == t->max_rows || g->text.n >= GROUP_BYTES) {
		TRY(turn(t, e));
		g = &t->groups[t->filling];
	}
	const char *from = NULL, *end = NULL;
	uint32_t base = (uint32_t)g->text.n;
	struct cell *cell = g->cells + g->rows;
	for (size_t i = 0; i < t->n_columns; i++, cell += t->max_rows) {
		if (!fields[i].p) {
			*cell = (struct cell){ 0, CELL_MISSING };
			continue;
		}
		from = from ? from : fields[i].p;
		end = fields[i].p + fields[i].n;
		*cell = (struct cell){ base + (uint32_t)(fields[i].p - from),
			(uint32_t)fields[i].n };
	}
	if (from)
		bytes_put(&g->text, from, (size_t)(end - from));
	bytes_room(&g->text, CELL_SLACK);
	g->rows++;
	t->rows++;
	return OK;
}

uint64_t
table_rows(const struct table_out *t)
{
	return t->rows;
}

enum status
table_finish(struct table_out *t, struct err *e)
{
	TRY(turn(t, e));
	TRY(settle(t, e));
	struct parquet *file = t->file;
	t->file = NULL;
	return parquet_finish(file, e);
}

const struct learn *
table_learn(const struct table_out *t, size_t column)
{
	return t->learn[column];
}

void
table_abandon(struct table_out *t)
{
	if (!t)
		return;
	pool_wait(t->pool);
	parquet_abandon(t->file);
	for (size_t i = 0; i < pool_workers(t->pool); i++)
		scratch_free(t->scratch[i]);
	for (size_t i = 0; i < t->n_columns; i++) {
		learn_free(t->learn[i]);
		chunk_free(&t->chunks[i]);
	}
	for (int i = 0; i < 2; i++) {
		bytes_free(&t->groups[i].text);
		free(t->groups[i].cells);
	}
	free(t->scratch);
	free(t->learn);
	free(t->chunks);
	free(t);
}
