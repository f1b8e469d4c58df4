#include "portal/keeper/warm.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "portal/keeper/warden.h"

enum { THREADS_MAX = 4, QUEUE = 512, AGAIN_MS = 20000 };

/* One wish, waiting or remembered for a while so that it is not granted over and over. */
struct wish {
	int64_t ws, person;
	int64_t asked_ms; /* 0: this place is free */
	bool waits, soon;
};

struct warm {
	struct server *server;
	pthread_mutex_t lock;
	pthread_cond_t work;
	pthread_t threads[THREADS_MAX];
	int n_threads;
	struct wish wishes[QUEUE];
	bool stop;
};

static bool
spare(struct warm *w, int64_t ws)
{
	cleanup_arena struct arena *a = arena_new();
	struct pw_id m = { .head.type = PW_WS_STATE, .id = (uint64_t)ws };
	struct pw_usage u = { 0 };
	struct warm_facts f = { 0 };
	struct str text;
	if (warden_ask(w->server->warden, &m, sizeof m, NULL, 0, &u, sizeof u, NULL) != OK ||
		u.state != WS_OPEN || io_read_file(a, "/proc/meminfo", 65536, &text, NULL) != OK)
		return false;
	warm_read_memory(text, &f);
	f.used = u.memory;
	f.limit = u.memory_limit;
	return warm_allowed(&f);
}

static void
grant(struct warm *w, int64_t ws, int64_t person)
{
	static const enum pw_type all[] = { PW_WS_TERMINAL, PW_WS_NOTEBOOK };
	int64_t since = clock_mono_ms();
	if (!spare(w, ws))
		return;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct pw_ws_person m = {
			.head.type = all[i], .ws = (uint64_t)ws, .person = (uint64_t)person
		};
		struct err e = { 0 };
		if (warden_ask(w->server->warden, &m, sizeof m, NULL, 0, NULL, 0, &e) == OK)
			continue;
		if (!warden_closed(w->server->warden))
			log_info("not kept ready", "ws=%lld person=%lld why=\"%s\"", (long long)ws,
				(long long)person, e.text);
		return;
	}
	log_info("kept ready", "ws=%lld person=%lld ms=%lld", (long long)ws, (long long)person,
		(long long)(clock_mono_ms() - since));
}

static bool
goes_before(const struct wish *a, const struct wish *b)
{
	return a->soon != b->soon ? a->soon : a->asked_ms < b->asked_ms;
}

/* Called with the lock held. The one whose turn it is, or NULL. */
static struct wish *
first_waiting(struct warm *w)
{
	struct wish *found = NULL;
	for (int i = 0; i < QUEUE; i++) {
		struct wish *x = &w->wishes[i];
		if (x->waits && (!found || goes_before(x, found)))
			found = x;
	}
	return found;
}

static void *
work(void *arg)
{
	struct warm *w = arg;
	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		struct wish *x = first_waiting(w);
		if (!x) {
			pthread_cond_wait(&w->work, &w->lock);
			continue;
		}
		x->waits = false;
		int64_t ws = x->ws, person = x->person;
		pthread_mutex_unlock(&w->lock);
		grant(w, ws, person);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

void
warm_ask(struct warm *w, int64_t ws, int64_t person, bool soon)
{
	int64_t now = clock_mono_ms();
	struct wish *place = NULL;
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < QUEUE; i++) {
		struct wish *x = &w->wishes[i];
		bool fresh = x->asked_ms && now - x->asked_ms < AGAIN_MS;
		if ((fresh || x->waits) && x->ws == ws && x->person == person) {
			x->soon |= soon;
			place = NULL;
			break;
		}
		if (!place && !fresh && !x->waits)
			place = x;
	}
	if (place) {
		*place = (struct wish){ ws, person, now ? now : 1, true, soon };
		pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
}

struct warm *
warm_new(struct server *s)
{
	struct warm *w = calloc(1, sizeof *w);
	if (!w)
		BUG("out of memory");
	w->server = s;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	return w;
}

enum status
warm_run(struct warm *w, struct err *e)
{
	/* Half of the processors are left to those who work. */
	long n = sysconf(_SC_NPROCESSORS_ONLN) / 2;
	n = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
	for (; w->n_threads < n; w->n_threads++)
		if (pthread_create(&w->threads[w->n_threads], NULL, work, w) != 0)
			return err_set(e, E_IO, "", "No thread can be started.");
	return OK;
}

void
warm_free(struct warm *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->n_threads; i++)
		pthread_join(w->threads[i], NULL);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
