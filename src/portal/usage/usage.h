/*
 * What workspaces use, what they ran out of, and what teams ask for more of.
 *
 * The keeper looks at every open workspace some times a minute (usage_look) and writes it down;
 * pages read that. Limits that an organiser grants stand in the workspace's row; the keeper hands
 * them to the warden while everything runs.
 *
 * Rules are pure; what takes a struct db has its results in that one's arena. Thread rule: as db.h.
 */
#ifndef PORTAL_USAGE_USAGE_H
#define PORTAL_USAGE_USAGE_H

#include "portal/web/req.h"
#include "portal/web/route.h"
#include "wire/portal_gate.h"
#include "wire/portal_warden.h"

struct usage_rooms; /* of usage.sql.h: a workspace and what the newest look saw */

enum {
	USAGE_LOOK_MS = 15000,
	USAGE_KEEP_SECONDS = 2 * 86400,
	USAGE_SHOW_SECONDS = 3600, /* what the pictures show */
};

/* ---- looking ---- */

/* What is new since the look before. Counts are of this opening of the workspace. */
struct usage_news {
	int64_t cpu_milli; /* 1000 is one core, on average since the look before */
	int64_t oom_kills, fork_fails;
	bool full, became_full; /* the disk takes nothing more */
};

/* Pure. before.at is 0 when nobody has looked yet. */
struct usage_news usage_compare(
	const struct usage_rooms *before, const struct pw_usage *now, int64_t at);

/* Less than this, of bytes or of files, is as good as nothing. */
bool usage_disk_full(const struct pw_usage *);

/* Writes down what the warden said of a workspace. In a transaction. */
enum status usage_note(struct db *, const struct usage_rooms *, const struct pw_usage *,
	int64_t now, struct err *);

/* A sentence for the team: "At 05:54 the memory was used up ...". */
const char *usage_trouble_words(
	struct arena *, const char *kind, int64_t at, int64_t times, int64_t limit_processes);

/* ---- what can be given ---- */

struct usage_host {
	int64_t total_mb, available_mb; /* memory of the host; 0 when unknown */
	int64_t cpus;
	int64_t promised_mb; /* granted to others beyond the default, and not used yet */
};

/*
 * Memory that can still be promised to a team: what is available, less a tenth of the whole that
 * stays for the server itself, less what others were promised. Never below 0. Pure.
 */
int64_t usage_left_mb(const struct usage_host *);

/* The host as it is now; except: the workspace that is asked about. */
enum status usage_host_now(
	struct db *, const struct config *, int64_t except, struct usage_host *ret, struct err *);

/* Limits as they are: 0 stands for the server's default. */
int64_t usage_limit_mb(const struct config *, int64_t memory_mb);
int64_t usage_limit_cpus(const struct config *, int64_t cpus);

/*
 * Whether a workspace with these limits may get those. E_INPUT with a sentence that says how much
 * is left; a limit never shrinks this way. Pure.
 */
enum status usage_may_give(const struct usage_host *, int64_t now_mb, int64_t now_cpus,
	int64_t memory_mb, int64_t cpus, struct err *);

/* "16 GB", "1.5 GB", "256 MB": of 1024 MB each, as limits are counted. */
const char *usage_mb_words(struct arena *, int64_t mb);

/* ---- what went to whose screen ---- */

/* What an event allows unless somebody set it: as the gate does by itself. */
#define USAGE_BYTES_MAX ((int64_t)200 << 20)
#define USAGE_PIXELS_MAX ((int64_t)2 << 30)

/* Bytes within an hour: what may be, and what was within the last one. */
struct usage_budget {
	int64_t bytes_max, pixels_max, bytes, pixels;
};

enum status usage_budget(struct db *, int64_t event, int64_t ws, int64_t person, int64_t now,
	struct usage_budget *ret, struct err *);

/* Writes down what the gate told, with an audit entry when the hour's budget is used up by it.
 * Begins and ends its own transaction. */
enum status usage_carried(struct db *, const struct pg_carried *, int64_t now, struct err *);

/* ---- pages ---- */

struct usage_point {
	int64_t minute, cpu_milli, memory, disk, processes;
};

/* What pages of workspaces show of one: pictures of the last hour and what it ran out of. */
struct usage_story {
	LIST(struct usage_point) recent;
	struct html_safe cpu, memory, disk; /* pictures */
	text_list troubles;
};

enum status usage_story(struct req *, int64_t ws, const struct pw_usage *now,
	struct usage_story *ret, struct err *);
extern const struct field usage_point_fields[];

struct resource_view {
	int64_t id, team;
	const char *team_name, *author, *reason, *state, *tone, *answer;
	int64_t at, decided;
	const char *wanted, *granted, *now; /* "32 GB of memory and 8 processors" */
	const char *slug;
};

/* A team's part on the page of its workspace. */
struct resource_ask_view {
	bool may_ask, waiting;
	const char *now, *left; /* what the team has; what the server could give */
	int64_t memory_gb, cpus, max_gb, max_cpus;
	LIST(struct resource_view) requests;
};

enum status resource_ask_show(struct req *, struct resource_ask_view *ret, struct err *);
extern const struct field resource_ask_fields[];

struct resource_list_view {
	const char *headline, *explanation;
	int64_t waiting;
	LIST(struct resource_view) requests;
};

struct resource_one_view {
	struct resource_view request;
	bool open;
	const char *left;
	int64_t memory_gb, cpus, max_gb, max_cpus; /* proposed in the form */
};

struct activity_row {
	int64_t n, at, person;
	const char *name, *kind, *action, *object, *detail;
	const char *title, *means, *about, *more; /* as of struct audit_row */
};

struct carried_row {
	const char *name, *team_name, *tone;
	int64_t team, hour, day, all, pictures, requests; /* bytes, but for the last */
	int64_t percent;                                  /* of the hour's budget */
};

struct activity_team {
	const char *number, *name;
};

struct activity_view {
	LIST(struct activity_row) entries;
	int64_t older;
	LIST(struct carried_row) carried;
	int64_t more;                /* members who are not shown */
	int64_t bytes_mb, pixels_mb; /* budget of an hour */
	bool may_set;
	text_list kinds;
	/* The filter, as it was given. */
	const char *kind, *person, *team, *from, *until, *words;
	LIST(struct activity_team) teams;
};

extern const struct route usage_routes[], activity_routes[];

#endif
