#include "curator/score/predictions.h"

#include <math.h>

#include "curator/score/number.h"
#include "curator/score/sheet.h"

const struct field score_problem_fields[] = {
	FIELD(struct score_problem, what, TEXT, .doc = "what is wrong"),
	FIELD(struct score_problem, count, INT, .doc = "how many ids or lines it concerns"),
	FIELD(struct score_problem, examples, TEXTS, .doc = "up to 20 ids or lines"),
	FIELD_END,
};

/* In the order in which they are told. */
enum what { FORMAT, RAGGED, MISSING, REPEATED, UNKNOWN, NOT_NUMBER, NOT_FINITE, RANGE, WHATS };

/* How many rows of a file are looked up together, to hide the time that memory takes. */
enum { BATCH = 32 };

struct reader {
	struct arena *arena;
	const struct truth *truth;
	enum score_task task;
	double *value;
	bool *seen;
	size_t next;   /* the row of the truth behind that of the last prediction */
	bool in_order; /* the last prediction was for the row that was next */
	struct score_problem problem[WHATS];
};

static bool
in_range(enum score_task task, double v)
{
	return task == SCORE_BINARY ? v >= 0 && v <= 1 : fabs(v) <= SCORE_LIMIT;
}

/* An upper bound of the rows: a row has at least the four bytes of "a,0\n". */
static size_t
most_rows(struct str text)
{
	return text.n / 4 + 1;
}

static enum status
truth_row(const struct sheet_row *row, enum score_task task, double *ret, struct err *e)
{
	double v;
	if (row->id.n == 0)
		return err_set(e, E_INPUT, "id", "Line %lld has no id.", (long long)row->line);
	if (number_read(row->value, &v) != NUMBER_GOOD)
		return err_set(e, E_INPUT, "label", "Line %lld: the label is not a finite number.",
			(long long)row->line);
	if (task == SCORE_BINARY && v != 0 && v != 1)
		return err_set(e, E_INPUT, "label", "Line %lld: the label is neither 0 nor 1.",
			(long long)row->line);
	if (!in_range(task, v))
		return err_set(e, E_INPUT, "label", "Line %lld: the label is beyond %g.",
			(long long)row->line, SCORE_LIMIT);
	*ret = v;
	return OK;
}

enum status
truth_read(struct arena *a, struct str text, enum score_task task, struct truth *ret, struct err *e)
{
	struct sheet s;
	TRY(sheet_open(&s, a, text, "label", e));
	size_t n = 0, room = most_rows(text);
	struct str *id = ARENA_ARRAY(a, room, struct str);
	double *label = ARENA_ARRAY(a, room, double);
	struct sheet_row row;
	for (enum sheet_got got; (got = sheet_next(&s, &row, e)) != SHEET_END; n++) {
		if (got == SHEET_BROKEN)
			return E_INPUT;
		if (got == SHEET_RAGGED)
			return err_set(e, E_INPUT, "", "Line %lld has %zu cell%s instead of 2.",
				(long long)row.line, row.cells, row.cells == 1 ? "" : "s");
		TRY(truth_row(&row, task, &label[n], e));
		id[n] = row.id;
	}
	if (n == 0)
		return err_set(e, E_INPUT, "", "The file has a header and no rows.");
	if (n > INT32_MAX)
		return err_set(e, E_INPUT, "", "The file has more than 2^31 rows.");
	uint32_t repeat;
	struct ids index = ids_build(a, id, n, &repeat);
	if (repeat != IDS_NONE)
		return err_set(e, E_INPUT, "id", "Data row %zu repeats an id.", (size_t)repeat + 1);
	*ret = (struct truth){ n, id, label, index };
	return OK;
}

/* Fit to be shown on a terminal: no control characters, not long, whole characters. */
static const char *
shown(struct arena *a, struct str s)
{
	bool cut = s.n > PROBLEM_EXAMPLE_BYTES;
	if (cut)
		for (s.n = PROBLEM_EXAMPLE_BYTES; s.n && !str_utf8(s);)
			s.n--;
	struct buf b = buf_new(a);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		/* U+0080 to U+009F are control characters too. */
		bool c1 = c == 0xc2 && i + 1 < s.n && (uint8_t)s.p[i + 1] < 0xa0;
		if (c < 0x20 || c == 0x7f || c1)
			buf_puts(&b, "\xef\xbf\xbd");
		else
			buf_putc(&b, (char)c);
		i += c1;
	}
	if (cut)
		buf_puts(&b, "...");
	return b.n ? b.p : "(empty)";
}

static void
tell(struct reader *r, enum what what, struct str example)
{
	struct score_problem *p = &r->problem[what];
	if (p->count++ >= PROBLEM_EXAMPLES)
		return;
	if (!p->examples.at)
		p->examples.at = ARENA_ARRAY(r->arena, PROBLEM_EXAMPLES, const char *);
	p->examples.at[p->examples.n++] = shown(r->arena, example);
}

static void
tell_ragged(struct reader *r, const struct sheet_row *row)
{
	const char *text =
		r->problem[RAGGED].count >= PROBLEM_EXAMPLES
			? ""
			: arena_printf(r->arena, "line %lld has %zu column%s", (long long)row->line,
				  row->cells, row->cells == 1 ? "" : "s");
	tell(r, RAGGED, str_of(text));
}

static void
take(struct reader *r, const struct sheet_row *row, uint32_t at)
{
	if (at == IDS_NONE) {
		tell(r, UNKNOWN, row->id);
		return;
	}
	r->in_order = at == r->next;
	r->next = (size_t)at + 1;
	if (r->seen[at])
		tell(r, REPEATED, row->id);
	r->seen[at] = true;
	double v = 0;
	enum number_kind kind = number_read(row->value, &v);
	r->value[at] = v;
	if (kind == NUMBER_BAD)
		tell(r, NOT_NUMBER, row->id);
	else if (kind == NUMBER_NOT_FINITE)
		tell(r, NOT_FINITE, row->id);
	else if (!in_range(r->task, v))
		tell(r, RANGE, row->id);
}

/*
 * Most files list the ids in the order in which they were asked for, so as long as that holds the
 * next row is tried first. Where it does not, what the lookups will touch is fetched step by step
 * for the whole batch, so that the waits for memory overlap.
 */
static void
take_batch(struct reader *r, const struct sheet_row *rows, size_t n)
{
	const struct truth *t = r->truth;
	uint32_t at[BATCH], likely[BATCH];
	uint64_t hash[BATCH];
	size_t missed[BATCH], n_missed = 0;
	for (size_t i = 0; i < n; i++) {
		size_t guess = r->next + i;
		if (r->in_order && guess < t->n && str_eq(t->id[guess], rows[i].id)) {
			at[i] = (uint32_t)guess;
			continue;
		}
		missed[n_missed++] = i;
		hash[i] = ids_hash(rows[i].id);
		ids_prefetch(&t->index, hash[i]);
	}
	for (size_t k = 0; k < n_missed; k++)
		likely[k] = ids_prefetch_row(&t->index, hash[missed[k]]);
	for (size_t k = 0; k < n_missed; k++) {
		ids_prefetch_id(&t->index, likely[k]);
		if (likely[k] != IDS_NONE) {
			__builtin_prefetch(&r->seen[likely[k]], 1);
			__builtin_prefetch(&r->value[likely[k]], 1);
		}
	}
	for (size_t k = 0; k < n_missed; k++)
		at[missed[k]] = ids_find(&t->index, rows[missed[k]].id, hash[missed[k]]);
	for (size_t i = 0; i < n; i++)
		take(r, &rows[i], at[i]);
}

/* False when the quoting breaks; the err is set. */
static bool
read_rows(struct reader *r, struct sheet *s, struct err *e)
{
	struct sheet_row rows[BATCH];
	for (;;) {
		enum sheet_got got = SHEET_ROW;
		size_t n = 0;
		while (n < BATCH && (got = sheet_next(s, &rows[n], e)) != SHEET_END) {
			if (got == SHEET_BROKEN)
				return false;
			if (got == SHEET_RAGGED)
				tell_ragged(r, &rows[n]);
			else
				n++;
		}
		take_batch(r, rows, n);
		if (got == SHEET_END)
			return true;
	}
}

static enum status
sum_up(struct reader *r, problem_list *ret, struct err *e)
{
	const char *const what[WHATS] = {
		[FORMAT] = "Not a table of predictions",
		[RAGGED] = "Lines that do not have two columns",
		[MISSING] = "Missing ids",
		[REPEATED] = "Ids given more than once",
		[UNKNOWN] = "Ids that were not asked for",
		[NOT_NUMBER] = "Predictions that are empty or not a number",
		[NOT_FINITE] = "Predictions that are NaN or infinite",
		[RANGE] = r->task == SCORE_BINARY ? "Predictions outside 0 to 1"
						  : "Predictions beyond plus or minus 1e15",
	};
	struct score_problem *list = ARENA_ARRAY(r->arena, WHATS, struct score_problem);
	size_t n = 0;
	struct buf b = buf_new(r->arena);
	for (int w = 0; w < WHATS; w++) {
		if (r->problem[w].count == 0)
			continue;
		list[n] = r->problem[w];
		list[n].what = what[w];
		buf_printf(&b, "%s%s: %lld", n ? "; " : "", what[w], (long long)list[n].count);
		n++;
	}
	*ret = (problem_list){ list, n };
	if (n == 0)
		return OK;
	/* A file that is no table has its own sentence, which is in err already. */
	if (r->problem[FORMAT].count == 0)
		err_set(e, E_INPUT, "predictions", "Nothing was scored. %s.", b.p);
	return E_INPUT;
}

enum status
predictions_read(struct arena *a, struct str text, enum score_task task, const struct truth *t,
	const double **ret_values, problem_list *ret_problems, struct err *e)
{
	struct reader r = { .arena = a, .truth = t, .task = task, .in_order = true };
	struct err local = { 0 }, *why = e ? e : &local;
	r.value = ARENA_ARRAY(a, t->n, double);
	r.seen = ARENA_ARRAY(a, t->n, bool);
	struct sheet s;
	bool whole = sheet_open(&s, a, text, "prediction", why) == OK && read_rows(&r, &s, why);
	if (!whole)
		tell(&r, FORMAT, str_of(why->text));
	/* Of a file that broke off nobody knows which ids it would have held. */
	for (size_t i = 0; whole && i < t->n; i++)
		if (!r.seen[i])
			tell(&r, MISSING, t->id[i]);
	TRY(sum_up(&r, ret_problems, e));
	*ret_values = r.value;
	return OK;
}
