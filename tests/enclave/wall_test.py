"""Who can open what on a server that holds data: every file, device and process is tried as the
portal's user, the gate's and a stranger, with the curator's user as the control. And what is in the
places that may be read: job folders, the portal's database, the images. Prints TAP; starts itself
beside tools/dev/with-server.
"""
import csv
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import EVENT, PROJECTS, Room, wait_for  # noqa: E402
from server import CURATOR, Server, beside, check, finish, say  # noqa: E402

PORTAL_USER, GATE_USER, DATA_USER, STRANGER = "wardroom", "wardroom-gate", "wardroom-data", "nobody"
GROUPS = {STRANGER: "nogroup"}

# Runs as another user: opens each path on standard input for reading and for writing, lists it when
# it is a folder, connects when it is a socket; prints what worked. And walks from the roots itself,
# because a name may be found that root's list did not have.
TRY = r"""
import os, socket, stat, sys
roots, paths = sys.argv[1:], sys.stdin.read().split("\n")
for root in roots:
    for folder, folders, files in os.walk(root):
        paths += [os.path.join(folder, x) for x in folders + files]
def went(how, path, fn):
    try:
        fn()
        print(how, path)
    except OSError:
        pass
def reading(p):
    fd = os.open(p, os.O_RDONLY | os.O_NONBLOCK)
    try: os.read(fd, 1)
    finally: os.close(fd)
def connect(p):
    s = socket.socket(socket.AF_UNIX)
    try: s.connect(p)
    finally: s.close()
for p in dict.fromkeys(x for x in paths if x):
    try: mode = os.stat(p).st_mode
    except OSError: mode = 0
    if stat.S_ISDIR(mode):
        went("list", p, lambda: os.listdir(p))
        went("make", p, lambda: (open(p + "/.try-" + str(os.getpid()), "x").close(), os.unlink(p + "/.try-" + str(os.getpid()))))
    elif stat.S_ISSOCK(mode):
        went("connect", p, lambda: connect(p))
    else:
        went("read", p, lambda: reading(p))
        went("write", p, lambda: os.close(os.open(p, os.O_WRONLY | os.O_NONBLOCK)))
"""


def as_user(user, argv, **k):
    return subprocess.run(["setpriv", "--reuid", user, "--regid", GROUPS.get(user, user), "--clear-groups", "--no-new-privs", *argv],
                          capture_output=True, text=True, timeout=120, **k)


def reached(user, paths, roots=()):
    """{"read /a/b", ...}: what that user could do with the paths and below the roots."""
    r = as_user(user, [sys.executable if sys.executable.startswith("/usr/") else "/usr/bin/python3", "-c", TRY,
                       *map(str, roots)], input="\n".join(map(str, paths)), cwd="/")
    if r.returncode:
        raise AssertionError(r.stderr)
    return set(r.stdout.splitlines())


def below(*roots):
    """Everything there, as root sees it, mounts too; but not the host's own programs once more."""
    found = []
    for root in roots:
        found.append(str(root))
        for folder, folders, files in os.walk(root):
            found += [os.path.join(folder, x) for x in folders + files]
            if folder.endswith("/mnt"):
                folders[:] = [x for x in folders if x in ("data", "disk")]
    return found


def loops(s):
    """Loop devices of this server."""
    found = []
    for f in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
        if f.read_text().startswith(str(s.state)):
            found.append("/dev/" + f.parts[3])
    return found


def fill(s):
    """Everything that can hold data: sources, labels, keys, images, workspaces, a submission."""
    p = s.play()
    p.to("teams")
    wrong = p.data_made()
    check(not wrong, "the data of every project are imported, released and signed", wrong)
    p.to("setup")
    p.move("sample")
    p.move("full")
    check(p.rooms_are("open", 60, "full"), "the workspaces hold the full data", p.rooms())
    Room(*p.team(1)[0].enter(1))
    s.sh(1, 0, "awk -F, 'NR==1{print \"id,prediction\"} NR>1{print $1\",0.\" NR%97}' /data/to_predict.csv > ~/p.csv; "
               "wardroom submit ~/p.csv; echo secret > /team/ours")
    return p


# ---- who reaches what ----------------------------------------------------------------------------

def only(got, *allowed):
    """What was reached beyond the allowed beginnings."""
    return sorted(x for x in got if not any(x == a or x.startswith(a) for a in allowed))


def walls(s):
    state, run = s.state, s.run
    secret = below(*(state / x for x in ("data", "releases", "spool", "inbox", "ws", "portal", "jobs")), run / "ws",
                   run / "runtime") + [str(state / "witness"), str(run / "lock")] + loops(s)
    kinds = {x: sum(x in y for y in secret) for x in ("/source/", "/hidden/", "/keys/", ".erofs", "/spool/", "/inbox/",
                                                      "disk.img", "/mnt/data/", "/mnt/disk/", "/sock/", "/dev/loop")}
    check(all(kinds.values()), "there is something to reach of every kind", kinds)
    roots = [state, run]

    got = reached(PORTAL_USER, secret, roots)
    mine = ["%s %s" % (how, state / x) for how in ("read", "write", "list", "make") for x in ("portal",)]
    plain = ["%s %s/%s" % (how, state, x) for how in ("read", "list") for x in ("bin", "lib", "wardroom.conf", "server.log")]
    jobs = ["%s %s/%s" % (how, state, x) for how in ("read", "list") for x in ("jobs/", "airlock")]
    check(any(x.endswith("wardroom.db") for x in got) and any("result.json" in x for x in got),
          "the portal's user opens its own database and the jobs' results", sorted(got)[:5])
    extra = only(got, *mine, *plain, *jobs)
    check(not extra, "the portal's user opens no data, label, key, image, disk, socket or device", extra)

    got = reached(GATE_USER, secret, roots)
    spool = ["%s %s/spool" % (how, state) for how in ("read", "write", "list", "make")]
    check(any("/spool/" in x and x.startswith("read") for x in got), "the gate's user opens what was handed in", sorted(got)[:5])
    views = ["%s %s/views" % (how, state) for how in ("read", "list")]
    extra = only(got, *spool, *views, *plain)
    check(not extra, "and nothing else: no database, no data, no result of a job", extra)

    got = reached(STRANGER, secret, roots)
    extra = only(got, *plain)
    check(not extra, "a stranger on the host opens nothing but programs, configuration and log", extra)

    got = reached(DATA_USER, secret, roots)
    for kind in ("/source/", "/hidden/", "/keys/", ".erofs", "/spool/", "/inbox/"):
        check(any(kind in x and x.startswith("read") for x in got), "the curator's user opens %s" % kind)
    extra = [x for x in got if "/portal/" in x or "/ws/" in x or "/dev/" in x or "/witness" in x or
             x.startswith(("write %s/spool" % state, "make %s/spool" % state, "write %s/inbox" % state))]
    check(not extra, "but no person's name, no workspace, no device, and changes nothing handed in", extra)
    say("%d paths tried by each" % len(secret))


def processes(s, p):
    """The portal's user against a curator at work."""
    p.start_import("severity")
    pid = s.catch(CURATOR)
    wait_for(lambda: os.stat("/proc/%d" % pid).st_uid != 0 and os.readlink("/proc/%d/exe" % pid).endswith(CURATOR), 5, 0.001)
    os.kill(pid, signal.SIGSTOP)
    try:
        names = ["mem", "environ", "maps", "smaps", "auxv", "stack", "fd", "fdinfo", "map_files", "root", "cwd", "io",
                 "pagemap", "fd/3", "fd/4"]
        paths = ["/proc/%d/%s" % (pid, x) for x in names]
        for user in (PORTAL_USER, GATE_USER, STRANGER):
            got = reached(user, paths)
            check(not got, "%s looks into no curator at work" % user, got)
            r = as_user(user, ["/bin/sh", "-c", "kill -CONT %d" % pid])
            check(r.returncode != 0, "and cannot send it a signal", r)
        got = reached("root", paths)
        check(any("maps" in x for x in got) and any(x.endswith("/fd") for x in got), "root does: there is something to see")
        net = subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", "-o", "link"], capture_output=True, text=True).stdout
        check(re.search(r"^1: lo:.*state DOWN", net) and "\n2:" not in net, "the curator has no network", net)
        words = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
        check(b"severity" not in words and b"inbox" not in words, "its command line tells nothing", words)
    finally:
        os.kill(pid, signal.SIGCONT)
    d = p.data_done("severity")
    check(d and not d["problem"], "and it ends well", d and d["problem"])


# ---- what is in the places that may be read ------------------------------------------------------

DIRECT = re.compile(r"(^|_)id$|name|phone|address|zip")


def identifiers(folder):
    """Values of the source that name a patient or an admission: numbers, names, telephones, addresses."""
    found = set()
    for path in folder.glob("*.csv"):
        with open(path, newline="") as f:
            rows = csv.DictReader(f)
            fields = [x for x in rows.fieldnames if DIRECT.search(x)]
            for row in rows:
                found.update(row[x] for x in fields)
    return {x for x in found if len(x) >= 5}


def aggregates(s):
    who = set()
    for slug, _, _ in PROJECTS:
        who |= identifiers(s.state / "inbox" / EVENT / slug)
    pattern = re.compile(r"[\w+][\w'.,+ -]*\w")
    words = {x.lower() for x in who}
    check(len(words) > 1000, "the sources name many people", len(words))

    def named(data):
        """Identifiers in these bytes: whole words, and whole runs of words."""
        text = data.decode("utf-8", "replace").lower()
        tokens = set(re.findall(r"[\w-]+", text)) | set(pattern.findall(text))
        # Names have a space: they stand inside longer runs.
        pairs = set()
        for run in re.findall(r"[\w' -]+", text):
            w = run.split()
            pairs |= {" ".join(w[i:i + n]) for n in (2, 3) for i in range(len(w) - n + 1)}
        return (tokens | pairs) & words
    some = next(iter(sorted(words, key=lambda x: (" " not in x, x))))
    check(named(b'{"x": "%s"}' % some.encode()) and named((s.state / "inbox" / EVENT / "severity/patients.csv").read_bytes()),
          "an identifier would be found")
    for what, files in (("job folders", [x for x in (s.state / "jobs").rglob("*") if x.is_file()]),
                        ("files of the portal", [x for x in (s.state / "portal").rglob("*") if x.is_file()]),
                        ("logs", [pathlib.Path(s.log)])):
        bad = {str(f): sorted(named(f.read_bytes()))[:5] for f in files if named(f.read_bytes())}
        check(files and not bad, "%s name no patient" % what, bad)
    names = sorted({f.name for f in (s.state / "jobs").rglob("*") if f.is_file()})
    check(set(names) <= {"result.json", "progress"}, "job folders hold results and progress only", names)
    return named


class Engine:
    """As much of DuckDB's C interface as a query needs."""

    class Result(ctypes.Structure):
        _fields_ = [("a", ctypes.c_uint64 * 3), ("p", ctypes.c_void_p * 3)]

    def __init__(self, library):
        self.lib = ctypes.CDLL(str(library))
        self.lib.duckdb_value_int64.restype = ctypes.c_int64
        self.lib.duckdb_value_int64.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
        self.lib.duckdb_result_error.restype = ctypes.c_char_p
        db, self.con = ctypes.c_void_p(), ctypes.c_void_p()
        self.lib.duckdb_open(None, ctypes.byref(db))
        self.lib.duckdb_connect(db, ctypes.byref(self.con))

    def number(self, sql):
        r = self.Result()
        if self.lib.duckdb_query(self.con, sql.encode(), ctypes.byref(r)):
            raise AssertionError(self.lib.duckdb_result_error(ctypes.byref(r)).decode())
        return self.lib.duckdb_value_int64(ctypes.byref(r), 0, 0)


# slug: (table, column that names a row, outcome)
OUTCOMES = {"severity": ("admissions", "admission_id", "severe"), "heart": ("patients", "patient_id", "fustat")}


def images(s, p, named):
    keys = [f.read_bytes() for f in (s.state / "data/keys").iterdir()]
    check(len(keys) == 1 and len(keys[0]) == 32, "there is one key, of the event")
    library = next(iter(pathlib.Path(s.state / "lib").glob("libduckdb.so*")), None)
    engine = Engine(library) if library else None
    for slug, _, _ in PROJECTS:
        rows = {stage: n for n, stage in s.db(
            "SELECT max(r.id), r.stage FROM release r JOIN project p ON p.id = r.project WHERE p.slug = ? "
            "AND r.state = 'ready' GROUP BY r.stage", slug)}
        at = {}
        for stage, n in rows.items():
            image = s.state / ("releases/%d%s.erofs" % (n, ".simulated" if stage == "simulated" else ""))
            at[stage] = s.state / ("look-%s-%s" % (slug, stage))
            subprocess.run(["fsck.erofs", "--extract=%s" % at[stage], image], check=True, capture_output=True)
        one_project(s, slug, at, engine)
        everything = {stage: b"\n".join(f.read_bytes() for f in sorted(d.iterdir())) for stage, d in at.items()}
        for stage, data in everything.items():
            check(not any(k in data or k.hex().encode() in data.lower() for k in keys), "%s %s: no key" % (slug, stage))
            bad = named(b"\n".join(f.read_bytes() for f in at[stage].iterdir() if f.suffix in (".csv", ".json", ".txt")))
            check(not bad, "%s %s: no identifier of the source" % (slug, stage), sorted(bad)[:8])
        for d in at.values():
            shutil.rmtree(d)
    for where in ("jobs", "portal"):
        data = b"".join(f.read_bytes() for f in (s.state / where).rglob("*") if f.is_file())
        check(not any(k in data or k.hex().encode() in data.lower() for k in keys), "no key in %s" % where)


def one_project(s, slug, at, engine):
    table, unit, outcome = OUTCOMES[slug]
    labels = {r["id"]: r["label"] for r in csv.DictReader(open(at["hidden"] / "labels.csv"))}
    full = list(csv.DictReader(open(at["full"] / (table + ".csv"))))
    hidden = [r for r in full if r[unit] in labels]
    check(len(labels) > 5 and len(hidden) == len(labels), "%s: the full image has the hidden rows" % slug, (len(labels), len(hidden)))
    check(all(r[outcome] == "" for r in hidden), "%s: their outcome is empty" % slug)
    check(sum(r[outcome] != "" for r in full) >= len(full) - len(hidden) - 5, "%s: that of others is there" % slug)
    ids = [r["id"] for r in csv.DictReader(open(at["full"] / "to_predict.csv"))]
    check(sorted(ids) == sorted(labels), "%s: it lists whom to predict" % slug)
    sample = b"".join(f.read_bytes() for f in at["sample"].iterdir() if f.suffix == ".csv").decode()
    check(not set(re.findall(r"\w+", sample)) & set(labels), "%s: the sample has no hidden row" % slug)
    for stage in ("sample", "full"):
        check(not [f.name for f in at[stage].iterdir() if "label" in f.name or "key" in f.name],
              "%s: no labels in the %s image" % (slug, stage))
    if not engine:
        check(True, "%s: the Parquet file says the same # SKIP no DuckDB library beside the programs" % slug)
        return
    join = "FROM read_parquet('%s/%s.parquet') AS p JOIN read_csv('%s/labels.csv', all_varchar = true) AS l ON p.%s = l.id" % (
        at["full"], table, at["hidden"], unit)
    n, told = engine.number("SELECT count(*) " + join), engine.number("SELECT count(p.%s) %s" % (outcome, join))
    check(n == len(labels) and told == 0, "%s: the Parquet file says the same" % slug, (n, told))


def inside(s):
    """From a workspace nothing but the image of its phase is seen of a project."""
    seen = s.sh(1, 0, "cat /proc/mounts | grep ' /data '; find / -xdev -name 'labels.csv' -o -name '*.erofs' 2>/dev/null; "
                      "ls /data")
    check("erofs ro" in seen and "labels" not in seen, "a workspace sees the full image, read-only, and no labels", seen)


def main():
    beside(os.path.abspath(__file__), "--mb", "5")
    s = Server()
    try:
        p = fill(s)
        walls(s)
        processes(s, p)
        named = aggregates(s)
        images(s, p, named)
        inside(s)
    except Exception:
        check(False, "goes through", traceback.format_exc())
        say(s.log_tail())
    return finish()


sys.exit(main())
