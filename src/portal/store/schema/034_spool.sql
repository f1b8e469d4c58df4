-- What lay on its way between gate and curator, and does not any more. See keeper/spool.c.

-- Files that the gate says it removed.
CREATE TABLE spool_cleared (
	spool INTEGER PRIMARY KEY,
	at    TIME NOT NULL
);

-- Lying there for a day, and nobody's: what a fall left.
CREATE TABLE spool_stray (
	spool INTEGER PRIMARY KEY,
	seen  TIME NOT NULL
);

-- Pages for reviewers that the curator removed.
CREATE TABLE view_cleared (
	file INTEGER PRIMARY KEY REFERENCES airlock_file,
	at   TIME NOT NULL
);
