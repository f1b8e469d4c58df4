/*
 * The operator's commands, `wardroom COMMAND`: one small file a command, registered by a struct
 * command. They work on the database beside a running server.
 *
 * A run is one struct cli; all memory is its arena's. One thread.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/config.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"
#include "portal/audit/audit.h"
#include "portal/store/db.h"

enum { CLI_ARGS = 250 }; /* words of one command */

struct cli {
	struct arena *arena;
	struct config config;
	const char *config_path; /* NULL: the defaults */
	bool json;               /* print JSON instead of text */
	const char *by;          /* "operator root": who is named in the audit trail */
	struct store *store;     /* after cli_open */
	struct db *db;
	int exit_code; /* of a command that worked; failures end as base/code.h says */
	bool misused;  /* by cli_misuse */
};

struct command {
	const char *words; /* "person add" */
	const char *usage; /* "EMAIL NAME [--admin]" */
	const char *doc;   /* one sentence */
	int min, max;      /* how many arguments */
	enum status (*run)(struct cli *, const char *const *args, int n, struct err *);
};

/* In the order of the help; ends with NULL. */
extern const struct command *const commands[];
extern const struct command cmd_person_add, cmd_person_link, cmd_person_steward, cmd_event_list,
	cmd_audit_verify, cmd_audit_list, cmd_archive_list, cmd_archive_open, cmd_backup,
	cmd_restore, cmd_status, cmd_host_check, cmd_workspace_exec, cmd_attack_verify, cmd_attack,
	cmd_policy, cmd_satre, cmd_version, cmd_help;

/*
 * Becomes the portal's user for good when started as root, so that no file of the database ends up
 * as root's, and opens the database. It is never made here: E_ABSENT when there is none yet.
 */
enum status cli_open(struct cli *, struct err *);

/* The portal's user, when started as root: for good, or until cli_root_again. */
enum status cli_become_portal(struct cli *, bool for_good, struct err *);
/* As cli_open, but root can be taken back by cli_root_again. */
enum status cli_open_lent(struct cli *, struct err *);
enum status cli_root_again(struct cli *, struct err *); /* does nothing when not started as root */
void cli_close(struct cli *);
/* Removes half copies of the database ("restore.", "backup.") of processes that are gone. */
void cli_forget_copies(struct cli *, const char *begin);

/* E_ABSENT unless somebody has that address. *ret_name is the arena's. */
enum status cli_person(
	struct cli *, const char *email, int64_t *ret_id, const char **ret_name, struct err *);

/*
 * The newest head of the trail that the witness saw; n 0 when there is none, and *ret_why says so.
 * Only root can ask it.
 */
enum status cli_witness(struct cli *, struct audit_head *ret, const char **ret_why, struct err *);

/*
 * Whether a warden runs on this configuration: *ret_pid is its number, or 0. With ret_fd the lock
 * is kept, so that none can start: E_CONFLICT when one runs. E_DENIED for who may not look.
 */
enum status cli_warden(struct cli *, int64_t *ret_pid, int *ret_fd, struct err *);

/* E_INPUT of words that cannot be, which ends with EXIT_USAGE. */
enum status cli_misuse(struct cli *, struct err *, const char *sentence);

/* Adds an entry to the audit trail; needs a transaction. */
enum status cli_audit(
	struct cli *, const char *action, const char *object, const char *detail, struct err *);

/*
 * Prints a struct by its table: as JSON, or as "name: value" lines with each list as a table.
 * Control characters that a stranger typed are printed as "?".
 */
void cli_show(const struct cli *, const struct field *, const void *row);

#endif
