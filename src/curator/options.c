#include "curator/options.h"

#include <getopt.h>
#include <stdio.h>

#include "base/code.h"
#include "base/str.h"

enum { FIRST = 256 }; /* above every short option */

static size_t
find(const struct option_word *words, size_t n, const char *name)
{
	size_t i = 0;
	while (i < n && !streq(words[i].name, name))
		i++;
	return i;
}

bool
options_read(
	int argc, char **argv, const struct option_word *words, size_t n, const char **ret_file)
{
	struct option known[OPTIONS_MAX + 1] = { 0 };
	if (n > OPTIONS_MAX)
		BUG("%zu options", n);
	for (size_t i = 0; i < n; i++)
		known[i] = (struct option){ words[i].name,
			words[i].text ? required_argument : no_argument, NULL, FIRST + (int)i };
	optind = 0; /* a dispatcher may have read options before */
	for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
		size_t i = c == 'h' ? find(words, n, "help") : (size_t)(c - FIRST);
		if (c == '?' || i >= n)
			return false;
		if (words[i].text)
			*words[i].text = optarg;
		else
			*words[i].flag = true;
	}
	if (optind == argc)
		return true;
	if (!ret_file || optind + 1 != argc) {
		fprintf(stderr, "wardroom-curator: \"%.100s\" is one word too many.\n",
			argv[optind + (ret_file != NULL)]);
		return false;
	}
	*ret_file = argv[optind];
	return true;
}

int
options_usage(const char *usage, bool understood, bool help)
{
	if (understood && !help)
		return OPTIONS_GO_ON;
	fputs(usage, help ? stdout : stderr);
	if (!help)
		fputs("\nwardroom-curator: This was called wrongly: what it takes stands above.\n",
			stderr);
	return help ? 0 : EXIT_USAGE;
}
