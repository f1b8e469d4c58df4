#include "portal/web/guess.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum { SLOTS = 4096 };

static struct slot {
	uint64_t pair; /* a keyed hash; 0 when free */
	int64_t since;
	int tries;
} slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Keyed by chance, so that nobody can aim at the slot of another pair. Accounts know no case. */
static uint64_t
pair_of(const char *account, const char *address)
{
	static unsigned char key[crypto_generichash_KEYBYTES];
	static bool made;
	uint64_t hash;
	crypto_generichash_state s;
	if (!made)
		randombytes_buf(key, sizeof key);
	made = true;
	crypto_generichash_init(&s, key, sizeof key, crypto_generichash_BYTES_MIN);
	for (const char *p = account; *p; p++) {
		unsigned char c = (unsigned char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
		crypto_generichash_update(&s, &c, 1);
	}
	crypto_generichash_update(&s, (const unsigned char *)"\n", 1);
	crypto_generichash_update(&s, (const unsigned char *)address, strlen(address));
	unsigned char out[crypto_generichash_BYTES_MIN];
	crypto_generichash_final(&s, out, sizeof out);
	memcpy(&hash, out, sizeof hash);
	return hash | 1;
}

bool
guess_try(const char *account, const char *address, int64_t now)
{
	pthread_mutex_lock(&lock);
	uint64_t pair = pair_of(account, address);
	struct slot *s = &slots[pair / 2 % SLOTS];
	if (s->pair != pair || now - s->since >= GUESS_SECONDS)
		*s = (struct slot){ pair, now, 0 };
	bool may = s->tries < GUESS_TRIES;
	s->tries += may;
	pthread_mutex_unlock(&lock);
	return may;
}

void
guess_undo(const char *account, const char *address)
{
	pthread_mutex_lock(&lock);
	uint64_t pair = pair_of(account, address);
	struct slot *s = &slots[pair / 2 % SLOTS];
	if (s->pair == pair && s->tries > 0)
		s->tries--;
	pthread_mutex_unlock(&lock);
}

void
guess_right(const char *account, const char *address)
{
	pthread_mutex_lock(&lock);
	uint64_t pair = pair_of(account, address);
	struct slot *s = &slots[pair / 2 % SLOTS];
	if (s->pair == pair)
		s->pair = 0;
	pthread_mutex_unlock(&lock);
}
