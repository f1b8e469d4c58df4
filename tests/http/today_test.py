"""What waits for a data steward is on their Today, all of it, against the real wardroom-portal with the
keeper's house around it. Prints TAP.
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from keeper_house import NOA, ORGANISER, STEWARD, STRANGER, begins, play  # noqa: E402
from tap import check  # noqa: E402

E, WORD, SECOND = "/e/carmel", "a password to sign with", STRANGER
REQUEST, HASH = E + "/teams/1/airlock/1", "ab" * 32


def today(h, who):
    """(title, why, href) of all that waits, the most pressing first."""
    v = h.http("GET", E + "/today", who)[1]
    return [(n["title"], n["why"], n["href"]) for n in [v["next"]] + v["also"] if n["due"]]


def furnished(h):
    begins(h)
    h.db("UPDATE role SET role = 'steward' WHERE person = ?", SECOND)
    h.db("UPDATE event SET phase = 'sample'")
    h.http("POST", "/account/password", STEWARD, {"password": WORD})
    h.db("UPDATE person SET witness_from = 0")


def key(h):
    before = today(h, SECOND)
    check("/key" not in str(before), "nobody asks for the key yet", before)
    h.http("POST", E + "/key/ask", STEWARD, {"reason": "A copy for the safe.", "password": WORD})
    got = today(h, SECOND)
    check(got[0][2] == E + "/key" and "Eyal asks" in got[0][0] and "24 hours" in got[0][1] and
          E + "/data" in [n[2] for n in got[1:]],
          "another steward's request for the key stands first, and hides nothing", got)
    check(E + "/key" not in [n[2] for n in today(h, STEWARD)] and "key" not in str(today(h, ORGANISER)),
          "who asked is not told to agree, nor is an organiser")
    html = h.http("GET", E + "/today", SECOND, accept="text/html")[1]
    check("Eyal asks for" in html and "Also waits for you" in html, "the page says it too")
    h.db("UPDATE key_export SET asked = asked - 86400")
    check("Nobody agreed" in today(h, SECOND)[0][0] and "Nobody agreed" in today(h, STEWARD)[0][0],
          "after a day it is to be ended", today(h, SECOND)[0])


def named(h):
    h.db("INSERT INTO steward_naming (event, person, named_by, named_name, named) VALUES (1, ?, 1, 'Maya', 0)", NOA)
    got = [n[2] for n in today(h, SECOND)]
    check(got[:2] == [E + "/key", E + "/stewards"] and E + "/data" in got, "a new steward waits beside it", got)
    html = h.http("GET", E + "/data", SECOND, accept="text/html")[1]
    check('href="%s/stewards"' % E in html, "the stewards' page is in their menu")
    check('href="%s/stewards"' % E not in h.http("GET", E + "/teams", ORGANISER, accept="text/html")[1],
          "and in nobody else's")


def vote(h, who, leaves, comment=""):
    h.db("INSERT INTO airlock_sight (token, file, digest, person, session, expires, used) VALUES (randomblob(32), 1, ?,"
         " ?, ?, 0, 1)", HASH, who, who)
    form = {"files": "1:" + HASH, "otherwise": "return", "comment": comment}
    return h.http("POST", REQUEST + "/vote", who, dict(form, leave="1:" + HASH) if leaves else form)


def listed(h, who=STEWARD):
    return h.http("GET", E + "/airlock", who)[1]


def tie(h):
    now = int(time.time())
    h.db("INSERT INTO airlock_request (id, event, team, author, number, version, state, needed, made, since) VALUES"
         " (1, 1, 1, 2, 1, 1, 'in review', 2, ?, ?)", now - 7200, now - 7200)
    h.db("INSERT INTO airlock_file (request, name, role, spool, bytes, hash, kind, verdict, clean_bytes, clean_hash,"
         " added) VALUES (1, 't.csv', 'output', 77, 9, 'h', 'csv', 'pass', 9, ?, 0)", HASH)
    check(any("waits for your vote" in n[0] or "for your vote" in n[0] for n in today(h, SECOND)), "a vote waits")
    got = vote(h, STEWARD, True)
    check(got[0] == 200, "one says that it may leave", got)
    check("differ" not in str(today(h, ORGANISER)) and "differ" not in str(today(h, SECOND)), "which is no tie yet")
    got = vote(h, SECOND, False, "Round it.")
    check(got[0] == 200, "the other that it is to be mended", got)
    for who in (STEWARD, SECOND):
        got = [n for n in today(h, who) if n[2] == REQUEST]
        check(got and "differ on request 1 of Team 1" in got[0][0] and "nobody else may vote" in got[0][1],
              "the tie is on Today of %d" % who, today(h, who))
    got = [n for n in today(h, ORGANISER) if n[2] == E + "/roles"]
    check(got and "differ" in got[0][0] and "names another data steward" in got[0][1], "and on the organiser's", got)
    v = listed(h)
    check(v["differ"] == 1 and "differ" in v["headline"] and v["requests"][0]["differ"] and
          "withdraws the request and mends it" in v["requests"][0]["word"], "the list says it in words", v)
    page = h.http("GET", REQUEST, STEWARD)[1]
    check("Nobody else may vote" in page["explanation"], "so does the request", page["explanation"])
    h.db("INSERT INTO role (event, person, role, since) VALUES (1, ?, 'steward', 0)", ORGANISER)
    got = [n for n in today(h, STEWARD) if n[2] == REQUEST]
    check("another steward votes" in got[0][1] and "another steward votes" in listed(h)["requests"][0]["word"],
          "with a third steward it says that they may", got)
    got = [n for n in today(h, ORGANISER) if "differ" in n[0]]
    check([n[2] for n in got] == [REQUEST], "who is both reads it once, and may vote", got)
    got = vote(h, ORGANISER, False, "I agree.")
    check(h.one("SELECT state FROM airlock_request")[0] == "returned" and "differ" not in str(today(h, STEWARD)),
          "the third vote decides, and it is gone from Today", got)


def one_was_enough(h):
    h.db("UPDATE airlock_request SET state = 'in review', needed = 1, version = 2")
    page = h.http("GET", REQUEST, STEWARD)[1]
    words = "sealed when 1 vote was enough"
    check(words in page["needed_why"] and "now it needs 2" in page["needed_why"] and page["needed"] == 2,
          "a request that was sealed for one steward says why two must vote now", page["needed_why"])
    check(words in h.http("GET", REQUEST, NOA, accept="text/html")[1] and
          words in h.http("GET", E + "/airlock", STEWARD, accept="text/html")[1], "on its page and in the list")
    h.db("UPDATE airlock_request SET needed = 2")
    check(h.http("GET", REQUEST, STEWARD)[1]["needed_why"] == "", "and nothing when it needs as many as today")
    h.db("INSERT INTO airlock_rule (event, reviewers) VALUES (1, 1)")
    page = h.http("GET", REQUEST, STEWARD)[1]
    check(page["needed"] == 2 and "2 votes were needed, and that stays" in page["needed_why"],
          "it never needs fewer than at its sealing", page["needed_why"])


if __name__ == "__main__":
    raise SystemExit(play(furnished, key, named, tie, one_was_enough))
