# shellcheck shell=bash
# ./dev test [SUITE...]: everything, with sanitizers, and one line of truth at the end.

need_browser() {
	[ -f "$ROOT/tests/browser/package.json" ] || return 0
	[ ! -d "$ROOT/tests/browser/node_modules/playwright-core" ] || return 0
	have npm || return 0
	quiet playwright "Fetching the browser's driver" \
		npm --prefix "$ROOT/tests/browser" ci --no-audit --no-fund --ignore-scripts
	give_back "$ROOT/tests/browser/node_modules"
}

dev_test() {
	need_root test "$@"
	need_packages build run test
	need_users
	get_duckdb
	need_browser
	local dir="$ROOT/build-asan" suites=() suite status=0
	# Half the compiler's time of -O2 -g; reports still name functions and lines.
	setup_build "$dir" -Doptimization=1 -Dc_args=-g1 -Db_sanitize=address,undefined \
		-Db_lundef=false
	compile "$dir"
	# What runs inside a workspace is static there, and a sanitizer cannot be.
	setup_build "$ROOT/build" --buildtype=debugoptimized
	quiet desk "Building the desk without sanitizers" \
		ninja -C "$ROOT/build" src/desk/wardroom-desk
	install -C -m 0755 "$ROOT/build/src/desk/wardroom-desk" "$dir/bin/"
	for suite in "$@"; do suites+=(--suite "$suite"); done
	step "Running the tests"
	rm -f "$dir/meson-logs/testlog.json"
	# The logs say more than meson's exit code, which does not count test points.
	# One more at a time than there are processors: they wait for servers more than they compute.
	meson test -C "$dir" --no-rebuild --num-processes $(($(nproc) + 1)) "${suites[@]}" >&2 </dev/null ||
		status=$?
	/usr/bin/python3 "$DEV/count_tests.py" "$dir/meson-logs/testlog.json" || status=1
	return "$status"
}

# shellcheck source=tools/dev/build.sh
. "$DEV/build.sh"
