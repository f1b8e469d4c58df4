/*
 * What a reviewer sees of a file: one page of HTML that runs nothing and loads nothing. Tables cell
 * by cell with the findings marked, texts line by line, pictures as they would leave. Characters
 * that cannot be seen are shown by their number.
 *
 * Pure. Memory is the arena's. Thread rule: none.
 */
#ifndef CURATOR_AIRLOCK_VIEW_H
#define CURATOR_AIRLOCK_VIEW_H

#include "curator/airlock/airlock.h"

enum { VIEW_MAX = 48 << 20 };

/*
 * role: "output", "supporting" or "code", as the author calls it. An output is shown as it would
 * leave, and not at all when nothing of it would; the others as they came. *ret_whole is false when
 * the page would be longer than `max` bytes and was cut: then nobody has seen the whole file.
 */
struct str airlock_view(const struct airlock_file *, const char *role, size_t max, bool *ret_whole);

/* Text as HTML; characters that cannot be seen by their number. */
void view_text(struct buf *, struct str);
/* What the server says of a table that it counted: sentences and a small table. view_proof.c */
void view_proof(struct buf *, const struct airlock_proof *);

#endif
