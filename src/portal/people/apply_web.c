/* The applicant's side: the form, its draft, what came of it, the answer to an offer. */
#include "portal/people/people.h"

#include "portal/event/event.sql.h"
#include "portal/people/apply.html.h"

#define LEVELS "BSc|MSc|PhD|alumni"
#define SPECIALTIES "engineering|biomedical|other"
#define LANGUAGES "Python|R|MATLAB|C or C++|Java|SQL|SAS|Julia|none"
#define FIELDS                                                                                     \
	"cardiology|infectious diseases|obstetrics|intensive care|oncology|neurology|surgery|"     \
	"paediatrics|public health|other"

/* ---- the form ----------------------------------------------------------------------------------
 */

#define SKILL(m, text) FIELD(struct apply_form, m, INT, .max = 3, .label = text)
#define APPLY_INPUTS(must)                                                                         \
	FIELD(struct apply_form, level, TEXT, .required = must, .choices = LEVELS,                 \
		.label = "Level of study"),                                                        \
		FIELD(struct apply_form, specialty, TEXT, .required = must,                        \
			.choices = SPECIALTIES, .label = "Specialty"),                             \
		FIELD(struct apply_form, faculty, TEXT, .required = must, .trim = true,            \
			.max = 120, .label = "Faculty or hospital department"),                    \
		FIELD(struct apply_form, languages, TEXTS, .required = must, .max = 40,            \
			.choices = LANGUAGES, .label = "Programming languages"),                   \
		FIELD(struct apply_form, fields, TEXTS, .required = must, .max = 40,               \
			.choices = FIELDS, .label = "Medical fields of interest"),                 \
		FIELD(struct apply_form, motivation, TEXT, .required = must, .trim = true,         \
			.multiline = true, .min = must ? APPLICATION_MOTIVATION_MIN : 0,           \
			.max = 4000, .label = "Motivation"),                                       \
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

/* Every one of the choices, in their order, and whether it is picked. */
static struct tick *
ticks(struct arena *a, const char *choices, const text_list *on, size_t *ret_n)
{
	struct tick *at = ARENA_ARRAY(a, strlen(choices), struct tick);
	size_t n = 0;
	for (struct str rest = str_of(choices); rest.n; n++) {
		at[n].value = str_dup(a, str_cut(&rest, '|'));
		for (size_t k = 0; k < on->n; k++)
			at[n].on |= streq(at[n].value, on->at[k]);
	}
	*ret_n = n;
	return at;
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
	v->state_text = application_words(a.state);
	v->saved = a.saved;
	v->submitted = a.submitted;
	v->open = application_open(r->event.phase, a.state);
	v->offer = streq(a.state, "selected") && req_may(r, CAP_OFFER_ANSWER);
	v->skills.at = application_skills(r->arena, &v->form, &v->skills.n);
	v->languages.at = ticks(r->arena, LANGUAGES, &v->form.languages, &v->languages.n);
	v->fields.at = ticks(r->arena, FIELDS, &v->form.fields, &v->fields.n);
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
	TRY(db_project_choices(r->db, r->event.id, &projects, e));
	int64_t *ids = ARENA_ARRAY(r->arena, projects.n, int64_t);
	for (size_t i = 0; i < projects.n; i++)
		ids[i] = projects.at[i].id;
	return application_choices_ok(f, ids, projects.n, e);
}

static enum status
save(struct req *r, const struct apply_form *f, int64_t *ret_id, struct err *e)
{
	struct application_of a;
	TRY(choices_ok(r, f, e));
	TRY(db_application_start(r->db, r->event.id, r->me.id, r->now, e));
	TRY(db_application_of(r->db, r->event.id, r->me.id, &a, e));
	if (!application_open(r->event.phase, a.state))
		return err_set(e, E_CONFLICT, "", "Your application is already being looked at.");
	*ret_id = a.id;
	return db_application_save(r->db, a.id, f->level, f->specialty, f->faculty,
		unlines(r->arena, &f->languages), unlines(r->arena, &f->fields), f->motivation,
		f->skill_analysis, f->skill_visualisation, f->skill_learning,
		f->skill_biostatistics, f->skill_modelling, f->skill_images, f->skill_records,
		f->skill_databases, f->skill_series, f->skill_text, f->choice1, f->choice2,
		f->choice3, f->consent_statistics, f->consent_photo, f->consent_contact, r->now, e);
}

static enum status
draft_save(struct req *r, const void *in, void *view, struct err *e)
{
	int64_t id;
	struct application_of a;
	TRY(save(r, in, &id, e));
	TRY(db_application_of(r->db, r->event.id, r->me.id, &a, e));
	if (streq(a.state, "submitted") && !application_whole(in))
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
	if (!application_open(r->event.phase, a.state))
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
			application_words(a.state));
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

const struct route apply_routes[] = {
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
	{ 0 },
};
