/*
 * WebSocket frames (RFC 6455) where the gate itself is the server: a stream of bytes in binary
 * frames, both ways.
 *
 * Nothing is owned; a struct frames is plain memory. Thread rule: one thread per struct.
 */
#ifndef GATE_FRAMES_H
#define GATE_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "gate/request.h"

enum { FRAMES_MAX = 1 << 20 }; /* bytes in one frame of a browser */

enum frames_opcode {
	FRAMES_MORE = 0,
	FRAMES_BINARY = 2,
	FRAMES_CLOSE = 8,
	FRAMES_PING = 9,
	FRAMES_PONG = 10
};

/* All zero is the beginning. */
struct frames {
	uint8_t head[14];
	size_t n, want; /* of the head; want 0 until its first two bytes are there */
	uint64_t left;  /* of the payload */
	unsigned at;    /* where in the mask */
	int opcode;
	uint8_t control[125];
	size_t n_control;
	bool open;   /* a message has begun whose last frame has not come */
	bool closed; /* the browser says goodbye */
};

/* The answer to a handshake that request_parse found complete. */
void frames_accept(const struct request *, struct buf *out);

/*
 * Reads what came from the browser: payload is appended to data, what must be answered (to a ping,
 * to a close) to reply. After a close the rest is ignored. E_INPUT, with a sentence, for anything
 * but masked binary frames of at most FRAMES_MAX bytes.
 */
enum status frames_read(
	struct frames *, struct str in, struct buf *data, struct buf *reply, struct err *);

/* One whole message for the browser. */
void frames_put(struct buf *out, enum frames_opcode, struct str payload);

/* Goodbye, with a reason that the page can show: code 1000 to 4999, at most 120 bytes of text. */
void frames_put_close(struct buf *out, int code, const char *why);

#endif
