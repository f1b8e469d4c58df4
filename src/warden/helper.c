/*
 * The life of the helper that installs programs (room_installer), in a workspace of the setup
 * phase: watched through a descriptor of its process, and started again when it ends, soon the
 * first time and ever later while it ends at once.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "warden/warden.h"

enum { DELAY_FIRST_MS = 500, DELAY_MAX_MS = 60000, STEADY_MS = 60000 };

static void
plan(struct room *r, int64_t now)
{
	struct helper *h = &r->helper;
	h->delay = now - h->started > STEADY_MS ? DELAY_FIRST_MS : h->delay * 2;
	if (h->delay < DELAY_FIRST_MS)
		h->delay = DELAY_FIRST_MS;
	if (h->delay > DELAY_MAX_MS)
		h->delay = DELAY_MAX_MS;
	h->restart_at = now + h->delay;
}

static void
died(struct warden *w, struct source *s)
{
	struct room *r = (struct room *)((char *)s - offsetof(struct room, helper.life));
	source_close(w, s);
	plan(r, clock_mono_ms());
	log_warn("the helper that installs programs ended", "ws=%llu again_ms=%d",
		(unsigned long long)r->ws, r->helper.delay);
}

void
helper_started(struct warden *w, struct room *r, enum status st, pid_t pid)
{
	struct helper *h = &r->helper;
	if (!r->open || r->is.stage != WS_SETUP || (st == OK && pid == 0))
		return;
	int fd = st == OK ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	source_close(w, &h->life);
	h->started = clock_mono_ms();
	if (fd < 0) {
		/* It did not start, or has ended already. */
		plan(r, h->started);
		return;
	}
	h->life = (struct source){ fd, died };
	source_add(w, &h->life);
}

void
helper_shut(struct warden *w, struct room *r)
{
	source_close(w, &r->helper.life);
	r->helper = (struct helper){ .life = { -1, died } };
}

bool
helper_due(struct room *r, int64_t now)
{
	if (!r->open || !r->helper.restart_at || now < r->helper.restart_at)
		return false;
	r->helper.restart_at = 0;
	return true;
}
