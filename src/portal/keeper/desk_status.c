/* `wardroom status` and `wardroom who`: words in two columns, for a terminal. */
#include "base/clock.h"
#include "portal/event/event.h"
#include "portal/keeper/desk_internal.h"
#include "portal/web/policy.h"

enum { SHOWN = 5, COLUMN = 14 };

struct score_row
desk_score_row(const struct desk_submission *s)
{
	return (struct score_row){ s->id, s->at, s->n, s->state, s->metric, s->unit, s->problem,
		s->author, s->name, s->value, s->low, s->high };
}

static void
line(struct buf *b, const char *label, const char *text)
{
	buf_printf(b, "%-*s%s\n", COLUMN, label, text);
}

/* "name    login" and what is to be said of them, names in one column. */
struct person_line {
	const char *name, *login, *what;
};

static int
columns_of(const char *s)
{
	int n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
put_people(struct buf *b, const struct person_line *p, size_t n)
{
	int widest = 0, login = 0;
	for (size_t i = 0; i < n; i++) {
		int w = columns_of(p[i].name), l = columns_of(p[i].login);
		widest = w > widest ? w : widest;
		login = l > login ? l : login;
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "  %s%*s%s%*s%s\n", p[i].name, widest - columns_of(p[i].name) + 3, "",
			p[i].login, login - columns_of(p[i].login) + (p[i].what[0] ? 3 : 0), "",
			p[i].what);
}

/* ---- who ---- */

enum status
desk_who(struct db *db, const struct desk_member *m, int64_t now, struct desk_reply *ret,
	struct err *e)
{
	struct arena *a = db_arena(db);
	struct buf b = buf_new(a);
	struct desk_team_rows team;
	struct desk_mentors_rows mentors;
	TRY(db_desk_team(db, m->team, now, &team, e));
	TRY(db_desk_mentors(db, m->team, &mentors, e));
	buf_printf(&b, "You are %s (%s), in %s of %s.\nProject: %s\n\n", m->person_name, m->login,
		m->team_name, m->event_name, m->project_title);
	struct person_line *list = ARENA_ARRAY(a, team.n + mentors.n, struct person_line);
	for (size_t i = 0; i < team.n; i++)
		list[i] = (struct person_line){ team.at[i].name, team.at[i].login,
			team.at[i].person == m->person ? "you"
			: team.at[i].here              ? "signed in"
						       : "" };
	for (size_t i = 0; i < mentors.n; i++)
		list[team.n + i] = (struct person_line){ mentors.at[i].name, "",
			arena_printf(a, "mentor, %s", mentors.at[i].kind) };
	put_people(&b, list, team.n + mentors.n);
	ret->text = buf_str(&b);
	return OK;
}

/* ---- status ---- */

/* "Full data, until 24 Nov, 16:30 UTC (5 h 12 min left)" */
static enum status
put_phase(struct db *db, const struct desk_member *m, int64_t now, struct buf *b, struct err *e)
{
	enum phase at = phase_parse(m->phase);
	struct arena *a = b->arena;
	int64_t until;
	TRY(event_phase_starts(db, m->event, at + 1, &until, e));
	line(b, "Phase",
		until > now ? arena_printf(a, "%s, until %s UTC (%s left)", phase_title(at),
				      clock_moment(a, until), clock_span(a, until - now))
			    : phase_title(at));
	return OK;
}

static enum status
put_data(struct db *db, int64_t ws, struct buf *b, const char **ret_problem, struct err *e)
{
	struct desk_room r;
	enum status s = db_desk_room(db, ws, &r, e);
	*ret_problem = "";
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	*ret_problem = r.problem;
	line(b, "Data",
		streq(r.release, "full")        ? "all that is released, in /data"
		: streq(r.release, "sample")    ? "a sample of patients, in /data"
		: streq(r.release, "simulated") ? "simulated, in /data: no row is a patient"
						: "none yet");
	return OK;
}

static enum status
put_submissions(struct db *db, const struct desk_member *m, int64_t now, struct buf *b,
	const struct desk_submission_rows *list, struct err *e)
{
	struct arena *a = b->arena;
	bool open = desk_may_submit(m);
	int64_t left;
	TRY(score_attempts_left(db, m->team, now, &left, e));
	const char *none = arena_printf(a,
		"No submissions yet. `wardroom submit predictions.csv` hands one in%s.",
		open ? "" : " once the full data are open");
	if (open)
		line(b, "Submissions",
			arena_printf(a, "left today: %lld of %d", (long long)left, SCORE_ATTEMPTS));
	if (list->n == 0)
		line(b, open ? "" : "Submissions", none);
	return OK;
}

static enum status
put_airlock(struct db *db, const struct desk_member *m, struct buf *b, const char **ret_problem,
	struct err *e)
{
	struct desk_request q;
	struct arena *a = b->arena;
	enum status s = db_desk_request(db, m->team, m->person, &q, e);
	*ret_problem = "";
	if (s == E_ABSENT) {
		line(b, "Airlock", "nothing asked for yet");
		return OK;
	}
	TRY(s);
	line(b, "Airlock",
		arena_printf(a, "request %lld, %s, %lld file%s", (long long)q.number, q.state,
			(long long)q.files, q.files == 1 ? "" : "s"));
	if (q.problem[0])
		*ret_problem = arena_printf(
			a, "request %lld is %s: %s", (long long)q.number, q.state, q.problem);
	return OK;
}

static enum status
put_next(struct db *db, const struct desk_member *m, int64_t now, struct buf *b, struct err *e)
{
	struct desk_programme p;
	struct arena *a = b->arena;
	enum status s = db_desk_programme(db, m->event, now, &p, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	line(b, "Next",
		arena_printf(a, "%s UTC, %s%s%s", clock_moment(a, p.starts), p.title,
			p.room[0] ? ", " : "", p.room));
	return OK;
}

enum status
desk_status(struct db *db, const struct desk_member *m, int64_t ws, int64_t now,
	struct desk_reply *ret, struct err *e)
{
	struct buf b = buf_new(db_arena(db));
	struct desk_submission_rows list;
	const char *room, *request;
	TRY(db_desk_submissions(db, m->team, SHOWN, &list, e));
	line(&b, "Team", m->team_name);
	line(&b, "Project", m->project_title);
	TRY(put_phase(db, m, now, &b, e));
	TRY(put_data(db, ws, &b, &room, e));
	TRY(put_submissions(db, m, now, &b, &list, e));
	TRY(put_airlock(db, m, &b, &request, e));
	TRY(put_next(db, m, now, &b, e));
	if (room[0])
		line(&b, "Notice", room);
	if (request[0])
		line(&b, room[0] ? "" : "Notice", request);
	for (size_t i = 0; i < list.n; i++) {
		struct score_row row = desk_score_row(&list.at[i]);
		buf_printf(&b, "\n%s UTC, by %s\n%s", clock_moment(b.arena, row.at), row.by,
			score_words(b.arena, &row));
	}
	ret->text = buf_str(&b);
	return OK;
}
