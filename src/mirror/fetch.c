#include "mirror/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum { INDEX_MAX = 96 << 20, HOPS_MAX = 3, HEAD_MAX = 2048 };

/*
 * A mirror runs outside its team's limits, so what a team can have it hold in memory has one of its
 * own: the indexes of all threads together. Who comes too late hears it; nobody waits for another.
 */
enum { INDEXES_MAX = 256 << 20, INDEX_FIRST = 256 << 10 };
static atomic_size_t indexes_held;
#define PACKAGE_MAX ((curl_off_t)4 << 30)

/* One answer on its way. */
struct passing {
	struct arena *arena;
	const struct ask *ask;
	int sock;
	long code;       /* of the registry, once its head is read */
	int64_t length;  /* -1: not told */
	struct buf kept; /* the registry's headers that go on */
	struct {
		char *p;
		size_t n, size;
	} index; /* kept until it is whole; freed with index_drop */
	int64_t bytes;
	crypto_hash_sha256_state hash;
	bool begun, chunked, too_large, crowded, broken; /* broken: the workspace's side */
};

struct fetcher {
	CURL *curl;
	const struct upstreams *upstreams;
	struct ledger *ledger;
};

static bool
send_all(int sock, const void *p, size_t n)
{
	const char *at = p;
	while (n) {
		ssize_t k = send(sock, at, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k, n -= (size_t)k;
	}
	return true;
}

void
fetch_say(int sock, int code, const char *text)
{
	char head[HEAD_MAX];
	/* The sentence is the reason phrase too, because that is all apt, npm and pip show. */
	int n = snprintf(head, sizeof head,
		"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
		code, text, strlen(text) + 1, text);
	if (n > 0 && n < (int)sizeof head)
		send_all(sock, head, (size_t)n);
}

/* ---- an index in memory ---- */

static bool
index_put(struct passing *w, const char *p, size_t n)
{
	while (w->index.size - w->index.n < n) {
		size_t more = w->index.size ? w->index.size : INDEX_FIRST;
		bool has_place = atomic_fetch_add(&indexes_held, more) + more <= INDEXES_MAX;
		char *bigger = has_place ? realloc(w->index.p, w->index.size + more) : NULL;
		if (!bigger) {
			atomic_fetch_sub(&indexes_held, more);
			w->crowded = true;
			return false;
		}
		w->index.p = bigger;
		w->index.size += more;
	}
	memcpy(w->index.p + w->index.n, p, n);
	w->index.n += n;
	return true;
}

static void
index_drop(struct passing *w)
{
	free(w->index.p);
	atomic_fetch_sub(&indexes_held, w->index.size);
}

/* ---- what the registry says ---- */

static bool
is_redirect(long code)
{
	return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	static const char *const keep[] = { "Content-Type", "ETag", "Last-Modified" };
	struct passing *w = arg;
	struct str value = { p, size * n }, name;
	if (str_starts(value, "HTTP/")) {
		/* The head of a proxy, or of a hop before. */
		w->kept.n = 0;
		w->length = -1;
		return size * n;
	}
	name = str_trim(str_cut(&value, ':'));
	value = str_trim(value);
	if (str_ieq(name, STR("Content-Length")))
		http_length(value, &w->length);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < 0x20 || value.p[i] > 0x7e)
			return size * n;
	for (size_t i = 0; i < sizeof keep / sizeof keep[0] && value.n < 256; i++)
		if (str_ieq(name, str_of(keep[i])))
			buf_printf(&w->kept, "%s: %.*s\r\n", keep[i], (int)value.n, value.p);
	return size * n;
}

static bool
begin(struct passing *w, int64_t length)
{
	struct buf head = buf_new(w->arena);
	buf_puts(&head, "HTTP/1.1 200 OK\r\n");
	buf_put(&head, w->kept.p, w->kept.n);
	w->chunked = length < 0 && !w->ask->old;
	if (w->chunked)
		buf_puts(&head, "Transfer-Encoding: chunked\r\n");
	else if (length >= 0)
		buf_printf(&head, "Content-Length: %lld\r\n", (long long)length);
	buf_puts(&head, "Connection: close\r\n\r\n");
	w->begun = true;
	return send_all(w->sock, head.p, head.n);
}

static bool
put_part(struct passing *w, const char *p, size_t n)
{
	char size[24];
	if (!w->chunked)
		return send_all(w->sock, p, n);
	int k = snprintf(size, sizeof size, "%zx\r\n", n);
	return send_all(w->sock, size, (size_t)k) && send_all(w->sock, p, n) &&
	       send_all(w->sock, "\r\n", 2);
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct passing *w = arg;
	n *= size;
	w->bytes += (int64_t)n;
	/* What a redirect or an error says is of no use. */
	if (w->code != 200)
		return w->bytes < INDEX_MAX ? n : 0;
	if (w->ask->has_links) {
		w->too_large = w->bytes > INDEX_MAX;
		if (w->too_large)
			return 0;
		return index_put(w, p, n) ? n : 0;
	}
	if (w->bytes > PACKAGE_MAX)
		return 0;
	crypto_hash_sha256_update(&w->hash, (const unsigned char *)p, n);
	w->broken = (!w->begun && !begin(w, w->length)) || !put_part(w, p, n);
	return w->broken ? 0 : n;
}

/* ---- one file ---- */

/* The status is known when the first byte of a body comes, and not before. */
static size_t
on_body_first(char *p, size_t size, size_t n, void *arg)
{
	struct fetcher *f = ((void **)arg)[0];
	struct passing *w = ((void **)arg)[1];
	if (w->code == 0)
		curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &w->code);
	return on_body(p, size, n, w);
}

static void
set_up(struct fetcher *f, const char *url, const struct curl_slist *lines, void **both)
{
	CURL *c = f->curl;
	const struct passing *w = both[1];
	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "wardroom-mirror");
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_NOBODY, w->ask->head ? 1L : 0L);
	/* What is in the environment is nobody's decision. */
	curl_easy_setopt(c, CURLOPT_PROXY, f->upstreams->proxy ? f->upstreams->proxy : "");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 15L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1000L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 60L);
	/* An index travels small; a package's bytes must be the registry's. */
	if (w->ask->has_links)
		curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, both[1]);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body_first);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, both);
}

/* Follows a few redirects, but never out of the configured registries. */
static CURLcode
perform(struct fetcher *f, struct passing *w, struct curl_slist *lines, bool *ret_astray)
{
	const char *url = w->ask->url;
	void *both[2] = { f, w };
	for (int hop = 0;; hop++) {
		w->code = 0, w->bytes = 0, w->length = -1;
		w->kept.n = w->index.n = 0;
		crypto_hash_sha256_init(&w->hash);
		set_up(f, url, lines, both);
		CURLcode c = curl_easy_perform(f->curl);
		curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &w->code);
		if (c != CURLE_OK || !is_redirect(w->code))
			return c;
		char *next = NULL;
		curl_easy_getinfo(f->curl, CURLINFO_REDIRECT_URL, &next);
		*ret_astray = !next || hop == HOPS_MAX || !ask_may_follow(f->upstreams, next);
		if (*ret_astray)
			return c;
		url = arena_strdup(w->arena, next);
	}
}

static bool
record(struct fetcher *f, struct passing *w)
{
	struct package_line l = { .is = w->ask->package, .bytes = w->bytes };
	char text[PACKAGES_LINE_MAX];
	crypto_hash_sha256_final(&w->hash, l.sha256);
	size_t n = package_line_write(&l, text);
	atomic_fetch_add(&f->ledger->lines, 1);
	return write(f->ledger->fd, text, n) == (ssize_t)n;
}

/* Twice through it: first for the length. */
static bool
send_index(struct passing *w, const struct upstreams *u)
{
	const struct str whole = { w->index.p, w->index.n };
	struct str rest = whole, piece;
	int64_t length = 0;
	while (ask_relink(w->ask, u, &rest, &piece))
		length += (int64_t)piece.n;
	bool good = begin(w, length);
	for (rest = whole; good && ask_relink(w->ask, u, &rest, &piece);)
		good = put_part(w, piece.p, piece.n);
	return good;
}

/* What is still to be sent once the registry has said everything. */
static int
finish(struct fetcher *f, struct passing *w)
{
	const struct ask *q = w->ask;
	if (w->code != 200) {
		bool gone = w->code == 404 || w->code == 410 || w->code == 403 || w->code == 451;
		int code = gone ? 404 : 502;
		fetch_say(w->sock, code,
			arena_printf(w->arena,
				gone ? "This is not to be had from %s (it answered %ld)."
				     : "Fetching from %s failed: it answered %ld.",
				upstream_name(q->upstream), w->code));
		return code;
	}
	if (q->has_links && !q->head) {
		return send_index(w, f->upstreams) ? 200 : 0;
	}
	/* A head alone, or nothing at all in the body. */
	if (!w->begun && !begin(w, q->head && w->length >= 0 ? w->length : 0))
		return 0;
	/* What cannot be recorded is not there: the warden starts us again. */
	if (q->is_package && !q->head && !record(f, w))
		BUG("the ledger of packages cannot be written: errno %d", errno);
	if (w->chunked && !send_all(w->sock, "0\r\n\r\n", 5))
		return 0;
	return 200;
}

static int
fetch(struct fetcher *f, struct passing *w)
{
	bool astray = false;
	const struct ask *q = w->ask;
	struct curl_slist *lines =
		curl_slist_append(NULL, arena_printf(w->arena, "Accept: %s", q->accept));
	CURLcode c = perform(f, w, lines, &astray);
	curl_slist_free_all(lines);
	if (w->broken || (c != CURLE_OK && w->begun))
		return 0;
	if (w->crowded) {
		fetch_say(w->sock, 503, "Too many large indexes are being fetched; try again.");
		return 503;
	}
	if (c != CURLE_OK || astray) {
		fetch_say(w->sock, 502,
			arena_printf(w->arena, "The server could not fetch this from %s: %s.",
				upstream_name(q->upstream),
				astray         ? "it sends on to another place"
				: w->too_large ? "the index is too large"
					       : curl_easy_strerror(c)));
		return 502;
	}
	return finish(f, w);
}

int
fetcher_answer(struct fetcher *f, struct arena *a, const struct ask *q, int sock)
{
	struct passing w = { .arena = a, .ask = q, .sock = sock, .kept = buf_new(a) };
	if (q->is_package && atomic_load(&f->ledger->lines) >= LEDGER_LINES) {
		fetch_say(sock, 507,
			"This workspace has fetched as many packages as one setup phase may.");
		return 507;
	}
	int code = fetch(f, &w);
	index_drop(&w);
	return code;
}

struct fetcher *
fetcher_new(const struct upstreams *u, struct ledger *l)
{
	struct fetcher *f = calloc(1, sizeof *f);
	if (!f)
		BUG("out of memory");
	*f = (struct fetcher){ curl_easy_init(), u, l };
	if (!f->curl)
		BUG("no curl handle");
	return f;
}
