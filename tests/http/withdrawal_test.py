"""The real wardroom-portal when a patient objects, with the keeper's house as its warden and browser.
Prints TAP.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from keeper_house import ORGANISER, PW_JOB_START, RELEASE, STEWARD, begins, job_state, play, state  # noqa: E402
from tap import check, wait_for  # noqa: E402

WHO = "00998877-Q"


def written_down(h):
    """The files of the whole house that hold the patient's number."""
    found = []
    for path, _, files in os.walk(h.dir):
        for f in files:
            try:
                with open(os.path.join(path, f), "rb") as file:
                    if WHO.encode() in file.read():
                        found.append(os.path.join(path, f))
            except OSError:
                pass
    return found


def withdrawal(h):
    """Named once, in memory; every image before is revoked at once."""
    page, word = "/e/carmel/data/heart/withdraw", "a password to sign with"
    h.http("POST", "/account/password", STEWARD, {"password": word})
    good = {"patient": WHO, "again": " %s " % WHO, "password": word}
    check("No data" in h.http("GET", page, STEWARD)[1]["stop"] and h.http("POST", page, STEWARD, good)[0] == 409,
          "without data there is nobody to take out")
    h.db("UPDATE project SET source = 'abc'")
    check(h.http("GET", page, ORGANISER)[0] == 403 and h.http("POST", page, ORGANISER, good)[0] == 403,
          "the organiser does not see this page")
    for wrong, what in ((dict(good, again="00998876-Q"), "differ"), (dict(good, password="wrong one"), "your password")):
        code, text, _ = h.http("POST", page, STEWARD, wrong, accept="text/html")
        check(code == 422 and what in text and WHO not in text, "a mistake is told without the number: " + what, text[-900:])
    old, mounted = [i for i, in h.db("SELECT id FROM release WHERE state IN ('built', 'ready')")], state(h)[2]
    # Killed before the curator begins: who it was is gone with the process.
    h.db("INSERT INTO job (kind, event, project, spec, state, created) VALUES ('import', 1, 1, '{}', 'running', 0)")
    blocker = h.one("SELECT max(id) FROM job")[0]
    check(h.http("POST", page, STEWARD, good)[0] == 409, "one job of a project at a time")
    h.db("UPDATE job SET project = NULL WHERE id = ?", blocker)
    h.running.add(blocker)
    check(h.http("POST", page, STEWARD, good)[0] == 200, "a withdrawal waits while another job runs")
    check(h.http("POST", page, STEWARD, good)[0] == 409, "and no second one is taken meanwhile")
    job = h.one("SELECT max(id) FROM job")[0]
    h.kill()
    h.running.discard(blocker)
    h.db("UPDATE job SET state = 'failed' WHERE id = ?", blocker)
    h.start()
    check(wait_for(lambda: job_state(h, job)[0] == "failed") and "written down nowhere" in job_state(h, job)[1]
          and job not in h.specs, "after a fall the steward is asked again", job_state(h, job))
    check(state(h)[2] == mounted and not written_down(h), "nothing has changed, and nothing was kept", written_down(h))
    check(h.http("POST", page, STEWARD, good)[0] == 200, "asked again")
    job = h.one("SELECT max(id) FROM job")[0]
    check(wait_for(lambda: job in h.specs) and h.specs[job]["patient"] == WHO and
          set(old) <= set(h.specs[job]["old"]), "the curator is told who, and which images go", h.specs.get(job))
    h.job_ends(job, None, 137)
    check(wait_for(lambda: h.count(PW_JOB_START, job) == 2) and h.specs[job]["patient"] == WHO,
          "told again when it was killed")
    new = h.specs[job]
    images = [{"id": new[s], "stage": s, "bytes": 10, "hash": "h%d" % new[s], "files": 3}
              for s in ("sample", "full", "hidden", "simulated")]
    h.job_ends(job, dict(RELEASE, images=images, withdrawn={"rows": 7, "tables": 2, "patients": 1, "images_destroyed": 4,
                                                             "unreached": ["beds", "rooms"]}))
    check(wait_for(lambda: state(h)[0] == "closed" and state(h, 2)[0] == "closed" and not h.up),
          "every workspace loses the old image at once", (state(h), h.up))
    check([s for s, in h.db("SELECT DISTINCT state FROM release WHERE id IN (%s)" % ",".join(map(str, old)))]
          == ["destroyed"], "which is revoked")
    rows = h.http("GET", "/e/carmel/data/heart", STEWARD)[1]["releases"]
    check([(x["stage"], x["state"]) for x in rows if not x["before"]] ==
          [(s, "built") for s in ("simulated", "sample", "full", "hidden")] and
          "failed" in [x["state"] for x in rows], "the newest stand alone: an earlier failure counts as before", rows)
    code, text, _ = h.http("GET", page, STEWARD, accept="text/html")
    check(code == 200 and "waits for your signature" in text and WHO not in text, "the page leads to the signature")
    check("Kept whole: beds, rooms. Nothing leads" in text, "and names tables that nothing links to patients", text)
    paper = h.http("GET", "/e/carmel/data/heart/sign", STEWARD)[1]
    check(any("objected" in f["text"] for f in paper["facts"]), "whose paper says why it was made", paper)
    check(any(f["tone"] == "due" and f["text"].startswith("beds, rooms: ") for f in paper["facts"]),
          "and in which tables nobody could look", paper)
    h.http("POST", "/e/carmel/data/heart/sign", STEWARD, {"hash": paper["hash"], "why": "A set.", "password": word})
    check(wait_for(lambda: state(h) == ("open", "full", new["full"]) and state(h, 2)[2] == new["full"]),
          "signed, the workspaces have the new one", state(h))
    check(h.http("GET", page, STEWARD)[1]["past"][0]["state"] == "signed", "the page keeps when, not who")
    check("beds, rooms" in h.db("SELECT detail FROM audit WHERE action = 'patient withdrawn'")[0][0], "the trail names them too")
    trail = h.db("SELECT action FROM audit WHERE action IN ('withdrawal asked', 'patient withdrawn')")
    check(len(trail) == 3 and not written_down(h), "so does the audit trail; the number is in no file", written_down(h))


def furnished(h):
    """Two teams at work on signed images."""
    begins(h)
    for stage in ("sample", "full", "hidden"):
        h.db("INSERT INTO release (project, stage, state, hash) VALUES (1, ?, 'ready', 'h')", stage)
    h.db("UPDATE event SET phase = 'full'")
    wait_for(lambda: state(h) and state(h, 2))
    check(wait_for(lambda: state(h)[:2] == ("open", "full") and state(h, 2)[:2] == ("open", "full")),
          "the workspaces hold the full data", h.db("SELECT * FROM workspace"))


if __name__ == "__main__":
    raise SystemExit(play(furnished, withdrawal))
