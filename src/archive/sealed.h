/*
 * The sealed stream of an archive: bytes in, encrypted and authenticated blocks out, and back. A
 * block holds ARCHIVE_BLOCK bytes, the last one fewer or as many and marked as the last, so that
 * nothing can be cut off, added, moved or changed unseen; the first is bound to the head.
 *
 * A struct sealer or opener is the caller's; it holds key material until sealer_wipe or
 * opener_wipe. Descriptors stay the caller's. Thread rule: one thread each.
 */
#ifndef ARCHIVE_SEALED_H
#define ARCHIVE_SEALED_H

#include <sodium.h>

#include "archive/head.h"

enum {
	ARCHIVE_BLOCK = 65536,
	ARCHIVE_BLOCK_SEALED = ARCHIVE_BLOCK + crypto_secretstream_xchacha20poly1305_ABYTES,
	ARCHIVE_BOUND = 32, /* BLAKE2b-256 of the head, authenticated with the first block */
};

struct sealer {
	int fd;
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t bound[ARCHIVE_BOUND];
	size_t n_bound; /* 0 after the first block */
	uint8_t plain[ARCHIVE_BLOCK];
	size_t n;
};

/* Writes the head. The stream's own key is new and known to nobody but the public half's owner. */
enum status sealer_begin(struct sealer *, int fd, const struct archive_key *, const char *label,
	int64_t made, struct err *);
enum status sealer_put(struct sealer *, const void *, size_t n, struct err *);
/* Writes what is left, as the last block. */
enum status sealer_end(struct sealer *, struct err *);
void sealer_wipe(struct sealer *);

struct opener {
	int fd;
	struct archive_head head;
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t bound[ARCHIVE_BOUND];
	size_t n_bound;
	uint8_t sealed[ARCHIVE_BLOCK_SEALED + 1];
	size_t n_sealed; /* read ahead: one byte more than a block tells whether it is the last */
	uint8_t plain[ARCHIVE_BLOCK];
	size_t n, at;
	bool last;
};

/* Reads the head; nothing of it is authentic yet. E_INPUT when it is no archive. */
enum status opener_begin(struct opener *, int fd, struct err *);
/* E_INPUT when the head was changed, or the archive was sealed to another key. */
enum status opener_unlock(struct opener *, const uint8_t secret[ARCHIVE_SECRET], struct err *);
/*
 * Exactly n bytes. E_INPUT when the archive is broken, cut off or changed, or has no more; bytes of
 * a broken block are never given out.
 */
enum status opener_take(struct opener *, void *, size_t n, struct err *);
/* OK when everything was taken and the archive ends here as it was made. */
enum status opener_end(struct opener *, struct err *);
void opener_wipe(struct opener *);

#endif
