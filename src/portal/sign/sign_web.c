/* Signing a release: the page that says all that is signed for, and the signature. */
#include "portal/data/data.h"

#include <jansson.h>

#include "base/clock.h"
#include "portal/data/data_job.h"
#include "portal/data/data_job.sql.h"
#include "portal/data/data_view.h"
#include "portal/sign/sign.h"
#include "portal/sign/sign.html.h"
#include "portal/sign/sign.sql.h"
#include "portal/sign/standing.h"
#include "portal/keeper/keeper.h"
#include "portal/keeper/result.h"
#include "portal/people/people.sql.h"
#include "portal/web/password.h"
#include "portal/web/session.h"

static const struct field fact_fields[] = {
	FIELD(struct sign_fact, label, TEXT),
	FIELD(struct sign_fact, text, TEXT),
	FIELD(struct sign_fact, tone, TEXT, .doc = "good, due (look twice) or stop"),
	FIELD_END,
};

static const struct field sign_fields[] = {
	FIELD(struct sign_view, slug, TEXT),
	FIELD(struct sign_view, title, TEXT),
	FIELD_LIST(struct sign_view, facts, fact_fields),
	FIELD(struct sign_view, hash, TEXT, .doc = "BLAKE2b-256 of what is signed"),
	FIELD(struct sign_view, stop, TEXT, .doc = "why it cannot be signed"),
	FIELD(struct sign_view, standing, TEXT, .doc = "what teams have, and until when"),
	FIELD(struct sign_view, unmeasured, BOOL, .doc = "a reason is asked for"),
	FIELD(struct sign_view, has_password, BOOL),
	FIELD(struct sign_view, signer, TEXT),
	FIELD(struct sign_view, signed_at, TIME),
	FIELD(struct sign_view, why, TEXT),
	FIELD(struct sign_view, rooms, INT,
		.doc = "workspaces that open again with it, once it is signed"),
	FIELD_END,
};

static enum status
paper_of(struct req *r, const struct project_full *p, const struct sign_job *j,
	struct sign_paper *ret, struct err *e)
{
	struct data_job_said_version dictionary;
	TRY(db_data_job_said_version(r->db, p->id, &dictionary, e));
	const struct sign_facts f = { .title = p->title,
		.ethics_number = p->ethics_number,
		.ethics_committee = p->ethics_committee,
		.ethics_expires = p->ethics_expires,
		.now = r->now,
		.recipe = p->recipe,
		.spec = j->spec,
		.result = j->result,
		.dictionary = dictionary.n };
	return sign_paper_make(r->arena, &f, ret, e);
}

/* What was signed, as it was read then. */
static void
show_signed(struct req *r, const struct sign_held *held, struct sign_view *v)
{
	struct sign_paper paper;
	sign_paper_read(r->arena, held->statement, &paper);
	v->facts.at = paper.facts.at;
	v->facts.n = paper.facts.n;
	v->hash = held->hash;
	v->made = held->ended;
	v->signer = held->name;
	v->signed_at = held->at;
	v->why = held->why;
}

static void
show_paper(const struct sign_paper *paper, int64_t made, struct sign_view *v)
{
	v->facts.at = paper->facts.at;
	v->facts.n = paper->facts.n;
	v->hash = paper->hash;
	v->stop = paper->stop;
	v->unmeasured = paper->unmeasured;
	v->made = made;
}

/* Who is at work on the images of before. */
static enum status
load_rooms(struct req *r, int64_t project, struct sign_view *v, struct err *e)
{
	struct sign_rooms_rows rooms;
	struct buf b = buf_new(r->arena);
	TRY(db_sign_rooms(r->db, project, &rooms, e));
	for (size_t i = 0; i < rooms.n; i++)
		buf_printf(&b, "%s%s",
			i == 0            ? ""
			: i + 1 < rooms.n ? ", "
					  : " and ",
			rooms.at[i].name);
	v->rooms = (int64_t)rooms.n;
	v->teams = b.p ? b.p : "";
	return OK;
}

/* The newest release, to be signed; or the signed one, when that is the newest or what the recipe
 * says again. */
static enum status
sign_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct sign_view *v = view;
	struct project_full p;
	struct sign_job j;
	struct sign_held held;
	struct sign_paper paper;
	struct sign_standing standing;
	struct person_by_id me;
	bool is_signed;
	r->page.inside = true;
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_sign_job(r->db, p.id, &j, e));
	TRY(db_person_by_id(r->db, r->me.id, &me, e));
	TRY(db_found(db_sign_held(r->db, p.id, &held, e), &is_signed));
	TRY(data_standing(r, p.id, &standing, e));
	v->slug = p.slug;
	v->title = p.title;
	v->has_password = me.password != NULL;
	v->standing = standing.sentence;
	v->settled = standing.state == SIGN_SIGNED;
	if (is_signed && (held.id == j.id || v->settled)) {
		show_signed(r, &held, v);
	} else {
		TRY(paper_of(r, &p, &j, &paper, e));
		show_paper(&paper, j.ended, v);
		TRY(load_rooms(r, p.id, v, e));
	}
	r->page.title = arena_printf(r->arena,
		v->signer ? "The signed release of %s" : "Sign the release of %s", p.title);
	return OK;
}

struct sign_in {
	const char *hash, *password, *why;
};

static const struct field sign_in[] = {
	FIELD(struct sign_in, hash, TEXT, .required = true, .max = 64),
	FIELD(struct sign_in, why, TEXT, .trim = true, .multiline = true, .max = 2000,
		.label = "Reason"),
	FIELD(struct sign_in, password, TEXT, .required = true, .max = 500,
		.label = "Your password"),
	FIELD_END,
};

/* Makes the images ready that the job made, and no others. */
static enum status
sign_images(struct req *r, int64_t project, const char *result, struct err *e)
{
	cleanup_result json_t *root = NULL;
	json_t *images;
	TRY(result_parse(result, &root, e));
	TRY(result_list(root, "images", 8, &images, e));
	for (size_t i = 0; i < json_array_size(images); i++) {
		const json_t *image = json_array_get(images, i);
		int64_t id;
		TRY(result_count(image, "id", &id, e));
		TRY(db_sign_image(
			r->db, id, project, result_text(r->arena, image, "hash", 128), e));
		if (db_changes(r->db) != 1)
			return err_set(e, E_CONFLICT, "",
				"Image %lld is not there to be signed any more. Make the releases "
				"again.",
				(long long)id);
	}
	return OK;
}

static enum status
sign(struct req *r, const void *in, void *view, struct err *e)
{
	const struct sign_in *f = in;
	struct project_full p;
	struct sign_job j;
	struct sign_paper paper;
	TRY(password_mine(r, "password", f->password, e));
	TRY(db_begin(r->db, e));
	cleanup_tx struct db *tx = r->db;
	/* While the password was checked the sign-in may have ended. */
	TRY(session_still(r, e));
	TRY(db_project_full(r->db, r->event.id, req_param(r, "project"), &p, e));
	TRY(db_sign_job(r->db, p.id, &j, e));
	TRY(paper_of(r, &p, &j, &paper, e));
	TRY(sign_ok(&paper, f->hash, f->why, e));
	TRY(db_sign_add(r->db, j.id, p.id, r->me.id, r->me.name, paper.statement, paper.hash,
		f->why, r->now, e));
	TRY(sign_images(r, p.id, j.result, e));
	TRY(data_signed(r->db, p.id, j.result, e));
	TRY(req_audit(r, "release signed", arena_printf(r->arena, "project %s", p.slug),
		arena_printf(r->arena, "what was signed has BLAKE2b %s; releases of job %lld%s%s",
			paper.hash, (long long)j.id, f->why[0] ? "; " : "", f->why),
		e));
	req_after(r, keeper_nudge, 0, 0, 0);
	req_flash(r, "The release of “%s” is signed.", p.title);
	return db_commit(tx, e);
}

#define SIGN_PAGE "/e/:event/data/:project/sign"

const struct route sign_routes[] = {
	{ GET, SIGN_PAGE, sign_show, CAP_DATA_READ,
		"All that a steward signs for before a release is mounted.", NULL,
		VIEW(struct sign_view, sign_fields), .page = page_sign },
	{ POST, SIGN_PAGE, sign, CAP_DATA_HANDLE, "Signs the newest release.",
		IN(struct sign_in, sign_in), .then = "/e/:event/data/:project", .shows = SIGN_PAGE,
		.own_tx = true },
	{ 0 },
};
