#include "portal/people/people.h"

#include "portal/event/event.sql.h"
#include "portal/people/application.html.h"
#include "portal/people/applications.html.h"
#include "portal/people/apply.html.h"
#include "portal/team/team.h"
#include "portal/web/chart.h"

#define LEVELS "BSc|MSc|PhD|alumni"
#define SPECIALTIES "engineering|biomedical|other"

static const char *const languages[] = { "Python", "R", "MATLAB", "C or C++", "Java", "SQL", "SAS",
	"Julia", "none" };
static const char *const fields[] = { "cardiology", "infectious diseases", "obstetrics",
	"intensive care", "oncology", "neurology", "surgery", "paediatrics", "public health",
	"other" };
enum {
	N_LANGUAGES = sizeof languages / sizeof languages[0],
	N_FIELDS = sizeof fields / sizeof fields[0],
};

/* ---- the form ----------------------------------------------------------------------------------
 */

enum { MOTIVATION_MIN = 20 };

#define SKILL(m, text) FIELD(struct apply_form, m, INT, .max = 3, .label = text)
#define APPLY_INPUTS(must)                                                                         \
	FIELD(struct apply_form, level, TEXT, .required = must, .choices = LEVELS,                 \
		.label = "Level of study"),                                                        \
		FIELD(struct apply_form, specialty, TEXT, .required = must,                        \
			.choices = SPECIALTIES, .label = "Specialty"),                             \
		FIELD(struct apply_form, faculty, TEXT, .required = must, .trim = true,            \
			.max = 120, .label = "Faculty or hospital department"),                    \
		FIELD(struct apply_form, languages, TEXTS, .required = must, .max = 40,            \
			.choices = "Python|R|MATLAB|C or C++|Java|SQL|SAS|Julia|none",             \
			.label = "Programming languages"),                                         \
		FIELD(struct apply_form, fields, TEXTS, .required = must, .max = 40,               \
			.choices = "cardiology|infectious diseases|obstetrics|intensive "          \
				   "care|oncology|"                                                \
				   "neurology|surgery|paediatrics|public health|other",            \
			.label = "Medical fields of interest"),                                    \
		FIELD(struct apply_form, motivation, TEXT, .required = must, .trim = true,         \
			.multiline = true, .min = must ? MOTIVATION_MIN : 0, .max = 4000,          \
			.label = "Motivation"),                                                    \
		SKILL(skill_analysis, "Data analysis"),                                            \
		SKILL(skill_visualisation, "Data visualisation"),                                  \
		SKILL(skill_learning, "Machine learning"),                                         \
		SKILL(skill_biostatistics, "Biostatistics"), SKILL(skill_modelling, "Modelling"),  \
		SKILL(skill_images, "Image analysis"), SKILL(skill_records, "EHR analysis"),       \
		SKILL(skill_databases, "Database management"), SKILL(skill_series, "Time series"), \
		SKILL(skill_text, "Text analysis"),                                                \
		FIELD(struct apply_form, choice1, INT, .required = must, .min = 1,                 \
			.max = INT64_MAX, .label = "First choice of project"),                     \
		FIELD(struct apply_form, choice2, INT, .label = "Second choice"),                  \
		FIELD(struct apply_form, choice3, INT, .label = "Third choice"),                   \
		FIELD(struct apply_form, consent_statistics, BOOL,                                 \
			.label = "My answers may be counted in statistics"),                       \
		FIELD(struct apply_form, consent_photo, BOOL,                                      \
			.label = "Photos of me may be published"),                                 \
		FIELD(struct apply_form, consent_contact, BOOL,                                    \
			.label = "You may write to me afterwards")

static const struct field apply_in[] = { APPLY_INPUTS(true), FIELD_END };
/* A draft may have gaps; what is there must still make sense. */
static const struct field draft_in[] = { APPLY_INPUTS(false), FIELD_END };

static const struct {
	size_t offset;
	const char *name, *label;
} skills[] = {
#define S(m, text)                                                                                 \
	{                                                                                          \
		offsetof(struct apply_form, m), #m, text                                           \
	}
	S(skill_analysis, "Data analysis"),
	S(skill_visualisation, "Data visualisation"),
	S(skill_learning, "Machine learning"),
	S(skill_biostatistics, "Biostatistics"),
	S(skill_modelling, "Modelling"),
	S(skill_images, "Image analysis"),
	S(skill_records, "EHR analysis"),
	S(skill_databases, "Database management"),
	S(skill_series, "Time series"),
	S(skill_text, "Text analysis"),
#undef S
};
enum { N_SKILLS = sizeof skills / sizeof skills[0] };

static struct skill *
skill_rows(struct arena *a, const struct apply_form *f)
{
	struct skill *at = ARENA_ARRAY(a, N_SKILLS, struct skill);
	for (int i = 0; i < N_SKILLS; i++) {
		int64_t value = *(const int64_t *)((const char *)f + skills[i].offset);
		at[i] = (struct skill){ skills[i].name, skills[i].label, value };
	}
	return at;
}

static const struct field skill_fields[] = {
	FIELD(struct skill, name, TEXT),
	FIELD(struct skill, label, TEXT),
	FIELD(struct skill, value, INT, .doc = "0 none to 3 expert, as the applicant rates it"),
	FIELD_END,
};

static const struct field tick_fields[] = {
	FIELD(struct tick, value, TEXT),
	FIELD(struct tick, on, BOOL),
	FIELD_END,
};

static const struct field choice_fields[] = {
	FIELD(struct choice, id, INT),
	FIELD(struct choice, title, TEXT),
	FIELD_END,
};

static const struct field apply_form_fields[] = { APPLY_INPUTS(false), FIELD_END };

static const struct field apply_view_fields[] = {
	FIELD(struct apply_view, state, TEXT),
	FIELD(struct apply_view, state_text, TEXT),
	FIELD(struct apply_view, saved, TIME),
	FIELD(struct apply_view, submitted, TIME),
	FIELD(struct apply_view, open, BOOL, .doc = "can still be changed"),
	FIELD(struct apply_view, offer, BOOL, .doc = "a seat waits for an answer"),
	FIELD_ROW(struct apply_view, form, apply_form_fields),
	FIELD_LIST(struct apply_view, skills, skill_fields),
	FIELD_LIST(struct apply_view, languages, tick_fields),
	FIELD_LIST(struct apply_view, fields, tick_fields),
	FIELD_LIST(struct apply_view, projects, choice_fields),
	FIELD_END,
};

static const char *
unlines(struct arena *a, const text_list *l)
{
	struct buf b = buf_new(a);
	for (size_t i = 0; i < l->n; i++)
		buf_printf(&b, "%s%s", i ? "\n" : "", l->at[i]);
	return b.p;
}

static void
form_of(struct arena *a, const struct application_of *p, struct apply_form *f)
{
	*f = (struct apply_form){ p->level, p->specialty, p->faculty, p->motivation,
		str_lines(a, p->languages), str_lines(a, p->fields), p->skill_analysis,
		p->skill_visualisation, p->skill_learning, p->skill_biostatistics,
		p->skill_modelling, p->skill_images, p->skill_records, p->skill_databases,
		p->skill_series, p->skill_text, p->choice1, p->choice2, p->choice3,
		p->consent_statistics, p->consent_photo, p->consent_contact };
}

static const char *
what_it_means(const char *state)
{
	static const struct {
		const char *state, *text;
	} words[] = {
		{ "draft", "Your application is a draft. Nobody sees it until you send it." },
		{ "submitted", "Your application has arrived. You will hear from us by e-mail." },
		{ "waitlisted",
			"You are on the waiting list. We write as soon as a seat is free." },
		{ "selected", "A seat is yours if you want it." },
		{ "accepted", "Your seat is confirmed. See you there." },
		{ "declined", "You gave your seat back. Thank you for telling us." },
		{ "not selected", "You were not selected this time. We had more good applications "
				  "than seats, and hope to see you at the next event." },
		{ "withdrawn", "You took your application back." },
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (streq(words[i].state, state))
			return words[i].text;
	return "";
}

static struct tick *
ticks(struct arena *a, const char *const *all, size_t n, const text_list *on)
{
	struct tick *at = ARENA_ARRAY(a, n, struct tick);
	for (size_t i = 0; i < n; i++) {
		at[i].value = all[i];
		for (size_t k = 0; k < on->n; k++)
			at[i].on |= streq(all[i], on->at[k]);
	}
	return at;
}

static bool
still_open(const struct req *r, const char *state)
{
	return r->event.phase == PHASE_APPLICATIONS &&
	       (streq(state, "draft") || streq(state, "submitted") || streq(state, "withdrawn"));
}

static enum status
apply_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct apply_view *v = view;
	struct application_of a = { .state = "draft" };
	struct project_choices_rows projects;
	enum status s = db_application_of(r->db, r->event.id, r->me.id, &a, e);
	if (s != OK && s != E_ABSENT)
		return s;
	bool mine = s == OK;
	if (!mine && r->event.phase != PHASE_APPLICATIONS)
		return err_set(e, E_ABSENT, "", "You have no application to %s.", r->event.name);
	TRY(db_project_choices(r->db, r->event.id, &projects, e));
	if (mine)
		form_of(r->arena, &a, &v->form);
	v->state = a.state;
	v->state_text = what_it_means(a.state);
	v->saved = a.saved;
	v->submitted = a.submitted;
	v->open = still_open(r, a.state);
	v->offer = streq(a.state, "selected") && req_may(r, CAP_OFFER_ANSWER);
	v->skills.at = skill_rows(r->arena, &v->form);
	v->skills.n = N_SKILLS;
	v->languages.at = ticks(r->arena, languages, N_LANGUAGES, &v->form.languages);
	v->languages.n = N_LANGUAGES;
	v->fields.at = ticks(r->arena, fields, N_FIELDS, &v->form.fields);
	v->fields.n = N_FIELDS;
	v->projects.at = ARENA_ARRAY(r->arena, projects.n, struct choice);
	v->projects.n = projects.n;
	for (size_t i = 0; i < projects.n; i++)
		v->projects.at[i] = (struct choice){ projects.at[i].id, projects.at[i].title };
	return OK;
}

static enum status
choices_ok(struct req *r, const struct apply_form *f, struct err *e)
{
	struct project_choices_rows projects;
	const int64_t picked[3] = { f->choice1, f->choice2, f->choice3 };
	static const char *const names[3] = { "choice1", "choice2", "choice3" };
	TRY(db_project_choices(r->db, r->event.id, &projects, e));
	for (int i = 0; i < 3; i++) {
		bool known = picked[i] == 0;
		for (size_t k = 0; k < projects.n; k++)
			known |= projects.at[k].id == picked[i];
		if (!known)
			return err_set(e, E_INPUT, names[i], "That project is not in this event.");
		for (int k = 0; k < i; k++)
			if (picked[i] && picked[i] == picked[k])
				return err_set(e, E_INPUT, names[i],
					"Please choose three different projects.");
	}
	return OK;
}

static enum status
save(struct req *r, const struct apply_form *f, int64_t *ret_id, struct err *e)
{
	struct application_of a;
	TRY(choices_ok(r, f, e));
	TRY(db_application_start(r->db, r->event.id, r->me.id, r->now, e));
	TRY(db_application_of(r->db, r->event.id, r->me.id, &a, e));
	if (!still_open(r, a.state))
		return err_set(e, E_CONFLICT, "", "Your application is already being looked at.");
	*ret_id = a.id;
	return db_application_save(r->db, a.id, f->level, f->specialty, f->faculty,
		unlines(r->arena, &f->languages), unlines(r->arena, &f->fields), f->motivation,
		f->skill_analysis, f->skill_visualisation, f->skill_learning,
		f->skill_biostatistics, f->skill_modelling, f->skill_images, f->skill_records,
		f->skill_databases, f->skill_series, f->skill_text, f->choice1, f->choice2,
		f->choice3, f->consent_statistics, f->consent_photo, f->consent_contact, r->now, e);
}

/* As apply_in asks for it. */
static bool
whole(const struct apply_form *f)
{
	return f->level[0] && f->specialty[0] && f->faculty[0] && f->languages.n && f->fields.n &&
	       strlen(f->motivation) >= MOTIVATION_MIN && f->choice1;
}

static enum status
draft_save(struct req *r, const void *in, void *view, struct err *e)
{
	int64_t id;
	struct application_of a;
	TRY(save(r, in, &id, e));
	TRY(db_application_of(r->db, r->event.id, r->me.id, &a, e));
	if (streq(a.state, "submitted") && !whole(in))
		return err_set(e, E_CONFLICT, "",
			"Your application is sent, and what is sent has no gaps. Take it back "
			"first, or "
			"fill in what is missing.");
	req_flash(r, "Your draft is saved.");
	return OK;
}

static enum status
apply(struct req *r, const void *in, void *view, struct err *e)
{
	int64_t id;
	TRY(save(r, in, &id, e));
	TRY(db_application_submit(r->db, id, r->now, e));
	TRY(db_outbox_add(r->db, r->event.id, r->me.id, r->me.email,
		arena_printf(r->arena, "%s: your application has arrived", r->event.name),
		"Thank you for applying. You can follow it on your page, and change it until "
		"applications close.",
		r->now, e));
	req_flash(r, "Thank you, %s. Your application has arrived.", r->me.name);
	return req_audit(r, "application sent",
		arena_printf(r->arena, "application %lld", (long long)id), "", e);
}

static enum status
withdraw(struct req *r, const void *in, void *view, struct err *e)
{
	struct application_of a;
	TRY(db_application_of(r->db, r->event.id, r->me.id, &a, e));
	if (!still_open(r, a.state))
		return err_set(
			e, E_CONFLICT, "", "Your application can no longer be taken back here.");
	TRY(db_application_set_state(r->db, a.id, "withdrawn", e));
	req_flash(r, "Your application is taken back. You may send it again until they close.");
	return req_audit(r, "application withdrawn",
		arena_printf(r->arena, "application %lld", (long long)a.id), "", e);
}

struct answer_in {
	const char *answer;
};

static const struct field answer_in[] = {
	FIELD(struct answer_in, answer, TEXT, .required = true, .choices = "accept|decline",
		.label = "Your answer"),
	FIELD_END,
};

static enum status
offer_answer(struct req *r, const void *in, void *view, struct err *e)
{
	const struct answer_in *f = in;
	struct application_of a;
	bool yes = streq(f->answer, "accept");
	TRY(db_application_of(r->db, r->event.id, r->me.id, &a, e));
	if (!streq(a.state, "selected"))
		return err_set(e, E_CONFLICT, "", "There is no open offer for you: %s",
			what_it_means(a.state));
	TRY(db_application_answer(r->db, a.id, yes ? "accepted" : "declined", r->now, e));
	if (yes) {
		TRY(db_role_add(r->db, r->event.id, r->me.id, "participant", "", r->now, e));
		req_flash(r, "Your seat is confirmed. Next: the agreement.");
		r->redirect = arena_printf(r->arena, "/e/%s/today", r->event.slug);
	} else {
		req_flash(r, "You gave your seat back. Thank you for telling us.");
	}
	return req_audit(r, yes ? "seat accepted" : "seat declined",
		arena_printf(r->arena, "application %lld", (long long)a.id), "", e);
}

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
shares(struct req *r, struct applications_view *v, struct err *e)
{
	struct application_shares s;
	TRY(db_application_shares(r->db, r->event.id, &s, e));
	const struct share rows[] = {
		{ "BSc", s.bsc, s.all_bsc },
		{ "MSc", s.msc, s.all_msc },
		{ "PhD", s.phd, s.all_phd },
		{ "Alumni", s.alumni, s.all_alumni },
		{ "Bio or medical", s.biomedical, s.all_biomedical },
	};
	enum { N = sizeof rows / sizeof rows[0] };
	struct chart_bar bars[N];
	v->shares.at = ARENA_ARRAY(r->arena, N, struct share);
	v->shares.n = N;
	for (int i = 0; i < N; i++) {
		v->shares.at[i] = rows[i];
		bars[i] = (struct chart_bar){
			.label = rows[i].label, .value = rows[i].chosen, .of = rows[i].all
		};
	}
	v->picture =
		chart_bars(r->arena, "Offered or holding a seat, of all who applied", bars, N, 0);
	return OK;
}

static enum status
applications_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct applications_view *v = view;
	struct application_list_rows rows;
	struct application_counts n;
	struct event_by_id ev;
	v->state = req_query(r, "state");
	v->level = req_query(r, "level");
	v->specialty = req_query(r, "specialty");
	v->words = req_query(r, "words");
	v->sort = req_query(r, "sort");
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	TRY(db_application_counts(r->db, r->event.id, &n, e));
	TRY(db_application_list(
		r->db, r->event.id, v->state, v->level, v->specialty, v->words, v->sort, &rows, e));
	v->seats = ev.seats;
	v->applied = n.applied;
	v->undecided = n.undecided;
	v->selected = n.selected;
	v->accepted = n.accepted;
	v->waitlisted = n.waitlisted;
	v->may_decide = req_may(r, CAP_APPLICATION_DECIDE);
	v->people.at = ARENA_ARRAY(r->arena, rows.n, struct application_row);
	v->people.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct application_list *a = &rows.at[i];
		v->people.at[i] = (struct application_row){ a->id, a->person, a->skills,
			a->submitted, a->name, a->email, a->state, a->level, a->specialty,
			a->faculty, a->languages, a->fields, a->motivation, a->note, a->choice };
	}
	return shares(r, v, e);
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
			what_it_means(state), r->now, e));
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
	TRY(db_application_counts(r->db, r->event.id, &n, e));
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	/* Seats may have been cut meanwhile: then only further offers are refused. */
	if (streq(f->state, "selected") && n.selected + n.accepted > ev.seats)
		return err_set(e, E_CONFLICT, "ids",
			"That would make %lld offers for %lld seats. Put some on the waiting list "
			"first.",
			(long long)(n.selected + n.accepted), (long long)ev.seats);
	req_flash(r, "%zu %s now: %s. They are told by e-mail.", f->ids.n,
		f->ids.n == 1 ? "person is" : "people are", f->state);
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
	v->skills.at = skill_rows(r->arena, &f);
	v->skills.n = N_SKILLS;
	v->person = (struct application_row){ a.id, a.person, 0, a.submitted, a.name, a.email,
		a.state, a.level, a.specialty, a.faculty, a.languages, a.fields, a.motivation,
		a.note, NULL };
	for (int i = 0; i < N_SKILLS; i++)
		v->person.skills += v->skills.at[i].value;
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
	{ GET, "/e/:event/apply", apply_show, CAP_TODAY_READ, "One's own application.",
		"Your application", VIEW(struct apply_view, apply_view_fields),
		.page = page_apply },
	{ POST, "/e/:event/apply", apply, CAP_APPLY, "Sends the application.",
		IN(struct apply_form, apply_in) },
	{ POST, "/e/:event/apply/draft", draft_save, CAP_APPLY, "Keeps a draft.",
		IN(struct apply_form, draft_in), .then = "/e/:event/apply",
		.shows = "/e/:event/apply" },
	{ POST, "/e/:event/apply/withdraw", withdraw, CAP_APPLY, "Takes the application back.",
		IN_NOTHING, .then = "/e/:event/apply", .shows = "/e/:event/apply" },
	{ POST, "/e/:event/apply/answer", offer_answer, CAP_OFFER_ANSWER,
		"Accepts or declines an offered seat.", IN(struct answer_in, answer_in),
		.then = "/e/:event/apply", .shows = "/e/:event/apply" },
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
