/*
 * From imported tables and a recipe to three images: the sample, everything but the hidden labels,
 * and the hidden labels. Nothing is in place before all of it is made and has been looked through.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "curator/release_internal.h"

static void
tick(void *ctx, double part)
{
	struct release *r = ctx;
	job_progress(
		r->job, r->done + (uint64_t)(part * (double)r->step), r->total, "%s", r->doing);
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
	tick(r, 0);
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
sql_shift(const void *key, const struct str *args, struct engine_value *ret)
{
	ret->integer = keyed_shift(key, args[0]);
}

static void
sql_percent(const void *key, const struct str *args, struct engine_value *ret)
{
	ret->real = keyed_percent(key, args[0], args[1]);
}

static enum status
open_engine(struct release *r, struct err *e)
{
	struct engine_options o = { r->place.dir, r->place.temp, r->place.trouble,
		r->job->memory_mb };
	TRY(engine_open(&o, &r->engine, e));
	struct engine *g = r->engine;
	engine_on_progress(g, tick, r);
	TRY(engine_add_function(g, "wr_pseudonym", 2, ENGINE_TEXT, sql_pseudonym, r->key, e));
	TRY(engine_add_function(g, "wr_shift", 1, ENGINE_INT, sql_shift, r->key, e));
	TRY(engine_add_function(g, "wr_percent", 2, ENGINE_REAL, sql_percent, r->key, e));
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		const char *path =
			arena_printf(r->job->a, "%s/%s.parquet", r->place.source, t->src->name);
		TRY(engine_run(g, e, "opening the imported tables",
			"CREATE VIEW s%zu AS SELECT * FROM read_parquet(%s, file_row_number = "
			"true)",
			t->number, sql_text(r->job->a, path)));
	}
	return OK;
}

/* Rows of the patients' table without a patient cannot be anybody's. */
static enum status
check_patients(struct release *r, struct err *e)
{
	const struct plan_table *t = r->plan.patient;
	int64_t nobody;
	TRY(engine_int(r->engine, &nobody, e, "looking for patients",
		"SELECT count(*) FROM s%zu WHERE %s IS NULL", t->number,
		plan_key(r->job->a, t, t->link)));
	if (nobody > 0)
		return err_set(e, E_INPUT, "recipe",
			"Table %s has %lld row%s without a patient in %s.", t->src->name,
			(long long)nobody, nobody == 1 ? "" : "s",
			t->columns.at[t->link].src->name);
	return OK;
}

/* truth(src, unit, label): what is known of the outcome, before anything is hidden. */
static enum status
make_truth(struct release *r, struct err *e)
{
	struct arena *a = r->job->a;
	const struct plan_table *t = r->plan.outcome_table;
	const struct recipe *recipe = r->plan.recipe;
	const char *value = plan_value(a, t, r->plan.outcome);
	const char *text = plan_text(a, t, r->plan.outcome);
	const char *label = value;
	double number;
	if (recipe->binary && type_is_number(t->columns.at[r->plan.outcome].type) &&
		str_real(str_of(recipe->positive), &number))
		label = arena_printf(a, "CAST(%s = %.15g AS INTEGER)", value, number);
	else if (recipe->binary)
		label = arena_printf(
			a, "CAST(trim(%s) = %s AS INTEGER)", text, sql_text(a, recipe->positive));
	return engine_run(r->engine, e, "reading the outcome",
		"CREATE TABLE truth AS SELECT %s AS src, %s AS unit, %s AS label FROM s%zu "
		"WHERE %s IS NOT NULL AND trim(%s) <> '' AND src IN "
		"(SELECT %s FROM s%zu)",
		plan_key(a, t, t->link), plan_key(a, t, r->plan.unit), label, t->number, value,
		text, plan_key(a, r->plan.patient, r->plan.patient->link), r->plan.patient->number);
}

static enum status
check_truth(struct release *r, struct err *e)
{
	struct engine_rows rows;
	const struct plan_table *t = r->plan.outcome_table;
	const char *outcome = r->plan.recipe->outcome.text;
	const char *unit = t->columns.at[r->plan.unit].src->name;
	TRY(engine_rows(r->engine, r->job->a, &rows, e, "checking the outcome",
		"SELECT count(*), count(DISTINCT unit), count(unit), count(DISTINCT label), "
		"(SELECT count(DISTINCT lower(trim(%s))) FROM s%zu) FROM truth",
		plan_text(r->job->a, t, r->plan.outcome), t->number));
	int64_t n = engine_int_at(&rows, 0, 0);
	int64_t units = engine_int_at(&rows, 0, 1);
	int64_t named = engine_int_at(&rows, 0, 2);
	int64_t values = engine_int_at(&rows, 0, 3);
	int64_t classes = engine_int_at(&rows, 0, 4);
	if (n == 0)
		return err_set(e, E_INPUT, "recipe", "%s is empty for every patient.", outcome);
	if (named < n)
		return err_set(e, E_INPUT, "recipe",
			"%lld rows have an outcome but nothing in %s to name them by.",
			(long long)(n - named), unit);
	if (units < n)
		return err_set(e, E_INPUT, "recipe",
			"%s has several outcomes for the same %s; write "
			"\"outcome %s each TABLE.COLUMN\" with a column that differs in every row.",
			outcome, unit, outcome);
	if (r->plan.recipe->binary && (values != 2 || classes > 2))
		return err_set(e, E_INPUT, "recipe",
			"%s is to be binary, but it has %lld different values, and %s them is the "
			"positive one.",
			outcome, (long long)classes, values == 2 ? "one of" : "none or all of");
	return OK;
}

/* xw: the patients, each with a pseudonym, a shift and a place among hidden and sample. */
static enum status
make_crosswalk(struct release *r, struct err *e)
{
	const struct plan_table *t = r->plan.patient;
	const struct recipe *recipe = r->plan.recipe;
	TRY(engine_run(r->engine, e, "making pseudonyms",
		"CREATE TABLE xw AS SELECT src, wr_pseudonym('patient', src) AS pid, "
		"wr_shift(src) AS shift, known, "
		"known AND wr_percent('hidden', src) < %.15g AS hidden, "
		"NOT hidden AND wr_percent('sample', src) < %.15g AS sample "
		"FROM (SELECT p.src, p.src IN (SELECT src FROM truth) AS known "
		"FROM (SELECT DISTINCT %s AS src FROM s%zu) AS p)",
		recipe->hidden, recipe->sample, plan_key(r->job->a, t, t->link), t->number));
	for (size_t i = 0; i < r->plan.keys.n; i++) {
		struct buf all = buf_new(r->job->a);
		const char * or = "";
		for (size_t k = 0; k < r->plan.tables.n; k++)
			for (size_t c = 0; c < r->plan.tables.at[k].columns.n; c++) {
				const struct plan_table *of = &r->plan.tables.at[k];
				if (of->columns.at[c].key != (int)i)
					continue;
				buf_printf(&all, "%sSELECT %s AS src FROM s%zu", or,
					plan_key(r->job->a, of, c), of->number);
				or = " UNION ALL ";
			}
		const char *domain = arena_printf(r->job->a, "key %s", r->plan.keys.at[i]);
		TRY(engine_run(r->engine, e, "making pseudonyms",
			"CREATE TABLE k%zu AS SELECT src, wr_pseudonym(%s, src) AS pid "
			"FROM (SELECT DISTINCT src FROM (%s) WHERE src IS NOT NULL)",
			i, sql_text(r->job->a, domain), all.p));
	}
	return OK;
}

static enum status
check_crosswalk(struct release *r, struct err *e)
{
	struct engine_rows rows;
	int64_t classes;
	TRY(engine_rows(r->engine, r->job->a, &rows, e, "counting patients",
		"SELECT count(*), count(*) FILTER (sample), count(*) FILTER (hidden), "
		"count(*) - count(DISTINCT pid) FROM xw"));
	r->patients = engine_int_at(&rows, 0, 0);
	r->sample_patients = engine_int_at(&rows, 0, 1);
	r->hidden_patients = engine_int_at(&rows, 0, 2);
	int64_t same = engine_int_at(&rows, 0, 3);
	for (size_t i = 0; i < r->plan.keys.n && same == 0; i++)
		TRY(engine_int(r->engine, &same, e, "checking pseudonyms",
			"SELECT count(*) - count(DISTINCT pid) FROM k%zu", i));
	if (same > 0)
		return err_set(e, E_CONFLICT, "",
			"Two different identifiers have the same pseudonym; nothing was released.");
	if (r->sample_patients == 0 || r->hidden_patients == 0)
		return err_set(e, E_INPUT, "recipe",
			"Of %lld patients none would be %s; raise the share.",
			(long long)r->patients,
			r->hidden_patients == 0 ? "hidden" : "in the sample");
	TRY(engine_int(r->engine, &classes, e, "checking hidden labels",
		"SELECT count(DISTINCT label) FROM truth JOIN xw USING (src) WHERE hidden"));
	if (classes < 2)
		return err_set(e, E_INPUT, "recipe",
			"The %lld hidden patients all have the same outcome, so nothing could be "
			"scored; raise the share of hidden patients.",
			(long long)r->hidden_patients);
	return OK;
}

/* Rows of linked tables whose patient nobody knows stay behind, and are counted. */
static enum status
count_left_out(struct release *r, struct err *e)
{
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		int64_t n;
		if (t->role != ROLE_LINKED)
			continue;
		TRY(engine_int(r->engine, &n, e, "looking for rows without a patient",
			"SELECT count(*) FROM s%zu WHERE coalesce(%s NOT IN (SELECT src FROM xw), "
			"true)",
			t->number, plan_key(r->job->a, t, t->link)));
		if (n == t->src->rows)
			return err_set(e, E_INPUT, "recipe",
				"No row of %s belongs to a patient: its %s never equals %s.",
				t->src->name, t->columns.at[t->link].src->name,
				r->plan.recipe->patient.text);
		r->left_out[i] = n;
	}
	return OK;
}

/* One table of one stage: Parquet in its final order, then the same as CSV. */
static enum status
write_table(struct release *r, struct image *m, const struct plan_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	bool sample = m == &r->images[STAGE_SAMPLE];
	const char *name = t->src->name;
	const char *parquet = arena_printf(a, "%s/%s.parquet", m->dir, name);
	const char *csv = arena_printf(a, "%s/%s.csv", m->dir, name);
	uint64_t weight = (uint64_t)t->src->bytes;
	int64_t rows;
	release_step(r, weight * (sample ? 1 : 4), "%s: %s", m->stage, name);
	TRY(engine_run(r->engine, e, arena_printf(a, "de-identifying %s", name),
		"COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd)", plan_select(a, t, sample),
		sql_text(a, parquet)));
	TRY(engine_int(r->engine, &rows, e, "counting rows",
		"SELECT count(*) FROM read_parquet(%s)", sql_text(a, parquet)));
	release_step(r, weight / (sample ? 4 : 1), "%s: %s as CSV", m->stage, name);
	TRY(engine_run(r->engine, e, arena_printf(a, "writing %s as CSV", name),
		"COPY (SELECT * FROM read_parquet(%s)) TO %s (FORMAT csv, HEADER)",
		sql_text(a, parquet), sql_text(a, csv)));
	TRY(image_add(a, m, arena_printf(a, "%s.csv", name), rows, e));
	TRY(image_add(a, m, arena_printf(a, "%s.parquet", name), rows, e));
	if (!sample)
		r->rows += rows;
	return OK;
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
	static const char *const stages[] = { "sample", "full", "hidden" };
	const int64_t ids[] = { spec->sample, spec->full, spec->hidden };
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
	return arena_printf(r->job->a, "%s/%lld.erofs%s", r->place.releases,
		(long long)r->images[stage].id, suffix);
}

/* The scorer's copy of the labels; in place only after every image is. */
static enum status
place_labels(struct release *r, struct err *e)
{
	struct str text;
	const char *from = arena_printf(r->job->a, "%s/labels.csv", r->images[STAGE_HIDDEN].dir);
	TRY(io_read_file(r->job->a, from, 1 << 30, &text, e));
	if (mkdirat(r->place.fd, "hidden.new", 0700) < 0)
		return err_errno(e, "Cannot make the folder of hidden labels");
	cleanup_fd int fd = openat(r->place.fd, "hidden.new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "Cannot open the folder of hidden labels");
	TRY(io_replace_at(fd, "labels.csv", 0600, text.p, text.n, e));
	return place_swap(r->place.fd, "hidden.new", "hidden", e);
}

static enum status
publish(struct release *r, struct err *e)
{
	/* Noted first, so that what is left of them after a crash can be found. */
	for (int i = 0; i < STAGES; i++)
		TRY(place_note(&r->place, LEDGER_IMAGE, r->images[i].id, e));
	for (int i = 0; i < STAGES; i++) {
		struct image *m = &r->images[i];
		release_step(
			r, r->source_bytes / (i == STAGE_FULL ? 1 : 10), "image: %s", m->stage);
		TRY(image_build(r->job->a, m, image_path(r, i, ".new"), r->place.trouble, e));
	}
	for (int i = 0; i < STAGES; i++)
		if (rename(image_path(r, i, ".new"), image_path(r, i, "")) < 0)
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
	TRY(open_engine(r, e));
	release_step(r, r->source_bytes, "patients and pseudonyms");
	TRY(check_patients(r, e));
	TRY(make_truth(r, e));
	TRY(check_truth(r, e));
	TRY(make_crosswalk(r, e));
	TRY(check_crosswalk(r, e));
	TRY(count_left_out(r, e));
	TRY(make_folders(r, spec, e));
	for (size_t i = 0; i < r->plan.tables.n; i++)
		TRY(write_table(r, &r->images[STAGE_FULL], &r->plan.tables.at[i], e));
	for (size_t i = 0; i < r->plan.tables.n; i++)
		TRY(write_table(r, &r->images[STAGE_SAMPLE], &r->plan.tables.at[i], e));
	TRY(write_predictions(r, e));
	TRY(release_check(r, e));
	TRY(release_describe(r, e));
	return publish(r, e);
}

enum status
release_run(struct job *job, const struct release_spec *spec, struct err *e)
{
	cleanup_release struct release r = { .job = job, .place = { .fd = -1, .lock = -1 } };
	struct recipe recipe;
	struct source source;
	TRY(recipe_parse(job->a, spec->recipe, &recipe, e));
	TRY(place_enter(job, spec->project, &r.place, e));
	cleanup_fd int fd = openat(r.place.fd, "source", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	TRY(source_read(job->a, fd, &source, e));
	TRY(plan_bind(job->a, &recipe, &source, &r.plan, e));
	uint8_t event_key[KEYED_KEY], hash[32];
	TRY(place_note(&r.place, LEDGER_EVENT, spec->event, e));
	TRY(place_event_key(&r.place, spec->event, event_key, e));
	keyed_project(event_key, spec->project, r.key);
	crypto_generichash(
		hash, sizeof hash, (const uint8_t *)spec->recipe.p, spec->recipe.n, NULL, 0);
	hex_encode(r.recipe_hash, hash, sizeof hash);
	r.left_out = ARENA_ARRAY(job->a, r.plan.tables.n, int64_t);
	for (size_t i = 0; i < r.plan.tables.n; i++)
		r.source_bytes += (uint64_t)r.plan.tables.at[i].src->bytes;
	r.total = r.source_bytes * 10;
	TRY(make(&r, spec, e));
	release_result(&r);
	engine_close(steal_ptr(&r.engine));
	return io_remove_tree(r.place.fd, "build.new", e);
}

void
release_end(struct release *r)
{
	engine_close(r->engine);
	leak_free(r->leak);
	sodium_memzero(r->key, sizeof r->key);
	place_leave(&r->place);
}
