#!/usr/bin/env python3
"""An attack on signed tables by algebra: two teams ask for tables at random, and somebody who knows who stands behind
each number, and how far it was rounded, solves them all together for the patients' values.

The p-percent rule promises each patient an interval: a tenth of the value, at least, in which it may lie whatever is
known of the others' numbers. It is wide enough when one can name two worlds that give the same answers, with the
patient's values so far apart.

Prints TAP. Needs WARDROOM_BIN (folder of the programs); runs as root or anybody."""
import csv, io, math, os, random, statistics, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cases import Cases  # noqa: E402
from curator_test import TMP, folder, fresh, image, job, release, run, table  # noqa: E402

test = Cases(TMP)
RECIPE = """recipe "Solved" version 1
patient patients.pid
table patients
	pid pseudonym
	y keep
table stays by pid
	pid pseudonym
	ward keep
	year keep
	sex keep
	age keep
	score keep
	cost keep
	flag keep
	level keep
	grade keep
outcome patients.y binary positive 1
hidden 10 %
sample 50 %
csv all
"""
P = 0.1  # of the rule


def world(name, patients):
    """(state folder, the stays as the team reads them), one stay a patient."""
    rnd, state = random.Random(4), fresh(name)
    people, stays = ["pid,y"], ["pid,ward,year,sex,age,score,cost,flag,level,grade"]
    for i in range(patients):
        pid = "%07d" % (7919 * (i + 1))
        people.append("%s,%d" % (pid, rnd.randrange(2)))
        stays.append("%s,%s,%d,%s,%d,%d,%.2f,%d,%d,%d" % (pid, rnd.choice("ABC"), rnd.choice([2019, 2020]), rnd.choice("FM"),
                                               rnd.randrange(18, 88), rnd.randrange(1000), 300 * math.exp(rnd.gauss(0, 0.7)),
                                               rnd.randrange(2), rnd.randrange(3), rnd.randrange(4)))
    run(state, "import", "--project", "1", "--from", folder(
        name + "-in", patients__csv="\n".join(people) + "\n", stays__csv="\n".join(stays) + "\n"))
    release(state, RECIPE)
    for d in "spool", "views", "airlock":
        os.makedirs(os.path.join(state, d))
    # In an order that does not follow from the pseudonyms, which are others each time.
    return state, sorted(table(image(state, 12) + "/stays.csv"), key=lambda x: (x["score"], x["cost"]))


def ask(state, n, lines, file=""):
    """The table, None when it is refused. Every other question is the other team's."""
    with open("%s/spool/%d" % (state, n), "w") as f:
        f.write("".join(line + "\n" for line in lines) + "\n" + file)
    r, _ = job(state, "table", {"event": 1, "project": 1, "team": 5 + n % 2, "spool": n, "release": 12, "stage": "full"})
    assert r["ok"] and r["code"] in (0, 2, 3), r
    with open("%s/views/table-%d" % (state, n)) as f:
        head, _, rest = f.read().partition("\n")
    said, size, _ = map(int, head.split())
    return list(csv.reader(io.StringIO(rest[said:said + size]))) if r["code"] == 0 else None


def some_condition(rnd):
    """(its words, who is taken)"""
    low, high = sorted(rnd.sample(range(1000), 2))
    age, ward = rnd.randrange(18, 88), rnd.choice("ABC")
    score = lambda x: int(x["score"])  # noqa: E731
    return rnd.choice([
        ("score < %d" % high, lambda x: score(x) < high),
        ("score >= %d and score < %d" % (low, high), lambda x: low <= score(x) < high),
        ("not (score >= %d and score < %d)" % (low, high), lambda x: not low <= score(x) < high),
        ("age < %d" % age, lambda x: int(x["age"]) < age),
        ("score < %d and age >= %d" % (high, age), lambda x: score(x) < high and int(x["age"]) >= age),
        ("score < %d or age >= %d" % (low, age), lambda x: score(x) < low or int(x["age"]) >= age),
        ("ward != '%s' and score >= %d" % (ward, low), lambda x: x["ward"] != ward and score(x) >= low),
        ("ward = '%s' or score < %d" % (ward, low), lambda x: x["ward"] == ward or score(x) < low)])


def unit(least):
    """The next of 1, 2, 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(least))
    return next(power * t for t in (1, 2, 5, 10) if power * t >= least * (1 - 1e-9))


def step(parts, median=False):
    """How far a sum of these is rounded, up or down: as src/curator/table/coarse.h says."""
    values = sorted({float("%.12g" % v) for v in parts} | (set() if median else {0}))
    apart = [b - a for a, b in zip(values, values[1:])]
    return unit(max(P * max(map(abs, values)), 10 * statistics.median(apart or [0])))


def middle(costs, who, persons=10):
    """The patients around the middle of whom a median is made, of one row each."""
    order = sorted(who, key=lambda i: costs[i])
    far = [abs(2 * k - len(order) + 1) for k in range(len(order))]
    return [i for i, d in zip(order, far) if d <= sorted(far)[persons - 1]]


class Numbers:
    """What was told: equations (who, the weight of each, the number, how far the truth may be from it)."""

    def __init__(self, stays):
        self.cost, self.rows = [float(x["cost"]) for x in stays], []

    def take(self, text, value, group_of):
        """group_of: for each patient the label that the table would give, None when not taken."""
        named = {tuple(r[:-1]) for r in text[1:-1]}
        for r in text[1:]:
            if r[-1] in ("*", ""):
                continue
            who = [i for i, g in enumerate(group_of) if g and (
                r is text[-1] or g == tuple(r[:-1]) or (r[0] == "(other)" and g not in named))]
            if value == "median":
                who = middle(self.cost, who)
            weight, shown = 1 if value == "sum" else 1 / len(who), float(r[-1])
            digit = 10 ** (math.floor(math.log10(abs(shown))) + 1 - 4)
            off = step([self.cost[i] for i in who], value == "median") * weight + digit / 2
            # A mean is written with as many digits as its step has.
            off += 0 if value == "sum" else 10 ** math.floor(math.log10(off)) / 2
            truth = weight * sum(self.cost[i] for i in who)
            assert abs(truth - shown) <= off * (1 + 1e-9), ("the attacker's model is wrong", value, r, truth, off)
            self.rows.append((who, weight, shown, off))

    def exactly(self):
        """As if nothing were rounded."""
        other = Numbers([])
        other.cost = self.cost
        other.rows = [(who, w, w * sum(self.cost[i] for i in who), 1e-6 * w * len(who)) for who, w, _, _ in self.rows]
        return other

    def solve(self, rounds=400):
        """Least squares by conjugate gradients, each equation weighed by how exact it is."""
        rows = [(who, w / off, b / off) for who, w, b, off in self.rows]
        x, r = [0.0] * len(self.cost), [b for _, _, b in rows]

        def back(r):
            s = [0.0] * len(x)
            for (who, w, _), v in zip(rows, r):
                for i in who:
                    s[i] += w * v
            return s
        p = back(r)
        g = sum(v * v for v in p)
        for _ in range(rounds):
            q = [w * sum(p[i] for i in who) for who, w, _ in rows]
            d = sum(v * v for v in q)
            if d < 1e-18 or g < 1e-18:
                break
            x = [u + g / d * v for u, v in zip(x, p)]
            r = [u - g / d * v for u, v in zip(r, q)]
            s = back(r)
            g, old = sum(v * v for v in s), g
            p = [u + g / old * v for u, v in zip(s, p)]
        return x

    def recovered(self, within):
        """Patients whose value least squares tells to that part of it."""
        return sum(abs(a - b) <= within * b for a, b in zip(self.solve(), self.cost))

    def possible(self, i, value, rounds=300):
        """Is there a world, with no value below 0, of the same answers in which patient i's is this? Starting from the
        true one, the others are moved into each answer's interval in turn."""
        x = self.cost[:]
        x[i] = value
        for _ in range(rounds):
            worst = 0
            for who, w, b, off in self.rows:
                v = w * sum(x[k] for k in who)
                over = v - b - off if v > b + off else v - b + off if v < b - off else 0
                if over:
                    worst = max(worst, abs(over) / off)
                    free = [k for k in who if k != i]
                    for k in free:
                        x[k] = max(0, x[k] - 1.05 * over / w / len(free))
            if worst < 1e-3:
                return True
        return False

    def narrow(self):
        """Patients for whom no two such worlds were found that are as far apart as promised."""
        wide = lambda i, part: (self.possible(i, self.cost[i] * (1 + P * part)) and  # noqa: E731
                                self.possible(i, self.cost[i] * (1 - P * (1 - part))))
        return [i for i in range(len(self.cost)) if not any(wide(i, part) for part in (1, 0, 0.5, 0.75, 0.25))]


@test
def hundreds_of_tables_tell_no_patients_value():
    state, stays = world("solve-state", 120)
    rnd, numbers, refused = random.Random(11), Numbers(stays), 0
    for n in range(1, 321):
        words, taken = some_condition(rnd)
        value = rnd.choice(["sum", "mean", "median", "sum"])
        keys = rnd.choice([["ward"], ["year"], ["sex"], ["ward", "sex"], ["year", "sex"]])
        text = ask(state, n, ["table stays", "rows " + ",".join(keys), "value %s cost" % value, "where " + words])
        refused += text is None
        if text:
            numbers.take(text, value,
                         [tuple(x[k] for k in keys) if taken(x) else None for x in stays])
    narrow, told = numbers.narrow(), numbers.recovered(0.01)
    exact = numbers.exactly().recovered(0.01)
    print("# %d numbers of %d patients, %d of 320 tables refused; least squares tells %d values to a hundredth (of exact "
          "numbers %d); %d have less than promised" % (len(numbers.rows), len(stays), refused, told, exact, len(narrow)))
    assert exact > 0.8 * len(stays), "the attack would find too little even in exact numbers"
    assert not narrow and told <= len(stays) // 8, (narrow, told)


@test
def nor_do_groups_that_were_made_to_be_solved():
    """A file of a team's own has whatever groups it likes: here halves at random, as many as there are patients."""
    state, stays = world("groups-state", 60)
    rnd, numbers = random.Random(12), Numbers(stays)
    for n in range(1, 61):
        group, value = [rnd.choice(["a", "b"]) for _ in stays], rnd.choice(["sum", "mean"])
        text = ask(state, n, ["file own.csv", "rows g", "value %s cost" % value], "pid,g,cost\n" + "".join(
            "%s,%s,%s\n" % (x["pid"], g, x["cost"]) for x, g in zip(stays, group)))
        assert text, n
        numbers.take(text, value, [(g,) for g in group])
    narrow, told = numbers.narrow(), numbers.recovered(0.01)
    exact = numbers.exactly().recovered(0.01)
    print("# %d numbers of %d patients; least squares tells %d values to a hundredth (of exact numbers %d); %d have less "
          "than promised" % (len(numbers.rows), len(stays), told, exact, len(narrow)))
    assert exact > 0.8 * len(stays) and not narrow and told <= len(stays) // 5, (narrow, told)


if __name__ == "__main__":
    sys.exit(test.main())
