#include "curator/import/stream.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 256 << 10 };
enum packing { PLAIN, GZIP, MEMBER };

struct stream {
	int fd;
	struct stat was; /* the file, when it was opened */
	char name[200];
	enum packing packing;
	uint64_t at, end; /* of the bytes in the file that are still to be read */
	uint64_t first;   /* where they began */
	uint64_t given;
	bool inflating, finished;
	z_stream z;
	uint8_t *in; /* CHUNK bytes, when something has to be unpacked */
	uint32_t crc, want_crc;
	uint64_t want_given;
	crypto_generichash_state hash;
};

static enum status
take(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	ssize_t got;
	if (n > s->end - s->at)
		n = (size_t)(s->end - s->at);
	do
		got = n ? pread(s->fd, p, n, (off_t)s->at) : 0;
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_errno(e, "Cannot read %s", s->name);
	if (got == 0 && n)
		return err_set(e, E_INPUT, s->name,
			"%s became shorter while it was read; copy it first, then import.",
			s->name);
	s->at += (uint64_t)got;
	*ret_n = (size_t)got;
	return OK;
}

static enum status
damaged(const struct stream *s, struct err *e)
{
	return err_set(e, E_INPUT, s->name,
		"%s is damaged behind %llu unpacked bytes: was it copied wholly?", s->name,
		(unsigned long long)s->given);
}

/* was: of fd. */
static struct stream *
new_stream(int fd, const struct stat *was, const char *name, enum packing packing)
{
	struct stream *s = calloc(1, sizeof *s);
	if (!s || (packing != PLAIN && !(s->in = malloc(CHUNK))))
		BUG("out of memory");
	s->fd = fd;
	s->was = *was;
	s->packing = packing;
	s->end = (uint64_t)was->st_size;
	s->crc = (uint32_t)crc32(0, NULL, 0);
	snprintf(s->name, sizeof s->name, "%s", name);
	crypto_generichash_init(&s->hash, NULL, 0, 32);
	return s;
}

/* bits as zlib wants them: 31 is gzip, -15 bare deflate. */
static void
start_inflating(struct stream *s, int bits)
{
	if (inflateInit2(&s->z, bits) != Z_OK)
		BUG("zlib does not start");
	s->inflating = true;
}

enum status
stream_open(int fd, const char *name, struct stream **ret, struct err *e)
{
	struct stat st;
	uint8_t magic[2];
	if (fstat(fd, &st) < 0)
		return err_errno(e, "Cannot look at %s", name);
	bool gzip = pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
	*ret = new_stream(fd, &st, name, gzip ? GZIP : PLAIN);
	if (gzip)
		start_inflating(*ret, 31);
	return OK;
}

enum status
stream_open_member(
	int fd, const char *name, const struct zip_member *m, struct stream **ret, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "Cannot look at %s", name);
	struct stream *s = *ret = new_stream(fd, &st, name, MEMBER);
	s->at = s->first = m->at;
	s->end = m->at + m->packed;
	s->want_crc = m->crc;
	s->want_given = m->unpacked;
	if (m->method == ZIP_DEFLATED)
		start_inflating(s, -15);
	return OK;
}

void
stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->inflating)
		inflateEnd(&s->z);
	free(s->in);
	free(s);
}

/* When all that was read is used; nothing at the end. */
static enum status
refill(struct stream *s, struct err *e)
{
	size_t got = 0;
	TRY(take(s, s->in, CHUNK, &got, e));
	s->z.next_in = s->in;
	s->z.avail_in = (unsigned)got;
	return OK;
}

/* Several gzip files one after another are one; zero bytes at the end are padding. */
static enum status
next_gzip(struct stream *s, struct err *e)
{
	do {
		if (s->z.avail_in == 0)
			TRY(refill(s, e));
		while (s->z.avail_in && *s->z.next_in == 0)
			s->z.avail_in--, s->z.next_in++;
	} while (s->z.avail_in == 0 && s->at < s->end);
	if (s->z.avail_in == 0)
		s->finished = true;
	else if (inflateReset(&s->z) != Z_OK)
		return damaged(s, e);
	return OK;
}

static enum status
inflate_some(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	s->z.next_out = p;
	s->z.avail_out = n > UINT32_MAX ? UINT32_MAX : (unsigned)n;
	unsigned room = s->z.avail_out;
	while (!s->finished && s->z.avail_out == room) {
		if (s->z.avail_in == 0 && s->at < s->end)
			TRY(refill(s, e));
		int z = inflate(&s->z, Z_NO_FLUSH);
		if (z == Z_STREAM_END && s->packing == GZIP)
			TRY(next_gzip(s, e));
		else if (z == Z_STREAM_END)
			s->finished = true;
		else if (z == Z_BUF_ERROR && s->z.avail_in == 0 && s->at < s->end)
			continue;
		else if (z != Z_OK)
			return damaged(s, e);
	}
	*ret_n = room - s->z.avail_out;
	return OK;
}

/* What a member promised, once it has ended; and a file that is still copied has not ended. */
static enum status
check_end(struct stream *s, struct err *e)
{
	struct stat now;
	if (fstat(s->fd, &now) < 0)
		return err_errno(e, "Cannot look at %s", s->name);
	if (now.st_size != s->was.st_size || now.st_mtim.tv_sec != s->was.st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != s->was.st_mtim.tv_nsec)
		return err_set(e, E_INPUT, s->name,
			"%s was still being written while it was read; copy it wholly, then "
			"import.",
			s->name);
	if (s->packing == MEMBER && (s->crc != s->want_crc || s->given != s->want_given))
		return damaged(s, e);
	return OK;
}

static enum status
check_ratio(const struct stream *s, struct err *e)
{
	uint64_t packed = s->at - s->first;
	if (s->packing == PLAIN || s->given < STREAM_FREE_BYTES ||
		s->given / STREAM_MAX_RATIO <= packed)
		return OK;
	return err_set(e, E_INPUT, s->name,
		"%s unpacks to more than %d times its size, as no table does; it is refused.",
		s->name, STREAM_MAX_RATIO);
}

enum status
stream_read(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	size_t got = 0;
	TRY(s->inflating ? inflate_some(s, p, n, &got, e) : take(s, p, n, &got, e));
	if (got == 0)
		TRY(check_end(s, e));
	if (s->packing == MEMBER)
		s->crc = (uint32_t)crc32(s->crc, p, (unsigned)got);
	crypto_generichash_update(&s->hash, p, got);
	s->given += got;
	TRY(check_ratio(s, e));
	*ret_n = got;
	return OK;
}

const char *
stream_name(const struct stream *s)
{
	return s->name;
}

uint64_t
stream_taken(const struct stream *s)
{
	return s->at - s->first;
}

uint64_t
stream_given(const struct stream *s)
{
	return s->given;
}

void
stream_hash(struct stream *s, uint8_t out[32])
{
	crypto_generichash_final(&s->hash, out, 32);
}
