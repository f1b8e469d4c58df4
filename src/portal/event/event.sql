-- An event, its phases, its programme, its roles.

-- name: event_add
-- kind: exec
-- in: slug text, name text, place text, mode text, starts time, ends time, seats int, about text, rules text, kinds text, created time
-- conflict: Another event of this server already has that short name.
INSERT INTO event (slug, name, place, mode, starts, ends, seats, about, rules, kinds, created)
VALUES (:slug, :name, :place, :mode, :starts, :ends, :seats, :about, :rules, :kinds, :created);

-- name: event_update
-- kind: exec
-- in: id int, name text, place text, mode text, starts time, ends time, seats int, about text, rules text, kinds text
UPDATE event SET name = :name, place = :place, mode = :mode, starts = :starts, ends = :ends,
	seats = :seats, about = :about, rules = :rules, kinds = :kinds
WHERE id = :id;

-- name: event_by_id
-- kind: one
-- in: id int
SELECT id, slug, name, place, mode, starts, ends, seats, about, rules, kinds, phase
FROM event WHERE id = :id;

-- name: event_list_public
-- kind: many
-- in: person int
SELECT slug, name, place, mode, starts, ends, phase FROM event
WHERE phase <> 'draft' OR EXISTS
	(SELECT 1 FROM role r WHERE r.event = event.id AND r.person = :person)
ORDER BY starts DESC;

-- name: event_set_phase
-- kind: exec
-- in: id int, phase text
UPDATE event SET phase = :phase WHERE id = :id;

-- name: phase_put
-- kind: exec
-- in: event int, phase text, starts time, clock bool
INSERT INTO phase (event, phase, starts, clock) VALUES (:event, :phase, :starts, :clock)
ON CONFLICT (event, phase) DO UPDATE SET starts = excluded.starts, clock = excluded.clock;

-- name: phase_begin
-- kind: exec
-- in: event int, phase text, now time
UPDATE phase SET begun = :now, clock = 0 WHERE event = :event AND phase = :phase;

-- name: phase_planned
-- kind: one
-- in: event int, phase text
SELECT starts FROM phase WHERE event = :event AND phase = :phase;

-- name: phase_due
-- kind: many
-- in: now time
-- The phases that the clock should begin now: planned, not begun, of an event that is not past them.
SELECT p.event, p.phase, e.phase AS present FROM phase p JOIN event e ON e.id = p.event
WHERE p.clock AND p.begun IS NULL AND p.starts <= :now ORDER BY p.starts;

-- name: programme_list
-- kind: many
-- in: event int
SELECT id, starts, ends, title, speaker, room FROM programme WHERE event = :event
ORDER BY starts, id;

-- name: programme_add
-- kind: exec
-- in: event int, starts time, ends time, title text, speaker text, room text
INSERT INTO programme (event, starts, ends, title, speaker, room)
VALUES (:event, :starts, :ends, :title, :speaker, :room);

-- name: programme_remove
-- kind: exec
-- in: event int, id int
DELETE FROM programme WHERE event = :event AND id = :id;

-- name: project_list_public
-- kind: many
-- in: event int
SELECT p.slug, p.title, p.question, l.name AS lead, p.task FROM project p JOIN person l ON l.id = p.lead
WHERE p.event = :event AND p.state = 'accepted' ORDER BY p.id;

-- name: role_people
-- kind: many
-- in: event int
SELECT r.role, r.about, p.id, p.name, p.email, r.since FROM role r JOIN person p ON p.id = r.person
WHERE r.event = :event AND r.role <> 'participant' ORDER BY r.role, p.name;

-- name: role_people_public
-- kind: many
-- in: event int
-- Whom the event shows to everybody; unsorted, as sorting them in C costs a tenth of what SQLite takes.
SELECT r.role, r.about, p.name FROM role r JOIN person p ON p.id = r.person
WHERE r.event = :event AND r.role IN ('juror', 'mentor');

-- name: role_add
-- kind: exec
-- in: event int, person int, role text, about text, since time
-- No data steward: how one becomes that, and ends it, is portal/people/steward.h alone.
INSERT INTO role (event, person, role, about, since)
SELECT :event, :person, :role, :about, :since WHERE :role <> 'steward'
ON CONFLICT (event, person, role) DO UPDATE SET about = excluded.about;

-- name: role_remove
-- kind: exec
-- in: event int, person int, role text
DELETE FROM role WHERE event = :event AND person = :person AND role = :role AND role <> 'steward';

-- name: role_count
-- kind: one
-- in: event int, role text
-- out: n int
SELECT count(*) AS n FROM role WHERE event = :event AND role = :role;

-- name: event_people
-- kind: many
-- in: event int
-- Everybody concerned by the event, for a word about a new phase.
SELECT DISTINCT p.id, p.email, p.name FROM person p
WHERE EXISTS (SELECT 1 FROM role r WHERE r.event = :event AND r.person = p.id)
	OR EXISTS (SELECT 1 FROM application a WHERE a.event = :event AND a.person = p.id
		AND a.state NOT IN ('draft', 'withdrawn', 'declined', 'not selected'));

-- name: event_move_numbers
-- kind: one
-- in: event int, now time
-- out: projects int, proposed int, applied int, drafts int, undecided int, offered int, agreements int, participants int, to_sign int, unplaced int, teams int, projects_used int, unapproved int, no_sample int, no_full int, rooms int, rooms_live int, unarchived int, untried int, waiting int, handed_in int, first_closed bool, final_closed bool, people int
-- What a move to another phase meets, in numbers. projects_used: those that have a team.
WITH used AS (SELECT p.id, p.ethics_number, p.ethics_expires FROM project p
		WHERE EXISTS (SELECT 1 FROM team t WHERE t.project = p.id AND t.event = :event)),
	ready AS (SELECT project, stage FROM release WHERE state = 'ready'),
	room AS (SELECT w.id, w.state, w.want FROM workspace w JOIN team t ON t.id = w.team
		WHERE t.event = :event)
SELECT
	(SELECT count(*) FROM project WHERE event = :event AND state = 'accepted') AS projects,
	(SELECT count(*) FROM project WHERE event = :event AND state = 'proposed') AS proposed,
	(SELECT count(*) FROM application WHERE event = :event AND state NOT IN ('draft', 'withdrawn'))
		AS applied,
	(SELECT count(*) FROM application WHERE event = :event AND state = 'draft') AS drafts,
	(SELECT count(*) FROM application WHERE event = :event AND state = 'submitted') AS undecided,
	(SELECT count(*) FROM application WHERE event = :event AND state = 'selected') AS offered,
	(SELECT count(*) FROM agreement WHERE event = :event) AS agreements,
	(SELECT count(*) FROM role WHERE event = :event AND role = 'participant') AS participants,
	(SELECT count(*) FROM role r WHERE r.event = :event AND r.role = 'participant' AND NOT EXISTS
		(SELECT 1 FROM signature s JOIN agreement a ON a.id = s.agreement WHERE a.event = :event
			AND s.person = r.person AND a.version =
				(SELECT max(version) FROM agreement WHERE event = :event))) AS to_sign,
	(SELECT count(*) FROM role r WHERE r.event = :event AND r.role = 'participant' AND NOT EXISTS
		(SELECT 1 FROM member m JOIN team t ON t.id = m.team WHERE t.event = :event
			AND m.person = r.person AND m.gone IS NULL)) AS unplaced,
	(SELECT count(*) FROM team WHERE event = :event) AS teams,
	(SELECT count(*) FROM used) AS projects_used,
	(SELECT count(*) FROM used WHERE ethics_number = '' OR ethics_expires IS NULL
		OR ethics_expires <= :now) AS unapproved,
	(SELECT count(*) FROM used WHERE id NOT IN
		(SELECT project FROM ready WHERE stage = 'sample')) AS no_sample,
	(SELECT count(*) FROM used WHERE id NOT IN
		(SELECT project FROM ready WHERE stage = 'full')) AS no_full,
	(SELECT count(*) FROM room WHERE want <> 'destroyed') AS rooms,
	(SELECT count(*) FROM room WHERE state IN ('open', 'opening')) AS rooms_live,
	(SELECT count(*) FROM room WHERE state NOT IN ('absent', 'destroyed') AND id NOT IN
		(SELECT workspace FROM archive WHERE state <> 'old')) AS unarchived,
	(SELECT count(*) FROM room JOIN archive a ON a.workspace = room.id
		WHERE room.state <> 'destroyed' AND a.state = 'done' AND a.trial <> 'good') AS untried,
	(SELECT count(*) FROM submission s JOIN team t ON t.id = s.team
		WHERE t.event = :event AND s.state = 'waiting') AS waiting,
	(SELECT count(*) FROM presentation p JOIN team t ON t.id = p.team
		WHERE t.event = :event AND p.handed_in IS NOT NULL) AS handed_in,
	EXISTS (SELECT 1 FROM round WHERE event = :event AND name = 'first' AND state = 'closed')
		AS first_closed,
	EXISTS (SELECT 1 FROM round WHERE event = :event AND name = 'final' AND state = 'closed')
		AS final_closed,
	(SELECT count(*) FROM person p
		WHERE EXISTS (SELECT 1 FROM role r WHERE r.event = :event AND r.person = p.id)
			OR EXISTS (SELECT 1 FROM application a WHERE a.event = :event AND a.person = p.id
				AND a.state NOT IN ('draft', 'withdrawn', 'declined', 'not selected')))
		AS people;
