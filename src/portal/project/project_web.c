/* Projects: the clinician's question, what the data mean, and the ethics approval behind them. */
#include "portal/data/data.h"

#include "base/clock.h"
#include "portal/catalogue/catalogue.h"
#include "portal/catalogue/catalogue.sql.h"
#include "portal/data/data_view.h"
#include "portal/mail/mail.h"
#include "portal/people/people.sql.h"
#include "portal/project/project.html.h"
#include "portal/project/project_edit.html.h"
#include "portal/sign/sign.sql.h"
#include "portal/project/projects.html.h"
#include "portal/web/markdown.h"

void
ethics_words(struct req *r, const char *number, int64_t expires, const char **ret_text,
	const char **ret_tag)
{
	enum { SOON = 30 * 86400 };
	if (!number[0] || !expires) {
		*ret_text = "missing";
		*ret_tag = "stop";
	} else if (expires <= r->now) {
		*ret_text = arena_printf(r->arena, "expired %s", clock_date(r->arena, expires));
		*ret_tag = "stop";
	} else {
		bool soon = expires - r->now < SOON;
		*ret_text = arena_printf(r->arena, "%s %s", soon ? "ends" : "valid to",
			clock_date(r->arena, expires));
		*ret_tag = soon ? "due" : "good";
	}
}

const struct field project_row_fields[] = {
	FIELD(struct project_row, slug, TEXT),
	FIELD(struct project_row, title, TEXT),
	FIELD(struct project_row, state, TEXT, .doc = "proposed, accepted or declined"),
	FIELD(struct project_row, task, TEXT, .doc = "binary or regression"),
	FIELD(struct project_row, lead, TEXT),
	FIELD(struct project_row, ethics, TEXT),
	FIELD(struct project_row, data, TEXT),
	FIELD(struct project_row, patients, INT),
	FIELD_END,
};

static const struct field projects_fields[] = {
	FIELD_LIST(struct projects_view, projects, project_row_fields),
	FIELD(struct projects_view, may_propose, BOOL),
	FIELD_END,
};

static enum status
projects_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct projects_view *v = view;
	struct project_list_rows rows;
	struct data_standings standings;
	v->insider = (r->roles & (ROLE_ORGANISER | ROLE_STEWARD)) != 0;
	v->may_propose = req_may(r, CAP_PROJECT_PROPOSE);
	TRY(db_project_list(r->db, r->event.id, &rows, e));
	if (v->insider)
		TRY(data_standings(r, &standings, e));
	v->projects.at = ARENA_ARRAY(r->arena, rows.n, struct project_row);
	for (size_t i = 0; i < rows.n; i++) {
		const struct project_list *p = &rows.at[i];
		if (!streq(p->state, "accepted") && !v->insider && p->lead_id != r->me.id)
			continue;
		struct project_row *row = &v->projects.at[v->projects.n++];
		*row = (struct project_row){ .slug = p->slug,
			.title = p->title,
			.state = p->state,
			.task = p->task,
			.lead = p->lead,
			.data = v->insider ? data_words(p, data_standing_of(&standings, p->slug))
					   : NULL };
		ethics_words(
			r, p->ethics_number, p->ethics_expires, &row->ethics, &row->ethics_tag);
	}
	return OK;
}

/* ---- one project -------------------------------------------------------------------------------
 */

static const struct field project_fields[] = {
	FIELD(struct project_view, slug, TEXT),
	FIELD(struct project_view, title, TEXT),
	FIELD(struct project_view, lead, TEXT),
	FIELD(struct project_view, task, TEXT),
	FIELD(struct project_view, state, TEXT),
	FIELD(struct project_view, question, HTML),
	FIELD(struct project_view, variables, HTML),
	FIELD(struct project_view, ethics, TEXT),
	FIELD(struct project_view, ethics_number, TEXT),
	FIELD(struct project_view, ethics_committee, TEXT),
	FIELD(struct project_view, in_catalogue, BOOL,
		.doc = "the data set is described at …/catalogue/ and the project's slug"),
	FIELD(struct project_view, standing, TEXT,
		.doc = "for those who prepare the data: what teams have, and until when"),
	FIELD(struct project_view, patients, INT,
		.doc = "rounded; 0 when fewer than 10, or not released yet"),
	FIELD_END,
};

/* The project of the path; others' proposals exist only for those who decide. */
static enum status
load(struct req *r, struct project_full *ret, struct err *e)
{
	struct project_full p;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	bool insider = r->roles & (ROLE_ORGANISER | ROLE_STEWARD);
	if (!streq(p.state, "accepted") && !insider && p.lead != r->me.id)
		return err_set(e, E_ABSENT, "project", "There is no such project.");
	*ret = p;
	return OK;
}

static enum status
project_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_view *v = view;
	struct project_full p;
	struct catalogue_of entry;
	TRY(load(r, &p, e));
	TRY(db_found(db_catalogue_of(r->db, p.id, &entry, e), &v->in_catalogue));
	v->in_catalogue = v->in_catalogue && entry.shown && streq(p.state, "accepted");
	v->slug = p.slug;
	v->title = p.title;
	v->lead = p.lead_name;
	v->task = streq(p.task, "binary") ? "Prediction of a yes or no" : "Prediction of a number";
	v->state = p.state;
	v->question = markdown_html(r->arena, p.question);
	v->variables = markdown_html(r->arena, p.variables);
	v->ethics_number = p.ethics_number;
	v->ethics_committee = p.ethics_committee;
	/* As in the catalogue: who sees this page has signed nothing. */
	v->patients = catalogue_count(p.patients);
	v->released = p.recipe_hash[0] != '\0';
	v->may_edit = req_may(r, CAP_PROJECT_EDIT);
	v->may_decide = req_may(r, CAP_PROJECT_DECIDE) && streq(p.state, "proposed");
	v->waits = (r->owns & ROLE_LEAD) && streq(p.state, "proposed");
	v->declined = (r->owns & ROLE_LEAD) && streq(p.state, "declined");
	/* Before a release there are the source's columns, for those who prepare it. */
	bool prepares = (r->roles & ROLE_STEWARD) || (r->owns & ROLE_LEAD);
	if (prepares || (r->roles & ROLE_ORGANISER)) {
		struct sign_standing standing;
		TRY(data_standing(r, p.id, &standing, e));
		v->standing = standing.sentence;
		v->may_data = req_may(r, CAP_DATA_READ) && streq(p.state, "accepted");
	}
	v->may_dictionary =
		req_may(r, CAP_DICTIONARY_READ) && (p.recipe_hash[0] || (p.source[0] && prepares));
	ethics_words(r, p.ethics_number, p.ethics_expires, &v->ethics, &v->ethics_tag);
	r->page.title = p.title;
	return OK;
}

/* ---- proposing and editing ---------------------------------------------------------------------
 */

static const struct field project_form_fields[] = {
	FIELD(struct project_form, slug, TEXT),
	FIELD(struct project_form, title, TEXT),
	FIELD(struct project_form, question, TEXT),
	FIELD(struct project_form, variables, TEXT),
	FIELD(struct project_form, task, TEXT),
	FIELD(struct project_form, unit, TEXT),
	FIELD(struct project_form, teams_wanted, INT),
	FIELD(struct project_form, ethics_number, TEXT),
	FIELD(struct project_form, ethics_committee, TEXT),
	FIELD(struct project_form, ethics_expires, TIME),
	FIELD_END,
};

#define PROJECT_INPUTS                                                                             \
	FIELD(struct project_form, title, TEXT, .required = true, .trim = true, .min = 5,          \
		.max = 150, .label = "Title"),                                                     \
		FIELD(struct project_form, question, TEXT, .required = true, .trim = true,         \
			.multiline = true, .min = 20, .max = 8000, .label = "Clinical question"),  \
		FIELD(struct project_form, variables, TEXT, .required = true, .trim = true,        \
			.multiline = true, .max = 8000, .label = "A word on data and variables"),  \
		FIELD(struct project_form, task, TEXT, .required = true,                           \
			.choices = "binary|regression", .label = "What is predicted")

static const struct field project_new_in[] = { PROJECT_INPUTS, FIELD_END };
static const struct field project_edit_in[] = {
	PROJECT_INPUTS,
	FIELD(struct project_form, unit, TEXT, .trim = true, .max = 20,
		.label = "Unit of the predicted number"),
	FIELD(struct project_form, teams_wanted, INT, .required = true, .min = 1, .max = 20,
		.label = "Teams"),
	FIELD(struct project_form, ethics_number, TEXT, .trim = true, .max = 80,
		.label = "Approval number"),
	FIELD(struct project_form, ethics_committee, TEXT, .trim = true, .max = 200,
		.label = "Committee"),
	FIELD(struct project_form, ethics_expires, TIME, .label = "Valid until"),
	FIELD_END,
};

static enum status
project_new(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_form *v = view;
	*v = (struct project_form){ .task = "binary", .teams_wanted = 2, .fresh = true };
	return OK;
}

static enum status
project_create(struct req *r, const void *in, void *view, struct err *e)
{
	const struct project_form *f = in;
	enum { PROPOSALS = 5 };
	struct project_waiting waiting;
	const char *slug = project_slug(r->arena, f->title);
	if (streq(slug, "new"))
		return err_set(e, E_INPUT, "title", "Please choose a longer title.");
	TRY(db_project_waiting(r->db, r->event.id, r->me.id, &waiting, e));
	if (waiting.n >= PROPOSALS && !(r->roles & ROLE_ORGANISER))
		return err_set(e, E_CONFLICT, "",
			"%d of your proposals wait for a decision already.", PROPOSALS);
	TRY(db_project_add(r->db, r->event.id, slug, f->title, f->question, f->variables, r->me.id,
		f->task, r->now, e));
	r->redirect = arena_printf(r->arena, "/e/%s/projects/%s", r->event.slug, slug);
	req_flash(r, "Thank you. The organiser decides about “%s”; the answer will stand here.",
		f->title);
	return req_audit(
		r, "project proposed", arena_printf(r->arena, "project %s", slug), f->title, e);
}

static enum status
project_edit(struct req *r, const void *in, void *view, struct err *e)
{
	struct project_form *v = view;
	struct project_full p;
	TRY(load(r, &p, e));
	*v = (struct project_form){ p.slug, p.title, p.question, p.variables, p.task, p.unit,
		p.ethics_number, p.ethics_committee, p.ethics_expires, p.teams_wanted, false };
	return OK;
}

static enum status
project_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct project_form *f = in;
	struct project_full p;
	struct sign_waits waits;
	TRY(load(r, &p, e));
	TRY(db_sign_waits(r->db, p.id, &waits, e));
	TRY(project_task_ok(p.recipe_hash[0] || waits.n, p.task, f->task, e));
	/* A share has none. */
	const char *unit = streq(f->task, "regression") ? f->unit : "";
	TRY(db_project_update(r->db, p.id, f->title, f->question, f->variables, f->task, unit,
		f->teams_wanted, f->ethics_number, f->ethics_committee, f->ethics_expires, e));
	req_flash(r, "Saved.");
	return req_audit(r, "project changed", arena_printf(r->arena, "project %s", p.slug),
		arena_printf(r->arena, "ethics approval %s",
			f->ethics_number[0] ? f->ethics_number : "missing"),
		e);
}

struct decide_in {
	const char *decision;
};

static const struct field decide_in[] = {
	FIELD(struct decide_in, decision, TEXT, .required = true, .choices = "accepted|declined",
		.label = "Decision"),
	FIELD_END,
};

static enum status
tell_lead(struct req *r, const struct project_full *p, const char *decision, struct err *e)
{
	if (p->lead == r->me.id)
		return OK;
	const char *words =
		streq(decision, "accepted")
			? arena_printf(r->arena,
				  "Your project \"%s\" is accepted for %s. Please enter its ethics "
				  "approval: without it its data stay "
				  "closed.\n\n%s/e/%s/projects/%s\n",
				  p->title, r->event.name, r->server->config.site, r->event.slug,
				  p->slug)
			: arena_printf(r->arena,
				  "Your project \"%s\" was not accepted for %s this time. Thank "
				  "you for "
				  "proposing it; the organisers answer questions about it.\n",
				  p->title, r->event.name);
	return db_outbox_add(r->db, r->event.id, p->lead, p->lead_email,
		arena_printf(r->arena, "%s: about your project", r->event.name), words, r->now, e);
}

static enum status
project_decide(struct req *r, const void *in, void *view, struct err *e)
{
	const struct decide_in *f = in;
	struct project_team_count teams;
	struct project_full p;
	TRY(load(r, &p, e));
	TRY(db_project_team_count(r->db, p.id, &teams, e));
	if (teams.n && streq(f->decision, "declined"))
		return err_set(e, E_CONFLICT, "decision",
			"%lld %s on \"%s\" already; form the teams anew first.", (long long)teams.n,
			teams.n == 1 ? "team works" : "teams work", p.title);
	TRY(db_project_decide(r->db, p.id, f->decision, e));
	if (streq(f->decision, "accepted"))
		TRY(db_project_lead_add(r->db, r->event.id, p.lead, r->now, e));
	else if (streq(p.state, "accepted"))
		TRY(db_project_lead_drop(r->db, r->event.id, p.lead, e));
	if (streq(p.state, f->decision)) {
		req_flash(r, "“%s” is %s already.", p.title, f->decision);
		return OK;
	}
	TRY(tell_lead(r, &p, f->decision, e));
	req_flash(r, "“%s” is %s. %s", p.title, f->decision,
		p.lead == r->me.id ? ""
				   : mail_news_words(r->arena, &r->server->config,
					     arena_printf(r->arena, "%s is", p.lead_name)));
	return req_audit(
		r, "project decided", arena_printf(r->arena, "project %s", p.slug), f->decision, e);
}

const struct route project_routes[] = {
	{ GET, "/e/:event/projects", projects_show, CAP_EVENT_READ, "The projects.", "Projects",
		VIEW(struct projects_view, projects_fields), .page = page_projects },
	{ GET, "/e/:event/projects/new", project_new, CAP_PROJECT_PROPOSE,
		"The form for a proposal.", "Propose a project",
		VIEW(struct project_form, project_form_fields), .page = page_project_edit },
	{ POST, "/e/:event/projects/new", project_create, CAP_PROJECT_PROPOSE,
		"Proposes a project.", IN(struct project_form, project_new_in) },
	{ GET, "/e/:event/projects/:project", project_show, CAP_EVENT_READ, "One project.", NULL,
		VIEW(struct project_view, project_fields), .page = page_project },
	{ GET, "/e/:event/projects/:project/edit", project_edit, CAP_PROJECT_EDIT,
		"A project's description and ethics approval, to change.", "Edit the project",
		VIEW(struct project_form, project_form_fields), .page = page_project_edit },
	{ POST, "/e/:event/projects/:project/edit", project_save, CAP_PROJECT_EDIT,
		"Changes a project.", IN(struct project_form, project_edit_in),
		.then = "/e/:event/projects/:project" },
	{ POST, "/e/:event/projects/:project/decide", project_decide, CAP_PROJECT_DECIDE,
		"Accepts or declines a proposal.", IN(struct decide_in, decide_in),
		.then = "/e/:event/projects", .shows = "/e/:event/projects/:project" },
	{ 0 },
};
