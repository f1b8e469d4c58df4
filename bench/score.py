#!/usr/bin/python3
"""Rows per second of scoring a file of predictions, beside scikit-learn in the same run.

Both sides read the two CSV files from the page cache and give the AUROC. Ours is a process started
anew each time, which also checks every id and number and gives the interval. scikit-learn's side is
measured inside a running interpreter, imports not counted, in two ways: with the match of ids that
any scorer of submitted files needs, and without it, trusting that both files have the same order.

usage: score.py [ROWS]      (default 1000000; the best of three)
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from measure import best

RUNS = 3


def write_files(folder, rows):
    """A truth and predictions for it, in the same order and shuffled."""
    rng = np.random.default_rng(1)
    ids = np.array([f"P{i:07d}" for i in range(rows)])
    label = rng.integers(0, 2, rows)
    frame = pd.DataFrame({"id": ids, "label": label})
    frame.to_csv(f"{folder}/truth.csv", index=False)
    frame = pd.DataFrame({"id": ids, "prediction": 0.7 * rng.random(rows) + 0.3 * label})
    frame.to_csv(f"{folder}/ordered.csv", index=False)
    frame.sample(frac=1, random_state=1).to_csv(f"{folder}/shuffled.csv", index=False)


def ours(curator, folder, name):
    command = [curator, "score", "--json", "--task", "binary", "--truth", f"{folder}/truth.csv",
               "--predictions", f"{folder}/{name}.csv"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(answer)["value"]


def sklearn_matched(folder, name):
    truth = pd.read_csv(f"{folder}/truth.csv")
    predictions = pd.read_csv(f"{folder}/{name}.csv")
    both = truth.merge(predictions, on="id", validate="one_to_one")
    return roc_auc_score(both["label"], both["prediction"])


def sklearn_trusting(folder, name):
    truth = pd.read_csv(f"{folder}/truth.csv")
    predictions = pd.read_csv(f"{folder}/{name}.csv")
    return roc_auc_score(truth["label"], predictions["prediction"])


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    root = os.environ.get("WARDROOM_ROOT", os.path.dirname(os.path.dirname(__file__)) or ".")
    programs = os.environ.get("WARDROOM_BIN", f"{root}/build/bin")
    curator = f"{programs}/wardroom-curator"
    wrong, ahead = False, []
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder, rows)
        print(f"scoring {rows:,} predictions (AUROC), best of {RUNS}")
        for name in ("ordered", "shuffled"):
            seconds, value = best(RUNS, ours, curator, folder, name)
            peers = [("scikit-learn, ids matched", sklearn_matched)]
            if name == "ordered":
                peers.append(("scikit-learn, order trusted", sklearn_trusting))
            print(f"  {name + ': wardroom':38} {rows / seconds:12,.0f} rows/s")
            for peer, function in peers:
                peer_seconds, peer_value = best(RUNS, function, folder, name)
                wrong |= abs(peer_value - value) > 1e-9
                ahead.append(f"{peer_seconds / seconds:.1f}x ahead of {peer} ({name})")
                print(f"  {name + ': ' + peer:38} {rows / peer_seconds:12,.0f} rows/s"
                      f"   ratio {peer_seconds / seconds:5.1f}")
    print(f"score: {', '.join(ahead)}")
    if wrong:
        print("  the two do not agree on the value")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
