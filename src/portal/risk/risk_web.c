/* The page that measures how easily patients could be found again, and lowers it. */
#include "portal/risk/risk.h"

#include "base/clock.h"
#include "base/json.h"
#include "portal/data/data_view.h"
#include "portal/sign/sign.sql.h"
#include "portal/recipe/recipe.h"
#include "portal/recipe/recipe.sql.h"
#include "portal/risk/risk.html.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.h"
#include "portal/keeper/result.h"

static const struct field candidate_fields[] = {
	FIELD(struct risk_candidate, column, TEXT),
	FIELD(struct risk_candidate, treatment, TEXT),
	FIELD(struct risk_candidate, why, TEXT, .doc = "somebody could know it"),
	FIELD(struct risk_candidate, distinct, INT),
	FIELD(struct risk_candidate, suggested, BOOL, .doc = "others are likely to know it"),
	FIELD(struct risk_candidate, chosen, BOOL),
	FIELD_END,
};

static const struct field figure_fields[] = {
	FIELD(struct risk_figure, label, TEXT),
	FIELD(struct risk_figure, before, TEXT),
	FIELD(struct risk_figure, after, TEXT),
	FIELD_END,
};

static const struct field column_fields[] = {
	FIELD(struct risk_column_row, name, TEXT),
	FIELD(struct risk_column_row, distinct, INT),
	FIELD(struct risk_column_row, alone, TEXT, .doc = "made unique by this column by itself"),
	FIELD(struct risk_column_row, with_others, TEXT, .doc = "unique only because of it"),
	FIELD_END,
};

static const struct field level_fields[] = {
	FIELD(struct risk_level_row, column, TEXT),
	FIELD(struct risk_level_row, what, TEXT),
	FIELD(struct risk_level_row, lost, TEXT),
	FIELD_END,
};

static const struct field found_fields[] = {
	FIELD(struct risk_found, measured, BOOL),
	FIELD(struct risk_found, lowered, BOOL),
	FIELD(struct risk_found, patients, INT),
	FIELD(struct risk_found, k, INT, .doc = "asked for"),
	FIELD(struct risk_found, reached, INT),
	FIELD(struct risk_found, suppressed, INT, .doc = "patients"),
	FIELD(struct risk_found, lost, TEXTS, .doc = "columns that become the same for all"),
	FIELD(struct risk_found, headline, TEXT),
	FIELD(struct risk_found, sentence, TEXT),
	FIELD_LIST(struct risk_found, candidates, candidate_fields),
	FIELD_LIST(struct risk_found, figures, figure_fields),
	FIELD_LIST(struct risk_found, columns, column_fields),
	FIELD_LIST(struct risk_found, levels, level_fields),
	FIELD_END,
};

static const struct field risk_view_fields[] = {
	FIELD(struct risk_view, slug, TEXT),
	FIELD(struct risk_view, title, TEXT),
	FIELD(struct risk_view, standing, TEXT,
		.doc = "nothing, unmeasured, measuring, wrong, measured, or passed (signed "
		       "without)"),
	FIELD(struct risk_view, meanwhile, TEXT,
		.doc = "what teams have, while this version is not signed"),
	FIELD(struct risk_view, of, TEXT, .doc = "which version the figures are of"),
	FIELD(struct risk_view, made, BOOL, .doc = "a release was made with these figures"),
	FIELD(struct risk_view, problem, TEXT),
	FIELD(struct risk_view, progress, INT, .doc = "percent"),
	FIELD(struct risk_view, version, INT, .doc = "of the recipe"),
	FIELD_ROW(struct risk_view, found, found_fields),
	FIELD(struct risk_view, not_known, TEXTS,
		.doc = "columns that nobody outside knows, and why"),
	FIELD_END,
};

/* ---- what is shown ---- */

/* While a changed recipe is being checked, candidates of the measurement before help to choose. */
static enum status
load_candidates(struct req *r, const struct recipe_job *j, struct risk_view *v)
{
	struct risk_found old;
	if (!v->found.candidates.n && streq(j->state, "done") &&
		risk_read(r->arena, j->result, &old, NULL) == OK) {
		v->found.candidates.at = old.candidates.at;
		v->found.candidates.n = old.candidates.n;
	}
	return OK;
}

/* The newest measurement, when it is of this recipe. */
static enum status
load_measure(struct req *r, const struct project_full *p, struct risk_view *v, struct err *e)
{
	struct recipe_job j;
	bool there;
	v->standing = "unmeasured";
	TRY(db_found(db_recipe_measure(r->db, p->id, &j, e), &there));
	if (!there)
		return OK;
	if (!recipe_is_of(r->arena, j.spec, p->recipe))
		return load_candidates(r, &j, v);
	if (streq(j.state, "failed")) {
		v->standing = "wrong";
		v->problem = j.error;
		return OK;
	}
	if (streq(j.state, "done")) {
		v->standing = "measured";
		return risk_read(r->arena, j.result, &v->found, e);
	}
	struct job_progress progress = { .text = "Waiting for the curator" };
	v->standing = "measuring";
	(void)job_progress(r->arena, &r->server->config, j.id, &progress, NULL);
	v->progress = progress.percent;
	v->working = progress.text;
	return OK;
}

/* Of a release that was made of this recipe: the figures that went into it, and what was signed. */
static enum status
load_release(struct req *r, const struct project_full *p, const struct sign_standing *s,
	struct risk_view *v, struct err *e)
{
	struct sign_held held;
	struct sign_job waits;
	struct risk_found f = v->found;
	if (streq(v->standing, "measuring") || (s->state != SIGN_SIGNED && s->state != SIGN_WAITS))
		return OK;
	if (s->state == SIGN_SIGNED)
		TRY(db_sign_held(r->db, p->id, &held, e));
	else
		TRY(db_sign_job(r->db, p->id, &waits, e));
	TRY(risk_read_release(
		r->arena, s->state == SIGN_SIGNED ? held.result : waits.result, &f, e));
	if (f.measured) {
		v->standing = "measured";
		v->made = true;
		v->found = f;
	}
	if (s->state == SIGN_SIGNED && !f.lowered && streq(v->standing, "unmeasured"))
		v->standing = "passed";
	if (s->state == SIGN_SIGNED && f.measured)
		v->of = arena_printf(r->arena, "version %lld, as %s signed it on %s",
			(long long)s->held, held.name, clock_date(r->arena, held.at));
	else if (f.measured)
		v->of = arena_printf(
			r->arena, "version %lld, as its release was made", (long long)s->next);
	return OK;
}

/* Those of the recipe are ticked; those it names and nobody measured are there too. */
static void
mark_chosen(struct arena *a, const struct risk_choice *c, struct risk_view *v)
{
	struct risk_candidate *at =
		ARENA_ARRAY(a, v->found.candidates.n + c->quasi.n, struct risk_candidate);
	size_t n = v->found.candidates.n;
	if (n)
		memcpy(at, v->found.candidates.at, n * sizeof *at);
	for (size_t i = 0; i < c->quasi.n; i++) {
		size_t k = 0;
		while (k < n && !str_ieq(str_of(at[k].column), str_of(c->quasi.at[i])))
			k++;
		if (k == n)
			at[n++] = (struct risk_candidate){ .column = c->quasi.at[i],
				.treatment = "named in the recipe",
				.why = "" };
		at[k].chosen = true;
	}
	v->found.candidates.at = at;
	v->found.candidates.n = n;
}

static enum status
risk_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct risk_view *v = view;
	struct project_full p;
	struct recipe_now now;
	struct risk_choice choice;
	struct sign_standing standing;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(recipe_load(r->db, p.id, p.recipe, &now, e));
	v->slug = p.slug;
	v->title = p.title;
	v->hash = now.hash;
	v->version = now.version;
	v->of = arena_printf(r->arena, "version %lld", (long long)now.version);
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Risk of %s", p.title);
	risk_chosen(r->arena, p.recipe, &choice);
	v->k = choice.k;
	v->l = choice.l;
	v->suppress = choice.k ? arena_printf(r->arena, "%g", choice.suppress) : "2";
	v->sensitive = choice.sensitive;
	v->standing = "nothing";
	if (!p.recipe[0] || !p.source[0])
		return OK;
	/* Until it is measured; a measurement knows of each column whether a patient has one value.
	 */
	if (now.preview)
		risk_possible(r->arena, now.preview, &v->found, &v->not_known);
	TRY(load_measure(r, &p, v, e));
	TRY(data_standing(r, p.id, &standing, e));
	TRY(load_release(r, &p, &standing, v, e));
	v->meanwhile = standing.state == SIGN_SIGNED ? NULL : standing.sentence;
	mark_chosen(r->arena, &choice, v);
	return OK;
}

/* ---- measuring and choosing ---- */

static enum status
ask(struct req *r, int64_t project, const char *text, struct err *e)
{
	struct buf spec = buf_new(r->arena);
	struct jsonw j = jsonw_new(&spec);
	int64_t job;
	jsonw_open(&j, '{');
	jsonw_key(&j, "event"), jsonw_int(&j, r->event.id);
	jsonw_key(&j, "project"), jsonw_int(&j, project);
	jsonw_key(&j, "recipe"), jsonw_text(&j, text);
	jsonw_close(&j, '}');
	req_after(r, keeper_nudge, 0, 0, 0);
	return job_add(r->db, "measure", r->event.id, project, 0, spec.p, r->now, &job, e);
}

static enum status
ready(struct req *r, struct project_full *ret, struct err *e)
{
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), ret, e));
	if (!ret->source[0])
		return err_set(e, E_CONFLICT, "", "Import the tables first.");
	if (!ret->recipe[0])
		return err_set(e, E_CONFLICT, "", "Save the recipe first.");
	return OK;
}

static enum status
risk_measure(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_full p;
	struct recipe_job j;
	bool there;
	TRY(ready(r, &p, e));
	TRY(db_found(db_recipe_measure(r->db, p.id, &j, e), &there));
	if (there && recipe_is_of(r->arena, j.spec, p.recipe) &&
		(streq(j.state, "queued") || streq(j.state, "running")))
		return OK;
	TRY(ask(r, p.id, p.recipe, e));
	return req_audit(r, "risk asked", arena_printf(r->arena, "project %s", p.slug), "", e);
}

struct choose_in {
	const char *base, *sensitive;
	text_list quasi;
	int64_t k, l;
	double suppress;
};

static const struct field choose_in[] = {
	FIELD(struct choose_in, base, TEXT, .required = true, .max = 64),
	FIELD(struct choose_in, quasi, TEXTS, .max = 300, .label = "Columns"),
	FIELD(struct choose_in, k, INT, .min = 0, .max = 1000, .label = "Group size"),
	FIELD(struct choose_in, suppress, REAL, .min = 0, .max = 20, .label = "Taken out at most"),
	FIELD(struct choose_in, l, INT, .min = 0, .max = 100, .label = "Different values"),
	FIELD(struct choose_in, sensitive, TEXT, .trim = true, .max = 300,
		.label = "Column that must differ"),
	FIELD_END,
};

static enum status
risk_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct choose_in *f = in;
	struct project_full p;
	const char *text;
	int64_t version;
	TRY(ready(r, &p, e));
	if (!streq(f->base, recipe_hash_of(r->arena, p.recipe)))
		return err_set(e, E_CONFLICT, "",
			"Somebody has saved another version of the recipe meanwhile. Look at it, "
			"then choose again.");
	if (f->k == 1)
		return err_set(e, E_INPUT, "k", "A group has at least 2 patients.");
	if (f->l == 1)
		return err_set(
			e, E_INPUT, "l", "At least 2 values can differ; blank asks for none.");
	const struct risk_choice c = { { f->quasi.at, f->quasi.n }, f->k, f->suppress, f->l,
		f->sensitive };
	TRY(risk_choose(r->arena, p.recipe, &c, &text, e));
	const struct recipe_author who = { r->event.id, p.id, r->me.id, r->me.name, true, r->now };
	TRY(recipe_put(r->db, &who, text, &version, e));
	if (version) {
		text = recipe_text_number(r->arena, text, version);
		TRY(req_audit(r, "recipe written", arena_printf(r->arena, "project %s", p.slug),
			arena_printf(r->arena,
				"version %lld, BLAKE2b %s; %zu quasi-identifiers, k %lld",
				(long long)version, recipe_hash_of(r->arena, text), f->quasi.n,
				(long long)f->k),
			e));
	} else {
		text = p.recipe;
	}
	return ask(r, p.id, text, e);
}

#define RISK "/e/:event/data/:project/risk"

const struct route risk_routes[] = {
	{ GET, RISK, risk_show, CAP_DATA_HANDLE,
		"How easily patients could be found again, before and after.", NULL,
		VIEW(struct risk_view, risk_view_fields), .page = page_risk },
	{ POST, RISK, risk_save, CAP_DATA_HANDLE,
		"Chooses quasi-identifiers and a group size, as a new version of the recipe.",
		IN(struct choose_in, choose_in), .then = RISK, .shows = RISK },
	{ POST, RISK "/measure", risk_measure, CAP_DATA_HANDLE, "Measures the risk.", IN_NOTHING,
		.then = RISK, .shows = RISK },
	{ 0 },
};
