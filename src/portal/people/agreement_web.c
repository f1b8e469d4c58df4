#include "portal/people/people.h"

#include "base/clock.h"
#include "portal/people/agreement.html.h"
#include "portal/people/agreement_edit.html.h"
#include "portal/web/markdown.h"

static const struct field agreement_fields[] = {
	FIELD(struct agreement_view, version, INT),
	FIELD(struct agreement_view, title, TEXT),
	FIELD(struct agreement_view, body, HTML),
	FIELD(struct agreement_view, hash, TEXT, .doc = "BLAKE2b-256 of title, newline, body"),
	FIELD(struct agreement_view, made, TIME),
	FIELD(struct agreement_view, signed_name, TEXT),
	FIELD(struct agreement_view, signed_at, TIME),
	FIELD_END,
};

static enum status
current(struct req *r, struct agreement_current *ret, struct err *e)
{
	enum status s = db_agreement_current(r->db, r->event.id, ret, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "",
			"%s has no agreement yet. The organiser will write one.", r->event.name);
	return s;
}

static enum status
agreement_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct agreement_view *v = view;
	struct agreement_current a;
	struct signature_of s;
	TRY(current(r, &a, e));
	enum status st = db_signature_of(r->db, a.id, r->me.id, &s, e);
	if (st != OK && st != E_ABSENT)
		return st;
	v->version = a.version;
	v->title = a.title;
	v->body = markdown_html(r->arena, a.body);
	v->hash = a.hash;
	v->made = a.made;
	v->my_name = r->me.name;
	v->may_edit = req_may(r, CAP_AGREEMENT_EDIT);
	if (st == OK) {
		v->signed_name = s.name;
		v->signed_at = s.at;
	}
	return OK;
}

struct sign_in {
	const char *name, *hash;
	bool agree;
};

static const struct field sign_in_fields[] = {
	FIELD(struct sign_in, name, TEXT, .required = true, .trim = true, .min = 2, .max = 120,
		.label = "Your name"),
	FIELD(struct sign_in, hash, TEXT, .required = true, .max = 64, .label = "The text's hash"),
	FIELD(struct sign_in, agree, BOOL, .required = true, .label = "I have read it and agree"),
	FIELD_END,
};

static enum status
agreement_sign(struct req *r, const void *in, void *view, struct err *e)
{
	const struct sign_in *f = in;
	struct agreement_current a;
	TRY(current(r, &a, e));
	/* What was on the screen is what is signed: a version written meanwhile is another text. */
	if (!streq(f->hash, a.hash))
		return err_set(e, E_CONFLICT, "hash",
			"The agreement has changed while you were reading. Please read version "
			"%lld.",
			(long long)a.version);
	if (!str_ieq(str_of(f->name), str_of(r->me.name)))
		return err_set(
			e, E_INPUT, "name", "Please type your name as it is here: %s.", r->me.name);
	TRY(db_signature_add(r->db, a.id, r->me.id, f->name, a.hash, r->address, r->now, e));
	TRY(db_outbox_add(r->db, r->event.id, r->me.id, r->me.email,
		arena_printf(r->arena, "%s: your signed agreement", r->event.name),
		arena_printf(r->arena,
			"%s\n\n%s\n\nSigned by %s on %s (UTC), version %lld, BLAKE2b-256 %s\n",
			a.title, a.body, f->name, clock_moment(r->arena, r->now),
			(long long)a.version, a.hash),
		r->now, e));
	req_flash(r, "Signed.%s",
		config_mails(&r->server->config)
			? arena_printf(r->arena, " A copy is on its way to %s.", r->me.email)
			: "");
	r->redirect = arena_printf(r->arena, "/e/%s/today", r->event.slug);
	return req_audit(r, "agreement signed",
		arena_printf(r->arena, "agreement version %lld", (long long)a.version), a.hash, e);
}

static const struct field agreement_form_fields[] = {
	FIELD(struct agreement_form, title, TEXT),
	FIELD(struct agreement_form, body, TEXT),
	FIELD(struct agreement_form, version, INT),
	FIELD_END,
};

static enum status
agreement_edit(struct req *r, const void *in, void *view, struct err *e)
{
	struct agreement_form *v = view;
	struct agreement_current a;
	enum status s = db_agreement_current(r->db, r->event.id, &a, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	*v = (struct agreement_form){ a.title, a.body, a.version };
	return OK;
}

static const struct field agreement_in[] = {
	FIELD(struct agreement_form, title, TEXT, .required = true, .trim = true, .max = 200,
		.label = "Title"),
	FIELD(struct agreement_form, body, TEXT, .required = true, .multiline = true, .trim = true,
		.min = 40, .max = 60000, .label = "Text"),
	FIELD_END,
};

static enum status
agreement_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct agreement_form *f = in;
	struct agreement_current a = { 0 };
	const char *hash = agreement_hash(r->arena, f->title, f->body);
	enum status s = db_agreement_current(r->db, r->event.id, &a, e);
	if (s != OK && s != E_ABSENT)
		return s;
	if (s == OK && streq(a.hash, hash))
		return err_set(e, E_CONFLICT, "body", "That is version %lld, word for word.",
			(long long)a.version);
	TRY(db_agreement_add(
		r->db, r->event.id, a.version + 1, f->title, f->body, hash, r->now, e));
	req_flash(r, "Version %lld is in force. Everybody signs it before the next visit to data.",
		(long long)a.version + 1);
	return req_audit(r, "agreement written",
		arena_printf(r->arena, "agreement version %lld", (long long)a.version + 1), hash,
		e);
}

const struct route agreement_routes[] = {
	{ GET, "/e/:event/agreement", agreement_show, CAP_AGREEMENT_SIGN,
		"The data-use agreement in force, and one's own signature.", "Agreement",
		VIEW(struct agreement_view, agreement_fields), .page = page_agreement },
	{ POST, "/e/:event/agreement", agreement_sign, CAP_AGREEMENT_SIGN,
		"Signs the version whose hash is sent.", IN(struct sign_in, sign_in_fields) },
	{ GET, "/e/:event/agreement/edit", agreement_edit, CAP_AGREEMENT_EDIT,
		"The agreement's text, to write a new version.", "Write the agreement",
		VIEW(struct agreement_form, agreement_form_fields), .page = page_agreement_edit },
	{ POST, "/e/:event/agreement/edit", agreement_save, CAP_AGREEMENT_EDIT,
		"Puts a new version in force.", IN(struct agreement_form, agreement_in),
		.then = "/e/:event/agreement" },
	{ 0 },
};
