/*
 * Runs a helper program (the OCI runtime, mkfs) to its end and keeps what it said.
 *
 * Owns nothing afterwards; output belongs to the arena. Blocks, so only workers and start-up call
 * it. Thread rule: one thread.
 */
#ifndef WARDEN_PROGRAM_H
#define WARDEN_PROGRAM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * argv[0] is an absolute path; argv ends with NULL. Standard input is an empty pipe and both
 * outputs are one pipe, never a file or /dev/null: a runtime may change the owner of what it is
 * given. Returns as soon as the program itself ends, even if a process it left behind holds the
 * pipe. It dies with us. After timeout_ms it is killed: E_IO. *ret_code is its exit code (128 + n
 * after signal n); *ret_out the first 16 KiB of output.
 */
enum status program_run(struct arena *, const char *const *argv, int timeout_ms, int *ret_code,
	struct str *ret_out, struct err *);

/* As program_run, where any exit code but 0 is E_IO with the program's last line. */
enum status program_must(
	struct arena *, const char *const *argv, int timeout_ms, struct str *ret_out, struct err *);

/* Of what a program said, the last line that says something, short and printable. */
const char *program_last_line(struct arena *, struct str);

/*
 * As program_must, and then listens on, for at most hear_ms, until what the program left running
 * has closed the pipe too. E_IO when it does not.
 */
enum status program_hear(struct arena *, const char *const *argv, int timeout_ms, int hear_ms,
	struct str *ret_out, struct err *);

#endif
