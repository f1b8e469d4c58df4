/*
 * Reads files out of the images that image.c makes, without mounting them: the on-disk format of
 * erofs (Linux, fs/erofs/erofs_fs.h) as mkfs.erofs writes it without packing, which is all that
 * ours ever hold. Every number is checked against the size of the image.
 *
 * image_in_close frees. Thread rule: one thread per image.
 */
#ifndef CURATOR_IMAGE_READ_H
#define CURATOR_IMAGE_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"

struct image_entry {
	const char *name;
	int64_t bytes;
	uint64_t at; /* where its description stands */
};

struct image_in {
	int fd;
	uint64_t size;  /* of the image */
	unsigned block; /* bytes */
	uint64_t meta;  /* where descriptions begin */
	LIST(struct image_entry) files;
};

/* The plain files at its root. E_ABSENT when there is no such image, E_IO when it is damaged. */
enum status image_in_open(struct arena *, const char *path, struct image_in *ret, struct err *);
void image_in_close(struct image_in *);
#define cleanup_image_in CLEANUP(image_in_close)

/* NULL when there is none of that name. */
const struct image_entry *image_in_find(const struct image_in *, const char *name);

/* All bytes of one file to fd, and their BLAKE2b-256. */
enum status image_in_copy(const struct image_in *, const struct image_entry *, int fd,
	uint8_t ret_hash[32], struct err *);

#endif
