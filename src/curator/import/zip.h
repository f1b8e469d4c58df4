/*
 * What a zip archive holds, read from its central directory only, as the specification (APPNOTE
 * 6.3) asks; zip64 too. Every number in it is hostile: offsets and sizes are checked against the
 * file before anybody uses them.
 *
 * Memory is the arena's; the descriptor stays the caller's. Thread rule: none.
 */
#ifndef CURATOR_IMPORT_ZIP_H
#define CURATOR_IMPORT_ZIP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"

enum { ZIP_MAX_MEMBERS = 10000, ZIP_STORED = 0, ZIP_DEFLATED = 8 };

struct zip_member {
	const char *path; /* as written in the archive, UTF-8 */
	int method;       /* ZIP_STORED or ZIP_DEFLATED */
	uint32_t crc;
	uint64_t packed, unpacked;
	uint64_t at; /* where its bytes begin in the file */
};

typedef LIST(struct zip_member) zip_list;

/*
 * Members that are files, in the order of the directory; folders are passed over. E_INPUT when it
 * is no zip archive, is damaged, spans several files, is encrypted or packed in another way.
 */
enum status zip_list_members(struct arena *, int fd, const char *name, zip_list *ret, struct err *);

#endif
