/*
 * What is written about a release: dictionary and README for teams, manifest for programs, result
 * for the portal.
 */
#include "curator/release/release_internal.h"

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
	bool alone = false;
	for (size_t i = 0; i < r->plan.tables.n; i++)
		alone |= !release_csv(r, &r->plan.tables.at[i]);
	buf_puts(b, "Tables: each is there as .parquet, those marked * as .csv too, with the same "
		    "content.\n"
		    "Load the .csv: nothing that comes with this workspace reads Parquet.\n");
	if (alone)
		buf_puts(b, "  What is Parquet alone is read with a package that you install in "
			    "the setup phase:\n  pip install pyarrow (for pandas), or duckdb for "
			    "Python and R. Try it on the simulated data.\n");
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		const char *how = t->role == ROLE_PATIENT  ? "one patient is one value of"
				  : t->role == ROLE_LINKED ? "belongs to patients by"
							   : "";
		bool dropped = t->role != ROLE_SHARED && t->columns.at[t->link].action == ACT_DROP;
		const char *star = release_csv(r, t) ? "*" : " ";
		if (t->role == ROLE_SHARED)
			buf_printf(b, "%s %-20s a list of codes, without patients\n", star,
				t->src->name);
		else if (dropped)
			buf_printf(b, "%s %-20s without a link to patients\n", star, t->src->name);
		else
			buf_printf(b, "%s %-20s %s %s%s%s\n", star, t->src->name, how,
				t->columns.at[t->link].out, t->via ? " of " : "",
				t->via ? t->via->src->name : "");
	}
	buf_puts(b,
		"\nBeside them, as .csv alone\n"
		"  dictionary           every column: meaning, type, range, what was done to it. "
		"At\n"
		"                       least ten patients lie at or beyond each end of a range;\n"
		"                       a figure that fewer stand behind is empty.\n");
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
	else if (stage == STAGE_SIMULATED)
		buf_puts(&b,
			"These data are SIMULATED. No row is a patient: they have the files, "
			"columns, "
			"types and\nroughly the distributions of the release, so that code written "
			"for them runs on it unchanged.\nConclusions drawn from them are worth "
			"nothing.\n\n");
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
		buf_printf(&b, "  to_predict           the %lld ids to predict; id is %s.%s\n",
			(long long)r->answers, table, unit_name(r));
	if (stage == STAGE_SIMULATED)
		buf_printf(&b, "  to_predict           the ids to predict; id is %s.%s\n", table,
			unit_name(r));
	buf_printf(&b,
		"\nSubmit\n  Write predictions.csv with the columns id,prediction: one line for "
		"every "
		"id of\n  to_predict.csv and no other. Then: wardroom submit predictions.csv\n"
		"\nDe-identification\n"
		"  Identifiers are pseudonyms, the same in every table. All dates of a patient are "
		"moved\n  by the same secret number of days, so intervals are true and dates are "
		"not;\n  placeholder dates before 1900-01-02 or after 2500 are empty.\n"
		"  Trying to find out who a patient is breaks the agreement that you signed.\n"
		"\nCite\n  %s%s%s, version %lld, recipe %.16s.\n",
		recipe->cite, recipe->cite[0] ? "\n  " : "", recipe->name,
		(long long)recipe->version, r->recipe_hash);
	return b.p;
}

/* Which version of what people said is in dictionary.csv. */
static void
put_said(const struct release *r, struct jsonw *j)
{
	if (!r->said.version)
		return;
	jsonw_key(j, "dictionary"), jsonw_open(j, '{');
	jsonw_key(j, "version"), jsonw_int(j, r->said.version);
	jsonw_key(j, "entries"), jsonw_int(j, (int64_t)r->said.entries.n);
	jsonw_key(j, "hash"), jsonw_text(j, r->said.hash);
	jsonw_close(j, '}');
}

static const char *
manifest(struct release *r, const struct image *m)
{
	const struct recipe *recipe = r->plan.recipe;
	struct buf b = buf_new(r->job->a);
	struct jsonw j = jsonw_new(&b);
	jsonw_open(&j, '{');
	jsonw_key(&j, "stage"), jsonw_text(&j, m->stage);
	jsonw_key(&j, "recipe"), jsonw_open(&j, '{');
	jsonw_key(&j, "name"), jsonw_text(&j, recipe->name);
	jsonw_key(&j, "version"), jsonw_int(&j, recipe->version);
	jsonw_key(&j, "hash"), jsonw_text(&j, r->recipe_hash);
	jsonw_close(&j, '}');
	put_said(r, &j);
	jsonw_key(&j, "engine"),
		jsonw_text(&j, arena_printf(r->job->a, "DuckDB %s", engine_version()));
	jsonw_key(&j, "outcome"), jsonw_open(&j, '{');
	jsonw_key(&j, "task"), jsonw_text(&j, recipe->binary ? "binary" : "regression");
	jsonw_key(&j, "table"), jsonw_text(&j, r->plan.outcome_table->src->name);
	jsonw_key(&j, "column"), jsonw_text(&j, outcome_name(r));
	jsonw_key(&j, "id"), jsonw_text(&j, unit_name(r));
	jsonw_key(&j, "positive"), jsonw_text(&j, recipe->binary ? recipe->positive : NULL);
	jsonw_key(&j, "meaning"), jsonw_text(&j, recipe->outcome_meaning);
	jsonw_close(&j, '}');
	jsonw_key(&j, "files"), jsonw_open(&j, '[');
	for (size_t i = 0; i < m->files.n; i++) {
		const struct image_file *f = &m->files.at[i];
		jsonw_open(&j, '{');
		jsonw_key(&j, "name"), jsonw_text(&j, f->name);
		jsonw_key(&j, "rows");
		f->rows >= 0 ? jsonw_int(&j, f->rows) : jsonw_null(&j);
		jsonw_key(&j, "bytes"), jsonw_int(&j, f->bytes);
		jsonw_key(&j, "blake2b_256"), jsonw_text(&j, f->hash);
		jsonw_close(&j, '}');
	}
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
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
		TRY(dictionary_make(
			a, r->engine, t, &r->said, r->images[STAGE_FULL].dir, r->missing[i], d, e));
		dictionary_csv(&csv, d);
	}
	for (int i = 0; i < STAGES; i++) {
		struct image *m = &r->images[i];
		if (!m->id)
			continue;
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
put_images(struct release *r, struct jsonw *j)
{
	jsonw_key(j, "images"), jsonw_open(j, '[');
	for (int i = 0; i < STAGES; i++) {
		const struct image *m = &r->images[i];
		if (!m->id)
			continue;
		jsonw_open(j, '{');
		jsonw_key(j, "id"), jsonw_int(j, m->id);
		jsonw_key(j, "stage"), jsonw_text(j, m->stage);
		jsonw_key(j, "bytes"), jsonw_int(j, m->bytes);
		jsonw_key(j, "hash"), jsonw_text(j, m->hash);
		jsonw_key(j, "files"), jsonw_int(j, (int64_t)m->files.n);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

static void
put_left_out(struct release *r, struct jsonw *j)
{
	struct buf *said = &r->job->said;
	jsonw_key(j, "tables_left_out"), jsonw_open(j, '[');
	for (size_t i = 0; i < r->plan.left_out.n; i++) {
		jsonw_text(j, r->plan.left_out.at[i]);
		buf_printf(said, "%s is not in the recipe and was left out.\n",
			r->plan.left_out.at[i]);
	}
	jsonw_close(j, ']');
	jsonw_key(j, "rows_left_out"), jsonw_open(j, '[');
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const char *name = r->plan.tables.at[i].src->name;
		if (r->left_out[i] == 0)
			continue;
		jsonw_open(j, '{');
		jsonw_key(j, "table"), jsonw_text(j, name);
		jsonw_key(j, "rows"), jsonw_int(j, r->left_out[i]);
		jsonw_close(j, '}');
		buf_printf(said, "%lld rows of %s belong to no patient and were left out.\n",
			(long long)r->left_out[i], name);
	}
	jsonw_close(j, ']');
}

void
release_result(struct release *r)
{
	struct jsonw j = jsonw_new(&r->job->result);
	buf_printf(&r->job->said,
		"Released %lld rows of %lld patients; %lld in the sample, %lld hidden (%lld "
		"labels).\n",
		(long long)r->rows, (long long)r->patients, (long long)r->sample_patients,
		(long long)r->hidden_patients, (long long)r->answers);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "recipe_hash"), jsonw_text(&j, r->recipe_hash);
	jsonw_key(&j, "patients"), jsonw_int(&j, r->patients);
	jsonw_key(&j, "sample_patients"), jsonw_int(&j, r->sample_patients);
	jsonw_key(&j, "hidden_patients"), jsonw_int(&j, r->hidden_patients);
	jsonw_key(&j, "labels"), jsonw_int(&j, r->answers);
	jsonw_key(&j, "rows"), jsonw_int(&j, r->rows);
	jsonw_key(&j, "tables"), jsonw_open(&j, '[');
	for (size_t i = 0; i < r->dictionary.n; i++)
		dictionary_json(&j, &r->dictionary.at[i]);
	jsonw_close(&j, ']');
	put_said(r, &j);
	jsonw_key(&j, "parquet_alone"), jsonw_open(&j, '[');
	for (size_t i = 0; i < r->plan.tables.n; i++)
		if (!release_csv(r, &r->plan.tables.at[i]))
			jsonw_text(&j, r->plan.tables.at[i].src->name);
	jsonw_close(&j, ']');
	put_images(r, &j);
	put_left_out(r, &j);
	if (r->withdrawn) {
		jsonw_key(&j, "withdrawn"), jsonw_open(&j, '{');
		jsonw_key(&j, "rows"), jsonw_int(&j, r->withdrawn->rows);
		jsonw_key(&j, "tables"), jsonw_int(&j, r->withdrawn->tables);
		jsonw_key(&j, "patients"), jsonw_int(&j, r->withdrawn->patients);
		jsonw_key(&j, "images_destroyed"), jsonw_int(&j, r->destroyed);
		jsonw_key(&j, "unreached"), jsonw_open(&j, '[');
		for (size_t i = 0; i < r->withdrawn->unreached.n; i++)
			jsonw_text(&j, r->withdrawn->unreached.at[i]);
		jsonw_close(&j, ']');
		jsonw_close(&j, '}');
		buf_printf(&r->job->said,
			"Withdrawn: %lld rows in %lld tables; %lld old images destroyed.\n",
			(long long)r->withdrawn->rows, (long long)r->withdrawn->tables,
			(long long)r->destroyed);
		for (size_t i = 0; i < r->withdrawn->unreached.n; i++)
			buf_printf(&r->job->said,
				"Kept whole: %s, in which nothing leads to a patient.\n",
				r->withdrawn->unreached.at[i]);
	}
	jsonw_key(&j, "leak_scan"), jsonw_open(&j, '{');
	jsonw_key(&j, "identifiers"), jsonw_int(&j, (int64_t)leak_size(r->leak));
	jsonw_key(&j, "columns"), jsonw_int(&j, r->searched);
	jsonw_key(&j, "bytes"), jsonw_int(&j, r->scanned);
	jsonw_close(&j, '}');
	if (r->risk)
		jsonw_key(&j, "risk"), release_risk_tell(r, &j);
	if (r->images[STAGE_SIMULATED].id) {
		jsonw_key(&j, "simulated"), jsonw_open(&j, '{');
		jsonw_key(&j, "rows"), jsonw_int(&j, r->simulated_rows);
		jsonw_key(&j, "blurred"), jsonw_int(&j, r->simulated_blurred);
		jsonw_key(&j, "alike"), jsonw_int(&j, r->simulated_alike);
		jsonw_close(&j, '}');
	}
	jsonw_key(&j, "review_words"), jsonw_int(&j, r->review);
	if (r->review)
		buf_printf(&r->job->said,
			"%lld words that look like names were taken out of free text; review.csv "
			"beside the data lists them.\n",
			(long long)r->review);
	jsonw_close(&j, '}');
}
