/* Runs the attacks of wardroom-proof, and leaves an entry in the trail. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

enum { WORDS = 12 };

/* Ctrl-C reaches the program, which ends in order; we wait for it. */
static enum status
run(const char *program, const char *const *argv, int *ret_code, struct err *e)
{
	int status = 0;
	signal(SIGINT, SIG_IGN);
	pid_t pid = fork();
	if (pid < 0)
		return err_errno(e, "starting %s", program);
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*ret_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (*ret_code == 127)
		return err_set(e, E_ABSENT, "", "%s cannot be started.", program);
	return OK;
}

static enum status
start(struct cli *c, const char *const *words, int n, struct err *e)
{
	const char *program = arena_printf(c->arena, "%s/wardroom-proof", c->config.bin);
	const char *argv[WORDS] = { program };
	int at = 1;
	if (c->config_path) {
		argv[at++] = "--config";
		argv[at++] = c->config_path;
	}
	if (c->json)
		argv[at++] = "--json";
	for (int i = 0; i < n; i++)
		argv[at++] = words[i];
	return run(program, argv, &c->exit_code, e);
}

static const char *
outcome(int code)
{
	return code == 0   ? "every attack was defeated"
	       : code == 1 ? "not every attack was defeated"
			   : "the attacks could not be tried";
}

static enum status
attack(struct cli *c, const char *const *args, int n, struct err *e)
{
	if (n == 1 || (n == 2 && !streq(args[0], "--report")))
		return cli_misuse(c, e, "attack takes --report FILE, and nothing else.");
	if (geteuid() != 0)
		return err_set(e, E_DENIED, "", "This needs root.");
	TRY(start(c, args, n, e));
	enum status s = cli_open(c, e);
	/* A server that was never started has no trail yet. */
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	TRY(db_begin(c->db, e));
	TRY(cli_audit(c, "attacks carried out", "server",
		arena_printf(c->arena, "%s%s%s", outcome(c->exit_code), n ? "; report " : "",
			n ? args[1] : ""),
		e));
	return db_commit(c->db, e);
}

const struct command cmd_attack = { "attack", "[--report FILE]",
	"Tries every attack on a throw-away server of the same programs; a signed report for the "
	"data controller.",
	0, 2, attack };

static enum status
attack_verify(struct cli *c, const char *const *args, int n, struct err *e)
{
	const char *words[] = { "verify", args[0], n > 1 ? args[1] : NULL };
	return start(c, words, n + 1, e);
}

const struct command cmd_attack_verify = { "attack verify", "FILE [KEY]",
	"Checks a report's signature: by this server's key, or by KEY in hex.", 1, 2,
	attack_verify };
