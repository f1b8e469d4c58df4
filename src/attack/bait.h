/*
 * What the host leaves within reach, if only the walls were not there: listeners on all its
 * addresses and on an abstract socket, a file of secrets, a key. Each must be as it was when the
 * attack is over.
 *
 * Owns its descriptors and the file until bait_close. Thread rule: one thread.
 */
#ifndef ATTACK_BAIT_H
#define ATTACK_BAIT_H

#include <stdbool.h>

#include "base/config.h"

struct bait {
	char secret[33], team[40], abstract[40];
	int tcp, udp, name;
	unsigned port_tcp, port_udp;
	const char *folder, *file; /* below the data folder of the server */
	long key;                  /* -1: this host keeps no keys */
};

enum status bait_open(struct arena *, const struct config *, struct bait *ret, struct err *);
void bait_close(struct bait *);

/* `key=value` words that tell the inside program of everything; NULL-terminated. mode is first. */
const char *const *bait_words(struct arena *, const struct bait *, const struct config *,
	const char *mode, int64_t other, const char *team_port);

/* How many visitors each listener has heard since the last call. */
int bait_heard(struct bait *);
/* True when the listeners hear the host itself: the proof that they would hear others. */
bool bait_hears(struct bait *);
bool bait_untouched(struct arena *, const struct bait *);

#endif
