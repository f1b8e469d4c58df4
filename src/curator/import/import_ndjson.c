/* Files of JSON objects, one a line: FHIR's bulk export, and others. */
#include <jansson.h>
#include <sodium.h>

#include "curator/import/import.h"

struct reading {
	struct import *m;
	const struct folder_file *f;
	const char *type; /* the resource type, NULL of plain objects */
	fhir_columns columns;
	struct fhir_row row;
	struct table_out *out; /* NULL while columns are being looked for */
	struct rejects *bad;
	const char *encoding;
	uint64_t bytes;
	crypto_generichash_state *hash;
};

static enum status
reject(struct reading *r, struct lines *l, struct str line, const char *why, struct err *e)
{
	if (!r->m->options->go_on)
		return err_set(e, E_INPUT, r->f->label, "%s line %llu: %s", r->f->label,
			(unsigned long long)l->number, why);
	rejects_add(r->bad, l->number, why, line);
	return OK;
}

static enum status
take_object(struct reading *r, const json_t *object, struct err *e)
{
	if (!r->out) {
		fhir_discover(r->m->job->a, &r->columns, object);
		return OK;
	}
	for (size_t i = 0; i < fhir_rows(object); i++) {
		fhir_fill(&r->row, &r->columns, object, i);
		TRY(table_row(r->out, r->row.fields, e));
	}
	return OK;
}

static bool
same_type(const char *a, const char *b)
{
	return a == b || (a && b && streq(a, b));
}

static enum status
take_line(struct reading *r, struct lines *l, struct str line, struct err *e)
{
	char why[200];
	json_error_t error;
	if (str_trim(line).n == 0)
		return OK;
	json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &error);
	const char *type = fhir_type(object);
	/* jansson's own words could quote a value. */
	if (!json_is_object(object))
		snprintf(why, sizeof why, "this is no JSON object (byte %d).", error.position);
	else
		snprintf(why, sizeof why, "this is a %.40s among resources of type %.40s.",
			type ? type : "plain object", r->type ? r->type : "(none)");
	enum status s = json_is_object(object) && same_type(type, r->type)
				? take_object(r, object, e)
				: reject(r, l, line, why, e);
	json_decref(object);
	return s;
}

static enum status
read_lines(struct reading *r, struct text *text, struct err *e)
{
	struct lines l;
	struct str line;
	enum status s;
	lines_open(&l, text);
	while ((s = lines_next(&l, &line, e)) == OK && line.p) {
		if ((s = take_line(r, &l, line, e)) != OK)
			break;
		if (l.number % 256 == 0 && (s = import_tick(r->m, r->f->table,
						    stream_taken(text_stream(text)), e)) != OK)
			break;
	}
	lines_close(&l);
	return s;
}

static enum status
read_file(struct reading *r, struct err *e)
{
	cleanup_fd int fd = -1;
	cleanup_stream struct stream *stream = NULL;
	cleanup_text struct text *text = NULL;
	uint8_t hash[32];
	TRY(folder_open_file(&r->m->folder, r->f, &fd, e));
	TRY(folder_stream(fd, r->f, &stream, e));
	TRY(text_open(stream, &text, e));
	TRY(read_lines(r, text, e));
	r->encoding = text_encoding(text);
	r->bytes += stream_given(stream);
	stream_hash(stream, hash);
	if (r->out)
		crypto_generichash_update(r->hash, hash, sizeof hash);
	return OK;
}

static enum status
read_files(struct reading *r, const struct folder_file *files, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		r->f = &files[i];
		TRY(read_file(r, e));
	}
	return OK;
}

/* The columns that we declare, or in a reading of its own those that there are. */
static enum status
find_columns(struct reading *r, const struct folder_file *files, size_t n, struct err *e)
{
	r->columns = fhir_declared(r->type);
	if (r->columns.n > 0)
		return OK;
	r->columns.at = ARENA_ARRAY(r->m->job->a, FHIR_MAX_COLUMNS, struct fhir_column);
	TRY(read_files(r, files, n, e));
	r->bytes = 0;
	if (r->columns.n > 0) /* then the lines are read, and told, once more */
		return rejects_again(r->bad), OK;
	TRY(rejects_check(r->bad, files->label, 0, e));
	return err_set(e, E_ABSENT, files->label, "%s holds no values.", files->label);
}

static enum status
fill_table(struct reading *r, const struct folder_file *files, size_t n, struct source_table *ret,
	struct err *e)
{
	struct import *m = r->m;
	struct arena *a = m->job->a;
	const char **names = ARENA_ARRAY(a, r->columns.n, const char *);
	for (size_t i = 0; i < r->columns.n; i++)
		names[i] = r->columns.at[i].name;
	TRY(read_files(r, files, n, e));
	TRY(rejects_check(r->bad, files->label, table_rows(r->out), e));
	if (table_rows(r->out) == 0)
		return err_set(e, E_ABSENT, files->label, "%s has no rows.", files->label);
	TRY(table_finish(r->out, e));
	*ret = (struct source_table){ .name = files->table,
		.rows = (int64_t)table_rows(r->out),
		.bytes = (int64_t)r->bytes,
		.file = files->label,
		.encoding = r->encoding,
		.rejected = (int64_t)r->bad->n };
	import_describe(m, ret, r->out, names, r->columns.n);
	for (size_t i = 0; i < r->columns.n; i++)
		ret->columns.at[i].meaning = r->columns.at[i].meaning;
	return OK;
}

static enum status
read_table(struct reading *r, const struct folder_file *files, size_t n, struct source_table *ret,
	struct err *e)
{
	struct import *m = r->m;
	cleanup_table_out struct table_out *out = NULL;
	TRY(find_columns(r, files, n, e));
	TRY(table_create(m->dir, arena_printf(m->job->a, "%s.parquet", files->table), r->columns.n,
		m->pool, &out, e));
	r->out = out;
	r->row = fhir_row_new(r->columns.n);
	enum status s = fill_table(r, files, n, ret, e);
	fhir_row_free(&r->row);
	return s;
}

enum status
import_ndjson(struct import *m, const struct folder_file *files, size_t n, struct source_table *ret,
	uint8_t hash[32], struct err *e)
{
	crypto_generichash_state all;
	struct rejects bad;
	struct reading r = { .m = m, .type = files->type, .bad = &bad, .hash = &all };
	crypto_generichash_init(&all, NULL, 0, 32);
	rejects_open(&bad, m->dir, files->table);
	enum status s = read_table(&r, files, n, ret, e);
	rejects_close(&bad);
	crypto_generichash_final(&all, hash, 32);
	return s;
}

/* The first line tells the type, and the type is the table. */
static enum status
look_into(struct import *m, struct folder_file *f, struct err *e)
{
	cleanup_fd int fd = -1;
	cleanup_stream struct stream *stream = NULL;
	cleanup_text struct text *text = NULL;
	struct lines l;
	struct str line = { NULL, 0 };
	TRY(folder_open_file(&m->folder, f, &fd, e));
	TRY(folder_stream(fd, f, &stream, e));
	TRY(text_open(stream, &text, e));
	lines_open(&l, text);
	enum status s = lines_next(&l, &line, e);
	json_t *object = s == OK && line.p ? json_loadb(line.p, line.n, 0, NULL) : NULL;
	const char *type = fhir_type(object);
	if (type && job_name_ok(type)) {
		f->type = arena_strdup(m->job->a, type);
		f->table = f->type;
	}
	json_decref(object);
	lines_close(&l);
	return s;
}

enum status
import_look_into_ndjson(struct import *m, struct err *e)
{
	for (size_t i = 0; i < m->folder.files.n; i++) {
		if (m->folder.files.at[i].kind != FILE_NDJSON)
			continue;
		enum status s = look_into(m, &m->folder.files.at[i], e);
		/* Of a bad file that is to be set aside it is told where its turn comes. */
		if (s != OK && !(s == E_INPUT && m->options->go_on))
			return s;
	}
	return folder_sort(&m->folder, e);
}
