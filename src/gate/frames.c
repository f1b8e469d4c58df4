#include "gate/frames.h"

#include "base/handshake.h"

void
frames_accept(const struct request *r, struct buf *out)
{
	char key[25] = "", accept[HANDSHAKE_BYTES];
	struct str v, protocols;
	if (http_lines_find(&r->lines, "Sec-WebSocket-Key", &v) && v.n < sizeof key)
		memcpy(key, v.p, v.n);
	handshake_accept(key, accept);
	buf_printf(out,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
		accept);
	if (http_lines_find(&r->lines, "Sec-WebSocket-Protocol", &protocols) &&
		http_list_has(protocols, "binary"))
		buf_puts(out, "Sec-WebSocket-Protocol: binary\r\n");
	buf_puts(out, "\r\n");
}

/* Opcode, flags and how long the head is: its first two bytes. */
static enum status
read_start(struct frames *f, struct err *e)
{
	int opcode = f->head[0] & 15;
	bool last = f->head[0] & 0x80, control = opcode >= FRAMES_CLOSE;
	unsigned n = f->head[1] & 0x7f;
	if (f->head[0] & 0x70 || !(f->head[1] & 0x80))
		return err_set(e, E_INPUT, "", "A frame is not masked, or has unknown flags.");
	if (opcode != FRAMES_MORE && opcode != FRAMES_BINARY && opcode != FRAMES_CLOSE &&
		opcode != FRAMES_PING && opcode != FRAMES_PONG)
		return err_set(
			e, E_INPUT, "", "A frame of kind %d came; only binary ones pass.", opcode);
	if (control && (!last || n > 125))
		return err_set(e, E_INPUT, "", "A control frame is cut up or too long.");
	if (!control && (opcode == FRAMES_MORE) != f->open)
		return err_set(e, E_INPUT, "", "A message's frames are out of order.");
	if (!control)
		f->open = !last;
	f->opcode = opcode;
	f->want = 2 + (n == 126 ? 2 : n == 127 ? 8 : 0) + 4;
	return OK;
}

static enum status
read_length(struct frames *f, struct err *e)
{
	uint64_t n = f->head[1] & 0x7f;
	if (n >= 126) {
		n = 0;
		for (size_t i = 2; i < f->want - 4; i++)
			n = n << 8 | f->head[i];
	}
	if (n > FRAMES_MAX)
		return err_set(
			e, E_INPUT, "", "A frame of %llu bytes came.", (unsigned long long)n);
	f->left = n;
	f->at = 0;
	f->n_control = 0;
	return OK;
}

static void
frame_over(struct frames *f, struct buf *reply)
{
	struct str said = { (const char *)f->control, f->n_control };
	if (f->opcode == FRAMES_PING)
		frames_put(reply, FRAMES_PONG, said);
	if (f->opcode == FRAMES_CLOSE) {
		f->closed = true;
		frames_put(reply, FRAMES_CLOSE, (struct str){ said.p, said.n < 2 ? 0 : 2 });
	}
	f->n = f->want = 0;
}

/* As much of the payload as is there, without its mask. */
static void
read_payload(struct frames *f, struct str *in, struct buf *data)
{
	size_t n = f->left < in->n ? (size_t)f->left : in->n;
	const uint8_t *mask = f->head + f->want - 4, *p = (const uint8_t *)in->p;
	if (f->opcode < FRAMES_CLOSE) {
		size_t from = data->n;
		buf_put(data, p, n);
		for (size_t i = 0; i < n; i++)
			data->p[from + i] = (char)(p[i] ^ mask[(f->at + i) & 3]);
	} else {
		for (size_t i = 0; i < n; i++)
			f->control[f->n_control++] = p[i] ^ mask[(f->at + i) & 3];
	}
	f->at = (f->at + (unsigned)n) & 3;
	f->left -= n;
	in->p += n, in->n -= n;
}

enum status
frames_read(struct frames *f, struct str in, struct buf *data, struct buf *reply, struct err *e)
{
	while (in.n && !f->closed) {
		size_t want = f->want ? f->want : 2;
		if (f->n < want) {
			f->head[f->n++] = (uint8_t)*in.p;
			in.p++, in.n--;
			if (f->n == 2)
				TRY(read_start(f, e));
			if (f->n < 6 || f->n < f->want)
				continue;
			TRY(read_length(f, e));
		} else {
			read_payload(f, &in, data);
		}
		if (f->left == 0)
			frame_over(f, reply);
	}
	return OK;
}

void
frames_put(struct buf *out, enum frames_opcode opcode, struct str payload)
{
	int lengths = payload.n < 126 ? 0 : payload.n < 65536 ? 2 : 8;
	buf_putc(out, (char)(0x80 | opcode));
	buf_putc(out, (char)(lengths == 0 ? (int)payload.n : lengths == 2 ? 126 : 127));
	for (int i = lengths - 1; i >= 0; i--)
		buf_putc(out, (char)((uint64_t)payload.n >> (8 * i) & 255));
	buf_put(out, payload.p, payload.n);
}

void
frames_put_close(struct buf *out, int code, const char *why)
{
	char text[122];
	size_t n = strnlen(why, sizeof text - 2);
	text[0] = (char)(code >> 8);
	text[1] = (char)code;
	memcpy(text + 2, why, n);
	frames_put(out, FRAMES_CLOSE, (struct str){ text, 2 + n });
}
