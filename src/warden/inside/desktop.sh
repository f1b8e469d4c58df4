#!/bin/sh
# One member's desktop: a screen that exists in memory, shown to nobody but the gate, with a window
# manager, a panel and a file manager on it. What the screen hides from the gate's filter is comfort,
# not the wall: whoever works here may start another screen.
set -u
umask 077
mkdir -p "$HOME/.local"
number=$((WARDROOM_SLOT + 1))
socket=/sock/$WARDROOM_SLOT/desktop.sock
export DISPLAY=:$number XAUTHORITY="$HOME/.local/desktop.auth"
export XDG_CURRENT_DESKTOP=LXDE GTK_THEME=Adwaita GTK2_RC_FILES=/opt/wardroom/etc/gtk2.rc
export XDG_DATA_DIRS=/opt/wardroom/share:/usr/local/share:/usr/share
export GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1 GTK_A11Y=none

# Only this member's programs may draw here; the sockets of all members' screens lie in one folder.
rm -f "$XAUTHORITY" "/tmp/.X11-unix/X$number" "/tmp/.X$number-lock"
xauth -q -f "$XAUTHORITY" add "$DISPLAY" . "$(mcookie)" 2>/dev/null

session() {
	while [ ! -S "/tmp/.X11-unix/X$number" ]; do sleep 0.02; done
	cd "$HOME" || exit
	umask 0007
	# What there is to open, the first time; a member may clear it away.
	if mkdir Desktop 2>/dev/null; then
		ln -s /team 'Desktop/Team folder'
		[ ! -d /data ] || ln -s /data Desktop/Data
	fi
	# The file manager reads its desktop's colours from the member's own folder only.
	mkdir -p .config/pcmanfm/wardroom
	[ -e .config/pcmanfm/wardroom/desktop-items-0.conf ] ||
		cp /opt/wardroom/etc/pcmanfm.conf .config/pcmanfm/wardroom/desktop-items-0.conf
	pcmanfm --desktop --profile wardroom &
	tint2 -c /opt/wardroom/etc/tint2rc &
	exec openbox --config-file /opt/wardroom/etc/openbox.xml
}
session &
exec Xtigervnc "$DISPLAY" -auth "$XAUTHORITY" -geometry 1280x800 -depth 24 -dpi 96 \
	-rfbport -1 -rfbunixpath "$socket" -rfbunixmode 0666 -SecurityTypes None \
	-AcceptCutText=0 -SendCutText=0 -SendPrimary=0 -SetPrimary=0 -AlwaysShared=1 \
	-AcceptSetDesktopSize=1 -nolisten tcp -desktop desktop
