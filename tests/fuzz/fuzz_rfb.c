/*
 * Both directions of a desktop's connection, in pieces. The first byte of each piece says who
 * speaks and how long; whatever is accepted must never let more out than came in (but for the name
 * that is ours), never let a clipboard message out, and not depend on how the bytes were cut.
 */
#include "base/arena.h"
#include "gate/frames.h"
#include "gate/rfb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OURS = 64 };

struct run {
	struct buf up, down;
	enum status end;
	size_t n_in;
};

static void
feed(struct rfb *r, struct run *all, bool server, struct str s, bool bytewise)
{
	struct err e;
	size_t step = bytewise ? 1 : s.n;
	for (size_t at = 0; at < s.n && all->end == OK; at += step) {
		struct str part = { s.p + at, step };
		all->end = server ? rfb_from_server(r, part, &all->down, &e)
				  : rfb_from_client(r, part, &all->up, &e);
		if (all->end != OK && (all->end != E_INPUT || !e.text[0]))
			BUG("refused without a sentence");
	}
	all->n_in += s.n;
}

static struct run
play(struct arena *a, const uint8_t *data, size_t size, bool bytewise)
{
	struct rfb r;
	struct run all = { .up = buf_new(a), .down = buf_new(a) };
	rfb_init(&r, size && data[0] & 1);
	for (size_t at = 1; at < size && all.end == OK;) {
		size_t n = data[at] & 0x7f, rest = size - at - 1;
		n = n < rest ? n : rest;
		feed(&r, &all, data[at] & 0x80, (struct str){ (const char *)data + at + 1, n },
			bytewise);
		at += 1 + n;
	}
	if (all.up.n + all.down.n > all.n_in + OURS)
		BUG("more went on than came");
	return all;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct run whole = play(a, data, size, false), cut = play(a, data, size, true);
	if (whole.end != cut.end || whole.up.n != cut.up.n || whole.down.n != cut.down.n ||
		memcmp(whole.up.p, cut.up.p, cut.up.n) != 0 ||
		memcmp(whole.down.p, cut.down.p, cut.down.n) != 0)
		BUG("it depends on how the bytes are cut");
	struct frames f = { 0 };
	struct buf payload = buf_new(a), reply = buf_new(a);
	struct err e;
	if (frames_read(&f, (struct str){ (const char *)data, size }, &payload, &reply, &e) == OK &&
		payload.n > size)
		BUG("a frame held more than came");
	return 0;
}
