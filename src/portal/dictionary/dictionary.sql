-- The dictionary: variables with what clinicians say of them, and questions.

-- name: dictionary_list
-- kind: many
-- in: project int, released bool
-- out: meaning text, unit text, questions int, open int
-- The newest entry counts, then what the recipe says, then what the layout says of the source.
SELECT t.name AS tbl, t.rows AS tbl_rows, c.id, c.name, c.type, c.missing, c.distinct_values,
	c.low, c.high, c.examples,
	coalesce((SELECT d.meaning FROM dictionary_entry d WHERE d.project = t.project
			AND d.variable = t.name || '.' || c.name ORDER BY d.n DESC LIMIT 1),
		nullif(c.meaning, ''),
		(SELECT s.meaning FROM data_column s JOIN data_table st ON st.id = s.tbl
			WHERE st.project = t.project AND NOT st.released AND st.name = t.name
			AND s.name = c.name LIMIT 1), '') AS meaning,
	coalesce((SELECT d.unit FROM dictionary_entry d WHERE d.project = t.project
			AND d.variable = t.name || '.' || c.name ORDER BY d.n DESC LIMIT 1), '') AS unit,
	(SELECT count(*) FROM dictionary_question q WHERE q.project = t.project
		AND q.variable = t.name || '.' || c.name) AS questions,
	(SELECT count(*) FROM dictionary_question q WHERE q.project = t.project
		AND q.variable = t.name || '.' || c.name AND q.answered IS NULL) AS open
FROM data_table t JOIN data_column c ON c.tbl = t.id
WHERE t.project = :project AND t.released = :released ORDER BY t.id, c.id;

-- name: dictionary_version
-- kind: one
-- in: project int
-- out: n int, at time
SELECT coalesce(max(n), 0) AS n, coalesce(max(at), 0) AS at FROM dictionary_entry WHERE project = :project;

-- name: dictionary_first
-- kind: one
-- in: project int, tbl text, name text
-- out: recipe text, layout text
-- What the recipe and the layout say, whatever people wrote since.
SELECT coalesce((SELECT c.meaning FROM data_column c JOIN data_table t ON t.id = c.tbl
		WHERE t.project = :project AND t.released AND t.name = :tbl AND c.name = :name), '')
		AS recipe,
	coalesce((SELECT c.meaning FROM data_column c JOIN data_table t ON t.id = c.tbl
		WHERE t.project = :project AND NOT t.released AND t.name = :tbl AND c.name = :name), '')
		AS layout;

-- name: dictionary_history
-- kind: many
-- in: project int, variable text
SELECT n, meaning, unit, name, at FROM dictionary_entry
WHERE project = :project AND variable = :variable ORDER BY n DESC LIMIT 100;

-- name: dictionary_add
-- kind: exec
-- in: project int, variable text, meaning text, unit text, person int, name text, now time
-- conflict: Somebody has just saved another entry. Look again.
INSERT INTO dictionary_entry (project, n, variable, meaning, unit, person, name, at)
VALUES (:project, (SELECT coalesce(max(n), 0) + 1 FROM dictionary_entry WHERE project = :project),
	:variable, :meaning, :unit, :person, :name, :now);

-- name: question_list
-- kind: many
-- in: project int, variable text
-- row: question_row
SELECT id, variable, name, question, at, answer, answered_name, answered FROM dictionary_question
WHERE project = :project AND variable = :variable ORDER BY id LIMIT 200;

-- name: question_open
-- kind: many
-- in: project int
-- row: question_row
SELECT id, variable, name, question, at, answer, answered_name, answered FROM dictionary_question
WHERE project = :project AND answered IS NULL ORDER BY id LIMIT 200;

-- name: question_one
-- kind: one
-- in: project int, id int
-- row: question_row
-- absent: There is no such question.
SELECT id, variable, name, question, at, answer, answered_name, answered FROM dictionary_question
WHERE project = :project AND id = :id;

-- name: question_since
-- kind: one
-- in: person int, since time
-- out: n int
SELECT count(*) AS n FROM dictionary_question WHERE person = :person AND at > :since;

-- name: question_add
-- kind: exec
-- in: project int, variable text, person int, name text, question text, now time
INSERT INTO dictionary_question (project, variable, person, name, question, at)
VALUES (:project, :variable, :person, :name, :question, :now);

-- name: question_answer
-- kind: exec
-- in: id int, answer text, person int, name text, now time
UPDATE dictionary_question SET answer = :answer, answered_by = :person, answered_name = :name,
	answered = :now WHERE id = :id;
