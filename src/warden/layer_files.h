/*
 * What a new layer holds: part of layer.h.
 *
 * Reads the host's /etc, which is trusted, and writes a folder that nobody else knows yet.
 * Thread rule: one thread.
 */
#ifndef WARDEN_LAYER_FILES_H
#define WARDEN_LAYER_FILES_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/* What a member's shell begins with, and where man looks: our own page before the host's. */
#define LAYER_BASHRC                                                                               \
	"umask 0007\nPS1='\\u:\\w\\$ '\n"                                                          \
	"case $- in *i*) . /opt/wardroom/etc/completion.bash ;; esac\n"
#define LAYER_MANPATH                                                                              \
	"MANDATORY_MANPATH /opt/wardroom/share/man\n"                                              \
	"MANDATORY_MANPATH /usr/local/share/man\nMANDATORY_MANPATH /usr/share/man\n"               \
	"MANPATH_MAP /opt/wardroom/bin /opt/wardroom/share/man\n"                                  \
	"MANPATH_MAP /usr/local/bin /usr/local/share/man\nMANPATH_MAP /usr/bin /usr/share/man\n"   \
	"NOCACHE\n"

/* "bookworm", out of the host's own os-release; ret may be NULL. E_CONFLICT where there is none. */
enum status layer_codename(struct arena *, const char **ret, struct err *);

/* Makes disk/name and everything in it, owned by base. */
enum status layer_fill(struct arena *, int disk, const char *name, uid_t base, struct err *);

/* The users and groups that every Debian has, as lines of passwd and group. */
extern const char layer_passwd[], layer_group[];

#endif
