#include "curator/score/score.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/json.h"
#include "curator/score/score_internal.h"

enum status
score_texts(struct arena *a, enum score_task task, struct str truth_text, struct str predictions,
	struct score *ret, struct err *e)
{
	struct truth t;
	struct err why;
	const double *value = NULL;
	struct score s = { .name = task == SCORE_BINARY ? "AUROC" : "MAE" };
	TRY(truth_read(a, truth_text, task, &t, e));
	s.n = t.n;
	if (predictions_read(a, predictions, task, &t, &value, &s.problems, &why) != OK)
		s.error = arena_strdup(a, why.text);
	else if (task == SCORE_BINARY)
		TRY(metric_auroc(a, t.label, value, t.n, &s.metric, e));
	else
		s.metric = metric_mae(a, t.label, value, t.n);
	*ret = s;
	return OK;
}

enum status
score_slurp(
	struct arena *a, int dirfd, const char *path, size_t max, struct str *ret, struct err *e)
{
	struct stat st;
	/* O_NONBLOCK: a FIFO must be refused below, not waited for here. */
	cleanup_fd int fd =
		openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "", "There is no file %s.", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, "Cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_INPUT, "", "%s is not an ordinary file.", path);
	if ((uint64_t)st.st_size > max)
		return err_set(e, E_INPUT, "", "%s is larger than %zu MiB.", path, max >> 20);
	/* In one piece, because its size is known: growing a buffer would copy it again. */
	char *p = arena_alloc(a, (size_t)st.st_size + 1);
	size_t n = 0;
	while (n < (size_t)st.st_size) {
		ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, "Cannot read %s", path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret = (struct str){ p, n };
	return OK;
}

void
score_write(struct buf *out, const struct score *s)
{
	struct jsonw j = jsonw_new(out);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok");
	jsonw_bool(&j, !s->error);
	if (s->error) {
		jsonw_key(&j, "error");
		jsonw_text(&j, s->error);
		jsonw_key(&j, "field");
		jsonw_text(&j, "predictions");
		jsonw_key(&j, "problems");
		jsonw_open(&j, '[');
		for (size_t i = 0; i < s->problems.n; i++)
			jsonw_row(&j, score_problem_fields, &s->problems.at[i]);
		jsonw_close(&j, ']');
	} else {
		jsonw_key(&j, "n");
		jsonw_int(&j, (int64_t)s->n);
		jsonw_key(&j, "metric");
		jsonw_text(&j, s->name);
		jsonw_key(&j, "value");
		jsonw_real(&j, s->metric.value);
		jsonw_key(&j, "low");
		jsonw_real(&j, s->metric.low);
		jsonw_key(&j, "high");
		jsonw_real(&j, s->metric.high);
	}
	jsonw_close(&j, '}');
	buf_putc(out, '\n');
}
