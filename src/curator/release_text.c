/*
 * What is written about a release: dictionary and README for teams, manifest for programs, result
 * for the portal.
 */
#include "curator/release_internal.h"

#include <math.h>

static const char *
unit_name(const struct release *r)
{
	const struct plan_table *t = r->plan.outcome_table;
	return t->columns.at[r->plan.unit].src->name;
}

static const char *
outcome_name(const struct release *r)
{
	const struct plan_table *t = r->plan.outcome_table;
	return t->columns.at[r->plan.outcome].src->name;
}

static void
readme_tables(struct release *r, struct buf *b)
{
	buf_puts(b, "Tables (each as .csv and as .parquet, same content)\n");
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		const char *how = t->role == ROLE_PATIENT  ? "one patient is one value of"
				  : t->role == ROLE_LINKED ? "belongs to patients by"
							   : "";
		bool dropped = t->role != ROLE_SHARED && t->columns.at[t->link].action == ACT_DROP;
		if (t->role == ROLE_SHARED)
			buf_printf(b, "  %-20s a list of codes, without patients\n", t->src->name);
		else if (dropped)
			buf_printf(b, "  %-20s without a link to patients\n", t->src->name);
		else
			buf_printf(b, "  %-20s %s %s\n", t->src->name, how,
				t->columns.at[t->link].src->name);
	}
	buf_puts(b,
		"  dictionary.csv       every column: meaning, type, range, what was done to it\n");
}

static const char *
readme(struct release *r, enum stage stage)
{
	const struct recipe *recipe = r->plan.recipe;
	struct buf b = buf_new(r->job->a);
	const char *table = r->plan.outcome_table->src->name;
	buf_printf(&b, "%s\n\n", recipe->name);
	if (stage == STAGE_SAMPLE)
		buf_puts(&b,
			"This is a sample of patients, coherent over all tables, to get to know "
			"the data.\nNo hidden patient is among them.\n\n");
	else
		buf_puts(&b, "This is the full release: all patients; the outcome of the hidden "
			     "patients is empty.\n\n");
	buf_printf(&b, "Question\n  Predict %s.%s%s%s\n  %s\n\n", table, outcome_name(r),
		recipe->outcome_meaning[0] ? ": " : "", recipe->outcome_meaning,
		recipe->binary
			? "Give the probability of the positive outcome, from 0 to 1. Judged by "
			  "AUROC."
			: "Give a number in the same unit. Judged by the mean absolute error.");
	readme_tables(r, &b);
	if (stage == STAGE_FULL)
		buf_printf(&b, "  to_predict.csv       the %lld ids to predict; id is %s.%s\n",
			(long long)r->answers, table, unit_name(r));
	buf_printf(&b,
		"\nSubmit\n  Write predictions.csv with the columns id,prediction: one line for "
		"every "
		"id of\n  to_predict.csv and no other. Then: wardroom submit predictions.csv\n"
		"\nDe-identification\n"
		"  Identifiers are pseudonyms, the same in every table. All dates of a patient are "
		"moved\n  by the same secret number of days, so intervals are true and dates are "
		"not;\n  placeholder dates before 1900-01-02 or after 2500 are empty.\n"
		"  Trying to find out who a patient is breaks the agreement that you signed.\n"
		"\nCite\n  %s, version %lld, release %lld, recipe %.16s.\n",
		recipe->name, (long long)recipe->version, (long long)r->images[stage].id,
		r->recipe_hash);
	return b.p;
}

static const char *
manifest(struct release *r, const struct image *m)
{
	const struct recipe *recipe = r->plan.recipe;
	struct buf b = buf_new(r->job->a);
	struct json j = json_new(&b);
	json_open(&j, '{');
	json_key(&j, "release"), json_int(&j, m->id);
	json_key(&j, "stage"), json_text(&j, m->stage);
	json_key(&j, "recipe"), json_open(&j, '{');
	json_key(&j, "name"), json_text(&j, recipe->name);
	json_key(&j, "version"), json_int(&j, recipe->version);
	json_key(&j, "hash"), json_text(&j, r->recipe_hash);
	json_close(&j, '}');
	json_key(&j, "engine"),
		json_text(&j, arena_printf(r->job->a, "DuckDB %s", engine_version()));
	json_key(&j, "outcome"), json_open(&j, '{');
	json_key(&j, "task"), json_text(&j, recipe->binary ? "binary" : "regression");
	json_key(&j, "table"), json_text(&j, r->plan.outcome_table->src->name);
	json_key(&j, "column"), json_text(&j, outcome_name(r));
	json_key(&j, "id"), json_text(&j, unit_name(r));
	json_key(&j, "positive"), json_text(&j, recipe->binary ? recipe->positive : NULL);
	json_key(&j, "meaning"), json_text(&j, recipe->outcome_meaning);
	json_close(&j, '}');
	json_key(&j, "files"), json_open(&j, '[');
	for (size_t i = 0; i < m->files.n; i++) {
		const struct image_file *f = &m->files.at[i];
		json_open(&j, '{');
		json_key(&j, "name"), json_text(&j, f->name);
		json_key(&j, "rows");
		f->rows >= 0 ? json_int(&j, f->rows) : json_null(&j);
		json_key(&j, "bytes"), json_int(&j, f->bytes);
		json_key(&j, "blake2b_256"), json_text(&j, f->hash);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	buf_putc(&b, '\n');
	return b.p;
}

enum status
release_describe(struct release *r, struct err *e)
{
	struct arena *a = r->job->a;
	struct buf csv = buf_new(a);
	size_t n = r->plan.tables.n;
	release_step(r, r->source_bytes, "writing the dictionary");
	r->dictionary.at = ARENA_ARRAY(a, n, struct dictionary_table);
	dictionary_csv_head(&csv);
	for (size_t i = 0; i < n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		struct dictionary_table *d = &r->dictionary.at[r->dictionary.n++];
		const char *parquet =
			arena_printf(a, "%s/%s.parquet", r->images[STAGE_FULL].dir, t->src->name);
		TRY(dictionary_make(a, r->engine, t, parquet, d, e));
		dictionary_csv(&csv, d);
	}
	for (int i = 0; i < STAGES; i++) {
		struct image *m = &r->images[i];
		if (i != STAGE_HIDDEN) {
			const char *text = readme(r, (enum stage)i);
			TRY(image_put(a, m, "dictionary.csv", -1, csv.p, csv.n, e));
			TRY(image_put(a, m, "README.txt", -1, text, strlen(text), e));
		}
		const char *text = manifest(r, m);
		TRY(image_put(a, m, "manifest.json", -1, text, strlen(text), e));
	}
	return OK;
}

static void
put_images(struct release *r, struct json *j)
{
	json_key(j, "images"), json_open(j, '[');
	for (int i = 0; i < STAGES; i++) {
		const struct image *m = &r->images[i];
		json_open(j, '{');
		json_key(j, "id"), json_int(j, m->id);
		json_key(j, "stage"), json_text(j, m->stage);
		json_key(j, "bytes"), json_int(j, m->bytes);
		json_key(j, "hash"), json_text(j, m->hash);
		json_key(j, "files"), json_int(j, (int64_t)m->files.n);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_left_out(struct release *r, struct json *j)
{
	struct buf *said = &r->job->said;
	json_key(j, "tables_left_out"), json_open(j, '[');
	for (size_t i = 0; i < r->plan.left_out.n; i++) {
		json_text(j, r->plan.left_out.at[i]);
		buf_printf(said, "%s is not in the recipe and was left out.\n",
			r->plan.left_out.at[i]);
	}
	json_close(j, ']');
	json_key(j, "rows_left_out"), json_open(j, '[');
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const char *name = r->plan.tables.at[i].src->name;
		if (r->left_out[i] == 0)
			continue;
		json_open(j, '{');
		json_key(j, "table"), json_text(j, name);
		json_key(j, "rows"), json_int(j, r->left_out[i]);
		json_close(j, '}');
		buf_printf(said, "%lld rows of %s belong to no patient and were left out.\n",
			(long long)r->left_out[i], name);
	}
	json_close(j, ']');
}

void
release_result(struct release *r)
{
	struct json j = json_new(&r->job->result);
	buf_printf(&r->job->said,
		"Released %lld rows of %lld patients; %lld in the sample, %lld hidden (%lld "
		"labels).\n",
		(long long)r->rows, (long long)r->patients, (long long)r->sample_patients,
		(long long)r->hidden_patients, (long long)r->answers);
	json_open(&j, '{');
	json_key(&j, "ok"), json_bool(&j, true);
	json_key(&j, "recipe_hash"), json_text(&j, r->recipe_hash);
	json_key(&j, "patients"), json_int(&j, r->patients);
	json_key(&j, "sample_patients"), json_int(&j, r->sample_patients);
	json_key(&j, "hidden_patients"), json_int(&j, r->hidden_patients);
	json_key(&j, "labels"), json_int(&j, r->answers);
	json_key(&j, "rows"), json_int(&j, r->rows);
	json_key(&j, "tables"), json_open(&j, '[');
	for (size_t i = 0; i < r->dictionary.n; i++)
		dictionary_json(&j, &r->dictionary.at[i]);
	json_close(&j, ']');
	put_images(r, &j);
	put_left_out(r, &j);
	json_close(&j, '}');
}
