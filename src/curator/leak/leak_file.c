#include "curator/leak/leak_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/little.h"
#include "curator/identify.h"

static bool
by_chance(struct str s)
{
	while (s.n && !isalnum((unsigned char)s.p[0]))
		s.p++, s.n--;
	while (s.n && !isalnum((unsigned char)s.p[s.n - 1]))
		s.n--;
	size_t digits = 0, others = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool d = s.p[i] >= '0' && s.p[i] <= '9';
		digits += d;
		others += !d && s.p[i] != '.' && s.p[i] != '-';
	}
	if (others == 0 && digits > 0 && (s.p[0] != '0' || memchr(s.p, '.', s.n)) &&
		!memchr(s.p + 1, '-', s.n - 1))
		return true;
	return ident_of_value(s) == IDENT_DATE;
}

static bool
piece_holds(const struct leak *l, struct str s)
{
	/* What chance produces is asked last: finds are rare. */
	return s.n && leak_holds(l, s) == LEAK_SURE && !by_chance(s);
}

static bool
divides(char c)
{
	return c == ',' || c == '"' || c == '\t' || c == ';' || c == '\n' || c == '\r' ||
	       (unsigned char)c < ' ';
}

/* Whole quoted parts, so that "Surname, Name" is found as it was written. */
static bool
quoted_hold(const struct leak *l, struct str line)
{
	const char *p = line.p, *end = line.p + line.n;
	while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
		const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (!close)
			return false;
		if (piece_holds(l, (struct str){ p + 1, (size_t)(close - p - 1) }))
			return true;
		p = close;
	}
	return false;
}

bool
leak_in_text(const struct leak *l, struct str line)
{
	size_t from = 0;
	for (size_t i = 0; i <= line.n; i++) {
		if (i < line.n && !divides(line.p[i]))
			continue;
		if (piece_holds(l, (struct str){ line.p + from, i - from }))
			return true;
		from = i + 1;
	}
	return quoted_hold(l, line);
}

/* Parts end where a line does; a longer line is cut at its last divider, or where the part ends. */
static size_t
part_end(const char *p, size_t n, bool last)
{
	if (last)
		return n;
	const char *line = memrchr(p, '\n', n);
	if (line)
		return (size_t)(line - p) + 1;
	for (size_t i = n; i > n / 2; i--)
		if (divides(p[i - 1]))
			return i;
	return n;
}

static bool
part_holds(const struct leak *l, struct str part, int64_t *line)
{
	while (part.n) {
		if (leak_in_text(l, str_cut(&part, '\n')))
			return true;
		++*line;
	}
	return false;
}

/* Where a Parquet file's footer begins; 0 for other files. */
static off_t
footer_of(int fd)
{
	uint8_t end[8];
	off_t size = lseek(fd, 0, SEEK_END);
	if (size < 12 || pread(fd, end, 8, size - 8) != 8 || memcmp(end + 4, "PAR1", 4) != 0)
		return 0;
	off_t n = (off_t)little(end, 4);
	return n + 8 < size ? size - 8 - n : 0;
}

enum status
leak_in_file(const struct leak *l, const char *path, int64_t *ret_line, int64_t *ret_bytes,
	struct err *e)
{
	cleanup_free char *part = malloc(LEAK_PART);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int64_t line = 1, bytes = 0;
	size_t n = 0;
	if (!part)
		BUG("out of memory");
	if (fd < 0)
		return err_errno(e, "Cannot open a file of the release");
	off_t footer = footer_of(fd);
	if (lseek(fd, footer, SEEK_SET) < 0)
		return err_errno(e, "Cannot read a file of the release");
	for (bool last = false; !last;) {
		ssize_t got = read(fd, part + n, LEAK_PART - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, "Cannot read a file of the release");
		n += (size_t)got;
		bytes += got;
		last = got == 0;
		if (!last && n < LEAK_PART)
			continue;
		size_t end = part_end(part, n, last);
		if (part_holds(l, (struct str){ part, end }, &line)) {
			*ret_line = footer ? 1 : line;
			*ret_bytes = bytes;
			return OK;
		}
		memmove(part, part + end, n - end);
		n -= end;
	}
	*ret_line = 0;
	*ret_bytes = bytes;
	return OK;
}
