/* The airlock's lists: a team's requests, the stewards' queue; and the event's rule. */
#include "portal/airlock/airlock_view.h"
#include "portal/airlock/queue.html.h"
#include "portal/airlock/rule.html.h"
#include "portal/airlock/team_airlock.html.h"
#include "portal/people/people.sql.h"
#include "portal/web/filters.h"

enum { HOUR = 3600, IDLE_HOURS = 4 };

const char *
airlock_tone(const char *state)
{
	static const struct {
		const char *state, *tone;
	} all[] = { { "released", "good" }, { "approved", "good" }, { "in review", "due" },
		{ "returned", "due" }, { "failed", "due" }, { "rejected", "stop" },
		{ "revoked", "stop" }, { "quarantined", "stop" } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (streq(all[i].state, state))
			return all[i].tone;
	return "";
}

static const struct field row_fields[] = {
	FIELD(struct airlock_row_view, number, INT),
	FIELD(struct airlock_row_view, team, INT),
	FIELD(struct airlock_row_view, team_name, TEXT),
	FIELD(struct airlock_row_view, author, TEXT),
	FIELD(struct airlock_row_view, state, TEXT),
	FIELD(struct airlock_row_view, since, TIME),
	FIELD(struct airlock_row_view, outputs, INT),
	FIELD(struct airlock_row_view, needed, INT),
	FIELD(struct airlock_row_view, reviews, INT),
	FIELD(struct airlock_row_view, due, BOOL, .doc = "waits for you"),
	FIELD(struct airlock_row_view, differ, BOOL, .doc = "the reviewers do"),
	FIELD(struct airlock_row_view, word, TEXT, .doc = "what it waits for"),
	FIELD(struct airlock_row_view, overdue, BOOL, .doc = "waits for longer than it should"),
	FIELD_END,
};

/* ---- a team's requests ---- */

static const struct field team_fields[] = {
	FIELD(struct airlock_team_view, team, INT),
	FIELD(struct airlock_team_view, team_name, TEXT),
	FIELD(struct airlock_team_view, headline, TEXT),
	FIELD(struct airlock_team_view, explanation, TEXT),
	FIELD(struct airlock_team_view, may_ask, BOOL),
	FIELD_LIST(struct airlock_team_view, requests, row_fields),
	FIELD_END,
};

static void
say_team(struct req *r, struct airlock_team_view *v, const struct airlock_row *mine)
{
	if (mine) {
		bool due = streq(mine->state, "draft") || streq(mine->state, "returned");
		v->headline =
			arena_printf(r->arena, "Your request %lld is %s", (long long)mine->number,
				streq(mine->state, "draft") ? "a draft" : mine->state);
		v->explanation = due ? "Say what it is about, read what the checks found, seal it."
				     : "You can have one under way at a time.";
		v->href = arena_printf(r->arena, "/e/%s/teams/%lld/airlock/%lld", r->event.slug,
			(long long)mine->team_number, (long long)mine->number);
		v->button = due ? "Go on" : "See it";
		v->due = due;
	} else if (v->may_ask) {
		v->headline = "Take a result out";
		v->explanation = "In your workspace: wardroom airlock add FILE. It is checked at "
				 "once, and you read what was found before anybody else sees it.";
	} else {
		v->headline = "Nothing to do here";
		v->explanation = req_may(r, CAP_AIRLOCK_ASK) || r->event.phase < PHASE_PRESENTATIONS
					 ? "Members of the team ask to take results out."
					 : "Nothing more is taken out in this phase.";
	}
}

static enum status
team_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_team_view *v = view;
	struct airlock_row_rows rows;
	struct airlock_team t;
	const struct airlock_row *mine = NULL;
	TRY(db_airlock_team(r->db, r->team, &t, e));
	TRY(db_airlock_of_team(r->db, r->team, &rows, e));
	v->team = t.number;
	v->team_name = t.name;
	v->may_ask = req_may(r, CAP_AIRLOCK_ASK);
	v->requests.at = ARENA_ARRAY(r->arena, rows.n, struct airlock_row_view);
	v->requests.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct airlock_row *q = &rows.at[i];
		v->requests.at[i] = (struct airlock_row_view){ .number = q->number,
			.team = q->team_number,
			.team_name = q->team_name,
			.author = q->author_name,
			.state = q->state,
			.tone = airlock_tone(q->state),
			.since = q->since };
		int64_t now;
		TRY(airlock_needed_of(r->db, q, &v->requests.at[i].needed, &now, e));
		if (q->author == r->me.id && !airlock_is_final(airlock_state_parse(q->state)))
			mine = q;
	}
	say_team(r, v, mine);
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Airlock of %s", t.name);
	return OK;
}

/* ---- the stewards' queue ---- */

static const struct field queue_fields[] = {
	FIELD(struct airlock_queue_view, waiting, INT, .doc = "requests that wait for your vote"),
	FIELD(struct airlock_queue_view, differ, INT,
		.doc = "of these, on which the reviewers differ"),
	FIELD(struct airlock_queue_view, headline, TEXT),
	FIELD(struct airlock_queue_view, explanation, TEXT),
	FIELD(struct airlock_queue_view, rule, TEXT),
	FIELD_LIST(struct airlock_queue_view, requests, row_fields, .doc = "the oldest first"),
	FIELD_LIST(struct airlock_queue_view, others, row_fields),
	FIELD_END,
};

static enum status
rule_of(struct req *r, struct airlock_rule_of *ret, struct err *e)
{
	enum status s = db_airlock_rule_of(r->db, r->event.id, ret, e);
	if (s == E_ABSENT)
		*ret = (struct airlock_rule_of){ .reviewers = 0, .idle_hours = IDLE_HOURS };
	return s == E_ABSENT ? OK : s;
}

static const char *
rule_words(const struct airlock_rule_of *rule)
{
	return rule->reviewers == 1   ? "One steward votes on each request."
	       : rule->reviewers == 2 ? "Two stewards vote on each request."
				      : "Two stewards vote on each request; one where the event "
					"has no second who may.";
}

static const char *
word_on(const struct airlock_queue *q, bool differ)
{
	if (differ)
		return airlock_differ_words(q->others);
	if (streq(q->state, "in review"))
		return q->belongs ? "You belong to this team; others vote."
		       : q->mine  ? "You have voted; it waits for another."
				  : "It waits for your vote.";
	return streq(q->state, "failed") ? "Something failed; try again." : "";
}

static void
say_queue(struct req *r, struct airlock_queue_view *v)
{
	if (v->waiting && v->waiting == v->differ) {
		v->headline = arena_printf(r->arena, "The reviewers differ on %s",
			filter_plural(r->arena, v->differ, "request", "requests"));
		v->explanation = "You may vote, or change your vote and say why.";
	} else if (v->waiting) {
		v->headline = arena_printf(r->arena, "%s for your vote",
			filter_plural(r->arena, v->waiting, "request waits", "requests wait"));
		v->explanation = arena_printf(
			r->arena, "The oldest for %s.", filter_span_from_now(r->arena, v->oldest));
	} else {
		v->headline = "Nothing waits for your vote";
		v->explanation = "What teams ask to take out appears here, the oldest first.";
	}
}

static enum status
queue_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_queue_view *v = view;
	struct airlock_queue_rows rows;
	struct airlock_rule_of rule;
	TRY(db_airlock_queue(r->db, r->event.id, r->me.id, &rows, e));
	TRY(rule_of(r, &rule, e));
	v->rule = rule_words(&rule);
	v->requests.at = ARENA_ARRAY(r->arena, rows.n, struct airlock_row_view);
	v->others.at = ARENA_ARRAY(r->arena, rows.n, struct airlock_row_view);
	for (size_t i = 0; i < rows.n; i++) {
		const struct airlock_queue *q = &rows.at[i];
		bool waits = streq(q->state, "in review") || streq(q->state, "failed");
		int64_t now = airlock_needed(rule.reviewers, q->eligible);
		int64_t needed = airlock_waits(q->state) && now > q->needed ? now : q->needed;
		bool differ = airlock_differs(q->state, needed, q->reviews);
		bool due = streq(q->state, "in review") && !q->belongs && (!q->mine || differ);
		struct airlock_row_view row = { .number = q->number,
			.team = q->team_number,
			.team_name = q->team_name,
			.project = q->project,
			.author = q->author_name,
			.state = q->state,
			.tone = airlock_tone(q->state),
			.word = word_on(q, differ),
			.since = q->since,
			.outputs = q->outputs,
			.needed = needed,
			.reviews = q->reviews,
			.due = due,
			.waits = waits,
			.differ = differ,
			.needed_why = waits ? airlock_needed_words(r->arena, q->needed, now) : "",
			.overdue = waits && r->now - q->since > rule.idle_hours * HOUR };
		if (waits)
			v->requests.at[v->requests.n++] = row;
		else
			v->others.at[v->others.n++] = row;
		if (due && (!v->waiting || q->since < v->oldest)) {
			v->oldest = q->since;
			v->href = arena_printf(r->arena, "/e/%s/teams/%lld/airlock/%lld",
				r->event.slug, (long long)q->team_number, (long long)q->number);
		}
		v->waiting += due;
		v->differ += due && differ;
	}
	say_queue(r, v);
	r->page.inside = true;
	return OK;
}

/* ---- the rule ---- */

static const struct field rule_view_fields[] = {
	FIELD(struct airlock_rule_view, reviewers, TEXT, .doc = "auto, one or two"),
	FIELD(struct airlock_rule_view, idle_hours, INT),
	FIELD(struct airlock_rule_view, models, BOOL, .doc = "models of trees may leave"),
	FIELD(struct airlock_rule_view, stewards, INT),
	FIELD_END,
};

static enum status
rule_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_rule_view *v = view;
	struct airlock_rule_of rule;
	struct steward_count n;
	TRY(rule_of(r, &rule, e));
	TRY(db_steward_count(r->db, r->event.id, &n, e));
	v->reviewers = rule.reviewers == 1 ? "one" : rule.reviewers == 2 ? "two" : "auto";
	v->idle_hours = rule.idle_hours;
	v->models = rule.models;
	v->stewards = n.n;
	return OK;
}

struct rule_in {
	const char *reviewers;
	int64_t idle_hours;
	bool models;
};

static const struct field rule_fields[] = {
	FIELD(struct rule_in, reviewers, TEXT, .required = true, .choices = "auto|one|two",
		.label = "Reviewers"),
	FIELD(struct rule_in, idle_hours, INT, .required = true, .min = 1, .max = 240,
		.label = "Hours"),
	FIELD(struct rule_in, models, BOOL, .label = "Models of trees may leave"),
	FIELD_END,
};

static enum status
rule_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct rule_in *f = in;
	int64_t reviewers = streq(f->reviewers, "one") ? 1 : streq(f->reviewers, "two") ? 2 : 0;
	TRY(db_airlock_rule_set(r->db, r->event.id, reviewers, f->idle_hours, f->models, e));
	req_flash(r, "Saved. What waits already needs as many votes as were needed when it was "
		     "sealed, or more when the rule asks for more.");
	return req_audit(r, "airlock rule set", arena_printf(r->arena, "event %s", r->event.slug),
		arena_printf(r->arena, "reviewers %s, %lld hours, %s", f->reviewers,
			(long long)f->idle_hours,
			f->models ? "models of trees may leave" : "no models"),
		e);
}

#define RULE "/e/:event/airlock/rule"

const struct route airlock_routes[] = {
	{ GET, "/e/:event/teams/:team/airlock", team_show, CAP_AIRLOCK_READ,
		"What a team has asked to take out.", NULL,
		VIEW(struct airlock_team_view, team_fields), .page = page_team_airlock },
	{ GET, "/e/:event/airlock", queue_show, CAP_AIRLOCK_READ,
		"All requests to take files out, those that wait first.", "Airlock",
		VIEW(struct airlock_queue_view, queue_fields), .page = page_queue },
	{ GET, RULE, rule_show, CAP_AIRLOCK_RULE, "How many reviewers a request needs.",
		"Airlock rule", VIEW(struct airlock_rule_view, rule_view_fields),
		.page = page_rule },
	{ POST, RULE, rule_save, CAP_AIRLOCK_RULE, "Changes how many reviewers a request needs.",
		IN(struct rule_in, rule_fields) },
	{ 0 },
};
