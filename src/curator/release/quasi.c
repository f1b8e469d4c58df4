#include "curator/release/quasi.h"

#include "curator/identify.h"

enum quasi
quasi_of(const struct plan_table *t, const struct plan_column *c)
{
	/* Pseudonyms and moved dates nobody knows. */
	bool kept = c->action == ACT_KEEP || c->action == ACT_CAP || c->action == ACT_AGE ||
		    c->action == ACT_ROUND || c->action == ACT_BIN || c->action == ACT_GROUP ||
		    c->action == ACT_POSTAL;
	if (t->role == ROLE_SHARED || !kept || c->outcome || c->withheld ||
		type_is_date(c->out_type))
		return QUASI_NOT;
	if (ident_known_to_others(c->src->name))
		return QUASI_LIKELY;
	return t->role == ROLE_PATIENT ? QUASI_POSSIBLE : QUASI_NOT;
}

const char *
quasi_why(const struct plan_table *t, const struct plan_column *c)
{
	switch (quasi_of(t, c)) {
	case QUASI_LIKELY:
		return t->role == ROLE_PATIENT
			       ? "neighbours and newspapers know such things"
			       : "such things are known, if each patient has one value";
	case QUASI_POSSIBLE:
		return "somebody could know it";
	default:
		break;
	}
	if (!plan_released(c))
		return "not released";
	return t->role == ROLE_SHARED       ? "a list of codes, without patients"
	       : c->outcome                 ? "what is predicted"
	       : c->action == ACT_PSEUDONYM ? "a pseudonym, which nobody knows"
	       : type_is_date(c->out_type)  ? "a date that was moved"
	       : c->action == ACT_SCRUB     ? "free text"
	       : t->role != ROLE_PATIENT    ? "several rows for a patient"
					    : "";
}
