#!/usr/bin/python3
"""What the gate costs, and how soon it cuts.

Bytes: one file of a server on a workspace's socket, fetched through the gate and through nginx as a
proxy of the same socket, in the same run, taking turns. Both carry the bytes of one connection in
one thread; the gate asks who it is, rewrites the head and counts what leaves. CPU is the user and
system time of the proxy alone. The client throws away what it gets.

Revocation: people with one WebSocket each in one workspace, through the gate. From the order that
the portal gives to the gate until the browser's connection is closed: for one person among the
others, and for everybody at once, as when a phase ends. What the portal adds is a commit.

usage: gate.py [TURNS [PEOPLE]]      (default 15 turns, 50 people). Needs root.
"""
import os
import pathlib
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("WARDROOM_BIN", f"{ROOT}/build/bin")
sys.path.insert(0, str(ROOT / "tests/http"))
import gate_house as house  # noqa: E402  pylint: disable=wrong-import-position
import pages  # noqa: E402  pylint: disable=wrong-import-position

MB = 1 << 20
FILE_MB = 150  # a person may carry 200 MiB an hour


def wait_for(ready, what):
    deadline = time.time() + 20
    while not ready():
        if time.time() > deadline:
            raise SystemExit(f"{what} did not start.")
        time.sleep(0.02)


class Nginx:
    """An nginx of our own with one server block."""

    def __init__(self, folder, name, server, sock=None):
        conf = pathlib.Path(folder) / f"{name}.conf"
        conf.write_text(f"""daemon off; worker_processes 1; user root;
pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 256; }}
http {{
	access_log off; sendfile on; tcp_nopush on; open_file_cache max=10;
	client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
	uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
	server {{ {server} }}
}}
""")
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", str(conf)], stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(sock) if sock else self.listens(server), name)

    @staticmethod
    def listens(server):
        port = int(server.split("127.0.0.1:")[1].split(";")[0])
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def pids(self):
        return pages.family(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def fetch(port, head):
    """Bytes of the answer's body; the kernel throws them away for us."""
    nothing = bytearray(MB)
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(30)
        s.sendall(head.encode())
        got = s.recv(4096)
        while b"\r\n\r\n" not in got:
            got += s.recv(4096)
        if b" 200 " not in got.split(b"\r\n")[0]:
            raise SystemExit(f"The file was not given out: {got[:200]!r}")
        n = len(got.split(b"\r\n\r\n", 1)[1])
        while part := s.recv_into(nothing, MB, socket.MSG_TRUNC):
            n += part
        return n


def bytes_through(h, folder, turns):
    place = h.path(f"apps/{house.SLOT}/notebook.sock")
    with open(f"{folder}/file", "wb") as f:
        for _ in range(FILE_MB):
            f.write(os.urandom(MB))
    port = pages.free_port()
    inside = Nginx(folder, "inside", f"listen unix:{place}; root {folder};", place)
    os.chown(place, house.MEMBER, -1)
    os.chmod(place, 0o666)
    proxy = Nginx(folder, "proxy", f"listen 127.0.0.1:{port}; location / {{ "
                  f"proxy_pass http://unix:{place}; proxy_buffers 16 64k; proxy_buffer_size 64k; "
                  "proxy_busy_buffers_size 256k; proxy_max_temp_file_size 0; }")
    took = {}
    try:
        for turn in range(-1, turns):
            _, token = h.enter(person=1000 + turn)
            ways = {"gate": (h.port, f"Host: {h.host}\r\nCookie: wardroom_room={token}\r\n", [h.gate.pid]),
                    "nginx": (port, "Host: localhost\r\nConnection: close\r\n", proxy.pids())}
            for way, (to, lines, pids) in ways.items():
                cpu, start = pages.cpu_seconds(pids), time.perf_counter()
                n = fetch(to, f"GET /file HTTP/1.1\r\n{lines}\r\n")
                wall, cpu = time.perf_counter() - start, pages.cpu_seconds(pids) - cpu
                if n != FILE_MB * MB:
                    raise SystemExit(f"{way} gave {n} bytes of {FILE_MB * MB}.")
                if turn >= 0:
                    took.setdefault(way, []).append((n / MB / wall, 1e6 * cpu / (n / MB)))
    finally:
        proxy.stop()
        inside.stop()
        pathlib.Path(place).unlink(missing_ok=True)
    return took


def closing_times(sockets, order):
    """Milliseconds from the order until each of the connections is closed."""
    left, times, poll = {s.sock.fileno(): s for s in sockets}, [], select.poll()
    for fd in left:
        poll.register(fd, select.POLLIN | select.POLLHUP)
    start = time.perf_counter()
    order()
    while left:
        ready = poll.poll(10000)
        if not ready:
            raise SystemExit(f"{len(left)} connections stay open ten seconds after the cut.")
        at = 1000 * (time.perf_counter() - start)
        for fd, _ in ready:
            poll.unregister(fd)
            if not left.pop(fd).is_closed():
                raise SystemExit("A connection that was cut still speaks.")
            times.append(at)
    return times


def revocation(h, turns, people):
    h.inside = house.Inside(h.path(f"apps/{house.SLOT}/notebook.sock"))
    seq, one, all_of = 2, [], []

    def enter_all(turn):
        opened = []
        for i in range(people):
            person = 100000 + turn * people + i
            _, token = h.enter(person=person)
            w = house.WebSocket(h, token)
            if w.code != 101 or not w.echo(b"kernel"):
                raise SystemExit(f"The WebSocket of person {i + 1} does not open ({w.code}).")
            opened.append((person, w))
        return opened

    for turn in range(turns):
        opened = enter_all(2 * turn)
        for person, w in opened:
            seq += 2
            one += closing_times([w], lambda: h.portal.cut(seq, ws=house.WS, person=person))
        opened = enter_all(2 * turn + 1)
        seq += 2
        all_of += closing_times([w for _, w in opened], lambda: h.portal.cut(seq, ws=house.WS))
    return one, all_of


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    h = house.House()
    try:
        with tempfile.TemporaryDirectory(prefix="wardroom-bench-") as folder:
            os.chmod(folder, 0o755)
            took = bytes_through(h, folder, turns)
        one, all_of = revocation(h, max(turns // 5, 1), people)
    finally:
        h.close()
    print(f"{'bytes of one file':26} {'MB/s: best':>12} {'median':>8} {'CPU us/MB: min':>15} {'median':>8}")
    median = {}
    for way, x in took.items():
        rate, cpu = [a for a, _ in x], [b for _, b in x]
        median[way] = statistics.median(rate), statistics.median(cpu)
        print(f"{way:26} {max(rate):12.0f} {median[way][0]:8.0f} {min(cpu):15.0f} {median[way][1]:8.0f}")
    print(f"{'closed after the order':26} {'n':>6} {'p50 ms':>8} {'p99':>8} {'slowest':>8}")
    p99 = {}
    for name, x in ((f"one of {people} people", one), (f"all {people} at once", all_of)):
        cuts = statistics.quantiles(x, n=100, method="inclusive")
        p99[name] = cuts[98]
        print(f"{name:26} {len(x):6d} {cuts[49]:8.1f} {cuts[98]:8.1f} {max(x):8.1f}")
    print(f"gate: {median['gate'][0] / median['nginx'][0]:.2f}x the bytes a second of nginx at "
          f"{median['gate'][1] / median['nginx'][1]:.2f}x its processor time")
    print("gate: cut within " + ", ".join(f"{v:.0f} ms ({k})" for k, v in p99.items()) +
          " of the portal's word, 99 of 100 times")


if __name__ == "__main__":
    main()
