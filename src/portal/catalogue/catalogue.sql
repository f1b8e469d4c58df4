-- The catalogue of data sets.

-- name: catalogue_entries
-- kind: many
-- in: event int
-- out: issued time
SELECT p.slug, p.title, c.owner, c.licence,
	(SELECT max(s.at) FROM signoff s WHERE s.project = p.id) AS issued
FROM catalogue c JOIN project p ON p.id = c.project
WHERE p.event = :event AND p.state = 'accepted' AND c.shown ORDER BY p.title;

-- name: catalogue_of
-- kind: one
-- in: project int
-- out: issued time
-- absent: This data set is not in the catalogue.
SELECT c.owner, c.contact, c.origin, c.keywords, c.licence, c.licence_url, c.terms, c.citation,
	c.shown, c.changed,
	(SELECT max(s.at) FROM signoff s WHERE s.project = c.project) AS issued
FROM catalogue c WHERE c.project = :project;

-- name: catalogue_put
-- kind: exec
-- in: project int, owner text, contact text, origin text, keywords text, licence text
-- in: licence_url text, terms text, citation text, shown bool, now time
INSERT INTO catalogue (project, owner, contact, origin, keywords, licence, licence_url, terms,
	citation, shown, changed)
VALUES (:project, :owner, :contact, :origin, :keywords, :licence, :licence_url, :terms, :citation,
	:shown, :now)
ON CONFLICT (project) DO UPDATE SET owner = excluded.owner, contact = excluded.contact,
	origin = excluded.origin, keywords = excluded.keywords, licence = excluded.licence,
	licence_url = excluded.licence_url, terms = excluded.terms, citation = excluded.citation,
	shown = excluded.shown, changed = excluded.changed;

-- name: catalogue_files
-- kind: many
-- in: project int
-- The newest signed image of each stage; hidden labels are no data set.
SELECT stage, hash, bytes FROM release r
WHERE project = :project AND state = 'ready' AND stage <> 'hidden' AND id =
	(SELECT max(x.id) FROM release x WHERE x.project = r.project AND x.stage = r.stage
		AND x.state = 'ready')
ORDER BY CASE stage WHEN 'full' THEN 1 WHEN 'sample' THEN 2 ELSE 3 END;

-- name: catalogue_tables
-- kind: many
-- in: project int
-- out: columns int
SELECT t.name, t.rows, (SELECT count(*) FROM data_column c WHERE c.tbl = t.id) AS columns
FROM data_table t WHERE t.project = :project AND t.released = EXISTS
	(SELECT 1 FROM data_table x WHERE x.project = t.project AND x.released) ORDER BY t.id;
