#!/usr/bin/python3
"""Open-to-shell of a workspace beside bare runc and other peers, in the same run, taking turns.

Ours is the time from the order to open (as the portal gives it to a real warden) until a shell that
a member runs inside has ended: for a new team, whose disk must be made, and for one that comes back.
Both mount a release image at /data, limit memory, processor, processes and disk, filter system
calls, map a range of users, and prove the walls before anybody is let in. The peers do none of
that: runc and crun run a shell in a bundle as `runc spec` writes it, the others in namespaces of their
own, all with the host's /usr read-only; "run, exec" is runc as anybody needs it who keeps a
container, as we do. A peer that is missing or does not start on this machine is named, and left out.

All bundles lie on a memory file system, as /run is on a server. Between two steps there is a pause,
because the kernel clears up behind a container (its network namespace above all) after it has ended,
and who comes next would pay for it.

Milliseconds are medians of wall time, because waiting is what a person does; CPU is the mean of
user and system time, children included.

usage: open.py [TURNS]      (default 15). Needs root.
"""
import contextlib
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/enclave"))
import harness  # noqa: E402  pylint: disable=wrong-import-position

MEMBERS = [(7, 0, "ada")]
DISK_MB = 2048
SHELL = ["/bin/sh", "-c", "true"]
TICK = os.sysconf("SC_CLK_TCK")


def run(*command):
    """A command that must end well. Its standard input is a pipe, never /dev/null."""
    r = subprocess.run(command, input=b"", capture_output=True, timeout=60)
    if r.returncode:
        raise SystemExit(f"{' '.join(command)}: {r.stderr.decode().strip()}")


def run_detached(*command):
    """As run, for a command whose child keeps the descriptors."""
    r, w = os.pipe()
    with tempfile.TemporaryFile() as out:
        # Without a limit of time, because Python then looks for the end only every 50 ms.
        code = subprocess.run(command, stdin=r, stdout=out, stderr=out, check=False).returncode
        os.close(r)
        os.close(w)
        out.seek(0)
        if code:
            raise SystemExit(f"{' '.join(command)}: {out.read().decode().strip()}")


def children_cpu():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


class Peers:
    """Bare runc and others in a scratch folder."""

    def __init__(self, folder):
        self.folder = folder
        self.runc = ["runc", "--root", f"{folder}/runtime"]
        self.bundle("once", SHELL)
        self.bundle("kept", ["/usr/bin/sleep", "600"])
        merged = [x for x in ("bin", "sbin", "lib", "lib64") if pathlib.Path("/", x).is_symlink()]
        self.bwrap = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr"]
        for name in merged:
            self.bwrap += ["--symlink", f"usr/{name}", f"/{name}"]
        self.bwrap += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/"] + SHELL

    def bundle(self, name, args):
        bundle = pathlib.Path(self.folder) / name
        (bundle / "rootfs/usr").mkdir(parents=True)
        for link in ("bin", "sbin", "lib", "lib64"):
            if pathlib.Path("/", link).is_symlink():
                os.symlink(f"usr/{link}", bundle / "rootfs" / link)
        for target in ("proc", "dev", "sys"):
            (bundle / "rootfs" / target).mkdir()
        run("runc", "spec", "--bundle", str(bundle))
        spec = json.loads((bundle / "config.json").read_text())
        spec["process"].update(args=args, terminal=False)
        spec["mounts"].append({"destination": "/usr", "type": "bind", "source": "/usr",
                               "options": ["bind", "ro"]})
        (bundle / "config.json").write_text(json.dumps(spec))

    def runc_once(self):
        run(*self.runc, "run", "--bundle", f"{self.folder}/once", f"wardroom-once-{os.getpid()}")

    def runc_kept(self):
        name = f"wardroom-kept-{os.getpid()}"
        run_detached(*self.runc, "run", "-d", "--bundle", f"{self.folder}/kept", name)
        run(*self.runc, "exec", name, *SHELL)
        return lambda: run(*self.runc, "delete", "--force", name)

    def others(self):
        """What else starts a shell in a root of its own, as {name: command}."""
        rootfs = f"{self.folder}/once/rootfs"
        return {
            "bubblewrap": self.bwrap,
            "crun run": ["crun", "--root", f"{self.folder}/crun", "run", "--bundle",
                         f"{self.folder}/once", f"wardroom-crun-{os.getpid()}"],
            "systemd-nspawn": ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit",
                               "--private-network", "--bind-ro=/usr", "--as-pid2", "--directory",
                               rootfs] + SHELL,
            "podman run": ["podman", "--root", f"{self.folder}/podman", "--runroot",
                           f"{self.folder}/podman.run", "--storage-driver=vfs",
                           "--cgroup-manager=cgroupfs", "--runtime=runc", "run", "--rm",
                           "--network=none", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024",
                           "--volume=/usr:/usr:ro", "--rootfs", rootfs] + SHELL,
        }

    def that_work(self):
        """Those of the others that start here; of the rest it says why they do not."""
        good = {}
        for name, command in self.others().items():
            try:
                run(*command)
                good[name] = lambda command=command: run(*command)
            except FileNotFoundError:
                print(f"{name}: not installed, so not measured")
            except (SystemExit, subprocess.TimeoutExpired) as e:
                print(f"{name}: does not start here, so not measured: {str(e).splitlines()[-1][-160:]}")
        return good


class Ours:
    def __init__(self, server):
        self.server = server
        self.next = 100
        server.release(1, {"patients.csv": "id\n1\n"})
        self.check(server.portal.ws_open(1, stage=harness.FULL, release=1, members=MEMBERS,
                                         disk_mb=DISK_MB))
        self.close(1)

    @staticmethod
    def check(answer):
        if answer[0] != harness.OK:
            raise SystemExit(f"the warden says: {answer[2]}")

    def close(self, ws, kind=harness.WS_CLOSE):
        self.check(self.server.portal.id(kind, ws))

    def open(self, ws):
        self.check(self.server.portal.ws_open(ws, stage=harness.FULL, release=1, members=MEMBERS,
                                              disk_mb=DISK_MB))
        r = self.server.exec(ws, 0, *SHELL)
        if r.returncode:
            raise SystemExit(f"the shell inside: {r.stderr.decode()}")

    def again(self):
        self.open(1)
        return lambda: self.close(1)

    def new(self):
        self.next += 1
        ws = self.next
        self.open(ws)
        return lambda: self.close(ws, harness.WS_DESTROY)

    def warden_cpu(self):
        """Of the warden and its workers and runtimes that have ended."""
        stat = pathlib.Path(f"/proc/{self.server.proc.pid}/stat").read_text()
        return sum(int(x) for x in stat.rpartition(")")[2].split()[11:15]) / TICK


class Parts:
    """What an opening consists of, each part alone, on an open workspace of ours."""

    def __init__(self, ours, folder):
        self.folder, self.server = folder, ours.server
        self.id = f"wardroom-parts-{os.getpid()}"
        bundle = pathlib.Path(ours.server.settings["run"]) / "ws/1/bundle"
        spec = json.loads((bundle / "config.json").read_text())
        root = pathlib.Path(spec["root"]["path"])
        spec["root"]["path"] = str(root if root.is_absolute() else bundle / root)
        spec["linux"]["cgroupsPath"] = f"/{self.id}"
        self.bundle = pathlib.Path(folder) / "parts"
        self.bundle.mkdir(exist_ok=True)
        (self.bundle / "config.json").write_text(json.dumps(spec))

    def mkfs(self):
        image = f"{self.folder}/disk"
        with open(image, "wb") as f:
            f.truncate(DISK_MB << 20)
        run("/usr/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-E",
            "assume_storage_prezeroed=1,nodiscard,root_owner=0:0", image)
        fd = os.open(image, os.O_RDWR)
        os.fsync(fd)
        os.close(fd)
        return lambda: os.unlink(image)

    def runtime(self):
        runc = ["runc", "--root", f"{self.folder}/runtime"]
        run_detached(*runc, "run", "-d", "--bundle", str(self.bundle), self.id)
        return lambda: run(*runc, "delete", "--force", self.id)

    def enter(self):
        self.server.exec(1, 0, *SHELL)


PAUSE = 0.3


class Clock:
    def __init__(self, cpu):
        self.cpu, self.wall, self.used = cpu, {}, {}

    def time(self, name, step, keep=True):
        cpu, start = self.cpu(), time.perf_counter()
        after = step()
        if keep:
            self.wall.setdefault(name, []).append(1000 * (time.perf_counter() - start))
            self.used.setdefault(name, []).append(1000 * (self.cpu() - cpu))
        if after:
            after()
        time.sleep(PAUSE)


@contextlib.contextmanager
def memory_folder():
    folder = tempfile.mkdtemp(prefix="wardroom-bench-run-")
    os.chmod(folder, 0o755)
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "wardroom-bench", folder)
    try:
        yield folder
    finally:
        run("umount", "--lazy", folder)
        os.rmdir(folder)


def report(clock, names, bare):
    median = {n: statistics.median(clock.wall[n]) for n in clock.wall}
    print(f"{'open until a shell has run':34} {'min ms':>8} {'median':>8} {'CPU ms':>8} {'x bare runc':>12}")
    for n in names:
        print(f"{n:34} {min(clock.wall[n]):8.1f} {median[n]:8.1f} {statistics.mean(clock.used[n]):8.1f} "
              f"{median[n] / median[bare]:12.2f}")
    print("of which, each measured alone")
    for n in clock.wall:
        if n not in names:
            print(f"  {n:32} {min(clock.wall[n]):8.1f} {median[n]:8.1f} "
                  f"{statistics.mean(clock.used[n]):8.1f}")
    return median


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    programs = os.environ.get("WARDROOM_BIN", f"{ROOT}/build/bin")
    with memory_folder() as folder, \
            harness.Server(programs, disk_mb=DISK_MB) as server:
        server.start()
        peers, ours = Peers(folder), Ours(server)
        clock = Clock(lambda: children_cpu() + ours.warden_cpu())
        rows = {"wardroom, a new team": ours.new, "wardroom, a team that comes back": ours.again,
                "runc run": peers.runc_once, "runc run, exec": peers.runc_kept, **peers.that_work()}
        for turn in range(-1, turns):  # the first is for warming up
            for name, step in rows.items():
                clock.time(name, step, turn >= 0)
        ours.open(1)
        parts = Parts(ours, folder)
        for turn in range(-1, turns):
            clock.time("disk made (mkfs.ext4, sync)", parts.mkfs, turn >= 0)
            clock.time("runc run of our bundle", parts.runtime, turn >= 0)
            clock.time("runc exec, as a member", parts.enter, turn >= 0)
        ours.close(1)
        median = report(clock, list(rows), "runc run")
        new, again = (median[n] for n in list(rows)[:2])
        print(f"  {'mounts, folders, checks, messages':32} {'':8} "
              f"{again - median['runc run of our bundle'] - median['runc exec, as a member']:8.1f}")
        print(f"open: a team that comes back {again / median['runc run']:.1f}x bare runc, "
              f"{again / median['runc run, exec']:.1f}x runc run and exec, "
              f"a new team {new / median['runc run']:.1f}x bare runc; against " +
              ", ".join(f"{n} {again / median[n]:.1f}x" for n in list(rows)[4:]))


if __name__ == "__main__":
    main()
