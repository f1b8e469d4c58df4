#!/usr/bin/python3
"""CPU time per page of three real pages: the portal, nginx with a file of the same bytes, and the
same page made with Django under gunicorn, in the same run.

What counts is the user and system time of a server's processes for each page it answered, so that
other work on the machine matters little. Rounds of the three servers take turns; each has the same
load (wrk, one thread, eight kept connections). nginx: one worker, its own configuration. Django:
bench/django, gunicorn with one worker of eight threads.

usage: pages.py [ROUNDS [SECONDS]]      (default 5 rounds of 1 second for each server and page)

Starts a server of its own (tools/dev/with-server) unless it runs beside one already, and fills it
with an event of the usual size unless that server has one. Needs root.
"""
import hashlib
import os
import pathlib
import re
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import fill

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
CONNECTIONS = 8
TICK = os.sysconf("SC_CLK_TCK")


def children(pid):
    return [int(x) for t in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for x in (t / "children").read_text().split()]


def family(pid):
    return [pid] + [x for c in children(pid) for x in family(c)]


def cpu_seconds(pids):
    """User and system time of the processes, with threads that have ended."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url, cookie):
    request = urllib.request.Request(url, headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=20) as answer:
        if answer.url != url:
            raise SystemExit(f"{url} leads to {answer.url}: the page is not shown.")
        return answer.read()


def load(url, cookie, seconds):
    """Pages answered by one run of wrk; anything but 2xx is an error."""
    out = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s",
                          "-H", f"Cookie: {cookie}", url],
                         check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"{url} did not stand the load:\n{out}")
    return int(re.search(r"(\d+) requests in", out)[1])


class Event:
    """The event in the server's database, and sessions in it."""

    def __init__(self, config):
        settings = dict(x.split(None, 1) for x in pathlib.Path(config).read_text().splitlines()
                        if x and x[0] != "#")
        self.file = settings["state"].strip() + "/portal/wardroom.db"
        self.db = sqlite3.connect(self.file, timeout=20)
        self.db.execute("PRAGMA foreign_keys=ON")
        if not self.ask("SELECT count(*) FROM event"):
            fill.fill(self.db, int(time.time()))
        self.slug = self.ask("SELECT slug FROM event ORDER BY id LIMIT 1")

    def ask(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        return row[0] if row else None

    def cookie(self, role):
        """Of a fresh session of somebody with that role, in a team if participants are."""
        person = self.ask("SELECT r.person FROM role r LEFT JOIN member m ON m.person = r.person "
                          "AND m.gone IS NULL WHERE r.role = ? ORDER BY m.team IS NULL, r.person", role)
        token, now = secrets.token_hex(32), int(time.time())
        with self.db:
            self.db.execute(
                "INSERT INTO session (token, person, csrf, address, created, expires) "
                "VALUES (?, ?, ?, '', ?, ?)",
                (hashlib.blake2b(token.encode(), digest_size=32).digest(), person,
                 secrets.token_hex(32), now, now + 86400))
        return f"wardroom={token}"

    def pages(self):
        """(name, path, cookie)"""
        return [("public event", f"/e/{self.slug}", f"wardroom_visit={secrets.token_hex(32)}"),
                ("participant's today", f"/e/{self.slug}/today", self.cookie("participant")),
                (f"applications ({self.ask('SELECT count(*) FROM application')} rows)",
                 f"/e/{self.slug}/applications", self.cookie("organiser"))]


class Peer:
    """A server that this program starts, and ends."""

    def __init__(self, command, url, **more):
        self.url = url
        self.process = subprocess.Popen(command, **more)
        deadline = time.time() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 1).close()
                return
            except OSError:
                if time.time() > deadline or self.process.poll() is not None:
                    raise SystemExit(f"{command[0]} did not start.")
                time.sleep(0.05)

    def pids(self):
        return family(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def start_nginx(folder, bodies):
    port = free_port()
    for path, body in bodies.items():
        file = pathlib.Path(f"{folder}/www{path}.html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    conf = pathlib.Path(folder) / "nginx.conf"
    conf.write_text(f"""daemon off; worker_processes 1; user root;
pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
	access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
	open_file_cache max=100; types {{ text/html html; }}
	client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
	uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
	server {{ listen 127.0.0.1:{port}; root {folder}/www; try_files $uri.html =404; }}
}}
""")
    return Peer(["nginx", "-p", folder, "-c", str(conf)], f"http://127.0.0.1:{port}",
                stderr=subprocess.DEVNULL)


def start_django(database):
    port = free_port()
    env = dict(os.environ, BENCH_DATABASE=database, BENCH_SOURCE=str(ROOT / "src/portal"),
               PYTHONDONTWRITEBYTECODE="1")
    return Peer(["gunicorn", "--chdir", str(HERE / "django"), "--workers", "1", "--threads",
                 str(CONNECTIONS), "--worker-class", "gthread", "--keep-alive", "60", "--log-level",
                 "error", "--bind", f"127.0.0.1:{port}", "pages_site:application"],
                f"http://127.0.0.1:{port}", env=env)


def words(page):
    """The text of a page, to see that two servers say the same."""
    text = re.sub(r"<script.*?</script>|<[^>]*>", " ", page.decode(), flags=re.S)
    return set(re.findall(r"\w+", text))


def check_alike(name, ours, theirs):
    a, b = words(ours), words(theirs)
    if len(a & b) < 0.85 * len(a | b) or not 0.85 < len(theirs) / len(ours) < 1.15:
        raise SystemExit(f"{name}: Django's page says something else "
                         f"({len(ours)} and {len(theirs)} bytes; only here {sorted(a - b)[:9]}, "
                         f"only there {sorted(b - a)[:9]}).")


def measure(servers, pages, rounds, seconds):
    """{(page, server): [microseconds a page]}, the servers taking turns."""
    took = {}
    for turn in range(-1, rounds):  # the first is for warming up
        for page, path, cookie in pages:
            for server, (url, pids) in servers.items():
                before = cpu_seconds(pids())
                n = load(url + path, cookie, seconds)
                if turn >= 0:
                    took.setdefault((page, server), []).append(1e6 * (cpu_seconds(pids()) - before) / n)
    return took


def report(took, pages, servers, sizes):
    print(f"{'page':26} {'server':8} {'bytes':>7} {'CPU us/page: min':>17} {'median':>8} {'us/KB':>7}")
    lines = []
    for page, _, _ in pages:
        median = {s: statistics.median(took[page, s]) for s in servers}
        for s in servers:
            size = sizes[page, s]
            print(f"{page:26} {s:8} {size:7d} {min(took[page, s]):17.1f} {median[s]:8.1f} "
                  f"{1024 * median[s] / size:7.2f}")
        lines.append(f"pages: {page} {median['portal'] / median['nginx']:.1f}x nginx, "
                     f"{median['django'] / median['portal']:.0f}x ahead of Django")
    print("\n".join(lines))


def main():
    if "WARDROOM_URL" not in os.environ:
        os.execv(ROOT / "tools/dev/with-server", ["with-server", "--", sys.executable, __file__] + sys.argv[1:])
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    event = Event(os.environ["WARDROOM_CONFIG"])
    pages = event.pages()
    portal_url, warden = os.environ["WARDROOM_URL"], int(os.environ["WARDROOM_PID"])
    portal = next(x for x in children(warden)
                  if pathlib.Path(f"/proc/{x}/comm").read_text().strip() == "wardroom-portal")
    bodies = {path: get(portal_url + path, cookie) for _, path, cookie in pages}
    with tempfile.TemporaryDirectory(prefix="wardroom-bench-") as folder:
        peers = []
        try:
            peers.append(start_nginx(folder, bodies))
            peers.append(start_django(event.file))
            nginx, django = peers
            servers = {"portal": (portal_url, lambda: [portal]), "nginx": (nginx.url, nginx.pids),
                       "django": (django.url, django.pids)}
            sizes = {}
            for page, path, cookie in pages:
                for s, (url, _) in servers.items():
                    body = get(url + path, cookie)
                    sizes[page, s] = len(body)
                    if s != "portal":
                        check_alike(page, bodies[path], body)
            report(measure(servers, pages, rounds, seconds), pages, servers, sizes)
        finally:
            for p in peers:
                p.stop()


if __name__ == "__main__":
    main()
