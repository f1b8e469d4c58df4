/*
 * wardroom table: asks the server for a table of the team's data. The counting is done outside,
 * because nothing that is counted in here need be believed; what comes back is the table, and a
 * signed paper about it for the airlock.
 *
 * Thread rule: one thread.
 */
#ifndef DESK_TABLE_H
#define DESK_TABLE_H

/* What a table is known by, behind the name of its file. */
#define TABLE_EVIDENCE ".evidence.json"

/* The arguments after `table`. Returns the exit code. */
int table_run(int argc, char **argv);

#endif
