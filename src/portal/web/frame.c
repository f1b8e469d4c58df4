#include "portal/web/frame.h"

#include "base/clock.h"
#include "portal/web/web.sql.h"

struct entry {
	enum cap cap;
	unsigned roles; /* who wants it in their bar; others reach it by links */
	const char *label, *href;
};

/* In the order of an event's life. %s is the event. */
static const struct entry entries[] = {
	{ CAP_TODAY_READ, ROLE_PERSON, "Today", "/e/%s/today" },
	{ CAP_APPLICATION_REVIEW, ROLE_ORGANISER | ROLE_REVIEWER, "People", "/e/%s/applications" },
	{ CAP_EVENT_READ, ROLE_EVERYBODY, "Projects", "/e/%s/projects" },
	{ CAP_TEAM_LIST, ROLE_STAFF, "Teams", "/e/%s/teams" },
	{ CAP_DATA_READ, ROLE_STEWARD, "Data", "/e/%s/data" },
	{ CAP_STEWARD_CONFIRM, ROLE_STEWARD, "Stewards", "/e/%s/stewards" },
	{ CAP_WORKSPACE_HANDLE, ROLE_ORGANISER | ROLE_STEWARD, "Workspaces", "/e/%s/workspaces" },
	{ CAP_AIRLOCK_REVIEW, ROLE_STEWARD, "Airlock", "/e/%s/airlock" },
	{ CAP_LEADERBOARD_READ, ROLE_PERSON, "Leaderboard", "/e/%s/leaderboard" },
	{ CAP_JURY_SCORE, ROLE_JUROR, "Jury", "/e/%s/jury" },
	{ CAP_JURY_RUN, ROLE_ORGANISER, "Jury", "/e/%s/jury/run" },
	{ CAP_EVENT_READ, ROLE_EVERYBODY, "Programme", "/e/%s/programme" },
	{ CAP_RESULTS_READ, ROLE_EVERYBODY, "Results", "/e/%s/results" },
	{ CAP_AUDIT_READ, ROLE_ORGANISER | ROLE_STEWARD, "Audit", "/e/%s/audit" },
};
enum { ENTRIES = sizeof entries / sizeof entries[0] };

static void
add_link(struct req *r, const char *href, const char *label)
{
	r->page.nav.at[r->page.nav.n++] =
		(struct page_link){ href, label, strcmp(href, r->path) == 0 };
}

static enum status
navigation(struct req *r, struct err *e)
{
	r->page.nav.at = ARENA_ARRAY(r->arena, ENTRIES + 1, struct page_link);
	r->page.nav.n = 0;
	for (int i = 0; i < ENTRIES; i++) {
		const struct entry *n = &entries[i];
		if (!(n->roles & r->roles) || !policy_allows(n->cap, r->roles, r->event.phase, 0))
			continue;
		add_link(r, arena_printf(r->arena, n->href, r->event.slug), n->label);
		/* A participant's own team comes right after their day. */
		struct my_team_number t;
		bool found = false;
		if (i == 0 && (r->roles & ROLE_PARTICIPANT) && r->event.phase >= PHASE_TEAMS)
			TRY(db_found(
				db_my_team_number(r->db, r->event.id, r->me.id, &t, e), &found));
		if (found)
			add_link(r,
				arena_printf(r->arena, "/e/%s/teams/%lld", r->event.slug,
					(long long)t.number),
				t.name);
	}
	return OK;
}

static enum status
ribbon(struct req *r, struct err *e)
{
	struct phase_list_rows planned;
	TRY(db_phase_list(r->db, r->event.id, &planned, e));
	r->page.phases.at = ARENA_ARRAY(r->arena, planned.n, struct page_phase);
	r->page.phases.n = 0;
	for (size_t i = 0; i < planned.n; i++) {
		enum phase p = phase_parse(planned.at[i].phase);
		bool now = p == r->event.phase;
		bool done = p < r->event.phase;
		/* Visitors are not shown the organiser's drafting. */
		if (p == PHASE_DRAFT && !now)
			continue;
		bool begun = (done || now) && planned.at[i].begun;
		int64_t t = begun ? planned.at[i].begun : planned.at[i].starts;
		const char *when = clock_day(r->arena, t);
		/* Past its planned end a phase lasts until somebody begins the next one. */
		if (now && i + 1 < planned.n && planned.at[i + 1].starts > r->now)
			when = arena_printf(r->arena, "until %s UTC",
				clock_moment(r->arena, planned.at[i + 1].starts));
		r->page.phases.at[r->page.phases.n++] = (struct page_phase){ phase_title(p), when,
			now    ? "now"
			: done ? "done"
			       : "later" };
	}
	return OK;
}

static const char *
main_role(unsigned roles)
{
	static const unsigned order[] = { ROLE_ORGANISER, ROLE_STEWARD, ROLE_LEAD, ROLE_MENTOR,
		ROLE_JUROR, ROLE_REVIEWER, ROLE_PARTICIPANT };
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (roles & order[i])
			return role_title(order[i]);
	return NULL;
}

enum status
frame_fill(struct req *r, struct err *e)
{
	if (!r->event.id)
		return OK;
	r->page.event = r->event.slug;
	r->page.event_name = r->event.name;
	r->page.my_role = main_role(r->roles);
	TRY(navigation(r, e));
	return ribbon(r, e);
}
