#include "curator/import/stream.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/str.h"
#include "base/tap.h"

static int
file_of(const char *p, size_t n)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);
	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		abort();
	return fd;
}

/* Reads to the end; the error's words, "" when all is well. */
static const char *
to_end(struct stream *s, uint64_t *ret_given)
{
	static char said[500];
	static char part[4096];
	struct err e = { 0 };
	size_t n = 1;
	said[0] = '\0';
	while (n > 0)
		if (stream_read(s, part, sizeof part, &n, &e) != OK) {
			snprintf(said, sizeof said, "%s", e.text);
			break;
		}
	*ret_given = stream_given(s);
	return said;
}

TEST(a_file_that_is_still_copied_is_no_whole_one)
{
	const struct zip_member member = { .at = 0,
		.packed = 4,
		.unpacked = 4,
		.method = ZIP_STORED,
		.crc = (uint32_t)crc32(crc32(0, NULL, 0), (const void *)"a,b\n", 4) };
	/* 0: nothing happens. 1: more is written behind. 2: as many bytes, but others. */
	for (int zip = 0; zip < 2; zip++)
		for (int what = 0; what < 3; what++) {
			cleanup_stream struct stream *s = NULL;
			struct err e;
			uint64_t given;
			int fd = file_of("a,b\n", 4);
			/* Times of files move on in steps. */
			struct timespec old[2] = { { 1, 0 }, { 1, 0 } };
			CHECK(futimens(fd, old) == 0);
			CHECK((zip ? stream_open_member(fd, "t", &member, &s, &e)
				   : stream_open(fd, "t", &s, &e)) == OK);
			if (what == 1)
				CHECK(pwrite(fd, "1,2\n", 4, 4) == 4);
			else if (what == 2)
				CHECK(pwrite(fd, "a,b\n", 4, 0) == 4);
			const char *said = to_end(s, &given);
			CHECK_STR(said, what ? "t was still being written while it was read; copy "
					       "it wholly, then import."
					     : "");
			close(fd);
		}
}

/* A gzip file of "a,b\n". */
static size_t
gzip_of(char *out, size_t size)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (uint8_t *)"a,b\n", z.avail_in = 4;
	z.next_out = (uint8_t *)out, z.avail_out = (unsigned)size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return size - z.avail_out;
}

TEST(padding_may_be_longer_than_what_is_read_at_once)
{
	enum { ROOM = 1 << 20 };
	static const size_t zeros[] = { 0, 7, (256 << 10) - 24, 256 << 10, 600 << 10 };
	char *p = calloc(1, ROOM);
	for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
		/* Behind the padding: nothing, another file, what is none. */
		for (int then = 0; then < 3; then++) {
			cleanup_stream struct stream *s = NULL;
			struct err e;
			uint64_t given;
			memset(p, 0, ROOM);
			size_t n = gzip_of(p, ROOM);
			n += zeros[i];
			if (then == 1)
				n += gzip_of(p + n, ROOM - n);
			else if (then == 2)
				p[n++] = 'x';
			int fd = file_of(p, n);
			CHECK(stream_open(fd, "t", &s, &e) == OK);
			const char *said = to_end(s, &given);
			CHECK((strstr(said, "is damaged") != NULL) == (then == 2));
			CHECK_INT(given, then == 1 ? 8 : 4);
			close(fd);
		}
	free(p);
}
