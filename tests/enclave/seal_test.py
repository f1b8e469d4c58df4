"""The red button on a real server: with fifty WebSockets open into real workspaces, how long until
the last is cut and the last program is gone; and that nobody comes back before it is opened again.
Prints TAP; starts itself beside tools/dev/with-server.
"""
import json
import pathlib
import sys
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import Room, WebSocket, at_once, entered, refused, wait_for  # noqa: E402
from server import Server, beside, check, finish, say  # noqa: E402

SOCKETS = 5  # of each of ten people


def connect(p):
    """Everybody's WebSockets: (member, room, sockets)."""
    found, lock = [], threading.Lock()

    def one(number, b):
        room = wait_for(lambda: entered(b, number), 120, 1)
        wait_for(lambda: room.send("GET", "/api/status")[0] == 200, 60, 0.3)
        sockets = [room.terminal()]
        name = json.loads(room.send("GET", "/api/terminals")[2].decode().strip().splitlines()[-1])[0]["name"]
        sockets += [WebSocket(room, "/terminals/websocket/" + name) for _ in range(SOCKETS - 1)]
        with lock:
            found.append((number, b, room, sockets))
    at_once([lambda n=n, b=b: one(n, b) for n in (1, 2) for b in p.team(n)], 2)
    return found


def watch(sockets):
    """When each has ended, in seconds of the monotonic clock, as it happens."""
    ends = []

    def wait(x):
        if x.ended(30):
            ends.append(time.monotonic())
    threads = [threading.Thread(target=wait, args=(x,), daemon=True) for x in sockets]
    for t in threads:
        t.start()
    return ends, threads


def processes(s):
    """In the workspaces of this server."""
    found = set()
    for kind in [""] + [x.name for x in pathlib.Path("/sys/fs/cgroup").iterdir() if x.is_dir()]:
        for f in pathlib.Path("/sys/fs/cgroup", kind).glob("wardroom-%s/ws*/cgroup.procs" % s.settings["instance"]):
            try:
                found |= set(f.read_text().split())
            except OSError:  # just gone
                pass
    return found


def press(s, p, people):
    sockets = [x for _, _, _, some in people for x in some]
    check(len(sockets) == 50, "fifty are connected", len(sockets))
    ticket = people[0][1].enter(people[0][0])
    before = len(processes(s))
    ends, threads = watch(sockets)
    time.sleep(0.5)
    check(not ends, "all of them stay", len(ends))
    began = time.monotonic()
    p.boss.post(p.path("/workspaces/seal"), {"reason": "A test of the red button"})
    answered = time.monotonic() - began
    gone = wait_for(lambda: not processes(s), 20, 0.02)
    ended = time.monotonic() - began
    for t in threads:
        t.join(30)
    last = sorted(x - began for x in ends)
    say("answered in %.0f ms; connections cut: median %.0f ms, last %.0f ms; %d processes gone in %.0f ms" % (
        1e3 * answered, 1e3 * last[len(last) // 2], 1e3 * last[-1], before, 1e3 * ended))
    check(len(ends) == 50 and last[-1] < 2, "every connection is cut within two seconds", last[-3:])
    check(before and gone and ended < 10, "every program ends", (before, len(processes(s)), ended))
    check(refused(lambda: Room(*ticket)), "a ticket of before is worth nothing")


def who_did_what(s, p, people):
    def carried():
        return p.boss.json(p.path("/activity"))["carried"]
    got = wait_for(lambda: len(carried()) == 10 and carried(), 40, 1)
    check(got and all(c["hour"] > 1000 and c["requests"] > 2 for c in got), "bytes of each member are counted", got)
    number, b, _, _ = people[0]
    code, text, _ = p.boss.send("GET", p.path("/activity?kind=sign-ins"))
    check(code == 200 and '"sign-in' in text and "workspace entered" not in text, "sign-ins alone", text[:300])
    code, text, _ = p.boss.send("GET", p.path("/activity.csv?kind=workspaces&team=%d" % number))
    check(code == 200 and "workspace entered" in text and b.name in text, "a team's entries as CSV", text[:300])
    check("workspace %d of" % (3 - number) not in text, "and no other team's", text[:300])
    code, text, _ = p.boss.send("GET", p.path("/activity?from=2100-01-01"))
    check(code == 200 and '"entries":[]' in text.replace(" ", ""), "a time chooses", text[:200])
    check(p.boss.send("GET", p.path("/activity?from=soon"))[0] == 422, "nonsense is named")
    check(b.send("GET", p.path("/activity"))[0] == 403, "a member does not read it")
    code, text, _ = p.boss.send("GET", p.path("/activity"), headers={"Accept": "text/html"})
    check(code == 200 and "What went to whose screen" in text, "as a page")


def budget_lasts(s, p, people):
    """What was loaded counts for a new gate too."""
    number, b, room, _ = people[0]
    p.boss.post(p.path("/activity/budget"), {"bytes_mb": 1, "pixels_mb": 10})
    room = Room(*b.enter(number))
    wait_for(lambda: room.send("GET", "/api/status")[0] == 200, 60, 0.3)
    s.sh(number, s.db("SELECT slot FROM member m JOIN person p ON p.id = m.person WHERE p.name = ?", b.name)[0][0],
         "head -c 600000 /dev/urandom | base64 -w0 > ~/big.txt")
    for _ in range(3):
        code, _, _ = room.send("GET", "/api/contents/big.txt?type=file&format=text")
    check(code == 429, "the budget is the event's", code)
    check(wait_for(lambda: [c for c in p.boss.json(p.path("/activity"))["carried"] if c["percent"] == 100], 40, 1),
          "the page shows it used up")
    check("budget used up" in p.boss.send("GET", p.path("/activity.csv?kind=budget"))[1], "the trail has it")
    s.back("wardroom-gate", s.kill("wardroom-gate"))
    again = wait_for(lambda: entered(b, number), 20, 1)
    check(again and again.send("GET", "/tree")[0] == 429, "also for a gate that has just begun")


def stays_shut(p, people):
    number, b, room, _ = people[0]
    check(refused(lambda: b.enter(number)), "nobody enters")
    check(room.send("GET", "/tree")[0] != 200, "nor with the cookie of before")
    check(p.rooms_are("closed", 30), "every workspace is closed")
    page = p.boss.json(p.path("/workspaces"))
    check(page["sealed"] and page["open"] == 0, "the page says so", page)
    rooms = [r["ws"] for r in page["rooms"]]
    check("409" in refused(lambda: p.boss.post(p.path("/workspaces/%d/reopen" % rooms[0]), {})), "none opens alone")
    check("403" in refused(lambda: b.post(p.path("/workspaces/unseal"), {})), "a member cannot open")
    trail = p.boss.json(p.path("/audit"))["entries"]
    sealed = [x for x in trail if x["action"] == "everything sealed"]
    check(len(sealed) == 1 and sealed[0]["detail"] == "A test of the red button", "the trail has who, when and why", sealed)
    p.boss.post(p.path("/workspaces/unseal"), {})
    check(p.rooms_are("open", 90), "opened again")
    check(wait_for(lambda: not refused(lambda: Room(*b.enter(number))), 60, 1), "they enter again")


def out_and_back(s, p, people):
    """A slip of the organiser's hand: whoever enters right after it is mended finds their notebook."""
    number, b, room, _ = people[-1]
    person = s.db("SELECT id FROM person WHERE name = ?", b.name)[0][0]
    waited = []
    for _ in range(6):
        p.boss.post(p.path("/teams/move"), {"person": person, "team": 0}, page=p.path("/teams"))
        p.boss.post(p.path("/teams/move"), {"person": person, "team": number}, page=p.path("/teams"))
        began = time.monotonic()
        room = wait_for(lambda: entered(b, number), 30, 0.05)
        if not (room and wait_for(lambda: room.send("GET", "/api/status")[0] == 200, 30, 0.05)):
            break
        waited.append(time.monotonic() - began)
    check(len(waited) == 6, "out of the team, back, and in at once: six times", waited)
    say("out and back: the notebook answers after %s s" % ", ".join("%.1f" % x for x in waited))


def main():
    beside(__file__)
    s = Server()
    try:
        p = s.play()
        p.to("setup")
        check(p.rooms_are("open", 90), "the workspaces open")
        people = connect(p)
        who_did_what(s, p, people)
        press(s, p, people)
        stays_shut(p, people)
        budget_lasts(s, p, people)
        out_and_back(s, p, people)
    except Exception:
        check(False, "to the end", traceback.format_exc() + s.log_tail())
    return finish()


if __name__ == "__main__":
    sys.exit(main())
