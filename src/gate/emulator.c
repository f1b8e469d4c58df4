#include "gate/emulator.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"

#define XTERM "/usr/share/nodejs/xterm/lib"
enum { MODULE_MAX = 1 << 20, DEPTH_MAX = 8 };

/* Modules find each other by relative names, as under Node. */
static const char loader[] = "(function () {\n"
			     "'use strict';\n"
			     "var modules = {}, loaded = {};\n"
			     "function load(name) {\n"
			     "	var m = loaded[name];\n"
			     "	if (m) return m.exports;\n"
			     "	m = loaded[name] = { exports: {} };\n"
			     "	modules[name](function (other) {\n"
			     "		var at = name.split('/').slice(0, -1);\n"
			     "		other.split('/').forEach(function (step) {\n"
			     "			if (step === '..') at.pop(); else if (step !== "
			     "'.') at.push(step);\n"
			     "		});\n"
			     "		return load(at.join('/'));\n"
			     "	}, m.exports, m);\n"
			     "	return m.exports;\n"
			     "}\n";
static const char ending[] = "window.Terminal = load('public/Terminal').Terminal;\n"
			     "window.fitTerminal = load('addons/fit/fit').fit;\n"
			     "})();\n";

static bool
ends_with(struct str s, const char *end)
{
	size_t n = strlen(end);
	return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

static enum status
put_module(struct buf *out, const char *path, struct str name, struct err *e)
{
	struct str text;
	TRY(io_read_file(out->arena, path, MODULE_MAX, &text, e));
	buf_printf(out, "modules['%.*s'] = function (require, exports, module) {\n", (int)name.n,
		name.p);
	buf_put(out, text.p, text.n);
	buf_puts(out, "\n};\n");
	return OK;
}

/* below: the folder's name within all, with a slash at its end, or "". */
static enum status
put_folder(struct buf *out, const char *folder, const char *below, int depth, struct err *e)
{
	struct arena *a = out->arena;
	cleanup_dir DIR *d = opendir(folder);
	if (!d)
		return err_set(e, E_ABSENT, "",
			"This server has no terminal: the package node-xterm is missing.");
	for (struct dirent *de; (de = readdir(d));) {
		const char *path = arena_printf(a, "%s/%s", folder, de->d_name);
		struct str name = str_of(de->d_name);
		struct stat st;
		/* Names become part of a script. */
		if (name.p[0] == '.' || strpbrk(de->d_name, "'\\\n") || stat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			TRY(put_folder(out, path, arena_printf(a, "%s%s/", below, de->d_name),
				depth + 1, e));
		if (!S_ISREG(st.st_mode) || !ends_with(name, ".js") || ends_with(name, ".test.js"))
			continue;
		name.n -= 3;
		const char *whole = arena_printf(a, "%s%.*s", below, (int)name.n, name.p);
		TRY(put_module(out, path, str_of(whole), e));
	}
	return OK;
}

enum status
emulator_bundle(struct arena *a, const char *folder, struct str *ret, struct err *e)
{
	struct buf out = buf_new(a);
	buf_puts(&out, loader);
	TRY(put_folder(&out, folder, "", 0, e));
	buf_puts(&out, ending);
	*ret = buf_str(&out);
	return OK;
}

enum status
emulator_script(struct str *ret, struct err *e)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct str script;
	enum status s = OK;
	pthread_mutex_lock(&lock);
	if (!script.p) {
		struct arena *a = arena_new();
		s = emulator_bundle(a, XTERM, &script, e);
		if (s != OK)
			arena_free(a);
	}
	*ret = script;
	pthread_mutex_unlock(&lock);
	return s;
}
