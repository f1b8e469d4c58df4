/*
 * The job "tidy": pages of files that nobody votes on any more are removed, and tables that nobody
 * fetched; what lies in the spool for a day is told by its number. The spool itself is the gate's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/airlock/desk.h"
#include "curator/table/job.h"

enum { VIEWS_MAX = 500, STRAYS_MAX = 1000, DAY = 86400 };

static enum status
open_folder(struct job *j, const char *name, int *ret, struct err *e)
{
	const char *path = arena_printf(j->a, "%s/%s", j->config->state, name);
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return *ret < 0 ? err_errno(e, "The folder %s cannot be opened", name) : OK;
}

static enum status
remove_views(struct job *j, json_t *list, struct err *e)
{
	cleanup_fd int dir = -1;
	TRY(open_folder(j, "views", &dir, e));
	table_sweep(dir);
	for (size_t i = 0; i < json_array_size(list); i++) {
		int64_t id = json_integer_value(json_array_get(list, i));
		if (id < 1)
			return err_set(e, E_INPUT, "views", "A view is a whole number from 1.");
		if (unlinkat(dir, arena_printf(j->a, "%lld", (long long)id), 0) < 0 &&
			errno != ENOENT)
			return err_errno(e, "A page for reviewers cannot be removed");
	}
	return OK;
}

/* Numbers of plain files that were there a day ago. */
static enum status
put_strays(struct job *j, struct jsonw *w, struct err *e)
{
	int64_t id, n = 0, before = clock_now() - DAY;
	int dir;
	TRY(open_folder(j, "spool", &dir, e));
	cleanup_dir DIR *d = fdopendir(dir);
	if (!d) {
		close(dir);
		return err_errno(e, "The folder spool cannot be read");
	}
	for (struct dirent *entry; n < STRAYS_MAX && (entry = readdir(d));) {
		struct stat st;
		if (!str_int(str_of(entry->d_name), &id) || id < 1 ||
			fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISREG(st.st_mode) || st.st_mtime > before)
			continue;
		jsonw_int(w, id);
		n++;
	}
	return OK;
}

enum status
tidy_job(struct job *j, json_t *spec, struct err *e)
{
	json_t *list = json_object_get(spec, "views");
	struct jsonw w = jsonw_new(&j->result);
	if (!json_is_array(list) || json_array_size(list) > VIEWS_MAX)
		return err_set(e, E_INPUT, "views", "The job needs a list of at most %d views.",
			VIEWS_MAX);
	TRY(remove_views(j, list, e));
	jsonw_open(&w, '{');
	jsonw_key(&w, "ok"), jsonw_bool(&w, true);
	jsonw_key(&w, "strays"), jsonw_open(&w, '[');
	TRY(put_strays(j, &w, e));
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	return OK;
}
