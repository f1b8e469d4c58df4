#include "base/io.h"
#include "curator/airlock/airlock.h"

struct threshold {
	const char *name;
	int64_t value, min, max;
	size_t offset;
};

#define T(name, value, min, max)                                                                   \
	{                                                                                          \
#name, value, min, max, offsetof(struct airlock_policy, name)                      \
	}

static const struct threshold thresholds[] = {
	/* ACRO's safe_threshold and the ABS rule of 10. */
	T(min_count, 10, 3, 1000),
	/* ACRO's safe_dof_threshold; ABS asks for the same. */
	T(min_df, 10, 1, 1000),
	/* ACRO's safe_nk_k with n = 2. */
	T(nk_percent, 90, 50, 100),
	/* ACRO's safe_pratio_p: (sum - top1 - top2) / top1. */
	T(p_percent, 10, 1, 100),
	/* ABS: combined tables must not give a difference below 10. */
	T(difference, 10, 1, 1000),
	/* OpenSAFELY asks for 5, 10 or midpoint 6; here it is the steward's to ask. */
	T(rounding, 0, 0, 10),
	/* Our own: fewer possible values than this are as good as the number. */
	T(interval, 3, 1, 1000),
	/* Our own and OpenSAFELY's limit of 5,000 rows. */
	T(rows_review, 1000, 1, 1000000),
	T(rows_fail, 5000, 1, 1000000),
	T(distinct_percent, 90, 10, 100),
	T(text_max, 200, 20, 10000),
	T(match_fields, 4, 2, 20),
	/* SATRE 3.3.07 asks for a rule; without one no model leaves. */
	T(models, 0, 0, 1),
	T(image_side, 8192, 16, 8192),
	T(image_pixels, 16777216, 256, 16777216),
	/* Our own: colours that differ by 1/64 look alike, and below that nothing can hide. */
	T(image_bits, 6, 1, 8),
};
enum { N = sizeof thresholds / sizeof *thresholds };

static int64_t *
at(struct airlock_policy *p, size_t i)
{
	return (int64_t *)((char *)p + thresholds[i].offset);
}

struct airlock_policy
airlock_policy_default(void)
{
	struct airlock_policy p;
	for (size_t i = 0; i < N; i++)
		*at(&p, i) = thresholds[i].value;
	return p;
}

const char *
airlock_policy_at(const struct airlock_policy *p, size_t i, int64_t *ret_value)
{
	if (i >= N)
		return NULL;
	*ret_value = *(const int64_t *)((const char *)p + thresholds[i].offset);
	return thresholds[i].name;
}

static enum status
set_line(struct str s, int no, bool seen[N], struct airlock_policy *p, struct err *e)
{
	s = str_trim(str_cut(&s, '#'));
	if (s.n == 0)
		return OK;
	struct str word = str_cut(&s, ' ');
	int64_t v;
	for (size_t i = 0; i < N; i++) {
		const struct threshold *t = &thresholds[i];
		if (!str_is(word, t->name))
			continue;
		if (seen[i])
			return err_set(e, E_INPUT, t->name, "The policy's line %d gives %s twice.",
				no, t->name);
		if (!str_int(str_trim(s), &v) || v < t->min || v > t->max)
			return err_set(e, E_INPUT, t->name,
				"The policy's line %d: %s must be a whole number from %lld to "
				"%lld.",
				no, t->name, (long long)t->min, (long long)t->max);
		seen[i] = true;
		*at(p, i) = v;
		return OK;
	}
	return err_set(e, E_INPUT, "", "The policy's line %d does not begin with a threshold.", no);
}

enum status
airlock_policy_load(struct arena *a, const char *path, struct airlock_policy *ret, struct err *e)
{
	struct airlock_policy p = airlock_policy_default();
	bool seen[N] = { false };
	struct str text = { "", 0 };
	if (path)
		TRY(io_read_file(a, path, 1 << 16, &text, e));
	for (int no = 1; text.n; no++)
		TRY(set_line(str_cut(&text, '\n'), no, seen, &p, e));
	if (p.rounding != 0 && p.rounding != 5 && p.rounding != 6 && p.rounding != 10)
		return err_set(e, E_INPUT, "rounding", "rounding must be 0, 5, 6 or 10.");
	if (p.rows_fail < p.rows_review)
		return err_set(e, E_INPUT, "rows_fail", "rows_fail is below rows_review.");
	*ret = p;
	return OK;
}
