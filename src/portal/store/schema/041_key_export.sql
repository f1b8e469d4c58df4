-- Two data stewards let the key of an event be written as two shares. The key itself is never here.

CREATE TABLE key_export (
	id          INTEGER PRIMARY KEY,
	event       INTEGER NOT NULL REFERENCES event,
	reason      TEXT NOT NULL,
	asked_by    INTEGER NOT NULL REFERENCES person,
	asked_name  TEXT NOT NULL, -- as it was then
	asked       TIME NOT NULL,
	agreed_by   INTEGER REFERENCES person CHECK (agreed_by <> asked_by),
	agreed_name TEXT NOT NULL DEFAULT '',
	agreed      TIME,
	job         INTEGER REFERENCES job, -- that writes the shares
	removal     INTEGER REFERENCES job, -- that removes the shares
	ended       TIME                    -- taken back, refused, or the shares are removed
);
CREATE INDEX key_export_event ON key_export (event);
