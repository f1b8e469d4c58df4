"""The whole way out of a workspace: a member hands in files from inside, the curator looks, stewards
open them through the gate and vote, and what is downloaded is byte for byte what they saw. And every
other way: by those who may not, with other bytes, over a curator that is killed. Prints TAP; starts
itself beside tools/dev/with-server.
"""
import hashlib
import http.client
import os
import pathlib
import subprocess
import sys
import time
import traceback
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import EVENT, Browser, Refused, wait_for  # noqa: E402
from server import CURATOR, Server, beside, check, finish, say  # noqa: E402

CONTEXT = {"population": "all adults, n = 900", "variables": "ward; n: admissions", "relation": "none",
           "controls": "counts below 10 grouped"}
TABLE = "ward,n,died\nA,250,40\nB,310,52\nC,400,61\n"
PNG = ("import struct, zlib\n"
       "c = lambda k, b: struct.pack('>I', len(b)) + k + b + struct.pack('>I', zlib.crc32(k + b))\n"
       "rows = b''.join(b'\\0' + bytes([40 * y % 256, 90, 200] * 40) for y in range(40))\n"
       "open('figure.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + c(b'IHDR', struct.pack('>IIBBBBB', 40, 40, 8, 2, 0, 0, 0))\n"
       "    + c(b'tEXt', b'Software\\0Matplotlib version3.6.3') + c(b'IDAT', zlib.compress(rows)) + c(b'IEND', b''))\n")


class World:
    def __init__(self, s):
        self.s, self.p = s, s.play()
        self.p.to("teams")
        self.p.data_made()
        self.boss, self.stewards = self.p.boss, [self.p.boss]
        for name in ("Anna Steward", "Bert Steward"):
            email = name.split()[0].lower() + "@example.org"
            self.boss.post("/e/%s/roles" % EVENT, {"name": name, "email": email, "role": "steward", "about": ""})
            s.wardroom("person", "steward", EVENT, email)
            b = Browser(self.p.url, name)
            b.follow(s.link(email))
            self.stewards.append(b)
        self.p.to("setup")
        self.p.move("sample")
        self.p.move("full")
        check(self.p.rooms_are("open", 60, "full"), "the workspaces are open", self.p.rooms())
        places = s.db("SELECT p.name FROM member m JOIN person p ON p.id = m.person WHERE m.team = 1 ORDER BY m.slot")
        self.members = [next(b for b in self.p.people if b.name == name) for name, in places]
        self.gate = int(s.settings["rooms"].rsplit(":", 1)[1])

    def path(self, n, rest="", team=1):
        return "/e/%s/teams/%d/airlock/%d%s" % (EVENT, team, n, rest)

    def show(self, n, who=None, team=1):
        return (who or self.boss).json(self.path(n, team=team))

    def files(self, n, who=None):
        return {f["name"]: f for f in self.show(n, who)["files"]}

    def state(self, n, want, seconds=30):
        return wait_for(lambda: self.show(n)["state"] == want, seconds, 0.1)

    def inside(self, slot, script):
        p = self.s.inside(1, slot, "cd; " + script)
        return p.communicate(timeout=120)[0], p.returncode

    def add(self, slot, name, text, role="output"):
        out, code = self.inside(slot, "cat > %s <<'END'\n%sEND\nwardroom airlock add %s --as %s" % (name, text, name, role))
        return out, code

    def refused(self, who, path, form=None):
        """The code of a refusal, or 0 when it was done."""
        try:
            who.post(path, form)
            return 0
        except Refused as e:
            return e.code

    def look(self, who, n, file):
        """Opens a file as a reviewer does: (answer of the gate, the address)."""
        where = who.post(self.path(n, "/files/%d/look" % file))
        return self.window(where), where

    def window(self, where):
        u = urllib.parse.urlsplit(where)
        c = http.client.HTTPConnection("127.0.0.1", self.gate, timeout=20)
        c.request("GET", u.path + "?" + u.query, headers={"Host": u.netloc, "Accept": "text/html"})
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read().decode("utf-8", "replace")

    def vote(self, who, n, leave=True, otherwise="return", comment="", digest=None):
        words = ["%d:%s" % (f["id"], digest or f["clean_hash"]) for f in self.show(n, who)["files"] if f["role"] == "output"]
        return self.refused(who, self.path(n, "/vote"), {
            "files": words, "leave": words if leave else [], "otherwise": otherwise, "comment": comment})

    def look_and_vote(self, who, n, **k):
        for f in self.show(n, who)["files"]:
            if f["role"] == "output":
                self.look(who, n, f["id"])
        return self.vote(who, n, **k)

    def download(self, who, n, file):
        c = http.client.HTTPConnection("127.0.0.1", who.url.port, timeout=20)
        c.request("GET", self.path(n, "/files/%d" % file), headers={
            "Host": who.url.netloc, "Cookie": "; ".join("%s=%s" % x for x in who.cookies.items())})
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read()

    def trail(self, action):
        return self.s.db("SELECT actor_name, detail FROM audit WHERE action = ? ORDER BY n", action)


def handing_in(w):
    author = w.members[0]
    out, code = w.inside(0, "wardroom airlock list")
    check(code == 1 and "asked for nothing" in out, "nothing has been asked for yet", out)
    out, code = w.add(0, "table.csv", TABLE)
    check(code == 0 and "Taken into request 1 as output" in out and "nothing found" in out,
          "a good table is taken and passes while one waits", out)
    out, code = w.add(0, "small.csv", "ward,n\nA,250\nB,3\n")
    check(code == 0 and "does not pass" in out and "row 3 of column 2" in out, "a small cell is told by its place", out)
    out, code = w.inside(0, "head -40 /data/$(ls /data | grep csv | grep -v predict | head -1) > rows.csv; "
                            "wardroom airlock add rows.csv")
    check(code == 0 and "may never leave" in out, "patients' rows are known again", out)
    out, code = w.inside(0, "python3 -c 'import pickle; pickle.dump([1], open(\"m.pkl\", \"wb\"))'; wardroom airlock add m.pkl")
    check("may never leave" in out, "a pickle may never leave", out)
    out, code = w.inside(0, "cat > png.py <<'END'\n%sEND\npython3 png.py; wardroom airlock add figure.png" % PNG)
    check(code == 0 and "a person will look at it" in out, "a picture is for people to look at", out)
    w.add(0, "counts.csv", "row,column,n\n2,2,250\n", "supporting")
    out, code = w.add(0, "fit.py", "print('<script>alert(1)</script>')\n", "code")
    check(code == 0 and "fit.py (code" in out, "code comes along", out)
    out, code = w.inside(0, "wardroom airlock add table.csv --as secret; wardroom airlock add; wardroom airlock add /data")
    check("not \"secret\"" in out and "folder" in out, "mistakes are told", out)
    out, code = w.inside(0, "wardroom airlock seal")
    check(code == 1 and "small.csv does not pass" in out, "it is not sealed with a failed check and no reason", out)
    out, code = w.inside(0, "head -c 17000000 /dev/zero > big.csv; wardroom airlock add big.csv; rc=$?; rm big.csv; exit $rc")
    check(code != 0 and "16 MiB" in out, "what is too large is refused", out)
    files = w.files(1, author)
    author.post(w.path(1, "/files/%d/reason" % files["small.csv"]["id"]), {"reason": "B is a made-up ward."})
    check(w.refused(author, w.path(1, "/files/%d/reason" % files["rows.csv"]["id"]), {"reason": "Please."}) == 0 and
          w.refused(author, w.path(1, "/seal")) == 409, "and no reason outweighs patients' rows")
    for name in ("rows.csv", "m.pkl"):
        author.post(w.path(1, "/files/%d/remove" % files[name]["id"]))
    wait_for(lambda: all(f["verdict"] for f in w.files(1, author).values()), 20)
    out, code = w.inside(0, "wardroom airlock seal")
    check(code == 1 and "whom the numbers are about" in out, "nor without context", out)
    check(w.refused(w.members[1], w.path(1, "/context"), CONTEXT) == 403, "another member does not write it")
    author.post(w.path(1, "/context"), CONTEXT)
    check(w.refused(w.stewards[1], w.path(1, "/files/%d/look" % files["table.csv"]["id"])) == 409, "a draft is the team's own")


def sealing(w):
    out, code = w.inside(0, "wardroom airlock seal")
    check(code == 0 and "in review" in out, "it is sealed, checked again, and in review while one waits", out)
    q = w.show(1)
    check(q["state"] == "in review" and q["needed"] == 2 and q["version"] == 1, "two of three stewards are needed", q)
    check(w.refused(w.members[0], w.path(1, "/context"), CONTEXT) == 409, "the author changes it no more")
    out, code = w.add(0, "table.csv", TABLE + "D,500,60\n")
    check(code == 1 and "is in review" in out, "nor the files", out)
    today = w.stewards[1].json("/e/%s/today" % EVENT)
    check("waits for your vote" in today["next"]["title"], "a steward's day begins with it", today["next"])
    queue = w.stewards[1].json("/e/%s/airlock" % EVENT)
    check([r["number"] for r in queue["requests"]] == [1] and queue["waiting"] == 1, "it is in the queue", queue)


def looking(w):
    anna, author = w.stewards[1], w.members[0]
    files = w.files(1, anna)
    check(w.vote(anna, 1) == 409, "nobody lets leave what they have not opened")
    (code, head, page), where = w.look(anna, 1, files["table.csv"]["id"])
    check(code == 200 and "<td>250" in page and urllib.parse.urlsplit(where).netloc.startswith("airlock."),
          "a steward sees the table on an origin of its own", (code, page[-600:]))
    check("sandbox" in head["Content-Security-Policy"] and "Set-Cookie" not in head, "which runs nothing", head)
    check(w.window(where)[0] == 403, "once")
    (code, _, page), _ = w.look(anna, 1, files["small.csv"]["id"])
    check("<td class=fail>3" in page, "what a check found is marked", page[-500:])
    (code, _, page), _ = w.look(anna, 1, files["figure.png"]["id"])
    check(code == 200 and "data:image/png;base64," in page and "Matplotlib" not in page, "the picture as it would leave", page[-300:])
    (code, _, page), _ = w.look(anna, 1, files["fit.py"]["id"])
    check(code == 200 and "<script>" not in page and "alert(1)" in page, "code is text", page[-300:])
    for who, name in ((author, "the author"), (w.members[1], "a member")):
        codes = [w.refused(who, w.path(1, "/files/%d/look" % files["table.csv"]["id"])), w.vote(who, 1)]
        check(codes == [403, 403], "%s neither opens nor votes" % name, codes)
    for user, folder, can in (("wardroom", "views", False), ("wardroom-gate", "views", True), ("nobody", "views", False),
                              ("wardroom-gate", "airlock", False), ("wardroom", "airlock", True), ("nobody", "airlock", False)):
        r = subprocess.run(["setpriv", "--reuid", user, "--regid", "nogroup" if user == "nobody" else user, "--clear-groups",
                            "ls", str(w.s.state / folder)], capture_output=True)
        check((r.returncode == 0) == can, "%s %s %s" % (user, "lists" if can else "does not list", folder), r)
    names = [d for _, d in w.trail("airlock file opened")]
    check(len(names) == 4 and "table.csv, BLAKE2b" in names[0], "every look is in the trail", names)


def voting(w):
    boss, anna, bert = w.stewards
    author = w.members[0]
    check(w.vote(anna, 1, digest="0" * 64) == 409, "a vote on other bytes counts for nothing")
    check(w.vote(anna, 1) == 0, "one steward says yes")
    check(w.vote(anna, 1) == 409, "and says it once")
    check(not w.show(1, bert)["said"] and w.show(1)["state"] == "in review", "the other does not see it", w.show(1, bert))
    check(w.refused(boss, w.path(1, "/revoke"), {"why": "no"}) == 409, "nothing is out yet to be revoked")
    check(w.download(author, 1, w.files(1)["table.csv"]["id"])[0] == 409, "nor to be taken")
    check(w.look_and_vote(bert, 1) == 0, "the second says yes")
    check(w.state(1, "released"), "and it is released", w.show(1))
    for name, f in w.files(1).items():
        code, head, data = w.download(author, 1, f["id"])
        if f["role"] != "output":
            check(code == 409, "%s stays" % name, code)
            continue
        digest = hashlib.blake2b(data, digest_size=32).hexdigest()
        check(code == 200 and digest == f["clean_hash"], "%s is byte for byte what was voted on" % name, (code, digest, f))
        check("attachment" in head["Content-Disposition"] and head["X-Content-Type-Options"] == "nosniff", "as a file", head)
    table = w.files(1)["table.csv"]["id"]
    check(w.download(author, 1, table)[2].decode() == TABLE, "the table is the table")
    check(w.download(w.members[1], 1, table)[0] == 403, "another member does not take it")
    check(w.download(bert, 1, table)[0] == 200, "a steward does")
    check(w.download(w.p.team(2)[0], 1, table)[0] == 403, "another team does not")
    check(len(w.trail("airlock file downloaded")) == 5, "every download is in the trail", w.trail("airlock file downloaded"))
    path = w.s.state / ("airlock/%d" % table)
    path.write_text(TABLE.replace("250", "251"))
    check(w.download(author, 1, table)[0] == 409, "other bytes in its place are not handed out")
    path.write_text(TABLE)
    check(w.refused(author, w.path(1, "/revoke"), {"why": "no"}) == 403, "the author does not revoke")
    boss.post(w.path(1, "/revoke"), {"why": "Ward B is real after all."})
    check(w.show(1)["state"] == "revoked" and w.download(author, 1, table)[0] == 409, "a revoked file is not taken any more")


def mending(w):
    """Returned, mended, split, decided by a third."""
    boss, anna, bert = w.stewards
    author = w.members[0]
    w.add(0, "a.csv", "stage,n\nI,120\nII,340\n")
    w.add(0, "b.csv", "sex,n\nf,430\nm,420\n")
    author.post(w.path(2, "/context"), CONTEXT)
    w.inside(0, "wardroom airlock seal")
    check(w.look_and_vote(anna, 2, leave=False) == 422, "no without a reason is refused")
    check(w.look_and_vote(anna, 2, leave=False, comment="Say which stages.") == 0, "no with a reason is taken")
    check(w.look_and_vote(bert, 2) == 0 and w.show(2)["state"] == "in review", "two that differ decide nothing", w.show(2))
    check(len(w.show(2, bert)["said"]) == 2 and not w.show(2, author)["said"], "now they see each other's words, the team does not")
    check(w.look_and_vote(boss, 2, leave=False, comment="Right.") == 0 and w.state(2, "returned"), "a third decides", w.show(2))
    q = w.show(2, author)
    check("Say which stages." in q["problem"], "the team reads why", q["problem"])
    out, code = w.add(0, "a.csv", "stage (UICC),n\nI,120\nII,340\n")
    check(code == 0 and "draft" in out, "and mends it", out)
    author.post(w.path(2, "/seal"))
    check(w.state(2, "in review") and w.show(2)["version"] == 2, "version two is in review")
    b = w.files(2, bert)
    check(b["b.csv"]["looked"] and not b["a.csv"]["looked"], "what stayed the same is known, what changed is not", b)
    check(w.vote(bert, 2) == 409, "so the new one must be opened")
    check(w.look_and_vote(bert, 2) == 0 and w.look_and_vote(anna, 2) == 0 and w.state(2, "released"), "then both let it out", w.show(2))


def hostile_bytes(w):
    """What lies in the spool changes after the votes; the curator dies; earlier tables are subtracted."""
    boss, anna, bert = w.stewards
    mate = w.members[1]
    w.add(1, "late.csv", "arm,n\nx,210\ny,190\n")
    mate.post(w.path(3, "/context"), CONTEXT)
    w.inside(1, "wardroom airlock seal")
    spool = w.s.db("SELECT spool FROM airlock_file WHERE name = 'late.csv'")[0][0]
    path = w.s.state / ("spool/%d" % spool)
    good = path.read_text()
    w.look_and_vote(anna, 3)
    path.write_text(good.replace("210", "211"))
    w.look_and_vote(bert, 3)
    check(w.state(3, "failed"), "other bytes than those voted on are held", w.show(3))
    file = w.files(3)["late.csv"]["id"]
    check("not what was voted on" in w.show(3)["problem"] and not (w.s.state / ("airlock/%d" % file)).exists(),
          "and do not come out", w.show(3))
    path.write_text(good)
    boss.post(w.path(3, "/retry"))
    check(w.state(3, "released"), "tried again with the right ones, they leave", w.show(3))
    out, code = w.add(1, "near.csv", "arm,n\nx,210\ny,187\n")
    check("does not pass" in out, "a table that differs by three from a released one does not pass", out)
    for f in w.files(4, mate).values():
        mate.post(w.path(4, "/files/%d/remove" % f["id"]))
    w.add(1, "other.csv", "clinic,n\nr,510\ns,480\n")
    mate.post(w.path(4, "/context"), CONTEXT)
    mate.post(w.path(4, "/seal"))
    kills = 0
    while w.show(4)["state"] in ("sealed", "scanning") and kills < 20:
        pid = w.s.catch(CURATOR, 3)
        if pid:
            w.s.kill(CURATOR, pid)
            kills += 1
    check(w.state(4, "failed"), "a check that is killed again and again is held, not passed", (kills, w.show(4)))
    mate.post(w.path(4, "/retry"))
    check(w.state(4, "in review"), "and goes on when it is tried again", w.show(4))
    check(w.look_and_vote(anna, 4, leave=False, otherwise="reject", comment="No.") == 0 and
          w.look_and_vote(bert, 4, leave=False, otherwise="reject", comment="No.") == 0 and w.state(4, "rejected"),
          "two that say no end it", w.show(4))
    check(w.refused(mate, w.path(4, "/seal")) == 409 and w.vote(boss, 4) == 409, "for good")


def models(w):
    """Only where the event lets them, and only what cannot store anybody."""
    text = ("tree\\nversion=v4\\nnum_class=1\\nmax_feature_idx=0\\nfeature_names=age\\nfeature_infos=[18:103]\\n\\nTree=0\\nnum_leaves=2\\n"
            "leaf_value=0.25 0.75\\nleaf_count=40 12\\n\\nend of trees\\n")
    script = "printf '%s' > fit.txt; wardroom airlock add fit.txt" % text
    out, code = w.inside(2, script)
    check("may never leave" in out, "no model leaves an event that does not let it", out)
    w.boss.post("/e/%s/airlock/rule" % EVENT, {"reviewers": "auto", "idle_hours": "4", "models": "true"})
    check(w.boss.json("/e/%s/airlock/rule" % EVENT)["models"] is True, "the organiser lets models of trees leave")
    out, code = w.inside(2, script)
    check("a person will look" in out and "model of 1 trees" in out, "then a person looks at it", out)
    n = w.s.db("SELECT max(number) FROM airlock_request")[0][0]
    w.members[2].post(w.path(n, "/context"), CONTEXT)
    w.members[2].post(w.path(n, "/seal"))
    w.state(n, "in review")
    w.look_and_vote(w.stewards[1], n)
    w.look_and_vote(w.stewards[2], n)
    check(w.state(n, "released"), "and it leaves by votes", w.show(n))
    code, _, body = w.download(w.members[2], n, w.files(n)["fit.txt"]["id"])
    check(code == 200 and b"feature_infos=none" in body and b"leaf_count=40 12" in body and b"103" not in body,
          "without the ranges of the features", body)


def clearing(w):
    """What nobody needs any more does not lie about."""
    ended = "q.state IN ('released', 'rejected', 'withdrawn', 'revoked', 'quarantined') OR f.gone IS NOT NULL"
    rows = lambda what: w.s.db("SELECT f.spool, f.id FROM airlock_file f JOIN airlock_request q ON q.id = f.request "  # noqa: E731
                               "WHERE " + what)
    w.add(2, "kept.csv", "ward,n\nA,300\n")
    stray = w.s.state / "spool" / "4711"
    stray.write_text("what a fall left")
    os.utime(stray, (time.time() - 90000,) * 2)
    fresh = w.s.state / "spool" / "4712"
    fresh.write_text("on its way")
    lies = lambda rows: [r for r in rows if (w.s.state / "spool" / str(r[0])).exists()]  # noqa: E731
    shown = lambda rows: [r for r in rows if (w.s.state / "views" / str(r[1])).exists()]  # noqa: E731
    gone = wait_for(lambda: not lies(rows(ended)) and not shown(rows(ended)), 30, 0.5)
    check(gone and len(rows(ended)) > 5, "files and pages of what is decided are gone", (lies(rows(ended)), shown(rows(ended))))
    kept = rows("NOT (%s)" % ended)
    check(kept and lies(kept) == kept and shown(kept) == kept, "those of what is not are there", (kept, lies(kept), shown(kept)))
    # A page is removed now and then: the next one brings the stray along.
    w.members[2].post(w.path(w.s.db("SELECT max(number) FROM airlock_request")[0][0], "/withdraw"))
    check(wait_for(lambda: not stray.exists(), 40, 0.5) and fresh.exists(), "and what a fall left is, after a day")
    fresh.unlink()
    released = [f for f in w.s.db("SELECT f.id FROM airlock_file f JOIN airlock_request q ON q.id = f.request WHERE "
                                  "q.state = 'released' AND f.role = 'output' AND f.gone IS NULL")]
    check(released and all((w.s.state / "airlock" / str(f)).exists() for f, in released), "what was let out stays")


def rules(w):
    """Who never votes, one at a time, the phase, the clock."""
    boss, anna, bert = w.stewards
    name, email = w.s.db("SELECT p.name, p.email FROM person p JOIN member m ON m.person = p.id WHERE m.team = 1 AND "
                         "m.slot = 3")[0]
    w.add(2, "mine.csv", "unit,n\nu,700\nv,610\n")
    n = w.s.db("SELECT max(number) FROM airlock_request")[0][0]
    by = w.members[2]
    by.post(w.path(n, "/context"), CONTEXT)
    by.post(w.path(n, "/seal"))
    check(w.state(n, "in review"), "another member has one of their own", w.show(n))
    boss.post("/e/%s/roles" % EVENT, {"name": name, "email": email, "role": "steward", "about": ""})
    mate = Browser(w.p.url, name)
    mate.follow(w.s.link(email))
    codes = [w.refused(mate, w.path(n, "/files/%d/look" % w.files(n)["mine.csv"]["id"])), w.vote(mate, n)]
    check(codes == [403, 403], "a steward of the team has no vote on it", codes)
    w.p.move("presentations")
    out, code = w.add(0, "too-late.csv", TABLE)
    check(code != 0, "when the data are closed nothing more is handed in", out)
    check(w.look_and_vote(anna, n) == 0 and w.look_and_vote(bert, n) == 0 and w.state(n, "released"),
          "what was sealed in time still leaves", w.show(n))
    ok, words = w.s.verify()
    check(ok, "the trail is whole", words)
    steps = {r[0] for r in w.s.db("SELECT action FROM audit WHERE action LIKE 'airlock%'")}
    check({"airlock request begun", "airlock request sealed", "airlock check passed", "airlock vote given",
           "airlock request approved", "airlock files released", "airlock request returned", "airlock request rejected",
           "airlock request held", "airlock request tried again", "airlock release revoked"} <= steps, "with every step", steps)


def counting(w):
    """`wardroom table`: counted outside, signed, believed for what it is and for nothing else."""
    out, code = w.inside(1, "ls /data | sed -n 's/.parquet$//p' | head -1")
    name = out.strip()
    out, code = w.inside(1, "head -1 /data/dictionary.csv; wardroom table %s --rows nonsense --value count" % name)
    check(code == 2 and "It has:" in out, "a column that is not there is told, with those that are", out)
    columns = [c.strip(" .") for c in out.split("It has:")[1].split(",")]
    # Whatever column has a few values that many share.
    for column in [c for c in columns if not any(w in c.lower() for w in ("id", "time", "date"))]:
        out, code = w.inside(1, "wardroom table %s --rows '\"%s\"' --value count --round 5 --out t.csv" % (name, column))
        if code == 0 and w.inside(1, "wc -l < t.csv")[0].strip() > "3":
            break
    check(code == 0 and "Written: t.csv and t.csv.evidence.json" in out, "a table is counted", out)
    table = w.inside(1, "cat t.csv")[0]
    check("Total," in table and "count" in table.splitlines()[0], "with its totals", table)
    rows = int(w.inside(1, "python3 -c \"import csv; print(sum(1 for _ in csv.DictReader(open('/data/%s.csv'))))\"" % name)[0])
    total = [x.split(",")[1] for x in table.splitlines() if x.startswith("Total,")][0]
    check(total == "*" or abs(int(total) - rows) <= 2, "as many as there are", (total, rows))
    # Groups of one patient each, of a moment perhaps: nothing may be told of any, so there is no table, and the older one stays.
    said = [w.inside(1, "echo of yesterday > no.csv; wardroom table %s --rows '\"%s\"' --value count --out no.csv; rc=$?; "
                        "cat no.csv; ls no.csv.evidence.json; exit $rc" % (name, c)) for c in columns]
    check(any(code == 3 and "No table was made: every group that it asks for is too small" in out and "of yesterday" in out
              and "cannot access 'no.csv.evidence.json'" in out for out, code in said),
          "a table that would show nothing is refused, and the older file is as it was", said)
    check(bool(w.trail("table refused")), "the trail has the refusal")
    out, code = w.inside(1, "wardroom airlock add t.csv")
    check(code == 0 and "computed and signed this table from %s" % name in out, "the airlock knows it again", out)
    number = lambda out: int(out.split("Taken into request ")[1].split()[0])  # noqa: E731
    n = number(out)
    files = w.files(n, w.members[1])
    check(files["t.csv"]["verdict"] in ("pass", "review") and files["t.csv.evidence.json"]["verdict"] == "pass" and
          files["t.csv.evidence.json"]["role"] == "supporting", "its evidence came along by itself", files)
    out, code = w.inside(1, "sed -i 's/\"persons\":/\"persons\":1/' t.csv.evidence.json; wardroom airlock add t.csv")
    check("may never leave" in out and "not what this server signed" in out, "edited evidence is refused", out)
    out, code = w.inside(1, "wardroom airlock seal")
    check(code == 1 and "evidence.json" in out, "nothing is sealed with it", out)
    out, code = w.inside(1, "wardroom table %s --rows '\"%s\"' --value count --round 6 --out u.csv; "
                            "cp u.csv.evidence.json t.csv.evidence.json; wardroom airlock add t.csv" % (name, column))
    check("of another table" in out, "evidence of another table is refused", out)
    good = w.inside(1, "cat u.csv.evidence.json")[0]
    table = w.inside(1, "cat u.csv")[0]
    for file, text in (("u.csv", table), ("u.csv.evidence.json", good)):
        p = w.s.inside(2, 0, "cd; cat > %s <<'END'\n%sEND\n" % (file, text))
        p.communicate(timeout=60)
    p = w.s.inside(2, 0, "cd; wardroom airlock add u.csv")
    out2 = p.communicate(timeout=120)[0]
    check("another team" in out2, "another team has nothing of it", out2)
    check(not any(p.name.startswith("table-") and p.stat().st_mtime < time.time() - 900 for p in (w.s.state / "views").iterdir()) and
          oct((w.s.state / "data/keys/evidence.key").stat().st_mode & 0o777) == "0o400", "the key is the curator's own")
    details = [d for _, d in w.trail("table counted")]
    check(len(details) >= 2 and all("BLAKE2b" in d and column not in d for d in details),
          "the trail has digests and no words", details)
    check(w.s.db("SELECT count(*) FROM job WHERE kind = 'table' AND (result LIKE '%ward%' OR error <> '')") == [(0,)],
          "and so has the portal")
    w.members[1].post(w.path(n, "/withdraw"))
    other = w.s.db("SELECT p.name FROM member m JOIN person p ON p.id = m.person WHERE m.team = 2 ORDER BY m.slot")[0][0]
    next(b for b in w.p.people if b.name == other).post(w.path(number(out2), "/withdraw", team=2))


def time_of_16_mib(w):
    """From pressing Enter to reading what was found."""
    script = ("python3 -c \"import random; r = random.Random(1); f = open('tall.csv', 'w'); f.write(','.join('c%d' % i for i in "
              "range(9)) + '\\n'); n = 0\nwhile n < 16700000: n += f.write(','.join(str(r.randrange(10**18)) for i in "
              "range(9)) + '\\n')\"; ls -l tall.csv; date +%s.%N; wardroom airlock add tall.csv | tail -3; date +%s.%N")
    out, code = w.inside(3, script)
    times = [float(x) for x in out.split("\n") if x.count(".") == 1 and x.replace(".", "").isdigit()]
    took = times[1] - times[0]
    say("16 MiB from the command to the findings: %.1f s" % took)
    check("tall.csv" in out and took < 30, "16 MiB are checked while one waits", out)


def main():
    beside(os.path.abspath(__file__), "--mb", "5")
    s = Server()
    try:
        w = World(s)
        for part in (handing_in, sealing, looking, voting, mending, hostile_bytes, time_of_16_mib, counting, models, clearing, rules):
            started = time.monotonic()
            part(w)
            say("%s: %.1f s" % (part.__name__, time.monotonic() - started))
    except Exception:
        check(False, "no surprise", traceback.format_exc()[-1400:])
        say(s.log_tail())
    return finish()


sys.exit(main())
