/* Whoever organised before the database kept it did so all the same. */
#include "portal/people/steward.h"

#include <fcntl.h>

#include "base/io.h"
#include "base/tap.h"

enum { STEPS = 200, STEP_STEWARDS = 70 };

/* The schema, with people between the step that keeps who ever organised and those before it. */
static const struct store_migration *
with_people(void)
{
	static const struct store_migration people = { STEP_STEWARDS - 1, "people",
		"INSERT INTO person (id, email, name, created) VALUES (1, 'a@x.org', 'Ada', 0),"
		" (2, 'b@x.org', 'Bea', 0);"
		"INSERT INTO event (id, slug, name, place, mode, starts, ends, seats, about, rules,"
		" kinds, phase, created) VALUES (5, 'e', 'E', 'Here', 'hybrid', 0, 1, 9, '', '', "
		"'',"
		" 'draft', 0);"
		"INSERT INTO role (event, person, role, since) VALUES (5, 1, 'organiser', 0),"
		" (5, 2, 'steward', 0);" };
	static struct store_migration steps[STEPS];
	int n = 0;
	for (const struct store_migration *m = store_schema; m->n && n < STEPS - 2; m++) {
		if (m->n == STEP_STEWARDS)
			steps[n++] = people;
		steps[n++] = *m;
	}
	return steps;
}

TEST(who_organised_before_is_known_to_have)
{
	cleanup_arena struct arena *a = arena_new();
	char dir[] = "/tmp/steward-test-XXXXXX";
	struct store *store;
	struct organiser_ever ada, bea;
	struct err e;
	if (!mkdtemp(dir))
		BUG("mkdtemp");
	if (store_open_with(arena_printf(a, "%s/w.db", dir), 1, with_people(), &store, &e) != OK)
		BUG("%s", e.text);
	struct db *db = store_take(store, a);
	CHECK_INT(db_organiser_ever(db, 5, 1, &ada, &e), OK);
	CHECK_INT(db_organiser_ever(db, 5, 2, &bea, &e), OK);
	CHECK(ada.ever && !bea.ever);
	store_give(db);
	store_close(store);
	CHECK_INT(io_remove_tree(AT_FDCWD, dir, &e), OK);
}
