#include "curator/import/zip.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/little.h"
#include "base/str.h"

enum {
	END_SIZE = 22,     /* of the end record without its comment */
	END64_SIZE = 56,   /* of the zip64 end record's fixed part */
	LOCATOR_SIZE = 20, /* of the zip64 locator */
	ENTRY_SIZE = 46,   /* of a directory entry without its texts */
	LOCAL_SIZE = 30,   /* of the header before a member's bytes */
	MAX_DIRECTORY = 16 << 20,
};

struct zip {
	struct arena *a;
	int fd;
	const char *name;
	uint64_t size;
};

static enum status
damaged(const struct zip *z, struct err *e, const char *what)
{
	return err_set(e, E_INPUT, z->name, "%s is a damaged zip archive: %s.", z->name, what);
}

static enum status
take(const struct zip *z, uint64_t at, void *p, size_t n, struct err *e)
{
	if (at > z->size || n > z->size - at)
		return damaged(z, e, "it points behind its own end; was it copied wholly?");
	for (size_t got = 0; got < n;) {
		ssize_t r = pread(z->fd, (char *)p + got, n - got, (off_t)(at + got));
		if (r < 0)
			return err_errno(e, "Cannot read %s", z->name);
		if (r == 0)
			return damaged(z, e, "it became shorter while it was read");
		got += (size_t)r;
	}
	return OK;
}

struct directory {
	uint64_t at, size, entries;
};

/* The end record stands last, before a comment of at most 65535 bytes. */
static enum status
find_end(const struct zip *z, uint8_t end[END_SIZE], uint64_t *ret_at, struct err *e)
{
	size_t n = z->size < END_SIZE + 65535 ? (size_t)z->size : END_SIZE + 65535;
	uint8_t *p = arena_bytes(z->a, n);
	if (n < END_SIZE)
		return damaged(z, e, "it is too short");
	TRY(take(z, z->size - n, p, n, e));
	for (size_t i = n - END_SIZE + 1; i-- > 0;)
		if (little(p + i, 4) == 0x06054b50) {
			memcpy(end, p + i, END_SIZE);
			*ret_at = z->size - n + i;
			return OK;
		}
	return damaged(z, e, "its directory is missing; was it copied wholly?");
}

static enum status
find_directory(const struct zip *z, struct directory *ret, struct err *e)
{
	uint8_t end[END_SIZE], locator[LOCATOR_SIZE], big[END64_SIZE];
	uint64_t at = 0;
	TRY(find_end(z, end, &at, e));
	struct directory d = { little(end + 16, 4), little(end + 12, 4), little(end + 10, 2) };
	bool wide = d.at == UINT32_MAX || d.size == UINT32_MAX || d.entries == UINT16_MAX;
	if (wide && at >= LOCATOR_SIZE) {
		TRY(take(z, at - LOCATOR_SIZE, locator, sizeof locator, e));
		if (little(locator, 4) == 0x07064b50) {
			TRY(take(z, little(locator + 8, 8), big, sizeof big, e));
			if (little(big, 4) != 0x06064b50)
				return damaged(z, e, "its zip64 directory is missing");
			d = (struct directory){ little(big + 48, 8), little(big + 40, 8),
				little(big + 32, 8) };
		}
	}
	if (little(end + 4, 2) != 0 && little(end + 4, 2) != UINT16_MAX)
		return err_set(e, E_INPUT, z->name,
			"%s is one part of an archive of several files; pack the tables again as "
			"one.",
			z->name);
	if (d.entries > ZIP_MAX_MEMBERS || d.size > MAX_DIRECTORY)
		return err_set(e, E_INPUT, z->name, "%s holds more than %d files.", z->name,
			ZIP_MAX_MEMBERS);
	*ret = d;
	return OK;
}

/* Sizes and offset that do not fit 32 bits stand in the zip64 extra field, in this order. */
static void
widen(struct zip_member *m, const uint8_t *extra, size_t n)
{
	while (n >= 4) {
		size_t size = little(extra + 2, 2);
		const uint8_t *p = extra + 4;
		if (size > n - 4)
			return;
		uint64_t *wide[] = { &m->unpacked, &m->packed, &m->at };
		for (size_t i = 0; little(extra, 2) == 1 && i < 3; i++)
			if (*wide[i] == UINT32_MAX && (size_t)(p - extra - 4) + 8 <= size) {
				*wide[i] = little(p, 8);
				p += 8;
			}
		extra += 4 + size;
		n -= 4 + size;
	}
}

static enum status
check_member(const struct zip *z, struct zip_member *m, unsigned flags, struct err *e)
{
	uint8_t local[LOCAL_SIZE];
	if (flags & 1)
		return err_set(e, E_INPUT, z->name,
			"%s: %s is encrypted; unpack it with its password first.", z->name,
			m->path);
	if (m->method != ZIP_STORED && m->method != ZIP_DEFLATED)
		return err_set(e, E_INPUT, z->name,
			"%s: %s is packed by method %d; pack it again with the usual one "
			"(deflate).",
			z->name, m->path, m->method);
	TRY(take(z, m->at, local, sizeof local, e));
	if (little(local, 4) != 0x04034b50)
		return damaged(z, e, "a member does not begin where the directory says");
	m->at += LOCAL_SIZE + little(local + 26, 2) + little(local + 28, 2);
	if (m->at > z->size || m->packed > z->size - m->at)
		return damaged(z, e, "a member is longer than the file");
	return OK;
}

enum status
zip_list_members(struct arena *a, int fd, const char *name, zip_list *ret, struct err *e)
{
	struct stat st;
	struct directory d = { 0 };
	zip_list list = { 0 };
	if (fstat(fd, &st) < 0)
		return err_errno(e, "Cannot look at %s", name);
	struct zip z = { a, fd, name, (uint64_t)st.st_size };
	TRY(find_directory(&z, &d, e));
	uint8_t *p = arena_bytes(a, d.size), *end = p + d.size;
	TRY(take(&z, d.at, p, d.size, e));
	list.at = ARENA_ARRAY(a, d.entries, struct zip_member);
	for (uint64_t i = 0; i < d.entries; i++) {
		if ((size_t)(end - p) < ENTRY_SIZE || little(p, 4) != 0x02014b50)
			return damaged(&z, e, "its directory is cut short");
		size_t n_path = little(p + 28, 2), n_extra = little(p + 30, 2),
		       n = ENTRY_SIZE + n_path + n_extra + little(p + 32, 2);
		struct str path = { (const char *)p + ENTRY_SIZE, n_path };
		if ((size_t)(end - p) < n)
			return damaged(&z, e, "its directory is cut short");
		if (n_path == 0 || !str_utf8(path))
			return damaged(&z, e, "a member's name is empty or not UTF-8");
		struct zip_member m = { .path = str_dup(a, path),
			.method = (int)little(p + 10, 2),
			.crc = (uint32_t)little(p + 16, 4),
			.packed = little(p + 20, 4),
			.unpacked = little(p + 24, 4),
			.at = little(p + 42, 4) };
		widen(&m, p + ENTRY_SIZE + n_path, n_extra);
		unsigned flags = (unsigned)little(p + 8, 2);
		p += n;
		if (path.p[n_path - 1] == '/')
			continue;
		TRY(check_member(&z, &m, flags, e));
		list.at[list.n++] = m;
	}
	*ret = list;
	return OK;
}
