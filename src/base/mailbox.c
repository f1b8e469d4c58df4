#include "base/mailbox.h"

#include <arpa/inet.h>

enum { ADDRESS_MAX = 254, HOST_MAX = 253 };

bool
mailbox_ok(struct str s)
{
	if (s.n == 0 || s.n > ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("<>()[]\",:;\\", s.p[i]))
			return false;
	struct str local = str_cut(&s, '@');
	return local.n && s.n >= 3 && !memchr(s.p, '@', s.n) && memchr(s.p + 1, '.', s.n - 2) &&
	       s.p[0] != '.' && s.p[s.n - 1] != '.';
}

bool
mailbox_split(struct str s, struct str *ret_name, struct str *ret_address)
{
	struct str name = str_trim(s), address = name;
	if (name.n && name.p[name.n - 1] == '>') {
		address = (struct str){ name.p, name.n - 1 };
		name = str_trim(str_cut(&address, '<'));
	} else {
		name.n = 0;
	}
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 127)
			return false;
	if (!str_utf8(name) || !mailbox_ok(address))
		return false;
	*ret_name = name;
	*ret_address = address;
	return true;
}

/* Only what inet_pton reads: 127.1 and its like are this machine to some programs and not to us. */
static bool
is_local(const char *host, bool six)
{
	struct in_addr four;
	struct in6_addr in6;
	if (six)
		return inet_pton(AF_INET6, host, &in6) == 1 && IN6_IS_ADDR_LOOPBACK(&in6);
	return strcmp(host, "localhost") == 0 ||
	       (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

bool
mailserver_parse(struct str s, bool *ret_tls, bool *ret_local)
{
	char host[HOST_MAX + 1];
	struct in6_addr in6;
	int64_t port;
	bool tls = str_starts(s, "smtps://");
	if (!tls && !str_starts(s, "smtp://"))
		return false;
	size_t head = tls ? strlen("smtps://") : strlen("smtp://");
	const char *colon = memrchr(s.p, ':', s.n);
	if (colon < s.p + head)
		return false;
	struct str h = { s.p + head, (size_t)(colon - s.p) - head };
	struct str p = { colon + 1, (size_t)(s.p + s.n - colon - 1) };
	if (!str_int(p, &port) || port < 1 || port > 65535 || h.n == 0 || h.n > HOST_MAX)
		return false;
	bool six = h.n > 2 && h.p[0] == '[' && h.p[h.n - 1] == ']';
	if (six)
		h = (struct str){ h.p + 1, h.n - 2 };
	memcpy(host, h.p, h.n);
	host[h.n] = '\0';
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	if (six ? inet_pton(AF_INET6, host, &in6) != 1 : strspn(host, plain) != h.n)
		return false;
	*ret_tls = tls;
	*ret_local = is_local(host, six);
	return true;
}
