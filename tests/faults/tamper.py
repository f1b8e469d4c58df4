"""`wardroom audit verify` on copies of a stopped server's database, each with one thing changed, as
somebody could who holds the file.
"""
import json
import os
import shutil
import sqlite3

from server import check


def copy(s, name):
    """A state folder of its own with the database and the witness; (folder, configuration)."""
    d = s.state / ("copy-" + name)
    d.mkdir(mode=0o711)
    shutil.copytree(s.state / "portal", d / "portal", ignore=shutil.ignore_patterns("files"))
    shutil.copy(s.state / "witness", d / "witness")
    for f in [d / "portal", *(d / "portal").iterdir()]:
        shutil.chown(f, "wardroom", "wardroom")
    config = d / "wardroom.conf"
    config.write_text("".join("%s %s\n" % (k, d if k == "state" else v) for k, v in s.settings.items()))
    os.chmod(config, 0o644)
    return d, str(config)


def sql(d, *statements):
    """Past the triggers, which it puts back."""
    c = sqlite3.connect(d / "portal/wardroom.db")
    rules = c.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'").fetchall()
    for name, _ in rules:
        c.execute("DROP TRIGGER " + name)
    for x in statements:
        c.execute(x)
    for _, text in rules:
        c.execute(text)
    c.commit()
    c.close()


def a_byte_of_the_file(d):
    path = d / "portal/wardroom.db"
    data = bytearray(path.read_bytes())
    data[data.index(b"agreement signed") + 3] ^= 1
    path.write_bytes(data)


def a_byte_of_the_witness(d):
    path = d / "witness"
    lines = path.read_text().splitlines()
    n, digest, at = lines[-1].split()
    lines[-1] = " ".join((n, ("1" if digest[0] == "0" else "0") + digest[1:], at))
    path.write_text("\n".join(lines) + "\n")


CHANGES = [
    ("nothing changed", lambda d: None, True),
    ("one byte of an entry's text, in the file", a_byte_of_the_file, False),
    ("one letter of an entry's detail", lambda d: sql(
        d, "UPDATE audit SET detail = 'x' || substr(detail, 2) WHERE n = (SELECT min(n) FROM audit WHERE detail > 'y' "
        "OR detail < 'x' AND detail <> '')"), False),
    ("one byte of a hash", lambda d: sql(
        d, "UPDATE audit SET hash = CAST(CASE substr(hash, 1, 1) WHEN x'00' THEN x'01' ELSE x'00' END || substr(hash, 2) "
        "AS BLOB) WHERE n = 7"), False),
    ("who did it", lambda d: sql(d, "UPDATE audit SET actor = actor + 1 WHERE n = 9"), False),
    ("a second of its time", lambda d: sql(d, "UPDATE audit SET at = at + 1 WHERE n = 11"), False),
    ("two entries that changed places", lambda d: sql(
        d, "UPDATE audit SET n = -5 WHERE n = 5", "UPDATE audit SET n = 5 WHERE n = 6",
        "UPDATE audit SET n = 6 WHERE n = -5"), False),
    ("an entry taken out", lambda d: sql(d, "DELETE FROM audit WHERE n = 8"), False),
    ("an entry taken out, and the gap closed", lambda d: sql(
        d, "DELETE FROM audit WHERE n = 8", "UPDATE audit SET n = -n WHERE n > 8", "UPDATE audit SET n = -n - 1 WHERE n < 0"),
     False),
    ("the newest entry taken off", lambda d: sql(d, "DELETE FROM audit WHERE n = (SELECT max(n) FROM audit)"), False),
    ("the newest entry and the witness taken off", lambda d: (
        sql(d, "DELETE FROM audit WHERE n = (SELECT max(n) FROM audit)"), (d / "witness").unlink()), True),
    ("a byte of the witness", a_byte_of_the_witness, False),
]


def run(s):
    """s: a server that was stopped, with a trail behind it."""
    for i, (what, change, whole) in enumerate(CHANGES):
        d, config = copy(s, str(i))
        change(d)
        r = s.wardroom("audit", "verify", config=config)
        try:
            said = json.loads(r.stdout)
        except ValueError:
            said = {"ok": None, "text": r.stdout + r.stderr}
        check(said["ok"] is whole and (r.returncode == 0) == whole and (whole or "ntry" in said["text"]),
              "the trail with %s %s" % (what, "verifies" if whole else "does not verify"), (r.returncode, said))
        shutil.rmtree(d)
