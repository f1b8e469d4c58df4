/*
 * What the bait of one team and the attempts of the other must agree on. Constants only.
 * Thread rule: free-threaded.
 */
#ifndef ATTACK_SHARED_H
#define ATTACK_SHARED_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* Ground that both teams stand on, or stood on once. */
#define SHARED_PROGRAMS "/usr/lib/os-release /usr/bin/env /usr/share /usr/bin"
#define SHARED_SETTINGS                                                                            \
	"/etc/alternatives /etc/ssl/certs /etc/fonts /etc/jupyter /etc/R /etc/ld.so.cache"
#define SHARED_REST                                                                                \
	"/opt/wardroom/bin/wardroom /opt/wardroom/bin / /etc /etc/passwd /proc/stat "              \
	"/proc/loadavg "                                                                           \
	"/desk /sock /home /team /tmp /dev/shm /dev/null /dev/urandom /proc/version"

/*
 * A team uses shared things in a rhythm: a beat of use, a beat of rest. Whoever hears that rhythm
 * hears that team, and not a mate's notebook that is just starting.
 */
enum { BEAT_MS = 300 };

/* Which beat it is, for everybody on the host; the even ones are of use. */
static inline long long
beat_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (t.tv_sec * 1000LL + t.tv_nsec / 1000000) / BEAT_MS;
}

static inline bool
beat_of_use(void)
{
	return beat_now() % 2 == 0;
}

/* Of System V memory and semaphores. */
static inline key_t
shared_key(const char *name)
{
	unsigned h = 5381;
	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return (key_t)(h & 0x7fffffff) | 1;
}

#endif
