-- Recipes: their versions, and what the curator says of them.

-- name: recipe_newest
-- kind: one
-- in: project int
-- row: recipe_row
SELECT n, text, hash, name, at FROM recipe_version WHERE project = :project ORDER BY n DESC LIMIT 1;

-- name: recipe_version
-- kind: one
-- in: project int, n int
-- row: recipe_row
-- absent: There is no such version of the recipe.
SELECT n, text, hash, name, at FROM recipe_version WHERE project = :project AND n = :n;

-- name: recipe_list
-- kind: many
-- in: project int
SELECT n, hash, name, at FROM recipe_version WHERE project = :project ORDER BY n DESC LIMIT 500;

-- name: recipe_add
-- kind: exec
-- in: project int, n int, text text, hash text, person int, name text, now time
-- conflict: Somebody has just saved another version.
INSERT INTO recipe_version (project, n, text, hash, person, name, at)
VALUES (:project, :n, :text, :hash, :person, :name, :now);

-- name: recipe_job
-- kind: one
-- in: project int, kind text
SELECT id, spec, state, error, result FROM job
WHERE project = :project AND kind = :kind ORDER BY id DESC LIMIT 1;

-- name: recipe_measure
-- kind: one
-- in: project int
-- row: recipe_job
-- The newest measurement of the risk on the tables that are there: one from before they were
-- imported is of others.
SELECT id, spec, state, error, result FROM job WHERE project = :project AND kind = 'measure'
	AND id > coalesce((SELECT max(id) FROM job WHERE project = :project AND kind = 'import'
		AND state = 'done'), 0) ORDER BY id DESC LIMIT 1;

-- name: recipe_forget_previews
-- kind: exec
-- in: project int
-- Those of older versions, which nobody sees again.
DELETE FROM job WHERE project = :project AND kind = 'preview' AND state IN ('done', 'failed');

-- name: recipe_set
-- kind: exec
-- in: id int, recipe text
UPDATE project SET recipe = :recipe WHERE id = :id;
