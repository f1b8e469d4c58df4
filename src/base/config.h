/*
 * The server's configuration: `keyword value` lines, '#' comments. An unknown keyword, a repeated
 * one or a bad value is refused with its line. Every process of one server reads the same file.
 *
 * Strings belong to the arena given to config_load. Thread rule: constant once it is loaded.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct config {
	const char *instance; /* a slug: names cgroups and runtimes of this server alone */
	const char *state;    /* kept for ever: /var/lib/wardroom */
	const char *run;      /* gone at boot: /run/wardroom */
	const char *bin;      /* where wardroom-portal and its sisters are */
	const char *inbox;    /* where the hospital puts source folders, in one folder an event;
				 default state/inbox */
	const char *site;     /* http://localhost:8080, as browsers see the portal */
	const char *rooms;    /* http://%s.localhost:8081, %s is the workspace's label */
	const char *listen;   /* 127.0.0.1:8080 */
	const char *rooms_listen;
	const char *runtime;     /* runc, crun, ...: looked up in /usr/sbin:/usr/bin */
	const char *user_portal; /* wardroom */
	const char *user_gate;   /* wardroom-gate */
	const char *user_data;   /* wardroom-data */
	const char *user_mirror; /* wardroom-mirror */
	/*
	 * Where packages come from in the setup phase: http:// or https:// addresses, or "none".
	 * The last is a proxy on the way to all of them.
	 */
	const char *packages_debian, *packages_security, *packages_npm, *packages_pypi,
		*packages_pypi_files, *packages_cran, *packages_proxy;
	/*
	 * Who takes mail from this server: smtp://host:port or smtps://host:port, or "none".
	 * Without TLS from the start STARTTLS is demanded, but for a server on this machine itself.
	 */
	const char *mail_server;
	const char *mail_from; /* "address" or "Name <address>", with mail_server */
	const char *mail_user; /* "" for a server that asks for no password */
	const char *
		mail_password_file; /* of user_portal, which nobody else may read; with mail_user */
	const char *mail_ca_file;   /* PEM; whose certificates alone are good; "": the machine's */
	int64_t uid_base;           /* first host uid of team ranges; 65536 for each workspace */
	int64_t paste_in;           /* 1: text may be pasted into a desktop; out is always closed */
	int64_t memory_mb, cpus, processes, disk_mb; /* default limits of one workspace */
};

/* path NULL gives the defaults. */
enum status config_load(struct arena *, const char *path, struct config *ret, struct err *);

/* Can this server send mail at all? */
bool config_mails(const struct config *);

#endif
