-- What a steward put their name to: the images of one release job, with all that was on the screen.
-- Without it no image is mounted anywhere.

CREATE TABLE signoff (
	id        INTEGER PRIMARY KEY,
	job       INTEGER NOT NULL UNIQUE REFERENCES job,
	project   INTEGER NOT NULL REFERENCES project,
	person    INTEGER NOT NULL REFERENCES person,
	name      TEXT NOT NULL,    -- as it was then
	statement TEXT NOT NULL,    -- the text that was signed
	hash      TEXT NOT NULL,    -- BLAKE2b-256 of the statement, in hex
	why       TEXT NOT NULL,    -- why it may leave although its risk was not measured; or ""
	at        TIME NOT NULL
);
CREATE INDEX signoff_project ON signoff (project);
