#include "curator/risk/risk.h"

#include "curator/options.h"
#include "curator/risk/apply.h"
#include "curator/risk/command.h"
#include "curator/risk/search.h"

static const char usage[] =
	"wardroom-curator anonymise FILE.csv --qi COLUMN,... --hierarchies DIR --k N\n"
	"                 [--suppress SHARE] [--sensitive COLUMN,... --l N] [--auto] [--out FILE]\n"
	"                 [--memory MB] [--json]\n"
	"\n"
	"Finds the levels of generalisation that lose least among all that leave at least k rows "
	"in\n"
	"every class of rows that agree in the quasi-identifiers.\n"
	"\n"
	"  --qi COLUMN,...         the quasi-identifiers\n"
	"  --hierarchies DIR       COLUMN.csv or *_hierarchy_COLUMN.csv: one line a value, "
	"without\n"
	"                          a header, from the value itself to the coarsest\n"
	"  --auto                  make the hierarchies that DIR lacks: numbers, dates, postal\n"
	"                          codes, ICD-10, ATC and other codes\n"
	"  --k N                   rows of a class, at least\n"
	"  --sensitive COLUMN,...  columns that must stay unknown, and\n"
	"  --l N                   how many distinct values of each a class must hold, at least\n"
	"  --suppress SHARE        rows that may be suppressed instead, 0 to 1 (0)\n"
	"  --out FILE              write the table with the levels applied; a suppressed row has "
	"*\n"
	"                          in every quasi-identifier\n"
	"  --memory MB             how much memory may be used (1024)\n"
	"  --json                  the answer as one JSON object\n"
	"\n"
	"The score is the geometric mean over quasi-identifiers of 1 + loss, minus 1: 0 when "
	"nothing\n"
	"is lost, 1 when everything is. Ends with 0 when it found levels, 2 when what was\n"
	"given is wrong, 66 when a file cannot be read or written, 64 when it was called wrongly.\n";

struct options {
	const char *file, *qi, *hierarchies, *sensitive, *k, *l, *suppress, *out, *memory;
	bool automatic, json, help;
};

static bool
understood(int argc, char **argv, struct options *o)
{
	const struct option_word words[] = {
		{ "qi", &o->qi, NULL },
		{ "hierarchies", &o->hierarchies, NULL },
		{ "sensitive", &o->sensitive, NULL },
		{ "k", &o->k, NULL },
		{ "l", &o->l, NULL },
		{ "suppress", &o->suppress, NULL },
		{ "out", &o->out, NULL },
		{ "memory", &o->memory, NULL },
		{ "auto", NULL, &o->automatic },
		{ "json", NULL, &o->json },
		{ "help", NULL, &o->help },
	};
	return options_read(argc, argv, words, sizeof words / sizeof words[0], &o->file) &&
	       o->file && o->qi && o->k && (o->hierarchies || o->automatic) &&
	       !o->sensitive == !o->l;
}

/* Everything that one run holds. */
struct work {
	struct table_wish wish;
	struct budget budget;
	struct table table;
	struct hierarchy hierarchies[SEARCH_MAX_QI];
	struct search search;
	struct search_result result;
	struct apply applied;
	double seconds;
};

static enum status
read_count(const char *text, const char *field, uint32_t *ret, struct err *e)
{
	int64_t v = 1;
	if (text && (!str_int(str_of(text), &v) || v < 1 || v > INT32_MAX))
		return err_set(e, E_INPUT, field,
			"--%s takes a whole number from 1, not \"%.40s\".", field, text);
	*ret = (uint32_t)v;
	return OK;
}

static enum status
read_goal(const struct options *o, struct search *s, double *ret_share, struct err *e)
{
	TRY(read_count(o->k, "k", &s->k, e));
	TRY(read_count(o->l, "l", &s->l, e));
	*ret_share = 0;
	if (o->suppress &&
		(!str_real(str_of(o->suppress), ret_share) || *ret_share < 0 || *ret_share > 1))
		return err_set(e, E_INPUT, "suppress",
			"--suppress takes a share from 0 to 1, not \"%.40s\".", o->suppress);
	return OK;
}

static enum status
get_hierarchy(struct arena *a, const struct options *o, const struct table *t, size_t i,
	const char *name, struct hierarchy *ret, struct err *e)
{
	enum status s = E_ABSENT;
	if (o->hierarchies)
		s = hierarchy_load(a, o->hierarchies, name, ret, e);
	if (s == E_ABSENT && o->automatic)
		s = hierarchy_guess(a, name, t->dicts[i], ret, e);
	TRY(s);
	return hierarchy_bind(ret, t->dicts[i], e);
}

static enum status
run(struct arena *a, const struct options *o, struct work *w, struct err *e)
{
	double share, start = command_now();
	size_t mb = COMMAND_MEMORY_MB;
	w->wish = (struct table_wish){ o->file, command_names(a, o->qi),
		command_names(a, o->sensitive) };
	if (w->wish.qi.n > SEARCH_MAX_QI)
		return err_set(e, E_INPUT, "qi", "A search takes 1 to %d quasi-identifiers.",
			SEARCH_MAX_QI);
	TRY(read_goal(o, &w->search, &share, e));
	if (o->memory)
		TRY(command_memory(o->memory, &mb, e));
	w->budget.limit = mb << 20;
	TRY(table_read(&w->wish, &w->budget, &w->table, e));
	for (size_t i = 0; i < w->wish.qi.n; i++)
		TRY(get_hierarchy(a, o, &w->table, i, w->wish.qi.at[i], &w->hierarchies[i], e));
	w->search.tuples = &w->table.tuples;
	w->search.hierarchies = w->hierarchies;
	w->search.n_qi = w->table.n_qi;
	w->search.n_sensitive = w->table.n - w->table.n_qi;
	/* A share such as 0.29 is a little less than written: 29 rows of 100 are meant. */
	w->search.limit = (uint64_t)(share * (double)w->table.rows + 1e-9);
	TRY(search_run(&w->search, &w->budget, &w->result, e));
	w->seconds = command_now() - start;
	TRY(apply_levels(a, &w->table, &w->search, &w->result, &w->applied, e));
	if (o->out)
		TRY(apply_write(
			&w->wish, &w->table, &w->search, &w->result, &w->applied, o->out, e));
	return OK;
}

static void
free_work(struct work *w)
{
	apply_free(&w->applied);
	for (size_t i = 0; i < SEARCH_MAX_QI; i++)
		hierarchy_free(&w->hierarchies[i]);
	table_free(&w->table);
}

static void
write_json(struct buf *b, const struct work *w, double total)
{
	struct jsonw j = jsonw_new(b);
	jsonw_open(&j, '{');
	jsonw_key(&j, "levels");
	jsonw_open(&j, '{');
	for (size_t i = 0; i < w->search.n_qi; i++) {
		jsonw_key(&j, w->wish.qi.at[i]);
		jsonw_int(&j, (int64_t)w->result.levels[i]);
	}
	jsonw_close(&j, '}');
	jsonw_key(&j, "score");
	jsonw_real(&j, w->result.score);
	jsonw_key(&j, "suppressed");
	jsonw_int(&j, (int64_t)w->result.suppressed);
	jsonw_key(&j, "rows");
	jsonw_int(&j, (int64_t)w->table.rows);
	jsonw_key(&j, "loss");
	jsonw_open(&j, '{');
	for (size_t i = 0; i < w->search.n_qi; i++) {
		jsonw_key(&j, w->wish.qi.at[i]);
		jsonw_real(&j, w->result.loss[i]);
	}
	jsonw_close(&j, '}');
	jsonw_key(&j, "made");
	jsonw_open(&j, '{');
	for (size_t i = 0; i < w->search.n_qi; i++) {
		if (!w->hierarchies[i].kind)
			continue;
		jsonw_key(&j, w->wish.qi.at[i]);
		jsonw_text(&j, w->hierarchies[i].kind);
	}
	jsonw_close(&j, '}');
	jsonw_key(&j, "before");
	jsonw_row(&j, risk_size_fields, &w->applied.before);
	jsonw_key(&j, "after");
	jsonw_row(&j, risk_size_fields, &w->applied.after);
	jsonw_key(&j, "lattice");
	jsonw_int(&j, (int64_t)w->result.lattice);
	jsonw_key(&j, "checked");
	jsonw_int(&j, (int64_t)w->result.checked);
	jsonw_key(&j, "seconds");
	jsonw_real(&j, w->seconds);
	jsonw_key(&j, "total_seconds");
	jsonw_real(&j, total);
	jsonw_key(&j, "memory_mb");
	jsonw_int(&j, command_peak_mb());
	jsonw_close(&j, '}');
	buf_putc(b, '\n');
}

static void
write_text(struct buf *b, const struct work *w)
{
	const struct risk *before = &w->applied.before, *after = &w->applied.after;
	buf_printf(b, "score %.6f, %llu of %llu rows suppressed, %.3f s\n\n", w->result.score,
		(unsigned long long)w->result.suppressed, (unsigned long long)w->table.rows,
		w->seconds);
	buf_puts(b, "level     loss  column\n");
	for (size_t i = 0; i < w->search.n_qi; i++) {
		const struct hierarchy *h = &w->hierarchies[i];
		buf_printf(b, "%zu of %zu %8.4f  %s%s%s%s\n", w->result.levels[i], h->n_levels - 1,
			w->result.loss[i], w->wish.qi.at[i],
			h->kind ? " (made from the data: " : "", h->kind ? h->kind : "",
			h->kind ? ")" : "");
	}
	buf_puts(b, "\n                 before        after\n");
	buf_printf(
		b, "rows       %12lld %12lld\n", (long long)before->rows, (long long)after->rows);
	buf_printf(b, "classes    %12lld %12lld\n", (long long)before->classes,
		(long long)after->classes);
	buf_printf(b, "k          %12lld %12lld\n", (long long)before->k, (long long)after->k);
	buf_printf(
		b, "average    %10.4f %% %10.4f %%\n", 100 * before->average, 100 * after->average);
	buf_printf(
		b, "highest    %10.4f %% %10.4f %%\n", 100 * before->highest, 100 * after->highest);
	buf_printf(
		b, "uniques    %10.4f %% %10.4f %%\n", 100 * before->uniques, 100 * after->uniques);
}

int
anonymise_main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct work w = { 0 };
	struct err e = { 0 };
	bool good = understood(argc, argv, &o);
	int code = options_usage(usage, good, o.help);
	if (code != OPTIONS_GO_ON)
		return code;
	double start = command_now();
	enum status s = run(a, &o, &w, &e);
	struct buf b = buf_new(a);
	if (s == OK && o.json)
		write_json(&b, &w, command_now() - start);
	else if (s == OK)
		write_text(&b, &w);
	free_work(&w);
	return command_end(s, &e, buf_str(&b), o.json);
}
