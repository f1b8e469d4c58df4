"""The tools of a workspace as a member has them in a browser: through the real gate, in a real
container. Each kernel computes, reads the data and draws without a screen; a terminal opens at a
prompt; a desktop shows pixels, and nothing else comes out of it. Prints TAP. Needs root.
"""

import pathlib
import re
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from through import *  # noqa: E402,F403

ADA, BOB = (7, 0, "ada"), (8, 1, "bob")
RELEASE = {"patients.csv": "id,age\n" + "".join(f"{n},{30 + n % 50}\n" for n in range(500)), "manifest.json": "{}"}


# ---- kernels ----

KERNELS = {
    # name: (one and one, its answer), (rows of the data, what it says), a drawing
    "python3": ("1 + 1", "2", "print(len(open('/data/patients.csv').readlines()))",
                "import matplotlib.pyplot as p; p.plot([1, 4, 9]); p.show()"),
    "ir": ("1 + 1", "2", "cat(nrow(read.csv('/data/patients.csv')) + 1)", "plot(c(1, 4, 9))"),
    "octave": ("1 + 1", "ans = 2", "disp(rows(csvread('/data/patients.csv')))", "plot([1 4 9])"),
}


def kernel_works(h, name):
    one, two, rows, drawing = KERNELS[name]
    start = time.monotonic()
    k = Kernel(h.room, name)
    said = k.text(k.run(one)).strip()
    TIMES[f"{name}, to its first answer"] = time.monotonic() - start
    assert two in said.replace("[1] ", ""), said
    said = k.text(k.run(rows)).strip()
    assert said == "501", said
    said = k.run(drawing)
    assert k.pictures(said), said
    k.close()


@test
def kernels_are_listed(h):
    code, _, body = h.room.send("GET", "/api/kernelspecs")
    assert code == 200, code
    for name in KERNELS:
        assert b'"%s"' % name.encode() in body, (name, body)


@test
def python_computes_reads_and_draws(h):
    kernel_works(h, "python3")


@test
def r_computes_reads_and_draws(h):
    kernel_works(h, "ir")


@test
def octave_computes_reads_and_draws(h):
    kernel_works(h, "octave")


# ---- terminal ----

KEYS, SIZE, SHELL, ALIVE = 0, 1, 2, 3


class Shell:
    """A terminal's page, without the picture."""

    def __init__(self, room, number=1):
        self.socket, self.seen = Socket(room, "/terminal/socket"), b""
        self.part(SHELL, bytes([number]))
        self.part(SIZE, struct.pack("!HH", 100, 30))

    def part(self, kind, data):
        self.socket.put(2, struct.pack("!BH", kind, len(data)) + data)

    def type(self, text):
        data = text.encode()
        for at in range(0, len(data), 60000):
            self.part(KEYS, data[at:at + 60000])

    def until(self, words):
        while words.encode() not in self.seen:
            self.seen += self.socket.message()
        return self.seen.decode("utf-8", "replace")


@test
def a_terminal_opens_at_a_prompt(h):
    times = []
    for n in range(1, 4):
        start = time.monotonic()
        ok(h.portal.person(WS_TERMINAL, 1, 7))
        h.room = h.enter(1, 0, 7, "terminal")  # whose cookie takes the earlier one's place
        t = Shell(h.room, n)
        t.until("ada:~$ ")
        times.append(time.monotonic() - start)
    TIMES["terminal to its prompt, cold"], TIMES["warm"] = times[0], min(times[1:])
    t.type("id -un; stty size\n")
    t.until("30 100")
    assert h.sh(1, 0, "pgrep -fc '[w]ardroom terminal'") == "1"


@test
def the_command_explains_itself(h):
    page = h.sh(1, 0, "man wardroom 2>&1")
    assert "warning" not in page and "NAME" in page and "from inside your workspace" in page, page[:400]
    assert "list directory contents" in h.sh(1, 0, "man ls 2>&1")
    text = h.sh(1, 0, "wardroom help")
    assert all(len(line) <= 80 for line in text.splitlines()), text
    for command in re.findall(r"^  ([a-z]+)", text, re.M):
        assert h.sh(1, 0, "wardroom help " + command).startswith("wardroom " + command), command
        assert re.search(r"^ +%s" % command, page, re.M), command
    t = Shell(h.room, 5)
    t.until("ada:~$ ")
    t.type("wardroom air\t")
    t.until("wardroom airlock ")
    t.type("se\t")
    t.until("wardroom airlock seal")
    t.type("\x15wardroom help tab\t\n")
    t.until("DATA is a table of yours")
    t.type("exit\n")


@test
def a_shell_outlives_its_page(h):
    ok(h.portal.person(WS_TERMINAL, 1, 7))
    t = Shell(h.room, 4)
    t.type("echo one-$((20 + 3)); (sleep 1; echo two-$((40 + 2))) & \n")
    t.until("one-23")
    t.socket.sock.close()
    time.sleep(1.5)
    again = Shell(h.room, 4)
    text = again.until("two-42")
    assert "one-23" in text
    # who asks last has it
    third = Shell(h.room, 4)
    third.until("two-42")
    try:
        while True:
            again.socket.message()
    except (EOFError, OSError):
        pass
    third.type("exit\n")
    try:
        while True:
            third.socket.message()
    except EOFError:
        pass
    fresh = Shell(h.room, 4)
    assert "one-23" not in fresh.until("ada:~$ ")


@test
def a_long_paste_is_not_cut(h):
    ok(h.portal.person(WS_TERMINAL, 1, 7))
    t = Shell(h.room, 5)
    t.until("ada:~$ ")
    t.type("cat > pasted <<'END'\n" + "".join(f"line {n} of a paste that is longer than a terminal holds\n" for n in range(2000)) + "END\n")
    t.type("wc -l < pasted; echo do''ne\n")
    text = t.until("\ndone").replace("\r", "")
    assert "2000\ndone" in text, text[-300:]


@test
def much_output_arrives_whole(h):
    ok(h.portal.person(WS_TERMINAL, 1, 7))
    t = Shell(h.room, 6)
    t.until("ada:~$ ")
    t.type("seq 1 200000; echo do''ne\n")
    text = t.until("done").replace("\r", "")
    assert "\n199999\n200000\n" in text and "\n100000\n" in text and len(text) > 1200000


# ---- desktop ----

class Screen:
    """A desktop's page as a plain RFB client: raw pixels, and everything the gate lets through."""

    def __init__(self, room):
        self.socket, self.data, self.log = Socket(room, "/desktop/socket"), b"", b""
        assert self.exactly(12) == b"RFB 003.008\n"
        self.send(b"RFB 003.008\n")
        assert self.exactly(2) == b"\1\1"
        self.send(b"\1")
        assert self.exactly(4) == bytes(4)
        self.send(b"\1")
        self.width, self.height = struct.unpack("!HH", self.exactly(4))
        self.exactly(16)
        n, = struct.unpack("!I", self.exactly(4))
        self.name = self.exactly(n)
        self.send(bytes([0, 0, 0, 0, 32, 24, 0, 1]) + struct.pack("!HHH", 255, 255, 255) + bytes([16, 8, 0, 0, 0, 0]))
        # raw and the pseudo-encodings that a greedy page would ask for: both clipboards, the name, fences
        self.send(struct.pack("!BxH", 2, 5) + struct.pack("!5I", 0, 0xC0A1E5CE, 0xFFFFFECD, 0xFFFFFEC8, 0xFFFFFEC7))

    def send(self, data):
        self.socket.put(2, data)

    def exactly(self, n):
        while len(self.data) < n:
            part = self.socket.message()
            self.log += part
            self.data += part
        out, self.data = self.data[:n], self.data[n:]
        return out

    def picture(self, changed=False):
        """The next update's rectangles: a list of (x, y, w, h, pixels)."""
        self.send(struct.pack("!BBHHHH", 3, int(changed), 0, 0, self.width, self.height))
        while True:
            kind = self.exactly(1)[0]
            if kind == 2:
                continue
            assert kind == 0, f"message {kind} came through"
            n, = struct.unpack("!xH", self.exactly(3))
            found = []
            for _ in range(n):
                x, y, w, h, encoding = struct.unpack("!HHHHi", self.exactly(12))
                assert encoding == 0, encoding
                found.append((x, y, w, h, self.exactly(w * h * 4)))
            return found

    def colours(self):
        """How many pixels of the whole screen have each colour."""
        count = {}
        for _, _, _, _, pixels in self.picture():
            for i in range(0, len(pixels), 4):
                count[pixels[i:i + 3]] = count.get(pixels[i:i + 3], 0) + 1
        return count


DISPLAY = "export DISPLAY=:1 XAUTHORITY=$HOME/.local/desktop.auth; "


@test
def a_desktop_shows_pixels(h):
    start = time.monotonic()
    ok(h.portal.person(WS_DESKTOP, 1, 7))
    h.room = h.enter(1, 0, 7, "desktop")
    h.screen = Screen(h.room)
    h.screen.picture()
    TIMES["desktop, cold, to its first picture"] = time.monotonic() - start
    assert h.screen.name == b"desktop" and (h.screen.width, h.screen.height) == (1280, 800)
    panel = b"\x63\x2d\x2f"  # of the panel, as blue, green, red
    end = time.monotonic() + 30
    while h.screen.colours().get(panel, 0) < 20000:
        assert time.monotonic() < end, "no panel is seen"
        time.sleep(0.3)
    # a program inside draws, and what it draws is seen outside: the way out is open for pixels
    h.sh(1, 0, DISPLAY + """setsid lxterminal --geometry=60x20 -e 'sh -c "printf \\"\\\\033[48;2;1;200;3m\\"; clear; sleep 60"' >/dev/null 2>&1 </dev/null &
sleep 0.2""")
    end = time.monotonic() + 30
    while h.screen.colours().get(b"\x03\xc8\x01", 0) < 5000:
        assert time.monotonic() < end, "the green of the terminal is not seen"
        time.sleep(0.3)


@test
def a_desktop_is_its_members_own(h):
    assert h.exec(1, 0, DISPLAY + "echo mine | xclip -selection secondary >/dev/null 2>&1; xclip -o -selection secondary").stdout == b"mine\n"
    for way in ("DISPLAY=:1 ", "DISPLAY=unix:1 ", "DISPLAY=:1 XAUTHORITY=/home/ada/.local/desktop.auth "):
        r = h.exec(1, 1, way + "xclip -o -selection secondary")
        assert r.returncode and b"mine" not in r.stdout, (way, r)
    for name in ("desktop", "terminal", "notebook"):
        r = h.exec(1, 1, f"python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"/sock/0/{name}.sock\")'")
        assert r.returncode and b"PermissionError" in r.stderr, (name, r)


SECRET = "patient-4711-has-a-secret-diagnosis"


@test
def nothing_copied_inside_comes_out(h):
    # the screen that belongs to the desktop, with every switch turned on from inside
    h.sh(1, 0, DISPLAY + f"for i in 1 2 3; do for s in primary clipboard; do printf %s {SECRET} | xclip -selection $s >/dev/null 2>&1; done; sleep 0.3; done")
    assert h.sh(1, 0, DISPLAY + "xclip -o -selection clipboard") == SECRET  # the control: it was copied
    for _ in range(6):
        h.screen.picture()
        time.sleep(0.1)
    assert SECRET.encode() not in h.screen.log
    # a server of the member's own that does everything it should not, in the desktop's place
    h.sh(1, 0, "pkill -u ada Xtigervnc; sleep 0.3; rm -f /sock/0/desktop.sock; setsid Xtigervnc :40 -geometry 640x480 -depth 24 "
               "-rfbport -1 -rfbunixpath /sock/0/desktop.sock -rfbunixmode 0666 -SecurityTypes None -desktop " + SECRET +
               " -SendCutText=1 -AcceptCutText=1 -SendPrimary=1 -SetPrimary=1 >/dev/null 2>&1 </dev/null & sleep 1.5; "
               "export DISPLAY=:40; setsid vncconfig -nowin >/dev/null 2>&1 </dev/null & sleep 0.2")
    s = Screen(h.room)
    assert s.name == b"desktop"
    s.picture()
    h.sh(1, 0, f"export DISPLAY=:40; for i in 1 2 3; do for s in primary clipboard; do printf %s {SECRET} | xclip -selection $s >/dev/null 2>&1; done; sleep 0.3; done")
    for _ in range(4):
        s.picture()
        time.sleep(0.1)
    assert SECRET.encode() not in s.log, "it came out"
    direct = straight(h)
    assert SECRET.encode() in direct, "the control: without the gate it would have come out"
    s.socket.sock.close()
    time.sleep(0.5)
    assert "clipboard stopped" in h.read_log()


def straight(h):
    """What the same screen says to a client that the gate does not stand before."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(1)
    with s:
        s.connect(str(h.dir / "run/ws/1/sock/0/desktop.sock"))
        seen = b""
        for say in (b"", b"RFB 003.008\n", b"\1", b"\1", struct.pack("!BxH", 2, 1) + struct.pack("!I", 0)):
            s.sendall(say)
            try:
                while True:
                    part = s.recv(65536)
                    seen += part
                    if len(part) < 65536:
                        break
            except TimeoutError:
                pass
        h.sh(1, 0, f"export DISPLAY=:40; printf %s {SECRET} | xclip -selection clipboard >/dev/null 2>&1; sleep 0.5")
        try:
            while part := s.recv(65536):
                seen += part
        except TimeoutError:
            pass
    return seen


@test
def text_sent_in_is_dropped(h):
    s = Screen(h.room)
    s.send(struct.pack("!BxxxI", 6, 9) + b"pasted-in" + struct.pack("!Bxxxi", 6, -8) + bytes(8))
    s.picture()
    r = h.exec(1, 0, "export DISPLAY=:40; timeout 2 xclip -o -selection clipboard")
    assert b"pasted-in" not in r.stdout, r.stdout


@test
def what_is_no_picture_ends_the_connection(h):
    for name, data in (("file transfer", b"\x07" + bytes(9)), ("an unknown message", b"\xf0"), ("a changed format", bytes(20))):
        s = Screen(h.room)
        s.picture()
        s.send(data)
        try:
            while True:
                s.socket.message()
        except EOFError as e:
            assert "closed" in str(e) or "format" in str(e), (name, e)
    code, _, body = h.room.send("GET", "/desktop/novnc/core/rfb.js")
    assert code == 200 and b"class RFB" in body
    for path in ("/desktop/novnc/core/../../../etc/passwd", "/desktop/novnc/core/%2e%2e/vnc.html", "/desktop/novnc/vnc.html",
                 "/desktop/novnc//etc/passwd.js", "/desktop/nothing"):
        assert h.room.send("GET", path)[0] in (400, 404), path


@test
def a_cut_ends_shells_and_screens_at_once(h):
    t, s = Shell(h.room, 7), Screen(h.room)
    t.until("$ ")
    start = time.monotonic()
    h.doors.cut(7)
    for x in (t.socket, s.socket):
        try:
            while x.message():
                pass
        except (EOFError, OSError):
            pass
    TIMES["cut"] = time.monotonic() - start
    assert TIMES["cut"] < 2
    assert h.room.send("GET", "/terminal/")[0] == 401


def prepare(h):
    h.start()
    h.release(5, RELEASE)
    ok(h.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA, BOB]))
    start = time.monotonic()
    ok(h.portal.person(WS_NOTEBOOK, 1, 7))
    h.room = h.enter(1, 0, 7)
    assert h.room.send("GET", "/tree")[0] == 200
    TIMES["notebook, cold"] = time.monotonic() - start


def main():
    if skipped():
        return 0
    with House(BIN, memory_mb=2048, cpus=2, disk_mb=256) as h:
        prepare(h)
        return run_tests(h)


sys.exit(main())
