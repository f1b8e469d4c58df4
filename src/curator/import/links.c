#include "curator/import/links.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/cleanup.h"
#include "curator/import/keys.h"

enum {
	MAX_LINKS = 2000,
	LEAST_SHARE_PERCENT = 50,
	LEAST_KEYS = 3,
	LONGEST_KEY = 100,
	BEST_RANK = 1001
};

/* What a column was found to have: rows with a key, and different keys. */
struct counted {
	bool known;
	uint64_t rows, keys;
};

struct finder {
	struct arena *a;
	const struct source *s;
	const char *dir;
	struct links *l;
	struct pool *pool;
	struct counted **counted; /* by table and column */
	struct err *e;
};

void
links_plain_name(const char *name, char *out, size_t size)
{
	size_t n = 0;
	for (; *name && n + 1 < size; name++)
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	out[n] = '\0';
}

/* Names in the order of how surely they mean it; 0 is none. */
static int
rank_of(const char *const *names, const char *column)
{
	char plain[64];
	links_plain_name(column, plain, sizeof plain);
	for (int i = 0; names[i]; i++)
		if (streq(names[i], plain))
			return 1000 - i;
	return 0;
}

static const char *const patient_names[] = { "patientid", "subjectid", "personid", "usubjid",
	"patid", "patientuid", "patientkey", "patientnumber", "patientno", "patientnr", "patnr",
	"patno", "patientennummer", "patientenid", "patientnum", "uniquepid", "mrn", "pid",
	"patient", "subject", "person", "subjid", "participantid", "participant", "studyid",
	"recordid", NULL };
static const char *const visit_names[] = { "admissionid", "hadmid", "visitoccurrenceid",
	"encounterid", "encounter", "visitid", "visit", "fallnummer", "fallnr", "fallid",
	"episodeid", "patientunitstayid", "stayid", "icustayid", "visitdetailid", "visitnum",
	NULL };
/* Numbers of rows and the like are in many tables and mean nothing in another. */
static const char *const row_names[] = { "rowid", "rowname", "rownames", "rownum", "rownumber",
	"row", "id", "seq", "seqnum", "index", "unnamed0", "domain", "visitnum", "visit", NULL };

static bool
may_be_key(const struct source_column *c)
{
	return (c->type == TYPE_TEXT || c->type == TYPE_INTEGER) && c->longest <= LONGEST_KEY;
}

static struct key_column
key_of(struct finder *f, size_t table, size_t column)
{
	const struct source_table *t = &f->s->tables.at[table];
	const struct source_column *c = &t->columns.at[column];
	return (struct key_column){ arena_printf(f->a, "%s/%s.parquet", f->dir, t->name), column,
		c->padded, c->distinct };
}

/* Counts a column once, however often that is asked. */
static enum status
count_keys(struct finder *f, size_t table, size_t column, const struct counted **ret)
{
	struct counted *counted = &f->counted[table][column];
	struct key_column c = key_of(f, table, column);
	for (size_t part = 0; !counted->known && part < keys_parts(&c); part++) {
		cleanup_keys struct keys k = { 0 };
		TRY(keys_take(&c, part, true, &k, f->e));
		counted->keys += text_set_size(k.set);
		counted->rows = (uint64_t)f->s->tables.at[table].rows - k.without;
	}
	counted->known = true;
	*ret = counted;
	return OK;
}

/* Each value once? Asked of the data only where the estimate allows it. */
static enum status
is_unique(struct finder *f, size_t table, size_t column, bool *ret)
{
	const struct source_table *t = &f->s->tables.at[table];
	const struct source_column *c = &t->columns.at[column];
	const struct counted *counted;
	int64_t values = t->rows - c->missing;
	*ret = false;
	if (!may_be_key(c) || values == 0 || (double)c->distinct < 0.9 * (double)values)
		return OK;
	TRY(count_keys(f, table, column, &counted));
	*ret = counted->rows > 0 && counted->rows == counted->keys;
	return OK;
}

/* FHIR and others call a key "id" at home and "patient_id" elsewhere. */
static bool
names_table(const char *column, const char *table)
{
	char c[64], t[64];
	links_plain_name(column, c, sizeof c);
	links_plain_name(table, t, sizeof t);
	size_t n = strlen(t);
	if (n > 1 && t[n - 1] == 's')
		n--;
	return n > 1 && memcmp(c, t, n) == 0 && streq(c + n, "id");
}

/* Where one would look for one row a patient, or one a visit. */
static const char *const patient_homes[] = { "patients", "patient", "person", "persons", "subjects",
	"subject", "demographics", "dm", "adsl", "cohort", "patienten", NULL };
static const char *const visit_homes[] = { "encounter", "encounters", "visits", "visit",
	"admissions", "admission", "stays", "faelle", NULL };

/* "id" of PATIENT is the patient's. */
static bool
is_home_id(const char *table, const char *column, const char *const *homes)
{
	return strcasecmp(column, "id") == 0 && rank_of(homes, table) > 0;
}

/*
 * The best name wins; of several tables that have it, the one where it is unique, and of those the
 * one that sounds like it, then the one with most different values.
 */
static enum status
find_main(struct finder *f, const char *const *names, const char *const *homes, bool *ret_known,
	size_t *ret_table, size_t *ret_column, bool *ret_unique)
{
	int best_rank = 0;
	double best = -1;
	for (size_t t = 0; t < f->s->tables.n; t++)
		for (size_t c = 0; c < f->s->tables.at[t].columns.n; c++) {
			const struct source_table *table = &f->s->tables.at[t];
			const struct source_column *column = &table->columns.at[c];
			int rank = is_home_id(table->name, column->name, homes)
					   ? BEST_RANK
					   : rank_of(names, column->name);
			bool unique;
			if (rank == 0 || rank < best_rank || !may_be_key(column))
				continue;
			TRY(is_unique(f, t, c, &unique));
			bool sounds = names_table(column->name, table->name) ||
				      rank_of(homes, table->name) > 0;
			/* Of two homes the one that is named first: DM is what ADSL is made of. */
			double score = (unique ? 2e12 : 0) + (sounds ? 1e12 : 0) +
				       1e10 * rank_of(homes, table->name) +
				       (double)column->distinct;
			if (rank == best_rank && score <= best)
				continue;
			best_rank = rank;
			best = score;
			*ret_known = true;
			*ret_table = t;
			*ret_column = c;
			*ret_unique = unique;
		}
	return OK;
}

static bool
may_point(
	const struct source_column *c, const struct source_table *to, const struct source_column *k)
{
	char a[64], b[64];
	if (!may_be_key(c) || !may_be_key(k))
		return false;
	links_plain_name(c->name, a, sizeof a);
	links_plain_name(k->name, b, sizeof b);
	if (streq(b, "id") && names_table(c->name, to->name))
		return true;
	return streq(a, b) && rank_of(row_names, c->name) == 0;
}

/* A column that may point to a key, and what the data say. */
struct trial {
	struct link link;
	struct key_column from, home;
	enum status status;
	struct err why;
};

/* Adds to the link what some of its keys, and their rows, say. */
static enum status
count_found(struct trial *t, const struct keys *k)
{
	struct link *link = &t->link;
	size_t n = text_set_size(k->set);
	cleanup_free uint32_t *places = malloc((n + 1) * sizeof *places);
	if (!places)
		BUG("out of memory");
	TRY(keys_find(k->set, &t->home, NULL, NULL, places, &t->why));
	for (size_t i = 0; i < n; i++) {
		bool found = places[i] != KEY_NONE;
		link->found += found;
		link->rows_without += found ? 0 : (int64_t)k->rows[i];
	}
	link->keys += (int64_t)n;
	return OK;
}

static enum status
count_link(struct trial *t)
{
	for (size_t part = 0; part < keys_parts(&t->from); part++) {
		cleanup_keys struct keys some = { 0 };
		TRY(keys_take(&t->from, part, true, &some, &t->why));
		TRY(count_found(t, &some));
		t->link.rows_without += part == 0 ? (int64_t)some.without : 0;
	}
	return OK;
}

static void
try_piece(void *ctx, size_t i, size_t worker)
{
	struct trial *t = (struct trial *)ctx + i;
	(void)worker;
	t->status = count_link(t);
}

/* Is it a link? */
static enum status
judge(struct finder *f, const struct trial *t)
{
	struct links *l = f->l;
	const struct link *link = &t->link;
	if (t->status != OK)
		return err_set(f->e, t->status, t->why.field, "%s", t->why.text);
	bool to_patients = l->patient_known && link->to_table == l->patient_table &&
			   link->to_column == l->patient_column;
	if ((link->keys >= LEAST_KEYS || (to_patients && link->keys > 0)) &&
		link->found * 100 >= link->keys * LEAST_SHARE_PERCENT && l->all.n < MAX_LINKS)
		l->all.at[l->all.n++] = *link;
	return OK;
}

/* visit_occurrence_id stands once in VISIT_DETAIL, too, but belongs to VISIT_OCCURRENCE. */
static bool
at_home_elsewhere(struct finder *f, size_t t, size_t c)
{
	const struct links *l = f->l;
	const char *name = f->s->tables.at[t].columns.at[c].name;
	if (l->patient_known && strcasecmp(name, "id") != 0 &&
		(t != l->patient_table || c != l->patient_column) &&
		str_ieq(str_of(name), str_of(f->s->tables.at[l->patient_table]
						      .columns.at[l->patient_column]
						      .name)))
		return true;
	for (size_t i = 0; i < f->s->tables.n; i++)
		if (i != t && names_table(name, f->s->tables.at[i].name) &&
			source_find_column(&f->s->tables.at[i], str_of(name)))
			return true;
	return false;
}

static size_t
count_columns(const struct source *s)
{
	size_t n = 0;
	for (size_t t = 0; t < s->tables.n; t++)
		n += s->tables.at[t].columns.n;
	return n;
}

/* Every column of another table that may point to this unique one. */
static enum status
links_to(struct finder *f, size_t to, size_t k)
{
	const struct source_table *home = &f->s->tables.at[to];
	cleanup_free struct trial *trials = calloc(count_columns(f->s), sizeof *trials);
	size_t n = 0;
	if (!trials)
		BUG("out of memory");
	for (size_t t = 0; t < f->s->tables.n; t++)
		for (size_t c = 0; t != to && c < f->s->tables.at[t].columns.n; c++)
			if (may_point(
				    &f->s->tables.at[t].columns.at[c], home, &home->columns.at[k]))
				trials[n++] = (struct trial){ .link = { t, c, to, k, 0, 0, 0 },
					.from = key_of(f, t, c),
					.home = key_of(f, to, k) };
	pool_start(f->pool, try_piece, trials, n);
	pool_wait(f->pool);
	for (size_t i = 0; i < n; i++)
		TRY(judge(f, &trials[i]));
	return OK;
}

static enum status
find_links(struct finder *f)
{
	f->l->all.at = ARENA_ARRAY(f->a, MAX_LINKS, struct link);
	for (size_t t = 0; t < f->s->tables.n; t++)
		for (size_t c = 0; c < f->s->tables.at[t].columns.n; c++) {
			bool home = f->l->patient_known && t == f->l->patient_table &&
				    c == f->l->patient_column;
			bool unique = home;
			if (!home && rank_of(row_names, f->s->tables.at[t].columns.at[c].name) == 0)
				TRY(is_unique(f, t, c, &unique));
			else if (!home)
				unique = streq(f->s->tables.at[t].columns.at[c].name, "id");
			if (unique && !at_home_elsewhere(f, t, c))
				TRY(links_to(f, t, c));
		}
	return OK;
}

/* From the patients outwards: first who names them, then who names those, and so on. */
static void
find_ways(struct finder *f)
{
	struct links *l = f->l;
	l->ways = ARENA_ARRAY(f->a, f->s->tables.n, struct reach_way);
	if (!l->patient_known)
		return;
	l->ways[l->patient_table] =
		(struct reach_way){ .how = REACH_PATIENT, .column = l->patient_column };
	for (size_t i = 0; i < l->all.n; i++) {
		const struct link *k = &l->all.at[i];
		struct reach_way *way = &l->ways[k->table];
		if (way->how == REACH_NONE && k->to_table == l->patient_table &&
			k->to_column == l->patient_column)
			*way = (struct reach_way){ REACH_DIRECT, k->column, NULL, k->rows_without };
	}
	for (bool more = true; more;) {
		const struct link *best = NULL;
		for (size_t i = 0; i < l->all.n; i++) {
			const struct link *k = &l->all.at[i];
			if (l->ways[k->table].how == REACH_NONE &&
				l->ways[k->to_table].how != REACH_NONE &&
				(!best || k->found * best->keys > best->found * k->keys))
				best = k;
		}
		more = best != NULL;
		if (best)
			l->ways[best->table] =
				(struct reach_way){ REACH_THROUGH, best->column, best, 0 };
	}
}

/* See links_whose. */
static enum status
whose(struct finder *f, size_t t, const struct text_set *keys, struct text_set *people,
	uint32_t *ret)
{
	const struct reach_way *way = &f->l->ways[t];
	size_t n = text_set_size(keys);
	const struct str *texts = text_set_texts(keys);
	if (way->how != REACH_THROUGH) {
		for (size_t i = 0; i < n; i++)
			ret[i] = text_set_add(people, texts[i]);
		return OK;
	}
	size_t to = way->through->to_table;
	struct key_column here = key_of(f, to, way->through->to_column),
			  on = key_of(f, to, f->l->ways[to].column);
	struct text_set *between = text_set_new(n);
	uint32_t *theirs = malloc((n + 1) * sizeof *theirs);
	if (!theirs)
		BUG("out of memory");
	enum status s = keys_find(keys, &here, &on, between, ret, f->e);
	if (s == OK)
		s = whose(f, to, between, people, theirs);
	for (size_t i = 0; s == OK && i < n; i++)
		ret[i] = ret[i] == KEY_NONE ? KEY_NONE : theirs[ret[i]];
	free(theirs);
	text_set_free(between);
	return s;
}

/* Rows of these keys whose patient the table of patients does not know. */
static enum status
add_without(struct finder *f, size_t t, const struct keys *k, int64_t *ret)
{
	size_t n = text_set_size(k->set);
	struct key_column patients = key_of(f, f->l->patient_table, f->l->patient_column);
	struct text_set *people = text_set_new(n);
	uint32_t *who = malloc((n + 1) * sizeof *who), *known = malloc((n + 1) * sizeof *known);
	if (!who || !known)
		BUG("out of memory");
	enum status s = whose(f, t, k->set, people, who);
	if (s == OK)
		s = keys_find(people, &patients, NULL, NULL, known, f->e);
	for (size_t i = 0; s == OK && i < n; i++)
		if (who[i] == KEY_NONE || known[who[i]] == KEY_NONE)
			*ret += (int64_t)k->rows[i];
	free(who);
	free(known);
	text_set_free(people);
	return s;
}

static enum status
count_without(struct finder *f, size_t t, int64_t *ret)
{
	struct key_column c = key_of(f, t, f->l->ways[t].column);
	for (size_t part = 0; part < keys_parts(&c); part++) {
		cleanup_keys struct keys k = { 0 };
		TRY(keys_take(&c, part, true, &k, f->e));
		TRY(add_without(f, t, &k, ret));
		*ret += part == 0 ? (int64_t)k.without : 0;
	}
	return OK;
}

static enum status
count_patients(struct finder *f)
{
	struct links *l = f->l;
	const struct counted *patients;
	if (!l->patient_known)
		return OK;
	TRY(count_keys(f, l->patient_table, l->patient_column, &patients));
	l->patients = (int64_t)patients->keys;
	l->ways[l->patient_table].rows_without =
		f->s->tables.at[l->patient_table].rows - (int64_t)patients->rows;
	for (size_t t = 0; t < f->s->tables.n; t++)
		if (l->ways[t].how == REACH_THROUGH)
			TRY(count_without(f, t, &l->ways[t].rows_without));
	return OK;
}

/* Fewer visits than patients name a day of a plan, "WEEK 4", and not somebody's visit. */
static void
drop_planned_visit(struct finder *f)
{
	struct links *l = f->l;
	if (!l->patient_known || !l->visit_known)
		return;
	const struct source_table *s = f->s->tables.at;
	if (s[l->visit_table].columns.at[l->visit_column].distinct * 2 <
		s[l->patient_table].columns.at[l->patient_column].distinct)
		l->visit_known = false;
}

enum status
links_find(struct arena *a, const struct source *s, const char *dir, struct pool *pool,
	struct links *ret, struct err *e)
{
	struct links l = { 0 };
	struct finder f = { a, s, dir, &l, pool, ARENA_ARRAY(a, s->tables.n, struct counted *), e };
	bool unique = false;
	for (size_t t = 0; t < s->tables.n; t++)
		f.counted[t] = ARENA_ARRAY(a, s->tables.at[t].columns.n, struct counted);
	TRY(find_main(&f, patient_names, patient_homes, &l.patient_known, &l.patient_table,
		&l.patient_column, &l.patient_unique));
	TRY(find_main(&f, visit_names, visit_homes, &l.visit_known, &l.visit_table, &l.visit_column,
		&unique));
	drop_planned_visit(&f);
	TRY(find_links(&f));
	find_ways(&f);
	TRY(count_patients(&f));
	*ret = l;
	return OK;
}

enum status
links_whose(struct arena *a, const struct source *s, const char *dir, const struct links *l,
	size_t table, const struct text_set *keys, struct text_set *people, uint32_t *ret,
	struct err *e)
{
	struct links links = *l;
	struct finder f = { .a = a, .s = s, .dir = dir, .l = &links, .e = e };
	return whose(&f, table, keys, people, ret);
}

static void
put_place(struct jsonw *j, const struct source *s, size_t table, size_t column)
{
	jsonw_key(j, "table"), jsonw_text(j, s->tables.at[table].name);
	jsonw_key(j, "column"), jsonw_text(j, s->tables.at[table].columns.at[column].name);
}

static void
put_main(struct jsonw *j, const char *key, const struct source *s, bool known, size_t table,
	size_t column)
{
	jsonw_key(j, key);
	if (!known) {
		jsonw_null(j);
		return;
	}
	jsonw_open(j, '{');
	put_place(j, s, table, column);
	jsonw_close(j, '}');
}

static void
put_way(struct jsonw *j, const struct source *s, const struct links *l, size_t t)
{
	static const char *const words[] = { [REACH_NONE] = "none",
		[REACH_PATIENT] = "patients",
		[REACH_DIRECT] = "direct",
		[REACH_THROUGH] = "through" };
	const struct reach_way *w = &l->ways[t];
	jsonw_open(j, '{');
	jsonw_key(j, "table"), jsonw_text(j, s->tables.at[t].name);
	jsonw_key(j, "how"), jsonw_text(j, words[w->how]);
	if (w->how != REACH_NONE) {
		jsonw_key(j, "column"), jsonw_text(j, s->tables.at[t].columns.at[w->column].name);
		jsonw_key(j, "rows_without"), jsonw_int(j, w->rows_without);
	}
	if (w->through)
		jsonw_key(j, "through"), jsonw_text(j, s->tables.at[w->through->to_table].name);
	jsonw_close(j, '}');
}

void
links_json(struct jsonw *j, const struct source *s, const struct links *l)
{
	put_main(j, "patient", s, l->patient_known, l->patient_table, l->patient_column);
	put_main(j, "visit", s, l->visit_known, l->visit_table, l->visit_column);
	if (l->patient_known) {
		jsonw_key(j, "patients"), jsonw_int(j, l->patients);
		jsonw_key(j, "patient_unique"), jsonw_bool(j, l->patient_unique);
	}
	jsonw_key(j, "reach"), jsonw_open(j, '[');
	for (size_t t = 0; t < s->tables.n; t++)
		put_way(j, s, l, t);
	jsonw_close(j, ']');
	jsonw_key(j, "links"), jsonw_open(j, '[');
	for (size_t i = 0; i < l->all.n; i++) {
		const struct link *k = &l->all.at[i];
		jsonw_open(j, '{');
		put_place(j, s, k->table, k->column);
		jsonw_key(j, "to_table"), jsonw_text(j, s->tables.at[k->to_table].name);
		jsonw_key(j, "to_column");
		jsonw_text(j, s->tables.at[k->to_table].columns.at[k->to_column].name);
		jsonw_key(j, "share"), jsonw_real(j, (double)(k->found * 1000 / k->keys) / 1000);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}
