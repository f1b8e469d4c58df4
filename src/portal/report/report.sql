-- The results of an event, and its audit trail. Nothing here names an applicant.

-- name: report_people
-- kind: one
-- in: event int
-- out: applied int, offered int, took_part int, mentors int, jurors int
SELECT coalesce(sum(state NOT IN ('draft', 'withdrawn')), 0) AS applied,
	coalesce(sum(state IN ('selected', 'accepted', 'declined')), 0) AS offered,
	coalesce(sum(state = 'accepted'), 0) AS took_part,
	(SELECT count(*) FROM role WHERE event = :event AND role = 'mentor') AS mentors,
	(SELECT count(*) FROM role WHERE event = :event AND role = 'juror') AS jurors
FROM application WHERE event = :event;

-- name: report_levels
-- kind: many
-- in: event int
-- row: report_kind
-- out: kind text, took_part int
-- Only of people who agreed to be counted in statistics.
SELECT CASE level WHEN '' THEN 'not told' ELSE level END AS kind, count(*) AS took_part
FROM application WHERE event = :event AND consent_statistics AND state = 'accepted'
GROUP BY 1 ORDER BY instr('BSc|MSc|PhD|alumni', level), 1;

-- name: report_specialties
-- kind: many
-- in: event int
-- row: report_kind
-- out: kind text, took_part int
SELECT CASE specialty WHEN '' THEN 'not told' WHEN 'biomedical' THEN 'bio or medical'
		ELSE specialty END AS kind, count(*) AS took_part
FROM application WHERE event = :event AND consent_statistics AND state = 'accepted'
GROUP BY 1 ORDER BY 1;

-- name: report_projects
-- kind: many
-- in: event int
SELECT p.id, p.slug, p.title, p.task, l.name AS lead, p.source, p.ethics_number,
	p.ethics_committee, p.recipe_hash, p.tables, p.rows, p.patients, p.sample_patients,
	p.hidden_patients
FROM project p JOIN person l ON l.id = p.lead
WHERE p.event = :event AND p.state = 'accepted' ORDER BY p.id;

-- name: report_teams
-- kind: many
-- in: event int
-- out: presentation text
SELECT t.id, t.number, t.name, t.project, p.title AS project_title,
	coalesce((SELECT x.title FROM presentation x
		WHERE x.team = t.id AND x.handed_in IS NOT NULL), '') AS presentation
FROM team t JOIN project p ON p.id = t.project
WHERE t.event = :event ORDER BY t.number;

-- name: report_submissions
-- kind: many
-- in: event int
SELECT s.team, s.state, s.metric, s.value, s.low, s.high
FROM submission s JOIN team t ON t.id = s.team
WHERE t.event = :event AND s.state IN ('scored', 'refused') ORDER BY s.at, s.id;

-- name: report_places
-- kind: many
-- in: event int
SELECT r.name AS round, l.place, l.mean, l.adjusted, l.unclear, t.number, t.name,
	p.title AS project
FROM place l JOIN round r ON r.id = l.round JOIN team t ON t.id = l.team
JOIN project p ON p.id = t.project
WHERE r.event = :event AND r.state = 'closed' ORDER BY r.id, l.place, t.number;

-- name: report_audit_page
-- kind: many
-- in: event int, before int, action text, person text, words text, count int
-- Newest first; empty texts filter nothing.
SELECT n, at, actor, actor_name, action, object, detail, hash FROM audit
WHERE event = :event AND n < :before
	AND (:action = '' OR action = :action)
	AND (:person = '' OR instr(lower(actor_name), lower(:person)) > 0)
	AND (:words = '' OR instr(lower(object || ' ' || detail), lower(:words)) > 0)
ORDER BY n DESC LIMIT :count;

-- name: report_audit_actions
-- kind: many
-- in: event int
SELECT DISTINCT action FROM audit WHERE event = :event ORDER BY action;
