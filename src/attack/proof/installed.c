/* H: the installed server itself. Nothing is done to it: its walls and its files are looked at. */
#include <sys/stat.h>

#include "attack/proof/proof.h"

/* The walls of every workspace that it has open, as the kernel shows them now. */
static void
walls(struct proof *p)
{
	struct str own = { "", 0 }, out = { "", 0 };
	const char *argv[] = { "wardroom-warden", "--config", p->house->config_path, "--prove",
		NULL };
	house_run(p->house, p->arena, argv, STR(""), &own);
	bool control = memmem(own.p, own.n, " whole\n", 7) != NULL;
	if (!p->installed_path)
		return;
	argv[2] = p->installed_path;
	house_run(p->house, p->arena, argv, STR(""), &out);
	while (out.n) {
		struct str line = str_cut(&out, '\n'), ws = str_cut(&line, ' ');
		int64_t n;
		if (!str_int(ws, &n))
			continue;
		told(p, arena_printf(p->arena, "H1.workspace-%lld", (long long)n),
			"a workspace of the running server whose walls are not as they should be: "
			"mounts, network, capabilities, filter",
			str_is(line, "whole"), control, "%.*s", (int)line.n, line.p);
	}
}

/* What another account of the host could read of it. */
static void
folders(struct proof *p)
{
	static const struct {
		const char *id, *what, *path;
	} k[] = {
		{ "H2.portal", "another account reads the database's folder", "portal" },
		{ "H2.data", "another account reads the hospital's tables", "data" },
		{ "H2.releases", "another account reads the images", "releases" },
		{ "H2.spool", "another account reads what wants to leave", "spool" },
		{ "H2.views", "another account reads the reviewers' pages", "views" },
		{ "H2.airlock", "another account reads what was let out", "airlock" },
		{ "H2.ws", "another account reads the teams' disks", "ws" },
		{ "H2.archive", "another account reads the archives", "archive" },
		{ "H2.packages", "another account reads the records of sealing", "packages" },
		{ "H2.witness", "another account reads the trail's witness", "witness" },
		{ "H2.key", "another account reads the key that signs reports", "proof.key" },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		const char *path = arena_printf(p->arena, "%s/%s", p->installed->state, k[i].path);
		struct stat st;
		/* A server that was never started has no such folder yet. */
		if (stat(path, &st) < 0)
			continue;
		told(p, k[i].id, k[i].what, !account_reads("nobody", path),
			account_reads("root", path), "mode %04o", (unsigned)st.st_mode & 07777);
	}
}

enum status
proof_installed(struct proof *p, struct err *e)
{
	walls(p);
	folders(p);
	return OK;
}
