/* The end: archives, workspaces destroyed, results published, the trail verified. */
#include <jansson.h>

#include "base/clock.h"
#include "rehearse/play_parts.h"

enum { ARCHIVE_MS = 300000, HASH_HEX = 64 };

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

/* Of teams. */
struct archives {
	size_t whole, opened;
	int64_t bytes;
};

static struct archives
count_archives(const json_t *j)
{
	struct archives a = { 0 };
	json_t *row;
	size_t i;
	json_array_foreach(json_object_get(j, "rooms"), i, row)
	{
		a.whole += streq(json_text_of(row, "state"), "done") &&
			   strlen(json_text_of(row, "hash")) == HASH_HEX &&
			   json_int_of(row, "files") > 0;
		a.opened += streq(json_text_of(row, "trial"), "good");
		a.bytes += json_int_of(row, "bytes");
	}
	return a;
}

/* Until all are whole, or opened; *ret is what the page said last. */
static enum status
await_archives(struct actor *who, bool opened, struct archives *ret, struct err *e)
{
	int64_t since = clock_mono_ms();
	json_t *j;
	do {
		actor_begin(who);
		TRY(actor_json(who, &j, e, "archives"));
		*ret = count_archives(j);
		json_decref(j);
	} while ((opened ? ret->opened : ret->whole) < TEAMS && play_wait(since, ARCHIVE_MS));
	return actor_expect(who, (opened ? ret->opened : ret->whole) == TEAMS, e,
		"%zu of %d teams have an archive, %zu were opened, after %lld s.", ret->whole,
		TEAMS, ret->opened, (long long)(clock_mono_ms() - since) / 1000);
}

/* The steward seals what every team made, and opens it on trial, before it is gone. */
static enum status
archive(struct play *p, struct err *e)
{
	struct actor *who = &p->steward;
	struct page page;
	struct form *f;
	struct archives all;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "archives"));
	TRY(actor_form(who, &page, &f, e, "archives"));
	TRY(actor_set(who, f, "passphrase", "a harbour, seven lamps", e));
	TRY(actor_set(who, f, "again", "a harbour, seven lamp", e));
	TRY(actor_refused(who, f, 422, "This is not the same passphrase.", e));
	TRY(actor_set(who, f, "again", "a harbour, seven lamps", e));
	TRY(actor_send(who, f, &page, e));
	TRY(await_archives(who, false, &all, e));
	actor_begin(who);
	TRY(actor_open(who, &page, e, "archives"));
	TRY(actor_form(who, &page, &f, e, "archives/try"));
	TRY(actor_set(who, f, "tried", "a harbour, eight lamps", e));
	TRY(actor_refused(who, f, 422, "This is not the passphrase", e));
	TRY(actor_set(who, f, "tried", "a harbour, seven lamps", e));
	TRY(actor_send(who, f, &page, e));
	TRY(await_archives(who, true, &all, e));
	play_step(p, "archives",
		"What every team made is sealed, %lld kB in all, and was opened on trial.",
		(long long)all.bytes / 1000);
	return OK;
}

/* What remains of each workspace is its archive, and the record names it. */
static enum status
check_record(struct play *p, struct err *e)
{
	struct actor *who = &p->steward;
	json_t *j, *row;
	size_t i, n = 0;
	actor_begin(who);
	TRY(actor_json(who, &j, e, "destroyed"));
	json_array_foreach(json_object_get(j, "rooms"), i, row) n +=
		streq(json_text_of(row, "archive"), "done") &&
		strlen(json_text_of(row, "archive_hash")) == HASH_HEX;
	json_decref(j);
	return actor_expect(
		who, n == TEAMS, e, "the record should name %d archives; it names %zu.", TEAMS, n);
}

enum status
play_close(struct play *p, struct err *e)
{
	TRY(archive(p, e));
	TRY(play_phase(p, "closed", e));
	TRY(rooms_await(p, "destroyed", e));
	TRY(check_record(p, e));
	play_step(
		p, "closed", "Every workspace is destroyed, with a record that names its archive.");
	TRY(check_results(p, e));
	play_step(p, "results", "The results are published.");
	return verify(p, e);
}
