#include "curator/recipe.h"

enum { MAX_WORDS = 16, FIRST_ROOM = 8 };

struct word {
	struct str text;
	bool quoted;
};

struct parser {
	struct arena *a;
	struct recipe *r;
	int line;
	size_t n_columns; /* of all tables */
	size_t table_room, column_room, withhold_room;
	struct word words[MAX_WORDS];
	size_t n, at;
	struct err *e;
};

#define BAD(p, ...) bad((p), __VA_ARGS__)

static enum status bad(struct parser *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static enum status
bad(struct parser *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(p->a, fmt, ap);
	va_end(ap);
	return err_set(p->e, E_INPUT, "recipe", "Recipe line %d: %s", p->line, text);
}

/* For use with %.*s: never more than 60 bytes of what somebody wrote. */
#define SHOWN(w) (int)((w).n < 60 ? (w).n : 60), (w).p

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static enum status
split(struct parser *p, struct str s)
{
	p->n = p->at = 0;
	for (;;) {
		while (s.n && blank(s.p[0]))
			s.p++, s.n--;
		if (s.n == 0 || s.p[0] == '#')
			return OK;
		if (p->n == MAX_WORDS)
			return BAD(p, "there are more than %d words.", MAX_WORDS);
		struct word *w = &p->words[p->n++];
		w->quoted = s.p[0] == '"';
		if (w->quoted) {
			s.p++, s.n--;
			if (!memchr(s.p, '"', s.n))
				return BAD(p, "a quote is not closed.");
			w->text = str_cut(&s, '"');
			continue;
		}
		size_t n = 0;
		while (n < s.n && !blank(s.p[n]) && s.p[n] != '"')
			n++;
		w->text = (struct str){ s.p, n };
		s.p += n, s.n -= n;
	}
}

static bool
more(const struct parser *p)
{
	return p->at < p->n;
}

/* Takes the next word when it is this one, unquoted. */
static bool
is_next(struct parser *p, const char *word)
{
	if (!more(p) || p->words[p->at].quoted || !str_is(p->words[p->at].text, word))
		return false;
	p->at++;
	return true;
}

static enum status
next(struct parser *p, const char *what, const char **ret)
{
	if (!more(p))
		return BAD(p, "%s is missing.", what);
	struct str s = p->words[p->at++].text;
	if (s.n == 0)
		return BAD(p, "%s is empty.", what);
	*ret = str_dup(p->a, s);
	return OK;
}

static enum status
next_real(struct parser *p, const char *what, double *ret)
{
	const char *text;
	TRY(next(p, what, &text));
	if (!str_real(str_of(text), ret))
		return BAD(p, "%s must be a number, not \"%.40s\".", what, text);
	return OK;
}

/* Quoted text at the end: the meaning. */
static const char *
meaning(struct parser *p)
{
	if (!more(p) || !p->words[p->at].quoted)
		return "";
	return str_dup(p->a, p->words[p->at++].text);
}

static enum status
end(struct parser *p)
{
	if (more(p))
		return BAD(p, "\"%.*s\" is not expected here.", SHOWN(p->words[p->at].text));
	return OK;
}

static enum status
put_ref(struct parser *p, const char *what, struct recipe_ref *ref)
{
	const char *text;
	if (ref->text)
		return BAD(p, "%s was already given in line %d.", what, ref->line);
	TRY(next(p, what, &text));
	const char *dot = strchr(text, '.');
	if (!dot || dot == text || !dot[1])
		return BAD(p, "%s must be written table.column, not \"%.60s\".", what, text);
	*ref = (struct recipe_ref){ text, p->line };
	return OK;
}

/* One more element of size bytes in a list of an arena; room doubles. */
static void *
grow(struct arena *a, void *at, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return at;
	size_t more_room = *room ? *room * 2 : FIRST_ROOM;
	void *to = arena_array(a, more_room, size);
	if (n)
		memcpy(to, at, n * size);
	*room = more_room;
	return to;
}
#define GROW(p, list, room)                                                                        \
	((list)->at = grow((p)->a, (list)->at, (list)->n, (room), sizeof *(list)->at),             \
		&(list)->at[(list)->n++])

static enum status
do_recipe(struct parser *p)
{
	const char *version;
	if (p->r->name)
		return BAD(p, "the recipe was already named.");
	TRY(next(p, "the name of the recipe", &p->r->name));
	if (!is_next(p, "version"))
		return BAD(p, "write: recipe \"Name\" version 1");
	TRY(next(p, "the version", &version));
	if (!str_int(str_of(version), &p->r->version) || p->r->version < 1 ||
		p->r->version > 1000000)
		return BAD(p, "the version must be a whole number from 1 to 1000000.");
	return OK;
}

static enum status
do_patient(struct parser *p)
{
	return put_ref(p, "the patient column", &p->r->patient);
}

static enum status
do_table(struct parser *p)
{
	const char *name;
	TRY(next(p, "the name of the table", &name));
	for (size_t i = 0; i < p->r->tables.n; i++)
		if (str_ieq(str_of(name), str_of(p->r->tables.at[i].name)))
			return BAD(p, "table %.60s was already listed in line %d.", name,
				p->r->tables.at[i].line);
	if (p->r->tables.n == RECIPE_MAX_TABLES)
		return BAD(p, "there are more than %d tables.", RECIPE_MAX_TABLES);
	struct recipe_table t = { .name = name, .line = p->line };
	if (is_next(p, "by"))
		TRY(next(p, "the column with the patient", &t.by));
	else
		t.shared = is_next(p, "shared");
	*GROW(p, &p->r->tables, &p->table_room) = t;
	p->column_room = 0;
	return OK;
}

static enum status
do_outcome(struct parser *p)
{
	struct recipe *r = p->r;
	TRY(put_ref(p, "the outcome column", &r->outcome));
	if (is_next(p, "each"))
		TRY(put_ref(p, "the column that names what is predicted", &r->each));
	r->binary = is_next(p, "binary");
	if (r->binary) {
		if (!is_next(p, "positive"))
			return BAD(p, "write which value is the positive one: binary positive 1");
		TRY(next(p, "the positive value", &r->positive));
	} else if (!is_next(p, "regression")) {
		return BAD(p, "say whether the outcome is \"binary positive VALUE\" or "
			      "\"regression\".");
	}
	r->outcome_meaning = meaning(p);
	return OK;
}

static enum status
do_withhold(struct parser *p)
{
	do {
		struct recipe_ref ref = { NULL, 0 };
		TRY(put_ref(p, "the column to withhold", &ref));
		if (p->r->withhold.n == RECIPE_MAX_COLUMNS)
			return BAD(p, "too many columns are withheld.");
		*GROW(p, &p->r->withhold, &p->withhold_room) = ref;
	} while (more(p) && !p->words[p->at].quoted);
	meaning(p);
	return OK;
}

/* "30 %", "30%" and "30" are the same. */
static enum status
percent(struct parser *p, const char *what, double most, double *ret)
{
	const char *text;
	double v;
	if (*ret > 0)
		return BAD(p, "%s was already given.", what);
	TRY(next(p, what, &text));
	struct str s = str_of(text);
	if (s.n > 1 && s.p[s.n - 1] == '%')
		s.n--;
	else
		is_next(p, "%");
	if (!str_real(s, &v) || v < 0.1 || v > most)
		return BAD(p, "%s must be from 0.1 to %g percent.", what, most);
	*ret = v;
	return OK;
}

static enum status
do_hidden(struct parser *p)
{
	return percent(p, "the share of hidden patients", 80, &p->r->hidden);
}

static enum status
do_sample(struct parser *p)
{
	return percent(p, "the share of sample patients", 100, &p->r->sample);
}

static enum status
action(struct parser *p, struct recipe_column *c)
{
	if (is_next(p, "keep")) {
		c->action = ACT_KEEP;
	} else if (is_next(p, "drop")) {
		c->action = ACT_DROP;
	} else if (is_next(p, "pseudonym")) {
		c->action = ACT_PSEUDONYM;
	} else if (is_next(p, "shift")) {
		c->action = ACT_SHIFT;
		c->order = is_next(p, "dmy") ? TYPE_DMY : is_next(p, "mdy") ? TYPE_MDY : TYPE_TEXT;
	} else if (is_next(p, "cap")) {
		c->action = ACT_CAP;
		return next_real(p, "the cap", &c->cap);
	} else if (!more(p)) {
		return BAD(p, "say what happens to %.60s: keep, drop, pseudonym, shift or cap N.",
			c->name);
	} else {
		return BAD(p, "\"%.*s\" is none of keep, drop, pseudonym, shift, cap.",
			SHOWN(p->words[p->at].text));
	}
	return OK;
}

static enum status
do_column(struct parser *p)
{
	struct recipe *r = p->r;
	if (r->tables.n == 0)
		return BAD(p, "an indented line describes a column, but no table came before it.");
	struct recipe_table *t = &r->tables.at[r->tables.n - 1];
	struct recipe_column c = { .line = p->line, .order = TYPE_TEXT };
	TRY(next(p, "the name of the column", &c.name));
	for (size_t i = 0; i < t->columns.n; i++)
		if (str_ieq(str_of(c.name), str_of(t->columns.at[i].name)))
			return BAD(p, "column %.60s was already described in line %d.", c.name,
				t->columns.at[i].line);
	TRY(action(p, &c));
	c.meaning = meaning(p);
	if (++p->n_columns > RECIPE_MAX_COLUMNS || t->columns.n == RECIPE_MAX_TABLE_COLUMNS)
		return BAD(p, "there are more than %d columns in a table or %d in all.",
			RECIPE_MAX_TABLE_COLUMNS, RECIPE_MAX_COLUMNS);
	*GROW(p, &t->columns, &p->column_room) = c;
	return OK;
}

static enum status
statement(struct parser *p)
{
	static const struct {
		const char *word;
		enum status (*fn)(struct parser *);
	} statements[] = {
		{ "recipe", do_recipe },
		{ "patient", do_patient },
		{ "table", do_table },
		{ "outcome", do_outcome },
		{ "withhold", do_withhold },
		{ "hidden", do_hidden },
		{ "sample", do_sample },
	};
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
		if (is_next(p, statements[i].word))
			return statements[i].fn(p);
	return BAD(p,
		"\"%.*s\" is not a statement (recipe, patient, table, outcome, withhold, hidden, "
		"sample); the columns of a table are indented.",
		SHOWN(p->words[0].text));
}

static enum status
complete(const struct recipe *r, struct err *e)
{
	const char *missing = !r->name           ? "recipe \"Name\" version 1"
			      : !r->patient.text ? "patient table.column"
			      : !r->tables.n     ? "table NAME"
			      : !r->outcome.text ? "outcome table.column binary positive 1"
			      : r->hidden == 0   ? "hidden 30 %"
			      : r->sample == 0   ? "sample 10 %"
						 : NULL;
	if (missing)
		return err_set(e, E_INPUT, "recipe",
			"The recipe lacks a statement of this form: %s", missing);
	for (size_t i = 0; i < r->tables.n; i++)
		if (r->tables.at[i].columns.n == 0)
			return err_set(e, E_INPUT, "recipe",
				"Recipe line %d: table %.60s lists no columns (they are indented).",
				r->tables.at[i].line, r->tables.at[i].name);
	return OK;
}

enum status
recipe_parse(struct arena *a, struct str text, struct recipe *ret, struct err *e)
{
	struct recipe r = { .outcome_meaning = "" };
	struct parser p = { .a = a, .r = &r, .e = e };
	if (text.n > RECIPE_MAX)
		return err_set(
			e, E_INPUT, "recipe", "The recipe is longer than %d KB.", RECIPE_MAX >> 10);
	if (!str_utf8(text))
		return err_set(e, E_INPUT, "recipe", "The recipe is not UTF-8 text.");
	while (text.n) {
		struct str s = str_cut(&text, '\n');
		bool indented = s.n && blank(s.p[0]) && s.p[0] != '\r';
		p.line++;
		TRY(split(&p, s));
		if (p.n == 0)
			continue;
		TRY(indented ? do_column(&p) : statement(&p));
		TRY(end(&p));
	}
	TRY(complete(&r, e));
	*ret = r;
	return OK;
}
