#!/bin/sh
# sqlgen as the build runs it: what it accepts, and the line that it names when it refuses.
set -u
sqlgen=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/schema"
cat >"$dir/schema/001_team.sql" <<'SQL'
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL, odd VARCHAR(9));
SQL
count=0 failed=0

# check WHAT WANTED-MESSAGE ARGS...: the message is the whole of standard error; "" means success.
check() {
	what=$1 want=$2
	shift 2
	count=$((count + 1))
	got=$("$sqlgen" "$@" 2>&1)
	status=$?
	if [ "$got" = "$want" ] && { [ -n "$want" ] || [ $status = 0 ]; }; then
		echo "ok $count - $what"
	else
		failed=1
		echo "not ok $count - $what"
		printf '# got  %s\n# want %s\n' "$got" "$want"
	fi
}

# refuses WHAT LINE MESSAGE: the statement file comes from standard input.
refuses() {
	cat >"$dir/t.sql"
	check "$1" "$dir/t.sql:$2: $3" statements "$dir/schema" "$dir/t.d" "$dir/t.sql" \
		"$dir/t.sql.h" "$dir/t.sql.c"
}

echo 1..18
refuses 'a misspelt column' 5 'no such column: nmae' <<'SQL'

-- name: a
-- kind: many
SELECT id,
	nmae
FROM team;
SQL
refuses 'a misspelt column in double quotes' 3 'no such column: nmae' <<'SQL'
-- name: a
-- kind: many
SELECT id FROM team WHERE "nmae" = 'x';
SQL
refuses 'a table that is not there' 3 'no such table: teem' <<'SQL'
-- name: a
-- kind: exec
DELETE FROM teem;
SQL
refuses 'a parameter that is not listed' 3 ":id of a is not listed in '-- in:'." <<'SQL'
-- name: a
-- kind: exec
DELETE FROM team WHERE id = :id;
SQL
refuses 'a parameter that is not used' 3 ':name is listed but not used in a.' <<'SQL'
-- name: a
-- kind: exec
-- in: id int, name text
DELETE FROM team WHERE id = :id;
SQL
refuses 'a parameter without a name' 3 'Parameters of a are written :name.' <<'SQL'
-- name: a
-- kind: exec
DELETE FROM team WHERE id = ?;
SQL
refuses 'an expression without a type' 3 \
	"Column n of a is an expression: give its type in '-- out:'." <<'SQL'
-- name: a
-- kind: one
SELECT count(*) AS n FROM team;
SQL
refuses 'a type for what has one' 3 'Column id of a has a type already: INTEGER.' <<'SQL'
-- name: a
-- kind: one
-- out: id int
SELECT id FROM team;
SQL
refuses 'a column without a name' 3 \
	"Column 'count(*)' of a cannot be a name in C: give it one with AS." <<'SQL'
-- name: a
-- kind: one
SELECT count(*) FROM team;
SQL
refuses 'an unknown declared type' 3 \
	'Column odd of a is declared VARCHAR(9); known are INTEGER, REAL, BOOL, TIME, TEXT, BLOB.' \
	<<'SQL'
-- name: a
-- kind: one
SELECT odd FROM team;
SQL
refuses 'rows from an exec' 1 'a gives rows: it is of kind one or many.' <<'SQL'
-- name: a
-- kind: exec
SELECT id FROM team;
SQL
refuses 'a transaction' 3 'not authorized (transactions and ATTACH have no place here)' <<'SQL'
-- name: a
-- kind: exec
COMMIT;
SQL
refuses 'two statements under one name' 3 'a must be one SQL statement.' <<'SQL'
-- name: a
-- kind: exec
DELETE FROM team; DELETE FROM team;
SQL
refuses 'one row, two shapes' 5 \
	'The columns of b are not those of a (line 1), whose row it shares.' <<'SQL'
-- name: a
-- kind: one
-- row: team
SELECT id FROM team;
-- name: b
-- kind: many
-- row: team
SELECT id, name FROM team;
SQL

echo 'CREATE TABLE x (y TEXT
TEXT oops, , z);' >"$dir/schema/002_x.sql"
check 'a schema file with a mistake' "$dir/schema/002_x.sql:2: near \",\": syntax error" \
	schema "$dir/schema" "$dir/s.d" "$dir/s.c" steps
echo 'CREATE TABLE x (y REFERENCES teem);' >"$dir/schema/002_x.sql"
check 'a reference to a table that is not there' \
	"$dir/schema:1: Table x refers to teem, which does not exist." \
	schema "$dir/schema" "$dir/s.d" "$dir/s.c" steps
echo 'CREATE TABLE x (y REFERENCES team(name));' >"$dir/schema/002_x.sql"
check 'a reference to a column that is not unique' \
	"$dir/schema:1: foreign key mismatch - \"x\" referencing \"team\"" \
	schema "$dir/schema" "$dir/s.d" "$dir/s.c" steps
rm "$dir/schema/002_x.sql"
check 'a good schema' '' schema "$dir/schema" "$dir/s.d" "$dir/s.c" steps
exit $failed
