/* Two days of work in a minute: train, submit, be refused, do better. */
#include <jansson.h>

#include "base/code.h"
#include "baseline.inc"
#include "rehearse/play_parts.h"

enum { THREADS = 2, TERMINAL_MS = 60000, TRAIN_MS = 240000, SUBMIT_MS = 120000, BROKEN_TEAM = 3 };

/* Nothing to go out by, nothing to write over. Run inside; prints "sealed" when all of it holds. */
static const char seal_script[] =
	"set -e\n"
	"test \"$(sed '1,2d;s/:.*//;s/ //g' /proc/net/dev)\" = lo\n"
	"! touch /data/note 2>/dev/null\n"
	"! python3 -c 'import socket; socket.create_connection((\"192.0.2.1\", 80), 3)' "
	"2>/dev/null\n"
	"! python3 -c 'import socket; socket.getaddrinfo(\"example.org\", 80)' 2>/dev/null\n"
	"test \"$(id -u)\" != 0\n"
	"echo sealed\n";

/* A line lost, one twice, a stranger, and something that is no number. */
static const char broken_script[] =
	"import pandas as pd\n"
	"ids = pd.read_csv('/data/to_predict.csv')['id'].astype(str).tolist()\n"
	"rows = [(i, '0.5') for i in ids[1:]] + [(ids[1], '0.5'), ('nobody', '0.5')]\n"
	"rows[2] = (rows[2][0], 'maybe')\n"
	"pd.DataFrame(rows, columns=['id', 'prediction']).to_csv('broken.csv', index=False)\n";

struct desk {
	struct play *play;
	struct team *team;
	struct actor *who;
	struct jupyter jupyter;
	struct jupyter_terminal terminal;
};

static enum status
sit_down(struct play *p, struct team *t, struct actor *who, struct desk *d, struct err *e)
{
	*d = (struct desk){ .play = p, .team = t, .who = who };
	TRY(room_enter(p, t, who, &d->jupyter, e));
	return jupyter_open_terminal(&d->jupyter, TERMINAL_MS, &d->terminal, e);
}

/* Runs a command that must end with this code and say these words. */
static enum status
type(struct desk *d, const char *command, int64_t limit_ms, int code, const char *words,
	struct err *e)
{
	struct str out;
	int got;
	enum status s = jupyter_run(&d->terminal, command, limit_ms, &out, &got, e);
	if (s != OK)
		return actor_expect(d->who, false, e, "`%s`: %s", command,
			arena_strdup(d->who->arena, e->text));
	const char *text = str_dup(d->who->arena, out);
	size_t n = strlen(text);
	return actor_expect(d->who, got == code && strstr(text, words), e,
		"`%s` should end with %d and say \"%s\", but ended with %d: %s", command, code,
		words, got, n > 220 ? text + n - 220 : text);
}

static enum status
check_seal(struct desk *d, struct err *e)
{
	TRY(jupyter_put(&d->jupyter, "seal.sh", str_of(seal_script), e));
	TRY(type(d, "sh seal.sh", TERMINAL_MS, 0, "sealed", e));
	d->team->sealed = true;
	return OK;
}

static enum status
submit_broken(struct desk *d, struct err *e)
{
	TRY(jupyter_put(&d->jupyter, "broken.py", str_of(broken_script), e));
	TRY(type(d, "python3 broken.py", TERMINAL_MS, 0, "", e));
	TRY(type(d, "wardroom submit broken.csv", SUBMIT_MS, EXIT_MISTAKE, "nobody", e));
	d->team->refused++;
	/* A file with mistakes costs nothing. */
	return type(d, "wardroom status", TERMINAL_MS, 0, "left today: 10 of 10", e);
}

static enum status
train_and_submit(struct desk *d, const char *model, struct err *e)
{
	const char *train = arena_printf(
		d->who->arena, "OMP_NUM_THREADS=1 python3 -W ignore baseline.py %s", model);
	struct str text = { (const char *)baseline, sizeof baseline };
	const char *metric =
		streq(script_projects[d->team->project].task, "binary") ? "AUROC" : "MAE";
	TRY(jupyter_put(&d->jupyter, "baseline.py", text, e));
	TRY(type(d, train, TRAIN_MS, 0, "predictions.csv is written", e));
	TRY(type(d, "wardroom submit predictions.csv", SUBMIT_MS, 0, metric, e));
	d->team->scored++;
	return OK;
}

static enum status
work(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[i];
	struct desk d;
	TRY(sit_down(p, t, &t->members[0]->actor, &d, e));
	t->open_ms = d.jupyter.open_ms;
	enum status s = check_seal(&d, e);
	if (s == OK && i == BROKEN_TEAM)
		s = submit_broken(&d, e);
	/* The demonstration leaves the second team of each question something to do. */
	if (s == OK && (streq(p->options->until, "closed") || i % 2 == 0 || i == BROKEN_TEAM))
		s = train_and_submit(&d, i % 2 ? "trees" : "linear", e);
	if (s == OK && airlock_asks(p, i))
		s = airlock_hand_in(p, i, d.who, &d.jupyter, &d.terminal, e);
	jupyter_close_terminal(&d.terminal);
	return s;
}

/* ---- what the portal says about it -------------------------------------------------------------
 */

static enum status
read_submissions(struct play *p, struct team *t, struct err *e)
{
	struct actor *who = &t->members[0]->actor;
	json_t *j, *row;
	size_t i;
	int64_t scored = 0, refused = 0;
	actor_begin(who);
	TRY(actor_json(who, &j, e, "teams/%lld/submissions", (long long)t->number));
	json_array_foreach(json_object_get(j, "submissions"), i, row)
	{
		scored += streq(json_text_of(row, "state"), "scored");
		refused += streq(json_text_of(row, "state"), "refused");
	}
	json_decref(j);
	return actor_expect(who, scored == t->scored && refused == t->refused, e,
		"the page should list %lld scored and %lld refused, not %lld and %lld.",
		(long long)t->scored, (long long)t->refused, (long long)scored, (long long)refused);
}

static void
read_board(struct play *p, const json_t *row, struct leaderboard *b)
{
	json_t *line;
	size_t i;
	*b = (struct leaderboard){ .project = arena_strdup(p->arena, json_text_of(row, "project")),
		.metric = arena_strdup(p->arena, json_text_of(row, "metric")) };
	json_array_foreach(json_object_get(row, "rows"), i, line) if (b->n < TEAMS)
		b->lines[b->n++] =
		(struct board_line){ arena_strdup(p->arena, json_text_of(line, "team")),
			json_real_of(line, "value"), json_real_of(line, "low"),
			json_real_of(line, "high") };
}

/* Read as a participant: every value lies in its interval, and AUROC is a share. */
static enum status
read_boards(struct play *p, struct err *e)
{
	struct actor *who = &p->teams[0].members[0]->actor;
	json_t *j;
	size_t lines = 0, teams = 0;
	actor_begin(who);
	TRY(actor_json(who, &j, e, "leaderboard"));
	json_t *boards = json_object_get(j, "boards");
	for (size_t i = 0; i < PROJECTS && i < json_array_size(boards); i++)
		read_board(p, json_array_get(boards, i), &p->boards[i]);
	json_decref(j);
	for (int i = 0; i < TEAMS; i++)
		teams += p->teams[i].scored > 0;
	for (int i = 0; i < PROJECTS; i++)
		for (size_t k = 0; k < p->boards[i].n; k++) {
			const struct board_line *l = &p->boards[i].lines[k];
			bool share = !streq(p->boards[i].metric, "AUROC") ||
				     (l->low >= 0 && l->high <= 1);
			lines++;
			TRY(actor_expect(who, l->low <= l->value && l->value <= l->high && share, e,
				"%s of %s is %.4f with the interval %.4f to %.4f.",
				p->boards[i].metric, l->team, l->value, l->low, l->high));
		}
	TRY(actor_expect(
		who, lines == teams, e, "%zu teams should be ranked, not %zu.", teams, lines));
	/* Nobody outside reads it while the event runs. */
	return actor_kept_out(&p->visitor, 403, e, "leaderboard");
}

static enum status
check_scores(struct play *p, struct err *e)
{
	for (int i = 0; i < TEAMS; i++)
		TRY(read_submissions(p, &p->teams[i], e));
	return read_boards(p, e);
}

enum status
play_work(struct play *p, struct err *e)
{
	int64_t scored = 0;
	TRY(play_each(p, TEAMS, THREADS, work, e));
	TRY(check_scores(p, e));
	for (int i = 0; i < TEAMS; i++)
		scored += p->teams[i].scored;
	play_step(p, "work",
		"Every workspace was found sealed; %lld submissions scored on hidden outcomes, one "
		"refused with reasons.",
		(long long)scored);
	return OK;
}

/* ---- more ---------------------------------------------------------------------------------------
 */

/* Another member of the first team of each question tries something else. */
static enum status
try_again(struct play *p, size_t i, struct err *e)
{
	struct team *t = &p->teams[2 * i];
	struct desk d;
	TRY(sit_down(p, t, &t->members[1]->actor, &d, e));
	enum status s = train_and_submit(&d, "boosting", e);
	jupyter_close_terminal(&d.terminal);
	return s;
}

/* The names in a list of texts, as far as they fit a sentence. */
static const char *
names(struct arena *a, const json_t *list)
{
	struct buf b = buf_new(a);
	json_t *name;
	size_t i;
	json_array_foreach(list, i, name) if (b.n < 200)
		buf_printf(&b, "%s%s", i ? ", " : "", json_string_value(name));
	return b.n ? b.p : "none";
}

/*
 * The battery of attempts to get out, run by the operator in a workspace that is open, with bait in
 * another. The last two teams': their work is done.
 */
static enum status
attack(struct play *p, struct err *e)
{
	struct arena *a = p->arena;
	struct str out;
	int code;
	if (!play_has_command(p, "wardroom-attack"))
		return OK;
	const char *ws = arena_printf(a, "%lld", (long long)p->teams[TEAMS - 1].ws);
	const char *other = arena_printf(a, "%lld", (long long)p->teams[TEAMS - 2].ws);
	TRY(play_command(p, a,
		(const char *const[]){ "wardroom-attack", "--config", p->options->config_path,
			"--ws", ws, "--other", other, "--json", NULL },
		&out, &code, e));
	json_t *j = json_loadb(out.p, out.n, 0, NULL);
	p->attacks_tried = json_int_of(j, "tried");
	p->attacks_defeated = json_int_of(j, "defeated");
	const char *through = names(a, json_object_get(j, "through"));
	const char *unclear = names(a, json_object_get(j, "unclear"));
	json_t *known = json_object_get(j, "residual");
	for (size_t i = 0; i < json_array_size(known) && i < RESIDUAL; i++)
		p->attacks_residual[i] =
			arena_strdup(a, json_string_value(json_array_get(known, i)));
	size_t residual = json_array_size(known);
	json_decref(j);
	if (code != 0 || p->attacks_tried == 0)
		return err_set(e, E_CONFLICT, "",
			"Of %lld attacks on a workspace %lld were defeated. Through: %s; unclear: "
			"%s "
			"(exit code %d).",
			(long long)p->attacks_tried, (long long)p->attacks_defeated, through,
			unclear, code);
	play_step(p, "attacks",
		"%lld attempts from inside a workspace: %lld defeated, %zu known and accepted. "
		"`wardroom attack` tries the others too, on a server of its own.",
		(long long)p->attacks_tried, (long long)p->attacks_defeated, residual);
	return OK;
}

enum status
play_more(struct play *p, struct err *e)
{
	TRY(play_each(p, PROJECTS, THREADS, try_again, e));
	TRY(check_scores(p, e));
	play_step(p, "second tries", "Four teams handed in another model.");
	return attack(p, e);
}
