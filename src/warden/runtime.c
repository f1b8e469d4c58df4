#include "warden/runtime.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/program.h"

enum { TIMEOUT_MS = 60000, HEAR_MS = 15000 };

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

enum status
runtime_fit(const struct place *p, enum cgroup_kind kind, struct err *e)
{
	if (!p->runtime)
		return err_set(
			e, E_CONFLICT, "runtime", "The runtime %s is not installed.", p->c.runtime);
	const char *name = base_name(p->runtime);
	if (streq(name, "runc"))
		return OK;
	if (streq(name, "crun") && (kind == CGROUP_V1 || kind == CGROUP_V2))
		return OK;
	if (streq(name, "crun"))
		return err_set(e, E_CONFLICT, "runtime",
			"crun does not work with control groups of kind %s; use runc.",
			cgroup_kind_name(kind));
	return err_set(e, E_CONFLICT, "runtime",
		"The runtime %s has not been tried with Wardroom; use runc.", name);
}

enum status
runtime_version(struct arena *a, const struct place *p, const char **ret, struct err *e)
{
	struct str out;
	const char *argv[] = { p->runtime, "--version", NULL };
	TRY(program_must(a, argv, 10000, &out, e));
	*ret = str_dup(a, str_trim(str_cut(&out, '\n')));
	return OK;
}

/* runtime --root run/runtime <words...>, NULL-terminated. */
static const char *const *
command(struct arena *a, const struct place *p, const char *const *words)
{
	size_t n = 0;
	while (words[n])
		n++;
	const char **argv = ARENA_ARRAY(a, n + 4, const char *);
	argv[0] = p->runtime;
	argv[1] = "--root";
	argv[2] = arena_printf(a, "%s/runtime", p->c.run);
	memcpy(argv + 3, words, n * sizeof *words);
	return argv;
}

static enum status
read_pid(struct arena *a, const char *file, pid_t *ret, struct err *e)
{
	struct str text;
	int64_t pid;
	TRY(io_read_file(a, file, 64, &text, e));
	if (!str_int(str_trim(text), &pid) || pid <= 1)
		return err_set(e, E_IO, "", "The runtime wrote no process number.");
	*ret = (pid_t)pid;
	return OK;
}

enum status
runtime_start(struct arena *a, const struct place *p, uint64_t ws, pid_t *ret_pid,
	struct str *ret_said, struct err *e)
{
	const char *dir = place_ws_run(a, p, ws);
	const char *pid_file = arena_printf(a, "%s/pid", dir);
	const char *words[] = { "run", "-d", "--bundle", arena_printf(a, "%s/bundle", dir),
		"--pid-file", pid_file, place_container(a, p, ws), NULL };
	if (ret_said)
		TRY(program_hear(a, command(a, p, words), TIMEOUT_MS, HEAR_MS, ret_said, e));
	else
		TRY(program_must(a, command(a, p, words), TIMEOUT_MS, NULL, e));
	return read_pid(a, pid_file, ret_pid, e);
}

enum status
runtime_pid(struct arena *a, const struct place *p, uint64_t ws, pid_t *ret_pid, struct err *e)
{
	int code;
	struct str out;
	const char *words[] = { "state", place_container(a, p, ws), NULL };
	TRY(program_run(a, command(a, p, words), TIMEOUT_MS, &code, &out, e));
	if (code != 0)
		return err_set(e, E_ABSENT, "ws", "The runtime does not know workspace %llu.",
			(unsigned long long)ws);
	json_t *j = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	const char *status = json_string_value(json_object_get(j, "status"));
	json_int_t pid = json_integer_value(json_object_get(j, "pid"));
	bool runs = status && streq(status, "running") && pid > 1;
	json_decref(j);
	if (!runs)
		return err_set(
			e, E_ABSENT, "ws", "Workspace %llu does not run.", (unsigned long long)ws);
	*ret_pid = (pid_t)pid;
	return OK;
}

enum status
runtime_exec_detached(struct arena *a, const struct place *p, uint64_t ws, const char *process,
	pid_t *ret_pid, struct err *e)
{
	const char *pid_file = arena_printf(a, "%s.pid", process);
	const char *words[] = { "exec", "-d", "--process", process, "--pid-file", pid_file,
		place_container(a, p, ws), NULL };
	enum status st = program_must(a, command(a, p, words), TIMEOUT_MS, NULL, e);
	if (st == OK)
		st = read_pid(a, pid_file, ret_pid, e);
	unlink(pid_file);
	return st;
}

const char *const *
runtime_exec_argv(struct arena *a, const struct place *p, uint64_t ws, const char *process)
{
	const char *words[] = { "exec", "--process", process, place_container(a, p, ws), NULL };
	return command(a, p, words);
}

/*
 * Ends process 1, and with it the kernel ends everything in its pid namespace before it reports the
 * end: much sooner than the runtime's own kill, which looks again every 100 ms.
 */
static void
end_fast(struct arena *a, const struct place *p, uint64_t ws)
{
	pid_t pid;
	if (runtime_pid(a, p, ws, &pid, NULL) != OK)
		return;
	cleanup_fd int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return;
	syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	struct pollfd f = { fd, POLLIN, 0 };
	while (poll(&f, 1, 10000) < 0 && errno == EINTR)
		;
}

enum status
runtime_remove(struct arena *a, const struct place *p, uint64_t ws, struct err *e)
{
	const char *id = place_container(a, p, ws);
	if (access(arena_printf(a, "%s/runtime/%s", p->c.run, id), F_OK) < 0)
		return OK;
	end_fast(a, p, ws);
	const char *words[] = { "delete", "--force", id, NULL };
	return program_must(a, command(a, p, words), TIMEOUT_MS, NULL, e);
}

enum status
runtime_limits(struct arena *a, const struct place *p, uint64_t ws, uint32_t memory_mb,
	uint32_t cpus, uint32_t processes, bool swap, struct err *e)
{
	const char *bytes = arena_printf(a, "%llu", (unsigned long long)memory_mb << 20);
	const char *words[] = { "update", "--memory", bytes, "--memory-swap", swap ? bytes : "0",
		"--cpu-period", "100000", "--cpu-quota", arena_printf(a, "%u00000", cpus),
		"--pids-limit", arena_printf(a, "%u", processes), place_container(a, p, ws), NULL };
	return program_must(a, command(a, p, words), TIMEOUT_MS, NULL, e);
}
