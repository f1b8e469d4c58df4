/* A Parquet file of the hospital, read by the data engine and written anew like any other table. */
#include <sodium.h>

#include "curator/engine.h"
#include "curator/import/import.h"

struct reading {
	struct import *m;
	const struct folder_file *f;
	struct table_out *out;
	struct bytes text; /* of one row */
	struct str *fields;
	size_t n;
};

static enum status
take_row(void *ctx, const struct str *fields, struct err *e)
{
	struct reading *r = ctx;
	r->text.n = 0;
	for (size_t i = 0; i < r->n; i++)
		bytes_put(&r->text, fields[i].p ? fields[i].p : "", fields[i].n);
	const char *p = (const char *)bytes_room(&r->text, 1) - r->text.n;
	for (size_t i = 0; i < r->n; i++) {
		r->fields[i] = (struct str){ fields[i].p ? p : NULL, fields[i].n };
		p += fields[i].n;
	}
	if (table_rows(r->out) % 1024 == 0)
		TRY(import_tick(r->m, r->f->table, 0, e));
	return table_row(r->out, r->fields, e);
}

/* As a header line is checked: names that a recipe can say. */
static enum status
check_names(const struct folder_file *f, const struct engine_rows *names, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *name = engine_at(names, i, 0);
		bool good = name && name[0] && strlen(name) <= 100;
		for (const char *p = name; good && *p; p++)
			good = (unsigned char)*p >= 32 && *p != 127 && *p != '"';
		if (!good)
			return err_set(e, E_INPUT, f->label,
				"%s: the name of column %zu is empty, too long or holds a quote or "
				"a control character.",
				f->label, i + 1);
		for (size_t k = 0; k < i; k++)
			if (str_ieq(str_of(name), str_of(engine_at(names, k, 0))))
				return err_set(e, E_INPUT, f->label,
					"%s: columns %zu and %zu are both called \"%s\".", f->label,
					k + 1, i + 1, name);
	}
	return OK;
}

static enum status
copy_rows(struct reading *r, struct engine *g, const char *from, const struct engine_rows *names,
	struct source_table *ret, struct err *e)
{
	struct import *m = r->m;
	struct arena *a = m->job->a;
	const char **list = ARENA_ARRAY(a, names->n, const char *);
	for (size_t i = 0; i < names->n; i++)
		list[i] = engine_at(names, i, 0);
	r->n = names->n;
	r->fields = ARENA_ARRAY(a, names->n, struct str);
	TRY(engine_scan(g, take_row, r, e, "reading a Parquet file",
		arena_printf(a, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM %s", from)));
	if (table_rows(r->out) == 0)
		return err_set(e, E_ABSENT, r->f->label, "%s has no rows.", r->f->label);
	TRY(table_finish(r->out, e));
	*ret = (struct source_table){ .name = r->f->table,
		.rows = (int64_t)table_rows(r->out),
		.bytes = r->f->bytes,
		.file = r->f->label,
		.encoding = "Parquet" };
	import_describe(m, ret, r->out, list, names->n);
	return OK;
}

static enum status
read_table(struct import *m, const struct folder_file *f, int fd, struct source_table *ret,
	struct err *e)
{
	cleanup_engine struct engine *g = NULL;
	cleanup_table_out struct table_out *out = NULL;
	struct arena *a = m->job->a;
	struct engine_rows names;
	/* The engine may open this descriptor, and no other file. */
	const char *path = arena_printf(a, "/proc/self/fd/%d", fd);
	const char *from = arena_printf(a, "read_parquet(%s)", sql_text(a, path));
	struct engine_options o = { path, m->place->temp, m->place->trouble, m->job->memory_mb };
	TRY(engine_open(&o, &g, e));
	if (engine_rows(g, a, &names, e, "opening a Parquet file",
		    "SELECT column_name FROM (DESCRIBE SELECT * FROM %s)", from) != OK)
		return err_set(e, E_INPUT, f->label,
			"%s cannot be read as Parquet; was it copied wholly?", f->label);
	TRY(check_names(f, &names, e));
	TRY(table_create(
		m->dir, arena_printf(a, "%s.parquet", f->table), names.n, m->pool, &out, e));
	struct reading r = { .m = m, .f = f, .out = out };
	enum status s = copy_rows(&r, g, from, &names, ret, e);
	bytes_free(&r.text);
	return s;
}

enum status
import_parquet(struct import *m, const struct folder_file *f, struct source_table *ret,
	uint8_t hash[32], struct err *e)
{
	cleanup_fd int fd = -1;
	cleanup_stream struct stream *stream = NULL;
	cleanup_free uint8_t *part = malloc(1 << 20);
	size_t n = 1;
	if (!part)
		BUG("out of memory");
	TRY(folder_open_file(&m->folder, f, &fd, e));
	/* Before the engine reads: at its end the stream knows of a change in between. */
	TRY(stream_open(fd, f->label, &stream, e));
	TRY(read_table(m, f, fd, ret, e));
	/* The engine reads here and there; the hash wants it from front to back. */
	while (n > 0)
		TRY(stream_read(stream, part, 1 << 20, &n, e));
	stream_hash(stream, hash);
	return OK;
}
