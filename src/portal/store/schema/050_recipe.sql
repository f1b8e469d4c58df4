-- Every recipe that was ever saved. The newest one is project.recipe too, which is what releases are
-- made of.

CREATE TABLE recipe_version (
	id      INTEGER PRIMARY KEY,
	project INTEGER NOT NULL REFERENCES project,
	n       INTEGER NOT NULL,
	text    TEXT NOT NULL,
	hash    TEXT NOT NULL, -- BLAKE2b-256 of the text, in hex, as releases tell it
	person  INTEGER NOT NULL REFERENCES person,
	name    TEXT NOT NULL, -- as it was then
	at      TIME NOT NULL,
	UNIQUE (project, n)
);
