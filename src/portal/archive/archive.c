#include "portal/archive/archive.h"

#include <jansson.h>

#include "base/io.h"
#include "portal/archive/archive.sql.h"
#include "portal/keeper/result.h"

enum { RECORD_MAX = 4096, HASH_HEX = 64 };

enum status
archive_read_record(struct arena *a, const struct config *c, int64_t ws, struct archive_made *ret,
	struct err *e)
{
	struct str text;
	struct archive_made m;
	cleanup_result json_t *j = NULL;
	TRY(io_read_file(a, arena_printf(a, "%s/archive/%lld.json", c->state, (long long)ws),
		RECORD_MAX, &text, e));
	TRY(result_parse(str_dup(a, text), &j, e));
	TRY(result_count(j, "bytes", &m.bytes, e));
	TRY(result_count(j, "files", &m.files, e));
	TRY(result_count(j, "folders", &m.folders, e));
	TRY(result_count(j, "left", &m.left_out, e));
	TRY(result_count(j, "content", &m.content, e));
	m.hash = result_text(a, j, "blake2b", HASH_HEX);
	if (strlen(m.hash) != HASH_HEX)
		return err_set(e, E_INPUT, "blake2b", "The archive's record has no hash.");
	*ret = m;
	return OK;
}

enum status
archive_set_key(struct db *db, int64_t event, const struct archive_key *k, int64_t person,
	int64_t now, struct err *e)
{
	return db_archive_key_add(db, event, k->passes, k->memory_kb,
		(struct str){ (const char *)k->salt, sizeof k->salt },
		(struct str){ (const char *)k->public, sizeof k->public }, person, now, e);
}

enum status
archive_key_read(int64_t passes, int64_t memory_kb, struct str salt, struct str public,
	struct archive_key *ret, struct err *e)
{
	struct archive_key k = { .passes = (uint32_t)passes, .memory_kb = (uint32_t)memory_kb };
	if (salt.n != sizeof k.salt || public.n != sizeof k.public)
		return err_set(e, E_BUG, "", "The key of the archives has another length.");
	memcpy(k.salt, salt.p, sizeof k.salt);
	memcpy(k.public, public.p, sizeof k.public);
	*ret = k;
	return OK;
}

enum status
archive_get_key(struct db *db, int64_t event, int64_t *id, struct archive_key *ret, struct err *e)
{
	struct archive_key_of row;
	TRY(db_archive_key_of(db, event, *id, &row, e));
	TRY(archive_key_read(row.passes, row.memory_kb, row.salt, row.public, ret, e));
	*id = row.id;
	return OK;
}

enum status
archive_order(struct db *db, int64_t event, int64_t person, bool all, int64_t now, int64_t *ret_n,
	struct err *e)
{
	TRY(db_archive_order_all(db, event, person, now, all, e));
	*ret_n = db_changes(db);
	return OK;
}
