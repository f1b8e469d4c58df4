/* The end: workspaces destroyed, results published, the trail verified. */
#include <jansson.h>

#include "rehearse/play_parts.h"

static int64_t
figure(const json_t *j, const char *label)
{
	json_t *row;
	size_t i;
	json_array_foreach(json_object_get(j, "figures"), i,
		row) if (streq(json_text_of(row, "label"), label)) return json_int_of(row, "n");
	return 0;
}

/* A visitor's view of the results, against what was played. */
static enum status
check_results(struct play *p, struct err *e)
{
	struct actor *who = &p->visitor;
	struct page page;
	json_t *j;
	int64_t scored = 0;
	for (int i = 0; i < TEAMS; i++)
		scored += p->teams[i].scored;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "results"));
	TRY(actor_sees(who, &page, p->winner, e));
	TRY(actor_json(who, &j, e, "results"));
	int64_t applied = figure(j, "applied"), took_part = figure(j, "took part");
	int64_t submissions = json_int_of(j, "submissions");
	size_t teams = json_array_size(json_object_get(j, "teams"));
	bool same = streq(json_text_of(j, "winner"), p->winner) && json_true_of(j, "closed");
	json_decref(j);
	TRY(actor_expect(who,
		same && applied == CROWD && took_part == SEATS && teams == TEAMS &&
			submissions == scored,
		e,
		"the results should tell %d applicants, %d participants, %d teams, %lld "
		"submissions and "
		"%s; they tell %lld, %lld, %zu, %lld.",
		CROWD, SEATS, TEAMS, (long long)scored, p->winner, (long long)applied,
		(long long)took_part, teams, (long long)submissions));
	/* Now the leaderboard is public too; the steward's pages are not. */
	TRY(actor_open(who, &page, e, "leaderboard"));
	return actor_is_stranger(who, e, "audit");
}

static enum status
verify(struct play *p, struct err *e)
{
	struct str out;
	int code;
	TRY(play_command(p, p->arena,
		(const char *const[]){ "wardroom", "--config", p->options->config_path, "--json",
			"audit", "verify", NULL },
		&out, &code, e));
	json_t *j = json_loadb(out.p, out.n, 0, NULL);
	p->audit_entries = json_int_of(j, "entries");
	p->audit_verified = code == 0 && json_true_of(j, "ok");
	const char *finding = arena_strdup(p->arena, json_text_of(j, "text"));
	json_decref(j);
	if (!p->audit_verified || p->audit_entries == 0)
		return err_set(e, E_CONFLICT, "", "The audit trail does not verify (%d): %s", code,
			finding);
	play_step(
		p, "audit", "%lld entries of the audit trail verify.", (long long)p->audit_entries);
	return OK;
}

enum status
play_close(struct play *p, struct err *e)
{
	TRY(play_phase(p, "closed", e));
	TRY(rooms_await(p, "destroyed", e));
	play_step(p, "closed", "Every workspace is destroyed, with a record.");
	TRY(check_results(p, e));
	play_step(p, "results", "The results are published.");
	return verify(p, e);
}
