#include "mirror/ask.h"

#include "base/tap.h"

static const struct upstreams some = {
	.base = { "http://debian.example/debian", "http://debian.example/security",
		"https://npm.example", "https://pypi.example", "https://files.example", NULL }
};

#define HOST "Host: 127.0.0.1:3142\r\n"

static int
ask(struct arena *a, const char *start, const char *lines, struct ask *ret)
{
	struct err e;
	const char *head = arena_printf(a, "%s\r\n%s\r\n", start, lines);
	return ask_read(a, str_of(head), &some, ret, &e);
}

static const char *
url(struct arena *a, const char *path)
{
	struct ask q;
	int code = ask(a, arena_printf(a, "GET %s HTTP/1.1", path), HOST, &q);
	return code ? arena_printf(a, "%d", code) : q.url;
}

TEST(each_registry_has_its_shelf)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(url(a, "/debian/dists/bookworm/InRelease"),
		"http://debian.example/debian/dists/bookworm/InRelease");
	CHECK_STR(url(a, "/debian/pool/main/g/g++/g%2b%2b_4%3a12-1_amd64.deb"),
		"http://debian.example/debian/pool/main/g/g%2B%2B/g%2B%2B_4%3A12-1_amd64.deb");
	CHECK_STR(url(a, "/npm/is-odd"), "https://npm.example/is-odd");
	CHECK_STR(url(a, "/npm/@types%2fnode"), "https://npm.example/@types/node");
	CHECK_STR(url(a, "/npm/@types/node/-/node-1.0.0.tgz"),
		"https://npm.example/@types/node/-/node-1.0.0.tgz");
	CHECK_STR(url(a, "/pypi/simple/six/"), "https://pypi.example/simple/six/");
	CHECK_STR(url(a, "/pypi/files/packages/a/six-1.0.tar.gz"),
		"https://files.example/packages/a/six-1.0.tar.gz");
	/* Switched off. */
	CHECK_STR(url(a, "/cran/src/contrib/PACKAGES.gz"), "403");
}

TEST(everything_else_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	static const struct {
		const char *start, *lines;
		int code;
	} no[] = {
		{ "PUT /npm/is-odd HTTP/1.1", HOST, 405 },
		{ "POST /npm/-/npm/v1/security/audits HTTP/1.1", HOST, 405 },
		{ "CONNECT example.com:443 HTTP/1.1", HOST, 405 },
		{ "GET http://example.com/ HTTP/1.1", HOST, 400 },
		{ "GET //example.com/ HTTP/1.1", HOST, 400 },
		{ "GET /npm/-/whoami HTTP/1.1", HOST, 403 },
		{ "GET /npm/@a/-/whoami HTTP/1.1", HOST, 403 },
		{ "GET /npm/ HTTP/1.1", HOST, 403 },
		{ "GET / HTTP/1.1", HOST, 400 },
		{ "GET /elsewhere/x HTTP/1.1", HOST, 403 },
		{ "GET /debian/../npm/a HTTP/1.1", HOST, 400 },
		{ "GET /debian/pool/%2e%2e/%2e%2e/x HTTP/1.1", HOST, 400 },
		{ "GET /debian/pool/%252e%252e/x HTTP/1.1", HOST, 400 },
		{ "GET /debian/pool/a%0d%0ab HTTP/1.1", HOST, 400 },
		{ "GET /debian/pool/a%00 HTTP/1.1", HOST, 400 },
		{ "GET /debian/project/x HTTP/1.1", HOST, 403 },
		{ "GET /npm/is-odd?secret=1 HTTP/1.1", HOST, 403 },
		{ "GET /npm/is-odd HTTP/1.1", "Host: example.com\r\n", 421 },
		{ "GET /npm/is-odd HTTP/1.1", "", 421 },
		{ "GET /npm/is-odd HTTP/1.1", HOST HOST, 400 },
		{ "GET /npm/is-odd HTTP/1.1", HOST "Content-Length: 5\r\n", 400 },
		{ "GET /npm/is-odd HTTP/1.1", HOST "Transfer-Encoding: chunked\r\n", 400 },
		{ "GET /npm/is-odd HTTP/1.1", HOST "Upgrade: websocket\r\n", 400 },
		{ "GET /npm/is-odd HTTP/2.0", HOST, 505 },
		{ "GET /npm/is-odd", HOST, 505 },
	};
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		struct ask q;
		int code = ask(a, no[i].start, no[i].lines, &q);
		if (code != no[i].code)
			printf("# %s: %d, not %d\n", no[i].start, code, no[i].code);
		CHECK(code == no[i].code);
	}
}

TEST(knows_packages_and_indexes_apart)
{
	cleanup_arena struct arena *a = arena_new();
	struct ask q;
	CHECK_INT(ask(a, "GET /npm/is-odd/-/is-odd-3.0.1.tgz HTTP/1.1", HOST, &q), 0);
	CHECK(q.is_package && !q.has_links && str_is(q.package.version, "3.0.1"));
	CHECK_INT(ask(a, "HEAD /npm/is-odd HTTP/1.1", HOST "Accept: application/json\r\n", &q), 0);
	CHECK(!q.is_package && q.has_links && q.head && streq(q.accept, "application/json"));
}

TEST(no_word_of_the_workspace_goes_to_a_registry)
{
	cleanup_arena struct arena *a = arena_new();
	static const struct {
		const char *start, *lines, *accept;
	} k[] = {
		{ "GET /npm/a HTTP/1.1", HOST "Accept: patient 7\r\n", "application/json" },
		{ "GET /npm/a HTTP/1.1",
			HOST "Accept: application/vnd.npm.install-v1+json; patient=7\r\n",
			"application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8" },
		{ "GET /pypi/simple/six/ HTTP/1.1", HOST, "text/html" },
		{ "GET /pypi/simple/six/ HTTP/1.1",
			HOST "Accept: application/vnd.pypi.simple.v1+json, patient/7\r\n",
			"application/vnd.pypi.simple.v1+json, text/html; q=0.1" },
		{ "GET /pypi/files/six.whl HTTP/1.1",
			HOST "Accept: application/vnd.pypi.simple.v1+json\r\n", "*/*" },
		{ "GET /debian/dists/x HTTP/1.1",
			HOST "Accept: x\r\nIf-None-Match: \"patient 7\"\r\n", "*/*" },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		struct ask q;
		CHECK_INT(ask(a, k[i].start, k[i].lines, &q), 0);
		CHECK_STR(q.accept, k[i].accept);
	}
}

static struct str
relinked(struct arena *a, const struct ask *q, struct str rest)
{
	struct buf out = buf_new(a);
	struct str piece;
	buf_puts(&out, "");
	while (ask_relink(q, &some, &rest, &piece))
		buf_put(&out, piece.p, piece.n);
	return buf_str(&out);
}

TEST(addresses_at_the_registry_become_ours)
{
	cleanup_arena struct arena *a = arena_new();
	struct ask q;
	CHECK_INT(ask(a, "GET /npm/a HTTP/1.1", HOST, &q), 0);
	struct str t = relinked(a, &q,
		STR("{\"tarball\":\"https://npm.example/a/-/a-1.tgz\",\"home\":\"https://npm."
		    "example.evil/\",\"x\":\"https://npm.example\"}"));
	CHECK(str_is(t, "{\"tarball\":\"http://127.0.0.1:3142/npm/a/-/a-1.tgz\",\"home\":\"https://"
			"npm.example.evil/\",\"x\":\"https://npm.example\"}"));
	CHECK_INT(ask(a, "GET /pypi/simple/six/ HTTP/1.1", HOST, &q), 0);
	t = relinked(a, &q, STR("<a href=\"https://files.example/p/six.whl#sha256=0\">"));
	CHECK(str_is(t, "<a href=\"http://127.0.0.1:3142/pypi/files/p/six.whl#sha256=0\">"));
	t = relinked(
		a, &q, STR("https://files.example/https://files.example/https://files.exampl"));
	CHECK(str_is(t, "http://127.0.0.1:3142/pypi/files/http://127.0.0.1:3142/pypi/files/"
			"https://files.exampl"));
	CHECK(str_is(relinked(a, &q, STR("")), ""));
}

TEST(a_registry_sends_on_only_to_registries)
{
	CHECK(ask_may_follow(&some, "https://files.example/packages/x"));
	CHECK(!ask_may_follow(&some, "https://files.example.evil/packages/x"));
	CHECK(!ask_may_follow(&some, "https://files.example"));
	CHECK(!ask_may_follow(&some, "http://files.example/x"));
	CHECK(!ask_may_follow(&some, "http://debian.example/debian/../x"));
	CHECK(!ask_may_follow(&some, "http://169.254.169.254/"));
}

TEST(addresses_of_registries_are_checked)
{
	cleanup_arena struct arena *a = arena_new();
	struct config c;
	struct upstreams u;
	struct err e;
	CHECK(config_load(a, NULL, &c, &e) == OK);
	CHECK(upstreams_read(a, &c, &u, &e) == OK);
	CHECK(!u.proxy);
	c.packages_npm = "https://mirror.example/npm/";
	CHECK(upstreams_read(a, &c, &u, &e) == OK);
	CHECK_STR(u.base[UP_NPM], "https://mirror.example/npm");
	c.packages_npm = "none";
	CHECK(upstreams_read(a, &c, &u, &e) == OK && !u.base[UP_NPM]);
	static const char *const bad[] = { "", "ftp://x", "file:///etc", "https://", "http:/x",
		"https://user@x", "https://x/?q" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		c.packages_npm = bad[i];
		CHECK(upstreams_read(a, &c, &u, &e) == E_INPUT);
		CHECK_STR(e.field, "packages_npm");
	}
}
