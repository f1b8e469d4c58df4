/*
 * What a table is counted from: one table of the team's release, copied out of its image, or the
 * CSV that the member sent. Either becomes the view "d" of a data engine that sees one scratch
 * folder and nothing else.
 *
 * table_source_close ends it and empties the folder. Thread rule: one thread.
 */
#ifndef CURATOR_TABLE_SOURCE_H
#define CURATOR_TABLE_SOURCE_H

#include "curator/job.h"
#include "curator/table/count.h"

struct table_source {
	struct count_source from;
	text_list pseudonyms; /* columns with pseudonyms, of patients or of anything else */
	const char *dir;      /* the scratch folder */
	int fd;               /* of it */
	char hash[65];        /* BLAKE2b-256 of what was counted */
};

struct table_release {
	int64_t id;
	bool simulated;
};

/*
 * file: the CSV's bytes when the ask is of a file. Its patients must be patients of the release.
 * E_INPUT says what is wrong with the file, or which tables there are.
 */
enum status table_source_open(struct job *, const struct table_ask *, struct str file,
	const struct table_release *, struct table_source *ret, struct err *);
void table_source_close(struct table_source *);
#define cleanup_table_source CLEANUP(table_source_close)

#endif
