#include "curator/engine.h"

#include <duckdb.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"

struct function {
	engine_fn fn;
	void (*spell)(int64_t, char out[ENGINE_SPELT + 1]);
	const void *ctx;
	enum engine_result result;
	int n_args;
	struct function *next;
};

struct engine {
	duckdb_database db;
	duckdb_connection con;
	char *error_path;
	void (*tick)(void *ctx, double part);
	void *tick_ctx;
	struct function *functions;
};

/* In SQL a quote within quotes is written twice. */
static const char *
quoted(struct arena *a, const char *s, char quote)
{
	struct buf b = buf_new(a);
	buf_putc(&b, quote);
	for (; *s; s++) {
		if (*s == quote)
			buf_putc(&b, quote);
		buf_putc(&b, *s);
	}
	buf_putc(&b, quote);
	return b.p;
}

const char *
sql_name(struct arena *a, const char *name)
{
	return quoted(a, name, '"');
}

const char *
sql_text(struct arena *a, const char *text)
{
	return quoted(a, text, '\'');
}

const char *
engine_version(void)
{
	return duckdb_library_version();
}

static void
keep_words(struct engine *g, const char *doing, const char *words)
{
	cleanup_fd int fd =
		g->error_path ? open(g->error_path,
					O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)
			      : -1;
	if (fd >= 0)
		dprintf(fd, "%s: %s\n", doing, words ? words : "");
}

static enum status
fail(struct engine *g, struct err *e, const char *doing, duckdb_error_type type, const char *words)
{
	keep_words(g, doing, words);
	switch (type) {
	case DUCKDB_ERROR_OUT_OF_MEMORY:
		return err_set(e, E_BUSY, "",
			"The data engine ran out of memory or spill space while %s; give it more "
			"memory.",
			doing);
	case DUCKDB_ERROR_IO:
		return err_set(e, E_IO, "",
			"The data engine could not read or write a file while %s; is the disk "
			"full?",
			doing);
	case DUCKDB_ERROR_CONVERSION:
	case DUCKDB_ERROR_OUT_OF_RANGE:
		return err_set(e, E_INPUT, "",
			"A value did not have the form of its column while %s.", doing);
	default:
		return err_set(e, E_BUG, "", "The data engine failed while %s (kind %d).", doing,
			(int)type);
	}
}

static enum status
configure(struct engine *g, const struct engine_options *o, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const char *doing = "starting";
	TRY(engine_run(g, e, doing, "SET temp_directory = %s", sql_text(a, o->temp)));
	TRY(engine_run(g, e, doing, "SET preserve_insertion_order = true"));
	TRY(engine_run(g, e, doing, "SET TimeZone = 'UTC'"));
	TRY(engine_run(g, e, doing, "SET enable_progress_bar = true"));
	TRY(engine_run(g, e, doing, "SET enable_progress_bar_print = false"));
	TRY(engine_run(g, e, doing, "SET autoinstall_known_extensions = false"));
	TRY(engine_run(g, e, doing, "SET autoload_known_extensions = false"));
	TRY(engine_run(g, e, doing, "SET allowed_directories = [%s]", sql_text(a, o->folder)));
	TRY(engine_run(g, e, doing, "SET enable_external_access = false"));
	return engine_run(g, e, doing, "SET lock_configuration = true");
}

enum status
engine_open(const struct engine_options *o, struct engine **ret, struct err *e)
{
	cleanup_engine struct engine *g = calloc(1, sizeof *g);
	if (!g || !(g->error_path = strdup(o->error_path)))
		BUG("out of memory");
	char memory[32];
	snprintf(memory, sizeof memory, "%lldMB", (long long)o->memory_mb);
	duckdb_config config;
	duckdb_create_config(&config);
	duckdb_set_config(config, "memory_limit", memory);
	duckdb_set_config(config, "threads", "2");
	char *words = NULL;
	duckdb_state state = duckdb_open_ext(NULL, &g->db, config, &words);
	duckdb_destroy_config(&config);
	if (state == DuckDBSuccess)
		state = duckdb_connect(g->db, &g->con);
	if (state != DuckDBSuccess) {
		keep_words(g, "starting", words);
		duckdb_free(words);
		return err_set(e, E_BUG, "", "The data engine does not start.");
	}
	TRY(configure(g, o, e));
	*ret = steal_ptr(&g);
	return OK;
}

void
engine_close(struct engine *g)
{
	if (!g)
		return;
	if (g->con)
		duckdb_disconnect(&g->con);
	if (g->db)
		duckdb_close(&g->db);
	while (g->functions) {
		struct function *f = g->functions;
		g->functions = f->next;
		free(f);
	}
	free(g->error_path);
	free(g);
}

void
engine_on_progress(struct engine *g, void (*tick)(void *ctx, double part), void *ctx)
{
	g->tick = tick;
	g->tick_ctx = ctx;
}

/* Executes a pending statement bit by bit, so that somebody can be told how far it is. */
static void
work(struct engine *g, duckdb_pending_result pending)
{
	for (;;) {
		duckdb_pending_state s = duckdb_pending_execute_task(pending);
		if (duckdb_pending_execution_is_finished(s) || s == DUCKDB_PENDING_ERROR)
			return;
		if (s == DUCKDB_PENDING_NO_TASKS_AVAILABLE)
			usleep(500);
		if (g->tick) {
			double part = duckdb_query_progress(g->con).percentage / 100;
			g->tick(g->tick_ctx, part < 0 ? 0 : part > 1 ? 1 : part);
		}
	}
}

/* The result is the caller's to destroy when the status is OK. */
static enum status
execute(struct engine *g, const char *doing, const char *sql, duckdb_result *ret, struct err *e)
{
	duckdb_prepared_statement statement = NULL;
	duckdb_pending_result pending = NULL;
	enum status status = OK;
	if (duckdb_prepare(g->con, sql, &statement) != DuckDBSuccess) {
		status = fail(g, e, doing, DUCKDB_ERROR_PARSER, duckdb_prepare_error(statement));
	} else if (duckdb_pending_prepared(statement, &pending) != DuckDBSuccess) {
		status = fail(g, e, doing, DUCKDB_ERROR_PLANNER, duckdb_pending_error(pending));
	} else {
		work(g, pending);
		if (duckdb_execute_pending(pending, ret) != DuckDBSuccess) {
			status = fail(g, e, doing, duckdb_result_error_type(ret),
				duckdb_result_error(ret));
			duckdb_destroy_result(ret);
		}
	}
	duckdb_destroy_pending(&pending);
	duckdb_destroy_prepare(&statement);
	return status;
}

enum status
engine_run(struct engine *g, struct err *e, const char *doing, const char *fmt, ...)
{
	cleanup_arena struct arena *a = arena_new();
	va_list ap;
	va_start(ap, fmt);
	const char *sql = arena_vprintf(a, fmt, ap);
	va_end(ap);
	duckdb_result result;
	TRY(execute(g, doing, sql, &result, e));
	duckdb_destroy_result(&result);
	return OK;
}

enum status
engine_rows(struct engine *g, struct arena *a, struct engine_rows *ret, struct err *e,
	const char *doing, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *sql = arena_vprintf(a, fmt, ap);
	va_end(ap);
	duckdb_result result;
	TRY(execute(g, doing, sql, &result, e));
	struct engine_rows r = { duckdb_row_count(&result), duckdb_column_count(&result), NULL };
	r.at = ARENA_ARRAY(a, r.n * r.columns, const char *);
	for (size_t i = 0; i < r.n; i++)
		for (size_t k = 0; k < r.columns; k++) {
			char *text = duckdb_value_varchar(&result, k, i);
			r.at[i * r.columns + k] = text ? arena_strdup(a, text) : NULL;
			duckdb_free(text);
		}
	duckdb_destroy_result(&result);
	*ret = r;
	return OK;
}

enum status
engine_int(struct engine *g, int64_t *ret, struct err *e, const char *doing, const char *fmt, ...)
{
	cleanup_arena struct arena *a = arena_new();
	va_list ap;
	va_start(ap, fmt);
	const char *sql = arena_vprintf(a, fmt, ap);
	va_end(ap);
	duckdb_result result;
	TRY(execute(g, doing, sql, &result, e));
	int64_t v = duckdb_row_count(&result) ? duckdb_value_int64(&result, 0, 0) : 0;
	duckdb_destroy_result(&result);
	*ret = v;
	return OK;
}

static bool
is_null(uint64_t *validity, idx_t row)
{
	return validity && !duckdb_validity_row_is_valid(validity, row);
}

static struct str
text_at(duckdb_vector v, idx_t row)
{
	duckdb_string_t *s = (duckdb_string_t *)duckdb_vector_get_data(v) + row;
	return (struct str){ duckdb_string_t_data(s), duckdb_string_t_length(*s) };
}

enum status
engine_each_row(struct engine *g, void (*each)(void *ctx, const struct str *row), void *ctx,
	struct err *e, const char *doing, const char *sql)
{
	enum { MOST_COLUMNS = 16 };
	struct str row[MOST_COLUMNS];
	duckdb_result result;
	TRY(execute(g, doing, sql, &result, e));
	idx_t columns = duckdb_column_count(&result);
	if (columns > MOST_COLUMNS)
		BUG("too many columns");
	for (;;) {
		duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
		if (!chunk)
			break;
		idx_t n = duckdb_data_chunk_get_size(chunk);
		for (idx_t i = 0; i < n; i++) {
			for (idx_t k = 0; k < columns; k++) {
				duckdb_vector v = duckdb_data_chunk_get_vector(chunk, k);
				bool missing = is_null(duckdb_vector_get_validity(v), i);
				row[k] = missing ? (struct str){ NULL, 0 } : text_at(v, i);
			}
			each(ctx, row);
		}
		duckdb_destroy_data_chunk(&chunk);
	}
	duckdb_destroy_result(&result);
	return OK;
}

struct each_value {
	void (*each)(void *ctx, struct str value);
	void *ctx;
};

static void
first_of(void *ctx, const struct str *row)
{
	const struct each_value *v = ctx;
	if (row[0].p)
		v->each(v->ctx, row[0]);
}

enum status
engine_each(struct engine *g, void (*each)(void *ctx, struct str value), void *ctx, struct err *e,
	const char *doing, const char *sql)
{
	struct each_value v = { each, ctx };
	return engine_each_row(g, first_of, &v, e, doing, sql);
}

static enum status
scan_chunk(
	duckdb_data_chunk chunk, struct str *fields, engine_row_fn each, void *ctx, struct err *e)
{
	idx_t columns = duckdb_data_chunk_get_column_count(chunk);
	for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
		for (idx_t k = 0; k < columns; k++) {
			duckdb_vector v = duckdb_data_chunk_get_vector(chunk, k);
			bool missing = is_null(duckdb_vector_get_validity(v), i);
			fields[k] = missing ? (struct str){ NULL, 0 } : text_at(v, i);
		}
		TRY(each(ctx, fields, e));
	}
	return OK;
}

enum status
engine_scan(struct engine *g, engine_row_fn each, void *ctx, struct err *e, const char *doing,
	const char *sql)
{
	cleanup_arena struct arena *a = arena_new();
	duckdb_prepared_statement statement = NULL;
	duckdb_pending_result pending = NULL;
	duckdb_result result = { 0 };
	enum status s = OK;
	if (duckdb_prepare(g->con, sql, &statement) != DuckDBSuccess)
		s = fail(g, e, doing, DUCKDB_ERROR_IO, duckdb_prepare_error(statement));
	else if (duckdb_pending_prepared_streaming(statement, &pending) != DuckDBSuccess)
		s = fail(g, e, doing, DUCKDB_ERROR_PLANNER, duckdb_pending_error(pending));
	else if (duckdb_execute_pending(pending, &result) != DuckDBSuccess)
		s = fail(g, e, doing, duckdb_result_error_type(&result),
			duckdb_result_error(&result));
	struct str *fields = ARENA_ARRAY(a, duckdb_column_count(&result) + 1, struct str);
	while (s == OK) {
		duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
		if (!chunk)
			break;
		s = scan_chunk(chunk, fields, each, ctx, e);
		duckdb_destroy_data_chunk(&chunk);
	}
	/* The end of the chunks is also where a failure in the middle shows. */
	if (s == OK && duckdb_result_error(&result))
		s = fail(g, e, doing, DUCKDB_ERROR_IO, duckdb_result_error(&result));
	duckdb_destroy_result(&result);
	duckdb_destroy_pending(&pending);
	duckdb_destroy_prepare(&statement);
	return s;
}

enum status
engine_put_texts(struct engine *g, const char *name, const struct str *texts, size_t n,
	const char *doing, struct err *e)
{
	duckdb_appender to = NULL;
	TRY(engine_run(g, e, doing, "CREATE TABLE %s(i INTEGER, v VARCHAR)", name));
	duckdb_state state = duckdb_appender_create(g->con, NULL, name, &to);
	for (size_t i = 0; i < n && state == DuckDBSuccess; i++) {
		duckdb_append_int32(to, (int32_t)i);
		duckdb_append_varchar_length(to, texts[i].p, texts[i].n);
		state = duckdb_appender_end_row(to);
	}
	if (state == DuckDBSuccess)
		state = duckdb_appender_close(to);
	enum status s = OK;
	if (state != DuckDBSuccess)
		s = fail(g, e, doing, DUCKDB_ERROR_OUT_OF_MEMORY, duckdb_appender_error(to));
	duckdb_appender_destroy(&to);
	return s;
}

static enum engine_kind
kind_of(duckdb_type t)
{
	switch (t) {
	case DUCKDB_TYPE_VARCHAR:
		return ENGINE_KIND_TEXT;
	case DUCKDB_TYPE_BIGINT:
		return ENGINE_KIND_INTEGER;
	case DUCKDB_TYPE_DOUBLE:
		return ENGINE_KIND_REAL;
	case DUCKDB_TYPE_DATE:
		return ENGINE_KIND_DAY;
	case DUCKDB_TYPE_TIMESTAMP:
		return ENGINE_KIND_TIME;
	default:
		return ENGINE_KIND_OTHER;
	}
}

static struct engine_cell
cell_at(enum engine_kind kind, duckdb_vector v, idx_t i)
{
	struct engine_cell c = { .kind = kind,
		.missing = is_null(duckdb_vector_get_validity(v), i) };
	const void *data = duckdb_vector_get_data(v);
	if (c.missing)
		return c;
	if (kind == ENGINE_KIND_TEXT)
		c.text = text_at(v, i);
	else if (kind == ENGINE_KIND_DAY)
		c.number = ((const int32_t *)data)[i];
	else
		memcpy(&c.number, (const int64_t *)data + i, sizeof c.number);
	return c;
}

enum status
engine_each_value(struct engine *g, engine_cell_fn each, void *ctx, enum engine_kind *ret_kind,
	const char *doing, const char *sql, struct err *e)
{
	duckdb_result result;
	TRY(execute(g, doing, sql, &result, e));
	enum engine_kind kind = kind_of(duckdb_column_type(&result, 1));
	if (duckdb_column_type(&result, 0) != DUCKDB_TYPE_INTEGER)
		BUG("the places of values are whole numbers");
	for (;;) {
		duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
		if (!chunk)
			break;
		idx_t n = duckdb_data_chunk_get_size(chunk);
		duckdb_vector places = duckdb_data_chunk_get_vector(chunk, 0);
		const int32_t *place = duckdb_vector_get_data(places);
		duckdb_vector v = duckdb_data_chunk_get_vector(chunk, 1);
		for (idx_t i = 0; i < n && kind != ENGINE_KIND_OTHER; i++) {
			struct engine_cell c = cell_at(kind, v, i);
			each(ctx, place[i], &c);
		}
		duckdb_destroy_data_chunk(&chunk);
	}
	duckdb_destroy_result(&result);
	*ret_kind = kind;
	return OK;
}

static void
put_value(duckdb_vector out, idx_t i, enum engine_result type, const struct engine_value *v)
{
	void *data = duckdb_vector_get_data(out);
	switch (type) {
	case ENGINE_TEXT:
		duckdb_vector_assign_string_element_len(out, i, v->text, v->n);
		break;
	case ENGINE_INT:
		((int64_t *)data)[i] = v->integer;
		break;
	case ENGINE_REAL:
		((double *)data)[i] = v->real;
		break;
	case ENGINE_LONG:
		duckdb_vector_assign_string_element_len(
			out, i, v->out->n ? v->out->p : "", v->out->n);
		break;
	}
}

static void
call_function(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	const struct function *f = duckdb_scalar_function_get_extra_info(info);
	idx_t n = duckdb_data_chunk_get_size(in);
	uint64_t *valid = NULL;
	cleanup_arena struct arena *a = f->result == ENGINE_LONG ? arena_new() : NULL;
	struct buf text = { 0 };
	if (a)
		text = buf_new(a);
	for (idx_t i = 0; i < n; i++) {
		struct str args[2] = { { NULL, 0 }, { NULL, 0 } };
		bool missing = false;
		for (int k = 0; k < f->n_args; k++) {
			duckdb_vector v = duckdb_data_chunk_get_vector(in, (idx_t)k);
			/* The engine calls with missing values too: what stands there is not text.
			 */
			missing |= is_null(duckdb_vector_get_validity(v), i);
			if (!missing)
				args[k] = text_at(v, i);
		}
		if (missing) {
			if (!valid) {
				duckdb_vector_ensure_validity_writable(out);
				valid = duckdb_vector_get_validity(out);
			}
			duckdb_validity_set_row_invalid(valid, i);
			continue;
		}
		text.n = 0;
		struct engine_value value = { .out = &text };
		f->fn(f->ctx, args, &value);
		put_value(out, i, f->result, &value);
	}
}

static enum status
add_scalar(struct engine *g, const char *name, struct function *f, int n_args, duckdb_type from,
	duckdb_type to, duckdb_scalar_function_t call, struct err *e)
{
	duckdb_logical_type argument = duckdb_create_logical_type(from);
	duckdb_logical_type result = duckdb_create_logical_type(to);
	duckdb_scalar_function s = duckdb_create_scalar_function();
	duckdb_scalar_function_set_name(s, name);
	for (int i = 0; i < n_args; i++)
		duckdb_scalar_function_add_parameter(s, argument);
	duckdb_scalar_function_set_return_type(s, result);
	duckdb_scalar_function_set_extra_info(s, f, NULL);
	duckdb_scalar_function_set_function(s, call);
	duckdb_state state = duckdb_register_scalar_function(g->con, s);
	duckdb_destroy_scalar_function(&s);
	duckdb_destroy_logical_type(&result);
	duckdb_destroy_logical_type(&argument);
	if (state != DuckDBSuccess)
		return err_set(e, E_BUG, "", "The data engine does not take %s.", name);
	return OK;
}

static void
call_speller(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	const struct function *f = duckdb_scalar_function_get_extra_info(info);
	idx_t n = duckdb_data_chunk_get_size(in);
	duckdb_vector v = duckdb_data_chunk_get_vector(in, 0);
	const int64_t *from = duckdb_vector_get_data(v);
	duckdb_string_t *to = duckdb_vector_get_data(out);
	uint64_t *validity = duckdb_vector_get_validity(v), *valid = NULL;
	char text[ENGINE_SPELT + 1];
	idx_t last = n;
	for (idx_t i = 0; i < n; i++) {
		if (is_null(validity, i)) {
			if (!valid) {
				duckdb_vector_ensure_validity_writable(out);
				valid = duckdb_vector_get_validity(out);
			}
			duckdb_validity_set_row_invalid(valid, i);
		} else if (last < n && from[i] == from[last]) {
			/* Both point to the same bytes in the vector's own heap. */
			to[i] = to[last];
		} else {
			f->spell(from[i], text);
			duckdb_vector_assign_string_element_len(out, i, text, strlen(text));
			last = i;
		}
	}
}

enum status
engine_add_speller(struct engine *g, const char *name,
	void (*fn)(int64_t, char out[ENGINE_SPELT + 1]), struct err *e)
{
	struct function *f = calloc(1, sizeof *f);
	if (!f)
		BUG("out of memory");
	*f = (struct function){ .spell = fn, .next = g->functions };
	g->functions = f;
	return add_scalar(g, name, f, 1, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR, call_speller, e);
}

enum status
engine_add_function(struct engine *g, const char *name, int n_args, enum engine_result result,
	engine_fn fn, const void *ctx, struct err *e)
{
	static const duckdb_type types[] = { [ENGINE_TEXT] = DUCKDB_TYPE_VARCHAR,
		[ENGINE_INT] = DUCKDB_TYPE_BIGINT,
		[ENGINE_REAL] = DUCKDB_TYPE_DOUBLE,
		[ENGINE_LONG] = DUCKDB_TYPE_VARCHAR };
	struct function *f = calloc(1, sizeof *f);
	if (!f)
		BUG("out of memory");
	*f = (struct function){
		.fn = fn, .ctx = ctx, .result = result, .n_args = n_args, .next = g->functions
	};
	g->functions = f;
	return add_scalar(g, name, f, n_args, DUCKDB_TYPE_VARCHAR, types[result], call_function, e);
}
