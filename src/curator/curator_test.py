#!/usr/bin/env python3
"""Drives wardroom-curator as a steward would, on messy and on demo data, and looks at what it made.

Prints TAP. Needs WARDROOM_BIN (folder of the programs); runs as root or anybody."""
import csv, datetime, fcntl, gzip, hashlib, io, json, os, random, re, shutil, stat, subprocess, sys, tempfile, time, zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import Cases, Skip  # noqa: E402

ROOT = os.environ.get("WARDROOM_ROOT", os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.environ.get("WARDROOM_BIN", os.path.join(ROOT, "build", "bin"))
CURATOR = os.path.join(BIN, "wardroom-curator")
TMP = tempfile.mkdtemp(prefix="curator-test-")
test = Cases(TMP)


def run(state, *args, ok=True):
    """One command by hand; its JSON."""
    p = subprocess.run([CURATOR, *args, "--state", state, "--json"], capture_output=True, text=True)
    assert p.returncode in (0, 1, 2, 66, 75), (args, p.returncode, p.stderr)
    r = json.loads(p.stdout)
    assert r["ok"] == (p.returncode == 0), r
    if ok:
        assert r["ok"], r
    return r


def fresh(name):
    path = os.path.join(TMP, name)
    os.makedirs(path)
    return path


def folder(name, **files):
    path = fresh(name)
    for file, text in files.items():
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(os.path.join(path, file.replace("__", ".")), mode) as f:
            f.write(text)
    return path


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for file, text in files.items():
            z.writestr("export/" + file.replace("__", "."), text)
    return out.getvalue()


LOTS = {}  # keys that were made, by state folder and event


def draw(state, event):
    """The event's key, unless it has one: the lots under it fall as they did at the last run, so that no test fails once in
    a hundred times because of fifty patients none is in the sample."""
    path = "%s/data/keys/event-%d.key" % (state, event)
    if os.path.exists(path) or not os.path.isdir(state + "/data"):
        return
    LOTS[state, event] = LOTS.get((state, event), 0) + 1
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
        f.write(hashlib.sha256(b"event %d, key %d" % (event, LOTS[state, event])).digest())


def release(state, recipe, ids=(11, 12, 13), ok=True, project=1, event=1, more=()):
    draw(state, event)
    path = os.path.join(TMP, "recipe-%d" % random.getrandbits(60))
    with open(path, "w") as f:
        f.write(recipe)
    return run(state, "release", "--event", str(event), "--project", str(project), "--recipe", path,
               "--sample", str(ids[0]), "--full", str(ids[1]), "--hidden", str(ids[2]), *more, ok=ok)


def image(state, id):
    """Contents of a release image, without mounting it."""
    out = os.path.join(TMP, "image-%d" % random.getrandbits(60))
    path = os.path.join(state, "releases", "%d.erofs" % id)
    if not os.path.exists(path):
        path = path.replace(".erofs", ".simulated.erofs")
    subprocess.run(["fsck.erofs", "--extract=" + out, path],
                   check=True, capture_output=True)
    return out


def table(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def sha(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def simple(n=60):
    """Patients with everything that a recipe acts on, and their visits."""
    rnd = random.Random(4)
    day = datetime.date(2020, 1, 1)
    patients, visits = ["pid,full name,born,age,ward,y"], ["visit,pid,on,crp"]
    for i in range(n):
        pid = "%07d" % (4711 * (i + 1))
        patients.append('%s,"Name%d, Per%d",%s,%d,%s,%d' % (
            pid, i, i, day - datetime.timedelta(rnd.randrange(9000, 30000)), 30 + i,
            "AB"[i % 2], rnd.randrange(2)))
        for k in range(3):
            # A value of crp is there once, so that a test finds the visit again.
            visits.append("V%05d,%s,%s,%.1f" % (i * 3 + k, pid, day + datetime.timedelta(10 * k + i),
                                                i * 3 + k + 0.5))
    return {"patients__csv": "\n".join(patients) + "\n", "visits__csv": "\n".join(visits) + "\n"}


RECIPE = """recipe "Test" version 1
patient patients.pid
table patients
	pid pseudonym
	"full name" drop
	born shift
	age cap 80 "age in years"
	ward keep
	y keep
table visits by pid
	visit pseudonym
	pid pseudonym
	on shift
	crp keep "C-reactive protein, mg/L"
outcome patients.y binary positive 1 "an outcome"
hidden 30 %
sample 20 %
"""


@test
def messy_tables_are_refused_with_a_sentence():
    good = "a,b\n1,2\n"
    cases = [
        ({"t__csv": ""}, "t.csv is empty"),
        ({"t__csv": "a,b\n"}, "t.csv has a header line but no rows"),
        ({"t__csv": "a,a\n1,2\n"}, 'columns 1 and 2 are both called "a"'),
        ({"t__csv": "a,\n1,2\n"}, "column 2 has no name"),
        ({"t__csv": "a,b\n1,2\n1,2,3\n"}, "t.csv line 3: this record has 3 fields"),
        ({"t__csv": "a,b\n1,\"2\n"}, "t.csv line 2: a quote is opened"),
        ({"t__csv": b"a,b\n\xc3\xa4,\xe4\n"}, "t.csv line 2: field 2 holds bytes that are no UTF-8"),
        ({"t__csv": b"\x1f\x8b\x08"}, "t.csv is damaged"),
        ({"t__csv__gz": gzip.compress(good.encode())[:-9]}, "t.csv.gz is damaged"),
        ({"t__csv": b"PK\x03\x04 a workbook"}, "save its sheets as CSV"),
        ({"t__zip": b"PK\x03\x04 no directory, and long enough"}, "t.zip is a damaged zip"),
        ({"t__zip": zipped(t__csv=good, T__CSV=good)}, "would be the same table"),
        ({"t__csv": good, "t__csv__gz": gzip.compress(good.encode())}, "would be the same table"),
        ({"t__csv": b"a,b\n1,x\x00y\n"}, "line 2"),
        ({"readme__txt": "x"}, "holds no table"),
        ({"a b__csv": good}, "rename it"),
        ({"t__csv": good, "T__CSV": good}, "would be the same table"),
    ]
    state = fresh("messy-state")
    for i, (files, want) in enumerate(cases):
        r = run(state, "import", "--project", "1", "--from", folder("messy-%d" % i, **files), ok=False)
        assert not r["ok"] and want in r["error"], (files, r)
    path = folder("messy-link")
    os.symlink("/etc/passwd", os.path.join(path, "t.csv"))
    r = run(state, "import", "--project", "1", "--from", path, ok=False)
    assert "symbolic link" in r["error"], r
    path = folder("messy-dir")
    os.mkdir(os.path.join(path, "t.csv"))
    assert "not a plain file" in run(state, "import", "--project", "1", "--from", path, ok=False)["error"]
    r = run(state, "import", "--project", "1", "--from", "/nonexistent", ok=False)
    assert "Cannot open folder" in r["error"], r
    r = run(state, "import", "--project", "1", "--inbox", "haifa", "--folder", "../x", ok=False)
    assert r["field"] == "folder", r
    assert not os.path.exists(os.path.join(state, "data", "1", "source"))


@test
def tables_come_in_many_forms():
    state = fresh("forms-state")
    plain = "id;name;when\n1;Müller;3/5/94\n2;\"two\nlines\";30/5/26\n"
    path = folder("forms", a__csv=plain, b__tsv=plain.replace(";", "\t"), c__csv=plain.encode("cp1252"),
                  d__csv=plain.encode("utf-16"), e__csv__gz=gzip.compress(plain.encode()),
                  f__zip=zipped(g__csv=plain, readme__txt="x", __DS_Store__csv="x"),
                  h__csv=plain.replace("\n", "\r\n"), i__csv=b"\xef\xbb\xbf" + plain.encode())
    os.mkdir(path + "/hosp")
    shutil.copy(path + "/a.csv", path + "/hosp/j.csv")
    r = run(state, "import", "--project", "1", "--from", path)
    tables = {t["name"]: t for t in r["tables"]}
    assert sorted(tables) == list("abcdeghij"), r
    assert {tables[t]["encoding"] for t in "abeghij"} == {"UTF-8"}
    assert tables["c"]["encoding"] == "Windows-1252" and tables["d"]["encoding"] == "UTF-16"
    for t in tables.values():
        when = t["columns"][2]
        assert (t["rows"], when["written"], when["century_end"]) == (2, "dmy2", datetime.date.today().year), t
    # Unpacked and decoded they are the same table, byte for byte; only Windows' line ends stay.
    source = state + "/data/1/source/"
    same = {sha(source + t + ".parquet") for t in tables if t != "h"}
    assert len(same) == 1, same
    assert "\ntwo" not in json.dumps(r)


@test
def bad_lines_and_files_are_set_aside():
    state = fresh("aside-state")
    lines = ["id,x"] + ["%d,%d" % (i, i) for i in range(50)]
    lines[10], lines[20] = "10", "20,a,b"
    path = folder("aside", good__csv="\n".join(lines), bad__csv="a,a\n1,2\n", worse__csv="a,b\n" + "1\n" * 50)
    r = run(state, "import", "--project", "1", "--from", path, ok=False)
    assert "columns 1 and 2" in r["error"], r
    r = run(state, "import", "--project", "1", "--from", path, "--go-on")
    t, = r["tables"]
    assert (t["name"], t["rows"], t["rejected"]) == ("good", 48, 2), t
    assert [p["file"] for p in r["problems"]] == ["bad.csv", "worse.csv"], r
    assert "most of its records cannot be read; the first is line 2: this record has 1 field" in r["problems"][1]["why"]
    kept = state + "/data/1/source/good.rejected.txt"
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
    assert open(kept).read() == ("line 11: this record has 1 field, the header has 2.\n10\n\n"
                                 "line 21: this record has 3 fields, the header has 2.\n20,a,b\n\n")
    assert sorted(os.listdir(os.path.dirname(kept))) == \
        ["good.parquet", "good.rejected.txt", "source.json", "worse.rejected.txt"]


@test
def keys_and_links_are_found_and_proved():
    state = fresh("links-state")
    people = "PATIENT_ID,sex\n" + "".join("P%03d,%s\n" % (i, "FM"[i % 2]) for i in range(40))
    stays = "admission_id,patient_id,ward_id\n" + "".join(
        "A%d,P%03d,%d\n" % (i, i % 42, i % 5) for i in range(100))
    labs = "row_id,admission_id,value\n" + "".join("%d,A%d,5\n" % (i, i % 110) for i in range(400))
    wards = "ward_id,title\n" + "".join("%d,w%d\n" % (i, i) for i in range(6))
    path = folder("links", people__csv=people, stays__csv=stays, labs__csv=labs, wards__csv=wards)
    r = run(state, "import", "--project", "1", "--from", path)
    assert r["patient"] == {"table": "people", "column": "PATIENT_ID"} and r["patients"] == 40, r["patient"]
    assert r["visit"] == {"table": "stays", "column": "admission_id"}, r["visit"]
    reach = {w.pop("table"): w for w in r["reach"]}
    no_patient = sum(i % 42 >= 40 for i in range(100))
    lost = sum(i % 110 >= 100 or i % 110 % 42 >= 40 for i in range(400))
    assert reach == {
        "people": {"how": "patients", "column": "PATIENT_ID", "rows_without": 0},
        "stays": {"how": "direct", "column": "patient_id", "rows_without": no_patient},
        "labs": {"how": "through", "column": "admission_id", "through": "stays", "rows_without": lost},
        "wards": {"how": "none"}}, reach
    links = {(x["table"], x["column"], x["to_table"]): x["share"] for x in r["links"]}
    assert links == {("stays", "patient_id", "people"): 0.952, ("labs", "admission_id", "stays"): 0.909,
                     ("stays", "ward_id", "wards"): 1}, links


@test
def fhir_resources_become_tables():
    state = fresh("fhir-state")
    def lines(*rows):
        return "".join(json.dumps(r) + "\n" for r in rows)
    patients = [{"resourceType": "Patient", "id": "p%d" % i, "birthDate": "1950-01-01"} for i in range(5)]
    values = [{"resourceType": "Observation", "id": "o%d" % i, "subject": {"reference": "Patient/p%d" % (i % 5)},
               "effectiveDateTime": "2020-01-01T10:00:00+01:00",
               "valueQuantity": {"value": 4.5, "unit": "mmol/L"}} for i in range(20)]
    stray = {"resourceType": "Patient", "id": "stray"}
    path = folder("fhir", patients__ndjson=lines(*patients), obs__1__ndjson=lines(*values[:12]),
                  obs__2__ndjson__gz=gzip.compress((lines(*values[12:], stray) + "{broken\n").encode()))
    r = run(state, "import", "--project", "1", "--from", path, ok=False)
    assert "obs.2.ndjson.gz line 9: this is a Patient among resources of type Observation" in r["error"], r
    r = run(state, "import", "--project", "1", "--from", path, "--go-on")
    t = {x["name"]: x for x in r["tables"]}
    assert r["layout"] == {"name": "FHIR", "version": "R4"} and sorted(t) == ["Observation", "Patient"], t.keys()
    assert (t["Observation"]["rows"], t["Observation"]["rejected"], t["Patient"]["rows"]) == (20, 2, 5)
    assert r["patient"] == {"table": "Patient", "column": "id"}
    assert r["reach"][0] == {"table": "Observation", "how": "direct", "column": "patient_id", "rows_without": 0}
    c = {x["name"]: x for x in t["Observation"]["columns"]}
    assert (c["time"]["type"], c["value"]["type"], c["value_unit"]["missing"]) == ("timestamp", "real", 0), c
    assert c["patient_id"]["meaning"] == "Whom it concerns: id of a Patient"


@test
def what_few_rows_lack_is_told_as_few():
    state = fresh("few-state")
    rows = "".join(f"{i},{'' if i < 3 else i % 7},{'' if i < 12 else 'x'}\n" for i in range(40))
    path = folder("few", t__csv="id,three,twelve\n" + rows)
    r = run(state, "import", "--project", "1", "--from", path)
    told = {c["name"]: c["missing"] for c in r["tables"][0]["columns"]}
    assert told == {"id": 0, "three": "few", "twelve": 12}, told
    # Later jobs know it exactly.
    with open(state + "/data/1/source/source.json") as f:
        kept = {c["name"]: c["missing"] for c in json.load(f)["tables"][0]["columns"]}
    assert kept == {"id": 0, "three": 3, "twelve": 12}, kept


@test
def a_bad_file_of_objects_is_set_aside_alone():
    state = fresh("objects-state")
    good = "".join(json.dumps({"id": i, "x": i % 3}) + "\n" for i in range(30))
    cut = gzip.compress(good.encode())[:20]
    path = folder("objects", good__ndjson=good, cut__ndjson__gz=cut, words__ndjson="not one\nof them\n",
                  odd__csv="a,b\n1,2,3\n", part__ndjson=good + "{broken\n")
    r = run(state, "import", "--project", "1", "--from", path, ok=False)
    assert "cut.ndjson.gz is damaged" in r["error"], r
    r = run(state, "import", "--project", "1", "--from", path, "--go-on")
    assert {t["name"]: (t["rows"], t["rejected"]) for t in r["tables"]} == {"good": (30, 0), "part": (30, 1)}, r["tables"]
    why = {p["file"]: p["why"] for p in r["problems"]}
    assert sorted(why) == ["cut.ndjson.gz", "odd.csv", "words.ndjson"] and r["empty"] == [], (why, r["empty"])
    assert "is damaged" in why["cut.ndjson.gz"], why
    assert why["words.ndjson"] == "words.ndjson: most of its records cannot be read; the first is line 1: " \
        "this is no JSON object (byte 3).", why
    kept = open(state + "/data/1/source/words.rejected.txt").read()
    assert "not one" in kept and "of them" in kept and kept.count("line ") == 2, kept
    assert open(state + "/data/1/source/part.rejected.txt").read().count("line ") == 1


@test
def a_parquet_file_is_a_table_like_any_other():
    state = fresh("parquet-state")
    run(state, "import", "--project", "1", "--from", folder("parquet-csv", t__csv="c0,c1\n7,x\n8,\n007,ü\n"))
    made = open(state + "/data/1/source/t.parquet", "rb").read()
    path = folder("parquet", u__parquet=made, t__csv="c0,c1\n7,x\n8,\n007,ü\n")
    r = run(state, "import", "--project", "2", "--from", path)
    assert [(t["name"], t["rows"]) for t in r["tables"]] == [("t", 3), ("u", 3)], r
    assert sha(state + "/data/2/source/u.parquet") == sha(state + "/data/2/source/t.parquet")
    path = folder("parquet-cut", u__parquet=made[:-20])
    r = run(state, "import", "--project", "2", "--from", path, ok=False)
    assert "u.parquet cannot be read as Parquet" in r["error"], r


@test
def layouts_are_recognised():
    state = fresh("layout-state")
    path = folder("omop", PERSON__csv="Person_ID,gender_concept_id\n1,8507\n2,8532\n",
                  measurement__csv="measurement_id,person_id,value_as_number,measurement_concept_id\n1,1,5,3\n",
                  visit_occurrence__csv="visit_occurrence_id,person_id,admitted_from_concept_id\n1,1,0\n")
    r = run(state, "import", "--project", "1", "--from", path)
    assert r["layout"] == {"name": "OMOP CDM", "version": "5.4"}, r["layout"]
    says = {(t["name"], c["name"]): c["meaning"] for t in r["tables"] for c in t["columns"]}
    assert says["PERSON", "Person_ID"] == "The patient"
    assert says["measurement", "measurement_concept_id"] == "Measurement, as a standard concept (see CONCEPT)"
    path = folder("mimic", patients__csv="subject_id,anchor_age\n1,50\n", admissions__csv="subject_id,hadm_id\n1,2\n")
    r = run(state, "import", "--project", "1", "--from", path)
    assert r["layout"] == {"name": "MIMIC", "version": "IV"} and r["visit"]["column"] == "hadm_id", r


def suggested(recipe):
    """(table, column) -> action, of a recipe's text."""
    out, t = {}, ""
    for line in recipe.split("\n"):
        t = line.split()[1] if line.startswith("table ") else t
        if line.startswith("\t"):
            out[t, line.split()[0]] = line.split()[1]
    return out


@test
def two_digit_years_of_mimic_are_in_its_century():
    state = fresh("mimic-state")
    patients, stays, icu = ["ROW_ID,SUBJECT_ID,GENDER,DOB,EXPIRE_FLAG"], ["ROW_ID,SUBJECT_ID,HADM_ID,ADMITTIME,Y"], ["SUBJECT_ID,HADM_ID,INTIME"]
    for i in range(60):
        born, came = 2050 + i, 2120 + i
        patients.append("%d,%d,%s,3/%d/%02d,%d" % (i, 10006 + i, "FM"[i % 2], 1 + i % 27, born % 100, i % 2))
        stays.append("%d,%d,%d,10/23/%02d 21:09,%d" % (i, 10006 + i, 142345 + i, came % 100, i % 2))
        icu.append("%d,%d,%d-10-24 10:00:00" % (10006 + i, 142345 + i, came))
    path = folder("mimic-two", **{"PATIENTS__csv": "\n".join(patients) + "\n", "ADMISSIONS__csv": "\n".join(stays) + "\n",
                                  "ICUSTAYS__csv": "\n".join(icu) + "\n"})
    r = run(state, "import", "--project", "1", "--from", path)
    ends = {c["name"]: c["century_end"] for t in r["tables"] for c in t["columns"] if "century_end" in c}
    assert ends == {"DOB": 2203, "ADMITTIME": 2203}, ends
    recipe = run(state, "suggest", "--project", "1")["recipe"]
    assert suggested(recipe)["PATIENTS", "ROW_ID"] == suggested(recipe)["ADMISSIONS", "ROW_ID"] == "drop", recipe
    recipe = re.sub(r"\tDOB +drop[^\n]*", "\tDOB age at ADMISSIONS.ADMITTIME cap 89", recipe)
    recipe = recipe.replace("\tY ", "\tY keep #").replace("# outcome TABLE.COLUMN binary positive 1 \"...\"",
                                                         "outcome ADMISSIONS.Y binary positive 1 \"died\"")
    release(state, recipe)
    full = image(state, 12)
    came = sorted(x["ADMITTIME"][:4] for x in table(full + "/ADMISSIONS.csv"))
    assert "2118" < came[0] and came[-1] < "2182", came
    # Born in '94, admitted in '64: seventy years, and not minus thirty.
    assert {x["DOB"] for x in table(full + "/PATIENTS.csv")} == {"70"}
    r = run(state, "import", "--project", "1", "--from", path, "--century", "2026")
    assert {c["century_end"] for t in r["tables"] for c in t["columns"] if "century_end" in c} == {2026}


@test
def a_trial_in_sdtm_is_understood():
    state, rnd = fresh("sdtm-state"), random.Random(3)
    dm, adsl = ["rownames,STUDYID,DOMAIN,USUBJID,BRTHDTC,AGE,SEX,RACE,ARM"], ["rownames,STUDYID,USUBJID,AGE,SEX,TRT01P,EOSSTT"]
    ae, ex = ["rownames,STUDYID,DOMAIN,USUBJID,AETERM,AEDECOD,AESTDTC"], ["rownames,STUDYID,DOMAIN,USUBJID,EXDOSE,VISITNUM,VISIT"]
    arms = ("Placebo", "Xanomeline High Dose", "Xanomeline Low Dose")
    for i in range(120):
        who, age, sex = "01-701-%d" % (1015 + 3 * i), rnd.randrange(50, 88), rnd.choice("FM")
        dm.append("%d,PILOT,DM,%s,%d-0%d-1%d,%d,%s,%s,%s" % (i + 1, who, 2013 - age, 1 + i % 9, i % 9, age, sex, rnd.choice(("WHITE", "ASIAN")), arms[i % 3]))
        adsl.append("%d,PILOT,%s,%d,%s,%s,%s" % (i + 1, who, age, sex, arms[i % 3], rnd.choice(("COMPLETED", "DISCONTINUED"))))
        for k in range(3):
            ae.append("%d,PILOT,AE,%s,Told by Ada Example %d,%s,2014-0%d-10" % (len(ae), who, i, rnd.choice(("Application Site Rash", "Sinus Bradycardia")), 1 + k))
            ex.append("%d,PILOT,EX,%s,%d,%d,WEEK %d" % (len(ex), who, rnd.choice((0, 54, 81)), k, 2 * k))
    r = run(state, "import", "--project", "1", "--from", folder("sdtm", **{
        n + "__csv": "\n".join(x) + "\n" for n, x in (("dm", dm), ("adsl", adsl), ("ae", ae), ("ex", ex))}))
    assert r["layout"]["name"] == "SDTM" and r["patient"] == {"table": "dm", "column": "USUBJID"} and r["visit"] is None, r
    assert all(l["column"] == "USUBJID" for l in r["links"]), r["links"]
    recipe = run(state, "suggest", "--project", "1")["recipe"]
    does = suggested(recipe)
    want = {("dm", "rownames"): "drop", ("dm", "BRTHDTC"): "drop", ("dm", "ARM"): "group", ("dm", "AGE"): "cap",
            ("adsl", "AGE"): "drop", ("adsl", "SEX"): "drop", ("adsl", "TRT01P"): "group", ("ae", "AETERM"): "drop",
            ("ae", "AEDECOD"): "group", ("ae", "AESTDTC"): "shift", ("ae", "STUDYID"): "group", ("ex", "VISIT"): "group"}
    assert {k: does[k] for k in want} == want, does
    assert "# quasi dm.AGE dm.SEX dm.RACE\n" in recipe, recipe
    recipe = re.sub(r"(\tEOSSTT +)group 10", r"\1keep", recipe).replace("# quasi", "quasi").replace("# k 5", "k 5")
    recipe = re.sub("# outcome [^\n]*", 'outcome adsl.EOSSTT binary positive COMPLETED "completed"', recipe)
    r = release(state, recipe, more=("--simulated", "14"))
    assert r["patients"] == 120 and r["risk"]["after"]["k"] >= 5, r


@test
def a_profile_is_right_and_singles_nobody_out():
    # Patient i has one row; another has a value that nobody else has.
    rows = []
    for i in range(600):
        rows.append("P%03d,%s,%d,4.%d,2020-%02d-01,%s" % (i, "a" if i < 450 else "b" if i < 594 else "c",
                                                        40 + i % 30, i % 9, 1 + i % 6, i % 40 if i < 80 else ""))
    rows += ["P599,onlyme,333,400,2031-01-01,900"] * 2
    path = folder("profile", t__csv="patient_id,ward,age,potassium,day,score\n" + "\n".join(rows) + "\n")
    p = subprocess.run([CURATOR, "profile", path, "--json"], capture_output=True, text=True)
    r = json.loads(p.stdout)
    assert p.returncode == 0 and r["ok"], p.stderr
    t, = r["tables"]
    c = {x["name"]: x for x in t["columns"]}
    assert c["ward"]["values"] == [{"value": "a", "rows": 450}] and c["ward"]["other_rows"] == 152, c["ward"]
    assert "onlyme" not in p.stdout and "P599" not in p.stdout
    k = c["potassium"]["plausible"]
    assert (k["what"], k["unit"], k["below"], k["above"]) == ("potassium", "mmol/L", 0, "few"), k
    # Many have no score: they are not behind the bar of the one whose score is high.
    for name in ("age", "potassium", "day", "score"):
        for b in c[name]["bins"]:
            assert b["rows"] in ("few", 0) or b["rows"] >= 10, (name, b)
    # Two rows of one patient: neither the bar nor the end of the range is told.
    assert c["potassium"]["high"] < 100 and c["day"]["high"] < "2030", c["potassium"]
    assert c["age"]["quartiles"][1] in (54, 55, 56, 57, 58, 59, 60), c["age"]
    assert c["patient_id"]["identifier"] and c["patient_id"]["values"] == [] and c["patient_id"]["bins"] == []
    p = subprocess.run([CURATOR, "profile", path + "/t.csv"], capture_output=True, text=True)
    assert p.returncode == 0 and "few values are no potassium in mmol/L" in p.stdout, p.stdout
    p = subprocess.run([CURATOR, "profile", "/nonexistent"], capture_output=True, text=True)
    assert p.returncode == 66 and "Cannot open folder" in p.stderr, p


@test
def an_import_can_be_ended():
    state, path = fresh("end-state"), fresh("end-in")
    subprocess.run([CURATOR, "simulate", "--mb", "40", "--out", path], check=True, capture_output=True)
    p = subprocess.Popen([CURATOR, "import", "--project", "1", "--from", path, "--state", state],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not os.path.exists(state + "/data/1/source.new/labs.parquet"):
        assert p.poll() is None
        time.sleep(0.002)
    p.terminate()
    _, said = p.communicate()
    assert p.returncode == 75 and "was ended before it was done" in said, (p.returncode, said)
    assert sorted(os.listdir(state + "/data/1")) == ["lock"], os.listdir(state + "/data/1")


@test
def types_and_identifiers_are_recognised():
    state = fresh("types-state")
    path = folder("types", t__csv="mrn;weight;when;stamp;odd;note;zip\n" + "".join(
        "%05d;%d,5;%d.03.2022;2022-03-%02d 05:54;%s;said \"so\";0%d\n" %
        (i, 50 + i, 1 + i, 1 + i, "NA" if i % 2 else str(i), 1000 + i) for i in range(24)),
        empty__csv="a,b\n", notes__txt="not a table")
    r = run(state, "import", "--project", "1", "--from", path)
    assert r["empty"] == ["empty"], r
    t, = r["tables"]
    got = {c["name"]: c for c in t["columns"]}
    assert {k: v["type"] for k, v in got.items()} == {
        "mrn": "text", "weight": "real", "when": "date", "stamp": "timestamp", "odd": "integer",
        "note": "text", "zip": "text"}, got
    assert got["odd"]["missing"] == 12 and got["mrn"]["identifier"] and not got["weight"]["identifier"]
    text = json.dumps(r)
    assert "00007" not in text and "01007" not in text, "an example is a real value"


@test
def a_release_is_what_the_recipe_says():
    state, files = fresh("rel-state"), simple()
    run(state, "import", "--project", "1", "--from", folder("rel", **files))
    r = release(state, RECIPE)
    assert r["patients"] == 60 and r["rows"] == 240, r
    assert [i["stage"] for i in r["images"]] == ["sample", "full", "hidden"]
    source = table(os.path.join(TMP, "rel", "patients.csv"))
    visits = table(os.path.join(TMP, "rel", "visits.csv"))
    sample, full, hidden = (image(state, i) for i in (11, 12, 13))
    assert sorted(os.listdir(hidden)) == ["labels.csv", "manifest.json"]
    assert sorted(os.listdir(full)) == ["README.txt", "dictionary.csv", "manifest.json",
        "patients.csv", "patients.parquet", "to_predict.csv", "visits.csv", "visits.parquet"]
    assert "to_predict.csv" not in os.listdir(sample)
    everything = "".join(open(os.path.join(d, f), errors="replace").read()
                         for d in (sample, full, hidden) for f in os.listdir(d))
    for row in source:
        assert row["pid"] not in everything and row["full name"] not in everything
    p, v = table(full + "/patients.csv"), table(full + "/visits.csv")
    assert list(p[0]) == ["pid", "born", "age", "ward", "y"]
    assert len(p) == 60 and len(v) == 180 and {x["pid"] for x in p} == {x["pid"] for x in v}
    assert max(int(x["age"]) for x in p) == 80
    # Intervals are kept, dates are not; the crosswalk is found again through crp, which is unique.
    src = {x["crp"]: x for x in visits}
    shifts = {}
    for x in v:
        d = (datetime.date.fromisoformat(x["on"]) - datetime.date.fromisoformat(src[x["crp"]]["on"])).days
        assert d != 0 and abs(d) <= 364
        shifts.setdefault(x["pid"], (set(), src[x["crp"]]["pid"]))[0].add(d)
    assert all(len(s) == 1 for s, _ in shifts.values())
    assert len({min(s) for s, _ in shifts.values()}) > 30
    born = {x["pid"]: x["born"] for x in source}
    for x in p:
        s, pid = shifts[x["pid"]]
        d = datetime.date.fromisoformat(x["born"]) - datetime.date.fromisoformat(born[pid])
        assert {d.days} == s
    # Hidden and sample.
    y = {x["pid"]: x["y"] for x in source}
    labels = {x["id"]: x["label"] for x in table(hidden + "/labels.csv")}
    assert len(labels) == r["hidden_patients"] == r["labels"]
    assert [x["id"] for x in table(full + "/to_predict.csv")] == list(labels)
    for x in p:
        want = y[shifts[x["pid"]][1]]
        assert (x["y"] == "" and labels[x["pid"]] == want) if x["pid"] in labels else x["y"] == want
    sampled = {x["pid"] for x in table(sample + "/patients.csv")}
    assert len(sampled) == r["sample_patients"] and not sampled & set(labels)
    assert {x["pid"] for x in table(sample + "/visits.csv")} == sampled
    # Files of the scorer and modes.
    mine = os.path.join(state, "data", "1", "hidden", "13.csv")
    assert stat.S_IMODE(os.stat(mine).st_mode) == 0o600
    assert {x["id"]: x["label"] for x in table(mine)} == labels
    for i in (11, 12, 13):
        assert stat.S_IMODE(os.stat(os.path.join(state, "releases", "%d.erofs" % i)).st_mode) == 0o400
    for d in ("1", "keys"):
        assert stat.S_IMODE(os.stat(os.path.join(state, "data", d)).st_mode) == 0o700
    assert os.listdir(os.path.join(state, "data", "tmp")) == []
    for f in os.listdir(full):
        assert stat.S_IMODE(os.stat(os.path.join(full, f)).st_mode) == 0o444
    for m in json.load(open(full + "/manifest.json"))["files"]:
        data = open(os.path.join(full, m["name"]), "rb").read()
        assert m["bytes"] == len(data)
        assert m["blake2b_256"] == hashlib.blake2b(data, digest_size=32).hexdigest()


@test
def the_dictionary_suppresses_small_cells():
    state, files = fresh("dict-state"), simple()
    lines = files["patients__csv"].split("\n")
    lines[3] = lines[3].replace(",A,", ",Rare,")
    files["patients__csv"] = "\n".join(lines)
    run(state, "import", "--project", "1", "--from", folder("dict", **files))
    r = release(state, RECIPE)
    columns = {c["name"]: c for t in r["tables"] for c in t["columns"]}
    assert columns["ward"]["values"] == ["A", "B"] and "Rare" not in json.dumps(r), columns["ward"]
    assert columns["age"]["high"] == 80 and columns["age"]["low"] == 39, columns["age"]
    assert columns["age"]["meaning"] == "age in years"
    assert columns["y"]["missing"] == r["hidden_patients"]
    text = open(image(state, 12) + "/dictionary.csv").read()
    assert "Rare" not in text and "C-reactive protein, mg/L" in text


def lonely(n=60):
    """Patients of whom one has most of the rows of visits, and the extremes; few have a weight."""
    rnd = random.Random(8)
    patients, visits = ["pid,age,weight,y"], ["visit,pid,crp,k"]
    for i in range(n):
        patients.append("%07d,%d,%s,%d" % (4711 * (i + 1), 30 + i, 50 + i if i < 4 else "", i % 2))
        for k in range(400 if i == 7 else 3):
            crp = rnd.choice((-70, 900)) + rnd.random() if i == 7 else 10 + i + k / 10
            visits.append("V%05d,%07d,%.2f,%d" % (len(visits), 4711 * (i + 1), crp, 3 if i == 7 else rnd.randrange(50)))
    return {"patients__csv": "\n".join(patients) + "\n", "visits__csv": "\n".join(visits) + "\n"}


LONELY = """recipe "Lonely" version 1
patient patients.pid
table patients
	pid pseudonym
	age keep
	weight keep
	y keep
table visits by pid
	visit pseudonym
	pid pseudonym of patient
	crp keep
	k keep
outcome patients.y binary positive 1 "..."
hidden 30 %
sample 10 %
"""


def ten_behind(ranges, rows, who):
    """Ten different patients lie at or beyond each end that is told."""
    told = 0
    for name, (low, high) in ranges.items():
        if low in (None, ""):
            continue
        told += 1
        at = [(float(r[name]), r[who]) for r in rows if r[name] != ""]
        assert len({w for v, w in at if v <= float(low)}) >= 10, (name, low)
        assert len({w for v, w in at if v >= float(high)}) >= 10, (name, high)
        assert float(low) <= float(high), name
    return told


@test
def ten_patients_stand_behind_every_figure():
    state, files = fresh("ten-state"), lonely()
    r = run(state, "import", "--project", "1", "--from", folder("ten", **files))
    for t in r["tables"]:
        rows = table(os.path.join(TMP, "ten", t["name"] + ".csv"))
        columns = {c["name"]: c for c in t["columns"] if c["bins"]}
        assert ten_behind({n: (c["low"], c["high"]) for n, c in columns.items()}, rows, "pid") > 0, t
        for c in columns.values():
            q = [x for x in c["quartiles"] if x is not None]
            assert q == sorted(q) and all(c["low"] is None or c["low"] <= x <= c["high"] for x in q), c
    crp = columns["crp"]
    # More than half of the rows are one patient's: the middle half is not told.
    assert crp["quartiles"][0] is None and crp["high"] is None, crp
    r = release(state, LONELY, more=("--simulated", "14"))
    full = image(state, 12)
    told = {c["name"]: c for t in r["tables"] for c in t["columns"]}
    for t in r["tables"]:
        rows = table(full + "/%s.csv" % t["name"])
        assert ten_behind({c["name"]: (c["low"], c["high"]) for c in t["columns"]
                           if c["type"] in ("integer", "real")}, rows, "pid") > 0, t
    assert told["crp"]["low"] > 0 and told["crp"]["high"] < 90, told["crp"]
    # Four have a weight: nothing of it is told, neither how many nor how few.
    w = told["weight"]
    assert w["missing"] is None and w["distinct"] is None and w["low"] is None and w["values"] == [], w
    lines = {x["column"]: x for x in table(full + "/dictionary.csv")}
    assert lines["weight"]["missing"] == lines["weight"]["distinct"] == "" and lines["age"]["missing"] == "0", lines
    simulated = [float(x["crp"]) for x in table(image(state, 14) + "/visits.csv") if x["crp"]]
    assert simulated and min(simulated) > 0 and max(simulated) < 90, (min(simulated), max(simulated))


@test
def patients_are_counted_by_way_of_another_table():
    """A table linked by another: its rows are many stays of few people."""
    state, files = fresh("via-state"), lonely()
    rows = ["visit,lab"]
    for line in files["visits__csv"].split("\n")[1:-1]:
        visit, pid = line.split(",")[:2]
        rows.append("%s,%s" % (visit, 5000 if pid == "%07d" % (4711 * 8) else int(pid) // 4711))
    files["labs__csv"] = "\n".join(rows) + "\n"
    run(state, "import", "--project", "1", "--from", folder("via", **files))
    r = release(state, LONELY.replace("outcome", "table labs by visit via visits\n\tvisit pseudonym\n\tlab keep\noutcome"))
    labs, = [t for t in r["tables"] if t["name"] == "labs"]
    lab, = [c for c in labs["columns"] if c["name"] == "lab"]
    assert lab["low"] in (10, 11) and lab["high"] == 52, lab


@test
def what_people_said_goes_into_the_images():
    state, files = fresh("said-state"), simple()
    run(state, "import", "--project", "1", "--from", folder("said", **files))
    path = os.path.join(TMP, "said.json")

    def said(version, *entries):
        with open(path, "w") as f:
            json.dump({"version": version, "entries": [dict(zip(("variable", "meaning", "unit"), x)) for x in entries]}, f)
        return ("--dictionary", path)
    words = said(7, ("patients.AGE", 'Years of life, "whole"\nat admission', "a"), ("patients.gone", "never", ""))
    r = release(state, RECIPE, more=words + ("--simulated", "14"))
    assert r["dictionary"]["version"] == 7 and r["dictionary"]["entries"] == 2, r["dictionary"]
    columns = {c["name"]: c for t in r["tables"] for c in t["columns"]}
    assert columns["age"]["meaning"] == "age in years", "the recipe's own words stay what they are"
    for i in (11, 12, 14):
        made = image(state, i)
        lines = {x["column"]: x for x in table(made + "/dictionary.csv")}
        assert lines["age"]["meaning"] == 'Years of life, "whole"\nat admission' and lines["age"]["unit"] == "a", lines
        assert lines["crp"]["meaning"] == "C-reactive protein, mg/L" and lines["crp"]["unit"] == "", lines
        assert json.load(open(made + "/manifest.json"))["dictionary"] == r["dictionary"]
    before = [sha("%s/releases/%d.erofs" % (state, i)) for i in (11, 12, 13)]
    release(state, RECIPE, more=words)
    assert before == [sha("%s/releases/%d.erofs" % (state, i)) for i in (11, 12, 13)]
    other = release(state, RECIPE, more=said(8, ("patients.age", "Something else", "a")))
    assert other["dictionary"]["hash"] != r["dictionary"]["hash"]
    assert before[1] != sha("%s/releases/12.erofs" % state)
    # Who somebody is may not stand there either.
    pid = files["patients__csv"].split("\n")[5].split(",")[0]
    bad = release(state, RECIPE, more=said(9, ("patients.age", "as told by %s, who knew" % pid, "")), ok=False)
    assert "dictionary's entry of patients.age holds an identifier" in bad["error"] and pid not in bad["error"], bad
    for text in ("[]", '{"version":1}', '{"version":1,"entries":[{"variable":"a.b"}]}', "{"):
        with open(path, "w") as f:
            f.write(text)
        bad = release(state, RECIPE, more=("--dictionary", path), ok=False)
        assert bad["field"] == "dictionary", bad


@test
def a_table_without_csv_is_said_to_be_one():
    state = fresh("alone-state")
    run(state, "import", "--project", "1", "--from", folder("alone", **simple()))
    assert release(state, RECIPE)["parquet_alone"] == [] and "pyarrow" not in open(image(state, 12) + "/README.txt").read()
    r = release(state, RECIPE + "csv below 0\n")
    full = image(state, 12)
    assert sorted(r["parquet_alone"]) == ["patients", "visits"] and not os.path.exists(full + "/visits.csv"), r
    assert "pip install pyarrow" in open(full + "/README.txt").read()
    lines = open(full + "/README.txt").read().split("\n")
    assert "Load the .csv: nothing that comes with this workspace reads Parquet." in lines, lines
    alone = lines[lines.index("Beside them, as .csv alone"):]
    for name in "dictionary", "to_predict":
        assert any(x.startswith("  " + name) for x in alone), lines
        assert not any(x.startswith("* " + name) for x in lines) and not os.path.exists(f"{full}/{name}.parquet")


@test
def the_same_input_gives_the_same_bytes():
    path = folder("same", **simple())
    a, b = fresh("same-a"), fresh("same-b")
    run(a, "import", "--project", "1", "--from", path)
    release(a, RECIPE)
    shutil.copytree(a + "/data/keys", b + "/data/keys")
    run(b, "import", "--project", "1", "--from", path)
    release(b, RECIPE)
    for i in (11, 12, 13):
        assert sha("%s/releases/%d.erofs" % (a, i)) == sha("%s/releases/%d.erofs" % (b, i))
    # Another project of the event: the same pseudonyms. Another event: none in common.
    run(a, "import", "--project", "2", "--from", path)
    release(a, RECIPE, ids=(21, 22, 23), project=2)
    release(b, RECIPE, ids=(31, 32, 33), event=2)
    ids = [{x["pid"] for x in table(image(s, i) + "/patients.csv")} for s, i in ((a, 12), (a, 22), (b, 32))]
    assert ids[0] == ids[1] and not ids[0] & ids[2]


@test
def leaks_stop_a_release():
    files = simple()
    rows = files["visits__csv"].strip().split("\n")
    def with_column(name, value):
        out = [rows[0] + "," + name]
        out += [r + "," + value(i, r.split(",")[1]) for i, r in enumerate(rows[1:])]
        return dict(files, visits__csv="\n".join(out) + "\n")
    cases = [
        ("plain", lambda i, pid: pid if i == 77 else "fine"),
        ("inside", lambda i, pid: "seen (no. %s) today" % pid if i == 77 else "fine"),
        ("name", lambda i, pid: '"Name4, Per4"' if i == 77 else "fine"),
        ("copy", lambda i, pid: str(int(pid))),
    ]
    for name, value in cases:
        state = fresh("leak-" + name)
        made = with_column("extra", value)
        if name == "copy":  # short numbers: found row by row
            short = {p: str(k) for k, p in enumerate(sorted({r.split(",")[1] for r in rows[1:]}))}
            for t in made:
                for p, k in short.items():
                    made[t] = made[t].replace(p, k).replace("," + str(int(p)) + "\n", "," + k + "\n")
        run(state, "import", "--project", "1", "--from", folder("leak-in-" + name, **made))
        r = release(state, RECIPE.replace("\tcrp keep", "\textra keep\n\tcrp keep"), ok=False)
        assert not r["ok"] and "visits.extra" in r["error"], (name, r)
        assert "4711" not in r["error"] and "Name4" not in r["error"]
        assert os.listdir(state + "/releases") == [] and not os.path.exists(state + "/data/1/hidden")
        r = release(state, RECIPE.replace("\tcrp keep", "\textra drop\n\tcrp keep"))
        assert r["ok"]


@test
def recipes_that_do_not_fit_are_refused():
    state = fresh("recipe-state")
    run(state, "import", "--project", "1", "--from", folder("recipe-in", **simple()))
    cases = [
        (("\tward keep\n", ""), "table patients has 1 column that the recipe does not name: ward"),
        (("\tward keep", "\tward keep\n\tbed keep"), "line 9, character 2: table patients has no column bed"),
        (("table visits by pid", "table visits"), "say how table visits belongs to patients"),
        (("table visits by pid", "table labs by pid"), "no table labs was imported"),
        (("table visits by pid", "table visits by crp"), "visits.crp names the patient"),
        (("\tward keep", "\tward shift"), "patients.ward cannot be shifted"),
        (("\tward keep", "\tward cap 3"), "patients.ward cannot be capped"),
        (("positive 1", "positive 7"), "none or all of them"),
        (("patients.y binary positive 1", "patients.ward regression"), "is not a number"),
        (("outcome patients.y", "outcome patients.z"), "patients.z is no column"),
        (("\ty keep", "\ty drop"), "the action of the outcome"),
        (("outcome patients.y binary positive 1", "outcome visits.crp regression"), "several outcomes"),
        (("hidden 30 %", "hidden 0.1 %"), "hidden"),
        (("\tpid pseudonym\n\t\"full", "\tpid keep\n\t\"full"), "must be pseudonym or drop"),
        (("hidden 30 %", "withhold patients.pid\nhidden 30 %"), "cannot be withheld"),
        (("\"full name\" drop", "\"full name\" keep"),
         "line 5, character 2: patients.full name looks like an identifier"),
        (("hidden 30 %", "harmless patients.z\nhidden 30 %"), "patients.z is no column"),
    ]
    for (old, new), want in cases:
        assert old in RECIPE, old
        r = release(state, RECIPE.replace(old, new), ok=False)
        assert not r["ok"] and want in r["error"], (new, r)
    r = release(fresh("recipe-none"), RECIPE, ok=False)
    assert "No data have been imported" in r["error"], r


@test
def rows_and_tables_without_a_patient_are_told():
    state, files = fresh("orphan-state"), simple()
    files["visits__csv"] += "V99999,9999999,2020-01-01,1.0\nV99998,,2020-01-01,1.0\n"
    files["codes__csv"] = "code,text\n1,one\n2,two\n"
    files["other__csv"] = "x\n1\n"
    run(state, "import", "--project", "1", "--from", folder("orphan", **files))
    r = release(state, RECIPE + "table codes shared\n\tcode keep\n\ttext keep\n")
    assert r["tables_left_out"] == ["other"] and r["rows_left_out"] == [{"table": "visits", "rows": 2}], r
    assert len(table(image(state, 11) + "/codes.csv")) == 2
    assert len(table(image(state, 12) + "/visits.csv")) == 180


@test
def outcomes_of_admissions_are_named_by_admission():
    state, files = fresh("each-state"), simple()
    run(state, "import", "--project", "1", "--from", folder("each", **files))
    r = release(state, RECIPE.replace("outcome patients.y binary positive 1",
                                      "outcome visits.crp each visits.visit regression"))
    full, hidden = image(state, 12), image(state, 13)
    labels = {x["id"]: x["label"] for x in table(hidden + "/labels.csv")}
    assert len(labels) == 3 * r["hidden_patients"] == r["labels"]
    for x in table(full + "/visits.csv"):
        assert (x["crp"] == "") == (x["visit"] in labels)


@test
def a_killed_job_leaves_the_old_or_the_new():
    state, path = fresh("kill-state"), fresh("kill-in")
    subprocess.run([CURATOR, "simulate", "--mb", "6", "--out", path], check=True, capture_output=True)
    recipe = os.path.join(ROOT, "tools", "demo-recipes", "severity.txt")
    run(state, "import", "--project", "1", "--from", path)
    release(state, open(recipe).read())
    before = {i: sha("%s/releases/%d.erofs" % (state, i)) for i in (11, 12, 13)}
    labels = sha(state + "/data/1/hidden/13.csv")
    source = json.load(open(state + "/data/1/source/source.json"))["source"]
    commands = (["import", "--project", "1", "--from", path],
                ["release", "--event", "1", "--project", "1", "--recipe", recipe,
                 "--sample", "1%02d", "--full", "2%02d", "--hidden", "3%02d"])
    rnd = random.Random(1)
    for i in range(16):
        args = [a % i if "%" in a else a for a in commands[i % 2]]
        p = subprocess.Popen([CURATOR, *args, "--state", state, "--quiet"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rnd.uniform(0.01, 0.6))
        p.kill()
        p.wait()
        assert json.load(open(state + "/data/1/source/source.json"))["source"] == source
        assert {i: sha("%s/releases/%d.erofs" % (state, i)) for i in before} == before
        assert sha(state + "/data/1/hidden/13.csv") == labels
    run(state, "import", "--project", "1", "--from", path)
    release(state, open(recipe).read())
    assert {i: sha("%s/releases/%d.erofs" % (state, i)) for i in before} == before
    left = [f for d in (state + "/data/1", state + "/data/tmp", state + "/releases")
            for f in os.listdir(d) if ".new" in f]
    assert left == [] and os.listdir(state + "/data/tmp") == [], left


def job(state, kind, spec, kill_after=None):
    """As the warden starts it: spec on 3, folder on 4. kill_after: so many seconds; None when it was killed."""
    where = fresh("job-%d" % random.getrandbits(60))
    config = where + ".conf"
    with open(config, "w") as f:
        f.write("state %s\n" % state)
    with open(where + ".spec", "w") as f:
        f.write(spec if isinstance(spec, str) else json.dumps(spec))
    spec_fd, dir_fd = os.open(where + ".spec", os.O_RDONLY), os.open(where, os.O_RDONLY)
    def place():
        # By way of high numbers, in case one of them is 3 or 4 already; dup2 makes inheritable.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (spec_fd, dir_fd)]
        for want, fd in zip((3, 4), high):
            os.dup2(fd, want)
            os.close(fd)
    try:
        p = subprocess.run([CURATOR, "--config", config, "job", kind], preexec_fn=place, close_fds=False,
                           capture_output=True, text=True, timeout=kill_after)
    except subprocess.TimeoutExpired:
        return None
    finally:
        os.close(spec_fd)
        os.close(dir_fd)
    assert os.path.exists(where + "/result.json"), (p.returncode, p.stderr[-2000:])
    result = json.load(open(where + "/result.json"))
    assert result["ok"] == (p.returncode == 0), (p.returncode, result, p.stderr)
    return result, where


@test
def the_wardens_form_works():
    state = fresh("job-state")
    os.makedirs(state + "/inbox/haifa")
    os.makedirs(state + "/inbox/other/private")
    shutil.move(folder("job-in", **simple()), state + "/inbox/haifa/ward7")
    r, _ = job(state, "inbox", {"inbox": "haifa"})
    assert [(f["name"], [t["name"] for t in f["tables"]]) for f in r["folders"]] == \
        [("ward7", ["patients", "visits"])], r
    r, where = job(state, "import", {"project": 7, "inbox": "haifa", "folder": "ward7"})
    assert r["ok"] and len(r["tables"]) == 2
    done, total, sentence = open(where + "/progress").read().split(" ", 2)
    assert int(done) <= int(total) and sentence.endswith("\n")
    r, _ = job(state, "release", {"event": 3, "project": 7, "recipe": RECIPE, "sample": 1, "full": 2, "hidden": 3})
    assert r["ok"] and r["patients"] == 60
    for kind, spec in (("release", {"event": 3}), ("import", {"project": 7, "inbox": "haifa", "folder": "/etc"}),
                       ("import", {"project": 7, "inbox": "haifa", "folder": "absent"}),
                       ("import", {"project": 7, "inbox": "other", "folder": "ward7"}),
                       ("import", {"project": 7, "folder": "ward7"}), ("inbox", {}),
                       ("import", {"project": 7, "inbox": "..", "folder": "inbox"}), ("inbox", {"inbox": ".."}),
                       ("inbox", {"inbox": "haifa/../other"}), ("inbox", {"inbox": ""}), ("import", "{"), ("what", {}),
                       ("import", {"project": "7"}), ("forget", {"project": -1})):
        r, _ = job(state, kind, spec)
        assert not r["ok"] and r["error"].endswith((".", "directory")), (kind, spec, r)
    r, _ = job(state, "forget", {"project": 7})
    assert r["files"] >= 8 and r["bytes"] > 1000, r
    assert os.listdir(state + "/releases") == [] and os.listdir(state + "/data/keys") == []
    assert not os.path.exists(state + "/data/7")


@test
def two_jobs_do_not_share_a_project():
    state, path = fresh("busy-state"), fresh("busy-in")
    subprocess.run([CURATOR, "simulate", "--mb", "20", "--out", path], check=True, capture_output=True)
    p = subprocess.Popen([CURATOR, "import", "--project", "1", "--from", path, "--state", state],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(state + "/data/1/source.new"):
        time.sleep(0.005)
    run(state, "import", "--project", "1", "--from", path)  # waits for the other's end
    assert p.wait() == 0
    with open(state + "/data/1/lock") as lock:  # as a check at the airlock holds it, but for too long
        fcntl.flock(lock, fcntl.LOCK_SH)
        since = time.monotonic()
        r = run(state, "import", "--project", "1", "--from", path, ok=False)
        assert "Another job" in r["error"] and time.monotonic() - since > 10, r


@test
def the_four_demo_projects_go_through():
    if shutil.which("Rscript") is None:
        raise Skip("Rscript is not installed")
    demo, state = os.path.join(TMP, "demo"), fresh("demo-state")
    subprocess.run([os.path.join(ROOT, "tools", "demo-data"), demo, "--mb", "5"], check=True,
                   capture_output=True, env=dict(os.environ, WARDROOM_CURATOR=CURATOR))
    expect = {"birth-weight": (189, 1), "infection": (128, 2), "heart": (103, 1), "severity": (None, 4)}
    for n, (name, (patients, tables)) in enumerate(expect.items(), 1):
        path = os.path.join(demo, name)
        run(state, "import", "--project", str(n), "--from", path)
        recipe = open(path + "/recipe.txt").read()
        r = release(state, recipe, ids=(n * 10 + 1, n * 10 + 2, n * 10 + 3), project=n)
        assert len(r["tables"]) == tables and (patients is None or r["patients"] == patients), r
        assert 0.15 < r["hidden_patients"] / r["patients"] < 0.55, (name, r["hidden_patients"])
        full = image(state, n * 10 + 2)
        outcome = json.load(open(full + "/manifest.json"))["outcome"]
        ids = {x["id"] for x in table(full + "/to_predict.csv")}
        rows = table("%s/%s.csv" % (full, outcome["table"]))
        assert {x[outcome["id"]] for x in rows if x[outcome["column"]] == ""} == ids, name
    # The notes are full of names: a recipe that keeps them must fail, whatever it says of them.
    recipe = recipe.replace("\ttext          drop", "\ttext          keep")
    r = release(state, recipe, project=4, ok=False)
    assert "notes.text looks like an identifier" in r["error"], r
    r = release(state, recipe + "harmless notes.text\n", project=4, ok=False)
    assert "notes.text holds identifiers" in r["error"], r


if __name__ == "__main__":
    sys.exit(test.main())
