/*
 * What the bait of one team and the attempts of the other must agree on. Constants only.
 * Thread rule: free-threaded.
 */
#ifndef ATTACK_SHARED_H
#define ATTACK_SHARED_H

#include <sys/types.h>

/* Ground that both teams stand on, or stood on once. */
#define SHARED_PROGRAMS "/usr/lib/os-release /usr/bin/env /usr/share /usr/bin"
#define SHARED_SETTINGS                                                                            \
	"/etc/alternatives /etc/ssl/certs /etc/fonts /etc/jupyter /etc/R /etc/ld.so.cache"
#define SHARED_REST                                                                                \
	"/opt/wardroom/bin/wardroom /opt/wardroom/bin / /etc /etc/passwd /proc/stat "              \
	"/proc/loadavg "                                                                           \
	"/desk /sock /home /team /tmp /dev/shm /dev/null /dev/urandom /proc/version"

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
