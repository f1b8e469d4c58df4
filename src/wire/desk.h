/*
 * The command inside a workspace <-> the gate, over a stream socket at /desk/desk.sock. One request
 * a connection, both sides hostile to each other.
 *
 * Request:  one line "<verb> <bytes> <name>\n" of at most 512 bytes, then <bytes> bytes of file.
 *           verb: status | submit | who | airlock | airlock-output | airlock-supporting |
 *           airlock-code | airlock-seal. bytes: decimal, at most DESK_MAX_FILE (DESK_MAX_OUT for
 *           the airlock's files). name: base name.
 * Answer:   text for the terminal, then "\n" <exit code in decimal> "\n" as the last line, EOF.
 */
#ifndef WIRE_DESK_H
#define WIRE_DESK_H

#define DESK_SOCKET "/desk/desk.sock"
enum { DESK_MAX_LINE = 512, DESK_MAX_FILE = 64 << 20, DESK_MAX_OUT = 16 << 20 };

#endif
