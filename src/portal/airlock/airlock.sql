-- The airlock: requests, their files, findings, votes, sights.

-- name: airlock_by_id
-- row: airlock_row
-- kind: one
-- in: id int
-- absent: There is no such request.
SELECT q.id, q.event, q.team, q.author, q.number, q.version, q.state, q.resume, q.needed, q.job,
	q.population, q.variables, q.relation, q.controls, q.problem, q.made, q.since,
	t.number AS team_number, t.name AS team_name, t.project, p.name AS author_name
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person p ON p.id = q.author
WHERE q.id = :id;

-- name: airlock_by_number
-- row: airlock_row
-- kind: one
-- in: team int, number int
-- absent: There is no such request of this team.
SELECT q.id, q.event, q.team, q.author, q.number, q.version, q.state, q.resume, q.needed, q.job,
	q.population, q.variables, q.relation, q.controls, q.problem, q.made, q.since,
	t.number AS team_number, t.name AS team_name, t.project, p.name AS author_name
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person p ON p.id = q.author
WHERE q.team = :team AND q.number = :number;

-- name: airlock_by_job
-- row: airlock_row
-- kind: one
-- in: job int
-- The request whose newest job this is.
SELECT q.id, q.event, q.team, q.author, q.number, q.version, q.state, q.resume, q.needed, q.job,
	q.population, q.variables, q.relation, q.controls, q.problem, q.made, q.since,
	t.number AS team_number, t.name AS team_name, t.project, p.name AS author_name
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person p ON p.id = q.author
WHERE q.job = :job AND q.job > 0;

-- name: airlock_open_of
-- row: airlock_row
-- kind: one
-- in: team int, author int
-- The request that this member has under way.
SELECT q.id, q.event, q.team, q.author, q.number, q.version, q.state, q.resume, q.needed, q.job,
	q.population, q.variables, q.relation, q.controls, q.problem, q.made, q.since,
	t.number AS team_number, t.name AS team_name, t.project, p.name AS author_name
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person p ON p.id = q.author
WHERE q.team = :team AND q.author = :author
	AND q.state NOT IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined');

-- name: airlock_newest_of
-- row: airlock_row
-- kind: one
-- in: team int, author int
-- absent: You have asked for nothing yet.
SELECT q.id, q.event, q.team, q.author, q.number, q.version, q.state, q.resume, q.needed, q.job,
	q.population, q.variables, q.relation, q.controls, q.problem, q.made, q.since,
	t.number AS team_number, t.name AS team_name, t.project, p.name AS author_name
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person p ON p.id = q.author
WHERE q.team = :team AND q.author = :author ORDER BY q.id DESC LIMIT 1;

-- name: airlock_of_team
-- row: airlock_row
-- kind: many
-- in: team int
SELECT q.id, q.event, q.team, q.author, q.number, q.version, q.state, q.resume, q.needed, q.job,
	q.population, q.variables, q.relation, q.controls, q.problem, q.made, q.since,
	t.number AS team_number, t.name AS team_name, t.project, p.name AS author_name
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person p ON p.id = q.author
WHERE q.team = :team ORDER BY q.id DESC;

-- name: airlock_add
-- kind: exec
-- in: event int, team int, author int, now time
-- conflict: You have a request under way already.
INSERT INTO airlock_request (event, team, author, number, made, since)
VALUES (:event, :team, :author,
	(SELECT coalesce(max(number), 0) + 1 FROM airlock_request WHERE event = :event), :now, :now);

-- name: airlock_move
-- kind: exec
-- in: id int, from_state text, to_state text, resume text, problem text, now time
UPDATE airlock_request SET state = :to_state, resume = :resume, problem = :problem,
	since = CASE WHEN :from_state = :to_state THEN since ELSE :now END
WHERE id = :id AND state = :from_state;

-- name: airlock_sealed
-- kind: exec
-- in: id int, needed int
UPDATE airlock_request SET version = version + 1, needed = :needed WHERE id = :id;

-- name: airlock_raise
-- kind: exec
-- in: id int, needed int
-- Never fewer than before.
UPDATE airlock_request SET needed = max(needed, :needed) WHERE id = :id;

-- name: airlock_set_job
-- kind: exec
-- in: id int, job int
UPDATE airlock_request SET job = :job WHERE id = :id;

-- name: airlock_job_open
-- kind: one
-- in: job int
-- out: n int
SELECT count(*) AS n FROM job WHERE id = :job AND state IN ('queued', 'running')
	AND stopped_by = '';

-- name: airlock_job_superseded
-- kind: exec
-- in: job int
-- A check that has not begun need not: the next one looks at everything that is there then.
UPDATE job SET stopped_by = 'the next check' WHERE id = :job AND kind = 'check'
	AND state = 'queued' AND stopped_by = '';

-- name: airlock_set_context
-- kind: exec
-- in: id int, population text, variables text, relation text, controls text
UPDATE airlock_request SET population = :population, variables = :variables, relation = :relation,
	controls = :controls WHERE id = :id;

-- name: airlock_file_list
-- row: airlock_file_row
-- kind: many
-- in: request int
SELECT id, request, name, role, spool, bytes, hash, kind, verdict, clean_bytes, clean_hash, reason,
	added
FROM airlock_file WHERE request = :request AND gone IS NULL ORDER BY role = 'output' DESC, id;

-- name: airlock_file_by_id
-- row: airlock_file_row
-- kind: one
-- in: request int, id int
-- absent: There is no such file in this request.
SELECT id, request, name, role, spool, bytes, hash, kind, verdict, clean_bytes, clean_hash, reason,
	added
FROM airlock_file WHERE request = :request AND id = :id AND gone IS NULL;

-- name: airlock_file_add
-- kind: exec
-- in: request int, name text, role text, spool int, bytes int, hash text, now time
-- conflict: This file was handed in already.
INSERT INTO airlock_file (request, name, role, spool, bytes, hash, added)
VALUES (:request, :name, :role, :spool, :bytes, :hash, :now);

-- name: airlock_file_gone
-- kind: exec
-- in: id int, now time
UPDATE airlock_file SET gone = :now WHERE id = :id AND gone IS NULL;

-- name: airlock_file_reason
-- kind: exec
-- in: id int, reason text
UPDATE airlock_file SET reason = :reason WHERE id = :id;

-- name: airlock_file_checked
-- kind: exec
-- in: id int, kind text, verdict text, clean_bytes int, clean_hash text
UPDATE airlock_file SET kind = :kind, verdict = :verdict, clean_bytes = :clean_bytes,
	clean_hash = :clean_hash WHERE id = :id;

-- name: airlock_files_of_day
-- kind: one
-- in: team int, since time
-- out: n int
SELECT count(*) AS n FROM airlock_file f JOIN airlock_request q ON q.id = f.request
WHERE q.team = :team AND f.added >= :since;

-- name: airlock_finding_add
-- kind: exec
-- in: file int, check_name text, severity text, sentence text, places text
INSERT INTO airlock_finding (file, check_name, severity, sentence, places)
VALUES (:file, :check_name, :severity, :sentence, :places);

-- name: airlock_finding_clear
-- kind: exec
-- in: file int
DELETE FROM airlock_finding WHERE file = :file;

-- name: airlock_finding_list
-- row: airlock_finding_row
-- kind: many
-- in: request int
SELECT x.id, x.file, x.check_name, x.severity, x.sentence, x.places FROM airlock_finding x
JOIN airlock_file f ON f.id = x.file
WHERE f.request = :request AND f.gone IS NULL
ORDER BY x.severity = 'fail' DESC, x.severity = 'review' DESC, x.id;

-- name: airlock_evidence_set
-- kind: exec
-- in: file int, fewest int, shown int, small int, close int, other int, of_file bool, of_rows bool
INSERT OR REPLACE INTO airlock_evidence (file, fewest, shown, small, close, other, of_file, of_rows)
VALUES (:file, :fewest, :shown, :small, :close, :other, :of_file, :of_rows);

-- name: airlock_evidence_clear
-- kind: exec
-- in: file int
DELETE FROM airlock_evidence WHERE file = :file;

-- name: airlock_evidence_list
-- row: airlock_evidence_row
-- kind: many
-- in: request int
SELECT v.file, v.fewest, v.shown, v.small, v.close, v.other, v.of_file, v.of_rows
FROM airlock_evidence v JOIN airlock_file f ON f.id = v.file
WHERE f.request = :request AND f.gone IS NULL;

-- name: airlock_earlier
-- kind: many
-- in: event int
-- What was handed out in this event, whether or not it was taken back later.
SELECT f.id FROM airlock_file f JOIN airlock_request q ON q.id = f.request
WHERE q.event = :event AND q.state IN ('released', 'revoked') AND f.role = 'output'
	AND f.gone IS NULL ORDER BY f.id;

-- name: airlock_eligible
-- kind: one
-- in: team int, but int
-- out: n int
-- Who may vote, but for those who voted on the present version of a request, which 0 is not.
SELECT count(*) AS n FROM airlock_reviewer r WHERE r.team = :team AND NOT EXISTS
	(SELECT 1 FROM airlock_voice w WHERE w.request = :but AND w.reviewer = r.person);

-- name: airlock_belongs
-- kind: one
-- in: team int, person int
-- out: n int
-- Was this person ever a member of the team, or is its mentor?
SELECT (SELECT count(*) FROM member WHERE team = :team AND person = :person)
	+ (SELECT count(*) FROM mentor WHERE team = :team AND person = :person) AS n;

-- name: airlock_rule_of
-- kind: one
-- in: event int
SELECT reviewers, idle_hours, models FROM airlock_rule WHERE event = :event;

-- name: airlock_rule_set
-- kind: exec
-- in: event int, reviewers int, idle_hours int, models bool
INSERT INTO airlock_rule (event, reviewers, idle_hours, models)
VALUES (:event, :reviewers, :idle_hours, :models)
ON CONFLICT (event) DO UPDATE SET reviewers = excluded.reviewers, idle_hours = excluded.idle_hours,
	models = excluded.models;

-- name: airlock_vote_set
-- kind: exec
-- in: file int, reviewer int, digest text, verdict text, now time
INSERT INTO airlock_vote (file, reviewer, digest, verdict, at)
VALUES (:file, :reviewer, :digest, :verdict, :now)
ON CONFLICT (file, reviewer) DO UPDATE SET digest = excluded.digest, verdict = excluded.verdict,
	at = excluded.at;

-- name: airlock_review_set
-- kind: exec
-- in: request int, version int, reviewer int, comment text, now time
INSERT INTO airlock_review (request, version, reviewer, comment, at)
VALUES (:request, :version, :reviewer, :comment, :now)
ON CONFLICT (request, version, reviewer) DO UPDATE SET comment = excluded.comment, at = excluded.at;

-- name: airlock_reviews
-- kind: many
-- in: request int
-- out: approve int, mend int, reject int
-- Who is done with the present version, and their words on the outputs as those are now.
SELECT w.reviewer, w.comment, w.at, p.name,
	(SELECT count(*) FROM airlock_vote v JOIN airlock_file f ON f.id = v.file
		WHERE f.request = q.id AND f.gone IS NULL AND f.role = 'output' AND v.reviewer = w.reviewer
			AND v.digest = f.clean_hash AND v.verdict = 'approve') AS approve,
	(SELECT count(*) FROM airlock_vote v JOIN airlock_file f ON f.id = v.file
		WHERE f.request = q.id AND f.gone IS NULL AND f.role = 'output' AND v.reviewer = w.reviewer
			AND v.digest = f.clean_hash AND v.verdict = 'return') AS mend,
	(SELECT count(*) FROM airlock_vote v JOIN airlock_file f ON f.id = v.file
		WHERE f.request = q.id AND f.gone IS NULL AND f.role = 'output' AND v.reviewer = w.reviewer
			AND v.digest = f.clean_hash AND v.verdict = 'reject') AS reject
FROM airlock_voice w JOIN airlock_request q ON q.id = w.request
JOIN person p ON p.id = w.reviewer
WHERE q.id = :request ORDER BY w.at, w.reviewer;

-- name: airlock_vote_of
-- kind: one
-- in: file int, reviewer int, digest text
SELECT verdict, at FROM airlock_vote
WHERE file = :file AND reviewer = :reviewer AND digest = :digest;

-- name: airlock_sight_add
-- kind: exec
-- in: token blob, file int, digest text, person int, session int, expires time
INSERT INTO airlock_sight (token, file, digest, person, session, expires)
VALUES (:token, :file, :digest, :person, :session, :expires);

-- name: airlock_sight_live
-- kind: one
-- in: token blob, now time
SELECT s.id, s.file, s.person, s.digest, s.session, p.name AS person_name, f.request, f.name AS file_name
FROM airlock_sight s JOIN person p ON p.id = s.person JOIN airlock_file f ON f.id = s.file
JOIN session n ON n.id = s.session AND n.ended IS NULL AND n.expires > :now
WHERE s.token = :token AND s.used IS NULL AND s.expires > :now;

-- name: airlock_sight_use
-- kind: exec
-- in: id int, now time
UPDATE airlock_sight SET used = :now WHERE id = :id AND used IS NULL;

-- name: airlock_seen
-- kind: one
-- in: file int, person int, digest text
-- out: n int
SELECT count(*) AS n FROM airlock_sight
WHERE file = :file AND person = :person AND digest = :digest AND used IS NOT NULL;

-- name: airlock_queue
-- kind: many
-- in: event int, person int
-- out: outputs int, reviews int, mine bool, belongs bool, others int, eligible int
-- Every request that was ever sealed: what waits first, the oldest before. Eligible are all stewards who
-- may vote on it, the others are those of them who have not.
SELECT q.id, q.number, q.state, q.since, q.needed, q.version, q.author, t.number AS team_number,
	t.name AS team_name, a.name AS author_name, j.title AS project,
	(SELECT count(*) FROM airlock_file f WHERE f.request = q.id AND f.gone IS NULL
		AND f.role = 'output') AS outputs,
	(SELECT count(*) FROM airlock_voice w WHERE w.request = q.id) AS reviews,
	EXISTS (SELECT 1 FROM airlock_voice w WHERE w.request = q.id AND w.reviewer = :person)
		AS mine,
	EXISTS (SELECT 1 FROM member m WHERE m.team = q.team AND m.person = :person)
		OR EXISTS (SELECT 1 FROM mentor x WHERE x.team = q.team AND x.person = :person) AS belongs,
	(SELECT count(*) FROM airlock_reviewer r WHERE r.team = q.team AND NOT EXISTS
		(SELECT 1 FROM airlock_voice w WHERE w.request = q.id AND w.reviewer = r.person))
		AS others,
	(SELECT count(*) FROM airlock_reviewer r WHERE r.team = q.team) AS eligible
FROM airlock_request q JOIN team t ON t.id = q.team JOIN person a ON a.id = q.author
JOIN project j ON j.id = t.project
WHERE q.event = :event AND q.version > 0
ORDER BY q.state IN ('in review', 'failed') DESC, CASE WHEN q.state IN ('in review', 'failed')
	THEN q.since ELSE -q.since END;

-- name: airlock_waiting
-- kind: one
-- in: event int, person int
-- out: n int, oldest time
-- Requests that wait for this steward's word, but for those on which the reviewers differ.
SELECT count(*) AS n, coalesce(min(q.since), 0) AS oldest FROM airlock_request q
WHERE q.event = :event AND q.state = 'in review'
	AND (SELECT count(*) FROM airlock_voice w WHERE w.request = q.id) < q.needed
	AND NOT EXISTS (SELECT 1 FROM airlock_voice w WHERE w.request = q.id
		AND w.reviewer = :person)
	AND NOT EXISTS (SELECT 1 FROM member m WHERE m.team = q.team AND m.person = :person)
	AND NOT EXISTS (SELECT 1 FROM mentor x WHERE x.team = q.team AND x.person = :person);

-- name: airlock_phase
-- kind: one
-- in: event int
SELECT phase FROM event WHERE id = :event;

-- name: airlock_team
-- kind: one
-- in: team int
SELECT number, name FROM team WHERE id = :team;

-- name: airlock_table_data
-- kind: one
-- in: ws int
-- The data that a workspace has now.
SELECT r.id AS release, r.stage FROM workspace w JOIN release r ON r.id = w.release
WHERE w.id = :ws AND w.state = 'open';

-- name: airlock_tables_under_way
-- kind: one
-- in: team int, event int
-- out: n int
SELECT count(*) AS n FROM job WHERE kind = 'table' AND event = :event
	AND state IN ('queued', 'running') AND json_extract(spec, '$.team') = :team;

-- name: airlock_table_job
-- kind: one
-- in: job int
-- absent: There is no such job.
SELECT state, error, result FROM job WHERE id = :job AND kind = 'table';
