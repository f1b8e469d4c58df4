#include "curator/import/stream.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <zlib.h>

#include "base/tap.h"
#include "base/str.h"
#include "curator/parquet/bytes.h"

static void
put(struct bytes *b, int size, uint64_t v)
{
	for (int i = 0; i < size; i++, v >>= 8) {
		uint8_t byte = (uint8_t)v;
		bytes_put(b, &byte, 1);
	}
}

/* An archive of one member, with what is said of it. */
struct said {
	const char *path;
	int method, flags, disk;
	uint32_t crc, packed, unpacked, at;
};

static int
archive(const void *p, size_t n, struct said s)
{
	struct bytes b = { NULL, 0, 0 };
	size_t n_path = strlen(s.path);
	put(&b, 4, 0x04034b50);
	put(&b, 22, 0);
	put(&b, 2, n_path);
	put(&b, 2, 0);
	bytes_put(&b, s.path, n_path);
	bytes_put(&b, p, n);
	size_t at = b.n;
	put(&b, 4, 0x02014b50);
	put(&b, 4, 0);
	put(&b, 2, (uint64_t)s.flags);
	put(&b, 2, (uint64_t)s.method);
	put(&b, 4, 0);
	put(&b, 4, s.crc);
	put(&b, 4, s.packed);
	put(&b, 4, s.unpacked);
	put(&b, 2, n_path);
	put(&b, 12, 0);
	put(&b, 4, s.at);
	bytes_put(&b, s.path, n_path);
	size_t size = b.n - at;
	put(&b, 4, 0x06054b50);
	put(&b, 2, (uint64_t)s.disk);
	put(&b, 2, 0);
	put(&b, 2, 1);
	put(&b, 2, 1);
	put(&b, 4, size);
	put(&b, 4, at);
	put(&b, 2, 0);
	int fd = memfd_create("zip", MFD_CLOEXEC);
	if (fd < 0 || write(fd, b.p, b.n) != (ssize_t)b.n)
		abort();
	bytes_free(&b);
	return fd;
}

/* The contents of the first member, or the error. */
static const char *
contents(int fd)
{
	static char out[1 << 16];
	struct err e = { 0 };
	zip_list list;
	cleanup_arena struct arena *a = arena_new();
	cleanup_stream struct stream *s = NULL;
	size_t got = 1, at = 0;
	if (zip_list_members(a, fd, "t.zip", &list, &e) != OK)
		return snprintf(out, sizeof out, "%s", e.text), out;
	CHECK_INT(list.n, 1);
	CHECK_INT(stream_open_member(fd, "t.zip", &list.at[0], &s, &e), OK);
	while (got > 0) {
		if (stream_read(s, out + at, sizeof out / 2, &got, &e) != OK)
			return snprintf(out, sizeof out, "%s", e.text), out;
		at = at + got > sizeof out / 2 - 1 ? 0 : at + got;
	}
	out[at] = '\0';
	close(fd);
	return out;
}

static uint32_t
crc_of(const void *p, size_t n)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), p, (unsigned)n);
}

TEST(members)
{
	struct said s = { "a.csv", ZIP_STORED, 0, 0, crc_of("a,b\n", 4), 4, 4, 0 };
	CHECK_STR(contents(archive("a,b\n", 4, s)), "a,b\n");
	s.crc++;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "t.zip is damaged") != NULL);
}

TEST(lies)
{
	const struct said good = { "a.csv", ZIP_STORED, 0, 0, crc_of("a,b\n", 4), 4, 4, 0 };
	struct said s = good;
	s.at = 4000000000u;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "behind its own end") != NULL);
	s = good, s.at = 3;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "does not begin where") != NULL);
	s = good, s.packed = s.unpacked = 4000;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "longer than the file") != NULL);
	s = good, s.unpacked = 5;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "is damaged behind 4") != NULL);
	s = good, s.flags = 1;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "a.csv is encrypted") != NULL);
	s = good, s.method = 12;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "packed by method 12") != NULL);
	s = good, s.disk = 1;
	CHECK(strstr(contents(archive("a,b\n", 4, s)), "archive of several files") != NULL);
	s = good, s.method = ZIP_DEFLATED;
	CHECK(strstr(contents(archive("\xff\xff\xff\xff", 4, s)), "is damaged") != NULL);
	int fd = memfd_create("zip", MFD_CLOEXEC);
	CHECK(strstr(contents(fd), "too short") != NULL);
}

TEST(a_bomb)
{
	size_t n = (size_t)200 << 20;
	unsigned long packed = 1 << 20;
	uint8_t *zeros = calloc(n, 1), *out = malloc(packed);
	z_stream z = { 0 };
	CHECK_INT(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = zeros, z.avail_in = (unsigned)n;
	z.next_out = out, z.avail_out = (unsigned)packed;
	CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed -= z.avail_out;
	deflateEnd(&z);
	struct said s = { "a.csv", ZIP_DEFLATED, 0, 0, 0, (uint32_t)packed, (uint32_t)n, 0 };
	CHECK_STR(contents(archive(out, packed, s)),
		"t.zip unpacks to more than 200 times its size, as no table does; it is refused.");
	free(zeros);
	free(out);
}
