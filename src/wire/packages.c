#include "wire/packages.h"

#include <stdio.h>

static const char *const kinds[PACKAGE_KINDS] = { "apt", "npm", "pip", "r" };

const char *
package_kind_name(enum package_kind k)
{
	return kinds[k];
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._~+-@:=,!()^", c));
}

bool
package_path_ok(struct str s)
{
	if (s.n < 2 || s.n > PACKAGES_PATH_MAX || s.p[0] != '/')
		return false;
	struct str rest = { s.p + 1, s.n - 1 };
	while (rest.n) {
		struct str step = str_cut(&rest, '/');
		/* A slash at the end leaves nothing to cut, and is fine: registries have folders.
		 */
		if (step.n == 0 || str_is(step, ".") || str_is(step, ".."))
			return false;
		for (size_t i = 0; i < step.n; i++)
			if (!is_letter(step.p[i]))
				return false;
	}
	return true;
}

/* Cuts the beginning off. */
static bool
after(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);
	if (!str_starts(*s, prefix))
		return false;
	s->p += n, s->n -= n;
	return true;
}

static bool
before(struct str *s, const char *suffix)
{
	size_t n = strlen(suffix);
	if (s->n <= n || memcmp(s->p + s->n - n, suffix, n) != 0)
		return false;
	s->n -= n;
	return true;
}

static struct str
last_step(struct str s)
{
	const char *slash = memrchr(s.p, '/', s.n);
	return slash ? (struct str){ slash + 1, s.n - (size_t)(slash + 1 - s.p) } : s;
}

/* "hello_2.10-3_amd64" */
static bool
as_apt(struct str file, struct package *p)
{
	if (!before(&file, ".deb"))
		return false;
	p->kind = PACKAGE_APT;
	p->name = str_cut(&file, '_');
	p->version = str_cut(&file, '_');
	return p->name.n && p->version.n && file.n;
}

/* "@types/node/-/node-20.1.0.tgz" */
static bool
as_npm(struct str rest, struct package *p)
{
	const char *dash = memmem(rest.p, rest.n, "/-/", 3);
	if (!dash)
		return false;
	struct str name = { rest.p, (size_t)(dash - rest.p) }, base = last_step(name);
	struct str file = { dash + 3, rest.n - name.n - 3 };
	if (!before(&file, ".tgz") || base.n + 1 >= file.n || memcmp(file.p, base.p, base.n) != 0 ||
		file.p[base.n] != '-')
		return false;
	p->kind = PACKAGE_NPM;
	p->name = name;
	p->version = (struct str){ file.p + base.n + 1, file.n - base.n - 1 };
	return true;
}

/* "six-1.16.0-py2.py3-none-any.whl" and "six-1.16.0.tar.gz" */
static bool
as_pip(struct str file, struct package *p)
{
	bool wheel = before(&file, ".whl");
	if (!wheel && !before(&file, ".tar.gz") && !before(&file, ".zip"))
		return false;
	p->kind = PACKAGE_PIP;
	if (wheel) {
		p->name = str_cut(&file, '-');
		p->version = str_cut(&file, '-');
		return p->name.n && p->version.n && file.n;
	}
	const char *dash = memrchr(file.p, '-', file.n);
	if (!dash || dash == file.p || dash + 1 == file.p + file.n)
		return false;
	p->name = (struct str){ file.p, (size_t)(dash - file.p) };
	p->version = (struct str){ dash + 1, file.n - p->name.n - 1 };
	return true;
}

/* "jsonlite_1.8.8" */
static bool
as_r(struct str file, struct package *p)
{
	if (!before(&file, ".tar.gz"))
		return false;
	p->kind = PACKAGE_R;
	p->name = str_cut(&file, '_');
	p->version = file;
	return p->name.n && p->version.n;
}

bool
package_identify(struct str path, struct package *ret)
{
	struct package p = { .path = path };
	struct str rest = path;
	bool known = false;
	if (!package_path_ok(path))
		return false;
	if (after(&rest, "/debian/pool/") || after(&rest, "/debian-security/pool/"))
		known = as_apt(last_step(rest), &p);
	else if (after(&rest, "/npm/"))
		known = as_npm(rest, &p);
	else if (after(&rest, "/pypi/files/"))
		known = as_pip(last_step(rest), &p);
	else if (after(&rest, "/cran/src/contrib/"))
		known = as_r(last_step(rest), &p);
	if (known)
		*ret = p;
	return known;
}

bool
package_line_read(struct str s, struct package_line *ret)
{
	struct package_line l;
	struct str kind = str_cut(&s, ' '), hash = str_cut(&s, ' '), bytes = str_cut(&s, ' ');
	if (!hex_decode(hash, l.sha256, sizeof l.sha256) || !str_int(bytes, &l.bytes) ||
		l.bytes < 0 || !package_identify(s, &l.is) || !str_is(kind, kinds[l.is.kind]))
		return false;
	*ret = l;
	return true;
}

size_t
package_line_write(const struct package_line *l, char out[PACKAGES_LINE_MAX])
{
	char hash[2 * sizeof l->sha256 + 1];
	hex_encode(hash, l->sha256, sizeof l->sha256);
	int n = snprintf(out, PACKAGES_LINE_MAX, "%s %s %lld %.*s\n", kinds[l->is.kind], hash,
		(long long)l->bytes, (int)l->is.path.n, l->is.path.p);
	return (size_t)n;
}
