/*
 * sqlgen: SQL checked at build time.
 *
 *	sqlgen schema SCHEMA-DIR DEPFILE OUT.c SYMBOL
 *		embeds the schema's files as an array of struct store_migration
 *	sqlgen statements SCHEMA-DIR DEPFILE IN.sql OUT.sql.h OUT.sql.c
 *		loads the schema into an empty database in memory, prepares each statement of
 *		IN.sql against it, and writes a struct and a function for each
 *
 * A column, table or parameter that does not exist ends the build with file:line. SCHEMA-DIR holds
 * NNN_name.sql; NNN gives the order and is what a database remembers. See sqlgen_parse.c for the
 * statement files.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sqlite3.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "sqlgen.h"

enum { SQL_FILE_MAX = 4 << 20 };

struct schema_file {
	const char *path;
	const char *name; /* "001_event" */
	int number;
	struct str sql;
};

struct schema {
	const char *dir;
	struct schema_file *at;
	size_t n;
};

/* ---- the schema ---- */

static int
only_sql(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return n > 4 && d->d_name[0] != '.' && streq(d->d_name + n - 4, ".sql");
}

static enum status
schema_file_read(
	struct arena *a, const char *dir, const char *base, struct schema_file *f, struct err *e)
{
	int64_t n = 0;
	struct str name = { base, strlen(base) - 4 };
	f->path = arena_printf(a, "%s/%s", dir, base);
	f->name = str_dup(a, name);
	for (size_t i = 0; i < name.n; i++)
		if (!((base[i] >= '0' && base[i] <= '9') || (base[i] >= 'a' && base[i] <= 'z') ||
			    base[i] == '_'))
			n = -1;
	if (n || name.n < 5 || base[3] != '_' || !str_int((struct str){ base, 3 }, &n) || n == 0)
		return err_set(
			e, E_INPUT, "", "%s:1: Schema files are called NNN_name.sql.", f->path);
	f->number = (int)n;
	TRY(io_read_file(a, f->path, SQL_FILE_MAX, &f->sql, e));
	if (!str_utf8(f->sql))
		return err_set(e, E_INPUT, "", "%s:1: This file is not UTF-8 text.", f->path);
	return OK;
}

static enum status
schema_read(struct arena *a, const char *dir, struct schema *ret, struct err *e)
{
	struct dirent **names;
	int n = scandir(dir, &names, only_sql, alphasort);
	if (n < 0)
		return err_errno(e, "%s:1: reading the schema", dir);
	struct schema s = { .dir = dir, .at = ARENA_ARRAY(a, (size_t)n, struct schema_file) };
	enum status status = OK;
	for (int i = 0; i < n; i++) {
		if (status == OK)
			status = schema_file_read(a, dir, names[i]->d_name, &s.at[s.n++], e);
		free(names[i]);
	}
	free(names);
	TRY(status);
	for (size_t i = 1; i < s.n; i++)
		if (s.at[i].number == s.at[i - 1].number)
			return err_set(e, E_INPUT, "", "%s:1: Two schema files have number %d.",
				s.at[i].path, s.at[i].number);
	*ret = s;
	return OK;
}

static int
line_at(struct str sql, int first, int offset)
{
	for (int i = 0; i < offset && (size_t)i < sql.n; i++)
		first += sql.p[i] == '\n';
	return first;
}

/* What must not stand in a statement or a migration: the store does these itself. */
static int
forbid(void *unused, int action, const char *a, const char *b, const char *c, const char *d)
{
	return action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT ||
			       action == SQLITE_ATTACH || action == SQLITE_DETACH
		       ? SQLITE_DENY
		       : SQLITE_OK;
}

static enum status
refuse_sql(sqlite3 *db, const char *path, struct str sql, int line, int skipped, struct err *e)
{
	int at = sqlite3_error_offset(db);
	return err_set(e, E_INPUT, "", "%s:%d: %s%s", path,
		line_at(sql, line, skipped + (at < 0 ? 0 : at)), sqlite3_errmsg(db),
		sqlite3_errcode(db) == SQLITE_AUTH ? " (transactions and ATTACH have no place here)"
						   : "");
}

/* Statement by statement, so that a mistake has a line. */
static enum status
schema_apply_file(sqlite3 *db, const struct schema_file *f, struct err *e)
{
	const char *at = f->sql.p, *end = f->sql.p + f->sql.n;
	while (at < end) {
		sqlite3_stmt *stmt = NULL;
		const char *tail = end;
		while (at < end && strchr(" \t\r\n", *at))
			at++;
		if (sqlite3_prepare_v2(db, at, (int)(end - at), &stmt, &tail) != SQLITE_OK)
			return refuse_sql(db, f->path, f->sql, 1, (int)(at - f->sql.p), e);
		int rc = SQLITE_DONE;
		while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
			;
		sqlite3_finalize(stmt);
		if (rc != SQLITE_DONE)
			return refuse_sql(db, f->path, f->sql, 1, (int)(at - f->sql.p), e);
		at = tail;
	}
	return OK;
}

/* SQLite itself would tell only when the first row is inserted. */
static enum status
schema_check_references(sqlite3 *db, const struct schema *s, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	enum status status = OK;
	sqlite3_prepare_v2(db,
		"SELECT m.name, f.\"table\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) "
		"f "
		"WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema p WHERE p.type = 'table' "
		"AND p.name = f.\"table\" COLLATE NOCASE)",
		-1, &stmt, NULL);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		status = err_set(e, E_INPUT, "",
			"%s:1: Table %s refers to %s, which does not exist.", s->dir,
			sqlite3_column_text(stmt, 0), sqlite3_column_text(stmt, 1));
	sqlite3_finalize(stmt);
	if (status == OK &&
		sqlite3_exec(db, "PRAGMA foreign_key_check", NULL, NULL, NULL) != SQLITE_OK)
		status = err_set(e, E_INPUT, "", "%s:1: %s", s->dir, sqlite3_errmsg(db));
	return status;
}

static enum status
schema_apply(sqlite3 *db, const struct schema *s, struct err *e)
{
	/* "name" in double quotes is an identifier, never a string: a misspelt one must fail. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_set_authorizer(db, forbid, NULL);
	for (size_t i = 0; i < s->n; i++)
		TRY(schema_apply_file(db, &s->at[i], e));
	return schema_check_references(db, s, e);
}

/* ---- checking a statement ---- */

#define REFUSE(f, line, fmt, ...)                                                                  \
	err_set(e, E_INPUT, "", "%s:%d: " fmt, (f)->path, line __VA_OPT__(, ) __VA_ARGS__)

static const struct sqlgen_arg *
find_arg(const struct sqlgen_args *args, const char *name)
{
	for (int i = 0; i < args->n; i++)
		if (streq(args->at[i].name, name))
			return &args->at[i];
	return NULL;
}

static enum status
check_in(const struct sqlgen_file *f, const struct sqlgen_statement *s, sqlite3_stmt *stmt,
	struct err *e)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
		const char *name = sqlite3_bind_parameter_name(stmt, i);
		if (!name || name[0] != ':')
			return REFUSE(
				f, s->sql_line, "Parameters of %s are written :name.", s->name);
		if (!find_arg(&s->in, name + 1))
			return REFUSE(f, s->sql_line, "%s of %s is not listed in '-- in:'.", name,
				s->name);
	}
	for (int i = 0; i < s->in.n; i++) {
		char name[SQLGEN_NAME + 2];
		snprintf(name, sizeof name, ":%s", s->in.at[i].name);
		if (sqlite3_bind_parameter_index(stmt, name) == 0)
			return REFUSE(f, s->in.at[i].line, "%s is listed but not used in %s.", name,
				s->name);
	}
	return OK;
}

static enum status
column_type(const struct sqlgen_file *f, const struct sqlgen_statement *s, const char *declared,
	struct sqlgen_arg *column, struct err *e)
{
	static const char *const types[TYPES] = { "INTEGER", "REAL", "BOOL", "TIME", "TEXT",
		"BLOB" };
	const struct sqlgen_arg *out = find_arg(&s->out, column->name);
	if (!declared && !out)
		return REFUSE(f, s->sql_line,
			"Column %s of %s is an expression: give its type in '-- out:'.",
			column->name, s->name);
	if (declared && out)
		return REFUSE(f, out->line, "Column %s of %s has a type already: %s.", column->name,
			s->name, declared);
	if (out) {
		column->type = out->type;
		return OK;
	}
	column->type = 0;
	while (column->type < TYPES && sqlite3_stricmp(declared, types[column->type]) != 0)
		column->type++;
	if (column->type == TYPES)
		return REFUSE(f, s->sql_line,
			"Column %s of %s is declared %s; known are INTEGER, REAL, BOOL, TIME, "
			"TEXT, BLOB.",
			column->name, s->name, declared);
	return OK;
}

static enum status
check_out(const struct sqlgen_file *f, const struct sqlgen_statement *s, sqlite3_stmt *stmt,
	struct arena *a, struct sqlgen_args *ret, struct err *e)
{
	struct sqlgen_args list = { .n = sqlite3_column_count(stmt) };
	if (s->kind == KIND_EXEC && list.n)
		return REFUSE(f, s->line, "%s gives rows: it is of kind one or many.", s->name);
	if (s->kind != KIND_EXEC && list.n == 0)
		return REFUSE(f, s->line, "%s gives no rows: it is of kind exec.", s->name);
	if (list.n > SQLGEN_ARGS)
		return REFUSE(f, s->line, "%s has more than %d columns.", s->name, SQLGEN_ARGS);
	for (int i = 0; i < list.n; i++) {
		const char *name = sqlite3_column_name(stmt, i);
		if (!sqlgen_name_ok(str_of(name)))
			return REFUSE(f, s->sql_line,
				"Column '%s' of %s cannot be a name in C: give it one with AS.",
				name, s->name);
		list.at[i].name = arena_strdup(a, name);
		TRY(column_type(f, s, sqlite3_column_decltype(stmt, i), &list.at[i], e));
		for (int k = 0; k < i; k++)
			if (streq(list.at[k].name, name))
				return REFUSE(f, s->sql_line, "%s has two columns called %s.",
					s->name, name);
	}
	for (int i = 0; i < s->out.n; i++)
		if (!find_arg(&list, s->out.at[i].name))
			return REFUSE(f, s->out.at[i].line, "%s has no column called %s.", s->name,
				s->out.at[i].name);
	*ret = list;
	return OK;
}

/* Rows that share a name must be the same. *ret_first: this statement is the one to print it. */
static enum status
check_row(const struct sqlgen_file *f, const struct sqlgen_args *columns, size_t at,
	bool *ret_first, struct err *e)
{
	const struct sqlgen_statement *s = &f->at[at];
	for (size_t i = 0; i < at; i++) {
		const struct sqlgen_statement *o = &f->at[i];
		if (o->kind == KIND_EXEC || !streq(o->row, s->row))
			continue;
		bool same = columns[i].n == columns[at].n;
		for (int k = 0; same && k < columns[at].n; k++)
			same = columns[i].at[k].type == columns[at].at[k].type &&
			       streq(columns[i].at[k].name, columns[at].at[k].name);
		if (!same)
			return REFUSE(f, s->line,
				"The columns of %s are not those of %s (line %d), whose row it "
				"shares.",
				s->name, o->name, o->line);
		*ret_first = false;
		return OK;
	}
	*ret_first = true;
	return OK;
}

/* ---- C ---- */

static const char *const c_types[TYPES] = { "int64_t ", "double ", "bool ", "int64_t ",
	"const char *", "struct str " };
static const char *const field_types[TYPES] = { "INT", "REAL", "BOOL", "TIME", "TEXT", NULL };
static const char *const db_types[TYPES] = { "DB_INT", "DB_REAL", "DB_BOOL", "DB_TIME", "DB_TEXT",
	"DB_BLOB" };
static const char *const in_makers[TYPES] = { "db_in_int", "db_in_real", "db_in_int", "db_in_int",
	"db_in_text", "db_in_blob" };

static void
put_literal(struct buf *b, struct str s)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\n')
			buf_puts(b, i + 1 < s.n ? "\\n\"\n\t\"" : "\\n");
		else if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < ' ' || c > '~')
			buf_printf(b, "\\%03o", c);
		else
			buf_putc(b, (char)c);
	}
	buf_putc(b, '"');
}

static void
put_sentence(struct buf *b, const char *field, const char *sentence)
{
	if (!sentence)
		return;
	buf_printf(b, "\t.%s = ", field);
	put_literal(b, str_of(sentence));
	buf_puts(b, ",\n");
}

static void
put_signature(struct buf *b, const struct sqlgen_statement *s, const char *gap)
{
	buf_printf(b, "enum status%sdb_%s(struct db *db_", gap, s->name);
	for (int i = 0; i < s->in.n; i++)
		buf_printf(b, ", %s%s", c_types[s->in.at[i].type], s->in.at[i].name);
	if (s->kind != KIND_EXEC)
		buf_printf(b, ", struct %s%s *ret_", s->row, s->kind == KIND_MANY ? "_rows" : "");
	buf_puts(b, ", struct err *err_)");
}

static void
put_row(struct buf *b, const char *row, const struct sqlgen_args *columns)
{
	buf_printf(b, "struct %s {\n", row);
	for (int i = 0; i < columns->n; i++)
		buf_printf(b, "\t%s%s;\n", c_types[columns->at[i].type], columns->at[i].name);
	buf_printf(b, "};\nstruct %s_rows {\n\tstruct %s *at;\n\tsize_t n;\n};\n", row, row);
	buf_printf(b, "extern const struct field %s_fields[];\n", row);
}

static void
put_row_tables(struct buf *b, const char *row, const struct sqlgen_args *columns)
{
	buf_printf(b, "\nconst struct field %s_fields[] = {\n", row);
	for (int i = 0; i < columns->n; i++)
		if (field_types[columns->at[i].type])
			buf_printf(b, "\tFIELD(struct %s, %s, %s),\n", row, columns->at[i].name,
				field_types[columns->at[i].type]);
	buf_printf(b, "\tFIELD_END\n};\n\nstatic const struct db_column %s_columns[] = {\n", row);
	for (int i = 0; i < columns->n; i++)
		buf_printf(b, "\t{ %s, offsetof(struct %s, %s) },\n", db_types[columns->at[i].type],
			row, columns->at[i].name);
	buf_puts(b, "};\n");
}

static void
put_doc(struct buf *b, const struct sqlgen_statement *s)
{
	if (!s->doc)
		return;
	buf_puts(b, "/*");
	for (struct str doc = str_of(s->doc); doc.n;) {
		struct str line = str_cut(&doc, '\n');
		buf_puts(b, "\n *");
		for (size_t i = 0; i < line.n; i++) /* a slash could end the comment */
			buf_putc(
				b, line.p[i] == '/' && i && line.p[i - 1] == '*' ? ' ' : line.p[i]);
	}
	buf_puts(b, "\n */\n");
}

/* The values go in the order in which SQLite numbers the parameters. */
static void
put_body(struct buf *b, const struct sqlgen_statement *s, sqlite3_stmt *stmt)
{
	buf_puts(b, "\n{\n");
	if (s->in.n)
		buf_puts(b, "\tconst struct db_in in_[] = {\n");
	for (int i = 1; i <= s->in.n; i++) {
		const struct sqlgen_arg *arg =
			find_arg(&s->in, sqlite3_bind_parameter_name(stmt, i) + 1);
		buf_printf(b, "\t\t%s%s(%s),\n", in_makers[arg->type],
			arg->optional && arg->type != TYPE_REAL ? "_or_null" : "", arg->name);
	}
	if (s->in.n)
		buf_puts(b, "\t};\n");
	const char *in = s->in.n ? "in_" : "NULL";
	if (s->kind == KIND_EXEC)
		buf_printf(b, "\treturn db_exec(db_, &%s_statement, %s, err_);\n}\n", s->name, in);
	else if (s->kind == KIND_ONE)
		buf_printf(b, "\treturn db_one(db_, &%s_statement, %s, ret_, err_);\n}\n", s->name,
			in);
	else
		buf_printf(b,
			"\tstruct db_rows rows_;\n"
			"\tTRY(db_many(db_, &%s_statement, %s, &rows_, err_));\n"
			"\t*ret_ = (struct %s_rows){ rows_.at, rows_.n };\n\treturn OK;\n}\n",
			s->name, in, s->row);
}

static void
put_statement(struct buf *b, const struct sqlgen_statement *s, sqlite3_stmt *stmt)
{
	buf_printf(b, "\nstatic struct db_statement %s_statement = {\n\t.name = \"%s\",\n\t.sql = ",
		s->name, s->name);
	put_literal(b, s->sql);
	buf_puts(b, ",\n");
	put_sentence(b, "absent", s->absent);
	put_sentence(b, "conflict", s->conflict);
	if (s->kind != KIND_EXEC)
		buf_printf(b,
			"\t.columns = %s_columns,\n\t.n_columns = %d,\n"
			"\t.row_size = sizeof(struct %s),\n",
			s->row, sqlite3_column_count(stmt), s->row);
	buf_printf(b, "\t.n_in = %d,\n};\n\n", s->in.n);
	put_signature(b, s, "\n");
	put_body(b, s, stmt);
}

/* One statement: checks it and prints it into the header and the source. */
static enum status
generate(sqlite3 *db, const struct sqlgen_file *f, size_t at, struct sqlgen_args *columns,
	struct buf *h, struct buf *c, struct err *e)
{
	const struct sqlgen_statement *s = &f->at[at];
	sqlite3_stmt *stmt = NULL;
	const char *tail = "";
	bool first = false;
	if (sqlite3_prepare_v2(db, s->sql.p, (int)s->sql.n, &stmt, &tail) != SQLITE_OK)
		return refuse_sql(db, f->path, s->sql, s->sql_line, 0, e);
	enum status status = OK;
	if (!stmt || str_trim((struct str){ tail, (size_t)(s->sql.p + s->sql.n - tail) }).n)
		status = REFUSE(f, line_at(s->sql, s->sql_line, (int)(tail - s->sql.p)),
			"%s must be one SQL statement.", s->name);
	if (status == OK)
		status = check_in(f, s, stmt, e);
	if (status == OK)
		status = check_out(f, s, stmt, h->arena, &columns[at], e);
	if (status == OK && s->kind != KIND_EXEC)
		status = check_row(f, columns, at, &first, e);
	if (status == OK) {
		buf_puts(h, "\n");
		if (first) {
			put_row(h, s->row, &columns[at]);
			put_row_tables(c, s->row, &columns[at]);
		}
		put_doc(h, s);
		put_signature(h, s, " ");
		buf_puts(h, ";\n");
		put_statement(c, s, stmt);
	}
	sqlite3_finalize(stmt);
	return status;
}

/* ---- files ---- */

static enum status
write_file(const char *path, const struct buf *b, struct err *e)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_errno(e, "creating %s", path);
	return io_write_fd(fd, b->p, b->n, e);
}

/* The folder itself is a dependency, so that a new schema file is noticed. */
static enum status
write_depfile(
	struct arena *a, const char *path, const char *out, const struct schema *s, struct err *e)
{
	struct buf b = buf_new(a);
	buf_printf(&b, "%s: %s", out, s->dir);
	for (size_t i = 0; i < s->n; i++)
		buf_printf(&b, " \\\n\t%s", s->at[i].path);
	buf_putc(&b, '\n');
	return write_file(path, &b, e);
}

static enum status
make_schema(struct arena *a, sqlite3 *db, const struct schema *s, char **arg, struct err *e)
{
	struct buf c = buf_new(a);
	buf_printf(&c,
		"/* Generated from the schema files: edit those. */\n"
		"#include \"portal/store/db.h\"\n\n"
		"extern const struct store_migration %s[];\n"
		"const struct store_migration %s[] = {\n",
		arg[1], arg[1]);
	for (size_t i = 0; i < s->n; i++) {
		buf_printf(&c, "\t{ %d, \"%s\",\n\t", s->at[i].number, s->at[i].name);
		put_literal(&c, s->at[i].sql);
		buf_puts(&c, " },\n");
	}
	buf_puts(&c, "\t{ 0, NULL, NULL },\n};\n");
	return write_file(arg[0], &c, e);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static enum status
make_statements(struct arena *a, sqlite3 *db, const struct schema *s, char **arg, struct err *e)
{
	struct str text;
	struct sqlgen_file f;
	TRY(io_read_file(a, arg[0], SQL_FILE_MAX, &text, e));
	TRY(sqlgen_parse(a, arg[0], text, &f, e));
	struct buf h = buf_new(a), c = buf_new(a);
	buf_printf(&h,
		"/* Generated from %s: edit that. Rows belong to the arena of the struct db. */\n"
		"#pragma once\n\n#include \"base/field.h\"\n#include \"base/str.h\"\n#include "
		"\"portal/store/db.h\"\n",
		base_name(arg[0]));
	buf_printf(&c,
		"/* Generated from %s: edit that. */\n"
		"#include \"%s\"\n\n#include \"portal/store/statement.h\"\n",
		base_name(arg[0]), base_name(arg[1]));
	struct sqlgen_args *columns = ARENA_ARRAY(a, f.n, struct sqlgen_args);
	for (size_t i = 0; i < f.n; i++)
		TRY(generate(db, &f, i, columns, &h, &c, e));
	TRY(write_file(arg[1], &h, e));
	return write_file(arg[2], &c, e);
}

static enum status
run(struct arena *a, sqlite3 *db, int argc, char **argv, struct err *e)
{
	bool statements = argc == 7 && streq(argv[1], "statements");
	if (!statements && !(argc == 6 && streq(argv[1], "schema")))
		return err_set(e, E_INPUT, "",
			"usage: sqlgen schema DIR DEPFILE OUT.c SYMBOL\n"
			"       sqlgen statements DIR DEPFILE IN.sql OUT.sql.h OUT.sql.c");
	struct schema s;
	TRY(schema_read(a, argv[2], &s, e));
	TRY(schema_apply(db, &s, e));
	TRY(write_depfile(a, argv[3], argv[statements ? 5 : 4], &s, e));
	return (statements ? make_statements : make_schema)(a, db, &s, argv + 4, e);
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	sqlite3 *db = NULL;
	struct err e = { 0 };
	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		BUG("SQLite does not open a database in memory: %s", sqlite3_errmsg(db));
	enum status status = run(a, db, argc, argv, &e);
	sqlite3_close(db);
	if (status != OK)
		fprintf(stderr, "%s\n", e.text);
	return status == OK ? 0 : 1;
}
