-- Persons, mail, applications, agreements.

-- name: person_by_email
-- kind: one
-- in: email text
SELECT id, email, name, password, admin FROM person WHERE email = :email;

-- name: person_by_id
-- kind: one
-- in: id int
SELECT id, email, name, password, admin, witness_from FROM person WHERE id = :id;

-- name: person_add
-- kind: exec
-- in: email text, name text, password text, created time
-- conflict: Somebody with that e-mail address is here already. Please sign in.
INSERT INTO person (email, name, password, created) VALUES (:email, :name, :password, :created);

-- name: person_set_password
-- kind: exec
-- in: id int, password text, witness_from time
-- To choose it once more makes nobody a witness sooner.
UPDATE person SET password = :password, witness_from = max(witness_from, :witness_from)
WHERE id = :id;

-- name: steward_peers
-- kind: many
-- in: person int
-- Who decides beside this data steward, or over them, in each of their events.
SELECT DISTINCT e.id AS event, e.slug, e.name AS event_name, p.id, p.email
FROM role mine JOIN event e ON e.id = mine.event
JOIN role r ON r.event = mine.event AND r.role IN ('steward', 'organiser') AND r.person <> mine.person
JOIN person p ON p.id = r.person
WHERE mine.person = :person AND mine.role = 'steward' ORDER BY e.id, p.id;

-- name: person_is_fresh
-- kind: one
-- in: id int, event int
-- out: fresh bool
-- Somebody whom this event invited, not as a steward, and who has not come yet.
SELECT NOT admin AND password IS NULL
	AND came IS NULL
	AND NOT EXISTS (SELECT 1 FROM role r
		WHERE r.person = p.id AND (r.event <> :event OR r.role = 'steward'))
	AND NOT EXISTS (SELECT 1 FROM steward_naming n WHERE n.person = p.id AND n.state = 'waiting')
	AND NOT EXISTS (SELECT 1 FROM application a WHERE a.person = p.id) AS fresh
FROM person p WHERE id = :id;

-- name: person_lock_unproven
-- kind: exec
-- in: id int
-- A used link proves an address: it was sent there, or handed over by who knows the person.
UPDATE person SET password = NULL WHERE id = :id AND password IS NOT NULL AND proven IS NULL;

-- name: person_set_admin
-- kind: exec
-- in: id int, admin bool
UPDATE person SET admin = :admin WHERE id = :id;

-- name: link_count
-- kind: one
-- in: person int, since time
-- out: n int
SELECT count(*) AS n FROM link WHERE person = :person AND created > :since;

-- name: outbox_add
-- kind: exec
-- in: event int?, person int?, email text, subject text, body text, created time
INSERT INTO outbox (event, person, email, subject, body, created, since)
VALUES (:event, :person, :email, :subject, :body, :created, :created);

-- name: my_events
-- kind: many
-- in: person int
SELECT e.slug, e.name, e.phase, e.starts, r.role AS part FROM role r JOIN event e ON e.id = r.event
WHERE r.person = :person
UNION ALL
SELECT e.slug, e.name, e.phase, e.starts, 'applicant' FROM application a JOIN event e ON e.id = a.event
WHERE a.person = :person AND NOT EXISTS
	(SELECT 1 FROM role r WHERE r.event = e.id AND r.person = :person)
ORDER BY 4 DESC;

-- name: application_start
-- kind: exec
-- in: event int, person int, now time
INSERT INTO application (event, person, started, saved) VALUES (:event, :person, :now, :now)
ON CONFLICT (event, person) DO NOTHING;

-- name: application_of
-- kind: one
-- in: event int, person int
SELECT * FROM application WHERE event = :event AND person = :person;

-- name: application_save
-- kind: exec
-- in: id int, level text, specialty text, faculty text, languages text, fields text, motivation text, skill_analysis int, skill_visualisation int, skill_learning int, skill_biostatistics int, skill_modelling int, skill_images int, skill_records int, skill_databases int, skill_series int, skill_text int, choice1 int?, choice2 int?, choice3 int?, consent_statistics bool, consent_photo bool, consent_contact bool, now time
UPDATE application SET level = :level, specialty = :specialty, faculty = :faculty,
	languages = :languages, fields = :fields, motivation = :motivation,
	skill_analysis = :skill_analysis, skill_visualisation = :skill_visualisation,
	skill_learning = :skill_learning, skill_biostatistics = :skill_biostatistics,
	skill_modelling = :skill_modelling, skill_images = :skill_images,
	skill_records = :skill_records, skill_databases = :skill_databases,
	skill_series = :skill_series, skill_text = :skill_text,
	choice1 = :choice1, choice2 = :choice2, choice3 = :choice3,
	consent_statistics = :consent_statistics, consent_photo = :consent_photo,
	consent_contact = :consent_contact, saved = :now
WHERE id = :id;

-- name: application_set_state
-- kind: exec
-- in: id int, state text
UPDATE application SET state = :state WHERE id = :id;

-- name: application_submit
-- kind: exec
-- in: id int, now time
UPDATE application SET state = 'submitted', submitted = :now WHERE id = :id;

-- name: application_decide
-- kind: exec
-- in: id int, state text, now time
UPDATE application SET state = :state, decided = :now WHERE id = :id;

-- name: application_answer
-- kind: exec
-- in: id int, state text, now time
UPDATE application SET state = :state, answered = :now WHERE id = :id;

-- name: application_set_note
-- kind: exec
-- in: event int, id int, note text
UPDATE application SET note = :note WHERE id = :id AND event = :event;

-- name: application_by_id
-- kind: one
-- in: event int, id int
SELECT a.*, p.name, p.email FROM application a JOIN person p ON p.id = a.person
WHERE a.event = :event AND a.id = :id;

-- name: application_list
-- kind: many
-- in: event int, state text, level text, specialty text, words text
-- An empty text filters nothing. Drafts and withdrawn ones are the applicant's own business. They
-- come unsorted, because application_sort does it cheaper than SQLite, which sorts whole rows.
SELECT a.id, a.person, p.name, p.email, a.state, a.level, a.specialty, a.faculty, a.languages, a.fields,
	a.motivation, a.note, a.submitted, c1.title AS choice, a.skills
FROM application a JOIN person p ON p.id = a.person LEFT JOIN project c1 ON c1.id = a.choice1
WHERE a.event = :event AND a.state NOT IN ('draft', 'withdrawn')
	AND (:state = '' OR a.state = :state)
	AND (:level = '' OR a.level = :level)
	AND (:specialty = '' OR a.specialty = :specialty)
	AND (:words = '' OR instr(lower(p.name || ' ' || p.email || ' ' || a.faculty), lower(:words)) > 0);

-- name: application_tally
-- kind: many
-- in: event int
-- out: n int
-- How many there are of each kind, drafts and withdrawn ones too.
SELECT state, level, specialty, count(*) AS n FROM application WHERE event = :event
GROUP BY state, level, specialty;

-- name: agreement_current
-- kind: one
-- in: event int
SELECT id, version, title, body, hash, made FROM agreement WHERE event = :event
ORDER BY version DESC LIMIT 1;

-- name: agreement_add
-- kind: exec
-- in: event int, version int, title text, body text, hash text, made time
INSERT INTO agreement (event, version, title, body, hash, made)
VALUES (:event, :version, :title, :body, :hash, :made);

-- name: signature_of
-- kind: one
-- in: agreement int, person int
SELECT id, name, hash, address, at FROM signature WHERE agreement = :agreement AND person = :person;

-- name: signature_add
-- kind: exec
-- in: agreement int, person int, name text, hash text, address text, at time
-- conflict: You have signed this version already.
INSERT INTO signature (agreement, person, name, hash, address, at)
VALUES (:agreement, :person, :name, :hash, :address, :at);

-- name: project_choices
-- kind: many
-- in: event int
SELECT id, title FROM project WHERE event = :event AND state = 'accepted' ORDER BY id;

-- name: link_show
-- kind: exec
-- in: person int
-- Somebody other than the person has seen their links.
UPDATE link SET shown = 1 WHERE person = :person AND used IS NULL;

-- name: link_shown
-- kind: one
-- in: person int
-- out: used bool
-- Was a link used that somebody else had seen?
SELECT EXISTS (SELECT 1 FROM link WHERE person = :person AND shown AND used IS NOT NULL) AS used;

-- name: link_end_shown
-- kind: exec
-- in: person int, now time
UPDATE link SET used = coalesce(used, :now), shown = 0 WHERE person = :person AND shown;

-- name: person_lock
-- kind: exec
-- in: id int
UPDATE person SET password = NULL, proven = NULL WHERE id = :id;

-- name: steward_is
-- kind: one
-- in: event int, person int
-- out: n int
SELECT count(*) AS n FROM role WHERE event = :event AND person = :person AND role = 'steward';

-- name: steward_count
-- kind: one
-- in: event int
-- out: n int
SELECT count(*) AS n FROM role WHERE event = :event AND role = 'steward';

-- name: organiser_ever
-- kind: one
-- in: event int, person int
-- out: ever bool
SELECT EXISTS (SELECT 1 FROM organiser_ever WHERE event = :event AND person = :person) AS ever;

-- name: steward_ever
-- kind: one
-- in: event int
-- out: ever bool
SELECT EXISTS (SELECT 1 FROM role WHERE event = :event AND role = 'steward')
	OR EXISTS (SELECT 1 FROM steward_naming WHERE event = :event AND state = 'confirmed') AS ever;

-- name: steward_role_add
-- kind: exec
-- in: event int, person int, about text, since time
INSERT INTO role (event, person, role, about, since) VALUES (:event, :person, 'steward', :about, :since)
ON CONFLICT (event, person, role) DO NOTHING;

-- name: steward_naming_add
-- kind: exec
-- in: event int, person int, about text, named_by int, named_name text, named time
-- Who named first stays: naming once more is no way to confirm one's own word.
INSERT INTO steward_naming (event, person, about, named_by, named_name, named)
VALUES (:event, :person, :about, :named_by, :named_name, :named)
ON CONFLICT (event, person) WHERE state = 'waiting' DO UPDATE SET about = excluded.about;

-- name: steward_naming_end
-- kind: exec
-- in: event int, person int, state text, decided_by text, decided time
UPDATE steward_naming SET state = :state, decided_by = :decided_by, decided = :decided
WHERE event = :event AND person = :person AND state = 'waiting';

-- name: steward_role_end
-- kind: exec
-- in: event int, person int
DELETE FROM role WHERE event = :event AND person = :person AND role = 'steward';

-- name: steward_naming_over
-- kind: exec
-- in: event int, person int, ended_by text, ended time
UPDATE steward_naming SET ended_by = :ended_by, ended = :ended
WHERE event = :event AND person = :person AND state = 'confirmed' AND ended IS NULL;

-- name: steward_naming_of
-- kind: one
-- in: event int, person int, id int
-- The newest of a person, or with an id that one.
SELECT n.state, n.named_name, n.named, n.decided_by, n.decided, n.ended_by, n.ended, p.name
FROM steward_naming n JOIN person p ON p.id = n.person
WHERE n.event = :event AND CASE WHEN :id = 0 THEN n.person = :person ELSE n.id = :id END
ORDER BY n.id DESC LIMIT 1;

-- name: steward_naming_by_id
-- kind: one
-- in: event int, id int
SELECT n.id, n.person, n.about, n.named_by, n.named_name, n.named, p.name, p.email
FROM steward_naming n JOIN person p ON p.id = n.person
WHERE n.event = :event AND n.id = :id AND n.state = 'waiting';

-- name: steward_waiting_list
-- kind: many
-- in: event int
SELECT n.id, n.person, n.about, n.named_by, n.named_name, n.named, p.name, p.email
FROM steward_naming n JOIN person p ON p.id = n.person
WHERE n.event = :event AND n.state = 'waiting' ORDER BY n.id;

-- name: steward_list
-- kind: many
-- in: event int
-- out: named_name text, confirmed_name text
-- Who is a steward, and on whose word.
SELECT p.id, p.name, p.email, r.since, coalesce((SELECT n.named_name FROM steward_naming n
		WHERE n.event = r.event AND n.person = r.person AND n.state = 'confirmed'
		ORDER BY n.id DESC LIMIT 1), '') AS named_name,
	coalesce((SELECT n.decided_by FROM steward_naming n
		WHERE n.event = r.event AND n.person = r.person AND n.state = 'confirmed'
		ORDER BY n.id DESC LIMIT 1), '') AS confirmed_name
FROM role r JOIN person p ON p.id = r.person
WHERE r.event = :event AND r.role = 'steward' ORDER BY r.since, p.id;
