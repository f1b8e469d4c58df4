/*
 * A statement file is SQL with a head of comments for each statement:
 *
 *	-- name: team_by_slug		becomes db_team_by_slug()
 *	-- kind: one			one | many | exec
 *	-- in: event int, slug text	the :parameters, in the order of the C function
 *	-- out: share real		result columns that the schema gives no type
 *	-- row: team			the struct's name, when several statements fill the same
 *	-- absent: There is no such team.
 *	-- conflict: A team has this name already.
 *	-- Any other comment in the head is printed above the function.
 *	SELECT ... WHERE slug = :slug;
 *
 * Types: int int? real real? bool time time? text blob. The `?` ones bind NULL for 0 or NaN.
 * A long in: or out: may be given on several lines.
 */
#include "sqlgen.h"

const char *const sqlgen_type_words[TYPES] = { "int", "real", "bool", "time", "text", "blob" };

struct parser {
	struct arena *arena;
	const char *path;
	struct str rest;
	struct str text; /* the present line, without white space at both ends */
	int line;
	struct sqlgen_file *file;
	struct sqlgen_statement *now; /* NULL before the first */
	struct err *err;
};

#define REFUSE(p, fmt, ...)                                                                        \
	err_set((p)->err, E_INPUT, "", "%s:%d: " fmt, (p)->path,                                   \
		(p)->line __VA_OPT__(, ) __VA_ARGS__)

bool
sqlgen_name_ok(struct str s)
{
	static const char *const taken[] = { "auto", "bool", "break", "case", "char", "const",
		"continue", "default", "do", "double", "else", "enum", "errno", "extern", "false",
		"float", "for", "goto", "if", "inline", "int", "linux", "long", "register",
		"restrict", "return", "short", "signed", "sizeof", "static", "stderr", "stdin",
		"stdout", "struct", "switch", "true", "typedef", "typeof", "union", "unix",
		"unsigned", "void", "volatile", "while", "asm" };
	if (s.n == 0 || s.n > SQLGEN_NAME || !(s.p[0] >= 'a' && s.p[0] <= 'z') ||
		s.p[s.n - 1] == '_') /* a closing underscore is for generated names */
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (str_is(s, taken[i]))
			return false;
	return true;
}

static bool
next_line(struct parser *p)
{
	if (p->rest.n == 0)
		return false;
	p->text = str_trim(str_cut(&p->rest, '\n'));
	p->line++;
	return true;
}

/* "-- key: value"; false for any other line. */
static bool
key_value(struct str line, struct str *key, struct str *value)
{
	if (!str_starts(line, "--"))
		return false;
	line = str_trim((struct str){ line.p + 2, line.n - 2 });
	size_t n = 0;
	while (n < line.n && line.p[n] >= 'a' && line.p[n] <= 'z')
		n++;
	if (n == 0 || n == line.n || line.p[n] != ':')
		return false;
	*key = (struct str){ line.p, n };
	*value = str_trim((struct str){ line.p + n + 1, line.n - n - 1 });
	return true;
}

static bool
begins_statement(struct str line)
{
	struct str key, value;
	return key_value(line, &key, &value) && str_is(key, "name");
}

/* "event int, slug text" */
static enum status
parse_args(struct parser *p, struct str list, bool out, struct sqlgen_args *args)
{
	while (list.n) {
		struct str type = str_trim(str_cut(&list, ','));
		struct str name = str_cut(&type, ' ');
		type = str_trim(type);
		if (!sqlgen_name_ok(name))
			return REFUSE(p, "'%.*s' cannot be a name in C.", (int)name.n, name.p);
		struct sqlgen_arg arg = { .name = str_dup(p->arena, name), .line = p->line };
		if (type.n && type.p[type.n - 1] == '?') {
			arg.optional = true;
			type.n--;
		}
		while (arg.type < TYPES && !str_is(type, sqlgen_type_words[arg.type]))
			arg.type++;
		if (arg.type == TYPES)
			return REFUSE(p,
				"%s needs a type: int, real, bool, time, text or blob "
				"(not '%.*s').",
				arg.name, (int)type.n, type.p);
		if (arg.optional && (out || (arg.type != TYPE_INT && arg.type != TYPE_REAL &&
						    arg.type != TYPE_TIME)))
			return REFUSE(
				p, "%s: only an int, real or time of in: can have '?'.", arg.name);
		for (int i = 0; i < args->n; i++)
			if (streq(args->at[i].name, arg.name))
				return REFUSE(p, "%s is listed twice.", arg.name);
		if (args->n == SQLGEN_ARGS)
			return REFUSE(p, "More than %d names in one list.", SQLGEN_ARGS);
		args->at[args->n++] = arg;
	}
	return OK;
}

static enum status
parse_kind(struct parser *p, struct str word)
{
	if (p->now->kind != KIND_NONE)
		return REFUSE(p, "A second kind: for %s.", p->now->name);
	if (str_is(word, "one"))
		p->now->kind = KIND_ONE;
	else if (str_is(word, "many"))
		p->now->kind = KIND_MANY;
	else if (str_is(word, "exec"))
		p->now->kind = KIND_EXEC;
	else
		return REFUSE(p, "kind: is one, many or exec, not '%.*s'.", (int)word.n, word.p);
	return OK;
}

static enum status
parse_once(struct parser *p, struct str key, struct str value, const char **slot)
{
	if (*slot)
		return REFUSE(p, "A second %.*s: for %s.", (int)key.n, key.p, p->now->name);
	if (value.n == 0)
		return REFUSE(p, "%.*s: needs a sentence.", (int)key.n, key.p);
	*slot = str_dup(p->arena, value);
	return OK;
}

static enum status
parse_key(struct parser *p, struct str key, struct str value)
{
	struct sqlgen_statement *s = p->now;
	if (str_is(key, "kind"))
		return parse_kind(p, value);
	if (str_is(key, "in"))
		return parse_args(p, value, false, &s->in);
	if (str_is(key, "out"))
		return parse_args(p, value, true, &s->out);
	if (str_is(key, "absent"))
		return parse_once(p, key, value, &s->absent);
	if (str_is(key, "conflict"))
		return parse_once(p, key, value, &s->conflict);
	if (str_is(key, "row")) {
		if (!sqlgen_name_ok(value))
			return REFUSE(p, "'%.*s' cannot be a name in C.", (int)value.n, value.p);
		return parse_once(p, key, value, &s->row);
	}
	return REFUSE(p, "Unknown key '%.*s:'. Known: name kind in out row absent conflict.",
		(int)key.n, key.p);
}

static enum status
open_statement(struct parser *p)
{
	struct str key, name;
	key_value(p->text, &key, &name);
	if (!sqlgen_name_ok(name))
		return REFUSE(p, "'%.*s' cannot be a name in C.", (int)name.n, name.p);
	struct sqlgen_file *f = p->file;
	for (size_t i = 0; i < f->n; i++)
		if (str_is(name, f->at[i].name))
			return REFUSE(p, "%s is already the name of a statement in line %d.",
				f->at[i].name, f->at[i].line);
	p->now = &f->at[f->n++];
	p->now->name = str_dup(p->arena, name);
	p->now->line = p->line;
	return OK;
}

/* The head of p->now, up to and without the first line of SQL. */
static enum status
parse_head(struct parser *p)
{
	struct parser before = *p;
	while (next_line(p) && !begins_statement(p->text)) {
		struct str key, value;
		if (p->text.n == 0)
			;
		else if (key_value(p->text, &key, &value))
			TRY(parse_key(p, key, value));
		else if (str_starts(p->text, "--"))
			p->now->doc = arena_printf(p->arena, "%s%s%.*s", p->now->doc ?: "",
				p->now->doc ? "\n" : "", (int)(p->text.n - 2), p->text.p + 2);
		else
			break;
		before = *p;
	}
	*p = before;
	if (p->now->kind == KIND_NONE)
		return REFUSE(p, "%s has no '-- kind:'.", p->now->name);
	if (!p->now->row)
		p->now->row = p->now->name;
	return OK;
}

/* The SQL up to the next statement; blank lines and comments behind it are dropped. */
static enum status
parse_sql(struct parser *p)
{
	struct sqlgen_statement *s = p->now;
	struct parser before = *p;
	struct str all = { p->rest.p, 0 };
	struct str last = { "", 0 };
	s->sql_line = p->line + 1;
	while (next_line(p) && !begins_statement(p->text)) {
		if (p->text.n && !str_starts(p->text, "--")) {
			all.n = (size_t)(p->text.p + p->text.n - all.p);
			last = p->text;
		}
		before = *p;
	}
	*p = before;
	if (all.n == 0)
		return REFUSE(p, "%s has no SQL.", s->name);
	if (last.p[last.n - 1] != ';')
		return REFUSE(p, "The SQL of %s must end with ';'.", s->name);
	s->sql = (struct str){ all.p, all.n - 1 };
	return OK;
}

static size_t
count_statements(struct str text)
{
	size_t n = 0;
	while (text.n)
		n += begins_statement(str_trim(str_cut(&text, '\n')));
	return n;
}

enum status
sqlgen_parse(
	struct arena *a, const char *path, struct str text, struct sqlgen_file *ret, struct err *e)
{
	struct sqlgen_file file = { .path = path };
	struct parser p = { .arena = a, .path = path, .rest = text, .file = &file, .err = e };
	if (!str_utf8(text))
		return REFUSE(&p, "This file is not UTF-8 text.");
	file.at = ARENA_ARRAY(a, count_statements(text), struct sqlgen_statement);
	while (next_line(&p)) {
		if (begins_statement(p.text)) {
			TRY(open_statement(&p));
			TRY(parse_head(&p));
			TRY(parse_sql(&p));
		} else if (p.text.n && !str_starts(p.text, "--")) {
			return REFUSE(&p, "SQL before the first '-- name:'.");
		}
	}
	*ret = file;
	return OK;
}
