/*
 * A folder becomes a release: one erofs image, read-only by nature, the same bytes for the same
 * content. The manifest inside names every file with size and hash.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_IMAGE_H
#define CURATOR_IMAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"

struct image_file {
	const char *name;
	int64_t rows; /* -1: not a table */
	int64_t bytes;
	char hash[65]; /* BLAKE2b-256, hex */
};

struct image {
	int64_t id;
	const char *stage;             /* "sample", "full", "hidden" */
	const char *dir;               /* the folder, flat */
	LIST(struct image_file) files; /* room for IMAGE_MAX_FILES */
	int64_t bytes;                 /* of the image, after image_build */
	char hash[65];
};

enum { IMAGE_MAX_FILES = 1100 };

struct image image_new(struct arena *, int64_t id, const char *stage, const char *dir);
/* Writes dir/name and lists it. */
enum status image_put(struct arena *, struct image *, const char *name, int64_t rows, const void *p,
	size_t n, struct err *);
/* Lists a file that somebody else wrote there. */
enum status image_add(struct arena *, struct image *, const char *name, int64_t rows, struct err *);

/*
 * Makes path from the folder: owner root, folder 0555, files 0444, one time stamp, and a UUID that
 * is a hash of the manifest. log receives what mkfs.erofs says. Sets bytes and hash; the image file
 * has mode 0400 and is synced.
 */
enum status image_build(
	struct arena *, struct image *, const char *path, const char *log, struct err *);

#endif
