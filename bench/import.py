#!/usr/bin/python3
"""Importing a hospital's CSV files and understanding them, beside pandas and gawk.

The data are four tables of a simulated hospital, read from the page cache. Ours checks every line,
finds types, missing, different and frequent values, distributions, keys and links, measures tests
against plausible ranges, protects small counts, hashes the files and writes the tables as Parquet. The
peers do the middle of it only: read, and count missing and different values of every column; pandas
finds types and quartiles as well. Neither checks, links, protects, hashes or writes.

What counts is processor time, so that a busy host does not decide: megabytes of source for a second
of one core. Seconds on the clock are told beside it.

usage: import.py [MEGABYTES]      (default 200)
"""
import os
import subprocess
import sys
import tempfile

from measure import line, timed

PANDAS = r'''
import sys
import pandas as pd
for name in ("patients", "admissions", "labs", "notes"):
    t = pd.read_csv(f"{sys.argv[1]}/{name}.csv", dtype={"patient_id": str, "admission_id": str, "zip": str})
    for c in t.columns:
        t[c].isna().sum(), t[c].nunique()
        if t[c].dtype.kind in "if":
            t[c].quantile([0, 0.25, 0.5, 0.75, 1])
        else:
            t[c].value_counts().head(20)
'''

# Trusts that no field is quoted; notes are, so their lines are counted as they come.
GAWK = r'''
BEGIN { FS = "," }
FNR == 1 { split("", seen); file = FILENAME; next }
{ for (i = 1; i <= NF; i++) if ($i == "") missing[file, i]++; else if (!((i, $i) in seen)) { seen[i, $i]; different[file, i]++ } }
END { for (k in different) n += different[k]; for (k in missing) n += missing[k]; print n }
'''


def main():
    mb = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    root = os.environ.get("WARDROOM_ROOT", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    curator = os.environ.get("WARDROOM_BIN", f"{root}/build/bin") + "/wardroom-curator"
    with tempfile.TemporaryDirectory() as folder:
        source, state = f"{folder}/source", f"{folder}/state"
        subprocess.run([curator, "simulate", "--mb", str(mb), "--out", source], check=True,
                       stdout=subprocess.DEVNULL)
        files = [f"{source}/{name}" for name in sorted(os.listdir(source))]
        size = sum(os.path.getsize(f) for f in files) / 1e6
        print(f"{size:.0f} MB in four tables, processor time of one run each")
        ours, clock, memory = timed(curator, "import", "--project", "1", "--from", source, "--state", state,
                                    "--quiet")
        line("wardroom import", size, ours, clock, memory)
        ratios = [f"GB/s {size / 1000 / clock:.3f}"]
        for name, command in (("pandas", ["/usr/bin/python3", "-c", PANDAS, source]),
                              ("gawk", ["gawk", GAWK, *files])):
            try:
                cpu, clock, memory = timed(*command)
            except FileNotFoundError:
                print(f"  {name}: not installed")
                continue
            line(name, size, cpu, clock, memory, cpu / ours)
            ratios.append(f"{name} {cpu / ours:.1f}")
    print("ratios: " + ", ".join(ratios))


if __name__ == "__main__":
    main()
