"""A house around the real wardroom-portal with an event of two teams in it: this script is its warden,
gate, curator and browser.

Nothing but the standard library. The event is put into the database as the rooms would put it there.
"""
import array
import hashlib
import http.client
import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import traceback
import urllib.parse

from keeper_archives import archive_answer, try_answer
from portal_house import messages
from tap import check, failed, finish, page, wait_for

BIN = os.environ.get("WARDROOM_BIN", "build/bin")
(PW_JOB_START, PW_JOB_STOP, PW_JOB_STATE, PW_WS_OPEN, PW_WS_CLOSE, PW_WS_DESTROY, PW_WS_NOTEBOOK,
 PW_WS_EVICT, PW_WS_STATE, PW_AUDIT_HEAD, PW_HOST, PW_READY, PW_WS_TERMINAL, PW_WS_DESKTOP) = range(1, 15)
PW_WS_ARCHIVE, PW_WS_TRY = 24, 25
PW_DONE, PW_USAGE, PW_LISTEN, PW_GATE, PW_JOB_ENDED, PW_WS_ENDED = 64, 65, 128, 129, 130, 131
PG_MISSING = 33
PG_TICKET, PG_DESK, PG_CHECK, PG_PASS, PG_DESK_ANSWER, PG_CUT, PG_CUT_DONE = 1, 2, 3, 64, 65, 128, 192
DESK_STATUS, DESK_SUBMIT, DESK_WHO, DESK_TABLE = 1, 2, 3, 10
OK, E_AUTH, E_DENIED, E_ABSENT, E_CONFLICT, E_BUSY, E_IO = 0, 2, 3, 4, 5, 6, 7
SETUP, SAMPLE, FULL = 1, 2, 3
HOUR = 3600


class House:
    """Folders, a configuration, and the portal with its two sockets."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="keeper-")
        self.state = self.dir + "/state"
        os.makedirs(self.state + "/jobs")
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.site = "http://localhost:%d" % self.port
        self.config = self.dir + "/wardroom.conf"
        with open(self.config, "w") as f:
            f.write("state %s\nrun %s/run\nsite %s\nrooms http://%%s.localhost:8081\n" % (
                self.state, self.dir, self.site))
        self.up, self.running = {}, set()  # what the warden has: workspaces, jobs
        self.refuse_open, self.fail_jobs = None, False
        self.asked, self.news, self.specs, self.heads = [], threading.Condition(), {}, []
        self.answers, self.cuts = {}, []
        self.orders, self.refuse_archive, self.archive_may = [], None, threading.Event()
        self.trials, self.refuse_trial = [], None
        self.archive_may.set()
        self.falls = None
        self.destroying, self.destroy_may, self.destroy_fails = set(), threading.Event(), []
        self.destroy_may.set()

    def start(self):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fd = theirs.fileno()

        def become():
            os.dup2(fd, 3)
            os.set_inheritable(3, True)
        self.log = open(self.dir + "/log", "ab")
        self.process = subprocess.Popen([BIN + "/wardroom-portal", "--config", self.config],
                                        preexec_fn=become, close_fds=False, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        theirs.close()
        self.asked = []
        self.gate, gate_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.send(struct.pack("=II", PW_LISTEN, 0), [self.listener.fileno()])
        self.send(struct.pack("=II", PW_GATE, 0), [gate_theirs.fileno()])
        gate_theirs.close()
        threading.Thread(target=self.warden, args=(self.sock,), daemon=True).start()
        threading.Thread(target=self.hear_gate, args=(self.gate,), daemon=True).start()

    def send(self, data, fds=()):
        extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.sock.sendmsg([data], extra)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.sock.close()
        self.gate.close()

    def warden(self, sock):
        for kind, seq, m, fds in messages(sock):
            threading.Thread(target=self.answer, args=(sock, kind, seq, m, fds), daemon=True).start()

    def answer(self, sock, kind, seq, m, fds):
        status, value, text = OK, 0, b""
        ident = struct.unpack_from("=Q", m, 8)[0] if len(m) >= 16 else 0
        if kind == PW_JOB_START:
            with os.fdopen(fds[0], "rb") as f:
                self.specs[ident] = json.load(f)
            self.running.add(ident)
            if self.specs[ident] == {"views": []}:  # a look for strays: there are none
                threading.Timer(0.1, self.job_ends, (ident, {"ok": True, "strays": []})).start()
        elif kind == PW_JOB_STATE:
            value = int(ident in self.running)
        elif kind == PW_WS_OPEN:
            time.sleep(0.1)
            if self.refuse_open:
                status, text = E_IO, self.refuse_open.encode()
            else:
                ws, release, stage = struct.unpack_from("=QQI", m, 8)
                n = struct.unpack_from("=I", m, 44)[0]
                members = [struct.unpack_from("=QI28s", m, 48 + 40 * i) for i in range(n)]
                self.up[ws] = (stage, release, [(p, s, l.rstrip(b"\0").decode())
                                                for p, s, l in members])
                if self.falls == ws:  # as soon as it stands
                    self.falls = self.up.pop(ws) and None
                    self.send(struct.pack("=IIQ200s", PW_WS_ENDED, 0, ws, b"out of memory"))
        elif kind == PW_WS_ARCHIVE:
            status, value, text = archive_answer(self, ident, m)
        elif kind == PW_WS_TRY:
            status, value, text = try_answer(self, ident, m)
        elif kind in (PW_WS_CLOSE, PW_WS_DESTROY):
            self.up.pop(ident, None)
            if kind == PW_WS_DESTROY:
                self.destroying.add(ident)
                self.destroy_may.wait(20)
            value = 123456 if kind == PW_WS_DESTROY else 0
            if kind == PW_WS_DESTROY and self.destroy_fails:
                status, value, text = self.destroy_fails.pop(0), 0, b"It takes longer."
        elif kind == PW_AUDIT_HEAD:
            self.heads.append(ident)
        with self.news:
            self.asked.append((kind, ident, seq))
            self.news.notify_all()
        if kind == PW_WS_STATE:
            state = 2 if ident in self.up else 1
            reply = struct.pack("=IIIIQQQQQQQQQ", PW_USAGE, seq, state, 7, 2 << 30, 16 << 30, 1 << 30,
                                40 << 30, 5000000, 8000, 1 << 20, 0, 0)
        else:
            reply = struct.pack("=IIIIQ400s", PW_DONE, seq, status, 0, value, text)
        try:
            sock.send(reply)
        except OSError:
            pass

    def count(self, kind, ident=None):
        return sum(1 for k, i, _ in self.asked if k == kind and ident in (None, i))

    def job_ends(self, job, result=None, code=0):
        self.running.discard(job)
        if result is not None:
            os.makedirs("%s/jobs/%d" % (self.state, job), exist_ok=True)
            with open("%s/jobs/%d/result.json" % (self.state, job), "w") as f:
                f.write(result if isinstance(result, str) else json.dumps(result))
        self.send(struct.pack("=IIQiI", PW_JOB_ENDED, 0, job, code, 0))

    # the gate

    def hear_gate(self, sock):
        for kind, seq, m, _ in messages(sock):
            if kind == PG_CUT:
                self.cuts.append(struct.unpack_from("=QQQ", m, 8))
                sock.send(struct.pack("=IIQ", PG_CUT_DONE, seq, 1))
            else:
                with self.news:
                    self.answers.setdefault(seq, []).append((kind, m))
                    self.news.notify_all()

    def ask_gate(self, data, seq, n=1, seconds=10):
        self.gate.send(data)
        with self.news:
            self.news.wait_for(lambda: len(self.answers.get(seq, [])) >= n, seconds)
        return self.answers.get(seq, [])

    seq = 1

    def next_seq(self):
        House.seq += 2
        return House.seq

    def ticket(self, ws, ticket):
        seq = self.next_seq()
        got = self.ask_gate(struct.pack("=IIQ65s7x", PG_TICKET, seq, ws, ticket.encode()), seq)
        return self.passed(got)

    def checked(self, ws, person, session):
        seq = self.next_seq()
        got = self.ask_gate(struct.pack("=IIQQQ", PG_CHECK, seq, ws, person, session), seq)
        return self.passed(got)

    def missing(self, ws, person, session, program):
        self.gate.send(struct.pack("=IIQQQII", PG_MISSING, 0, ws, person, session, program, 0))

    def passed(self, got):
        if not got:
            return None
        status, slot, person, session, expires, text = struct.unpack_from("=IIQQq200s", got[0][1], 8)
        return status, slot, person, session, text.rstrip(b"\0").decode()

    def desk(self, ws, slot, verb, spool=0, n=1, name="predictions.csv"):
        seq = self.next_seq()
        got = self.ask_gate(struct.pack("=IIQIIQQ32s256s", PG_DESK, seq, ws, slot, verb, spool, 99,
                                        b"\7" * 32, name.encode()), seq, n)
        out = []
        for _, m in got:
            code, more, size = struct.unpack_from("=III", m, 8)
            out.append((code, more, m[24:24 + size].decode()))
        return seq, out

    def desk_more(self, seq, n, seconds=10):
        with self.news:
            self.news.wait_for(lambda: len(self.answers.get(seq, [])) >= n, seconds)
        m = self.answers[seq][-1][1]
        code, more, size = struct.unpack_from("=III", m, 8)
        return code, more, m[24:24 + size].decode()

    # the browser

    def http(self, method, path, who, form=None, accept="application/json"):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        head = {"Accept": accept, "Cookie": "wardroom=" + cookie(who), "Host": self.site[7:]}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(dict(form, csrf=csrf(who)))
            head["Content-Type"] = "application/x-www-form-urlencoded"
        c.request(method, path, body, head)
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        is_json = "json" in (r.getheader("Content-Type") or "")
        if "html" in (r.getheader("Content-Type") or ""):
            page(path, text)
        return r.status, (json.loads(text) if is_json else text), r.getheader("Location")

    def db(self, sql, *args):
        c = sqlite3.connect(self.state + "/portal/wardroom.db", timeout=10)
        try:
            with c:
                return c.execute(sql, args).fetchall()
        finally:
            c.close()

    def one(self, sql, *args):
        rows = self.db(sql, *args)
        return rows[0] if rows else None


def cookie(person):
    return hashlib.sha256(b"cookie %d" % person).hexdigest()


def csrf(person):
    return hashlib.sha256(b"csrf %d" % person).hexdigest()


ORGANISER, NOA, OMAR, STRANGER, STEWARD = 1, 2, 3, 4, 5


def fill(h):
    """One event with one project and two teams, in the phase before setup."""
    now = int(time.time())
    for person, name in ((ORGANISER, "Maya"), (NOA, "Noa"), (OMAR, "Omar"), (STRANGER, "Sam"),
                         (STEWARD, "Eyal")):
        h.db("INSERT INTO person (id, email, name, created) VALUES (?, ?, ?, ?)", person,
             name + "@example.org", name, now)
        h.db("INSERT INTO session (id, token, person, csrf, address, created, expires) VALUES "
             "(?, ?, ?, ?, '', ?, ?)", person,
             hashlib.blake2b(cookie(person).encode(), digest_size=32).digest(), person, csrf(person),
             now, now + HOUR)
    h.db("INSERT INTO event (id, slug, name, place, mode, starts, ends, seats, about, rules, kinds, "
         "phase, created) VALUES (1, 'carmel', 'Carmel', 'here', 'on site', ?, ?, 10, '', '', '', "
         "'teams', ?)", now, now + 9 * HOUR, now)
    for person, role in ((ORGANISER, "organiser"), (NOA, "participant"), (OMAR, "participant"),
                         (STRANGER, "participant"), (STEWARD, "steward")):
        h.db("INSERT INTO role (event, person, role, since) VALUES (1, ?, ?, ?)", person, role, now)
    h.db("INSERT INTO project (id, event, slug, title, question, variables, lead, task, "
         "ethics_number, ethics_committee, ethics_expires, state, recipe, created) VALUES (1, 1, 'heart', "
         "'Heart failure', '', '', 1, 'binary', 'E1', 'Board', ?, 'accepted', 'r', ?)", now + 9 * HOUR, now)
    h.db("INSERT INTO agreement (id, event, version, title, body, hash, made) VALUES "
         "(1, 1, 1, 'A', 'B', 'c', ?)", now)
    h.db("INSERT INTO signature (agreement, person, name, hash, address, at) VALUES "
         "(1, 2, 'Noa', 'c', '', ?)", now)
    for team in (1, 2):
        h.db("INSERT INTO team (id, event, project, number, name, made) VALUES (?, 1, 1, ?, ?, ?)",
             team, team, "Team %d" % team, now)
    h.db("INSERT INTO member (team, person, slot, login, since) VALUES (1, 2, 0, 'noa', ?)", now)
    h.db("INSERT INTO member (team, person, slot, login, since) VALUES (1, 3, 1, 'omar', ?)", now)
    h.db("INSERT INTO member (team, person, slot, login, since) VALUES (2, 4, 0, 'sam', ?)", now)


def move(h, phase):
    return h.http("POST", "/e/carmel/phases/move", ORGANISER, {"phase": phase, "confirm": "Carmel"})


def state(h, ws=1):
    return h.one("SELECT state, stage, release FROM workspace WHERE id = ?", ws)


def begins(h):
    h.start()
    check(wait_for(lambda: h.count(PW_READY)), "says when it is ready", open(h.dir + "/log").read())
    check(h.http("GET", "/", ORGANISER)[0] == 200, "answers on the warden's socket")
    check(oct(os.stat(h.state + "/portal/wardroom.db").st_mode)[-3:] == "600", "keeps its database to itself")
    fill(h)


RELEASE = {"ok": True, "recipe_hash": "aa", "patients": 1000, "sample_patients": 100,
           "hidden_patients": 300, "rows": 1000, "leak_scan": {"identifiers": 1000, "columns": 7, "bytes": 5000}, "tables": [{"name": "heart", "rows": 1000, "columns": [
               {"name": "age", "type": "integer", "meaning": "age in years", "missing": None, "distinct": 70,
                "low": 18, "high": 90, "values": ["a", "b"]}]}]}


def job_state(h, job):
    return h.one("SELECT state, error, starts FROM job WHERE id = ?", job)


def play(*parts):
    """Each part in this order, in a new house; the exit code of the script."""
    h = House()
    try:
        for part in parts:
            part(h)
    except Exception:  # a test that cannot go on is a failed one
        check(False, "the test ran to its end", traceback.format_exc())
    finally:
        if h.process.poll() is None:
            h.kill()
        if failed():
            print("#", "\n# ".join(open(h.dir + "/log", errors="replace").read().splitlines()[-30:]))
        shutil.rmtree(h.dir, ignore_errors=True)
    return finish()
