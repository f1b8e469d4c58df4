/* Zip archives of hospital tables: whatever the directory says, no read leaves the file. */
#include <sys/mman.h>

#include "curator/import/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_fd int fd = memfd_create("zip", MFD_CLOEXEC);
	zip_list members;
	struct err e;
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	if (zip_list_members(a, fd, "t.zip", &members, &e) != OK)
		return 0;
	for (size_t i = 0; i < members.n && i < 10; i++) {
		cleanup_stream struct stream *s = NULL;
		char out[4096];
		size_t n = 1;
		if (members.at[i].at + members.at[i].packed > size)
			BUG("a member behind the end of the file was accepted");
		if (stream_open_member(fd, "t.zip", &members.at[i], &s, &e) != OK)
			continue;
		while (n > 0 && stream_read(s, out, sizeof out, &n, &e) == OK)
			;
		if (stream_given(s) > STREAM_FREE_BYTES + 300 * size)
			BUG("a bomb was unpacked");
	}
	return 0;
}
