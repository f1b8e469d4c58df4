/* The job "check": every check on every file, and a page of each for reviewers. */
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "curator/airlock/desk.h"
#include "curator/airlock/proof.h"
#include "curator/airlock/sniff.h"
#include "curator/airlock/view.h"

enum { NAME_MAX_BYTES = 255 };

/* ---- the spec ---- */

static enum status
word(struct arena *a, json_t *o, const char *key, const char **ret, struct err *e)
{
	json_t *v = json_object_get(o, key);
	if (!json_is_string(v) || json_string_length(v) == 0 ||
		json_string_length(v) > NAME_MAX_BYTES ||
		strlen(json_string_value(v)) != json_string_length(v))
		return err_set(e, E_INPUT, key, "The job's %s must be a short text.", key);
	*ret = arena_strdup(a, json_string_value(v));
	return OK;
}

static enum status
one_file(struct arena *a, json_t *o, bool leaves, struct desk_file *ret, struct err *e)
{
	struct desk_file f = { .role = "", .digest = "" };
	uint8_t hash[32];
	TRY(job_whole(o, "id", &f.id, e));
	TRY(job_whole(o, "spool", &f.spool, e));
	TRY(word(a, o, "name", &f.name, e));
	if (strchr(f.name, '/'))
		return err_set(e, E_INPUT, "name", "A file's name has no slash.");
	TRY(word(a, o, leaves ? "blake2b" : "role", leaves ? &f.digest : &f.role, e));
	if (leaves && !hex_decode(str_of(f.digest), hash, sizeof hash))
		return err_set(e, E_INPUT, "blake2b", "The job's blake2b is no digest.");
	if (!leaves && !streq(f.role, "output") && !streq(f.role, "supporting") &&
		!streq(f.role, "code"))
		return err_set(e, E_INPUT, "role", "The job knows no role \"%.40s\".", f.role);
	*ret = f;
	return OK;
}

struct airlock_policy
desk_policy(json_t *spec)
{
	struct airlock_policy p = airlock_policy_default();
	p.models = json_is_true(json_object_get(spec, "models"));
	return p;
}

enum status
desk_files(struct arena *a, json_t *spec, bool leaves, struct desk_file ret[DESK_FILES],
	size_t *ret_n, struct err *e)
{
	json_t *list = json_object_get(spec, "files");
	size_t n = json_array_size(list);
	if (!json_is_array(list) || n == 0 || n > DESK_FILES)
		return err_set(e, E_INPUT, "files", "The job needs 1 to %d files.", DESK_FILES);
	for (size_t i = 0; i < n; i++)
		TRY(one_file(a, json_array_get(list, i), leaves, &ret[i], e));
	*ret_n = n;
	return OK;
}

enum status
desk_spooled(struct job *j, const struct desk_file *f, struct str *ret, struct err *e)
{
	const char *folder = arena_printf(j->a, "%s/spool", j->config->state);
	cleanup_fd int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(e, "The folder of files on their way cannot be opened");
	return batch_slurp(j->a, dir, arena_printf(j->a, "%lld", (long long)f->spool), ret, e);
}

/* ---- looking ---- */

struct look {
	struct job *job;
	struct batch batch;
	struct desk_file files[DESK_FILES];
	struct airlock_file *seen[DESK_FILES]; /* in the batch, or of their own */
	size_t n;
	int64_t project, team;
	struct proof_key key; /* of evidence */
	bool has_key;
};

static enum status
read_earlier(struct look *k, json_t *spec, struct err *e)
{
	struct job *j = k->job;
	json_t *list = json_object_get(spec, "earlier");
	const char *folder = arena_printf(j->a, "%s/airlock", j->config->state);
	size_t n = json_array_size(list), first = n > BATCH_EARLIER ? n - BATCH_EARLIER : 0;
	if (!json_is_array(list))
		return err_set(e, E_INPUT, "earlier", "The job needs a list of earlier releases.");
	cleanup_fd int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	/* The last ones are the newest. */
	batch_left_out(&k->batch, first);
	for (size_t i = first; i < n; i++) {
		int64_t id = json_integer_value(json_array_get(list, i));
		const char *name = arena_printf(j->a, "%lld", (long long)id);
		struct str bytes = { NULL, 0 };
		if (dir >= 0)
			batch_slurp(j->a, dir, name, &bytes, NULL);
		batch_earlier(&k->batch, name, bytes);
	}
	return OK;
}

static void
keep_proof(struct look *k, struct airlock_file *f, const struct airlock_proof *p)
{
	struct airlock_proof *own = ARENA_NEW(k->job->a, struct airlock_proof);
	*own = *p;
	f->proof = own;
	batch_proof(&k->batch, p);
}

/* Signed evidence: good for one table of this team, or of no worth at all. */
static void
signed_evidence(struct look *k, struct airlock_file *f)
{
	struct airlock_proof p;
	struct err e;
	f->check = "evidence";
	if (proof_open(k->job->a, k->has_key ? &k->key : NULL, f->name, f->bytes, k->team,
		    k->project, &p, &e) == OK)
		keep_proof(k, f, &p);
	else
		airlock_never(f, 0, 0, airlock_say(f, "%s", e.text));
}

/* After the outputs: evidence that is not of any of them would only mislead its readers. */
static void
tell_unused(struct look *k)
{
	size_t outputs = k->batch.n;
	for (size_t i = 0; i < k->batch.proofs.n; i++) {
		const struct airlock_proof *p = &k->batch.proofs.at[i];
		for (size_t n = 0; n < k->n && !p->used; n++) {
			struct airlock_file *f = k->seen[n];
			if (f->name != p->paper)
				continue;
			if (outputs)
				airlock_never(f, 0, 0,
					"This evidence is of another table than those that are to "
					"leave: hand in the table as the command wardroom table "
					"wrote it.");
			else
				airlock_tell(f, AIR_NOTE, 0, 0,
					"The table that it speaks of is not in the request yet.");
		}
	}
}

/*
 * What never leaves is for people to read: of a kind that can be shown, and perhaps evidence. clean
 * is what is shown.
 */
static struct airlock_file *
support(struct look *k, const struct desk_file *d, struct str bytes, const struct err *why)
{
	struct arena *a = k->job->a;
	struct airlock_file *f = ARENA_NEW(a, struct airlock_file);
	struct err e;
	const char *reason = why->text;
	*f = (struct airlock_file){ .a = a,
		.policy = &k->batch.policy,
		.name = d->name,
		.input = bytes,
		.bytes = bytes,
		.check = "file_type" };
	f->held = !bytes.p && why->code != E_INPUT;
	if (bytes.p)
		f->type = sniff_bytes(bytes, &reason);
	if (f->type == AIR_UNKNOWN) {
		airlock_tell(f, AIR_FAIL, 0, 0, airlock_say(f, "%s", reason));
		return f;
	}
	f->clean = bytes;
	if (proof_claims(d->name, bytes)) {
		signed_evidence(k, f);
		return f;
	}
	if (!streq(d->role, "supporting") || f->type != AIR_TXT ||
		!str_ieq(sniff_ending(d->name), STR("csv")))
		return f;
	f->check = "evidence";
	if (batch_evidence(&k->batch, d->name, bytes, &e) != OK)
		airlock_tell(f, AIR_NOTE, 0, 0,
			airlock_say(f, "No check can use it, people can: %s", e.text));
	return f;
}

/* Evidence before the outputs that it is about. */
static void
look_at_all(struct look *k)
{
	for (int outputs = 0; outputs < 2; outputs++)
		for (size_t i = 0; i < k->n; i++) {
			const struct desk_file *d = &k->files[i];
			struct str bytes = { NULL, 0 };
			struct err why = { 0 };
			if (streq(d->role, "output") != outputs)
				continue;
			desk_spooled(k->job, d, &bytes, &why);
			k->seen[i] = outputs ? batch_add(&k->batch, d->name, bytes, true, &why)
					     : support(k, d, bytes, &why);
			job_progress(k->job, k->batch.n, k->n + 1, "Looking at %s", d->name);
		}
}

static enum status
write_views(struct look *k, struct err *e)
{
	struct job *j = k->job;
	const char *folder = arena_printf(j->a, "%s/views", j->config->state);
	cleanup_fd int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(e, "The folder of pages for reviewers cannot be opened");
	for (size_t i = 0; i < k->n; i++) {
		struct airlock_file *f = k->seen[i];
		const char *name = arena_printf(j->a, "%lld", (long long)k->files[i].id);
		bool shown;
		struct str page = airlock_view(f, k->files[i].role, VIEW_MAX, &shown);
		TRY(io_replace_at(dir, name, 0640, page.p, page.n, e));
		if (shown)
			continue;
		f->check = "file_type";
		airlock_tell(f, AIR_FAIL, 0, 0, "It is too long for a person to look at.");
		f->clean = (struct str){ NULL, 0 };
	}
	return OK;
}

static const char *
outcome(const struct airlock_file *f)
{
	static const char *const words[] = {
		[AIR_NOTE] = "pass", [AIR_REVIEW] = "review", [AIR_FAIL] = "fail"
	};
	if (f->held)
		return "held";
	if (airlock_stops(f))
		return "stopped";
	return words[airlock_verdict(f)];
}

/* What the evidence says, in numbers: the question stays behind the wall. */
static void
write_evidence(struct jsonw *w, const struct airlock_proof *p)
{
	const struct {
		const char *key;
		int64_t n;
	} all[] = { { "fewest", p->fewest }, { "shown", p->shown }, { "small", p->small },
		{ "close", p->close }, { "other", p->other } };
	jsonw_key(w, "evidence"), jsonw_open(w, '{');
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		jsonw_key(w, all[i].key), jsonw_int(w, all[i].n);
	jsonw_key(w, "of_file"), jsonw_bool(w, p->of_file);
	jsonw_key(w, "of_rows"), jsonw_bool(w, p->of_rows);
	jsonw_close(w, '}');
}

static void
write_result(struct look *k)
{
	struct jsonw w = jsonw_new(&k->job->result);
	jsonw_open(&w, '{');
	jsonw_key(&w, "ok"), jsonw_bool(&w, true);
	jsonw_key(&w, "earlier"), jsonw_int(&w, (int64_t)k->batch.n_earlier);
	jsonw_key(&w, "files"), jsonw_open(&w, '[');
	for (size_t i = 0; i < k->n; i++) {
		jsonw_open(&w, '{');
		jsonw_key(&w, "id"), jsonw_int(&w, k->files[i].id);
		jsonw_key(&w, "outcome"), jsonw_text(&w, outcome(k->seen[i]));
		airlock_record_file(&w, k->seen[i]);
		if (k->seen[i]->proof && streq(k->files[i].role, "output"))
			write_evidence(&w, k->seen[i]->proof);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
}

enum status
check_job(struct job *j, json_t *spec, struct err *e)
{
	struct look *k = ARENA_NEW(j->a, struct look);
	k->job = j;
	k->batch = batch_new(j->a, desk_policy(spec), DESK_FILES);
	TRY(job_whole(spec, "project", &k->project, e));
	TRY(job_whole(spec, "team", &k->team, e));
	/* Nothing signed yet is nothing to check with: then every evidence is a forgery. */
	enum status s = proof_key_load(j->a, j->config->state, false, &k->key, e);
	if (s != OK && s != E_ABSENT)
		return s;
	k->has_key = s == OK;
	sodium_memzero(k->key.secret, sizeof k->key.secret);
	TRY(desk_files(j->a, spec, false, k->files, &k->n, e));
	TRY(read_earlier(k, spec, e));
	look_at_all(k);
	tell_unused(k);
	job_progress(j, k->n, k->n + 1, "Comparing with the patients' data");
	batch_compare(&k->batch, j->config, k->project, j->memory_mb);
	TRY(write_views(k, e));
	write_result(k);
	return OK;
}
