#!/usr/bin/env python3
"""De-identification as the steward gets it: every action of a recipe, the identifier classes, the
leak scan, stages, repeats and withdrawals, on invented tables, through the command line.

Prints TAP. Needs WARDROOM_BIN (folder of the programs); runs as root or anybody."""
import collections, datetime, json, os, random, re, shutil, stat, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cases import Cases  # noqa: E402
from curator_test import CURATOR, TMP, folder, fresh, image, job, release, run, sha, table  # noqa: E402

test = Cases(TMP)


def csv_text(rows):
    head = list(rows[0])
    quote = lambda v: '"%s"' % str(v).replace('"', '""') if re.search('[",\n]', str(v)) else str(v)
    return "\n".join([",".join(head)] + [",".join(quote(r[k]) for k in head) for r in rows]) + "\n"


FIRST = ["David", "Kari", "Noa", "Eirik", "Miriam", "Tuva", "Yael", "Oskar", "Ingrid", "Samuel"]
LAST = ["Gruenwyler", "Solheim", "Abramov", "Dahlstrup", "Nilsen", "Rosenthal", "Ovesen", "Katz"]
DAY = datetime.date(2021, 3, 1)


def hospital(n=120, seed=1):
    """Patients, admissions, laboratory values by admission, notes, a list of staff."""
    rnd = random.Random(seed)
    patients, admissions, labs, notes = [], [], [], []
    for i in range(n):
        pid, name = "%07d" % (4711 * (i + 1)), "%s %s" % (FIRST[i % 10], LAST[i % 8])
        born = DAY - datetime.timedelta(365 * 20 + rnd.randrange(365 * 80))
        patients.append(dict(pid=pid, name=name, born=born, zip="%05d" % (3601 + 13 * i if i < 9 else 10001 + i % 40),
                             plz="%s%03d" % ("01" if i % 10 else "77", i), weight="%.1f" % (50 + i / 3),
                             score=i, dx="I50" if i % 3 else "I10" if i % 6 else "Q%02d" % (i % 97),
                             mother="%07d" % (4711 * ((i + 7) % n + 1)), y=rnd.randrange(2)))
        for k in range(2):
            adm = "V%05d" % (i * 2 + k)
            on = DAY + datetime.timedelta(i + 40 * k)
            admissions.append(dict(adm=adm, pid=pid, admitted=on, ward="AB"[i % 2]))
            labs.append(dict(adm=adm, taken="%s 07:30" % on, crp="%.1f" % (i * 2 + k + 0.5)))
            notes.append(dict(adm=adm, text=(
                "The patient %s (record %s) feels better; pain is controlled. Seen by Dr. Hallgrim Voss "
                "on %s, call +47 22 85 50 %02d. The daughter Quibblina asks about the way home.") %
                (name, pid, on.strftime("%d.%m.%Y"), i % 100)))
    staff = [dict(nr=1, who="Hallgrim Voss"), dict(nr=2, who="Berta Onsager")]
    return dict(patients=patients, admissions=admissions, labs=labs, notes=notes, staff=staff,
                areas=[dict(code="01", people=500000), dict(code="77", people=19999)])


def put(state, tables, project=1, lines=None):
    """lines: bad ones that follow a table's own, as they stand in its file."""
    name = "in-%d" % random.getrandbits(60)
    run(state, "import", "--project", str(project), *(["--go-on"] if lines else []), "--from",
        folder(name, **{k + "__csv": csv_text(v) + (lines or {}).get(k, "") for k, v in tables.items()}))


ACTIONS = """recipe "Actions" version 3
patient patients.pid
dates keep weekday
staff staff.who
table patients
	pid pseudonym
	name drop
	born age at admissions.admitted cap 89 as age "years at the first admission"
	zip postal us
	plz postal 2 population areas.code areas.people as region
	weight round 0.5
	score bin 18 40.5 65 as band
	dx group 20
	mother pseudonym of patient
	y keep
table admissions by pid
	adm pseudonym
	pid pseudonym
	admitted shift
	ward keep
table labs by adm via admissions
	adm pseudonym
	taken shift
	crp keep
table notes by adm via admissions
	adm pseudonym
	text scrub
outcome patients.y binary positive 1
hidden 30 %
sample 30 %
csv all
cite "Doe et al., 2026"
"""


def years(born, at):
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


@test
def every_action_does_what_it_says():
    state, h = fresh("act-state"), hospital()
    put(state, h)
    r = release(state, ACTIONS)
    full = image(state, 12)
    p, adm, labs, notes = (table("%s/%s.csv" % (full, t)) for t in ("patients", "admissions", "labs", "notes"))
    assert len(labs) == 240 and len(notes) == 240 and r["rows"] == 120 + 3 * 240, r["rows"]
    assert list(p[0]) == ["pid", "age", "zip", "region", "weight", "band", "dx", "mother", "y"], p[0]
    # Who is who: crp is unique, and tells the admission, which tells the patient.
    src = {"%g" % float(x["crp"]): x["adm"] for x in h["labs"]}
    owner = {x["adm"]: x["pid"] for x in h["admissions"]}
    adm_of = {x["adm"]: src["%g" % float(x["crp"])] for x in labs}
    pid_of = {x["pid"]: owner[adm_of[x["adm"]]] for x in adm}
    assert len(pid_of) == 120 and {x["adm"] for x in notes} == set(adm_of)
    real = {x["pid"]: x for x in h["patients"]}
    first = {x["pid"]: x["admitted"] for x in reversed(h["admissions"])}
    shifts = {}
    for x in adm:
        was = next(a["admitted"] for a in h["admissions"] if a["adm"] == adm_of[x["adm"]])
        shifts.setdefault(x["pid"], set()).add((datetime.date.fromisoformat(x["admitted"]) - was).days)
    assert all(len(s) == 1 and 0 not in s and min(s) % 7 == 0 for s in shifts.values())
    for x in p:
        was = real[pid_of[x["pid"]]]
        assert int(x["age"]) == min(89, years(was["born"], first[was["pid"]])), (x, was)
        assert x["zip"] == ("000" if was["zip"].startswith("036") else was["zip"][:3])
        assert x["region"] == ("01" if was["plz"].startswith("01") else "other")
        assert abs(float(x["weight"]) * 2 - round(float(was["weight"]) * 2)) < 1e-9
        s = was["score"]
        assert x["band"] == ("under 18" if s < 18 else "18 to under 40.5" if s <= 40 else
                             "40.5 to under 65" if s < 65 else "65 or more"), x
        assert x["dx"] == (was["dx"] if was["dx"][0] == "I" else "other")
        assert pid_of[x["mother"]] == was["mother"]
    assert max(int(x["age"]) for x in p) == 89
    text = "".join(x["text"] for x in notes)
    for gone in FIRST + LAST + ["4711", "Hallgrim", "Voss", "Quibblina", "2021", "+47"]:
        assert gone not in text, (gone, notes[0])
    assert "feels better; pain is controlled" in text and "[word]" in text
    # The queue is the curator's alone; counts go out, words do not.
    queue = state + "/data/1/review.csv"
    assert open(queue).read() == "word,times\nquibblina,240\n", open(queue).read()
    assert stat.S_IMODE(os.stat(queue).st_mode) == 0o600
    assert r["review_words"] == 1 and "quibblina" not in json.dumps(r).lower()
    r = release(state, ACTIONS.replace("csv all", "csv all\nallow Quibblina"))
    assert r["review_words"] == 0 and "Quibblina" in table(image(state, 12) + "/notes.csv")[0]["text"]
    assert "Doe et al., 2026" in open(full + "/README.txt").read()


@test
def links_by_a_table_between_are_checked():
    state, h = fresh("via-state"), hospital()
    h["labs"].append(dict(adm="V99999", taken="2021-03-01 07:30", crp="999.5"))
    put(state, h)
    assert release(state, ACTIONS)["rows_left_out"] == [{"table": "labs", "rows": 1}]
    cases = [
        (("via admissions\n\tadm pseudonym\n\ttaken", "via beds\n\tadm pseudonym\n\ttaken"),
         "line 21, character 7: table beds, by which labs belongs"),
        (("table labs by adm via admissions", "table labs by crp via admissions"), "has no column crp"),
        (("table admissions by pid", "table admissions by adm via labs"), "by way of itself"),
        (("age at admissions.admitted", "age at admissions.ward"), "admissions.ward is no date of a patient"),
        (("age at admissions.admitted", "age at beds.on"), "beds.on is no column"),
        (("name drop", "name age at admissions.admitted"), "patients.name cannot be made an age"),
        (("staff staff.who", "staff staff.whom"), "staff.whom is no column that was imported"),
        (("name drop", "name round 2"), "patients.name cannot be rounded"),
        (("as region", "as zip"), "two columns of table patients would be called zip"),
        (("areas.people", "staff.nr"), "must be columns of one table"),
    ]
    for (old, new), want in cases:
        assert old in ACTIONS, old
        r = release(state, ACTIONS.replace(old, new), ok=False)
        assert not r["ok"] and want in r["error"], (new, r)
    h["admissions"].append(dict(h["admissions"][0], pid=h["patients"][5]["pid"]))
    put(state, h)
    r = release(state, ACTIONS, ok=False)
    assert "admissions.adm has 1 values that belong to several patients" in r["error"], r


@test
def rare_values_never_stand_alone():
    state, h = fresh("rare-state"), hospital(100)
    for i, x in enumerate(h["patients"]):
        x["dx"] = "A" if i < 60 else "B" if i < 97 else "C%d" % i
    put(state, h)
    release(state, ACTIONS)
    # Three rare ones alone would still be few: the smallest kept value joins them.
    got = sorted(x["dx"] for x in table(image(state, 12) + "/patients.csv"))
    assert got == ["A"] * 60 + ["other"] * 40, got


def rank_correlation(x, y):
    def ranks(v):
        at = {i: r for r, i in enumerate(sorted(range(len(v)), key=lambda i: v[i]))}
        return [at[i] for i in range(len(v))]
    a, b = ranks(x), ranks(y)
    m = (len(a) - 1) / 2
    return sum((p - m) * (q - m) for p, q in zip(a, b)) / sum((p - m) ** 2 for p in a)


@test
def simulated_data_are_like_the_real_ones_and_nobodys():
    state, h, rnd = fresh("sim-state"), hospital(600), random.Random(3)
    for x in h["patients"]:
        x["height"] = round(rnd.gauss(170, 9), 1)
        x["weight"] = round(x["height"] - 95 + rnd.gauss(0, 4), 1)
        x["hb"] = round(rnd.gauss(13, 2), 2)
        x["crea"] = round(rnd.gauss(80, 20), 2)
        x["na"] = round(rnd.gauss(140, 4), 3)
        x["pulse"] = "" if rnd.random() < 0.2 else rnd.randrange(50, 110)
        x["dx"] = "Q01" if rnd.random() < 0.01 else rnd.choice(["I10", "I50"])
    put(state, h)
    recipe = ACTIONS.replace("weight round 0.5", "weight keep").replace("dx group 20", "dx keep") \
        .replace("\tmother", "\theight keep\n\thb keep\n\tcrea keep\n\tna keep\n\tpulse keep\n\tmother")
    r = release(state, recipe, more=("--simulated", "14"))
    assert [i["stage"] for i in r["images"]] == ["sample", "full", "hidden", "simulated"]
    assert r["simulated"]["alike"] == 0 and r["simulated"]["rows"] > 2000, r["simulated"]
    full, sim = image(state, 12), image(state, 14)
    assert sorted(os.listdir(full)) == sorted(os.listdir(sim))
    assert "SIMULATED" in open(sim + "/README.txt").read()
    for t in ("patients", "admissions", "labs", "notes"):
        a, b = table("%s/%s.csv" % (full, t)), table("%s/%s.csv" % (sim, t))
        assert list(a[0]) == list(b[0]) and b, t
        for c in a[0]:
            if c in ("pid", "adm", "mother"):
                assert not {x[c] for x in a} & {x[c] for x in b}, (t, c)
    real, got = table(full + "/patients.csv"), table(sim + "/patients.csv")
    assert len(got) == 600 and len({x["pid"] for x in got}) == 600
    num = lambda rows, c: [float(x[c]) for x in rows if x[c] != ""]
    for c in ("height", "hb", "crea", "na"):
        v, w = sorted(num(real, c)), sorted(num(got, c))
        assert abs(v[len(v) // 2] - w[len(w) // 2]) < 0.05 * abs(v[len(v) // 2]), c
        assert min(w) >= v[0] * 0.9 and max(w) <= v[-1] * 1.1, c
    both = [(float(x["height"]), float(x["weight"])) for x in got]
    assert rank_correlation(*zip(*both)) > 0.75
    assert abs(rank_correlation(num(got, "hb"), num(got, "crea"))) < 0.2
    assert 0.1 < sum(x["pulse"] == "" for x in got) / len(got) < 0.3
    assert all(x["pulse"] == "" or "." not in x["pulse"] for x in got)
    # A value of fewer than ten patients is nobody's example.
    assert {x["dx"] for x in got} == {"I10", "I50"} and "Q01" in {x["dx"] for x in real}
    # Links: every admission has its patient, every laboratory value its admission.
    adm, labs = table(sim + "/admissions.csv"), table(sim + "/labs.csv")
    assert {x["pid"] for x in adm} <= {x["pid"] for x in got} and {x["adm"] for x in labs} <= {x["adm"] for x in adm}
    assert len({x["adm"] for x in adm}) == len(adm) and 700 < len(adm) < 1800, len(adm)
    assert {x["id"] for x in table(sim + "/to_predict.csv")} == {x["pid"] for x in got if x["y"] == ""}
    # No row equals a real one in four fine fields, looked at from outside.
    fine = ["height", "weight", "hb", "crea", "na"]
    seen = {tuple(c for c in f) for x in real for f in [[x[c] for c in fine]]}
    for x in got:
        assert max(sum(x[c] == v and v != "" for c, v in zip(fine, y)) for y in seen) < 4
    again = fresh("sim-again")
    shutil.copytree(state + "/data", again + "/data")
    release(again, recipe, more=("--simulated", "14"))
    for i in ("11", "12", "13", "14.simulated"):
        assert sha("%s/releases/%s.erofs" % (state, i)) == sha("%s/releases/%s.erofs" % (again, i)), i


@test
def simulated_rows_are_compared_where_the_data_are_finest():
    """Eight coarse numbers first; the fine ones follow each other, so that what is drawn equals real rows."""
    state, h, rnd = fresh("fine-state"), hospital(600), random.Random(4)
    fine, coarse = ["f%d" % i for i in range(4)], ["c%d" % i for i in range(9)]
    for x in h["patients"]:
        x.update({c: rnd.randrange(36) for c in coarse})
        x.update(zip(fine, [rnd.randrange(70)] * 4))
    put(state, h)
    keep = "".join("\t%s keep\n" % c for c in coarse + fine)
    r = release(state, ACTIONS.replace("weight round 0.5", "weight drop").replace("\tmother", keep + "\tmother"),
                more=("--simulated", "14"))
    real, got = table(image(state, 12) + "/patients.csv"), table(image(state, 14) + "/patients.csv")
    seen = {tuple(x[c] for c in fine) for x in real}
    assert r["simulated"]["blurred"] > 0 and r["simulated"]["alike"] == 0, r["simulated"]
    same = [x["pid"] for x in got if tuple(x[c] for c in fine) in seen]
    assert not same, len(same)


@test
def k_is_reached_on_the_joined_view_of_patients():
    state, h, rnd = fresh("k-state"), hospital(400), random.Random(5)
    for x in h["patients"]:
        x["score"] = rnd.randrange(20, 90)
        x["ward"] = rnd.choice("ABCD")
        x["dx"] = rnd.choice(["I10", "I50", "J18"])
    first = {x["pid"]: x["ward"] for x in h["patients"]}
    for x in h["admissions"]:
        x["ward"] = first[x["pid"]]
    for x in h["patients"]:
        del x["ward"]
    put(state, h)
    recipe = ACTIONS.replace("score bin 18 40.5 65 as band", "score keep").replace("dx group 20", "dx keep")
    quasi = "quasi patients.score patients.age admissions.ward\n".replace("patients.age", "patients.born")
    r = release(state, recipe + quasi)
    assert r["risk"]["before"]["rows"] == 400 and r["risk"]["before"]["uniques"] > 0.9 and "after" not in r["risk"]
    r = release(state, recipe + quasi + "k 5 suppress 5 %\nl 2 patients.dx\n")
    risk = r["risk"]
    assert risk["after"]["k"] >= 5 and risk["suppressed"] <= 20 and risk["after"]["rows"] == 400 - risk["suppressed"], risk
    assert [x["column"] for x in risk["levels"]] == ["patients.score", "patients.born", "admissions.ward"]
    # From outside: the joined view of what was released.
    for ids, n in ((12, 400), (11, None)):
        full = image(state, ids)
        p, adm = table(full + "/patients.csv"), table(full + "/admissions.csv")
        ward = {x["pid"]: x["ward"] for x in adm}
        classes = {}
        for x in p:
            classes.setdefault((x["score"], x["age"], ward[x["pid"]]), []).append(x["dx"])
        if n:
            sizes = sorted((len(v), k) for k, v in classes.items())
            assert sum(s for s, _ in sizes) == n
            small = [(s, k) for s, k in sizes if s < 5]
            # Fewer than five only where all is suppressed.
            assert all(set(k) <= {"", "*"} for s, k in small), small
            assert all(len(set(v)) >= 2 for k, v in classes.items() if not set(k) <= {"", "*"})
            assert len(sizes) == risk["after"]["classes"] + (1 if risk["suppressed"] else 0), (sizes, risk)
    h["admissions"][1]["ward"] = "Z"
    put(state, h)
    r = release(state, recipe + quasi + "k 5\n", ok=False)
    assert "admissions.ward has several values for 1 patients" in r["error"], r
    put(state, dict(h, admissions=[x for x in h["admissions"]]))
    r = release(state, recipe + "quasi patients.name\nk 5\n", ok=False)
    assert "patients.name is not released of patients" in r["error"], r


def hexes(rnd, n):
    return "".join(rnd.choice("0123456789abcdef") for _ in range(n))


def digits(rnd, n):
    return "".join(rnd.choice("0123456789") for _ in range(n))


# The 18 classes of 45 CFR 164.514(b)(2)(i): a telling column, a column whose name says nothing (None
# where only the name can tell), and values as people write them.
CLASSES = [
    ("names", "Patient Name", "x1", lambda r, i: r.choice(["%s %s", "%s  %s", "%s A. %s", "%s de %s"]) %
        (r.choice(FIRST) + "el", r.choice(LAST) + "sen%s" % "abcdefghij"[i % 10])),
    ("places", "home street", None, lambda r, i: "%s %d, %s" % (r.choice(["Storgata", "Bahnhofstr.", "Oak Lane"]), 100 + i, "Lillevik")),
    ("dates", "dob", "x3", lambda r, i: r.choice(["%04d-%02d-%02d", "%04d-%02d-%02d"]) % (1920 + i % 80, 1 + i % 12, 1 + i % 28)),
    ("telephone", "mobilePhone", "x4", lambda r, i: r.choice(["+47 %s %s %s %s", "(0%s) %s-%s-%s", "+47-%s-%s-%s-%s"]) %
        tuple(digits(r, 2) for _ in range(4))),
    ("fax", "fax_no", "x5", lambda r, i: "+1 (555) %s-%s" % (digits(r, 3), digits(r, 4))),
    ("email", "e-mail", "x6", lambda r, i: "%s.%d@%s" % (r.choice(FIRST).lower(), 100 + i, r.choice(["ous.no", "mail.example.org"]))),
    ("social security", "SSN", "x7", lambda r, i: "%s-%s-%s" % (digits(r, 3), digits(r, 2), digits(r, 4))),
    ("record numbers", "MRN", None, lambda r, i: "0%s" % digits(r, 7)),
    ("health plan", "insurance_no", None, lambda r, i: "HPB%s" % digits(r, 8)),
    ("accounts", "account", "x10", lambda r, i: "NO93 %s %s %s" % (digits(r, 4), digits(r, 4), digits(r, 4))),
    ("licences", "driver licence", None, lambda r, i: "DL-%s" % digits(r, 9)),
    ("vehicles", "licensePlate", "x12", lambda r, i: "WVWZZZ1J%sW%s" % (r.choice("ABCDZ"), digits(r, 7))),
    ("devices", "implant_serial", "x13", lambda r, i: ":".join(hexes(r, 2) for _ in range(6))),
    ("urls", "homepage", "x14", lambda r, i: "https://%s.example.org/u/%s" % (r.choice(FIRST).lower(), digits(r, 5))),
    ("ip addresses", "ip_address", "x15", lambda r, i: "10.%d.%d.%d" % (r.randrange(256), r.randrange(256), 100 + i % 150)),
    ("biometric", "fingerprint", "x16", lambda r, i: hexes(r, 80)),
    ("photographs", "photo_file", "x17", lambda r, i: "IMG_%s.JPG" % digits(r, 6)),
    ("other codes", "specimen_uuid", "x18", lambda r, i: "%s-%s-%s-%s-%s" % tuple(hexes(r, k) for k in (8, 4, 4, 4, 12))),
]


def suggested(recipe):
    """table.column -> action, of a recipe's text."""
    out, t = {}, ""
    for line in recipe.split("\n"):
        if line.startswith("table "):
            t = line.split()[1]
        m = re.match(r'\t("[^"]*"|\S+) +(\S+)', line)
        if m:
            out[m.group(1).strip('"')] = m.group(2)
    return out


def text_of(path):
    """All that a release holds, as text: files, and the columns of every Parquet file by its CSV."""
    return "\n".join(open(os.path.join(path, f), errors="replace").read() for f in sorted(os.listdir(path)))


def one_class(name, telling, plain, make):
    def run_it():
        rnd = random.Random(name)
        state = fresh("class-" + name.replace(" ", "-"))
        values = [make(rnd, i) for i in range(80)]
        rows = []
        for i, v in enumerate(values):
            row = dict(patient_id="%07d" % (7919 * (i + 1)), y=rnd.randrange(2))
            row[telling] = v
            if plain:
                row[plain] = " %s " % v if i % 5 == 0 and name != "dates" else v
            row["note"] = ("feels better today; %s was told of it, and pain is controlled since the last "
                           "visit to the ward" % v)
            rows.append(row)
        put(state, dict(people=rows))
        recipe = run(state, "suggest", "--project", "1")["recipe"]
        actions = suggested(recipe)
        for column in filter(None, (telling, plain)):
            assert actions[column] in ("drop", "pseudonym", "shift"), (column, actions)
        assert actions["patient_id"] == "pseudonym" and actions["note"] == "drop" and actions["y"] == "keep", actions
        recipe = re.sub(r"# outcome [^\n]*", "outcome people.y binary positive 1", recipe)
        # A tenth of so few can be nobody, once in three hundred times.
        recipe = re.sub(r"sample \d+ %", "sample 40 %", recipe)
        recipe = re.sub(r"(\tnote +)drop[^\n]*", r"\1scrub", recipe)
        r = release(state, recipe, more=("--simulated", "14"))
        assert r["leak_scan"]["identifiers"] >= 80 and r["leak_scan"]["bytes"] > 1000, r["leak_scan"]
        for i in (11, 12, 14):
            at = image(state, i)
            # A shifted date equals somebody's by chance: of dates only the notes are looked through.
            text = text_of(at) if name != "dates" else "".join(x["note"] for x in table(at + "/people.csv"))
            for v in values:
                assert v not in text, (i, v)
        notes = table(image(state, 12) + "/people.csv")
        assert all("pain is controlled since the last" in x["note"] and "[" in x["note"] for x in notes), notes[0]
        # Kept instead, the column stops the release.
        if name != "dates":
            bad = re.sub(r'(\t%s +)drop[^\n]*' % re.escape('"%s"' % telling if " " in telling else telling),
                         r"\1keep", recipe)
            if plain and bad != recipe:
                # Neither by itself, nor when somebody says that it tells of nobody.
                r = release(state, bad, ok=False)
                assert not r["ok"] and ("looks like an identifier" in r["error"] or "holds identifiers" in r["error"]), r
                said = "\nharmless people.%s\n" % telling if " " not in telling else '\nharmless "people.%s"\n' % telling
                r = release(state, bad + said, ok=False)
                assert not r["ok"] and "holds identifiers" in r["error"], r
    run_it.__name__ = "safe_harbor_" + name.replace(" ", "_")
    return run_it


for row in CLASSES:
    test(one_class(*row))


@test
def what_is_planted_anywhere_is_found():
    state, h = fresh("plant-state"), hospital(60)
    put(state, h)
    pid, name = h["patients"][7]["pid"], h["patients"][7]["name"]
    # In words of the recipe, which stand in dictionary, README and manifest.
    for old, new in (('"years at the first admission"', '"as patient %s said"' % pid),
                     ('recipe "Actions"', 'recipe "For %s"' % name),
                     ("as region", 'as "%s"' % pid), ('"Doe et al., 2026"', '"%s"' % name)):
        assert old in ACTIONS, old
        r = release(state, ACTIONS.replace(old, new), ok=False)
        assert not r["ok"] and "holds an identifier" in r["error"] and pid not in r["error"], (new, r)
        assert os.listdir(state + "/releases") == []
    # In a table of codes, among a column of whole numbers, and in text.
    for extra, want in ((lambda i: "%s" % int(h["patients"][i % 60]["pid"]), "codes.extra"),
                        (lambda i: "see %s" % name if i == 5 else "fine", "codes.extra")):
        put(state, dict(h, codes=[dict(code=i, extra=extra(i)) for i in range(60)]))
        r = release(state, ACTIONS + "table codes shared\n\tcode keep\n\textra keep\n", ok=False)
        assert not r["ok"] and want in r["error"], r
    assert release(state, ACTIONS)["ok"]


def plain_bytes(path):
    """What grep could find: a file, or the footer of a Parquet file."""
    data = open(path, "rb").read()
    return int.from_bytes(data[-8:-4], "little") + 8 if data.endswith(b"PAR1") else len(data)


@test
def what_was_searched_is_counted_and_no_more():
    state, h = fresh("count-state"), hospital(200)
    put(state, h)
    searched = {}
    for form in ("csv all", "csv below 0"):
        for more in ((), ("--simulated", "14")):
            scan = release(state, ACTIONS.replace("csv all", form), more=more)["leak_scan"]
            made = [image(state, i) for i in (11, 12, 13) + ((14,) if more else ())]
            assert scan["bytes"] == sum(plain_bytes(os.path.join(m, f)) for m in made for f in os.listdir(m)), scan
            searched[form, more] = scan["columns"]
    # zip, region, band, dx, ward and text of each stage, age and y of the full one; also of those without a CSV.
    assert sorted(searched.values()) == [14, 14, 20, 20], searched


@test
def a_patient_who_objects_is_gone_for_good():
    state, h = fresh("gone-state"), hospital(60)
    # The recipe names neither of these.
    h["doses"] = [dict(adm=x["adm"], mg=5 + i % 3) for i, x in enumerate(h["admissions"])]
    h["beds"] = [dict(bed=i, floor=i % 4) for i in range(30)]
    who = h["patients"][9]["pid"]
    put(state, h, lines={"beds": "31,1,%s\n" % who})
    assert who in open(state + "/data/1/source/beds.rejected.txt").read()
    release(state, ACTIONS, more=("--simulated", "14"))
    before = {x["pid"] for x in table(image(state, 12) + "/patients.csv")}
    recipe = os.path.join(TMP, "gone-recipe")
    open(recipe, "w").write(ACTIONS)
    args = ("withdraw", "--event", "1", "--project", "1", "--recipe", recipe)
    new = ("--sample", "21", "--full", "22", "--hidden", "23", "--simulated", "24")
    r = run(state, *args, *new, "--patient", "9999999", ok=False)
    assert r["error"] == "The data hold no such patient." and sorted(os.listdir(state + "/releases")) == \
        ["11.erofs", "12.erofs", "13.erofs", "14.simulated.erofs"]
    r = run(state, *args, *new, "--patient", who, "--old", "11,12,13,14")
    # One patient, two admissions, two laboratory values, two notes, two doses that only the import links to them.
    assert r["withdrawn"] == {"rows": 9, "tables": 5, "patients": 1, "images_destroyed": 4,
                              "unreached": ["areas", "beds", "staff"]}, r["withdrawn"]
    assert r["patients"] == 59 and who not in json.dumps(r)
    assert sorted(os.listdir(state + "/releases")) == ["21.erofs", "22.erofs", "23.erofs", "24.simulated.erofs"]
    after = {x["pid"] for x in table(image(state, 22) + "/patients.csv")}
    gone, = before - after
    assert after < before
    for path, _, files in os.walk(state + "/data/1"):
        for f in files:
            assert who.encode() not in open(os.path.join(path, f), "rb").read(), f
    assert open(state + "/data/1/withdrawn").read() == gone + "\n"
    # Once more, by pseudonym, as after a crash: nothing changes. Then the hospital sends them again.
    a = sha(state + "/releases/22.erofs")
    r = run(state, *args, "--sample", "31", "--full", "32", "--hidden", "33", "--patient", gone, "--old", "21,22,23,24")
    assert r["withdrawn"]["rows"] == 0 and r["withdrawn"]["patients"] == 1 and sha(state + "/releases/32.erofs") == a
    put(state, h)
    r = release(state, ACTIONS, ids=(41, 42, 43))
    assert r["patients"] == 59 and gone not in {x["pid"] for x in table(image(state, 42) + "/patients.csv")}
    # Nor do they count among the twenty that a value needs.
    for i, x in enumerate(h["patients"]):
        x["dx"] = "J45" if 5 <= i < 25 else "I10" if 25 <= i < 50 else "Q%d" % i
    put(state, h)
    release(state, ACTIONS, ids=(41, 42, 43))
    assert {x["dx"] for x in table(image(state, 42) + "/patients.csv")} == {"I10", "other"}
    r, _ = job(state, "withdraw", dict(event=1, project=1, recipe=ACTIONS, sample=51, full=52, hidden=53,
                                       patient=h["patients"][3]["pid"], old=[41, 42, 43]))
    assert r["patients"] == 58 and r["withdrawn"]["patients"] == 2 and r["withdrawn"]["images_destroyed"] == 3


@test
def who_objects_leaves_tables_that_the_recipe_does_not_name_too():
    """By the links of the import, over two tables; what nothing is known of is told by name."""
    state, h = fresh("gone-too"), hospital()
    h["stays"] = [dict(stay="S%06d" % (i * 7), adm=a["adm"], bed="B%d" % (i % 9)) for i, a in enumerate(h["admissions"])]
    h["turns"] = [dict(stay=s["stay"], angle="%d" % (k * 30)) for s in h["stays"] for k in range(3)]
    h["beds"] = [dict(bed="B%d" % i, floor=i % 3) for i in range(9)]
    put(state, h)
    who = h["patients"][9]["pid"]
    stays = {s["stay"] for s in h["stays"] if s["adm"] in {a["adm"] for a in h["admissions"] if a["pid"] == who}}
    spec = dict(event=1, project=1, recipe=ACTIONS, sample=21, full=22, hidden=23, patient=who, old=[])
    r, _ = job(state, "withdraw", spec)
    kept = ["areas", "beds", "staff"]
    assert r["withdrawn"] == {"rows": 7 + 2 + 6, "tables": 6, "patients": 1, "images_destroyed": 0, "unreached": kept}, r["withdrawn"]
    left = {t["name"]: t["rows"] for t in json.load(open(state + "/data/1/source/source.json"))["tables"]}
    assert len(stays) == 2 and left["stays"] == 238 and left["turns"] == 714 and left["beds"] == 9, left
    # Done half, it tells the same when it is run again; words for people name them as well.
    r, _ = job(state, "withdraw", spec)
    assert r["withdrawn"]["rows"] == 0 and r["withdrawn"]["unreached"] == kept, r["withdrawn"]


@test
def a_key_leaves_only_as_two_shares():
    state, h = fresh("key-state"), hospital()
    put(state, h)
    release(state, ACTIONS)
    key = open(state + "/data/keys/event-1.key", "rb").read()
    one, two, three = (os.path.join(TMP, "share%d" % i) for i in (1, 2, 3))
    args = ("--event", "1", "--first", one, "--second", two)
    r = run(state, "key-export", *args)
    assert r == {"ok": True}
    a, b = (bytes.fromhex(open(f).read().split("\n")[1]) for f in (one, two))
    assert key not in (a, b) and bytes(x ^ y for x, y in zip(a, b)) == key
    assert all(stat.S_IMODE(os.stat(f).st_mode) == 0o600 for f in (one, two))
    assert not run(state, "key-export", *args, ok=False)["ok"]  # never over another file
    assert "has a key already" in run(state, "key-import", *args, ok=False)["error"]
    other = fresh("key-other")
    open(three, "w").write(open(two).read().replace(open(two).read().split("\n")[1], "00" * 32))
    assert "not of one key" in run(other, "key-import", "--event", "1", "--first", one, "--second", three, ok=False)["error"]
    assert "does not begin" in run(other, "key-import", "--event", "1", "--first", two, "--second", one, ok=False)["error"]
    assert "no key yet" in run(other, "key-export", "--event", "5", "--first", one, "--second", two, ok=False)["error"]
    run(other, "key-import", *args)
    assert open(other + "/data/keys/event-1.key", "rb").read() == key
    # As two stewards let it be written: again after a crash, then removed.
    spec = dict(event=1, export=3, remove=False)
    assert "no key yet" in job(fresh("key-none"), "keys", spec)[0]["error"]
    for _ in range(2):
        r, _ = job(state, "keys", spec)
    assert r == {"ok": True, "folder": state + "/data/keys/shares-1-3"}, r
    assert stat.S_IMODE(os.stat(r["folder"]).st_mode) == 0o700
    a, b = (bytes.fromhex(open("%s/%s.txt" % (r["folder"], f)).read().split("\n")[1]) for f in ("first", "second"))
    assert bytes(x ^ y for x, y in zip(a, b)) == key
    job(state, "keys", dict(spec, remove=True))
    assert not os.path.exists(r["folder"])
    job(state, "keys", spec)
    for event in "1", "2":
        os.makedirs(state + "/data/tables/event-" + event)
        open(state + "/data/tables/event-%s/traces" % event, "w").close()
    run(state, "forget", "--project", "1")
    assert os.listdir(state + "/data/keys") == [], os.listdir(state + "/data/keys")
    # What is remembered of signed tables goes with the last data of its event.
    assert os.listdir(state + "/data/tables") == ["event-2"], os.listdir(state + "/data/tables")


@test
def a_long_table_keeps_its_values_and_its_order():
    """Pseudonyms and texts with few values pass the sort as numbers; nobody may notice."""
    state, n, rnd = fresh("long-state"), 110000, random.Random(3)
    patients = [dict(pid="H%05d" % (i * 7), y=i % 2) for i in range(300)]
    words = ["", 'a "quoted" word', "Übel, schwer", "plain", " padded "]
    labs = [dict(pid=rnd.choice(patients)["pid"], adm="V%d" % rnd.randrange(900), at="%s %02d:%02d:07" % (
        DAY + datetime.timedelta(rnd.randrange(300)), rnd.randrange(24), rnd.randrange(60)) if i % 11 else "1899-01-01 00:00:00",
        kind=words[rnd.randrange(5)], note="n%d" % i) for i in range(n)]
    put(state, dict(patients=patients, labs=labs))
    recipe = """recipe "Long" version 1
patient patients.pid
table patients
	pid pseudonym
	y keep
table labs by pid
	pid pseudonym
	adm pseudonym
	at shift
	kind keep
	note keep
harmless labs.note
outcome patients.y binary positive 1
hidden 30 %
sample 20 %
csv all
"""
    release(state, recipe)
    out = table(image(state, 12) + "/labs.csv")
    assert len(out) == n and [x["pid"] for x in out] == sorted(x["pid"] for x in out)
    back = {x["note"]: x for x in out}
    moved = {}
    for x in labs:
        y = back[x["note"]]
        assert y["kind"] == x["kind"] or (x["kind"] == "" and y["kind"] == ""), (x, y)
        assert len(y["pid"]) == len(y["adm"]) == 13 and y["pid"][0] == "P" and y["adm"][0] == "K", y
        if x["at"] < "1900":
            assert y["at"] == "", y
            continue
        days = datetime.datetime.fromisoformat(y["at"]) - datetime.datetime.fromisoformat(x["at"])
        assert days.seconds == 0 and moved.setdefault(x["pid"], (y["pid"], days)) == (y["pid"], days), (x, y)
    assert len({p for p, _ in moved.values()}) == 300 and len({y["adm"] for y in out}) == 900
    # The rows of a patient keep the order of the source.
    order = [int(x["note"][1:]) for x in out if x["pid"] == out[0]["pid"]]
    assert order == sorted(order) and len(order) > 100
    # One number of a patient among them is found, and counted.
    for x in labs[5], labs[50000], labs[100001]:
        x["kind"] = "seen as H00014 before"
    put(state, dict(patients=patients, labs=labs))
    r = release(state, recipe, ok=False)
    assert r["error"].startswith("Nothing was released: labs.kind holds identifiers of patients in 3 rows."), r


@test
def a_long_table_becomes_what_a_short_one_does():
    """Long tables go another way than short ones. The same rows, many times over, must become the
    same rows, many times over."""
    state, times, rnd = fresh("both-state"), 60, random.Random(11)
    patients = [dict(pid="%06d" % (i * 7 + 3), y=i % 2) for i in range(300)]
    visits = [dict(vid="V%d" % i, pid=patients[i % 310]["pid"] if i % 310 < 300 else "nobody") for i in range(900)]
    kinds = ["", "NA", "Übel", " padded ", 'a "quoted", word', "plain", "rare one"]
    moments = ["2021-03-04 05:06:07", "2021-03-04T05:06:08", "2021-03-04 05:06", "2021-03-04 05:06:07.25",
               "2020-02-29 23:59:59", "1899-12-31 10:00:00", "2600-01-01 00:00:00", "NA", ""]
    short = []
    for i in range(2000):
        day = DAY + datetime.timedelta(rnd.randrange(300))
        short.append(dict(
            vid=rnd.choice(visits)["vid"], at=rnd.choice(moments), day=day if i % 9 else "NA",
            spoken=day.strftime("%d.%m.%Y") if i % 5 else "", kind=rnd.choices(kinds, [9, 9, 9, 9, 9, 9, 0.05])[0],
            whole=rnd.choice(["", "7", "-3", "95", "12"]), real="%.2f" % (rnd.random() * 100) if i % 4 else "",
            band=rnd.randrange(100), zip="%05d" % rnd.choice([3601, 10001, 88000]), other="H%d" % rnd.randrange(50)))
    # Moments of which nearly each is different are read without the engine.
    spread = [dict(r, at="%s %02d:%02d:%02d%s" % (DAY + datetime.timedelta(i % 700), i % 24, i % 60, i // 60 % 60,
                                                  ["", ".5", ".123456"][i % 3]), n=i) for i, r in enumerate(short * times)]
    put(state, dict(patients=patients, visits=visits, short=short, long=short * times, spread=spread,
                    few=[dict(r) for r in spread[:3000]]))
    columns = """
	vid pseudonym
	at shift
	day shift
	spoken shift
	kind %s
	whole cap 89
	real round 0.5
	band bin 20 40 65
	zip postal us
	other pseudonym
"""
    release(state, """recipe "Both" version 1
patient patients.pid
table patients
	pid pseudonym
	y keep
table visits by pid
	vid pseudonym
	pid pseudonym
table short by vid via visits""" + columns % "group 5" + "table long by vid via visits" + columns % "group 5" +
            "table spread by vid via visits" + columns % "keep" + "\tn keep\n" +
            "table few by vid via visits" + columns % "keep" + """\tn keep
outcome patients.y binary positive 1
hidden 30 %
sample 20 %
csv all
""")
    for stage in (11, 12):
        at = image(state, stage)
        one, many = (collections.Counter(tuple(r.items()) for r in table("%s/%s.csv" % (at, t))) for t in ("short", "long"))
        assert one and many == {k: v * times for k, v in one.items()}, (stage, len(one), len(many))
        few, spread = (table("%s/%s.csv" % (at, t)) for t in ("few", "spread"))
        assert few and few == [r for r in spread if int(r["n"]) < 3000], stage
        assert [r["vid"] for r in spread] and len(spread) > 15 * len(few)


@test
def both_ways_hide_the_same_outcomes():
    """The same patients, once in a table long enough for the other way and once not: what was hidden
    there is hidden here, of outcomes that stand in many rows and in the patients' own table."""
    state, rnd = fresh("hide-state"), random.Random(5)
    number = lambda i: "%06d" % (i * 7 + 3)
    people = [dict(pid=" %s " % number(i) if i % 11 == 0 else number(i), y=i % 2, n=i) for i in range(102000)]
    rows = [dict(rid="R%d" % i, pid="" if i % 997 == 0 else "  " + number(i % 500) if i % 13 == 0 else number(i % 500),
                 sick=rnd.randrange(2), n=i) for i in range(102000)]
    few = people[:500]
    recipes = {
        "rows": ("table patients\n\tpid pseudonym\n\tn keep\n\ty drop\ntable rows by pid\n\trid pseudonym\n"
                 "\tpid pseudonym\n\tsick keep\n\tn keep\noutcome rows.sick each rows.rid binary positive 1\n", "rows", "sick"),
        "people": ("table patients\n\tpid pseudonym\n\ty keep\n\tn keep\noutcome patients.y binary positive 1\n", "patients", "y")}
    for what, (text, name, outcome) in recipes.items():
        got = []
        for n in (102000, 90000):
            put(state, dict(patients=few, rows=rows[:n]) if what == "rows" else dict(patients=people[:n]))
            r = release(state, "recipe \"Hide\" version 1\npatient patients.pid\n%shidden 30 %%\nsample 20 %%\ncsv all\n" % text)
            labels = {x["id"]: x["label"] for x in table(image(state, 13) + "/labels.csv")}
            full, sample = (table("%s/%s.csv" % (image(state, i), name)) for i in (12, 11))
            unit = "rid" if what == "rows" else "pid"
            hidden = [x for x in full if x[unit] in labels]
            assert len(hidden) == len(labels) == r["labels"] > n // 5 and not any(x[outcome] for x in hidden)
            assert all(x[outcome] in "01" for x in full if x[unit] not in labels)
            truth = people if what == "people" else rows
            assert all(x[outcome] == "" or int(x[outcome]) == truth[int(x["n"])]["y" if what == "people" else "sick"] for x in full)
            assert sample and not any(x[unit] in labels for x in sample)
            assert what == "people" or len(full) == sum(i % 997 != 0 for i in range(n))
            got.append([[x for x in t if int(x["n"]) < 90000] for t in (full, sample)])
        assert got[0] == got[1], what


@test
def what_few_of_the_first_have_is_counted_in_all():
    """Figures are told by the first hundred thousand rows where those are enough. Twelve patients are
    some nine there, and ten in all decide."""
    state, n = fresh("few-state"), 15000
    number = lambda i: "%06d" % (i * 7 + 3)
    rare = {i * 1000 for i in range(12)}
    rows = [dict(pid=number(i), twelve="rare" if i in rare and k == 3 else "ab"[k % 2],
                 nine="rare" if i in rare and i < 9000 and k == 3 else "ab"[k % 2],
                 lacks="" if i in rare and k == 3 else "v", hides="" if i in rare and i < 9000 and k == 3 else "v")
            for i in range(n) for k in range(10)]
    put(state, dict(patients=[dict(pid=number(i), y=i % 2) for i in range(n)], rows=rows))
    for _ in range(2):  # Who is among the first depends on the event's key.
        r = release(state, """recipe "Few" version 1
patient patients.pid
table patients
	pid pseudonym
	y keep
table rows by pid
	pid pseudonym
	twelve keep
	nine keep
	lacks keep
	hides keep
outcome patients.y binary positive 1
hidden 30 %
sample 20 %
""")
        c = {c["name"]: c for t in r["tables"] if t["name"] == "rows" for c in t["columns"]}
        assert c["twelve"]["values"] == ["a", "b", "rare"] and c["twelve"]["distinct"] == 3, c["twelve"]
        assert c["nine"]["values"] == ["a", "b"] and c["nine"]["distinct"] is None, c["nine"]
        assert c["lacks"]["missing"] == 12 and c["hides"]["missing"] is None, (c["lacks"], c["hides"])
        shutil.rmtree(state + "/data/keys")


@test
def a_recipe_is_looked_at_without_a_release():
    state, h = fresh("look-state"), hospital(300)
    put(state, h)
    text = ACTIONS + "quasi patients.weight patients.score\nk 3 suppress 5 %\n"
    recipe = os.path.join(TMP, "look-recipe")
    open(recipe, "w").write(text)
    look = lambda what, *more: run(state, what, "--project", "1", "--recipe", recipe, *more)
    measured = look("measure", "--event", "1")
    assert not os.listdir(state + "/releases") and not os.path.exists(state + "/data/1/review.csv")
    made = release(state, text)
    same = lambda r: {k: v for k, v in r["risk"]["before"].items() if k not in ("seconds", "memory_mb")}
    assert same(measured) == same(made) and measured["risk"]["after"] == made["risk"]["after"]
    assert measured["risk"]["levels"] == made["risk"]["levels"] and measured["patients"] == 300
    found = {c["column"] for c in measured["candidates"]}
    assert "patients.score" in found and "patients.pid" not in found and "notes.text" not in found, found
    # A preview opens no data: there are none.
    for f in os.listdir(state + "/data/1/source"):
        if f.endswith(".parquet"):
            os.rename(state + "/data/1/source/" + f, os.path.join(TMP, "away-" + f))
    review = sha(state + "/data/1/review.csv")
    seen = look("preview")
    assert seen == look("preview") and sha(state + "/data/1/review.csv") == review
    assert seen["recipe_hash"] == made["recipe_hash"] == measured["recipe_hash"]
    told = json.dumps(seen)
    for x in h["patients"]:
        assert x["pid"] not in told and x["name"] not in told, x
    columns = {(t["name"], c["name"]): c for t in seen["tables"] for c in t["columns"]}
    assert all("after" not in p for p in columns["patients", "name"]["pairs"])
    assert all("[name]" in p["after"] for p in columns["notes", "text"]["pairs"]), columns["notes", "text"]
    assert all(p["before"] != p["after"] for p in columns["admissions", "admitted"]["pairs"])
    open(recipe, "w").write(text.replace("\tname drop", "\tnames drop"))
    bad = run(state, "preview", "--project", "1", "--recipe", recipe, ok=False)
    assert "names" in bad["error"] and re.match(r"Recipe line \d+, character \d+: ", bad["error"]), bad


@test
def a_stopped_release_leaves_nothing():
    import signal, time
    state, h, rnd = fresh("stop-state"), hospital(400), random.Random(8)
    put(state, h)
    release(state, ACTIONS)
    before = {i: sha("%s/releases/%d.erofs" % (state, i)) for i in (11, 12, 13)}
    recipe = os.path.join(TMP, "stop-recipe")
    open(recipe, "w").write(ACTIONS + "quasi patients.weight\nk 3\n")
    for i, sig in enumerate([signal.SIGTERM, signal.SIGKILL] * 4):
        p = subprocess.Popen([CURATOR, "release", "--state", state, "--event", "1", "--project", "1", "--recipe", recipe,
                              "--sample", "21", "--full", "22", "--hidden", "23", "--simulated", "24", "--quiet"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rnd.uniform(0.02, 0.5))
        p.send_signal(sig)
        p.wait()
    # What is being replaced has another name until then.
    open(state + "/data/1/.review.csv.77.new", "w").close()
    release(state, ACTIONS)
    assert {i: sha("%s/releases/%d.erofs" % (state, i)) for i in before} == before
    left = [f for d in ("data/1", "data/tmp", "releases") for f in os.listdir(os.path.join(state, d)) if "new" in f]
    assert left == [] and os.listdir(state + "/data/tmp") == [], left


if __name__ == "__main__":
    sys.exit(test.main())
