# shellcheck shell=bash
# ./dev demo: a server of one's own with an event in the middle of its life.

# shellcheck source=tools/dev/build.sh
. "$DEV/build.sh"
# shellcheck source=tools/dev/server.sh
. "$DEV/server.sh"

dev_demo() {
	local fresh=0 port=8080 mb=50 arguments=("$@")
	while [ $# -gt 0 ]; do
		case $1 in
		--fresh) fresh=1 ;;
		--port | --mb)
			[[ ${2:-} =~ ^[0-9]{1,5}$ ]] || die "$1 needs a whole number."
			if [ "$1" = --port ]; then port=$((10#$2)); else mb=$((10#$2)); fi
			shift
			;;
		*) die "demo does not know \"$1\"; ./dev help tells." ;;
		esac
		shift
	done
	((port >= 1 && port < 65535)) || die "--port is from 1 to 65534."
	((mb >= 1)) || die "--mb is at least 1."
	need_root demo "${arguments[@]}"
	server_init /var/lib/wardroom-demo /run/wardroom-demo demo "$port"
	demo_alone
	need_packages build run
	need_users
	dev_build
	demo_prepare "$fresh" "$mb"
	trap 'demo_end' EXIT
	trap 'exit 0' INT TERM HUP
	server_start
	demo_play
	demo_links
	demo_stay
}

# Two demonstrations would share folders. The lock ends with this shell.
demo_alone() {
	exec 8>/run/lock/wardroom-demo.lock
	flock -n 8 || die "A demonstration is running already."
}

# What the demonstration's database was made of: a later version of Wardroom may not read it.
demo_schema() { cat "$ROOT"/src/portal/store/schema/*.sql | sha256sum | cut -d ' ' -f 1; }

demo_prepare() {
	if [ -d "$SERVER_STATE" ] && [ ! -e "$SERVER_STATE/played" ]; then
		note "The last start did not get through its event; beginning again."
		set -- 1 "$2"
	elif [ -d "$SERVER_STATE" ] && [ "$(cat "$SERVER_STATE/played")" != "$(demo_schema)" ]; then
		note "The former demonstration is of another version of Wardroom; beginning again."
		set -- 1 "$2"
	fi
	if [ "$1" -eq 1 ] && [ -d "$SERVER_STATE" ]; then
		step "Removing the former demonstration"
		server_remove
	fi
	server_sweep
	server_install
	server_data "$2"
}

# The event up to full data, once. The marker is written last: a play that was interrupted begins
# again at the next start.
demo_play() {
	[ ! -e "$SERVER_STATE/played" ] || return 0
	step "Playing the event up to \"full data, teams at work\""
	"$SERVER_STATE/bin/wardroom-rehearse" --config "$SERVER_CONFIG" --url "$SERVER_URL" \
		--until full --links "$SERVER_STATE/links" 9>&- >&2 ||
		server_failed "The event could not be played."
	demo_schema >"$SERVER_STATE/played"
}

# Sign-in links are good once; so each start asks for new ones.
demo_links() {
	if ! "$SERVER_STATE/bin/wardroom-rehearse" --config "$SERVER_CONFIG" --url "$SERVER_URL" \
		--links-only 9>&-; then
		[ ! -s "$SERVER_STATE/links" ] || cat "$SERVER_STATE/links"
	fi
	printf '\n%sWardroom is at %s%s   (Ctrl-C stops it; its data stay)\n' \
		"$BOLD" "$SERVER_URL" "$PLAIN"
}

demo_stay() {
	while server_alive; do
		# wait, unlike sleep, is interrupted by a signal at once.
		wait "$SERVER_PID" || true
	done
	server_failed "The server stopped by itself."
}

demo_end() {
	trap - EXIT INT TERM HUP
	server_stop
	server_sweep
}
