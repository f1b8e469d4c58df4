-- What the test of the airlock looks at beside the room's own statements.

-- name: walk_requests
-- kind: many
SELECT id, state, author, team, number, needed, version FROM airlock_request ORDER BY id;

-- name: walk_last_entry
-- kind: one
-- in: object text
-- The newest entry of the trail about a request that tells of a step.
SELECT n, action, detail FROM audit WHERE object = :object AND detail LIKE '% to %'
ORDER BY n DESC LIMIT 1;

-- name: walk_entries
-- kind: one
-- out: n int
SELECT coalesce(max(n), 0) AS n FROM audit;

-- name: walk_votes_amiss
-- kind: one
-- out: n int
-- Votes of the author, of anybody who ever belonged to the team, or of nobody's steward.
SELECT count(*) AS n FROM airlock_vote v JOIN airlock_file f ON f.id = v.file
JOIN airlock_request q ON q.id = f.request
WHERE v.reviewer = q.author
	OR EXISTS (SELECT 1 FROM member m WHERE m.team = q.team AND m.person = v.reviewer)
	OR EXISTS (SELECT 1 FROM mentor m WHERE m.team = q.team AND m.person = v.reviewer)
	OR NOT EXISTS (SELECT 1 FROM role r WHERE r.event = q.event AND r.person = v.reviewer
		AND r.role = 'steward');

-- name: walk_released_amiss
-- kind: one
-- out: n int
-- Outputs that are out although fewer than the needed reviewers, one at least, approved these bytes.
SELECT count(*) AS n FROM airlock_file f JOIN airlock_request q ON q.id = f.request
WHERE q.state IN ('approved', 'released', 'revoked') AND f.role = 'output' AND f.gone IS NULL
	AND (q.needed < 1 OR (SELECT count(*) FROM airlock_vote v WHERE v.file = f.id
		AND v.verdict = 'approve' AND v.digest = f.clean_hash) < q.needed);

-- name: walk_blind_amiss
-- kind: one
-- out: n int
-- Approvals by somebody who never opened these bytes.
SELECT count(*) AS n FROM airlock_vote v WHERE v.verdict = 'approve' AND NOT EXISTS
	(SELECT 1 FROM airlock_sight s WHERE s.file = v.file AND s.person = v.reviewer
		AND s.digest = v.digest AND s.used IS NOT NULL);

-- name: walk_open_twice
-- kind: one
-- out: n int
SELECT count(*) AS n FROM (SELECT 1 FROM airlock_request
	WHERE state NOT IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined')
	GROUP BY team, author HAVING count(*) > 1);

-- name: walk_phase
-- kind: exec
-- in: phase text
UPDATE event SET phase = :phase;
