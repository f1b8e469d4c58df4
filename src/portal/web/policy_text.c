#include "portal/web/policy_text.h"

#include "base/str.h"

const char *
policy_roles_text(struct arena *a, unsigned roles)
{
	struct buf b = buf_new(a);
	for (unsigned bit = ROLE_EVERYBODY; bit <= ROLE_REVIEWER; bit <<= 1)
		if (roles & bit)
			buf_printf(&b, "%s%s", b.n ? ", " : "", role_title(bit));
	return b.n ? b.p : "nobody";
}

const char *
policy_phases_text(struct arena *a, unsigned phases)
{
	const unsigned all = (1u << PHASES) - 1;
	phases &= all;
	if (phases == 0)
		return "never";
	if (phases == all)
		return "always";
	int first = __builtin_ctz(phases), last = 31 - __builtin_clz(phases);
	unsigned range = ((1u << (last + 1)) - 1) & ~((1u << first) - 1);
	const char *from = phase_title((enum phase)first), *to = phase_title((enum phase)last);
	if (phases == range && first == last)
		return from;
	if (phases == range && last == PHASE_CLOSED)
		return arena_printf(a, "from %s", from);
	if (phases == range && first == PHASE_DRAFT)
		return arena_printf(a, "until %s", to);
	if (phases == range)
		return arena_printf(a, "%s to %s", from, to);
	struct buf b = buf_new(a);
	for (int p = first; p <= last; p++)
		if (phases & (1u << p))
			buf_printf(&b, "%s%s", b.n ? ", " : "", phase_title((enum phase)p));
	return b.p;
}

const char *
policy_scope_text(enum scope s)
{
	return s == SCOPE_OWN ? "where one belongs" : "anywhere in the event";
}

bool
policy_is_public(enum cap cap)
{
	for (size_t i = 0; i < policy_n; i++)
		if (policy_rows[i].cap == cap && (policy_rows[i].roles & ROLE_EVERYBODY))
			return true;
	return false;
}
