/*
 * A team's disk: a sparse ext4 image in the workspace's folder of the state, mounted through a loop
 * device. What members write is limited by it in bytes and in files, and ends with it.
 *
 * A new disk is called disk.img.new until it is safe from a power cut: disk_mount makes and mounts
 * it, and disk_keep, which waits for the machine's own disk, may run while the workspace starts.
 * Until it is kept nobody has been let in, so one that a crash left behind holds nothing.
 *
 * Thread rule: one thread per workspace.
 */
#ifndef WARDEN_DISK_H
#define WARDEN_DISK_H

#include "warden/place.h"

/* The longest that growing takes: the check and the growth itself. */
enum { DISK_GROW_MS = 2 * 600000 };

/*
 * Mounts the workspace's disk (nosuid, nodev) of mb mebibytes; makes it when there is none, or
 * larger when mb grew. Mounted already is OK. A few blocks are kept for root, so that a disk that
 * its team filled can be opened again.
 */
enum status disk_mount(
	struct arena *, const struct place *, uint64_t ws, uint64_t mb, struct err *);

/*
 * A file system keeps blocks for root, but no files. So a few empty ones lie where nobody inside
 * reaches: given up before a step that makes files, such as an opening, and made again after it as
 * far as there is room. Failures do not matter: the step itself then says what is full.
 */
void disk_lend(struct arena *, const struct place *, uint64_t ws);
void disk_claim(struct arena *, const struct place *, uint64_t ws);

/* Puts a new disk where a power cut leaves it, under its name. One that was kept before is OK. */
enum status disk_keep(struct arena *, const struct place *, uint64_t ws, struct err *);

/*
 * Nobody else checks or mounts this disk until the descriptor is closed: a check writes, and must
 * not meet a mounted disk. Waits for whoever does. E_ABSENT when there is no disk.
 */
enum status disk_hold(const char *image, int *ret, struct err *);

const char *disk_image(struct arena *, const struct place *, uint64_t ws);
const char *disk_point(struct arena *, const struct place *, uint64_t ws); /* where it is mounted */

#endif
