-- Submissions.

-- name: score_used
-- kind: one
-- in: team int, since time
-- out: n int
SELECT count(*) AS n FROM submission
WHERE team = :team AND at >= :since AND state IN ('waiting', 'scored');

-- name: score_labels
-- kind: one
-- in: project int
-- out: id int
-- Of what is signed: an image that waits for its signature decides about nobody.
SELECT coalesce(max(id), 0) AS id FROM release
WHERE project = :project AND stage = 'hidden' AND state = 'ready';

-- name: submission_add
-- kind: exec
-- in: team int, person int, project int, spool int, name text, bytes int, hash text, now time
-- conflict: This file was handed in already.
INSERT INTO submission (team, person, project, spool, name, bytes, hash, at)
VALUES (:team, :person, :project, :spool, :name, :bytes, :hash, :now);

-- name: submission_head
-- kind: one
-- in: id int
-- absent: There is no such submission.
SELECT s.id, s.state, s.team, t.event, t.number, p.task FROM submission s
JOIN team t ON t.id = s.team JOIN project p ON p.id = s.project
WHERE s.id = :id;

-- name: submission_scored
-- kind: exec
-- in: id int, metric text, n int, value real, low real, high real
UPDATE submission SET state = 'scored', metric = :metric, n = :n, value = :value, low = :low,
	high = :high, problem = ''
WHERE id = :id AND state = 'waiting';

-- name: submission_ended
-- kind: exec
-- in: id int, state text, problem text
UPDATE submission SET state = :state, problem = :problem WHERE id = :id AND state = 'waiting';
