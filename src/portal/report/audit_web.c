/* The audit trail of an event, for those who answer for it. */
#include "portal/audit/audit.h"
#include "portal/audit/words.h"
#include "portal/report/report.h"
#include "portal/report/report.sql.h"
#include "portal/web/csv.h"

enum { PAGE = 25, CSV_BATCH = 1000 };

static const struct field row_fields[] = {
	FIELD(struct audit_row, n, INT, .doc = "number in the trail of the whole server"),
	FIELD(struct audit_row, at, TIME),
	FIELD(struct audit_row, person, INT,
		.doc = "0: the server itself, or root by a command, as the name says"),
	FIELD(struct audit_row, name, TEXT, .doc = "as it was then"),
	FIELD(struct audit_row, action, TEXT),
	FIELD(struct audit_row, object, TEXT),
	FIELD(struct audit_row, detail, TEXT),
	FIELD(struct audit_row, title, TEXT, .doc = "the action in words"),
	FIELD(struct audit_row, means, TEXT, .doc = "what that means; empty: what it says"),
	FIELD(struct audit_row, about, TEXT,
		.doc = "the object by name: a team as it was called then"),
	FIELD(struct audit_row, more, TEXT, .doc = "the detail in words"),
	FIELD_END,
};

const struct field audit_fields[] = {
	FIELD_LIST(struct audit_view, entries, row_fields),
	FIELD(struct audit_view, older, INT, .doc = "go on with ?before= this; 0 at the end"),
	FIELD(struct audit_view, actions, TEXTS, .doc = "that this event has seen"),
	FIELD(struct audit_view, checked, BOOL, .doc = "the chain was walked for this answer"),
	FIELD(struct audit_view, sound, BOOL, .doc = "and every entry is as it was written"),
	FIELD(struct audit_view, head, INT, .doc = "number of the newest entry of this server"),
	FIELD(struct audit_view, hash, TEXT, .doc = "its hash, hex"),
	FIELD(struct audit_view, finding, TEXT),
	FIELD_END,
};

/* Walks the chain: some hundred thousand entries a second, so only for the first page. */
static enum status
check_chain(struct req *r, struct audit_view *v, struct err *e)
{
	struct audit_head head;
	struct err why;
	enum status s = audit_verify(r->db, NULL, &head, &why);
	if (s != OK && s != E_CONFLICT)
		return err_set(e, s, "", "%s", why.text);
	v->checked = true;
	v->sound = s == OK;
	v->finding = s == OK ? "Every entry is as it was written, and none is missing."
			     : arena_strdup(r->arena, why.text);
	if (s == OK) {
		char *hex = arena_alloc(r->arena, 2 * AUDIT_HASH + 1);
		hex_encode(hex, head.hash, AUDIT_HASH);
		v->head = head.n;
		v->hash = hex;
	}
	return OK;
}

enum status
audit_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct audit_view *v = view;
	struct report_audit_page_rows rows;
	struct report_audit_actions_rows actions;
	struct audit_words words;
	const char *before = req_query(r, "before");
	int64_t until = INT64_MAX;
	if (before[0] && (!str_int(str_of(before), &until) || until <= 0))
		return err_set(e, E_INPUT, "before", "\"before\" must be the number of an entry.");
	v->action = req_query(r, "action");
	v->person = req_query(r, "person");
	v->words = req_query(r, "words");
	TRY(db_report_audit_page(
		r->db, r->event.id, until, v->action, v->person, v->words, PAGE + 1, &rows, e));
	TRY(db_report_audit_actions(r->db, r->event.id, &actions, e));
	v->actions.at = ARENA_ARRAY(r->arena, actions.n, const char *);
	v->actions.n = actions.n;
	for (size_t i = 0; i < actions.n; i++)
		v->actions.at[i] = actions.at[i].action;
	v->entries.n = rows.n > PAGE ? PAGE : rows.n;
	v->entries.at = ARENA_ARRAY(r->arena, v->entries.n, struct audit_row);
	TRY(audit_words_load(r->db, r->event.id, &words, e));
	for (size_t i = 0; i < v->entries.n; i++) {
		const struct report_audit_page *x = &rows.at[i];
		struct audit_told t;
		TRY(audit_tell(&words, x->n, x->action, x->object, x->detail, &t, e));
		v->entries.at[i] = (struct audit_row){ x->n, x->at, x->actor, x->actor_name,
			x->action, x->object, x->detail, t.action, t.means, t.object, t.detail };
	}
	if (rows.n > PAGE)
		v->older = v->entries.at[PAGE - 1].n;
	return before[0] ? OK : check_chain(r, v, e);
}

static void
csv_entry(struct csv *c, const struct report_audit_page *x)
{
	char hex[2 * AUDIT_HASH + 1] = "";
	if (x->hash.n == AUDIT_HASH)
		hex_encode(hex, x->hash.p, AUDIT_HASH);
	csv_int(c, x->n);
	csv_time(c, x->at);
	csv_int(c, x->actor);
	csv_text(c, x->actor_name);
	csv_text(c, x->action);
	csv_text(c, x->object);
	csv_text(c, x->detail);
	csv_text(c, hex);
	csv_end(c);
}

/* The whole trail of the event; rows live in an arena of their own, a batch at a time. */
enum status
audit_csv(struct req *r, const void *in, void *view, struct err *e)
{
	struct buf b = buf_new(r->arena);
	struct csv c = csv_new(&b);
	struct report_audit_page_rows rows = { 0 };
	int64_t before = INT64_MAX;
	csv_row(&c, (const char *const[]){ "n", "at", "person", "name", "action", "object",
			    "detail", "hash", NULL });
	do {
		cleanup_arena struct arena *batch = arena_new();
		struct arena *mine = db_use_arena(r->db, batch);
		enum status s = db_report_audit_page(
			r->db, r->event.id, before, "", "", "", CSV_BATCH, &rows, e);
		db_use_arena(r->db, mine);
		TRY(s);
		for (size_t i = 0; i < rows.n; i++)
			csv_entry(&c, &rows.at[i]);
		if (rows.n)
			before = rows.at[rows.n - 1].n;
	} while (rows.n == CSV_BATCH);
	r->raw.type = "text/csv; charset=utf-8";
	r->raw.name = arena_printf(r->arena, "%s-audit.csv", r->event.slug);
	r->raw.bytes = buf_str(&b);
	return OK;
}
