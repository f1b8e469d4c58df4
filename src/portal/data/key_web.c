/* The page on which two stewards let the key of an event leave. */
#include "portal/data/key.h"

#include "portal/data/key.html.h"
#include "portal/data/key.sql.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.h"
#include "portal/keeper/result.h"
#include "portal/people/people.sql.h"
#include "portal/web/password.h"
#include "portal/web/session.h"

enum { FOLDER_MAX = 400 };

static const struct {
	const char *word, *label, *tone;
} states[] = {
	[KEY_ASKED] = { "asked", "waits for a second steward", "due" },
	[KEY_LATE] = { "late", "nobody agreed in time", "due" },
	[KEY_AGREED] = { "agreed", "being written", "due" },
	[KEY_WRITTEN] = { "written", "two shares lie on the server", "due" },
	[KEY_FAILED] = { "failed", "failed", "stop" },
	[KEY_REMOVING] = { "removing", "being removed", "due" },
	[KEY_LEFT] = { "left", "not removed", "stop" },
	[KEY_OVER] = { "over", "over", "" },
};

static const struct field row_fields[] = {
	FIELD(struct key_row, id, INT),
	FIELD(struct key_row, reason, TEXT),
	FIELD(struct key_row, asked_name, TEXT),
	FIELD(struct key_row, asked, TIME),
	FIELD(struct key_row, agreed_name, TEXT),
	FIELD(struct key_row, agreed, TIME),
	FIELD(struct key_row, ended, TIME),
	FIELD(struct key_row, state, TEXT),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD(struct key_view, id, INT, .doc = "of the request that is open; 0: none"),
	FIELD(struct key_view, state, TEXT,
		.doc = "of it: asked, late, agreed, written, failed, removing or left"),
	FIELD(struct key_view, asked_name, TEXT),
	FIELD(struct key_view, reason, TEXT),
	FIELD(struct key_view, asked, TIME),
	FIELD(struct key_view, folder, TEXT, .doc = "on the server, where the shares lie"),
	FIELD(struct key_view, error, TEXT),
	FIELD(struct key_view, mine, BOOL, .doc = "asked by whoever reads this"),
	FIELD(struct key_view, alone, BOOL, .doc = "the event has no other data steward"),
	FIELD_LIST(struct key_view, past, row_fields),
	FIELD_END,
};

static const char *
folder_of(struct req *r, const char *result)
{
	cleanup_result json_t *j = NULL;
	return result_parse(result, &j, NULL) == OK ? result_text(r->arena, j, "folder", FOLDER_MAX)
						    : "";
}

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct key_view *v = view;
	struct key_list_rows rows;
	struct person_by_id me;
	struct steward_count stewards;
	r->page.inside = true;
	TRY(db_key_list(r->db, r->event.id, &rows, e));
	TRY(db_person_by_id(r->db, r->me.id, &me, e));
	TRY(db_steward_count(r->db, r->event.id, &stewards, e));
	v->alone = stewards.n < 2;
	v->has_password = me.password != NULL;
	v->counts_from = me.witness_from > r->now ? me.witness_from : 0;
	v->past.at = ARENA_ARRAY(r->arena, rows.n, struct key_row);
	v->past.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct key_list *x = &rows.at[i];
		struct key_facts f = { x->asked, x->agreed, x->ended, r->now, x->job_state,
			x->removal_state };
		enum key_state s = key_state_of(&f);
		v->past.at[i] = (struct key_row){ x->id, x->asked, x->agreed, x->ended, x->reason,
			x->asked_name, x->agreed_name, states[s].label, states[s].tone,
			s == KEY_LEFT ? x->removal_error : x->error };
		if (s == KEY_OVER)
			continue;
		v->id = x->id;
		v->state = states[s].word;
		v->asked_name = x->asked_name;
		v->reason = x->reason;
		v->asked = x->asked;
		v->error = s == KEY_LEFT ? x->removal_error : x->error;
		v->mine = x->asked_by == r->me.id;
		v->folder = s == KEY_WRITTEN || s == KEY_LEFT ? folder_of(r, x->result) : "";
	}
	return OK;
}

static const char *
object(struct req *r)
{
	return arena_printf(r->arena, "key of event %s", r->event.slug);
}

struct ask_in {
	const char *reason, *password;
};

static const struct field ask_in[] = {
	FIELD(struct ask_in, reason, TEXT, .required = true, .trim = true, .multiline = true,
		.max = 1000, .label = "Reason"),
	FIELD(struct ask_in, password, TEXT, .required = true, .max = 500,
		.label = "Your password"),
	FIELD_END,
};

static enum status
ask(struct req *r, const void *in, void *view, struct err *e)
{
	const struct ask_in *f = in;
	struct steward_count stewards;
	struct key_open open;
	TRY(password_witness(r, "password", f->password, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	TRY(session_still(r, e));
	TRY(db_steward_count(r->db, r->event.id, &stewards, e));
	if (stewards.n < 2)
		return err_set(e, E_CONFLICT, "",
			"You are the event's only data steward, and the key needs the word of two.");
	TRY(db_key_open(r->db, r->event.id, &open, e));
	if (open.n)
		return err_set(e, E_CONFLICT, "", "A request is open already. It is ended first.");
	TRY(db_key_ask(r->db, r->event.id, f->reason, r->me.id, r->me.name, r->now, e));
	TRY(req_audit(r, "key export asked", object(r), f->reason, e));
	req_flash(r, "Asked. Another data steward must agree within %d hours.", KEY_HOURS);
	return db_commit(tx, e);
}

struct agree_in {
	int64_t id;
	const char *password;
};

static const struct field agree_in[] = {
	FIELD(struct agree_in, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD(struct agree_in, password, TEXT, .required = true, .max = 500,
		.label = "Your password"),
	FIELD_END,
};

/* A job that writes the shares, or removes them. */
static enum status
add_job(struct req *r, int64_t export, bool remove, int64_t *ret, struct err *e)
{
	return job_add(r->db, "keys", r->event.id, 0, 0,
		arena_printf(r->arena, "{\"event\":%lld,\"export\":%lld,\"remove\":%s}",
			(long long)r->event.id, (long long)export, remove ? "true" : "false"),
		r->now, ret, e);
}

static enum status
load(struct req *r, int64_t id, struct key_list *ret, enum key_state *ret_state, struct err *e)
{
	struct key_list_rows rows;
	TRY(db_key_list(r->db, r->event.id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		const struct key_list *x = &rows.at[i];
		if (x->id != id)
			continue;
		struct key_facts f = { x->asked, x->agreed, x->ended, r->now, x->job_state,
			x->removal_state };
		*ret = *x;
		*ret_state = key_state_of(&f);
		return OK;
	}
	return err_set(e, E_ABSENT, "", "There is no such request.");
}

static enum status
agree(struct req *r, const void *in, void *view, struct err *e)
{
	const struct agree_in *f = in;
	struct key_list x;
	enum key_state state;
	int64_t job;
	TRY(password_witness(r, "password", f->password, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	TRY(session_still(r, e));
	TRY(load(r, f->id, &x, &state, e));
	TRY(key_agree_ok(state, x.asked_by, x.asks_still, r->me.id, e));
	TRY(add_job(r, f->id, false, &job, e));
	TRY(db_key_agree(r->db, f->id, r->me.id, r->me.name, job, r->now, e));
	if (db_changes(r->db) != 1)
		return err_set(e, E_CONFLICT, "", "This request does not wait any more.");
	TRY(req_audit(r, "key export agreed", object(r),
		arena_printf(r->arena, "asked by %s: %s", x.asked_name, x.reason), e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The curator writes two shares.");
	return db_commit(tx, e);
}

struct end_in {
	int64_t id;
};

static const struct field end_in[] = {
	FIELD(struct end_in, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD_END,
};

/* Over only when the curator says that they are gone: key_removal_ended. */
static enum status
remove_shares(struct req *r, int64_t id, enum key_state state, struct err *e)
{
	int64_t job;
	TRY(add_job(r, id, true, &job, e));
	TRY(db_key_removal(r->db, id, job, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The curator removes them.");
	return req_audit(r, "key shares to be removed", object(r),
		state == KEY_FAILED ? "what a failed export may have left" : "handed over", e);
}

static enum status
end(struct req *r, const void *in, void *view, struct err *e)
{
	const struct end_in *f = in;
	struct key_list x;
	enum key_state state;
	TRY(load(r, f->id, &x, &state, e));
	if (state == KEY_OVER)
		return err_set(e, E_CONFLICT, "", "This request is over already.");
	if (state == KEY_AGREED || state == KEY_REMOVING)
		return err_set(
			e, E_CONFLICT, "", "The curator is at work on it; wait until it is done.");
	if (state == KEY_WRITTEN || state == KEY_FAILED || state == KEY_LEFT)
		return remove_shares(r, f->id, state, e);
	TRY(db_key_end(r->db, f->id, r->now, e));
	req_flash(r, "The request is ended.");
	return req_audit(r, "key export ended", object(r), "no share was made", e);
}

#define PAGE_PATH "/e/:event/key"

const struct route key_routes[] = {
	{ GET, PAGE_PATH, show, CAP_KEY_EXPORT,
		"Who asked for the event's key, who agreed, and where its shares lie.",
		"The event’s key", VIEW(struct key_view, view_fields), .page = page_key },
	{ POST, PAGE_PATH "/ask", ask, CAP_KEY_EXPORT,
		"Asks for the key; another data steward must agree.", IN(struct ask_in, ask_in),
		.then = PAGE_PATH, .shows = PAGE_PATH, .own_tx = true },
	{ POST, PAGE_PATH "/agree", agree, CAP_KEY_EXPORT,
		"Agrees as the second steward: the curator writes two shares.",
		IN(struct agree_in, agree_in), .then = PAGE_PATH, .shows = PAGE_PATH,
		.own_tx = true },
	{ POST, PAGE_PATH "/end", end, CAP_KEY_EXPORT,
		"Takes a request back, refuses it, or removes shares that were handed over.",
		IN(struct end_in, end_in), .then = PAGE_PATH, .shows = PAGE_PATH },
	{ 0 },
};
