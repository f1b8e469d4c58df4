#include "wire/packages.h"

#include "base/tap.h"

static bool
is(const char *path, enum package_kind kind, const char *name, const char *version)
{
	struct package p;
	return package_identify(str_of(path), &p) && p.kind == kind && str_is(p.name, name) &&
	       str_is(p.version, version);
}

TEST(names_what_a_path_holds)
{
	CHECK(is("/debian/pool/main/h/hello/hello_2.10-3_amd64.deb", PACKAGE_APT, "hello",
		"2.10-3"));
	CHECK(is("/debian-security/pool/updates/main/o/o/libo_1:2+deb12u1_amd64.deb", PACKAGE_APT,
		"libo", "1:2+deb12u1"));
	CHECK(is("/npm/is-odd/-/is-odd-3.0.1.tgz", PACKAGE_NPM, "is-odd", "3.0.1"));
	CHECK(is("/npm/@types/node/-/node-20.1.0.tgz", PACKAGE_NPM, "@types/node", "20.1.0"));
	CHECK(is("/pypi/files/packages/aa/bb/six-1.16.0-py2.py3-none-any.whl", PACKAGE_PIP, "six",
		"1.16.0"));
	CHECK(is("/pypi/files/packages/x/my-thing-1.0.tar.gz", PACKAGE_PIP, "my-thing", "1.0"));
	CHECK(is("/cran/src/contrib/jsonlite_1.8.8.tar.gz", PACKAGE_R, "jsonlite", "1.8.8"));
	CHECK(is("/cran/src/contrib/Archive/abc/abc_2.1.tar.gz", PACKAGE_R, "abc", "2.1"));
}

TEST(an_index_is_no_package)
{
	static const char *const none[] = { "/npm/is-odd", "/npm/is-odd/-/other-3.0.1.tgz",
		"/npm/is-odd/-/is-odd-.tgz", "/debian/dists/bookworm/InRelease",
		"/debian/pool/main/h/hello/hello.deb", "/pypi/simple/six/",
		"/pypi/files/a/six-1.0-py3-none-any.whl.metadata", "/cran/src/contrib/PACKAGES.gz",
		"/elsewhere/x_1_amd64.deb", "" };
	struct package p;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		CHECK(!package_identify(str_of(none[i]), &p));
}

TEST(paths_have_one_reading)
{
	CHECK(package_path_ok(STR("/debian/dists/bookworm/")));
	static const char *const bad[] = { "", "/", "debian", "//", "/a//b", "/a/../b", "/./a",
		"/a b", "/a%2e", "/a?b", "/a#b", "/a\\b", "/a\nb", "/\xc3\xa9" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!package_path_ok(str_of(bad[i])));
}

TEST(a_line_reads_back)
{
	struct package_line l = { .bytes = 4711 }, again;
	char text[PACKAGES_LINE_MAX];
	memset(l.sha256, 0xab, sizeof l.sha256);
	CHECK(package_identify(STR("/npm/is-odd/-/is-odd-3.0.1.tgz"), &l.is));
	size_t n = package_line_write(&l, text);
	CHECK_INT(text[n - 1], '\n');
	CHECK(package_line_read((struct str){ text, n - 1 }, &again));
	CHECK_INT(again.bytes, 4711);
	CHECK(memcmp(again.sha256, l.sha256, sizeof l.sha256) == 0);
	CHECK(str_is(again.is.name, "is-odd"));
	/* The kind must be what the path says. */
	text[0] = 'q';
	CHECK(!package_line_read((struct str){ text, n - 1 }, &again));
	CHECK(!package_line_read(STR("npm abcd 1 /npm/a/-/a-1.tgz"), &again));
}
