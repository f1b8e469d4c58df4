#!/usr/bin/env python3
"""Tables that a team asks for: counted right, small numbers hidden, and evidence that the airlock
believes for one table of one team and for nothing else.

Prints TAP. Needs WARDROOM_BIN (folder of the programs); runs as root or anybody."""
import collections, math, csv, hashlib, io, json, os, random, shutil, statistics, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cases import Cases  # noqa: E402
from curator_test import CURATOR, TMP, folder, fresh, image, job, release, run, table  # noqa: E402

test = Cases(TMP)
RECIPE = """recipe "Tables" version 1
patient patients.pid
table patients
	pid pseudonym
	sex keep
	y keep
table stays by pid
	pid pseudonym
	ward keep
	year keep
	days keep
	cost keep
	crp keep
	flag keep
	mol keep
	sid pseudonym
outcome patients.y binary positive 1
hidden 10 %
sample 50 %
csv all
"""
WORLD = {}
RECORD = 1072  # bytes in the file of traces


def world():
    """A project with a release, and its stays as the team reads them."""
    if WORLD:
        return WORLD
    rnd, state = random.Random(9), fresh("tables-state")
    people, stays = ["pid,sex,y"], ["pid,ward,year,days,cost,crp,flag,mol,sid"]
    for i in range(300):
        people.append("%07d,%s,%d" % (7919 * (i + 1), "FM"[i % 2], rnd.randrange(2)))
        for _ in range(1 + i % 3):
            ward = "E" if i < 4 else "ABC"[rnd.randrange(3)] if i % 17 else "D"
            n = len(stays)  # two of five were not measured; amounts of substance are small numbers
            lab = ",," if n % 5 < 2 else "%d,%d,%de-11" % (1 + n * 7 % 90, n // 5 % 2, 1 + n % 40)
            stays.append("%07d,%s,%d,%d,%.2f,%s,S%d" % (7919 * (i + 1), ward, 2019 + rnd.randrange(3), 1 + rnd.randrange(20),
                                                rnd.random() * 1000 if i != 50 else 900000, lab, n))
    run(state, "import", "--project", "1", "--from",
        folder("tables-in", patients__csv="\n".join(people) + "\n", stays__csv="\n".join(stays) + "\n"))
    release(state, RECIPE)
    for d in "spool", "views", "airlock":
        os.makedirs(os.path.join(state, d))
    root = image(state, 12)
    WORLD.update(state=state, stays=table(root + "/stays.csv"), patients=table(root + "/patients.csv"))
    return WORLD


NUMBER = [0]


def nothing_signed():
    """As if no table had been asked for before."""
    shutil.rmtree(signed(), ignore_errors=True)


def signed(name=""):
    """What is remembered of signed tables, or a file of it."""
    return os.path.join(world()["state"], "data", "tables", "event-1", name)


def spool(text):
    NUMBER[0] += 1
    with open(os.path.join(world()["state"], "spool", str(NUMBER[0])), "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return NUMBER[0]


def ask(*lines, file="", team=5, release=12, stage="full", result=False, project=1):
    """(exit code, what is said, the table, its evidence)."""
    n = spool(("".join(line + "\n" for line in lines) + "\n" + file).encode("latin-1"))
    r, _ = job(world()["state"], "table", {"event": 1, "project": project, "team": team, "spool": n,
                                           "release": release, "stage": stage})
    if result:
        return r
    assert r["ok"], r
    path = os.path.join(world()["state"], "views", "table-%d" % n)
    parcel = open(path, "rb").read()
    assert os.stat(path).st_mode & 0o777 == 0o640
    head, _, rest = parcel.partition(b"\n")
    said, csv_n, proof = map(int, head.split())
    assert len(rest) == said + csv_n + proof, head
    text = rest.decode()
    return r["code"], text[:said], text[said:said + csv_n], text[said + csv_n:]


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def check(files, team=5):
    """files: (name, text, role). Outcome and findings by name."""
    spec = {"project": 1, "team": team, "request": 1, "earlier": [], "files": [
        {"id": i + 1, "name": name, "spool": spool(text), "role": role} for i, (name, text, role) in enumerate(files)]}
    r, _ = job(world()["state"], "check", spec)
    return {f["file"]: f for f in r["files"]}


def group(keep, *by):
    out = {}
    for x in world()["stays"]:
        if keep(x):
            out.setdefault(tuple(x[b] for b in by), []).append(x)
    return out


@test
def counts_are_right_and_small_groups_are_put_together():
    code, said, text, _ = ask("table stays", "rows ward", "columns year", "value count")
    got = rows(text)
    assert code == 0 and got[0] == ["ward", "count (2019)", "count (2020)", "count (2021)", "count (Total)"], (said, text)
    want = group(lambda x: True, "ward", "year")
    # E has four patients: not even its name is told.
    assert [r[0] for r in got[1:]] == ["A", "B", "C", "D", "(other)", "Total"], text
    assert "1 group of fewer than 10 patients is in (other)" in said, said
    shown = 0
    for r in got[1:4]:
        for k, year in enumerate(("2019", "2020", "2021")):
            if r[k + 1] != "*":
                assert int(r[k + 1]) == len(want[r[0], year]), (r, text)
                shown += 1
    assert shown > 5 and "*" in text, text
    assert got[-1][-1] == str(len(world()["stays"])), text


def unit(least):
    """The next of 1, 2, 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(least))
    return next(power * t for t in (1, 2, 5, 10) if power * t >= least * (1 - 1e-9))


def parts(rows, column):
    """What each patient adds to a sum."""
    out = collections.Counter()
    for x in rows:
        out[x["pid"]] += float(x[column])
    return list(out.values())


def step(parts, median=False):
    """How far a sum of these is rounded, up or down: as src/curator/table/coarse.h says."""
    values = sorted({float("%.12g" % v) for v in parts} | (set() if median else {0}))
    apart = [b - a for a, b in zip(values, values[1:])]
    return unit(max(0.1 * max(map(abs, values)), 10 * statistics.median(apart or [0])))


@test
def means_sums_medians_and_shares():
    keep = lambda x: float(x["days"]) > 3 and x["ward"] in "AB"
    where = "where days > 3 and ward in ('A', 'B')"
    for value, of, by in (("mean days", statistics.mean, len), ("sum days", sum, lambda v: 1)):
        code, said, text, _ = ask("table stays", "rows ward", "value " + value, where)
        assert code == 0, said
        got = {r[0]: r[1] for r in rows(text)[1:]}
        for ward in "AB":
            own = group(keep, "ward")[ward, ]
            v = [float(x["days"]) for x in own]
            # No more exactly than a tenth of the largest patient's part may be known.
            by_step = step(parts(own, "days")) / by(v)
            assert abs(float(got[ward]) - of(v)) <= by_step * 1.05 + abs(of(v)) * 0.0006, (value, ward, got, of(v))
            if value == "sum days":
                assert abs(float(got[ward]) / by_step - round(float(got[ward]) / by_step)) < 1e-6, (got, by_step)
    assert "rounded up or down by chance" in said, said
    code, said, text, _ = ask("table stays", "rows ward", "value share year=2020", where)
    got = {r[0]: r[1] for r in rows(text)[1:]}
    for ward in "AB":
        v = group(keep, "ward")[ward, ]
        want = 100 * sum(x["year"] == "2020" for x in v) / len(v)
        assert abs(float(got[ward]) - want) < 0.051, (got, want)


def middle(rows, column, persons=10):
    """The mean of the rows around the middle that are of ten patients."""
    rows = sorted(rows, key=lambda x: (float(x[column]), x["pid"]))
    far = [abs(2 * i - len(rows) + 1) for i in range(len(rows))]
    nearest = {}
    for x, d in zip(rows, far):
        nearest[x["pid"]] = min(d, nearest.get(x["pid"], d))
    reach = sorted(nearest.values())[persons - 1]
    taken = [x for x, d in zip(rows, far) if d <= reach]
    return statistics.mean(float(x[column]) for x in taken), step(parts(taken, column), True) / len(taken)


@test
def a_median_is_nobodys_own_value():
    code, said, text, _ = ask("table stays", "rows ward", "columns year", "value median cost")
    assert code == 0, said
    got, seen = rows(text), 0
    for r in got[1:]:
        for name, cell in zip(got[0][1:], r[1:]):
            if r[0] in "ABCD" and cell != "*":
                year = name[name.index("(") + 1:-1]
                own = group(lambda x: x["ward"] == r[0] and year in ("Total", x["year"]), "ward")[r[0], ]
                want, off = middle(own, "cost")
                assert abs(float(cell) - want) <= off * 1.05 + want * 0.0006, (r[0], name, cell, want)
                assert abs(want - statistics.median(float(x["cost"]) for x in own)) < 100
                seen += 1
    assert seen > 4, text
    # An odd number of patients, one row each: the plain median would be the value of one of them.
    own = "group,x\n" + "".join("a,%d.5\n" % (i * i * 7 + i) for i in range(21))
    _, _, text, _ = ask("file own.csv", "rows group", "value median x", file=own)
    values = {float(line.split(",")[1]) for line in own.split("\n")[1:-1]}
    shown = float(rows(text)[1][1])
    window = sorted(values)[5:16]
    off = step(window, True) / len(window)
    assert shown not in values and abs(shown - statistics.mean(window)) <= off * 1.05, (text, window)


def cell(text, row="Total", column=-1):
    """What stands there; of a table that was refused wholly, nothing does."""
    return "*" if not text else {r[0]: r for r in rows(text)}[row][column]


def first(value, *lines):
    """The first table that is signed, with all its numbers. The ten in the middle of a ward and those in the middle of all may
    be nearly the same by the lot: then another lot is drawn."""
    for _ in range(40):
        nothing_signed()
        code, said, text, _ = ask("table stays", "rows ward", "value " + value, *lines)
        if "withheld" not in said or "median" not in value:
            break
    assert code == 0 and cell(text) != "*" and cell(text, "A") != "*" and "withheld" not in said, (value, said)


@test
def two_tables_that_differ_by_one_person_are_not_both_signed():
    """The attack: the same sum over everybody, and over everybody but one."""
    for value in "sum days", "mean days", "count", "share year=2020", "median days":
        by, alike = {}, "median" in value
        for x in world()["stays"]:
            by.setdefault(x["pid"], []).append(x)
        one = next(x for p in by.values() if len(p) == 1 for x in p if x["ward"] == "A" and x["year"] == "2020")
        but = "where not (ward = 'A' and cost = %s)" % one["cost"]
        first(value)
        code, said, text, proof = ask("table stays", "rows ward", "value " + value, but, team=6)
        assert code == 0 and cell(text) == "*" and cell(text, "A") == "*", (value, text)
        assert "numbers are withheld" in said and "subtracting" in said, said
        told = json.loads(proof)["evidence"]
        # With how much it was compared would tell what other teams do.
        close = told["hidden"]["close"]
        assert (close == 2 and cell(text, "B") != "*" or close > 2 and alike) and told["compared"] is True, (told, said)
        assert "team" not in said, said
        # The same question again tells nothing new.
        code, said, again, _ = ask("table stays", "rows ward", "value " + value, team=7)
        assert code == 0 and ("withheld" not in said or alike) and cell(again) != "*", (value, said)
        # Nor does one that differs by many.
        code, said, text, _ = ask("table stays", "rows ward", "value " + value,
                                  "where ward != 'A'")
        assert cell(text, "B") != "*" or alike, (value, said)


@test
def rows_without_a_value_are_no_padding():
    """Two tables whose rows differ by many, but all of those but one have no value."""
    one = next(x for x in world()["stays"] if x["ward"] == "A" and x["flag"] == "0" and 100 < float(x["cost"]) < 900)
    for value in "median crp", "mean crp", "sum crp", "mean flag", "share flag='1'", "mean mol", "sum mol", "median mol":
        column = value.split()[1].split("=")[0]
        but = "where %s is not missing and not (ward = 'A' and cost = %s)" % (column, one["cost"])
        for one_way, other in ((), (but,)), ((but,), ()):
            first(value, *one_way)
            code, said, text, _ = ask("table stays", "rows ward", "value " + value, *other, team=6)
            assert code == 0 and cell(text) == "*" and cell(text, "A") == "*", (value, text)
            # The ten in the middle of a ward and those of all wards may be nearly the same by the lot.
            assert cell(text, "B") != "*" or "median" in value, (value, text)
    # Whether somebody has a value at all is told by the rows that the evidence names.
    nothing_signed()
    ask("table stays", "rows ward", "value mean crp")
    _, said, text, _ = ask("table stays", "rows ward", "value count", but.replace("mol", "crp"))
    assert cell(text) == "*" and cell(text, "B") != "*", text
    # Other columns of the same rows may stand beside each other, however many values they miss.
    nothing_signed()
    for value in "mean days", "mean crp", "median cost", "count", "mean flag":
        code, said, text, _ = ask("table stays", "rows year", "value " + value)
        # Middles of a year and of all years may be of nearly the same patients.
        assert cell(text) != "*" and ("withheld" not in said or "median" in value), (value, said)


@test
def small_values_are_values():
    """A sum is compared with another table's by the values alone, however small they are."""
    nothing_signed()
    stays = [x for x in world()["stays"] if x["mol"]]
    head, line = "pid,group,x\n", lambda x: "%s,g,%s\n" % (x["pid"], x["mol"])  # noqa: E731
    once = {}
    for x in stays:
        once.setdefault(x["pid"], []).append(x)
    one = next(x[0] for x in once.values() if len(x) > 1)  # who stays in it with another value
    ask("table stays", "rows year", "value sum mol")
    padding = "".join("%s,g,\n" % x["pid"] for x in world()["stays"] if not x["mol"])
    code, said, text, _ = ask("file own.csv", "rows group", "value sum x",
                              file=head + padding + "".join(line(x) for x in stays if x is not one))
    assert code == 3 and not text and "withheld" in said, text


@test
def a_file_that_names_nobody_is_compared_with_nothing_and_says_so():
    nothing_signed()
    ask("table stays", "rows year", "value sum days")
    size = os.path.getsize(signed("traces"))
    own = "group,x\n" + "a,1\n" * 30 + "b,2\n" * 20
    code, said, text, proof = ask("file own.csv", "rows group", "value mean x", file=own)
    assert code == 0 and "Not compared with earlier tables: the file names no patients." in said, said
    assert json.loads(proof)["evidence"]["compared"] is False, proof
    assert os.path.getsize(signed("traces")) == size
    r = check([("t.csv", text, "output"), ("t.csv.evidence.json", proof, "supporting")])["t.csv"]
    assert any("ot compared with earlier tables" in f["sentence"] for f in r["findings"]), r
    code, said, text, proof = ask("table stays", "rows year", "value sum days")
    assert "ot compared" not in said and json.loads(proof)["evidence"]["compared"] is True, said


@test
def other_words_for_the_same_persons_do_not_help():
    one = next(x for x in world()["stays"] if x["ward"] == "B" and 100 < float(x["cost"]) < 900)
    ask("table stays", "rows year", "value sum days")
    for lines in [("rows ward", "value sum days", "where cost < %s or cost > %s" % (one["cost"], one["cost"])),
                  ("rows year", "value mean days", "where not (cost = %s)" % one["cost"]),
                  ("rows ward", "columns year", "value sum days", "where cost != %s" % one["cost"])]:
        _, said, text, _ = ask("table stays", *lines)
        assert cell(text) == "*" and "withheld" in said, (lines, text)
    # Another column of the same rows: it may be the first one in other units.
    _, said, text, _ = ask("table stays", "rows year", "value mean cost", "where cost < 1000 and cost != %s" % one["cost"])
    _, said, text, _ = ask("table stays", "rows year", "value median cost", "where cost < 1000")
    assert cell(text) == "*" and "withheld" in said, text


@test
def everybody_is_as_good_as_signed():
    """The dictionary says how many rows there are: all but one patient cannot be asked, even first, and nobody is kept from
    asking for all by somebody who asked for all but one."""
    one = next(x for x in world()["stays"] if x["ward"] == "B" and 100 < float(x["cost"]) < 900)
    for value in "count", "sum days", "share ward='A'", "mean days":
        nothing_signed()
        _, said, text, _ = ask("table stays", "rows year", "value " + value, "where cost != %s" % one["cost"])
        assert cell(text) == "*" and "withheld" in said, (value, text, said)
        _, said, text, _ = ask("table stays", "rows year", "value " + value)
        assert cell(text) != "*", (value, text, said)
    nothing_signed()


@test
def three_tables_are_no_way_round_it():
    one = next(x for x in world()["stays"] if x["ward"] == "C" and 100 < float(x["cost"]) < 900)
    low, high = "where cost < 500", "where cost >= 500 and cost != %s" % one["cost"]
    if float(one["cost"]) < 500:
        low, high = low + " and cost != %s" % one["cost"], "where cost >= 500"
    _, _, text, _ = ask("table stays", "rows year", "value sum days", low)
    assert cell(text) != "*"
    _, said, text, _ = ask("table stays", "rows year", "value sum days", high)
    # Everybody is both of those, and one more; and how many that is the dictionary says.
    assert cell(text) == "*" and "withheld" in said, said
    _, said, text, _ = ask("table stays", "rows year", "value sum days")
    assert cell(text) != "*", text
    # In another order: the last is all but the first, and one less.
    nothing_signed()
    ask("table stays", "rows year", "value count")
    _, said, text, _ = ask("table stays", "rows year", "value count", low)
    assert cell(text) != "*", said
    _, said, text, _ = ask("table stays", "rows year", "value count", high)
    assert cell(text) == "*" and "withheld" in said, text


@test
def files_of_teams_are_compared_by_their_patients():
    stays = world()["stays"]
    head = "pid,group,x,y\n"
    line = lambda x: "%s,g,%s,%d\n" % (x["pid"], x["days"], 2 * int(x["days"]) + 1)  # noqa: E731
    one = stays[5]["pid"]
    code, said, text, _ = ask("file own.csv", "rows group", "value mean x", file=head + "".join(map(line, stays)))
    assert code == 0 and cell(text) != "*", said
    _, said, text, _ = ask("file own.csv", "rows group", "value mean y", file=head + "".join(
        line(x) for x in reversed(stays) if x["pid"] != one))
    assert cell(text) == "*" and "withheld" in said, text
    _, said, text, _ = ask("table stays", "rows year", "value median cost")
    assert cell(text) != "*", said


@test
def numbers_of_one_table_are_compared_with_each_other():
    people = sorted({x["pid"] for x in world()["stays"]})
    lines = lambda group, some: "".join("%s,%s\n" % (p, group) for p in some)  # noqa: E731
    _, said, text, _ = ask("file own.csv", "rows group", "value count", file="pid,group\n" + lines(
        "all", people[:60]) + lines("but one", people[1:60]))
    assert cell(text, "but one") == "*" and "withheld" in said, text
    _, said, text, _ = ask("file own.csv", "rows group", "value count", file="pid,group\n" + lines(
        "all", people[60:120]) + lines("many less", people[90:120]))
    assert cell(text, "many less") == "30" and "withheld" not in said, text
    nothing_signed()


@test
def a_count_that_is_mostly_one_patients_is_hidden():
    people = sorted({x["pid"] for x in world()["stays"]})
    even = "".join("%s,even\n" % p for p in people[:60] for _ in range(5))
    one = "".join("%s,one\n" % p for p in people[60:72]) + "%s,one\n" % people[60] * 168
    code, said, text, _ = ask("file own.csv", "rows group", "value count", file="pid,group\n" + even + one)
    assert code == 0 and cell(text, "even") in ("300", "*") and cell(text, "one") == "*", text
    _, said, text, _ = ask("file own.csv", "rows group", "value count", file="pid,group\n" + even)
    assert cell(text, "even") == "300", text
    nothing_signed()


@test
def what_is_remembered_is_no_patient_and_goes_with_the_data():
    ask("table stays", "rows ward", "value sum days")
    assert sorted(os.listdir(signed())) == ["key", "seal", "traces"] and os.stat(signed()).st_mode & 0o777 == 0o700
    size = os.path.getsize(signed("traces"))
    ask("table stays", "rows ward", "value sum days")
    assert os.path.getsize(signed("traces")) == size  # the same again is not kept twice
    held = open(signed("traces"), "rb").read()
    assert not any(x["pid"].encode() in held for x in world()["stays"])
    # A fall half-way through a record.
    with open(signed("traces"), "ab") as f:
        f.write(b"x" * 100)
    code, said, text, _ = ask("table stays", "rows year", "value sum days")
    size = os.path.getsize(signed("traces"))
    assert code == 0 and size % RECORD == 0 and open(signed("traces"), "rb").read().startswith(held), size
    # What was signed is not forgotten with one of the files, nor with what stands in it or is cut off.
    files = {name: open(signed(name), "rb").read() for name in ("key", "seal", "traces")}
    held = files["traces"]
    for name, content in (("key", None), ("key", b""), ("key", bytes(32)), ("seal", None), ("seal", b""), ("traces", None),
                          ("traces", b""), ("traces", held[:-1]), ("traces", held[:-RECORD]), ("traces", b"\0" * len(held))):
        os.remove(signed(name))
        if content is not None:
            with open(signed(name), "wb") as f:
                f.write(content)
        r = ask("table stays", "rows year", "value sum days", result=True)
        assert not r["ok"] and "Nothing more can be signed" in r["error"], (name, content, r)
        for name_, whole in files.items():
            if os.path.exists(signed(name_)):
                os.remove(signed(name_))
            with open(signed(name_), "wb") as f:
                f.write(whole)
    code, said, text, _ = ask("table stays", "rows year", "value sum days")
    assert code == 0 and cell(text) != "*" and open(signed("traces"), "rb").read() == held, said
    nothing_signed()
    # Simulated patients are nobody.
    again = ask("table stays", "rows ward", "value sum days", stage="simulated", result=True)
    assert not os.path.exists(signed()), again


@test
def a_job_that_is_killed_forgets_no_table_that_was_handed_out():
    """kill -9 at some moment of a table: those before are remembered, and the next is signed."""
    nothing_signed()
    ask("table stays", "rows ward", "value sum days")
    size, killed = os.path.getsize(signed("traces")), 0
    for i in range(12):
        n = spool("table stays\nrows year\nvalue sum days\nwhere days > %d\n\n" % (i + 2))
        killed += job(world()["state"], "table", {"event": 1, "project": 1, "team": 5, "spool": n, "release": 12,
                                                  "stage": "full"}, kill_after=0.02 * (i + 1)) is None
        code, said, text, _ = ask("table stays", "rows ward", "value sum days", team=6)
        assert code == 0 and cell(text) != "*", said
        now = os.path.getsize(signed("traces"))
        assert now >= size and now % RECORD == 0, (size, now)
        size = now
    assert killed, "every job had ended already"
    nothing_signed()


@test
def projects_of_an_event_are_compared_with_each_other():
    """Its projects may hold the same patients, under the same pseudonyms."""
    nothing_signed()
    one = next(x for x in world()["stays"] if x["ward"] == "A" and 100 < float(x["cost"]) < 900)
    but = "where not (ward = 'A' and cost = %s)" % one["cost"]
    state = world()["state"]
    if not os.path.exists(state + "/data/2"):
        run(state, "import", "--project", "2", "--from", TMP + "/tables-in")
        release(state, RECIPE.replace('"Tables"', '"Others"'), ids=(21, 22, 23), project=2)
    assert {x["pid"] for x in table(image(state, 22) + "/stays.csv")} >= {x["pid"] for x in world()["stays"][:50]}
    _, _, text, _ = ask("table stays", "rows ward", "value sum days")
    assert cell(text) != "*"
    code, said, text, _ = ask("table stays", "rows ward", "value sum days", but, team=8, project=2, release=22)
    assert code == 0 and cell(text) == "*" and cell(text, "A") == "*" and cell(text, "B") != "*" and "withheld" in said, text
    # They go with the last of the event's projects.
    run(state, "forget", "--project", "2")
    assert os.path.exists(signed("traces"))
    code, said, text, _ = ask("table stays", "rows ward", "value sum days", but)
    assert cell(text) == "*", said
    nothing_signed()


@test
def a_table_that_would_show_nothing_is_refused():
    nothing_signed()
    rich = max(world()["stays"], key=lambda x: float(x["cost"]))
    code, said, text, proof = ask("table stays", "rows ward", "value sum cost", "where ward = '%s'" % rich["ward"])
    assert code == 3 and not text and not proof, (code, said, text)
    assert "No table was made: none of its numbers may be shown" in said and "one or two make up most" in said, said
    assert "No table was made" and "Nothing had to be hidden" not in said and "larger groups" in said, said
    # Everybody's own value: all groups are small.
    code, said, text, proof = ask("table stays", "rows cost", "value count", "where days > 3")
    assert code == 3 and not text and not proof and "every group that it asks for is too small to be told" in said, (code, said)
    assert "groups of fewer than 10 patients are together" in said and "Nothing had to be hidden" not in said, said
    r = ask("table stays", "rows cost", "value count", "where days > 3", result=True)
    assert r["ok"] and r["code"] == 3 and "blake2b" not in r and r["shown"] >= 0, r
    # Nothing of it was signed: what differs by few may still be asked.
    assert os.path.getsize(signed("traces")) == 0
    # All of it withheld.
    one = next(x for x in world()["stays"] if x["ward"] == "A" and 100 < float(x["cost"]) < 900)
    ask("table stays", "rows ward", "value sum days", "where ward = 'A'")
    size = os.path.getsize(signed("traces"))
    code, said, text, proof = ask("table stays", "rows ward", "value sum days", "where ward = 'A' and cost != %s" % one["cost"])
    assert code == 3 and not text and not proof and "withheld" in said and "subtracting" in said, (code, said)
    assert os.path.getsize(signed("traces")) == size
    nothing_signed()


@test
def what_nobody_fetched_is_swept():
    views = os.path.join(world()["state"], "views")
    for name, age in (("table-9001", 1000), ("table-9002", 10), ("77", 1000)):
        with open(os.path.join(views, name), "w") as f:
            f.write("x")
        os.utime(f.name, (time.time() - age,) * 2)
    r, _ = job(world()["state"], "tidy", {"views": []})
    assert r["ok"] and r["strays"] == [], r
    left = os.listdir(views)
    assert "table-9001" not in left and "table-9002" in left and "77" in left, left


@test
def who_makes_up_a_sum_is_not_told():
    rich = max(world()["stays"], key=lambda x: float(x["cost"]))
    code, said, text, _ = ask("table stays", "rows ward", "value sum cost")
    got = {r[0]: r[1] for r in rows(text)[1:]}
    assert got[rich["ward"]] == "*" and got["Total"] == "*", text
    code, said, text, _ = ask("table stays", "rows ward", "value mean cost")
    assert {r[0]: r[1] for r in rows(text)[1:]}[rich["ward"]] == "*", text


@test
def counts_are_rounded_when_asked():
    _, _, text, _ = ask("table stays", "rows ward", "value count", "round 5")
    assert all(int(r[1]) % 5 == 0 for r in rows(text)[1:] if r[1] != "*"), text
    _, _, text, _ = ask("table stays", "rows ward", "value count", "round 6")
    assert all(int(r[1]) % 6 == 3 for r in rows(text)[1:] if r[1] != "*"), text


@test
def mistakes_are_told_inside_and_nowhere_else():
    for lines, says in [
            (("table stays", "rows war", "value count"), "no column \"war\". The nearest is ward. It has: pid, ward"),
            (("table stays", "rows ward", "value mean dasy"), "no column \"dasy\". The nearest is days."),
            (("table stays", "rows ward", "value count", "where wrad = 'A'"), "no column \"wrad\". The nearest is ward."),
            (("table stays", "rows ward", "columns yeer", "value count"), "The nearest is year."),
            (("table stays", "rows ward", "value count", "where quite_another > 3"), "\"quite_another\". It has: pid"),
            (("table stay", "rows ward", "value count"), "no table \"stay\" in your data. The nearest is stays. There are: "),
            (("table stays", "rows year", "value mean ward"), "Column ward holds no numbers, so there is no mean of it"),
            (("table stays", "rows year", "value sum ward", "where days > 3"), "Column ward holds no numbers in those rows"),
            (("table stays", "rows year", "value median ward"), "no numbers, so there is no median of it"),
            (("table stays", "rows year", "value mean crp", "where crp is missing"), "Column crp holds no numbers in those rows"),
            (("table stays", "rows year", "value share crp=1", "where crp is missing"), "Column crp holds no values in those rows"),
            (("table stays", "rows year", "value mean days", "where days > 999"), "No row of stays is left to count"),
            (("table ../../data", "rows war", "value count"), "not right"),
            (("table labels", "rows x", "value count"), "There are: "),
            (("table stays", "rows ward", "value count", "where ward = 'secret-word-4711'"), "No row of stays"),
            (("table stays", "rows cost", "value count"), ""),
            (("table stays", "rows ward", "value count", "min 3"), "from 10"),
            (("table stays", "rows ward", "value count", "where ward = 'a'; drop table x"), "means nothing"),
            (("file a.csv", "rows ward", "value count"), "empty")]:
        code, said, text, proof = ask(*lines)
        assert says in said and (code == 2 and not text and not proof or says == ""), (lines, code, said)
    r = ask("table stays", "rows ward", "value count", "where ward = 'secret-word-4711'", result=True)
    assert "secret" not in json.dumps(r) and r == {"ok": True, "code": 2}, r
    r = ask("table stays", "rows ward", "value count", result=True)
    assert set(r) == {"ok", "code", "bytes", "blake2b", "shown", "small", "close", "other", "compared"}, r
    r, _ = job(world()["state"], "table", {"event": 1, "project": 1, "team": 5, "spool": 999, "release": 12, "stage": "full"})
    assert not r["ok"], r
    assert ask("table stays", "rows ward", "value count", release=13, result=True)["code"] == 2
    assert not ask("table stays", "rows ward", "value count", release=77, result=True)["ok"]
    assert "table" not in os.listdir(world()["state"] + "/data/tmp")


@test
def the_airlock_believes_it():
    _, _, text, proof = ask("table stays", "rows ward", "value mean days")
    alone = check([("t.csv", text, "output")])["t.csv"]
    assert alone["outcome"] == "review", alone
    both = check([("t.csv.evidence.json", proof, "supporting"), ("t.csv", text, "output")])
    assert both["t.csv"]["outcome"] == "pass" and both["t.csv.evidence.json"]["outcome"] == "pass", both
    told = [f["sentence"] for f in both["t.csv"]["findings"] if f["check"] == "evidence"]
    assert len(told) == 1 and "computed and signed this table from stays" in told[0], both
    assert both["t.csv"]["clean"]["blake2b"] == hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
    key = world()["state"] + "/data/keys/evidence.key"
    assert os.stat(key).st_mode & 0o777 == 0o400 and os.stat(key).st_size == 32
    assert both["t.csv"]["evidence"]["fewest"] >= 10 and both["t.csv"]["evidence"]["shown"] >= 4, both["t.csv"]["evidence"]
    assert "where" not in both["t.csv"]["evidence"], both["t.csv"]["evidence"]
    # The reviewers read it in sentences: beside the table and where the paper itself is opened.
    _, _, text, proof = ask("table stays", "rows ward", "columns year", "value median days", "where cost <= 800 and ward != 'E'",
                            "min 12", "round 5")
    check([("t.csv.evidence.json", proof, "supporting"), ("t.csv", text, "output")])
    for view in "1", "2":
        html = open(os.path.join(world()["state"], "views", view)).read()
        for words in ("Counted was <b>median days</b> for each <b>ward</b> and, across, each <b>year</b>",
                      "<code>cost &lt;= 800" if "&lt;" in html else "<code>cost &#60;= 800 and ward != &#39;E&#39;</code>",
                      ", rounded to 5; groups of fewer than <b>12</b> patients are put together or hidden",
                      "Patients behind the smallest", "Compared with every number that was signed in this event before", "holds: for these very bytes"):
            assert words in html, (view, words, html[2000:6000])
    assert "As it was signed" in open(os.path.join(world()["state"], "views", "1")).read()
    # Early: before the table is in the request.
    early = check([("t.csv.evidence.json", proof, "supporting")])["t.csv.evidence.json"]
    assert early["outcome"] == "pass", early


@test
def forged_borrowed_and_replayed_evidence_is_refused():
    _, _, text, proof = ask("table stays", "rows ward", "value mean days")
    _, _, other, other_proof = ask("table stays", "rows year", "value mean days")
    name = "t.csv.evidence.json"
    bad = {
        "edited": proof.replace('"persons":', '"persons":1', 1),
        "edited in a space": proof.replace(",", ", ", 1),
        "made up": '{"evidence":{"team":5},"signature":"%s"}\n' % ("0" * 128),
        "no evidence": "{}",
        "signature of another": proof[:proof.index('"signature"')] + other_proof[other_proof.index('"signature"'):],
        "cut": proof[:-10],
    }
    for what, paper in bad.items():
        assert paper != proof
        r = check([("t.csv", text, "output"), (name, paper, "supporting")])
        assert r[name]["outcome"] == "stopped" and r["t.csv"]["outcome"] == "review", (what, r)
    r = check([("t.csv", text, "output"), (name, other_proof, "supporting")])
    assert r[name]["outcome"] == "stopped" and "another table" in r[name]["findings"][-1]["sentence"], r
    r = check([("t.csv", text.replace("A,", "A,1"), "output"), (name, proof, "supporting")])
    assert r[name]["outcome"] == "stopped" and r["t.csv"]["outcome"] != "pass", r
    r = check([("t.csv", text, "output"), (name, proof, "supporting")], team=6)
    assert r[name]["outcome"] == "stopped" and "another team" in r[name]["findings"][-1]["sentence"], r
    assert r["t.csv"]["outcome"] == "review", r
    # Hidden in the role of code it is looked at all the same.
    r = check([("t.csv", text, "output"), ("x.py", bad["edited"], "code")])
    assert r["x.py"]["outcome"] == "stopped", r


@test
def rows_are_not_told_as_persons():
    own = "group,x\n" + "a,1\n" * 30 + "b,2\n" * 20
    _, _, text, proof = ask("file own.csv", "rows group", "value mean x", file=own)
    r = check([("t.csv", text, "output"), ("t.csv.evidence.json", proof, "supporting")])["t.csv"]
    told = {f["sentence"] for f in r["findings"] if f["check"] == "evidence"}
    assert r["outcome"] == "review" and any("each row was taken for a person" in t for t in told), r
    assert any("rows stand behind" in t for t in told) and not any("persons stand" in t for t in told), told
    # Signed or not, a file of the team's own is looked at with the same eyes; dominance is judged by the cells told.
    alone = check([("t.csv", text, "output")])["t.csv"]
    guessed = lambda f: {x["check"] for x in f["findings"]} - {"evidence", "dominance"}  # noqa: E731
    assert guessed(alone) <= guessed(r), (alone, r)


@test
def nobody_is_picked_out_by_name():
    one = world()["stays"][0]["pid"]
    for where in ("pid = '%s'" % one, "ward = 'A' and not (PID in ('%s', 'x'))" % one, "pid is not missing"):
        code, said, text, _ = ask("table stays", "rows ward", "value sum days", "where " + where)
        assert code == 2 and "names patients" in said and "picks out single persons" in said and not text, (where, said)
    # Nor by what is theirs alone, in a table of the release or in one made of it.
    stays = world()["stays"]
    for where in ("sid = '%s'" % stays[0]["sid"], "not (SID in ('%s', '%s'))" % (stays[0]["sid"], stays[1]["sid"]), "sid < 'K8'"):
        code, said, text, _ = ask("table stays", "rows ward", "value sum days", "where days > 2 and " + where)
        assert code == 2 and "sid holds pseudonyms" in said.lower() and not text, (where, said)
    own = "pid,sid,stay,n\n" + "".join("%s,%d,%s,%d\n" % (x["pid"], i, x["sid"] if i % 2 else "", i % 7) for i, x in enumerate(stays))
    for where in "sid = 5", "stay = '%s'" % stays[5]["sid"], "stay is missing":
        code, said, text, _ = ask("file own.csv", "rows n", "value count", "where " + where, file=own)
        assert code == 2 and "holds pseudonyms" in said and not text, (where, said)
    code, said, _, _ = ask("file own.csv", "rows n", "value count", "where n < 6", file=own)
    assert code == 0, said
    for field, lines in (("rows", ("rows pid", "value count")), ("rows", ("rows ward,PID", "value count")),
                         ("columns", ("rows ward", "columns pid", "value count")), ("value", ("rows ward", "value share pid='%s'" % one)),
                         ("value", ("rows ward", "value mean pid"))):
        code, said, text, _ = ask("table stays", *lines)
        assert code == 2 and "--%s: column " % field in said and "names patients" in said and not text, (lines, said)
    code, said, text, _ = ask("file own.csv", "rows pid", "value count", file="pid,group\n" + "%s,g\n" % one * 30)
    assert code == 2 and "--rows: column pid names patients" in said and not text, said
    # Nor does a blank or a stray value make rows of patients.
    for wrong in ("%s " % one, one.lower(), "id %s" % one, "x"):
        text = "who,g\n" + "".join("%s,a\n" % x["pid"] for x in stays[:40]) + wrong + ",a\n"
        code, said, text, _ = ask("file own.csv", "rows g", "value count", file=text)
        assert code == 2 and "Column who holds pseudonyms of patients together with something else" in said and not text, said
    code, said, text, _ = ask("table stays", "rows sid", "value count")
    assert code == 2 and "--rows: column sid holds pseudonyms" in said and not text, said
    # What stands in the header is a value that many have.
    for value in ("'P1 61 F / P2 35 M'", "'%s'" % one):
        code, said, text, _ = ask("table stays", "rows ward", "value share ward=" + value)
        assert code == 2 and "Fewer than 10" in said and not text, (value, said)
    code, said, _, _ = ask("table stays", "rows year", "value share ward='A'")
    assert code == 0, said
    code, said, _, _ = ask("table stays", "rows year", "value count", "where days > 0 and ward >= 16")
    assert code == 2 and "column ward holds texts, no numbers" in said, said
    code, said, _, _ = ask("table stays", "rows year", "value count", "where days > 100000 and ward = 'A'")
    assert code == 2 and "the condition holds for none" in said, said
    code, said, _, _ = ask("table stays", "rows year", "value mean ward")
    assert code == 2 and "holds no numbers" in said, said


@test
def who_is_singled_out_is_shown_to_voters():
    """Of a condition each value that fits few, and what leaves few out."""
    nothing_signed()
    stays = world()["stays"]
    one, *rest = [x for x in stays if x["ward"] == "A" and 100 < float(x["cost"]) < 900]
    other = next(x for x in rest if x["pid"] != one["pid"])
    where = "ward in ('A', 'E', 'B') and not (cost in (%s, %s)) and days < 100" % (one["cost"], other["cost"])
    _, _, text, proof = ask("table stays", "rows ward", "value mean days", "where " + where)
    few = json.loads(proof)["evidence"]["asked"]["few"]
    both = "cost in (%.12g, %.12g) fits" % tuple(float(x["cost"]) for x in (one, other))
    assert few == ["ward = 'E' fits"] + ["cost = %.12g fits" % float(x["cost"]) for x in (one, other)] + [both], few
    r = check([("t.csv.evidence.json", proof, "supporting"), ("t.csv", text, "output")])["t.csv"]
    assert r["outcome"] == "review" and any("4 parts of its condition fit or leave out 1 to 9 persons" in f["sentence"]
                                            for f in r["findings"]), r
    assert one["cost"] not in json.dumps(r), r  # the portal need not know
    html = open(os.path.join(world()["state"], "views", "2")).read()
    assert "cost = %.12g fits</code> 1 to 9 patients" % float(one["cost"]) in html.replace("&#39;", "'"), html[2000:6000]
    near = round(float(one["cost"]) - 0.01, 2), round(float(one["cost"]) + 0.01, 2)
    for where, few in (("cost != %s" % one["cost"], ["cost <> %.12g leaves out" % float(one["cost"])]), ("days > 3 or ward = 'A'", []),
                       ("ward in ('B', 'C') or cost > %.2f and cost < %.2f" % near, ["(cost > %.12g and cost < %.12g) fits" % near]),
                       # A rare value beside it hides no part that fits fewer.
                       ("not (ward = 'A' and cost < %.2f and (cost > %.2f or ward = 'E'))" % (near[1], near[0]),
                        ["ward = 'E' fits", "((ward = 'A' and cost < %.12g) and (cost > %.12g or ward = 'E')) fits" % (near[1], near[0])])):
        nothing_signed()
        code, said, text, proof = ask("table stays", "rows ward", "value count", "where " + where)
        assert code == 0 and json.loads(proof)["evidence"]["asked"]["few"] == few, (where, said, proof)
    nothing_signed()


@test
def by_hand_it_is_the_same():
    _, _, text, proof = ask("table stays", "rows ward", "value mean days")
    where = fresh("by-hand")
    for name, content in (("t.csv", text), ("e.json", proof), ("bad.json", proof.replace('"rows":', '"rows":1', 1)), ("u.csv", "a,n\nx,20\n")):
        with open(os.path.join(where, name), "w") as f:
            f.write(content)
    def hand(file, evidence, team="5"):
        return subprocess.run([CURATOR, "check", file, "--evidence", evidence, "--team", team, "--project", "1",
                               "--state", world()["state"]], cwd=where, capture_output=True, text=True)
    p = hand("t.csv", "e.json")
    assert p.returncode == 0 and "PASS" in p.stdout, p
    for args, says in ((("t.csv", "bad.json"), "not what this server signed"), (("u.csv", "e.json"), "another table"),
                       (("t.csv", "e.json", "6"), "another team")):
        p = hand(*args)
        assert p.returncode == 2 and says in p.stderr, p


@test
def a_file_of_the_teams_own():
    stays = world()["stays"]
    head = "pid,group,days\n"
    own = head + "".join("%s,%s,%s\n" % (x["pid"], "long" if int(x["days"]) > 10 else "short", x["days"]) for x in stays)
    code, said, text, proof = ask("file own.csv", "rows group", "value mean days", file=own)
    assert code == 0 and "rows of %d patients" % len({x["pid"] for x in stays}) in said, said
    r = check([("t.csv", text, "output"), ("t.csv.evidence.json", proof, "supporting")])
    assert r["t.csv"]["outcome"] == "review" and "a file that the team had made" in json.dumps(r["t.csv"]), r
    # Patients that nobody has ever seen do not count.
    fake = own + "".join("P%012d,rare,5\n" % i for i in range(20))
    code, said, text, _ = ask("file own.csv", "rows group", "value count", file=fake)
    assert code == 2 and "20 of the patients" in said, said
    # One patient twenty times is one.
    many = own + "".join("%s,rare,5\n" % stays[0]["pid"] for i in range(20))
    code, said, text, _ = ask("file own.csv", "rows group", "value count", file=many)
    assert code == 0 and "rare" not in text and "(other)" in text, text
    code, said, text, _ = ask("file own.csv", "rows group", "value count", file="group,x\n" + "a,1\n" * 30 + "b,1\n" * 9)
    assert code == 0 and "No column names patients" in said, said
    for bad, says in (("a,b\n1\n", "line 2"), ("\x1f\x8bxx", "packed"), ("group\n", "no rows"), ("a,a\n1,2\n", "")):
        code, said, _, _ = ask("file own.csv", "rows group", "value count", file=bad)
        assert code == 2 and says in said, (bad, said)


@test
def labels_do_no_harm():
    evil = "group,x\n" + "".join('"%s",1\n' % g for g in ("a\nb", 'say ""hi""', "c,d", "  e  ") for _ in range(12))
    code, said, text, _ = ask("file own.csv", "rows group", "value count", file=evil)
    assert code == 0 and {r[0] for r in rows(text)} == {"group", "a\nb", 'say "hi"', "c,d", "e", "Total"}, text
    code, said, _, _ = ask("file own.csv", "rows group", "value count", file="group\n" + ("x" * 200 + "\n") * 20)
    assert code == 2 and "longer than" in said, said
    code, said, _, _ = ask("file own.csv", "rows group", "value count", file="group\n" + "Total\n" * 20)
    assert code == 2 and "rename" in said, said
    many = "group\n" + "".join("g%d\n" % (i // 10) for i in range(6000))
    code, said, _, _ = ask("file own.csv", "rows group", "value count", file=many)
    assert code == 2 and "at most 500" in said, said


if __name__ == "__main__":
    sys.exit(test.main(nothing_signed))
