"""The command `wardroom` beside a running portal. Prints TAP. Nothing but the standard library."""
import calendar
import fcntl
import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from portal_house import BIN, ROOT, USER, Browser, Portal  # noqa: E402
from tap import check, finish  # noqa: E402


def loads(result):
    return json.loads(result[1]) if result[1].strip() else {}


def people(house):
    code, out, err = house.cli("person", "add", "noa@x.org", "Noa Levi", "--admin")
    p = json.loads(out)
    check(code == 0 and p["admin"] and p["id"] == 1, "a person is added", err)
    check(house.cli("person", "add", "noa@x.org", "Other")[0] == 1, "not twice")
    for bad in (("noa", "Noa"), ("a@x.org", ""), ("a@x.org", "\x1b[31mred"), ("a@x.org",),
                ("a@x.org", "A", "B", "C"), ("a b@x.org", "A"), ("pål@x.org", "Pål")):
        code = 64 if len(bad) != 2 else 2
        check(house.cli("person", "add", *bad)[0] == code, "refused: person add %s" % ascii(bad))
    check("letters beyond a to z" in house.cli("person", "add", "pål@x.org", "Pål")[2], "an address no mail reaches, in words")
    house.cli("person", "add", "ben@x.org", "Ben")
    code, out, err = house.cli("person", "add", "ben@x.org", "Other", "--admin")
    check(code == 0 and json.loads(out)["name"] == "Ben", "a person is made administrator later", err)


def links(house):
    code, url, err = house.cli("person", "link", "noa@x.org", "/account", as_json=False)
    check(code == 0 and re.fullmatch(re.escape(house.site) + r"/in/[0-9a-f]{64}\n", url),
          "a link is printed alone", url + err)
    b, path = Browser(house), url.strip()[len(house.site):]
    page = b.get(path)
    again = b.get(path)
    used = b.post(path, {})
    check("Noa Levi" in page.text and again.status == 200 and used.status == 303 and
          used.location == "/account", "looking at it does not use it up", used.status)
    check(b.get("/account").status == 200, "it signs in")
    check(Browser(house).get(path, as_json=True).status == 404, "once")
    check(house.cli("person", "link", "who@x.org")[0] == 1, "nobody gets no link")
    for bad in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"):
        check(house.cli("person", "link", "noa@x.org", bad)[0] == 2, "no link leads to %s" % ascii(bad))
    return b


def lists(house, b):
    b.get("/events/new")
    event = {"slug": "heart", "name": "Heart \u009b31m", "place": "Here", "mode": "remote",
             "starts": "2026-11-22", "ends": "2026-11-23", "seats": 20, "about": "About"}
    refused = b.post("/events/new", event, as_json=True)
    check(refused.status == 422 and "nobody sees" in refused.text, "no form takes a name that hides a character",
          refused.text)
    made = b.post("/events/new", dict(event, name="Heart"), as_json=True)
    # Whatever else might bring such a name: a terminal is not to obey it.
    db = sqlite3.connect(house.database, timeout=10)
    with db:
        db.execute("UPDATE event SET name = 'Heart ' || char(0x9b) || '31m'")
    db.close()
    code, out, err = house.cli("event", "list", as_json=False)
    check(made.status == 200 and code == 0 and "heart  draft  2026-11-22T00:00:00Z" in out and
          "\u009b" not in out, "events are listed, without control characters", out + err)
    events = loads(house.cli("event", "list"))["events"]
    check(len(events) == 1 and events[0]["phase"] == "draft", "and as JSON", events)
    entries = loads(house.cli("audit", "list", "3"))["entries"]
    check(len(entries) == 3 and entries[0]["action"] == "event made", "entries are listed", entries)
    everything = loads(house.cli("audit", "list", "1000"))["entries"]
    check(any(e["name"].startswith("operator ") and e["action"] == "link made" for e in everything),
          "the operator's deeds are in the trail", everything)
    check(house.cli("audit", "list", "0")[0] == 2, "no nonsense")
    rules = loads(house.cli("policy"))["rules"]
    check(any(r["capability"] == "AUDIT_READ" for r in rules), "the policy is printed")
    check(re.fullmatch(r"version: \d+\.\d+\.\d+\n", house.cli("version", as_json=False)[1]),
          "the version is printed")
    check("audit verify" in house.cli("help", as_json=False)[1], "there is help")
    for words in ("help", "person"), ("person", "help"), ("person", "--help"), ("help", "person", "add"):
        code, out, err = house.cli(*words, as_json=False)
        check(code == 0 and "person add EMAIL" in out and "person link" in out and "audit" not in out,
              f"help on one subject: {words!r}", out + err)
    check(house.cli("help", "nothing")[0] == 64 and house.cli("nothing", "help")[0] == 64, "and on what is not there")
    for words, says in ((("stauts",), "did you mean `wardroom status`?"), (("no", "such"), 'no command "no"'),
                        (("event",), "`wardroom help event`"), (("event", "list", "x"), '"x" is one word too many'),
                        (("--frob",), "no option --frob"), (("backup", "--frob"), "no option --frob here"), (("backup",), "backup FILE"),
                        (("person", "add", "a@x.org", "A", "--adm"), "no option --adm here"), (("satre", "x"), "--markdown"),
                        (("attack", "--report"), "--report FILE"), (("workspace", "exec", "1", "a", "b"), 'after "--"'),
                        (("archive", "open", "--into", "x"), "archive open FILE"), (("version", "now"), "one word too many")):
        code, out, err = house.cli(*words, as_json=False)
        check(code == 64 and not out and says in err, "called wrongly: " + " ".join(words), (code, out, err))
    check(not os.path.exists("--frob"), "nothing is left of it")
    for words in ("person", "add"), ("workspace", "exec"), ("archive", "open"), ("attack", "verify"):
        code, out, err = house.cli(*words, "--help", as_json=False)
        check(code == 0 and out.startswith("usage: wardroom [--config FILE] [--json] " + " ".join(words)), "help on " + " ".join(words),
              out + err)


def verify(house):
    out = loads(house.cli("audit", "verify"))
    check(out["ok"] and out["entries"] >= 6 and out["witnessed"] == 0 and "no witness" in out["text"],
          "the trail verifies", out)
    db = sqlite3.connect(house.database)
    n, digest = db.execute("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    db.close()

    def witness(text):
        with open(house.state + "/witness", "w") as f:
            f.write(text)
        os.chmod(house.state + "/witness", 0o600)
    line = "%d %s 2026-11-22T00:00:00Z\n"
    witness(line % (1, "0" * 64) + line % (n, digest.hex()) + "99 cut by a power f")
    out = loads(house.cli("audit", "verify"))
    check(out["ok"] and out["witnessed"] == n, "the witness agrees", out)
    witness(line % (n, "ab" * 32))
    result = house.cli("audit", "verify")
    check(result[0] == 1 and "witness" in loads(result)["text"], "another head is found out", result)
    witness(line % (n + 5, digest.hex()))
    check(house.cli("audit", "verify")[0] == 1, "a tail cut off is found out")
    witness("rubbish\n")
    check(house.cli("audit", "verify")[0] == 1, "a witness that is none is told")
    os.unlink(house.state + "/witness")


def told(house):
    """What status says of backups: when the last one was finished, and what went wrong since."""
    s = json.loads(house.cli("status")[1])
    return s["backup"], s["backup_trouble"]


def backup(house):
    target = house.dir + "/copy.db"
    check(told(house) == (None, "none was made yet"), "before the first backup there is none, and that is told", told(house))
    code, out, err = house.cli("backup", target)
    mode = os.stat(target)
    db = sqlite3.connect(target)
    check(code == 0 and db.execute("SELECT count(*) FROM person").fetchone()[0] == 2 and
          stat.S_IMODE(mode.st_mode) == 0o600 and mode.st_uid == os.getuid(),
          "a backup is a database of the operator's", err)
    db.close()
    done = told(house)
    check(done[0] and not done[1], "status tells when it was finished", done)
    time.sleep(1.1)  # status counts in seconds
    check(house.cli("backup", target)[0] == 66, "it replaces no file")
    check(told(house)[0] == done[0] and "failed" in told(house)[1] and "File exists" in told(house)[1],
          "a backup that failed is not the last one, and status says why", told(house))
    check(house.cli("backup", "")[0] == 2, "nor has it no name")
    check(house.cli("backup", house.dir + "/none/copy.db")[0] == 66, "a folder that is not there is told")
    code, out, _ = house.cli("backup", "-", as_json=False, raw=True)
    check(code == 0 and out.startswith(b"SQLite format 3\0"), "it can go to standard output")
    check(told(house)[0] > done[0] and not told(house)[1], "the next good one ends the trouble", told(house))
    left = [f for f in os.listdir(house.state + "/portal") + os.listdir(house.dir)
            if "backup" in f or "part" in f]
    check(not left, "nothing is left behind", left)


def status(house):
    """This script is the portal's parent, as the warden is; so it holds the warden's lock."""
    code, out, err = house.cli("status")
    s = json.loads(out)
    check(code == 1 and not s["runs"] and not s["processes"], "without a warden the server does not run", out + err)
    os.makedirs(house.dir + "/run", exist_ok=True)
    lock = open(house.dir + "/run/lock", "w")
    lock.write("%d\n" % os.getpid())
    lock.flush()
    fcntl.flock(lock, fcntl.LOCK_EX)
    code, out, err = house.cli("status")
    s = json.loads(out)
    names = {p["name"]: p for p in s["processes"]}
    check(code == 0 and s["runs"] and "wardroom-portal" in names and names["wardroom-portal"]["memory_mb"] > 0,
          "with one it does, and names its processes", out + err)
    since = calendar.timegm(time.strptime(s["since"], "%Y-%m-%dT%H:%M:%SZ"))
    check(0 <= time.time() - since < 300, "since when", s["since"])
    check(s["disk_free_mb"] > 0 and 0 <= s["disk_free_percent"] <= 100, "disk left", s)
    check(time.time() - calendar.timegm(time.strptime(s["backup"], "%Y-%m-%dT%H:%M:%SZ")) < 60,
          "the last backup", s)
    check([(e["slug"], e["phase"], e["rooms"], e["jobs"]) for e in s["events"]] == [("heart", "draft", 0, 0)],
          "and each event", s)
    text = house.cli("status", as_json=False)[1]
    check("runs: yes" in text and "wardroom-portal" in text and "heart" in text, "also as text", text)
    db = sqlite3.connect(house.database, timeout=10)
    with db:
        db.execute("INSERT INTO outbox (email, subject, body, created, since) VALUES ('a@x.org', 'S', 'B', 0, 0)")
    db.close()
    text = house.cli("status", as_json=False)[1]
    check("mail: not set up: nothing is sent, 1 message waits" in text,
          "mail that waits because nothing sends it is told as that", text)
    text = house.cli("archive", "list", as_json=False)[1]
    check(text.startswith("No archive yet") and json.loads(house.cli("archive", "list")[1]) == {"archives": []},
          "a list of no archives says so", text)
    if ROOT:
        code, _, err = house.cli("restore", house.dir + "/copy.db")
        check(code == 1 and "stop it first" in err, "a backup is not put back while it runs", err)
    lock.close()


def restore(house):
    """A day after the backup the disk is broken; and what was made since must not come to others."""
    if not ROOT:
        return
    before = loads(house.cli("audit", "verify"))["entries"]
    house.cli("person", "add", "late@x.org", "Late")
    house.stop()
    late = loads(house.cli("audit", "verify"))
    with open(house.state + "/witness", "w") as f:
        f.write("%d %s 2026-11-22T00:00:00Z\n" % (late["entries"], late["head"]))
    for d in ("ws/7", "packages", "archive"):
        os.makedirs(house.state + "/" + d)
    for name in ("ws/7/disk.img", "packages/7.ledger", "archive/7.archive"):
        open(house.state + "/" + name, "w").close()
    with open(house.dir + "/copy.db", "rb") as f:
        good = f.read()
    entry = good.rfind(b"event made")
    for name, data, word in (("empty", b"", ""), ("text", b"hello" * 1000, ""), ("cut", good[:len(good) // 2], ""),
                             ("changed", good[:entry] + b"E" + good[entry + 1:], "Entry ")):
        with open(house.dir + "/bad.db", "wb") as f:
            f.write(data)
        code, out, err = house.cli("restore", house.dir + "/bad.db")
        check(code != 0 and word in err, "no backup: %s" % name, out + err)
    check(loads(house.cli("audit", "verify"))["entries"] == late["entries"], "nothing was touched")
    left = [f for f in os.listdir(house.state + "/portal") if "restore" in f]
    check(not left and os.path.exists(house.state + "/ws/7"), "nor left behind", left)
    code, out, err = house.cli("restore", house.dir + "/copy.db")
    r = loads((code, out))
    check(code == 0 and r["lost"] > 0 and r["set_aside"] == 3, "a backup is put back", out + err)
    check(told(house)[0] and not told(house)[1], "which is the last one that it knows of", told(house))
    check(os.path.exists(r["kept"]) and os.stat(r["kept"]).st_uid == USER.pw_uid, "the database before is kept", r)
    aside = [x for d in ("ws", "packages", "archive") for x in os.listdir(house.state + "/" + d)]
    check(len(aside) == 3 and all(x.startswith("before-") for x in aside), "so are files that it does not know", aside)
    verified = loads(house.cli("audit", "verify"))
    check(verified["ok"] and verified["witnessed"] == verified["entries"], "trail and witness go on", verified)
    newest = loads(house.cli("audit", "list", "1"))["entries"][0]
    check(newest["action"] == "database restored" and "had seen entry %d" % late["entries"] in newest["detail"],
          "and tell of it", newest)
    with open(house.state + "/witness") as f:
        check(late["head"] in f.read(), "what the witness saw before stays")
    db = sqlite3.connect(house.database)
    check(db.execute("SELECT count(*) FROM person WHERE email = 'late@x.org'").fetchone()[0] == 0 and
          db.execute("SELECT count(*) FROM session WHERE ended IS NULL").fetchone()[0] == 0,
          "it is as it was, and nobody is signed in")
    db.close()
    owners(house)
    house.start()
    check(Browser(house).get("/").status == 200 and before > 0, "the server starts on it")


def lacks(house):
    """Files lie beside the database, and no backup holds them: a restore says which are not there."""
    if not ROOT:
        return
    house.stop()
    db = sqlite3.connect(house.database, isolation_level=None)
    run = db.execute
    event = run("SELECT id FROM event").fetchone()[0]
    run("INSERT INTO project (id, event, slug, title, question, variables, lead, task, created) VALUES"
        " (1, ?, 'wards', 'Wards', '', '', 1, 'binary', 0)", (event,))
    run("INSERT INTO team (id, event, project, number, name, made) VALUES (1, ?, 1, 1, 'One', 0)", (event,))
    run("INSERT INTO workspace (id, team, state) VALUES (7, 1, 'closed')")
    run("INSERT INTO release (project, stage, state, bytes) VALUES (1, 'sample', 'ready', 4096)")
    digest = hashlib.blake2b(b"abc", digest_size=32).hexdigest()
    for spool, name, state in ((11, "here.csv", "waiting"), (12, "gone.csv", "waiting"), (13, "old.csv", "scored")):
        run("INSERT INTO submission (team, person, project, spool, name, bytes, hash, at, state) VALUES"
            " (1, 1, 1, ?, ?, 3, ?, 0, ?)", (spool, name, digest, state))
    run("INSERT INTO airlock_request (id, event, team, author, number, made, since) VALUES (1, ?, 1, 1, 1, 0, 0)", (event,))
    run("INSERT INTO airlock_file (request, name, role, spool, bytes, hash, added) VALUES (1, 'half.csv', 'output', 14,"
        " 3, 'h', 0)")
    run("INSERT INTO project (id, event, slug, title, question, variables, lead, task, created) VALUES"
        " (2, ?, 'burnt', 'Burnt', '', '', 1, 'binary', 0)", (event,))
    for project, kind, result in ((1, "table", '{"ok":true,"code":0,"compared":true}'), (1, "table", '{"ok":true,"code":2}'),
                                  (1, "table", ""), (2, "table", '{"ok":true,"code":0,"compared":true}'), (2, "forget", "{}")):
        run("INSERT INTO job (kind, event, project, spec, state, result, created) VALUES (?, ?, ?, '{}', 'done', ?, 0)",
            (kind, event, project, result))
    db.close()
    os.makedirs(house.state + "/data/tables/event-%d" % event)
    with open(house.state + "/data/tables/event-%d/key" % event, "w") as f:
        f.write("k" * 32)
    os.makedirs(house.state + "/spool")
    for name, text in (("11", "abc"), ("14", "a")):
        with open(house.state + "/spool/" + name, "w") as f:
            f.write(text)
    code, out, err = house.cli("backup", house.dir + "/files.db")
    check(code == 0, "a backup of a server with files", err)
    killed(house)
    time.sleep(1)  # the database before is kept under the second
    code, out, err = house.cli("restore", house.dir + "/files.db")
    r = loads((code, out))
    got = {(x["what"], x["name"]): x["why"] for x in r.get("lacks", [])}
    check(code == 0 and r["lacking"] == 6 and got == {
        ("predictions", "gone.csv"): "is not there", ("file for the airlock", "half.csv"): "should have 3 bytes",
        ("disk", "One"): "is not there", ("image", "wards, sample"): "is not there",
        ("signed tables", "of all projects"): "is not there"},
        "a restored server says what it has not", out + err)
    time.sleep(1)
    code, text, err = house.cli("restore", house.dir + "/files.db", as_json=False)
    check("files that are not here: 6" in text and "gone.csv" in text and "spool/12" in text and "data/tables/event-%d/traces" % event in text, "by its names", text + err)
    with_files(house)
    house.start()


KEPT = "spool views airlock portal/files data/tables"


def with_files(house):
    """Backed up and put back as docs/installing.md says: everything that was handed in is there again."""
    db = sqlite3.connect(house.database, isolation_level=None)
    tables = "data/tables/event-%d/" % db.execute("SELECT id FROM event").fetchone()
    def sha(text):
        return hashlib.blake2b(text, digest_size=32).hexdigest()
    files = {"spool/12": b"gone back", "spool/14": b"whole", "spool/15": b"review", "views/3": b"<p>page", "airlock/2": b"let out",
             "portal/files/" + sha(b"%PDF"): b"%PDF", tables + "key": b"k", tables + "traces": b"t", tables + "seal": b"s"}
    db.execute("UPDATE submission SET bytes = 9, hash = ? WHERE spool = 12", (sha(b"gone back"),))
    db.execute("UPDATE airlock_file SET bytes = 5, hash = ? WHERE spool = 14", (sha(b"whole"),))
    for n, state, spool in ((2, "released", 99), (3, "in review", 15)):
        db.execute("INSERT INTO person (id, email, name, created) VALUES (?, ?, 'Author', 0)", (90 + n, "author%d@x.org" % n))
        db.execute("INSERT INTO airlock_request (id, event, team, author, number, state, version, needed, made, since) SELECT"
                   " ?, event, team, ?, ?, ?, 1, 1, 0, 0 FROM airlock_request WHERE id = 1", (n, 90 + n, n, state))
        db.execute("INSERT INTO airlock_file (id, request, name, role, spool, bytes, hash, clean_bytes, clean_hash, added) VALUES"
                   " (?, ?, 't.csv', 'output', ?, 6, ?, 7, ?, 0)", (n, n, spool, sha(b"review"), sha(b"let out")))
    db.execute("INSERT INTO presentation (team, title, saved, pdf, pdf_name, pdf_bytes) VALUES (1, 'Ours', 0, ?, 'our.pdf', 4)",
               (sha(b"%PDF"),))
    db.close()
    for name, text in files.items():
        path = house.state + "/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text)
        os.chown(path, USER.pw_uid, USER.pw_gid)
        os.chmod(path, 0o640)
    copies = house.dir + "/copies"
    os.mkdir(copies)
    with open(os.path.dirname(os.path.abspath(__file__)) + "/../../docs/installing.md") as f:
        said = f.read()
    check('kept="%s"' % KEPT in said and "cp -a -u --parents $kept" in said and "cp -a --parents %s" % KEPT in said,
          "this test does what the documentation says")
    shell = "cd %s && cp -a -u --parents %s %s" % (house.state, KEPT, copies)
    subprocess.run(shell, shell=True, check=True)
    code, out, err = house.cli("backup", copies + "/day.db")
    check(code == 0, "a backup beside its files", err)
    subprocess.run(shell, shell=True, check=True)
    for name in "spool", "views", "airlock", "portal/files", "data":
        shutil.rmtree(house.state + "/" + name)

    def lacking():
        time.sleep(1)  # the database before is kept under the second
        code, out, err = house.cli("restore", copies + "/day.db")
        return code, {(x["what"], x["name"]): x["why"] for x in loads((code, out)).get("lacks", [])}, out + err
    code, got, said = lacking()
    check(code == 0 and len(got) == 10 and got[("page for the reviewers", "t.csv")] == got[("file let out", "t.csv")] == "is not there",
          "without its files a restore tells each of them", said)
    os.makedirs(house.state + "/data")
    subprocess.run("cd %s && cp -a --parents %s %s" % (copies, KEPT, house.state), shell=True, check=True)
    code, got, said = lacking()
    check(code == 0 and got == {("disk", "One"): "is not there", ("image", "wards, sample"): "is not there"},
          "with them, nothing of what was handed in, let out or is looked at is missing", said)
    st = os.stat(house.state + "/airlock/2")
    check((st.st_uid, stat.S_IMODE(st.st_mode)) == (USER.pw_uid, 0o640), "and belongs to whom it belonged")
    for name in "spool/12", "airlock/2":
        with open(house.state + "/" + name, "r+b") as f:
            f.write(b"L")
    code, got, said = lacking()
    check(code == 0 and got.get(("predictions", "gone.csv")) == got.get(("file let out", "t.csv")) ==
          "is not the file that the database means", "other bytes in a file's place are told", said)


def killed(house):
    """kill -9 amid a restore, again and again: the database is the one before or the one of the backup."""
    bad, done = [], 0
    for i in range(24):
        p = subprocess.Popen([BIN + "/wardroom", "--config", house.config, "restore", house.dir + "/files.db"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.002 * i)
        p.kill()
        done += p.wait() == 0
        db = sqlite3.connect(house.database)
        if (db.execute("PRAGMA integrity_check").fetchone()[0], db.execute("SELECT count(*) FROM submission").fetchone()[0]) != ("ok", 3):
            bad.append(i)
        db.close()
        owner = os.stat(house.database).st_uid
        if owner != USER.pw_uid or not loads(house.cli("audit", "verify")).get("entries"):
            bad.append(i)
    check(not bad and done < 24, "a restore that is killed leaves one whole database", (bad, done))
    left = [f for f in os.listdir(house.state + "/portal") if f.startswith("restore.")]
    check(len(left) <= 3, "half copies do not pile up", left)


def owners(house):
    wrong = [f for f in os.listdir(house.state + "/portal")
             if os.stat(house.state + "/portal/" + f).st_uid != USER.pw_uid]
    check(not wrong, "no file of the database is another user's", wrong)


def tampered(house):
    """One byte of one entry, in the file itself."""
    house.stop()
    with open(house.database, "rb") as f:
        whole = f.read()
    at = whole.rfind(b"event made")
    with open(house.database, "r+b") as f:
        f.seek(at)
        f.write(b"E")
    result = house.cli("audit", "verify")
    out = loads(result)
    check(at > 0 and result[0] == 1 and not out["ok"] and re.search(r"Entry \d+ ", out["text"]),
          "one changed byte is found, and where", result)
    owners(house)


def reports(house):
    """Checking a report changes nothing on the server."""
    report = house.dir + "/report.md"
    with open(report, "w") as f:
        f.write("# A report\n\nkey: %s\nsignature: %s\n" % ("0" * 64, "0" * 128))
    code, _, err = house.cli("attack", "verify", report)
    check(code == 2 and "has no key" in err and "attack --report" in err, "a server that never signed says so", (code, err))
    with open(report, "w") as f:
        f.write("sex,count\nF,12\n")
    code, _, err = house.cli("attack", "verify", report)
    check(code == 2 and "is no report" in err and "has no key" not in err, "of another file it says that it is no report", (code, err))
    check(not os.path.exists(house.state + "/proof.key"), "and makes no key")
    done = subprocess.run([BIN + "/wardroom-attack"], capture_output=True, text=True, timeout=60)
    check(done.returncode == 2 and "a part of `wardroom attack`" in done.stderr, "wardroom-attack says what it is", done)


def without_database(house):
    shutil.rmtree(house.state + "/portal")
    code, _, err = house.cli("event", "list")
    check(code == 1 and "no database" in err and not os.path.exists(house.state + "/portal"),
          "without a database it says so and makes none", err)
    with open(house.config, "a") as f:
        f.write("colour blue\n")
    code, _, err = house.cli("event", "list")
    check(code == 2 and "colour" in err, "a wrong configuration is named", err)


def main():
    if not os.access(BIN + "/wardroom", os.X_OK):
        print("1..0 # SKIP wardroom is not built")
        return
    house = Portal()
    try:
        house.start()
        people(house)
        b = links(house)
        lists(house, b)
        verify(house)
        backup(house)
        status(house)
        owners(house)
        restore(house)
        lacks(house)
        tampered(house)
        reports(house)
        without_database(house)
    finally:
        house.clean()
    raise SystemExit(finish())


main()
