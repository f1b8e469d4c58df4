#include "curator/release/image_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/little.h"

enum {
	SUPER_AT = 1024,
	SUPER_BYTES = 128,
	SLOT = 32, /* descriptions are counted in these */
	DIRENT = 12,
	DIR_MAX = 1 << 20,
	FILES_MAX = 4096,
	NAME_MAX_BYTES = 255,
	LAYOUT_PLAIN = 0,
	LAYOUT_TAIL = 2, /* the last, incomplete block stands behind the description */
	TYPE_FILE = 1,
};

static enum status
damaged(struct err *e)
{
	return err_set(e, E_IO, "", "The image of the data is damaged.");
}

static enum status
read_at(const struct image_in *m, uint64_t at, void *p, size_t n, struct err *e)
{
	if (at > m->size || n > m->size - at)
		return damaged(e);
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(m->fd, (char *)p + done, n - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, "Cannot read the image of the data");
		if (got == 0)
			return damaged(e);
		done += (size_t)got;
	}
	return OK;
}

/* A description, as far as its bytes are concerned. */
struct node {
	unsigned mode, layout;
	uint64_t bytes, blocks_at, tail_at;
};

static enum status
read_node(const struct image_in *m, uint64_t at, struct node *ret, struct err *e)
{
	uint8_t b[64];
	TRY(read_at(m, at, b, SLOT, e));
	unsigned format = (unsigned)little(b, 2), attributes = (unsigned)little(b + 2, 2);
	bool wide = format & 1;
	if (wide)
		TRY(read_at(m, at, b, sizeof b, e));
	struct node n = { .mode = (unsigned)little(b + 4, 2),
		.layout = format >> 1 & 7,
		.bytes = wide ? little(b + 8, 8) : little(b + 8, 4),
		.blocks_at = little(b + 16, 4) * m->block };
	n.tail_at = at + (wide ? 64 : 32) + (attributes ? 12 + (uint64_t)(attributes - 1) * 4 : 0);
	if (n.bytes > m->size || (n.layout != LAYOUT_PLAIN && n.layout != LAYOUT_TAIL))
		return damaged(e);
	*ret = n;
	return OK;
}

/* n bytes of a file from `from` on, within one block. */
static enum status
read_part(const struct image_in *m, const struct node *f, uint64_t from, void *p, size_t n,
	struct err *e)
{
	uint64_t whole = f->bytes / m->block * m->block;
	if (f->layout == LAYOUT_TAIL && from >= whole)
		return read_at(m, f->tail_at + (from - whole), p, n, e);
	return read_at(m, f->blocks_at + from, p, n, e);
}

static enum status
add_file(struct arena *a, struct image_in *m, const uint8_t *entry, struct str name, struct err *e)
{
	struct node n;
	uint64_t slot = little(entry, 8);
	if (entry[10] != TYPE_FILE)
		return OK;
	if (name.n == 0 || name.n > NAME_MAX_BYTES || m->files.n == FILES_MAX ||
		slot > m->size / SLOT)
		return damaged(e);
	uint64_t at = m->meta + slot * SLOT;
	TRY(read_node(m, at, &n, e));
	m->files.at[m->files.n++] = (struct image_entry){ str_dup(a, name), (int64_t)n.bytes, at };
	return OK;
}

/* One block of a folder: entries in front, then their names. */
static enum status
add_block(struct arena *a, struct image_in *m, const uint8_t *block, size_t n, struct err *e)
{
	if (n < DIRENT)
		return damaged(e);
	size_t names = (size_t)little(block + 8, 2), count = names / DIRENT;
	if (names % DIRENT || names > n || count == 0)
		return damaged(e);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *entry = block + i * DIRENT;
		size_t from = (size_t)little(entry + 8, 2);
		size_t to = i + 1 < count ? (size_t)little(entry + DIRENT + 8, 2) : n;
		if (from < names || to > n || from > to)
			return damaged(e);
		struct str name = { (const char *)block + from, to - from };
		name.n = strnlen(name.p, name.n);
		TRY(add_file(a, m, entry, name, e));
	}
	return OK;
}

static enum status
read_root(struct arena *a, struct image_in *m, struct err *e)
{
	uint8_t b[SUPER_BYTES];
	struct node root;
	TRY(read_at(m, SUPER_AT, b, sizeof b, e));
	if (little(b, 4) != 0xE0F5E1E2u || b[12] < 9 || b[12] > 16)
		return damaged(e);
	m->block = 1u << b[12];
	m->meta = little(b + 40, 4) * m->block;
	TRY(read_node(m, m->meta + little(b + 14, 2) * SLOT, &root, e));
	if (!S_ISDIR(root.mode) || root.bytes > DIR_MAX)
		return damaged(e);
	m->files.at = ARENA_ARRAY(a, FILES_MAX, struct image_entry);
	uint8_t *block = arena_bytes(a, m->block);
	for (uint64_t at = 0; at < root.bytes; at += m->block) {
		size_t n = root.bytes - at < m->block ? (size_t)(root.bytes - at) : m->block;
		TRY(read_part(m, &root, at, block, n, e));
		TRY(add_block(a, m, block, n, e));
	}
	return OK;
}

enum status
image_in_open(struct arena *a, const char *path, struct image_in *ret, struct err *e)
{
	struct stat st;
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "", "The image of the data is not there any more.");
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, "Cannot open the image of the data");
	struct image_in m = { .fd = fd, .size = (uint64_t)st.st_size };
	TRY(read_root(a, &m, e));
	*ret = m;
	steal_fd(&fd);
	return OK;
}

void
image_in_close(struct image_in *m)
{
	cleanup_fd_fn(&m->fd);
	m->fd = -1;
}

const struct image_entry *
image_in_find(const struct image_in *m, const char *name)
{
	for (size_t i = 0; i < m->files.n; i++)
		if (streq(m->files.at[i].name, name))
			return &m->files.at[i];
	return NULL;
}

enum status
image_in_copy(const struct image_in *m, const struct image_entry *f, int fd, uint8_t ret_hash[32],
	struct err *e)
{
	struct node n;
	crypto_generichash_state st;
	cleanup_free uint8_t *block = malloc(m->block);
	if (!block)
		BUG("out of memory");
	TRY(read_node(m, f->at, &n, e));
	crypto_generichash_init(&st, NULL, 0, 32);
	for (uint64_t at = 0; at < n.bytes; at += m->block) {
		size_t part = n.bytes - at < m->block ? (size_t)(n.bytes - at) : m->block;
		TRY(read_part(m, &n, at, block, part, e));
		TRY(io_write_fd(fd, block, part, e));
		crypto_generichash_update(&st, block, part);
	}
	crypto_generichash_final(&st, ret_hash, 32);
	return OK;
}
