-- What the world may know of a data set: the steward's words beside what the server knows itself.

CREATE TABLE catalogue (
	project     INTEGER PRIMARY KEY REFERENCES project,
	owner       TEXT NOT NULL,    -- the institution that answers for the data
	contact     TEXT NOT NULL,    -- an address of an office, https:// or an e-mail address
	origin      TEXT NOT NULL,    -- where the data come from, which patients, which years
	keywords    TEXT NOT NULL,    -- with commas between
	licence     TEXT NOT NULL,
	licence_url TEXT NOT NULL,    -- "" when it stands nowhere
	terms       TEXT NOT NULL,    -- Markdown
	citation    TEXT NOT NULL,    -- "": made of the other facts
	shown       BOOL NOT NULL,    -- to everybody
	changed     TIME NOT NULL
);
