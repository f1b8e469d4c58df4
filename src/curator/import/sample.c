#include "curator/import/sample.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "curator/import/keys.h"

enum { BLOCKS = 8, BLOCK_ROWS = 25000 };
#define NOT_ASKED (UINT32_MAX - 1)

static uint32_t *
numbers(size_t n)
{
	uint32_t *p = malloc((n + 1) * sizeof *p);
	if (!p)
		BUG("out of memory");
	return p;
}

/* Rows from to end of a group, whose cells are in the part. */
static void
number_rows(struct sample *s, size_t from, size_t end, sample_number_fn fn, void *ctx,
	uint32_t *known, uint32_t *ret)
{
	for (size_t i = from; i < end; i++) {
		uint32_t code = s->part.codes[i];
		if (code == PART_MISSING) {
			*ret++ = SAMPLE_NONE;
			continue;
		}
		if (known[code] == NOT_ASKED)
			known[code] = fn(ctx, s->part.values[code]);
		*ret++ = known[code];
	}
}

/* The part of [from, end) that lies in a group whose rows begin at `first`. */
static enum status
number_group(struct sample *s, size_t group, int64_t first, size_t column, sample_number_fn fn,
	void *ctx, uint32_t **ret, struct err *e)
{
	int64_t n = (int64_t)parquet_rows(s->in, group);
	cleanup_free uint32_t *known = NULL;
	for (int64_t i = 0; i < s->blocks; i++) {
		int64_t from = i * s->apart - first, end = from + s->block_rows;
		from = from < 0 ? 0 : from;
		end = end > n ? n : end;
		if (from >= end)
			continue;
		if (!known) {
			TRY(parquet_cells(s->in, group, column, &s->part, e));
			known = numbers(s->part.n_values);
			for (size_t k = 0; k < s->part.n_values; k++)
				known[k] = NOT_ASKED;
		}
		number_rows(s, (size_t)from, (size_t)end, fn, ctx, known, *ret);
		*ret += end - from;
	}
	return OK;
}

enum status
sample_column(struct sample *s, size_t column, sample_number_fn fn, void *ctx, uint32_t *ret,
	struct err *e)
{
	int64_t first = 0;
	for (size_t g = 0; g < parquet_groups(s->in); g++) {
		TRY(number_group(s, g, first, column, fn, ctx, &ret, e));
		first += (int64_t)parquet_rows(s->in, g);
	}
	return OK;
}

struct keyed {
	struct key_column column;
	struct text_set *set;
};

static uint32_t
number_key(void *ctx, struct str value)
{
	struct keyed *k = ctx;
	struct str key = keys_trim(&k->column, value);
	return key.p ? text_set_add(k->set, key) : SAMPLE_NONE;
}

static enum status
find_people(struct arena *a, const struct source *src, const char *dir, const struct links *l,
	size_t table, struct sample *s, struct err *e)
{
	size_t column = l->ways[table].column;
	struct keyed keys = { { .padded = src->tables.at[table].columns.at[column].padded },
		text_set_new(s->rows) };
	struct text_set *people = text_set_new(s->rows);
	uint32_t *whose = numbers(s->rows);
	enum status status = sample_column(s, column, number_key, &keys, s->who, e);
	if (status == OK)
		status = links_whose(a, src, dir, l, table, keys.set, people, whose, e);
	for (size_t i = 0; status == OK && i < s->rows; i++)
		s->who[i] = s->who[i] == SAMPLE_NONE ? SAMPLE_NONE : whose[s->who[i]];
	s->people = text_set_size(people);
	free(whose);
	text_set_free(people);
	text_set_free(keys.set);
	return status;
}

enum status
sample_open(struct arena *a, const struct source *src, const char *dir, const struct links *l,
	size_t table, struct sample *ret, struct err *e)
{
	const struct source_table *t = &src->tables.at[table];
	struct sample s = { .blocks = 1, .block_rows = t->rows };
	if (t->rows > 2 * BLOCKS * BLOCK_ROWS) {
		s.blocks = BLOCKS;
		s.block_rows = BLOCK_ROWS;
		s.apart = (t->rows - BLOCK_ROWS) / (BLOCKS - 1);
	}
	s.rows = s.people = (size_t)(s.blocks * s.block_rows);
	TRY(parquet_open(arena_printf(a, "%s/%s.parquet", dir, t->name), &s.in, e));
	s.who = numbers(s.rows);
	for (size_t i = 0; i < s.rows; i++)
		s.who[i] = (uint32_t)i;
	enum status status = OK;
	if (l->ways[table].how != REACH_NONE)
		status = find_people(a, src, dir, l, table, &s, e);
	if (status == OK)
		*ret = s;
	else
		sample_close(&s);
	return status;
}

void
sample_close(struct sample *s)
{
	parquet_close(s->in);
	part_free(&s->part);
	free(s->who);
	*s = (struct sample){ 0 };
}
