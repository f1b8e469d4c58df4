/*
 * Text in memory for a process that is told it by descriptor: nobody who holds the descriptor can
 * change it, the one who made it neither. The caller closes it. Thread rule: free-threaded.
 */
#ifndef PORTAL_KEEPER_SEALED_H
#define PORTAL_KEEPER_SEALED_H

#include "base/err.h"
#include "base/str.h"

/* *ret reads `text` from its beginning; `name` is for /proc alone. E_IO when there is no memory. */
enum status sealed_fd(const char *name, struct str text, int *ret, struct err *);

#endif
