"""A house whose warden starts the real curator: a steward's jobs are done, and end. One steward, one
project and a folder in the inbox are there from the beginning."""
import json
import os
import sqlite3
import struct
import subprocess
import threading
import time

from portal_house import BIN, Browser, Portal, PW_DONE, messages
from tap import wait_for

PW_JOB_START, PW_JOB_STATE, PW_JOB_ENDED = 1, 3, 130
KINDS = ["", "inbox", "import", "release", "score", "forget", "check", "leave", "suggest", "preview", "measure",
         "withdraw", "keys", "table", "tidy"]
NOW = int(time.time())


class House(Portal):
    def __init__(self):
        super().__init__()
        for name in "inbox", "spool", "views":
            os.makedirs(self.state + "/" + name)
        with open(self.config, "a") as f:
            f.write("inbox %s/inbox\n" % self.state)
        self.running = set()

    def warden(self, sock):
        for kind, seq, m, fds in messages(sock):
            value = 0
            if kind == PW_JOB_START:
                job, what = struct.unpack_from("=QI", m, 8)
                with os.fdopen(fds[0], "rb") as f:
                    spec = f.read()
                self.running.add(job)
                threading.Thread(target=self.work, args=(sock, job, KINDS[what], spec), daemon=True).start()
            elif kind == PW_JOB_STATE:
                value = int(struct.unpack_from("=Q", m, 8)[0] in self.running)
            try:
                sock.send(struct.pack("=IIIIQ400s", PW_DONE, seq, 0, 0, value, b""))
            except OSError:
                return

    def work(self, sock, job, kind, spec):
        """As the warden starts it: the spec on descriptor 3, the job's folder on descriptor 4."""
        folder = "%s/jobs/%d" % (self.state, job)
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/spec", "wb") as f:
            f.write(spec)
        three, four = os.open(folder + "/spec", os.O_RDONLY), os.open(folder, os.O_RDONLY)

        def become():
            # By way of numbers that neither of them has.
            os.dup2(three, 63)
            os.dup2(four, 64)
            os.dup2(63, 3)
            os.dup2(64, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)
        done = subprocess.run([BIN + "/wardroom-curator", "job", kind, "--config", self.config],
                              preexec_fn=become, close_fds=False, stdin=subprocess.DEVNULL,
                              capture_output=True)
        os.close(three)
        os.close(four)
        if os.path.exists(folder + "/result.json"):
            os.chmod(folder + "/result.json", 0o644)
        self.running.discard(job)
        try:
            sock.send(struct.pack("=IIQiI", PW_JOB_ENDED, 0, job, done.returncode, 0))
        except OSError:
            pass  # the portal has gone; it finds the result when it is back

    def run(self, sql, *args):
        db = sqlite3.connect(self.database, timeout=10)
        try:
            with db:
                return db.execute(sql, args).fetchall()
        finally:
            db.close()

    def furnish(self, tables, people=("steward", "lead", "participant")):
        """tables: name -> CSV text, as the folder "from-ward" of the event's inbox."""
        folder = self.state + "/inbox/carmel/from-ward"
        os.makedirs(folder)
        for name, text in tables.items():
            with open("%s/%s.csv" % (folder, name), "w") as f:
                f.write(text)
        ids = {}
        for name in people:
            code, _, why = self.cli("person", "add", name + "@x.org", name.title())
            if code:
                raise RuntimeError(why)
            ids[name] = self.run("SELECT id FROM person WHERE email = ?", name + "@x.org")[0][0]
        self.run("INSERT INTO event (id, slug, name, place, mode, starts, ends, seats, about, rules, kinds,"
                 " phase, created) VALUES (1, 'carmel', 'Carmel', 'Here', 'hybrid', ?, ?, 50, '', '', '',"
                 " 'setup', ?)", NOW, NOW + 86400, NOW)
        for name in people:
            self.run("INSERT INTO role (event, person, role, since) VALUES (1, ?, ?, ?)", ids[name], name, NOW)
        self.run("INSERT INTO project (id, event, slug, title, question, variables, lead, task,"
                 " ethics_number, ethics_committee, ethics_expires, state, created) VALUES"
                 " (1, 1, 'heart', 'Heart', 'Why?', 'x', ?, 'binary', 'E1', 'Board', ?, 'accepted', ?)",
                 ids["lead"], NOW + 9 * 86400, NOW)
        return ids

    def browser(self, name):
        return Browser(self).sign_in(name + "@x.org")


def describe(browser, slug="heart", event="carmel"):
    """The steward's words of a data set in the catalogue."""
    page = "/e/%s/data/%s/catalogue" % (event, slug)
    browser.get(page)
    return browser.post(page, {"owner": "Hospital", "contact": "data@hospital.example", "origin": "Its own records.",
                               "licence": "For this event only", "terms": "In the workspaces of its teams."})


def standing(browser, path="/e/carmel/data/heart/recipe", seconds=30):
    """The recipe's page as JSON, once the curator has nothing more to say."""
    def settled():
        page = browser.get(path, as_json=True)
        view = json.loads(page.body)
        return view if view.get("standing") not in ("checking", "suggesting") else None
    return wait_for(settled, seconds) or {}
