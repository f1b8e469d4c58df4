-- What waits to be sent, and what became of it.

-- name: mail_due
-- kind: many
-- in: now time
SELECT id, email, subject, body, created, tries FROM outbox
WHERE state = 'waiting' AND next <= :now ORDER BY next, id LIMIT 50;

-- name: mail_try
-- kind: exec
-- in: id int, tries int, next time
UPDATE outbox SET tries = tries + 1, next = :next
WHERE id = :id AND state = 'waiting' AND tries = :tries;

-- name: mail_sent
-- kind: exec
-- in: id int, now time
-- What it said may have been a link that signs somebody in.
UPDATE outbox SET state = 'sent', body = '', reason = '', ended = :now WHERE id = :id;

-- name: mail_later
-- kind: exec
-- in: id int, reason text
UPDATE outbox SET reason = :reason WHERE id = :id AND state = 'waiting';

-- name: mail_fail
-- kind: exec
-- in: id int, reason text, now time
UPDATE outbox SET state = 'failed', reason = :reason, ended = :now
WHERE id = :id AND state = 'waiting';

-- name: mail_expire
-- kind: exec
-- in: before time, reason text, now time
UPDATE outbox SET state = 'failed', ended = :now,
	reason = CASE reason WHEN '' THEN :reason ELSE reason END
WHERE state = 'waiting' AND since < :before;

-- name: mail_forget
-- kind: exec
-- in: before time
UPDATE outbox SET body = '' WHERE state = 'failed' AND created < :before AND body <> '';

-- name: mail_link
-- kind: one
-- in: token blob
SELECT person, path, created, expires, used FROM link WHERE token = :token;

-- name: mail_failed_text
-- kind: one
-- in: event int, id int
-- Of one that failed and can be sent again.
SELECT body, email FROM outbox WHERE event = :event AND id = :id AND state = 'failed' AND body <> '';

-- name: mail_set_text
-- kind: exec
-- in: id int, body text
UPDATE outbox SET body = :body WHERE id = :id;

-- name: mail_again
-- kind: exec
-- in: event int, id int, now time
UPDATE outbox SET state = 'waiting', tries = 0, next = 0, since = :now, ended = NULL, reason = ''
WHERE event = :event AND id = :id AND state = 'failed' AND body <> '';

-- name: mail_counts
-- kind: one
-- in: event int
-- out: waiting int, sent int, failed int
SELECT coalesce(sum(state = 'waiting'), 0) AS waiting, coalesce(sum(state = 'sent'), 0) AS sent,
	coalesce(sum(state = 'failed'), 0) AS failed
FROM outbox WHERE event = :event;

-- name: mail_page
-- kind: many
-- in: event int, before int, state text, count int
-- out: again bool
-- Newest first. An empty state chooses all.
SELECT id, email, subject, created, state, tries, next, reason, ended,
	state = 'failed' AND body <> '' AS again
FROM outbox WHERE event = :event AND id < :before AND (:state = '' OR state = :state)
ORDER BY id DESC LIMIT :count;
