#include "curator/table/job.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/code.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/airlock/proof.h"
#include "curator/table/few.h"
#include "curator/table/paper.h"
#include "curator/table/persons.h"
#include "curator/table/source.h"
#include "curator/table/trace_store.h"

enum { REQUEST_MAX = (64 << 20) + ASK_MAX, OLD_SECONDS = 900, EXIT_REFUSED = 3 };
#define PARCEL "table-"

struct spec {
	int64_t event, project, team, spool;
	struct table_release release;
	const char *stage;
};

static enum status
read_spec(struct job *j, json_t *o, struct spec *ret, struct err *e)
{
	struct spec s = { 0 };
	const char *stage = json_string_value(json_object_get(o, "stage"));
	TRY(job_whole(o, "event", &s.event, e));
	TRY(job_whole(o, "project", &s.project, e));
	TRY(job_whole(o, "team", &s.team, e));
	TRY(job_whole(o, "spool", &s.spool, e));
	TRY(job_whole(o, "release", &s.release.id, e));
	if (!stage ||
		(!streq(stage, "sample") && !streq(stage, "full") && !streq(stage, "simulated")))
		return err_set(e, E_INPUT, "stage", "The job's stage is none.");
	s.release.simulated = streq(stage, "simulated");
	s.stage = arena_strdup(j->a, stage);
	*ret = s;
	return OK;
}

static enum status
read_request(struct job *j, const struct spec *s, struct str *ret, struct err *e)
{
	const char *folder = arena_printf(j->a, "%s/spool", j->config->state);
	cleanup_fd int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(e, "The folder of files on their way cannot be opened");
	return io_read_at(
		j->a, dir, arena_printf(j->a, "%lld", (long long)s->spool), REQUEST_MAX, ret, e);
}

/* ---- what the member gets ---- */

void
table_sweep(int views)
{
	int copy = openat(views, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return;
	for (struct dirent *entry; (entry = readdir(d));) {
		struct stat st;
		if (str_starts(str_of(entry->d_name), PARCEL) &&
			fstatat(views, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			st.st_mtime < clock_now() - OLD_SECONDS)
			unlinkat(views, entry->d_name, 0);
	}
}

/* As wire/desk.h says: the three sizes, then the three texts. */
static enum status
put_parcel(struct job *j, const struct spec *s, struct str said, struct str table,
	struct str evidence, struct err *e)
{
	const char *folder = arena_printf(j->a, "%s/views", j->config->state);
	const char *name = arena_printf(j->a, PARCEL "%lld", (long long)s->spool);
	struct buf b = buf_new(j->a);
	cleanup_fd int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(e, "The folder of pages cannot be opened");
	table_sweep(dir);
	buf_printf(&b, "%zu %zu %zu\n", said.n, table.n, evidence.n);
	buf_put(&b, said.p, said.n);
	buf_put(&b, table.p, table.n);
	buf_put(&b, evidence.p, evidence.n);
	return io_replace_at(dir, name, 0640, b.p, b.n, e);
}

/* The portal's part: no name, no label, no word of the member's. */
static void
write_result(struct job *j, int code, const struct paper *p)
{
	struct jsonw w = jsonw_new(&j->result);
	jsonw_open(&w, '{');
	jsonw_key(&w, "ok"), jsonw_bool(&w, true);
	jsonw_key(&w, "code"), jsonw_int(&w, code);
	if (p) {
		if (!p->refused)
			hash_json(&w, p->csv);
		jsonw_key(&w, "shown"), jsonw_int(&w, (int64_t)p->shown);
		jsonw_key(&w, "small"), jsonw_int(&w, (int64_t)p->small);
		jsonw_key(&w, "close"), jsonw_int(&w, (int64_t)p->close);
		jsonw_key(&w, "other"), jsonw_int(&w, (int64_t)p->other);
		jsonw_key(&w, "compared"), jsonw_bool(&w, p->compared);
	}
	jsonw_close(&w, '}');
}

/* Does the column name patients, or what belongs to single ones, a stay or a sample? "" if not. */
static const char *
names_what(const struct table_source *s, const char *column)
{
	if (s->from.patient && strcasecmp(column, s->from.patient) == 0)
		return "names patients";
	for (size_t i = 0; i < s->pseudonyms.n; i++)
		if (strcasecmp(column, s->pseudonyms.at[i]) == 0)
			return "holds pseudonyms";
	return "";
}

/* Tables that differ by persons who are named tell about those. */
static enum status
not_by_name(void *ctx, const char *column, struct err *e)
{
	const char *what = names_what(ctx, column);
	return what[0] ? err_set(e, E_INPUT, "where",
				 "--where: column %.80s %s: a condition on it picks out single "
				 "persons. Choose by a column whose values many patients share.",
				 column, what)
		       : OK;
}

static enum status
not_of_name(const struct table_source *s, const char *field, const char *column, struct err *e)
{
	const char *what = column ? names_what(s, column) : "";
	return what[0] ? err_set(e, E_INPUT, field,
				 "--%s: column %.80s %s, and a table may tell of no single "
				 "person. Name a column whose values many patients share; --value "
				 "count counts the patients.",
				 field, column, what)
		       : OK;
}

/* The rows of such a table would be persons. */
static enum status
not_of_names(const struct table_source *s, const struct table_ask *ask, struct err *e)
{
	for (size_t i = 0; i < ask->rows.n; i++)
		TRY(not_of_name(s, "rows", ask->rows.at[i], e));
	TRY(not_of_name(s, "columns", ask->columns, e));
	return not_of_name(s, "value", ask->value_column, e);
}

/* What numbers are compared with: everybody of the table, and what was signed. */
static enum status
everybody_first(struct job *j, const struct table_source *source, const struct table_ask *ask,
	const struct trace_store *store, trace_list *ret, struct err *e)
{
	trace_list all = { NULL, 0 };
	const trace_list *signed_before = &store->earlier;
	if (!ask->is_file)
		TRY(persons_everybody(j->a, &source->from, ask, store->key, &all, e));
	ret->at = ARENA_ARRAY(j->a, all.n + signed_before->n + 1, struct trace);
	ret->n = all.n + signed_before->n;
	if (all.n)
		memcpy(ret->at, all.at, all.n * sizeof *all.at);
	if (signed_before->n)
		memcpy(ret->at + all.n, signed_before->at,
			signed_before->n * sizeof *signed_before->at);
	return OK;
}

/*
 * Hides what would show few persons when it is subtracted from what was signed before, and
 * remembers the rest. Simulated patients are nobody, so they need no secret; and who is meant by
 * the rows of a file that names no patients, only the team knows.
 */
static enum status
compare(struct job *j, const struct spec *s, const struct table_ask *ask,
	const struct table_source *source, struct counted *counted, int64_t few, struct hide *hide,
	struct paper_source *from, struct err *e)
{
	static const uint8_t open_key[sizeof((struct trace_store *)0)->key];
	cleanup_trace_store struct trace_store store = { .dir = -1, .fd = -1 };
	bool simulated = s->release.simulated;
	trace_list fresh, earlier;
	if (!simulated)
		TRY(trace_store_open(j->a, j->config->state, s->event, s->team, &store, e));
	TRY(persons_trace(j->a, &source->from, ask, counted, simulated ? open_key : store.key,
		s->team, &fresh, e));
	if (simulated || (from->is_file && !from->patient))
		return OK;
	TRY(everybody_first(j, source, ask, &store, &earlier, e));
	TRY(trace_hide(hide, &fresh, &earlier, few, e));
	from->compared = true;
	/* What nobody gets, nobody subtracts. */
	return paper_refused(counted, hide) ? OK : trace_store_keep(&store, hide, &fresh, e);
}

static enum status
make(struct job *j, const struct spec *s, struct str request, struct paper *ret, struct err *e)
{
	struct airlock_policy policy = airlock_policy_default();
	cleanup_table_source struct table_source source = { .fd = -1 };
	struct table_ask ask;
	struct counted counted;
	struct hide hide;
	struct str file;
	char made[32];
	TRY(ask_parse(j->a, request, policy.min_count, &ask, &file, e));
	job_progress(j, 0, 4, "Opening the data");
	TRY(table_source_open(j, &ask, file, &s->release, &source, e));
	TRY(not_of_names(&source, &ask, e));
	TRY(where_columns(ask.where, not_by_name, &source, e));
	job_progress(j, 1, 4, "Counting");
	TRY(count_run(j->a, &source.from, &ask, policy.min_count, &counted, e));
	/* It stands in the table's header: only what the data say already may. */
	if (ask.value == ASK_SHARE &&
		counted.at[(counted.rows + 1) * (counted.columns + 1) - 1].with < policy.min_count)
		return err_set(e, E_INPUT, "value",
			"Fewer than %lld have that value in column %.80s.",
			(long long)policy.min_count, ask.value_column);
	job_progress(j, 2, 4, "Hiding what is small");
	clock_iso(clock_now(), made, sizeof made);
	struct paper_source from = { s->event, s->project, s->team, made, ask.is_file, ask.source,
		s->release.id, s->stage, source.hash, source.from.patient, engine_version(),
		{ NULL, 0 }, false };
	TRY(few_find(j->a, &source.from, ask.where, policy.min_count, &from.few, e));
	paper_hide(j->a, &ask, &counted, &policy, &hide);
	job_progress(j, 3, 4, "Comparing with earlier tables");
	TRY(compare(j, s, &ask, &source, &counted, policy.difference, &hide, &from, e));
	paper_make(j->a, &ask, &counted, &hide, &from, ret);
	return OK;
}

enum status
table_job(struct job *j, json_t *o, struct err *e)
{
	struct spec s;
	struct str request;
	struct paper p;
	struct err mistake;
	struct proof_key key;
	TRY(read_spec(j, o, &s, e));
	TRY(read_request(j, &s, &request, e));
	enum status made = make(j, &s, request, &p, &mistake);
	if (made == E_INPUT) {
		/* Told in the workspace alone: it may hold words out of the data. */
		const char *said = arena_printf(j->a, "%s\n", mistake.text);
		write_result(j, EXIT_MISTAKE, NULL);
		return put_parcel(j, &s, str_of(said), STR(""), STR(""), e);
	}
	if (made != OK) {
		if (e)
			*e = mistake;
		return made;
	}
	if (p.refused) {
		write_result(j, EXIT_REFUSED, &p);
		return put_parcel(j, &s, str_of(p.said), STR(""), STR(""), e);
	}
	TRY(proof_key_load(j->a, j->config->state, true, &key, e));
	struct str evidence = proof_seal(j->a, &key, p.evidence);
	sodium_memzero(&key, sizeof key);
	write_result(j, 0, &p);
	return put_parcel(j, &s, str_of(p.said), p.csv, evidence, e);
}
