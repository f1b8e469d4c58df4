# shellcheck shell=bash
# ./dev rehearse: a whole event on a fresh server that leaves nothing behind.

# shellcheck source=tools/dev/build.sh
. "$DEV/build.sh"
# shellcheck source=tools/dev/server.sh
. "$DEV/server.sh"

dev_rehearse() {
	local options=() mb=${WARDROOM_REHEARSE_MB:-20} status=0 arguments=("$@") state
	while [ $# -gt 0 ]; do
		case $1 in
		--json) options+=(--json) ;;
		--seed)
			[[ ${2:-} =~ ^[0-9]{1,9}$ ]] || die "--seed needs a whole number."
			options+=(--seed "$2")
			shift
			;;
		*) die "rehearse does not know \"$1\"; ./dev help tells." ;;
		esac
		shift
	done
	need_root rehearse "${arguments[@]}"
	need_packages build run
	need_users
	# Standard output belongs to the result.
	dev_build >&2
	state=$(mktemp -d /tmp/wardroom-rehearse.XXXXXX)
	# Service users must be able to walk through it, not to list it.
	chmod 0711 "$state"
	server_init "$state" "/run/${state##*/}" "rehearse-$$" "$(free_port)"
	trap 'rehearse_end' EXIT
	trap 'exit 130' INT TERM HUP
	server_install
	server_data "$mb"
	server_start
	step "Playing the whole event"
	"$SERVER_STATE/bin/wardroom-rehearse" --config "$SERVER_CONFIG" --url "$SERVER_URL" \
		--until closed "${options[@]}" 9>&- || status=$?
	if [ "$status" -ne 0 ]; then
		mkdir -p "$ROOT/build/log"
		cp -f "$SERVER_LOG" "$ROOT/build/log/server-rehearse.log" || true
		warn "The rehearsal did not hold; the server's log is build/log/server-rehearse.log."
	fi
	return "$status"
}

rehearse_end() {
	local status=$?
	trap - EXIT INT TERM HUP
	server_stop
	server_remove
	exit "$status"
}
