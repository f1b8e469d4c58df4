/*
 * warden -> gate, one way: which workspaces exist, and the descriptors to reach them. The gate is
 * started with this socket as descriptor 3 and never asks anything.
 */
#ifndef WIRE_GATE_WARDEN_H
#define WIRE_GATE_WARDEN_H

#include "wire/slots.h"
#include "wire/wire.h"

enum gw_type {
	GW_LISTEN = 1, /* struct wire_head + the listening TCP descriptor; first message */
	GW_SPOOL,      /* struct wire_head + an O_PATH descriptor of the spool folder */
	GW_PORTAL, /* struct wire_head + the socket to the portal; again after a portal restart */
	GW_WS, /* struct gw_ws + [0] O_PATH of its app socket folder, [1] listening desk socket */
	GW_WS_GONE, /* struct gw_ws: cut its connections, close its descriptors */
};

/*
 * App sockets: <folder>/<slot>/{notebook,terminal,desktop}.sock, where <slot> is decimal and the
 * folder <slot> is hostile ground: resolve with O_PATH | O_NOFOLLOW, fstat for a socket owned by
 * slot_uid(uid_base, slot), connect through /proc/self/fd.
 *
 * Desk: a stream listener bound by the warden, so that nobody inside can replace it. SO_PEERCRED
 * gives slot_uid(uid_base, slot).
 */
struct gw_ws {
	struct wire_head head;
	uint64_t ws;
	uint32_t uid_base;
	uint32_t unused;
};

#endif
