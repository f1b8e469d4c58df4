#include "portal/today/today.h"

#include "base/clock.h"
#include "portal/airlock/airlock.h"

enum {
	TODAY_MOST = 48,   /* more than all kinds of things that can wait at once */
	TODAY_DIFFER = 10, /* requests named one by one; the airlock's page has all */
	TODAY_DATA = 10,   /* projects named one by one; the page of the data has all */
};

static const char *
path(struct arena *a, const struct today_facts *f, const char *rest)
{
	return arena_printf(a, "/e/%s/%s", f->event, rest);
}

static const char *
count(struct arena *a, int64_t n, const char *one, const char *many)
{
	return arena_printf(a, "%lld %s", (long long)n, n == 1 ? one : many);
}

static const char *
time_left(struct arena *a, const struct today_facts *f)
{
	return f->deadline > f->now
		       ? arena_printf(a, "%s left.", clock_span(a, f->deadline - f->now))
		       : "";
}

/* ---- collecting ---- */

/* An action that waits goes to the end of the list, but not twice under one title. */
static void
add(struct today_actions *l, struct next_action n)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->at[i].title, n.title))
			return;
	if (l->n == TODAY_MOST)
		BUG("more than %d things to do", TODAY_MOST);
	l->at[l->n++] = n;
}

/* ---- those who run the event ---- */

static void
organiser_people(struct arena *a, const struct today_facts *f, struct today_actions *l)
{
	const struct today_event *n = f->numbers;
	if (f->phase == PHASE_DRAFT)
		add(l, (struct next_action){ "Open the call for projects",
			       "The event is a draft that only you see. Check its page, then "
			       "begin.",
			       path(a, f, "phases"), "Go to the phases", true });
	if (n->proposed)
		add(l, (struct next_action){
			       arena_printf(a, "%s for a decision",
				       count(a, n->proposed, "project waits", "projects wait")),
			       "Accepted projects appear on the public page.",
			       path(a, f, "projects"), "Decide", true });
	if (!n->agreements && f->phase != PHASE_DRAFT)
		add(l, (struct next_action){ "Write the agreement",
			       "Nobody reaches data without having signed it.",
			       path(a, f, "agreement/edit"), "Write it", true });
	if (n->undecided && f->phase >= PHASE_SELECTION && f->phase <= PHASE_TEAMS)
		add(l, (struct next_action){ arena_printf(a, "%s for a decision",
						     count(a, n->undecided, "application waits",
							     "applications wait")),
			       "Offer seats, use the waiting list, or say not this time.",
			       path(a, f, "applications?state=submitted"), "Decide", true });
	if (n->unapproved && f->phase >= PHASE_TEAMS && f->phase < PHASE_PRESENTATIONS)
		add(l, (struct next_action){
			       arena_printf(a, "%s no ethics approval",
				       count(a, n->unapproved, "project has", "projects have")),
			       "Their data cannot be released.", path(a, f, "projects"),
			       "See which", true });
}

static const char *
rooms_bad(struct arena *a, const struct today_facts *f)
{
	return arena_printf(a, "%s help",
		count(a, f->numbers->rooms_bad, "workspace needs", "workspaces need"));
}

/* They have no vote, but who shall have one is theirs to say. */
static void
organiser_differ(struct arena *a, const struct today_facts *f, struct today_actions *l)
{
	for (size_t i = 0; f->differ && i < f->differ->n; i++) {
		const struct today_differ *q = &f->differ->at[i];
		add(l, (struct next_action){
			       arena_printf(a, "The reviewers differ on request %lld of %s",
				       (long long)q->number, q->team_name),
			       airlock_differ_words(q->others), path(a, f, "roles"),
			       q->others ? "See the data stewards" : "Name a data steward", true });
		break; /* the stewards have the others in their list */
	}
}

static void
organiser(struct arena *a, const struct today_facts *f, struct today_actions *l)
{
	const struct today_event *n = f->numbers;
	organiser_people(a, f, l);
	if (n->teams == 0 && f->phase >= PHASE_TEAMS && f->phase <= PHASE_SAMPLE)
		add(l, (struct next_action){ "Form the teams",
			       arena_printf(a,
				       "%s. Wishes, skills and levels are balanced for you.",
				       count(a, n->accepted, "person has a seat",
					       "people have a seat")),
			       path(a, f, "teams"), "Form teams", true });
	if (n->rooms_bad)
		add(l, (struct next_action){ rooms_bad(a, f), "The page says what keeps each from opening.",
			       path(a, f, "workspaces"), "Look", true });
	if (n->asked)
		add(l, (struct next_action){ arena_printf(a, "%s for more memory or processors",
						     count(a, n->asked, "team asks", "teams ask")),
			       "What you give is theirs at once; nothing is restarted.",
			       path(a, f, "resources"), "Answer", true });
	organiser_differ(a, f, l);
	if (f->phase == PHASE_PRESENTATIONS || f->phase == PHASE_FINAL)
		add(l, (struct next_action){ "Run the jury",
			       count(a, n->handed_in, "team has handed in.",
				       "teams have handed in."),
			       path(a, f, "jury/run"), "Open the jury's page", true });
}

static struct next_action
organiser_calm(struct arena *a, const struct today_facts *f)
{
	if (f->phase == PHASE_CLOSED)
		return (struct next_action){ "The results are public",
			"Thank you for a good event.", path(a, f, "results"), "See them", false };
	return (struct next_action){ "Nothing waits for you",
		arena_printf(a, "The event is in the phase “%s”. %s", phase_title(f->phase),
			time_left(a, f)),
		path(a, f, "phases"), "See the phases", false };
}

/* ---- data stewards ---- */

static void
steward_key(struct arena *a, const struct today_facts *f, struct today_actions *l)
{
	const struct today_key *k = f->key;
	const char *to = path(a, f, "key");
	if (!k)
		return;
	if (k->state == KEY_ASKED && !k->mine)
		add(l, (struct next_action){
			       arena_printf(a, "%s asks for the event’s key", k->asked_name),
			       arena_printf(a,
				       "Another data steward must agree within %d hours, or "
				       "refuse: %s left.",
				       KEY_HOURS,
				       clock_span(a, k->asked + KEY_HOURS * 3600 - f->now)),
			       to, "Read the request", true });
	if (k->state == KEY_LATE)
		add(l, (struct next_action){ "Nobody agreed to the request for the event’s key",
			       arena_printf(a, "%s may ask again once this one is ended.",
				       k->asked_name),
			       to, "End the request", true });
	if (k->state == KEY_WRITTEN)
		add(l, (struct next_action){ "Two shares of the event’s key lie on the server",
			       "The operator gives one to each steward; then they are removed.", to,
			       "See where", true });
	if (k->state == KEY_FAILED || k->state == KEY_LEFT)
		add(l, (struct next_action){
			       k->state == KEY_FAILED
				       ? "The shares of the event’s key were not written"
				       : "The shares of the event’s key were not removed",
			       "The page of the key says why.", to, "Look", true });
}

/* What leaves and who may let it: people wait for an answer. */
static void
steward_votes(struct arena *a, const struct today_facts *f, struct today_actions *l)
{
	const struct today_event *n = f->numbers;
	for (size_t i = 0; f->differ && i < f->differ->n && i < TODAY_DIFFER; i++) {
		const struct today_differ *q = &f->differ->at[i];
		if (q->belongs)
			continue;
		add(l, (struct next_action){
			       arena_printf(a, "The reviewers differ on request %lld of %s",
				       (long long)q->number, q->team_name),
			       airlock_differ_words(q->others),
			       path(a, f,
				       arena_printf(a, "teams/%lld/airlock/%lld",
					       (long long)q->team_number, (long long)q->number)),
			       "Look and vote", true });
	}
	if (f->votes)
		add(l, (struct next_action){
			       arena_printf(a, "%s for your vote",
				       count(a, f->votes, "request to take files out waits",
					       "requests to take files out wait")),
			       arena_printf(a, "The oldest for %s.",
				       clock_span(a, f->now - f->votes_since)),
			       path(a, f, "airlock"), "Look and vote", true });
	if (n->stewards_named)
		add(l, (struct next_action){
			       arena_printf(a, "%s for your word",
				       count(a, n->stewards_named, "new data steward waits",
					       "new data stewards wait")),
			       "An organiser named them. They can do nothing before a steward "
			       "confirms it.",
			       path(a, f, "stewards"), "Look", true });
}

/* What their own pages say to do. */
static void
steward_next(struct arena *a, const struct today_facts *f, bool lost, struct today_actions *l)
{
	for (size_t i = 0; f->phase < PHASE_PRESENTATIONS && i < f->data.n && i < TODAY_DATA; i++) {
		const struct today_data *d = &f->data.at[i];
		if (d->lost == lost)
			add(l, (struct next_action){ arena_printf(a, "%s: %s", d->title, d->next),
				       d->why, d->href, d->button, true });
	}
}

static void
steward_data(struct arena *a, const struct today_facts *f, struct today_actions *l)
{
	const struct today_event *n = f->numbers;
	bool open = f->phase < PHASE_PRESENTATIONS;
	steward_next(a, f, false, l);
	if (f->unreleased && open)
		add(l, (struct next_action){
			       arena_printf(a, "%s data not released yet",
				       count(a, f->unreleased, "project has", "projects have")),
			       "Import the folder, check the recipe, make the release.",
			       path(a, f, "data"), "Go to the data", true });
	if (n->rooms_bad)
		add(l, (struct next_action){ rooms_bad(a, f), "The page says what keeps each from opening.",
			       path(a, f, "workspaces"), "Look", true });
	if (n->rooms_kept)
		add(l, (struct next_action){
			       count(a, n->rooms_kept,
				       "workspace stays until its archive was opened",
				       "workspaces stay until their archives were opened"),
			       "What a team made is destroyed when its archive was read whole "
			       "with the passphrase, or when you let it go.",
			       path(a, f, "archives"), "Go to the archives", true });
	if (n->unarchived && f->phase >= PHASE_PRESENTATIONS && f->phase < PHASE_CLOSED)
		add(l, (struct next_action){ "Archive what teams made",
			       arena_printf(a,
				       "%s no archive. When the event is closed the workspaces "
				       "are destroyed.",
				       count(a, n->unarchived, "workspace has", "workspaces have")),
			       path(a, f, "archives"), "Go to the archives", true });
}

static struct next_action
steward_calm(struct arena *a, const struct today_facts *f)
{
	if (f->key && f->key->state == KEY_ASKED && f->key->mine)
		return (struct next_action){ "Your request for the event’s key waits",
			"Another data steward must agree. Nothing else waits for you.",
			path(a, f, "key"), "See it", false };
	if (f->phase == PHASE_CLOSED)
		return (struct next_action){ "The event is closed",
			"Workspaces are destroyed, each with a record in the trail.",
			path(a, f, "audit"), "Read the trail", false };
	return (struct next_action){ "Nothing waits for you",
		!f->numbers->projects ? "No project is accepted yet."
		: f->settled ? "All data are released. You see every access in the audit trail."
			     : "You see every access in the audit trail.",
		path(a, f, "audit"), "Read the trail", false };
}

/* ---- jurors, leads, members, applicants ---- */

static struct next_action
juror(struct arena *a, const struct today_facts *f)
{
	if (!f->jury && f->phase == PHASE_CLOSED)
		return (struct next_action){ "The results are public",
			"Thank you for your time and your judgement.", path(a, f, "results"),
			"See them", false };
	if (!f->jury && f->phase == PHASE_FINAL)
		return (struct next_action){ "The final round has not begun",
			"You hear from us as soon as there is something to score.", NULL, NULL,
			false };
	if (!f->jury)
		return (struct next_action){ "Nothing to score yet",
			"You hear from us when teams have handed in.", NULL, NULL, false };
	if (f->jury->done >= f->jury->n)
		return (struct next_action){ "You have scored every team",
			"You may change your scores until the round closes.", path(a, f, "jury"),
			"Look again", false };
	return (struct next_action){
		arena_printf(a, "%s to score",
			count(a, f->jury->n - f->jury->done, "team is left", "teams are left")),
		"About five minutes each. You see no other juror's score before yours.",
		path(a, f, "jury"), "Score", true
	};
}

static bool
is_state(const struct today_led *p, const char *state)
{
	return p->state && streq(p->state, state);
}

static struct next_action
lead(struct arena *a, const struct today_facts *f)
{
	for (size_t i = 0; f->led && i < f->led->n; i++) {
		const struct today_led *p = &f->led->at[i];
		if (is_state(p, "declined") || (p->ethics_number[0] && p->ethics_expires > f->now))
			continue;
		return (struct next_action){ p->ethics_number[0]
						     ? "The ethics approval has expired"
						     : "Tell us about the ethics approval",
			arena_printf(a, "Without it the data of “%s” stay closed.", p->title),
			path(a, f, arena_printf(a, "projects/%s/edit", p->slug)), "Fill it in",
			true };
	}
	for (size_t i = 0; f->led && i < f->led->n; i++)
		if (f->led->at[i].questions)
			return (struct next_action){ arena_printf(a, "%s about your data",
							     count(a, f->led->at[i].questions,
								     "question waits",
								     "questions wait")),
				"A sentence helps a whole team, and stays with the variable.",
				path(a, f,
					arena_printf(
						a, "projects/%s/dictionary", f->led->at[i].slug)),
				"Answer", true };
	bool released = false;
	for (size_t i = 0; f->led && i < f->led->n; i++)
		released |= f->led->at[i].released;
	return (struct next_action){ "Nothing waits for you",
		released ? "Your project is complete. Teams may ask you what a variable means."
			 : "Your project is complete. The data steward prepares its data; later "
			   "teams may ask you what a variable means.",
		path(a, f, "projects"), "See the projects", false };
}

static const char *
team_path(struct arena *a, const struct today_facts *f, const char *rest)
{
	return path(a, f, arena_printf(a, "teams/%lld%s", (long long)f->team->number, rest));
}

static struct next_action
participant(struct arena *a, const struct today_facts *f)
{
	if (f->phase == PHASE_CLOSED)
		return (struct next_action){ "The results are out", "Thank you for taking part.",
			path(a, f, "results"), "See them", false };
	if (!f->team)
		return (struct next_action){ "Teams are formed soon",
			"You will hear from us as soon as you have one.", path(a, f, "programme"),
			"See the programme", false };
	if (f->phase >= PHASE_FULL && f->phase <= PHASE_PRESENTATIONS &&
		!(f->presentation && f->presentation->handed_in)) {
		bool pdf = f->presentation && f->presentation->pdf_name[0];
		if (f->phase == PHASE_PRESENTATIONS || f->deadline - f->now < 12 * 3600)
			return (struct next_action){ "Hand in your presentation",
				arena_printf(a, "%s %s",
					!f->presentation ? "Nothing is saved yet."
					: pdf ? "Your draft is saved and not handed in yet."
					      : "Your draft is saved. The PDF is still missing.",
					time_left(a, f)),
				team_path(a, f, "/presentation"), "Finish the hand-in", true };
	}
	if (f->returned)
		return (struct next_action){ "A request to take files out came back",
			"The reviewers say what is to be mended.",
			team_path(a, f, arena_printf(a, "/airlock/%lld", (long long)f->returned)),
			"See why", true };
	/* Another release may wait for its signature: nothing a member could do. */
	const char *problem = f->team->room_problem;
	if (f->phase >= PHASE_SETUP && f->phase <= PHASE_FULL && problem && problem[0] &&
		!streq(f->team->room_state, "open"))
		return (struct next_action){ "Your workspace is closed for the moment",
			arena_printf(a, "%s Your files are kept, and it opens by itself.", problem),
			team_path(a, f, "/workspace"), "See your workspace", false };
	if (f->phase >= PHASE_SETUP && f->phase <= PHASE_FULL)
		return (struct next_action){ f->phase == PHASE_FULL ? "The data are open"
					     : f->phase == PHASE_SAMPLE
						     ? "A sample of the data is open"
						     : "Try your notebook",
			f->phase == PHASE_SETUP
				? "There are no data in it yet. Find your way around."
				: arena_printf(a, "%s. %s", f->team->project, time_left(a, f)),
			team_path(a, f, "/workspace"), "Open your workspace", true };
	return (struct next_action){ "Meet your team", f->team->project, team_path(a, f, ""),
		"See your team", false };
}

/* Whoever proposed a project and has no part yet. False: they proposed none. */
static bool
proposer(struct arena *a, const struct today_facts *f, struct next_action *ret)
{
	const struct today_led *last = NULL;
	for (size_t i = 0; f->led && i < f->led->n; i++)
		if (!last || is_state(&f->led->at[i], "proposed"))
			last = &f->led->at[i];
	if (!last)
		return false;
	const char *to = path(a, f, arena_printf(a, "projects/%s", last->slug));
	*ret = is_state(last, "proposed")
		       ? (struct next_action){ "Your proposal waits for a decision",
				 arena_printf(a,
					 "The organiser reads “%s”. The answer will stand here.",
					 last->title),
				 to, "See it", false }
		       : (struct next_action){ "Your proposal was not accepted this time",
				 arena_printf(a, "Thank you for “%s”.", last->title), to, "See it",
				 false };
	return true;
}

static struct next_action
applicant(struct arena *a, const struct today_facts *f)
{
	const char *s = f->application;
	const char *to = path(a, f, "apply");
	struct next_action proposal;
	if (!s && proposer(a, f, &proposal))
		return proposal;
	if (!s && f->naming) {
		bool apply = f->phase == PHASE_APPLICATIONS;
		return (struct next_action){ "You were named as a data steward", f->naming,
			apply ? to : NULL, apply ? "Apply to take part" : NULL, false };
	}
	if (!s || streq(s, "withdrawn")) {
		if (f->phase == PHASE_APPLICATIONS)
			return (struct next_action){ "Apply",
				"It takes about five minutes; what you type is kept as you go.", to,
				"Begin", true };
		return (struct next_action){ "You have no part in this event yet",
			"Applications are not open at the moment.", path(a, f, "programme"),
			"See the programme", false };
	}
	if (streq(s, "draft") && f->phase == PHASE_APPLICATIONS)
		return (struct next_action){ "Finish your application",
			arena_printf(a, "Your draft is saved. %s", time_left(a, f)), to, "Go on",
			true };
	if (streq(s, "selected"))
		return (struct next_action){ "A seat is yours if you want it",
			"Please answer soon; others are waiting.", to, "Answer", true };
	return (struct next_action){ "Your application is with us",
		"You hear as soon as there is news.", to, "See it", false };
}

const char *
today_about(struct arena *a, const char *object, const struct today_team_names_rows *teams)
{
	if (str_starts(str_of(object), "person ") || str_starts(str_of(object), "event "))
		return "";
	const char *at = strstr(object, "team ");
	int64_t number;
	if (!at || !str_int(str_of(at + 5), &number))
		return object;
	for (size_t i = 0; i < teams->n; i++) {
		if (teams->at[i].number != number)
			continue;
		const char *name = teams->at[i].name;
		size_t n = (size_t)(at - object);
		return n > 4 ? arena_printf(a, "%s, %.*s", name, (int)n - 4, object) : name;
	}
	return object;
}

/* Of the roles that run nothing, the one in which a person is here. */
static struct next_action
guest(struct arena *a, const struct today_facts *f)
{
	if (f->roles & ROLE_JUROR)
		return juror(a, f);
	if (f->roles & ROLE_LEAD)
		return lead(a, f);
	if (f->roles & ROLE_PARTICIPANT)
		return participant(a, f);
	if (f->roles & ROLE_MENTOR)
		return (struct next_action){ "Nothing waits for you",
			"Your teams are below; look in on them whenever you like.", NULL, NULL,
			false };
	return applicant(a, f);
}

struct today_actions
today_waits(struct arena *a, const struct today_facts *f)
{
	struct today_actions l = { ARENA_ARRAY(a, TODAY_MOST, struct next_action), 0 };
	bool organises = f->roles & ROLE_ORGANISER, stewards = f->roles & ROLE_STEWARD;
	if (f->agreement_needed)
		add(&l, (struct next_action){ "Sign the agreement",
				"It says what you may do with patients' data, and comes before any "
				"of it.",
				path(a, f, "agreement"), "Read and sign", true });
	if (stewards) {
		steward_key(a, f, &l);
		/* Whole teams wait for it. */
		steward_next(a, f, true, &l);
		steward_votes(a, f, &l);
	}
	if (organises)
		organiser(a, f, &l);
	if (stewards)
		steward_data(a, f, &l);
	if (l.n && (organises || stewards || f->agreement_needed))
		return l;
	add(&l, organises ? organiser_calm(a, f) : stewards ? steward_calm(a, f) : guest(a, f));
	return l;
}
