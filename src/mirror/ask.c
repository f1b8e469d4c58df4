#include "mirror/ask.h"

static int
refuse(struct err *e, int code, const char *text)
{
	err_set(e, code == 403 ? E_DENIED : E_INPUT, "", "%s", text);
	return code;
}

/* ---- the registries ---- */

static const char *const names[UPSTREAMS] = { "Debian", "Debian's security updates",
	"the npm registry", "the Python package index", "the Python package index's files",
	"CRAN" };

const char *
upstream_name(enum upstream u)
{
	return names[u];
}

static enum status
read_base(struct arena *a, const char *field, const char *text, const char **ret, struct err *e)
{
	struct str s = str_of(text), rest = s;
	if (str_is(s, "none")) {
		*ret = NULL;
		return OK;
	}
	struct str scheme = str_cut(&rest, ':');
	bool good = (str_is(scheme, "http") || str_is(scheme, "https")) && rest.n > 2 &&
		    str_starts(rest, "//") && rest.p[2] != '/';
	for (size_t i = 0; i < s.n; i++)
		good = good && s.p[i] > ' ' && s.p[i] < 0x7f && !strchr("?#\\@\"'<>", s.p[i]);
	if (!good)
		return err_set(e, E_INPUT, field,
			"%s must be \"none\" or an address that begins with http:// or https://.",
			field);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	*ret = str_dup(a, s);
	return OK;
}

enum status
upstreams_read(struct arena *a, const struct config *c, struct upstreams *ret, struct err *e)
{
	struct upstreams u;
	TRY(read_base(a, "packages_debian", c->packages_debian, &u.base[UP_DEBIAN], e));
	TRY(read_base(a, "packages_security", c->packages_security, &u.base[UP_SECURITY], e));
	TRY(read_base(a, "packages_npm", c->packages_npm, &u.base[UP_NPM], e));
	TRY(read_base(a, "packages_pypi", c->packages_pypi, &u.base[UP_PYPI], e));
	TRY(read_base(a, "packages_pypi_files", c->packages_pypi_files, &u.base[UP_PYPI_FILES], e));
	TRY(read_base(a, "packages_cran", c->packages_cran, &u.base[UP_CRAN], e));
	TRY(read_base(a, "packages_proxy", c->packages_proxy, &u.proxy, e));
	*ret = u;
	return OK;
}

bool
ask_may_follow(const struct upstreams *u, const char *url)
{
	for (int i = 0; i < UPSTREAMS; i++) {
		size_t n = u->base[i] ? strlen(u->base[i]) : 0;
		if (n && strncmp(url, u->base[i], n) == 0 && url[n] == '/' &&
			!strstr(url + n, "/.."))
			return true;
	}
	return false;
}

/* ---- the shelves ---- */

/* Every registry has more than its packages: accounts, searches, uploads. Only these parts. */
static bool
shape_debian(struct str rest)
{
	return str_starts(rest, "dists/") || str_starts(rest, "pool/");
}

static bool
shape_npm(struct str rest)
{
	/* "name", "name/-/file", "name/1.2.3", the same with "@scope/" before; "-/..." is the
	 * registry's own. */
	struct str step = str_cut(&rest, '/');
	if (step.n == 0 || step.p[0] == '-')
		return false;
	if (step.p[0] == '@') {
		step = str_cut(&rest, '/');
		if (step.n == 0 || step.p[0] == '-')
			return false;
	}
	if (rest.n == 0)
		return true;
	step = str_cut(&rest, '/');
	return str_is(step, "-") ? rest.n && !memchr(rest.p, '/', rest.n) : rest.n == 0;
}

static bool
shape_any(struct str rest)
{
	return true;
}

static bool
shape_cran(struct str rest)
{
	return str_starts(rest, "src/") || str_starts(rest, "web/packages/");
}

static const struct shelf {
	const char *prefix; /* of the path at the mirror */
	enum upstream upstream;
	const char *between; /* between the registry's address and the rest */
	bool (*shape)(struct str rest);
	bool has_links;
} shelves[] = {
	{ "/debian/", UP_DEBIAN, "/", shape_debian, false },
	{ "/debian-security/", UP_SECURITY, "/", shape_debian, false },
	{ "/npm/", UP_NPM, "/", shape_npm, true },
	{ "/pypi/simple/", UP_PYPI, "/simple/", shape_any, true },
	{ "/pypi/files/", UP_PYPI_FILES, "/", shape_any, false },
	{ "/cran/", UP_CRAN, "/", shape_cran, false },
};

/* ---- one request ---- */

/* What may not stand bare in an address is encoded again. */
static const char *
encode(struct arena *a, const char *base, const char *between, struct str rest)
{
	struct buf b = buf_new(a);
	buf_puts(&b, base);
	buf_puts(&b, between);
	for (size_t i = 0; i < rest.n; i++) {
		if (strchr("+^:=,!()", rest.p[i]))
			buf_printf(&b, "%%%02X", (unsigned char)rest.p[i]);
		else
			buf_putc(&b, rest.p[i]);
	}
	return b.p;
}

static int
read_start(struct arena *a, struct str line, struct ask *q, struct err *e)
{
	struct str method = str_cut(&line, ' '), target = str_cut(&line, ' ');
	q->head = str_is(method, "HEAD");
	if (!q->head && !str_is(method, "GET"))
		return refuse(e, 405, "Packages are fetched here; nothing can be sent.");
	q->old = str_is(line, "HTTP/1.0");
	if (!str_is(line, "HTTP/1.1") && !q->old)
		return refuse(e, 505, "Only HTTP/1.1 is spoken here.");
	if (!str_starts(target, "/"))
		return refuse(e, 400, "This is no proxy: ask for a path.");
	if (target.n > PACKAGES_PATH_MAX)
		return refuse(e, 414, "The address is too long.");
	if (memchr(target.p, '?', target.n))
		return refuse(e, 403, "Addresses with a query are not passed on.");
	/* Once; what is still encoded then is refused, because no path of a package has a '%'. */
	if (!http_unescape(a, target, false, &q->path) || !package_path_ok(q->path))
		return refuse(e, 400, "The address can be read in more than one way.");
	return 0;
}

static int
read_lines(struct str head, struct str *ret_accept, struct err *e)
{
	static const char *const once[] = { "Host", "Accept" };
	struct http_lines lines;
	struct str v;
	if (http_lines_parse(head, &lines, e) != OK)
		return 400;
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
		if (http_lines_count(&lines, once[i]) > 1)
			return refuse(e, 400, "A header that may stand once is given twice.");
	if (!http_lines_find(&lines, "Host", &v) ||
		(!str_is(v, "127.0.0.1:3142") && !str_is(v, "localhost:3142")))
		return refuse(e, 421, "Only packages are served here, as " PACKAGES_URL ".");
	if (http_lines_count(&lines, "Transfer-Encoding") || http_lines_count(&lines, "Upgrade") ||
		(http_lines_find(&lines, "Content-Length", &v) && !str_is(v, "0")))
		return refuse(e, 400, "Packages are fetched here; nothing can be sent.");
	http_lines_find(&lines, "Accept", ret_accept);
	return 0;
}

/*
 * An index may come in two forms. What the workspace says it takes chooses one of them; its own
 * words would be a letter to the registry.
 */
static const char *
choose_accept(const struct ask *q, struct str said)
{
	static const struct {
		enum upstream at;
		const char *mark, *then, *otherwise;
	} forms[] = {
		{ UP_NPM, "application/vnd.npm.install-v1+json",
			"application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8",
			"application/json" },
		{ UP_PYPI, "application/vnd.pypi.simple.v1+json",
			"application/vnd.pypi.simple.v1+json, text/html; q=0.1", "text/html" },
	};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0] && q->has_links; i++)
		if (forms[i].at == q->upstream)
			return memmem(said.p, said.n, forms[i].mark, strlen(forms[i].mark))
				       ? forms[i].then
				       : forms[i].otherwise;
	return "*/*";
}

int
ask_read(
	struct arena *a, struct str head, const struct upstreams *u, struct ask *ret, struct err *e)
{
	struct ask q = { 0 };
	struct str line, accept = { "", 0 };
	if (!http_start_line(&head, &line))
		return refuse(e, 400, "There is no request line.");
	int code = read_start(a, line, &q, e);
	if (code || (code = read_lines(head, &accept, e)))
		return code;
	for (size_t i = 0; i < sizeof shelves / sizeof shelves[0]; i++) {
		const struct shelf *s = &shelves[i];
		size_t n = strlen(s->prefix);
		struct str rest = { q.path.p + n, q.path.n - n };
		if (!str_starts(q.path, s->prefix))
			continue;
		if (!s->shape(rest))
			break;
		if (!u->base[s->upstream]) {
			err_set(e, E_DENIED, "", "This server does not offer packages from %s.",
				names[s->upstream]);
			return 403;
		}
		q.upstream = s->upstream;
		q.url = encode(a, u->base[s->upstream], s->between, rest);
		q.is_package = package_identify(q.path, &q.package);
		q.has_links = s->has_links && !q.is_package;
		q.accept = choose_accept(&q, accept);
		*ret = q;
		return 0;
	}
	return refuse(e, 403,
		"Only packages of Debian, npm, PyPI and CRAN can be fetched, below " PACKAGES_URL
		"/debian/, /debian-security/, /npm/, /pypi/ and /cran/.");
}

bool
ask_relink(const struct ask *q, const struct upstreams *u, struct str *rest, struct str *ret)
{
	enum upstream at = q->upstream == UP_PYPI ? UP_PYPI_FILES : q->upstream;
	const char *from = u->base[at];
	size_t n = from ? strlen(from) : 0;
	if (!rest->n)
		return false;
	/* "https://host.example.evil" begins like "https://host.example" and is another. */
	if (n && rest->n > n && memcmp(rest->p, from, n) == 0 && rest->p[n] == '/') {
		*ret = str_of(at == UP_NPM ? PACKAGES_URL "/npm" : PACKAGES_URL "/pypi/files");
		rest->p += n, rest->n -= n;
		return true;
	}
	/* The first byte is no beginning of an address of ours, so it may be passed by. */
	const char *hit = n ? memmem(rest->p + 1, rest->n - 1, from, n) : NULL;
	size_t plain = hit ? (size_t)(hit - rest->p) : rest->n;
	*ret = (struct str){ rest->p, plain };
	rest->p += plain, rest->n -= plain;
	return true;
}
