"""An organiser tries to be two data stewards, against the real wardroom-portal. Prints TAP."""
import os
import re
import sqlite3
import sys
import time

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
    given = [t for t in w.trail("role given") if "the event's first" in t[2]]
    check(given and given[0][1] == "data steward", "the trail says that they are the first, in words", given)
    w.invite("lena@x.org", "lead")
    page = w.boss.get(ROLES).text
    check('<span class="tag">data steward</span>' in page and '<span class="tag">project lead</span>' in page and
          '<option value="lead">project lead</option>' in page, "lists and forms call a role alike",
          re.findall('class="tag">[^<]*', page))
    check(w.one("SELECT count(*) FROM outbox WHERE email = 'lena@x.org' AND body LIKE '%as project lead.%'") == 1,
          "so does the invitation")


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
    check(today["next"]["href"] == STEWARDS and told == 1, "the steward is told", today["next"])
    n = w.waits(w.anna)["bert@x.org"]
    w.anna.get(STEWARDS)
    check(w.anna.post(STEWARDS + "/confirm", {"id": n}, as_json=True).status == 200 and w.is_steward("bert@x.org"),
          "whose word makes the second")
    check(w.anna.post(STEWARDS + "/confirm", {"id": n}, as_json=True).status == 404, "once")
    w.bert, code = w.uses(w.mailed("bert@x.org"))
    check(code == 303 and w.bert.get("/e/heart/data").status == 200, "who comes by the mailed link")
    got = w.trail("steward confirmed")
    check(len(got) == 1 and got[0][:3] == ("Anna", "bert@x.org", "named by Noa Boss") and got[0][3] > 0,
          "the trail names both", got)
    row = [s for s in w.anna.get(STEWARDS, as_json=True).json()["stewards"] if s["email"] == "bert@x.org"]
    check(row[0]["named"] == "Noa Boss" and row[0]["confirmed"] == "Anna", "so does the page", row)


def own_word(w):
    """An organiser who is a steward too."""
    w.invite("boss@x.org")
    w.anna.post(STEWARDS + "/confirm", {"id": w.waits(w.anna)["boss@x.org"]})
    check(w.is_steward("boss@x.org"), "an organiser becomes a steward by a steward's word")
    w.invite("sham@x.org")
    n = w.waits(w.boss)["sham@x.org"]
    w.boss.get(STEWARDS)
    got = w.boss.post(STEWARDS + "/confirm", {"id": n}, as_json=True)
    check(got.status == 403 and not w.is_steward("sham@x.org"), "nobody confirms their own word", got.text)
    w.invite("anna@x.org", "organiser")
    w.anna.get(ROLES)
    w.invite("sham@x.org", by=w.anna)
    got = w.boss.post(STEWARDS + "/confirm", {"id": n}, as_json=True)
    check(got.status == 403, "also when another names them once more", got.status)
    check(w.bert.get(STEWARDS).status == 200 and w.bert.post(STEWARDS + "/refuse", {"id": n}).status == 303 and
          not w.is_steward("sham@x.org") and w.trail("steward refused"), "another steward refuses")


def second_organiser(w):
    """An organiser who is a steward makes another organiser of an address of their own, who names a third."""
    said = w.invite("other@x.org", "organiser").json()["message"]
    other, code = w.uses(re.search(r"(/in/\w+)", said).group(1))
    w.invite("doll@x.org", by=other)
    n = w.waits(w.boss)["doll@x.org"]
    w.boss.get(STEWARDS)
    got = w.boss.post(STEWARDS + "/confirm", {"id": n}, as_json=True)
    check(code == 303 and got.status == 403 and "organise this event" in got.text and not w.is_steward("doll@x.org"),
          "an organiser confirms nobody, whoever named them", (code, got.text))
    row = [x for x in w.boss.get(STEWARDS, as_json=True).json()["waiting"] if x["id"] == n]
    check(row and not row[0]["mine"] and not row[0]["can_confirm"] and "/stewards/confirm" not in w.boss.get(STEWARDS).text,
          "and is offered no button for it", row)
    person = w.one("SELECT id FROM person WHERE email = 'boss@x.org'")
    other.get(ROLES)
    other.post(ROLES + "/remove", {"person": person, "role": "organiser"})
    got = w.boss.post(STEWARDS + "/confirm", {"id": n}, as_json=True)
    check(w.boss.get(STEWARDS).status == 200 and got.status == 403 and not w.is_steward("doll@x.org"),
          "nor when that role was taken back before", got.text)
    w.invite("boss@x.org", "organiser", by=other)
    w.bert.get(STEWARDS)
    got = w.bert.post(STEWARDS + "/confirm", {"id": n}, as_json=True)
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
        w.bert.get(STEWARDS)
        w.bert.post(STEWARDS + "/confirm", {"id": w.waits(w.bert)[email]})
    check(w.is_steward("puppet@x.org") and puppet.get("/account", as_json=True).status == 401,
          "a sign-in by a link that was seen ends when its person becomes a steward", code)
    b = Browser(w.house)
    b.get("/sign-in")
    got = b.post("/sign-in", {"email": "puppet@x.org", "password": PASSWORD}).status
    check(got == 422, "so does the password", got)
    check(Browser(w.house).get(kept).status == 404, "and a link that was seen and kept")
    b, code = w.uses(w.mailed("puppet@x.org"))
    check(code == 303 and b.get("/e/heart/data").status == 200, "the mailed one opens")


def nobody_left(w):
    """Taking every steward away does not make the next one the first."""
    for email in ("anna", "bert", "boss", "doll", "puppet", "later", "eyal"):
        person = w.one("SELECT id FROM person WHERE email = ?", email + "@x.org")
        w.boss.get(ROLES)
        w.boss.post(ROLES + "/remove", {"person": person, "role": "steward"})
    check(w.one("SELECT count(*) FROM role WHERE role = 'steward'") == 0, "an organiser takes every steward away")
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
    check(w.house.cli("person", "steward", "moon", "anna@x.org")[0] == 1 and
          w.house.cli("person", "steward", "heart", "nobody@x.org")[0] == 1, "of an event and a person that are there")


def main():
    house = Portal()
    try:
        house.start()
        w = World(house)
        first(w)
        second(w)
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
