#!/usr/bin/env python3
"""Drives `wardroom-curator check` as a steward would: verdicts, pictures, and the comparison with
imported data. Prints TAP. Needs WARDROOM_BIN (folder of the programs); runs as root or anybody."""
import fcntl, hashlib, json, os, random, resource, struct, subprocess, sys, tempfile, zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cases import Cases  # noqa: E402

ROOT = os.environ.get("WARDROOM_ROOT", os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BIN = os.environ.get("WARDROOM_BIN", os.path.join(ROOT, "build", "bin"))
CURATOR = os.path.join(BIN, "wardroom-curator")
TMP = tempfile.mkdtemp(prefix="airlock-test-")
test = Cases(TMP)


def write(name, text):
    path = os.path.join(TMP, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def check(*args, codes=(0, 1, 3)):
    p = subprocess.run([CURATOR, "check", *args, "--json"], capture_output=True, text=True)
    assert p.returncode in codes, (args, p.returncode, p.stdout, p.stderr)
    r = json.loads(p.stdout)
    assert {"PASS": 0, "REVIEW": 3, "FAIL": 1}[r["verdict"]] == p.returncode, (p.returncode, r)
    return r


def finding(r, name, i=0):
    """The worst finding of a check in the i-th file, or None."""
    rank = ["note", "review", "fail"]
    found = [f for f in r["files"][i]["findings"] if f["check"] == name]
    return max(found, key=lambda f: rank.index(f["severity"])) if found else None


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width=8, height=8, extra=b"", tail=b"", pixels=None, size=None):
    raw = pixels or b"".join(b"\0" + bytes(random.Random(y).randbytes(3 * width)) for y in range(height))
    head = struct.pack(">IIBBBBB", *(size or (width, height)), 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(raw)) +
            chunk(b"IEND", b"") + tail)


PEOPLE = ["pid,full name,born,age,bmi,crp,ward,died"]
RND = random.Random(5)
for n in range(400):
    PEOPLE.append("%08d,Name%c%d Per%c%d,%d-%02d-%02d,%d,%.1f,%.1f,%s,%d" % (
        10480011 + 977 * n, 65 + n % 26, n, 65 + n // 26, n, 1930 + n % 60, 1 + n % 12, 1 + n % 28,
        30 + n % 50, 18 + RND.random() * 15, RND.random() * 200, "ABCD"[n % 4], RND.randrange(2)))
STATE = os.path.join(TMP, "state")


def state():
    if not os.path.exists(STATE):
        write("inbox/people.csv", "\n".join(PEOPLE) + "\n")
        subprocess.run([CURATOR, "import", "--project", "1", "--from", os.path.join(TMP, "inbox"),
                        "--state", STATE, "--quiet"], check=True, capture_output=True)
    return ["--state", STATE, "--project", "1"]


def rows(columns, count=30, head=None):
    pick = [PEOPLE[0].split(",").index(c) for c in columns]
    out = [",".join(head or columns)]
    for line in PEOPLE[1:count + 1]:
        cells = line.split(",")
        out.append(",".join(cells[i] for i in pick))
    return "\n".join(out) + "\n"


@test
def a_good_result_passes_and_is_written_anew():
    out = os.path.join(TMP, "out")
    os.makedirs(out)
    r = check(write("good.csv", "ward;n;died\r\nA;250;40\r\nB;310;52\r\n"), "--out", out)
    assert r["verdict"] == "PASS" and r["policy"]["min_count"] == 10 and r["version"], r
    text = open(os.path.join(out, "good.csv"), "rb").read()
    assert text == b"ward,n,died\nA,250,40\nB,310,52\n", text
    assert r["files"][0]["clean"]["blake2b"] == hashlib.blake2b(text, digest_size=32).hexdigest()


@test
def the_same_files_give_the_same_record():
    files = [write("same/a.csv", rows(["age", "bmi"])), write("same/b.csv", "w,n\nA,3\n")]
    one, two = (subprocess.run([CURATOR, "check", *files, "--json"], capture_output=True).stdout
                for _ in range(2))
    assert one == two and one


@test
def what_is_no_plain_file_fails():
    link = os.path.join(TMP, "link.csv")
    os.symlink("/etc/passwd", link)
    fifo = os.path.join(TMP, "fifo.csv")
    os.mkfifo(fifo)
    r = check(link, fifo, TMP, os.path.join(TMP, "absent.csv"))
    assert all(f["verdict"] == "FAIL" for f in r["files"]), r
    assert "symbolic link" in finding(r, "file_type", 0)["sentence"], r
    big = write("big.csv", b"a,b\n" + b"x" * (16 << 20))
    assert "larger than 16 MiB" in finding(check(big), "file_type")["sentence"]


@test
def called_wrongly_it_says_so():
    good = write("u.csv", "ward,n\nA,250\n")
    for code, args in [(64, []), (64, ["--nonsense"]), (64, [good, "--project", "1"]), (64, [good, "--state", TMP]),
                       (2, [good, "--policy", write("p.txt", "min_count 0\n")]),
                       (66, [good, "--earlier", "/nonexistent"]), (66, [good, "--supporting", "/nonexistent"])]:
        p = subprocess.run([CURATOR, "check", *args], capture_output=True, text=True)
        assert p.returncode == code and p.stderr, (args, p)


@test
def pictures_become_plain_pixels():
    out = os.path.join(TMP, "pictures")
    os.makedirs(out)
    signed = chunk(b"tEXt", b"Software\0matplotlib")
    r = check(write("p/plain.png", png()), write("p/signed.png", png(extra=signed)), "--out", out)
    assert [f["verdict"] for f in r["files"]] == ["REVIEW", "REVIEW"], r
    data = open(os.path.join(out, "signed.png"), "rb").read()
    assert b"matplotlib" not in data and data.endswith(b"IEND\xaeB`\x82")
    bad = {
        "text.png": png(extra=chunk(b"tEXt", b"Comment\0hidden")),
        "itxt.png": png(extra=chunk(b"iTXt", b"Comment\0\0\0\0\0hidden")),
        "exif.png": png(extra=chunk(b"eXIf", b"MM\0*")),
        "film.png": png(extra=chunk(b"acTL", b"\0\0\0\2\0\0\0\0")),
        "own.png": png(extra=chunk(b"prIv", b"hidden")),
        "tail.png": png(tail=b"PK\3\4"),
        "cut.png": png()[:-20],
        "crc.png": png()[:40] + b"\xff" + png()[41:],
        "huge.png": png(size=(60000, 60000)),
        "bomb.png": png(size=(8192, 8192)),
        "none.png": png(size=(0, 5)),
        "cut.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        "name.csv": png(),
    }
    for name, data in bad.items():
        r = check(write("p/" + name, data), "--out", out)
        assert r["verdict"] == "FAIL" and r["files"][0]["clean"] is None, (name, r)
        assert not os.path.exists(os.path.join(out, name)), name


@test
def jpegs_too():
    corpus = os.path.join(ROOT, "tests", "fuzz", "corpus", "airlock_image")
    want = {"base.jpg": "REVIEW", "progressive.jpg": "REVIEW", "grey.jpg": "REVIEW",
            "tail.jpg": "FAIL", "comment.jpg": "FAIL", "exif.jpg": "FAIL"}
    for name, verdict in want.items():
        r = check(os.path.join(corpus, name))
        assert r["verdict"] == verdict, (name, r)
        assert (r["files"][0]["clean"] is None) == (verdict == "FAIL"), (name, r)


@test
def earlier_releases_are_subtracted():
    write("earlier/one.csv", "ward,n\nA,250\nB,310\n")
    now = write("now.csv", "ward,n\nA,253\nB,310\n")
    r = check(now, "--earlier", os.path.join(TMP, "earlier"))
    f = finding(r, "differencing")
    assert f["severity"] == "fail" and f["where"] == [{"row": 2, "column": 2}] and r["earlier"] == 1, r
    # Files that leave together are subtracted as well.
    r = check(write("together.csv", "ward,n\nA,250\nB,310\n"), now)
    assert finding(r, "differencing", 1)["severity"] == "fail", r
    # What cannot be read cannot be compared.
    write("earlier/two.bin", b"\0\1\2")
    r = check(write("other.csv", "clinic,n\nX,80\n"), "--earlier", os.path.join(TMP, "earlier"))
    assert finding(r, "differencing")["severity"] == "fail", r


@test
def evidence_and_policy_are_heard():
    cost = write("cost.csv", "ward,cost\nA,5310.5\n")
    assert finding(check(cost), "dominance")["severity"] == "review"
    good = write("s1.csv", "row,column,n,sum,top1,top2\n2,2,40,5310.5,300,250\n")
    assert check(cost, "--supporting", good)["verdict"] == "PASS"
    bad = write("s2.csv", "row,column,n,sum,top1,top2\n2,2,40,5310.5,5000,250\n")
    assert finding(check(cost, "--supporting", bad), "dominance")["severity"] == "fail"
    counts = write("six.csv", "ward,n\nA,6\nB,30\n")
    assert check(counts)["verdict"] == "FAIL"
    assert check(counts, "--policy", write("five.txt", "min_count 5\n"))["verdict"] == "PASS"


@test
def rows_of_patients_are_found():
    columns = ["age", "bmi", "crp", "ward", "died"]
    named = write("m/named.csv", rows(columns))
    renamed = write("m/renamed.csv", rows(columns, head=["v1", "v2", "v3", "v4", "v5"]))
    turned = write("m/turned.csv", rows(columns[::-1], head=["e", "d", "c", "b", "a"]))
    inside = write("m/inside.json", json.dumps({"auc": 0.8, "points": [
        [float(x) if x.replace(".", "").isdigit() else x for x in line.split(",")]
        for line in rows(columns).splitlines()[1:]]}))
    one = write("m/one.csv", rows(["age", "bmi", "crp", "ward"], count=1))
    for path in named, renamed, turned, inside, one:
        f = finding(check(path, *state()), "data_match")
        assert f and f["severity"] == "fail", path
    r = check(named, *state())
    assert finding(r, "data_match")["where"][0] == {"row": 2, "column": 0}
    assert r["files"][0]["compared_with_data"] is True


@test
def many_rows_of_one_patient_are_no_group():
    # Each patient has twenty rows that are alike; some of the fields many patients share.
    rnd = random.Random(8)
    people = [(10480011 + 977 * n, 20 + n % 60, "%.1f" % (18 + rnd.random() * 15), "ABCD"[n % 4], n % 2)
              for n in range(300)]
    state()
    where = os.path.join(TMP, "long-in")
    write("long-in/patients.csv", "pid,sex\n" + "".join("%08d,%s\n" % (p[0], "mf"[p[0] % 2]) for p in people))
    write("long-in/visits.csv", "visit_id,pid\n" + "".join("%d,%08d\n" % (70011 + n, p[0]) for n, p in enumerate(people)))
    # One long table names the patient, the other only the visit.
    write("long-in/nursing.csv", "pid,age,bmi,ward,died,turn\n" + "".join(
        "%08d,%d,%s,%s,%d,%d\n" % (*p, k) for p in people for k in range(20)))
    write("long-in/vitals.csv", "visit_id,old,mass,unit,dead,turn\n" + "".join(
        "%d,%d,%s,%s,%d,%d\n" % (70011 + n, *p[1:], k) for n, p in enumerate(people) for k in range(20)))
    subprocess.run([CURATOR, "import", "--project", "3", "--from", where, "--state", STATE, "--quiet"],
                   check=True, capture_output=True)
    for head in "age,bmi,ward,died", "old,mass,unit,dead":
        text = head + "\n" + "".join("%d,%s,%s,%d\n" % p[1:] for p in people[:1])
        r = check(write("m/long.csv", text), "--state", STATE, "--project", "3")
        f = finding(r, "data_match")
        assert f and f["severity"] == "fail" and "patients" in f["sentence"], (head, r)
    # What three hundred patients have in common is a group.
    write("long-in/forms.csv", "pid,form,version,language,paper\n" + "".join(
        "%08d,intake,2,de,no\n" % p[0] for p in people for k in range(2)))
    subprocess.run([CURATOR, "import", "--project", "3", "--from", where, "--state", STATE, "--quiet"],
                   check=True, capture_output=True)
    r = check(write("m/forms.csv", "form,version,language,paper\nintake,2,de,no\n"), "--state", STATE, "--project", "3")
    assert finding(r, "data_match") is None and r["files"][0]["compared_with_data"], r


@test
def groups_are_no_patients():
    count = {}
    for line in PEOPLE[1:]:
        c = line.split(",")
        count[c[6], c[7]] = count.get((c[6], c[7]), 0) + 1
    text = "ward,died,age,bmi,n\n" + "".join(
        "%s,%s,54.31,25.07,%d\n" % (*k, n) for k, n in sorted(count.items()))
    r = check(write("m/groups.csv", text), *state())
    assert finding(r, "data_match") is None and r["files"][0]["compared_with_data"], r


@test
def identifiers_are_found_and_never_told():
    pid, name = PEOPLE[7].split(",")[:2]
    for text in ["See record %s.\n" % pid, "Ask %s about it\n" % name, "row,%s\n1,2\n2,3\n" % pid]:
        p = write("m/id.txt", text)
        r = check(p, *state())
        f = finding(r, "data_match")
        assert f and f["severity"] == "fail", text
        assert pid not in json.dumps(r) and name not in json.dumps(r)
    r = check(write("m/%s.txt" % pid, "The AUROC was 0.83.\n"), *state())
    assert finding(r, "data_match")["severity"] == "fail"
    assert check(write("m/fine.txt", "The AUROC was 0.83.\n"), *state())["verdict"] == "PASS"


@test
def without_the_data_nothing_passes():
    good = write("m/good.csv", "ward,n\nA,250\n")
    r = check(good, "--state", STATE, "--project", "99")
    assert finding(r, "data_match")["severity"] == "fail" and r["verdict"] == "FAIL", r
    assert r["files"][0]["compared_with_data"] is False


def processor_seconds():
    """Of our children; unlike the clock it says the same on a busy machine."""
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


@test
def hostile_files_take_less_than_five_seconds():
    size = (16 << 20) - 1000
    def fill(head, line):
        return (head + line * (size // len(line)))[:size].rsplit("\n", 1)[0] + "\n"
    slow = []
    for name, text in {
        "wide.csv": fill(",".join("c%d" % i for i in range(300)) + "\n", "12," * 299 + "7\n"),
        "tall.csv": fill("a,b\n", "x,7 patients of 2021-03-04 a@b.example\n"),
        "hidden.csv": fill(",".join("c%d" % i for i in range(50)) + ",total\n", "*,55," * 25 + "4000\n"),
        "long.txt": "a1 " * (size // 3),
        "log.txt": fill("", "epoch 7 loss 0.5 n = 7 patients 2021-03-04\n"),
        "deep.json": json.dumps({str(i): {"b": [1.5] * 3, "c": {"n": 7}} for i in range(330000)})[:size],
        "noise.png": png(2300, 2300),
        "records.json": json.dumps([{"ward": "A%d" % (i % 50), "n": i % 100} for i in range(400000)]),
    }.items():
        path = write("slow/" + name, text)
        started = processor_seconds()
        check(path, *state())
        took = processor_seconds() - started
        print("# %-13s %5.1f MiB %.2f s" % (name, len(text) / 2**20, took))
        if took > 5:
            slow.append((name, took))
    # A sanitizer makes everything several times slower; then the time says nothing.
    if b"__asan_init" not in open(CURATOR, "rb").read():
        assert not slow, slow


@test
def sentences_of_notes_are_known_again():
    state()
    rnd, words = random.Random(3), "amber birch cedar delta ember frost grove heron ivory jetty knoll larch maple".split()
    own = [" ".join(rnd.choice(words) for _ in range(20)) for _ in range(120)]
    form = "The patient was seen on the ward in the morning and reports to be feeling better than yesterday."
    text = "pid,note\n" + "".join('%08d,"%s Then: %s."\n' % (10480011 + 977 * n, form, x) for n, x in enumerate(own))
    write("notes-in/notes.csv", text)
    subprocess.run([CURATOR, "import", "--project", "2", "--from", os.path.join(TMP, "notes-in"), "--state", STATE, "--quiet"],
                   check=True, capture_output=True)
    def look_at(name, text):
        r = check(write("notes/" + name, text), "--state", STATE, "--project", "2")
        return finding(r, "data_match"), r
    some = own[7].split()
    f, r = look_at("copied.txt", "Example of a note: %s, and so on.\n" % " ".join(some).upper())
    assert f and f["severity"] == "fail" and f["where"] == [{"row": 1, "column": 0}] and "words" in f["sentence"], r
    assert not any(w in f["sentence"] for w in words), f
    f, r = look_at("short.txt", "We saw %s here.\n" % " ".join(some[:9]))
    assert f and f["severity"] == "review", r
    f, r = look_at("form.txt", "Notes begin like this: %s\n" % form)
    assert not f, r
    f, r = look_at("cells.csv", "a,b,c,d,e\n" + "\n".join(",".join(some[k:k + 5]) for k in range(0, 20, 5)) + "\n")
    assert f and f["severity"] == "fail", r
    f, r = look_at("good.txt", "We fitted a model of the length of stay on age and on the ward, and it held for all.\n")
    assert not f, r


SPOOL = [0]


def spool(text):
    """A file as the gate leaves it for the curator; returns its number."""
    SPOOL[0] += 1
    where = os.path.join(STATE, "spool")
    os.makedirs(where, exist_ok=True)
    with open(os.path.join(where, str(SPOOL[0])), "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return SPOOL[0]


def job(kind, spec):
    """As the warden starts it: spec on 3, folder on 4."""
    state()
    for folder in "views", "airlock", "spool":
        os.makedirs(os.path.join(STATE, folder), exist_ok=True)
    config, spec_file = write("job/conf", "state %s\n" % STATE), write("job/spec", json.dumps(spec))
    where = tempfile.mkdtemp(dir=TMP)
    fds = os.open(spec_file, os.O_RDONLY), os.open(where, os.O_RDONLY)

    def place():
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in fds]
        for want, fd in zip((3, 4), high):
            os.dup2(fd, want)
            os.close(fd)
    p = subprocess.run([CURATOR, "--config", config, "job", kind], preexec_fn=place, close_fds=False,
                       capture_output=True, text=True)
    for fd in fds:
        os.close(fd)
    result = json.load(open(where + "/result.json"))
    assert result["ok"] == (p.returncode == 0), (p.returncode, result, p.stderr)
    return result


def look(*files, earlier=()):
    """files: (id, name, text[, role]). The job's result by id."""
    spec = {"project": 1, "team": 1, "request": 1, "earlier": list(earlier), "files": [
        {"id": f[0], "name": f[1], "spool": spool(f[2]), "role": f[3] if len(f) > 3 else "output"}
        for f in files]}
    r = job("check", spec)
    assert r["ok"], r
    return {f["id"]: f for f in r["files"]}, spec


def view(n):
    return open(os.path.join(STATE, "views", str(n)), encoding="utf-8").read()


def leave(spec, seen, **changes):
    return job("leave", {"request": 1, "files": [dict(
        {"id": f["id"], "spool": f["spool"], "name": f["name"], "bytes": 1,
         "blake2b": (seen[f["id"]]["clean"] or {"blake2b": "0" * 64})["blake2b"]}, **changes)
        for f in spec["files"]]})


@test
def the_job_looks_and_shows_what_would_leave():
    good = "ward;n;died\r\nA;250;40\r\nB <b>&;310;52\r\n"
    small = "ward,n\nA,250\nB,3\n"
    seen, _ = look((11, "good.csv", good), (12, "small.csv", small), (13, "p.png", png()),
                   (14, "t.txt", "AUROC 0.83\u202e\n"), (15, "m.pkl", b"\x80\x04\x95\x10"),
                   (16, "rows.csv", rows(["age", "bmi", "crp", "ward", "died"])),
                   (17, "n.csv", "row,column,n\n2,2,250\n", "supporting"),
                   (18, "fit.py", "print('<script>')\n", "code"))
    want = {11: "pass", 12: "fail", 13: "review", 14: "fail", 15: "stopped", 16: "stopped",
            17: "pass", 18: "pass"}
    assert {n: f["outcome"] for n, f in seen.items()} == want, \
        {n: (f["outcome"], f["findings"]) for n, f in seen.items()}
    # What fails a check may leave with a reason, what stops may not.
    assert {n for n, f in seen.items() if f["clean"]} == {11, 12, 13, 14, 17, 18}, \
        {n: f["clean"] for n, f in seen.items()}
    assert "B &#60;b&#62;&#38;" in view(11) and "<td class=fail>3<" in view(12), view(12)
    assert "data:image/png;base64," in view(13) and "U+202E" in view(14)
    assert "nothing is shown" in view(15) and "nothing is shown" in view(16)
    assert "script>" not in view(18) and "print(" in view(18)
    crp = PEOPLE[1].split(",")[5]
    assert crp not in view(16), "a row of a patient is on the page"
    for f in seen.values():
        assert crp not in json.dumps(f)


@test
def what_leaves_is_what_was_voted_on():
    for n, name, text in ((21, "good.csv", "ward;n\r\nA;250\r\n"), (22, "p.png", png()),
                          (23, "t.txt", "AUROC 0.83  \n"), (24, "a.json", '{ "auc": 0.8 }')):
        seen, spec = look((n, name, text))
        r = leave(spec, seen)
        assert r["ok"], (name, r)
        out = open(os.path.join(STATE, "airlock", str(n)), "rb").read()
        digest = hashlib.blake2b(out, digest_size=32).hexdigest()
        assert digest == seen[n]["clean"]["blake2b"] == r["files"][0]["blake2b"], (name, r)


@test
def what_was_not_voted_on_stays():
    seen, spec = look((31, "good.csv", "ward,n\nA,250\n"), (32, "more.csv", "ward,n\nA,260\n"))
    # Other bytes than those of the vote, in one of two files: none leaves.
    with open(os.path.join(STATE, "spool", str(spec["files"][1]["spool"])), "a") as f:
        f.write("B,251\n")
    r = leave(spec, seen)
    assert not r["ok"] and "not what was voted on" in r["error"], r
    assert not os.path.exists(os.path.join(STATE, "airlock", "31"))
    # A link in place of the file, a number out of the folder, a digest that is none.
    seen, spec = look((33, "good.csv", "ward,n\nA,250\n"))
    path = os.path.join(STATE, "spool", str(spec["files"][0]["spool"]))
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)
    assert not leave(spec, seen)["ok"]
    assert not leave(spec, seen, spool=-1)["ok"] and not leave(spec, seen, blake2b="abc")["ok"]
    assert not leave(spec, seen, name="a/b.csv")["ok"]
    assert not os.path.exists(os.path.join(STATE, "airlock", "33"))


@test
def a_job_that_cannot_look_holds():
    seen, spec = look((41, "good.csv", "ward,n\nA,250\n"))
    spec["files"][0]["spool"] = 999999
    r = job("check", spec)
    assert r["files"][0]["outcome"] == "held" and r["files"][0]["clean"] is None, r
    seen, _ = look((42, "good.csv", "ward,n\nA,250\n"), earlier=[4711])
    assert seen[42]["outcome"] == "held", seen
    r = job("check", dict(spec, project=99))
    assert r["files"][0]["outcome"] == "held", r
    for bad in ({}, {"project": 1, "earlier": []}, dict(spec, files=[]), dict(spec, earlier=3),
                dict(spec, files=[{"id": 1}]), dict(spec, files=[dict(spec["files"][0], role="x")])):
        assert not job("check", bad)["ok"], bad


@test
def tables_are_subtracted_from_what_was_let_out():
    first = "ward,n\nA,250\nB,310\nC,400\n"
    seen, spec = look((51, "all.csv", first))
    assert leave(spec, seen)["ok"]
    seen, _ = look((52, "again.csv", first.replace("250", "247")), earlier=[51])
    found = [f for f in seen[52]["findings"] if f["check"] == "differencing"]
    assert seen[52]["outcome"] == "fail" and found, seen
    # It does not tell which number, only where.
    assert "247" not in json.dumps(seen[52]) and found[0]["where"], found


TREES = ("tree\nversion=v4\nnum_class=1\nmax_feature_idx=1\nfeature_names=a b\n\nTree=0\nnum_leaves=2\n"
         "num_cat=0\nsplit_feature=0\nthreshold=54.5\nleaf_count=40 12\nis_linear=0\n\nend of trees\n")


@test
def what_was_let_out_under_another_rule_holds_nothing():
    spec = {"project": 1, "team": 1, "request": 1, "models": True, "earlier": [], "files": [
        {"id": 61, "name": "fit.txt", "spool": spool(TREES), "role": "output"}]}
    r = job("check", spec)
    assert r["files"][0]["outcome"] == "review", r
    out = job("leave", {"request": 1, "models": True, "files": [dict(
        id=61, spool=spec["files"][0]["spool"], name="fit.txt", bytes=1,
        blake2b=r["files"][0]["clean"]["blake2b"])]})
    assert out["ok"], out
    # Models may not leave any more: that one left, and a table is no worse for it.
    seen, _ = look((62, "good.csv", "ward,n\nA,250\n"), earlier=[61])
    assert seen[62]["outcome"] == "pass", seen
    seen, _ = look((63, "fit.txt", TREES), earlier=[61])
    assert seen[63]["outcome"] == "stopped", seen


@test
def more_releases_than_can_be_compared_need_a_person():
    text = "clinic,n\nX,80\nY,310\n"
    seen, spec = look((64, "one.csv", text))
    assert leave(spec, seen)["ok"]
    seen, _ = look((65, "two.csv", "clinic,n\nX,82\nY,310\n"), earlier=[64] * 2001)
    f = seen[65]
    assert f["outcome"] == "fail" and f["clean"], f
    assert any("could not be compared" in x["sentence"] for x in f["findings"]), f
    # With those that are read it is compared all the same.
    assert any(x["check"] == "differencing" and x["where"] for x in f["findings"]), f


if __name__ == "__main__":
    sys.exit(test.main())
