-- Submissions and what came of them.

CREATE TABLE submission (
	id       INTEGER PRIMARY KEY,
	team     INTEGER NOT NULL REFERENCES team,
	person   INTEGER NOT NULL REFERENCES person,
	project  INTEGER NOT NULL REFERENCES project,
	spool    INTEGER NOT NULL UNIQUE,
	name     TEXT NOT NULL,
	bytes    INTEGER NOT NULL,
	hash     TEXT NOT NULL,
	at       TIME NOT NULL,
	state    TEXT NOT NULL DEFAULT 'waiting'
		CHECK (state IN ('waiting', 'scored', 'refused', 'failed')),
	metric   TEXT NOT NULL DEFAULT '',
	n        INTEGER NOT NULL DEFAULT 0,
	value    REAL,
	low      REAL,
	high     REAL,
	problem  TEXT NOT NULL DEFAULT '' -- sentences, one a line, for the team
);
CREATE INDEX submission_team ON submission (team, at);
