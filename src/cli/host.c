#include <unistd.h>

#include "cli/cli.h"

static enum status
host_check(struct cli *c, const char *const *args, int n, struct err *e)
{
	if (c->json)
		return err_set(e, E_INPUT, "", "host check prints text only.");
	if (!c->config_path)
		return err_set(e, E_INPUT, "", "host check needs --config FILE.");
	char *program = arena_printf(c->arena, "%s/wardroom-warden", c->config.bin);
	char *const argv[] = { program, "--config", arena_strdup(c->arena, c->config_path),
		"--check", NULL };
	execv(program, argv);
	return err_errno(e, "%s", program);
}

const struct command cmd_host_check = { "host check", "",
	"Says which controls this host offers; ends with 1 when one that data require is missing.",
	0, 0, host_check };
