/* Requests in words, for a terminal. */
#include "portal/airlock/airlock.h"
#include "portal/web/filters.h"

static const char *
verdict_words(const struct airlock_file_row *f)
{
	if (!f->verdict[0])
		return "is being checked";
	if (streq(f->verdict, "pass"))
		return "nothing found";
	if (streq(f->verdict, "review"))
		return "a person will look at it";
	if (streq(f->verdict, "fail"))
		return f->reason[0] ? "does not pass; your reason goes to the reviewers"
				    : "does not pass";
	return streq(f->verdict, "stopped") ? "may never leave" : "could not be checked";
}

static void
put_finding(struct buf *b, const struct airlock_finding_row *x)
{
	buf_printf(b, "    %s: %s", x->severity, x->sentence);
	if (x->places[0])
		buf_printf(b, " At %s.", x->places);
	buf_putc(b, '\n');
}

const char *
airlock_words(struct arena *a, const struct airlock_row *q,
	const struct airlock_file_row_rows *files, const struct airlock_finding_row_rows *findings)
{
	struct buf b = buf_new(a);
	buf_printf(&b, "Request %lld, %s.\n", (long long)q->number, q->state);
	if (q->problem[0])
		buf_printf(&b, "%s\n", q->problem);
	for (size_t i = 0; i < files->n; i++) {
		const struct airlock_file_row *f = &files->at[i];
		buf_printf(&b, "  %s (%s, %s): %s.\n", f->name, f->role, filter_bytes(a, f->bytes),
			verdict_words(f));
		for (size_t k = 0; k < findings->n; k++)
			if (findings->at[k].file == f->id)
				put_finding(&b, &findings->at[k]);
	}
	if (files->n == 0)
		buf_puts(&b, "  No files yet.\n");
	return b.p;
}
