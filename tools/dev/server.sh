# shellcheck shell=bash
# A server for one purpose (the demonstration, a rehearsal): its folders, its configuration, its
# start, its end, and the sweeping after it. Sourced by demo.sh and rehearse.sh.
#
# One server at a time in a shell: server_init sets the variables below.

SERVER_STATE='' # kept: database, data, images
SERVER_RUN=''   # sockets, mounts, bundles
SERVER_NAME=''  # the configuration's instance; names cgroups
SERVER_PORT=0   # of the portal; workspaces answer at SERVER_PORT + 1
SERVER_PID=0    # of the warden, 0 when none runs

server_init() {
	SERVER_STATE=$1 SERVER_RUN=$2 SERVER_NAME=$3 SERVER_PORT=$4
	SERVER_CONFIG="$SERVER_STATE/wardroom.conf"
	SERVER_LOG="$SERVER_STATE/server.log"
	SERVER_URL="http://localhost:$SERVER_PORT"
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a port such that it and the next one are free.
free_port() {
	local port try
	for ((try = 0; try < 200; try++)); do
		port=$((20000 + (RANDOM % 6000) * 2))
		if ! port_in_use "$port" && ! port_in_use $((port + 1)); then
			printf '%d\n' "$port"
			return 0
		fi
	done
	die "No free port was found."
}

# Programs where the service users can reach them, and the configuration. The build tree itself may
# be in a home that they cannot enter.
server_install() {
	local f cpus memory base
	install -d -m 0711 "$SERVER_STATE" "$SERVER_RUN"
	install -d -m 0755 "$SERVER_STATE/bin" "$SERVER_STATE/lib"
	for f in "${WARDROOM_BIN:-$ROOT/build/bin}"/*; do
		case ${f##*/} in
		*.*) install -C -m 0644 "$f" "$SERVER_STATE/bin/" ;;
		*) install -C -m 0755 "$f" "$SERVER_STATE/bin/" ;;
		esac
	done
	for f in "${WARDROOM_BIN:-$ROOT/build/bin}"/../lib/*; do
		[ ! -f "$f" ] || install -C -m 0644 "$f" "$SERVER_STATE/lib/"
	done
	cpus=$(nproc)
	[ "$cpus" -le 8 ] || cpus=8
	memory=$(server_memory /proc/meminfo)
	# Users of its own: two servers on one machine must never share any, since an eviction kills by
	# user. Thirty stretches of a hundred ranges; and since ranges are wider than what is used of
	# them, thirty shifted ones do not meet in each. A server that is there keeps those it has: they
	# own what lies on its teams' disks.
	base=$(sed -n 's/^uid_base //p' "$SERVER_CONFIG" 2>/dev/null || true)
	if [ -z "$base" ]; then
		base=$(printf %s "$SERVER_NAME" | cksum)
		base=$((${base%% *} % 900))
		base=$((1000000000 + base / 30 * 6553600 + base % 30 * 2048))
	fi
	cat >"$SERVER_CONFIG" <<-CONFIG
		# Written by ./dev at each start.
		instance $SERVER_NAME
		state $SERVER_STATE
		run $SERVER_RUN
		bin $SERVER_STATE/bin
		inbox $SERVER_STATE/inbox
		site $SERVER_URL
		rooms http://%s.localhost:$((SERVER_PORT + 1))
		listen 127.0.0.1:$SERVER_PORT
		rooms_listen 127.0.0.1:$((SERVER_PORT + 1))
		uid_base $base
		memory_mb $memory
		cpus $cpus
		disk_mb 2048
	CONFIG
	chmod 0644 "$SERVER_CONFIG"
}

# server_memory MEMINFO: what a workspace may take, in MB: an even share for the eight teams of the
# event of what the server leaves, so that all can be full at once; but never so little that a
# notebook cannot live.
server_memory() {
	local all share
	all=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' "$1") / 1024))
	share=$(((all - 1024) / 8))
	if [ "$share" -lt 1024 ]; then
		note "This machine has $all MB of memory: each workspace may take 1024 MB, but not" \
			"all eight at once."
		share=1024
	fi
	[ "$share" -le 16384 ] || share=16384
	printf '%d\n' "$share"
}

# server_data MB: the folders that a hospital would have put into the inbox, for the event that the
# rehearsal and the tests play. Renamed into place, so that an inbox that is there is whole.
server_data() {
	local inbox="$SERVER_STATE/inbox"
	[ ! -d "$inbox" ] || return 0
	rm -rf "$inbox.new"
	install -d -m 0750 "$inbox.new"
	if [ -x "$ROOT/tools/demo-data" ]; then
		WARDROOM_BIN="$SERVER_STATE/bin" quiet demo-data \
			"Making the demonstration's data ($1 MB of it simulated)" \
			"$ROOT/tools/demo-data" "$inbox.new/carmel-2026" --mb "$1"
	fi
	chown -R root:wardroom-data "$inbox.new"
	chmod -R u=rwX,g=rX,o= "$inbox.new"
	mv "$inbox.new" "$inbox"
}

server_start() {
	local since=$SECONDS warden="$SERVER_STATE/bin/wardroom-warden"
	[ -x "$warden" ] || die "build/bin/wardroom-warden is not there; did the build finish?"
	if port_in_use "$SERVER_PORT" || port_in_use $((SERVER_PORT + 1)); then
		die "Port $SERVER_PORT or $((SERVER_PORT + 1)) is in use: choose another with --port."
	fi
	step "Starting the server"
	# A pipe as standard input, never /dev/null: a container runtime may change the owner of what
	# it is given.
	rm -f "$SERVER_RUN/stdin"
	mkfifo -m 0600 "$SERVER_RUN/stdin"
	exec 9<>"$SERVER_RUN/stdin"
	# Its own session: Ctrl-C is ours to answer, in order.
	setsid "$warden" --config "$SERVER_CONFIG" <&9 >>"$SERVER_LOG" 2>&1 &
	SERVER_PID=$!
	until server_answers; do
		server_alive || server_failed "The server stopped at once."
		[ $((SECONDS - since)) -lt 60 ] || server_failed "The server does not answer."
		sleep 0.1
	done
}

# Any HTTP answer from the portal itself will do. The warden holds the listening socket before the
# portal is there, so that a connection alone says nothing.
server_answers() {
	local line=''
	(
		exec 3<>"/dev/tcp/127.0.0.1/$SERVER_PORT" || exit 1
		printf 'GET / HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n' \
			"$SERVER_PORT" >&3
		IFS= read -r -t 2 line <&3 && [[ $line == HTTP/1.[01]\ [2345]* ]]
	) 2>/dev/null
}

server_alive() { [ "$SERVER_PID" -gt 0 ] && kill -0 "$SERVER_PID" 2>/dev/null; }

server_failed() {
	tail -n 30 "$SERVER_LOG" >&2 || true
	cp -f "$SERVER_LOG" "$ROOT/build/log/server-$SERVER_NAME.log" 2>/dev/null || true
	die "$* Its log is build/log/server-$SERVER_NAME.log."
}

# Asks the warden to end, waits, and only then insists.
server_stop() {
	local since=$SECONDS
	server_alive || return 0
	step "Stopping the server"
	kill -TERM "$SERVER_PID" 2>/dev/null || true
	while server_alive && [ $((SECONDS - since)) -lt 40 ]; do sleep 0.1; done
	if server_alive; then
		warn "It did not stop in 40 s; ending it."
		kill -KILL "$SERVER_PID" 2>/dev/null || true
	fi
	wait "$SERVER_PID" 2>/dev/null || true
	SERVER_PID=0
}

# What a killed server can leave behind: containers, control groups, mounts, loop devices.
server_sweep() {
	local dir pid path device file
	# Only groups of this instance, whose name is ours alone.
	while read -r dir; do
		while read -r pid; do
			kill -KILL "$pid" 2>/dev/null || true
		done < <(find "$dir" -name cgroup.procs -exec cat {} + 2>/dev/null)
	done < <(server_groups)
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		while read -r dir; do
			find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null || true
		done < <(server_groups)
		[ -n "$(server_groups)" ] || break
		sleep 0.2
	done
	while read -r path; do
		umount -l "$path" 2>/dev/null || true
	done < <(awk -v a="$SERVER_RUN/" -v b="$SERVER_STATE/" \
		'index($5, a) == 1 || index($5, b) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
	while read -r device file; do
		case $file in
		"$SERVER_STATE"/*) losetup -d "$device" 2>/dev/null || true ;;
		esac
	done < <(losetup --list --noheadings --output NAME,BACK-FILE 2>/dev/null)
}

server_groups() {
	find /sys/fs/cgroup -maxdepth 3 -type d -name "wardroom-$SERVER_NAME" 2>/dev/null
}

# server_remove: everything of this server. Refuses folders that are not plainly ours.
server_remove() {
	local dir
	server_sweep
	for dir in "$SERVER_RUN" "$SERVER_STATE"; do
		case $dir in
		/run/wardroom-?* | /var/lib/wardroom-?* | /tmp/wardroom-?*) ;;
		*) die "$dir is not a folder that ./dev removes." ;;
		esac
		rm -rf --one-file-system "$dir"
	done
}
