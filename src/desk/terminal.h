/*
 * `wardroom terminal`: the server of one member's shells. See wire/desk.h for what it speaks.
 *
 * One process, one thread; shells are its children and end with it.
 */
#ifndef DESK_TERMINAL_H
#define DESK_TERMINAL_H

/* Listens at path until it is ended. Returns an exit code. */
int terminal_serve(const char *path);

#endif
