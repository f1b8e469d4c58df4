#include "warden/prove.h"

#include "base/io.h"

/* A mount that is one harmless device node, as runtimes give and use to mask files of /proc. */
static bool
is_node(const struct mount_line *m)
{
	static const char *const nodes[] = { "/null", "/zero", "/full", "/random", "/urandom",
		"/tty" };
	if (!streq(m->type, "devtmpfs") && !streq(m->type, "tmpfs"))
		return false;
	if (!str_starts(str_of(m->point), "/dev/") && !str_starts(str_of(m->point), "/proc/"))
		return false;
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		if (streq(m->root, nodes[i]))
			return true;
	return false;
}

/* What a runtime lays over a folder of /proc: nothing, for nobody to write. */
static bool
is_mask(const struct mount_line *m)
{
	return streq(m->type, "tmpfs") && streq(m->root, "/") && mounts_flag(m->flags, "ro") &&
	       str_starts(str_of(m->point), "/proc/");
}

static enum status
data_check(const struct mount_line *m, struct err *e)
{
	if (!streq(m->type, "erofs") || !mounts_flag(m->super, "ro") ||
		!mounts_flag(m->flags, "ro") || !mounts_flag(m->flags, "nosuid") ||
		!mounts_flag(m->flags, "nodev") || !mounts_flag(m->flags, "noexec"))
		return err_set(
			e, E_IO, "", "/data is %s %s, not a read-only image.", m->type, m->flags);
	return OK;
}

enum status
prove_mounts(const struct mount_table *t, bool data, struct err *e)
{
	bool seen = false;
	if (t->n == 0)
		return err_set(e, E_IO, "", "The workspace's mounts cannot be read.");
	for (size_t i = 0; i < t->n; i++) {
		const struct mount_line *m = &t->at[i];
		if (streq(m->point, "/data")) {
			seen = true;
			TRY(data_check(m, e));
		}
		if (streq(m->point, "/") && !mounts_flag(m->flags, "ro"))
			return err_set(e, E_IO, "", "The workspace's root can be written.");
		if (streq(m->point, "/") || is_node(m) || is_mask(m))
			continue;
		/* /dev itself needs no nodev: the kernel gives no device to a user namespace. */
		if (!mounts_flag(m->flags, "nosuid") ||
			(!mounts_flag(m->flags, "nodev") && !streq(m->point, "/dev") &&
				!streq(m->point, "/dev/pts")))
			return err_set(e, E_IO, "", "%s is mounted %s, without nosuid and nodev.",
				m->point, m->flags);
	}
	if (seen != data)
		return err_set(e, E_IO, "",
			seen ? "/data is mounted though this stage has no data."
			     : "/data is not mounted.");
	return OK;
}

enum status
prove_frozen_mounts(const struct mount_table *t, struct err *e)
{
	int seen = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct mount_line *m = &t->at[i];
		if (!streq(m->point, "/home") && !streq(m->point, "/team"))
			continue;
		seen++;
		if (!mounts_flag(m->flags, "ro"))
			return err_set(
				e, E_IO, "", "%s can be written though it is frozen.", m->point);
	}
	return seen == 2 ? OK
			 : err_set(e, E_IO, "", "/home and /team are not mounted as they should.");
}

enum status
prove_frozen(struct arena *a, pid_t pid, struct err *e)
{
	struct mount_table t;
	TRY(mounts_read(a, pid, &t, e));
	return prove_frozen_mounts(&t, e);
}

enum status
prove_network(struct str all, struct err *e)
{
	bool lo = false;
	for (int line = 0; all.n; line++) {
		struct str rest = str_cut(&all, '\n');
		struct str name = str_trim(str_cut(&rest, ':'));
		if (line < 2 || name.n == 0)
			continue;
		if (!str_is(name, "lo"))
			return err_set(e, E_IO, "", "The workspace has the network interface %.*s.",
				(int)(name.n < 16 ? name.n : 16), name.p);
		lo = true;
	}
	return lo ? OK : err_set(e, E_IO, "", "The workspace's network interfaces cannot be read.");
}

/* The fields after "Key:\t"; empty when the key is not there. */
static struct str
field(struct str all, const char *key)
{
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		if (str_is(str_cut(&line, ':'), key))
			return str_trim(line);
	}
	return (struct str){ "", 0 };
}

enum status
prove_status(struct str all, uid_t uid_base, struct err *e)
{
	static const struct {
		const char *key, *want;
	} rules[] = {
		{ "NoNewPrivs", "1" },
		{ "Seccomp", "2" },
		{ "CapInh", "0000000000000000" },
		{ "CapPrm", "0000000000000000" },
		{ "CapEff", "0000000000000000" },
		{ "CapBnd", "0000000000000000" },
		{ "CapAmb", "0000000000000000" },
	};
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (!str_is(field(all, rules[i].key), rules[i].want))
			return err_set(e, E_IO, "", "Process 1 of the workspace has a wrong %s.",
				rules[i].key);
	struct str uids = field(all, "Uid");
	for (int i = 0; i < 4; i++) {
		int64_t v;
		if (!str_int(str_cut(&uids, '\t'), &v) || v != uid_base)
			return err_set(
				e, E_IO, "", "Process 1 of the workspace runs as another user.");
	}
	return OK;
}

enum status
prove_container(struct arena *a, pid_t pid, uid_t uid_base, bool data, struct err *e)
{
	struct mount_table t;
	struct str text;
	TRY(mounts_read(a, pid, &t, e));
	TRY(prove_mounts(&t, data, e));
	TRY(io_read_file(a, arena_printf(a, "/proc/%d/net/dev", (int)pid), 65536, &text, e));
	TRY(prove_network(text, e));
	TRY(io_read_file(a, arena_printf(a, "/proc/%d/status", (int)pid), 65536, &text, e));
	return prove_status(text, uid_base, e);
}
