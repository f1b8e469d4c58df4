-- Teams, their members and mentors.

-- name: team_list
-- kind: many
-- in: event int
SELECT t.id, t.number, t.name, t.link, t.project, p.title AS project_title, p.slug AS project_slug
FROM team t JOIN project p ON p.id = t.project WHERE t.event = :event ORDER BY t.number;

-- name: team_by_id
-- kind: one
-- in: id int
SELECT t.id, t.number, t.name, t.link, t.project, p.title AS project_title, p.slug AS project_slug,
	l.name AS lead
FROM team t JOIN project p ON p.id = t.project JOIN person l ON l.id = p.lead WHERE t.id = :id;

-- name: team_add
-- kind: exec
-- in: event int, project int, number int, name text, made time
INSERT INTO team (event, project, number, name, made)
VALUES (:event, :project, :number, :name, :made);

-- name: team_rename
-- kind: exec
-- in: id int, name text, link text
UPDATE team SET name = :name, link = :link WHERE id = :id;

-- name: team_clear_members
-- kind: exec
-- in: event int
DELETE FROM member WHERE team IN (SELECT id FROM team WHERE event = :event);

-- name: team_clear_mentors
-- kind: exec
-- in: event int
DELETE FROM mentor WHERE team IN (SELECT id FROM team WHERE event = :event);

-- name: team_clear_rooms
-- kind: exec
-- in: event int
DELETE FROM workspace WHERE team IN (SELECT id FROM team WHERE event = :event);

-- name: team_clear
-- kind: exec
-- in: event int
DELETE FROM team WHERE event = :event;

-- name: team_rooms_used
-- kind: one
-- in: event int
-- out: n int
-- Workspaces that the warden has been asked for at any time: teams cannot be formed anew over them.
SELECT count(*) AS n FROM workspace w JOIN team t ON t.id = w.team
WHERE t.event = :event AND (w.opened IS NOT NULL OR w.state <> 'absent');

-- name: member_list
-- kind: many
-- in: event int
SELECT m.team, m.person, m.slot, m.login, m.reason, p.name, a.level, a.specialty
FROM member m JOIN team t ON t.id = m.team JOIN person p ON p.id = m.person
LEFT JOIN application a ON a.person = m.person AND a.event = t.event
WHERE t.event = :event AND m.gone IS NULL ORDER BY t.number, p.name;

-- name: member_of
-- kind: one
-- in: event int, person int
SELECT m.team, m.slot, t.number, t.name FROM member m JOIN team t ON t.id = m.team
WHERE t.event = :event AND m.person = :person AND m.gone IS NULL;

-- name: member_next_slot
-- kind: one
-- in: team int
-- out: n int
SELECT coalesce(max(slot) + 1, 0) AS n FROM member WHERE team = :team;

-- name: member_login_count
-- kind: one
-- in: team int, login text
-- out: n int
SELECT count(*) AS n FROM member WHERE team = :team AND login = :login;

-- name: member_add
-- kind: exec
-- in: team int, person int, slot int, login text, reason text, since time
-- Somebody who comes back has the place they had.
INSERT INTO member (team, person, slot, login, reason, since)
VALUES (:team, :person, :slot, :login, :reason, :since)
ON CONFLICT (team, person) DO UPDATE SET gone = NULL, reason = excluded.reason;

-- name: member_remove
-- kind: exec
-- in: team int, person int, now time
UPDATE member SET gone = :now WHERE team = :team AND person = :person AND gone IS NULL;

-- name: member_candidates
-- kind: many
-- in: event int
-- Everybody with a confirmed seat, and what the optimiser needs to know of them.
SELECT r.person, p.name, a.level, a.specialty, a.faculty, a.languages, a.skill_learning,
	a.skill_analysis, a.choice1, a.choice2, a.choice3
FROM role r JOIN person p ON p.id = r.person
LEFT JOIN application a ON a.person = r.person AND a.event = r.event
WHERE r.event = :event AND r.role = 'participant' ORDER BY r.person;

-- name: team_projects
-- kind: many
-- in: event int
SELECT id, title, teams_wanted FROM project WHERE event = :event AND state = 'accepted' ORDER BY id;

-- name: mentor_list
-- kind: many
-- in: event int
SELECT m.team, m.person, m.kind, p.name FROM mentor m JOIN team t ON t.id = m.team
JOIN person p ON p.id = m.person WHERE t.event = :event ORDER BY t.number, m.kind;

-- name: mentor_pool
-- kind: many
-- in: event int
SELECT r.person, p.name, r.about FROM role r JOIN person p ON p.id = r.person
WHERE r.event = :event AND r.role = 'mentor' ORDER BY p.name;

-- name: mentor_add
-- kind: exec
-- in: team int, person int, kind text
INSERT INTO mentor (team, person, kind) VALUES (:team, :person, :kind)
ON CONFLICT (team, person) DO UPDATE SET kind = excluded.kind;

-- name: mentor_remove
-- kind: exec
-- in: team int, person int
DELETE FROM mentor WHERE team = :team AND person = :person;

-- name: mentor_leave
-- kind: exec
-- in: event int, person int
DELETE FROM mentor WHERE person = :person AND team IN (SELECT id FROM team WHERE event = :event);

-- name: mentor_is
-- kind: one
-- in: event int, person int
SELECT person FROM role WHERE event = :event AND person = :person AND role = 'mentor';

-- name: team_room
-- kind: one
-- in: team int
SELECT id, state, opened FROM workspace WHERE team = :team;
