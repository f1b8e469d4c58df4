-- Workspaces: who may enter, tickets, and what the pages show.

-- name: admission_facts
-- row: admission_facts_row
-- kind: one
-- in: ws int, person int, session int, now time
-- out: participant bool, signed_it bool, all_sealed bool
-- absent: There is no such workspace.
-- Everything that decides whether a person may be in a workspace now.
SELECT w.want, w.state, w.stage, t.id AS team, t.number, e.id AS event, e.name AS event_name, e.phase,
	m.slot, m.person AS member, s.id AS session, s.expires, a.id AS agreement,
	EXISTS (SELECT 1 FROM role r WHERE r.event = e.id AND r.person = :person
		AND r.role = 'participant') AS participant,
	EXISTS (SELECT 1 FROM signature g WHERE g.agreement = a.id AND g.person = :person)
		AS signed_it,
	EXISTS (SELECT 1 FROM event_seal x WHERE x.event = e.id) AS all_sealed
FROM workspace w
JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event
LEFT JOIN member m ON m.team = t.id AND m.person = :person AND m.gone IS NULL
LEFT JOIN session s ON s.id = :session AND s.person = :person AND s.ended IS NULL
	AND s.expires > :now
LEFT JOIN agreement a ON a.event = e.id
	AND a.version = (SELECT max(version) FROM agreement WHERE event = e.id)
WHERE w.id = :ws;

-- name: ticket_add
-- kind: exec
-- in: token blob, ws int, person int, session int, expires time
INSERT INTO ticket (token, workspace, person, session, expires)
VALUES (:token, :ws, :person, :session, :expires);

-- name: ticket_live
-- kind: one
-- in: token blob, ws int, now time
SELECT k.id, k.person, k.session, p.name FROM ticket k JOIN person p ON p.id = k.person
WHERE k.token = :token AND k.workspace = :ws AND k.used IS NULL AND k.expires > :now;

-- name: ticket_use
-- kind: exec
-- in: id int, now time
UPDATE ticket SET used = :now WHERE id = :id AND used IS NULL;

-- name: workspace_add_missing
-- kind: exec
-- in: event int, want text
INSERT INTO workspace (team, want)
SELECT t.id, :want FROM team t
WHERE t.event = :event AND NOT EXISTS (SELECT 1 FROM workspace w WHERE w.team = t.id);

-- name: workspace_set_want_all
-- kind: exec
-- in: event int, want text
UPDATE workspace SET want = :want, problem = ''
WHERE want <> 'destroyed' AND team IN (SELECT id FROM team WHERE event = :event);

-- name: workspace_set_want
-- kind: exec
-- in: id int, want text
UPDATE workspace SET want = :want, changed = 1, problem = ''
WHERE id = :id AND want <> 'destroyed';

-- name: workspace_set_changed
-- kind: exec
-- in: team int
UPDATE workspace SET changed = 1 WHERE team = :team;

-- name: workspace_tell_again
-- kind: exec
-- in: id int
UPDATE workspace SET changed = 1 WHERE id = :id;

-- name: workspace_open_in
-- kind: many
-- in: event int
SELECT w.id, w.want FROM workspace w JOIN team t ON t.id = w.team
WHERE t.event = :event AND w.state IN ('open', 'opening');

-- name: workspace_of_team
-- kind: one
-- in: team int
-- absent: This team has no workspace yet.
SELECT w.id, w.want, w.state, w.stage, w.problem, w.opened, w.open_ms, w.destroyed,
	w.destroyed_bytes, t.number, t.name AS team_name, p.title AS project,
	p.patients, p.sample_patients, p.hidden_patients,
	r.hash AS release_hash, r.bytes AS release_bytes, r.made AS release_made
FROM workspace w JOIN team t ON t.id = w.team JOIN project p ON p.id = t.project
LEFT JOIN release r ON r.id = w.release
WHERE w.team = :team;

-- name: workspace_list
-- kind: many
-- in: event int
-- out: members int
SELECT w.id, w.want, w.state, w.stage, w.problem, w.opened, w.open_ms, t.number, t.name AS team_name,
	p.title AS project,
	(SELECT count(*) FROM member m WHERE m.team = t.id AND m.gone IS NULL) AS members
FROM workspace w JOIN team t ON t.id = w.team JOIN project p ON p.id = t.project
WHERE t.event = :event ORDER BY t.number;

-- name: workspace_in_event
-- kind: one
-- in: id int, event int
-- absent: There is no such workspace in this event.
SELECT w.id, w.state, w.want, t.number, t.name AS team_name
FROM workspace w JOIN team t ON t.id = w.team
WHERE w.id = :id AND t.event = :event;

-- name: workspace_place
-- kind: one
-- in: id int
-- absent: There is no such workspace.
-- Where the page of a workspace is.
SELECT w.id, t.number, e.slug FROM workspace w JOIN team t ON t.id = w.team
JOIN event e ON e.id = t.event WHERE w.id = :id;

-- name: event_seal_add
-- kind: exec
-- in: event int, now time, person int, reason text
-- conflict: Everything is sealed already.
INSERT INTO event_seal (event, since, person, reason) VALUES (:event, :now, :person, :reason);

-- name: event_seal_remove
-- kind: exec
-- in: event int
DELETE FROM event_seal WHERE event = :event;

-- name: event_seal_of
-- kind: one
-- in: event int
SELECT s.since, s.reason, p.name FROM event_seal s JOIN person p ON p.id = s.person
WHERE s.event = :event;

-- name: ticket_use_all
-- kind: exec
-- in: event int, now time
UPDATE ticket SET used = :now WHERE used IS NULL AND workspace IN
	(SELECT w.id FROM workspace w JOIN team t ON t.id = w.team WHERE t.event = :event);
