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

# Runs a command whose output matters only when it fails: kept in build/log/NAME.log. Whoever waits
# sees its last line now and then.
# quiet NAME SENTENCE COMMAND...
quiet() {
	local log="$ROOT/build/log/$1.log" since=$SECONDS status=0 ticker
	step "$2"
	shift 2
	if ! { mkdir -p "$ROOT/build/log" && : >"$log"; } 2>/dev/null; then
		die "${log#"$ROOT"/} cannot be written: does build/ belong to another user?"
	fi
	tick "$log" &
	ticker=$!
	# In front, so that Ctrl-C reaches the command and not only us.
	"$@" >"$log" 2>&1 </dev/null || status=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	give_back "$ROOT/build"
	if [ "$status" -eq 0 ]; then
		[ $((SECONDS - since)) -lt 2 ] || note "done in $((SECONDS - since)) s"
		return 0
	fi
	tail -n 40 "$log" >&2
	hint "$log"
	die "That failed. The whole output is in ${log#"$ROOT"/}."
}

# tick LOG: every so often the time that went by and the last line of LOG; ends with its shell.
tick() {
	local every=${WARDROOM_TICK:-10} since=$SECONDS line
	# Reading from a pipe that nobody writes to is a sleep that leaves no process behind.
	while ! read -r -t "$every" <> <(:) && kill -0 $$ 2>/dev/null; do
		line=$(last_line "$1")
		note "$((SECONDS - since)) s${line:+: $line}"
	done
}

last_line() { tail -c 2000 "$1" | tr '\r' '\n' | tr -cd '\n[:print:]' | sed '/^ *$/d' | tail -n 1 | cut -c 1-80; }

# The commonest reason why a fresh machine gets no further, in words.
hint() {
	local words='Could not resolve|Temporary failure|Failed to fetch|Could not connect'
	words+='|Network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH'
	if grep -qsE "$words" "$@"; then
		warn "It looks as if the network is missing: Debian's packages and npm's registry" \
			"must be in reach the first time."
	fi
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
	# apt calls it a success when no list could be read; then nothing can be installed either.
	hint "$ROOT/build/log/apt-update.log"
	quiet apt-install "Installing ${#missing[@]} packages: ${missing[*]}" \
		as_root apt-get install -y -q --no-install-recommends "${missing[@]}"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo --preserve-env=DEBIAN_FRONTEND -- "$@"; fi
}

# give_back FOLDER...: what root made in a tree of somebody else's becomes theirs, so that they can
# build in it without sudo the next time.
give_back() {
	local owner folder
	owner=$(stat -c %u:%g "$ROOT")
	[ "$(id -u)" -eq 0 ] && [ "${owner%:*}" -ne 0 ] || return 0
	for folder in "$@"; do
		[ ! -d "$folder" ] || chown -R --no-dereference --from=0 "$owner" "$folder"
	done
}

# The four service users. They own nothing but what the server gives them.
need_users() {
	local user
	for user in wardroom wardroom-gate wardroom-data wardroom-mirror; do
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
