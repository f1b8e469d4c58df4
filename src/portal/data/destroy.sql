-- The end of an event's data.

-- name: destroy_rooms
-- kind: many
-- in: event int
-- out: archive text, archive_hash text
SELECT t.number, t.name AS team_name, w.state, w.destroyed, w.destroyed_bytes,
	coalesce(a.state, 'none') AS archive, coalesce(a.hash, '') AS archive_hash
FROM workspace w JOIN team t ON t.id = w.team LEFT JOIN archive a ON a.workspace = w.id WHERE t.event = :event ORDER BY t.number;

-- name: destroy_projects
-- kind: many
-- in: event int
-- out: images int, job_state text, result text, error text
-- Projects that hold or held data, with the newest job that was to destroy them.
SELECT p.id, p.title,
	(SELECT count(*) FROM release r WHERE r.project = p.id) AS images,
	coalesce(j.state, '') AS job_state, coalesce(j.result, '') AS result,
	coalesce(j.error, '') AS error, j.ended AS ended
FROM project p LEFT JOIN job j ON j.id = (SELECT max(id) FROM job WHERE project = p.id
	AND kind = 'forget')
WHERE p.event = :event AND (j.id IS NOT NULL OR EXISTS
	(SELECT 1 FROM job x WHERE x.project = p.id AND x.kind = 'import'))
ORDER BY p.id;
