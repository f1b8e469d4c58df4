-- What workspaces use, what they ran out of, and what teams ask for.

-- A row a minute; the keeper looks several times within it. Kept for two days.
CREATE TABLE usage_sample (
	workspace INTEGER NOT NULL REFERENCES workspace,
	minute    TIME NOT NULL,
	cpu_milli INTEGER NOT NULL, -- of a processor, the most that was seen; 1000 is one core
	memory    INTEGER NOT NULL, -- bytes, the most
	disk      INTEGER NOT NULL, -- bytes, the newest
	processes INTEGER NOT NULL, -- the most
	PRIMARY KEY (workspace, minute)
) WITHOUT ROWID;

-- What the newest look saw, so that the next one knows what is new, also after a restart.
CREATE TABLE usage_seen (
	workspace  INTEGER PRIMARY KEY REFERENCES workspace,
	opened     TIME NOT NULL, -- of the workspace; the counts begin anew with each opening
	at         TIME NOT NULL,
	cpu_us     INTEGER NOT NULL,
	oom_kills  INTEGER NOT NULL,
	fork_fails INTEGER NOT NULL,
	full       BOOL NOT NULL
);

CREATE TABLE trouble (
	id        INTEGER PRIMARY KEY,
	workspace INTEGER NOT NULL REFERENCES workspace,
	at        TIME NOT NULL,
	kind      TEXT NOT NULL CHECK (kind IN ('memory', 'processes', 'disk')),
	times     INTEGER NOT NULL -- how often since the look before
);
CREATE INDEX trouble_workspace ON trouble (workspace, at);

CREATE TABLE resource_request (
	id        INTEGER PRIMARY KEY,
	team      INTEGER NOT NULL REFERENCES team,
	person    INTEGER NOT NULL REFERENCES person,
	at        TIME NOT NULL,
	memory_mb INTEGER NOT NULL, -- wanted in all, not on top
	cpus      INTEGER NOT NULL,
	reason    TEXT NOT NULL,
	state     TEXT NOT NULL DEFAULT 'open'
		CHECK (state IN ('open', 'granted', 'declined', 'withdrawn')),
	decided   TIME,
	decider   INTEGER REFERENCES person,
	granted_mb   INTEGER NOT NULL DEFAULT 0,
	granted_cpus INTEGER NOT NULL DEFAULT 0,
	answer    TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX resource_request_open ON resource_request (team) WHERE state = 'open';

-- The red button: while there is a row, no workspace of the event opens and nobody enters one.
CREATE TABLE event_seal (
	event  INTEGER PRIMARY KEY REFERENCES event,
	since  TIME NOT NULL,
	person INTEGER NOT NULL REFERENCES person,
	reason TEXT NOT NULL
);

-- What the gate carried to a person's browser, in parts of five minutes.
CREATE TABLE carried (
	workspace INTEGER NOT NULL REFERENCES workspace,
	person    INTEGER NOT NULL REFERENCES person,
	part      TIME NOT NULL, -- when it began
	bytes     INTEGER NOT NULL,
	pixels    INTEGER NOT NULL, -- bytes of a desktop's pictures, not counted in bytes
	requests  INTEGER NOT NULL,
	PRIMARY KEY (workspace, person, part)
) WITHOUT ROWID;

-- What one person may load from a workspace within any hour; without a row the gate's own.
CREATE TABLE event_budget (
	event     INTEGER PRIMARY KEY REFERENCES event,
	bytes_mb  INTEGER NOT NULL CHECK (bytes_mb BETWEEN 1 AND 1048576),
	pixels_mb INTEGER NOT NULL CHECK (pixels_mb BETWEEN 1 AND 1048576)
);
