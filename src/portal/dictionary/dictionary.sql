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
		AND q.variable = t.name || '.' || c.name AND NOT EXISTS
			(SELECT 1 FROM dictionary_answer x WHERE x.question = q.id)) AS open
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
-- out: answer text, answered_name text
SELECT q.id, q.variable, q.name, q.question, q.at, coalesce(a.answer, '') AS answer,
	coalesce(a.name, '') AS answered_name, a.at AS answered
FROM dictionary_question q LEFT JOIN dictionary_answer a ON a.id =
	(SELECT max(x.id) FROM dictionary_answer x WHERE x.question = q.id)
WHERE q.project = :project AND q.variable = :variable ORDER BY q.id LIMIT 200;

-- name: question_open
-- kind: many
-- in: project int
-- row: question_row
-- out: answer text, answered_name text
SELECT q.id, q.variable, q.name, q.question, q.at, coalesce(a.answer, '') AS answer,
	coalesce(a.name, '') AS answered_name, a.at AS answered
FROM dictionary_question q LEFT JOIN dictionary_answer a ON a.id =
	(SELECT max(x.id) FROM dictionary_answer x WHERE x.question = q.id)
WHERE q.project = :project AND a.id IS NULL ORDER BY q.id LIMIT 200;

-- name: question_one
-- kind: one
-- in: project int, id int
-- row: question_row
-- out: answer text, answered_name text
-- absent: There is no such question.
SELECT q.id, q.variable, q.name, q.question, q.at, coalesce(a.answer, '') AS answer,
	coalesce(a.name, '') AS answered_name, a.at AS answered
FROM dictionary_question q LEFT JOIN dictionary_answer a ON a.id =
	(SELECT max(x.id) FROM dictionary_answer x WHERE x.question = q.id)
WHERE q.project = :project AND q.id = :id;

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

-- name: answer_list
-- kind: many
-- in: project int, variable text
-- Newest first.
SELECT a.question, a.answer, a.name, a.at FROM dictionary_answer a JOIN dictionary_question q
	ON q.id = a.question
WHERE q.project = :project AND q.variable = :variable ORDER BY a.id DESC LIMIT 1000;

-- name: answer_add
-- kind: exec
-- in: question int, answer text, person int, name text, now time
INSERT INTO dictionary_answer (question, answer, person, name, at)
VALUES (:question, :answer, :person, :name, :now);
