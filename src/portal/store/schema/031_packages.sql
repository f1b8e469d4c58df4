-- What workspaces fetched in their setup phase, how they were sealed, and what was installed again
-- elsewhere.

-- A package as the mirror let it through. Written from the mirror's ledger, never by a page.
CREATE TABLE package (
	id        INTEGER PRIMARY KEY,
	workspace INTEGER NOT NULL REFERENCES workspace,
	kind      TEXT NOT NULL CHECK (kind IN ('apt', 'npm', 'pip', 'r')),
	name      TEXT NOT NULL,
	version   TEXT NOT NULL,
	path      TEXT NOT NULL, -- at the mirror
	sha256    TEXT NOT NULL, -- in hex
	bytes     INTEGER NOT NULL,
	at        TIME NOT NULL, -- when the portal learnt of it
	UNIQUE (workspace, path, sha256)
);

-- The newest proof that every exit was shut when data were mounted, as the warden wrote it (JSON).
CREATE TABLE seal (
	workspace INTEGER PRIMARY KEY REFERENCES workspace,
	at        TIME NOT NULL,
	report    TEXT NOT NULL
);

-- One team's packages, installed again in another's workspace.
CREATE TABLE replay (
	id     INTEGER PRIMARY KEY,
	source INTEGER NOT NULL REFERENCES workspace,
	target INTEGER NOT NULL REFERENCES workspace,
	person INTEGER NOT NULL REFERENCES person,
	at     TIME NOT NULL,
	state  TEXT NOT NULL DEFAULT 'waiting'
		CHECK (state IN ('waiting', 'running', 'done', 'failed')),
	ended  TIME,
	words  TEXT NOT NULL DEFAULT '' -- what came of it, a sentence
);
CREATE INDEX replay_target ON replay (target);
