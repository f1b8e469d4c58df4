/*
 * What a backup does not hold: it is the database alone, and the database speaks of files that lie
 * beside it (what was handed in and waits, what was let out, teams' disks, images, archives, what
 * is remembered of signed tables). After a restore this says which of them are not on this server,
 * and which are others than were handed in.
 *
 * All memory is the run's arena's. One thread.
 */
#ifndef CLI_LACK_H
#define CLI_LACK_H

#include "cli/cli.h"
#include "cli/cli.sql.h"

struct lack_row {
	const char
		*what; /* "predictions", "file for the airlock", "page for the reviewers", "file
			  let out", "presentation", "disk", "image", "archive", "signed tables" */
	const char *event, *name, *path;
	int64_t team;    /* number in the event; 0: of no team */
	const char *why; /* "is not there", of how many bytes it should be, or that it is another */
};

struct lacks {
	LIST(struct lack_row) rows;
};

extern const struct field lack_fields[];

/* What the open database speaks of, to be looked for when it is closed. */
enum status lack_read(struct cli *, struct cli_files_rows *ret, struct err *);
/* Those that are missing, or have another size or another digest. Needs root. */
struct lacks lack_find(struct cli *, const struct cli_files_rows *);

#endif
