/*
 * A file that travels inside a program; tools/embed.py makes tables of them, ended by a NULL name.
 *
 * Thread rule: constant.
 */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include <stddef.h>

struct embedded {
	const char *name;
	const char *bytes; /* ended by a NUL that n does not count */
	size_t n;
};

#endif
