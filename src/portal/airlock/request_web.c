/* One request: its page, for the team and for reviewers. */
#include "portal/airlock/airlock_view.h"
#include "portal/airlock/request.html.h"
#include "portal/web/filters.h"

enum { LOOK_AGAIN = 3 };

/* ---- view tables ---- */

static const struct field finding_fields[] = {
	FIELD(struct airlock_finding_view, check, TEXT),
	FIELD(struct airlock_finding_view, severity, TEXT, .doc = "note, review or fail"),
	FIELD(struct airlock_finding_view, sentence, TEXT),
	FIELD(struct airlock_finding_view, places, TEXT, .doc = "rows and columns, never values"),
	FIELD_END,
};

static const struct field evidence_fields[] = {
	FIELD(struct airlock_evidence_view, fewest, INT,
		.doc = "patients (of_rows: rows) behind the smallest number that shows"),
	FIELD(struct airlock_evidence_view, shown, INT, .doc = "numbers"),
	FIELD(struct airlock_evidence_view, small, INT, .doc = "hidden for their own sake"),
	FIELD(struct airlock_evidence_view, close, INT, .doc = "withheld beside other signed ones"),
	FIELD(struct airlock_evidence_view, other, INT, .doc = "hidden because of those"),
	FIELD(struct airlock_evidence_view, of_file, BOOL, .doc = "from the team's own file"),
	FIELD(struct airlock_evidence_view, of_rows, BOOL, .doc = "no column names patients"),
	FIELD(struct airlock_evidence_view, apart, BOOL,
		.doc = "compared with no earlier table: a file that names no patients"),
	FIELD_END,
};

static const struct field file_fields[] = {
	FIELD(struct airlock_file_view, id, INT),
	FIELD(struct airlock_file_view, name, TEXT),
	FIELD(struct airlock_file_view, role, TEXT, .doc = "output, supporting or code"),
	FIELD(struct airlock_file_view, kind, TEXT),
	FIELD(struct airlock_file_view, bytes, INT),
	FIELD(struct airlock_file_view, hash, TEXT, .doc = "BLAKE2b-256 of what was handed in"),
	FIELD(struct airlock_file_view, verdict, TEXT,
		.doc = "pass, review, fail, stopped or held; empty while it is being checked"),
	FIELD(struct airlock_file_view, clean_bytes, INT),
	FIELD(struct airlock_file_view, clean_hash, TEXT,
		.doc = "BLAKE2b-256 of what would leave; votes are bound to it"),
	FIELD(struct airlock_file_view, reason, TEXT),
	FIELD(struct airlock_file_view, looked, BOOL, .doc = "you have opened these bytes"),
	FIELD(struct airlock_file_view, takeable, BOOL),
	FIELD_LIST(struct airlock_file_view, findings, finding_fields),
	FIELD_LIST(struct airlock_file_view, evidence, evidence_fields,
		.doc = "of a table that the server counted and signed; one or none"),
	FIELD_END,
};

static const struct field said_fields[] = {
	FIELD(struct airlock_said_view, name, TEXT),
	FIELD(struct airlock_said_view, verdict, TEXT),
	FIELD(struct airlock_said_view, comment, TEXT),
	FIELD(struct airlock_said_view, at, TIME),
	FIELD_END,
};

static const struct field request_fields[] = {
	FIELD(struct airlock_view, team, INT),
	FIELD(struct airlock_view, number, INT),
	FIELD(struct airlock_view, version, INT, .doc = "how often it was sealed"),
	FIELD(struct airlock_view, team_name, TEXT),
	FIELD(struct airlock_view, author, TEXT),
	FIELD(struct airlock_view, state, TEXT),
	FIELD(struct airlock_view, since, TIME),
	FIELD(struct airlock_view, needed, INT,
		.doc = "reviewers, by the event's rule and stewards of now; never fewer than at "
		       "the "
		       "sealing"),
	FIELD(struct airlock_view, reviews, INT, .doc = "given so far"),
	FIELD(struct airlock_view, needed_why, TEXT,
		.doc = "when it was sealed with another number than would be needed now"),
	FIELD(struct airlock_view, headline, TEXT),
	FIELD(struct airlock_view, explanation, TEXT),
	FIELD(struct airlock_view, problem, TEXT),
	FIELD(struct airlock_view, population, TEXT),
	FIELD(struct airlock_view, variables, TEXT),
	FIELD(struct airlock_view, relation, TEXT),
	FIELD(struct airlock_view, controls, TEXT),
	FIELD_LIST(struct airlock_view, files, file_fields),
	FIELD_LIST(struct airlock_view, said, said_fields,
		.doc = "the reviewers' words, once all that are needed are in"),
	FIELD_END,
};

/* ---- the request of the path ---- */

enum status
airlock_load(struct req *r, struct airlock_at *ret, struct err *e)
{
	int64_t number;
	TRY(req_id(r, "request", &number, e));
	TRY(db_airlock_by_number(r->db, r->team, number, &ret->q, e));
	return airlock_as(
		r->db, &ret->q, r->me.id, r->me.name, r->roles & ROLE_STEWARD, &ret->me, e);
}

enum cap
airlock_retry_cap(const struct airlock_at *at)
{
	return at->me.who & AIRLOCK_STEWARD ? CAP_AIRLOCK_REVIEW : CAP_AIRLOCK_ASK;
}

/* What leads on from here that this person may do, by the table and by the phase. */
static bool
can(const struct req *r, const struct airlock_at *at, enum airlock_verb verb, enum cap cap)
{
	enum airlock_state to;
	enum airlock_state resume =
		at->q.resume[0] ? airlock_state_parse(at->q.resume) : AIRLOCK_STATES;
	return req_may(r, cap) &&
	       airlock_next(airlock_state_parse(at->q.state), verb, at->me.who, resume, &to);
}

/* ---- files ---- */

static void
words_of(const struct airlock_file_row *f, struct airlock_file_view *v)
{
	static const struct {
		const char *verdict, *words, *tone;
	} all[] = { { "", "is being checked", "" }, { "pass", "nothing found", "good" },
		{ "review", "a person must look", "due" }, { "fail", "does not pass", "stop" },
		{ "stopped", "may never leave", "stop" },
		{ "held", "could not be checked", "due" } };
	v->words = "", v->tone = "";
	if (!v->output && (streq(f->verdict, "pass") || streq(f->verdict, "review"))) {
		v->words = "stays here";
		return;
	}
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (streq(all[i].verdict, f->verdict))
			v->words = all[i].words, v->tone = all[i].tone;
}

static void
put_findings(struct req *r, const struct airlock_finding_row_rows *all, struct airlock_file_view *v)
{
	v->findings.at = ARENA_ARRAY(r->arena, all->n, struct airlock_finding_view);
	for (size_t i = 0; i < all->n; i++) {
		const struct airlock_finding_row *x = &all->at[i];
		if (x->file != v->id)
			continue;
		v->findings.at[v->findings.n++] =
			(struct airlock_finding_view){ x->check_name, x->severity,
				streq(x->severity, "fail")     ? "stop"
				: streq(x->severity, "review") ? "due"
							       : "",
				x->sentence, x->places };
	}
}

/* After the findings: the note among them says less. */
static enum status
put_evidence(struct req *r, int64_t request, struct airlock_view *v, struct err *e)
{
	struct airlock_evidence_row_rows all;
	TRY(db_airlock_evidence_list(r->db, request, &all, e));
	for (size_t i = 0; i < all.n; i++) {
		const struct airlock_evidence_row *x = &all.at[i];
		struct airlock_file_view *f = v->files.at;
		while (f < v->files.at + v->files.n && f->id != x->file)
			f++;
		if (f == v->files.at + v->files.n)
			continue;
		f->evidence.at = ARENA_NEW(r->arena, struct airlock_evidence_view);
		f->evidence.n = 1;
		f->evidence.at[0] = (struct airlock_evidence_view){ x->fewest, x->shown, x->small,
			x->close, x->other, x->of_file, x->of_rows, x->of_file && x->of_rows };
		size_t n = 0;
		for (size_t k = 0; k < f->findings.n; k++)
			if (!streq(f->findings.at[k].check, "evidence") ||
				!streq(f->findings.at[k].severity, "note"))
				f->findings.at[n++] = f->findings.at[k];
		f->findings.n = n;
	}
	return OK;
}

static enum status
put_file(struct req *r, const struct airlock_at *at, const struct airlock_file_row *f,
	const struct airlock_finding_row_rows *findings, struct airlock_file_view *v, struct err *e)
{
	struct airlock_seen seen;
	struct airlock_vote_of vote;
	bool edits = can(r, at, AIRLOCK_EDIT, CAP_AIRLOCK_ASK);
	bool output = streq(f->role, "output");
	*v = (struct airlock_file_view){ .id = f->id,
		.bytes = f->bytes,
		.clean_bytes = f->clean_bytes,
		.name = f->name,
		.role = f->role,
		.kind = f->kind,
		.verdict = f->verdict,
		.hash = f->hash,
		.clean_hash = f->clean_hash,
		.reason = f->reason,
		.output = output,
		.editable = edits,
		.excusable = edits && output && streq(f->verdict, "fail"),
		.lookable = (at->me.who & AIRLOCK_REVIEWER) && req_may(r, CAP_AIRLOCK_REVIEW) &&
			    f->verdict[0] && !streq(f->verdict, "held") &&
			    !streq(at->q.state, "draft") &&
			    !airlock_is_final(airlock_state_parse(at->q.state)),
		.takeable = output && streq(at->q.state, "released") &&
			    (at->me.who & (AIRLOCK_AUTHOR | AIRLOCK_STEWARD)),
		.word = arena_printf(r->arena, "%lld:%s", (long long)f->id, f->clean_hash) };
	words_of(f, v);
	put_findings(r, findings, v);
	if (!(at->me.who & AIRLOCK_REVIEWER))
		return OK;
	TRY(db_airlock_seen(r->db, f->id, r->me.id, f->clean_hash, &seen, e));
	v->looked = seen.n > 0;
	bool voted = false;
	if (f->clean_hash[0])
		TRY(db_found(db_airlock_vote_of(r->db, f->id, r->me.id, f->clean_hash, &vote, e),
			&voted));
	v->leaves = voted && streq(vote.verdict, "approve");
	return OK;
}

static enum status
put_files(struct req *r, const struct airlock_at *at, struct airlock_view *v, struct err *e)
{
	struct airlock_file_row_rows files;
	struct airlock_finding_row_rows findings;
	TRY(db_airlock_file_list(r->db, at->q.id, &files, e));
	TRY(db_airlock_finding_list(r->db, at->q.id, &findings, e));
	v->files.at = ARENA_ARRAY(r->arena, files.n, struct airlock_file_view);
	v->files.n = files.n;
	for (size_t i = 0; i < files.n; i++) {
		TRY(put_file(r, at, &files.at[i], &findings, &v->files.at[i], e));
		if (!files.at[i].verdict[0])
			v->refresh = LOOK_AGAIN;
	}
	TRY(put_evidence(r, at->q.id, v, e));
	v->sealable = can(r, at, AIRLOCK_SEAL, CAP_AIRLOCK_ASK) &&
		      airlock_sealable(&at->q, &files, NULL) == OK;
	return OK;
}

/* ---- votes ---- */

static const char *
worst_of(const struct airlock_reviews *x, const char **ret_tone)
{
	*ret_tone = x->reject ? "stop" : x->mend ? "due" : "good";
	return x->reject ? "must not leave" : x->mend ? "to be mended" : "may leave";
}

/* Reviewers do not see each other's words before their own are in; the team sees what was decided.
 */
static enum status
put_votes(struct req *r, const struct airlock_at *at, struct airlock_view *v, struct err *e)
{
	struct airlock_reviews_rows rows;
	struct airlock_tally t;
	bool mine = false;
	TRY(db_airlock_reviews(r->db, at->q.id, &rows, e));
	TRY(airlock_tally(r->db, &at->q, &t, e));
	v->reviews = t.n;
	for (size_t i = 0; i < rows.n; i++)
		mine |= rows.at[i].reviewer == r->me.id;
	v->votable = can(r, at, AIRLOCK_VOTE, CAP_AIRLOCK_REVIEW) &&
		     (!mine || t.outcome == AIRLOCK_SPLIT);
	bool open = t.outcome != AIRLOCK_WAITS && (at->me.who & AIRLOCK_STEWARD);
	v->said.at = ARENA_ARRAY(r->arena, rows.n, struct airlock_said_view);
	for (size_t i = 0; i < rows.n && open; i++) {
		struct airlock_said_view *s = &v->said.at[v->said.n++];
		*s = (struct airlock_said_view){
			.name = rows.at[i].name, .comment = rows.at[i].comment, .at = rows.at[i].at
		};
		s->verdict = worst_of(&rows.at[i], &s->tone);
	}
	return OK;
}

/* Who could vote still, how many must, and why that is another number than at the sealing. */
static enum status
put_needed(struct req *r, const struct airlock_row *q, struct airlock_view *v, struct err *e)
{
	struct airlock_eligible others;
	int64_t now;
	TRY(db_airlock_eligible(r->db, q->team, q->id, &others, e));
	TRY(airlock_needed_of(r->db, q, &v->needed, &now, e));
	v->others = others.n;
	v->needed_why =
		airlock_waits(q->state) ? airlock_needed_words(r->arena, q->needed, now) : "";
	return OK;
}

/* ---- the one thing to know or do ---- */

static void
say(struct airlock_view *v, bool due, const char *headline, const char *explanation)
{
	v->due = due;
	v->headline = headline;
	v->explanation = explanation;
}

static void
say_draft(struct req *r, struct airlock_view *v, const struct err *why)
{
	if (!v->mine)
		say(v, false, "A draft", "Its author is still putting files together.");
	else if (!v->files.n)
		say(v, true, "Put a file in",
			"In your workspace: wardroom airlock add FILE. It is checked at once, and "
			"you read here what was found.");
	else if (v->refresh)
		say(v, false, "The files are being checked", "That takes a few seconds.");
	else if (v->sealable)
		say(v, true, "Ready to be sealed",
			"Once it is sealed, nobody can change it, and the reviewers vote on it.");
	else
		say(v, true, "Something is missing before it can be sealed",
			arena_strdup(r->arena, why->text));
}

static void
say_review(struct req *r, struct airlock_view *v)
{
	int64_t left = v->needed > v->reviews ? v->needed - v->reviews : 0;
	if (v->votable && v->said.n)
		say(v, true, "The reviewers differ",
			arena_printf(r->arena,
				"Their words are below. Whoever changes theirs says why%s",
				v->others ? "; or another steward votes, and most decide."
					  : ". Nobody else may vote: otherwise the team withdraws "
					    "the request and mends it, or an organiser names "
					    "another data steward."));
	else if (airlock_differs(v->state, v->needed, v->reviews))
		say(v, v->mine, "The reviewers differ", airlock_differ_words(v->others));
	else if (v->votable)
		say(v, true, "Look at the files and vote",
			arena_printf(r->arena, "It has waited for %s.%s",
				filter_span_from_now(r->arena, v->since),
				v->needed > 1 ? " You do not see what others say before all have "
						"voted."
					      : ""));
	else
		say(v, false, "In review",
			arena_printf(r->arena, "It has waited for %s; %s still to vote.",
				filter_span_from_now(r->arena, v->since),
				filter_plural(r->arena, left, "reviewer has", "reviewers have")));
}

static void
say_next(struct req *r, struct airlock_view *v, const struct err *why)
{
	static const struct {
		const char *state, *headline, *explanation;
		int64_t refresh;
	} fixed[] = {
		{ "sealed", "Sealed", "It is checked once more, beside what left before.", 3 },
		{ "scanning", "It is being checked", "That takes a few seconds.", 3 },
		{ "approved", "It may leave",
			"The very bytes that were voted on are being handed out.", 3 },
		{ "rejected", "It does not leave", "The reviewers say why below.", 0 },
		{ "withdrawn", "Withdrawn", "Its author has taken it back. Nothing has left.", 0 },
		{ "revoked", "The release was revoked",
			"It can no longer be downloaded. Please delete what you have of it.", 0 },
		{ "quarantined", "It stays in quarantine", "Nothing of it leaves.", 0 },
	};
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (streq(fixed[i].state, v->state)) {
			say(v, false, fixed[i].headline, fixed[i].explanation);
			v->refresh = fixed[i].refresh;
		}
	if (streq(v->state, "draft"))
		say_draft(r, v, why);
	if (streq(v->state, "in review"))
		say_review(r, v);
	if (streq(v->state, "released"))
		say(v, v->mine, "It is out",
			"Download the files below. They are, byte for byte, what the reviewers "
			"voted on.");
	if (streq(v->state, "returned"))
		say(v, v->mine, "It came back",
			"Mend what the reviewers name and seal it again. Files that stay the same "
			"keep their votes.");
	if (streq(v->state, "failed"))
		say(v, v->retryable, "It is held",
			"Something on the server failed; nothing was lost and nothing has left.");
}

static enum status
request_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct airlock_view *v = view;
	struct airlock_at at;
	struct airlock_file_row_rows files;
	struct err why = { 0 };
	TRY(airlock_load(r, &at, e));
	const struct airlock_row *q = &at.q;
	*v = (struct airlock_view){ .team = q->team_number,
		.number = q->number,
		.version = q->version,
		.needed = q->needed,
		.since = q->since,
		.team_name = q->team_name,
		.author = q->author_name,
		.state = q->state,
		.tone = airlock_tone(q->state),
		.problem = q->problem,
		.population = q->population,
		.variables = q->variables,
		.relation = q->relation,
		.controls = q->controls,
		.mends = true,
		.mine = at.me.who & AIRLOCK_AUTHOR,
		.reviewer = at.me.who & AIRLOCK_REVIEWER,
		.editable = can(r, &at, AIRLOCK_EDIT, CAP_AIRLOCK_ASK),
		.withdrawable = can(r, &at, AIRLOCK_WITHDRAW, CAP_AIRLOCK_READ),
		.retryable = can(r, &at, AIRLOCK_RETRY, airlock_retry_cap(&at)),
		.revocable = can(r, &at, AIRLOCK_REVOKE, CAP_AIRLOCK_READ) };
	TRY(put_files(r, &at, v, e));
	TRY(put_votes(r, &at, v, e));
	TRY(put_needed(r, q, v, e));
	TRY(db_airlock_file_list(r->db, q->id, &files, e));
	airlock_sealable(q, &files, &why);
	say_next(r, v, &why);
	r->page.inside = true;
	r->page.title = arena_printf(r->arena, "Airlock request %lld", (long long)q->number);
	return OK;
}

const struct route airlock_request_routes[] = {
	{ GET, "/e/:event/teams/:team/airlock/:request", request_show, CAP_AIRLOCK_READ,
		"A request to take files out: files, findings, votes.", NULL,
		VIEW(struct airlock_view, request_fields), .page = page_request },
	{ 0 },
};
