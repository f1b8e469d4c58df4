#!/usr/bin/python3
"""From a member's click to a program that can be used, through the real warden and the real gate, in
real workspaces: notebook, terminal and desktop, cold and kept warm.

A click is what follows the press of a button on the workspace's page: the order to the warden, the
one-time ticket, the gate's page that waits until the program answers a question, and then the
notebook's first page whole, the shell's prompt, or the desktop's first picture. Cold, nothing of the
member's runs; warm, it was started before, as the portal does for who looks at that page. "A kernel"
goes on from the notebook's page until Python has said what 1 + 1 is.

Wall time, because waiting is what a person does; CPU beside it, of everything the click started, so
that a busy machine can be told from a slow program.

usage: click.py [MEMBERS]      (default 12). Needs root.
"""
import os
import pathlib
import statistics
import struct
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/enclave"))
from through import (  # noqa: E402  pylint: disable=wrong-import-position
    FULL, OK, WS_CLOSE, WS_DESKTOP, WS_NOTEBOOK, WS_TERMINAL, House, Kernel, Socket)

TEAM = 4  # members of a workspace, each of whom clicks once
GOALS = {("notebook", "cold"): 4000, ("notebook", "warm"): 1000, ("terminal", "warm"): 300}


def team_cpu(ws):
    """Milliseconds that the workspace's processes have used."""
    return HOUSE.portal.usage(ws)["cpu_us"] / 1000


def order(kind, ws, person):
    # As the portal does it: it does not wait for the warden, the gate does.
    HOUSE.portal.tell(kind, struct.pack("QQ", ws, person))


def notebook(ws, slot, person):
    order(WS_NOTEBOOK, ws, person)
    room = HOUSE.enter(ws, slot, person)
    code, _, body = room.send("GET", "/tree")
    assert code == 200 and b"notebook_list" in body, code
    return room


def kernel(room):
    k = Kernel(room, "python3")
    assert "2" in k.text(k.run("1 + 1"))
    k.close()


def terminal(ws, slot, person):
    order(WS_TERMINAL, ws, person)
    s = Socket(HOUSE.enter(ws, slot, person, "terminal"), "/terminal/socket")
    s.put(2, bytes([2, 0, 1, 1]))
    seen = b""
    while b"$ " not in seen:
        seen += s.message()
    s.put(2, bytes([0, 0, 5]) + b"exit\n")
    s.sock.close()


def desktop(ws, slot, person):
    order(WS_DESKTOP, ws, person)
    s = Socket(HOUSE.enter(ws, slot, person, "desktop"), "/desktop/socket")
    said = s.message()
    assert said == b"RFB 003.008\n", said
    for answer in (said, b"\1", b"\1"):
        s.put(2, answer)
        said = s.message()
    while len(said) < 24:
        said += s.message()
    s.put(2, bytes([0, 0, 0, 0, 32, 24, 0, 1]) + struct.pack("!HHH", 255, 255, 255) + bytes([16, 8, 0, 0, 0, 0]))
    s.put(2, struct.pack("!BBHHHH", 3, 0, 0, 0, 1280, 800))
    got = 0
    while got < 100000:
        got += len(s.message())
    s.sock.close()


def settle(ws):
    """Until the workspace has been quiet for a moment: one click is measured at a time."""
    last = team_cpu(ws)
    for _ in range(100):
        time.sleep(0.1)
        now = team_cpu(ws)
        if now - last < 2:
            return
        last = now


def measure(name, how, step, ws, *who):
    cpu, start = team_cpu(ws), time.perf_counter()
    result = step(*who)
    wall = 1000 * (time.perf_counter() - start)
    settle(ws)
    ROWS.setdefault((name, how), []).append((wall, team_cpu(ws) - cpu))
    return result


def team(ws, members):
    answer = HOUSE.portal.ws_open(ws, stage=FULL, release=1, members=members)
    assert answer[0] == OK, answer
    for person, slot, _ in members:
        who = (ws, slot, person)
        for how in ("cold", "warm"):
            measure("terminal", how, terminal, ws, *who)
        room = measure("notebook", "cold", notebook, ws, *who)
        room = measure("notebook", "warm", notebook, ws, *who)
        measure("a kernel", "cold", kernel, ws, room)
        for how in ("cold", "warm"):
            measure("desktop", how, desktop, ws, *who)
    HOUSE.portal.id(WS_CLOSE, ws)


def p95(values):
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def report():
    print(f"{'from the click to':28} {'n':>3} {'median ms':>10} {'p95 ms':>8} {'CPU ms':>8}")
    kept = []
    for (name, how), rows in ROWS.items():
        wall = [w for w, _ in rows]
        print(f"{name + ', ' + how:28} {len(rows):3} {statistics.median(wall):10.0f} {p95(wall):8.0f} "
              f"{statistics.mean(c for _, c in rows):8.0f}")
        goal = GOALS.get((name, how))
        if goal:
            kept.append(f"{name} {how} p95 {p95(wall):.0f} of {goal} ms")
    print("click: " + "; ".join(kept))


ROWS = {}
with House(os.environ.get("WARDROOM_BIN", f"{ROOT}/build/bin"), memory_mb=4096, cpus=2, disk_mb=256) as HOUSE:
    HOUSE.start()
    HOUSE.release(1, {"patients.csv": "id\n1\n"})
    todo = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    for ws_number in range(1, (todo + TEAM - 1) // TEAM + 1):
        team(ws_number, [(100 * ws_number + i, i, f"member{i}") for i in range(TEAM)])
    report()
