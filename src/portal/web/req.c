#include "portal/web/req.h"

#include <stdio.h>

#include "portal/audit/audit.h"
#include "portal/web/web.sql.h"

static const char *
pair_get(const pair_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->at[i].name, name))
			return l->at[i].value;
	return NULL;
}

const char *
req_param(const struct req *r, const char *name)
{
	const char *v = pair_get(&r->params, name);
	if (!v)
		BUG("the route of %s has no :%s", r->path, name);
	return v;
}

enum status
req_id(const struct req *r, const char *name, int64_t *ret, struct err *e)
{
	int64_t v;
	if (!str_int(str_of(req_param(r, name)), &v) || v <= 0)
		return err_set(e, E_ABSENT, name, "There is no such page.");
	*ret = v;
	return OK;
}

enum status
req_team(const struct req *r, int64_t number, int64_t *ret_id, unsigned *ret_owns, struct err *e)
{
	struct team_head t;
	enum status s = db_team_head(r->db, r->event.id, number, r->me.id, &t, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "team", "There is no team %lld.", (long long)number);
	TRY(s);
	*ret_id = t.id;
	*ret_owns = (t.member ? ROLE_PARTICIPANT : 0) | (t.mentor ? ROLE_MENTOR : 0) |
		    (t.lead ? ROLE_LEAD : 0);
	return OK;
}

const char *
req_query(const struct req *r, const char *name)
{
	const char *v = pair_get(&r->query, name);
	return v ? v : "";
}

const struct upload *
req_upload(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->uploads.n; i++)
		if (streq(r->uploads.at[i].name, name) && r->uploads.at[i].bytes.n)
			return &r->uploads.at[i];
	return NULL;
}

bool
req_may(const struct req *r, enum cap cap)
{
	return policy_allows(cap, r->roles, r->event.phase, r->owns);
}

void
req_after(struct req *r, void (*fn)(struct server *, int64_t, int64_t, int64_t), int64_t a,
	int64_t b, int64_t c)
{
	struct after **tail = &r->after;
	while (*tail)
		tail = &(*tail)->next;
	*tail = ARENA_NEW(r->arena, struct after);
	**tail = (struct after){ fn, a, b, c, NULL };
}

enum status
req_audit(struct req *r, const char *action, const char *object, const char *detail, struct err *e)
{
	struct audit_entry entry = {
		.at = r->now,
		.actor = r->me.id,
		.actor_name = r->me.name ? r->me.name : "",
		.event = r->event.id,
		.action = action,
		.object = object,
		.detail = detail ? detail : "",
	};
	return audit_add(r->db, &entry, e);
}

void
req_flash(struct req *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	r->page.flash = arena_vprintf(r->arena, fmt, ap);
	va_end(ap);
}
