#include "attack/proof/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/version.h"

static const char key_name[] = "proof.key";

static enum status
read_key(struct arena *a, const struct config *c, int dir, unsigned char ret_secret[64],
	struct err *e)
{
	struct str s;
	TRY(io_read_at(a, dir, key_name, crypto_sign_SECRETKEYBYTES, &s, e));
	if (s.n != crypto_sign_SECRETKEYBYTES)
		return err_set(e, E_CONFLICT, "", "%s/%s is not a key.", c->state, key_name);
	memcpy(ret_secret, s.p, s.n);
	sodium_memzero((char *)s.p, s.n);
	return OK;
}

static bool
has_key(int dir)
{
	return faccessat(dir, key_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

enum status
report_key(struct arena *a, const struct config *c, unsigned char ret_secret[64], struct err *e)
{
	cleanup_fd int dir = open(c->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "%s", c->state);
	if (!has_key(dir)) {
		unsigned char public[crypto_sign_PUBLICKEYBYTES];
		unsigned char secret[crypto_sign_SECRETKEYBYTES];
		crypto_sign_keypair(public, secret);
		enum status made = io_replace_at(dir, key_name, 0400, secret, sizeof secret, e);
		sodium_memzero(secret, sizeof secret);
		TRY(made);
	}
	return read_key(a, c, dir, ret_secret, e);
}

enum status
report_public(struct arena *a, const struct config *c, unsigned char ret_public[32], struct err *e)
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	cleanup_fd int dir = open(c->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "%s", c->state);
	if (!has_key(dir))
		return err_set(e, E_ABSENT, "",
			"This server has no key, so no report is its: the first is signed by "
			"`wardroom attack --report`. Name the key of whoever signed this one.");
	TRY(read_key(a, c, dir, secret, e));
	crypto_sign_ed25519_sk_to_pk(ret_public, secret);
	sodium_memzero(secret, sizeof secret);
	return OK;
}

/* Markdown obeys these. */
static void
put_plain(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\`*_{}[]<>|#", *s))
			buf_putc(b, '\\');
		buf_putc(b, *s);
	}
}

static void
head(struct arena *a, struct buf *b, const struct config *c, const struct results *r, int64_t began,
	int64_t ended)
{
	char from[32], to[32], name[256] = "";
	struct utsname u = { 0 };
	uname(&u);
	gethostname(name, sizeof name - 1);
	clock_iso(began, from, sizeof from);
	clock_iso(ended, to, sizeof to);
	buf_printf(b, "# Attacks on the workspaces of this server\n\n");
	buf_printf(b,
		"For the data controller. Every attack was carried out on host `%s` (Linux %s, "
		"%s) from %s to %s, on a throw-away server that runs the installed programs "
		"(Wardroom %s, `%s`) with the installed accounts and container runtime (%s), two "
		"workspaces, and invented patients. No event of the installed server (`%s`) was "
		"touched.\n\n",
		name, u.release, u.machine, from, to, WARDROOM_VERSION, c->bin, c->runtime,
		c->state);
	buf_printf(b,
		"**%s** %zu attacks were tried, %zu defeated; %zu got through, %zu unclear, %zu "
		"accepted as residual, %zu not possible here. Each has a positive control: "
		"something harmless that must work in the same place, so that a dead server "
		"cannot pass. %zu controls failed.\n",
		results_good(r) ? "All was defeated, but for what is listed as residual."
				: "Not everything was defeated.",
		r->n - results_count(r, R_NOT_HERE), results_count(r, R_DEFEATED),
		results_count(r, R_THROUGH), results_count(r, R_UNCLEAR),
		results_count(r, R_RESIDUAL), results_count(r, R_NOT_HERE),
		results_controls_bad(r));
}

/* Those of one verdict (or whose control failed), with their reasons. */
static void
list(struct buf *b, const struct results *r, const char *title, enum verdict v)
{
	if (!results_count(r, v))
		return;
	buf_printf(b, "\n## %s\n\n", title);
	for (size_t i = 0; i < r->n; i++) {
		const struct result *x = &r->at[i];
		if (x->verdict != v)
			continue;
		buf_printf(b, "* %s: ", x->id);
		put_plain(b, x->what);
		buf_puts(b, ". ");
		put_plain(b, *x->residual ? x->residual : x->detail);
		buf_puts(b, ".\n");
	}
}

static void
group(struct buf *b, const struct results *r, char letter)
{
	bool any = false;
	for (size_t i = 0; i < r->n; i++) {
		const struct result *x = &r->at[i];
		if (x->id[0] != letter)
			continue;
		if (!any)
			buf_printf(b,
				"\n## %c: %s\n\n| attack | what was tried | outcome | control | "
				"what happened |\n| --- | --- | --- | --- | --- |\n",
				letter, results_group(letter));
		any = true;
		buf_printf(b, "| %s | ", x->id);
		put_plain(b, x->what);
		buf_printf(b, " | %s | %s | ", verdict_word(x->verdict),
			x->control ? "worked" : "failed");
		put_plain(b, x->detail);
		buf_puts(b, " |\n");
	}
}

const char *
report_text(struct arena *a, const struct config *c, const struct results *r, int64_t began,
	int64_t ended, const char *checked)
{
	struct buf b = buf_new(a);
	head(a, &b, c, r, began, ended);
	list(&b, r, "What got through", R_THROUGH);
	list(&b, r, "What is not clear", R_UNCLEAR);
	list(&b, r, "What is accepted, and why", R_RESIDUAL);
	list(&b, r, "What this host cannot express", R_NOT_HERE);
	for (const char *l = results_letters; *l; l++)
		group(&b, r, *l);
	buf_printf(&b, "\n## The host\n\n```\n%s```\n\n## For programs\n\n```json\n", checked);
	results_write(&b, r);
	buf_puts(&b, "\n```\n\n");
	return b.p;
}

const char *
report_sign(struct arena *a, const char *text, const unsigned char secret[64])
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], signature[crypto_sign_BYTES];
	char hex[2 * crypto_sign_BYTES + 1];
	struct buf b = buf_new(a);
	crypto_sign_ed25519_sk_to_pk(public, secret);
	hex_encode(hex, public, sizeof public);
	buf_printf(&b, "%skey: %s\n", text, hex);
	crypto_sign_detached(signature, NULL, (const unsigned char *)b.p, b.n, secret);
	hex_encode(hex, signature, sizeof signature);
	buf_printf(&b, "signature: %s\n", hex);
	return b.p;
}

/* Cuts the last line, "name: HEX\n" of n bytes, off the end. */
static bool
last_line(struct str *s, const char *name, unsigned char *out, size_t n)
{
	size_t all = strlen(name) + 2 * n + 1;
	if (s->n < all || s->p[s->n - 1] != '\n')
		return false;
	struct str line = { s->p + s->n - all, all - 1 };
	if (!str_starts(line, name) || (s->n > all && s->p[s->n - all - 1] != '\n'))
		return false;
	struct str hex = { line.p + strlen(name), 2 * n };
	s->n -= all;
	return hex_decode(hex, out, n);
}

/* What was signed, by whom: a report's last two lines. */
static enum status
split(struct str text, struct str *ret_body, unsigned char *public, unsigned char *signature,
	struct err *e)
{
	struct str body = text, above;
	bool is = last_line(&body, "signature: ", signature, crypto_sign_BYTES);
	above = body;
	if (!is || !last_line(&above, "key: ", public, crypto_sign_PUBLICKEYBYTES))
		return err_set(e, E_INPUT, "",
			"The file is no report of `wardroom attack`: it does not end with a key "
			"and a signature, each on a line of its own.");
	*ret_body = body;
	return OK;
}

enum status
report_is(struct str text, struct err *e)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], signature[crypto_sign_BYTES];
	struct str body;
	return split(text, &body, public, signature, e);
}

enum status
report_verify(
	struct arena *a, struct str text, const char *want, const char **ret_key, struct err *e)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], signature[crypto_sign_BYTES];
	char hex[2 * crypto_sign_PUBLICKEYBYTES + 1];
	struct str body;
	TRY(split(text, &body, public, signature, e));
	hex_encode(hex, public, sizeof public);
	if (want && !streq(hex, want))
		return err_set(e, E_CONFLICT, "key", "It was signed by another key: %s.", hex);
	if (crypto_sign_verify_detached(signature, (const unsigned char *)body.p, body.n, public) !=
		0)
		return err_set(e, E_CONFLICT, "signature",
			"The report is not as it was signed: something in it was changed.");
	*ret_key = arena_strdup(a, hex);
	return OK;
}
