"""What the test scripts of this folder print: TAP, one line a check."""
import time

_tests = _failed = 0


def check(ok, name, note="", measured=False):
    """The note is printed when the check fails, or always when it is what was measured."""
    global _tests, _failed
    _tests += 1
    _failed += not ok
    print(("ok" if ok else "not ok"), _tests, "-", name, flush=True)
    if not ok or (note and measured):
        print("#", ascii(str(note)[:1500]).strip("'\""), flush=True)


def failed():
    """How many checks have failed so far."""
    return _failed


def finish():
    """The last line; the exit code of the script."""
    print("1..%d" % _tests)
    return 1 if _failed else 0


def wait_for(what, seconds=10):
    """The first true value of what(), or its last one when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    return what()
