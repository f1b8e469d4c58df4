/*
 * For tests only: what somebody who holds the database file can do to it, past every rule of this
 * program. Include it in a test, never in the portal.
 *
 * Thread rule: one thread, on a connection of its own.
 */
#ifndef PORTAL_STORE_TAMPER_H
#define PORTAL_STORE_TAMPER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

/* Runs the SQL on the file; false, with the reason as a TAP comment, when SQLite refuses. */
static inline bool
store_tamper(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;
	bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		  sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK;
	if (!ok)
		printf("# refused: %s\n", why ? why : sqlite3_errmsg(db));
	sqlite3_free(why);
	sqlite3_close(db);
	return ok;
}

#endif
