-- What jobs about data leave behind.

-- name: data_job_project
-- kind: one
-- in: id int
-- absent: There is no such project.
SELECT id, event, slug, title, recipe FROM project WHERE id = :id;

-- name: data_job_imported
-- kind: exec
-- in: id int, source text
UPDATE project SET source = :source WHERE id = :id;

-- name: data_job_signed
-- kind: exec
-- in: id int, recipe_hash text, tables int, rows int, patients int, sample int, hidden int
UPDATE project SET recipe_hash = :recipe_hash, tables = :tables, rows = :rows,
	patients = :patients, sample_patients = :sample, hidden_patients = :hidden
WHERE id = :id;

-- name: data_job_forgotten
-- kind: exec
-- in: id int
UPDATE release SET state = 'destroyed' WHERE project = :id AND state IN ('building', 'built', 'ready');

-- name: data_job_clear
-- kind: exec
-- in: project int, released bool
DELETE FROM data_table WHERE project = :project AND released = :released;

-- name: data_job_table
-- kind: exec
-- in: project int, name text, rows int, released bool
-- conflict: The job's result names a table twice.
INSERT INTO data_table (project, name, rows, released) VALUES (:project, :name, :rows, :released);

-- name: data_job_column
-- kind: exec
-- in: tbl int, name text, type text, meaning text, missing int, distinct_values int, low text,
-- in: high text, examples text
INSERT INTO data_column (tbl, name, type, meaning, missing, distinct_values, low, high, examples)
VALUES (:tbl, :name, :type, :meaning, :missing, :distinct_values, :low, :high, :examples);

-- name: data_job_said
-- kind: many
-- in: project int
-- The newest entry of each variable.
SELECT d.variable, d.meaning, d.unit FROM dictionary_entry d WHERE d.project = :project
	AND d.n = (SELECT max(x.n) FROM dictionary_entry x
		WHERE x.project = d.project AND x.variable = d.variable) ORDER BY d.variable;

-- name: data_job_said_version
-- kind: one
-- in: project int
-- out: n int
SELECT coalesce(max(n), 0) AS n FROM dictionary_entry WHERE project = :project;

-- name: data_job_image_add
-- kind: exec
-- in: project int, stage text
INSERT INTO release (project, stage) VALUES (:project, :stage);

-- name: data_job_image_built
-- kind: exec
-- in: id int, project int, stage text, hash text, bytes int, files int, now time
UPDATE release SET state = 'built', hash = :hash, bytes = :bytes, files = :files, made = :now
WHERE id = :id AND project = :project AND stage = :stage AND state = 'building';

-- name: data_job_images
-- kind: many
-- in: project int
-- Every image that may lie on the disk, also that of a job which failed at its end.
SELECT id FROM release WHERE project = :project AND state <> 'destroyed' ORDER BY id;

-- name: data_job_image_revoked
-- kind: exec
-- in: id int, project int
UPDATE release SET state = 'destroyed'
WHERE id = :id AND project = :project AND state IN ('built', 'ready');

-- name: data_job_image_failed
-- kind: exec
-- in: id int, project int
UPDATE release SET state = 'failed' WHERE id = :id AND project = :project AND state = 'building';
