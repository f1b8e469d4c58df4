#include "portal/sign/sign.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"
#include "portal/keeper/result.h"
#include "portal/recipe/recipe.h"
#include "portal/recipe/recipe_text.h"
#include "portal/web/filters.h"

enum { FACTS_MAX = 24, IMAGES_MAX = 8, COLUMNS_MAX = 64, SHORT = 200 };

struct writer {
	struct arena *a;
	struct sign_paper *paper;
};

static void
fact(struct writer *w, const char *tone, const char *label, const char *text)
{
	struct sign_paper *p = w->paper;
	if (p->facts.n < FACTS_MAX)
		p->facts.at[p->facts.n++] = (struct sign_fact){ label, text, tone };
}

static void
stop(struct writer *w, const char *label, const char *text, const char *why)
{
	fact(w, "stop", label, text);
	if (!w->paper->stop)
		w->paper->stop = why;
}

static void
ethics(struct writer *w, const struct sign_facts *f)
{
	const char *label = "Ethics approval";
	if (!f->ethics_number[0] || !f->ethics_committee[0] || !f->ethics_expires)
		return stop(w, label, "none on file",
			"The project has no ethics approval on file. Its lead or the organiser "
			"enters "
			"it.");
	const char *text = arena_printf(w->a, "%s, %s, valid to %s", f->ethics_number,
		f->ethics_committee, clock_date(w->a, f->ethics_expires));
	if (f->ethics_expires <= f->now)
		return stop(w, label, text, "The ethics approval has expired.");
	fact(w, "good", label, text);
}

static enum status
recipe(struct writer *w, const struct sign_facts *f, const json_t *result, struct err *e)
{
	cleanup_result json_t *spec = NULL;
	TRY(result_parse(f->spec, &spec, e));
	const char *used = json_string_value(json_object_get(spec, "recipe"));
	const char *hash = result_text(w->a, result, "recipe_hash", SHORT);
	if (!used || !hash[0])
		return err_set(e, E_INPUT, "recipe", "The release job does not tell its recipe.");
	int64_t version = recipe_text_version(used);
	const char *text = version ? arena_printf(w->a, "version %lld, BLAKE2b-256 %s",
					     (long long)version, hash)
				   : hash;
	if (recipe_text_same(w->a, used, f->recipe))
		fact(w, "good", "Recipe", text);
	else
		stop(w, "Recipe", arena_printf(w->a, "%s, changed since", text),
			"The recipe was changed after these images were made. The newer version "
			"needs images of its own.");
	return OK;
}

/* Counts that may be withheld are texts. */
static const char *
number(struct writer *w, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_integer(v) ? filter_count(w->a, json_integer_value(v))
				  : result_text(w->a, o, name, 20);
}

static enum status
risk_words(struct writer *w, const json_t *o, const char **ret, struct err *e)
{
	int64_t k;
	double highest, average, uniques;
	TRY(result_count(o, "k", &k, e));
	TRY(result_real(o, "highest", &highest, e));
	TRY(result_real(o, "average", &average, e));
	TRY(result_real(o, "uniques", &uniques, e));
	*ret = arena_printf(w->a,
		"smallest group %lld, highest risk %.1f %%, average %.1f %%, alone in their group "
		"%.1f %%",
		(long long)k, highest * 100, average * 100, uniques * 100);
	return OK;
}

static const char *
columns(struct writer *w, const json_t *quasi)
{
	struct buf b = buf_new(w->a);
	for (size_t i = 0; i < json_array_size(quasi); i++)
		buf_printf(&b, "%s%s", i ? ", " : "",
			result_value(w->a, json_array_get(quasi, i), SHORT));
	return b.p ? b.p : "";
}

/* Columns that tell nothing any more, so that the groups are large enough. */
static void
lost(struct writer *w, const json_t *r)
{
	struct buf names = buf_new(w->a);
	const json_t *level;
	size_t i;
	json_array_foreach(json_object_get(r, "levels"), i, level)
	{
		int64_t at = json_integer_value(json_object_get(level, "level"));
		if (at > 0 && at == json_integer_value(json_object_get(level, "of")))
			buf_printf(&names, "%s%s", names.n ? ", " : "",
				result_text(w->a, level, "column", SHORT));
	}
	if (names.n)
		fact(w, "due", "Lost to the group size",
			arena_printf(w->a, "%s: the same for all patients", names.p));
}

/* Before and after; k is met when the smallest group that is left is no smaller. */
static enum status
risk(struct writer *w, const json_t *result, struct err *e)
{
	const json_t *r = json_object_get(result, "risk"), *after;
	const char *text;
	json_t *quasi;
	int64_t k, reached, suppressed;
	if (!r) {
		w->paper->unmeasured = true;
		fact(w, "due", "Risk of being found",
			"not measured: the recipe names no quasi-identifiers");
		return OK;
	}
	TRY(result_list(r, "quasi", COLUMNS_MAX, &quasi, e));
	fact(w, "good", "Quasi-identifiers", columns(w, quasi));
	TRY(risk_words(w, json_object_get(r, "before"), &text, e));
	fact(w, "good", "Risk in the source", text);
	if (!(after = json_object_get(r, "after"))) {
		w->paper->unmeasured = true;
		fact(w, "due", "Risk in the release", "as in the source: the recipe asks for no k");
		return OK;
	}
	TRY(result_count(r, "k", &k, e));
	TRY(result_count(after, "k", &reached, e));
	TRY(result_count(r, "suppressed", &suppressed, e));
	TRY(risk_words(w, after, &text, e));
	fact(w, "good", "Risk in the release", text);
	text = arena_printf(w->a, "at least %lld, reached %lld; %s generalised to nothing",
		(long long)k, (long long)reached,
		filter_plural(w->a, suppressed, "patient", "patients"));
	if (reached >= k)
		fact(w, "good", "Group size asked for", text);
	else
		stop(w, "Group size asked for", text,
			"The release does not reach the group size that the recipe asks for.");
	lost(w, r);
	return OK;
}

static enum status
scan(struct writer *w, const json_t *result, struct err *e)
{
	const json_t *s = json_object_get(result, "leak_scan");
	int64_t identifiers, columns, bytes;
	if (!s) {
		stop(w, "Leak scan", "not made", "The finished files were not searched for leaks.");
		return OK;
	}
	TRY(result_count(s, "identifiers", &identifiers, e));
	TRY(result_count(s, "columns", &columns, e));
	TRY(result_count(s, "bytes", &bytes, e));
	fact(w, identifiers ? "good" : "due", "Leak scan",
		arena_printf(w->a,
			"%s of the source searched for in %s with words or whole numbers and in %s "
			"of what is written in plain: none found",
			filter_plural(w->a, identifiers, "identifier", "identifiers"),
			filter_plural(w->a, columns, "column", "columns"),
			filter_bytes(w->a, bytes)));
	return OK;
}

/* What people said of variables goes out with the images: which version, and is it the newest? */
static enum status
said(struct writer *w, const struct sign_facts *f, const json_t *result, struct err *e)
{
	const json_t *d = json_object_get(result, "dictionary");
	int64_t version = 0, entries = 0;
	if (d) {
		TRY(result_count(d, "version", &version, e));
		TRY(result_count(d, "entries", &entries, e));
	}
	if (!version && !f->dictionary)
		return OK;
	const char *later =
		f->dictionary > version
			? arena_printf(w->a,
				  "; version %lld was written since and is in the pages only",
				  (long long)f->dictionary)
			: "";
	fact(w, later[0] ? "due" : "good", "Dictionary",
		version ? arena_printf(w->a, "version %lld, %s, BLAKE2b-256 %s%s",
				  (long long)version,
				  filter_plural(w->a, entries, "entry", "entries"),
				  result_text(w->a, d, "hash", SHORT), later)
			: arena_printf(w->a, "the recipe's words%s", later));
	return OK;
}

/* Nothing in a bare workspace reads Parquet: who signs should know what teams must install. */
static void
parquet(struct writer *w, const json_t *result)
{
	const char *names = result_names(w->a, result, "parquet_alone", SHORT);
	if (names[0])
		fact(w, "due", "Parquet without CSV",
			arena_printf(w->a,
				"%s: a workspace reads this only with a package that its team "
				"installs in the setup phase, such as pyarrow; \"csv all\" in the "
				"recipe adds CSV",
				names));
}

/* Somebody said of these that they tell of nobody: who signs should know. */
static void
harmless(struct writer *w, const struct sign_facts *f)
{
	const char *names = recipe_text_statement(w->a, f->recipe, "harmless");
	if (names[0])
		fact(w, "due", "Look like identifiers, and may be kept", names);
}

static void
withdrawn(struct writer *w, const json_t *told)
{
	const char *names = result_names(w->a, told, "unreached", SHORT);
	if (!told)
		return;
	fact(w, "good", "Made anew",
		"because a patient objected: without them, in place of every image before");
	if (names[0])
		fact(w, "due", "Kept whole in the source",
			arena_printf(w->a,
				"%s: nothing leads from their rows to a patient, so look there "
				"for rows of the one who objected",
				names));
}

static enum status
counts(struct writer *w, const struct sign_facts *f, const json_t *result, struct err *e)
{
	int64_t review = 0;
	json_t *tables;
	TRY(result_list(result, "tables", 1000, &tables, e));
	fact(w, "good", "What goes out",
		arena_printf(w->a, "%s, %s rows of %s patients",
			filter_plural(w->a, (int64_t)json_array_size(tables), "table", "tables"),
			number(w, result, "rows"), number(w, result, "patients")));
	harmless(w, f);
	parquet(w, result);
	TRY(said(w, f, result, e));
	withdrawn(w, json_object_get(result, "withdrawn"));
	fact(w, "good", "Patients in the sample, and hidden for scoring",
		arena_printf(w->a, "%s and %s. %s", number(w, result, "sample_patients"),
			number(w, result, "hidden_patients"), recipe_lot_words(w->a, f->recipe)));
	if (json_object_get(result, "review_words"))
		TRY(result_count(result, "review_words", &review, e));
	if (review)
		fact(w, "due", "Free text",
			arena_printf(w->a,
				"%s that look like names were taken out; the list is with the "
				"curator",
				filter_plural(w->a, review, "word", "words")));
	const json_t *simulated = json_object_get(result, "simulated");
	if (simulated)
		fact(w, "good", "Simulated rows",
			arena_printf(w->a,
				"%s, of which %s equal a real one in four fields or more",
				number(w, simulated, "rows"), number(w, simulated, "alike")));
	return OK;
}

static enum status
images(struct writer *w, const json_t *result, struct err *e)
{
	json_t *list;
	TRY(result_list(result, "images", IMAGES_MAX, &list, e));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *image = json_array_get(list, i);
		int64_t id, bytes;
		TRY(result_count(image, "id", &id, e));
		TRY(result_count(image, "bytes", &bytes, e));
		fact(w, "good",
			arena_printf(w->a, "Image %lld, %s", (long long)id,
				result_text(w->a, image, "stage", 20)),
			arena_printf(w->a, "%s, BLAKE2b-256 %s", filter_bytes(w->a, bytes),
				result_text(w->a, image, "hash", SHORT)));
	}
	return OK;
}

enum status
sign_paper_make(struct arena *a, const struct sign_facts *f, struct sign_paper *ret, struct err *e)
{
	struct sign_paper paper = { .facts.at = ARENA_ARRAY(a, FACTS_MAX, struct sign_fact) };
	struct writer w = { a, &paper };
	cleanup_result json_t *result = NULL;
	TRY(result_parse(f->result, &result, e));
	ethics(&w, f);
	TRY(recipe(&w, f, result, e));
	TRY(risk(&w, result, e));
	TRY(scan(&w, result, e));
	TRY(counts(&w, f, result, e));
	TRY(images(&w, result, e));

	struct buf b = buf_new(a);
	buf_printf(&b, "Release of the data of \"%s\"\n", f->title);
	for (size_t i = 0; i < paper.facts.n; i++)
		buf_printf(&b, "%s: %s\n", paper.facts.at[i].label, paper.facts.at[i].text);
	paper.statement = b.p;
	paper.hash = hash_hex(a, buf_str(&b));
	*ret = paper;
	return OK;
}

void
sign_paper_read(struct arena *a, const char *statement, struct sign_paper *ret)
{
	struct sign_paper p = { .facts.at = ARENA_ARRAY(a, FACTS_MAX, struct sign_fact),
		.statement = statement };
	struct str rest = str_of(statement);
	(void)str_cut(&rest, '\n'); /* the title */
	while (rest.n && p.facts.n < FACTS_MAX) {
		struct str text = str_cut(&rest, '\n'), label = str_cut(&text, ':');
		p.facts.at[p.facts.n++] =
			(struct sign_fact){ str_dup(a, label), str_dup(a, str_trim(text)), "" };
	}
	*ret = p;
}

enum status
sign_ok(const struct sign_paper *p, const char *hash, const char *why, struct err *e)
{
	if (p->stop)
		return err_set(e, E_CONFLICT, "", "%s", p->stop);
	if (!streq(hash, p->hash))
		return err_set(e, E_CONFLICT, "",
			"Something has changed since you opened this page. Read it again.");
	if (p->unmeasured && !why[0])
		return err_set(e, E_INPUT, "why",
			"Say why the data may be released although the risk was not lowered.");
	return OK;
}
