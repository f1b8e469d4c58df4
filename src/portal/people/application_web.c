/* The organiser's side of applications: the table, the decisions, one application with its note. */
#include "portal/people/people.h"
#include "portal/mail/mail.h"

#include "portal/event/event.sql.h"
#include "portal/people/application.html.h"
#include "portal/people/applications.html.h"
#include "portal/team/team.h"
#include "portal/web/chart.h"

/* ---- the organiser's table ---------------------------------------------------------------------
 */

static const struct field application_row_fields[] = {
	FIELD(struct application_row, id, INT),
	FIELD(struct application_row, person, INT),
	FIELD(struct application_row, name, TEXT),
	FIELD(struct application_row, email, TEXT),
	FIELD(struct application_row, state, TEXT),
	FIELD(struct application_row, level, TEXT),
	FIELD(struct application_row, specialty, TEXT),
	FIELD(struct application_row, faculty, TEXT),
	FIELD(struct application_row, languages, TEXT),
	FIELD(struct application_row, fields, TEXT),
	FIELD(struct application_row, choice, TEXT),
	FIELD(struct application_row, skills, INT, .doc = "sum of ten ratings, 0 to 30"),
	FIELD(struct application_row, motivation, TEXT),
	FIELD(struct application_row, note, TEXT),
	FIELD(struct application_row, submitted, TIME),
	FIELD_END,
};

static const struct field share_fields[] = {
	FIELD(struct share, label, TEXT),
	FIELD(struct share, chosen, INT),
	FIELD(struct share, all, INT),
	FIELD_END,
};

static const struct field applications_fields[] = {
	FIELD(struct applications_view, seats, INT),
	FIELD(struct applications_view, applied, INT),
	FIELD(struct applications_view, undecided, INT),
	FIELD(struct applications_view, selected, INT),
	FIELD(struct applications_view, accepted, INT),
	FIELD(struct applications_view, waitlisted, INT),
	FIELD_LIST(struct applications_view, people, application_row_fields),
	FIELD_LIST(struct applications_view, shares, share_fields),
	FIELD_END,
};

static enum status
counts(struct req *r, struct application_counts *ret, struct err *e)
{
	struct application_tally_rows tally;
	TRY(db_application_tally(r->db, r->event.id, &tally, e));
	*ret = application_count(tally.at, tally.n);
	return OK;
}

static struct html_safe
picture(struct arena *a, const struct share *shares)
{
	struct chart_bar bars[APPLICATION_SHARES];
	for (int i = 0; i < APPLICATION_SHARES; i++)
		bars[i] = (struct chart_bar){
			.label = shares[i].label, .value = shares[i].chosen, .of = shares[i].all
		};
	return chart_bars(
		a, "Offered or holding a seat, of all who applied", bars, APPLICATION_SHARES, 0);
}

static enum status
applications_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct applications_view *v = view;
	struct application_list_rows rows;
	struct application_counts *n = ARENA_NEW(r->arena, struct application_counts);
	struct event_by_id ev;
	v->state = req_query(r, "state");
	v->level = req_query(r, "level");
	v->specialty = req_query(r, "specialty");
	v->words = req_query(r, "words");
	v->sort = req_query(r, "sort");
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	TRY(counts(r, n, e));
	TRY(db_application_list(
		r->db, r->event.id, v->state, v->level, v->specialty, v->words, &rows, e));
	v->seats = ev.seats;
	v->applied = n->applied;
	v->undecided = n->undecided;
	v->selected = n->selected;
	v->accepted = n->accepted;
	v->waitlisted = n->waitlisted;
	v->may_decide = req_may(r, CAP_APPLICATION_DECIDE);
	v->people.at = ARENA_ARRAY(r->arena, rows.n, struct application_row);
	v->people.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct application_list *a = &rows.at[i];
		v->people.at[i] = (struct application_row){ a->id, a->person, a->skills,
			a->submitted, a->name, a->email, a->state, a->level, a->specialty,
			a->faculty, a->languages, a->fields, a->motivation, a->note, a->choice };
	}
	application_sort(v->people.at, v->people.n, v->sort);
	v->shares.at = n->shares;
	v->shares.n = APPLICATION_SHARES;
	v->picture = picture(r->arena, n->shares);
	return OK;
}

struct decide_in {
	text_list ids;
	const char *state;
};

static const struct field decide_in[] = {
	FIELD(struct decide_in, ids, TEXTS, .required = true, .label = "People"),
	FIELD(struct decide_in, state, TEXT, .required = true,
		.choices = "selected|waitlisted|not selected|submitted", .label = "Decision"),
	FIELD_END,
};

static enum status
decide_one(struct req *r, int64_t id, const char *state, struct err *e)
{
	struct application_by_id a;
	TRY(db_application_by_id(r->db, r->event.id, id, &a, e));
	if (streq(a.state, state))
		return OK;
	if (!people_may_decide(a.state, state))
		return err_set(e, E_CONFLICT, "ids", "%s is \"%s\" and cannot become \"%s\".",
			a.name, a.state, state);
	TRY(db_application_decide(r->db, id, state, r->now, e));
	if (streq(a.state, "accepted")) {
		int64_t room;
		TRY(db_role_remove(r->db, r->event.id, a.person, "participant", e));
		TRY(team_leave(r->db, r->event.id, a.person, r->now, &room, e));
		req_after(r, team_left, a.person, room, 0);
	}
	if (!streq(state, "submitted"))
		TRY(db_outbox_add(r->db, r->event.id, a.person, a.email,
			arena_printf(r->arena, "%s: about your application", r->event.name),
			application_words(state), r->now, e));
	return req_audit(r, "application decided",
		arena_printf(r->arena, "application %lld", (long long)id), state, e);
}

static enum status
decide(struct req *r, const void *in, void *view, struct err *e)
{
	const struct decide_in *f = in;
	struct application_counts n;
	struct event_by_id ev;
	for (size_t i = 0; i < f->ids.n; i++) {
		int64_t id;
		if (!str_int(str_of(f->ids.at[i]), &id))
			return err_set(e, E_INPUT, "ids", "\"%.40s\" is not an application.",
				f->ids.at[i]);
		TRY(decide_one(r, id, f->state, e));
	}
	TRY(counts(r, &n, e));
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	/* Seats may have been cut meanwhile: then only further offers are refused. */
	if (streq(f->state, "selected") && n.selected + n.accepted > ev.seats)
		return err_set(e, E_CONFLICT, "ids",
			"That would make %lld offers for %lld seats. Put some on the waiting list "
			"first.",
			(long long)(n.selected + n.accepted), (long long)ev.seats);
	req_flash(r, "%zu %s now: %s. %s", f->ids.n, f->ids.n == 1 ? "person is" : "people are",
		f->state, mail_news_words(r->arena, &r->server->config, "They are"));
	return OK;
}

/* ---- one application ---------------------------------------------------------------------------
 */

static const struct field application_view_fields[] = {
	FIELD_ROW(struct application_view, person, application_row_fields),
	FIELD_LIST(struct application_view, skills, skill_fields),
	FIELD_END,
};

static enum status
application_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct application_view *v = view;
	struct application_by_id a;
	struct apply_form f = { 0 };
	int64_t id;
	TRY(req_id(r, "application", &id, e));
	TRY(db_application_by_id(r->db, r->event.id, id, &a, e));
	if (streq(a.state, "draft") || streq(a.state, "withdrawn"))
		return err_set(e, E_ABSENT, "", "There is no such application.");
	f.skill_analysis = a.skill_analysis;
	f.skill_visualisation = a.skill_visualisation;
	f.skill_learning = a.skill_learning;
	f.skill_biostatistics = a.skill_biostatistics;
	f.skill_modelling = a.skill_modelling;
	f.skill_images = a.skill_images;
	f.skill_records = a.skill_records;
	f.skill_databases = a.skill_databases;
	f.skill_series = a.skill_series;
	f.skill_text = a.skill_text;
	v->skills.at = application_skills(r->arena, &f, &v->skills.n);
	v->person = (struct application_row){ a.id, a.person, a.skills, a.submitted, a.name,
		a.email, a.state, a.level, a.specialty, a.faculty, a.languages, a.fields,
		a.motivation, a.note, NULL };
	v->may_decide = req_may(r, CAP_APPLICATION_DECIDE);
	r->page.title = a.name;
	return OK;
}

struct note_in {
	const char *note;
};

static const struct field note_in[] = {
	FIELD(struct note_in, note, TEXT, .trim = true, .multiline = true, .max = 2000,
		.label = "Note"),
	FIELD_END,
};

static enum status
note_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct note_in *f = in;
	int64_t id;
	TRY(req_id(r, "application", &id, e));
	TRY(db_application_set_note(r->db, r->event.id, id, f->note, e));
	if (db_changes(r->db) == 0)
		return err_set(e, E_ABSENT, "", "There is no such application.");
	req_flash(r, "The note is saved. Applicants never see it.");
	return OK;
}

const struct route application_routes[] = {
	{ GET, "/e/:event/applications", applications_show, CAP_APPLICATION_REVIEW,
		"All applications; filter by state, level, specialty, words; sort.", "People",
		VIEW(struct applications_view, applications_fields), .page = page_applications },
	{ POST, "/e/:event/applications/decide", decide, CAP_APPLICATION_DECIDE,
		"Selects, waitlists or declines several applications at once.",
		IN(struct decide_in, decide_in), .then = "/e/:event/applications",
		.shows = "/e/:event/applications" },
	{ GET, "/e/:event/applications/:application", application_show, CAP_APPLICATION_REVIEW,
		"One application.", NULL, VIEW(struct application_view, application_view_fields),
		.page = page_application },
	{ POST, "/e/:event/applications/:application", note_save, CAP_APPLICATION_REVIEW,
		"Keeps a note about an application.", IN(struct note_in, note_in) },
	{ 0 },
};
