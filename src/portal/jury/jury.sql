-- What teams hand in, and how it is judged.

-- name: presentation_of
-- kind: one
-- in: team int
SELECT * FROM presentation WHERE team = :team;

-- name: presentation_save
-- kind: exec
-- in: team int, title text, problem text, methods text, results text, impact text, now time
INSERT INTO presentation (team, title, problem, methods, results, impact, saved)
VALUES (:team, :title, :problem, :methods, :results, :impact, :now)
ON CONFLICT (team) DO UPDATE SET title = excluded.title, problem = excluded.problem,
	methods = excluded.methods, results = excluded.results, impact = excluded.impact,
	saved = excluded.saved;

-- name: presentation_set_pdf
-- kind: exec
-- in: team int, pdf text, pdf_name text, pdf_bytes int
UPDATE presentation SET pdf = :pdf, pdf_name = :pdf_name, pdf_bytes = :pdf_bytes WHERE team = :team;

-- name: presentation_has
-- kind: one
-- in: pdf text
-- out: n int
SELECT count(*) AS n FROM presentation WHERE pdf = :pdf;

-- name: presentation_hand_in
-- kind: exec
-- in: team int, now time
UPDATE presentation SET handed_in = :now WHERE team = :team;

-- name: presentation_team
-- kind: one
-- in: team int
SELECT t.number, t.name, p.title AS project FROM team t JOIN project p ON p.id = t.project
WHERE t.id = :team;

-- name: round_list
-- kind: many
-- in: event int
SELECT id, name, state, opened, closed FROM round WHERE event = :event ORDER BY id;

-- name: round_by_name
-- kind: one
-- in: event int, name text
SELECT id, name, state, opened, closed FROM round WHERE event = :event AND name = :name;

-- name: round_open_now
-- kind: one
-- in: event int
SELECT id, name, state FROM round WHERE event = :event AND state = 'open' ORDER BY id DESC LIMIT 1;

-- name: round_add
-- kind: exec
-- in: event int, name text, now time
-- conflict: That round was opened already.
INSERT INTO round (event, name, opened) VALUES (:event, :name, :now);

-- name: round_close
-- kind: exec
-- in: id int, now time
UPDATE round SET state = 'closed', closed = :now WHERE id = :id AND state = 'open';

-- name: jury_teams
-- kind: many
-- in: event int, round text
-- The teams of a round: who handed in, or for the final the shortlist.
SELECT t.id, t.number, t.name, p.title AS project, h.title, h.problem, h.methods, h.results, h.impact,
	h.pdf, h.pdf_bytes
FROM team t JOIN project p ON p.id = t.project JOIN presentation h ON h.team = t.id
WHERE t.event = :event AND h.handed_in IS NOT NULL AND (:round = 'first' OR EXISTS
	(SELECT 1 FROM place c JOIN round f ON f.id = c.round
	WHERE f.event = :event AND f.name = 'first' AND c.team = t.id AND c.place <= 3))
ORDER BY t.number;

-- name: jury_jurors
-- kind: many
-- in: event int
SELECT r.person, p.name, r.about FROM role r JOIN person p ON p.id = r.person
WHERE r.event = :event AND r.role = 'juror' ORDER BY r.person;

-- name: jury_scores
-- kind: many
-- in: round int
SELECT juror, team, creativity, practicality, impact, saved FROM jury_score WHERE round = :round;

-- name: jury_recusals
-- kind: many
-- in: round int
SELECT juror, team, reason FROM recusal WHERE round = :round;

-- name: jury_score_of
-- kind: one
-- in: round int, juror int, team int
SELECT creativity, practicality, impact, comment, saved FROM jury_score
WHERE round = :round AND juror = :juror AND team = :team;

-- name: jury_recusal_of
-- kind: one
-- in: round int, juror int, team int
SELECT reason FROM recusal WHERE round = :round AND juror = :juror AND team = :team;

-- name: jury_score_put
-- kind: exec
-- in: round int, juror int, team int, creativity int, practicality int, impact int, comment text, now time
INSERT INTO jury_score (round, juror, team, creativity, practicality, impact, comment, saved)
VALUES (:round, :juror, :team, :creativity, :practicality, :impact, :comment, :now)
ON CONFLICT (round, juror, team) DO UPDATE SET creativity = excluded.creativity,
	practicality = excluded.practicality, impact = excluded.impact, comment = excluded.comment,
	saved = excluded.saved;

-- name: jury_score_drop
-- kind: exec
-- in: round int, juror int, team int
DELETE FROM jury_score WHERE round = :round AND juror = :juror AND team = :team;

-- name: jury_recusal_put
-- kind: exec
-- in: round int, juror int, team int, reason text
INSERT INTO recusal (round, juror, team, reason) VALUES (:round, :juror, :team, :reason)
ON CONFLICT (round, juror, team) DO UPDATE SET reason = excluded.reason;

-- name: jury_recusal_drop
-- kind: exec
-- in: round int, juror int, team int
DELETE FROM recusal WHERE round = :round AND juror = :juror AND team = :team;

-- name: jury_conflict
-- kind: one
-- in: juror int, team int
-- out: n int
-- Is the juror a member, a mentor or the project's lead of the team?
SELECT (SELECT count(*) FROM member WHERE team = :team AND person = :juror)
	+ (SELECT count(*) FROM mentor WHERE team = :team AND person = :juror)
	+ (SELECT count(*) FROM team t JOIN project p ON p.id = t.project
		WHERE t.id = :team AND p.lead = :juror) AS n;

-- name: place_put
-- kind: exec
-- in: round int, team int, place int, mean real, adjusted real, unclear bool
INSERT INTO place (round, team, place, mean, adjusted, unclear)
VALUES (:round, :team, :place, :mean, :adjusted, :unclear);

-- name: place_list
-- kind: many
-- in: round int
SELECT c.place, c.mean, c.adjusted, c.unclear, t.number, t.name, p.title AS project
FROM place c JOIN team t ON t.id = c.team JOIN project p ON p.id = t.project
WHERE c.round = :round ORDER BY c.place, t.number;
