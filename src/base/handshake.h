/*
 * The proof that a server understood a WebSocket handshake (RFC 6455, 4.2.2).
 *
 * Thread rule: pure function.
 */
#ifndef BASE_HANDSHAKE_H
#define BASE_HANDSHAKE_H

enum { HANDSHAKE_BYTES = 29 }; /* 28 characters and the NUL */

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key, of which 60 bytes count at most. */
void handshake_accept(const char *key, char out[HANDSHAKE_BYTES]);

#endif
