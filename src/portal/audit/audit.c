#include "portal/audit/audit.h"

#include <sodium.h>

#include "base/clock.h"
#include "base/str.h"
#include "portal/audit/audit.sql.h"

enum { BATCH = 500 };

/* ---- the hash ---- */

static void
hash_part(crypto_generichash_state *h, const void *p, size_t n)
{
	uint8_t size[8];
	for (int i = 0; i < 8; i++)
		size[i] = (uint8_t)((uint64_t)n >> (8 * i));
	crypto_generichash_update(h, size, sizeof size);
	crypto_generichash_update(h, p, n);
}

static void
hash_number(crypto_generichash_state *h, int64_t v)
{
	uint8_t bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)v >> (8 * i));
	hash_part(h, bytes, sizeof bytes);
}

static void
hash_text(crypto_generichash_state *h, struct str s)
{
	hash_part(h, s.n ? s.p : "", s.n);
}

/* Moves *head on to the entry. */
static void
chain(struct audit_head *head, const struct audit_chain *entry)
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, AUDIT_HASH);
	crypto_generichash_update(&h, head->hash, AUDIT_HASH);
	hash_number(&h, entry->n);
	hash_number(&h, entry->at);
	hash_number(&h, entry->actor);
	hash_text(&h, entry->actor_name);
	hash_number(&h, entry->event);
	hash_text(&h, entry->action);
	hash_text(&h, entry->object);
	hash_text(&h, entry->detail);
	crypto_generichash_final(&h, head->hash, AUDIT_HASH);
	head->n = entry->n;
}

/* ---- writing ---- */

static enum status
check_text(const char *name, const char *text, struct err *e)
{
	if (text && strlen(text) > AUDIT_TEXT_MAX)
		return err_set(
			e, E_INPUT, name, "The %s is longer than %d bytes.", name, AUDIT_TEXT_MAX);
	return OK;
}

enum status
audit_read_head(struct db *db, struct audit_head *ret, struct err *e)
{
	struct audit_last last;
	enum status s = db_audit_last(db, &last, e);
	if (s != OK && s != E_ABSENT)
		return s;
	struct audit_head head = { 0 };
	if (s == OK) {
		if (last.hash.n != AUDIT_HASH)
			return err_set(e, E_CONFLICT, "",
				"Entry %lld of the audit trail was changed.", (long long)last.n);
		head.n = last.n;
		memcpy(head.hash, last.hash.p, AUDIT_HASH);
	}
	*ret = head;
	return OK;
}

enum status
audit_add(struct db *db, const struct audit_entry *entry, struct err *e)
{
	if (!db_in_transaction(db))
		BUG("audit_add outside a transaction");
	TRY(check_text("actor_name", entry->actor_name, e));
	TRY(check_text("action", entry->action, e));
	TRY(check_text("object", entry->object, e));
	TRY(check_text("detail", entry->detail, e));
	struct audit_head head;
	TRY(audit_read_head(db, &head, e));
	const struct audit_chain row = {
		.n = head.n + 1,
		.at = entry->at ? entry->at : clock_now(),
		.actor = entry->actor,
		.actor_name = str_of(entry->actor_name ?: ""),
		.event = entry->event,
		.action = str_of(entry->action ?: ""),
		.object = str_of(entry->object ?: ""),
		.detail = str_of(entry->detail ?: ""),
	};
	chain(&head, &row);
	return db_audit_insert(db, row.n, row.at, row.actor, row.actor_name.p, row.event,
		row.action.p, row.object.p, row.detail.p,
		(struct str){ (const char *)head.hash, AUDIT_HASH }, e);
}

/* ---- reading ---- */

static enum status
bad_entry(struct err *e, int64_t n, const char *what)
{
	char field[48];
	snprintf(field, sizeof field, "entry %lld", (long long)n);
	return err_set(
		e, E_CONFLICT, field, "Entry %lld of the audit trail %s.", (long long)n, what);
}

/* Is this the entry that must follow *head? Moves *head on to it. */
static enum status
verify_entry(const struct audit_chain *entry, const struct audit_head *witness,
	struct audit_head *head, struct err *e)
{
	if (entry->n <= 0)
		return bad_entry(e, entry->n, "has a number that no entry can have");
	if (entry->n != head->n + 1)
		return bad_entry(e, head->n + 1, "is missing");
	chain(head, entry);
	if (!entry->sound || entry->hash.n != AUDIT_HASH ||
		memcmp(entry->hash.p, head->hash, AUDIT_HASH) != 0)
		return bad_entry(e, entry->n, "was changed, or is not where it was written");
	if (witness && witness->n == head->n && memcmp(witness->hash, head->hash, AUDIT_HASH) != 0)
		return bad_entry(e, entry->n,
			"is not the one that the witness saw: the trail was written anew");
	return OK;
}

/* The next entries after *head; *ret_n of them. */
static enum status
verify_batch(struct db *db, const struct audit_head *witness, struct audit_head *head,
	size_t *ret_n, struct err *e)
{
	struct audit_chain_rows rows;
	/* Numbers below one are looked for as well: they would hide before the first. */
	TRY(db_audit_chain(db, head->n ? head->n : INT64_MIN, BATCH, &rows, e));
	for (size_t i = 0; i < rows.n; i++)
		TRY(verify_entry(&rows.at[i], witness, head, e));
	*ret_n = rows.n;
	return OK;
}

enum status
audit_verify(struct db *db, const struct audit_head *witness, struct audit_head *ret, struct err *e)
{
	struct audit_head head = { 0 };
	struct arena *callers = db_arena(db);
	enum status s = OK;
	size_t n = 1;
	while (s == OK && n) {
		cleanup_arena struct arena *batch = arena_new();
		db_use_arena(db, batch);
		s = verify_batch(db, witness, &head, &n, e);
		db_use_arena(db, callers);
	}
	TRY(s);
	if (witness && witness->n > head.n)
		return bad_entry(
			e, head.n + 1, "and what follows are missing: a witness has seen them");
	*ret = head;
	return OK;
}
