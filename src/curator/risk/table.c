#include "curator/risk/table.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char *
wished(const struct table_wish *w, size_t i)
{
	return i < w->qi.n ? w->qi.at[i] : w->sensitive.at[i - w->qi.n];
}

static enum status
check_wish(const struct table_wish *w, struct err *e)
{
	size_t n = w->qi.n + w->sensitive.n;
	if (w->qi.n == 0)
		return err_set(e, E_INPUT, "qi", "Name at least one quasi-identifier.");
	if (n > TABLE_MAX_COLUMNS)
		return err_set(e, E_INPUT, "qi", "At most %d columns can be looked at together.",
			TABLE_MAX_COLUMNS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (streq(wished(w, i), wished(w, k)))
				return err_set(e, E_INPUT, wished(w, i),
					k < w->qi.n && i >= w->qi.n
						? "The column \"%s\" cannot be a quasi-identifier "
						  "and sensitive at once."
						: "The column \"%s\" is named twice.",
					wished(w, i));
	return OK;
}

enum status
table_find_columns(const struct csv *csv, const struct table_wish *w, size_t *ret_at, struct err *e)
{
	for (size_t i = 0; i < w->qi.n + w->sensitive.n; i++) {
		size_t c = 0, columns = csv_columns(csv);
		while (c < columns && !streq(csv_column(csv, c), wished(w, i)))
			c++;
		if (c == columns) {
			char list[200] = "";
			size_t n = 0;
			for (size_t k = 0; k < columns && n + 1 < sizeof list; k++)
				n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
					k ? ", " : "", csv_column(csv, k));
			return err_set(e, E_INPUT, wished(w, i),
				"%s has no column \"%s\". Its columns: %s%s", w->path, wished(w, i),
				list, n + 1 < sizeof list ? "." : " ...");
		}
		ret_at[i] = c;
	}
	return OK;
}

static enum status
read_rows(struct csv *csv, const size_t *at, struct table *t, struct err *e)
{
	uint32_t block[TUPLES_BLOCK * TABLE_MAX_COLUMNS];
	const struct str *fields = NULL;
	do {
		size_t n = 0;
		for (; n < TUPLES_BLOCK; n++) {
			TRY(csv_next(csv, &fields, e));
			if (!fields)
				break;
			for (size_t i = 0; i < t->n; i++)
				TRY(dict_add(t->dicts[i], fields[at[i]], &block[n * t->n + i], e));
		}
		if (csv_rows(csv) >= UINT32_MAX)
			return err_set(e, E_INPUT, "", "More than four billion rows are too many.");
		TRY(tuples_add(&t->tuples, block, n, e));
	} while (fields);
	t->rows = csv_rows(csv);
	return OK;
}

static enum status
fill(const struct table_wish *w, struct table *t, struct err *e)
{
	size_t at[TABLE_MAX_COLUMNS];
	cleanup_csv struct csv *csv = NULL;
	/* O_NONBLOCK: a FIFO must not hold us. */
	cleanup_fd int fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_errno(e, "Cannot open %s", w->path);
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	TRY(csv_open_fd(fd, w->path, &csv, e));
	TRY(table_find_columns(csv, w, at, e));
	TRY(tuples_init(&t->tuples, t->n, t->budget, e));
	TRY(read_rows(csv, at, t, e));
	if (t->rows == 0)
		return err_set(e, E_INPUT, "", "%s has a header and no rows.", w->path);
	return OK;
}

enum status
table_read(const struct table_wish *w, struct budget *b, struct table *ret, struct err *e)
{
	TRY(check_wish(w, e));
	struct table t = { .n_qi = w->qi.n, .n = w->qi.n + w->sensitive.n, .budget = b };
	for (size_t i = 0; i < t.n; i++)
		t.dicts[i] = dict_new(b);
	enum status s = fill(w, &t, e);
	if (s != OK) {
		table_free(&t);
		return s;
	}
	*ret = t;
	return OK;
}

enum status
table_read_like(const struct table_wish *w, struct table *like, struct table *ret, struct err *e)
{
	TRY(check_wish(w, e));
	struct table t = { .n_qi = w->qi.n,
		.n = w->qi.n + w->sensitive.n,
		.budget = like->budget,
		.shared = true };
	if (t.n > like->n)
		BUG("%zu columns like %zu", t.n, like->n);
	for (size_t i = 0; i < t.n; i++)
		t.dicts[i] = like->dicts[i];
	enum status s = fill(w, &t, e);
	if (s != OK) {
		table_free(&t);
		return s;
	}
	*ret = t;
	return OK;
}

void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->n && !t->shared; i++)
		dict_free(t->dicts[i]);
	tuples_free(&t->tuples);
	*t = (struct table){ 0 };
}
