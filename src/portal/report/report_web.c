/* The policy, the API's description, the health of the server; and the table of this room. */
#include "base/version.h"
#include "portal/report/api.html.h"
#include "portal/report/audit.html.h"
#include "portal/report/policy.html.h"
#include "portal/report/report.h"
#include "portal/report/results.html.h"
#include "portal/web/openapi.h"
#include "portal/web/policy_text.h"

static const struct field policy_line_fields[] = {
	FIELD(struct policy_line, capability, TEXT),
	FIELD(struct policy_line, doc, TEXT),
	FIELD(struct policy_line, roles, TEXT),
	FIELD(struct policy_line, phases, TEXT),
	FIELD(struct policy_line, scope, TEXT),
	FIELD_END,
};

static const struct field policy_fields[] = {
	FIELD_LIST(struct policy_view, rules, policy_line_fields,
		.doc = "all that is allowed; anything else is refused"),
	FIELD_END,
};

static enum status
policy_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct policy_view *v = view;
	v->rules.at = ARENA_ARRAY(r->arena, policy_n, struct policy_line);
	v->rules.n = policy_n;
	for (size_t i = 0; i < policy_n; i++) {
		const struct policy_row *p = &policy_rows[i];
		v->rules.at[i] = (struct policy_line){ policy_cap_name(p->cap),
			policy_cap_doc(p->cap), policy_roles_text(r->arena, p->roles),
			policy_phases_text(r->arena, p->phases), policy_scope_text(p->scope) };
	}
	return OK;
}

static const struct field api_line_fields[] = {
	FIELD(struct api_line, method, TEXT),
	FIELD(struct api_line, path, TEXT),
	FIELD(struct api_line, doc, TEXT),
	FIELD(struct api_line, capability, TEXT),
	FIELD(struct api_line, roles, TEXT, .doc = "who may in some phase"),
	FIELD_END,
};

static const struct field api_fields[] = {
	FIELD_LIST(struct api_view, routes, api_line_fields),
	FIELD_END,
};

static const char *
roles_of(struct arena *a, enum cap cap)
{
	unsigned roles = 0;
	for (size_t i = 0; i < policy_n; i++)
		if (policy_rows[i].cap == cap)
			roles |= policy_rows[i].roles;
	return roles & ROLE_EVERYBODY ? "everybody"
	       : roles & ROLE_PERSON  ? "whoever is signed in"
				      : policy_roles_text(a, roles);
}

static enum status
api_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct api_view *v = view;
	size_t n = 0;
	for (const struct route *const *t = all_routes; *t; t++)
		for (const struct route *rt = *t; rt->path; rt++)
			n++;
	v->routes.at = ARENA_ARRAY(r->arena, n, struct api_line);
	for (const struct route *const *t = all_routes; *t; t++)
		for (const struct route *rt = *t; rt->path; rt++)
			v->routes.at[v->routes.n++] =
				(struct api_line){ rt->method == POST ? "POST" : "GET", rt->path,
					rt->doc, policy_cap_name(rt->cap),
					roles_of(r->arena, rt->cap) };
	return OK;
}

static enum status
openapi_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct buf b = buf_new(r->arena);
	openapi_write(&b, all_routes, WARDROOM_VERSION, r->server->config.site);
	r->raw.type = "application/json";
	r->raw.bytes = buf_str(&b);
	return OK;
}

static const struct field health_fields[] = {
	FIELD(struct health_view, ok, BOOL),
	FIELD(struct health_view, version, TEXT),
	FIELD_END,
};

/* For a watchdog or a load balancer: fails (500) when the database does not answer. */
static enum status
health(struct req *r, const void *in, void *view, struct err *e)
{
	struct health_view *v = view;
	TRY(db_health(r->db, false, e));
	v->ok = true;
	v->version = WARDROOM_VERSION;
	return OK;
}

const struct route report_routes[] = {
	{ GET, "/e/:event/results", results_show, CAP_RESULTS_READ,
		"What the event came to: people, teams, data, scores, jury, timeline.", "Results",
		VIEW(struct results_view, results_fields), .page = page_results },
	{ GET, "/e/:event/results.csv", results_csv, CAP_RESULTS_READ,
		"The numbers of the results page, one a row." },
	{ GET, "/e/:event/audit", audit_show, CAP_AUDIT_READ,
		"The audit trail, newest first; filter by action, person, words; page by before.",
		"Audit trail", VIEW(struct audit_view, audit_fields), .page = page_audit },
	{ GET, "/e/:event/audit.csv", audit_csv, CAP_AUDIT_READ,
		"The whole audit trail of the event, newest first." },
	{ GET, "/policy", policy_show, CAP_PUBLIC, "Who may do what, when.", "Who may do what",
		VIEW(struct policy_view, policy_fields), .page = page_policy },
	{ GET, "/api", api_show, CAP_PUBLIC, "Every address of this server.", "Addresses",
		VIEW(struct api_view, api_fields), .page = page_api },
	{ GET, "/api/openapi.json", openapi_show, CAP_PUBLIC,
		"This description: OpenAPI 3.1 of every address." },
	{ GET, "/health", health, CAP_PUBLIC, "Whether the server answers, and its version.", NULL,
		VIEW(struct health_view, health_fields) },
	{ 0 },
};
