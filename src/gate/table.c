#include "gate/table.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LOCKED CLEANUP(unlock_fn)
static void
unlock_fn(pthread_mutex_t **m)
{
	pthread_mutex_unlock(*m);
}
/* Holds the lock until the end of the scope. */
#define HOLD(g)                                                                                    \
	LOCKED pthread_mutex_t *held_ = &(g)->lock;                                                \
	pthread_mutex_lock(held_)

static void *
new_zeroed(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		BUG("out of memory");
	return p;
}

void
gate_init(struct gate *g)
{
	pthread_condattr_t mono;
	pthread_mutex_init(&g->lock, NULL);
	pthread_mutex_init(&g->portal_lock, NULL);
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(&g->portal_new, &mono);
	pthread_condattr_destroy(&mono);
	g->portal = g->spool = -1;
	g->seq = 1;
}

static struct room *
room_find(struct gate *g, uint64_t ws)
{
	struct room *r = g->rooms;
	while (r && r->ws != ws)
		r = r->next;
	return r;
}

void
gate_room_put(struct gate *g, uint64_t ws, uint32_t uid_base, int folder, int desk)
{
	HOLD(g);
	struct room *r = room_find(g, ws);
	if (r) {
		close(r->folder);
		close(r->desk);
	} else {
		r = new_zeroed(sizeof *r);
		r->ws = ws;
		r->next = g->rooms;
		g->rooms = r;
	}
	r->uid_base = uid_base;
	r->folder = folder;
	r->desk = desk;
}

bool
gate_room_known(struct gate *g, uint64_t ws)
{
	HOLD(g);
	return room_find(g, ws);
}

/* What has not left yet shall not leave: with no linger, closing throws it away. */
static void
visit_cut(struct visit *v)
{
	struct linger none = { 1, 0 };
	atomic_store(&v->cut, true);
	setsockopt(v->client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	shutdown(v->client, SHUT_RDWR);
	if (v->inside >= 0)
		shutdown(v->inside, SHUT_RDWR);
}

static bool
matches(uint64_t want, uint64_t is)
{
	return want == 0 || want == is;
}

static size_t
cut_locked(struct gate *g, uint64_t ws, uint64_t person, uint64_t session)
{
	size_t n = 0;
	for (struct pass **at = &g->passes; *at;) {
		struct pass *p = *at;
		if (!matches(ws, p->ws) || !matches(person, p->person) ||
			!matches(session, p->session)) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		free(p);
		g->n_passes--;
	}
	for (struct visit *v = g->visits; v; v = v->next) {
		if (!v->admitted || atomic_load(&v->cut) || !matches(ws, v->ws) ||
			!matches(person, v->person) || !matches(session, v->session))
			continue;
		visit_cut(v);
		n++;
	}
	return n;
}

size_t
gate_cut(struct gate *g, uint64_t ws, uint64_t person, uint64_t session)
{
	HOLD(g);
	return cut_locked(g, ws, person, session);
}

size_t
gate_room_drop(struct gate *g, uint64_t ws)
{
	HOLD(g);
	size_t n = cut_locked(g, ws, 0, 0);
	for (struct room **at = &g->rooms; *at; at = &(*at)->next) {
		struct room *r = *at;
		if (r->ws != ws)
			continue;
		*at = r->next;
		close(r->folder);
		close(r->desk);
		free(r);
		break;
	}
	return n;
}

static struct visit *
visit_add(struct gate *g, int client)
{
	struct visit *v = new_zeroed(sizeof *v);
	v->gate = g;
	v->client = client;
	v->inside = -1;
	v->next = g->visits;
	if (v->next)
		v->next->prev = v;
	g->visits = v;
	g->n_visits++;
	return v;
}

/*
 * A crowd that never says what it wants would otherwise keep out everybody who comes after it: so
 * the longest in the hall has to go. A browser says who it is at once and is let in long before
 * its turn; a crowd's place is gone before the crowd can tell.
 */
static void
drop_oldest_new(struct gate *g)
{
	struct visit *oldest = NULL;
	for (struct visit *v = g->visits; v; v = v->next)
		if (!v->admitted && !v->dropped)
			oldest = v;
	if (!oldest)
		return;
	visit_cut(oldest);
	oldest->dropped = true;
	g->n_new--;
	g->n_dropped++;
}

struct visit *
gate_visit_new(struct gate *g, int client)
{
	HOLD(g);
	/* Each of the dropped has a thread until that has seen it. */
	if (g->n_dropped >= VISITS_NEW)
		return NULL;
	if (g->n_new >= VISITS_NEW)
		drop_oldest_new(g);
	g->n_new++;
	return visit_add(g, client);
}

static unsigned
desks_of(const struct gate *g, uint64_t ws, uint32_t slot)
{
	unsigned n = 0;
	for (const struct visit *v = g->visits; v; v = v->next)
		n += v->is_desk && v->ws == ws && v->slot == slot;
	return n;
}

struct visit *
gate_visit_desk(struct gate *g, uint64_t ws, uint32_t slot, int client)
{
	HOLD(g);
	struct room *r = room_find(g, ws);
	if (!r || r->desks >= DESKS_ROOM || desks_of(g, ws, slot) >= DESKS_MEMBER)
		return NULL;
	struct visit *v = visit_add(g, client);
	r->desks++;
	v->is_desk = v->admitted = true;
	v->ws = ws;
	v->slot = slot;
	return v;
}

static struct meter *
meter_find(struct gate *g, uint64_t ws, uint64_t person)
{
	for (struct meter *m = g->meters; m; m = m->next)
		if (m->ws == ws && m->person == person)
			return m;
	struct meter *m = new_zeroed(sizeof *m);
	m->ws = ws;
	m->person = person;
	m->bytes_max = METER_MAX;
	m->pixels_max = PIXELS_MAX;
	pthread_mutex_init(&m->lock, NULL);
	m->next = g->meters;
	g->meters = m;
	return m;
}

/*
 * Every pass is compared with every token, whole, whatever is found. A page inside may plant a
 * second cookie of our name: tokens of two different visitors open nothing.
 */
static struct pass *
pass_find(
	struct gate *g, uint64_t ws, uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES], size_t n)
{
	struct pass *found = NULL;
	int64_t now = clock_now();
	bool two = false;
	for (size_t i = 0; i < n; i++) {
		uint8_t key[32];
		crypto_generichash(key, sizeof key, tokens[i], REQUEST_TOKEN_BYTES, NULL, 0);
		for (struct pass *p = g->passes; p; p = p->next) {
			bool same = sodium_memcmp(key, p->key, sizeof key) == 0;
			if (!same || p->ws != ws || p->expires <= now)
				continue;
			two |= found && found != p;
			found = p;
		}
	}
	return two ? NULL : found;
}

static bool
has_place(const struct gate *g, const struct room *of)
{
	unsigned rooms = 0, pooled = 0;
	for (const struct room *r = g->rooms; r; r = r->next)
		rooms++;
	for (const struct room *r = g->rooms; r; r = r->next)
		pooled += r->visits > share_own(rooms) ? r->visits - share_own(rooms) : 0;
	return share_allows(of->visits, rooms, pooled);
}

enum status
gate_visit_admit(struct visit *v, uint64_t ws, uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES],
	size_t n, int *ret_folder)
{
	struct gate *g = v->gate;
	HOLD(g);
	struct room *r = room_find(g, ws);
	if (v->dropped)
		return E_BUSY;
	if (!r)
		return E_ABSENT;
	const struct pass *p = pass_find(g, ws, tokens, n);
	if (!p)
		return E_AUTH;
	if (!has_place(g, r))
		return E_BUSY;
	int folder = fcntl(r->folder, F_DUPFD_CLOEXEC, 3);
	if (folder < 0)
		return E_BUSY;
	r->visits++;
	g->n_new--;
	v->admitted = true;
	v->ws = ws;
	v->person = p->person;
	v->session = p->session;
	v->slot = p->slot;
	v->uid = slot_uid(r->uid_base, p->slot);
	v->meter = meter_find(g, ws, p->person);
	*ret_folder = folder;
	return OK;
}

bool
gate_visit_join(struct visit *v, int fd)
{
	HOLD(v->gate);
	if (atomic_load(&v->cut)) {
		close(fd);
		return false;
	}
	v->inside = fd;
	return true;
}

void
gate_visit_end(struct visit *v)
{
	struct gate *g = v->gate;
	HOLD(g);
	struct room *r = v->admitted ? room_find(g, v->ws) : NULL;
	/* The workspace may have gone and come again meanwhile, with its counts at zero. */
	if (r && v->is_desk && r->desks)
		r->desks--;
	else if (r && !v->is_desk && r->visits)
		r->visits--;
	if (v->prev)
		v->prev->next = v->next;
	else
		g->visits = v->next;
	if (v->next)
		v->next->prev = v->prev;
	g->n_visits--;
	g->n_dropped -= v->dropped;
	g->n_new -= !v->admitted && !v->dropped;
	close(v->client);
	if (v->inside >= 0)
		close(v->inside);
	free(v);
}

bool
gate_meter(struct meter *m, int64_t bytes)
{
	HOLD(m);
	m->new_bytes += bytes;
	return meter_add(&m->bytes, clock_now(), bytes) <= m->bytes_max;
}

bool
gate_meter_pixels(struct meter *m, int64_t bytes)
{
	HOLD(m);
	m->new_pixels += bytes;
	return meter_add(&m->pixels, clock_now(), bytes) <= m->pixels_max;
}

void
gate_meter_request(struct meter *m)
{
	HOLD(m);
	m->new_requests++;
}

bool
gate_meter_missed(struct meter *m, enum app app, int64_t mono_ms)
{
	HOLD(m);
	if (m->missed_ms[app] && mono_ms < m->missed_ms[app] + MISSED_MS)
		return false;
	m->missed_ms[app] = mono_ms;
	return true;
}

int
gate_meter_max(struct meter *m)
{
	HOLD(m);
	return (int)(m->bytes_max >> 20);
}

bool
gate_meter_take(struct meter *m, struct pg_carried *ret)
{
	HOLD(m);
	*ret = (struct pg_carried){ { PG_CARRIED, 0 }, m->ws, m->person, (uint64_t)m->new_bytes,
		(uint64_t)m->new_pixels, (uint64_t)m->new_requests };
	m->new_bytes = m->new_pixels = m->new_requests = 0;
	return ret->bytes || ret->pixels || ret->requests;
}

void
gate_meter_put_back(struct meter *m, const struct pg_carried *c)
{
	HOLD(m);
	m->new_bytes += (int64_t)c->bytes;
	m->new_pixels += (int64_t)c->pixels;
	m->new_requests += (int64_t)c->requests;
}

/* With the table's lock held. */
static void
budget(struct gate *g, uint64_t ws, const struct pg_pass *p)
{
	struct meter *m = meter_find(g, ws, p->person);
	HOLD(m);
	m->bytes_max = p->budget ? (int64_t)p->budget : METER_MAX;
	m->pixels_max = p->pixels_budget ? (int64_t)p->pixels_budget : PIXELS_MAX;
	if (m->known)
		return;
	m->known = true;
	meter_add(&m->bytes, clock_now(), (int64_t)p->carried);
	meter_add(&m->pixels, clock_now(), (int64_t)p->pixels_carried);
}

void
gate_budget(struct gate *g, uint64_t ws, const struct pg_pass *p)
{
	HOLD(g);
	budget(g, ws, p);
}

void
gate_passes_sweep(struct gate *g, int64_t now, int64_t mono_ms)
{
	HOLD(g);
	for (struct pass *p = g->passes; p;) {
		bool expired = p->expires <= now;
		if (!expired && mono_ms - p->heard_ms <= SILENCE_MS) {
			p = p->next;
			continue;
		}
		uint64_t ws = p->ws, person = p->person, session = p->session;
		size_t n = cut_locked(g, ws, person, session);
		log_info(expired ? "pass expired" : "pass not confirmed in time",
			"ws=%llu person=%llu connections=%zu", (unsigned long long)ws,
			(unsigned long long)person, n);
		/* The cut has changed the list. */
		p = g->passes;
	}
}

enum status
gate_pass_add(struct gate *g, uint64_t ws, const uint8_t key[32], const struct pg_pass *m)
{
	HOLD(g);
	budget(g, ws, m);
	struct pass *p = g->passes;
	/* The same sign-in enters again: its browser holds one cookie, the new one. */
	while (p && (p->ws != ws || p->person != m->person || p->session != m->session))
		p = p->next;
	if (!p) {
		if (g->n_passes >= PASSES_MAX)
			return E_BUSY;
		p = new_zeroed(sizeof *p);
		p->next = g->passes;
		g->passes = p;
		g->n_passes++;
	}
	memcpy(p->key, key, sizeof p->key);
	p->ws = ws;
	p->person = m->person;
	p->session = m->session;
	p->slot = m->slot;
	p->expires = m->expires;
	p->asked_ms = p->heard_ms = clock_mono_ms();
	p->check_seq = 0;
	return OK;
}
