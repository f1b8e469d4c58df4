/* Who did what, for those who answer for the event: searchable, as a page, as JSON and as CSV. */
#include "base/clock.h"
#include "portal/usage/activity.html.h"
#include "portal/usage/activity.sql.h"
#include "portal/usage/usage.h"

#include "portal/audit/words.h"
#include "portal/web/csv.h"

enum { PAGE = 25, MOST_CARRIED = 10, CSV_BATCH = 1000, HOUR = 3600, DAY = 86400 };

static const char *const kinds[] = { "sign-ins", "workspaces", "resources", "airlock", "budget",
	"packages", "data", "people", "jury", "event" };

static const struct field row_fields[] = {
	FIELD(struct activity_row, n, INT, .doc = "number in the audit trail of the server"),
	FIELD(struct activity_row, at, TIME),
	FIELD(struct activity_row, person, INT,
		.doc = "0: the server itself, or root by a command, as the name says"),
	FIELD(struct activity_row, name, TEXT, .doc = "as it was then"),
	FIELD(struct activity_row, kind, TEXT),
	FIELD(struct activity_row, action, TEXT),
	FIELD(struct activity_row, object, TEXT),
	FIELD(struct activity_row, detail, TEXT),
	FIELD(struct activity_row, title, TEXT, .doc = "the action in words"),
	FIELD(struct activity_row, means, TEXT, .doc = "what that means; empty: what it says"),
	FIELD(struct activity_row, about, TEXT,
		.doc = "the object by name: a team as it was called then"),
	FIELD(struct activity_row, more, TEXT, .doc = "the detail in words"),
	FIELD_END,
};

static const struct field carried_fields[] = {
	FIELD(struct carried_row, name, TEXT),
	FIELD(struct carried_row, team, INT),
	FIELD(struct carried_row, hour, INT, .doc = "bytes to the browser in the last hour"),
	FIELD(struct carried_row, percent, INT, .doc = "of the hour's budget"),
	FIELD(struct carried_row, day, INT, .doc = "bytes in the last 24 hours"),
	FIELD(struct carried_row, all, INT, .doc = "bytes since the event began"),
	FIELD(struct carried_row, pictures, INT,
		.doc = "bytes of a desktop's pictures, not counted in the others"),
	FIELD(struct carried_row, requests, INT),
	FIELD_END,
};

static const struct field view_fields[] = {
	FIELD_LIST(struct activity_view, entries, row_fields),
	FIELD(struct activity_view, older, INT, .doc = "go on with ?before= this; 0 at the end"),
	FIELD_LIST(struct activity_view, carried, carried_fields,
		.doc = "what went from workspaces to each member's browser, the most first"),
	FIELD(struct activity_view, more, INT,
		.doc = "members who are not among them; ?everybody=yes shows them too"),
	FIELD(struct activity_view, bytes_mb, INT, .doc = "budget of any hour"),
	FIELD(struct activity_view, pixels_mb, INT, .doc = "the same for a desktop's pictures"),
	FIELD(struct activity_view, kinds, TEXTS, .doc = "that ?kind= takes"),
	FIELD_END,
};

struct filter {
	const char *kind, *person, *words;
	int64_t team, from, until, before;
};

static enum status
time_of(struct req *r, const char *name, int64_t *ret, struct err *e)
{
	const char *text = req_query(r, name);
	if (text[0] && !clock_parse(str_of(text), ret))
		return err_set(e, E_INPUT, name,
			"\"%s\" must be a date, or a date and time such as 2026-11-22T05:54.",
			name);
	return OK;
}

static enum status
number_of(struct req *r, const char *name, int64_t *ret, struct err *e)
{
	const char *text = req_query(r, name);
	if (text[0] && (!str_int(str_of(text), ret) || *ret <= 0))
		return err_set(e, E_INPUT, name, "\"%s\" must be a number from 1 on.", name);
	return OK;
}

static enum status
filter_of(struct req *r, struct filter *f, struct err *e)
{
	*f = (struct filter){ .kind = req_query(r, "kind"),
		.person = req_query(r, "person"),
		.words = req_query(r, "words"),
		.before = INT64_MAX };
	TRY(number_of(r, "team", &f->team, e));
	TRY(number_of(r, "before", &f->before, e));
	TRY(time_of(r, "from", &f->from, e));
	return time_of(r, "until", &f->until, e);
}

static enum status
entries(struct req *r, const struct filter *f, int64_t count, struct activity_page_rows *ret,
	struct err *e)
{
	return db_activity_page(r->db, r->event.id, f->before, f->kind, f->person, f->team, f->from,
		f->until, f->words, count, ret, e);
}

static enum status
carried(struct req *r, const struct filter *f, struct activity_view *v, struct err *e)
{
	struct carried_list_rows rows;
	struct budget_of b;
	bool set;
	TRY(db_found(db_budget_of(r->db, r->event.id, &b, e), &set));
	TRY(db_carried_list(
		r->db, r->event.id, f->team, f->person, r->now - HOUR, r->now - DAY, &rows, e));
	v->bytes_mb = set ? b.bytes_mb : USAGE_BYTES_MAX >> 20;
	v->pixels_mb = set ? b.pixels_mb : USAGE_PIXELS_MAX >> 20;
	v->carried.at = ARENA_ARRAY(r->arena, rows.n, struct carried_row);
	v->carried.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct carried_list *c = &rows.at[i];
		int64_t percent = c->hour_bytes * 100 / (v->bytes_mb << 20);
		v->carried.at[i] = (struct carried_row){ .name = c->name,
			.team_name = c->team_name,
			.team = c->number,
			.hour = c->hour_bytes,
			.day = c->day_bytes,
			.all = c->bytes,
			.pictures = c->pixels,
			.requests = c->requests,
			.percent = percent < 100 ? percent : 100,
			.tone = percent >= 95   ? "stop"
				: percent >= 75 ? "due"
						: "" };
	}
	return OK;
}

static enum status
teams(struct req *r, struct activity_view *v, struct err *e)
{
	struct activity_teams_rows rows;
	TRY(db_activity_teams(r->db, r->event.id, &rows, e));
	v->teams.at = ARENA_ARRAY(r->arena, rows.n, struct activity_team);
	v->teams.n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		v->teams.at[i] = (struct activity_team){ arena_printf(r->arena, "%lld",
								 (long long)rows.at[i].number),
			rows.at[i].name };
	return OK;
}

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct activity_view *v = view;
	struct activity_page_rows rows;
	struct audit_words words;
	struct filter f;
	r->page.inside = true;
	TRY(filter_of(r, &f, e));
	TRY(entries(r, &f, PAGE + 1, &rows, e));
	TRY(carried(r, &f, v, e));
	if (v->carried.n > MOST_CARRIED && !req_query(r, "everybody")[0]) {
		v->more = (int64_t)v->carried.n - MOST_CARRIED;
		v->carried.n = MOST_CARRIED;
	}
	TRY(teams(r, v, e));
	v->entries.n = rows.n > PAGE ? PAGE : rows.n;
	v->entries.at = ARENA_ARRAY(r->arena, v->entries.n, struct activity_row);
	TRY(audit_words_load(r->db, r->event.id, &words, e));
	for (size_t i = 0; i < v->entries.n; i++) {
		const struct activity_page *x = &rows.at[i];
		struct audit_told t;
		TRY(audit_tell(&words, x->n, x->action, x->object, x->detail, &t, e));
		v->entries.at[i] = (struct activity_row){ x->n, x->at, x->actor, x->actor_name,
			x->kind, x->action, x->object, x->detail, t.action, t.means, t.object,
			t.detail };
	}
	v->older = rows.n > PAGE ? v->entries.at[PAGE - 1].n : 0;
	v->kinds.n = sizeof kinds / sizeof *kinds;
	v->kinds.at = ARENA_ARRAY(r->arena, v->kinds.n, const char *);
	memcpy(v->kinds.at, kinds, sizeof kinds);
	v->kind = f.kind;
	v->person = f.person;
	v->words = f.words;
	v->team = req_query(r, "team");
	v->from = req_query(r, "from");
	v->until = req_query(r, "until");
	v->may_set = req_may(r, CAP_WORKSPACE_HANDLE);
	return OK;
}

/* Every entry that fits; rows live in an arena of their own, a batch at a time. */
static enum status
as_csv(struct req *r, const void *in, void *view, struct err *e)
{
	struct buf b = buf_new(r->arena);
	struct csv c = csv_new(&b);
	struct activity_page_rows rows = { 0 };
	struct filter f;
	TRY(filter_of(r, &f, e));
	csv_row(&c, (const char *const[]){ "n", "at", "person", "name", "kind", "action", "object",
			    "detail", NULL });
	do {
		cleanup_arena struct arena *batch = arena_new();
		struct arena *mine = db_use_arena(r->db, batch);
		enum status s = entries(r, &f, CSV_BATCH, &rows, e);
		db_use_arena(r->db, mine);
		TRY(s);
		for (size_t i = 0; i < rows.n; i++) {
			const struct activity_page *x = &rows.at[i];
			csv_int(&c, x->n);
			csv_time(&c, x->at);
			csv_int(&c, x->actor);
			csv_text(&c, x->actor_name);
			csv_text(&c, x->kind);
			csv_text(&c, x->action);
			csv_text(&c, x->object);
			csv_text(&c, x->detail);
			csv_end(&c);
		}
		if (rows.n)
			f.before = rows.at[rows.n - 1].n;
	} while (rows.n == CSV_BATCH);
	r->raw.type = "text/csv; charset=utf-8";
	r->raw.name = arena_printf(r->arena, "%s-who-did-what.csv", r->event.slug);
	r->raw.bytes = buf_str(&b);
	return OK;
}

static enum status
carried_csv(struct req *r, const void *in, void *view, struct err *e)
{
	struct activity_view v = { 0 };
	struct buf b = buf_new(r->arena);
	struct csv c = csv_new(&b);
	struct filter f;
	TRY(filter_of(r, &f, e));
	TRY(carried(r, &f, &v, e));
	csv_row(&c, (const char *const[]){ "name", "team", "bytes_hour", "bytes_day", "bytes",
			    "picture_bytes", "requests", "budget_bytes_hour", NULL });
	for (size_t i = 0; i < v.carried.n; i++) {
		const struct carried_row *x = &v.carried.at[i];
		csv_text(&c, x->name);
		csv_int(&c, x->team);
		csv_int(&c, x->hour);
		csv_int(&c, x->day);
		csv_int(&c, x->all);
		csv_int(&c, x->pictures);
		csv_int(&c, x->requests);
		csv_int(&c, v.bytes_mb << 20);
		csv_end(&c);
	}
	r->raw.type = "text/csv; charset=utf-8";
	r->raw.name = arena_printf(r->arena, "%s-bytes.csv", r->event.slug);
	r->raw.bytes = buf_str(&b);
	return OK;
}

struct budget_in {
	int64_t bytes_mb, pixels_mb;
};

static const struct field budget_fields[] = {
	FIELD(struct budget_in, bytes_mb, INT, .required = true, .min = 1, .max = 1048576,
		.label = "Budget of an hour", .doc = "MiB"),
	FIELD(struct budget_in, pixels_mb, INT, .required = true, .min = 1, .max = 1048576,
		.label = "Budget for pictures of the desktop", .doc = "MiB"),
	FIELD_END,
};

static enum status
set_budget(struct req *r, const void *input, void *view, struct err *e)
{
	const struct budget_in *in = input;
	TRY(db_budget_put(r->db, r->event.id, in->bytes_mb, in->pixels_mb, e));
	req_flash(r, "The budget is set. It holds for everybody within half a minute.");
	return req_audit(r, "budget set", arena_printf(r->arena, "event %s", r->event.slug),
		arena_printf(r->arena, "%lld MiB an hour, %lld MiB of pictures",
			(long long)in->bytes_mb, (long long)in->pixels_mb),
		e);
}

#define PAGE_PATH "/e/:event/activity"

const struct route activity_routes[] = {
	{ GET, PAGE_PATH, show, CAP_AUDIT_READ,
		"Who did what, newest first, and what went to whose screen. "
		"?kind= ?person= ?team= ?from= ?until= ?words= ?everybody= choose.",
		"Who did what", VIEW(struct activity_view, view_fields), .page = page_activity },
	{ GET, PAGE_PATH ".csv", as_csv, CAP_AUDIT_READ,
		"Every entry that the same choice fits, as a table." },
	{ GET, PAGE_PATH "/bytes.csv", carried_csv, CAP_AUDIT_READ,
		"What went to each member's browser, as a table." },
	{ POST, PAGE_PATH "/budget", set_budget, CAP_WORKSPACE_HANDLE,
		"Sets what a member may load from a workspace within any hour.",
		IN(struct budget_in, budget_fields), .then = PAGE_PATH, .shows = PAGE_PATH },
	{ 0 },
};
