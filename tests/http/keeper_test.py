"""The real wardroom-portal keeps what was decided: an event is driven through its phases, its jobs and
its workspaces, and the portal is killed on the way. Prints TAP.
"""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dictionary_desk import dictionary, signed, unsigned  # noqa: E402
from keeper_archives import archives_made, archives_outlive  # noqa: E402
from keeper_house import *  # noqa: E402,F403
from keeper_tables import airlock, strays, tables, words  # noqa: E402
from tap import check, wait_for  # noqa: E402


def setup(h):
    now = int(time.time())
    h.db("INSERT INTO phase (event, phase, starts, clock) VALUES (1, 'setup', ?, 1)", now - 5)
    check(wait_for(lambda: h.one("SELECT phase FROM event")[0] == "setup"),
          "the clock begins a phase", open(h.dir + "/log").read())
    check(wait_for(lambda: state(h) == ("open", "setup", None) and state(h, 2) == ("open", "setup", None)),
          "a workspace for each team opens with the setup phase", h.db("SELECT * FROM workspace"))
    check(h.up.get(1) == (SETUP, 0, [(2, 0, "noa"), (3, 1, "omar")]), "with its members and no data", h.up)
    ms = h.one("SELECT open_ms FROM workspace WHERE id = 1")[0]
    check(100 <= ms < 5000, "how long it took is written down", ms)
    check(wait_for(lambda: h.heads and h.heads[-1] == h.one("SELECT max(n) FROM audit")[0]),
          "the warden witnesses the newest audit entry", h.heads)


def entering(h):
    code, page, _ = h.http("GET", "/e/carmel/teams/1/workspace", NOA)
    check(code == 200 and page["can_enter"] and page["state"] == "open" and
          [b["percent"] for b in page["usage"]][0] == 12, "a member sees the workspace and its use", page)
    code, page, _ = h.http("GET", "/e/carmel/teams/1/workspace", NOA, accept="text/html")
    check(code == 200 and all("Open " + x in page for x in ("notebook", "terminal", "desktop")), "as a page with its buttons", page)
    check(wait_for(lambda: h.count(PW_WS_NOTEBOOK, 1) == 2 and h.count(PW_WS_TERMINAL, 1) == 2),
          "whoever is signed in finds their programs ready, and is asked for once", h.asked)
    code, page, _ = h.http("GET", "/e/carmel/teams/1/workspace", OMAR)
    check(code == 200 and not page["can_enter"] and page["must_sign"],
          "who has not signed sees why not", page)
    check(h.http("GET", "/e/carmel/teams/1/workspace", STRANGER)[0] == 403, "another team sees nothing")
    code, _, where = h.http("POST", "/e/carmel/teams/1/enter", NOA, {}, accept="text/html")
    start = "http://w1.localhost:8081/.wardroom/enter?to=%s&ticket="
    check(code == 303 and where.startswith(start % "notebook") and h.count(PW_WS_NOTEBOOK, 1) == 3,
          "entering starts the notebook and leads to the room", (code, where))
    ticket = where[len(start % "notebook"):]
    code, _, where = h.http("POST", "/e/carmel/teams/1/enter", NOA, {"app": "desktop"}, accept="text/html")
    check(code == 303 and where.startswith(start % "desktop") and h.count(PW_WS_DESKTOP) == 1,
          "or the desktop", (code, where))
    code, _, _ = h.http("POST", "/e/carmel/teams/1/enter", NOA, {"app": "shell"})
    check(code == 422, "or nothing else", code)
    check(h.ticket(2, ticket)[0] == E_AUTH, "a ticket is for one workspace")
    got = h.ticket(1, ticket)
    check(got[:4] == (OK, 0, NOA, NOA), "and lets its holder in", got)
    check(h.ticket(1, ticket)[0] == E_AUTH, "once")
    check(h.ticket(1, "0" * 64)[0] == E_AUTH, "an invented ticket is refused")
    check(h.one("SELECT count(*) FROM audit WHERE action = 'workspace entered'")[0] == 1,
          "entering is in the audit trail")
    check(h.checked(1, NOA, NOA)[0] == OK, "a visitor is still welcome")
    check(h.checked(1, OMAR, OMAR)[0] == E_DENIED, "without a signature one is not")
    check(h.checked(1, STRANGER, STRANGER)[0] == E_DENIED, "nor in another team's")
    check(h.checked(1, NOA, OMAR)[0] == E_AUTH, "nor with somebody else's sign-in")
    check(h.checked(99, NOA, NOA)[0] == E_ABSENT, "nor where nothing is")
    for program, kind in enumerate((PW_WS_NOTEBOOK, PW_WS_TERMINAL, PW_WS_DESKTOP)):
        had = h.count(kind, 1)
        h.missing(1, NOA, NOA, program)
        check(wait_for(lambda: h.count(kind, 1) == had + 1), "what a visitor waits for is started again", kind)
    had, terminals = h.count(PW_WS_NOTEBOOK), h.count(PW_WS_TERMINAL, 1)
    for ws, person, session in ((1, OMAR, OMAR), (1, STRANGER, STRANGER), (1, NOA, OMAR), (99, NOA, NOA)):
        h.missing(ws, person, session, 0)
    h.missing(1, NOA, NOA, 1)
    check(wait_for(lambda: h.count(PW_WS_TERMINAL, 1) > terminals), "after these, an order of a member")
    check(h.count(PW_WS_NOTEBOOK) == had, "was the only one heard")
    code, _, _ = h.http("POST", "/e/carmel/teams/1/enter", OMAR, {})
    check(code == 403, "no ticket without a signature", code)
    code, _, where = h.http("GET", "/rooms/1/enter", NOA)
    check(code == 303 and where == "/e/carmel/teams/1/workspace", "a lost cookie leads back to the page", where)
    h.db("INSERT INTO signature (agreement, person, name, hash, address, at) VALUES "
         "(1, 3, 'Omar', 'c', '', 1)")


def desk(h):
    _, got = h.desk(1, 0, DESK_WHO)
    check(got[0][0] == 0 and "You are Noa (noa), in Team 1" in got[0][2], "the desk knows who asks", got)
    words(h, got[0][2], h.desk(1, 0, DESK_STATUS)[1][0][2])
    _, got = h.desk(1, 0, DESK_STATUS)
    check(got[0][0] == 0 and "No submissions yet" in got[0][2], "and how the team stands", got)
    _, got = h.desk(1, 0, DESK_TABLE, 6)
    check(got[0][0] == 1 and "while data are open" in got[0][2], "no table is counted before there are data", got)
    _, got = h.desk(1, 7, DESK_WHO)
    check(got[0][0] == 1 and "not a member" in got[0][2], "an empty place is nobody", got)
    _, got = h.desk(1, 0, DESK_SUBMIT, 5)
    check(got[0][0] == 1 and "full data" in got[0][2], "nothing is taken before the full data", got)


def add_release(h):
    ids = [h.db("INSERT INTO release (project, stage) VALUES (1, ?) RETURNING id", s)[0][0]
           for s in ("sample", "full", "hidden")]
    spec = json.dumps({"event": 1, "project": 1, "recipe": "r", "sample": ids[0], "full": ids[1],
                       "hidden": ids[2]})
    job = h.db("INSERT INTO job (kind, event, project, spec, created) VALUES ('release', 1, 1, ?, 0) "
               "RETURNING id", spec)[0][0]
    return ids, job, dict(RELEASE, images=[
        {"id": i, "stage": s, "bytes": 10, "hash": "h%d" % i, "files": 3}
        for i, s in zip(ids, ("sample", "full", "hidden"))])


def sign(h):
    """The steward reads what goes out, and signs; not without a reason, and not by a wrong password."""
    page, word = "/e/carmel/data/heart/sign", "a password to sign with"
    code, paper, _ = h.http("GET", page, STEWARD)
    check(code == 200 and not paper["stop"] and paper["unmeasured"] and not paper["has_password"],
          "the steward reads what is signed for", paper)
    good = {"hash": paper["hash"], "why": "A published set.", "password": word}
    check(h.http("POST", page, STEWARD, good)[0] == 409, "nobody signs without a password of their own")
    h.http("POST", "/account/password", STEWARD, {"password": word})
    check(h.http("POST", page, STEWARD, dict(good, password="another password"))[0] == 422,
          "nor with a wrong one")
    check(h.http("POST", page, STEWARD, dict(good, why=""))[0] == 422,
          "nor without a reason when the risk was not measured")
    check(h.http("POST", page, STEWARD, dict(good, hash="0" * 64))[0] == 409, "nor what one has not read")
    check(h.http("POST", page, ORGANISER, good)[0] == 403, "the organiser signs nothing")
    h.db("UPDATE project SET recipe = 'another'")
    check("changed" in h.http("GET", page, STEWARD)[1]["stop"] and
          h.http("POST", page, STEWARD, good)[0] == 409, "a recipe changed since refuses it")
    h.db("UPDATE project SET recipe = 'r', ethics_expires = ethics_expires - 1000000000")
    check("expired" in h.http("GET", page, STEWARD)[1]["stop"] and
          h.http("POST", page, STEWARD, good)[0] == 409, "so does an approval that has expired")
    h.db("UPDATE project SET ethics_expires = ethics_expires + 1000000000")
    check(state(h) == ("open", "setup", None), "until then the data stay closed", state(h))
    got = h.http("POST", page, STEWARD, good)
    check(got[0] == 200, "the steward signs", got)
    check(h.http("POST", page, STEWARD, good)[0] == 409, "once")
    check(h.one("SELECT hash, name FROM signoff") == (paper["hash"], "Eyal") and
          h.one("SELECT count(*) FROM audit WHERE action = 'release signed'")[0] == 1,
          "the signature is kept, and in the audit trail")


def sample(h):
    check(move(h, "sample")[0] == 200, "the organiser begins the sample phase")
    time.sleep(1.5)
    check(state(h) == ("open", "setup", None) and "no sample release is signed" in
          h.one("SELECT problem FROM workspace WHERE id = 1")[0], "without a release the data stay closed")
    ids, job, result = add_release(h)
    _, second, _ = add_release(h)
    check(wait_for(lambda: job in h.specs) and h.specs[job]["sample"] == ids[0], "a job gets its spec")
    time.sleep(1.2)
    check(second not in h.specs, "one data job at a time")
    h.job_ends(job, result)
    check(wait_for(lambda: job_state(h, job)[0] == "done"), "its result is taken",
          open(h.dir + "/log").read())
    unsigned(h)
    sign(h)
    check(h.one("SELECT patients, hidden_patients, recipe_hash FROM project") == (1000, 300, "aa") and
          h.one("SELECT examples, low FROM data_column") == ("a, b", "18"),
          "with the signature counts and dictionary are there", h.db("SELECT * FROM data_column"))
    signed(h)
    check(wait_for(lambda: state(h) == ("open", "sample", ids[0])), "the sample is mounted", state(h))
    check(h.up[1][:2] == (SAMPLE, ids[0]) and (1, 0, 0) in h.cuts, "after visitors were cut", h.cuts)
    check(h.one("SELECT count(*) FROM audit WHERE action = 'workspace sealed'")[0] >= 1,
          "sealing is in the audit trail")
    for n in (1, 2, 3):
        check(wait_for(lambda: h.count(PW_JOB_START, second) == n), "start %d of a job that dies" % n)
        h.job_ends(second, None, 137)
    check(wait_for(lambda: job_state(h, second)[0] == "failed"), "then it is given up", job_state(h, second))
    check("signal 9" in job_state(h, second)[1] and
          h.one("SELECT count(*) FROM release WHERE state = 'failed'")[0] == 3,
          "with a reason, and its images with it", job_state(h, second))
    for bad in ("{", "[]", '{"ok":true}', '{"ok":true,"tables":[],"images":[1,2,3]}', "\xff\0"):
        _, job, _ = add_release(h)
        wait_for(lambda: job in h.specs)
        h.job_ends(job, bad)
        check(wait_for(lambda: job_state(h, job)[0] == "failed"), "a result that is none: " + ascii(bad)[:30],
              job_state(h, job))
    ids, job, result = add_release(h)
    wait_for(lambda: job in h.specs)
    h.job_ends(job, {"ok": False, "error": "Table heart has no column age.", "field": "recipe"}, 1)
    check(wait_for(lambda: job_state(h, job)[:2] == ("failed", "Table heart has no column age.")),
          "the curator's sentence is kept", job_state(h, job))
    os.makedirs("%s/jobs" % h.state, exist_ok=True)
    _, job, result = add_release(h)
    wait_for(lambda: job in h.specs)
    os.makedirs("%s/jobs/%d" % (h.state, job))
    os.symlink("/etc/passwd", "%s/jobs/%d/result.json" % (h.state, job))
    h.job_ends(job, None, 1)
    check(wait_for(lambda: job_state(h, job)[0] == "failed"), "a link is no result", job_state(h, job))


def full(h):
    check(move(h, "full")[0] == 200, "the organiser begins the full phase")
    check(wait_for(lambda: state(h)[:2] == ("open", "full")), "the full data are mounted", state(h))
    tables(h)
    airlock(h)
    strays(h)
    signed = h.one("SELECT id FROM release WHERE stage = 'hidden' AND state = 'ready'")[0]
    h.db("INSERT INTO release (project, stage, state) VALUES (1, 'hidden', 'built')")  # nobody signed for it
    seq, got = h.desk(1, 1, DESK_SUBMIT, 501, name="p\x1b[31m.csv")
    check(got[0][:2] == (0, 1) and "submission 1" in got[0][2], "a file is taken at once", got)
    job = wait_for(lambda: h.one("SELECT id FROM job WHERE submission = 1"))[0]
    wait_for(lambda: job in h.specs)
    check(h.specs[job] == {"project": 1, "submission": 1, "spool": 501, "labels": signed, "task": "binary"},
          "and becomes a job", h.specs.get(job))
    h.job_ends(job, {"ok": True, "n": 300, "metric": "AUROC", "value": 0.8123, "low": 0.77, "high": 0.85})
    got = h.desk_more(seq, 2)
    check(got[:2] == (0, 0) and "AUROC 0.812 (95 % interval 0.770 to 0.850)" in got[2],
          "the member is told the score", got)
    check(h.one("SELECT state, name FROM submission") == ("scored", "p?[31m.csv"), "names are made harmless")
    seq, got = h.desk(1, 0, DESK_SUBMIT, 502)
    job = wait_for(lambda: h.one("SELECT id FROM job WHERE submission = 2"))[0]
    wait_for(lambda: job in h.specs)
    h.job_ends(job, {"ok": False, "error": "The file has 2 kinds of mistakes.", "field": "", "problems": [
        {"what": "No prediction for an id", "count": 37, "examples": ["N0007", "N\n8"]}]}, 1)
    got = h.desk_more(seq, 2)
    check(got[:2] == (2, 0) and "No prediction for an id: 37 (first: N0007, N 8)" in got[2] and
          "no attempt was used" in got[2], "or what is wrong", got)
    _, got = h.desk(1, 0, DESK_STATUS)
    check("left today: 9 of 10" in got[0][2] and "AUROC 0.812 (" in got[0][2], "status tells the same", got)
    _, got = h.desk(1, 0, DESK_SUBMIT, 502)
    check(got[0][0] == 1 and "already" in got[0][2], "a spool number is taken once", got)
    h.db("UPDATE submission SET state = 'scored', value = 0.5 WHERE id = 2")
    for spool in range(600, 608):
        h.db("INSERT INTO submission (team, person, project, spool, name, bytes, hash, at, state) VALUES "
             "(1, 2, 1, ?, '', 0, '', ?, 'scored')", spool, int(time.time()))
    _, got = h.desk(1, 0, DESK_SUBMIT, 700)
    check(got[0][0] == 1 and "its 10 scored submissions" in got[0][2], "ten a day", got)
    h.db("DELETE FROM submission WHERE spool BETWEEN 600 AND 608")


def members(h):
    now, opened = int(time.time()), h.one("SELECT opened FROM workspace WHERE id = 1")[0]
    h.cuts.clear()
    h.db("UPDATE member SET gone = ? WHERE person = 3", now)
    h.db("UPDATE workspace SET changed = 1 WHERE id = 1")
    check(wait_for(lambda: h.up[1][2] == [(2, 0, "noa")]), "a member who left is gone from inside", h.up)
    check(h.cuts == [] and h.one("SELECT opened FROM workspace WHERE id = 1")[0] == opened,
          "the others are not disturbed", h.cuts)
    check(h.checked(1, OMAR, OMAR)[0] == E_DENIED, "and is not let in")
    check(h.desk(1, 1, DESK_WHO)[1][0][0] == 1, "nor heard at the desk")
    h.db("UPDATE member SET gone = NULL, login = 'Omar; rm' WHERE person = 3")
    h.db("UPDATE workspace SET changed = 1 WHERE id = 1")
    check(wait_for(lambda: "cannot be" in h.one("SELECT problem FROM workspace WHERE id = 1")[0]),
          "an impossible login name stops before the warden", h.up)
    check(state(h)[0] == "open" and 1 in h.up, "and the workspace stays open")
    h.db("UPDATE member SET login = 'omar' WHERE person = 3")
    check(wait_for(lambda: len(h.up[1][2]) == 2 and
                   h.one("SELECT problem FROM workspace WHERE id = 1")[0] == ""), "once mended it goes on")
    with_id = (1 << 20) + 1
    h.send(struct.pack("=IIQ200s", PW_WS_ENDED, 0, with_id, b"nobody knows it"))
    h.send(struct.pack("=IIQiI", PW_JOB_ENDED, 0, with_id, 0, 0))
    check(h.http("GET", "/e/carmel/workspaces", ORGANISER)[0] == 200, "unknown ids are passed over")


def trouble(h):
    h.refuse_open = "The disk is full."
    h.up.pop(1)
    h.send(struct.pack("=IIQ200s", PW_WS_ENDED, 0, 1, b"out of memory"))
    check(wait_for(lambda: state(h)[0] == "failed"), "a workspace that fell and does not come back")
    check("The disk is full." in h.one("SELECT problem FROM workspace WHERE id = 1")[0], "tells why")
    code, page, _ = h.http("GET", "/e/carmel/workspaces", ORGANISER)
    check(code == 200 and page["troubled"] == 1 and page["open"] == 1, "to the organiser", page)
    code, page, _ = h.http("GET", "/e/carmel/workspaces", ORGANISER, accept="text/html")
    check(code == 200 and "The disk is full." in page, "as a page", page)
    h.refuse_open = None
    check(wait_for(lambda: state(h)[:2] == ("open", "full"), 20), "and is tried again", state(h))
    h.falls = 1
    h.up.pop(1)
    h.send(struct.pack("=IIQ200s", PW_WS_ENDED, 0, 1, b"out of memory"))
    check(wait_for(lambda: h.falls is None and 1 in h.up and state(h)[:2] == ("open", "full"), 20),
          "one that falls while it is opened is noticed and comes back", (h.up, state(h)))
    code, _, _ = h.http("POST", "/e/carmel/workspaces/2/close", ORGANISER, {})
    check(code == 200 and wait_for(lambda: state(h, 2)[0] == "closed"), "the organiser closes one")
    check(h.http("POST", "/e/carmel/workspaces/2/close", NOA, {})[0] == 403, "a participant cannot")
    code, _, _ = h.http("POST", "/e/carmel/workspaces/2/reopen", ORGANISER, {})
    check(code == 200 and wait_for(lambda: state(h, 2)[0] == "open"), "and opens it again")
    code, page, _ = h.http("GET", "/e/carmel/workspaces/seal", ORGANISER, accept="text/html")
    check(code == 200 and "Seal everything in Carmel" in page, "sealing shows first what it does", page)
    check(h.http("POST", "/e/carmel/workspaces/seal", NOA, {})[0] == 403, "a participant cannot seal")
    h.cuts.clear()
    code, _, _ = h.http("POST", "/e/carmel/workspaces/seal", ORGANISER, {"reason": "A lost laptop"})
    check(code == 200 and wait_for(lambda: not h.up and {(1, 0, 0), (2, 0, 0)} <= set(h.cuts)),
          "sealing cuts and closes all", (h.cuts, h.up))
    check(h.checked(1, NOA, NOA)[0] in (E_DENIED, E_CONFLICT), "nobody is let in any more")
    check(h.http("POST", "/e/carmel/workspaces/1/reopen", ORGANISER, {})[0] == 409, "nor is one opened alone")
    h.db("INSERT INTO team (event, project, number, name, made) SELECT event, project, 9, 'Late', 0 FROM team LIMIT 1")
    time.sleep(2.5)
    check(h.one("SELECT count(*) FROM workspace WHERE want <> 'closed'")[0] == 0, "nor one of a new team")
    h.db("DELETE FROM team WHERE number = 9")
    code, _, _ = h.http("POST", "/e/carmel/workspaces/unseal", ORGANISER, {})
    check(wait_for(lambda: len(h.up) == 2 and state(h)[0] == "open"), "until it is opened again")
    h.db("UPDATE project SET ethics_expires = 5")
    check(wait_for(lambda: state(h)[0] == "closed"), "an approval that ends closes what held data")
    h.db("UPDATE project SET ethics_expires = ?", int(time.time()) + HOUR)
    check(wait_for(lambda: state(h)[0] == "open" and state(h, 2)[0] == "open"), "a new one opens it")


def dies(h):
    seq, got = h.desk(1, 0, DESK_SUBMIT, 800)
    sub = h.one("SELECT id FROM submission WHERE spool = 800")[0]
    job = h.one("SELECT id FROM job WHERE submission = ?", sub)[0]
    wait_for(lambda: job in h.running)
    seq, got = h.desk(1, 0, DESK_SUBMIT, 801)
    sub2 = h.one("SELECT id FROM submission WHERE spool = 801")[0]
    job2 = h.one("SELECT id FROM job WHERE submission = ?", sub2)[0]
    wait_for(lambda: job2 in h.running)
    h.kill()
    # While nobody looks: one job ends with a result, the other is gone; a workspace too.
    h.running -= {job, job2}
    os.makedirs("%s/jobs/%d" % (h.state, job))
    with open("%s/jobs/%d/result.json" % (h.state, job), "w") as f:
        json.dump({"ok": True, "n": 300, "metric": "AUROC", "value": 0.7, "low": None, "high": None}, f)
    h.up.pop(2)
    h.start()
    check(wait_for(lambda: h.count(PW_READY)), "comes back after kill -9")
    check(wait_for(lambda: h.one("SELECT state FROM submission WHERE id = ?", sub)[0] == "scored"),
          "a job that ended meanwhile is finished")
    check(wait_for(lambda: h.count(PW_JOB_START, job2)), "one that is gone is begun again")
    h.job_ends(job2, {"ok": True, "n": 300, "metric": "AUROC", "value": 0.71, "low": 0.6, "high": 0.8})
    check(wait_for(lambda: h.one("SELECT state FROM submission WHERE id = ?", sub2)[0] == "scored"),
          "and ends", job_state(h, job2))
    check(wait_for(lambda: 2 in h.up and state(h, 2)[:2] == ("open", "full")), "a workspace that is gone opens again")
    check(h.count(PW_WS_OPEN, 1) == 0, "one that lives is left alone")
    check(h.checked(1, NOA, NOA)[0] == OK, "visitors stay welcome")


def signed_out(h):
    """However a sign-in ended: here by another program, as `wardroom person` is one."""
    h.cuts.clear()
    t = time.monotonic()
    h.db("UPDATE session SET ended = ? WHERE id = ?", int(time.time()), OMAR)
    cut = wait_for(lambda: (0, 0, OMAR) in h.cuts, 5)
    check(cut and time.monotonic() - t < 2, "what an ended sign-in has open is cut within two seconds", h.cuts)
    time.sleep(1.2)
    check(h.cuts == [(0, 0, OMAR)], "once, and nobody else's", h.cuts)
    now, month = int(time.time()), 31 * 24 * HOUR
    for n, ended in ((901, now - month), (902, now - HOUR)):
        h.db("INSERT INTO session (id, token, person, csrf, address, created, expires, ended, cut) VALUES "
             "(?, ?, ?, '', '', 0, ?, ?, 1)", n, b"s%d" % n, OMAR, now + HOUR, ended)
        h.db("INSERT INTO ticket (id, token, workspace, person, session, expires) VALUES (?, ?, 1, ?, ?, ?)",
             n, b"t%d" % n, OMAR, n, now)
        h.db("INSERT INTO link (id, token, person, path, created, expires, used) VALUES (?, ?, ?, '/', 0, ?, ?)",
             n, b"l%d" % n, OMAR, now + HOUR, ended)
    h.kill()
    h.start()
    left = wait_for(lambda: [h.db("SELECT id FROM %s WHERE id > 900" % t) for t in ("session", "ticket", "link")]
                    == [[(902,)]] * 3)
    check(left, "what was over a month ago is forgotten, and only that", h.db("SELECT id, ended FROM session"))


def ends(h):
    h.cuts.clear()
    check(move(h, "presentations")[0] == 200 and wait_for(
        lambda: state(h)[:2] == ("open", "frozen") and state(h, 2)[:2] == ("open", "frozen")),
        "with the work the workspaces freeze", (state(h), state(h, 2)))
    check({(1, 0, 0), (2, 0, 0)} <= set(h.cuts), "and connections are cut", h.cuts)
    check(h.checked(1, NOA, NOA)[0] == 0, "who looks is let in")
    h.cuts.clear()
    check(move(h, "final")[0] == 200 and wait_for(lambda: not h.up), "with the final they close")
    check({(1, 0, 0), (2, 0, 0)} <= set(h.cuts), "and connections are cut again", h.cuts)
    check(h.checked(1, NOA, NOA)[0] == E_DENIED, "nobody is let in")
    archives_made(h)
    archives_outlive(h, state, lambda: move(h, "closed"))
    h.process.send_signal(signal.SIGTERM)
    check(h.process.wait(10) == 0, "stops when asked")
    h.sock.close()
    h.start()
    wait_for(lambda: h.count(PW_READY))
    h.sock.shutdown(socket.SHUT_RDWR)
    try:
        check(h.process.wait(10) == 0, "stops when the warden is gone")
    except subprocess.TimeoutExpired:
        check(False, "stops when the warden is gone")
    h.db("INSERT INTO schema_migration (n, name, at) VALUES (999, 'future', 0)")
    try:
        h.start()
    except BrokenPipeError:
        pass  # it was gone before the warden's first word reached it
    check(h.process.wait(10) == 1 and b"cannot start" in open(h.dir + "/log", "rb").read(),
          "refuses a database of a newer program")


if __name__ == "__main__":
    raise SystemExit(play(begins, setup, entering, desk, sample, dictionary, full, members, trouble, dies, signed_out, ends))
