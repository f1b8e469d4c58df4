#include "desk/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "desk/installer.h"

/* Nobody's own: it owns what is installed, which the team's group may change. */
enum { PACKAGES_UID = 999, EXIT_REFUSED = 65, EXIT_FAILED = 70 };

#define ROOM "/team/packages"

struct list {
	struct package_line *at;
	const char **version; /* of Debian's packages, with the epoch */
	int n;
};

static bool
read_lock(struct arena *a, struct list *ret)
{
	struct str all;
	struct err e;
	if (io_read_file(a, REPLAY_LOCK, PACKAGES_LOCK_MAX, &all, &e) != OK) {
		printf("%s\n", e.text);
		return false;
	}
	size_t lines = 0;
	for (size_t i = 0; i < all.n; i++)
		lines += all.p[i] == '\n';
	ret->at = ARENA_ARRAY(a, lines + 1, struct package_line);
	while (all.n)
		if (!package_line_read(str_cut(&all, '\n'), &ret->at[ret->n++])) {
			puts("The lock file cannot be read.");
			return false;
		}
	return true;
}

/* As a user with nothing but the team's group: what a package runs while it installs is a
 * stranger's. */
static int
run_as_team(char *const *argv, const char *dir, int log)
{
	struct stat st;
	int code = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (stat(ROOM, &st) < 0 || setgroups(1, &st.st_gid) < 0 ||
			setresgid(st.st_gid, st.st_gid, st.st_gid) < 0 ||
			setresuid(PACKAGES_UID, PACKAGES_UID, PACKAGES_UID) < 0 || null < 0 ||
			dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
			setenv("HOME", dir, 1) < 0 || setenv("USER", "packages", 1) < 0 ||
			chdir(dir) < 0)
			_exit(126);
		umask(0007);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &code, 0) < 0 && errno == EINTR)
		;
	return pid < 0 ? EXIT_FAILED : WIFEXITED(code) ? WEXITSTATUS(code) : EXIT_FAILED;
}

/*
 * The whole version of a package of Debian, which its file's name leaves the epoch out of. "" when
 * the file is none. Read by a user without rights, because the file is a stranger's.
 */
static const char *
deb_version(struct arena *a, const char *dir)
{
	char *const argv[] = { "dpkg-deb", "-f", arena_printf(a, "%s/package", dir), "Version",
		NULL };
	char text[256];
	cleanup_fd int out = memfd_create("version", MFD_CLOEXEC);
	if (out < 0 || run_as_team(argv, dir, out) != 0)
		return "";
	ssize_t n = pread(out, text, sizeof text, 0);
	return str_dup(a, str_trim((struct str){ text, n > 0 ? (size_t)n : 0 }));
}

/* R installs from the files themselves, so they are kept; a package of Debian only until its
 * version is read. */
static bool
verify_one(struct arena *a, struct list *l, int i, int d, const char *dir)
{
	const struct package *p = &l->at[i].is;
	const char *name = p->kind == PACKAGE_R
				   ? arena_printf(a, "%.*s_%.*s.tar.gz", (int)p->name.n, p->name.p,
					     (int)p->version.n, p->version.p)
				   : "package";
	cleanup_fd int file = -1;
	if (p->kind == PACKAGE_R || p->kind == PACKAGE_APT)
		file = openat(d, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (!replay_fetch(&l->at[i], file))
		return false;
	if (p->kind != PACKAGE_APT)
		return true;
	l->version[i] = deb_version(a, dir);
	if (l->version[i][0])
		return true;
	printf("%.*s is no package of Debian. Nothing was installed.\n", (int)p->name.n, p->name.p);
	return false;
}

static bool
verify(struct arena *a, struct list *l, int d, const char *dir)
{
	l->version = ARENA_ARRAY(a, (size_t)l->n + 1, const char *);
	for (int i = 0; i < l->n; i++)
		if (!verify_one(a, l, i, d, dir))
			return false;
	return unlinkat(d, "package", 0) == 0 || errno == ENOENT;
}

/* ---- installing ---- */

static int
install_apt(struct arena *a, const struct list *l, const char *dir, int log)
{
	struct str *names = ARENA_ARRAY(a, (size_t)l->n, struct str);
	int n = 0;
	for (int i = 0; i < l->n; i++) {
		const struct package *p = &l->at[i].is;
		if (p->kind != PACKAGE_APT)
			continue;
		names[n] = str_of(
			arena_printf(a, "%.*s=%s", (int)p->name.n, p->name.p, l->version[i]));
		if (!installer_name_ok(names[n++]) || n > INSTALL_MOST)
			return EXIT_REFUSED;
	}
	return n ? installer_apt(names, n, log) : 0;
}

static int
install_pip(struct arena *a, const struct list *l, const char *dir, int log)
{
	struct buf b = buf_new(a);
	char hash[2 * sizeof l->at->sha256 + 1];
	const char *path = arena_printf(a, "%s/requirements.txt", dir);
	for (int i = 0; i < l->n; i++) {
		const struct package *p = &l->at[i].is;
		if (p->kind != PACKAGE_PIP)
			continue;
		hex_encode(hash, l->at[i].sha256, sizeof l->at[i].sha256);
		buf_printf(&b, "%.*s==%.*s --hash=sha256:%s\n", (int)p->name.n, p->name.p,
			(int)p->version.n, p->version.p, hash);
	}
	if (b.n == 0)
		return 0;
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || io_write_fd(fd, b.p, b.n, NULL) != OK)
		return EXIT_FAILED;
	char *const argv[] = { "/usr/bin/python3", "-m", "pip", "install", "-q", "--no-deps",
		"--require-hashes", "-r", (char *)path, NULL };
	return run_as_team(argv, dir, log);
}

static int
install_npm(struct arena *a, const struct list *l, const char *dir, int log)
{
	char **argv = ARENA_ARRAY(a, (size_t)l->n + 5, char *);
	int n = 0;
	argv[n++] = "npm";
	argv[n++] = "install";
	argv[n++] = "-g";
	int first = n;
	for (int i = 0; i < l->n; i++) {
		const struct package *p = &l->at[i].is;
		if (p->kind == PACKAGE_NPM)
			argv[n++] = arena_printf(a, "%.*s@%.*s", (int)p->name.n, p->name.p,
				(int)p->version.n, p->version.p);
	}
	return n > first ? run_as_team(argv, dir, log) : 0;
}

/* Each may need another: as long as one more goes in, the rest is tried again. */
static int
install_r(struct arena *a, const struct list *l, const char *dir, int log)
{
	bool *done = ARENA_ARRAY(a, (size_t)l->n + 1, bool);
	int left = 0, before = -1;
	for (int i = 0; i < l->n; i++) {
		done[i] = l->at[i].is.kind != PACKAGE_R;
		left += !done[i];
	}
	while (left && left != before) {
		before = left;
		for (int i = 0; i < l->n; i++) {
			const struct package *p = &l->at[i].is;
			if (done[i])
				continue;
			char *const argv[] = { "R", "CMD", "INSTALL", "--library=" ROOM "/R",
				arena_printf(a, "%s/%.*s_%.*s.tar.gz", dir, (int)p->name.n,
					p->name.p, (int)p->version.n, p->version.p),
				NULL };
			done[i] = run_as_team(argv, dir, log) == 0;
			left -= done[i];
		}
	}
	return left ? EXIT_FAILED : 0;
}

/* What an installer said last, for the page. */
static const char *
last_line(struct arena *a, int log)
{
	char part[512];
	off_t end = lseek(log, 0, SEEK_END);
	ssize_t n = pread(
		log, part, sizeof part, end > (off_t)sizeof part ? end - (off_t)sizeof part : 0);
	struct str s = str_trim((struct str){ part, n > 0 ? (size_t)n : 0 });
	const char *line = memrchr(s.p, '\n', s.n);
	if (line)
		s = (struct str){ line + 1, s.n - (size_t)(line + 1 - s.p) };
	return str_dup(a, s);
}

static int
install(struct arena *a, const struct list *l, const char *dir, int log)
{
	static const struct {
		const char *name;
		int (*fn)(struct arena *, const struct list *, const char *dir, int log);
	} steps[] = { { "apt", install_apt }, { "pip", install_pip }, { "npm", install_npm },
		{ "R", install_r } };
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int code = steps[i].fn(a, l, dir, log);
		if (code == 0)
			continue;
		printf("%s could not install them all (exit code %d): %s\n", steps[i].name, code,
			last_line(a, log));
		return EXIT_FAILED;
	}
	printf("Installed: %d packages.\n", l->n);
	return 0;
}

int
replay_run(void)
{
	char dir[] = "/tmp/packages-XXXXXX";
	struct list l = { 0 };
	cleanup_arena struct arena *a = arena_new();
	if (!read_lock(a, &l))
		return EXIT_REFUSED;
	if (!mkdtemp(dir) || chown(dir, PACKAGES_UID, (gid_t)-1) < 0) {
		puts("There is no room in /tmp.");
		return EXIT_FAILED;
	}
	cleanup_fd int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int log = openat(d, "log", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int code = log >= 0 && verify(a, &l, d, dir) ? install(a, &l, dir, log) : EXIT_REFUSED;
	fflush(stdout);
	io_remove_tree(AT_FDCWD, dir, NULL);
	return code;
}
