/* Gathers where the data of a project stand; every page that tells it asks here. */
#include "portal/data/data_view.h"

#include "portal/data/data.h"
#include "portal/keeper/job.h"
#include "portal/keeper/result.h"
#include "portal/recipe/recipe.sql.h"

/* ---- what teams have ---- */

enum sign_reader
data_reader(const struct req *r)
{
	return req_may(r, CAP_DATA_HANDLE)                                       ? SIGN_YOU
	       : policy_allows(CAP_DATA_HANDLE, ROLE_STEWARD, r->event.phase, 0) ? SIGN_STEWARD
										 : SIGN_OVER;
}

enum status
data_standing(struct req *r, int64_t project, struct sign_standing *ret, struct err *e)
{
	struct sign_recipes_rows rows;
	TRY(db_sign_recipes(r->db, r->event.id, project, &rows, e));
	if (rows.n != 1)
		return err_set(e, E_ABSENT, "project", "There is no such project.");
	*ret = sign_standing_of(r->arena, &rows.at[0], data_reader(r));
	return OK;
}

enum status
data_standings(struct req *r, struct data_standings *ret, struct err *e)
{
	struct data_standings s;
	TRY(db_sign_recipes(r->db, r->event.id, 0, &s.rows, e));
	s.at = ARENA_ARRAY(r->arena, s.rows.n, struct sign_standing);
	for (size_t i = 0; i < s.rows.n; i++)
		s.at[i] = sign_standing_of(r->arena, &s.rows.at[i], data_reader(r));
	*ret = s;
	return OK;
}

const struct sign_standing *
data_standing_of(const struct data_standings *s, const char *slug)
{
	for (size_t i = 0; i < s->rows.n; i++)
		if (streq(s->rows.at[i].slug, slug))
			return &s->at[i];
	return NULL;
}

const char *
data_words(const struct project_list *p, const struct sign_standing *s)
{
	return s && s->sentence[0] ? s->sentence
	       : p->recipe[0]      ? "recipe written"
	       : p->source[0]      ? "imported"
				   : "not here yet";
}

/* ---- one project's way ---- */

/* What runs for this project now, and why the newest job failed if it did. */
static enum status
load_jobs(struct req *r, struct data_way *w, int64_t project, struct err *e)
{
	static const char *const kinds[] = { "import", "suggest", "release", "withdraw" };
	static const char *const words[] = { "Importing the tables",
		"Looking what should become of each column", "Making the releases",
		"Making the releases without the patient" };
	int64_t newest = 0;
	for (int i = 0; i < 4; i++) {
		struct job_newest j;
		bool there;
		TRY(db_found(db_job_newest(r->db, r->event.id, project, kinds[i], &j, e), &there));
		if (!there)
			continue;
		if (streq(j.state, "queued") || streq(j.state, "running")) {
			struct job_progress p = { 0 };
			w->running = w->may_stop = true;
			w->working = words[i];
			if (job_progress(r->arena, &r->server->config, j.id, &p, NULL) == OK) {
				w->progress = p.percent;
				w->working = p.text;
			}
		}
		if (j.id > newest) {
			newest = j.id;
			w->problem = streq(j.state, "failed") ? j.error : NULL;
		}
	}
	return OK;
}

/* The release that the page tells of: the signed one while the recipe says what it says, else the
 * newest. "" when there is none. */
static enum status
release_of(struct req *r, int64_t project, enum sign_state state, const char **ret, struct err *e)
{
	bool there;
	struct sign_held held;
	struct sign_job newest;
	*ret = "";
	if (state == SIGN_SIGNED) {
		TRY(db_sign_held(r->db, project, &held, e));
		*ret = held.result;
		return OK;
	}
	TRY(db_found(db_sign_job(r->db, project, &newest, e), &there));
	if (there)
		*ret = newest.result;
	return OK;
}

/* The risk of this recipe: as it went into the release that was made of it, or measured by itself.
 */
static enum status
load_risk(struct req *r, const struct project_full *p, const char *release, struct way_facts *f,
	struct err *e)
{
	struct recipe_job j;
	bool there;
	TRY(db_found(db_recipe_measure(r->db, p->id, &j, e), &there));
	there = there && recipe_is_of(r->arena, j.spec, p->recipe);
	bool done = there && streq(j.state, "done");
	bool made = f->standing.state == SIGN_WAITS || f->standing.state == SIGN_SIGNED;
	f->measuring = there && (streq(j.state, "queued") || streq(j.state, "running"));
	json_t *of_release = made ? json_loads(release, 0, NULL) : NULL;
	json_t *of_job = done ? json_loads(j.result, 0, NULL) : NULL;
	const json_t *risk = json_object_get(of_release, "risk");
	if (!risk)
		risk = json_object_get(of_job, "risk");
	const json_t *after = json_object_get(risk, "after");
	f->measured = done || risk;
	f->lowered = after != NULL;
	f->group = json_integer_value(json_object_get(after, "k"));
	json_decref(of_release);
	json_decref(of_job);
	return OK;
}

static void
load_figures(const struct data_source *source, const char *release, struct data_way *w)
{
	json_t *r = json_loads(release, 0, NULL);
	w->tables = r ? (int64_t)json_array_size(json_object_get(r, "tables")) : source->tables;
	w->rows = r ? json_integer_value(json_object_get(r, "rows")) : source->rows;
	w->patients = json_integer_value(json_object_get(r, "patients"));
	w->sample_patients = json_integer_value(json_object_get(r, "sample_patients"));
	w->hidden_patients = json_integer_value(json_object_get(r, "hidden_patients"));
	json_decref(r);
}

enum status
data_way(struct req *r, const struct project_full *p, struct data_way *ret, struct err *e)
{
	struct data_way w = { 0 };
	struct data_source source;
	const char *release;
	TRY(recipe_load(r->db, p->id, p->recipe, &w.recipe, e));
	TRY(load_jobs(r, &w, p->id, e));
	ethics_words(r, p->ethics_number, p->ethics_expires, &w.ethics, &w.ethics_tag);
	w.facts = (struct way_facts){ .ethics = w.ethics,
		.past = !req_may(r, CAP_DATA_HANDLE),
		.page = arena_printf(r->arena, "/e/%s/data/%s", r->event.slug, p->slug),
		.project = arena_printf(r->arena, "/e/%s/projects/%s", r->event.slug, p->slug),
		.folder = p->folder,
		.approved = !streq(w.ethics_tag, "stop"),
		.imported = p->source[0] != '\0',
		.understood = p->source[0] && streq(p->understood, p->source),
		.recipe_saved = p->recipe[0] != '\0',
		.recipe_wrong = w.recipe.standing == RECIPE_WRONG,
		.recipe_checking = w.recipe.standing == RECIPE_CHECKING,
		.recipe_version = w.recipe.version };
	TRY(data_standing(r, p->id, &w.facts.standing, e));
	struct sign_rooms_rows rooms;
	TRY(db_sign_rooms(r->db, p->id, &rooms, e));
	w.facts.rooms = (int64_t)rooms.n;
	TRY(release_of(r, p->id, w.facts.standing.state, &release, e));
	TRY(db_data_source(r->db, p->id, &source, e));
	load_figures(&source, release, &w);
	w.facts.tables = source.tables;
	w.facts.patients = w.patients;
	TRY(load_risk(r, p, release, &w.facts, e));
	way_steps(r->arena, &w.facts, w.steps);
	w.next = way_next(r->arena, &w.facts);
	*ret = w;
	return OK;
}
