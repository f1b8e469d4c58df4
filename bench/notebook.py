#!/usr/bin/python3
"""How long until a member's notebook answers, and how much memory idle notebooks take.

Time: from the order to open a closed workspace, through everything that open.py describes, until the
member's own Jupyter answers HTTP on its socket. The peers start the same program in a root of their
own with the host's /usr and /etc read-only, taking turns with us in the same run; "no container" is
the program as it is. Wall time, because waiting is what a person does; Jupyter's own start is most
of it.

Memory: proportional share (PSS) of all processes of the notebooks, each answering and idle, without
a kernel: of teams of eight, each in its workspace, and of as many programs without a container. As
many as asked for are started, unless memory runs short; what is said of 50 is then a multiple.

usage: notebook.py [TURNS [NOTEBOOKS]]      (default 5 turns, 50 notebooks). Needs root.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import open as openings
from open import harness

JUPYTER = "/usr/bin/jupyter-notebook"
SOCK = "home/n.sock"
WAIT = 120
FIFTY = 50
TEAM = 8
NEEDED_MB = 200  # for one more notebook


def settings(sock):
    return [JUPYTER, f"--NotebookApp.sock={sock}", "--NotebookApp.token=", "--no-browser",
            "--allow-root", "--NotebookApp.terminals_enabled=False"]


def answers(path):
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(str(path))
            s.sendall(b"GET /api HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in s.recv(200)
    except OSError:
        return False


def wait_for(path, alive):
    deadline = time.time() + WAIT
    while not answers(path):
        if time.time() > deadline or not alive():
            raise SystemExit(f"No notebook answers at {path}.")
        time.sleep(0.005)


class Started:
    """A program and all that comes of it, in a session of its own."""

    def __init__(self, command, sock, **more):
        self.read, keep = os.pipe()  # standard input is never /dev/null
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=self.read, stdout=self.log, stderr=self.log,
                                        start_new_session=True, **more)
        os.close(keep)
        try:
            wait_for(sock, lambda: self.process.poll() is None)
        except SystemExit as e:
            self.log.seek(0)
            said = self.log.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
            self.stop()
            raise SystemExit(f"{e} {said[-1][-160:]}") from e

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()
        os.close(self.read)


class Peers(openings.Peers):
    """Jupyter in the roots that open.py starts a shell in."""

    def __init__(self, folder):
        super().__init__(folder)
        self.home = pathlib.Path(folder) / "home"
        self.home.mkdir()
        self.name = f"wardroom-notebook-{os.getpid()}"
        self.rooted("notebook")
        self.bare = settings(f"{folder}/{SOCK}")
        self.podman = ["podman", "--root", f"{folder}/podman", "--runroot", f"{folder}/podman.run",
                       "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--runtime=runc"]
        # Others end with the program that we started.
        self.ends = {"runc run": [self.runc + ["delete", "--force", self.name]],
                     "crun run": [["crun", "--root", f"{folder}/crun", "delete", "--force", self.name]],
                     "podman run": [self.podman + ["rm", "--force", "--time=0", self.name]]}

    def rooted(self, name):
        self.bundle(name, settings(f"/{SOCK}"))
        bundle = pathlib.Path(self.folder) / name
        for target in ("etc", "home", "tmp"):
            (bundle / "rootfs" / target).mkdir()
        spec = json.loads((bundle / "config.json").read_text())
        spec["process"]["env"] = ["PATH=/usr/bin:/bin", "HOME=/home", "LANG=C.UTF-8"]
        spec["process"]["rlimits"] = []
        spec["mounts"] += [
            {"destination": "/etc", "type": "bind", "source": "/etc", "options": ["bind", "ro"]},
            {"destination": "/home", "type": "bind", "source": str(self.home), "options": ["bind"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["mode=1777"]}]
        (bundle / "config.json").write_text(json.dumps(spec))
        self.root = str(bundle / "rootfs")

    def commands(self):
        inside, bundle = settings(f"/{SOCK}"), f"{self.folder}/notebook"
        return {
            "no container": self.bare,
            "runc run": self.runc + ["run", "--bundle", bundle, self.name],
            "crun run": ["crun", "--root", f"{self.folder}/crun", "run", "--bundle", bundle, self.name],
            "bubblewrap": self.bwrap[:-len(openings.SHELL)] + ["--ro-bind", "/etc", "/etc", "--bind",
                          str(self.home), "/home", "--setenv", "HOME", "/home"] + inside,
            "systemd-nspawn": ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--as-pid2",
                               "--private-network", "--bind-ro=/usr", "--bind-ro=/etc", "--setenv=HOME=/home",
                               f"--bind={self.home}:/home", "--directory", self.root] + inside,
            "podman run": self.podman + ["run", "--name", self.name, "--network=none",
                                         "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024",
                                         "--env=HOME=/home", "--volume=/usr:/usr:ro", "--volume=/etc:/etc:ro",
                                         f"--volume={self.home}:/home", "--rootfs", self.root] + inside,
        }

    def start(self, name):
        shutil.rmtree(self.home)
        self.home.mkdir()
        env = dict(os.environ, HOME=str(self.home))
        started = Started(self.commands()[name], f"{self.folder}/{SOCK}", env=env)

        def stop():
            for command in self.ends.get(name, ()):
                subprocess.run(command, input=b"", capture_output=True, check=False)
            started.stop()
        return stop


class Ours(openings.Ours):
    def open(self, ws):
        members = [(7 + slot, slot, f"m{slot}") for slot in range(TEAM)]
        self.check(self.server.portal.ws_open(ws, stage=harness.FULL, release=1, members=members,
                                              disk_mb=openings.DISK_MB))

    def notebook(self, ws, slot):
        self.check(self.server.portal.person(harness.WS_NOTEBOOK, ws, 7 + slot))
        wait_for(pathlib.Path(self.server.settings["run"]) / f"ws/{ws}/sock/{slot}/notebook.sock",
                 lambda: True)

    def start(self):
        self.open(1)
        self.notebook(1, 0)
        return lambda: self.close(1)


def times(ours, peers, turns):
    took, missing = {}, set()
    ways = {"wardroom": ours.start, **{n: lambda n=n: peers.start(n) for n in peers.commands()}}
    for turn in range(-1, turns):  # the first is for warming up
        for name, way in ways.items():
            if name in missing:
                continue
            start = time.perf_counter()
            try:
                stop = way()
            except (FileNotFoundError, SystemExit) as e:
                if name in ("wardroom", "no container", "runc run"):
                    raise
                missing.add(name)
                print(f"{name}: not measured: "
                      f"{'not installed' if isinstance(e, FileNotFoundError) else e}")
                continue
            if turn >= 0:
                took.setdefault(name, []).append(1000 * (time.perf_counter() - start))
            stop()
            time.sleep(openings.PAUSE)
    return took


def pss_mb(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def free_mb():
    return next(int(x.split()[1]) for x in open("/proc/meminfo") if x.startswith("MemAvailable")) / 1024


def children_of(pid):
    return [int(x) for t in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for x in (t / "children").read_text().split()]


def notebooks(pids):
    """Those of the processes that are notebooks, by their command line."""
    return [p for p in pids if JUPYTER.encode() in pathlib.Path(f"/proc/{p}/cmdline").read_bytes()]


def memory_ours(ours, n):
    """Teams as large as teams are, one after another; fewer when the machine has no memory left."""
    teams = []
    for i in range(n):
        if free_mb() < NEEDED_MB:
            n = i
            break
        if i % TEAM == 0:
            teams.append(1 + i // TEAM)
            ours.open(teams[-1])
        ours.notebook(teams[-1], i % TEAM)
    time.sleep(2)
    uids = range(harness.UID_BASE, harness.UID_BASE + (1 << 24))
    mine = [int(p.name) for p in pathlib.Path("/proc").iterdir()
            if p.name.isdigit() and p.stat().st_uid in uids]
    mb = pss_mb(notebooks(mine))
    for ws in teams:
        ours.close(ws)
    return n, mb


def memory_bare(folder, n):
    started = []
    try:
        for i in range(n):
            home = pathlib.Path(folder) / f"home{i}"
            home.mkdir()
            started.append(Started(settings(f"{home}/n.sock"), f"{home}/n.sock",
                                   env=dict(os.environ, HOME=str(home))))
        time.sleep(2)
        return pss_mb([s.process.pid for s in started] +
                      [c for s in started for c in children_of(s.process.pid)])
    finally:
        for s in started:
            s.stop()


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    many = int(sys.argv[2]) if len(sys.argv) > 2 else FIFTY
    programs = os.environ.get("WARDROOM_BIN", f"{openings.ROOT}/build/bin")
    with openings.memory_folder() as folder, \
            harness.Server(programs, disk_mb=openings.DISK_MB, memory_mb=16384, processes=4096) as server:
        server.start()
        ours, peers = Ours(server), Peers(folder)
        took = times(ours, peers, turns)
        n, inside = memory_ours(ours, many)
        outside = memory_bare(folder, n)
    median = {name: statistics.median(x) for name, x in took.items()}
    print(f"{'until the notebook answers':26} {'min ms':>8} {'median':>8} {'x no container':>15}")
    for name, x in took.items():
        print(f"{name:26} {min(x):8.0f} {median[name]:8.0f} {median[name] / median['no container']:15.2f}")
    print(f"{f'{n} idle notebooks':26} {'PSS MB':>8} {'each':>8} {'50 take MB':>15}")
    for name, mb in (("wardroom, teams of 8", inside), ("no container", outside)):
        print(f"{name:26} {mb:8.0f} {mb / n:8.1f} {FIFTY * mb / n:15.0f}")
    print("notebook: answers " + ", ".join(f"{median['wardroom'] / median[x]:.2f}x {x}" for x in median
                                           if x != "wardroom"))
    print(f"notebook: {n} idle ones take {inside / outside:.2f}x of what they take without a container; "
          f"{FIFTY} take {FIFTY * inside / n / 1024:.1f} GB" +
          (f", reckoned from {n}" if n < FIFTY else ""))


if __name__ == "__main__":
    main()
