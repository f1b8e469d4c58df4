/*
 * What a template may say after a bar: {{when|date}} calls filter_date(arena, when).
 * Texts are the arena's or constant. Times are unix seconds in UTC, 0 means none and gives "–".
 */
#ifndef PORTAL_WEB_FILTERS_H
#define PORTAL_WEB_FILTERS_H

#include <stdint.h>

#include "base/arena.h"

const char *filter_date(struct arena *, int64_t t);      /* 22 Nov 2026 */
const char *filter_moment(struct arena *, int64_t t);    /* 22 Nov, 05:54 */
const char *filter_hour(struct arena *, int64_t t);      /* 05:54 */
const char *filter_iso(struct arena *, int64_t t);       /* 2026-11-22T05:54:13Z */
const char *filter_input(struct arena *, int64_t t);     /* 2026-11-22T05:54, for datetime-local */
const char *filter_day_input(struct arena *, int64_t t); /* 2026-11-22, for date */
/* "5 h 12 min": what is left until t, or has passed since. */
const char *filter_span_from_now(struct arena *, int64_t t);

const char *filter_count(struct arena *, int64_t n);         /* 1,236 */
const char *filter_cell(struct arena *, int64_t n);          /* "fewer than 10" below ten */
const char *filter_bytes(struct arena *, int64_t n);         /* 11.2 GB, decimal units */
const char *filter_percent(struct arena *, double fraction); /* 0.364 gives 36 %; NaN gives – */
const char *filter_fixed2(struct arena *, double v);         /* two decimals; NaN gives – */
const char *filter_fixed3(struct arena *, double v);         /* 0.681, as the leaderboard prints */
/* A metric: three decimals below 10, else four digits: 0.681, 635.8, 1204. NaN gives –. */
const char *filter_score(struct arena *, double v);
/* "1 team", "8 teams", "1,236 teams". */
const char *filter_plural(struct arena *, int64_t n, const char *one, const char *many);
/* The word alone. */
const char *filter_word(struct arena *, int64_t n, const char *one, const char *many);
const char *filter_or(struct arena *, const char *s, const char *otherwise); /* for empty texts */
/* The same text with a capital first letter (ASCII). */
const char *filter_capital(struct arena *, const char *s);
const char *filter_role(struct arena *, const char *word); /* "steward" gives "data steward" */
/* "/static/wardroom.css?v=HASH": the address of an embedded file that changes with its content. */
const char *filter_asset(struct arena *, const char *name);

#endif
