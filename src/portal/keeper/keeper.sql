-- The keeper's own statements: jobs and workspaces.

-- name: sessions_to_cut
-- kind: many
-- Sign-ins that have ended, by whomever, and may still have connections open.
SELECT id FROM session WHERE ended IS NOT NULL AND NOT cut ORDER BY id LIMIT 256;

-- name: session_was_cut
-- kind: exec
-- in: id int
UPDATE session SET cut = 1 WHERE id = :id;

-- name: prune_tickets
-- kind: exec
-- in: before time
DELETE FROM ticket WHERE expires < :before OR session IN
	(SELECT id FROM session WHERE coalesce(ended, expires) < :before);

-- name: prune_sessions
-- kind: exec
-- in: before time
DELETE FROM session WHERE coalesce(ended, expires) < :before;

-- name: prune_links
-- kind: exec
-- in: before time
DELETE FROM link WHERE coalesce(used, expires) < :before;

-- name: job_insert
-- kind: exec
-- in: kind text, event int, project int?, submission int?, spec text, now time
INSERT INTO job (kind, event, project, submission, spec, created)
VALUES (:kind, :event, :project, :submission, :spec, :now);

-- name: job_queued
-- kind: many
-- row: job_row
SELECT id, kind, event, project, submission, spec, state, stopped_by, starts FROM job
WHERE state = 'queued' ORDER BY id;

-- name: job_running
-- kind: many
-- row: job_row
SELECT id, kind, event, project, submission, spec, state, stopped_by, starts FROM job
WHERE state = 'running' ORDER BY id;

-- name: job_unwanted
-- kind: many
-- row: job_row
SELECT id, kind, event, project, submission, spec, state, stopped_by, starts FROM job
WHERE state IN ('queued', 'running') AND stopped_by <> '' ORDER BY id;

-- name: job_by_id
-- kind: one
-- row: job_row
-- in: id int
-- absent: There is no such job.
SELECT id, kind, event, project, submission, spec, state, stopped_by, starts FROM job WHERE id = :id;

-- name: job_set_running
-- kind: exec
-- in: id int, now time
UPDATE job SET state = 'running', started = :now, starts = starts + 1
WHERE id = :id AND state = 'queued';

-- name: job_set_queued
-- kind: exec
-- in: id int, error text
UPDATE job SET state = 'queued', error = :error WHERE id = :id AND state = 'running';

-- name: job_not_started
-- kind: exec
-- in: id int
-- It was never begun, so that this start does not count.
UPDATE job SET state = 'queued', starts = starts - 1 WHERE id = :id AND state = 'running';

-- name: job_set_ended
-- kind: exec
-- in: id int, state text, error text, result text, now time
UPDATE job SET state = :state, error = :error, result = :result, ended = :now WHERE id = :id;

-- name: room_list
-- kind: many
-- row: room_row
-- out: sample_release int, full_release int, simulated_release int, revoked bool, archive_due bool, archive text
SELECT id, team, want, state, stage, release, changed, memory_mb, cpus, problem, sealed, ending, number,
	event, ethics_expires, sample_release, full_release, simulated_release, revoked, archive_due, archive
FROM room_row WHERE state <> 'destroyed' ORDER BY id;

-- name: room_by_id
-- kind: one
-- row: room_row
-- in: id int
-- out: sample_release int, full_release int, simulated_release int, revoked bool, archive_due bool, archive text
SELECT id, team, want, state, stage, release, changed, memory_mb, cpus, problem, sealed, ending, number,
	event, ethics_expires, sample_release, full_release, simulated_release, revoked, archive_due, archive
FROM room_row WHERE id = :id;

-- name: room_members
-- kind: many
-- in: team int
SELECT person, slot, login FROM member WHERE team = :team AND gone IS NULL ORDER BY slot;

-- name: room_members_here
-- kind: many
-- in: workspace int, since time, now time
-- Members with a sign-in that is not old and has not ended.
SELECT DISTINCT m.person FROM workspace w JOIN member m ON m.team = w.team AND m.gone IS NULL
JOIN session s ON s.person = m.person AND s.ended IS NULL AND s.expires > :now AND s.created > :since
WHERE w.id = :workspace;

-- name: room_opening
-- kind: exec
-- in: id int
UPDATE workspace SET state = 'opening', changed = 0 WHERE id = :id;

-- name: room_taken_up
-- kind: exec
-- in: id int
-- Its members and limits, as they are now, go to the warden.
UPDATE workspace SET changed = 0 WHERE id = :id;

-- name: room_not_taken_up
-- kind: exec
-- in: id int, problem text
UPDATE workspace SET changed = 1, problem = :problem WHERE id = :id;

-- name: room_opened
-- kind: exec
-- in: id int, stage text, release int?, now time, open_ms int, sealed time?, problem text
UPDATE workspace SET state = 'open', stage = :stage, release = :release, opened = :now,
	open_ms = :open_ms, sealed = coalesce(sealed, :sealed), problem = :problem
WHERE id = :id;

-- name: room_set_state
-- kind: exec
-- in: id int, state text, problem text
-- Closed, failed: it holds nothing.
UPDATE workspace SET state = :state, stage = '', release = NULL, problem = :problem
WHERE id = :id AND state <> 'destroyed';

-- name: room_found_open
-- kind: exec
-- in: id int
-- Open, with what inside nobody knows.
UPDATE workspace SET state = 'open', stage = '', release = NULL WHERE id = :id;

-- name: room_ending
-- kind: exec
-- in: id int, now time
-- From here on nothing of it is archived: the warden may be at it.
UPDATE workspace SET ending = :now WHERE id = :id;

-- name: room_not_ended
-- kind: exec
-- in: id int
UPDATE workspace SET ending = NULL WHERE id = :id AND state <> 'destroyed';

-- name: room_destroyed
-- kind: exec
-- in: id int, now time, bytes int
UPDATE workspace SET state = 'destroyed', stage = '', release = NULL, problem = '',
	destroyed = :now, destroyed_bytes = :bytes
WHERE id = :id;

-- name: room_problem
-- kind: exec
-- in: id int, problem text
UPDATE workspace SET problem = :problem WHERE id = :id;

-- name: room_events_lacking
-- kind: many
-- Events in which teams have no workspace although the phase has them.
SELECT DISTINCT e.id, e.phase FROM event e JOIN team t ON t.event = e.id
WHERE e.phase IN ('setup', 'sample', 'full')
	AND NOT EXISTS (SELECT 1 FROM event_seal s WHERE s.event = e.id)
	AND NOT EXISTS (SELECT 1 FROM workspace w WHERE w.team = t.id);

-- name: desk_member
-- kind: one
-- in: ws int, slot int
-- absent: You are not a member of this team any more.
-- Who sits at a place of a workspace.
SELECT m.person, m.login, n.name AS person_name, t.id AS team, t.number, t.name AS team_name,
	p.id AS project, p.title AS project_title, p.task, e.id AS event, e.name AS event_name,
	e.phase
FROM workspace w JOIN team t ON t.id = w.team JOIN member m ON m.team = t.id
JOIN person n ON n.id = m.person JOIN project p ON p.id = t.project JOIN event e ON e.id = t.event
WHERE w.id = :ws AND m.slot = :slot AND m.gone IS NULL;

-- name: desk_submission
-- kind: one
-- in: id int
-- row: desk_submission
SELECT s.id, s.at, s.n, s.state, s.metric, s.problem, p.name AS author, s.name, s.value, s.low, s.high, r.unit
FROM submission s JOIN person p ON p.id = s.person JOIN project r ON r.id = s.project WHERE s.id = :id;

-- name: desk_submissions
-- kind: many
-- in: team int, count int
-- row: desk_submission
SELECT s.id, s.at, s.n, s.state, s.metric, s.problem, p.name AS author, s.name, s.value, s.low, s.high, r.unit
FROM submission s JOIN person p ON p.id = s.person JOIN project r ON r.id = s.project WHERE s.team = :team
ORDER BY s.id DESC LIMIT :count;

-- name: desk_team
-- kind: many
-- in: team int, now time
-- out: here bool
-- Everybody in the team; here: with a sign-in that has not ended.
SELECT m.person, m.login, n.name, EXISTS (SELECT 1 FROM session s WHERE s.person = m.person
	AND s.ended IS NULL AND s.expires > :now) AS here
FROM member m JOIN person n ON n.id = m.person WHERE m.team = :team AND m.gone IS NULL
ORDER BY m.slot;

-- name: desk_mentors
-- kind: many
-- in: team int
SELECT n.name, x.kind FROM mentor x JOIN person n ON n.id = x.person WHERE x.team = :team
ORDER BY n.name;

-- name: desk_room
-- kind: one
-- in: ws int
-- out: release text
SELECT w.problem, coalesce((SELECT r.stage FROM release r WHERE r.id = w.release), '') AS release
FROM workspace w WHERE w.id = :ws;

-- name: desk_request
-- kind: one
-- in: team int, person int
-- out: files int
SELECT q.number, q.state, q.problem, (SELECT count(*) FROM airlock_file f WHERE f.request = q.id
	AND f.gone IS NULL) AS files
FROM airlock_request q WHERE q.team = :team AND q.author = :person ORDER BY q.id DESC LIMIT 1;

-- name: desk_programme
-- kind: one
-- in: event int, now time
-- What begins next, within a day.
SELECT starts, title, room FROM programme WHERE event = :event AND starts > :now
	AND starts < :now + 86400 ORDER BY starts LIMIT 1;

-- name: spool_done
-- kind: many
-- Files in the spool that nobody needs any more.
SELECT x.spool AS spool FROM (
	SELECT spool FROM submission WHERE state <> 'waiting'
	UNION SELECT f.spool FROM airlock_file f JOIN airlock_request q ON q.id = f.request
		WHERE f.gone IS NOT NULL
			OR q.state IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined')
	UNION SELECT spool FROM spool_stray) x
WHERE NOT EXISTS (SELECT 1 FROM spool_cleared c WHERE c.spool = x.spool) LIMIT 64;

-- name: spool_cleared_add
-- kind: exec
-- in: spool int, now time
INSERT INTO spool_cleared (spool, at) VALUES (:spool, :now) ON CONFLICT (spool) DO NOTHING;

-- name: spool_stray_add
-- kind: exec
-- in: spool int, now time
-- Unless it is somebody's after all.
INSERT INTO spool_stray (spool, seen) SELECT :spool, :now
WHERE NOT EXISTS (SELECT 1 FROM submission WHERE spool = :spool)
	AND NOT EXISTS (SELECT 1 FROM airlock_file WHERE spool = :spool)
ON CONFLICT (spool) DO NOTHING;

-- name: view_done
-- kind: many
-- Pages of files that nobody votes on any more.
SELECT f.id, q.event FROM airlock_file f JOIN airlock_request q ON q.id = f.request
WHERE (f.gone IS NOT NULL
		OR q.state IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined'))
	AND NOT EXISTS (SELECT 1 FROM view_cleared c WHERE c.file = f.id)
ORDER BY q.event, f.id LIMIT 500;

-- name: view_cleared_add
-- kind: exec
-- in: file int, now time
INSERT INTO view_cleared (file, at) VALUES (:file, :now) ON CONFLICT (file) DO NOTHING;

-- name: tidy_due
-- kind: one
-- in: since time
-- out: event int
-- Something was forgotten or destroyed since the newest, or it is too long ago. Any event will do:
-- the curator looks at all that lies there.
SELECT min(e.id) AS event FROM event e
WHERE (SELECT coalesce(max(created), 0) FROM job WHERE kind = 'tidy') < :since
	OR (SELECT coalesce(max(created), 0) FROM job WHERE kind = 'tidy') <=
		(SELECT max(at) FROM (SELECT coalesce(max(ended), -1) AS at FROM job WHERE kind = 'forget'
			UNION ALL SELECT coalesce(max(destroyed), -1) FROM workspace))
HAVING count(*) > 0;

-- name: tidy_under_way
-- kind: one
-- in: now time
-- out: n int
-- One that failed is tried again after ten minutes; a check that still runs may write a page.
SELECT count(*) AS n FROM job WHERE (kind IN ('tidy', 'check') AND state IN ('queued', 'running'))
	OR (kind = 'tidy' AND state = 'failed' AND ended > :now - 600);
