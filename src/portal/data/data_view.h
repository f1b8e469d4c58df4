/*
 * What the pages about projects and about their data both show. Memory is the request's.
 * Thread rule: as the request, one thread.
 */
#ifndef PORTAL_DATA_DATA_VIEW_H
#define PORTAL_DATA_DATA_VIEW_H

#include "portal/data/data.h"
#include "portal/recipe/recipe.h"
#include "portal/sign/sign.sql.h"
#include "portal/sign/standing.h"

extern const struct field project_row_fields[];

/* "valid to 3 May 2027" with the tag that colours it: good, due or stop. */
void ethics_words(struct req *, const char *number, int64_t expires, const char **ret_text,
	const char **ret_tag);

/* Who asks, for the sentences of sign/standing.h. */
enum sign_reader data_reader(const struct req *);
/* What teams have of a project's data, and until when. */
enum status data_standing(struct req *, int64_t project, struct sign_standing *ret, struct err *);
/* Of all projects of the event, in their order: ret->at[i] is of rows->at[i]. */
struct data_standings {
	struct sign_recipes_rows rows;
	struct sign_standing *at;
};
enum status data_standings(struct req *, struct data_standings *ret, struct err *);
/* Of these the one with that slug; NULL when there is none. */
const struct sign_standing *data_standing_of(const struct data_standings *, const char *slug);

/* How far the data of a project are: "imported", "recipe written", or what teams have. */
const char *data_words(const struct project_list *, const struct sign_standing *);

/* Where the data of a project stand, from the import on, and the one thing to do next. */
struct data_way {
	struct recipe_now recipe;
	struct way_facts facts;
	struct data_step steps[WAY_STEPS];
	struct data_next next;
	const char *ethics, *ethics_tag;
	bool running, may_stop;        /* the curator is at work on it */
	const char *working, *problem; /* what runs; why the newest job failed */
	int64_t progress;              /* percent, while something runs */
	/* Of the newest release, signed or not; before there is one, of what was imported. */
	int64_t tables, rows, patients, sample_patients, hidden_patients;
};
enum status data_way(struct req *, const struct project_full *, struct data_way *ret, struct err *);

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
