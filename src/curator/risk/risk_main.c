#include "curator/risk/risk.h"

#include <getopt.h>

#include "curator/risk/command.h"

static const char usage[] =
	"wardroom-curator risk FILE.csv --qi COLUMN,... [--sensitive COLUMN,...]\n"
	"                 [--population FILE.csv] [--memory MB] [--json]\n"
	"\n"
	"Measures how easily a person could be found again in a table, by the columns that others\n"
	"may know (quasi-identifiers). The file has a header line; comma, semicolon, tab and bar\n"
	"are understood as separators.\n"
	"\n"
	"  --qi COLUMN,...         the quasi-identifiers\n"
	"  --sensitive COLUMN,...  columns that must stay unknown: tells the fewest distinct "
	"values\n"
	"                          within a class (l-diversity)\n"
	"  --population FILE.csv   the people the table was drawn from, with the same columns: "
	"gives\n"
	"                          the journalist's and the marketer's risk\n"
	"  --memory MB             how much memory may be used (1024)\n"
	"  --json                  the answer as one JSON object\n"
	"\n"
	"rows, classes (rows that agree in all quasi-identifiers), k (rows of the smallest "
	"class),\n"
	"average (classes / rows), highest (1 / k), uniques (share of rows alone in their class).\n"
	"Ends with 0 when it measured, 1 when it did not, 2 when it was called wrongly.\n";

struct options {
	const char *file, *qi, *sensitive, *population, *memory;
	bool json, help;
};

static bool
options_read(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "qi", required_argument, NULL, 'q' },
		{ "sensitive", required_argument, NULL, 's' },
		{ "population", required_argument, NULL, 'p' },
		{ "memory", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	optind = 0; /* a dispatcher may have read options before */
	for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
		if (c == 'q')
			o->qi = optarg;
		else if (c == 's')
			o->sensitive = optarg;
		else if (c == 'p')
			o->population = optarg;
		else if (c == 'm')
			o->memory = optarg;
		else if (c == 'j')
			o->json = true;
		else if (c == 'h')
			o->help = true;
		else
			return false;
	}
	if (optind + 1 == argc)
		o->file = argv[optind];
	return o->help || (o->file && o->qi);
}

static enum status
run(struct arena *a, const struct options *o, struct risk *ret, struct err *e)
{
	struct table t = { 0 }, population = { 0 };
	struct table_wish w = { o->file, command_names(a, o->qi), command_names(a, o->sensitive) };
	struct table_wish wp = { o->population, w.qi, { 0 } };
	struct budget budget = { 0 };
	size_t mb = COMMAND_MEMORY_MB;
	if (o->memory)
		TRY(command_memory(o->memory, &mb, e));
	budget.limit = mb << 20;
	enum status s = table_read(&w, &budget, &t, e);
	if (s == OK && o->population)
		s = table_read_like(&wp, &t, &population, e);
	if (s == OK)
		s = risk_measure(a, &t, o->population ? &population : NULL, &w, ret, e);
	table_free(&population);
	table_free(&t);
	return s;
}

static void
tell(struct buf *b, const struct risk *r)
{
	buf_printf(b, "%lld rows in %lld classes; the smallest has %lld\n", (long long)r->rows,
		(long long)r->classes, (long long)r->k);
	buf_printf(b, "alone in their class  %8.4f %%\n", 100 * r->uniques);
	buf_printf(b, "prosecutor's risk     %8.4f %% at most\n", 100 * r->prosecutor);
	buf_printf(b, "journalist's risk     %8.4f %% at most\n", 100 * r->journalist);
	buf_printf(b, "marketer's risk       %8.4f %% on average\n", 100 * r->marketer);
	if (r->outside)
		buf_printf(b, "%lld rows are not in the population as often as here\n",
			(long long)r->outside);
	for (size_t i = 0; i < r->sensitive.n; i++)
		buf_printf(b, "%s: at least %lld distinct values in every class\n",
			r->sensitive.at[i].name, (long long)r->sensitive.at[i].l);
	buf_puts(b, "\nclass size      classes         rows\n");
	for (size_t i = 0; i < r->sizes.n; i++) {
		const struct risk_size *z = &r->sizes.at[i];
		char range[32];
		if (z->to == z->from)
			snprintf(range, sizeof range, "%lld", (long long)z->from);
		else if (z->to)
			snprintf(range, sizeof range, "%lld to %lld", (long long)z->from,
				(long long)z->to);
		else
			snprintf(range, sizeof range, "%lld or more", (long long)z->from);
		buf_printf(b, "%-10s %12lld %12lld\n", range, (long long)z->classes,
			(long long)z->rows);
	}
	buf_puts(b, "\nunique rows     by itself  without it   distinct  column\n");
	for (size_t i = 0; i < r->columns.n; i++) {
		const struct risk_column *c = &r->columns.at[i];
		buf_printf(b, "%14s %8.4f %% %9.4f %% %10lld  %s\n", "", 100 * c->alone,
			100 * c->without, (long long)c->distinct, c->name);
	}
}

int
risk_main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct risk r = { 0 };
	struct err e = { 0 };
	if (!options_read(argc, argv, &o)) {
		fprintf(stderr, "%s", usage);
		return 2;
	}
	if (o.help) {
		printf("%s", usage);
		return 0;
	}
	double start = command_now();
	enum status s = run(a, &o, &r, &e);
	struct buf b = buf_new(a);
	if (s == OK && o.json) {
		struct jsonw j = jsonw_new(&b);
		r.seconds = command_now() - start;
		r.memory_mb = command_peak_mb();
		jsonw_row(&j, risk_fields, &r);
		buf_putc(&b, '\n');
	} else if (s == OK) {
		tell(&b, &r);
	}
	return command_end(s, &e, buf_str(&b), o.json);
}
