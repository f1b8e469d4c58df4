/*
 * What there is to import in a folder, one folder deep: files that hold a table by their names
 * (.csv, .tsv, .ndjson, .jsonl, each also .gz; .parquet) and the same inside .zip archives. Other
 * files are left alone; symbolic links and names that could not be a table's are refused.
 *
 * The caller closes folder.fd; the rest is the arena's. Thread rule: none.
 */
#ifndef CURATOR_IMPORT_FOLDER_H
#define CURATOR_IMPORT_FOLDER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "curator/import/stream.h"

enum { FOLDER_MAX_TABLES = 500 };

enum file_kind { FILE_CSV, FILE_NDJSON, FILE_PARQUET };

struct folder_file {
	const char *label; /* "labs.csv", "hosp/labs.csv.gz", "all.zip: labs.csv": for people */
	const char *table; /* "labs" */
	enum file_kind kind;
	const char *dir;                 /* the folder inside, or NULL */
	const char *name;                /* of the file there */
	const struct zip_member *member; /* or NULL */
	const char *type;                /* FHIR resource type, once somebody has looked */
	int64_t bytes;                   /* that will be read, for progress */
};

struct folder {
	const char *label; /* how errors call it */
	int fd;
	uint64_t bytes;
	LIST(struct folder_file) files; /* by name of the table */
};

/* E_INPUT also when there is nothing to import. A path that is a file is a folder of that file. */
enum status folder_open(
	struct arena *, const char *path, const char *label, struct folder *ret, struct err *);
/* By table again, after tables were renamed; E_INPUT when two files of different kinds would be the
 * same table. */
enum status folder_sort(struct folder *, struct err *);
/* The descriptor is the caller's. */
enum status folder_open_file(
	const struct folder *, const struct folder_file *, int *ret_fd, struct err *);
/* Unpacked bytes of the file; fd must stay open as long. */
enum status folder_stream(int fd, const struct folder_file *, struct stream **ret, struct err *);

#endif
