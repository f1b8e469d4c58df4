/* What people do with a request: its author, its reviewers, who takes what was let out. */
#include <fcntl.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/log.h"
#include "portal/airlock/airlock_view.h"
#include "portal/keeper/keeper.h"

enum { TEXT_MAX = 2000 };

/* ---- what the author does ---- */

#define PART(m, text)                                                                              \
	FIELD(struct airlock_context, m, TEXT, .trim = true, .multiline = true, .max = TEXT_MAX,   \
		.label = text)

static const struct field context_fields[] = {
	PART(population, "Whom the numbers are about"),
	PART(variables, "Variables"),
	PART(relation, "Relation to earlier releases"),
	PART(controls, "What was done so that nobody can be found"),
	FIELD_END,
};

static enum status
context_save(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	TRY(airlock_load(r, &at, e));
	TRY(airlock_write(r->db, &at.q, &at.me, in, r->now, e));
	req_flash(r, "Saved.");
	return OK;
}

struct reason_in {
	const char *reason;
};
static const struct field reason_fields[] = {
	FIELD(struct reason_in, reason, TEXT, .trim = true, .multiline = true, .max = TEXT_MAX,
		.label = "The reason"),
	FIELD_END,
};

static enum status
file_excuse(struct req *r, const void *in, void *view, struct err *e)
{
	const struct reason_in *f = in;
	struct airlock_at at;
	int64_t file;
	TRY(airlock_load(r, &at, e));
	TRY(req_id(r, "file", &file, e));
	TRY(airlock_excuse(r->db, &at.q, &at.me, file, f->reason, r->now, e));
	req_flash(r, "Saved.");
	return OK;
}

static enum status
file_remove(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	int64_t file;
	TRY(airlock_load(r, &at, e));
	TRY(req_id(r, "file", &file, e));
	TRY(airlock_drop(r->db, &at.q, &at.me, file, r->now, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "Taken out of the request.");
	return OK;
}

static enum status
request_seal(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	TRY(airlock_load(r, &at, e));
	TRY(airlock_seal(r->db, &at.q, &at.me, r->now, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "Sealed. It is checked once more and goes to the reviewers.");
	return OK;
}

static enum status
request_withdraw(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	TRY(airlock_load(r, &at, e));
	TRY(airlock_withdraw(r->db, &at.q, &at.me, r->now, e));
	req_flash(r, "Withdrawn.");
	return OK;
}

static enum status
request_retry(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	TRY(airlock_load(r, &at, e));
	if (!req_may(r, airlock_retry_cap(&at)))
		return err_set(e, E_DENIED, "", "In this phase nothing is tried again.");
	TRY(airlock_retry(r->db, &at.q, &at.me, r->now, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	return OK;
}

/* ---- what reviewers and stewards do ---- */

/* The gate has the file's page; the portal only sells the way to it. */
static enum status
file_look(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	int64_t file;
	const char *ticket, *rooms = r->server->config.rooms, *label = strstr(rooms, "%s");
	TRY(airlock_load(r, &at, e));
	TRY(req_id(r, "file", &file, e));
	TRY(airlock_sight_make(r->db, &at.q, &at.me, file, r->me.session, r->now, &ticket, e));
	r->redirect = arena_printf(r->arena, "%.*sairlock%s/view?ticket=%s", (int)(label - rooms),
		rooms, label + 2, ticket);
	return OK;
}

struct vote_in {
	text_list files, leave;
	const char *otherwise, *comment;
};

static const struct field vote_fields[] = {
	FIELD(struct vote_in, files, TEXTS, .required = true, .label = "The files",
		.doc = "all outputs, each as ID:BLAKE2B of what would leave"),
	FIELD(struct vote_in, leave, TEXTS, .label = "May leave",
		.doc = "those of them that may leave, written the same way"),
	FIELD(struct vote_in, otherwise, TEXT, .choices = "return|reject", .required = true,
		.label = "The others"),
	FIELD(struct vote_in, comment, TEXT, .trim = true, .multiline = true, .max = TEXT_MAX,
		.label = "What the team should know"),
	FIELD_END,
};

static bool
has(const text_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (streq(list->at[i], text))
			return true;
	return false;
}

/* "12:ab34...": a file and the digest that stood on the reviewer's screen. */
static enum status
read_word(struct req *r, const char *text, struct airlock_word *ret, struct err *e)
{
	struct str rest = str_of(text), id = str_cut(&rest, ':');
	if (!str_int(id, &ret->file))
		return err_set(e, E_INPUT, "files", "A file is written as ID:BLAKE2B.");
	ret->digest = str_dup(r->arena, rest);
	return OK;
}

static enum status
request_vote(struct req *r, const void *in, void *view, struct err *e)
{
	const struct vote_in *f = in;
	struct airlock_word words[AIRLOCK_FILES];
	struct airlock_at at;
	TRY(airlock_load(r, &at, e));
	if (f->files.n > AIRLOCK_FILES)
		return err_set(e, E_INPUT, "files", "There are not so many files.");
	for (size_t i = 0; i < f->leave.n; i++)
		if (!has(&f->files, f->leave.at[i]))
			return err_set(e, E_INPUT, "leave", "A file that may leave is not listed.");
	for (size_t i = 0; i < f->files.n; i++) {
		TRY(read_word(r, f->files.at[i], &words[i], e));
		words[i].verdict = has(&f->leave, f->files.at[i]) ? "approve" : f->otherwise;
	}
	TRY(airlock_review(r->db, &at.q, &at.me, words, f->files.n, f->comment, r->now, e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "Thank you. Your vote is kept.");
	return OK;
}

struct revoke_in {
	const char *why;
};
static const struct field revoke_fields[] = {
	FIELD(struct revoke_in, why, TEXT, .required = true, .trim = true, .multiline = true,
		.max = TEXT_MAX, .label = "Why"),
	FIELD_END,
};

static enum status
request_revoke(struct req *r, const void *in, void *view, struct err *e)
{
	const struct revoke_in *f = in;
	struct airlock_at at;
	TRY(airlock_load(r, &at, e));
	TRY(airlock_revoke(r->db, &at.q, &at.me, f->why, r->now, e));
	req_flash(r, "Revoked. Nobody can download it any more.");
	return OK;
}

/* ---- taking a released file ---- */

/* What a browser may call the file: no quotes, no folders, nothing that is not plain. */
static const char *
plain_name(struct arena *a, const char *name)
{
	char *s = arena_strdup(a, name);
	for (char *p = s; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
			!(*p >= '0' && *p <= '9') && !strchr("._-", *p))
			*p = '_';
	if (s[0] == '.')
		s[0] = '_';
	return s[0] ? s : "file";
}

/* The bytes as they lie there, when they are still those of the vote. */
static enum status
read_released(struct req *r, const struct airlock_file_row *f, struct str *ret, struct err *e)
{
	const char *folder = arena_printf(r->arena, "%s/airlock", r->server->config.state);
	cleanup_fd int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(e, "opening the folder of released files");
	TRY(io_read_at(r->arena, dir, arena_printf(r->arena, "%lld", (long long)f->id),
		AIRLOCK_BYTES * 2, ret, e));
	if (streq(hash_hex(r->arena, *ret), f->clean_hash))
		return OK;
	log_error("a released file is not what was voted on", "file=%lld", (long long)f->id);
	return err_set(e, E_CONFLICT, "",
		"%s is not what was voted on any more, so it is not handed out. Tell the data "
		"steward.",
		f->name);
}

static enum status
may_be_taken(const struct airlock_row *q, const struct airlock_file_row *f, struct err *e)
{
	if (!streq(q->state, "released") || !streq(f->role, "output"))
		return err_set(e, E_CONFLICT, "", "%s is not released.", f->name);
	return OK;
}

static enum status
file_take(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_at at;
	struct airlock_file_row f;
	struct str bytes;
	int64_t file;
	TRY(airlock_load(r, &at, e));
	TRY(req_id(r, "file", &file, e));
	if (!(at.me.who & (AIRLOCK_AUTHOR | AIRLOCK_STEWARD)))
		return err_set(e, E_DENIED, "",
			"Only %s, who asked for it, and the data stewards take it.",
			at.q.author_name);
	TRY(db_airlock_file_by_id(r->db, at.q.id, file, &f, e));
	TRY(may_be_taken(&at.q, &f, e));
	TRY(read_released(r, &f, &bytes, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	/* Reading takes its time, and the release may have been revoked in it. */
	TRY(airlock_load(r, &at, e));
	TRY(may_be_taken(&at.q, &f, e));
	TRY(req_audit(r, "airlock file downloaded",
		arena_printf(r->arena, "airlock request %lld of team %lld", (long long)at.q.number,
			(long long)at.q.team_number),
		arena_printf(r->arena, "%s, BLAKE2b %s", f.name, f.clean_hash), e));
	TRY(db_commit(tx, e));
	r->raw.type = "application/octet-stream";
	r->raw.name = plain_name(r->arena, f.name);
	r->raw.bytes = bytes;
	return OK;
}

#define PAGE "/e/:event/teams/:team/airlock/:request"
#define FORM .then = PAGE, .shows = PAGE

const struct route airlock_act_routes[] = {
	{ POST, PAGE "/context", context_save, CAP_AIRLOCK_ASK,
		"Says what the files are about. Only the author, only in a draft.",
		IN(struct airlock_context, context_fields), FORM },
	{ POST, PAGE "/files/:file/reason", file_excuse, CAP_AIRLOCK_ASK,
		"Says why a file that fails a check should leave all the same.",
		IN(struct reason_in, reason_fields), FORM },
	{ POST, PAGE "/files/:file/remove", file_remove, CAP_AIRLOCK_ASK,
		"Takes a file out of the request.", IN_NOTHING, FORM },
	{ POST, PAGE "/seal", request_seal, CAP_AIRLOCK_ASK,
		"Hands the request to the reviewers; nobody changes it from then on.", IN_NOTHING,
		FORM },
	{ POST, PAGE "/withdraw", request_withdraw, CAP_AIRLOCK_READ,
		"Takes the request back. Only the author, before it is approved.", IN_NOTHING,
		FORM },
	{ POST, PAGE "/retry", request_retry, CAP_AIRLOCK_READ,
		"Tries again what failed on the server.", IN_NOTHING, FORM },
	{ POST, PAGE "/files/:file/look", file_look, CAP_AIRLOCK_REVIEW,
		"Leads to one look at a file, as it would leave.", IN_NOTHING, .shows = PAGE },
	{ POST, PAGE "/vote", request_vote, CAP_AIRLOCK_REVIEW,
		"A reviewer's word on every file that would leave, bound to its bytes.",
		IN(struct vote_in, vote_fields), FORM },
	{ POST, PAGE "/revoke", request_revoke, CAP_AIRLOCK_READ,
		"Ends the downloading of a release. Only data stewards.",
		IN(struct revoke_in, revoke_fields), FORM },
	{ GET, PAGE "/files/:file", file_take, CAP_AIRLOCK_READ,
		"A released file, byte for byte as it was voted on; each download is recorded.",
		NULL },
	{ 0 },
};
