"""A patient objects while teams work on the data: real images, real workspaces. Prints TAP; starts
itself beside tools/dev/with-server.
"""
import csv
import pathlib
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import PROJECTS, Refused, wait_for  # noqa: E402
from server import Server, beside, check, finish  # noqa: E402

WORD = "a password to sign with"
SLUG = "severity"
COUNT = ("cat $(find /data/ -name patients.csv) | tail -n +2 | wc -l; "
         "cat $(find /data/ -name admissions.csv) | tail -n +2 | wc -l")


def room(p):
    """The number of the team that works on the data, and its workspace."""
    teams = p.boss.json(p.path("/teams"))["teams"]
    return next(t["number"] for t in teams if t["project"] in (SLUG, "Severity"))


def images(s):
    return sorted(int(x.name.split(".")[0]) for x in (s.state / "releases").glob("*.erofs"))


def in_use(s, ids):
    """Images of these numbers behind a loop device, destroyed or not."""
    found = []
    for f in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            name = f.read_text().split(" (deleted)")[0].strip()
        except OSError:
            continue
        path = pathlib.Path(name)
        if path.parent == s.state / "releases" and int(path.name.split(".")[0]) in ids:
            found.append(name)
    return found


def written_down(s, who):
    """Files beside the curator's own and the hospital's that hold the number."""
    found = []
    for top in (s.state / "portal", s.state / "jobs", s.state / "witness", pathlib.Path(s.log)):
        for f in ([top] if top.is_file() else top.rglob("*")):
            try:
                if f.is_file() and not f.is_symlink() and who.encode() in f.read_bytes():
                    found.append(str(f))
            except OSError:
                pass
    return found


def ready(s):
    p = s.play()
    p.to("teams")
    wrong = p.data_made()
    for slug, _, _ in PROJECTS:
        check(slug not in wrong, "%s is imported, released and signed" % slug, wrong.get(slug))
    for phase in ("setup", "sample", "full"):
        p.move(phase)
    check(p.rooms_are("open", 90, "full"), "the workspaces hold all patients", p.rooms())
    return p


def objects(s, p):
    page = p.path("/data/%s/withdraw" % SLUG)
    ws = room(p)
    with open(s.state / "inbox/carmel-2026" / SLUG / "patients.csv", newline="") as f:
        who = next(csv.DictReader(f))["patient_id"]
    with open(s.state / "inbox/carmel-2026" / SLUG / "admissions.csv", newline="") as f:
        stays = sum(r["patient_id"] == who for r in csv.DictReader(f))
    old = {i for i, in s.db("SELECT r.id FROM release r JOIN project p ON p.id = r.project WHERE p.slug = ?", SLUG)}
    patients, admissions = map(int, s.sh(ws, 0, COUNT).split())
    check(in_use(s, old), "the release is mounted", in_use(s, old))
    try:
        p.boss.post(page, {"patient": who, "again": who, "password": "not mine"})
        check(False, "a wrong password is refused")
    except Refused as e:
        check(e.code == 422 and who not in str(e), "a wrong password is refused", e)
    p.boss.post(page, {"patient": who, "again": who, "password": WORD})
    # The page that leads on, once the curator is done.
    d = wait_for(lambda: (lambda x: None if x["running"] else x)(p.boss.json(page)), 90, 0.1)
    check(d["unsigned_release"] and d["past"][0]["state"] == "to be signed", "the release is made anew", d)
    check(wait_for(lambda: p.workspace(ws)["state"] == "closed", 30), "its workspace is closed", p.workspace(ws))
    check(not in_use(s, old) and not old & set(images(s)), "the old images are mounted nowhere, and gone",
          (in_use(s, old), images(s)))
    others = [r for r in p.rooms() if r["state"] == "open"]
    check(len(others) == 1, "the other project's workspace is not disturbed", p.rooms())
    d = p.data_signed(SLUG)
    check(not d["unsigned_release"] and d["patients"] == patients - 1, "the steward signs for one patient fewer", d["patients"])
    check(p.rooms_are("open", 60, "full"), "the workspace has data again", p.rooms())
    after = list(map(int, s.sh(ws, 0, COUNT).split()))
    check(after == [patients - 1, admissions - stays], "without this patient", (patients, admissions, stays, after))
    check(s.sh(ws, 0, "grep -rl %s /data/ 2>/dev/null | wc -l" % who) == "0", "whose number was never there")
    check(not written_down(s, who), "it stands in no file of the portal, the jobs or the logs", written_down(s, who))
    kept = [str(f) for f in (s.state / "data").rglob("*") if f.is_file() and who.encode() in f.read_bytes()]
    check(not kept, "nor in the curator's own", kept)
    trail = [x["action"] for x in p.boss.json(p.path("/audit"))["entries"]]
    check("withdrawal asked" in trail and "patient withdrawn" in trail, "the audit trail tells when", trail)
    p.start_import(SLUG)
    p.data_done(SLUG)
    p.start_release(SLUG)
    d = p.data_done(SLUG)
    check(d["patients"] == patients - 1, "a later import does not bring them back", d["patients"])


def main():
    beside(__file__)
    s = Server()
    try:
        objects(s, ready(s))
    except Exception:
        check(False, "to the end", traceback.format_exc() + s.log_tail())
    return finish()


if __name__ == "__main__":
    sys.exit(main())
