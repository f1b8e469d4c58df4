#include "desk/help.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/near.h"
#include "base/str.h"
#include "desk/send.h"

static const struct command {
	const char *group; /* the heading above the first of a group, "" for the others */
	const char *name, *arguments, *does;
	const char *more; /* options and examples; NULL when nothing more is to be said */
} commands[] = {
	{ "Look around", "status", "", "phase, time left, submissions, airlock, what is next",
		NULL },
	{ "", "who", "", "your team and its mentors, and who is signed in", NULL },
	{ "", "dictionary", "[TABLE[.COLUMN]]", "what the variables mean",
		"With what was asked about them, and the answers of the project's lead.\n"
		"\n"
		"    wardroom dictionary stays\n"
		"    wardroom dictionary stays.ward\n" },
	{ "", "ask", "TABLE.COLUMN WORD", "ask the project's lead about a variable",
		"WORD is meaning, unit, values, missing, method or time: no text leaves from "
		"here.\n"
		"Other questions are asked on the dictionary's page. The answer stands in\n"
		"`wardroom dictionary`, for everybody of the project.\n"
		"\n"
		"    wardroom ask labs.value unit\n" },
	{ "Hand in", "submit", "FILE", "predictions: a CSV with the columns id,prediction",
		"One line for each id of /data/to_predict.csv and no other. The score is computed\n"
		"outside on hidden labels and comes back here, rounded. Attempts are counted a "
		"day;\n"
		"a file with a mistake costs none.\n"
		"\n"
		"    wardroom submit predictions.csv\n" },
	{ "Take results out", "table", "DATA --rows COLUMN --value WHAT",
		"a table that the server counts, and signs for",
		"DATA is a table of yours (ls /data) or a CSV of your own.\n"
		"\n"
		"    --rows COLUMN[,COLUMN]  what names the rows\n"
		"    --value WHAT            count, mean COLUMN, sum COLUMN, median COLUMN,\n"
		"                            share COLUMN=VALUE\n"
		"    --columns COLUMN        what stands across\n"
		"    --where CONDITION       age >= 18 and ward in ('A', 'B') and not died is "
		"missing\n"
		"    --min N                 fewest patients a number may stand for (10, or more)\n"
		"    --round N               counts to the nearest 5 or 10, or 6: its midpoint\n"
		"    --out FILE.csv          the table; its evidence goes to "
		"FILE.csv.evidence.json\n"
		"\n"
		"Small numbers are hidden, and others where they would follow from the totals.\n"
		"So are numbers that differ by fewer than ten patients from what was signed\n"
		"before. A median is the mean of the ten patients in the middle. Sums, means and\n"
		"medians are rounded up or down by chance, the same ones always alike; counts and\n"
		"shares are exact. Where no number or no group is left to show, no file is\n"
		"written (exit code 3).\n"
		"\n"
		"    wardroom table stays --rows ward --columns year --value count --out t.csv\n"
		"    wardroom table cohort.csv --rows sex --value \"mean age\" --round 5\n" },
	{ "", "airlock", "add FILE [--as output|supporting|code]",
		"put a file into your request; it is checked at once",
		"    add FILE    an output: it is to leave\n"
		"    --as supporting, --as code\n"
		"                helps the reviewers and never leaves\n"
		"    list        your request, and what was found in its files; your team's "
		"others\n"
		"    seal        hand it to the data stewards; nobody changes it from then on\n"
		"\n"
		"A file is taken out again on your team's page Airlock, before sealing.\n"
		"Before sealing, say on your team's page Airlock what the numbers are about.\n"
		"\n"
		"    wardroom airlock add t.csv\n"
		"    wardroom airlock add fit.py --as code\n"
		"    wardroom airlock seal\n" },
	{ "", "airlock list", "", "your request, and what was found in its files", NULL },
	{ "", "airlock seal", "", "hand it to the data stewards", NULL },
	{ "Programs", "install", "apt|pip|npm|r NAME...",
		"packages for the whole team, in the setup phase",
		"Also as you know it: apt install, pip install, npm install, install.packages().\n"
		"Before data come the way to the registries is shut for good.\n"
		"\n"
		"    wardroom install pip lightgbm==4.6.0\n" },
	{ "", "packages", "", "what was fetched for your team, with hashes", NULL },
	{ "The walls", "exits", "", "try every way out of this workspace", NULL },
	{ "", "version", "", "the version of this command", NULL },
	{ "", "help", "[COMMAND]", "this page, or more about one; also: man wardroom", NULL },
};
enum { COMMANDS = sizeof commands / sizeof *commands, COLUMN = 26 };

/* Bold where it is seen as such. */
static bool
bold(FILE *out)
{
	const char *term = getenv("TERM");
	return isatty(fileno(out)) && term && !streq(term, "dumb");
}

static void
heading(FILE *out, const char *text)
{
	bool b = bold(out);
	fprintf(out, "\n%s%s%s\n", b ? "\033[1m" : "", text, b ? "\033[0m" : "");
}

static void
put(FILE *out, const struct command *c)
{
	int n = (int)(strlen(c->name) + strlen(c->arguments) + 1);
	fprintf(out, "  %s%s%s", c->name, c->arguments[0] ? " " : "", c->arguments);
	/* What is too long for its column has a line of its own. */
	if (n > COLUMN - 2)
		fprintf(out, "\n  %*s", COLUMN, "");
	else
		fprintf(out, "%*s", COLUMN - n + !c->arguments[0], "");
	fprintf(out, "%s\n", c->does);
}

void
help_all(FILE *out)
{
	fputs("wardroom: what you can do from inside your workspace\n", out);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (commands[i].group[0])
			heading(out, commands[i].group);
		put(out, &commands[i]);
	}
}

bool
help_one(FILE *out, const char *command)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];
		if (!streq(c->name, command))
			continue;
		fprintf(out, "wardroom %s %s\n%s.\n", c->name, c->arguments, c->does);
		if (c->more)
			fprintf(out, "\n%s", c->more);
		return true;
	}
	return false;
}

int
help_unknown(const char *command)
{
	const char *names[COMMANDS], *near;
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	if (command[0] == '-')
		fprintf(stderr, "There is no option %s", command);
	else
		fprintf(stderr, "There is no command \"wardroom %s\"", command);
	if (near_names(command + strspn(command, "-"), names, COMMANDS, &near, 1))
		fprintf(stderr, "; did you mean `wardroom %s`? `wardroom help` lists all.\n", near);
	else
		fputs("; `wardroom help` lists them.\n", stderr);
	return EXIT_USAGE;
}

int
help_usage(const char *command, const char *sentence)
{
	const char *arguments = "";
	for (size_t i = 0; i < COMMANDS; i++)
		if (streq(commands[i].name, command))
			arguments = commands[i].arguments;
	fprintf(stderr, "%s Type: wardroom %s%s%s (`wardroom help %s` has more).\n", sentence,
		command, arguments[0] ? " " : "", arguments, command);
	return EXIT_USAGE;
}
