/*
 * What the first process of a sealed workspace tries before data come, and how it tells the warden:
 * a line each, "<name> shut|open|unknown <how>\n", in this order, and "end\n". The names are words
 * without spaces. Anything else than every name once, each shut, means no data.
 *
 * Constant. Thread rule: free-threaded.
 */
#ifndef WIRE_EXITS_H
#define WIRE_EXITS_H

#include <stddef.h>

struct exit_kind {
	const char *name, *what;
};

static const struct exit_kind exit_kinds[] = {
	{ "control",
		"a connection within the workspace is made and seen, so that the rest is proof" },
	{ "processes", "nothing of an earlier phase runs" },
	{ "descriptors", "nothing is open that was handed in from outside" },
	{ "interfaces", "there is no network but the loopback" },
	{ "routes", "no address outside has a way" },
	{ "listeners", "nothing listens on the loopback" },
	{ "mirror", "the way to the package registries is gone" },
	{ "internet", "public addresses, IPv4 and IPv6, by TCP and UDP" },
	{ "names", "name servers" },
	{ "neighbours", "private networks, the host's metadata service, multicast" },
	{ "sockets", "other kinds of sockets: vsock, packets, netlink, bluetooth, cryptography" },
	{ "namespaces", "new and other namespaces" },
	{ "mounts", "mounting" },
	{ "devices", "devices that are more than null, zero, random or a terminal" },
	{ "programs", "programs and settings can no longer be changed" },
	{ "privileges", "no capability, no way to new ones, system calls filtered" },
};
enum { EXIT_KINDS = sizeof exit_kinds / sizeof exit_kinds[0], EXITS_REPORT_MAX = 16000 };

#endif
