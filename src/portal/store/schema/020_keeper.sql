-- How often a job was started: one that dies again and again is given up.

ALTER TABLE job ADD COLUMN starts INTEGER NOT NULL DEFAULT 0;
