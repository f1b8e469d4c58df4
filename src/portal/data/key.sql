-- The key of an event leaves by two stewards.

-- name: key_list
-- kind: many
-- in: event int
-- out: job_state text, error text, result text, removal_state text, removal_error text, asks_still bool
-- Asks still: whoever asked is a data steward of the event as yet.
SELECT k.id, k.reason, k.asked_by, k.asked_name, k.asked, k.agreed_name, k.agreed, k.ended,
	coalesce(j.state, '') AS job_state, coalesce(j.error, '') AS error,
	coalesce(j.result, '') AS result, coalesce(d.state, '') AS removal_state,
	coalesce(d.error, '') AS removal_error,
	EXISTS (SELECT 1 FROM role r WHERE r.event = k.event AND r.person = k.asked_by
		AND r.role = 'steward') AS asks_still
FROM key_export k LEFT JOIN job j ON j.id = k.job LEFT JOIN job d ON d.id = k.removal
WHERE k.event = :event ORDER BY k.id DESC;

-- name: key_open
-- kind: one
-- in: event int
-- out: n int
SELECT count(*) AS n FROM key_export WHERE event = :event AND ended IS NULL;

-- name: key_ask
-- kind: exec
-- in: event int, reason text, person int, name text, now time
INSERT INTO key_export (event, reason, asked_by, asked_name, asked)
VALUES (:event, :reason, :person, :name, :now);

-- name: key_agree
-- kind: exec
-- in: id int, person int, name text, job int, now time
UPDATE key_export SET agreed_by = :person, agreed_name = :name, agreed = :now, job = :job
WHERE id = :id AND agreed IS NULL AND ended IS NULL AND asked_by <> :person;

-- name: key_end
-- kind: exec
-- in: id int, now time
UPDATE key_export SET ended = :now WHERE id = :id AND ended IS NULL;

-- name: key_removal
-- kind: exec
-- in: id int, job int
UPDATE key_export SET removal = :job WHERE id = :id AND ended IS NULL;

-- name: key_of_removal
-- kind: one
-- in: job int
SELECT k.id, k.event, e.slug, j.state AS job_state FROM key_export k JOIN event e ON e.id = k.event
JOIN job j ON j.id = k.job WHERE k.removal = :job AND k.ended IS NULL;
