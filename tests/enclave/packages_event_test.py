"""Packages through a whole server: a team installs in its workspace, the page shows it with hashes,
an organiser installs the same for another team, data come only after the exits were tried, and the
steward reads how. Prints TAP; starts itself beside tools/dev/with-server.
"""
import os
import pathlib
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import Refused, wait_for  # noqa: E402
from server import Server, beside, check, finish, say  # noqa: E402


def setup(s):
    p = s.play()
    p.to("teams")
    wrong = p.data_made()
    check(not wrong, "the data of every project are imported, released and signed", wrong)
    p.to("setup")
    check(p.rooms_are("open", 60, "setup"), "the workspaces are open, without data", p.rooms())
    return p


def page(p, number, who=None):
    return (who or p.boss).json(p.path("/teams/%d/packages" % number))


def installs(s, p):
    member = p.team(1)[0]
    check(page(p, 1, member)["fetched"] == 0, "a team's page says that nothing was fetched")
    out = s.sh(1, 0, "apt install -y hello 2>&1 && npm install -g is-odd@3.0.1 2>&1 && hello", 400)
    check("Hello, world" in out, "apt and npm install in the terminal", out[-500:])
    d = wait_for(lambda: (lambda x: x if x["fetched"] >= 3 else None)(page(p, 1, member)), 10)
    names = {x["name"]: x for x in d["packages"]} if d else {}
    check({"hello", "is-odd", "is-number"} <= set(names), "the page lists them", names)
    check(all(len(x["sha256"]) == 64 for x in names.values()), "each with its hash")
    out = s.sh(1, 1, "wardroom packages")
    check("is-odd" in out and names.get("hello", {}).get("sha256", "?") in out, "and so does the command inside", out)
    check(d["lock"].count("\n") == d["fetched"], "the lock file has a line for each", d["lock"])
    check(not d["exits"] and not d["may_replay"], "a member sees no sealing and orders nothing", d)
    other = [b for b in p.people if b not in p.team(1)][0]
    try:
        page(p, 1, other)
        check(False, "another team's member sees it not")
    except Refused as e:
        check(e.code in (403, 404), "another team's member sees it not", e)
    try:
        member.post(p.path("/teams/1/packages/replay"), {"into": 2})
        check(False, "nor may a member order it elsewhere")
    except Refused as e:
        check(e.code in (403, 404), "nor may a member order it elsewhere", e)


def elsewhere(s, p):
    p.boss.post(p.path("/teams/1/packages/replay"), {"into": 2})
    d = wait_for(lambda: (lambda x: x if x["replays"][0]["state"] in ("done", "failed") else None)(page(p, 1)), 300, 0.5)
    check(d and d["replays"][0]["state"] == "done", "one click installs the same for another team", d or page(p, 1)["replays"])
    out = s.sh(2, 0, "hello && node -p 'require(\"is-odd\")(3)'")
    check("Hello, world" in out and "true" in out, "where it works", out)
    mine, theirs = ({(x["name"], x["sha256"]) for x in page(p, n)["packages"]} for n in (1, 2))
    check(mine <= theirs, "with the same hashes", mine - theirs)
    trail = str(s.db("SELECT action, detail FROM audit WHERE action LIKE 'packages%'"))
    check("packages ordered" in trail and "packages installed" in trail, "and the trail tells of both", trail)


def sealing(s, p):
    s.sh(1, 0, "echo 'echo hello' >> ~/.bashrc; mkdir -p ~/.ipython/profile_default/startup; "
               "echo 1 > ~/.ipython/profile_default/startup/00.py")
    p.move("sample")
    check(p.rooms_are("open", 60, "sample"), "the workspaces are sealed and hold the sample", p.rooms())
    d = page(p, 1)
    check(d["sealed"] and len(d["exits"]) > 12, "the steward reads which exits were tried", d["exits"])
    paths = [x["path"] for x in d["files"]]
    check(any(x.endswith("/.bashrc") for x in paths) and any("startup/00.py" in x for x in paths),
          "and what starts by itself", paths)
    check(not page(p, 1, p.team(1)[0])["exits"], "a member does not")
    out = s.sh(1, 0, "hello; ls /data | head -1; apt install sl 2>&1 || true")
    check("Hello, world" in out and "setup phase" in out, "programs stay, and none is added", out)
    try:
        p.boss.post(p.path("/teams/1/packages/replay"), {"into": 2})
        check(False, "nothing is installed anywhere any more")
    except Refused as e:
        check("no workspace that is open in the setup phase" in str(e) or e.code in (403, 409, 422),
              "nothing is installed anywhere any more", e)


def main():
    beside(os.path.abspath(__file__), "--mb", "5")
    s = Server()
    try:
        p = setup(s)
        installs(s, p)
        elsewhere(s, p)
        sealing(s, p)
    except Exception:
        check(False, "goes through", traceback.format_exc())
        say(s.log_tail())
    return finish()


sys.exit(main())
