/*
 * A WebSocket client (RFC 6455): handshake with cookie and origin, masked text frames out, whole
 * text or binary messages in, pings answered.
 *
 * The struct belongs to the arena given to websocket_open; websocket_close ends the connection.
 * Thread rule: one thread per socket.
 */
#ifndef REHEARSE_WEBSOCKET_H
#define REHEARSE_WEBSOCKET_H

#include "base/err.h"
#include "base/str.h"

enum { WEBSOCKET_MESSAGE_MAX = 16 << 20 };
enum { WS_CONTINUE = 0, WS_TEXT = 1, WS_BINARY = 2, WS_SHUT = 8, WS_PING = 9, WS_PONG = 10 };

struct websocket;

/*
 * url: "http://w1.localhost:8081/path?query"; names under localhost lead to 127.0.0.1, others are
 * resolved. No TLS. cookie and origin are header values; "" leaves the header out. A refusal gives
 * E_DENIED with the status that was answered. At most timeout_ms for all of it.
 */
enum status websocket_open(struct arena *, const char *url, const char *cookie, const char *origin,
	int64_t timeout_ms, struct websocket **ret, struct err *);
void websocket_close(struct websocket *); /* NULL is fine */

enum status websocket_send(struct websocket *, struct str text, struct err *);
/* The next message, into the arena. E_BUSY when none came in time, E_ABSENT when the other side
 * has closed or the connection is cut. */
enum status websocket_recv(
	struct websocket *, struct arena *, int64_t timeout_ms, struct str *ret, struct err *);

/* The parts, for tests. */
struct websocket_frame {
	bool last;
	int opcode;
	struct str payload;
};
/* Appends a masked frame. */
void websocket_put_frame(struct buf *, int opcode, struct str payload, const uint8_t mask[4]);
/* Reads an unmasked frame at the start of s. *ret_used is its length, 0 when more bytes are needed;
 * E_INPUT for what RFC 6455 forbids a server to send, or what is too big. */
enum status websocket_read_frame(
	struct str s, struct websocket_frame *ret, size_t *ret_used, struct err *);

#endif
