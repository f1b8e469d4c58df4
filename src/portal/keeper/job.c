#include "portal/keeper/job.h"

#include "portal/keeper/keeper.sql.h"

enum status
job_add(struct db *db, const char *kind, int64_t event, int64_t project, int64_t submission,
	const char *spec, int64_t now, int64_t *ret, struct err *e)
{
	TRY(db_job_insert(db, kind, event, project, submission, spec, now, e));
	*ret = db_last_id(db);
	return OK;
}
