/* The order of the scenes, and the stage they are played on. */
#include "rehearse/play.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "rehearse/play_parts.h"

extern char **environ;

enum { COMMAND_OUT_MAX = 4 << 20, MAX_THREADS = 8, POLL_MS = 150, LOOK_MS = 10000, DAY = 86400 };

void
play_step(struct play *p, const char *what, const char *fmt, ...)
{
	int64_t now = clock_mono_ms();
	va_list args;
	va_start(args, fmt);
	const char *text = arena_vprintf(p->arena, fmt, args);
	va_end(args);
	fprintf(stderr, "%6.1f s  %-13s %s (%lld ms)\n", (double)(now - p->began_ms) / 1000, what,
		text, (long long)(now - p->step_ms));
	p->step_ms = now;
}

bool
play_wait(int64_t since_ms, int64_t limit_ms)
{
	if (clock_mono_ms() - since_ms > limit_ms)
		return false;
	usleep(POLL_MS * 1000);
	return true;
}

/* ---- several at once ---------------------------------------------------------------------------
 */

struct crew {
	struct play *play;
	enum status (*fn)(struct play *, size_t, struct err *);
	size_t n;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t lock;
	enum status status;
	struct err *err;
};

static void *
crew_work(void *arg)
{
	struct crew *c = arg;
	size_t i;
	while (!atomic_load(&c->failed) && (i = atomic_fetch_add(&c->next, 1)) < c->n) {
		struct err e = { 0 };
		enum status s = c->fn(c->play, i, &e);
		if (s == OK)
			continue;
		pthread_mutex_lock(&c->lock);
		if (c->status == OK) {
			c->status = s;
			*c->err = e;
		}
		pthread_mutex_unlock(&c->lock);
		atomic_store(&c->failed, true);
	}
	return NULL;
}

enum status
play_each(struct play *p, size_t n, int threads,
	enum status (*fn)(struct play *, size_t i, struct err *), struct err *e)
{
	struct crew c = { .play = p, .fn = fn, .n = n, .err = e };
	pthread_t at[MAX_THREADS];
	int started = 0;
	pthread_mutex_init(&c.lock, NULL);
	for (; started < threads && started < MAX_THREADS; started++)
		if (pthread_create(&at[started], NULL, crew_work, &c) != 0)
			break;
	if (started == 0)
		crew_work(&c);
	for (int i = 0; i < started; i++)
		pthread_join(at[i], NULL);
	pthread_mutex_destroy(&c.lock);
	return c.status;
}

/* ---- the operator's command line ---------------------------------------------------------------
 */

bool
play_has_command(struct play *p, const char *name)
{
	const char *path = arena_printf(p->arena, "%s/%s", p->options->config->bin, name);
	return access(path, X_OK) == 0;
}

enum status
play_command(struct play *p, struct arena *a, const char *const *args, struct str *ret_out,
	int *ret_exit, struct err *e)
{
	const char *argv[24] = { arena_printf(a, "%s/%s", p->options->config->bin, args[0]) };
	int out[2], code;
	pid_t pid;
	posix_spawn_file_actions_t actions;
	for (size_t i = 1; args[i] && i + 1 < sizeof argv / sizeof argv[0]; i++)
		argv[i] = args[i];
	if (pipe2(out, O_CLOEXEC) != 0)
		return err_errno(e, "a pipe");
	cleanup_fd int from = out[0];
	cleanup_fd int to = out[1];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	errno = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (errno != 0)
		return err_errno(e, "%s", argv[0]);
	close(steal_fd(&to));
	enum status s = io_read_fd(a, from, COMMAND_OUT_MAX, ret_out, e);
	/* Whoever still writes gets a broken pipe and ends. */
	close(steal_fd(&from));
	if (waitpid(pid, &code, 0) != pid)
		return err_errno(e, "waiting for %s", args[0]);
	*ret_exit = WIFEXITED(code) ? WEXITSTATUS(code) : 128;
	return s;
}

/* `wardroom ARGS`, which must succeed. */
static enum status
wardroom(struct play *p, const char *const *words, struct str *ret, struct err *e)
{
	const char *args[16] = { "wardroom", "--config", p->options->config_path };
	int code;
	for (size_t i = 0; words[i] && i < 12; i++)
		args[3 + i] = words[i];
	TRY(play_command(p, p->arena, args, ret, &code, e));
	if (code != 0)
		return err_set(e, E_CONFLICT, "", "wardroom %s %s ended with %d.", words[0],
			words[1], code);
	*ret = str_trim(*ret);
	return OK;
}

enum status
play_link(struct play *p, const char *email, const char *path, const char **ret, struct err *e)
{
	struct str out;
	TRY(wardroom(p, (const char *const[]){ "person", "link", email, path, NULL }, &out, e));
	*ret = str_dup(p->arena, out);
	return OK;
}

/* ---- phases ------------------------------------------------------------------------------------
 */

/* Each role's first page tells the one thing to do next, as a page and as JSON. */
static enum status
look_around(struct play *p, struct err *e)
{
	struct actor *const who[] = { &p->organiser, &p->steward, &p->leads[0], &p->mentors[0],
		&p->jurors[0], p->crowd[0].holds_seat ? &p->crowd[0].actor : NULL };
	for (size_t i = 0; i < sizeof who / sizeof who[0] && who[i]; i++) {
		const char *title;
		struct page page;
		int64_t since = clock_mono_ms();
		/* What the server does by itself may move on between the two. */
		do {
			TRY(actor_next(who[i], &title, e));
			TRY(actor_open(who[i], &page, e, "today"));
		} while (!page_says(&page, title) && play_wait(since, LOOK_MS));
		TRY(actor_sees(who[i], &page, title, e));
	}
	return OK;
}

enum status
play_phase(struct play *p, const char *phase, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "phases/move?phase=%s", phase));
	TRY(actor_sees(who, &page, "What happens", e));
	TRY(actor_form(who, &page, &f, e, "phases/move"));
	if (streq(phase, "closed")) {
		TRY(actor_set(who, f, "confirm", "Carmel", e));
		TRY(actor_refused(who, f, 422, "Type the event's name", e));
		TRY(actor_set(who, f, "confirm", SCRIPT_EVENT, e));
	}
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "Everybody concerned has been told.", e));
	TRY(look_around(p, e));
	play_step(p, "phase", "The organiser began \"%s\".", phase);
	return OK;
}

/* ---- the whole ----------------------------------------------------------------------------------
 */

static void
cast(struct play *p)
{
	struct applicant *forms = crowd_make(p->arena, (uint64_t)p->options->seed, PROJECTS);
	actor_make(p, &p->visitor, "Somebody", "", "visitor");
	actor_make(p, &p->organiser, script_organiser.name, script_organiser.email, "organiser");
	actor_make(p, &p->steward, script_steward.name, script_steward.email, "data steward");
	actor_make(p, &p->reviewer, script_reviewer.name, script_reviewer.email, "reviewer");
	for (int i = 0; i < PROJECTS; i++)
		actor_make(p, &p->leads[i], script_leads[i].name, script_leads[i].email,
			"project lead");
	for (int i = 0; i < MENTORS; i++)
		actor_make(p, &p->mentors[i], script_mentors[i].name, script_mentors[i].email,
			"mentor");
	for (int i = 0; i < JURORS; i++)
		actor_make(
			p, &p->jurors[i], script_jurors[i].name, script_jurors[i].email, "juror");
	for (int i = 0; i < CROWD; i++) {
		p->crowd[i].form = &forms[i];
		actor_make(p, &p->crowd[i].actor, forms[i].name, forms[i].email, "applicant");
	}
}

static void
dismiss(struct play *p)
{
	actor_free(&p->visitor);
	actor_free(&p->organiser);
	actor_free(&p->steward);
	actor_free(&p->reviewer);
	for (int i = 0; i < PROJECTS; i++)
		actor_free(&p->leads[i]);
	for (int i = 0; i < MENTORS; i++)
		actor_free(&p->mentors[i]);
	for (int i = 0; i < JURORS; i++)
		actor_free(&p->jurors[i]);
	for (int i = 0; i < CROWD; i++)
		actor_free(&p->crowd[i].actor);
}

/* An operator makes the first administrator and hands over a link. */
static enum status
let_in(struct play *p, struct err *e)
{
	const struct script_person *o = &script_organiser;
	struct str out;
	p->organiser.link = p->options->link;
	if (p->organiser.link)
		return OK;
	TRY(wardroom(p,
		(const char *const[]){ "person", "add", o->email, o->name, "--admin", NULL }, &out,
		e));
	return play_link(p, o->email, "/account", &p->organiser.link, e);
}

static enum status
acts(struct play *p, struct err *e)
{
	TRY(let_in(p, e));
	TRY(play_opening(p, e));
	TRY(play_projects(p, e));
	TRY(play_applications(p, e));
	TRY(play_selection(p, e));
	TRY(play_agreement(p, e));
	TRY(play_data(p, e));
	TRY(play_teams(p, e));
	TRY(play_rooms(p, e));
	TRY(play_work(p, e));
	TRY(play_airlock(p, e));
	if (streq(p->options->until, "full"))
		return OK;
	TRY(play_more(p, e));
	TRY(play_talks(p, e));
	TRY(play_jury(p, e));
	return play_close(p, e);
}

/* Those through whose eyes a visitor of the demonstration looks. */
static enum status
links(struct play *p, FILE *out, struct err *e)
{
	const struct applicant *first = crowd_make(p->arena, 0, PROJECTS);
	const struct {
		const char *role, *name, *email;
	} who[] = {
		{ "organiser", script_organiser.name, script_organiser.email },
		{ "data steward", script_steward.name, script_steward.email },
		{ "project lead", script_leads[0].name, script_leads[0].email },
		{ "mentor", script_mentors[CLINICAL_MENTORS].name,
			script_mentors[CLINICAL_MENTORS].email },
		{ "participant", first->name, first->email },
		{ "juror", script_jurors[0].name, script_jurors[0].email },
	};
	int width = 0;
	for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
		if ((int)strlen(who[i].name) > width)
			width = (int)strlen(who[i].name);
	fputs("\nSign-in links, good once and for a day:\n", out);
	for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
		const char *url;
		TRY(play_link(p, who[i].email, "/e/" SCRIPT_SLUG "/today", &url, e));
		fprintf(out, "  %-13s %-*s  %s\n", who[i].role, width, who[i].name, url);
	}
	return OK;
}

static enum status
links_to_file(struct play *p, struct err *e)
{
	if (!p->options->links)
		return OK;
	cleanup_file FILE *out = fopen(p->options->links, "we");
	if (!out)
		return err_errno(e, "%s", p->options->links);
	TRY(links(p, out, e));
	return fflush(out) == 0 ? OK : err_errno(e, "%s", p->options->links);
}

enum status
play_run(struct arena *a, const struct play_options *o, struct err *e)
{
	struct play *p = ARENA_NEW(a, struct play);
	*p = (struct play){ .arena = a, .options = o, .began_ms = clock_mono_ms() };
	p->step_ms = p->began_ms;
	p->today = clock_now() / DAY * DAY;
	cast(p);
	enum status s = acts(p, e);
	if (s == OK)
		s = links_to_file(p, e);
	if (s == OK && o->json)
		play_result(p, (double)(clock_mono_ms() - p->began_ms) / 1000);
	dismiss(p);
	return s;
}

enum status
play_links(struct arena *a, const struct play_options *o, struct err *e)
{
	struct play p = { .arena = a, .options = o };
	TRY(links(&p, stdout, e));
	return fflush(stdout) == 0 ? OK : err_errno(e, "standard output");
}
