#include "portal/audit/words.h"

#include "base/str.h"
#include "portal/web/policy.h"

enum { HASH_HEX = 64 };

/* ---- what was done ---- */

const char *
audit_meaning(const char *action)
{
	static const struct {
		const char *action, *means;
	} all[] = {
		{ "account proven", "A link was used for the first time: nobody else knows its password." },
		{ "airlock check begun", "The curator looks for patients in the files." },
		{ "airlock check passed", "Nothing forbids that stewards look and vote." },
		{ "airlock file opened", "A steward looked at the file." },
		{ "airlock file downloaded", "It left the server." },
		{ "airlock files released", "The files may be downloaded." },
		{ "airlock release revoked", "Nobody downloads the files any more." },
		{ "airlock request held", "It could not be checked, so nothing leaves." },
		{ "airlock request quarantined", "The check found what must not leave." },
		{ "airlock request sealed", "The team changes nothing of it any more." },
		{ "airlock votes raised", "There are more stewards now than when it was sealed." },
		{ "archive given up",
			"The steward lets the workspace be destroyed without an archive." },
		{ "archive not opened on trial",
			"The file was read whole with the passphrase, and is not good." },
		{ "archive opened on trial", "The file was read whole with the passphrase." },
		{ "archive ordered", "What the team made is to be sealed anew." },
		{ "archive trial broken off", "It says nothing about the archive." },
		{ "archive trial given up",
			"The steward lets the workspace be destroyed although its archive was "
			"never opened with the passphrase." },
		{ "archives ordered",
			"What teams made is to be sealed to the steward's passphrase." },
		{ "archives tried", "The steward typed the passphrase, and it was right." },
		{ "budget set", "How much of a workspace a screen may show in an hour." },
		{ "curator stopped", "A person ended what the curator was doing." },
		{ "data destroyed",
			"Sources, hidden labels, images and keys of the project are gone." },
		{ "data imported", "The hospital's tables are with the curator." },
		{ "everything opened again", "Workspaces may be entered again." },
		{ "everything sealed", "Nobody enters a workspace until a person opens them." },
		{ "hour's budget used up",
			"The gate shows no more of the workspace until the hour has moved on." },
		{ "key export agreed",
			"Two stewards let the key to the pseudonyms leave, as two shares." },
		{ "key export asked",
			"A steward asks for the key to the pseudonyms; another must agree." },
		{ "memory ran out", "The system ended a program in the workspace." },
		{ "packages ordered", "Another team's packages are to be installed." },
		{ "patient withdrawn",
			"A patient objected; the images with their rows were destroyed." },
		{ "recipe written", "What becomes of each column before data are released." },
		{ "release asked", "The curator makes the images that workspaces will read." },
		{ "release made", "It is mounted nowhere before a steward has signed it." },
		{ "release signed", "A data steward read all that goes out, and signed it." },
		{ "risk asked", "How likely a row tells who somebody is." },
		{ "source confirmed",
			"The steward says that patients, visits and links were understood." },
		{ "steward confirmed", "They are a data steward from here on." },
		{ "steward named", "They can do nothing before it is confirmed." },
		{ "submission refused", "It fitted the task badly, and counts for nothing." },
		{ "submission scored", "Compared with outcomes that the team never saw." },
		{ "table asked for",
			"A member asks for counts of patients, made outside the workspace." },
		{ "table counted",
			"The curator counted them, hid the small numbers and signed the table; it "
			"leaves only through the airlock." },
		{ "table refused", "None was made, since it would have shown nothing." },
		{ "withdrawal asked", "A patient objects: they are taken out of the data." },
		{ "workspace archived", "What the team made is sealed to the passphrase." },
		{ "workspace changed", "Its members or its limits." },
		{ "workspace sealed",
			"The first patients' data came in; from here on nothing leaves but by the "
			"airlock." },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (streq(all[i].action, action))
			return all[i].means;
	return "";
}

/* ---- on what ---- */

/* The number behind a prefix, when that is all there is. */
static bool
numbered(const char *text, const char *prefix, int64_t *ret)
{
	struct str rest = str_of(text);
	if (!str_starts(rest, prefix))
		return false;
	size_t n = strlen(prefix);
	return str_int((struct str){ rest.p + n, rest.n - n }, ret);
}

const char *
audit_team_name(struct arena *a, const struct words_teams_rows *teams, int64_t n, int64_t number)
{
	const char *plain = arena_printf(a, "team %lld", (long long)number);
	for (size_t i = 0; i < teams->n; i++) {
		const struct words_teams *x = &teams->at[i];
		if (x->n > n)
			continue;
		if (streq(x->action, "teams formed"))
			break;
		if (streq(x->object, plain))
			return arena_printf(a, "%s (%s)", x->detail, plain);
	}
	return plain;
}

enum status
audit_words_load(struct db *db, int64_t event, struct audit_words *ret, struct err *e)
{
	struct audit_words w = { .db = db, .event = event };
	TRY(db_words_teams(db, event, &w.teams, e));
	*ret = w;
	return OK;
}

/* "person 8" as the person is called; *ret stays when nobody has that number. */
static enum status
person(const struct audit_words *w, int64_t id, const char **ret, struct err *e)
{
	struct words_person p;
	bool there;
	TRY(db_found(db_words_person(w->db, id, &p, e), &there));
	if (there)
		*ret = p.name;
	return OK;
}

static enum status
applicant(const struct audit_words *w, int64_t id, const char **ret, struct err *e)
{
	struct words_applicant p;
	bool there;
	TRY(db_found(db_words_applicant(w->db, w->event, id, &p, e), &there));
	if (there)
		*ret = arena_printf(db_arena(w->db), "application of %s", p.name);
	return OK;
}

static enum status
project(const struct audit_words *w, const char *slug, const char **ret, struct err *e)
{
	struct words_project p;
	bool there;
	TRY(db_found(db_words_project(w->db, w->event, slug, &p, e), &there));
	if (there)
		*ret = arena_printf(db_arena(w->db), "project “%s”", p.title);
	return OK;
}

static enum status
object_words(
	const struct audit_words *w, int64_t n, const char *object, const char **ret, struct err *e)
{
	struct arena *a = db_arena(w->db);
	int64_t id;
	const char *team;
	*ret = object;
	if (numbered(object, "person ", &id))
		return person(w, id, ret, e);
	if (numbered(object, "application ", &id))
		return applicant(w, id, ret, e);
	if (str_starts(str_of(object), "project "))
		return project(w, object + 8, ret, e);
	if (str_starts(str_of(object), "event "))
		*ret = "the event";
	else if (str_starts(str_of(object), "key of event "))
		*ret = "the event's key";
	else if (role_parse(object))
		*ret = role_word_title(object);
	else if ((team = strstr(object, "team ")) && numbered(team, "team ", &id))
		*ret = arena_printf(a, "%.*s%s", (int)(team - object), object,
			audit_team_name(a, &w->teams, n, id));
	return OK;
}

/* ---- more ---- */

static bool
is_hash(const char *s)
{
	return strlen(s) == HASH_HEX && strspn(s, "0123456789abcdef") == HASH_HEX;
}

/* "draft to sealed: version 1" of a request. */
static const char *
step_words(struct arena *a, const char *detail)
{
	struct str rest = str_of(detail), from, to;
	const char *at = strstr(detail, " to "), *colon = strstr(detail, ": ");
	if (!at || (colon && colon < at))
		return detail;
	from = (struct str){ detail, (size_t)(at - detail) };
	rest = (struct str){ at + 4, rest.n - from.n - 4 };
	to = rest;
	if (colon)
		to.n = (size_t)(colon - at) - 4;
	const char *more = colon ? colon + 2 : "";
	if (from.n == to.n && memcmp(from.p, to.p, to.n) == 0)
		return *more ? more : arena_printf(a, "still %.*s", (int)to.n, to.p);
	return arena_printf(a, "was %.*s, now %.*s%s%s", (int)from.n, from.p, (int)to.n, to.p,
		*more ? "; " : "", more);
}

const char *
audit_detail(struct arena *a, const char *action, const char *object, const char *detail)
{
	int64_t id;
	if (is_hash(detail))
		return arena_printf(a, "fingerprint (BLAKE2b-256) %s", detail);
	if (str_starts(str_of(object), "airlock request "))
		return step_words(a, detail);
	if (numbered(detail, "job ", &id))
		return arena_printf(a, "the curator's %s", detail);
	return detail;
}

/* "person 8, clinical", as it was written once. */
static enum status
detail_person(const struct audit_words *w, const char *detail, const char **ret, struct err *e)
{
	struct str rest = str_of(detail), first = str_cut(&rest, ',');
	const char *name = NULL, *alone = str_dup(db_arena(w->db), first);
	int64_t id;
	if (!numbered(alone, "person ", &id))
		return OK;
	TRY(person(w, id, &name, e));
	if (name)
		*ret = arena_printf(
			db_arena(w->db), "%s%s%.*s", name, rest.n ? "," : "", (int)rest.n, rest.p);
	return OK;
}

enum status
audit_tell(const struct audit_words *w, int64_t n, const char *action, const char *object,
	const char *detail, struct audit_told *ret, struct err *e)
{
	struct audit_told t = { .action = action };
	if (streq(action, "role taken"))
		t.action = "role taken back";
	t.means = audit_meaning(action);
	TRY(object_words(w, n, object, &t.object, e));
	t.detail = audit_detail(db_arena(w->db), action, object, detail);
	TRY(detail_person(w, detail, &t.detail, e));
	*ret = t;
	return OK;
}
