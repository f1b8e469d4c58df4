"""Packages in the setup phase: fetched through the mirror by the tools that people know, recorded,
and shut off for good when data come. Real containers; Debian's and npm's real registries; for PyPI
and CRAN small registries of the test's own in their real formats. Prints TAP.
"""

import base64
import contextlib
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import threading
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import *  # noqa: E402,F403

ADA, BOB = (7, 0, "ada"), (8, 1, "bob")


# ---- registries of our own ---------------------------------------------------------------------


def wheel(name, version, text):
    """A wheel of one module."""
    out = io.BytesIO()
    info = f"{name}-{version}.dist-info"
    files = {f"{name}.py": text,
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = ""
    with zipfile.ZipFile(out, "w") as z:
        for path, content in files.items():
            z.writestr(path, content)
            h = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={h},{len(content)}\n"
        z.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return out.getvalue()


def r_package(name, version, code):
    out = io.BytesIO()
    files = {"DESCRIPTION": f"Package: {name}\nVersion: {version}\nTitle: A Test\nDescription: Of packages.\n"
                            "Author: Nobody\nMaintainer: Nobody <n@example.org>\nLicense: GPL-2\nNeedsCompilation: no\n",
             "NAMESPACE": "export(answer)\n", "R/answer.R": code}
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        for path, content in files.items():
            i = tarfile.TarInfo(f"{name}/{path}")
            i.size, i.mtime, i.mode = len(content), 1, 0o644
            t.addfile(i, io.BytesIO(content.encode()))
    return out.getvalue()


class Registry(http.server.ThreadingHTTPServer):
    """PyPI and CRAN in little, at /pypi, /files and /cran of one loopback port."""

    def __init__(self):
        self.seen = []
        self.files = {}
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        w = wheel("wardtest", "1.2", "answer = 42\n")
        link = f"{self.url}/files/packages/wardtest-1.2-py3-none-any.whl"
        self.files["/pypi/simple/wardtest/"] = (
            "text/html", f'<!DOCTYPE html><a href="{link}#sha256={hashlib.sha256(w).hexdigest()}">'
                         "wardtest-1.2-py3-none-any.whl</a>".encode())
        self.files["/files/packages/wardtest-1.2-py3-none-any.whl"] = ("application/octet-stream", w)
        r = r_package("wardtestr", "0.3", "answer <- function() 43\n")
        self.files["/cran/src/contrib/PACKAGES"] = (
            "text/plain", b"Package: wardtestr\nVersion: 0.3\nLicense: GPL-2\nNeedsCompilation: no\n")
        self.files["/cran/src/contrib/wardtestr_0.3.tar.gz"] = ("application/gzip", r)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        if self.path == "/cran/src/contrib/astray.tar.gz":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            return
        kind, body = self.server.files.get(self.path, ("text/plain", None))
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the mirror may have enough of it
            self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


def ledger(s, ws):
    path = s.dir / "state" / "packages" / f"{ws}.ledger"
    return [x.split(" ", 3) for x in path.read_text().splitlines()] if path.exists() else []


# One request from inside, without any tool's help: status, and the body's beginning.
FETCH = r"""
import socket, sys
s = socket.create_connection(("127.0.0.1", 3142), 20)
s.sendall(sys.argv[1].encode().decode("unicode_escape").encode("latin-1"))
data = b""
while True:
    part = s.recv(65536)
    if not part: break
    data += part
head, _, body = data.partition(b"\r\n\r\n")
print(head.split()[1].decode(), body[:300].decode("latin-1"))
"""


def ask(s, ws, target, method="GET", host="127.0.0.1:3142", extra=""):
    head = f"{method} {target} HTTP/1.1\\r\\nHost: {host}\\r\\n{extra}\\r\\n"
    r = s.exec(ws, 0, "/usr/bin/python3", "-c", FETCH, head)
    assert r.returncode == 0, r
    code, _, body = r.stdout.decode().partition(" ")
    return int(code), body


# ---- setup ---------------------------------------------------------------------------------------


@test
def npm_installs_for_the_whole_team(s, reg):
    s.sh(1, 0, "npm install -g is-odd@3.0.1", timeout=180)
    # Bob sees what Ada installed.
    assert s.sh(1, 1, "node -e 'console.log(require(\"is-odd\")(3))'") == "true"
    lines = [x for x in ledger(s, 1) if x[0] == "npm"]
    assert {x[3] for x in lines} >= {"/npm/is-odd/-/is-odd-3.0.1.tgz"}, lines
    assert any("/npm/is-number/-/" in x[3] for x in lines), "its dependency is recorded too"
    for kind, digest, size, path in lines:
        assert len(digest) == 64 and int(size) > 500, (kind, digest, size, path)


@test
def npm_in_a_folder_of_ones_own_works_too(s, reg):
    s.sh(1, 1, "mkdir -p ~/p && cd ~/p && npm init -y >/dev/null && npm install left-pad@1.3.0", timeout=180)
    assert s.sh(1, 1, "cd ~/p && node -p 'require(\"left-pad\")(1, 3).length'") == "3"


@test
def pip_installs_for_the_whole_team(s, reg):
    s.sh(1, 0, "/usr/bin/python3 -m pip install wardtest", timeout=120)
    assert s.sh(1, 1, "/usr/bin/python3 -c 'import wardtest; print(wardtest.answer, wardtest.__file__)'").startswith(
        "42 /team/packages/python/")
    assert ["pip", hashlib.sha256(reg.files["/files/packages/wardtest-1.2-py3-none-any.whl"][1]).hexdigest()] in [
        x[:2] for x in ledger(s, 1)]


@test
def r_installs_for_the_whole_team(s, reg):
    s.sh(1, 1, "R --vanilla --version >/dev/null; Rscript -e 'install.packages(\"wardtestr\", quiet = TRUE)'", timeout=180)
    assert s.sh(1, 0, "Rscript -e 'cat(wardtestr::answer())'") == "43"
    assert "/cran/src/contrib/wardtestr_0.3.tar.gz" in [x[3] for x in ledger(s, 1)]


@test
def apt_installs_for_the_whole_team(s, reg):
    assert s.exec(1, 0, "command -v hello").returncode != 0
    out = s.sh(1, 0, "apt install -y hello 2>&1", timeout=300)
    assert "Setting up hello" in out, out
    assert "Hello, world" in s.sh(1, 1, "hello; dpkg -s hello | grep '^Status: install ok'")
    lines = [x for x in ledger(s, 1) if x[0] == "apt"]
    assert any("/pool/main/h/hello/hello_" in x[3] for x in lines), lines
    # Nothing of it reached the host.
    assert not os.path.exists("/usr/bin/hello") and not os.path.exists("/var/lib/dpkg/info/hello.list")


@test
def apt_brings_libraries_and_settings(s, reg):
    out = s.sh(1, 1, "wardroom install apt libmd4c-html0 sysvbanner 2>&1", timeout=300)
    assert "Setting up libmd4c-html0" in out, out
    assert s.sh(1, 0, "/usr/bin/python3 -c 'import ctypes; ctypes.CDLL(\"libmd4c-html.so.0\"); print(1)'") == "1"


@test
def members_are_not_root(s, reg):
    assert s.sh(1, 0, "id -u") == "1000"
    for what in ("touch /usr/bin/x", "touch /etc/x", "touch /var/lib/x", "echo x >> /etc/passwd", "rm /usr/bin/env",
                 "touch /var/cache/apt/x", "ln -s /x /run/x", "rm /run/packages.sock", "cat /etc/shadow",
                 "/usr/bin/apt-get install -y sl", "dpkg --unpack /tmp/x.deb"):
        assert s.exec(1, 0, what).returncode != 0, what
    # What the helper is asked for can only be packages by name.
    for name in ("-o=x", "./x.deb", "/tmp/x.deb", "a;b", "hello-", "hello/sid", "$(id)", "hello ./x.deb", "--reinstall"):
        r = s.exec(1, 0, "/opt/wardroom/bin/wardroom", "install", "apt", name)
        assert r.returncode == 64, (name, r)
        raw = s.exec(1, 0, "/usr/bin/python3", "-c",
                     "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect('/run/packages.sock'); "
                     f"s.sendall(('apt ' + {name!r} + chr(10)).encode()); print(s.makefile().read())")
        assert b"Name packages of Debian" in raw.stdout and raw.stdout.rstrip().endswith(b"64"), (name, raw)
    # Nor may they read each other's homes through root's work.
    s.sh(1, 0, "echo mine > ~/secret")
    assert s.exec(1, 1, "cat /home/ada/secret").returncode != 0


@test
def nothing_of_a_request_travels_but_what_it_wants(s, reg):
    reg.seen.clear()
    code, _ = ask(s, 1, "/pypi/simple/wardtest/", extra="Cookie: patient=42\\r\\nUser-Agent: patient-43\\r\\nX-Data: 44\\r\\n"
                                                        "Referer: http://x/45\\r\\nAuthorization: Basic NDY=\\r\\n"
                                                        "Accept: patient/47\\r\\nIf-None-Match: \"patient\"\\r\\n"
                                                        "If-Modified-Since: patient\\r\\n")
    assert code == 200
    sent = str(reg.seen)
    assert len(reg.seen) == 1 and "wardroom-mirror" in sent, sent
    for word in ("patient", "X-Data", "Referer", "Authorization", "Cookie", "None-Match", "Modified"):
        assert word not in sent, sent


# Asks for it sixteen times at once; how often which status comes.
CROWD = r"""
import collections, socket, threading, sys
codes = collections.Counter()
def one():
    s = socket.create_connection(("127.0.0.1", 3142), 20)
    s.sendall(b"GET /pypi/simple/large/ HTTP/1.1\r\nHost: 127.0.0.1:3142\r\n\r\n")
    head = s.recv(65536)
    n = len(head)
    while part := s.recv(1 << 20):
        n += len(part)
    code = int(head.split()[1])
    codes[code if code != 200 or n > 60000000 else "cut"] += 1
all = [threading.Thread(target=one) for _ in range(16)]
[t.start() for t in all]; [t.join() for t in all]
print(codes[200], codes[503], sum(codes.values()))
"""


@test
def large_indexes_have_a_bound_together(s, reg):
    reg.files["/pypi/simple/large/"] = ("text/html", b"<a href='%s/files/x'>" % reg.url.encode() + b" " * 60000000)
    r = s.exec(1, 0, "/usr/bin/python3", "-c", CROWD, timeout=120)
    whole, refused, n = map(int, r.stdout.split())
    assert whole >= 1 and whole + refused == n == 16, r
    mirror = pathlib.Path(f"/proc/{mirrors(s)[0]}")
    peak = int(re.search(r"VmHWM:\s+(\d+)", (mirror / "status").read_text()).group(1))
    # Without a bound sixteen take 2 GiB. A sanitizer keeps what was freed for a while.
    bound = 1 << 20 if "libasan" in (mirror / "maps").read_text() else 600 << 10
    assert peak < bound, f"{peak} KiB"
    del reg.files["/pypi/simple/large/"]


@test
def everything_else_is_refused(s, reg):
    for target, method, host, code in (
            ("http://example.com/", "GET", "example.com", 400), ("example.com:443", "CONNECT", "example.com", 405),
            ("/", "GET", "example.com", 400), ("/npm/is-odd", "GET", "example.com", 421),
            ("/npm/is-odd", "PUT", "127.0.0.1:3142", 405), ("/npm/is-odd", "POST", "127.0.0.1:3142", 405),
            ("/npm/-/whoami", "GET", "127.0.0.1:3142", 403), ("/npm/is-odd?x=1", "GET", "127.0.0.1:3142", 403),
            ("/debian/../npm/is-odd", "GET", "127.0.0.1:3142", 400), ("/debian/%2e%2e/x", "GET", "127.0.0.1:3142", 400),
            ("/debian/project/trace", "GET", "127.0.0.1:3142", 403), ("/other/x", "GET", "127.0.0.1:3142", 403),
            ("//1.1.1.1/", "GET", "127.0.0.1:3142", 400)):
        got, body = ask(s, 1, target, method, host)
        assert got == code and len(body) > 20, (target, method, got, body)
    got, body = ask(s, 1, "/cran/src/contrib/astray.tar.gz")
    assert got == 502 and "another place" in body, (got, body)
    # And there is no other way out.
    for to in ("1.1.1.1", "127.0.0.1", "example.com"):
        r = s.exec(1, 0, "/usr/bin/python3", "-c", f"import socket; socket.create_connection(('{to}', 443), 3)")
        assert r.returncode != 0, to


@test
def a_registry_that_does_not_answer_is_named(s, reg):
    with Server(BIN, packages_pypi="http://127.0.0.1:9", packages_cran="none", instance=f"q{os.getpid()}",
                uid_base=UID_BASE + 65536 * 1000) as t:
        t.start()
        ok(t.portal.ws_open(1, members=[ADA]))
        code, body = ask(t, 1, "/pypi/simple/wardtest/")
        assert code == 502 and "the Python package index" in body and "onnect" in body, (code, body)
        code, body = ask(t, 1, "/cran/src/contrib/PACKAGES.gz")
        assert code == 403 and "CRAN" in body, (code, body)
        r = t.exec(1, 0, "/usr/bin/python3 -m pip -vv install --retries 0 wardtest", timeout=60)
        assert r.returncode != 0 and b"502 Server Error: The server could not fetch" in r.stdout + r.stderr, r


@test
def a_mirror_that_dies_comes_again(s, reg):
    pid = mirrors(s)[0]
    os.kill(pid, signal.SIGKILL)
    code, _ = ask(s, 1, "/pypi/simple/wardtest/")
    assert code == 200 and mirrors(s) != [pid]


@test
def a_restarted_warden_brings_it_back(s, reg):
    s.kill()
    s.start()
    code, _ = ask(s, 1, "/pypi/simple/wardtest/")
    assert code == 200 and len(mirrors(s)) == 1, mirrors(s)


# ---- the same elsewhere --------------------------------------------------------------------------

WS_REPLAY = 15


def replay(s, ws, lines, timeout=600):
    fd = os.memfd_create("lock")
    os.write(fd, "".join(" ".join(x) + "\n" for x in lines).encode())
    try:
        return s.portal.ask(WS_REPLAY, struct.pack("Q", ws), [fd], timeout)
    finally:
        os.close(fd)


@test
def a_lock_file_installs_the_same_elsewhere(s, reg):
    lines = ledger(s, 1)
    assert {x[0] for x in lines} == {"apt", "npm", "pip", "r"}, lines
    ok(s.portal.ws_open(30, members=[ADA]))
    ok(replay(s, 30, lines))
    assert "Hello, world" in s.sh(30, 0, "hello")
    assert s.sh(30, 0, "/usr/bin/python3 -c 'import wardtest; print(wardtest.answer)'") == "42"
    assert s.sh(30, 0, "Rscript -e 'cat(wardtestr::answer())'") == "43"
    assert s.sh(30, 0, "node -p 'require(\"is-odd\")(3)'") == "true"
    # By hash, and as the mirror saw it.
    assert {(x[1], x[3]) for x in lines} <= {(x[1], x[3]) for x in ledger(s, 30)}
    # Members can go on with it: it is the team's.
    s.sh(30, 0, "/usr/bin/python3 -m pip uninstall -y wardtest")
    ok(s.portal.id(WS_CLOSE, 30))


@test
def a_difference_installs_nothing(s, reg):
    ok(s.portal.ws_open(31, members=[ADA]))
    good = [x for x in ledger(s, 1) if x[0] in ("apt", "pip")]
    bad = [x[:] for x in good]
    bad[-1][1] = "0" * 64
    answer = replay(s, 31, bad)
    assert answer[0] == E_CONFLICT and "other bytes" in answer[2] and "Nothing was installed" in answer[2], answer
    bad = good + [["apt", "0" * 64, "1", "/debian/pool/main/n/none/none_1_amd64.deb"]]
    answer = replay(s, 31, bad)
    assert answer[0] == E_CONFLICT and "not to be had" in answer[2], answer
    assert s.exec(31, 0, "hello").returncode != 0
    assert s.exec(31, 0, "/usr/bin/python3 -c 'import wardtest'").returncode != 0
    answer = replay(s, 31, [["apt", "0" * 64, "1", "/../../etc/passwd"]])
    assert answer[0] == E_INPUT and "Line 1" in answer[2], answer
    assert not os.path.exists(s.dir / "run/ws/31/desk/replay.lock")
    ok(s.portal.id(WS_CLOSE, 31))


@test
def an_end_does_not_wait_for_an_installation(s, reg):
    ok(s.portal.ws_open(31, members=[ADA]))
    fd = os.memfd_create("lock")
    os.write(fd, "".join(" ".join(x) + "\n" for x in ledger(s, 1) * 50).encode())
    seq = s.portal.tell(WS_REPLAY, struct.pack("Q", 31), [fd])
    os.close(fd)
    time.sleep(1)
    began = time.time()
    ok(s.portal.id(WS_CLOSE, 31))
    assert time.time() - began < 4, time.time() - began
    assert s.portal.done(seq)[0] != OK


# ---- sealed --------------------------------------------------------------------------------------


def mirrors(s):
    found = []
    for p in os.listdir("/proc"):
        try:
            if p.isdigit() and str(s.conf).encode() in pathlib.Path(f"/proc/{p}/cmdline").read_bytes() and \
                    b"wardroom-mirror" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes():
                found.append(int(p))
        except OSError:
            pass
    return found


@test
def with_data_nothing_answers(s, reg):
    s.release(5, {"visits.csv": "id\n1\n"})
    # Left behind on purpose: a daemon with a listening socket, and a connection that is open.
    s.sh(1, 0, "setsid sh -c 'exec python3 -m http.server 9999 --bind 127.0.0.1' >/dev/null 2>&1 </dev/null & sleep 1; "
               "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 9999))'")
    s.sh(1, 1, "setsid sh -c 'exec python3 -c \"import socket,time; s=socket.create_connection((\\\"127.0.0.1\\\",3142)); "
               "time.sleep(600)\"' >/dev/null 2>&1 </dev/null & sleep 1")
    s.sh(1, 0, "echo echo hello > ~/.bashrc; ln -s /etc/passwd ~/.profile; mkfifo ~/.octaverc; mkdir -p ~/.config; ln -s / ~/.config/jupyter; "
               "echo > /team/packages/python/lib/python3.11/site-packages/evil.pth")
    s.sh(1, 1, "mkdir -p ~/.ipython/profile_default/startup; cd ~/.ipython/profile_default/startup; echo 1 > 00.py; "
               "echo 1 > $(printf 'a\\nb.py' | tr -d '\\r'); touch \"$(printf 'x\\ny')\"")
    assert len(mirrors(s)) == 1
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA, BOB]))
    assert mirrors(s) == []
    for port in (3142, 9999):
        r = s.exec(1, 0, "/usr/bin/python3", "-c", f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)")
        assert b"ConnectionRefusedError" in r.stderr, r
    assert s.sh(1, 0, "cat /data/visits.csv") == "id\n1"
    r = s.exec(1, 0, "npm install -g is-even --fetch-retries=0; /usr/bin/python3 -m pip install --retries 0 wardother", timeout=120)
    assert r.returncode != 0 and b"ECONNREFUSED" in r.stderr, r
    # The programs that apt installed stay, and nobody changes anything there any more.
    assert "Hello, world" in s.sh(1, 1, "hello")
    r = s.exec(1, 0, "apt install sl")
    assert r.returncode == 1 and b"Installing ended with the setup phase." in r.stderr, r
    assert not any(b"installer" in x for x in s.sh(1, 0, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").encode().split(b"\n"))
    for line in s.sh(1, 0, "cat /proc/self/mountinfo").splitlines():
        f = line.split()
        if f[4] in ("/usr", "/etc", "/var", "/var/lib/dpkg", "/"):
            assert f[5].startswith("ro,"), line
    # What was installed before is still there, for everybody.
    assert s.sh(1, 1, "/usr/bin/python3 -c 'import wardtest; print(wardtest.answer)'") == "42"
    assert s.sh(1, 1, "Rscript -e 'cat(wardtestr::answer())'") == "43"
    assert s.sh(1, 1, "node -p 'require(\"is-odd\")(3)'") == "true"


@test
def the_seal_is_recorded(s, reg):
    record = json.loads((s.dir / "state" / "packages" / "1.seal").read_text())
    names = [x["name"] for x in record["exits"]]
    assert {"control", "processes", "mirror", "internet", "names", "programs"} <= set(names) and len(names) > 12, names
    files = {x["path"]: x for x in record["autostart"]}
    assert files["/home/ada/.bashrc"]["sha256"] == hashlib.sha256(b"echo hello\n").hexdigest(), files
    assert files["/home/bob/.ipython/profile_default/startup/00.py"]["what"] == "IPython"
    assert files["/team/packages/python/lib/python3.11/site-packages/evil.pth"]["bytes"] == 1
    assert files["/home/ada/.profile"]["bytes"] == -1, "a link is listed, and not followed"
    odd = [x for x in files if "startup" in x and "\\x0a" in x]
    assert odd, files
    assert record["more"] is False


@test
def there_is_no_way_back(s, reg):
    answer = s.portal.ws_open(1, members=[ADA, BOB])
    assert answer[0] == E_CONFLICT and "no way back" in answer[2], answer
    assert mirrors(s) == []
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA, BOB]))
    s.kill()
    s.start()
    assert mirrors(s) == []
    answer = s.portal.ws_open(1, members=[ADA, BOB])
    assert answer[0] == E_CONFLICT, answer


@test
def an_open_exit_means_no_data(s, reg):
    """The first process is replaced by one that lies, is silent, or says that something is open."""
    desk = s.bin / "wardroom-desk"
    real = os.readlink(desk)
    shut = "".join(f"echo {x['name']} shut x;" for x in
                   json.loads((s.dir / "state" / "packages" / "1.seal").read_text())["exits"])
    s.release(6, {"visits.csv": "id\n1\n"})
    for i, (says, word) in enumerate((
            (shut.replace("echo mirror shut", "echo mirror open") + "echo end", "mirror"),
            (shut.replace("echo internet shut", "echo internet unknown") + "echo end", "internet"),
            (shut, "not whole"), ("true", "control"), ("exec sleep 60", "whole"),
            ("yes | head -c 100000", "control"))):
        desk.unlink()
        source = s.dir / "liar.c"
        source.write_text("#include <stdlib.h>\n#include <unistd.h>\nint main(void) { int r = system(" +
                          json.dumps(says) + "); close(1); close(2); pause(); return r; }\n")
        subprocess.run(["cc", "-o", str(desk), str(source)], check=True)
        answer = s.portal.ws_open(2 + i, stage=SAMPLE, release=6, members=[ADA], )
        assert answer[0] in (E_CONFLICT, E_IO) and word in answer[2], (says, answer)
        assert not os.path.ismount(s.dir / "run" / "ws" / str(2 + i) / "mnt" / "data")
        assert s.exec(2 + i, 0, "true").returncode != 0, "it must not be open"
    desk.unlink()
    os.symlink(real, desk)
    ok(s.portal.ws_open(2, stage=SAMPLE, release=6, members=[ADA]))
    assert s.sh(2, 0, "cat /data/visits.csv") == "id\n1"


@test
def anybody_can_try_the_exits(s, reg):
    r = s.exec(2, 0, "wardroom exits")
    assert r.returncode == 0 and re.search(rb"^mirror +shut ", r.stdout, re.M) and b" open " not in r.stdout, r
    r = s.exec(2, 0, "wardroom install pip hello 2>&1")
    assert r.returncode == 1 and r.stdout.startswith(b"Installing ended with the setup phase."), r
    # The same where exits are open, or it would prove nothing.
    ok(s.portal.ws_open(20, members=[ADA]))
    r = s.exec(20, 0, "wardroom exits")
    assert r.returncode == 1 and re.search(rb"^mirror +open ", r.stdout, re.M), r
    r = subprocess.run([str(s.bin / "wardroom-desk"), "exits"], capture_output=True, text=True)
    for name in ("interfaces", "internet", "mounts", "programs", "privileges", "sockets"):
        assert re.search(rf"^{name} +open ", r.stdout, re.M), r.stdout


def main():
    if skipped():
        return 0
    reg = Registry()
    with Server(BIN, packages_pypi=f"{reg.url}/pypi", packages_pypi_files=f"{reg.url}/files",
                packages_cran=f"{reg.url}/cran", uid_base=UID_BASE + 65536 * 2000,
                disk_mb=1024, processes=256) as s:
        s.start()
        ok(s.portal.ws_open(1, members=[ADA, BOB]))
        return run_tests(s, reg)


if __name__ == "__main__":
    sys.exit(main())
