#include "portal/web/chart.h"

#include <math.h>

#include "base/clock.h"
#include "portal/web/filters.h"
#include "portal/web/html.h"

/* Pixels of a picture for a wide and for a narrow column; texts are 13 px in both. */
static const int widths[] = { 720, 360 };

enum { MAX_SERIES = 4, ROUND = 3 /* of a bar's corners */ };

int
chart_ticks(double low, double high, int max, double *ret_first, double *ret_step)
{
	static const double mantissas[] = { 1, 2, 2.5, 5 };
	if (!(isfinite(low) && isfinite(high)) || low > high)
		low = 0, high = 1;
	if (high - low <= 1e-12 * fmax(fabs(low), fabs(high)) || high - low < 1e-300) {
		double around = fmax(fabs(low) * 0.1, 0.5);
		low -= around;
		high += around;
	}
	int power = (int)floor(log10((high - low) / max)) - 1;
	for (;; power++) {
		for (int i = 0; i < 4; i++) {
			double step = mantissas[i] * pow(10, power);
			double first = floor(low / step + 1e-9) * step;
			int n = (int)ceil((high - first) / step - 1e-9) + 1;
			if (n > max)
				continue;
			*ret_first = first;
			*ret_step = step;
			return n < 2 ? 2 : n;
		}
	}
}

/* As many decimals as the steps of the axis need. */
static const char *
tick_text(struct arena *a, double v, double step)
{
	int decimals = 0;
	for (double s = step; decimals < 6 && fabs(s - round(s)) > 1e-6 * s; s *= 10)
		decimals++;
	if (fabs(v) < step / 1e6)
		v = 0;
	if (decimals == 0 && fabs(v) < 1e15)
		return filter_count(a, (int64_t)llround(v));
	return arena_printf(a, "%.*f", decimals, v);
}

/* ---- pieces ---- */

/* `<name class="class"`, and then attributes. */
static void
element(struct html *h, const char *name, const char *class)
{
	buf_putc(&h->out, '<');
	buf_puts(&h->out, name);
	buf_puts(&h->out, " class=\"");
	buf_puts(&h->out, class);
	buf_putc(&h->out, '"');
}

static void
pixels(struct html *h, const char *name, double v)
{
	buf_putc(&h->out, ' ');
	buf_puts(&h->out, name);
	buf_puts(&h->out, "=\"");
	html_tenths(h, v);
	buf_putc(&h->out, '"');
}

static void
text_at(struct html *h, double x, double y, const char *class, const char *text)
{
	element(h, "text", class);
	pixels(h, "x", x);
	pixels(h, "y", y);
	buf_putc(&h->out, '>');
	html_text(h, text);
	buf_puts(&h->out, "</text>");
}

static void
line_at(struct html *h, const char *class, double x1, double y1, double x2, double y2)
{
	element(h, "line", class);
	pixels(h, "x1", x1);
	pixels(h, "y1", y1);
	pixels(h, "x2", x2);
	pixels(h, "y2", y2);
	buf_puts(&h->out, "/>");
}

static void
rect_at(struct html *h, const char *class, double x, double y, double width, double height,
	double round)
{
	element(h, "rect", class);
	pixels(h, "x", x);
	pixels(h, "y", y);
	pixels(h, "width", width);
	pixels(h, "height", height);
	if (round > 0)
		pixels(h, "rx", round);
	buf_puts(&h->out, "/>");
}

static void
svg_open(struct html *h, bool narrow, double height, const char *title, const char *words)
{
	buf_printf(&h->out,
		"<svg class=\"plot %s\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"",
		narrow ? "narrow" : "wide", widths[narrow], height);
	html_text(h, title);
	buf_puts(&h->out, ": ");
	html_text(h, words);
	buf_puts(&h->out, "\"><title>");
	html_text(h, title);
	buf_puts(&h->out, "</title>");
}

static struct html_safe
nothing(struct arena *a, const char *title)
{
	struct html h = html_new(a);
	buf_puts(&h.out, "<p class=\"empty\">");
	html_text(&h, title);
	buf_puts(&h.out, ": nothing to show yet.</p>");
	return (struct html_safe){ h.out.p };
}

/* Cuts a label to about so many columns, at a character's border. */
static const char *
fitted(struct arena *a, const char *label, size_t columns)
{
	size_t seen = 0, cut = 0;
	for (size_t i = 0; label && label[i]; i++) {
		if (((unsigned char)label[i] & 0xc0) == 0x80)
			continue;
		if (seen == columns - 1)
			cut = i;
		if (++seen > columns)
			return arena_printf(a, "%.*s…", (int)cut, label);
	}
	return label;
}

/* ---- bars ---- */

static const char *
bar_text(struct arena *a, const struct chart_bar *b, int64_t small_below)
{
	if (b->value < small_below)
		return arena_printf(a, "fewer than %lld", (long long)small_below);
	if (b->of > 0 && b->of >= small_below)
		return arena_printf(
			a, "%s of %s", filter_count(a, b->value), filter_count(a, b->of));
	return filter_count(a, b->value);
}

struct bars {
	const struct chart_bar *at;
	size_t n;
	int64_t small_below;
	double max;
	const char *title, *words;
};

static void
draw_bars(struct html *h, const struct bars *c, bool narrow)
{
	double left = narrow ? 2 : 170, row = narrow ? 50 : 36, thick = 18;
	double room = widths[narrow] - left - (narrow ? 100 : 120);
	svg_open(h, narrow, row * (double)c->n + 6, c->title, c->words);
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_bar *b = &c->at[i];
		bool small = b->value < c->small_below;
		bool whole = b->of > 0 && b->of >= c->small_below;
		double y = row * (double)i + (narrow ? 24 : 8);
		/* All small counts are drawn alike: half of the largest that is small. */
		double value = small ? (double)c->small_below / 2 : (double)b->value;
		double width = room * fmin(value / c->max, 1);
		double end = whole ? fmax(width, room * (double)b->of / c->max) : width;
		const char *label = fitted(h->arena, b->label, narrow ? 46 : 24);
		if (narrow)
			text_at(h, left, y - 6, "label", label);
		else
			text_at(h, left - 12, y + 14, "label end", label);
		if (whole)
			rect_at(h, "faint", left, y, end, thick, ROUND);
		rect_at(h, small ? "hidden" : "bar", left, y, fmax(width, 1), thick, ROUND);
		text_at(h, left + end + 8, y + 14, "value", bar_text(h->arena, b, c->small_below));
	}
	buf_puts(&h->out, "</svg>");
}

struct html_safe
chart_bars(struct arena *a, const char *title, const struct chart_bar *bars, size_t n,
	int64_t small_below)
{
	if (n == 0)
		return nothing(a, title);
	struct bars c = { bars, n, small_below, 1, title, NULL };
	struct buf words = buf_new(a);
	for (size_t i = 0; i < n; i++) {
		int64_t whole = bars[i].of > bars[i].value ? bars[i].of : bars[i].value;
		c.max = fmax(c.max, (double)(whole < small_below ? small_below : whole));
		buf_printf(&words, "%s%s %s", i ? ", " : "", bars[i].label ? bars[i].label : "",
			bar_text(a, &bars[i], small_below));
	}
	c.words = words.p;
	struct html h = html_new(a);
	buf_puts(&h.out, "<div class=\"chart\">");
	draw_bars(&h, &c, false);
	draw_bars(&h, &c, true);
	buf_puts(&h.out, "</div>");
	return (struct html_safe){ h.out.p };
}

/* ---- intervals ---- */

struct intervals {
	const struct chart_interval *at;
	size_t n;
	double first, step;
	int ticks;
	const char *title, *metric, *words;
};

static const char *
interval_text(struct arena *a, const struct chart_interval *r)
{
	if (!isfinite(r->value))
		return "no result yet";
	if (!isfinite(r->low) || !isfinite(r->high))
		return filter_score(a, r->value);
	return arena_printf(a, "%s (%s to %s)", filter_score(a, r->value), filter_score(a, r->low),
		filter_score(a, r->high));
}

static void
draw_interval(
	struct html *h, const struct chart_interval *r, double y, double x, double x1, double x2)
{
	if (!isfinite(r->value))
		return;
	if (isfinite(r->low) && isfinite(r->high)) {
		line_at(h, "ci", x1, y, x2, y);
		line_at(h, "ci", x1, y - 5, x1, y + 5);
		line_at(h, "ci", x2, y - 5, x2, y + 5);
	}
	/* Shape tells them apart on paper: a diamond, a large disc, a small disc. */
	if (r->baseline)
		buf_printf(
			&h->out, "<path class=\"base\" d=\"M%.1f %.1fl7 7-7 7-7-7z\"/>", x, y - 7);
	else
		buf_printf(&h->out, "<circle class=\"dot%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>",
			r->mine ? " mine" : "", x, y, r->mine ? 8 : 6);
}

static void
draw_intervals(struct html *h, const struct intervals *c, bool narrow)
{
	struct arena *a = h->arena;
	double left = narrow ? 16 : 250, row = narrow ? 58 : 42, top = 8;
	double room = widths[narrow] - left - (narrow ? 16 : 130);
	double bottom = top + row * (double)c->n;
	svg_open(h, narrow, bottom + 44, c->title, c->words);
	for (int i = 0; i < c->ticks; i++) {
		double x = left + room * i / (c->ticks - 1);
		line_at(h, "axis", x, top, x, bottom);
		if (!narrow || c->ticks < 5 || i % 2 == 0)
			text_at(h, x, bottom + 18, "middle",
				tick_text(a, c->first + i * c->step, c->step));
	}
	text_at(h, left + room / 2, bottom + 38, "middle", c->metric);
	double scale = room / (c->step * (c->ticks - 1));
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_interval *r = &c->at[i];
		double y = top + row * (double)i + (narrow ? 40 : row / 2);
		const char *rank = r->rank > 0 ? filter_count(a, r->rank) : "";
		const char *name = arena_printf(
			a, "%s%s", fitted(a, r->label, narrow ? 26 : 27), r->mine ? ", yours" : "");
		const char *class = r->mine ? "label strong" : "label";
		double text_y = narrow ? y - 18 : y + 5;
		text_at(h, narrow ? 0 : 8, text_y, "rank", rank);
		text_at(h, narrow ? 22 : 34, text_y, class, name);
		text_at(h, widths[narrow], text_y, r->mine ? "value end strong" : "value end",
			filter_score(a, r->value));
		draw_interval(h, r, y, left + (r->value - c->first) * scale,
			left + (r->low - c->first) * scale, left + (r->high - c->first) * scale);
	}
	buf_puts(&h->out, "</svg>");
}

struct html_safe
chart_intervals(struct arena *a, const char *title, const char *metric,
	const struct chart_interval *rows, size_t n)
{
	if (n == 0)
		return nothing(a, title);
	struct buf words = buf_new(a);
	double low = INFINITY, high = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		const struct chart_interval *r = &rows[i];
		double all[] = { r->value, r->low, r->high };
		for (int k = 0; k < 3 && isfinite(r->value); k++) {
			low = isfinite(all[k]) ? fmin(low, all[k]) : low;
			high = isfinite(all[k]) ? fmax(high, all[k]) : high;
		}
		buf_printf(&words, "%s%s%s%s %s", i ? "; " : "",
			r->rank > 0 ? arena_printf(a, "rank %lld, ", (long long)r->rank) : "",
			r->label ? r->label : "", r->mine ? ", yours," : "", interval_text(a, r));
	}
	struct intervals c = {
		.at = rows, .n = n, .title = title, .metric = metric, .words = words.p
	};
	c.ticks = chart_ticks(low, high, 7, &c.first, &c.step);
	struct html h = html_new(a);
	buf_puts(&h.out, "<div class=\"chart\">");
	draw_intervals(&h, &c, false);
	draw_intervals(&h, &c, true);
	buf_puts(&h.out, "</div>");
	return (struct html_safe){ h.out.p };
}

/* ---- lines ---- */

struct frame {
	const struct chart_line *line;
	double x0, dx, y0, dy; /* first ticks and steps */
	int nx, ny;
	double left, top, width, height; /* of the plotting area */
	const char *words;
};

static double
at_x(const struct frame *f, double x)
{
	return f->left + f->width * (x - f->x0) / (f->dx * (f->nx - 1));
}

static double
at_y(const struct frame *f, double y)
{
	return f->top + f->height * (1 - (y - f->y0) / (f->dy * (f->ny - 1)));
}

static const char *
x_text(struct arena *a, const struct chart_line *l, double x, double step)
{
	if (l->x_axis == CHART_NUMBER)
		return tick_text(a, x, step);
	const char *date = clock_date(a, (int64_t)x);
	return arena_printf(a, "%.*s", (int)(strlen(date) - 5), date); /* without the year */
}

static void
draw_axes(struct html *h, const struct frame *f, bool narrow)
{
	for (int i = 0; i < f->ny; i++) {
		double y = f->y0 + i * f->dy;
		line_at(h, "axis", f->left, at_y(f, y), f->left + f->width, at_y(f, y));
		text_at(h, f->left - 8, at_y(f, y) + 4, "end", tick_text(h->arena, y, f->dy));
	}
	for (int i = 0; i < f->nx; i++) {
		double x = f->x0 + i * f->dx;
		if (!narrow || f->nx < 5 || i % 2 == 0)
			text_at(h, at_x(f, x), f->top + f->height + 20, "middle",
				x_text(h->arena, f->line, x, f->dx));
	}
	text_at(h, f->left + f->width / 2, f->top + f->height + 42, "middle", f->line->x_label);
	text_at(h, 0, 14, "label", f->line->y_label);
}

static void
draw_series(struct html *h, const struct frame *f, size_t k)
{
	const struct chart_series *s = &f->line->series.at[k];
	bool pen = false;
	buf_printf(&h->out, "<path class=\"series s%zu\" d=\"", k + 1);
	for (size_t i = 0; i < s->points.n; i++) {
		const struct chart_point *p = &s->points.at[i];
		bool good = isfinite(p->x) && isfinite(p->y);
		if (good)
			buf_printf(&h->out, "%c%.1f %.1f", pen ? 'L' : 'M', at_x(f, p->x),
				at_y(f, p->y));
		pen = good;
	}
	buf_puts(&h->out, "\"/>");
}

/* Which line is whose: a piece of each with its name, in rows above the plotting area. */
static void
draw_legend(struct html *h, const struct frame *f, bool narrow)
{
	size_t n = f->line->series.n, columns = narrow ? 2 : 4;
	for (size_t k = 0; k < n && k < MAX_SERIES; k++) {
		double x = f->left + f->width * (double)(k % columns) / (double)columns;
		double y = 36 + 20 * (double)(k / columns);
		buf_printf(&h->out, "<path class=\"series s%zu\" d=\"M%.1f %.1fh30\"/>", k + 1, x,
			y - 5);
		text_at(h, x + 38, y, "label",
			fitted(h->arena, f->line->series.at[k].label, narrow ? 14 : 16));
	}
}

static void
draw_lines(struct html *h, struct frame f, bool narrow)
{
	f.left = narrow ? 44 : 64;
	size_t shown = f.line->series.n < MAX_SERIES ? f.line->series.n : MAX_SERIES;
	f.top = shown < 2 ? 30 : narrow && shown > 2 ? 76 : 56;
	f.width = widths[narrow] - f.left - 24;
	f.height = narrow ? 200 : 260;
	svg_open(h, narrow, f.top + f.height + 52, f.line->title, f.words);
	draw_axes(h, &f, narrow);
	if (shown > 1)
		draw_legend(h, &f, narrow);
	if (f.line->diagonal) {
		double low = fmax(f.x0, f.y0);
		double high = fmin(f.x0 + f.dx * (f.nx - 1), f.y0 + f.dy * (f.ny - 1));
		if (low < high)
			line_at(h, "ideal", at_x(&f, low), at_y(&f, low), at_x(&f, high),
				at_y(&f, high));
	}
	for (size_t k = 0; k < f.line->series.n && k < MAX_SERIES; k++)
		draw_series(h, &f, k);
	buf_puts(&h->out, "</svg>");
}

/* Days are whole days of UTC, so that every tick is a date. */
static int
day_ticks(double low, double high, double *ret_first, double *ret_step)
{
	const double day = 86400;
	double from = floor(low / day), to = fmax(ceil(high / day), from + 1);
	double step = ceil((to - from) / 6);
	*ret_first = from * day;
	*ret_step = step * day;
	return (int)ceil((to - from) / step) + 1;
}

struct html_safe
chart_lines(struct arena *a, const struct chart_line *l)
{
	double x1 = INFINITY, x2 = -INFINITY, y1 = INFINITY, y2 = -INFINITY;
	struct buf words = buf_new(a);
	for (size_t k = 0; k < l->series.n && k < MAX_SERIES; k++) {
		const struct chart_series *s = &l->series.at[k];
		const struct chart_point *first = NULL, *last = NULL;
		for (size_t i = 0; i < s->points.n; i++) {
			const struct chart_point *p = &s->points.at[i];
			if (!isfinite(p->x) || !isfinite(p->y))
				continue;
			x1 = fmin(x1, p->x), x2 = fmax(x2, p->x);
			y1 = fmin(y1, p->y), y2 = fmax(y2, p->y);
			first = first ? first : p;
			last = p;
		}
		if (first)
			buf_printf(&words, "%s%s from %s to %s", words.n ? "; " : "",
				s->label ? s->label : "", html_of_real(a, first->y),
				html_of_real(a, last->y));
	}
	if (!words.n || (l->x_axis == CHART_DAY && (x1 < 0 || x2 > 253402300799.0)))
		return nothing(a, l->title);
	struct frame f = { .line = l, .words = words.p };
	/* Counts are read from zero; measures that lie far from it are not. */
	f.ny = chart_ticks(y1 > 0 && y1 < y2 / 2 ? 0 : y1, y2, 6, &f.y0, &f.dy);
	f.nx = l->x_axis == CHART_DAY ? day_ticks(x1, x2, &f.x0, &f.dx)
				      : chart_ticks(x1, x2, 7, &f.x0, &f.dx);
	struct html h = html_new(a);
	buf_puts(&h.out, "<div class=\"chart\">");
	draw_lines(&h, f, false);
	draw_lines(&h, f, true);
	buf_puts(&h.out, "</div>");
	return (struct html_safe){ h.out.p };
}

/* ---- small pictures ---- */

enum { SPARK_WIDTH = 120, SPARK_HEIGHT = 28 };

struct html_safe
chart_spark(struct arena *a, const char *title, const double *values, size_t n, double most)
{
	struct html h = html_new(a);
	bool drawing = false;
	double highest = NAN;
	for (size_t i = 0; i < n; i++)
		highest = fmax(highest, values[i]);
	buf_printf(&h.out,
		"<svg class=\"spark\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
		"role=\"img\" aria-label=\"",
		SPARK_WIDTH, SPARK_HEIGHT);
	html_text(&h, title);
	if (isfinite(highest) && most > 0)
		buf_printf(&h.out, ": at most %.0f %% of what is allowed", 100 * highest / most);
	else
		buf_puts(&h.out, ": nothing was measured yet");
	/* The ground, as long as the time that is shown. */
	buf_printf(&h.out, "\"><path class=\"ground\" d=\"M0 %dH%d\"/><path d=\"", SPARK_HEIGHT - 1,
		SPARK_WIDTH);
	for (size_t i = 0; i < n; i++) {
		double share = most > 0 ? values[i] / most : NAN;
		if (!isfinite(share)) {
			drawing = false;
			continue;
		}
		share = share < 0 ? 0 : share > 1 ? 1 : share;
		buf_putc(&h.out, drawing ? 'L' : 'M');
		html_tenths(&h, n > 1 ? (double)i * SPARK_WIDTH / (double)(n - 1) : 0);
		buf_putc(&h.out, ' ');
		html_tenths(&h, 1 + (SPARK_HEIGHT - 2) * (1 - share));
		/* One minute alone is a line too. */
		if (!drawing)
			buf_puts(&h.out, "h1");
		drawing = true;
	}
	buf_puts(&h.out, "\"/></svg>");
	return (struct html_safe){ h.out.p };
}

struct html_safe
chart_histogram(struct arena *a, const char *title, const struct chart_bin *bins, size_t n)
{
	enum { WIDEST = 14 };
	struct html h = html_new(a);
	double most = 1;
	if (n == 0)
		return (struct html_safe){ NULL };
	buf_printf(&h.out,
		"<svg class=\"spread\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
		"role=\"img\" aria-label=\"",
		SPARK_WIDTH, SPARK_HEIGHT);
	html_text(&h, title);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&h.out, i ? ", " : ": ");
		html_text(&h, bins[i].label);
		buf_printf(&h.out, " %s",
			isfinite(bins[i].count) ? filter_count(a, (int64_t)bins[i].count) : "few");
		most = fmax(most, bins[i].count);
	}
	buf_puts(&h.out, "\">");
	double step = fmin((double)SPARK_WIDTH / (double)n, WIDEST);
	for (size_t i = 0; i < n; i++) {
		bool told = isfinite(bins[i].count);
		/* A bar that stands for somebody is seen, however low it is. */
		double high = !told ? 3
			      : bins[i].count <= 0
				      ? 0
				      : fmax(1, (SPARK_HEIGHT - 2) * bins[i].count / most);
		if (high > 0)
			rect_at(&h, told ? "bar" : "hidden", step * ((double)i + 0.08),
				SPARK_HEIGHT - 1 - high, step * 0.84, high, 0);
	}
	line_at(&h, "ground", 0, SPARK_HEIGHT - 1, step * (double)n, SPARK_HEIGHT - 1);
	buf_puts(&h.out, "</svg>");
	return (struct html_safe){ h.out.p };
}
