#include "curator/leak/leak.h"

#include <sodium.h>

#include "base/err.h"

enum { SHORTEST = 4, WORD_DIGITS = 7 };

struct leak {
	uint8_t key[crypto_shorthash_KEYBYTES];
	uint64_t *slots;   /* 0 is empty */
	size_t n, cap;     /* cap is a power of two */
	uint64_t *waiting; /* forbidden since leak_ready */
	size_t n_waiting, max_waiting;
};

struct leak *
leak_new(void)
{
	struct leak *l = calloc(1, sizeof *l);
	if (!l)
		BUG("out of memory");
	randombytes_buf(l->key, sizeof l->key);
	l->cap = 1024;
	l->slots = calloc(l->cap, sizeof *l->slots);
	if (!l->slots)
		BUG("out of memory");
	return l;
}

void
leak_free(struct leak *l)
{
	if (!l)
		return;
	free(l->slots);
	free(l->waiting);
	free(l);
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static uint64_t
hash(const struct leak *l, struct str s)
{
	char low[LEAK_LONGEST];
	uint64_t h;
	for (size_t i = 0; i < s.n; i++)
		low[i] = fold(s.p[i]);
	crypto_shorthash((uint8_t *)&h, (const uint8_t *)low, s.n, l->key);
	return h ? h : 1;
}

static size_t
slot_of(const struct leak *l, uint64_t h)
{
	size_t i = h & (l->cap - 1);
	while (l->slots[i] && l->slots[i] != h)
		i = (i + 1) & (l->cap - 1);
	return i;
}

/* Slots for n of them. */
static void
make_room(struct leak *l, size_t n)
{
	uint64_t *old = l->slots;
	size_t was = l->cap;
	while (l->cap < 2 * n)
		l->cap *= 2;
	if (l->cap == was)
		return;
	l->slots = calloc(l->cap, sizeof *l->slots);
	if (!l->slots)
		BUG("out of memory");
	for (size_t i = 0; i < was; i++)
		if (old[i])
			l->slots[slot_of(l, old[i])] = old[i];
	free(old);
}

void
leak_ready(struct leak *l)
{
	/* There are millions, each in a place of memory that nobody has looked at lately. */
	enum { AHEAD = 16 };
	make_room(l, l->n + l->n_waiting);
	for (size_t i = 0; i < l->n_waiting; i++) {
		if (i + AHEAD < l->n_waiting)
			__builtin_prefetch(&l->slots[l->waiting[i + AHEAD] & (l->cap - 1)], 1);
		size_t at = slot_of(l, l->waiting[i]);
		l->n += l->slots[at] == 0;
		l->slots[at] = l->waiting[i];
	}
	free(l->waiting);
	l->waiting = NULL;
	l->n_waiting = l->max_waiting = 0;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* All digits: how many; otherwise 0. */
static size_t
number(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!digit(s.p[i]))
			return 0;
	return s.n;
}

void
leak_forbid(struct leak *l, struct str value, size_t min_digits)
{
	value = str_trim(value);
	size_t digits = number(value);
	if (value.n < SHORTEST || value.n > LEAK_LONGEST)
		return;
	if (digits && digits < min_digits && value.p[0] != '0')
		return;
	if (l->n_waiting == l->max_waiting) {
		l->max_waiting = l->max_waiting ? 2 * l->max_waiting : 1024;
		l->waiting = realloc(l->waiting, l->max_waiting * sizeof *l->waiting);
		if (!l->waiting)
			BUG("out of memory");
	}
	l->waiting[l->n_waiting++] = hash(l, value);
}

/* Who forgets to call leak_ready must not find nothing. */
static void
check_ready(const struct leak *l)
{
	if (l->n_waiting)
		BUG("what is forbidden was not made ready");
}

size_t
leak_size(const struct leak *l)
{
	check_ready(l);
	return l->n;
}

static bool
forbidden(const struct leak *l, struct str s)
{
	return s.n >= SHORTEST && s.n <= LEAK_LONGEST && l->slots[slot_of(l, hash(l, s))] != 0;
}

static bool
wordy(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || (c & 0x80);
}

/* A word inside a text is an identifier only when it cannot be a plain word or a dose. */
static bool
telling(struct str w)
{
	bool has_digit = false;
	for (size_t i = 0; i < w.n; i++)
		has_digit |= digit(w.p[i]);
	size_t digits = number(w);
	return has_digit && (digits == 0 || digits >= WORD_DIGITS);
}

/* The runs of letters and digits inside a word with punctuation: "MRN:0012345," */
static bool
runs_hold(const struct leak *l, struct str w)
{
	for (size_t i = 0; i < w.n;) {
		size_t n = 0;
		while (i + n < w.n && wordy(w.p[i + n]))
			n++;
		struct str run = { w.p + i, n };
		if (n > 0 && n < w.n && telling(run) && forbidden(l, run))
			return true;
		i += n + 1;
	}
	return false;
}

static bool
white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

enum leak_find
leak_holds(const struct leak *l, struct str text)
{
	check_ready(l);
	if (l->n == 0)
		return LEAK_NONE;
	struct str whole = str_trim(text);
	if (forbidden(l, whole)) {
		size_t digits = number(whole);
		return digits && digits < WORD_DIGITS ? LEAK_NUMBER : LEAK_SURE;
	}
	struct str before = { NULL, 0 };
	for (size_t i = 0; i < text.n;) {
		size_t n = 0;
		while (i + n < text.n && !white(text.p[i + n]))
			n++;
		struct str w = { text.p + i, n };
		while (w.n && !wordy(w.p[0]))
			w.p++, w.n--;
		while (w.n && !wordy(w.p[w.n - 1]))
			w.n--;
		if (w.n && telling(w) && (forbidden(l, w) || runs_hold(l, w)))
			return LEAK_SURE;
		/* Two words with one blank between them. */
		if (w.n && before.n && w.p == before.p + before.n + 1) {
			struct str pair = { before.p, before.n + 1 + w.n };
			if (!number(before) && !number(w) && forbidden(l, pair))
				return LEAK_SURE;
		}
		before = w;
		i += n + 1;
	}
	return LEAK_NONE;
}
