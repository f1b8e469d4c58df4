"""The tools of a workspace as a member has them in a browser: through the real gate, in a real
container. Each kernel computes, reads the data and draws without a screen. Prints TAP. Needs root.
"""

import os
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from through import *  # noqa: E402,F403

BIN = os.environ.get("WARDROOM_BIN", "")
ADA, BOB = (7, 0, "ada"), (8, 1, "bob")
RELEASE = {"patients.csv": "id,age\n" + "".join(f"{n},{30 + n % 50}\n" for n in range(500)), "manifest.json": "{}"}
TESTS, TIMES = [], {}


def test(fn):
    TESTS.append(fn)
    return fn


def ok(answer):
    assert answer[0] == OK, answer
    return answer[1]


# ---- kernels ----

KERNELS = {
    # name: (one and one, its answer), (rows of the data, what it says), a drawing
    "python3": ("1 + 1", "2", "print(len(open('/data/patients.csv').readlines()))",
                "import matplotlib.pyplot as p; p.plot([1, 4, 9]); p.show()"),
    "ir": ("1 + 1", "2", "cat(nrow(read.csv('/data/patients.csv')) + 1)", "plot(c(1, 4, 9))"),
    "octave": ("1 + 1", "ans = 2", "disp(rows(csvread('/data/patients.csv')))", "plot([1 4 9])"),
}


def kernel_works(h, name):
    one, two, rows, drawing = KERNELS[name]
    start = time.monotonic()
    k = Kernel(h.room, name)
    said = k.text(k.run(one)).strip()
    TIMES[f"{name}, to its first answer"] = time.monotonic() - start
    assert two in said.replace("[1] ", ""), said
    said = k.text(k.run(rows)).strip()
    assert said == "501", said
    said = k.run(drawing)
    assert k.pictures(said), said
    k.close()


@test
def kernels_are_listed(h):
    code, _, body = h.room.send("GET", "/api/kernelspecs")
    assert code == 200, code
    for name in KERNELS:
        assert b'"%s"' % name.encode() in body, (name, body)


@test
def python_computes_reads_and_draws(h):
    kernel_works(h, "python3")


@test
def r_computes_reads_and_draws(h):
    kernel_works(h, "ir")


@test
def octave_computes_reads_and_draws(h):
    kernel_works(h, "octave")


def prepare(h):
    h.start()
    h.release(5, RELEASE)
    ok(h.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA, BOB]))
    start = time.monotonic()
    ok(h.portal.person(WS_NOTEBOOK, 1, 7))
    h.room = h.enter(1, 0, 7)
    assert h.room.send("GET", "/tree")[0] == 200
    TIMES["notebook, cold"] = time.monotonic() - start


def main():
    if os.geteuid() != 0 or not BIN:
        print("1..0 # SKIP needs root and WARDROOM_BIN")
        return 0
    bad = 0
    only = sys.argv[1:]
    with House(BIN, memory_mb=2048, cpus=2, disk_mb=256) as h:
        prepare(h)
        todo = [fn for fn in TESTS if not only or fn.__name__ in only]
        print(f"1..{len(todo)}", flush=True)
        for i, fn in enumerate(todo, 1):
            name = fn.__name__.replace("_", " ")
            try:
                fn(h)
                print(f"ok {i} - {name}", flush=True)
            except Exception:
                bad += 1
                print(f"not ok {i} - {name}", flush=True)
                print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
        if bad:
            print("# " + h.read_log().replace("\n", "\n# "))
    print("# " + ", ".join(f"{k} {v * 1000:.0f} ms" for k, v in TIMES.items()))
    return 1 if bad else 0


sys.exit(main())
