-- Archives of what teams made, sealed with a steward's passphrase. See docs/archive.md.

-- The keys of an event's archives: the public half, and what it takes to make the secret half again
-- from the passphrase, which is nowhere. The newest is the one that archives are sealed to from now
-- on; the others stay, because what was sealed to them is opened by theirs alone.
CREATE TABLE archive_key (
	id        INTEGER PRIMARY KEY,
	event     INTEGER NOT NULL REFERENCES event,
	passes    INTEGER NOT NULL,
	memory_kb INTEGER NOT NULL,
	salt      BLOB NOT NULL,
	public    BLOB NOT NULL,
	person    INTEGER NOT NULL REFERENCES person,
	made      TIME NOT NULL
);
CREATE INDEX archive_key_event ON archive_key (event, id);

-- The newest archive of a workspace; the row outlives the workspace.
CREATE TABLE archive (
	workspace INTEGER PRIMARY KEY REFERENCES workspace,
	state     TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
		('waiting', 'running', 'done', 'failed', 'old')), -- old: work went on after it
	tries     INTEGER NOT NULL DEFAULT 0,
	person    INTEGER NOT NULL REFERENCES person, -- who ordered it
	ordered   TIME NOT NULL,
	ended     TIME,
	problem   TEXT NOT NULL DEFAULT '',
	bytes     INTEGER NOT NULL DEFAULT 0,
	hash      TEXT NOT NULL DEFAULT '', -- BLAKE2b-256 of the file, in hex
	files     INTEGER NOT NULL DEFAULT 0,
	folders   INTEGER NOT NULL DEFAULT 0,
	left_out  INTEGER NOT NULL DEFAULT 0, -- devices, sockets and the like
	content   INTEGER NOT NULL DEFAULT 0, -- bytes of files
	key       INTEGER REFERENCES archive_key, -- that it is sealed to
	-- Was the file read whole with the passphrase?
	trial     TEXT NOT NULL DEFAULT '' CHECK (trial IN ('', 'waiting', 'running', 'good', 'bad')),
	tried     TIME, -- when it was last good or bad
	trial_problem TEXT NOT NULL DEFAULT '',
	-- A steward lets the workspace go although this was never opened; else it stays until then.
	unopened  BOOL NOT NULL DEFAULT 0
);

-- Workspaces that stay, closed, because their archive was not made or never opened.
CREATE VIEW archive_due AS SELECT workspace, state, trial FROM archive
WHERE state IN ('waiting', 'running', 'failed') OR (state = 'done' AND trial <> 'good' AND NOT unopened);

-- Whoever works in a workspace again makes files that its archive does not hold. One that is not made
-- yet is made when the workspace rests again.
CREATE TRIGGER archive_gets_old AFTER UPDATE OF state ON workspace
WHEN NEW.state = 'open' AND NEW.stage IN ('setup', 'sample', 'full')
BEGIN
	UPDATE archive SET state = 'old' WHERE workspace = NEW.id AND state = 'done';
END;
