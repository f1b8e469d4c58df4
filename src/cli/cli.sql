-- What the operator's lists show.

-- name: cli_events
-- kind: many
-- out: participants int, teams int
SELECT e.slug, e.name, e.phase, e.starts, e.ends,
	(SELECT count(*) FROM role r WHERE r.event = e.id AND r.role = 'participant') AS participants,
	(SELECT count(*) FROM team t WHERE t.event = e.id) AS teams
FROM event e ORDER BY e.starts, e.id;
