-- Applications, selection, agreements.

CREATE TABLE application (
	id        INTEGER PRIMARY KEY,
	event     INTEGER NOT NULL REFERENCES event,
	person    INTEGER NOT NULL REFERENCES person,
	state     TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'submitted', 'waitlisted',
		'selected', 'accepted', 'declined', 'not selected', 'withdrawn')),
	level     TEXT NOT NULL DEFAULT '', -- BSc, MSc, PhD, alumni
	specialty TEXT NOT NULL DEFAULT '', -- engineering, biomedical, other
	faculty   TEXT NOT NULL DEFAULT '',
	-- self-rated, 0 none to 3 expert
	skill_analysis      INTEGER NOT NULL DEFAULT 0,
	skill_visualisation INTEGER NOT NULL DEFAULT 0,
	skill_learning      INTEGER NOT NULL DEFAULT 0,
	skill_biostatistics INTEGER NOT NULL DEFAULT 0,
	skill_modelling     INTEGER NOT NULL DEFAULT 0,
	skill_images        INTEGER NOT NULL DEFAULT 0,
	skill_records       INTEGER NOT NULL DEFAULT 0, -- EHR analysis
	skill_databases     INTEGER NOT NULL DEFAULT 0,
	skill_series        INTEGER NOT NULL DEFAULT 0, -- time series
	skill_text          INTEGER NOT NULL DEFAULT 0,
	skills    INTEGER AS (skill_analysis + skill_visualisation + skill_learning + skill_biostatistics
		+ skill_modelling + skill_images + skill_records + skill_databases + skill_series
		+ skill_text) STORED,
	choice1   INTEGER REFERENCES project,
	choice2   INTEGER REFERENCES project,
	choice3   INTEGER REFERENCES project,
	consent_statistics BOOL NOT NULL DEFAULT 0,
	consent_photo      BOOL NOT NULL DEFAULT 0,
	consent_contact    BOOL NOT NULL DEFAULT 0,
	started   TIME NOT NULL,
	saved     TIME NOT NULL,
	submitted TIME,
	decided   TIME,
	answered  TIME, -- accepted or declined
	-- Long texts come last: what is before them is read without walking past them.
	languages TEXT NOT NULL DEFAULT '', -- one a line
	fields    TEXT NOT NULL DEFAULT '', -- medical fields of interest, one a line
	note      TEXT NOT NULL DEFAULT '', -- the organiser's, never shown to the applicant
	motivation TEXT NOT NULL DEFAULT '',
	UNIQUE (event, person)
);
-- All that application_tally reads.
CREATE INDEX application_kind ON application (event, state, level, specialty);

CREATE TABLE agreement (
	id      INTEGER PRIMARY KEY,
	event   INTEGER NOT NULL REFERENCES event,
	version INTEGER NOT NULL,
	title   TEXT NOT NULL,
	body    TEXT NOT NULL, -- Markdown
	hash    TEXT NOT NULL, -- BLAKE2b-256 of title, newline, body; in hex
	made    TIME NOT NULL,
	UNIQUE (event, version)
);

CREATE TABLE signature (
	id        INTEGER PRIMARY KEY,
	agreement INTEGER NOT NULL REFERENCES agreement,
	person    INTEGER NOT NULL REFERENCES person,
	name      TEXT NOT NULL, -- as typed
	hash      TEXT NOT NULL, -- of the text that was on the screen
	address   TEXT NOT NULL,
	at        TIME NOT NULL,
	UNIQUE (agreement, person)
);
