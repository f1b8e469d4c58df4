#include "curator/airlock/match.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/airlock/match_internal.h"
#include "curator/airlock/words.h"
#include "curator/job.h"

/* An identifier of ten patients or more is a category; short numbers occur everywhere. As release.
 */
enum { CATEGORY = 10, MIN_DIGITS = 5, OWN_CELLS = 5 };

static enum status
lock_data(struct match *m, int64_t project, struct err *e)
{
	m->lock = openat(m->fd, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (m->lock < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	return place_lock(m->lock, false, project, e);
}

struct filler {
	struct leak *leak;
	bool only_telling; /* values with a digit or an @ */
};

static void
forbid(void *ctx, struct str v)
{
	const struct filler *f = ctx;
	bool telling = !f->only_telling;
	for (size_t i = 0; i < v.n && !telling; i++)
		telling = (v.p[i] >= '0' && v.p[i] <= '9') || v.p[i] == '@';
	if (telling)
		leak_forbid(f->leak, v, MIN_DIGITS);
}

/* Does the column point at persons: by its name, or because nearly every value is another? */
static bool
points(const struct source_table *t, const struct source_column *k, bool *ret_sounds)
{
	bool measured = k->type == TYPE_REAL || k->type == TYPE_COMMA;
	bool numbered = k->type == TYPE_INTEGER && k->distinct * 10 >= t->rows * 9;
	*ret_sounds =
		source_sounds_identifying(k->name) || (words_in(str_of(k->name)) & WORD_IDENTIFIER);
	return *ret_sounds || (k->identifier && !measured) || numbered;
}

static const char *
key_sql(struct arena *a, const struct source_table *t, const char *column)
{
	const struct source_column *c = column ? source_find_column(t, str_of(column)) : NULL;
	return c ? arena_printf(a, "nullif(trim(c%zu), '')", (size_t)(c - t->columns.at)) : NULL;
}

/* The column by which the rows of a table lead on. */
static const char *
way_on(const struct source *s, const struct source_table *t)
{
	bool home = s->patient_table && str_ieq(str_of(t->name), str_of(s->patient_table));
	return home ? s->patient_column : t->by;
}

const char *
match_owner(struct arena *a, const struct source *s, size_t table, const char **ret_key,
	struct buf *ret_joins)
{
	const struct source_table *t = &s->tables.at[table];
	const char *who = "s.k";
	*ret_key = key_sql(a, t, way_on(s, t));
	for (size_t i = 0; *ret_key && t->via; i++) {
		const struct source_table *via = source_find(s, str_of(t->via));
		const char *its = via ? key_sql(a, via, t->via_column) : NULL;
		const char *on = via ? key_sql(a, via, way_on(s, via)) : NULL;
		if (!its || !on || i == s->tables.n)
			return NULL;
		buf_printf(ret_joins,
			" LEFT JOIN (SELECT %s AS its, %s AS k FROM s%zu) AS w%zu ON w%zu.its = %s",
			its, on, (size_t)(via - s->tables.at), i, i, who);
		who = arena_printf(a, "w%zu.k", i);
		t = via;
	}
	return *ret_key ? who : NULL;
}

/* The values of a column that fewer than CATEGORY patients have. */
static enum status
collect_column(struct match *m, size_t table, size_t column, struct filler *f, struct err *e)
{
	struct buf joins = buf_new(m->a);
	const char *key, *who = match_owner(m->a, &m->source, table, &key, &joins);
	const char *sql =
		who ? arena_printf(m->a,
			      "SELECT s.v FROM (SELECT c%zu AS v, %s AS k FROM s%zu) AS s%s GROUP "
			      "BY 1 HAVING count(DISTINCT %s) < %d",
			      column, key, table, joins.n ? joins.p : "", who, CATEGORY)
		    : arena_printf(m->a, "SELECT c%zu FROM s%zu GROUP BY 1 HAVING count(*) < %d",
			      column, table, CATEGORY);
	return engine_each(m->engine, forbid, f, e, "collecting identifiers", sql);
}

static enum status
collect(struct match *m, struct err *e)
{
	for (size_t i = 0; i < m->source.tables.n; i++) {
		const struct source_table *t = &m->source.tables.at[i];
		for (size_t c = 0; c < t->columns.n; c++) {
			struct filler f = { m->leak, false };
			bool sounds;
			if (!points(t, &t->columns.at[c], &sounds))
				continue;
			f.only_telling = !sounds;
			TRY(collect_column(m, i, c, &f, e));
		}
	}
	leak_ready(m->leak);
	return OK;
}

static enum status
open_tables(struct match *m, const char *dir, struct err *e)
{
	for (size_t i = 0; i < m->source.tables.n; i++) {
		const char *path = arena_printf(
			m->a, "%s/source/%s.parquet", dir, m->source.tables.at[i].name);
		TRY(engine_run(m->engine, e, "opening the imported tables",
			"CREATE VIEW s%zu AS SELECT * FROM read_parquet(%s)", i,
			sql_text(m->a, path)));
	}
	return OK;
}

static enum status
begin(struct match *m, const char *state, int64_t project, int64_t memory_mb, struct err *e)
{
	struct arena *a = m->a;
	const char *dir = arena_printf(a, "%s/data/%lld", state, (long long)project);
	/* Shared with the jobs of the project, which may remove it: then a spill fails, and with it
	 * the check. */
	const char *temp = arena_printf(a, "%s/data/tmp/%lld", state, (long long)project);
	m->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (m->fd < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "project",
			"There are no data of project %lld in this state folder.",
			(long long)project);
	if (m->fd < 0)
		return err_errno(e, "Cannot open the folder of project %lld", (long long)project);
	TRY(lock_data(m, project, e));
	cleanup_fd int source =
		openat(m->fd, "source", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (source < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	TRY(source_read(a, source, &m->source, e));
	TRY(io_mkdirs(temp, 0700, e));
	struct engine_options o = { dir, temp, arena_printf(a, "%s/trouble.txt", dir), memory_mb };
	TRY(engine_open(&o, &m->engine, e));
	TRY(open_tables(m, dir, e));
	TRY(collect(m, e));
	return match_rows_begin(m, e);
}

enum status
match_open(struct arena *a, const struct config *config, int64_t project, int64_t memory_mb,
	struct match **ret, struct err *e)
{
	cleanup_match struct match *m = ARENA_NEW(a, struct match);
	m->a = a;
	m->fd = m->lock = -1;
	m->leak = leak_new();
	TRY(begin(m, config->state, project, memory_mb, e));
	*ret = steal_ptr(&m);
	return OK;
}

void
match_close(struct match *m)
{
	if (!m)
		return;
	engine_close(m->engine);
	leak_free(m->leak);
	cleanup_fd_fn(&m->lock);
	cleanup_fd_fn(&m->fd);
}

/* How many short numbers of a column equal somebody's. */
struct tally {
	const struct leak *leak;
	int64_t *numbers, *all; /* of each column; 0 is the lines of a text */
};

static void
one_text(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	struct tally *t = ctx;
	if (s.n == 0)
		return;
	t->all[column]++;
	enum leak_find found = leak_holds(t->leak, s);
	t->numbers[column] += found == LEAK_NUMBER;
	if (found == LEAK_SURE)
		airlock_tell(f, AIR_FAIL, row, column,
			"A real identifier of the patients' data stands here.");
}

static void
identifiers(struct match *m, struct airlock_file *f)
{
	struct tally t = { m->leak, ARENA_ARRAY(f->a, AIRLOCK_MAX_COLUMNS + 1, int64_t),
		ARENA_ARRAY(f->a, AIRLOCK_MAX_COLUMNS + 1, int64_t) };
	airlock_each_text(f, one_text, &t);
	for (int64_t c = 0; c <= AIRLOCK_MAX_COLUMNS; c++)
		if (t.numbers[c] >= OWN_CELLS && t.numbers[c] * 10 > t.all[c])
			airlock_tell(f, AIR_FAIL, 0, c,
				"Many numbers here equal record numbers of the patients' data.");
	if (leak_holds(m->leak, str_of(f->name)) == LEAK_SURE)
		airlock_tell(f, AIR_FAIL, 0, 0,
			"The file's name holds a real identifier of the patients' data.");
}

enum status
match_file(struct match *m, struct airlock_file *f, struct err *e)
{
	enum { GRIDS_MAX = 40 };
	size_t looked = 0;
	f->check = "data_match";
	identifiers(m, f);
	for (size_t i = 0; i < f->grids.n + f->nested.n; i++) {
		bool places = i < f->grids.n;
		const struct grid *g = places ? f->grids.at[i] : f->nested.at[i - f->grids.n];
		if (g->labelled || g->columns < (size_t)f->policy->match_fields)
			continue;
		if (looked++ < GRIDS_MAX)
			TRY(match_rows(m, f, g, places, e));
	}
	f->check = "data_match";
	TRY(match_text(m, f, e));
	if (looked > GRIDS_MAX)
		airlock_tell(f, AIR_FAIL, 0, 0,
			"There are more tables here than can be compared with the patients' data.");
	f->compared = true;
	return OK;
}
