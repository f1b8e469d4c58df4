-- name: a
-- kind: one
-- in: b int?, c text,
-- in: d time?
-- name: b
;;;
