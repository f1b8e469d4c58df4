#include "curator/score/score_internal.h"

#include <fcntl.h>

#include "base/code.h"
#include "curator/options.h"

static const char usage[] =
	"wardroom-curator score --task binary|regression --truth FILE --predictions FILE [--json]\n"
	"\n"
	"Checks a file of predictions whole and scores it. Both files are CSV with a header line:\n"
	"the truth has the columns id,label, the predictions id,prediction.\n"
	"\n"
	"  --task binary      labels 0 or 1, predictions 0 to 1: AUROC with DeLong's 95 % "
	"interval\n"
	"  --task regression  any numbers: mean absolute error with a bootstrap 95 % interval\n"
	"  --json             the answer as one JSON object: ok, n, metric, value, low, high;\n"
	"                     or ok, error, field, problems\n"
	"\n"
	"Numbers are given in full here. Ends with 0 when it scored, 2 when a file is not as it\n"
	"must be, 66 when one cannot be read, 64 when it was called wrongly.\n";

struct options {
	const char *task, *truth, *predictions;
	bool json, help;
};

static bool
understood(int argc, char **argv, struct options *o)
{
	const struct option_word words[] = {
		{ "task", &o->task, NULL },
		{ "truth", &o->truth, NULL },
		{ "predictions", &o->predictions, NULL },
		{ "json", NULL, &o->json },
		{ "help", NULL, &o->help },
	};
	return options_read(argc, argv, words, sizeof words / sizeof words[0], NULL) && o->task &&
	       o->truth && o->predictions &&
	       (streq(o->task, "binary") || streq(o->task, "regression"));
}

static enum status
run(struct arena *a, const struct options *o, struct score *ret, struct err *e)
{
	struct str truth, predictions;
	struct err why;
	size_t max = (size_t)1 << 32;
	enum score_task task = streq(o->task, "binary") ? SCORE_BINARY : SCORE_REGRESSION;
	TRY(score_slurp(a, AT_FDCWD, o->truth, max, &truth, e));
	TRY(score_slurp(a, AT_FDCWD, o->predictions, max, &predictions, e));
	enum status s = score_texts(a, task, truth, predictions, ret, &why);
	if (s != OK)
		return err_set(e, s, "truth", "%s: %s", o->truth, why.text);
	return OK;
}

static void
print(struct arena *a, const struct score *s, bool json)
{
	struct buf b = buf_new(a);
	if (json) {
		score_write(&b, s);
	} else if (!s->error) {
		buf_printf(&b, "%s %.4f, 95 %% interval %.4f to %.4f, %zu rows\n", s->name,
			s->metric.value, s->metric.low, s->metric.high, s->n);
	} else {
		buf_printf(&b, "%s\n", s->error);
		for (size_t i = 0; i < s->problems.n; i++) {
			const struct score_problem *p = &s->problems.at[i];
			buf_printf(&b, "%s: %lld\n", p->what, (long long)p->count);
			for (size_t k = 0; k < p->examples.n; k++)
				buf_printf(&b, "  %s\n", p->examples.at[k]);
			if ((size_t)p->count > p->examples.n)
				buf_puts(&b, "  ...\n");
		}
	}
	fputs(b.p, stdout);
}

int
score_main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct score s = { 0 };
	struct err e = { 0 };
	bool good = understood(argc, argv, &o);
	int code = options_usage(usage, good, o.help);
	if (code != OPTIONS_GO_ON)
		return code;
	if (run(a, &o, &s, &e) != OK) {
		s.error = e.text;
		s.problems.n = 0;
	}
	print(a, &s, o.json);
	if (fflush(stdout) != 0)
		return EXIT_FILE;
	return !s.error             ? 0
	       : e.code == E_ABSENT ? EXIT_FILE
	       : e.code             ? code_of(e.code)
				    : EXIT_FAILED;
}
