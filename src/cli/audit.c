#include "portal/audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "portal/audit/audit.sql.h"

/* ---- verify ------------------------------------------------------------------------------------
 */

struct verify_out {
	bool ok;
	int64_t entries,
		witnessed; /* witnessed: number of the entry that was compared; 0 for none */
	const char *head, *text;
};

static const struct field verify_fields[] = {
	FIELD(struct verify_out, ok, BOOL, .label = "whole"),
	FIELD(struct verify_out, entries, INT),
	FIELD(struct verify_out, head, TEXT),
	FIELD(struct verify_out, witnessed, INT, .label = "compared with the witness at entry"),
	FIELD(struct verify_out, text, TEXT, .label = "finding"),
	FIELD_END,
};

/*
 * The newest whole line of state/witness: "n hash time". ret->n is 0 when there is none yet, and
 * *ret_why says so. Only root can read it; that nobody else can is its point.
 */
enum status
cli_witness(struct cli *c, struct audit_head *ret, const char **ret_why, struct err *e)
{
	const char *path = arena_printf(c->arena, "%s/witness", c->config.state);
	char tail[257];
	struct stat st;
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	*ret = (struct audit_head){ 0 };
	*ret_why = fd < 0 && errno == EACCES ? "The witness was not asked: only root can read it."
					     : "There is no witness yet.";
	if (fd < 0 && (errno == EACCES || errno == ENOENT))
		return OK;
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(e, "%s", path);
	off_t from = st.st_size > 256 ? st.st_size - 256 : 0;
	ssize_t n = pread(fd, tail, 256, from);
	if (n < 0)
		return err_errno(e, "%s", path);
	while (n > 0 && tail[n - 1] != '\n')
		n--;
	if (n == 0 && from == 0)
		return OK;
	ssize_t start = n ? n - 1 : 0;
	while (start > 0 && tail[start - 1] != '\n')
		start--;
	struct str line = { tail + start, n ? (size_t)(n - 1 - start) : 0 };
	struct str number = str_cut(&line, ' '), hash = str_cut(&line, ' ');
	if (!str_int(number, &ret->n) || ret->n <= 0 || !hex_decode(hash, ret->hash, AUDIT_HASH))
		return err_set(e, E_CONFLICT, "witness", "The last line of %s is not one.", path);
	*ret_why = "";
	return OK;
}

static enum status
audit_verify_run(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct verify_out out = { 0 };
	struct audit_head witness, head;
	const char *why;
	struct err finding = { 0 };
	TRY(cli_witness(c, &witness, &why, e));
	TRY(cli_open(c, e));
	enum status s = audit_verify(c->db, witness.n ? &witness : NULL, &head, &finding);
	if (s == OK)
		s = db_health(c->db, true, &finding);
	out.ok = s == OK;
	out.witnessed = witness.n;
	out.text = finding.text;
	if (s == OK) {
		char *hex = arena_alloc(c->arena, 2 * AUDIT_HASH + 1);
		hex_encode(hex, head.hash, AUDIT_HASH);
		out.head = hex;
		out.entries = head.n;
		out.text = arena_printf(
			c->arena, "Every entry is as it was written.%s%s", *why ? " " : "", why);
	}
	cli_show(c, verify_fields, &out);
	c->exit_code = out.ok ? 0 : 1;
	return OK;
}

const struct command cmd_audit_verify = { "audit verify", "",
	"Checks the whole audit trail, the witness and the database; ends with 1 when one is "
	"broken.",
	0, 0, audit_verify_run };

/* ---- list --------------------------------------------------------------------------------------
 */

struct entry_row {
	int64_t n, at, person, event;
	const char *name, *action, *object, *detail;
};

struct entry_list {
	LIST(struct entry_row) entries;
};

static const struct field entry_fields[] = {
	FIELD(struct entry_row, n, INT),
	FIELD(struct entry_row, at, TIME),
	FIELD(struct entry_row, event, INT),
	FIELD(struct entry_row, person, INT),
	FIELD(struct entry_row, name, TEXT),
	FIELD(struct entry_row, action, TEXT),
	FIELD(struct entry_row, object, TEXT),
	FIELD(struct entry_row, detail, TEXT),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD_LIST(struct entry_list, entries, entry_fields),
	FIELD_END,
};

static enum status
audit_list(struct cli *c, const char *const *args, int n, struct err *e)
{
	int64_t count = 20;
	struct audit_page_rows rows;
	struct entry_list out;
	if (n && (!str_int(str_of(args[0]), &count) || count < 1 || count > 1000000))
		return err_set(
			e, E_INPUT, "", "How many entries? A whole number from 1 to 1000000.");
	TRY(cli_open(c, e));
	TRY(db_audit_page(c->db, 0, INT64_MAX, count, &rows, e));
	out.entries.at = ARENA_ARRAY(c->arena, rows.n, struct entry_row);
	out.entries.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct audit_page *x = &rows.at[i];
		out.entries.at[i] = (struct entry_row){ x->n, x->at, x->actor, x->event,
			x->actor_name, x->action, x->object, x->detail };
	}
	cli_show(c, list_fields, &out);
	return OK;
}

const struct command cmd_audit_list = { "audit list", "[N]",
	"Prints the newest N (20) entries of the audit trail, newest first.", 0, 1, audit_list };
