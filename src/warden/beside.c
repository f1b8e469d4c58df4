#include "warden/beside.h"

static void *
run(void *ctx)
{
	struct beside *b = ctx;
	cleanup_arena struct arena *a = arena_new();
	b->status = b->step(a, b->place, b->ws, &b->err);
	return NULL;
}

void
beside_start(struct beside *b, beside_step step, const struct place *place, const struct pw_ws *ws)
{
	*b = (struct beside){ .step = step, .place = place, .ws = ws };
	b->threaded = pthread_create(&b->thread, NULL, run, b) == 0;
	if (!b->threaded)
		run(b);
}

enum status
beside_end(struct beside *b, enum status others, struct err *e)
{
	if (b->threaded)
		pthread_join(b->thread, NULL);
	if (others == OK && b->status != OK && e)
		*e = b->err;
	return others != OK ? others : b->status;
}
