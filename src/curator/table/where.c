#include "curator/table/ask.h"

struct parser {
	struct lex lex;
	int depth, tests;
};

static enum status parse_or(struct parser *, struct where **ret, struct err *);

static struct where *
node(struct parser *p, enum where_kind kind, struct where *left, struct where *right)
{
	struct where *w = ARENA_NEW(p->lex.a, struct where);
	*w = (struct where){ .kind = kind, .left = left, .right = right };
	return w;
}

static enum status
parse_value(struct parser *p, struct ask_literal *ret, struct err *e)
{
	struct lex *l = &p->lex;
	if (l->kind != LEX_TEXT && l->kind != LEX_NUMBER)
		return lex_expected(l, "a value ('text' or a number)", e);
	*ret = (struct ask_literal){ l->kind == LEX_NUMBER, l->real, l->text };
	return lex_next(l, e);
}

/* ( VALUE {, VALUE} ) */
static enum status
parse_list(struct parser *p, struct where *w, struct err *e)
{
	if (!lex_is(&p->lex, "("))
		return lex_expected(&p->lex, "( and a list of values", e);
	w->values.at = ARENA_ARRAY(p->lex.a, ASK_TESTS, struct ask_literal);
	do {
		TRY(lex_next(&p->lex, e));
		if (w->values.n == ASK_TESTS)
			return err_set(e, E_INPUT, p->lex.what, "%s: a list has at most %d values.",
				p->lex.what, ASK_TESTS);
		TRY(parse_value(p, &w->values.at[w->values.n++], e));
	} while (lex_is(&p->lex, ","));
	if (!lex_is(&p->lex, ")"))
		return lex_expected(&p->lex, ") or a comma", e);
	return lex_next(&p->lex, e);
}

static enum status
parse_compare(struct parser *p, struct where *w, struct err *e)
{
	static const char *const signs[] = { "=", "<>", "<=", ">=", "<", ">" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (lex_is(&p->lex, signs[i]))
			w->sign = signs[i];
	if (lex_is(&p->lex, "!="))
		w->sign = "<>";
	if (!w->sign)
		return lex_expected(&p->lex, "a comparison (=, !=, <, >, in, is missing)", e);
	w->values.at = ARENA_NEW(p->lex.a, struct ask_literal);
	w->values.n = 1;
	TRY(lex_next(&p->lex, e));
	return parse_value(p, &w->values.at[0], e);
}

/* NAME and what is asked of it. */
static enum status
parse_test(struct parser *p, struct where **ret, struct err *e)
{
	struct lex *l = &p->lex;
	struct where *w = node(p, WHERE_COMPARE, NULL, NULL);
	bool not = false, is;
	if (l->kind != LEX_NAME)
		return lex_expected(l, "the name of a column", e);
	if (++p->tests > ASK_TESTS)
		return err_set(e, E_INPUT, l->what, "%s asks for more than %d things.", l->what,
			ASK_TESTS);
	w->column = l->text;
	TRY(lex_next(l, e));
	is = lex_is(l, "is");
	if (is)
		TRY(lex_next(l, e));
	if (lex_is(l, "not")) {
		not = true;
		TRY(lex_next(l, e));
	}
	if (is) {
		if (!lex_is(l, "missing"))
			return lex_expected(l, "the word missing", e);
		w->kind = WHERE_MISSING;
		TRY(lex_next(l, e));
	} else if (lex_is(l, "in")) {
		w->kind = WHERE_IN;
		TRY(lex_next(l, e));
		TRY(parse_list(p, w, e));
	} else if (not ) {
		return lex_expected(l, "the word in", e);
	} else {
		TRY(parse_compare(p, w, e));
	}
	*ret = not ? node(p, WHERE_NOT, w, NULL) : w;
	return OK;
}

static enum status
parse_not(struct parser *p, struct where **ret, struct err *e)
{
	struct lex *l = &p->lex;
	struct where *w = NULL;
	if (++p->depth > ASK_DEPTH)
		return err_set(e, E_INPUT, l->what, "%s is nested too deeply.", l->what);
	if (lex_is(l, "not")) {
		TRY(lex_next(l, e));
		TRY(parse_not(p, &w, e));
		w = node(p, WHERE_NOT, w, NULL);
	} else if (lex_is(l, "(")) {
		TRY(lex_next(l, e));
		TRY(parse_or(p, &w, e));
		if (!lex_is(l, ")"))
			return lex_expected(l, ")", e);
		TRY(lex_next(l, e));
	} else {
		TRY(parse_test(p, &w, e));
	}
	p->depth--;
	*ret = w;
	return OK;
}

static enum status
parse_and(struct parser *p, struct where **ret, struct err *e)
{
	struct where *w = NULL, *more = NULL;
	TRY(parse_not(p, &w, e));
	while (lex_is(&p->lex, "and")) {
		TRY(lex_next(&p->lex, e));
		TRY(parse_not(p, &more, e));
		w = node(p, WHERE_AND, w, more);
	}
	*ret = w;
	return OK;
}

static enum status
parse_or(struct parser *p, struct where **ret, struct err *e)
{
	struct where *w = NULL, *more = NULL;
	TRY(parse_and(p, &w, e));
	while (lex_is(&p->lex, "or")) {
		TRY(lex_next(&p->lex, e));
		TRY(parse_and(p, &more, e));
		w = node(p, WHERE_OR, w, more);
	}
	*ret = w;
	return OK;
}

enum status
where_parse(struct arena *a, struct str s, const struct where **ret, struct err *e)
{
	struct parser p = { .depth = 0 };
	struct where *w;
	TRY(lex_begin(a, "where", s, &p.lex, e));
	TRY(parse_or(&p, &w, e));
	if (p.lex.kind != LEX_END)
		return lex_expected(&p.lex, "and, or, or the end", e);
	*ret = w;
	return OK;
}

enum status
where_columns(const struct where *w, where_column_fn fn, void *ctx, struct err *e)
{
	if (!w)
		return OK;
	if (w->column)
		TRY(fn(ctx, w->column, e));
	TRY(where_columns(w->left, fn, ctx, e));
	return where_columns(w->right, fn, ctx, e);
}
