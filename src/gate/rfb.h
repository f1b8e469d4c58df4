/*
 * The remote frame buffer protocol (RFC 6143) between a desktop inside a workspace and a browser,
 * as a filter: what one side says is read byte for byte, and only pictures, keys and the pointer
 * pass. Texts (the clipboard in both its forms, the desktop's name), files and extensions do not.
 *
 * Both sides are hostile. To stay in step with the server, its pictures must be of the kinds that
 * can be measured here: other encodings are struck from what the browser asks for, and a server
 * that sends one anyway ends the connection. Pixels have one format, agreed on before the first
 * picture, so that nobody can make us count wrongly by changing it on the way. What is inside a
 * compressed rectangle is not looked at: it ends on a screen.
 *
 * Nothing is owned; a struct rfb is plain memory. Thread rule: one thread per struct.
 */
#ifndef GATE_RFB_H
#define GATE_RFB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
	RFB_ENCODINGS = 256,              /* that a browser may list */
	RFB_HELD = 4 + 4 * RFB_ENCODINGS, /* the longest part that is read as a whole */
	RFB_PASTE_MAX = 65536,            /* bytes of text in one paste */
	RFB_CUT_MAX = 64 << 20,           /* bytes of text that are waited for and thrown away */
	RFB_SIDE_MAX = 16384,             /* pixels of a desktop's width or height */
};

struct rfb;

/* What one side says: a part being gathered, or a run of bytes that nobody looks at. */
struct rfb_side {
	uint8_t held[RFB_HELD];
	size_t n, want;
	uint64_t run;
	bool drop;                                       /* the run is thrown away */
	enum status (*step)(struct rfb *, struct err *); /* NULL: it is not this side's turn */
	struct buf *out;
};

struct rfb {
	struct rfb_side client, server;
	bool paste;                   /* text may go in */
	int offered, minor;           /* of the version: 3, 7 or 8 */
	bool formatted, asked;        /* the pixels' format is set; a picture has been asked for */
	unsigned left;                /* rectangles still to come in this update */
	unsigned width, height;       /* of the rectangle at hand */
	unsigned tile, across, tiles; /* of a rectangle in hextile */
	uint64_t bytes;               /* of a tight rectangle's pixels, not compressed */
	uint64_t cut_in, cut_out;     /* clipboard messages thrown away */
};

void rfb_init(struct rfb *, bool paste);

/*
 * What came from that side; what may pass is appended to out. E_INPUT, with a sentence for the log,
 * when it breaks the protocol or uses a part of it that is closed: end the connection. Bytes that
 * were in order before the breach are in out.
 */
enum status rfb_from_client(struct rfb *, struct str, struct buf *out, struct err *);
enum status rfb_from_server(struct rfb *, struct str, struct buf *out, struct err *);

#endif
