#include "warden/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

static enum status
account_find(
	struct arena *a, const char *field, const char *name, struct account *ret, struct err *e)
{
	errno = 0;
	struct passwd *p = getpwnam(name);
	if (!p)
		return err_set(e, E_INPUT, field, "%s: there is no account \"%s\" on this machine.",
			field, name);
	if (p->pw_uid == 0)
		return err_set(e, E_INPUT, field, "%s must not be root.", field);
	*ret = (struct account){ arena_strdup(a, name), p->pw_uid, p->pw_gid };
	return OK;
}

static const char *
runtime_find(struct arena *a, const char *name)
{
	if (name[0] == '/')
		return access(name, X_OK) == 0 ? name : NULL;
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin" };
	for (size_t i = 0; i < 2; i++) {
		const char *path = arena_printf(a, "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static enum status
all_differ(const struct place *p, struct err *e)
{
	const uid_t u[] = { p->portal.uid, p->gate.uid, p->data.uid, p->mirror.uid };
	enum { N = sizeof u / sizeof u[0] };
	for (int i = 0; i < N; i++)
		for (int k = 0; k < i; k++)
			if (u[i] == u[k])
				return err_set(e, E_INPUT, "user_data",
					"user_portal, user_gate, user_data and user_mirror must be "
					"four different accounts.");
	return OK;
}

enum status
place_load(struct arena *a, const char *config_path, struct place *ret, struct err *e)
{
	struct place p = { 0 };
	TRY(config_load(a, config_path, &p.c, e));
	if (config_path) {
		cleanup_free char *real = realpath(config_path, NULL);
		if (!real)
			return err_errno(e, "%s", config_path);
		p.config_path = arena_strdup(a, real);
	}
	if (p.c.state[0] != '/' || p.c.run[0] != '/' || p.c.bin[0] != '/' || p.c.inbox[0] != '/')
		return err_set(e, E_INPUT, "state", "state, run, bin and inbox must be absolute.");
	TRY(account_find(a, "user_portal", p.c.user_portal, &p.portal, e));
	TRY(account_find(a, "user_gate", p.c.user_gate, &p.gate, e));
	TRY(account_find(a, "user_data", p.c.user_data, &p.data, e));
	TRY(account_find(a, "user_mirror", p.c.user_mirror, &p.mirror, e));
	TRY(all_differ(&p, e));
	p.runtime = runtime_find(a, p.c.runtime);
	*ret = p;
	return OK;
}

enum status
place_dir(const char *path, mode_t mode, uid_t uid, gid_t gid, struct err *e)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "creating %s", path);
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "opening %s", path);
	/* Owner first: chown clears the set-group bit that chmod then gives. */
	if (fchown(fd, uid, gid) < 0 || fchmod(fd, mode) < 0)
		return err_errno(e, "owner and mode of %s", path);
	return OK;
}

enum status
place_make(const struct place *p, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const char *s = p->c.state, *r = p->c.run;
	const char *own_inbox = arena_printf(a, "%s/inbox", s);
	const struct {
		const char *path;
		mode_t mode;
		uid_t uid;
		gid_t gid;
	} dirs[] = {
		{ s, 0711, 0, 0 },
		{ arena_printf(a, "%s/portal", s), 0700, p->portal.uid, p->portal.gid },
		{ arena_printf(a, "%s/data", s), 0700, p->data.uid, p->data.gid },
		{ arena_printf(a, "%s/releases", s), 0700, p->data.uid, p->data.gid },
		{ arena_printf(a, "%s/spool", s), 02750, p->gate.uid, p->data.gid },
		{ arena_printf(a, "%s/views", s), 02750, p->data.uid, p->gate.gid },
		{ arena_printf(a, "%s/airlock", s), 02750, p->data.uid, p->portal.gid },
		{ arena_printf(a, "%s/jobs", s), 0711, 0, 0 },
		{ arena_printf(a, "%s/ws", s), 0700, 0, 0 },
		{ arena_printf(a, "%s/packages", s), 0710, 0, p->portal.gid },
		{ arena_printf(a, "%s/archive", s), 0710, 0, p->portal.gid },
		{ r, 0711, 0, 0 },
		{ arena_printf(a, "%s/runtime", r), 0700, 0, 0 },
		{ arena_printf(a, "%s/ws", r), 0711, 0, 0 },
	};
	TRY(io_mkdirs(s, 0755, e));
	TRY(io_mkdirs(r, 0755, e));
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		TRY(place_dir(dirs[i].path, dirs[i].mode, dirs[i].uid, dirs[i].gid, e));
	/* A configured inbox belongs to the hospital; only our own is put right. */
	if (streq(p->c.inbox, own_inbox))
		TRY(place_dir(own_inbox, 0750, 0, p->data.gid, e));
	return OK;
}

enum status
place_lock(struct arena *a, const struct place *p, int *ret_fd, struct err *e)
{
	const char *path = arena_printf(a, "%s/lock", p->c.run);
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, "opening %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? err_set(e, E_CONFLICT, "run",
						      "Another warden runs on %s.", p->c.run)
					    : err_errno(e, "locking %s", path);
	/* For `wardroom status`. */
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return err_errno(e, "writing %s", path);
	*ret_fd = steal_fd(&fd);
	return OK;
}

uid_t
place_uid_base(const struct place *p, uint64_t ws)
{
	return slot_base((uint64_t)p->c.uid_base, ws);
}

uid_t
place_member_uid(const struct place *p, uint64_t ws, uint32_t slot)
{
	return slot_uid(place_uid_base(p, ws), slot);
}

const char *
place_ws_run(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/ws/%llu", p->c.run, (unsigned long long)ws);
}

const char *
place_ws_state(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/ws/%llu", p->c.state, (unsigned long long)ws);
}

const char *
place_container(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "wardroom-%s-ws%llu", p->c.instance, (unsigned long long)ws);
}

const char *
place_cgroup(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "/wardroom-%s/ws%llu", p->c.instance, (unsigned long long)ws);
}

const char *
place_ledger(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/packages/%llu.ledger", p->c.state, (unsigned long long)ws);
}

const char *
place_seal(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/packages/%llu.seal", p->c.state, (unsigned long long)ws);
}

const char *
place_image(struct arena *a, const struct place *p, uint64_t release)
{
	return arena_printf(a, "%s/releases/%llu.erofs", p->c.state, (unsigned long long)release);
}

const char *
place_simulated(struct arena *a, const struct place *p, uint64_t release)
{
	return arena_printf(
		a, "%s/releases/%llu.simulated.erofs", p->c.state, (unsigned long long)release);
}

enum status
place_program(
	struct arena *a, const struct place *p, const char *name, const char **ret, struct err *e)
{
	const char *path = arena_printf(a, "%s/%s", p->c.bin, name);
	cleanup_free char *real = realpath(path, NULL);
	if (!real)
		return err_set(e, E_ABSENT, "bin", "%s is not there.", path);
	*ret = arena_strdup(a, real);
	return OK;
}
