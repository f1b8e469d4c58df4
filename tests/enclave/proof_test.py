"""`wardroom attack` beside a running server, as an operator runs it: every attack on a throw-away
server, one point each; the signed report; nothing of it left on the host and no trace of it in the
installed server but one entry. Prints TAP; starts itself beside tools/dev/with-server.
"""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import wait_for  # noqa: E402
from server import Server, beside, check, finish, say  # noqa: E402

LEAST = 120  # attacks; there are many more
GROUPS = set("HNFPRXDSBAL")


def wardroom(s, *words, seconds=60):
    return subprocess.run([s.bin / "wardroom", "--config", s.config, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=None, text=True, timeout=seconds)


before = set()


def left():
    """What a throw-away server could leave on the host, but for what was there before."""
    found = [x.split()[4] for x in open("/proc/self/mountinfo") if "/wardroom-attack." in x]
    for top in ("/run", "/tmp", "/var/lib"):
        found += [str(x) for x in pathlib.Path(top).glob("wardroom-attack.*")]
    for folder, names, _ in os.walk("/sys/fs/cgroup"):
        found += [os.path.join(folder, x) for x in names if x.startswith("wardroom-attack-")]
        names[:] = [x for x in names if folder.count("/") < 5]
    return sorted(set(found) - before)


def outcomes(told):
    for r in told["results"]:
        good = r["outcome"] in ("defeated", "residual", "not here") and (r["control"] or r["outcome"] == "not here")
        check(good, "%s: %s" % (r["id"], r["what"]),
              "%s: %s; control %s: %s" % (r["outcome"], r["detail"], r["control"], r["control_detail"]))
    ids = [r["id"] for r in told["results"]]
    check(told["tried"] >= LEAST and told["planned"] == len(ids), "all that was planned was tried", (told["planned"], len(ids)))
    check(len(set(ids)) == len(ids), "each has a name of its own", sorted(x for x in ids if ids.count(x) > 1))
    check({x[0] for x in ids} == GROUPS, "every group is there", sorted({x[0] for x in ids}))
    check(all(r["residual"] for r in told["results"] if r["outcome"] == "residual"), "what is accepted has its reason")


def reports(s, report):
    text = report.read_text()
    check("For the data controller" in text and "| B1.files |" in text, "people can read the report", text[:300])
    told = json.loads(text.split("```json\n")[1].split("\n```")[0])
    check(told["good"], "programs can, too")
    r = wardroom(s, "--json", "attack", "verify", str(report))
    key = json.loads(r.stdout)["key"] if r.returncode == 0 else ""
    check(len(key) == 64, "its signature is this server's", r.stdout)
    check(wardroom(s, "attack", "verify", str(report), key).returncode == 0, "whoever knows the key can check it")
    other = report.with_name("other.md")
    other.write_text(text.replace("defeated", "defeatet", 1))
    check(wardroom(s, "attack", "verify", str(other)).returncode == 1, "a changed one is found")
    check(wardroom(s, "attack", "verify", str(report), "0" * 64).returncode == 1, "so is another's")
    check(oct((s.state / "proof.key").stat().st_mode & 0o777) == "0o400", "the key is root's alone")


def killed_amid(s):
    """However it ends, nothing stays: here by kill -9, with workspaces open."""
    p = subprocess.Popen([s.bin / "wardroom-proof", "--config", s.config], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in p.stderr:
        if "tickets" in line:
            break
    busy = left()
    p.kill()
    p.wait()
    p.stderr.close()
    check(any("mnt" in x for x in busy), "it had workspaces open", busy)
    check(wait_for(lambda: not left(), 90, 0.5), "killed amid its work, it leaves nothing either", left())


def main():
    beside(os.path.abspath(__file__), "--mb", "1")
    s = Server()
    s.wardroom("person", "add", "maya@example.org", "Maya Organiser", "--admin")
    before.update(left())
    entries = s.db("SELECT count(*) FROM audit")[0][0]
    report = s.state / "report.md"
    r = wardroom(s, "--json", "attack", "--report", str(report), seconds=1100)
    if not r.stdout.startswith("{"):
        check(False, "the attacks can be tried", r.stdout[-500:])
        return finish()
    told = json.loads(r.stdout)
    outcomes(told)
    check((r.returncode == 0) == told["good"], "the exit code says how it went", r.returncode)
    reports(s, report)
    check(not left(), "nothing of it is left on the host", left())
    rows = s.db("SELECT action, detail FROM audit ORDER BY n DESC LIMIT 1")
    check(s.db("SELECT count(*) FROM audit")[0][0] == entries + 1 and rows[0][0] == "attacks carried out",
          "the installed server knows of it by one entry", rows)
    killed_amid(s)
    check(s.verify()[0] and s.answers(), "and goes on", s.verify()[1])
    say("%d tried, %d defeated, residual: %s" % (told["tried"], told["defeated"], told["residual"]))
    return finish()


sys.exit(main())
