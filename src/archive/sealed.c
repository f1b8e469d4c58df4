#include "archive/sealed.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"

enum { ABYTES = crypto_secretstream_xchacha20poly1305_ABYTES };

/* ---- sealing ---- */

enum status
sealer_begin(struct sealer *s, int fd, const struct archive_key *key, const char *label,
	int64_t made, struct err *e)
{
	struct archive_head h = { .made = made, .key = *key };
	uint8_t stream[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	char text[ARCHIVE_HEAD_MAX];
	if (!archive_label_ok(str_of(label)))
		return err_set(e, E_INPUT, "label", "The archive's label is not one.");
	snprintf(h.label, sizeof h.label, "%s", label);
	*s = (struct sealer){ .fd = fd, .n_bound = ARCHIVE_BOUND };
	crypto_secretstream_xchacha20poly1305_keygen(stream);
	int bad = crypto_box_seal(h.wrapped, stream, sizeof stream, key->public);
	bad |= crypto_secretstream_xchacha20poly1305_init_push(&s->state, h.stream, stream);
	sodium_memzero(stream, sizeof stream);
	if (bad)
		return err_set(e, E_INPUT, "public", "The archive's public key is not one.");
	size_t n = archive_head_write(&h, text);
	crypto_generichash(s->bound, ARCHIVE_BOUND, (const uint8_t *)text, n, NULL, 0);
	return io_write_fd(fd, text, n, e);
}

static enum status
push(struct sealer *s, uint8_t tag, struct err *e)
{
	uint8_t out[ARCHIVE_BLOCK_SEALED];
	crypto_secretstream_xchacha20poly1305_push(
		&s->state, out, NULL, s->plain, s->n, s->bound, s->n_bound, tag);
	TRY(io_write_fd(s->fd, out, s->n + ABYTES, e));
	s->n = s->n_bound = 0;
	return OK;
}

enum status
sealer_put(struct sealer *s, const void *p, size_t n, struct err *e)
{
	const uint8_t *from = p;
	while (n) {
		/* A full block waits until something follows: it may be the last. */
		if (s->n == ARCHIVE_BLOCK)
			TRY(push(s, 0, e));
		size_t part = ARCHIVE_BLOCK - s->n < n ? ARCHIVE_BLOCK - s->n : n;
		memcpy(s->plain + s->n, from, part);
		s->n += part;
		from += part;
		n -= part;
	}
	return OK;
}

enum status
sealer_end(struct sealer *s, struct err *e)
{
	return push(s, crypto_secretstream_xchacha20poly1305_TAG_FINAL, e);
}

void
sealer_wipe(struct sealer *s)
{
	sodium_memzero(s, sizeof *s);
}

/* ---- opening ---- */

/* Reads until there is so much, or the file ends. */
static enum status
fill(struct opener *o, size_t want, struct err *e)
{
	while (o->n_sealed < want) {
		ssize_t n = read(o->fd, o->sealed + o->n_sealed, want - o->n_sealed);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading the archive");
		if (n == 0)
			return OK;
		o->n_sealed += (size_t)n;
	}
	return OK;
}

static void
drop(struct opener *o, size_t n)
{
	o->n_sealed -= n;
	memmove(o->sealed, o->sealed + n, o->n_sealed);
}

enum status
opener_begin(struct opener *o, int fd, struct err *e)
{
	size_t n;
	*o = (struct opener){ .fd = fd, .n_bound = ARCHIVE_BOUND };
	TRY(fill(o, ARCHIVE_HEAD_MAX, e));
	TRY(archive_head_read(
		(struct str){ (const char *)o->sealed, o->n_sealed }, &o->head, &n, e));
	crypto_generichash(o->bound, ARCHIVE_BOUND, o->sealed, n, NULL, 0);
	drop(o, n);
	return OK;
}

enum status
opener_unlock(struct opener *o, const uint8_t secret[ARCHIVE_SECRET], struct err *e)
{
	uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	int bad = crypto_box_seal_open(
		key, o->head.wrapped, ARCHIVE_WRAPPED, o->head.key.public, secret);
	if (!bad)
		bad = crypto_secretstream_xchacha20poly1305_init_pull(
			&o->state, o->head.stream, key);
	sodium_memzero(key, sizeof key);
	return bad ? err_set(e, E_INPUT, "", "The archive's head was changed.") : OK;
}

/* The next block, into plain. */
static enum status
pull(struct opener *o, struct err *e)
{
	uint8_t tag = 0;
	unsigned long long n = 0;
	TRY(fill(o, ARCHIVE_BLOCK_SEALED + 1, e));
	bool last = o->n_sealed <= ARCHIVE_BLOCK_SEALED;
	size_t take = last ? o->n_sealed : ARCHIVE_BLOCK_SEALED;
	int bad = take < ABYTES || crypto_secretstream_xchacha20poly1305_pull(&o->state, o->plain,
					   &n, &tag, o->sealed, take, o->bound, o->n_bound) != 0;
	o->n = o->at = 0;
	if (bad)
		return err_set(e, E_INPUT, "",
			"The archive is broken: a part of it was changed or is missing.");
	bool final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	if (final != last)
		return err_set(e, E_INPUT, "", "The archive is broken: %s.",
			last ? "its end is missing" : "something was added to its end");
	drop(o, take);
	o->n = (size_t)n;
	o->n_bound = 0;
	o->last = final;
	return OK;
}

enum status
opener_take(struct opener *o, void *p, size_t n, struct err *e)
{
	uint8_t *to = p;
	while (n) {
		if (o->at == o->n) {
			if (o->last)
				return err_set(e, E_INPUT, "",
					"The archive is broken: its list of files does not end.");
			TRY(pull(o, e));
			continue;
		}
		size_t part = o->n - o->at < n ? o->n - o->at : n;
		memcpy(to, o->plain + o->at, part);
		o->at += part;
		to += part;
		n -= part;
	}
	return OK;
}

enum status
opener_end(struct opener *o, struct err *e)
{
	return o->last && o->at == o->n
		       ? OK
		       : err_set(e, E_INPUT, "",
				 "The archive is broken: something follows its last file.");
}

void
opener_wipe(struct opener *o)
{
	sodium_memzero(o, sizeof *o);
}
