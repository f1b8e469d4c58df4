"""Mail from the real wardroom-portal to a real mail server on loopback. Prints TAP."""
import email
import email.policy
import html
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from portal_house import Browser, Portal, ROOT, USER  # noqa: E402
from tap import check, finish, wait_for  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES, MAIL = "/e/heart/roles", "/e/heart/mail"
EVENT = "Hjertedager på Ås – ימי הלב"
PASSWORD = "correct horse: battery"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Post:
    """The hospital's mail server."""

    def __init__(self, home):
        self.home, self.port, self.process = home, free_port(), None
        os.makedirs(home + "/new")

    def rules(self, *lines):
        with open(self.home + "/rules.new", "w") as f:
            f.write("".join(x + "\n" for x in lines))
        os.rename(self.home + "/rules.new", self.home + "/rules")

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-W", "ignore", HERE + "/mail_server.py", self.home, str(self.port)],
                                        stdin=subprocess.DEVNULL)

        def up():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        assert wait_for(up, 20), "the mail server does not start"

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def heard(self):
        try:
            with open(self.home + "/heard") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def got(self, to=""):
        """What arrived for an address, in order, as messages; .raw are the bytes."""
        out = []
        names = [self.home + "/new/" + n for n in os.listdir(self.home + "/new") if n.endswith(".eml")]
        for name in sorted(names, key=os.path.getmtime):
            with open(name, "rb") as f:
                raw = f.read()
            m = email.message_from_bytes(raw, policy=email.policy.default)
            m.raw = raw
            if to in m["X-To"]:
                out.append(m)
        return out


class World:
    def __init__(self, house):
        self.house = house
        self.with_mail()
        house.start()
        self.open()
        house.cli("person", "add", "boss@x.org", "Noa Boss", "--admin")
        self.boss = Browser(house).sign_in("boss@x.org")
        self.boss.get("/events/new")
        day = lambda n: time.strftime("%Y-%m-%d", time.gmtime(time.time() + n * 86400))  # noqa: E731
        made = self.boss.post("/events/new", {
            "slug": "heart", "name": EVENT, "place": "Here", "mode": "hybrid", "starts": day(99),
            "ends": day(100), "seats": 9, "about": "Hearts.", "rules": "", "kinds": ""})
        assert made.status == 303, made.text

    def open(self):
        self.db = sqlite3.connect(self.house.database, timeout=10, isolation_level=None)

    def with_mail(self, *lines):
        """The configuration with these lines; holds from the next start on."""
        with open(self.house.config) as f:
            kept = [x for x in f.read().splitlines() if not x.startswith("mail_")]
        with open(self.house.config, "w") as f:
            f.write("\n".join(kept + list(lines)) + "\n")

    def again(self, kill=False):
        if kill:
            self.house.process.send_signal(signal.SIGKILL)
            self.house.process.wait()
            self.house.sock.close()
            self.house.gate.close()
        else:
            self.house.stop()
        os.rename(self.house.dir + "/log", "%s/log.%d" % (self.house.dir, time.monotonic_ns()))
        self.house.start()

    def row(self, to):
        r = self.db.execute("SELECT state, tries, reason, body, id FROM outbox WHERE email = ? ORDER BY id DESC LIMIT 1", (to,)).fetchone()
        return dict(zip(("state", "tries", "reason", "body", "id"), r)) if r else None

    def becomes(self, to, state, seconds=15):
        return wait_for(lambda: (self.row(to) or {}).get("state") == state, seconds)

    def hurry(self):
        """As if the pauses were over; the server's own quiet minute ends by a new start."""
        self.db.execute("UPDATE outbox SET next = 0 WHERE state = 'waiting'")

    def invite(self, to, name="Somebody", role="mentor"):
        self.boss.get(ROLES)
        return self.boss.post(ROLES, {"name": name, "email": to, "role": role, "about": ""}, as_json=True).json().get("message", "")

    def put(self, to, subject, body):
        self.db.execute("INSERT INTO outbox (event, email, subject, body, created, since) VALUES (1, ?, ?, ?, ?, ?)",
                        (to, subject, body, int(time.time()), int(time.time())))

    def page(self, query=""):
        return self.boss.get(MAIL + query, as_json=True).json()


def without(w):
    said = w.invite("first@x.org")
    check("on its way" not in said and "wardroom person link first@x.org" in said, "without mail nobody is promised a link", said)
    b = Browser(w.house)
    b.get("/sign-in")
    said = b.post("/sign-in/link", {"email": "boss@x.org"}, as_json=True).json()["message"]
    check("on its way" not in said and "not set up" in said, "nor when they ask for one", said)
    said2 = b.post("/sign-in/link", {"email": "gone@x.org"}, as_json=True).json()["message"]
    check(said.replace("boss", "gone") == said2, "and the answer does not tell who is here", said2)
    check("Mail is not set up" in w.boss.get(MAIL).text and not w.page()["set_up"], "the page of mail says it")
    check("wardroom person link" in w.boss.get(ROLES).text, "the page of roles says how they come then")
    code, out, err = w.house.cli("status", as_json=False)
    check("not set up" in out, "so does `wardroom status`", (out, err))
    check(w.row("first@x.org")["state"] == "waiting", "what was written waits")


def unreachable(w):
    """No mail reaches an address with other letters: it is refused wherever one enters."""
    b = Browser(w.house)
    b.get("/join")
    got = b.post("/join", {"name": "Pål", "email": "pål@x.org", "password": PASSWORD})
    check(got.status == 422 and "letters beyond a to z" in got.text and "pål@x.org" in got.text, "by whoever joins", got.status)
    w.boss.get(ROLES)
    got = w.boss.post(ROLES, {"name": "Pål", "email": "på@ås.example", "role": "mentor", "about": ""}, as_json=True)
    check(got.status == 422 and "\"email\"" in got.text and "letters beyond a to z" in got.text,
          "by an organiser who invites", got.text)
    n = w.db.execute("SELECT count(*) FROM person WHERE email LIKE 'p%'").fetchone()[0]
    check(n == 0, "and nobody is made", n)


def refused(w):
    for lines, words in (
            (["mail_server smtp://x", "mail_from a@x.org"], "mail_server must be"),
            (["mail_server http://x:25", "mail_from a@x.org"], "mail_server must be"),
            (["mail_server smtp://localhost:25"], "mail_from"),
            (["mail_server smtp://localhost:25", "mail_from A <a@x.org> <b@x.org>"], "mail_from"),
            (["mail_server smtp://localhost:25", "mail_from a@x.org", "mail_user u"], "mail_password_file"),
            (["mail_server smtp://localhost:25", "mail_from a@x.org", "mail_password hunter2"], "not a keyword")):
        w.with_mail(*lines)
        code, out, err = w.house.cli("status")
        check(code != 0 and words in out + err, "refused: " + lines[-1], out + err)


def arrives(w, post):
    w.with_mail("mail_server smtp://localhost:%d" % post.port, "mail_from Hjertedager på Ås <event@x.org>")
    post.start()
    w.again()
    check(w.becomes("first@x.org", "sent"), "what waited is sent once mail is set up", w.house.log()[-600:])
    said = w.invite("noa@x.org", "נועה Bjørnstjerne")
    check("A sign-in link is on its way to noa@x.org." in said, "then the page says that a link is on its way", said)
    body = "Hei Åse,\n\n.\n..to dots\nFrom here\ntrail \n=3D ימי הלב 🫀\n" + "langt " * 400 + "\n"
    w.put("ase@x.org", "Blåbær og " + "ימי הלב " * 20, body)
    check(w.becomes("noa@x.org", "sent") and w.becomes("ase@x.org", "sent"), "mail is sent", w.house.log()[-600:])
    m = post.got("ase@x.org")[0]
    check(m.get_content().replace("\r\n", "\n") == body, "and arrives byte for byte", m.raw[:900])
    check(m["Subject"] == ("Blåbær og " + "ימי הלב " * 20).strip() or m["Subject"] == "Blåbær og " + "ימי הלב " * 20,
          "with its subject", ascii(m["Subject"]))
    check(m["To"] == "ase@x.org" or m["To"] == "<ase@x.org>", "To", m["To"])
    check(str(m["From"]) == "Hjertedager på Ås <event@x.org>", "From", ascii(str(m["From"])))
    check(m["X-From"] == "event@x.org" and m["X-To"] == "ase@x.org", "on the envelope too")
    check(abs(m["Date"].datetime.timestamp() - time.time()) < 120, "Date", m["Date"])
    check(re.fullmatch(r"<wardroom\.\d+\.\d+@x\.org>", m["Message-ID"]), "Message-ID", m["Message-ID"])
    check(m["Auto-Submitted"] == "auto-generated", "Auto-Submitted")
    check(max(len(x) for x in m.raw.split(b"\r\n")) <= 78 and m.raw.isascii(), "in lines that any server carries")
    m = post.got("noa@x.org")[0]
    link = re.search(r"/in/(\w+)", m.get_content())
    b = Browser(w.house)
    b.get(link.group(0))
    check(EVENT in m["Subject"] and b.post(link.group(0), {}).status == 303, "its link signs in", m.raw)
    check(w.row("noa@x.org")["body"] == "", "the row no longer has the link")
    # Closed first: who closes a file loses the locks that its process has on it.
    w.db.close()
    w.house.stop()
    for name in os.listdir(os.path.dirname(w.house.database)):
        if name.startswith("wardroom.db"):
            with open(os.path.join(os.path.dirname(w.house.database), name), "rb") as f:
                check(link.group(1).encode() not in f.read(), "nor has the file %s" % name)
    w.open()
    os.rename(w.house.dir + "/log", w.house.dir + "/log.arrives")
    with open(w.house.dir + "/log.arrives", errors="replace") as f:
        check("/in/" not in f.read(), "nor the log")
    w.house.start()
    n = post.heard().count("CONNECT")
    w.db.execute("BEGIN IMMEDIATE")
    for i in range(20):
        w.put("many%d@x.org" % i, "Many", "x\n")
    w.db.execute("COMMIT")
    check(wait_for(lambda: len(post.got("many")) == 20, 20), "twenty arrive", len(post.got("many")))
    check(post.heard().count("CONNECT") - n == 1, "over one connection", post.heard().count("CONNECT") - n)
    check([m["X-To"] for m in sorted(post.got("many"), key=lambda m: int(m["Message-ID"].split(".")[1]))] ==
          ["many%d@x.org" % i for i in range(20)], "each to its own")


def one_of_many(w, post):
    post.rules("late-one@x.org 450", "no-one@x.org 550")
    w.db.execute("BEGIN IMMEDIATE")
    for to in ("no-one@x.org", "late-one@x.org", "fine@x.org"):
        w.put(to, "S", "B\n")
    w.db.execute("COMMIT")
    check(w.becomes("no-one@x.org", "failed"), "550 ends one", w.row("no-one@x.org"))
    r = w.row("no-one@x.org")
    check("550" in r["reason"] and "no mailbox" in r["reason"] and "\x1b" not in r["reason"], "with the server's sentence", r)
    check(w.becomes("fine@x.org", "sent"), "and that one alone")
    r = w.row("late-one@x.org")
    check(r["state"] == "waiting" and r["tries"] == 1 and "450" in r["reason"], "450 lets it wait", r)
    nxt = w.db.execute("SELECT next FROM outbox WHERE id = ?", (r["id"],)).fetchone()[0]
    check(30 < nxt - time.time() <= 61, "for a minute at first", nxt - time.time())
    page = w.page("?state=failed")
    check(page["failed"] == 1 and page["mails"][0]["email"] == "no-one@x.org" and page["mails"][0]["again"] and
          "550" in page["mails"][0]["reason"], "organisers read why", page)
    check("body" not in page["mails"][0] and "Try again" in w.boss.get(MAIL).text, "but not what it says")
    post.rules("none 0")
    w.hurry()
    check(w.becomes("late-one@x.org", "sent"), "450, then 250: sent", w.row("late-one@x.org"))
    got = w.boss.post(MAIL + "/again", {"id": w.row("no-one@x.org")["id"]}, as_json=True)
    check(got.status == 200 and w.becomes("no-one@x.org", "sent"), "tried again, what failed is sent", got.text)
    got = w.boss.post(MAIL + "/again", {"id": w.row("no-one@x.org")["id"]}, as_json=True)
    check(got.status == 409, "what was sent is not sent again", got.status)
    other = Browser(w.house).sign_in("noa@x.org")
    check(other.get(MAIL).status == 403 and other.post(MAIL + "/again", {"id": 1}).status == 403, "a mentor sees none of it")


def injection(w, post):
    n = len(post.got())
    for to in ("a@x.org\r\nBcc: eve@x.org", "a@x.org>\r\nRCPT TO:<eve@x.org", "a@x.org,eve@x.org", "på@x.org"):
        w.put(to, "S", "B\n")
        check(w.becomes(to, "failed") and w.row(to)["tries"] == 1, "refused as an address: %r" % to, w.row(to))
    w.put("victim@x.org", "Hi\r\nBcc: eve@x.org\r\n\r\nFalse", "\r\n.\r\nMAIL FROM:<eve@x.org>\r\nRCPT TO:<eve@x.org>\r\n")
    check(w.becomes("victim@x.org", "sent"), "a subject with line ends is sent")
    m = post.got("victim@x.org")[0]
    check("Bcc" not in m and m["Subject"] == "Hi  Bcc: eve@x.org    False", "as one line", m["Subject"])
    check("MAIL FROM:<eve@x.org>" in m.get_content(), "and a text that speaks to the server is a text", m.raw)
    check("eve@" not in post.heard() and len(post.got()) == n + 1, "the server heard of nobody else")


def outage(w, post):
    post.stop()
    w.put("patient@x.org", "S", "B\n")
    w.put("second@x.org", "S", "B\n")
    check(wait_for(lambda: w.row("patient@x.org")["reason"]), "a server that is down: it waits", w.row("patient@x.org"))
    time.sleep(3)
    check(w.row("second@x.org")["tries"] == 0, "and the next is not tried in vain")
    post.start()
    w.hurry()
    w.again()
    check(w.becomes("patient@x.org", "sent") and w.becomes("second@x.org", "sent"), "the server is up: both are sent",
          w.row("patient@x.org"))
    post.rules("greet 40")
    w.put("hang@x.org", "S", "B\n")
    wait_for(lambda: w.row("hang@x.org")["tries"] == 1)
    worst = 0.0
    for i in range(10):
        begun = time.monotonic()
        assert w.boss.get(MAIL).status == 200
        w.invite("busy%d@x.org" % i)
        worst = max(worst, time.monotonic() - begun)
    check(worst < 5, "while a server says nothing, pages read and write", "%.2f s" % worst, measured=True)
    check(wait_for(lambda: w.row("hang@x.org")["reason"], 40), "and we stop listening", w.row("hang@x.org"))
    check(w.row("hang@x.org")["state"] == "waiting", "it waits")
    post.stop()
    post.rules("none 0")
    post.start()
    w.hurry()
    w.again()
    check(w.becomes("hang@x.org", "sent", 30), "and is sent when the server speaks", w.row("hang@x.org"))
    check(wait_for(lambda: w.page()["waiting"] == 0, 30), "and so is all that was written meanwhile")


def killed(w, post):
    post.rules("late 6")
    w.put("killed@x.org", "S", "B\n")
    check(wait_for(lambda: post.got("killed@x.org"), 20), "the server has it and has not said so")
    w.again(kill=True)
    check(w.row("killed@x.org")["state"] == "waiting", "kill -9 of the portal: the row still waits", w.row("killed@x.org"))
    post.stop()
    post.rules("none 0")
    post.start()
    w.hurry()
    check(w.becomes("killed@x.org", "sent", 30), "it is sent again", w.row("killed@x.org"))
    ids = [m["Message-ID"] for m in post.got("killed@x.org")]
    check(len(ids) == 2 and ids[0] == ids[1], "as the same message", ids)
    post.rules("late 20")
    w.put("stopped@x.org", "S", "B\n")
    wait_for(lambda: post.got("stopped@x.org"), 20)
    begun = time.monotonic()
    w.again()
    check(time.monotonic() - begun < 15, "the portal stops in the middle of it", "%.1f s" % (time.monotonic() - begun))
    post.stop()
    post.rules("none 0")
    post.start()


def ended(w):
    w.db.execute("INSERT INTO outbox (event, email, subject, body, created, since, next, reason) VALUES"
                 " (1, 'old@x.org', 'S', '/in/secret', 1, unixepoch() - 4 * 86400, unixepoch() + 9999, 'down')")
    w.db.execute("INSERT INTO outbox (event, email, subject, body, created, since, state, ended) VALUES"
                 " (1, 'older@x.org', 'S', '/in/secret', unixepoch() - 15 * 86400, 1, 'failed', 1)")
    w.again()
    check(w.becomes("old@x.org", "failed") and w.row("old@x.org")["reason"] == "down", "after three days it has failed", w.row("old@x.org"))
    check(wait_for(lambda: w.row("older@x.org")["body"] == ""), "after fourteen its text is gone")
    got = w.boss.post(MAIL + "/again", {"id": w.row("older@x.org")["id"]}, as_json=True)
    check(got.status == 409, "and it cannot be sent again", got.text)


def signs_in(w, post):
    secret = w.house.state + "/portal/mail.secret"
    with open(secret, "w") as f:
        f.write(PASSWORD + "\n")
    os.chmod(secret, 0o644)
    if ROOT:
        os.chown(secret, USER.pw_uid, USER.pw_gid)
    w.with_mail("mail_server smtp://127.0.0.1:%d" % post.port, "mail_from event@x.org", "mail_user datathon",
                "mail_password_file " + secret)
    post.rules("auth datathon wrong")
    w.db.execute("UPDATE outbox SET state = 'failed' WHERE state = 'waiting'")
    w.put("secret@x.org", "S", "B\n")
    w.hurry()
    w.again()
    check(wait_for(lambda: "0600" in w.row("secret@x.org")["reason"]), "a password that others can read is not used", w.row("secret@x.org"))
    os.chmod(secret, 0o600)
    w.hurry()
    w.again()
    check(wait_for(lambda: w.row("secret@x.org")["tries"]) and wait_for(lambda: "0600" not in w.row("secret@x.org")["reason"]) and
          w.row("secret@x.org")["state"] == "waiting", "a wrong one lets all wait", w.row("secret@x.org"))
    post.rules("auth datathon " + PASSWORD)
    w.hurry()
    w.again()
    check(w.becomes("secret@x.org", "sent"), "the right one sends it", w.row("secret@x.org"))
    check(PASSWORD not in w.house.log(), "and is not in the log")


def walls(w, post):
    """Without TLS nothing leaves the machine."""
    n = len(post.got())
    post.rules("none 0")
    w.db.execute("UPDATE outbox SET state = 'failed' WHERE state = 'waiting'")
    w.with_mail("mail_server smtp://127.1:%d" % post.port, "mail_from event@x.org")
    w.put("plain@x.org", "S", "B\n")
    w.again()
    check(wait_for(lambda: "does not offer TLS" in w.row("plain@x.org")["reason"]),
          "a server elsewhere without STARTTLS gets nothing, and the page says why", w.row("plain@x.org"))
    check(len(post.got()) == n, "not one text went out")


def certificate(w, name, signer, *who):
    """A certificate and its key in one file; signed by the authority of that name, or an authority itself."""
    path = "%s/%s" % (w.house.dir, name)
    by = ["-CA", "%s/%s.crt" % (w.house.dir, signer), "-CAkey", "%s/%s.key" % (w.house.dir, signer)] if signer else []
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9",
                    "-subj", "/CN=" + name, *by, *(["-addext", "subjectAltName=" + ",".join(who)] if who else []),
                    "-addext", "basicConstraints=critical,CA:" + ("FALSE" if signer else "TRUE"),
                    "-keyout", path + ".key", "-out", path + ".crt"], check=True, capture_output=True)
    with open(path + ".pem", "w") as out:
        for part in ".key", ".crt":
            with open(path + part) as f:
                out.write(f.read())
    return path + ".pem"


def secured(w, post):
    """TLS with certificates of an authority of our own: smtps and STARTTLS, good, and wrong in every way."""
    certificate(w, "ca", None)
    certificate(w, "stranger", None)
    good = certificate(w, "good", "ca", "DNS:localhost", "IP:127.0.0.1")
    other = certificate(w, "other", "ca", "DNS:mail.elsewhere.example", "IP:192.0.2.1")
    unknown = certificate(w, "unknown", "stranger", "DNS:localhost", "IP:127.0.0.1")
    ca = "mail_ca_file %s/ca.crt" % w.house.dir
    for scheme, rule, host in ("smtps", "tls", "localhost"), ("smtp", "starttls", "127.1"):
        server = "mail_server %s://%s:%d" % (scheme, host, post.port)

        def tried(to, pem, *more):
            w.db.execute("UPDATE outbox SET state = 'failed' WHERE state = 'waiting'")
            post.rules("%s %s" % (rule, pem), "auth datathon " + PASSWORD)
            w.with_mail(server, "mail_from event@x.org", "mail_user datathon",
                        "mail_password_file %s/portal/mail.secret" % w.house.state, *more)
            w.put(to, "S", "B\n")
            w.again()

        def refused(to, pem, words, what, *more):
            n, heard = len(post.got()), post.heard().count("AUTH")
            tried(to, pem, *more)
            check(wait_for(lambda: w.row(to)["reason"]), "%s: %s: it waits" % (rule, what), w.row(to))
            said = w.row(to)["reason"]
            check(words in said and "Nothing was sent" in said and said in html.unescape(w.boss.get(MAIL).text),
                  "%s: and the page says why" % rule, said)
            check(len(post.got()) == n and post.heard().count("AUTH") == heard, "%s: neither mail nor password went out" % rule)

        tried("good-%s@x.org" % rule, good, ca)
        check(w.becomes("good-%s@x.org" % rule, "sent"), "%s: a certificate of the hospital's own authority is good" % rule,
              w.row("good-%s@x.org" % rule))
        check(len(post.got("good-%s@x.org" % rule)) == 1 and "AUTH" in post.heard(), "%s: the mail arrived, by password" % rule)
        refused("name-%s@x.org" % rule, other, "for another name", "a certificate for another name", ca)
        refused("unknown-%s@x.org" % rule, unknown, "ca.crt", "a certificate of a stranger's authority", ca)
        refused("machine-%s@x.org" % rule, good, "this machine's authorities", "one that only our own authority signed, which the machine does not know")
        refused("none-%s@x.org" % rule, good, "cannot be read", "an authority that is not there", "mail_ca_file %s/none.crt" % w.house.dir)
    check("AUTH over TLS" in post.heard() and post.heard().count("STARTTLS") >= 1, "STARTTLS came before the password")
    post.rules("none 0")
    w.db.execute("UPDATE outbox SET state = 'failed' WHERE state = 'waiting'")
    w.with_mail("mail_server smtp://localhost:%d" % post.port, "mail_from event@x.org")
    w.again()


def restored(w, post):
    """A backup ends every sign-in link when it is put back: mail that waits with one is not sent so."""
    if not ROOT:
        return
    post.stop()
    w.invite("back@x.org")
    w.put("news@x.org", "News", "The final begins at ten.\n")
    old = re.search(r"/in/\w+", w.row("back@x.org")["body"]).group(0)
    copy = w.house.dir + "/mail.db"
    code, out, err = w.house.cli("backup", copy)
    check(code == 0, "a backup while mail waits", err)
    w.db.close()
    w.house.stop()
    code, out, err = w.house.cli("restore", copy)
    check(code == 0 and "mail" in out, "put back", out + err)
    w.open()
    post.start()
    w.house.start()
    w.hurry()
    check(w.becomes("news@x.org", "sent", 30) and w.becomes("back@x.org", "failed", 30),
          "news that waited are sent, and a link that leads nowhere is not", (w.row("news@x.org"), w.row("back@x.org")))
    r = w.row("back@x.org")
    check("no longer works" in r["reason"] and not post.got("back@x.org"), "the row says why", r["reason"])
    w.boss = Browser(w.house).sign_in("boss@x.org")
    row = [m for m in w.page("?state=failed")["mails"] if m["email"] == "back@x.org"][0]
    check(row["again"] and row["anew"] and "Send a new link" in w.boss.get(MAIL).text, "and the page offers to send it anew", row)
    got = w.boss.post(MAIL + "/again", {"id": row["id"]}, as_json=True)
    check(got.status == 200 and "new sign-in link" in got.text and "/in/" not in got.text and w.becomes("back@x.org", "sent", 30),
          "which is done, and shows nobody the link", (got.text, w.row("back@x.org")))
    new = re.search(r"/in/\w+", post.got("back@x.org")[0].get_content()).group(0)
    b = Browser(w.house)
    check(b.get(old).status == 404, "the old link is dead")
    b.get(new)
    check(new != old and b.post(new, {}).status == 303, "the new one signs in")


def main():
    house = Portal()
    post = Post(house.dir + "/post")
    try:
        w = World(house)
        without(w)
        unreachable(w)
        refused(w)
        arrives(w, post)
        one_of_many(w, post)
        injection(w, post)
        outage(w, post)
        killed(w, post)
        ended(w)
        signs_in(w, post)
        walls(w, post)
        secured(w, post)
        restored(w, post)
        check(house.stop() == 0, "it stops when told", house.log()[-800:])
    finally:
        post.stop()
        house.clean()
    raise SystemExit(finish())


main()
