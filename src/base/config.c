#include "base/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/io.h"
#include "base/mailbox.h"
#include "base/str.h"

struct keyword {
	const char *name;
	size_t offset;
	const char *text; /* default of a text; NULL marks a number */
	int64_t number, min, max;
};

#define TEXT(m, def)                                                                               \
	{                                                                                          \
#m, offsetof(struct config, m), def, 0, 0, 0                                       \
	}
#define NUMBER(m, def, min, max)                                                                   \
	{                                                                                          \
#m, offsetof(struct config, m), NULL, def, min, max                                \
	}

static const struct keyword keywords[] = {
	TEXT(instance, "main"),
	TEXT(state, "/var/lib/wardroom"),
	TEXT(run, "/run/wardroom"),
	TEXT(bin, "/usr/libexec/wardroom"),
	TEXT(inbox, ""),
	TEXT(site, "http://localhost:8080"),
	TEXT(rooms, "http://%s.localhost:8081"),
	TEXT(listen, "127.0.0.1:8080"),
	TEXT(rooms_listen, "127.0.0.1:8081"),
	TEXT(runtime, "runc"),
	TEXT(user_portal, "wardroom"),
	TEXT(user_gate, "wardroom-gate"),
	TEXT(user_data, "wardroom-data"),
	TEXT(user_mirror, "wardroom-mirror"),
	/* The public registries; a hospital that has mirrors of its own names those. */
	TEXT(packages_debian, "http://deb.debian.org/debian"),
	TEXT(packages_security, "http://deb.debian.org/debian-security"),
	TEXT(packages_npm, "https://registry.npmjs.org"),
	TEXT(packages_pypi, "https://pypi.org"),
	TEXT(packages_pypi_files, "https://files.pythonhosted.org"),
	TEXT(packages_cran, "https://cloud.r-project.org"),
	TEXT(packages_proxy, "none"),
	TEXT(mail_server, "none"),
	TEXT(mail_from, ""),
	TEXT(mail_user, ""),
	TEXT(mail_password_file, ""),
	TEXT(mail_ca_file, ""),
	NUMBER(uid_base, 1000000000, 100000, 3000000000),
	NUMBER(paste_in, 0, 0, 1),
	NUMBER(memory_mb, 16384, 128, 4194304),
	NUMBER(cpus, 8, 1, 4096),
	NUMBER(processes, 1024, 16, 65536),
	NUMBER(disk_mb, 40960, 64, 16777216),
};
enum { N = sizeof keywords / sizeof keywords[0] };

static void
put(struct config *c, const struct keyword *k, const char *text, int64_t number)
{
	void *at = (char *)c + k->offset;
	if (k->text)
		*(const char **)at = text;
	else
		*(int64_t *)at = number;
}

static enum status
line(struct arena *a, const char *path, int no, struct str s, bool seen[N], struct config *c,
	struct err *e)
{
	s = str_trim(s);
	if (s.n == 0 || s.p[0] == '#')
		return OK;
	struct str word = str_trim(str_cut(&s, ' '));
	s = str_trim(s);
	for (int i = 0; i < N; i++) {
		const struct keyword *k = &keywords[i];
		int64_t v = 0;
		if (!str_is(word, k->name))
			continue;
		if (seen[i])
			return err_set(e, E_INPUT, k->name, "%s line %d: %s is given twice.", path,
				no, k->name);
		if (s.n == 0)
			return err_set(e, E_INPUT, k->name, "%s line %d: %s has no value.", path,
				no, k->name);
		if (!k->text && (!str_int(s, &v) || v < k->min || v > k->max))
			return err_set(e, E_INPUT, k->name,
				"%s line %d: %s must be a whole number from %lld to %lld.", path,
				no, k->name, (long long)k->min, (long long)k->max);
		seen[i] = true;
		put(c, k, k->text ? str_dup(a, s) : NULL, v);
		return OK;
	}
	return err_set(e, E_INPUT, "", "%s line %d: \"%.*s\" is not a keyword.", path, no,
		(int)(word.n < 40 ? word.n : 40), word.p);
}

bool
config_mails(const struct config *c)
{
	return !streq(c->mail_server, "none");
}

static enum status
mail_ok(const struct config *c, struct err *e)
{
	bool tls, local;
	struct str name, address;
	if (!config_mails(c))
		return OK;
	if (!mailserver_parse(str_of(c->mail_server), &tls, &local))
		return err_set(e, E_INPUT, "mail_server",
			"mail_server must be smtp://host:port, smtps://host:port or none.");
	if (!mailbox_split(str_of(c->mail_from), &name, &address))
		return err_set(e, E_INPUT, "mail_from",
			"mail_server needs mail_from, the sender: address, or Name <address>.");
	if (!c->mail_user[0] != !c->mail_password_file[0])
		return err_set(e, E_INPUT, "mail_user",
			"mail_user and mail_password_file come together or not at all.");
	if (c->mail_password_file[0] && c->mail_password_file[0] != '/')
		return err_set(e, E_INPUT, "mail_password_file",
			"mail_password_file must be a path that begins with /.");
	if (c->mail_ca_file[0] && c->mail_ca_file[0] != '/')
		return err_set(e, E_INPUT, "mail_ca_file",
			"mail_ca_file must be a path that begins with /.");
	return OK;
}

enum status
config_load(struct arena *a, const char *path, struct config *ret, struct err *e)
{
	struct config c;
	bool seen[N] = { false };
	for (int i = 0; i < N; i++)
		put(&c, &keywords[i], keywords[i].text, keywords[i].number);
	if (path) {
		struct str all;
		TRY(io_read_file(a, path, 1 << 20, &all, e));
		if (!str_utf8(all))
			return err_set(e, E_INPUT, "", "%s is not text.", path);
		for (int no = 1; all.n; no++)
			TRY(line(a, path, no, str_cut(&all, '\n'), seen, &c, e));
	}
	if (!c.inbox[0])
		c.inbox = arena_printf(a, "%s/inbox", c.state);
	if (!str_slug(str_of(c.instance)))
		return err_set(e, E_INPUT, "instance",
			"instance must be lower-case letters, digits and hyphens.");
	/* The only place where a configured text is a format: it must hold %s once, and no other.
	 */
	const char *at = strstr(c.rooms, "%s");
	if (!at || strchr(at + 1, '%') || strchr(c.rooms, '%') != at)
		return err_set(e, E_INPUT, "rooms", "rooms must hold %%s once, for the workspace.");
	TRY(mail_ok(&c, e));
	*ret = c;
	return OK;
}
