/* The page of archives: choosing the passphrase, ordering, and what came of it. */
#include <sodium.h>

#include "base/io.h"
#include "portal/archive/archive.h"
#include "portal/archive/archive.sql.h"
#include "portal/archive/archive_without.html.h"
#include "portal/archive/archives.html.h"
#include "portal/keeper/job.h"
#include "portal/keeper/keeper.h"
#include "portal/people/people.sql.h"
#include "portal/web/filters.h"
#include "portal/web/guess.h"
#include "portal/web/password.h"
#include "portal/web/session.h"
#include "portal/workspace/workspace.h"
#include "portal/workspace/workspace.sql.h"

enum { REFRESH = 2, PROGRESS_MAX = 300 };

static const struct field row_fields[] = {
	FIELD(struct archive_row, ws, INT),
	FIELD(struct archive_row, team, INT),
	FIELD(struct archive_row, team_name, TEXT),
	FIELD(struct archive_row, state, TEXT,
		.doc = "none, waiting, running, done, failed, or old: work went on after it"),
	FIELD(struct archive_row, words, TEXT),
	FIELD(struct archive_row, percent, INT, .doc = "while it is made"),
	FIELD(struct archive_row, at, TIME, .doc = "when it was made, or failed"),
	FIELD(struct archive_row, bytes, INT, .doc = "of the file"),
	FIELD(struct archive_row, files, INT),
	FIELD(struct archive_row, content, INT, .doc = "bytes of the files in it"),
	FIELD(struct archive_row, left_out, INT, .doc = "devices, sockets and the like"),
	FIELD(struct archive_row, hash, TEXT, .doc = "BLAKE2b-256 of the file"),
	FIELD(struct archive_row, file, TEXT, .doc = "on the server"),
	FIELD(struct archive_row, mark, TEXT,
		.doc = "of the key that it is sealed to: the first bytes of its public half"),
	FIELD(struct archive_row, key_made, TIME, .doc = "when its passphrase was chosen"),
	FIELD(struct archive_row, key, INT, .doc = "its number among `keys`"),
	FIELD(struct archive_row, other_key, BOOL, .doc = "another passphrase than the present"),
	FIELD(struct archive_row, trial, TEXT,
		.doc = "whether it was read whole with the passphrase: waiting, running, good, bad "
		       "or empty"),
	FIELD(struct archive_row, trial_problem, TEXT),
	FIELD(struct archive_row, tried, TIME),
	FIELD(struct archive_row, destroyed, BOOL, .doc = "the workspace is"),
	FIELD(struct archive_row, waits, BOOL,
		.doc = "the workspace is to be destroyed, and waits until this was opened on "
		       "trial"),
	FIELD_END,
};

static const struct field key_fields[] = {
	FIELD(struct archive_key_row, id, INT),
	FIELD(struct archive_key_row, mark, TEXT),
	FIELD(struct archive_key_row, by, TEXT, .doc = "who chose its passphrase"),
	FIELD(struct archive_key_row, made, TIME),
	FIELD(struct archive_key_row, teams, TEXT, .doc = "whose archives it opens"),
	FIELD(struct archive_key_row, present, BOOL, .doc = "archives are sealed to it now"),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD(struct archive_view, headline, TEXT),
	FIELD(struct archive_view, explanation, TEXT),
	FIELD_LIST(struct archive_view, rooms, row_fields),
	FIELD_LIST(struct archive_view, keys, key_fields, .doc = "the newest first"),
	FIELD(struct archive_view, may_make, BOOL),
	FIELD(struct archive_view, has_key, BOOL, .doc = "a passphrase was chosen"),
	FIELD(struct archive_view, key_by, TEXT),
	FIELD(struct archive_view, key_mark, TEXT),
	FIELD(struct archive_view, key_made, TIME),
	FIELD(struct archive_view, lacking, INT,
		.doc = "workspaces without a whole, newest archive"),
	FIELD(struct archive_view, under_way, INT),
	FIELD(struct archive_view, untried, INT,
		.doc = "archives of workspaces that are still here which were never read whole"),
	FIELD_END,
};

/* ---- what there is ---- */

static void
progress(struct req *r, struct archive_row *x)
{
	struct str line;
	struct job_progress p;
	const char *path = arena_printf(
		r->arena, "%s/archive/%lld.progress", r->server->config.state, (long long)x->ws);
	if (io_read_file(r->arena, path, PROGRESS_MAX, &line, NULL) == OK &&
		job_progress_parse(r->arena, line, &p)) {
		x->percent = p.percent;
		x->words = p.text;
	}
}

/* "" for no key at all. */
static const char *
mark_of(struct arena *a, struct str public)
{
	char mark[ARCHIVE_MARK] = "";
	if (public.n == ARCHIVE_PUBLIC)
		archive_key_mark((const uint8_t *)public.p, mark);
	return arena_strdup(a, mark);
}

static struct archive_row
row_of(struct req *r, const struct archive_list *w)
{
	bool none = !w->state[0], gone = streq(w->room_state, "destroyed");
	bool failed = streq(w->state, "failed"), old = streq(w->state, "old");
	bool made = w->hash[0] && !failed, done = streq(w->state, "done");
	bool untried = done && !gone && !streq(w->trial, "good");
	bool rests = streq(w->room_state, "closed") || streq(w->room_state, "failed") ||
		     (streq(w->room_state, "open") && streq(w->stage, "frozen"));
	struct archive_row x = { .ws = w->ws,
		.team = w->number,
		.team_name = w->team_name,
		.slug = r->event.slug,
		.state = none ? "none" : w->state,
		.at = w->ended,
		.bytes = made ? w->bytes : 0,
		.files = made ? w->files : 0,
		.content = made ? w->content : 0,
		.left_out = made ? w->left_out : 0,
		.hash = made ? w->hash : "",
		.file = made ? arena_printf(r->arena, "%s/archive/%lld.archive",
				       r->server->config.state, (long long)w->ws)
			     : "",
		.mark = made ? mark_of(r->arena, w->public) : "",
		.key = made ? w->key : 0,
		.key_made = made ? w->key_made : 0,
		.trial = made ? w->trial : "",
		.trial_problem = made ? w->trial_problem : "",
		.tried = made ? w->tried : 0,
		.destroyed = gone,
		.can_again = (failed || old) && !gone,
		.can_without = ((failed || streq(w->state, "waiting")) && !gone) ||
			       (untried && !w->unopened),
		.waits = untried && !w->unopened && streq(w->want, "destroyed") };
	x.tone = done ? "good" : failed ? "stop" : none && gone ? "" : "due";
	x.words = failed || w->problem[0]                ? w->problem
		  : old                                  ? "Work went on after it was made."
		  : none && gone                         ? "It was destroyed without one."
		  : streq(w->state, "waiting") && !rests ? "It begins when the workspace rests."
		  : x.waits                ? "The workspace stays until this was opened on trial."
		  : untried && w->unopened ? "A steward lets the workspace go without a trial."
					   : "";
	if (streq(w->state, "running"))
		progress(r, &x);
	return x;
}

static void
sum_up(struct req *r, struct archive_view *v)
{
	int64_t kept = 0, failed = 0, there = 0, trials = 0, waits = 0;
	for (size_t i = 0; i < v->rooms.n; i++) {
		const struct archive_row *x = &v->rooms.at[i];
		bool done = streq(x->state, "done");
		kept += done;
		failed += streq(x->state, "failed") && !x->destroyed;
		there += !x->destroyed;
		v->under_way += streq(x->state, "waiting") || streq(x->state, "running");
		v->lacking += !done && !x->destroyed;
		trials += streq(x->trial, "waiting") || streq(x->trial, "running");
		waits += x->waits;
		v->untried += x->mark[0] && !x->destroyed && !streq(x->trial, "good");
	}
	v->lacking -= v->under_way;
	v->refresh = v->under_way || trials ? REFRESH : 0;
	v->calm = v->under_way || (!v->lacking && !waits);
	v->headline =
		failed         ? arena_printf(r->arena, "%s not be archived",
					 filter_plural(
						 r->arena, failed, "workspace could", "workspaces could"))
		: v->under_way ? arena_printf(r->arena, "%s being archived",
					 filter_plural(r->arena, v->under_way, "workspace is",
						 "workspaces are"))
		: waits        ? arena_printf(r->arena, "%s to be opened on trial",
					 filter_plural(r->arena, waits, "archive has", "archives have"))
		: v->lacking   ? arena_printf(r->arena, "%s no archive",
					 filter_plural(r->arena, v->lacking, "workspace has",
						 "workspaces have"))
		: kept         ? arena_printf(r->arena, "%s archived",
					 filter_plural(r->arena, kept, "workspace is", "workspaces are"))
			       : "There is nothing to archive";
	v->explanation =
		v->lacking && r->event.phase < PHASE_PRESENTATIONS
			? "They are made here once the presentations have begun and the "
			  "workspaces rest."
		: failed && r->event.phase == PHASE_CLOSED
			? "What could not be archived stays until it is, or goes without."
		: v->lacking || failed
			? "When the event is closed its workspaces are destroyed. What has no "
			  "archive is lost then."
		: v->under_way ? "A workspace that waits for its archive is not destroyed before."
		: v->untried   ? "Open them on trial below. When the event is closed, a workspace "
				 "stays until its "
				 "own archive was opened, or a steward lets it go."
		: there ? "When the event is closed the workspaces are destroyed; the archives "
			  "stay."
			: "The archives stay on this server until somebody removes them.";
}

/* Whose archives this key opens: "Team 1, Team 4". One that is being made anew counts no more. */
static const char *
teams_of(struct arena *a, const struct archive_view *v, int64_t key)
{
	struct buf b = buf_new(a);
	for (size_t i = 0; i < v->rooms.n; i++) {
		const struct archive_row *x = &v->rooms.at[i];
		if (x->key == key && (streq(x->state, "done") || streq(x->state, "old")))
			buf_printf(&b, "%s%s", b.n ? ", " : "", x->team_name);
	}
	return b.n ? b.p : "";
}

static enum status
put_keys(struct req *r, struct archive_view *v, struct err *e)
{
	struct archive_key_list_rows keys;
	int64_t asked = 0;
	TRY(db_archive_key_list(r->db, r->event.id, &keys, e));
	if (keys.n && page_error(&r->page, "tried") &&
		!str_int(str_of(page_kept(&r->page, "key", "")), &asked))
		asked = keys.at[0].id;
	v->keys.at = ARENA_ARRAY(r->arena, keys.n, struct archive_key_row);
	v->keys.n = keys.n;
	for (size_t i = 0; i < keys.n; i++) {
		const struct archive_key_list *k = &keys.at[i];
		v->keys.at[i] = (struct archive_key_row){ k->id, k->made, k->name,
			mark_of(r->arena, k->public), teams_of(r->arena, v, k->id), i == 0,
			keys.n == 1, k->id == asked };
	}
	return OK;
}

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct archive_view *v = view;
	struct archive_list_rows rows;
	r->page.inside = true;
	TRY(db_archive_list(r->db, r->event.id, &rows, e));
	v->rooms.at = ARENA_ARRAY(r->arena, rows.n, struct archive_row);
	/* One that was never open has nothing to keep. */
	for (size_t i = 0; i < rows.n; i++)
		if (!streq(rows.at[i].room_state, "absent"))
			v->rooms.at[v->rooms.n++] = row_of(r, &rows.at[i]);
	TRY(put_keys(r, v, e));
	v->has_key = v->keys.n > 0;
	for (size_t i = 0; i < v->rooms.n; i++)
		v->rooms.at[i].other_key =
			v->rooms.at[i].key && v->has_key && v->rooms.at[i].key != v->keys.at[0].id;
	v->may_make = req_may(r, CAP_ARCHIVE_MAKE);
	v->key_by = v->has_key ? v->keys.at[0].by : "";
	v->key_mark = v->has_key ? v->keys.at[0].mark : "";
	v->key_made = v->has_key ? v->keys.at[0].made : 0;
	v->folder = arena_printf(r->arena, "%s/archive", r->server->config.state);
	sum_up(r, v);
	return OK;
}

/* ---- orders ---- */

struct order_in {
	const char *passphrase, *again;
};

/* Neither is ever stored, logged or shown again. */
static const struct field order_fields[] = {
	FIELD(struct order_in, passphrase, TEXT, .required = true, .max = ARCHIVE_PASS_MAX,
		.label = "Passphrase"),
	FIELD(struct order_in, again, TEXT, .required = true, .max = ARCHIVE_PASS_MAX,
		.label = "The same again"),
	FIELD_END,
};

struct derive {
	const char *passphrase;
	struct archive_key key;
	uint8_t secret[ARCHIVE_SECRET];
};

static enum status
derive_new(void *ctx, struct err *e)
{
	struct derive *d = ctx;
	return archive_key_new(d->passphrase, &d->key, e);
}

static enum status
audit_order(struct req *r, int64_t n, const char *how, struct err *e)
{
	return req_audit(r, "archives ordered", arena_printf(r->arena, "event %s", r->event.slug),
		arena_printf(r->arena, "%s, %s",
			filter_plural(r->arena, n, "workspace", "workspaces"), how),
		e);
}

/* Everything, under a new passphrase. Slow. */
static enum status
order_all(struct req *r, const void *input, void *view, struct err *e)
{
	const struct order_in *in = input;
	struct derive d = { .passphrase = in->passphrase };
	int64_t n;
	if (!streq(in->passphrase, in->again))
		return err_set(e, E_INPUT, "again", "This is not the same passphrase.");
	TRY(password_work(r, derive_new, &d, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	/* While it was worked on the sign-in may have ended. */
	TRY(session_still(r, e));
	TRY(archive_order(r->db, r->event.id, r->me.id, true, r->now, &n, e));
	if (n == 0)
		return err_set(e, E_CONFLICT, "", "There is no workspace to archive.");
	TRY(archive_set_key(r->db, r->event.id, &d.key, r->me.id, r->now, e));
	TRY(audit_order(r, n, "under a new passphrase", e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The archives are being made. Keep the passphrase: nobody can find it again.");
	return db_commit(tx, e);
}

/* What has none, under the passphrase that was chosen. */
static enum status
order_rest(struct req *r, const void *in, void *view, struct err *e)
{
	struct archive_key key;
	int64_t n;
	TRY(archive_get_key(r->db, r->event.id, &(int64_t){ 0 }, &key, e));
	TRY(archive_order(r->db, r->event.id, r->me.id, false, r->now, &n, e));
	if (n == 0)
		return err_set(e, E_CONFLICT, "", "Every workspace has its archive.");
	TRY(audit_order(r, n, "those without one", e));
	req_after(r, keeper_nudge, 0, 0, 0);
	return OK;
}

static enum status
order_again(struct req *r, const void *in, void *view, struct err *e)
{
	struct workspace_in_event w;
	struct archive_key key;
	TRY(workspace_asked(r, "ws", &w, e));
	TRY(archive_get_key(r->db, r->event.id, &(int64_t){ 0 }, &key, e));
	TRY(db_archive_order_one(r->db, w.id, r->me.id, r->now, e));
	if (db_changes(r->db) != 1)
		return err_set(e, E_CONFLICT, "", "There is nothing of it left to archive.");
	TRY(workspace_audit(r, &w, "archive ordered", e));
	req_after(r, keeper_nudge, 0, 0, 0);
	return OK;
}

/* ---- going without: a question first, for what is lost is lost ---- */

static const struct field without_fields[] = {
	FIELD(struct archive_without_view, ws, INT),
	FIELD(struct archive_without_view, team_name, TEXT),
	FIELD(struct archive_without_view, made, BOOL,
		.doc = "there is an archive, which was never opened with its passphrase"),
	FIELD(struct archive_without_view, at, TIME, .doc = "when it was made"),
	FIELD(struct archive_without_view, bytes, INT, .doc = "of its file"),
	FIELD(struct archive_without_view, trouble, TEXT,
		.doc = "why there is none, or why it did not open"),
	FIELD(struct archive_without_view, closed, BOOL,
		.doc = "the workspace is destroyed at once, else when the event is closed"),
	FIELD(struct archive_without_view, has_password, BOOL, .doc = "needed"),
	FIELD_END,
};

static enum status
without_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct archive_without_view *v = view;
	struct archive_list_rows rows;
	struct workspace_in_event w;
	struct person_by_id me;
	r->page.inside = true;
	TRY(workspace_asked(r, "ws", &w, e));
	TRY(db_person_by_id(r->db, r->me.id, &me, e));
	TRY(db_archive_list(r->db, r->event.id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		struct archive_row x = row_of(r, &rows.at[i]);
		if (x.ws != w.id || !x.can_without)
			continue;
		bool made = streq(x.state, "done");
		*v = (struct archive_without_view){ x.ws, made ? x.at : 0, made ? x.bytes : 0,
			x.team_name, made ? x.trial_problem : rows.at[i].problem, made,
			streq(rows.at[i].want, "destroyed"), me.password != NULL };
	}
	if (!v->ws)
		return err_set(e, E_CONFLICT, "",
			"No archive of it waits, has failed or is to be opened on trial.");
	r->page.title = arena_printf(r->arena, "Let %s go %s?", v->team_name,
		v->made ? "untried" : "without an archive");
	return OK;
}

struct without_in {
	const char *what, *password;
};

static const struct field without_in[] = {
	FIELD(struct without_in, what, TEXT, .required = true, .choices = "archive|trial",
		.doc = "without an archive, or without a trial of the one there is"),
	FIELD(struct without_in, password, TEXT, .required = true, .max = 500,
		.label = "Your password"),
	FIELD_END,
};

static enum status
let_go(struct req *r, const struct workspace_in_event *w, bool none, struct err *e)
{
	if (none)
		TRY(db_archive_give_up(r->db, w->id, e));
	else
		TRY(db_archive_let_go(r->db, w->id, e));
	if (db_changes(r->db) != 1)
		return err_set(e, E_CONFLICT, "",
			"It has changed since you were asked: see what there is of %s now.",
			w->team_name);
	TRY(workspace_audit(r, w, none ? "archive given up" : "archive trial given up", e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r,
		none ? "%s goes without an archive." : "%s may go; its archive was never opened.",
		w->team_name);
	return OK;
}

static enum status
give_up(struct req *r, const void *input, void *view, struct err *e)
{
	const struct without_in *in = input;
	struct workspace_in_event w;
	TRY(password_mine(r, "password", in->password, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	/* While the password was checked the sign-in may have ended. */
	TRY(session_still(r, e));
	TRY(workspace_asked(r, "ws", &w, e));
	TRY(let_go(r, &w, streq(in->what, "archive"), e));
	return db_commit(tx, e);
}

struct try_in {
	int64_t key;
	const char *tried;
};

static const struct field try_fields[] = {
	FIELD(struct try_in, key, INT, .min = 0, .max = INT64_MAX,
		.doc = "which key's passphrase, by its number; without it the newest"),
	FIELD(struct try_in, tried, TEXT, .required = true, .max = ARCHIVE_PASS_MAX,
		.label = "Passphrase"),
	FIELD_END,
};

static enum status
derive_secret(void *ctx, struct err *e)
{
	struct derive *d = ctx;
	return archive_key_open(&d->key, d->passphrase, d->secret, e);
}

/* Has each archive that this opens read whole, by the warden; see keeper/archive_trial.c. */
static enum status
order_trials(struct req *r, int64_t key, const struct derive *d, struct err *e)
{
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	TRY(session_still(r, e));
	TRY(db_archive_trial_ask(r->db, key, e));
	int64_t n = db_changes(r->db);
	TRY(req_audit(r, "archives tried", arena_printf(r->arena, "event %s", r->event.slug),
		arena_printf(r->arena, "the right passphrase of key %s; %s read whole",
			mark_of(r->arena,
				(struct str){ (const char *)d->key.public, sizeof d->key.public }),
			filter_plural(r->arena, n, "archive is", "archives are")),
		e));
	/* Before the commit: who looks for trials after it must find what opens them. */
	if (n)
		keeper_archive_secret(r->server->keeper, key, d->secret);
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, n ? "This is the passphrase. Now each archive is read whole with it."
		       : "This is the passphrase. No archive is sealed with it yet.");
	return db_commit(tx, e);
}

/* Before the files are gone: is it the one that was written down, and does it open them? Slow. */
static enum status
try_it(struct req *r, const void *input, void *view, struct err *e)
{
	const struct try_in *in = input;
	struct derive d = { .passphrase = in->tried };
	int64_t key = in->key;
	const char *which =
		arena_printf(r->arena, "archives of event %lld", (long long)r->event.id);
	if (!guess_try(which, r->address, r->now))
		return err_set(e, E_BUSY, "tried",
			"Too many wrong passphrases from this address. Wait ten minutes.");
	TRY(archive_get_key(r->db, r->event.id, &key, &d.key, e));
	enum status s = password_work(r, derive_secret, &d, e);
	if (s == E_AUTH)
		return err_set(e, E_INPUT, "tried",
			"This is not the passphrase that was chosen for this key.");
	TRY(s);
	guess_right(which, r->address);
	s = order_trials(r, key, &d, e);
	sodium_memzero(d.secret, sizeof d.secret);
	return s;
}

#define PAGE "/e/:event/archives"

const struct route archive_routes[] = {
	{ GET, PAGE, show, CAP_AUDIT_READ, "Archives of what teams made, with size and hash.",
		"Archives", VIEW(struct archive_view, view_fields), .page = page_archives },
	{ POST, PAGE, order_all, CAP_ARCHIVE_MAKE,
		"Chooses the passphrase and archives every workspace of the event.",
		IN(struct order_in, order_fields), .then = PAGE, .shows = PAGE, .own_tx = true },
	{ POST, PAGE "/rest", order_rest, CAP_ARCHIVE_MAKE,
		"Archives the workspaces that have no whole and newest archive.", IN_NOTHING,
		.then = PAGE, .shows = PAGE },
	{ POST, PAGE "/try", try_it, CAP_ARCHIVE_MAKE,
		"Says whether a passphrase is a key's, and reads each archive of that key whole "
		"with it.",
		IN(struct try_in, try_fields), .then = PAGE, .shows = PAGE, .own_tx = true },
	{ POST, PAGE "/:ws/again", order_again, CAP_ARCHIVE_MAKE, "Archives one workspace again.",
		IN_NOTHING, .then = PAGE, .shows = PAGE },
	{ GET, PAGE "/:ws/without", without_show, CAP_ARCHIVE_MAKE,
		"Asks whether to let a workspace go without an archive, or without a trial of it.",
		"Without an archive", VIEW(struct archive_without_view, without_fields),
		.page = page_archive_without },
	{ POST, PAGE "/:ws/without", give_up, CAP_ARCHIVE_MAKE,
		"Lets a workspace be destroyed without an archive, or without a trial of the one "
		"there is, by password.",
		IN(struct without_in, without_in), .then = PAGE, .shows = PAGE "/:ws/without",
		.own_tx = true },
	{ 0 },
};
