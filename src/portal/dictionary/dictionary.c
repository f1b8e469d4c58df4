#include "portal/dictionary/dictionary.h"

#include "base/clock.h"
#include "base/str.h"
#include "portal/web/filters.h"

enum { DAY = 86400, NAME_WIDTH = 24, WORDS_MAX = 60000 };

enum status
dictionary_rows(struct db *db, int64_t project, bool source, struct dictionary_list_rows *ret,
	struct err *e)
{
	struct dictionary_list_rows rows;
	TRY(db_dictionary_list(db, project, true, &rows, e));
	if (!rows.n && source)
		TRY(db_dictionary_list(db, project, false, &rows, e));
	*ret = rows;
	return OK;
}

const char *
dictionary_count(struct arena *a, int64_t n)
{
	return n < 0 ? "not told" : filter_count(a, n);
}

const char *
dictionary_size(struct arena *a, int64_t rows)
{
	return arena_printf(a, "%s rows", filter_cell(a, rows));
}

const struct dictionary_list *
dictionary_find(const struct dictionary_list_rows *rows, const char *variable)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct dictionary_list *c = &rows->at[i];
		size_t n = strlen(c->tbl);
		struct str table = { variable, n };
		if (strlen(variable) > n && variable[n] == '.' && str_ieq(table, str_of(c->tbl)) &&
			str_ieq(str_of(variable + n + 1), str_of(c->name)))
			return c;
	}
	return NULL;
}

/* ---- for a terminal ---- */

static void
put_tables(struct arena *a, struct buf *b, const struct dictionary_list_rows *rows)
{
	for (size_t i = 0; i < rows->n;) {
		const char *table = rows->at[i].tbl;
		size_t from = i;
		while (i < rows->n && streq(rows->at[i].tbl, table))
			i++;
		buf_printf(b, "%-*s %zu %s, %s\n", NAME_WIDTH, table, i - from,
			i - from == 1 ? "variable" : "variables",
			dictionary_size(a, rows->at[from].tbl_rows));
	}
	buf_puts(b, "\n`wardroom dictionary TABLE` lists its variables, `wardroom dictionary "
		    "TABLE.COLUMN` tells all of one.\n");
}

/* False when there is no such table. */
static bool
put_table(struct buf *b, const struct dictionary_list_rows *rows, const char *table)
{
	bool there = false;
	for (size_t i = 0; i < rows->n && b->n < WORDS_MAX; i++) {
		const struct dictionary_list *c = &rows->at[i];
		if (!str_ieq(str_of(c->tbl), str_of(table)))
			continue;
		there = true;
		buf_printf(b, "%-*s %-10s %s%s%s%s%s\n", NAME_WIDTH, c->name, c->type, c->meaning,
			c->unit[0] ? " [" : "", c->unit, c->unit[0] ? "]" : "",
			c->open ? " (a question is open)" : "");
	}
	return there;
}

static void
put_question(struct arena *a, struct buf *b, const struct question_row *q)
{
	buf_printf(b, "\nQuestion %lld, by %s, %s UTC\n  %s\n", (long long)q->id, q->name,
		clock_moment(a, q->at), q->question);
	if (q->answered)
		buf_printf(b, "Answer by %s, %s UTC\n  %s\n", q->answered_name,
			clock_moment(a, q->answered), q->answer);
	else
		buf_puts(b, "Not answered yet.\n");
}

static enum status
put_variable(struct db *db, int64_t project, const struct dictionary_list *c, struct buf *b,
	struct err *e)
{
	struct arena *a = db_arena(db);
	struct question_row_rows questions;
	const char *variable = arena_printf(a, "%s.%s", c->tbl, c->name);
	TRY(db_question_list(db, project, variable, &questions, e));
	buf_printf(b, "%s: %s\n\n", variable, c->meaning[0] ? c->meaning : "nobody has said yet");
	buf_printf(b, "Type      %s%s%s\n", c->type, c->unit[0] ? ", in " : "", c->unit);
	buf_printf(b, "Missing   %s of %s\n", dictionary_count(a, c->missing),
		dictionary_size(a, c->tbl_rows));
	if (c->low[0] && c->high[0])
		buf_printf(b, "Range     %s to %s: at least ten patients at or beyond each end\n",
			c->low, c->high);
	if (c->examples[0])
		buf_printf(b, "Values    %s\n", c->examples);
	for (size_t i = 0; i < questions.n && b->n < WORDS_MAX; i++)
		put_question(a, b, &questions.at[i]);
	buf_printf(b, "\n`wardroom ask %s unit` asks the project's lead.\n", variable);
	return OK;
}

enum status
dictionary_words(struct db *db, int64_t project, const char *what, const char **ret, struct err *e)
{
	struct buf b = buf_new(db_arena(db));
	struct dictionary_list_rows rows;
	TRY(dictionary_rows(db, project, false, &rows, e));
	const struct dictionary_list *c = dictionary_find(&rows, what);
	if (!rows.n)
		return err_set(e, E_ABSENT, "", "There is no dictionary before the first release.");
	if (streq(what, "-"))
		put_tables(db_arena(db), &b, &rows);
	else if (c)
		TRY(put_variable(db, project, c, &b, e));
	else if (!put_table(&b, &rows, what))
		return err_set(e, E_ABSENT, "",
			"There is no table or variable \"%.100s\". `wardroom dictionary` lists the "
			"tables.",
			what);
	*ret = b.p;
	return OK;
}

/* ---- asking ---- */

/*
 * Nobody writes a sentence from inside: it would leave the workspace unseen. What goes out is which
 * variable and which of these.
 */
static const struct {
	const char *word, *question;
} topics[] = {
	{ "meaning", "What does it mean?" },
	{ "unit", "In which unit is it?" },
	{ "values", "What do its values stand for?" },
	{ "missing", "Why are some of its values missing?" },
	{ "method", "How was it measured?" },
	{ "time", "When was it measured?" },
};

enum status
dictionary_part(struct arena *a, const char *words, const char **ret_variable,
	const char **ret_question, struct err *e)
{
	struct str rest = str_trim(str_of(words));
	struct str variable = str_cut(&rest, ' ');
	rest = str_trim(rest);
	if (!memchr(variable.p, '.', variable.n) || !rest.n)
		return err_set(e, E_INPUT, "",
			"Name a variable as TABLE.COLUMN, and one word for what you ask: wardroom "
			"ask "
			"labs.value unit");
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
		if (str_is(rest, topics[i].word)) {
			*ret_variable = str_dup(a, variable);
			*ret_question = topics[i].question;
			return OK;
		}
	struct buf b = buf_new(a);
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", topics[i].word);
	return err_set(e, E_INPUT, "",
		"From inside one asks by a single word, because no text leaves from here: %s. "
		"Type, for example: wardroom ask %.*s unit. Any other question is asked on the "
		"dictionary's page, in the browser.",
		b.p, variable.n > 100 ? 100 : (int)variable.n, variable.p);
}

enum status
dictionary_ask(struct db *db, const struct dictionary_asker *who, const char *variable,
	const char *question, const char **ret_variable, struct err *e)
{
	struct dictionary_list_rows rows;
	struct question_since today;
	TRY(dictionary_rows(db, who->project, false, &rows, e));
	const struct dictionary_list *c = dictionary_find(&rows, variable);
	if (!c)
		return err_set(
			e, E_ABSENT, "variable", "There is no variable \"%.100s\".", variable);
	TRY(db_question_since(db, who->person, who->now - DAY, &today, e));
	if (today.n >= DICTIONARY_QUESTIONS)
		return err_set(e, E_BUSY, "question",
			"You have asked %d questions within a day; ask again tomorrow.",
			DICTIONARY_QUESTIONS);
	const char *name = arena_printf(db_arena(db), "%s.%s", c->tbl, c->name);
	TRY(db_question_add(db, who->project, name, who->person, who->name, question, who->now, e));
	*ret_variable = name;
	return OK;
}
