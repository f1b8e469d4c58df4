/* What is used, what is new in it, and what can be given. */
#include "portal/usage/usage.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "portal/audit/audit.h"
#include "portal/web/filters.h"
#include "portal/usage/usage.sql.h"

/* Bytes and files below which programs fail. */
enum { FULL_BYTES = 16 << 20, FULL_FILES = 16, MEMINFO_MAX = 65536 };

bool
usage_disk_full(const struct pw_usage *u)
{
	if (u->state != WS_OPEN || !u->disk_limit)
		return false;
	uint64_t least = u->disk_limit / 100 < FULL_BYTES ? u->disk_limit / 100 : FULL_BYTES;
	return u->disk + least >= u->disk_limit || u->files_left < FULL_FILES;
}

static int64_t
risen(int64_t before, uint64_t now)
{
	return (int64_t)now > before ? (int64_t)now - before : 0;
}

struct usage_news
usage_compare(const struct usage_rooms *before, const struct pw_usage *now, int64_t at)
{
	/* With each opening the counts begin at nothing. */
	bool same = before->at && before->seen_opened == before->opened;
	int64_t since = same ? before->at : before->opened;
	int64_t seconds = at > since ? at - since : 1;
	struct usage_news n = { .full = usage_disk_full(now) };
	n.cpu_milli = risen(same ? before->cpu_us : 0, now->cpu_us) / 1000 / seconds;
	n.oom_kills = risen(same ? before->oom_kills : 0, now->oom_kills);
	n.fork_fails = risen(same ? before->fork_fails : 0, now->fork_fails);
	n.became_full = n.full && !(same && before->full);
	return n;
}

static enum status
trouble(struct db *db, const struct usage_rooms *r, const char *kind, int64_t times, int64_t now,
	const char *action, struct err *e)
{
	if (!times)
		return OK;
	TRY(db_trouble_add(db, r->id, now, kind, times, e));
	struct audit_entry entry = { .at = now,
		.actor_name = "the server",
		.event = r->event,
		.action = action,
		.object = arena_printf(db_arena(db), "workspace %lld of team %lld",
			(long long)r->id, (long long)r->number),
		.detail = streq(kind, "disk")
				  ? ""
				  : filter_plural(db_arena(db), times, "time", "times") };
	return audit_add(db, &entry, e);
}

enum status
usage_note(struct db *db, const struct usage_rooms *r, const struct pw_usage *u, int64_t now,
	struct err *e)
{
	struct usage_news n = usage_compare(r, u, now);
	TRY(db_usage_put(db, r->id, now - now % 60, n.cpu_milli, (int64_t)u->memory,
		(int64_t)u->disk, u->processes, e));
	TRY(trouble(db, r, "memory", n.oom_kills, now, "memory ran out", e));
	TRY(trouble(db, r, "processes", n.fork_fails, now, "too many processes", e));
	TRY(trouble(db, r, "disk", n.became_full, now, "disk full", e));
	return db_usage_saw(db, r->id, r->opened, now, (int64_t)u->cpu_us, (int64_t)u->oom_kills,
		(int64_t)u->fork_fails, n.full, e);
}

const char *
usage_trouble_words(
	struct arena *a, const char *kind, int64_t at, int64_t times, int64_t limit_processes)
{
	const char *when = filter_hour(a, at);
	if (streq(kind, "memory"))
		return arena_printf(a,
			"Out of memory: at %s the system ended a running program (%s in the last "
			"hour). Work in smaller pieces, shut kernels that you no longer need, or "
			"ask "
			"for more.",
			when,
			times == 1 ? "once" : arena_printf(a, "%lld times", (long long)times));
	if (streq(kind, "processes"))
		return arena_printf(a,
			"Too many processes: at %s something could not start, because a workspace "
			"has at most %s at a time. End what you no longer need.",
			when, filter_count(a, limit_processes));
	return arena_printf(a,
		"Out of disk: since %s nothing more can be saved. Delete files that you no longer "
		"need, also in /team.",
		when);
}

/* ---- what can be given ---- */

int64_t
usage_left_mb(const struct usage_host *h)
{
	int64_t left = h->available_mb - h->total_mb / 10 - h->promised_mb;
	return left > 0 ? left : 0;
}

int64_t
usage_limit_mb(const struct config *c, int64_t memory_mb)
{
	return memory_mb ? memory_mb : c->memory_mb;
}

int64_t
usage_limit_cpus(const struct config *c, int64_t cpus)
{
	return cpus ? cpus : c->cpus;
}

static int64_t
meminfo_mb(struct str all, const char *key)
{
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		int64_t kb;
		if (!str_is(str_cut(&line, ':'), key))
			continue;
		line = str_trim(line);
		return str_int(str_cut(&line, ' '), &kb) ? kb / 1024 : 0;
	}
	return 0;
}

enum status
usage_host_now(struct db *db, const struct config *c, int64_t except, struct usage_host *ret,
	struct err *e)
{
	struct usage_beyond_rows rows;
	struct str text = { 0 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	TRY(io_read_file(db_arena(db), "/proc/meminfo", MEMINFO_MAX, &text, e));
	*ret = (struct usage_host){ .total_mb = meminfo_mb(text, "MemTotal"),
		.available_mb = meminfo_mb(text, "MemAvailable"),
		.cpus = cpus > 0 ? cpus : 1 };
	TRY(db_usage_beyond(db, except, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		int64_t used = rows.at[i].used >> 20;
		int64_t from = used > c->memory_mb ? used : c->memory_mb;
		if (rows.at[i].memory_mb > from)
			ret->promised_mb += rows.at[i].memory_mb - from;
	}
	return OK;
}

const char *
usage_mb_words(struct arena *a, int64_t mb)
{
	if (mb < 1024)
		return arena_printf(a, "%lld MB", (long long)mb);
	int64_t tenths = mb * 10 / 1024;
	return tenths % 10 ? arena_printf(a, "%lld.%lld GB", (long long)(tenths / 10),
				     (long long)(tenths % 10))
			   : arena_printf(a, "%lld GB", (long long)(tenths / 10));
}

enum status
usage_may_give(const struct usage_host *h, int64_t now_mb, int64_t now_cpus, int64_t memory_mb,
	int64_t cpus, struct err *e)
{
	int64_t left = usage_left_mb(h);
	if (memory_mb < now_mb)
		return err_set(e, E_INPUT, "memory_gb",
			"The team has %.1f GB already; this form only gives more.",
			(double)now_mb / 1024);
	if (memory_mb - now_mb > left)
		return err_set(e, E_INPUT, "memory_gb",
			"The server has %.1f GB left over, so the team can have %.1f GB at most.",
			(double)left / 1024, (double)(now_mb + left) / 1024);
	if (cpus < now_cpus)
		return err_set(e, E_INPUT, "cpus",
			"The team has %lld processors already; this form only gives more.",
			(long long)now_cpus);
	/* Processors are shared by turns: what counts is how many there are. */
	if (cpus > now_cpus && cpus > h->cpus)
		return err_set(e, E_INPUT, "cpus", "The server has %lld processors in all.",
			(long long)h->cpus);
	return OK;
}
