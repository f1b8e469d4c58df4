-- What teams ask to take out, and who has said what about it. See portal/airlock/airlock.h.

-- One row an event; none means the defaults.
CREATE TABLE airlock_rule (
	event      INTEGER PRIMARY KEY REFERENCES event,
	reviewers  INTEGER NOT NULL DEFAULT 0 CHECK (reviewers BETWEEN 0 AND 2), -- 0: two when two can
	idle_hours INTEGER NOT NULL DEFAULT 4 CHECK (idle_hours BETWEEN 1 AND 240),
	models     BOOL NOT NULL DEFAULT 0 -- models of trees may leave
);

CREATE TABLE airlock_request (
	id         INTEGER PRIMARY KEY,
	event      INTEGER NOT NULL REFERENCES event,
	team       INTEGER NOT NULL REFERENCES team,
	author     INTEGER NOT NULL REFERENCES person,
	number     INTEGER NOT NULL, -- 1, 2, ... in the event
	version    INTEGER NOT NULL DEFAULT 0, -- how often it was sealed
	state      TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sealed', 'scanning',
		'in review', 'approved', 'released', 'returned', 'rejected', 'withdrawn', 'revoked',
		'failed', 'quarantined')),
	resume     TEXT NOT NULL DEFAULT '' CHECK (resume IN ('', 'sealed', 'approved')),
	needed     INTEGER NOT NULL DEFAULT 0, -- reviewers, as settled when it was sealed
	job        INTEGER NOT NULL DEFAULT 0, -- the newest; what an older one made counts for nothing
	population TEXT NOT NULL DEFAULT '', -- whom the numbers are about, and how many
	variables  TEXT NOT NULL DEFAULT '',
	relation   TEXT NOT NULL DEFAULT '', -- to what was released before
	controls   TEXT NOT NULL DEFAULT '', -- what was done so that nobody can be found
	problem    TEXT NOT NULL DEFAULT '', -- why it failed, was returned, revoked: for the team
	made       TIME NOT NULL,
	since      TIME NOT NULL, -- when the present state began
	UNIQUE (event, number),
	CHECK (state = 'draft' OR state = 'withdrawn' OR needed > 0),
	CHECK ((state = 'failed') = (resume <> ''))
);
-- One at a time for each member of a team.
CREATE UNIQUE INDEX airlock_active ON airlock_request (team, author)
	WHERE state NOT IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined');
CREATE INDEX airlock_state ON airlock_request (event, state);

CREATE TABLE airlock_file (
	id          INTEGER PRIMARY KEY,
	request     INTEGER NOT NULL REFERENCES airlock_request,
	name        TEXT NOT NULL,
	role        TEXT NOT NULL CHECK (role IN ('output', 'supporting', 'code')),
	spool       INTEGER NOT NULL UNIQUE,
	bytes       INTEGER NOT NULL, -- as it was handed in
	hash        TEXT NOT NULL,    -- BLAKE2b-256 of that, in hex
	kind        TEXT NOT NULL DEFAULT '', -- csv, png, ...
	verdict     TEXT NOT NULL DEFAULT '' -- '': not looked at yet
		CHECK (verdict IN ('', 'pass', 'review', 'fail', 'stopped', 'held')),
	clean_bytes INTEGER NOT NULL DEFAULT 0,
	clean_hash  TEXT NOT NULL DEFAULT '', -- of what would leave: what votes are bound to
	reason      TEXT NOT NULL DEFAULT '', -- the author's, why what fails should leave all the same
	added       TIME NOT NULL,
	gone        TIME
);
CREATE UNIQUE INDEX airlock_file_name ON airlock_file (request, name) WHERE gone IS NULL;

-- By coordinate, never by value.
CREATE TABLE airlock_finding (
	id       INTEGER PRIMARY KEY,
	file     INTEGER NOT NULL REFERENCES airlock_file,
	check_name TEXT NOT NULL,
	severity TEXT NOT NULL CHECK (severity IN ('note', 'review', 'fail')),
	sentence TEXT NOT NULL,
	places   TEXT NOT NULL -- "row 3 column 2; row 9 column 2; and 4 more"
);
CREATE INDEX airlock_finding_file ON airlock_finding (file);

-- What the server signed about a table that it counted, in numbers; the question is told only where
-- the file is looked at.
CREATE TABLE airlock_evidence (
	file    INTEGER PRIMARY KEY REFERENCES airlock_file,
	fewest  INTEGER NOT NULL, -- persons behind the smallest number that shows; 0: none shows
	shown   INTEGER NOT NULL, -- numbers
	small   INTEGER NOT NULL, -- hidden for their own sake
	close   INTEGER NOT NULL, -- withheld beside earlier ones
	other   INTEGER NOT NULL, -- hidden because of those
	of_file BOOL NOT NULL, -- counted from a file of the team's own
	of_rows BOOL NOT NULL  -- a row was taken for a person
);

-- One reviewer's word on one file, bound to the bytes that would leave.
CREATE TABLE airlock_vote (
	file     INTEGER NOT NULL REFERENCES airlock_file,
	reviewer INTEGER NOT NULL REFERENCES person,
	digest   TEXT NOT NULL,
	verdict  TEXT NOT NULL CHECK (verdict IN ('approve', 'return', 'reject')),
	at       TIME NOT NULL,
	PRIMARY KEY (file, reviewer)
);

-- A reviewer is done with a version.
CREATE TABLE airlock_review (
	request  INTEGER NOT NULL REFERENCES airlock_request,
	version  INTEGER NOT NULL,
	reviewer INTEGER NOT NULL REFERENCES person,
	comment  TEXT NOT NULL DEFAULT '',
	at       TIME NOT NULL,
	PRIMARY KEY (request, version, reviewer)
);

-- Who may vote on what a team hands in: stewards who never belonged to it.
CREATE VIEW airlock_reviewer AS SELECT t.id AS team, r.person AS person
FROM team t JOIN role r ON r.event = t.event AND r.role = 'steward'
WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.team = t.id AND m.person = r.person)
	AND NOT EXISTS (SELECT 1 FROM mentor x WHERE x.team = t.id AND x.person = r.person);

-- Words on the present version that count: as long as it is voted on, of those alone who may vote
-- still. Who is no steward any more, or has joined the team, has no part in what is decided later.
CREATE VIEW airlock_voice AS SELECT w.request, w.reviewer, w.comment, w.at
FROM airlock_review w JOIN airlock_request q ON q.id = w.request AND q.version = w.version
WHERE q.state <> 'in review' OR EXISTS (SELECT 1 FROM airlock_reviewer v
	WHERE v.team = q.team AND v.person = w.reviewer);

-- A way to see a file once, for a minute. What was used tells who has seen which bytes.
CREATE TABLE airlock_sight (
	id      INTEGER PRIMARY KEY,
	token   BLOB NOT NULL UNIQUE, -- BLAKE2b-256
	file    INTEGER NOT NULL REFERENCES airlock_file,
	digest  TEXT NOT NULL,
	person  INTEGER NOT NULL REFERENCES person,
	session INTEGER NOT NULL, -- forgotten before this is: who has seen what stays
	expires TIME NOT NULL,
	used    TIME
);
CREATE INDEX airlock_sight_file ON airlock_sight (file, person);
