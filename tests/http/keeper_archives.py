"""Archives, as part of keeper_test.py: ordered, refused, tried again, given up; and what they hold back."""
import json
import os
import time

from tap import check, wait_for

OK, E_ABSENT, E_CONFLICT, E_BUSY, PW_WS_DESTROY = 0, 4, 5, 6, 6
ORGANISER, NOA, STEWARD = 1, 2, 5


def archive_answer(h, ws, m):
    """(status, value, text) of the warden for a struct pw_archive, once h.archive_may is set."""
    h.orders.append((ws, m[16:80].rstrip(b"\0").decode(), m[88:104], m[104:136]))
    h.archive_may.wait(20)
    if h.refuse_archive:
        return h.refuse_archive[0], 0, h.refuse_archive[1]
    os.makedirs(h.state + "/archive", exist_ok=True)
    with open("%s/archive/%d.json" % (h.state, ws), "w") as f:
        json.dump({"bytes": 5000 + ws, "blake2b": "%064x" % ws, "files": 3, "folders": 2, "links": 1, "left": 1,
                   "content": 99, "made": 1, "label": "x"}, f)
    return OK, 5000 + ws, b""


def try_answer(h, ws, m):
    """The same for a struct pw_try."""
    h.trials.append((ws, m[16:48]))
    h.archive_may.wait(20)
    return (E_CONFLICT, 0, b"The archive is cut off.") if h.refuse_trial == ws else (OK, 99, b"")


ARCHIVES = "/e/carmel/archives"
WORD = "a password to sign with"  # the steward's, since keeper_test.py has signed
PASSPHRASE = "four words, and a number: 7"


def archived(h):
    return {r["team"]: (r["state"], r["words"]) for r in h.http("GET", ARCHIVES, STEWARD)[1]["rooms"]}


def archives_made(h):
    """The event is in its final, both workspaces are closed. In the end team 1 has an archive and team 2 none."""
    twice = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    check(h.http("POST", ARCHIVES, ORGANISER, twice)[0] == 403, "an organiser archives nothing")
    check(h.http("GET", ARCHIVES, NOA)[0] == 403, "a participant sees no archives")
    check(h.http("POST", ARCHIVES + "/rest", STEWARD, {})[0] == 404, "there is no archive without a passphrase")
    code, page, _ = h.http("POST", ARCHIVES, STEWARD, {"passphrase": "too short", "again": "too short"})
    check(code == 422 or code == 400, "a short passphrase is refused", (code, page))
    code, page, _ = h.http("POST", ARCHIVES, STEWARD, {"passphrase": PASSPHRASE, "again": PASSPHRASE + "8"})
    check(code in (400, 422) and "not the same" in str(page), "two that differ are refused", (code, page))
    check(archived(h) == {1: ("none", ""), 2: ("none", "")} and not h.orders, "nothing was ordered yet", archived(h))
    _, page, _ = h.http("GET", "/e/carmel/phases/move?phase=closed", ORGANISER)
    check("2 of 2 workspaces have no archive" in str(page), "who closes the event reads what is lost", page)
    code, page, _ = h.http("GET", "/e/carmel/today", STEWARD)
    check("Archive what teams made" in str(page), "it is the steward's next thing", page)
    check(h.http("POST", ARCHIVES, STEWARD, twice)[0] == 200 and wait_for(
        lambda: archived(h) == {1: ("done", ""), 2: ("done", "")}), "archives are made", archived(h))
    check([o[:2] for o in h.orders] == [(1, "carmel-team-1"), (2, "carmel-team-2")], "one after another", h.orders)
    check(h.orders[0][2:] == h.orders[1][2:], "under one key")
    check(h.one("SELECT detail FROM audit WHERE action = 'workspace archived'")[0] ==
          "5001 bytes, BLAKE2b %064x; 3 files, 1 things left out" % 1, "with a record")
    row = h.http("GET", ARCHIVES, STEWARD)[1]["rooms"][0]
    check((row["bytes"], row["files"], row["hash"]) == (5001, 3, "%064x" % 1), "and a page shows size and hash", row)
    mark = h.orders[0][3][:4].hex()
    mark = mark[:4] + " " + mark[4:]
    page = h.http("GET", ARCHIVES, STEWARD)[1]
    check((page["key_mark"], [(r["mark"], r["other_key"]) for r in page["rooms"]]) == (mark, [(mark, False)] * 2) and
          page["rooms"][0]["key_made"] == page["key_made"], "and to which key it is sealed, by its first bytes", page)
    check([(k["mark"], k["teams"], k["present"]) for k in page["keys"]] == [(mark, "Team 1, Team 2", True)],
          "which is the one key to try", page["keys"])
    opened_on_trial(h)
    two_passphrases(h, mark)
    check(h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE + "!"})[0] in (400, 422), "a wrong one is told")
    check(h.http("POST", ARCHIVES + "/rest", STEWARD, {})[0] == 409, "nothing is archived twice for nothing")
    # Work goes on: what is made is old, what is not made yet is not forgotten.
    h.db("UPDATE archive SET state = 'failed' WHERE workspace = 2")
    h.db("UPDATE workspace SET stage = 'full' WHERE id IN (1, 2)")
    h.db("UPDATE workspace SET state = 'open' WHERE id IN (1, 2)")
    states = dict(h.db("SELECT workspace, state FROM archive"))
    check(states == {1: "old", 2: "failed"}, "an order outlives that work goes on", states)
    h.db("UPDATE workspace SET stage = 'frozen' WHERE id IN (1, 2)")
    h.db("UPDATE archive SET state = 'done'")
    where = [p for root, _, files in os.walk(h.dir) for p in [os.path.join(root, f) for f in files]
             if PASSPHRASE.encode() in open(p, "rb").read()]
    check(not where, "the passphrase is in no file", where)
    # What is wrong stays so; what the machine did not give is tried again.
    h.orders.clear()
    h.refuse_archive = (E_CONFLICT, b"The archive may take 9 MB, and the server has 1 MB left.")
    check(h.http("POST", ARCHIVES, STEWARD, twice)[0] == 200 and wait_for(
        lambda: archived(h)[1][0] == archived(h)[2][0] == "failed", 20), "a failure is told", archived(h))
    check("1 MB left" in archived(h)[1][1] and len(h.orders) == 2, "in the warden's words", (archived(h), h.orders))
    h.refuse_archive = None
    check(h.http("POST", ARCHIVES + "/1/again", STEWARD, {})[0] == 200 and wait_for(
        lambda: archived(h)[1][0] == "done", 20), "one can be tried again", archived(h))
    asked_first(h, 2, "archive", "All that Team 2 made", "1 MB left")
    check(archived(h)[2] == ("none", ""), "or given up")
    check(h.http("POST", ARCHIVES + "/rest", STEWARD, {})[0] == 200 and wait_for(
        lambda: archived(h)[2][0] == "done", 20), "and ordered again", archived(h))
    # A portal that dies in the middle begins again.
    h.archive_may.clear()
    h.orders.clear()
    check(h.http("POST", ARCHIVES + "/1/again", STEWARD, {})[0] == 200 and wait_for(lambda: h.orders), "while one is made")
    h.kill()
    h.start()
    h.archive_may.set()
    check(wait_for(lambda: len(h.orders) == 2 and archived(h)[1][0] == "done", 20), "a killed portal asks again",
          (h.orders, archived(h)))


def asked_first(h, ws, what, *words):
    """Going without: a page that says what is lost, then the steward's password."""
    page = "%s/%d/without" % (ARCHIVES, ws)
    before = archived(h)
    code, html, _ = h.http("GET", page, STEWARD, accept="text/html")
    lost = html.split("What can be lost")[-1]
    check(code == 200 and all(w in lost for w in words) and 'name="password"' in lost and "Nothing has changed yet" in html,
          "who lets a team's work go is told what is lost", html[-1500:])
    html = h.http("GET", ARCHIVES, STEWARD, accept="text/html")[1]
    check('href="%s"' % page in html and '/without"><button' not in html, "and the list has no button that does it at once")
    other = {"archive": "trial", "trial": "archive"}[what]
    got = [h.http("POST", page, STEWARD, form)[0] for form in
           ({}, {"what": what}, {"what": what, "password": "not the steward's"}, {"what": other, "password": WORD})]
    check(got == [422, 422, 422, 409] and archived(h) == before, "not without a password, nor what was not asked", got)
    check([h.http(m, page, ORGANISER, {"what": what, "password": WORD} if m == "POST" else None)[0] for m in ("GET", "POST")]
          == [403, 403], "nor by an organiser")
    code, answer, _ = h.http("POST", page, STEWARD, {"what": what, "password": WORD})
    check(code == 200, "then it goes", answer)
    check(h.http("GET", page, STEWARD)[0] == 409 and
          h.http("POST", page, STEWARD, {"what": what, "password": WORD})[0] == 409, "once")


def trials(h):
    return [(r["trial"], r["trial_problem"]) for r in h.http("GET", ARCHIVES, STEWARD)[1]["rooms"]]


def remembers(h, secret):
    """Is the secret half of the key anywhere in the portal's memory, as bytes or written down?"""
    with open("/proc/%d/maps" % h.process.pid) as f:
        spans = [tuple(int(x, 16) for x in line.split()[0].split("-")) for line in f if line.split()[1].startswith("rw")]
    with open("/proc/%d/mem" % h.process.pid, "rb", 0) as f:
        for start, end in spans:
            # A sanitizer maps terabytes to note what is in use; nothing is kept there.
            if end - start > 1 << 28:
                continue
            try:
                f.seek(start)
                has = f.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            if secret in has or secret.hex().encode() in has:
                return True
    return False


def opened_on_trial(h):
    """With the passphrase each archive is read whole; what opens it is nowhere but in memory."""
    page = h.http("GET", ARCHIVES, STEWARD)[1]
    check(page["untried"] == 2 and trials(h) == [("", "")] * 2, "archives that were never opened are told of", page)
    _, page, _ = h.http("GET", "/e/carmel/phases/move?phase=closed", ORGANISER)
    check("2 archives were never opened on trial" in str(page), "also to who closes the event", page)
    h.refuse_trial = 2
    check(h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})[0] == 200, "the passphrase can be tried")
    check(wait_for(lambda: trials(h) == [("good", ""), ("bad", "The archive is cut off.")]), "each archive is opened", trials(h))
    check([ws for ws, _ in h.trials] == [1, 2] and h.trials[0][1] == h.trials[1][1] != bytes(32), "by the key's other half", h.trials)
    page = h.http("GET", ARCHIVES, STEWARD)[1]
    check(page["untried"] == 1 and page["rooms"][0]["tried"] and
          "does not open" in h.http("GET", ARCHIVES, STEWARD, accept="text/html")[1], "when, and with what outcome, is said", page)
    trail = [a for a, in h.db("SELECT action FROM audit WHERE action LIKE '%tr_ed' OR action LIKE '%on trial' ORDER BY n")]
    check(trail == ["archives tried", "archive opened on trial", "archive not opened on trial"], "and is in the trail", trail)
    secret = h.trials[0][1]
    where = [p for root, _, files in os.walk(h.dir) for p in [os.path.join(root, f) for f in files]
             if secret in open(p, "rb").read() or secret.hex().encode() in open(p, "rb").read()]
    check(not where, "what opens them is in no file", where)
    h.refuse_trial = None
    h.archive_may.clear()
    h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(wait_for(lambda: len(h.trials) == 3), "amid another trial")
    h.process.terminate()
    h.process.wait(30)
    rows = h.db("SELECT trial, trial_problem FROM archive ORDER BY workspace")
    check(rows[0][0] == "" and "stopping" in rows[0][1] and "bad" not in [t for t, _ in rows],
          "a server that is stopped says nothing against an archive", rows)
    trail = [a for a, in h.db("SELECT action FROM audit WHERE action LIKE 'archive % on trial' OR action LIKE 'archive trial%' ORDER BY n")]
    check(trail[2:3] == ["archive trial broken off"] and trail.count("archive not opened on trial") == 1,
          "nor does the trail", trail)
    h.kill()
    h.start()
    h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(wait_for(lambda: len(h.trials) == 4), "amid yet another")
    check(remembers(h, secret), "what opens them is remembered until then")
    h.kill()
    h.archive_may.set()
    h.start()
    check(wait_for(lambda: all(t == "" and "began anew" in why for t, why in trials(h))),
          "a killed portal says that it must be asked again", trials(h))
    h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(wait_for(lambda: trials(h) == [("good", "")] * 2), "and then they open", trials(h))
    check(wait_for(lambda: not remembers(h, secret)), "and what opened them is nowhere in memory")
    # The archives are ordered anew before they were tried: no trial ends, and what opens them goes nevertheless.
    h.archive_may.clear()
    h.db("UPDATE archive SET state = 'waiting' WHERE workspace = 1")
    check(wait_for(lambda: h.one("SELECT state FROM archive WHERE workspace = 1")[0] == "running"), "one is made anew")
    h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(remembers(h, secret), "another waits for its trial meanwhile")
    h.db("UPDATE archive SET state = 'waiting' WHERE workspace = 2")
    check(wait_for(lambda: not remembers(h, secret)), "and is ordered anew too: nothing waits, nothing is remembered")
    h.archive_may.set()
    check(wait_for(lambda: archived(h) == {1: ("done", ""), 2: ("done", "")}), "and they are made", archived(h))


def two_passphrases(h, first):
    """Another passphrase is chosen while archives of the first wait for their trial: each is opened by its own."""
    second = "another four words: 8"
    # Two workspaces are gone: their archives stay sealed to the first key.
    team = h.one("SELECT event, project FROM team WHERE id = 1")
    h.db("INSERT INTO team (id, event, project, number, name, made) VALUES (93, ?, ?, 93, 'Team 93', 0)", *team)
    h.db("INSERT INTO workspace (id, team, state, want) VALUES (93, 93, 'destroyed', 'closed')")
    h.db("INSERT INTO archive (workspace, state, person, ordered, ended, bytes, hash, content, key) SELECT 93, 'done', person,"
         " ordered, ended, 9, hash, 99, key FROM archive WHERE workspace = 1")
    h.db("UPDATE workspace SET state = 'destroyed' WHERE id = 2")
    h.db("UPDATE archive SET trial = '' WHERE workspace = 2")
    h.orders.clear()
    code, page, _ = h.http("POST", ARCHIVES, STEWARD, {"passphrase": second, "again": second})
    check(code == 200 and wait_for(lambda: archived(h)[1] == ("done", "")) and [o[0] for o in h.orders] == [1],
          "another passphrase is chosen: what is still here is sealed to it, the rest stays", (page, h.orders))
    page = h.http("GET", ARCHIVES, STEWARD)[1]
    keys = [(k["teams"], k["present"]) for k in page["keys"]]
    check(keys == [("Team 1", True), ("Team 2, Team 93", False)] and page["keys"][1]["mark"] == first != page["key_mark"] and
          [r["other_key"] for r in page["rooms"]] == [False, True, True], "the page tells which passphrase opens which", page)
    text = h.http("GET", ARCHIVES, STEWARD, accept="text/html")[1]
    check("an earlier passphrase" in text and "for Team 2, Team 93" in text and "another passphrase" in text, "in words")
    new, old = (k["id"] for k in page["keys"])
    code, page, _ = h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(code == 422 and "for this key" in str(page), "the first passphrase is not the present one", (code, page))
    check(h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": second, "key": old})[0] == 422, "nor the other way round")
    check(h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": second, "key": 9999})[0] == 404, "of a key that is there")
    # One of the first key is being opened, another waits; then the second passphrase is tried.
    h.trials.clear()
    h.archive_may.clear()
    check(h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE, "key": old})[0] == 200 and
          wait_for(lambda: len(h.trials) == 1), "those of the first are tried with it", h.trials)
    check(h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": second})[0] == 200, "and meanwhile that of the second with its own")
    h.archive_may.set()
    check(wait_for(lambda: trials(h) == [("good", "")] * 3), "all open", trials(h))
    by = dict(h.trials)
    check(len(h.trials) == 3 and by[2] == by[93] != by[1], "each by its own key", [ws for ws, _ in h.trials])
    check(wait_for(lambda: not remembers(h, by[1]) and not remembers(h, by[2])), "and neither is remembered")
    h.db("DELETE FROM archive WHERE workspace = 93")
    h.db("DELETE FROM workspace WHERE id = 93")
    h.db("DELETE FROM team WHERE id = 93")
    h.db("UPDATE workspace SET state = 'closed' WHERE id = 2")
    h.http("POST", ARCHIVES, STEWARD, {"passphrase": PASSPHRASE, "again": PASSPHRASE})
    check(wait_for(lambda: archived(h) == {1: ("done", ""), 2: ("done", "")}), "and everything is made anew", archived(h))
    check(len(h.http("GET", ARCHIVES, STEWARD)[1]["keys"]) == 1, "a key that seals nothing any more is not asked for")


def today(h):
    """What waits for the steward."""
    page = h.http("GET", "/e/carmel/today", STEWARD)[1]
    return [page["next"]] + page["also"]


def archives_outlive(h, state, close):
    """close() closes the event; state(h, ws) is what the database says of a workspace."""
    # One archive is under way while the event is closed, the other was made and never opened: both workspaces stay.
    h.archive_may.clear()
    h.orders.clear()
    check(h.http("POST", ARCHIVES + "/1/again", STEWARD, {})[0] == 200 and wait_for(lambda: h.orders), "another is ordered")
    check(close()[0] == 200, "the event is closed")
    time.sleep(1.5)
    check(state(h)[0] == "closed" and not h.count(PW_WS_DESTROY, 1), "what is being archived is not destroyed", state(h))
    h.archive_may.set()
    check(wait_for(lambda: archived(h)[1][0] == "done"), "it is made")
    time.sleep(1.5)
    check(state(h)[0] == state(h, 2)[0] == "closed" and not h.count(PW_WS_DESTROY, 1) and not h.count(PW_WS_DESTROY, 2),
          "and nothing is destroyed before its own archive was opened", (state(h), state(h, 2)))
    page = h.http("GET", ARCHIVES, STEWARD)[1]
    check(page["headline"] == "2 archives have to be opened on trial" and [r["waits"] for r in page["rooms"]] == [True, True] and
          "stays until this was opened" in page["rooms"][0]["words"], "as the page says", page)
    titles = [x["title"] for x in today(h)]
    check("2 workspaces stay until their archives were opened" in titles and not any("help" in t for t in titles),
          "and as the steward's first page does", titles)
    h.refuse_trial = 1
    h.destroy_may.clear()
    asked_first(h, 2, "trial", "never opened", "destroyed at once")
    check(wait_for(lambda: h.destroying) == {2}, "while the warden destroys it", h.destroying)
    got = h.http("POST", ARCHIVES + "/2/again", STEWARD, {})[0], h.http("POST", ARCHIVES + "/rest", STEWARD, {})[0]
    check(got == (409, 409) and archived(h)[2][0] == "done", "no archive of it is ordered any more", (got, archived(h)))
    h.destroy_may.set()
    check(wait_for(lambda: state(h, 2)[0] == "destroyed"), "a steward lets one go without a trial", state(h, 2))
    h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(wait_for(lambda: trials(h)[0][0] == "bad"), "the other does not open", trials(h))
    time.sleep(1.5)
    check(state(h)[0] == "closed" and not h.count(PW_WS_DESTROY, 1), "and is not destroyed", state(h))
    h.refuse_trial = None
    h.destroy_fails = [E_BUSY, E_ABSENT]
    h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(wait_for(lambda: len(h.destroy_fails) == 1), "no answer comes in time", h.destroy_fails)
    check(wait_for(lambda: h.one("SELECT problem FROM workspace WHERE id = 1")[0]) and
          h.one("SELECT ending FROM workspace WHERE id = 1")[0], "so it may still be going on")
    check(wait_for(lambda: state(h)[0] == "destroyed"), "before it was opened", (state(h), trials(h)))
    record = [d for d, in h.db("SELECT detail FROM audit WHERE action = 'workspace destroyed' ORDER BY n")]
    check(record == ["123 kB removed; archive of BLAKE2b %064x, never opened" % 2,
                     "removed by an earlier step, how much is not known; archive of BLAKE2b %064x, opened on trial" % 1], "the record names archive and trial", record)
    _, page, _ = h.http("GET", "/e/carmel/destroyed", STEWARD)
    check([(r["archive"], r["archive_hash"]) for r in page["rooms"]] == [("done", "%064x" % 1), ("done", "%064x" % 2)],
          "as the page does", page)
    guesses(h)


def guesses(h):
    """Whoever has a steward's browser for an hour does not find the passphrase by trying."""
    got = [h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": "one wrong guess, %d" % i})[0] for i in range(11)]
    wrong = [c for c in got if c != 503]
    check(got[-1] == 503 and len(wrong) <= 10 and set(wrong) <= {400, 422}, "the passphrase is not guessed without end", got)
    code, page, _ = h.http("POST", ARCHIVES + "/try", STEWARD, {"tried": PASSPHRASE})
    check(code == 503 and "Wait ten minutes" in str(page), "and the right one waits like a wrong one", (code, page))
