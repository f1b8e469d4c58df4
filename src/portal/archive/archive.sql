-- Archives of what teams made.

-- name: archive_key_add
-- kind: exec
-- in: event int, passes int, memory_kb int, salt blob, public blob, person int, now time
INSERT INTO archive_key (event, passes, memory_kb, salt, public, person, made)
VALUES (:event, :passes, :memory_kb, :salt, :public, :person, :now);

-- name: archive_key_of
-- kind: one
-- in: event int, id int
-- absent: No such passphrase was chosen for the archives of this event.
-- id 0: the newest.
SELECT k.id, k.passes, k.memory_kb, k.salt, k.public, k.made, p.name
FROM archive_key k JOIN person p ON p.id = k.person
WHERE k.event = :event AND (:id = 0 OR k.id = :id) ORDER BY k.id DESC LIMIT 1;

-- name: archive_key_list
-- kind: many
-- in: event int
-- The present one, and those that something is sealed to; the newest first.
SELECT k.id, k.public, k.made, p.name FROM archive_key k JOIN person p ON p.id = k.person
WHERE k.event = :event AND (k.id = (SELECT max(id) FROM archive_key WHERE event = :event)
	OR EXISTS (SELECT 1 FROM archive a WHERE a.key = k.id AND a.state IN ('done', 'old')))
ORDER BY k.id DESC;

-- name: archive_order_all
-- kind: exec
-- in: event int, person int, now time, renew bool
-- Of every workspace that was ever open and is still here; with renew also where there is one.
INSERT INTO archive (workspace, person, ordered)
SELECT w.id, :person, :now FROM workspace w JOIN team t ON t.id = w.team
WHERE t.event = :event AND w.state NOT IN ('absent', 'destroyed') AND w.ending IS NULL
	AND (:renew OR NOT EXISTS (SELECT 1 FROM archive a WHERE a.workspace = w.id
		AND a.state IN ('waiting', 'running', 'done')))
ON CONFLICT (workspace) DO UPDATE SET state = 'waiting', tries = 0, problem = '', ended = NULL,
	person = excluded.person, ordered = excluded.ordered, trial = '', trial_problem = '', unopened = 0;

-- name: archive_order_one
-- kind: exec
-- in: ws int, person int, now time
INSERT INTO archive (workspace, person, ordered)
SELECT id, :person, :now FROM workspace
WHERE id = :ws AND state NOT IN ('absent', 'destroyed') AND ending IS NULL
ON CONFLICT (workspace) DO UPDATE SET state = 'waiting', tries = 0, problem = '', ended = NULL,
	person = excluded.person, ordered = excluded.ordered, trial = '', trial_problem = '', unopened = 0;

-- name: archive_give_up
-- kind: exec
-- in: ws int
-- One that was made stays, and one that is being made.
DELETE FROM archive WHERE workspace = :ws AND state IN ('waiting', 'failed');

-- name: archive_let_go
-- kind: exec
-- in: ws int
-- The workspace of a whole one, which was not opened.
UPDATE archive SET unopened = 1 WHERE workspace = :ws AND state = 'done' AND trial <> 'good'
	AND NOT unopened AND workspace IN (SELECT id FROM workspace WHERE state <> 'destroyed');

-- name: archive_list
-- kind: many
-- in: event int
-- out: state text, bytes int, hash text, files int, content int, left_out int, problem text, key int, public blob, trial text, trial_problem text, unopened bool
SELECT w.id AS ws, w.state AS room_state, w.want, w.stage, t.number, t.name AS team_name,
	coalesce(a.state, '') AS state, a.ended, coalesce(a.bytes, 0) AS bytes,
	coalesce(a.hash, '') AS hash, coalesce(a.files, 0) AS files,
	coalesce(a.content, 0) AS content, coalesce(a.left_out, 0) AS left_out,
	coalesce(a.problem, '') AS problem, coalesce(a.key, 0) AS key, coalesce(k.public, x'') AS public,
	k.made AS key_made, coalesce(a.trial, '') AS trial, a.tried,
	coalesce(a.trial_problem, '') AS trial_problem, coalesce(a.unopened, 0) AS unopened
FROM workspace w JOIN team t ON t.id = w.team LEFT JOIN archive a ON a.workspace = w.id
LEFT JOIN archive_key k ON k.id = a.key
WHERE t.event = :event ORDER BY t.number;

-- name: archive_lost
-- kind: exec
-- Those that were being made when the server stopped are made again.
UPDATE archive SET state = 'waiting' WHERE state = 'running';

-- name: archive_next
-- kind: many
-- The oldest order of a workspace that rests.
SELECT a.workspace, a.tries, t.event, t.number, e.slug, k.id AS key, k.passes, k.memory_kb, k.salt,
	k.public
FROM archive a JOIN workspace w ON w.id = a.workspace JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event
JOIN archive_key k ON k.id = (SELECT max(id) FROM archive_key WHERE event = t.event)
WHERE a.state = 'waiting' AND (w.state IN ('closed', 'failed')
	OR (w.state = 'open' AND w.stage = 'frozen'))
ORDER BY a.ordered, a.workspace LIMIT 1;

-- name: archive_begin
-- kind: exec
-- in: ws int
UPDATE archive SET state = 'running', tries = tries + 1 WHERE workspace = :ws AND state = 'waiting';

-- name: archive_again
-- kind: exec
-- in: ws int, problem text
UPDATE archive SET state = 'waiting', problem = :problem WHERE workspace = :ws AND state = 'running';

-- name: archive_failed
-- kind: exec
-- in: ws int, problem text, now time
UPDATE archive SET state = 'failed', problem = :problem, ended = :now
WHERE workspace = :ws AND state = 'running';

-- name: archive_done
-- kind: exec
-- in: ws int, now time, bytes int, hash text, files int, folders int, left_out int, content int, key int
UPDATE archive SET state = 'done', problem = '', ended = :now, bytes = :bytes, hash = :hash,
	files = :files, folders = :folders, left_out = :left_out, content = :content,
	key = :key, trial = '', tried = NULL, trial_problem = '', unopened = 0
WHERE workspace = :ws AND state = 'running';

-- name: archive_trial_ask
-- kind: exec
-- in: key int
-- Of every archive that this key opens.
UPDATE archive SET trial = 'waiting', trial_problem = '' WHERE key = :key AND state IN ('done', 'old');

-- name: archive_trial_next
-- kind: many
SELECT a.workspace, a.content, a.key, t.event, t.number FROM archive a
JOIN workspace w ON w.id = a.workspace JOIN team t ON t.id = w.team
WHERE a.trial = 'waiting' AND a.state IN ('done', 'old') ORDER BY a.workspace LIMIT 1;

-- name: archive_trial_begin
-- kind: exec
-- in: ws int
UPDATE archive SET trial = 'running' WHERE workspace = :ws AND trial = 'waiting';

-- name: archive_trial_end
-- kind: exec
-- in: ws int, trial text, problem text, now time
UPDATE archive SET trial = :trial, trial_problem = :problem, tried = :now
WHERE workspace = :ws AND trial = 'running';

-- name: archive_trial_broken
-- kind: exec
-- in: ws int, problem text
-- It says nothing about the archive: when it was tried before stays.
UPDATE archive SET trial = '', trial_problem = :problem WHERE workspace = :ws AND trial = 'running';

-- name: archive_trial_idle
-- kind: many
-- Keys of which no archive waits for its trial: what opens theirs has no use any more.
SELECT k.id FROM archive_key k WHERE NOT EXISTS (SELECT 1 FROM archive a WHERE a.key = k.id
	AND a.trial IN ('waiting', 'running') AND a.state IN ('done', 'old'));

-- name: archive_trial_lost
-- kind: exec
-- in: problem text
-- What opens them is in memory alone, and gone.
UPDATE archive SET trial = '', trial_problem = :problem WHERE trial IN ('waiting', 'running');
