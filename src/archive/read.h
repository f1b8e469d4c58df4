/*
 * Reads an open archive to its end and keeps nothing of it: whether it is whole and authentic, and
 * what it holds in numbers.
 *
 * Nothing is owned afterwards. Thread rule: one thread of the process.
 */
#ifndef ARCHIVE_READ_H
#define ARCHIVE_READ_H

#include "archive/pack.h"

/* The opener is unlocked. E_INPUT when the archive is broken, cut off or changed. */
enum status read_whole(struct opener *, struct packed *ret, struct err *);

#endif
