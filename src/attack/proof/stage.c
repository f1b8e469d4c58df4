#include "attack/proof/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack/proof/tables.h"
#include "base/clock.h"
#include "base/io.h"

enum { JOB_MS = 90000, ROOMS_MS = 90000, STEP_MS = 100, DAY = 86400 };

static const char password[] = "nine quiet herons at the weir";

/* ---- one person --------------------------------------------------------------------------------
 */

static void
put_escaped(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02x", c);
	}
}

/* The token that every form of this session carries. */
static const char *
token(struct who *w, const char *page)
{
	struct page p;
	if (browser_get(w->browser, page, &p, NULL) != OK)
		return "";
	for (size_t i = 0; i < p.doc.forms.n; i++) {
		const char *v = form_value(&p.doc.forms.at[i], "csrf");
		if (v)
			return arena_strdup(w->stage->arena, v);
	}
	return "";
}

static int
post(struct who *w, struct page *ret, const char *path, va_list fields)
{
	static const char *const headers[] = { "Content-Type: application/x-www-form-urlencoded",
		"Accept: text/html", NULL };
	struct arena *a = w->stage->arena;
	struct buf b = buf_new(a);
	struct page p;
	const char *name;
	if (!w->csrf)
		w->csrf = token(w, "/account");
	buf_puts(&b, "csrf=");
	put_escaped(&b, w->csrf);
	while ((name = va_arg(fields, const char *))) {
		buf_putc(&b, '&');
		put_escaped(&b, name);
		buf_putc(&b, '=');
		put_escaped(&b, va_arg(fields, const char *));
	}
	struct browser_request r = {
		.method = "POST", .url = path, .body = buf_str(&b), .headers = headers
	};
	if (browser_request(w->browser, &r, &p, NULL) != OK)
		return 0;
	if (p.status != 303)
		w->stage->said = *p.doc.alert ? p.doc.alert : p.doc.title ? p.doc.title : "";
	if (ret)
		*ret = p;
	return p.status;
}

int
who_post(struct who *w, struct page *ret, const char *path, ...)
{
	va_list fields;
	va_start(fields, path);
	int code = post(w, ret, path, fields);
	va_end(fields);
	return code;
}

int
who_get(struct who *w, struct page *ret, const char *path)
{
	struct browser_request r = { .method = "GET", .url = path };
	struct page p;
	if (browser_request(w->browser, &r, &p, NULL) != OK)
		return 0;
	if (ret)
		*ret = p;
	return p.status;
}

json_t *
who_json(struct who *w, const char *path)
{
	json_t *j;
	return browser_json(w->browser, path, &j, NULL) == OK ? j : NULL;
}

const char *
who_ticket(struct who *w, int64_t team)
{
	struct arena *a = w->stage->arena;
	struct page p;
	const char *path = arena_printf(a, STAGE_EVENT "/teams/%lld/enter", (long long)team);
	if (who_post(w, &p, path, NULL) != 303)
		return NULL;
	return page_header(a, &p, "Location");
}

const char *
who_cookies(struct who *w)
{
	return browser_cookies(w->browser, "/");
}

void
who_make(struct stage *s, struct who *w, const char *name, const char *email)
{
	*w = (struct who){ .stage = s, .name = name, .email = email, .slot = -1 };
	w->browser = browser_new(s->arena, s->house->site);
}

enum status
who_sign_in(struct who *w, struct err *e)
{
	struct str out;
	struct page p;
	struct form *f = NULL;
	if (stage_wardroom(w->stage, &out, "person", "link", w->email, NULL) != 0)
		return err_set(e, E_IO, "", "No link for %s: %.*s", w->email,
			(int)(out.n < 200 ? out.n : 200), out.p);
	TRY(browser_open(w->browser, str_dup(w->stage->arena, str_trim(out)), &p, e));
	for (size_t i = 0; i < p.doc.forms.n && !f; i++)
		if (form_value(&p.doc.forms.at[i], "csrf"))
			f = &p.doc.forms.at[i];
	if (!f)
		return err_set(e, E_IO, "", "The link of %s leads to no form.", w->email);
	w->csrf = NULL;
	return browser_send(w->browser, f, &p, e);
}

/* ---- the operator ------------------------------------------------------------------------------
 */

int
stage_wardroom(struct stage *s, struct str *ret_out, ...)
{
	const char *argv[16] = { "wardroom", "--config", s->house->config_path };
	va_list words;
	va_start(words, ret_out);
	for (int i = 3; i < 15 && (argv[i] = va_arg(words, const char *)); i++)
		;
	va_end(words);
	return house_run(s->house, s->arena, argv, STR(""), ret_out);
}

int
stage_trail(struct stage *s, const char *action, const char *text)
{
	struct str out;
	int n = 0;
	size_t i;
	json_t *x;
	if (stage_wardroom(s, &out, "--json", "audit", "list", "1000", NULL) != 0)
		return 0;
	json_t *j = json_loadb(out.p, out.n, 0, NULL);
	json_array_foreach(json_object_get(j, "entries"), i, x)
	{
		const char *is = json_string_value(json_object_get(x, "action"));
		const char *detail = json_string_value(json_object_get(x, "detail"));
		const char *object = json_string_value(json_object_get(x, "object"));
		n += is && streq(is, action) &&
		     (!text || (detail && strstr(detail, text)) ||
			     (object && strstr(object, text)));
	}
	json_decref(j);
	return n;
}

/* ---- the event ---------------------------------------------------------------------------------
 */

#define MUST(code, want, what)                                                                     \
	do {                                                                                       \
		int code_ = (code);                                                                \
		if (code_ != (want))                                                               \
			return err_set(e, E_IO, "", "The stage could not be set: %s (%d). %s",     \
				(what), code_, s->said ? s->said : "");                            \
	} while (0)

static const char *
day(struct stage *s, int days)
{
	char iso[32];
	clock_iso(clock_now() + (int64_t)days * DAY, iso, sizeof iso);
	return arena_strndup(s->arena, iso, 10);
}

static enum status
begin_event(struct stage *s, struct err *e)
{
	struct who *w = &s->boss;
	MUST(who_post(w, NULL, "/events/new", "slug", "proof", "name", "Proof", "place", "Here",
		     "mode", "on site", "starts", day(s, 200), "ends", day(s, 202), "seats", "10",
		     "about", "A throw-away event.", "rules", "", "kinds", "", NULL),
		303, "making the event");
	MUST(who_post(w, NULL, STAGE_EVENT "/roles", "name", w->name, "email", w->email, "role",
		     "steward", "about", "", NULL),
		303, "the steward's role");
	MUST(who_post(w, NULL, STAGE_EVENT "/roles", "name", s->anna.name, "email", s->anna.email,
		     "role", "steward", "about", "", NULL),
		303, "naming the second steward");
	struct str out;
	MUST(stage_wardroom(s, &out, "person", "steward", "proof", s->anna.email, NULL), 0,
		"wardroom person steward");
	MUST(who_post(w, NULL, STAGE_EVENT "/agreement/edit", "title", "Use of data", "body",
		     "Nothing leaves the room, and nobody tries to find out who a patient is.",
		     NULL),
		303, "the agreement");
	return who_sign_in(&s->anna, e);
}

static enum status
propose(struct stage *s, struct err *e)
{
	struct who *w = &s->boss;
	const char *question = "Who will need intensive care, and when?";
	MUST(who_post(w, NULL, STAGE_EVENT "/projects/new", "title", "Outlook", "question",
		     question, "variables", "See the dictionary.", "task", "binary", NULL),
		303, "the project");
	MUST(who_post(
		     w, NULL, STAGE_EVENT "/projects/outlook/decide", "decision", "accepted", NULL),
		303, "the project's acceptance");
	MUST(who_post(w, NULL, STAGE_EVENT "/projects/outlook/edit", "title", "Outlook", "question",
		     question, "variables", "See the dictionary.", "task", "binary", "teams_wanted",
		     "2", "ethics_number", "1", "ethics_committee", "Proof", "ethics_expires",
		     day(s, 400), NULL),
		303, "the ethics approval");
	return OK;
}

enum status
who_join(struct who *w, struct err *e)
{
	struct stage *s = w->stage;
	w->csrf = token(w, "/join");
	MUST(who_post(w, NULL, "/join", "name", w->name, "email", w->email, "password", password,
		     NULL),
		303, "opening an account");
	return who_password(w) == 303 ? OK : err_set(e, E_IO, "", "%s does not sign in.", w->email);
}

int
who_password(struct who *w)
{
	w->csrf = token(w, "/sign-in");
	int code = who_post(w, NULL, "/sign-in", "email", w->email, "password", password, NULL);
	w->csrf = NULL;
	return code;
}

static enum status
join(struct stage *s, int i, struct err *e)
{
	struct who *w = &s->people[i];
	TRY(who_join(w, e));
	MUST(who_post(w, NULL, STAGE_EVENT "/apply", "level", i % 2 ? "MSc" : "PhD", "specialty",
		     i / 2 % 2 ? "engineering" : "biomedical", "faculty", "Medicine", "languages",
		     "Python", "fields", "cardiology", "motivation",
		     "To try every door there is, and one more.", "skill_analysis", "2",
		     "skill_learning", "2", "choice1", "1", "choice2", "", "choice3", "", NULL),
		303, "applying");
	return OK;
}

static enum status
select_all(struct stage *s, struct err *e)
{
	json_t *j = who_json(&s->boss, STAGE_EVENT "/applications"), *x;
	size_t i;
	int code = 303;
	json_array_foreach(json_object_get(j, "people"), i, x)
	{
		const char *id = arena_printf(
			s->arena, "%lld", (long long)json_integer_value(json_object_get(x, "id")));
		int said = who_post(&s->boss, NULL, STAGE_EVENT "/applications/decide", "ids", id,
			"state", "selected", NULL);
		code = said == 303 ? code : said;
	}
	json_decref(j);
	MUST(code, 303, "the selection");
	return OK;
}

enum status
stage_agree(struct who *w, struct err *e)
{
	struct stage *s = w->stage;
	json_t *j = who_json(w, STAGE_EVENT "/agreement");
	const char *hash = json_string_value(json_object_get(j, "hash"));
	const char *kept = arena_strdup(s->arena, hash);
	json_decref(j);
	MUST(who_post(w, NULL, STAGE_EVENT "/agreement", "name", w->name, "hash", kept, "agree",
		     "yes", NULL),
		303, "signing the agreement");
	return OK;
}

static enum status
accept(struct stage *s, struct who *w, struct err *e)
{
	MUST(who_post(w, NULL, STAGE_EVENT "/apply/answer", "answer", "accept", NULL), 303,
		"accepting a seat");
	return stage_agree(w, e);
}

static struct who *
by_name(struct stage *s, const char *name)
{
	for (int i = 0; i < STAGE_PEOPLE; i++)
		if (name && streq(s->people[i].name, name))
			return &s->people[i];
	return NULL;
}

static enum status
form_teams(struct stage *s, struct err *e)
{
	MUST(who_post(&s->boss, NULL, STAGE_EVENT "/teams/form", "seed", "1", NULL), 303,
		"making the teams");
	json_t *j = who_json(&s->boss, STAGE_EVENT "/teams"), *team, *m;
	size_t i, k, n[STAGE_TEAMS] = { 0 };
	json_array_foreach(json_object_get(j, "teams"), i, team)
	{
		int64_t number = json_integer_value(json_object_get(team, "number"));
		json_array_foreach(json_object_get(team, "members"), k, m)
		{
			struct who *w = by_name(s, json_string_value(json_object_get(m, "name")));
			size_t t = (size_t)number - 1;
			if (w && t < STAGE_TEAMS && n[t] < STAGE_SEATS)
				s->member[t][n[t]++] = w;
		}
	}
	json_decref(j);
	if (n[0] < 3 || n[1] < 3)
		return err_set(e, E_IO, "", "The stage has teams of %zu and %zu.", n[0], n[1]);
	return OK;
}

/* ---- the data ----------------------------------------------------------------------------------
 */

/* Waits until nothing runs for the project; E_IO with what went wrong. */
static enum status
await_data(struct stage *s, struct err *e)
{
	int64_t until = clock_mono_ms() + JOB_MS;
	for (;;) {
		json_t *j = who_json(&s->boss, STAGE_EVENT "/data/outlook");
		json_t *running = json_object_get(j, "running");
		const char *problem = json_string_value(json_object_get(j, "problem"));
		bool rests = j && !json_is_true(running) && json_integer_value(running) == 0 &&
			     !json_string_length(running);
		const char *why = arena_strdup(s->arena, problem);
		json_decref(j);
		if (rests)
			return *why ? err_set(e, E_IO, "", "The stage's data: %s", why) : OK;
		if (clock_mono_ms() > until)
			return err_set(e, E_IO, "", "The stage's data took too long.");
		poll(NULL, 0, STEP_MS);
	}
}

/* Nothing is released whose risk is not known. */
static enum status
measure(struct stage *s, struct err *e)
{
	int64_t until = clock_mono_ms() + JOB_MS;
	bool measuring = true;
	MUST(who_post(&s->boss, NULL, STAGE_EVENT "/data/outlook/risk/measure", NULL), 303,
		"measuring the risk");
	while (measuring) {
		json_t *j = who_json(&s->boss, STAGE_EVENT "/data/outlook/risk");
		const char *standing = json_string_value(json_object_get(j, "standing"));
		measuring = !standing || streq(standing, "measuring");
		json_decref(j);
		if (clock_mono_ms() > until)
			return err_set(e, E_IO, "", "The stage's risk took too long.");
		poll(NULL, 0, STEP_MS);
	}
	return OK;
}

static enum status
sign(struct stage *s, struct err *e)
{
	struct who *w = &s->boss;
	MUST(who_post(w, NULL, "/account/password", "password", password, NULL), 303,
		"choosing a password");
	w->csrf = NULL;
	json_t *j = who_json(w, STAGE_EVENT "/data/outlook/sign");
	const char *hash = arena_strdup(s->arena, json_string_value(json_object_get(j, "hash")));
	json_decref(j);
	MUST(who_post(w, NULL, STAGE_EVENT "/data/outlook/sign", "hash", hash, "password", password,
		     "why", "The patients are invented.", NULL),
		303, "signing the release");
	return OK;
}

static enum status
release(struct stage *s, struct err *e)
{
	struct who *w = &s->boss;
	MUST(who_post(w, NULL, STAGE_EVENT "/data/outlook/recipe", "recipe", tables_recipe, NULL),
		303, "the recipe");
	MUST(who_post(w, NULL, STAGE_EVENT "/data/outlook/import", "folder", "outlook", NULL), 303,
		"the import");
	TRY(await_data(s, e));
	TRY(measure(s, e));
	MUST(who_post(w, NULL, STAGE_EVENT "/data/outlook/release", NULL), 303, "the release");
	TRY(await_data(s, e));
	return sign(s, e);
}

/* ---- workspaces --------------------------------------------------------------------------------
 */

bool
stage_rooms_are(struct stage *s, const char *state, const char *stage, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	for (;;) {
		json_t *j = who_json(&s->boss, STAGE_EVENT "/workspaces"), *x;
		size_t i, good = 0;
		json_array_foreach(json_object_get(j, "rooms"), i, x)
		{
			const char *is = json_string_value(json_object_get(x, "state"));
			const char *at = json_string_value(json_object_get(x, "stage"));
			int64_t team = json_integer_value(json_object_get(x, "team"));
			if (team >= 1 && team <= STAGE_TEAMS)
				s->ws[team - 1] = json_integer_value(json_object_get(x, "ws"));
			good += is && streq(is, state) && (!stage || (at && streq(at, stage)));
		}
		json_decref(j);
		if (good == STAGE_TEAMS || clock_mono_ms() > until)
			return good == STAGE_TEAMS;
		poll(NULL, 0, STEP_MS);
	}
}

/* Which place each member has: the one whose login is the beginning of the name. */
static void
find_slots(struct stage *s)
{
	for (int t = 0; t < STAGE_TEAMS; t++)
		for (int64_t slot = 0; slot < STAGE_SEATS; slot++) {
			struct str out = { "", 0 };
			house_inside(s->house, s->arena, s->ws[t], slot, "id -un", STR(""), &out);
			out = str_trim(out);
			for (int i = 0; i < STAGE_SEATS && out.n; i++) {
				struct who *w = s->member[t][i];
				if (w && strncasecmp(w->name, out.p, out.n) == 0)
					w->slot = slot;
			}
		}
}

enum status
stage_move(struct stage *s, const char *phase, struct err *e)
{
	MUST(who_post(&s->boss, NULL, STAGE_EVENT "/phases/move", "phase", phase, "confirm",
		     "Proof", NULL),
		303, phase);
	s->phase = phase;
	bool room = streq(phase, "setup") || streq(phase, "sample") || streq(phase, "full");
	if (room && !stage_rooms_are(s, "open", phase, ROOMS_MS))
		return err_set(e, E_IO, "", "The throw-away workspaces do not open for %s. %s",
			phase, "The server's log may say why.");
	if (streq(phase, "setup"))
		find_slots(s);
	return OK;
}

enum status
stage_make(struct house *h, struct stage *ret, struct err *e)
{
	static const char *const names[STAGE_PEOPLE] = { "Ada Alder", "Bea Birch", "Cem Cedar",
		"Dov Dogwood", "Eva Elder", "Fay Figtree", "Gil Ginkgo", "Hal Hazel", "Ida Ivy",
		"Jon Juniper" };
	struct stage *s = ret;
	struct str out;
	*s = (struct stage){ .arena = h->arena, .house = h, .phase = "draft", .said = "" };
	TRY(tables_write(h, &s->patient, e));
	who_make(s, &s->boss, "Olga Organiser", "olga@example.org");
	who_make(s, &s->anna, "Anna Steward", "anna@example.org");
	who_make(s, &s->stranger, "Somebody", "");
	for (int i = 0; i < STAGE_PEOPLE; i++)
		who_make(s, &s->people[i], names[i], arena_printf(s->arena, "p%d@example.org", i));
	MUST(stage_wardroom(s, &out, "person", "add", s->boss.email, s->boss.name, "--admin", NULL),
		0, "wardroom person add");
	TRY(who_sign_in(&s->boss, e));
	TRY(begin_event(s, e));
	TRY(stage_move(s, "call", e));
	TRY(propose(s, e));
	TRY(stage_move(s, "applications", e));
	for (int i = 0; i < STAGE_PEOPLE; i++)
		TRY(join(s, i, e));
	TRY(stage_move(s, "selection", e));
	TRY(select_all(s, e));
	for (int i = 0; i < STAGE_PEOPLE; i++)
		TRY(accept(s, &s->people[i], e));
	TRY(stage_move(s, "teams", e));
	TRY(form_teams(s, e));
	return release(s, e);
}

void
stage_end(struct stage *s)
{
	browser_free(s->boss.browser);
	browser_free(s->anna.browser);
	browser_free(s->stranger.browser);
	for (int i = 0; i < STAGE_PEOPLE; i++)
		browser_free(s->people[i].browser);
}
