/*
 * Few people are easy to recognise: counts of patients or persons below SMALL_LEAST are not told to
 * everybody. One number for all pages, so that none gives away what another withholds.
 *
 * Thread rule: pure functions.
 */
#ifndef PORTAL_WEB_SMALL_H
#define PORTAL_WEB_SMALL_H

#include <stdint.h>

enum { SMALL_LEAST = 10 };

/* The count, or 0 when it is too small to be told. */
static inline int64_t
small_hidden(int64_t n)
{
	return n < SMALL_LEAST ? 0 : n;
}

#endif
