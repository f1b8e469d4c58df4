/*
 * A patient objects. Their pseudonym is noted, their rows leave the source, the release is made
 * anew, and the old images go. Each step may be repeated after a crash.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "curator/release/release_internal.h"
#include "curator/release/withdraw.h"

enum { LIST_MAX = 16 << 20, LINKS_MOST = 8 };

struct withdrawal {
	struct release *r;
	const char *src, *pid; /* src is NULL when the source no longer has them */
	struct withdrawn told;
	int64_t *rows; /* of every table of the source */
};

static enum status
read_list(struct withdrawal *w, struct str *ret, struct err *e)
{
	enum status s = io_read_at(w->r->job->a, w->r->place.fd, "withdrawn", LIST_MAX, ret, e);
	if (s == E_ABSENT)
		*ret = (struct str){ "", 0 };
	return s == E_ABSENT ? OK : s;
}

/* The patient by number or pseudonym; one who left already is known by the list. */
static enum status
find(struct withdrawal *w, struct str patient, struct err *e)
{
	struct release *r = w->r;
	struct arena *a = r->job->a;
	const struct plan_table *t = r->plan.patient;
	struct engine_rows rows;
	const char *what = sql_text(a, str_dup(a, str_trim(patient)));
	TRY(engine_rows(r->engine, a, &rows, e, "looking for the patient",
		"SELECT DISTINCT src, pid FROM (SELECT src, wr_pseudonym('patient', src) AS pid "
		"FROM (SELECT DISTINCT %s AS src FROM s%zu)) WHERE src = %s OR pid = %s",
		plan_key(a, t, t->link), t->number, what, what));
	if (rows.n == 1) {
		w->src = engine_at(&rows, 0, 0);
		w->pid = engine_at(&rows, 0, 1);
		return OK;
	}
	struct str list;
	TRY(engine_rows(r->engine, a, &rows, e, "looking for the patient",
		"SELECT wr_pseudonym('patient', %s)", what));
	TRY(read_list(w, &list, e));
	while (list.n) {
		struct str pid = str_cut(&list, '\n');
		if (str_eq(pid, str_trim(patient)) || str_is(pid, engine_at(&rows, 0, 0))) {
			w->pid = str_dup(a, pid);
			return OK;
		}
	}
	return err_set(e, E_ABSENT, "patient", "The data hold no such patient.");
}

static enum status
note(struct withdrawal *w, struct err *e)
{
	struct str list;
	struct buf b = buf_new(w->r->job->a);
	TRY(read_list(w, &list, e));
	buf_put(&b, list.p, list.n);
	bool there = false;
	for (struct str s = list; s.n; w->told.patients++)
		there |= str_is(str_cut(&s, '\n'), w->pid);
	if (there)
		return OK;
	w->told.patients++;
	buf_printf(&b, "%s\n", w->pid);
	return io_replace_at(w->r->place.fd, "withdrawn", 0600, b.p, b.n, e);
}

/* As the recipe says it; NULL: it does not name the table. ret: what is true of the patient's rows,
 * NULL: the table tells of nobody. */
static bool
by_recipe(struct withdrawal *w, size_t number, const char **ret_from, const char **ret)
{
	struct arena *a = w->r->job->a;
	const struct plan *p = &w->r->plan;
	for (size_t i = 0; i < p->tables.n; i++) {
		const struct plan_table *t = &p->tables.at[i];
		if (t->number != number)
			continue;
		*ret_from = plan_from(a, t);
		*ret = t->role == ROLE_SHARED ? NULL
					      : arena_printf(a, "%s = %s", plan_owner(a, t),
							sql_text(a, w->src ? w->src : ""));
		return true;
	}
	return false;
}

static const char *
cell(struct withdrawal *w, size_t number, const char *column)
{
	const struct source_table *t = &w->r->plan.source->tables.at[number];
	const struct source_column *c = column ? source_find_column(t, str_of(column)) : NULL;
	return c ? arena_printf(
			   w->r->job->a, "trim(s%zu.c%zu)", number, (size_t)(c - t->columns.at))
		 : NULL;
}

/*
 * Which rows of a table are theirs: as the recipe says; else by a column of the patient's name;
 * else by what the import found, through other tables. NULL: nothing leads from it to a patient.
 */
static const char *
condition(struct withdrawal *w, size_t number, int depth, const char **ret_from)
{
	struct arena *a = w->r->job->a;
	const struct source *source = w->r->plan.source;
	const struct source_table *t = &source->tables.at[number];
	const struct plan_table *patients = w->r->plan.patient;
	const char *found, *from, *own = patients->src->columns.at[patients->link].name;
	*ret_from = arena_printf(a, "s%zu", number);
	if (by_recipe(w, number, ret_from, &found))
		return found;
	const char *by = cell(w, number, own);
	if (by)
		return arena_printf(a, "%s = %s", by, sql_text(a, w->src ? w->src : ""));
	/* The import's links lead to its own patients, who may have another number than the
	 * recipe's: so by their table too. */
	const char *to = t->via ? t->via : source->patient_table;
	const struct source_table *via =
		to && t->by && depth > 0 ? source_find(source, str_of(to)) : NULL;
	by = cell(w, number, t->by);
	if (!via || !by)
		return NULL;
	size_t up = (size_t)(via - source->tables.at);
	const char *key = cell(w, up, t->via ? t->via_column : source->patient_column);
	found = condition(w, up, depth - 1, &from);
	return key && found
		       ? arena_printf(a, "%s IN (SELECT %s FROM %s WHERE %s)", by, key, from, found)
		       : NULL;
}

/* Is that what the recipe says: it tells of nobody? */
static bool
told_shared(struct withdrawal *w, size_t number)
{
	const char *from, *found;
	return by_recipe(w, number, &from, &found);
}

/* Also when their rows have left before: what is told is the same when it is run again. */
static void
list_unreached(struct withdrawal *w)
{
	const struct source *source = w->r->plan.source;
	w->told.unreached.at = ARENA_ARRAY(w->r->job->a, source->tables.n, const char *);
	for (size_t i = 0; i < source->tables.n; i++) {
		const char *from;
		if (!condition(w, i, LINKS_MOST, &from) && !told_shared(w, i))
			w->told.unreached.at[w->told.unreached.n++] = source->tables.at[i].name;
	}
}

static enum status
rewrite(struct withdrawal *w, size_t i, struct err *e)
{
	struct release *r = w->r;
	struct arena *a = r->job->a;
	const struct source_table *t = &r->plan.source->tables.at[i];
	const char *from, *theirs = condition(w, i, LINKS_MOST, &from);
	const char *to =
		sql_text(a, arena_printf(a, "%s.new/%s.parquet", r->place.source, t->name));
	const char *keep = theirs ? arena_printf(a, "(%s) IS NOT TRUE", theirs) : "true";
	int64_t gone = 0;
	release_step(r, (uint64_t)t->bytes, "taking rows out of %s", t->name);
	if (theirs)
		TRY(engine_int(r->engine, &gone, e, "counting rows",
			"SELECT count(*) FROM %s WHERE %s", from, theirs));
	w->rows[i] = t->rows - gone;
	w->told.rows += gone;
	w->told.tables += gone > 0;
	return engine_run(r->engine, e, "taking rows out of the source",
		"COPY (SELECT s%zu.* EXCLUDE (file_row_number) FROM %s WHERE %s ORDER BY "
		"s%zu.file_row_number) TO %s (" PLAN_PARQUET ")",
		i, from, keep, i, to);
}

static enum status
take_out(struct withdrawal *w, struct err *e)
{
	struct release *r = w->r;
	struct str old, fresh;
	size_t n = r->plan.source->tables.n;
	w->rows = ARENA_ARRAY(r->job->a, n, int64_t);
	if (mkdirat(r->place.fd, "source.new", 0700) < 0)
		return err_errno(e, "Cannot make the new source folder");
	TRY(release_links(r, e));
	for (size_t i = 0; i < n; i++)
		TRY(rewrite(w, i, e));
	cleanup_fd int from = openat(r->place.fd, "source", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int to = openat(r->place.fd, "source.new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0 || to < 0)
		return err_errno(e, "Cannot open the source");
	TRY(io_read_at(r->job->a, from, "source.json", 64 << 20, &old, e));
	TRY(withdraw_source_json(r->job->a, old, w->rows, n, str_of(w->pid), &fresh, e));
	TRY(io_replace_at(to, "source.json", 0600, fresh.p, fresh.n, e));
	TRY(place_sync(r->place.fd, "source.new", e));
	return place_swap(r->place.fd, "source.new", "source", e);
}

enum status
withdraw_run(struct job *job, struct release_spec *spec, struct str patient, struct err *e)
{
	struct withdrawn *told = arena_array(job->a, 1, sizeof *told);
	{
		cleanup_release struct release r = { .job = job,
			.place = { .fd = -1, .lock = -1 } };
		struct withdrawal w = { .r = &r };
		TRY(release_open(&r, spec, e));
		TRY(find(&w, patient, e));
		TRY(note(&w, e));
		if (w.src)
			TRY(take_out(&w, e));
		list_unreached(&w);
		*told = w.told;
	}
	spec->withdrawn = told;
	return release_run(job, spec, e);
}
