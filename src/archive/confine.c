#include "archive/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No descriptor may lead to another file system: only pipes, and the tree. */
static enum status
only_pipes(int tree, int last, struct err *e)
{
	for (int fd = 0; fd <= last; fd++) {
		struct stat st;
		if (fd == tree || (fstat(fd, &st) < 0 && errno == EBADF))
			continue;
		if (!S_ISFIFO(st.st_mode))
			return err_set(
				e, E_INPUT, "", "Descriptor %d must be a pipe, and is none.", fd);
	}
	return syscall(SYS_close_range, (unsigned)last + 1, ~0U, 0U) < 0
		       ? err_errno(e, "closing descriptors")
		       : OK;
}

static bool
keep_one_power(uid_t id)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { { 0 } };
	caps[0].effective = caps[0].permitted = 1u << CAP_DAC_READ_SEARCH;
	for (int cap = 0; cap <= 63; cap++)
		if (cap != CAP_DAC_READ_SEARCH && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
			errno != EINVAL)
			return false;
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0 &&
	       syscall(SYS_capset, &head, caps) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

enum status
confine(int tree, int last, uid_t id, struct err *e)
{
	const struct rlimit none = { 0, 0 };
	pid_t parent = getppid();
	if (id == 0)
		return err_set(e, E_INPUT, "id", "The user to become must not be root.");
	TRY(only_pipes(tree, last, e));
	if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0)
		return err_errno(e, "leaving the network");
	if (fchdir(tree) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return err_errno(e, "entering the disk");
	if (setrlimit(RLIMIT_CORE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0 ||
		!keep_one_power(id))
		return err_errno(e, "giving up privileges");
	/* After the change of user, which clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		return err_set(e, E_CONFLICT, "", "Who started this is gone.");
	return OK;
}
