/* What goes back: pages, JSON, problems. */
#include "portal/web/answer.h"

#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "portal/web/cookie.h"
#include "portal/web/session.h"

enum { NOT_ALLOWED = 405 };

static const struct {
	int code;
	const char *title;
} answers[] = {
	[OK] = { 200, "OK" },
	[E_INPUT] = { 422, "Something is missing or wrong" },
	[E_AUTH] = { 401, "Please sign in" },
	[E_DENIED] = { 403, "This page is not open to you" },
	[E_ABSENT] = { 404, "Not found" },
	[E_CONFLICT] = { 409, "That does not fit any more" },
	[E_BUSY] = { 503, "One moment" },
	[E_IO] = { 500, "Something broke" },
	[E_BUG] = { 500, "Something broke" },
};

int
answer_code(enum status s)
{
	return answers[s].code;
}

static const char *
title_of(const struct response *res, const struct err *e)
{
	return res->allow ? "Not in this way" : answers[e->code].title;
}

static void
problem_json(struct req *r, const struct err *e, struct response *ret)
{
	struct buf b = buf_new(r->arena);
	struct jsonw j = jsonw_new(&b);
	jsonw_open(&j, '{');
	jsonw_key(&j, "status");
	jsonw_int(&j, ret->code);
	jsonw_key(&j, "title");
	jsonw_text(&j, title_of(ret, e));
	jsonw_key(&j, "detail");
	jsonw_text(&j, e->text);
	if (e->field[0]) {
		jsonw_key(&j, "field");
		jsonw_text(&j, e->field);
	}
	jsonw_key(&j, "errors");
	jsonw_open(&j, '[');
	for (size_t i = 0; i < r->page.form.n; i++) {
		const struct page_field *f = &r->page.form.at[i];
		if (!f->error)
			continue;
		jsonw_open(&j, '{');
		jsonw_key(&j, "field");
		jsonw_text(&j, f->name);
		jsonw_key(&j, "detail");
		jsonw_text(&j, f->error);
		jsonw_close(&j, '}');
	}
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	buf_putc(&b, '\n');
	ret->type = "application/problem+json";
	ret->body = buf_str(&b);
}

static void
html_answer(struct req *r, page_fn page, const void *view, struct response *ret)
{
	struct html out = html_new(r->arena);
	buf_room(&out.out, 15 << 10); /* most pages fit without being moved */
	html_page(&out, &r->page, page, view);
	ret->type = "text/html; charset=utf-8";
	ret->body = buf_str(&out.out);
}

static void
error_body(struct html *out, const struct page *page, const void *view)
{
	const struct err *e = view;
	buf_puts(&out->out, "<h1>");
	html_text(out, page->title);
	buf_puts(&out->out, "</h1><p>");
	html_text(out, e->text);
	buf_puts(&out->out, "</p><p><a class=\"button\" href=\"");
	const char *to = page->me ? "/account" : "/";
	if (page->event)
		to = arena_printf(out->arena, page->me ? "/e/%s/today" : "/e/%s", page->event);
	html_text(out, to);
	buf_puts(&out->out,
		page->me ? "\">Back to your page</a></p>" : "\">To the first page</a></p>");
}

void
answer_problem(struct req *r, struct err *e, struct response *ret)
{
	ret->code = ret->allow ? NOT_ALLOWED : answers[e->code].code;
	if (e->code == E_IO || e->code == E_BUG) {
		log_error("request failed", "path=%s why=%s",
			log_safe(r->arena, r->path, strlen(r->path)),
			log_safe(r->arena, e->text, strlen(e->text)));
		snprintf(e->text, sizeof e->text,
			"The server could not do this. Nothing of it was kept; please try again.");
	}
	if (r->wants_json) {
		problem_json(r, e, ret);
		return;
	}
	if (e->code == E_AUTH && r->method == GET) {
		ret->code = 303;
		struct html next = html_new(r->arena);
		html_url_part(&next, r->path);
		ret->location = arena_printf(r->arena, "/sign-in?next=%s", next.out.p);
		return;
	}
	r->page.title = title_of(ret, e);
	html_answer(r, error_body, e, ret);
}

const char *
answer_path(struct req *r, const char *pattern)
{
	struct buf b = buf_new(r->arena);
	for (const char *p = pattern; *p;) {
		if (*p != ':') {
			buf_putc(&b, *p++);
			continue;
		}
		size_t n = strcspn(++p, "/");
		buf_puts(&b, req_param(r, arena_strndup(r->arena, p, n)));
		p += n;
	}
	return b.p;
}

static void
session_cookie(struct req *r, struct response *ret)
{
	if (!r->new_session)
		return;
	ret->set_cookie = cookie_set(
		r, "wardroom", r->new_session, r->new_session[0] ? SESSION_DAYS * 86400 : 0);
}

void
answer_view(struct req *r, const struct route *rt, void *view, struct response *ret)
{
	if (r->raw.bytes.p) {
		ret->type = r->raw.type;
		ret->body = r->raw.bytes;
		if (r->raw.name)
			ret->disposition =
				arena_printf(r->arena, "attachment; filename=\"%s\"", r->raw.name);
		return;
	}
	if (r->wants_json || !rt->page) {
		struct buf b = buf_new(r->arena);
		struct jsonw j = jsonw_new(&b);
		jsonw_row(&j, rt->view, view);
		buf_putc(&b, '\n');
		ret->type = "application/json";
		ret->body = buf_str(&b);
		return;
	}
	if (!r->page.title)
		r->page.title = rt->title;
	html_answer(r, rt->page, view, ret);
}

void
answer_taken(struct req *r, const struct route *rt, const void *view, struct response *ret)
{
	const char *to = r->redirect ? r->redirect : rt->then ? answer_path(r, rt->then) : r->path;
	session_cookie(r, ret);
	if (r->wants_json) {
		struct buf b = buf_new(r->arena);
		struct jsonw j = jsonw_new(&b);
		if (rt->view) {
			jsonw_row(&j, rt->view, view);
		} else {
			jsonw_open(&j, '{');
			jsonw_key(&j, "location");
			jsonw_text(&j, to);
			jsonw_key(&j, "message");
			jsonw_text(&j, r->page.flash);
			jsonw_close(&j, '}');
		}
		ret->type = "application/json";
		ret->body = buf_str(&b);
		return;
	}
	ret->code = 303;
	ret->location = to;
	ret->set_cookie2 = cookie_set_flash(r, r->page.flash);
}
