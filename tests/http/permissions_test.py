"""Attempts to do what one may not, against the real wardroom-portal. Prints TAP.

Two events with the same cast of parts; most attempts use a right in the one on things of the other,
or one that was taken back. Nothing but the standard library.
"""
import os
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from portal_house import Browser, Portal, check, finish  # noqa: E402

PHASES = ["draft", "call", "applications", "selection", "teams", "setup", "sample", "full",
          "presentations", "final", "closed"]
NOW = int(time.time())
EVENTS = {1: "heart", 2: "lung"}
ROLES = ["organiser", "steward", "lead", "mentor", "participant", "juror", "reviewer"]


class World:
    """Each event has a person for every role, one project and two teams. Ids: event * 10 + n."""

    def __init__(self, house):
        self.house = house
        self.db = sqlite3.connect(house.database, timeout=10, isolation_level=None)
        self.people = {}
        for event, slug in EVENTS.items():
            self.event(event, slug)

    def run(self, sql, *values):
        return self.db.execute(sql, values)

    def one(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        return row[0] if row and len(row) == 1 else row

    def person(self, name, event=None, *roles):
        email = name + "@x.org"
        self.house.cli("person", "add", email, name.capitalize())
        self.people[name] = self.one("SELECT id FROM person WHERE email = ?", email)
        for role in roles:
            self.run("INSERT INTO role (event, person, role, since) VALUES (?, ?, ?, ?)", event,
                     self.people[name], role, NOW)
        return self.people[name]

    def event(self, event, slug):
        run = self.run
        run("INSERT INTO event (id, slug, name, place, mode, starts, ends, seats, about, rules,"
            " kinds, created) VALUES (?, ?, ?, 'Here', 'hybrid', ?, ?, 50, 'about', 'rules',"
            " 'hearts', ?)", event, slug, slug.capitalize() + " days", NOW, NOW + 86400, NOW)
        for i, phase in enumerate(PHASES):
            run("INSERT INTO phase (event, phase, starts) VALUES (?, ?, ?)", event, phase,
                NOW + i * 3600)
        for role in ROLES:
            self.person("%s.%s" % (role, slug), event, role)
        run("INSERT INTO project (id, event, slug, title, question, variables, lead, task,"
            " ethics_number, ethics_committee, ethics_expires, state, created) VALUES (?, ?, 'p',"
            " 'Project', 'why?', 'x', ?, 'binary', 'E1', 'Board', ?, 'accepted', ?)", event * 10,
            event, self.people["lead." + slug], NOW + 10**7, NOW)
        for n in (1, 2):
            team = event * 10 + n
            run("INSERT INTO team (id, event, project, number, name, made) VALUES"
                " (?, ?, ?, ?, ?, ?)", team, event, event * 10, n, "Team %d" % n, NOW)
            run("INSERT INTO workspace (id, team) VALUES (?, ?)", team, team)
        run("INSERT INTO member (team, person, slot, login, since) VALUES (?, ?, 0, 'pat', ?)",
            event * 10 + 1, self.people["participant." + slug], NOW)
        run("INSERT INTO mentor (team, person, kind) VALUES (?, ?, 'clinical')", event * 10 + 1,
            self.people["mentor." + slug])
        run("INSERT INTO agreement (event, version, title, body, hash, made) VALUES (?, 1,"
            " 'Agreement', 'Nothing leaves.', ?, ?)", event, "h%d" % event, NOW)

    def phase(self, event, phase):
        self.run("UPDATE event SET phase = ? WHERE id = ?", phase, event)

    def browser(self, name):
        return Browser(self.house).sign_in(name + "@x.org")


def joined(house, name, email=None):
    """A browser of somebody who opened an account, with nobody looking whose address that is."""
    b = Browser(house)
    b.get("/join")
    answer = b.post("/join", {"name": name.capitalize(), "email": email or name + "@x.org",
                              "password": "correct horse battery"})
    assert answer.status == 303, answer.text
    b.get("/account")
    return b


def by_password(house, email, password="correct horse battery"):
    b = Browser(house)
    b.get("/sign-in")
    return b, b.post("/sign-in", {"email": email, "password": password})


def invite(b, email, role="mentor", name="Somebody"):
    b.get("/e/heart/roles")
    return b.post("/e/heart/roles", {"name": name, "email": email, "role": role, "about": ""},
                  as_json=True)


def invitations(w):
    w.phase(1, "call")
    o = w.browser("organiser.heart")
    new = invite(o, "newcomer@x.org", "juror").json()["message"]
    check("/in/" in new, "a newcomer's link may be handed over", new)
    again = invite(o, "newcomer@x.org", "reviewer").json()["message"]
    check("/in/" in again, "and again while they have not come", again)
    w.house.cli("person", "add", "root@x.org", "Root", "--admin")
    for email, who in [("root@x.org", "an administrator"),
                       ("steward.lung@x.org", "another event's steward")]:
        said = invite(o, email).json()["message"]
        check("/in/" not in said, "an invitation gives nobody the way in of " + who, said)
    w.browser("juror.heart")
    said = invite(o, "juror.heart@x.org").json()["message"]
    check("/in/" not in said, "nor that of a juror who has been here", said)
    squatter = joined(w.house, "dr.known")
    check(squatter.get("/account").status == 200, "anybody can open an account on any address")
    said = invite(o, "dr.known@x.org", "steward").json()["message"]
    check("/in/" not in said and "proven" in said, "an unproven address is told of", said)
    check(squatter.get("/e/heart/data", as_json=True).status == 401,
          "who opened it is out when its owner is invited")
    _, answer = by_password(w.house, "dr.known@x.org")
    check(answer.status == 422, "and the password is none any more", answer.status)
    owner = w.browser("dr.known")
    check(owner.get("/e/heart/data").status == 200, "the owner of the address comes in by the link")
    owner.post("/account/password", {"password": "another horse battery"})
    invite(o, "dr.known@x.org", "mentor")
    check(owner.get("/e/heart/data").status == 200, "a proven account is left alone")


def accounts(w):
    b = joined(w.house, "anna")
    other, answer = by_password(w.house, "anna@x.org")
    check(answer.status == 303 and other.get("/account").status == 200, "a password signs in")
    old = dict(b.cookies)
    b.post("/account/password", {"password": "yet another horse"})
    check(b.get("/account").status == 200 and other.get("/account", as_json=True).status == 401,
          "a new password ends the other sign-ins")
    _, answer = by_password(w.house, "anna@x.org", "yet another horse")
    check(answer.status == 303, "and is the one that counts", answer.status)
    b.sign_in("anna@x.org")
    stale = Browser(w.house)
    stale.cookies = old
    check(stale.get("/account", as_json=True).status == 401,
          "who signs in anew leaves no open sign-in behind")
    v = Browser(w.house)
    v.get("/sign-in")
    for _ in range(9):
        v.post("/sign-in/link", {"email": "anna@x.org"})
    n = w.one("SELECT count(*) FROM outbox WHERE email = 'anna@x.org' AND subject LIKE '%link'")
    check(n == 4, "nobody's mailbox is flooded with links", n)
    deep = Browser(w.house).get("/e/heart/applications/1%0d%0aSet-Cookie:%20a=b")
    check(deep.status in (303, 404) and not [c for c in deep.cookies if c.startswith("a=")] and
          (deep.status == 404 or "%0D%0A" in (deep.location or "")),
          "an address cannot add headers", (deep.status, deep.location))
    away = [v.get("/sign-in?next=" + n).text for n in
            ("//evil.example", "/%5cevil.example", "https://evil.example", "/%09/evil.example")]
    check(not [t for t in away if "evil" in t], "signing in leads nowhere else")


def crowd_at_the_door(w):
    """Passwords take long; pages must not wait for them."""
    done = []

    def knock():
        done.append(by_password(w.house, "nobody@x.org", "x" * 20)[1].status)
    crowd = [threading.Thread(target=knock) for _ in range(40)]
    for t in crowd:
        t.start()
    time.sleep(0.5)
    began = time.monotonic()
    Browser(w.house).get("/policy")
    took = time.monotonic() - began
    for t in crowd:
        t.join()
    check(took < 1.0, "a crowd that signs in holds up nobody who reads", "%.2f s" % took)
    check(set(done) <= {422, 503}, "and each gets an answer", sorted(set(done)))


def drafts(w):
    w.phase(2, "draft")
    for name in ("visitor", "organiser.heart"):
        b = w.browser(name) if "." in name else Browser(w.house)
        got = [b.get("/e/lung" + t) for t in ("", "/today", "/apply", "/programme", "/audit")]
        check([g.status for g in got] == [404] * 5 and not [g for g in got if "Lung" in g.text],
              "a draft is not there for " + name, [g.status for g in got])
    check(w.browser("juror.lung").get("/e/lung/today").status == 200, "but for those in it")
    w.phase(2, "full")


def belonging(w):
    """A lead who takes part in another team; a mentor whose role was taken back."""
    w.phase(1, "full")
    person = w.people["lead.heart"]
    w.run("INSERT INTO role (event, person, role, since) VALUES (1, ?, 'participant', ?)", person, NOW)
    w.run("INSERT INTO member (team, person, slot, login, since) VALUES (12, ?, 0, 'le', ?)", person, NOW)
    b = w.browser("lead.heart")
    mine, other = "/e/heart/teams/2/presentation", "/e/heart/teams/1/presentation"
    check(b.get(other).status == 200, "a lead reads what the project's teams write")
    check(b.post(mine, {"title": "Ours"}).status == 303, "and writes for the own team")
    check(b.post(other, {"title": "Theirs"}).status == 403, "and for no other")
    m = w.browser("mentor.heart")
    w.run("INSERT INTO role (event, person, role, since) VALUES (1, ?, 'participant', ?)",
          w.people["mentor.heart"], NOW)
    check(m.post(other, {"title": "Mine"}).status == 403, "a mentor who takes part writes for none")
    o = w.browser("organiser.heart")
    o.get("/e/heart/roles")
    taken = o.post("/e/heart/roles/remove", {"person": w.people["mentor.heart"], "role": "mentor"})
    got = [m.get("/e/heart/teams/1" + t, as_json=True).status for t in ("", "/submissions", "/workspace")]
    check(taken.status == 303 and got == [403] * 3, "what was a mentor's is not, with the role", got)


def other_events(w):
    """Rights in one event, things of the other."""
    for event in EVENTS:
        w.phase(event, "setup")
    o, s, p = (w.browser(n + ".heart") for n in ("organiser", "steward", "participant"))
    w.run("INSERT INTO application (id, event, person, state, started, saved) VALUES"
          " (21, 2, ?, 'submitted', ?, ?)", w.people["participant.lung"], NOW, NOW)
    w.run("INSERT INTO programme (id, event, starts, ends, title) VALUES (21, 2, ?, ?, 'Talk')", NOW, NOW)
    for b in (o, s, p):
        b.get("/account")
    tries = [
        (o, "/e/heart/applications/21", {"note": "x"}),
        (o, "/e/heart/teams/move", {"person": w.people["participant.lung"], "team": 1}),
        (o, "/e/heart/teams/1/mentors", {"person": w.people["mentor.lung"], "kind": "clinical"}),
        (o, "/e/heart/roles/remove", {"person": w.people["juror.lung"], "role": "juror"}),
        (o, "/e/heart/workspaces/21/close", {}), (s, "/e/heart/workspaces/21/reopen", {}),
        (o, "/e/lung/workspaces/21/close", {}), (s, "/e/lung/data/p/release", {}),
        (o, "/e/lung/phases/move", {"phase": "full"}), (p, "/e/lung/teams/1/enter", {}),
        (p, "/e/heart/teams/2/enter", {}), (o, "/e/heart/agreement", {
            "name": "Organiser.heart", "hash": "h2", "agree": "yes"}),
        (o, "/e/lung/agreement", {"name": "Organiser.heart", "hash": "h2", "agree": "yes"}),
        (p, "/e/heart/agreement", {"name": "Somebody", "hash": "h1", "agree": "yes"}),
    ]
    got = [(t, b.post(t, f, as_json=True).status) for b, t, f in tries]
    check(not [g for g in got if g[1] not in (403, 404, 409, 422)],
          "a right in one event is none in another", [g for g in got if g[1] < 400])
    o.post("/e/heart/programme/remove", {"id": 21})
    left = (w.one("SELECT note FROM application WHERE id = 21"),
            w.one("SELECT count(*) FROM programme WHERE id = 21"),
            w.one("SELECT count(*) FROM member WHERE person = ? AND team < 20",
                  w.people["participant.lung"]),
            w.one("SELECT count(*) FROM mentor WHERE person = ? AND team < 20",
                  w.people["mentor.lung"]),
            w.one("SELECT count(*) FROM signature"))
    check(left == ("", 1, 0, 0, 0), "and leaves everything as it was", left)


def main():
    house = Portal()
    try:
        house.start()
        w = World(house)
        invitations(w)
        accounts(w)
        crowd_at_the_door(w)
        drafts(w)
        other_events(w)
        belonging(w)
        check(house.stop() == 0, "it stops when told", house.log()[-800:])
        check("level=error" not in house.log(), "no error was logged", [
            line for line in house.log().splitlines() if "level=error" in line][:3])
    finally:
        house.clean()
    finish()


main()
