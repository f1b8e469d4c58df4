-- An event, its phases and its programme.

CREATE TABLE event (
	id      INTEGER PRIMARY KEY,
	slug    TEXT NOT NULL UNIQUE,
	name    TEXT NOT NULL,
	place   TEXT NOT NULL,
	mode    TEXT NOT NULL CHECK (mode IN ('on site', 'remote', 'hybrid')),
	starts  TIME NOT NULL,
	ends    TIME NOT NULL,
	seats   INTEGER NOT NULL CHECK (seats BETWEEN 1 AND 2000),
	about   TEXT NOT NULL, -- Markdown
	rules   TEXT NOT NULL, -- Markdown
	kinds   TEXT NOT NULL, -- kinds of medical problem, one line each
	phase   TEXT NOT NULL DEFAULT 'draft',
	created TIME NOT NULL
);

-- When each phase is planned to begin. With `clock` set the server begins it by itself.
CREATE TABLE phase (
	event  INTEGER NOT NULL REFERENCES event,
	phase  TEXT NOT NULL,
	starts TIME NOT NULL,
	clock  BOOL NOT NULL DEFAULT 0,
	begun  TIME,
	PRIMARY KEY (event, phase)
) WITHOUT ROWID;

CREATE TABLE programme (
	id      INTEGER PRIMARY KEY,
	event   INTEGER NOT NULL REFERENCES event,
	starts  TIME NOT NULL,
	ends    TIME NOT NULL,
	title   TEXT NOT NULL,
	speaker TEXT NOT NULL DEFAULT '',
	room    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX programme_event ON programme (event, starts);
