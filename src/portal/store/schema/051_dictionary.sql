-- What the variables of a data set mean, as clinicians say it, and what is asked about them. A
-- variable is "table.column", so that an entry outlives the releases.

CREATE TABLE dictionary_entry (
	id       INTEGER PRIMARY KEY,
	project  INTEGER NOT NULL REFERENCES project,
	n        INTEGER NOT NULL, -- the version of the dictionary that it made
	variable TEXT NOT NULL,
	meaning  TEXT NOT NULL,
	unit     TEXT NOT NULL,
	person   INTEGER NOT NULL REFERENCES person,
	name     TEXT NOT NULL, -- as it was then
	at       TIME NOT NULL,
	UNIQUE (project, n)
);
CREATE INDEX dictionary_entry_variable ON dictionary_entry (project, variable, n);

CREATE TABLE dictionary_question (
	id            INTEGER PRIMARY KEY,
	project       INTEGER NOT NULL REFERENCES project,
	variable      TEXT NOT NULL,
	person        INTEGER NOT NULL REFERENCES person,
	name          TEXT NOT NULL,
	question      TEXT NOT NULL,
	at            TIME NOT NULL
);
CREATE INDEX dictionary_question_variable ON dictionary_question (project, variable);

-- The newest counts; nobody's words are replaced by another's.
CREATE TABLE dictionary_answer (
	id       INTEGER PRIMARY KEY,
	question INTEGER NOT NULL REFERENCES dictionary_question,
	answer   TEXT NOT NULL,
	person   INTEGER NOT NULL REFERENCES person,
	name     TEXT NOT NULL, -- as it was then
	at       TIME NOT NULL
);
CREATE INDEX dictionary_answer_question ON dictionary_answer (question, id);
