#include "portal/keeper/sealed.h"

#include <errno.h>
#include <unistd.h>

#include "base/tap.h"

TEST(what_is_sealed_is_read_and_not_changed)
{
	char got[16];
	int fd;
	struct err e;
	CHECK_INT(sealed_fd("lock", STR("a==1.0\n"), &fd, &e), OK);
	CHECK_INT(read(fd, got, sizeof got), 7);
	CHECK(memcmp(got, "a==1.0\n", 7) == 0);
	CHECK(pwrite(fd, "b", 1, 0) < 0 && errno == EPERM);
	CHECK(ftruncate(fd, 0) < 0 && errno == EPERM);
	CHECK(ftruncate(fd, 100) < 0 && errno == EPERM);
	close(fd);
	CHECK_INT(sealed_fd("empty", STR(""), &fd, &e), OK);
	CHECK_INT(read(fd, got, sizeof got), 0);
	close(fd);
}
