/*
 * A patient objects. The steward names them once, on this page; the name goes to the curator in
 * memory and is written down nowhere: not in the database, the audit trail, a log, or the page that
 * is shown again after an error.
 */
#include "portal/data/data.h"

#include "portal/data/data_job.h"
#include "portal/data/data_view.h"
#include "portal/data/withdraw.html.h"
#include "portal/data/withdraw.sql.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.h"
#include "portal/people/people.sql.h"
#include "portal/web/password.h"
#include "portal/web/session.h"

static const struct field row_fields[] = {
	FIELD(struct withdraw_row, asked, TIME),
	FIELD(struct withdraw_row, ended, TIME),
	FIELD(struct withdraw_row, signed_at, TIME),
	FIELD(struct withdraw_row, state, TEXT,
		.doc = "waiting, running, failed, to be signed or signed"),
	FIELD(struct withdraw_row, error, TEXT),
	FIELD(struct withdraw_row, unreached, TEXT,
		.doc = "tables kept whole: nothing leads from their rows to a patient"),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD(struct withdraw_view, slug, TEXT),
	FIELD(struct withdraw_view, title, TEXT),
	FIELD(struct withdraw_view, running, BOOL),
	FIELD(struct withdraw_view, working, TEXT),
	FIELD(struct withdraw_view, progress, INT, .doc = "percent"),
	FIELD(struct withdraw_view, unsigned_release, BOOL,
		.doc = "made without them, not signed by a steward"),
	FIELD(struct withdraw_view, failed, TEXT, .doc = "why the newest took nobody out"),
	FIELD(struct withdraw_view, stop, TEXT, .doc = "why nobody can be withdrawn now"),
	FIELD(struct withdraw_view, rooms, INT, .doc = "workspaces that hold these data now"),
	FIELD(struct withdraw_view, has_password, BOOL),
	FIELD_LIST(struct withdraw_view, past, row_fields),
	FIELD_END,
};

static const char *
state_of(const struct withdraw_list *x)
{
	return streq(x->state, "queued")    ? "waiting"
	       : streq(x->state, "running") ? "running"
	       : streq(x->state, "failed")  ? "failed"
	       : x->signed_at               ? "signed"
					    : "to be signed";
}

static enum status
load_past(struct req *r, int64_t project, struct withdraw_view *v, struct err *e)
{
	struct withdraw_list_rows rows;
	TRY(db_withdraw_list(r->db, project, &rows, e));
	v->past.at = ARENA_ARRAY(r->arena, rows.n, struct withdraw_row);
	v->past.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct withdraw_list *x = &rows.at[i];
		const char *state = state_of(x);
		v->past.at[i] = (struct withdraw_row){ x->created, x->ended, x->signed_at, state,
			streq(state, "signed")   ? "good"
			: streq(state, "failed") ? "stop"
						 : "due",
			streq(state, "failed") ? x->error : NULL,
			x->unreached[0] ? x->unreached : NULL };
		struct job_progress p;
		if (!streq(state, "running") && !streq(state, "waiting"))
			continue;
		v->running = true;
		v->working = "Making the releases without the patient";
		if (job_progress(r->arena, &r->server->config, x->id, &p, NULL) == OK) {
			v->progress = p.percent;
			v->working = p.text;
		}
	}
	return OK;
}

static enum status
possible(struct req *r, const struct project_full *p, struct err *e)
{
	TRY(data_idle(r, p, e));
	if (!p->source[0])
		return err_set(e, E_CONFLICT, "", "No data of this project are here.");
	if (!p->recipe[0])
		return err_set(e, E_CONFLICT, "",
			"Write the recipe first: the releases are made anew with it.");
	return OK;
}

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct withdraw_view *v = view;
	struct project_full p;
	struct sign_standing standing;
	struct withdraw_rooms rooms;
	struct person_by_id me;
	struct err why;
	r->page.inside = true;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(data_standing(r, p.id, &standing, e));
	TRY(db_withdraw_rooms(r->db, p.id, &rooms, e));
	TRY(db_person_by_id(r->db, r->me.id, &me, e));
	v->slug = p.slug;
	v->title = p.title;
	v->rooms = rooms.n;
	v->has_password = me.password != NULL;
	TRY(load_past(r, p.id, v, e));
	/* The newest withdrawal is what waits, not a release that was made for another reason. */
	v->unsigned_release = standing.state == SIGN_WAITS && !v->running && v->past.n &&
			      streq(v->past.at[0].state, "to be signed");
	if (v->past.n && v->past.at[0].error)
		v->failed = v->past.at[0].error;
	if (!v->running && possible(r, &p, &why) != OK)
		v->stop = arena_strdup(r->arena, why.text);
	r->page.title = arena_printf(r->arena, "A patient objects: %s", p.title);
	return OK;
}

struct withdraw_in {
	const char *patient, *again, *password;
};

static const struct field withdraw_in[] = {
	FIELD(struct withdraw_in, patient, TEXT, .required = true, .trim = true, .max = 200,
		.label = "The patient's number"),
	FIELD(struct withdraw_in, again, TEXT, .required = true, .trim = true, .max = 200,
		.label = "The number again"),
	FIELD(struct withdraw_in, password, TEXT, .required = true, .max = 500,
		.label = "Your password"),
	FIELD_END,
};

static enum status
ask(struct req *r, const struct withdraw_in *f, int64_t *ret_job, struct err *e)
{
	struct project_full p;
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	TRY(session_still(r, e));
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(possible(r, &p, e));
	TRY(data_job_withdraw(r->db, r->event.id, p.id, p.recipe, r->now, ret_job, e));
	TRY(req_audit(r, "withdrawal asked", arena_printf(r->arena, "project %s", p.slug),
		arena_printf(r->arena, "job %lld", (long long)*ret_job), e));
	/* Before the commit: from then on the keeper may begin. */
	keeper_secret(r->server->keeper, *ret_job, "patient", f->patient);
	return db_commit(tx, e);
}

static enum status
withdraw(struct req *r, const void *in, void *view, struct err *e)
{
	const struct withdraw_in *f = in;
	int64_t job = 0;
	if (!streq(f->patient, f->again))
		return err_set(e, E_INPUT, "again",
			"The two numbers differ. Type both again; neither was kept.");
	TRY(password_mine(r, "password", f->password, e));
	enum status s = ask(r, f, &job, e);
	if (s != OK && job)
		keeper_secret_drop(r->server->keeper, job);
	TRY(s);
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The curator takes the patient out and makes the releases anew.");
	return OK;
}

#define PAGE_PATH "/e/:event/data/:project/withdraw"

const struct route withdraw_routes[] = {
	{ GET, PAGE_PATH, show, CAP_DATA_WITHDRAW,
		"Patients who objected: when, and how far it is; never who.", NULL,
		VIEW(struct withdraw_view, view_fields), .page = page_withdraw },
	{ POST, PAGE_PATH, withdraw, CAP_DATA_WITHDRAW,
		"Takes one patient out of the data, makes the releases anew and revokes every "
		"image before.",
		IN(struct withdraw_in, withdraw_in), .then = PAGE_PATH, .shows = PAGE_PATH,
		.own_tx = true },
	{ 0 },
};
