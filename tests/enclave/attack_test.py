"""Every attack of wardroom-attack on real workspaces of a real warden, with the real gate at the desk.

The test stands in the portal's place: it opens two workspaces of two teams with a small release and
answers the questions of the gate. Prints TAP, one point for each attack. Needs root.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from through import *  # noqa: E402,F403

BIN = os.environ.get("WARDROOM_BIN", "")
RELEASE = {"patients.csv": "id,age\n" + "".join(f"{n},{30 + n % 50}\n" for n in range(2000)),
           "dictionary.csv": "column,meaning\nage,in years\n", "manifest.json": "{}"}


def attack():
    with House(BIN, memory_mb=512, processes=96, disk_mb=96) as s:
        s.start()
        s.release(5, RELEASE)
        s.release(6, RELEASE)
        # The one that attacks has a layer of programs of its own, from a setup phase.
        answer = s.portal.ws_open(1, members=[(7, 0, "ada"), (8, 1, "bob")])
        assert answer[0] == OK, answer
        for ws, members in ((1, [(7, 0, "ada"), (8, 1, "bob")]), (2, [(9, 0, "eve")])):
            answer = s.portal.ws_open(ws, stage=SAMPLE, release=5, members=members)
            assert answer[0] == OK, answer
        extra = ["--only", os.environ["ATTACK"]] if os.environ.get("ATTACK") else []
        p = subprocess.run([str(pathlib.Path(BIN) / "wardroom-attack"), "--config", str(s.conf), "--ws", "1",
                            "--other", "2", "--json"] + extra, stdout=subprocess.PIPE, timeout=900)
        told = json.loads(p.stdout) if p.stdout else None
        alive = s.portal.usage(1)["state"] == 2 and s.portal.usage(2)["state"] == 2
        clean = s.sh(1, 0, "ls -A ~ /team /tmp /dev/shm /sock/0 | grep -c attack || true") == "0"
        log = "" if told and p.returncode == 0 else s.read_log()
    return p.returncode, told, alive, clean, log


def ordinary_sandbox():
    """What gets through where the walls are the usual ones: an attack that is always defeated proves nothing."""
    bwrap = shutil.which("bwrap")
    if not bwrap:
        return None
    with tempfile.TemporaryDirectory(prefix="wardroom-attack-") as d:
        os.chmod(d, 0o755)
        inside = shutil.copy(pathlib.Path(BIN) / "wardroom-attack-inside", d)
        p = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", bwrap, "--unshare-all",
                            "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib64", "/lib64",
                            "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--setenv", "HOME", "/tmp",
                            "--ro-bind", inside, "/inside", "/inside", "run", "only=P"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
    lines = [json.loads(x) for x in p.stdout.splitlines()]
    return [x["id"] for x in lines if x.get("outcome") == "through"]


def main():
    if os.geteuid() != 0 or not BIN:
        print("1..0 # SKIP needs root and WARDROOM_BIN")
        return 0
    code, told, alive, clean, log = attack()
    if not told:
        print(f"1..1\nnot ok 1 - the attack can be tried\n# exit {code}\n# " + log.replace("\n", "\n# "))
        return 1
    points = []
    for r in told["results"]:
        name = f"{r['id']}: {r['what']}"
        if r["outcome"] == "not here":
            points.append((True, f"{name} # SKIP {r['detail']}", ""))
        else:
            good = r["outcome"] in ("defeated", "residual") and r["control"]
            why = f"{r['outcome']}: {r['detail']}; control {r['control']}: {r['control_detail']}"
            points.append((good, name, why))
    points.append((told["planned"] == len(told["results"]), "all that was planned was tried", str(told["planned"])))
    points.append(((code == 0) == told["good"], "the exit code says how it went", str(code)))
    points.append((alive, "both workspaces outlive it", ""))
    points.append((clean, "nothing is left behind inside", ""))
    found = ordinary_sandbox()
    name = "the same attacks find the holes of an ordinary sandbox"
    if not found:
        points.append((True, f"{name} # SKIP bubblewrap does not run here", ""))
    else:
        points.append((len(found) >= 20 and {"P2.trace", "P5.keyctl", "P9.neighbours"} <= set(found), name, str(found)))
    print(f"1..{len(points)}")
    for i, (good, name, why) in enumerate(points, 1):
        print(f"{'ok' if good else 'not ok'} {i} - {name}")
        if not good:
            print(f"# {why}")
    print(f"# {told['tried']} tried, {told['defeated']} defeated, through: {told['through']}, residual: {told['residual']}")
    return 0 if all(p[0] for p in points) else 1


sys.exit(main())
