/*
 * Time: unix seconds in UTC as int64_t wherever it is stored, and its written forms.
 * Written forms belong to the arena.
 *
 * Thread rule: free-threaded.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

int64_t clock_now(void);     /* seconds since 1970, UTC */
int64_t clock_mono_ms(void); /* milliseconds of a clock that is never set */

/* "2026-11-22T05:54:13Z"; out holds at least 21 bytes. */
void clock_iso(int64_t t, char *out, size_t size);
/* "2026-11-22", or "2026-11-22T05:54" with optional ":13" and "Z": read as UTC. */
bool clock_parse(struct str, int64_t *ret);
/* "22 Nov", "22 Nov 2026" and "22 Nov, 05:54", in UTC. */
const char *clock_day(struct arena *, int64_t t);
const char *clock_date(struct arena *, int64_t t);
const char *clock_moment(struct arena *, int64_t t);
/* "5 h 12 min", "3 days", "40 s": two units at most; negative spans count as zero. */
const char *clock_span(struct arena *, int64_t seconds);

#endif
