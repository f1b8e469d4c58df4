/*
 * The desk's end in a member's shell: the socket, the file that goes through it, and sentences for
 * the terminal when either does not do.
 *
 * Owns nothing. Thread rule: one thread.
 */
#ifndef DESK_SEND_H
#define DESK_SEND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/code.h" /* our own exit codes; the server's answers bring theirs */

/* A sentence with one %s on standard error; returns code. */
int desk_fail(int code, const char *fmt, const char *what);

const char *desk_base_name(const char *path);

/*
 * An ordinary file of 1 to `most` bytes, open for reading. -1 after a sentence on standard error.
 */
int desk_open_file(const char *path, int64_t most, int64_t *ret_bytes);

/*
 * A socket on which "<verb> <bytes> <name>" has been said, or -(exit code) after a sentence. name
 * "-" stands for none.
 */
int desk_ask(const char *verb, int64_t bytes, const char *name);

/* The file's bytes, with progress on a terminal. False when it or the desk broke off. */
bool desk_send_file(int desk, int file, int64_t bytes);

/*
 * One command from beginning to end: path NULL when it brings no file. The answer goes to out; NULL
 * keeps it back unless the command fails. Returns the exit code.
 */
int desk_run(const char *verb, const char *path, FILE *out);

/* The same with words instead of a file, each parted by a blank; n may be 0. */
int desk_say(const char *verb, int n, char **words);

#endif
