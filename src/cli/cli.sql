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

-- name: cli_rooms
-- kind: many
-- in: number int
-- Workspaces of teams of this number, in all events.
SELECT w.id, w.state, t.event, e.slug FROM workspace w JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event WHERE t.number = :number ORDER BY e.id;

-- name: cli_members
-- kind: many
-- in: workspace int
SELECT m.slot, m.login FROM member m JOIN workspace w ON w.team = m.team
WHERE w.id = :workspace AND m.gone IS NULL ORDER BY m.slot;
