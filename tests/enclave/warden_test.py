"""The warden, driven through its sockets as the portal and the gate drive it. Real containers."""

import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import *  # noqa: E402,F403

ADA, BOB, EVE = (7, 0, "ada"), (8, 1, "bob"), (9, 2, "eve")


def alive(pid):
    """Neither gone nor a zombie that some process 1 has not collected."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def processes_of(uid):
    found = []
    for p in os.listdir("/proc"):
        try:
            if p.isdigit() and os.stat(f"/proc/{p}").st_uid == uid and alive(p):
                found.append(p)
        except OSError:
            pass
    return found


@test
def children_are_powerless(s):
    for w, uid in ((s.portal, USERS[0]), (s.gate, USERS[1])):
        assert w.uid == shutil._get_uid(uid)
        # 0 to 3, and the sanitizer's or library's own are none
        assert w.descriptors == 4, w.descriptors
        status = pathlib.Path(f"/proc/{w.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status and "CapEff:\t0000000000000000" in status, status
        assert "Groups:\t\n" in status or "Groups:\t \n" in status, status
    kind, _, _, fds = s.portal.event(LISTEN)
    listener = socket.socket(fileno=fds[0].detach())
    assert f"127.0.0.1:{listener.getsockname()[1]}" == s.settings["listen"]
    listener.close()
    s.portal.event(GATE)
    for kind in (GW_LISTEN, GW_SPOOL, GW_PORTAL):
        assert len(s.gate.event(kind)[3]) == 1
    allowed, text = s.portal.host()
    assert allowed, text
    ok(s.portal.ask(READY))


@test
def folders_have_their_owners(s):
    def as_user(user, path, how):
        return subprocess.run(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "test", how, path]).returncode == 0

    state = s.dir / "state"
    for user, where, may in ((0, "portal", True), (0, "data", False), (0, "releases", False), (0, "spool", False),
                             (0, "ws", False), (1, "spool", True), (1, "data", False), (1, "portal", False),
                             (2, "data", True), (2, "releases", True), (2, "portal", False), (2, "ws", False)):
        assert as_user(USERS[user], str(state / where), "-w") == may, (USERS[user], where)
    assert as_user(USERS[2], str(state / "spool"), "-r")
    assert not as_user(USERS[0], str(state / "witness"), "-r")


@test
def opens(s):
    t = time.time()
    ok(s.portal.ws_open(1, members=[ADA, BOB]))
    TIMES["open, new disk"] = time.time() - t
    kind, _, data, fds = s.gate.event(GW_WS)
    ws, base = struct.unpack_from("QI", data, 8)
    assert (ws, base) == (1, UID_BASE + 65536) and len(fds) == 2
    s.desk = socket.socket(fileno=fds[1].detach())
    t = time.time()
    assert s.sh(1, 0, "id") == "uid=1000(ada) gid=1000(ada) groups=1000(ada),900(team)"
    TIMES["exec"] = time.time() - t
    assert s.sh(1, 1, "id -un") == "bob"
    use = s.portal.usage(1)
    assert use["state"] == 2 and use["memory_limit"] == 1 << 30 and use["cpu_limit"] == 1000, use
    assert 64 << 20 < use["disk_limit"] < 128 << 20, use


@test
def exec_passes_streams_and_codes(s):
    r = s.exec(1, 0, "cat; echo oops >&2; exit 7", input=b"x" * 300000)
    assert (r.returncode, len(r.stdout), r.stderr) == (7, 300000, b"oops\n"), r.returncode
    r = s.exec(1, 9, "true")
    assert r.returncode == 1 and b"nobody in slot 9" in r.stderr, r
    r = s.exec(99, 0, "true")
    assert r.returncode == 1 and b"not open" in r.stderr, r


@test
def members_share_what_they_should(s):
    s.sh(1, 0, "echo mine > ~/x; echo ours > /team/y")
    assert s.exec(1, 1, "cat /home/ada/x").returncode != 0
    assert s.sh(1, 1, "cat /team/y && echo more >> /team/y && cat /team/y") == "ours\nours\nmore"
    s.sh(1, 0, "sleep 60 </dev/null >/dev/null 2>&1 &")
    assert "sleep" in s.sh(1, 0, "ps ax")
    assert "sleep" not in s.sh(1, 1, "ps ax")
    assert s.exec(1, 1, "ls /sock/0").returncode != 0
    s.sh(1, 0, "touch /sock/0/a && touch /tmp/b && touch /dev/shm/c")


@test
def science_works(s):
    out = s.sh(1, 0, """python3 - <<'X'
import numpy, pandas, sklearn.linear_model, matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from concurrent.futures import ProcessPoolExecutor
from sklearn.linear_model import LogisticRegression
import joblib
x = numpy.random.default_rng(1).normal(size=(500, 3))
m = LogisticRegression().fit(x, x[:, 0] > 0)
plt.plot([1, 2]); plt.savefig("p.png")
pandas.DataFrame(x).to_csv("x.csv")
with ProcessPoolExecutor(2) as p: print(sum(p.map(abs, [1, -2])))
print(sum(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in [3, -4])))
X
Rscript -e 'library(survival); library(MASS); cat(nrow(birthwt), coef(coxph(Surv(time,status)~age,lung))>0)'
bash -lc 'echo $BASH_VERSION | cut -c1'""", timeout=180)
    assert out.split() == ["3", "7", "189", "TRUE", "5"] or out.split() == ["3", "7", "189", "TRUE5"], out


@test
def limits_hold(s):
    r = s.exec(1, 0, "python3 -c 'x = bytearray(2 << 30)'")
    assert r.returncode in (1, 137), r
    r = s.exec(1, 0, "ulimit -u 2>/dev/null; for i in $(seq 300); do sleep 5 & done; wait", timeout=120)
    assert b"fork" in r.stderr.lower() or r.returncode != 0, r
    r = s.exec(1, 0, "dd if=/dev/zero of=$HOME/big bs=1M count=300; rm -f $HOME/big")
    assert b"No space left" in r.stderr, r.stderr
    r = s.exec(1, 0, "dd if=/dev/zero of=/sock/0/big bs=1M count=9; rm -f /sock/0/big")
    assert b"No space left" in r.stderr, r.stderr
    r = s.exec(1, 0, "for i in $(seq 2000); do touch /sock/0/f$i || break; done")
    assert b"No space left" in r.stderr, r.stderr
    ok(s.portal.ws_open(1, members=[ADA, BOB, EVE]))  # which the warden does not depend on
    assert s.sh(1, 2, "test -w /sock/2 && echo mine") == "mine"
    s.sh(1, 0, "rm -f /sock/0/f*")
    ok(s.portal.ws_open(1, members=[ADA, BOB]))
    assert s.sh(1, 0, "ulimit -c") == "0"
    # In no second more than the limit; and half a second's worth in all, however busy the host is.
    used = seconds = 0
    while used <= 0.5e6 and seconds < 20:
        a = s.portal.usage(1)["cpu_us"]
        s.sh(1, 0, "timeout 1 sh -c 'while :; do :; done & while :; do :; done'; true")
        spent = s.portal.usage(1)["cpu_us"] - a
        assert spent < 1.6e6, spent
        used, seconds = used + spent, seconds + 1
    assert used > 0.5e6, (used, seconds)


@test
def nothing_leads_out(s):
    assert s.sh(1, 0, "cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '") == "lo"
    for script in ("mount -t tmpfs x /tmp", "unshare -U true", "unshare -n true", "echo x > /usr/x", "echo x > /etc/x",
                   "echo x > /desk/x", "rm /desk/desk.sock", "mknod ~/d b 8 0", "chroot / true", "dmesg",
                   "cat /proc/kallsyms | grep .", "cat /proc/keys | grep .", "ls /sys | grep .",
                   "python3 -c 'import socket; socket.socket(40)'", "python3 -c 'import socket; socket.socket(17, 3)'",
                   "echo 1 > /proc/sys/kernel/core_pattern", "kill 1", "ls /data/*"):
        assert s.exec(1, 0, script).returncode != 0, script
    assert "0.00 0.00 0.00" in s.sh(1, 0, "cat /proc/loadavg")
    # a 32-bit call ends the caller; a 64-bit one is refused
    code = """python3 - <<'X'
import ctypes, mmap
buf = mmap.mmap(-1, 4096, prot=7)
buf.write(bytes.fromhex("b814000000cd80c3"))  # mov eax,20; int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(buf)))()
print("survived")
X"""
    r = s.exec(1, 0, code)
    assert b"survived" not in r.stdout and r.returncode != 0, r


@test
def the_desk_is_reached(s):
    client = """python3 -c 'import socket; c = socket.socket(socket.AF_UNIX); c.connect("/desk/desk.sock"); print(c.recv(9))'"""
    with subprocess.Popen([s.warden_bin, "--config", str(s.conf), "exec", "--ws", "1", "--slot", "0", "--", "/bin/sh", "-c", client],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as p:
        s.desk.settimeout(20)
        c, _ = s.desk.accept()
        uid = struct.unpack("iII", c.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        assert uid == UID_BASE + 65536 + 1000, uid
        c.sendall(b"hello")
        c.close()
        assert b"hello" in p.communicate()[0]


def sock(s, ws, slot):
    return str(s.dir / f"run/ws/{ws}/sock/{slot}/notebook.sock")


@test
def a_notebook_answers(s):
    t = time.time()
    ok(s.portal.person(WS_NOTEBOOK, 1, 7))
    TIMES["notebook"] = time.time() - t
    assert TIMES["notebook"] < 15
    status, body = http_get(sock(s, 1, 0), "/tree")
    assert status == 200 and b"Jupyter" in body, status
    t = time.time()
    ok(s.portal.person(WS_NOTEBOOK, 1, 7))
    assert time.time() - t < 1
    assert s.sh(1, 0, "pgrep -fc config=/opt/wardroom/etc/[n]otebook.py") == "1"
    s.sh(1, 0, "echo '{\"cells\":[],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":4}' > ~/n.ipynb")
    for path in ("/files/x", "/nbconvert/html/n.ipynb", "/view/x", "/bundle/n.ipynb", "/files/n.ipynb?download=1"):
        assert http_get(sock(s, 1, 0), path)[0] in (403, 404), path
    refused(s.portal.person(WS_NOTEBOOK, 1, 99), E_ABSENT)
    refused(s.portal.person(WS_NOTEBOOK, 50, 7), E_CONFLICT)


@test
def kernels_and_terminals_start(s):
    out = s.sh(1, 0, """python3 - <<'X'
import http.client, json, socket
class C(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.connect("/sock/0/notebook.sock")
def call(method, path, headers={}):
    c = C("1.localhost"); c.request(method, path, headers=headers); r = c.getresponse(); r.data = r.read(); return r
cookie = [v for k, v in call("GET", "/tree").getheaders() if k.lower() == "set-cookie" and "_xsrf" in v][0].split(";")[0]
h = {"Cookie": cookie, "X-XSRFToken": cookie.split("=", 1)[1]}
k = call("POST", "/api/kernels", h); print(k.status)
print(call("POST", "/api/terminals", h).status)
import jupyter_client, os, glob, time
def connection():
    found = glob.glob(os.environ["JUPYTER_RUNTIME_DIR"] + "/kernel-*.json")
    return found and os.path.getsize(found[0]) and found[0]
end = time.time() + 30
while not connection() and time.time() < end: time.sleep(0.1)
f = connection()
kc = jupyter_client.BlockingKernelClient(connection_file=f); kc.load_connection_file(); kc.start_channels()
kc.wait_for_ready(timeout=30)
kc.execute_interactive("import pandas; print(6 * 7)", timeout=60)
X""", timeout=120)
    assert out.split() == ["201", "200", "42"], out


@test
def notebooks_start_side_by_side(s):
    t = time.time()
    ok(s.portal.ws_open(1, members=[ADA, BOB, EVE]))
    TIMES["add a member"] = time.time() - t
    assert http_get(sock(s, 1, 0), "/tree")[0] == 200
    assert s.sh(1, 2, "id -un; pwd") == "eve\n/home/eve"
    seqs = [s.portal.tell(WS_NOTEBOOK, struct.pack("QQ", 1, p)) for p in (8, 9, 9, 8)]
    for q in seqs:
        ok(s.portal.done(q))
    for slot in (1, 2):
        assert s.sh(1, slot, "pgrep -fc config=/opt/wardroom/etc/[n]otebook.py") == "1"


@test
def a_program_that_ends_at_once_is_told_at_once(s):
    s.sh(1, 2, "pkill -f config=/opt/wardroom/etc/[n]otebook.py; "
               "while pgrep -f config=/opt/wardroom/etc/[n]otebook.py; do sleep 0.05; done >/dev/null; "
               "cd ~/.local && rm notebook.log && mkdir notebook.log")
    t = time.time()
    refused(s.portal.person(WS_NOTEBOOK, 1, 9), E_CONFLICT, "ended before it answered")
    assert time.time() - t < 10
    s.sh(1, 2, "rmdir ~/.local/notebook.log")
    ok(s.portal.person(WS_NOTEBOOK, 1, 9))


@test
def an_evicted_member_is_gone(s):
    s.sh(1, 1, "setsid sleep 600 </dev/null >/dev/null 2>&1 &")
    # one that forks all the time
    s.sh(1, 1, "setsid sh -c 'while :; do sleep 0.01 & wait; done' </dev/null >/dev/null 2>&1 &")
    t = time.time()
    n = ok(s.portal.person(WS_EVICT, 1, 8))
    TIMES["evict"] = time.time() - t
    assert n >= 3 and TIMES["evict"] < 2, (n, TIMES["evict"])
    uid = UID_BASE + 65536 + 1001
    assert not processes_of(uid), processes_of(uid)
    assert s.exec(1, 1, "true").returncode != 0
    refused(s.portal.person(WS_NOTEBOOK, 1, 8), E_ABSENT)
    assert http_get(sock(s, 1, 0), "/tree")[0] == 200
    assert ok(s.portal.person(WS_EVICT, 1, 8)) == 0
    ok(s.portal.ws_open(1, members=[ADA, EVE]))
    assert not os.listdir(s.dir / "run/ws/1/sock/1")


@test
def an_eviction_does_not_wait_for_a_start(s):
    ok(s.portal.ws_open(1, members=[ADA, EVE, (10, 3, "kim")]))
    start = s.portal.tell(WS_NOTEBOOK, struct.pack("QQ", 1, 10))
    time.sleep(0.2)
    t = time.time()
    ok(s.portal.person(WS_EVICT, 1, 10))
    assert time.time() - t < 2
    assert s.portal.done(start)[0] != OK
    uid = UID_BASE + 65536 + 1003
    assert not processes_of(uid), processes_of(uid)
    ok(s.portal.ws_open(1, members=[ADA, EVE]))


@test
def limits_change_while_it_runs(s):
    ok(s.portal.ws_open(1, members=[ADA, EVE], memory_mb=2048, cpus=2, processes=200))
    use = s.portal.usage(1)
    assert use["memory_limit"] == 2 << 30 and use["cpu_limit"] == 2000, use
    assert http_get(sock(s, 1, 0), "/tree")[0] == 200
    ok(s.portal.ws_open(1, members=[ADA, EVE]))
    assert s.portal.usage(1)["memory_limit"] == 1 << 30


@test
def the_stage_changes(s):
    refused(s.portal.ws_open(3, stage=SAMPLE, release=77, members=[ADA]), E_ABSENT, "no image")
    s.release(5, {"patients.csv": "id,age\n1,40\n"})
    while s.portal.events:
        s.portal.events.pop()
    t = time.time()
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA, EVE]))
    TIMES["change stage"] = time.time() - t
    assert struct.unpack_from("Q", s.gate.event(GW_WS_GONE)[2], 8)[0] == 1
    s.gate.event(GW_WS)
    assert s.sh(1, 0, "cat /data/patients.csv; cat ~/x") == "id,age\n1,40\nmine"
    assert s.exec(1, 0, "pgrep -f [n]otebook.py").returncode != 0
    for script in ("touch /data/x", "echo >> /data/patients.csv", "chmod 777 /data/patients.csv", "rm /data/patients.csv",
                   "ln /data/patients.csv ~/l", "cp /bin/true ~/t && cp ~/t /data/t"):
        assert s.exec(1, 0, script).returncode != 0, script
    # the host's other accounts do not reach the mounted data
    for user in USERS:
        p = subprocess.run(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "cat", str(s.dir / "run/ws/1/mnt/data/patients.csv")], capture_output=True)
        assert p.returncode != 0 and b"denied" in p.stderr.lower(), p


def installer(s, ws, timeout=15, other_than=None):
    """The process that installs programs in a workspace of the setup phase."""
    end = time.time() + timeout
    while time.time() < end:
        for p in processes_of(UID_BASE + 65536 * ws):
            try:
                if b"installer" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0") and p != other_than:
                    return p
            except OSError:
                pass
        time.sleep(0.05)
    return None


@test
def the_installer_comes_back(s):
    ok(s.portal.ws_open(6, members=[ADA]))
    first = installer(s, 6)
    if not first:
        assert "layer" in s.portal.host()[1], s.portal.host()
        print("# this host gives no layers, so there is no installer")
        return
    asked = ("import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/packages.sock'); "
             "s.sendall(b'apt -x' + bytes([10])); print(s.makefile().read())")
    for kill in (signal.SIGKILL, signal.SIGTERM):
        os.kill(int(first), kill)
        t = time.time()
        second = installer(s, 6, other_than=first)
        TIMES["installer again"] = time.time() - t
        assert second, s.read_log()[-2000:]
        end = time.time() + 10
        while time.time() < end and s.exec(6, 0, "python3", "-c", asked).returncode:
            time.sleep(0.1)
        assert "Name packages of Debian" in s.sh(6, 0, f'python3 -c "{asked}"')
        first = second
    # With the setup phase it ends for good.
    ok(s.portal.id(WS_CLOSE, 6))
    time.sleep(1.5)
    assert not installer(s, 6, 0.5)
    ok(s.portal.id(WS_DESTROY, 6))


FILL = r"""
import os, socket
d = "/sock/" + os.environ["WARDROOM_SLOT"]
n = b = 0
try:
    f = os.open(d + "/big", os.O_WRONLY | os.O_CREAT)
    while True:
        b += os.write(f, bytes(4096))
except OSError: pass
try:
    while True:
        socket.socket(socket.AF_UNIX).bind("%s/x%d" % (d, n)); n += 1
except OSError: pass
print(b, n)
"""


@test
def a_full_socket_folder_is_ones_own(s):
    ok(s.portal.ws_open(6, members=[ADA, BOB]))
    b, n = map(int, s.sh(6, 0, f"python3 -c '{FILL}'").split())
    assert b <= 64 << 10 and n < 32, (b, n)
    for script in ("touch /sock/x", "touch /sock/1/x", "touch /sock/5/x", "ls /sock/1", "cd /sock/5", "mv /sock/0 /sock/9",
                   "rmdir /sock/9", "ln -s / /sock/1/notebook.sock"):
        assert s.exec(6, 0, script).returncode, script
    # The others work, also who joins now; and so does who was put out and comes back.
    ok(s.portal.person(WS_TERMINAL, 6, 8))
    ok(s.portal.ws_open(6, members=[ADA, BOB, EVE]))
    ok(s.portal.person(WS_TERMINAL, 6, 9))
    assert s.sh(6, 2, "ls /sock/2") == "terminal.sock"
    s.sh(6, 0, "rm -r /sock/0/*")
    ok(s.portal.person(WS_TERMINAL, 6, 7))
    ok(s.portal.person(WS_EVICT, 6, 9))
    ok(s.portal.ws_open(6, members=[ADA, BOB, EVE]))
    ok(s.portal.person(WS_TERMINAL, 6, 9))
    left = [x.split() for x in s.sh(6, 2, "grep ' /sock' /proc/self/mountinfo").splitlines()]
    assert {x[4] for x in left} == {"/sock", "/sock/0", "/sock/1", "/sock/2"}, left
    assert all({"nosuid", "nodev", "noexec"} <= set(x[5].split(",")) for x in left), left
    ok(s.portal.id(WS_DESTROY, 6))


@test
def teams_share_nothing(s):
    t = time.time()
    ok(s.portal.ws_open(2, stage=SAMPLE, release=5, members=[BOB]))
    TIMES["open with data"] = time.time() - t
    lock = "python3 -c 'import fcntl, time; f = open(\"/data/patients.csv\"); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); print(1, flush=True); time.sleep(%s)'"
    p = subprocess.Popen([s.warden_bin, "--config", str(s.conf), "exec", "--ws", "1", "--slot", "0", "--", "/bin/sh", "-c", lock % 20],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert p.stdout.readline() == b"1\n"
    assert s.exec(1, 2, lock % 0).returncode != 0  # the positive control: same team, same lock
    assert s.sh(2, 1, lock % 0) == "1"
    p.terminate()
    p.wait()
    time.sleep(0.1)
    assert s.sh(1, 2, lock % 0) == "1"  # the signal reached the command inside
    assert s.sh(2, 1, "ls /home") == "bob"
    assert s.sh(2, 1, "cat /team/y 2>/dev/null || echo none") == "none"
    refused(s.portal.ws_open(1 + 16384, members=[ADA]), E_CONFLICT, "range")


@test
def setup_can_have_simulated_data_and_no_others(s):
    s.release(12, {"patients.csv": "pid\nSP1\n"}, ".simulated")
    # An image of patients, asked for in the setup phase: the name alone refuses it.
    refused(s.portal.ws_open(5, stage=SETUP, release=5, members=[ADA]), E_ABSENT)
    ok(s.portal.ws_open(5, stage=SETUP, release=12, members=[ADA]))
    assert s.sh(5, 0, "cat /data/patients.csv").split() == ["pid", "SP1"]
    assert s.sh(5, 0, "touch /data/x 2>/dev/null || echo refused") == "refused"
    # And simulated ones are no data to seal for.
    assert s.portal.ws_open(5, stage=FULL, release=12, members=[ADA])[0] != OK
    ok(s.portal.ws_open(5, stage=SETUP, release=0, members=[ADA]))
    assert s.sh(5, 0, "ls /data | wc -l") == "0"
    ok(s.portal.id(WS_DESTROY, 5))


@test
def a_strange_image_is_refused(s):
    releases = s.dir / "state/releases"
    os.symlink(releases / "5.erofs", releases / "6.erofs")
    assert s.portal.ws_open(4, stage=FULL, release=6, members=[ADA])[0] != OK
    shutil.copy(releases / "5.erofs", releases / "7.erofs")
    shutil.chown(releases / "7.erofs", USERS[0])
    refused(s.portal.ws_open(4, stage=FULL, release=7, members=[ADA]), E_DENIED)
    (releases / "8.erofs").write_bytes(b"\0" * 8192)
    assert s.portal.ws_open(4, stage=FULL, release=8, members=[ADA])[0] == E_IO
    ok(s.portal.id(WS_DESTROY, 4))
    ok(s.portal.id(WS_DESTROY, 3))


@test
def a_killed_warden_finds_its_workspaces(s):
    ok(s.portal.person(WS_NOTEBOOK, 1, 7))
    portal, gate = s.portal.pid, s.gate.pid
    s.kill()
    time.sleep(0.3)
    assert not alive(portal) and not alive(gate)
    assert http_get(sock(s, 1, 0), "/tree")[0] == 200  # work goes on meanwhile
    t = time.time()
    s.start()
    TIMES["start and adopt two"] = time.time() - t
    known = {}
    for _ in range(2):
        kind, _, data, fds = s.gate.event(GW_WS)
        known[struct.unpack_from("Q", data, 8)[0]] = fds
    assert set(known) == {1, 2}
    assert s.portal.usage(1)["state"] == 2
    t = time.time()
    ok(s.portal.person(WS_NOTEBOOK, 1, 7))
    assert time.time() - t < 1
    s.desk = socket.socket(fileno=known[1][1].detach())
    the_desk_is_reached(s)
    assert s.sh(1, 0, "cat /data/patients.csv").startswith("id")


@test
def a_second_warden_is_refused(s):
    p = subprocess.run([s.warden_bin, "--config", str(s.conf)], capture_output=True, timeout=30)
    assert p.returncode == 1 and b"Another warden" in p.stderr, p


@test
def children_that_die_come_back(s):
    os.kill(s.portal.pid, signal.SIGKILL)
    s.reconnect("portal")
    s.portal.event(LISTEN)
    s.portal.event(GATE)
    s.gate.event(GW_PORTAL)
    assert s.portal.usage(1)["state"] == 2
    os.kill(s.gate.pid, signal.SIGKILL)
    s.reconnect("gate")
    for kind in (GW_LISTEN, GW_SPOOL):
        s.gate.event(kind)
    assert {struct.unpack_from("Q", s.gate.event(GW_WS)[2], 8)[0] for _ in range(2)} == {1, 2}
    s.gate.event(GW_PORTAL)
    s.portal.event(GATE)


@test
def a_malformed_message_ends_the_portal(s):
    good = Wire.ws_body(1, members=[ADA])
    evil = [b"\1\0\0\0", struct.pack("II", 200, 1), struct.pack("II", HOST, 2), struct.pack("II", WS_OPEN, 1) + good[:-1],
            struct.pack("II", WS_OPEN, 1) + good.replace(b"ada", b"../"), struct.pack("IIQ", WS_CLOSE, 1, 0),
            struct.pack("II", DONE, 1) + bytes(420), os.urandom(700), b"x" * 16384]
    for message in evil:
        pid = s.portal.pid
        s.portal.send(message)
        s.reconnect("portal")
        assert s.portal.pid != pid and not alive(pid)
    s.portal.send(struct.pack("II", HOST, 1), [0])  # a descriptor nobody asked for
    s.reconnect("portal")
    s.gate.send(b"hello")
    s.reconnect("gate")
    assert s.portal.usage(1)["state"] == 2
    time.sleep(0.1)


@test
def a_workspace_that_ends_is_told_of(s):
    pid = int((s.dir / "run/ws/2/pid").read_text())
    os.kill(pid, signal.SIGKILL)
    data = s.portal.event(WS_ENDED)[2]
    assert struct.unpack_from("Q", data, 8)[0] == 2
    for _ in range(100):
        if not os.path.exists(s.dir / "run/ws/2"):
            break
        time.sleep(0.05)
    assert s.portal.usage(2)["state"] == 1
    ok(s.portal.ws_open(2, stage=SAMPLE, release=5, members=[BOB]))


def spec(text):
    fd = os.memfd_create("spec")
    os.write(fd, text.encode())
    return fd


@test
def jobs_run(s):
    ok(s.portal.ask(JOB_START, struct.pack("QII", 31, 4, 0), [spec('{"a":1}')]))
    job, code = struct.unpack_from("Qi", s.portal.event(JOB_ENDED)[2], 8)
    assert (job, code) == (31, 0)
    folder = s.dir / "state/jobs/31"
    r = json.loads((folder / "result.json").read_text())
    uid = shutil._get_uid(USERS[2])
    assert r == {"ok": True, "kind": "score", "uid": uid, "euid": uid, "nnp": 1, "interfaces": 1, "descriptors": 5, "spec": 7}, r
    assert (folder / "result.json").stat().st_gid == shutil._get_gid(USERS[0])
    p = subprocess.run(["setpriv", f"--reuid={USERS[0]}", f"--regid={USERS[0]}", "--clear-groups", "cat", str(folder / "result.json")], capture_output=True)
    assert p.returncode == 0, p
    ok(s.portal.ask(JOB_START, struct.pack("QII", 32, 1, 0), [spec("fail")]))
    assert struct.unpack_from("Qi", s.portal.event(JOB_ENDED)[2], 8) == (32, 1)
    ok(s.portal.ask(JOB_START, struct.pack("QII", 33, 2, 0), [spec("sleep")]))
    assert s.portal.id(JOB_STATE, 33)[1] == 1
    refused(s.portal.ask(JOB_START, struct.pack("QII", 33, 2, 0), [spec("")]), E_CONFLICT)
    ok(s.portal.id(JOB_STOP, 33))
    assert struct.unpack_from("Qi", s.portal.event(JOB_ENDED)[2], 8) == (33, 128 + 15)
    assert s.portal.id(JOB_STATE, 33)[1] == 0
    r, w = os.pipe()
    refused(s.portal.ask(JOB_START, struct.pack("QII", 34, 2, 0), [r]), E_INPUT)


@test
def the_witness_remembers(s):
    head = lambda n, b: s.portal.ask(AUDIT_HEAD, struct.pack("Q", n) + bytes([b]) * 32)  # noqa: E731
    ok(head(5, 1))
    ok(head(5, 1))
    refused(head(5, 2), E_CONFLICT)
    refused(head(4, 1), E_CONFLICT)
    ok(head(9, 3))
    lines = (s.dir / "state/witness").read_text().splitlines()
    assert [x.split()[:2] for x in lines] == [["5", "01" * 32], ["9", "03" * 32]], lines
    with open(s.dir / "state/witness", "a") as f:
        f.write("12 dead")  # half a line, as a power cut leaves it
    s.kill()
    s.start()
    refused(head(8, 1), E_CONFLICT)
    ok(head(10, 4))
    assert len((s.dir / "state/witness").read_text().splitlines()) == 3


@test
def closes_and_destroys(s):
    t = time.time()
    ok(s.portal.id(WS_CLOSE, 1))
    TIMES["close"] = time.time() - t
    assert s.portal.usage(1)["state"] == 1
    assert not os.path.exists(s.dir / "run/ws/1")
    t = time.time()
    ok(s.portal.ws_open(1, stage=FULL, release=5, members=[ADA]))
    TIMES["open, disk there"] = time.time() - t
    assert s.sh(1, 0, "cat ~/x; ls /data | wc -l").startswith("mine\n")
    ok(s.portal.id(WS_CLOSE, 1))
    refused(s.portal.ws_open(1, members=[ADA]), E_CONFLICT, "no way back")  # it has held data
    n = ok(s.portal.id(WS_DESTROY, 1))
    assert n > 100000, n
    assert s.portal.usage(1)["state"] == 0
    assert not os.path.exists(s.dir / "state/ws/1")
    ok(s.portal.id(WS_DESTROY, 1))
    refused(s.portal.ws_open(2, stage=FULL, release=5, members=[(8, 5, "bob")]), E_CONFLICT)  # the name was another slot's
    ok(s.portal.id(WS_CLOSE, 2))  # a disk grows from one opening to the next
    before = s.portal.usage(2)["disk_limit"]
    ok(s.portal.ws_open(2, stage=FULL, release=5, members=[BOB], disk_mb=256))
    assert s.portal.usage(2)["disk_limit"] > before + (100 << 20)
    # more at once than there are workers
    seqs = [s.portal.tell(WS_OPEN, Wire.ws_body(n, members=[ADA])) for n in range(100, 124)]
    seqs += [s.portal.tell(WS_DESTROY, struct.pack("Q", n)) for n in range(100, 124)]
    for q in seqs:
        ok(s.portal.done(q, 120))


@test
def stops_cleanly(s):
    # a process that was started from outside, which is ours to reap
    ok(s.portal.person(WS_NOTEBOOK, 2, 8))
    t = time.time()
    assert s.stop() == 0
    TIMES["stop with one open"] = time.time() - t
    assert TIMES["stop with one open"] < 8
    assert not s.leftovers(), s.leftovers()
    s.start()


def main():
    if skipped():
        return 0
    with Server(BIN) as s:
        s.start()
        return run_tests(s)


sys.exit(main())
