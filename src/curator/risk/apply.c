#include "curator/risk/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "curator/risk/classes.h"

/* Marks the tuples of classes that miss the goal, and empties those classes. */
static enum status
mark(const struct table *t, const struct search *s, struct classes *k, struct index *x,
	uint32_t *diversity, struct apply *p, struct err *e)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->rows[i] < s->k)
			k->rows[i] = 0;
	for (size_t c = 0; c < s->n_sensitive && s->l > 1; c++) {
		TRY(classes_diversity(&t->tuples, k, s->n_qi + c, x, diversity, e));
		for (size_t i = 0; i < k->n; i++)
			if (diversity[i] < s->l)
				k->rows[i] = 0;
	}
	for (size_t i = 0; i < p->n; i++)
		p->suppressed[i] = k->rows[k->of[i]] == 0;
	return OK;
}

static enum status
group(const struct table *t, const struct search *s, const struct search_result *r, struct index *x,
	struct classes *ret, struct err *e)
{
	struct class_column by[SEARCH_MAX_QI];
	for (size_t i = 0; i < s->n_qi; i++) {
		const struct hierarchy *h = &s->hierarchies[i];
		by[i] = (struct class_column){ i, NULL, (uint32_t)dict_n(t->dicts[i]) };
		if (r) {
			by[i].map = h->values[r->levels[i]];
			by[i].values = (uint32_t)dict_n(h->levels[r->levels[i]].labels);
		}
	}
	return classes_make(&t->tuples, by, s->n_qi, x, ret, e);
}

static enum status
apply_to(struct arena *a, const struct table *t, const struct search *s,
	const struct search_result *r, struct index *x, struct classes *k, struct apply *p,
	struct err *e)
{
	uint32_t *diversity = NULL;
	TRY(group(t, s, NULL, x, k, e));
	risk_of_sizes(a, k->rows, k->n, &p->before);
	classes_free(k);
	TRY(group(t, s, r, x, k, e));
	TRY(budget_resize(t->budget, &p->suppressed, 0, t->tuples.n, 1, e));
	p->n = t->tuples.n;
	TRY(budget_resize(t->budget, &diversity, 0, k->n, sizeof *diversity, e));
	enum status status = mark(t, s, k, x, diversity, p, e);
	budget_free(t->budget, &diversity, k->n, sizeof *diversity);
	TRY(status);
	risk_of_sizes(a, k->rows, k->n, &p->after);
	if ((uint64_t)p->after.rows + r->suppressed != t->rows)
		BUG("the search suppressed %llu rows, the levels %llu",
			(unsigned long long)r->suppressed,
			(unsigned long long)(t->rows - (uint64_t)p->after.rows));
	return OK;
}

enum status
apply_levels(struct arena *a, const struct table *t, const struct search *s,
	const struct search_result *r, struct apply *ret, struct err *e)
{
	struct apply p = { .budget = t->budget };
	struct index x = { .budget = t->budget };
	struct classes k = { .budget = t->budget };
	enum status status = apply_to(a, t, s, r, &x, &k, &p, e);
	classes_free(&k);
	index_free(&x);
	if (status != OK) {
		apply_free(&p);
		return status;
	}
	*ret = p;
	return OK;
}

void
apply_free(struct apply *p)
{
	budget_free(p->budget, &p->suppressed, p->n, 1);
	*p = (struct apply){ 0 };
}

static void
put_cell(FILE *f, struct str s, char separator)
{
	bool quote = false;
	for (size_t i = 0; i < s.n && !quote; i++)
		quote = s.p[i] == separator || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
	if (!quote) {
		fwrite_unlocked(s.p, 1, s.n, f);
		return;
	}
	putc_unlocked('"', f);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			putc_unlocked('"', f);
		putc_unlocked(s.p[i], f);
	}
	putc_unlocked('"', f);
}

/* The codes of one record; E_CONFLICT when a value or a combination is new. */
static enum status
find_tuple(const struct table *t, const size_t *at, const struct str *fields, uint32_t *codes,
	uint32_t *ret, struct err *e)
{
	bool known = true;
	for (size_t i = 0; i < t->n; i++) {
		codes[i] = dict_find(t->dicts[i], fields[at[i]]);
		known &= codes[i] != DICT_NONE;
	}
	*ret = known ? tuples_find(&t->tuples, codes) : TUPLES_NONE;
	if (*ret == TUPLES_NONE)
		return err_set(e, E_CONFLICT, "", "The file changed while it was read.");
	return OK;
}

static enum status
write_rows(struct csv *csv, const size_t *at, const struct table *t, const struct search *s,
	const struct search_result *r, const struct apply *p, FILE *f, struct err *e)
{
	const struct str *fields;
	uint32_t codes[TABLE_MAX_COLUMNS], tuple;
	char separator = csv_delimiter(csv);
	size_t n = csv_columns(csv), qi_at[CSV_MAX_COLUMNS] = { 0 };
	for (size_t i = 0; i < s->n_qi; i++)
		qi_at[at[i]] = i + 1;
	for (size_t i = 0; i < n; i++) {
		put_cell(f, str_of(csv_column(csv, i)), separator);
		putc_unlocked(i + 1 < n ? separator : '\n', f);
	}
	for (;;) {
		TRY(csv_next(csv, &fields, e));
		if (!fields)
			break;
		TRY(find_tuple(t, at, fields, codes, &tuple, e));
		for (size_t i = 0; i < n; i++) {
			size_t q = qi_at[i] - 1;
			struct str cell = fields[i];
			if (qi_at[i] && p->suppressed[tuple])
				cell = STR("*");
			else if (qi_at[i])
				cell = hierarchy_label(&s->hierarchies[q], r->levels[q],
					s->hierarchies[q].values[r->levels[q]][codes[q]]);
			put_cell(f, cell, separator);
			putc_unlocked(i + 1 < n ? separator : '\n', f);
		}
	}
	if (csv_rows(csv) != t->rows)
		return err_set(e, E_CONFLICT, "", "The file changed while it was read.");
	return OK;
}

static enum status
write_file(const struct table_wish *w, const struct table *t, const struct search *s,
	const struct search_result *r, const struct apply *p, int out, const char *path,
	struct err *e)
{
	size_t at[TABLE_MAX_COLUMNS];
	cleanup_csv struct csv *csv = NULL;
	cleanup_fd int in = open(w->path, O_RDONLY | O_CLOEXEC);
	cleanup_fd int fd = dup(out);
	if (in < 0)
		return err_errno(e, "Cannot open %s", w->path);
	TRY(csv_open_fd(in, w->path, &csv, e));
	TRY(table_find_columns(csv, w, at, e));
	cleanup_file FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return err_errno(e, "Cannot write %s", path);
	steal_fd(&fd);
	TRY(write_rows(csv, at, t, s, r, p, f, e));
	if (ferror_unlocked(f) || fflush(f) != 0 || fsync(out) < 0)
		return err_errno(e, "Cannot write %s", path);
	return OK;
}

enum status
apply_write(const struct table_wish *w, const struct table *t, const struct search *s,
	const struct search_result *r, const struct apply *p, const char *path, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	char *part = arena_printf(a, "%s.XXXXXX", path);
	cleanup_fd int out = mkostemp(part, O_CLOEXEC);
	if (out < 0)
		return err_errno(e, "Cannot write beside %s", path);
	enum status status = write_file(w, t, s, r, p, out, path, e);
	if (status == OK && (fchmod(out, 0640) < 0 || rename(part, path) < 0))
		status = err_errno(e, "Cannot write %s", path);
	if (status != OK) {
		unlink(part);
		return status;
	}
	cleanup_fd int dir = open(dirname(arena_strdup(a, path)), O_RDONLY | O_CLOEXEC);
	if (dir >= 0)
		fsync(dir);
	return OK;
}
