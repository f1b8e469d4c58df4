#include "portal/keeper/secret.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { NAME_MAX_BYTES = 32 };

struct secret {
	struct secret *next;
	int64_t job;
	char name[NAME_MAX_BYTES];
	char *text; /* by sodium_malloc: locked, and wiped when it is freed */
};

struct secrets {
	pthread_mutex_t lock;
	struct secret *first;
};

struct secrets *
secrets_new(void)
{
	struct secrets *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void
drop(struct secrets *s, int64_t job, bool all)
{
	for (struct secret **at = &s->first; *at;) {
		struct secret *x = *at;
		if (!all && x->job != job) {
			at = &x->next;
			continue;
		}
		*at = x->next;
		sodium_free(x->text);
		free(x);
	}
}

void
secrets_free(struct secrets *s)
{
	if (!s)
		return;
	drop(s, 0, true);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void
secrets_put(struct secrets *s, int64_t job, const char *name, const char *text)
{
	size_t size = strlen(text) + 1;
	struct secret *x = calloc(1, sizeof *x);
	if (!x || !(x->text = sodium_malloc(size)))
		BUG("out of memory");
	if (strlen(name) >= sizeof x->name)
		BUG("%s is too long a name", name);
	memcpy(x->name, name, strlen(name));
	memcpy(x->text, text, size);
	x->job = job;
	pthread_mutex_lock(&s->lock);
	x->next = s->first;
	s->first = x;
	pthread_mutex_unlock(&s->lock);
}

void
secrets_drop(struct secrets *s, int64_t job)
{
	pthread_mutex_lock(&s->lock);
	drop(s, job, false);
	pthread_mutex_unlock(&s->lock);
}

bool
secrets_has(struct secrets *s, int64_t job)
{
	bool found = false;
	pthread_mutex_lock(&s->lock);
	for (const struct secret *x = s->first; x && !found; x = x->next)
		found = x->job == job;
	pthread_mutex_unlock(&s->lock);
	return found;
}

bool
secrets_read(struct secrets *s, int64_t job, char *to, size_t size)
{
	bool found = false;
	pthread_mutex_lock(&s->lock);
	for (const struct secret *x = s->first; x && !found; x = x->next)
		if (x->job == job && strlen(x->text) < size) {
			memcpy(to, x->text, strlen(x->text) + 1);
			found = true;
		}
	pthread_mutex_unlock(&s->lock);
	return found;
}

enum status
secrets_add(struct secrets *s, struct arena *a, int64_t job, const char *spec, const char **ret,
	struct err *e)
{
	size_t n = strlen(spec);
	struct buf b = buf_new(a);
	if (n < 3 || spec[n - 1] != '}')
		BUG("the spec of job %lld is no object", (long long)job);
	buf_put(&b, spec, n - 1);
	struct jsonw j = { &b, true };
	pthread_mutex_lock(&s->lock);
	const struct secret *x = s->first;
	while (x && x->job != job)
		x = x->next;
	if (x) {
		jsonw_key(&j, x->name);
		jsonw_text(&j, x->text);
	}
	pthread_mutex_unlock(&s->lock);
	if (!x)
		return err_set(e, E_ABSENT, "patient",
			"the server began anew in the meantime, and who objected is written down "
			"nowhere. Name the patient again");
	jsonw_close(&j, '}');
	*ret = b.p;
	return OK;
}
