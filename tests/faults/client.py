"""People of a small event, each with a browser: cookies, forms with their tokens, JSON pages, a
ticket into a workspace, a WebSocket. Nothing but the standard library.

    play = Play(url, link)      # link: a sign-in link of an administrator
    play.to("full")             # makes the event and walks it there
    play.people[0].json("/e/carmel-2026/today")
"""
import base64
import http.client
import json
import os
import pathlib
import re
import socket
import struct
import threading
import time
import urllib.parse

ROOT = pathlib.Path(os.environ.get("WARDROOM_ROOT", pathlib.Path(__file__).parents[2]))
EVENT, NAME = "carmel-2026", "Carmel"
PHASES = ["draft", "call", "applications", "selection", "teams", "setup", "sample", "full", "presentations", "final",
          "closed"]
# (folder and slug, title, task)
PROJECTS = [("severity", "Severity", "binary"), ("heart", "Heart", "binary")]
TEAM = 5


def wait_for(what, seconds, step=0.05):
    """The first true value of what(), or its last one when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(step)
    return what()


class Refused(Exception):
    """An answer that says no."""

    def __init__(self, path, code, text):
        super().__init__("%s: %d %s" % (path, code, text[:300]))
        self.code = code


class Browser:
    """One person. A lost connection is an OSError or http.client.HTTPException."""

    def __init__(self, url, name=""):
        self.url, self.name, self.cookies, self.csrf = urllib.parse.urlsplit(url), name, {}, None

    def send(self, method, path, body=None, headers=(), timeout=30):
        c = http.client.HTTPConnection("127.0.0.1", self.url.port, timeout=timeout)
        h = {"Host": self.url.netloc, "Accept": "application/json"}
        h.update(headers)
        if self.cookies:
            h["Cookie"] = "; ".join("%s=%s" % x for x in self.cookies.items())
        try:
            c.request(method, path, body, h)
            r = c.getresponse()
            text = r.read().decode("utf-8", "replace")
        finally:
            c.close()
        for k, v in r.getheaders():
            if k.lower() == "set-cookie":
                name, value = v.split(";")[0].split("=", 1)
                if value:
                    self.cookies[name] = value
                else:
                    self.cookies.pop(name, None)
        return r.status, text, r.getheader("Location")

    def json(self, path):
        code, text, _ = self.send("GET", path)
        if code != 200:
            raise Refused(path, code, text)
        return json.loads(text)

    def token(self, path):
        code, text, _ = self.send("GET", path, headers={"Accept": "text/html"})
        found = re.search(r'name="csrf" value="([^"]+)"', text)
        if not found:
            raise Refused(path, code, "no form on this page")
        return found.group(1)

    def post(self, path, form=None, page="/account"):
        """Sends a form; returns where it leads. page: where its token is found the first time."""
        if not self.csrf:
            self.csrf = self.token(page)
        pairs = [("csrf", self.csrf)]
        for k, v in (form or {}).items():
            pairs += [(k, x) for x in v] if isinstance(v, list) else [(k, v)]
        code, text, where = self.send("POST", path, urllib.parse.urlencode(pairs), {
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html",
            "Origin": "http://" + self.url.netloc})
        if code != 303:
            raise Refused(path, code, " ".join(re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]+)', text)) or text[-600:])
        return where

    def follow(self, link):
        """Signs in by a link."""
        path = urllib.parse.urlsplit(link).path
        self.post(path, page=path)
        self.csrf = None

    def join(self, email):
        self.post("/join", {"name": self.name, "email": email, "password": "correct horse battery"}, page="/join")
        self.post("/sign-in", {"email": email, "password": "correct horse battery"}, page="/sign-in")
        self.csrf = None

    # workspaces

    def enter(self, team):
        """Presses "Open notebook". Returns the room's host and ticket address."""
        where = urllib.parse.urlsplit(self.post("/e/%s/teams/%d/enter" % (EVENT, team)))
        return where.netloc, where.path + "?" + where.query


class Room:
    """A browser's way into one workspace, through the gate."""

    def __init__(self, host, address):
        self.host, self.port = host, int(host.rsplit(":", 1)[1])
        code, head, body = self.send("GET", address)
        if code != 200:
            raise Refused(address.split("?")[0], code, body.decode("utf-8", "replace"))
        self.cookie = re.search(r"wardroom_room=([0-9a-f]+)", head).group(1)

    def send(self, method, path, lines="", timeout=30, body=""):
        cookie = "wardroom_room=" + getattr(self, "cookie", "none")
        with socket.create_connection(("127.0.0.1", self.port), timeout) as c:
            c.sendall(("%s %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n%sContent-Length: %d\r\n\r\n%s" % (
                method, path, self.host, cookie + self.extra(), lines, len(body.encode()), body)).encode())
            data = b""
            while part := c.recv(65536):
                data += part
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode("latin-1"), body

    def extra(self):
        return "; _xsrf=" + self.xsrf if getattr(self, "xsrf", "") else ""

    def terminal(self):
        """A new terminal of the notebook, as an open WebSocket."""
        head = self.send("GET", "/tree")[1]
        self.xsrf = re.search(r"_xsrf=([^;]+)", head).group(1)
        code, _, body = self.send("POST", "/api/terminals", "X-XSRFToken: %s\r\nOrigin: http://%s\r\n" % (
            self.xsrf, self.host))
        if code not in (200, 201):
            raise Refused("/api/terminals", code, body.decode("utf-8", "replace"))
        text = body[body.index(b"{"):body.rindex(b"}") + 1]
        return WebSocket(self, "/terminals/websocket/" + json.loads(text)["name"])


class WebSocket:
    def __init__(self, room, path):
        self.sock = socket.create_connection(("127.0.0.1", room.port), 30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nCookie: wardroom_room=%s%s\r\nOrigin: http://%s\r\n"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: %s\r\n\r\n" % (path, room.host, room.cookie, room.extra(), room.host,
                                                              key)).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.sock.recv(1)
            if not part:
                break
            head += part
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise Refused(path, int(head.split()[1]) if head else 0, head.decode("latin-1"))

    def type(self, text):
        body = json.dumps(["stdin", text]).encode()
        mask = os.urandom(4)
        head = struct.pack("!BB", 0x81, 0x80 | len(body)) if len(body) < 126 else struct.pack(
            "!BBH", 0x81, 0x80 | 126, len(body))
        self.sock.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body)))

    def ended(self, seconds):
        """Whether the other side closes within that time."""
        self.sock.settimeout(seconds)
        try:
            while self.sock.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def close(self):
        self.sock.close()


class Play:
    """The event: an organiser who is steward too, and two teams of five."""

    def __init__(self, url, link):
        self.url = url
        self.boss = Browser(url, "Maya Organiser")
        self.boss.follow(link)
        self.people, self.phase = [], None

    def path(self, rest):
        return "/e/%s%s" % (EVENT, rest)

    def make(self, email):
        day = lambda n: time.strftime("%Y-%m-%d", time.gmtime(time.time() + n * 86400))  # noqa: E731
        self.boss.post("/events/new", {
            "slug": EVENT, "name": NAME, "place": "Haifa", "mode": "on site", "starts": day(200), "ends": day(202),
            "seats": 50, "about": "A small datathon.", "rules": "", "kinds": ""})
        self.boss.post(self.path("/roles"), {
            "name": self.boss.name, "email": email, "role": "steward", "about": ""})
        self.boss.post(self.path("/agreement/edit"), {
            "title": "Use of data", "body": "Nothing leaves the room, and nobody tries to find out who a patient is."})
        self.phase = "draft"

    def move(self, phase):
        self.boss.post(self.path("/phases/move"), {"phase": phase, "confirm": NAME})
        self.phase = phase

    def to(self, phase):
        """Through every phase before it, with what people do in each."""
        acts = {"call": self.propose, "applications": self.apply, "selection": self.select, "teams": self.form}
        while self.phase != phase:
            self.move(PHASES[PHASES.index(self.phase) + 1])
            if self.phase in acts:
                acts[self.phase]()

    def propose(self):
        soon = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 400 * 86400))
        for slug, title, task in PROJECTS:
            facts = {"title": title, "question": "Who will need intensive care, and when?", "variables": "See the dictionary of the release.", "task": task}
            self.boss.post(self.path("/projects/new"), facts)
            self.boss.post(self.path("/projects/%s/decide" % slug), {"decision": "accepted"})
            self.boss.post(self.path("/projects/%s/edit" % slug), dict(
                facts, teams_wanted=1, ethics_number="2022-17", ethics_committee="Helsinki", ethics_expires=soon))

    @staticmethod
    def application(i, motivation="I would like to work with clinicians on this."):
        return {"level": ["BSc", "MSc", "PhD"][i % 3], "specialty": ["biomedical", "engineering"][i // 2 % 2],
                "faculty": "Faculty %d" % (i % 4), "languages": ["Python", "R"], "fields": ["cardiology"],
                "motivation": motivation, "skill_analysis": 2 + i % 2, "skill_learning": 2,
                "choice1": 1 + i % 2, "choice2": 2 - i % 2, "choice3": 0}

    def join(self, n):
        """n new people, several at a time."""
        new = [Browser(self.url, "Person Number%d" % (len(self.people) + i)) for i in range(n)]
        first = len(self.people)
        at_once([lambda b=b, i=i: b.join("p%d@example.org" % (first + i)) for i, b in enumerate(new)])
        self.people += new

    def apply(self):
        self.join(2 * TEAM)
        at_once([lambda b=b, i=i: b.post(self.path("/apply"), self.application(i)) for i, b in enumerate(self.people)])

    def applications(self):
        return self.boss.json(self.path("/applications"))["people"]

    def decide(self, ids, state):
        self.boss.post(self.path("/applications/decide"), {"ids": ids, "state": state})

    def select(self):
        self.decide([a["id"] for a in self.applications() if a["state"] == "submitted"], "selected")
        at_once([lambda b=b: self.accept(b) for b in self.people])

    def accept(self, b):
        b.post(self.path("/apply/answer"), {"answer": "accept"})
        text = b.json(self.path("/agreement"))
        b.post(self.path("/agreement"), {"name": b.name, "hash": text["hash"], "agree": "on"})

    def form(self):
        self.boss.post(self.path("/teams/form"), {"seed": 1})

    def team(self, number):
        """The browsers of a team's members, in the order of their places."""
        teams = self.boss.json(self.path("/teams"))["teams"]
        names = [m["name"] for t in teams if t["number"] == number for m in t["members"]]
        return [next(b for b in self.people if b.name == n) for n in names]

    # data

    def data(self, slug):
        return self.boss.json(self.path("/data/" + slug))

    def data_done(self, slug, seconds=90):
        """Waits until nothing runs for this project; its page."""
        return wait_for(lambda: (lambda d: None if d["running"] else d)(self.data(slug)), seconds, 0.1)

    def start_import(self, slug):
        self.boss.post(self.path("/data/%s/import" % slug), {"folder": slug})

    def start_release(self, slug):
        """Of what its risk is known, by a recipe that was looked at since the last import."""
        wait_for(lambda: self.data(slug)["recipe_standing"] != "checking", 60, 0.1)
        risk = self.path("/data/%s/risk" % slug)
        if self.boss.json(risk)["standing"] != "measured":
            self.boss.post(risk + "/measure", {})
            wait_for(lambda: self.boss.json(risk)["standing"] != "measuring", 60, 0.1)
        self.boss.post(self.path("/data/%s/release" % slug), {})

    def data_signed(self, slug):
        """Waits for the release and signs it, as a steward who chooses a password for that."""
        d = self.data_done(slug)
        if d and d["unsigned_release"]:
            page, word = self.path("/data/%s/sign" % slug), "a password to sign with"
            paper = self.boss.json(page)
            if not paper["has_password"]:
                self.boss.post("/account/password", {"password": word})
            self.boss.post(page, {"hash": paper["hash"], "password": word,
                                  "why": "A set that was published long ago."})
            d = self.data(slug)
        return d

    def data_made(self):
        """Every project's data imported, released and signed; what went wrong, by project."""
        wrong = {}
        for slug, _, _ in PROJECTS:
            self.recipe(slug)
            self.start_import(slug)
            self.data_done(slug)
            self.start_release(slug)
            d = self.data_signed(slug)
            if not d or d["problem"]:
                wrong[slug] = d and d["problem"]
        return wrong

    def recipe(self, slug):
        self.boss.post(self.path("/data/%s/recipe" % slug), {
            "recipe": (ROOT / "tools/demo-recipes" / (slug + ".txt")).read_text()})

    # workspaces

    def workspace(self, number):
        return self.boss.json(self.path("/teams/%d/workspace" % number))

    def rooms(self):
        return self.boss.json(self.path("/workspaces"))["rooms"]

    def rooms_are(self, state, seconds=60, stage=None):
        return wait_for(lambda: all(r["state"] == state and stage in (None, r["stage"]) for r in self.rooms()), seconds, 0.2)

    def submissions(self, number):
        return self.boss.json(self.path("/teams/%d/submissions" % number))["submissions"]


def refused(what):
    """What the answer says when what() is refused or broken off; "" when it is done."""
    try:
        what()
    except (Refused, OSError) as no:
        return str(no) or "broken off"
    return ""


def entered(b, number):
    """This person's way into the team's workspace, or None while it does not let in."""
    try:
        return Room(*b.enter(number))
    except (Refused, OSError, AttributeError):  # the last: an answer without a cookie
        return None


def at_once(jobs, width=4):
    """Runs functions side by side; the first exception is raised."""
    todo, wrong, lock = list(jobs), [], threading.Lock()

    def work():
        while True:
            with lock:
                if not todo or wrong:
                    return
                job = todo.pop(0)
            try:
                job()
            except Exception as e:  # told by the caller's thread
                wrong.append(e)
    threads = [threading.Thread(target=work) for _ in range(width)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if wrong:
        raise wrong[0]
