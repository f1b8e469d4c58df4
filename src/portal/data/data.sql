-- Projects, their data sets, dictionaries and releases.

-- name: project_list
-- kind: many
-- in: event int
SELECT p.id, p.slug, p.title, p.state, p.task, p.lead AS lead_id, l.name AS lead, p.ethics_number,
	p.ethics_expires, p.folder, p.source, p.recipe, p.recipe_hash, p.tables, p.rows, p.patients,
	p.sample_patients, p.hidden_patients
FROM project p JOIN person l ON l.id = p.lead WHERE p.event = :event ORDER BY p.id;

-- name: project_full
-- kind: one
-- in: event int, slug text
-- absent: There is no such project.
SELECT p.*, l.name AS lead_name, l.email AS lead_email
FROM project p JOIN person l ON l.id = p.lead WHERE p.event = :event AND p.slug = :slug;

-- name: project_add
-- kind: exec
-- in: event int, slug text, title text, question text, variables text, lead int, task text, created time
-- conflict: A project with nearly the same title is here already.
INSERT INTO project (event, slug, title, question, variables, lead, task, created)
VALUES (:event, :slug, :title, :question, :variables, :lead, :task, :created);

-- name: project_update
-- kind: exec
-- in: id int, title text, question text, variables text, task text, unit text, teams_wanted int, ethics_number text, ethics_committee text, ethics_expires time?
UPDATE project SET title = :title, question = :question, variables = :variables, task = :task,
	unit = :unit, teams_wanted = :teams_wanted, ethics_number = :ethics_number,
	ethics_committee = :ethics_committee, ethics_expires = :ethics_expires
WHERE id = :id;

-- name: project_decide
-- kind: exec
-- in: id int, state text
UPDATE project SET state = :state WHERE id = :id;

-- name: project_understood
-- kind: exec
-- in: id int, source text
UPDATE project SET understood = :source WHERE id = :id AND source = :source;

-- name: project_set_folder
-- kind: exec
-- in: id int, folder text
UPDATE project SET folder = :folder WHERE id = :id;

-- name: data_source
-- kind: one
-- in: project int
-- out: tables int, rows int
-- What was imported.
SELECT count(*) AS tables, coalesce(sum(rows), 0) AS rows FROM data_table
WHERE project = :project AND NOT released;

-- name: release_list
-- kind: many
-- in: project int
-- The newest release first; its images in the order in which teams get them. Each release has one of
-- each stage, so the newer ones of a stage say how old it is.
SELECT id, stage, state, hash, bytes, files, made FROM release AS r WHERE project = :project
ORDER BY (SELECT count(*) FROM release AS n WHERE n.project = r.project AND n.stage = r.stage
	AND n.id > r.id), CASE stage WHEN 'simulated' THEN 1 WHEN 'sample' THEN 2
	WHEN 'full' THEN 3 ELSE 4 END, id DESC;

-- name: job_newest
-- kind: one
-- in: event int, project int, kind text
-- A job of the kind; project 0 for those that belong to none.
SELECT id, state, error, result, created, ended FROM job
WHERE event = :event AND coalesce(project, 0) = :project AND kind = :kind ORDER BY id DESC LIMIT 1;

-- name: job_open
-- kind: many
-- in: event int, project int
-- What changes the data; looks at a recipe wait for it, and it for them, by themselves.
SELECT id, kind, state FROM job
WHERE event = :event AND project = :project AND kind IN ('import', 'release', 'withdraw', 'forget')
	AND state IN ('queued', 'running') ORDER BY id;

-- name: job_stop
-- kind: exec
-- in: event int, project int, who text
-- Not what destroys, nor what hands out a key: those are one step and over soon.
UPDATE job SET stopped_by = :who
WHERE event = :event AND project = :project AND stopped_by = '' AND state IN ('queued', 'running')
	AND kind IN ('import', 'suggest', 'preview', 'measure', 'release', 'withdraw');

-- name: project_lead_add
-- kind: exec
-- in: event int, person int, now time
INSERT INTO role (event, person, role, since) VALUES (:event, :person, 'lead', :now)
ON CONFLICT DO NOTHING;

-- name: project_lead_drop
-- kind: exec
-- in: event int, person int
-- Who leads no accepted project any more is no lead.
DELETE FROM role WHERE event = :event AND person = :person AND role = 'lead' AND NOT EXISTS
	(SELECT 1 FROM project WHERE event = :event AND lead = :person AND state = 'accepted');

-- name: project_team_count
-- kind: one
-- in: project int
-- out: n int
SELECT count(*) AS n FROM team WHERE project = :project;

-- name: project_waiting
-- kind: one
-- in: event int, person int
-- out: n int
SELECT count(*) AS n FROM project
WHERE event = :event AND lead = :person AND state = 'proposed';
