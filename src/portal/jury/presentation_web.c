#include "portal/jury/jury.h"

#include <fcntl.h>

#include "base/hash.h"
#include "base/io.h"
#include "portal/jury/presentation.html.h"
#include "portal/event/event.h"

bool
pdf_ok(struct str s)
{
	if (s.n < 32 || !str_starts(s, "%PDF-"))
		return false;
	size_t tail = s.n < 1024 ? s.n : 1024;
	return memmem(s.p + s.n - tail, tail, "%%EOF", 5) != NULL;
}

static const struct field presentation_fields[] = {
	FIELD(struct presentation_view, number, INT),
	FIELD(struct presentation_view, team, TEXT),
	FIELD(struct presentation_view, project, TEXT),
	FIELD(struct presentation_view, title, TEXT),
	FIELD(struct presentation_view, problem, TEXT, .doc = "the medical problem"),
	FIELD(struct presentation_view, methods, TEXT, .doc = "how data and AI were used"),
	FIELD(struct presentation_view, results, TEXT),
	FIELD(struct presentation_view, impact, TEXT),
	FIELD(struct presentation_view, pdf_name, TEXT),
	FIELD(struct presentation_view, pdf_bytes, INT),
	FIELD(struct presentation_view, saved, TIME),
	FIELD(struct presentation_view, handed_in, TIME),
	FIELD(struct presentation_view, deadline, TIME),
	FIELD(struct presentation_view, may_edit, BOOL),
	FIELD_END,
};

/* Once the jury has begun, what it reads must not change under it. */
static enum status
still_open(struct req *r, bool *ret, struct err *e)
{
	struct round_by_name round;
	enum status s = db_round_by_name(r->db, r->event.id, "first", &round, e);
	*ret = s == E_ABSENT;
	return s == E_ABSENT ? OK : s;
}

/* What a team has not handed in is its own business, its mentors', its lead's and the organiser's.
 */
static enum status
readable(const struct req *r, const struct presentation_team *t, int64_t handed_in, struct err *e)
{
	if (handed_in || (r->roles & (r->owns | ROLE_ORGANISER)))
		return OK;
	return err_set(e, E_ABSENT, "", "%s has not handed in.", t->name);
}

/* What is handed in has no gaps, on that day or after. */
static enum status
complete(const struct presentation_of *p, struct err *e)
{
	const struct {
		const char *field, *value, *label;
	} parts[] = { { "title", p->title, "The title" },
		{ "problem", p->problem, "The medical problem" },
		{ "methods", p->methods, "How data and AI were used" },
		{ "results", p->results, "The results" }, { "impact", p->impact, "The impact" },
		{ "pdf", p->pdf, "The PDF" } };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!parts[i].value[0])
			return err_set(
				e, E_INPUT, parts[i].field, "%s is still missing.", parts[i].label);
	return OK;
}

static enum status
presentation_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct presentation_view *v = view;
	struct presentation_of p = { .title = "",
		.problem = "",
		.methods = "",
		.results = "",
		.impact = "",
		.pdf_name = "" };
	struct presentation_team t;
	bool open;
	TRY(db_presentation_team(r->db, r->team, &t, e));
	enum status s = db_presentation_of(r->db, r->team, &p, e);
	if (s != OK && s != E_ABSENT)
		return s;
	TRY(readable(r, &t, p.handed_in, e));
	TRY(still_open(r, &open, e));
	TRY(event_phase_starts(r->db, r->event.id, PHASE_PRESENTATIONS, &v->deadline, e));
	v->number = t.number;
	v->team = t.name;
	v->project = t.project;
	v->title = p.title;
	v->problem = p.problem;
	v->methods = p.methods;
	v->results = p.results;
	v->impact = p.impact;
	v->pdf_name = p.pdf_name;
	v->pdf_bytes = p.pdf_bytes;
	v->saved = p.saved;
	v->handed_in = p.handed_in;
	v->may_edit = open && req_may(r, CAP_PRESENTATION_EDIT);
	v->complete = p.title[0] && p.problem[0] && p.methods[0] && p.results[0] && p.impact[0] &&
		      p.pdf_name[0];
	r->page.title = arena_printf(r->arena, "Presentation of %s", t.name);
	return OK;
}

#define PART(m, text)                                                                              \
	FIELD(struct presentation_view, m, TEXT, .trim = true, .multiline = true, .max = 3000,     \
		.label = text)

static const struct field presentation_in[] = {
	FIELD(struct presentation_view, title, TEXT, .trim = true, .max = 150, .label = "Title"),
	PART(problem, "The medical problem"),
	PART(methods, "How data and AI were used"),
	PART(results, "Results"),
	PART(impact, "Impact on health"),
	FIELD_END,
};

/*
 * Removes files that no presentation has any more, so that uploads without end fill no disk. In the
 * transaction of an upload, and before its file is written: nobody else's can be on the way.
 */
static enum status
sweep(struct req *r, int dir, struct err *e)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return err_errno(e, "reading the folder of files");
	const struct dirent *x;
	while ((x = readdir(d))) {
		struct presentation_has has;
		if (strlen(x->d_name) != 64)
			continue;
		TRY(db_presentation_has(r->db, x->d_name, &has, e));
		if (has.n == 0)
			unlinkat(dir, x->d_name, 0);
	}
	return OK;
}

/* By its hash: the same file twice is one file, and a name from a stranger never meets the disk. */
static enum status
keep_pdf(struct req *r, const struct upload *u, struct err *e)
{
	if (u->bytes.n > PDF_MAX)
		return err_set(e, E_INPUT, "pdf", "The PDF is larger than 25 MB.");
	if (!pdf_ok(u->bytes))
		return err_set(
			e, E_INPUT, "pdf", "\"%.80s\" is not a whole PDF file.", u->filename);
	const char *hex = hash_hex(r->arena, u->bytes);
	cleanup_fd int dir = open(r->server->files, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening the folder of files");
	TRY(sweep(r, dir, e));
	TRY(io_replace_at(dir, hex, 0600, u->bytes.p, u->bytes.n, e));
	return db_presentation_set_pdf(r->db, r->team, hex, u->filename, (int64_t)u->bytes.n, e);
}

static enum status
presentation_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct presentation_view *f = in;
	const struct upload *pdf = req_upload(r, "pdf");
	struct presentation_of p;
	bool open;
	TRY(still_open(r, &open, e));
	if (!open)
		return err_set(e, E_CONFLICT, "",
			"The jury has begun; presentations can no longer be changed.");
	TRY(db_presentation_save(r->db, r->team, f->title, f->problem, f->methods, f->results,
		f->impact, r->now, e));
	if (pdf)
		TRY(keep_pdf(r, pdf, e));
	TRY(db_presentation_of(r->db, r->team, &p, e));
	if (p.handed_in)
		TRY(complete(&p, e));
	req_flash(r, "Saved.%s", pdf ? " The PDF has arrived." : "");
	return req_audit(r, "presentation saved",
		arena_printf(r->arena, "team %s", req_param(r, "team")), pdf ? pdf->filename : "",
		e);
}

static enum status
presentation_hand_in(struct req *r, const void *in, void *view, struct err *e)
{
	struct presentation_of p;
	bool open;
	enum status s = db_presentation_of(r->db, r->team, &p, e);
	if (s == E_ABSENT)
		return err_set(e, E_INPUT, "title", "Nothing is saved yet.");
	TRY(s);
	TRY(still_open(r, &open, e));
	if (!open)
		return err_set(e, E_CONFLICT, "",
			"The jury has begun; presentations can no longer be handed in.");
	TRY(complete(&p, e));
	TRY(db_presentation_hand_in(r->db, r->team, r->now, e));
	req_flash(r, "Handed in. You may still improve it until the jury begins.");
	return req_audit(r, "presentation handed in",
		arena_printf(r->arena, "team %s", req_param(r, "team")), p.pdf, e);
}

struct pdf_view {
	int64_t bytes;
};
static const struct field pdf_fields[] = { FIELD(struct pdf_view, bytes, INT), FIELD_END };

static enum status
presentation_pdf(struct req *r, const void *in, void *view, struct err *e)
{
	struct presentation_of p;
	struct presentation_team t;
	TRY(db_presentation_team(r->db, r->team, &t, e));
	enum status s = db_presentation_of(r->db, r->team, &p, e);
	if (s == E_ABSENT || (s == OK && !p.pdf[0]))
		return err_set(e, E_ABSENT, "", "%s has not uploaded a PDF.", t.name);
	TRY(s);
	TRY(readable(r, &t, p.handed_in, e));
	cleanup_fd int dir = open(r->server->files, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening the folder of files");
	r->raw.type = "application/pdf";
	/* Offered as a file: a stranger's PDF is not shown on the portal's own origin. */
	r->raw.name = arena_printf(r->arena, "team-%lld.pdf", (long long)t.number);
	return io_read_at(r->arena, dir, p.pdf, PDF_MAX, &r->raw.bytes, e);
}

const struct route presentation_routes[] = {
	{ GET, "/e/:event/teams/:team/presentation", presentation_show, CAP_PRESENTATION_READ,
		"A team's presentation and summary.", NULL,
		VIEW(struct presentation_view, presentation_fields), .page = page_presentation },
	{ POST, "/e/:event/teams/:team/presentation", presentation_save, CAP_PRESENTATION_EDIT,
		"Saves the summary, and the PDF when one is sent (field pdf).",
		IN(struct presentation_view, presentation_in), .max_body = PDF_MAX + (1 << 20) },
	{ POST, "/e/:event/teams/:team/presentation/hand-in", presentation_hand_in,
		CAP_PRESENTATION_EDIT, "Hands in what is saved.", IN_NOTHING,
		.then = "/e/:event/teams/:team/presentation",
		.shows = "/e/:event/teams/:team/presentation" },
	{ GET, "/e/:event/teams/:team/presentation/pdf", presentation_pdf, CAP_PRESENTATION_READ,
		"The PDF of a presentation.", NULL, VIEW(struct pdf_view, pdf_fields) },
	{ 0 },
};
