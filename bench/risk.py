#!/usr/bin/python3
"""Risk and generalisation of a table, beside pandas in the same run.

Risk: ten million visits, four quasi-identifiers; both sides read the same CSV file from the page
cache, group it, and give classes, k and the share of unique rows. Ours also tells what each column
contributes, which is eight groupings more. pandas is measured inside a running interpreter, imports
not counted.

Generalisation: an optimal search over a table of 30,000 rows. pandas' side is the plain way, one
grouping for each combination of levels: three middle ones are measured, and their mean is taken
times the number of combinations. Ours reads the file too, and proves the optimum.

usage: risk.py [ROWS]      (default 10000000; the best of three)
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

from measure import best

RUNS = 3
QI = ["sex", "age", "zip", "admitted"]
SMALL = 30_000


def write_file(path, rows):
    """Visits: ages and places unevenly spread, days of one year."""
    rng = np.random.default_rng(1)
    days = pd.date_range("2021-01-01", "2021-12-31").strftime("%Y-%m-%d").to_numpy()
    pd.DataFrame({
        "id": np.arange(rows),
        "sex": np.array(["F", "M"])[rng.integers(0, 2, rows)],
        "age": rng.integers(0, 50, rows) + rng.integers(0, 50, rows),
        "zip": 1000 + rng.integers(0, 30, rows) * rng.integers(0, 30, rows),
        "admitted": days[rng.integers(0, len(days), rows)],
        "dx": rng.integers(0, 40, rows),
    }).to_csv(path, index=False)


def run(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def risk(curator, path):
    r = run(curator, "risk", path, "--qi", ",".join(QI), "--memory", "2048", "--json")
    return r["classes"], r["k"], round(r["uniques"], 12)


def risk_pandas(path):
    table = pd.read_csv(path, usecols=QI, dtype={"sex": "category", "age": "int16", "zip": "int16",
                                                 "admitted": "category"})
    sizes = table.groupby(QI, observed=True, sort=False).size()
    return len(sizes), int(sizes.min()), round(float((sizes == 1).sum() / len(table)), 12)


def anonymise(curator, path):
    r = run(curator, "anonymise", path, "--qi", ",".join(QI), "--auto", "--k", "5", "--suppress",
            "0.02", "--json")
    return r["lattice"], r["suppressed"]


def levels_pandas(path):
    """Seconds of one grouping at middle levels, which is what a plain search pays for each."""
    table = pd.read_csv(path, usecols=QI, dtype=str)
    age = table["age"].astype(int)
    start = time.perf_counter()
    for width in (5, 10, 20):
        general = pd.DataFrame({"sex": table["sex"], "age": age // width, "zip": table["zip"].str[:2],
                                "admitted": table["admitted"].str[:7]})
        general.groupby(QI, sort=False).size()
    return (time.perf_counter() - start) / 3


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    root = os.environ.get("WARDROOM_ROOT", os.path.dirname(os.path.dirname(__file__)) or ".")
    programs = os.environ.get("WARDROOM_BIN", f"{root}/build/bin")
    curator = f"{programs}/wardroom-curator"
    with tempfile.TemporaryDirectory() as folder:
        path, small = f"{folder}/visits.csv", f"{folder}/small.csv"
        write_file(path, rows)
        write_file(small, SMALL)
        print(f"risk of {rows:,} rows, {len(QI)} quasi-identifiers, best of {RUNS}")
        ratios = []
        seconds, ours = best(RUNS, risk, curator, path)
        print(f"  {'wardroom':38} {seconds:8.2f} s   {ours[0]:,} classes")
        peer, theirs = best(RUNS, risk_pandas, path)
        ratios.append(f"risk/pandas {peer / seconds:.1f}")
        print(f"  {'pandas groupby':38} {peer:8.2f} s   ratio {peer / seconds:5.1f}")
        seconds, (lattice, suppressed) = best(RUNS, anonymise, curator, small)
        print(f"optimal generalisation of {SMALL:,} rows, {lattice} combinations of levels")
        print(f"  {'wardroom, the optimum proven':38} {seconds:8.3f} s   {suppressed} suppressed")
        each = levels_pandas(small)
        ratios.append(f"generalisation/pandas {each * lattice / seconds:.0f}")
        print(f"  {'pandas groupby, every combination':38} {each * lattice:8.3f} s   ratio "
              f"{each * lattice / seconds:5.1f}")
    print("ratios: " + ", ".join(ratios))
    if ours != theirs:
        print(f"  the two do not agree: {ours} and {theirs}")
    return 0 if ours == theirs else 1


if __name__ == "__main__":
    sys.exit(main())
