/*
 * Models that cannot store anybody: trees whose leaves each hold many rows, as LightGBM writes them
 * in text. What such a file tells beside its trees is taken out: the least and most of each feature
 * are somebody's values. Every other kind of model is refused by its bytes.
 */
#include "curator/airlock/check.h"

struct reader {
	struct airlock_file *f;
	struct buf clean;
	int64_t row;
	int64_t trees, leaves, counted; /* of the present tree: leaves, and those with a count */
	bool in_tree;
	const char *small, *unknown;
};

/* What may stand in such a file before '=' or ':'. */
static const char *const keys[] = { "version", "num_class", "num_tree_per_iteration", "label_index",
	"max_feature_idx", "objective", "average_output", "feature_names", "monotone_constraints",
	"Tree", "num_leaves", "num_cat", "split_feature", "split_gain", "threshold",
	"decision_type", "left_child", "right_child", "leaf_value", "leaf_weight", "leaf_count",
	"internal_value", "internal_weight", "internal_count", "cat_boundaries", "cat_threshold",
	"is_linear", "shrinkage" };

static bool
known(struct str key)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_is(key, keys[i]))
			return true;
	return false;
}

static void
end_tree(struct reader *r)
{
	/* A tree that is one leaf has no counts, and tells one number for all. */
	if (r->in_tree && r->leaves != 1 && (r->leaves < 1 || r->counted != r->leaves))
		airlock_tell(r->f, AIR_FAIL, r->row, 0,
			"A tree does not say how many rows each of its leaves holds.");
	r->in_tree = false;
	r->leaves = r->counted = 0;
}

static void
leaf_counts(struct reader *r, struct str values)
{
	while (values.n) {
		int64_t n;
		if (!str_int(str_cut(&values, ' '), &n) || n < r->f->policy->min_count)
			airlock_tell(r->f, AIR_FAIL, r->row, 0, r->small);
		r->counted++;
	}
}

/* One line of the head or of a tree; what may leave of it goes to clean. */
static void
one_line(struct reader *r, struct str line)
{
	struct str rest = line, key = str_cut(&rest, '=');
	if (str_is(key, "feature_infos")) {
		/* A reader of the file wants one word for each feature. */
		buf_puts(&r->clean, "feature_infos=");
		for (bool first = true; rest.n; first = false) {
			str_cut(&rest, ' ');
			buf_puts(&r->clean, first ? "none" : " none");
		}
		buf_putc(&r->clean, '\n');
		return;
	}
	/* Counts bytes that are others now; readers do without. */
	if (str_is(key, "tree_sizes"))
		return;
	if (str_is(key, "Tree")) {
		end_tree(r);
		r->in_tree = true;
		r->trees++;
	} else if (str_is(key, "num_leaves")) {
		if (!str_int(rest, &r->leaves))
			r->leaves = 0;
	} else if (str_is(key, "leaf_count")) {
		leaf_counts(r, rest);
	} else if (str_is(key, "is_linear") && !str_is(rest, "0")) {
		airlock_tell(r->f, AIR_FAIL, r->row, 0,
			"Leaves with models of their own cannot be judged.");
	} else if (line.n && !known(key) && !str_is(line, "tree")) {
		airlock_tell(r->f, AIR_FAIL, r->row, 0, r->unknown);
	}
	buf_put(&r->clean, line.p, line.n);
	buf_putc(&r->clean, '\n');
}

enum status
check_model(struct airlock_file *f, struct err *e)
{
	struct str text = f->bytes;
	struct reader r = { .f = f, .clean = buf_new(f->a) };
	r.small = airlock_say(
		f, "A leaf holds fewer than %lld rows.", (long long)f->policy->min_count);
	r.unknown = "This line does not belong to a model of trees.";
	/* Importances, parameters and categories behind the trees stay inside. */
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		r.row++;
		if (str_is(line, "end of trees"))
			break;
		one_line(&r, line);
	}
	end_tree(&r);
	buf_puts(&r.clean, "end of trees\n");
	if (r.trees == 0)
		airlock_tell(f, AIR_FAIL, 0, 0, "There is no tree in this model.");
	airlock_tell(f, AIR_REVIEW, 0, 0,
		airlock_say(f,
			"A model of %lld trees. See from the code that each row it was made from "
			"is "
			"another person; what it tells of features' ranges is taken out.",
			(long long)r.trees));
	f->clean = buf_str(&r.clean);
	return OK;
}
