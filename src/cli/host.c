#include <unistd.h>

#include "cli/cli.h"

static enum status
host_check(struct cli *c, const char *const *args, int n, struct err *e)
{
	if (!c->config_path)
		return cli_misuse(c, e, "host check needs --config FILE.");
	char *program = arena_printf(c->arena, "%s/wardroom-warden", c->config.bin);
	char *const argv[] = { program, "--config", arena_strdup(c->arena, c->config_path),
		"--check", c->json ? "--json" : NULL, NULL };
	execv(program, argv);
	return err_errno(e, "%s", program);
}

const struct command cmd_host_check = { "host check", "",
	"Says for every control whether this host gives it, when it counts as given, and what is done "
	"without it; ends with 1 when one that data require is missing.",
	0, 0, host_check };
