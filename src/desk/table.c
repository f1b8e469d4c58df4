#include "desk/table.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "desk/answer.h"
#include "desk/send.h"
#include "wire/desk.h"

enum { ANSWER_MAX = 20 << 20 };

struct options {
	const char *rows, *columns, *value, *where, *min, *round, *out, *source;
};

/* A word that belongs to no option, and the option whose value it directly follows ("" none). */
struct word {
	const char *text, *after;
};

enum { WORDS = 16 };

static int
mistake(const char *sentence)
{
	fprintf(stderr,
		"%s\n\n    wardroom table DATA --rows COLUMN --value WHAT [--columns COLUMN] "
		"[--where CONDITION]\n    `wardroom help table` has all of it, with examples.\n",
		sentence);
	return EXIT_USAGE;
}

static bool
lacks_column(const char *value)
{
	static const char *const of[] = { "mean", "sum", "median", "share" };
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (streq(value, of[i]))
			return true;
	return false;
}

/*
 * The first word is the data; what is more was mostly meant for an option, whose words a shell
 * takes apart unless they are quoted.
 */
static int
check_words(struct arena *a, const struct options *o, const struct word *words, int n)
{
	const struct word *wrong = n > 1 ? &words[1] : NULL;
	const char *column = NULL;
	for (int i = 0; i < n; i++) {
		if (streq(words[i].after, "value"))
			column = words[i].text;
		if (n > 1 && words[i].after[0])
			wrong = &words[i];
	}
	if (o->value && lacks_column(o->value))
		return mistake(arena_printf(a,
			"--value %s lacks its column%s%s%s. Both are one value, so quote them: "
			"--value \"%s %s\"",
			o->value, column ? ": \"" : "", column ? column : "",
			column ? "\" stands apart from it" : "", o->value,
			column ? column : "COLUMN"));
	if (wrong && wrong->after[0])
		return mistake(arena_printf(a,
			"\"%s\" is one word too many. If it belongs to --%s, put its whole value "
			"in quotes.",
			wrong->text, wrong->after));
	if (wrong)
		return mistake(arena_printf(
			a, "\"%s\" is one word too many: name one table or file.", wrong->text));
	return mistake(n == 0 ? "Say of which table or file: a table of /data, or a CSV."
		       : !o->rows
			       ? "Say what names the rows: --rows COLUMN."
			       : "Say what to compute: --value count, or --value \"mean COLUMN\".");
}

/* 0, or the exit code after a sentence that names the word at fault. */
static int
read_options(struct arena *a, int argc, char **argv, struct options *o)
{
	static const struct option known[] = { { "rows", required_argument, NULL, 'r' },
		{ "columns", required_argument, NULL, 'c' },
		{ "value", required_argument, NULL, 'v' },
		{ "where", required_argument, NULL, 'w' }, { "min", required_argument, NULL, 'm' },
		{ "round", required_argument, NULL, 'R' }, { "out", required_argument, NULL, 'o' },
		{ 0 } };
	/* In the order of known. */
	const char **const to[] = { &o->rows, &o->columns, &o->value, &o->where, &o->min, &o->round,
		&o->out };
	struct word words[WORDS];
	int n = 0, at = 0;
	const char *before = "";
	optind = opterr = 0;
	/* "-": words come in their order, as options of the letter 1. */
	for (int c; (c = getopt_long(argc, argv, "-:", known, &at)) != -1;) {
		if (c == ':')
			return mistake(arena_printf(
				a, "Something must follow after %s.", argv[optind - 1]));
		if (c == '?')
			return mistake(arena_printf(a, "There is no option %s.", argv[optind - 1]));
		if (strpbrk(optarg, "\n\r"))
			return mistake("A word of a request is one line.");
		if (!optarg[0])
			return mistake(c == 1 ? "A word is empty: name a table of /data, or a CSV."
					      : arena_printf(a, "What follows --%s is empty.",
							known[at].name));
		if (c == 1) {
			if (n < WORDS)
				words[n++] = (struct word){ optarg, before };
			before = "";
			continue;
		}
		if (*to[at])
			return mistake(arena_printf(
				a, "--%s stands there twice; once is enough.", known[at].name));
		*to[at] = optarg;
		before = known[at].name;
	}
	for (; optind < argc && n < WORDS; optind++)
		words[n++] = (struct word){ argv[optind], "" };
	o->source = n ? words[0].text : NULL;
	return n == 1 && o->rows && o->value && !lacks_column(o->value)
		       ? 0
		       : check_words(a, o, words, n);
}

/* ---- asking ---- */

/* A file of ours, or the name of a table of the data: what lies in /data is counted out there. */
static bool
is_file(const char *source)
{
	return !str_starts(str_of(source), "/data/") && strpbrk(source, "./");
}

/* "/data/stays.csv" is the table stays. */
static struct str
table_name(const char *source)
{
	struct str s = str_of(desk_base_name(source));
	return str_cut(&s, '.');
}

static void
put_line(struct buf *b, const char *keyword, const char *rest)
{
	if (rest)
		buf_printf(b, "%s %s\n", keyword, rest);
}

static void
put_request(struct buf *b, const struct options *o, bool file)
{
	struct str table = table_name(o->source);
	if (file)
		put_line(b, "file", desk_base_name(o->source));
	else
		buf_printf(b, "table %.*s\n", (int)table.n, table.p);
	put_line(b, "rows", o->rows);
	put_line(b, "columns", o->columns);
	put_line(b, "value", o->value);
	put_line(b, "where", o->where);
	put_line(b, "min", o->min);
	put_line(b, "round", o->round);
	buf_putc(b, '\n');
}

/* ---- what comes back ---- */

struct parcel {
	struct str said, table, evidence;
};

/* "<text> <table> <evidence>\n" and so many bytes; *s keeps what follows. */
static bool
open_parcel(struct str *s, struct parcel *ret)
{
	struct str line = str_cut(s, '\n');
	int64_t n[3];
	struct str *const to[] = { &ret->said, &ret->table, &ret->evidence };
	for (int i = 0; i < 3; i++)
		if (!str_int(str_cut(&line, ' '), &n[i]) || n[i] < 0)
			return false;
	for (int i = 0; i < 3; i++) {
		if ((size_t)n[i] > s->n)
			return false;
		*to[i] = (struct str){ s->p, (size_t)n[i] };
		s->p += n[i], s->n -= (size_t)n[i];
	}
	return true;
}

/*
 * The folder of --out, when both files can be written there. A table that is counted is
 * remembered, so this is found out first. -1 after a sentence.
 */
static int
open_folder(struct arena *a, const char *out)
{
	const char *name = desk_base_name(out);
	struct str above = { out, (size_t)(name - out) };
	const char *folder = above.n ? str_dup(a, above) : ".";
	struct stat st;
	cleanup_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *why =
		fd < 0 ? "--out %s: there is no such folder."
		: !name[0] || (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				      !S_ISREG(st.st_mode))
			? "--out %s is not an ordinary file: name a file that is to be made."
		: strlen(name) + sizeof TABLE_EVIDENCE > NAME_MAX
			? "--out %s: the name is too long."
		: faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0
			? "--out %s: you may not write there."
			: NULL;
	if (why) {
		desk_fail(0, why, out);
		return -1;
	}
	return steal_fd(&fd);
}

/* Both or none. */
static int
write_both(struct arena *a, int folder, const char *out, const struct parcel *p)
{
	const char *name = desk_base_name(out),
		   *evidence = arena_printf(a, "%s" TABLE_EVIDENCE, name);
	if (io_replace_at(folder, evidence, 0644, p->evidence.p, p->evidence.n, NULL) == OK &&
		io_replace_at(folder, name, 0644, p->table.p, p->table.n, NULL) == OK)
		return 0;
	unlinkat(folder, evidence, 0);
	return desk_fail(EXIT_FILE, "%s cannot be written. Is the disk full?", out);
}

static int
keep(struct arena *a, int folder, const struct options *o, const struct parcel *p)
{
	const char *evidence = arena_printf(a, "%s" TABLE_EVIDENCE, o->out ? o->out : "");
	if (!o->out) {
		fwrite(p->table.p, 1, p->table.n, stdout);
		return fflush(stdout) == 0 ? 0 : EXIT_FILE;
	}
	int code = write_both(a, folder, o->out, p);
	if (!code)
		printf("Written: %s and %s\nwardroom airlock add %s hands in the table, and its "
		       "evidence with it.\n",
			o->out, evidence, o->out);
	return code;
}

/* The exit code on the last line of what is left. */
static int
last_code(struct str s)
{
	int64_t code;
	return str_int(str_trim(s), &code) && code >= 0 && code <= 255 ? (int)code : ANSWER_CUT;
}

static int
take(struct arena *a, int desk, int folder, const struct options *o)
{
	struct str all, rest;
	struct parcel p;
	if (io_read_fd(a, desk, ANSWER_MAX, &all, NULL) != OK)
		return desk_fail(EXIT_AWAY, "%s", "The connection broke off; try again.");
	rest = all;
	struct str text = str_cut(&rest, DESK_PARCEL);
	if (text.n == all.n) {
		/* No parcel: the sentence says why. The code stands alone on its last line. */
		size_t end = text.n ? text.n - 1 : 0;
		while (end && text.p[end - 1] != '\n')
			end--;
		fwrite(text.p, 1, end ? end - 1 : 0, stderr);
		return last_code((struct str){ text.p + end, text.n - end });
	}
	fwrite(text.p, 1, text.n, stderr);
	if (!open_parcel(&rest, &p))
		return desk_fail(EXIT_AWAY, "%s", "The connection broke off; try again.");
	fwrite(p.said.p, 1, p.said.n, stderr);
	int code = last_code(rest);
	return code || !p.table.n ? code : keep(a, folder, o, &p);
}

int
table_run(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct buf b = buf_new(a);
	int64_t bytes = 0;
	int wrong = read_options(a, argc, argv, &o);
	if (wrong)
		return wrong;
	bool file = is_file(o.source);
	cleanup_fd int fd = file ? desk_open_file(o.source, DESK_MAX_FILE, &bytes) : -1;
	if (file && fd < 0)
		return EXIT_FILE;
	cleanup_fd int folder = o.out ? open_folder(a, o.out) : -1;
	if (o.out && folder < 0)
		return EXIT_FILE;
	put_request(&b, &o, file);
	cleanup_fd int desk =
		desk_ask("table", bytes + (int64_t)b.n, file ? desk_base_name(o.source) : "-");
	if (desk < 0)
		return -desk;
	if (io_write_fd(desk, b.p, b.n, NULL) == OK && file)
		desk_send_file(desk, fd, bytes);
	shutdown(desk, SHUT_WR);
	return take(a, desk, folder, &o);
}
