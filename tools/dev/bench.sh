# shellcheck shell=bash
# ./dev bench [NAME]: runs the programs of bench/, each of which measures us and a named peer in the
# same run and prints the ratio.

# shellcheck source=tools/dev/build.sh
. "$DEV/build.sh"

dev_bench() {
	local f status=0 only=${1:-}
	need_root bench "$@"
	need_packages build run bench
	need_users
	dev_build >&2
	export WARDROOM_ROOT="$ROOT" WARDROOM_BUILD="$ROOT/build" WARDROOM_BIN="$ROOT/build/bin"
	for f in "$ROOT"/bench/*.sh "$ROOT"/bench/*.py; do
		[ -f "$f" ] || continue
		[ -z "$only" ] || [[ ${f##*/} == "$only".* ]] || continue
		step "Measuring: ${f##*/}"
		case $f in
		*.py) /usr/bin/python3 "$f" || status=1 ;;
		*) bash "$f" || status=1 ;;
		esac
	done
	return "$status"
}
