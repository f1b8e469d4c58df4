/*
 * tmplgen TEMPLATE OUT.c OUT.h		compiles a template, see tmpl.h
 * tmplgen --static OUT.c FILE...	embeds files, see src/portal/web/static.h
 */
#include <libgen.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/io.h"
#include "tmpl.h"
#include "tmpl_parse.h"

enum { MAX_FILE = 16 << 20 };

static enum status
save(const char *path, struct str text, struct err *err)
{
	cleanup_file FILE *f = fopen(path, "w");
	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fflush(f) != 0)
		return err_errno(err, "cannot write %s", path);
	return OK;
}

static enum status
compile(struct arena *a, char **argv, struct err *err)
{
	struct str src, c, h;
	TRY(io_read_file(a, argv[0], MAX_FILE, &src, err));
	const char *base = basename(arena_strdup(a, argv[0]));
	TRY(tmpl_compile(a, argv[0], base, src, &c, &h, err));
	TRY(save(argv[1], c, err));
	return save(argv[2], h, err);
}

static const char *
type_of(const char *name)
{
	static const char *const types[][2] = { { ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" }, { ".svg", "image/svg+xml" },
		{ ".png", "image/png" }, { ".woff2", "font/woff2" },
		{ ".txt", "text/plain; charset=utf-8" } };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
		if (streq(dot, types[i][0]))
			return types[i][1];
	}
	return "application/octet-stream";
}

/* FNV-1a: tells versions of a file apart, and guards nothing. */
static uint64_t
hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return h;
}

static enum status
embed(struct arena *a, int n, char **argv, struct err *err)
{
	struct buf out = buf_new(a), rows = buf_new(a);
	buf_puts(&out, "/* Made by tmplgen --static. */\n#include \"portal/web/static.h\"\n\n");
	for (int i = 1; i < n; i++) {
		struct str src;
		TRY(io_read_file(a, argv[i], MAX_FILE, &src, err));
		const char *name = basename(arena_strdup(a, argv[i]));
		buf_printf(&out, "static const unsigned char file%d[] = {", i);
		for (size_t at = 0; at < src.n; at++)
			buf_printf(&out, "%s%u,", at % 20 ? "" : "\n\t", (unsigned char)src.p[at]);
		buf_puts(&out, "0\n};\n\n");
		buf_puts(&rows, "\t{ ");
		expr_quote(&rows, str_of(name));
		buf_printf(&rows, ", \"%s\", file%d, %zu, \"%016llx\" },\n", type_of(name), i,
			src.n, (unsigned long long)hash(src));
	}
	buf_printf(&out, "const struct static_file static_files[] = {\n%s\t{ 0 },\n};\n", rows.p);
	return save(argv[0], buf_str(&out), err);
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct err err = { 0 };
	enum status s;
	if (argc >= 4 && streq(argv[1], "--static"))
		s = embed(a, argc - 2, argv + 2, &err);
	else if (argc == 4)
		s = compile(a, argv + 1, &err);
	else
		s = err_set(&err, E_INPUT, "",
			"usage: tmplgen TEMPLATE OUT.c OUT.h | tmplgen --static OUT.c FILE...");
	if (s != OK)
		fprintf(stderr, "%s\n", err.text);
	return s == OK ? 0 : 1;
}
