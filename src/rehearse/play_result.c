/* The result as one JSON object: the last line of the rehearsal. */
#include "base/json.h"
#include "rehearse/play_parts.h"

static void
put_int(struct jsonw *j, const char *key, int64_t value)
{
	jsonw_key(j, key);
	jsonw_int(j, value);
}

static void
put_text(struct jsonw *j, const char *key, const char *value)
{
	jsonw_key(j, key);
	jsonw_text(j, value);
}

static void
put_datasets(struct jsonw *j, const struct play *p)
{
	jsonw_key(j, "datasets");
	jsonw_open(j, '[');
	for (int i = 0; i < PROJECTS; i++) {
		const struct dataset *d = &p->datasets[i];
		jsonw_open(j, '{');
		put_text(j, "project", script_projects[i].title);
		put_text(j, "source", script_projects[i].source);
		put_text(j, "source_hash", d->hash);
		put_int(j, "tables", d->tables);
		put_int(j, "rows", d->rows);
		put_int(j, "patients", d->patients);
		put_int(j, "sample_patients", d->sample_patients);
		put_int(j, "hidden_patients", d->hidden_patients);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Nearest rank: the smallest value that at least this share does not exceed. */
static double
percentile(const double *sorted, size_t n, size_t percent)
{
	size_t rank = (n * percent + 99) / 100;
	return n ? sorted[rank ? rank - 1 : 0] : 0;
}

static void
put_workspaces(struct jsonw *j, const struct play *p)
{
	double ms[TEAMS];
	size_t n = 0;
	int64_t opened = 0, sealed = 0;
	for (int i = 0; i < TEAMS; i++) {
		opened += p->teams[i].opened;
		sealed += p->teams[i].sealed;
		if (p->teams[i].open_ms > 0)
			ms[n++] = p->teams[i].open_ms;
	}
	qsort(ms, n, sizeof ms[0], by_size);
	jsonw_key(j, "workspaces");
	jsonw_open(j, '{');
	put_int(j, "opened", opened);
	put_int(j, "sealed", sealed);
	put_int(j, "open_ms_p50", (int64_t)percentile(ms, n, 50));
	put_int(j, "open_ms_p95", (int64_t)percentile(ms, n, 95));
	jsonw_close(j, '}');
}

static void
put_submissions(struct jsonw *j, const struct play *p)
{
	int64_t scored = 0, refused = 0;
	for (int i = 0; i < TEAMS; i++) {
		scored += p->teams[i].scored;
		refused += p->teams[i].refused;
	}
	jsonw_key(j, "submissions");
	jsonw_open(j, '{');
	put_int(j, "scored", scored);
	put_int(j, "refused", refused);
	jsonw_close(j, '}');
}

static void
put_leaderboards(struct jsonw *j, const struct play *p)
{
	jsonw_key(j, "leaderboards");
	jsonw_open(j, '[');
	for (int i = 0; i < PROJECTS; i++) {
		const struct leaderboard *b = &p->boards[i];
		jsonw_open(j, '{');
		put_text(j, "project", b->project);
		put_text(j, "metric", b->metric);
		jsonw_key(j, "rows");
		jsonw_open(j, '[');
		for (size_t k = 0; k < b->n; k++) {
			jsonw_open(j, '{');
			put_text(j, "team", b->lines[k].team);
			jsonw_key(j, "value"), jsonw_real(j, b->lines[k].value);
			jsonw_key(j, "low"), jsonw_real(j, b->lines[k].low);
			jsonw_key(j, "high"), jsonw_real(j, b->lines[k].high);
			jsonw_close(j, '}');
		}
		jsonw_close(j, ']');
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

static void
put_jury(struct jsonw *j, const struct play *p)
{
	jsonw_key(j, "jury");
	jsonw_open(j, '{');
	put_int(j, "jurors", JURORS);
	put_int(j, "scores", p->jury_scores);
	put_int(j, "recusals", p->recusals);
	jsonw_key(j, "shortlist");
	jsonw_open(j, '[');
	for (int i = 0; i < 3 && p->shortlist[i]; i++)
		jsonw_text(j, p->shortlist[i]);
	jsonw_close(j, ']');
	put_text(j, "winner", p->winner);
	jsonw_close(j, '}');
}

void
play_result(const struct play *p, double seconds)
{
	struct buf b = buf_new(p->arena);
	struct jsonw w = jsonw_new(&b), *j = &w;
	jsonw_open(j, '{');
	put_text(j, "event", SCRIPT_EVENT);
	put_int(j, "applicants", p->applied);
	put_int(j, "selected", p->selected);
	put_int(j, "signed", p->signed_);
	put_int(j, "mentors", p->mentors_here);
	put_int(j, "projects", PROJECTS);
	put_int(j, "teams", TEAMS);
	put_datasets(j, p);
	put_workspaces(j, p);
	put_submissions(j, p);
	put_leaderboards(j, p);
	put_jury(j, p);
	jsonw_key(j, "attacks");
	jsonw_open(j, '{');
	put_text(j, "of", "from inside a workspace; `wardroom attack` tries all");
	put_int(j, "tried", p->attacks_tried);
	put_int(j, "defeated", p->attacks_defeated);
	jsonw_key(j, "residual");
	jsonw_open(j, '[');
	for (int i = 0; i < RESIDUAL && p->attacks_residual[i]; i++)
		jsonw_text(j, p->attacks_residual[i]);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
	jsonw_key(j, "audit");
	jsonw_open(j, '{');
	put_int(j, "entries", p->audit_entries);
	jsonw_key(j, "verified");
	jsonw_bool(j, p->audit_verified);
	jsonw_close(j, '}');
	jsonw_key(j, "seconds");
	jsonw_real(j, (double)(int64_t)(seconds * 10) / 10);
	jsonw_close(j, '}');
	puts(b.p);
	fflush(stdout);
}
