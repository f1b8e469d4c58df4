"""A real warden on a scratch server, with the test in the portal's and the gate's place.

    with Server(build) as s:
        s.start()
        s.portal.ws_open(1, members=[(7, 0, "ada")])
        s.exec(1, 0, "id")

The structs are those of src/wire; stub.c hands the sockets over. Needs root.
"""

import array
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

# src/wire/portal_warden.h
JOB_START, JOB_STOP, JOB_STATE, WS_OPEN, WS_CLOSE, WS_DESTROY = 1, 2, 3, 4, 5, 6
WS_NOTEBOOK, WS_EVICT, WS_STATE, AUDIT_HEAD, HOST, READY, WS_TERMINAL, WS_DESKTOP = 7, 8, 9, 10, 11, 12, 13, 14
WS_ARCHIVE, WS_TRY = 24, 25
DONE, USAGE, HOST_IS = 64, 65, 66
LISTEN, GATE, JOB_ENDED, WS_ENDED = 128, 129, 130, 131
SETUP, SAMPLE, FULL, FROZEN = 1, 2, 3, 4
OK, E_INPUT, E_AUTH, E_DENIED, E_ABSENT, E_CONFLICT, E_BUSY, E_IO = range(8)
# src/wire/gate_warden.h
GW_LISTEN, GW_SPOOL, GW_PORTAL, GW_WS, GW_WS_GONE = 1, 2, 3, 4, 5

HERE = pathlib.Path(__file__).resolve().parent
# Of this run alone: an eviction kills by user, and would reach into a test that runs beside this one.
UID_BASE = 1200000000 + os.getpid() % 210 // 30 * (3500 << 16) + os.getpid() % 30 * 2048
USERS = ("list", "news", "proxy", "games")  # portal, gate, data, mirror: accounts that every Debian has


BIN = os.environ.get("WARDROOM_BIN", "")
TESTS = []  # in the order in which they stand: one goes on where the one before left the workspaces
TIMES = {}  # what took how long, for people


def test(fn):
    TESTS.append(fn)
    return fn


def ok(answer):
    assert answer[0] == OK, answer
    return answer[1]


def refused(answer, status, word=""):
    assert answer[0] == status and word in answer[2], answer


def run_tests(house, *more):
    """Prints TAP; 1 when one failed. By hand: only those whose names hold a word of the command line."""
    tests = [t for t in TESTS if not sys.argv[1:] or any(w in t.__name__ for w in sys.argv[1:])]
    print(f"1..{len(tests)}", flush=True)
    bad = 0
    for i, fn in enumerate(tests, 1):
        began, name = time.time(), fn.__name__.replace("_", " ")
        try:
            fn(house, *more)
            print(f"ok {i} - {name} # {time.time() - began:.1f} s", flush=True)
        except Exception:
            bad += 1
            print(f"not ok {i} - {name}", flush=True)
            print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
            if not house.proc or house.proc.poll() is not None:
                print("Bail out! the warden is gone")
                break
    if bad:
        print("# " + house.read_log().replace("\n", "\n# "))
    if TIMES:
        print("# " + ", ".join(f"{k} {v * 1000:.0f} ms" for k, v in TIMES.items()))
    return 1 if bad else 0


def skipped():
    """Says so, when there is nothing to run with."""
    if os.geteuid() == 0 and BIN:
        return False
    print("1..0 # SKIP needs root and WARDROOM_BIN")
    return True


class Gone(Exception):
    """The warden closed the socket."""


class Fd:
    """A descriptor that closes when nobody refers to it any more."""

    def __init__(self, fd):
        self.fd = fd

    def detach(self):
        fd, self.fd = self.fd, -1
        return fd

    def __del__(self):
        if self.fd >= 0:
            os.close(self.fd)


class Wire:
    """One end of a SOCK_SEQPACKET socket to the warden."""

    def __init__(self, sock, pid, uid):
        self.sock, self.pid, self.uid = sock, pid, uid
        self.seq = -1
        self.events = []

    def send(self, data, fds=()):
        anc = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.sock.sendmsg([data], anc)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Gone from e

    def recv(self, timeout=60):
        """(type, seq, body, fds) of the next message."""
        if not select.select([self.sock], [], [], timeout)[0]:
            raise TimeoutError("the warden said nothing")
        try:
            data, anc, _, _ = self.sock.recvmsg(16384, 256)
        except ConnectionResetError as e:
            raise Gone from e
        if not data:
            raise Gone
        fds = []
        for level, kind, payload in anc:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                a = array.array("i")
                a.frombytes(payload[: len(payload) // 4 * 4])
                fds += [Fd(x) for x in a]
        kind, seq = struct.unpack_from("II", data)
        return kind, seq, data, fds

    def event(self, kind, timeout=60):
        """The next event of this kind, from those that came meanwhile or by waiting."""
        for i, m in enumerate(self.events):
            if m[0] == kind:
                return self.events.pop(i)
        deadline = time.time() + timeout
        while True:
            m = self.recv(max(0.01, deadline - time.time()))
            if m[0] == kind:
                return m
            self.events.append(m)

    def answer(self, seq, timeout=60):
        for i, m in enumerate(self.events):
            if m[1] == seq and seq:
                return self.events.pop(i)
        deadline = time.time() + timeout
        while True:
            m = self.recv(max(0.01, deadline - time.time()))
            if m[1] == seq:
                return m
            self.events.append(m)

    def tell(self, kind, body=b"", fds=()):
        self.seq += 2
        self.send(struct.pack("II", kind, self.seq) + body, fds)
        return self.seq

    def ask(self, kind, body=b"", fds=(), timeout=60):
        """(status, value, text) of the answer."""
        return self.done(self.tell(kind, body, fds), timeout)

    def done(self, seq, timeout=60):
        kind, _, data, _ = self.answer(seq, timeout)
        assert kind == DONE, kind
        status, _, value, text = struct.unpack_from("IIQ400s", data, 8)
        return status, value, text.split(b"\0")[0].decode()

    # the portal's questions
    @staticmethod
    def ws_body(ws, stage=SETUP, release=0, members=(), memory_mb=0, cpus=0, processes=0, disk_mb=0):
        body = struct.pack("QQIIIIII", ws, release, stage, memory_mb, cpus, processes, disk_mb, len(members))
        for person, slot, name in list(members) + [(0, 0, "")] * (16 - len(members)):
            body += struct.pack("QI28s", person, slot, name.encode())
        return body

    def ws_open(self, ws, **k):
        return self.ask(WS_OPEN, self.ws_body(ws, **k))

    def id(self, kind, n, timeout=60):
        return self.ask(kind, struct.pack("Q", n), timeout=timeout)

    def person(self, kind, ws, person, timeout=60):
        return self.ask(kind, struct.pack("QQ", ws, person), timeout=timeout)

    def usage(self, ws):
        _, _, data, _ = self.answer(self.tell(WS_STATE, struct.pack("Q", ws)))
        keys = ("state", "processes", "memory", "memory_limit", "disk", "disk_limit", "cpu_us", "cpu_limit",
                "files_left", "oom_kills", "fork_fails")
        return dict(zip(keys, struct.unpack_from("IIQQQQQQQQQ", data, 8)))

    def host(self):
        _, _, data, _ = self.answer(self.tell(HOST))
        allowed, _, text = struct.unpack_from("II4000s", data, 8)
        return bool(allowed), text.split(b"\0")[0].decode()

    def close(self):
        self.sock.close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, programs, **config):
        """programs: a folder that holds wardroom-warden and wardroom-desk."""
        programs = pathlib.Path(programs).resolve()
        self.warden_bin = str(programs / "wardroom-warden")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="wardroom-warden-"))
        os.chmod(self.dir, 0o755)
        self.bin = self.dir / "bin"
        self.bin.mkdir(mode=0o755)
        subprocess.run(["cc", "-D_GNU_SOURCE", "-o", str(self.bin / "stub"), str(HERE / "stub.c")], check=True)
        for name in ("portal", "gate", "curator"):
            os.symlink("stub", self.bin / f"wardroom-{name}")
        for name in ("archive", "desk", "mirror"):
            os.symlink(programs / f"wardroom-{name}", self.bin / f"wardroom-{name}")
        self.conf = self.dir / "wardroom.conf"
        self.settings = dict(
            instance=f"t{os.getpid()}", state=self.dir / "state", run=self.dir / "run", bin=self.bin,
            listen=f"127.0.0.1:{free_port()}", rooms_listen=f"127.0.0.1:{free_port()}",
            user_portal=USERS[0], user_gate=USERS[1], user_data=USERS[2], user_mirror=USERS[3], uid_base=UID_BASE,
            memory_mb=1024, cpus=1, processes=128, disk_mb=128)
        self.settings.update(config)
        # As Debian mounts /run: what must be executed must not lie there.
        self.run = self.dir / "run"
        self.run.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec,mode=711", "run", str(self.run)],
                       check=True)
        self.conf.write_text("".join(f"{k} {v}\n" for k, v in self.settings.items()))
        os.chmod(self.conf, 0o644)
        self.stub_sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.stub_sock.bind(str(self.dir / "stub.sock"))
        os.chmod(self.dir / "stub.sock", 0o666)
        self.stub_sock.listen(16)
        self.proc = self.portal = self.gate = None
        self.log = open(self.dir / "log", "wb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        left = self.leftovers()
        # Lazily: sockets that came to us through the gate's lie on it, and may still be held.
        subprocess.run(["umount", "--lazy", str(self.run)], check=True)
        if left:
            raise AssertionError(f"left behind: {left}")
        shutil.rmtree(self.dir)

    def leftovers(self):
        """Mounts, loop devices and control groups that should be gone."""
        d = str(self.dir)
        found = [x.split()[4] for x in open("/proc/self/mountinfo") if x.split()[4].startswith(d)]
        found = [x for x in found if x != str(self.run)]
        name = f"wardroom-{self.settings['instance']}"
        for root, dirs, _ in os.walk("/sys/fs/cgroup"):
            found += [os.path.join(root, x) for x in dirs if x == name]
            dirs[:] = [x for x in dirs if root.count("/") < 5]
        for f in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
            if f.read_text().startswith(d):
                found.append(str(f))
        return found

    def start(self, ready=True):
        self.proc = subprocess.Popen([self.warden_bin, "--config", str(self.conf)], stdout=self.log, stderr=self.log)
        self.connect()
        self.connect()
        assert self.portal and self.gate
        return self

    def reconnect(self, name):
        """Waits for the named child ("portal" or "gate") to be started again, and takes it over."""
        old = getattr(self, name)
        while getattr(self, name) is old:
            self.connect()
        return getattr(self, name)

    def connect(self):
        """Takes over the next stub that the warden started."""
        self.stub_sock.settimeout(15)
        c, _ = self.stub_sock.accept()
        with c:
            data, anc, _, _ = c.recvmsg(256, 256)
        a = array.array("i")
        a.frombytes(anc[0][2][:4])
        name, pid, uid, descriptors = data.decode().split()
        w = Wire(socket.socket(fileno=a[0]), int(pid), int(uid))
        w.descriptors = int(descriptors)
        if name == "wardroom-portal":
            if self.portal:
                self.portal.close()
            self.portal = w
        else:
            if self.gate:
                self.gate.close()
            self.gate = w
        return w

    def kill(self):
        """As a power cut of the warden alone."""
        self.proc.send_signal(signal.SIGKILL)
        self.proc.wait()
        self.forget()

    def forget(self):
        for w in (self.portal, self.gate):
            if w:
                w.close()
        self.portal = self.gate = self.proc = None

    def stop(self):
        if self.proc:
            self.proc.send_signal(signal.SIGTERM)
            code = self.proc.wait(60)
            self.forget()
            return code

    def exec(self, ws, slot, *cmd, input=b"", timeout=60):
        """CompletedProcess of a command inside, as the member in the slot."""
        cmd = ["/bin/sh", "-c", cmd[0]] if len(cmd) == 1 else list(cmd)
        return subprocess.run(
            [self.warden_bin, "--config", str(self.conf), "exec", "--ws", str(ws), "--slot", str(slot), "--"] + cmd,
            input=input, capture_output=True, timeout=timeout)

    def sh(self, ws, slot, script, **k):
        """Standard output of a script inside that must end well."""
        r = self.exec(ws, slot, script, **k)
        if r.returncode:
            raise AssertionError(f"{script}: {r.returncode} {r.stdout!r} {r.stderr!r}")
        return r.stdout.decode().strip()

    def read_log(self):
        return (self.dir / "log").read_text()

    def release(self, n, files, kind=""):
        """An image of the given {name: text}, as the curator leaves it; kind: ".simulated"."""
        with tempfile.TemporaryDirectory() as d:
            for name, text in files.items():
                (pathlib.Path(d) / name).write_text(text)
                os.chmod(pathlib.Path(d) / name, 0o444)
            os.chmod(d, 0o555)
            image = self.dir / "state" / "releases" / f"{n}{kind}.erofs"
            subprocess.run(["mkfs.erofs", "--quiet", str(image), d], check=True, capture_output=True)
            os.chmod(image, 0o400)
            shutil.chown(image, USERS[2])
            os.chmod(d, 0o755)
        return image


def http_get(path, target, timeout=5):
    """(status, body) of a GET over a unix socket."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(timeout)
    with s:
        s.connect(path)
        s.sendall(f"GET {target} HTTP/1.0\r\nHost: 1.localhost\r\n\r\n".encode())
        data = b""
        while True:
            part = s.recv(65536)
            if not part:
                break
            data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
