#include "curator/airlock/airlock.h"

#include <stdarg.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/image.h"
#include "curator/airlock/proof.h"
#include "curator/airlock/sniff.h"

enum {
	TABLES = 1 << AIR_CSV | 1 << AIR_TSV | 1 << AIR_JSON,
	TEXTS = TABLES | 1 << AIR_TXT,
	PICTURES = 1 << AIR_PNG | 1 << AIR_JPEG,
	MODELS = 1 << AIR_MODEL,
};

const struct airlock_check airlock_checks[] = {
	{ "name", TEXTS | PICTURES | MODELS, check_name, false },
	{ "evidence", TABLES, check_evidence, false },
	{ "small_cells", TEXTS, check_small, true },
	{ "shares", TEXTS, check_shares, true },
	{ "class_disclosure", TEXTS, check_class, false },
	{ "degrees_of_freedom", TEXTS, check_df, true },
	{ "dominance", TABLES, check_dominance, false },
	{ "rounding", TABLES, check_rounding, false },
	{ "suppression", TEXTS, check_suppression, true },
	{ "differencing", TEXTS, check_differencing, false },
	{ "rows", TEXTS, check_rows, true },
	{ "identifiers", TEXTS, check_identifiers, false },
	{ "dates", TEXTS, check_dates, false },
	{ "places", TEXTS, check_places, false },
	{ "long_text", TEXTS, check_long_text, false },
	{ "hidden_text", TEXTS | MODELS, check_hidden_text, false },
	{ "extremes", TEXTS, check_extremes, true },
	{ "formulas", TABLES, check_formulas, false },
	{ "small_numbers_in_text", TEXTS, check_words, false },
	{ "picture", PICTURES, check_picture, false },
	{ "model", MODELS, check_model, false },
};
const size_t airlock_n_checks = sizeof airlock_checks / sizeof *airlock_checks;

const char *
airlock_type_name(enum airlock_type t)
{
	static const char *const names[] = { "unknown", "csv", "tsv", "txt", "json", "png", "jpeg",
		"model" };
	return names[t];
}

const char *
airlock_severity_name(enum airlock_severity s)
{
	return s == AIR_FAIL ? "fail" : s == AIR_REVIEW ? "review" : "note";
}

const char *
airlock_verdict_name(enum airlock_severity s)
{
	return s == AIR_FAIL ? "FAIL" : s == AIR_REVIEW ? "REVIEW" : "PASS";
}

const char *
airlock_say(struct airlock_file *f, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *s = arena_vprintf(f->a, fmt, ap);
	va_end(ap);
	return s;
}

static struct airlock_finding *
find(struct airlock_file *f, enum airlock_severity severity, const char *sentence)
{
	for (size_t i = f->findings.n; i-- > 0;) {
		struct airlock_finding *x = &f->findings.at[i];
		if (x->severity == severity && streq(x->check, f->check) &&
			(x->sentence == sentence || streq(x->sentence, sentence)))
			return x;
	}
	if (!f->findings.at)
		f->findings.at = ARENA_ARRAY(f->a, AIRLOCK_FINDINGS + 1, struct airlock_finding);
	/* What does not fit is still told, as a reason to refuse. */
	if (f->findings.n >= AIRLOCK_FINDINGS) {
		severity = AIR_FAIL;
		sentence = "There are more findings than can be listed.";
		if (f->findings.n > AIRLOCK_FINDINGS)
			return &f->findings.at[AIRLOCK_FINDINGS];
	}
	struct airlock_finding *x = &f->findings.at[f->findings.n++];
	*x = (struct airlock_finding){ f->check, severity, sentence, 0, 0, { { 0, 0 } } };
	return x;
}

void
airlock_tell(struct airlock_file *f, enum airlock_severity severity, int64_t row, int64_t column,
	const char *sentence)
{
	struct airlock_finding *x = find(f, severity, sentence);
	x->count++;
	if (x->n_places < AIRLOCK_PLACES && (row || column))
		x->places[x->n_places++] = (struct spot){ row, column };
}

void
airlock_never(struct airlock_file *f, int64_t row, int64_t column, const char *sentence)
{
	f->never = true;
	airlock_tell(f, AIR_FAIL, row, column, sentence);
}

enum airlock_severity
airlock_verdict(const struct airlock_file *f)
{
	enum airlock_severity worst = AIR_NOTE;
	for (size_t i = 0; i < f->findings.n; i++)
		if (f->findings.at[i].severity > worst)
			worst = f->findings.at[i].severity;
	return worst;
}

bool
airlock_stops(const struct airlock_file *f)
{
	static const char *const never[] = { "file_type", "data_match" };
	for (size_t i = 0; i < f->findings.n; i++)
		for (size_t k = 0; k < sizeof never / sizeof *never; k++)
			if (f->findings.at[i].severity == AIR_FAIL &&
				streq(f->findings.at[i].check, never[k]))
				return true;
	return f->never;
}

void
airlock_settle(struct airlock_file *f)
{
	bool may = f->excepted ? !airlock_stops(f) && !f->held : airlock_verdict(f) != AIR_FAIL;
	if (!may)
		f->clean = (struct str){ NULL, 0 };
}

void
airlock_hold(struct airlock_file *f, const char *check, const struct err *e)
{
	f->check = check;
	/* What is wrong with the file stays wrong; anything else may go better another time. */
	f->held |= e->code != E_INPUT;
	airlock_tell(f, AIR_FAIL, 0, 0,
		airlock_say(f, "This check could not be carried out, so the file is held. %s",
			e->text));
}

static void
one_grid(struct airlock_file *f, struct grid *g)
{
	f->grids.at = ARENA_NEW(f->a, struct grid *);
	f->grids.at[0] = g;
	f->grids.n = 1;
}

static bool
refuse(struct airlock_file *f, const char *sentence)
{
	airlock_tell(f, AIR_FAIL, 0, 0, sentence);
	return false;
}

static bool
open_json(struct airlock_file *f, bool must)
{
	struct err e = { 0 };
	struct grid *g = NULL;
	struct str clean;
	const char *refused = NULL;
	grid_list nested = { NULL, 0 };
	if (grid_of_json(f->a, f->bytes, &g, &nested, &clean, &refused, &e) != OK) {
		if (must)
			refuse(f, airlock_say(f, "%s", e.text));
		return false;
	}
	f->type = AIR_JSON;
	if (refused)
		return refuse(f, refused);
	one_grid(f, g);
	f->nested.at = nested.at;
	f->nested.n = nested.n;
	f->clean = clean;
	return true;
}

/* must: the name promises a table; otherwise three rows of two columns are asked for. */
static bool
open_table(struct airlock_file *f, char delimiter, bool must)
{
	struct err e = { 0 };
	struct grid *g = NULL;
	enum status s = grid_read(f->a, f->bytes, delimiter, &g, &e);
	if (s != OK && must)
		return refuse(f, airlock_say(f, "%s", e.text));
	if (s != OK || (!must && (g->rows < 3 || g->columns < 2)))
		return false;
	f->type = delimiter == '\t' ? AIR_TSV : AIR_CSV;
	one_grid(f, g);
	f->clean = grid_write(f->a, g, delimiter == '\t' ? '\t' : ',');
	return true;
}

/* Line feeds, and nothing behind the last character of a line. */
static struct str
plain_lines(struct arena *a, struct str text)
{
	struct buf b = buf_new(a);
	while (text.n) {
		struct str s = str_cut(&text, '\n');
		while (s.n && strchr(" \t\r", s.p[s.n - 1]))
			s.n--;
		buf_put(&b, s.p, s.n);
		buf_putc(&b, '\n');
	}
	return buf_str(&b);
}

static bool
open_lines(struct airlock_file *f)
{
	struct err e = { 0 };
	grid_list grids = { NULL, 0 };
	f->type = AIR_TXT;
	if (grid_of_text(f->a, f->bytes, &grids, &e) != OK)
		return refuse(f, airlock_say(f, "%s", e.text));
	f->grids.at = grids.at;
	f->grids.n = grids.n;
	f->clean = plain_lines(f->a, f->bytes);
	return true;
}

static bool
open_text(struct airlock_file *f)
{
	struct str ending = sniff_ending(f->name);
	if (str_starts(f->bytes, "\xef\xbb\xbf"))
		f->bytes.p += 3, f->bytes.n -= 3;
	struct str s = str_trim(f->bytes);
	char delimiter = grid_sniff(f->bytes);
	if (s.n == 0)
		return refuse(f, "The file is empty.");
	if (str_ieq(ending, STR("json")))
		return open_json(f, true);
	if (str_ieq(ending, STR("csv")))
		return open_table(f, delimiter ? delimiter : ',', true);
	if (str_ieq(ending, STR("tsv")))
		return open_table(f, '\t', true);
	/* What is JSON or a table is looked at as such, whatever it is called. */
	if ((s.p[0] == '{' || s.p[0] == '[') && open_json(f, false))
		return true;
	if (f->findings.n)
		return false;
	bool bars = delimiter == '|'; /* Markdown: lines of text with a table among them */
	return (delimiter && !bars && open_table(f, delimiter, false)) || open_lines(f);
}

bool
airlock_open(struct airlock_file *f)
{
	const char *why = NULL;
	f->check = "file_type";
	if (f->bytes.n > AIRLOCK_MAX_BYTES)
		return refuse(f, "The file is larger than 16 MiB: results are smaller.");
	if (f->policy->models && str_starts(f->bytes, "tree\nversion=") && str_utf8(f->bytes)) {
		f->type = AIR_MODEL;
		f->clean = f->bytes;
		return true;
	}
	f->type = sniff_bytes(f->bytes, &why);
	if (f->type == AIR_UNKNOWN)
		return refuse(f, why);
	if (f->type != AIR_TXT)
		return true;
	bool is = open_text(f);
	if (!is && f->type == AIR_TXT)
		f->type = AIR_UNKNOWN;
	return is;
}

void
airlock_run(struct airlock_file *f)
{
	bool open = airlock_open(f);
	for (size_t i = 0; i < airlock_n_checks; i++) {
		const struct airlock_check *c = &airlock_checks[i];
		struct err e = { 0 };
		bool known = f->proof && !f->proof->of_file && !f->proof->of_rows;
		if (!open || !(c->types & 1u << f->type) || (c->guesses && known))
			continue;
		f->check = c->name;
		if (c->fn(f, &e) != OK)
			airlock_hold(f, c->name, &e);
	}
	airlock_settle(f);
}

void
airlock_each_text(struct airlock_file *f, airlock_text_fn fn, void *ctx)
{
	if (f->type == AIR_TXT || f->type == AIR_MODEL) {
		struct str text = f->bytes;
		for (int64_t row = 1; text.n; row++) {
			struct str s = str_cut(&text, '\n');
			fn(f, ctx, s, row, 0);
		}
		return;
	}
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t r = 0; r < g->rows; r++)
			for (size_t c = 0; c < g->columns; c++)
				fn(f, ctx, grid_at(g, r, c)->text, grid_row(g, r), (int64_t)c + 1);
	}
}
