#include <sodium.h>

#include "curator/import/csv.h"
#include "curator/import/import.h"

static void
keep(void *ctx, uint64_t line, const char *why, struct str raw)
{
	rejects_add(ctx, line, why, raw);
}

static enum status
copy_rows(struct import *m, const struct folder_file *f, struct csv *csv, struct stream *stream,
	struct table_out *out, const struct rejects *bad, struct err *e)
{
	const struct str *fields;
	for (;;) {
		TRY(csv_next(csv, &fields, e));
		if (!fields)
			break;
		TRY(table_row(out, fields, e));
		if (csv_rows(csv) % 1024 == 0) {
			TRY(rejects_check(bad, f->label, csv_rows(csv), e));
			TRY(import_tick(m, f->table, stream_taken(stream), e));
		}
	}
	return rejects_check(bad, f->label, csv_rows(csv), e);
}

static enum status
read_file(struct import *m, const struct folder_file *f, struct text *text, struct csv *csv,
	struct rejects *bad, struct source_table *ret, struct err *e)
{
	cleanup_table_out struct table_out *out = NULL;
	size_t n = csv_columns(csv);
	const char **names = ARENA_ARRAY(m->job->a, n, const char *);
	const char *file = arena_printf(m->job->a, "%s.parquet", f->table);
	for (size_t i = 0; i < n; i++)
		names[i] = arena_strdup(m->job->a, csv_column(csv, i));
	if (m->options->go_on)
		csv_on_bad(csv, keep, bad);
	TRY(table_create(m->dir, file, n, m->pool, &out, e));
	TRY(copy_rows(m, f, csv, text_stream(text), out, bad, e));
	if (table_rows(out) == 0)
		return err_set(
			e, E_ABSENT, f->label, "%s has a header line but no rows.", f->label);
	TRY(table_finish(out, e));
	*ret = (struct source_table){ .name = f->table,
		.rows = (int64_t)table_rows(out),
		.bytes = (int64_t)stream_given(text_stream(text)),
		.file = f->label,
		.encoding = text_encoding(text),
		.rejected = (int64_t)bad->n };
	import_describe(m, ret, out, names, n);
	return OK;
}

enum status
import_csv(struct import *m, const struct folder_file *f, struct source_table *ret,
	uint8_t hash[32], struct err *e)
{
	cleanup_fd int fd = -1;
	cleanup_stream struct stream *stream = NULL;
	cleanup_text struct text *text = NULL;
	cleanup_csv struct csv *csv = NULL;
	struct rejects bad;
	TRY(folder_open_file(&m->folder, f, &fd, e));
	TRY(folder_stream(fd, f, &stream, e));
	TRY(text_open(stream, &text, e));
	TRY(csv_open(text, &csv, e));
	rejects_open(&bad, m->dir, f->table);
	enum status s = read_file(m, f, text, csv, &bad, ret, e);
	rejects_close(&bad);
	TRY(s);
	stream_hash(stream, hash);
	return OK;
}
