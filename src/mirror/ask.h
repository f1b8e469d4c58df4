/*
 * What a workspace may ask the mirror for: one request head, read strictly, becomes the address of
 * one file at one configured registry, or a refusal with a sentence.
 *
 * Only fetching, only below the known prefixes, only paths that can be read in one way, without a
 * query. Nothing of the request travels on but the address, whether only the head is wanted, and
 * which of an index's two forms; no header is passed on, not even what the workspace has already.
 *
 * Views into the caller's bytes and memory of the arena. Thread rule: pure functions.
 */
#ifndef MIRROR_ASK_H
#define MIRROR_ASK_H

#include "base/config.h"
#include "base/http.h"
#include "wire/packages.h"

enum upstream { UP_DEBIAN, UP_SECURITY, UP_NPM, UP_PYPI, UP_PYPI_FILES, UP_CRAN, UPSTREAMS };

/* Without a slash at the end; NULL for a registry that is switched off. */
struct upstreams {
	const char *base[UPSTREAMS];
	const char *proxy; /* NULL for none */
};

/* E_INPUT with the keyword as field when an address is not http:// or https:// and a host. */
enum status upstreams_read(
	struct arena *, const struct config *, struct upstreams *ret, struct err *);
/* "Debian", "the npm registry": for sentences. */
const char *upstream_name(enum upstream);

struct ask {
	enum upstream upstream;
	const char *url; /* at the registry */
	struct str path; /* at the mirror, decoded */
	bool old;        /* HTTP/1.0: a body without a length ends with the connection */
	bool head;       /* HEAD: no body */
	bool is_package; /* `package` is filled: a file whose hash is kept */
	bool has_links;  /* its text names addresses at the registry, which must name us instead */
	struct package package;
	const char *accept; /* one of ours; which, depends on what the workspace takes */
};

/* The head with its blank line. 0, or the HTTP status to refuse with and a sentence. */
int ask_read(
	struct arena *, struct str head, const struct upstreams *, struct ask *ret, struct err *);

/*
 * Where a registry sends us instead: "" unless it is at a configured registry, whose address must
 * begin it up to a slash.
 */
bool ask_may_follow(const struct upstreams *, const char *url);

/*
 * Text where addresses at the registries are addresses here, piece by piece, so that nobody needs
 * room for a copy of an index: takes the next piece from *rest; false at the end.
 */
bool ask_relink(
	const struct ask *, const struct upstreams *, struct str *rest, struct str *ret_piece);

#endif
