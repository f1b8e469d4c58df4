#include "portal/keeper/gate_told.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/keeper/spool.h"
#include "portal/keeper/warden.h"
#include "portal/usage/usage.h"
#include "portal/workspace/workspace.h"

void
gate_told_carried(struct db *db, const struct pg_carried *m)
{
	struct err e;
	if (usage_carried(db, m, clock_now(), &e) != OK)
		log_error("what was carried cannot be written", "ws=%llu person=%llu why=\"%s\"",
			(unsigned long long)m->ws, (unsigned long long)m->person, e.text);
}

/* Nobody is told how it went: the gate sees the program, or misses it again. */
void
gate_told_missing(struct server *server, struct db *db, const struct pg_missing *m)
{
	static const enum pw_type programs[PG_PROGRAMS] = { [PG_NOTEBOOK] = PW_WS_NOTEBOOK,
		[PG_TERMINAL] = PW_WS_TERMINAL,
		[PG_DESKTOP] = PW_WS_DESKTOP };
	struct pw_ws_person ask = {
		.head.type = programs[m->program], .ws = m->ws, .person = m->person
	};
	struct admission a;
	struct err e;
	if (workspace_admits(db, (int64_t)m->ws, (int64_t)m->person, (int64_t)m->session,
		    clock_now(), &a, &e) == OK &&
		warden_begin(server->warden, &ask, sizeof ask, 0, &e) == OK)
		log_info("started again", "ws=%llu person=%llu program=%u",
			(unsigned long long)m->ws, (unsigned long long)m->person, m->program);
}

void
gate_told_dropped(struct db *db, const struct pg_drop *m)
{
	struct err e;
	if (spool_dropped(db, (int64_t)m->spool, clock_now(), &e) != OK)
		log_error("a removed file cannot be noted", "spool=%llu why=\"%s\"",
			(unsigned long long)m->spool, e.text);
}
