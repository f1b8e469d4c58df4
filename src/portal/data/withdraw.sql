-- Patients who objected: when, never who.

-- name: withdraw_list
-- kind: many
-- in: project int
-- out: unreached text
SELECT j.id, j.state, j.error, j.created, j.ended, s.at AS signed_at,
	coalesce((SELECT group_concat(t.value, ', ') FROM json_each(
		CASE WHEN json_valid(j.result) THEN j.result ELSE '{}' END, '$.withdrawn.unreached') t),
		'') AS unreached
FROM job j LEFT JOIN signoff s ON s.job = j.id
WHERE j.project = :project AND j.kind = 'withdraw' ORDER BY j.id DESC;

-- name: withdraw_rooms
-- kind: one
-- in: project int
-- out: n int
-- Workspaces that hold an image of this project now.
SELECT count(*) AS n FROM workspace w JOIN release r ON r.id = w.release
WHERE r.project = :project AND w.state IN ('open', 'opening');
