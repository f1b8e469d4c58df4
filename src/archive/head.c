#include "archive/head.h"

#include <sodium.h>
#include <stdio.h>

_Static_assert(
	ARCHIVE_WRAPPED == crypto_box_SEALBYTES + crypto_secretstream_xchacha20poly1305_KEYBYTES,
	"wrapped key");
_Static_assert(ARCHIVE_STREAM_HEAD == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "stream");

size_t
archive_head_write(const struct archive_head *h, char out[ARCHIVE_HEAD_MAX])
{
	char salt[2 * ARCHIVE_SALT + 1], public[2 * ARCHIVE_PUBLIC + 1],
		wrapped[2 * ARCHIVE_WRAPPED + 1], stream[2 * ARCHIVE_STREAM_HEAD + 1];
	hex_encode(salt, h->key.salt, ARCHIVE_SALT);
	hex_encode(public, h->key.public, ARCHIVE_PUBLIC);
	hex_encode(wrapped, h->wrapped, ARCHIVE_WRAPPED);
	hex_encode(stream, h->stream, ARCHIVE_STREAM_HEAD);
	return (size_t)snprintf(out, ARCHIVE_HEAD_MAX,
		"wardroom archive 1\nlabel %s\nmade %lld\nargon2id %u %u %s\npublic %s\nkey %s\n"
		"stream %s\n\n",
		h->label, (long long)h->made, h->key.passes, h->key.memory_kb, salt, public,
		wrapped, stream);
}

/* The value of the line that must come next. */
static enum status
line(struct str *rest, const char *word, struct str *ret, struct err *e)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	if (!end)
		return err_set(e, E_INPUT, "", "The archive ends before the line \"%s\".", word);
	struct str s = str_cut(rest, '\n'), key = str_cut(&s, ' ');
	if (!str_is(key, word))
		return err_set(e, E_INPUT, "",
			"The archive's head has no line \"%s\" in its place.", word);
	*ret = s;
	return OK;
}

static enum status
hex_line(struct str *rest, const char *word, void *out, size_t n, struct err *e)
{
	struct str s;
	TRY(line(rest, word, &s, e));
	return hex_decode(s, out, n)
		       ? OK
		       : err_set(e, E_INPUT, "",
				 "The line \"%s\" of the archive's head is not one.", word);
}

static enum status
key_lines(struct str *rest, struct archive_key *k, struct err *e)
{
	struct str s;
	int64_t passes, kb;
	TRY(line(rest, "argon2id", &s, e));
	struct str a = str_cut(&s, ' '), b = str_cut(&s, ' ');
	if (!str_int(a, &passes) || !str_int(b, &kb) || !archive_costs_ok(passes, kb) ||
		!hex_decode(s, k->salt, ARCHIVE_SALT))
		return err_set(
			e, E_INPUT, "", "The line \"argon2id\" of the archive's head is not one.");
	k->passes = (uint32_t)passes;
	k->memory_kb = (uint32_t)kb;
	return hex_line(rest, "public", k->public, ARCHIVE_PUBLIC, e);
}

enum status
archive_head_read(struct str bytes, struct archive_head *ret, size_t *ret_n, struct err *e)
{
	struct archive_head h = { 0 };
	struct str rest = { bytes.p, bytes.n < ARCHIVE_HEAD_MAX ? bytes.n : ARCHIVE_HEAD_MAX }, s;
	const char *begin = rest.p;
	if (!str_starts(rest, "wardroom archive 1\n"))
		return err_set(e, E_INPUT, "",
			"This is no archive of Wardroom, or one of a later version.");
	str_cut(&rest, '\n');
	TRY(line(&rest, "label", &s, e));
	if (!archive_label_ok(s))
		return err_set(
			e, E_INPUT, "", "The line \"label\" of the archive's head is not one.");
	memcpy(h.label, s.p, s.n);
	TRY(line(&rest, "made", &s, e));
	if (!str_int(s, &h.made) || h.made < 0 || h.made > 253402300799)
		return err_set(
			e, E_INPUT, "", "The line \"made\" of the archive's head is not one.");
	TRY(key_lines(&rest, &h.key, e));
	TRY(hex_line(&rest, "key", h.wrapped, ARCHIVE_WRAPPED, e));
	TRY(hex_line(&rest, "stream", h.stream, ARCHIVE_STREAM_HEAD, e));
	if (rest.n == 0 || rest.p[0] != '\n')
		return err_set(e, E_INPUT, "", "The archive's head does not end where it should.");
	*ret = h;
	*ret_n = (size_t)(rest.p + 1 - begin);
	return OK;
}
