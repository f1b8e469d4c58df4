/*
 * The bytes of one table as they were before they were packed: of a plain file, a gzip file or a
 * member of a zip archive. Reads forward only, in bounded memory. What unpacks to more than
 * STREAM_MAX_RATIO times its size is refused: no table of a hospital does that.
 *
 * stream_close ends it; the descriptor stays the caller's. Thread rule: one thread per stream.
 */
#ifndef CURATOR_IMPORT_STREAM_H
#define CURATOR_IMPORT_STREAM_H

#include <stdint.h>

#include "base/err.h"
#include "curator/import/zip.h"

enum { STREAM_MAX_RATIO = 200, STREAM_FREE_BYTES = 64 << 20 };

struct stream;

/* fd is a plain file; that it is gzip is seen from its first bytes. name: how errors call it. */
enum status stream_open(int fd, const char *name, struct stream **ret, struct err *);
enum status stream_open_member(
	int fd, const char *name, const struct zip_member *, struct stream **ret, struct err *);
void stream_close(struct stream *); /* NULL is fine */

static inline void
cleanup_stream_fn(struct stream **s)
{
	stream_close(*s);
}
#define cleanup_stream CLEANUP(cleanup_stream_fn)

/* At most n bytes; *ret_n is 0 at the end only. E_INPUT when the packing is damaged; at the end
 * also when the file has changed since the stream was opened. */
enum status stream_read(struct stream *, void *p, size_t n, size_t *ret_n, struct err *);

const char *stream_name(const struct stream *);
uint64_t stream_taken(const struct stream *); /* bytes of the file so far, for progress */
uint64_t stream_given(const struct stream *); /* unpacked bytes so far */
/* BLAKE2b-256 of all unpacked bytes; call once, after the end. */
void stream_hash(struct stream *, uint8_t out[32]);

#endif
