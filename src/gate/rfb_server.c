/* What the desktop says: the other half of rfb.h. */
#include "gate/rfb_internal.h"

static enum status rect_head(struct rfb *, struct err *);
static enum status hextile_head(struct rfb *, struct err *);

static enum status
server_next(struct rfb *r)
{
	rfb_expect(&r->server, 1, rfb_server_message);
	return OK;
}

/* A rectangle is over, but for a run of bytes that has been announced. */
static enum status
rect_done(struct rfb *r)
{
	if (--r->left == 0)
		return server_next(r);
	rfb_expect(&r->server, 12, rect_head);
	return OK;
}

static enum status
rect_run(struct rfb *r, uint64_t bytes)
{
	rfb_run(&r->server, bytes, false);
	return rect_done(r);
}

static enum status
zrle_length(struct rfb *r, struct err *e)
{
	rfb_pass(&r->server);
	return rect_run(r, rfb_get32(r->server.held));
}

static enum status
copy_source(struct rfb *r, struct err *e)
{
	rfb_pass(&r->server);
	return rect_done(r);
}

static enum status
screens(struct rfb *r, struct err *e)
{
	rfb_pass(&r->server);
	if (r->server.held[0] > SCREENS_MAX)
		return err_set(e, E_INPUT, "", "The desktop has %u screens.", r->server.held[0]);
	return rect_run(r, 16 * r->server.held[0]);
}

/* Hextile (RFC 6143, 7.7.4): tiles of 16 by 16, each with a byte that says what follows. */
static enum status
hextile_next(struct rfb *r)
{
	if (++r->tile == r->tiles)
		return rect_done(r);
	rfb_expect(&r->server, 1, hextile_head);
	return OK;
}

static enum status
hextile_colours(struct rfb *r, struct err *e)
{
	const struct rfb_side *s = &r->server;
	rfb_pass(&r->server);
	if (s->held[0] & 8)
		rfb_run(&r->server, s->held[s->n - 1] * (s->held[0] & 16 ? PIXEL + 2u : 2u), false);
	return hextile_next(r);
}

static enum status
hextile_head(struct rfb *r, struct err *e)
{
	unsigned how = r->server.held[0];
	unsigned x = r->tile % r->across * 16, y = r->tile / r->across * 16;
	unsigned w = r->width - x < 16 ? r->width - x : 16;
	unsigned h = r->height - y < 16 ? r->height - y : 16;
	if (how > 31)
		return err_set(e, E_INPUT, "", "The desktop sent a tile of kind %u.", how);
	if (how & 1) {
		rfb_pass(&r->server);
		rfb_run(&r->server, w * h * PIXEL, false);
		return hextile_next(r);
	}
	size_t n = 1 + (how & 2 ? PIXEL : 0) + (how & 4 ? PIXEL : 0) + (how & 8 ? 1 : 0);
	if (n == 1)
		return hextile_colours(r, e);
	rfb_expect_more(&r->server, n, hextile_colours);
	return OK;
}

static enum status
hextile(struct rfb *r)
{
	r->across = (r->width + 15) / 16;
	r->tiles = r->across * ((r->height + 15) / 16);
	r->tile = 0;
	if (!r->tiles)
		return rect_done(r);
	rfb_expect(&r->server, 1, hextile_head);
	return OK;
}

/* Tight: a byte that says how, perhaps a palette, then bytes that are plain when they are few. */
static enum status
tight_length(struct rfb *r, struct err *e)
{
	struct rfb_side *s = &r->server;
	/* Seven bits a byte, the high one says that more follow, three bytes at most. */
	if (s->n < 3 && s->held[s->n - 1] & 0x80) {
		rfb_expect_more(s, s->n + 1, tight_length);
		return OK;
	}
	uint64_t n = s->held[0] & 0x7f;
	n |= s->n > 1 ? (uint64_t)(s->held[1] & 0x7f) << 7 : 0;
	n |= s->n > 2 ? (uint64_t)s->held[2] << 14 : 0;
	rfb_pass(s);
	return rect_run(r, n);
}

static enum status
tight_data(struct rfb *r)
{
	if (r->bytes < TIGHT_PLAIN)
		return rect_run(r, r->bytes);
	rfb_expect(&r->server, 1, tight_length);
	return OK;
}

static enum status
tight_palette(struct rfb *r, struct err *e)
{
	unsigned colours = r->server.held[0] + 1u;
	rfb_pass(&r->server);
	r->bytes = (uint64_t)r->height * (colours <= 2 ? (r->width + 7) / 8 : r->width);
	rfb_run(&r->server, colours * TIGHT_PIXEL + (r->bytes < TIGHT_PLAIN ? r->bytes : 0), false);
	if (r->bytes < TIGHT_PLAIN)
		return rect_done(r);
	rfb_expect(&r->server, 1, tight_length);
	return OK;
}

static enum status
tight_filter(struct rfb *r, struct err *e)
{
	unsigned filter = r->server.held[0];
	rfb_pass(&r->server);
	if (filter == 0)
		return tight_data(r);
	if (filter != 1)
		return err_set(
			e, E_INPUT, "", "The desktop uses filter %u, which is closed.", filter);
	rfb_expect(&r->server, 1, tight_palette);
	return OK;
}

static enum status
tight_how(struct rfb *r, struct err *e)
{
	unsigned how = r->server.held[0] >> 4;
	rfb_pass(&r->server);
	r->bytes = (uint64_t)r->width * r->height * TIGHT_PIXEL;
	if (how == 8) /* one colour */
		return rect_run(r, TIGHT_PIXEL);
	if (how == 9) { /* JPEG */
		rfb_expect(&r->server, 1, tight_length);
		return OK;
	}
	if (how > 7)
		return err_set(
			e, E_INPUT, "", "The desktop compresses in way %u, which is closed.", how);
	if (!(how & 4))
		return tight_data(r);
	rfb_expect(&r->server, 1, tight_filter);
	return OK;
}

static enum status
cursor(struct rfb *r, struct err *e)
{
	if (r->width > CURSOR_MAX || r->height > CURSOR_MAX)
		return err_set(e, E_INPUT, "", "The desktop's pointer is %u by %u pixels.",
			r->width, r->height);
	return rect_run(r, (uint64_t)r->height * (r->width * PIXEL + (r->width + 7) / 8));
}

static enum status
rect_head(struct rfb *r, struct err *e)
{
	const uint8_t *p = r->server.held;
	int32_t encoding = (int32_t)rfb_get32(p + 8);
	r->width = rfb_get16(p + 4);
	r->height = rfb_get16(p + 6);
	rfb_pass(&r->server);
	switch (encoding) {
	case ENC_RAW:
		return rect_run(r, (uint64_t)r->width * r->height * PIXEL);
	case ENC_COPY:
		rfb_expect(&r->server, 4, copy_source);
		return OK;
	case ENC_HEXTILE:
		return hextile(r);
	case ENC_TIGHT:
		if (!r->width || !r->height)
			return err_set(e, E_INPUT, "", "The desktop sent an empty rectangle.");
		rfb_expect(&r->server, 1, tight_how);
		return OK;
	case ENC_ZRLE:
		rfb_expect(&r->server, 4, zrle_length);
		return OK;
	case ENC_SIZE:
		return rect_done(r);
	case ENC_LAST:
		return server_next(r);
	case ENC_CURSOR:
		return cursor(r, e);
	case ENC_SCREENS:
		rfb_expect(&r->server, 4, screens);
		return OK;
	default:
		return err_set(
			e, E_INPUT, "", "The desktop sent encoding %d, which is closed.", encoding);
	}
}

static enum status
update(struct rfb *r, struct err *e)
{
	if (!r->formatted)
		return err_set(e, E_INPUT, "", "The desktop sent a picture nobody asked for.");
	r->left = rfb_get16(r->server.held + 2);
	rfb_pass(&r->server);
	if (!r->left)
		return server_next(r);
	rfb_expect(&r->server, 12, rect_head);
	return OK;
}

static enum status
server_cut(struct rfb *r, struct err *e)
{
	uint64_t n;
	bool plain;
	TRY(rfb_cut_length(r->server.held + 4, &n, &plain, e));
	r->cut_out++;
	rfb_run(&r->server, n, true);
	return server_next(r);
}

enum status
rfb_server_message(struct rfb *r, struct err *e)
{
	switch (r->server.held[0]) {
	case 0:
		rfb_expect_more(&r->server, 4, update);
		return OK;
	case 2: /* bell */
		rfb_pass(&r->server);
		return server_next(r);
	case 3:
		rfb_expect_more(&r->server, 8, server_cut);
		return OK;
	default:
		return err_set(e, E_INPUT, "", "The desktop sent message %u, which is closed.",
			r->server.held[0]);
	}
}
