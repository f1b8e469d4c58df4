/*
 * Scope-bound release of what is not memory of an arena: descriptors, malloc'd blocks, streams.
 *
 *	cleanup_fd int fd = open(...);
 *	...
 *	return steal_fd(&fd);		the caller owns it now
 *
 * Thread rule: none; these act on locals.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void
cleanup_fd_fn(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
cleanup_free_fn(void *p)
{
	free(*(void **)p);
}

static inline void
cleanup_file_fn(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void
cleanup_dir_fn(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define cleanup_fd CLEANUP(cleanup_fd_fn)
#define cleanup_free CLEANUP(cleanup_free_fn)
#define cleanup_file CLEANUP(cleanup_file_fn)
#define cleanup_dir CLEANUP(cleanup_dir_fn)

/* Takes ownership out of a cleanup variable. */
static inline int
steal_fd(int *fd)
{
	int r = *fd;
	*fd = -1;
	return r;
}

#define steal_ptr(pp)                                                                              \
	({                                                                                         \
		__typeof__(*(pp)) stolen_ = *(pp);                                                 \
		*(pp) = NULL;                                                                      \
		stolen_;                                                                           \
	})

#endif
