"""Archives: a team that leaves traps behind, sealed by a real warden, opened by the real command."""

import ctypes
import hashlib
import json
import os
import pathlib
import pty
import signal
import stat
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import *  # noqa: E402,F403

ADA, BOB = (7, 0, "ada"), (8, 1, "bob")
PASSPHRASE = "four words and a number 7"

sodium = ctypes.CDLL("libsodium.so.23")
assert sodium.sodium_init() >= 0


secrets = {}


def order(ws, label=b"heart-team-1", passes=1, memory_kb=1024):
    """The body of a struct pw_archive, with the key that the passphrase makes."""
    salt, seed = os.urandom(16), ctypes.create_string_buffer(32)
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    assert sodium.crypto_pwhash(seed, ctypes.c_ulonglong(32), PASSPHRASE.encode(), ctypes.c_ulonglong(len(PASSPHRASE)),
                                salt, ctypes.c_ulonglong(passes), ctypes.c_size_t(memory_kb << 10), 2) == 0
    assert sodium.crypto_box_seed_keypair(public, secret, seed) == 0
    secrets[public.raw] = secret.raw
    return struct.pack("Q64sII16s32s", ws, label, passes, memory_kb, salt, public.raw)


def folder(s):
    return s.dir / "state/archive"


def whole(s, ws):
    """What is left of it is one whole archive, as its record says."""
    names = sorted(os.listdir(folder(s)))
    assert not [n for n in names if n.endswith((".part", ".progress", ".new"))], names
    f = folder(s) / f"{ws}.archive"
    st, record = f.stat(), json.loads((folder(s) / f"{ws}.json").read_text())
    assert stat.S_IMODE(st.st_mode) == 0o600 and st.st_uid == 0
    assert record["bytes"] == st.st_size, record
    assert record["blake2b"] == hashlib.blake2b(f.read_bytes(), digest_size=32).hexdigest(), record
    return record


def open_archive(s, file, into, passphrase=PASSPHRASE):
    """(exit code, what it said), typed at a terminal."""
    pid, tty = pty.fork()
    if pid == 0:
        os.execv(f"{BIN}/wardroom", ["wardroom", "--config", str(s.conf), "archive", "open", str(file), "--into", str(into)])
    said, asked = b"", False
    while True:
        try:
            part = os.read(tty, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
        if not asked and b"Passphrase of" in said:
            asked = True
            time.sleep(0.1)  # the echo is off before the question is there; this is for a slow reader
            os.write(tty, passphrase.encode() + b"\n")
    os.close(tty)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


TRAPS = r"""
set -e
mkdir -p ~/deep/er /team/shared
echo secret > ~/notes.txt; chmod 600 ~/notes.txt
ln -s /etc/shadow ~/shadow; ln -s ../../../../../../etc ~/deep/up
mkfifo ~/pipe
python3 -c 'import socket,os; socket.socket(socket.AF_UNIX).bind(os.path.expanduser("~/socket"))'
ln ~/notes.txt ~/deep/again
truncate -s 1G ~/holes; printf end | dd of=$HOME/holes bs=1 seek=1000000000 conv=notrunc 2>/dev/null
printf x > "$HOME/$(printf 'a\nb\033[2J')"; printf y > ~/-rf
printf '#!/bin/sh\n' > ~/run.sh; chmod 755 ~/run.sh
echo together > /team/shared/plan.md
head -c 150000000 /dev/urandom > /team/shared/big
"""


@test
def only_what_rests_is_archived(s):
    ok(s.portal.ws_open(1, members=[ADA, BOB], disk_mb=1024))
    s.sh(1, 0, TRAPS)
    s.sh(1, 1, "echo bob > ~/own; chmod 400 ~/own; chmod 700 ~")
    refused(s.portal.ask(WS_ARCHIVE, order(1)), E_CONFLICT, "at work")
    refused(s.portal.ask(WS_ARCHIVE, order(99)), E_ABSENT, "no disk")
    assert os.listdir(folder(s)) == []


@test
def a_closed_one_is_sealed_and_opened(s):
    ok(s.portal.id(WS_CLOSE, 1))
    n = ok(s.portal.ask(WS_ARCHIVE, order(1)))
    record = whole(s, 1)
    assert record["bytes"] == n and record["label"] == "heart-team-1", record
    assert record["left"] == 2 and record["links"] >= 2, record  # a pipe and a socket
    assert n < 160 << 20, n  # the gigabyte of nothing is not in it
    assert not s.leftovers(), s.leftovers()
    raw = (folder(s) / "1.archive").read_bytes()
    assert b"secret" not in raw and b"notes.txt" not in raw and b"heart-team-1" in raw[:200]
    out = s.dir / "out"
    code, said = open_archive(s, folder(s) / "1.archive", out, "not the passphrase")
    assert code == 1 and "not the passphrase of this archive" in said and not out.exists(), said
    code, said = open_archive(s, folder(s) / "1.archive", out)
    assert code == 0 and PASSPHRASE not in said, said
    assert (out / "home/ada/notes.txt").read_text() == "secret\n"
    assert (out / "home/ada/deep/again").read_text() == "secret\n"
    assert (out / "home/bob/own").read_text() == "bob\n"
    assert (out / "team/shared/plan.md").read_text() == "together\n"
    assert (out / "home/ada/%2Drf").read_text() == "y"
    assert (out / "home/ada/a%0Ab%1B[2J").read_text() == "x"
    holes = (out / "home/ada/holes").stat()
    assert holes.st_size == 1 << 30 and holes.st_blocks < 1000, holes
    for name in ("shadow", "deep/up", "pipe", "socket"):
        assert not os.path.lexists(out / "home/ada" / name), name
    for root, dirs, files in os.walk(out):
        for x in dirs + files:
            st = os.lstat(os.path.join(root, x))
            assert stat.S_ISDIR(st.st_mode) or stat.S_ISREG(st.st_mode), x
            assert stat.S_IMODE(st.st_mode) & 0o7177 == 0 or stat.S_ISDIR(st.st_mode), oct(st.st_mode)
            assert st.st_uid == 0, x
    notes = (out / "ARCHIVE.txt").read_text()
    assert "home/ada/shadow: a symbolic link, not made, to /etc/shadow" in notes, notes
    assert "home/ada/pipe: left out when the archive was made: a pipe" in notes, notes
    code, said = open_archive(s, folder(s) / "1.archive", out)
    assert code == 1 and "there already" in said, said


@test
def a_cut_archive_opens_nothing(s):
    bad = s.dir / "bad.archive"
    raw = (folder(s) / "1.archive").read_bytes()
    for data in (raw[:-1], raw[: len(raw) // 2], raw + b"x", raw[:600] + bytes([raw[600] ^ 1]) + raw[601:]):
        bad.write_bytes(data)
        code, said = open_archive(s, bad, s.dir / "bad")
        assert code != 0 and not (s.dir / "bad").exists(), said
    assert not [x for x in os.listdir(s.dir) if ".part." in x], os.listdir(s.dir)


def trial(s, ws=1, key=None):
    head = (folder(s) / f"{ws}.archive").read_bytes()[:400].decode("latin-1")
    public = bytes.fromhex([x.split()[1] for x in head.splitlines() if x.startswith("public ")][0])
    return s.portal.ask(WS_TRY, struct.pack("Q32s", ws, key or secrets[public]))


@test
def one_is_read_whole_on_trial(s):
    file = folder(s) / "1.archive"
    raw, record = file.read_bytes(), whole(s, 1)
    assert ok(trial(s)) == record["content"] > 150_000_000, record
    refused(trial(s, key=os.urandom(32)), E_CONFLICT, "")
    for bad, why in ((raw[:-1], ""), (raw[: len(raw) // 2], ""), (raw + b"x", ""),
                     (raw[:90000] + bytes([raw[90000] ^ 1]) + raw[90001:], "")):
        file.write_bytes(bad)
        refused(trial(s), E_CONFLICT, why)
    file.write_bytes(raw)
    other = json.loads((folder(s) / "1.json").read_text())
    (folder(s) / "1.json").write_text(json.dumps(dict(other, blake2b="0" * 64)))
    refused(trial(s), E_CONFLICT, "not the one that was made")
    (folder(s) / "1.json").write_text(json.dumps(other))
    assert ok(trial(s)) == record["content"]
    assert not s.leftovers(), s.leftovers()
    refused(s.portal.ask(WS_TRY, struct.pack("Q32s", 99, bytes(32))), E_ABSENT, "not on this server")


@test
def who_tries_has_no_power(s):
    seq = s.portal.tell(WS_TRY, struct.pack("Q32s", 1, list(secrets.values())[-1]))
    p = archiver()
    status = dict(x.split(":", 1) for x in pathlib.Path(f"/proc/{p}/status").read_text().splitlines())
    assert int(status["CapEff"], 16) & ~(1 << 2) == 0 and status["NoNewPrivs"].strip() == "1", status
    assert os.listdir(f"/proc/{p}/root") == [], "it sees files"
    assert os.readlink(f"/proc/{p}/ns/net") != os.readlink("/proc/self/ns/net")
    os.kill(p, signal.SIGKILL)
    refused(s.portal.done(seq), E_IO, "not read to its end")


def archiver(timeout=20):
    """The process that seals, stopped as soon as it is seen without privileges: as a user of ours,
    since another server may seal beside this one."""
    end, ours = time.time() + timeout, str(UID_BASE + 65536 + 65534)
    while time.time() < end:
        for p in os.listdir("/proc"):
            try:
                if p.isdigit() and pathlib.Path(f"/proc/{p}/comm").read_text() == "wardroom-archiv\n":
                    uid = [x.split()[1] for x in pathlib.Path(f"/proc/{p}/status").read_text().splitlines()
                           if x.startswith("Uid:")][0]
                    if uid == ours:
                        os.kill(int(p), signal.SIGSTOP)
                        return int(p)
            except OSError:
                pass
    raise AssertionError("nobody seals")


@test
def who_looks_has_no_power(s):
    ok(s.portal.ws_open(1, stage=FROZEN, members=[ADA, BOB], disk_mb=1024))
    seq = s.portal.tell(WS_ARCHIVE, order(1))
    p = archiver()
    status = dict(x.split(":", 1) for x in pathlib.Path(f"/proc/{p}/status").read_text().splitlines())
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapBnd"], 16) == 1 << 2, status
    assert status["NoNewPrivs"].strip() == "1" and status["Groups"].strip() == "", status
    assert len(set(status["Uid"].split() + status["Gid"].split())) == 1
    assert int(status["Uid"].split()[0]) % 65536 == (UID_BASE + 65536 + 65534) % 65536
    assert os.readlink(f"/proc/{p}/ns/net") != os.readlink("/proc/self/ns/net")
    held = {fd: os.readlink(f"/proc/{p}/fd/{fd}") for fd in os.listdir(f"/proc/{p}/fd")}
    others = [x for fd, x in held.items() if not x.startswith("pipe:")]
    assert all(x == "/" or x.startswith(("/home", "/team")) for x in others), held
    assert sorted(os.listdir(f"/proc/{p}/root")) == sorted(os.listdir(s.dir / "run/ws/1/mnt/disk")), "another root"
    # While it works nobody waits for it who takes access away, and members look at their files.
    t = time.time()
    ok(s.portal.person(WS_EVICT, 1, 8))
    assert time.time() - t < 5
    assert s.sh(1, 0, "cat /home/ada/notes.txt") == "secret"
    os.kill(p, signal.SIGCONT)
    ok(s.portal.done(seq, 120))
    whole(s, 1)


@test
def a_kill_leaves_the_old_one_whole(s):
    before = whole(s, 1)
    seq = s.portal.tell(WS_ARCHIVE, order(1))
    os.kill(archiver(), signal.SIGKILL)
    refused(s.portal.done(seq), E_IO, "signal 9")
    assert whole(s, 1) == before
    # What closes the workspace does not wait for it.
    seq = s.portal.tell(WS_ARCHIVE, order(1))
    archiver()
    t = time.time()
    ok(s.portal.id(WS_CLOSE, 1))
    assert time.time() - t < 10
    refused(s.portal.done(seq), E_IO, "ended")
    assert whole(s, 1) == before


@test
def a_killed_warden_leaves_no_half(s):
    before = json.loads((folder(s) / "1.json").read_text())
    s.portal.tell(WS_ARCHIVE, order(1))
    p = archiver()
    s.kill()
    end = time.time() + 10
    while os.path.exists(f"/proc/{p}") and time.time() < end:
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{p}/root"), "it lives on"
    s.start()
    assert whole(s, 1) == before
    ok(s.portal.ask(WS_ARCHIVE, order(1)))
    assert whole(s, 1) != before


@test
def destroying_keeps_the_archive(s):
    ok(s.portal.id(WS_DESTROY, 1))
    whole(s, 1)
    code, said = open_archive(s, folder(s) / "1.archive", s.dir / "kept")
    assert code == 0 and (s.dir / "kept/home/bob/own").exists(), said


@test
def without_a_terminal_there_is_no_passphrase(s):
    r = subprocess.run([f"{BIN}/wardroom", "--config", str(s.conf), "archive", "open", str(folder(s) / "1.archive")],
                       input=PASSPHRASE, capture_output=True, text=True, start_new_session=True, cwd=s.dir)
    assert r.returncode == 2 and "terminal" in r.stderr, r


def main():
    if skipped():
        return 0
    with Server(BIN) as s:
        s.start()
        return run_tests(s)


sys.exit(main())
