/* The recipe's pages: column by column with a preview, as a text, and all versions. */
#include "portal/data/data_view.h"

#include <jansson.h>

#include "portal/recipe/recipe.h"
#include "portal/recipe/recipe.html.h"
#include "portal/recipe/recipe.sql.h"
#include "portal/recipe/recipe_show.h"
#include "portal/recipe/recipe_text.html.h"
#include "portal/recipe/recipe_versions.html.h"
#include "portal/keeper/keeper.h"

static const struct field choice_fields[] = {
	FIELD(struct recipe_choice, value, TEXT),
	FIELD(struct recipe_choice, label, TEXT),
	FIELD(struct recipe_choice, chosen, BOOL),
	FIELD_END,
};

static const struct field pair_fields[] = {
	FIELD(struct recipe_pair, before, TEXT, .doc = "invented"),
	FIELD(struct recipe_pair, after, TEXT, .doc = "what the recipe makes of it"),
	FIELD(struct recipe_pair, when, TEXT,
		.doc = "what decides that it is so, if something does"),
	FIELD(struct recipe_pair, released, BOOL),
	FIELD_END,
};

static const struct field column_fields[] = {
	FIELD(struct recipe_field, name, TEXT),
	FIELD(struct recipe_field, meaning, TEXT),
	FIELD(struct recipe_field, type, TEXT),
	FIELD(struct recipe_field, values, TEXT),
	FIELD(struct recipe_field, identifier, BOOL, .doc = "looks like one"),
	FIELD(struct recipe_field, harmless, BOOL,
		.doc = "the recipe says that it tells of nobody, so that it may be kept"),
	FIELD(struct recipe_field, action, TEXT),
	FIELD(struct recipe_field, option, TEXT),
	FIELD(struct recipe_field, treatment, TEXT),
	FIELD(struct recipe_field, then, TEXT, .doc = "what the step of risk makes of that"),
	FIELD_LIST(struct recipe_field, pairs, pair_fields),
	FIELD_END,
};

static const struct field tab_fields[] = {
	FIELD(struct recipe_tab, label, TEXT),
	FIELD(struct recipe_tab, table, INT),
	FIELD(struct recipe_tab, from, INT),
	FIELD(struct recipe_tab, current, BOOL),
	FIELD_END,
};

static const struct field recipe_fields[] = {
	FIELD(struct recipe_view, slug, TEXT),
	FIELD(struct recipe_view, title, TEXT),
	FIELD(struct recipe_view, standing, TEXT,
		.doc = "nothing, suggesting, draft, checking, wrong or good"),
	FIELD(struct recipe_view, problem, TEXT, .doc = "what the curator finds wrong, by line"),
	FIELD(struct recipe_view, wrong_line, INT),
	FIELD(struct recipe_view, hash, TEXT, .doc = "BLAKE2b-256 of the text"),
	FIELD(struct recipe_view, version, INT, .doc = "0: not saved"),
	FIELD(struct recipe_view, by, TEXT),
	FIELD(struct recipe_view, at, TIME),
	FIELD_LIST(struct recipe_view, tabs, tab_fields),
	FIELD(struct recipe_view, table, TEXT),
	FIELD(struct recipe_view, way, TEXT),
	FIELD_LIST(struct recipe_view, columns, column_fields),
	FIELD(struct recipe_view, left_out, TEXTS, .doc = "tables that the recipe does not list"),
	FIELD(struct recipe_view, outcome, TEXT),
	FIELD(struct recipe_view, came, TEXT,
		.doc = "how many the newest release drew for the sample"),
	FIELD_LIST(struct recipe_view, outcomes, choice_fields),
	FIELD(struct recipe_view, text, TEXT),
	FIELD_END,
};

static const struct field version_fields[] = {
	FIELD(struct recipe_version_row, n, INT),
	FIELD(struct recipe_version_row, at, TIME),
	FIELD(struct recipe_version_row, by, TEXT),
	FIELD(struct recipe_version_row, hash, TEXT),
	FIELD_END,
};

static const struct field line_fields[] = {
	FIELD(struct diff_line, kind, TEXT, .doc = "same, gone, come or gap"),
	FIELD(struct diff_line, before, INT),
	FIELD(struct diff_line, after, INT),
	FIELD(struct diff_line, text, TEXT),
	FIELD_END,
};

static const struct field versions_fields[] = {
	FIELD(struct recipe_versions_view, slug, TEXT),
	FIELD(struct recipe_versions_view, title, TEXT),
	FIELD(struct recipe_versions_view, from, INT),
	FIELD(struct recipe_versions_view, to, INT),
	FIELD(struct recipe_versions_view, base, TEXT, .doc = "hash of the recipe as it is now"),
	FIELD(struct recipe_versions_view, may_again, BOOL,
		.doc = "whether version \"to\" can be taken up again"),
	FIELD_LIST(struct recipe_versions_view, versions, version_fields),
	FIELD_LIST(struct recipe_versions_view, lines, line_fields),
	FIELD_END,
};

/* ---- what is shown ---- */

struct shown {
	struct project_full p;
	struct recipe_now now;
	struct recipe_text text;
	const char *import; /* its result; "" when nothing is imported */
};

/*
 * The risk of this recipe, as a release of it tells it or a measurement does: the job's result, ""
 * when there is none. *ret_came is how many patients the newest release drew.
 */
static enum status
load_results(struct req *r, const struct shown *s, const char **ret_risk, const char **ret_came,
	struct err *e)
{
	struct sign_job newest;
	struct sign_held held;
	struct recipe_job measured;
	bool made, is_held, is_measured;
	TRY(db_found(db_sign_job(r->db, s->p.id, &newest, e), &made));
	TRY(db_found(db_sign_held(r->db, s->p.id, &held, e), &is_held));
	TRY(db_found(db_recipe_measure(r->db, s->p.id, &measured, e), &is_measured));
	*ret_risk = made && recipe_is_of(r->arena, newest.spec, s->now.text)    ? newest.result
		    : is_held && recipe_is_of(r->arena, held.spec, s->now.text) ? held.result
		    : is_measured && streq(measured.state, "done") &&
				    recipe_is_of(r->arena, measured.spec, s->now.text)
			    ? measured.result
			    : "";
	*ret_came = "";
	if (!made)
		return OK;
	json_t *j = json_loads(newest.result, 0, NULL);
	*ret_came = arena_printf(r->arena, "the newest release has %lld of %lld in it",
		(long long)json_integer_value(json_object_get(j, "sample_patients")),
		(long long)json_integer_value(json_object_get(j, "patients")));
	json_decref(j);
	return OK;
}

static enum status
load(struct req *r, struct shown *ret, struct err *e)
{
	struct shown s = { .import = "" };
	struct job_newest j;
	bool imported;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &s.p, e));
	TRY(recipe_load(r->db, s.p.id, s.p.recipe, &s.now, e));
	recipe_text_read(r->arena, s.now.text, &s.text);
	TRY(db_found(db_job_newest(r->db, r->event.id, s.p.id, "import", &j, e), &imported));
	if (imported && streq(j.state, "done"))
		s.import = j.result;
	*ret = s;
	return OK;
}

/* What both pages with the text and the one by column say of it. */
static void
show_standing(struct req *r, const struct shown *s, struct recipe_view *v)
{
	v->slug = s->p.slug;
	v->title = s->p.title;
	v->standing = recipe_standing_word(s->now.standing);
	v->problem = s->now.problem;
	v->hash = s->now.hash;
	v->version = s->now.version;
	v->by = s->now.by;
	v->at = s->now.at;
	v->text = s->now.text;
	v->saved = s->p.recipe[0] != '\0';
	v->imported = s->import[0] != '\0';
	if (s->now.problem)
		v->wrong_line = recipe_text_wrong(s->now.problem);
	if (v->wrong_line)
		v->wrong_text = recipe_text_line(r->arena, s->now.text, v->wrong_line);
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Recipe of %s", s->p.title);
}

static enum status
recipe_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct recipe_view *v = view;
	struct shown s;
	struct recipe_show what = { .text = &s.text, .now = &s.now, .table = 1, .from = 1 };
	TRY(load(r, &s, e));
	show_standing(r, &s, v);
	what.import = s.import;
	what.task = s.p.task;
	TRY(load_results(r, &s, &what.risk, &v->came, e));
	str_int(str_of(page_kept(&r->page, "table", req_query(r, "table"))), &what.table);
	str_int(str_of(page_kept(&r->page, "from", req_query(r, "from"))), &what.from);
	recipe_show_columns(r->arena, &what, v);
	return OK;
}

static enum status
text_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct recipe_view *v = view;
	struct shown s;
	TRY(load(r, &s, e));
	show_standing(r, &s, v);
	if (req_query(r, "suggested")[0]) {
		struct recipe_now suggested;
		TRY(recipe_load(r->db, s.p.id, "", &suggested, e));
		if (suggested.text[0])
			v->text = suggested.text;
	}
	return OK;
}

/* ---- saving ---- */

/* again: an earlier version that is taken up, or 0. */
static enum status
save_as(struct req *r, const struct shown *s, const char *text, int64_t again, struct err *e)
{
	const struct recipe_author who = { r->event.id, s->p.id, r->me.id, r->me.name,
		s->import[0] != '\0', r->now };
	struct sign_standing standing;
	int64_t version;
	TRY(recipe_put(r->db, &who, text, &version, e));
	if (!version) {
		req_flash(r, "Nothing has changed: version %lld says the same.",
			(long long)s->now.version);
		return OK;
	}
	req_after(r, keeper_nudge, 0, 0, 0);
	TRY(data_standing(r, s->p.id, &standing, e));
	req_flash(r, "The recipe is saved. This is version %lld.%s%s", (long long)version,
		standing.sentence[0] ? " " : "", standing.sentence);
	return req_audit(r, "recipe written", arena_printf(r->arena, "project %s", s->p.slug),
		arena_printf(r->arena, "version %lld%s, BLAKE2b %s", (long long)version,
			again ? arena_printf(r->arena, " as version %lld was", (long long)again)
			      : "",
			recipe_hash_of(r->arena, recipe_text_number(r->arena, text, version))),
		e);
}

static enum status
save(struct req *r, const struct shown *s, const char *text, struct err *e)
{
	return save_as(r, s, text, 0, e);
}

struct text_in {
	const char *recipe;
};

static const struct field text_in[] = {
	FIELD(struct text_in, recipe, TEXT, .required = true, .multiline = true, .max = 200000,
		.label = "Recipe"),
	FIELD_END,
};

/* Browsers send CR LF. */
static const char *
plain_lines(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text), *to = out;
	for (const char *p = out; *p; p++)
		if (*p != '\r' || p[1] != '\n')
			*to++ = *p;
	*to = '\0';
	return out;
}

static enum status
text_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct text_in *f = in;
	struct shown s;
	TRY(load(r, &s, e));
	return save(r, &s, plain_lines(r->arena, f->recipe), e);
}

static enum status
same_base(const struct shown *s, const char *base, struct err *e)
{
	if (streq(base, s->now.hash))
		return OK;
	return err_set(e, E_CONFLICT, "",
		"Somebody has saved another version meanwhile. Look at it, then change it again.");
}

struct columns_in {
	const char *base;
	int64_t table, from;
};

static const struct field columns_in[] = {
	FIELD(struct columns_in, base, TEXT, .required = true, .max = 64),
	FIELD(struct columns_in, table, INT, .required = true, .min = 1, .max = 1000000),
	FIELD(struct columns_in, from, INT, .required = true, .min = 1, .max = 1000000),
	FIELD_END,
};

static const char *
sent(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->form.n; i++)
		if (streq(r->form.at[i].name, name))
			return r->form.at[i].value;
	return NULL;
}

/* The text that says of one column what its box says: that it tells of nobody. */
static void
change_mark(struct req *r, const struct recipe_part *t, size_t number, const char **text)
{
	const char *name =
		arena_printf(r->arena, "%s.%s", t->table, t->columns.at[number - 1].name);
	if (sent(r, arena_printf(r->arena, "marked.%zu", number)))
		*text = recipe_text_name_put(r->arena, *text, "harmless", name,
			sent(r, arena_printf(r->arena, "harmless.%zu", number)) != NULL);
}

/* The text with one column as its form wishes it. */
static enum status
change_column(
	struct req *r, const struct recipe_line *c, size_t number, const char **text, struct err *e)
{
	const char *does = sent(r, arena_printf(r->arena, "does.%zu", number));
	const char *with = sent(r, arena_printf(r->arena, "with.%zu", number));
	struct recipe_wish w = { does, with ? with : c->option };
	if (!does || (streq(does, c->action) && streq(w.option, c->option)))
		return OK;
	TRY(recipe_wish_mend(r->arena, arena_printf(r->arena, "with.%zu", number), c, &w, e));
	*text = recipe_text_change(r->arena, *text, c->line, w.action, w.option);
	return OK;
}

/* To the columns that the page showed. */
static void
lead_back(struct req *r, const struct shown *s, int64_t table, int64_t from)
{
	r->redirect = arena_printf(r->arena, "/e/%s/data/%s/recipe?table=%lld&from=%lld",
		r->event.slug, s->p.slug, (long long)table, (long long)from);
}

static enum status
columns_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct columns_in *f = in;
	struct shown s;
	TRY(load(r, &s, e));
	TRY(same_base(&s, f->base, e));
	if ((size_t)f->table > s.text.tables.n)
		return err_set(
			e, E_INPUT, "table", "The recipe has no table %lld.", (long long)f->table);
	const struct recipe_part *t = &s.text.tables.at[f->table - 1];
	const char *text = s.now.text;
	for (size_t i = (size_t)f->from; i <= t->columns.n; i++)
		TRY(change_column(r, &t->columns.at[i - 1], i, &text, e));
	/* After them: a statement may come to stand before the columns, whose lines then move. */
	for (size_t i = (size_t)f->from; i <= t->columns.n; i++)
		change_mark(r, t, i, &text);
	lead_back(r, &s, f->table, f->from);
	return save(r, &s, text, e);
}

struct goal_in {
	const char *base, *outcome, *each, *positive, *meaning;
	double hidden, sample;
	int64_t table, from; /* which columns the page shows, 0: the first */
};

static const struct field goal_in[] = {
	FIELD(struct goal_in, base, TEXT, .required = true, .max = 64),
	FIELD(struct goal_in, outcome, TEXT, .required = true, .trim = true, .max = 400,
		.label = "Column"),
	FIELD(struct goal_in, each, TEXT, .trim = true, .max = 400, .label = "One answer for each"),
	FIELD(struct goal_in, positive, TEXT, .trim = true, .max = 100, .label = "Positive value"),
	FIELD(struct goal_in, meaning, TEXT, .trim = true, .max = 300, .label = "Meaning"),
	FIELD(struct goal_in, hidden, REAL, .required = true, .min = 1, .max = 80,
		.label = "The share of hidden patients"),
	FIELD(struct goal_in, sample, REAL, .required = true, .min = 1, .max = 100,
		.label = "The share of patients in the sample"),
	FIELD(struct goal_in, table, INT, .min = 0, .max = 1000000),
	FIELD(struct goal_in, from, INT, .min = 0, .max = 1000000),
	FIELD_END,
};

static bool
no_quotes(const char *s)
{
	return !strpbrk(s, "\"\r\n");
}

static enum status
goal_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct goal_in *f = in;
	struct arena *a = r->arena;
	struct shown s;
	TRY(load(r, &s, e));
	TRY(same_base(&s, f->base, e));
	bool binary = streq(s.p.task, "binary");
	if (binary && !f->positive[0])
		return err_set(e, E_INPUT, "positive", "Say which value means yes.");
	if (!no_quotes(f->outcome) || !no_quotes(f->each) || !no_quotes(f->positive) ||
		!no_quotes(f->meaning))
		return err_set(
			e, E_INPUT, "meaning", "A recipe's text can hold no quotation mark.");
	const struct recipe_goal goal = { f->outcome, f->each, f->positive, f->meaning, binary };
	const char *text = recipe_text_state(a, s.now.text, "outcome", recipe_goal_text(a, &goal));
	text = recipe_text_state(a, text, "hidden", arena_printf(a, "%g %%", f->hidden));
	text = recipe_text_state(a, text, "sample", arena_printf(a, "%g %%", f->sample));
	if (f->table)
		lead_back(r, &s, f->table, f->from);
	return save(r, &s, text, e);
}

/* ---- versions ---- */

/* Of two versions, the older first; without a wish the newest and the one before. */
static enum status
versions_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct recipe_versions_view *v = view;
	struct project_full p;
	struct recipe_list_rows rows;
	struct recipe_row from = { .text = "" }, to;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_recipe_list(r->db, p.id, &rows, e));
	v->slug = p.slug;
	v->title = p.title;
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Versions of the recipe of %s", p.title);
	if (!rows.n)
		return OK;
	v->version = rows.at[0].n;
	if (!str_int(str_of(req_query(r, "to")), &v->to))
		v->to = v->version;
	if (!str_int(str_of(req_query(r, "from")), &v->from))
		v->from = v->to - 1;
	TRY(db_recipe_version(r->db, p.id, v->to, &to, e));
	if (v->from)
		TRY(db_recipe_version(r->db, p.id, v->from, &from, e));
	diff_make(r->arena, from.text, to.text, &v->lines);
	v->base = recipe_hash_of(r->arena, p.recipe);
	v->may_again = v->to != v->version && req_may(r, CAP_DATA_HANDLE);
	v->versions.at = ARENA_ARRAY(r->arena, rows.n, struct recipe_version_row);
	for (size_t i = 0; i < rows.n; i++)
		v->versions.at[v->versions.n++] = (struct recipe_version_row){ rows.at[i].n,
			rows.at[i].at, rows.at[i].hash, rows.at[i].name, rows.at[i].n == v->from,
			rows.at[i].n == v->to, i == 0 };
	return OK;
}

struct again_in {
	const char *base;
};

static const struct field again_in[] = {
	FIELD(struct again_in, base, TEXT, .required = true, .max = 64),
	FIELD_END,
};

/* An earlier version, with the next number: the number is a part of the text that is hashed. */
static enum status
version_again(struct req *r, const void *in, void *view, struct err *e)
{
	const struct again_in *f = in;
	struct shown s;
	struct recipe_row row;
	int64_t n;
	TRY(req_id(r, "version", &n, e));
	TRY(load(r, &s, e));
	TRY(same_base(&s, f->base, e));
	TRY(db_recipe_version(r->db, s.p.id, n, &row, e));
	return save_as(r, &s, row.text, n, e);
}

/* The very bytes that were hashed, for the curator by hand. */
static enum status
version_file(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_full p;
	struct recipe_row row;
	int64_t n;
	TRY(req_id(r, "version", &n, e));
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_recipe_version(r->db, p.id, n, &row, e));
	r->raw.type = "text/plain; charset=utf-8";
	r->raw.name = arena_printf(r->arena, "%s-recipe-%lld.txt", p.slug, (long long)n);
	r->raw.bytes = str_of(row.text);
	return OK;
}

#define RECIPE "/e/:event/data/:project/recipe"

const struct route recipe_routes[] = {
	{ GET, RECIPE, recipe_show, CAP_DATA_HANDLE,
		"What becomes of each column, with a preview on invented rows.", NULL,
		VIEW(struct recipe_view, recipe_fields), .page = page_recipe },
	{ POST, RECIPE, text_save, CAP_DATA_HANDLE, "Saves the recipe's text as a new version.",
		IN(struct text_in, text_in), .then = RECIPE, .shows = RECIPE "/text" },
	{ POST, RECIPE "/columns", columns_save, CAP_DATA_HANDLE,
		"Changes what becomes of some columns of a table.",
		IN(struct columns_in, columns_in), .then = RECIPE, .shows = RECIPE },
	{ POST, RECIPE "/goal", goal_save, CAP_DATA_HANDLE,
		"Says what is predicted, and how many patients are hidden or in the sample.",
		IN(struct goal_in, goal_in), .then = RECIPE, .shows = RECIPE },
	{ GET, RECIPE "/text", text_show, CAP_DATA_HANDLE, "The recipe as a text.", NULL,
		VIEW(struct recipe_view, recipe_fields), .page = page_recipe_text },
	{ GET, RECIPE "/versions", versions_show, CAP_DATA_READ,
		"All versions, and what differs between two.", NULL,
		VIEW(struct recipe_versions_view, versions_fields), .page = page_recipe_versions },
	{ POST, RECIPE "/versions/:version/again", version_again, CAP_DATA_HANDLE,
		"Takes an earlier version up again, as the newest.", IN(struct again_in, again_in),
		.then = RECIPE, .shows = RECIPE "/versions" },
	{ GET, RECIPE "/versions/:version/recipe.txt", version_file, CAP_DATA_READ,
		"One version as a file." },
	{ 0 },
};
