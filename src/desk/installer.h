/*
 * The helper that installs programs: runs as the workspace's own root, in the setup phase only,
 * with the few capabilities that apt needs. Members ask it over PACKAGES_SOCKET and can only name
 * packages of Debian; apt takes them from the mirror and believes Debian's signatures alone.
 *
 * Request: "apt NAME NAME...\n". Answer: what apt says, then "\n<exit code>\n", as at the desk.
 * One installation at a time; others wait. Thread rule: one thread.
 */
#ifndef DESK_INSTALLER_H
#define DESK_INSTALLER_H

#include <stdbool.h>

#include "base/str.h"

enum { INSTALL_LINE = 4096, INSTALL_NAMES = 64, INSTALL_MOST = 4096 };

/* "ripgrep", "g++", "libfoo=1.2-3~deb12u1": nothing that apt could take for an option or a removal.
 */
bool installer_name_ok(struct str);

/* Serves until it is ended; while another one serves, waits for that one's end first. */
int installer_run(void);

/*
 * apt-get with these words (at most INSTALL_MOST), its output into fd. Refreshes the lists first
 * when they are missing or old. Returns its exit code.
 */
int installer_apt(const struct str *names, int n, int fd);

#endif
