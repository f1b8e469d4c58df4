# shellcheck shell=bash
# ./dev bench [NAME...]: the programs of bench/, each of which measures us and named peers in
# the same run, prints a table and then one line with the ratios. A ratio never fails the run.

# shellcheck source=tools/dev/build.sh
. "$DEV/build.sh"

BENCHES="pages open notebook click gate score risk import release"

dev_bench() {
	local name status=0 wanted=${*:-$BENCHES}
	for name in $wanted; do
		[[ " $BENCHES " == *" $name "* ]] || die "There is no measurement \"$name\": $BENCHES."
	done
	need_root bench "$@"
	need_packages build run bench
	need_users
	dev_build >&2
	compile "$ROOT/build" bench/engine_copy >&2
	export WARDROOM_ROOT="$ROOT" WARDROOM_BUILD="$ROOT/build" WARDROOM_BIN="$ROOT/build/bin"
	for name in $wanted; do
		step "Measuring: $name"
		/usr/bin/python3 "$ROOT/bench/$name.py" || status=1
	done
	return "$status"
}
