/* The steward takes four folders from the inbox to releases. */
#include <jansson.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/str.h"
#include "rehearse/play_parts.h"

enum { RECIPE_MAX = 200000, JOB_LIMIT_MS = 300000 };

static enum status
press_one(struct actor *who, const char *slug, const char *button, struct err *e)
{
	struct page page;
	struct form *f;
	TRY(actor_open(who, &page, e, "data/%s", slug));
	TRY(actor_form(who, &page, &f, e, "data/%s/%s", slug, button));
	return actor_send(who, f, &page, e);
}

/* Looks at the project's page until nothing runs any more. *ret for the caller to free. */
static enum status
await_job(struct actor *who, const char *slug, json_t **ret, struct err *e)
{
	int64_t since = clock_mono_ms();
	json_t *j;
	do {
		TRY(actor_json(who, &j, e, "data/%s", slug));
		if (!json_true_of(j, "running")) {
			*ret = j;
			return OK;
		}
		json_decref(j);
	} while (play_wait(since, JOB_LIMIT_MS));
	return actor_expect(who, false, e, "the data of %s are not ready after %d s.", slug,
		JOB_LIMIT_MS / 1000);
}

static enum status
no_problem(struct actor *who, const json_t *j, const char *slug, struct err *e)
{
	const char *problem = json_text_of(j, "problem");
	return actor_expect(who, !problem[0], e, "the curator says of %s: %s", slug, problem);
}

static enum status
look(struct play *p, struct err *e)
{
	struct actor *who = &p->steward;
	json_t *j, *folder;
	size_t i;
	actor_begin(who);
	TRY(press_one(who, script_projects[0].slug, "look", e));
	TRY(await_job(who, script_projects[0].slug, &j, e));
	for (int k = 0; k < PROJECTS; k++) {
		bool here = false;
		json_array_foreach(json_object_get(j, "folders"), i, folder) here |=
			streq(json_text_of(folder, "name"), script_projects[k].folder);
		enum status s = actor_expect(who, here, e, "the inbox should hold the folder %s.",
			script_projects[k].folder);
		if (s != OK) {
			json_decref(j);
			return s;
		}
	}
	json_decref(j);
	return OK;
}

static enum status
import(struct play *p, int i, struct err *e)
{
	const struct script_project *x = &script_projects[i];
	struct actor *who = &p->steward;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "data/%s", x->slug));
	TRY(actor_form(who, &page, &f, e, "data/%s/import", x->slug));
	TRY(actor_set(who, f, "folder", x->folder, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "The curator imports", e);
}

/* Patients and links are as they were found. */
static enum status
confirm(struct actor *who, const char *slug, struct err *e)
{
	struct page page;
	struct form *f;
	TRY(actor_open(who, &page, e, "data/%s/profile", slug));
	TRY(actor_sees(who, &page, "Are patients, visits and links right?", e));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "Confirmed", e);
}

static enum status
imported(struct play *p, int i, struct err *e)
{
	const char *slug = script_projects[i].slug;
	struct actor *who = &p->steward;
	json_t *j;
	TRY(await_job(who, slug, &j, e));
	enum status s = no_problem(who, j, slug, e);
	/* A first recipe is suggested from what was found; the steward's own replaces it. */
	if (s == OK)
		s = actor_expect(who, strstr(json_text_of(j, "recipe"), "patient") != NULL, e,
			"a recipe for %s should be suggested.", slug);
	json_decref(j);
	TRY(s);
	return confirm(who, slug, e);
}

/* The curator finds no mistake, and shows what becomes of invented rows. */
static enum status
recipe_fits(struct actor *who, const char *slug, struct err *e)
{
	int64_t since = clock_mono_ms();
	json_t *j;
	bool checking, good;
	do {
		TRY(actor_json(who, &j, e, "data/%s/recipe", slug));
		checking = streq(json_text_of(j, "standing"), "checking");
		good = streq(json_text_of(j, "standing"), "good");
		const char *problem = arena_strdup(who->arena, json_text_of(j, "problem"));
		json_decref(j);
		if (!checking)
			return actor_expect(
				who, good, e, "the recipe of %s should fit: %s", slug, problem);
	} while (play_wait(since, JOB_LIMIT_MS));
	return actor_expect(who, false, e, "the recipe of %s is not checked after %d s.", slug,
		JOB_LIMIT_MS / 1000);
}

/* Nothing is released whose risk is not known. */
static enum status
measure(struct actor *who, const char *slug, struct err *e)
{
	int64_t since = clock_mono_ms();
	struct page page;
	struct form *f;
	json_t *j;
	bool measuring, done;
	TRY(actor_open(who, &page, e, "data/%s/risk", slug));
	TRY(actor_form(who, &page, &f, e, "data/%s/risk/measure", slug));
	TRY(actor_send(who, f, &page, e));
	do {
		TRY(actor_json(who, &j, e, "data/%s/risk", slug));
		measuring = streq(json_text_of(j, "standing"), "measuring");
		done = streq(json_text_of(j, "standing"), "measured");
		json_decref(j);
		if (!measuring)
			return actor_expect(
				who, done, e, "the risk of %s should be measured.", slug);
	} while (play_wait(since, JOB_LIMIT_MS));
	return actor_expect(who, false, e, "the risk of %s is not measured after %d s.", slug,
		JOB_LIMIT_MS / 1000);
}

/* The steward's own file, which lies beside the tables. */
static enum status
write_recipe(struct play *p, int i, struct err *e)
{
	const struct script_project *x = &script_projects[i];
	struct actor *who = &p->steward;
	struct page page;
	struct form *f;
	struct str text;
	const char *path = arena_printf(who->arena, "%s/" SCRIPT_SLUG "/%s/recipe.txt",
		p->options->config->inbox, x->folder);
	TRY(io_read_file(who->arena, path, RECIPE_MAX, &text, e));
	TRY(actor_open(who, &page, e, "data/%s/recipe/text", x->slug));
	TRY(actor_form(who, &page, &f, e, "data/%s/recipe", x->slug));
	TRY(actor_set(who, f, "recipe", str_dup(who->arena, text), e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "The recipe is saved.", e));
	TRY(recipe_fits(who, x->slug, e));
	TRY(measure(who, x->slug, e));
	return press_one(who, x->slug, "release", e);
}

static enum status
check_release(struct actor *who, const struct dataset *d, const json_t *j, const char *slug,
	struct err *e)
{
	json_t *release;
	size_t i, ready = 0;
	json_array_foreach(json_object_get(j, "releases"), i, release) ready +=
		streq(json_text_of(release, "state"), "ready") &&
		strlen(json_text_of(release, "hash")) == 64;
	TRY(actor_expect(who, ready == 4, e, "%s should have 4 signed images with a hash, not %zu.",
		slug, ready));
	return actor_expect(who,
		d->tables > 0 && d->rows > 0 && d->sample_patients > 0 && d->hidden_patients > 0 &&
			d->sample_patients + d->hidden_patients < d->patients,
		e,
		"%s: %lld tables, %lld rows, %lld patients, %lld in the sample and %lld hidden do "
		"not "
		"fit together.",
		slug, (long long)d->tables, (long long)d->rows, (long long)d->patients,
		(long long)d->sample_patients, (long long)d->hidden_patients);
}

static const char *
random_password(struct arena *a)
{
	unsigned char raw[16];
	char *hex = arena_alloc(a, 2 * sizeof raw + 1);
	while (getrandom(raw, sizeof raw, 0) != sizeof raw)
		;
	hex_encode(hex, raw, sizeof raw);
	return hex;
}

/* A signature is asked for by password; the steward came by a link and has none yet. */
static enum status
choose_password(struct actor *who, const char *password, struct err *e)
{
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "/account"));
	TRY(actor_form(who, &page, &f, e, "/account/password"));
	TRY(actor_set(who, f, "password", password, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "The password is set.", e);
}

/* Reads what goes out and signs; not with a wrong password. */
static enum status
sign(struct actor *who, const char *slug, const char *password, struct err *e)
{
	struct page page;
	struct form *f;
	TRY(actor_open(who, &page, e, "data/%s/sign", slug));
	TRY(actor_sees(who, &page, "What you sign for", e));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_set(who, f, "password", "not my password", e));
	if (form_value(f, "why"))
		TRY(actor_set(who, f, "why",
			"The patients are invented, or were published long ago.", e));
	TRY(actor_refused(who, f, 422, "This is not your password.", e));
	TRY(actor_set(who, f, "password", password, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, "is signed.", e);
}

static enum status
released(struct play *p, int i, const char *password, struct err *e)
{
	const char *slug = script_projects[i].slug;
	struct actor *who = &p->steward;
	struct dataset *d = &p->datasets[i];
	json_t *j;
	TRY(await_job(who, slug, &j, e));
	enum status waits = actor_expect(who,
		json_is_true(json_object_get(j, "unsigned_release")) ||
			json_text_of(j, "problem")[0],
		e, "the release of %s should wait for a signature.", slug);
	json_decref(j);
	TRY(waits);
	TRY(sign(who, slug, password, e));
	TRY(await_job(who, slug, &j, e));
	*d = (struct dataset){ .hash = arena_strdup(p->arena, json_text_of(j, "source")),
		.tables = json_int_of(j, "tables"),
		.rows = json_int_of(j, "rows"),
		.patients = json_int_of(j, "patients"),
		.sample_patients = json_int_of(j, "sample_patients"),
		.hidden_patients = json_int_of(j, "hidden_patients") };
	enum status s = no_problem(who, j, slug, e);
	if (s == OK)
		s = check_release(who, d, j, slug, e);
	json_decref(j);
	if (s == OK)
		play_step(p, "data",
			"%s: %lld %s, %lld rows; %lld patients, %lld in the sample, %lld hidden.",
			script_projects[i].title, (long long)d->tables,
			d->tables == 1 ? "table" : "tables", (long long)d->rows,
			(long long)d->patients, (long long)d->sample_patients,
			(long long)d->hidden_patients);
	return s;
}

/* The steward's words about a data set; then anybody reads them with the server's own facts. */
static enum status
describe(struct play *p, int i, struct err *e)
{
	const struct script_project *x = &script_projects[i];
	const char *const words[][2] = {
		{ "owner", "Carmel University Hospital" },
		{ "contact", "data@carmel.example" },
		{ "origin", x->source },
		{ "terms",
			"For the teams of this event, in their workspaces, until it is closed." },
	};
	const char *slug = x->slug;
	struct actor *who = &p->steward;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "data/%s/catalogue", slug));
	TRY(actor_own_form(who, &page, &f, e));
	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
		TRY(actor_set(who, f, words[k][0], words[k][1], e));
	TRY(actor_send(who, f, &page, e));
	actor_begin(&p->visitor);
	TRY(actor_open(&p->visitor, &page, e, "catalogue/%s", slug));
	TRY(actor_sees(&p->visitor, &page, "data@carmel.example", e));
	return actor_sees(&p->visitor, &page, "Counts are rounded.", e);
}

enum status
play_data(struct play *p, struct err *e)
{
	struct page page;
	TRY(look(p, e));
	for (int i = 0; i < PROJECTS; i++)
		TRY(import(p, i, e));
	for (int i = 0; i < PROJECTS; i++)
		TRY(imported(p, i, e));
	play_step(p, "data", "The steward imported %d folders from the inbox.", PROJECTS);
	for (int i = 0; i < PROJECTS; i++)
		TRY(write_recipe(p, i, e));
	const char *password = random_password(p->arena);
	TRY(choose_password(&p->steward, password, e));
	for (int i = 0; i < PROJECTS; i++) {
		actor_begin(&p->steward);
		TRY(released(p, i, password, e));
	}
	for (int i = 0; i < PROJECTS; i++)
		TRY(describe(p, i, e));
	/* The clinician reads what the variables have become. */
	actor_begin(&p->leads[0]);
	TRY(actor_open(&p->leads[0], &page, e, "projects/%s/dictionary", script_projects[0].slug));
	TRY(actor_sees(&p->leads[0], &page, "birth weight in grams", e));
	return actor_is_stranger(&p->visitor, e, "data/%s", script_projects[0].slug);
}
