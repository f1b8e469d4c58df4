#include "warden/witness.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"

static const uint8_t one[32] = { 1 }, two[32] = { 2 };

static enum status
at(struct arena *a, char *dir, struct witness *w)
{
	const struct place p = { .c = { .state = dir } };
	return witness_open(a, &p, w, NULL);
}

/* As ENOSPC would: the file may not grow beyond so many bytes more. */
static void
room_left(int fd, rlim_t bytes)
{
	struct stat st;
	fstat(fd, &st);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ (rlim_t)st.st_size + bytes, RLIM_INFINITY });
}

TEST(half_a_line_is_taken_back)
{
	cleanup_arena struct arena *a = arena_new();
	char dir[] = "/tmp/witness-test-XXXXXX";
	struct witness w, again;
	struct str text;
	CHECK(mkdtemp(dir) != NULL);
	const char *path = arena_printf(a, "%s/witness", dir);
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(at(a, dir, &w), OK);
	CHECK_INT(witness_add(&w, 5, one, NULL), OK);
	room_left(w.fd, 20);
	CHECK_INT(witness_add(&w, 6, two, NULL), E_IO);
	CHECK_INT(w.n, 5);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	CHECK_INT(witness_add(&w, 7, two, NULL), OK);
	close(w.fd);
	CHECK_INT(io_read_file(a, path, 4096, &text, NULL), OK);
	int lines = 0;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	CHECK_INT(lines, 2);
	/* A server that starts again reads it. */
	CHECK_INT(at(a, dir, &again), OK);
	CHECK_INT(again.n, 7);
	close(again.fd);
	unlink(path);
	rmdir(dir);
}
