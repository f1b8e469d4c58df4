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


# What even a host without a wall refuses, and why; any other attack that is defeated there measures no wall.
EXPLAINED = {
    "only root may": "N2.ping N2.raw N2.packet N7.route N7.address N7.link N7.flags N7.tun N13.setns P1.init P1.kill-init "
                     "P6.console P7.uid P7.groups P7.oom P7.priority P8.settings",
    "nobody listens there": "N3.stub N3.stub-resolved N3.libc N8.proxy-ports",
    "nobody set it": "N8.proxy-variables P7.core P7.limits N12.descriptors",
    "not every kernel has it": "N6.crypto N6.vsock N6.families N7.audit P3.int80 P3.x32 P4.clone P4.clone3 P5.new-calls "
                               "P9.kernel P9.sysfs P1.list P1.guess",
}
BARE = """set -e
mount -t tmpfs none /run; mkdir -m 777 /run/home; cp "$1" /run/inside
ip link set lo up; ip link add one type veth peer name two; ip link set one up; ip link set two up
ip addr add 198.18.0.2/24 dev one; ip -6 addr add fd00:77::2/64 dev one nodad
ip route add default via 198.18.0.1; ip -6 route add default via fd00:77::1
for i in 1 2 3 4 5 6 7 8 9 10; do ip -6 addr show tentative | grep -q . && sleep 0.5 || break; done
for only in N1 N2 N3 N4 N5 N6 N7 N8 N13 P1 P2 P3 P4 P6 P7 P8 P9; do
    HOME=/run/home setpriv --reuid=65533 --regid=65533 --clear-groups /run/inside run only=$only
done
"""


def bare_host():
    """What is defeated where there is no wall at all but an ordinary user's lack of powers, without a known reason."""
    p = subprocess.run(["unshare", "-n", "-m", "-p", "-f", "--mount-proc", "sh", "-c", BARE, "sh",
                        str(pathlib.Path(BIN) / "wardroom-attack-inside")],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, timeout=240)
    known = tuple(x for ids in EXPLAINED.values() for x in ids.split())
    tried = [x for x in map(json.loads, p.stdout.splitlines()) if "id" in x]
    odd = [(x["id"], x["outcome"], x["detail"]) for x in tried
           if x["outcome"] not in ("through", "not here") and not x["id"].startswith(known)]
    return p.returncode == 0 and len(tried) > 60, odd


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
    whole, odd = bare_host()
    points.append((whole and not odd, "where there is no wall, nothing is defeated but for a known reason", str(odd)))
    print(f"1..{len(points)}")
    for i, (good, name, why) in enumerate(points, 1):
        print(f"{'ok' if good else 'not ok'} {i} - {name}")
        if not good:
            print(f"# {why}")
    print(f"# {told['tried']} tried, {told['defeated']} defeated, through: {told['through']}, residual: {told['residual']}")
    return 0 if all(p[0] for p in points) else 1


sys.exit(main())
