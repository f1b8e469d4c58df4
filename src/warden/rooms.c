/*
 * The table of rooms: which are open, what each waits for. Steps on one room come one after
 * another in the order of the questions, except that programs of members start beside each other
 * and an eviction ends the start of that member's instead of waiting for it.
 *
 * Rooms are looked after in one place, rooms_tick, after every event: nothing here starts a step or
 * frees a room while another function of the table is at work.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "warden/archive.h"
#include "warden/runtime.h"
#include "warden/warden.h"
#include "wire/gate_warden.h"

enum { WAITING_MAX = 64, WORKERS_MAX = 16 };

static void room_died(struct warden *, struct source *);

static struct room *
room_get(struct warden *w, uint64_t ws)
{
	for (struct room *r = w->rooms; r; r = r->next)
		if (r->ws == ws)
			return r;
	struct room *r = calloc(1, sizeof *r);
	if (!r)
		BUG("out of memory");
	*r = (struct room){ .next = w->rooms,
		.ws = ws,
		.desk = -1,
		.sock = -1,
		.life = { -1, room_died },
		.helper = { .life = { .fd = -1 } },
		.mirror = { .listen = -1, .ledger = -1 } };
	w->rooms = r;
	return r;
}

/* Forgets a room about which there is nothing to know. */
static void
room_drop(struct warden *w, struct room *r)
{
	if (r->open || r->first || r->exclusive || r->shared || r->evicting || r->lasting)
		return;
	for (struct room **at = &w->rooms; *at; at = &(*at)->next)
		if (*at == r) {
			*at = r->next;
			free(r);
			return;
		}
}

static void
tell_gate(struct warden *w, const struct room *r, uint32_t type)
{
	const struct gw_ws m = { { type, 0 }, r->ws, place_uid_base(&w->site.place, r->ws), 0 };
	const int fds[2] = { r->sock, r->desk };
	gate_send(w, &m, sizeof m, fds, type == GW_WS ? 2 : 0);
}

void
rooms_tell_gate(struct warden *w)
{
	for (struct room *r = w->rooms; r; r = r->next)
		if (r->open)
			tell_gate(w, r, GW_WS);
}

/* No longer reachable: the gate cuts its connections, descriptors close. It may still run. */
static void
room_shut(struct warden *w, struct room *r)
{
	mirror_shut(r);
	helper_shut(w, r);
	if (!r->open)
		return;
	r->open = false;
	tell_gate(w, r, GW_WS_GONE);
	source_close(w, &r->life);
	close(r->desk);
	close(r->sock);
	r->desk = r->sock = -1;
}

/* Bound by us in a folder that is read-only inside, so that nobody there can put another. */
static enum status
desk_bind(const char *dir, int *ret_fd, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	cleanup_fd int d = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_fd int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d < 0 || s < 0)
		return err_errno(e, "opening %s", dir);
	/* Through the descriptor, because a path of ours may be longer than a socket's name. */
	snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/desk.sock", d);
	unlinkat(d, "desk.sock", 0);
	if (bind(s, (struct sockaddr *)&at, sizeof at) < 0 || chmod(at.sun_path, 0666) < 0 ||
		listen(s, 64) < 0)
		return err_errno(e, "listening on %s/desk.sock", dir);
	*ret_fd = steal_fd(&s);
	return OK;
}

static void
enqueue(struct room *r, struct ask *q)
{
	struct ask **at = &r->first;
	while (*at)
		at = &(*at)->next;
	*at = q;
	r->waiting++;
}

static struct ask *
ask_new(const struct wire_head *h, unsigned portal)
{
	struct ask *q = calloc(1, sizeof *q);
	if (!q)
		BUG("out of memory");
	q->seq = h->seq;
	q->type = h->type;
	q->portal = portal;
	q->fd = -1;
	return q;
}

/* Before whatever waits: an opening that was asked for meanwhile stays open. */
static void
enqueue_close(struct room *r)
{
	const struct wire_head h = { PW_WS_CLOSE, 0 };
	struct ask *q = ask_new(&h, 0);
	q->next = r->first;
	r->first = q;
	r->waiting++;
}

/* Behind the opening, so that nobody waits for it. */
static void
enqueue_installer(struct room *r)
{
	const struct wire_head h = { ASK_INSTALLER, 0 };
	enqueue(r, ask_new(&h, 0));
}

static enum status
room_opened(struct warden *w, struct room *r, const struct pw_ws *is, pid_t pid, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const char *run = place_ws_run(a, &w->site.place, r->ws);
	cleanup_fd int life = (int)syscall(SYS_pidfd_open, pid, 0);
	if (life < 0)
		return err_errno(e, "watching workspace %llu", (unsigned long long)r->ws);
	cleanup_fd int sock =
		open(arena_printf(a, "%s/sock", run), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (sock < 0)
		return err_errno(e, "opening %s/sock", run);
	r->is = *is;
	TRY(mirror_open(w, r, pid, e));
	TRY(desk_bind(arena_printf(a, "%s/desk", run), &r->desk, e));
	r->sock = steal_fd(&sock);
	r->life.fd = steal_fd(&life);
	source_add(w, &r->life);
	r->open = true;
	if (is->stage == WS_SETUP)
		enqueue_installer(r);
	tell_gate(w, r, GW_WS);
	return OK;
}

/* Process 1 ended and nobody asked for it. */
static void
room_died(struct warden *w, struct source *s)
{
	struct room *r = (struct room *)((char *)s - offsetof(struct room, life));
	struct pw_ws_ended m = { .head = { PW_WS_ENDED, 0 }, .ws = r->ws };
	snprintf(m.reason, sizeof m.reason,
		"The workspace ended by itself, perhaps for lack of memory. Homes are kept.");
	log_warn("workspace ended by itself", "ws=%llu", (unsigned long long)r->ws);
	room_shut(w, r);
	portal_send(w, &m, sizeof m);
	enqueue_close(r);
}

/* Answers without a step, and forgets the question. */
static void
answer(struct warden *w, struct ask *q, const struct err *e, enum status st, uint64_t value)
{
	portal_done(w, q->portal, q->seq, e, st, value);
	if (q->fd >= 0)
		close(q->fd);
	explicit_bzero(&q->trial, sizeof q->trial);
	free(q);
}

static int
member_index(const struct pw_ws *ws, uint64_t person)
{
	for (uint32_t i = 0; i < ws->n_members; i++)
		if (ws->members[i].person == person)
			return (int)i;
	return -1;
}

/* Ids that share a range of uids must not be open at once. */
static const struct room *
same_range(const struct warden *w, const struct room *r)
{
	for (const struct room *o = w->rooms; o; o = o->next)
		if (o != r && o->ws % PLACE_RANGES == r->ws % PLACE_RANGES &&
			(o->open || o->exclusive))
			return o;
	return NULL;
}

/* Does it leave running what runs? */
static bool
is_update(const struct room *r, const struct ask *q)
{
	return q->type == PW_WS_OPEN && r->open && r->is.stage == q->ws.stage &&
	       r->is.release == q->ws.release;
}

static void
start_exclusive(struct warden *w, struct room *r, struct ask *q)
{
	struct err e;
	const struct room *other = same_range(w, r);
	if (q->type == PW_WS_OPEN && other) {
		err_set(&e, E_CONFLICT, "ws", "Workspace %llu uses the same range of users.",
			(unsigned long long)other->ws);
		answer(w, q, &e, E_CONFLICT, 0);
		return;
	}
	q->update = is_update(r, q);
	if (!q->update)
		room_shut(w, r);
	r->exclusive = true;
	worker_start(w, r, q);
}

/* Who is about to start the same program for the same person. */
static struct worker *
starting(const struct warden *w, const struct room *r, const struct ask *q)
{
	for (struct worker *k = w->workers; k; k = k->next)
		if (k->room == r && k->ask->type == q->type && k->ask->slot == q->slot)
			return k;
	return NULL;
}

static void
start_app(struct warden *w, struct room *r, struct ask *q)
{
	struct err e;
	int i = r->open ? member_index(&r->is, q->person) : -1;
	if (!r->open) {
		err_set(&e, E_CONFLICT, "ws", "The workspace is not open.");
		answer(w, q, &e, E_CONFLICT, 0);
	} else if (i < 0) {
		err_set(&e, E_ABSENT, "person", "This person is not in the workspace.");
		answer(w, q, &e, E_ABSENT, 0);
	} else {
		q->ws = r->is;
		q->slot = r->is.members[i].slot;
		struct worker *k = starting(w, r, q);
		if (k) {
			q->also = k->ask->also;
			k->ask->also = q;
			return;
		}
		r->shared++;
		worker_start(w, r, q);
	}
}

static void
start_installer(struct warden *w, struct room *r, struct ask *q)
{
	if (!r->open) {
		answer(w, q, NULL, OK, 0);
		return;
	}
	q->ws = r->is;
	r->shared++;
	worker_start(w, r, q);
}

static void
start_replay(struct warden *w, struct room *r, struct ask *q)
{
	struct err e;
	if (!r->open || r->is.stage != WS_SETUP) {
		err_set(&e, E_CONFLICT, "ws", "The workspace is not open in the setup phase.");
		answer(w, q, &e, E_CONFLICT, 0);
		return;
	}
	q->ws = r->is;
	r->lasting = true;
	worker_start(w, r, q);
}

/* Files that somebody may still write are not archived. */
static void
start_archive(struct warden *w, struct room *r, struct ask *q)
{
	struct err e;
	if (r->open && r->is.stage != WS_FROZEN) {
		err_set(&e, E_CONFLICT, "ws",
			"The workspace is at work; it is archived when it is frozen or closed.");
		answer(w, q, &e, E_CONFLICT, 0);
		return;
	}
	r->lasting = true;
	worker_start(w, r, q);
}

/* The archive's file alone is read, whatever the workspace does. */
static void
start_try(struct warden *w, struct room *r, struct ask *q)
{
	r->lasting = true;
	worker_start(w, r, q);
}

static void
start_evict(struct warden *w, struct room *r, struct ask *q)
{
	int i = r->open ? member_index(&r->is, q->person) : -1;
	if (i < 0) {
		answer(w, q, NULL, OK, 0);
		return;
	}
	q->out = r->is.members[i];
	q->slot = q->out.slot;
	memmove(&r->is.members[i], &r->is.members[i + 1],
		(r->is.n_members - (uint32_t)i - 1) * sizeof r->is.members[0]);
	r->is.members[--r->is.n_members] = (struct pw_member){ 0 };
	q->ws = r->is;
	r->evicting = true;
	worker_start(w, r, q);
}

/* Ends the start of this person's programs, 0 for anybody's. True when one was under way. */
static bool
stop_starts(struct warden *w, struct room *r, uint64_t person)
{
	bool any = false;
	for (struct worker *k = w->workers; k; k = k->next)
		if (k->room == r && room_app_of(k->ask->type) != ROOM_APPS &&
			(person == 0 || k->ask->person == person)) {
			any = true;
			if (k->pid > 0)
				kill(-k->pid, SIGKILL);
		}
	return any;
}

static bool
is_lasting(uint32_t type)
{
	return type == PW_WS_REPLAY || type == PW_WS_ARCHIVE || type == PW_WS_TRY;
}

/* These take minutes. What ends or seals the workspace ends them too, and waits for nobody. */
static bool
stop_lasting(struct warden *w, struct room *r)
{
	for (struct worker *k = w->workers; k; k = k->next)
		if (k->room == r && is_lasting(k->ask->type) && k->pid > 0)
			kill(-k->pid, SIGKILL);
	return r->lasting;
}

/* Whether the first question must wait for what is in work. */
static bool
must_wait(struct warden *w, struct room *r, const struct ask *q)
{
	if (r->exclusive || r->evicting)
		return true;
	/* Taking access away never waits for the work of other rooms. */
	if (w->n_workers >= WORKERS_MAX && q->type != PW_WS_EVICT)
		return true;
	if (q->type == ASK_INSTALLER)
		return false;
	if (room_app_of(q->type) != ROOM_APPS)
		return false;
	if (q->type == PW_WS_EVICT)
		return stop_starts(w, r, q->person);
	if (is_lasting(q->type))
		return r->lasting;
	if (!is_update(r, q) && stop_lasting(w, r))
		return true;
	/* An opening lets programs finish their start; an end does not wait for them. */
	if (r->shared && q->type != PW_WS_OPEN)
		stop_starts(w, r, 0);
	return r->shared > 0;
}

static void
room_pump(struct warden *w, struct room *r)
{
	while (r->first && !must_wait(w, r, r->first)) {
		struct ask *q = r->first;
		r->first = q->next;
		r->waiting--;
		q->next = NULL;
		if (q->type == ASK_INSTALLER)
			start_installer(w, r, q);
		else if (q->type == PW_WS_REPLAY)
			start_replay(w, r, q);
		else if (q->type == PW_WS_ARCHIVE)
			start_archive(w, r, q);
		else if (q->type == PW_WS_TRY)
			start_try(w, r, q);
		else if (room_app_of(q->type) != ROOM_APPS)
			start_app(w, r, q);
		else if (q->type == PW_WS_EVICT)
			start_evict(w, r, q);
		else
			start_exclusive(w, r, q);
	}
}

void
rooms_tick(struct warden *w, int64_t now)
{
	for (struct room *r = w->rooms, *next; r; r = next) {
		next = r->next;
		if (helper_due(r, now))
			enqueue_installer(r);
		if (!w->stopping)
			room_pump(w, r);
		room_drop(w, r);
	}
}

/* A worker that was killed could not. */
static void
forget_half(struct warden *w, const struct room *r)
{
	cleanup_arena struct arena *a = arena_new();
	archive_clean(a, &w->site.place, r->ws);
}

/* Their programs may run on: whoever asks again, or names the others alone, must still find them.
 */
static void
put_back(struct room *r, const struct pw_member *m)
{
	if (r->open && r->is.n_members < PW_MEMBERS && member_index(&r->is, m->person) < 0)
		r->is.members[r->is.n_members++] = *m;
}

void
room_done(struct warden *w, struct room *r, struct ask *q, const struct report *rep)
{
	struct err e = { 0 };
	enum status st = rep->status;
	err_set(&e, st, "", "%s", rep->text);
	if (room_app_of(q->type) != ROOM_APPS) {
		r->shared--;
	} else if (is_lasting(q->type)) {
		r->lasting = false;
		if (q->type == PW_WS_ARCHIVE && st != OK)
			forget_half(w, r);
	} else if (q->type == ASK_INSTALLER) {
		r->shared--;
		helper_started(w, r, st, rep->pid);
	} else if (q->type == PW_WS_EVICT) {
		r->evicting = false;
		if (st != OK)
			put_back(r, &q->out);
	} else {
		r->exclusive = false;
	}
	if (q->type == PW_WS_OPEN && st == OK) {
		if (q->update)
			r->is = q->ws;
		else
			st = room_opened(w, r, &q->ws, rep->pid, &e);
		/* It runs, but nobody can be let in. */
		if (st != OK)
			enqueue_close(r);
	} else if (q->type == PW_WS_OPEN && rep->lost && !q->update) {
		/* What it had mounted and started is still there. */
		enqueue_close(r);
	}
	for (struct ask *also = q->also, *next; also; also = next) {
		next = also->also;
		answer(w, also, &e, st, rep->value);
	}
	answer(w, q, &e, st, rep->value);
}

void
rooms_ask(struct warden *w, const void *msg, int fd)
{
	const struct wire_head *h = msg;
	struct ask *q = ask_new(h, w->portal_no);
	uint64_t ws;
	if (h->type == PW_WS_OPEN) {
		q->ws = room_settle(&w->site.place, msg);
		ws = q->ws.ws;
	} else if (room_app_of(h->type) != ROOM_APPS || h->type == PW_WS_EVICT) {
		const struct pw_ws_person *m = msg;
		ws = m->ws;
		q->person = m->person;
	} else if (h->type == PW_WS_ARCHIVE) {
		q->archive = *(const struct pw_archive *)msg;
		ws = q->archive.ws;
	} else if (h->type == PW_WS_TRY) {
		q->trial = *(const struct pw_try *)msg;
		ws = q->trial.ws;
	} else {
		ws = ((const struct pw_id *)msg)->id;
		q->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 16);
	}
	struct room *r = room_get(w, ws);
	if (r->waiting >= WAITING_MAX) {
		struct err e;
		err_set(&e, E_BUSY, "ws", "Too many steps wait for this workspace.");
		answer(w, q, &e, E_BUSY, 0);
		return;
	}
	enqueue(r, q);
}

void
rooms_state(struct warden *w, const void *msg, int fd)
{
	const struct pw_id *m = msg;
	cleanup_arena struct arena *a = arena_new();
	struct pw_usage u = { .head = { PW_USAGE, m->head.seq } };
	room_usage(a, &w->site, m->id, &u);
	u.state = u.state == WS_OPEN ? WS_CLOSED : u.state;
	for (struct room *r = w->rooms; r; r = r->next)
		if (r->ws == m->id && r->open) {
			u.state = WS_OPEN;
			u.cpu_limit_milli = (uint64_t)r->is.cpus * 1000;
		}
	portal_send(w, &u, sizeof u);
}

static void
adopt_one(struct warden *w, uint64_t ws)
{
	cleanup_arena struct arena *a = arena_new();
	struct pw_ws is;
	struct err e;
	pid_t pid;
	if (room_found(a, &w->site, ws, &is, &pid, &e) == OK) {
		struct room *r = room_get(w, ws);
		if (room_opened(w, r, &is, pid, &e) == OK) {
			log_info("workspace adopted", "ws=%llu pid=%d", (unsigned long long)ws,
				(int)pid);
			return;
		}
		mirror_shut(r);
		room_drop(w, r);
	}
	log_warn("workspace of an earlier run is closed", "ws=%llu why=\"%s\"",
		(unsigned long long)ws, e.text);
	if (room_close(a, &w->site, ws, &e) != OK)
		log_error("closing failed", "ws=%llu why=\"%s\"", (unsigned long long)ws, e.text);
}

void
rooms_adopt(struct warden *w)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_dir DIR *d = opendir(arena_printf(a, "%s/ws", w->site.place.c.run));
	for (struct dirent *de; d && (de = readdir(d));) {
		int64_t ws;
		if (str_int(str_of(de->d_name), &ws) && ws > 0)
			adopt_one(w, (uint64_t)ws);
	}
}

static void
close_each(struct warden *w)
{
	for (struct room *r = w->rooms; r; r = r->next) {
		cleanup_arena struct arena *a = arena_new();
		struct err e;
		if (room_close(a, &w->site, r->ws, &e) != OK)
			log_error("closing failed", "ws=%llu why=\"%s\"", (unsigned long long)r->ws,
				e.text);
	}
}

/*
 * By a child, while we reap: whatever was started in a room from outside, such as a notebook, is
 * our child by now, and a room's process 1 cannot end before all others of it are reaped.
 */
void
rooms_close_all(struct warden *w)
{
	for (struct room *r = w->rooms; r; r = r->next)
		room_shut(w, r);
	pid_t parent = getpid(), pid = fork();
	if (pid > 0) {
		while (waitpid(-1, NULL, 0) != pid)
			;
		return;
	}
	if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent))
		_exit(1);
	close_each(w);
	if (pid == 0)
		_exit(0);
}
