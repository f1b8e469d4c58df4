/*
 * Models of trees whose leaves each hold many rows, as LightGBM writes them in text. Every line is
 * known, every value a number, and there are exactly as many as the tree's leaves ask for, so that
 * nothing else travels along. Written anew: numbers with six digits, features without the names
 * that the member gave them, and nothing of the ranges, which are somebody's values. Every other
 * kind of model is refused by its bytes.
 */
#include <math.h>

#include "curator/airlock/check.h"

enum { TREES_MAX = 2000, FEATURES_MAX = 500, VALUE_BYTES = 32 };

/* How many numbers stand behind a key, and of which kind. */
enum amount { HEAD_ONE, TREE_ONE, PER_LEAF, PER_SPLIT };
enum kind { ANY, WHOLE, FEATURE, CHILD, DECISION };

static const struct {
	const char *key;
	enum amount amount;
	enum kind kind;
} keys[] = {
	{ "num_class", HEAD_ONE, WHOLE },
	{ "num_tree_per_iteration", HEAD_ONE, WHOLE },
	{ "label_index", HEAD_ONE, WHOLE },
	{ "max_feature_idx", HEAD_ONE, WHOLE },
	{ "num_cat", TREE_ONE, WHOLE },
	{ "is_linear", TREE_ONE, WHOLE },
	{ "shrinkage", TREE_ONE, ANY },
	{ "leaf_value", PER_LEAF, ANY },
	{ "leaf_weight", PER_LEAF, ANY },
	{ "leaf_count", PER_LEAF, WHOLE },
	{ "split_feature", PER_SPLIT, FEATURE },
	{ "split_gain", PER_SPLIT, ANY },
	{ "threshold", PER_SPLIT, ANY },
	{ "decision_type", PER_SPLIT, DECISION },
	{ "left_child", PER_SPLIT, CHILD },
	{ "right_child", PER_SPLIT, CHILD },
	{ "internal_value", PER_SPLIT, ANY },
	{ "internal_weight", PER_SPLIT, ANY },
	{ "internal_count", PER_SPLIT, WHOLE },
};

enum { KEYS = sizeof keys / sizeof keys[0] };

struct reader {
	struct airlock_file *f;
	struct buf clean;
	int64_t row, trees, features;
	int64_t leaves;     /* of the present tree; 0 before it is told */
	unsigned long seen; /* keys of this tree, or of the head */
	bool counted;       /* the tree's leaves have counts */
};

static void
fail(struct reader *r, const char *why)
{
	airlock_tell(r->f, AIR_FAIL, r->row, 0, why);
}

static void
end_tree(struct reader *r)
{
	/* A tree that is one leaf has no counts, and tells one number for all. */
	if (r->trees && r->leaves != 1 && !r->counted)
		fail(r, "A tree does not say how many rows each of its leaves holds.");
	r->leaves = 0;
	r->seen = 0;
	r->counted = false;
}

/* Whole numbers lie where a loader looks for them: what does not is no model's. */
static bool
fits(const struct reader *r, enum kind kind, double v)
{
	double low = 0, high = 1e12;
	if (kind == ANY)
		return true;
	if (kind == FEATURE)
		high = (double)r->features - 1;
	if (kind == CHILD)
		low = -(double)r->leaves, high = (double)r->leaves - 2;
	/* By which side a missing value goes, and what is missing; never by category. */
	if (kind == DECISION)
		high = 10;
	return v == floor(v) && v >= low && v <= high && (kind != DECISION || fmod(v, 2) == 0);
}

/* Six digits. Whole ones without an exponent: loaders stop reading at its point. */
static void
put_number(struct reader *r, enum kind kind, double v)
{
	double unit = kind != ANY && fabs(v) >= 1e6 ? pow(10, floor(log10(fabs(v))) - 5) : 1;
	if (kind == ANY)
		buf_printf(&r->clean, "%.6g", v);
	else
		buf_printf(&r->clean, "%.0f", round(v / unit) * unit);
}

static void
numbers(struct reader *r, size_t k, struct str values, int64_t n)
{
	const char *key = keys[k].key;
	bool counts = streq(key, "leaf_count");
	buf_printf(&r->clean, "%s=", key);
	int64_t i = 0;
	for (; values.n; i++) {
		struct str one = str_cut(&values, ' ');
		double v;
		if (one.n > VALUE_BYTES || !str_real(one, &v) || !fits(r, keys[k].kind, v)) {
			fail(r, "What stands here is no number that fits.");
			return;
		}
		if (counts && v < (double)r->f->policy->min_count)
			fail(r, airlock_say(r->f, "A leaf holds fewer than %lld rows.",
					(long long)r->f->policy->min_count));
		if (i)
			buf_putc(&r->clean, ' ');
		put_number(r, keys[k].kind, v);
		if (streq(key, "max_feature_idx"))
			r->features = (int64_t)v + 1;
		if ((streq(key, "is_linear") || streq(key, "num_cat")) && v != 0)
			fail(r, "Leaves with models of their own, and categories, cannot be "
				"judged.");
	}
	buf_putc(&r->clean, '\n');
	if (i != n)
		fail(r, "There are more or fewer numbers here than the tree has leaves for.");
	r->counted |= counts;
}

static void
known_line(struct reader *r, size_t k, struct str rest)
{
	enum amount amount = keys[k].amount;
	if (r->seen & 1ul << k)
		fail(r, "This is told twice.");
	r->seen |= 1ul << k;
	if ((amount == HEAD_ONE) != (r->trees == 0) ||
		((amount == PER_LEAF || amount == PER_SPLIT) && r->leaves < 1)) {
		fail(r, "This stands at a place where it does not belong.");
		return;
	}
	/* A tree of one leaf has no splits, and may have empty lines for them. */
	if (amount == PER_SPLIT && r->leaves == 1 && !rest.n)
		return;
	numbers(r, k, rest,
		amount == PER_LEAF    ? r->leaves
		: amount == PER_SPLIT ? r->leaves - 1
				      : 1);
}

/* LightGBM's own names for features without one. */
static void
put_features(struct reader *r)
{
	if (r->features < 1 || r->features > FEATURES_MAX) {
		fail(r, airlock_say(r->f, "A model has from 1 to %d features.", FEATURES_MAX));
		return;
	}
	buf_puts(&r->clean, "feature_names=");
	for (int64_t i = 0; i < r->features; i++)
		buf_printf(&r->clean, i ? " Column_%lld" : "Column_%lld", (long long)i);
	buf_puts(&r->clean, "\nfeature_infos=");
	for (int64_t i = 0; i < r->features; i++)
		buf_puts(&r->clean, i ? " none" : "none");
	buf_puts(&r->clean, "\n");
}

static void
objective(struct reader *r, struct str rest)
{
	static const char *const all[] = { "regression", "binary sigmoid:1", "regression_l1",
		"huber", "poisson", "quantile", "mape", "gamma", "tweedie" };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (str_is(rest, all[i])) {
			buf_printf(&r->clean, "objective=%s\n", all[i]);
			return;
		}
	fail(r, "This objective is not known here.");
}

static void
begin_tree(struct reader *r, struct str rest)
{
	int64_t n;
	end_tree(r);
	if (!str_int(rest, &n) || n != r->trees || r->trees == TREES_MAX)
		fail(r, airlock_say(r->f, "Trees are numbered from 0, and there are at most %d.",
				TREES_MAX));
	r->trees++;
	buf_printf(&r->clean, "\nTree=%lld\n", (long long)r->trees - 1);
}

static void
one_line(struct reader *r, struct str line)
{
	struct str rest = line, key = str_cut(&rest, '=');
	if (!line.n || str_is(key, "feature_infos") || str_is(key, "tree_sizes"))
		return;
	if (str_is(line, "tree") || str_is(line, "average_output")) {
		buf_printf(&r->clean, "%s\n", str_is(line, "tree") ? "tree" : "average_output");
	} else if (str_is(line, "version=v3") || str_is(line, "version=v4")) {
		buf_printf(&r->clean, "version=v%c\n", line.p[line.n - 1]);
	} else if (str_is(key, "objective") && !r->trees) {
		objective(r, rest);
	} else if (str_is(key, "feature_names") && !r->trees) {
		put_features(r);
	} else if (str_is(key, "Tree")) {
		begin_tree(r, rest);
	} else if (str_is(key, "num_leaves") && r->trees && !r->leaves) {
		if (!str_int(rest, &r->leaves) || r->leaves < 1 || r->leaves > 4096)
			fail(r, "A tree has from 1 to 4096 leaves.");
		buf_printf(&r->clean, "num_leaves=%lld\n", (long long)r->leaves);
	} else {
		size_t k = 0;
		while (k < KEYS && !str_is(key, keys[k].key))
			k++;
		if (k < KEYS)
			known_line(r, k, rest);
		else
			fail(r, "This line does not belong to a model of trees.");
	}
}

enum status
check_model(struct airlock_file *f, struct err *e)
{
	struct str text = f->bytes;
	struct reader r = { .f = f, .clean = buf_new(f->a) };
	/* Importances, parameters and categories behind the trees stay inside. */
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		r.row++;
		if (str_is(line, "end of trees"))
			break;
		one_line(&r, line);
	}
	end_tree(&r);
	buf_puts(&r.clean, "\nend of trees\n");
	if (r.trees == 0)
		fail(&r, "There is no tree in this model.");
	airlock_tell(f, AIR_REVIEW, 0, 0,
		airlock_say(f,
			"A model of %lld trees. How many rows a leaf holds is what the file says: "
			"see "
			"from the code that it is so, and that each row is another person.",
			(long long)r.trees));
	f->clean = buf_str(&r.clean);
	return OK;
}
