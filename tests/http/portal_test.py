"""The real wardroom-portal in every phase, seen by every role, as pages and as JSON. Prints TAP.

Nothing but the standard library. People sign in by links of the command line; what needs a curator
or a workspace is put into the database as its keeper would put it there.
"""
import hashlib
import json
import os
import re
import socket
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from portal_house import Browser, Portal  # noqa: E402
from tap import check, finish  # noqa: E402
from replycheck import Replies  # noqa: E402

PHASES = ["draft", "call", "applications", "selection", "teams", "setup", "sample", "full",
          "presentations", "final", "closed"]
ROLES = ["organiser", "steward", "lead", "mentor", "participant", "juror", "reviewer"]
NOW = 1700000000
RELEASED = b"ward,n\nA,\n"


def furnish(path):
    """An event with one of everything; ids are 1."""
    db = sqlite3.connect(path)
    run = db.execute
    run("INSERT INTO event (id, slug, name, place, mode, starts, ends, seats, about, rules, kinds,"
        " created) VALUES (1, 'heart', 'Heart <b>days</b>', 'Here', 'hybrid', ?, ?, 50, '*about*',"
        " 'rules', 'hearts', ?)", (NOW, NOW + 86400, NOW))
    for i, phase in enumerate(PHASES):
        run("INSERT INTO phase (event, phase, starts, begun) VALUES (1, ?, ?, ?)",
            (phase, NOW + i * 3600, NOW + i * 3600 if i < 4 else None))
    people = {e.split("@")[0]: i for i, e in run("SELECT id, email FROM person")}
    for role in ROLES:
        run("INSERT INTO role (event, person, role, since) VALUES (1, ?, ?, ?)",
            (people[role], role, NOW))
    run("INSERT INTO project (id, event, slug, title, question, variables, lead, task,"
        " ethics_number, ethics_committee, ethics_expires, state, source, recipe_hash, tables,"
        " rows, patients, sample_patients, hidden_patients, created) VALUES (1, 1, 'p', 'Project',"
        " 'why?', 'x', ?, 'binary', 'E1', 'Board', ?, 'accepted', 'a folder', 'abc', 1, 1000, 500,"
        " 20, 100, ?)", (people["lead"], 4 * NOW, NOW))
    run("INSERT INTO team (id, event, project, number, name, made) VALUES (1, 1, 1, 1, 'One', ?)",
        (NOW,))
    run("INSERT INTO member (team, person, slot, login, since) VALUES (1, ?, 0, 'pat', ?)",
        (people["participant"], NOW))
    run("INSERT INTO mentor (team, person, kind) VALUES (1, ?, 'clinical')", (people["mentor"],))
    run("INSERT INTO agreement (event, version, title, body, hash, made) VALUES (1, 1, 'Agreement',"
        " 'Nothing leaves.', 'h', ?)", (NOW,))
    run("INSERT INTO presentation (team, title, saved, handed_in) VALUES (1, '<i>Ours</i>', ?, ?)",
        (NOW, NOW))
    run("INSERT INTO workspace (id, team) VALUES (1, 1)")
    run("INSERT INTO archive (workspace, person, ordered, state, problem) VALUES (1, ?, ?, 'failed', '<i>Ours</i>')",
        (people["steward"], NOW))
    run("INSERT INTO resource_request (id, team, person, at, memory_mb, cpus, reason) VALUES"
        " (1, 1, ?, ?, 32768, 8, '<i>Ours</i>')", (people["participant"], NOW))
    run("INSERT INTO carried (workspace, person, part, bytes, pixels, requests) VALUES (1, ?, ?, 5,"
        " 6, 7)", (people["participant"], NOW))
    run("INSERT INTO catalogue (project, owner, contact, origin, keywords, licence, licence_url,"
        " terms, citation, shown, changed) VALUES (1, '<i>Ours</i>', 'd@x.org', '<i>Ours</i>',"
        " 'a,b', '<i>Ours</i>', '', '<i>Ours</i>', '', 1, ?)", (NOW,))
    run("INSERT INTO steward_naming (id, event, person, about, named_by, named_name, named) VALUES"
        " (1, 1, ?, '<i>Ours</i>', ?, '<i>Ours</i>', ?)", (people["participant"], people["organiser"], NOW))
    for i in range(30):
        run("INSERT INTO person (email, name, created) VALUES (?, ?, ?)",
            ("a%d@x.org" % i, "A%d" % i, NOW))
        who = run("SELECT last_insert_rowid()").fetchone()[0]
        run("INSERT INTO application (event, person, state, level, specialty, consent_statistics,"
            " started, saved, submitted) VALUES (1, ?, ?, ?, 'engineering', 1, ?, ?, ?)",
            (who, "accepted" if i < 17 else "submitted", "PhD" if i < 3 else "BSc", NOW, NOW, NOW))
    for i, (state, value) in enumerate([("scored", 0.7), ("scored", 0.8), ("refused", None)]):
        run("INSERT INTO submission (team, person, project, spool, name, bytes, hash, at, state,"
            " metric, n, value, low, high) VALUES (1, ?, 1, ?, '=cmd.csv', 10, 'h', ?, ?, 'AUROC',"
            " 100, ?, ?, ?)", (people["participant"], i + 1, NOW, state, value,
                               value and value - 0.1, value and value + 0.1))
    for i, name in enumerate(("first", "final")):
        run("INSERT INTO round (id, event, name, state, opened) VALUES (?, 1, ?, ?, ?)",
            (i + 1, name, "open" if i else "closed", NOW))
        run("INSERT INTO place (round, team, place, mean, adjusted) VALUES (?, 1, 1, 4.5, 4.4)",
            (i + 1,))
    for job, spec, result in (("import", "{}", IMPORTED), ("release", json.dumps({"recipe": RECIPE}), MADE)):
        run("INSERT INTO job (kind, event, project, spec, state, result, created, ended) VALUES"
            " (?, 1, 1, ?, 'done', ?, ?, ?)", (job, spec, json.dumps(result), NOW, NOW))
    run("INSERT INTO data_table (id, project, name, rows, released) VALUES (1, 1, 't', 9, 1)")
    run("INSERT INTO data_column (tbl, name, type, meaning, examples) VALUES (1, '<i>Ours</i>', 'text',"
        " '<i>Ours</i>', '<i>Ours</i>')")
    run("INSERT INTO dictionary_entry (project, n, variable, meaning, unit, person, name, at) VALUES"
        " (1, 1, 't.<i>Ours</i>', '<i>Ours</i>', '<i>Ours</i>', ?, '<i>Ours</i>', ?)", (people["lead"], NOW))
    run("INSERT INTO dictionary_question (project, variable, person, name, question, at) VALUES"
        " (1, 't.<i>Ours</i>', ?, '<i>Ours</i>', '<i>Ours</i>', ?)", (people["participant"], NOW))
    run("INSERT INTO recipe_version (project, n, text, hash, person, name, at) VALUES (1, 1, ?, 'h', ?,"
        " '<i>Ours</i>', ?)", (RECIPE, people["steward"], NOW))
    run("UPDATE project SET recipe = ?", (RECIPE,))
    run("INSERT INTO job (kind, event, project, spec, state, result, created, ended) VALUES"
        " ('preview', 1, 1, ?, 'done', ?, ?, ?)", (json.dumps({"recipe": RECIPE}), json.dumps(SEEN), NOW, NOW))
    run("INSERT INTO job (kind, event, project, spec, state, result, created, ended) VALUES"
        " ('measure', 1, 1, ?, 'done', ?, ?, ?)", (json.dumps({"recipe": RECIPE}), json.dumps(RISK), NOW, NOW))
    digest = hashlib.blake2b(RELEASED, digest_size=32).hexdigest()
    for i, (state, who) in enumerate([("released", "participant"), ("in review", "lead")]):
        run("INSERT INTO airlock_request (event, team, author, number, version, state, needed,"
            " population, problem, made, since) VALUES (1, 1, ?, ?, 1, ?, 1, '<i>Ours</i>', '', ?,"
            " ?)", (people[who], i + 1, state, NOW, NOW))
        run("INSERT INTO airlock_file (request, name, role, spool, bytes, hash, kind, verdict,"
            " clean_bytes, clean_hash, added) VALUES (?, '<i>Ours</i>.csv', 'output', ?, 9, 'h',"
            " 'csv', 'review', 9, ?, ?)", (i + 1, 1000 + i, digest, NOW))
        run("INSERT INTO airlock_finding (file, check_name, severity, sentence, places) VALUES"
            " (?, 'rounding', 'review', 'Look at <i>Ours</i>.', 'row 1 column 2')", (i + 1,))
    run("INSERT INTO airlock_evidence (file, fewest, shown, small, close, other, of_file, of_rows)"
        " VALUES (2, 14, 11, 2, 3, 1, 0, 0), (1, 14, 11, 2, 0, 1, 1, 1)")
    db.commit()
    db.close()


# What the curator's jobs say, with markup where the hospital's own words stand.
IMPORTED = {"ok": True, "patient": None, "links": [], "tables": [{
    "name": "<i>Ours</i>", "file": "t.csv", "rows": 640, "rejected": 0, "columns": [{
        "name": "<i>Ours</i>", "type": "text", "missing": "few", "distinct": 3, "exact": True,
        "values": [{"value": "<i>Ours</i>", "rows": 90}]}]}]}
RECIPE = 'recipe "<i>Ours</i>" version 1\npatient t.<i>Ours</i>\ntable <i>Ours</i>\n\t<i>Ours</i> cap <i>Ours</i> "<i>Ours</i>"\n'
SEEN = {"ok": True, "left_out": ["<i>Ours</i>"], "tables": [{"name": "<i>Ours</i>", "columns": [{
    "name": "<i>Ours</i>", "treatment": "<i>Ours</i>",
    "pairs": [{"before": "<i>Ours</i>", "after": "<i>Ours</i>"}]}]}]}
SIZES = {"rows": 500, "classes": 90, "k": 5, "average": 0.18, "highest": 0.2, "uniques": 0, "sizes": [
    {"from": 5, "to": 9, "classes": 90, "rows": 500}], "columns": [
    {"name": "<i>Ours</i>", "distinct": 9, "alone": 0, "contribution": 0}]}
RISK = {"ok": True, "patients": 500, "candidates": [
    {"column": "<i>Ours</i>", "treatment": "<i>Ours</i>", "distinct": 9, "suggested": True}],
    "risk": {"k": 5, "l": 0, "before": SIZES, "after": SIZES, "suppressed": 3, "levels": [
        {"column": "<i>Ours</i>", "level": 1, "of": 3, "kind": "<i>Ours</i>", "loss": 0.2}]}}
MADE = {"ok": True, "recipe_hash": "ab", "rows": 1000, "patients": 500, "sample_patients": 20,
        "hidden_patients": 100, "tables": [], "leak_scan": {"identifiers": 500, "columns": 7, "bytes": 9000},
        "images": [{"id": 1, "stage": "full", "bytes": 4096, "hash": "<i>Ours</i>"}]}


def fill(template):
    values = {"event": "heart", "team": "1", "project": "p"}
    return re.sub(r"\{([a-z_]+)\}", lambda m: values.get(m.group(1), "1"), template)


def kind(answer):
    """What an answer means, whether it is a page or JSON."""
    if answer.status == 303 and (answer.location or "").startswith("/sign-in"):
        return 401
    return answer.status


def walk(house, replies, browsers):
    """Every GET in every phase by everybody, twice."""
    differs, wrong, broken, leaks, asked, shown = [], [], [], [], 0, set()
    db = sqlite3.connect(house.database)
    juror = str(db.execute("SELECT person FROM role WHERE event = 1 AND role = 'juror'").fetchone()[0])
    gets = [t for t, m in replies.document["paths"].items() if "get" in m]
    for phase in PHASES:
        db.execute("UPDATE event SET phase = ? WHERE id = 1", (phase,))
        db.commit()
        for role, b in browsers.items():
            for template in gets:
                target = fill(template)
                if template.endswith("/phases/move"):
                    target += "?phase=closed"
                if template.endswith(("/stewards/confirm", "/stewards/refuse")):
                    target += "?id=1"
                if template.endswith("/roles/remove"):
                    target += "?role=juror&person=" + juror
                if template.endswith("/dictionary/variable"):
                    target += "?name=t.%3Ci%3EOurs%3C/i%3E"
                page, data = b.get(target), b.get(target, as_json=True)
                asked += 2
                if page.status == 200:
                    shown.add(template)
                where = "%s as %s in %s" % (target, role, phase)
                if kind(page) != kind(data):
                    differs.append("%s: page %d, JSON %d" % (where, page.status, data.status))
                if page.status >= 500 or data.status >= 500:
                    broken.append("%s: %d %d %s" % (where, page.status, data.status, data.text))
                if ("<b>days</b>" in page.text or "<i>Ours</i>" in page.text) and (page.type or "").startswith("text/html"):
                    leaks.append(where)
                wrong += replies.check("GET", target, data.status, data.type, data.body)
    db.execute("UPDATE round SET state = 'closed', closed = ?", (NOW,))
    db.commit()
    db.close()
    check(not differs, "pages and JSON allow the same (%d replies)" % asked, differs[:5])
    check(not wrong, "every reply is as its description says", sorted(set(wrong))[:8])
    check(not broken, "no page breaks", broken[:5])
    check(not leaks, "what people typed is escaped", leaks[:3])
    # The sign-in link "1" and the way into a room are for one person once; the PDF is not there.
    hidden = {t for t in gets if t not in shown and not t.endswith("/pdf")} - {
        "/in/{token}", "/rooms/{room}/enter"}
    check(not hidden, "every page is shown to somebody", hidden)


def permissions(browsers):
    """Spot checks of the policy by hand; the event is closed now."""
    expect = [("visitor", "/e/heart/results", 200), ("visitor", "/e/heart/audit", 401),
              ("participant", "/e/heart/audit", 403), ("juror", "/e/heart/audit.csv", 403),
              ("steward", "/e/heart/audit", 200), ("organiser", "/e/heart/audit.csv", 200),
              ("participant", "/e/heart/applications", 403), ("visitor", "/health", 200),
              ("stranger", "/e/heart/teams/1", 403), ("visitor", "/policy", 200),
              ("admin", "/e/heart/audit", 403), ("visitor", "/e/none/results", 404)]
    got = [(who, t, kind(browsers[who].get(t, as_json=True))) for who, t, _ in expect]
    check(got == expect, "each role sees what it may", [g for g in got if g not in expect])


def results(browsers):
    v = browsers["visitor"].get("/e/heart/results", as_json=True).json()
    check([(f["label"], f["n"]) for f in v["figures"][:3]] ==
          [("applied", 30), ("were offered a seat", 17), ("took part", 17)], "people are counted",
          v["figures"])
    check([(s["label"], s["took_part"]) for s in v["levels"]] == [("BSc or PhD", 17)],
          "three PhDs are not told apart", v["levels"])
    p = v["projects"][0]
    check((p["scored"], p["refused"], p["board"][0]["value"], p["board"][0]["rank"]) ==
          (2, 1, 0.8, 1), "the best submission counts", p)
    check(v["winner"] == "One" and len(v["shortlist"]) == 1, "the winner is named", v["winner"])
    csv = browsers["visitor"].get("/e/heart/results.csv")
    check("AUROC,Project,One,0.8,0.7,0.9" in csv.text and csv.type.startswith("text/csv"),
          "the numbers come as CSV", csv.text)


def airlock(browsers):
    """A reviewer reads what the server signed."""
    page = browsers["steward"].get("/e/heart/teams/1/airlock/2")
    for words in ("Counted and signed by the server", "11 numbers show", "14 patients", "The signature holds",
                  "It was compared with every number that was signed in this event before"):
        check(words in page.text, "the evidence in words: " + words, page.text[-3000:])
    f = browsers["steward"].get("/e/heart/teams/1/airlock/2", as_json=True).json()["files"][0]
    check(f["evidence"] == [{"fewest": 14, "shown": 11, "small": 2, "close": 3, "other": 1,
                             "of_file": False, "of_rows": False, "apart": False}], "and as numbers", f)
    check("Not compared with earlier tables" not in page.text, "it was compared")
    page = browsers["steward"].get("/e/heart/teams/1/airlock/1")
    check("Not compared with earlier tables: the file names no patients." in page.text and
          "It was compared" not in page.text, "what was compared with nothing says so", page.text[-3000:])


def trail(browsers, house):
    b = browsers["organiser"]
    b.get("/e/heart/edit")
    for i in range(101):
        b.post("/e/heart/edit", {"name": "=Heart %d" % i, "place": "There", "mode": "remote",
                                 "starts": "2026-11-22", "ends": "2026-11-23", "seats": "40",
                                 "about": "About"})
    v = b.get("/e/heart/audit", as_json=True).json()
    check(v["checked"] and v["sound"] and len(v["entries"]) == 25 and v["older"],
          "the trail is shown newest first, a page at a time", v["finding"])
    older = b.get("/e/heart/audit?before=%d" % v["older"], as_json=True).json()
    check(older["entries"] and older["entries"][0]["n"] < v["older"] and not older["checked"],
          "older entries follow", older)
    none = b.get("/e/heart/audit?words=no-such-word", as_json=True).json()
    some = b.get("/e/heart/audit?person=organ&action=%s" % v["entries"][0]["action"].replace(
        " ", "+"), as_json=True).json()
    check(not none["entries"] and some["entries"], "the trail can be filtered", none["entries"])
    check(b.get("/e/heart/audit?before=x", as_json=True).status == 422, "before is a number")
    csv = b.get("/e/heart/audit.csv").text
    cells = [c for line in csv.splitlines() for c in line.split(",")]
    check(len(csv.splitlines()) > 100 and not [c for c in cells if c[:1] in "=+-@" and c],
          "no cell of the CSV is a formula", csv[:300])


EVENT = {"name": "Another", "place": "There", "mode": "on site", "starts": "2026-11-22",
         "ends": "2026-11-23", "seats": 20, "about": "About"}


def forgeries(house, browsers, replies):
    a = browsers["admin"]
    a.get("/events/new")

    def make(slug, as_json=True, **how):
        fields = dict(EVENT, slug=slug, **how.pop("more", {}))
        answer = a.post("/events/new", fields, as_json=as_json, **how)
        return answer
    check(make("a", token="0" * 64).status == 403, "a wrong token is refused")
    check(make("b", token="").status == 403, "no token is refused")
    check(make("b2", token=browsers["organiser"].token).status == 403,
          "another person's token is refused")
    check(make("c", origin="http://evil.example").status == 403, "another site is refused")
    check(make("d", origin="null").status == 403, "a page without an origin is refused")
    odd = make("e", more={"admin": True})
    check(odd.status == 422 and odd.json()["field"] == "admin", "a field too many is refused",
          odd.text)
    check(not replies.check("POST", "/events/new", odd.status, odd.type, odd.body),
          "the refusal is as described", odd.text)
    bad = make("Not A Slug", as_json=False)
    check(bad.status == 422 and 'value="Not A Slug"' in bad.text and "lower-case" in bad.text,
          "the form comes back with what was typed", bad.text[-800:])
    several = make("f", more={"seats": 0, "mode": "by post", "name": "x"}).json()
    check({e["field"] for e in several["errors"]} == {"seats", "mode", "name"},
          "every wrong field is named", several)
    good = make("good")
    check(good.status == 200 and not replies.check("POST", "/events/new", 200, good.type, good.body),
          "a good one is taken", good.text)
    again = make("good")
    check(again.status == 409, "a second of the name is a conflict", again.text)
    made = {e["slug"] for e in a.get("/", as_json=True).json()["events"]}
    check(made == {"heart", "good"}, "nothing of what was refused was kept", made)
    twice = a.ask("POST", "/events/new", b'{"slug":"x","slug":"y"}',
                  {"Content-Type": "application/json", "Origin": house.site}, True)
    wrong = a.ask("PUT", "/e/heart/edit", b"", {"Content-Length": "0"}, as_json=True)
    check(wrong.status == 405 and wrong.headers["Allow"] == "GET, HEAD, POST", "another method is told which there are",
          (wrong.status, wrong.headers["Allow"]))
    wrong = a.ask("GET", "/sign-out", as_json=True)
    check(wrong.status == 405 and wrong.headers["Allow"] == "POST" and wrong.json()["status"] == 405,
          "also where there is one only", wrong.text)
    check(a.ask("DELETE", "/nowhere", as_json=True).status == 404, "but nowhere is nowhere")
    check(twice.status == 422, "a key that stands twice is refused", twice.text)
    other = a.ask("POST", "/events/new", b"<a/>", {"Content-Type": "text/xml"}, True)
    check(other.status == 422, "a body of another kind is refused", other.text)


def raw(house, data):
    """The status of the answer to these bytes, 0 when there is none."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as s:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while b"\r\n" not in got:
                part = s.recv(4096)
                if not part:
                    break
                got += part
        except OSError:
            pass
    return int(got.split(b" ")[1]) if got.startswith(b"HTTP/1.") else 0


def wire(house, browsers):
    big = browsers["admin"].post("/events/new", {"about": "x" * 300000})
    check(big.status == 413, "a body that is too large is refused with 413", big.status)
    targets = ["/%", "/%zz", "/%00", "/e/%ff", "/?a=%zz", "/e/" + "x" * 500,
               "/../etc/passwd", "/static/../main.c", "/static/none.css", "//", "/e/heart/",
               "/?" + "&".join("a%d=1" % i for i in range(450))[:1500] + "&a=%"]
    got = {t[:40]: browsers["visitor"].get(t).status for t in targets}
    check(all(400 <= s < 500 for s in got.values()), "odd targets are refused", got)
    wrong = {m: browsers["visitor"].ask(m, "/policy", as_json=True).status
             for m in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")}
    check(all(400 <= s < 500 for s in wrong.values()), "a wrong method is refused", wrong)
    check(browsers["visitor"].ask("HEAD", "/policy").status == 200, "HEAD is understood")
    odd = [b"GET /policy HTTP/1.1\r\n\r\n", b"GET http://x/ HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01",
           b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
           b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
           b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70000 + b"\r\n\r\n",
           b"GET /?" + b"a=1&" * 2000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"]
    codes = [raw(house, o) for o in odd]
    check(all(c == 0 or 400 <= c < 500 for c in codes), "odd heads are refused", codes)
    page = browsers["visitor"].get("/")
    check("script-src 'self'" in page.headers["Content-Security-Policy"] and
          page.headers["X-Content-Type-Options"] == "nosniff", "pages carry their guards",
          page.headers)


def main():
    house = Portal()
    try:
        house.start()
        for name in ROLES + ["stranger", "admin"]:
            house.cli("person", "add", name + "@x.org", name.capitalize(),
                      *(["--admin"] if name == "admin" else []))
        furnish(house.database)
        os.makedirs(house.state + "/airlock", exist_ok=True)
        with open(house.state + "/airlock/1", "wb") as f:
            f.write(RELEASED)
        browsers = {"visitor": Browser(house)}
        for name in ROLES + ["stranger", "admin"]:
            browsers[name] = Browser(house).sign_in(name + "@x.org")
        described = browsers["visitor"].get("/api/openapi.json")
        replies = Replies(described.json())
        check(described.json()["openapi"] == "3.1.0", "the API describes itself")
        walk(house, replies, browsers)
        permissions(browsers)
        results(browsers)
        airlock(browsers)
        trail(browsers, house)
        forgeries(house, browsers, replies)
        wire(house, browsers)
        ok = browsers["visitor"].get("/health").json()
        check(ok["ok"] is True and house.process.poll() is None, "the portal is well after all this")
        check(house.stop() == 0, "it stops when told", house.log()[-800:])
        check("level=error" not in house.log(), "no error was logged", [
            line for line in house.log().splitlines() if "level=error" in line][:3])
    finally:
        house.clean()
    raise SystemExit(finish())


main()
