/*
 * The terminal's emulator (xterm.js) as one script. Debian's bundle of it was built without the
 * emulator itself; the package node-xterm holds it as it was before bundling, a module a file. Here
 * they become one script that sets window.Terminal and window.fitTerminal.
 *
 * Read once and kept for the process's life. Thread rule: free-threaded.
 */
#ifndef GATE_EMULATOR_H
#define GATE_EMULATOR_H

#include "base/err.h"
#include "base/str.h"

/* E_ABSENT when the package is not installed. */
enum status emulator_script(struct str *ret, struct err *);

/* The same of any folder of modules, in arena memory; for tests. */
enum status emulator_bundle(struct arena *, const char *folder, struct str *ret, struct err *);

#endif
