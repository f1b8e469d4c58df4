"""What breaks off in the middle: a step of the warden that fails, is killed or meets a full disk is
tried again, undone or done all the same. Real containers; the test is the portal."""

import os
import pathlib
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import *  # noqa: E402,F403

ADA, BOB = (7, 0, "ada"), (8, 1, "bob")


def wait_for(what, seconds=15):
    end = time.time() + seconds
    while not what() and time.time() < end:
        time.sleep(0.02)
    return what()


def layered(s):
    return (s.dir / "run/ws/1/mnt/disk/layer").is_dir()


def in_the_way(s):
    """A folder where the list of users is about to be written, so that the step fails."""
    root = s.dir / ("run/ws/1/mnt/disk/layer" if layered(s) else "run/ws/1/bundle/rootfs")
    return root / "etc/passwd"


@test
def a_failed_eviction_is_tried_again(s):
    ok(s.portal.ws_open(1, members=[ADA, BOB]))
    blocked, kept = in_the_way(s), in_the_way(s).with_name("passwd.kept")
    blocked.rename(kept)
    blocked.mkdir()
    (blocked / "full").touch()
    assert s.portal.person(WS_EVICT, 1, 8)[0] != OK
    assert s.portal.person(WS_EVICT, 1, 8)[0] != OK, "the second answer must not be OK: nothing was done"
    (blocked / "full").unlink()
    blocked.rmdir()
    kept.rename(blocked)
    # The member is still known, so whoever asks for the others alone has their programs ended.
    s.sh(1, 1, "setsid sleep 600 </dev/null >/dev/null 2>&1 &")
    assert "sleep" in s.sh(1, 1, "ps ax")
    ok(s.portal.ws_open(1, members=[ADA]))
    assert s.exec(1, 1, "true").returncode != 0
    uid = UID_BASE + 65536 + 1001
    mine = [p for p in os.listdir("/proc") if p.isdigit() and os.path.exists(f"/proc/{p}") and
            os.stat(f"/proc/{p}").st_uid == uid]
    assert not mine, mine
    assert ok(s.portal.person(WS_EVICT, 1, 8)) == 0


@test
def what_a_team_put_in_the_way_is_put_away(s):
    """The name beside the list of users is nobody's to hold."""
    new = in_the_way(s).with_name("passwd.new")
    new.unlink(missing_ok=True)
    (new / "deep").mkdir(parents=True)
    ok(s.portal.ws_open(1, members=[ADA, BOB]))
    assert s.sh(1, 1, "id -un") == "bob"


@test
def a_full_disk_opens(s):
    s.exec(1, 0, "dd if=/dev/zero of=$HOME/big bs=1M; dd if=/dev/zero of=$HOME/rest bs=1k; "
                 "dd if=/dev/zero of=$HOME/last bs=1 count=4096")
    assert b"No space left" in s.exec(1, 0, "head -c 8192 /dev/zero > ~/more").stderr
    use = s.portal.usage(1)
    assert use["disk"] >= use["disk_limit"] - 65536, use
    ok(s.portal.ws_open(1, members=[ADA]))
    ok(s.portal.id(WS_CLOSE, 1))
    s.release(5, {"patients.csv": "id,age\n1,40\n"})
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA]))
    s.sh(1, 0, "rm ~/big ~/rest ~/more; echo fits > ~/again; cat ~/again")
    ok(s.portal.id(WS_CLOSE, 1))


@test
def a_disk_without_a_reserve_gets_one(s):
    image = str(s.dir / "state/ws/1/disk.img")
    subprocess.run(["/usr/sbin/tune2fs", "-r", "0", image], check=True, capture_output=True)
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA]))
    ok(s.portal.id(WS_CLOSE, 1))
    said = subprocess.run(["/usr/sbin/dumpe2fs", "-h", image], check=True, capture_output=True, text=True).stdout
    assert next(int(x.split()[-1]) for x in said.splitlines() if x.startswith("Reserved block count")) > 0, said


@test
def no_file_can_be_made_and_it_opens(s):
    ok(s.portal.ws_open(2, members=[ADA]))
    s.exec(2, 0, "python3 -c '\nimport os\ni = 0\nwhile True:\n open(\"f%d\" % i, \"x\").close(); i += 1'", timeout=120)
    assert s.portal.usage(2)["files_left"] == 0
    ok(s.portal.ws_open(2, members=[ADA]))
    for _ in range(3):
        ok(s.portal.id(WS_CLOSE, 2))
        ok(s.portal.ws_open(2, members=[ADA]))
        s.exec(2, 0, "touch again1 again2 again3")
    ok(s.portal.ws_open(2, members=[ADA, BOB]))
    assert s.sh(2, 1, "id -un; pwd") == "bob\n/home/bob"
    ok(s.portal.ws_open(2, stage=SAMPLE, release=5, members=[ADA, BOB, (9, 2, "eve")]))
    assert s.sh(2, 2, "id -un; pwd") == "eve\n/home/eve"
    assert s.sh(2, 0, "rm f1; id -un") == "ada"
    ok(s.portal.id(WS_DESTROY, 2))


@test
def a_disk_whose_growing_broke_off_grows(s):
    """The file has its size, the file system on it has not."""
    image = s.dir / "state/ws/1/disk.img"
    os.truncate(image, 256 << 20)
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA], disk_mb=256))
    use = s.portal.usage(1)
    assert use["disk_limit"] > 200 << 20, use
    ok(s.portal.id(WS_CLOSE, 1))


@test
def a_disk_with_a_known_error_is_checked(s):
    image = str(s.dir / "state/ws/1/disk.img")
    subprocess.run(["/usr/sbin/debugfs", "-w", "-R", "set_super_value state 2", image], check=True, capture_output=True)
    ok(s.portal.ws_open(1, stage=SAMPLE, release=5, members=[ADA], disk_mb=256))
    ok(s.portal.id(WS_CLOSE, 1))
    said = subprocess.run(["/usr/sbin/dumpe2fs", "-h", image], check=True, capture_output=True, text=True).stdout
    assert any(x.split()[-1] == "clean" for x in said.splitlines() if x.startswith("Filesystem state")), said


def workers(s):
    return [int(x) for x in pathlib.Path(f"/proc/{s.proc.pid}/task/{s.proc.pid}/children").read_text().split()
            if os.readlink(f"/proc/{x}/exe") == os.readlink(f"/proc/{s.proc.pid}/exe")]


@test
def a_killed_opening_is_undone(s):
    for late in (f"{s.dir}/run/ws/3/mnt/disk", f"{s.dir}/run/ws/3/bundle/config.json"):
        seq = s.portal.tell(WS_OPEN, Wire.ws_body(3, members=[ADA]))
        end = time.time() + 20
        while not (os.path.ismount(late) or os.path.isfile(late)) and time.time() < end:
            pass
        for pid in workers(s):
            os.kill(pid, signal.SIGKILL)
        refused(s.portal.done(seq), E_IO, "before it was done")
        assert wait_for(lambda: not os.path.exists(s.dir / "run/ws/3")), s.read_log()[-2000:]
        assert not [x for x in open("/proc/self/mountinfo") if f"{s.dir}/run/ws/3/" in x]
        # What was asked meanwhile is not closed with it.
        seq = s.portal.tell(WS_OPEN, Wire.ws_body(3, members=[ADA]))
        again = s.portal.tell(WS_OPEN, Wire.ws_body(3, members=[ADA, BOB]))
        while not os.path.ismount(f"{s.dir}/run/ws/3/mnt/disk"):
            pass
        for pid in workers(s):
            os.kill(pid, signal.SIGKILL)
        assert s.portal.done(seq)[0] != OK
        ok(s.portal.done(again))
        time.sleep(0.5)
        assert s.sh(3, 1, "id -un") == "bob"
        ok(s.portal.id(WS_DESTROY, 3))


@test
def a_command_may_answer_while_it_is_told(s):
    ok(s.portal.ws_open(4, members=[ADA]))
    much = os.urandom(4 << 20)
    r = s.exec(4, 0, "cat", input=much, timeout=30)
    assert r.returncode == 0 and r.stdout == much, (r.returncode, len(r.stdout))
    with open(s.dir / "in", "wb") as f:
        f.write(much)
    # Into files on both sides, where only the command inside can hold things up.
    p = subprocess.run(["/bin/sh", "-c", f"timeout 30 {s.warden_bin} --config {s.conf} exec --ws 4 --slot 0 -- cat <{s.dir}/in >{s.dir}/out"])
    assert p.returncode == 0 and (s.dir / "out").read_bytes() == much, p
    assert s.exec(4, 0, "true", input=much, timeout=30).returncode == 0


def installers(s, ws):
    found = []
    for p in os.listdir("/proc"):
        try:
            if p.isdigit() and os.stat(f"/proc/{p}").st_uid == UID_BASE + 65536 * ws and \
                    b"installer" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0"):
                found.append(int(p))
        except OSError:
            pass
    return sorted(found)


@test
def after_a_kill_one_installer_waits_for_the_other(s):
    if not wait_for(lambda: installers(s, 4), 10):
        print("# this host gives no layers, so there is no installer")
        return
    s.kill()
    s.start()
    assert wait_for(lambda: len(installers(s, 4)) == 2), installers(s, 4)
    before = installers(s, 4)
    time.sleep(4)
    assert installers(s, 4) == before and "installs programs ended" not in s.read_log().split("adopted")[-1]
    asked = ("import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/packages.sock'); "
             "s.sendall(b'apt -x' + bytes([10])); print(s.makefile().read())")
    for pid in before[:1] + before[1:]:
        assert "Name packages of Debian" in s.sh(4, 0, f'python3 -c "{asked}"')
        os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: s.exec(4, 0, "python3", "-c", asked).returncode == 0, 20)
    ok(s.portal.id(WS_DESTROY, 4))


@test
def a_first_process_that_dies_seals_all_the_same(s):
    """The mark comes before the first process that could meet data."""
    ok(s.portal.ws_open(5, members=[ADA]))
    ok(s.portal.id(WS_CLOSE, 5))
    seq = s.portal.tell(WS_OPEN, Wire.ws_body(5, stage=SAMPLE, release=5, members=[ADA]))
    pid = s.dir / "run/ws/5/pid"
    while not pid.exists() or not pid.read_text():
        pass
    try:
        os.kill(int(pid.read_text()), signal.SIGKILL)
    except ProcessLookupError:
        pass
    s.portal.done(seq)
    assert (s.dir / "state/ws/5/sealed").exists()
    ok(s.portal.id(WS_CLOSE, 5))
    refused(s.portal.ws_open(5, members=[ADA]), E_CONFLICT, "no way back")
    ok(s.portal.id(WS_DESTROY, 5))


def main():
    if skipped():
        return 0
    with Server(BIN) as s:
        s.start()
        return run_tests(s)


sys.exit(main())
