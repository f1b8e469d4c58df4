-- People, how they sign in, and what they are in which event.

CREATE TABLE person (
	id       INTEGER PRIMARY KEY,
	email    TEXT NOT NULL UNIQUE COLLATE NOCASE,
	name     TEXT NOT NULL,
	password TEXT,                    -- Argon2id string; NULL until one is chosen
	-- From when on the password counts where two people must say so: a day after it was chosen by
	-- a sign-in link, without the one before. 0: by whoever opened the account.
	witness_from TIME NOT NULL DEFAULT 0,
	admin    BOOL NOT NULL DEFAULT 0, -- may create events on this server
	came     TIME, -- first signed in
	proven   TIME, -- first used a link that was sent to the address
	created  TIME NOT NULL
);

CREATE TABLE session (
	id      INTEGER PRIMARY KEY,
	token   BLOB NOT NULL UNIQUE, -- BLAKE2b-256 of the cookie
	person  INTEGER NOT NULL REFERENCES person,
	csrf    TEXT NOT NULL,
	address TEXT NOT NULL,
	by_link BOOL NOT NULL DEFAULT 0, -- not by password
	created TIME NOT NULL,
	expires TIME NOT NULL,
	ended   TIME,                 -- signed out, or revoked
	cut     BOOL NOT NULL DEFAULT 0 -- ended, and the gate was told
);
CREATE INDEX session_person ON session (person);
CREATE INDEX session_to_cut ON session (id) WHERE ended IS NOT NULL AND NOT cut;

-- A sign-in link: good once, until it expires.
CREATE TABLE link (
	id      INTEGER PRIMARY KEY,
	token   BLOB NOT NULL UNIQUE,
	person  INTEGER NOT NULL REFERENCES person,
	path    TEXT NOT NULL, -- where it leads after signing in
	shown   BOOL NOT NULL DEFAULT 0, -- to somebody else too, who may hand it over
	created TIME NOT NULL,
	expires TIME NOT NULL,
	used    TIME
);

-- Mail waits here until the sender has brought it to the mail server. What it says is gone once it
-- is sent, for it may hold a link that signs somebody in; so is the text of what failed, in time.
CREATE TABLE outbox (
	id      INTEGER PRIMARY KEY,
	event   INTEGER REFERENCES event,
	person  INTEGER REFERENCES person,
	email   TEXT NOT NULL,
	subject TEXT NOT NULL,
	body    TEXT NOT NULL,
	created TIME NOT NULL,
	state   TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
	since   TIME NOT NULL,           -- tried from then on, for three days
	tries   INTEGER NOT NULL DEFAULT 0, -- since then
	next    TIME NOT NULL DEFAULT 0, -- not before
	reason  TEXT NOT NULL DEFAULT '', -- why the newest try failed
	ended   TIME                     -- sent or failed
);
CREATE INDEX outbox_waiting ON outbox (next) WHERE state = 'waiting';
CREATE INDEX outbox_failed ON outbox (created) WHERE state = 'failed' AND body <> '';
CREATE INDEX outbox_event ON outbox (event, id);

CREATE TABLE role (
	event  INTEGER NOT NULL REFERENCES event,
	person INTEGER NOT NULL REFERENCES person,
	role   TEXT NOT NULL CHECK (role IN
		('organiser', 'steward', 'lead', 'mentor', 'participant', 'juror', 'reviewer')),
	about  TEXT NOT NULL DEFAULT '', -- a mentor's or juror's background, for the public page
	since  TIME NOT NULL,
	PRIMARY KEY (event, role, person) -- together on the disk: all mentors of an event
) WITHOUT ROWID;
CREATE INDEX role_person ON role (person, event);
