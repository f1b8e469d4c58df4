#include "portal/sign/standing.h"

#include "base/str.h"
#include "portal/recipe/recipe_text.h"
#include "portal/sign/sign.sql.h"
#include "portal/web/filters.h"

static enum sign_state
state_of(struct arena *a, const struct sign_recipes *r)
{
	bool made = r->made[0] && recipe_text_same(a, r->made, r->saved);
	bool held = r->held[0] && recipe_text_same(a, r->held, r->saved);
	if (made && !r->made_held)
		return SIGN_WAITS;
	/* Images that were revoked since are no longer what teams have. */
	if (held && r->images)
		return SIGN_SIGNED;
	return r->held[0] ? SIGN_CHANGED : SIGN_NOTHING;
}

static const char *
version(struct arena *a, int64_t n, const char *unnumbered)
{
	return n ? arena_printf(a, "version %lld", (long long)n) : unnumbered;
}

static const char *
signed_words(struct arena *a, const struct sign_standing *s)
{
	if (!s->same)
		return arena_printf(a, "%s is signed.", version(a, s->held, "the release"));
	return arena_printf(a,
		"version %lld is the same as the signed version %lld: nothing to do.",
		(long long)s->saved, (long long)s->held);
}

/* While something is still to be signed. */
static const char *
until_words(struct arena *a, const struct sign_recipes *r, const struct sign_standing *s,
	enum sign_reader reader)
{
	bool again = s->next && s->next == s->held;
	const char *next = again && r->images ? "the new one"
					      : version(a, again ? 0 : s->next, "the new release");
	const char *held =
		again ? "the release of before" : version(a, s->held, "the signed release");
	if (reader == SIGN_OVER)
		return r->images ? arena_printf(a, "teams have %s; %s was not signed.", held, next)
		       : r->held[0] ? "teams have no data any more."
				    : "no release was signed.";
	const char *signs = reader == SIGN_YOU ? "you sign" : "a data steward signs";
	return r->images ? arena_printf(a, "teams keep %s until %s %s.", held, signs, next)
			 : arena_printf(a, "teams have no data until %s %s.", signs, next);
}

struct sign_standing
sign_standing_of(struct arena *a, const struct sign_recipes *r, enum sign_reader reader)
{
	struct sign_standing s = { .state = state_of(a, r),
		.saved = recipe_text_version(r->saved),
		.held = recipe_text_version(r->held),
		.undescribed = !r->described };
	s.same = s.state == SIGN_SIGNED && s.saved != s.held;
	if (s.state == SIGN_WAITS)
		s.next = recipe_text_version(r->made);
	if (s.state == SIGN_CHANGED)
		s.next = s.saved;
	const char *words = s.state == SIGN_NOTHING  ? ""
			    : s.state == SIGN_SIGNED ? signed_words(a, &s)
						     : until_words(a, r, &s, reader);
	s.sentence = filter_capital(a, words);
	return s;
}

bool
sign_settled(const struct sign_standing *s)
{
	return s->state == SIGN_SIGNED && !s->undescribed;
}
