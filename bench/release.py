#!/usr/bin/python3
"""From a hospital's CSV files to signed images, beside pandas and gawk on the same tables.

The data are four tables of a simulated hospital, read from the page cache. Ours is what a steward
waits for: import, then the release with its sample, its hidden labels, the leak scan, the dictionary
and the hashed images (tables as Parquet; CSV only of tables below 1 MB).

Peers do the middle of it: read, drop the same columns, replace patients and admissions by keyed hashes
(each made once), move dates by a number of days for each patient, cap ages, write CSV. pandas does it a
second time with what else a steward waits for, as far as a few lines of it go: hash the source, describe
every column before and after, test which columns link the tables, sort by patient, take a sample and the
hidden labels, look for every identifier in every column of words, hash what was written. It has no
disclosure risk, no counts of patients behind a figure and no image.

The data engine alone reads the same files as text and writes them as Parquet, and nothing else: what
reading and writing cost the fastest program for it that we know.

What counts is processor time, so that a busy host does not decide: megabytes of source for a second
of one core. Seconds on the clock are told beside it.

usage: release.py [MEGABYTES]      (default 200)
"""
import os
import shutil
import subprocess
import sys
import tempfile

from measure import line, timed

PANDAS = r'''
import hashlib, os, sys
import pandas as pd
src, out, everything = sys.argv[1], sys.argv[2], sys.argv[3] == "all"
KEY = b"0123456789abcdef0123456789abcdef"
def keyed(value, domain):
    return hashlib.blake2b((domain + value).encode(), key=KEY, digest_size=8).hexdigest()
def shift(value):
    return int(keyed(value, "shift"), 16) % 728 - 364
def hash_file(path):
    with open(path, "rb") as f:
        h = hashlib.blake2b(digest_size=32)
        while part := f.read(1 << 20):
            h.update(part)
        return h.hexdigest()
def describe(t):
    for c in t:
        t[c].isna().sum(), t[c].nunique(), t[c].value_counts().head(20)
        if t[c].dtype.kind in "if":
            t[c].quantile([0.01, 0.25, 0.5, 0.75, 0.99])
DROP = {"patients": ["name", "birth_date", "zip", "phone"], "admissions": ["discharged", "died"],
        "labs": [], "notes": ["text"]}
DATES = {"patients": [], "admissions": ["admitted"], "labs": ["taken"], "notes": ["written"]}
ids, adm, seen, patients = {}, {}, set(), None
for name in ("patients", "admissions", "labs", "notes"):
    path = f"{src}/{name}.csv"
    t = pd.read_csv(path, dtype={"patient_id": str, "admission_id": str}, parse_dates=DATES[name],
                    usecols=None if everything else lambda c: c not in DROP[name])
    if everything:
        hash_file(path)
        describe(t)
        patients = set(t["patient_id"]) if patients is None else patients
        (~t["patient_id"].isin(patients)).sum()
        for c in DROP[name] + ["patient_id"]:
            seen |= set(t[c].dropna().astype(str).unique())
        t = t.drop(columns=DROP[name])
    if DATES[name]:
        days = pd.to_timedelta(t["patient_id"].map({v: shift(v) for v in t["patient_id"].unique()}), unit="D")
        for c in DATES[name]:
            t[c] = t[c] + days
    for v in t["patient_id"].unique():
        if v not in ids:
            ids[v] = "P" + keyed(v, "patient")
    t["patient_id"] = t["patient_id"].map(ids)
    if "admission_id" in t:
        for v in t["admission_id"].unique():
            if v not in adm:
                adm[v] = "K" + keyed(v, "admission")
        t["admission_id"] = t["admission_id"].map(adm)
    if "age" in t:
        t["age"] = t["age"].clip(upper=89)
    if everything:
        t = t.sort_values("patient_id", kind="stable")
        hidden = t["patient_id"].map({v: int(keyed(v, "hidden"), 16) % 100 < 30 for v in t["patient_id"].unique()})
        sample = t["patient_id"].map({v: int(keyed(v, "sample"), 16) % 100 < 5 for v in t["patient_id"].unique()})
        if "severe" in t:
            t.loc[hidden, ["admission_id", "severe"]].to_csv(f"{out}/labels.csv", index=False)
            t["severe"] = t["severe"].mask(hidden)
        describe(t)
        for c in t.columns[t.dtypes == object]:
            if any(v in seen for v in t[c].dropna().unique()):
                sys.exit("an identifier is left in " + c)
        t[sample & ~hidden].to_csv(f"{out}/sample_{name}.csv", index=False)
    t.to_csv(f"{out}/{name}.csv", index=False)
if everything:
    for f in os.listdir(out):
        hash_file(f"{out}/{f}")
'''

# Without quotes in the fields that it keeps; its hash is a plain one, because it has no better.
GAWK = r'''
BEGIN { FS = OFS = ","; for (i = 0; i < 128; i++) ord[sprintf("%c", i)] = i }
function hash(s,   h, i) { h = 5381; for (i = 1; i <= length(s); i++) h = (h * 33 + ord[substr(s, i, 1)]) % 4294967296; return h }
function pid(s) { if (!(s in P)) { P[s] = sprintf("P%010d", hash("k" s)); S[s] = hash("s" s) % 728 - 364 } return P[s] }
function adm(s) { if (!(s in K)) K[s] = sprintf("K%010d", hash("a" s)); return K[s] }
function move(s, days,   d) {
    d = substr(s, 1, 10); gsub("-", " ", d)
    if (!((d, days) in D)) D[d, days] = strftime("%Y-%m-%d", mktime(d " 12 00 00") + 86400 * days)
    return D[d, days] substr(s, 11)
}
FNR == 1 { file = FILENAME; sub(".*/", "", file); target = OUT "/" file; next }
file == "patients.csv" { print pid($1), $3 > target }
file == "admissions.csv" { print adm($1), pid($2), move($3, S[$2]), $5, ($6 > 89 ? 89 : $6), $7, $8, $9, $11 > target }
file == "labs.csv" { p = pid($1); print p, adm($2), move($3, S[$1]), $4, $5, $6, $7 > target }
file == "notes.csv" && /^[0-9]+,/ { print pid($1), adm($2), move($3, S[$1]), $4 > target }
'''


def main():
    mb = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    root = os.environ.get("WARDROOM_ROOT", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    curator = os.environ.get("WARDROOM_BIN", f"{root}/build/bin") + "/wardroom-curator"
    with open(f"{root}/tools/demo-recipes/severity.txt") as f:
        recipe = f.read() + "\ncsv below 1\n"
    with tempfile.TemporaryDirectory() as folder:
        source, state, out = f"{folder}/source", f"{folder}/state", f"{folder}/out"
        os.mkdir(out)
        subprocess.run([curator, "simulate", "--mb", str(mb), "--out", source], check=True,
                       stdout=subprocess.DEVNULL)
        with open(f"{folder}/recipe", "w") as f:
            f.write(recipe)
        size = sum(os.path.getsize(f"{source}/{f}") for f in os.listdir(source)) / 1e6
        print(f"{size:.0f} MB in four tables, processor time of one run each")
        one = timed(curator, "import", "--project", "1", "--from", source, "--state", state, "--quiet")
        line("wardroom import", size, *one)
        two = timed(curator, "release", "--event", "1", "--project", "1", "--recipe", f"{folder}/recipe",
                    "--sample", "1", "--full", "2", "--hidden", "3", "--state", state, "--quiet")
        line("wardroom release", size, *two)
        ours, clock = one[0] + two[0], one[1] + two[1]
        line("wardroom, both", size, ours, clock, max(one[2], two[2]))
        shutil.rmtree(state)
        ratios = [f"GB/s {size / 1000 / clock:.3f}"]
        for what, name in (("middle", "pandas, the middle"), ("all", "pandas, more of it")):
            cpu, clock, memory = timed("/usr/bin/python3", "-c", PANDAS, source, out, what)
            line(name, size, cpu, clock, memory, cpu / ours)
            ratios.append(f"{name} {cpu / ours:.1f}x")
        files = [f"{source}/{t}.csv" for t in ("patients", "admissions", "labs", "notes")]
        if shutil.which("gawk"):
            cpu, clock, memory = timed("gawk", "-v", f"OUT={out}", GAWK, *files, env=dict(os.environ, LC_ALL="C"))
            line("gawk, the middle", size, cpu, clock, memory, cpu / ours)
            ratios.append(f"gawk, the middle {cpu / ours:.1f}x")
        else:
            print("  gawk is not installed")
        engine = os.environ.get("WARDROOM_BUILD", f"{root}/build") + "/bench/engine_copy"
        if os.access(engine, os.X_OK):
            shutil.rmtree(out)
            os.mkdir(out)
            cpu, clock, memory = timed(engine, out, *files)
            line("the engine, reading and writing", size, cpu, clock, memory, cpu / ours)
            ratios.append(f"the engine, reading and writing {cpu / ours:.1f}x")
        else:
            print("  bench/engine_copy is not built")
    print("ratios: " + ", ".join(ratios))
    return 0


if __name__ == "__main__":
    sys.exit(main())
