#include "portal/packages/packages.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "portal/packages/packages.sql.h"
#include "portal/web/filters.h"
#include "wire/packages.h"

/* A look takes so much of a ledger at once; the rest comes with the next look. */
enum { LEARN_MAX = 1 << 20, SEAL_MAX = 4 << 20 };

static const char *
file_of(struct arena *a, const struct config *c, int64_t ws, const char *kind)
{
	return arena_printf(a, "%s/packages/%lld.%s", c->state, (long long)ws, kind);
}

/* What lies in the file from offset on; n is 0 when there is nothing new, or no file. */
static enum status
read_from(struct arena *a, const char *path, int64_t offset, struct str *ret, struct err *e)
{
	struct stat st;
	*ret = (struct str){ "", 0 };
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? OK : err_errno(e, "opening %s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_errno(e, "looking at %s", path);
	if (st.st_size <= offset)
		return OK;
	size_t n = st.st_size - offset < LEARN_MAX ? (size_t)(st.st_size - offset) : LEARN_MAX;
	char *p = arena_bytes(a, n);
	ssize_t k = pread(fd, p, n, offset);
	if (k < 0)
		return err_errno(e, "reading %s", path);
	/* Whole lines only: the last may be half written. */
	while (k && p[k - 1] != '\n')
		k--;
	*ret = (struct str){ p, (size_t)k };
	return OK;
}

static enum status
add_line(struct db *db, int64_t ws, struct str line, int64_t now, struct err *e)
{
	struct arena *a = db_arena(db);
	struct package_line l;
	char hash[2 * sizeof l.sha256 + 1];
	if (!package_line_read(line, &l)) {
		log_warn("a ledger holds a line that is none", "ws=%lld line=%s", (long long)ws,
			log_safe(a, line.p, line.n));
		return OK;
	}
	hex_encode(hash, l.sha256, sizeof l.sha256);
	return db_package_add(db, ws, package_kind_name(l.is.kind), str_dup(a, l.is.name),
		str_dup(a, l.is.version), str_dup(a, l.is.path), hash, l.bytes, now, e);
}

enum status
packages_learn(struct db *db, const struct config *c, int64_t ws, int64_t now, int64_t *offset,
	struct err *e)
{
	struct str all;
	TRY(read_from(db_arena(db), file_of(db_arena(db), c, ws, "ledger"), *offset, &all, e));
	if (all.n == 0)
		return OK;
	int64_t n = (int64_t)all.n;
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	while (all.n)
		TRY(add_line(db, ws, str_cut(&all, '\n'), now, e));
	TRY(db_commit(tx, e));
	*offset += n;
	return OK;
}

enum status
packages_learn_seal(struct db *db, const struct config *c, int64_t ws, int64_t now, struct err *e)
{
	struct str text;
	const char *path = file_of(db_arena(db), c, ws, "seal");
	if (access(path, F_OK) < 0)
		return err_set(e, E_ABSENT, "", "There is no record of a sealing.");
	TRY(io_read_file(db_arena(db), path, SEAL_MAX, &text, e));
	return db_seal_put(db, ws, now, str_dup(db_arena(db), text), e);
}

enum status
packages_lock(struct db *db, int64_t ws, struct str *ret, struct err *e)
{
	struct package_list_rows rows;
	struct buf b = buf_new(db_arena(db));
	TRY(db_package_list(db, ws, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		const struct package_list *p = &rows.at[i];
		buf_printf(&b, "%s %s %lld %s\n", p->kind, p->sha256, (long long)p->bytes, p->path);
	}
	*ret = b.p ? buf_str(&b) : STR("");
	return OK;
}

enum status
packages_words(struct db *db, int64_t ws, struct str *ret, struct err *e)
{
	struct package_list_rows rows;
	struct arena *a = db_arena(db);
	struct buf b = buf_new(a);
	TRY(db_package_list(db, ws, &rows, e));
	if (rows.n == 0)
		buf_puts(&b, "Nothing was fetched yet. In the setup phase: wardroom install "
			     "apt|pip|npm|r NAME\n");
	for (size_t i = 0; i < rows.n; i++) {
		const struct package_list *p = &rows.at[i];
		buf_printf(&b, "%-4s %-32s %-20s %9s  %s\n", p->kind, p->name, p->version,
			filter_bytes(a, p->bytes), p->sha256);
	}
	*ret = buf_str(&b);
	return OK;
}

enum status
packages_differ(struct db *db, int64_t source, int64_t target, const char **ret, struct err *e)
{
	struct package_missing_rows rows;
	struct buf b = buf_new(db_arena(db));
	enum { SHOWN = 5 };
	TRY(db_package_missing(db, source, target, &rows, e));
	for (size_t i = 0; i < rows.n && i < SHOWN; i++)
		buf_printf(&b, "%s%s %s (%s)", i ? ", " : "", rows.at[i].name, rows.at[i].version,
			rows.at[i].other ? "other bytes" : "not fetched");
	if (rows.n > SHOWN)
		buf_printf(&b, " and %zu more", rows.n - SHOWN);
	*ret = rows.n ? b.p : "";
	return OK;
}
