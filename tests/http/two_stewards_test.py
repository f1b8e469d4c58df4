"""An organiser tries to be two data stewards, against the real wardroom-portal. Prints TAP."""
import os
import re
import sqlite3
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from portal_house import Browser, Portal  # noqa: E402
from tap import check, finish  # noqa: E402

ROLES, STEWARDS = "/e/heart/roles", "/e/heart/stewards"
PASSWORD = "correct horse battery"


class World:
    def __init__(self, house):
        self.house = house
        self.db = sqlite3.connect(house.database, timeout=10, isolation_level=None)
        house.cli("person", "add", "boss@x.org", "Noa Boss", "--admin")
        self.boss = self.comes("boss@x.org")
        self.boss.get("/events/new")
        day = lambda n: time.strftime("%Y-%m-%d", time.gmtime(time.time() + n * 86400))  # noqa: E731
        made = self.boss.post("/events/new", {
            "slug": "heart", "name": "Heart days", "place": "Here", "mode": "hybrid", "starts": day(99),
            "ends": day(100), "seats": 9, "about": "Hearts.", "rules": "", "kinds": ""})
        assert made.status == 303, made.text

    def one(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        return row[0] if row and len(row) == 1 else row

    def comes(self, email):
        b = Browser(self.house)
        b.sign_in(email)
        return b

    def mailed(self, email):
        """The newest link in the mail to an address, as its owner reads it."""
        body = self.one("SELECT body FROM outbox WHERE email = ? AND body LIKE '%/in/%' ORDER BY id DESC LIMIT 1", email)
        return body and re.search(r"(/in/\w+)", body).group(1)

    def uses(self, path):
        b = Browser(self.house)
        b.get(path)
        return b, b.post(path, {}).status

    def password(self, b, days=1):
        """By a link just used, so many days ago."""
        b.get("/account")
        assert b.post("/account/password", {"password": PASSWORD}, as_json=True).status == 200
        b.get("/account")
        self.db.execute("UPDATE person SET witness_from = max(0, witness_from - 86400 * ?)", (days,))

    def confirm(self, by, n, password=PASSWORD):
        by.get("/account")
        return by.post(STEWARDS + "/confirm", {"id": n, "password": password}, as_json=True)

    def invite(self, email, role="steward", by=None):
        b = by or self.boss
        b.get(ROLES)
        return b.post(ROLES, {"name": email.split("@")[0].title(), "email": email, "role": role, "about": ""}, as_json=True)

    def waits(self, by):
        return {w["email"]: w["id"] for w in by.get(STEWARDS, as_json=True).json()["waiting"]}

    def is_steward(self, email):
        return self.one("SELECT count(*) FROM role r JOIN person p ON p.id = r.person"
                        " WHERE r.role = 'steward' AND p.email = ?", email) == 1

    def trail(self, action):
        return self.db.execute("SELECT actor_name, object, detail, event FROM audit WHERE action = ?", (action,)).fetchall()


def first(w):
    said = w.invite("anna@x.org").json()["message"]
    check("/in/" not in said, "the link of the first steward is not shown", said)
    w.anna, code = w.uses(w.mailed("anna@x.org"))
    check(code == 303 and w.anna.get("/e/heart/data").status == 200, "but mailed, and lets them begin")
    check("nobody: the event’s first begins on the organiser’s word" in w.anna.get(STEWARDS).text,
          "the page of stewards says that nobody confirmed the first, and why")
    given = [t for t in w.trail("role given") if "the event's first" in t[2]]
    check(given and given[0][1] == "data steward", "the trail says that they are the first, in words", given)
    w.invite("lena@x.org", "lead")
    page = w.boss.get(ROLES).text
    groups = re.findall("<summary><h2>([^<]*) <", page)
    check(groups == ["Organiser", "Data steward", "Project lead"] and page.count("<details open") == 3 and '<option value="lead">project lead</option>' in page,
          "people stand under their role, and lists and forms call it alike", groups)
    many(w)
    check(w.one("SELECT count(*) FROM outbox WHERE email = 'lena@x.org' AND body LIKE '%as project lead.%'") == 1,
          "so does the invitation")


def many(w):
    """An event of fifty jurors: whom one looks for is found on the first screen."""
    event = w.one("SELECT id FROM event")
    w.db.execute("INSERT INTO person (id, email, name, created) WITH RECURSIVE n (i) AS (VALUES (900) UNION ALL SELECT i + 1"
                 " FROM n WHERE i < 949) SELECT i, 'j' || i || '@x.org', 'Juror ' || i, 0 FROM n")
    w.db.execute("INSERT INTO role (event, person, role, about, since) SELECT ?, id, 'juror', 'Jury duty', 0 FROM person"
                 " WHERE id >= 900", (event,))
    page = w.boss.get(ROLES).text
    folds = re.findall("<details( open)?><summary><h2>([^<]*) <span class=\"soft\">(\\d+)", page)
    check([f[0] for f in folds] == [""] * 4 and ("", "Juror", "50") in folds, "where there are many each role is folded", folds)
    page, rows = w.boss.get(ROLES + "?words=JUROR%20927").text, w.boss.get(ROLES + "?words=j927@", as_json=True).json()["people"]
    check([r["name"] for r in rows] == ["Juror 927"] and "<details open><summary><h2>Juror" in page and "Juror 928" not in page,
          "one is found by name or address", rows)
    check("Nobody is found" in w.boss.get(ROLES + "?words=%3Cb%3E").text, "or the page says that nobody is")
    w.db.execute("DELETE FROM role WHERE person >= 900")
    w.db.execute("DELETE FROM person WHERE id >= 900")


REQUEST, HASH = "/e/heart/teams/1/airlock/1", "ab" * 32


def sealed_early(w):
    """A team seals a request while the event has one steward."""
    w.house.cli("person", "add", "pat@x.org", "Pat")
    w.pat = w.comes("pat@x.org")
    pat, event, now = w.one("SELECT id FROM person WHERE email = 'pat@x.org'"), w.one("SELECT id FROM event"), int(time.time())
    w.db.execute("UPDATE event SET phase = 'full'")
    w.db.execute("INSERT INTO role (event, person, role, since) VALUES (?, ?, 'participant', 0)", (event, pat))
    w.db.execute("INSERT INTO project (id, event, slug, title, question, variables, lead, task, state, created) VALUES"
                 " (1, ?, 'p', 'Project', 'Why?', 'x', 1, 'binary', 'accepted', 0)", (event,))
    w.db.execute("INSERT INTO team (id, event, project, number, name, made) VALUES (1, ?, 1, 1, 'Team 1', 0)", (event,))
    w.db.execute("INSERT INTO member (team, person, slot, login, since) VALUES (1, ?, 0, 'pat', 0)", (pat,))
    w.db.execute("INSERT INTO airlock_request (id, event, team, author, number, made, since) VALUES (1, ?, 1, ?, 1, ?, ?)",
                 (event, pat, now, now))
    w.db.execute("INSERT INTO airlock_file (id, request, name, role, spool, bytes, hash, kind, verdict, clean_bytes,"
                 " clean_hash, added) VALUES (1, 1, 't.csv', 'output', 77, 9, 'h', 'csv', 'pass', 9, ?, 0)", (HASH,))
    w.pat.get(REQUEST)
    code = w.pat.post(REQUEST + "/context", {"population": "all", "variables": "n", "relation": "none", "controls": "rounded"}).status
    got = w.pat.post(REQUEST + "/seal", {}, as_json=True)
    check((code, got.status) == (303, 200) and w.one("SELECT needed FROM airlock_request") == 1,
          "a request that is sealed while there is one steward", (code, got.text))
    w.db.execute("UPDATE airlock_request SET state = 'in review'")  # as its check would
    page = w.anna.get(REQUEST, as_json=True).json()
    check(page["needed"] == 1 and not page["needed_why"], "needs one vote", page)


def votes(w, by, email, leave=True):
    person = w.one("SELECT id FROM person WHERE email = ?", email)
    session = w.one("SELECT max(id) FROM session WHERE person = ?", person)
    w.db.execute("INSERT INTO airlock_sight (token, file, digest, person, session, expires, used) VALUES"
                 " (randomblob(32), 1, ?, ?, ?, 0, 1)", (HASH, person, session))
    by.get(REQUEST)
    form = {"files": ["1:" + HASH], "otherwise": "return", "comment": ""}
    return by.post(REQUEST + "/vote", dict(form, leave=["1:" + HASH]), as_json=True)


def two_must_vote(w):
    """Then the second steward is confirmed: one vote lets nothing out any more."""
    page = w.anna.get(REQUEST, as_json=True).json()
    check(page["needed"] == 2 and "now it needs 2" in page["needed_why"] and "2 votes needed" in w.anna.get(REQUEST).text,
          "with a second steward it needs two votes, and says why", page)
    row = w.pat.get("/e/heart/teams/1/airlock", as_json=True).json()["requests"][0]
    check(row["needed"] == 2, "in the team's list too", row)
    got = votes(w, w.anna, "anna@x.org")
    state, needed = w.one("SELECT state, needed FROM airlock_request")
    check(got.status == 200 and (state, needed) == ("in review", 2), "the first one's vote alone lets nothing out", (got.text, state, needed))
    check([t[2] for t in w.trail("airlock votes raised")] == ["2 needed, 1 when it was sealed"], "the trail says that more are needed")
    row = w.bert.get("/e/heart/airlock", as_json=True).json()["requests"][0]
    check(row["due"] and (row["reviews"], row["needed"]) == (1, 2) and not row["differ"], "it waits for the second", row)
    check("vote" in str(w.bert.get("/e/heart/today", as_json=True).json()["next"]), "who is told so on Today")
    # The second steward goes again: what waits for two is not let out by the one who voted.
    bert = w.one("SELECT id FROM person WHERE email = 'bert@x.org'")
    w.db.execute("DELETE FROM role WHERE person = ? AND role = 'steward'", (bert,))
    page = w.anna.get(REQUEST, as_json=True).json()
    check(page["needed"] == 2 and page["state"] == "in review" and "that stays" in page["needed_why"],
          "it never needs fewer again", page)
    w.db.execute("INSERT INTO role (event, person, role, since) VALUES ((SELECT id FROM event), ?, 'steward', 0)", (bert,))
    got = votes(w, w.bert, "bert@x.org")
    check(got.status == 200 and w.one("SELECT state FROM airlock_request") == "approved", "two votes let it out", got.text)


def second(w):
    said = w.invite("bert@x.org").json()["message"]
    check("/in/" not in said and "other than you" in said, "a second one waits for another's word", said)
    check(not w.is_steward("bert@x.org") and w.mailed("bert@x.org") is None, "and has neither role nor link")
    check(len(w.trail("steward named")) == 1, "the naming is in the trail")
    said = w.invite("bert@x.org", "mentor").json()["message"]
    check("/in/" not in said, "nor does another role show a link of theirs", said)
    page = w.boss.get(ROLES, as_json=True).json()["people"]
    check([p["waits"] for p in page if p["email"] == "bert@x.org" and p["role"] == "steward"] == [True],
          "the organiser reads that it waits")
    check(w.boss.get(STEWARDS).status == 403 and w.boss.post(STEWARDS + "/confirm", {"id": 2}).status == 403,
          "and cannot confirm it")
    today = w.anna.get("/e/heart/today", as_json=True).json()
    told = w.one("SELECT count(*) FROM outbox WHERE email = 'anna@x.org' AND subject LIKE '%your word'")
    check(STEWARDS in [n["href"] for n in [today["next"]] + today["also"]] and told == 1, "the steward is told", today)
    by_password(w, w.waits(w.anna)["bert@x.org"])
    w.bert, code = w.uses(w.mailed("bert@x.org"))
    w.password(w.bert)
    check(code == 303 and w.bert.get("/e/heart/data").status == 200, "who comes by the mailed link")
    got = w.trail("steward confirmed")
    check(len(got) == 1 and got[0][:3] == ("Anna", "bert@x.org", "named by Noa Boss") and got[0][3] > 0,
          "the trail names both", got)
    row = [s for s in w.anna.get(STEWARDS, as_json=True).json()["stewards"] if s["email"] == "bert@x.org"]
    check(row[0]["named"] == "Noa Boss" and row[0]["confirmed"] == "Anna", "so does the page", row)


def mailbox(w, n, ask):
    """Whoever reads a steward's mail comes by a link, and chooses a password."""
    told = lambda email: w.one("SELECT count(*) FROM outbox WHERE email = ? AND body LIKE '%without the password before%'", email)  # noqa: E731
    check(told("boss@x.org") == 1 and told("anna@x.org") == 1, "of a steward's first password the others are told too")
    got, page = w.confirm(w.anna, n), w.anna.get(ask).text
    check(got.status == 409 and "by a sign-in link" in got.text and "It counts for this from" in page and
          "<input id=\"password\"" not in page, "which confirms nobody for a day", got.text)
    w.db.execute("UPDATE person SET witness_from = 0 WHERE email = 'anna@x.org'")
    thief = w.comes("anna@x.org")
    thief.get("/account")
    code = thief.post("/account/password", {"password": "the thief's own words"}).status
    got = w.confirm(thief, n, "the thief's own words")
    check(code == 303 and got.status == 409 and "by a sign-in link" in got.text and not w.is_steward("bert@x.org"),
          "a mailbox is not enough to confirm a steward", (code, got.text))
    thief.get("/account")
    thief.post("/account/password", {"password": "other words of the thief", "present": "the thief's own words"})
    got = w.confirm(thief, n, "other words of the thief")
    check(got.status == 409, "nor is it when the password is changed once more", got.text)
    check(told("boss@x.org") == 2 and told("anna@x.org") == 2, "the organiser and the steward are told each time")
    check([t[2] for t in w.trail("password set")][-2:] == ["by a sign-in link, without the password before", ""],
          "the trail says how", w.trail("password set"))
    wait = w.one("SELECT witness_from FROM person WHERE email = 'anna@x.org'") - time.time()
    check(86000 < wait <= 86400, "it is a day", wait)
    w.anna = w.comes("anna@x.org")
    w.password(w.anna, days=2)


def by_password(w, n):
    """As a signature: whoever sits at a steward's open browser makes no second one."""
    ask = "%s/confirm?id=%d" % (STEWARDS, n)
    page = w.anna.get(ask)
    check(page.status == 200 and "have none yet" in page.text and "<input id=\"password\"" not in page.text and
          "Nothing has changed yet" in page.text, "before a word is given a question is asked", page.status)
    check(w.confirm(w.anna, n).status == 409 and not w.is_steward("bert@x.org"), "who has no password confirms nobody")
    w.password(w.anna, days=0)
    mailbox(w, n, ask)
    check("<input id=\"password\"" in w.anna.get(ask).text, "who has one is asked for it")
    got = w.confirm(w.anna, n, "")
    check(got.status == 422 and "password is needed" in got.text, "it is needed", got.text)
    w.anna.get(ask)
    got = w.anna.post(STEWARDS + "/confirm", {"id": n, "password": "not the password"})
    check(got.status == 422 and "This is not your password" in got.text and "value=\"%d\"" % n in got.text and
          "not the password" not in got.text and not w.is_steward("bert@x.org"),
          "a wrong one gives no right, and the question is asked again", got.status)
    check(w.confirm(w.anna, n).status == 200 and w.is_steward("bert@x.org"), "with it, the word makes the second")
    check(w.confirm(w.anna, n).status == 404 and w.anna.get(ask).status == 404, "once")


def questions(w):
    """Taking back and refusing ask first; asking changes nothing."""
    person = w.one("SELECT id FROM person WHERE email = 'anna@x.org'")
    ask = "/e/heart/roles/remove?person=%d&role=steward" % person
    page = w.boss.get(ask)
    check(page.status == 200 and "Anna" in page.text and "vote and sign no more" in page.text and "Not now" in page.text and
          w.is_steward("anna@x.org"), "who takes a role back is asked first, and told what comes of it", page.status)
    check(ask.replace("&", "&amp;") in w.boss.get(ROLES).text and "<form method=\"post\" class=\"inline\"" not in w.boss.get(ROLES).text,
          "the list has no button that takes at once")
    for gone in ("person=999&role=steward", "person=%d&role=juror" % person, "person=x&role=steward", ""):
        check(w.boss.get("/e/heart/roles/remove?" + gone).status == 404, "of nobody: %s" % gone)
    check(w.anna.get(ask).status == 403, "and organisers alone are")
    w.invite("doubt@x.org")
    n = w.waits(w.anna)["doubt@x.org"]
    page = w.anna.get("%s/refuse?id=%d" % (STEWARDS, n))
    check(page.status == 200 and "Refuse Doubt?" in page.text and "doubt@x.org" in w.waits(w.anna), "so is who refuses")
    check(w.anna.post(STEWARDS + "/refuse", {"id": n}).status == 303 and "doubt@x.org" not in w.waits(w.anna), "who then does")
    check(w.anna.get("%s/refuse?id=%d" % (STEWARDS, n)).status == 404, "once")


def one_way(w):
    """The page of roles, asked in JSON with whatever it reads: no steward but by naming and confirming."""
    who = {"name": "Way", "email": "way@x.org", "about": ""}
    for role, more in (("steward", {}), (" steward ", {}), ("STEWARD", {}), ("steward\u0000", {}),
                       ("data steward", {}), (["steward"], {}), (["juror", "steward"], {}),
                       ("steward", {"confirmed": True, "state": "confirmed", "person": 1, "waits": False})):
        w.boss.get(ROLES)
        w.boss.post(ROLES, dict(who, role=role, **more), as_json=True)
        check(not w.is_steward("way@x.org"), "no steward by JSON: role %r %s" % (role, sorted(more)))
    w.boss.ask("POST", ROLES, urllib.parse.urlencode([("csrf", w.boss.token), ("name", "Way"), ("email", "way@x.org"),
               ("about", ""), ("role", "juror"), ("role", "steward")]).encode(),
               {"Content-Type": "application/x-www-form-urlencoded", "Origin": w.house.site})
    check(not w.is_steward("way@x.org"), "nor by a form that says two roles")
    n = w.waits(w.anna)["way@x.org"]
    for body in ({"id": n}, {"id": n, "password": PASSWORD}):
        got = w.boss.post(STEWARDS + "/confirm", body, as_json=True)
        check(got.status == 403 and not w.is_steward("way@x.org"), "who names does not confirm by JSON either", got.text)
    person = w.one("SELECT id FROM person WHERE email = 'way@x.org'")
    for role in ("juror", "mentor", "organiser", "lead", "reviewer"):
        w.boss.get(ROLES)
        w.boss.post(ROLES + "/remove", {"person": person, "role": role}, as_json=True)
    bert = w.one("SELECT id FROM person WHERE email = 'bert@x.org'")
    got = w.bert.post(ROLES + "/remove", {"person": bert, "role": "steward"}, as_json=True)
    check("way@x.org" in w.waits(w.anna) and got.status == 403 and w.is_steward("bert@x.org"),
          "another role taken back withdraws no naming, and a steward takes nobody's", got.text)
    withdrawn(w, person, n)


def withdrawn(w, person, n):
    way = w.comes("way@x.org")
    w.house.cli("person", "add", "pat2@x.org", "Pat Two")
    w.db.execute("INSERT INTO programme (event, starts, ends, title) VALUES (1, ?, ?, 'Doors open')", (int(time.time()) + 600, int(time.time()) + 900))
    w.db.execute("UPDATE event SET phase = 'draft'")
    told = lambda: way.get("/e/heart/today", as_json=True).json()["next"]["why"]  # noqa: E731
    check("Noa Boss named you" in told() and "confirmed it" in told(), "who is named reads that they wait", told())
    got = w.boss.post(ROLES + "/remove", {"person": person, "role": "steward"}, as_json=True)
    check(got.status == 200 and w.trail("steward naming withdrawn")[-1][:2] == ("Noa Boss", "Way (way@x.org)"),
          "an organiser withdraws a naming, and the trail says whose", w.trail("steward naming withdrawn"))
    page = way.get("/e/heart/today")
    check(page.status == 200 and re.search("Noa Boss named you .* and then withdrew it on [^<]* UTC", page.text),
          "who was named reads by whom and when it was withdrawn, also in a draft", (page.status, told()))
    check("Doors open" not in page.text and way.get("/e/heart/programme").status == 403 and way.get("/e/heart/roles").status == 403,
          "and nothing else of it")
    check(w.comes("pat2@x.org").get("/e/heart/today").status == 404, "to anybody else a draft is not there")
    for word in "confirm", "refuse":
        page = w.anna.get("%s/%s?id=%d" % (STEWARDS, word, n))
        check(page.status == 404 and "Noa Boss withdrew the naming of Way on" in page.text,
              "a steward who comes late to %s reads it too" % word, page.text[-900:])
    check(w.confirm(w.anna, n).status == 404 and "withdrew the naming" in w.confirm(w.anna, n).text, "and confirms nothing")
    w.db.execute("UPDATE event SET phase = 'full'")


def own_word(w):
    """An organiser who is a steward too."""
    w.invite("boss@x.org")
    w.confirm(w.anna, w.waits(w.anna)["boss@x.org"])
    check(w.is_steward("boss@x.org"), "an organiser becomes a steward by a steward's word")
    w.invite("sham@x.org")
    n = w.waits(w.boss)["sham@x.org"]
    got = w.confirm(w.boss, n)
    check(got.status == 403 and not w.is_steward("sham@x.org"), "nobody confirms their own word", got.text)
    w.invite("anna@x.org", "organiser")
    w.anna.get(ROLES)
    w.invite("sham@x.org", by=w.anna)
    got = w.confirm(w.boss, n)
    check(got.status == 403, "also when another names them once more", got.status)
    check(w.bert.get(STEWARDS).status == 200 and w.bert.post(STEWARDS + "/refuse", {"id": n}).status == 303 and
          not w.is_steward("sham@x.org") and w.trail("steward refused"), "another steward refuses")


def second_organiser(w):
    """An organiser who is a steward makes another organiser of an address of their own, who names a third."""
    said = w.invite("other@x.org", "organiser").json()["message"]
    other, code = w.uses(re.search(r"(/in/\w+)", said).group(1))
    w.invite("doll@x.org", by=other)
    n = w.waits(w.boss)["doll@x.org"]
    got = w.confirm(w.boss, n)
    check(code == 303 and got.status == 403 and "organise this event" in got.text and not w.is_steward("doll@x.org"),
          "an organiser confirms nobody, whoever named them", (code, got.text))
    row = [x for x in w.boss.get(STEWARDS, as_json=True).json()["waiting"] if x["id"] == n]
    check(row and not row[0]["mine"] and not row[0]["can_confirm"] and "/stewards/confirm" not in w.boss.get(STEWARDS).text,
          "and is offered no button for it", row)
    person = w.one("SELECT id FROM person WHERE email = 'boss@x.org'")
    other.get(ROLES)
    other.post(ROLES + "/remove", {"person": person, "role": "organiser"})
    got = w.confirm(w.boss, n)
    check(w.boss.get(STEWARDS).status == 200 and got.status == 403 and not w.is_steward("doll@x.org"),
          "nor when that role was taken back before", got.text)
    w.invite("boss@x.org", "organiser", by=other)
    got = w.confirm(w.bert, n)
    check(got.status == 200 and w.is_steward("doll@x.org"), "a steward who never organised may", got.text)


def squatter(w):
    """Somebody opens the account of the steward to be, before the operator names them."""
    b = Browser(w.house)
    b.get("/join")
    code = b.post("/join", {"name": "Eyal", "email": "eyal@x.org", "password": PASSWORD}).status
    b.get("/sign-in")
    b.post("/sign-in", {"email": "eyal@x.org", "password": PASSWORD})
    inside = b.get("/account", as_json=True).status
    made, out, err = w.house.cli("person", "steward", "heart", "eyal@x.org")
    check((code, inside, made) == (303, 200, 0) and w.is_steward("eyal@x.org") and '"locked":true' in out.replace(" ", ""),
          "root names whom nobody has proven, and reads that the account was locked", (code, inside, out, err))
    check(b.get("/account", as_json=True).status == 401, "who opened it is out")
    c = Browser(w.house)
    c.get("/sign-in")
    got = c.post("/sign-in", {"email": "eyal@x.org", "password": PASSWORD}).status
    check(got == 422 and c.get("/e/heart/stewards").status != 200, "and their password opens nothing", got)
    d = w.comes("eyal@x.org")
    check(d.get("/e/heart/data").status == 200, "whose address it is comes by a link")


def seen_links(w):
    """The organiser makes an account first, by a link that they may see, and then a steward of it."""
    said = w.invite("puppet@x.org", "mentor").json()["message"]
    puppet, code = w.uses(re.search(r"(/in/\w+)", said).group(1))
    puppet.get("/account")
    puppet.post("/account/password", {"password": PASSWORD})
    said = w.invite("later@x.org", "mentor").json()["message"]
    kept = re.search(r"(/in/\w+)", said).group(1)
    for email in ("puppet@x.org", "later@x.org"):
        w.invite(email)
        w.confirm(w.bert, w.waits(w.bert)[email])
    check(w.is_steward("puppet@x.org") and puppet.get("/account", as_json=True).status == 401,
          "a sign-in by a link that was seen ends when its person becomes a steward", code)
    b = Browser(w.house)
    b.get("/sign-in")
    got = b.post("/sign-in", {"email": "puppet@x.org", "password": PASSWORD}).status
    check(got == 422, "so does the password", got)
    check(Browser(w.house).get(kept).status == 404, "and a link that was seen and kept")
    b, code = w.uses(w.mailed("puppet@x.org"))
    check(code == 303 and b.get("/e/heart/data").status == 200, "the mailed one opens")


def in_words(w):
    """Whoever reads the trail and did not write this program: names, not numbers; also of entries written long ago."""
    event, person = w.one("SELECT id FROM event"), w.one("SELECT id FROM person WHERE email = 'bert@x.org'")
    for action, about, detail in (("role taken", "steward", "person %d" % person),
                                  ("mentor assigned", "team 1", "person %d, clinical" % person),
                                  ("team changed", "team 1", "Almond"), ("workspace archived", "workspace 1 of team 1", ""),
                                  ("table counted", "team 1", "BLAKE2b " + HASH)):
        w.db.execute("INSERT INTO audit SELECT max(n) + 1, ?, 0, 'the server', ?, ?, ?, ?, zeroblob(32) FROM audit",
                     (int(time.time()), event, action, about, detail))
    for page in ("audit", "activity"):
        rows = w.boss.get("/e/heart/" + page, as_json=True).json()["entries"]
        told = {x["action"]: x for x in rows if x["name"] == "the server"}
        words = [(told[a]["title"], told[a]["about"], told[a]["more"]) for a in ("role taken", "mentor assigned", "workspace archived")]
        check(words == [("role taken back", "data steward", "Bert"), ("mentor assigned", "team 1", "Bert, clinical"),
                        ("workspace archived", "workspace 1 of Almond (team 1)", "")],
              "the page %s calls people and teams by name, a team as it was called then" % page, words)
        check("hid the small numbers and signed the table" in told["table counted"]["means"], "and says what was done")
        html = w.boss.get("/e/heart/" + page).text
        cells = re.findall('data-label="(?:On|More)">(?:<span>)?((?:person|application|event|project) [^<]*)', html)
        check(not cells and "hid the small numbers" in html, "no cell of it is a number of ours", cells)


def nobody_left(w):
    """Taking every steward away does not make the next one the first."""
    for email in ("anna", "bert", "boss", "doll", "puppet", "later", "eyal"):
        person = w.one("SELECT id FROM person WHERE email = ?", email + "@x.org")
        w.boss.get(ROLES)
        w.boss.post(ROLES + "/remove", {"person": person, "role": "steward"})
    check(w.one("SELECT count(*) FROM role WHERE role = 'steward'") == 0, "an organiser takes every steward away")
    taken = [t for t in w.trail("role taken back") if "anna@x.org" in t[2]]
    check(taken and taken[-1][1:3] == ("data steward", "from Anna (anna@x.org)"), "the trail names whom", taken)
    told = w.one("SELECT count(*) FROM outbox WHERE email = 'bert@x.org' AND subject LIKE '%Anna is no data steward any more'")
    check(told == 1, "and who is left is told by mail", told)
    page = w.comes("doll@x.org").get("/e/heart/today").text
    check("Noa Boss took the role back on" in page, "so is who was one")
    w.invite("sham@x.org")
    check(not w.is_steward("sham@x.org"), "and the next is not the first again")
    person = w.one("SELECT id FROM person WHERE email = 'sham@x.org'")
    got = w.boss.post(ROLES + "/remove", {"person": person, "role": "steward"})
    check(got.status == 303 and not w.one("SELECT 1 FROM steward_naming WHERE state = 'waiting'"), "a naming is taken back")
    code, out, err = w.house.cli("person", "steward", "heart", "anna@x.org")
    check(code == 0 and w.is_steward("anna@x.org"), "root on the server makes one", (out, err))
    check([t for t in w.trail("steward confirmed") if t[0].startswith("operator ") and t[3] > 0], "in the event's trail")
    for page in ("audit", "activity"):
        rows = [e for e in w.boss.get("/e/heart/" + page, as_json=True).json()["entries"] if e["action"] == "steward confirmed"]
        check(rows and rows[0]["name"].startswith("operator ") and rows[0]["person"] == 0 and
              "operator " in w.boss.get("/e/heart/" + page).text,
              "the page %s names who acted on the server itself" % page, rows[:1])
    check("operator " in w.boss.get("/e/heart/audit.csv").text, "so does the trail as CSV")
    in_words(w)
    check(w.house.cli("person", "steward", "moon", "anna@x.org")[0] == 1 and
          w.house.cli("person", "steward", "heart", "nobody@x.org")[0] == 1, "of an event and a person that are there")


def main():
    house = Portal()
    try:
        house.start()
        w = World(house)
        first(w)
        sealed_early(w)
        second(w)
        two_must_vote(w)
        questions(w)
        one_way(w)
        own_word(w)
        second_organiser(w)
        seen_links(w)
        squatter(w)
        nobody_left(w)
        check(house.stop() == 0, "it stops when told", house.log()[-800:])
    finally:
        house.clean()
    raise SystemExit(finish())


main()
