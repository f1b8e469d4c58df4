#include "cli/cli.h"
#include "cli/cli.sql.h"

struct event_row {
	const char *slug, *name, *phase;
	int64_t starts, ends, participants, teams;
};

struct event_list {
	LIST(struct event_row) events;
};

static const struct field event_fields[] = {
	FIELD(struct event_row, slug, TEXT),
	FIELD(struct event_row, phase, TEXT),
	FIELD(struct event_row, starts, TIME),
	FIELD(struct event_row, ends, TIME),
	FIELD(struct event_row, participants, INT),
	FIELD(struct event_row, teams, INT),
	FIELD(struct event_row, name, TEXT),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD_LIST(struct event_list, events, event_fields),
	FIELD_END,
};

static enum status
event_list(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct cli_events_rows rows;
	struct event_list out;
	TRY(cli_open(c, e));
	TRY(db_cli_events(c->db, &rows, e));
	out.events.at = ARENA_ARRAY(c->arena, rows.n, struct event_row);
	out.events.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct cli_events *x = &rows.at[i];
		out.events.at[i] = (struct event_row){ x->slug, x->name, x->phase, x->starts,
			x->ends, x->participants, x->teams };
	}
	cli_show(c, list_fields, &out);
	return OK;
}

const struct command cmd_event_list = { "event list", "", "Lists the events of this server.", 0, 0,
	event_list };
