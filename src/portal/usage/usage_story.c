/* The last hour of a workspace, as pictures and sentences. */
#include <math.h>

#include "portal/usage/usage.h"
#include "portal/web/chart.h"
#include "portal/usage/usage.sql.h"

enum { MINUTE = 60, POINTS = USAGE_SHOW_SECONDS / MINUTE };

const struct field usage_point_fields[] = {
	FIELD(struct usage_point, minute, TIME),
	FIELD(struct usage_point, cpu_milli, INT,
		.doc = "the most within the minute; 1000 is one processor"),
	FIELD(struct usage_point, memory, INT, .doc = "bytes, the most within the minute"),
	FIELD(struct usage_point, disk, INT, .doc = "bytes"),
	FIELD(struct usage_point, processes, INT, .doc = "the most within the minute"),
	FIELD_END,
};

/* A gap where nobody looked: the workspace was closed then. */
static struct html_safe
picture(struct req *r, const struct usage_recent_rows *rows, size_t offset, const char *title,
	double limit)
{
	double *v = ARENA_ARRAY(r->arena, POINTS, double);
	int64_t first = (r->now - USAGE_SHOW_SECONDS) / MINUTE + 1;
	for (int i = 0; i < POINTS; i++)
		v[i] = NAN;
	for (size_t i = 0; i < rows->n; i++) {
		int64_t k = rows->at[i].minute / MINUTE - first;
		if (k >= 0 && k < POINTS)
			v[k] = (double)*(const int64_t *)((const char *)&rows->at[i] + offset);
	}
	return chart_spark(r->arena, title, v, POINTS, limit);
}

enum status
usage_story(struct req *r, int64_t ws, const struct pw_usage *now, struct usage_story *ret,
	struct err *e)
{
	struct usage_recent_rows rows;
	struct trouble_recent_rows bad;
	TRY(db_usage_recent(r->db, ws, r->now - USAGE_SHOW_SECONDS, &rows, e));
	TRY(db_trouble_recent(r->db, ws, r->now - USAGE_SHOW_SECONDS, &bad, e));
	ret->recent.at = ARENA_ARRAY(r->arena, rows.n, struct usage_point);
	ret->recent.n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		ret->recent.at[i] = (struct usage_point){ rows.at[i].minute, rows.at[i].cpu_milli,
			rows.at[i].memory, rows.at[i].disk, rows.at[i].processes };
	ret->cpu = picture(r, &rows, offsetof(struct usage_recent, cpu_milli),
		"Processor in the last hour", (double)now->cpu_limit_milli);
	ret->memory = picture(r, &rows, offsetof(struct usage_recent, memory),
		"Memory in the last hour", (double)now->memory_limit);
	ret->disk = picture(r, &rows, offsetof(struct usage_recent, disk), "Disk in the last hour",
		(double)now->disk_limit);
	ret->troubles.at = ARENA_ARRAY(r->arena, bad.n, const char *);
	for (size_t i = 0; i < bad.n; i++)
		/* A disk that has room again is no trouble any more. */
		if (!streq(bad.at[i].kind, "disk") || usage_disk_full(now))
			ret->troubles.at[ret->troubles.n++] =
				usage_trouble_words(r->arena, bad.at[i].kind, bad.at[i].at,
					bad.at[i].times, r->server->config.processes);
	return OK;
}
