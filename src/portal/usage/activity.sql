-- Who did what, and what went to whose screen.

-- name: carried_put
-- kind: exec
-- in: workspace int, person int, part time, bytes int, pixels int, requests int
INSERT INTO carried (workspace, person, part, bytes, pixels, requests)
VALUES (:workspace, :person, :part, :bytes, :pixels, :requests)
ON CONFLICT (workspace, person, part) DO UPDATE SET bytes = bytes + excluded.bytes,
	pixels = pixels + excluded.pixels, requests = requests + excluded.requests;

-- name: carried_since
-- kind: one
-- in: workspace int, person int, since time
-- out: bytes int, pixels int
SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(sum(pixels), 0) AS pixels FROM carried
WHERE workspace = :workspace AND person = :person AND part > :since;

-- name: carried_who
-- kind: one
-- in: workspace int, person int
-- absent: There is no such workspace or person.
SELECT t.event, t.number, p.name FROM workspace w JOIN team t ON t.id = w.team
JOIN person p ON p.id = :person WHERE w.id = :workspace;

-- name: carried_list
-- kind: many
-- in: event int, team int, person text, hour time, day time
-- out: hour_bytes int, day_bytes int, bytes int, hour_pixels int, pixels int, requests int
-- Each member of each team; team 0 and an empty person mean all.
SELECT p.name, t.number, t.name AS team_name,
	coalesce(sum(CASE WHEN c.part > :hour THEN c.bytes END), 0) AS hour_bytes,
	coalesce(sum(CASE WHEN c.part > :day THEN c.bytes END), 0) AS day_bytes,
	coalesce(sum(c.bytes), 0) AS bytes,
	coalesce(sum(CASE WHEN c.part > :hour THEN c.pixels END), 0) AS hour_pixels,
	coalesce(sum(c.pixels), 0) AS pixels, coalesce(sum(c.requests), 0) AS requests
FROM carried c JOIN workspace w ON w.id = c.workspace JOIN team t ON t.id = w.team
JOIN person p ON p.id = c.person
WHERE t.event = :event AND (:team = 0 OR t.number = :team)
	AND (:person = '' OR instr(lower(p.name), lower(:person)) > 0)
GROUP BY c.workspace, c.person ORDER BY 4 DESC, 6 DESC, p.name;

-- name: budget_of
-- kind: one
-- in: event int
SELECT bytes_mb, pixels_mb FROM event_budget WHERE event = :event;

-- name: budget_put
-- kind: exec
-- in: event int, bytes_mb int, pixels_mb int
INSERT INTO event_budget (event, bytes_mb, pixels_mb) VALUES (:event, :bytes_mb, :pixels_mb)
ON CONFLICT (event) DO UPDATE SET bytes_mb = excluded.bytes_mb, pixels_mb = excluded.pixels_mb;

-- name: activity_page
-- kind: many
-- in: event int, before int, kind text, person text, team int, after time, until time, words text, count int
-- out: kind text
-- Newest first: the event's entries, and what its people did on the server, such as signing in.
-- Empty texts and 0 filter nothing. A team: who is or was in it, and what names it.
SELECT * FROM (
SELECT a.n, a.at, a.actor, a.actor_name, a.action, a.object, a.detail,
	CASE
	WHEN a.action LIKE 'sign-%' OR a.action LIKE 'password%' THEN 'sign-ins'
	WHEN a.action LIKE 'workspace%' OR a.action LIKE 'everything%'
		OR a.action IN ('command run in a workspace', 'memory ran out', 'too many processes',
			'disk full') THEN 'workspaces'
	WHEN a.action LIKE 'resource%' THEN 'resources'
	WHEN a.action LIKE 'airlock%' THEN 'airlock'
	WHEN a.action LIKE '%budget%' THEN 'budget'
	WHEN a.action LIKE 'package%' THEN 'packages'
	WHEN a.action LIKE 'recipe%' OR a.action LIKE 'release%' OR a.action LIKE 'import%'
		OR a.action LIKE 'data%' OR a.action LIKE 'inbox%' OR a.action LIKE 'key%'
		OR a.action LIKE 'patient%' THEN 'data'
	WHEN a.action LIKE 'jur%' OR a.action LIKE 'presentation%'
		OR a.action = 'team scored' THEN 'jury'
	WHEN a.action LIKE 'role%' OR a.action LIKE 'steward%' OR a.action LIKE 'person%' OR a.action LIKE 'team%'
		OR a.action LIKE 'mentor%' OR a.action LIKE 'appl%' OR a.action LIKE 'agreement%'
		OR a.action LIKE 'offer%' THEN 'people'
	ELSE 'event' END AS kind
FROM audit a
WHERE a.n < :before
	AND (a.event = :event OR (a.event = 0 AND a.actor IN
		(SELECT person FROM role WHERE event = :event
		UNION SELECT m.person FROM member m JOIN team t ON t.id = m.team
			WHERE t.event = :event)))
	AND (:person = '' OR instr(lower(a.actor_name), lower(:person)) > 0)
	AND (:team = 0 OR instr(a.object || ' ', 'team ' || :team || ' ') > 0
		OR a.actor IN (SELECT m.person FROM member m JOIN team t ON t.id = m.team
			WHERE t.event = :event AND t.number = :team))
	AND (:after = 0 OR a.at >= :after) AND (:until = 0 OR a.at < :until)
	AND (:words = '' OR instr(lower(a.action || ' ' || a.object || ' ' || a.detail),
		lower(:words)) > 0)
) WHERE :kind = '' OR kind = :kind
ORDER BY n DESC LIMIT :count;

-- name: activity_teams
-- kind: many
-- in: event int
SELECT number, name FROM team WHERE event = :event ORDER BY number;
