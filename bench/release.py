#!/usr/bin/python3
"""From a hospital's CSV files to signed images, beside pandas and gawk on the same tables.

The data are four tables of a simulated hospital, read from the page cache. Ours is what a steward
waits for: import, then the release with its sample, its hidden labels, the leak scan, the dictionary
and the hashed images (tables as Parquet; CSV only of tables below 1 MB).

Peers do the middle of it: read, drop the same columns, replace patients and admissions by keyed hashes
(each made once), move dates by a number of days for each patient, cap ages, write CSV. pandas does it a
second time with what else a steward waits for, as far as a few lines of it go: hash the source, describe
every column before and after, count the patients behind each value, test which columns link the tables,
sort by patient, take a sample and the hidden labels, look for every identifier in every column of words,
hash what was written. It has no disclosure risk, no search of plain bytes and no image. gawk does its
second time less: it counts the values of every column before and after, but no quantiles and no patients.

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
def patients_behind(t):
    for c in t.columns.drop("patient_id"):
        if t[c].nunique() <= 30:
            t.groupby(c)["patient_id"].nunique()
        else:
            t.loc[t[c].notna(), "patient_id"].nunique()
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
        patients_behind(t)
        for c in t.columns[t.dtypes == object]:
            if any(v in seen for v in t[c].dropna().unique()):
                sys.exit("an identifier is left in " + c)
        t[sample & ~hidden].to_csv(f"{out}/sample_{name}.csv", index=False)
    t.to_csv(f"{out}/{name}.csv", index=False)
if everything:
    for f in os.listdir(out):
        hash_file(f"{out}/{f}")
'''

# Without quotes in the fields that it keeps; its hash is a plain one, because it has no better. With
# MORE it counts every value of every column, sorts by patient (by sort), takes a sample and the hidden
# labels, looks for every identifier in what it wrote, and hashes what it read and wrote (by b2sum).
GAWK = r"""
BEGIN {
    FS = OFS = ","
    for (i = 0; i < 128; i++) ord[sprintf("%c", i)] = i
    if (MORE) system("b2sum " SRC "/*.csv >" OUT "/read")
}
function hash(s,   h, i) { h = 5381; for (i = 1; i <= length(s); i++) h = (h * 33 + ord[substr(s, i, 1)]) % 4294967296; return h }
function pid(s) { if (!(s in P)) { P[s] = sprintf("P%010d", hash("k" s)); S[s] = hash("s" s) % 728 - 364 } return P[s] }
function adm(s) { if (!(s in K)) K[s] = sprintf("K%010d", hash("a" s)); return K[s] }
function move(s, days,   d) {
    d = substr(s, 1, 10); gsub("-", " ", d)
    if (!((d, days) in D)) D[d, days] = strftime("%Y-%m-%d", mktime(d " 12 00 00") + 86400 * days)
    return D[d, days] substr(s, 11)
}
function write(p, rest) {
    if (!MORE) { print p, rest > target; return }
    print p, rest | sorted
    if (!(p in part)) part[p] = hash("h" p) % 100
    if (part[p] >= 95) print p, rest > (OUT "/sample_" file)
}
FNR == 1 {
    file = FILENAME; sub(".*/", "", file); target = OUT "/" file
    sorted = "LC_ALL=C sort -s -t, -k1,1 >" target
    next
}
MORE {
    for (i = 1; i <= NF; i++) {
        if (!((file, i, $i) in N)) distinct[file, i]++
        N[file, i, $i]++
        if ($i == "") missing[file, i]++
    }
}
file == "patients.csv" { if (MORE) { ID[$1]; ID[$2]; ID[$4]; ID[$6] } write(pid($1), $3) }
file == "admissions.csv" {
    p = pid($2); a = adm($1)
    if (MORE) { ID[$1]; if (hash("h" p) % 100 < 30) { print a, $11 > (OUT "/labels.csv"); $11 = "" } }
    write(p, a OFS move($3, S[$2]) OFS $5 OFS ($6 > 89 ? 89 : $6) OFS $7 OFS $8 OFS $9 OFS $11)
}
file == "labs.csv" { write(pid($1), adm($2) OFS move($3, S[$1]) OFS $4 OFS $5 OFS $6 OFS $7) }
file == "notes.csv" && /^[0-9]+,/ { write(pid($1), adm($2) OFS move($3, S[$1]) OFS $4) }
END {
    if (!MORE) exit
    n = split("patients admissions labs notes", names, " ")
    for (t = 1; t <= n; t++) {
        target = OUT "/" names[t] ".csv"
        close("LC_ALL=C sort -s -t, -k1,1 >" target)
        while ((getline < target) > 0)
            for (i = 1; i <= NF; i++) {
                if ($i in ID && $i != "") { print "an identifier is left in " target > "/dev/stderr"; exit 1 }
                R[names[t], i, $i]++
            }
    }
    system("b2sum " OUT "/*.csv >" OUT "/wrote")
}
"""


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
            for more, name in (("", "gawk, the middle"), ("1", "gawk, more of it")):
                shutil.rmtree(out)
                os.mkdir(out)
                cpu, clock, memory = timed("gawk", "-v", f"OUT={out}", "-v", f"SRC={source}", "-v",
                                           f"MORE={more}", GAWK, *files, env=dict(os.environ, LC_ALL="C"))
                line(name, size, cpu, clock, memory, cpu / ours)
                ratios.append(f"{name} {cpu / ours:.1f}x")
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
