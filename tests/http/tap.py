"""What the test scripts of this folder print: TAP, one line a check."""
import re
import time

_tests = _failed = _pages = 0
_ticks = set()


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


def page(where, text):
    """Every page that a script is shown passes here. A command's name in backticks is a program's
    way of speaking, not a page's."""
    global _pages
    _pages += 1
    for found in re.findall("[^<>`]{0,40}`[^<>`]{0,40}", text):
        _ticks.add((where.split("?")[0], found.strip()))


def finish():
    """The last line; the exit code of the script."""
    if _pages:
        check(not _ticks, "no page shows a backtick (%d pages)" % _pages, sorted(_ticks)[:5])
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
