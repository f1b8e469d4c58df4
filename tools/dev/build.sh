# shellcheck shell=bash
# ./dev build: every program into build/bin/, what they need beside them into build/lib/.

# setup_build DIR OPTION...: configures once; a change of options configures again.
setup_build() {
	local dir=$1 wanted
	shift
	wanted="$*"
	if [ -f "$dir/build.ninja" ]; then
		[ "$(cat "$dir/.options" 2>/dev/null)" = "$wanted" ] && return 0
		quiet "meson-${dir##*/}" "Configuring ${dir##*/} again" \
			meson setup --reconfigure "$dir" "$@"
	else
		quiet "meson-${dir##*/}" "Configuring ${dir##*/}" meson setup "$dir" "$@"
	fi
	printf '%s' "$wanted" >"$dir/.options"
}

# compile DIR: shows ninja's progress, because it can take a minute.
compile() {
	if [ -t 2 ]; then
		step "Building in ${1##*/}"
		ninja -C "$1" >&2 || {
			give_back "$1"
			die "The build failed."
		}
	else
		quiet "ninja-${1##*/}" "Building in ${1##*/} (this can take a few minutes)" ninja -C "$1"
	fi
	"$DEV/collect.sh" "$1"
	give_back "$1" "$ROOT/build" "$ROOT/var"
}

dev_build() {
	need_packages build
	get_duckdb
	setup_build "$ROOT/build" --buildtype=debugoptimized
	compile "$ROOT/build"
	say "The programs are in build/bin/."
}
