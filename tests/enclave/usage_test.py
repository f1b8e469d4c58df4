"""What a workspace may use, uses and runs out of, as its team and the organiser see it over HTTP:
real containers, a real server. Prints TAP; starts itself beside tools/dev/with-server.
"""
import json
import pathlib
import re
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import entered, refused, wait_for  # noqa: E402
from server import Server, beside, check, finish, say  # noqa: E402

MORE = 4   # GB of memory, more than a workspace has by itself
LOOK = 40  # seconds within which the server has looked twice


def page(s, p, team=1):
    return p.workspace(team)


def memory_limit(s, p):
    """Of the kernel, whatever kind of control groups this is."""
    for found in pathlib.Path("/sys/fs/cgroup").rglob("wardroom-%s/ws1" % s.settings["instance"]):
        for name in ("memory.max", "memory.limit_in_bytes"):
            if (found / name).exists():
                return int((found / name).read_text())
    return 0


def more_while_it_runs(s, p):
    member = p.team(1)[0]
    slot = s.db("SELECT slot FROM member m JOIN person p ON p.id = m.person WHERE p.name = ?", member.name)[0][0]
    before, ask = memory_limit(s, p), p.path("/teams/1/resources")
    more = page(s, p)["more"]
    check(before == int(s.settings["memory_mb"]) << 20 and more["max_gb"] << 30 > before, "the form says what is left", more)
    no = refused(lambda: member.post(ask, {"memory_gb": 4000, "cpus": more["max_cpus"], "reason": "All of it"}))
    check("left over" in no, "more than the host has is refused with what is left", no)
    no = refused(lambda: p.team(2)[0].post(ask, {"memory_gb": MORE, "cpus": 1, "reason": "For others"}))
    check("403" in no, "another team's member cannot ask for this team", no)
    cpus = more["max_cpus"]
    member.post(ask, {"memory_gb": MORE, "cpus": cpus, "reason": "Trees on all the vitals"})
    check(page(s, p)["more"]["waiting"], "the request waits on the team's page")
    no = refused(lambda: member.post(ask, {"memory_gb": MORE + 1, "cpus": cpus, "reason": "Once more"}))
    check(" 409 " in no, "one request at a time", no)
    text = p.boss.json(p.path("/agreement"))
    p.boss.post(p.path("/agreement"), {"name": p.boss.name, "hash": text["hash"], "agree": "on"})
    todo = p.boss.json(p.path("/today"))["next"]
    check("asks for more" in todo["title"], "the organiser's next action", todo)
    keeps = s.inside(1, slot, "sleep 20; echo lives")
    one = p.boss.json(p.path("/resources"))["requests"][0]
    no = refused(lambda: member.post(p.path("/resources/%d/grant" % one["id"]), {"memory_gb": MORE, "cpus": cpus}))
    check("403" in no, "a member cannot grant", no)
    p.boss.post(p.path("/resources/%d/grant" % one["id"]), {"memory_gb": MORE, "cpus": cpus})
    grown = wait_for(lambda: memory_limit(s, p) == MORE << 30, 10)
    check(grown, "the limit grows", memory_limit(s, p))
    check(keeps.communicate(timeout=60)[0].strip() == "lives", "and what runs goes on")
    check(page(s, p)["state"] == "open" and page(s, p)["more"]["requests"][0]["state"] == "granted", "the team reads it")
    no = refused(lambda: p.boss.post(p.path("/resources/%d/grant" % one["id"]), {"memory_gb": MORE, "cpus": cpus}))
    check(" 409 " in no, "a request is answered once", no)
    member.post(ask, {"memory_gb": MORE + 1, "cpus": cpus, "reason": "And more trees"})
    one = p.boss.json(p.path("/resources"))["requests"][0]
    p.boss.post(p.path("/resources/%d/decline" % one["id"]), {"answer": "Other teams need it today."})
    check(page(s, p)["more"]["requests"][0]["answer"] == "Other teams need it today.", "a no comes with its sentence")


def pictures(s, p):
    got = wait_for(lambda: page(s, p)["recent"], LOOK, 1)
    check(got and got[-1]["memory"] > 0 and got[-1]["disk"] > 0, "a minute is measured", got)
    code, text, _ = p.boss.send("GET", p.path("/teams/1/workspace"), headers={"Accept": "text/html"})
    check(code == 200 and text.count('class="spark"') == 3, "the page has a picture of each")
    code, text, _ = p.boss.send("GET", p.path("/workspaces"), headers={"Accept": "text/html"})
    check(code == 200 and text.count('class="spark"') == 6, "the organiser's list too")


def told(s, p, words):
    return wait_for(lambda: next((t for t in page(s, p)["troubles"] if words in t), None), LOOK, 1)


def running_out(s, p):
    check(page(s, p)["troubles"] == [], "nothing has run out", page(s, p)["troubles"])
    eat = s.inside(1, 0, "python3 -c 'x = b\"x\" * (%d << 30); print(len(x))'" % (MORE + 1))
    eat.communicate(timeout=60)
    check(eat.returncode != 0, "memory beyond the limit is not given", eat.returncode)
    got = told(s, p, "Out of memory")
    check(got and "UTC" not in got and ":" in got, "out of memory: the team reads when", got)
    audit = [x for x in p.boss.json(p.path("/audit"))["entries"] if x["action"] == "memory ran out"]
    check(len(audit) == 1 and "team 1" in audit[0]["object"], "and the trail has it", audit)
    check(page(s, p)["state"] == "open", "the workspace stays open")
    say(got)
    fork = s.inside(1, 0, "i=0; while [ $i -lt 1500 ]; do sleep 60 & i=$((i+1)); done")
    fork.communicate(timeout=120)
    got = told(s, p, "Too many processes")
    check(got, "too many processes: the team reads it", page(s, p)["troubles"])
    say(got)
    s.sh(1, 0, "fallocate -l 1T /team/big 2>/dev/null || dd if=/dev/zero of=/team/big bs=4M 2>/dev/null || true", 300)
    say(s.sh(1, 0, "df -k /team | tail -1; df -i /team | tail -1"))
    got = told(s, p, "Out of disk")
    check(got, "out of disk: the team reads it", page(s, p)["troubles"])
    say(got)
    s.sh(1, 0, "rm /team/big")
    check(wait_for(lambda: not any("disk" in t for t in page(s, p)["troubles"]), 10, 1), "and no more once there is room")


def after_a_restart(s, p):
    before = memory_limit(s, p)
    s.back("wardroom-portal", s.kill("wardroom-portal"))
    s.answers()
    old = p.boss.json(p.path("/workspaces"))["rooms"][0]
    check(memory_limit(s, p) == before == MORE << 30 and old["state"] == "open", "a new portal leaves it so", old)
    p.boss.post(p.path("/workspaces/1/close"), {})
    wait_for(lambda: page(s, p)["state"] == "closed", 30)
    p.boss.post(p.path("/workspaces/1/reopen"), {})
    check(wait_for(lambda: page(s, p)["state"] == "open", 60), "closed and opened again")
    check(memory_limit(s, p) == MORE << 30, "it has what was granted", memory_limit(s, p))
    wait_for(lambda: False, LOOK)
    audit = [x for x in p.boss.json(p.path("/audit"))["entries"] if x["action"] == "memory ran out"]
    check(len(audit) == 1, "what happened before is not told twice", audit)


def frozen(s, p):
    """After the work: to look at, and nothing changes."""
    p.start_import("severity")
    check(p.data_done("severity"), "data are imported")
    s.sh(1, 0, "echo kept > ~/kept.txt; echo ours > /team/kept.txt")
    for phase in ("sample", "full", "presentations"):
        p.move(phase)
    check(p.rooms_are("open", 120, "frozen"), "with the presentations every workspace is frozen", p.rooms())
    out = s.sh(1, 0, "cat /home/$USER/kept.txt /team/kept.txt; ls /data 2>/dev/null | wc -l")
    check(out.split() == ["kept", "ours", "0"], "what was made is there, without data", out)
    out = s.sh(1, 0, "for f in /home/$USER/new /team/new; do touch $f 2>&1; done; "
                     "echo changed 2>&1 >> /team/kept.txt; rm /home/$USER/kept.txt 2>&1; true")
    check(out.count("ead-only file system") == 4, "nothing of it can be changed", out)
    out = s.sh(1, 0, "wardroom submit /team/kept.txt 2>&1; true")
    check("Received" not in out and "phase" in out, "nor handed in", out)
    out = s.sh(1, 0, "cat /proc/net/route | wc -l; echo $HOME")
    check(out.split()[0] in "01" and "/tmp/" in out, "there is no network, and programs' settings are forgotten", out)
    name = s.db("SELECT p.name FROM member m JOIN person p ON p.id = m.person WHERE m.team = 1 AND m.slot = 0")[0][0]
    b = next(x for x in p.people if x.name == name)
    room = wait_for(lambda: entered(b, 1), 60, 1)
    code, _, body = room.send("GET", "/api/contents/kept.txt?type=file&format=text")
    check(code == 200 and b"kept" in body, "the notebook shows a file", (code, body[:200]))
    room.send("GET", "/tree")
    room.xsrf = re.search(r"_xsrf=([^;]+)", room.send("GET", "/tree")[1]).group(1)
    code, _, body = room.send("PUT", "/api/contents/kept.txt", "X-XSRFToken: %s\r\nOrigin: http://%s\r\n" % (
        room.xsrf, room.host), body=json.dumps({"type": "file", "format": "text", "content": "changed"}))
    check(code >= 400 and s.sh(1, 0, "cat /home/$USER/kept.txt") == "kept", "and cannot save one", (code, body[:200]))
    p.move("final")
    check(p.rooms_are("closed", 60), "with the final they close")


def destroyed(s, p):
    """The end: workspaces, sources, images and the key, with the record."""
    check("403" in refused(lambda: p.boss.post(p.path("/destroyed"), {"confirm": "Carmel"})), "not before the end")
    p.move("closed")
    check(p.rooms_are("destroyed", 60), "closing destroys the workspaces")
    kept = [x for x in (s.state / "data").rglob("*") if x.is_file()]
    page = p.boss.json(p.path("/destroyed"))
    check(page["kept"] == 1 and page["may_destroy"] and kept, "the page says what is left", page)
    check("422" in refused(lambda: p.boss.post(p.path("/destroyed"), {"confirm": "no"})), "it asks for the name")
    p.boss.post(p.path("/destroyed"), {"confirm": "Carmel"})
    page = wait_for(lambda: (lambda x: x if not x["kept"] else None)(p.boss.json(p.path("/destroyed"))), 60, 0.5)
    check(page and page["projects"][0]["files"] > 2 and page["projects"][0]["bytes"] > 1000, "files and bytes are recorded", page)
    check(all(r["at"] and r["bytes"] > 0 for r in page["rooms"]), "of workspaces too", page["rooms"])
    left = [x for d in ("data", "releases", "ws") for x in (s.state / d).rglob("*") if x.is_file()]
    check(not [x for x in left if "key" in x.name or "erofs" in x.name or "disk" in x.name], "nothing is left on the disk", left)
    code, text, _ = p.boss.send("GET", p.path("/destroyed"), headers={"Accept": "text/html"})
    check(code == 200 and "Nothing of the data is left" in text, "as a page")


def main():
    beside(__file__)
    s = Server()
    try:
        p = s.play()
        p.to("setup")
        check(p.rooms_are("open", 90), "the workspaces open")
        for part in (pictures, more_while_it_runs, running_out, after_a_restart, frozen, destroyed):
            part(s, p)
    except Exception:
        check(False, "to the end", traceback.format_exc() + s.log_tail())
    return finish()


if __name__ == "__main__":
    sys.exit(main())
