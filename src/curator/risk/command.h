/*
 * What the two commands of this room share.
 *
 * Thread rule: one thread.
 */
#ifndef CURATOR_RISK_COMMAND_H
#define CURATOR_RISK_COMMAND_H

#include "base/err.h"
#include "base/json.h"

enum { COMMAND_MEMORY_MB = 1024, COMMAND_MEMORY_LEAST_MB = 8, COMMAND_MEMORY_MOST_MB = 1 << 20 };

/* "a,b,c" as a list; spaces around names do not count, empty names are dropped. */
text_list command_names(struct arena *, const char *text);

/* Megabytes from the text of --memory, or E_INPUT. */
enum status command_memory(const char *text, size_t *ret_mb, struct err *);

/* The most memory that this process had so far, in megabytes. */
int64_t command_peak_mb(void);

/* Seconds of a clock that is never set. */
double command_now(void);

/*
 * Ends a command: prints the text on standard output, or what went wrong: as JSON on standard
 * output where JSON was asked for, as a sentence on standard error otherwise. Gives the exit code.
 */
int command_end(enum status, const struct err *, struct str text, bool json);

#endif
