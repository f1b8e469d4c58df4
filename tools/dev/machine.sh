# shellcheck shell=bash
# ./dev machine [--over FOLDER] [COMMAND...]: a virtual machine with a fresh Debian 12, nothing of
# ours in it but a clone of the last commit, in which a user with sudo runs ./dev COMMAND (demo).
# This is how the first minutes of a newcomer are tried: systemd, its control groups, its /run, and
# Debian's own kernel. Without hardware virtualisation it works, some twenty times slower.

MACHINE="$ROOT/build-machine" # the image, a key for it, what its console said
MACHINE_PID=0
# What a server's minimal installation brings.
MACHINE_PACKAGES=systemd-sysv,dbus,udev,kmod,libpam-systemd,openssh-server,iproute2,procps,less
MACHINE_PACKAGES+=,ca-certificates,git,sudo,zstd,initramfs-tools,linux-image-cloud-amd64

dev_machine() {
	local over='' arguments=("$@")
	if [ "${1:-}" = --over ]; then
		[ -d "${2:-}" ] || die "--over needs a folder: \"${2:-}\" is none."
		over=$2
		shift 2
	fi
	[ $# -gt 0 ] || set -- demo
	need_root machine "${arguments[@]}"
	need_packages machine
	rm -rf --one-file-system "$MACHINE"
	mkdir -m 0700 "$MACHINE"
	trap 'machine_end' EXIT
	trap 'exit 130' INT TERM HUP
	machine_image "$over"
	machine_start
	step "In the machine: ./dev $*"
	machine_ssh "git -c advice.detachedHead=false clone -q /srv/wardroom.bundle wardroom && cd wardroom && ./dev $(printf '%q ' "$@")"
}

machine_image() {
	local tree="$MACHINE/tree"
	quiet machine-debian "Making a Debian 12 from its packages" \
		mmdebstrap --variant=minbase --include="$MACHINE_PACKAGES" bookworm "$tree"
	ssh-keygen -q -t ed25519 -N '' -f "$MACHINE/key"
	# Root may read a tree of somebody else's; git wants to hear so.
	git -c safe.directory='*' -C "$ROOT" bundle create -q "$tree/srv/wardroom.bundle" HEAD
	machine_dress "$tree"
	[ -z "$1" ] || cp -a "$1/." "$tree/"
	chroot "$tree" update-ca-certificates >/dev/null 2>&1
	cp "$tree"/boot/vmlinuz-* "$MACHINE/kernel"
	cp "$tree"/boot/initrd.img-* "$MACHINE/initrd"
	truncate -s 25G "$MACHINE/disk"
	quiet machine-disk "Writing its disk" mke2fs -q -t ext4 -d "$tree" "$MACHINE/disk"
	rm -rf --one-file-system "$tree"
}

# A name, a network, a user called "me" with sudo.
machine_dress() {
	local tree=$1
	echo fresh >"$tree/etc/hostname"
	printf '127.0.0.1 localhost fresh\n::1 localhost\n' >"$tree/etc/hosts"
	printf 'nameserver 10.0.2.3\n' >"$tree/etc/resolv.conf"
	printf '/dev/vda / ext4 defaults 0 1\n' >"$tree/etc/fstab"
	printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\n' >"$tree/etc/systemd/network/10.network"
	chroot "$tree" systemctl -q enable systemd-networkd
	chroot "$tree" useradd -m -s /bin/bash me
	printf 'me ALL=(ALL) NOPASSWD:ALL\n' >"$tree/etc/sudoers.d/me"
	install -d -m 0700 "$tree/home/me/.ssh"
	cp "$MACHINE/key.pub" "$tree/home/me/.ssh/authorized_keys"
	chroot "$tree" chown -R me:me /home/me
}

machine_start() {
	local accel=${WARDROOM_ACCEL:-tcg,thread=multi} since=$SECONDS
	[ -n "${WARDROOM_ACCEL:-}" ] || ! grep -qwE 'vmx|svm' /proc/cpuinfo || accel=kvm
	MACHINE_PORT=$(free_port)
	step "Starting the machine ($accel)"
	setsid qemu-system-x86_64 -accel "$accel" -cpu max -smp "$(nproc)" -m 6144 \
		-display none -nodefaults -no-reboot -serial "file:$MACHINE/console" \
		-kernel "$MACHINE/kernel" -initrd "$MACHINE/initrd" \
		-append "root=/dev/vda rw console=ttyS0" \
		-drive "file=$MACHINE/disk,if=virtio,format=raw,cache=unsafe" \
		-nic "user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:$MACHINE_PORT-:22" \
		-device virtio-rng-pci <&- >"$MACHINE/qemu.log" 2>&1 &
	MACHINE_PID=$!
	until machine_ssh true 2>/dev/null; do
		kill -0 "$MACHINE_PID" 2>/dev/null || die "$(tail -n 3 "$MACHINE/qemu.log")"
		[ $((SECONDS - since)) -lt 600 ] || die "It does not answer: see $MACHINE/console."
		sleep 2
	done
	note "up after $((SECONDS - since)) s"
}

# The demonstration's two ports lead into the machine, so that its links open here.
machine_ssh() {
	local terminal=() ports=()
	if [ "$*" != true ]; then
		[ ! -t 0 ] || terminal=(-t)
		ports=(-L 127.0.0.1:8080:localhost:8080 -L 127.0.0.1:8081:localhost:8081)
	fi
	ssh "${terminal[@]}" "${ports[@]}" -i "$MACHINE/key" -p "$MACHINE_PORT" -o LogLevel=ERROR \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=20 \
		me@127.0.0.1 "$@"
}

machine_end() {
	local status=$?
	trap - EXIT INT TERM HUP
	if [ "$MACHINE_PID" -ne 0 ]; then
		kill "$MACHINE_PID" 2>/dev/null || true
		wait "$MACHINE_PID" 2>/dev/null || true
	fi
	rm -rf --one-file-system "$MACHINE"
	exit "$status"
}

# shellcheck source=tools/dev/server.sh
. "$DEV/server.sh"
