#include "portal/web/route.h"

#include <strings.h>

#include "base/clock.h"
#include "portal/web/answer.h"
#include "portal/web/cookie.h"
#include "portal/web/frame.h"
#include "portal/web/input.h"
#include "portal/web/session.h"
#include "portal/web/static.h"
#include "portal/web/web.sql.h"

const struct field no_input_fields[] = { FIELD_END };

enum { PARAMS = 8 };

/* ---- matching ----------------------------------------------------------------------------------
 */

static bool
match(struct arena *a, const char *pattern, const char *path, struct pair *params, size_t *n)
{
	struct str p = str_of(pattern), s = str_of(path);
	*n = 0;
	while (p.n && s.n) {
		struct str want = str_cut(&p, '/'), got = str_cut(&s, '/');
		if (want.n && want.p[0] == ':') {
			if (got.n == 0 || got.n > 80 || *n == PARAMS)
				return false;
			params[(*n)++] = (struct pair){ arena_strndup(a, want.p + 1, want.n - 1),
				str_dup(a, got) };
		} else if (!str_eq(want, got)) {
			return false;
		}
	}
	/* "/a" and "/a/" are two addresses; only the first is ours. */
	return p.n == 0 && s.n == 0 && (path[1] == '\0' || path[strlen(path) - 1] != '/');
}

const struct route *
route_find(struct arena *a, enum method m, const char *path, struct pair *params, size_t *n)
{
	for (const struct route *const *t = all_routes; *t; t++)
		for (const struct route *rt = *t; rt->path; rt++)
			if (rt->method == m && match(a, rt->path, path, params, n))
				return rt;
	return NULL;
}

size_t
route_max_body(const char *method, const char *target)
{
	if (!streq(method, "POST"))
		return 0;
	cleanup_arena struct arena *a = arena_new();
	struct str path = str_of(target);
	path = str_cut(&path, '?');
	struct pair params[PARAMS];
	size_t n;
	const char *decoded;
	if (!input_unescape(a, path, false, &decoded))
		return 0;
	const struct route *rt = route_find(a, POST, decoded, params, &n);
	return rt ? rt->max_body ? rt->max_body : ROUTE_BODY : 0;
}

void
route_check_tables(void)
{
	for (const struct route *const *t = all_routes; *t; t++)
		for (const struct route *rt = *t; rt->path; rt++) {
			if (rt->cap == CAP_NONE)
				BUG("%s has no capability", rt->path);
			if (!rt->fn || !rt->doc)
				BUG("%s has no handler or no sentence about it", rt->path);
			if (rt->method == GET && (rt->in || !rt->view) && rt->page)
				BUG("%s is a page without a view, or with input", rt->path);
			if (rt->method == POST && !rt->in)
				BUG("POST %s has no input table", rt->path);
			bool covered = false;
			for (size_t i = 0; i < policy_n; i++)
				covered |= policy_rows[i].cap == rt->cap;
			if (!covered)
				BUG("%s: nobody may %s", rt->path, policy_cap_name(rt->cap));
		}
}

/* ---- the way of a request ----------------------------------------------------------------------
 */

static enum status
no_event(const char *slug, struct err *e)
{
	return err_set(e, E_ABSENT, "event",
		"There is no event \"%.40s\" here. If you were invited to it, sign in first.",
		slug);
}

static enum status
load_event(struct req *r, struct err *e)
{
	r->roles = ROLE_EVERYBODY;
	if (r->me.id)
		r->roles |= ROLE_PERSON;
	if (r->me.admin)
		r->roles |= ROLE_ADMIN;
	const char *slug = NULL;
	for (size_t i = 0; i < r->params.n; i++)
		if (streq(r->params.at[i].name, "event"))
			slug = r->params.at[i].value;
	if (!slug)
		return OK;
	struct event_head ev;
	enum status s = db_event_head(r->db, slug, &ev, e);
	if (s == E_ABSENT)
		return no_event(slug, e);
	TRY(s);
	struct role_list_of_rows roles = { 0 };
	if (r->me.id)
		TRY(db_role_list_of(r->db, ev.id, r->me.id, &roles, e));
	for (size_t i = 0; i < roles.n; i++)
		r->roles |= role_parse(roles.at[i].role);
	/*
	 * A draft is its makers' alone: to others it is as if it were not there, name and all. Whom
	 * they named as a data steward they told of it; that one reads what became of that.
	 */
	struct named_in by = { 0 };
	if (r->me.id && !roles.n)
		TRY(db_named_in(r->db, ev.id, r->me.id, &by, e));
	if (phase_parse(ev.phase) == PHASE_DRAFT && !roles.n && !by.named)
		return no_event(slug, e);
	r->event.id = ev.id;
	r->event.slug = ev.slug;
	r->event.name = ev.name;
	r->event.phase = phase_parse(ev.phase);
	if (r->event.phase == PHASES)
		BUG("event %lld has phase %s", (long long)ev.id, ev.phase);
	return OK;
}

static enum status
load_owner(struct req *r, struct err *e)
{
	for (size_t i = 0; i < r->params.n; i++) {
		const char *name = r->params.at[i].name;
		if (streq(name, "team")) {
			int64_t number;
			TRY(req_id(r, "team", &number, e));
			TRY(req_team(r, number, &r->team, &r->owns, e));
		} else if (streq(name, "project")) {
			struct project_head p;
			enum status s =
				db_project_head(r->db, r->event.id, req_param(r, "project"), &p, e);
			if (s == E_ABSENT)
				return err_set(e, E_ABSENT, "project", "There is no such project.");
			TRY(s);
			r->owns = p.lead == r->me.id ? ROLE_LEAD : 0;
		}
	}
	return OK;
}

static enum status
allowed(struct req *r, const struct route *rt, struct err *e)
{
	if (policy_allows(rt->cap, r->roles, r->event.phase, r->owns))
		return OK;
	if (policy_phase_only(rt->cap, r->roles, r->event.phase, r->owns))
		return err_set(e, E_DENIED, "",
			"This is not open in the present phase (%s) of the event.",
			phase_title(r->event.phase));
	if (!r->me.id)
		return err_set(e, E_AUTH, "", "Please sign in first.");
	return err_set(
		e, E_DENIED, "", "Your role does not allow you to %s.", policy_cap_doc(rt->cap));
}

static enum status
read_body(struct req *r, const struct incoming *in, struct err *e)
{
	const char *type = in->content_type ? in->content_type : "";
	if (strncasecmp(type, "application/json", 16) == 0)
		return input_json(r->arena, in->body, &r->form, e);
	if (strncasecmp(type, "multipart/form-data", 19) == 0)
		return input_multipart(
			r->arena, in->body, type, &r->form, &r->uploads.at, &r->uploads.n, e);
	if (in->body.n == 0 || strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0)
		return input_urlencoded(r->arena, in->body, &r->form, e);
	return err_set(e, E_INPUT, "", "A body of type \"%.60s\" is not understood here.", type);
}

/*
 * A request that changes something must come from a page of ours: the session's token in the field
 * `csrf` of the form or of the JSON body, and an Origin, when sent, that is the site.
 */
static enum status
from_us(struct req *r, const struct incoming *in, struct err *e)
{
	const char *sent = "";
	for (size_t i = 0; i < r->form.n; i++)
		if (streq(r->form.at[i].name, "csrf"))
			sent = r->form.at[i].value;
	if (in->origin && !streq(in->origin, r->server->config.site))
		return err_set(e, E_DENIED, "", "The request came from another site.");
	if (!session_csrf_ok(r, sent))
		return err_set(e, E_DENIED, "csrf",
			"The page was open too long or in another sign-in. Go back, reload, try "
			"again.");
	return OK;
}

/* The place of a field among those that are kept, at the end with that value when it is new. */
static size_t
kept_at(struct page_field *at, size_t *n, const char *name, const char *value)
{
	size_t k = 0;
	while (k < *n && !streq(at[k].name, name))
		k++;
	if (k == *n)
		at[(*n)++] = (struct page_field){ name, value, NULL };
	return k;
}

static void
keep_form(struct req *r, const struct route *rt, const pair_list *errors)
{
	size_t n = 0, room = r->form.n + errors->n;
	for (const struct field *f = rt->in; f->type != F_END; f++)
		room++;
	struct page_field *at = ARENA_ARRAY(r->arena, room + 1, struct page_field);
	for (size_t i = 0; i < r->form.n; i++)
		at[n++] = (struct page_field){ r->form.at[i].name, r->form.at[i].value, NULL };
	for (const struct field *f = rt->in; f->type != F_END; f++)
		(void)kept_at(at, &n, f->name, NULL);
	for (size_t i = 0; i < errors->n; i++) {
		size_t k = kept_at(at, &n, errors->at[i].name, "");
		at[k].error = errors->at[i].value;
	}
	r->page.form.at = at;
	r->page.form.n = n;
}

static enum status
do_get(struct req *r, const struct route *rt, struct response *ret, struct err *e)
{
	void *view = arena_alloc(r->arena, rt->view_size);
	TRY(rt->fn(r, NULL, view, e));
	if (r->redirect) {
		ret->code = 303;
		ret->location = r->redirect;
		return OK;
	}
	answer_view(r, rt, view, ret);
	return OK;
}

/* Shows the form again with what was typed and what was wrong. */
static enum status
show_again(struct req *r, const struct route *rt, const struct err *why, struct response *ret)
{
	struct pair params[PARAMS];
	size_t n;
	const char *path = rt->shows ? answer_path(r, rt->shows) : r->path;
	const struct route *page = route_find(r->arena, GET, path, params, &n);
	struct err e;
	if (!page || !page->page || !policy_allows(page->cap, r->roles, r->event.phase, r->owns))
		return E_ABSENT;
	r->page.problem = arena_strdup(r->arena, why->text);
	r->page.flash = NULL;
	r->redirect = NULL;
	TRY(do_get(r, page, ret, &e));
	ret->code = answer_code(why->code);
	return OK;
}

/*
 * These may wait for the warden or the gate, which may wait for somebody's connection to the
 * database: ours is given back first.
 */
static void
run_after(struct req *r)
{
	if (!r->after)
		return;
	store_give(r->db);
	r->db = NULL;
	for (struct after *a = r->after; a; a = a->next)
		a->fn(r->server, a->a, a->b, a->c);
}

/*
 * Begins the transaction and asks again whether the person may: between the first question and our
 * turn to write, the sign-in may have ended, the event moved on, a role been taken back.
 */
static enum status
begin(struct req *r, const struct route *rt, struct err *e)
{
	TRY(db_begin(r->db, e));
	enum status s = session_still(r, e);
	if (s == OK)
		s = load_event(r, e);
	if (s == OK)
		s = load_owner(r, e);
	if (s == OK)
		s = allowed(r, rt, e);
	if (s != OK)
		db_rollback(r->db);
	return s;
}

static enum status
do_post(struct req *r, const struct route *rt, const struct incoming *in, struct response *ret,
	struct err *e)
{
	pair_list errors = { 0 };
	void *input = arena_alloc(r->arena, rt->in_size);
	void *view = arena_alloc(r->arena, rt->view_size);
	TRY(read_body(r, in, e));
	TRY(from_us(r, in, e));
	size_t kept = 0;
	for (size_t i = 0; i < r->form.n; i++)
		if (!streq(r->form.at[i].name, "csrf"))
			r->form.at[kept++] = r->form.at[i];
	r->form.n = kept;
	bool json = in->content_type && strncasecmp(in->content_type, "application/json", 16) == 0;
	enum status s = input_decode(r->arena, rt->in, &r->form, json, input, &errors, e);
	if (s == OK && !rt->own_tx)
		s = begin(r, rt, e);
	if (s == OK) {
		s = rt->fn(r, input, view, e);
		if (!rt->own_tx) {
			if (s == OK)
				s = db_commit(r->db, e);
			else
				db_rollback(r->db);
		}
		if (s != OK && e->field[0]) {
			struct pair *one = ARENA_NEW(r->arena, struct pair);
			*one = (struct pair){ arena_strdup(r->arena, e->field),
				arena_strdup(r->arena, e->text) };
			errors = (pair_list){ one, 1 };
		}
		if (s != OK)
			keep_form(r, rt, &errors);
	} else {
		keep_form(r, rt, &errors);
	}
	if (s != OK) {
		if ((s == E_INPUT || s == E_CONFLICT) && !r->wants_json &&
			show_again(r, rt, e, ret) == OK)
			return OK;
		return s;
	}
	run_after(r);
	answer_taken(r, rt, view, ret);
	return OK;
}

/* Such a path would be one segment to a proxy in front of us and two to the router. */
static bool
encoded_slash(struct str path)
{
	for (size_t i = 0; i + 2 < path.n; i++)
		if (path.p[i] == '%' && path.p[i + 1] == '2' && (path.p[i + 2] | 0x20) == 'f')
			return true;
	return false;
}

/* Nothing is there, or not by this method. */
static enum status
no_route(struct req *r, struct response *ret, struct err *e)
{
	struct pair params[PARAMS];
	size_t n;
	bool get = route_find(r->arena, GET, r->path, params, &n) != NULL;
	bool post = route_find(r->arena, POST, r->path, params, &n) != NULL;
	if (!get && !post)
		return err_set(e, E_ABSENT, "", "There is no such page.");
	ret->allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
	return err_set(e, E_INPUT, "", "This address takes %s only.", ret->allow);
}

static enum status
answer(struct req *r, const struct incoming *in, struct response *ret, struct err *e)
{
	const char *visit;
	struct pair *params = ARENA_ARRAY(r->arena, PARAMS, struct pair);
	size_t n_params;
	bool known = r->method == POST || streq(in->method, "GET") || streq(in->method, "HEAD");
	struct str rest = str_of(in->target);
	struct str path = str_cut(&rest, '?');
	r->path = "/";
	if (path.n == 0 || path.p[0] != '/' || encoded_slash(path) ||
		!input_unescape(r->arena, path, false, &r->path))
		return err_set(e, E_ABSENT, "", "There is no such page.");
	TRY(input_urlencoded(r->arena, rest, &r->query, e));
	if (r->method == GET)
		TRY(db_snapshot(r->db, e));
	TRY(session_load(r, in->cookie, &visit, e));
	if (visit)
		ret->set_cookie = cookie_set(r, "wardroom_visit", visit, -1);
	if (r->method == GET)
		r->page.flash = cookie_flash(r, in->cookie, &ret->set_cookie2);
	const struct route *rt =
		known ? route_find(r->arena, r->method, r->path, params, &n_params) : NULL;
	if (!rt)
		return no_route(r, ret, e);
	r->params.at = params;
	r->params.n = n_params;
	TRY(load_event(r, e));
	TRY(load_owner(r, e));
	TRY(frame_fill(r, e));
	TRY(allowed(r, rt, e));
	return r->method == GET ? do_get(r, rt, ret, e) : do_post(r, rt, in, ret, e);
}

/* "/static/wardroom.css?v=HASH": the hash makes it cacheable for ever. */
static bool
static_answer(const char *target, struct response *ret)
{
	char name[100];
	size_t n = strcspn(target + 8, "?");
	if (n >= sizeof name)
		return false;
	memcpy(name, target + 8, n);
	name[n] = '\0';
	const struct static_file *f = static_find(name);
	if (!f)
		return false;
	ret->type = f->type;
	ret->body = (struct str){ (const char *)f->bytes, f->n };
	ret->cache = strstr(target, f->hash) != NULL;
	return true;
}

static struct req *
req_new(struct server *server, struct arena *a, const struct incoming *in)
{
	struct req *r = ARENA_NEW(a, struct req);
	r->arena = a;
	r->server = server;
	r->now = clock_now();
	r->address = in->address;
	r->path = "/";
	r->method = streq(in->method, "POST") ? POST : GET;
	r->wants_ld = in->accept && strstr(in->accept, "application/ld+json");
	r->wants_json = r->wants_ld || (in->accept && strstr(in->accept, "application/json"));
	r->db = store_take(server->store, a);
	return r;
}

static enum status
admits(struct req *r, const struct incoming *in, struct err *e)
{
	const char *visit;
	struct str path = str_of(in->target);
	path = str_cut(&path, '?');
	r->params.at = ARENA_ARRAY(r->arena, PARAMS, struct pair);
	if (!input_unescape(r->arena, path, false, &r->path))
		return E_ABSENT;
	const struct route *rt = route_find(r->arena, POST, r->path, r->params.at, &r->params.n);
	if (!rt)
		return E_ABSENT;
	TRY(session_load(r, in->cookie, &visit, e));
	TRY(load_event(r, e));
	TRY(load_owner(r, e));
	return allowed(r, rt, e);
}

bool
route_admits(struct server *server, struct arena *a, const struct incoming *in)
{
	struct err e;
	struct req *r = req_new(server, a, in);
	enum status s = admits(r, in, &e);
	store_give(r->db);
	return s == OK;
}

void
route_answer(
	struct server *server, struct arena *a, const struct incoming *in, struct response *ret)
{
	*ret = (struct response){ .code = 200 };
	if (strncmp(in->target, "/static/", 8) == 0 && static_answer(in->target, ret))
		return;
	struct req *r = req_new(server, a, in);
	struct err e = { 0 };
	if (answer(r, in, ret, &e) != OK)
		answer_problem(r, &e, ret);
	store_give(r->db);
}
