"""A real server under a test that kills its parts: its processes by their parent, its end and its
start again, what must hold after every fall, and the points of TAP.

Run beside tools/dev/with-server, whose environment tells where the server is; see beside().
"""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

from client import ROOT, Browser, Play, wait_for

PORTAL, GATE, CURATOR, WORKER = "wardroom-portal", "wardroom-gate", "wardroom-curator", "wardroom-warden"
ADMIN = "maya@example.org"

tests, failed = 0, 0


def check(ok, name, note=""):
    """One point. Returns whether it holds."""
    global tests, failed
    tests += 1
    failed += not ok
    print("ok" if ok else "not ok", tests, "-", name, flush=True)
    if not ok and note != "":
        print("#", ascii(str(note)[:1500]).strip("'\""), flush=True)
    return ok


def say(text):
    """A remark; every line of it is one."""
    print("# " + str(text).replace("\n", "\n# "), flush=True)


def finish():
    print("1..%d" % tests, flush=True)
    return 1 if failed else 0


def beside(script, *options):
    """Starts this script again beside a fresh server, unless it is."""
    if os.geteuid() != 0:
        print("1..0 # SKIP a whole server needs root")
        sys.exit(0)
    if "WARDROOM_CONFIG" not in os.environ:
        os.execv(ROOT / "tools/dev/with-server", ["with-server", *options, "--", sys.executable, script])


def alive(pid):
    """Running, and no zombie."""
    try:
        return pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def arguments(pid):
    try:
        return pathlib.Path("/proc/%d/cmdline" % pid).read_bytes().split(b"\0")[:-1]
    except OSError:
        return []


def children(pid):
    try:
        return [int(x) for x in pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()]
    except OSError:
        return []


class Server:
    def __init__(self):
        self.config = os.environ["WARDROOM_CONFIG"]
        self.url, self.warden = os.environ["WARDROOM_URL"], int(os.environ["WARDROOM_PID"])
        self.log = os.environ["WARDROOM_LOG"]
        pairs = [line.split(None, 1) for line in open(self.config) if line.strip() and line[0] != "#"]
        self.settings = {k: v.strip() for k, v in pairs}
        self.state, self.run = pathlib.Path(self.settings["state"]), pathlib.Path(self.settings["run"])
        self.bin = pathlib.Path(self.settings["bin"])
        self.own = None  # the warden, when we started it
        # What an earlier run of this test's own processes leaves to process 1 comes to nobody.
        self.stdin = os.pipe()

    # processes

    def child(self, name):
        """The pid of the warden's child of this name, or None."""
        for pid in children(self.warden):
            got = arguments(pid)
            if got and os.path.basename(got[0]).decode() == name:
                return pid
        return None

    def catch(self, name, seconds=20):
        """Waits for such a child without a pause, because it may live for milliseconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid = self.child(name)
            if pid:
                return pid
        return None

    def kill(self, name, pid=None):
        """kill -9. Returns the pid that was killed."""
        pid = pid or self.child(name)
        try:
            os.kill(pid, signal.SIGKILL)
        except (TypeError, ProcessLookupError):  # there was none, or it was over first
            pass
        return pid

    def back(self, name, old, seconds=10):
        """Waits for another child of that name, and how long that took."""
        t = time.monotonic()
        new = wait_for(lambda: (lambda p: p if p and p != old else None)(self.child(name)), seconds)
        return new, time.monotonic() - t

    def kill_warden(self):
        old, portal, gate = self.warden, self.child(PORTAL), self.child(GATE)
        os.kill(old, signal.SIGKILL)
        if self.own:
            self.own.wait()
        gone = wait_for(lambda: not any(p and alive(p) for p in (old, portal, gate)), 10)
        return gone

    def start_warden(self):
        """Again, with the same configuration. Seconds until it answered, or None."""
        t = time.monotonic()
        with open(self.log, "ab") as log:
            # A pipe as standard input, never /dev/null: see tools/dev/server.sh.
            self.own = subprocess.Popen([self.bin / "wardroom-warden", "--config", self.config], stdin=self.stdin[0],
                                        stdout=log, stderr=log, start_new_session=True)
        self.warden = self.own.pid
        return time.monotonic() - t if self.answers(30) else None

    def stop(self):
        """Asks the warden to end; its exit code when we had started it."""
        os.kill(self.warden, signal.SIGTERM)
        if self.own:
            return self.own.wait(60)
        return 0 if wait_for(lambda: not alive(self.warden), 60) else 1

    def answers(self, seconds=10):
        def ask():
            try:
                return Browser(self.url).send("GET", "/health", timeout=2)[0] == 200
            except OSError:
                return False
            except Exception:  # a half answer of a portal that is being killed
                return False
        return wait_for(ask, seconds)

    # commands

    def wardroom(self, *words, config=None):
        return subprocess.run([self.bin / "wardroom", "--config", config or self.config, "--json", *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def link(self, email, name=None):
        if name:
            self.wardroom("person", "add", email, name, "--admin")
        return json.loads(self.wardroom("person", "link", email).stdout)["url"]

    def play(self):
        p = Play(self.url, self.link(ADMIN, "Maya Organiser"))
        p.make(ADMIN)
        return p

    def inside(self, ws, slot, script, **k):
        """A started command inside a workspace, as the member in that place."""
        return subprocess.Popen(
            [self.bin / "wardroom-warden", "--config", self.config, "exec", "--ws", str(ws), "--slot", str(slot),
             "--", "/bin/sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **k)

    def sh(self, ws, slot, script, seconds=60):
        """What a script inside prints; an AssertionError when it fails."""
        p = self.inside(ws, slot, script)
        out = p.communicate(timeout=seconds)[0]
        assert p.returncode == 0, "%s: %d %s" % (script[:60], p.returncode, out)
        return out.strip()

    def db(self, sql, *args):
        """A look into the portal's database while it is in use; never a change."""
        c = sqlite3.connect("file:%s?mode=ro" % (self.state / "portal/wardroom.db"), uri=True, timeout=10)
        try:
            return c.execute(sql, args).fetchall()
        finally:
            c.close()

    # what must hold

    def jobs_rest(self, seconds=60):
        """No job waits or runs any more."""
        return wait_for(lambda: not self.db("SELECT 1 FROM job WHERE state IN ('queued', 'running')"), seconds, 0.2)

    def verify(self):
        """(whole?, what `wardroom audit verify` says). It looks at the database too."""
        r = self.wardroom("audit", "verify")
        try:
            return r.returncode == 0 and json.loads(r.stdout)["ok"], json.loads(r.stdout)
        except ValueError:
            return False, r.stdout + r.stderr

    def witnessed(self, seconds=10):
        """The warden knows the newest entry."""
        def same():
            n = self.db("SELECT max(n) FROM audit")[0][0]
            lines = (self.state / "witness").read_text().splitlines()
            return bool(lines) and int(lines[-1].split()[0]) == n
        return wait_for(same, seconds, 0.2)

    def half_done(self):
        """Files of work that nobody will finish."""
        found = [p for folder in ("releases", "spool", "data", "jobs", "portal") for p in (self.state / folder).rglob("*")
                 if p.name.endswith((".new", ".part", ".tmp")) or "/tmp/" in str(p)[len(str(self.state)):]]
        return [str(p)[len(str(self.state)):] for p in found]

    def leftovers(self):
        """Mounts, loop devices, control groups and processes that should be gone after a stop."""
        roots = (str(self.state), str(self.run))
        found = [x.split()[4] for x in open("/proc/self/mountinfo") if x.split()[4].startswith(roots)]
        name = "wardroom-" + self.settings["instance"]
        for folder, names, _ in os.walk("/sys/fs/cgroup"):
            found += [os.path.join(folder, x) for x in names if x == name]
            names[:] = [x for x in names if folder.count("/") < 5]
        for f in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
            try:
                found += [str(f)] if f.read_text().startswith(roots) else []
            except OSError:
                pass
        for p in pathlib.Path("/proc").glob("[0-9]*"):
            if self.config.encode() in arguments(int(p.name)):
                found.append(str(p))
        runtime = self.run / "runtime"
        return found + ([str(x) for x in runtime.iterdir()] if runtime.exists() else [])

    def log_tail(self, n=40):
        return "\n# ".join(pathlib.Path(self.log).read_text(errors="replace").splitlines()[-n:])
