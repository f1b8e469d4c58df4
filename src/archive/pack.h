/*
 * Puts a tree into a sealed stream. The tree is hostile ground: it is walked by descriptors,
 * without following a link, and nothing is opened but plain files and folders. What else stands
 * there (devices, sockets, pipes, folders nested too deep) is left out and counted, each with a
 * word in the archive.
 *
 * Nothing in the tree may change meanwhile. Nothing is owned afterwards. Thread rule: one thread.
 */
#ifndef ARCHIVE_PACK_H
#define ARCHIVE_PACK_H

#include "archive/sealed.h"

struct packed {
	uint64_t files, folders, links, left; /* links: symbolic ones */
	uint64_t bytes;                       /* of files, without holes */
};

struct pack {
	struct sealer *to;
	/* Called now and then with what is done so far; may be NULL. */
	void (*progress)(void *ctx, const struct packed *);
	void *ctx;
};

/*
 * What is called `names` (ends with NULL) inside root, with all below; a name that is not there is
 * none. Ends the list, not the stream. E_IO, naming the entry, when something cannot be read.
 */
enum status pack_tree(
	const struct pack *, int root, const char *const *names, struct packed *ret, struct err *);

#endif
