/* A2, A9, A10, A13, A14: which bytes leave, by whose word, and what lies about meanwhile. */
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/proof/airlock.h"
#include "base/clock.h"
#include "base/io.h"

enum { STATE_MS = 30000, FILES = 4, FILE_MAX = 1 << 20 };

#define TABLE "clinic,n\nnorth,420\nsouth,510\nwest,640\n"

/* The request's files, as a reviewer's page names them. */
struct files {
	size_t n;
	int64_t id[FILES];
	const char *name[FILES], *word[FILES]; /* word: ID:BLAKE2B of what would leave */
};

static struct files
files_of(struct proof *p, int64_t n)
{
	struct files f = { 0 };
	json_t *j = airlock_request(p, &p->stage->boss, n), *x;
	size_t i;
	json_array_foreach(json_object_get(j, "files"), i, x)
	{
		const char *role = json_string_value(json_object_get(x, "role"));
		const char *hash = json_string_value(json_object_get(x, "clean_hash"));
		if (f.n == FILES || !role || !streq(role, "output"))
			continue;
		f.id[f.n] = json_integer_value(json_object_get(x, "id"));
		f.name[f.n] = arena_strdup(p->arena, json_string_value(json_object_get(x, "name")));
		f.word[f.n] =
			arena_printf(p->arena, "%lld:%s", (long long)f.id[f.n], hash ? hash : "");
		f.n++;
	}
	json_decref(j);
	return f;
}

static int
context(struct proof *p, struct who *w, int64_t n)
{
	return who_post(w, NULL, airlock_path(p, n, "/context"), "population", "all, n = 600",
		"variables", "clinic; n: visits", "relation", "none", "controls", "none", NULL);
}

static const char *
file_path(struct proof *p, int64_t n, int64_t file, const char *rest)
{
	return airlock_path(p, n, arena_printf(p->arena, "/files/%lld%s", (long long)file, rest));
}

/* Opens every file as a reviewer does; the address of the last window, NULL when refused. */
static const char *
look(struct proof *p, struct who *w, int64_t n)
{
	struct files f = files_of(p, n);
	struct page page;
	const char *last = NULL;
	for (size_t i = 0; i < f.n; i++) {
		last = who_post(w, &page, file_path(p, n, f.id[i], "/look"), NULL) == 303
			       ? page_header(p->arena, &page, "Location")
			       : NULL;
		if (!last)
			return NULL;
		struct raw_answer r = raw_ask(p->arena, p->house->rooms_port,
			str_of(arena_printf(p->arena,
				"GET %s HTTP/1.1\r\nHost: airlock.localhost:%d\r\n\r\n",
				address_path(last), p->house->rooms_port)),
			STATE_MS);
		if (r.code != 200)
			return NULL;
	}
	return last;
}

/* yes: every file may leave; a digest may be put in the place of the true ones. */
static int
vote(struct proof *p, struct who *w, int64_t n, bool yes, const char *digest)
{
	struct files f = files_of(p, n);
	const char *a = f.n ? f.word[0] : "0:", *b = f.n > 1 ? f.word[1] : a;
	if (digest)
		a = b = arena_printf(p->arena, "%lld:%s", (long long)f.id[0], digest);
	if (!yes)
		return who_post(w, NULL, airlock_path(p, n, "/vote"), "files", a, "files", b,
			"otherwise", "reject", "comment", "No.", NULL);
	return who_post(w, NULL, airlock_path(p, n, "/vote"), "files", a, "files", b, "leave", a,
		"leave", b, "otherwise", "return", "comment", "", NULL);
}

static int
take(struct proof *p, struct who *w, int64_t n, int64_t file, struct str *ret)
{
	struct page page;
	int code = who_get(w, &page, file_path(p, n, file, ""));
	*ret = code == 200 ? page.body : STR("");
	return code;
}

static void
denied(struct proof *p, const char *id, const char *what, int code, bool control)
{
	told(p, id, what, code >= 400, control, "answered %d", code);
}

/* ---- a draft -----------------------------------------------------------------------------------
 */

static const char picture[] =
	"import struct, zlib\n"
	"c = lambda k, b: struct.pack('>I', len(b)) + k + b + struct.pack('>I', zlib.crc32(k + "
	"b))\n"
	"rows = b''.join(b'\\0' + bytes([40 * y % 256, 90, 200] * 40) for y in range(40))\n"
	"open('figure.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n'"
	" + c(b'IHDR', struct.pack('>IIBBBBB', 40, 40, 8, 2, 0, 0, 0))"
	" + c(b'tEXt', b'Comment\\0PATIENT-ROWS') + c(b'IDAT', zlib.compress(rows))"
	" + c(b'IEND', b'') + b'PK\\3\\4PATIENT-ROWS')\n";

static int64_t
draft(struct proof *p, struct who *author)
{
	struct str out;
	airlock_add(p, author, "printf '" TABLE "' | sed 's/\\\\n/\\n/g' > table.csv", "table.csv");
	house_inside(p->house, p->arena, p->stage->ws[0], author->slot,
		"cd ~/out; python3 - && wardroom airlock add figure.png", str_of(picture), &out);
	return airlock_newest(p, author);
}

static void
while_draft(struct proof *p, int64_t n)
{
	struct who *ada = p->ada.who, *bea = p->bea.who, *anna = &p->stage->anna;
	struct files f = files_of(p, n);
	bool open = f.n == 2;
	denied(p, "A9.context", "a team mate writes about another's files", context(p, ada, n),
		open);
	denied(p, "A9.seal", "a team mate seals another's request",
		who_post(ada, NULL, airlock_path(p, n, "/seal"), NULL), open);
	denied(p, "A9.look-draft", "a reviewer opens a draft",
		who_post(anna, NULL, file_path(p, n, f.id[0], "/look"), NULL), open);
	denied(p, "A9.vote-draft", "a reviewer votes on a draft", vote(p, anna, n, true, NULL),
		open);
	denied(p, "A9.number", "another team's path with this request's number",
		who_get(p->eve.who, NULL,
			arena_printf(p->arena, STAGE_EVENT "/teams/1/airlock/%lld", (long long)n)),
		open);
	denied(p, "A9.seal-empty", "sealing without saying what the numbers are",
		strstr(inside(p, bea, 1, "wardroom airlock seal; echo \"code $?\""), "code 0")
			? 200
			: 409,
		open);
}

/* ---- in review ---------------------------------------------------------------------------------
 */

static void
windows(struct proof *p, int64_t n, const char *used)
{
	struct who *anna = &p->stage->anna;
	struct files f = files_of(p, n);
	struct page page;
	const char *host = arena_printf(p->arena, "airlock.localhost:%d", p->house->rooms_port);
	struct raw_answer r = room_ask_as(
		p, host, "", arena_printf(p->arena, "GET %s", address_path(used)), NULL, NULL);
	told(p, "A12.look-again", "a reviewer's window opened again by its address", refused(&r),
		used != NULL, "answered %d", r.code);
	r = room_ask_as(p, host, "", arena_printf(p->arena, "GET /views/%lld", (long long)f.id[0]),
		NULL, NULL);
	told(p, "A12.look-number", "a reviewer's window by the file's number", refused(&r),
		used != NULL, "answered %d", r.code);
	const char *to = who_post(anna, &page, file_path(p, n, f.id[0], "/look"), NULL) == 303
				 ? page_header(p->arena, &page, "Location")
				 : NULL;
	r = room_ask_as(p, host, "", arena_printf(p->arena, "GET %s", address_path(to)),
		"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n", NULL);
	told(p, "A12.look-embed", "another site embeds a reviewer's window", refused(&r),
		to != NULL, "answered %d", r.code);
	to = who_post(anna, &page, file_path(p, n, f.id[0], "/look"), NULL) == 303
		     ? page_header(p->arena, &page, "Location")
		     : NULL;
	r = room_ask_as(
		p, host, "", arena_printf(p->arena, "GET %s", address_path(to)), NULL, NULL);
	const char *csp = raw_line(p->arena, &r, "Content-Security-Policy");
	told(p, "A12.look-script", "a file that runs a script where the reviewer looks",
		strstr(csp, "sandbox") && strstr(csp, "default-src 'none'") &&
			!strstr(csp, "script-src"),
		r.code == 200, "%.60s", csp);
	to = who_post(anna, &page, file_path(p, n, f.id[0], "/look"), NULL) == 303
		     ? page_header(p->arena, &page, "Location")
		     : NULL;
	r = room_ask_as(
		p, p->ada.host, "", arena_printf(p->arena, "GET %s", address_path(to)), NULL, NULL);
	told(p, "A12.look-room", "a reviewer's ticket at a workspace", refused(&r), to != NULL,
		"answered %d", r.code);
}

static void
while_in_review(struct proof *p, int64_t n)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct who *ada = p->ada.who, *bea = p->bea.who, *anna = &p->stage->anna,
		   *boss = &p->stage->boss;
	struct files f = files_of(p, n);
	struct str got;
	bool open = airlock_is(p, n, "in review", 0);
	denied(p, "A2.context", "the author changes the words after sealing", context(p, bea, n),
		open);
	denied(p, "A2.remove", "the author takes a file out after sealing",
		who_post(bea, NULL, file_path(p, n, f.id[0], "/remove"), NULL), open);
	told(p, "A2.add", "the author adds a file after sealing",
		airlock_stopped(
			airlock_add(p, bea, "printf 'a,n\\nx,250\\n' > table.csv", "table.csv")),
		open, "refused");
	denied(p, "A9.vote-unseen", "a vote on what was not opened", vote(p, anna, n, true, NULL),
		open);
	const char *window = look(p, anna, n);
	windows(p, n, window);
	denied(p, "A9.vote-other", "a vote on other bytes", vote(p, anna, n, true, zeros),
		window != NULL);
	denied(p, "A9.look-author", "the author opens the reviewers' window",
		who_post(bea, NULL, file_path(p, n, f.id[0], "/look"), NULL), window != NULL);
	denied(p, "A9.vote-author", "the author votes", vote(p, bea, n, true, NULL),
		window != NULL);
	denied(p, "A9.vote-mate", "a team mate votes", vote(p, ada, n, true, NULL), window != NULL);
	denied(p, "A9.vote-eve", "a member of the other team votes",
		vote(p, p->eve.who, n, true, NULL), window != NULL);
	denied(p, "A9.take-early", "taking a file before it was let out",
		take(p, bea, n, f.id[0], &got), window != NULL);
	int first = vote(p, anna, n, true, NULL);
	denied(p, "A9.vote-twice", "one reviewer votes twice", vote(p, anna, n, true, NULL),
		first == 303);
	json_t *j = airlock_request(p, boss, n);
	told(p, "A9.blind", "the second reviewer reads the first one's vote",
		json_array_size(json_object_get(j, "said")) == 0, first == 303 && j,
		"it is not shown");
	json_decref(j);
	told(p, "A9.alone", "one reviewer alone lets a file out", airlock_is(p, n, "in review", 0),
		first == 303, "it waits for another");
	denied(p, "A9.take-half", "taking a file after one vote", take(p, bea, n, f.id[0], &got),
		first == 303);
}

/* ---- the bytes ---------------------------------------------------------------------------------
 */

/* The file in the spool that holds these bytes; changes them when `to` is given. */
static bool
spoil(struct proof *p, const char *folder, const char *has, const char *to)
{
	const char *dir = arena_printf(p->arena, "%s/%s", p->house->c.state, folder);
	cleanup_dir DIR *d = opendir(dir);
	for (struct dirent *de; d && (de = readdir(d));) {
		struct str s;
		const char *path = arena_printf(p->arena, "%s/%s", dir, de->d_name);
		if (de->d_name[0] == '.' ||
			io_read_file(p->arena, path, FILE_MAX, &s, NULL) != OK || !s.n ||
			!memmem(s.p, s.n, has, strlen(has)))
			continue;
		cleanup_fd int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
		const char *at = memmem(s.p, s.n, has, strlen(has));
		return fd >= 0 && pwrite(fd, to, strlen(to), at - s.p) == (ssize_t)strlen(to);
	}
	return false;
}

static void
swap(struct proof *p, int64_t n)
{
	struct who *boss = &p->stage->boss, *bea = p->bea.who;
	/* What lies in the workspace has nothing to say any more. */
	inside(p, bea, 1, "cd; printf 'id\\nP1\\n' > out/table.csv");
	look(p, boss, n);
	bool swapped = spoil(p, "spool", "north,420", "north,421");
	vote(p, boss, n, true, NULL);
	bool held = airlock_is(p, n, "failed", STATE_MS);
	bool back = spoil(p, "spool", "north,421", "north,420");
	who_post(boss, NULL, airlock_path(p, n, "/retry"), NULL);
	bool out = airlock_is(p, n, "released", STATE_MS);
	told(p, "A2.swap", "other bytes in the spool's place after the first vote", held,
		swapped && back && out, "held; with the true bytes again it goes out");
}

static void
taken(struct proof *p, int64_t n)
{
	struct who *bea = p->bea.who, *anna = &p->stage->anna;
	struct files f = files_of(p, n);
	struct str table = STR(""), other;
	size_t t = f.n > 1 && streq(f.name[1], "table.csv") ? 1 : 0;
	int code = take(p, bea, n, f.id[t], &table);
	bool same = code == 200 && str_is(table, TABLE);
	told(p, "A2.overwrite", "what leaves is what lay there later", same, code == 200,
		"byte for byte what was voted on");
	take(p, bea, n, f.id[1 - t], &other);
	told(p, "A5.picture-text", "rows in a picture's comment",
		!memmem(other.p, other.n, "PATIENT-ROWS", 12) &&
			!memmem(other.p, other.n, "tEXt", 4),
		other.n > 100 && same, "it was drawn anew");
	told(p, "A5.picture-tail", "an archive behind a picture's end",
		!memmem(other.p, other.n, "PK\3\4", 4), other.n > 100 && same, "it was drawn anew");
	denied(p, "A9.take-mate", "a team mate takes what was let out to another",
		take(p, p->ada.who, n, f.id[t], &other), same);
	denied(p, "A9.take-eve", "a member of the other team takes it",
		take(p, p->eve.who, n, f.id[t], &other), same);
	denied(p, "A9.take-stranger", "somebody who has not signed in takes it",
		take(p, &p->stage->stranger, n, f.id[t], &other) == 200 ? 200 : 401, same);
	bool spoiled = spoil(p, "airlock", "north,420", "north,999");
	code = take(p, bea, n, f.id[t], &other);
	spoil(p, "airlock", "north,999", "north,420");
	denied(p, "A2.after", "other bytes in the place of what was let out", code,
		spoiled && take(p, bea, n, f.id[t], &other) == 200);
	const char *said = airlock_add(p, bea,
		"printf 'clinic,n\\nnorth,420\\nsouth,507\\nwest,640\\n' > near.csv", "near.csv");
	told(p, "A10.difference", "a table that tells three patients by subtraction",
		!airlock_taken(said), same, "it does not pass by itself");
	denied(p, "A9.revoke-author", "the author takes the release back",
		who_post(bea, NULL, airlock_path(p, n, "/revoke"), "why", "no", NULL), same);
	denied(p, "A9.vote-late", "a vote after the release", vote(p, anna, n, false, NULL), same);
	denied(p, "A9.seal-late", "sealing what is released",
		who_post(bea, NULL, airlock_path(p, n, "/seal"), NULL), same);
	int revoked = who_post(&p->stage->boss, NULL, airlock_path(p, n, "/revoke"), "why",
		"A wrong clinic.", NULL);
	denied(p, "A14.revoked", "taking what was taken back", take(p, bea, n, f.id[t], &other),
		revoked == 303 && same);
}

/* ---- a check that dies -------------------------------------------------------------------------
 */

/*
 * Beside us: kills the curator whenever it is there, without a pause, because it lives for
 * milliseconds. Counts them where we can read it.
 */
static pid_t
start_killer(struct proof *p, int *kills)
{
	pid_t parent = getpid(), pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (pid_t last = 0; getppid() == parent;) {
		pid_t now = house_child(p->house, "wardroom-curator");
		if (now > 0 && now != last && kill(now, SIGKILL) == 0) {
			last = now;
			++*kills;
		}
	}
	_exit(0);
}

static enum status
dead_check(struct proof *p, struct err *e)
{
	struct who *gil = p->stage->member[0][2];
	airlock_add(p, gil, "printf 'unit,n\\nu,700\\nv,610\\n' > unit.csv", "unit.csv");
	int64_t n = airlock_newest(p, gil);
	int *kills = mmap(
		NULL, sizeof *kills, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (kills == MAP_FAILED)
		return err_errno(e, "shared memory");
	context(p, gil, n);
	pid_t killer = start_killer(p, kills);
	int sealed = who_post(gil, NULL, airlock_path(p, n, "/seal"), NULL);
	bool failed = airlock_is(p, n, "failed", STATE_MS);
	if (killer > 0) {
		kill(killer, SIGKILL);
		waitpid(killer, NULL, 0);
	}
	who_post(gil, NULL, airlock_path(p, n, "/retry"), NULL);
	bool again = airlock_is(p, n, "in review", STATE_MS);
	told(p, "A13.dead", "a check that is killed each time it looks", failed,
		sealed == 303 && *kills > 0 && again,
		"held after %d kills; passed when it may look", *kills);
	munmap(kills, sizeof *kills);
	struct who *boss = &p->stage->boss, *ada = p->ada.who;
	int role = who_post(boss, NULL, STAGE_EVENT "/roles", "name", ada->name, "email",
		ada->email, "role", "steward", "about", "", NULL);
	struct str out;
	stage_wardroom(p->stage, &out, "person", "steward", "proof", ada->email, NULL);
	struct files f = files_of(p, n);
	/* An invitation to an address that nobody had proven ends its sign-ins. */
	TRY(who_sign_in(ada, e));
	bool steward = role == 303 && again && who_get(ada, NULL, STAGE_EVENT "/airlock") == 200;
	denied(p, "A9.steward-mate", "a team mate who was made a steward opens it",
		who_post(ada, NULL, file_path(p, n, f.id[0], "/look"), NULL), steward);
	denied(p, "A9.steward-vote", "a team mate who was made a steward votes",
		vote(p, ada, n, true, NULL), steward);
	int64_t person = 0;
	json_t *j = who_json(boss, STAGE_EVENT "/roles"), *x;
	size_t i;
	json_array_foreach(json_object_get(j, "people"), i, x)
	{
		const char *name = json_string_value(json_object_get(x, "name"));
		if (name && streq(name, ada->name))
			person = json_integer_value(json_object_get(x, "person"));
	}
	json_decref(j);
	who_post(boss, NULL, STAGE_EVENT "/roles/remove", "person",
		arena_printf(p->arena, "%lld", (long long)person), "role", "steward", NULL);
	return OK;
}

/* ---- an organiser who would be two stewards ----------------------------------------------------
 */

#define STEWARDS STAGE_EVENT "/stewards"

/* How many rows of a list of the page of stewards have this address; the last one's number. */
static int
listed(struct proof *p, const char *list, const char *email, int64_t *ret_id)
{
	json_t *j = who_json(&p->stage->boss, STEWARDS), *x;
	size_t i;
	int n = 0;
	json_array_foreach(json_object_get(j, list), i, x)
	{
		const char *at = json_string_value(json_object_get(x, "email"));
		if (!at || !streq(at, email))
			continue;
		*ret_id = json_integer_value(json_object_get(x, "id"));
		n++;
	}
	json_decref(j);
	return n;
}

static int
invite(struct who *by, const struct who *w, const char *role)
{
	return who_post(by, NULL, STAGE_EVENT "/roles", "name", w->name, "email", w->email, "role",
		role, "about", "", NULL);
}

static int
confirm(struct proof *p, int64_t id)
{
	return who_post(&p->stage->boss, NULL, STEWARDS "/confirm", "id",
		arena_printf(p->arena, "%lld", (long long)id), NULL);
}

/*
 * The organiser, who is a steward too, says yes to the steward whom they named; and to one whom a
 * second organiser named, who is theirs as well.
 */
static void
own_word(struct proof *p, struct who *puppet, struct who *second, struct err *e)
{
	struct who *boss = &p->stage->boss, *anna = &p->stage->anna;
	int64_t id = 0, none = 0;
	bool both = listed(p, "stewards", boss->email, &none) == 1;
	int named = invite(boss, puppet, "steward");
	bool waits = listed(p, "waiting", puppet->email, &id) == 1 && id > 0;
	int code = confirm(p, id);
	told(p, "A9.steward-own", "an organiser and steward confirms the steward whom they named",
		code == 403, both && named == 303 && waits, "answered %d", code);
	bool in = who_sign_in(puppet, e) == OK && who_get(puppet, NULL, "/account") == 200;
	bool open = who_get(anna, NULL, STEWARDS) == 200 &&
		    who_get(anna, NULL, STAGE_EVENT "/data") == 200;
	code = who_get(puppet, NULL, STEWARDS);
	int data = who_get(puppet, NULL, STAGE_EVENT "/data");
	told(p, "A9.steward-waits", "a steward who waits asks for a steward's pages",
		code == 403 && data == 403, in && open && waits, "answered %d and %d", code, data);
	who_post(anna, NULL, STEWARDS "/refuse", "id",
		arena_printf(p->arena, "%lld", (long long)id), NULL);
	in = invite(boss, second, "organiser") == 303 && who_sign_in(second, e) == OK;
	named = invite(second, puppet, "steward");
	waits = listed(p, "waiting", puppet->email, &id) == 1;
	code = confirm(p, id);
	told(p, "A9.steward-two", "an organiser confirms whom a second organiser of theirs named",
		code == 403, both && in && named == 303 && waits, "answered %d", code);
	code = who_post(anna, NULL, STEWARDS "/refuse", "id",
		arena_printf(p->arena, "%lld", (long long)id), NULL);
	told(p, "A9.steward-trail", "a naming that nobody can find afterwards",
		stage_trail(p->stage, "steward named", puppet->email) == 2 &&
			stage_trail(p->stage, "steward refused", puppet->email) == 2,
		code == 303, "both namings and both refusals are in the trail");
}

static void
two_in_one(struct proof *p)
{
	struct who puppet, second;
	struct err e;
	who_make(p->stage, &puppet, "Puppet", "puppet@proof.invalid");
	who_make(p->stage, &second, "Second", "second@proof.invalid");
	own_word(p, &puppet, &second, &e);
	browser_free(puppet.browser);
	browser_free(second.browser);
}

/* ---- accounts of the server --------------------------------------------------------------------
 */

static bool
reads(struct proof *p, const char *user, const char *folder)
{
	return account_reads(user, arena_printf(p->arena, "%s/%s", p->house->c.state, folder));
}

static void
accounts(struct proof *p)
{
	const struct config *c = &p->house->c;
	const struct {
		const char *id, *what, *user, *folder, *owner;
	} k[] = {
		{ "A15.portal-data", "the portal's account opens the hospital's tables",
			c->user_portal, "data", c->user_data },
		{ "A15.portal-releases", "the portal's account opens the images", c->user_portal,
			"releases", c->user_data },
		{ "A15.portal-spool", "the portal's account opens what wants to leave",
			c->user_portal, "spool", c->user_data },
		{ "A15.portal-views", "the portal's account opens the reviewers' pages",
			c->user_portal, "views", c->user_gate },
		{ "A15.gate-airlock", "the gate's account opens what was let out", c->user_gate,
			"airlock", c->user_portal },
		{ "A15.gate-portal", "the gate's account opens the database", c->user_gate,
			"portal", c->user_portal },
		{ "A15.gate-data", "the gate's account opens the hospital's tables", c->user_gate,
			"data", c->user_data },
		{ "A15.mirror-data", "the mirror's account opens the hospital's tables",
			c->user_mirror, "data", c->user_data },
		{ "A15.mirror-portal", "the mirror's account opens the database", c->user_mirror,
			"portal", c->user_portal },
		{ "A15.data-portal", "the curator's account opens the database", c->user_data,
			"portal", c->user_portal },
		{ "A15.nobody-inbox", "another account of the host opens the inbox", "nobody",
			"inbox", c->user_data },
		{ "A15.nobody-ws", "another account of the host opens the teams' disks", "nobody",
			"ws", NULL },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
		told(p, k[i].id, k[i].what, !reads(p, k[i].user, k[i].folder),
			!k[i].owner || reads(p, k[i].owner, k[i].folder), "refused to \"%s\"",
			k[i].user);
}

enum status
proof_votes(struct proof *p, struct err *e)
{
	struct who *bea = p->bea.who;
	int64_t n = draft(p, bea);
	while_draft(p, n);
	context(p, bea, n);
	struct files f = files_of(p, n);
	for (size_t i = 0; i < f.n; i++)
		if (streq(f.name[i], "figure.png"))
			who_post(bea, NULL, file_path(p, n, f.id[i], "/reason"), "reason",
				"The program that drew it writes that.", NULL);
	who_post(bea, NULL, airlock_path(p, n, "/seal"), NULL);
	airlock_is(p, n, "in review", STATE_MS);
	while_in_review(p, n);
	swap(p, n);
	taken(p, n);
	two_in_one(p);
	TRY(dead_check(p, e));
	accounts(p);
	return OK;
}
