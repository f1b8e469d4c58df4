"""A house around the real wardroom-portal: this script is its warden, and has browsers.

Started as root, the portal runs as another user, as it would in a house.
"""
import array
import html.parser
import http.client
import json
import os
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse

from tap import page

ROOT = os.getuid() == 0
BIN = os.environ.get("WARDROOM_BIN", "build/bin")
USER = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.getuid())
PW_WS_STATE, PW_AUDIT_HEAD, PW_HOST = 9, 10, 11
PW_DONE, PW_USAGE, PW_HOST_IS, PW_LISTEN, PW_GATE = 64, 65, 66, 128, 129
PG_CUT, PG_CUT_DONE = 128, 192

def owned(path):
    if ROOT:
        os.chown(path, USER.pw_uid, USER.pw_gid)


def messages(sock):
    """(kind, seq, message, descriptors) until the other side is gone; who asks closes the descriptors."""
    while True:
        try:
            m, extra, _, _ = sock.recvmsg(16384, 1024)
        except OSError:
            return
        if not m:
            return
        fds = array.array("i")
        for _, _, data in extra:
            fds.frombytes(data)
        yield *struct.unpack_from("=II", m), m, list(fds)


class Portal:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="wardroom-portal-")
        os.chmod(self.dir, 0o755)
        self.state = self.dir + "/state"
        self.database = self.state + "/portal/wardroom.db"
        for d in ("", "/portal", "/jobs"):
            os.mkdir(self.state + d, 0o755)
        owned(self.state + "/portal")
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.site = "http://localhost:%d" % self.port
        self.config = self.dir + "/wardroom.conf"
        with open(self.config, "w") as f:
            f.write("state %s\nrun %s/run\nsite %s\nuser_portal %s\nbin %s\n" % (
                self.state, self.dir, self.site, USER.pw_name, os.path.abspath(BIN)))
        self.heads, self.process = [], None

    def start(self):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.gate, gate_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fd = theirs.fileno()

        def become():
            if ROOT:
                os.setgroups([])
                os.setgid(USER.pw_gid)
                os.setuid(USER.pw_uid)
            os.dup2(fd, 3)
            os.set_inheritable(3, True)
        with open(self.dir + "/log", "ab") as log:
            self.process = subprocess.Popen([BIN + "/wardroom-portal", "--config", self.config],
                                            preexec_fn=become, close_fds=False,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        theirs.close()
        self.send(struct.pack("=II", PW_LISTEN, 0), [self.listener.fileno()])
        self.send(struct.pack("=II", PW_GATE, 0), [gate_theirs.fileno()])
        gate_theirs.close()
        threading.Thread(target=self.warden, args=(self.sock,), daemon=True).start()
        threading.Thread(target=self.hear_gate, args=(self.gate,), daemon=True).start()
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            if "the portal is up" in self.log():
                return
            time.sleep(0.05)
        raise RuntimeError("the portal does not start: " + self.log())

    def send(self, data, fds=()):
        extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.sock.sendmsg([data], extra)

    def log(self):
        with open(self.dir + "/log", errors="replace") as f:
            return f.read()

    def stop(self):
        """Ends it as the warden would; returns its exit code."""
        self.process.terminate()
        code = self.process.wait(20)
        self.sock.close()
        self.gate.close()
        return code

    def clean(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir)

    def warden(self, sock):
        for kind, seq, m, fds in messages(sock):
            for fd in fds:
                os.close(fd)
            if kind == PW_AUDIT_HEAD:
                self.heads.append(struct.unpack_from("=Q32s", m, 8))
            if kind == PW_WS_STATE:
                reply = struct.pack("=IIIIQQQQQQQQQ", PW_USAGE, seq, 1, *[0] * 10)
            elif kind == PW_HOST:
                reply = struct.pack("=IIII4000s", PW_HOST_IS, seq, 1, 0, b"all yes\n")
            else:
                reply = struct.pack("=IIIIQ400s", PW_DONE, seq, 0, 0, 0, b"")
            try:
                sock.send(reply)
            except OSError:
                return

    def hear_gate(self, sock):
        for kind, seq, _, _ in messages(sock):
            if kind == PG_CUT:
                sock.send(struct.pack("=IIQ", PG_CUT_DONE, seq, 0))

    def cli(self, *words, as_json=True, raw=False):
        """Runs `wardroom`; returns (exit code, standard output, standard error)."""
        argv = [BIN + "/wardroom", "--config", self.config] + (["--json"] if as_json else [])
        done = subprocess.run(argv + list(words), capture_output=True, text=not raw, timeout=60)
        return done.returncode, done.stdout, done.stderr


class Tokens(html.parser.HTMLParser):
    """The first csrf token of a page."""

    def __init__(self, page):
        super().__init__()
        self.token = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("name") == "csrf" and self.token is None:
            self.token = attrs.get("value")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.type = response.getheader("Content-Type")
        self.location = response.getheader("Location")
        self.cookies = response.headers.get_all("Set-Cookie") or []
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


class Browser:
    """One person's: cookies, tokens, HTML or JSON."""

    def __init__(self, house):
        self.house, self.cookies, self.token = house, {}, None

    def ask(self, method, target, body=None, headers=None, as_json=False):
        c = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=30)
        c.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        head = {"Host": "localhost:%d" % self.house.port,
                "Accept": "application/json" if as_json else "text/html"}
        if self.cookies:
            head["Cookie"] = "; ".join("%s=%s" % kv for kv in self.cookies.items())
        if body is not None:
            head["Content-Length"] = str(len(body))
        head.update(headers or {})
        for k, v in head.items():
            c.putheader(k, v)
        try:
            c.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may have answered before it read all
        answer = Answer(c.getresponse())
        c.close()
        for cookie in answer.cookies:
            name, value = cookie.split(";")[0].split("=", 1)
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        if answer.type and answer.type.startswith("text/html"):
            page(target, answer.text)
        if not as_json and answer.type and answer.type.startswith("text/html"):
            self.token = Tokens(answer.text).token or self.token
        return answer

    def get(self, target, as_json=False):
        return self.ask("GET", target, as_json=as_json)

    def post(self, target, fields, as_json=False, token=None, origin=None):
        """A form as a browser sends it, or the same as a JSON body."""
        fields = dict(fields, csrf=self.token if token is None else token)
        headers = {"Origin": origin or self.house.site}
        if as_json:
            headers["Content-Type"] = "application/json"
            body = json.dumps(fields).encode()
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(fields, doseq=True).encode()
        return self.ask("POST", target, body, headers, as_json)

    def sign_in(self, email):
        code, url, why = self.house.cli("person", "link", email, as_json=False)
        if code:
            raise RuntimeError(why)
        path = urllib.parse.urlsplit(url.strip()).path
        self.get(path)
        answer = self.post(path, {})
        if answer.status != 303:
            raise RuntimeError("signing in: %d %s" % (answer.status, answer.text))
        self.landed = self.get("/account")
        return self
