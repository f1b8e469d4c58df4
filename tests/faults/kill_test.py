"""kill -9 of portal, gate, curator and warden at bad moments of a small event. After each: what was
acknowledged is there, the audit trail is whole, no job hangs, workspaces live on or open again.
Prints TAP; starts itself beside tools/dev/with-server.
"""
import hashlib
import http.client
import os
import signal
import sys
import threading
import time
import traceback

from client import Browser, Refused, Room, at_once, wait_for
from server import CURATOR, GATE, PORTAL, WORKER, Server, alive, beside, check, finish, say
import tamper

LOST = (OSError, http.client.HTTPException)  # no answer: nothing was promised
BACK = 5  # seconds within which portal, gate and curator are there again, and a warden that is started


def calm(s, what):
    """What holds after every fall."""
    check(s.jobs_rest(90), what + ": no job waits or runs for ever", s.db("SELECT * FROM job ORDER BY id DESC LIMIT 3"))
    s.witnessed()
    whole, said = s.verify()
    check(whole and said["witnessed"], what + ": the trail verifies, with its witness", said)
    check(not s.half_done(), what + ": nothing half done is left", s.half_done())


def fell(s, what, name, old):
    new, took = s.back(name, old)
    up = s.answers(BACK)
    check(new and up and took < BACK, "%s: back by itself" % what, "%s after %.1f s, answers: %s" % (new, took, up))


def warden_again(s, what):
    took = s.start_warden()
    check(took is not None and took < 2 * BACK, "%s: started again" % what, took)


def kill_when(s, name, ripe):
    """Another thread that kills a child when ripe() says so; a list that will hold its pid."""
    killed = []

    def run():
        wait_for(ripe, 20, 0.01)
        killed.append(s.kill(name))
    t = threading.Thread(target=run)
    t.start()
    return t, killed


# ---- the portal ----------------------------------------------------------------------------------

def portal_amid_applications(s, p):
    what = "portal amid applications"
    p.join(10)
    news = [Browser(s.url, "Late Person%d" % i) for i in range(6)]
    tried, kept, joined = {}, {}, []

    def write(i, b):
        try:
            for n in range(1000):
                tried[i] = n
                b.post(p.path("/apply/draft"), p.application(i, "Version %d of what moves me." % n))
                kept[i] = n
        except LOST:
            pass

    def join(i, b):
        try:
            b.join("late%d@example.org" % i)
            joined.append(b)
        except LOST:
            pass
    t, killed = kill_when(s, PORTAL, lambda: len(joined) > 1 and len(kept) == len(p.people))
    at_once([lambda i=i, b=b: write(i, b) for i, b in enumerate(p.people)] +
            [lambda i=i, b=b: join(i, b) for i, b in enumerate(news)], width=16)
    t.join()
    fell(s, what, PORTAL, killed[0])
    wrong = []
    for i, b in enumerate(p.people):
        if i not in kept:
            continue
        text = b.json(p.path("/apply"))["form"]["motivation"]
        if not kept[i] <= int(text.split()[1]) <= tried[i]:
            wrong.append((i, kept[i], text, tried[i]))
    check(kept and not wrong, what + ": every draft is as it was acknowledged, or newer", (wrong, kept))
    check(joined and all(b.json("/account")["name"] == b.name for b in joined),
          what + ": new accounts and their sign-ins are there", len(joined))
    calm(s, what)


def portal_amid_decisions(s, p):
    what = "portal amid decisions"
    ids = [a["id"] for a in p.applications() if a["state"] == "submitted"]
    last = {}
    t, killed = kill_when(s, PORTAL, lambda: len(last) > 5)
    try:
        for n in range(1000):
            one, state = ids[n % len(ids)], ["waitlisted", "submitted"][n // len(ids) % 2]
            at = (one, state)
            p.decide([one], state)
            last[one] = state
    except LOST:
        pass
    t.join()
    fell(s, what, PORTAL, killed[0])
    now = {a["id"]: a["state"] for a in p.applications()}
    wrong = [x for x in last.items() if now[x[0]] != x[1] and at != (x[0], now[x[0]])]
    check(len(last) > 3 and not wrong, what + ": every decision stands", (wrong, last, at))
    trail = {}
    for object_, detail in s.db("SELECT object, detail FROM audit WHERE action = 'application decided' ORDER BY n"):
        trail[int(object_.split()[1])] = detail
    check(all(now[k] == v for k, v in trail.items()), what + ": state and trail agree", (trail, now))
    calm(s, what)


def steward_stops_an_import(s, p):
    """Not a fall, but an end in the middle all the same; also of a curator that does not listen."""
    what = "import stopped by the steward"
    rows = p.data("severity")["rows"]
    p.start_import("severity")
    pid = s.catch(CURATOR)
    os.kill(pid, signal.SIGSTOP)
    check(p.data("severity")["may_stop"], what + ": the page offers it")
    p.boss.post(p.path("/data/severity/stop"), {})
    d = p.data_done("severity", 20)
    check(d and d["problem"].startswith("Stopped by "), what + ": the page says so", d and d["problem"])
    check(not alive(pid) and d["rows"] == rows, what + ": nothing runs, and what was there before stays", d["rows"])
    try:
        p.boss.post(p.path("/data/severity/stop"), {})
        check(False, what + ": once")
    except Refused as e:
        check(e.code == 409, what + ": once", e.code)
    p.start_import("severity")
    d = p.data_done("severity")
    check(d and not d["problem"] and not (s.state / "data/1/source.new").exists(), what + ": and it can begin again")
    calm(s, what)


def portal_amid_import(s, p):
    what = "portal amid an import"
    p.start_import("severity")
    job = s.catch(CURATOR)
    old = s.kill(PORTAL)
    fell(s, what, PORTAL, old)
    check(job is not None, what + ": the job was running")
    d = p.data_done("severity")
    check(d and not d["problem"] and d["rows"] > 1000, what + ": the job went on to its end", d and d["problem"])
    check(s.db("SELECT state, starts FROM job WHERE kind = 'import' ORDER BY id DESC LIMIT 1") == [("done", 1)],
          what + ": at its first start")
    calm(s, what)


def portal_amid_opening(s, p):
    what = "portal amid an opening"
    p.move("setup")
    worker = s.catch(WORKER)
    old = s.kill(PORTAL)
    fell(s, what, PORTAL, old)
    check(worker is not None, what + ": a workspace was being opened")
    check(p.rooms_are("open", 30, "setup"), what + ": every workspace opens", p.rooms())
    stages = s.db("SELECT DISTINCT r.stage FROM workspace w LEFT JOIN release r ON r.id = w.release")
    check(stages == [("simulated",)] and s.sh(1, 0, "ls /data | wc -l") != "0" and s.sh(2, 0, "id -u"),
          what + ": with simulated data and no others, and can be used", stages)
    calm(s, what)


def portal_that_falls_again(s, p):
    what = "portal that falls again and again"
    for _ in range(4):
        old = s.catch(PORTAL)
        s.kill(PORTAL, old)
    fell(s, what, PORTAL, old)
    calm(s, what)


# ---- the curator ---------------------------------------------------------------------------------

def curator_amid_import(s, p):
    what = "curator amid an import"
    p.start_import("severity")
    pid = s.catch(CURATOR)
    wait_for(lambda: (s.state / "data/1/source.new").exists(), 5, 0.002)
    s.kill(CURATOR, pid)
    d = p.data_done("severity")
    check(d and not d["problem"], what + ": it is run again to its end", d and d["problem"])
    check(s.db("SELECT state, starts FROM job WHERE kind = 'import' ORDER BY id DESC LIMIT 1") == [("done", 2)],
          what + ": at its second start", s.db("SELECT * FROM job ORDER BY id DESC LIMIT 1"))
    calm(s, what)


def images_agree(s, what):
    """Every image that is ready is on disk with its hash, and nothing else is."""
    rows = {"%d%s.erofs" % (i, ".simulated" if stage == "simulated" else ""): hash for i, stage, hash in
            s.db("SELECT id, stage, hash FROM release WHERE state = 'ready'")}
    found = {}
    for f in (s.state / "releases").iterdir():
        found[f.name] = hashlib.blake2b(f.read_bytes(), digest_size=32).hexdigest()
    check(found == rows, what + ": the images are those of the database",
          (sorted(found), sorted(rows)))


def curator_amid_release(s, p):
    what = "curator amid a release"
    p.start_release("severity")
    pid = s.catch(CURATOR)
    half = wait_for(lambda: list((s.state / "releases").glob("*.new")), 20, 0.002)
    s.kill(CURATOR, pid)
    check(half, what + ": an image was half made")
    d = p.data_signed("severity")
    check(d and not d["problem"] and [r["state"] for r in d["releases"]] == ["ready"] * 4,
          what + ": it is made again", d and (d["problem"], d["releases"]))
    images_agree(s, what)
    calm(s, what)


def curator_that_falls_again(s, p):
    what = "curator that falls again and again"
    p.recipe("heart")
    p.start_import("heart")
    p.data_done("heart")
    # Looks at the recipe are jobs too, and not those that shall fall.
    wait_for(lambda: not s.db("SELECT 1 FROM job WHERE state IN ('queued', 'running')"), 30, 0.1)
    p.start_release("heart")
    old = None
    for _ in range(3):
        old = wait_for(lambda: (lambda c: c if c != old else None)(s.child(CURATOR)), 20, 0.001)
        wait_for(lambda: list((s.state / "releases").glob("*.new")) or not alive(old), 20, 0.0005)
        s.kill(CURATOR, old) if alive(old) else say("a release was over before it could be killed")
    d = p.data_done("heart")
    check(d and "signal 9" in (d["problem"] or ""), what + ": it fails, with the reason", d and d["problem"])
    check([r["state"] for r in d["releases"]] == ["failed"] * 4, what + ": so do its images", d["releases"])
    # Once more, at the moment when images are in place and labels may not be.
    known = set((s.state / "releases").iterdir())
    p.start_release("heart")
    pid = s.catch(CURATOR)
    wait_for(lambda: not alive(pid) or set((s.state / "releases").glob("*.erofs")) - known, 20, 0.0002)
    if alive(pid):
        s.kill(CURATOR, pid)
    d = p.data_signed("heart")
    check(d and not d["problem"], what + ": the next one succeeds", d and d["problem"])
    images_agree(s, what)
    calm(s, what)


PREDICT = "awk -F, 'NR==1{print \"id,prediction\"} NR>1{print $1\",0.\" (NR*%d)%%97}' /data/to_predict.csv > %s; "


def scored(p, team, n, seconds=60):
    """The n-th submission of a team, once it is no longer waiting."""
    def look():
        rows = sorted(p.submissions(team), key=lambda r: r["id"])
        return rows[n - 1] if len(rows) >= n and rows[n - 1]["state"] != "waiting" else None
    return wait_for(look, seconds, 0.1)


def curator_amid_scoring(s, p):
    what = "curator amid scoring"
    s.sh(1, 0, PREDICT % (7, "/tmp/p.csv"))
    for n in range(1, 5):  # scoring takes milliseconds: it may be over first
        desk = s.inside(1, 0, "wardroom submit /tmp/p.csv")
        s.kill(CURATOR, s.catch(CURATOR))
        out = desk.communicate(timeout=60)[0]
        starts = s.db("SELECT starts FROM job WHERE kind = 'score' ORDER BY id DESC LIMIT 1")
        if starts == [(2,)]:
            break
    check(starts == [(2,)], what + ": it is run again", (n, starts))
    check(desk.returncode == 0 and "AUROC" in out, what + ": the member gets the score all the same", out)
    row = scored(p, 1, n)
    check(row and row["state"] == "scored" and len(p.submissions(1)) == n, what + ": one attempt is counted", row)
    calm(s, what)


# ---- the gate ------------------------------------------------------------------------------------

def gate_amid_terminal(s, p):
    what = "gate amid an open terminal"
    ada = p.team(1)[0]
    slot = slot_of(s, ada, 1)
    ticket = ada.enter(1)
    room = Room(*ticket)
    web = room.terminal()
    web.type("sleep 4321 & echo $! > ~/pid\n")
    check(wait_for(lambda: s.inside(1, slot, "test -s ~/pid").wait() == 0, 10), what + ": a terminal works")
    fresh = ada.enter(1)  # bought now, used when the gate is another
    old = s.kill(GATE)
    check(web.ended(3), what + ": the terminal's connection ends")
    fell(s, what, GATE, old)
    check(wait_for(lambda: room.send("GET", "/tree")[0] == 401, 10), what + ": the cookie of before opens nothing")
    try:
        code = Room(*ticket) and 200
    except Refused as e:
        code = e.code
    check(code == 403, what + ": a used ticket stays used", code)
    again = wait_for(lambda: enter(fresh), 10)
    check(again and again.send("GET", "/tree")[0] == 200, what + ": a ticket that was not used lets in")
    check(s.sh(1, slot, "kill -0 $(cat ~/pid) && echo lives") == "lives", what + ": the work inside goes on")
    web = again.terminal()
    portal = s.kill(PORTAL)
    web.type("echo still > ~/still\n")
    check(wait_for(lambda: s.inside(1, slot, "test -s ~/still").wait() == 0, 5) and not web.ended(0.2),
          "portal beside an open terminal: it stays open")
    fell(s, "portal beside an open terminal", PORTAL, portal)
    check(again.send("GET", "/tree")[0] == 200, "portal beside an open terminal: the cookie is still good")
    web.close()
    calm(s, what)


def enter(ticket):
    try:
        return Room(*ticket)
    except (Refused, OSError, AttributeError):
        return None


def slot_of(s, b, team):
    return s.db("SELECT m.slot FROM member m JOIN person n ON n.id = m.person JOIN team t ON t.id = m.team "
                "WHERE n.name = ? AND t.number = ?", b.name, team)[0][0]


HALF = """python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect("/desk/desk.sock")
s.sendall(b"submit 4000000 half.csv\\n" + b"x" * 100000)
print("sent", flush=True)
rest = b""
try:
    while part := s.recv(4096): rest += part
except OSError: pass
print("over", rest)'"""


def gate_amid_upload(s, p):
    what = "gate amid an upload"
    before = len(p.submissions(1))
    desk = s.inside(1, 0, HALF)
    parts = wait_for(lambda: list((s.state / "spool").glob(".*.part")), 10)
    check(desk.stdout.readline() == "sent\n" and parts, what + ": half a file lies in the spool")
    old = s.kill(GATE)
    check("over b''" in desk.communicate(timeout=10)[0], what + ": the member's command ends")
    fell(s, what, GATE, old)
    check(wait_for(lambda: not list((s.state / "spool").glob(".*.part")), 10), what + ": the half is gone")
    check(len(p.submissions(1)) == before, what + ": nothing was submitted")
    out = s.sh(1, 0, PREDICT % (11, "/tmp/p.csv") + "wardroom submit /tmp/p.csv")
    check("AUROC" in out and len(p.submissions(1)) == before + 1, what + ": the next upload works", out)
    calm(s, what)


def submit_and_hold(s, ws):
    """Hands in /tmp/p.csv and stops the curator that scores it: (command, curator, what was said)."""
    said = []
    desk = s.inside(ws, 0, "wardroom submit /tmp/p.csv")
    job = s.catch(CURATOR)
    os.kill(job, signal.SIGSTOP)

    def read():
        while part := os.read(desk.stdout.fileno(), 4096):
            said.append(part.decode())
    threading.Thread(target=read, daemon=True).start()
    wait_for(lambda: "scored ..." in "".join(said), 10)
    return desk, job, said


def portal_while_a_member_waits(s, p):
    what = "portal while a member waits for a score"
    n = len(p.submissions(1)) + 1
    s.sh(1, 0, PREDICT % (13, "/tmp/p.csv"))
    desk, job, said = submit_and_hold(s, 1)
    check("is being scored ..." in "".join(said), what + ": it was acknowledged, in whole words", said)
    old = s.kill(PORTAL)
    fell(s, what, PORTAL, old)
    desk.wait(20)
    check(wait_for(lambda: "wardroom status" in "".join(said), 5), what + ": the member is told where to look", said)
    os.kill(job, signal.SIGCONT)
    row = scored(p, 1, n)
    check(row and row["state"] == "scored", what + ": it is scored", row)
    calm(s, what)


# ---- the warden ----------------------------------------------------------------------------------

def warden_amid_opening(s, p):
    what = "warden amid an opening"
    p.move("sample")
    worker = s.catch(WORKER)
    check(s.kill_warden(), what + ": portal and gate end with it")
    check(worker is not None, what + ": a workspace was being opened")
    warden_again(s, what)
    check(p.rooms_are("open", 60, "sample"), what + ": every workspace opens with the sample", p.rooms())
    check(s.sh(1, 0, "test -s /data/manifest.json && echo data") == "data", what + ": and has it")
    at = mounts_of_rooms(s)
    check(sorted(at) == ["1", "2"] and at["1"] == at["2"] and len(at["1"]) == len(set(at["1"])),
          what + ": nothing is mounted twice", at)
    calm(s, what)


def mounts_of_rooms(s):
    """What each workspace has mounted, by its number."""
    found = {}
    at = str(s.run / "ws") + "/"
    for line in open("/proc/self/mountinfo"):
        path = line.split()[4]
        if path.startswith(at):
            ws, _, where = path[len(at):].partition("/")
            found.setdefault(ws, []).append(where)
    return {k: sorted(v) for k, v in found.items()}


def warden_amid_job_and_notebooks(s, p):
    what = "warden amid a job and notebooks"
    team = p.team(1)
    rooms = [Room(*b.enter(1)) for b in team[:2]]
    slot = slot_of(s, team[0], 1)
    web = rooms[0].terminal()
    web.type("sleep 4322 & echo $! > ~/pid2\n")
    wait_for(lambda: s.inside(1, slot, "test -s ~/pid2").wait() == 0, 10)
    inits = [(s.run / "ws" / w / "pid").read_text() for w in "12"]
    notebook = s.sh(1, slot, "pgrep -fu $(id -u) config=/opt/wardroom/etc/[n]otebook.py")
    p.start_import("severity")
    job = s.catch(CURATOR)
    s.kill_warden()
    check(job and wait_for(lambda: not alive(job), 5), what + ": the job ends with it")
    check(web.ended(3), what + ": connections end")
    warden_again(s, what)
    check(p.rooms_are("open", 30, "full"), what + ": the workspaces are open", p.rooms())
    check([(s.run / "ws" / w / "pid").read_text() for w in "12"] == inits, what + ": they are the same ones")
    check(s.sh(1, slot, "kill -0 $(cat ~/pid2) && echo lives") == "lives", what + ": the work inside went on")
    room = Room(*team[0].enter(1))
    check(room.send("GET", "/tree")[0] == 200, what + ": a new ticket lets in again")
    same = s.sh(1, slot, "pgrep -fu $(id -u) config=/opt/wardroom/etc/[n]otebook.py")
    check(same == notebook, what + ": to the same notebook", (notebook, same))
    d = p.data_done("severity")
    check(d and not d["problem"], what + ": the job is run again to its end", d and d["problem"])
    calm(s, what)


def warden_after_acknowledgement(s, p):
    what = "warden right after a submission was acknowledged"
    s.sh(2, 0, PREDICT % (17, "/tmp/p.csv"))
    desk, job, said = submit_and_hold(s, 2)
    s.kill_warden()
    desk.wait(20)
    check("Taken as submission" in "".join(said) and wait_for(lambda: not alive(job), 5), what + ": it was", said)
    warden_again(s, what)
    row = scored(p, 2, 1)
    check(row and row["state"] == "scored" and row["name"] == "p.csv", what + ": it is there, and scored", row)
    out = s.sh(2, 0, "wardroom status")
    check("AUROC" in out, what + ": the desk answers in the same workspace", out)
    calm(s, what)


def warden_amid_the_end(s, p):
    what = "warden amid destroying"
    for phase in ("presentations", "final", "closed"):
        p.move(phase)
    worker = s.catch(WORKER)
    s.kill_warden()
    check(worker is not None, what + ": a workspace was being destroyed")
    warden_again(s, what)
    check(p.rooms_are("destroyed", 60), what + ": every workspace is destroyed", p.rooms())
    check(not list((s.state / "ws").iterdir()) and not mounts_of_rooms(s), what + ": disks and mounts are gone")
    n = s.db("SELECT count(*) FROM audit WHERE action = 'workspace destroyed'")[0][0]
    check(n == 2, what + ": each has its record, once", n)
    calm(s, what)


def the_end(s, p):
    t = time.monotonic()
    code = s.stop()
    check(code == 0 and time.monotonic() - t < 15, "the server stops when asked", (code, time.monotonic() - t))
    check(not s.leftovers(), "no mount, loop device, control group, container or process is left", s.leftovers())


STEPS = [
    ("applications", portal_amid_applications),
    ("selection", portal_amid_decisions),
    ("teams", portal_amid_import), ("teams", steward_stops_an_import), ("teams", curator_amid_import), ("teams", curator_amid_release),
    ("teams", curator_that_falls_again),
    (None, portal_amid_opening), ("setup", portal_that_falls_again),
    (None, warden_amid_opening), ("sample", gate_amid_terminal),
    ("full", curator_amid_scoring), ("full", gate_amid_upload), ("full", portal_while_a_member_waits),
    ("full", warden_amid_job_and_notebooks), ("full", warden_after_acknowledgement),
    (None, warden_amid_the_end),
]


def prepare(s, p, phase):
    """Walks to the phase of the next step."""
    if phase is None or p.phase == phase:
        return
    if phase == "applications":
        p.to("call")
        p.move("applications")
    elif phase == "selection":
        at_once([lambda b=b, i=i: b.post(p.path("/apply"), p.application(i)) for i, b in enumerate(p.people)])
        p.move("selection")
    elif phase == "teams":
        ids = [a["id"] for a in p.applications() if a["state"] in ("submitted", "waitlisted")]
        p.decide(ids, "selected")
        at_once([lambda b=b: p.accept(b) for b in p.people])
        p.move("teams")
        p.form()
        p.recipe("severity")
    else:
        p.move(phase)
        p.rooms_are("open", 60, phase)


def main():
    beside(os.path.abspath(__file__), "--mb", "20")
    s = Server()
    p = s.play()
    for phase, step in STEPS:
        t = time.monotonic()
        try:
            prepare(s, p, phase)
            step(s, p)
        except Exception:
            check(False, step.__name__.replace("_", " ") + ": goes through", traceback.format_exc())
            say(s.log_tail())
            if not s.answers(20):
                break
        say("%s: %.1f s" % (step.__name__, time.monotonic() - t))
    the_end(s, p)
    tamper.run(s)
    return finish()


sys.exit(main())
