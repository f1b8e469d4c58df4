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

-- name: role_add
-- kind: exec
-- in: event int, person int, role text, about text, since time
INSERT INTO role (event, person, role, about, since) VALUES (:event, :person, :role, :about, :since)
ON CONFLICT (event, person, role) DO UPDATE SET about = excluded.about;

-- name: role_remove
-- kind: exec
-- in: event int, person int, role text
DELETE FROM role WHERE event = :event AND person = :person AND role = :role;

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
