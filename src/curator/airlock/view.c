#include "curator/airlock/view.h"

#include <sodium.h>

#include "curator/airlock/grid.h"
#include "curator/airlock/unseen.h"

static const char style[] =
	":root{color-scheme:light dark;--paper:#fff;--ink:#1c292e;--soft:#566468;--line:#e0ddd4;"
	"--mark:#fbe0dc;--hint:#fdf1dd;--wall:#2f2d63}"
	"@media(prefers-color-scheme:dark){:root{--paper:#12181a;--ink:#e8edeb;--soft:#a3b5b6;"
	"--line:#2f3b3e;--mark:#5a2621;--hint:#4a3712;--wall:#b6b3f5}}"
	"body{font:100%/1.5 Inter,system-ui,'Noto Sans',sans-serif;margin:0;padding:1.5rem;"
	"background:var(--paper);color:var(--ink);border-top:6px solid var(--wall)}"
	"h1{font-size:1.4rem;margin:0 0 .5rem;overflow-wrap:anywhere}p{margin:0 0 "
	"1rem;max-width:68ch}"
	".soft,small{color:var(--soft)}ul{padding-left:1.2em}li{margin-bottom:.3rem}"
	"li b{display:inline-block;border-radius:99px;padding:0 .6rem;font-weight:500}"
	".wall{color:var(--wall)}.box{overflow-x:auto;border:1px solid "
	"var(--line);border-radius:.5rem}"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
	"td,th{border:1px solid var(--line);padding:.2rem "
	".5rem;text-align:start;white-space:pre-wrap;"
	"vertical-align:top}th{color:var(--soft);font-weight:500}"
	".fail{background:var(--mark)}.review{background:var(--hint)}"
	"pre{margin:0;padding:1rem;white-space:pre-wrap;overflow-wrap:anywhere;"
	"font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.9rem}"
	"i{color:var(--soft);font-style:normal;user-select:none;display:inline-block;min-width:3."
	"5em}"
	"b.u{background:var(--mark);border-radius:.2rem;padding:0 .2rem;font-weight:500}"
	"h2{font-size:1.1rem;margin:1.5rem 0 .5rem}.told{border:1px solid var(--line);"
	"border-radius:.5rem;padding:1rem 1rem 0;margin:0 0 1.5rem;max-width:60rem}"
	".told h2{margin-top:0}.told table{margin:0 0 1rem;border:0}.told td,.told th{border:0;"
	"border-top:1px solid var(--line)}.told td{text-align:end}code{overflow-wrap:anywhere;"
	"font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.9em}"
	"img{max-width:100%;display:block;background:#fff}";

/* How many bytes from the beginning need no second look. */
static size_t
plain(struct str s)
{
	size_t n = 0;
	while (n < s.n && ((s.p[n] >= ' ' && s.p[n] < 0x7f) || s.p[n] == '\t') &&
		!memchr("<>&\"'", s.p[n], 5))
		n++;
	return n;
}

void
view_text(struct buf *b, struct str s)
{
	while (s.n) {
		uint32_t c;
		size_t run = plain(s);
		if (run) {
			buf_put(b, s.p, run);
			s.p += run, s.n -= run;
			continue;
		}
		size_t n = unseen_next(s, &c);
		if (unseen_is(c) && c != '\t' && c != '\n')
			buf_printf(b, "<b class=u>U+%04X</b>", c);
		else if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
			buf_printf(b, "&#%u;", c);
		else
			buf_put(b, s.p, n);
		s.p += n, s.n -= n;
	}
}

/* ---- findings ---- */

/* What view_proof says at length. */
static bool
in_proof(const struct airlock_file *f, const struct airlock_finding *x)
{
	return f->proof && x->severity == AIR_NOTE && streq(x->check, "evidence");
}

static void
put_findings(struct buf *b, const struct airlock_file *f)
{
	size_t n = 0;
	for (size_t i = 0; i < f->findings.n; i++)
		n += !in_proof(f, &f->findings.at[i]);
	if (n == 0) {
		buf_puts(b, "<p class=soft>No check found anything.</p>");
		return;
	}
	buf_puts(b, "<ul>");
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct airlock_finding *x = &f->findings.at[i];
		if (in_proof(f, x))
			continue;
		buf_printf(b, "<li><b class=%s>%s</b> ", airlock_severity_name(x->severity),
			airlock_severity_name(x->severity));
		view_text(b, str_of(x->sentence));
		buf_printf(b, " <small>%s</small></li>", x->check);
	}
	buf_puts(b, "</ul>");
}

struct mark {
	int64_t row, column;
	enum airlock_severity severity;
};

static int
by_place(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

struct marks {
	LIST(struct mark) all; /* by row, then column */
	size_t at;             /* the first of the present row */
};

static struct marks
marks_of(const struct airlock_file *f)
{
	struct marks m = { .at = 0 };
	size_t n = 0;
	for (size_t i = 0; i < f->findings.n; i++)
		n += f->findings.at[i].n_places;
	m.all.at = ARENA_ARRAY(f->a, n, struct mark);
	for (size_t i = 0; i < f->findings.n; i++)
		for (size_t k = 0; k < f->findings.at[i].n_places; k++)
			m.all.at[m.all.n++] = (struct mark){ f->findings.at[i].places[k].row,
				f->findings.at[i].places[k].column, f->findings.at[i].severity };
	if (n)
		qsort(m.all.at, n, sizeof *m.all.at, by_place);
	return m;
}

static void
marks_to_row(struct marks *m, int64_t row)
{
	while (m->at < m->all.n && m->all.at[m->at].row < row)
		m->at++;
}

/* The worst mark of a place in the present row; column 0 is the row itself. -1: none. */
static int
mark_at(const struct marks *m, int64_t row, int64_t column)
{
	int worst = -1;
	for (size_t i = m->at; i < m->all.n && m->all.at[i].row == row; i++)
		if (m->all.at[i].column == column && (int)m->all.at[i].severity > worst)
			worst = (int)m->all.at[i].severity;
	return worst;
}

static void
put_class(struct buf *b, int mark)
{
	if (mark >= AIR_REVIEW)
		buf_printf(b, " class=%s", airlock_severity_name((enum airlock_severity)mark));
}

/* ---- contents ---- */

static bool
put_table(struct buf *b, const struct airlock_file *f, const struct grid *g, size_t max)
{
	struct marks m = marks_of(f);
	size_t r = 0;
	buf_puts(b, "<div class=box><table><tr><th></th>");
	for (size_t c = 0; c < g->columns; c++)
		buf_printf(b, "<th>%zu</th>", c + 1);
	buf_puts(b, "</tr>\n");
	for (; r < g->rows && b->n < max; r++) {
		int64_t row = grid_row(g, r);
		marks_to_row(&m, row);
		buf_puts(b, "<tr");
		put_class(b, mark_at(&m, row, 0));
		buf_printf(b, "><th>%lld</th>", (long long)row);
		for (size_t c = 0; c < g->columns; c++) {
			buf_puts(b, "<td");
			put_class(b, mark_at(&m, row, (int64_t)c + 1));
			buf_putc(b, '>');
			view_text(b, grid_at(g, r, c)->text);
		}
		buf_puts(b, "</tr>\n");
	}
	buf_puts(b, "</table></div>");
	return r == g->rows && b->n < max;
}

static bool
put_lines(struct buf *b, const struct airlock_file *f, struct str text, bool marked, size_t max)
{
	struct marks m = marks_of(f);
	buf_puts(b, "<div class=box><pre>");
	for (int64_t row = 1; text.n && b->n < max; row++) {
		marks_to_row(&m, row);
		buf_puts(b, "<span");
		put_class(b, marked ? mark_at(&m, row, 0) : -1);
		buf_printf(b, "><i>%lld</i>", (long long)row);
		view_text(b, str_cut(&text, '\n'));
		buf_puts(b, "</span>\n");
	}
	buf_puts(b, "</pre></div>");
	return text.n == 0 && b->n < max;
}

static bool
put_picture(struct buf *b, const struct airlock_file *f, struct str bytes)
{
	enum { VARIANT = sodium_base64_VARIANT_ORIGINAL };
	size_t n = sodium_base64_encoded_len(bytes.n, VARIANT);
	char *text = arena_bytes(f->a, n);
	sodium_bin2base64(text, n, (const unsigned char *)bytes.p, bytes.n, VARIANT);
	buf_printf(b,
		"<div class=box><img alt=\"The picture as it would leave\" "
		"src=\"data:image/%s;base64,",
		f->type == AIR_PNG ? "png" : "jpeg");
	buf_put(b, text, n - 1);
	buf_puts(b, "\"></div>");
	return true;
}

static bool
put_content(struct buf *b, const struct airlock_file *f, const char *role, size_t max)
{
	bool leaves = streq(role, "output");
	bool picture = f->type == AIR_PNG || f->type == AIR_JPEG;
	bool table = f->type == AIR_CSV || f->type == AIR_TSV;
	if (!f->clean.n) {
		buf_puts(b, leaves ? "<p>Nothing of this file would leave, so nothing is shown.</p>"
				   : "<p>This file cannot be shown.</p>");
		return true;
	}
	if (picture)
		return put_picture(b, f, f->clean);
	if (leaves && table && f->grids.n == 1)
		return put_table(b, f, f->grids.at[0], max);
	return put_lines(b, f, f->clean, leaves && f->type == AIR_TXT, max);
}

struct str
airlock_view(const struct airlock_file *f, const char *role, size_t max, bool *ret_whole)
{
	struct buf b = buf_new(f->a);
	bool leaves = streq(role, "output");
	buf_puts(&b, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
		     "content=\"width=device-width,initial-scale=1\"><title>");
	view_text(&b, str_of(f->name));
	buf_printf(&b, "</title><style>%s</style><h1>", style);
	view_text(&b, str_of(f->name));
	buf_puts(&b,
		"</h1><p class=wall>Inside the wall: this is made from patient data. Close the "
		"window when you have looked; it opens once.</p>");
	buf_printf(&b, "<p class=soft>%s. %zu bytes, %s.</p>",
		leaves                      ? "As it would leave"
		: streq(role, "supporting") ? "Supporting, never leaves"
					    : "Code, never leaves",
		leaves ? f->clean.n : f->input.n, airlock_type_name(f->type));
	if (leaves)
		put_findings(&b, f);
	if (f->proof)
		view_proof(&b, f->proof);
	if (f->proof && !leaves)
		buf_puts(&b, "<h2>As it was signed</h2>");
	*ret_whole = put_content(&b, f, role, max);
	if (!*ret_whole)
		buf_puts(&b,
			"<p class=fail>The file is longer than can be shown; it ends here only "
			"on this page.</p>");
	buf_puts(&b, "</html>\n");
	return buf_str(&b);
}
