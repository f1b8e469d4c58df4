#include "attack/proof/proof.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { ASK_MS = 20000, SOON_MS = 20000, INSIDE_MS = 1200000 };

static void
add(struct proof *p, const char *id, const char *what, enum verdict v, bool control,
	const char *reason, const char *detail)
{
	p->results->planned++;
	results_add(p->results, &(struct result){ id, what, detail, v, control,
					control ? "" : "what must work did not", reason });
}

void
told(struct proof *p, const char *id, const char *what, bool defeated, bool control,
	const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	const char *detail = arena_vprintf(p->arena, fmt, args);
	va_end(args);
	add(p, id, what, defeated ? R_DEFEATED : R_THROUGH, control, "", detail);
}

void
told_residual(struct proof *p, const char *id, const char *what, bool control, const char *reason,
	const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	const char *detail = arena_vprintf(p->arena, fmt, args);
	va_end(args);
	add(p, id, what, R_RESIDUAL, control, reason, detail);
}

struct raw_answer
room_ask_as(struct proof *p, const char *host, const char *cookie, const char *line,
	const char *more, const char *body)
{
	struct buf b = buf_new(p->arena);
	buf_printf(&b, "%s HTTP/1.1\r\nHost: %s\r\n", line, host);
	if (cookie && *cookie)
		buf_printf(&b, "Cookie: %s\r\n", cookie);
	if (body)
		buf_printf(&b, "Content-Length: %zu\r\n", strlen(body));
	buf_printf(&b, "%s\r\n%s", more ? more : "", body ? body : "");
	return raw_ask(p->arena, p->house->rooms_port, buf_str(&b), ASK_MS);
}

struct raw_answer
room_ask(
	struct proof *p, const struct door *d, const char *line, const char *more, const char *body)
{
	return room_ask_as(p, d->host, d->cookie, line, more, body);
}

bool
room_lives(struct proof *p, const struct door *d)
{
	return room_ask(p, d, "GET /api/status", NULL, NULL).code == 200;
}

const char *
address_path(const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;
	const char *path = host ? strchr(host + 3, '/') : NULL;
	return path ? path : "/";
}

enum status
door_open(struct proof *p, struct who *w, int64_t team, struct door *ret, struct err *e)
{
	struct door d = { .who = w, .team = team, .ws = p->stage->ws[team - 1] };
	d.host =
		arena_printf(p->arena, "w%lld.localhost:%d", (long long)d.ws, p->house->rooms_port);
	d.origin = arena_printf(p->arena, "http://%s", d.host);
	int64_t until = clock_mono_ms() + SOON_MS;
	const char *ticket;
	/* A workspace that was just opened again lets its members in a moment later. */
	while (!(ticket = who_ticket(w, team)) && clock_mono_ms() < until)
		poll(NULL, 0, 200);
	if (!ticket)
		return err_set(e, E_IO, "", "%s gets no ticket. %s", w->name, p->stage->said);
	struct raw_answer r =
		room_ask_as(p, d.host, "", arena_printf(p->arena, "GET %s", address_path(ticket)),
			"Accept: text/plain\r\n", NULL);
	struct str line = str_of(raw_line(p->arena, &r, "Set-Cookie"));
	d.cookie = str_dup(p->arena, str_cut(&line, ';'));
	if (r.code != 200 || !*d.cookie)
		return err_set(e, E_IO, "", "%s is not let in (%d).", w->name, r.code);
	*ret = d;
	return OK;
}

bool
account_reads(const char *user, const char *path)
{
	const struct passwd *pw = getpwnam(user);
	int status = 0;
	if (!pw)
		return false;
	uid_t uid = pw->pw_uid;
	gid_t gid = pw->pw_gid;
	pid_t pid = fork();
	if (pid == 0) {
		if (initgroups(user, gid) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			_exit(3);
		_exit(open(path, O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

const char *
inside(struct proof *p, const struct who *w, int64_t team, const char *script)
{
	struct str out = { "", 0 };
	house_inside(p->house, p->arena, p->stage->ws[team - 1], w->slot, script, STR(""), &out);
	return str_dup(p->arena, out);
}

enum status
proof_inside(struct proof *p, struct err *e)
{
	struct str out = { "", 0 };
	const char *const argv[] = { "wardroom-attack", "--config", p->house->config_path, "--ws",
		arena_printf(p->arena, "%lld", (long long)p->stage->ws[0]), "--other",
		arena_printf(p->arena, "%lld", (long long)p->stage->ws[1]), "--slot",
		arena_printf(p->arena, "%lld", (long long)p->bea.who->slot), "--other-slot",
		arena_printf(p->arena, "%lld", (long long)p->eve.who->slot), "--json", NULL };
	house_run_for(p->house, p->arena, argv, STR(""), INSIDE_MS, &out);
	struct str json = out;
	while (json.n && json.p[0] != '{')
		str_cut(&json, '\n');
	if (!results_merge(p->results, json))
		return err_set(e, E_IO, "", "The attacks from inside: %.*s",
			(int)(out.n < 300 ? out.n : 300), out.p);
	return OK;
}
