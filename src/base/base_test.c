#include "base/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/io.h"
#include "base/json.h"
#include "base/str.h"

TEST(a_cut_text_keeps_whole_letters)
{
	struct err e;
	char s[] = "a\xc3\xa4\xe2\x82z\xf0\x9f\xc3";
	str_mend(s);
	CHECK_STR(s, "a\xc3\xa4z");
	err_set(&e, E_INPUT, "", "\"%.3s\" is no name.", "a\xc3\xa4\xc3\xa4");
	CHECK_STR(e.text, "\"a\xc3\xa4\" is no name.");
	err_set(&e, E_INPUT, "", "\"%.2s\" is no name.", "a\xc3\xa4");
	CHECK_STR(e.text, "\"a\" is no name.");
}

TEST(printing_fits_at_every_length)
{
	cleanup_arena struct arena *a = arena_new();
	char want[600];
	for (int n = 0; n < 600; n++) {
		memset(want, 'x', sizeof want);
		want[n] = '\0';
		CHECK_STR(arena_printf(a, "%s", want), want);
		struct buf b = buf_new(a);
		buf_printf(&b, "%s", want);
		CHECK(b.n == (size_t)n && streq(b.p, want));
		buf_printf(&b, "%s", want);
		CHECK(b.n == 2 * (size_t)n && b.p[b.n] == '\0' && streq(b.p + n, want));
	}
}

TEST(arena_gives_zeroed_aligned_memory)
{
	cleanup_arena struct arena *a = arena_new();
	for (size_t n = 0; n < 40000; n += 997) {
		unsigned char *p = arena_alloc(a, n);
		CHECK(((uintptr_t)p & 15) == 0);
		for (size_t i = 0; i < n; i++)
			CHECK(p[i] == 0);
		memset(p, 0xff, n);
	}
}

TEST(numbers_are_strict)
{
	int64_t i;
	double d;
	CHECK(str_int(STR("-9223372036854775808"), &i) && i == INT64_MIN);
	CHECK(!str_int(STR("9223372036854775808"), &i));
	CHECK(!str_int(STR("99999999999999999999"), &i));
	CHECK(!str_int(STR(""), &i) && !str_int(STR("-"), &i) && !str_int(STR("1 "), &i));
	CHECK(!str_int(STR("+1"), &i) && !str_int(STR("--1"), &i));
	CHECK(str_real(STR("-1.5e3"), &d) && d == -1500);
	CHECK(!str_real(STR("nan"), &d) && !str_real(STR("inf"), &d) && !str_real(STR("0x1"), &d));
	CHECK(!str_real(STR("1e999"), &d) && !str_real(STR(" 1"), &d) && !str_real(STR("1,5"), &d));
}

TEST(utf8_is_strict)
{
	CHECK(str_utf8(STR("ærlig שלום 𝄞")));
	CHECK(!str_utf8((struct str){ "a\0b", 3 }));
	/* Eight bytes are looked at together: nothing may hide among them. */
	CHECK(str_utf8(STR("sixteen letters!")) && str_utf8(STR("1234567æ1234567æ")));
	CHECK(!str_utf8((struct str){ "1234567\0abcdefgh", 16 }));
	CHECK(!str_utf8(STR("1234567\xe6"
			    "12345678")));
	CHECK(!str_utf8(STR("\xc0\x80")) && !str_utf8(STR("\xed\xa0\x80")));
	CHECK(!str_utf8(STR("\xf4\x90\x80\x80")) && !str_utf8(STR("\xe2\x82")));
}

TEST(what_nobody_sees_is_told)
{
	static const char *const unseen[] = { "\t", "\x7f", "\302\205", "\u200b", "\u202e",
		"\u2060", "\ufeff", "\u00ad", "\u061c", "\U000e0041" };
	static const char *const seen[] = { "a", " ", "\u00a0", "\u2010", "\u2030", "\u20ac",
		"\ufefc", "\U0001d11e" };
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		CHECK(str_unseen(str_of(unseen[i])));
	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
		CHECK(!str_unseen(str_of(seen[i])));
}

TEST(cut_and_trim)
{
	struct str s = STR(" a = b=c ");
	CHECK(str_is(str_trim(str_cut(&s, '=')), "a"));
	CHECK(str_is(str_trim(s), "b=c"));
	s = STR("x");
	CHECK(str_is(str_cut(&s, ','), "x") && s.n == 0);
}

TEST(hex_both_ways)
{
	unsigned char b[3];
	char out[7];
	CHECK(hex_decode(STR("00fFa1"), b, 3));
	hex_encode(out, b, 3);
	CHECK_STR(out, "00ffa1");
	CHECK(!hex_decode(STR("00ff"), b, 3) && !hex_decode(STR("00ffg1"), b, 3));
}

TEST(time_both_ways)
{
	int64_t t;
	char iso[32];
	CHECK(clock_parse(STR("2026-11-22T05:54"), &t));
	clock_iso(t, iso, sizeof iso);
	CHECK_STR(iso, "2026-11-22T05:54:00Z");
	CHECK(clock_parse(STR("2024-02-29"), &t) && !clock_parse(STR("2026-02-29"), &t));
	CHECK(!clock_parse(STR("2026-1-2"), &t) && !clock_parse(STR("2026-11-22T25:00"), &t));
	CHECK(!clock_parse(STR("2026-11-22T05:54:00Zx"), &t));
	cleanup_arena struct arena *a = arena_new();
	CHECK(clock_parse(STR("2026-11-05T07:04"), &t));
	CHECK_STR(clock_day(a, t), "5 Nov");
	CHECK_STR(clock_date(a, t), "5 Nov 2026");
	CHECK_STR(clock_moment(a, t), "5 Nov, 07:04");
	CHECK_STR(clock_moment(a, t + 86400 * 20 + 12 * 3600), "25 Nov, 19:04");
	CHECK_STR(clock_span(a, 5 * 3600 + 12 * 60 + 3), "5 h 12 min");
	CHECK_STR(clock_span(a, -4), "0 s");
}

struct inner {
	const char *name;
};
struct outer {
	int64_t n;
	double x;
	bool yes;
	const char *none;
	int64_t at;
	LIST(struct inner) list;
	struct inner row;
	text_list words;
};
static const struct field inner_fields[] = { FIELD(struct inner, name, TEXT), FIELD_END };
static const struct field outer_fields[] = {
	FIELD(struct outer, n, INT),
	FIELD(struct outer, x, REAL),
	FIELD(struct outer, yes, BOOL),
	FIELD(struct outer, none, TEXT),
	FIELD(struct outer, at, TIME),
	FIELD_LIST(struct outer, list, inner_fields),
	FIELD_ROW(struct outer, row, inner_fields),
	FIELD(struct outer, words, TEXTS),
	FIELD_END,
};

TEST(json_follows_the_table)
{
	cleanup_arena struct arena *a = arena_new();
	struct inner in[2] = { { "a\"\n" }, { "\xff" } };
	const char *words[] = { "w" };
	struct outer o = { .n = -3,
		.x = 0.1,
		.yes = true,
		.at = 0,
		.list = { in, 2 },
		.row = { "r" },
		.words = { words, 1 } };
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	jsonw_row(&j, outer_fields, &o);
	CHECK_STR(b.p, "{\"n\":-3,\"x\":0.1,\"yes\":true,\"none\":null,\"at\":null,"
		       "\"list\":[{\"name\":\"a\\\"\\n\"},{\"name\":\"\xef\xbf\xbd\"}],"
		       "\"row\":{\"name\":\"r\"},\"words\":[\"w\"]}");
	b.n = 0;
	j = jsonw_new(&b);
	jsonw_real(&j, NAN);
	CHECK_STR(b.p, "null");
}

static enum status
load(struct arena *a, const char *text, struct config *c, struct err *e)
{
	char path[] = "/tmp/wardroom-config-XXXXXX";
	cleanup_fd int fd = mkstemp(path);
	io_write_fd(fd, text, strlen(text), NULL);
	enum status s = config_load(a, path, c, e);
	unlink(path);
	return s;
}

TEST(config_names_the_line)
{
	cleanup_arena struct arena *a = arena_new();
	struct config c;
	struct err e;
	CHECK(load(a, "# hello\nstate /srv/x\ncpus 2\n", &c, &e) == OK);
	CHECK_STR(c.state, "/srv/x");
	CHECK_STR(c.inbox, "/srv/x/inbox");
	CHECK_INT(c.cpus, 2);
	CHECK(load(a, "cpus 2\ncpus 3\n", &c, &e) == E_INPUT && strstr(e.text, "line 2"));
	CHECK(load(a, "cups 2\n", &c, &e) == E_INPUT && strstr(e.text, "cups"));
	CHECK(load(a, "cpus two\n", &c, &e) == E_INPUT);
	CHECK(load(a, "rooms http://%s.%d\n", &c, &e) == E_INPUT);
	CHECK(load(a, "rooms http://x\n", &c, &e) == E_INPUT);
	CHECK(!config_mails(&c));
	CHECK(load(a, "mail_server smtp://x:25\n", &c, &e) == E_INPUT);
	CHECK(load(a, "mail_server x\nmail_from a@x.org\n", &c, &e) == E_INPUT);
	CHECK(load(a, "mail_server smtp://x:25\nmail_from a@x.org\nmail_user u\n", &c, &e) ==
		E_INPUT);
	CHECK(load(a, "mail_server smtp://x:25\nmail_from A B <a@x.org>\n", &c, &e) == OK);
	CHECK(config_mails(&c));
}

TEST(replace_and_remove)
{
	char dir[] = "/tmp/wardroom-io-XXXXXX";
	struct err e;
	cleanup_arena struct arena *a = arena_new();
	CHECK(mkdtemp(dir) != NULL);
	CHECK(io_mkdirs(arena_printf(a, "%s/a/b", dir), 0700, &e) == OK);
	int fd = open(arena_printf(a, "%s/a", dir), O_RDONLY | O_DIRECTORY);
	CHECK(io_replace_at(fd, "f", 0600, "one", 3, &e) == OK);
	CHECK(io_replace_at(fd, "f", 0600, "two", 3, &e) == OK);
	/* A fall amid a third one. */
	int half = openat(fd, ".f.77.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(half);
	io_sweep_replaced(fd);
	CHECK(half >= 0 && faccessat(fd, ".f.77.new", F_OK, 0) < 0 &&
		faccessat(fd, "f", F_OK, 0) == 0);
	struct str s;
	CHECK(io_read_at(a, fd, "f", 10, &s, &e) == OK && str_is(s, "two"));
	CHECK(io_read_at(a, fd, "f", 2, &s, &e) == E_INPUT);
	CHECK(io_read_at(a, fd, "absent", 2, &s, &e) == E_ABSENT);
	CHECK(symlinkat("/etc/passwd", fd, "link") == 0);
	CHECK(io_read_at(a, fd, "link", 10000, &s, &e) != OK);
	int names = 0;
	cleanup_dir DIR *d = opendir(arena_printf(a, "%s/a", dir));
	for (struct dirent *entry; (entry = io_next(d));)
		names += entry->d_name[0] != '.';
	CHECK_INT(names, 3);
	CHECK_INT(errno, 0);
	rewinddir(d);
	/* A folder that cannot be read is no empty one. */
	int kept = dup(dirfd(d));
	close(dirfd(d));
	CHECK(!io_next(d) && errno != 0);
	CHECK(dup2(kept, dirfd(d)) >= 0);
	close(kept);
	/* What forbids changes goes too. */
	int b = openat(fd, "b", O_RDONLY | O_DIRECTORY);
	CHECK(io_replace_at(b, "f", 0400, "x", 1, &e) == OK && fchmod(b, 0555) == 0);
	close(b);
	close(fd);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	CHECK(io_remove_tree(fd, dir + 5, &e) == OK);
	CHECK(access(dir, F_OK) < 0);
	close(fd);
}
