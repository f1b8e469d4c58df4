#include "warden/autostart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "base/tap.h"

static char disk[] = "/tmp/autostart-test-XXXXXX";

static void
begin(void)
{
	static char fresh[sizeof disk];
	if (!fresh[0])
		memcpy(fresh, disk, sizeof disk);
	memcpy(disk, fresh, sizeof disk);
	CHECK(mkdtemp(disk) != NULL);
}

static void
end(void)
{
	cleanup_fd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(io_remove_tree(tmp, disk + strlen("/tmp/"), NULL), OK);
}

static void
put(struct arena *a, const char *path)
{
	char *whole = arena_printf(a, "%s/%s", disk, path);
	for (char *at = whole + strlen(disk) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		CHECK(mkdir(whole, 0755) == 0 || errno == EEXIST);
		*at = '/';
	}
	cleanup_fd int fd = open(whole, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1);
}

static bool
found(struct arena *a, const char *path)
{
	size_t n;
	bool more;
	struct autostart *at = autostart_find(a, disk, &n, &more);
	const char *seen =
		arena_printf(a, "/%s", strncmp(path, "layer/", 6) == 0 ? path + 6 : path);
	for (size_t i = 0; i < n; i++)
		if (streq(at[i].path, seen))
			return at[i].bytes == 1 && strlen(at[i].hash) == 64;
	return false;
}

/* A name for the i-th pattern, "cron.x" for "cron.*"; no folder of one is a file of the next. */
static char *
instance(struct arena *a, size_t i)
{
	const char *pattern = autostart_pattern(i);
	char *s = arena_strdup(a, pattern);
	for (char *c = s; *c; c++)
		if (*c == '*')
			*c = (char)('a' + i % 26);
	return s;
}

TEST(each_pattern_finds_its_file)
{
	cleanup_arena struct arena *a = arena_new();
	begin();
	for (size_t i = 0; autostart_pattern(i); i++) {
		const char *path = instance(a, i);
		CHECK(!found(a, path));
		put(a, path);
		CHECK(found(a, path));
	}
	end();
}

/* What Notebook 6 reads in the folders of its search path, and so everybody's when it is shared. */
TEST(shared_settings_of_notebooks_are_found)
{
	static const char *const folders[] = { "home/ada/.config/jupyter",
		"team/packages/python/etc/jupyter", "layer/etc/jupyter", "layer/usr/etc/jupyter",
		"layer/usr/local/etc/jupyter" };
	static const char *const files[] = { "jupyter_config.py", "jupyter_notebook_config.py",
		"jupyter_notebook_config.json", "jupyter_notebook_config.d/spy.json",
		"nbconfig/notebook.json", "nbconfig/notebook.d/spy.json", "custom/custom.js" };
	cleanup_arena struct arena *a = arena_new();
	begin();
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
			const char *path = arena_printf(a, "%s/%s", folders[i], files[k]);
			put(a, path);
			CHECK(found(a, path));
		}
	put(a, "team/packages/python/share/jupyter/nbextensions/spy/main.js");
	CHECK(found(a, "team/packages/python/share/jupyter/nbextensions/spy/main.js"));
	put(a, "team/notes.txt");
	CHECK(!found(a, "team/notes.txt"));
	end();
}
