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
-- out: public blob
SELECT a.workspace, a.state, a.bytes, a.hash, a.ended, coalesce(k.public, x'') AS public, t.number,
	e.slug
FROM archive a JOIN workspace w ON w.id = a.workspace JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event LEFT JOIN archive_key k ON k.id = a.key ORDER BY e.id, t.number;

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

-- name: cli_kept
-- kind: many
-- Of which workspaces the disk is a team's.
SELECT id FROM workspace WHERE state <> 'destroyed' ORDER BY id;

-- name: cli_archived
-- kind: many
SELECT workspace AS id FROM archive ORDER BY workspace;

-- name: cli_end_sessions
-- kind: exec
-- in: now time
UPDATE session SET ended = :now, cut = 1 WHERE ended IS NULL;

-- name: cli_end_links
-- kind: exec
-- in: now time
UPDATE link SET used = :now WHERE used IS NULL;

-- name: cli_status_events
-- kind: many
-- out: teams int, rooms int, rooms_open int, rooms_bad int, jobs int, archives int
SELECT e.slug, e.name, e.phase,
	(SELECT count(*) FROM team t WHERE t.event = e.id) AS teams,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team
		WHERE t.event = e.id AND w.state <> 'destroyed') AS rooms,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team
		WHERE t.event = e.id AND w.state = 'open') AS rooms_open,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team
		WHERE t.event = e.id AND w.problem <> '') AS rooms_bad,
	(SELECT count(*) FROM job j WHERE j.event = e.id AND j.state IN ('queued', 'running')) AS jobs,
	(SELECT count(*) FROM archive a JOIN workspace w ON w.id = a.workspace
		JOIN team t ON t.id = w.team WHERE t.event = e.id AND a.state IN ('waiting', 'running'))
		AS archives
FROM event e ORDER BY e.starts, e.id;

-- name: cli_status_mail
-- kind: one
-- out: waiting int, failed int
SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting') AS waiting,
	(SELECT count(*) FROM outbox WHERE state = 'failed' AND body <> '') AS failed;

-- name: cli_last_backup
-- kind: one
-- out: at time
-- The newest that ended well. A copy was made before it could know its own end; that it was put back
-- says that it was whole.
SELECT coalesce(max(a.at), 0) AS at FROM audit a WHERE a.action = 'backup finished'
	OR (a.action = 'backup begun' AND 'database restored' = (SELECT b.action FROM audit b
		WHERE b.n > a.n AND b.action IN ('backup begun', 'backup finished', 'backup failed',
			'database restored') ORDER BY b.n LIMIT 1));

-- name: cli_backup_trouble
-- kind: one
-- The newest, unless it ended well.
SELECT at, action, detail FROM (SELECT at, action, detail FROM audit WHERE action IN ('backup begun',
	'backup finished', 'backup failed', 'database restored') ORDER BY n DESC LIMIT 1)
WHERE action IN ('backup begun', 'backup failed');

-- name: cli_files
-- kind: many
-- out: what text, path text
-- Every file below the state folder that the database speaks of. bytes 0: of any size; hash (BLAKE2b-256)
-- '': of any content.
SELECT 'predictions' AS what, e.slug AS slug, t.number AS number, s.name AS name,
	'spool/' || s.spool AS path, s.bytes AS bytes, s.hash AS hash
FROM submission s JOIN team t ON t.id = s.team JOIN event e ON e.id = t.event
WHERE s.state = 'waiting'
UNION ALL
SELECT 'file for the airlock', e.slug, t.number, f.name, 'spool/' || f.spool, f.bytes,
	f.hash
FROM airlock_file f JOIN airlock_request q ON q.id = f.request JOIN team t ON t.id = q.team
JOIN event e ON e.id = q.event
WHERE f.gone IS NULL
	AND q.state NOT IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined')
UNION ALL
SELECT 'page for the reviewers', e.slug, t.number, f.name, 'views/' || f.id, 0, ''
FROM airlock_file f JOIN airlock_request q ON q.id = f.request JOIN team t ON t.id = q.team
JOIN event e ON e.id = q.event WHERE f.gone IS NULL AND q.state = 'in review'
UNION ALL
SELECT 'file let out', e.slug, t.number, f.name, 'airlock/' || f.id, f.clean_bytes, f.clean_hash
FROM airlock_file f JOIN airlock_request q ON q.id = f.request JOIN team t ON t.id = q.team
JOIN event e ON e.id = q.event
WHERE f.gone IS NULL AND f.role = 'output' AND q.state IN ('released', 'revoked')
UNION ALL
SELECT 'presentation', e.slug, t.number, p.pdf_name, 'portal/files/' || p.pdf, p.pdf_bytes, p.pdf
FROM presentation p JOIN team t ON t.id = p.team JOIN event e ON e.id = t.event WHERE p.pdf <> ''
UNION ALL
SELECT 'disk', e.slug, t.number, t.name, 'ws/' || w.id || '/disk.img', 0, ''
FROM workspace w JOIN team t ON t.id = w.team JOIN event e ON e.id = t.event
WHERE w.state NOT IN ('absent', 'destroyed')
UNION ALL
SELECT 'image', e.slug, 0, p.slug || ', ' || r.stage, 'releases/' || r.id ||
	CASE r.stage WHEN 'simulated' THEN '.simulated.erofs' ELSE '.erofs' END, r.bytes, ''
FROM release r JOIN project p ON p.id = r.project JOIN event e ON e.id = p.event
WHERE r.state IN ('built', 'ready') AND r.stage <> 'hidden'
UNION ALL
SELECT 'archive', e.slug, t.number, t.name, 'archive/' || a.workspace || '.archive', a.bytes, ''
FROM archive a JOIN workspace w ON w.id = a.workspace JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event WHERE a.state IN ('done', 'old') AND a.bytes > 0
UNION ALL
SELECT DISTINCT 'signed tables', e.slug, 0, 'of all projects', 'data/tables/event-' || e.id || '/' || x.name, 0, ''
FROM job j JOIN project p ON p.id = j.project JOIN event e ON e.id = p.event
CROSS JOIN (SELECT 'key' AS name UNION ALL SELECT 'traces' UNION ALL SELECT 'seal') x
WHERE j.kind = 'table' AND j.state = 'done' AND CASE WHEN json_valid(j.result) THEN json_extract(j.result, '$.compared') END = 1
	AND EXISTS (SELECT 1 FROM project o JOIN job d ON d.project = o.id
		WHERE o.event = e.id AND d.kind IN ('release', 'table') AND d.state = 'done'
		AND NOT EXISTS (SELECT 1 FROM job f WHERE f.project = o.id AND f.kind = 'forget'
			AND f.state = 'done' AND f.id > d.id))
ORDER BY 1, 2, 3, 5;
