# shellcheck shell=bash
# ./dev fuzz [TARGET] [SECONDS]: libFuzzer over the targets of tests/fuzz/targets.list. What it
# finds new stays in build-fuzz/corpus/TARGET; a crash is left in build-fuzz/crash/.

# shellcheck source=tools/dev/build.sh
. "$DEV/build.sh"

fuzz_targets() { sed -n 's/^\([a-z0-9_][a-z0-9_]*\) .*/\1/p' "$ROOT/tests/fuzz/targets.list"; }

fuzz_one() {
	local name=$1 seconds=$2 dir="$ROOT/build-fuzz"
	compile_targets "$dir" "tests/fuzz/fuzz_$name"
	mkdir -p "$dir/corpus/$name" "$dir/crash"
	step "Fuzzing $name for $seconds s"
	"$dir/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=65536 -timeout=10 \
		-rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$dir/crash/$name-" "$dir/corpus/$name" \
		"$ROOT/tests/fuzz/corpus/$name" >&2
}

compile_targets() {
	quiet ninja-fuzz "Building ${2##*/}" ninja -C "$@"
}

dev_fuzz() {
	local name=${1:-} seconds=${2:-60} status=0
	if [[ $name =~ ^[0-9]+$ ]]; then
		seconds=$name name=''
	fi
	[[ $seconds =~ ^[0-9]{1,6}$ ]] || die "SECONDS is a whole number."
	need_packages build fuzz
	CC=clang setup_build "$ROOT/build-fuzz" --buildtype=debugoptimized -Dfuzz=true \
		-Dc_args=-fsanitize=fuzzer-no-link -Db_sanitize=address,undefined -Db_lundef=false
	if [ -n "$name" ]; then
		fuzz_targets | grep -qxF -- "$name" ||
			die "There is no target \"$name\". There are: $(fuzz_targets | tr '\n' ' ')"
		fuzz_one "$name" "$seconds"
		return
	fi
	for name in $(fuzz_targets); do
		fuzz_one "$name" "$seconds" || {
			warn "$name failed; see build-fuzz/crash/"
			status=1
		}
	done
	return "$status"
}
