"""A house around the real wardroom-gate: this script plays warden, portal, browser and workspace.

Started as root, the gate and the desk drop to other users, as they would be in a house; otherwise
all of them are one user and the uid arithmetic is bent so that this user owns slot 5.
"""
import array
import base64
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

ROOT = os.getuid() == 0
BIN = os.environ.get("WARDROOM_BIN", "build/bin")
WS, OTHER, SLOT, PERSON, SESSION = 7, 8, 5, 42, 77
UID_BASE = 300000 if ROOT else (os.getuid() - 1000 - SLOT) % 2**32
MEMBER = (UID_BASE + 1000 + SLOT) % 2**32
GATE_UID = 65534 if ROOT else os.getuid()
GW_LISTEN, GW_SPOOL, GW_PORTAL, GW_WS, GW_WS_GONE = 1, 2, 3, 4, 5
PG_TICKET, PG_DESK, PG_CHECK, PG_PASS, PG_DESK_ANSWER, PG_CUT, PG_CUT_DONE = 1, 2, 3, 64, 65, 128, 192
DESK_TABLE, PG_DROP, PG_DROP_DONE = 10, 129, 193
PG_CARRIED, PG_MISSING = 32, 33
PG_SIGHT, PG_SIGHT_IS = 4, 66
OK, E_DENIED, E_ABSENT = 0, 3, 4

def send_message(sock, data, fds=()):
    extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    sock.sendmsg([data], extra)


class Portal:
    """Plays the portal: tickets are good once, the desk answers twice."""

    def __init__(self):
        self.here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sights = {}
        self.tickets, self.desk, self.checks, self.done = {}, [], [], []
        self.dropped = []
        self.views, self.parcel = None, None  # where the curator leaves a table, and what
        self.seqs, self.welcome, self.desk_code, self.mute = [], True, 0, False
        self.budget, self.carried, self.missing = (0, 0, 0, 0), [], []
        self.news = threading.Condition()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                m = self.here.recv(16384)
            except OSError:
                return
            if not m:
                return
            kind, seq = struct.unpack_from("=II", m)
            if kind == PG_CARRIED:
                with self.news:
                    self.carried.append(struct.unpack_from("=5Q", m, 8))
                    self.news.notify_all()
                continue
            if kind == PG_DROP_DONE:
                with self.news:
                    self.dropped.append(struct.unpack_from("=Q", m, 8)[0])
                    self.news.notify_all()
                continue
            if kind == PG_MISSING:
                self.missing.append(struct.unpack_from("=QQQI", m, 8))
                continue
            if kind != PG_CUT_DONE:
                self.seqs.append(seq)
            if self.mute:
                continue
            if kind == PG_TICKET:
                ws, ticket = struct.unpack_from("=Q65s", m, 8)
                person = self.tickets.pop((ws, ticket.rstrip(b"\0").decode()), None)
                self.send_pass(seq, OK if person else E_DENIED, person or 0)
            elif kind == PG_SIGHT:
                file = self.sights.pop(struct.unpack_from("=65s", m, 8)[0].rstrip(b"\0").decode(), 0)
                self.here.send(struct.pack("=IIIIQ200s", PG_SIGHT_IS, seq, OK if file else E_DENIED, 0, file,
                                           b"" if file else b"Used already."))
            elif kind == PG_CHECK:
                ws, person, session = struct.unpack_from("=QQQ", m, 8)
                self.checks.append((ws, person, session))
                self.send_pass(seq, OK if self.welcome else E_DENIED, person)
            elif kind == PG_DESK:
                self.desk.append(struct.unpack_from("=QIIQQ32s256s", m, 8))
                table = self.desk[-1][2] == DESK_TABLE
                if table and self.parcel is not None:
                    with open(self.views + "/table-%d" % self.desk[-1][3], "wb") as f:
                        f.write(self.parcel)
                self.send_desk(seq, 0, 1, "Received.\n")
                self.send_desk(seq, self.desk_code, 0, "AUROC 0.81 \x1b[31m(caf\u00e9)\n", int(table))
            elif kind == PG_CUT_DONE:
                with self.news:
                    self.done.append((seq, struct.unpack_from("=Q", m, 8)[0]))
                    self.news.notify_all()

    def send_pass(self, seq, status, person):
        self.here.send(struct.pack("=IIIIQQq200s4Q", PG_PASS, seq, status, SLOT, person, SESSION + person,
                                   int(time.time()) + 3600, b"" if status == OK else b"No.", *self.budget))

    def send_desk(self, seq, code, more, text, parcel=0):
        text = text.encode()
        self.here.send(struct.pack("=IIIIII8000s", PG_DESK_ANSWER, seq, code, more, len(text), parcel, text))

    def drop(self, spool):
        self.here.send(struct.pack("=IIQ", PG_DROP, 0, spool))

    def cut(self, seq, ws=0, person=0, session=0):
        start = time.monotonic()
        self.here.send(struct.pack("=IIQQQ", PG_CUT, seq, ws, person, session))
        with self.news:
            self.news.wait_for(lambda: any(s == seq for s, _ in self.done), 5)
        counts = [n for s, n in self.done if s == seq]
        return (counts[0] if counts else None), time.monotonic() - start

    def ticket(self, ws=WS, person=PERSON):
        t = os.urandom(32).hex()
        self.tickets[ws, t] = person
        return t


class Inside:
    """Plays a notebook server on a unix socket: answers by path, echoes WebSocket bytes."""

    def __init__(self, path):
        self.heads, self.sock = [], socket.socket(socket.AF_UNIX)
        self.sock.bind(path)
        os.chmod(path, 0o666)
        if ROOT:
            os.chown(path, MEMBER, -1)
        self.sock.listen(128)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            c, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        try:
            self.answer(c)
        except OSError:
            pass
        finally:
            c.close()

    def answer(self, c):
        data = b""
        while b"\r\n\r\n" not in data:
            part = c.recv(65536)
            if not part:
                return
            data += part
        head, body = data.split(b"\r\n\r\n", 1)
        self.heads.append(head.decode("latin-1"))
        path = head.split(b" ")[1].decode()
        if b"Upgrade: websocket" in head:
            key = [l.split(b": ")[1] for l in head.split(b"\r\n") if l.lower().startswith(b"sec-websocket-key")][0]
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            c.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            while True:
                part = c.recv(65536)
                if not part:
                    return
                c.sendall(part)
        for l in head.split(b"\r\n"):
            if l.lower().startswith(b"content-length:"):
                want = int(l.split(b":")[1])
                while len(body) < want:
                    part = c.recv(65536)
                    if not part:
                        return
                    body += part
        replies = {
            "/hostile": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Disposition: attachment\r\n"
                        b"Set-Cookie: wardroom_room=stolen\r\nSet-Cookie: a=b; Domain=.localhost\r\n"
                        b"Set-Cookie: _xsrf=good; Path=/\r\nService-Worker-Allowed: /\r\nClear-Site-Data: \"*\"\r\n"
                        b"Content-Security-Policy: default-src *\r\nContent-Length: 2\r\n\r\nhi",
            "/away": b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/?data\r\nContent-Length: 0\r\n\r\n",
            "/home": b"HTTP/1.1 302 Found\r\nLocation: /tree\r\nContent-Length: 0\r\n\r\n",
            "/two": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            "/switch": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Accept: x\r\n\r\nraw",
            "/split": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\nsecond",
            "/nothing": b"",
            "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        }
        big = 3 << 20
        if path == "/big":
            c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % big + b"x" * big)
        elif path.startswith("/api/contents/large"):
            c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % big + b"x" * big)
        elif path == "/flood":
            try:
                c.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                for _ in range(230):
                    c.sendall(b"x" * (1 << 20))
            except OSError:
                pass
        elif path in replies:
            c.sendall(replies[path])
        else:
            c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class House:
    """The gate with its folders; plays the warden."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="gate-test-")
        os.chmod(self.dir, 0o755)
        for d in ("apps", "apps/%d" % SLOT, "spool", "views"):
            os.mkdir(os.path.join(self.dir, d))
            os.chmod(os.path.join(self.dir, d), 0o755)
        if ROOT:
            os.chown(self.path("spool"), GATE_UID, -1)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.host = "w%d.localhost:%d" % (WS, self.port)
        with open(self.path("config"), "w") as f:
            f.write("state %s\n" % self.dir)
            f.write("site http://localhost:1\nrooms http://%%s.localhost:%d\n" % self.port)
        self.desks = {}
        self.warden, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = open(self.path("log"), "wb")
        self.gate = self.start(there.fileno())
        there.close()
        self.portal = None
        send_message(self.warden, struct.pack("=II", GW_LISTEN, 0), [self.listener.fileno()])
        self.dirs = [os.open(self.path(d), os.O_PATH | os.O_DIRECTORY) for d in ("spool", "apps")]
        send_message(self.warden, struct.pack("=II", GW_SPOOL, 0), [self.dirs[0]])
        self.new_portal()
        self.open_room(WS)
        self.open_room(OTHER)

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self, fd):
        def child():
            os.dup2(fd, 3)
            if ROOT:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(GATE_UID)
        program = os.path.join(BIN, "wardroom-gate")
        return subprocess.Popen([program, "--config", self.path("config")], stderr=self.log,
                                stdin=subprocess.DEVNULL, pass_fds=[3, fd], preexec_fn=child)

    def new_portal(self):
        self.portal = Portal()
        send_message(self.warden, struct.pack("=II", GW_PORTAL, 0), [self.portal.there.fileno()])
        self.portal.there.close()

    def open_room(self, ws):
        path = self.path("desk%d.sock" % ws)
        if os.path.exists(path):
            os.unlink(path)
        s = socket.socket(socket.AF_UNIX)
        s.bind(path)
        os.chmod(path, 0o666)
        s.listen(16)
        self.desks[ws] = s
        send_message(self.warden, struct.pack("=IIQII", GW_WS, 0, ws, UID_BASE, 0),
                     [self.dirs[1], s.fileno()])

    def drop_room(self, ws):
        send_message(self.warden, struct.pack("=IIQII", GW_WS_GONE, 0, ws, 0, 0))

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(15)
        return s

    def raw(self, data, wait=15):
        s = self.connect()
        s.settimeout(wait)
        out = bytearray()
        try:
            s.sendall(data)
            while True:
                part = s.recv(65536)
                if not part:
                    break
                out += part
        except OSError:
            pass
        s.close()
        return bytes(out)

    def get(self, target, method="GET", lines="", cookie=None, host=None, body=b""):
        head = "%s %s HTTP/1.1\r\nHost: %s\r\n%s" % (method, target, host or self.host, lines)
        if cookie:
            head += "Cookie: a=b; wardroom_room=%s\r\n" % cookie
        if body:
            head += "Content-Length: %d\r\n" % len(body)
        return Answer(self.raw(head.encode() + b"\r\n" + body))

    def enter(self, ws=WS, person=PERSON):
        a = self.get("/.wardroom/enter?ticket=" + self.portal.ticket(ws, person),
                     host="w%d.localhost:%d" % (ws, self.port))
        return a, a.line("Set-Cookie").split("wardroom_room=")[-1].split(";")[0]

    def close(self):
        self.warden.close()
        code = self.gate.wait(10)
        self.log.close()
        shutil.rmtree(self.dir)
        return code


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        words = self.head.split(" ")
        self.code = int(words[1]) if len(words) > 1 else 0

    def line(self, name):
        return " | ".join(l.split(": ", 1)[1] for l in self.head.split("\r\n")[1:]
                          if l.lower().startswith(name.lower() + ": "))


class WebSocket:
    def __init__(self, house, cookie, origin=None, lines=""):
        self.sock = house.connect()
        self.sock.sendall(("GET /api/kernels/x/channels HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"
                           "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                           "Sec-WebSocket-Version: 13\r\nOrigin: %s\r\nCookie: wardroom_room=%s\r\n%s\r\n"
                           % (house.host, origin or "http://" + house.host, cookie, lines)).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.sock.recv(1)
            if not part:
                break
            head += part
        self.code = int(head.split(b" ")[1]) if head else 0

    def echo(self, data):
        threading.Thread(target=self.sock.sendall, args=(data,), daemon=True).start()
        got = bytearray()
        while len(got) < len(data):
            part = self.sock.recv(65536)
            if not part:
                break
            got += part
        return got == data

    def is_closed(self, wait=2):
        self.sock.settimeout(wait)
        try:
            return self.sock.recv(1) == b""
        except socket.timeout:
            return False
        except OSError:
            return True


def desk(h, *words, ws=WS, uid=None, file=None):
    def child():
        if ROOT:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(MEMBER if uid is None else uid)
    env = dict(os.environ, WARDROOM_DESK=h.path("desk%d.sock" % ws))
    return subprocess.run([os.path.join(BIN, "wardroom-desk"), *words], env=env, preexec_fn=child,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=30, cwd="/")


def as_member(work):
    """Runs work() in a child with the member's uid; returns the bytes it returned."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if ROOT:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(MEMBER)
            os.write(w, work())
        finally:
            os._exit(0)
    os.close(w)
    with os.fdopen(r, "rb") as f:
        out = f.read()
    os.waitpid(pid, 0)
    return out


def talk(path, line):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(15)
    s.connect(path)
    out = b""
    try:
        s.sendall(line)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    while part := s.recv(4096):
        out += part
    return out
