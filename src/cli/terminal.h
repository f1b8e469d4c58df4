/*
 * A passphrase from the terminal: asked for on it and read from it, never from standard input or an
 * argument, and not shown. Nothing is owned; the caller wipes what it got. Thread rule: one thread.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stddef.h>

#include "base/err.h"

/* E_INPUT when there is no terminal, it was given up (Ctrl-C, end), or it does not fit. */
enum status terminal_passphrase(const char *prompt, char *ret, size_t size, struct err *);

#endif
