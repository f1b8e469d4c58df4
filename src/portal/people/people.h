/*
 * People: their accounts, their applications to an event, what came of them, and the agreement they
 * sign. Rules take a struct db inside a transaction; memory is its arena. Thread rule: as db.
 */
#ifndef PORTAL_PEOPLE_PEOPLE_H
#define PORTAL_PEOPLE_PEOPLE_H

#include "portal/people/people.sql.h"
#include "portal/web/req.h"
#include "portal/web/route.h"

/* Whom an address led to. */
struct people_found {
	int64_t id;
	bool fresh;  /* never signed in, and nothing but this event knows of them */
	bool locked; /* had an account on an address nobody had proven; see below */
};

/*
 * The person with that address, to be trusted with a part because of it; made when there is none.
 * Anybody can open an account on any address: unless a sign-in link sent to it was used, the
 * account's password and sign-ins end here, so that only the address's owner comes in. event is the
 * one that asks, 0 for the server. Needs a transaction. E_INPUT when it is no e-mail address.
 */
enum status people_entrust(struct db *, const char *email, const char *name, int64_t event,
	int64_t now, struct people_found *ret, struct err *);

/*
 * What was opened on the person's address before anybody proved it is anybody's: unless a sign-in
 * link was used, the password and every sign-in end, and *ret_locked says whether there was one.
 * Needs a transaction.
 */
enum status people_lock_unproven(
	struct db *, int64_t person, int64_t now, bool *ret_locked, struct err *);

/*
 * Is it an address that mail can be sent to (base/mailbox.h)? E_INPUT, at the field "email", with a
 * sentence that says so when letters beyond ASCII are what is wrong with it.
 */
enum status people_email_ok(const char *, struct err *);

/* Mails a one-time sign-in link (14 days) that leads to path, and returns it. */
enum status people_invite(struct req *, int64_t person, const char *email, const char *path,
	const char *as, const char **ret_url, struct err *);

/*
 * Names a data steward on the request's organiser's word, who gets no link to see: audit, mail and
 * what the organiser reads. See steward.h.
 */
enum status steward_invite(struct req *, const char *name, const char *email, const char *about,
	const struct people_found *, struct err *);

/*
 * Takes the role back from a data steward, or withdraws the naming of one who waits: audit, and
 * mail to the stewards who are left. E_CONFLICT at "person" when they are neither.
 */
enum status steward_dismiss(
	struct req *, int64_t person, const char *name, const char *email, struct err *);

/*
 * May an application go from one state to another by the organiser's decision? Pure. Accepted and
 * declined are the applicant's own words; a decision cannot overrule them, but for taking back an
 * accepted seat.
 */
bool people_may_decide(const char *from, const char *to);

/* BLAKE2b-256 over title, newline, body; 64 hex digits. What a signature is bound to. */
const char *agreement_hash(struct arena *, const char *title, const char *body);

/* OK when the person has signed the newest version of the event's agreement. */
enum status agreement_signed(struct db *, int64_t event, int64_t person, struct err *);

extern const struct route account_routes[], apply_routes[], application_routes[],
	agreement_routes[], steward_routes[];

/* ---- views ---- */

struct sign_in_view {
	const char *next, *email;
};

struct link_view {
	const char *name, *token;
};

struct steward_row {
	const char *name, *email, *named, *confirmed; /* named and confirmed: by whom, or "" */
	int64_t since;
};

struct steward_waiting {
	int64_t id, at;
	const char *name, *email, *about, *by;
	bool mine;        /* named by whoever reads this */
	bool can_confirm; /* they neither named them nor ever organised the event */
};

struct stewards_view {
	LIST(struct steward_waiting) waiting;
	LIST(struct steward_row) stewards;
};

/* Asked before a steward's word is given. */
struct steward_word_view {
	int64_t id, at;
	const char *name, *email, *about, *by; /* as of struct steward_waiting */
	bool mine, can_confirm;
	bool yes, has_password; /* whether the question is to confirm; and whether they can */
	int64_t counts_from;    /* when that password does for this; 0: it does */
};

struct account_event {
	const char *slug, *name, *phase, *role;
	int64_t starts;
};

struct account_view {
	const char *name, *email;
	bool has_password, asks_present, may_create;
	LIST(struct account_event) events;
};

struct choice {
	int64_t id;
	const char *title;
};

/* One of the ten skills of the survey. */
struct skill {
	const char *name, *label;
	int64_t value; /* 0 to 3 */
};

struct tick {
	const char *value;
	bool on;
};

struct apply_form {
	const char *level, *specialty, *faculty, *motivation;
	text_list languages, fields;
	int64_t skill_analysis, skill_visualisation, skill_learning, skill_biostatistics,
		skill_modelling, skill_images, skill_records, skill_databases, skill_series,
		skill_text;
	int64_t choice1, choice2, choice3;
	bool consent_statistics, consent_photo, consent_contact;
};

struct apply_view {
	const char *state,
		*state_text; /* of the application, and what it means for the applicant */
	int64_t saved, submitted;
	bool open, offer; /* can still be changed; a seat waits for an answer */
	struct apply_form form;
	LIST(struct skill) skills;
	LIST(struct tick) languages, fields;
	LIST(struct choice) projects;
};

struct application_row {
	int64_t id, person, skills, submitted;
	const char *name, *email, *state, *level, *specialty, *faculty, *languages, *fields,
		*motivation, *note, *choice;
};

/* Of those who applied: how many are of one kind, and how many of these are offered or hold a seat.
 */
struct share {
	const char *label;
	int64_t chosen, all;
};
enum { APPLICATION_SHARES = 5 }; /* the four levels, and the biomedical specialty */

/* An event's applications in numbers. */
struct application_counts {
	int64_t applied, undecided, selected, accepted, waitlisted;
	struct share shares[APPLICATION_SHARES];
};

struct applications_view {
	int64_t seats, applied, undecided, selected, accepted, waitlisted;
	const char *state, *level, *specialty, *words, *sort;
	bool may_decide;
	LIST(struct application_row) people;
	LIST(struct share) shares;
	struct html_safe picture;
};

struct application_view {
	struct application_row person;
	LIST(struct skill) skills;
	bool may_decide;
};

/* ---- applications: pure rules over the views above ---- */

enum { APPLICATION_MOTIVATION_MIN = 20 }; /* bytes */

/* What a state ("submitted", ...) means, as a sentence for the applicant; "" for another word. */
const char *application_words(const char *state);
/* May the applicant still change it, or send it at all? */
bool application_open(enum phase, const char *state);
/*
 * Are the wishes (choice1 to choice3, 0 for none) three different ones of the n projects? E_INPUT
 * with the field.
 */
enum status application_choices_ok(
	const struct apply_form *, const int64_t *projects, size_t n, struct err *);
/* Has it everything that a sent application must have? */
bool application_whole(const struct apply_form *);

/* The ten skills with the applicant's own ratings, in the form's order. */
struct skill *application_skills(struct arena *, const struct apply_form *, size_t *ret_n);
extern const struct field skill_fields[];

/* Adds up a tally. Drafts and withdrawn applications count nowhere. */
struct application_counts application_count(const struct application_tally *, size_t n);

/*
 * Sorts by "name", "level", "specialty", "faculty", "state", or "skills" (most first); by any other
 * word, and among equals, as they were sent.
 */
void application_sort(struct application_row *, size_t n, const char *by);

struct agreement_view {
	const char *title, *hash, *signed_name, *my_name;
	struct html_safe body;
	int64_t version, made, signed_at;
	bool may_edit;
};

struct agreement_form {
	const char *title, *body;
	int64_t version;
};

#endif
