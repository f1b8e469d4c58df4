/*
 * What the workspace's own command says and hears: hostile ground on both sides.
 *
 * The desk: the command <-> the gate, over a stream socket at /desk/desk.sock. One request a
 * connection.
 *
 * Request:  one line "<verb> <bytes> <name>\n" of at most 512 bytes, then <bytes> bytes of file.
 *           verb: status | submit | who | packages | airlock | airlock-output |
 *           airlock-supporting | airlock-code | airlock-seal | table | dictionary | ask.
 *           bytes: decimal, at most DESK_MAX_FILE (DESK_MAX_OUT for the airlock's files).
 *           name: base name; of `dictionary` and `ask` up to 255 bytes of words instead.
 *           What `table` sends: lines "<keyword> <rest>\n" as curator/table/ask.h reads them, an
 *           empty line, and the bytes of a CSV when a file is asked of.
 * Answer:   text for the terminal, then "\n" <exit code in decimal> "\n" as the last line, EOF.
 *           Of `table`: the text is followed by a parcel, DESK_PARCEL and a line of three sizes
 *           "<text> <table> <evidence>\n" and so many bytes of each. No text holds DESK_PARCEL.
 *
 * The terminal: `wardroom terminal`, a server of one member's shells at /sock/<slot>/terminal.sock
 * <-> the terminal's page in the browser; the gate carries the bytes and reads none. A connection
 * shows one shell. The page sends parts, each of a byte (enum terminal_part), two bytes of length
 * (high one first) and that many bytes; the server sends what the shell prints, as it is. A shell
 * lives on when its connection ends; who asks for it again is shown the end of what it printed.
 */
#ifndef WIRE_DESK_H
#define WIRE_DESK_H

#define DESK_SOCKET "/desk/desk.sock"
#define DESK_PARCEL '\x1e'
enum { DESK_MAX_LINE = 512, DESK_MAX_FILE = 64 << 20, DESK_MAX_OUT = 16 << 20 };

enum terminal_part {
	TERMINAL_KEYS = 0,  /* typed */
	TERMINAL_SIZE = 1,  /* columns and rows, two bytes each */
	TERMINAL_SHELL = 2, /* which shell to show, one byte, 1 to TERMINAL_SHELLS; comes first */
	TERMINAL_ALIVE = 3, /* are you there? Answered by one NUL byte */
};
enum { TERMINAL_SHELLS = 8 };
#define TERMINAL_HELLO "\3\0\0" /* TERMINAL_ALIVE as a whole part */

#endif
