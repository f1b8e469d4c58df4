/*
 * Packages of the setup phase: where a workspace finds the mirror, and the line that records one
 * package that passed through it.
 *
 * The mirror writes such lines outside the workspace, the portal keeps them, and the command inside
 * reads them when a team's packages are installed again elsewhere: a lock file is nothing but these
 * lines. "<kind> <sha256 in hex> <bytes> <path>\n", sorted by nothing, in the order of fetching.
 *
 * Views into the caller's bytes. Thread rule: pure functions.
 */
#ifndef WIRE_PACKAGES_H
#define WIRE_PACKAGES_H

#include "base/str.h"

/* On the workspace's own loopback; the same number in every workspace. */
#define PACKAGES_PORT 3142
#define PACKAGES_URL "http://127.0.0.1:3142"
/* Bound by the helper that runs as the workspace's own root, in setup only. */
#define PACKAGES_SOCKET "/run/packages.sock"

enum { PACKAGES_PATH_MAX = 1024, PACKAGES_LINE_MAX = 1200, PACKAGES_LOCK_MAX = 4 << 20 };

enum package_kind { PACKAGE_APT, PACKAGE_NPM, PACKAGE_PIP, PACKAGE_R, PACKAGE_KINDS };

struct package {
	enum package_kind kind;
	struct str name, version;
	struct str path; /* at the mirror, decoded:
			    "/debian/pool/main/h/hello/hello_2.10-3_amd64.deb" */
};

struct package_line {
	struct package is;
	int64_t bytes;
	uint8_t sha256[32];
};

/* "apt", "npm", "pip", "r" */
const char *package_kind_name(enum package_kind);

/*
 * Letters, digits and "._~+-@:=,!()^" between single slashes, without "." and ".." as a step: the
 * only paths there are.
 */
bool package_path_ok(struct str);

/* What a path names, by the customs of its registry. False when it is not a package's own file. */
bool package_identify(struct str path, struct package *ret);

/* One line without its end. False when it is not such a line. */
bool package_line_read(struct str, struct package_line *ret);
/* With its line end, into out; returns its length. */
size_t package_line_write(const struct package_line *, char out[PACKAGES_LINE_MAX]);

#endif
