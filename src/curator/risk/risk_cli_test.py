"""The commands risk and anonymise, run as a steward would, on a small invented ward.

The figures are counted a second time here, and the optimum is found by trying every combination of
levels.
"""
import collections
import csv
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

CURATOR = os.path.join(os.environ.get("WARDROOM_BIN", "build/bin"), "wardroom-curator")
QI = ["sex", "age", "ward"]
done = []


def check(name, good, note=""):
    done.append(good)
    print(f"{'ok' if good else 'not ok'} {len(done)} - {name}")
    if not good and note:
        print(f"# {note}")


def run(*command):
    r = subprocess.run([CURATOR, *command], capture_output=True, text=True, check=False)
    return r.returncode, r.stdout, r.stderr


def answer(*command):
    return json.loads(run(*command, "--json")[1])


def write_ward(folder):
    rng = random.Random(5)
    rows = [{"id": i, "sex": rng.choice("FM"), "age": min(rng.randint(18, 60), rng.randint(18, 90)),
             "ward": rng.choice(["A1", "A1", "A2", "B1", "B2"]), "dx": rng.choice("xyz"),
             "note": 'he said "no; never"\nand left' if i == 3 else ""} for i in range(400)]
    with open(f"{folder}/ward.csv", "w", newline="", encoding="utf-8-sig") as f:
        w = csv.DictWriter(f, rows[0], delimiter=";")
        w.writeheader()
        w.writerows(rows)
    ladders = {
        "sex": {s: [s, "*"] for s in "FM"},
        "age": {str(a): [str(a), f"{a // 5 * 5}+", f"{a // 10 * 10}+", f"{a // 20 * 20}+", "*"]
                for a in range(100)},
        "ward": {w: [w, w[0], "*"] for w in ("A1", "A2", "A3", "B1", "B2")},
    }
    os.mkdir(f"{folder}/levels")
    for q, ladder in ladders.items():
        name = f"hospital_hierarchy_{q}.csv" if q == "age" else f"{q}.csv"
        with open(f"{folder}/levels/{name}", "w", encoding="utf-8") as f:
            f.writelines(",".join(steps) + "\n" for steps in ladder.values())
    return [{k: str(v) for k, v in r.items()} for r in rows], ladders


def groups(rows, ladders, levels):
    found = collections.defaultdict(list)
    for r in rows:
        found[tuple(ladders[q][r[q]][g] for q, g in zip(QI, levels))].append(r)
    return found.values()


def score(rows, ladders, levels, k, l):
    lost, suppressed = [0.0] * len(QI), 0
    under = [collections.Counter(steps[g] for steps in ladders[q].values())
             for q, g in zip(QI, levels)]
    for members in groups(rows, ladders, levels):
        if len(members) < k or len({m["dx"] for m in members}) < l:
            suppressed += len(members)
            lost = [x + len(members) for x in lost]
            continue
        for i, (q, g) in enumerate(zip(QI, levels)):
            n = under[i][ladders[q][members[0][q]][g]]
            lost[i] += len(members) * (n - 1) / (len(ladders[q]) - 1)
    product = 1.0
    for x in lost:
        product *= 1 + x / len(rows)
    return product ** (1 / len(QI)) - 1, suppressed


def optimum(rows, ladders, k, l, limit):
    heights = [range(len(next(iter(ladders[q].values())))) for q in QI]
    tried = ((*score(rows, ladders, g, k, l), sum(g), g) for g in itertools.product(*heights))
    return min((round(s, 12), n, total, g) for s, n, total, g in tried if n <= limit * len(rows))


def test_risk(path, rows, ladders):
    r = answer("risk", path, "--qi", "sex,age, ward", "--sensitive", "dx")
    found = list(groups(rows, ladders, (0, 0, 0)))
    sizes = [len(g) for g in found]
    check("rows, classes and k", (r["rows"], r["classes"], r["k"]) ==
          (len(rows), len(sizes), min(sizes)), r)
    check("average, highest and uniques", (r["average"], r["highest"], r["uniques"]) ==
          (len(sizes) / len(rows), 1 / min(sizes), sizes.count(1) / len(rows)), r)
    check("l of the sensitive column", r["sensitive"] == [
        {"name": "dx", "l": min(len({m["dx"] for m in g}) for g in found)}], r)
    check("sizes add up", sum(s["rows"] for s in r["sizes"]) == len(rows), r)
    for c in r["columns"]:
        rest = collections.Counter(tuple(m[q] for q in QI if q != c["name"]) for m in rows)
        without = sum(n == 1 for n in rest.values()) / len(rows)
        check(f"uniques without {c['name']}", c["without"] == without, c)
    check("the whole as its own population changes nothing", answer(
        "risk", path, "--qi", "sex,age,ward", "--population", path)["marketer"] == r["marketer"])
    code, out, _ = run("risk", path, "--qi", "sex")
    check("told in words", code == 0 and "400 rows in 2 classes" in out, out)


def test_anonymise(folder, path, rows, ladders):
    for k, l, limit in ((2, 1, 0), (5, 1, 0.02), (5, 1, 1), (5, 2, 0.1), (20, 3, 0.05)):
        command = ["anonymise", path, "--qi", ",".join(QI), "--hierarchies", f"{folder}/levels",
                   "--k", str(k), "--suppress", str(limit), "--out", f"{folder}/out.csv"]
        r = answer(*command, *(["--sensitive", "dx", "--l", str(l)] if l > 1 else []))
        want = optimum(rows, ladders, k, l, limit)
        got = tuple(r["levels"][q] for q in QI)
        check(f"the optimum of k {k}, l {l}, {limit}", got == want[3] and r["suppressed"] == want[1]
              and abs(r["score"] - want[0]) < 1e-9, f"{r} {want}")
        with open(f"{folder}/out.csv", newline="", encoding="utf-8") as f:
            out = list(csv.DictReader(f, delimiter=";"))
        stars = [all(o[q] == "*" for q in QI) for o in out]
        same = all(o["note"] == r["note"] and o["id"] == r["id"] for o, r in zip(out, rows))
        sizes = collections.Counter(tuple(o[q] for q in QI) for o, s in zip(out, stars) if not s)
        check("what is written keeps the promise", same and len(out) == len(rows)
              and sum(stars) == want[1] and min(sizes.values()) >= k)
    with open(f"{folder}/out.csv", "rb") as f:
        first = f.read()
    run(*command, "--sensitive", "dx", "--l", "3")
    with open(f"{folder}/out.csv", "rb") as f:
        check("the same bytes again", f.read() == first)
    r = answer("anonymise", path, "--qi", "sex,age", "--auto", "--k", "3", "--suppress", "0.1")
    check("hierarchies made from the data", r["made"] == {"sex": "other", "age": "numbers"}, r)


def test_refusals(folder, path):
    cases = (
        ("no such file", 66, ["risk", f"{folder}/none.csv", "--qi", "sex"], "Cannot open"),
        ("no such column", 2, ["risk", path, "--qi", "sex,height"], 'no column "height"'),
        ("too little memory", 2, ["risk", path, "--qi", "sex", "--memory", "1"], "--memory"),
        ("no quasi-identifier", 64, ["risk", path], "--qi"),
        ("no hierarchy", 1, ["anonymise", path, "--qi", "dx", "--hierarchies", f"{folder}/levels",
                             "--k", "5"], "no hierarchy of the column dx"),
        ("no such k", 2, ["anonymise", path, "--qi", "sex", "--auto", "--k", "0"], "--k"),
        ("out of reach", 1, ["anonymise", path, "--qi", "sex", "--auto", "--k", "401"],
         "No generalisation"),
        ("l without a column", 64, ["anonymise", path, "--qi", "sex", "--auto", "--k", "2", "--l",
                                   "2"], "--sensitive"),
    )
    for name, want, command, words in cases:
        code, _, said = run(*command)
        check(f"refused: {name}", code == want and words in said, said)
    before = sorted(os.listdir(folder))
    run("anonymise", path, "--qi", "sex", "--auto", "--k", "401", "--out", f"{folder}/no.csv")
    check("nothing is left of what failed", sorted(os.listdir(folder)) == before)


def test_help():
    for words in (["risk", "--help"], ["anonymise", "-h"], ["score", "--help"]):
        code, said, wrong = run(*words)
        check(" ".join(words) + ": on standard output", code == 0 and said.startswith("wardroom-curator " + words[0]) and not wrong,
              (code, said, wrong))
    for words in (["risk", "a.csv", "b.csv", "--qi", "sex"], ["score", "--nonsense"], ["anonymise", "a.csv", "--k"]):
        code, said, wrong = run(*words)
        check("not understood: " + " ".join(words), code == 64 and "wardroom-curator " + words[0] in wrong and not said, (code, said, wrong))
    for words, says in ((["frob"], 'no command "frob"'), (["imprt"], "did you mean import?"), (["profile"], "needs a file"), ([], "say what"),
                        (["import", "x"], '"x" is one word too many'), (["inbox"], "--inbox EVENT is missing"),
                        (["import"], "--project N is missing"), (["forget", "--project", "x"], '--project takes a whole number from 1, not "x"'),
                        (["simulate", "--mb", "0", "--out", "x"], "N: megabytes"), (["job"], "for the warden")):
        code, said, wrong = run(*words)
        check("called wrongly: " + " ".join(words), code == 64 and says in wrong and not said, (code, said, wrong))
    for words in (["import", "--help"], ["simulate", "--help"], ["-h"]):
        code, said, wrong = run(*words)
        check(" ".join(words) + ": helps", code == 0 and "wardroom-curator" in said and not wrong, (code, said, wrong))
    with tempfile.TemporaryDirectory() as folder:
        code, said, wrong = run("forget", "--project", "7", "--state", folder + "/none")
        check("a state folder is not made by who forgets", code == 66 and "--state" in wrong and os.listdir(folder) == [], (code, wrong))


def main():
    with tempfile.TemporaryDirectory() as folder:
        rows, ladders = write_ward(folder)
        path = f"{folder}/ward.csv"
        test_risk(path, rows, ladders)
        test_anonymise(folder, path, rows, ladders)
        test_refusals(folder, path)
    test_help()
    print(f"1..{len(done)}")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
