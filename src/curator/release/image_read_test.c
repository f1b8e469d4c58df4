/* What mkfs.erofs wrote is read back byte for byte, and damage is an error. */
#include "curator/release/image_read.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"
#include "curator/release/image.h"

enum { FILES = 300 };

struct made {
	struct arena *a;
	const char *dir, *path;
	size_t sizes[FILES];
};

static char *
content(struct arena *a, size_t i, size_t n)
{
	char *p = arena_bytes(a, n + 1);
	for (size_t k = 0; k < n; k++)
		p[k] = (char)((i * 31 + k * 7 + k / 251) & 0xff);
	return p;
}

static bool
make(struct made *m)
{
	static const size_t edges[] = { 0, 1, 31, 4063, 4064, 4095, 4096, 4097, 8192, 12345,
		1000003 };
	enum { EDGES = sizeof edges / sizeof *edges };
	char dir[] = "/tmp/wardroom-image-XXXXXX";
	struct err e;
	m->dir = arena_strdup(m->a, mkdtemp(dir));
	m->path = arena_printf(m->a, "%s.erofs", m->dir);
	struct image image = image_new(m->a, 1, "full", m->dir);
	for (size_t i = 0; i < FILES; i++) {
		m->sizes[i] = i < EDGES ? edges[i] : i * 3;
		const char *name = arena_printf(m->a, "a-table-with-a-long-name-%zu.csv", i);
		const char *path = arena_printf(m->a, "%s/%s", m->dir, name);
		cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
		const char *p = content(m->a, i, m->sizes[i]);
		if (fd < 0 || io_write_fd(fd, p, m->sizes[i], &e) != OK)
			return false;
	}
	return image_build(m->a, &image, m->path, "/dev/null", &e) == OK;
}

static void
remove_made(struct made *m)
{
	unlink(m->path);
	chmod(m->dir, 0700);
	io_remove_tree(AT_FDCWD, m->dir, NULL);
}

TEST(every_file_is_read_back)
{
	cleanup_arena struct arena *a = arena_new();
	struct made m = { .a = a };
	struct err e = { 0 };
	cleanup_image_in struct image_in in = { .fd = -1 };
	CHECK(make(&m));
	CHECK(image_in_open(a, m.path, &in, &e) == OK);
	CHECK_INT(in.files.n, FILES);
	for (size_t i = 0; i < FILES && in.files.n; i++) {
		const char *name = arena_printf(a, "a-table-with-a-long-name-%zu.csv", i);
		const struct image_entry *f = image_in_find(&in, name);
		uint8_t hash[32], want[32];
		const char *p = content(a, i, m.sizes[i]);
		cleanup_file FILE *out = tmpfile();
		struct str back;
		CHECK(f && out && f->bytes == (int64_t)m.sizes[i]);
		if (!f || !out || image_in_copy(&in, f, fileno(out), hash, &e) != OK) {
			CHECK(false);
			continue;
		}
		lseek(fileno(out), 0, SEEK_SET);
		CHECK(io_read_fd(a, fileno(out), 2 << 20, &back, &e) == OK);
		CHECK(back.n == m.sizes[i] && memcmp(back.p, p, back.n) == 0);
		crypto_generichash(want, 32, (const uint8_t *)p, m.sizes[i], NULL, 0);
		CHECK(memcmp(hash, want, 32) == 0);
	}
	CHECK(image_in_find(&in, "absent") == NULL);
	remove_made(&m);
}

TEST(damage_is_an_error)
{
	cleanup_arena struct arena *a = arena_new();
	struct made m = { .a = a };
	struct err e = { 0 };
	struct str all;
	CHECK(make(&m));
	CHECK(io_read_file(a, m.path, 8 << 20, &all, &e) == OK);
	/* Every byte of the head and of the first descriptions, one at a time. */
	for (size_t at = 1024; at < 1024 + 2048; at += 37) {
		cleanup_image_in struct image_in in = { .fd = -1 };
		cleanup_fd int fd = open(m.path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		char *bad = arena_bytes(a, all.n);
		size_t n = at % 2 ? all.n : at;
		if (fd < 0) /* the image is 0400 */
			SKIP("images are read-only for who is not root");
		memcpy(bad, all.p, all.n);
		bad[at] = (char)~bad[at];
		CHECK(io_write_fd(fd, bad, n, &e) == OK);
		if (image_in_open(a, m.path, &in, &e) != OK)
			continue;
		for (size_t i = 0; i < in.files.n; i++) {
			uint8_t hash[32];
			cleanup_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
			image_in_copy(&in, &in.files.at[i], null, hash, NULL);
		}
	}
	CHECK(image_in_open(a, "/nonexistent", &(struct image_in){ 0 }, &e) == E_ABSENT);
	remove_made(&m);
}
