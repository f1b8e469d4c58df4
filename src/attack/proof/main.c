/*
 * wardroom-proof: every attack there is, on a throw-away server of the installed programs, and a
 * signed report of it. What `wardroom attack` runs.
 */
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "attack/proof/proof.h"
#include "attack/proof/report.h"
#include "base/clock.h"
#include "base/code.h"
#include "base/io.h"
#include "base/log.h"

static const char usage[] =
	"usage: wardroom-proof [--config FILE] [--json] [--report FILE]\n"
	"       wardroom-proof [--config FILE] verify FILE [KEY]\n"
	"\n"
	"Carries out every attack on a throw-away server that runs the programs of the\n"
	"configured one, on this host, and prints what came of it; --report writes a signed\n"
	"report. verify checks one: by the server's own key, or by KEY in hex. Needs root.\n"
	"Ends with 0 when every attack was defeated and every control passed, 1 when not, 2 when\n"
	"it could not be tried.\n";

struct options {
	const char *config, *report, *verify, *key;
	bool json;
};

static bool
options_parse(char **argv, struct options *o)
{
	for (char **at = argv + 1; *at; at++) {
		if (streq(*at, "--json"))
			o->json = true;
		else if (streq(*at, "--config") && at[1])
			o->config = *++at;
		else if (streq(*at, "--report") && at[1])
			o->report = *++at;
		else if (streq(*at, "verify") && at[1] && !o->verify) {
			o->verify = *++at;
			if (at[1] && at[1][0] != '-')
				o->key = *++at;
		} else
			return false;
	}
	return true;
}

static const struct group {
	const char *name;
	enum status (*run)(struct proof *, struct err *);
} groups[] = {
	{ "the installed server", proof_installed },
	{ "doors, cookies and tickets", proof_doors },
	{ "downloads, and a hostile notebook", proof_routes },
	{ "malformed and slow requests", proof_heads },
	{ "WebSockets of other pages", proof_sockets },
	{ "the portal's pages", proof_pages },
	{ "what is handed in at the airlock", proof_airlock },
	{ "who decides on which bytes", proof_votes },
	{ "from inside a workspace", proof_inside },
	{ "people who leave", proof_life },
	{ "kill -9, and the way back", proof_falls },
	{ "the trail, and the end", proof_trail },
};

static enum status
set_stage(struct house *h, struct stage *s, struct err *e)
{
	static const char *const phases[] = { "setup", "sample", "full" };
	TRY(house_start(h, e));
	TRY(stage_make(h, s, e));
	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
		TRY(stage_move(s, phases[i], e));
	return OK;
}

/* A text that is nowhere but where it was put. */
static const char *
random_secret(struct arena *a)
{
	unsigned char r[12];
	char hex[25];
	if (getrandom(r, sizeof r, 0) != sizeof r)
		BUG("no random numbers");
	hex_encode(hex, r, sizeof r);
	return arena_printf(a, "marked-%s", hex);
}

static void
say(int64_t began, const char *what)
{
	fprintf(stderr, "%6.1f s  %s\n", (double)(clock_mono_ms() - began) / 1000, what);
}

static enum status
attack(struct arena *a, const struct options *o, const struct config *c, struct house *h,
	struct results *r, struct err *e)
{
	struct stage s = { 0 };
	struct proof p = { a, h, &s, r, .secret = random_secret(a), .installed = c,
		.installed_path = o->config };
	int64_t began = clock_mono_ms();
	say(began, "a throw-away server is made ready");
	enum status st = set_stage(h, &s, e);
	for (size_t i = 0; i < sizeof groups / sizeof groups[0] && st == OK; i++) {
		say(began, groups[i].name);
		st = groups[i].run(&p, e);
	}
	stage_end(&s);
	return st;
}

static enum status
write_report(struct arena *a, const char *path, const char *text, struct err *e)
{
	const char *dir_name = dirname(arena_strdup(a, path));
	cleanup_fd int dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "%s", dir_name);
	return io_replace_at(dir, basename(arena_strdup(a, path)), 0644, text, strlen(text), e);
}

/* What the host offers, as the warden says it. */
static const char *
host_of(struct house *h)
{
	struct str out = { "", 0 };
	const char *const argv[] = { "wardroom-warden", "--config", h->config_path, "--check",
		NULL };
	house_run(h, h->arena, argv, STR(""), &out);
	return str_dup(h->arena, out);
}

static enum status
prove(struct arena *a, const struct options *o, const struct config *c, struct results *r,
	struct err *e)
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	int64_t began = clock_now();
	struct house h;
	if (o->report)
		TRY(report_key(a, c, secret, e));
	TRY(house_make(a, c, &h, e));
	const char *host = host_of(&h);
	enum status s = attack(a, o, c, &h, r, e);
	house_end(&h);
	if (s == OK && o->report) {
		const char *text = report_text(a, c, r, began, clock_now(), host);
		s = write_report(a, o->report, report_sign(a, text, secret), e);
		sodium_memzero(secret, sizeof secret);
	}
	return s;
}

static enum status
verify(struct arena *a, const struct options *o, const struct config *c, struct err *e)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	char hex[2 * crypto_sign_PUBLICKEYBYTES + 1];
	const char *want = o->key, *key;
	struct str text;
	TRY(io_read_file(a, o->verify, REPORT_MAX, &text, e));
	/* Of a file that is no report it does not matter whose key is missing. */
	TRY(report_is(text, e));
	if (!want) {
		TRY(report_public(a, c, public, e));
		hex_encode(hex, public, sizeof public);
		want = hex;
	}
	TRY(report_verify(a, text, want, &key, e));
	if (o->json)
		printf("{\"ok\":true,\"key\":\"%s\"}\n", key);
	else
		printf("The report is as it was signed, by key %s.\n", key);
	return OK;
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct config c;
	struct err e = { 0 };
	log_init("attack");
	signal(SIGPIPE, SIG_IGN);
	if (!options_parse(argv, &o)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	struct results *r = results_new(a);
	enum status s = config_load(a, o.config, &c, &e);
	if (s == OK)
		s = o.verify ? verify(a, &o, &c, &e) : prove(a, &o, &c, r, &e);
	if (s != OK) {
		fprintf(stderr, "wardroom attack: %s\n", e.text);
		/* An attack that could not be tried tells of no mistake of the caller's. */
		return o.verify && (s == E_CONFLICT || s == E_IO) ? code_of(s) : EXIT_MISTAKE;
	}
	if (o.verify)
		return 0;
	if (o.json)
		results_json(r);
	else
		results_table(r);
	return results_good(r) ? 0 : 1;
}
