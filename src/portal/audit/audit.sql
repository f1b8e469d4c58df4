-- The audit trail.

-- name: audit_insert
-- kind: exec
-- in: n int, at time, actor int, actor_name text, event int, action text, object text
-- in: detail text, hash blob
INSERT INTO audit (n, at, actor, actor_name, event, action, object, detail, hash)
VALUES (:n, :at, :actor, :actor_name, :event, :action, :object, :detail, :hash);

-- name: audit_last
-- kind: one
-- absent: The audit trail is empty.
SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1;

-- name: audit_chain
-- kind: many
-- in: after int, count int
-- out: actor_name blob, action blob, object blob, detail blob, sound bool
-- Texts as the bytes that are stored, also those behind a NUL; sound: every value has the type it
-- was written with, so that a number that only looks the same is found.
SELECT n, at, actor, event, hash,
	CAST(actor_name AS BLOB) AS actor_name, CAST(action AS BLOB) AS action,
	CAST(object AS BLOB) AS object, CAST(detail AS BLOB) AS detail,
	typeof(at) || typeof(actor) || typeof(event) = 'integerintegerinteger'
		AND typeof(actor_name) || typeof(action) || typeof(object) || typeof(detail)
			= 'texttexttexttext'
		AND typeof(hash) = 'blob' AS sound
FROM audit
WHERE n > :after
ORDER BY n
LIMIT :count;

-- name: audit_page
-- kind: many
-- in: event int?, before int, count int
-- The newest entries before a number, newest first; event 0 means all.
SELECT n, at, actor, actor_name, event, action, object, detail
FROM audit
WHERE (:event IS NULL OR event = :event) AND n < :before
ORDER BY n DESC
LIMIT :count;
