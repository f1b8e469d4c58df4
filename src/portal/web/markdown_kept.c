/*
 * A text is shown thousands of times for each time that somebody changes it, and making its markup
 * is a quarter of the work of a public page: what was made lately is kept, each under its very
 * text.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "portal/web/markdown.h"

enum { KEPT = 64, KEPT_MAX = 16 << 10 }; /* texts; bytes of text and of markup */

/* The text, then the markup; without a NUL. */
struct kept {
	size_t n, n_markup;
	char bytes[];
};

static struct kept *kept[KEPT];
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

/* FNV-1a; a collision costs no more than the other text's place. */
static size_t
place_of(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return h % KEPT;
}

static const char *
recall(struct arena *a, struct str text, size_t place)
{
	const char *markup = NULL;
	pthread_rwlock_rdlock(&lock);
	const struct kept *k = kept[place];
	if (k && str_eq((struct str){ k->bytes, k->n }, text))
		markup = arena_strndup(a, k->bytes + k->n, k->n_markup);
	pthread_rwlock_unlock(&lock);
	return markup;
}

static void
keep(struct str text, struct str markup, size_t place)
{
	if (text.n > KEPT_MAX || markup.n > KEPT_MAX)
		return;
	struct kept *fresh = malloc(sizeof *fresh + text.n + markup.n);
	if (!fresh)
		BUG("out of memory");
	fresh->n = text.n;
	fresh->n_markup = markup.n;
	memcpy(mempcpy(fresh->bytes, text.p, text.n), markup.p, markup.n);
	pthread_rwlock_wrlock(&lock);
	struct kept *old = kept[place];
	kept[place] = fresh;
	pthread_rwlock_unlock(&lock);
	free(old);
}

struct html_safe
markdown_html(struct arena *a, const char *s)
{
	struct str text = str_of(s);
	if (text.n == 0)
		return (struct html_safe){ "" };
	size_t place = place_of(text);
	struct html_safe html = { recall(a, text, place) };
	if (!html.markup) {
		html = markdown_html_str(a, text);
		keep(text, str_of(html.markup), place);
	}
	return html;
}
