#include "portal/recipe/recipe.h"

#include <sodium.h>

#include "base/json.h"
#include "portal/recipe/recipe.sql.h"
#include "portal/keeper/job.h"
#include "portal/keeper/result.h"

const char *
recipe_hash_of(struct arena *a, const char *text)
{
	unsigned char h[32];
	char *hex = arena_alloc(a, 2 * sizeof h + 1);
	crypto_generichash(h, sizeof h, (const unsigned char *)text, strlen(text), NULL, 0);
	hex_encode(hex, h, sizeof h);
	return hex;
}

const char *
recipe_standing_word(enum recipe_standing s)
{
	static const char *const words[] = { "nothing", "suggesting", "draft", "checking", "wrong",
		"good" };
	return words[s];
}

static bool
on_its_way(const struct recipe_job *j)
{
	return streq(j->state, "queued") || streq(j->state, "running");
}

/* The text of a JSON member, however long. */
static const char *
member(struct arena *a, const char *json, const char *name)
{
	cleanup_result json_t *j = NULL;
	if (result_parse(json, &j, NULL) != OK)
		return "";
	const char *s = json_string_value(json_object_get(j, name));
	return s ? arena_strdup(a, s) : "";
}

bool
recipe_is_of(struct arena *a, const char *spec, const char *recipe)
{
	const char *used = member(a, spec, "recipe");
	return used[0] && recipe_text_same(a, used, recipe);
}

static enum status
load_suggested(struct db *db, int64_t project, struct recipe_now *r, struct err *e)
{
	struct recipe_job j;
	bool there;
	TRY(db_found(db_recipe_job(db, project, "suggest", &j, e), &there));
	if (!there)
		return OK;
	if (on_its_way(&j)) {
		r->standing = RECIPE_SUGGESTING;
		return OK;
	}
	r->text = member(db_arena(db), j.result, "recipe");
	r->standing = r->text[0] ? RECIPE_DRAFT : RECIPE_NOTHING;
	return OK;
}

/* The newest preview counts when it is of this very text. */
static enum status
load_preview(struct db *db, int64_t project, struct recipe_now *r, struct err *e)
{
	struct recipe_job j;
	bool there;
	r->standing = RECIPE_CHECKING;
	TRY(db_found(db_recipe_job(db, project, "preview", &j, e), &there));
	if (!there || !streq(member(db_arena(db), j.spec, "recipe"), r->text)) {
		r->standing = RECIPE_NOTHING;
		return OK;
	}
	if (on_its_way(&j))
		return OK;
	bool good = streq(j.state, "done");
	r->standing = good ? RECIPE_GOOD : RECIPE_WRONG;
	r->problem = good ? NULL : j.error;
	r->preview = good ? j.result : NULL;
	return OK;
}

enum status
recipe_load(
	struct db *db, int64_t project, const char *saved, struct recipe_now *ret, struct err *e)
{
	struct recipe_now r = { .text = saved, .by = "" };
	struct recipe_row newest;
	bool there = false;
	if (saved[0]) {
		TRY(db_found(db_recipe_newest(db, project, &newest, e), &there));
		TRY(load_preview(db, project, &r, e));
	} else {
		TRY(load_suggested(db, project, &r, e));
	}
	if (there && streq(newest.text, saved)) {
		r.version = newest.n;
		r.by = newest.name;
		r.at = newest.at;
	}
	r.hash = recipe_hash_of(db_arena(db), r.text);
	*ret = r;
	return OK;
}

static enum status
ask_preview(
	struct db *db, int64_t event, int64_t project, const char *text, int64_t now, struct err *e)
{
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	int64_t job;
	TRY(db_recipe_forget_previews(db, project, e));
	jsonw_open(&j, '{');
	jsonw_key(&j, "project"), jsonw_int(&j, project);
	jsonw_key(&j, "recipe"), jsonw_text(&j, text);
	jsonw_close(&j, '}');
	return job_add(db, "preview", event, project, 0, spec.p, now, &job, e);
}

enum status
recipe_ask(struct db *db, int64_t event, int64_t project, const char *title, const char *saved,
	int64_t now, struct err *e)
{
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	int64_t job;
	jsonw_open(&j, '{');
	jsonw_key(&j, "project"), jsonw_int(&j, project);
	jsonw_key(&j, "title"), jsonw_text(&j, title);
	jsonw_close(&j, '}');
	TRY(job_add(db, "suggest", event, project, 0, spec.p, now, &job, e));
	return saved[0] ? ask_preview(db, event, project, saved, now, e) : OK;
}

enum status
recipe_put(struct db *db, const struct recipe_author *who, const char *text, int64_t *ret_version,
	struct err *e)
{
	struct arena *a = db_arena(db);
	struct recipe_row newest = { .text = "" };
	bool there;
	TRY(db_found(db_recipe_newest(db, who->project, &newest, e), &there));
	int64_t n = there ? newest.n + 1 : 1;
	if (there && streq(recipe_text_number(a, text, newest.n), newest.text)) {
		*ret_version = 0;
		return OK;
	}
	text = recipe_text_number(a, text, n);
	TRY(db_recipe_add(db, who->project, n, text, recipe_hash_of(a, text), who->person,
		who->name, who->now, e));
	TRY(db_recipe_set(db, who->project, text, e));
	if (who->imported)
		TRY(ask_preview(db, who->event, who->project, text, who->now, e));
	*ret_version = n;
	return OK;
}

/* ---- a column's form ---- */

/* What each action needs behind it: nothing may follow, something may, something must. */
static const struct {
	const char *action;
	enum { NOTHING, MAY, MUST } option;
	const char *usual, *missing;
} actions[] = {
	{ "keep", NOTHING, "", "" },
	{ "drop", NOTHING, "", "" },
	{ "scrub", NOTHING, "", "" },
	{ "pseudonym", MAY, "", "" },
	{ "shift", MAY, "", "" },
	{ "cap", MUST, "89", "" },
	{ "group", MUST, "10", "" },
	{ "postal", MUST, "us", "" },
	{ "age", MUST, "", "say at which date, for example: at admissions.admitted" },
	{ "round", MUST, "", "say to multiples of what, for example 5" },
	{ "bin", MUST, "", "say where the ranges part, for example 18 40 65" },
};

static bool
option_ok(const char *s)
{
	int quotes = 0;
	for (; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == '#')
			return false;
		quotes += *s == '"';
	}
	return quotes == 0 || quotes == 2;
}

enum status
recipe_wish_mend(struct arena *a, const char *field, const struct recipe_line *old,
	struct recipe_wish *w, struct err *e)
{
	size_t i = 0;
	bool changed = !streq(w->action, old->action);
	const char *option = str_dup(a, str_trim(str_of(w->option)));
	while (i < sizeof actions / sizeof actions[0] && !streq(actions[i].action, w->action))
		i++;
	if (i == sizeof actions / sizeof actions[0])
		return err_set(e, E_INPUT, field, "Say what becomes of %.60s.", old->name);
	if (!option_ok(option))
		return err_set(e, E_INPUT, field,
			"What stands beside %.60s may hold no # and no single quotation mark.",
			old->name);
	/* What belonged to the action before, and a word too many: only a new name stays. */
	bool left_over = changed && streq(option, old->option);
	if ((left_over || actions[i].option == NOTHING) && strncmp(option, "as ", 3) != 0)
		option = "";
	if (actions[i].option == MUST && !option[0])
		option = actions[i].usual;
	if (actions[i].option == MUST && !option[0])
		return err_set(e, E_INPUT, field, "%.60s: %s", old->name, actions[i].missing);
	w->option = option;
	return OK;
}

/* ---- what is predicted ---- */

/* Takes the next word, with or without quotes, and the blanks behind it. */
static struct str
take(struct str *s, bool *ret_quoted)
{
	*s = str_trim(*s);
	*ret_quoted = s->n && s->p[0] == '"';
	if (*ret_quoted) {
		s->p++, s->n--;
		struct str word = str_cut(s, '"');
		return word;
	}
	size_t n = 0;
	while (n < s->n && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	struct str word = { s->p, n };
	s->p += n, s->n -= n;
	return word;
}

void
recipe_goal_read(struct arena *a, const char *statement, struct recipe_goal *ret)
{
	struct recipe_goal g = { .column = "", .each = "", .positive = "", .meaning = "" };
	struct str rest = str_of(statement);
	bool quoted;
	g.column = str_dup(a, take(&rest, &quoted));
	for (struct str w = take(&rest, &quoted); w.n || rest.n; w = take(&rest, &quoted)) {
		bool ignored;
		if (quoted)
			g.meaning = str_dup(a, w);
		else if (str_is(w, "each"))
			g.each = str_dup(a, take(&rest, &ignored));
		else if (str_is(w, "binary"))
			g.binary = true;
		else if (str_is(w, "positive"))
			g.positive = str_dup(a, take(&rest, &ignored));
	}
	*ret = g;
}

const char *
recipe_lot_words(struct arena *a, const char *text)
{
	struct str hidden = str_of(recipe_text_statement(a, text, "hidden"));
	struct str sample = str_of(recipe_text_statement(a, text, "sample"));
	hidden = str_trim(str_cut(&hidden, '%'));
	sample = str_trim(str_cut(&sample, '%'));
	if (!hidden.n || !sample.n)
		return "A lot under the event’s key decides for each patient, so somewhat more or "
		       "fewer come than the recipe asks for.";
	return arena_printf(a,
		"The recipe asks for %.*s %% hidden and, of the others, %.*s %% in the sample. A "
		"lot under the event’s key decides for each patient, so somewhat more or fewer "
		"come.",
		(int)hidden.n, hidden.p, (int)sample.n, sample.p);
}

const char *
recipe_goal_text(struct arena *a, const struct recipe_goal *g)
{
	struct buf b = buf_new(a);
	buf_puts(&b, recipe_text_name(a, g->column));
	if (g->each[0])
		buf_printf(&b, " each %s", recipe_text_name(a, g->each));
	if (g->binary)
		buf_printf(&b, " binary positive %s", recipe_text_name(a, g->positive));
	else
		buf_puts(&b, " regression");
	if (g->meaning[0])
		buf_printf(&b, " \"%s\"", g->meaning);
	return b.p;
}
