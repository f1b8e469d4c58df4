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

# compile DIR [TARGET...]: everything, or only what is named. Shows ninja's progress, because it can
# take minutes.
compile() {
	local dir=$1
	shift
	if [ -t 2 ]; then
		step "Building in ${dir##*/}"
		ninja -C "$dir" "$@" >&2 || {
			give_back "$dir"
			die "The build failed."
		}
	else
		quiet "ninja-${dir##*/}" "Building in ${dir##*/} (this can take a few minutes)" \
			ninja -C "$dir" "$@"
	fi
	"$DEV/collect.sh" "$dir"
	give_back "$dir" "$ROOT/build" "$ROOT/var"
}

# programs DIR: what collect.sh takes from DIR, one a line. The rest, about half, is tests.
programs() {
	ninja -C "$1" -t targets all | sed -n 's|^\(src/[a-z]*/wardroom[a-z-]*\): c_LINKER.*|\1|p'
}

dev_build() {
	need_packages build
	get_duckdb
	setup_build "$ROOT/build" --buildtype=debugoptimized
	# shellcheck disable=SC2046 # one word a program
	compile "$ROOT/build" $(programs "$ROOT/build")
	say "The programs are in build/bin/."
}
