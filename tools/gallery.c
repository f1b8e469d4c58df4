/*
 * gallery FOLDER: writes gallery.html, a page with every part of the style sheet and invented
 * content, and the static files it needs, so that people and browser tests can look at them.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/io.h"
#include "gallery.h"
#include "portal/web/chart.h"
#include "portal/web/html.h"
#include "portal/web/markdown.h"
#include "portal/web/static.h"
#include "tools/gallery.html.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
pictures(struct arena *a, struct gallery *g)
{
	static const struct chart_bar bars[] = { { "BSc", 20, 40 }, { "MSc", 20, 25 },
		{ "PhD", 10, 12 }, { "Alumni", 4, 4 } };
	static const struct chart_interval rows[] = { { "Team 3", 0.681, 0.654, 0.708, 1, true,
							      false },
		{ "Team 7", 0.676, 0.649, 0.703, 1, false, false },
		{ "Team 4, the long-named cardiologists", 0.650, 0.622, 0.678, 3, false, false },
		{ "Team 8", NAN, NAN, NAN, 0, false, false },
		{ "Baseline, logistic", 0.602, 0.574, 0.630, 0, false, true } };
	static struct chart_point mine[] = { { 0.05, 0.07 }, { 0.15, 0.13 }, { 0.25, 0.27 },
		{ 0.35, 0.38 }, { 0.45, 0.42 }, { 0.6, 0.64 }, { 0.75, 0.71 }, { 0.9, 0.86 } };
	static struct chart_point base[] = { { 0.05, 0.12 }, { 0.2, 0.24 }, { 0.4, 0.36 },
		{ 0.6, 0.5 }, { 0.8, 0.62 } };
	static struct chart_series series[] = { { "Team 3", { mine, COUNT(mine) } },
		{ "Baseline", { base, COUNT(base) } } };
	struct chart_line line = { .title = "Calibration",
		.x_label = "predicted risk",
		.y_label = "observed",
		.diagonal = true,
		.series = { series, COUNT(series) } };
	g->bars = chart_bars(a, "Level of the selected, of all applicants", bars, COUNT(bars), 10);
	g->intervals = chart_intervals(a, "Leaderboard", "AUROC", rows, COUNT(rows));
	g->lines = chart_lines(a, &line);
	g->markdown = markdown_html(a,
		"We ask **which patients** come back within 30 days.\n\n"
		"- age and sex\n- earlier stays, see [the dictionary](/e/carmel/data)\n\n"
		"| table | rows |\n|---|--:|\n| admissions | 58,976 |\n| labs | 22,300,141 |\n\n"
		"> The plan is in `plan.md`.\n\n```\nfit <- glm(back ~ age)\n```\n");
}

static struct gallery
content(struct arena *a)
{
	static struct gallery_row rows[] = { { "Team 3", "best", "good", 0.681, 0.654, 0.708, 7,
						     true },
		{ "Team 7", "being scored", "", 0.676, 0.649, 0.703, 10, false },
		{ "Team 4", "one day left", "due", 0.650, 0.622, 0.678, 4, false } };
	static const char *skills[] = { "Machine learning", "Biostatistics",
		"Electronic health records", "Time series" };
	static const char *levels[] = { "BSc", "MSc", "PhD", "Alumni" };
	static const char *scores[] = { "0", "1", "2", "3", "4" };
	struct gallery g = { .due = clock_now() + 18720,
		.applied = 80,
		.selected = 50,
		.rows = { rows, COUNT(rows) },
		.skills = { skills, COUNT(skills) },
		.levels = { levels, COUNT(levels) },
		.scores = { scores, COUNT(scores) },
		.chosen = "med" };
	pictures(a, &g);
	return g;
}

static struct page
frame(void)
{
	static struct page_link nav[] = { { "#", "Today", true }, { "#", "Team 3", false },
		{ "#", "Data", false }, { "#", "Leaderboard", false },
		{ "#", "Programme", false } };
	static struct page_phase phases[] = { { "Applications", "closed 2 Nov", "done" },
		{ "Selection", "6 Nov", "done" }, { "Teams", "9 Nov", "done" },
		{ "Setup", "sealed 15 Nov", "done" }, { "Sample", "16 Nov", "done" },
		{ "Full data", "until Tue 16:30", "now" },
		{ "Presentations", "Tue 18:00", "later" }, { "Final", "Wed 15:00", "later" } };
	static struct page_field form[] = { { "name", "Noa <Levi>", "This name is already taken." },
		{ "level", "PhD", NULL }, { "why", "", "Please write a sentence or two." } };
	return (struct page){ .title = "Gallery",
		.csrf = "none",
		.event = "carmel",
		.event_name = "Carmel Datathon 2026",
		.me = "Noa Levi",
		.my_role = "participant",
		.flash = "Your application is saved.",
		.problem = "Two fields need another look: name and motivation.",
		.inside = true,
		.nav = { nav, COUNT(nav) },
		.phases = { phases, COUNT(phases) },
		.form = { form, COUNT(form) } };
}

/* Addresses of a server become those of files beside the page. */
static struct str
beside(struct arena *a, struct str s)
{
	struct buf b = buf_new(a);
	for (const char *at; (at = memmem(s.p, s.n, "\"/static/", 9));) {
		size_t n = (size_t)(at - s.p) + 1;
		buf_put(&b, s.p, n);
		s = (struct str){ s.p + n + 8, s.n - n - 8 };
	}
	buf_put(&b, s.p, s.n);
	return buf_str(&b);
}

static enum status
write_all(struct arena *a, const char *folder, struct err *err)
{
	TRY(io_mkdirs(folder, 0755, err));
	cleanup_fd int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(err, "cannot open %s", folder);
	struct html h = html_new(a);
	struct page page = frame();
	struct gallery g = content(a);
	html_page(&h, &page, page_gallery, &g);
	struct str text = beside(a, buf_str(&h.out));
	TRY(io_replace_at(dir, "gallery.html", 0644, text.p, text.n, err));
	for (const struct static_file *f = static_files; f->name; f++)
		TRY(io_replace_at(dir, f->name, 0644, f->bytes, f->n, err));
	return OK;
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct err err = { 0 };
	if (argc != 2 || write_all(a, argv[1], &err) != OK) {
		fprintf(stderr, "gallery: %s\n", argc == 2 ? err.text : "usage: gallery FOLDER");
		return 1;
	}
	return 0;
}
