/*
 * The programs that serve a member inside a workspace, as the gate knows them: each listens on a
 * socket of its own in the member's folder, see wire/gate_warden.h.
 *
 * Thread rule: constant.
 */
#ifndef GATE_APPS_H
#define GATE_APPS_H

#include "base/str.h"
#include "wire/portal_gate.h"

enum app {
	APP_NOTEBOOK = PG_NOTEBOOK,
	APP_TERMINAL = PG_TERMINAL,
	APP_DESKTOP = PG_DESKTOP,
	APPS = PG_PROGRAMS
};

struct app_facts {
	const char *name;  /* in addresses: "desktop" */
	const char *sock;  /* "desktop.sock" */
	const char *words; /* in sentences: "Your desktop" */
	const char *page;  /* where it is met: "/desktop/" */
	struct str ask; /* a question that it answers as soon as it works; empty: it speaks first */
	const char *answer; /* how the answer begins, "" for anything */
};

extern const struct app_facts apps[APPS];

/* False when no program is called so. */
bool app_find(struct str name, enum app *ret);

#endif
