# shellcheck shell=bash
# What every command of ./dev shares: words for the person who waits, root, packages, users.
# Sourced by ./dev, which has set ROOT and DEV. All progress goes to standard error, so that
# standard output belongs to results.

if [ -t 2 ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
	BOLD='' DIM='' RED='' PLAIN=''
fi

say() { printf '%s\n' "$*" >&2; }
step() { printf '%s==>%s %s\n' "$BOLD" "$PLAIN" "$*" >&2; }
note() { printf '%s    %s%s\n' "$DIM" "$*" "$PLAIN" >&2; }
warn() { printf '%s    %s%s\n' "$RED" "$*" "$PLAIN" >&2; }
die() {
	printf '%s%s%s\n' "$RED" "$*" "$PLAIN" >&2
	exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command whose output matters only when it fails: kept in build/log/NAME.log.
# quiet NAME SENTENCE COMMAND...
quiet() {
	local log="$ROOT/build/log/$1.log" since=$SECONDS
	step "$2"
	shift 2
	if ! { mkdir -p "$ROOT/build/log" && : >"$log"; } 2>/dev/null; then
		die "${log#"$ROOT"/} cannot be written: does build/ belong to another user?"
	fi
	if "$@" >"$log" 2>&1 </dev/null; then
		[ $((SECONDS - since)) -lt 2 ] || note "done in $((SECONDS - since)) s"
		return 0
	fi
	tail -n 40 "$log" >&2
	die "That failed. The whole output is in ${log#"$ROOT"/}."
}

# Commands that install, mount or start services need root: go on as root, or say so.
# need_root COMMAND ARGUMENT...: the command of ./dev to start again under sudo.
need_root() {
	[ "$(id -u)" -ne 0 ] || return 0
	if have sudo; then
		step "This needs root; asking sudo"
		exec sudo -- "$ROOT/dev" "$@"
	fi
	die "This needs root: it installs packages, makes system users and starts containers." \
		"Run it as root, or install sudo."
}

# Names of the packages in tools/dev/packages.LIST... that are not installed. A line is
# "package [command]": the package counts as present when the command is.
missing_packages() {
	local list line package command present
	present=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null |
		sed -n 's/^installed //p' | tr '\n' ' ') "
	for list in "$@"; do
		while read -r line; do
			line=${line%%#*}
			read -r package command <<<"$line" || true
			[ -n "${package:-}" ] || continue
			case $present in *" $package "*) continue ;; esac
			if [ -n "${command:-}" ] && have "$command"; then continue; fi
			printf '%s\n' "$package"
		done <"$DEV/packages.$list"
	done | sort -u
}

# need_packages LIST...: installs what is missing of those lists, and nothing else.
need_packages() {
	local missing
	have dpkg-query || die "This is not a Debian system: install by hand what" \
		"tools/dev/packages.* list, and use meson."
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		have sudo || die "These packages are missing: ${missing[*]}." \
			"Install them as root, or install sudo."
	fi
	export DEBIAN_FRONTEND=noninteractive
	quiet apt-update "Reading the package lists" as_root apt-get update -q
	quiet apt-install "Installing ${#missing[@]} packages: ${missing[*]}" \
		as_root apt-get install -y -q --no-install-recommends "${missing[@]}"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo --preserve-env=DEBIAN_FRONTEND -- "$@"; fi
}

# The three service users. They own nothing but what the server gives them.
need_users() {
	local user
	for user in wardroom wardroom-gate wardroom-data; do
		getent passwd "$user" >/dev/null && continue
		step "Making the system user $user"
		useradd --system --user-group --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin "$user"
	done
}

# get_duckdb: the library of the data engine, in var/duckdb.
get_duckdb() {
	[ -x "$ROOT/tools/get-duckdb" ] || return 0
	quiet duckdb "Making sure that DuckDB is here" "$ROOT/tools/get-duckdb"
}
