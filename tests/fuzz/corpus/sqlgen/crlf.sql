-- name: a
-- kind: exec
DELETE FROM a;