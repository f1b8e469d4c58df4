/*
 * A house for the tests of the airlock: an event with one team and some stewards, in a database of
 * its own. Whoever opens one closes it, by cleanup_house. Thread rule: one thread each.
 */
#ifndef PORTAL_AIRLOCK_AIRLOCK_HOUSE_H
#define PORTAL_AIRLOCK_AIRLOCK_HOUSE_H

#include <fcntl.h>

#include "base/io.h"
#include "base/tap.h"
#include "portal/airlock/airlock.h"
#include "portal/store/tamper.h"

enum { AUTHOR = 1, MATE, MENTOR, ANNA, BERT, CARA, ORGANISER, PEOPLE = 7 };

static const char furniture[] =
	"INSERT INTO event (id, slug, name, place, mode, starts, ends, seats, about, rules, kinds, "
	"phase, created) VALUES (1, 'e', 'Event', 'Here', 'hybrid', 1, 2, 50, '', '', '', 'full', "
	"1);"
	"INSERT INTO person (id, email, name, created) VALUES (1, 'a@x', 'Author', 1), (2, 'm@x', "
	"'Mate', 1), (3, 'e@x', 'Mentor', 1), (4, 's@x', 'Anna', 1), (5, 't@x', 'Bert', 1), (6, "
	"'u@x', 'Cara', 1), (7, 'o@x', 'Organiser', 1);"
	"INSERT INTO role (event, person, role, since) VALUES (1, 1, 'participant', 1), (1, 2, "
	"'participant', 1), (1, 2, 'steward', 1), (1, 3, 'steward', 1), (1, 4, 'steward', 1), (1, "
	"5, "
	"'steward', 1), (1, 6, 'steward', 1), (1, 7, 'organiser', 1);"
	"INSERT INTO project (id, event, slug, title, question, variables, lead, task, state, "
	"created)"
	" VALUES (1, 1, 'p', 'Project', '', '', 7, 'binary', 'accepted', 1);"
	"INSERT INTO team (id, event, project, number, name, made) VALUES (1, 1, 1, 1, 'Team 1', "
	"1);"
	"INSERT INTO member (team, person, slot, login, since) VALUES (1, 1, 0, 'author', 1), (1, "
	"2, "
	"1, 'mate', 1);"
	"INSERT INTO mentor (team, person, kind) VALUES (1, 3, 'clinical');"
	"INSERT INTO session (id, token, person, csrf, address, created, expires) VALUES (1, "
	"x'01', "
	"4, '', '', 1, 9000000000);";

struct house {
	struct arena *arena;
	char dir[64];
	const char *path;
	struct store *store;
	struct db *db;
	struct err err;
	uint64_t seed;
	int64_t spool, now;
};

static inline uint64_t
roll(struct house *h, uint64_t n)
{
	h->seed ^= h->seed << 13, h->seed ^= h->seed >> 7, h->seed ^= h->seed << 17;
	return h->seed % n;
}

static inline void
house_enter(struct house *h, const char *path)
{
	if (store_open(path, 1, &h->store, &h->err) != OK)
		BUG("%s", h->err.text);
	h->db = store_take(h->store, h->arena);
}

static inline void
house_leave(struct house *h)
{
	store_give(h->db);
	store_close(h->store);
}

static inline void
house_open(struct house *h, uint64_t seed)
{
	*h = (struct house){ .arena = arena_new(), .seed = seed, .spool = 1, .now = 1000 };
	snprintf(h->dir, sizeof h->dir, "/tmp/airlock-test-XXXXXX");
	if (!mkdtemp(h->dir))
		BUG("mkdtemp");
	h->path = arena_printf(h->arena, "%s/w.db", h->dir);
	house_enter(h, h->path);
	house_leave(h);
	if (!store_tamper(h->path, furniture))
		BUG("the furniture does not fit");
	house_enter(h, h->path);
}

static inline void
house_close(struct house *h)
{
	house_leave(h);
	if (io_remove_tree(AT_FDCWD, h->dir, &h->err) != OK)
		printf("# %s\n", h->err.text);
	arena_free(h->arena);
}
#define cleanup_house CLEANUP(house_close)

static inline const char *
digest(struct house *h, uint64_t which)
{
	uint8_t bytes[32] = { (uint8_t)which, (uint8_t)(which >> 8) };
	char hex[65];
	hex_encode(hex, bytes, sizeof bytes);
	return arena_strdup(h->arena, hex);
}

static inline struct airlock_actor
somebody(struct house *h, const struct airlock_row *q, int64_t person)
{
	static const char *const names[] = { "", "Author", "Mate", "Mentor", "Anna", "Bert", "Cara",
		"Organiser" };
	struct airlock_actor who = { 0 };
	bool steward = person >= MATE && person <= CARA;
	CHECK_INT(airlock_as(h->db, q, person, names[person], steward, &who, &h->err), OK);
	return who;
}

#endif
