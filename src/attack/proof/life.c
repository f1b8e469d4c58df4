/* L1, L6, L9, L10: people leave, move, sign out; the agreement changes; who does it is written. */
#include <jansson.h>
#include <poll.h>
#include <sys/stat.h>

#include "attack/proof/proof.h"
#include "base/clock.h"
#include "rehearse/jupyter.h"
#include "wire/slots.h"

enum { OPEN_MS = 60000, CUT_MS = 2000, WATCH_MS = 20000 };

/* Processes of a member on the host, whatever namespace they are in. */
static int
processes(struct proof *p, const struct who *w, int64_t team)
{
	uid_t base = slot_base((uint64_t)p->house->c.uid_base, (uint64_t)p->stage->ws[team - 1]);
	uid_t uid = slot_uid(base, (uint32_t)w->slot);
	int n = 0;
	struct stat st;
	cleanup_dir DIR *d = opendir("/proc");
	for (struct dirent *de; d && (de = readdir(d));)
		n += de->d_name[0] >= '1' && de->d_name[0] <= '9' &&
		     fstatat(dirfd(d), de->d_name, &st, 0) == 0 && st.st_uid == uid;
	return n;
}

/* What a member has open: a door, a terminal, a running program and an unused ticket. */
struct open {
	struct door door;
	struct jupyter jupyter;
	struct jupyter_terminal terminal;
	const char *ticket;
	int64_t team;
	int processes;
};

static enum status
open_all(struct proof *p, struct who *w, int64_t team, struct open *o, struct err *e)
{
	struct str out;
	struct page page;
	int code;
	*o = (struct open){ .team = team };
	TRY(jupyter_enter(
		w->browser, p->arena, who_ticket(w, team), NULL, OPEN_MS, &o->jupyter, e));
	TRY(jupyter_open_terminal(&o->jupyter, OPEN_MS, &o->terminal, e));
	TRY(jupyter_run(&o->terminal, "sleep 4321 & echo here", OPEN_MS, &out, &code, e));
	const char *url = arena_printf(p->arena, "%s/", o->jupyter.origin);
	o->door = (struct door){ .who = w, .team = team, .ws = p->stage->ws[team - 1] };
	o->door.origin = o->jupyter.origin;
	o->door.host = o->jupyter.origin + strlen("http://");
	o->door.cookie = arena_strdup(p->arena, browser_cookies(w->browser, url));
	TRY(browser_get(w->browser, "/account", &page, e));
	o->ticket = who_ticket(w, team);
	o->processes = processes(p, w, team);
	return OK;
}

/* How long until the terminal's connection ended; -1 when it did not. */
static int
until_cut(struct open *o)
{
	int64_t began = clock_mono_ms();
	struct str out;
	struct err why;
	int code;
	do {
		enum status s = jupyter_run(&o->terminal, "echo still", CUT_MS, &out, &code, &why);
		if (s != OK && s != E_BUSY)
			return (int)(clock_mono_ms() - began);
		poll(NULL, 0, 20);
	} while (clock_mono_ms() - began < WATCH_MS);
	return -1;
}

static int
until_gone(struct proof *p, struct who *w, int64_t team)
{
	int64_t began = clock_mono_ms();
	while (processes(p, w, team) && clock_mono_ms() - began < WATCH_MS)
		poll(NULL, 0, 20);
	return processes(p, w, team) ? -1 : (int)(clock_mono_ms() - began);
}

/* After an end: everything that was open is shut. name: "L1.removed". */
static void
all_shut(struct proof *p, const char *name, const char *who, struct open *o, bool good, bool ends)
{
	struct arena *a = p->arena;
	bool before = good && o->processes > 0;
	int ms = until_cut(o);
	told(p, arena_printf(a, "%s-terminal", name),
		arena_printf(a, "%s types on in an open terminal", who), ms >= 0 && ms <= CUT_MS,
		before, "cut after %d ms", ms);
	struct raw_answer r = room_ask(p, &o->door, "GET /api/contents", NULL, NULL);
	told(p, arena_printf(a, "%s-cookie", name),
		arena_printf(a, "%s asks with an old cookie", who), refused(&r), before,
		"answered %d", r.code);
	r = room_ask_as(p, o->door.host, "", arena_printf(a, "GET %s", address_path(o->ticket)),
		NULL, NULL);
	told(p, arena_printf(a, "%s-ticket", name),
		arena_printf(a, "%s enters by a ticket bought before", who), refused(&r),
		before && o->ticket, "answered %d", r.code);
	if (ends) {
		ms = until_gone(p, o->door.who, o->team);
		told(p, arena_printf(a, "%s-programs", name),
			arena_printf(a, "%s leaves programs running", who), ms >= 0, before,
			"%d programs, all gone after %d ms", o->processes, ms);
	}
	jupyter_close_terminal(&o->terminal);
}

static int
move(struct proof *p, const struct who *w, int64_t team)
{
	json_t *j = who_json(&p->stage->boss, STAGE_EVENT "/teams"), *t, *m;
	int64_t person = 0;
	size_t i, k;
	json_array_foreach(json_object_get(j, "teams"), i, t)
	{
		json_array_foreach(json_object_get(t, "members"), k, m)
		{
			const char *name = json_string_value(json_object_get(m, "name"));
			if (name && streq(name, w->name))
				person = json_integer_value(json_object_get(m, "person"));
		}
	}
	json_decref(j);
	return who_post(&p->stage->boss, NULL, STAGE_EVENT "/teams/move", "person",
		arena_printf(p->arena, "%lld", (long long)person), "team",
		arena_printf(p->arena, "%lld", (long long)team), NULL);
}

static enum status
removed(struct proof *p, struct err *e)
{
	struct who *w = p->stage->member[0][3];
	struct open o;
	TRY(open_all(p, w, 1, &o, e));
	bool good = move(p, w, 0) == 303;
	all_shut(p, "L1.removed", "somebody taken out of the team", &o, good, true);
	told(p, "L1.removed-again", "somebody taken out of the team asks for a ticket",
		who_ticket(w, 1) == NULL, good && who_ticket(p->bea.who, 1), "refused");
	return OK;
}

static enum status
moved(struct proof *p, struct err *e)
{
	struct who *w = p->stage->member[0][4];
	struct open o;
	TRY(open_all(p, w, 1, &o, e));
	inside(p, w, 1,
		"echo carried > ~/carried; echo carried > /tmp/carried; "
		"echo carried > /dev/shm/carried; true");
	bool good = move(p, w, 2) == 303;
	all_shut(p, "L6.moved", "somebody who is now in the other team", &o, good, true);
	/* A place there is made within a moment. */
	for (int i = 0; i < 100 && !who_ticket(w, 2); i++)
		poll(NULL, 0, 100);
	told(p, "L6.moved-back", "a member of one team who was in the other asks to enter there",
		who_ticket(w, 1) == NULL, good && who_ticket(w, 2) != NULL, "refused");
	/* In the other workspace: nothing of the first one came along. */
	for (int64_t slot = 0; slot < 8; slot++) {
		struct str out = { "", 0 };
		house_inside(p->house, p->arena, p->stage->ws[1], slot, "id -un", STR(""), &out);
		out = str_trim(out);
		if (out.n && strncasecmp(w->name, out.p, out.n) == 0)
			w->slot = slot;
	}
	const char *found = inside(p, w, 2,
		"cat ~/carried /tmp/carried /dev/shm/carried /team/carried 2>/dev/null; id -un");
	told(p, "L6.carried", "what a person in two teams left in one is found in the other",
		!strstr(found, "carried"), strlen(found) > 1, "nothing came along");
	return OK;
}

static enum status
signed_out(struct proof *p, struct err *e)
{
	struct who *w = p->stage->member[1][1];
	struct open o;
	TRY(open_all(p, w, 2, &o, e));
	const char *old = arena_strdup(p->arena, who_cookies(w));
	bool good = who_post(w, NULL, "/sign-out", NULL) == 303;
	all_shut(p, "L1.signed-out", "somebody who has signed out", &o, good, false);
	struct raw_answer r = raw_ask(p->arena, p->house->port,
		str_of(arena_printf(p->arena,
			"GET /account HTTP/1.1\r\nHost: localhost:%d\r\nCookie: %s\r\n"
			"Connection: close\r\n\r\n",
			p->house->port, old)),
		OPEN_MS);
	told(p, "L1.signed-out-session", "the session's cookie after signing out", r.code != 200,
		good && *old, "answered %d", r.code);
	return OK;
}

static enum status
agreement(struct proof *p, struct err *e)
{
	struct who *w = p->bea.who;
	bool before = who_ticket(w, 1) != NULL;
	int code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/agreement/edit", "title",
		"Use of data", "body",
		"A new version: nothing leaves the room, and no one may say what was seen there.",
		NULL);
	bool refused_now = who_ticket(w, 1) == NULL;
	TRY(stage_agree(w, e));
	told(p, "L9.agreement", "working on without having signed the agreement's new version",
		refused_now, before && code == 303 && who_ticket(w, 1) != NULL,
		"no ticket until it is signed");
	for (int i = 0; i < STAGE_PEOPLE; i++)
		stage_agree(&p->stage->people[i], NULL);
	return OK;
}

static enum status
red_button(struct proof *p, struct err *e)
{
	struct who *w = p->stage->member[1][2];
	struct open o;
	TRY(open_all(p, w, 2, &o, e));
	bool good = who_post(&p->stage->boss, NULL, STAGE_EVENT "/workspaces/seal", "reason",
			    "A proof.", NULL) == 303;
	all_shut(p, "L1.sealed", "a member after everything was sealed", &o, good, true);
	told(p, "L1.sealed-again", "a new ticket while everything is sealed",
		who_ticket(w, 2) == NULL, good, "refused");
	int code = who_post(w, NULL, STAGE_EVENT "/workspaces/unseal", NULL);
	told(p, "L1.unseal", "a member opens what was sealed", code == 403 || code == 404, good,
		"answered %d", code);
	code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/workspaces/unseal", NULL);
	if (code != 303 || !stage_rooms_are(p->stage, "open", "full", OPEN_MS))
		return err_set(e, E_IO, "", "The workspaces do not open again.");
	return OK;
}

static void
written(struct proof *p)
{
	static const struct {
		const char *id, *what, *action;
	} k[] = {
		{ "L10.role", "giving a role without a trace", "role given" },
		{ "L10.steward", "confirming a data steward without a trace", "steward confirmed" },
		{ "L10.move", "moving a person without a trace", "person moved" },
		{ "L10.phase", "moving the event without a trace", "phase moved" },
		{ "L10.sign", "signing a release without a trace", "release signed" },
		{ "L10.link", "an operator's sign-in link without a trace", "link made" },
		{ "L10.admin", "an operator's new administrator without a trace",
			"administrator made" },
		{ "L10.enter", "entering a workspace without a trace", "workspace entered" },
		{ "L10.look", "a reviewer's look without a trace", "airlock file opened" },
		{ "L10.take", "a download without a trace", "airlock file downloaded" },
		{ "L10.agreement", "a new agreement without a trace", "agreement written" },
	};
	bool trail = stage_trail(p->stage, "event made", NULL) == 1;
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		int n = stage_trail(p->stage, k[i].action, NULL);
		if (streq(k[i].action, "administrator made") && !n)
			n = stage_trail(p->stage, "person added", NULL);
		told(p, k[i].id, k[i].what, n > 0, trail, "%d entries", n);
	}
}

enum status
proof_life(struct proof *p, struct err *e)
{
	TRY(removed(p, e));
	TRY(moved(p, e));
	TRY(signed_out(p, e));
	TRY(agreement(p, e));
	TRY(red_button(p, e));
	written(p);
	return OK;
}
