/* wardroom-warden: the parent of every process of a Wardroom server. */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "warden/exec.h"
#include "warden/runtime.h"
#include "warden/warden.h"

static const char usage[] =
	"usage: wardroom-warden --config FILE\n"
	"       wardroom-warden --config FILE --check [--json]\n"
	"       wardroom-warden --config FILE --prove\n"
	"       wardroom-warden --config FILE exec --ws N --slot S -- COMMAND...\n"
	"\n"
	"The first form starts the server and stays in the foreground. --check says what this "
	"host\n"
	"offers of every control, and ends with 0 when all that data require are there. exec runs "
	"a\n"
	"command inside an open workspace as the member in slot S.\n";

struct options {
	const char *config;
	bool check, exec, json, prove;
	int64_t ws, slot;
	char **command;
};

static bool
options_parse(char **argv, struct options *o)
{
	for (char **at = argv + 1; *at; at++) {
		if (streq(*at, "--check"))
			o->check = true;
		else if (streq(*at, "--json") && o->check)
			o->json = true;
		else if (streq(*at, "--prove"))
			o->prove = true;
		else if (streq(*at, "exec") && !o->exec)
			o->exec = true;
		else if (streq(*at, "--config") && at[1])
			o->config = *++at;
		else if (streq(*at, "--ws") && at[1] && str_int(str_of(at[1]), &o->ws))
			at++;
		else if (streq(*at, "--slot") && at[1] && str_int(str_of(at[1]), &o->slot))
			at++;
		else if (streq(*at, "--") && o->exec && at[1]) {
			o->command = at + 1;
			break;
		} else
			return false;
	}
	return o->config && (!o->exec || (o->command && o->ws > 0 && o->slot >= 0));
}

static int
fail(const struct err *e)
{
	fprintf(stderr, "wardroom-warden: %s\n", e->text);
	return e->code == E_INPUT ? 2 : 1;
}

static int
check(struct arena *a, const struct place *p, bool json)
{
	static struct host h;
	host_probe(a, p, &h);
	fputs(json ? host_json(a, &h) : host_text(a, &h), stdout);
	return h.data_allowed ? 0 : 1;
}

/*
 * Looks at the walls of every workspace that a running warden has open, as it does at each start: a
 * line each, "<ws> whole" or "<ws> <what is wrong>". Ends with 1 when one is not whole.
 */
static int
prove_all(struct arena *a, struct site *site)
{
	int bad = 0;
	host_probe(a, &site->place, &site->host);
	cleanup_dir DIR *d = opendir(arena_printf(a, "%s/ws", site->place.c.run));
	for (struct dirent *de; d && (de = readdir(d));) {
		struct err why = { 0 };
		struct pw_ws w;
		pid_t pid;
		int64_t ws;
		if (!str_int(str_of(de->d_name), &ws) || ws < 1 ||
			room_remembered(a, &site->place, (uint64_t)ws, &w, NULL) != OK)
			continue;
		/* Closed: it is remembered, and nothing runs. */
		if (runtime_pid(a, &site->place, (uint64_t)ws, &pid, NULL) != OK)
			continue;
		bool whole = room_found(a, site, (uint64_t)ws, &w, &pid, &why) == OK;
		printf("%lld %s\n", (long long)ws, whole ? "whole" : why.text);
		bad += !whole;
	}
	return bad ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .ws = -1, .slot = -1 };
	struct err e = { 0 };
	static struct warden w;
	cleanup_arena struct arena *a = arena_new();
	log_init("warden");
	if (!options_parse(argv, &o)) {
		fputs(usage, stderr);
		return 2;
	}
	if (place_load(a, o.config, &w.site.place, &e) != OK)
		return fail(&e);
	if (o.check)
		return check(a, &w.site.place, o.json);
	if (o.prove)
		return prove_all(a, &w.site);
	if (o.exec) {
		int code = 1;
		if (exec_run(a, &w.site.place, (uint64_t)o.ws, (uint32_t)o.slot,
			    (const char *const *)o.command, &code, &e) != OK)
			return fail(&e);
		return code;
	}
	if (warden_start(a, &w, &e) != OK)
		return fail(&e);
	warden_loop(&w);
	return 0;
}
