#include "curator/risk/command.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "base/code.h"

text_list
command_names(struct arena *a, const char *text)
{
	text_list l = { 0 };
	struct str rest = str_of(text);
	size_t most = 1;
	for (size_t i = 0; i < rest.n; i++)
		most += rest.p[i] == ',';
	l.at = ARENA_ARRAY(a, most, const char *);
	while (rest.n) {
		struct str one = str_trim(str_cut(&rest, ','));
		if (one.n)
			l.at[l.n++] = str_dup(a, one);
	}
	return l;
}

enum status
command_memory(const char *text, size_t *ret_mb, struct err *e)
{
	int64_t mb;
	if (!str_int(str_of(text), &mb) || mb < COMMAND_MEMORY_LEAST_MB ||
		mb > COMMAND_MEMORY_MOST_MB)
		return err_set(e, E_INPUT, "memory",
			"--memory takes whole megabytes from %d to %d, not \"%.40s\".",
			COMMAND_MEMORY_LEAST_MB, COMMAND_MEMORY_MOST_MB, text);
	*ret_mb = (size_t)mb;
	return OK;
}

int64_t
command_peak_mb(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss >> 10;
}

double
command_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
command_end(enum status s, const struct err *e, struct str text, bool json)
{
	if (s == OK) {
		fwrite(text.p, 1, text.n, stdout);
		return fflush(stdout) != 0 ? EXIT_FILE : 0;
	}
	if (json) {
		cleanup_arena struct arena *a = arena_new();
		struct buf b = buf_new(a);
		struct jsonw j = jsonw_new(&b);
		jsonw_open(&j, '{');
		jsonw_key(&j, "ok");
		jsonw_bool(&j, false);
		jsonw_key(&j, "error");
		jsonw_text(&j, e->text);
		jsonw_key(&j, "field");
		jsonw_text(&j, e->field);
		jsonw_close(&j, '}');
		printf("%s\n", b.p);
	}
	fprintf(stderr, "wardroom-curator: %s\n", e->text);
	fflush(stdout);
	return code_of(s);
}
