"""The real wardroom-portal when two stewards let the key of an event leave, with the keeper's house as
its warden and browser. Prints TAP.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from keeper_house import NOA, ORGANISER, STEWARD, STRANGER, begins, play  # noqa: E402
from tap import check, wait_for  # noqa: E402

PAGE, WORD = "/e/carmel/key", "a password to sign with"
SECOND = STRANGER


def post(h, what, who, **form):
    return h.http("POST", "%s/%s" % (PAGE, what), who, form)


def page(h, who=STEWARD):
    return h.http("GET", PAGE, who)[1]


def furnished(h):
    begins(h)
    h.db("UPDATE role SET role = 'steward' WHERE person = ?", SECOND)
    for who in (STEWARD, SECOND):
        h.http("POST", "/account/password", who, {"password": WORD})
    h.http("POST", "/account/password", ORGANISER, {"password": WORD})
    code, answer, _ = post(h, "ask", STEWARD, reason="A copy.", password=WORD)
    page = h.http("GET", PAGE, STEWARD, accept="text/html")[1]
    check(code == 409 and "by a sign-in link" in answer["detail"] and "by a sign-in link" in page and
          'name="password"' not in page, "a password that a mailbox was enough for asks for no key", answer)
    h.db("UPDATE person SET witness_from = 0")


def the_only_one(h):
    h.db("UPDATE role SET role = 'lead' WHERE person = ? AND role = 'steward'", SECOND)
    text = h.http("GET", PAGE, STEWARD, accept="text/html")[1]
    code, answer, _ = post(h, "ask", STEWARD, reason="A copy.", password=WORD)
    check(page(h)["alone"] and "only data steward" in text and 'name="reason"' not in text and code == 409 and
          "word of two" in answer["detail"], "an event's only steward cannot ask, and reads why", answer)
    h.db("UPDATE role SET role = 'steward' WHERE person = ? AND role = 'lead'", SECOND)
    check(not page(h)["alone"], "nor is alone when there are two")


def one_alone(h):
    ask = {"reason": "A copy for the safe.", "password": WORD}
    check(h.http("GET", PAGE, ORGANISER)[0] == 403 and post(h, "ask", ORGANISER, **ask)[0] == 403 and
          h.http("GET", PAGE, NOA)[0] == 403, "the page is the stewards' alone")
    check(post(h, "ask", STEWARD, **dict(ask, password="another one"))[0] == 422, "asking needs the password")
    check(post(h, "ask", STEWARD, **dict(ask, reason=" "))[0] == 422, "and a reason")
    check(post(h, "ask", STEWARD, **ask)[0] == 200 and page(h)["mine"], "one steward asks")
    check(post(h, "ask", SECOND, **ask)[0] == 409, "one request at a time")
    code, answer, _ = post(h, "agree", STEWARD, id=1, password=WORD)
    check(code == 409 and "another data steward" in answer["detail"], "and cannot agree alone", answer)
    h.db("UPDATE key_export SET asked = asked - 86400")
    code, answer, _ = post(h, "agree", SECOND, id=1, password=WORD)
    check(code == 409 and "within 24 hours" in answer["detail"] and page(h)["state"] == "late",
          "after a day nobody can agree any more", answer)
    check(post(h, "end", SECOND, id=1)[0] == 200 and page(h)["id"] == 0, "any steward ends it")
    check(not h.one("SELECT 1 FROM job WHERE kind = 'keys'"), "no job was made")


def ended(h):
    return h.one("SELECT ended FROM key_export WHERE id = 2")[0]


def both(h):
    post(h, "ask", STEWARD, reason="A copy for the safe.", password=WORD)
    check(post(h, "agree", SECOND, id=2, password="another one")[0] == 422, "agreeing needs the password")
    check(post(h, "agree", SECOND, id=9, password=WORD)[0] == 404, "and the request that is there")
    h.db("UPDATE role SET role = 'lead' WHERE person = ? AND role = 'steward'", STEWARD)
    code, answer, _ = post(h, "agree", SECOND, id=2, password=WORD)
    check(code == 409 and "no data steward" in answer["detail"], "not to one who is a steward no more", answer)
    h.db("UPDATE role SET role = 'steward' WHERE person = ? AND role = 'lead'", STEWARD)
    check(post(h, "agree", SECOND, id=2, password=WORD)[0] == 200, "the other steward agrees")
    check(post(h, "agree", SECOND, id=2, password=WORD)[0] == 409, "once")
    check(post(h, "end", STEWARD, id=2)[0] == 409, "nobody ends it while the curator writes")
    job = h.one("SELECT job FROM key_export WHERE id = 2")[0]
    check(wait_for(lambda: h.specs.get(job) == {"event": 1, "export": 2, "remove": False}), "the curator is asked", h.specs)
    h.job_ends(job, {"ok": True, "folder": "/srv/keys/shares-1-2"})
    check(wait_for(lambda: page(h)["state"] == "written") and page(h)["folder"] == "/srv/keys/shares-1-2",
          "the page says where the shares lie", page(h))
    code, text, _ = h.http("GET", PAGE, SECOND, accept="text/html")
    check(code == 200 and "shares-1-2" in text and "remove them" in text, "in words too")
    check(post(h, "end", SECOND, id=2)[0] == 200, "handed over")
    job += 1
    check(wait_for(lambda: h.specs.get(job) == {"event": 1, "export": 2, "remove": True}), "they are removed", h.specs)
    check(page(h)["state"] == "removing" and not ended(h), "which is not said before it is done", page(h))
    check(post(h, "end", SECOND, id=2)[0] == 409, "nor asked twice")
    h.job_ends(job, {"ok": False, "error": "The folder of keys is not there."})
    check(wait_for(lambda: page(h)["state"] == "left") and "is not there" in page(h)["error"] and not ended(h),
          "shares that could not be removed are not called removed", page(h))
    check(post(h, "end", SECOND, id=2)[0] == 200, "it can be tried again")
    job += 1
    check(wait_for(lambda: job in h.specs), "they are removed", h.specs)
    h.job_ends(job, {"ok": True, "folder": "/srv/keys/shares-1-2"})
    check(wait_for(lambda: page(h)["id"] == 0 and ended(h)), "then it is over", page(h))
    trail = [a for a, in h.db("SELECT action FROM audit WHERE action LIKE 'key %' ORDER BY n")]
    check(trail == ["key export asked", "key export ended", "key export asked", "key export agreed",
                    "key shares to be removed", "key shares not removed", "key shares to be removed", "key export ended"],
          "the audit trail tells all of it", trail)


if __name__ == "__main__":
    raise SystemExit(play(furnished, the_only_one, one_alone, both))
