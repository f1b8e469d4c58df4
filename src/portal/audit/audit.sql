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

-- Names for the numbers of entries, see words.h.

-- name: words_teams
-- kind: many
-- in: event int
-- What teams were called from when on, the newest first; forming them anew forgets their names.
SELECT n, action, object, detail FROM audit
WHERE event = :event AND action IN ('team changed', 'teams formed') ORDER BY n DESC;

-- name: words_person
-- kind: one
-- in: id int
SELECT name FROM person WHERE id = :id;

-- name: words_applicant
-- kind: one
-- in: event int, id int
SELECT p.name FROM application a JOIN person p ON p.id = a.person
WHERE a.event = :event AND a.id = :id;

-- name: words_project
-- kind: one
-- in: event int, slug text
SELECT title FROM project WHERE event = :event AND slug = :slug;
