#include "gate/table.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tap.h"

static int
null_fd(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* A gate with workspaces 1 to n, each with one visitor who has a cookie. */
static struct gate *
gate_new(unsigned n)
{
	struct gate *g = calloc(1, sizeof *g);
	gate_init(g);
	for (unsigned ws = 1; ws <= n; ws++) {
		gate_room_put(g, ws, 1000000 * ws, null_fd(), null_fd());
		struct pass *p = calloc(1, sizeof *p);
		uint8_t token[REQUEST_TOKEN_BYTES] = { (uint8_t)ws, (uint8_t)(ws >> 8) };
		*p = (struct pass){ .ws = ws, .person = ws, .expires = clock_now() + 600 };
		crypto_generichash(p->key, sizeof p->key, token, sizeof token, NULL, 0);
		p->next = g->passes;
		g->passes = p;
		g->n_passes++;
	}
	return g;
}

static void
gate_end(struct gate *g)
{
	while (g->visits)
		gate_visit_end(g->visits);
	while (g->rooms)
		gate_room_drop(g, g->rooms->ws);
	for (struct meter *m = g->meters, *next; m; m = next) {
		next = m->next;
		free(m);
	}
	free(g);
}

static enum status
enter(struct gate *g, uint64_t ws, struct visit **ret)
{
	uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES] = { { (uint8_t)ws,
		(uint8_t)(ws >> 8) } };
	int folder = -1, fd = null_fd();
	struct visit *v = gate_visit_new(g, fd);
	if (!v) {
		close(fd);
		return E_CONFLICT;
	}
	enum status s = gate_visit_admit(v, ws, tokens, 1, &folder);
	if (s != OK) {
		gate_visit_end(v);
		return s;
	}
	close(folder);
	if (ret)
		*ret = v;
	return OK;
}

static struct visit *
desk(struct gate *g, uint64_t ws, uint32_t slot)
{
	int fd = null_fd();
	struct visit *v = gate_visit_desk(g, ws, slot, fd);
	if (!v)
		close(fd);
	return v;
}

/* As many as it can get. */
static unsigned
flood(struct gate *g, uint64_t ws)
{
	unsigned n = 0;
	while (enter(g, ws, NULL) == OK)
		n++;
	return n;
}

TEST(a_crowd_of_one_team_leaves_room_for_the_others)
{
	struct gate *g = gate_new(8);
	for (uint64_t ws = 1; ws <= 7; ws++)
		CHECK(flood(g, ws) <= VISITS_ROOM);
	/* Seven teams hold all they can; the eighth still finds what is its own. */
	CHECK_INT(flood(g, 8), share_own(8));
	CHECK(share_own(8) >= 64);
	gate_end(g);
}

TEST(a_lone_team_gets_what_one_may)
{
	struct gate *g = gate_new(1);
	CHECK_INT(flood(g, 1), VISITS_ROOM);
	gate_end(g);
}

TEST(who_is_not_let_in_takes_nobodys_place)
{
	struct gate *g = gate_new(2);
	struct visit *v, *first = NULL, *last = NULL, *in = NULL;
	unsigned n = 0;
	CHECK_INT(enter(g, 1, &in), OK);
	while (n < VISITS_NEW && (v = gate_visit_new(g, null_fd()))) {
		first = first ? first : v;
		last = v;
		n++;
	}
	CHECK_INT(n, VISITS_NEW);
	CHECK(!atomic_load(&first->cut));
	/* Who comes then is let in, in the place of who waits longest; a desk needs none. */
	CHECK_INT(enter(g, 2, NULL), OK);
	CHECK(desk(g, 2, 0));
	CHECK(atomic_load(&first->cut) && !atomic_load(&last->cut) && !atomic_load(&in->cut));
	CHECK_INT(g->n_new, VISITS_NEW - 1);
	gate_visit_end(first);
	CHECK_INT(g->n_new, VISITS_NEW - 1);
	CHECK_INT(g->n_dropped, 0);
	gate_end(g);
}

TEST(who_had_to_go_is_not_let_in_and_ends_before_more_must_go)
{
	struct gate *g = gate_new(1);
	uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES] = { { 1 } };
	struct visit *v, *first = gate_visit_new(g, null_fd());
	unsigned n = 1;
	int folder = -1;
	while (n < 4 * VISITS_NEW && (v = gate_visit_new(g, null_fd())))
		n++;
	CHECK_INT(n, 2 * VISITS_NEW);
	CHECK_INT(gate_visit_admit(first, 1, tokens, 1, &folder), E_BUSY);
	gate_visit_end(first);
	CHECK_INT(enter(g, 1, NULL), OK);
	gate_end(g);
}

TEST(a_desk_is_there_for_every_team_and_every_member)
{
	struct gate *g = gate_new(3);
	struct visit *v = NULL, *mine = NULL;
	unsigned n = 0;
	for (uint64_t ws = 1; ws <= 2; ws++)
		flood(g, ws);
	while (n < 100 && (v = desk(g, 1, 0))) {
		mine = v;
		n++;
	}
	CHECK_INT(n, DESKS_MEMBER);
	for (uint32_t slot = 1; slot < 10; slot++)
		n += desk(g, 1, slot) != NULL;
	CHECK_INT(n, DESKS_ROOM);
	CHECK(desk(g, 2, 0));
	CHECK(desk(g, 3, 5));
	gate_visit_end(mine);
	CHECK(desk(g, 1, 0));
	CHECK(!desk(g, 9, 0));
	gate_end(g);
}

TEST(what_is_shared_out_fits_into_the_house)
{
	for (unsigned rooms = 1; rooms <= 400; rooms++)
		CHECK(share_own(rooms) >= 1 && share_own(rooms) * rooms <= VISITS_MAX / 2);
	CHECK(share_allows(0, 1000, VISITS_MAX));
	CHECK(!share_allows(VISITS_ROOM, 1, 0));
}
