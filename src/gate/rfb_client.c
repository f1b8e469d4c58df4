/* What the browser says: one half of rfb.h. */
#include "gate/rfb_internal.h"

static enum status
client_next(struct rfb *r)
{
	rfb_expect(&r->client, 1, rfb_client_message);
	return OK;
}

static enum status
client_whole(struct rfb *r, struct err *e)
{
	rfb_pass(&r->client);
	return client_next(r);
}

/* 32 bits with a byte for each colour: the format that every browser asks for. */
static enum status
pixel_format(struct rfb *r, struct err *e)
{
	const uint8_t *p = r->client.held + 4;
	if (r->asked)
		return err_set(
			e, E_INPUT, "", "The browser changes the pixels' format on the way.");
	if (p[0] != 32 || p[1] != 24 || !p[3] || rfb_get16(p + 4) != 255 ||
		rfb_get16(p + 6) != 255 || rfb_get16(p + 8) != 255)
		return err_set(e, E_INPUT, "",
			"The browser asks for pixels that are not of 24 bits in 32.");
	r->formatted = true;
	return client_whole(r, e);
}

static bool
may_ask_for(int32_t encoding)
{
	static const int32_t known[] = { ENC_RAW, ENC_COPY, ENC_HEXTILE, ENC_TIGHT, ENC_ZRLE,
		ENC_SIZE, ENC_LAST, ENC_CURSOR, ENC_SCREENS };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (encoding == known[i])
			return true;
	/* Quality and compression, which are numbers only. */
	return (encoding >= -32 && encoding <= -23) || (encoding >= -256 && encoding <= -247);
}

static enum status
encodings(struct rfb *r, struct err *e)
{
	struct rfb_side *s = &r->client;
	size_t n = 0;
	for (size_t at = 4; at < s->n; at += 4)
		if (may_ask_for((int32_t)rfb_get32(s->held + at)))
			memmove(s->held + 4 + 4 * n++, s->held + at, 4);
	s->held[1] = 0;
	s->held[2] = (uint8_t)(n >> 8);
	s->held[3] = (uint8_t)n;
	buf_put(s->out, s->held, 4 + 4 * n);
	return client_next(r);
}

static enum status
encodings_count(struct rfb *r, struct err *e)
{
	unsigned n = rfb_get16(r->client.held + 2);
	if (n > RFB_ENCODINGS)
		return err_set(e, E_INPUT, "", "The browser lists %u encodings.", n);
	if (n == 0)
		return encodings(r, e);
	rfb_expect_more(&r->client, 4 + 4 * n, encodings);
	return OK;
}

static enum status
update_request(struct rfb *r, struct err *e)
{
	if (!r->formatted)
		return err_set(e, E_INPUT, "",
			"The browser asks for a picture before it says how pixels look.");
	r->asked = true;
	return client_whole(r, e);
}

static enum status
client_cut(struct rfb *r, struct err *e)
{
	uint64_t n;
	bool plain;
	TRY(rfb_cut_length(r->client.held + 4, &n, &plain, e));
	bool goes = r->paste && plain && n <= RFB_PASTE_MAX;
	if (goes)
		rfb_pass(&r->client);
	else
		r->cut_in++;
	rfb_run(&r->client, n, !goes);
	return client_next(r);
}

static enum status
resize_head(struct rfb *r, struct err *e)
{
	unsigned n = r->client.held[6];
	if (n > SCREENS_MAX)
		return err_set(e, E_INPUT, "", "The browser asks for %u screens.", n);
	if (n == 0)
		return client_whole(r, e);
	rfb_expect_more(&r->client, 8 + 16 * n, client_whole);
	return OK;
}

enum status
rfb_client_message(struct rfb *r, struct err *e)
{
	static const struct {
		int type;
		size_t bytes;
		enum status (*step)(struct rfb *, struct err *);
	} all[] = {
		{ 0, 20, pixel_format },
		{ 2, 4, encodings_count },
		{ 3, 10, update_request },
		{ 4, 8, client_whole }, /* a key */
		{ 5, 6, client_whole }, /* the pointer */
		{ 6, 8, client_cut },
		{ 251, 8, resize_head },
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (r->client.held[0] == all[i].type) {
			rfb_expect_more(&r->client, all[i].bytes, all[i].step);
			return OK;
		}
	return err_set(
		e, E_INPUT, "", "The browser sent message %u, which is closed.", r->client.held[0]);
}
