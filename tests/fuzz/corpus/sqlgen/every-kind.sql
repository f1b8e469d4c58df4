-- Statements for the store's own tests: every kind, every type.

-- name: team_add
-- kind: exec
-- in: name text, share real, open bool, founded time?, badge blob, motto text, size int?
-- conflict: A team has this name already.
INSERT INTO team (founded, name, share, open, badge, motto, size)
VALUES (:founded, :name, :share, :open, :badge, :motto, :size);

-- name: team_by_name
-- kind: one
-- row: team
-- in: name text
-- absent: There is no such team.
-- The team as it is stored. */ ends no comment.
SELECT id, name, share, open, founded, badge, motto, size FROM team WHERE name = :name;

-- name: team_list
-- kind: many
-- row: team
SELECT id, name, share, open, founded, badge, motto, size
FROM team
ORDER BY name; 

-- ---- counting ----

-- name: team_count
-- kind: one
-- out: n int, longest int,
-- out: mean real
SELECT count(*) AS n, max(length(name)) AS longest, avg(share) AS mean FROM team;

-- name: team_rename
-- kind: one
-- in: was text, now text
UPDATE team SET name = :now WHERE name = :was RETURNING id, name;

-- name: team_close_all
-- kind: many
UPDATE team SET open = 0 WHERE open RETURNING id;

-- name: team_quote
-- kind: one
-- out: quoted text
SELECT 'a "quoted" \ back\slash, naïve' -- and a comment
	AS quoted;

-- name: member_add
-- kind: exec
-- in: team int, name text
INSERT INTO member (team, name) VALUES (:team, :name);

-- name: member_remove
-- kind: exec
-- in: id int
DELETE FROM member WHERE id = :id;

-- name: member_count
-- kind: one
-- out: n int, low int, high int
SELECT count(*) AS n, coalesce(min(id), 0) AS low, coalesce(max(id), 0) AS high FROM member;

-- name: counter_add
-- kind: exec
-- in: name text
UPDATE team SET share = share + 1 WHERE name = :name;

-- name: counter_set
-- kind: exec
-- in: name text, share real
UPDATE team SET share = :share WHERE name = :name;
