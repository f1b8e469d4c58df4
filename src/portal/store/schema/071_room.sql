-- A workspace with what its data and its archive say of it: all that decides what the keeper does next.
CREATE VIEW room_row AS
SELECT w.id, w.team, w.want, w.state, w.stage, w.release, w.changed, w.memory_mb, w.cpus, w.problem,
	w.sealed, w.ending, t.number, t.event, p.ethics_expires,
	(SELECT max(r.id) FROM release r WHERE r.project = p.id AND r.stage = 'sample'
		AND r.state = 'ready') AS sample_release,
	(SELECT max(r.id) FROM release r WHERE r.project = p.id AND r.stage = 'full'
		AND r.state = 'ready') AS full_release,
	(SELECT max(r.id) FROM release r WHERE r.project = p.id AND r.stage = 'simulated'
		AND r.state = 'ready') AS simulated_release,
	EXISTS (SELECT 1 FROM release r WHERE r.id = w.release AND r.state <> 'ready') AS revoked,
	w.id IN (SELECT workspace FROM archive_due) AS archive_due,
	coalesce((SELECT CASE a.state WHEN 'done' THEN '' ELSE 'an older ' END || 'archive of BLAKE2b '
		|| a.hash || CASE a.trial WHEN 'good' THEN ', opened on trial' ELSE ', never opened' END
		FROM archive a WHERE a.workspace = w.id AND a.hash <> ''), '') AS archive
FROM workspace w JOIN team t ON t.id = w.team JOIN project p ON p.id = t.project;
