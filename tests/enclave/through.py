"""A real warden and a real gate, with the test in the portal's place and in the browser's.

    with House(build) as h:
        h.start()
        h.portal.ws_open(1, members=[(7, 0, "ada")])
        room = h.enter(1, 0, 7)          # a client.Room with a cookie of the gate's
        kernel = Kernel(room, "ir")      # of the member's notebook
        kernel.run("1 + 1")

Needs root.
"""

import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
import client  # noqa: E402
from harness import *  # noqa: E402,F403

# src/wire/portal_gate.h
PG_TICKET, PG_DESK, PG_CHECK = 1, 2, 3
PG_PASS, PG_DESK_ANSWER, PG_CUT = 64, 65, 128


class Doors(threading.Thread):
    """Answers the gate as the portal would: tickets that the test gave are good once, and
    everybody's desk says that all is well."""

    def __init__(self, sock):
        super().__init__(daemon=True)
        self.sock, self.tickets = sock, {}

    def run(self):
        while True:
            try:
                data = self.sock.recv(16384)
            except OSError:
                return
            if not data:
                return
            kind, seq = struct.unpack_from("II", data)
            if kind == PG_DESK:
                text = b"No submissions yet.\n"
                answer = struct.pack("IIIIII8000s", PG_DESK_ANSWER, seq, 0, 0, len(text), 0, text)
            elif kind == PG_CHECK:
                _, person, session = struct.unpack_from("QQQ", data, 8)
                answer = self.admit(seq, 0, person, session)
            elif kind == PG_TICKET:
                ws, ticket = struct.unpack_from("Q65s", data, 8)
                answer = self.admit(seq, *self.tickets.pop((ws, ticket.rstrip(b"\0").decode()), (None, 0, 0)))
            else:
                continue
            self.sock.send(answer)

    @staticmethod
    def admit(seq, slot, person, session):
        if slot is None:
            return struct.pack("IIIIQQq200s4Q", PG_PASS, seq, E_DENIED, 0, 0, 0, 0, b"Nobody is expected.", 0, 0, 0, 0)
        return struct.pack("IIIIQQq200s4Q", PG_PASS, seq, OK, slot, person, session, int(time.time()) + 3600, b"",
                           0, 0, 0, 0)

    def cut(self, person):
        self.sock.send(struct.pack("IIQQQ", PG_CUT, 1000001, 0, person, 0))


class House(Server):
    """The scratch server with the real gate."""

    def __init__(self, programs, **config):
        super().__init__(programs, **config)
        (self.bin / "wardroom-gate").unlink()
        os.symlink(pathlib.Path(programs).resolve() / "wardroom-gate", self.bin / "wardroom-gate")
        port = str(self.settings["rooms_listen"]).rsplit(":", 1)[1]
        self.host = f"w%d.localhost:{port}"
        with open(self.conf, "a", encoding="ascii") as f:
            f.write(f"rooms http://%s.localhost:{port}\n")

    def start(self):
        self.proc = subprocess.Popen([self.warden_bin, "--config", str(self.conf)], stdout=self.log, stderr=self.log)
        self.connect()
        self.portal.event(LISTEN)
        gate = self.portal.event(GATE)[3][0]
        self.doors = Doors(socket.socket(fileno=gate.detach()))
        self.doors.start()
        assert self.portal.ask(READY)[0] == OK
        return self

    def ticket(self, ws, slot, person):
        ticket = os.urandom(32).hex()
        self.doors.tickets[ws, ticket] = (slot, person, 1000 + person)
        return ticket

    def enter(self, ws, slot, person, to="notebook"):
        """Through the door that the portal's page leads to, until the program answers."""
        return client.Room(self.host % ws, f"/.wardroom/enter?to={to}&ticket={self.ticket(ws, slot, person)}")


class Socket(client.WebSocket):
    """A WebSocket that reads whole messages."""

    def __init__(self, room, path, timeout=60):
        super().__init__(room, path)
        self.sock.settimeout(timeout)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            part = self.sock.recv(n - len(data))
            if not part:
                raise EOFError("the WebSocket ended")
            data += part
        return data

    def frame(self):
        """(opcode, payload) of the next frame."""
        a, n = self.exactly(2)
        assert not n & 0x80, "a server does not mask"
        if n == 126:
            n, = struct.unpack("!H", self.exactly(2))
        elif n == 127:
            n, = struct.unpack("!Q", self.exactly(8))
        return a & 15, self.exactly(n)

    def message(self):
        """The next text or binary message; pings are answered."""
        whole = b""
        while True:
            opcode, data = self.frame()
            if opcode == 8:
                raise EOFError("the WebSocket was closed: " + data[2:].decode("utf-8", "replace"))
            if opcode == 9:
                self.put(10, data)
            elif opcode < 8:
                whole += data
                return whole

    def put(self, opcode, data):
        n, mask = len(data), os.urandom(4)
        size = bytes([0x80 | n]) if n < 126 else struct.pack("!BH", 0x80 | 126, n) if n < 65536 else struct.pack("!BQ", 0x80 | 127, n)
        self.sock.sendall(bytes([0x80 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))


class Kernel:
    """A kernel of the member's notebook, through the gate, as the notebook's page speaks to it."""

    def __init__(self, room, name, timeout=90):
        if not room.extra():
            head = room.send("GET", "/tree")[1]
            room.xsrf = client.re.search(r"_xsrf=([^;]+)", head).group(1)
        lines = f"X-XSRFToken: {room.xsrf}\r\nOrigin: http://{room.host}\r\nContent-Type: application/json\r\n"
        code, _, body = room.send("POST", "/api/kernels", lines, timeout=timeout, body=json.dumps({"name": name}))
        if code != 201:
            raise client.Refused("/api/kernels", code, body.decode("utf-8", "replace"))
        self.id = json.loads(body[body.index(b"{"):body.rindex(b"}") + 1])["id"]
        self.session = uuid.uuid4().hex
        self.socket = Socket(room, f"/api/kernels/{self.id}/channels?session_id={self.session}", timeout)

    def run(self, code):
        """What it printed and showed: a list of (type, content); errors too."""
        n = uuid.uuid4().hex
        self.socket.put(1, json.dumps({
            "channel": "shell", "parent_header": {}, "metadata": {}, "buffers": [],
            "header": {"msg_id": n, "msg_type": "execute_request", "session": self.session, "username": "", "version": "5.2"},
            "content": {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
                        "stop_on_error": True}}).encode())
        said = []
        while True:
            m = json.loads(self.socket.message())
            if m["parent_header"].get("msg_id") != n:
                continue
            if m["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                said.append((m["msg_type"], m["content"]))
            if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
                return said

    @staticmethod
    def text(said):
        return "".join(c.get("text") or c.get("data", {}).get("text/plain", "") or "\n".join(c.get("traceback", [])) for _, c in said)

    @staticmethod
    def pictures(said):
        """MIME types of the pictures shown."""
        return [k for _, c in said for k, v in c.get("data", {}).items() if k.startswith("image/") and len(v) > 100]

    def close(self):
        self.socket.close()
