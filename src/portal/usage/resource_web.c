/* More memory and processors: a member asks, an organiser gives or says why not. */
#include "portal/keeper/keeper.h"
#include "portal/usage/resource.html.h"
#include "portal/usage/resources.html.h"
#include "portal/usage/usage.h"
#include "portal/web/filters.h"
#include "portal/usage/usage.sql.h"

enum { SHOWN = 5, MB = 1024 };

static const struct field row_fields[] = {
	FIELD(struct resource_view, id, INT),
	FIELD(struct resource_view, team, INT),
	FIELD(struct resource_view, team_name, TEXT),
	FIELD(struct resource_view, author, TEXT),
	FIELD(struct resource_view, at, TIME),
	FIELD(struct resource_view, now, TEXT, .doc = "what the team has"),
	FIELD(struct resource_view, wanted, TEXT),
	FIELD(struct resource_view, reason, TEXT),
	FIELD(struct resource_view, state, TEXT, .doc = "open, granted, declined or withdrawn"),
	FIELD(struct resource_view, decided, TIME),
	FIELD(struct resource_view, granted, TEXT),
	FIELD(struct resource_view, answer, TEXT),
	FIELD_END,
};

const struct field resource_ask_fields[] = {
	FIELD(struct resource_ask_view, may_ask, BOOL),
	FIELD(struct resource_ask_view, waiting, BOOL, .doc = "an organiser is to answer"),
	FIELD(struct resource_ask_view, now, TEXT),
	FIELD(struct resource_ask_view, left, TEXT),
	FIELD(struct resource_ask_view, max_gb, INT,
		.doc = "memory that can be asked for, of 1024 MB"),
	FIELD(struct resource_ask_view, max_cpus, INT),
	FIELD_LIST(struct resource_ask_view, requests, row_fields, .doc = "the newest first"),
	FIELD_END,
};

static const char *
words(struct req *r, int64_t mb, int64_t cpus)
{
	return arena_printf(r->arena, "%s of memory, %s", usage_mb_words(r->arena, mb),
		filter_plural(r->arena, cpus, "processor", "processors"));
}

static void
fill(struct req *r, const struct resource_row *q, struct resource_view *v)
{
	const struct config *c = &r->server->config;
	*v = (struct resource_view){ .id = q->id,
		.team = q->number,
		.team_name = q->team_name,
		.author = q->author,
		.reason = q->reason,
		.state = q->state,
		.tone = streq(q->state, "open")       ? "due"
			: streq(q->state, "granted")  ? "good"
			: streq(q->state, "declined") ? "stop"
						      : "",
		.answer = q->answer,
		.at = q->at,
		.decided = q->decided,
		.wanted = words(r, q->memory_mb, q->cpus),
		.granted = q->granted_mb ? words(r, q->granted_mb, q->granted_cpus) : "",
		.now = words(r, usage_limit_mb(c, q->now_mb), usage_limit_cpus(c, q->now_cpus)),
		.slug = r->event.slug };
}

/* Whole gigabytes: the form's numbers, never below what is there. */
static int64_t
gb_up(int64_t mb)
{
	return (mb + MB - 1) / MB;
}

static const char *
left_words(struct req *r, const struct usage_host *h)
{
	return arena_printf(r->arena, "The server has %s of memory left over and %s in all.",
		usage_mb_words(r->arena, usage_left_mb(h)),
		filter_plural(r->arena, h->cpus, "processor", "processors"));
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

enum status
resource_ask_show(struct req *r, struct resource_ask_view *v, struct err *e)
{
	const struct config *c = &r->server->config;
	struct resource_room w;
	struct resource_row_rows rows;
	struct usage_host h;
	TRY(db_resource_room(r->db, r->team, &w, e));
	TRY(db_resource_of_team(r->db, r->team, SHOWN, &rows, e));
	TRY(usage_host_now(r->db, c, w.id, &h, e));
	int64_t mb = usage_limit_mb(c, w.memory_mb), cpus = usage_limit_cpus(c, w.cpus);
	v->requests.at = ARENA_ARRAY(r->arena, rows.n, struct resource_view);
	v->requests.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		fill(r, &rows.at[i], &v->requests.at[i]);
		v->waiting |= streq(rows.at[i].state, "open");
	}
	v->may_ask = req_may(r, CAP_RESOURCE_ASK) && !v->waiting;
	v->now = words(r, mb, cpus);
	v->left = left_words(r, &h);
	v->max_gb = most((mb + usage_left_mb(&h)) / MB, gb_up(mb));
	v->max_cpus = most(cpus, h.cpus);
	v->memory_gb = gb_up(mb);
	v->cpus = cpus;
	return OK;
}

struct ask_in {
	int64_t memory_gb, cpus;
	const char *reason;
};

static const struct field ask_fields[] = {
	FIELD(struct ask_in, memory_gb, INT, .required = true, .min = 1, .max = 4096,
		.label = "Memory", .doc = "wanted in all, in GB of 1024 MB"),
	FIELD(struct ask_in, cpus, INT, .required = true, .min = 1, .max = 4096,
		.label = "Processors", .doc = "wanted in all"),
	FIELD(struct ask_in, reason, TEXT, .required = true, .trim = true, .multiline = true,
		.min = 5, .max = 500, .label = "What for"),
	FIELD_END,
};

/* A team whose limit is no whole number of gigabytes keeps it by naming the one above. */
static int64_t
wanted_mb(int64_t gb, int64_t now_mb)
{
	return gb == gb_up(now_mb) ? now_mb : gb * MB;
}

static enum status
ask(struct req *r, const void *input, void *view, struct err *e)
{
	const struct ask_in *in = input;
	const struct config *c = &r->server->config;
	struct resource_room w;
	struct usage_host h;
	TRY(db_resource_room(r->db, r->team, &w, e));
	int64_t now_mb = usage_limit_mb(c, w.memory_mb), now_cpus = usage_limit_cpus(c, w.cpus);
	int64_t mb = wanted_mb(in->memory_gb, now_mb);
	TRY(usage_host_now(r->db, c, w.id, &h, e));
	TRY(usage_may_give(&h, now_mb, now_cpus, mb, in->cpus, e));
	if (mb == now_mb && in->cpus == now_cpus)
		return err_set(e, E_INPUT, "memory_gb",
			"This is what your team has already. Ask for more of one or the other.");
	TRY(db_resource_add(r->db, r->team, r->me.id, r->now, mb, in->cpus, in->reason, e));
	TRY(req_audit(r, "resources asked for",
		arena_printf(r->arena, "team %lld", (long long)w.number),
		arena_printf(r->arena, "%s: %s", words(r, mb, in->cpus), in->reason), e));
	req_flash(r, "An organiser reads your request and answers here.");
	return OK;
}

static enum status
withdraw(struct req *r, const void *in, void *view, struct err *e)
{
	struct resource_room w;
	TRY(db_resource_room(r->db, r->team, &w, e));
	TRY(db_resource_withdraw(r->db, r->team, r->now, e));
	if (!db_changes(r->db))
		return err_set(e, E_CONFLICT, "", "There is no request that waits any more.");
	req_flash(r, "Your request is withdrawn.");
	return req_audit(r, "resource request withdrawn",
		arena_printf(r->arena, "team %lld", (long long)w.number), "", e);
}

/* ---- for organisers ---- */

static const struct field list_fields[] = {
	FIELD(struct resource_list_view, headline, TEXT),
	FIELD(struct resource_list_view, explanation, TEXT),
	FIELD(struct resource_list_view, waiting, INT),
	FIELD_LIST(struct resource_list_view, requests, row_fields),
	FIELD_END,
};

static enum status
list(struct req *r, const void *in, void *view, struct err *e)
{
	struct resource_list_view *v = view;
	struct resource_row_rows rows;
	struct usage_host h;
	TRY(db_resource_list(r->db, r->event.id, &rows, e));
	TRY(usage_host_now(r->db, &r->server->config, 0, &h, e));
	v->requests.at = ARENA_ARRAY(r->arena, rows.n, struct resource_view);
	v->requests.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		fill(r, &rows.at[i], &v->requests.at[i]);
		v->waiting += streq(rows.at[i].state, "open");
	}
	v->headline = v->waiting ? arena_printf(r->arena, "%s for an answer",
					   filter_plural(r->arena, v->waiting, "request waits",
						   "requests wait"))
				 : "No request waits";
	v->explanation = left_words(r, &h);
	r->page.inside = true;
	return OK;
}

static const struct field one_fields[] = {
	FIELD_ROW(struct resource_one_view, request, row_fields),
	FIELD(struct resource_one_view, open, BOOL),
	FIELD(struct resource_one_view, left, TEXT),
	FIELD(struct resource_one_view, max_gb, INT),
	FIELD(struct resource_one_view, max_cpus, INT),
	FIELD_END,
};

static enum status
request_of(struct req *r, struct resource_row *ret, struct err *e)
{
	int64_t id;
	TRY(req_id(r, "request", &id, e));
	return db_resource_by_id(r->db, id, r->event.id, ret, e);
}

static enum status
show(struct req *r, const void *in, void *view, struct err *e)
{
	struct resource_one_view *v = view;
	const struct config *c = &r->server->config;
	struct resource_row q;
	struct usage_host h;
	TRY(request_of(r, &q, e));
	TRY(usage_host_now(r->db, c, q.workspace, &h, e));
	int64_t now_mb = usage_limit_mb(c, q.now_mb), now_cpus = usage_limit_cpus(c, q.now_cpus);
	fill(r, &q, &v->request);
	v->open = streq(q.state, "open");
	v->left = left_words(r, &h);
	v->max_gb = most((now_mb + usage_left_mb(&h)) / MB, gb_up(now_mb));
	v->max_cpus = most(now_cpus, h.cpus);
	/* What was asked for, or what there is by now. */
	v->memory_gb = gb_up(q.memory_mb) < v->max_gb ? gb_up(q.memory_mb) : v->max_gb;
	v->cpus = q.cpus < v->max_cpus ? q.cpus : v->max_cpus;
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Request of %s", q.team_name);
	return OK;
}

struct grant_in {
	int64_t memory_gb, cpus;
};

static const struct field grant_fields[] = {
	FIELD(struct grant_in, memory_gb, INT, .required = true, .min = 1, .max = 4096,
		.label = "Memory", .doc = "in all, in GB of 1024 MB"),
	FIELD(struct grant_in, cpus, INT, .required = true, .min = 1, .max = 4096,
		.label = "Processors", .doc = "in all"),
	FIELD_END,
};

static enum status
decide(struct req *r, const struct resource_row *q, const char *state, int64_t mb, int64_t cpus,
	const char *answer, struct err *e)
{
	TRY(db_resource_decide(r->db, q->id, state, r->now, r->me.id, mb, cpus, answer, e));
	if (!db_changes(r->db))
		return err_set(e, E_CONFLICT, "", "This request is %s already.", q->state);
	return OK;
}

static enum status
grant(struct req *r, const void *input, void *view, struct err *e)
{
	const struct grant_in *in = input;
	const struct config *c = &r->server->config;
	struct resource_row q;
	struct usage_host h;
	TRY(request_of(r, &q, e));
	int64_t now_mb = usage_limit_mb(c, q.now_mb), now_cpus = usage_limit_cpus(c, q.now_cpus);
	/* What was asked for stands as it was said, be it no whole number of gigabytes. */
	int64_t mb = in->memory_gb == gb_up(q.memory_mb) ? q.memory_mb
							 : wanted_mb(in->memory_gb, now_mb);
	TRY(usage_host_now(r->db, c, q.workspace, &h, e));
	TRY(usage_may_give(&h, now_mb, now_cpus, mb, in->cpus, e));
	TRY(decide(r, &q, "granted", mb, in->cpus, "", e));
	TRY(db_resource_grant(r->db, q.team, mb, in->cpus, e));
	TRY(req_audit(r, "resources granted",
		arena_printf(r->arena, "team %lld", (long long)q.number), words(r, mb, in->cpus),
		e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "%s has it in a moment, without a restart.", q.team_name);
	return OK;
}

struct decline_in {
	const char *answer;
};

static const struct field decline_fields[] = {
	FIELD(struct decline_in, answer, TEXT, .required = true, .trim = true, .multiline = true,
		.min = 5, .max = 500, .label = "Why not"),
	FIELD_END,
};

static enum status
decline(struct req *r, const void *input, void *view, struct err *e)
{
	const struct decline_in *in = input;
	struct resource_row q;
	TRY(request_of(r, &q, e));
	TRY(decide(r, &q, "declined", 0, 0, in->answer, e));
	TRY(req_audit(r, "resources declined",
		arena_printf(r->arena, "team %lld", (long long)q.number), in->answer, e));
	req_flash(r, "%s reads your answer on the page of its workspace.", q.team_name);
	return OK;
}

#define TEAM_PAGE "/e/:event/teams/:team/workspace"
#define ALL_PAGE "/e/:event/resources"

const struct route usage_routes[] = {
	{ POST, "/e/:event/teams/:team/resources", ask, CAP_RESOURCE_ASK,
		"Asks for more memory or processors.", IN(struct ask_in, ask_fields),
		.then = TEAM_PAGE, .shows = TEAM_PAGE },
	{ POST, "/e/:event/teams/:team/resources/withdraw", withdraw, CAP_RESOURCE_ASK,
		"Takes the request back.", IN_NOTHING, .then = TEAM_PAGE, .shows = TEAM_PAGE },
	{ GET, ALL_PAGE, list, CAP_RESOURCE_GIVE, "What teams ask for.", "More resources",
		VIEW(struct resource_list_view, list_fields), .page = page_resources },
	{ GET, ALL_PAGE "/:request", show, CAP_RESOURCE_GIVE, "One request for more resources.",
		"Request", VIEW(struct resource_one_view, one_fields), .page = page_resource },
	{ POST, ALL_PAGE "/:request/grant", grant, CAP_RESOURCE_GIVE,
		"Gives what was asked for, or less.", IN(struct grant_in, grant_fields),
		.then = ALL_PAGE, .shows = ALL_PAGE "/:request" },
	{ POST, ALL_PAGE "/:request/decline", decline, CAP_RESOURCE_GIVE, "Says why not.",
		IN(struct decline_in, decline_fields), .then = ALL_PAGE,
		.shows = ALL_PAGE "/:request" },
	{ 0 },
};
