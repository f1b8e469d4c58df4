/* Coming to the database with the right user, and what commands share. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/cli.h"
#include "portal/people/people.sql.h"

enum status
cli_become_portal(struct cli *c, bool for_good, struct err *e)
{
	if (geteuid() != 0)
		return OK;
	const struct passwd *pw = getpwnam(c->config.user_portal);
	if (!pw)
		return err_set(e, E_ABSENT, "user_portal", "There is no user \"%s\" on this host.",
			c->config.user_portal);
	uid_t saved = for_good ? pw->pw_uid : 0;
	gid_t saved_group = for_good ? pw->pw_gid : 0;
	if (initgroups(pw->pw_name, pw->pw_gid) != 0 ||
		setresgid(pw->pw_gid, pw->pw_gid, saved_group) != 0 ||
		setresuid(saved, pw->pw_uid, saved) != 0)
		return err_errno(e, "becoming the user %s", pw->pw_name);
	return OK;
}

static enum status
open_store(struct cli *c, bool for_good, struct err *e)
{
	const char *path = arena_printf(c->arena, "%s/portal/wardroom.db", c->config.state);
	struct stat st;
	TRY(cli_become_portal(c, for_good, e));
	umask(077);
	if (stat(path, &st) != 0) {
		if (errno == ENOENT)
			return err_set(e, E_ABSENT, "state",
				"There is no database %s yet; the server makes it when it first "
				"starts.%s",
				path,
				c->config_path ? ""
					       : " Is it another's? Name the configuration: "
						 "--config FILE.");
		return err_errno(e, "%s (run this as root or as %s)", path, c->config.user_portal);
	}
	TRY(store_open(path, 1, &c->store, e));
	c->db = store_take(c->store, c->arena);
	return OK;
}

enum status
cli_open(struct cli *c, struct err *e)
{
	return open_store(c, true, e);
}

enum status
cli_open_lent(struct cli *c, struct err *e)
{
	return open_store(c, false, e);
}

enum status
cli_root_again(struct cli *c, struct err *e)
{
	uid_t real, effective, saved;
	if (getresuid(&real, &effective, &saved) != 0)
		return err_errno(e, "who am I");
	if (saved != 0 || effective == 0)
		return OK;
	if (seteuid(0) != 0 || setresgid(0, 0, 0) != 0)
		return err_errno(e, "becoming root again");
	return OK;
}

void
cli_close(struct cli *c)
{
	store_give(c->db);
	store_close(c->store);
	c->db = NULL;
	c->store = NULL;
}

enum status
cli_person(struct cli *c, const char *email, int64_t *ret_id, const char **ret_name, struct err *e)
{
	struct person_by_email p;
	enum status s = db_person_by_email(c->db, email, &p, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "email",
			"Nobody here has the address \"%.80s\". `wardroom person add` adds them.",
			email);
	TRY(s);
	*ret_id = p.id;
	*ret_name = p.name;
	return OK;
}

enum status
cli_misuse(struct cli *c, struct err *e, const char *sentence)
{
	c->misused = true;
	return err_set(e, E_INPUT, "", "%s", sentence);
}

enum status
cli_audit(struct cli *c, const char *action, const char *object, const char *detail, struct err *e)
{
	const struct audit_entry entry = {
		.actor_name = c->by,
		.action = action,
		.object = object,
		.detail = detail,
	};
	return audit_add(c->db, &entry, e);
}

void
cli_forget_copies(struct cli *c, const char *begin)
{
	cleanup_dir DIR *d = opendir(arena_printf(c->arena, "%s/portal", c->config.state));
	for (struct dirent *de; d && (de = readdir(d));) {
		struct str name = str_of(de->d_name);
		int64_t pid;
		if (!str_starts(name, begin))
			continue;
		name.p += strlen(begin), name.n -= strlen(begin);
		if (str_int(str_cut(&name, '.'), &pid) && pid > 0 && pid != getpid() &&
			kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			unlinkat(dirfd(d), de->d_name, 0);
	}
}
