#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "archive/pack.h"
#include "archive/unpack.h"
#include "base/io.h"
#include "base/random.h"
#include "base/tap.h"

/* ---- a folder of this test's own, with a tree to pack and a place to open it ---- */

static char place[] = "/tmp/wardroom-archive-XXXXXX";
static struct archive_key key;
static uint8_t secret[ARCHIVE_SECRET];
static const char passphrase[] = "four words and a number 7";

static void
at_end(void)
{
	cleanup_fd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	io_remove_tree(tmp, place + strlen("/tmp/"), NULL);
}

__attribute__((constructor)) static void
at_start(void)
{
	if (sodium_init() < 0 || !mkdtemp(place) || chdir(place) < 0)
		BUG("no folder");
	if (archive_key_new(passphrase, &key, NULL) != OK ||
		archive_key_open(&key, passphrase, secret, NULL) != OK)
		BUG("no key");
	atexit(at_end);
}

static int
dir_open(const char *name)
{
	if (mkdir(name, 0700) < 0 && errno != EEXIST)
		BUG("mkdir %s", name);
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
put_file(int dir, const char *name, const void *p, size_t n)
{
	cleanup_fd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || io_write_fd(fd, p, n, NULL) != OK)
		BUG("writing %s", name);
}

static enum status
pack_to(const char *file, const char *root, struct packed *done, struct err *e)
{
	static const char *const names[] = { "home", "team", NULL };
	static struct sealer s;
	const struct pack p = { .to = &s };
	cleanup_fd int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cleanup_fd int tree = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	TRY(sealer_begin(&s, fd, &key, "heart-team-3", 1800000000, e));
	TRY(pack_tree(&p, tree, names, done, e));
	return sealer_end(&s, e);
}

static enum status
take(void *ctx, void *p, size_t n, struct err *e)
{
	return opener_take(ctx, p, n, e);
}

static enum status
open_to(const char *file, const char *into, struct unpacked *done, struct err *e)
{
	static struct opener o;
	static struct entry_reader r;
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	cleanup_fd int dir = dir_open(into);
	TRY(opener_begin(&o, fd, e));
	TRY(opener_unlock(&o, secret, e));
	r = (struct entry_reader){ .take = take, .ctx = &o };
	TRY(unpack_tree(&r, dir, done, e));
	return opener_end(&o, e);
}

static struct str
read_all(struct arena *a, const char *path)
{
	struct str s = { "", 0 };
	io_read_file(a, path, 64 << 20, &s, NULL);
	return s;
}

static bool
same_file(const char *x, const char *y)
{
	cleanup_arena struct arena *a = arena_new();
	return str_eq(read_all(a, x), read_all(a, y));
}

/* ---- there and back ---- */

TEST(a_tree_comes_back)
{
	static uint8_t noise[3 * ARCHIVE_BLOCK + 17];
	struct random rnd = { 7 };
	struct packed p;
	struct unpacked u;
	struct err e = { 0 };
	struct stat st;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)random_next(&rnd);
	cleanup_fd int root = dir_open("plain"), home = dir_open("plain/home");
	cleanup_fd int ada = dir_open("plain/home/ada"), team = dir_open("plain/team");
	put_file(ada, "noise", noise, sizeof noise);
	put_file(ada, "empty", "", 0);
	put_file(team, "r\303\251sum\303\251.csv", "a,b\n", 4);
	CHECK(symlinkat("/etc/passwd", ada, "passwd") == 0);
	CHECK(fchmodat(ada, "noise", 06755, 0) == 0);
	const struct timespec when[2] = { { 1234567890, 0 }, { 1234567890, 0 } };
	utimensat(ada, "noise", when, 0);
	put_file(root, "beside", "not the team's", 14);

	CHECK_INT(pack_to("plain.archive", "plain", &p, &e), OK);
	CHECK_INT(p.files, 3);
	CHECK_INT(p.folders, 3);
	CHECK_INT(p.links, 1);
	CHECK_INT(p.bytes, sizeof noise + 4);
	CHECK_INT(open_to("plain.archive", "plain.out", &u, &e), OK);
	CHECK_STR(e.text, "");
	CHECK_INT(u.files, 3);
	CHECK(same_file("plain/home/ada/noise", "plain.out/home/ada/noise"));
	CHECK(same_file(
		"plain/team/r\303\251sum\303\251.csv", "plain.out/team/r\303\251sum\303\251.csv"));
	CHECK(stat("plain.out/home/ada/empty", &st) == 0 && st.st_size == 0);
	CHECK(stat("plain.out/home/ada/noise", &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(st.st_mtim.tv_sec, 1234567890);
	CHECK(lstat("plain.out/home/ada/passwd", &st) < 0);
	CHECK(lstat("plain.out/beside", &st) < 0);
	cleanup_arena struct arena *a = arena_new();
	struct str notes = read_all(a, "plain.out/" UNPACK_NOTES);
	CHECK(strstr(notes.p, "home/ada/passwd: a symbolic link, not made, to /etc/passwd\n"));
	CHECK(lstat("plain.out/.several-names", &st) < 0);
}

TEST(nothing_is_an_archive_too)
{
	struct packed p;
	struct unpacked u;
	cleanup_fd int root = dir_open("none");
	CHECK_INT(pack_to("none.archive", "none", &p, NULL), OK);
	CHECK_INT(open_to("none.archive", "none.out", &u, NULL), OK);
	CHECK_INT(u.files + u.folders, 0);
}

/* A list that fills its last block exactly, and by one byte less and more. */
TEST(blocks_end_anywhere)
{
	static uint8_t zeros[ARCHIVE_BLOCK];
	for (int d = -1; d <= 1; d++) {
		struct packed p;
		struct unpacked u;
		cleanup_fd int root = dir_open("block"), home = dir_open("block/home");
		/* Two named entries, an up, an end, two parts. */
		size_t other = 4 * ENTRY_HEAD + 2 * ENTRY_PART_HEAD + strlen("home") + strlen("f");
		memset(zeros, 'x', sizeof zeros);
		put_file(home, "f", zeros, sizeof zeros - other + (size_t)d);
		CHECK_INT(pack_to("block.archive", "block", &p, NULL), OK);
		CHECK_INT(open_to("block.archive",
				  d < 0 ? "block.a"
				  : d   ? "block.c"
					: "block.b",
				  &u, NULL),
			OK);
		CHECK_INT(u.bytes, sizeof zeros - other + (size_t)d);
	}
}

/* ---- what a team may leave behind ---- */

TEST(several_names_and_holes)
{
	struct packed p;
	struct unpacked u;
	struct stat st, other;
	cleanup_fd int root = dir_open("odd"), home = dir_open("odd/home"),
		       team = dir_open("odd/team");
	put_file(home, "one", "the same bytes", 14);
	CHECK(linkat(home, "one", team, "two", 0) == 0 &&
		linkat(home, "one", home, "three", 0) == 0);
	cleanup_fd int fd = openat(home, "holes", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(ftruncate(fd, 1ll << 40) == 0 && pwrite(fd, "deep", 4, 1ll << 39) == 4);
	CHECK_INT(pack_to("odd.archive", "odd", &p, NULL), OK);
	CHECK(stat("odd.archive", &st) == 0 && st.st_size < 1 << 20);
	CHECK_INT(open_to("odd.archive", "odd.out", &u, NULL), OK);
	CHECK(stat("odd.out/home/one", &st) == 0 && stat("odd.out/team/two", &other) == 0);
	CHECK(st.st_ino == other.st_ino && st.st_nlink == 3);
	CHECK(same_file("odd/home/one", "odd.out/home/three"));
	CHECK(stat("odd.out/home/holes", &st) == 0 && st.st_size == 1ll << 40);
	CHECK(st.st_blocks < 1000);
	char deep[4] = "";
	cleanup_fd int back = open("odd.out/home/holes", O_RDONLY | O_CLOEXEC);
	CHECK(pread(back, deep, 4, 1ll << 39) == 4 && memcmp(deep, "deep", 4) == 0);
}

TEST(strange_things_are_left_out_with_a_word)
{
	struct packed p;
	struct unpacked u;
	struct stat st;
	cleanup_arena struct arena *a = arena_new();
	cleanup_fd int root = dir_open("strange"), home = dir_open("strange/home");
	struct sockaddr_un at = { AF_UNIX, "strange/home/socket" };
	cleanup_fd int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(s, (struct sockaddr *)&at, sizeof at) == 0);
	CHECK(mkfifoat(home, "pipe", 0600) == 0);
	bool device = mknodat(home, "null", S_IFCHR | 0600, 0x103) == 0; /* root alone */
	put_file(home, "good", "x", 1);
	CHECK_INT(pack_to("strange.archive", "strange", &p, NULL), OK);
	CHECK_INT(p.left, 2 + device);
	CHECK_INT(open_to("strange.archive", "strange.out", &u, NULL), OK);
	CHECK(lstat("strange.out/home/pipe", &st) < 0 && lstat("strange.out/home/good", &st) == 0);
	struct str notes = read_all(a, "strange.out/" UNPACK_NOTES);
	CHECK(strstr(notes.p, "home/pipe: left out when the archive was made: a pipe\n"));
	CHECK(strstr(notes.p, "home/socket: left out when the archive was made: a socket\n"));
}

TEST(deep_folders_end_somewhere)
{
	struct packed p;
	struct unpacked u;
	cleanup_fd int root = dir_open("deep");
	int at = dup(root);
	for (int i = 0; i < ENTRY_DEPTH_MAX + 20; i++) {
		const char *name = i ? "d" : "home";
		CHECK(mkdirat(at, name, 0700) == 0);
		int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	CHECK_INT(pack_to("deep.archive", "deep", &p, NULL), OK);
	CHECK_INT(p.folders, ENTRY_DEPTH_MAX);
	CHECK_INT(p.left, 1);
	CHECK_INT(open_to("deep.archive", "deep.out", &u, NULL), OK);
	CHECK_INT(u.folders, ENTRY_DEPTH_MAX);
}

TEST(names_are_made_harmless)
{
	static const struct {
		const char *in, *out;
	} names[] = {
		{ "plain.csv", "plain.csv" },
		{ "with space", "with space" },
		{ "100%.csv", "100%.csv" },
		{ "a%41", "a%2541" },
		{ "-rf", "%2Drf" },
		{ "a-b", "a-b" },
		{ "line\nbreak", "line%0Abreak" },
		{ "\033]0;x\a", "%1B]0;x%07" },
		{ "r\303\251", "r\303\251" },
		{ "\377\376", "%FF%FE" },
		{ "\302\205", "%C2%85" },
		{ "a\342\200\256gpj.exe", "a%E2%80%AEgpj.exe" },
		{ "\342\202\254", "\342\202\254" },
		{ "a\357\273\277b", "a%EF%BB%BFb" },
	};
	char out[ENTRY_NAME_MAX + 1];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		bool same = unpack_name(str_of(names[i].in), 1, out);
		CHECK_STR(out, names[i].out);
		CHECK_INT(same, streq(names[i].in, names[i].out));
	}
	char far[ENTRY_NAME_MAX + 1];
	memset(far, '\n', ENTRY_NAME_MAX);
	far[ENTRY_NAME_MAX] = '\0';
	CHECK(!unpack_name(str_of(far), 42, out));
	CHECK_INT(strlen(out), ENTRY_NAME_MAX);
	CHECK(strstr(out, "~42"));
}

TEST(strange_names_come_back_as_files)
{
	struct packed p;
	struct unpacked u;
	struct stat st;
	cleanup_fd int root = dir_open("names"), home = dir_open("names/home");
	put_file(home, "a\nb", "1", 1);
	put_file(home, "-rf", "2", 1);
	put_file(home, "a%0Ab", "3", 1);
	CHECK_INT(pack_to("names.archive", "names", &p, NULL), OK);
	CHECK_INT(open_to("names.archive", "names.out", &u, NULL), OK);
	CHECK(stat("names.out/home/a%0Ab", &st) == 0);
	CHECK(stat("names.out/home/a%250Ab", &st) == 0);
	CHECK(stat("names.out/home/%2Drf", &st) == 0);
	CHECK_INT(u.notes, 3);
}

/* ---- what a broken archive is ---- */

TEST(a_wrong_passphrase_opens_nothing)
{
	uint8_t other[ARCHIVE_SECRET];
	struct err e = { 0 };
	struct archive_key costly = key;
	CHECK_INT(archive_key_open(&key, "four words and a number 8", other, &e), E_AUTH);
	costly.memory_kb = ARCHIVE_MEMORY_KB_MAX + 1;
	CHECK_INT(archive_key_open(&costly, passphrase, other, &e), E_INPUT);
	CHECK_INT(archive_key_new("too short", &costly, &e), E_INPUT);
	CHECK_STR(e.field, "passphrase");
}

/* Changed anywhere, cut anywhere, longer: never opened, never quietly. */
TEST(no_change_goes_unseen)
{
	static uint8_t body[2 * ARCHIVE_BLOCK];
	struct packed p;
	struct unpacked u;
	struct err e = { 0 };
	cleanup_arena struct arena *a = arena_new();
	cleanup_fd int root = dir_open("tamper"), home = dir_open("tamper/home");
	cleanup_fd int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put_file(home, "f", body, sizeof body);
	CHECK_INT(pack_to("tamper.archive", "tamper", &p, &e), OK);
	struct str whole = read_all(a, "tamper.archive");
	char *copy = arena_bytes(a, whole.n + 1);
	const size_t cuts[] = { 0, 1, 20, 200, whole.n / 2, whole.n - 1, whole.n + 1,
		whole.n - ARCHIVE_BLOCK_SEALED };
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		memcpy(copy, whole.p, whole.n);
		copy[whole.n] = 'x';
		put_file(here, "bad.archive", copy, cuts[i]);
		CHECK(open_to("bad.archive", "bad.out", &u, &e) != OK);
		io_remove_tree(here, "bad.out", NULL);
	}
	struct random rnd = { 3 };
	for (int i = 0; i < 60; i++) {
		memcpy(copy, whole.p, whole.n);
		/* The head's bytes more often than the rest, which all look alike. */
		size_t n = i % 2 ? whole.n : 700;
		copy[random_below(&rnd, (uint32_t)n)] ^= (char)(1 << i % 8);
		put_file(here, "bad.archive", copy, whole.n);
		CHECK(open_to("bad.archive", "bad.out", &u, &e) != OK);
		io_remove_tree(here, "bad.out", NULL);
	}
	/* Two blocks in another order. */
	size_t head = whole.n % ARCHIVE_BLOCK_SEALED;
	archive_head_read(whole, &(struct archive_head){ 0 }, &head, NULL);
	memcpy(copy, whole.p, whole.n);
	memcpy(copy + head, whole.p + head + ARCHIVE_BLOCK_SEALED, ARCHIVE_BLOCK_SEALED);
	memcpy(copy + head + ARCHIVE_BLOCK_SEALED, whole.p + head, ARCHIVE_BLOCK_SEALED);
	put_file(here, "bad.archive", copy, whole.n);
	CHECK(open_to("bad.archive", "bad.out", &u, &e) != OK);
	io_remove_tree(here, "bad.out", NULL);
}

/* Lists that no packer writes, as somebody who knows the key could. */
struct list {
	struct str bytes;
	size_t at;
};

static enum status
take_list(void *ctx, void *p, size_t n, struct err *e)
{
	struct list *l = ctx;
	if (n > l->bytes.n - l->at)
		return err_set(e, E_INPUT, "", "It ends.");
	if (n)
		memcpy(p, l->bytes.p + l->at, n);
	l->at += n;
	return OK;
}

static void
add(struct buf *b, struct entry x)
{
	uint8_t out[ENTRY_MAX];
	buf_put(b, out, entry_write(&x, out));
}

static enum status
open_list(struct buf *b, struct err *e)
{
	static struct entry_reader r;
	struct unpacked u;
	struct list l = { buf_str(b), 0 };
	cleanup_fd int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	io_remove_tree(here, "list.out", NULL);
	cleanup_fd int into = dir_open("list.out");
	r = (struct entry_reader){ .take = take_list, .ctx = &l };
	return unpack_tree(&r, into, &u, e);
}

TEST(lists_that_lead_away_are_refused)
{
	cleanup_arena struct arena *a = arena_new();
	const struct entry end = { .kind = ENTRY_END }, up = { .kind = ENTRY_UP };
	const struct entry bad[] = {
		{ .kind = ENTRY_FOLDER, .name = STR("..") },
		{ .kind = ENTRY_FOLDER, .name = STR("a/b") },
		{ .kind = ENTRY_FOLDER, .name = STR("") },
		{ .kind = ENTRY_LEFT, .name = STR("a") },
		{ .kind = ENTRY_AGAIN, .name = STR("a"), .link = 1 },
		{ .kind = ENTRY_FILE, .name = STR("a"), .link = 2 },
		{ .kind = (enum entry_kind)'Z', .name = STR("a") },
		up,
	};
	struct err e = { 0 };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buf b = buf_new(a);
		add(&b, bad[i]);
		add(&b, end);
		CHECK_INT(open_list(&b, &e), E_INPUT);
	}
	struct buf b = buf_new(a);
	add(&b, (struct entry){ .kind = ENTRY_FOLDER, .name = STR("a") });
	add(&b, end);
	CHECK_INT(open_list(&b, &e), E_INPUT);
	/* The same name twice: the second must not replace the first, nor be entered through it,
	 * nor keep the others from being opened. */
	b = buf_new(a);
	add(&b, (struct entry){ .kind = ENTRY_FOLDER, .name = STR("a") });
	add(&b, up);
	add(&b, (struct entry){ .kind = ENTRY_FOLDER, .name = STR("a") });
	add(&b, up);
	add(&b, end);
	CHECK_INT(open_list(&b, &e), OK);
	CHECK(access("list.out/a", F_OK) == 0);
	CHECK(access("list.out/name-taken-2-1", F_OK) == 0);
}
