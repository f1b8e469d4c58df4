/*
 * For the tests of this room: a text as a file that has a path, gone when the test ends.
 */
#ifndef CURATOR_RISK_TEST_FILE_H
#define CURATOR_RISK_TEST_FILE_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"

struct test_file {
	int fd;
	char path[40];
};

static inline struct test_file
test_file_of(struct str text)
{
	struct test_file f = { .fd = memfd_create("test", MFD_CLOEXEC) };
	if (f.fd < 0 || write(f.fd, text.p, text.n) != (ssize_t)text.n)
		BUG("no file for a test");
	snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
	return f;
}

static inline void
test_file_close(struct test_file *f)
{
	close(f->fd);
}

#define test_file CLEANUP(test_file_close) struct test_file

/* A list of texts: NAMES("a", "b"). */
#define NAMES(...)                                                                                 \
	((text_list){ (const char *[]){ __VA_ARGS__ },                                             \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *) })

#endif
