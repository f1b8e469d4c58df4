-- What teams hand in, and how it is judged.

CREATE TABLE presentation (
	id      INTEGER PRIMARY KEY,
	team    INTEGER NOT NULL UNIQUE REFERENCES team,
	title   TEXT NOT NULL DEFAULT '',
	problem TEXT NOT NULL DEFAULT '', -- the medical problem
	methods TEXT NOT NULL DEFAULT '', -- how data and AI were used
	results TEXT NOT NULL DEFAULT '',
	impact  TEXT NOT NULL DEFAULT '',
	pdf     TEXT NOT NULL DEFAULT '', -- BLAKE2b-256 of the file in state/portal/files, in hex
	pdf_name TEXT NOT NULL DEFAULT '',
	pdf_bytes INTEGER NOT NULL DEFAULT 0,
	saved   TIME NOT NULL,
	handed_in TIME
);

CREATE TABLE round (
	id     INTEGER PRIMARY KEY,
	event  INTEGER NOT NULL REFERENCES event,
	name   TEXT NOT NULL CHECK (name IN ('first', 'final')),
	state  TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
	opened TIME NOT NULL,
	closed TIME,
	UNIQUE (event, name)
);

CREATE TABLE jury_score (
	round        INTEGER NOT NULL REFERENCES round,
	juror        INTEGER NOT NULL REFERENCES person,
	team         INTEGER NOT NULL REFERENCES team,
	creativity   INTEGER NOT NULL CHECK (creativity BETWEEN 1 AND 5),
	practicality INTEGER NOT NULL CHECK (practicality BETWEEN 1 AND 5),
	impact       INTEGER NOT NULL CHECK (impact BETWEEN 1 AND 5),
	comment      TEXT NOT NULL DEFAULT '',
	saved        TIME NOT NULL,
	PRIMARY KEY (round, juror, team)
);

-- A conflict of interest: the cell stays empty, it never counts as nothing.
CREATE TABLE recusal (
	round  INTEGER NOT NULL REFERENCES round,
	juror  INTEGER NOT NULL REFERENCES person,
	team   INTEGER NOT NULL REFERENCES team,
	reason TEXT NOT NULL,
	PRIMARY KEY (round, juror, team)
);

-- Places after a round: 1 to 3 of the first are the shortlist, 1 of the final is the winner.
CREATE TABLE place (
	round INTEGER NOT NULL REFERENCES round,
	team  INTEGER NOT NULL REFERENCES team,
	place INTEGER NOT NULL,
	mean  REAL NOT NULL,
	adjusted REAL NOT NULL,
	unclear BOOL NOT NULL DEFAULT 0,
	PRIMARY KEY (round, team)
);
