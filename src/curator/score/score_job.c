#include "curator/score/score_internal.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>

#include "base/io.h"
#include "base/log.h"
#include "curator/job.h"

struct spec {
	int64_t project, submission, spool, labels;
	enum score_task task;
};

static enum status
spec_read(struct str text, struct spec *ret, struct err *e)
{
	json_error_t why;
	json_int_t project, submission, spool, labels;
	const char *task;
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return err_set(e, E_INPUT, "", "The job's spec is not JSON: line %d: %s.", why.line,
			why.text);
	struct spec s = { 0 };
	enum status status = OK;
	if (json_unpack_ex(root, &why, 0, "{s:I, s:I, s:I, s:I, s:s !}", "project", &project,
		    "submission", &submission, "spool", &spool, "labels", &labels, "task",
		    &task) != 0)
		status = err_set(e, E_INPUT, "", "The job's spec is wrong: %s.", why.text);
	else if (project < 1 || submission < 1 || spool < 0 || labels < 0)
		status = err_set(e, E_INPUT, "", "The job's spec has a number out of range.");
	else if (streq(task, "binary") || streq(task, "regression"))
		s = (struct spec){ project, submission, spool, labels,
			streq(task, "binary") ? SCORE_BINARY : SCORE_REGRESSION };
	else
		status = err_set(e, E_INPUT, "task",
			"The task must be binary or regression, not \"%.40s\".", task);
	json_decref(root);
	if (status == OK)
		*ret = s;
	return status;
}

static double
rounded(double v)
{
	double scale = pow(10, SCORE_DECIMALS);
	/* Above 2^53 / scale a double has no fourth decimal to lose. */
	return fabs(v) < 1e11 ? round(v * scale) / scale : v;
}

/* What is wrong with labels must not reach a team: it could tell how they are spread. */
static enum status
labels_unusable(const struct spec *spec, const struct err *why, struct err *e)
{
	log_error(
		"labels unusable", "project=%lld why=\"%s\"", (long long)spec->project, why->text);
	return err_set(e, why->code == E_INPUT ? E_CONFLICT : why->code, "",
		"The hidden labels of this project cannot be scored yet; please tell the data "
		"steward.");
}

enum status
score_job(struct arena *a, struct str text, int job_dirfd, const struct config *c, struct err *e)
{
	struct spec spec = { 0 };
	struct err why;
	struct str truth, predictions;
	struct score s;
	TRY(spec_read(text, &spec, e));
	const char *labels = arena_printf(a, "%s/data/%lld/" PLACE_LABELS "/%lld.csv", c->state,
		(long long)spec.project, (long long)spec.labels);
	if (score_slurp(a, AT_FDCWD, labels, SIZE_MAX >> 1, &truth, &why) != OK)
		return labels_unusable(&spec, &why, e);
	const char *folder = arena_printf(a, "%s/spool", c->state);
	cleanup_fd int spool = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (spool < 0)
		return err_errno(e, "Cannot open the folder of submitted files");
	const char *name = arena_printf(a, "%lld", (long long)spec.spool);
	enum status status = score_slurp(a, spool, name, SCORE_FILE_MAX, &predictions, &why);
	if (status == E_INPUT)
		return err_set(e, E_INPUT, "predictions",
			"The submitted file is larger than %d MiB or not an ordinary file.",
			SCORE_FILE_MAX >> 20);
	if (status != OK)
		return err_set(e, status, "", "The submitted file is no longer there.");
	if (score_texts(a, spec.task, truth, predictions, &s, &why) != OK)
		return labels_unusable(&spec, &why, e);
	s.metric.value = rounded(s.metric.value);
	s.metric.low = rounded(s.metric.low);
	s.metric.high = rounded(s.metric.high);
	struct buf out = buf_new(a);
	score_write(&out, &s);
	return io_replace_at(job_dirfd, "result.json", 0640, out.p, out.n, e);
}
