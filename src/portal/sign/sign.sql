-- The signature under a release.

-- name: sign_job
-- kind: one
-- in: project int
-- absent: There is no release to sign: the curator has not made one yet.
-- The newest release that the curator finished.
SELECT j.id, j.spec, j.result, j.ended FROM job j
WHERE j.project = :project AND j.kind IN ('release', 'withdraw') AND j.state = 'done' ORDER BY j.id DESC LIMIT 1;

-- name: sign_of_job
-- kind: one
-- in: job int
SELECT id, name, hash, why, at FROM signoff WHERE job = :job;

-- name: sign_add
-- kind: exec
-- in: job int, project int, person int, name text, statement text, hash text, why text, now time
-- conflict: Somebody has just signed this release.
INSERT INTO signoff (job, project, person, name, statement, hash, why, at)
VALUES (:job, :project, :person, :name, :statement, :hash, :why, :now);

-- name: sign_image
-- kind: exec
-- in: id int, project int, hash text
UPDATE release SET state = 'ready'
WHERE id = :id AND project = :project AND hash = :hash AND state = 'built';

-- name: sign_waits
-- kind: one
-- in: project int
-- out: n int
SELECT count(*) AS n FROM release WHERE project = :project AND state = 'built';
