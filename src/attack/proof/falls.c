/* L2 to L4: the way back, and kill -9 at bad moments. Whatever falls comes back shut. */
#include <jansson.h>
#include <poll.h>
#include <signal.h>

#include "attack/proof/proof.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/exits.h"

enum { BACK_MS = 20000, ROOMS_MS = 60000, WORKER_MS = 10000 };

/* From inside: is anything reachable that is not the workspace's own loopback? */
static const char ways[] =
	"import socket\n"
	"def ask(family, kind, to):\n"
	"    s = socket.socket(family, kind); s.settimeout(1)\n"
	"    try: s.connect(to); s.send(b'x'); return True\n"
	"    except OSError: return False\n"
	"own = socket.create_server(('127.0.0.1', 0))\n"
	"print('control', ask(socket.AF_INET, socket.SOCK_STREAM, own.getsockname()))\n"
	"print('out', any([ask(socket.AF_INET, socket.SOCK_STREAM, (h, p)) for h, p in\n"
	" (('127.0.0.1', 3142), ('1.1.1.1', 443), ('10.0.0.1', 80), ('169.254.169.254', 80))]))\n"
	"import os\n"
	"print('data', os.path.exists('/data/patients.csv'), len(os.listdir('/sys/class/net')) if "
	"os.path.exists('/sys/class/net') else 1)\n";

static const char *
look(struct proof *p, const struct who *w, int64_t team)
{
	struct str out = { "", 0 };
	house_inside(p->house, p->arena, p->stage->ws[team - 1], w->slot, "python3 -", str_of(ways),
		&out);
	return str_dup(p->arena, out);
}

static bool
is_shut(const char *said)
{
	return strstr(said, "control True") && strstr(said, "out False");
}

static void
way_back(struct proof *p)
{
	static const struct {
		const char *id, *what, *phase;
	} k[] = {
		{ "L2.setup", "from the full data straight back to the setup phase", "setup" },
		{ "L2.teams", "from the full data straight back to making teams", "teams" },
		{ "L2.draft", "from the full data straight back to a draft", "draft" },
		{ "L2.nonsense", "to a phase that does not exist", "open" },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		int code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/phases/move", "phase",
			k[i].phase, "confirm", "Proof", NULL);
		told(p, k[i].id, k[i].what,
			code != 303 && stage_rooms_are(p->stage, "open", "full", 0),
			is_shut(look(p, p->bea.who, 1)), "answered %d", code);
	}
}

static void
portal_falls(struct proof *p)
{
	const char *ticket = address_path(who_ticket(p->bea.who, 1));
	struct raw_answer r = room_ask_as(
		p, p->ada.host, "", arena_printf(p->arena, "GET %s", ticket), NULL, NULL);
	int first = r.code;
	pid_t old = house_child(p->house, "wardroom-portal");
	bool killed = old > 0 && kill(old, SIGKILL) == 0;
	bool back = house_answers(p->house, BACK_MS);
	r = room_ask_as(p, p->ada.host, "", arena_printf(p->arena, "GET %s", ticket), NULL, NULL);
	told(p, "L4.portal-ticket", "a used ticket after the portal was killed", refused(&r),
		killed && back && first == 200, "answered %d", r.code);
	told(p, "L4.portal-rooms", "a workspace that opens wider when the portal is killed",
		is_shut(look(p, p->bea.who, 1)), killed && back, "as shut as before");
}

static void
gate_falls(struct proof *p)
{
	pid_t old = house_child(p->house, "wardroom-gate"), now = 0;
	int64_t until = clock_mono_ms() + BACK_MS;
	bool lived = room_lives(p, &p->eve);
	bool killed = old > 0 && kill(old, SIGKILL) == 0;
	do {
		poll(NULL, 0, 50);
		now = house_child(p->house, "wardroom-gate");
	} while ((!now || now == old) && clock_mono_ms() < until);
	struct raw_answer r;
	do {
		r = room_ask(p, &p->eve, "GET /api/contents", NULL, NULL);
	} while (r.code == 0 && clock_mono_ms() < until);
	told(p, "L4.gate-cookie", "a cookie of before after the gate was killed",
		r.code == 401 || r.code == 403, lived && killed && now, "answered %d", r.code);
}

static enum status
warden_falls(struct proof *p, struct err *e)
{
	pid_t gate = house_child(p->house, "wardroom-gate");
	house_kill_warden(p->house);
	int64_t until = clock_mono_ms() + BACK_MS;
	while (kill(gate, 0) == 0 && clock_mono_ms() < until)
		poll(NULL, 0, 20);
	struct raw_answer r = room_ask(p, &p->ada, "GET /api/contents", NULL, NULL);
	bool dead = kill(gate, 0) != 0;
	told(p, "L4.warden-gate", "a way in while the warden is dead", dead && r.code == 0,
		gate > 0, "nobody answers");
	TRY(house_start(p->house, e));
	bool open = stage_rooms_are(p->stage, "open", "full", ROOMS_MS);
	const char *said = look(p, p->bea.who, 1);
	told(p, "L4.warden-back",
		"a workspace that comes back unsealed after the warden was killed", is_shut(said),
		open && strstr(said, "data True"), "sealed, with its data");
	r = room_ask(p, &p->ada, "GET /api/contents", NULL, NULL);
	told(p, "L4.warden-cookie", "a cookie of before after the warden was killed",
		r.code == 401 || r.code == 403, open, "answered %d", r.code);
	return OK;
}

/* The first process of a workspace, as the warden noted it; 0 when it runs none. */
static pid_t
first_process(struct proof *p, int64_t ws)
{
	struct str s;
	int64_t pid;
	const char *path = arena_printf(p->arena, "%s/ws/%lld/pid", p->house->c.run, (long long)ws);
	if (io_read_file(p->arena, path, 64, &s, NULL) != OK || !str_int(str_trim(s), &pid))
		return 0;
	return (pid_t)pid;
}

/* The record of a proof not older than `since`: it is written only when every exit was shut. */
static bool
is_proven(struct proof *p, int64_t ws, int64_t since)
{
	const char *path =
		arena_printf(p->arena, "%s/packages/%lld.seal", p->house->c.state, (long long)ws);
	json_t *j = json_load_file(path, 0, NULL);
	bool proven = json_array_size(json_object_get(j, "exits")) == EXIT_KINDS &&
		      json_integer_value(json_object_get(j, "at")) >= since;
	json_decref(j);
	return proven;
}

/* Back by one phase, and the warden dies while the workspaces are made anew. */
static enum status
amid_opening(struct proof *p, struct err *e)
{
	int64_t since = clock_now();
	int code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/phases/move", "phase", "sample",
		"confirm", "Proof", NULL);
	int64_t until = clock_mono_ms() + WORKER_MS;
	pid_t worker = 0;
	while (code == 303 && !(worker = house_child(p->house, "wardroom-warden")) &&
		clock_mono_ms() < until)
		;
	house_kill_warden(p->house);
	TRY(house_start(p->house, e));
	bool open = stage_rooms_are(p->stage, "open", "sample", ROOMS_MS);
	const char *said = look(p, p->bea.who, 1);
	told(p, "L4.amid-opening",
		"a workspace half made when the warden was killed, left unsealed",
		is_shut(said) && is_proven(p, p->stage->ws[0], since), worker > 0 && open,
		"made again, with every exit tried");
	return OK;
}

/* Its first process dies while it tries the exits, again and again: no proof, no data. */
static void
amid_proof(struct proof *p)
{
	int64_t ws = p->stage->ws[0], since = clock_now();
	pid_t old = first_process(p, ws), now;
	int kills = 0;
	bool data = false;
	int code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/phases/move", "phase", "full",
		"confirm", "Proof", NULL);
	int64_t until = clock_mono_ms() + WORKER_MS;
	while (clock_mono_ms() < until && kills < 5) {
		now = first_process(p, ws);
		if (now > 1 && now != old && kill(now, SIGKILL) == 0) {
			kills++;
			old = now;
			struct str mounts;
			const char *path = arena_printf(p->arena, "/proc/%d/mountinfo", (int)now);
			data |= io_read_file(p->arena, path, 1 << 20, &mounts, NULL) == OK &&
				memmem(mounts.p, mounts.n, " /data ", 7) != NULL;
		}
		poll(NULL, 0, 1);
	}
	bool open = stage_rooms_are(p->stage, "open", "full", ROOMS_MS);
	if (!open) {
		/* An organiser opens again what fell too often. */
		who_post(&p->stage->boss, NULL,
			arena_printf(
				p->arena, STAGE_EVENT "/workspaces/%lld/reopen", (long long)ws),
			NULL);
		open = stage_rooms_are(p->stage, "open", "full", ROOMS_MS);
	}
	const char *said = look(p, p->bea.who, 1);
	told(p, "L3.no-proof",
		"data in a workspace whose first process died before it had tried "
		"every exit",
		is_proven(p, ws, since) && is_shut(said), code == 303 && open && kills > 0,
		"killed %d times; data came with a whole proof only%s", kills,
		data ? ", and went with the process" : "");
}

/* By single steps: the phase may go back, the workspace's seal does not. */
static void
step_by_step(struct proof *p)
{
	struct who *boss = &p->stage->boss;
	who_post(boss, NULL, STAGE_EVENT "/phases/move", "phase", "sample", "confirm", "Proof",
		NULL);
	bool sample = stage_rooms_are(p->stage, "open", "sample", ROOMS_MS);
	int code = who_post(
		boss, NULL, STAGE_EVENT "/phases/move", "phase", "setup", "confirm", "Proof", NULL);
	poll(NULL, 0, 3000);
	const char *said = look(p, p->bea.who, 1);
	bool packages = strstr(said, "out True") != NULL;
	bool setup = stage_rooms_are(p->stage, "open", "setup", 0);
	told(p, "L2.steps",
		"back to the setup phase by single steps, to have packages and data at once",
		!packages && !(setup && strstr(said, "data True") && !is_shut(said)), sample,
		code == 303 ? "the phase went back; the workspace stays sealed"
			    : "the phase does not go back");
	who_post(boss, NULL, STAGE_EVENT "/phases/move", "phase", "sample", "confirm", "Proof",
		NULL);
	stage_rooms_are(p->stage, "open", "sample", ROOMS_MS);
}

enum status
proof_falls(struct proof *p, struct err *e)
{
	TRY(door_open(p, p->ada.who, 1, &p->ada, e));
	TRY(door_open(p, p->eve.who, 2, &p->eve, e));
	way_back(p);
	portal_falls(p);
	gate_falls(p);
	TRY(warden_falls(p, e));
	TRY(amid_opening(p, e));
	amid_proof(p);
	step_by_step(p);
	return OK;
}
