#include "warden/autostart.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"

/* What Notebook reads in a folder of settings, and in one of programs and their files. */
#define SETTINGS(dir)                                                                              \
	{ "Jupyter", dir "/*.py" }, { "Jupyter", dir "/*.json" },                                  \
		{ "Jupyter", dir "/*.d/*.json" }, { "Jupyter", dir "/nbconfig/*.json" },           \
		{ "Jupyter", dir "/nbconfig/*.d/*.json" },                                         \
	{                                                                                          \
		"Jupyter", dir "/custom/*"                                                         \
	}
#define PROGRAMS(dir)                                                                              \
	{ "Jupyter", dir "/kernels/*/kernel.json" }, { "Jupyter", dir "/nbextensions/*" },         \
	{                                                                                          \
		"Jupyter", dir "/nbextensions/*/*.js"                                              \
	}

/*
 * Relative to the disk; "*" and the like match within one step. "layer/" holds what a team's own
 * root installed: layer/usr stands over /usr, layer/etc and layer/var are /etc and /var.
 */
static const struct pattern {
	const char *what, *path;
} patterns[] = {
	{ "shell", "home/*/.bashrc" },
	{ "shell", "home/*/.bash_profile" },
	{ "shell", "home/*/.bash_login" },
	{ "shell", "home/*/.bash_logout" },
	{ "shell", "home/*/.bash_aliases" },
	{ "shell", "home/*/.profile" },
	{ "shell", "home/*/.zshrc" },
	{ "shell", "home/*/.zshenv" },
	{ "shell", "home/*/.inputrc" },
	{ "shell", "home/*/.config/fish/config.fish" },
	{ "shell", "layer/etc/profile" },
	{ "shell", "layer/etc/profile.d/*" },
	{ "shell", "layer/etc/bash.bashrc" },
	{ "shell", "layer/etc/environment" },
	{ "shell", "layer/etc/ld.so.preload" },
	{ "R", "home/*/.Rprofile" },
	{ "R", "home/*/.Renviron" },
	{ "R", "team/.Rprofile" },
	{ "R", "team/packages/R/.Rprofile" },
	{ "R", "layer/etc/R/Rprofile.site" },
	{ "R", "layer/etc/R/Renviron.site" },
	{ "npm", "home/*/.npmrc" },
	{ "npm", "team/.npmrc" },
	{ "npm", "team/packages/npm/etc/npmrc" },
	{ "Python", "home/*/.config/pip/pip.conf" },
	{ "Python", "home/*/.pythonrc*" },
	{ "Python", "home/*/.local/lib/python*/site-packages/sitecustomize.py" },
	{ "Python", "home/*/.local/lib/python*/site-packages/usercustomize.py" },
	{ "Python", "home/*/.local/lib/python*/site-packages/*.pth" },
	{ "Python", "team/packages/python/lib/python*/site-packages/sitecustomize.py" },
	{ "Python", "team/packages/python/lib/python*/site-packages/usercustomize.py" },
	{ "Python", "team/packages/python/lib/python*/site-packages/*.pth" },
	{ "Python", "layer/usr/lib/python*/sitecustomize.py" },
	{ "Python", "layer/usr/lib/python*/dist-packages/*.pth" },
	{ "Python", "layer/usr/local/lib/python*/dist-packages/*.pth" },
	{ "Python", "layer/usr/local/lib/python*/dist-packages/sitecustomize.py" },
	SETTINGS("home/*/.jupyter"),
	SETTINGS("home/*/.config/jupyter"),
	SETTINGS("home/*/.local/etc/jupyter"),
	SETTINGS("team/packages/python/etc/jupyter"),
	SETTINGS("layer/etc/jupyter"),
	SETTINGS("layer/usr/etc/jupyter"),
	SETTINGS("layer/usr/local/etc/jupyter"),
	PROGRAMS("home/*/.local/share/jupyter"),
	PROGRAMS("team/packages/python/share/jupyter"),
	PROGRAMS("layer/usr/share/jupyter"),
	PROGRAMS("layer/usr/local/share/jupyter"),
	{ "IPython", "home/*/.ipython/profile_*/startup/*" },
	{ "IPython", "home/*/.ipython/profile_*/*.py" },
	{ "IPython", "layer/etc/ipython/*.py" },
	{ "Octave", "home/*/.octaverc" },
	{ "Octave", "home/*/.config/octave/octaverc" },
	{ "editor", "home/*/.vimrc" },
	{ "editor", "home/*/.exrc" },
	{ "editor", "home/*/.emacs" },
	{ "git", "home/*/.gitconfig" },
	{ "git", "home/*/.config/git/config" },
	{ "desktop", "home/*/.config/autostart/*" },
	{ "desktop", "home/*/.config/openbox/*" },
	{ "desktop", "home/*/.xsessionrc" },
	{ "desktop", "home/*/.xsession" },
	{ "desktop", "home/*/.xinitrc" },
	{ "desktop", "home/*/.vnc/*" },
	{ "desktop", "layer/etc/xdg/autostart/*" },
	{ "service", "home/*/.config/systemd/user/*" },
	{ "service", "layer/etc/systemd/system/*" },
	{ "service", "layer/usr/lib/systemd/system/*.service" },
	{ "service", "layer/etc/init.d/*" },
	{ "cron", "layer/etc/crontab" },
	{ "cron", "layer/etc/cron.*/*" },
	{ "cron", "layer/var/spool/cron/*" },
	{ "cron", "layer/var/spool/cron/crontabs/*" },
};

struct search {
	struct arena *arena;
	struct autostart *at;
	size_t n;
	bool more;
	int looks; /* directory entries still to be read, so that a huge folder ends */
};

enum { LOOKS_MAX = 200000 };

static int
open_beneath(int dir, const char *name, uint64_t flags)
{
	const struct open_how how = { .flags = flags | O_CLOEXEC | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV |
			   RESOLVE_NO_MAGICLINKS };
	return (int)syscall(SYS_openat2, dir, name, &how, sizeof how);
}

/* Members choose names; a page and a terminal show them. */
static const char *
printable(struct arena *a, const char *s)
{
	struct buf b = buf_new(a);
	for (; *s && b.n < 600; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e || *s == '\\')
			buf_printf(&b, "\\x%02x", (unsigned char)*s);
		else
			buf_putc(&b, *s);
	return b.p;
}

/* "home/ada/.bashrc" is /home/ada/.bashrc inside, "layer/etc/x" is /etc/x. */
static const char *
as_seen(struct arena *a, const char *path)
{
	const char *below = strncmp(path, "layer/", 6) == 0 ? path + 6 : path;
	return printable(a, arena_printf(a, "/%s", below));
}

static void
hash_file(int fd, struct autostart *f)
{
	static unsigned char part[65536];
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state h;
	int64_t left = AUTOSTART_HASHED;
	ssize_t n = 0;
	crypto_hash_sha256_init(&h);
	while (left > 0 && (n = read(fd, part, sizeof part)) > 0) {
		crypto_hash_sha256_update(&h, part, (size_t)n);
		left -= n;
	}
	crypto_hash_sha256_final(&h, hash);
	if (n >= 0)
		hex_encode(f->hash, hash, sizeof hash);
}

static void
add(struct search *s, int dir, const char *name, const char *what, const char *path)
{
	struct stat st;
	struct autostart f = { as_seen(s->arena, path), what, -1, "" };
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
		return;
	if (s->n == AUTOSTART_MAX) {
		s->more = true;
		return;
	}
	/* A FIFO must not hold us, and a link is listed without being followed. */
	if (S_ISREG(st.st_mode)) {
		cleanup_fd int fd = open_beneath(dir, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
			f.bytes = st.st_size;
			hash_file(fd, &f);
		}
	}
	s->at[s->n++] = f;
}

static void walk(struct search *, int dir, const char *so_far, const char *rest, const char *what);

static void
step(struct search *s, int dir, const char *so_far, const char *name, const char *rest,
	const char *what)
{
	const char *path = so_far[0] ? arena_printf(s->arena, "%s/%s", so_far, name)
				     : arena_strdup(s->arena, name);
	if (!rest) {
		add(s, dir, name, what, path);
		return;
	}
	cleanup_fd int below = open_beneath(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (below >= 0)
		walk(s, below, path, rest, what);
}

/* rest is the pattern from here on. */
static void
walk(struct search *s, int dir, const char *so_far, const char *rest, const char *what)
{
	const char *slash = strchr(rest, '/');
	const char *one = slash ? arena_strndup(s->arena, rest, (size_t)(slash - rest)) : rest;
	const char *next = slash ? slash + 1 : NULL;
	if (!strpbrk(one, "*?[")) {
		step(s, dir, so_far, one, next, what);
		return;
	}
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	for (struct dirent *de; d && (de = io_next(d));) {
		if (s->looks-- <= 0) {
			s->more = true;
			return;
		}
		if (fnmatch(one, de->d_name, FNM_PERIOD) == 0)
			step(s, dir, so_far, de->d_name, next, what);
	}
}

const char *
autostart_pattern(size_t i)
{
	return i < sizeof patterns / sizeof patterns[0] ? patterns[i].path : NULL;
}

struct autostart *
autostart_find(struct arena *a, const char *disk, size_t *ret_n, bool *ret_more)
{
	struct search s = { .arena = a,
		.at = ARENA_ARRAY(a, AUTOSTART_MAX, struct autostart),
		.looks = LOOKS_MAX };
	cleanup_fd int dir = open(disk, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	for (size_t i = 0; dir >= 0 && i < sizeof patterns / sizeof patterns[0]; i++)
		walk(&s, dir, "", patterns[i].path, patterns[i].what);
	*ret_n = s.n;
	*ret_more = s.more || dir < 0;
	return s.at;
}
