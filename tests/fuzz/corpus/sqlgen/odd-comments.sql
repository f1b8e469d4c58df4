
;
-- name
--name:a
-- kind: one
-- 
--
-- :
;
