/*
 * Which addresses of a notebook server may be asked for. Part of request.h.
 *
 * The servers inside are under the members' control, so this is no wall: it closes the doors that a
 * stock notebook server opens, and the meter (table.h) counts what leaves all the same.
 */
#include "gate/request.h"

/* The text of a file, as JSON, that the notebook's editor may fetch at once. */
enum { EDITOR_MAX = 1 << 20 };

/* False for a broken escape or an escaped control character. */
static bool
decode(struct arena *a, struct str s, bool plus, struct str *ret)
{
	if (!http_unescape(a, s, plus, ret))
		return false;
	for (size_t i = 0; i < ret->n; i++)
		if ((unsigned char)ret->p[i] < 0x20 || ret->p[i] == 0x7f)
			return false;
	return true;
}

enum status
request_query(
	struct arena *a, const struct request *r, const char *name, struct str *ret, struct err *e)
{
	struct str query = r->query, found = { NULL, 0 };
	while (query.n) {
		struct str value = str_cut(&query, '&'), key, text;
		key = str_cut(&value, '=');
		if (!decode(a, key, true, &key) || !decode(a, value, true, &text))
			return err_set(e, E_INPUT, name, "The query is not properly encoded.");
		if (!str_is(str_trim(key), name))
			continue;
		if (found.p)
			return err_set(e, E_INPUT, name, "%s is given twice.", name);
		found = text;
	}
	if (!found.p)
		return err_set(e, E_ABSENT, name, "%s is missing.", name);
	*ret = found;
	return OK;
}

/* One reading of the path only: no encoded slash, no "." or "..", no empty step. */
static bool
is_plain_path(struct str raw, struct str decoded)
{
	for (struct str rest = raw; rest.n;) {
		str_cut(&rest, '%');
		if (str_starts(rest, "2f") || str_starts(rest, "2F") || str_starts(rest, "5c") ||
			str_starts(rest, "5C") || str_starts(rest, "25"))
			return false;
	}
	struct str rest = { decoded.p + 1, decoded.n - 1 };
	while (rest.n) {
		struct str step = str_cut(&rest, '/');
		if (step.n == 0 || str_is(step, ".") || str_is(step, ".."))
			return false;
	}
	return !memchr(decoded.p, '\\', decoded.n);
}

static bool
is_below(struct str path, const char *top)
{
	size_t n = strlen(top);
	return str_starts(path, top) && (path.n == n || path.p[n] == '/');
}

/* The editor and the file list of a notebook server read through /api/contents. */
static int
check_contents(
	struct arena *a, const struct request *r, struct str path, int64_t *ret_cap, struct err *e)
{
	struct str type = STR(""), format = STR(""), content = STR("1");
	if (!str_is(r->method, "GET") && !str_is(r->method, "HEAD"))
		return 0;
	if (memchr(r->query.p, ';', r->query.n) ||
		request_query(a, r, "type", &type, e) == E_INPUT ||
		request_query(a, r, "format", &format, e) == E_INPUT ||
		request_query(a, r, "content", &content, e) == E_INPUT) {
		err_set(e, E_INPUT, "", "The query can be read in two ways.");
		return 400;
	}
	bool text = str_is(format, "text"), any = format.n == 0;
	bool listing =
		str_is(path, "/api/contents") || str_is(path, "/api/contents/") ||
		str_is(type, "directory") || str_is(content, "0") ||
		(path.n > 12 && str_is((struct str){ path.p + path.n - 12, 12 }, "/checkpoints"));
	if (listing && (any || text))
		return 0;
	if (str_is(type, "notebook") && (any || str_is(format, "json")))
		return 0;
	if (str_is(type, "file") && text) {
		*ret_cap = EDITOR_MAX;
		return 0;
	}
	err_set(e, E_DENIED, "",
		"Files stay in the workspace. The editor opens text files up to 1 MiB.");
	return 403;
}

int
request_check_path(struct arena *a, const struct request *r, int64_t *ret_cap, struct err *e)
{
	static const char *const closed[] = { "/files", "/nbconvert", "/api/nbconvert", "/view",
		"/bundle" };
	struct str path;
	if (!decode(a, r->path, false, &path) || !str_utf8(path) || !is_plain_path(r->path, path)) {
		err_set(e, E_INPUT, "", "The address can be read in two ways.");
		return 400;
	}
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		if (!is_below(path, closed[i]))
			continue;
		err_set(e, E_DENIED, "",
			"Files stay in the workspace: downloads are closed for everybody.");
		return 403;
	}
	int64_t cap = -1;
	if (is_below(path, "/api/contents")) {
		int code = check_contents(a, r, path, &cap, e);
		if (code)
			return code;
	}
	*ret_cap = cap;
	return 0;
}
