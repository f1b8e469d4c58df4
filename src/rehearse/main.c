/* wardroom-rehearse: plays an event on a running server. See ./dev rehearse and ./dev demo. */
#include <getopt.h>
#include <signal.h>

#include "base/log.h"
#include "base/str.h"
#include "rehearse/play.h"

static const char usage[] =
	"usage: wardroom-rehearse --config FILE [--url URL] [--until full|closed] [--seed N]\n"
	"                         [--link URL] [--json] [--links FILE] [--links-only]\n"
	"Plays every role of an event over HTTP, as browsers would, on the server of FILE.\n"
	"--link signs the organiser in; without it `wardroom person link` makes one.\n"
	"--links writes one sign-in link per role into FILE at the end; --links-only prints new\n"
	"ones for an event that was played before.\n";

static int
fail(const char *text)
{
	fprintf(stderr, "wardroom-rehearse: %s\n", text);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "config", 1, NULL, 'c' },
		{ "url", 1, NULL, 'u' }, { "until", 1, NULL, 't' }, { "seed", 1, NULL, 's' },
		{ "json", 0, NULL, 'j' }, { "link", 1, NULL, 'i' }, { "links", 1, NULL, 'l' },
		{ "links-only", 0, NULL, 'o' }, { "help", 0, NULL, 'h' }, { 0 } };
	struct play_options o = { .until = "closed", .seed = 1 };
	const char *config_path = NULL;
	bool links_only = false;
	cleanup_arena struct arena *a = arena_new();
	struct config config;
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	log_init("rehearse");
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'c':
			config_path = optarg;
			break;
		case 'u':
			o.url = optarg;
			break;
		case 't':
			o.until = optarg;
			break;
		case 's':
			if (!str_int(str_of(optarg), &o.seed) || o.seed < 0)
				return fail("--seed needs a whole number.");
			break;
		case 'j':
			o.json = true;
			break;
		case 'i':
			o.link = optarg;
			break;
		case 'l':
			o.links = optarg;
			break;
		case 'o':
			links_only = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc || !config_path)
		return fail("--config FILE is needed, and nothing but options; --help tells.");
	if (!streq(o.until, "full") && !streq(o.until, "closed"))
		return fail("--until is full or closed.");
	if (config_load(a, config_path, &config, &e) != OK)
		return fail(e.text);
	o.config = &config;
	o.config_path = config_path;
	if (!o.url)
		o.url = config.site;
	if ((links_only ? play_links(a, &o, &e) : play_run(a, &o, &e)) != OK) {
		fail(e.text);
		return 1;
	}
	return 0;
}
