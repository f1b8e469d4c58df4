#include "cli/lack.h"

#include <sys/stat.h>

const struct field lack_fields[] = {
	FIELD(struct lack_row, what, TEXT),
	FIELD(struct lack_row, event, TEXT),
	FIELD(struct lack_row, team, INT),
	FIELD(struct lack_row, name, TEXT),
	FIELD(struct lack_row, why, TEXT),
	FIELD(struct lack_row, path, TEXT),
	FIELD_END,
};

enum status
lack_read(struct cli *c, struct cli_files_rows *ret, struct err *e)
{
	return db_cli_files(c->db, ret, e);
}

struct lacks
lack_find(struct cli *c, const struct cli_files_rows *files)
{
	struct lacks l = { 0 };
	l.rows.at = ARENA_ARRAY(c->arena, files->n, struct lack_row);
	for (size_t i = 0; i < files->n; i++) {
		const struct cli_files *f = &files->at[i];
		const char *path = arena_printf(c->arena, "%s/%s", c->config.state, f->path);
		struct stat st;
		bool there = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
		/* 0: it is as large as it is. */
		if (there && (f->bytes == 0 || st.st_size == f->bytes))
			continue;
		l.rows.at[l.rows.n++] =
			(struct lack_row){ f->what, f->slug, f->name, path, f->number,
				there ? arena_printf(c->arena, "should have %lld bytes",
						(long long)f->bytes)
				      : "is not there" };
	}
	return l;
}
