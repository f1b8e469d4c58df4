#include "portal/keeper/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

enum status
sealed_fd(const char *name, struct str text, int *ret, struct err *e)
{
	cleanup_fd int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_errno(e, "a file in memory");
	TRY(io_write_fd(fd, text.p, text.n, e));
	if (lseek(fd, 0, SEEK_SET) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
			0)
		return err_errno(e, "sealing a file in memory");
	*ret = steal_fd(&fd);
	return OK;
}
