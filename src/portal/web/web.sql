-- What the router asks before any handler runs.

-- name: session_by_token
-- kind: one
-- in: token blob, now time
SELECT s.id, s.person, s.csrf, s.expires, p.name, p.email, p.admin
FROM session s JOIN person p ON p.id = s.person
WHERE s.token = :token AND s.ended IS NULL AND s.expires > :now;

-- name: session_add
-- kind: exec
-- in: token blob, person int, csrf text, address text, by_link bool, created time, expires time
INSERT INTO session (token, person, csrf, address, by_link, created, expires)
VALUES (:token, :person, :csrf, :address, :by_link, :created, :expires);

-- name: session_by_link
-- kind: one
-- in: id int, since time
-- out: n int
SELECT count(*) AS n FROM session WHERE id = :id AND by_link AND created > :since;

-- name: person_came
-- kind: exec
-- in: id int, now time
UPDATE person SET came = :now WHERE id = :id AND came IS NULL;

-- name: person_proven
-- kind: exec
-- in: id int, now time
UPDATE person SET proven = :now WHERE id = :id AND proven IS NULL;

-- name: session_end
-- kind: exec
-- in: id int, now time
UPDATE session SET ended = :now WHERE id = :id AND ended IS NULL;

-- name: session_end_all_of
-- kind: exec
-- in: person int, now time
UPDATE session SET ended = :now WHERE person = :person AND ended IS NULL;

-- name: session_end_others
-- kind: exec
-- in: person int, keep int, now time
UPDATE session SET ended = :now WHERE person = :person AND id <> :keep AND ended IS NULL;

-- name: session_live
-- kind: one
-- in: id int, now time
SELECT id, person, expires FROM session WHERE id = :id AND ended IS NULL AND expires > :now;

-- name: link_add
-- kind: exec
-- in: token blob, person int, path text, created time, expires time
INSERT INTO link (token, person, path, created, expires)
VALUES (:token, :person, :path, :created, :expires);

-- name: link_by_token
-- kind: one
-- in: token blob, now time
SELECT l.id, l.person, l.path, p.name
FROM link l JOIN person p ON p.id = l.person
WHERE l.token = :token AND l.used IS NULL AND l.expires > :now;

-- name: link_use
-- kind: exec
-- in: id int, now time
UPDATE link SET used = :now WHERE id = :id AND used IS NULL;

-- name: event_head
-- kind: one
-- in: slug text
SELECT id, slug, name, phase FROM event WHERE slug = :slug;

-- name: role_list_of
-- kind: many
-- in: event int, person int
SELECT role FROM role WHERE event = :event AND person = :person;

-- name: named_in
-- kind: one
-- in: event int, person int
-- out: named bool
SELECT EXISTS (SELECT 1 FROM steward_naming WHERE event = :event AND person = :person) AS named;

-- name: phase_list
-- kind: many
-- in: event int
SELECT phase, starts, clock, begun FROM phase WHERE event = :event ORDER BY starts;

-- name: team_head
-- kind: one
-- in: event int, number int, person int
-- out: member bool, mentor bool, lead bool
SELECT t.id, t.project,
	EXISTS (SELECT 1 FROM member m WHERE m.team = t.id AND m.person = :person AND m.gone IS NULL)
		AS member,
	EXISTS (SELECT 1 FROM mentor m WHERE m.team = t.id AND m.person = :person) AS mentor,
	EXISTS (SELECT 1 FROM project p WHERE p.id = t.project AND p.lead = :person) AS lead
FROM team t WHERE t.event = :event AND t.number = :number;

-- name: project_head
-- kind: one
-- in: event int, slug text
SELECT id, lead FROM project WHERE event = :event AND slug = :slug;

-- name: my_team_number
-- kind: one
-- in: event int, person int
SELECT t.id, t.number, t.name FROM team t JOIN member m ON m.team = t.id
WHERE t.event = :event AND m.person = :person AND m.gone IS NULL;

-- name: person_proof
-- kind: one
-- in: id int
SELECT email, password, witness_from FROM person WHERE id = :id;
