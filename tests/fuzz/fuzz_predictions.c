/*
 * A team's file of predictions, against a fixed truth; and the same bytes as a truth. Where both
 * are accepted the score must lie in its interval's range.
 */
#include <math.h>
#include <stdint.h>

#include "base/err.h"
#include "curator/score/score.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(struct str truth, struct str predictions, enum score_task task)
{
	cleanup_arena struct arena *a = arena_new();
	struct score s;
	struct err e;
	if (score_texts(a, task, truth, predictions, &s, &e) != OK) {
		if (!str_utf8(str_of(e.text)))
			BUG("an error is not text");
		return;
	}
	for (size_t i = 0; i < s.problems.n; i++)
		for (size_t k = 0; k < s.problems.at[i].examples.n; k++)
			if (!str_utf8(str_of(s.problems.at[i].examples.at[k])))
				BUG("an example is not text");
	if (!s.error != (s.problems.n == 0))
		BUG("refused without a problem, or accepted with one");
	if (s.error)
		return;
	if (!(s.metric.low <= s.metric.high) || !isfinite(s.metric.value) || s.metric.value < 0 ||
		(task == SCORE_BINARY && s.metric.value > 1))
		BUG("impossible score %g, %g to %g", s.metric.value, s.metric.low, s.metric.high);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct str truth = STR("id,label\na,0\nb,1\n\"c,\"\"1\",1\nd4,0\n");
	judge(truth, text, SCORE_BINARY);
	judge(truth, text, SCORE_REGRESSION);
	/* Two thousand resamples of many rows would only slow the search. */
	if (size < 2000)
		judge(text, STR("id,prediction\na,0.5\nb,0.25\n"), SCORE_BINARY);
	return 0;
}
