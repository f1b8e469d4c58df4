#include "curator/table/few.h"

enum { WORDS = 200 };

struct finder {
	struct arena *a;
	const struct count_source *source;
	int64_t few;
	text_list *out;
};

/* Some counts, in one pass over the table: what each is of, and what is said when it is small. */
struct counts {
	struct buf sql;
	text_list says;
};

static struct counts
counts_new(struct arena *a, size_t n)
{
	return (struct counts){ buf_new(a), { ARENA_ARRAY(a, n, const char *), 0 } };
}

static void
put_count(const struct finder *f, struct counts *c, const char * not, const char *condition,
	const char *says)
{
	const char *patient = f->source->patient;
	const char *who =
		patient ? arena_printf(f->a, "DISTINCT %s", sql_name(f->a, patient)) : "*";
	buf_printf(&c->sql, "%scount(%s) FILTER (WHERE %s%s)", c->says.n ? ", " : "", who, not,
		condition);
	c->says.at[c->says.n++] = says;
}

static enum status
count(struct finder *f, const struct counts *c, struct engine_rows *ret, struct err *e)
{
	return engine_rows(f->source->engine, f->a, ret, e, "looking at the condition",
		"SELECT %s FROM d", c->sql.p);
}

/* How many a part fits and leaves out, where that was told; else 0. */
struct told {
	int64_t fits, out;
};

/* n of them; told already, of parts that are no other set: below in a whole of its parts. */
static int64_t
tell(struct finder *f, int64_t n, int64_t left, int64_t right, const char *says)
{
	if (n <= 0 || n >= f->few)
		return 0;
	if (n != left && n != right)
		f->out->at[f->out->n++] = says;
	return n;
}

/* ---- a condition in words ---- */

static void
put_value(struct buf *b, const struct ask_literal *v)
{
	if (v->number)
		buf_printf(b, "%.12g", v->real);
	else
		buf_printf(b, "'%.60s'", v->text);
}

static void
put_words(struct buf *b, const struct where *w)
{
	if (b->n > WORDS)
		return;
	switch (w->kind) {
	case WHERE_AND:
	case WHERE_OR:
		buf_putc(b, '(');
		put_words(b, w->left);
		buf_puts(b, w->kind == WHERE_AND ? " and " : " or ");
		put_words(b, w->right);
		buf_putc(b, ')');
		return;
	case WHERE_NOT:
		buf_puts(b, "not ");
		put_words(b, w->left);
		return;
	case WHERE_MISSING:
		buf_printf(b, "%.80s is missing", w->column);
		return;
	case WHERE_COMPARE:
		buf_printf(b, "%.80s %s ", w->column, w->sign);
		put_value(b, &w->values.at[0]);
		return;
	case WHERE_IN:
		buf_printf(b, "%.80s in (", w->column);
		for (size_t i = 0; i < w->values.n && b->n < WORDS; i++) {
			buf_puts(b, i ? ", " : "");
			put_value(b, &w->values.at[i]);
		}
		buf_putc(b, ')');
		return;
	}
}

static const char *
words(struct arena *a, const struct where *w, const char *what)
{
	struct buf b = buf_new(a);
	put_words(&b, w);
	return arena_printf(a, "%s%s %s", str_dup(a, buf_str(&b)), b.n > WORDS ? " ..." : "", what);
}

/* ---- its parts ---- */

/* Each value of a list; ret: the number of one that is told, 0 when none is. */
static enum status
look_into(struct finder *f, const struct where *w, int64_t *ret, struct err *e)
{
	struct counts c = counts_new(f->a, w->values.n);
	struct engine_rows r;
	for (size_t i = 0; i < w->values.n; i++) {
		struct where one = { .kind = WHERE_COMPARE, .column = w->column, .sign = "=" };
		const char *sql;
		one.values.at = &w->values.at[i];
		one.values.n = 1;
		TRY(count_condition(f->a, f->source, &one, &sql, e));
		put_count(f, &c, "", sql, words(f->a, &one, "fits"));
	}
	TRY(count(f, &c, &r, e));
	for (size_t i = 0; i < c.says.n; i++) {
		int64_t n = tell(f, engine_int_at(&r, 0, i), 0, 0, c.says.at[i]);
		*ret = n ? n : *ret;
	}
	return OK;
}

/*
 * A part is told unless one of its own parts was that is the same set: "and" fits a part of what
 * each side fits, "or" leaves out a part of what each leaves out, and so the other way round, so
 * that as many are the same.
 */
static enum status
look_below(struct finder *f, const struct where *w, struct told *ret, struct err *e)
{
	struct told left = { 0 }, right = { 0 };
	struct counts c = counts_new(f->a, 2);
	struct engine_rows r;
	const char *sql;
	if (w->left)
		TRY(look_below(f, w->left, &left, e));
	if (w->right)
		TRY(look_below(f, w->right, &right, e));
	if (w->kind == WHERE_NOT) {
		/* What a denial fits, the denied leaves out. */
		*ret = (struct told){ left.out, left.fits };
		return OK;
	}
	if (w->kind == WHERE_IN)
		TRY(look_into(f, w, &left.fits, e));
	TRY(count_condition(f->a, f->source, w, &sql, e));
	put_count(f, &c, "", sql, "");
	put_count(f, &c, "NOT ", sql, "");
	TRY(count(f, &c, &r, e));
	ret->fits = tell(f, engine_int_at(&r, 0, 0), left.fits, right.fits, words(f->a, w, "fits"));
	ret->out =
		tell(f, engine_int_at(&r, 0, 1), left.out, right.out, words(f->a, w, "leaves out"));
	return OK;
}

/* How much can be said at most. */
static size_t
room(const struct where *w)
{
	return w ? 2 + w->values.n + room(w->left) + room(w->right) : 0;
}

enum status
few_find(struct arena *a, const struct count_source *source, const struct where *w, int64_t few,
	text_list *ret, struct err *e)
{
	text_list out = { ARENA_ARRAY(a, room(w) + 1, const char *), 0 };
	struct finder f = { a, source, few, &out };
	struct told told;
	if (w)
		TRY(look_below(&f, w, &told, e));
	*ret = out;
	return OK;
}
