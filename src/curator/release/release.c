/*
 * From imported tables and a recipe to images: the sample, everything but the hidden labels, the
 * hidden labels, and simulated data. Nothing is in place before all of it is made and has been
 * looked through.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/io.h"
#include "curator/release/release_long.h"
#include "curator/simulated/simulated.h"

void
release_tick(struct release *r, double part)
{
	job_progress(
		r->job, r->done + (uint64_t)(part * (double)r->step), r->total, "%s", r->doing);
}

static void
tick(void *ctx, double part)
{
	release_tick(ctx, part);
}

void
release_step(struct release *r, uint64_t weight, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(r->doing, sizeof r->doing, fmt, ap);
	va_end(ap);
	r->done += r->step;
	r->step = weight;
	release_tick(r, 0);
}

/* The functions of keyed.h as the statements call them. */
static void
sql_pseudonym(const void *key, const struct str *args, struct engine_value *ret)
{
	char prefix = str_is(args[0], "patient") ? 'P' : 'K';
	keyed_pseudonym(key, args[0], prefix, args[1], ret->text);
	ret->n = KEYED_PSEUDONYM;
}

static void
sql_shift(const void *release, const struct str *args, struct engine_value *ret)
{
	const struct release *r = release;
	struct keyed_dates keep = { r->plan.recipe->weekday, r->plan.recipe->season };
	ret->integer = keyed_shift(r->key, keep, args[0]);
}

static void
sql_percent(const void *key, const struct str *args, struct engine_value *ret)
{
	ret->real = keyed_percent(key, args[0], args[1]);
}

static void
sql_number(const void *unused, const struct str *args, struct engine_value *ret)
{
	(void)unused;
	ret->integer = keyed_number(args[0]);
}

enum status
release_engine(struct release *r, struct err *e)
{
	struct engine_options o = { r->place.dir, r->place.temp, r->place.trouble,
		r->job->memory_mb };
	TRY(engine_open(&o, &r->engine, e));
	struct engine *g = r->engine;
	engine_on_progress(g, tick, r);
	TRY(engine_add_function(g, "wr_pseudonym", 2, ENGINE_TEXT, sql_pseudonym, r->key, e));
	TRY(engine_add_function(g, "wr_shift", 1, ENGINE_INT, sql_shift, r, e));
	TRY(engine_add_function(g, "wr_number", 1, ENGINE_INT, sql_number, NULL, e));
	TRY(engine_add_speller(g, "wr_spell", keyed_spell, e));
	return engine_add_function(g, "wr_percent", 2, ENGINE_REAL, sql_percent, r->key, e);
}

static enum status
open_tables(struct release *r, struct err *e)
{
	struct engine *g = r->engine;
	const struct source *source = r->plan.source;
	for (size_t i = 0; i < source->tables.n; i++) {
		const char *path = arena_printf(
			r->job->a, "%s/%s.parquet", r->place.source, source->tables.at[i].name);
		TRY(engine_run(g, e, "opening the imported tables",
			"CREATE VIEW s%zu AS SELECT * FROM read_parquet(%s, file_row_number = "
			"true)",
			i, sql_text(r->job->a, path)));
	}
	return OK;
}

/* The same in every stage, so that code that reads one reads the next. */
bool
release_csv(const struct release *r, const struct plan_table *t)
{
	return t->src->bytes / 1000000 < r->plan.recipe->csv_mb;
}

/*
 * The texts of a long table that are few and short: as an enumeration they pass through the sort as
 * a byte or two. Which they are, the import has counted; were it wrong, it would only be slower.
 */
static enum status
release_codes(struct release *r, struct err *e)
{
	enum { FEW_VALUES = 1000, SHORT_TEXT = 100 };
	struct arena *a = r->job->a;
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		struct plan_table *t = &r->plan.tables.at[i];
		bool own_way = release_is_long(r, t) || t->src->rows < LONG_TABLE;
		for (size_t k = 0; k < t->columns.n && !own_way; k++) {
			struct plan_column *c = &t->columns.at[k];
			const struct source_column *src = &t->src->columns.at[k];
			if (c->action != ACT_KEEP || c->out_type != TYPE_TEXT || c->outcome ||
				c->quasi >= 0 || src->distinct < 1 || src->distinct > FEW_VALUES ||
				src->longest > SHORT_TEXT)
				continue;
			const char *name = arena_printf(a, "e%zu_%zu", i, k);
			TRY(engine_run(r->engine, e, "listing the values of a column",
				"CREATE TYPE %s AS ENUM (SELECT DISTINCT %s AS v FROM s%zu WHERE v "
				"IS NOT NULL ORDER BY v)",
				name, plan_value(a, t, k), t->number));
			c->code = name;
		}
	}
	return OK;
}

/* The sample is a part of the full release, in the same order; where that names patients it need
 * not be made twice. */
static const char *
sample_select(struct release *r, const struct plan_table *t)
{
	struct arena *a = r->job->a;
	const char *full =
		arena_printf(a, "%s/%s.parquet", r->images[STAGE_FULL].dir, t->src->name);
	if (t->role == ROLE_SHARED || t->via || !plan_released(&t->columns.at[t->link]))
		return plan_select(a, t, true);
	return arena_printf(a,
		"SELECT t.* EXCLUDE (file_row_number) FROM read_parquet(%s, file_row_number = "
		"true) AS "
		"t WHERE t.%s IN (SELECT pid FROM xw WHERE sample) ORDER BY t.file_row_number",
		sql_text(a, full), sql_name(a, t->columns.at[t->link].out));
}

/* The engine's way: one statement for each stage. */
static enum status
by_statement(struct release *r, const struct plan_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	const enum stage stages[] = { STAGE_FULL, STAGE_SAMPLE };
	int64_t left_out;
	if (t->role == ROLE_LINKED) {
		TRY(engine_int(r->engine, &left_out, e, "looking for rows without a patient",
			"SELECT count(*) FROM %s LEFT JOIN xw ON xw.src = %s WHERE xw.src IS NULL",
			plan_from(a, t), plan_owner(a, t)));
		TRY(release_left_out(r, t, left_out, e));
	}
	for (size_t i = 0; i < 2; i++) {
		const struct image *m = &r->images[stages[i]];
		bool sample = stages[i] == STAGE_SAMPLE;
		const char *to = arena_printf(a, "%s/%s.parquet", m->dir, t->src->name);
		TRY(engine_run(r->engine, e, arena_printf(a, "de-identifying %s", t->src->name),
			"COPY (%s) TO %s (" PLAN_PARQUET ")",
			sample ? sample_select(r, t) : plan_select(a, t, false), sql_text(a, to)));
	}
	return OK;
}

/* A table's Parquet file of one stage becomes a part of the image, and the same as CSV. */
static enum status
add_table(struct release *r, struct image *m, const struct plan_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	const char *name = t->src->name;
	const char *parquet = arena_printf(a, "%s/%s.parquet", m->dir, name);
	const char *csv = arena_printf(a, "%s/%s.csv", m->dir, name);
	int64_t rows;
	TRY(engine_int(r->engine, &rows, e, "counting rows",
		"SELECT count(*) FROM read_parquet(%s)", sql_text(a, parquet)));
	if (release_csv(r, t)) {
		release_step(r, (uint64_t)t->src->bytes / 2, "%s: %s as CSV", m->stage, name);
		TRY(engine_run(r->engine, e, arena_printf(a, "writing %s as CSV", name),
			"COPY (SELECT * FROM read_parquet(%s)) TO %s (FORMAT csv, HEADER)",
			sql_text(a, parquet), sql_text(a, csv)));
		TRY(image_add(a, m, arena_printf(a, "%s.csv", name), rows, e));
	}
	if (m == &r->images[STAGE_FULL])
		r->rows += rows;
	return image_add(a, m, arena_printf(a, "%s.parquet", name), rows, e);
}

/* One table, in its final order, of everybody and of the sample. */
static enum status
write_table(struct release *r, const struct plan_table *t, struct err *e)
{
	enum status s = E_ABSENT;
	release_step(r, (uint64_t)t->src->bytes * 5, "%s", t->src->name);
	if (release_is_long(r, t))
		s = release_long(r, t, e);
	TRY(s == E_ABSENT ? by_statement(r, t, e) : s);
	TRY(add_table(r, &r->images[STAGE_FULL], t, e));
	return add_table(r, &r->images[STAGE_SAMPLE], t, e);
}

/* to_predict.csv for teams, labels.csv for the scorer: the same ids in the same order. */
static enum status
write_predictions(struct release *r, struct err *e)
{
	struct arena *a = r->job->a;
	const char *crosswalk = "xw";
	int key = r->plan.outcome_table->columns.at[r->plan.unit].key;
	if (key >= 0)
		crosswalk = arena_printf(a, "k%d", key);
	TRY(engine_run(r->engine, e, "choosing hidden labels",
		"CREATE TABLE answers AS SELECT u.pid AS id, label FROM truth "
		"JOIN xw ON xw.src = truth.src JOIN %s AS u ON u.src = truth.unit WHERE xw.hidden",
		crosswalk));
	TRY(engine_int(r->engine, &r->answers, e, "counting hidden labels",
		"SELECT count(*) FROM answers"));
	const char *ids = arena_printf(a, "%s/to_predict.csv", r->images[STAGE_FULL].dir);
	const char *labels = arena_printf(a, "%s/labels.csv", r->images[STAGE_HIDDEN].dir);
	TRY(engine_run(r->engine, e, "writing ids to predict",
		"COPY (SELECT id FROM answers ORDER BY id) TO %s (FORMAT csv, HEADER)",
		sql_text(a, ids)));
	TRY(engine_run(r->engine, e, "writing hidden labels",
		"COPY (SELECT id, label FROM answers ORDER BY id) TO %s (FORMAT csv, HEADER)",
		sql_text(a, labels)));
	TRY(image_add(a, &r->images[STAGE_FULL], "to_predict.csv", r->answers, e));
	return image_add(a, &r->images[STAGE_HIDDEN], "labels.csv", r->answers, e);
}

static enum status
make_folders(struct release *r, const struct release_spec *spec, struct err *e)
{
	static const char *const stages[] = { "sample", "full", "hidden", "simulated" };
	const int64_t ids[] = { spec->sample, spec->full, spec->hidden, spec->simulated };
	if (mkdirat(r->place.fd, "build.new", 0700) < 0)
		return err_errno(e, "Cannot make the folder of the new release");
	for (int i = 0; i < STAGES; i++) {
		const char *dir =
			arena_printf(r->job->a, "%s/build.new/%s", r->place.dir, stages[i]);
		if (mkdir(dir, 0700) < 0)
			return err_errno(e, "Cannot make the folder of the new release");
		r->images[i] = image_new(r->job->a, ids[i], stages[i], dir);
	}
	return OK;
}

static const char *
image_path(struct release *r, int stage, const char *suffix)
{
	return arena_printf(r->job->a, "%s/%lld%s%s", r->place.releases,
		(long long)r->images[stage].id,
		stage == STAGE_SIMULATED ? PLACE_SIMULATED : PLACE_IMAGE, suffix);
}

/*
 * The scorer's copy of the labels, by the number of their image: those of an earlier one count until
 * this one is signed. In place only after every image is.
 */
static enum status
place_labels(struct release *r, struct err *e)
{
	struct str text;
	const char *from = arena_printf(r->job->a, "%s/labels.csv", r->images[STAGE_HIDDEN].dir);
	TRY(io_read_file(r->job->a, from, 1 << 30, &text, e));
	if (mkdirat(r->place.fd, PLACE_LABELS, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "Cannot make the folder of hidden labels");
	cleanup_fd int fd = openat(
		r->place.fd, PLACE_LABELS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fsync(r->place.fd) < 0)
		return err_errno(e, "Cannot open the folder of hidden labels");
	const char *name =
		arena_printf(r->job->a, "%lld.csv", (long long)r->images[STAGE_HIDDEN].id);
	return io_replace_at(fd, name, 0600, text.p, text.n, e);
}

static enum status
publish(struct release *r, struct err *e)
{
	/* Noted first, so that what is left of them after a crash can be found. */
	for (int i = 0; i < STAGES; i++)
		if (r->images[i].id)
			TRY(place_note(&r->place, LEDGER_IMAGE, r->images[i].id, e));
	for (int i = 0; i < STAGES; i++) {
		struct image *m = &r->images[i];
		if (!m->id)
			continue;
		release_step(
			r, r->source_bytes / (i == STAGE_FULL ? 1 : 10), "image: %s", m->stage);
		TRY(image_build(r->job->a, m, image_path(r, i, ".new"), r->place.trouble, e));
	}
	for (int i = 0; i < STAGES; i++)
		if (r->images[i].id && rename(image_path(r, i, ".new"), image_path(r, i, "")) < 0)
			return err_errno(e, "Cannot put image %lld in its place",
				(long long)r->images[i].id);
	cleanup_fd int fd = open(r->place.releases, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_errno(e, "Cannot save the folder of releases");
	return place_labels(r, e);
}

static enum status
make(struct release *r, const struct release_spec *spec, struct err *e)
{
	release_step(r, r->source_bytes, "patients and pseudonyms");
	TRY(release_patients(r, e));
	TRY(release_scrub(r, e));
	TRY(release_risk(r, e));
	TRY(release_codes(r, e));
	TRY(make_folders(r, spec, e));
	for (size_t i = 0; i < r->plan.tables.n; i++)
		TRY(write_table(r, &r->plan.tables.at[i], e));
	TRY(write_predictions(r, e));
	if (spec->simulated)
		TRY(simulated_make(r, e));
	TRY(release_check(r, e));
	TRY(release_describe(r, e));
	TRY(release_scan(r, e));
	/* Its memory would be copied for every child. */
	engine_close(steal_ptr(&r->engine));
	return publish(r, e);
}

enum status
release_open(struct release *r, const struct release_spec *spec, struct err *e)
{
	struct arena *a = r->job->a;
	struct recipe *recipe = arena_array(a, 1, sizeof *recipe);
	struct source *source = arena_array(a, 1, sizeof *source);
	TRY(recipe_parse(a, spec->recipe, recipe, e));
	TRY(place_enter(r->job, spec->project, &r->place, e));
	cleanup_fd int fd = openat(r->place.fd, "source", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	TRY(source_read(a, fd, source, e));
	TRY(plan_bind(a, recipe, source, &r->plan, e));
	TRY(place_note(&r->place, LEDGER_EVENT, spec->event, e));
	TRY(place_event_key(&r->place, spec->event, r->key, e));
	r->recipe_hash = hash_hex(a, spec->recipe);
	r->left_out = ARENA_ARRAY(a, r->plan.tables.n, int64_t);
	r->missing = ARENA_ARRAY(a, r->plan.tables.n, const int64_t *);
	for (size_t i = 0; i < r->plan.tables.n; i++)
		r->source_bytes += (uint64_t)r->plan.tables.at[i].src->bytes;
	r->total = r->source_bytes * 10;
	TRY(release_engine(r, e));
	TRY(open_tables(r, e));
	plan_steps(a, &r->plan);
	return OK;
}

/* Images that these take the place of. A workspace that has one mounted keeps it until it closes.
 */
static enum status
destroy_old(struct release *r, const struct release_spec *spec, struct err *e)
{
	for (size_t i = 0; i < spec->old.n; i++) {
		int removed = 0;
		TRY(place_destroy_image(&r->place, spec->old.at[i], &removed, e));
		r->destroyed += removed;
	}
	return OK;
}

enum status
release_run(struct job *job, const struct release_spec *spec, struct err *e)
{
	cleanup_release struct release r = { .job = job, .place = { .fd = -1, .lock = -1 } };
	for (size_t i = 0; i < spec->old.n; i++)
		if (spec->old.at[i] == spec->sample || spec->old.at[i] == spec->full ||
			spec->old.at[i] == spec->hidden || spec->old.at[i] == spec->simulated)
			return err_set(e, E_INPUT, "old", "An image cannot take its own place.");
	TRY(release_open(&r, spec, e));
	r.withdrawn = spec->withdrawn;
	if (spec->said)
		r.said = *spec->said;
	TRY(make(&r, spec, e));
	TRY(destroy_old(&r, spec, e));
	release_result(&r);
	return io_remove_tree(r.place.fd, "build.new", e);
}

void
release_end(struct release *r)
{
	engine_close(r->engine);
	leak_free(r->leak);
	scrub_free(r->scrub);
	sodium_memzero(r->key, sizeof r->key);
	place_leave(&r->place);
}
