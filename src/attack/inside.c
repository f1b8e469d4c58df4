/*
 * wardroom-attack-inside: carries out the attacks and prints one JSON object a line, the number of
 * them first. Started in a workspace as a member by wardroom-attack; never installed there.
 *
 *	wardroom-attack-inside run|bait|listen [key=value ...] [only=PREFIX]
 */
#include "attack/inside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct ground ground;

/* How a child ends, through its pipe. */
static struct verdict {
	int outcome; /* of an attempt; 1 or 0 of a control */
	char text[300];
} verdict;

static const struct attack *const tables[] = { attacks_network, attacks_files, attacks_kernel,
	attacks_calls, attacks_teams, attacks_data, attacks_desk, attacks_limits };

static const char *const outcomes[] = { "defeated", "through", "not here", "unclear" };

#define SAY(value)                                                                                 \
	do {                                                                                       \
		va_list ap;                                                                        \
		va_start(ap, fmt);                                                                 \
		vsnprintf(verdict.text, sizeof verdict.text, fmt, ap);                             \
		va_end(ap);                                                                        \
		return (value);                                                                    \
	} while (0)

enum outcome
defeated(const char *fmt, ...)
{
	SAY(DEFEATED);
}

enum outcome
through(const char *fmt, ...)
{
	SAY(THROUGH);
}

enum outcome
not_here(const char *fmt, ...)
{
	SAY(NOT_HERE);
}

enum outcome
unclear(const char *fmt, ...)
{
	SAY(UNCLEAR);
}

bool
bad(const char *fmt, ...)
{
	SAY(false);
}

enum outcome
must_fail(long value, const char *what)
{
	return value == -1 ? defeated("%s: %s", what, strerror(errno)) : through("%s worked", what);
}

enum outcome
each(const char *list, char sep, enum outcome (*fn)(const char *word))
{
	char word[512];
	enum outcome sum = NOT_HERE;
	snprintf(verdict.text, sizeof verdict.text, "nothing of the kind is known");
	while (*list) {
		size_t n = strcspn(list, (char[]){ sep, '\0' });
		snprintf(word, sizeof word, "%.*s", (int)n, list);
		list += n + (list[n] != '\0');
		if (n == 0)
			continue;
		enum outcome o = fn(word);
		if (o == THROUGH || o == UNCLEAR)
			return o;
		if (o == DEFEATED)
			sum = DEFEATED;
	}
	return sum;
}

static void
child(const struct attack *k, bool control, int out)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	verdict = (struct verdict){ 0 };
	verdict.outcome = control ? k->control(k) : (int)k->attempt(k);
	if (write(out, &verdict, sizeof verdict) != sizeof verdict)
		_exit(1);
	_exit(0);
}

/* What the child did not live to say. */
static void
judge_death(struct verdict *v, bool control, int status, bool late)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	v->outcome = control ? 0 : UNCLEAR;
	if (late)
		snprintf(v->text, sizeof v->text, "no answer within the time limit");
	else if (sig == SIGSYS) {
		v->outcome = control ? 0 : DEFEATED;
		snprintf(v->text, sizeof v->text, "the kernel ended the caller (SIGSYS)");
	} else
		snprintf(v->text, sizeof v->text, "the attempt died of signal %d (status %d)", sig,
			status);
}

/* In a child, within its time; whatever it started is ended too. */
static struct verdict
run(const struct attack *k, bool control)
{
	int p[2], status = 0;
	struct verdict v = { .outcome = control ? 0 : UNCLEAR };
	if (pipe2(p, 0) < 0) {
		snprintf(v.text, sizeof v.text, "no pipe: %s", strerror(errno));
		return v;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(p[0]);
		child(k, control, p[1]);
	}
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		snprintf(v.text, sizeof v.text, "no process: %s", strerror(errno));
		return v;
	}
	struct pollfd wait = { p[0], POLLIN, 0 };
	int seconds = k->seconds ? k->seconds : 10;
	bool late = poll(&wait, 1, seconds * 1000) <= 0;
	bool whole = !late && read(p[0], &v, sizeof v) == sizeof v;
	setpgid(pid, pid);
	kill(-pid, late || whole ? SIGKILL : 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	close(p[0]);
	if (!whole)
		judge_death(&v, control, status, late);
	return v;
}

static void
put_text(const char *key, const char *s)
{
	printf("\"%s\":\"", key);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			putchar('?');
		else
			putchar(c);
	}
	putchar('"');
}

static void
report(const struct attack *k, const struct verdict *v, const struct verdict *c)
{
	putchar('{');
	put_text("id", k->id);
	putchar(',');
	put_text("what", k->what);
	putchar(',');
	put_text("outcome", outcomes[v->outcome]);
	printf(",\"control\":%s,", c->outcome ? "true" : "false");
	put_text("detail", v->text);
	putchar(',');
	put_text("control_detail", c->text);
	putchar(',');
	put_text("residual", k->residual ? k->residual : "");
	puts("}");
	fflush(stdout);
}

static bool
chosen(const struct attack *k, const char *only)
{
	return strncmp(k->id, only, strlen(only)) == 0;
}

static int
run_all(const char *only)
{
	int n = 0;
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct attack *k = tables[i]; k->id; k++)
			n += chosen(k, only);
	printf("{\"plan\":%d}\n", n);
	fflush(stdout);
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct attack *k = tables[i]; k->id; k++) {
			if (!chosen(k, only))
				continue;
			struct verdict v = run(k, false), c = run(k, true);
			report(k, &v, &c);
		}
	return 0;
}

static bool
ground_set(const char *arg)
{
	static const struct {
		const char *key;
		const char **to;
	} keys[] = { { "hosts", &ground.hosts }, { "gateway", &ground.gateway },
		{ "dns", &ground.dns }, { "tcp", &ground.tcp }, { "udp", &ground.udp },
		{ "portal", &ground.portal }, { "rooms", &ground.rooms },
		{ "abstract", &ground.abstract }, { "secret", &ground.secret },
		{ "hidden", &ground.hidden }, { "state", &ground.state }, { "run", &ground.run },
		{ "name", &ground.name }, { "pids", &ground.pids }, { "team", &ground.team },
		{ "team_port", &ground.team_port }, { "team_run", &ground.team_run } };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		size_t n = strlen(keys[i].key);
		if (!*keys[i].to)
			*keys[i].to = "";
		if (arg && strncmp(arg, keys[i].key, n) == 0 && arg[n] == '=') {
			*keys[i].to = arg + n + 1;
			return true;
		}
	}
	return !arg;
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "", *only = "";
	/* Brought in as a file of /tmp: it need not stay there. */
	if (strncmp(argv[0], "/tmp/attack.", 12) == 0)
		unlink(argv[0]);
	ground_set(NULL);
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], "only=", 5) == 0)
			only = argv[i] + 5;
		else if (!ground_set(argv[i]))
			fprintf(stderr, "unknown argument %s\n", argv[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(mode, "run") == 0)
		return run_all(only);
	if (strcmp(mode, "bait") == 0 || strcmp(mode, "listen") == 0)
		return hold_run(mode[0] == 'b');
	fputs("usage: wardroom-attack-inside run|bait|listen [key=value ...] [only=PREFIX]\n",
		stderr);
	return 2;
}
