#include "curator/score/score_internal.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/random.h"
#include "base/tap.h"
#include "curator/score/number.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

static struct str
rows(struct arena *a, const char *head, const double *value, size_t n)
{
	struct buf b = buf_new(a);
	buf_printf(&b, "id,%s\n", head);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "p%zu,%.17g\n", i, value[i]);
	return buf_str(&b);
}

/* The area is scikit-learn's roc_auc_score, the interval that of all pairs compared one by one. */
TEST(auroc_agrees_with_scikit_learn_and_delong_by_pairs)
{
	cleanup_arena struct arena *a = arena_new();
	const double y[] = { 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0 };
	const double p[] = { .1, .4, .35, .8, .4, .4, .2, .9, .65, .7, .4, .05 };
	struct metric m = { 0 };
	CHECK(metric_auroc(a, y, p, 12, &m, NULL) == OK);
	CHECK(near(m.value, 0.7777777777777778));
	CHECK(near(m.low, 0.506651613075582));
	CHECK(near(m.high, 1));

	double big_y[1000], big_p[1000];
	for (int i = 0; i < 1000; i++) {
		big_y[i] = i * 7919 % 1000 < 300;
		double v = (i * 611953 % 1009) / 1009.0 * 0.6 + 0.4 * big_y[i] * (i % 5) / 4;
		big_p[i] = round(v * 1000) / 1000;
	}
	CHECK(metric_auroc(a, big_y, big_p, 1000, &m, NULL) == OK);
	CHECK(near(m.value, 0.7442214285714285));
	CHECK(near(m.low, 0.7094091915081195));
	CHECK(near(m.high, 0.7790336656347376));
}

TEST(auroc_of_degenerate_files)
{
	cleanup_arena struct arena *a = arena_new();
	struct metric m = { 7, 7, 7 };
	struct err e;
	const double ones[] = { 1, 1, 1 }, y[] = { 0, 0, 1, 1 };
	CHECK(metric_auroc(a, ones, ones, 3, &m, &e) == E_INPUT);
	CHECK_STR(e.text, "All labels are 1, and AUROC compares rows of both outcomes.");
	CHECK(metric_auroc(a, ones, ones, 1, &m, &e) == E_INPUT);
	CHECK(m.value == 7);
	/* Perfect, perfectly wrong, all tied: no spread. */
	CHECK(metric_auroc(a, y, (double[]){ 0.1, 0.2, 0.3, 0.4 }, 4, &m, NULL) == OK);
	CHECK(m.value == 1 && m.low == 1 && m.high == 1);
	CHECK(metric_auroc(a, y, (double[]){ 0.4, 0.3, 0.2, 0.1 }, 4, &m, NULL) == OK);
	CHECK(m.value == 0 && m.low == 0 && m.high == 0);
	CHECK(metric_auroc(a, y, (double[]){ 0.5, 0.5, 0.5, 0.5 }, 4, &m, NULL) == OK);
	CHECK(m.value == 0.5 && m.low == 0.5 && m.high == 0.5);
	/* -0 and 0 are a tie. */
	CHECK(metric_auroc(a, y, (double[]){ -0.0, 0, 0, -0.0 }, 4, &m, NULL) == OK);
	CHECK(m.value == 0.5);
	/* One row of an outcome: its spread cannot be known. */
	CHECK(metric_auroc(a, y + 1, (double[]){ 0.3, 0.2, 0.4 }, 3, &m, NULL) == OK);
	CHECK(m.value == 0.5 && m.low == 0 && m.high == 1);
}

TEST(mae_and_its_bootstrap)
{
	cleanup_arena struct arena *a = arena_new();
	struct metric m = metric_mae(a, (double[]){ 3 }, (double[]){ 5 }, 1);
	CHECK(m.value == 2 && m.low == 2 && m.high == 2);
	m = metric_mae(a, (double[]){ 1, 2, 3, 4 }, (double[]){ 1, 3, 5, 0 }, 4);
	CHECK(near(m.value, 1.75));
	CHECK(m.low >= 0 && m.low < m.value && m.high > m.value && m.high <= 4);

	/* Uniform errors: the interval of the mean is 0.5 -+ 1.96 / sqrt(12 n), hands or not, and
	 * also when the file is sorted by error. */
	const size_t sizes[] = { 9000, 200000 };
	for (int k = 0; k < 2; k++) {
		size_t n = sizes[k];
		double *y = ARENA_ARRAY(a, n, double), *p = ARENA_ARRAY(a, n, double);
		for (size_t i = 0; i < n; i++)
			p[i] = ((double)i + 0.5) / (double)n * (i % 2 ? 1 : -1);
		m = metric_mae(a, y, p, n);
		double half = 1.959964 / sqrt(12 * (double)n);
		CHECK(near(m.value, 0.5));
		CHECK(fabs((m.high - m.low) / (2 * half) - 1) < 0.1);
		struct metric again = metric_mae(a, y, p, n);
		CHECK(m.low == again.low && m.high == again.high);
	}
}

TEST(numbers_are_read_as_strtod_reads_them)
{
	struct random r = { 11 };
	int wrong = 0;
	for (int i = 0; i < 300000; i++) {
		char text[64];
		double v = random_unit(&r) * pow(10, (double)random_below(&r, 40) - 20), got = -1;
		int digits = 1 + (int)random_below(&r, 19);
		snprintf(text, sizeof text, i % 3 ? "%.*g" : "%.*f", digits, i % 2 ? v : -v);
		wrong += number_read(str_of(text), &got) != NUMBER_GOOD ||
			 got != strtod(text, NULL) || (got == 0 && signbit(got));
	}
	CHECK_INT(wrong, 0);
	double v = 5;
	CHECK(number_read(STR(" 1e3 "), &v) == NUMBER_GOOD && v == 1000);
	CHECK(number_read(STR("+.5"), &v) == NUMBER_GOOD && v == 0.5);
	CHECK(number_read(STR("5e-324"), &v) == NUMBER_GOOD && v == 5e-324);
	CHECK(number_read(STR("9007199254740993"), &v) == NUMBER_GOOD && v == 9007199254740992);
	CHECK(number_read(STR("0e99999"), &v) == NUMBER_GOOD && v == 0);
	const char *const bad[] = { "", "-", ".", "e5", "1e", "1,5", "0x10", "1 2", "--1", "1e5x" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(number_read(str_of(bad[i]), &v) == NUMBER_BAD);
	const char *const words[] = { "nan", "NaN", "-inf", "Infinity", "+INF" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		CHECK(number_read(str_of(words[i]), &v) == NUMBER_NOT_FINITE);
}

#define TRUTH "id,label\na,0\nb,1\nc,1\nd,0\n"

static struct score
score(struct arena *a, enum score_task task, struct str truth, struct str predictions)
{
	struct score s = { .error = "the truth is not usable" };
	score_texts(a, task, truth, predictions, &s, NULL);
	return s;
}

static struct score
binary(struct arena *a, const char *predictions)
{
	return score(a, SCORE_BINARY, STR(TRUTH), str_of(predictions));
}

TEST(many_ways_to_write_the_same_table)
{
	cleanup_arena struct arena *a = arena_new();
	const char *const same[] = {
		"id,prediction\na,0.1\nb,0.9\nc,0.3\nd,0.5\n",
		"id,prediction\na,0.1\nb,0.9\nc,0.3\nd,0.5",
		"prediction,id\n0.5,d\n0.3,c\n0.9,b\n0.1,a\n",
		"\xef\xbb\xbfid,prediction\r\nd,.5\r\nb,9e-1\r\nc,+0.3\r\na,1E-1\r\n",
		"\"id\",\"prediction\"\n\"a\",\"0.1\"\n\"b\",0.9\nc,\"0.3\"\nd,0.5\n",
		"id,prediction\na, 0.1\nb,0.9 \nc,0.3\nd,0.5\n",
	};
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		struct score s = binary(a, same[i]);
		CHECK(!s.error);
		CHECK_INT(s.n, 4);
		CHECK(near(s.metric.value, 0.75));
	}
	/* An id may hold what it likes when it is quoted. */
	struct score s = score(a, SCORE_REGRESSION, STR("id,label\n\"x,\"\"\n\",1\n"),
		STR("id,prediction\n\"x,\"\"\n\",3\n"));
	CHECK(!s.error && near(s.metric.value, 2));
}

static void
check_problem(const struct score *s, size_t i, const char *what, int64_t count, const char *example)
{
	CHECK(s->error && i < s->problems.n);
	if (!s->error || i >= s->problems.n)
		return;
	CHECK_STR(s->problems.at[i].what, what);
	CHECK_INT(s->problems.at[i].count, count);
	CHECK_STR(s->problems.at[i].examples.at[0], example);
}

TEST(every_problem_of_a_file_is_told_at_once)
{
	cleanup_arena struct arena *a = arena_new();
	struct score s = binary(
		a, "id,prediction\na,0.1\na,0.2\nz,0.5\nb,high\nb,NaN\nb,-0.1\nc,0.3,9\nc\n\n");
	CHECK_INT(s.problems.n, 7);
	check_problem(&s, 0, "Lines that do not have two columns", 3, "line 8 has 3 columns");
	check_problem(&s, 1, "Missing ids", 2, "c");
	check_problem(&s, 2, "Ids given more than once", 3, "a");
	check_problem(&s, 3, "Ids that were not asked for", 1, "z");
	check_problem(&s, 4, "Predictions that are empty or not a number", 1, "b");
	check_problem(&s, 5, "Predictions that are NaN or infinite", 1, "b");
	check_problem(&s, 6, "Predictions outside 0 to 1", 1, "b");
	CHECK_STR(s.error,
		"Nothing was scored. Lines that do not have two columns: 3; Missing ids: 2; "
		"Ids given more than once: 3; Ids that were not asked for: 1; "
		"Predictions that are empty or not a number: 1; "
		"Predictions that are NaN or infinite: 1; Predictions outside 0 to 1: 1.");
	s = score(a, SCORE_REGRESSION, STR("id,label\na,1\n"), STR("id,prediction\na,-2e15\n"));
	check_problem(&s, 0, "Predictions beyond plus or minus 1e15", 1, "a");
	s = binary(a, "id,prediction\n");
	check_problem(&s, 0, "Missing ids", 4, "a");
}

TEST(a_file_that_is_no_table_says_so)
{
	cleanup_arena struct arena *a = arena_new();
	static const struct {
		const char *file, *error;
	} cases[] = {
		{ "", "The file is empty." },
		{ "\xef\xbb\xbf\n \n", "The file is empty." },
		{ "id,proba\na,1\n",
			"The file must begin with the line id,prediction and have no other "
			"columns; it begins with id,proba" },
		{ "id;prediction\n",
			"The file must begin with the line id,prediction and have no other "
			"columns; it begins with id;prediction" },
		{ "id,prediction,x\n",
			"The file must begin with the line id,prediction and have no other "
			"columns; it begins with id,prediction,x" },
		{ "id,prediction\na,\xff\n", "Line 2 holds bytes that are not UTF-8 text." },
		{ "id,prediction\na,\"0.1\n", "Line 2: a quote is opened here and never closed." },
		{ "id,prediction\na,0\"1\n", "Line 2: a quote stands in the middle of a cell." },
		{ "id,prediction\n\"a\"b,1\n",
			"Line 2: something follows the closing quote of a cell." },
		{ "id,prediction\na,1\rb,1\n",
			"Line 2: a carriage return stands without a line feed." },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct score s = binary(a, cases[i].file);
		CHECK_STR(s.error, cases[i].error);
		check_problem(&s, 0, "Not a table of predictions", 1,
			strlen(cases[i].error) > PROBLEM_EXAMPLE_BYTES
				? arena_printf(a, "%.*s...", PROBLEM_EXAMPLE_BYTES, cases[i].error)
				: cases[i].error);
	}
	CHECK(score(a, SCORE_BINARY, STR(TRUTH), (struct str){ "id,prediction\na\0,1\n", 19 })
			.error != NULL);
}

TEST(examples_are_few_short_and_fit_for_a_terminal)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	buf_puts(&b, "id,prediction\na,0\nb,0\nc,0\nd,0\n\"\x1b[2J\xc2\x9b\",0\n,0\n");
	for (int i = 0; i < 60; i++)
		buf_puts(&b, "\xc3\xa4");
	buf_puts(&b, "x,1\n");
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "u%d,0\n", i);
	struct score s = score(a, SCORE_BINARY, STR(TRUTH), buf_str(&b));
	CHECK_INT(s.problems.n, 1);
	const struct score_problem *p = &s.problems.at[0];
	CHECK_INT(p->count, 103);
	CHECK_INT(p->examples.n, 20);
	CHECK_STR(p->examples.at[0], "\xef\xbf\xbd[2J\xef\xbf\xbd");
	CHECK_STR(p->examples.at[1], "(empty)");
	CHECK_INT(strlen(p->examples.at[2]), PROBLEM_EXAMPLE_BYTES + 3);
	CHECK_STR(p->examples.at[19], "u16");
}

TEST(order_of_the_rows_does_not_matter)
{
	cleanup_arena struct arena *a = arena_new();
	enum { N = 5000 };
	static double y[N], p[N];
	struct random r = { 3 };
	for (size_t i = 0; i < N; i++) {
		p[i] = random_unit(&r);
		y[i] = random_unit(&r) < p[i];
	}
	struct buf b = buf_new(a);
	buf_puts(&b, "id,prediction\n");
	for (size_t i = 0; i < N; i++)
		buf_printf(&b, "p%zu,%.17g\n", i * 1009 % N, p[i * 1009 % N]);
	struct str truth = rows(a, "label", y, N), ordered = rows(a, "prediction", p, N);
	for (int task = SCORE_BINARY; task <= SCORE_REGRESSION; task++) {
		struct score s = score(a, (enum score_task)task, truth, ordered);
		struct score t = score(a, (enum score_task)task, truth, buf_str(&b));
		CHECK(!s.error && !t.error);
		CHECK(memcmp(&s.metric, &t.metric, sizeof s.metric) == 0);
	}
}

TEST(truth_that_is_not_usable)
{
	cleanup_arena struct arena *a = arena_new();
	static const struct {
		const char *file, *error;
	} cases[] = {
		{ "", "The file is empty." },
		{ "id,label\n", "The file has a header and no rows." },
		{ "id,label\na,2\n", "Line 2: the label is neither 0 nor 1." },
		{ "id,label\na,nan\n", "Line 2: the label is not a finite number." },
		{ "id,label\n,1\n", "Line 2 has no id." },
		{ "id,label\na,1\na,0\n", "Data row 2 repeats an id." },
		{ "id,label\na\n", "Line 2 has 1 cell instead of 2." },
		{ "id,label\na,1\n",
			"All labels are 1, and AUROC compares rows of both outcomes." },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = { 0 };
		struct score s;
		CHECK(score_texts(a, SCORE_BINARY, str_of(cases[i].file),
			      STR("id,prediction\na,1\n"), &s, &e) == E_INPUT);
		CHECK_STR(e.text, cases[i].error);
	}
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void
put_file(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && io_write_fd(fd, text, strlen(text), NULL) == OK);
}

struct job {
	struct arena *arena;
	char state[64];
	struct err err;
};

static enum status
job_run(struct job *j, const char *spec)
{
	struct config c = { .state = j->state };
	cleanup_fd int dir = open(j->state, O_RDONLY | O_DIRECTORY);
	unlinkat(dir, "result.json", 0);
	return score_job(j->arena, str_of(spec), dir, &c, &j->err);
}

static const char *
job_result(struct job *j)
{
	struct str s = STR("no result\n");
	io_read_file(
		j->arena, arena_printf(j->arena, "%s/result.json", j->state), 1 << 20, &s, NULL);
	return str_dup(j->arena, s);
}

#define SPEC(spool) "{\"project\":7,\"submission\":3,\"spool\":" spool ",\"labels\":5,\"task\":\"binary\"}"
#define IN(name) arena_printf(a, "%s/%s", j.state, name)

TEST(job_reads_where_it_should_and_tells_what_it_may)
{
	cleanup_arena struct arena *a = arena_new();
	struct job j = { .arena = a, .state = "/tmp/score-test-XXXXXX" };
	CHECK(mkdtemp(j.state) != NULL);
	CHECK(io_mkdirs(IN("data/7/hidden"), 0700, NULL) == OK);
	CHECK(io_mkdirs(IN("spool"), 0700, NULL) == OK);
	const char *labels = IN("data/7/hidden/5.csv");

	CHECK(job_run(&j, SPEC("1")) != OK);
	CHECK_STR(j.err.text,
		"The hidden labels of this project cannot be scored yet; please tell the data "
		"steward.");
	/* Another image's: nobody signed for it. */
	put_file(IN("data/7/hidden/6.csv"), TRUTH);
	CHECK(job_run(&j, SPEC("1")) == E_ABSENT);
	CHECK(strstr(j.err.text, "hidden labels") != NULL);
	put_file(labels, TRUTH);
	CHECK(job_run(&j, SPEC("1")) == E_ABSENT);
	CHECK_STR(j.err.text, "The submitted file is no longer there.");
	CHECK_STR(job_result(&j), "no result\n");

	put_file(IN("spool/1"), "id,prediction\na,0.1\nb,0.9\nc,0.05\nd,0\n");
	CHECK(job_run(&j, SPEC("1")) == OK);
	CHECK_STR(job_result(&j),
		"{\"ok\":true,\"n\":4,\"metric\":\"AUROC\",\"value\":0.75,\"low\":0.057,"
		"\"high\":1}\n");

	put_file(IN("spool/2"), "id,prediction\na,0.1\nb,0.9\nc,0.05\nd,7\n");
	CHECK(job_run(&j, SPEC("2")) == OK);
	CHECK_STR(job_result(&j),
		"{\"ok\":false,\"error\":\"Nothing was scored. Predictions outside 0 to 1: 1.\","
		"\"field\":\"predictions\",\"problems\":[{\"what\":\"Predictions outside 0 to "
		"1\",\"count\":1,\"examples\":[\"d\"]}]}\n");

	CHECK(symlink(labels, IN("spool/3")) == 0);
	CHECK(job_run(&j, SPEC("3")) != OK);
	CHECK(mkfifo(IN("spool/4"), 0600) == 0);
	CHECK(job_run(&j, SPEC("4")) == E_INPUT);
	put_file(IN("spool/5"), "");
	CHECK(truncate(IN("spool/5"), SCORE_FILE_MAX + 1) == 0);
	CHECK(job_run(&j, SPEC("5")) == E_INPUT);
	CHECK_STR(j.err.text, "The submitted file is larger than 64 MiB or not an ordinary file.");

	/* A label that is no label must not be told to the team. */
	put_file(labels, "id,label\na,0\nb,7\n");
	CHECK(job_run(&j, SPEC("1")) == E_CONFLICT);
	CHECK(!strchr(j.err.text, '7'));
	CHECK_STR(job_result(&j), "no result\n");
	nftw(j.state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

TEST(job_refuses_a_bad_spec)
{
	cleanup_arena struct arena *a = arena_new();
	struct job j = { .arena = a, .state = "/tmp/score-test-XXXXXX" };
	CHECK(mkdtemp(j.state) != NULL);
	const char *const bad[] = {
		"",
		"[]",
		"{\"project\":7}",
		SPEC("\"1\""),
		SPEC("-1"),
		SPEC("1,\"more\":1"),
		SPEC("1,\"spool\":1"),
		"{\"project\":0,\"submission\":3,\"spool\":1,\"labels\":5,\"task\":\"binary\"}",
		"{\"project\":1,\"submission\":3,\"spool\":1,\"labels\":5,\"task\":\"guess\"}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(job_run(&j, bad[i]) == E_INPUT);
	CHECK_STR(j.err.text, "The task must be binary or regression, not \"guess\".");
	CHECK(rmdir(j.state) == 0);
}
