/*
 * The command lines of the curator's commands for people. Nothing is owned: texts point into argv.
 *
 * Thread rule: one thread, as getopt's state is the process's.
 */
#ifndef CURATOR_OPTIONS_H
#define CURATOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum { OPTIONS_MAX = 16, OPTIONS_GO_ON = -1 };

/* --NAME VALUE, which goes into *text, or --NAME, which sets *flag; the other one is NULL. */
struct option_word {
	const char *name;
	const char **text;
	bool *flag;
};

/*
 * Reads n words, at most OPTIONS_MAX; -h is short for --help. ret_file: where the one word that is
 * no option goes, or NULL when there may be none; untouched when it is not there. False when
 * something is not understood.
 */
bool options_read(
	int argc, char **argv, const struct option_word *words, size_t n, const char **ret_file);

/*
 * Prints the usage to whoever asked for it, or was not understood. The exit code, 0 or EXIT_USAGE, or
 * OPTIONS_GO_ON when there is no need.
 */
int options_usage(const char *usage, bool understood, bool help);

#endif
