-- What each role's first page needs to know, in one question a role.

-- name: today_event
-- kind: one
-- in: event int
-- out: projects int, proposed int, unapproved int, applied int, undecided int, offered int, accepted int, agreements int, participants int, to_sign int, teams int, placed int, rooms int, rooms_open int, rooms_bad int, rooms_kept int, unarchived int, asked int, handed_in int, submissions int, jurors int, mentors int, scores int, stewards_named int
-- The whole event in numbers. rooms_kept: nothing goes on by itself, they wait for a steward.
SELECT
	(SELECT count(*) FROM project WHERE event = :event AND state = 'accepted') AS projects,
	(SELECT count(*) FROM resource_request r JOIN team t ON t.id = r.team
		WHERE t.event = :event AND r.state = 'open') AS asked,
	(SELECT count(*) FROM project WHERE event = :event AND state = 'proposed') AS proposed,
	(SELECT count(*) FROM project WHERE event = :event AND state = 'accepted'
		AND (ethics_number = '' OR ethics_expires IS NULL)) AS unapproved,
	(SELECT count(*) FROM application WHERE event = :event AND state NOT IN ('draft', 'withdrawn'))
		AS applied,
	(SELECT count(*) FROM application WHERE event = :event AND state = 'submitted') AS undecided,
	(SELECT count(*) FROM application WHERE event = :event AND state = 'selected') AS offered,
	(SELECT count(*) FROM application WHERE event = :event AND state = 'accepted') AS accepted,
	(SELECT count(*) FROM agreement WHERE event = :event) AS agreements,
	(SELECT count(*) FROM role WHERE event = :event AND role = 'participant') AS participants,
	(SELECT count(*) FROM role r WHERE r.event = :event AND r.role = 'participant' AND NOT EXISTS
		(SELECT 1 FROM signature s JOIN agreement a ON a.id = s.agreement WHERE a.event = :event
			AND s.person = r.person AND a.version =
				(SELECT max(version) FROM agreement WHERE event = :event))) AS to_sign,
	(SELECT count(*) FROM team WHERE event = :event) AS teams,
	(SELECT count(*) FROM member m JOIN team t ON t.id = m.team
		WHERE t.event = :event AND m.gone IS NULL) AS placed,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team WHERE t.event = :event) AS rooms,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team
		WHERE t.event = :event AND w.state = 'open') AS rooms_open,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team
		WHERE t.event = :event AND w.problem <> '' AND NOT (w.want = 'destroyed'
			AND w.id IN (SELECT workspace FROM archive_due))) AS rooms_bad,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team JOIN archive_due d
		ON d.workspace = w.id WHERE t.event = :event AND w.want = 'destroyed'
		AND w.state <> 'destroyed' AND (d.state = 'failed'
			OR (d.state = 'done' AND d.trial IN ('', 'bad')))) AS rooms_kept,
	(SELECT count(*) FROM workspace w JOIN team t ON t.id = w.team WHERE t.event = :event
		AND w.state NOT IN ('absent', 'destroyed') AND w.id NOT IN
		(SELECT workspace FROM archive WHERE state <> 'old')) AS unarchived,
	(SELECT count(*) FROM presentation p JOIN team t ON t.id = p.team
		WHERE t.event = :event AND p.handed_in IS NOT NULL) AS handed_in,
	(SELECT count(*) FROM submission s JOIN team t ON t.id = s.team
		WHERE t.event = :event AND s.state = 'scored') AS submissions,
	(SELECT count(*) FROM role WHERE event = :event AND role = 'juror') AS jurors,
	(SELECT count(*) FROM role WHERE event = :event AND role = 'mentor') AS mentors,
	(SELECT count(*) FROM jury_score s JOIN round d ON d.id = s.round
		WHERE d.event = :event AND d.state = 'open') AS scores,
	(SELECT count(*) FROM steward_naming WHERE event = :event AND state = 'waiting')
		AS stewards_named;

-- name: today_team
-- kind: one
-- in: event int, person int
-- out: members int
SELECT t.id, t.number, t.name, t.link, p.title AS project, p.slug AS project_slug, p.patients,
	w.state AS room_state, w.stage AS room_stage, w.problem AS room_problem,
	(SELECT count(*) FROM member x WHERE x.team = t.id AND x.gone IS NULL) AS members
FROM member m JOIN team t ON t.id = m.team JOIN project p ON p.id = t.project
LEFT JOIN workspace w ON w.team = t.id
WHERE t.event = :event AND m.person = :person AND m.gone IS NULL;

-- name: today_mates
-- kind: many
-- in: team int
-- out: what text
SELECT p.name, coalesce(a.specialty, '') AS what FROM member m JOIN person p ON p.id = m.person
JOIN team t ON t.id = m.team
LEFT JOIN application a ON a.person = p.id AND a.event = t.event
WHERE m.team = :team AND m.gone IS NULL ORDER BY p.name;

-- name: today_mentors
-- kind: many
-- in: team int
SELECT p.name, m.kind FROM mentor m JOIN person p ON p.id = m.person WHERE m.team = :team
ORDER BY m.kind;

-- name: today_presentation
-- kind: one
-- in: team int
SELECT title, pdf_name, saved, handed_in FROM presentation WHERE team = :team;

-- name: today_best
-- kind: one
-- in: team int
-- out: tries int
SELECT s.metric, s.value, s.low, s.high, s.at,
	(SELECT p.unit FROM project p WHERE p.id = s.project) AS unit,
	(SELECT count(*) FROM submission x WHERE x.team = :team) AS tries
FROM submission s WHERE s.team = :team AND s.state = 'scored'
ORDER BY CASE s.metric WHEN 'MAE' THEN s.value ELSE -s.value END LIMIT 1;

-- name: today_guided
-- kind: many
-- in: event int, person int
-- Teams that a mentor or a project's lead looks after.
SELECT t.number, t.name, p.title AS project, w.state AS room_state FROM team t
JOIN project p ON p.id = t.project LEFT JOIN workspace w ON w.team = t.id
WHERE t.event = :event AND (p.lead = :person OR EXISTS
	(SELECT 1 FROM mentor m WHERE m.team = t.id AND m.person = :person))
ORDER BY t.number;

-- name: today_led
-- kind: many
-- in: event int, person int
-- out: questions int, released bool
SELECT p.slug, p.title, p.state, p.ethics_number, p.ethics_expires,
	EXISTS (SELECT 1 FROM signoff s WHERE s.project = p.id) AS released,
	(SELECT count(*) FROM dictionary_question q WHERE q.project = p.id AND NOT EXISTS
		(SELECT 1 FROM dictionary_answer x WHERE x.question = q.id))
		AS questions
FROM project p WHERE p.event = :event AND p.lead = :person ORDER BY p.id;

-- name: today_juror
-- kind: one
-- in: event int, person int
-- out: n int, done int
-- Teams to score in the open round, and how many this juror has settled (scored or recused).
SELECT d.id, d.name,
	CASE d.name WHEN 'first'
		THEN (SELECT count(*) FROM presentation p JOIN team t ON t.id = p.team
			WHERE t.event = :event AND p.handed_in IS NOT NULL)
		ELSE (SELECT count(*) FROM place c JOIN round f ON f.id = c.round
			WHERE f.event = :event AND f.name = 'first' AND c.place <= 3) END AS n,
	(SELECT count(*) FROM jury_score s WHERE s.round = d.id AND s.juror = :person)
	+ (SELECT count(*) FROM recusal x WHERE x.round = d.id AND x.juror = :person) AS done
FROM round d WHERE d.event = :event AND d.state = 'open' ORDER BY d.id DESC LIMIT 1;

-- name: today_happening
-- kind: many
-- in: event int
SELECT at, actor_name, action, object, detail FROM audit
WHERE event = :event AND action NOT IN ('sign-in', 'sign-out') ORDER BY n DESC LIMIT 7;

-- name: today_team_names
-- kind: many
-- in: event int
SELECT number, name FROM team WHERE event = :event;

-- name: today_sessions
-- kind: many
-- in: event int, now time
SELECT starts, ends, title, room FROM programme WHERE event = :event AND ends > :now
ORDER BY starts LIMIT 4;

-- name: today_differ
-- kind: many
-- in: event int, person int
-- out: belongs bool, others int
-- Requests on which all have voted that were needed, without a decision: the reviewers differ. The
-- oldest first. The others are stewards who may vote on it and have not.
SELECT q.number, q.since, t.number AS team_number, t.name AS team_name,
	EXISTS (SELECT 1 FROM member m WHERE m.team = q.team AND m.person = :person)
		OR EXISTS (SELECT 1 FROM mentor x WHERE x.team = q.team AND x.person = :person) AS belongs,
	(SELECT count(*) FROM role r WHERE r.event = q.event AND r.role = 'steward'
		AND NOT EXISTS (SELECT 1 FROM member m WHERE m.team = q.team AND m.person = r.person)
		AND NOT EXISTS (SELECT 1 FROM mentor x WHERE x.team = q.team AND x.person = r.person)
		AND NOT EXISTS (SELECT 1 FROM airlock_review w WHERE w.request = q.id
			AND w.version = q.version AND w.reviewer = r.person)) AS others
FROM airlock_request q JOIN team t ON t.id = q.team
WHERE q.event = :event AND q.state = 'in review' AND q.needed <=
	(SELECT count(*) FROM airlock_review w WHERE w.request = q.id AND w.version = q.version)
ORDER BY q.since, q.id;
