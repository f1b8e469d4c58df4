#include "gate/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"

enum status
inside_connect(int folder, uint32_t slot, uint32_t uid, int *ret_fd, struct err *e)
{
	char name[12];
	snprintf(name, sizeof name, "%u", slot);
	cleanup_fd int dir = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno == ENOENT ? E_ABSENT : E_DENIED, "",
			"The folder of slot %u is not there.", slot);
	cleanup_fd int node = openat(dir, "notebook.sock", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (node < 0)
		return err_set(e, errno == ENOENT ? E_ABSENT : E_DENIED, "",
			"The notebook has no socket yet.");
	struct stat st;
	if (fstat(node, &st) < 0 || !S_ISSOCK(st.st_mode))
		return err_set(e, E_DENIED, "", "What lies at the notebook's place is no socket.");
	if (st.st_uid != uid)
		return err_set(e, E_DENIED, "",
			"The notebook's socket belongs to somebody else (uid %u, not %u).",
			st.st_uid, uid);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	snprintf(to.sun_path, sizeof to.sun_path, "/proc/self/fd/%d", node);
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(e, "making a socket");
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		enum status s = errno == ECONNREFUSED || errno == ENOENT ? E_ABSENT
				: errno == EAGAIN                        ? E_BUSY
									 : E_DENIED;
		return err_set(
			e, s, "", "The notebook's socket does not answer (%s).", strerror(errno));
	}
	*ret_fd = steal_fd(&fd);
	return OK;
}
