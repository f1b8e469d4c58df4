#include "gate/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/code.h"
#include "base/io.h"
#include "base/log.h"
#include "gate/ask.h"
#include "gate/desk_line.h"
#include "gate/pump.h"

enum {
	LINE_MS = 10000,
	PART_MS = 30000,   /* between two parts of a file */
	WHOLE_MS = 600000, /* for the whole file */
	FIRST_MS = 30000,  /* until the portal's first answer */
	NEXT_MS = 600000,  /* until it has scored */
	PARCEL_MAX = 16 << 20,
};

static const char busy[] = "The server is busy; try again in a minute.";

static void
send_last(struct visit *v, const char *text, unsigned exit_code)
{
	char out[600];
	int n = snprintf(out, sizeof out, "%s\n\n%u\n", text, exit_code);
	pump_send(v->client, out, (size_t)n, LINE_MS, NULL);
}

/* At most `want` bytes, within the deadline; 0 when the member broke off or was too slow. */
static size_t
receive(struct visit *v, char *buf, size_t want, int64_t until)
{
	for (;;) {
		int64_t rest = until - clock_mono_ms();
		struct pollfd p = { .fd = v->client, .events = POLLIN };
		if (rest <= 0 || poll(&p, 1, (int)rest) == 0 || atomic_load(&v->cut))
			return 0;
		ssize_t n = recv(v->client, buf, want, MSG_DONTWAIT);
		if (n > 0)
			return (size_t)n;
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return 0;
	}
}

/* Byte by byte would do, but the file follows at once: looks before it takes. */
static enum status
read_line(struct visit *v, struct desk_line *ret, struct err *e)
{
	char line[DESK_MAX_LINE];
	int64_t until = clock_mono_ms() + LINE_MS;
	size_t n = 0;
	while (n < sizeof line) {
		char c;
		if (receive(v, &c, 1, until) == 0)
			return err_set(e, E_IO, "", "The request did not arrive in time.");
		if (c == '\n')
			return desk_line_parse((struct str){ line, n }, ret, e);
		line[n++] = c;
	}
	return err_set(
		e, E_INPUT, "name", "The request is too long; give the file a shorter name.");
}

/* The file's bytes into fd, and their hash. */
static enum status
take_bytes(struct visit *v, int fd, int64_t bytes, uint8_t hash[32], struct err *e)
{
	cleanup_free char *buf = malloc(65536);
	crypto_generichash_state state;
	int64_t end = clock_mono_ms() + WHOLE_MS;
	if (!buf)
		BUG("out of memory");
	crypto_generichash_init(&state, NULL, 0, 32);
	for (int64_t left = bytes; left;) {
		int64_t now = clock_mono_ms(), part = now + PART_MS;
		size_t want = left < 65536 ? (size_t)left : 65536;
		size_t n = receive(v, buf, want, part < end ? part : end);
		if (n == 0)
			return err_set(e, E_INPUT, "",
				"The file did not arrive whole; nothing was handed in.");
		TRY(io_write_fd(fd, buf, n, e));
		crypto_generichash_update(&state, (const uint8_t *)buf, n);
		left -= (int64_t)n;
	}
	crypto_generichash_final(&state, hash, 32);
	return OK;
}

static enum status
keep(int spool, int fd, const char *part, const char *name, struct err *e)
{
	if (fchmod(fd, 0640) < 0 || fsync(fd) < 0)
		return err_errno(e, "storing the file");
	if (renameat2(spool, part, spool, name, RENAME_NOREPLACE) < 0)
		return err_errno(e, "naming the file");
	if (fsync(spool) < 0)
		return err_errno(e, "storing the folder");
	return OK;
}

static enum status
take_file(struct visit *v, int64_t bytes, struct pg_desk *m, struct err *e)
{
	int spool = v->gate->spool;
	char name[24], part[40];
	randombytes_buf(&m->spool, sizeof m->spool);
	m->spool = (m->spool & INT64_MAX) | 1; /* never 0 */
	snprintf(name, sizeof name, "%llu", (unsigned long long)m->spool);
	snprintf(part, sizeof part, ".%s.part", name);
	cleanup_fd int fd =
		spool < 0 ? -1
			  : openat(spool, part,
				    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return err_errno(e, "creating a file in the spool");
	enum status s = take_bytes(v, fd, bytes, m->hash, e);
	if (s == OK)
		s = keep(spool, fd, part, name, e);
	if (s == OK)
		return OK;
	unlinkat(spool, part, 0);
	unlinkat(spool, name, 0);
	return s;
}

/*
 * Hands on what the portal says. The exit code it ends with, or -1 when it left without one.
 * *ret_parcel: the curator has left something for the member.
 */
static int
relay(struct visit *v, struct ask *ask, bool *ret_parcel)
{
	struct pg_desk_answer a;
	int64_t wait = FIRST_MS;
	for (;;) {
		if (ask_next(v->gate, ask, wait, &a, NULL) != OK)
			return -1;
		desk_text_tame(a.text, a.n);
		/* A member who left early does not stop the submission. */
		pump_send(v->client, a.text, a.n, LINE_MS, NULL);
		if (!a.more) {
			*ret_parcel = a.parcel == 1;
			return (int)a.exit_code;
		}
		wait = NEXT_MS;
	}
}

/* What the curator left for this question, as it is. False when it is not there or is cut off. */
static bool
send_parcel(struct visit *v, uint64_t spool)
{
	cleanup_arena struct arena *a = arena_new();
	static const char begin = DESK_PARCEL;
	struct str bytes;
	struct err e;
	cleanup_fd int dir = open(v->gate->views, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0 || io_read_at(a, dir, arena_printf(a, "table-%llu", (unsigned long long)spool),
			       PARCEL_MAX, &bytes, &e) != OK) {
		log_error("a table cannot be handed in", "ws=%llu why=\"%s\"",
			(unsigned long long)v->ws, dir < 0 ? strerror(errno) : e.text);
		return false;
	}
	return pump_send(v->client, &begin, 1, LINE_MS, NULL) == OK &&
	       pump_send(v->client, bytes.p, bytes.n, PART_MS, NULL) == OK;
}

static void
ask_portal(struct visit *v, struct pg_desk *m)
{
	bool parcel = false;
	struct err err = { 0 };
	struct ask ask;
	char last[24], name[24];
	snprintf(name, sizeof name, "%llu", (unsigned long long)m->spool);
	if (ask_desk(v->gate, &ask, m, &err) != OK) {
		if (m->spool)
			unlinkat(v->gate->spool, name, 0);
		send_last(v, busy, EXIT_AWAY);
		return;
	}
	int code = relay(v, &ask, &parcel);
	ask_end(v->gate, &ask);
	if (parcel && !send_parcel(v, m->spool)) {
		pump_send(v->client, busy, strlen(busy), LINE_MS, NULL);
		code = EXIT_AWAY;
	}
	if (code < 0) {
		/* It may have taken the file before it fell silent, so the file stays. */
		send_last(v, "The server does not answer. See `wardroom status` in a minute.",
			EXIT_AWAY);
		return;
	}
	/* A request for a table has been read by then, whatever came of it. */
	if (m->spool && (code || m->verb == DESK_TABLE))
		unlinkat(v->gate->spool, name, 0);
	snprintf(last, sizeof last, "\n%d\n", code);
	pump_send(v->client, last, strlen(last), LINE_MS, NULL);
}

static void
answer(struct visit *v)
{
	struct err err = { 0 };
	struct desk_line line;
	struct pg_desk m = { .ws = v->ws, .slot = v->slot };
	enum status s = read_line(v, &line, &err);
	if (s == OK && desk_takes_file(line.verb))
		s = take_file(v, line.bytes, &m, &err);
	if (s == E_INPUT) {
		send_last(v, err.text, EXIT_MISTAKE);
	} else if (s != OK) {
		log_warn("desk", "ws=%llu slot=%u why=\"%s\"", (unsigned long long)v->ws, v->slot,
			err.text);
		send_last(v, busy, EXIT_AWAY);
	} else {
		m.verb = line.verb;
		m.bytes = (uint64_t)line.bytes;
		memcpy(m.name, line.name, sizeof m.name);
		ask_portal(v, &m);
	}
}

void
desk_hang_up(int fd)
{
	char waste[16384];
	/* Closing with unread input would take the answer away from the member. So first nothing
	 * more may come, then what came is read. */
	shutdown(fd, SHUT_RDWR);
	while (recv(fd, waste, sizeof waste, MSG_DONTWAIT) > 0)
		;
}

void
desk_run(struct visit *v)
{
	answer(v);
	desk_hang_up(v->client);
	gate_visit_end(v);
}

void
desk_clean_spool(int spool)
{
	int fd = openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return;
	for (struct dirent *de; (de = readdir(d));) {
		struct str name = str_of(de->d_name);
		if (name.n > 6 && name.p[0] == '.' &&
			str_is((struct str){ name.p + name.n - 5, 5 }, ".part"))
			unlinkat(spool, de->d_name, 0);
	}
}
