#include "curator/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"

struct worker {
	struct pool *pool;
	size_t number;
	pthread_t thread;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	void (*piece)(void *ctx, size_t i, size_t worker);
	void *ctx;
	size_t n, next, finished;
	bool over;
	size_t n_workers;
	struct worker workers[POOL_MAX];
};

/* With the lock: does one piece if there is one. */
static bool
do_one(struct pool *p, size_t worker)
{
	if (p->next == p->n)
		return false;
	size_t i = p->next++;
	pthread_mutex_unlock(&p->lock);
	p->piece(p->ctx, i, worker);
	pthread_mutex_lock(&p->lock);
	if (++p->finished == p->n)
		pthread_cond_broadcast(&p->done);
	return true;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	pthread_mutex_lock(&p->lock);
	while (!p->over)
		if (!do_one(p, w->number))
			pthread_cond_wait(&p->work, &p->lock);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *
pool_new(void)
{
	cpu_set_t cpus;
	struct pool *p = calloc(1, sizeof *p);
	if (!p)
		BUG("out of memory");
	int n = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->done, NULL);
	for (int i = 0; i < n && i < POOL_MAX; i++) {
		struct worker *w = &p->workers[p->n_workers];
		*w = (struct worker){ .pool = p, .number = p->n_workers };
		/* With fewer threads, or none, it takes longer and does the same. */
		if (pthread_create(&w->thread, NULL, work, w) != 0)
			break;
		p->n_workers++;
	}
	return p;
}

void
pool_free(struct pool *p)
{
	if (!p)
		return;
	pool_wait(p);
	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->n_workers; i++)
		pthread_join(p->workers[i].thread, NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->done);
	free(p);
}

size_t
pool_workers(const struct pool *p)
{
	return p->n_workers + 1;
}

void
pool_start(struct pool *p, void (*piece)(void *ctx, size_t i, size_t worker), void *ctx, size_t n)
{
	pool_wait(p);
	pthread_mutex_lock(&p->lock);
	p->piece = piece;
	p->ctx = ctx;
	p->n = n;
	p->next = p->finished = 0;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void
pool_wait(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	while (do_one(p, p->n_workers))
		;
	while (p->finished < p->n)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}
