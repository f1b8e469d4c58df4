-- Projects with their ethics approval, their data set, its dictionary, and the curator's jobs.

CREATE TABLE project (
	id               INTEGER PRIMARY KEY,
	event            INTEGER NOT NULL REFERENCES event,
	slug             TEXT NOT NULL,
	title            TEXT NOT NULL,
	question         TEXT NOT NULL, -- Markdown, by the clinician
	variables        TEXT NOT NULL, -- Markdown
	lead             INTEGER NOT NULL REFERENCES person,
	task             TEXT NOT NULL CHECK (task IN ('binary', 'regression')),
	unit             TEXT NOT NULL DEFAULT '', -- of the number that is predicted: "g", "days"
	teams_wanted     INTEGER NOT NULL DEFAULT 2 CHECK (teams_wanted BETWEEN 1 AND 20),
	ethics_number    TEXT NOT NULL DEFAULT '',
	ethics_committee TEXT NOT NULL DEFAULT '',
	ethics_expires   TIME,
	state            TEXT NOT NULL DEFAULT 'proposed'
		CHECK (state IN ('proposed', 'accepted', 'declined')),
	folder           TEXT NOT NULL DEFAULT '', -- in the event's inbox
	recipe           TEXT NOT NULL DEFAULT '',
	recipe_hash      TEXT NOT NULL DEFAULT '', -- of the newest signed release's recipe, as the counts
	source           TEXT NOT NULL DEFAULT '',
	understood       TEXT NOT NULL DEFAULT '', -- the source whose keys and links a steward confirmed
	tables           INTEGER NOT NULL DEFAULT 0,
	rows             INTEGER NOT NULL DEFAULT 0,
	patients         INTEGER NOT NULL DEFAULT 0,
	sample_patients  INTEGER NOT NULL DEFAULT 0,
	hidden_patients  INTEGER NOT NULL DEFAULT 0,
	created          TIME NOT NULL,
	UNIQUE (event, slug)
);

CREATE TABLE data_table (
	id      INTEGER PRIMARY KEY,
	project INTEGER NOT NULL REFERENCES project,
	name    TEXT NOT NULL,
	rows    INTEGER NOT NULL,
	released INTEGER NOT NULL DEFAULT 0, -- and signed; else as the hospital imported it
	UNIQUE (project, name, released)
);

-- The dictionary: what a variable is. Numbers are safe aggregates (ten patients or more).
CREATE TABLE data_column (
	id       INTEGER PRIMARY KEY,
	tbl      INTEGER NOT NULL REFERENCES data_table ON DELETE CASCADE,
	name     TEXT NOT NULL,
	type     TEXT NOT NULL,
	meaning  TEXT NOT NULL DEFAULT '',
	missing  INTEGER NOT NULL DEFAULT 0, -- -1: withheld
	distinct_values INTEGER NOT NULL DEFAULT 0, -- -1: withheld
	low      TEXT NOT NULL DEFAULT '',
	high     TEXT NOT NULL DEFAULT '',
	examples TEXT NOT NULL DEFAULT ''
);

-- One immutable image. `id` is also the image's file name. A built one waits for the steward's
-- signature (see signoff); only a ready one is mounted.
CREATE TABLE release (
	id      INTEGER PRIMARY KEY,
	project INTEGER NOT NULL REFERENCES project,
	stage   TEXT NOT NULL CHECK (stage IN ('sample', 'full', 'hidden', 'simulated')),
	state   TEXT NOT NULL DEFAULT 'building'
		CHECK (state IN ('building', 'built', 'ready', 'failed', 'destroyed')),
	hash    TEXT NOT NULL DEFAULT '',
	bytes   INTEGER NOT NULL DEFAULT 0,
	files   INTEGER NOT NULL DEFAULT 0,
	made    TIME
);
CREATE INDEX release_project ON release (project, stage);

-- What the curator was asked to do. A job that was running when the server stopped is looked up
-- again, and ends as done or failed, never as unknown.
CREATE TABLE job (
	id         INTEGER PRIMARY KEY,
	kind       TEXT NOT NULL CHECK (kind IN ('inbox', 'import', 'release', 'score', 'forget',
		'check', 'leave', 'suggest', 'preview', 'measure', 'withdraw', 'keys',
		'table', 'tidy')),
	event      INTEGER NOT NULL REFERENCES event,
	project    INTEGER REFERENCES project,
	submission INTEGER REFERENCES submission,
	spec       TEXT NOT NULL,
	state      TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
	stopped_by TEXT NOT NULL DEFAULT '', -- the name of whoever asked that it ends
	error      TEXT NOT NULL DEFAULT '',
	result     TEXT NOT NULL DEFAULT '', -- JSON, aggregates only
	created    TIME NOT NULL,
	started    TIME,
	ended      TIME
);
CREATE INDEX job_state ON job (state);
CREATE INDEX job_project ON job (project, kind);
