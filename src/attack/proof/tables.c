#include "attack/proof/tables.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

const char tables_recipe[] =
	"recipe \"Proof\" version 1\n"
	"patient patients.id\n"
	"table patients\n"
	"\tid pseudonym\n"
	"\tname drop\n"
	"\tsex keep \"F or M\"\n"
	"\tage cap 89 \"in years\"\n"
	"\tcrp keep \"C-reactive protein\"\n"
	"\tlactate keep \"lactate\"\n"
	"\tsevere keep\n"
	"outcome patients.severe each patients.id binary positive 1 \"intensive care\"\n"
	"hidden 30 %\n"
	"sample 20 %\n";

static const char *
table(struct arena *a, const char *name)
{
	struct buf b = buf_new(a);
	uint32_t x = 20260101;
	buf_puts(&b, "id,name,sex,age,crp,lactate,severe\n");
	for (int i = 0; i < TABLES_PATIENTS; i++) {
		x = x * 1664525 + 1013904223;
		unsigned r = x >> 8;
		buf_printf(&b, "P%05d,%s %d,%c,%u,%u.%u,%u.%u,%d\n", 10000 + i * 7, name, i,
			r % 2 ? 'F' : 'M', 20 + r % 70, r % 180, r % 10, 1 + r % 6, r / 7 % 10,
			r % 180 > 120);
	}
	return b.p;
}

enum status
tables_write(struct house *h, const char **ret_name, struct err *e)
{
	unsigned char r[8];
	char hex[17];
	const struct group *g = getgrnam(h->c.user_data);
	const char *dirs[] = { h->c.inbox, arena_printf(h->arena, "%s/proof", h->c.inbox),
		arena_printf(h->arena, "%s/proof/outlook", h->c.inbox) };
	if (getrandom(r, sizeof r, 0) != sizeof r || !g)
		return err_set(e, E_IO, "", "There is no group %s.", h->c.user_data);
	hex_encode(hex, r, sizeof r);
	const char *name = arena_printf(h->arena, "Zz%s", hex);
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		if ((mkdir(dirs[i], 0750) < 0 && access(dirs[i], F_OK) < 0) ||
			chown(dirs[i], 0, g->gr_gid) < 0 || chmod(dirs[i], 0750) < 0)
			return err_errno(e, "%s", dirs[i]);
	cleanup_fd int fd = open(arena_printf(h->arena, "%s/patients.csv", dirs[2]),
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 || fchown(fd, 0, g->gr_gid) < 0)
		return err_errno(e, "%s", dirs[2]);
	const char *text = table(h->arena, name);
	TRY(io_write_fd(fd, text, strlen(text), e));
	*ret_name = name;
	return OK;
}
