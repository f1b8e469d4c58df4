/* The results page and its numbers as CSV. */
#include <math.h>

#include "portal/event/event.sql.h"
#include "portal/report/report.h"
#include "portal/report/report.sql.h"
#include "portal/score/score.h"
#include "portal/web/chart.h"
#include "portal/web/csv.h"
#include "portal/web/web.sql.h"

static const struct field figure_fields[] = {
	FIELD(struct report_figure, label, TEXT),
	FIELD(struct report_figure, n, INT, .doc = "0 when it is not told"),
	FIELD(struct report_figure, small, BOOL, .doc = "fewer than 10 people: not told"),
	FIELD_END,
};

static const struct field share_fields[] = {
	FIELD(struct report_share, label, TEXT),
	FIELD(struct report_share, took_part, INT, .doc = "0 when it is not told"),
	FIELD(struct report_share, small, BOOL, .doc = "fewer than 10 people: not told"),
	FIELD_END,
};

static const struct field rank_fields[] = {
	FIELD(struct report_rank, rank, INT, .doc = "equal for a tie; 0 without a score"),
	FIELD(struct report_rank, team, INT, .doc = "its number in the event"),
	FIELD(struct report_rank, name, TEXT),
	FIELD(struct report_rank, value, REAL, .doc = "of the best scored submission"),
	FIELD(struct report_rank, low, REAL, .doc = "lower end of the 95 % interval"),
	FIELD(struct report_rank, high, REAL, .doc = "upper end of the 95 % interval"),
	FIELD(struct report_rank, scored, INT, .doc = "submissions scored"),
	FIELD(struct report_rank, refused, INT, .doc = "submissions refused"),
	FIELD_END,
};

static const struct field project_fields[] = {
	FIELD(struct report_project, slug, TEXT),
	FIELD(struct report_project, title, TEXT),
	FIELD(struct report_project, lead, TEXT),
	FIELD(struct report_project, source, TEXT),
	FIELD(struct report_project, ethics, TEXT, .doc = "number and committee of the approval"),
	FIELD(struct report_project, recipe_hash, TEXT, .doc = "of the de-identification recipe"),
	FIELD(struct report_project, metric, TEXT),
	FIELD(struct report_project, tables, INT),
	FIELD(struct report_project, rows, INT),
	FIELD(struct report_project, patients, INT, .doc = "0 when it is not told"),
	FIELD(struct report_project, sample_patients, INT, .doc = "0 when it is not told"),
	FIELD(struct report_project, hidden_patients, INT, .doc = "0 when it is not told"),
	FIELD(struct report_project, small, BOOL,
		.doc = "one of the three is fewer than 10: none is told"),
	FIELD(struct report_project, scored, INT),
	FIELD(struct report_project, refused, INT),
	FIELD_LIST(struct report_project, board, rank_fields),
	FIELD_END,
};

static const struct field team_fields[] = {
	FIELD(struct report_team, number, INT),
	FIELD(struct report_team, name, TEXT),
	FIELD(struct report_team, project, TEXT),
	FIELD(struct report_team, presentation, TEXT),
	FIELD_END,
};

static const struct field place_fields[] = {
	FIELD(struct report_place, place, INT),
	FIELD(struct report_place, team, INT, .doc = "its number in the event"),
	FIELD(struct report_place, name, TEXT),
	FIELD(struct report_place, project, TEXT),
	FIELD(struct report_place, mean, REAL, .doc = "plain mean of the jurors' scores, 1 to 5"),
	FIELD(struct report_place, adjusted, REAL,
		.doc = "with strict and lenient jurors evened out"),
	FIELD(struct report_place, unclear, BOOL,
		.doc = "without one of the jurors it would be on the other side of the line"),
	FIELD_END,
};

static const struct field phase_fields[] = {
	FIELD(struct report_phase, title, TEXT),
	FIELD(struct report_phase, begun, TIME),
	FIELD_END,
};

const struct field results_fields[] = {
	FIELD(struct results_view, name, TEXT),
	FIELD(struct results_view, place, TEXT),
	FIELD(struct results_view, mode, TEXT),
	FIELD(struct results_view, starts, TIME),
	FIELD(struct results_view, ends, TIME),
	FIELD(struct results_view, closed, BOOL, .doc = "false: still to be completed"),
	FIELD_LIST(struct results_view, figures, figure_fields),
	FIELD_LIST(struct results_view, levels, share_fields),
	FIELD_LIST(struct results_view, specialties, share_fields),
	FIELD_LIST(struct results_view, projects, project_fields),
	FIELD_LIST(struct results_view, teams, team_fields),
	FIELD(struct results_view, submissions, INT, .doc = "scored"),
	FIELD(struct results_view, refused, INT, .doc = "submissions refused as files"),
	FIELD(struct results_view, winner, TEXT),
	FIELD(struct results_view, winner_project, TEXT),
	FIELD_LIST(struct results_view, shortlist, place_fields),
	FIELD_LIST(struct results_view, first, place_fields, .doc = "the first round of the jury"),
	FIELD_LIST(struct results_view, final, place_fields, .doc = "the final"),
	FIELD_LIST(struct results_view, phases, phase_fields),
	FIELD_END,
};

/* ---- people ------------------------------------------------------------------------------------
 */

static struct report_figure
people_figure(const char *label, int64_t n)
{
	bool small = n < SMALL_LEAST;
	return (struct report_figure){ label, small ? 0 : n, small };
}

static enum status
load_figures(struct req *r, struct results_view *v, int64_t seats, struct err *e)
{
	struct report_people p;
	TRY(db_report_people(r->db, r->event.id, &p, e));
	struct report_figure *at = ARENA_ARRAY(r->arena, 8, struct report_figure);
	size_t n = 0;
	at[n++] = people_figure("applied", p.applied);
	at[n++] = people_figure("were offered a seat", p.offered);
	at[n++] = people_figure("took part", p.took_part);
	/* Mentors and jurors stand on the event's page by name: their numbers are no secret. */
	at[n++] = (struct report_figure){ "mentors", p.mentors, false };
	at[n++] = (struct report_figure){ "jurors", p.jurors, false };
	at[n++] = (struct report_figure){ "seats", seats, false };
	v->figures.at = at;
	v->figures.n = n;
	return OK;
}

static struct html_safe
share_picture(struct arena *a, const char *title, const struct report_share *at, size_t n)
{
	struct chart_bar *bars = ARENA_ARRAY(a, n + 1, struct chart_bar);
	for (size_t i = 0; i < n; i++)
		bars[i] = (struct chart_bar){ at[i].label, at[i].took_part, 0 };
	return chart_bars(a, title, bars, n, SMALL_LEAST);
}

static struct report_share *
shares(struct arena *a, const struct report_kind_rows *rows, size_t *ret_n)
{
	struct report_share *at = ARENA_ARRAY(a, rows->n, struct report_share);
	for (size_t i = 0; i < rows->n; i++)
		at[i] = (struct report_share){ rows->at[i].kind, rows->at[i].took_part, false };
	*ret_n = report_fold(a, at, rows->n);
	return at;
}

static enum status
load_shares(struct req *r, struct results_view *v, struct err *e)
{
	struct report_kind_rows rows;
	TRY(db_report_levels(r->db, r->event.id, &rows, e));
	v->levels.at = shares(r->arena, &rows, &v->levels.n);
	v->level_picture =
		share_picture(r->arena, "Took part, by level", v->levels.at, v->levels.n);
	TRY(db_report_specialties(r->db, r->event.id, &rows, e));
	v->specialties.at = shares(r->arena, &rows, &v->specialties.n);
	v->specialty_picture = share_picture(
		r->arena, "Took part, by specialty", v->specialties.at, v->specialties.n);
	return OK;
}

/* ---- projects, teams, scores -------------------------------------------------------------------
 */

/* One team's rank row from all submissions of the event. */
static struct report_rank
best_of(const struct report_teams *t, const struct report_submissions_rows *subs,
	const char *metric)
{
	struct report_rank out = {
		.team = t->number, .name = t->name, .value = NAN, .low = NAN, .high = NAN
	};
	for (size_t i = 0; i < subs->n; i++) {
		const struct report_submissions *s = &subs->at[i];
		if (s->team != t->id)
			continue;
		if (streq(s->state, "refused")) {
			out.refused++;
			continue;
		}
		out.scored++;
		if (isnan(out.value) || score_better(metric, s->value, out.value)) {
			out.value = s->value;
			out.low = s->low;
			out.high = s->high;
		}
	}
	return out;
}

static struct html_safe
board_picture(struct arena *a, const struct report_project *p)
{
	struct chart_interval *rows = ARENA_ARRAY(a, p->board.n + 1, struct chart_interval);
	for (size_t i = 0; i < p->board.n; i++) {
		const struct report_rank *b = &p->board.at[i];
		rows[i] = (struct chart_interval){ .label = b->name,
			.value = b->value,
			.low = b->low,
			.high = b->high,
			.rank = b->rank };
	}
	return chart_intervals(
		a, arena_printf(a, "%s of the teams", p->metric), p->metric, rows, p->board.n);
}

static void
fill_project(struct req *r, const struct report_projects *p, const struct report_teams_rows *teams,
	const struct report_submissions_rows *subs, struct report_project *out)
{
	*out = (struct report_project){ .slug = p->slug,
		.title = p->title,
		.lead = p->lead,
		.source = p->source,
		.ethics = p->ethics_number[0] ? arena_printf(r->arena, "%s, %s", p->ethics_number,
							p->ethics_committee)
					      : "",
		.recipe_hash = p->recipe_hash,
		.metric = score_metric(p->task),
		.has_data = p->recipe_hash[0] != '\0',
		.tables = p->tables,
		.rows = p->rows };
	/* Full, sample and hidden add up: one that is small would follow from the others. */
	out->small = p->patients < SMALL_LEAST || p->sample_patients < SMALL_LEAST ||
		     p->hidden_patients < SMALL_LEAST;
	if (!out->small) {
		out->patients = p->patients;
		out->sample_patients = p->sample_patients;
		out->hidden_patients = p->hidden_patients;
	}
	out->board.at = ARENA_ARRAY(r->arena, teams->n, struct report_rank);
	for (size_t i = 0; i < teams->n; i++)
		if (teams->at[i].project == p->id)
			out->board.at[out->board.n++] = best_of(&teams->at[i], subs, out->metric);
	report_rank(out->board.at, out->board.n, score_larger_is_better(out->metric));
	for (size_t i = 0; i < out->board.n; i++) {
		out->scored += out->board.at[i].scored;
		out->refused += out->board.at[i].refused;
	}
	out->picture = board_picture(r->arena, out);
}

static enum status
load_projects(struct req *r, struct results_view *v, struct err *e)
{
	struct report_projects_rows projects;
	struct report_teams_rows teams;
	struct report_submissions_rows subs;
	TRY(db_report_projects(r->db, r->event.id, &projects, e));
	TRY(db_report_teams(r->db, r->event.id, &teams, e));
	TRY(db_report_submissions(r->db, r->event.id, &subs, e));
	v->projects.at = ARENA_ARRAY(r->arena, projects.n, struct report_project);
	v->projects.n = projects.n;
	for (size_t i = 0; i < projects.n; i++) {
		struct report_project *p = &v->projects.at[i];
		fill_project(r, &projects.at[i], &teams, &subs, p);
		v->submissions += p->scored;
		v->refused += p->refused;
	}
	v->teams.at = ARENA_ARRAY(r->arena, teams.n, struct report_team);
	v->teams.n = teams.n;
	for (size_t i = 0; i < teams.n; i++)
		v->teams.at[i] = (struct report_team){ teams.at[i].number, teams.at[i].name,
			teams.at[i].project_title, teams.at[i].presentation };
	return OK;
}

/* ---- jury and timeline -------------------------------------------------------------------------
 */

static enum status
load_places(struct req *r, struct results_view *v, struct err *e)
{
	struct report_places_rows rows;
	TRY(db_report_places(r->db, r->event.id, &rows, e));
	v->first.at = ARENA_ARRAY(r->arena, rows.n, struct report_place);
	v->final.at = ARENA_ARRAY(r->arena, rows.n, struct report_place);
	v->shortlist.at = ARENA_ARRAY(r->arena, rows.n, struct report_place);
	for (size_t i = 0; i < rows.n; i++) {
		const struct report_places *p = &rows.at[i];
		struct report_place row = { p->place, p->number, p->name, p->project, p->mean,
			p->adjusted, p->unclear };
		if (streq(p->round, "final")) {
			v->final.at[v->final.n++] = row;
			if (p->place == 1 && !v->winner) {
				v->winner = p->name;
				v->winner_project = p->project;
			}
			continue;
		}
		v->first.at[v->first.n++] = row;
		if (p->place <= 3)
			v->shortlist.at[v->shortlist.n++] = row;
	}
	return OK;
}

static enum status
load_phases(struct req *r, struct results_view *v, struct err *e)
{
	struct phase_list_rows rows;
	TRY(db_phase_list(r->db, r->event.id, &rows, e));
	v->phases.at = ARENA_ARRAY(r->arena, rows.n, struct report_phase);
	for (size_t i = 0; i < rows.n; i++)
		if (rows.at[i].begun)
			v->phases.at[v->phases.n++] =
				(struct report_phase){ phase_title(phase_parse(rows.at[i].phase)),
					rows.at[i].begun };
	return OK;
}

enum status
results_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct results_view *v = view;
	struct event_by_id ev;
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	v->name = ev.name;
	v->place = ev.place;
	v->mode = ev.mode;
	v->starts = ev.starts;
	v->ends = ev.ends;
	v->closed = r->event.phase == PHASE_CLOSED;
	TRY(load_figures(r, v, ev.seats, e));
	TRY(load_shares(r, v, e));
	TRY(load_projects(r, v, e));
	TRY(load_places(r, v, e));
	TRY(load_phases(r, v, e));
	r->page.title = arena_printf(r->arena, "Results of %s", ev.name);
	return OK;
}

/* ---- CSV ---------------------------------------------------------------------------------------
 */

/* One number a row, so that a statistician can filter instead of parse. */
static void
csv_number(struct csv *c, const char *part, const char *of, const char *what, double v)
{
	csv_text(c, part);
	csv_text(c, of);
	csv_text(c, what);
	csv_real(c, v);
	csv_text(c, "");
	csv_text(c, "");
	csv_end(c);
}

static void
csv_people(struct csv *c, const struct results_view *v)
{
	for (size_t i = 0; i < v->figures.n; i++) {
		const struct report_figure *f = &v->figures.at[i];
		csv_number(c, "people", "", f->label, f->small ? NAN : (double)f->n);
	}
	for (size_t k = 0; k < 2; k++) {
		size_t n = k ? v->specialties.n : v->levels.n;
		const struct report_share *at = k ? v->specialties.at : v->levels.at;
		const char *part = k ? "specialty" : "level";
		for (size_t i = 0; i < n; i++) {
			double took = at[i].small ? NAN : (double)at[i].took_part;
			csv_number(c, part, at[i].label, "took part", took);
		}
	}
}

static void
csv_project(struct csv *c, const struct report_project *p)
{
	const struct {
		const char *what;
		int64_t n;
		bool patients;
	} facts[] = { { "patients", p->patients, true },
		{ "sample patients", p->sample_patients, true },
		{ "hidden patients", p->hidden_patients, true }, { "tables", p->tables, false },
		{ "rows", p->rows, false }, { "submissions scored", p->scored, false },
		{ "submissions refused", p->refused, false } };
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
		csv_number(c, "project", p->title, facts[i].what,
			facts[i].patients && p->small ? NAN : (double)facts[i].n);
	for (size_t i = 0; i < p->board.n; i++) {
		csv_text(c, p->metric);
		csv_text(c, p->title);
		csv_text(c, p->board.at[i].name);
		csv_real(c, p->board.at[i].value);
		csv_real(c, p->board.at[i].low);
		csv_real(c, p->board.at[i].high);
		csv_end(c);
	}
}

static void
csv_places(struct csv *c, const char *round, const struct report_place *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		csv_number(c, round, at[i].name, "place", (double)at[i].place);
		csv_number(c, round, at[i].name, "mean", at[i].mean);
		csv_number(c, round, at[i].name, "adjusted", at[i].adjusted);
	}
}

enum status
results_csv(struct req *r, const void *in, void *view, struct err *e)
{
	struct results_view v = { 0 };
	struct buf b = buf_new(r->arena);
	struct csv c = csv_new(&b);
	TRY(results_show(r, NULL, &v, e));
	csv_row(&c, (const char *const[]){ "part", "of", "what", "value", "low", "high", NULL });
	csv_people(&c, &v);
	for (size_t i = 0; i < v.projects.n; i++)
		csv_project(&c, &v.projects.at[i]);
	csv_places(&c, "first round", v.first.at, v.first.n);
	csv_places(&c, "final", v.final.at, v.final.n);
	r->raw.type = "text/csv; charset=utf-8";
	r->raw.name = arena_printf(r->arena, "%s-results.csv", r->event.slug);
	r->raw.bytes = buf_str(&b);
	return OK;
}
