#include "curator/scrub/scrub_words.h"

#include "base/err.h"

bool
word_letter(const char *p)
{
	unsigned char c = (unsigned char)*p;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

size_t
word_length(const char *p, const char *end)
{
	const char *q = p;
	while (q < end && (word_letter(q) || ((*q == '\'' || *q == '-') && q > p && q + 1 < end &&
						     word_letter(q + 1))))
		q++;
	return (size_t)(q - p);
}

/* Capital letters of Latin-1 in UTF-8 are C3 80 to C3 9E, without the sign for times. */
static bool
latin_capital(unsigned char first, unsigned char second)
{
	return first == 0xc3 && second >= 0x80 && second <= 0x9e && second != 0x97;
}

bool
word_begins_capital(struct str s)
{
	if (s.n == 0)
		return false;
	if (s.p[0] >= 'A' && s.p[0] <= 'Z')
		return true;
	return s.n > 1 && latin_capital((unsigned char)s.p[0], (unsigned char)s.p[1]);
}

void
word_fold(struct str s, char *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		else if (i > 0 && latin_capital((unsigned char)s.p[i - 1], (unsigned char)c))
			c = (char)((unsigned char)c + 0x20);
		out[i] = c;
	}
}

static uint64_t
hash(const char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

static size_t
place(const struct words *w, const char *folded, size_t n)
{
	size_t i = hash(folded, n) & (w->cap - 1);
	while (w->at[i].len && (w->at[i].len != n || memcmp(w->at[i].text, folded, n) != 0))
		i = (i + 1) & (w->cap - 1);
	return i;
}

const struct word *
words_find(const struct words *w, struct str s)
{
	char folded[WORD_LONGEST];
	if (s.n == 0 || s.n > WORD_LONGEST || w->n == 0)
		return NULL;
	word_fold(s, folded);
	size_t i = place(w, folded, s.n);
	return w->at[i].len ? &w->at[i] : NULL;
}

static void
grow(struct words *w)
{
	struct words more = { .cap = w->cap ? w->cap * 2 : 4096, .n = w->n };
	more.at = calloc(more.cap, sizeof *more.at);
	if (!more.at)
		BUG("out of memory");
	for (size_t i = 0; i < w->cap; i++)
		if (w->at[i].len)
			more.at[place(&more, w->at[i].text, w->at[i].len)] = w->at[i];
	free(w->at);
	w->at = more.at;
	w->cap = more.cap;
}

struct word *
words_add(struct words *w, struct str s)
{
	char folded[WORD_LONGEST];
	if (s.n == 0 || s.n > WORD_LONGEST)
		return NULL;
	if (w->n * 2 >= w->cap && w->n < w->most)
		grow(w);
	word_fold(s, folded);
	size_t i = place(w, folded, s.n);
	struct word *at = &w->at[i];
	if (at->len)
		return at;
	if (w->n >= w->most)
		return NULL;
	memcpy(at->text, folded, s.n);
	at->len = (uint8_t)s.n;
	w->n++;
	return at;
}

void
words_free(struct words *w)
{
	free(w->at);
}

void
seen_add(struct seen *s, uint32_t who)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->who[i] == who)
			return;
	if (s->n < WORD_PATIENTS)
		s->who[s->n++] = who;
}
