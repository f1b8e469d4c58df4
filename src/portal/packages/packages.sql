-- Packages, seals and replays.

-- name: package_add
-- kind: exec
-- in: ws int, kind text, name text, version text, path text, sha256 text, bytes int, now time
INSERT OR IGNORE INTO package (workspace, kind, name, version, path, sha256, bytes, at)
VALUES (:ws, :kind, :name, :version, :path, :sha256, :bytes, :now);

-- name: package_list
-- kind: many
-- in: ws int
SELECT kind, name, version, path, sha256, bytes, at FROM package WHERE workspace = :ws ORDER BY id;

-- name: package_sum
-- kind: one
-- in: ws int
-- out: n int, bytes int
SELECT count(*) AS n, coalesce(sum(bytes), 0) AS bytes FROM package WHERE workspace = :ws;

-- name: package_missing
-- kind: many
-- in: source int, target int
-- out: other bool
-- What the target lacks, or has with other bytes.
SELECT s.kind, s.name, s.version,
	EXISTS (SELECT 1 FROM package o WHERE o.workspace = :target AND o.path = s.path) AS other
FROM package s
WHERE s.workspace = :source AND NOT EXISTS (SELECT 1 FROM package t
	WHERE t.workspace = :target AND t.path = s.path AND t.sha256 = s.sha256)
ORDER BY s.id;

-- name: seal_put
-- kind: exec
-- in: ws int, now time, report text
INSERT OR REPLACE INTO seal (workspace, at, report) VALUES (:ws, :now, :report);

-- name: seal_of
-- kind: one
-- in: ws int
SELECT at, report FROM seal WHERE workspace = :ws;

-- name: packages_room
-- kind: one
-- in: team int
-- absent: This team has no workspace yet.
SELECT w.id, w.state, w.stage, w.sealed, t.number, t.name FROM workspace w JOIN team t ON t.id = w.team
WHERE w.team = :team;

-- name: packages_targets
-- kind: many
-- in: event int, team int
-- Where packages can be installed: other teams' workspaces in the setup phase.
SELECT w.id, t.number, t.name FROM workspace w JOIN team t ON t.id = w.team
WHERE t.event = :event AND t.id <> :team AND w.state = 'open' AND w.stage = 'setup'
ORDER BY t.number;

-- name: replay_add
-- kind: exec
-- in: source int, target int, person int, now time
INSERT INTO replay (source, target, person, at) VALUES (:source, :target, :person, :now);

-- name: replay_busy
-- kind: one
-- in: target int
-- out: n int
SELECT count(*) AS n FROM replay WHERE target = :target AND state IN ('waiting', 'running');

-- name: replay_list
-- kind: many
-- in: ws int
-- Of a workspace, as source.
SELECT t.name AS team, y.state, y.words, y.at, p.name AS person FROM replay y
JOIN workspace w ON w.id = y.target JOIN team t ON t.id = w.team JOIN person p ON p.id = y.person
WHERE y.source = :ws ORDER BY y.id DESC LIMIT 20;

-- name: replay_next
-- kind: many
-- The oldest that waits.
SELECT y.id, y.source, y.target, w.state, w.stage, s.number AS source_team, t.number AS target_team,
	t.event
FROM replay y JOIN workspace w ON w.id = y.target JOIN team t ON t.id = w.team
JOIN workspace v ON v.id = y.source JOIN team s ON s.id = v.team
WHERE y.state = 'waiting' ORDER BY y.id LIMIT 1;

-- name: replay_begin
-- kind: exec
-- in: id int
UPDATE replay SET state = 'running' WHERE id = :id;

-- name: replay_end
-- kind: exec
-- in: id int, state text, words text, now time
UPDATE replay SET state = :state, words = :words, ended = :now WHERE id = :id;

-- name: replay_lost
-- kind: exec
-- in: now time
-- At a start of the server: nobody works on these any more.
UPDATE replay SET state = 'failed', ended = :now, words = 'The server was started again meanwhile.'
WHERE state = 'running';
