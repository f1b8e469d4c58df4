/*
 * Passwords tried for an account from an address of a browser: after GUESS_TRIES wrong ones the
 * pair waits until GUESS_SECONDS have passed since the first. Another address is not held up, so
 * nobody can lock somebody else out, and a sign-in link always works.
 *
 * In memory only, of fixed size: forgets when the server starts again, and now and then earlier.
 * Thread rule: free-threaded.
 */
#ifndef PORTAL_WEB_GUESS_H
#define PORTAL_WEB_GUESS_H

#include <stdbool.h>
#include <stdint.h>

enum { GUESS_TRIES = 10, GUESS_SECONDS = 600 };

/* Counts a try at a time (seconds) and says whether it may be made. */
bool guess_try(const char *account, const char *address, int64_t now);
/* The try was none after all: it is not counted. */
void guess_undo(const char *account, const char *address);
/* The password was right: what was counted for the pair is forgotten. */
void guess_right(const char *account, const char *address);

#endif
