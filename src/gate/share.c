#include "gate/share.h"

enum { POOL = VISITS_MAX / 2 };

unsigned
share_own(unsigned rooms)
{
	unsigned own = rooms ? (VISITS_MAX - POOL) / rooms : VISITS_ROOM;
	return own > VISITS_ROOM ? VISITS_ROOM : own ? own : 1;
}

bool
share_allows(unsigned has, unsigned rooms, unsigned pooled)
{
	return has < share_own(rooms) || (has < VISITS_ROOM && pooled < POOL);
}
