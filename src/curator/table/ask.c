#include "curator/table/ask.h"

enum { NAME_MAX_BYTES = 255, MIN_DEFAULT = 10, MIN_MOST = 1000000 };

static const char *const values[] = { [ASK_COUNT] = "count",
	[ASK_MEAN] = "mean",
	[ASK_SUM] = "sum",
	[ASK_MEDIAN] = "median",
	[ASK_SHARE] = "share" };
enum { VALUES = sizeof values / sizeof *values };

const char *
ask_value_name(enum ask_value v)
{
	return values[v];
}

/* The name of a column, then on to what follows. */
static enum status
column_name(struct lex *l, const char **ret, struct err *e)
{
	if (l->kind != LEX_NAME)
		return lex_expected(l, "the name of a column", e);
	*ret = l->text;
	return lex_next(l, e);
}

static enum status
at_end(const struct lex *l, struct err *e)
{
	return l->kind == LEX_END ? OK : lex_expected(l, "the end", e);
}

static enum status
read_rows(struct arena *a, struct str s, struct table_ask *ask, struct err *e)
{
	struct lex l;
	TRY(lex_begin(a, "rows", s, &l, e));
	ask->rows.at = ARENA_ARRAY(a, ASK_ROWS, const char *);
	for (;;) {
		if (ask->rows.n == ASK_ROWS)
			return err_set(e, E_INPUT, "rows",
				"The rows are named by at most %d columns.", ASK_ROWS);
		TRY(column_name(&l, &ask->rows.at[ask->rows.n++], e));
		if (!lex_is(&l, ","))
			return at_end(&l, e);
		TRY(lex_next(&l, e));
	}
}

static enum status
read_columns(struct arena *a, struct str s, struct table_ask *ask, struct err *e)
{
	struct lex l;
	TRY(lex_begin(a, "columns", s, &l, e));
	TRY(column_name(&l, &ask->columns, e));
	if (lex_is(&l, ","))
		return err_set(e, E_INPUT, "columns",
			"One column can stand across; put the "
			"others into the rows.");
	return at_end(&l, e);
}

static enum status
read_value(struct arena *a, struct str s, struct table_ask *ask, struct err *e)
{
	struct lex l;
	size_t v = 0;
	TRY(lex_begin(a, "value", s, &l, e));
	while (v < VALUES && !lex_is(&l, values[v]))
		v++;
	if (v == VALUES)
		return lex_expected(&l, "count, mean, sum, median or share", e);
	ask->value = (enum ask_value)v;
	ask->value_text = str_dup(a, str_trim(s));
	TRY(lex_next(&l, e));
	if (ask->value == ASK_COUNT)
		return at_end(&l, e);
	TRY(column_name(&l, &ask->value_column, e));
	if (ask->value != ASK_SHARE)
		return at_end(&l, e);
	if (!lex_is(&l, "="))
		return lex_expected(&l, "= and the value whose share is asked for", e);
	TRY(lex_next(&l, e));
	bool bare = l.kind == LEX_NAME && !l.quoted;
	if (!bare && l.kind != LEX_TEXT && l.kind != LEX_NUMBER)
		return lex_expected(&l, "a value ('text' or a number)", e);
	/* share sex=F is clear enough. */
	ask->equals = (struct ask_literal){ l.kind == LEX_NUMBER, l.real, l.text };
	TRY(lex_next(&l, e));
	return at_end(&l, e);
}

static enum status
read_where(struct arena *a, struct str s, struct table_ask *ask, struct err *e)
{
	ask->where_text = str_dup(a, str_trim(s));
	return where_parse(a, s, &ask->where, e);
}

static enum status
read_source(struct arena *a, struct str s, struct table_ask *ask, struct err *e)
{
	if (s.n == 0 || s.n > NAME_MAX_BYTES || memchr(s.p, '/', s.n))
		return err_set(e, E_INPUT, "table", "The name of the table or file is not right.");
	if (ask->source)
		return err_set(e, E_INPUT, "table", "Ask of one table or one file.");
	ask->source = str_dup(a, s);
	return OK;
}

static enum status
read_line(struct arena *a, struct str keyword, struct str rest, int64_t least,
	struct table_ask *ask, struct err *e)
{
	if (str_is(keyword, "table") || str_is(keyword, "file")) {
		ask->is_file = str_is(keyword, "file");
		return read_source(a, rest, ask, e);
	}
	if (str_is(keyword, "rows"))
		return read_rows(a, rest, ask, e);
	if (str_is(keyword, "columns"))
		return read_columns(a, rest, ask, e);
	if (str_is(keyword, "value"))
		return read_value(a, rest, ask, e);
	if (str_is(keyword, "where"))
		return read_where(a, rest, ask, e);
	if (str_is(keyword, "min")) {
		if (!str_int(rest, &ask->min) || ask->min < least || ask->min > MIN_MOST)
			return err_set(e, E_INPUT, "min",
				"min is a whole number from %lld: the airlock asks for as many.",
				(long long)least);
		return OK;
	}
	if (!str_is(keyword, "round"))
		return err_set(e, E_INPUT, "", "The request holds a line that means nothing.");
	if (!str_int(rest, &ask->round) ||
		(ask->round != 0 && ask->round != 5 && ask->round != 6 && ask->round != 10))
		return err_set(
			e, E_INPUT, "round", "round is 0, 5, 10, or 6 (to the midpoint of 6).");
	return OK;
}

enum status
ask_parse(struct arena *a, struct str s, int64_t least, struct table_ask *ret, struct str *ret_file,
	struct err *e)
{
	static const char *const known[] = { "table", "file", "rows", "columns", "value", "where",
		"min", "round" };
	struct table_ask ask = {
		.value_text = "", .where_text = "", .min = least > MIN_DEFAULT ? least : MIN_DEFAULT
	};
	bool seen[sizeof known / sizeof *known] = { false };
	struct str line, all = s;
	for (;;) {
		if (!memchr(s.p, '\n', s.n) || (size_t)(s.p - all.p) > ASK_MAX)
			return err_set(e, E_INPUT, "", "The request does not end.");
		line = str_cut(&s, '\n');
		if (line.n == 0)
			break;
		if (!str_utf8(line))
			return err_set(e, E_INPUT, "", "The request is no text.");
		struct str keyword = str_cut(&line, ' ');
		for (size_t i = 0; i < sizeof seen; i++) {
			if (!str_is(keyword, known[i]))
				continue;
			if (seen[i])
				return err_set(
					e, E_INPUT, known[i], "%s is given twice.", known[i]);
			seen[i] = true;
		}
		TRY(read_line(a, keyword, line, least, &ask, e));
	}
	if (!ask.source)
		return err_set(e, E_INPUT, "table", "Say of which table or file.");
	if (ask.rows.n == 0)
		return err_set(e, E_INPUT, "rows", "Say what names the rows: --rows COLUMN.");
	if (!ask.value_text[0])
		return err_set(e, E_INPUT, "value",
			"Say what to compute: --value count, or mean, sum, median, share of a "
			"column.");
	*ret = ask;
	*ret_file = s;
	return OK;
}
