-- Teams, their mentors, their workspaces, and the tickets into them.

CREATE TABLE team (
	id      INTEGER PRIMARY KEY,
	event   INTEGER NOT NULL REFERENCES event,
	project INTEGER NOT NULL REFERENCES project,
	number  INTEGER NOT NULL, -- 1, 2, … in the event
	name    TEXT NOT NULL,
	link    TEXT NOT NULL DEFAULT '', -- meeting link
	made    TIME NOT NULL,
	UNIQUE (event, number)
);

-- `slot` is the member's uid inside the workspace: never given to another person of that team.
CREATE TABLE member (
	team   INTEGER NOT NULL REFERENCES team,
	person INTEGER NOT NULL REFERENCES person,
	slot   INTEGER NOT NULL,
	login  TEXT NOT NULL, -- name inside the workspace
	reason TEXT NOT NULL DEFAULT '', -- why here, in words
	since  TIME NOT NULL,
	gone   TIME,
	PRIMARY KEY (team, person),
	UNIQUE (team, slot)
);
CREATE INDEX member_person ON member (person);

CREATE TABLE mentor (
	team   INTEGER NOT NULL REFERENCES team,
	person INTEGER NOT NULL REFERENCES person,
	kind   TEXT NOT NULL CHECK (kind IN ('clinical', 'data science')),
	PRIMARY KEY (team, person)
);

-- `want` is the decision, `state` what the warden last said. A keeper makes the second the first.
CREATE TABLE workspace (
	id        INTEGER PRIMARY KEY,
	team      INTEGER NOT NULL UNIQUE REFERENCES team,
	want      TEXT NOT NULL DEFAULT 'closed'
		CHECK (want IN ('closed', 'setup', 'sample', 'full', 'frozen', 'destroyed')),
	state     TEXT NOT NULL DEFAULT 'absent'
		CHECK (state IN ('absent', 'opening', 'open', 'closed', 'destroyed', 'failed')),
	stage     TEXT NOT NULL DEFAULT '', -- setup, sample, full, frozen: as it stands now
	release   INTEGER REFERENCES release,
	changed   BOOL NOT NULL DEFAULT 0,  -- members or limits changed since it was opened
	memory_mb INTEGER NOT NULL DEFAULT 0, -- 0: the server's default
	cpus      INTEGER NOT NULL DEFAULT 0,
	problem   TEXT NOT NULL DEFAULT '',
	opened    TIME,
	open_ms   INTEGER NOT NULL DEFAULT 0,
	sealed    TIME, -- when data were first mounted
	ending    TIME, -- since when it is being destroyed: no archive of it is ordered any more
	destroyed TIME,
	destroyed_bytes INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE ticket (
	id        INTEGER PRIMARY KEY,
	token     BLOB NOT NULL UNIQUE, -- BLAKE2b-256
	workspace INTEGER NOT NULL REFERENCES workspace,
	person    INTEGER NOT NULL REFERENCES person,
	session   INTEGER NOT NULL REFERENCES session,
	expires   TIME NOT NULL,
	used      TIME
);
