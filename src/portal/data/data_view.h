/*
 * What the pages about projects and about their data both show. Memory is the request's.
 * Thread rule: as the request, one thread.
 */
#ifndef PORTAL_DATA_DATA_VIEW_H
#define PORTAL_DATA_DATA_VIEW_H

#include "portal/data/data.h"

extern const struct field project_row_fields[];

/* "valid to 3 May 2027" with the tag that colours it: good, due or stop. */
void ethics_words(struct req *, const char *number, int64_t expires, const char **ret_text,
	const char **ret_tag);

/* How far the data of a project are: "imported", "recipe written", "released". */
const char *data_words(struct arena *, const struct project_list *);
/* Is another recipe signed and released than the one that is saved? */
bool data_changed(struct arena *, const struct project_list *);

/*
 * May the curator be asked for something now? Only what the organiser accepted, and one job at a
 * time: a release of half-imported tables helps nobody. Else E_CONFLICT.
 */
enum status data_idle(struct req *, const struct project_full *, struct err *);

struct destroyed_room {
	int64_t team;
	const char *team_name, *state, *tone;
	int64_t at, bytes;
	const char *archive, *archive_tone, *archive_hash;
};

struct destroyed_project {
	const char *title, *state, *tone;
	int64_t at, images, files, bytes;
	const char *error;
};

struct destroyed_view {
	const char *event_name, *headline, *explanation;
	LIST(struct destroyed_room) rooms;
	LIST(struct destroyed_project) projects;
	int64_t kept; /* projects */
	bool may_destroy;
};

#endif
