-- Who did what, in a chain: every entry's hash covers the hash before it, so that nothing can be
-- changed, moved or taken out of the middle unseen. See portal/audit/audit.h.

CREATE TABLE audit (
	n          INTEGER PRIMARY KEY, -- 1, 2, 3, ... without a gap
	at         TIME NOT NULL,
	actor      INTEGER NOT NULL,    -- person; 0 is the server itself, or root by a command
	actor_name TEXT NOT NULL,       -- as it was then; people may be forgotten later
	event      INTEGER NOT NULL,    -- 0 when it concerns the whole server
	action     TEXT NOT NULL,       -- "team.rename"
	object     TEXT NOT NULL,       -- "team 7"
	detail     TEXT NOT NULL,
	hash       BLOB NOT NULL        -- BLAKE2b-256
);
CREATE INDEX audit_event ON audit (event, n);

-- Against mistakes of this program; against anybody else there is the chain.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'Entries of the audit trail are never changed.');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
	SELECT RAISE(ABORT, 'Entries of the audit trail are never removed.');
END;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
WHEN NEW.n IS NOT (SELECT coalesce(max(n), 0) + 1 FROM audit)
BEGIN
	SELECT RAISE(ABORT, 'Entries of the audit trail are numbered without a gap.');
END;
