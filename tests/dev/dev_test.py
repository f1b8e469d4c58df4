"""What ./dev says to somebody who waits, or whose machine lacks something. Prints TAP."""

import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(os.environ["WARDROOM_ROOT"])
DEV = ROOT / "tools" / "dev"
points = []


def point(name, ok, why=""):
    points.append(ok)
    print(f"{'ok' if ok else 'not ok'} {len(points)} - {name}")
    if not ok:
        print(f"# {why!r}")


def shell(root, script, **env):
    """CompletedProcess of a script that has the words of ./dev; its log folder is in root."""
    head = f'set -euo pipefail; ROOT={root}; DEV={DEV}; . "$DEV/lib.sh"; . "$DEV/server.sh"\n'
    return subprocess.run(["bash", "-c", head + script], text=True, timeout=60, capture_output=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, **env})


def waiting(root):
    r = shell(root, "quiet long 'A long step' bash -c 'echo \"[3/10] a part\"; sleep 2.5'", WARDROOM_TICK="1")
    point("a long step shows its last line now and then",
          r.returncode == 0 and re.search(r"^    \d+ s: \[3/10\] a part$", r.stderr, re.M), r.stderr)
    r = shell(root, "quiet dumb 'A silent step' sleep 1.5", WARDROOM_TICK="1")
    point("a silent one shows the time", re.search(r"^    \d+ s$", r.stderr, re.M), r.stderr)
    r = shell(root, "quiet short 'A short step' true")
    point("a short one shows nothing but its name", r.stderr == "==> A short step\n", r.stderr)
    r = shell(root, "quiet two 'Bytes' bash -c 'printf \"\\033[31mred\\r\\001\\n\\n\"; sleep 1.5'", WARDROOM_TICK="1")
    point("control characters of a log do not reach the terminal",
          "s: [31mred\n" in r.stderr and "\x1b" not in r.stderr, r.stderr)


def failing(root):
    r = shell(root, "quiet net 'Reading' bash -c 'echo \"E: Could not resolve mirror.example.org\"; exit 100'")
    point("without a network the step fails and says so",
          r.returncode == 1 and "Could not resolve" in r.stderr and "network is missing" in r.stderr, r.stderr)
    r = shell(root, "quiet other 'Making' bash -c 'echo \"error: no rule\"; exit 2'")
    point("another failure does not blame the network",
          r.returncode == 1 and "no rule" in r.stderr and "network" not in r.stderr
          and "build/log/other.log" in r.stderr, r.stderr)


def fetching(root):
    """tools/get-duckdb beside an npm that fails, and one that brings something else."""
    fake = root / "fake"
    fake.mkdir()
    npm = fake / "npm"
    path = f"{fake}:{os.environ['PATH']}"
    for script, name, words in (
            ("echo 'npm ERR! ENOTFOUND registry' >&2; exit 1", "the engine cannot be fetched: npm's own words, and ours",
             ("ENOTFOUND registry", "could not be fetched")),
            ("echo other >x.tgz; echo x.tgz", "a file that was not reviewed is refused",
             ("not the file that was reviewed",))):
        npm.write_text(f"#!/bin/sh\n{script}\n")
        npm.chmod(0o755)
        r = subprocess.run([ROOT / "tools" / "get-duckdb", root / "duckdb"], text=True, timeout=60,
                           capture_output=True, env={**os.environ, "PATH": path})
        point(name, r.returncode == 1 and all(w in r.stderr for w in words) and not (root / "duckdb").exists(),
              r.stderr)


def memory(root):
    for mb, share, warned in ((4096, "1024", True), (24000, "2872", False), (262144, "16384", False)):
        (root / "meminfo").write_text(f"MemTotal:       {mb * 1024} kB\nMemFree:  1 kB\n")
        r = shell(root, f"server_memory {root}/meminfo")
        point(f"a machine of {mb} MB gives each workspace {share}",
              r.stdout == share + "\n" and ("not all eight at once" in r.stderr) == warned, r.stdout + r.stderr)


def demonstration(root):
    """Whether a demonstration that is there is kept: not one that was broken off, or is of another version."""
    schema, state = root / "src/portal/store/schema", root / "state"
    schema.mkdir(parents=True)
    (schema / "001.sql").write_text("CREATE TABLE a(b);")
    script = f"""
        . "$DEV/demo.sh"
        server_remove() {{ rm -r "$SERVER_STATE"; }}
        server_sweep() {{ :; }}
        server_install() {{ mkdir -p "$SERVER_STATE"; }}
        server_data() {{ :; }}
        SERVER_STATE={state}
        demo_prepare 0 1
        [ ! -e "$SERVER_STATE/event" ] || echo kept
        echo an event >"$SERVER_STATE/event"
        """
    played = 'demo_schema >"$SERVER_STATE/played"'
    said = [shell(root, script + then) for then in ("", played, played)]
    (schema / "002.sql").write_text("CREATE TABLE c(d);")
    said.append(shell(root, script))
    kept, words = ["kept" in r.stdout for r in said], [r.stderr for r in said]
    point("a demonstration that was broken off begins again", not kept[1] and "did not get through" in words[1], words)
    point("one that was played is kept", kept[2] and not words[2], words)
    point("but not one of another version", not kept[3] and "another version" in words[3], words)


def owners(root):
    if os.getuid() != 0:
        point("what root built belongs to the tree's owner # SKIP needs root", True)
        return
    tree, other = root / "tree", root / "other"
    (tree / "build" / "log").mkdir(parents=True)
    other.write_text("root's own")
    (tree / "build" / "link").symlink_to(other)
    os.chown(tree, 65534, 65534)
    r = shell(tree, 'give_back "$ROOT/build" "$ROOT/absent"')
    owned = [(tree / "build" / name).lstat().st_uid for name in (".", "log", "link")]
    point("what root built belongs to the tree's owner", r.returncode == 0 and owned == [65534] * 3, (owned, r.stderr))
    point("and nothing that it points to", other.stat().st_uid == 0)


with tempfile.TemporaryDirectory(prefix="wardroom-dev-") as folder:
    for part in (waiting, failing, fetching, memory, demonstration, owners):
        part(pathlib.Path(folder))
print(f"1..{len(points)}")
raise SystemExit(not all(points))
