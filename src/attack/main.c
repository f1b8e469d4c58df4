/*
 * wardroom-attack: tries everything that a member of a team could try, on workspaces that are open
 * on this very machine, and says what came of it. Needs root, to look at the walls from both sides.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack/bait.h"
#include "attack/result.h"
#include "attack/shared.h"
#include "attack/visit.h"
#include "base/clock.h"
#include "base/log.h"

static const char usage[] =
	"usage: wardroom-attack --config FILE --ws N [--other M] [--slot S] [--other-slot S]\n"
	"                       [--only PREFIX] [--json]\n"
	"\n"
	"Attacks workspace N from inside, as the member in slot S (0). With --other, workspace M\n"
	"of another team holds bait that N must not feel, and must go on answering. Both must be\n"
	"open, and hold nothing dear: the attacks fill disks and end processes for want of "
	"memory.\n"
	"Ends with 0 when every attack was defeated and every control passed, 1 when not, 2 when\n"
	"it could not be tried.\n";

static const char about[] =
	"wardroom-attack tries, from inside an open workspace, what a member of a team could try.\n"
	"It is a part of `wardroom attack`, which makes a throw-away server for it, tries every\n"
	"other attack as well and signs a report; run that one on a server with a real event.\n"
	"By itself it needs the number of a workspace that holds nothing dear:\n"
	"\n"
	"  wardroom-attack --config FILE --ws N [--other M]\n"
	"\n"
	"wardroom-attack --help lists the rest.\n";

enum {
	READY_MS = 60000,
	ASK_EVERY_MS = 150,
	SLOW_MS = 5000,
	WHOLE_MS = 1200000,
};

struct options {
	const char *config, *only;
	int64_t ws, other, slot, other_slot;
	bool json;
};

/* What the other team says while it is asked all the time. */
struct neighbour {
	struct visit *visit;
	int64_t asked; /* 0: nothing is being waited for */
	int64_t next;
	char question;
	int64_t slowest_pong, slowest_desk;
	int pongs, desks, desks_bad;
};

static bool
options_parse(char **argv, struct options *o)
{
	struct {
		const char *name;
		int64_t *to;
	} numbers[] = { { "--ws", &o->ws }, { "--other", &o->other }, { "--slot", &o->slot },
		{ "--other-slot", &o->other_slot } };
	for (char **at = argv + 1; *at; at++) {
		bool known = streq(*at, "--json");
		o->json |= known;
		if (!known && !at[1])
			return false;
		for (size_t i = 0; i < 4 && !known; i++)
			if (streq(*at, numbers[i].name)) {
				known = str_int(str_of(*++at), numbers[i].to) &&
					*numbers[i].to >= 0;
				break;
			}
		if (!known && streq(*at, "--config"))
			known = (o->config = *++at) != NULL;
		else if (!known && streq(*at, "--only"))
			known = (o->only = *++at) != NULL;
		if (!known)
			return false;
	}
	return o->config && o->ws > 0 && o->other != o->ws;
}

static void
host_result(struct results *r, const char *id, const char *what, bool good, bool control,
	const char *detail)
{
	r->planned++;
	results_add(r, &(struct result){ id, what, detail, good ? R_DEFEATED : R_THROUGH, control,
			       control ? "" : "nothing was measured", "" });
}

/* "ready PORT" */
static enum status
wait_ready(struct arena *a, struct visit *v, int64_t ws, const char **ret_port, struct err *e)
{
	struct str line;
	if (!visit_wait_line(v, READY_MS, &line) || !str_starts(line, "ready "))
		return err_set(e, E_IO, "ws", "Workspace %lld does not answer. Is it open?",
			(long long)ws);
	*ret_port = str_dup(a, (struct str){ line.p + 6, line.n - 6 });
	return OK;
}

static void
neighbour_ask(struct neighbour *n)
{
	int64_t now = clock_mono_ms();
	if (!n->visit || n->asked || now < n->next)
		return;
	n->question = n->question == 'p' ? 'd' : 'p';
	if (write(n->visit->in, &n->question, 1) == 1)
		n->asked = now;
}

static void
neighbour_hear(struct neighbour *n)
{
	struct str line;
	while (n->visit && visit_line(n->visit, &line)) {
		int64_t ms = clock_mono_ms() - n->asked;
		if (str_starts(line, "desk")) {
			n->desks++;
			n->desks_bad += !str_is(line, "desk 0");
			n->slowest_desk = ms > n->slowest_desk ? ms : n->slowest_desk;
		} else {
			n->pongs++;
			n->slowest_pong = ms > n->slowest_pong ? ms : n->slowest_pong;
		}
		n->asked = 0;
		n->next = clock_mono_ms() + ASK_EVERY_MS;
	}
}

/* Takes the results as they come, asking the neighbour meanwhile. */
static void
listen_to(struct results *r, struct visit *v, struct neighbour *n)
{
	int64_t until = clock_mono_ms() + WHOLE_MS;
	struct str line;
	for (bool more = true; more && clock_mono_ms() < until;) {
		struct pollfd p[2] = { { v->out, POLLIN, 0 },
			{ n->visit ? n->visit->out : -1, POLLIN, 0 } };
		neighbour_ask(n);
		poll(p, 2, ASK_EVERY_MS / 2);
		if (p[0].revents)
			more = visit_read(v);
		/* A neighbour that ended is seen by its silence. */
		if (p[1].revents && !visit_read(n->visit))
			poll(NULL, 0, ASK_EVERY_MS);
		while (visit_line(v, &line))
			if (!results_line(r, line))
				fprintf(stderr, "wardroom-attack: strange line: %.*s\n",
					(int)line.n, line.p);
		neighbour_hear(n);
	}
}

static void
neighbour_judge(struct arena *a, struct results *r, const struct neighbour *n)
{
	int64_t silent = n->asked ? clock_mono_ms() - n->asked : 0;
	host_result(r, "R9.neighbour", "keeping the other team from its work",
		silent < SLOW_MS && n->slowest_pong<SLOW_MS, n->pongs> 0,
		arena_printf(a, "%d answers, the slowest after %lld ms", n->pongs,
			(long long)(silent > n->slowest_pong ? silent : n->slowest_pong)));
	host_result(r, "S9.neighbour", "keeping the other team from the desk",
		n->desks_bad == 0 && n->slowest_desk<SLOW_MS, n->desks> n->desks_bad,
		arena_printf(a, "%d answers, %d of them bad, the slowest after %lld ms", n->desks,
			n->desks_bad, (long long)n->slowest_desk));
}

/* From the host's side: what a workspace opens must not be open here. */
static void
look_inside(struct arena *a, struct results *r, const struct bait *b, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int64_t n = 0;
	cleanup_fd int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_fd int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	str_int(str_of(port), &n);
	to.sin_port = htons((uint16_t)n);
	bool open = connect(tcp, (struct sockaddr *)&to, sizeof to) == 0;
	host_result(r, "N11.listener", "a listener inside that the host's network reaches", !open,
		n > 0, open ? "it answers" : strerror(errno));
	memcpy(name.sun_path + 1, b->team, strlen(b->team));
	open = connect(local, (struct sockaddr *)&name,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(b->team))) ==
	       0;
	host_result(r, "N11.abstract", "an abstract socket inside that the host reaches", !open,
		n > 0, open ? "it answers" : strerror(errno));
}

/* The other team holds locks on all it sees; the host's own programs must not feel them. */
static void
feel_locks(struct arena *a, struct results *r)
{
	const char *felt = NULL;
	struct str list = STR(SHARED_PROGRAMS " " SHARED_SETTINGS " /dev/null /dev/urandom");
	while (list.n) {
		const char *path = str_dup(a, str_cut(&list, ' '));
		cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
			felt = path;
	}
	host_result(r, "X10.host-locks", "locking the host's files against the host", !felt, true,
		felt ? arena_printf(a, "%s is locked", felt) : "all are free");
}

static enum status
attack(struct arena *a, const struct options *o, const struct config *c, struct bait *b,
	struct results *r, struct err *e)
{
	struct visit bait = { 0 }, door, run;
	struct neighbour n = { .visit = o->other ? &bait : NULL };
	const char *team_port = "", *port = "";
	bool hears = bait_hears(b);
	if (o->other) {
		TRY(visit_start(a, o->config, o->other, o->other_slot,
			bait_words(a, b, c, "bait", o->other, ""), &bait, e));
		TRY(wait_ready(a, &bait, o->other, &team_port, e));
	}
	TRY(visit_start(
		a, o->config, o->ws, o->slot, bait_words(a, b, c, "listen", o->ws, ""), &door, e));
	TRY(wait_ready(a, &door, o->ws, &port, e));
	look_inside(a, r, b, port);
	if (o->other)
		feel_locks(a, r);
	visit_end(&door);
	const char *const *words = bait_words(a, b, c, "run", o->other, team_port);
	if (o->only) {
		const char **w = (const char **)words;
		while (*w)
			w++;
		*w = arena_printf(a, "only=%s", o->only);
	}
	TRY(visit_start(a, o->config, o->ws, o->slot, words, &run, e));
	listen_to(r, &run, &n);
	visit_end(&run);
	if (o->other) {
		neighbour_judge(a, r, &n);
		visit_end(&bait);
	}
	int heard = bait_heard(b);
	host_result(r, "N1.heard", "any packet or connection at the host's listeners", heard == 0,
		hears, arena_printf(a, "%d visitors", heard));
	host_result(r, "D3.untouched", "changing the file of hidden labels", bait_untouched(a, b),
		true, "as it was");
	return OK;
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct config c;
	struct bait b;
	struct err e = { 0 };
	log_init("attack");
	signal(SIGPIPE, SIG_IGN);
	if (argc == 1) {
		fputs(about, stderr);
		return 2;
	}
	if (!options_parse(argv, &o)) {
		fputs(usage, stderr);
		return 2;
	}
	struct results *r = results_new(a);
	enum status s = config_load(a, o.config, &c, &e);
	if (s == OK && geteuid() != 0)
		s = err_set(&e, E_DENIED, "", "This needs root.");
	if (s == OK)
		s = bait_open(a, &c, &b, &e);
	if (s == OK) {
		s = attack(a, &o, &c, &b, r, &e);
		bait_close(&b);
	}
	if (s != OK) {
		fprintf(stderr, "wardroom-attack: %s\n", e.text);
		return 2;
	}
	if (o.json)
		results_json(r);
	else
		results_table(r);
	return results_good(r) ? 0 : 1;
}
