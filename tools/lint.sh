#!/bin/bash
# Rules of the house that a compiler does not know. Prints "file:line: sentence" for each breach;
# exits 1 when there was one. Reads only files that git knows.
# shellcheck disable=SC2016  # awk programs hold dollars
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# Every #include "..." of the sources as: file line included
includes() {
	git ls-files -z 'src/*.c' 'src/*.h' | xargs -0 -r awk '
		match($0, /^[ \t]*#[ \t]*include[ \t]+["<][^">]+[">]/) {
			s = substr($0, RSTART, RLENGTH)
			gsub(/^[^"<]*["<]|[">]$/, "", s)
			print FILENAME, FNR, s
		}'
}

# Who may include whom. Trust decides: what runs as root or beside patient data knows nothing of
# the portal; the library HTTP server and SQLite are each known to one place.
who_includes_whom() {
	includes | awk '
	function bad(why) { printf "%s:%s: includes %s; %s\n", $1, $2, $3, why }
	function room(path) { split(path, p, "/"); return p[1] }
	{
		from = $1; sub(/^src\//, "", from)
		ours = $3 ~ /^(base|wire|archive|portal|gate|warden|curator|desk|mirror|cli|rehearse)\//
		a = room(from); b = room($3)
		if (ours && a == "base" && b != "base")
			bad("base knows nothing of the rest")
		else if (ours && a == "wire" && b != "wire" && b != "base")
			bad("wire knows only base")
		else if (a == "cli" && b == "portal" && $3 !~ /^portal\/(store|audit|people|web)\//)
			bad("the commands share the portal'"'"'s store, trail, people and policy, no more")
		else if (b == "archive" && (a == "cli" || (a == "portal" && $3 == "archive/key.h")))
			next
		# The attacks come as browsers do, with the same browser that the rehearsal has.
		else if (a == "attack" && $3 ~ /^rehearse\/(browser|jupyter|html_form|websocket)\.h$/)
			next
		else if (ours && a != b && b != "base" && b != "wire" && !(a == "cli" && b == "portal"))
			bad("one process does not reach into another: only base and wire are shared")
		if ($3 == "microhttpd.h" && from !~ /^portal\/web\/mhd(_test)?\.c$/)
			bad("only portal/web/mhd.c speaks to the HTTP library")
		if ($3 == "sqlite3.h" && from !~ /^portal\/store\// )
			bad("only the store speaks to SQLite")
		if (from ~ /^portal\// && $3 ~ /_web\.h$/) {
			split(from, f, "/"); split($3, g, "/")
			if (f[2] != g[2] && f[2] != "web" && from !~ /^portal\/[^\/]*$/)
				bad("features do not include each other'"'"'s handlers")
		}
		if (a == "desk" && ours && b == "wire" && $3 !~ /^wire\/(desk|exits|packages)\.h$/)
			bad("the desk runs among strangers and knows only its own sockets")
	}'
}

# A file that long wants to be two.
too_long() {
	git ls-files -z 'src/*.c' 'src/*.h' 'tools/*.c' 'tools/*.sh' 'tests/*.c' 'tests/*.py' |
		xargs -0 -r awk 'FNR == 701 { printf "%s:701: longer than 700 lines\n", FILENAME }'
}

# Words that promise instead of doing, and names that belong to one machine.
words() {
	git ls-files -z ':!tools/lint.sh' ':!LICENSE' ':!*.png' ':!*/corpus/*' |
		xargs -0 -r grep -nIwE 'T[O]DO|F[I]XME|X[X]X|H[A]CK' | sed 's/:[^:]*$/&/; s/$/   <- finish it or leave it out/'
	# The configuration's defaults are the public registries' addresses.
	git ls-files -z ':!tools/lint.sh' ':!*/corpus/*' ':!src/base/config.c' |
		xargs -0 -r grep -nIE '(^|[^a-z])/[w]ork/|registry\.[a-z]+\.(org|com)|deb\.[a-z]+\.org' |
		sed 's/$/   <- belongs to one machine, not to the project/'
}

# banned.h stops calls; this stops somebody from undoing it.
banned() {
	git ls-files -z 'src/*.c' 'src/*.h' 'tools/*.c' ':!src/base/banned.h' |
		xargs -0 -r grep -nE '^[ \t]*#[ \t]*undef[ \t]+(str|sprintf|vsprintf|gets|ato|system|popen|localtime|gmtime|ctime|s?rand)' |
		sed 's/$/   <- src\/base\/banned.h has its reasons/'
}

# Every header of ours begins by saying what it owns.
headers() {
	git ls-files -z 'src/*.h' | xargs -0 -r awk '
		FNR == 1 && !/^\/\*/ { printf "%s:1: a header opens with what it owns\n", FILENAME }'
}

# A newcomer finds every room of the portal in the plan of the house.
rooms() {
	git ls-files 'src/portal/*/*' | cut -d/ -f3 | sort -u | while read -r room; do
		grep -q "^    \(.* \)\?$room/" docs/architecture.md ||
			echo "docs/architecture.md:1: says nothing of the room src/portal/$room"
	done
}

for rule in who_includes_whom too_long words banned headers rooms; do
	"$rule" >>"$bad"
done
cat "$bad"
[ ! -s "$bad" ]
