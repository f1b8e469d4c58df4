#include "portal/data/data_job.h"

#include "base/json.h"
#include "portal/audit/audit.h"
#include "portal/data/data_job.sql.h"
#include "portal/recipe/recipe.h"
#include "portal/keeper/job.h"
#include "portal/keeper/result.h"

enum {
	TABLES_MAX = 1000,
	COLUMNS_MAX = 10000,
	SHORT_MAX = 200,
	TEXT_MAX = 2000,
	NEEDED = 3,
	IMAGES
};

static const char *const stages[IMAGES] = { "sample", "full", "hidden", "simulated" };

/* What people said of variables goes into the images, as it stands now. */
static enum status
put_said(struct db *db, int64_t project, struct jsonw *j, struct err *e)
{
	struct data_job_said_rows said;
	struct data_job_said_version version;
	TRY(db_data_job_said(db, project, &said, e));
	TRY(db_data_job_said_version(db, project, &version, e));
	if (!said.n)
		return OK;
	jsonw_key(j, "dictionary"), jsonw_open(j, '{');
	jsonw_key(j, "version"), jsonw_int(j, version.n);
	jsonw_key(j, "entries"), jsonw_open(j, '[');
	for (size_t i = 0; i < said.n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "variable"), jsonw_text(j, said.at[i].variable);
		jsonw_key(j, "meaning"), jsonw_text(j, said.at[i].meaning);
		jsonw_key(j, "unit"), jsonw_text(j, said.at[i].unit);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_close(j, '}');
	return OK;
}

/* A spec that is still open at its end, with the images that are to be made. */
static enum status
open_spec(struct db *db, int64_t event, int64_t project, const char *recipe, struct jsonw *j,
	struct err *e)
{
	jsonw_open(j, '{');
	jsonw_key(j, "event");
	jsonw_int(j, event);
	jsonw_key(j, "project");
	jsonw_int(j, project);
	jsonw_key(j, "recipe");
	jsonw_text(j, recipe);
	TRY(put_said(db, project, j, e));
	for (int i = 0; i < IMAGES; i++) {
		TRY(db_data_job_image_add(db, project, stages[i], e));
		jsonw_key(j, stages[i]);
		jsonw_int(j, db_last_id(db));
	}
	return OK;
}

enum status
data_job_release(struct db *db, int64_t event, int64_t project, const char *recipe, int64_t now,
	int64_t *ret_job, struct err *e)
{
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	TRY(open_spec(db, event, project, recipe, &j, e));
	jsonw_close(&j, '}');
	return job_add(db, "release", event, project, 0, spec.p, now, ret_job, e);
}

enum status
data_job_withdraw(struct db *db, int64_t event, int64_t project, const char *recipe, int64_t now,
	int64_t *ret_job, struct err *e)
{
	struct buf spec = buf_new(db_arena(db));
	struct jsonw j = jsonw_new(&spec);
	struct data_job_images_rows old;
	TRY(db_data_job_images(db, project, &old, e));
	TRY(open_spec(db, event, project, recipe, &j, e));
	jsonw_key(&j, "old");
	jsonw_open(&j, '[');
	for (size_t i = 0; i < old.n; i++)
		jsonw_int(&j, old.at[i].id);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	return job_add(db, "withdraw", event, project, 0, spec.p, now, ret_job, e);
}

static enum status
audit(struct db *db, int64_t event, int64_t project, const char *action, const char *detail,
	int64_t now, struct err *e)
{
	struct data_job_project p;
	TRY(db_data_job_project(db, project, &p, e));
	struct audit_entry entry = { .at = now,
		.actor_name = "the server",
		.event = event,
		.action = action,
		.object = arena_printf(db_arena(db), "project %s", p.slug),
		.detail = detail };
	return audit_add(db, &entry, e);
}

/* ---- the dictionary ---- */

/* `values` of a release is a list of texts or of [text, count]; of an import there is an example.
 */
static const char *
examples(struct arena *a, const json_t *column)
{
	const json_t *values = json_object_get(column, "values");
	if (!json_is_array(values))
		return json_is_string(values) ? result_value(a, values, TEXT_MAX)
					      : result_text(a, column, "example", SHORT_MAX);
	struct buf b = buf_new(a);
	for (size_t i = 0; i < json_array_size(values) && b.n < TEXT_MAX; i++) {
		const json_t *v = json_array_get(values, i);
		if (json_is_array(v))
			v = json_array_get(v, 0);
		else if (json_is_object(v))
			v = json_object_get(v, "value");
		buf_printf(&b, "%s%s", b.n ? ", " : "", result_value(a, v, SHORT_MAX));
	}
	return b.p ? b.p : "";
}

static enum status
put_column(struct db *db, int64_t tbl, const json_t *c, struct err *e)
{
	struct arena *a = db_arena(db);
	const char *name = result_text(a, c, "name", SHORT_MAX);
	int64_t missing = DATA_NOT_TOLD, distinct = DATA_NOT_TOLD;
	if (!name[0])
		return err_set(e, E_INPUT, "columns", "The job's result has a nameless column.");
	/* Small counts may be withheld: then they are null or a word. */
	if (json_is_integer(json_object_get(c, "missing")))
		TRY(result_count(c, "missing", &missing, e));
	if (json_is_integer(json_object_get(c, "distinct")))
		TRY(result_count(c, "distinct", &distinct, e));
	return db_data_job_column(db, tbl, name, result_text(a, c, "type", SHORT_MAX),
		result_text(a, c, "meaning", TEXT_MAX), missing, distinct,
		result_text(a, c, "low", SHORT_MAX), result_text(a, c, "high", SHORT_MAX),
		examples(a, c), e);
}

/* Replaces the columns of the source, or those of the release. */
static enum status
put_tables(struct db *db, int64_t project, const json_t *tables, bool released, int64_t *ret_rows,
	struct err *e)
{
	int64_t sum = 0;
	TRY(db_data_job_clear(db, project, released, e));
	for (size_t i = 0; i < json_array_size(tables); i++) {
		const json_t *t = json_array_get(tables, i);
		const char *name = result_text(db_arena(db), t, "name", SHORT_MAX);
		int64_t rows;
		json_t *columns;
		if (!name[0])
			return err_set(e, E_INPUT, "tables",
				"The job's result has a table without a name.");
		TRY(result_count(t, "rows", &rows, e));
		TRY(result_list(t, "columns", COLUMNS_MAX, &columns, e));
		TRY(db_data_job_table(db, project, name, rows, released, e));
		int64_t tbl = db_last_id(db);
		for (size_t k = 0; k < json_array_size(columns); k++)
			TRY(put_column(db, tbl, json_array_get(columns, k), e));
		sum += rows;
	}
	*ret_rows = sum;
	return OK;
}

enum status
data_imported(struct db *db, int64_t event, int64_t project, const char *result, int64_t now,
	struct err *e)
{
	struct arena *a = db_arena(db);
	cleanup_result json_t *r = NULL;
	json_t *tables;
	int64_t rows;
	TRY(result_parse(result, &r, e));
	TRY(result_list(r, "tables", TABLES_MAX, &tables, e));
	TRY(put_tables(db, project, tables, false, &rows, e));
	const char *source = result_text(a, r, "source", SHORT_MAX);
	TRY(db_data_job_imported(db, project, source, e));
	struct data_job_project p;
	TRY(db_data_job_project(db, project, &p, e));
	TRY(recipe_ask(db, event, project, p.title, p.recipe, now, e));
	return audit(db, event, project, "data imported",
		arena_printf(a, "source %s; tables %zu, rows %lld", source, json_array_size(tables),
			(long long)rows),
		now, e);
}

/* ---- a release ---- */

static enum status
put_image(struct db *db, int64_t event, int64_t project, const json_t *image, int64_t now,
	struct err *e)
{
	struct arena *a = db_arena(db);
	int64_t id, bytes, files;
	const char *stage = result_text(a, image, "stage", 16);
	const char *hash = result_text(a, image, "hash", 128);
	TRY(result_count(image, "id", &id, e));
	TRY(result_count(image, "bytes", &bytes, e));
	TRY(result_count(image, "files", &files, e));
	if (!hash[0])
		return err_set(e, E_INPUT, "hash", "Image %lld has no hash.", (long long)id);
	TRY(db_data_job_image_built(db, id, project, stage, hash, bytes, files, now, e));
	if (db_changes(db) != 1)
		return err_set(e, E_INPUT, "images",
			"The job made image %lld (%s), which nobody asked for.", (long long)id,
			stage);
	return audit(db, event, project, "release made",
		arena_printf(a, "image %lld, %s, %lld bytes, BLAKE2b %s", (long long)id, stage,
			(long long)bytes, hash),
		now, e);
}

/* What a release tells of itself. */
struct release_told {
	json_t *tables;
	int64_t rows, patients, sample, hidden;
};

static enum status
read_release(const json_t *r, struct release_told *ret, struct err *e)
{
	struct release_told t;
	TRY(result_list(r, "tables", TABLES_MAX, &t.tables, e));
	TRY(result_count(r, "rows", &t.rows, e));
	TRY(result_count(r, "patients", &t.patients, e));
	TRY(result_count(r, "sample_patients", &t.sample, e));
	TRY(result_count(r, "hidden_patients", &t.hidden, e));
	*ret = t;
	return OK;
}

enum status
data_signed(struct db *db, int64_t project, const char *result, struct err *e)
{
	cleanup_result json_t *r = NULL;
	struct release_told t;
	int64_t counted;
	TRY(result_parse(result, &r, e));
	TRY(read_release(r, &t, e));
	TRY(put_tables(db, project, t.tables, true, &counted, e));
	return db_data_job_signed(db, project, result_text(db_arena(db), r, "recipe_hash", 128),
		(int64_t)json_array_size(t.tables), t.rows, t.patients, t.sample, t.hidden, e);
}

enum status
data_released(struct db *db, int64_t event, int64_t project, const char *result, int64_t now,
	struct err *e)
{
	cleanup_result json_t *r = NULL;
	struct release_told t;
	json_t *images;
	TRY(result_parse(result, &r, e));
	TRY(read_release(r, &t, e));
	TRY(result_list(r, "images", IMAGES, &images, e));
	if (json_array_size(images) < NEEDED)
		return err_set(e, E_INPUT, "images", "The job made %zu images instead of %d.",
			json_array_size(images), IMAGES);
	for (size_t i = 0; i < json_array_size(images); i++)
		TRY(put_image(db, event, project, json_array_get(images, i), now, e));
	return OK;
}

enum status
data_withdrawn(struct db *db, int64_t event, int64_t project, const char *spec, const char *result,
	int64_t now, struct err *e)
{
	cleanup_result json_t *s = NULL, *made = NULL;
	struct buf gone = buf_new(db_arena(db));
	json_t *old;
	size_t n = 0;
	TRY(data_released(db, event, project, result, now, e));
	TRY(result_parse(spec, &s, e));
	TRY(result_parse(result, &made, e));
	TRY(result_list(s, "old", SIZE_MAX, &old, e));
	for (size_t i = 0; i < json_array_size(old); i++) {
		int64_t id = json_integer_value(json_array_get(old, i));
		TRY(db_data_job_image_revoked(db, id, project, e));
		if (db_changes(db))
			buf_printf(&gone, "%s%lld", n++ ? ", " : "", (long long)id);
	}
	const char *kept = result_names(
		db_arena(db), json_object_get(made, "withdrawn"), "unreached", SHORT_MAX);
	return audit(db, event, project, "patient withdrawn",
		arena_printf(db_arena(db), "images destroyed: %s%s%s", n ? gone.p : "none",
			kept[0] ? "; tables kept whole, in which nothing leads to a patient: " : "",
			kept),
		now, e);
}

enum status
data_release_failed(struct db *db, int64_t event, int64_t project, const char *spec,
	const char *why, int64_t now, struct err *e)
{
	cleanup_result json_t *s = NULL;
	TRY(result_parse(spec, &s, e));
	for (int i = 0; i < IMAGES; i++) {
		int64_t id;
		if (i >= NEEDED && !json_object_get(s, stages[i]))
			continue;
		TRY(result_count(s, stages[i], &id, e));
		TRY(db_data_job_image_failed(db, id, project, e));
	}
	bool withdrawal = json_object_get(s, "old") != NULL;
	return audit(db, event, project, withdrawal ? "withdrawal failed" : "release failed", why,
		now, e);
}

enum status
data_forgotten(struct db *db, int64_t event, int64_t project, const char *result, int64_t now,
	struct err *e)
{
	cleanup_result json_t *r = NULL;
	int64_t files, bytes;
	TRY(result_parse(result, &r, e));
	TRY(result_count(r, "files", &files, e));
	TRY(result_count(r, "bytes", &bytes, e));
	TRY(db_data_job_forgotten(db, project, e));
	return audit(db, event, project, "data destroyed",
		arena_printf(
			db_arena(db), "%lld files, %lld bytes", (long long)files, (long long)bytes),
		now, e);
}
