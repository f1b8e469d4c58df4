/* The dictionary's pages: all variables, one of them with its questions, and the CSV. */
#include "portal/dictionary/dictionary.h"

#include "portal/data/data.h"
#include "portal/dictionary/dictionary.html.h"
#include "portal/dictionary/variable.html.h"
#include "portal/web/csv.h"

static const struct field variable_fields[] = {
	FIELD(struct variable_row, name, TEXT),
	FIELD(struct variable_row, variable, TEXT, .doc = "table.column"),
	FIELD(struct variable_row, type, TEXT),
	FIELD(struct variable_row, meaning, TEXT),
	FIELD(struct variable_row, unit, TEXT),
	FIELD(struct variable_row, missing, TEXT, .doc = "rows, or not told"),
	FIELD(struct variable_row, distinct_values, TEXT, .doc = "a count, or not told"),
	FIELD(struct variable_row, low, TEXT, .doc = "at least 10 patients lie at or below"),
	FIELD(struct variable_row, high, TEXT, .doc = "at least 10 patients lie at or above"),
	FIELD(struct variable_row, examples, TEXT),
	FIELD(struct variable_row, questions, INT),
	FIELD(struct variable_row, open, INT, .doc = "questions without an answer"),
	FIELD_END,
};

static const struct field table_fields[] = {
	FIELD(struct variable_table, name, TEXT),
	FIELD(struct variable_table, rows, TEXT),
	FIELD_LIST(struct variable_table, columns, variable_fields),
	FIELD_END,
};

static const struct field answer_fields[] = {
	FIELD(struct answer_row, by, TEXT),
	FIELD(struct answer_row, at, TIME),
	FIELD(struct answer_row, answer, TEXT),
	FIELD_END,
};

static const struct field question_fields[] = {
	FIELD(struct question_view, id, INT),
	FIELD(struct question_view, variable, TEXT),
	FIELD(struct question_view, by, TEXT),
	FIELD(struct question_view, question, TEXT),
	FIELD(struct question_view, at, TIME),
	FIELD(struct question_view, answer, TEXT),
	FIELD(struct question_view, answered_by, TEXT),
	FIELD(struct question_view, answered, TIME),
	FIELD_LIST(struct question_view, before, answer_fields),
	FIELD_END,
};

static const struct field entry_fields[] = {
	FIELD(struct entry_row, n, INT,
		.doc = "the version of the dictionary that it made; 0: of the recipe or the "
		       "layout"),
	FIELD(struct entry_row, meaning, TEXT),
	FIELD(struct entry_row, unit, TEXT),
	FIELD(struct entry_row, by, TEXT),
	FIELD(struct entry_row, at, TIME),
	FIELD_END,
};

static const struct field dictionary_fields[] = {
	FIELD(struct dictionary_view, slug, TEXT),
	FIELD(struct dictionary_view, title, TEXT),
	FIELD(struct dictionary_view, version, INT, .doc = "0: nobody has written an entry"),
	FIELD(struct dictionary_view, released, BOOL, .doc = "else these are the source's columns"),
	FIELD_LIST(struct dictionary_view, tables, table_fields),
	FIELD_LIST(struct dictionary_view, open, question_fields),
	FIELD_END,
};

static const struct field variable_view_fields[] = {
	FIELD(struct variable_view, slug, TEXT),
	FIELD(struct variable_view, title, TEXT),
	FIELD_ROW(struct variable_view, it, variable_fields),
	FIELD_ROW(struct variable_view, said, entry_fields, .doc = "what holds now"),
	FIELD_LIST(struct variable_view, questions, question_fields),
	FIELD_LIST(struct variable_view, history, entry_fields,
		.doc = "what was said before that, newest first"),
	FIELD_END,
};

/* ---- what is shown ---- */

enum { FIRST_SAID = 2 /* entries that nobody wrote in the page */ };

/* Before a release there are the source's columns, which are for those who prepare it. */
static bool
prepares(const struct req *r)
{
	return (r->roles & ROLE_STEWARD) || (r->owns & ROLE_LEAD);
}

static enum status
load(struct req *r, struct project_full *ret, struct dictionary_list_rows *ret_rows, struct err *e)
{
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), ret, e));
	if (!streq(ret->state, "accepted") && !prepares(r) && !(r->roles & ROLE_ORGANISER))
		return err_set(e, E_ABSENT, "project", "There is no such project.");
	r->page.inside = true;
	return dictionary_rows(r->db, ret->id, prepares(r), ret_rows, e);
}

static struct variable_row
row_of(struct arena *a, const struct dictionary_list *c)
{
	return (struct variable_row){ c->name, arena_printf(a, "%s.%s", c->tbl, c->name), c->type,
		c->meaning, c->unit, c->low, c->high, c->examples, dictionary_count(a, c->missing),
		dictionary_count(a, c->distinct_values), c->questions, c->open };
}

static struct question_view
question_of(const struct question_row *q)
{
	return (struct question_view){ q->id, q->at, q->answered, q->variable, q->name, q->question,
		q->answer, q->answered_name, { 0 }, false };
}

/* The answers to a question but for the newest, of a list that has the newest first. */
static void
put_before(struct arena *a, struct question_view *v, const struct answer_list_rows *all)
{
	v->before.at = ARENA_ARRAY(a, all->n, struct answer_row);
	bool newest = true;
	for (size_t i = 0; i < all->n; i++) {
		const struct answer_list *x = &all->at[i];
		if (x->question != v->id)
			continue;
		if (!newest)
			v->before.at[v->before.n++] =
				(struct answer_row){ x->at, x->name, x->answer };
		newest = false;
	}
}

static enum status
dictionary_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct dictionary_view *v = view;
	struct project_full p;
	struct dictionary_list_rows rows;
	struct dictionary_version version;
	struct question_row_rows open;
	TRY(load(r, &p, &rows, e));
	TRY(db_dictionary_version(r->db, p.id, &version, e));
	TRY(db_question_open(r->db, p.id, &open, e));
	v->slug = p.slug;
	v->title = p.title;
	v->version = version.n;
	v->at = version.at;
	v->released = p.recipe_hash[0] != '\0';
	v->may_edit = req_may(r, CAP_DICTIONARY_EDIT);
	v->may_ask = req_may(r, CAP_DICTIONARY_ASK);
	v->may_answer = req_may(r, CAP_DICTIONARY_ANSWER);
	r->page.title = arena_printf(r->arena, "Dictionary of %s", p.title);
	v->tables.at = ARENA_ARRAY(r->arena, rows.n, struct variable_table);
	struct variable_row *room = ARENA_ARRAY(r->arena, rows.n, struct variable_row);
	for (size_t i = 0; i < rows.n; i++) {
		struct variable_table *t = v->tables.n ? &v->tables.at[v->tables.n - 1] : NULL;
		if (!t || !streq(t->name, rows.at[i].tbl)) {
			t = &v->tables.at[v->tables.n++];
			t->name = rows.at[i].tbl;
			t->rows = dictionary_size(r->arena, rows.at[i].tbl_rows);
			t->columns.at = &room[i];
		}
		t->columns.at[t->columns.n++] = row_of(r->arena, &rows.at[i]);
	}
	v->open.at = ARENA_ARRAY(r->arena, open.n, struct question_view);
	for (size_t i = 0; i < open.n; i++)
		v->open.at[v->open.n++] = question_of(&open.at[i]);
	return OK;
}

/* Which variable the page is of: in the address, or in the form that is shown again. */
static const char *
wanted(const struct req *r)
{
	return page_kept(&r->page, "variable", req_query(r, "name"));
}

static enum status
find(struct req *r, const char *variable, struct project_full *ret_p,
	const struct dictionary_list **ret, struct err *e)
{
	struct dictionary_list_rows rows;
	TRY(load(r, ret_p, &rows, e));
	const struct dictionary_list *c = dictionary_find(&rows, variable);
	if (!c)
		return err_set(
			e, E_ABSENT, "variable", "There is no variable \"%.100s\".", variable);
	*ret = c;
	return OK;
}

/* Before people: the recipe's words, and the layout's where these are others. */
static enum status
show_first(struct req *r, int64_t project, const struct dictionary_list *c, struct variable_view *v,
	struct err *e)
{
	struct dictionary_first first;
	TRY(db_dictionary_first(r->db, project, c->tbl, c->name, &first, e));
	if (first.recipe[0])
		v->history.at[v->history.n++] = (struct entry_row){
			.meaning = first.recipe, .unit = "", .by = "the recipe"
		};
	if (first.layout[0] && !streq(first.layout, first.recipe))
		v->history.at[v->history.n++] = (struct entry_row){
			.meaning = first.layout, .unit = "", .by = "the layout of the tables"
		};
	return OK;
}

static enum status
variable_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct variable_view *v = view;
	struct project_full p;
	const struct dictionary_list *c = NULL;
	struct question_row_rows questions;
	struct dictionary_history_rows history;
	struct answer_list_rows answers;
	TRY(find(r, wanted(r), &p, &c, e));
	v->slug = p.slug;
	v->title = p.title;
	v->it = row_of(r->arena, c);
	v->may_edit = req_may(r, CAP_DICTIONARY_EDIT);
	v->may_ask = req_may(r, CAP_DICTIONARY_ASK);
	v->may_answer = req_may(r, CAP_DICTIONARY_ANSWER);
	r->page.title = v->it.variable;
	TRY(db_question_list(r->db, p.id, v->it.variable, &questions, e));
	TRY(db_answer_list(r->db, p.id, v->it.variable, &answers, e));
	TRY(db_dictionary_history(r->db, p.id, v->it.variable, &history, e));
	v->questions.at = ARENA_ARRAY(r->arena, questions.n, struct question_view);
	int64_t again = 0;
	str_int(str_of(page_kept(&r->page, "question", "")), &again);
	for (size_t i = 0; i < questions.n; i++) {
		struct question_view *q = &v->questions.at[v->questions.n++];
		*q = question_of(&questions.at[i]);
		q->again = q->id == again;
		put_before(r->arena, q, &answers);
	}
	v->said = (struct entry_row){ .meaning = v->it.meaning, .unit = v->it.unit, .by = "" };
	v->history.at = ARENA_ARRAY(r->arena, history.n + FIRST_SAID, struct entry_row);
	/* The newest entry is what holds now, the others are what was said before. */
	for (size_t i = 0; i < history.n; i++) {
		struct entry_row x = { history.at[i].n, history.at[i].at, history.at[i].meaning,
			history.at[i].unit, history.at[i].name };
		if (i == 0)
			v->said = x;
		else
			v->history.at[v->history.n++] = x;
	}
	return history.n ? show_first(r, p.id, c, v, e) : OK;
}

/* Empty where it is withheld. */
static void
csv_count(struct csv *c, int64_t n)
{
	if (n < 0)
		csv_text(c, "");
	else
		csv_int(c, n);
}

static enum status
dictionary_csv(struct req *r, const void *in, void *view, struct err *e)
{
	static const char *const head[] = { "table", "column", "type", "unit", "meaning", "missing",
		"distinct", "low", "high", "values", NULL };
	struct project_full p;
	struct dictionary_list_rows rows;
	struct dictionary_version version;
	struct buf b = buf_new(r->arena);
	struct csv c = csv_new(&b);
	TRY(load(r, &p, &rows, e));
	TRY(db_dictionary_version(r->db, p.id, &version, e));
	csv_row(&c, head);
	for (size_t i = 0; i < rows.n; i++) {
		const struct dictionary_list *x = &rows.at[i];
		csv_text(&c, x->tbl);
		csv_text(&c, x->name);
		csv_text(&c, x->type);
		csv_text(&c, x->unit);
		csv_text(&c, x->meaning);
		csv_count(&c, x->missing);
		csv_count(&c, x->distinct_values);
		csv_text(&c, x->low);
		csv_text(&c, x->high);
		csv_text(&c, x->examples);
		csv_end(&c);
	}
	r->raw.type = "text/csv; charset=utf-8";
	r->raw.name =
		arena_printf(r->arena, "%s-dictionary-%lld.csv", p.slug, (long long)version.n);
	r->raw.bytes = buf_str(&b);
	return OK;
}

/* ---- writing ---- */

static void
lead_back(struct req *r, const struct project_full *p, const struct dictionary_list *c)
{
	struct html h = html_new(r->arena);
	html_url_part(&h, arena_printf(r->arena, "%s.%s", c->tbl, c->name));
	r->redirect = arena_printf(r->arena, "/e/%s/projects/%s/dictionary/variable?name=%s",
		r->event.slug, p->slug, h.out.p);
}

struct entry_in {
	const char *variable, *meaning, *unit;
};

static const struct field entry_in[] = {
	FIELD(struct entry_in, variable, TEXT, .required = true, .max = 400),
	FIELD(struct entry_in, meaning, TEXT, .required = true, .trim = true, .multiline = true,
		.max = DICTIONARY_MEANING, .label = "Meaning"),
	FIELD(struct entry_in, unit, TEXT, .trim = true, .max = DICTIONARY_UNIT, .label = "Unit"),
	FIELD_END,
};

static enum status
entry_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct entry_in *f = in;
	struct project_full p;
	const struct dictionary_list *c = NULL;
	TRY(find(r, f->variable, &p, &c, e));
	lead_back(r, &p, c);
	if (streq(c->meaning, f->meaning) && streq(c->unit, f->unit)) {
		req_flash(r, "Nothing has changed.");
		return OK;
	}
	const char *variable = arena_printf(r->arena, "%s.%s", c->tbl, c->name);
	TRY(db_dictionary_add(
		r->db, p.id, variable, f->meaning, f->unit, r->me.id, r->me.name, r->now, e));
	req_flash(r, "Saved. Teams read it in the page, and inside with the command wardroom "
		     "dictionary.");
	return req_audit(
		r, "dictionary written", arena_printf(r->arena, "project %s", p.slug), variable, e);
}

struct ask_in {
	const char *variable, *question;
};

static const struct field ask_in[] = {
	FIELD(struct ask_in, variable, TEXT, .required = true, .max = 400),
	FIELD(struct ask_in, question, TEXT, .required = true, .trim = true, .multiline = true,
		.min = 5, .max = DICTIONARY_QUESTION, .label = "Question"),
	FIELD_END,
};

static enum status
question_ask(struct req *r, const void *in, void *view, struct err *e)
{
	const struct ask_in *f = in;
	struct project_full p;
	const struct dictionary_list *c = NULL;
	const char *variable;
	TRY(find(r, f->variable, &p, &c, e));
	const struct dictionary_asker who = { r->event.id, p.id, r->me.id, r->me.name, r->now };
	TRY(dictionary_ask(r->db, &who, f->variable, f->question, &variable, e));
	lead_back(r, &p, c);
	req_flash(r, "Asked. The answer will stand here, with the variable.");
	return req_audit(
		r, "question asked", arena_printf(r->arena, "project %s", p.slug), variable, e);
}

struct answer_in {
	const char *variable, *answer;
	int64_t question;
};

static const struct field answer_in[] = {
	FIELD(struct answer_in, variable, TEXT, .required = true, .max = 400),
	FIELD(struct answer_in, question, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD(struct answer_in, answer, TEXT, .required = true, .trim = true, .multiline = true,
		.max = DICTIONARY_MEANING, .label = "Answer"),
	FIELD_END,
};

static enum status
question_answer(struct req *r, const void *in, void *view, struct err *e)
{
	const struct answer_in *f = in;
	struct project_full p;
	const struct dictionary_list *c = NULL;
	struct question_row q;
	TRY(find(r, f->variable, &p, &c, e));
	TRY(db_question_one(r->db, p.id, f->question, &q, e));
	lead_back(r, &p, c);
	if (q.answered && streq(q.answer, f->answer)) {
		req_flash(r, "That is what stands there already.");
		return OK;
	}
	TRY(db_answer_add(r->db, q.id, f->answer, r->me.id, r->me.name, r->now, e));
	req_flash(r, "Answered. Everybody who reads the variable sees it.");
	return req_audit(r, "question answered", arena_printf(r->arena, "project %s", p.slug),
		arena_printf(r->arena, "%s, question %lld", q.variable, (long long)q.id), e);
}

#define DICTIONARY "/e/:event/projects/:project/dictionary"

const struct route dictionary_routes[] = {
	{ GET, DICTIONARY, dictionary_show, CAP_DICTIONARY_READ,
		"What the variables of a data set mean.", NULL,
		VIEW(struct dictionary_view, dictionary_fields), .page = page_dictionary },
	{ GET, DICTIONARY "/dictionary.csv", dictionary_csv, CAP_DICTIONARY_READ,
		"The same for a spreadsheet." },
	{ GET, DICTIONARY "/variable", variable_show, CAP_DICTIONARY_READ,
		"One variable (?name=table.column), its questions and its history.", NULL,
		VIEW(struct variable_view, variable_view_fields), .page = page_variable },
	{ POST, DICTIONARY "/variable", entry_save, CAP_DICTIONARY_EDIT,
		"Says what a variable means.", IN(struct entry_in, entry_in), .then = DICTIONARY,
		.shows = DICTIONARY "/variable" },
	{ POST, DICTIONARY "/ask", question_ask, CAP_DICTIONARY_ASK, "Asks about a variable.",
		IN(struct ask_in, ask_in), .then = DICTIONARY, .shows = DICTIONARY "/variable" },
	{ POST, DICTIONARY "/answer", question_answer, CAP_DICTIONARY_ANSWER,
		"Answers a question about a variable; an earlier answer stays beneath.",
		IN(struct answer_in, answer_in), .then = DICTIONARY,
		.shows = DICTIONARY "/variable" },
	{ 0 },
};
