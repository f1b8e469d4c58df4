"""`wardroom workspace exec`: a command inside as a member's notebook would run it. Prints TAP; starts
itself beside tools/dev/with-server.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from client import entered, wait_for  # noqa: E402
from server import Server, beside, check, finish  # noqa: E402

WALLS = ("readlink /proc/self/ns/user /proc/self/ns/pid /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/ipc "
         "/proc/self/ns/uts; grep -E '^(Uid|Gid|Groups|Seccomp|NoNewPrivs|Cap...|CapEff):' /proc/self/status; "
         "cat /proc/self/limits; umask; echo $HOME $USER")


def run(s, *words, root=True, input=""):
    command = [str(s.bin / "wardroom"), "--config", s.config, "workspace", "exec", *words]
    if not root:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    return subprocess.run(command, input=input, capture_output=True, text=True, timeout=60)


def as_notebook(room):
    """The same questions, asked in a terminal of the member's own notebook."""
    web = room.terminal()
    web.type("{ " + WALLS + "; } > ~/walls 2>&1; touch ~/walls.done\n")
    return web


def streams(s):
    r = run(s, "1", "--", "sh", "-c", "cat; echo told; echo warned >&2; exit 37", input="given\n")
    check(r.returncode == 37, "the exit code is the command's", r.returncode)
    check(r.stdout == "given\ntold\n" and r.stderr == "warned\n", "input, output and errors pass", (r.stdout, r.stderr))
    r = run(s, "1", "--", "printf", "%s|", "--json", "--config", "a b", "")
    check(r.stdout == "--json|--config|a b||", "every word behind -- is the command's", r.stdout)
    r = run(s, "1", "--", "head", "-c", "3000000", "/dev/zero")
    check(len(r.stdout) == 3000000, "three megabytes come whole", len(r.stdout))
    check(run(s, "1", "--", "sh", "-c", "kill -9 $$").returncode == 137, "a signal is told as shells do")


def walls(s, p):
    b = p.team(1)[0]
    room = wait_for(lambda: entered(b, 1), 60, 1)
    web = as_notebook(room)
    login = s.db("SELECT m.login FROM member m JOIN person n ON n.id = m.person WHERE n.name = ?", b.name)[0][0]
    check(wait_for(lambda: run(s, "1", "--as", login, "--", "test", "-e", "walls.done").returncode == 0, 30),
          "it begins at home, as --as says")
    theirs = run(s, "1", "--as", login, "--", "cat", "walls").stdout
    ours = run(s, "1", "--as", login, "--", "sh", "-c", WALLS).stdout
    check("Seccomp:\t2" in ours and ours.count("\n") > 15 and ours == theirs,
          "user, namespaces, filters, limits: as in the member's notebook", (ours, theirs))
    web.close()


def refusals(s):
    for words, code, text in (
            (("9", "--", "id"), 1, "no team 9"), (("x", "--", "id"), 2, "a team's number"), (("1", "id"), 64, "usage"),
            (("1", "a", "id"), 64, "after \"--\""), (("1", "--as", "zz", "--", "id"), 1, "Nobody in team 1"),
            (("other/1", "--", "id"), 1, "no team 1 in other"), (("1", "--"), 64, "usage")):
        r = run(s, *words)
        check(r.returncode == code and text in r.stderr, "refused: " + " ".join(words), (r.returncode, r.stderr))
    check(run(s, "carmel-2026/2", "--", "true").returncode == 0, "a team can be named with its event")
    r = run(s, "1", "--", "id", root=False)
    check(r.returncode == 1 and "root" in r.stderr, "only root may", r.stderr)


def trail(s):
    rows = s.db("SELECT actor_name, object, detail FROM audit WHERE action = 'command run in a workspace' ORDER BY n")
    check(rows and rows[0][0] == "operator root" and rows[0][1] == "team 1" and "sh -c cat; echo told" in rows[0][2],
          "each command is in the trail", rows[:1])
    n = len(rows)
    run(s, "1", "--as", "zz", "--", "id")
    check(s.db("SELECT count(*) FROM audit WHERE action = 'command run in a workspace'")[0][0] == n,
          "what was not run is not")
    run(s, "1", "--", "echo", "x\n" * 5000)
    check(len(s.db("SELECT detail FROM audit ORDER BY n DESC LIMIT 1")[0][0]) <= 300, "a long one is cut")
    check(s.verify()[0], "the trail is whole", s.verify()[1])


def main():
    beside(os.path.abspath(__file__), "--mb", "1")
    s = Server()
    p = s.play()
    p.to("teams")
    slots = s.db("SELECT count(*) FROM workspace")[0][0]
    r = run(s, "1", "--", "true")
    check(r.returncode == 1 and "not open" in r.stderr or slots == 0, "a workspace that is not open says so", r.stderr)
    p.to("setup")
    check(p.rooms_are("open", 60, "setup"), "the workspaces are open", p.rooms())
    streams(s)
    walls(s, p)
    refusals(s)
    trail(s)
    return finish()


sys.exit(main())
