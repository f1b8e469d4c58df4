#!/bin/sh
# The whole event, from draft to closed, on a fresh server: one point, because it holds only if all
# of it holds. What was played is told in comments.
set -u
echo 1..1
out=$(mktemp)
trap 'rm -f "$out"' EXIT
if "$WARDROOM_ROOT/tools/dev/with-server" --until closed -- true >"$out" 2>&1; then
	echo 'ok 1 - a whole event was played'
else
	echo 'not ok 1 - a whole event was played'
fi
tail -n 60 "$out" | sed 's/^/# /'
