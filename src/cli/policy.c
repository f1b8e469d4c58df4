#include "portal/web/policy.h"

#include "cli/cli.h"
#include "portal/web/policy_text.h"

struct rule_row {
	const char *capability, *roles, *phases, *scope, *doc;
};

struct rule_list {
	LIST(struct rule_row) rules;
};

static const struct field rule_fields[] = {
	FIELD(struct rule_row, capability, TEXT),
	FIELD(struct rule_row, phases, TEXT),
	FIELD(struct rule_row, scope, TEXT),
	FIELD(struct rule_row, roles, TEXT),
	FIELD(struct rule_row, doc, TEXT),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD_LIST(struct rule_list, rules, rule_fields),
	FIELD_END,
};

static enum status
policy(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct rule_list out;
	out.rules.at = ARENA_ARRAY(c->arena, policy_n, struct rule_row);
	out.rules.n = policy_n;
	for (size_t i = 0; i < policy_n; i++) {
		const struct policy_row *p = &policy_rows[i];
		out.rules.at[i] = (struct rule_row){ policy_cap_name(p->cap),
			policy_roles_text(c->arena, p->roles),
			policy_phases_text(c->arena, p->phases), policy_scope_text(p->scope),
			policy_cap_doc(p->cap) };
	}
	cli_show(c, list_fields, &out);
	return OK;
}

const struct command cmd_policy = { "policy", "", "Prints who may do what, when.", 0, 0, policy };
