-- What workspaces use, what they ran out of, and what teams ask for.

-- name: usage_rooms
-- kind: many
-- in: event int?
-- Open workspaces and what the newest look saw; event NULL means all.
SELECT w.id, w.opened, t.event, t.number, s.opened AS seen_opened, s.at, s.cpu_us, s.oom_kills,
	s.fork_fails, s.full
FROM workspace w JOIN team t ON t.id = w.team LEFT JOIN usage_seen s ON s.workspace = w.id
WHERE w.state = 'open' AND (:event IS NULL OR t.event = :event);

-- name: usage_put
-- kind: exec
-- in: workspace int, minute time, cpu_milli int, memory int, disk int, processes int
INSERT INTO usage_sample (workspace, minute, cpu_milli, memory, disk, processes)
VALUES (:workspace, :minute, :cpu_milli, :memory, :disk, :processes)
ON CONFLICT (workspace, minute) DO UPDATE SET cpu_milli = max(cpu_milli, excluded.cpu_milli),
	memory = max(memory, excluded.memory), disk = excluded.disk,
	processes = max(processes, excluded.processes);

-- name: usage_saw
-- kind: exec
-- in: workspace int, opened time, at time, cpu_us int, oom_kills int, fork_fails int, full bool
INSERT INTO usage_seen (workspace, opened, at, cpu_us, oom_kills, fork_fails, full)
VALUES (:workspace, :opened, :at, :cpu_us, :oom_kills, :fork_fails, :full)
ON CONFLICT (workspace) DO UPDATE SET opened = excluded.opened, at = excluded.at,
	cpu_us = excluded.cpu_us, oom_kills = excluded.oom_kills,
	fork_fails = excluded.fork_fails, full = excluded.full;

-- name: usage_prune
-- kind: exec
-- in: before time
DELETE FROM usage_sample WHERE minute < :before;

-- name: usage_recent
-- kind: many
-- in: workspace int, since time
SELECT minute, cpu_milli, memory, disk, processes FROM usage_sample
WHERE workspace = :workspace AND minute >= :since ORDER BY minute;

-- name: trouble_add
-- kind: exec
-- in: workspace int, at time, kind text, times int
INSERT INTO trouble (workspace, at, kind, times) VALUES (:workspace, :at, :kind, :times);

-- name: trouble_recent
-- kind: many
-- in: workspace int, since time
-- out: at time, times int
-- Each kind once, when it happened last.
SELECT kind, max(at) AS at, sum(times) AS times FROM trouble
WHERE workspace = :workspace AND at >= :since GROUP BY kind ORDER BY 2 DESC;

-- name: usage_beyond
-- kind: many
-- in: except int
-- out: used int
-- Other open workspaces that may use more than the server's default, and what they use.
SELECT w.memory_mb, coalesce((SELECT u.memory FROM usage_sample u WHERE u.workspace = w.id
	ORDER BY u.minute DESC LIMIT 1), 0) AS used
FROM workspace w WHERE w.state = 'open' AND w.memory_mb > 0 AND w.id <> :except;

-- name: resource_room
-- kind: one
-- in: team int
-- absent: This team has no workspace yet.
SELECT w.id, w.memory_mb, w.cpus, w.state, t.number, t.name AS team_name
FROM workspace w JOIN team t ON t.id = w.team WHERE w.team = :team;

-- name: resource_add
-- kind: exec
-- in: team int, person int, now time, memory_mb int, cpus int, reason text
-- conflict: Your team has asked already; an organiser answers that first.
INSERT INTO resource_request (team, person, at, memory_mb, cpus, reason)
VALUES (:team, :person, :now, :memory_mb, :cpus, :reason);

-- name: resource_of_team
-- kind: many
-- in: team int, count int
-- row: resource_row
SELECT r.*, t.number, t.name AS team_name, t.event, p.name AS author, w.id AS workspace,
	w.memory_mb AS now_mb, w.cpus AS now_cpus
FROM resource_request r JOIN team t ON t.id = r.team JOIN person p ON p.id = r.person
JOIN workspace w ON w.team = t.id
WHERE r.team = :team ORDER BY r.id DESC LIMIT :count;

-- name: resource_list
-- kind: many
-- in: event int
-- row: resource_row
-- The open ones first, the oldest of them at the top.
SELECT r.*, t.number, t.name AS team_name, t.event, p.name AS author, w.id AS workspace,
	w.memory_mb AS now_mb, w.cpus AS now_cpus
FROM resource_request r JOIN team t ON t.id = r.team JOIN person p ON p.id = r.person
JOIN workspace w ON w.team = t.id
WHERE t.event = :event ORDER BY r.state = 'open' DESC, CASE r.state WHEN 'open' THEN r.id ELSE -r.id END;

-- name: resource_by_id
-- kind: one
-- in: id int, event int
-- row: resource_row
-- absent: There is no such request in this event.
SELECT r.*, t.number, t.name AS team_name, t.event, p.name AS author, w.id AS workspace,
	w.memory_mb AS now_mb, w.cpus AS now_cpus
FROM resource_request r JOIN team t ON t.id = r.team JOIN person p ON p.id = r.person
JOIN workspace w ON w.team = t.id
WHERE r.id = :id AND t.event = :event;

-- name: resource_decide
-- kind: exec
-- in: id int, state text, now time, decider int, granted_mb int, granted_cpus int, answer text
UPDATE resource_request SET state = :state, decided = :now, decider = :decider,
	granted_mb = :granted_mb, granted_cpus = :granted_cpus, answer = :answer
WHERE id = :id AND state = 'open';

-- name: resource_withdraw
-- kind: exec
-- in: team int, now time
UPDATE resource_request SET state = 'withdrawn', decided = :now
WHERE team = :team AND state = 'open';

-- name: resource_grant
-- kind: exec
-- in: team int, memory_mb int, cpus int
UPDATE workspace SET memory_mb = :memory_mb, cpus = :cpus, changed = 1 WHERE team = :team;
