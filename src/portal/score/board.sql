-- What the pages about scores show.

-- name: board_projects
-- kind: many
-- in: event int
SELECT id, slug, title, task, unit, hidden_patients FROM project
WHERE event = :event AND state = 'accepted' ORDER BY id;

-- name: board_best
-- kind: many
-- in: project int
-- out: tries int, rank_value real
-- The best scored submission of each team: lowest error, highest area.
SELECT t.number, t.name, s.metric, s.value, s.low, s.high, s.n, s.at,
	(SELECT count(*) FROM submission x WHERE x.team = t.id AND x.state = 'scored') AS tries,
	min(CASE s.metric WHEN 'MAE' THEN s.value ELSE -s.value END) AS rank_value
FROM team t JOIN submission s ON s.team = t.id AND s.state = 'scored'
WHERE t.project = :project GROUP BY t.id ORDER BY rank_value, t.number;

-- name: board_submissions
-- kind: many
-- in: team int
SELECT s.id, s.at, s.name, s.bytes, s.hash, s.state, s.metric, s.n, s.value, s.low, s.high, s.problem,
	p.name AS person
FROM submission s JOIN person p ON p.id = s.person WHERE s.team = :team ORDER BY s.id DESC;

-- name: board_team
-- kind: one
-- in: team int
SELECT t.name, t.number, p.title AS project, p.task, p.unit FROM team t JOIN project p ON p.id = t.project
WHERE t.id = :team;
