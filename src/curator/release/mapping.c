#include "curator/release/mapping.h"

#include <stdlib.h>

#include "curator/text_set.h"

static enum status
collect_group(struct mapping *m, const struct parquet_in *in, size_t group, size_t column,
	struct part *part, struct err *e)
{
	bool all;
	TRY(parquet_values(in, group, column, part, &all, e));
	uint32_t *codes = malloc((part->n_values + 1) * sizeof *codes);
	if (!codes)
		BUG("out of memory");
	m->codes[group] = codes;
	text_set_add_all(m->set, part->values, part->n_values, codes);
	for (size_t i = 0; i < part->n_values; i++)
		if (codes[i] == TEXT_SET_FULL)
			return err_set(e, E_BUSY, "", "The column has too many different values.");
	m->sizes[group] = part->n_values;
	return OK;
}

enum status
mapping_collect(struct mapping *m, const struct parquet_in *in, size_t column, size_t most,
	struct part *part, struct err *e)
{
	m->n_groups = parquet_groups(in);
	m->codes = calloc(m->n_groups, sizeof *m->codes);
	m->sizes = calloc(m->n_groups, sizeof *m->sizes);
	if (!m->codes || !m->sizes)
		BUG("out of memory");
	m->set = text_set_new(most);
	for (size_t i = 0; i < m->n_groups; i++)
		TRY(collect_group(m, in, i, column, part, e));
	return OK;
}

enum { BATCH = 256 };

struct asked {
	struct mapping *m;
	uint32_t *becomes; /* of each text: a place in kept */
	/* Numbers that wait for their place: many at once are found sooner. */
	size_t n;
	int64_t texts[BATCH], numbers[BATCH];
};

static uint32_t
placed(uint32_t at)
{
	if (at == TEXT_SET_FULL)
		BUG("more values than texts");
	return at;
}

static void
place_numbers(struct asked *q)
{
	struct str bytes[BATCH];
	uint32_t at[BATCH];
	for (size_t i = 0; i < q->n; i++)
		bytes[i] = (struct str){ (const char *)&q->numbers[i], sizeof q->numbers[i] };
	text_set_add_all(q->m->kept, bytes, q->n, at);
	for (size_t i = 0; i < q->n; i++) {
		q->m->numbers[placed(at[i])] = q->numbers[i];
		q->becomes[q->texts[i]] = at[i];
	}
	q->n = 0;
}

/* Two texts may become the same: a value has one place. */
static void
take(void *ctx, int64_t i, const struct engine_cell *v)
{
	struct asked *q = ctx;
	if (i < 0 || (size_t)i >= text_set_size(q->m->set) || v->missing)
		return;
	if (v->kind == ENGINE_KIND_TEXT) {
		q->becomes[i] = placed(text_set_add(q->m->kept, v->text));
		return;
	}
	q->texts[q->n] = i;
	q->numbers[q->n++] = v->number;
	if (q->n == BATCH)
		place_numbers(q);
}

enum status
mapping_ask(struct mapping *m, struct engine *g, const char *doing, const char *sql, struct err *e)
{
	static const enum parquet_type types[] = { [ENGINE_KIND_TEXT] = PARQUET_TEXT,
		[ENGINE_KIND_INTEGER] = PARQUET_INTEGER,
		[ENGINE_KIND_REAL] = PARQUET_REAL,
		[ENGINE_KIND_DAY] = PARQUET_DAY,
		[ENGINE_KIND_TIME] = PARQUET_TIME };
	size_t n = text_set_size(m->set);
	struct asked q = { .m = m, .becomes = malloc((n + 1) * sizeof *q.becomes) };
	enum engine_kind kind = ENGINE_KIND_OTHER;
	m->kept = text_set_new(TEXT_SET_FULL);
	m->numbers = calloc(n + 1, sizeof *m->numbers);
	if (!q.becomes || !m->numbers)
		BUG("out of memory");
	for (size_t i = 0; i < n; i++)
		q.becomes[i] = CHUNK_MISSING;
	enum status s = engine_put_texts(g, "w", text_set_texts(m->set), n, doing, e);
	if (s == OK)
		s = engine_each_value(g, take, &q, &kind, doing, sql, e);
	place_numbers(&q);
	/* Also after a failure: the next mapping has a table of that name. */
	enum status dropped = engine_run(g, s == OK ? e : NULL, doing, "DROP TABLE IF EXISTS w");
	s = s == OK ? dropped : s;
	if (s == OK && kind == ENGINE_KIND_OTHER)
		s = err_set(e, E_ABSENT, "", "The column becomes something without a name.");
	for (size_t i = 0; s == OK && i < m->n_groups; i++)
		for (size_t k = 0; k < m->sizes[i]; k++)
			m->codes[i][k] = q.becomes[m->codes[i][k]];
	free(q.becomes);
	text_set_free(m->set);
	m->set = NULL;
	TRY(s);
	m->values = (struct values){ .type = types[kind],
		.n = text_set_size(m->kept),
		.texts = text_set_texts(m->kept),
		.numbers = m->numbers };
	return OK;
}

void
mapping_free(struct mapping *m)
{
	for (size_t i = 0; m->codes && i < m->n_groups; i++)
		free(m->codes[i]);
	free(m->codes);
	free(m->sizes);
	free(m->numbers);
	text_set_free(m->set);
	text_set_free(m->kept);
	*m = (struct mapping){ 0 };
}
