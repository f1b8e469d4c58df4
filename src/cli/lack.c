#include "cli/lack.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

const struct field lack_fields[] = {
	FIELD(struct lack_row, what, TEXT),
	FIELD(struct lack_row, event, TEXT),
	FIELD(struct lack_row, team, INT),
	FIELD(struct lack_row, name, TEXT),
	FIELD(struct lack_row, why, TEXT),
	FIELD(struct lack_row, path, TEXT),
	FIELD_END,
};

enum status
lack_read(struct cli *c, struct cli_files_rows *ret, struct err *e)
{
	return db_cli_files(c->db, ret, e);
}

/* Are these its bytes? What cannot be read is not. */
static bool
is_same(const char *path, const char *hex)
{
	static uint8_t block[1 << 18];
	crypto_generichash_state hash;
	uint8_t digest[32];
	char is[65];
	ssize_t n;
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	crypto_generichash_init(&hash, NULL, 0, sizeof digest);
	while ((n = read(fd, block, sizeof block)) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			crypto_generichash_update(&hash, block, (size_t)n);
	}
	crypto_generichash_final(&hash, digest, sizeof digest);
	hex_encode(is, digest, sizeof digest);
	return streq(is, hex);
}

/* "" when nothing is. */
static const char *
wrong_with(struct arena *a, const struct cli_files *f, const char *path)
{
	struct stat st;
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return "is not there";
	/* 0: it is as large as it is. */
	if (f->bytes != 0 && st.st_size != f->bytes)
		return arena_printf(a, "should have %lld bytes", (long long)f->bytes);
	return f->hash[0] && !is_same(path, f->hash) ? "is not the file that the database means"
						     : "";
}

struct lacks
lack_find(struct cli *c, const struct cli_files_rows *files)
{
	struct lacks l = { 0 };
	l.rows.at = ARENA_ARRAY(c->arena, files->n, struct lack_row);
	for (size_t i = 0; i < files->n; i++) {
		const struct cli_files *f = &files->at[i];
		const char *path = arena_printf(c->arena, "%s/%s", c->config.state, f->path);
		const char *wrong = wrong_with(c->arena, f, path);
		if (wrong[0])
			l.rows.at[l.rows.n++] = (struct lack_row){ f->what, f->slug, f->name, path,
				f->number, wrong };
	}
	return l;
}
