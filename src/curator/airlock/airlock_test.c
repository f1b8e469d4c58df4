/*
 * Every check with files that trip it and files that do not.
 */
#include "curator/airlock/airlock.h"

#include "base/tap.h"
#include "curator/airlock/flow.h"
#include "curator/airlock/grams.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

struct fixture {
	const char *check, *name, *text;
	const char *want; /* "", "note", "review", "fail": the worst of that check */
	struct spot at;   /* the first place of it, when given */
};

static struct airlock_file
new_file(struct arena *a, const struct airlock_policy *p, const char *name, struct str s)
{
	return (struct airlock_file){ .a = a, .policy = p, .name = name, .input = s, .bytes = s };
}

/* The worst finding of a check; NULL when there is none. */
static const struct airlock_finding *
worst(const struct airlock_file *f, const char *check)
{
	const struct airlock_finding *w = NULL;
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct airlock_finding *x = &f->findings.at[i];
		if (streq(x->check, check) && (!w || x->severity > w->severity))
			w = x;
	}
	return w;
}

static void
try_one(const struct airlock_policy *p, const struct fixture *x)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_file f = new_file(a, p, x->name, str_of(x->text));
	airlock_run(&f);
	const struct airlock_finding *w = worst(&f, x->check);
	const char *got = w ? airlock_severity_name(w->severity) : "";
	if (!streq(got, x->want))
		printf("# %s of \"%.60s\"\n", x->check, x->text);
	CHECK_STR(got, x->want);
	if (!w || x->at.column == 0)
		return;
	if (w->places[0].row != x->at.row || w->places[0].column != x->at.column)
		printf("# place in \"%.60s\"\n", x->text);
	CHECK_INT(w->places[0].row, x->at.row);
	CHECK_INT(w->places[0].column, x->at.column);
}

#define TRY_ALL(fixtures)                                                                          \
	do {                                                                                       \
		struct airlock_policy p_ = airlock_policy_default();                               \
		for (size_t i_ = 0; i_ < sizeof(fixtures) / sizeof *(fixtures); i_++)              \
			try_one(&p_, &(fixtures)[i_]);                                             \
	} while (0)

#define LONG50 "abcdefghij klmnopqrs tuvwxyz abcdefghij klmnopqrs "

TEST(file_types)
{
	static const struct fixture x[] = {
		{ "file_type", "a.csv", "ward,n\nA,20\nB,30\n", "" },
		{ "file_type", "a.tsv", "ward\tn\nA\t20\nB\t30\n", "" },
		{ "file_type", "a.txt", "The AUROC was 0.83.\n", "" },
		{ "file_type", "a.json", "{\"auc\": 0.83}", "" },
		{ "file_type", "a.csv", "", "fail" },
		{ "file_type", "a.csv", "PK\x03\x04zip", "fail" },
		{ "file_type", "a.csv", "PAR1\x01\x02\x03", "fail" },
		{ "file_type", "a.txt", "\x1f\x8b\x08", "fail" },
		{ "file_type", "a.txt", "\x80\x04\x95\x10", "fail" },
		{ "file_type", "a.txt", "(lp0\nI1\naI2\na.", "fail" },
		{ "file_type", "a.txt", "SQLite format 3", "fail" },
		{ "file_type", "a.txt", "\x89HDF\r\n\x1a\n", "fail" },
		{ "file_type", "a.txt", "RDX3\nX", "fail" },
		{ "file_type", "a.txt", "%PDF-1.7\n", "fail" },
		{ "file_type", "a.txt", "<!DOCTYPE html><p>x", "fail" },
		{ "file_type", "a.txt", "\xef\xbb\xbf <svg xmlns='x'>", "fail" },
		{ "file_type", "a.txt", "tree\nversion=v3\n", "fail" },
		{ "file_type", "a.json", "{\"nbformat\": 4, \"cells\": []}", "fail" },
		{ "file_type", "a.txt", "{\"nbformat\": 4, \"cells\": []}", "fail" },
		{ "file_type", "a.json", "{\"learner\": {}, \"version\": [1]}", "fail" },
		{ "file_type", "a.json", "{\"a\": 1, \"a\": 2}", "fail" },
		{ "file_type", "a.json", "{\"a\": }", "fail" },
		{ "file_type", "a.csv", "a,b\n1,2,3\n", "fail" },
		{ "file_type", "a.csv", "a,b\n1,\"2\n", "fail" },
		{ "file_type", "a.txt", "x\x1b[31mred\n", "fail" },
		{ "file_type", "a.txt", "caf\xe9\n", "fail" },
		{ "name", "a.csv", "ward,n\nA,20\nB,30\n", "" },
		{ "name", "a.csv\n", "ward,n\nA,20\nB,30\n", "fail" },
		{ "name", "a.png", "ward,n\nA,20\nB,30\n", "fail" },
		{ "name", "a.r", "ward,n\nA,20\nB,30\n", "review" },
	};
	TRY_ALL(x);
}

static size_t
runs_in(const char *text, const char *const *records, size_t n, int copies, size_t *ret_words)
{
	cleanup_arena struct arena *a = arena_new();
	struct grams *g = grams_new(a);
	struct gram_run run;
	size_t found = 0, at = 0;
	struct str lines = str_of(text);
	for (int64_t row = 1; lines.n; row++)
		CHECK(grams_add(g, str_cut(&lines, '\n'), row, 0, NULL) == OK);
	*ret_words = 0;
	if (!grams_any(g))
		return 0;
	for (int k = 0; k < copies; k++)
		for (size_t i = 0; i < n; i++)
			grams_seen(g, str_of(records[i]));
	while (grams_next(g, &at, &run)) {
		found++;
		*ret_words = run.words;
	}
	return found;
}

TEST(sentences_of_the_data_are_known_again)
{
	static const char *const notes[] = {
		"She fell from the ladder while picking cherries and broke her left wrist, again.",
		"Seen at home; the daughter brought him in after he had not eaten for two days.",
	};
	size_t words;
	/* Broken up, in capitals, amid other words. */
	CHECK(runs_in("Case: she FELL from the\nladder while picking;cherries and broke her left "
		      "wrist.",
		      notes, 2, 1, &words) == 1);
	CHECK_INT(words, 13);
	CHECK(runs_in("the ladder while picking cherries and broke her", notes, 2, 1, &words) == 1);
	CHECK_INT(words, 8);
	CHECK(runs_in("the ladder while picking cherries and broke his", notes, 2, 1, &words) == 0);
	CHECK(runs_in("", notes, 2, 1, &words) == 0);
	CHECK(runs_in("1 2 3 4 5 6 7 8 9 10", notes, 2, 1, &words) == 0);
	/* Two stretches. */
	CHECK(runs_in("from the ladder while picking cherries and broke her X the daughter brought "
		      "him in after he had not eaten",
		      notes, 2, 1, &words) == 2);
	CHECK_INT(words, 10);
	/* What stands in many records is a form of words. */
	CHECK(runs_in(notes[0], notes, 2, GRAM_COMMON, &words) == 0);
	CHECK(runs_in(notes[0], notes, 2, GRAM_COMMON - 1, &words) == 1);
}

static enum airlock_severity
model(const char *text, int64_t models, const char **ret_clean)
{
	static struct arena *a;
	struct airlock_policy p = airlock_policy_default();
	arena_free(a);
	a = arena_new();
	p.models = models;
	struct airlock_file f = new_file(a, &p, "fit.txt", str_of(text));
	airlock_run(&f);
	*ret_clean = f.clean.n ? str_dup(a, f.clean) : "";
	return airlock_verdict(&f);
}

#define MODEL_HEAD "tree\nversion=v4\nnum_class=1\nmax_feature_idx=1\nfeature_names=age bmi\n"
#define MODEL_TREE "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=54.5\n"

TEST(models_of_trees)
{
	const char *clean;
	const char *good =
		MODEL_HEAD "feature_infos=[18:103] [11.2:61]\ntree_sizes=90\n\n" MODEL_TREE
			   "leaf_count=40 12\nis_linear=0\n\nend of trees\n\n"
			   "parameters:\n[seed: 4711]\nend of parameters\n";
	CHECK(model(good, 0, &clean) == AIR_FAIL);
	CHECK_STR(clean, "");
	CHECK(model(good, 1, &clean) == AIR_REVIEW);
	const char *form = "tree\nversion=v4\nnum_class=1\nmax_feature_idx=1\n"
			   "feature_names=Column_0 Column_1\nfeature_infos=none none\n\n" MODEL_TREE
			   "leaf_count=40 12\nis_linear=0\n\nend of trees\n";
	CHECK_STR(clean, form);
	CHECK(model(form, 1, &clean) == AIR_REVIEW);
	CHECK_STR(clean, form);
	CHECK(model(MODEL_HEAD MODEL_TREE "leaf_count=40 9\n", 1, &clean) == AIR_FAIL);
	CHECK(model(MODEL_HEAD MODEL_TREE "leaf_count=40\n", 1, &clean) == AIR_FAIL);
	CHECK(model(MODEL_HEAD MODEL_TREE, 1, &clean) == AIR_FAIL);
	CHECK(model(MODEL_HEAD MODEL_TREE "leaf_count=40 x\n", 1, &clean) == AIR_FAIL);
	CHECK(model(MODEL_HEAD MODEL_TREE "leaf_count=40 12\nis_linear=1\n", 1, &clean) ==
		AIR_FAIL);
	CHECK(model(MODEL_HEAD MODEL_TREE "leaf_count=40 12\nrows=1 2 3\n", 1, &clean) == AIR_FAIL);
	CHECK(model(MODEL_HEAD, 1, &clean) == AIR_FAIL);
	/* Rows that travel along: as values, as too many values, as trees of one leaf, in the head.
	 */
	static const char *const smuggled[] = {
		MODEL_HEAD "Tree=0\nnum_leaves=2\nthreshold=P05QA9V1Y57YT,61,F\nleaf_count=40 12\n",
		MODEL_HEAD "Tree=0\nnum_leaves=2\nthreshold=61 62 63\nleaf_count=40 12\n",
		MODEL_HEAD MODEL_TREE "leaf_count=40 12\nleaf_value=1 2 3\n",
		MODEL_HEAD MODEL_TREE "leaf_count=40 12\nleaf_count=40 12\n",
		MODEL_HEAD "Tree=0\nnum_leaves=1\nleaf_value=1 2 3\n",
		MODEL_HEAD "objective=P05QA9V1Y57YT\n" MODEL_TREE "leaf_count=40 12\n",
		MODEL_HEAD "threshold=61\n" MODEL_TREE "leaf_count=40 12\n",
		MODEL_HEAD "Tree=0\nnum_leaves=2\ncat_threshold=61\nleaf_count=40 12\n",
		/* Numbers that no tree would have. */
		MODEL_HEAD MODEL_TREE "leaf_count=40 12.5\n",
		MODEL_HEAD MODEL_TREE "leaf_count=40 12\nleft_child=61\n",
		MODEL_HEAD MODEL_TREE "leaf_count=40 12\nright_child=-3\n",
		MODEL_HEAD MODEL_TREE "leaf_count=40 12\ndecision_type=61\n",
		MODEL_HEAD MODEL_TREE "leaf_count=40 12\ninternal_count=61.25\n",
		MODEL_HEAD "Tree=0\nnum_leaves=2\nsplit_feature=2\nleaf_count=40 12\n",
	};
	for (size_t i = 0; i < sizeof smuggled / sizeof smuggled[0]; i++)
		CHECK(model(smuggled[i], 1, &clean) == AIR_FAIL);
	/* A loader reads counts as whole numbers. */
	CHECK(model(MODEL_HEAD MODEL_TREE "leaf_count=1234567 12\n", 1, &clean) == AIR_REVIEW);
	CHECK(strstr(clean, "leaf_count=1234570 12\n"));
	/* No other kind. */
	CHECK(model("\x80\x04\x95\x10", 1, &clean) == AIR_FAIL);
	CHECK(model("{\"learner\": {}, \"version\": [1]}", 1, &clean) == AIR_FAIL);
}

TEST(too_large_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	size_t n = AIRLOCK_MAX_BYTES + 1;
	char *big = arena_alloc(a, n);
	memset(big, 'a', n);
	struct airlock_file f = new_file(a, &p, "a.txt", (struct str){ big, n });
	airlock_run(&f);
	CHECK(airlock_verdict(&f) == AIR_FAIL);
	CHECK(f.clean.n == 0);
}

TEST(small_cells)
{
	static const struct fixture x[] = {
		{ "small_cells", "a.csv", "ward,n\nA,20\nB,7\n", "fail", { 3, 2 } },
		{ "small_cells", "a.csv", "ward,n\nA,20\nB,10\n", "" },
		{ "small_cells", "a.csv", "ward,n\nA,20\nB,7.0\n", "fail", { 3, 2 } },
		{ "small_cells", "a.csv", "ward,n\nA,20 (80 %)\nB,\"7 (20 %)\"\n", "fail",
			{ 3, 2 } },
		{ "small_cells", "a.csv", "ward,n\nA,20\nB,'7\n", "fail", { 3, 2 } },
		/* A label of rows is no count, wherever its numbers are codes. */
		{ "small_cells", "a.csv", "stage,n\n1,20\n2,70\n3,44\n", "" },
		{ "small_cells", "a.csv", "sex,stage,n\nF,1,20\nF,2,70\nM,1,44\nM,2,51\n", "" },
		{ "small_cells", "a.csv", "k,auc\n1,0.71\n5,0.75\n9,0.77\n", "" },
		/* Without a header that helps, whole numbers are counts. */
		{ "small_cells", "a.csv", "g,x\nA,20\nB,7\n", "fail", { 3, 2 } },
		{ "small_cells", "a.csv", "x,y\n3,0.5\n7,0.6\n", "review", { 0, 1 } },
		{ "small_cells", "a.csv", "what,value\nn,7\nauc,0.83\n", "fail", { 2, 2 } },
		{ "small_cells", "a.csv", "what,value\nn,70\nauc,0.83\n", "" },
		{ "small_cells", "a.tsv", "ward\tn\nA\t3\n", "fail", { 2, 2 } },
		{ "small_cells", "a.json", "{\"n\": 7, \"auc\": 0.83}", "fail", { 1, 2 } },
		{ "small_cells", "a.json", "{\"n\": 70, \"auc\": 0.83}", "" },
		{ "small_cells", "a.json", "{\"max_depth\": 5, \"auc\": 0.83}", "" },
		{ "small_cells", "a.json", "{\"m\": [[35, 3], [20, 60]]}", "fail", { 2, 2 } },
		{ "small_cells", "a.json", "[{\"w\": \"A\", \"n\": 3}, {\"w\": \"B\", \"n\": 30}]",
			"fail", { 1, 2 } },
		{ "small_cells", "a.json", "{\"w\": [\"A\", \"B\"], \"n\": [30, 3]}", "fail",
			{ 2, 2 } },
		{ "small_cells", "a.txt", "[[35  3]\n [20 60]]\n", "fail", { 1, 2 } },
		{ "small_cells", "a.txt", "x   yes  no\nA   35   3\nB   20  60\n", "fail",
			{ 2, 3 } },
		{ "small_cells", "a.txt", "| w | n |\n|---|---|\n| A | 3 |\n| B | 30 |\n", "fail",
			{ 3, 2 } },
		{ "small_cells", "a.txt",
			"            Estimate Std. Error z value\nage     0.480  1.197    0.40\n"
			"bmi     0.280  1.000    0.30\n",
			"" },
		{ "small_numbers_in_text", "a.txt", "There were 7 patients in ward A.\n", "fail" },
		{ "small_numbers_in_text", "a.txt", "n = 7\n", "fail" },
		{ "small_numbers_in_text", "a.txt", "n = 70, 5 folds, seed 3\n", "" },
		{ "small_numbers_in_text", "a.txt", "LR test = 33 on 3 df, n = 228\n", "review" },
		{ "small_numbers_in_text", "a.txt", "Df Residuals: 6\n", "fail" },
		{ "small_numbers_in_text", "a.txt", "Df Residuals: 96\n", "" },
		{ "small_numbers_in_text", "a.csv", "ward,count (0),count (1)\nA,40,50\nB,30,20\n",
			"review", { 1, 3 } },
		{ "small_numbers_in_text", "a.csv", "ward,count (7)\nA,40\nB,30\n", "fail",
			{ 1, 2 } },
		{ "degrees_of_freedom", "a.csv", "model,df_resid\nA,6\n", "fail", { 2, 2 } },
		{ "degrees_of_freedom", "a.csv", "model,df_resid\nA,60\n", "" },
		{ "degrees_of_freedom", "a.json", "{\"df_resid\": 6}", "fail" },
		{ "shares", "a.csv", "ward,n,mortality\nA,250,0.024\nB,300,0.2\n", "fail",
			{ 2, 3 } },
		{ "shares", "a.csv", "ward,n,pct\nA,250,98.5\nB,300,20\n", "fail", { 2, 3 } },
		{ "shares", "a.csv", "ward,n,pct\nA,250,18.5\nB,300,20\n", "" },
	};
	TRY_ALL(x);
}

TEST(class_disclosure)
{
	static const struct fixture x[] = {
		{ "class_disclosure", "a.csv", "ward,yes,no\nA,20,30\nB,0,40\n", "review",
			{ 3, 2 } },
		{ "class_disclosure", "a.csv", "ward,yes,no\nA,20,30\nB,10,40\n", "" },
		{ "class_disclosure", "a.csv", "ward,n,died\nA,20,20\nB,40,10\n", "review",
			{ 2, 3 } },
		{ "class_disclosure", "a.csv", "ward,pct\nA,100%\nB,40%\n", "review", { 2, 2 } },
		/* The line "B, no" was left out because nobody is there. */
		{ "class_disclosure", "a.csv",
			"ward,died,n\nA,yes,20\nA,no,30\nB,yes,15\nC,yes,20\nC,no,11\n", "review",
			{ 4, 3 } },
		{ "class_disclosure", "a.csv",
			"ward,died,n\nA,yes,20\nA,no,30\nB,yes,15\nB,no,12\n", "" },
	};
	TRY_ALL(x);
}

TEST(suppression)
{
	static const struct fixture x[] = {
		{ "suppression", "a.csv", "w,yes,no,total\nA,*,30,42\nB,20,15,35\n", "fail",
			{ 2, 2 } },
		{ "suppression", "a.csv", "w,yes,no\nA,*,30\nB,20,15\nTotal,32,45\n", "fail",
			{ 2, 2 } },
		{ "suppression", "a.csv", "w,yes,no\nA,*,30\nB,20,15\n", "" },
		{ "suppression", "a.csv", "w,n\nA,<10\nB,20\nC,30\nTotal,57\n", "fail", { 2, 2 } },
		{ "suppression", "a.csv", "w,n\nA,<10\nB,<10\nC,30\nTotal,40\n", "" },
		/* Both must be 9. */
		{ "suppression", "a.csv", "w,n\nA,<10\nB,<10\nC,30\nTotal,48\n", "fail", { 2, 2 } },
		/* 8 and 9, or 9 and 8: nearly known. */
		{ "suppression", "a.csv", "w,n\nA,<10\nB,<10\nC,30\nTotal,47\n", "review",
			{ 2, 2 } },
		/* A ring of four hides itself. */
		{ "suppression", "a.csv",
			"w,red,green,blue,total\nA,*,*,30,72\nB,*,*,15,85\nC,20,20,20,60\nTotal,76,"
			"76,65,"
			"217\n",
			"" },
		/* The ring is broken by a row whose cells are all shown. */
		{ "suppression", "a.csv",
			"w,red,green,blue,total\nA,*,12,30,72\nB,*,*,15,85\nC,20,20,20,60\n"
			"Total,76,76,65,217\n",
			"fail", { 2, 2 } },
		{ "suppression", "a.csv", "w,yes,no,total\nA,*,30,99\nB,20,15,77\n", "review" },
		{ "suppression", "a.csv",
			"w,died,n\nA,yes,*\nA,no,30\nA,All,42\nB,yes,20\nB,no,15\nB,All,35\n"
			"All,yes,32\nAll,no,45\nAll,All,77\n",
			"fail", { 2, 3 } },
		/* Rounded totals do not give a cell away. */
		{ "suppression", "a.csv", "w,yes,no,total\nA,*,30,45\nB,20,15,35\nC,25,35,60\n",
			"" },
	};
	TRY_ALL(x);
}

TEST(rows_and_identifiers)
{
	static const struct fixture x[] = {
		{ "identifiers", "a.csv", "patient_id,age\n17,40\n18,50\n19,60\n", "fail",
			{ 0, 1 } },
		{ "identifiers", "a.csv", "MRN,age\n17,40\n18,50\n", "fail", { 0, 1 } },
		{ "identifiers", "a.csv", "id,age\n8341,40\n2218,50\n7719,60\n", "fail", { 0, 1 } },
		{ "identifiers", "a.csv", "name,auc\nlogistic,0.8\nforest,0.9\n", "review",
			{ 0, 1 } },
		{ "identifiers", "a.csv", "model,auc\nlogistic,0.8\nforest,0.9\n", "" },
		{ "identifiers", "a.csv", "x,y\nAB1234,0.4\nCD9876,0.5\nEF5555,0.6\n", "fail",
			{ 0, 1 } },
		{ "identifiers", "a.txt", "See PABCDEFGH1234 for that.\n", "fail" },
		{ "identifiers", "a.txt", "Ask kari.nordmann@example.org.\n", "fail" },
		{ "identifiers", "a.txt", "decision trees @ depth 30\n", "" },
		{ "dates", "a.csv", "ward,when,n\nA,2022-03-14,20\n", "review", { 2, 2 } },
		{ "dates", "a.csv", "n,when\n20,2022-03-14\n", "fail", { 2, 2 } },
		{ "dates", "a.csv", "x,seen\n0.5,14.03.2022\n", "fail", { 2, 2 } },
		{ "dates", "a.csv", "x,seen\n0.5,14 Mar 2022\n", "fail", { 2, 2 } },
		{ "dates", "a.csv", "year,n\n2021,20\n2022,30\n", "" },
		{ "dates", "a.txt", "Run on 2022-03-14 with numpy 1.24.2\n", "review" },
		{ "dates", "a.txt", "numpy 1.24.2, pandas 1.5.3\n", "" },
		{ "places", "a.csv", "lat,lon,n\n52.1,4.8,20\n", "fail", { 0, 1 } },
		{ "places", "a.csv", "where,n\n\"52.37403, 4.88969\",20\n", "fail", { 2, 1 } },
		{ "places", "a.csv", "late,long_stay_share\n0.1,0.8\n", "" },
		{ "long_text", "a.csv", "note,n\n" LONG50 LONG50 LONG50 LONG50 "x,20\n", "fail",
			{ 2, 1 } },
		{ "long_text", "a.csv", "note,n\n" LONG50 LONG50 ",20\n", "" },
		{ "long_text", "a.txt",
			"aGVsbG8gd29ybGQgdGhpcyBpcyBzb21lIGRhdGEgaW4gZGlzZ3Vpc2UgMTIzNDU2Nzg5MA=="
			"\n",
			"fail" },
		{ "long_text", "a.txt", "0123456789abcdef0123456789abcdef0123456789\n", "fail" },
		{ "long_text", "a.txt",
			"----------------------------------------------------------------\n", "" },
		{ "hidden_text", "a.txt",
			"a\xe2\x80\x8b"
			"b\n",
			"fail" },
		{ "hidden_text", "a.txt", "\xd9\xa7 patients\n", "fail" },
		{ "hidden_text", "a.txt", "see <script>x</script>\n", "fail" },
		{ "hidden_text", "a.txt",
			"bl\xc3\xa5"
			"b\xc3\xa6r < 3\n",
			"" },
		{ "extremes", "a.csv", "what,age\nmean,54.2\nmax,97\n", "review", { 3, 1 } },
		{ "extremes", "a.csv", "what,age\nmean,54.2\nsd,9.7\n", "" },
		{ "extremes", "a.csv", "ward,median_age\nA,54\n", "review", { 0, 2 } },
		{ "extremes", "a.csv", "what,age\n25%,54.2\n75%,97\n", "review", { 2, 1 } },
		{ "extremes", "a.txt", "The median age was 54.\n", "review" },
		{ "formulas", "a.csv", "a,b\n=1+1,20\n", "fail", { 2, 1 } },
		{ "formulas", "a.csv", "a,b\n+cmd|' /C calc'!A0,20\n", "fail", { 2, 1 } },
		{ "formulas", "a.csv", "a,b\n@SUM(A1),20\n", "fail", { 2, 1 } },
		{ "formulas", "a.csv", "a,b\n\"\t=1+1\",20\n", "fail", { 2, 1 } },
		{ "formulas", "a.csv", "=x,b\n1,20\n", "fail", { 1, 1 } },
		{ "formulas", "a.csv", "a,b\n-1.5,-2 (0.3)\n+3,-\n", "" },
		{ "dominance", "a.csv", "ward,cost\nA,5310.5\nB,1200.25\n", "review", { 2, 2 } },
		{ "dominance", "a.csv", "model,auc\nA,0.81\nB,0.79\n", "" },
		{ "rounding", "a.csv", "ward,n\nA,15\nB,20\n", "note", { 0, 2 } },
		{ "rounding", "a.csv", "ward,mean bwt\nA,2804\nB,3056\n", "" },
		{ "rounding", "a.csv", "ward,n mean\nA,2804\nB,3056\n", "note", { 0, 2 } },
		{ "rows", "a.csv", "15,20\n17,30\n", "review" },
	};
	TRY_ALL(x);
}

static void
many_rows(int rows, const char *want)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	struct buf b = buf_new(a);
	buf_puts(&b, "bin,n\n");
	for (int i = 0; i < rows; i++)
		buf_printf(&b, "%d,%d\n", i, 20 + i % 7);
	struct airlock_file f = new_file(a, &p, "a.csv", buf_str(&b));
	airlock_run(&f);
	const struct airlock_finding *w = worst(&f, "rows");
	CHECK_STR(w ? airlock_severity_name(w->severity) : "", want);
}

TEST(many_rows_are_data)
{
	many_rows(900, "");
	many_rows(1001, "review");
	many_rows(5001, "fail");
}

TEST(rows_of_measurements_are_persons)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	struct buf b = buf_new(a);
	buf_puts(&b, "age,bmi,crp\n");
	for (int i = 0; i < 60; i++)
		buf_printf(&b, "%d.5,%d.1,%d.2\n", 40 + i % 31, 20 + i % 13, i * 7 % 50);
	struct airlock_file f = new_file(a, &p, "a.csv", buf_str(&b));
	airlock_run(&f);
	CHECK(worst(&f, "rows") != NULL);
}

TEST(evidence_decides_dominance)
{
	static const struct {
		const char *evidence, *want;
	} x[] = {
		{ "row,column,n,sum,top1,top2\n2,2,40,5310.5,300,250\n", "" },
		{ "row,column,n,sum,top1,top2\n2,2,40,5310.5,4000,900\n", "fail" },
		{ "row,column,n,sum,top1,top2\n2,2,40,5310.5,3900,1100\n", "fail" },
		{ "row,column,n,sum,top1,top2\n2,2,4,5310.5,1400,1390\n", "fail" },
		{ "row,column,n,sum,top1,top2\n2,2,40,99,9,8\n", "review" },
		{ "row,column,n,sum,top1,top2\n2,2,40,5310.5,-1,-2\n", "review" },
		{ "row,column,n\n2,2,40\n", "" },
		{ "file,row,column,n\nother.csv,2,2,40\n", "review" },
		{ "row,column,n\n2,2,40\n9,9,40\n", "review" },
	};
	struct airlock_policy p = airlock_policy_default();
	for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
		cleanup_arena struct arena *a = arena_new();
		struct airlock_evidence *list;
		size_t n;
		struct err e;
		CHECK(airlock_evidence_read(a, "s.csv", str_of(x[i].evidence), &list, &n, &e) ==
			OK);
		struct airlock_file f = new_file(a, &p, "a.csv", STR("ward,cost\nA,5310.5\n"));
		f.evidence.at = list;
		f.evidence.n = n;
		airlock_run(&f);
		const struct airlock_finding *w = worst(&f, "dominance");
		CHECK_STR(w ? airlock_severity_name(w->severity) : "", x[i].want);
	}
}

TEST(evidence_must_be_well_formed)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_evidence *list;
	size_t n;
	struct err e;
	CHECK(airlock_evidence_read(a, "s.csv", STR("a,b\n1,2\n"), &list, &n, &e) == E_INPUT);
	CHECK(airlock_evidence_read(a, "s.csv", STR("row,column\n0,2\n"), &list, &n, &e) ==
		E_INPUT);
	CHECK(airlock_evidence_read(a, "s.csv", STR("row,column,n\n1,2,x\n"), &list, &n, &e) ==
		E_INPUT);
	CHECK(airlock_evidence_read(a, "s.csv", STR("row,column\n1,\xff\n"), &list, &n, &e) ==
		E_INPUT);
}

static void
difference(const char *before, const char *now, const char *want)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	struct airlock_file old = new_file(a, &p, "old.csv", str_of(before));
	old.check = "file_type";
	CHECK(airlock_open(&old));
	struct airlock_other other = { "old.csv", old.grids.at[0] };
	struct airlock_file f = new_file(a, &p, "a.csv", str_of(now));
	f.others.at = &other;
	f.others.n = 1;
	airlock_run(&f);
	const struct airlock_finding *w = worst(&f, "differencing");
	CHECK_STR(w ? airlock_severity_name(w->severity) : "", want);
}

TEST(differencing)
{
	difference("ward,n\nA,20\nB,30\n", "ward,n\nA,20\nB,30\n", "");
	difference("ward,n\nA,20\nB,30\n", "ward,n\nA,23\nB,30\n", "fail");
	difference("ward,n\nA,20\nB,30\n", "ward,n\nB,27\nA,20\n", "fail");
	difference("ward,n\nA,20\nB,30\n", "ward,patients\nA,23\nB,30\n", "fail");
	difference("ward,n\nA,20\nB,30\n", "ward,n\nA,40\nB,60\n", "");
	difference("ward,n\nA,20\nB,30\n", "clinic,n\nC,23\nD,30\n", "");
	difference("w,n,m\nA,20,30\nB,30,45\nC,40,60\n", "w,n,m\nA,25,30\nB,30,45\nC,40,60\n",
		"review");
}

TEST(rounding_where_it_is_asked_for)
{
	static const struct {
		int64_t base;
		const char *text, *want;
	} x[] = {
		{ 5, "ward,n\nA,15\nB,20\n", "note" },
		{ 5, "ward,n\nA,15\nB,21\n", "fail" },
		{ 6, "ward,n\nA,15\nB,21\n", "note" },
		{ 6, "ward,n\nA,18\nB,21\n", "fail" },
		{ 10, "ward,n\nA,10\nB,0\n", "note" },
		{ 10, "ward,n\nA,15\nB,20\n", "fail" },
	};
	for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
		struct airlock_policy p = airlock_policy_default();
		p.rounding = x[i].base;
		try_one(&p, &(struct fixture){ "rounding", "a.csv", x[i].text, x[i].want, { 0 } });
	}
}

TEST(what_leaves_is_written_anew)
{
	static const struct {
		const char *name, *in, *out;
	} x[] = {
		{ "a.csv", "\xef\xbb\xbfward; n \r\n\"A\";20\r\n\"B, C\";30\r\n",
			"ward,n\nA,20\n\"B, C\",30\n" },
		{ "a.tsv", "ward\tn\nA\t20\n", "ward\tn\nA\t20\n" },
		{ "a.json", "{ \"auc\" : 0.830 }\n\n", "{\"auc\":0.830}\n" },
		{ "a.txt", "one  \r\ntwo\t", "one\ntwo\n" },
		{ "a.csv", "ward,n\nA,3\n", "" },
	};
	struct airlock_policy p = airlock_policy_default();
	for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
		cleanup_arena struct arena *a = arena_new();
		struct airlock_file f = new_file(a, &p, x[i].name, str_of(x[i].in));
		airlock_run(&f);
		CHECK_STR(f.clean.n ? f.clean.p : "", x[i].out);
	}
}

TEST(no_value_is_ever_told)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	static const char text[] = "secretlabel,n,mrn,note\nsecretcell,7,8341234,=secretformula\n"
				   "secretward,3,8341235,2022-03-14\n";
	struct airlock_file f = new_file(a, &p, "a.csv", str_of(text));
	struct buf one = buf_new(a), two = buf_new(a);
	airlock_run(&f);
	airlock_record(&one, &p, &f, 1, 0);
	airlock_record(&two, &p, &f, 1, 0);
	CHECK(strstr(one.p, "\"verdict\":\"FAIL\"") != NULL);
	CHECK(strstr(one.p, "secret") == NULL);
	CHECK(strstr(one.p, "834123") == NULL);
	CHECK(strstr(one.p, "03-14") == NULL);
	CHECK_STR(two.p, one.p);
}

TEST(flow_finds_what_is_certain)
{
	cleanup_arena struct arena *a = arena_new();
	/* Two hidden cells of a row, 12 together, the first at most 9: the second is 3 to 12. */
	struct flow *f = flow_new(a, 3, 3);
	size_t x = flow_edge(f, 0, 1, 0, 9);
	size_t y = flow_edge(f, 0, 1, 0, FLOW_ANY);
	flow_edge(f, 1, 2, 12, 12);
	flow_edge(f, 2, 0, 12, 12);
	int64_t low, high;
	CHECK(flow_solve(f));
	flow_range(f, x, &low, &high);
	CHECK_INT(low, 0);
	CHECK_INT(high, 9);
	flow_range(f, y, &low, &high);
	CHECK_INT(low, 3);
	CHECK_INT(high, 12);
	struct flow *g = flow_new(a, 2, 2);
	flow_edge(g, 0, 1, 0, 4);
	flow_edge(g, 1, 0, 5, 5);
	CHECK(!flow_solve(g));
}

TEST(cells)
{
	static const struct {
		const char *text;
		enum cell_kind kind;
		double value;
	} x[] = {
		{ " 12 ", CELL_NUMBER, 12 },
		{ "1,234", CELL_NUMBER, 1234 },
		{ "1 234 567", CELL_NUMBER, 1234567 },
		{ "12,5", CELL_NUMBER, 12.5 },
		{ "-3e2", CELL_NUMBER, -300 },
		{ "12.5 %", CELL_NUMBER, 12.5 },
		{ "7 (3.1 %)", CELL_NUMBER, 7 },
		{ "7/120", CELL_NUMBER, 7 },
		{ "7*", CELL_NUMBER, 7 },
		{ "<10", CELL_SUPPRESSED, 9 },
		{ "\xe2\x89\xa4 7", CELL_SUPPRESSED, 7 },
		{ "NA", CELL_SUPPRESSED, 0 },
		{ "", CELL_EMPTY, 0 },
		{ "3/14/2022", CELL_TEXT, 0 },
		{ "12a", CELL_TEXT, 0 },
	};
	for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
		struct cell c = cell_read(str_of(x[i].text));
		CHECK_INT(c.kind, x[i].kind);
		if (x[i].value != 0)
			CHECK(c.value == x[i].value);
	}
}

TEST(words)
{
	CHECK(words_in(STR("nPatients")) & WORD_COUNT);
	CHECK(words_in(STR("n.at.risk")) & WORD_COUNT);
	CHECK(words_in(STR("patient_id")) & WORD_IDENTIFIER);
	CHECK(words_in(STR("First Name")) & WORD_IDENTIFIER);
	CHECK(!(words_in(STR("feature name")) & WORD_IDENTIFIER));
	CHECK(words_in(STR("25%")) & WORD_EXTREME);
	CHECK(!(words_in(STR("params.max_depth")) & WORD_EXTREME));
	CHECK(!(words_in(STR("min_samples_leaf")) & WORD_COUNT));
	CHECK(words_in(STR("max_age")) & WORD_EXTREME);
	CHECK(words_in(STR("% dead")) & WORD_SHARE);
	CHECK(words_are_total(STR("Grand total")));
	CHECK(words_are_total(STR("All patients")));
	CHECK(!words_are_total(STR("Total knee replacement")));
	/* Both ends and the middle of the list are found: it is in order. */
	CHECK(words_in(STR("acc")) == WORD_STATISTIC);
	CHECK(words_in(STR("zip")) == WORD_PERHAPS_ID);
}

TEST(policy)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p;
	struct err e;
	char path[] = "/tmp/airlock-policy-XXXXXX";
	int fd = mkstemp(path);
	CHECK(fd >= 0 && dprintf(fd, "# ours\nmin_count 6\nrounding 5 # counts\n") > 0);
	CHECK(airlock_policy_load(a, path, &p, &e) == OK);
	CHECK_INT(p.min_count, 6);
	CHECK_INT(p.rounding, 5);
	CHECK_INT(p.rows_fail, 5000);
	CHECK(dprintf(fd, "min_count 7\n") > 0);
	CHECK(airlock_policy_load(a, path, &p, &e) == E_INPUT);
	CHECK_STR(e.field, "min_count");
	CHECK(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	CHECK(dprintf(fd, "min_count 1\n") > 0);
	CHECK(airlock_policy_load(a, path, &p, &e) == E_INPUT);
	CHECK(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	CHECK(dprintf(fd, "surprise 1\n") > 0);
	CHECK(airlock_policy_load(a, path, &p, &e) == E_INPUT);
	close(fd);
	unlink(path);
}
