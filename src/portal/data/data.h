/*
 * Projects (the clinical question, the lead, the ethics approval) and the way of their data from a
 * folder in the inbox to releases. The portal never opens a file of data: it asks the curator by a
 * job and shows the aggregates that come back.
 *
 * Rules take a struct db inside a transaction; memory is its arena. Thread rule: as db.
 */
#ifndef PORTAL_DATA_DATA_H
#define PORTAL_DATA_DATA_H

#include "portal/data/data.sql.h"
#include "portal/data/profile.h"
#include "portal/sign/sign.h"
#include "portal/data/way.h"
#include "portal/web/req.h"
#include "portal/web/route.h"

extern const struct route project_routes[], data_routes[], profile_routes[], sign_routes[],
	destroy_routes[], withdraw_routes[];

/* Letters, digits and hyphens made of a title, at most 40; "project" when nothing is left. */
const char *project_slug(struct arena *, const char *title);

/*
 * May a project's task change? Scores of one kind beside scores of another would make a leaderboard
 * of nonsense: E_CONFLICT once data are released for the other kind. Pure.
 */
enum status project_task_ok(bool released, const char *old, const char *task, struct err *);

/* OK when the approval has number and committee and has not expired; else E_DENIED with a sentence.
 */
enum status ethics_valid(const char *title, const char *number, const char *committee,
	int64_t expires, int64_t now, struct err *);

/* ---- views ---- */

struct project_row {
	const char *slug, *title, *state, *task, *lead;
	const char *ethics; /* "valid to 3 May 2027", "ends 24 Nov 2026", "missing", "expired" */
	const char *ethics_tag; /* good, due, stop */
	const char *data;       /* where the data stand, in words */
	int64_t patients;
};

struct projects_view {
	LIST(struct project_row) projects;
	bool may_propose, insider;
};

struct project_view {
	const char *slug, *title, *lead, *task, *state, *ethics, *ethics_tag;
	const char *ethics_number, *ethics_committee;
	struct html_safe question, variables;
	int64_t patients;     /* rounded; 0: fewer than ten */
	const char *standing; /* what teams have, for those who prepare the data; else NULL */
	bool may_edit, may_decide, may_dictionary, may_data, in_catalogue, released;
	bool waits, declined; /* shown to its lead */
};

struct project_form {
	const char *slug, *title, *question, *variables, *task, *unit, *ethics_number,
		*ethics_committee;
	int64_t ethics_expires, teams_wanted;
	bool fresh;
};

struct release_row {
	int64_t id, bytes, files, made;
	const char *stage, *state, *hash;
	bool before; /* a newer image of this stage is signed, or it is destroyed */
};

struct folder_row {
	const char *name, *text;
	bool chosen;
};

struct data_view {
	const char *slug, *title, *folder, *source, *recipe, *recipe_hash, *recipe_standing;
	int64_t recipe_version;
	const char *ethics, *ethics_tag;
	const char *working, *problem; /* what runs now; why the last job failed */
	int64_t progress;              /* percent, while something runs */
	int64_t patients, sample_patients, hidden_patients, rows, tables;
	bool looked, imported, running, may_handle, may_stop, recipe_saved;
	bool unfold;           /* the form of an import is seen although there was one */
	const char *lot;       /* why the shares of the figures are not exactly the recipe's */
	const char *standing;  /* what teams have, and until when */
	bool unsigned_release; /* made, and waiting for the steward's signature */
	bool undescribed;      /* its catalogue entry is still to be written */
	bool may_again;        /* the releases can be made anew, though nothing asks for it */
	LIST(struct data_step) steps;
	struct data_next next;
	LIST(struct folder_row) folders;
	LIST(struct release_row) releases;
	int64_t before; /* how many of them */
};

struct profile_view {
	const char *slug, *title;
	const char *source; /* what is confirmed */
	bool understood;
	int64_t released; /* patients in the signed release */
	struct profile found;
};

struct sign_view {
	const char *slug, *title;
	LIST(struct sign_fact) facts;
	const char *hash;
	const char *stop;     /* why it cannot be signed; NULL when it can */
	const char *standing; /* what teams have, and until when */
	bool settled;         /* they have what the recipe says */
	bool unmeasured, has_password;
	int64_t made;
	int64_t rooms;      /* workspaces that open again with it, once it is signed */
	const char *teams;  /* theirs: "Almond and Carob" */
	const char *signer; /* NULL: not yet */
	int64_t signed_at;
	const char *why;
};

struct withdraw_row {
	int64_t asked, ended, signed_at;
	const char *state, *tone, *error;
	const char *unreached; /* tables from which nothing leads to a patient; NULL: none */
};

/* Nothing here says who. */
struct withdraw_view {
	const char *slug, *title, *working, *stop;
	const char *failed; /* why the newest took nobody out; NULL when it did */
	int64_t progress, rooms;
	bool running, unsigned_release, has_password;
	LIST(struct withdraw_row) past;
};

struct data_list_view {
	LIST(struct project_row) projects;
	const char *next_slug, *next_title, *next_text;
	bool next_quiet, settled; /* all data are as their recipes say */
};
#endif
