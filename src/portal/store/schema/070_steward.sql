-- Who was named as a data steward, and who let it take effect. A row of `role` is made when that
-- happens and not before, so nobody who waits here can do anything.

CREATE TABLE steward_naming (
	id         INTEGER PRIMARY KEY,
	event      INTEGER NOT NULL REFERENCES event,
	person     INTEGER NOT NULL REFERENCES person,
	about      TEXT NOT NULL DEFAULT '',
	named_by   INTEGER NOT NULL, -- person; 0: root on the server
	named_name TEXT NOT NULL,
	named      TIME NOT NULL,
	state      TEXT NOT NULL DEFAULT 'waiting'
		CHECK (state IN ('waiting', 'confirmed', 'refused', 'withdrawn')),
	decided_by TEXT NOT NULL DEFAULT '', -- name; '' for an event's first
	decided    TIME,
	ended_by   TEXT NOT NULL DEFAULT '', -- name; who took the role of a confirmed one back
	ended      TIME
);
CREATE UNIQUE INDEX steward_waiting ON steward_naming (event, person) WHERE state = 'waiting';
CREATE INDEX steward_naming_event ON steward_naming (event, state);
CREATE INDEX steward_naming_person ON steward_naming (person, state);

-- Who has ever organised an event: taking the role back does not make anybody another steward's
-- witness. Whatever statement gives the role, this is written with it.
CREATE TABLE organiser_ever (
	event  INTEGER NOT NULL REFERENCES event,
	person INTEGER NOT NULL REFERENCES person,
	PRIMARY KEY (event, person)
) WITHOUT ROWID;
INSERT INTO organiser_ever (event, person) SELECT event, person FROM role WHERE role = 'organiser';
CREATE TRIGGER role_organiser AFTER INSERT ON role WHEN new.role = 'organiser'
BEGIN
	INSERT OR IGNORE INTO organiser_ever (event, person) VALUES (new.event, new.person);
END;
