-- What the operator's lists show.

-- name: cli_events
-- kind: many
-- out: participants int, teams int
SELECT e.slug, e.name, e.phase, e.starts, e.ends,
	(SELECT count(*) FROM role r WHERE r.event = e.id AND r.role = 'participant') AS participants,
	(SELECT count(*) FROM team t WHERE t.event = e.id) AS teams
FROM event e ORDER BY e.starts, e.id;

-- name: cli_archives
-- kind: many
SELECT a.workspace, a.state, a.bytes, a.hash, a.ended, t.number, e.slug
FROM archive a JOIN workspace w ON w.id = a.workspace JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event ORDER BY e.id, t.number;
