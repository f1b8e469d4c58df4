/*
 * Pictures: what stands beside the pixels is told, and the pixels are written anew, so that nothing
 * but what a person sees leaves. Transparent pixels become white, fine shades become coarse ones.
 *
 * Memory is the arena's. Thread rule: none.
 */
#ifndef CURATOR_AIRLOCK_IMAGE_H
#define CURATOR_AIRLOCK_IMAGE_H

#include "curator/airlock/airlock.h"

struct pixels {
	uint32_t width, height;
	uint8_t *rgb; /* 3 bytes a pixel */
};

/* Walks the chunks or markers and tells what does not belong; false: damaged, size not set. */
bool image_walk_png(struct airlock_file *, uint32_t *ret_width, uint32_t *ret_height);
bool image_walk_jpeg(struct airlock_file *, uint32_t *ret_width, uint32_t *ret_height);

/* Sizes were checked against the policy before. E_INPUT when the picture is damaged. */
enum status image_read_png(struct arena *, struct str bytes, struct pixels *ret, struct err *);
enum status image_read_jpeg(struct arena *, struct str bytes, uint32_t width, uint32_t height,
	struct pixels *ret, struct err *);
enum status image_write_png(struct arena *, const struct pixels *, struct str *ret, struct err *);
enum status image_write_jpeg(struct arena *, const struct pixels *, struct str *ret, struct err *);

#endif
