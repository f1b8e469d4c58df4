-- The signature under a release.

-- name: sign_job
-- kind: one
-- in: project int
-- absent: There is no release to sign: the curator has not made one yet.
-- The newest release that the curator finished.
SELECT j.id, j.spec, j.result, j.ended FROM job j
WHERE j.project = :project AND j.kind IN ('release', 'withdraw') AND j.state = 'done' ORDER BY j.id DESC LIMIT 1;

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

-- name: sign_rooms
-- kind: many
-- in: project int
-- Teams whose workspace holds patients' data of this project now: it is opened again, with the newest
-- images, as soon as these are signed.
SELECT t.name FROM workspace w JOIN team t ON t.id = w.team JOIN release r ON r.id = w.release
WHERE r.project = :project AND w.state IN ('open', 'opening') AND r.stage IN ('sample', 'full')
ORDER BY t.number;

-- name: sign_held
-- kind: one
-- in: project int
-- The newest release that was signed, with its signature.
SELECT j.id, j.spec, j.result, j.ended, s.name, s.statement, s.hash, s.why, s.at
FROM signoff s JOIN job j ON j.id = s.job WHERE s.project = :project ORDER BY s.id DESC LIMIT 1;

-- name: sign_recipes
-- kind: many
-- in: event int, project int
-- out: made text, held text, made_held bool, images bool, described bool
-- The recipe that is saved, that of the newest release, and that of the newest signed one, "" where
-- there is none; whether the newest release is signed, whether images are there that teams can have,
-- and whether the catalogue says whose they are. Project 0: of all.
WITH newest AS (SELECT p.id AS project,
	(SELECT max(j.id) FROM job j WHERE j.project = p.id AND j.kind IN ('release', 'withdraw')
		AND j.state = 'done') AS made,
	(SELECT s.job FROM signoff s WHERE s.project = p.id ORDER BY s.id DESC LIMIT 1) AS held
	FROM project p WHERE p.event = :event AND :project IN (0, p.id))
SELECT p.id, p.slug, p.title, p.state, p.source, p.recipe AS saved,
	coalesce((SELECT json_extract(j.spec, '$.recipe') FROM job j
		WHERE j.id = n.made AND json_valid(j.spec)), '') AS made,
	coalesce((SELECT json_extract(j.spec, '$.recipe') FROM job j
		WHERE j.id = n.held AND json_valid(j.spec)), '') AS held,
	EXISTS (SELECT 1 FROM signoff s WHERE s.job = n.made) AS made_held,
	EXISTS (SELECT 1 FROM release r WHERE r.project = p.id AND r.state = 'ready') AS images,
	EXISTS (SELECT 1 FROM catalogue c WHERE c.project = p.id) AS described
FROM newest n JOIN project p ON p.id = n.project ORDER BY p.id;
