/*
 * What the files of the filter share: each side is a chain of steps. rfb_expect says how many bytes
 * the next step needs; it finds them in held, passes them on or does not, may announce a run of
 * bytes that follows, and names the step after that.
 *
 * Thread rule: as rfb.h.
 */
#ifndef GATE_RFB_INTERNAL_H
#define GATE_RFB_INTERNAL_H

#include "gate/rfb.h"

enum {
	ENC_RAW = 0,
	ENC_COPY = 1,
	ENC_HEXTILE = 5,
	ENC_TIGHT = 7,
	ENC_ZRLE = 16,
	ENC_SIZE = -223,
	ENC_LAST = -224,
	ENC_CURSOR = -239,
	ENC_SCREENS = -308, /* ExtendedDesktopSize */
};
enum { PIXEL = 4, TIGHT_PIXEL = 3, TIGHT_PLAIN = 12, SCREENS_MAX = 16, CURSOR_MAX = 1024 };

typedef enum status (*rfb_step)(struct rfb *, struct err *);

unsigned rfb_get16(const uint8_t *);
uint32_t rfb_get32(const uint8_t *);

void rfb_expect(struct rfb_side *, size_t want, rfb_step);
/* Goes on gathering the same part: it turned out to be longer, want bytes in all. */
void rfb_expect_more(struct rfb_side *, size_t want, rfb_step);
/* What is held goes to the other side. */
void rfb_pass(struct rfb_side *);
/* The bytes that come next are not looked at, and may be thrown away. */
void rfb_run(struct rfb_side *, uint64_t bytes, bool drop);

/* Of a clipboard message: how long, and whether it is plain text. E_INPUT when it is far too long.
 */
enum status rfb_cut_length(const uint8_t *, uint64_t *ret_n, bool *ret_plain, struct err *);

/* The steps that begin a message, once the two have agreed. */
enum status rfb_client_message(struct rfb *, struct err *);
enum status rfb_server_message(struct rfb *, struct err *);

#endif
