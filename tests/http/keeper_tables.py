"""Part of keeper_test.py: what the desk says of a team, and tables that it asks for."""
import re
import struct
import time

from tap import check, wait_for

TABLE, LIST, SEAL = 10, 5, 9  # DESK_TABLE, DESK_AIRLOCK, DESK_AIRLOCK_SEAL


def words(h, who, status):
    """Of `wardroom who` and `wardroom status`."""
    names = [n for n, in h.db("SELECT p.name FROM member m JOIN person p ON p.id = m.person WHERE m.team = 1 AND m.gone IS NULL")]
    check(all(n in who for n in names) and len(names) > 1 and re.search("^  Noa +noa +you$", who, re.M), "the desk names all", who)
    starts = [re.match("[A-Z][a-z]+ +", x) for x in status.splitlines()]
    check(all(re.search("^%s +[^ ]" % x, status, re.M) for x in ("Team", "Project", "Phase", "Data", "Airlock")) and
          len({m.end() for m in starts if m}) == 1, "and says how things stand in two columns", status)


def tables(h):
    """A request for a table goes to the curator unread; the answer is that a parcel lies there, and how it ended."""
    def ask(spool):
        seq, got = h.desk(1, 0, TABLE, spool)
        check(got[0] == (0, 1, ""), "a request for a table is taken", got)
        job = wait_for(lambda: h.one("SELECT id FROM job WHERE kind = 'table' AND json_extract(spec, '$.spool') = ?", spool))[0]
        wait_for(lambda: job in h.specs)
        return seq, job
    def parcel(seq):
        h.desk_more(seq, 2)
        return struct.unpack_from("=I", h.answers[seq][-1][1], 20)[0]
    seq, job = ask(900)
    release, = h.one("SELECT release FROM workspace WHERE id = 1")
    check(h.specs[job] == {"event": 1, "project": 1, "team": 1, "team_number": 1, "spool": 900, "release": release,
                           "stage": "full"}, "with the data that the workspace has", h.specs[job])
    h.job_ends(job, {"ok": True, "code": 0, "bytes": 9, "blake2b": "ab" * 32, "shown": 4, "small": 1, "close": 3, "other": 2})
    check(h.desk_more(seq, 2)[:2] == (0, 0) and parcel(seq) == 1, "a table comes as a parcel")
    trail = h.one("SELECT detail FROM audit WHERE action = 'table counted'")[0]
    check(trail.startswith("BLAKE2b abab") and "3 withheld" in trail, "its digest is in the trail", trail)
    seq, job = ask(901)
    h.job_ends(job, {"ok": True, "code": 2})
    check(h.desk_more(seq, 2)[:2] == (2, 0) and parcel(seq) == 1, "and so does what was wrong")
    seq, job = ask(904)
    h.job_ends(job, {"ok": True, "code": 3, "shown": 0, "small": 3, "close": 0, "other": 1, "compared": True})
    check(h.desk_more(seq, 2)[:2] == (3, 0) and parcel(seq) == 1, "a table that would show nothing is told by its code")
    trail = h.one("SELECT detail FROM audit WHERE action = 'table refused'")[0]
    check(trail.startswith("nothing would show; 3 small") and h.one("SELECT count(*) FROM audit WHERE action = 'table counted'")[0] == 1,
          "and in the trail", trail)
    seq, job = ask(902)
    h.job_ends(job, {"ok": False, "error": "The disk is full.", "field": ""}, 1)
    got = h.desk_more(seq, 2)
    check(got[0] == 1 and "disk is full" in got[2] and parcel(seq) == 0, "what failed has none", got)
    for n in range(4):
        h.db("INSERT INTO job (kind, event, project, spec, created, state) VALUES ('table', 1, 1, '{\"team\":1}', 0, 'queued')")
    _, got = h.desk(1, 0, TABLE, 903)
    check(got[0][0] == 75 and "already" in got[0][2], "a team has four at a time", got)
    h.db("DELETE FROM job WHERE spec = '{\"team\":1}'")


def strays(h):
    """Looked for after the start, and when something was forgotten or destroyed."""
    count = lambda: h.one("SELECT count(*) FROM job WHERE kind = 'tidy' AND state = 'done'")[0]  # noqa: E731
    check(wait_for(lambda: count() >= 1, 20), "what a fall left is looked for after the start", count())
    n = count()
    time.sleep(6)
    check(count() == n, "and not again and again", count())
    h.db("INSERT INTO job (kind, event, project, spec, created, state, ended) VALUES ('forget', 1, 1, '{}', ?, 'done', ?)",
         int(time.time()), int(time.time()))
    check(wait_for(lambda: count() > n, 20), "and after something was forgotten", count())


def airlock(h):
    """The team's requests are listed to all of it; sealing says where what it is about is written."""
    _, got = h.desk(1, 0, LIST)
    check(got[0][0] == 1 and "You have asked for nothing yet" in got[0][2] and "Other" not in got[0][2], "no request yet", got)
    new = "INSERT INTO airlock_request (id, event, team, author, number, version, state, needed, made, since) VALUES"
    h.db(new + " (71, 1, 1, 3, 71, 1, 'in review', 1, 0, 0), (72, 1, 1, 2, 72, 0, 'draft', 0, 0, 0)")
    h.db("INSERT INTO airlock_file (request, name, role, spool, bytes, hash, kind, verdict, clean_bytes, clean_hash, added)"
         " VALUES (72, 't.csv', 'output', 7777, 9, 'h', 'csv', 'pass', 9, ?, 0)", "ab" * 32)
    _, got = h.desk(1, 0, LIST)
    check("Request 72, draft." in got[0][2] and "t.csv" in got[0][2] and
          "Other requests of your team:\n  Request 71, asked by Omar: in review.\n" in got[0][2], "one's own, and the team's", got)
    _, got = h.desk(1, 0, SEAL)
    check(got[0][0] == 1 and "on your team's page Airlock, request 72" in got[0][2] and "Say whom" in got[0][2],
          "sealing says where to write", got)
    h.db("DELETE FROM airlock_file WHERE request = 72")
    h.db("DELETE FROM airlock_request WHERE id IN (71, 72)")
