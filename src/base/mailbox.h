/*
 * How mail is addressed: mailboxes, and the server that takes mail. Everything here is checked
 * strictly, because these texts end up in the lines of a protocol and in headers.
 *
 * Nothing is owned. Thread rule: free-threaded.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stdbool.h>

#include "base/str.h"

/*
 * Is it one plain address, something@something.that, in printable ASCII without spaces, quotes,
 * brackets, commas and the like, at most 254 bytes (RFC 5321, 4.5.3.1.3)? Quoted local parts and
 * addresses beyond ASCII are not taken: not every server between here and there carries them.
 */
bool mailbox_ok(struct str address);

/*
 * "Name <address>" or an address alone: the parts, as views; false when the address is none, or
 * the name holds a control character. The name may be UTF-8, and empty.
 */
bool mailbox_split(struct str, struct str *ret_name, struct str *ret_address);

/*
 * smtp://host:port or smtps://host:port, nothing before, between or after: no user, no path. host
 * is a name, an IPv4 address or an IPv6 address in brackets. *ret_local: it is this machine by its
 * own words (localhost, 127.x.y.z, [::1]), so that what is sent does not leave it.
 */
bool mailserver_parse(struct str, bool *ret_tls, bool *ret_local);

#endif
