#include "curator/risk/risk.h"

#include "curator/options.h"
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
	"Ends with 0 when it measured, 2 when what was given is wrong, 66 when a file cannot be\n"
	"read, 64 when it was called wrongly.\n";

struct options {
	const char *file, *qi, *sensitive, *population, *memory;
	bool json, help;
};

static bool
understood(int argc, char **argv, struct options *o)
{
	const struct option_word words[] = {
		{ "qi", &o->qi, NULL },
		{ "sensitive", &o->sensitive, NULL },
		{ "population", &o->population, NULL },
		{ "memory", &o->memory, NULL },
		{ "json", NULL, &o->json },
		{ "help", NULL, &o->help },
	};
	return options_read(argc, argv, words, sizeof words / sizeof words[0], &o->file) &&
	       o->file && o->qi;
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
	bool good = understood(argc, argv, &o);
	int code = options_usage(usage, good, o.help);
	if (code != OPTIONS_GO_ON)
		return code;
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
