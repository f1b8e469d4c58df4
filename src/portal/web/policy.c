#include "portal/web/policy.h"

#include <string.h>

/* policy.def is written in short names. */
enum {
#define X(name, word, title) name = PHASE_##name,
	POLICY_PHASES(X)
#undef X
};

enum {
	EVERYBODY = ROLE_EVERYBODY,
	PERSON = ROLE_PERSON,
	ADMIN = ROLE_ADMIN,
	ORGANISER = ROLE_ORGANISER,
	STEWARD = ROLE_STEWARD,
	LEAD = ROLE_LEAD,
	MENTOR = ROLE_MENTOR,
	PARTICIPANT = ROLE_PARTICIPANT,
	JUROR = ROLE_JUROR,
	REVIEWER = ROLE_REVIEWER,
	STAFF = ROLE_STAFF,
};

#define ALL ((1u << PHASES) - 1)
#define PHASE(x) (1u << (x))
#define FROM(x) (ALL & ~((1u << (x)) - 1))
#define UNTIL(x) ((1u << ((x) + 1)) - 1)
#define BETWEEN(x, y) (FROM(x) & UNTIL(y))
#define ANY SCOPE_ANY
#define OWN SCOPE_OWN

const struct policy_row policy_rows[] = {
#define CAP(name, doc)
#define ALLOW(cap, roles, phases, scope) { CAP_##cap, roles, phases, scope },
#include "portal/web/policy.def"
#undef CAP
#undef ALLOW
};
const size_t policy_n = sizeof policy_rows / sizeof policy_rows[0];

static const struct {
	const char *name, *doc;
} caps[CAPS] = {
	[CAP_NONE] = { "NONE", "nothing" },
#define CAP(name, doc) [CAP_##name] = { #name, doc },
#define ALLOW(cap, roles, phases, scope)
#include "portal/web/policy.def"
#undef CAP
#undef ALLOW
};

bool
policy_allows(enum cap cap, unsigned roles, enum phase phase, unsigned owns)
{
	for (size_t i = 0; i < policy_n; i++) {
		const struct policy_row *r = &policy_rows[i];
		unsigned as = r->scope == SCOPE_ANY ? roles : roles & owns;
		if (r->cap == cap && (r->roles & as) && (r->phases & PHASE(phase)))
			return true;
	}
	return false;
}

bool
policy_phase_only(enum cap cap, unsigned roles, enum phase phase, unsigned owns)
{
	for (int p = 0; p < PHASES; p++)
		if (p != (int)phase && policy_allows(cap, roles, (enum phase)p, owns))
			return !policy_allows(cap, roles, phase, owns);
	return false;
}

const char *
policy_cap_name(enum cap cap)
{
	return caps[cap].name;
}

const char *
policy_cap_doc(enum cap cap)
{
	return caps[cap].doc;
}

static const struct {
	const char *word, *title;
} phases[PHASES] = {
#define X(name, word, title) { word, title },
	POLICY_PHASES(X)
#undef X
};

enum phase
phase_parse(const char *word)
{
	int p = 0;
	while (p < PHASES && strcmp(phases[p].word, word) != 0)
		p++;
	return (enum phase)p;
}

const char *
phase_word(enum phase p)
{
	return phases[p].word;
}

const char *
phase_title(enum phase p)
{
	return phases[p].title;
}

/* What nobody stores has no word. */
static const struct {
	unsigned bit;
	const char *word, *title;
} roles[] = { { ROLE_EVERYBODY, "", "everybody" }, { ROLE_PERSON, "", "whoever is signed in" },
	{ ROLE_ADMIN, "", "administrator of the server" },
	{ ROLE_PARTICIPANT, "participant", "participant" },
#define X(name, bit, word, title) { ROLE_##name, word, title },
	POLICY_STAFF(X)
#undef X
};
enum { ROLES = sizeof roles / sizeof roles[0] };

unsigned
role_parse(const char *word)
{
	for (size_t i = 0; word[0] && i < ROLES; i++)
		if (strcmp(roles[i].word, word) == 0)
			return roles[i].bit;
	return 0;
}

const char *
role_title(unsigned bit)
{
	for (size_t i = 0; i < ROLES; i++)
		if (roles[i].bit == bit)
			return roles[i].title;
	return "nobody";
}

const char *
role_word_title(const char *word)
{
	unsigned bit = role_parse(word);
	return bit ? role_title(bit) : word;
}
