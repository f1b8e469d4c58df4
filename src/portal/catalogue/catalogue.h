/*
 * The catalogue: what the world may know of a data set that is not itself open. The steward writes
 * owner, contact, origin, licence and terms; approval, recipe, checksums and sizes are the server's
 * own. An entry is shown when the steward says so, in the words of DCAT 3 at the same address.
 *
 * Counts are told from ten up only, and rounded, so that neither a count nor the difference between
 * two days' counts is about a few people.
 *
 * Memory is the arena's. Pure but for the handlers. Thread rule: free-threaded.
 */
#ifndef PORTAL_CATALOGUE_CATALOGUE_H
#define PORTAL_CATALOGUE_CATALOGUE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "portal/web/route.h"

extern const struct route catalogue_routes[];

struct catalogue_file {
	const char *stage, *title; /* "full", "All patients, without the hidden outcomes" */
	const char *hash;          /* BLAKE2b-256 of the image, hex */
	int64_t bytes;
};

struct catalogue_table {
	const char *name;
	int64_t rows; /* rounded; 0 when fewer than ten */
	int64_t columns;
};

struct catalogue_view {
	const char *slug, *title, *event_name, *address, *summary;
	const char *owner, *contact, *contact_link, *origin, *keywords, *licence, *licence_url,
		*terms_text, *citation;
	struct html_safe terms, question;
	const char *ethics, *ethics_tag, *ethics_number, *ethics_committee;
	const char *recipe_hash; /* "" until a release is signed */
	int64_t issued, changed; /* of the newest signed release; of the entry */
	int64_t patients;        /* rounded; 0 when fewer than ten or not released */
	LIST(struct catalogue_table) tables;
	LIST(struct catalogue_file) files;
	bool shown, may_edit;
};

struct catalogue_entry {
	const char *slug, *title, *owner, *licence, *address;
	int64_t issued;
};

struct catalogue_list {
	const char *event_name, *address;
	LIST(struct catalogue_entry) entries;
};

struct catalogue_form {
	const char *slug, *title, *owner, *contact, *origin, *keywords, *licence, *licence_url,
		*terms, *citation;
	bool shown;
};

/* A count as everybody may know it: 0 below ten, else to three digits and at least whole tens. */
int64_t catalogue_count(int64_t);

/* "Owner (2026). Title. Event, recipe 0123456789abcdef. https://…", without what is not there. */
const char *catalogue_citation(struct arena *, const struct catalogue_view *);

/* May it stand as a contact (an e-mail address or http address), as a licence's address? E_INPUT
 * naming the field. */
enum status catalogue_form_ok(const struct catalogue_form *, struct err *);

/* The link of a contact: "mailto:…" or the address itself. */
const char *catalogue_contact_link(struct arena *, const char *contact);

/* As JSON-LD: a dcat:Dataset; a dcat:Catalog. */
struct str catalogue_ld(struct arena *, const struct catalogue_view *);
struct str catalogue_list_ld(struct arena *, const struct catalogue_list *);

#endif
