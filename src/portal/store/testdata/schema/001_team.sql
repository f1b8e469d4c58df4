CREATE TABLE team (
	id      INTEGER PRIMARY KEY,
	name    TEXT NOT NULL UNIQUE,
	share   REAL,
	open    BOOL NOT NULL DEFAULT 1,
	founded TIME,
	badge   BLOB,
	motto   TEXT,
	size    INTEGER CONSTRAINT team_size CHECK (size BETWEEN 1 AND 7)
);
