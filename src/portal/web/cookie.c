#include "portal/web/cookie.h"

enum { FLASH_SECONDS = 60, FLASH_HEX = 3000 }; /* browsers keep cookies up to 4096 bytes */

static bool
tls(const struct req *r)
{
	return str_starts(str_of(r->server->config.site), "https:");
}

static const char *
full_name(struct req *r, const char *name)
{
	return tls(r) ? arena_printf(r->arena, "__Host-%s", name) : name;
}

/* Takes one cookie off a header; false at its end. */
static bool
next(struct str *header, struct str *ret_name, struct str *ret_value)
{
	if (!header->n)
		return false;
	*ret_value = str_trim(str_cut(header, ';'));
	*ret_name = str_cut(ret_value, '=');
	return true;
}

const char *
cookie_set(struct req *r, const char *name, const char *value, int seconds)
{
	return arena_printf(r->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
		full_name(r, name), value,
		seconds < 0 ? "" : arena_printf(r->arena, "; Max-Age=%d", seconds),
		tls(r) ? "; Secure" : "");
}

const char *
cookie_token(struct req *r, const char *header, const char *name)
{
	struct str rest = str_of(header ? header : ""), key, value;
	const char *want = full_name(r, name);
	while (next(&rest, &key, &value)) {
		unsigned char raw[32];
		if (str_is(key, want) && hex_decode(value, raw, sizeof raw))
			return str_dup(r->arena, value);
	}
	return NULL;
}

/* In hex, as a cookie may not hold every character. */
const char *
cookie_set_flash(struct req *r, const char *text)
{
	if (!text)
		return NULL;
	char *hex = arena_alloc(r->arena, 2 * strlen(text) + 1);
	hex_encode(hex, text, strlen(text));
	return cookie_set(r, "wardroom_flash", hex, FLASH_SECONDS);
}

const char *
cookie_flash(struct req *r, const char *header, const char **ret_clear)
{
	struct str rest = str_of(header ? header : ""), key, value;
	const char *want = full_name(r, "wardroom_flash"), *found = NULL;
	while (next(&rest, &key, &value)) {
		if (!str_is(key, want) || value.n > FLASH_HEX || value.n % 2)
			continue;
		char *text = arena_alloc(r->arena, value.n / 2 + 1);
		if (hex_decode(value, text, value.n / 2) &&
			str_utf8((struct str){ text, value.n / 2 }))
			found = text;
		*ret_clear = cookie_set(r, "wardroom_flash", "", 0);
	}
	return found;
}
