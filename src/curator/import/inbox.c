/* The inbox: folders by name with what is in them, sizes only. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/import/folder.h"
#include "curator/job.h"

/* A broken folder is listed with its problem. */
static void
list_folder(struct job *job, struct jsonw *j, const char *path, const char *name)
{
	struct folder f;
	struct err why;
	jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, name);
	jsonw_key(j, "tables"), jsonw_open(j, '[');
	bool good = folder_open(job->a, path, name, &f, &why) == OK;
	for (size_t i = 0; good && i < f.files.n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "name"), jsonw_text(j, f.files.at[i].table);
		jsonw_key(j, "bytes"), jsonw_int(j, f.files.at[i].bytes);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	if (!good)
		jsonw_key(j, "problem"), jsonw_text(j, why.text);
	jsonw_close(j, '}');
	if (good)
		buf_printf(&job->said, "%s: %zu table%s, %.1f MB\n", name, f.files.n,
			f.files.n == 1 ? "" : "s", (double)f.bytes / 1e6);
	else
		buf_printf(&job->said, "%s: %s\n", name, why.text);
	if (good)
		close(f.fd);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status
inbox_run(struct job *job, struct err *e)
{
	enum { MAX_FOLDERS = 1000 };
	const char **names = ARENA_ARRAY(job->a, MAX_FOLDERS, const char *);
	size_t n = 0;
	cleanup_dir DIR *d = opendir(job->config->inbox);
	if (!d && errno != ENOENT)
		return err_errno(e, "Cannot open the inbox %s", job->config->inbox);
	for (struct dirent *entry; d && (entry = io_next(d));) {
		struct stat st;
		if (n < MAX_FOLDERS && job_name_ok(entry->d_name) &&
			fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISDIR(st.st_mode))
			names[n++] = arena_strdup(job->a, entry->d_name);
	}
	if (d && errno)
		return err_errno(e, "Cannot list the inbox %s", job->config->inbox);
	qsort(names, n, sizeof *names, by_text);
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "folders"), jsonw_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		list_folder(job, &j, arena_printf(job->a, "%s/%s", job->config->inbox, names[i]),
			names[i]);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	if (n == 0)
		buf_printf(&job->said, "There is no folder of data in %s.\n", job->config->inbox);
	return OK;
}
